//! The full model beside the limit: ratios of CPU time measured in turn in one run (goals P3 to P10), with memory counted.
//!
//! `cargo bench --bench full [-- ROUNDS P3 P7 ...]` prints one table, of all goals or of those named. "Full" is what a sweep runs: SIP, PF, SMS plant, ledger, both
//! fingerprints and the fold of metrics, no trace. The models stand in `benches/models`; the limit is that of the bench of the
//! engine. Every allocation is counted on the way, which costs a little of each time given here.
//!
//! Left out: P1 and P2, which are the engine's own (`benches/engine.rs`).

mod programs;

use std::alloc::System;
use std::hint::black_box;
use std::path::Path;
use std::sync::Arc;

use cpmsim::engine::{RunKey, SeededChooser};
use cpmsim::experiment::collect::Collector;
use cpmsim::judge::{Fingerprint, MessageRecord, Outcome};
use cpmsim::model::{Model, load_model};
use cpmsim::sim::seen::{FunctionId, Milestone, Tag};
use cpmsim::sim::{EventView, Observer, RunOptions, RunOutcome, RunSeed, run};
use cpmsim::units::{Chooser, Purpose, SimTime, Site, Span, SubjectId};
use programs::{Cost, Until, cpu_seconds, limit, ours, timed};
use serde_json::{Value, json};
use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};

#[global_allocator]
static COUNTED: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// Names of goals, and what measures them in so many rounds.
type Part = (&'static [&'static str], fn(usize));

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let rounds = words.iter().find_map(|word| word.parse().ok()).unwrap_or(3);
    let named = |goals: &[&str]| {
        let any = words.iter().any(|word| word.starts_with('P'));
        !any || goals.iter().any(|goal| words.iter().any(|word| word == goal))
    };
    println!("median of {rounds} rounds, each against the limit in the same round\n");
    let parts: [Part; 6] = [
        (&["P3"], full_deferred),
        (&["P4"], immediate),
        (&["P5"], |_| memory()),
        (&["P6"], |_| growth()),
        (&["P7", "P8", "P10"], short_runs),
        (&["P9"], shares),
    ];
    parts.iter().filter(|(goals, _)| named(goals)).for_each(|(_, part)| part(rounds));
}

/// The model of a bench with some values changed.
fn model(name: &str, changes: &[(&str, Value)]) -> Arc<Model> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/models").join(name);
    let changes: Vec<(String, Value)> = changes.iter().map(|(path, value)| ((*path).to_owned(), value.clone())).collect();
    match load_model(&path, &changes) {
        Ok(loaded) => Arc::new(loaded.model),
        Err(faults) => panic!("the models of the benches are without fault: {faults:?}"),
    }
}

fn deferred(users: u64, seconds: u64) -> Arc<Model> {
    model("deferred.json", &[("populations.recipients.count", json!(users)), ("run.arrivals_until", json!(format!("{seconds} s")))])
}

/// One run with the fold of metrics.
fn full(model: &Arc<Model>, replicate: u32) -> RunOutcome {
    let mut collector = Collector::new(model, false);
    let outcome = run(model, RunSeed { seed: 1, replicate }, &RunOptions::default(), &mut collector).expect("the run ends");
    black_box(collector.finish(&outcome));
    outcome
}

