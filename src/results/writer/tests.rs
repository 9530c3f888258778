//! A folder written, written again, read back and damaged.

use std::fs;

use super::*;
use crate::results::metric::Metric;
use crate::results::plan::{AxisValue, PlanPoint};
use crate::results::reader::Results;
use crate::results::sample::{TempDir, sample_run};
use crate::stats::{Histogram, Levels, Method};

const WAITS: [&str; 3] = ["0 s", "10 s", "20 s"];

fn plan(replicates: u32) -> Plan {
    let point = |(number, wait): (usize, &&str)| PlanPoint {
        values: vec![AxisValue::Text((*wait).to_owned()), AxisValue::Number(1.0)],
        model_id: sample_run(number as u32, 0).model_id,
        runs: (0..replicates).map(|replicate| sample_run(number as u32, replicate).run_id).collect(),
    };
    Plan { axes: vec!["pf.wait_ip".into(), "links.gm.loss".into()], points: WAITS.iter().enumerate().map(point).collect() }
}

/// Puts the runs of the plan in the journal, in `order` of (point, replicate), some at a time.
fn fill(dir: &TempDir, mut order: Vec<(u32, u32)>, at_once: usize, backwards: bool) {
    if backwards {
        order.reverse();
    }
    let mut journal = Journal::open(dir.path(), false).unwrap();
    for part in order.chunks(at_once) {
        let runs: Vec<RunRecord> = part.iter().map(|(point, replicate)| sample_run(*point, *replicate)).collect();
        journal.append(&runs).unwrap();
    }
}

fn all(replicates: u32) -> Vec<(u32, u32)> {
    (0..3).flat_map(|point| (0..replicates).map(move |replicate| (point, replicate))).collect()
}

fn options() -> AssembleOptions {
    AssembleOptions { messages: true, inputs: serde_json::json!({"seed": 42, "model": "made up"}), ..AssembleOptions::default() }
}

fn assembled(dir: &TempDir, replicates: u32) -> Assembled {
    assemble(dir.path(), &plan(replicates), &Journal::read(dir.path()).unwrap(), &options()).unwrap()
}

fn bytes(dir: &TempDir) -> BTreeMap<String, Vec<u8>> {
    let files = fs::read_dir(dir.path()).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_file());
    files.map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), fs::read(&path).unwrap())).collect()
}

#[test]
fn equal_runs_make_equal_bytes_whatever_their_order() {
    let (a, b) = (TempDir::new("bytes-a"), TempDir::new("bytes-b"));
    fill(&a, all(12), 5, false);
    fill(&b, all(12), 1, true);
    assembled(&a, 12);
    assembled(&b, 12);
    let first = bytes(&a);
    let names: Vec<&str> = first.keys().map(String::as_str).collect();
    let tables = if cfg!(feature = "parquet") {
        vec![
            "latency.parquet",
            "levels.parquet",
            "manifest.json",
            "messages.parquet",
            "oracles.csv",
            "runs.csv",
            "runs.parquet",
            "summary.csv",
            "summary.json",
        ]
    } else {
        vec!["latency.csv", "levels.csv", "manifest.json", "messages.csv", "oracles.csv", "runs.csv", "summary.csv", "summary.json"]
    };
    assert_eq!(names, tables);
    assert!(first == bytes(&b));
    assembled(&a, 12);
    assert!(first == bytes(&a), "written again over itself");
}

