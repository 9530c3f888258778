//! The limit of MSRP sessions (`pf.sessions`).

use super::notifying::rig_of;
use super::pulling::pull_all;
use super::*;
use crate::delivery::axes as axis;
use crate::delivery::suite::clause_tests;

const IN_SESSION: (AxisId, &str) = (axis::PULL_TRANSPORT, "in-session");

/// Final answers to INVITEs, and whether one was refused for lack of capacity.
fn answers(said: &Said) -> (Vec<u16>, bool) {
    let codes = said.0.iter().filter_map(|o| match o {
        Output::Send { pdu: Pdu::Response(r), .. } if r.method == Method::Invite => Some(r.code),
        _ => None,
    });
    (codes.collect(), said.says(|m| matches!(m, Milestone::SessionRefused { blocked: true, .. })))
}

fn rig(rules: Rules, set: Set, sessions: u32) -> Rig {
    let mut rig = rig_of(rules, set, &[0], |s| s.deferred.sessions = sessions);
    assert!(rig.message().defers());
    rig
}

clause_tests! {
    fn own_session_limit_one_pull_too_many_gets_503(rules) {
        assert_eq!(answers(&pull_all(&mut rig(rules, &[IN_SESSION], 1), 0)), (vec![200], false));
        let mut full = rig(rules, &[IN_SESSION], 0);
        let said = pull_all(&mut full, 0);
        assert_eq!(answers(&said), (vec![503], true));
        assert_eq!((said.legs().len(), full.held(&[]) > 0), (0, true), "the message stays in the queue");
        let at_arrival = [IN_SESSION, (axis::PULL_CHECK_EMPTY, "at-arrival")];
        assert_eq!(answers(&pull_all(&mut rig(rules, &at_arrival, 0), 0)), (vec![503], true));
        assert_eq!(answers(&pull_all(&mut rig(rules, &[], 0), 0)), (vec![200], false), "no media, no MSRP session");
    }

    fn own_session_limit_a_push_that_has_no_room_is_not_offered(rules) {
        let set = [IN_SESSION, (axis::DEFERRED_MODE, "auto-push")];
        let offers = |sessions| {
            let mut rig = Rig::new(rules, Profile::Latest, &set, |s| s.deferred.sessions = sessions);
            rig.message();
            let said = rig.register(&[0]);
            let invites = said.0.iter().filter(|o| matches!(o, Output::Send { pdu: Pdu::Request(r), .. } if r.method == Method::Invite));
            (invites.count(), answers(&said).1, rig.held(&[]))
        };
        assert_eq!((offers(1).0, offers(1).1), (1, false));
        assert_eq!(offers(0), (0, true, 1), "it waits for the next sign of life");
    }
}
