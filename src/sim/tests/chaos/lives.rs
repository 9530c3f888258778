//! Judges of how messages live and end: I-08, I-14 to I-16, I-19, I-27, I-29, I-30, and what holds a message back.

use std::collections::BTreeMap;

use super::super::*;
use super::delivery::both_asked;
use super::witness::{Case, Shown, Verdicts};
use crate::delivery::policy::{Conditions, Policy, ProviderPolicy, ServiceName};
use crate::delivery::{Body, Capabilities, Case as Session, Claim, DeferReason, IwEvent, Kind, MessageId, Milestone, Pdu, UserId};

pub(super) fn judge(case: &Case, out: &mut Verdicts) {
    for record in case.records.values() {
        after_expiry(case, record, out);
        responsible(case, record, out);
        comes_to_an_end(case, record, out);
        leaves_the_queue(case, record, out);
        no_zombie(case, record, out);
        bounded(case, record, out);
        undisturbed(case, record, out);
    }
    late_failures(case, out);
    queues(case, out);
}

fn after_expiry(case: &Case, r: &MessageRecord, out: &mut Verdicts) {
    if r.expire == NEVER || !case.all_on(&[axis::GUARD_EXPIRY_STOPS_AT_CLAIM, axis::GUARD_EXPIRY_ACTION_ONCE]) {
        return;
    }
    let mut expired = 0;
    for (_, _, _, what) in case.done(r.id) {
        match what {
            Milestone::Expire { .. } => expired += 1,
            Milestone::Attempt { .. } | Milestone::Handover { .. } => {
                out.hold("I-08", expired == 0, || format!("{what:?} after expiry: {r:?}"));
            }
            _ => {}
        }
    }
    out.hold("I-08", expired == 1, || format!("expired {expired} times: {r:?}"));
    out.hold("I-08", r.expire >= r.due, || format!("expired before its time: {r:?}"));
}

/// I-14: what PF-t answers with 202 it has written down, or decided, by then.
fn responsible(case: &Case, r: &MessageRecord, out: &mut Verdicts) {
    let pf = case.pf_of(r.to);
    for (_, now, shown) in case.about(r.id) {
        let Shown::Sent { from, pdu: Pdu::Response(a), .. } = shown else { continue };
        // What its sender's side relays is an answer to another request, of that case.
        if *from != pf || a.kind != Kind::Pager || a.code != 202 || r.accept == NEVER || a.case != Session::Terminating {
            continue;
        }
        let written = case.done(r.id).any(|(_, then, _, what)| {
            then <= now
                && matches!(
                    what,
                    Milestone::Defer { .. }
                        | Milestone::Handover { .. }
                        | Milestone::Attempt { .. }
                        | Milestone::QueueFull { .. }
                        | Milestone::Expire { .. }
                        | Milestone::Settled { .. }
                        | Milestone::Forward { .. }
                )
        });
        out.hold("I-14", written, || format!("202 at {now:?}: {r:?}"));
    }
}

/// The longest attempt: both transactions, supervision of a short message, repeats, holds.
const LONGEST: Span = Span::from_secs(2000);

fn comes_to_an_end(case: &Case, r: &MessageRecord, out: &mut Verdicts) {
    let guards = [axis::GUARD_REQUEUE_ON_FAILURE, axis::GUARD_EXPIRY_ACTION_ONCE];
    let taken = r.accept != NEVER && r.reject == NEVER;
    let kept = case.is(axis::EMPTY_RULE, "as-no-match") && case.is(axis::QUEUE_DURABILITY, "durable");
    if taken && case.all_on(&guards) && kept {
        let young = case.end < r.due.saturating_add(LONGEST);
        out.hold("I-15", young || r.outcome != Outcome::Pending, || format!("pending at {:?}: {r:?}", case.end));
    }
}

/// Whether what waits is pushed, or users act on what they are told of: at once or soon, on all of it, by clients that do not err.
fn acted_on(case: &Case, r: &MessageRecord) -> bool {
    if !case.is(axis::DEFERRED_MODE, "notify-pull") {
        return true;
    }
    let pull = &case.model.client.pull;
    let soon = matches!(pull.react, Law::Constant(after) if after <= seconds(10));
    let wants_all = pull.all >= 1.0 && pull.faulty == 0.0;
    // A pull may be refused or passed over for a while, and then nobody need tell of the message again.
    let served = case.pf_params(r.to).deferred.paused.is_empty()
        && case.is(axis::OVERLAP_INVITE, "fcfs")
        && case.is(axis::PULL_ALL_UNSUITABLE, "send")
        && case.is(axis::PULL_TRANSPORT, "separate-requests");
    case.is(axis::RENOTIFY, "on-registration") && soon && wants_all && served
}

