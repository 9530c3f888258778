//! What is usable for a message (`metrics.md` 2.2): a device that could take it, or SMS, as far as the rules in force allow.
//!
//! In a model without policies, without limits of capability or provider this is the same for all messages of a user and kept with
//! him. Otherwise each message is judged by itself whenever something changes, by the procedure of the model's profile, given the
//! truth in place of what a PF believes.

use super::device::UserTruth;
use super::world::World;
use crate::delivery::cpm::decision::{Act, Decision, Known, Screened, Situation, decide};
use crate::delivery::policy::ProviderPolicy;
use crate::delivery::{Capabilities, ClientSet, Content, DeferReason, Tag, UserId, Version};
use crate::judge::{MessageRecord, NEVER};
use crate::model::{FunctionKind, Model};
use crate::units::{SimTime, Span};

/// Whether more than access decides what is usable in this model.
pub(super) fn is_judged(model: &Model) -> bool {
    let neutral = ProviderPolicy::default();
    let limited = |f: &crate::model::Function| match &f.kind {
        FunctionKind::Pf(pf) => ProviderPolicy { interworking: true, ..pf.provider.clone() } != neutral,
        _ => false,
    };
    let mut classes = model.populations.iter().flat_map(|p| &p.devices).flat_map(|d| &d.classes);
    model.policies.iter().any(|(_, policy)| *policy != Default::default())
        || model.functions.iter().any(limited)
        || classes.any(|(_, class)| class.capabilities != Capabilities::FULL)
}

/// How long something has been usable for one message.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Usable {
    since: Option<SimTime>,
    ns: u64,
}

impl Usable {
    fn at(&self, now: SimTime) -> u64 {
        self.ns + self.since.map_or(0, |since| (now - since).ns())
    }

    fn set(&mut self, now: SimTime, on: bool) {
        if on != self.since.is_some() {
            self.ns = self.at(now);
            self.since = on.then_some(now);
        }
    }
}

/// A message of nobody's in particular: plain text.
fn plain() -> Screened {
    Screened {
        imdn: false,
        sender: UserId(u32::MAX),
        anonymous: false,
        agent: Version::default(),
        content: Content::Text,
        bytes: 1,
        expires: NEVER,
        retargets: 0,
    }
}

fn screened(record: &MessageRecord) -> Screened {
    Screened {
        imdn: false,
        sender: record.from,
        anonymous: record.anonymous,
        agent: record.agent,
        content: record.content,
        bytes: record.bytes,
        // What has expired has an end of its own; until then the rules are what counts.
        expires: NEVER,
        retargets: record.retargets,
    }
}

impl World {
    /// Usable time of the message up to now, from an origin of its own.
    pub(super) fn usable_time(&self, slot: u32) -> Span {
        let user = self.ledger.record(slot).to;
        Span::from_ns(match self.judged {
            true => self.extras[slot as usize].rare().map_or(0, |rare| rare.usable.at(self.now)),
            false => self.users[user.0 as usize].usable_at(self.now),
        })
    }

    /// Whether something is usable for the message now.
    pub(super) fn is_usable(&self, slot: u32) -> bool {
        let record = self.ledger.record(slot);
        match self.judged {
            true => self.judge(record.to, screened(record)),
            false => self.users[record.to.0 as usize].usable_since.is_some(),
        }
    }

    /// Whether something is usable for a plain text message to the user.
    pub(super) fn is_usable_for_text(&self, user: UserId) -> bool {
        let truth = &self.users[user.0 as usize];
        match self.judged {
            true => self.judge(user, plain()),
            false => truth.ip_ready > 0 || (truth.sms_ready && self.may_interwork(user)),
        }
    }

    /// From its acceptance on a message is judged whenever something changes.
    pub(super) fn follow_message(&mut self, slot: u32) {
        if !self.judged {
            return;
        }
        let (message, user) = (self.ledger.record(slot).id, self.ledger.record(slot).to);
        let on = self.is_usable(slot);
        self.extras[slot as usize].rare_mut().usable.set(self.now, on);
        let followed = &mut self.users[user.0 as usize].followed;
        if !followed.contains(&message) {
            followed.push(message);
        }
    }

    /// Something has changed for the user: his messages are judged anew.
    pub(super) fn judge_anew(&mut self, user: UserId) {
        if !self.judged {
            return;
        }
        let mut followed = std::mem::take(&mut self.users[user.0 as usize].followed);
        followed.retain(|message| {
            let Some(slot) = self.ledger.slot(*message) else { return false };
            let on = self.is_usable(slot);
            let now = self.now;
            let extra = &mut self.extras[slot as usize];
            extra.rare_mut().usable.set(now, on);
            if on && std::mem::take(&mut extra.unreached) {
                self.ledger.book(slot).reach = now;
            }
            self.ledger.record(slot).settled == NEVER
        });
        let UserTruth { followed: place, .. } = &mut self.users[user.0 as usize];
        *place = followed;
    }

