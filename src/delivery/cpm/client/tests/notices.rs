//! What a client reads in notifications, in band and out of band, and when it tells its user (H-18, H-20).

use super::*;
use crate::delivery::Channel;
use crate::delivery::suite::clause_tests;

/// The messages that it read of, in order, and the rounds complete.
fn read(rig: &Rig) -> (Vec<u32>, Vec<(u32, Channel)>) {
    let of = rig.said.iter().filter_map(|(_, m)| if let Milestone::ReadsOf { message, .. } = m { Some(message.0) } else { None });
    let rounds = rig.said.iter().filter_map(|(_, m)| match m {
        Milestone::NotifyReceived { round, channel, .. } => Some((*round, *channel)),
        _ => None,
    });
    (of.collect(), rounds.collect())
}

fn reactions(rig: &Rig) -> usize {
    rig.asked.iter().filter(|q| matches!(q, Question::Reaction { .. })).count()
}

clause_tests! {
    /// RFC 3428 7 for MESSAGE, RFC 6665 4.1.3 for NOTIFY. A push has no answer.
    fn rfc3428_7_a_notification_is_answered_with_success(rules) {
        for method in [Method::Message, Method::Notify] {
            let mut rig = Rig::new(rules, &[]);
            let notice = notice(1, (1, 1), NoticeKind::Reminder, &[1], 1);
            rig.ask(method, Icsi::SystemMsg, Body::Notice(Box::new(notice)));
            assert_eq!(rig.codes(method), [200]);
        }
        let mut rig = Rig::new(rules, &[]);
        rig.push(1, &[1], 1);
        assert!(rig.sent.is_empty());
    }

    fn own_notice_it_knows_what_it_has_read_in_whatever_order(rules) {
        let mut rig = Rig::new(rules, &[]);
        rig.part(7, (3, 3), &[5], 5);
        rig.part(7, (1, 3), &[1, 2], 5);
        assert_eq!(read(&rig), (vec![5, 1, 2], vec![]), "one part is missing");
        rig.part(7, (1, 3), &[1, 2], 5);
        assert!(read(&rig).1.is_empty(), "a part that comes twice is one");
        rig.part(7, (2, 3), &[3, 4], 5);
        assert_eq!(read(&rig).1, [(7, Channel::InBand)]);
    }

    /// H-18: a part is lost. The list names what was read, and nothing else.
    fn own_notice_of_a_round_in_parts_one_is_lost(rules) {
        let mut rig = Rig::new(rules, &[]);
        rig.wants = [(m(1), Some(CpmAction::Deliver)), (m(5), Some(CpmAction::Delete))].into();
        rig.part(7, (3, 3), &[5], 5);
        rig.part(7, (1, 3), &[1], 5);
        rig.pass(30);
        assert_eq!(rig.list(), [(1, Some(CpmAction::Deliver)), (5, Some(CpmAction::Delete))]);
    }

    /// H-18: what came meanwhile is asked for no more, and nothing is sent if nothing is left.
    fn own_notice_what_has_come_is_not_asked_for(rules) {
        let mut rig = Rig::new(rules, &[]);
        rig.wants.insert(m(3), Some(CpmAction::Store));
        rig.notice(&[1, 2, 3]);
        rig.deliver(2);
        rig.pass(30);
        assert_eq!(rig.list(), [(1, Some(CpmAction::Deliver)), (3, Some(CpmAction::Store))]);
        let mut all = Rig::new(rules, &[]);
        all.notice(&[1]);
        all.deliver(1);
        all.pass(30);
        assert!(all.pulls().is_empty());
        // A stale notification names it once more: the client has no way to know that it is one.
        all.notice(&[1]);
        all.pass(30);
        assert_eq!(all.pulls().len(), 1);
    }

    /// H-18: what another device has taken meanwhile is not asked for, once a newer list has come whole.
    fn own_whole_list_names_all_that_waits(rules) {
        let mut rig = Rig::new(rules, &[]);
        rig.part(7, (1, 1), &[1, 2, 3], 3);
        rig.part(9, (1, 2), &[2], 2);
        rig.pass(29);
        rig.part(9, (2, 2), &[4], 2);
        // An older one that comes late takes nothing away.
        rig.part(8, (1, 1), &[2], 1);
        rig.wants.insert(m(2), Some(CpmAction::Delete));
        rig.pass(1);
        assert_eq!(rig.list(), [(2, Some(CpmAction::Delete)), (4, Some(CpmAction::Deliver))]);
        let mut emptied = Rig::new(rules, &[]);
        emptied.notice(&[1, 2]);
        emptied.part(200, (1, 1), &[], 0);
        emptied.pass(1000);
        assert!(emptied.pulls().is_empty() && reactions(&emptied) == 1, "nothing waits");
    }

    /// What it has asked for is on its way and not in the list.
    fn own_whole_list_leaves_what_was_asked_for(rules) {
        let mut rig = Rig::new(rules, &[]);
        rig.notice(&[1]);
        rig.pass(30);
        rig.part(200, (1, 1), &[], 0);
        rig.answer(480);
        rig.pass(30);
        assert_eq!(rig.pulls().len(), 2, "it had asked for the message and asks again");
        let mut summary = Rig::new(rules, &[]);
        summary.wants.insert(m(1), Some(CpmAction::Delete));
        summary.notice(&[1]);
        summary.push(200, &[], 1);
        summary.pass(30);
        assert_eq!(summary.list(), [(1, Some(CpmAction::Delete))], "a number names nothing");
    }

    /// H-20: out of band and in band, and one reaction.
    fn own_one_reaction_to_a_series_of_notifications(rules) {
        let mut rig = Rig::new(rules, &[]);
        rig.push(1, &[], 2);
        rig.pass(20);
        rig.notice(&[1, 2]);
        rig.notice(&[1, 2, 3]);
        rig.pass(9);
        assert!(rig.pulls().is_empty());
        rig.pass(1);
        assert_eq!((reactions(&rig), rig.pulls().len()), (1, 1), "30 s after the first of them");
        rig.answer(200);
        rig.pass(1000);
        assert_eq!(rig.pulls().len(), 1);
        rig.notice(&[4]);
        assert_eq!(reactions(&rig), 2, "what comes after he acted is a new series");
    }

    /// One whom a notification does not move can be moved by the next.
    fn own_one_reaction_a_user_who_does_not_react_is_told_again(rules) {
        let mut rig = Rig::new(rules, &[]);
        rig.reacts = None;
        rig.notice(&[1]);
        rig.reacts = Some(5);
        rig.notice(&[1]);
        rig.pass(5);
        assert_eq!((reactions(&rig), rig.pulls().len()), (2, 1));
    }

    /// One who ignores a round ignores all its parts, and one who has acted on it acts on what comes late, unasked.
    fn own_one_reaction_to_all_parts_of_a_round(rules) {
        let mut rig = Rig::new(rules, &[]);
        rig.reacts = None;
        for part in 1..=3 {
            rig.part(7, (part, 3), &[u32::from(part)], 3);
        }
        assert_eq!(reactions(&rig), 1, "one round, one question");
        rig.part(8, (1, 1), &[1, 2, 3], 3);
        assert_eq!(reactions(&rig), 2, "another round is another question");
        let mut acts = Rig::new(rules, &[]);
        acts.part(7, (1, 2), &[1], 2);
        acts.pass(30);
        acts.deliver(1);
        acts.answer(200);
        acts.part(7, (2, 2), &[2], 2);
        assert_eq!((reactions(&acts), acts.pulls().len()), (1, 2));
        acts.part(7, (2, 2), &[2], 2);
        assert_eq!((reactions(&acts), acts.pulls().len()), (1, 2), "a part that comes twice is one");
    }

    fn own_notice_a_summary_tells_a_number(rules) {
        let mut rig = Rig::new(rules, &[]);
        rig.push(3, &[], 4);
        assert_eq!(read(&rig), (vec![], vec![(3, Channel::OutOfBand)]));
        rig.pass(30);
        assert_eq!(rig.pull().list, None);
        rig.nothing_waits();
        rig.forget();
        rig.vanish();
        rig.connect();
        assert!(rig.pulls().is_empty(), "nothing waits");
    }

    /// The client cannot pull before it is registered, and then it does.
    fn own_notice_a_client_that_is_not_registered_pulls_when_it_is(rules) {
        let mut rig = Rig::away(rules, &[]);
        rig.tell(Input::Access(Access::Connected { register: false }));
        rig.push(1, &[], 2);
        rig.pass(30);
        assert!(rig.pulls().is_empty());
        rig.tell(Input::Access(Access::MayRegister));
        let register = rig.requests(Method::Register).pop().expect("it registers");
        rig.respond(&register, 200, Reason::None);
        assert_eq!(rig.pull().list, None);
    }

    fn pull_7_2_3_2_1_29_what_has_expired_is_not_pulled(rules) {
        let mut rig = Rig::new(rules, &[]);
        rig.wants.insert(m(1), Some(CpmAction::Delete));
        rig.notice(&[1, 2]);
        rig.expired(&[1]);
        rig.pass(30);
        assert_eq!(rig.pull().list, None, "2 is all that waits");
        let mut none = Rig::new(rules, &[]);
        none.notice(&[1]);
        none.expired(&[1]);
        none.pass(30);
        assert!(none.pulls().is_empty());
        assert_eq!(none.codes(Method::Message), [200, 200]);
    }

    fn own_push_line_opens_with_ip_and_closes_in_good_order_only(rules) {
        let mut rig = Rig::away(rules, &[]);
        let lines = |rig: &Rig| -> Vec<bool> {
            let line = |(to, pdu): &(FunctionId, Pdu)| match pdu {
                Pdu::Push(Push::Connect { device: PHONE, user: USER, on }) => (*to == PUSH).then_some(*on),
                _ => None,
            };
            rig.sent.iter().filter_map(line).collect()
        };
        rig.connect();
        rig.tell(Input::Access(Access::LeavingInOrder));
        rig.vanish();
        assert_eq!(lines(&rig), [true, false]);
        rig.connect();
        rig.vanish();
        assert_eq!(lines(&rig), [true, false, true], "without a word");
    }
}
