//! Whole runs about the access of the Primary Device and interworking, as cases of the suite.

use super::journeys::{only, schedule, sent, under};
use super::*;
use crate::delivery::cpm::Services;
use crate::delivery::suite::clause_tests;
use crate::delivery::{Content, Contents, Milestone, Rules, Tag};
use crate::judge::Told;

/// When the PF learned that a device is registered, or no more, and when that a user is ready for SMS.
#[derive(Default)]
struct Views {
    ip: Vec<(SimTime, bool)>,
    sms: Vec<SimTime>,
}

impl Observer for Views {
    fn milestone(&mut self, now: SimTime, _by: crate::delivery::FunctionId, _tag: Tag, milestone: &Milestone, _measured: bool) {
        match milestone {
            // The recipients are the first population: the sender's client is another.
            Milestone::View { user, on, .. } if user.0 == 0 => self.ip.push((now, *on)),
            Milestone::ReadyReceived { user } if user.0 == 0 => self.sms.push(now),
            _ => {}
        }
    }
}

fn views(rules: Rules, model: Model) -> Views {
    let mut views = Views::default();
    let seed = RunSeed { seed: 7, replicate: 0 };
    run(&Arc::new(model), seed, &RunOptions { rules }, &mut views).expect("the run comes to its end");
    views
}

/// CS at once, IP after this time.
fn later(gap: u64) -> DeviceClass {
    gap_phone(Law::Constant(seconds(gap)))
}

fn cs_only() -> DeviceClass {
    gap_phone(Law::Constant(Span::FOREVER))
}

fn isf(model: &mut Model) -> &mut IsfParams {
    let FunctionKind::Isf(isf) = &mut model.functions[2].kind else { panic!("the ISF is the third") };
    isf
}

fn delayed(mut model: Model, link: &str, by: Span) -> Model {
    let way = model.links.iter_mut().find(|l| l.spec.name == link).expect("there is one");
    (way.spec.delay, way.spec.transport) = (Law::Constant(by), Transport::Stream);
    model
}

