//! Registration, and what the PF is told of it (RFC 3261 10, RFC 3680, TS 24.229 5.4.2.1.2), with what becomes of a refusal.

use super::*;
use crate::delivery::TxnId;
use crate::delivery::suite::clause_tests;

/// What the PF believes, seen by what it does with a message: the devices that it tries.
fn tried(net: &mut Net) -> Vec<FunctionId> {
    net.forget();
    let pager = net.message();
    net.send(pager);
    let device = |m: &Milestone| if let Milestone::Attempt { device, .. } = m { Some(*device) } else { None };
    net.said.iter().filter_map(|(_, _, m)| device(m)).collect()
}

/// Notifications of Bob's registration: version, whether whole, contacts.
fn told(net: &Net) -> Vec<(u32, bool, Vec<FunctionId>)> {
    let info = |r: &&Request| match &r.body {
        Body::RegInfo(info) => Some((info.version, info.full, info.contacts.iter().map(|c| c.client).collect())),
        _ => None,
    };
    net.requests(CORE_B, PF_B).iter().filter_map(info).collect()
}

fn subscriptions(net: &Net) -> usize {
    net.requests(PF_B, CORE_B).iter().filter(|r| r.method == Method::Subscribe).count()
}

/// Two devices register, and the notifications of it are under way to Bob's PF.
fn held_back(net: &mut Net, devices: [FunctionId; 2]) -> [Pdu; 2] {
    let mut held = Vec::new();
    for device in devices {
        net.tell(device, Input::Access(Access::Connected { register: true }));
        while let Some(Sent { from, to, pdu }) = net.line.pop_front() {
            if matches!(&pdu, Pdu::Request(r) if r.method == Method::Notify && to == PF_B) {
                held.push(pdu);
            } else {
                net.arrive(from, to, pdu);
            }
        }
    }
    held.try_into().expect("one for each")
}

