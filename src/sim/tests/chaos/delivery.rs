//! Judges of what becomes of messages and their copies: I-01 to I-04, I-23, I-25, and I-26 as far as content goes.
//!
//! Each judges where `invariants.md` mandates it, and leaves out the cases that it names.

use std::collections::BTreeMap;

use super::super::*;
use super::witness::{Case, Shown, Verdicts, Witness};
use crate::delivery::policy::{Handling, Policy};
use crate::delivery::{
    Body, Case as Session, CopyId, Fate, FunctionId, Imap, IwEvent, Kind, LegResult, MessageId, Milestone, Nas, Origin, Pager,
    Path, Pdu, Place, Storing, Tag, Target, UserId,
};
use crate::judge::{CopyRecord, Heading};
use crate::units::SubjectId;

pub(super) fn judge(case: &Case, out: &mut Verdicts) {
    for record in case.records.values() {
        books(case, record, out);
        loss(case, record, out);
        duplicates(case, record, out);
        one_device(case, record, out);
        one_path(case, record, out);
        one_owner(case, record, out);
        addressed(case, record, out);
    }
}

/// I-25: each copy has one fate, and an arrival is what its fate says.
fn books(case: &Case, r: &MessageRecord, out: &mut Verdicts) {
    let right = r
        .copies
        .iter()
        .all(|c| c.fate.is_some() && c.ended >= c.made && (c.fate == Some(Fate::Delivered)) == (c.presented != NEVER));
    out.hold("I-25", right, || format!("{r:?}"));
    // What a device refused has come to it and is no delivery.
    let taken = r.copies.iter().any(|c| c.arrived != NEVER && !matches!(c.fate, Some(Fate::Refused(_))));
    let delivered = matches!(r.outcome, Outcome::DeliveredIp | Outcome::DeliveredSms);
    out.hold("I-25", taken == delivered, || format!("taken {taken}: {r:?}"));
    let submitted = case.count(r.id, |m| matches!(m, Milestone::Submit { .. }));
    let forwarded = usize::from(r.forwarded_from.is_some());
    out.hold("I-25", submitted + forwarded == 1, || format!("submitted {submitted} times: {r:?}"));
}

/// Whether the sender's side was told by PF-t that it takes the message.
fn taken(case: &Case, r: &MessageRecord) -> bool {
    let pf = case.pf_of(r.to);
    case.about(r.id).any(|(_, _, shown)| {
        matches!(shown, Shown::Sent { from, pdu: Pdu::Response(a), .. }
            if *from == pf && a.kind == Kind::Pager && matches!(a.code, 200 | 202))
    }) && r.accept != NEVER
}

fn loss(case: &Case, r: &MessageRecord, out: &mut Verdicts) {
    let guards = [axis::GUARD_KEEP_COPY_UNTIL_FINAL, axis::GUARD_REQUEUE_ON_FAILURE, axis::GUARD_PUSH_ACK_PER_MESSAGE];
    let durable = case.is(axis::QUEUE_DURABILITY, "durable") && case.is(axis::PULL_REMOVE, "on-2xx");
    if durable && case.all_on(&guards) && taken(case, r) {
        let plant = r.copies.iter().any(|c| c.fate == Some(Fate::Lost(Place::Sms)));
        out.hold("I-01", r.outcome != Outcome::Lost || plant, || format!("{r:?}"));
    }
}

fn duplicates(case: &Case, r: &MessageRecord, out: &mut Verdicts) {
    if !case.is(axis::CLIENT_DEDUPE, "on") {
        return;
    }
    let mut shown: BTreeMap<FunctionId, u32> = BTreeMap::new();
    for (_, _, by, what) in case.done(r.id) {
        if let Milestone::Present { path: Path::Ip, .. } = what {
            *shown.entry(by).or_default() += 1;
        }
    }
    for (device, times) in shown {
        out.hold("I-02", times == 1, || format!("{times} times at {device:?}: {r:?}"));
    }
}

/// R4 and H-47: a leg or a hand-over that was given up for want of an answer may still arrive, also where the PF stopped in between.
fn given_up(case: &Case, r: &MessageRecord) -> bool {
    let timeout = case.done(r.id).any(|(_, _, by, what)| {
        !case.devices.contains_key(&by)
            && matches!(
                what,
                Milestone::AttemptEnd { result: LegResult::Timeout | LegResult::Abandoned | LegResult::Code(408), .. }
                    | Milestone::TxnEnd { result: LegResult::Timeout | LegResult::Abandoned, .. }
            )
    });
    timeout || late_short_message(r)
}