/// I-16, for users without rules and calm networks: a device that takes everything was there for the last 800 s of a message.
fn leaves_the_queue(case: &Case, r: &MessageRecord, out: &mut Verdicts) {
    let guards =
        [axis::GUARD_RE_EVALUATE_AFTER_INSERTION, axis::GUARD_FAILED_NOTIFICATION_NOT_SENT, axis::GUARD_REQUEUE_ON_FAILURE];
    let pf = case.pf_params(r.to);
    let population = case.population_of(r.to);
    let calm = case.loses_nothing()
        && population.policies.is_empty()
        && pf.provider == ProviderPolicy { interworking: true, ..ProviderPolicy::default() }
        && case.model.links.iter().all(|l| l.spec.delay.constant().is_some_and(|d| d <= Span::from_millis(200)));
    if !(case.all_on(&guards)
        && acted_on(case, r)
        && calm
        && r.accept != NEVER
        && r.reject == NEVER
        && r.due >= r.accept.saturating_add(seconds(1200)))
    {
        return;
    }
    let bound = seconds(800);
    let mut since: BTreeMap<_, SimTime> = BTreeMap::new();
    for (now, shown) in &case.log {
        if *now > r.due {
            break;
        }
        if let Shown::True(Truth::IpReady { user, device, on }) = shown
            && *user == r.to
        {
            if *on {
                since.insert(*device, *now)
            } else {
                since.remove(device)
            };
        }
    }
    // Known to have come after the last attempt at it, or refreshed before the bound ends: an event that the PF acts on.
    let steady = since.iter().any(|(device, from)| {
        let place = case.devices[device];
        let class = &population.devices[place.spec as usize].classes[place.class as usize].1;
        let tried = case
            .done(r.id)
            .any(|(_, now, _, what)| matches!(what, Milestone::Attempt { device: d, .. } if d == *device) && now >= *from);
        let heard = class.registration.expires <= seconds(200) || !tried;
        heard && class.capabilities == Capabilities::FULL && from.max(&r.accept).saturating_add(bound) < r.due
    });
    if steady {
        out.hold("I-16", !matches!(r.outcome, Outcome::Expired | Outcome::Pending), || format!("{since:?}: {r:?}"));
    }
}

/// I-27: what is decided is decided.
fn no_zombie(case: &Case, r: &MessageRecord, out: &mut Verdicts) {
    if r.settled == NEVER || !case.all_on(&[axis::GUARD_IGNORE_LATE_FAILURE, axis::GUARD_EXPIRY_ACTION_ONCE]) {
        return;
    }
    let mut settled = 0;
    for (_, _, by, what) in case.done(r.id) {
        let acts = match what {
            Milestone::Settled { .. } => {
                settled += 1;
                continue;
            }
            Milestone::Attempt { .. }
            | Milestone::Handover { .. }
            | Milestone::Defer { .. }
            | Milestone::Claimed { .. }
            | Milestone::Expire { .. }
            | Milestone::Failed { .. }
            | Milestone::Forward { .. } => true,
            _ => false,
        };
        if acts && case.is_pf(by) {
            out.hold("I-27", settled == 0, || format!("{what:?} after the end: {r:?}"));
        }
    }
    out.hold("I-27", settled == 1, || format!("settled {settled} times: {r:?}"));
}

fn bounded(case: &Case, r: &MessageRecord, out: &mut Verdicts) {
    let pf = case.pf_params(r.to);
    if case.on(axis::GUARD_HANDOVER_LIMIT) && case.on(axis::GUARD_SINGLE_ISF_HANDOVER) && r.handovers > 0 {
        // After as many returns as the limit says there is no other; one is repeated after a server error.
        let refused = case.about(r.id).any(|(_, _, shown)| {
            matches!(shown, Shown::Got { from, pdu: Pdu::Response(a), .. } if a.code >= 500
                && matches!(case.kind(*from), Some(FunctionKind::Isf(_) | FunctionKind::Iwf(_))))
        });
        // What went by a rule beside what was kept is none of them.
        let most = pf.handover_limit + u32::from(refused) + u32::from(both_asked(case, r));
        out.hold("I-29", r.handovers <= most, || format!("{} hand-overs: {r:?}", r.handovers));
    }
    if case.on(axis::GUARD_FORWARD_HOP_LIMIT) && r.forwarded_from.is_some() {
        let most = case.model.functions.iter().filter_map(|f| match &f.kind {
            FunctionKind::Pf(pf) => Some(pf.forward_hops),
            _ => None,
        });
        out.hold("I-29", r.retargets <= most.max().unwrap_or(0), || format!("{} retargetings: {r:?}", r.retargets));
    }
}

