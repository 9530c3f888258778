//! The world of one run: functions stored per kind, what is under way, and the loop that takes one event after another.
//!
//! A value without a clock, a thread or a static: the same model and seed give the same events in the same order. `travel`
//! moves PDUs, `truth` moves devices, `books` writes down what functions report.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::chains::Chains;
use super::changes::Hearing;
use super::device::{Device, Extra, Turns, UserTruth};
use super::functions::Functions;
use super::hops::{is_of_hop, owner_of};
use super::layout::Layout;
use super::observer::{EventView, Observer, What};
use super::outcome::{RunFailure, RunOutcome, RunSeed};
use super::patterns::Processes;
use super::routes::Routes;
use super::workload::Stream;
use super::{RunOptions, build};
use crate::delivery::behaviour::Behaviour;
use crate::delivery::sip::{Carrier, HopRef, Hops, Order};
use crate::delivery::{FunctionId, Imap, Input, MessageId, Outbox, Output, Pdu, Rules, Sc, Tag, Timer, TimerToken};
use crate::engine::{Bounds, Calendar, Class, EndlessInstant, Key, RunKey, SeededChooser};
use crate::judge::{Fingerprint, Ledger, Moment, NEVER, Oracles};
use crate::model::{End, Model};
use crate::network::{Admission, ServerState};
use crate::units::{SimTime, SubjectId, make_room};

/// 292 years: the latest instant that results files hold, as signed nanoseconds. Half of what an instant holds, so that sums of an
/// instant and a drawn time fit.
const END_OF_TIME_NS: u64 = i64::MAX as u64;

/// What is scheduled.
#[derive(Clone, Copy, Debug)]
pub(super) enum Event {
    /// A PDU comes to its receiver.
    Arrive(u32),
    /// Its service is over.
    Served(u32),
    Timer(TimerToken),
    Radio {
        device: u32,
        on: bool,
    },
    /// A process of a pattern changes: of one device, or once for many.
    Pattern {
        device: u32,
        leaf: u8,
        on: bool,
    },
    ForAll {
        pattern: u32,
        on: bool,
    },
    Phase {
        device: u32,
        phase: u16,
        epoch: u32,
    },
    Compose {
        stream: u32,
    },
    /// A watch of this user ends.
    Watch {
        user: u32,
    },
    /// The user has opened this message, and what followed at that instant has begun.
    Opened {
        message: MessageId,
    },
    /// A user's policy changes to that of this place.
    Policy {
        user: u32,
        policy: u16,
    },
    /// A rule of the user's policy begins or ceases to hold by the clock.
    Hours {
        user: u32,
    },
    /// The PF hears of a change of policy.
    TellPolicy {
        user: u32,
    },
    /// The PF hears from the source for connectivity.
    TellConnectivity {
        device: u32,
    },
    /// A PF or Core stops and is there again.
    Restart,
    End,
}

/// A PDU on its way or in service.
#[derive(Clone, Debug)]
pub(super) struct Travelling {
    pub pdu: Option<Pdu>,
    pub from: FunctionId,
    pub to: FunctionId,
    /// Complete at its receiver.
    pub arrived: SimTime,
    pub cause: u64,
    pub about: Option<MessageId>,
    /// How SIP crosses a hop that repeats it; none for what no hop looks after.
    pub carrier: Option<Carrier>,
    /// The transaction of its sender's hop that it is a request of.
    pub hop: HopRef,
}

/// A running timer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Running {
    pub timer: Timer,
    pub owner: FunctionId,
    pub cause: u64,
}

/// What a function has to be served for: requests and operations, not their answers.
fn is_job(pdu: &Pdu) -> bool {
    matches!(pdu, Pdu::Request(_) | Pdu::Imap(Imap::Append { .. } | Imap::Sync { .. }) | Pdu::Sc(Sc::Submit(_)))
}

