//! Policy as the decisions read it: the rules that a user keeps in the XDMS, his preference profiles, and the provider's policy.
//!
//! Names are those of the XDM documents as far as the texts give them (requirements digest 8.6). A policy document says what
//! holds; which parts of it a procedure reads, and in which order, is the affair of the procedure
//! (the module `cpm::decision`).
//!
//! | element | `im-2008` | `sd-2009` | `ts-draft` | `iw-2015` |
//! |---|---|---|---|---|
//! | rule, allow-reject-invite | bars clients | rejects, bars clients | steps 1, 6 | steps 4a, 8a-i |
//! | rule, allow-defer | with no client left | any time | - | step 4e |
//! | rule, allow-interwork | with no client left | any time | - | step 4b |
//! | rule, allow-deliver-and-interwork, allow-forward, allow-do-not-disturb | - | - | - | steps 4b, 4d, 5 |
//! | rule, allow-store | - | to the store | - | step 4c |
//! | rule, allow-offline-storage | - | recording | - | step 6 |
//! | rule, check-back | - | asks the user | - | - |
//! | profile: handling | with no client left | unregistered | step 4a | - |
//! | profile: availability | - | condition | step 4a | condition |
//! | blacklist | - | - | - | step 3 |
//! | history | recording | recording | step 5 | - |
//! | formats | - | - | step 2 | - |
//!
//! The axis `defer-condition` brings allow-defer and the handling 'defer' of one generation into the procedure of another.

use super::pdu::{Content, Contents, Dispositions, UserId, Version};
use crate::units::{SimTime, Span};

/// How a rule names the service (conditions, service-list).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ServiceName {
    /// `enabler = 'CPM'` (IW15-8.3.1.1-09).
    Enabler,
    /// `featuretag = '+g.oma.sip-cpm'` (TS83-8.3.2.1-02).
    FeatureTag,
    /// Another service.
    Other,
}

/// How a rule names the media (conditions, media-list).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum MediaName {
    /// `standalone-message` (IW15-8.3.1.1-09).
    StandaloneMessage,
    /// `pager-mode-message` (TS83-8.3.2.1-06).
    PagerModeMessage,
    Other,
}

/// A range of users by number: first and one past the last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Users {
    pub from: UserId,
    pub to: UserId,
}

impl Users {
    pub fn has(self, user: UserId) -> bool {
        self.from <= user && user < self.to
    }
}

/// Part of a day, or a stretch of the run, in which a rule holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hours {
    /// Each (simulated) day from the first instant to the second; it may pass midnight.
    Daily { from: Span, to: Span },
    /// Once (validity of RFC 4745 7.3).
    Once { from: SimTime, to: SimTime },
}

/// Length of a day.
const DAY: Span = Span::from_secs(86_400);

impl Hours {
    pub fn holds(self, now: SimTime) -> bool {
        match self {
            Hours::Once { from, to } => from <= now && now < to,
            Hours::Daily { from, to } => {
                let hour = Span::from_ns(now.ns() % DAY.ns());
                if from <= to { from <= hour && hour < to } else { from <= hour || hour < to }
            }
        }
    }

    /// The next instant after `now` at which it begins or ends to hold; none: it never changes again.
    pub fn next_edge(self, now: SimTime) -> Option<SimTime> {
        match self {
            Hours::Once { from, to } => [from, to].into_iter().filter(|edge| *edge > now).min(),
            Hours::Daily { from, to } => {
                let midnight = now.ns() - now.ns() % DAY.ns();
                let days = [midnight, midnight.saturating_add(DAY.ns())];
                let edges = days.into_iter().flat_map(|day| [from, to].map(|hour| day.saturating_add(hour.ns())));
                edges.filter(|edge| *edge > now.ns()).min().map(SimTime::from_ns)
            }
        }
    }
}

