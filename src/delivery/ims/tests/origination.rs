//! Origination and the end-to-end indications on the sender's side (IM08 and SD23 5.2.2.1.1, SD23 5.2.2.1.7).

use super::*;
use crate::delivery::suite::clause_tests;
use crate::delivery::{ContentDisposition, Priority, Sensitivity};

fn all_indications() -> Indications {
    Indications {
        subject: 12,
        sensitivity: Sensitivity::Private,
        priority: Priority::Urgent,
        disposition: ContentDisposition::Render,
        sent: SimTime::from_ns(5),
        conversation: 7,
        contribution: 8,
        in_reply_to: 6,
    }
}

fn plain(rules: Rules) -> Net {
    Net::with(rules, Plan::default(), &[A1, A2, B1])
}

fn barred(rules: Rules) -> Net {
    Net::with(rules, Plan { alice: Policy { barred: true, ..Policy::default() }, ..Plan::default() }, &[A1, B1])
}

fn addressed(rules: Rules) {
    let mut net = plain(rules);
    let pager = net.message();
    net.send(pager);
    let [(request, carried)] = net.pagers(A1, CORE_A)[..] else { panic!("one request leaves the client") };
    assert_eq!((request.target, carried.to), (Target::User(BOB), BOB));
}

fn sent_through_the_core(rules: Rules) {
    let mut net = plain(rules);
    let pager = net.message();
    assert!(net.sent.is_empty(), "nothing is sent unless the user asks for it");
    net.send(pager);
    assert_eq!(net.pagers(A1, CORE_A).len(), 1);
    let submitted = |by, m: &Milestone| by == A1 && matches!(m, Milestone::Submit { .. });
    assert_eq!(net.count(submitted), 1);
    assert_eq!(net.answers(), [200]);
}

fn authorised_first(rules: Rules) {
    for (mut net, expected) in [(plain(rules), true), (barred(rules), false)] {
        let pager = net.message();
        net.send(pager);
        let decided = net.said.iter().position(|(by, _, m)| *by == PF_A && matches!(m, Milestone::Authorised { .. }));
        let decided = decided.expect("the PF decides whether the sender may send");
        assert!(matches!(net.said[decided].2, Milestone::Authorised { yes, .. } if yes == expected));
        let onward = net.said.iter().position(|(by, _, m)| *by == PF_A && matches!(m, Milestone::AcceptOriginating { .. }));
        assert!(onward.is_none_or(|onward| decided < onward), "the decision precedes what goes on");
    }
}

fn only_the_authorised(rules: Rules) {
    let mut net = plain(rules);
    let pager = net.message();
    net.send(pager);
    assert_eq!(net.pagers(PF_A, CORE_A).len(), 1);
    let mut net = barred(rules);
    let pager = net.message();
    net.send(pager);
    assert!(net.pagers(PF_A, CORE_A).is_empty(), "nothing goes on for a sender who may not send");
    assert_eq!((net.answers(), net.presented()), (vec![403], vec![]));
    assert_eq!(net.responses(PF_A, CORE_A, Method::Message)[0].reason, Reason::None);
    net.assert_balanced();
}