/// One run under way.
#[derive(Clone, Debug)]
pub(super) struct World {
    pub model: Arc<Model>,
    pub layout: Arc<Layout>,
    pub now: SimTime,
    pub key: Key,
    /// Ordinal of the event being executed.
    pub id: u64,
    pub calendar: Calendar<Event>,
    pub chooser: SeededChooser,
    pub functions: Functions,
    pub outbox: Outbox,
    pub spare: Vec<Vec<Output>>,
    pub travelling: Vec<Travelling>,
    pub free_travelling: Vec<u32>,
    pub running: Vec<Running>,
    pub serials: Vec<u32>,
    pub routes: Routes,
    /// The transactions of each function with its neighbours, from the first one on.
    pub hops: Vec<Option<Box<Hops>>>,
    pub spare_orders: Vec<Vec<Order>>,
    pub servers: Vec<ServerState>,
    pub devices: Vec<Device>,
    pub processes: Processes,
    pub users: Vec<UserTruth>,
    /// The policy in force for each user, by its place in the model.
    pub policies: Vec<u16>,
    /// What the PFs have still to hear of users' policies, and of devices' connections: of those of whom there is anything.
    pub policy_news: BTreeMap<u32, Hearing>,
    pub connection_news: BTreeMap<u32, Hearing>,
    /// Whether more than access decides what is usable for a message, and the behaviour that decides it.
    pub judged: bool,
    pub by_the_rules: Behaviour,
    /// Subjects of messages of which an object was sent to a store.
    pub stored_subjects: BTreeMap<MessageId, SubjectId>,
    pub chains: Chains,
    pub streams: Vec<Stream>,
    pub active_streams: u32,
    pub ledger: Ledger,
    pub oracles: Oracles,
    /// Beside the books, by their slots.
    pub extras: Vec<Extra>,
    /// How often users and devices crossed the places of PDUs that are about no message.
    pub user_turns: Vec<Turns>,
    pub function_subjects: Vec<SubjectId>,
    pub touched: Vec<u32>,
    pub open_transactions: u64,
    pub tags: Vec<u64>,
    pub trace: Fingerprint,
    pub fate: Fingerprint,
    pub ties: u64,
    pub undefined: u64,
    pub undefined_kinds: Vec<(&'static str, &'static str, &'static str)>,
    pub messages: u64,
    pub bounds: Bounds,
    /// Ordinal of the first event of this instant, and the causes of all of them: counted from it and from 1, 0 for an earlier one.
    time_of_instant: SimTime,
    instant_first: u64,
    instant_causes: Vec<u32>,
    /// The last event of each target, and its ordinal.
    last_of_target: Vec<(Key, u64)>,
    pub failure: Option<RunFailure>,
}

/// Stands for the run itself as the source of what it schedules.
pub(super) const RUN: u32 = u32::MAX;

impl World {
    pub fn new(model: Arc<Model>, seed: RunSeed, options: &RunOptions) -> World {
        let mut chooser = SeededChooser::new(RunKey::of(seed.seed, u64::from(seed.replicate)));
        let layout = Arc::new(Layout::of(&model, &mut chooser));
        let functions = build::functions(&model, &layout, options);
        let routes = Routes::of(&model, &layout);
        let count = layout.functions as usize + layout.devices.len();
        let mut world = World {
            now: SimTime::ZERO,
            key: Key::fresh(SimTime::ZERO, Class::Access, RUN, RUN, 0),
            id: 0,
            calendar: Calendar::new(),
            functions,
            outbox: Outbox::under(options.rules),
            spare: Vec::new(),
            travelling: Vec::new(),
            free_travelling: Vec::new(),
            running: Vec::new(),
            serials: vec![0; count + 1],
            routes,
            hops: vec![None; count],
            spare_orders: Vec::new(),
            servers: vec![ServerState::default(); model.functions.len()],
            devices: vec![Device::default(); layout.devices.len()],
            processes: Processes::default(),
            users: vec![UserTruth::default(); layout.users.len()],
            policies: layout.policies.to_vec(),
            policy_news: BTreeMap::new(),
            connection_news: BTreeMap::new(),
            judged: super::usable::is_judged(&model),
            by_the_rules: Behaviour::of(&model.axes, Rules::ALL),
            stored_subjects: BTreeMap::new(),
            chains: Chains::default(),
            streams: Vec::new(),
            active_streams: 0,
            ledger: Ledger::default(),
            oracles: Oracles::new(&model.axes, super::judged::facts(&model, &layout)),
            extras: Vec::new(),
            user_turns: vec![Turns::default(); layout.users.len()],
            function_subjects: model.functions.iter().map(|f| SubjectId::of_name(&f.name)).collect(),
            touched: Vec::new(),
            open_transactions: 0,
            tags: vec![0; Tag::ALL.len()],
            trace: Fingerprint::default(),
            fate: Fingerprint::default(),
            ties: 0,
            undefined: 0,
            undefined_kinds: Vec::new(),
            messages: 0,
            bounds: Bounds { steps: model.limits.steps, rounds: model.limits.steps },
            time_of_instant: SimTime::NEVER,
            instant_first: 1,
            instant_causes: Vec::new(),
            last_of_target: vec![(Key::fresh(SimTime::NEVER, Class::Access, RUN, RUN, 0), 0); count],
            failure: None,
            chooser,
            layout,
            model,
        };
        world.start_devices();
        world.start_policies();
        world.start_streams();
        world.start_restarts();
        if let End::At(end) = world.model.run.end {
            world.schedule_fresh(end, Class::Measurement, RUN, Event::End);
        }
        world
    }

