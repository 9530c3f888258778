//! One break planted for each oracle, what it lets pass, and what a row excludes.

use super::*;
use crate::delivery::milestone::ItemResult;
use Milestone as Ms;
use OracleId::*;

fn attempt(told: &mut Told, device: FunctionId) -> &mut Told {
    told.says(PF, Ms::Attempt { message: M, device })
}

fn ended(told: &mut Told, device: FunctionId, result: LegResult) -> &mut Told {
    told.says(PF, Ms::AttemptEnd { message: M, device, result })
}

fn deferred(told: &mut Told) -> &mut Told {
    told.says(PF, Ms::Defer { message: M, user: USER, reason: DeferReason::NoClient })
}

#[test]
fn i01_a_message_taken_and_lost() {
    let lost = |set: &[(crate::delivery::profile::AxisId, &str)], place| {
        let mut told = Told::with(set);
        told.accepted(M, 100).answers(PF, M, 202, 0);
        let copy = told.made(M, Origin::Acceptance, Path::Ip, None);
        told.says(PF, Ms::CopyEnd { copy, message: M, fate: Fate::Lost(place) }).closes(50, false);
        told
    };
    lost(&[], Place::Pf).finds(I01);
    lost(&[(axis::QUEUE_DURABILITY, "volatile")], Place::Restart).expects(I01);
    lost(&[], Place::Sms).expects(I01);
    let mut told = Told::new();
    told.accepted(M, 100).answers(PF, M, 202, 0).delivered(M, Origin::FanOut, PHONE).closes(50, false).holds(I01);
}

#[test]
fn i02_one_device_shows_a_message_twice() {
    let twice = |dedupe| {
        let mut told = Told::with(&[(axis::CLIENT_DEDUPE, dedupe)]);
        told.accepted(M, 100).delivered(M, Origin::FanOut, PHONE).event(2).delivered(M, Origin::Push, PHONE);
        told
    };
    twice("on").finds(I02);
    twice("off").expects(I02);
    let mut told = Told::new();
    told.accepted(M, 100).delivered(M, Origin::FanOut, PHONE).delivered(M, Origin::FanOut, TABLET).holds(I02);
}

#[test]
fn i03_two_devices_get_what_was_for_one() {
    let pushed = |given_up: bool| {
        let mut told = Told::with(&[(axis::PUSH_TARGET, "one-triggering")]);
        told.accepted(M, 100).delivered(M, Origin::Push, PHONE);
        if given_up {
            ended(&mut told, PHONE, LegResult::Timeout);
        }
        told.event(5).delivered(M, Origin::Pull, TABLET);
        told
    };
    pushed(false).finds(I03);
    pushed(true).expects(I03);
    let mut told = Told::with(&[(axis::PUSH_TARGET, "one-triggering")]);
    told.accepted(M, 100).delivered(M, Origin::FanOut, PHONE).delivered(M, Origin::FanOut, TABLET).holds(I03);
    told.delivered(M, Origin::FanOut, TABLET).finds(I03);
}

fn both_ways(told: &mut Told) -> &mut Told {
    attempt(told, PHONE);
    told.delivered(M, Origin::FanOut, PHONE).event(9);
    let copy = told.made(M, Origin::HandOver, Path::Sms, Some(PHONE));
    told.arrives(M, copy, Path::Sms, PHONE)
}

#[test]
fn i04_it_comes_by_sms_and_by_ip() {
    let mut told = Told::new();
    told.accepted(M, 100).says(PF, Ms::Handover { message: M, attempt: 1 });
    both_ways(&mut told).finds(I04);
    let mut late = Told::new();
    late.accepted(M, 100).says(PF, Ms::Handover { message: M, attempt: 1 });
    late.says(ISF, Ms::SmsResult { message: M, attempt: 1, ok: false });
    both_ways(&mut late).expects(I04);
    // One decision that hands over by a rule and delivers: both were asked for.
    let mut asked = Told::new();
    asked.accepted(M, 100).tagged(PF, Tag::RuleInterworks, Ms::Handover { message: M, attempt: 1 });
    both_ways(&mut asked).expects(I04);
    let mut push = Told::with(&[(axis::ON_REGISTER_INFLIGHT, "push")]);
    push.accepted(M, 100).says(PF, Ms::Handover { message: M, attempt: 1 });
    both_ways(&mut push).expects(I04);
}