/// Conditions of a rule: all that are written must be true. A list that is `None` is not written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Conditions {
    pub services: Option<Vec<ServiceName>>,
    pub media: Option<Vec<MediaName>>,
    /// Identity of the sender.
    pub senders: Option<Vec<Users>>,
    /// True: the sender hides its identity; false: it does not.
    pub anonymous: Option<bool>,
    /// upp-list: names of User Preference Profiles, by their places in [`Policy::profiles`].
    pub profiles: Option<Vec<u16>>,
    pub hours: Option<Vec<Hours>>,
    /// Type of the content (SD23-5.2.2.1.1-15).
    pub contents: Option<Contents>,
    /// Availability of the recipient.
    pub available: Option<bool>,
}

/// Actions of a rule.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Actions {
    pub reject_invite: bool,
    pub interwork: bool,
    pub deliver_and_interwork: bool,
    pub store: bool,
    /// allow-forward: the new recipient.
    pub forward: Option<ForwardTo>,
    pub defer: bool,
    pub do_not_disturb: bool,
    pub offline_storage: bool,
    /// Ask the recipient (SD23-5.2.2.1.1-24). Our name: the text gives none.
    pub check_back: bool,
}

/// A rule that asks for nothing.
pub const NO_ACTION: Actions = Actions {
    reject_invite: false,
    interwork: false,
    deliver_and_interwork: false,
    store: false,
    forward: None,
    defer: false,
    do_not_disturb: false,
    offline_storage: false,
    check_back: false,
};

/// New recipient of a forwarded message: of a range of users, not empty, the one that the recipient's number comes to, counted round.
/// A range of one is a plain address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ForwardTo(pub Users);

impl ForwardTo {
    /// The new recipient of what was sent to `recipient`.
    pub fn of(self, recipient: UserId) -> UserId {
        let Users { from, to } = self.0;
        UserId(from.0 + recipient.0 % (to.0 - from.0))
    }
}

/// A rule of a user's access policy and preferences.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    pub conditions: Conditions,
    pub actions: Actions,
}

/// What the Active User Preference Profile says of a message that cannot be delivered now (TS83-8.3.2.1-18).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Handling {
    #[default]
    Unsaid,
    Reject,
    Defer,
    Store,
    NonCpm,
    /// SD23-5.2.2.1.1-24.
    CheckBack,
}

/// A User Preference Profile.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PreferenceProfile {
    /// Availability status 'not available'.
    pub unavailable: bool,
    pub handling: Handling,
}

/// What one user has laid down.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Policy {
    /// In the order of the document.
    pub rules: Vec<Rule>,
    pub profiles: Vec<PreferenceProfile>,
    /// Active profile of the user, by its place; none: all is unsaid.
    pub active: Option<u16>,
    /// Active profile of each kind of device, by its place in the description of the user's devices, where it is not the user's (`device-prefs`).
    pub active_of: Vec<Option<u16>>,
    /// Standalone-message blacklist.
    pub blacklist: Vec<Users>,
    pub anonymity_refused: bool,
    /// History recording is active.
    pub history: bool,
    /// Formats that the provider lets through for this user, besides those of the service (TS83-8.3.2.1-13); none: no such policy.
    pub formats: Option<Contents>,
    /// The originating PF does not let this user send (IM08-5.2.2.1-08).
    pub barred: bool,
}

impl Policy {
    /// Whether a do-not-disturb rule is active by its hours; what else it asks of a message is not looked at.
    pub fn disturbance_stands(&self, now: SimTime) -> bool {
        let hours = |rule: &Rule| rule.conditions.hours.as_ref().is_none_or(|list| list.iter().any(|h| h.holds(now)));
        self.rules.iter().any(|rule| rule.actions.do_not_disturb && hours(rule))
    }

    /// The next instant after `now` at which the hours of a do-not-disturb rule begin or end; none: no such rule has hours to come.
    pub fn next_disturbance_edge(&self, now: SimTime) -> Option<SimTime> {
        let rules = self.rules.iter().filter(|rule| rule.actions.do_not_disturb);
        rules.flat_map(|rule| rule.conditions.hours.iter().flatten()).filter_map(|hours| hours.next_edge(now)).min()
    }

