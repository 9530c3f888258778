//! Patterns at work: processes of devices, processes that run once for many of them, and the radios that follow both. Ground truth.
//!
//! Each process draws for itself: for its name and its device, or for its name alone where it runs once for all. Left out: what a
//! radio that comes or goes does to its device, which is `truth`'s.

use std::sync::Arc;

use super::device::Cut;
use super::observer::{EventView, Observer, What};
use super::world::{Event, World};
use crate::delivery::FunctionId;
use crate::engine::{Class, Key};
use crate::model::{Common, Daily, DeviceSpec, Model, PatternKind, Radio, Replay, is_on, leaves};
use crate::units::{Chooser, Purpose, SimTime, Site, Span, SubjectId, bernoulli, choose_index};

/// One process of one device.
#[derive(Clone, Debug)]
pub(super) struct Leaf {
    /// Place of its pattern.
    pattern: usize,
    on: bool,
    progress: Progress,
    /// The event from which its next change comes.
    cause: u64,
    /// Of a process that runs once for all: the pattern of this user.
    of: Option<usize>,
}

/// How far a process has come.
#[derive(Clone, Copy, Debug, Default)]
struct Progress {
    /// Draws so far, the place of the next change, or the day of the next stretch.
    nth: u32,
    /// End of the stretch that lasts, counted from a week before the run.
    until: u64,
}

/// A process that runs once, and who has it.
#[derive(Clone, Debug)]
struct ForAll {
    on: bool,
    progress: Progress,
    first: Option<(SimTime, bool)>,
    /// Devices, and the place of the process among their leaves.
    members: Vec<(u32, u8)>,
    cause: u64,
}

/// Everything that runs by patterns.
#[derive(Clone, Debug, Default)]
pub(super) struct Processes {
    /// By device; empty for those whose radio follows no pattern.
    leaves: Vec<Box<[Leaf]>>,
    /// By pattern.
    for_all: Vec<Option<ForAll>>,
}

const FOR_ALL: SubjectId = SubjectId::of_name("own.common-pattern");
const DAY: u64 = 86_400_000_000_000;
/// Stretches that began up to a week before the run may still last.
const WEEK: u64 = 7 * DAY;

/// A change to come: when, and to what.
type Change = Option<(SimTime, bool)>;

impl World {
    /// Begins what runs once for all, before any device asks for it.
    pub(super) fn begin_for_all(&mut self, model: &Model) {
        self.processes.leaves = vec![Box::default(); self.devices.len()];
        self.processes.for_all = vec![None; model.patterns.len()];
        for pattern in &model.patterns {
            let PatternKind::Common(common) = &pattern.kind else { continue };
            for (_, of) in &common.of {
                if self.processes.for_all[*of].is_none() {
                    let (on, progress, first) = self.begin_process(model, *of, for_all(model, *of), None);
                    self.processes.for_all[*of] = Some(ForAll { on, progress, first, members: Vec::new(), cause: 0 });
                }
            }
        }
    }

    /// Schedules the first changes of what runs once for all; what nobody has does not run.
    pub(super) fn start_for_all(&mut self) {
        for pattern in 0..self.processes.for_all.len() {
            let Some(process) = &self.processes.for_all[pattern] else { continue };
            if let (Some((at, on)), Some((member, _))) = (process.first, process.members.first().copied()) {
                let target = self.layout.client(member).0;
                self.schedule_fresh(at, Class::Access, target, Event::ForAll { pattern: pattern as u32, on });
            }
        }
    }