fn hears(told: &mut Told, disposition: Disposition) -> &mut Told {
    told.says(SENDER, Ms::ImdnReceived { message: M, disposition })
}

#[test]
fn i05_two_reports_of_a_kind_reach_a_device_of_the_sender() {
    let mut told = Told::new();
    told.accepted(M, 100);
    hears(&mut told, Disposition::Delivered);
    hears(&mut told, Disposition::Displayed).holds(I05);
    hears(&mut told, Disposition::Delivered).finds(I05);
    told.holds(I28);
    let mut all = Told::with(&[(axis::IMDN_FOLD, "pass-all")]);
    all.accepted(M, 100);
    hears(hears(&mut all, Disposition::Displayed), Disposition::Displayed).expects(I05);
}

#[test]
fn i06_the_pf_reports_once_and_after_the_fact() {
    let mut told = Told::new();
    told.accepted(M, 100).delivered(M, Origin::FanOut, PHONE);
    let (good, bad) = (told.report(Disposition::Delivered, PHONE), told.report(Disposition::Failed, PF));
    told.reports(PF, good).holds(I06);
    told.reports(PF, bad).finds(I06);
    let mut early = Told::new();
    early.accepted(M, 100).reports(PF, good).finds(I06);
    // A client answered 202, and that counts as delivered.
    let mut by_202 = Told::new();
    ended(by_202.accepted(M, 100), PHONE, LegResult::Code(202)).reports(PF, good).expects(I06);
}

#[test]
fn i07_displayed_before_delivered_and_reports_about_another() {
    let mut told = Told::new();
    told.accepted(M, 100).delivered(M, Origin::FanOut, PHONE);
    let (shown, came) = (told.report(Disposition::Displayed, PHONE), told.report(Disposition::Delivered, PHONE));
    told.reports(PHONE, came).reports(PHONE, shown).holds(I07);
    let mut early = Told::new();
    early.accepted(M, 100).delivered(M, Origin::FanOut, PHONE).reports(PHONE, shown).finds(I07);
    let mut other = Told::new();
    other.accepted(M, 100).delivered(M, Origin::FanOut, PHONE).reports(PHONE, Imdn { from: FROM, ..came }).finds(I07);
    // Order at the sender may be the links'.
    let mut late = Told::new();
    hears(hears(late.accepted(M, 100), Disposition::Displayed), Disposition::Delivered).expects(I07);
}

#[test]
fn i08_expiry_is_decided_once_in_time_and_for_good() {
    let expired = |s| {
        let mut told = Told::new();
        deferred(told.accepted(M, 100));
        told.event(s).says(PF, Ms::Expire { message: M });
        told
    };
    expired(100).holds(I08);
    expired(99).finds(I08);
    expired(100).says(PF, Ms::Expire { message: M }).finds(I08);
    attempt(&mut expired(100), PHONE).finds(I08);
    expired(100).says(PF, Ms::Handover { message: M, attempt: 1 }).finds(I08);
    let mut off = Told::with(&[(axis::GUARD_EXPIRY_ACTION_ONCE, "off")]);
    off.accepted(M, 100).event(100).says(PF, Ms::Expire { message: M }).says(PF, Ms::Expire { message: M }).expects(I08);
}

#[test]
fn i09_a_deleted_message_is_delivered() {
    let deleted = |hide| {
        let mut told = Told::with(&[(axis::GUARD_HIDE_IN_DELIVERY, hide)]);
        deferred(told.accepted(M, 100));
        let action = Some(CpmAction::Delete);
        told.says(PF, Ms::PullItem { pull: 1, device: PHONE, message: M, action, result: ItemResult::Moved });
        told
    };
    deleted("on").holds(I09);
    attempt(&mut deleted("on"), TABLET).finds(I09);
    attempt(&mut deleted("off"), TABLET).expects(I09);
}

#[test]
fn i10_a_later_message_comes_first() {
    let inverted = |order| {
        let mut told = Told::with(&[(axis::PUSH_ORDER, order)]);
        let second = told.message();
        told.accepted(M, 100).accepted(second, 100).delivered(second, Origin::Push, PHONE).delivered(M, Origin::Push, PHONE);
        told
    };
    inverted("fifo").finds(I10);
    inverted("newest-first").expects(I10);
    let mut told = Told::new();
    let second = told.message();
    told.accepted(M, 100).accepted(second, 100).delivered(M, Origin::Push, PHONE).delivered(second, Origin::Push, PHONE).holds(I10);
}

