//! A situation in the making: a recipient with two clients, of which the first is the Primary Device, and a plain text message.

use super::super::suitability::{Selection, select};
use super::super::{Act, Decision, Known, Screened, Situation, decide};
use crate::delivery::behaviour::Behaviour;
pub use crate::delivery::policy::NO_ACTION;
use crate::delivery::policy::{
    Actions, Conditions, Handling, MediaName, Policy, PreferenceProfile, ProviderPolicy, Rule, ServiceName, Users,
};
use crate::delivery::profile::{Axes, AxisId, Profile};
use crate::delivery::{Capabilities, ClientSet, Content, DeferReason, FunctionId, Reason, Rules, Tag, UserId, Version, Warning};
use crate::units::SimTime;

pub const SENDER: UserId = UserId(7);
pub const RECIPIENT: UserId = UserId(42);
pub const FIRST: u32 = 100;
/// The code of refusals without a code.
pub const OWN_CODE: u16 = 480;
/// An hour past the start.
pub const NOW: SimTime = SimTime::from_ns(3_600_000_000_000);

pub struct Stage {
    pub axes: Axes,
    pub rules: Rules,
    pub policy: Policy,
    pub provider: ProviderPolicy,
    pub clients: Vec<Known>,
    pub message: Screened,
    pub queue_stands: bool,
    pub interworking: bool,
    pub sms_ready: bool,
    pub optional_warning: bool,
}

/// The client with that number among the user's; the first is the Primary Device.
pub fn client(number: u16) -> Known {
    Known {
        id: FunctionId(FIRST + u32::from(number)),
        kind: number,
        primary: number == 0,
        capabilities: Capabilities::FULL,
        connected: None,
        passed_over: false,
    }
}

/// Those clients of the user.
pub fn these(numbers: &[u32]) -> ClientSet {
    numbers.iter().fold(ClientSet::none(FunctionId(FIRST)), |set, n| set.with(FunctionId(FIRST + n)))
}

/// A rule that every generation takes as one for pager messages.
pub fn rule(actions: Actions) -> Rule {
    let conditions = Conditions {
        services: Some(vec![ServiceName::Enabler, ServiceName::FeatureTag]),
        media: Some(vec![MediaName::StandaloneMessage, MediaName::PagerModeMessage]),
        ..Conditions::default()
    };
    Rule { conditions, actions }
}

/// The same with one more condition, or another.
pub fn rule_if(actions: Actions, change: impl FnOnce(&mut Conditions)) -> Rule {
    let mut rule = rule(actions);
    change(&mut rule.conditions);
    rule
}

pub const REJECT: Actions = Actions { reject_invite: true, ..NO_ACTION };
pub const INTERWORK: Actions = Actions { interwork: true, ..NO_ACTION };
pub const BOTH: Actions = Actions { deliver_and_interwork: true, ..NO_ACTION };
pub const STORE: Actions = Actions { store: true, ..NO_ACTION };
pub const DEFER: Actions = Actions { defer: true, ..NO_ACTION };
pub const DND: Actions = Actions { do_not_disturb: true, ..NO_ACTION };
pub const OFFLINE: Actions = Actions { offline_storage: true, ..NO_ACTION };
pub const CHECK_BACK: Actions = Actions { check_back: true, ..NO_ACTION };

/// Exactly this user.
pub fn user(number: u32) -> Users {
    Users { from: UserId(number), to: UserId(number + 1) }
}

pub const fn rejected(code: u16) -> Act {
    Act::Reject { code, reason: Reason::None }
}

pub const fn warned(code: u16, warning: Warning) -> Act {
    Act::Reject { code, reason: Reason::Warning(warning) }
}

pub const FORBIDDEN_122: Act = warned(403, Warning::FunctionNotAllowed);
pub const BY_RULE: Act = Act::Defer(DeferReason::Rule);
pub const NO_CLIENT: Act = Act::Defer(DeferReason::NoClient);

impl Stage {
    pub fn of(profile: Profile, rules: Rules) -> Stage {
        Stage {
            axes: Axes::of(profile),
            rules,
            policy: Policy::default(),
            provider: ProviderPolicy::default(),
            clients: vec![client(0), client(1)],
            message: Screened {
                imdn: false,
                sender: SENDER,
                anonymous: false,
                agent: Version::default(),
                content: Content::Text,
                bytes: 160,
                expires: SimTime::NEVER,
                retargets: 0,
            },
            queue_stands: false,
            interworking: false,
            sms_ready: false,
            optional_warning: false,
        }
    }

    pub fn latest(rules: Rules) -> Stage {
        Stage::of(Profile::Latest, rules)
    }

    pub fn axis(mut self, axis: AxisId, value: &str) -> Stage {
        assert!(self.axes.set(axis, value), "{value} is no value of that axis");
        self
    }

    pub fn rules(mut self, rules: impl IntoIterator<Item = Rule>) -> Stage {
        self.policy.rules.extend(rules);
        self
    }

    pub fn with(mut self, change: impl FnOnce(&mut Stage)) -> Stage {
        change(&mut self);
        self
    }

    /// No client is registered.
    pub fn unregistered(mut self) -> Stage {
        self.clients.clear();
        self
    }

    pub fn interworking(mut self) -> Stage {
        self.interworking = true;
        self
    }

    /// The message is a notification.
    pub fn imdn(mut self) -> Stage {
        self.message = Screened { imdn: true, bytes: 0, expires: SimTime::NEVER, ..self.message };
        self
    }

    /// The user's active profile, and no others.
    pub fn profile(mut self, unavailable: bool, handling: Handling) -> Stage {
        self.policy.profiles = vec![PreferenceProfile { unavailable, handling }];
        self.policy.active = Some(0);
        self
    }

    /// Two empty profiles; `active` is the user's and `of` that of his devices.
    pub fn profiles(mut self, active: Option<u16>, of: &[Option<u16>]) -> Stage {
        self.policy.profiles = vec![PreferenceProfile::default(); 2];
        (self.policy.active, self.policy.active_of) = (active, of.to_vec());
        self
    }

    pub fn asked<T>(&self, ask: impl FnOnce(&Behaviour, &Situation) -> T) -> T {
        let situation = Situation {
            now: NOW,
            message: self.message,
            recipient: RECIPIENT,
            policy: &self.policy,
            provider: &self.provider,
            first: FunctionId(FIRST),
            clients: &self.clients,
            queue_stands: self.queue_stands,
            interworking: self.interworking,
            sms_ready: self.sms_ready,
            forward_hops: 3,
            reject_code: OWN_CODE,
            optional_warning: self.optional_warning,
        };
        ask(&Behaviour::of(&self.axes, self.rules), &situation)
    }

    pub fn decide(&self) -> Decision {
        self.asked(decide)
    }

    pub fn select(&self) -> Selection {
        self.asked(select)
    }

    pub fn acts(&self) -> Vec<Act> {
        self.decide().steps().map(|s| s.act).collect()
    }

    pub fn steps(&self) -> Vec<(Tag, Act)> {
        self.decide().steps().map(|s| (s.tag, s.act)).collect()
    }

    /// The clients that a message goes to, if it goes to clients.
    pub fn delivered(&self) -> ClientSet {
        let deliver = |act| if let Act::Deliver(set) = act { Some(set) } else { None };
        self.acts().into_iter().find_map(deliver).unwrap_or(these(&[]))
    }
}
