//! Judges of disposition notifications and answers: I-05 to I-07, I-12, I-26 as far as reports go, I-28, I-31.

use std::collections::{BTreeMap, BTreeSet};

use super::super::*;
use super::delivery::{late_short_message, sent_first};
use super::witness::{Case, Shown, Verdicts};
use crate::delivery::policy::ProviderPolicy;
use crate::delivery::{Body, Case as Session, Disposition, FunctionId, Imdn, Method, Milestone, Nas, Path, Pdu, Response, Target};

pub(super) fn judge(case: &Case, out: &mut Verdicts) {
    answers(case, out);
    for record in case.records.values() {
        reached_sender(case, record, out);
        emitted(case, record, out);
        identity(case, record, out);
        monotonic(case, record, out);
        complete(case, record, out);
        answered(case, record, out);
    }
}

/// I-12: no function gives two final responses to one request, and what its hop repeats is the one that it gave. A 2xx to an INVITE is
/// its server's to repeat from end to end (RFC 6026 7.1), so that those on the way pass on each that comes.
fn answers(case: &Case, out: &mut Verdicts) {
    type Name = (FunctionId, FunctionId, u32, u32);
    let mut given: BTreeMap<Name, Vec<(u16, bool)>> = BTreeMap::new();
    let mut came: BTreeMap<Name, usize> = BTreeMap::new();
    let name = |at: FunctionId, a: &Response| (at, a.txn.owner, a.txn.slot, a.txn.generation);
    let passes = |a: &Response| a.method == Method::Invite && (200..300).contains(&a.code);
    for (_, shown) in &case.log {
        let (from, a, own) = match shown {
            Shown::Sent { from, pdu: Pdu::Response(a) } => (*from, a, true),
            Shown::Again { from, pdu: Pdu::Response(a) } => (*from, a, false),
            Shown::Got { at, pdu: Pdu::Response(a), .. } if passes(a) => {
                *came.entry(name(*at, a)).or_default() += 1;
                continue;
            }
            _ => continue,
        };
        if a.code < 200 {
            continue;
        }
        if own && passes(a) && came.get(&name(from, a)).is_some_and(|n| *n > 1) {
            *came.entry(name(from, a)).or_default() -= 1;
            continue;
        }
        given.entry(name(from, a)).or_default().push((a.code, own));
    }
    for (who, all) in given {
        let own = all.iter().filter(|(_, own)| *own).count();
        let same = all.iter().all(|(code, _)| *code == all[0].0);
        out.hold("I-12", own == 1 && same, || format!("final responses of {who:?}: {all:?}"));
    }
}

/// Each message is answered once at its sender, or its transaction ended without an answer.
fn answered(case: &Case, r: &MessageRecord, out: &mut Verdicts) {
    let old = case.end >= r.submit.saturating_add(seconds(200));
    if r.forwarded_from.is_none() && old {
        let times = case.count(r.id, |m| matches!(m, Milestone::Answer { .. }));
        out.hold("answered", times == 1, || format!("{times} answers: {r:?}"));
    }
}

fn is_terminal(disposition: Disposition) -> bool {
    matches!(disposition, Disposition::Delivered | Disposition::Failed)
}

/// The PF makes one report of several; what bears no feature tag it never sees.
fn folded(case: &Case, r: &MessageRecord) -> bool {
    case.is(axis::IMDN_FOLD, "first-only") && r.accept != NEVER
}

/// I-05, at each device of the sender.
fn reached_sender(case: &Case, r: &MessageRecord, out: &mut Verdicts) {
    if !folded(case, r) {
        return;
    }
    let mut heard: BTreeMap<(FunctionId, bool), u32> = BTreeMap::new();
    for (_, _, by, what) in case.done(r.id) {
        if let Milestone::ImdnReceived { disposition, .. } = what {
            *heard.entry((by, is_terminal(disposition))).or_default() += 1;
        }
    }
    for ((device, terminal), times) in heard {
        out.hold("I-05", times == 1, || format!("{times} reports (terminal {terminal}) at {device:?}: {r:?}"));
    }
}

