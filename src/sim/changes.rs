//! What changes beside access: the policies that users lay down, what PFs hear of policies and of connections, each after its
//! time and in the order in which it happened, and restarts of PFs and Cores.

use std::collections::VecDeque;
use std::sync::Arc;

use super::observer::{EventView, Observer, Truth, What};
use super::world::{Event, World};
use crate::delivery::policy::{Hours, Policy};
use crate::delivery::{FunctionId, Input, MessageId, UserId};
use crate::engine::{Class, Key};
use crate::model::{FunctionKind, PfParams, PolicyChanges};
use crate::units::{Law, Purpose, SimTime, Site, Span, SubjectId};

/// What a PF has still to hear of one user or device, oldest first.
#[derive(Clone, Debug, Default)]
pub(super) struct Hearing {
    /// Changes so far.
    count: u32,
    /// When the last one is heard of.
    last: SimTime,
    /// Values, and the events that caused them.
    untold: VecDeque<(u16, u64)>,
    /// When a rule of the user's policy begins or ceases to hold by the clock.
    hours: Option<SimTime>,
    /// A do-not-disturb rule of the user is active.
    disturbed: bool,
}

const DELAY: SubjectId = SubjectId::of_name("own.policy-delay");

impl World {
    pub(super) fn start_policies(&mut self) {
        let model = Arc::clone(&self.model);
        for user in 0..self.layout.users.len() as u32 {
            let population = &model.populations[self.layout.user(UserId(user)).population as usize];
            match &population.policy_changes {
                PolicyChanges::None => {}
                PolicyChanges::Schedule(changes) => {
                    for (at, policy) in changes {
                        let target = self.first_client(user);
                        self.schedule_fresh(*at, Class::Access, target, Event::Policy { user, policy: *policy });
                    }
                }
                PolicyChanges::Alternate { policy, between, .. } => self.alternate(user, *policy, between),
            }
            self.follow_hours(user);
            if self.disturbance_stands(user) {
                self.policy_news.entry(user).or_default().disturbed = true;
            }
        }
    }

    /// Restarts are no chance: each stands in the model.
    pub(super) fn start_restarts(&mut self) {
        let model = Arc::clone(&self.model);
        for (place, function) in model.functions.iter().enumerate() {
            let restarts = match &function.kind {
                FunctionKind::Pf(pf) => &pf.deferred.restarts,
                FunctionKind::Core(core) => &core.restarts,
                _ => continue,
            };
            restarts.iter().for_each(|at| self.schedule_fresh(*at, Class::Access, place as u32, Event::Restart));
        }
    }

    /// A PF or Core stops and is there again, at once: what it keeps is its own affair.
    pub(super) fn on_restart<O: Observer>(&mut self, key: Key, observer: &mut O) {
        self.begin_event(key, 0, 14, None, observer);
        self.show(key, 0, "stops and is there again", observer);
        self.tell(FunctionId(key.target), Input::Restarted, observer);
    }

    /// Whether a do-not-disturb rule of the policy in force is active now.
    fn disturbance_stands(&self, user: u32) -> bool {
        self.model.policies[self.policies[user as usize] as usize].1.disturbance_stands(self.now)
    }

    /// Tells the truth recorder where the user's wish not to be disturbed begins or ends.
    fn note_disturbance<O: Observer>(&mut self, user: u32, observer: &mut O) {
        let on = self.disturbance_stands(user);
        let before = self.policy_news.get(&user).is_some_and(|news| news.disturbed);
        if on != before {
            self.policy_news.entry(user).or_default().disturbed = on;
            observer.truth(self.now, Truth::DoNotDisturb { user: UserId(user), on });
        }
    }

    /// Schedules the next change of a user whose policies alternate.
    fn alternate(&mut self, user: u32, next: u16, after: &Law) {
        let subject = self.layout.user(UserId(user)).subject;
        let news = self.policy_news.entry(user).or_default();
        // The policy at the start was the first draw.
        news.count += 1;
        let stay = after.sample(&mut self.chooser, Site::new(Purpose::Policy, subject, news.count));
        let at = self.now.saturating_add(stay);
        if at != SimTime::NEVER {
            let target = self.first_client(user);
            self.schedule(at, Class::Access, target, target, Event::Policy { user, policy: next });
        }
    }

