//! Which values of the axes are built, and which axes nothing can act on yet.
//!
//! A value that would act and is not built is refused, wherever it comes from. An axis on which nothing can act yet is *idle*: a
//! value from the profile or the default passes, and a model may write only a value that changes nothing.

use super::check::Check;
use super::report::At;
use crate::delivery::profile::{Axes, AxisId, Profile};

/// What is built of an axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Built {
    /// It acts, and these values are built.
    Values(&'static [&'static str]),
    /// It acts, and all values are built.
    All,
    /// Nothing can act on it yet.
    Idle,
}

/// Axes that act, with the values that are built. All others are idle.
const ACTING: &[(&str, Built)] = &[
    ("delivery-rule", Built::All),
    ("eligibility", Built::All),
    ("defer-condition", Built::All),
    ("no-suitable-client", Built::All),
    ("first-attempt", Built::All),
    ("primary-only-test", Built::All),
    ("empty-rule", Built::All),
    ("rule-merge", Built::All),
    ("device-prefs", Built::All),
    ("connectivity-check", Built::All),
    ("arrival-expiry-check", Built::All),
    ("dnd", Built::All),
    ("dnd-after-interwork", Built::All),
    ("dnd-defer-ends", Built::All),
    ("dnd-blocks-interworking", Built::All),
    ("rule-defer-blocks-interworking", Built::All),
    ("policy-recheck", Built::All),
    ("reject-warning", Built::All),
    ("version-reject", Built::All),
    ("fanout", Built::All),
    ("client-addressing", Built::All),
    ("target-address-insert", Built::All),
    ("imdn-screening", Built::All),
    ("imdn-interwork", Built::All),
    ("imdn-target", Built::All),
    ("imdn-fold", Built::All),
    ("combined-response", Built::All),
    ("all-failed", Built::All),
    ("fanout-defer-missing", Built::All),
    ("on-client-202", Built::All),
    ("on-timeout", Built::All),
    ("timeout-binding", Built::All),
    ("on-unreachable", Built::All),
    ("on-refusal", Built::All),
    ("on-content-error", Built::All),
    ("on-server-error", Built::All),
    ("interwork-answer", Built::All),
    ("deferred-mode", Built::All),
    ("queue-durability", Built::All),
    ("notification-method", Built::All),
    ("notify-suitability", Built::All),
    ("oob-target", Built::All),
    ("oob-address", Built::All),
    ("oob-content", Built::All),
    ("renotify", Built::All),
    ("overlap-invite", Built::All),
    ("pull-transport", Built::All),
    ("pull-teardown", Built::All),
    ("pull-check-empty", Built::All),
    ("pull-488-when", Built::All),
    ("pull-remove", Built::All),
    ("pull-all-scope", Built::All),
    ("pull-all-unsuitable", Built::All),
    ("pull-refresh-notify", Built::All),
    ("paused-pull", Built::All),
    ("dnd-pull", Built::All),
    ("queue-full", Built::All),
    ("push-target", Built::All),
    ("push-order", Built::All),
    ("push-pacing", Built::All),
    ("overtake-queue", Built::All),
    ("expiry-policy", Built::All),
    ("expiry-imdn", Built::All),
    ("expiry-notice", Built::All),
    ("ip-wait", Built::All),
    ("wait-ip-at", Built::Values(&["pf"])),
    ("wait-ip-scope", Built::All),
    ("wait-ip-start", Built::All),
    ("on-register-inflight", Built::All),
    ("ready-sms-action", Built::All),
    ("primary-iw-trigger", Built::All),
    ("sms-failure-defer", Built::All),
    ("iw-failure-report", Built::All),
    ("negative-imdn", Built::Values(&["held"])),
    ("legacy-indication", Built::Values(&["off"])),
    ("client-fallback", Built::Values(&["none"])),
    ("retry-after-480", Built::All),
    ("client-dedupe", Built::All),
    ("iw-mode", Built::Values(&["direct"])),
    ("sc-success-report", Built::All),
    ("gw-report-order", Built::All),
    ("hlr-flag-order", Built::All),
    ("hlr-flag-relation", Built::All),
    ("guard.claim-per-message", Built::All),
    ("guard.late-sms-look-again", Built::All),
    ("guard.ignore-late-failure", Built::All),
    ("guard.keep-copy-until-final", Built::All),
    ("guard.failed-before-ready", Built::All),
    ("guard.re-evaluate-after-insertion", Built::All),
    ("guard.hide-in-delivery", Built::All),
    ("guard.same-client-in-order", Built::All),
    ("guard.expiry-stops-at-claim", Built::All),
    ("guard.requeue-on-failure", Built::All),
    ("guard.failed-notification-not-sent", Built::All),
    ("guard.dnd-change-watched", Built::All),
    ("guard.single-isf-handover", Built::All),
    ("guard.push-ack-per-message", Built::All),
    ("guard.single-stored-copy", Built::All),
    ("guard.handover-limit", Built::All),
    ("guard.expiry-action-once", Built::All),
    ("guard.forward-hop-limit", Built::All),
];