/// The gateway gave a short message up that was on its way: its dialogue had ended when the answer came.
pub(super) fn late_short_message(r: &MessageRecord) -> bool {
    r.copies.iter().any(|c| c.path == Path::Sms && c.arrived != NEVER) && r.sms_failed > 0
}

fn one_device(case: &Case, r: &MessageRecord, out: &mut Verdicts) {
    let one = !case.is(axis::PUSH_TARGET, "all-suitable")
        && case.is(axis::FANOUT_DEFER_MISSING, "off")
        && case.is(axis::PULL_REMOVE, "on-2xx");
    if !one || !case.all_on(&[axis::GUARD_CLAIM_PER_MESSAGE, axis::GUARD_HIDE_IN_DELIVERY]) || given_up(case, r) {
        return;
    }
    let arrived = |origin| r.copies.iter().filter(move |c| c.origin == origin && c.arrived != NEVER).filter_map(|c| c.device);
    let mut chosen: Vec<FunctionId> = arrived(Origin::Push).chain(arrived(Origin::Pull)).collect();
    let times = chosen.len();
    chosen.sort_unstable();
    chosen.dedup();
    if times > 0 {
        // At most one device gets the body. That it gets it once follows where a settled message stays settled: without that guard
        // a late failure of its short message defers it again (H-04), and I-02 judges what the device makes of the second body.
        let once = times == 1 || !case.on(axis::GUARD_IGNORE_LATE_FAILURE);
        out.hold("I-03", chosen.len() == 1 && once, || format!("pushed or pulled {times} times, by {chosen:?}: {r:?}"));
    }
    let mut offered: Vec<FunctionId> = arrived(Origin::FanOut).collect();
    let all = offered.len();
    offered.sort_unstable();
    offered.dedup();
    if all > 0 {
        out.hold("I-03", all == offered.len(), || format!("{all} copies at {offered:?}: {r:?}"));
    }
}

/// What I-04 and I-23 ask of the model and the message.
fn single(case: &Case, r: &MessageRecord) -> bool {
    let guards = [axis::GUARD_CLAIM_PER_MESSAGE, axis::GUARD_SINGLE_ISF_HANDOVER];
    case.all_on(&guards) && case.is(axis::ON_REGISTER_INFLIGHT, "hold") && !both_asked(case, r) && !given_up(case, r)
}

/// Rules asked for both paths for this message: step 4b, which has no 'otherwise', handed it over, and the same decision went on to
/// deliver, defer or store it. What a rule might have asked for, and did not, excuses nothing.
pub(super) fn both_asked(case: &Case, r: &MessageRecord) -> bool {
    let pf = case.pf_of(r.to);
    let both = case.can_ask(r.to, |a| a.deliver_and_interwork);
    let defers = |p: &&Policy| p.profiles.iter().any(|f| f.handling == Handling::Defer);
    let waits = both || case.can_ask(r.to, |a| a.defer) || case.policies_of(r.to).iter().any(defers);
    let stores = both || case.can_ask(r.to, |a| a.store);
    let by_rule = case.about(r.id).filter_map(|(at, _, shown)| match shown {
        Shown::Did { by, tag: Tag::RuleInterworks, what: Milestone::Handover { .. } } if *by == pf => Some(case.event_of(at)),
        _ => None,
    });
    let decisions: Vec<usize> = by_rule.collect();
    case.about(r.id).filter(|(at, ..)| decisions.contains(&case.event_of(*at))).any(|(_, _, shown)| match shown {
        Shown::Did { by, what: Milestone::Attempt { .. }, .. } => both && *by == pf,
        Shown::Did { by, what: Milestone::Defer { .. }, .. } => waits && *by == pf,
        Shown::Sent { from, pdu: Pdu::Imap(Imap::Append { object, .. }) } => {
            stores && *from == pf && object.storing == Storing::Delivery
        }
        _ => false,
    })
}

fn one_path(case: &Case, r: &MessageRecord, out: &mut Verdicts) {
    if !single(case, r) || !case.on(axis::GUARD_IGNORE_LATE_FAILURE) || r.first_arrival == NEVER {
        return;
    }
    let by = |path| r.copies.iter().any(|c| c.path == path && c.arrived != NEVER);
    out.hold("I-04", !(by(Path::Ip) && by(Path::Sms)), || format!("{r:?}"));
}