    /// Begins the processes of a device whose radio or layers follow patterns; whether the radio is on, where it follows one.
    pub(super) fn start_leaves(&mut self, model: &Model, device: u32) -> bool {
        let roots = roots_of(self.layout.spec(model, device));
        if roots.is_empty() {
            return true;
        }
        let layout = Arc::clone(&self.layout);
        let place = &layout.devices[device as usize];
        let mut all = Vec::new();
        for pattern in leaves(&model.patterns, roots) {
            let name = SubjectId::of_name(&model.patterns[pattern].name);
            if let PatternKind::Common(common) = &model.patterns[pattern].kind {
                all.push(self.join(common, pattern, layout.user(place.user).subject.with(name), device, all.len()));
                continue;
            }
            let replay = replay_of(&model.patterns[pattern].kind, &layout, device);
            let (on, progress, first) = self.begin_process(model, pattern, place.subject.with(name), replay);
            if let Some((at, to)) = first.filter(|(at, _)| *at != SimTime::NEVER) {
                let event = Event::Pattern { device, leaf: all.len() as u8, on: to };
                self.schedule_fresh(at, Class::Access, layout.client(device).0, event);
            }
            all.push(Leaf { pattern, on, progress, cause: 0, of: None });
        }
        let (on, cut) = state_of(model, layout.spec(model, device), &all);
        self.processes.leaves[device as usize] = all.into();
        self.devices[device as usize].cut = cut;
        on
    }

    /// The user of a device draws whether he has a process that runs once for all, and which.
    fn join(&mut self, common: &Common, pattern: usize, subject: SubjectId, device: u32, leaf: usize) -> Leaf {
        let site = |nth| Site::new(Purpose::Start, subject, nth);
        let has_one = common.share >= 1.0 || bernoulli(self.chooser.bits(site(0)), common.share);
        let weights: Vec<f64> = common.of.iter().map(|(weight, _)| *weight).collect();
        let of = has_one.then(|| match common.of[..] {
            [(_, only)] => only,
            _ => common.of[choose_index(self.chooser.bits(site(1)), &weights)].1,
        });
        let mut on = true;
        if let Some(process) = of.and_then(|of| self.processes.for_all[of].as_mut()) {
            process.members.push((device, leaf as u8));
            on = process.on;
        }
        Leaf { pattern, on, progress: Progress::default(), cause: 0, of }
    }

    /// State at the start of a process, and its first change.
    fn begin_process(
        &mut self,
        model: &Model,
        pattern: usize,
        subject: SubjectId,
        replay: Option<&Replay>,
    ) -> (bool, Progress, Change) {
        let mut progress = Progress::default();
        let (on, first) = match &model.patterns[pattern].kind {
            PatternKind::Dwell { on, off, start } => self.start_dwell(subject, on, off, start.unwrap_or(model.run.start)),
            PatternKind::Schedule { on_at_start, changes } => {
                progress.nth = 1;
                (*on_at_start, changes.first().copied())
            }
            PatternKind::Daily(daily) => return self.begin_daily(daily, subject),
            PatternKind::Trace(_) => {
                progress.nth = 1;
                let replay = replay.expect("a recording has a part for every device that follows it");
                (replay.on_at_start, replay.changes.first().map(|at| (*at, replay.after(0))))
            }
            PatternKind::Common(_) | PatternKind::All(_) | PatternKind::Any(_) => {
                unreachable!("a checked model runs processes only")
            }
        };
        (on, progress, first)
    }

    /// The change after the one to `on`, which is made now.
    fn next_of(
        &mut self,
        model: &Model,
        pattern: usize,
        subject: SubjectId,
        on: bool,
        progress: &mut Progress,
        replay: Option<&Replay>,
    ) -> Change {
        let nth = progress.nth;
        if !matches!(model.patterns[pattern].kind, PatternKind::Daily(_)) {
            progress.nth += 1;
        }
        match &model.patterns[pattern].kind {
            PatternKind::Dwell { on: on_law, off, .. } => {
                let law = if on { on_law } else { off };
                let stay = law.sample(&mut self.chooser, Site::new(Purpose::Reachability, subject, nth));
                Some((self.now.saturating_add(stay), !on))
            }
            PatternKind::Schedule { changes, .. } => changes.get(nth as usize).copied(),
            PatternKind::Daily(daily) => self.next_daily(daily, subject, on, progress),
            PatternKind::Trace(_) => replay.and_then(|r| r.changes.get(nth as usize).map(|at| (*at, r.after(nth as usize)))),
            PatternKind::Common(_) | PatternKind::All(_) | PatternKind::Any(_) => {
                unreachable!("a checked model runs processes only")
            }
        }
    }

