//! The workloads on the project's engine: keys with a total order, a calendar with lanes, and draws keyed by subject.

use super::{BETWEEN, DIRECT, Deferred, LIFE, OFF, ON, PUSHED, S, TAIL, Until};
use cpmsim::engine::{Calendar, Class, Key, RunKey, SeededChooser};
use cpmsim::units::{Chooser, Law, Purpose, SimTime, Site, Span, SubjectId, bernoulli};
use std::collections::VecDeque;

fn exponential(mean: u64) -> Law {
    Law::Exponential { mean: Span::from_ns(mean) }
}

fn shifted(min: u64, mean_of_tail: u64) -> Law {
    Law::ShiftedExponential { min: Span::from_ns(min), mean_of_tail: Span::from_ns(mean_of_tail) }
}

/// PHOLD: the mean delay in seconds of `events` events among `n` processes.
pub fn phold(n: u64, events: u64, seed: u64) -> f64 {
    struct Process {
        subject: SubjectId,
        draws: u32,
        sent: u32,
    }
    let mut chooser = SeededChooser::new(RunKey::of(seed, 0));
    let mut calendar: Calendar<u32> = Calendar::new();
    let delay = shifted(S / 10, S);
    let name = SubjectId::of_name("process");
    let mut processes: Vec<Process> = (0..n).map(|k| Process { subject: name.part(k), draws: 0, sent: 0 }).collect();
    for (k, process) in (0u32..).zip(&mut processes) {
        let span = delay.sample(&mut chooser, Site::new(Purpose::Start, process.subject, 0));
        calendar.schedule(Key::fresh(SimTime::ZERO + span, Class::Arrival, k, k, 0), k);
        process.sent = 1;
    }
    let mut sum = 0u64;
    for _ in 0..events {
        let (key, k) = calendar.pop(|_| true).expect("as many events as processes");
        let process = &mut processes[k as usize];
        let span = delay.sample(&mut chooser, Site::new(Purpose::Service, process.subject, process.draws));
        let bits = chooser.bits(Site::new(Purpose::Service, process.subject, process.draws + 1));
        let target = ((u128::from(bits) * u128::from(n)) >> 64) as u32;
        sum += span.ns() / 1000;
        let next = Key::fresh(key.time + span, Class::Arrival, target, k, process.sent);
        process.draws += 2;
        process.sent += 1;
        calendar.schedule(next, target);
    }
    sum as f64 / events as f64 / 1e6
}

/// M/M/1: the mean time in the system of `customers` customers.
pub fn mm1(customers: u64, seed: u64) -> f64 {
    const SOURCE: u32 = 0;
    const SERVER: u32 = 1;
    let mut chooser = SeededChooser::new(RunKey::of(seed, 0));
    let mut calendar: Calendar<u32> = Calendar::new();
    let (source, server) = (SubjectId::of_name("source"), SubjectId::of_name("server"));
    let (between, service) = (exponential(S * 5 / 4), exponential(S));
    let mut queue: VecDeque<SimTime> = VecDeque::with_capacity(1024);
    let (mut arrived, mut served, mut sum) = (0u32, 0u32, 0u64);
    let arrival = |chooser: &mut SeededChooser, calendar: &mut Calendar<u32>, now: SimTime, nth: u32| {
        let span = between.sample(chooser, Site::new(Purpose::Arrivals, source, nth));
        calendar.schedule(Key::fresh(now + span, Class::Workload, SOURCE, SOURCE, nth), SOURCE);
    };
    let serve = |chooser: &mut SeededChooser, calendar: &mut Calendar<u32>, now: SimTime, nth: u32| {
        let span = service.sample(chooser, Site::new(Purpose::Service, server, nth));
        calendar.schedule(Key::fresh(now + span, Class::Timer, SERVER, SERVER, nth), SERVER);
    };
    arrival(&mut chooser, &mut calendar, SimTime::ZERO, 0);
    while let Some((key, what)) = calendar.pop(|_| true) {
        if what == SOURCE {
            arrived += 1;
            queue.push_back(key.time);
            if u64::from(arrived) < customers {
                arrival(&mut chooser, &mut calendar, key.time, arrived);
            }
            if queue.len() == 1 {
                serve(&mut chooser, &mut calendar, key.time, served);
            }
        } else {
            served += 1;
            sum += (key.time - queue.pop_front().expect("a customer is served")).ns();
            if !queue.is_empty() {
                serve(&mut chooser, &mut calendar, key.time, served);
            }
        }
    }
    sum as f64 / customers as f64 / 1e9
}

/// What happens in `deferred`.
#[derive(Clone, Copy)]
enum Happening {
    Arrival { user: u32 },
    Toggle { user: u32 },
    Delivered { message: u32, pushed: bool },
    Expired { message: u32 },
}

/// A user with one device.
struct User {
    subject: SubjectId,
    on: bool,
    toggles: u32,
    messages: u32,
    scheduled: u32,
    queue: Vec<u32>,
}

/// A message: who it is for, when it was sent, whether it waits in a queue.
#[derive(Clone, Copy)]
struct Message {
    sent: SimTime,
    user: u32,
    nth: u32,
    queued: bool,
}

/// The laws of the workload, made once for all runs.
struct Laws {
    on: Law,
    off: Law,
    between: Law,
    direct: Law,
    pushed: Law,
}

/// One run of `deferred`.
struct Run<'a> {
    laws: &'a Laws,
    chooser: SeededChooser,
    calendar: Calendar<Happening>,
    users: Vec<User>,
    messages: Vec<Message>,
    most: u64,
    open: u64,
    out: Deferred,
}