/// I-23: at any time one of PF, ISF's side, store and device has the duty. A request to a client begins only while no hand-over
/// is out, a hand-over only while no request is, and what the store has is not delivered any more.
fn one_owner(case: &Case, r: &MessageRecord, out: &mut Verdicts) {
    if !single(case, r) || !case.on(axis::GUARD_KEEP_COPY_UNTIL_FINAL) {
        return;
    }
    let pf = case.pf_of(r.to);
    let (mut legs, mut handed, mut stored) = (BTreeMap::<FunctionId, u32>::new(), None, false);
    let mut begun = 0;
    for (_, _, shown) in case.about(r.id) {
        let open = legs.values().sum::<u32>();
        match shown {
            Shown::Did { what: Milestone::Attempt { device, .. }, .. } => {
                begun += 1;
                // What is not hidden while it is delivered is offered again by its one owner.
                let again = legs.get(device).copied().unwrap_or(0) > 0 && case.on(axis::GUARD_HIDE_IN_DELIVERY);
                out.hold("I-23", handed.is_none() && !again && !stored, || {
                    format!("attempt at {device:?}, handed over {handed:?}, legs {legs:?}, stored {stored}: {r:?}")
                });
                *legs.entry(*device).or_default() += 1;
            }
            Shown::Did { what: Milestone::AttemptEnd { device, .. }, .. } => {
                let leg = legs.entry(*device).or_default();
                *leg = leg.saturating_sub(1);
            }
            Shown::Did { what: Milestone::Handover { attempt, .. }, .. } => {
                begun += 1;
                out.hold("I-23", open == 0 && !stored, || format!("hand-over {attempt} with legs {legs:?}: {r:?}"));
                handed = Some(*attempt);
            }
            Shown::Did { what: Milestone::StorePut { storing: Storing::Delivery, .. }, .. } => {
                let first = case.can_ask(r.to, |a| a.store) && begun == 0 || case.is(axis::POLICY_RECHECK, "on");
                stored = first;
            }
            Shown::Got { at, pdu, .. } if *at == pf => match pdu {
                Pdu::Request(q) => match &q.body {
                    Body::IwEvent(
                        IwEvent::FailedIw { attempt, .. }
                        | IwEvent::FailedMms { attempt, .. }
                        | IwEvent::DeliveredIw { attempt, .. },
                    ) if Some(*attempt) == handed => {
                        handed = None;
                    }
                    Body::Imdn(imdn) if !case.devices.contains_key(&imdn.reporter) => handed = None,
                    _ => {}
                },
                Pdu::Response(a) if a.kind == Kind::Pager && a.code >= 300 && from_isf(case, shown) => handed = None,
                _ => {}
            },
            _ => {}
        }
    }
}

fn from_isf(case: &Case, shown: &Shown) -> bool {
    matches!(shown, Shown::Got { from, .. }
        if matches!(case.kind(*from), Some(FunctionKind::Isf(_) | FunctionKind::Iwf(_))))
}