/// One run watched by something else.
fn watched<O: Observer>(model: &Arc<Model>, mut observer: O) -> (RunOutcome, O) {
    let outcome = run(model, RunSeed { seed: 1, replicate: 0 }, &RunOptions::default(), &mut observer).expect("the run ends");
    (outcome, observer)
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn line(goal: &str, what: &str, seen: String, wanted: &str) {
    println!("{goal:<4} {what:<52} {seen:<46} {wanted}");
}

/// P3: `deferred` with 1,000 users as a model, against the limit.
fn full_deferred(rounds: usize) {
    #[derive(Default)]
    struct Fates([u64; 3]);
    impl Observer for Fates {
        fn closed(&mut self, _now: SimTime, record: &MessageRecord) {
            let at = match record.outcome {
                Outcome::DeliveredIp if record.defers == 0 => 0,
                Outcome::DeliveredIp => 1,
                Outcome::Expired => 2,
                other => panic!("no message of this model ends as {other:?}"),
            };
            self.0[at] += 1;
        }
    }
    const HOURS: u64 = 3;
    let model = deferred(1_000, HOURS * 3_600);
    let (outcome, Fates(fates)) = watched(&model, Fates::default());
    for (count, wanted) in fates.iter().zip([0.6667, 0.2455, 0.0879]) {
        let share = *count as f64 / outcome.messages as f64;
        assert!((share - wanted).abs() < 0.02, "a share of {share}, not {wanted}: the model is wrong");
    }
    let ours = || {
        let (outcome, cost) = timed(|| full(&model, 0));
        cost.cpu * 1e9 / outcome.events as f64
    };
    let limit = || {
        let (out, cost) = timed(|| limit::deferred(1_000, Until::Messages(outcome.messages), 1, 0));
        cost.cpu * 1e9 / out.events as f64
    };
    let pairs: Vec<(f64, f64)> = (0..rounds).map(|_| (ours(), limit())).collect();
    let (a, b) = (median(pairs.iter().map(|p| p.0).collect()), median(pairs.iter().map(|p| p.1).collect()));
    let ratio = median(pairs.iter().map(|p| p.0 / p.1).collect());
    let seen = format!("{a:.0} against {b:.0} ns: {ratio:.2} x; {:.2} M events/s", 1e3 / a);
    line("P3", "full model, deferred, 1,000 users", seen, "<= 7 x and >= 1.9 M/s; stretch 4 x, 3.3 M/s");
    let per_message = outcome.events as f64 / outcome.messages as f64;
    line("", "  events a message", format!("{per_message:.1}"), "");
}

/// P4: immediate delivery with a notification.
fn immediate(rounds: usize) {
    let none = json!("0 s");
    let zero = [("links.gm.delay", none.clone()), ("links.core_pf.delay", none)];
    for (what, changes) in [("realistic links", &[][..]), ("no delays", &zero[..])] {
        let model = model("immediate.json", changes);
        let mut sip = 0u64;
        struct Sip<'a>(&'a mut u64);
        impl Observer for Sip<'_> {
            fn closed(&mut self, _now: SimTime, record: &MessageRecord) {
                *self.0 += u64::from(record.sip_hops);
            }
        }
        let messages = watched(&model, Sip(&mut sip)).0.messages;
        let once = || messages as f64 / timed(|| full(&model, 0)).1.cpu;
        let rate = median((0..rounds).map(|_| once()).collect());
        let seen = format!("{rate:.0} messages/s, {:.1} SIP messages each", sip as f64 / messages as f64);
        line("P4", &format!("immediate delivery with IMDN, {what}"), seen, ">= 60,000; stretch 120,000");
    }
}

/// Bytes in use, and how often memory was asked for (a block that grows counts).
fn heap() -> (f64, f64) {
    let stats = COUNTED.stats();
    (stats.bytes_allocated as f64 - stats.bytes_deallocated as f64, (stats.allocations + stats.reallocations) as f64)
}

/// Bytes in use whenever something is told: the last value stands.
#[derive(Default)]
struct InUse {
    told: u64,
    bytes: f64,
}

impl Observer for InUse {
    fn milestone(&mut self, _: SimTime, _: FunctionId, _: Tag, _: &Milestone, _: bool) {
        self.told += 1;
        if self.told.is_multiple_of(64) {
            self.bytes = self.bytes.max(heap().0);
        }
    }
}