    // --- stretches of days

    /// Begin and end of the stretch of a day, counted from a week before the run.
    fn stretch(&mut self, daily: &Daily, subject: SubjectId, day: u32) -> (u64, u64) {
        if day == u32::MAX {
            return (u64::MAX, u64::MAX);
        }
        let site = |part| Site::new(Purpose::Reachability, subject, day.wrapping_mul(2).wrapping_add(part));
        let from = daily.from.sample(&mut self.chooser, site(0));
        let lasts = daily.lasts.sample(&mut self.chooser, site(1));
        let begin = (u64::from(day) * DAY).saturating_add(from.ns());
        (begin, begin.saturating_add(lasts.ns()))
    }

    fn begin_daily(&mut self, daily: &Daily, subject: SubjectId) -> (bool, Progress, Change) {
        let has = daily.share >= 1.0 || bernoulli(self.chooser.bits(Site::new(Purpose::Start, subject, 2)), daily.share);
        let mut progress = Progress { nth: daily.day_from(0), until: 0 };
        if !has {
            return (!daily.on, progress, None);
        }
        loop {
            let (begin, end) = self.stretch(daily, subject, progress.nth);
            if begin > WEEK {
                break;
            }
            progress.until = progress.until.max(end);
            progress.nth = daily.day_from(progress.nth + 1);
        }
        let within = progress.until > WEEK;
        let first = self.change_daily(daily, subject, within, &progress);
        (within == daily.on, progress, first)
    }

    /// A stretch that begins while another lasts goes on from it: the state changes when the later of both ends.
    fn next_daily(&mut self, daily: &Daily, subject: SubjectId, on: bool, progress: &mut Progress) -> Change {
        let within = on == daily.on;
        if within {
            let (_, end) = self.stretch(daily, subject, progress.nth);
            progress.until = progress.until.max(end);
            progress.nth = daily.day_from(progress.nth.saturating_add(1));
        }
        self.change_daily(daily, subject, within, progress)
    }

    fn change_daily(&mut self, daily: &Daily, subject: SubjectId, within: bool, progress: &Progress) -> Change {
        let (begin, _) = self.stretch(daily, subject, progress.nth);
        let (at, to) = if within && progress.until < begin { (progress.until, !daily.on) } else { (begin, daily.on) };
        let instant = SimTime::ZERO + Span::from_ns(at.saturating_sub(WEEK));
        (at != u64::MAX).then_some((instant.max(self.now), to))
    }

    // --- changes

    /// What runs once for all changes: everyone who has it hears of it at once.
    pub(super) fn on_for_all<O: Observer>(&mut self, key: Key, pattern: u32, on: bool, observer: &mut O) {
        let model = Arc::clone(&self.model);
        let place = pattern as usize;
        let Some(mut process) = self.processes.for_all[place].take() else { return };
        self.begin_event(key, process.cause, 15, None, observer);
        self.show_pattern(key, process.cause, if on { "a pattern of many is on" } else { "a pattern of many is off" }, observer);
        let next = self.next_of(&model, place, for_all(&model, place), on, &mut process.progress, None);
        if let Some((at, to)) = next.filter(|(at, _)| *at != SimTime::NEVER) {
            self.schedule(at, Class::Access, key.target, key.target, Event::ForAll { pattern, on: to });
        }
        if std::mem::replace(&mut process.on, on) != on {
            for (device, leaf) in &process.members {
                let target = self.layout.client(*device).0;
                self.schedule(self.now, Class::Access, target, key.target, Event::Pattern { device: *device, leaf: *leaf, on });
            }
        }
        process.cause = self.id;
        self.processes.for_all[place] = Some(process);
    }