/// What is built of `axis`.
pub fn built(axis: AxisId) -> Built {
    ACTING.iter().find(|(name, _)| *name == axis.info().name).map_or(Built::Idle, |(_, built)| *built)
}

/// The profile and the axes of the model, unless a value is not built.
pub fn axes(check: &mut Check<'_, '_, '_>) -> Option<(Profile, Axes)> {
    let profile_at = check.root.get("profile");
    let profile = match &profile_at {
        Some(at) => Profile::named(at.text()?)?,
        None => Profile::default(),
    };
    let preset = Axes::of(profile);
    let mut axes = preset.clone();
    let written = check.root.get("axes");
    let mut whole = true;
    for axis in AxisId::all() {
        let at = written.as_ref().and_then(|w| w.get(axis.info().name));
        if let Some(at) = &at {
            whole &= at.text().is_some_and(|value| axes.set(axis, value));
        }
        whole &= is_built(check, axis, axes.value(axis), preset.value(axis), at.as_ref(), profile_at.as_ref());
    }
    whole.then_some((profile, axes))
}

/// Whether the value may stand; reports it if not.
fn is_built<'t>(
    check: &mut Check<'t, '_, '_>,
    axis: AxisId,
    value: &str,
    preset: &str,
    written: Option<&At<'t>>,
    profile: Option<&At<'t>>,
) -> bool {
    let info = axis.info();
    let default = info.values[usize::from(info.default)];
    let (problem, remedy) = match built(axis) {
        Built::All => return true,
        Built::Values(values) if values.contains(&value) => return true,
        Built::Values(values) => {
            let origin = if written.is_some() { "" } else { ", which the profile sets" };
            let problem = format!("not built yet: {}={value}{origin}", info.name);
            (problem, format!("write \"axes\": {{\"{}\": \"{}\"}} (built: {})", info.name, values[0], values.join(", ")))
        }
        Built::Idle if written.is_none() || value == default || value == preset => return true,
        Built::Idle => {
            let problem = format!("not built yet: {}={value}; nothing can act on this axis", info.name);
            (problem, format!("leave it out, or write \"{default}\""))
        }
    };
    let root = check.root.clone();
    let at = written.or(profile).unwrap_or(&root);
    let path = if written.is_some() { at.path.clone() } else { format!("/axes/{}", info.name) };
    check.report.fault("not-built", at.place(), &path, problem, remedy);
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_acting_axis_and_value_exists() {
        for (name, built) in ACTING {
            let axis = AxisId::named(name).unwrap_or_else(|| panic!("no axis is named {name}"));
            if let Built::Values(values) = built {
                assert!(values.iter().all(|v| axis.info().values.contains(v)), "{name}");
                assert!(values.len() < axis.info().values.len(), "{name}: say All");
            }
        }
        let mut names: Vec<_> = ACTING.iter().map(|(name, _)| name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), ACTING.len(), "each axis once");
    }

    #[test]
    fn every_profile_is_built() {
        for profile in Profile::ALL {
            let axes = Axes::of(profile);
            for axis in AxisId::all() {
                if let Built::Values(values) = built(axis) {
                    assert!(values.contains(&axes.value(axis)), "{profile:?}: {}={}", axis.info().name, axes.value(axis));
                }
            }
        }
    }
}