    /// Schedules from the event being executed.
    #[inline]
    pub fn schedule(&mut self, at: SimTime, class: Class, target: u32, source: u32, event: Event) {
        if let Some(key) = self.key_for(at, class, target, source) {
            self.calendar.schedule(key, event);
        }
    }

    /// Schedules before the run has begun.
    pub fn schedule_fresh(&mut self, at: SimTime, class: Class, target: u32, event: Event) {
        let serial = self.serial(RUN);
        self.calendar.schedule(Key::fresh(at, class, target, RUN, serial), event);
    }

    #[inline]
    fn serial(&mut self, source: u32) -> u32 {
        let place = (source as usize).min(self.serials.len() - 1);
        self.serials[place] += 1;
        self.serials[place]
    }

    #[inline]
    pub fn key_for(&mut self, at: SimTime, class: Class, target: u32, source: u32) -> Option<Key> {
        let serial = self.serial(source);
        if self.id == 0 {
            return Some(Key::fresh(at, class, target, source, serial));
        }
        match Key::effect_within(self.bounds, &self.key, at, class, target, source, serial) {
            Ok(key) => Some(key),
            Err(endless) => {
                self.fail_endless(endless);
                None
            }
        }
    }

    #[cold]
    fn fail_endless(&mut self, endless: EndlessInstant) {
        let (what, limit, target) = match endless {
            EndlessInstant::Steps { bound, target, .. } => ("steps", bound, target),
            EndlessInstant::Rounds { bound, target, .. } => ("rounds", bound, target),
        };
        let function = self.layout.name(&self.model, FunctionId(owner_of(target)));
        self.failure.get_or_insert(RunFailure::Cycle { what, limit, at: self.now, function });
    }

    /// More events than the model allows, and what the run still waits for.
    #[cold]
    fn too_many_events(&self) -> RunFailure {
        let waits = |slot: &u32| self.ledger.record(*slot).submit == NEVER;
        RunFailure::TooManyEvents {
            limit: self.model.limits.events,
            at: self.now,
            open: self.ledger.open_messages(),
            waiting: self.ledger.open_slots().iter().filter(|slot| waits(slot)).count() as u64,
        }
    }

    /// Runs to the end.
    pub fn run<O: Observer>(mut self, observer: &mut O) -> Result<RunOutcome, RunFailure> {
        self.introduce(observer);
        let mut ended = false;
        while !ended {
            ended = self.step(observer);
            if let Some(failure) = self.failure.take() {
                return Err(failure);
            }
        }
        self.finish(observer)
    }

    /// Executes one event; true at the end of the run.
    fn step<O: Observer>(&mut self, observer: &mut O) -> bool {
        let World { calendar, outbox, devices, .. } = self;
        let tokens = outbox.tokens();
        let popped = calendar.pop(|event| match event {
            Event::Timer(token) => tokens.is_live(*token),
            Event::Phase { device, epoch, .. } => devices[*device as usize].epoch == *epoch,
            _ => true,
        });
        let Some((key, event)) = popped else { return true };
        if let Event::End = event {
            self.now = key.time;
            return true;
        }
        // A law may say "forever": a run that waits for what never comes ends with what results can hold, and what is open is pending.
        if key.time.ns() > END_OF_TIME_NS {
            return true;
        }
        self.id += 1;
        if self.id > self.model.limits.events {
            self.failure = Some(self.too_many_events());
            return true;
        }
        (self.now, self.key) = (key.time, key);
        self.execute(key, event, observer);
        self.close_touched(observer);
        if let Some(what) = self.oracles.take_fault() {
            self.failure.get_or_insert(RunFailure::Invariant { at: self.now, what });
        }
        matches!(self.model.run.end, End::Drained)
            && self.active_streams == 0
            && self.open_transactions == 0
            && self.ledger.open_messages() == 0
    }