clause_tests! {
    fn im08_5_2_2_1_01_the_client_puts_the_recipient_into_the_message(rules) {
        addressed(rules);
    }

    fn sd23_5_2_2_1_1_01_the_client_puts_the_recipient_into_the_message(rules) {
        addressed(rules);
    }

    fn im08_5_2_2_1_03_the_client_sends_through_the_core(rules) {
        sent_through_the_core(rules);
    }

    fn sd23_5_2_2_1_1_03_the_client_sends_through_the_core(rules) {
        sent_through_the_core(rules);
    }

    fn im08_5_2_2_1_04_the_senders_other_clients_get_no_copy(rules) {
        let mut net = plain(rules);
        let pager = net.message();
        net.send(pager);
        assert!(net.requests(CORE_A, A2).is_empty());
        assert_eq!(net.presented(), [B1]);
    }

    /// IM08-R-02, and the reason of IM08-5.2.2.1-04: they find it in the store.
    fn im08_r_02_a_sent_message_is_recorded_for_them(rules) {
        let appended = |history| {
            let plan = Plan { alice: Policy { history, ..Policy::default() }, ..Plan::default() };
            let mut net = Net::with(rules, plan, &[A1, A2, B1]);
            let pager = Pager { dispositions: ALL_REPORTS, ..net.message() };
            net.send(pager);
            let of_alice = |s: &&Sent| matches!(&s.pdu, Pdu::Imap(Imap::Append { object, .. }) if object.owner == ALICE);
            let objects: Vec<Sent> = net.sent.iter().filter(of_alice).cloned().collect();
            objects
        };
        let [Sent { from: PF_A, to: MSS, pdu: Pdu::Imap(Imap::Append { object, .. }) }] = &appended(true)[..] else {
            panic!("the sender's PF records one object")
        };
        assert_eq!((object.from, object.copy, object.dispositions), (ALICE, None, Dispositions::default()));
        assert_eq!(object.storing, crate::delivery::Storing::Recording);
        assert!(appended(false).is_empty());
    }

    fn sd23_5_2_2_1_1_02_reply_to_goes_with_the_message_if_asked_for(rules) {
        for reply_to in [None, Some(CAROL)] {
            let mut net = plain(rules);
            let pager = Pager { reply_to, ..net.message() };
            net.send(pager);
            assert_eq!(net.pagers(A1, CORE_A)[0].1.reply_to, reply_to);
            assert_eq!(net.pagers(CORE_B, B1)[0].1.reply_to, reply_to);
        }
    }

    fn sd23_5_2_2_1_1_04_the_client_indicates_the_feature_tag(rules) {
        let mut net = plain(rules);
        let pager = net.message();
        net.send(pager);
        assert_eq!(net.pagers(A1, CORE_A)[0].0.icsi, Icsi::Msg);
    }

    /// The value of the tag is a parameter of the message.
    fn ts83_8_3_2_1_05_the_tag_of_a_message_is_as_configured(rules) {
        for icsi in [Icsi::None, Icsi::Msg, Icsi::SystemMsg] {
            let mut net = plain(rules);
            let pager = net.message();
            net.send_by(pager, icsi);
            assert_eq!(net.pagers(A1, CORE_A)[0].0.icsi, icsi);
        }
    }

    fn im08_5_2_2_1_07_the_sender_is_authorised_before_anything_goes_on(rules) {
        authorised_first(rules);
    }

    fn sd23_5_2_2_1_1_07_the_sender_is_authorised_before_anything_goes_on(rules) {
        authorised_first(rules);
    }

    fn im08_5_2_2_1_08_only_an_authorised_senders_message_goes_on(rules) {
        only_the_authorised(rules);
    }

    fn sd23_5_2_2_1_1_08_only_an_authorised_senders_message_goes_on(rules) {
        only_the_authorised(rules);
    }

    fn sd23_5_2_2_1_7_01_the_client_gives_the_indications_asked_for(rules) {
        let every = all_indications();
        let some = Indications { subject: 3, conversation: 4, ..Indications::default() };
        for indications in [every, some, Indications::default()] {
            let mut net = plain(rules);
            let pager = Pager { indications, ..net.message() };
            net.send(pager);
            assert_eq!(net.pagers(A1, CORE_A)[0].1.indications, indications);
        }
    }

    fn sd23_5_2_2_1_7_02_the_terminating_pf_keeps_them_also_when_it_deferred(rules) {
        let mut net = Net::with(rules, Plan::default(), &[A1, C1]);
        net.wish = Wish::All;
        let pager = Pager { indications: all_indications(), ..net.message() };
        net.send(pager);
        assert_eq!(net.answers(), [202]);
        net.connect(B1);
        net.pass(Span::from_secs(1));
        assert_eq!(net.pagers(PF_B, CORE_B)[0].1.indications, net.pagers(CORE_B, PF_B)[0].1.indications);
        assert_eq!(net.pagers(CORE_B, B1)[0].1.indications, all_indications());
        let mut net = plain(rules);
        let pager = Pager { indications: all_indications(), ..net.message() };
        net.send(pager);
        assert_eq!(net.pagers(CORE_B, B1)[0].1.indications, all_indications());
    }

    fn sd23_5_2_2_1_7_04_the_originating_pf_keeps_them(rules) {
        let mut net = plain(rules);
        let pager = Pager { indications: all_indications(), ..net.message() };
        net.send(pager);
        assert_eq!(net.pagers(CORE_A, PF_A)[0].1.indications, all_indications());
        assert_eq!(net.pagers(PF_A, CORE_A)[0].1.indications, all_indications());
    }

    fn im08_5_2_2_1_26_a_client_answers_with_success(rules) {
        let mut net = plain(rules);
        let pager = net.message();
        net.send(pager);
        let [answer] = net.responses(B1, CORE_B, Method::Message)[..] else { panic!("one answer") };
        assert_eq!(answer.code, 200);
    }

    fn sd23_5_2_2_1_1_37_a_client_answers_with_success(rules) {
        let mut net = Net::with(rules, Plan::default(), &[A1, B1, B2]);
        let pager = net.message();
        net.send(pager);
        for device in [B1, B2] {
            let [answer] = net.responses(device, CORE_B, Method::Message)[..] else { panic!("one answer each") };
            assert_eq!(answer.code, 200);
        }
    }

    fn own_the_final_response_reaches_the_sender(rules) {
        let mut net = plain(rules);
        let pager = net.message();
        net.send(pager);
        assert_eq!(net.answers(), [200]);
        net.assert_balanced();
        // Without an answer the client's transaction ends after 64 T1.
        net.full.insert(CORE_A);
        net.forget();
        let pager = net.message();
        net.send(pager);
        assert_eq!(net.answers(), [503]);
    }

    fn own_a_message_composed_off_line_is_sent_at_registration(rules) {
        let mut net = Net::with(rules, Plan::default(), &[B1]);
        let pager = net.message();
        net.send(pager);
        assert!(net.sent.is_empty());
        net.connect(A1);
        assert_eq!(net.presented(), [B1]);
    }
}
