//! Routing by service, session case, hops and target (IM08 and SD23 5.2.2.1.1).

use super::*;
use crate::delivery::suite::clause_tests;
use crate::delivery::{InsertedBy, axes as axis};

fn plain(rules: Rules) -> Net {
    Net::with(rules, Plan::default(), &[A1, B1])
}

fn sent(rules: Rules, plan: Plan, icsi: Icsi) -> Net {
    let mut net = Net::with(rules, plan, &[A1, B1]);
    let pager = net.message();
    net.send_by(pager, icsi);
    net
}

fn insertion(rules: Rules, by: &'static str) -> Option<InsertedBy> {
    let plan = Plan { axes: vec![(axis::TARGET_ADDRESS_INSERT, by)], ..Plan::default() };
    let net = sent(rules, plan, Icsi::Msg);
    let [(at_core, _)] = net.pagers(PF_B, CORE_B)[..] else { panic!("one request leaves the PF") };
    assert_eq!(at_core.target_address.is_some(), by == "pf");
    net.pagers(CORE_B, B1)[0].0.target_address
}

fn one_client_is_named(rules: Rules, addressing: &'static str) {
    let plan = Plan { axes: vec![(axis::CLIENT_ADDRESSING, addressing)], ..Plan::default() };
    let mut net = Net::with(rules, plan, &[A1, B1, B2]);
    let pager = net.message();
    net.send(pager);
    let named: Vec<Target> = net.pagers(PF_B, CORE_B).iter().map(|(r, _)| r.target).collect();
    assert_eq!(named.len(), 2);
    for (device, target) in [B1, B2].into_iter().zip(sorted(named)) {
        match (addressing, target) {
            ("instance-id", Target::Instances(BOB, clients)) => assert_eq!(clients.iter().collect::<Vec<_>>(), [device]),
            ("target-address" | "request-uri", Target::Contact(BOB, client)) => assert_eq!(client, device),
            other => panic!("addressed as {other:?}"),
        }
        assert_eq!(net.pagers(CORE_B, device).len(), 1, "the request names exactly one client");
    }
}

fn sorted(mut targets: Vec<Target>) -> Vec<Target> {
    targets.sort_by_key(|t| match t {
        Target::Contact(_, client) => client.0,
        Target::Instances(_, clients) => clients.iter().next().map_or(0, |c| c.0),
        Target::User(_) | Target::Function(_) => 0,
    });
    targets
}

/// The request as the sender's Core passes it on, with so many hops left.
fn with_hops(net: &Net, hops: u8) -> Request {
    let [(request, _)] = net.pagers(CORE_A, CORE_B)[..] else { panic!("one request leaves the sender's home") };
    Request { max_forwards: hops, ..request.clone() }
}

fn to_the_senders_pf(rules: Rules) {
    let net = sent(rules, Plan::default(), Icsi::Msg);
    assert_eq!(net.pagers(CORE_A, PF_A).len(), 1);
}

fn towards_the_recipient(rules: Rules) {
    let net = sent(rules, Plan::default(), Icsi::Msg);
    let [(request, _)] = net.pagers(CORE_A, CORE_B)[..] else { panic!("one request leaves the sender's home") };
    assert_eq!(request.target, Target::User(BOB));
}

fn to_the_recipients_pf(rules: Rules) {
    let net = sent(rules, Plan::default(), Icsi::Msg);
    assert_eq!(net.pagers(CORE_B, PF_B).len(), 1);
    assert_eq!(net.count(|by, m| by == PF_B && matches!(m, Milestone::Accept { .. })), 1);
}

fn to_the_addressed_client(rules: Rules) {
    let mut net = Net::with(rules, Plan::default(), &[A1, B1, B2]);
    let pager = net.message();
    net.send(pager);
    for device in [B1, B2] {
        let [(request, _)] = net.pagers(CORE_B, device)[..] else { panic!("one request for each client") };
        assert_eq!(request.target, Target::Contact(BOB, device));
    }
    assert!(net.requests(CORE_B, B3).is_empty());
}