/// A rule of do-not-disturb that stands through the whole run holds back what it deferred (IW15-8.3.1.1, step 5).
fn undisturbed(case: &Case, r: &MessageRecord, out: &mut Verdicts) {
    let population = case.population_of(r.to);
    let open = |c: &Conditions| {
        let service = c.services.as_ref().is_some_and(|s| s.contains(&ServiceName::Enabler));
        Conditions { services: None, media: None, ..c.clone() } == Conditions::default() && service
    };
    let stands = |p: &Policy| p.rules.iter().any(|rule| rule.actions.do_not_disturb && open(&rule.conditions));
    let steady = population.policy_changes == PolicyChanges::None && case.policies_of(r.to).iter().all(|p| stands(p));
    // Where such a deferral does not end the procedure, step 8 delivers all the same, and what fails then is held for that.
    if !case.on(axis::DND_DEFER_ENDS) {
        return;
    }
    if !steady || r.defer_reason != Some(DeferReason::DoNotDisturb) || r.handovers > 0 && r.first_handover <= r.defer {
        return;
    }
    let sms = case.is(axis::DND_BLOCKS_INTERWORKING, "on");
    // What the user asks for himself is no disturbance (`dnd-pull`).
    let mut asked = false;
    for (_, now, _, what) in case.done(r.id) {
        let begins = match what {
            Milestone::Claimed { by, .. } => {
                asked = by == Claim::Pull;
                false
            }
            Milestone::Attempt { .. } => !asked,
            Milestone::Handover { .. } => sms && !asked,
            _ => false,
        };
        out.hold("undisturbed", !begins || now <= r.defer, || format!("{what:?} at {now:?}: {r:?}"));
    }
}

/// I-19: a report about an earlier hand-over moves nothing.
fn late_failures(case: &Case, out: &mut Verdicts) {
    if !case.all_on(&[axis::GUARD_IGNORE_LATE_FAILURE, axis::GUARD_CLAIM_PER_MESSAGE]) {
        return;
    }
    let mut current: BTreeMap<MessageId, u32> = BTreeMap::new();
    let mut stale: Option<MessageId> = None;
    for (now, shown) in &case.log {
        match shown {
            Shown::Event => stale = None,
            Shown::Got { at, pdu: Pdu::Request(q), .. } if case.is_pf(*at) => {
                if let Body::IwEvent(IwEvent::FailedIw { message, attempt, .. } | IwEvent::FailedMms { message, attempt, .. }) =
                    q.body
                {
                    stale = (current.get(&message).is_some_and(|c| *c > attempt)).then_some(message);
                }
            }
            Shown::Did { what, .. } => {
                if let Milestone::Handover { message, attempt } = what {
                    current.insert(*message, *attempt);
                }
                if let Some(message) = stale.filter(|m| what.message() == Some(*m)) {
                    let moves = matches!(
                        what,
                        Milestone::Defer { .. }
                            | Milestone::Released { .. }
                            | Milestone::Claimed { .. }
                            | Milestone::Attempt { .. }
                            | Milestone::Handover { .. }
                            | Milestone::Expire { .. }
                            | Milestone::Failed { .. }
                            | Milestone::Retained { .. }
                    );
                    out.hold("I-19", !moves, || format!("{what:?} at {now:?} for {message:?}"));
                }
            }
            _ => {}
        }
    }
}

/// I-30: no queue holds more than it may, one that is not full takes what comes, and what finds no room has its end told.
fn queues(case: &Case, out: &mut Verdicts) {
    let mut queued: BTreeMap<UserId, Vec<MessageId>> = BTreeMap::new();
    let mut full: Option<MessageId> = None;
    let mut told = false;
    for (now, shown) in &case.log {
        match shown {
            Shown::Event => {
                if let Some(message) = full.take() {
                    out.hold("I-30", told, || format!("{message:?} found no room before {now:?}, and nobody was told"));
                }
                told = false;
            }
            Shown::Did { what, .. } => match *what {
                Milestone::Defer { message, user, .. } => {
                    let queue = queued.entry(user).or_default();
                    queue.push(message);
                    let (bound, held) = (case.pf_params(user).max_queue, queue.len());
                    if let Some(bound) = bound {
                        out.hold("I-30", held <= bound as usize, || format!("{held} in a queue of {bound} at {now:?}"));
                    }
                }
                Milestone::Leave { message, user } => queued.entry(user).or_default().retain(|m| *m != message),
                Milestone::QueueFull { message } => {
                    let user = case.records.get(&message).map(|r| r.to);
                    if let Some(user) = user {
                        let held = queued.get(&user).map_or(0, Vec::len);
                        let bound = case.pf_params(user).max_queue;
                        out.hold("I-30", bound.is_some_and(|b| held >= b as usize), || format!("full with {held} of {bound:?}"));
                    }
                    full = Some(message);
                    told = false;
                }
                Milestone::Failed { .. } | Milestone::Reject { .. } => told = true,
                _ => {}
            },
            _ => {}
        }
    }
}
