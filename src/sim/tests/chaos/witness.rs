//! What a run showed, in order: the one thing that the judges read. No state of a function is in it.

use std::collections::BTreeMap;

use super::super::*;
use crate::delivery::policy::{Actions, Policy};
use crate::delivery::{FunctionId, MessageId, Method, Milestone, Pdu, Tag, UserId};
use crate::sim::{EventView, What};

/// One thing shown.
#[derive(Clone, Debug)]
pub(super) enum Shown {
    /// An event began; what follows is of it.
    Event,
    Did {
        by: FunctionId,
        tag: Tag,
        what: Milestone,
    },
    Got {
        at: FunctionId,
        from: FunctionId,
        pdu: Pdu,
    },
    Missed {
        pdu: Pdu,
    },
    /// A function sent it.
    Sent {
        from: FunctionId,
        pdu: Pdu,
    },
    /// The hop of a function sent once more what the function had sent, or something of its own.
    Again {
        from: FunctionId,
        pdu: Pdu,
    },
    True(Truth),
}

/// Keeps what is shown.
#[derive(Default)]
pub(super) struct Witness {
    log: Vec<(SimTime, Shown)>,
    records: Vec<MessageRecord>,
    /// What is put on the links is a repetition.
    again: bool,
}

impl Witness {
    /// Has what was shown changed: how judges are put to the proof.
    pub fn changed(mut self, change: impl FnOnce(&mut Vec<(SimTime, Shown)>)) -> Witness {
        change(&mut self.log);
        self
    }
}

impl Observer for Witness {
    const TRACE: bool = true;

    fn milestone(&mut self, now: SimTime, by: FunctionId, tag: Tag, milestone: &Milestone, _measured: bool) {
        if *milestone != Milestone::Told {
            self.log.push((now, Shown::Did { by, tag, what: *milestone }));
        }
    }

    fn truth(&mut self, now: SimTime, truth: Truth) {
        if let Truth::Hop { again, .. } = truth {
            self.again = again;
        }
        if matches!(truth, Truth::Device { .. } | Truth::IpReady { .. } | Truth::Policy { .. } | Truth::Connected { .. }) {
            self.log.push((now, Shown::True(truth)));
        }
    }

    fn closed(&mut self, _now: SimTime, record: &MessageRecord) {
        self.records.push(record.clone());
    }

    fn event(&mut self, event: EventView<'_>) {
        self.log.push((event.now, Shown::Event));
        match event.what {
            What::Received { from, pdu } => self.log.push((event.now, Shown::Got { at: event.target, from, pdu: pdu.clone() })),
            What::Lost { pdu, .. } => self.log.push((event.now, Shown::Missed { pdu: pdu.clone() })),
            _ => {}
        }
    }

    fn sent(&mut self, now: SimTime, from: FunctionId, _to: FunctionId, pdu: &Pdu, arrival: Option<SimTime>) {
        let pdu_of = pdu.clone();
        self.log.push((now, if self.again { Shown::Again { from, pdu: pdu_of } } else { Shown::Sent { from, pdu: pdu_of } }));
        if arrival.is_none() {
            self.log.push((now, Shown::Missed { pdu: pdu.clone() }));
        }
    }
}

/// A device of the run.
#[derive(Clone, Copy, Debug)]
pub(super) struct Device {
    pub user: UserId,
    pub population: u32,
    pub spec: u16,
    pub class: u16,
}

/// A transaction that has not ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Transaction {
    pub by: FunctionId,
    pub method: Method,
    pub about: Option<MessageId>,
    pub since: SimTime,
}

/// A run as a judge sees it.
pub(super) struct Case<'m> {
    pub model: &'m Model,
    pub log: Vec<(SimTime, Shown)>,
    pub records: BTreeMap<MessageId, MessageRecord>,
    /// Places in the log, by message.
    pub of: BTreeMap<MessageId, Vec<usize>>,
    pub devices: BTreeMap<FunctionId, Device>,
    pub end: SimTime,
    /// Where in the log each event began.
    events: Vec<usize>,
}