#[test]
fn i11_two_pulls_get_hold_of_one_message() {
    let pulled = |claim| {
        let mut told = Told::with(&[(axis::GUARD_CLAIM_PER_MESSAGE, claim)]);
        deferred(told.accepted(M, 100));
        for (pull, device) in [(1, PHONE), (2, TABLET)] {
            told.says(PF, Ms::PullReceived { user: USER, pull, device, selective: false, paused: false });
        }
        told
    };
    let mut fine = pulled("on");
    fine.delivered(M, Origin::Pull, PHONE).holds(I11);
    for (claim, finding) in [("on", true), ("off", false)] {
        let mut told = pulled(claim);
        told.made(M, Origin::Pull, Path::Ip, Some(PHONE));
        told.made(M, Origin::Pull, Path::Ip, Some(TABLET));
        if finding { told.finds(I11) } else { told.expects(I11) }
    }
}

#[test]
fn i12_a_second_final_response() {
    let mut told = Told::new();
    told.accepted(M, 100).answers(CORE, M, 202, 3).answers(PF, M, 202, 3).holds(I12);
    told.answers(CORE, M, 480, 3).finds(I12);
}

#[test]
fn i13_a_repeated_request_is_handed_on() {
    let handed = |again: u64| {
        let mut told = Told::new();
        let pager = Box::new(told.pager(M));
        let txn = TxnId { owner: SENDER, slot: 0, generation: 0 };
        let request = Pdu::Request(told.request(Body::Pager(pager), Target::User(USER), Case::Terminating, txn));
        told.accepted(M, 100).takes(PF, &request).takes(CORE, &request);
        told.oracles.absorbed();
        told.holds(I13);
        told.event(again).takes(PF, &request);
        told
    };
    handed(33).finds(I13);
    // After the transaction's end it is a new request, and what follows from it is explained.
    let mut told = handed(34);
    told.expects(I13);
    hears(hears(&mut told, Disposition::Delivered), Disposition::Delivered).expects(I05);
}

#[test]
fn i14_202_before_the_message_is_written_down() {
    let mut told = Told::new();
    told.accepted(M, 100).answers(PF, M, 202, 0).event(2);
    deferred(&mut told).finds(I14);
    let mut fine = Told::new();
    deferred(fine.accepted(M, 100).answers(PF, M, 202, 0)).event(2).holds(I14);
}

#[test]
fn i15_open_long_after_expiry() {
    let open = |s, set: &[_]| {
        let mut told = Told::with(set);
        told.accepted(M, 100).made(M, Origin::Acceptance, Path::Ip, None);
        told.closes(s, true);
        told
    };
    open(2100, &[]).finds(I15);
    open(2100, &[(axis::EMPTY_RULE, "no-outcome")]).expects(I15);
    assert_eq!(open(2099, &[]).found(I15), Verdict::default(), "it is too early to say");
}

#[test]
fn i16_expired_while_a_device_was_there() {
    let expired = |since: u64, set: &[_]| {
        let mut told = Told::with(set);
        deferred(told.accepted(M, 2000));
        told.oracles.there(at(since), 0, true);
        let copy = told.made(M, Origin::Acceptance, Path::Ip, None);
        told.event(2000).says(PF, Ms::Expire { message: M }).says(PF, Ms::CopyEnd { copy, message: M, fate: Fate::Expired });
        told.closes(2001, false);
        told
    };
    expired(1199, &[]).finds(I16);
    expired(1199, &[(axis::GUARD_RE_EVALUATE_AFTER_INSERTION, "off")]).expects(I16);
    expired(1199, &[(axis::RENOTIFY, "never")]).expects(I16);
    expired(1200, &[]).holds(I16);
}

#[test]
fn i19_a_report_about_an_earlier_attempt_moves_the_message() {
    let late = |guard| {
        let mut told = Told::with(&[(axis::GUARD_IGNORE_LATE_FAILURE, guard)]);
        told.accepted(M, 100).says(PF, Ms::Handover { message: M, attempt: 1 }).says(PF, Ms::Handover { message: M, attempt: 2 });
        let body = Body::IwEvent(IwEvent::FailedIw { user: USER, message: M, domain: Domain::Cs, attempt: 1 });
        let txn = TxnId { owner: ISF, slot: 0, generation: 0 };
        let request = Pdu::Request(told.request(body, Target::Function(PF), Case::Done, txn));
        told.event(9).is_told(PF, ISF, &request);
        told
    };
    late("on").holds(I19);
    deferred(&mut late("on")).finds(I19);
    deferred(&mut late("off")).expects(I19);
    deferred(late("on").event(10)).holds(I19);
}

