//! Events and milestones in words, for stories and traces.

use super::names::Names;
use crate::sim::seen::{CpmAction, FunctionId, Milestone, Timer, UserId};
use crate::sim::{EventView, Truth, What};

/// The message an event is about, if its PDU or cause says so.
pub fn about(event: &EventView<'_>) -> Option<u32> {
    match &event.what {
        What::Received { pdu, .. } | What::Lost { pdu, .. } | What::Absorbed { pdu, .. } | What::Queued { pdu, .. } => {
            pdu.about().map(|m| m.0)
        }
        What::Compose(message) => Some(message.0),
        What::Expired(_) | What::Access(_) | What::WatchEnds => None,
    }
}

/// One line for an event.
pub fn event_line(event: &EventView<'_>, names: &Names) -> String {
    let at = names.function(event.target);
    match &event.what {
        What::Received { from, pdu } => format!("{at} receives {} from {}", pdu.name(), names.function(*from)),
        What::Lost { from, pdu } => format!("{} from {} is lost at {at}", pdu.name(), names.function(*from)),
        What::Absorbed { from, pdu } => format!("{} from {} is absorbed at {at}", pdu.name(), names.function(*from)),
        What::Queued { from, pdu } => format!("{} from {} waits for service at {at}", pdu.name(), names.function(*from)),
        What::WatchEnds => format!("{at}: the window after a short message ends"),
        What::Expired(timer) => format!("{at}: timer {} ends", timer_word(timer)),
        What::Access(what) => format!("{at}: {what}"),
        What::Compose(message) => format!("{at}: the user sends message {}", message.0),
    }
}

