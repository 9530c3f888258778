//! Runs with a service centre between gateway and plant (`iw-mode=smsc`): retries, alerts, validity, loss, repetition, deletion.
//!
//! Expected times follow from the schedule of the case: 300 s after the first failure, twice as long after each more.

use super::journeys::{only, schedule, sent, under};
use super::*;
use crate::delivery::sms::RetrySchedule;
use crate::delivery::suite::clause_tests;
use crate::delivery::{Fate, Path, Place};

/// The model with a service centre, a seventh function, that loses and repeats nothing.
pub(super) fn with_centre(mut model: Model) -> Model {
    model.functions.push(function(
        "smsc",
        FunctionKind::Smsc(SmscParams {
            hlr: 1,
            alert_reaction: zero(),
            first_delay: Span::ZERO,
            retry: RetrySchedule::Geometric { first: seconds(300), factor: 2.0, cap: seconds(86_400) },
            busy_retry: seconds(120),
            capacity: None,
            random_loss: 0.0,
            duplicate: 0.0,
            map_guard: seconds(300),
            forward_guard: seconds(300),
        }),
    ));
    let f = LinkEnd::Function;
    model.links.push(link("smsc-hlr", LinkClass::Map, f(6), f(1)));
    model.links.push(link("smsc-iwf", LinkClass::Map, f(6), f(3)));
    model.links.push(link("smsc-msc", LinkClass::Map, f(6), f(4)));
    iwf(&mut model).smscs = vec![6];
    with(with_isf(model, seconds(20)), &[(axis::IW_MODE, "smsc")])
}

fn iwf(model: &mut Model) -> &mut IwfParams {
    let FunctionKind::Iwf(iwf) = &mut model.functions[3].kind else { panic!("the IWF is the fourth") };
    iwf
}

fn centre(model: &mut Model) -> &mut SmscParams {
    let FunctionKind::Smsc(smsc) = &mut model.functions[6].kind else { panic!("the service centre is the seventh") };
    smsc
}

fn alerts_lost(model: &mut Model) {
    let FunctionKind::Hlr(hlr) = &mut model.functions[1].kind else { panic!("the HLR is the second") };
    hlr.alert_loss = 1.0;
}

fn transfer(model: &mut Model, takes: u64) {
    let FunctionKind::Msc(msc) = &mut model.functions[4].kind else { panic!("the MSC is the fifth") };
    msc.mt_delivery = Law::Constant(seconds(takes));
}

/// Sent at 10 to a phone that is away until `back` and has SMS and IP then.
fn away_until(back: u64) -> Model {
    with_centre(sent(schedule(false, &[(back, true)]), plain(), &[10]))
}

fn came(record: &MessageRecord, path: Path) -> Vec<SimTime> {
    let mut all: Vec<_> = record.copies.iter().filter(|c| c.path == path && c.arrived != NEVER).map(|c| c.arrived).collect();
    all.sort_unstable();
    all
}