/// The notifications about a message that its recipient's side sends on towards the sender.
fn emissions<'a>(case: &'a Case, r: &MessageRecord) -> Vec<(usize, SimTime, &'a Imdn)> {
    let pf = case.pf_of(r.to);
    let imdn = move |(at, now, shown): (usize, SimTime, &'a Shown)| match shown {
        Shown::Sent { from, pdu: Pdu::Request(q), .. } if *from == pf && q.case == Session::Terminating => match &q.body {
            Body::Imdn(imdn) => Some((at, now, &**imdn)),
            _ => None,
        },
        _ => None,
    };
    case.about(r.id).filter_map(imdn).collect()
}

/// I-06 and I-07.
fn emitted(case: &Case, r: &MessageRecord, out: &mut Verdicts) {
    let all = emissions(case, r);
    let fold = folded(case, r);
    if fold && !all.is_empty() {
        let terminal = all.iter().filter(|(.., i)| is_terminal(i.disposition)).count();
        let display = all.len() - terminal;
        out.hold("I-06", terminal <= 1 && display <= 1, || format!("{terminal} terminal, {display} display: {r:?}"));
    }
    let has = |before: usize, wanted: &dyn Fn(&Shown) -> bool| case.about(r.id).any(|(at, _, s)| at < before && wanted(s));
    for (at, _, imdn) in &all {
        if imdn.disposition == Disposition::Delivered && fold {
            let done = has(*at, &|s| {
                matches!(
                    s,
                    Shown::Did {
                        what: Milestone::Present { .. } | Milestone::Store { ok: true, .. } | Milestone::Synced { .. },
                        ..
                    } | Shown::Got { pdu: Pdu::Nas(Nas::SmsDeliver { .. }), .. }
                )
            });
            out.hold("I-06", done, || format!("delivered before it was: {r:?}"));
        }
    }
    // Order at the client that reports: what links do to it later is counted.
    for (at, _, shown) in case.about(r.id) {
        let Shown::Sent { from, pdu: Pdu::Request(q), .. } = shown else { continue };
        let (Body::Imdn(imdn), true) = (&q.body, case.devices.contains_key(from)) else { continue };
        if imdn.disposition != Disposition::Displayed {
            continue;
        }
        let came = has(
            at,
            &|s| matches!(s, Shown::Did { by, what: Milestone::Present { .. } | Milestone::Synced { .. }, .. } if by == from),
        );
        // A stored message asks for no delivery report any more.
        let stored = has(at, &|s| matches!(s, Shown::Did { what: Milestone::Synced { .. }, .. }));
        let reported = !r.dispositions.positive
            || has(at, &|s| {
                matches!(s, Shown::Sent { from: f, pdu: Pdu::Request(q), .. }
                    if f == from && matches!(&q.body, Body::Imdn(i) if i.disposition == Disposition::Delivered))
            });
        out.hold("I-07", came && (reported || stored), || format!("displayed first at {from:?}: {r:?}"));
    }
}

/// I-07 and I-26: a notification is about the right message, between the right users, comes to a device of the sender alone,
/// and carries back the indications of its message.
fn identity(case: &Case, r: &MessageRecord, out: &mut Verdicts) {
    let sent = sent_first(case, r.original);
    for (_, _, shown) in case.about(r.id) {
        let (at, q) = match shown {
            Shown::Sent { pdu: Pdu::Request(q), .. } => (None, q),
            Shown::Got { at, pdu: Pdu::Request(q), .. } => (case.devices.get(at), q),
            _ => continue,
        };
        let Body::Imdn(imdn) = &q.body else { continue };
        let right = (imdn.about, imdn.original, imdn.from, imdn.to) == (r.id, r.original, r.to, r.from);
        out.hold("I-07", right, || format!("{imdn:?}: {r:?}"));
        if let Some(device) = at {
            let meant = match q.target {
                Target::User(user) | Target::Contact(user, _) | Target::Instances(user, _) => user == r.from,
                Target::Function(_) => false,
            };
            out.hold("I-26", device.user == r.from && meant, || format!("{imdn:?} at {device:?}: {r:?}"));
        }
        let asked = match imdn.disposition {
            Disposition::Delivered => r.dispositions.positive,
            Disposition::Failed => r.dispositions.negative,
            Disposition::Displayed => r.dispositions.display,
            Disposition::Interworked => r.dispositions.positive,
        };
        out.hold("I-26", asked, || format!("nobody asked for {imdn:?}: {r:?}"));
        if let Some(sent) = sent {
            out.hold("indications", imdn.indications == sent, || format!("report with {:?}: {r:?}", imdn.indications));
        }
    }
}

