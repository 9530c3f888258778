//! The answers to an INVITE, and what follows from each (PULL-7.2.3.2.1 after step 7; H-10, H-12, H-15).

use super::*;
use crate::delivery::axes as axis;
use crate::delivery::suite::clause_tests;

fn acked(rig: &Rig) -> Vec<TxnId> {
    let invite = |request: Request| match request.body {
        Body::Session(dialog) if (request.icsi, request.target) == (Icsi::Deferred, Target::User(USER)) => dialog.invite,
        other => panic!("an ACK goes where the INVITE went: {other:?}"),
    };
    rig.requests(Method::Ack).into_iter().map(invite).collect()
}

/// Away and back: whether the client acts by itself.
fn acts_when_back(rig: &mut Rig) -> bool {
    rig.forget();
    rig.vanish();
    rig.connect();
    !rig.pulls().is_empty()
}

clause_tests! {
    fn pull_7_2_3_2_1_22_after_488_with_warning_125_the_messages_are_given_up(rules) {
        let mut rig = Rig::told(rules, &[], &[1, 2]);
        rig.nothing_waits();
        rig.forget();
        rig.pass(10_000);
        assert!(rig.pulls().is_empty() && !acts_when_back(&mut rig));
        // Without that Warning it says nothing about the messages.
        let mut bare = Rig::told(rules, &[], &[1, 2]);
        bare.answer(488);
        bare.pass(10_000);
        assert!(acts_when_back(&mut bare));
        // Those of that INVITE: one that the client read of while it was under way is not among them.
        let mut later = Rig::told(rules, &[], &[1]);
        later.notice(&[2]);
        later.nothing_waits();
        later.forget();
        later.wants.insert(m(2), Some(CpmAction::Delete));
        later.pass(30);
        assert_eq!(later.list(), [(2, Some(CpmAction::Delete))]);
    }

    /// RFC 3261 13.2.2.3. The ACK is the affair of the transaction on the hop.
    fn pull_7_2_3_2_1_23_a_488_makes_no_dialog(rules) {
        let mut rig = Rig::told(rules, &[(axis::PULL_TRANSPORT, "in-session")], &[1]);
        let invite = rig.requests(Method::Invite)[0].txn;
        rig.nothing_waits();
        assert!(acked(&rig).is_empty() && rig.requests(Method::Bye).is_empty());
        rig.send_in(invite, 0, 1);
        assert_eq!(rig.msrp(), [(0, 481)]);
        assert!(!rig.runs(|t| matches!(t, Timer::TransactionEnd { .. } | Timer::RetrievalEnd { .. } | Timer::PullAgain)));
    }

    fn pull_7_2_3_2_1_24_another_error_leaves_the_messages_alone(rules) {
        for code in [403, 503, 600] {
            let mut rig = Rig::told(rules, &[], &[1]);
            rig.answer(code);
            rig.pass(10_000);
            assert_eq!(rig.pulls().len(), 1, "no repetition after {code}");
            assert!(acts_when_back(&mut rig), "they wait still");
        }
        // RFC 3261 20.33: not before the time that the response gives.
        let mut full = Rig::told(rules, &[], &[1]);
        full.answer_for(503, Reason::RetryAfter(60));
        full.pass(59);
        assert_eq!(full.pulls().len(), 1);
        full.pass(1);
        assert_eq!(full.pulls().len(), 2);
    }

    /// Each has a reaction, and none but the one that says that nothing waits loses sight of the messages.
    fn pull_r_04_every_error_has_its_reaction(rules) {
        for code in [302, 400, 401, 403, 404, 408, 480, 481, 483, 486, 487, 488, 500, 503, 504, 600, 603, 606] {
            let mut rig = Rig::told(rules, &[], &[1]);
            rig.answer(code);
            rig.pass(60);
            assert_eq!(rig.pulls().len(), if matches!(code, 408 | 480) { 2 } else { 1 }, "after {code}");
            assert!(acts_when_back(&mut rig), "after {code}");
        }
    }

    fn pull_7_2_3_2_1_25_a_200_is_acknowledged(rules) {
        let mut rig = Rig::told(rules, &[], &[1]);
        let invite = rig.requests(Method::Invite)[0].txn;
        assert!(acked(&rig).is_empty());
        rig.answer(200);
        assert_eq!(acked(&rig), [invite]);
        // One that comes once more finds its transaction ended, and is acknowledged like any (RFC 3261 13.2.2.4).
        rig.answer(200);
        assert_eq!((acked(&rig).len(), rig.count(|m| matches!(m, Milestone::LateResponse))), (2, 1));
    }

    /// H-10 under `overlap-invite=reject-480`: the original version repeats, after `client.pull_backoff`.
    fn pull_7_2_3_2_1_28_after_480_the_client_tries_again_or_gives_up(rules) {
        let mut rig = Rig::told(rules, &[], &[1, 2]);
        for n in 1..=3 {
            rig.answer(480);
            rig.pass(4);
            assert_eq!(rig.pulls().len(), n);
            rig.pass(1);
            assert_eq!(rig.pulls().len(), n + 1, "5 s, the jitter being one");
        }
        rig.answer(200);
        rig.pass(10_000);
        assert_eq!(rig.pulls().len(), 4);
        let mut drop = Rig::told(rules, &[(axis::RETRY_AFTER_480, "drop")], &[1]);
        drop.answer(480);
        drop.pass(10_000);
        assert_eq!(drop.pulls().len(), 1);
        assert!(!acts_when_back(&mut drop));
        drop.notice(&[1]);
        drop.pass(30);
        assert_eq!(drop.pulls().len(), 1, "its user acts on the next notification");
    }

    /// What came meanwhile is not asked for again; nor is anything if all has come.
    fn pull_7_2_3_2_1_28_what_came_before_the_repetition_is_not_repeated(rules) {
        let mut rig = Rig::new(rules, &[]);
        rig.wants.insert(m(3), Some(CpmAction::Delete));
        rig.notice(&[1, 2, 3]);
        rig.pass(30);
        rig.answer(480);
        rig.deliver(1);
        rig.forget();
        rig.pass(5);
        assert_eq!(rig.list(), [(2, Some(CpmAction::Deliver)), (3, Some(CpmAction::Delete))]);
        let mut all = Rig::told(rules, &[], &[1]);
        all.answer(480);
        all.deliver(1);
        all.pass(10_000);
        assert_eq!(all.pulls().len(), 1);
    }

    /// H-12: a repetition after a lost response is a second INVITE of the same client with the same instructions.
    fn own_pull_unanswered_is_tried_again(rules) {
        let mut rig = Rig::told(rules, &[], &[1]);
        rig.pass(128 + 4);
        assert_eq!(rig.pulls().len(), 1);
        rig.pass(1);
        assert_eq!(rig.pulls().len(), 2);
        assert_eq!(rig.pulls()[0], rig.pulls()[1]);
    }

    /// H-12: the user acts again before his first action is answered.
    fn own_pull_twice_by_a_user_who_acts_twice(rules) {
        let mut rig = Rig::new(rules, &[]);
        rig.wants.insert(m(1), Some(CpmAction::Delete));
        rig.notice(&[1]);
        rig.pass(30);
        rig.notice(&[1, 2]);
        rig.pass(30);
        let lists: Vec<usize> = rig.pulls().iter().map(|p| p.list.as_ref().map_or(0, |l| l.len())).collect();
        assert_eq!(lists, [1, 2], "the second names what the first did");
        let serials: BTreeSet<u32> = rig.requests(Method::Invite).iter().map(|r| r.txn.number()).collect();
        assert_eq!(serials.len(), 2, "two pulls have two names");
        // Both are answered, and the second takes nothing away from what the first did.
        for request in rig.requests(Method::Invite) {
            rig.respond(&request, 200, Reason::None);
        }
        assert_eq!((acked(&rig).len(), rig.requests(Method::Bye).len()), (2, 2));
    }

    /// H-15: the client is gone before the messages come, or before the answer.
    fn own_pull_resumed_when_the_client_is_back(rules) {
        let mut vanished = Rig::pulled(rules, &[], &[1, 2]);
        vanished.deliver(1);
        vanished.forget();
        vanished.vanish();
        vanished.connect();
        assert_eq!(vanished.pull().list, None);
        let mut unanswered = Rig::told(rules, &[], &[1]);
        assert!(acts_when_back(&mut unanswered));
        assert_eq!(unanswered.count(|m| matches!(m, Milestone::TxnEnd { method: Method::Invite, .. })), 1, "its INVITE is given up");
        let mut come = Rig::pulled(rules, &[], &[1]);
        come.deliver(1);
        assert!(!acts_when_back(&mut come), "all that was asked for has come");
    }

    /// What the user chose stands; he is not asked again.
    fn own_pull_resumed_with_the_choice_of_before(rules) {
        let mut rig = Rig::new(rules, &[]);
        rig.wants.insert(m(2), Some(CpmAction::Store));
        rig.notice(&[1, 2]);
        rig.pass(30);
        rig.wants.clear();
        assert!(acts_when_back(&mut rig));
        assert_eq!(rig.list(), [(1, Some(CpmAction::Deliver)), (2, Some(CpmAction::Store))]);
        assert!(!rig.asked.iter().any(|q| matches!(q, Question::Choice { .. } | Question::Reaction { .. })));
    }
}