/// The kind of an event, as a trace writes it.
pub fn event_word(what: &What<'_>) -> &'static str {
    match what {
        What::Received { .. } => "received",
        What::Lost { .. } => "lost",
        What::Absorbed { .. } => "absorbed",
        What::Queued { .. } => "queued",
        What::WatchEnds => "watch-ends",
        What::Expired(_) => "expired",
        What::Access(_) => "access",
        What::Compose(_) => "compose",
    }
}

/// The name of a timer, with hyphens.
pub fn timer_word(timer: &Timer) -> String {
    hyphened(&variant(timer))
}

/// The message a milestone is about, by its number.
pub fn milestone_about(milestone: &Milestone) -> Option<u32> {
    milestone.message().map(|m| m.0)
}

/// What a milestone says, in words: its name and, where it has them, reason, code, path and device.
pub fn milestone_line(milestone: &Milestone, names: &Names) -> String {
    use Milestone::*;
    let detail = match milestone {
        CopyMade { copy, origin, path, device, .. } => format!(
            "copy {} by {} over {}{}",
            copy.0,
            hyphened(&variant(origin)),
            hyphened(&variant(path)),
            device.map_or(String::new(), |d| format!(" for {}", names.function(d)))
        ),
        CopyEnd { copy, fate, .. } | CopyGivenUp { copy, fate, .. } => format!("copy {}: {}", copy.0, plain(&format!("{fate:?}"))),
        Accept { due, .. } => {
            if due.ns() == u64::MAX {
                "no expiry".to_owned()
            } else {
                format!("expires at {due}")
            }
        }
        View { on, .. } | Bound { on, .. } => on_off(*on).to_owned(),
        GuardReached { guard } => guard.info().name.to_owned(),
        TxnStart { method, .. } => method.name().to_owned(),
        TxnEnd { method, result, .. } => format!("{}: {}", method.name(), plain(&format!("{result:?}"))),
        Undefined { state, input } => format!("{input} in state {state}"),
        StorePut { uid, storing, .. } => format!("object {uid}, {}", hyphened(&variant(storing))),
        _ => return act_line(milestone, Some(names)),
    };
    format!("{}: {detail}", milestone_word(milestone))
}

/// What was done to a message, in words, without the instants and the numbers of copies and objects, which name nothing that was
/// decided. Without names those concerned are left out too, so that the same done to many reads the same.
pub fn act_line(milestone: &Milestone, names: Option<&Names>) -> String {
    use Milestone::*;
    let function = |id: &FunctionId, before: &str| names.map(|names| format!("{before}{}", names.function(*id)));
    let user = |id: &UserId, before: &str| names.map(|names| format!("{before}{}", names.user(*id)));
    let short = |value: &dyn std::fmt::Debug| Some(plain(&format!("{value:?}")));
    let (whom, what): (Option<String>, Option<String>) = match milestone {
        CopyMade { origin, path, device, .. } => {
            let made = format!("by {} over {}", hyphened(&variant(origin)), hyphened(&variant(path)));
            (device.as_ref().and_then(|d| function(d, "for ")), Some(made))
        }
        CopyEnd { fate, .. } | CopyGivenUp { fate, .. } => (None, short(fate)),
        Answer { code: 0, .. } => (None, Some("none in time".to_owned())),
        Answer { code, .. } | Reject { code, .. } | Failed { code, .. } => (None, Some(code.to_string())),
        ImdnReceived { disposition, .. } | ImdnSuppressed { disposition, .. } => (None, short(disposition)),
        ImdnSent { disposition, .. } => (None, short(disposition)),
        ImdnScreened { disposition, fate, .. } => {
            (None, Some(format!("{}: {}", hyphened(&variant(disposition)), plain(&format!("{fate:?}")))))
        }
        Authorised { yes, .. } => (None, Some(if *yes { "yes" } else { "no" }.to_owned())),
        Store { ok, .. } => (None, Some(if *ok { "done" } else { "failed" }.to_owned())),
        Defer { reason, .. } => (None, short(reason)),
        Claimed { by, .. } => (None, Some(format!("by {}", hyphened(&variant(by))))),
        Attempt { device, .. } => (function(device, "to "), None),
        AttemptEnd { device, result, .. } => (function(device, "to "), short(result)),
        Excluded { device, factor, .. } => (function(device, ""), short(factor)),
        HoldEnd { why, .. } => (None, short(why)),
        Handover { attempt, .. } | SmsSubmit { attempt, .. } => (None, Some(format!("attempt {attempt}"))),
        SmsResult { attempt, ok, .. } => (None, Some(format!("attempt {attempt}: {}", if *ok { "delivered" } else { "failed" }))),
        Forward { to, .. } => (user(to, "to "), None),
        Retained { on, .. } => (None, Some(on_off(*on).to_owned())),
        Present { path, .. } => (None, Some(format!("over {}", hyphened(&variant(path))))),
        Display { device, .. } | Synced { device, .. } => (function(device, "on "), None),
        StorePut { owner, storing, .. } | StoreFailed { owner, storing, .. } => (user(owner, "of "), short(storing)),
        Notify { device, channel, kind, number, .. } => {
            let said = format!("{}, {}: {number} messages", hyphened(&variant(channel)), hyphened(&variant(kind)));
            (function(device, "to "), Some(said))
        }
        NotifyLists { device, .. } | NotifyFailed { device, .. } => (function(device, "to "), None),
        NotifyReceived { device, .. } | ReadsOf { device, .. } => (function(device, "on "), None),
        PullSent { device, selective, .. } | PullReceived { device, selective, .. } => {
            (function(device, "by "), Some(if *selective { "with a list" } else { "of all" }.to_owned()))
        }
        PullAnswer { device, code, .. } => (function(device, "to "), Some(code.to_string())),
        PullItem { device, action, result, .. } => {
            let action = action.map_or("no action", CpmAction::word);
            (function(device, "by "), Some(format!("{action}: {}", hyphened(&variant(result)))))
        }
        PullDone { device, .. } | SessionOffered { device, .. } | SessionUp { device, .. } => (function(device, "by "), None),
        SessionRefused { device, blocked, .. } => {
            (function(device, "by "), Some(if *blocked { "blocked" } else { "not for lack of capacity" }.to_owned()))
        }
        SessionEnd { device, complete, .. } => {
            (function(device, "by "), Some(if *complete { "complete" } else { "not complete" }.to_owned()))
        }
        _ => (None, None),
    };
    let parts: Vec<String> = [Some(milestone_word(milestone)), whom, what].into_iter().flatten().collect();
    parts.join(": ")
}

const fn on_off(on: bool) -> &'static str {
    if on { "on" } else { "off" }
}

