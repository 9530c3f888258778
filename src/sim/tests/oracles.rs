//! The oracles over whole runs: random models break nothing that they mandate, and keep every oracle busy.

use std::collections::BTreeMap;

use super::*;
use crate::judge::{ORACLES, Verdict};
use crate::sim::Blind;

/// What the oracles found in many models, and what was broken that may not be.
struct Found {
    all: Vec<Verdict>,
    broken: BTreeMap<&'static str, Vec<String>>,
}

impl Found {
    fn new() -> Found {
        Found { all: vec![Verdict::default(); ORACLES.len()], broken: BTreeMap::new() }
    }

    fn judge(&mut self, number: u64, model: Model) {
        let seed = RunSeed { seed: 11, replicate: number as u32 };
        // A model without its limits may go round for ever.
        let Ok(outcome) = run(&Arc::new(model), seed, &RunOptions::default(), &mut Blind) else { return };
        for ((oracle, verdict), sum) in outcome.oracles.rows().zip(&mut self.all) {
            sum.reached += verdict.reached;
            sum.mandated += verdict.mandated;
            sum.expected += verdict.expected;
            if verdict.mandated > 0 {
                let what = format!("model {number}: {} times, first {:?}", verdict.mandated, verdict.first);
                self.broken.entry(oracle.name).or_default().push(what);
            }
        }
    }
}

/// A random model in which users pull what waits, and several of their devices at once.
fn pulling(number: u64) -> Model {
    let mut model = chaos::models::model(number);
    let pull = &mut model.client.pull;
    pull.react = Law::Exponential { mean: seconds(2 + number % 7) };
    (pull.all, pull.choice) = (1.0, [4.0, 1.0, 1.0, 1.0, 1.0]);
    for (axis, values) in [
        (axis::DEFERRED_MODE, ["notify-pull", "pull-then-push"]),
        (axis::OVERLAP_INVITE, ["fcfs", "reject-480"]),
        (axis::PULL_CHECK_EMPTY, ["at-service", "at-arrival"]),
        (axis::PULL_TRANSPORT, ["separate-requests", "in-session"]),
    ] {
        let turn = (number >> (axis.0 % 5)) as usize % 2;
        assert!(model.axes.set(axis, values[turn]));
    }
    model
}

#[test]
fn random_models_break_nothing_that_they_mandate() {
    let mut found = Found::new();
    let from: u64 = std::env::var("FROM").ok().and_then(|v| v.parse().ok()).unwrap_or(0);
    let to: u64 = std::env::var("TO").ok().and_then(|v| v.parse().ok()).unwrap_or(100);
    (from..to).for_each(|number| found.judge(number, chaos::models::model(number)));
    (from..to).for_each(|number| found.judge(100_000 + number, pulling(number)));
    for (oracle, verdict) in ORACLES.iter().zip(&found.all) {
        eprintln!("{} {:>10} {:>8} {:>8}", oracle.name, verdict.reached, verdict.mandated, verdict.expected);
    }
    let text: Vec<String> = found
        .broken
        .iter()
        .map(|(name, list)| format!("{name}: {} models\n  {}", list.len(), list[..list.len().min(6)].join("\n  ")))
        .collect();
    assert!(text.is_empty(), "{}", text.join("\n"));
    let idle: Vec<&str> =
        ORACLES.iter().zip(&found.all).filter(|(o, v)| o.reached.is_some() && v.reached == 0).map(|(o, _)| o.name).collect();
    assert!(idle.is_empty(), "had nothing to judge: {idle:?}");
}

/// TEMPORARY.
struct Dump(u64, u64, String);
impl Observer for Dump {
    const TRACE: bool = true;
    fn milestone(
        &mut self,
        now: SimTime,
        by: crate::delivery::FunctionId,
        tag: crate::delivery::Tag,
        m: &crate::delivery::Milestone,
        _: bool,
    ) {
        if m.message().map(|m| u64::from(m.0)) == Some(self.0)
            && !matches!(m, crate::delivery::Milestone::TxnStart { .. } | crate::delivery::Milestone::TxnEnd { .. })
        {
            self.2 += &format!("{now} {by:?} {} {m:?}\n", tag.id());
        }
    }
    fn sent(
        &mut self,
        now: SimTime,
        from: crate::delivery::FunctionId,
        to: crate::delivery::FunctionId,
        pdu: &crate::delivery::Pdu,
        _: Option<SimTime>,
    ) {
        if let crate::delivery::Pdu::Response(r) = pdu
            && std::env::var("RESP").is_ok()
            && r.code >= 200
        {
            self.2 += &format!("RESP {from:?} {:?} | {now} to {to:?} {} {:?} {:?}\n", r.txn, r.code, r.method, r.kind);
        }
    }
    fn event(&mut self, e: crate::sim::EventView<'_>) {
        if let crate::sim::What::Received { from, pdu: crate::delivery::Pdu::Request(r) } = &e.what
            && std::env::var("RESP").is_ok()
        {
            self.2 += &format!("REQ {:?} {:?} | {} from {from:?} {:?}\n", e.target, r.txn, e.now, r.method);
        }
        if let crate::sim::What::Received { from, pdu }
        | crate::sim::What::Lost { from, pdu }
        | crate::sim::What::Absorbed { from, pdu } = &e.what
            && pdu.about().map(|m| u64::from(m.0)) == Some(self.0)
        {
            let kind = match &e.what {
                crate::sim::What::Received { .. } => "got",
                crate::sim::What::Lost { .. } => "lost",
                _ => "absorbed",
            };
            let txn = match pdu {
                crate::delivery::Pdu::Request(r) => format!("{:?} {:?}", r.txn, r.case),
                crate::delivery::Pdu::Response(r) => format!("{:?} {:?} {:?}", r.txn, r.kind, r.case),
                _ => String::new(),
            };
            self.2 += &format!("{} {:?} {kind} from {from:?}: {} {txn}\n", e.now, e.target, pdu.name());
        }
    }
}
#[test]
fn dump() {
    let Ok(which) = std::env::var("DUMP") else { return };
    for one in which.split(',') {
        let (n, m) = one.split_once(':').unwrap();
        let (n, m): (u64, u64) = (n.parse().unwrap(), m.parse().unwrap());
        let model = if n >= 100_000 { pulling(n - 100_000) } else { chaos::models::model(n) };
        let mut d = Dump(m, 0, String::new());
        let names: Vec<String> = model.functions.iter().map(|f| f.name.clone()).collect();
        let diff: Vec<String> = AxisId::all()
            .filter(|a| model.axes.value(*a) != a.info().values[a.info().default as usize])
            .map(|a| format!("{}={}", a.info().name, model.axes.value(a)))
            .collect();
        let _ = run(&Arc::new(model), RunSeed { seed: 11, replicate: n as u32 }, &RunOptions::default(), &mut d);
        eprintln!("===== model {n} message {m} {names:?}\n{diff:?}\n{}", d.2);
    }
}
