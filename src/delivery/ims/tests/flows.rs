//! Flows of clients (RFC 5626): keep-alives, a flow that fails, what the Core answers for a contact behind it, and its restart.

use super::*;
use crate::delivery::suite::clause_tests;
use crate::delivery::{KeepAlive, Target, axes as axis};

const EVERY: Span = Span::from_secs(120);

fn watched(rules: Rules, stun: bool, devices: &[FunctionId]) -> Net {
    Net::with(rules, Plan { flow: Some(FlowSetup { every: EVERY, stun }), ..Plan::default() }, devices)
}

/// Keep-alives of a device, in order of their sending.
fn pings(net: &Net, device: FunctionId) -> Vec<u32> {
    let ping = |s: &Sent| match s.pdu {
        Pdu::KeepAlive(KeepAlive::Ping { nth, .. }) if s.from == device => Some(nth),
        _ => None,
    };
    net.sent.iter().filter_map(ping).collect()
}

fn registers(net: &Net, device: FunctionId) -> usize {
    net.requests(device, CORE_B).iter().filter(|r| r.method == Method::Register).count()
}

/// Answers that the PF of the recipient gets from the Core.
fn to_pf(net: &Net) -> Vec<u16> {
    net.responses(CORE_B, PF_B, Method::Message).iter().map(|r| r.code).collect()
}

fn sends(net: &mut Net) {
    let pager = net.message();
    net.send(pager);
}

/// What became of Bob's bindings by the Core, and whom the Core named to the PF as gone.
fn told_gone(net: &Net) -> Vec<FunctionId> {
    let gone = |r: &&Request| match &r.body {
        Body::RegInfo(info) => info.contacts.iter().find(|c| !c.active).map(|c| (c.client, c.event)),
        _ => None,
    };
    let gone: Vec<_> = net.requests(CORE_B, PF_B).iter().filter_map(gone).collect();
    assert!(gone.iter().all(|(_, event)| *event == crate::delivery::ContactEvent::Deactivated), "{gone:?}");
    gone.into_iter().map(|(client, _)| client).collect()
}

