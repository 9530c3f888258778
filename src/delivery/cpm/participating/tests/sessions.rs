//! Sessions of a push, success that comes late, and a session that the client does not know.

use super::notifying::{rig_of, told};
use super::pulling::{IN_SESSION, items, no_answer, pull, pull_again, pull_all, queued, requests, respond, sends};
use super::*;
use crate::delivery::milestone::ItemResult;
use crate::delivery::suite::clause_tests;
use crate::delivery::{CpmAction, Dialog, Domain, axes as axis};

clause_tests! {
    /// The user knows of it, and would ask for it again without end.
    fn own_requeue_notice_not_of_what_cannot_be_done(rules) {
        let mut rig = rig_of(rules, &[], &[0, 1], |s| (s.isf, s.mss) = (None, None));
        rig.message();
        for (slot, action) in [(1, CpmAction::Store), (2, CpmAction::Interwork)] {
            let said = pull(&mut rig, 0, slot, Some(&[(0, Some(action))]));
            assert_eq!((items(&said), told(&said).len()), (vec![(0, ItemResult::Failed)], 0), "no store, no gateway");
        }
    }

    /// H-39: the instruction of a user hands a message over no more often than it may come back.
    fn own_guard_handover_limit_holds_for_pulls(rules) {
        let mut rig = rig_of(rules, &[], &[0], |s| (s.isf, s.handover_limit) = (Some(ISF), 1));
        rig.message();
        let interwork = [(0, Some(CpmAction::Interwork))];
        let handed = pull(&mut rig, 0, 1, Some(&interwork)).handed();
        assert_eq!(handed.len(), 1);
        rig.event(IwEvent::FailedIw { user: TO, message: pager_of(&handed[0]).message, domain: Domain::Cs, attempt: 1 });
        let again = pull(&mut rig, 0, 2, Some(&interwork));
        assert_eq!((again.handed().len(), items(&again)), (0, vec![(0, ItemResult::Failed)]));
    }

    fn sd23_5_2_2_2_3_02_a_push_in_a_session(rules) {
        let mut rig = Rig::new(rules, Profile::Latest, &[IN_SESSION], |s| with(s, Policy::default()));
        rig.message();
        rig.message();
        let said = rig.register(&[1]);
        let invites = requests(&said, Method::Invite);
        assert_eq!((said.legs().len(), invites.len()), (0, 1), "one client is offered a session");
        assert_eq!(invites[0].target, Target::Contact(TO, device(1)));
        let up = rig.ok(&invites[0]);
        assert_eq!((requests(&up, Method::Ack).len(), sends(&up).len()), (1, 2));
        assert!(up.says(|m| matches!(m, Milestone::SessionUp { .. })));
        // H-29: each message is acknowledged by itself, and what is not stays queued.
        let sent = sends(&up);
        assert!(respond(&mut rig, &sent[0], 200).settles());
        let broken = rig.fire(|t| matches!(t, Timer::DialogEnd { .. }));
        assert!(!broken.settles() && broken.says(|m| matches!(m, Milestone::SessionEnd { complete: false, .. })));
        // A session that is refused leaves everything in the queue.
        let again = rig.register(&[1, 2]);
        let invite = requests(&again, Method::Invite)[0].clone();
        let refused = rig.answer(&invite, 486, Reason::None);
        assert!(refused.says(|m| matches!(m, Milestone::SessionRefused { .. })) && !refused.settles());
    }

    /// The INVITE of a push was given up after 64 T1, and the client accepts it after all.
    fn rfc3261_13_2_2_4_a_late_success_is_acknowledged_and_its_session_ended(rules) {
        let mut rig = Rig::new(rules, Profile::Latest, &[IN_SESSION], |s| with(s, Policy::default()));
        rig.message();
        let invite = requests(&rig.register(&[1]), Method::Invite)[0].clone();
        let given_up = no_answer(&mut rig);
        assert!(given_up.says(|m| matches!(m, Milestone::SessionRefused { .. })));
        let late = rig.ok(&invite);
        let session = Body::Session(Dialog { invite: invite.txn, client: device(1), user: TO });
        for method in [Method::Ack, Method::Bye] {
            let sent = requests(&late, method);
            assert_eq!(sent.iter().map(|r| (&r.body, r.target)).collect::<Vec<_>>(), [(&session, Target::Contact(TO, device(1)))]);
        }
        assert!(sends(&late).is_empty() && late.says(|m| matches!(m, Milestone::LateResponse)));
        // The success of a session that stands is acknowledged once more, and that is all.
        let mut stands = Rig::new(rules, Profile::Latest, &[IN_SESSION], |s| with(s, Policy::default()));
        stands.message();
        let invite = requests(&stands.register(&[1]), Method::Invite)[0].clone();
        stands.ok(&invite);
        let again = stands.ok(&invite);
        assert_eq!((requests(&again, Method::Ack).len(), requests(&again, Method::Bye).len()), (1, 0));
    }

    /// RFC 4975 7.2: the client does not know the session any more, so that it is over; the message waits on.
    fn own_pull_transport_a_session_that_the_client_does_not_know_is_over(rules) {
        let mut rig = queued(rules, &[IN_SESSION, (axis::PULL_TEARDOWN, "after-retrieval")], 2);
        let sent = sends(&pull_all(&mut rig, 0));
        let over = respond(&mut rig, &sent[0], 481);
        assert_eq!(items(&over), [(0, ItemResult::Failed), (1, ItemResult::Failed)]);
        assert!(over.says(|m| matches!(m, Milestone::SessionEnd { complete: false, .. })) && !over.settles());
        assert_eq!(sends(&pull_again(&mut rig, 0)).len(), 2, "both are there");
    }

    fn sd23_5_2_2_2_3_04_the_pf_closes_it(rules) {
        let mut rig = Rig::new(rules, Profile::Latest, &[IN_SESSION], |s| with(s, Policy::default()));
        rig.message();
        let invite = requests(&rig.register(&[1]), Method::Invite)[0].clone();
        let sent = sends(&rig.ok(&invite));
        let ended = respond(&mut rig, &sent[0], 200);
        assert_eq!(requests(&ended, Method::Bye).len(), 1);
        assert!(ended.says(|m| matches!(m, Milestone::SessionEnd { complete: true, .. })));
    }
}
