//! Judges of pulls, of sessions and of notifications of deferred messages: I-11, I-12 as far as sessions go, I-13, I-22.

use std::collections::{BTreeMap, BTreeSet};

use super::super::*;
use super::witness::{Case, Shown, Verdicts};
use crate::delivery::milestone::ItemResult;
use crate::delivery::{Body, FunctionId, MessageId, Method, Milestone, Msrp, Notice, NoticeKind, Origin, Pdu, Push, TxnId, UserId};

pub(super) fn judge(case: &Case, out: &mut Verdicts) {
    told_once(case, out);
    sessions(case, out);
    queues_told_of(case, out);
    for record in case.records.values() {
        one_winner(case, record, out);
    }
}

type Name = (FunctionId, u32, u32);

fn name(txn: TxnId) -> Name {
    (txn.owner, txn.slot, txn.generation)
}

/// I-13: a function is told once of a request, however often the links bring it. An ACK has no transaction that could absorb it.
fn told_once(case: &Case, out: &mut Verdicts) {
    let mut told: BTreeMap<(FunctionId, Name, usize, Method), u32> = BTreeMap::new();
    for (_, shown) in &case.log {
        if let Shown::Got { at, pdu: Pdu::Request(q), .. } = shown
            && q.method != Method::Ack
        {
            *told.entry((*at, name(q.txn), q.via.depth(), q.method)).or_default() += 1;
        }
    }
    for (which, times) in told {
        out.hold("I-13", times == 1, || format!("told {times} times of {which:?}"));
    }
}

/// Longer than any session stands in which nothing happens, at either end.
const LONGEST_SESSION: Span = Span::from_secs(2000);

/// I-12: no session is left standing. One that was accepted is ended by a BYE of either end, unless the end that accepted it has
/// forgotten it: the PF by a restart, a device with its connection or, over MSRP, by its own word.
fn sessions(case: &Case, out: &mut Verdicts) {
    let mut standing: BTreeMap<Name, (FunctionId, SimTime)> = BTreeMap::new();
    for (now, shown) in &case.log {
        match shown {
            Shown::Sent { from, pdu: Pdu::Response(a) }
                if a.method == Method::Invite
                    && (200..300).contains(&a.code)
                    && (case.is_pf(*from) || case.devices.contains_key(from)) =>
            {
                standing.insert(name(a.txn), (*from, *now));
            }
            Shown::Sent { pdu: Pdu::Request(q), .. } if q.method == Method::Bye => {
                if let Body::Session(dialog) = &q.body {
                    let ended = standing.remove(&name(dialog.invite)).is_some();
                    out.hold("I-12", true, || format!("{ended}"));
                }
            }
            Shown::Sent { pdu: Pdu::Msrp(Msrp::Response { dialog, code: 481, .. }), .. } => {
                standing.remove(&name(dialog.invite));
            }
            Shown::Did { by, what: Milestone::Restarted, .. } => standing.retain(|_, (accepted, _)| accepted != by),
            Shown::True(Truth::Connected { device, on: false, .. }) => standing.retain(|_, (accepted, _)| accepted != device),
            _ => {}
        }
    }
    for (invite, (by, since)) in standing {
        let young = case.end < since.saturating_add(LONGEST_SESSION);
        out.hold("I-12", young, || format!("the session of {invite:?} that {by:?} accepted at {since:?} stands at {:?}", case.end));
    }
}

/// What waits for one user, as the PF has said.
#[derive(Default)]
struct Waiting {
    queued: BTreeSet<MessageId>,
    claimed: BTreeSet<MessageId>,
    /// Pulls that are under way, and the devices that began them.
    pulls: BTreeSet<(FunctionId, u32)>,
    /// Those that were received without a list.
    of_all: BTreeSet<(FunctionId, u32)>,
    paused: bool,
}

impl Waiting {
    fn is_empty(&self) -> bool {
        self.queued.is_subset(&self.claimed)
    }
}