clause_tests! {
    /// In 2008 no tag is the key of routing.
    fn im08_5_2_2_1_06_every_message_goes_to_the_senders_pf(rules) {
        let plan = || Plan { profile: Profile::Im2008, ..Plan::default() };
        for icsi in [Icsi::Msg, Icsi::None] {
            let net = sent(rules, plan(), icsi);
            assert_eq!(net.pagers(CORE_A, PF_A).len(), 1);
        }
        to_the_senders_pf(rules);
    }

    fn sd23_5_2_2_1_1_05_without_the_tag_no_pf_is_reached(rules) {
        let net = sent(rules, Plan::default(), Icsi::None);
        assert!(net.pagers(CORE_A, PF_A).is_empty() && net.pagers(CORE_B, PF_B).is_empty());
        assert_eq!((net.presented(), net.answers()), (vec![B1], vec![200]));
        net.assert_balanced();
        to_the_senders_pf(rules);
    }

    fn sd23_5_2_2_1_1_06_the_tag_leads_to_the_senders_pf(rules) {
        to_the_senders_pf(rules);
    }

    fn im08_5_2_2_1_09_the_senders_core_forwards_towards_the_recipient(rules) {
        towards_the_recipient(rules);
    }

    fn sd23_5_2_2_1_1_09_the_senders_core_forwards_towards_the_recipient(rules) {
        towards_the_recipient(rules);
    }

    fn im08_5_2_2_1_10_the_recipients_core_asks_his_pf(rules) {
        to_the_recipients_pf(rules);
    }

    fn sd23_5_2_2_1_1_10_the_recipients_core_asks_his_pf_by_the_tag(rules) {
        to_the_recipients_pf(rules);
        let net = sent(rules, Plan::default(), Icsi::None);
        assert!(net.pagers(CORE_B, PF_B).is_empty());
    }

    fn iw15_8_3_1_1_01_another_tag_does_not_start_the_procedure(rules) {
        to_the_recipients_pf(rules);
        // Were it to reach the PF all the same, the procedure would not start.
        let mut net = sent(rules, Plan::default(), Icsi::Msg);
        let [(request, pager)] = net.pagers(CORE_B, PF_B)[..] else { panic!("one request reaches the PF") };
        let (request, copy) = (request.clone(), net.out.mint_copy());
        let request = Request { icsi: Icsi::SystemMsg, body: Body::Pager(Box::new(Pager { copy, ..pager })), ..request };
        net.copies.insert(copy, None);
        net.forget();
        net.give(CORE_B, PF_B, request);
        assert_eq!(net.count(|_, m| matches!(m, Milestone::Accept { .. })), 0);
        assert_eq!(net.pagers(PF_B, CORE_B).len(), 1);
    }

    fn im08_5_2_2_1_17_the_client_is_addressed_as_configured(rules) {
        one_client_is_named(rules, "target-address");
    }

    fn sd23_5_2_2_1_1_21_the_client_is_addressed_as_configured(rules) {
        one_client_is_named(rules, "instance-id");
    }

    fn im08_r_04_the_client_is_addressed_as_configured(rules) {
        one_client_is_named(rules, "request-uri");
    }

    fn ts83_8_3_2_1_34_instances_are_named_in_accept_contact(rules) {
        one_client_is_named(rules, "instance-id");
    }

    fn im08_5_2_2_1_22_the_recipients_core_adds_the_target_address(rules) {
        assert_eq!(insertion(rules, "core"), Some(InsertedBy::Core));
    }

    fn sd23_5_2_2_1_1_34_the_core_adds_it_if_it_can(rules) {
        assert_eq!(insertion(rules, "core"), Some(InsertedBy::Core));
    }

    fn im08_5_2_2_1_24_the_pf_may_add_it_instead(rules) {
        assert_eq!(insertion(rules, "pf"), Some(InsertedBy::Pf));
    }

    /// Always or not: a message without the CPM tag has no target CPM Address.
    fn im08_5_2_2_1_25_what_is_no_cpm_message_gets_none(rules) {
        assert_eq!(insertion(rules, "core"), Some(InsertedBy::Core));
        let net = sent(rules, Plan::default(), Icsi::None);
        assert_eq!(net.pagers(CORE_B, B1)[0].0.target_address, None);
    }

    fn sd23_5_2_2_1_1_35_the_pf_adds_it_where_the_core_does_not(rules) {
        assert_eq!(insertion(rules, "pf"), Some(InsertedBy::Pf));
    }

    fn im08_5_2_2_1_23_the_core_routes_to_the_addressed_client(rules) {
        to_the_addressed_client(rules);
    }

    fn sd23_5_2_2_1_1_36_the_core_routes_to_the_addressed_client(rules) {
        to_the_addressed_client(rules);
    }

    fn own_every_proxy_takes_a_hop_and_none_left_is_483(rules) {
        let net = sent(rules, Plan::default(), Icsi::Msg);
        let hops = |from, to| net.pagers(from, to)[0].0.max_forwards;
        assert_eq!(hops(A1, CORE_A), MAX_FORWARDS);
        assert_eq!([hops(CORE_A, PF_A), hops(PF_A, CORE_A), hops(CORE_A, CORE_B)], [69, 68, 67]);
        assert_eq!(hops(CORE_B, PF_B), 66);
        for (hops, code) in [(1, 200), (0, 483)] {
            let mut net = sent(rules, Plan::default(), Icsi::Msg);
            let mut request = with_hops(&net, hops);
            let (message, copy) = (net.out.mint_message(), net.out.mint_copy());
            net.copies.insert(copy, None);
            let Body::Pager(pager) = &mut request.body else { unreachable!("a pager was looked for") };
            (pager.message, pager.copy) = (message, copy);
            net.forget();
            net.give(CORE_A, CORE_B, request);
            let [answer] = net.responses(CORE_B, CORE_A, Method::Message)[..] else { panic!("one answer for {hops} hops") };
            assert_eq!(answer.code, code);
            net.assert_balanced();
        }
        // The ISF is a proxy on the way to its gateway.
        for (hops, goes_on) in [(1, vec![0]), (0, vec![])] {
            let mut net = sent(rules, Plan::default(), Icsi::Msg);
            let mut request = with_hops(&net, hops);
            let copy = net.out.mint_copy();
            net.copies.insert(copy, None);
            let Body::Pager(pager) = &mut request.body else { unreachable!("a pager was looked for") };
            pager.copy = copy;
            net.forget();
            net.give(PF_B, ISF, request);
            assert_eq!(net.pagers(ISF, IWF).iter().map(|(r, _)| r.max_forwards).collect::<Vec<_>>(), goes_on);
            let refused = net.sent.iter().filter(|s| s.from == ISF && matches!(&s.pdu, Pdu::Response(r) if r.code == 483)).count();
            assert_eq!((refused, net.copies[&copy]), if hops == 0 { (1, Some(Fate::Refused(483))) } else { (0, None) });
        }
    }

    /// One immediate delivery with its notification, one Core for all: 24 SIP messages.
    fn own_a_delivery_with_its_report_takes_24_sip_messages(rules) {
        let plan = Plan { one_home: true, ..Plan::default() };
        let mut net = Net::with(rules, plan, &[A1, B1]);
        let pager = Pager { dispositions: DELIVERY, ..net.message() };
        net.send(pager);
        assert_eq!(net.sent.iter().filter(|s| s.pdu.is_sip()).count(), 24);
        assert_eq!(net.count(|by, m| by == A1 && matches!(m, Milestone::ImdnReceived { .. })), 1);
        net.assert_balanced();
    }

    fn own_a_relay_takes_the_answer_back(rules) {
        let mut net = plain(rules);
        let pager = net.message();
        net.send(pager);
        for (from, to) in [(PF_B, CORE_B), (CORE_B, CORE_A), (CORE_A, PF_A), (PF_A, CORE_A), (CORE_A, A1)] {
            assert_eq!(net.responses(from, to, Method::Message).len(), 1, "from {from:?} to {to:?}");
        }
        net.assert_balanced();
    }

    fn own_a_refusal_keeps_the_header_that_says_why(rules) {
        let bob = Policy { blacklist: vec![crate::delivery::policy::Users { from: ALICE, to: BOB }], ..Policy::default() };
        let net = sent(rules, Plan { bob, ..Plan::default() }, Icsi::Msg);
        let [answer] = net.responses(CORE_A, A1, Method::Message)[..] else { panic!("one answer") };
        assert_eq!(answer.reason, Reason::Warning(crate::delivery::Warning::FunctionNotAllowed));
    }
}
