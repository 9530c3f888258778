//! What the answers of clients come to.

use super::*;
use crate::delivery::suite::clause_tests;
use crate::delivery::{DeferReason, axes as axis};

/// A PF of 2015 with these axes and an ISF, the recipient registered with these devices.
fn rig(rules: Rules, set: Set, devices: &[u32]) -> Rig {
    let mut rig = Rig::new(rules, Profile::Latest, set, |_| {});
    rig.register(devices);
    rig
}

fn with_isf(rules: Rules, set: Set, devices: &[u32]) -> Rig {
    let mut rig = Rig::new(rules, Profile::Latest, set, |s| s.isf = Some(ISF));
    rig.register(devices);
    rig
}

fn retry(timer: &Timer) -> bool {
    matches!(timer, Timer::ServerRetry { .. })
}

clause_tests! {
    fn own_on_timeout(rules) {
        let mut deferring = rig(rules, &[], &[0]);
        deferring.message();
        let said = deferring.fire(is_end);
        assert!(said.says(|m| matches!(m, Milestone::Defer { reason: DeferReason::AttemptFailed, .. })));
        assert_eq!(said.codes(), [202]);
        let mut failing = rig(rules, &[(axis::ON_TIMEOUT, "fail")], &[0]);
        failing.message();
        assert_eq!(failing.fire(is_end).codes(), [480], "no client gave an answer that may be passed on");
    }

    fn own_timeout_binding(rules) {
        let second = |set: Set| {
            let mut rig = rig(rules, set, &[0]);
            rig.message();
            rig.fire(is_end);
            rig.message().legs().len()
        };
        assert_eq!(second(&[]), 1, "the binding counts on");
        assert_eq!(second(&[(axis::TIMEOUT_BINDING, "suspect")]), 0, "it is suspect until it is heard of");
    }

    fn own_on_unreachable(rules) {
        for code in [404, 410, 430, 480, 503] {
            let mut deferring = rig(rules, &[], &[0]);
            let said = deferring.message();
            let said = deferring.answer(&said.leg(), code, Reason::None);
            assert!(said.defers() && said.codes() == [202], "{code}");
        }
        let mut failing = rig(rules, &[(axis::ON_UNREACHABLE, "fail")], &[0]);
        let said = failing.message();
        assert_eq!(failing.answer(&said.leg(), 404, Reason::None).codes(), [404]);
    }

    /// What follows is told under the rule for the answer that decides: the last that allows deferral, else the last.
    fn own_all_failed_is_told_under_the_rule_that_decides(rules) {
        let after = |set: Set, codes: [u16; 2]| {
            let mut rig = rig(rules, set, &[0, 1]);
            let legs = rig.message().legs();
            rig.answer(&legs[0], codes[0], Reason::None);
            let said = rig.answer(&legs[1], codes[1], Reason::None);
            let tag = said.0.iter().find_map(|o| match o {
                Output::Milestone(tag, Milestone::Defer { .. } | Milestone::Failed { .. }) => Some(*tag),
                _ => None,
            });
            (tag, said.defers())
        };
        assert_eq!(after(&[], [480, 486]), (Some(Tag::OwnUnreachableDefers), true));
        assert_eq!(after(&[], [486, 480]), (Some(Tag::OwnUnreachableDefers), true));
        assert_eq!(after(&[], [408, 486]), (Some(Tag::OwnTimeoutDefers), true));
        assert_eq!(after(&[], [486, 603]), (Some(Tag::OwnRefusalFails), false));
        assert_eq!(after(&[(axis::ON_UNREACHABLE, "fail")], [486, 480]), (Some(Tag::OwnUnreachableDefers), false));
    }

    fn own_on_refusal(rules) {
        for code in [403, 486, 600, 603, 606] {
            let mut failing = rig(rules, &[], &[0]);
            let said = failing.message();
            let said = failing.answer(&said.leg(), code, Reason::None);
            assert!(!said.defers() && said.codes() == [code], "{code}");
        }
        let mut deferring = rig(rules, &[(axis::ON_REFUSAL, "defer")], &[0]);
        let said = deferring.message();
        assert_eq!(deferring.answer(&said.leg(), 603, Reason::None).codes(), [202]);
    }

    fn own_on_content_error(rules) {
        for code in [413, 415, 488] {
            let mut adapting = with_isf(rules, &[], &[0]);
            let said = adapting.message();
            let said = adapting.answer(&said.leg(), code, Reason::None);
            assert_eq!((said.handed().len(), said.codes().len()), (1, 0), "{code}: by a non-CPM service");
        }
        let mut alone = rig(rules, &[], &[0]);
        let said = alone.message();
        assert_eq!(alone.answer(&said.leg(), 415, Reason::None).codes(), [415], "where there is no other way, it is a refusal");
        let mut failing = with_isf(rules, &[(axis::ON_CONTENT_ERROR, "fail")], &[0]);
        let said = failing.message();
        assert_eq!(failing.answer(&said.leg(), 415, Reason::None).codes(), [415]);
    }

    fn own_on_server_error(rules) {
        let mut retrying = rig(rules, &[], &[0]);
        let said = retrying.message();
        let first = said.leg();
        let waiting = retrying.answer(&first, 500, Reason::None);
        assert!(waiting.codes().is_empty() && !waiting.defers());
        let again = retrying.fire(retry);
        assert_eq!((again.leg().target, pager_of(&again.leg()).message), (first.target, pager_of(&first).message));
        let over = retrying.answer(&again.leg(), 500, Reason::None);
        assert!(over.defers() && over.codes() == [202], "repeated once, then deferred");
        let mut better = rig(rules, &[], &[0]);
        let said = better.message();
        let before = better.now;
        better.answer(&said.leg(), 504, Reason::RetryAfter(7));
        let again = better.fire(retry);
        assert!(better.now >= before.saturating_add(Span::from_secs(7)), "Retry-After is kept to");
        assert_eq!(better.ok(&again.leg()).codes(), [200]);
        // Its life ends while it waits: nothing more is begun.
        let mut short = rig(rules, &[], &[0]);
        let pager = short.pager();
        let said = short.send(Pager { expires: SimTime::ZERO.saturating_add(Span::from_secs(1)), ..pager });
        short.answer(&said.leg(), 500, Reason::None);
        let over = short.fire(retry);
        assert!(over.legs().is_empty() && over.codes() == [202] && over.settles());
        assert!(over.says(|m| matches!(m, Milestone::Expire { .. })) && short.held(&[&said.leg()]) == 0);
        let at_once = |value| {
            let mut rig = rig(rules, &[(axis::ON_SERVER_ERROR, value)], &[0]);
            let said = rig.message();
            let said = rig.answer(&said.leg(), 500, Reason::None);
            (said.codes(), said.defers())
        };
        assert_eq!(at_once("defer"), (vec![202], true));
        assert_eq!(at_once("fail"), (vec![500], false));
    }

    fn own_on_server_error_of_a_hand_over(rules) {
        let mut rig = with_isf(rules, &[], &[]);
        let said = rig.message();
        let waiting = rig.answer(&said.handed()[0], 503, Reason::None);
        assert!(waiting.codes().is_empty() && !waiting.defers(), "no waiting data stand for it: it is made once more");
        let again = rig.fire(retry);
        assert_eq!(again.handed().len(), 1);
        let over = rig.answer(&again.handed()[0], 503, Reason::None);
        assert!(over.defers() && over.codes() == [202]);
        // Its life ends while it waits: nothing more is begun.
        let mut short = with_isf(rules, &[], &[]);
        let pager = short.pager();
        let said = short.send(Pager { expires: SimTime::ZERO.saturating_add(Span::from_secs(1)), ..pager });
        short.answer(&said.handed()[0], 503, Reason::None);
        let over = short.fire(retry);
        assert!(over.handed().is_empty() && over.says(|m| matches!(m, Milestone::Expire { .. })) && over.settles());
        assert!(over.says(|m| matches!(m, Milestone::Retained { on: false, .. })) && short.held(&[]) == 0);
        // A registration while it waits finds it claimed.
        let mut other = with_isf(rules, &[], &[]);
        let said = other.message();
        other.answer(&said.handed()[0], 503, Reason::None);
        assert!(other.register(&[0]).legs().is_empty());
    }

    fn own_combined_response(rules) {
        let mut first = rig(rules, &[], &[0, 1]);
        let legs = first.message().legs();
        assert_eq!(first.ok(&legs[0]).codes(), [200]);
        let mut all = rig(rules, &[(axis::COMBINED_RESPONSE, "after-all")], &[0, 1]);
        let legs = all.message().legs();
        assert!(all.ok(&legs[0]).codes().is_empty());
        assert_eq!(all.answer(&legs[1], 603, Reason::None).codes(), [200], "one took it");
    }

    fn own_all_failed(rules) {
        let both = |set: Set| {
            let mut rig = rig(rules, set, &[0, 1]);
            let legs = rig.message().legs();
            rig.answer(&legs[0], 404, Reason::None);
            rig.answer(&legs[1], 486, Reason::None).codes()
        };
        assert_eq!(both(&[]), [202], "one of them allows deferral");
        assert_eq!(both(&[(axis::ALL_FAILED, "best-error")]), [404]);
        let refused = |set: Set| {
            let mut rig = rig(rules, set, &[0]);
            let leg = rig.message().leg();
            rig.answer(&leg, 486, Reason::None).codes()
        };
        assert_eq!(refused(&[(axis::ALL_FAILED, "defer")]), [202]);
    }

    fn own_fanout_defer_missing(rules) {
        let mut rig = rig(rules, &[(axis::FANOUT_DEFER_MISSING, "on")], &[0, 1]);
        let legs = rig.message().legs();
        let first = rig.ok(&legs[0]);
        assert!(first.codes() == [200] && !first.settles());
        let missing = rig.fire(is_end);
        assert!(missing.defers() && missing.codes().is_empty() && !missing.settles(), "it stays for the one that did not answer");
        let again = rig.register(&[0, 1]);
        assert!(again.legs().iter().all(|r| r.target == Target::Contact(TO, device(1))), "the other has it");
        assert_eq!(again.legs().len(), 1);
        assert!(rig.ok(&again.leg()).settles());
        assert_eq!(rig.held(&[&legs[1]]), 0);
        // Off: the message is done.
        let mut off = super::answers::rig(rules, &[], &[0, 1]);
        let legs = off.message().legs();
        assert!(off.ok(&legs[0]).settles());
        assert!(!off.fire(is_end).defers());
    }

    fn own_fanout_defer_missing_beside_a_short_message(rules) {
        // It stays in the queue for the device that did not answer; the failure of its short message defers it no second time.
        let mut rig = Rig::new(rules, Profile::Latest, &[(axis::FANOUT_DEFER_MISSING, "on")], |s| {
            with(s, rule(Actions { deliver_and_interwork: true, ..Actions::default() }));
            s.isf = Some(ISF);
        });
        rig.register(&[0, 1]);
        let pager = rig.pager();
        let said = rig.send(pager);
        rig.answer(&said.handed()[0], 202, Reason::None);
        rig.ok(&said.legs()[0]);
        assert!(rig.fire(is_end).defers());
        let event = IwEvent::FailedIw { user: TO, message: pager.message, domain: crate::delivery::Domain::Cs, attempt: 1 };
        let failed = rig.event(event);
        assert!(!failed.defers() && failed.bears(Tag::SmsFailureDefers));
    }

    fn own_on_client_202(rules) {
        let unconfirmed = [(axis::ON_CLIENT_202, "unconfirmed")];
        let accepted = |rig: &mut Rig| {
            let pager = rig.pager();
            let leg = rig.send(pager).leg();
            (pager, rig.answer(&leg, 202, Reason::None))
        };
        let report = |rig: &mut Rig, imdn: Imdn| {
            let request = rig.request(Method::Message, Case::Originating, Target::User(FROM), Body::Imdn(Box::new(imdn)));
            rig.receive(CORE, Pdu::Request(request))
        };
        let mut rig = rig(rules, &unconfirmed, &[0]);
        let (pager, said) = accepted(&mut rig);
        assert!(said.codes() == [202] && !said.settles(), "open until a report");
        assert!(rig.register(&[0]).legs().is_empty(), "and claimed");
        assert!(report(&mut rig, imdn_of(device(0), &pager, Disposition::Delivered)).settles());
        let (pager, _) = accepted(&mut rig);
        assert!(report(&mut rig, imdn_of(device(0), &pager, Disposition::Failed)).defers());
        // Without a report its life ends it.
        let mut silent = super::answers::rig(rules, &unconfirmed, &[0]);
        accepted(&mut silent);
        let over = silent.fire(|t| matches!(t, Timer::DeferredExpiry { .. }));
        assert!(over.says(|m| matches!(m, Milestone::Expire { .. })));
        let mut delivered = super::answers::rig(rules, &[], &[0]);
        assert!(accepted(&mut delivered).1.settles());
    }

    fn own_late_response(rules) {
        let mut rig = rig(rules, &[], &[0]);
        let leg = rig.message().leg();
        rig.fire(is_end);
        let late = rig.ok(&leg);
        assert!(late.says(|m| matches!(m, Milestone::LateResponse)) && late.codes().is_empty());
    }
}
