//! Estimates of points against the formulas of the page, worked out here a second time.

use super::*;
use crate::results::sample::sample_run;
use crate::stats::Method;

fn metric(name: &str) -> &'static Metric {
    Metric::find(name).unwrap()
}

fn sample(point: u32, replicates: u32) -> PointData {
    let mut data = PointData::new();
    (0..replicates).for_each(|replicate| data.push(&sample_run(point, replicate)));
    data
}

#[test]
fn a_mean_is_the_total_of_sums_over_the_total_of_numbers_in_seconds() {
    let runs: Vec<RunRecord> = (0..12).map(|k| sample_run(0, k)).collect();
    let num: i128 = runs.iter().map(|run| run.sums["deferred_latency"].num).sum();
    let den: i128 = runs.iter().map(|run| run.sums["deferred_latency"].den).sum();
    let estimate = sample(0, 12).estimate(metric("deferred_latency_mean_s"), 0.95);
    assert_eq!(estimate.estimate, Some(num as f64 / den as f64 / 1e9));
    assert_eq!((estimate.n, estimate.method), (12, Method::Jackknife));
    let half = estimate.half_width().unwrap();
    assert!(half > 0.0 && half < 5.0, "seconds, not nanoseconds: {half}");
    // Six open items of 6 + the deferred of 12 runs.
    assert!(estimate.note_text().starts_with("censored="), "{}", estimate.note_text());
}

#[test]
fn ratios_have_the_factor_of_their_unit() {
    let data = sample(0, 12);
    let lost = data.estimate(metric("lost_per_million"), 0.95);
    let bound = 1e6 * (1.0 - 0.05f64.powf(1.0 / (12.0 * 198.0)));
    assert_eq!((lost.estimate, lost.ci_low, lost.method), (Some(0.0), Some(0.0), Method::ExactZero));
    assert!((lost.ci_high.unwrap() / bound - 1.0).abs() < 1e-9);
    assert_eq!(lost.note_text(), "censored=0.0025;items=2376;zero_count_independence", "6 of 2400 messages are open");
}

#[test]
fn values_of_runs_have_student_t_and_absence_is_zero() {
    let data = sample(0, 10);
    let events = data.estimate(metric("events_count"), 0.95);
    assert!((events.estimate.unwrap() - 10_000.45).abs() < 1e-9);
    assert_eq!((events.n, events.method, events.note_text()), (10, Method::T, String::new()));
    let ties = data.estimate(metric("ties_count"), 0.95);
    assert_eq!((ties.estimate, ties.ci_low, ties.ci_high, ties.n), (Some(0.0), Some(0.0), Some(0.0), 10));
    // A level weighted by time, read from the levels: (0 * 3000 + level * 600) / 3600 with levels 1, 2, 3 in turn.
    let queue = data.estimate(metric("queue_length_mean_messages"), 0.95);
    assert!((queue.estimate.unwrap() - (4.0 + 2.0 * 3.0 + 3.0 * 3.0) / 60.0).abs() < 1e-12, "{queue:?}");
    let most = data.estimate(metric("queue_total_max_messages"), 0.95);
    assert_eq!((most.estimate, most.method), (Some(309.0), Method::None));
}

#[test]
fn a_metric_without_data_is_missing_and_never_zero() {
    let estimate = sample(0, 12).estimate(metric("push_drain_mean_s"), 0.95);
    assert_eq!((estimate.n, estimate.estimate, estimate.note_text()), (0, None, "missing=12".to_owned()));
    let estimate = sample(0, 12).estimate(metric("push_drain_p95_s"), 0.95);
    assert_eq!((estimate.n, estimate.estimate, estimate.note_text()), (0, None, "missing=12".to_owned()));
    let estimate = sample(0, 12).estimate(metric("queue_full_ratio"), 0.95);
    assert_eq!(estimate.estimate, None);
}

