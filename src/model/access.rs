//! When something is on, as a checked model has it: patterns, and what was recorded of devices.
//!
//! A pattern has a name, and draws belong to that name and to who has the pattern. Left out: what follows from a radio that comes
//! or goes, which is the phone class's and the run's.

use std::sync::Arc;

use super::resolved::Start;
use crate::units::{Law, SimTime, Span, fold};

/// A pattern by which radios are on and off.
#[derive(Clone, Debug, PartialEq)]
pub struct Pattern {
    pub name: String,
    pub kind: PatternKind,
    /// Probability that a device which this takes away leaves without saying so; none: that of its class.
    pub silent_loss: Option<f64>,
}

/// Places in [`Model::patterns`](super::Model::patterns) stand as `usize`.
#[derive(Clone, Debug, PartialEq)]
pub enum PatternKind {
    /// An alternating renewal process. `start` overrides the run's.
    Dwell {
        on: Law,
        off: Law,
        start: Option<Start>,
    },
    /// Changes at given instants after an initial state; instants rise.
    Schedule {
        on_at_start: bool,
        changes: Vec<(SimTime, bool)>,
    },
    Daily(Daily),
    /// What was recorded, replayed; shared, since it may be long.
    Trace(Arc<Trace>),
    Common(Common),
    /// On while all of these are, and while any of these is.
    All(Vec<usize>),
    Any(Vec<usize>),
}

/// A stretch of some days of the week, another one each day.
#[derive(Clone, Debug, PartialEq)]
pub struct Daily {
    /// When it begins, from midnight, and how long it lasts.
    pub from: Law,
    pub lasts: Law,
    /// The state within it; outside it is the other.
    pub on: bool,
    /// Days of the week on which one begins, one bit each; the run begins with that of the lowest bit.
    pub days: u8,
    /// Share of the devices that have such stretches.
    pub share: f64,
}

/// What a device has while its radio is on, beyond its phases: places of patterns. None: always.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Layers {
    /// IP; and whether the address stays, and the registration with it, when IP is away.
    pub ip: Option<(usize, bool)>,
    /// Attachment in the CS and in the packet domain.
    pub cs: Option<usize>,
    pub ps: Option<usize>,
    /// Room for short messages.
    pub memory: Option<usize>,
    /// It is out of a domain and back again without a location update.
    pub quiet: bool,
}

impl Layers {
    /// The patterns that they follow.
    pub fn patterns(&self) -> impl Iterator<Item = usize> + use<> {
        [self.ip.map(|ip| ip.0), self.cs, self.ps, self.memory].into_iter().flatten()
    }

    /// The same with other places.
    pub fn at(self, place: impl Fn(usize) -> usize) -> Layers {
        Layers {
            ip: self.ip.map(|(pattern, kept)| (place(pattern), kept)),
            cs: self.cs.map(&place),
            ps: self.ps.map(&place),
            memory: self.memory.map(&place),
            quiet: self.quiet,
        }
    }
}

/// One process for all who have it, at the same time.
#[derive(Clone, Debug, PartialEq)]
pub struct Common {
    /// Patterns, of which each user has one, and their weights.
    pub of: Vec<(f64, usize)>,
    /// Share of the users that have one; the others are always on.
    pub share: f64,
}

impl Daily {
    /// The first day from `day` on that has a stretch; days are counted from the beginning of any week.
    pub fn day_from(&self, day: u32) -> u32 {
        let has_one = |day: &u32| self.days & 1 << (day % 7) != 0;
        (day..day.saturating_add(7)).find(has_one).unwrap_or(u32::MAX)
    }
}

/// The patterns of kinds of their own that these patterns are made of, each once, in the order of their places.
pub fn leaves(patterns: &[Pattern], roots: Vec<usize>) -> Vec<usize> {
    let mut seen = vec![false; patterns.len()];
    let mut open = roots;
    let mut found = Vec::new();
    while let Some(place) = open.pop() {
        if std::mem::replace(&mut seen[place], true) {
            continue;
        }
        match &patterns[place].kind {
            PatternKind::All(parts) | PatternKind::Any(parts) => open.extend(parts),
            _ => found.push(place),
        }
    }
    found.sort_unstable();
    found
}

/// Whether a pattern is on, given which of its leaves are.
pub fn is_on(patterns: &[Pattern], root: usize, leaf: &impl Fn(usize) -> bool) -> bool {
    match &patterns[root].kind {
        PatternKind::All(parts) => parts.iter().all(|part| is_on(patterns, *part, leaf)),
        PatternKind::Any(parts) => parts.iter().any(|part| is_on(patterns, *part, leaf)),
        _ => leaf(root),
    }
}

/// Whether a pattern may, from some instant before `until` on, be off for good.
pub fn stays_off(patterns: &[Pattern], root: usize, until: SimTime, who: (usize, usize)) -> bool {
    match &patterns[root].kind {
        PatternKind::Dwell { off, .. } => off.may_last_forever(),
        PatternKind::Schedule { on_at_start, changes } => match changes.last() {
            None => !on_at_start,
            Some((at, on)) => !on && *at < until,
        },
        PatternKind::Daily(daily) if daily.on => daily.days == 0,
        PatternKind::Daily(daily) => daily.days != 0 && daily.lasts.constant().is_some_and(|l| l >= Span::from_secs(7 * 86_400)),
        PatternKind::Trace(trace) => {
            let portion = trace.portions.iter().find(|p| (p.population, p.device) == who);
            portion.is_some_and(|p| p.users.iter().any(|u| !u.at_the_end() && u.changes.last().is_none_or(|at| *at < until)))
        }
        PatternKind::Common(common) => common.of.iter().any(|(_, of)| stays_off(patterns, *of, until, who)),
        PatternKind::All(parts) => parts.iter().any(|part| stays_off(patterns, *part, until, who)),
        PatternKind::Any(parts) => parts.iter().all(|part| stays_off(patterns, *part, until, who)),
    }
}