/// P5.
fn memory() {
    let at_most = |model: &Arc<Model>| {
        let before = heap().0;
        watched(model, InUse::default()).1.bytes - before
    };
    let nothing = json!({"at": []});
    let idle = |users: u64| {
        let changes = [
            ("populations.recipients.count", json!(users)),
            ("populations.recipients.devices.phone.radio", json!("always_on")),
            ("traffic.main.arrivals", nothing.clone()),
        ];
        at_most(&model("deferred.json", &changes))
    };
    let device = (idle(131_072) - idle(1_000)) / 130_072.0;
    line("P5", "memory of an idle, registered device", format!("{device:.0} B"), "<= 1 KiB; stretch 256 B");
    let waiting = |count: u64| {
        let changes = [
            ("populations.recipients.count", json!(1_000)),
            ("populations.recipients.devices.phone.radio", json!({"dwell": {"on": "10 s", "off": "30 d", "start": "all_off"}})),
            ("traffic.main.arrivals", json!({"count": {"count": count, "from": "0 s", "to": "1 h"}})),
            ("traffic.main.message.expires", json!("3 d")),
        ];
        at_most(&model("deferred.json", &changes))
    };
    let message = (waiting(128) - waiting(1)) / 127_000.0;
    line("", "memory of a pending message", format!("{message:.0} B"), "<= 512 B; stretch 256 B");
    let counted = |times: &mut dyn FnMut(u64) -> u64| {
        // What comes once is in both, and goes with the difference.
        let mut of = |length| {
            let before = heap().1;
            let done = times(length);
            (heap().1 - before, done as f64)
        };
        let (short, long) = (of(1), of(2));
        (long.0 - short.0) / (long.1 - short.1)
    };
    let engine = counted(&mut |length| ours::deferred(1_000, Until::Messages(300_000 * length), 1, 0).events);
    line("", "allocations an event, engine alone, after warm-up", format!("{engine:.5}"), "0");
    let fold = counted(&mut |length| full(&deferred(1_000, 3_600 * length), 0).messages);
    line("", "allocations a message, full model, deferred", format!("{fold:.2}"), "<= 4");
    let fold =
        counted(&mut |length| full(&model("immediate.json", &[("run.arrivals_until", json!(format!("{length} h")))]), 0).messages);
    line("", "allocations a message, full model, immediate", format!("{fold:.2}"), "<= 4");
}

/// Events and CPU time at two instants.
struct Between {
    marks: [SimTime; 2],
    events: u64,
    seen: Vec<(u64, f64)>,
}

impl Observer for Between {
    const TRACE: bool = true;

    fn event(&mut self, event: EventView<'_>) {
        self.events += 1;
        if self.marks.get(self.seen.len()).is_some_and(|mark| event.now >= *mark) {
            self.seen.push((self.events, cpu_seconds().unwrap_or(f64::NAN)));
        }
    }
}

/// P6: nanoseconds an event once everybody is there, without the start of the run and its end.
fn growth() {
    let once = |users: u64| {
        // As many messages for each number of users, but for the smallest and the largest.
        let seconds = (30_000_000 / users).clamp(60, 6 * 3_600);
        let model = deferred(users, seconds + 20);
        let marks = [10, 10 + seconds].map(|s| SimTime::ZERO + Span::from_secs(s));
        let between = Between { marks, events: 0, seen: Vec::new() };
        let (_, (between, _)) = watched(&model, (between, Collector::new(&model, false)));
        let [(first, began), (last, ended)] = between.seen[..] else { panic!("the run lasts longer than its marks") };
        (ended - began) * 1e9 / (last - first) as f64
    };
    let all = [1_000, 10_000, 100_000, 1_000_000].map(once);
    let seen = format!("{:.0}, {:.0}, {:.0}, {:.0} ns an event", all[0], all[1], all[2], all[3]);
    line("P6", "growth: 10^3, 10^4, 10^5, 10^6 users", seen, "");
    line("", "  10^5 against 10^3", format!("{:.2} x", all[2] / all[0]), "<= 3 x; stretch 2 x");
    line("", "  10^6 against 10^3", format!("{:.2} x", all[3] / all[0]), "<= 4 x; stretch 3 x");
}