    fn judge(&self, user: UserId, message: Screened) -> bool {
        let (first, end) = self.layout.user(user).devices;
        let ready: Vec<Known> = (first..end).filter(|d| self.devices[*d as usize].ip_ready()).map(|d| self.known(d)).collect();
        let by_sms = self.users[user.0 as usize].sms_ready && self.may_interwork(user);
        let decision = self.by_the_rules(user, message, &ready);
        let steps = || decision.steps().map(|step| (step.tag, step.act));
        if steps().any(|(_, act)| act == Act::Defer(DeferReason::DoNotDisturb)) {
            return false;
        }
        steps().any(|(tag, act)| match act {
            Act::Deliver(clients) => !clients.is_empty(),
            _ => by_sms && leaves_sms_open(tag, act),
        })
    }

    /// Whether the rules in force would let the message go to this device; to SMS where none is named.
    pub(super) fn allows(&self, slot: u32, device: Option<u32>) -> bool {
        if !self.judged {
            return true;
        }
        let record = self.ledger.record(slot);
        let clients: Vec<Known> = device.into_iter().map(|d| self.known(d)).collect();
        let decision = self.by_the_rules(record.to, screened(record), &clients);
        let mut steps = decision.steps();
        steps.any(|step| match (step.act, device) {
            (Act::Deliver(clients), Some(device)) => clients.has(self.layout.client(device)),
            (act, None) => leaves_sms_open(step.tag, act),
            _ => false,
        })
    }

    /// The clients that the rules in force would deliver a message to, by a PF that knew which devices are ready.
    pub(super) fn ready_and_chosen(&self, slot: u32) -> ClientSet {
        let record = self.ledger.record(slot);
        let (first, end) = self.layout.user(record.to).devices;
        let none = ClientSet::none(self.layout.client(first));
        let ready = (first..end).filter(|d| self.devices[*d as usize].ip_ready());
        if !self.judged {
            return ready.fold(none, |set, d| set.with(self.layout.client(d)));
        }
        let clients: Vec<Known> = ready.map(|d| self.known(d)).collect();
        let decision = self.by_the_rules(record.to, screened(record), &clients);
        let delivers = |act| if let Act::Deliver(clients) = act { Some(clients) } else { None };
        decision.steps().find_map(|step| delivers(step.act)).unwrap_or(none)
    }

    /// What the rules in force say of a delivery that begins: kept until its copy arrives.
    pub(super) fn note_rules_at_attempt(&mut self, slot: u32, device: Option<u32>) {
        if self.judged {
            let allowed = self.allows(slot, device);
            let attempts = &mut self.extras[slot as usize].rare_mut().allowed;
            attempts.retain(|(to, _)| *to != device);
            attempts.push((device, allowed));
        }
    }

    /// Whether a do-not-disturb rule stands for this message.
    pub(super) fn do_not_disturb_stands(&self, slot: u32) -> bool {
        let record = self.ledger.record(slot);
        let (first, end) = self.layout.user(record.to).devices;
        let all: Vec<Known> = (first..end).map(|d| self.known(d)).collect();
        let decision = self.by_the_rules(record.to, screened(record), &all);
        decision.steps().any(|step| step.act == Act::Defer(DeferReason::DoNotDisturb))
    }

    /// A device as a PF would know it that knew all.
    fn known(&self, device: u32) -> Known {
        let spec = self.layout.spec(&self.model, device);
        Known {
            id: self.layout.client(device),
            kind: self.layout.devices[device as usize].spec,
            primary: spec.primary,
            capabilities: self.layout.class(&self.model, device).capabilities,
            connected: Some(true),
            passed_over: false,
        }
    }

    fn by_the_rules(&self, user: UserId, message: Screened, clients: &[Known]) -> Decision {
        let home = self.layout.homes[user.0 as usize];
        let FunctionKind::Pf(pf) = &self.model.functions[home.pf.0 as usize].kind else {
            unreachable!("a checked model names PFs as such")
        };
        let situation = Situation {
            now: self.now,
            message,
            recipient: user,
            policy: &self.model.policies[self.policies[user.0 as usize] as usize].1,
            provider: &pf.provider,
            first: self.layout.client(self.layout.user(user).devices.0),
            clients,
            queue_stands: false,
            interworking: self.may_interwork(user),
            sms_ready: self.users[user.0 as usize].sms_ready,
            forward_hops: pf.forward_hops,
            reject_code: pf.reject_code,
            optional_warning: pf.optional_warning,
        };
        decide(&self.by_the_rules, &situation)
    }
}

/// Whether a message treated so, where no client can take it, may go by SMS.
fn leaves_sms_open(tag: Tag, act: Act) -> bool {
    match act {
        Act::HandOver | Act::DeferAndWait => true,
        Act::Defer(DeferReason::NoClient | DeferReason::WaitIp) => true,
        // Refused for want of a client, not by a rule.
        Act::Reject { .. } => tag == Tag::OwnNoSuitableReject,
        _ => false,
    }
}
