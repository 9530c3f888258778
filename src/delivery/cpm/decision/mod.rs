//! What the terminating PF does with a message that has just come: one pure procedure for each document generation.
//!
//! A procedure is given the message, what the PF knows of the recipient's clients, and the policies, and says what is to be done,
//! step by step, each step with the statement that demands it. It has no state and changes nothing; carrying a decision out is
//! the affair of the PF. [`suitability`] is the one notion of a suitable client for all of them; [`rules`] finds the rules that match,
//! [`deferral`] the condition for deferring, [`reject`] words refusals, [`gap`] fills what the texts leave open at the end.
//!
//! Notifications (`Screened::imdn`) are decided here, too: they are never forwarded, and end with [`Act::ToUser`] if no step before ends
//! them (A-27, H-38). `imdn-screening=bypass` sends them there at once in every generation.

pub mod deferral;
pub mod gap;
pub mod im2008;
pub mod iw2015;
mod notes;
pub mod reject;
pub mod rules;
pub mod sd2009;
pub mod suitability;
#[cfg(test)]
pub(crate) mod tests;
pub mod ts_draft;

use crate::delivery::behaviour::{Behaviour, DeliveryRule};
use crate::delivery::policy::{Circumstances, Policy, ProviderPolicy};
use crate::delivery::{
    Capabilities, ClientSet, Content, DeferReason, Factor, FunctionId, Imdn, Pager, Reason, Tag, UserId, Version,
};
use crate::units::{SimTime, places_of};

/// A registered client as the PF knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Known {
    pub id: FunctionId,
    /// Which of the user's kinds of device it is: its place in [`Policy::active_of`].
    pub kind: u16,
    pub primary: bool,
    /// Of its registration.
    pub capabilities: Capabilities,
    /// What a source for connectivity last said; none: no source, or silent so far.
    pub connected: Option<bool>,
    /// The PF has reason not to offer it this message: a timeout (`timeout-binding=suspect`), or it did not answer the last
    /// attempt and has given no sign of life since.
    pub passed_over: bool,
}

/// What the procedures read of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Screened {
    /// Content-Type message/imdn+xml.
    pub imdn: bool,
    pub sender: UserId,
    pub anonymous: bool,
    /// Of the User-Agent header.
    pub agent: Version,
    pub content: Content,
    pub bytes: u32,
    /// What the Expires header gives.
    pub expires: SimTime,
    pub retargets: u8,
}

impl Screened {
    pub fn message(pager: &Pager) -> Screened {
        Screened {
            imdn: false,
            sender: pager.from,
            anonymous: pager.anonymous,
            agent: pager.agent,
            content: pager.content,
            bytes: pager.bytes,
            expires: pager.expires,
            retargets: pager.retargets,
        }
    }

    pub fn notification(imdn: &Imdn) -> Screened {
        Screened {
            imdn: true,
            sender: imdn.from,
            anonymous: false,
            agent: imdn.agent,
            content: Content::Text,
            bytes: 0,
            expires: SimTime::NEVER,
            retargets: 0,
        }
    }
}

/// All that a procedure is given.
#[derive(Clone, Copy, Debug)]
pub struct Situation<'a> {
    pub now: SimTime,
    pub message: Screened,
    pub recipient: UserId,
    pub policy: &'a Policy,
    pub provider: &'a ProviderPolicy,
    /// The first of the recipient's clients.
    pub first: FunctionId,
    /// Registered clients.
    pub clients: &'a [Known],
    /// Older messages of the user wait in the queue.
    pub queue_stands: bool,
    /// An ISF exists, and provider policy allows interworking. Whether the user has SMS the PF is not told.
    pub interworking: bool,
    /// The Primary Device is known to be ready for SMS.
    pub sms_ready: bool,
    /// Retargets allowed for one message (`pf.forward_hops`).
    pub forward_hops: u8,
    /// Answer under `no-suitable-client=reject`, and to a refusal that the texts give no code.
    pub reject_code: u16,
    /// Whether the PF follows a recommendation to send a Warning that is not mandatory.
    pub optional_warning: bool,
}

impl Situation<'_> {
    /// What conditions of rules are held against.
    pub fn circumstances(&self) -> Circumstances {
        let message = self.message;
        Circumstances {
            now: self.now,
            sender: message.sender,
            anonymous: message.anonymous,
            content: message.content,
            available: !self.policy.active_profile().unavailable,
        }
    }
}