#[test]
fn what_is_written_reads_back() {
    let dir = TempDir::new("read-back");
    fill(&dir, all(11), 7, false);
    let assembled = assembled(&dir, 11);
    let results = Results::open(dir.path()).unwrap();
    assert_eq!(results.verify().unwrap(), []);
    assert_eq!(results.manifest(), &assembled.manifest);
    assert!(results.manifest().complete);
    assert_eq!(results.manifest().statements["IW15-8.3.1.1-23"], 3 * 11 * 12);
    assert!(results.summary().unwrap() == assembled.summary);

    let runs = |point: u32| (0..11).map(move |replicate| sample_run(point, replicate));
    let latency = results.latency("deferred_latency").unwrap();
    let levels = results.levels("interworking_attempts").unwrap();
    let total = results.levels("queue_total").unwrap();
    assert_eq!(latency.len(), 3);
    for point in 0..3 {
        let (mut times, mut attempts, mut weights) = (Histogram::new(), Levels::new(), Levels::new());
        for run in runs(point) {
            times.merge(&run.histograms["deferred_latency"]);
            attempts.merge(&run.levels["interworking_attempts"]);
            weights.merge(&run.levels["queue_total"]);
        }
        assert_eq!(latency[&point], times);
        assert_eq!(levels[&point], attempts);
        assert_eq!(total[&point], weights, "2^70 ns do not fit one row");
    }
    assert!(results.latency("push_drain").unwrap().is_empty());

    let text = results.runs().unwrap();
    assert_eq!(text.rows.len(), 33);
    let cell = |row: usize, name: &str| text.rows[row][text.column(name).unwrap()].as_str();
    assert_eq!(
        (cell(12, "point"), cell(12, "replicate"), cell(12, "pf.wait_ip"), cell(12, "links.gm.loss")),
        ("1", "1", "10 s", "1")
    );
    let run = sample_run(1, 1);
    assert_eq!(cell(12, "deferred_latency_mean_s__num"), run.sums["deferred_latency"].num.to_string());
    assert_eq!(cell(12, "deferred_latency_mean_s__den"), run.sums["deferred_latency"].den.to_string());
    assert_eq!(cell(12, "deferral_ratio__den"), "198");
    assert_eq!(cell(12, "deferral_ratio").parse::<f64>().unwrap(), run.deferred as f64 / 198.0);
    assert_eq!(cell(12, "push_drain_mean_s"), "", "missing is null");
    assert_eq!(cell(12, "ties_count"), "0", "a count that is absent is zero");
    assert_eq!(cell(12, "timeout_ratio__by_method_message"), "0.02");
    assert_eq!(cell(12, "run_id"), crate::results::hex(&run.run_id));
}

/// What `compare` stands on: a folder without its journal says as much as the runs themselves.
#[test]
fn points_read_back_give_the_same_estimates_and_differences() {
    let dir = TempDir::new("points");
    fill(&dir, all(12)[..35].to_vec(), 7, false);
    assembled(&dir, 12);
    fs::remove_dir_all(dir.path().join("runs.d")).unwrap();
    let points = Results::open(dir.path()).unwrap().points().unwrap();
    let metrics: Vec<&Metric> = Metric::built().collect();
    let fresh: Vec<PointData> = (0..3)
        .map(|point| {
            let mut data = PointData::new();
            (0..12).for_each(|replicate| data.push(&sample_run(point, replicate)));
            if point == 2 {
                data.push_missing(11);
            }
            data
        })
        .collect();
    assert_eq!(points.len(), 3);
    for (read, fresh) in points.iter().zip(&fresh) {
        for (metric, (a, b)) in metrics.iter().zip(read.estimates(&metrics, 0.95).iter().zip(fresh.estimates(&metrics, 0.95))) {
            assert_eq!(*a, b, "{}", metric.name);
        }
    }
    for metric in metrics {
        assert_eq!(points[2].difference(&points[0], metric, 0.95), fresh[2].difference(&fresh[0], metric, 0.95), "{}", metric.name);
    }
}

#[test]
fn the_summary_has_a_row_for_every_built_metric_and_pairs_where_there_are_some() {
    let dir = TempDir::new("summary");
    fill(&dir, all(12), 36, false);
    let rows = assembled(&dir, 12).summary;
    let built: Vec<&str> = Metric::built().map(|metric| metric.name.as_str()).collect();
    let of = |wait: &str| -> Vec<&SummaryRow> { rows.iter().filter(|row| row.values[0] == AxisValue::Text(wait.into())).collect() };
    assert!(of("20 s").iter().map(|row| row.metric.as_str()).eq(built.iter().copied()));
    assert_eq!(of("0 s").len(), built.len() - 1, "nothing to compare the point without a timer with");
    let efficiency = of("10 s").into_iter().find(|row| row.metric == "wait_ip_efficiency_per_s").unwrap();
    assert_eq!((efficiency.method, efficiency.note.as_str()), (Method::Jackknife, "pair=0"));
    let text = fs::read_to_string(dir.path().join("summary.csv")).unwrap();
    assert!(
        text.starts_with("pf.wait_ip,links.gm.loss,metric,n,estimate,ci_low,ci_high,level,method,note\n0 s,1,"),
        "{}",
        &text[..200]
    );
    assert_eq!(text.lines().count(), rows.len() + 1);
}

#[test]
fn missing_and_failed_runs_are_told_in_the_manifest() {
    let dir = TempDir::new("missing");
    fill(&dir, all(12)[..30].to_vec(), 10, false);
    let mut failed = sample_run(2, 7);
    (failed.status, failed.failure) = (Status::Failed, Some("it broke".into()));
    Journal::open(dir.path(), false).unwrap().append(&[failed]).unwrap();
    let manifest = assembled(&dir, 12).manifest;
    assert!(!manifest.complete);
    let told: Vec<(u32, &str, Option<&str>)> =
        manifest.not_done.iter().map(|run| (run.replicate, run.status.as_str(), run.problem.as_deref())).collect();
    assert_eq!(
        told,
        [
            (6, "missing", None),
            (7, "failed", Some("it broke")),
            (8, "missing", None),
            (9, "missing", None),
            (10, "missing", None),
            (11, "missing", None)
        ]
    );
}