clause_tests! {
    /// The view follows the truth with an age that can be measured: registration over the ISC, readiness over the gateway's own way.
    fn iw15_r_01_the_pf_has_a_view_of_the_access_of_the_primary_device(rules) {
        let radio = || schedule(false, &[(1000, true), (2000, false), (3000, true)]);
        let model = || with_isf(sent(radio(), later(12), &[10, 2500]), seconds(60));
        let prompt = views(rules, model());
        assert_eq!(prompt.ip, [(at(1012), true), (at(2000), false), (at(3012), true)]);
        assert_eq!(prompt.sms, [at(1000), at(3000)]);
        let old = views(rules, delayed(delayed(model(), "isc", seconds(2)), "iwf-pf", seconds(3)));
        assert_eq!(old.sms, [at(1003), at(3003)]);
        // The Core tells of the registration at 1012, the PF subscribes, and is notified: 2 s each. Later notifications take 2 s alone.
        assert_eq!(old.ip, [(at(1018), true), (at(2002), false), (at(3014), true)]);
    }

    fn iw15_r_02_with_ip_the_message_goes_by_cpm(rules) {
        let record = only(rules, with_isf(sent(Radio::AlwaysOn, plain(), &[10]), seconds(20)));
        assert_eq!((record.outcome, record.first_arrival, record.handovers), (Outcome::DeliveredIp, at(10), 0));
        // Preferred also where SMS has been there longer.
        let both = only(rules, with_isf(sent(schedule(false, &[(1, true)]), later(5), &[10]), seconds(20)));
        assert_eq!((both.outcome, both.handovers), (Outcome::DeliveredIp, 0));
    }

    /// Whichever access comes, CS alone or IP alone.
    fn iw15_r_04_the_access_that_is_there_is_taken(rules) {
        let back = |class| only(rules, with_isf(sent(schedule(false, &[(1000, true)]), class, &[10]), seconds(20)));
        let (cs, ip) = (back(cs_only()), back(class("ip", vec![phase("ip", vec![], zero(), vec![Gives::Ip])])));
        assert_eq!((cs.outcome, cs.first_arrival), (Outcome::DeliveredSms, at(1020)));
        assert_eq!((ip.outcome, ip.first_arrival), (Outcome::DeliveredIp, at(1000)));
    }

    /// Order and gap are what the phases of the device's class say, by their laws.
    fn iw15_r_05_order_and_gap_of_cs_and_ip_are_drawn(rules) {
        let gaps = |law: Law| {
            let (kept, _) = under(rules, landing(law, 50, seconds(20)));
            let times = |sms: bool| {
                let of = |(when, truth): &(SimTime, Truth)| match truth {
                    Truth::SmsReady { user, on: true } if sms && user.0 < 50 => Some(*when),
                    Truth::IpReady { user, on: true, .. } if !sms && user.0 < 50 => Some(*when),
                    _ => None,
                };
                kept.truths.iter().filter_map(of).collect::<Vec<_>>()
            };
            (times(true), times(false))
        };
        let (sms, ip) = gaps(Law::Constant(seconds(12)));
        assert!(sms.iter().all(|t| *t == at(1000)) && ip.iter().all(|t| *t == at(1012)));
        let (_, drawn) = gaps(Law::Uniform { low: Span::ZERO, high: seconds(10) });
        assert_eq!(drawn.len(), 50);
        assert!(drawn.iter().all(|t| (at(1000)..=at(1010)).contains(t)));
        assert!(drawn.iter().any(|t| *t < at(1005)) && drawn.iter().any(|t| *t > at(1005)), "they differ");
    }

    fn iw15_r_16_and_iw15_6_7_5_02_a_user_who_gains_cs_is_told_of(rules) {
        let told = |radio| views(rules, with_isf(sent(radio, cs_only(), &[10]), seconds(20))).sms;
        assert_eq!(told(schedule(false, &[(1000, true)])), [at(1000)]);
        assert_eq!(told(schedule(false, &[(5, true), (1000, false), (1001, true)])), [], "nobody waits for him");
    }

    fn iw15_r_17_and_iw15_6_7_5_03_a_failed_short_message_is_told_of(rules) {
        // What the PF defers it has been told of: else the message would be with the gateway for ever.
        let mut model = with_isf(sent(schedule(false, &[(1000, true)]), cs_only(), &[10]), seconds(20));
        model.traffic[0].message.imdn = ImdnRequested { positive: false, negative: false, display: false };
        let record = only(rules, delayed(model, "iwf-pf", seconds(3)));
        assert_eq!((record.sms_failed, record.defer), (1, at(13)));
    }

    fn iw15_r_19_an_event_moves_the_pf(rules) {
        let record = only(rules, with_isf(sent(schedule(false, &[(1000, true)]), cs_only(), &[10]), seconds(20)));
        assert_eq!((record.defer, record.outcome, record.handovers), (at(10), Outcome::DeliveredSms, 2));
    }

    /// IW15-C-02: the changes that were to say it are empty; what is done follows the reasons, and the axes switch it off.
    fn iw15_r_21_and_iw15_c_02_a_failed_sms_defers_as_the_reasons_say(rules) {
        let model = || with_isf(sent(schedule(false, &[(1000, true)]), plain(), &[10]), seconds(20));
        let on = only(rules, model());
        assert_eq!((on.outcome, on.first_arrival, on.defer), (Outcome::DeliveredIp, at(1000), at(10)));
        let off = only(rules, with(model(), &[(axis::SMS_FAILURE_DEFER, "off")]));
        assert_eq!((off.outcome, off.defer), (Outcome::Failed, NEVER));
        let client = with(model(), &[(axis::READY_SMS_ACTION, "wait-for-client")]);
        assert_eq!(only(rules, client).handovers, 1);
    }

    /// Off, the access of the Primary Device starts no interworking, at acceptance or later.
    fn iw15_c_04_the_access_of_the_primary_device_triggers_interworking(rules) {
        let model = || with_isf(sent(schedule(false, &[(1000, true)]), cs_only(), &[10]), seconds(20));
        let on = only(rules, model());
        assert_eq!((on.outcome, on.handovers), (Outcome::DeliveredSms, 2));
        let mut quiet = with(model(), &[(axis::PRIMARY_IW_TRIGGER, "off")]);
        quiet.traffic[0].message.expires = Some(seconds(3000));
        let off = only(rules, quiet);
        assert_eq!((off.outcome, off.handovers), (Outcome::Expired, 0));
    }

    /// The PF waits, so that no short message leaves before the wait is over; where the client is to wait it can delay nothing.
    fn iw15_r_06_who_is_to_wait_for_ip(rules) {
        let model = || with_isf(sent(schedule(false, &[(1000, true)]), later(12), &[10]), seconds(20));
        let pf = only(rules, model());
        assert_eq!((pf.outcome, pf.first_arrival, pf.handovers), (Outcome::DeliveredIp, at(1012), 1));
        let client = only(rules, with(model(), &[(axis::WAIT_IP_AT, "client")]));
        assert_eq!((client.outcome, client.first_arrival, client.handovers), (Outcome::DeliveredSms, at(1000), 2));
        // Nor does the PF begin with a wait.
        let after = |at: &'static str| with(model(), &[(axis::WAIT_IP_AT, at), (axis::FIRST_ATTEMPT, "after-wait")]);
        let at_once = only(rules, after("client"));
        assert_eq!((at_once.first_handover, at_once.outcome), (at(10), Outcome::DeliveredSms));
        assert_eq!(only(rules, after("pf")).first_handover, at(30));
    }

    /// A-06, held: the sender hears nothing while the message waits, and of its delivery then. Passed: of the failure at once.
    fn own_negative_imdn_is_held_or_passed(rules) {
        let model = || with_isf(sent(schedule(false, &[(1000, true)]), plain(), &[10]), seconds(20));
        let held = only(rules, model());
        assert_eq!((held.told, held.told_at, held.imdn_failed_received), (Told::Delivered, at(1000), 0));
        let passed = only(rules, with(model(), &[(axis::NEGATIVE_IMDN, "passed")]));
        assert_eq!((passed.outcome, passed.first_arrival, passed.defer), (Outcome::DeliveredIp, at(1000), at(10)));
        assert_eq!((passed.imdn_failed_received, passed.told, passed.told_at), (1, Told::Failed, at(10)), "and it came all the same");
        assert_eq!(passed.imdn_delivered_received, 0, "one terminal report of each message (imdn-fold)");
        // Who did not ask for it is not told, and the PF learns by the event.
        let mut quiet = with(model(), &[(axis::NEGATIVE_IMDN, "passed")]);
        quiet.traffic[0].message.imdn = ImdnRequested { positive: true, negative: false, display: false };
        let quiet = only(rules, quiet);
        assert_eq!((quiet.outcome, quiet.imdn_failed_received, quiet.imdn_delivered_received), (Outcome::DeliveredIp, 0, 1));
    }

    /// A-06, by the letter: no event where a negative notification goes, and the PF defers nothing.
    fn own_iw_failure_report_by_the_letter_ends_the_message(rules) {
        let model = |negative| {
            let mut model = with_isf(sent(schedule(false, &[(1000, true)]), plain(), &[10]), seconds(20));
            model.traffic[0].message.imdn = ImdnRequested { positive: true, negative, display: false };
            with(model, &[(axis::IW_FAILURE_REPORT, "literal")])
        };
        let asked = only(rules, model(true));
        assert_eq!((asked.outcome, asked.settled, asked.defers), (Outcome::Failed, at(10), 0));
        assert_eq!((asked.told, asked.imdn_failed_received), (Told::Failed, 1));
        let unasked = only(rules, model(false));
        assert_eq!((unasked.outcome, unasked.defer), (Outcome::DeliveredIp, at(10)));
    }

    /// IW15-C-01: beside the report of the delivery, and only where it was by SMS.
    fn iw15_c_01_the_sender_is_told_of_a_legacy_service(rules) {
        let model = |radio, value: &str| {
            let model = with_isf(sent(radio, later(60), &[10]), seconds(20));
            with(model, &[(axis::LEGACY_INDICATION, value)])
        };
        let told = |radio, value: &str| {
            let record = only(rules, model(radio, value));
            (record.outcome, record.imdn_interworked_received, record.imdn_delivered_received)
        };
        assert_eq!(told(schedule(false, &[(1000, true)]), "on"), (Outcome::DeliveredSms, 1, 1));
        assert_eq!(told(schedule(false, &[(1000, true)]), "off"), (Outcome::DeliveredSms, 0, 1));
        assert_eq!(told(Radio::AlwaysOn, "on"), (Outcome::DeliveredIp, 0, 1));
        let mut silent = model(schedule(false, &[(1000, true)]), "on");
        silent.traffic[0].message.imdn = ImdnRequested { positive: false, negative: false, display: false };
        assert_eq!(only(rules, silent).imdn_interworked_received, 0, "who asked for no report gets none");
    }

    /// Content that no service takes is refused; it waits for IP, and goes to the ISF no more.
    fn own_services_are_chosen_by_content_and_size(rules) {
        let text = Contents::NONE.with(Content::Text);
        let record = |services, content| {
            let mut model = with_isf(sent(schedule(false, &[(1, true), (500, false), (1000, true)]), later(600), &[10]), seconds(20));
            isf(&mut model).services = services;
            model.traffic[0].message.headers.contents = vec![(1.0, content)];
            only(rules, model)
        };
        let by_sms = record(Services { sms: text, ..Services::SMS_ONLY }, Content::Text);
        assert_eq!((by_sms.outcome, by_sms.first_arrival), (Outcome::DeliveredSms, at(10)));
        let refused = record(Services { sms: text, ..Services::SMS_ONLY }, Content::Image);
        assert_eq!((refused.outcome, refused.first_arrival), (Outcome::DeliveredIp, at(1600)));
        assert_eq!((refused.handovers, refused.defer, refused.answer_code), (1, at(10), 202));
        let too_large = record(Services { sms_largest: 19, ..Services::SMS_ONLY }, Content::Text);
        assert_eq!((too_large.outcome, too_large.handovers), (Outcome::DeliveredIp, 1));
        let by_mms = record(Services { sms_largest: 19, mms: text, ..Services::SMS_ONLY }, Content::Text);
        assert_eq!((by_mms.outcome, by_mms.first_arrival), (Outcome::DeliveredMms, at(10)));
    }

    /// Announced 8 s after the gateway has it; absent, it comes when the phone is back, by the same service.
    fn own_mms_comes_later_than_sms(rules) {
        let record = |radio| {
            let mut model = with_isf(sent(radio, cs_only(), &[10]), seconds(20));
            let isf = isf(&mut model);
            isf.services = Services { sms: Contents::NONE, mms: Contents::EVERY, ..Services::SMS_ONLY };
            isf.mms_delay = Law::Constant(seconds(8));
            only(rules, model)
        };
        let there = record(schedule(false, &[(1, true)]));
        assert_eq!((there.outcome, there.first_arrival, there.imdn_delivered_received), (Outcome::DeliveredMms, at(18), 1));
        let back = record(schedule(false, &[(1000, true)]));
        assert_eq!((back.defer, back.outcome, back.first_arrival), (at(18), Outcome::DeliveredMms, at(1028)));
    }
}
