//! Refusals: the code, and the header that says why.

use super::{Act, Decision, Situation};
use crate::delivery::behaviour::Behaviour;
use crate::delivery::policy::Policy;
use crate::delivery::{Content, Contents, Reason, Tag, Warning};

/// 403 by the statement of `tag`, with the Warning that the statement of `warned` demands or recommends; none where the rule of
/// `tag` is not in force.
pub fn forbidden(behaviour: &Behaviour, situation: &Situation, tag: Tag, warned: Tag, warning: Warning) -> Option<Decision> {
    let reason = warn(behaviour, situation, warned, Reason::Warning(warning));
    behaviour.rules.holds(tag).then(|| refused(403, reason, tag, warned))
}

/// 403 for a version that is not supported: Warning 132, or Error-Info under `version-reject=error-info` (K-07).
pub fn version(behaviour: &Behaviour, situation: &Situation) -> Option<Decision> {
    let (tag, warned) = (Tag::Version403, Tag::Version132);
    let reason = if !behaviour.version_error_info {
        warn(behaviour, situation, warned, Reason::Warning(Warning::VersionNotSupported))
    } else if behaviour.rules.holds(warned) {
        Reason::ErrorInfo(Warning::VersionNotSupported)
    } else {
        Reason::None
    };
    behaviour.rules.holds(tag).then(|| refused(403, reason, tag, warned))
}

fn refused(code: u16, reason: Reason, tag: Tag, warned: Tag) -> Decision {
    let decision = Decision::only(tag, Act::Reject { code, reason });
    if reason == Reason::None { decision } else { decision.also(warned) }
}

/// The Warning is always there under `reject-warning=mandatory`, else where the PF follows the recommendation (K-06).
pub fn warn(behaviour: &Behaviour, situation: &Situation, warned: Tag, reason: Reason) -> Reason {
    let carried = behaviour.rules.holds(warned) && (behaviour.reject_warning || situation.optional_warning);
    if carried { reason } else { Reason::None }
}

/// A refusal that the texts give no code.
pub fn without_code(situation: &Situation, tag: Tag) -> Decision {
    Decision::only(tag, Act::Reject { code: situation.reject_code, reason: Reason::None })
}

/// Formats that the provider lets through for this user: those of the service, less those not for him (TS83-8.3.2.1-13).
pub fn formats(service: Contents, policy: &Policy) -> Contents {
    let of_user = policy.formats.unwrap_or(Contents::EVERY);
    let both = |c: &Content| service.has(*c) && of_user.has(*c);
    Content::ALL.iter().filter(|c| both(c)).fold(Contents::NONE, |set, c| set.with(*c))
}