clause_tests! {
    /// RFC 5626 4.4: one at each interval, while it is answered, and none before the registration.
    fn own_a_registered_client_keeps_its_flow_alive(rules) {
        let mut net = watched(rules, false, &[B1]);
        net.pass(Span::from_millis(119_999));
        assert!(pings(&net, B1).is_empty());
        net.pass(Span::from_millis(1));
        assert_eq!(pings(&net, B1), [1]);
        net.pass(Span::from_secs(240));
        assert_eq!((pings(&net, B1), registers(&net, B1)), (vec![1, 2, 3], 0));
    }

    fn own_without_an_interval_there_are_no_keep_alives(rules) {
        let mut net = Net::with(rules, Plan::default(), &[B1]);
        net.pass(Span::from_secs(10_000));
        assert!(net.sent.is_empty());
    }

    /// RFC 5626 4.4.1: no answer within 10 s; 4.5: half the base time to all of it, since no registration has failed.
    fn own_a_flow_without_an_answer_is_replaced(rules) {
        let mut net = watched(rules, false, &[A1, B1]);
        net.cut.insert(B1);
        net.pass(Span::from_millis(120_000 + 10_000 + 30_000 - 1));
        assert_eq!((pings(&net, B1).len(), registers(&net, B1)), (1, 0));
        net.cut.clear();
        net.pass(Span::from_millis(1));
        assert_eq!(registers(&net, B1), 2, "without credentials and with them");
        net.forget();
        net.pass(EVERY);
        assert_eq!(pings(&net, B1), [2], "the new flow is kept alive");
        sends(&mut net);
        assert_eq!(net.presented(), [B1]);
    }

    /// RFC 5389 7.2.1: requests at 0, 0.5, 1.5, 3.5, 7.5, 15.5 and 31.5 s, and the end at 39.5 s.
    fn own_over_udp_a_keep_alive_is_sent_seven_times(rules) {
        let mut net = watched(rules, true, &[B1]);
        net.cut.insert(B1);
        net.pass(EVERY);
        for (nth, until) in [0, 500, 1500, 3500, 7500, 15_500, 31_500].into_iter().zip([500, 1500, 3500, 7500, 15_500, 31_500, 39_500]).enumerate() {
            assert_eq!(pings(&net, B1), vec![1; nth + 1]);
            net.pass(Span::from_millis(until.1 - until.0));
        }
        assert_eq!((pings(&net, B1).len(), registers(&net, B1)), (7, 0));
        net.pass(Span::from_secs(30));
        assert_eq!(registers(&net, B1), 2);
    }

    fn own_one_answer_of_seven_is_enough(rules) {
        let mut net = watched(rules, true, &[B1]);
        net.cut.insert(B1);
        net.pass(EVERY + Span::from_millis(31_499));
        net.cut.clear();
        net.pass(Span::from_secs(130));
        assert_eq!((pings(&net, B1), registers(&net, B1)), (vec![1, 1, 1, 1, 1, 1, 1, 2], 0));
    }

    /// RFC 5626 5.3, 11.5: the flow of a client that went without a word; the binding goes with the first request for it.
    fn own_a_request_over_a_failed_flow_is_430_and_its_binding_goes(rules) {
        let mut net = watched(rules, false, &[A1, B1]);
        net.tell(B1, Input::Access(Access::Gone));
        net.pass(Span::from_secs(160));
        assert!(net.cores[&CORE_B].is_bound(BOB, B1), "nobody has asked for it");
        sends(&mut net);
        assert_eq!((to_pf(&net), net.answers()), (vec![430], vec![202]));
        assert!(!net.cores[&CORE_B].is_bound(BOB, B1));
        assert_eq!(told_gone(&net), [B1]);
        net.forget();
        sends(&mut net);
        assert!(to_pf(&net).is_empty(), "the PF knows that nobody is there");
        net.connect(B1);
        assert_eq!(net.presented(), [B1, B1], "late, not lost");
        net.assert_balanced();
    }

    fn own_until_its_flow_has_failed_a_contact_is_tried(rules) {
        let mut net = watched(rules, false, &[A1, B1]);
        net.pass(Span::from_secs(119));
        net.tell(B1, Input::Access(Access::Gone));
        net.meets.insert(B1, Meets::Swallows);
        net.pass(Span::from_secs(159 - 119));
        sends(&mut net);
        assert_eq!(net.pagers(CORE_B, B1).len(), 1);
        assert!(net.cores[&CORE_B].is_bound(BOB, B1));
    }

    /// RFC 5626 7: another contact is tried; the one whose flow has failed takes no part in the fork.
    fn own_a_fork_leaves_a_failed_flow_out(rules) {
        let flow = Some(FlowSetup { every: EVERY, stun: false });
        let mut net = Net::with(rules, Plan { flow, axes: vec![(axis::FANOUT, "core-fork")], ..Plan::default() }, &[A1, B1, B2]);
        net.tell(B1, Input::Access(Access::Gone));
        net.pass(Span::from_secs(160));
        sends(&mut net);
        assert_eq!((net.pagers(CORE_B, B1).len(), net.presented()), (0, vec![B2]));
        assert_eq!((told_gone(&net), to_pf(&net)), (vec![B1], vec![200]));
        net.assert_balanced();
    }

    /// An interval longer than the life of a binding: the refresh is a sign of life like a keep-alive.
    fn own_keep_alives_may_be_rarer_than_refreshes(rules) {
        let flow = Some(FlowSetup { every: Span::from_secs(700_000), stun: false });
        let mut net = Net::with(rules, Plan { flow, ..Plan::default() }, &[A1, B1]);
        net.pass(Span::from_secs(1_400_000));
        assert_eq!((registers(&net, B1), pings(&net, B1)), (2, vec![1, 2]));
        sends(&mut net);
        assert_eq!(net.presented(), [B1]);
    }

    /// A client that leaves in good order, whose binding runs out or who registers anew leaves no flow behind.
    fn own_a_flow_ends_with_its_binding(rules) {
        let mut net = watched(rules, false, &[B1, B2]);
        net.tell(B1, Input::Access(Access::LeavingInOrder));
        net.settle();
        net.tell(B1, Input::Access(Access::Gone));
        net.tell(B2, Input::Access(Access::Gone));
        net.pass(Span::from_secs(700_000));
        assert!(net.timers.is_empty(), "{:?}", net.timers);
        net.connect(B1);
        net.forget();
        net.pass(EVERY);
        assert_eq!(pings(&net, B1).len(), 1);
    }

    /// The flows of all clients fail at once: each finds it out at its next keep-alive, and what comes before waits.
    fn own_a_core_that_restarts_has_lost_its_flows(rules) {
        let mut net = watched(rules, false, &[A1, B1, B2]);
        net.tell(CORE_B, Input::Restarted);
        net.settle();
        sends(&mut net);
        assert_eq!((to_pf(&net), net.answers()), (vec![430, 430], vec![202]));
        net.pass(Span::from_secs(120 + 10 + 30));
        assert!(net.cores[&CORE_B].is_bound(BOB, B1) && net.cores[&CORE_B].is_bound(BOB, B2));
        assert!(!net.presented().is_empty());
        net.assert_balanced();
    }

    fn own_without_keep_alives_a_restart_is_found_out_at_the_refresh(rules) {
        let mut net = Net::with(rules, Plan::default(), &[A1, B1]);
        net.tell(CORE_B, Input::Restarted);
        net.pass(Span::from_secs(590_000));
        sends(&mut net);
        assert_eq!(to_pf(&net), [430]);
        net.pass(Span::from_secs(599_400 - 590_001));
        assert!(net.presented().is_empty());
        net.pass(Span::from_secs(1));
        assert_eq!(net.presented(), [B1]);
    }

    /// What the Core was doing as it stopped is begun anew: the PF is told again.
    fn own_a_restart_forgets_transactions_and_not_what_is_to_be_told(rules) {
        let mut net = Net::with(rules, Plan::default(), &[A1, B1]);
        net.tell(B2, Input::Access(Access::Connected { register: true }));
        // The NOTIFY is lost with the restart.
        while let Some(Sent { from, to, pdu }) = net.line.pop_front() {
            if matches!(&pdu, Pdu::Request(r) if r.method == Method::Notify) {
                net.tell(CORE_B, Input::Restarted);
            } else {
                net.arrive(from, to, pdu);
            }
        }
        net.forget();
        net.pass(Span::from_secs(2));
        let named = |r: &&Request| matches!(&r.body, Body::RegInfo(info) if info.contacts.iter().any(|c| c.client == B2));
        assert_eq!(net.requests(CORE_B, PF_B).iter().filter(|r| named(r)).count(), 1);
    }

    fn own_a_session_for_a_contact_without_a_flow_is_430(rules) {
        let mut net = watched(rules, false, &[A1, B1]);
        net.tell(CORE_B, Input::Restarted);
        let txn = crate::delivery::TxnId { owner: PF_B, slot: 77, generation: 0 };
        let request = Request {
            method: Method::Invite,
            txn,
            via: crate::delivery::Via::of(PF_B),
            target: Target::Contact(BOB, B1),
            case: crate::delivery::Case::Done,
            from: BOB,
            icsi: Icsi::None,
            max_forwards: MAX_FORWARDS,
            target_address: None,
            body: Body::PushSession { user: BOB, client: B1 },
        };
        net.give(PF_B, CORE_B, request);
        assert_eq!(net.responses(CORE_B, PF_B, Method::Invite).iter().map(|r| r.code).collect::<Vec<_>>(), [430]);
    }
}