#[test]
fn i22_a_notification_names_what_is_gone() {
    let notified = |kind| {
        let mut told = Told::new();
        deferred(told.accepted(M, 100));
        let notify = Ms::Notify { user: USER, round: 1, device: PHONE, channel: Channel::InBand, kind, number: 1 };
        told.says(PF, notify).says(PF, Ms::NotifyLists { round: 1, device: PHONE, message: M });
        told
    };
    notified(NoticeKind::Waiting).holds(I22);
    let again = |told: &mut Told| {
        told.says(PF, Ms::Leave { message: M, user: USER }).says(PF, Ms::NotifyLists { round: 1, device: TABLET, message: M });
    };
    let mut told = notified(NoticeKind::Waiting);
    again(&mut told);
    told.finds(I22);
    let mut expired = notified(NoticeKind::Expired);
    again(&mut expired);
    assert_eq!(expired.found(I22), Verdict::default(), "what has expired is named after it has left");
    let mut pull = Told::new();
    pull.says(PF, Ms::PullAnswer { user: USER, pull: 1, device: PHONE, code: 488 }).holds(I22);
    pull.says(PF, Ms::PullAnswer { user: USER, pull: 2, device: PHONE, code: 200 }).finds(I22);
}

#[test]
fn i23_two_owners_at_a_time() {
    let mut told = Told::new();
    attempt(told.accepted(M, 100), PHONE);
    attempt(&mut told, TABLET).holds(I23);
    told.says(PF, Ms::Handover { message: M, attempt: 1 }).finds(I23);
    let mut back = Told::new();
    attempt(back.accepted(M, 100), PHONE);
    ended(&mut back, PHONE, LegResult::Code(480)).says(PF, Ms::Handover { message: M, attempt: 1 }).holds(I23);
    attempt(&mut back, PHONE).finds(I23);
    let mut stored = Told::new();
    stored.accepted(M, 100);
    stored.says(CORE, Ms::StorePut { message: M, owner: USER, uid: 1, storing: Storing::Delivery });
    attempt(&mut stored, PHONE).finds(I23);
    // The store took what the PF had given up: its answer was late.
    for order in [[true, false], [false, true]] {
        let mut given_up = Told::new();
        given_up.accepted(M, 100);
        for put in order {
            given_up.says(
                PF,
                if put {
                    Ms::StorePut { message: M, owner: USER, uid: 1, storing: Storing::Delivery }
                } else {
                    Ms::Store { message: M, ok: false }
                },
            );
        }
        attempt(&mut given_up, PHONE).holds(I23);
    }
    let mut timed_out = Told::new();
    attempt(timed_out.accepted(M, 100), PHONE);
    ended(&mut timed_out, TABLET, LegResult::Timeout).says(PF, Ms::Handover { message: M, attempt: 1 }).expects(I23);
    let twice = |hides| {
        let mut told = Told::new();
        told.oracles.facts.hides = hides;
        attempt(told.accepted(M, 100), PHONE);
        attempt(&mut told, PHONE);
        told
    };
    twice(true).finds(I23);
    twice(false).holds(I23);
}

#[test]
fn i24_and_i26_are_faults_of_the_program() {
    let mut told = Told::new();
    let moment = told.moment(PF);
    told.oracles.fired(moment, true);
    told.holds(I24);
    told.oracles.fired(moment, false);
    told.finds(I24);
    assert!(told.oracles.take_fault().is_some_and(|what| what.starts_with("I-24")));
    let body = |told: &Told, target| {
        let txn = TxnId { owner: CORE, slot: 0, generation: 0 };
        Pdu::Request(told.request(Body::Pager(Box::new(told.pager(M))), target, Case::Done, txn))
    };
    let right = body(&told, Target::Contact(USER, PHONE));
    told.at_device(PHONE, &right).holds(I26);
    assert!(told.oracles.take_fault().is_none());
    told.at_device(TABLET, &right).finds(I26);
    assert!(told.oracles.take_fault().is_some_and(|what| what.starts_with("I-26")));
    let mut other = Told::new();
    let stranger = body(&other, Target::User(USER));
    other.at_device(SENDER, &stranger).finds(I26);
    let mut told = Told::new();
    told.accepted(M, 100).delivered(M, Origin::FanOut, PHONE).holds(I25);
}