    /// The user's active profile.
    pub fn active_profile(&self) -> PreferenceProfile {
        self.active.map(|at| self.profiles[at as usize]).unwrap_or_default()
    }

    /// The active profile of his device of that kind, by its place.
    pub fn active_of(&self, kind: u16) -> Option<u16> {
        self.active_of.get(kind as usize).copied().flatten().or(self.active)
    }
}

/// Clients that the provider does not deliver to, for messages that fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exclusion {
    /// True: the Primary Device; false: the others; none: all.
    pub primary: Option<bool>,
    /// Content of more than this many bytes.
    pub larger_than: u32,
    pub contents: Contents,
}

/// The provider's policy at a PF, for all its users.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProviderPolicy {
    /// Least release version of the sender's client (IW15-8.3.1.1-02); none: any.
    pub version: Option<Version>,
    /// Anonymity is not offered (IW15-8.3.1.1-05).
    pub anonymity_refused: bool,
    /// Formats let through on arrival (TS83-8.3.2.1-13).
    pub contents: Contents,
    /// Largest content on arrival, in bytes (TS83-8.3.2.1-12).
    pub most_bytes: u32,
    /// Answer to a size violation: 413 or another code.
    pub size_code: u16,
    pub exclusions: Vec<Exclusion>,
    pub interworking: bool,
}

impl Default for ProviderPolicy {
    /// Lets everything through.
    fn default() -> Self {
        ProviderPolicy {
            version: None,
            anonymity_refused: false,
            contents: Contents::EVERY,
            most_bytes: u32::MAX,
            size_code: 413,
            exclusions: Vec::new(),
            interworking: true,
        }
    }
}

/// What a rule is held against.
#[derive(Clone, Copy, Debug)]
pub struct Circumstances {
    pub now: SimTime,
    pub sender: UserId,
    pub anonymous: bool,
    pub content: Content,
    pub available: bool,
}

impl Conditions {
    /// Whether all conditions but service, media and upp-list are true.
    pub fn hold(&self, at: &Circumstances) -> bool {
        self.senders.as_ref().is_none_or(|list| list.iter().any(|u| u.has(at.sender)))
            && self.anonymous.is_none_or(|a| a == at.anonymous)
            && self.hours.as_ref().is_none_or(|list| list.iter().any(|h| h.holds(at.now)))
            && self.contents.is_none_or(|c| c.has(at.content))
            && self.available.is_none_or(|a| a == at.available)
    }

    pub fn names_service(&self, service: ServiceName) -> bool {
        self.services.as_ref().is_some_and(|list| list.contains(&service))
    }

    pub fn names_media(&self, media: MediaName) -> bool {
        self.media.as_ref().is_some_and(|list| list.contains(&media))
    }
}

impl Actions {
    /// Whether any action of step 4 is true.
    pub fn any_of_step_4(self) -> bool {
        self.reject_invite || self.interwork || self.deliver_and_interwork || self.store || self.forward.is_some() || self.defer
    }

    /// The actions of both (`rule-merge=unite`, A-25). The first new recipient stands.
    pub fn united(self, other: Actions) -> Actions {
        Actions {
            reject_invite: self.reject_invite || other.reject_invite,
            interwork: self.interwork || other.interwork,
            deliver_and_interwork: self.deliver_and_interwork || other.deliver_and_interwork,
            store: self.store || other.store,
            forward: self.forward.or(other.forward),
            defer: self.defer || other.defer,
            do_not_disturb: self.do_not_disturb || other.do_not_disturb,
            offline_storage: self.offline_storage || other.offline_storage,
            check_back: self.check_back || other.check_back,
        }
    }
}

/// A stored message asks for no delivery report any more, but still for a read report (IW15-8.3.1.1-13, -14; A-09).
pub fn stripped(dispositions: Dispositions) -> Dispositions {
    Dispositions { positive: false, negative: false, ..dispositions }
}
