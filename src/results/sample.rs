//! Made-up records and folders for the tests of this room.

use std::path::{Path, PathBuf};

use super::catalogue::LINK_CLASSES;
use super::identity::{model_id, run_id};
use super::run_record::{FirstBreak, MessageRow, OracleCount, RunRecord};
use crate::stats::{Level, Sum};

/// A folder that is removed at the end of the test.
pub(crate) struct TempDir(PathBuf);

impl TempDir {
    pub fn new(name: &str) -> TempDir {
        use std::sync::atomic::{AtomicU32, Ordering};
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("cpmsim-{name}-{}-{count}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).expect("tests may write temporary files");
        TempDir(path)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for TempDir {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A run of a made-up model in which every kind of number occurs; it depends on its arguments only.
pub(crate) fn sample_run(point: u32, replicate: u32) -> RunRecord {
    let model = format!("{{\"point\":{point}}}");
    let mut run = RunRecord::new(
        run_id(super::RESULTS_VERSION, &model, replicate, 42),
        model_id(super::RESULTS_VERSION, &model),
        replicate,
        42,
    );
    run.point = point;
    run.profile = "latest".into();
    (run.end_ns, run.window_start_ns, run.window_end_ns) = (7_200_000_000_000, 0, 3_600_000_000_000);
    let (x, y) = (i64::from(point), i64::from(replicate));
    (run.submitted, run.accepted, run.deferred) = (200, 198, 60 + x + y % 7);
    run.delivered = run.accepted - y % 2;
    run.pending = y % 2;
    run.trace_fingerprint = [3; 16];
    run.fate_fingerprint = [4; 16];
    let mut times = Sum::default();
    let mut histogram = crate::stats::Histogram::new();
    for k in 0..run.deferred {
        let ns = 1_000_000_000 * (1 + (k * 37 + y * 11 + x) % 101) + k;
        times.item(i128::from(ns));
        histogram.record(ns as u64);
    }
    if y % 2 == 1 {
        histogram.record_censored(123_456_789);
    }
    run.sums.insert("deferred_latency".into(), times);
    run.histograms.insert("deferred_latency".into(), histogram);
    run.sums.insert("deferral_ratio".into(), Sum { num: i128::from(run.deferred), den: i128::from(run.accepted) });
    run.sums.insert("lost_per_million".into(), Sum { num: 0, den: i128::from(run.accepted) });
    run.sums.insert("sms_share_ratio".into(), Sum { num: i128::from(40 - 2 * x + y % 5), den: i128::from(run.delivered) });
    run.sums.insert("wait_ip_hold".into(), Sum { num: i128::from(x * 30_000_000_000 + y), den: 10 });
    run.values.insert("events_count".into(), 10_000.0 + y as f64 * 0.1);
    for class in LINK_CLASSES {
        run.values.insert(format!("background_{class}_per_s").into(), 0.25);
    }
    let queue = run.levels.entry("queue_length".into()).or_default();
    queue.stand(0, 3_000_000_000_000);
    queue.stand(1 + y % 3, 600_000_000_000);
    run.levels.entry("queue_total".into()).or_default().add(300 + y, Level { weight_ns: 1 << 70, items: 0, censored: 0 });
    let attempts = run.levels.entry("interworking_attempts".into()).or_default();
    (0..30).for_each(|k| attempts.count(1 + k % 3));
    attempts.count_censored(2);
    run.breakdowns.insert("timeout_ratio__by_method_message".into(), Sum { num: 1, den: 50 });
    run.tags.insert("IW15-8.3.1.1-23".into(), 12);
    let first =
        FirstBreak { at_ns: 7, message: (y % 2 == 0).then_some(3), function: "pf".into(), what: "it came twice, \"so\"".into() };
    run.oracles.insert("I-02".into(), OracleCount { reached: 90 + y as u64, findings: 1, expected: 2, first: Some(first) });
    run.oracles.insert("I-09".into(), OracleCount::default());
    for copy in 0..2 {
        run.messages.push(MessageRow {
            message: 7,
            recipient: "tel:+1,\"quoted\"".into(),
            kind: "pager".into(),
            copy,
            origin: Some("submission".into()),
            submit_ns: Some(5),
            is_first: copy == 0,
            outcome: "delivered_ip".into(),
            told: "nothing".into(),
            ..MessageRow::default()
        });
    }
    run
}