#[test]
fn i27_something_is_begun_after_the_end() {
    let settled = |guard| {
        let mut told = Told::with(&[(axis::GUARD_IGNORE_LATE_FAILURE, guard)]);
        told.accepted(M, 100).says(PF, Ms::Settled { message: M });
        told
    };
    settled("on").holds(I27);
    attempt(&mut settled("on"), PHONE).finds(I27);
    deferred(&mut settled("on")).finds(I27);
    settled("on").says(PF, Ms::Settled { message: M }).finds(I27);
    deferred(&mut settled("off")).expects(I27);
}

#[test]
fn i28_a_terminal_status_changes() {
    let mut told = Told::new();
    hears(told.accepted(M, 100), Disposition::Failed).holds(I28);
    hears(&mut told, Disposition::Delivered).finds(I28);
    let mut passed = Told::with(&[(axis::NEGATIVE_IMDN, "passed")]);
    hears(hears(passed.accepted(M, 100), Disposition::Failed), Disposition::Delivered).expects(I28);
}

#[test]
fn i29_more_hand_overs_than_the_limit() {
    let over = |guard, times| {
        let mut told = Told::with(&[(axis::GUARD_HANDOVER_LIMIT, guard)]);
        told.accepted(M, 100);
        for attempt in 1..=times {
            told.says(PF, Ms::Handover { message: M, attempt });
        }
        told
    };
    over("on", 2).holds(I29);
    over("on", 3).finds(I29);
    over("off", 3).expects(I29);
    // The first by a rule, beside the message that the same decision deferred: it came, or came back; the second came back.
    let beside = |first: Option<bool>| {
        let mut told = Told::new();
        told.accepted(M, 100).tagged(PF, Tag::RuleInterworks, Ms::Handover { message: M, attempt: 1 });
        deferred(&mut told).event(4);
        let result = |told: &mut Told, attempt, ok| {
            let event = match ok {
                true => IwEvent::DeliveredIw { message: M, user: USER, attempt },
                false => IwEvent::FailedIw { message: M, user: USER, attempt, domain: Domain::Cs },
            };
            let txn = TxnId { owner: ISF, slot: attempt, generation: 0 };
            let request = told.request(Body::IwEvent(event), Target::Function(PF), Case::Done, txn);
            told.is_told(PF, ISF, &Pdu::Request(request));
        };
        first.into_iter().for_each(|ok| result(&mut told, 1, ok));
        told.event(5).says(PF, Ms::Handover { message: M, attempt: 2 });
        result(&mut told, 2, false);
        told.event(6).says(PF, Ms::Handover { message: M, attempt: 3 });
        told
    };
    beside(Some(true)).holds(I29);
    beside(None).holds(I29);
    beside(Some(false)).finds(I29);
    let mut told = Told::new();
    told.accepted(M, 100).record(M).retargets = 2;
    told.says(PF, Ms::Forward { message: M, into: MessageId(9), to: USER }).finds(I29);
}

#[test]
fn i30_a_full_queue() {
    let full = || {
        let mut told = Told::new();
        let second = told.message();
        deferred(told.accepted(M, 100));
        (told, second)
    };
    let (mut told, second) = full();
    told.event(2)
        .says(PF, Ms::QueueFull { message: second })
        .says(PF, Ms::Failed { message: second, code: 480 })
        .event(3)
        .holds(I30);
    let (mut silent, second) = full();
    silent.event(2).says(PF, Ms::QueueFull { message: second }).event(3).finds(I30);
    let (mut over, second) = full();
    over.says(PF, Ms::Defer { message: second, user: USER, reason: DeferReason::NoClient }).finds(I30);
    let mut room = Told::new();
    room.accepted(M, 100).says(PF, Ms::QueueFull { message: M }).says(PF, Ms::Failed { message: M, code: 480 }).finds(I30);
}