/// A recording, as far as devices of the model replay it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Trace {
    /// Sorted by population, then device.
    pub portions: Vec<Portion>,
}

/// What one device of each user of a population replays.
#[derive(Clone, Debug, PartialEq)]
pub struct Portion {
    /// Place in [`Model::populations`](super::Model::populations), and of the device in its population.
    pub population: usize,
    pub device: usize,
    /// One for each user of the population, in the order of their numbers.
    pub users: Vec<Replay>,
}

/// What one device did: it changes between on and off at each of these instants, which rise and are later than the start.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Replay {
    pub on_at_start: bool,
    pub changes: Box<[SimTime]>,
}

impl Trace {
    /// What the device of that place replays for the user of that number, from 1.
    pub fn replay(&self, population: usize, device: usize, number: u32) -> Option<&Replay> {
        let portion = self.portions.iter().find(|p| (p.population, p.device) == (population, device))?;
        portion.users.get(number.checked_sub(1)? as usize)
    }
}

impl Portion {
    /// 128 bits that stand for the content in a model's identity: equal contents have equal digests, and others practically never.
    pub fn digest(&self) -> String {
        let lane = |seed: u64| {
            self.users.iter().fold(fold(seed, self.users.len() as u64), |state, user| {
                let head = fold(state, (user.changes.len() as u64) << 1 | u64::from(user.on_at_start));
                user.changes.iter().fold(head, |state, at| fold(state, at.ns()))
            })
        };
        format!("{:016x}{:016x}", lane(0x6a09_e667_f3bc_c908), lane(0xbb67_ae85_84ca_a73b))
    }
}

impl Replay {
    /// The state after the change of that place.
    pub fn after(&self, change: usize) -> bool {
        self.on_at_start == (change % 2 == 1)
    }

    /// The state after the last change.
    pub fn at_the_end(&self) -> bool {
        self.changes.len().checked_sub(1).map_or(self.on_at_start, |last| self.after(last))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::Span;

    fn portion(users: &[(bool, &[u64])]) -> Portion {
        let at = |s: &u64| SimTime::ZERO + Span::from_secs(*s);
        let users = users.iter().map(|(on, changes)| Replay { on_at_start: *on, changes: changes.iter().map(at).collect() });
        Portion { population: 0, device: 0, users: users.collect() }
    }

    #[test]
    fn parts_are_on_together_or_one_of_them() {
        let leaf = |name: &str| Pattern {
            name: name.into(),
            kind: PatternKind::Schedule { on_at_start: true, changes: Vec::new() },
            silent_loss: None,
        };
        let of = |kind| Pattern { name: String::new(), kind, silent_loss: None };
        let patterns = [leaf("a"), leaf("b"), leaf("c"), of(PatternKind::Any(vec![1, 2])), of(PatternKind::All(vec![0, 3, 1]))];
        assert_eq!(leaves(&patterns, vec![4]), [0, 1, 2]);
        let on = |set: &[usize]| is_on(&patterns, 4, &|place| set.contains(&place));
        assert_eq!([on(&[0, 1]), on(&[0, 2]), on(&[0, 1, 2]), on(&[1, 2])], [true, false, true, false]);
    }

    #[test]
    fn days_of_the_week() {
        let day = Law::Constant(Span::from_secs(3600));
        let daily = |days| Daily { from: day.clone(), lasts: day.clone(), on: false, days, share: 1.0 };
        let workdays = daily(0b001_1111);
        assert_eq!([0, 4, 5, 6, 7, 12].map(|d| workdays.day_from(d)), [0, 4, 7, 7, 7, 14]);
        assert_eq!(daily(0).day_from(3), u32::MAX);
    }

    #[test]
    fn states_alternate_from_that_at_the_start() {
        let portion = portion(&[(true, &[5, 9, 12]), (false, &[])]);
        let seen: Vec<bool> = (0..3).map(|i| portion.users[0].after(i)).collect();
        assert_eq!((seen, portion.users[0].at_the_end()), (vec![false, true, false], false));
        assert!(!portion.users[1].at_the_end());
        let trace = Trace { portions: vec![portion] };
        assert!(trace.replay(0, 0, 1).is_some_and(|r| r.changes.len() == 3));
        assert_eq!((trace.replay(0, 0, 0), trace.replay(0, 0, 3), trace.replay(0, 1, 1)), (None, None, None));
    }

    #[test]
    fn the_digest_tells_contents_apart() {
        let all = [
            portion(&[(true, &[5, 9])]),
            portion(&[(false, &[5, 9])]),
            portion(&[(true, &[9, 5])]),
            portion(&[(true, &[5, 10])]),
            portion(&[(true, &[5]), (true, &[9])]),
            portion(&[(true, &[5, 9]), (true, &[])]),
        ];
        for (i, a) in all.iter().enumerate() {
            for (j, b) in all.iter().enumerate() {
                assert_eq!(a.digest() == b.digest(), i == j, "{i} and {j}");
            }
        }
    }
}