impl<'m> Case<'m> {
    pub fn new(model: &'m Model, witness: Witness, end: SimTime) -> Case<'m> {
        let Witness { log, records, .. } = witness;
        let mut of: BTreeMap<MessageId, Vec<usize>> = BTreeMap::new();
        let mut devices = BTreeMap::new();
        for (at, (_, shown)) in log.iter().enumerate() {
            let about = match shown {
                Shown::Did { what, .. } => what.message(),
                Shown::Got { pdu, .. } | Shown::Missed { pdu } | Shown::Sent { pdu, .. } | Shown::Again { pdu, .. } => pdu.about(),
                Shown::True(Truth::Device { user, device, population, spec, class, .. }) => {
                    devices.insert(*device, Device { user: *user, population: *population, spec: *spec, class: *class });
                    None
                }
                Shown::Event | Shown::True(_) => None,
            };
            if let Some(message) = about {
                of.entry(message).or_default().push(at);
            }
        }
        let records = records.into_iter().map(|r| (r.id, r)).collect();
        let events = (0..log.len()).filter(|at| matches!(log[*at].1, Shown::Event)).collect();
        Case { model, log, records, of, devices, end, events }
    }

    /// What was shown about one message.
    pub fn about(&self, message: MessageId) -> impl Iterator<Item = (usize, SimTime, &Shown)> {
        self.of.get(&message).into_iter().flatten().map(|at| (*at, self.log[*at].0, &self.log[*at].1))
    }

    /// What was done about one message.
    pub fn done(&self, message: MessageId) -> impl Iterator<Item = (usize, SimTime, FunctionId, Milestone)> {
        self.about(message).filter_map(|(at, now, shown)| match shown {
            Shown::Did { by, what, .. } => Some((at, now, *by, *what)),
            _ => None,
        })
    }

    pub fn count(&self, message: MessageId, wanted: impl Fn(&Milestone) -> bool) -> usize {
        self.done(message).filter(|(.., what)| wanted(what)).count()
    }

    pub fn on(&self, guard: AxisId) -> bool {
        self.model.axes.on(guard)
    }

    pub fn all_on(&self, guards: &[AxisId]) -> bool {
        guards.iter().all(|g| self.on(*g))
    }

    pub fn is(&self, axis: AxisId, value: &str) -> bool {
        self.model.axes.is(axis, value)
    }

    pub fn kind(&self, function: FunctionId) -> Option<&FunctionKind> {
        self.model.functions.get(function.0 as usize).map(|f| &f.kind)
    }

    pub fn is_pf(&self, function: FunctionId) -> bool {
        matches!(self.kind(function), Some(FunctionKind::Pf(_)))
    }

    pub fn population_of(&self, user: UserId) -> &Population {
        let mut from = 0;
        let mine = self.model.populations.iter().find(|p| {
            from += p.count;
            user.0 < from
        });
        mine.expect("a user is of some population")
    }

    /// The PF that serves a user.
    pub fn pf_of(&self, user: UserId) -> FunctionId {
        FunctionId(self.population_of(user).pf as u32)
    }

    pub fn pf_params(&self, user: UserId) -> &PfParams {
        match self.kind(self.pf_of(user)) {
            Some(FunctionKind::Pf(pf)) => pf,
            _ => panic!("a population names its PF"),
        }
    }

    /// Every policy that the user can have in the run.
    pub fn policies_of(&self, user: UserId) -> Vec<&Policy> {
        let population = self.population_of(user);
        let mut places: Vec<u16> = population.policies.iter().map(|p| p.1).collect();
        if places.is_empty() {
            places.push(0);
        }
        match &population.policy_changes {
            PolicyChanges::None => {}
            PolicyChanges::Schedule(changes) => places.extend(changes.iter().map(|c| c.1)),
            PolicyChanges::Alternate { policy, .. } => places.push(*policy),
        }
        places.into_iter().map(|p| &self.model.policies[p as usize].1).collect()
    }

    /// Whether a rule of the user can ask for this.
    pub fn can_ask(&self, user: UserId, what: impl Fn(&Actions) -> bool) -> bool {
        self.policies_of(user).iter().any(|p| p.rules.iter().any(|r| what(&r.actions)))
    }

    /// Messages and transactions that are open at the end: why a run does not come to rest.
    pub fn open(&self) -> (Vec<MessageId>, Vec<Transaction>) {
        let mut begun: Vec<Transaction> = Vec::new();
        for (now, shown) in &self.log {
            match *shown {
                Shown::Did { by, what: Milestone::TxnStart { method, about, .. }, .. } => {
                    begun.push(Transaction { by, method, about, since: *now });
                }
                Shown::Did { by, what: Milestone::TxnEnd { method, about, started, .. }, .. } => {
                    let ended = Transaction { by, method, about, since: started };
                    let at = begun.iter().position(|b| *b == ended).expect("what ends has begun");
                    begun.swap_remove(at);
                }
                _ => {}
            }
        }
        (self.records.values().filter(|r| r.open()).map(|r| r.id).collect(), begun)
    }

    /// Whether a transaction is older than 64 T1: of the access set at clients and towards them, of the core set elsewhere.
    pub fn is_overdue(&self, transaction: &Transaction) -> bool {
        let Transaction { by, method, since, .. } = *transaction;
        let proxy = matches!(self.kind(by), Some(FunctionKind::Core(_))) && method != Method::Notify;
        let access = self.devices.contains_key(&by) || proxy;
        let t1 = if access { self.model.sip.access_t1 } else { self.model.sip.core_t1 };
        since.saturating_add(Span::from_ns(t1.ns() * 64)) < self.end
    }

    /// The event of the run in which the thing at that place of the log was shown.
    pub fn event_of(&self, place: usize) -> usize {
        self.events.partition_point(|event| *event <= place)
    }

    /// No function has a bounded line, no link can lose anything, and no PF stops.
    pub fn loses_nothing(&self) -> bool {
        let calm =
            |f: &Function| f.service.is_instant() && !matches!(&f.kind, FunctionKind::Pf(pf) if !pf.deferred.restarts.is_empty());
        self.model.functions.iter().all(calm) && self.model.links.iter().all(|l| l.spec.capacity.is_none() && l.spec.loss == 0.0)
    }
}

/// What the judges found: how often each had something to judge, and what was broken.
#[derive(Default)]
pub(super) struct Verdicts {
    pub judged: BTreeMap<&'static str, u64>,
    pub broken: Vec<(&'static str, String)>,
}

impl Verdicts {
    pub fn hold(&mut self, invariant: &'static str, holds: bool, what: impl FnOnce() -> String) {
        *self.judged.entry(invariant).or_default() += 1;
        if !holds {
            self.broken.push((invariant, what()));
        }
    }
}