/// P7, P8, P10: runs of 50 users and an hour, 3,000 messages each.
fn short_runs(rounds: usize) {
    const RUNS: u32 = 60;
    let model = deferred(50, 3_600);
    // Each thread takes every so-manieth run; fingerprints come back by number.
    let all = |threads: u32| -> (Vec<(u128, u128)>, Cost) {
        let (mut done, wall) = timed(|| {
            std::thread::scope(|scope| {
                let part = |first: u32| {
                    let model = &model;
                    move || {
                        timed(|| {
                            let numbers = (first..RUNS).step_by(threads as usize);
                            numbers.map(|n| (n, full(model, n))).collect::<Vec<_>>()
                        })
                    }
                };
                let workers: Vec<_> = (0..threads).map(|first| scope.spawn(part(first))).collect();
                workers.into_iter().map(|worker| worker.join().expect("a run does not panic")).collect::<Vec<_>>()
            })
        });
        let cpu = done.iter().map(|(_, cost)| cost.cpu).sum();
        let mut runs: Vec<_> = done.iter_mut().flat_map(|(runs, _)| runs.drain(..)).collect();
        runs.sort_by_key(|(number, _)| *number);
        let prints = runs.iter().map(|(_, run)| (run.trace_fingerprint, run.fate_fingerprint)).collect();
        (prints, Cost { wall: wall.wall, cpu })
    };
    let build = model_of_nothing(50);
    let (mut rate, mut gain, mut dearer, mut building) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for _ in 0..rounds {
        let ((one, alone), (two, both)) = (all(1), all(2));
        assert!(one == two, "a run comes to the same on any thread");
        rate.push(f64::from(RUNS) / alone.cpu);
        gain.push(alone.wall / both.wall);
        dearer.push(both.cpu / alone.cpu);
        let empty = timed(|| (0..RUNS).for_each(|n| drop(full(&build, n)))).1;
        building.push(empty.cpu / alone.cpu);
    }
    line("P7", "full model, 50 users, 1 hour", format!("{:.1} runs per CPU s", median(rate)), ">= 20; stretch 40");
    line("P8", "two threads against one", format!("{:.2} x runs/s", median(gain)), ">= 1.9 x where two cores are free");
    line("", "  CPU time a run, two threads against one", format!("{:.2} x, same fingerprints", median(dearer)), "<= 1.1 x");
    let share = format!("{:.2} % of a run", 100.0 * median(building));
    line("P10", "building, registering and dropping a 50-user run", share, "<= 5 %");
}

/// A run that is over as soon as it has begun.
fn model_of_nothing(users: u64) -> Arc<Model> {
    model("deferred.json", &[("populations.recipients.count", json!(users)), ("traffic.main.arrivals", json!({"at": []}))])
}

/// P9: what keyed draws and fingerprints cost, as shares of the full model's time.
///
/// Neither can be taken out of the model, so that each is measured by itself and multiplied by how often a message needs it.
fn shares(rounds: usize) {
    const TIMES: u64 = 2_000_000;
    let ns = |mut work: Box<dyn FnMut(u64) -> u64>| {
        let (sum, cost) = timed(|| (0..TIMES).fold(0, |sum, k| sum ^ work(k)));
        black_box(sum);
        cost.cpu * 1e9 / TIMES as f64
    };
    // Traversals of a message's ways: 24 places of one subject, then the next subject.
    let subject = SubjectId::of_name("subject");
    let keyed = || {
        let mut chooser = SeededChooser::new(RunKey::of(1, 0));
        ns(Box::new(move |k| chooser.bits(Site::new(Purpose::LinkDelay, subject.part(k / 24), (k % 24) as u32))))
    };
    let plain = || {
        use rand::{Rng, SeedableRng};
        let mut rng = rand_chacha::ChaCha8Rng::seed_from_u64(1);
        ns(Box::new(move |_| rng.next_u64()))
    };
    let print = || {
        let mut print = Fingerprint::default();
        ns(Box::new(move |k| {
            print.absorb([k, k << 32, k ^ 77, k / 3, 1, 5, k + 1, 0]);
            print.value() as u64
        }))
    };
    let model = model("immediate.json", &[]);
    let mut seen: [Vec<f64>; 3] = Default::default();
    for _ in 0..rounds {
        let (run, cost) = timed(|| full(&model, 0));
        let (events, messages, all) = (run.events as f64, run.messages as f64, cost.cpu * 1e9);
        let absorb = print();
        // 24 traversals and an arrival for each message.
        seen[0].push(25.0 * messages * (keyed() - plain()) / all);
        seen[1].push(events * absorb / all);
        seen[2].push(messages * absorb / all);
    }
    let [draws, trace, fate] = seen.map(|values| format!("{:.2} % (estimate)", 100.0 * median(values)));
    line("P9", "keyed draws more than one plain stream", draws, "<= 8 %; stretch 5 %");
    line("", "trace fingerprint", trace, "<= 8 %; stretch 4 %");
    line("", "fate fingerprint", fate, "<= 2 %; stretch 1 %");
}