/// A piece of ground truth in words.
pub fn truth_line(truth: &Truth, names: &Names) -> String {
    let on = |on: &bool| if *on { "on" } else { "off" };
    match truth {
        Truth::Device { device, class, .. } => format!("{}: a device, class {class} of its population", names.function(*device)),
        Truth::RadioOn { device, .. } => format!("{}: radio on", names.function(*device)),
        Truth::RadioOff { device, .. } => format!("{}: radio off", names.function(*device)),
        Truth::Connected { device, on: state, .. } => format!("{}: connected {}", names.function(*device), on(state)),
        Truth::IpReady { device, on: state, .. } => format!("{}: ip-ready {}", names.function(*device), on(state)),
        Truth::SmsReady { user, on: state } => format!("{}: sms-ready {}", names.user(*user), on(state)),
        Truth::Policy { user, policy } => format!("{}: policy {policy} is in force", names.user(*user)),
        Truth::DoNotDisturb { user, on: state } => format!("{}: do not disturb {}", names.user(*user), on(state)),
        Truth::OffEnd { user, queued } => format!("{}: usable again, {queued} messages queued", names.user(*user)),
        Truth::ReadyNeed { user, on: state } => format!("{}: ready-need {}", names.user(*user), on(state)),
        Truth::Served { function, wait, stay, .. } => format!("{}: served after {wait}, in all {stay}", names.function(*function)),
        Truth::Repeated { txn, nth } => format!("{}: a request is sent for the {nth}. time", names.function(txn.owner)),
        Truth::Seen { txn } => format!("a request of {} is at its server", names.function(txn.owner)),
        Truth::Waiting { function, jobs } => format!("{}: {jobs} jobs wait", names.function(*function)),
        Truth::WrongExclusion { devices } => format!("{devices} ready devices left out"),
        other => hyphened(&variant(other)),
    }
}

/// The name of a milestone, with hyphens.
pub fn milestone_word(milestone: &Milestone) -> String {
    hyphened(&variant(milestone))
}

/// The name of a value's variant: its debug form up to the first character that no name has.
fn variant(value: &impl std::fmt::Debug) -> String {
    let text = format!("{value:?}");
    text.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default().to_owned()
}

/// `WaitForIpUser` as `wait-for-ip-user`.
fn hyphened(name: &str) -> String {
    let mut out = String::with_capacity(name.len() + 4);
    for c in name.chars() {
        if c.is_ascii_uppercase() && !out.is_empty() {
            out.push('-');
        }
        out.push(c.to_ascii_lowercase());
    }
    out
}

/// `Lost(Access)` as `lost (access)`, `Code(480)` as `480`.
fn plain(text: &str) -> String {
    match text.split_once('(') {
        Some(("Code", rest)) => rest.trim_end_matches(')').to_owned(),
        Some((name, rest)) => format!("{} ({})", hyphened(name), hyphened(rest.trim_end_matches(')'))),
        None => hyphened(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::seen::{Fate, LegResult, Place};

    #[test]
    fn names_become_words() {
        assert_eq!(timer_word(&Timer::DeferredExpiry { entry: 3 }), "deferred-expiry");
        assert_eq!(plain(&format!("{:?}", Fate::Lost(Place::Access))), "lost (access)");
        assert_eq!(plain(&format!("{:?}", Fate::Refused(403))), "refused (403)");
        assert_eq!(plain(&format!("{:?}", LegResult::Code(480))), "480");
        assert_eq!(plain(&format!("{:?}", LegResult::Timeout)), "timeout");
    }
}