impl Run<'_> {
    fn toggle_later(&mut self, now: SimTime, number: u32) {
        let user = &mut self.users[number as usize];
        let law = if user.on { &self.laws.on } else { &self.laws.off };
        let span = law.sample(&mut self.chooser, Site::new(Purpose::Reachability, user.subject, user.toggles));
        user.toggles += 1;
        user.scheduled += 1;
        let key = Key::fresh(now + span, Class::Access, number, number, user.scheduled);
        self.calendar.schedule(key, Happening::Toggle { user: number });
    }

    fn arrive_later(&mut self, now: SimTime, number: u32) {
        let user = &mut self.users[number as usize];
        let span = self.laws.between.sample(&mut self.chooser, Site::new(Purpose::Arrivals, user.subject, user.messages));
        user.messages += 1;
        user.scheduled += 1;
        let key = Key::fresh(now + span, Class::Workload, number, number, user.scheduled);
        self.calendar.schedule(key, Happening::Arrival { user: number });
    }

    fn deliver_later(&mut self, now: SimTime, number: u32, message: u32, pushed: bool) {
        let user = &mut self.users[number as usize];
        let subject = user.subject.part(u64::from(self.messages[message as usize].nth));
        let law = if pushed { &self.laws.pushed } else { &self.laws.direct };
        let span = law.sample(&mut self.chooser, Site::new(Purpose::LinkDelay, subject, 0));
        user.scheduled += 1;
        let key = Key::fresh(now + span, Class::Arrival, number, number, user.scheduled);
        self.calendar.schedule(key, Happening::Delivered { message, pushed });
    }

    fn submit(&mut self, now: SimTime, number: u32) {
        self.arrive_later(now, number);
        let user = &mut self.users[number as usize];
        let message = self.messages.len() as u32;
        self.messages.push(Message { sent: now, user: number, nth: user.messages, queued: !user.on });
        self.out.messages += 1;
        self.open += 1;
        if user.on {
            self.deliver_later(now, number, message, false);
        } else {
            user.queue.push(message);
            user.scheduled += 1;
            let key = Key::fresh(now + Span::from_ns(LIFE), Class::Timer, number, number, user.scheduled);
            self.calendar.schedule_after(Span::from_ns(LIFE), key, Happening::Expired { message });
        }
    }

    fn toggle(&mut self, now: SimTime, number: u32) {
        self.users[number as usize].on ^= true;
        self.toggle_later(now, number);
        if self.users[number as usize].on {
            let mut queue = std::mem::take(&mut self.users[number as usize].queue);
            for message in queue.drain(..) {
                if std::mem::take(&mut self.messages[message as usize].queued) {
                    self.calendar.note_dead();
                    self.deliver_later(now, number, message, true);
                }
            }
            self.users[number as usize].queue = queue;
        }
    }

    /// Handles one event; false when there is none.
    fn step(&mut self, horizon: SimTime) -> bool {
        let messages = &self.messages;
        let next = self.calendar.pop(|event| match event {
            Happening::Expired { message } => messages[*message as usize].queued,
            _ => true,
        });
        let Some((Key { time: now, .. }, happening)) = next else { return false };
        if now >= horizon {
            return false;
        }
        match happening {
            Happening::Arrival { .. } if self.out.messages == self.most => return true,
            Happening::Arrival { user } => self.submit(now, user),
            Happening::Toggle { user } => self.toggle(now, user),
            Happening::Delivered { message, pushed } => {
                self.open -= 1;
                if pushed {
                    self.out.pushed += 1;
                    self.out.latencies.push((now - self.messages[message as usize].sent).ns());
                } else {
                    self.out.direct += 1;
                }
            }
            Happening::Expired { message } => {
                self.messages[message as usize].queued = false;
                self.out.expired += 1;
                self.open -= 1;
            }
        }
        self.out.events += 1;
        true
    }
}

/// The deferred workload: replicate `replicate` of the experiment with this seed.
pub fn deferred(users: u64, until: Until, seed: u64, replicate: u64) -> Deferred {
    let laws = Laws {
        on: exponential(ON),
        off: exponential(OFF),
        between: exponential(BETWEEN),
        direct: shifted(DIRECT, TAIL),
        pushed: shifted(PUSHED, TAIL),
    };
    let (most, room, horizon) = match until {
        Until::Messages(m) => (m, m, SimTime::NEVER),
        Until::Horizon(end) => (u64::MAX, users * end / BETWEEN, SimTime::from_ns(end)),
    };
    let mut run = Run {
        laws: &laws,
        chooser: SeededChooser::new(RunKey::of(seed, replicate)),
        calendar: Calendar::new(),
        users: Vec::with_capacity(users as usize),
        messages: Vec::with_capacity(room as usize + room as usize / 8),
        most,
        open: 0,
        out: Deferred { latencies: Vec::with_capacity(room as usize / 3 + 8), ..Deferred::default() },
    };
    let name = SubjectId::of_name("user");
    for number in 0..users as u32 {
        let subject = name.part(u64::from(number));
        let on = bernoulli(run.chooser.bits(Site::new(Purpose::Start, subject, 0)), 2.0 / 3.0);
        run.users.push(User { subject, on, toggles: 0, messages: 0, scheduled: 0, queue: Vec::new() });
        run.toggle_later(SimTime::ZERO, number);
        run.arrive_later(SimTime::ZERO, number);
    }
    while run.step(horizon) {
        if run.open == 0 && run.out.messages == most {
            break;
        }
    }
    run.out
}