    /// Stands for the user where an event has to have a target.
    fn first_client(&self, user: u32) -> u32 {
        self.layout.client(self.layout.user(UserId(user)).devices.0).0
    }

    fn pf_of(&self, user: u32) -> (FunctionId, Option<&PfParams>) {
        let pf = self.layout.homes[user as usize].pf;
        let params = match &self.model.functions[pf.0 as usize].kind {
            FunctionKind::Pf(params) => Some(params),
            _ => None,
        };
        (pf, params)
    }

    /// The user has laid down another policy: it is in force at once, and his PF hears of it later.
    pub(super) fn on_policy<O: Observer>(&mut self, key: Key, user: u32, policy: u16, observer: &mut O) {
        self.begin_event(key, 0, 9, None, observer);
        self.show(key, 0, "the user's policy changes", observer);
        let model = Arc::clone(&self.model);
        let population = &model.populations[self.layout.user(UserId(user)).population as usize];
        if let PolicyChanges::Alternate { policy: other, between, lasts } = &population.policy_changes {
            let own = self.layout.policies[user as usize];
            // A user whose own policy is the other one changes between equals.
            let (next, after) =
                if self.policy_news.get(&user).is_some_and(|news| news.count % 2 == 1) { (own, lasts) } else { (*other, between) };
            self.alternate(user, next, after);
        }
        if std::mem::replace(&mut self.policies[user as usize], policy) == policy {
            return;
        }
        observer.truth(self.now, Truth::Policy { user: UserId(user), policy });
        self.note_disturbance(user, observer);
        self.follow_hours(user);
        self.change_usable(UserId(user), observer);
        let subject = self.layout.user(UserId(user)).subject.with(DELAY);
        let (pf, params) = self.pf_of(user);
        let delay = params.map_or(Law::Constant(Span::ZERO), |pf| pf.policy_delay.clone());
        let news = self.policy_news.entry(user).or_default();
        let after = delay.sample(&mut self.chooser, Site::new(Purpose::Policy, subject, news.count));
        if !matches!(population.policy_changes, PolicyChanges::Alternate { .. }) {
            news.count += 1;
        }
        news.untold.push_back((policy, self.id));
        news.last = news.last.max(self.now.saturating_add(after));
        let at = news.last;
        self.schedule(at, Class::Arrival, pf.0, key.target, Event::TellPolicy { user });
    }

    pub(super) fn tell_policy<O: Observer>(&mut self, key: Key, user: u32, observer: &mut O) {
        let news = self.policy_news.get_mut(&user);
        let (policy, cause) = news.and_then(|news| news.untold.pop_front()).expect("each change is told once");
        self.begin_event(key, cause, 10, None, observer);
        self.show(key, cause, "hears of a change of policy", observer);
        self.tell(FunctionId(key.target), Input::Policy { user: UserId(user), policy }, observer);
    }

    /// A device can exchange packets, or no more: a source for connectivity tells the PF.
    pub(super) fn on_connection(&mut self, device: u32, on: bool) {
        let user = self.layout.devices[device as usize].user.0;
        let (pf, params) = self.pf_of(user);
        let Some(law) = params.and_then(|pf| pf.connectivity.clone()) else { return };
        let subject = self.layout.devices[device as usize].subject;
        let news = self.connection_news.entry(device).or_default();
        let after = law.sample(&mut self.chooser, Site::new(Purpose::Connectivity, subject, news.count));
        news.count += 1;
        news.untold.push_back((u16::from(on), self.id));
        news.last = news.last.max(self.now.saturating_add(after));
        let at = news.last;
        let source = self.layout.client(device).0;
        self.schedule(at, Class::Arrival, pf.0, source, Event::TellConnectivity { device });
    }

