//! Synthetic streams of stamps with expectations computed by hand from `metrics.md`.
//!
//! The window is [100 s, 1000 s), the run ends at 2000 s. User 0 sends; users 1 to 3 receive. User n has a phone (client 10 n), which
//! is his Primary Device, and a tablet (client 10 n + 1). Times in the streams are whole seconds.

mod access;
mod messages;
mod notices;
mod order;
mod pulled;
mod pulls;
mod queues;
mod rows;
mod rules;
mod runs;
mod told;
mod whole;

use super::{Collected, Collector};
use crate::delivery::profile::{Axes, Profile};
use crate::judge::{CopyRecord, Heading, MessageRecord, NEVER, Outcome, Told};
use crate::model::*;
use crate::network::ServiceSpec;
use crate::sim::seen::{CopyId, Dispositions, Fate, FunctionId, MessageId, Milestone, Origin, Pager, Path, Tag, UserId};
use crate::sim::{Observer, RunOutcome, Truth};
use crate::stats::{Histogram, Levels, Sum};
use crate::units::{Law, SimTime, Span, SubjectId};

pub const END: u64 = 2000;
pub const SEC: i128 = 1_000_000_000;
pub const PF: FunctionId = FunctionId(1);

pub fn at(s: u64) -> SimTime {
    SimTime::ZERO + Span::from_secs(s)
}

pub fn span(s: u64) -> Span {
    Span::from_secs(s)
}

pub fn phone(user: u32) -> FunctionId {
    FunctionId(10 * user)
}

pub fn tablet(user: u32) -> FunctionId {
    FunctionId(10 * user + 1)
}

fn device(name: &str, primary: bool) -> DeviceSpec {
    let registration =
        Registration { expires: span(3600), own_delay: Law::Constant(Span::ZERO), retry_base: span(1), retry_max: span(1) };
    let class = DeviceClass {
        name: format!("{name}-class"),
        phases: Vec::new(),
        registration,
        silent_loss: 0.0,
        sms_transfer: None,
        capabilities: crate::delivery::Capabilities::FULL,
    };
    DeviceSpec {
        name: name.into(),
        primary,
        owned_by: 1.0,
        radio: Radio::AlwaysOn,
        layers: Layers::default(),
        classes: vec![(1.0, class)],
    }
}

fn population(name: &str, count: u32) -> Population {
    let devices = vec![device("phone", true), device("tablet", false)];
    Population {
        name: name.into(),
        count,
        core: 0,
        pf: 1,
        msc: None,
        sgsn: None,
        devices,
        policies: Vec::new(),
        policy_changes: crate::model::PolicyChanges::None,
    }
}

/// A model with a PF that serves jobs one after the other, for the folds to read.
pub fn model() -> Model {
    let zero = || Law::Constant(Span::ZERO);
    let pf = PfParams::plain(None, span(10), span(1000));
    let served = ServiceSpec { time: Law::Constant(span(1)), ..ServiceSpec::instant() };
    let core = FunctionKind::Core(CoreParams::plain(zero()));
    let message = MessageSpec {
        length: TextLength::Fixed(20),
        bytes_per_char: 1.0,
        imdn: ImdnRequested::default(),
        expires: None,
        headers: Default::default(),
    };
    let arrivals = Arrivals::Poisson { per_second: 1.0 };
    Model {
        name: "synthetic".into(),
        profile: Profile::Latest,
        axes: Axes::of(Profile::Latest),
        run: RunBlock { warm_up: span(100), arrivals_until: at(1000), end: End::At(at(END)), start: Start::AllOff },
        measure: Measure {
            needless_window: span(60),
            stuck_after: span(60),
            order_window: 3,
            race_window: span(1),
            imdn_grace: span(60),
        },
        functions: vec![
            Function { name: "core".into(), kind: core, service: ServiceSpec::instant() },
            Function { name: "pf".into(), kind: FunctionKind::Pf(pf), service: served },
        ],
        links: Vec::new(),
        populations: vec![population("alice", 1), population("bob", 3)],
        traffic: vec![Traffic { name: "chat".into(), from: 0, to: 1, arrivals, message }],
        sip: SipParams { core_t1: Span::from_millis(500), access_t1: span(2), ..SipParams::default() },
        policies: vec![(String::new(), Default::default())],
        policy_names: Vec::new(),
        patterns: Vec::new(),
        client: ClientParams {
            dedupe_window: span(1000),
            display: 0.0,
            display_delay: Law::Constant(Span::ZERO),
            sync: None,
            pull: crate::model::PullParams::default(),
        },
        limits: Limits { events: 1000, steps: 100 },
    }
}

/// A stream in the making.
pub struct Stream {
    collector: Collector,
}

impl Stream {
    pub fn new() -> Stream {
        Stream::of(&model(), false)
    }

    pub fn of(model: &Model, rows: bool) -> Stream {
        let mut stream = Stream { collector: Collector::new(model, rows) };
        for user in 0..4 {
            let (population, number) = if user == 0 { (0, 1) } else { (1, user) };
            for (spec, device) in [phone(user), tablet(user)].into_iter().enumerate() {
                let told = Truth::Device { user: UserId(user), device, population, number, spec: spec as u16, class: 0 };
                stream.collector.truth(SimTime::ZERO, told);
            }
        }
        stream
    }