#[test]
fn i31_a_delivery_report_does_not_come() {
    let delivered = |known: bool| {
        let mut told = Told::new();
        if known {
            told.says(PF_O, Ms::View { user: FROM, device: SENDER, on: true });
        }
        told.accepted(M, 100).event(5).delivered(M, Origin::FanOut, PHONE);
        told
    };
    delivered(true).closes(10, false).finds(I31);
    hears(&mut delivered(true), Disposition::Delivered).closes(10, false).holds(I31);
    delivered(false).closes(10, false).expects(I31);
    let mut lost = delivered(true);
    lost.oracles.report_lost(0);
    lost.closes(10, false).expects(I31);
    assert_eq!(delivered(true).closes(10, true).found(I31), Verdict::default(), "it may still be under way");
    delivered(true).closes(305, true).finds(I31);
    let mut under_way = delivered(true);
    under_way.ledger.hold(0);
    assert_eq!(under_way.closes(305, true).found(I31), Verdict::default(), "a report that is hours late may still come");
}

/// The session in which it came was over for the device. The PF had let go of it when it sent it.
#[test]
fn what_a_device_refuses_is_not_delivered() {
    let refused = |path| {
        let mut told = Told::new();
        told.says(PF_O, Ms::View { user: FROM, device: SENDER, on: true });
        told.accepted(M, 100).event(5);
        let copy = told.made(M, Origin::Pull, path, Some(PHONE));
        told.arrives(M, copy, path, PHONE);
        (told, copy)
    };
    let ends = |told: &mut Told, copy| {
        let fate = Fate::Refused(481);
        told.says(PHONE, Ms::CopyEnd { copy, message: M, fate }).closes(10, false);
        told.record(M).outcome
    };
    let (mut told, copy) = refused(Path::Ip);
    assert_eq!(ends(&mut told, copy), Outcome::Lost);
    assert_eq!(told.found(I31), Verdict::default());
    let (mut again, copy) = refused(Path::Ip);
    again.delivered(M, Origin::Pull, TABLET);
    assert_eq!(ends(&mut again, copy), Outcome::DeliveredIp);
    again.finds(I31);
    let (mut by_sms, copy) = refused(Path::Ip);
    let short = by_sms.made(M, Origin::HandOver, Path::Sms, None);
    by_sms.arrives(M, short, Path::Sms, PHONE).shown(M, short, Path::Sms, PHONE);
    assert_eq!(ends(&mut by_sms, copy), Outcome::DeliveredSms);
    // A short message that its gateway had given up and that came all the same was shown.
    let (mut shown, copy) = refused(Path::Sms);
    shown.says(PHONE, Ms::Present { message: M, copy, path: Path::Sms });
    assert_eq!(ends(&mut shown, copy), Outcome::DeliveredSms);
}

#[test]
fn i32_the_sender_believes_otherwise() {
    let mut told = Told::new();
    told.accepted(M, 100).delivered(M, Origin::FanOut, PHONE);
    hears(&mut told, Disposition::Failed).closes(10, false).expects(I32);
    let mut fine = Told::new();
    fine.accepted(M, 100).delivered(M, Origin::FanOut, PHONE);
    hears(&mut fine, Disposition::Delivered).closes(10, false).holds(I32);
}

/// What a PF had begun before it stopped may still arrive, and is no second owner's.
#[test]
fn a_restart_excuses_what_was_under_way() {
    let mut told = Told::with(&[(axis::PUSH_TARGET, "one-triggering")]);
    attempt(told.accepted(M, 100), PHONE);
    told.delivered(M, Origin::Push, PHONE).says(PF, Ms::Restarted).event(3);
    attempt(&mut told, TABLET).holds(I23);
    told.delivered(M, Origin::Push, TABLET).expects(I03);
}

#[test]
fn the_first_finding_is_shown_before_an_expected_break() {
    let place = |s| Break { at: at(s), message: Some(M), function: PF, what: "so" };
    let mut verdicts = Verdicts::default();
    verdicts.broken(I02, false, place(1));
    assert_eq!(verdicts.of(I02).first, Some(place(1)));
    verdicts.broken(I02, true, place(2));
    verdicts.broken(I02, true, place(3));
    verdicts.broken(I02, false, place(4));
    let verdict = verdicts.of(I02);
    assert_eq!((verdict.mandated, verdict.expected, verdict.first), (2, 2, Some(place(2))));
    assert_eq!(verdicts.findings(), 2);
}