    /// A process of a device changes, and with it perhaps its radio.
    pub(super) fn on_pattern<O: Observer>(&mut self, key: Key, device: u32, leaf: u8, on: bool, observer: &mut O) {
        let model = Arc::clone(&self.model);
        let mut all = std::mem::take(&mut self.processes.leaves[device as usize]);
        let own = &mut all[usize::from(leaf)];
        let shared = own.of.and_then(|of| self.processes.for_all[of].as_ref());
        let cause = shared.map_or(own.cause, |process| process.cause);
        self.begin_event(key, cause, 16, None, observer);
        self.show_pattern(key, cause, if on { "a pattern is on" } else { "a pattern is off" }, observer);
        if own.of.is_none() {
            let layout = Arc::clone(&self.layout);
            let subject = layout.devices[device as usize].subject.with(SubjectId::of_name(&model.patterns[own.pattern].name));
            let replay = replay_of(&model.patterns[own.pattern].kind, &layout, device);
            let next = self.next_of(&model, own.pattern, subject, on, &mut own.progress, replay);
            if let Some((at, to)) = next.filter(|(at, _)| *at != SimTime::NEVER) {
                self.schedule(at, Class::Access, key.target, key.target, Event::Pattern { device, leaf, on: to });
            }
        }
        own.on = on;
        own.cause = self.id;
        let silent = own.of.and_then(|of| model.patterns[of].silent_loss).or(model.patterns[own.pattern].silent_loss);
        let (radio, cut) = state_of(&model, self.layout.spec(&model, device), &all);
        self.processes.leaves[device as usize] = all;
        let follows = matches!(self.layout.spec(&model, device).radio, Radio::Pattern(_));
        let goes = follows && self.devices[device as usize].radio && !radio;
        if goes {
            self.devices[device as usize].silent = silent;
            self.on_radio(device, false, observer);
        }
        if self.devices[device as usize].cut != cut {
            self.on_layers(&model, device, cut, observer);
        }
        if follows && radio && !self.devices[device as usize].radio {
            self.on_radio(device, true, observer);
        }
    }

    fn show_pattern<O: Observer>(&self, key: Key, cause: u64, what: &'static str, observer: &mut O) {
        if O::TRACE {
            let target = FunctionId(key.target);
            observer.event(EventView { id: self.id, cause, now: self.now, target, what: What::Access(what) });
        }
    }
}

/// What runs once for all draws for its name alone.
fn for_all(model: &Model, pattern: usize) -> SubjectId {
    FOR_ALL.with(SubjectId::of_name(&model.patterns[pattern].name))
}

/// The patterns that a device follows.
fn roots_of(spec: &DeviceSpec) -> Vec<usize> {
    let radio = if let Radio::Pattern(root) = spec.radio { Some(root) } else { None };
    radio.into_iter().chain(spec.layers.patterns()).collect()
}

/// Whether the radio is on, where it follows a pattern, and what the layers take.
fn state_of(model: &Model, spec: &DeviceSpec, all: &[Leaf]) -> (bool, Cut) {
    let on = |root: usize| is_on(&model.patterns, root, &|pattern| all.iter().any(|leaf| leaf.pattern == pattern && leaf.on));
    let radio = if let Radio::Pattern(root) = spec.radio { on(root) } else { true };
    let off = |layer: Option<usize>| layer.is_some_and(|root| !on(root));
    let layers = &spec.layers;
    let cut = Cut { ip: off(layers.ip.map(|ip| ip.0)), sms: [off(layers.cs), off(layers.ps)], memory: off(layers.memory) };
    (radio, cut)
}

/// What a device replays of a recording; nothing of any other pattern.
fn replay_of<'m>(kind: &'m PatternKind, layout: &super::layout::Layout, device: u32) -> Option<&'m Replay> {
    let PatternKind::Trace(trace) = kind else { return None };
    let place = &layout.devices[device as usize];
    let user = layout.user(place.user);
    trace.replay(user.population as usize, place.spec as usize, user.number)
}