    fn execute<O: Observer>(&mut self, key: Key, event: Event, observer: &mut O) {
        match event {
            Event::Arrive(place) => self.arrive(key, place, observer),
            Event::Served(place) => {
                let Travelling { pdu, from, to, arrived, cause, about, .. } = self.take_travelling(place);
                let pdu = pdu.expect("what is served was kept");
                self.begin_event(key, cause, 2, about, observer);
                if O::TRACE {
                    observer.event(EventView {
                        id: self.id,
                        cause,
                        now: self.now,
                        target: to,
                        what: What::Received { from, pdu: &pdu },
                    });
                }
                self.hear(to, from, &pdu);
                self.tell(to, Input::Received { from, at: arrived, pdu }, observer);
                self.let_go_of(about);
            }
            Event::Timer(token) => {
                let Running { timer, owner, cause } = self.running[token.slot as usize];
                let live = self.outbox.tokens().is_live(token);
                self.outbox.tokens().retire(token);
                self.begin_event(key, cause, 3, None, observer);
                self.oracles.fired(Moment { now: self.now, event: self.id, by: owner }, live);
                if O::TRACE {
                    observer.event(EventView { id: self.id, cause, now: self.now, target: owner, what: What::Expired(timer) });
                }
                if is_of_hop(timer) {
                    return self.hop_expired(owner, timer, observer);
                }
                self.tell(owner, Input::Expired(timer), observer);
            }
            Event::Radio { device, on } => {
                let cause = self.devices[device as usize].cause;
                self.begin_event(key, cause, 4 + u64::from(on), None, observer);
                self.show_access(device, cause, if on { "radio on" } else { "radio off" }, observer);
                self.on_radio(device, on, observer);
            }
            Event::Phase { device, phase, .. } => {
                let cause = self.devices[device as usize].cause;
                self.begin_event(key, cause, 6, None, observer);
                self.show_access(device, cause, "phase of attachment done", observer);
                self.on_phase(device, phase as usize, false, observer);
            }
            Event::Pattern { device, leaf, on } => self.on_pattern(key, device, leaf, on, observer),
            Event::ForAll { pattern, on } => self.on_for_all(key, pattern, on, observer),
            Event::Compose { stream } => self.on_compose(key, stream, observer),
            Event::Watch { user } => {
                self.begin_event(key, 0, 8, None, observer);
                if O::TRACE {
                    let target = FunctionId(key.target);
                    observer.event(EventView { id: self.id, cause: 0, now: self.now, target, what: What::WatchEnds });
                }
                self.end_watches(user);
            }
            Event::Opened { message } => self.on_opened(key, message, observer),
            Event::Policy { user, policy } => self.on_policy(key, user, policy, observer),
            Event::Hours { user } => self.on_hours(key, user, observer),
            Event::TellPolicy { user } => self.tell_policy(key, user, observer),
            Event::TellConnectivity { device } => self.tell_connectivity(key, device, observer),
            Event::Restart => self.on_restart(key, observer),
            Event::End => unreachable!("the end is seen before it is executed"),
        }
    }

    pub(super) fn show_access<O: Observer>(&mut self, device: u32, cause: u64, what: &'static str, observer: &mut O) {
        if O::TRACE {
            let target = self.layout.client(device);
            observer.event(EventView { id: self.id, cause, now: self.now, target, what: What::Access(what) });
        }
    }

    /// Books an event: its fingerprint, and whether it ties with the last one at its target.
    #[inline]
    pub fn begin_event<O: Observer>(&mut self, key: Key, cause: u64, kind: u64, about: Option<MessageId>, observer: &mut O) {
        let about = about.map_or(u64::MAX, |m| u64::from(m.0));
        self.trace.absorb([
            key.time.ns(),
            u64::from(key.phase) << 32 | u64::from(key.target),
            u64::from(key.source) << 32 | u64::from(key.serial),
            cause,
            kind,
            about,
            self.id,
            0,
        ]);
        if self.time_of_instant != key.time {
            self.time_of_instant = key.time;
            self.instant_first = self.id;
            self.instant_causes.clear();
        }
        make_room(&mut self.instant_causes);
        self.instant_causes.push(
            cause
                .checked_sub(self.instant_first)
                .map_or(0, |at| 1 + u32::try_from(at).expect("fewer than 2^32 events of an instant")),
        );
        if let Some(last) = self.last_of_target.get_mut(key.target as usize) {
            let (before, id) = std::mem::replace(last, (key, self.id));
            if before.meets(&key) && !self.causes(id) {
                self.ties += 1;
                observer.truth(self.now, super::Truth::Tie);
            }
        }
    }