/// I-28, of what reports say: a terminal status never changes. An answer that a late delivery contradicts is I-32, which is counted.
fn monotonic(case: &Case, r: &MessageRecord, out: &mut Verdicts) {
    if !folded(case, r) {
        return;
    }
    let mut first: BTreeMap<FunctionId, Disposition> = BTreeMap::new();
    for (_, _, by, what) in case.done(r.id) {
        if let Milestone::ImdnReceived { disposition, .. } = what
            && is_terminal(disposition)
        {
            let stands = *first.entry(by).or_insert(disposition);
            out.hold("I-28", stands == disposition, || format!("{stands:?}, then {disposition:?}: {r:?}"));
        }
    }
}

/// Whether a notification about the message is on a link at the end of the run.
fn under_way(case: &Case, r: &MessageRecord) -> bool {
    let mut open = BTreeSet::new();
    for (_, _, shown) in case.about(r.id) {
        let (Shown::Sent { pdu: Pdu::Request(q), .. } | Shown::Got { pdu: Pdu::Request(q), .. }) = shown else { continue };
        if !matches!(q.body, Body::Imdn(_)) {
            continue;
        }
        let name = (q.txn.owner, q.txn.slot, q.txn.generation, q.via.depth());
        if matches!(shown, Shown::Sent { .. }) {
            open.insert(name);
        } else {
            open.remove(&name);
        }
    }
    !open.is_empty()
}

/// I-31, for a sender who is there all the time, on a path that loses nothing.
fn complete(case: &Case, r: &MessageRecord, out: &mut Verdicts) {
    let sender = case.population_of(r.from);
    let there = sender.devices.iter().all(|d| matches!(d.radio, Radio::AlwaysOn));
    let open = sender.policies.is_empty()
        && sender.policy_changes == PolicyChanges::None
        && case.pf_params(r.from).provider == ProviderPolicy { interworking: true, ..ProviderPolicy::default() };
    let simple = open || case.is(axis::IMDN_SCREENING, "bypass");
    // Storing at expiry is reported to nobody (docs/limitations.md).
    let kept =
        matches!(r.outcome, Outcome::DeliveredIp | Outcome::DeliveredSms) || r.outcome == Outcome::Stored && r.expire == NEVER;
    let asked = r.dispositions.positive && case.is(axis::IMDN_FOLD, "first-only");
    if !(there && simple && kept && asked && case.loses_nothing() && r.accept != NEVER) {
        return;
    }
    let known = case.log.iter().any(|(now, shown)| {
        matches!(shown, Shown::Did { what: Milestone::View { user, on: true, .. }, .. } if *user == r.from && *now < r.first_arrival.min(r.settled))
    });
    let missed =
        case.about(r.id).any(|(_, _, s)| matches!(s, Shown::Missed { pdu: Pdu::Request(q) } if matches!(q.body, Body::Imdn(_))));
    // A failure was told first, or is told at the end of a message whose delivery came too late.
    let failed = emissions(case, r).iter().any(|(.., i)| i.disposition == Disposition::Failed);
    let late = case.end < r.first_arrival.min(r.settled).saturating_add(seconds(300)) || under_way(case, r);
    // What came by a short message alone that the gateway had given up, nobody knows of.
    let by_ip = r.copies.iter().any(|c| c.path == Path::Ip && c.arrived != NEVER);
    let unknown = late_short_message(r) && !by_ip;
    if known && !missed && !failed && !late && !unknown {
        out.hold("I-31", r.imdn_delivered_received == 1, || format!("{} reports: {r:?}", r.imdn_delivered_received));
    }
}