/// One thing to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// Refuse; the end.
    Reject { code: u16, reason: Reason },
    /// No longer valid at arrival: discard by local policy; the end (TS83-8.3.2.1-16).
    Discard,
    /// To the ISF.
    HandOver,
    /// Deliver to the message store and answer 200; the end.
    Store,
    /// Send to another recipient; the end.
    Forward(UserId),
    /// Into the queue, answered with 202; the end.
    Defer(DeferReason),
    /// Into the queue, and the wait for IP begins; the end.
    DeferAndWait,
    /// Record the conversation history.
    Record,
    /// A disposition notification goes to the user's client or clients; the end.
    ToUser,
    /// One MESSAGE to each of these clients, or one request for all of them that the core forks.
    Deliver(ClientSet),
    /// Nothing at all, not even an answer (A-24, `empty-rule=no-outcome`).
    NoOutcome,
}

/// A step of a decision, and the statement that demands it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    pub tag: Tag,
    pub act: Act,
}

/// Steps that a decision may have: those of 2015, were none of them to end it.
const MOST_STEPS: usize = 8;

/// What is to be done, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Decision {
    steps: [Option<Step>; MOST_STEPS],
    /// Clients left out, by factor, where clients were chosen.
    pub selection: Option<suitability::Selection>,
    noted: [u64; 5],
}

const _: () = assert!(Tag::ALL.len() <= 320, "a set of tags has five words");

impl Decision {
    /// One step and no more.
    pub fn only(tag: Tag, act: Act) -> Decision {
        Decision::default().then(tag, act)
    }

    /// This and then one more step.
    pub fn then(mut self, tag: Tag, act: Act) -> Decision {
        let place = self.steps.iter().position(Option::is_none).expect("no procedure has more steps that act");
        self.steps[place] = Some(Step { tag, act });
        self
    }

    /// One more step, and then this.
    pub fn preceded(mut self, tag: Tag, act: Act) -> Decision {
        assert!(self.steps[MOST_STEPS - 1].is_none(), "no procedure has more steps that act");
        self.steps.rotate_right(1);
        self.steps[0] = Some(Step { tag, act });
        self
    }

    /// A statement that had its part in the decision but asks for no step of its own.
    pub fn also(mut self, tag: Tag) -> Decision {
        self.noted[tag as usize / 64] |= 1 << (tag as usize % 64);
        self
    }

    pub fn steps(&self) -> impl Iterator<Item = Step> + '_ {
        self.steps.iter().copied().flatten()
    }

    /// Statements of [`Decision::also`], in the order of the tags.
    pub fn noted(&self) -> impl Iterator<Item = Tag> + '_ {
        let words = self.noted.iter().zip([0, 64, 128, 192, 256]);
        words.flat_map(|(word, first)| places_of(*word).map(move |at| Tag::ALL[first + at as usize]))
    }

    /// Whether the message goes to the ISF.
    pub fn hands_over(&self) -> bool {
        self.steps().any(|s| s.act == Act::HandOver)
    }

    /// Whether the message goes into the queue.
    pub fn defers(&self) -> bool {
        self.steps().any(|s| matches!(s.act, Act::Defer(_) | Act::DeferAndWait))
    }
}

/// Decides by the procedure in force.
pub fn decide(behaviour: &Behaviour, situation: &Situation) -> Decision {
    if behaviour.imdn_bypass
        && behaviour.rules.holds(Tag::OwnImdnBypass)
        && let Some(decision) = gap::notification(behaviour, situation, Decision::default())
    {
        return decision.also(Tag::OwnImdnBypass);
    }
    let decision = match behaviour.delivery_rule {
        DeliveryRule::Im2008 => im2008::decide(behaviour, situation),
        DeliveryRule::Sd2009 => sd2009::decide(behaviour, situation),
        DeliveryRule::TsDraft => ts_draft::decide(behaviour, situation),
        DeliveryRule::Iw2015 => iw2015::decide(behaviour, situation),
    };
    notes::noted(behaviour, situation, decision)
}

/// A factor that excluded a client, for reports.
pub const FACTORS: [Factor; 4] = [Factor::Preference, Factor::Connectivity, Factor::Capability, Factor::ProviderPolicy];
