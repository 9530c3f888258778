//! Sessions of pulls and pushes: who closes them, what comes inside and beside them (PULL-7.2.3.2.1-21, -26, -27; H-16, V-06, V-07).

use super::*;
use crate::delivery::axes as axis;
use crate::delivery::suite::clause_tests;

const IN_SESSION: (AxisId, &str) = (axis::PULL_TRANSPORT, "in-session");
const AFTER: (AxisId, &str) = (axis::PULL_TEARDOWN, "after-retrieval");
const BY_PF: (AxisId, &str) = (axis::PULL_TEARDOWN, "pf");

fn byes(rig: &Rig) -> usize {
    rig.requests(Method::Bye).len()
}

fn invite(rig: &Rig) -> TxnId {
    rig.requests(Method::Invite).pop().expect("it pulls").txn
}

clause_tests! {
    fn pull_7_2_3_2_1_21_the_session_has_no_media(rules) {
        let mut rig = Rig::pulled(rules, &[BY_PF], &[1]);
        let dialog = invite(&rig);
        rig.send_in(dialog, 0, 1);
        assert_eq!((rig.msrp(), rig.presented(), rig.ends()), (vec![(0, 481)], vec![], vec![Fate::Refused(481)]));
        assert!(!rig.sent.iter().any(|(_, pdu)| matches!(pdu, Pdu::Msrp(Msrp::Send { .. }))), "the client sends nothing either");
    }

    /// What was asked for comes whether the session stands or not, and never inside it.
    fn pull_r_03_the_session_serves_no_other_purpose(rules) {
        for ends in [false, true] {
            let mut rig = Rig::pulled(rules, &[BY_PF], &[1, 2]);
            let dialog = invite(&rig);
            if ends {
                rig.in_session(Method::Bye, dialog);
            }
            rig.deliver(1);
            rig.send_in(dialog, 0, 2);
            rig.deliver(2);
            assert_eq!((rig.presented(), rig.codes(Method::Message)), (vec![1, 2], vec![200; 3]), "the notification and two messages");
            assert_eq!(rig.msrp(), [(0, 481)]);
        }
    }

    fn pull_r_05_the_client_closes_the_session_as_soon_as_it_can(rules) {
        let mut rig = Rig::told(rules, &[], &[1]);
        assert_eq!(byes(&rig), 0);
        rig.answer(200);
        assert_eq!((byes(&rig), rig.requests(Method::Ack).len()), (1, 1), "after 200 and ACK, at once");
        let mut refused = Rig::told(rules, &[], &[1]);
        refused.answer(503);
        assert_eq!(byes(&refused), 0, "there is no session");
    }

    fn pull_7_2_3_2_1_26_a_bye_follows_the_ack(rules) {
        let rig = Rig::pulled(rules, &[], &[1, 2]);
        let sent: Vec<Method> = [Method::Ack, Method::Bye].into();
        let order: Vec<Method> = rig.sent.iter().filter_map(|(_, pdu)| match pdu {
            Pdu::Request(r) if sent.contains(&r.method) => Some(r.method),
            _ => None,
        }).collect();
        assert_eq!(order, sent, "before any message has come");
        let bye = &rig.requests(Method::Bye)[0];
        let dialog = Dialog { invite: invite(&rig), client: PHONE, user: USER };
        assert_eq!((&bye.body, bye.target, bye.icsi), (&Body::Session(dialog), Target::User(USER), Icsi::Deferred));
        assert_ne!(bye.txn, dialog.invite, "a transaction of its own");
        assert_eq!(byes(&Rig::pulled(rules, &[BY_PF], &[1])), 0, "not where the PF closes");
    }

    /// No link to the dialog: it comes before the answer, after the BYE, and without any pull.
    fn pull_7_2_3_2_1_27_messages_come_as_ordinary_requests(rules) {
        let mut rig = Rig::told(rules, &[], &[1, 2, 3]);
        rig.deliver(1);
        rig.answer(200);
        rig.deliver(2);
        rig.deliver(9);
        rig.deliver(2);
        assert_eq!((rig.codes(Method::Message), rig.presented()), (vec![200; 5], vec![1, 2, 9]));
        assert_eq!(rig.ends(), [Fate::Delivered, Fate::Delivered, Fate::Delivered, Fate::Absorbed]);
        assert_eq!(rig.count(|m| matches!(m, Milestone::ImdnSent { .. })), 3, "and are reported like others");
    }

    fn sd23_5_2_2_2_2_06_the_session_is_closed_once_all_are_retrieved(rules) {
        let mut rig = Rig::pulled(rules, &[AFTER], &[1, 2]);
        rig.deliver(1);
        rig.deliver(1);
        rig.deliver(7);
        assert_eq!(byes(&rig), 0);
        rig.deliver(2);
        assert_eq!(byes(&rig), 1);
        rig.pass(10_000);
        assert_eq!(byes(&rig), 1);
        // Inside the session the same.
        let mut inside = Rig::pulled(rules, &[AFTER, IN_SESSION], &[1, 2]);
        let dialog = invite(&inside);
        inside.send_in(dialog, 0, 2);
        assert_eq!(byes(&inside), 0);
        inside.send_in(dialog, 1, 1);
        assert_eq!((byes(&inside), inside.presented()), (1, vec![2, 1]));
        // With nothing to retrieve there is nothing to wait for.
        let mut deletes = Rig::new(rules, &[AFTER]);
        deletes.wants.insert(m(1), Some(CpmAction::Delete));
        deletes.notice(&[1]);
        deletes.pass(30);
        deletes.answer(200);
        assert_eq!(byes(&deletes), 1);
    }

    /// 64 T1 after the last of them; what did not come is the PF's to tell of again.
    fn sd23_5_2_2_2_2_06_the_session_is_closed_when_the_rest_does_not_come(rules) {
        let mut rig = Rig::pulled(rules, &[AFTER], &[1, 2]);
        rig.pass(100);
        rig.deliver(1);
        rig.pass(127);
        assert_eq!(byes(&rig), 0);
        rig.pass(1);
        assert_eq!(byes(&rig), 1);
        rig.forget();
        rig.pass(10_000);
        assert!(rig.pulls().is_empty());
        rig.notice(&[2]);
        rig.pass(30);
        assert_eq!(rig.pulls().len(), 1);
    }

    /// As many as a summary told of.
    fn sd23_5_2_2_2_2_06_messages_known_by_number_are_waited_for(rules) {
        let mut rig = Rig::new(rules, &[AFTER]);
        rig.push(1, &[], 2);
        rig.pass(30);
        rig.answer(200);
        rig.deliver(5);
        assert_eq!(byes(&rig), 0);
        rig.deliver(6);
        assert_eq!(byes(&rig), 1);
    }

    /// Nothing but the session itself exists: no conversation, and a message in it is a message like others.
    fn sd23_5_2_2_2_2_07_the_session_is_no_cpm_session(rules) {
        let mut rig = Rig::pulled(rules, &[AFTER, IN_SESSION], &[1]);
        let request = rig.requests(Method::Invite).pop().expect("it pulls");
        assert_ne!(request.icsi, Icsi::Msg);
        rig.send_in(request.txn, 0, 1);
        assert_eq!((rig.presented(), byes(&rig)), (vec![1], 1));
        assert!(rig.requests(Method::Message).iter().all(|r| matches!(&r.body, Body::Imdn(i) if i.about == m(1))));
    }

    /// RFC 3261 15.1.2.
    fn rfc3261_15_1_2_a_bye_is_answered_by_what_is_known_of_its_session(rules) {
        let mut rig = Rig::pulled(rules, &[BY_PF], &[1]);
        let dialog = invite(&rig);
        rig.in_session(Method::Bye, dialog);
        assert_eq!((rig.codes(Method::Bye), byes(&rig)), (vec![200], 0));
        rig.in_session(Method::Bye, dialog);
        rig.in_session(Method::Bye, TxnId { slot: 77, ..dialog });
        assert_eq!(rig.codes(Method::Bye), [200, 481, 481]);
        // The session ends with the BYE, not what was asked for.
        rig.deliver(1);
        assert_eq!(rig.presented(), [1]);
    }

    /// H-16: in whatever order, and lost: a device that was away knows the session no more.
    fn rfc3261_15_1_2_a_session_is_forgotten_without_a_connection(rules) {
        let mut rig = Rig::pulled(rules, &[BY_PF], &[1]);
        let dialog = invite(&rig);
        rig.vanish();
        rig.connect();
        rig.in_session(Method::Bye, dialog);
        assert_eq!(rig.codes(Method::Bye), [481]);
        let mut waiting = Rig::pulled(rules, &[AFTER], &[1]);
        waiting.vanish();
        assert!(!waiting.runs(|t| matches!(t, Timer::RetrievalEnd { .. })));
        waiting.pass(10_000);
        assert_eq!(byes(&waiting), 0);
    }

    /// The pull was given up with the connection, and its success comes after all: nobody wants that session.
    fn rfc3261_13_2_2_4_a_late_success_is_acknowledged_and_its_session_ended(rules) {
        let mut rig = Rig::told(rules, &[BY_PF], &[1]);
        let late = rig.requests(Method::Invite).pop().expect("it pulls");
        rig.vanish();
        rig.connect();
        rig.respond(&late, 200, Reason::None);
        let session = Body::Session(Dialog { invite: late.txn, client: PHONE, user: USER });
        let of = |rig: &Rig, method| rig.requests(method).iter().filter(|r| r.body == session).count();
        assert_eq!((of(&rig, Method::Ack), of(&rig, Method::Bye)), (1, 1));
        // The success of a session that stands is acknowledged once more, and that is all.
        let mut stands = Rig::pulled(rules, &[BY_PF], &[1]);
        let invite = stands.requests(Method::Invite).pop().expect("it pulls");
        stands.respond(&invite, 200, Reason::None);
        assert_eq!((stands.requests(Method::Ack).len(), byes(&stands)), (2, 0));
        // A refusal that is late has no session.
        let mut refused = Rig::told(rules, &[BY_PF], &[1]);
        let late = refused.requests(Method::Invite).pop().expect("it pulls");
        refused.vanish();
        refused.connect();
        refused.respond(&late, 480, Reason::None);
        assert_eq!((refused.requests(Method::Ack).len(), byes(&refused)), (0, 0));
    }

    /// The BYE of the PF never comes, or nothing comes after the 200 to its INVITE.
    fn own_session_bound_a_session_without_a_word_is_closed(rules) {
        let mut pulled = Rig::pulled(rules, &[BY_PF], &[1]);
        pulled.pass(100);
        pulled.deliver(1);
        pulled.pass(127);
        assert_eq!(byes(&pulled), 0);
        pulled.pass(1);
        assert_eq!(byes(&pulled), 1, "64 T1 after the last word");
        let mut pushed = Rig::new(rules, &[IN_SESSION]);
        let dialog = pushed.ask(Method::Invite, Icsi::Deferred, Body::PushSession { user: USER, client: PHONE });
        pushed.pass(100);
        pushed.send_in(dialog, 0, 1);
        pushed.pass(127);
        assert_eq!(byes(&pushed), 0);
        pushed.pass(1);
        let bye = &pushed.requests(Method::Bye)[0];
        assert_eq!(bye.body, Body::Session(Dialog { invite: dialog, client: PHONE, user: USER }));
        let mut closed = Rig::pulled(rules, &[BY_PF], &[1]);
        let dialog = invite(&closed);
        closed.in_session(Method::Bye, dialog);
        closed.pass(10_000);
        assert_eq!(byes(&closed), 0);
    }

    fn rfc4975_7_2_a_message_in_a_session_is_answered_and_presented_once(rules) {
        let mut rig = Rig::pulled(rules, &[BY_PF, IN_SESSION], &[1, 2]);
        let dialog = invite(&rig);
        rig.send_in(dialog, 0, 1);
        rig.send_in(dialog, 1, 1);
        rig.send_in(dialog, 2, 2);
        assert_eq!((rig.msrp(), rig.presented()), (vec![(0, 200), (1, 200), (2, 200)], vec![1, 2]));
        assert_eq!(rig.ends(), [Fate::Delivered, Fate::Absorbed, Fate::Delivered]);
        rig.in_session(Method::Bye, dialog);
        rig.send_in(dialog, 3, 3);
        assert_eq!((rig.msrp().pop(), rig.ends().pop()), (Some((3, 481)), Some(Fate::Refused(481))));
    }

    /// It overtook the 200 to the INVITE: the session waits for the rest only.
    fn rfc4975_7_2_a_message_may_overtake_the_answer_to_the_invite(rules) {
        let mut rig = Rig::told(rules, &[AFTER, IN_SESSION], &[1, 2]);
        let dialog = invite(&rig);
        rig.send_in(dialog, 0, 1);
        assert_eq!((rig.msrp(), rig.presented()), (vec![(0, 200)], vec![1]));
        rig.answer(200);
        assert_eq!(byes(&rig), 0);
        rig.send_in(dialog, 1, 2);
        assert_eq!(byes(&rig), 1);
    }

    /// The session of a push, of the generation of 2009: 200, messages, and the PF's BYE.
    fn rfc3261_13_3_1_4_the_session_of_a_push_is_accepted(rules) {
        let mut rig = Rig::new(rules, &[AFTER]);
        rig.notice(&[1, 2]);
        let dialog = rig.ask(Method::Invite, Icsi::Deferred, Body::PushSession { user: USER, client: PHONE });
        assert_eq!(rig.codes(Method::Invite), [200]);
        rig.in_session(Method::Ack, dialog);
        rig.send_in(dialog, 0, 1);
        rig.send_in(dialog, 1, 2);
        assert_eq!((rig.presented(), rig.msrp()), (vec![1, 2], vec![(0, 200), (1, 200)]));
        rig.in_session(Method::Bye, dialog);
        assert_eq!((rig.codes(Method::Bye), byes(&rig)), (vec![200], 0));
        rig.pass(30);
        assert!(rig.pulls().is_empty(), "what was pushed is not pulled");
    }
}