    pub(super) fn tell_connectivity<O: Observer>(&mut self, key: Key, device: u32, observer: &mut O) {
        let news = self.connection_news.get_mut(&device);
        let (on, cause) = news.and_then(|news| news.untold.pop_front()).expect("each change is told once");
        self.begin_event(key, cause, 11, None, observer);
        self.show(key, cause, "hears from the source for connectivity", observer);
        let user = self.layout.devices[device as usize].user;
        let input = Input::Connectivity { user, client: self.layout.client(device), on: on > 0 };
        self.tell(FunctionId(key.target), input, observer);
    }

    /// The user has opened a message, and its report is under way if it was asked for.
    pub(super) fn on_opened<O: Observer>(&mut self, key: Key, message: MessageId, observer: &mut O) {
        self.begin_event(key, 0, 12, Some(message), observer);
        self.show(key, 0, "the user has opened a message", observer);
        self.let_go_of(Some(message));
    }

    /// A rule that holds at certain hours begins or ceases to hold.
    pub(super) fn on_hours<O: Observer>(&mut self, key: Key, user: u32, observer: &mut O) {
        self.begin_event(key, 0, 13, None, observer);
        self.show(key, 0, "a rule of the user begins or ceases to hold", observer);
        if self.policy_news.get(&user).is_some_and(|news| news.hours == Some(self.now)) {
            self.follow_hours(user);
            self.note_disturbance(user, observer);
            self.change_usable(UserId(user), observer);
        }
    }

    /// Schedules the instant at which a rule of the policy in force next begins or ceases to hold.
    fn follow_hours(&mut self, user: u32) {
        let policy = &self.model.policies[self.policies[user as usize] as usize].1;
        let next = next_boundary(policy, self.now);
        if let Some(news) = self.policy_news.get_mut(&user) {
            news.hours = None;
        }
        if let Some(at) = next {
            self.policy_news.entry(user).or_default().hours = next;
            let target = self.first_client(user);
            self.schedule(at, Class::Access, target, target, Event::Hours { user });
        }
    }

    fn show<O: Observer>(&self, key: Key, cause: u64, what: &'static str, observer: &mut O) {
        if O::TRACE {
            let target = FunctionId(key.target);
            observer.event(EventView { id: self.id, cause, now: self.now, target, what: What::Access(what) });
        }
    }
}

const DAY_NS: u64 = 86_400_000_000_000;

/// The first instant after `now` at which some condition of hours changes.
fn next_boundary(policy: &Policy, now: SimTime) -> Option<SimTime> {
    let midnight = now.ns() - now.ns() % DAY_NS;
    let instants = |hours: &Hours| match *hours {
        Hours::Once { from, to } => [from.ns(), to.ns()],
        Hours::Daily { from, to } => [from, to].map(|hour| {
            let today = midnight.saturating_add(hour.ns() % DAY_NS);
            if today > now.ns() { today } else { today.saturating_add(DAY_NS) }
        }),
    };
    let rules = policy.rules.iter().filter_map(|rule| rule.conditions.hours.as_ref());
    let all = rules.flatten().flat_map(instants);
    all.filter(|at| *at > now.ns() && *at < SimTime::NEVER.ns()).min().map(SimTime::from_ns)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::delivery::policy::{Actions, Conditions, Rule};

    #[test]
    fn the_next_boundary_of_daily_hours_and_of_one_stretch() {
        let hour = |h: u64| Span::from_secs(3600 * h);
        let at = |h: u64| SimTime::ZERO + hour(h);
        let rule = |hours| Rule {
            conditions: Conditions { hours: Some(vec![hours]), ..Conditions::default() },
            actions: Actions::default(),
        };
        let night = rule(Hours::Daily { from: hour(22), to: hour(6) });
        let once = rule(Hours::Once { from: at(30), to: at(40) });
        let policy = Policy { rules: vec![night, once], ..Policy::default() };
        let nexts = [0, 6, 21, 22, 29, 30, 39, 40].map(|h| next_boundary(&policy, at(h)).unwrap());
        assert_eq!(nexts, [6, 22, 22, 30, 30, 40, 40, 46].map(at));
        assert_eq!(next_boundary(&Policy::default(), at(5)), None);
    }
}