#[test]
fn runs_that_are_not_done_are_missing() {
    let mut data = sample(0, 12);
    let mut failed = sample_run(0, 12);
    failed.status = Status::Failed;
    data.push(&failed);
    data.push_missing(13);
    let deferral = data.estimate(metric("deferral_ratio"), 0.95);
    assert_eq!(deferral.n, 12);
    assert_eq!(deferral.notes[0], Note::Missing(2));
    assert_eq!(deferral.estimate, sample(0, 12).estimate(metric("deferral_ratio"), 0.95).estimate);
}

#[test]
fn the_order_of_arrival_does_not_matter() {
    let mut backwards = PointData::new();
    (0..15).rev().for_each(|replicate| backwards.push(&sample_run(2, replicate)));
    let metrics: Vec<&Metric> = Metric::built().collect();
    assert_eq!(backwards.estimates(&metrics, 0.95), sample(2, 15).estimates(&metrics, 0.95));
}

#[test]
fn several_metrics_at_once_are_the_same_as_one_by_one() {
    let data = sample(1, 12);
    let metrics: Vec<&Metric> = Metric::built().collect();
    for (metric, estimate) in metrics.iter().zip(data.estimates(&metrics, 0.99)) {
        assert_eq!(estimate, data.estimate(metric, 0.99), "{}", metric.name);
    }
}

#[test]
fn a_point_minus_itself_is_exactly_nothing() {
    let data = sample(1, 12);
    for name in
        ["deferral_ratio", "deferred_latency_mean_s", "events_count", "deferred_latency_p50_s", "queue_length_mean_messages"]
    {
        let estimate = data.difference(&data, metric(name), 0.95);
        assert_eq!((estimate.estimate, estimate.ci_low, estimate.ci_high), (Some(0.0), Some(0.0), Some(0.0)), "{name}");
    }
}

#[test]
fn a_difference_is_paired_by_replicate() {
    let (a, b) = (sample(3, 14), sample(1, 12));
    // One more deferred message a run for each step of the point, of 198: pairing takes the replicates' variation out.
    let estimate = a.difference(&b, metric("deferral_ratio"), 0.95);
    assert_eq!(estimate.n, 12);
    assert!((estimate.estimate.unwrap() - 2.0 / 198.0).abs() < 1e-12);
    assert!(estimate.half_width().unwrap() < 1e-12);
}

#[test]
fn the_efficiency_of_waiting_is_the_formula_of_the_page() {
    let (with, without) = (sample(2, 12), sample(0, 12));
    let total = |data: &PointData, name: &str| data.sums(metric(name)).into_iter().sum::<Sum>().value().unwrap();
    let expected =
        (total(&without, "sms_share_ratio") - total(&with, "sms_share_ratio")) / (total(&with, "wait_ip_hold_mean_s") / 1e9);
    let estimate = wait_ip_efficiency(&with.waits(), &without.waits(), 0, 0.95);
    assert!((estimate.estimate.unwrap() - expected).abs() < 1e-15);
    assert_eq!((estimate.n, estimate.method, estimate.note_text()), (12, Method::Jackknife, "pair=0".to_owned()));
    assert!(estimate.half_width().unwrap() < expected.abs());
    let few = wait_ip_efficiency(&sample(2, 5).waits(), &without.waits(), 0, 0.95);
    assert_eq!((few.interval(), few.note_text()), (None, "few_replicates;pair=0".to_owned()));
}

#[test]
fn the_value_of_a_run_is_the_estimate_of_a_point_with_this_run_alone() {
    let run = sample_run(1, 3);
    let mut data = PointData::new();
    data.push(&run);
    for metric in Metric::built() {
        assert_eq!(PointData::run_value(&run, metric), data.estimate(metric, 0.95).estimate, "{}", metric.name);
    }
    let stopped = RunRecord { status: Status::Stopped, ..run };
    assert!(Metric::built().all(|metric| PointData::run_value(&stopped, metric).is_none()));
}
