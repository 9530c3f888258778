//! The response policy of a model, code by code.

use super::*;
use crate::delivery::responses::{OnResponse, Responses};
use crate::delivery::suite::clause_tests;

/// A PF with an ISF that does `action` about `codes`, and as the axes say about all others.
fn rig(rules: Rules, codes: &[u16], action: OnResponse) -> Rig {
    let responses = Responses::of(|code| codes.contains(&code).then_some(action));
    let mut rig = Rig::new(rules, Profile::Latest, &[], |s| (s.isf, s.responses) = (Some(ISF), responses));
    rig.register(&[0]);
    rig
}

clause_tests! {
    fn own_response_policy(rules) {
        // A refusal that defers, and its neighbour that does not; an unreachable client whose leg fails.
        let mut deferring = rig(rules, &[486], OnResponse::Defer);
        let said = deferring.message();
        let said = deferring.answer(&said.leg(), 486, Reason::None);
        assert!(said.defers() && said.codes() == [202]);
        let said = rig(rules, &[486], OnResponse::Defer).refused_with(603);
        assert!(!said.defers() && said.codes() == [603]);
        let said = rig(rules, &[480, 408], OnResponse::Fail).refused_with(480);
        assert!(!said.defers() && said.codes() == [480]);
        // No answer in time is 408.
        let mut silent = rig(rules, &[408], OnResponse::Fail);
        silent.message();
        assert_eq!(silent.fire(is_end).codes(), [480], "no client gave an answer that may be passed on");
    }

    fn own_response_policy_repeats_once_and_goes_other_ways(rules) {
        let mut retrying = rig(rules, &[486], OnResponse::Retry);
        let said = retrying.message();
        let waiting = retrying.answer(&said.leg(), 486, Reason::None);
        assert!(waiting.codes().is_empty() && !waiting.defers());
        let again = retrying.fire(|timer| matches!(timer, Timer::ServerRetry { .. }));
        let over = retrying.answer(&again.leg(), 486, Reason::None);
        assert!(over.defers() && over.codes() == [202], "repeated once, then deferred");
        // A server error that is not repeated.
        let said = rig(rules, &[500], OnResponse::Fail).refused_with(500);
        assert_eq!((said.codes(), said.defers()), (vec![500], false));
        // A refusal goes by a non-CPM service; what has no other way is refused.
        let said = rig(rules, &[403], OnResponse::Adapt).refused_with(403);
        assert_eq!((said.handed().len(), said.codes().len()), (1, 0));
        let mut alone = rig(rules, &[403], OnResponse::Adapt);
        alone.pf.setup.isf = None;
        assert_eq!(alone.refused_with(403).codes(), [403]);
        // Content that is to be refused at once.
        let said = rig(rules, &[415], OnResponse::Fail).refused_with(415);
        assert_eq!((said.handed().len(), said.codes()), (0, vec![415]));
    }
}

impl Rig {
    /// What the PF does when the one client that gets a message answers so.
    fn refused_with(mut self, code: u16) -> Said {
        let said = self.message();
        self.answer(&said.leg(), code, Reason::None)
    }
}
