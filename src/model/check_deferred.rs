//! Deferred delivery: how a PF notifies, pauses and restarts, its Push Enabler, and what users do about messages that wait.
//!
//! What a PF does about final responses is in [`check_responses`](super::check_responses).

use super::check::Check;
use super::check_provider::{check_weights, size};
use super::leaf;
use super::report::At;
use super::resolved::{DeferredParams, PullParams, PushParams};
use crate::units::{Law, SimTime, Span};

/// How deferred messages leave the queue of the PF at `at`, whose own parameters `own` finds.
pub fn deferred<'t>(check: &mut Check<'t, '_, '_>, at: &At<'t>, own: &impl Fn(&str) -> Option<At<'t>>) -> Option<DeferredParams> {
    let find = |check: &Check<'t, '_, '_>, field: &str| own(field).or_else(|| check.root.find(&format!("pf.{field}")));
    let push = check.function(at.get("push"), at, "push", "push", true);
    let push_after = check.span_or(own("push_after"), "pf.push_after");
    let reminders = find(check, "notify.reminder").and_then(|a| match a.text() {
        Some(_) => Some(0),
        None => leaf::whole(a.node, 0, u64::from(u32::MAX)).ok().map(|n| n as u32),
    });
    let reminder_every = check.span_or(own("notify.every"), "pf.notify.every");
    let notify_bytes = find(check, "notify.bytes").and_then(|a| size(check, &a, 1));
    let sessions = check.whole_or(own("sessions"), "pf.sessions");
    let paused = find(check, "paused").and_then(|a| intervals(check, &a));
    let restarts = find(check, "restarts").and_then(|a| instants(check, &a));
    Some(DeferredParams {
        push: push?,
        push_after: push_after?,
        reminders: reminders?,
        reminder_every: reminder_every?,
        notify_bytes: notify_bytes?,
        sessions: sessions?,
        paused: paused?,
        restarts: restarts?,
    })
}

fn instant(at: &At<'_>) -> Option<SimTime> {
    leaf::span(at.node, false).ok().map(|span| SimTime::ZERO + span)
}

/// Intervals in order of time, none empty, with time between them.
fn intervals<'t>(check: &mut Check<'t, '_, '_>, list: &At<'t>) -> Option<Vec<(SimTime, SimTime)>> {
    let mut all: Vec<(SimTime, SimTime)> = Vec::new();
    for interval in list.elements() {
        let (from_at, to_at) = (interval.get("from")?, interval.get("to")?);
        let (from, to) = (instant(&from_at)?, instant(&to_at)?);
        if to <= from {
            check.fault("empty-window", &to_at, "it is not later than `from`, so that nothing is paused", "write a later instant");
        }
        if all.last().is_some_and(|(_, end)| from <= *end) {
            let remedy = "write intervals in order of time, and one in place of two that meet";
            check.fault("out-of-order", &from_at, "it is not later than the end of the interval before", remedy);
        }
        all.push((from, to));
    }
    Some(all)
}

/// Instants in order of time.
pub fn instants<'t>(check: &mut Check<'t, '_, '_>, list: &At<'t>) -> Option<Vec<SimTime>> {
    let mut all: Vec<SimTime> = Vec::new();
    for at in list.elements() {
        let instant = instant(&at)?;
        if all.last().is_some_and(|last| *last >= instant) {
            check.fault("out-of-order", &at, "it is not later than the instant before", "write instants in order of time");
        }
        all.push(instant);
    }
    Some(all)
}

/// The Push Enabler at `at`.
pub fn push<'t>(check: &mut Check<'t, '_, '_>, at: &At<'t>) -> Option<PushParams> {
    let latency = check.law_or(at.find("push.latency"), "push.oob.latency");
    let keeps = check.whole_or(at.find("push.keeps"), "push.oob.keeps");
    Some(PushParams { latency: latency?, keeps: keeps? })
}

/// What users and their clients do about messages that wait.
pub fn pull(check: &mut Check<'_, '_, '_>) -> Option<PullParams> {
    let react = check.law_or(None, "user.react");
    let ignore = check.probability_or(None, "user.ignore_forever");
    let faulty = check.probability_or(None, "client.faulty");
    let backoff = check.span("client.pull_backoff");
    if let (Some(Span::ZERO), Some(at)) = (backoff, check.root.find("client.pull_backoff")) {
        let problem = "the wait is zero: where links take no time, a refused pull would be repeated without end at one instant";
        check.fault("never-moves", &at, problem, "write a time above zero");
    }
    let at = check.root.find("user.choice")?;
    let weight = |name: &str| leaf::number(at.get(name)?.node, false).ok();
    let all = weight("all")?;
    let choice = [weight("deliver")?, weight("delete")?, weight("interwork")?, weight("store")?, weight("keep")?];
    if !check_weights(check, &at, choice.into_iter().chain([all])) {
        return None;
    }
    Some(PullParams { react: ignoring(react?, ignore?), all, choice, faulty: faulty?, backoff: backoff? })
}

/// The law of a reaction that never comes with this probability.
fn ignoring(react: Law, ignore: f64) -> Law {
    match ignore {
        0.0 => react,
        1.0 => Law::Constant(Span::FOREVER),
        _ => Law::Mixture(vec![(1.0 - ignore, react), (ignore, Law::Constant(Span::FOREVER))]),
    }
}