clause_tests! {
    fn own_a_client_registers_and_its_contact_is_bound(rules) {
        let mut net = Net::new(rules, Plan::default());
        net.connect(B1);
        assert_eq!(net.responses(CORE_B, B1, Method::Register).iter().map(|r| r.code).collect::<Vec<_>>(), [401, 200]);
        let bound = |by, m: &Milestone| by == CORE_B && matches!(m, Milestone::Bound { user: BOB, device: B1, on: true });
        assert_eq!(net.count(bound), 1);
        assert!(net.cores[&CORE_B].is_bound(BOB, B1));
        net.tell(B1, Input::Access(Access::LeavingInOrder));
        net.settle();
        assert!(!net.cores[&CORE_B].is_bound(BOB, B1));
    }

    fn own_a_binding_is_refreshed_and_runs_out(rules) {
        let mut net = Net::new(rules, Plan::default());
        net.connect(B1);
        net.forget();
        net.pass(Span::from_secs(599_400));
        assert_eq!(net.requests(B1, CORE_B).len(), 1);
        net.tell(B1, Input::Access(Access::Gone));
        net.pass(Span::from_secs(600_000));
        assert!(!net.cores[&CORE_B].is_bound(BOB, B1));
    }

    fn own_the_core_registers_the_user_at_his_pf(rules) {
        let mut net = Net::new(rules, Plan::default());
        net.connect(B1);
        let told = |net: &Net| net.requests(CORE_B, PF_B).iter().filter(|r| r.method == Method::Register).count();
        assert_eq!(told(&net), 1);
        net.connect(B2);
        assert_eq!(told(&net), 1, "the user was registered before");
    }

    fn own_the_pf_is_notified_of_every_change(rules) {
        let mut net = Net::with(rules, Plan::default(), &[A1, B1]);
        net.connect(B2);
        let infos = |net: &Net| {
            let info = |r: &&Request| if let Body::RegInfo(info) = &r.body { Some(info.contacts.len()) } else { None };
            net.requests(CORE_B, PF_B).iter().filter_map(info).collect::<Vec<_>>()
        };
        assert_eq!(infos(&net), [2]);
        assert_eq!(tried(&mut net), [B1, B2]);
    }

    fn own_notifications_keep_their_distance(rules) {
        let mut net = Net::with(rules, Plan { throttle: Span::from_secs(5), ..Plan::default() }, &[A1, B1]);
        let told = |net: &Net| net.requests(CORE_B, PF_B).iter().filter(|r| r.method == Method::Notify).count();
        // The first notification went with the subscription; the changes of the next five seconds go together.
        net.connect(B2);
        net.pass(Span::from_secs(2));
        net.connect(B3);
        assert_eq!(told(&net), 0);
        net.pass(Span::from_secs(3));
        assert_eq!(told(&net), 1);
        assert_eq!(tried(&mut net), [B1, B2, B3]);
    }

    fn own_changes_may_be_told_alone(rules) {
        let mut net = Net::with(rules, Plan { partial: true, ..Plan::default() }, &[A1, B1]);
        net.connect(B2);
        net.connect(B3);
        net.tell(B1, Input::Access(Access::LeavingInOrder));
        net.settle();
        assert_eq!(told(&net), [(2, false, vec![B2]), (3, false, vec![B3]), (4, false, vec![B1])]);
        assert_eq!(subscriptions(&net), 0, "no version is missing");
        assert_eq!(tried(&mut net), [B2, B3]);
    }

    /// RFC 3680 5: the version after a missing one is taken in, and the whole state asked for.
    fn own_a_gap_in_the_versions_makes_the_pf_ask_for_the_whole(rules) {
        let mut net = Net::with(rules, Plan { partial: true, ..Plan::default() }, &[A1, B1]);
        let [second, third] = held_back(&mut net, [B2, B3]);
        net.arrive(CORE_B, PF_B, third);
        let view = |net: &Net| net.said.iter().filter(|(_, _, m)| matches!(m, Milestone::View { device: B3, on: true, .. })).count();
        assert_eq!(view(&net), 1, "what it does tell counts at once");
        net.settle();
        assert_eq!((subscriptions(&net), told(&net).last().cloned()), (1, Some((4, true, vec![B1, B2, B3]))));
        // The one that was overtaken says nothing any more.
        net.arrive(CORE_B, PF_B, second);
        net.settle();
        assert_eq!(subscriptions(&net), 1);
        assert_eq!(tried(&mut net), [B1, B2, B3]);
    }

    fn own_whole_state_needs_no_earlier_version(rules) {
        let mut net = Net::with(rules, Plan::default(), &[A1, B1]);
        let [second, third] = held_back(&mut net, [B2, B3]);
        net.arrive(CORE_B, PF_B, third);
        net.arrive(CORE_B, PF_B, second);
        net.settle();
        assert_eq!(subscriptions(&net), 0);
        assert_eq!(tried(&mut net), [B1, B2, B3]);
    }

    fn own_a_notification_that_comes_twice_is_dropped(rules) {
        let mut net = Net::with(rules, Plan { partial: true, ..Plan::default() }, &[A1, B1]);
        let [second, third] = held_back(&mut net, [B2, B3]);
        for pdu in [second.clone(), third.clone(), third, second] {
            net.arrive(CORE_B, PF_B, pdu);
            net.settle();
        }
        let views = |device| net.count(|_, m| matches!(m, Milestone::View { device: d, .. } if *d == device));
        assert_eq!((subscriptions(&net), views(B2), views(B3)), (0, 1, 1));
        let triggers = net.said.iter().filter(|(by, tag, _)| *by == PF_B && *tag == Tag::RegistrationTrigger).count();
        assert_eq!(triggers, 2, "one for each client");
    }

    fn own_one_request_for_the_whole_is_enough(rules) {
        let mut net = Net::with(rules, Plan { partial: true, ..Plan::default() }, &[A1]);
        let held = held_back(&mut net, [B1, B2]);
        assert_eq!(net.requests(PF_B, CORE_B).iter().filter(|r| r.method == Method::Subscribe).count(), 1, "its first");
        // The whole state after the subscription is still under way when two later changes come.
        let [whole, second] = held;
        let Pdu::Request(request) = &second else { panic!("a NOTIFY") };
        let Body::RegInfo(info) = &request.body else { panic!("of the registration") };
        let version = |version| {
            let info = crate::delivery::RegInfo { version, ..info.clone() };
            Pdu::Request(Request { body: Body::RegInfo(info), ..request.clone() })
        };
        net.forget();
        for pdu in [version(3), version(5), whole] {
            net.arrive(CORE_B, PF_B, pdu);
        }
        assert_eq!(subscriptions(&net), 1);
    }

    /// The whole state that a full PF refused is owed to it: later changes alone would not do.
    fn own_whole_state_that_was_refused_is_owed(rules) {
        let mut net = Net::new(rules, Plan { partial: true, ..Plan::default() });
        net.connect(A1);
        net.tell(B1, Input::Access(Access::Connected { register: true }));
        while let Some(Sent { from, to, pdu }) = net.line.pop_front() {
            if matches!(&pdu, Pdu::Request(r) if r.method == Method::Notify && to == PF_B) {
                net.full.insert(PF_B);
            }
            net.arrive(from, to, pdu);
        }
        net.full.remove(&PF_B);
        net.forget();
        net.pass(Span::from_secs(2));
        assert_eq!(told(&net).iter().map(|(_, full, to)| (*full, to.clone())).collect::<Vec<_>>(), [(true, vec![B1])]);
        assert_eq!(tried(&mut net), [B1]);
    }

    fn own_what_a_full_pf_refused_is_told_again(rules) {
        let mut net = Net::with(rules, Plan::default(), &[A1, B1]);
        net.full.insert(PF_B);
        net.connect(B2);
        assert_eq!(net.responses(PF_B, CORE_B, Method::Notify).iter().map(|r| r.code).collect::<Vec<_>>(), [503]);
        net.full.remove(&PF_B);
        assert_eq!(tried(&mut net), [B1]);
        net.pass(Span::from_secs(2));
        assert_eq!(tried(&mut net), [B1, B2]);
    }

    fn own_the_wait_doubles_up_to_a_bound(rules) {
        let mut net = Net::with(rules, Plan::default(), &[A1, B1]);
        net.full.insert(PF_B);
        net.connect(B2);
        net.forget();
        // After 2, 4, 8, 16, 32 and then every 64 s.
        net.pass(Span::from_secs(2 + 4 + 8 + 16 + 32));
        assert_eq!(net.requests(CORE_B, PF_B).len(), 5);
        net.pass(Span::from_secs(3 * 64));
        assert_eq!(net.requests(CORE_B, PF_B).len(), 8);
    }

    fn own_a_refused_third_party_register_is_repeated(rules) {
        let mut net = Net::new(rules, Plan::default());
        net.full.insert(PF_B);
        net.connect(A1);
        net.connect(B1);
        net.full.remove(&PF_B);
        net.pass(Span::from_secs(2));
        assert_eq!(tried(&mut net), [B1]);
    }

    /// RFC 3261 18.1.2: what no transaction waits for is the Core's own to deal with. The PF has heard it, so it is not told again.
    fn own_an_answer_that_comes_late_says_that_the_pf_was_told(rules) {
        for (method, partial) in [(Method::Notify, false), (Method::Notify, true), (Method::Register, false)] {
            let first = if method == Method::Register { [A1, A2] } else { [A1, B1] };
            let mut net = Net::with(rules, Plan { partial, ..Plan::default() }, &first);
            net.forget();
            let mut late = Vec::new();
            net.tell(B2, Input::Access(Access::Connected { register: true }));
            while let Some(Sent { from, to, pdu }) = net.line.pop_front() {
                match &pdu {
                    Pdu::Response(r) if from == PF_B && to == CORE_B && r.method == method => late.push(Sent { from, to, pdu }),
                    _ => net.arrive(from, to, pdu),
                }
            }
            assert!(!late.is_empty(), "{method:?} was not answered");
            net.pass(Span::from_secs(33));
            net.forget();
            net.line.extend(late);
            net.settle();
            assert_eq!(net.count(|by, m| by == CORE_B && matches!(m, Milestone::LateResponse)), 1);
            net.pass(Span::from_secs(300));
            assert!(net.requests(CORE_B, PF_B).is_empty(), "{method:?} was told again");
            assert!(tried(&mut net).contains(&B2));
        }
    }

    /// What changed since the request that is answered late has not been told, and is.
    fn own_a_late_answer_speaks_of_its_own_request_only(rules) {
        let mut net = Net::with(rules, Plan { partial: true, ..Plan::default() }, &[A1, B1]);
        let mut late = Vec::new();
        net.tell(B2, Input::Access(Access::Connected { register: true }));
        while let Some(Sent { from, to, pdu }) = net.line.pop_front() {
            match &pdu {
                Pdu::Response(r) if from == PF_B && r.method == Method::Notify => late.push(Sent { from, to, pdu }),
                _ => net.arrive(from, to, pdu),
            }
        }
        net.full.insert(PF_B);
        net.connect(B3);
        net.pass(Span::from_secs(33));
        net.full.remove(&PF_B);
        net.forget();
        net.line.extend(late);
        net.settle();
        net.pass(Span::from_secs(128));
        let (_, full, contacts) = told(&net)[0].clone();
        assert!(!full && contacts == [B3]);
        assert_eq!(tried(&mut net), [B1, B2, B3]);
    }

    fn own_a_refused_subscription_is_asked_for_again(rules) {
        let mut net = Net::new(rules, Plan::default());
        net.connect(A1);
        // The Core has room for the client, but not for the PF's SUBSCRIBE.
        net.tell(B1, Input::Access(Access::Connected { register: true }));
        while let Some(Sent { from, to, pdu }) = net.line.pop_front() {
            let subscribe = matches!(&pdu, Pdu::Request(r) if r.method == Method::Subscribe && to == CORE_B);
            if subscribe {
                net.full.insert(CORE_B);
            }
            net.arrive(from, to, pdu);
            net.full.remove(&CORE_B);
        }
        assert_eq!(net.responses(CORE_B, PF_B, Method::Subscribe).iter().map(|r| r.code).collect::<Vec<_>>(), [503]);
        assert_eq!(tried(&mut net), []);
        net.pass(Span::from_secs(3));
        assert_eq!(tried(&mut net), [B1]);
    }

    fn own_a_registration_without_an_answer_is_tried_again(rules) {
        let mut net = Net::new(rules, Plan::default());
        net.tell(B1, Input::Access(Access::Connected { register: true }));
        net.line.clear();
        // The transaction ends after 64 T1, the wait is between 30 and 60 s (RFC 5626 4.5).
        net.pass(Span::from_secs(128 + 60));
        assert!(net.cores[&CORE_B].is_bound(BOB, B1));
    }

    fn own_a_late_answer_goes_no_further(rules) {
        let mut net = Net::with(rules, Plan::default(), &[A1, B1]);
        net.meets.insert(B1, Meets::Swallows);
        let pager = net.message();
        net.send(pager);
        let [(request, _)] = net.pagers(CORE_B, B1)[..] else { panic!("one request") };
        let (to, answer) = request.answer(200);
        net.pass(Span::from_secs(32));
        assert_eq!(net.responses(PF_B, CORE_B, Method::Message).iter().map(|r| r.code).collect::<Vec<_>>(), [202]);
        net.forget();
        net.line.push_back(Sent { from: B1, to, pdu: answer });
        net.settle();
        assert_eq!(net.count(|by, m| by == PF_B && matches!(m, Milestone::LateResponse)), 1);
        assert!(net.responses(PF_B, CORE_B, Method::Message).is_empty());
    }
    /// RFC 5626 4.5: base time (30 s) times 2 to the number of failures in a row, at most 1800 s; a success ends the series.
    fn own_the_wait_for_a_registration_doubles_up_to_its_bound(rules) {
        let mut net = Net::with(rules, Plan::default(), &[A1]);
        net.full.insert(CORE_B);
        net.connect(B1);
        let tries = |net: &Net| net.requests(B1, CORE_B).len();
        for (nth, wait) in [60, 120, 240, 480, 960, 1800, 1800].into_iter().enumerate() {
            net.pass(Span::from_millis(wait * 1000 - 1));
            assert_eq!(tries(&net), nth + 1);
            net.pass(Span::from_millis(1));
            assert_eq!(tries(&net), nth + 2);
        }
        net.full.remove(&CORE_B);
        net.pass(Span::from_secs(1800));
        assert!(net.cores[&CORE_B].is_bound(BOB, B1));
        net.full.insert(CORE_B);
        net.pass(Span::from_secs(599_400));
        net.forget();
        net.pass(Span::from_secs(60));
        assert_eq!(tries(&net), 1, "the series of failures began anew");
    }

    /// RFC 3261 21.5.4, RFC 5626 4.5: the Retry-After of a refusal lengthens the wait and does not shorten it.
    fn own_a_refusal_says_when_to_register_again(rules) {
        for (said, wait) in [(0, 60), (59, 60), (300, 300)] {
            let mut net = Net::with(rules, Plan::default(), &[A1]);
            net.full.insert(CORE_B);
            net.retry_after = Some(said);
            net.connect(B1);
            assert_eq!(net.responses(CORE_B, B1, Method::Register).iter().map(|r| r.reason).collect::<Vec<_>>(), [Reason::RetryAfter(said)]);
            net.full.remove(&CORE_B);
            net.pass(Span::from_millis(wait * 1000 - 1));
            assert!(!net.cores[&CORE_B].is_bound(BOB, B1));
            net.pass(Span::from_millis(1));
            assert!(net.cores[&CORE_B].is_bound(BOB, B1));
        }
    }

    /// RFC 3261 22.1: the same credentials are not sent again at once.
    fn own_refused_credentials_wait_before_the_next_registration(rules) {
        let mut net = Net::new(rules, Plan::default());
        net.tell(B1, Input::Access(Access::Connected { register: true }));
        for credentials in [false, true] {
            let Sent { pdu: Pdu::Request(request), .. } = net.line.pop_front().expect("a REGISTER") else { panic!("a request") };
            assert!(matches!(request.body, Body::Register { authorised, .. } if authorised == credentials));
            let (to, refusal) = request.answer(401);
            net.tell(to, Input::Received { from: CORE_B, at: SimTime::ZERO, pdu: refusal });
        }
        assert!(net.line.is_empty(), "nothing is sent at once");
        net.forget();
        net.pass(Span::from_secs(60));
        assert_eq!(net.requests(B1, CORE_B).len(), 2, "it begins anew, without credentials");
        assert!(net.cores[&CORE_B].is_bound(BOB, B1));
    }

    /// RFC 3261 8.1.3.2: a code of the class that is not known counts as 200.
    fn own_any_success_registers_a_client(rules) {
        let mut net = Net::new(rules, Plan::default());
        net.tell(B1, Input::Access(Access::Connected { register: true }));
        for code in [401, 202] {
            let Sent { pdu: Pdu::Request(request), .. } = net.line.pop_front().expect("a REGISTER") else { panic!("a request") };
            let (to, answer) = request.answer(code);
            net.tell(to, Input::Received { from: CORE_B, at: SimTime::ZERO, pdu: answer });
        }
        assert_eq!(net.count(|by, m| by == B1 && matches!(m, Milestone::Registered { .. })), 1);
    }

    /// RFC 3261 17.1.3: a response matches what its own receiver asked.
    fn own_a_response_to_anothers_request_ends_no_transaction(rules) {
        let mut net = Net::with(rules, Plan::default(), &[A1, B1]);
        let pager = net.message();
        net.tell(A1, Input::Compose(pager, Icsi::Msg));
        let Sent { pdu: Pdu::Request(request), .. } = net.line.pop_front().expect("a MESSAGE") else { panic!("a request") };
        let (_, Pdu::Response(response)) = request.answer(200) else { panic!("an answer") };
        for (owner, answers) in [(B1, vec![]), (A1, vec![200])] {
            let pdu = Pdu::Response(Response { txn: TxnId { owner, ..response.txn }, ..response });
            net.tell(A1, Input::Received { from: CORE_A, at: SimTime::ZERO, pdu });
            assert_eq!(net.answers(), answers);
        }
        assert_eq!(net.count(|by, m| by == A1 && matches!(m, Milestone::LateResponse)), 1);
    }
}
