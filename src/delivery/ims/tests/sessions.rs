//! The Core between clients and the PF about deferred messages: INVITE, ACK, BYE and CANCEL, and notifications to a contact.
//!
//! The clients and PFs of the rig are taken out where their own procedures are not the question: what reaches them is written down.

use super::*;
use crate::delivery::suite::clause_tests;
use crate::delivery::wire::{self, Hop, Transport};
use crate::delivery::{Case, Dialog, Notice, NoticeKind, Pdu, Pull, TxnId, Via, axes as axis};

/// Bob's home with B1 registered, and nobody behind the PF and the clients.
fn home(rules: Rules, profile: Profile) -> Net {
    let mut net = Net::with(rules, Plan { profile, ..Plan::default() }, &[A1, B1]);
    net.pfs.clear();
    net.clients.clear();
    net
}

fn latest(rules: Rules) -> Net {
    home(rules, Profile::Latest)
}

fn asked(owner: FunctionId, slot: u32, target: Target, case: Case, icsi: Icsi, method: Method, body: Body) -> Request {
    let txn = TxnId { owner, slot, generation: 0 };
    let via = Via::of(owner);
    Request { method, txn, via, target, case, from: BOB, icsi, max_forwards: MAX_FORWARDS, target_address: None, body }
}

/// Of B1 to the address that manages Bob's deferred messages.
fn pull(icsi: Icsi) -> Request {
    let body = Body::Pull(Box::new(Pull { user: BOB, client: B1, list: None }));
    asked(B1, 3, Target::User(BOB), Case::Originating, icsi, Method::Invite, body)
}

/// Inside the dialog that the pull of B1 began, or a push to `client`.
fn inside(by: FunctionId, invite: FunctionId, client: FunctionId, method: Method) -> Request {
    let dialog = Dialog { invite: TxnId { owner: invite, slot: 3, generation: 0 }, client, user: BOB };
    let (target, case) = match by == client {
        true => (Target::User(BOB), Case::Originating),
        false => (Target::Contact(BOB, client), Case::Done),
    };
    // A CANCEL and its INVITE are one transaction to every element (RFC 3261 9.1).
    let slot = if method == Method::Cancel { 3 } else { 4 };
    asked(by, slot, target, case, Icsi::Deferred, method, Body::Session(dialog))
}

/// Of the PF to a client of Bob.
fn of_the_pf(client: FunctionId, case: Case, icsi: Icsi, method: Method, body: Body) -> Request {
    asked(PF_B, 5, Target::Contact(BOB, client), case, icsi, method, body)
}

fn push(client: FunctionId) -> Request {
    of_the_pf(client, Case::Done, Icsi::Deferred, Method::Invite, Body::PushSession { user: BOB, client })
}

fn notice(client: FunctionId, method: Method) -> Request {
    let notice = Notice { user: BOB, round: 1, part: 1, parts: 1, kind: NoticeKind::Waiting, number: 2, list: Box::default() };
    of_the_pf(client, Case::Done, Icsi::SystemMsg, method, Body::Notice(Box::new(notice)))
}

/// Every request from the PF to a client, by name.
fn to_client(client: FunctionId) -> [Request; 6] {
    [
        push(client),
        inside(PF_B, PF_B, client, Method::Bye),
        inside(PF_B, PF_B, client, Method::Ack),
        inside(PF_B, PF_B, client, Method::Cancel),
        notice(client, Method::Message),
        notice(client, Method::Notify),
    ]
}

/// Codes of all responses to `to` from Bob's Core.
fn codes(net: &Net, to: FunctionId) -> Vec<u16> {
    let code = |s: &Sent| match s.pdu {
        Pdu::Response(r) if s.from == CORE_B && s.to == to => Some(r.code),
        _ => None,
    };
    net.sent.iter().filter_map(code).collect()
}

/// The answer of a user agent that the rig does not play.
fn answer(net: &mut Net, by: FunctionId, request: &Request, code: u16) {
    let (to, pdu) = request.answer(code);
    net.arrive(by, to, pdu);
    net.settle();
}