    /// Whether event `id` of this instant led to the one being executed.
    fn causes(&self, id: u64) -> bool {
        let mut here = self.id;
        loop {
            if here == id {
                return true;
            }
            match self.instant_causes[(here - self.instant_first) as usize] {
                0 => return false,
                nth => here = self.instant_first + u64::from(nth) - 1,
            }
        }
    }

    /// A PDU has come to its receiver's door.
    fn arrive<O: Observer>(&mut self, key: Key, place: u32, observer: &mut O) {
        let to = self.travelling[place as usize].to;
        let about = self.travelling[place as usize].about;
        let cause = self.travelling[place as usize].cause;
        self.begin_event(key, cause, 1, about, observer);
        if self.travelling[place as usize].carrier.is_some() {
            if !self.comes_over_hop(place, cause, observer) {
                return self.let_go_of(about);
            }
            if let Some(pdu) = &self.travelling[place as usize].pdu {
                self.oracles.acts_once(Moment { now: self.now, event: self.id, by: to }, pdu, &self.ledger);
            }
        }
        if let Some(device) = self.layout.device(to) {
            self.note_seen(place, to, observer);
            let Travelling { pdu, from, .. } = self.take_travelling(place);
            let pdu = pdu.expect("what travels is kept");
            self.arrive_at_device(device, from, to, cause, pdu, observer);
            return self.let_go_of(about);
        }
        self.travelling[place as usize].arrived = self.now;
        self.note_seen(place, to, observer);
        if self.is_acceptance(place, to) {
            self.note_usable_at_accept(about);
        }
        let service = &self.model.functions[to.0 as usize].service;
        if !service.is_instant() && self.travelling[place as usize].pdu.as_ref().is_some_and(is_job) {
            if O::TRACE {
                let Travelling { pdu, from, .. } = &self.travelling[place as usize];
                let pdu = pdu.as_ref().expect("what travels is kept");
                observer.event(EventView {
                    id: self.id,
                    cause,
                    now: self.now,
                    target: to,
                    what: What::Queued { from: *from, pdu },
                });
            }
            self.travelling[place as usize].cause = self.id;
            return self.serve(place, to, observer);
        }
        let Travelling { pdu, from, arrived, .. } = self.take_travelling(place);
        let pdu = pdu.expect("what travels is kept");
        if O::TRACE {
            observer.event(EventView { id: self.id, cause, now: self.now, target: to, what: What::Received { from, pdu: &pdu } });
        }
        self.hear(to, from, &pdu);
        self.tell(to, Input::Received { from, at: arrived, pdu }, observer);
        self.let_go_of(about);
    }

    fn serve<O: Observer>(&mut self, place: u32, to: FunctionId, observer: &mut O) {
        let site = self.site_of_service(place, to);
        let spec = &self.model.functions[to.0 as usize].service;
        let time = spec.time.sample(&mut self.chooser, site);
        match self.servers[to.0 as usize].admit(spec, self.now, time) {
            Admission::Served { start, end } => {
                let (wait, stay) = (start - self.now, end - self.now);
                observer.truth(self.now, super::Truth::Served { function: to, arrived: self.now, wait, stay });
                let jobs = self.servers[to.0 as usize].waiting(self.now) as u32;
                observer.truth(self.now, super::Truth::Waiting { function: to, jobs });
                self.schedule(end, Class::Arrival, to.0, to.0, Event::Served(place));
            }
            Admission::Full => {
                // The header has whole seconds.
                let retry_after = spec.retry_after.map(|after| after.ns().div_ceil(1_000_000_000).min(u64::from(u32::MAX)) as u32);
                let Travelling { pdu, from, about, .. } = self.take_travelling(place);
                let pdu = pdu.expect("what travels is kept");
                self.tell(to, Input::Overloaded { from, at: self.now, retry_after, pdu }, observer);
                self.let_go_of(about);
            }
        }
    }
}