clause_tests! {
    /// Attempts at 10, 310, 910, 2110: the phone is back at 1000, and the alert does not come.
    fn ts23_040_3_1_what_is_stored_is_tried_again_by_the_schedule(rules) {
        let mut model = away_until(1000);
        alerts_lost(&mut model);
        let record = only(rules, model);
        assert_eq!((record.outcome, record.first_arrival), (Outcome::DeliveredSms, at(2110)));
        assert_eq!((record.handovers, record.sms_ok, record.sms_failed), (1, 1, 0), "one submission");
    }

    /// A list of waits; the last one repeats.
    fn own_a_list_of_waits_is_followed(rules) {
        let mut model = away_until(1000);
        alerts_lost(&mut model);
        centre(&mut model).retry = RetrySchedule::List([seconds(60), seconds(400)].into());
        // 10, 70, 470, 870, 1270.
        assert_eq!(only(rules, model).first_arrival, at(1270));
    }

    /// TS 23.040 10.3: the alert brings it at the return.
    fn ts23_040_10_3_an_alert_is_followed_at_once(rules) {
        let mut model = away_until(1000);
        centre(&mut model).alert_reaction = Law::Constant(seconds(3));
        let record = only(rules, model);
        assert_eq!((record.outcome, record.first_arrival), (Outcome::DeliveredSms, at(1003)));
    }

    /// TS 23.040 9.2.2.3, TS 23.204: the status report becomes the disposition notification that the sender asked for.
    fn ts23_040_9_2_2_3_a_status_report_becomes_a_notification(rules) {
        let record = only(rules, away_until(1000));
        assert_eq!((record.imdn_delivered_received, record.first_imdn_delivered), (1, at(1000)));
        let mut quiet = away_until(1000);
        quiet.traffic[0].message.imdn = ImdnRequested { positive: false, negative: false, display: false };
        let record = only(rules, quiet);
        assert_eq!((record.settled, record.imdn_delivered_received), (at(1000), 0), "the PF learns of it by an event");
    }

    /// Half an hour of validity: no attempt after 1810, where the failure is told; IP brings the message at 3000.
    fn ts23_040_9_2_3_12_no_attempt_begins_after_the_validity(rules) {
        let mut model = away_until(3000);
        iwf(&mut model).validity = seconds(1800);
        let record = only(rules, model);
        assert_eq!((record.outcome, record.first_arrival), (Outcome::DeliveredIp, at(3000)));
        assert_eq!((record.defer, record.sms_failed), (at(1810), 1));
        assert_eq!(came(&record, Path::Sms), []);
    }

    /// The life that the sender gave bounds the validity: 31 minutes are said as 30 (TP-VP), or exactly.
    fn own_a_submission_is_not_valid_longer_than_its_message(rules) {
        let told = |relative| {
            let mut model = away_until(100_000);
            model.traffic[0].message.expires = Some(seconds(1860));
            iwf(&mut model).relative_validity = relative;
            let (kept, _) = under(rules, model);
            let copies = &kept.records[0].copies;
            let fates: Vec<_> = copies.iter().filter(|c| c.path == Path::Sms).map(|c| (c.fate, c.ended)).collect();
            // That of the hand-over, which the service centre keeps.
            *fates.iter().rev().find(|f| matches!(f.0, Some(Fate::Refused(0x46)))).expect("its validity expired")
        };
        assert_eq!(told(true).1, at(1810));
        assert_eq!(told(false).1, at(1870));
    }

    /// `sms.random_loss`: it is gone, no report comes, and after validity and wait it counts as failed.
    fn own_a_lost_short_message_counts_as_failed_in_the_end(rules) {
        let mut model = away_until(10_000);
        centre(&mut model).random_loss = 1.0;
        iwf(&mut model).validity = seconds(1800);
        iwf(&mut model).status_wait = seconds(100);
        let record = only(rules, model);
        assert!(record.copies.iter().any(|c| c.fate == Some(Fate::Lost(Place::Sms)) && c.ended == at(10)), "{:?}", record.copies);
        assert_eq!((record.defer, record.sms_failed), (at(1910), 1));
        assert_eq!((record.outcome, record.first_arrival), (Outcome::DeliveredIp, at(10_000)));
    }

    /// `sms.duplicate`: without acknowledgements the phone gets it at every attempt of its validity, 300 s of guard apart and the wait.
    fn own_an_acknowledgement_that_is_lost_brings_it_again(rules) {
        let mut model = with_centre(sent(schedule(false, &[(1, true)]), super::journeys::cs_only(), &[10]));
        centre(&mut model).duplicate = 1.0;
        iwf(&mut model).validity = seconds(1800);
        let record = only(rules, model);
        // Given up at 310 and 910, 2110 would be too late: validity to 1810.
        assert_eq!(came(&record, Path::Sms), [at(10), at(610), at(1510)]);
        assert_eq!(record.sms_failed, 1, "the gateway hears of no success");
    }

    /// One attempt at a time for a subscriber, oldest first.
    fn own_short_messages_of_a_subscriber_are_sent_in_order(rules) {
        let mut model = with_centre(sent(schedule(false, &[(1000, true)]), super::journeys::cs_only(), &[10, 20, 30]));
        transfer(&mut model, 4);
        let (kept, _) = under(rules, model);
        let arrivals: Vec<_> = kept.records.iter().map(|r| r.first_arrival).collect();
        assert_eq!(arrivals, [at(1004), at(1008), at(1012)]);
    }

    /// A service centre that holds one short message has no room for another: the message is deferred, and IP brings it.
    fn own_a_full_service_centre_refuses(rules) {
        let mut model = with_centre(sent(schedule(false, &[(1000, true)]), plain(), &[10, 20]));
        centre(&mut model).capacity = Some(1);
        let (kept, _) = under(rules, model);
        let ways: Vec<_> = kept.records.iter().map(|r| (r.outcome, r.first_arrival, r.sms_failed)).collect();
        assert_eq!(ways, [(Outcome::DeliveredSms, at(1000), 0), (Outcome::DeliveredIp, at(1000), 1)]);
    }

    /// One attempt, which fails: the message is deferred at once. Where no client comes, the service centre passes the alert on, and
    /// the message is submitted once more after the wait for IP.
    fn own_a_single_shot_is_followed_by_news_of_the_return(rules) {
        let single = |class| {
            let model = with_centre(sent(schedule(false, &[(1000, true)]), class, &[10]));
            only(rules, with(model, &[(axis::SMSC_SUBMISSION, "single-shot")]))
        };
        let cs = single(super::journeys::cs_only());
        assert_eq!((cs.defer, cs.handovers, cs.sms_failed), (at(10), 2, 1));
        assert_eq!((cs.outcome, cs.first_arrival), (Outcome::DeliveredSms, at(1020)));
        let ip = single(plain());
        assert_eq!((ip.outcome, ip.first_arrival, ip.handovers), (Outcome::DeliveredIp, at(1000), 1));
    }

    /// The late duplicate: the PF delivers by IP, and the service centre, which knows nothing of it, hours later by SMS.
    fn own_h_02_a_service_centre_brings_what_went_by_ip(rules) {
        let mut model = away_until(1000);
        alerts_lost(&mut model);
        let push = with(model.clone(), &[(axis::ON_REGISTER_INFLIGHT, "push")]);
        let record = only(rules, push.clone());
        assert_eq!((came(&record, Path::Ip), came(&record, Path::Sms)), (vec![at(1000)], vec![at(2110)]));
        assert_eq!(came(&only(rules, model), Path::Ip), [], "with hold the message is the short message's");
        // Taken back in time.
        let cancel = only(rules, with(push, &[(axis::SMSC_SUBMISSION, "cancel-on-ip")]));
        assert_eq!((came(&cancel, Path::Ip), came(&cancel, Path::Sms)), (vec![at(1000)], vec![]));
        assert!(cancel.copies.iter().any(|c| c.path == Path::Sms && c.fate == Some(Fate::Withdrawn)), "{:?}", cancel.copies);
    }

    /// With `hold` the message waits for the answer to its cancellation, and goes by IP.
    fn own_a_message_taken_back_goes_by_ip(rules) {
        let mut model = away_until(1000);
        alerts_lost(&mut model);
        let record = only(rules, with(model, &[(axis::SMSC_SUBMISSION, "cancel-on-ip")]));
        assert_eq!((record.outcome, record.first_arrival), (Outcome::DeliveredIp, at(1000)));
        assert_eq!((came(&record, Path::Sms), record.sms_failed), (vec![], 1));
    }

    /// A short message that is being sent is not deleted: with `hold` nothing is duplicated; with `push` it is.
    fn own_what_is_being_sent_is_not_taken_back(rules) {
        let cs = phase("cs", vec![], zero(), vec![Gives::Sms]);
        let ip = phase("ip", vec![0], Law::Constant(seconds(2)), vec![Gives::Ip]);
        let both = |rule| {
            let mut model = with_centre(sent(schedule(false, &[(1000, true)]), class("late", vec![cs.clone(), ip.clone()]), &[10]));
            transfer(&mut model, 4);
            let record = only(rules, with(model, &[(axis::SMSC_SUBMISSION, "cancel-on-ip"), (axis::ON_REGISTER_INFLIGHT, rule)]));
            (came(&record, Path::Ip), came(&record, Path::Sms))
        };
        assert_eq!(both("hold"), (vec![], vec![at(1004)]));
        assert_eq!(both("push"), (vec![at(1002)], vec![at(1004)]));
    }

    /// Two service centres that take turns hold two messages each: both are alerted, and their deliveries race (R17).
    fn own_several_service_centres_are_all_alerted(rules) {
        let mut model = with_centre(sent(schedule(false, &[(1000, true)]), super::journeys::cs_only(), &[10, 20]));
        let mut other = model.functions[6].clone();
        other.name = "smsc-2".into();
        model.functions.push(other);
        let f = LinkEnd::Function;
        for (name, to) in [("2-hlr", 1), ("2-iwf", 3), ("2-msc", 4)] {
            model.links.push(link(name, LinkClass::Map, f(7), f(to)));
        }
        iwf(&mut model).smscs = vec![6, 7];
        centre(&mut model).alert_reaction = Law::Constant(seconds(5));
        let (kept, _) = under(rules, model);
        let arrivals: Vec<_> = kept.records.iter().map(|r| r.first_arrival).collect();
        assert_eq!(arrivals, [at(1005), at(1000)], "the second overtakes the first");
    }
}