clause_tests! {
    fn pull_8_3_1_6_3_21_the_tag_leads_the_invite_to_the_pf(rules) {
        for profile in [Profile::Latest, Profile::Im2008, Profile::Sd2009] {
            let mut net = home(rules, profile);
            net.give(B1, CORE_B, pull(Icsi::Deferred));
            let [request] = net.requests(CORE_B, PF_B)[..] else { panic!("the INVITE reaches the PF of the user") };
            assert_eq!((request.method, request.case, request.max_forwards), (Method::Invite, Case::Originating, 69));
            assert_eq!(request.via, Via::of(B1).with(CORE_B));
            assert!(net.requests(CORE_B, B1).is_empty());
        }
    }

    /// Without the tag it is a request to an address to which nobody is bound: neither the PF nor his own clients see it.
    fn pull_8_3_1_6_3_21_without_the_tag_it_does_not_start(rules) {
        for (profile, icsi) in [(Profile::Latest, Icsi::None), (Profile::Latest, Icsi::SystemMsg), (Profile::Im2008, Icsi::None)] {
            let mut net = home(rules, profile);
            net.give(B1, CORE_B, pull(icsi));
            assert!(net.requests(CORE_B, PF_B).is_empty() && net.requests(CORE_B, B1).is_empty());
            assert_eq!(codes(&net, B1), [480]);
        }
        // With it, it does.
        let mut net = latest(rules);
        net.give(B1, CORE_B, pull(Icsi::Deferred));
        assert_eq!(net.requests(CORE_B, PF_B).len(), 1);
    }

    fn own_what_follows_in_the_dialog_takes_the_way_of_the_invite(rules) {
        for method in [Method::Ack, Method::Bye, Method::Cancel] {
            for (invite, icsi) in [(B1, Icsi::Deferred), (B1, Icsi::None), (PF_B, Icsi::Deferred)] {
                let mut net = latest(rules);
                net.give(B1, CORE_B, Request { icsi, ..inside(B1, invite, B1, method) });
                let [request] = net.requests(CORE_B, PF_B)[..] else { panic!("{method:?} reaches the PF of the user") };
                assert_eq!((request.method, request.via), (method, Via::of(B1).with(CORE_B)));
            }
        }
    }

    fn own_a_request_of_the_pf_reaches_the_contact(rules) {
        for case in [Case::Done, Case::Terminating] {
            for profile in [Profile::Latest, Profile::Im2008] {
                for request in to_client(B1) {
                    let mut net = home(rules, profile);
                    net.give(PF_B, CORE_B, Request { case, ..request.clone() });
                    let [got] = net.requests(CORE_B, B1)[..] else { panic!("{:?} reaches the client", request.method) };
                    assert_eq!((&got.body, got.method, got.max_forwards), (&request.body, request.method, 69));
                    assert_eq!(got.target_address, None, "it is no CPM message");
                    assert!(net.requests(CORE_B, PF_B).is_empty());
                }
            }
        }
    }

    fn own_a_contact_that_is_not_bound_is_480_and_an_ack_for_it_is_nothing(rules) {
        for request in to_client(B2) {
            let mut net = latest(rules);
            net.give(PF_B, CORE_B, request.clone());
            assert!(net.requests(CORE_B, B2).is_empty() && net.requests(CORE_B, B1).is_empty());
            assert_eq!(codes(&net, PF_B), if request.method == Method::Ack { vec![] } else { vec![480] }, "{:?}", request.method);
        }
    }

    /// A device that did not register the tag does not match a tagged request.
    fn own_a_client_without_the_tag_is_not_notified(rules) {
        let mut net = Net::with(rules, Plan { untagged_devices: vec![B1], ..Plan::default() }, &[B1]);
        net.clients.clear();
        net.give(PF_B, CORE_B, notice(B1, Method::Message));
        assert!(net.requests(CORE_B, B1).is_empty());
        assert_eq!(codes(&net, PF_B), [480]);
    }

    fn own_without_hops_a_session_is_refused_and_an_ack_vanishes(rules) {
        let from_client = [Method::Ack, Method::Bye, Method::Cancel].map(|m| inside(B1, B1, B1, m));
        for request in from_client.into_iter().chain([pull(Icsi::Deferred)]).chain(to_client(B1)) {
            let (by, method) = (request.txn.owner, request.method);
            let mut net = latest(rules);
            net.give(by, CORE_B, Request { max_forwards: 0, ..request });
            assert!(net.requests(CORE_B, PF_B).is_empty() && net.requests(CORE_B, B1).is_empty());
            assert_eq!(codes(&net, by), if method == Method::Ack { vec![] } else { vec![483] }, "{method:?}");
        }
    }

    fn own_a_full_core_refuses_an_invite_and_not_an_ack(rules) {
        for (request, expected) in [(pull(Icsi::Deferred), vec![503]), (inside(B1, B1, B1, Method::Ack), vec![])] {
            let mut net = latest(rules);
            net.full.insert(CORE_B);
            net.give(B1, CORE_B, request);
            assert_eq!(codes(&net, B1), expected);
            assert!(net.requests(CORE_B, PF_B).is_empty());
        }
    }

    fn own_answers_about_deferred_messages_go_back_by_via(rules) {
        for code in [100, 200, 480, 488] {
            let mut net = latest(rules);
            net.give(B1, CORE_B, pull(Icsi::Deferred));
            let request = net.requests(CORE_B, PF_B)[0].clone();
            answer(&mut net, PF_B, &request, code);
            let [back] = net.responses(CORE_B, B1, Method::Invite)[..] else { panic!("the answer goes back") };
            assert_eq!((back.code, back.txn.owner, back.kind), (code, B1, crate::delivery::Kind::Session));
        }
        for request in to_client(B1).into_iter().filter(|r| r.method != Method::Ack) {
            let mut net = latest(rules);
            net.give(PF_B, CORE_B, request);
            let got = net.requests(CORE_B, B1)[0].clone();
            answer(&mut net, B1, &got, 200);
            assert_eq!(codes(&net, PF_B), [200]);
        }
    }
    /// Everything that Core, PF and clients say in a pull or a push stands on the wire as it was meant.
    fn own_what_is_said_about_deferred_messages_reads_back_from_its_bytes(rules) {
        let session = (axis::PULL_TRANSPORT, "in-session");
        let pulls = (axis::DEFERRED_MODE, "notify-pull");
        for (axes, wish, expected) in [
            (vec![pulls], Wish::All, [Method::Message, Method::Invite, Method::Ack, Method::Bye]),
            (vec![pulls], Wish::Listed, [Method::Message, Method::Invite, Method::Ack, Method::Bye]),
            (vec![pulls, (axis::NOTIFICATION_METHOD, "sip-notify")], Wish::All, [Method::Notify, Method::Invite, Method::Ack, Method::Bye]),
            (vec![pulls, (axis::PULL_TEARDOWN, "pf")], Wish::All, [Method::Message, Method::Invite, Method::Ack, Method::Bye]),
            (vec![pulls, session], Wish::All, [Method::Message, Method::Invite, Method::Ack, Method::Bye]),
            (vec![session, (axis::DEFERRED_MODE, "auto-push")], Wish::Nothing, [Method::Message, Method::Invite, Method::Ack, Method::Bye]),
        ] {
            let mut net = Net::with(rules, Plan { axes, ..Plan::default() }, &[A1, C1]);
            net.wish = wish;
            let pager = net.message();
            net.send(pager);
            net.connect(B1);
            net.pass(Span::from_secs(600));
            assert_eq!((net.answers(), net.presented()), (vec![202], vec![B1]));
            for method in expected {
                assert!(net.sent.iter().any(|s| matches!(&s.pdu, Pdu::Request(r) if r.method == method)), "{method:?}");
            }
            for Sent { to, pdu, .. } in net.sent.iter().filter(|s| s.pdu.is_sip()) {
                let bytes = wire::write(pdu, Hop { to: *to, transport: Transport::Udp }).expect("SIP has a wire form");
                assert_eq!(bytes.len(), pdu.wire_bytes() as usize);
                assert_eq!(wire::read(&bytes).map(|w| w.pdu), Ok(wire::carried(pdu)), "{}", String::from_utf8_lossy(&bytes));
            }
            net.assert_balanced();
        }
    }
}