    pub fn milestone(&mut self, s: u64, milestone: Milestone) {
        self.collector.milestone(at(s), PF, Tag::OwnSubmit, &milestone, true);
    }

    /// About a message that is not measured.
    pub fn unmeasured(&mut self, s: u64, milestone: Milestone) {
        self.collector.milestone(at(s), PF, Tag::OwnSubmit, &milestone, false);
    }

    pub fn truth(&mut self, s: u64, truth: Truth) {
        self.collector.truth(at(s), truth);
    }

    /// A book is closed long before the end, or at the end if it is open.
    pub fn closed(&mut self, record: &MessageRecord) {
        let now = if record.open() || record.answer == NEVER { END } else { 1500 };
        self.collector.closed(at(now), record);
    }

    pub fn finish(self) -> Collected {
        self.collector.finish(&outcome())
    }
}

pub fn outcome() -> RunOutcome {
    RunOutcome {
        end: at(END),
        window: (at(100), at(1000)),
        events: 5000,
        trace_fingerprint: 1,
        fate_fingerprint: 2,
        ties: 7,
        undefined: 3,
        undefined_kinds: vec![("pf", "a", "b"), ("pf", "a", "c")],
        tags: vec![(Tag::Accept, 40)],
        messages: 50,
        oracles: Default::default(),
    }
}

/// A measured message to user 1, accepted at `accept` and submitted a second before, answered 202 a second after; nothing else has
/// happened to it and its book says lost.
pub fn accepted(id: u32, accept: u64) -> MessageRecord {
    let heading = Heading { subject: SubjectId(u64::from(id)), traffic: 0, sequence: id };
    let pager = Pager::plain(MessageId(id), UserId(0), UserId(1));
    MessageRecord {
        measured: true,
        submit: at(accept - 1),
        accept_originating: at(accept - 1),
        accept: at(accept),
        due: at(accept + 1000),
        answer: at(accept + 1),
        answer_code: 202,
        outcome: Outcome::Lost,
        last_clause: Tag::Accept,
        ..MessageRecord::new(heading, &pager)
    }
}

/// A copy that arrived at `arrived`, and was shown then unless it was absorbed.
pub fn copy(id: u32, device: FunctionId, path: Path, arrived: u64, fate: Fate) -> CopyRecord {
    CopyRecord {
        id: CopyId(id),
        parent: None,
        origin: Origin::FanOut,
        path,
        device: Some(device),
        made: at(arrived),
        fate: Some(fate),
        ended: at(arrived),
        arrived: at(arrived),
        presented: if fate == Fate::Delivered { at(arrived) } else { NEVER },
        clause: Tag::OwnClientReceives,
    }
}

/// The same message, arrived at a device of its recipient.
pub fn arrived(mut m: MessageRecord, device: FunctionId, path: Path, arrived: u64) -> MessageRecord {
    m.copies.push(copy(100 * m.id.0 + m.copies.len() as u32, device, path, arrived, Fate::Delivered));
    if m.first_arrival > at(arrived) {
        m.first_arrival = at(arrived);
        m.first_path = Some(path);
        m.first_device = Some(device);
        m.outcome = if path == Path::Ip { Outcome::DeliveredIp } else { Outcome::DeliveredSms };
    }
    m
}

impl Collected {
    pub fn sum(&self, key: &str) -> Option<(i128, i128)> {
        self.tables.sums.get(key).map(|Sum { num, den }| (*num, *den))
    }

    /// Sum in seconds and number of a family of durations.
    pub fn seconds(&self, key: &str) -> Option<(i128, i128)> {
        self.sum(key).map(|(num, den)| {
            assert_eq!(num % SEC, 0);
            (num / SEC, den)
        })
    }

    /// Whether just these elapsed times, in seconds, stand as censored.
    #[track_caller]
    pub fn censored(&self, key: &str, seconds: &[u64]) {
        let mut expected = Histogram::new();
        seconds.iter().for_each(|s| expected.record_censored(s * 1_000_000_000));
        let open = |h: &Histogram| h.buckets().map(|b| (b.lower, b.censored)).filter(|b| b.1 > 0).collect::<Vec<_>>();
        assert_eq!(self.tables.histograms.get(key).map_or(Vec::new(), open), open(&expected), "{key}");
    }

    pub fn value(&self, key: &str) -> f64 {
        self.tables.values[key]
    }

    pub fn level(&self, key: &str) -> &Levels {
        &self.tables.levels[key]
    }

    /// Seconds at each level.
    pub fn times(&self, key: &str) -> Vec<(i64, u128)> {
        self.level(key).iter().map(|(level, what)| (level, what.weight_ns / SEC as u128)).collect()
    }

    /// Items, and open items, at each level.
    pub fn items(&self, key: &str) -> Vec<(i64, u64, u64)> {
        self.level(key).iter().map(|(level, what)| (level, what.items, what.censored)).collect()
    }
}
