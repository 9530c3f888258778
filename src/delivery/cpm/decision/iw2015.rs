//! IW15 8.3.1.1, step 8 and what the text leaves open where no client is suitable.

use super::suitability::select;
use super::{Act, Decision, Situation};
use crate::delivery::behaviour::{Behaviour, FirstAttempt};
use crate::delivery::{ClientSet, DeferReason, Reason, Tag};

/// Decides, and names the statements.
pub fn decide(behaviour: &Behaviour, situation: &Situation) -> Decision {
    let selection = select(behaviour, situation);
    let decision = choose(behaviour, situation, selection.suitable);
    Decision { selection: Some(selection), ..decision }
}

/// Step 8c, and A-01 where step 8a leaves no client.
fn choose(behaviour: &Behaviour, situation: &Situation, suitable: ClientSet) -> Decision {
    let Situation { queue_stands, interworking, sms_ready, reject_code, .. } = *situation;
    if !suitable.is_empty() && !(behaviour.behind_queue && queue_stands) {
        return Decision::only(Tag::DeliverToClients, Act::Deliver(suitable));
    }
    if !suitable.is_empty() {
        return Decision::only(Tag::DeferKeep, Act::Defer(DeferReason::NoClient));
    }
    if !behaviour.keep_without_client {
        return Decision::only(Tag::OwnNoSuitableReject, Act::Reject { code: reject_code, reason: Reason::None });
    }
    if !(interworking && behaviour.primary_iw_trigger) {
        return Decision::only(Tag::DeferNoClient, Act::Defer(DeferReason::NoClient));
    }
    if sms_ready && behaviour.ip_wait && behaviour.wait_at_acceptance {
        return Decision::only(Tag::WaitForIp, Act::DeferAndWait);
    }
    match behaviour.first_attempt {
        FirstAttempt::AtOnce => Decision::only(Tag::FirstSmsAttempt, Act::HandOver),
        FirstAttempt::AfterWait => Decision::only(Tag::WaitForIp, Act::DeferAndWait),
        FirstAttempt::None => Decision::only(Tag::DeferNoClient, Act::Defer(DeferReason::NoClient)),
    }
}
