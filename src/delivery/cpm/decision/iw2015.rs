//! IW15 8.3.1.1, step 8 and what the text leaves open where no client is suitable.

use crate::delivery::behaviour::{Behaviour, FirstAttempt};
use crate::delivery::{DeferReason, Tag};

/// What the PF knows when it decides.
#[derive(Clone, Copy, Debug)]
pub struct Situation {
    /// Registered clients that pass the exclusions of step 8a.
    pub suitable: usize,
    /// Older messages of the user wait in the queue.
    pub queue_stands: bool,
    /// An ISF exists and provider policy allows interworking.
    pub interworking: bool,
    /// The Primary Device is known to be ready for SMS.
    pub sms_ready: bool,
}

/// What is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// One MESSAGE to each suitable client.
    Deliver,
    /// Into the queue, answered with 202.
    Defer(DeferReason),
    /// Into the queue, and the wait for IP begins.
    DeferAndWait,
    /// To the ISF at once.
    HandOver,
    /// Refused with the configured code.
    Reject,
}

/// Decides, and names the statement.
pub fn decide(behaviour: &Behaviour, situation: Situation) -> (Decision, Tag) {
    let Situation { suitable, queue_stands, interworking, sms_ready } = situation;
    if suitable > 0 && !(behaviour.behind_queue && queue_stands) {
        return (Decision::Deliver, Tag::DeliverToClients);
    }
    if suitable > 0 {
        return (Decision::Defer(DeferReason::NoClient), Tag::DeferKeep);
    }
    if !behaviour.keep_without_client {
        return (Decision::Reject, Tag::OwnNoSuitableReject);
    }
    if !(interworking && behaviour.primary_iw_trigger) {
        return (Decision::Defer(DeferReason::NoClient), Tag::DeferNoClient);
    }
    if sms_ready && behaviour.ip_wait && behaviour.wait_at_acceptance {
        return (Decision::DeferAndWait, Tag::WaitForIp);
    }
    match behaviour.first_attempt {
        FirstAttempt::AtOnce => (Decision::HandOver, Tag::FirstSmsAttempt),
        FirstAttempt::AfterWait => (Decision::DeferAndWait, Tag::WaitForIp),
        FirstAttempt::None => (Decision::Defer(DeferReason::NoClient), Tag::DeferNoClient),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::delivery::Rules;
    use crate::delivery::axes as axis;
    use crate::delivery::profile::{Axes, AxisId};

    fn behaviour(set: &[(AxisId, &str)]) -> Behaviour {
        let mut axes = Axes::default();
        for (a, value) in set {
            assert!(axes.set(*a, value));
        }
        Behaviour::of(&axes, Rules::ALL)
    }

    const ALONE: Situation = Situation { suitable: 0, queue_stands: false, interworking: true, sms_ready: false };

    #[test]
    fn iw15_8_3_1_1_39_suitable_clients_get_the_message() {
        let situation = Situation { suitable: 2, ..ALONE };
        assert_eq!(decide(&behaviour(&[]), situation).0, Decision::Deliver);
        let behind = behaviour(&[(axis::OVERTAKE_QUEUE, "behind-queue")]);
        assert_eq!(decide(&behind, Situation { queue_stands: true, ..situation }).0, Decision::Defer(DeferReason::NoClient));
        assert_eq!(decide(&behind, situation).0, Decision::Deliver);
    }

    #[test]
    fn a_01_without_a_client_sms_is_tried_as_first_attempt_says() {
        let with = |value| decide(&behaviour(&[(axis::FIRST_ATTEMPT, value)]), ALONE).0;
        assert_eq!(with("at-once"), Decision::HandOver);
        assert_eq!(with("after-wait"), Decision::DeferAndWait);
        assert_eq!(with("none"), Decision::Defer(DeferReason::NoClient));
    }

    #[test]
    fn a_01_without_interworking_the_message_is_deferred_or_refused() {
        let situation = Situation { interworking: false, ..ALONE };
        assert_eq!(decide(&behaviour(&[]), situation).0, Decision::Defer(DeferReason::NoClient));
        assert_eq!(decide(&behaviour(&[(axis::NO_SUITABLE_CLIENT, "reject")]), situation).0, Decision::Reject);
        assert_eq!(decide(&behaviour(&[(axis::PRIMARY_IW_TRIGGER, "off")]), ALONE).0, Decision::Defer(DeferReason::NoClient));
    }

    #[test]
    fn iw15_r_14_known_cs_access_makes_the_pf_wait_first() {
        let situation = Situation { sms_ready: true, ..ALONE };
        assert_eq!(decide(&behaviour(&[]), situation).0, Decision::DeferAndWait);
        assert_eq!(decide(&behaviour(&[(axis::IP_WAIT, "none")]), situation).0, Decision::HandOver);
        assert_eq!(decide(&behaviour(&[(axis::WAIT_IP_START, "ready-only")]), situation).0, Decision::HandOver);
    }
}
