//! A made-up results folder for tests: an exit from airplane mode over a timer and a mix of phones, with numbers from formulas.
//!
//! With a share `never` of phones without IP and an exponential registration of mean 12 s, a timer T leaves an SMS share of
//! never + (1 − never) exp(−T / 12); it is written through the room `results`, as a sweep writes it.

use crate::results::{
    AssembleOptions, AxisValue, Plan, PlanPoint, RESULTS_VERSION, RunRecord, assemble_from, model_id, put_file, run_id,
};
use crate::stats::{Histogram, Sum};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// Seconds of the timer.
pub(crate) const WAITS: [u32; 5] = [0, 2, 5, 10, 30];
/// Share of phones without IP.
pub(crate) const MIXES: [(&str, f64); 3] = [("all VoLTE", 0.0), ("20 % without IP", 0.2), ("50 % without IP", 0.5)];

/// A folder that is removed at the end of the test.
pub(crate) struct TempDir(PathBuf);

impl TempDir {
    pub(crate) fn new(name: &str) -> TempDir {
        let path = std::env::temp_dir().join(format!("cpmsim-{name}-{}", std::process::id()));
        // What an earlier test process of the same number left behind.
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).expect("tests may write temporary files");
        TempDir(path)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for TempDir {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// One figure of each kind.
pub(crate) fn figures() -> Value {
    json!({
        "sms_share": {"kind": "lines", "title": "SMS share and excess latency against the wait-for-IP timer",
            "x": "pf.wait_ip", "x_label": "Wait-for-IP timer", "y": ["sms_share_ratio", "deferred_excess_mean_s"],
            "series": "mix", "series_label": "Phones"},
        "tail": {"kind": "ccdf", "title": "Tail of the deferred latency", "family": "deferred_latency", "series": "mix",
            "select": {"pf.wait_ip": "10 s"}},
        "trade": {"kind": "frontier", "x": "sms_share_ratio", "y": "deferred_excess_mean_s", "along": "pf.wait_ip",
            "series": "mix"},
    })
}

/// Writes a folder with so many replicates.
pub(crate) fn write(dir: &Path, figures: Option<&Value>, replicates: u32) {
    let mut plan = Plan { axes: vec!["mix".to_owned(), "pf.wait_ip".to_owned()], points: Vec::new() };
    let mut records = Vec::new();
    for (mix, never) in MIXES {
        for wait in WAITS {
            let model = format!("{{\"mix\":\"{mix}\",\"wait\":{wait}}}");
            let ids: Vec<[u8; 16]> = (0..replicates).map(|r| run_id(RESULTS_VERSION, &model, r, 42)).collect();
            let model_id = model_id(RESULTS_VERSION, &model);
            for (replicate, id) in ids.iter().enumerate() {
                let mut run = RunRecord::new(*id, model_id, replicate as u32, 42);
                run.point = plan.points.len() as u32;
                run.profile = "latest".to_owned();
                fill(&mut run, never, f64::from(wait), replicate as u32);
                records.push(run);
            }
            let values = vec![AxisValue::Text(mix.to_owned()), AxisValue::Text(format!("{wait} s"))];
            plan.points.push(PlanPoint { values, model_id, runs: ids });
        }
    }
    let options = AssembleOptions { inputs: json!({"experiment": "airplane_exit", "seed": 42}), ..AssembleOptions::default() };
    let get = |id: &[u8; 16]| Ok(records.iter().find(|run| run.run_id == *id).cloned());
    let mut assembled = assemble_from(dir, &plan, &options, get).expect("assembled");
    if let Some(figures) = figures {
        put_file(dir, "figures.json", figures.to_string().as_bytes()).expect("written");
    }
    assembled.manifest.write(dir).expect("a manifest");
}

/// 400 messages of a run: registrations at the quantiles of their law, shifted by the replicate.
fn fill(run: &mut RunRecord, never: f64, wait: f64, replicate: u32) {
    const ITEMS: u32 = 400;
    let (mut share, mut excess, mut latency) = (Sum::default(), Sum::default(), Sum::default());
    let (mut excesses, mut latencies) = (Histogram::new(), Histogram::new());
    for k in 0..ITEMS {
        let u = (f64::from(k) + f64::from(replicate * 37 % 20) / 20.0 + 0.01) / f64::from(ITEMS);
        let without_ip = f64::from(k * 7919 % ITEMS) < never * f64::from(ITEMS);
        let registration = -12.0 * (1.0 - u).ln();
        let sms = without_ip || registration > wait;
        let waited = if sms { wait + 2.0 } else { registration };
        let ns = (waited * 1e9) as u64;
        let away = ((30.0 + f64::from(k % 97) * 5.0) * 1e9) as u64;
        share.case(sms);
        excess.item(i128::from(ns));
        latency.item(i128::from(ns + away));
        excesses.record(ns);
        latencies.record(ns + away);
    }
    let n = i64::from(ITEMS);
    (run.submitted, run.accepted, run.deferred, run.delivered) = (n, n, n, n);
    (run.end_ns, run.window_end_ns) = (7_200_000_000_000, 3_600_000_000_000);
    run.sums.insert("sms_share_ratio".into(), share);
    run.sums.insert("deferred_excess".into(), excess);
    run.sums.insert("deferred_latency".into(), latency);
    run.histograms.insert("deferred_excess".into(), excesses);
    run.histograms.insert("deferred_latency".into(), latencies);
}