#[test]
fn a_folder_that_is_not_ours_is_never_written_to() {
    let dir = TempDir::new("foreign");
    fs::write(dir.path().join("thesis.tex"), "years of work").unwrap();
    let error = assemble_from(dir.path(), &plan(0), &options(), |_| Ok(None)).unwrap_err();
    assert!(matches!(error, ResultsError::Foreign { .. }), "{error}");
    assert!(matches!(Journal::open(dir.path(), false), Err(ResultsError::Foreign { .. })));
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
}

#[test]
fn damaged_tables_are_typed_errors() {
    let dir = TempDir::new("damaged");
    fill(&dir, all(2), 6, false);
    assembled(&dir, 2);
    let results = Results::open(dir.path()).unwrap();
    let latency = dir.path().join(if cfg!(feature = "parquet") { "latency.parquet" } else { "latency.csv" });
    let whole = fs::read(&latency).unwrap();
    for damaged in [&whole[..whole.len() / 2], b"", b"no table"] {
        fs::write(&latency, damaged).unwrap();
        let read = results.latency("deferred_latency");
        assert!(matches!(read, Err(ResultsError::Damaged { .. })), "{read:?}");
        assert_eq!(results.verify().unwrap().len(), 1);
    }
    fs::remove_file(&latency).unwrap();
    assert!(matches!(results.latency("deferred_latency"), Err(ResultsError::Io { .. })));
    fs::write(dir.path().join("summary.json"), "[{}]").unwrap();
    assert!(matches!(results.summary(), Err(ResultsError::Damaged { .. })));
    fs::write(dir.path().join("runs.csv"), "a,b\n1\n").unwrap();
    assert!(matches!(results.runs(), Err(ResultsError::Damaged { .. })));
    assert!(matches!(Results::open(&dir.path().join("nowhere")), Err(ResultsError::NotResults { .. })));
}

#[test]
fn every_flipped_byte_of_a_table_is_an_error_or_a_failed_verification() {
    let dir = TempDir::new("flipped");
    fill(&dir, vec![(0, 0)], 1, false);
    let mut small = plan(1);
    small.points.truncate(1);
    assemble(dir.path(), &small, &Journal::read(dir.path()).unwrap(), &options()).unwrap();
    let results = Results::open(dir.path()).unwrap();
    let latency = dir.path().join(if cfg!(feature = "parquet") { "latency.parquet" } else { "latency.csv" });
    let whole = fs::read(&latency).unwrap();
    for at in (0..whole.len()).step_by(7) {
        let mut flipped = whole.clone();
        flipped[at] ^= 0x04;
        fs::write(&latency, &flipped).unwrap();
        let _ = results.latency("deferred_latency");
        assert_eq!(results.verify().unwrap().len(), 1);
    }
}

#[test]
fn further_files_enter_the_manifest_when_it_is_written_again() {
    let dir = TempDir::new("further");
    fill(&dir, all(1), 3, false);
    let mut manifest = assembled(&dir, 1).manifest;
    put_file(dir.path(), "plots/a.svg", b"<svg/>").unwrap();
    assert_eq!(Results::open(dir.path()).unwrap().verify().unwrap().len(), 1);
    manifest.write(dir.path()).unwrap();
    assert_eq!(Results::open(dir.path()).unwrap().verify().unwrap(), []);
}

#[test]
fn an_assembly_leaves_no_table_of_an_earlier_one() {
    let dir = TempDir::new("stale-tables");
    fill(&dir, all(1), 3, false);
    fs::write(dir.path().join("latency.parquet"), "old").unwrap();
    fs::write(dir.path().join("latency.csv"), "old").unwrap();
    assembled(&dir, 1);
    let tables = |form: &str| bytes(&dir).keys().filter(|name| name.ends_with(form)).count();
    assert_eq!(Results::open(dir.path()).unwrap().latency("deferred_latency").unwrap().len(), 3);
    let with = (tables(".parquet"), tables(".csv"));
    let plain = AssembleOptions { messages: false, ..options() };
    assemble(dir.path(), &plan(1), &Journal::read(dir.path()).unwrap(), &plain).unwrap();
    let without = (tables(".parquet"), tables(".csv"));
    assert_eq!(with.0 + with.1, without.0 + without.1 + 1, "the rows of messages are gone");
    assert_eq!(Results::open(dir.path()).unwrap().verify().unwrap(), []);
}
