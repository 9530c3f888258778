//! Verdicts on made-up evidence: normal estimates whose intervals are known.

use super::*;
use crate::stats::{Method, Note, normal_quantile};

/// Each (point, metric) has a middle and a standard error; intervals are normal.
struct Made(Vec<(usize, &'static str, f64, f64)>);

impl Made {
    fn find(&self, point: usize, metric: &str) -> Option<(f64, f64)> {
        self.0.iter().find(|(p, m, ..)| *p == point && *m == metric).map(|(_, _, middle, error)| (*middle, *error))
    }
}

fn normal(middle: f64, error: f64, level: f64) -> Estimate {
    let half = normal_quantile(0.5 + level / 2.0) * error;
    Estimate {
        n: 30,
        estimate: Some(middle),
        ci_low: Some(middle - half),
        ci_high: Some(middle + half),
        level,
        method: Method::T,
        notes: vec![],
    }
}

impl Evidence for Made {
    fn estimate(&self, point: usize, metric: &str, level: f64) -> Option<Estimate> {
        let (middle, error) = self.find(point, metric)?;
        if middle.is_nan() {
            return Some(Estimate::plain(0, None, level).with(Note::Missing(30)));
        }
        Some(normal(middle, error, level))
    }

    fn difference(&self, first: (usize, &str), second: (usize, &str), level: f64) -> Option<Estimate> {
        let (a, b) = (self.find(first.0, first.1)?, self.find(second.0, second.1)?);
        Some(normal(a.0 - b.0, a.1.hypot(b.1), level))
    }

    fn baseline(&self, _point: usize, metric: &str) -> Option<f64> {
        (metric == "pinned").then_some(10.0)
    }
}

fn labels(wait: &str) -> BTreeMap<String, String> {
    BTreeMap::from([("wait".to_owned(), wait.to_owned())])
}

fn places() -> Vec<Place> {
    [("0 s", 0.0), ("20 s", 20.0)]
        .map(|(label, value)| Place { labels: labels(label), values: BTreeMap::from([("wait".to_owned(), value)]) })
        .to_vec()
}

fn expectation(metric: &str, relation: Relation) -> Expectation {
    Expectation {
        place: "/expect/0".into(),
        metric: metric.into(),
        at: labels("20 s"),
        relation,
        half_width: None,
        tolerance: None,
    }
}

fn equals(text: &str) -> Relation {
    Relation::Equals(Formula::parse(text).expect("a formula"))
}

fn verdict(e: Expectation, evidence: &Made) -> (Verdict, String) {
    let judged = judge(&[e], &places(), evidence);
    assert_eq!(judged.rows.len(), 1);
    (judged.rows[0].verdict, judged.rows[0].why.clone())
}

/// z at 99 % is 2.5758: a value 2.5 standard errors away holds alone, one 2.6 away does not.
#[test]
fn equality_is_judged_at_the_level_of_the_family() {
    let truth = (-20.0f64 / 12.0).exp();
    let near = Made(vec![(1, "share", truth + 0.0025, 0.001)]);
    let far = Made(vec![(1, "share", truth + 0.0026, 0.001)]);
    assert_eq!(verdict(expectation("share", equals("exp(-wait/12)")), &near).0, Verdict::Holds);
    assert_eq!(verdict(expectation("share", equals("exp(-wait/12)")), &far).0, Verdict::Fails);
    // Ten in the family: each is judged at 99.9 %, z = 3.29.
    let ten: Vec<Expectation> = (0..10).map(|_| expectation("share", equals("exp(-wait/12)"))).collect();
    let judged = judge(&ten, &places(), &far);
    assert!((judged.level() - 0.999).abs() < 1e-12);
    assert_eq!(judged.count(Verdict::Holds), 10);
}

#[test]
fn an_expectation_without_a_place_is_about_every_point() {
    let evidence = Made(vec![(0, "share", 1.0, 0.01), (1, "share", 0.19, 0.01)]);
    let mut everywhere = expectation("share", equals("exp(-wait/12)"));
    everywhere.at.clear();
    let judged = judge(&[everywhere], &places(), &evidence);
    assert_eq!(judged.rows.iter().map(|r| (r.point, r.verdict)).collect::<Vec<_>>(), [(0, Verdict::Holds), (1, Verdict::Holds)]);
}

#[test]
fn zero_holds_when_nothing_was_seen_and_never_otherwise() {
    assert_eq!(verdict(expectation("lost", equals("0")), &Made(vec![(1, "lost", 0.0, 0.001)])).0, Verdict::Holds);
    // The interval of 0.0001 ± 0.001 holds zero, and yet something was seen.
    let (seen, why) = verdict(expectation("lost", equals("0")), &Made(vec![(1, "lost", 0.0001, 0.001)]));
    assert_eq!((seen, why.as_str()), (Verdict::Fails, "something was seen where nothing was expected"));
}

#[test]
fn missing_data_fail() {
    let (verdict_of, why) = verdict(expectation("share", equals("1")), &Made(vec![(1, "share", f64::NAN, 0.0)]));
    assert_eq!((verdict_of, why.as_str()), (Verdict::Fails, "no run had data for it"));
    let (verdict_of, why) = verdict(expectation("share", equals("1")), &Made(vec![]));
    assert_eq!((verdict_of, why.as_str()), (Verdict::Fails, "the results hold no such metric"));
    let (verdict_of, why) = verdict(expectation("share", equals("speed")), &Made(vec![(1, "share", 1.0, 0.1)]));
    assert_eq!((verdict_of, why.as_str()), (Verdict::Fails, "\"speed\" has no numeric value here"));
}

/// z at 95 % is 1.96: a standard error of 0.01 gives a half-width of 0.0196.
#[test]
fn a_wide_interval_is_imprecise_not_wrong() {
    let evidence = Made(vec![(1, "share", 2.0, 0.01)]);
    let mut tight = expectation("share", equals("2"));
    tight.half_width = Some(Bound::Relative(0.009));
    assert_eq!(verdict(tight.clone(), &evidence).0, Verdict::Imprecise);
    tight.half_width = Some(Bound::Relative(0.01));
    assert_eq!(verdict(tight.clone(), &evidence).0, Verdict::Holds);
    tight.half_width = Some(Bound::Absolute(0.0195));
    assert_eq!(verdict(tight, &evidence).0, Verdict::Imprecise);
}

#[test]
fn between_holds_only_if_the_whole_interval_lies_there() {
    let evidence = Made(vec![(1, "share", 0.5, 0.01)]);
    let between = |low: f64, high: f64| expectation("share", Relation::Between(Formula::number(low), Formula::number(high)));
    assert_eq!(verdict(between(0.4, 0.6), &evidence).0, Verdict::Holds);
    assert_eq!(verdict(between(0.49, 0.6), &evidence).0, Verdict::Imprecise);
    assert_eq!(verdict(between(0.51, 0.6), &evidence).0, Verdict::Fails);
}

#[test]
fn less_than_compares_with_another_point() {
    let less = || expectation("share", Relation::LessThan { at: labels("0 s"), metric: None });
    assert_eq!(verdict(less(), &Made(vec![(1, "share", 0.5, 0.01), (0, "share", 0.6, 0.01)])).0, Verdict::Holds);
    assert_eq!(verdict(less(), &Made(vec![(1, "share", 0.59, 0.01), (0, "share", 0.6, 0.01)])).0, Verdict::Imprecise);
    assert_eq!(verdict(less(), &Made(vec![(1, "share", 0.7, 0.01), (0, "share", 0.6, 0.01)])).0, Verdict::Fails);
    assert_eq!(verdict(less(), &Made(vec![(1, "share", 0.7, 0.01)])).0, Verdict::Fails);
}

#[test]
fn equivalence_needs_a_baseline_and_is_left_out_without_one() {
    let evidence = Made(vec![(1, "pinned", 10.1, 0.01), (1, "free", 3.0, 0.01)]);
    let same = |metric: &str, margin| expectation(metric, Relation::EquivalentToBaseline { margin });
    assert_eq!(verdict(same("pinned", Bound::Relative(0.02)), &evidence).0, Verdict::Holds);
    assert_eq!(verdict(same("pinned", Bound::Absolute(0.05)), &evidence).0, Verdict::Fails);
    assert!(judge(&[same("free", Bound::Absolute(1.0))], &places(), &evidence).rows.is_empty());
}

#[test]
fn a_tolerance_widens_equality() {
    let evidence = Made(vec![(1, "share", 1.05, 0.001)]);
    let mut loose = expectation("share", equals("1"));
    assert_eq!(verdict(loose.clone(), &evidence).0, Verdict::Fails);
    loose.tolerance = Some(Bound::Relative(0.06));
    assert_eq!(verdict(loose, &evidence).0, Verdict::Holds);
}

#[test]
fn numbers_are_printed_with_six_digits() {
    for (value, text) in
        [(0.188_875_602_8, "0.188876"), (1234567.0, "1234567"), (30.0, "30"), (-2.5, "-2.5"), (1e-9, "0.000000001"), (0.0, "0")]
    {
        assert_eq!(short(value), text);
    }
}