/// I-22 and the losers of I-11: what notifications name, and what pulls are answered.
fn queues_told_of(case: &Case, out: &mut Verdicts) {
    let mut users: BTreeMap<UserId, Waiting> = BTreeMap::new();
    let mut expired: BTreeSet<MessageId> = BTreeSet::new();
    let of_message = |m: MessageId| case.records.get(&m).map(|r| r.to);
    for (now, shown) in &case.log {
        match shown {
            Shown::Sent { from, pdu: Pdu::Request(q) } if case.is_pf(*from) => {
                if let Body::Notice(notice) = &q.body {
                    names(notice, users.entry(notice.user).or_default(), &expired, *now, out);
                }
            }
            Shown::Sent { pdu: Pdu::Push(Push::Submit { notice, .. }), .. } => {
                names(notice, users.entry(notice.user).or_default(), &expired, *now, out);
            }
            Shown::Did { what: Milestone::Restarted, by, .. } => {
                users.iter_mut().filter(|(user, _)| case.pf_of(**user) == *by).for_each(|(_, w)| w.pulls.clear());
            }
            Shown::Did { what, .. } => {
                let message = what.message();
                match *what {
                    Milestone::Expire { message } => _ = expired.insert(message),
                    Milestone::Defer { message, user, .. } => {
                        let waiting = users.entry(user).or_default();
                        waiting.queued.insert(message);
                        waiting.claimed.remove(&message);
                    }
                    Milestone::Leave { message, user } => {
                        let waiting = users.entry(user).or_default();
                        waiting.queued.remove(&message);
                        waiting.claimed.remove(&message);
                    }
                    Milestone::Claimed { message, .. } => {
                        if let Some(user) = of_message(message) {
                            users.entry(user).or_default().claimed.insert(message);
                        }
                    }
                    Milestone::Released { message } | Milestone::Settled { message } => {
                        if let Some(user) = of_message(message) {
                            users.entry(user).or_default().claimed.remove(&message);
                        }
                    }
                    Milestone::PullReceived { user, pull, device, selective, paused } => {
                        let waiting = users.entry(user).or_default();
                        waiting.pulls.insert((device, pull));
                        waiting.paused = paused;
                        if !selective {
                            waiting.of_all.insert((device, pull));
                        }
                    }
                    Milestone::PullAnswer { user, pull, device, code } => {
                        let waiting = users.entry(user).or_default();
                        answered(case, waiting, (device, pull), code, out);
                        if code >= 300 {
                            waiting.pulls.remove(&(device, pull));
                        }
                    }
                    Milestone::PullDone { user, pull, device } => _ = users.entry(user).or_default().pulls.remove(&(device, pull)),
                    Milestone::PullItem { message, result: ItemResult::Gone, device, .. } if guarded(case) => {
                        let user = case.devices[&device].user;
                        let queued = users.entry(user).or_default().queued.contains(&message);
                        out.hold("I-22", !queued, || format!("{message:?} is ignored, and waits at {now:?}"));
                    }
                    _ => _ = message,
                }
            }
            _ => {}
        }
    }
}

/// Claims are respected, and what is in delivery is hidden.
fn guarded(case: &Case) -> bool {
    case.all_on(&[axis::GUARD_CLAIM_PER_MESSAGE, axis::GUARD_HIDE_IN_DELIVERY]) && case.is(axis::PULL_REMOVE, "on-2xx")
}

/// A notification names only messages that exist when it is built.
fn names(notice: &Notice, waiting: &Waiting, expired: &BTreeSet<MessageId>, now: SimTime, out: &mut Verdicts) {
    let known = |m: &MessageId| if notice.kind == NoticeKind::Expired { expired.contains(m) } else { waiting.queued.contains(m) };
    let stale: Vec<MessageId> = notice.list.iter().map(|w| w.uri_id).filter(|m| !known(m)).collect();
    let counted = notice.kind == NoticeKind::Expired || notice.number as usize <= waiting.queued.len();
    out.hold("I-22", stale.is_empty() && counted, || {
        format!("at {now:?} {stale:?} are named that do not wait, of {:?}: {notice:?}", waiting.queued)
    });
}

/// The answers to pulls: 488 where nothing is left, 480 where the axes say so and never else.
fn answered(case: &Case, waiting: &Waiting, pull: (FunctionId, u32), code: u16, out: &mut Verdicts) {
    let nothing_listed = case.is(axis::PULL_488_WHEN, "nothing-listed") && !waiting.of_all.contains(&pull);
    let others = waiting.pulls.iter().any(|other| *other != pull);
    let at_service = case.is(axis::PULL_CHECK_EMPTY, "at-service");
    match code {
        488 => {
            out.hold("I-22", waiting.is_empty() || nothing_listed, || format!("488 for {pull:?} while {:?} wait", waiting.queued))
        }
        480 => {
            let refuses = others && case.is(axis::OVERLAP_INVITE, "reject-480")
                || waiting.paused && case.is(axis::PAUSED_PULL, "refuse")
                || case.is(axis::DND_PULL, "refuse");
            out.hold("I-11", refuses, || format!("480 for {pull:?}"));
        }
        _ if at_service && guarded(case) => {
            out.hold("I-11", !waiting.is_empty(), || format!("{code} for {pull:?} while nothing waits"));
        }
        _ => {}
    }
}

/// I-11: what a pull delivers is in no other transaction until that has ended, and no other begins while it runs.
fn one_winner(case: &Case, r: &MessageRecord, out: &mut Verdicts) {
    if !guarded(case) {
        return;
    }
    let pf = case.pf_of(r.to);
    let mut open: Vec<(FunctionId, bool)> = Vec::new();
    let mut by_pull = false;
    for (_, now, by, what) in case.done(r.id) {
        match what {
            Milestone::CopyMade { origin, .. } if by == pf => by_pull = origin == Origin::Pull,
            Milestone::Attempt { device, .. } => {
                if by_pull || open.iter().any(|(_, pull)| *pull) {
                    out.hold("I-11", open.is_empty(), || format!("attempt at {device:?} at {now:?} beside {open:?}: {r:?}"));
                }
                open.push((device, by_pull));
            }
            Milestone::AttemptEnd { device, .. } => {
                if let Some(at) = open.iter().position(|(d, _)| *d == device) {
                    open.remove(at);
                }
            }
            _ => {}
        }
    }
}