/// I-26: content comes to a device of its recipient that it was sent to, unchanged, and stored content to its owner's.
fn addressed(case: &Case, r: &MessageRecord, out: &mut Verdicts) {
    out.hold("I-26", r.wrong_devices == 0, || format!("{r:?}"));
    let mut chosen: Vec<FunctionId> = Vec::new();
    let mut to_all = false;
    let sent = sent_first(case, r.original);
    for (_, _, shown) in case.about(r.id) {
        if let Shown::Did { what: Milestone::Attempt { device, .. }, .. } = shown {
            chosen.push(*device);
        }
        // The user's own address is for every contact that the core has, known to the PF yet or not.
        if let Shown::Sent { from, pdu: Pdu::Request(q), .. } = shown {
            to_all |=
                case.is_pf(*from) && q.case == Session::Done && matches!((&q.body, q.target), (Body::Pager(_), Target::User(_)));
        }
        let Shown::Got { at, pdu, .. } = shown else { continue };
        let device = case.devices.get(at);
        match (pdu, device) {
            (Pdu::Request(q), Some(device)) => {
                let Body::Pager(p) = &q.body else { continue };
                let named = match q.target {
                    Target::Contact(user, client) => user == device.user && client == *at,
                    Target::Instances(user, clients) => user == device.user && clients.has(*at),
                    Target::User(user) => user == device.user,
                    Target::Function(_) => false,
                };
                let whole = (p.from, p.to, p.bytes, p.content) == (r.from, r.to, r.bytes, r.content);
                // What bears no feature tag is no affair of the procedures: the core brings it to every contact.
                let meant = chosen.contains(at) || r.accept == NEVER || to_all;
                let right = named && whole && meant && device.user == r.to;
                out.hold("I-26", right, || format!("body at {at:?} {device:?} of {chosen:?}, {p:?}: {r:?}"));
                if let Some(sent) = sent {
                    out.hold("indications", p.indications == sent, || format!("{:?}, not {sent:?}: {r:?}", p.indications));
                }
            }
            (Pdu::Nas(Nas::SmsDeliver { sms, .. }), Some(device)) => {
                let primary = case.model.populations[device.population as usize].devices[device.spec as usize].primary;
                let right = device.user == r.to && primary && sms.user == r.to;
                out.hold("I-26", right, || format!("short message at {at:?} {device:?}: {r:?}"));
            }
            (Pdu::Imap(Imap::Append { object, .. }), None) => {
                let storing_for = if object.owner == r.to { r.to } else { r.from };
                out.hold("I-26", object.owner == storing_for && object.from == r.from, || format!("{object:?}: {r:?}"));
                if let Some(sent) = sent {
                    out.hold("indications", object.indications == sent, || {
                        format!("stored with {:?}, not {sent:?}: {r:?}", object.indications)
                    });
                }
            }
            _ => {}
        }
    }
}

/// The indications with which the sender's client sent the message.
pub(super) fn sent_first(case: &Case, message: MessageId) -> Option<crate::delivery::Indications> {
    case.about(message).find_map(|(_, _, shown)| match shown {
        Shown::Sent { from, pdu: Pdu::Request(q), .. } if case.devices.contains_key(from) => match &q.body {
            Body::Pager(p) => Some(p.indications),
            _ => None,
        },
        _ => None,
    })
}

/// What a store gives to a device is its owner's (I-26).
pub(super) fn synced(case: &Case, out: &mut Verdicts) {
    for (_, shown) in &case.log {
        if let Shown::Got { at, pdu: Pdu::Imap(Imap::Synced { owner, objects, device, .. }), .. } = shown {
            let user = case.devices.get(at).map(|d| d.user);
            let right = user == Some(*owner) && device == at && objects.iter().all(|o| o.owner == *owner);
            out.hold("I-26", right, || format!("{at:?} of {user:?} was given {objects:?}"));
        }
    }
}

/// The judge of I-03 counts devices, and counts bodies where nothing wakes a settled message.
#[test]
fn i_03_the_judge_knows_one_device_from_two_and_once_from_twice() {
    let broken = |late: &str, devices: &[u32]| {
        let model = one_operator(Radio::AlwaysOn, plain(), 1, Arrivals::At(vec![]), at(1));
        let one = [(axis::PUSH_TARGET, "one-triggering"), (axis::FANOUT_DEFER_MISSING, "off")];
        let model = with(model, &[&one[..], &[(axis::GUARD_IGNORE_LATE_FAILURE, late)]].concat());
        let case = Case::new(&model, Witness::default(), at(1));
        let heading = Heading { subject: SubjectId(0), traffic: 0, sequence: 0 };
        let mut record = MessageRecord::new(heading, &Pager::plain(MessageId(0), UserId(0), UserId(0)));
        record.copies = devices.iter().map(|d| came(FunctionId(*d))).collect();
        let mut out = Verdicts::default();
        one_device(&case, &record, &mut out);
        assert_eq!(out.judged.get("I-03").copied(), (!devices.is_empty()).then_some(1));
        !out.broken.is_empty()
    };
    let judged = |late| [&[][..], &[7], &[7, 7], &[7, 8]].map(|devices| broken(late, devices));
    assert_eq!(judged("on"), [false, false, true, true]);
    assert_eq!(judged("off"), [false, false, false, true]);
}

/// A pushed copy at a device.
fn came(device: FunctionId) -> CopyRecord {
    CopyRecord {
        id: CopyId(device.0),
        parent: None,
        origin: Origin::Push,
        path: Path::Ip,
        device: Some(device),
        made: at(0),
        fate: Some(Fate::Delivered),
        ended: at(0),
        arrived: at(0),
        presented: at(0),
        clause: Tag::OwnClientReceives,
    }
}
