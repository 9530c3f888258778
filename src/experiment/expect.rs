//! Expectations: what an experiment file says a metric should be, and whether it is.
//!
//! All interval tests of one file are a family, judged together at 99 %: each at level 1 − 0.01/k (Bonferroni), k their number.
//! The interval that is printed has the usual level of 95 %, and the bound on half-widths is about that one. `equals: 0` holds
//! when no event was seen. A metric without data fails. Left out: where estimates come from ([`Evidence`]).

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::formula::Formula;
use crate::stats::Estimate;

/// Risk that a family of true expectations fails.
pub const FAMILY_RISK: f64 = 0.01;
/// Level of printed intervals.
pub const PRINTED_LEVEL: f64 = 0.95;
/// Two numbers closer than this (relatively) are the same where there is no interval, or one of no width.
const ROUNDING: f64 = 1e-9;

/// One `expect` block.
#[derive(Clone, Debug, PartialEq)]
pub struct Expectation {
    /// Where it stands in the file, as `/expect/3`.
    pub place: String,
    /// Full name, as `sms_share_ratio`.
    pub metric: String,
    /// Points it is about: axis name and label. Axes not named here take all their values.
    pub at: BTreeMap<String, String>,
    pub relation: Relation,
    pub half_width: Option<Bound>,
    /// What `equals` may miss, beyond the interval, for formulas that are approximations.
    pub tolerance: Option<Bound>,
}

/// What is said of the metric.
#[derive(Clone, Debug, PartialEq)]
pub enum Relation {
    Equals(Formula),
    /// The metric lies between these, both included.
    Between(Formula, Formula),
    /// The metric is less than that at another point (labels that differ) or than another metric.
    LessThan {
        at: BTreeMap<String, String>,
        metric: Option<String>,
    },
    /// The metric differs from its value in the baseline of a gate by no more than the margin.
    EquivalentToBaseline {
        margin: Bound,
    },
}

/// A length on the axis of a metric: so much, or such a share of the value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Bound {
    Absolute(f64),
    Relative(f64),
}

impl Bound {
    /// The bound in the unit of the metric, where it is relative to `value`.
    pub fn of(self, value: f64) -> f64 {
        match self {
            Bound::Absolute(bound) => bound,
            Bound::Relative(share) => share * value.abs(),
        }
    }

    fn text(self) -> String {
        match self {
            Bound::Absolute(bound) => bound.to_string(),
            Bound::Relative(share) => format!("{} %", 100.0 * share),
        }
    }
}

/// Where estimates come from.
pub trait Evidence {
    /// The estimate of a metric at a point, at a confidence level; none where no run has such a metric.
    fn estimate(&self, point: usize, metric: &str, level: f64) -> Option<Estimate>;

    /// The difference of two metrics (first minus second), paired over replicates where the evidence allows.
    fn difference(&self, first: (usize, &str), second: (usize, &str), level: f64) -> Option<Estimate>;

    /// The value of a metric at a point in the baseline of a gate.
    fn baseline(&self, point: usize, metric: &str) -> Option<f64>;
}

/// A point as expectations see it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Place {
    /// Label of each axis.
    pub labels: BTreeMap<String, String>,
    /// Numeric value of each axis that has one, by the name formulas use.
    pub values: BTreeMap<String, f64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    Holds,
    /// Nothing speaks against it, but the evidence is too thin.
    Imprecise,
    Fails,
}

impl Verdict {
    pub const fn word(self) -> &'static str {
        match self {
            Verdict::Holds => "holds",
            Verdict::Imprecise => "imprecise",
            Verdict::Fails => "fails",
        }
    }
}

/// One expectation at one point, judged.
#[derive(Clone, Debug, PartialEq)]
pub struct Judged {
    pub place: String,
    pub point: usize,
    pub labels: BTreeMap<String, String>,
    pub metric: String,
    /// What was expected, in words.
    pub expected: String,
    /// Its value, where it is one number.
    pub value: Option<f64>,
    /// At the printed level.
    pub estimate: Option<Estimate>,
    /// At the family's level.
    pub judged: Option<(f64, f64)>,
    /// What it must lie between, where that was said.
    pub bounds: Option<(f64, f64)>,
    pub verdict: Verdict,
    /// Why it does not hold, or what is worth knowing although it does.
    pub why: String,
}

/// The judgement of a file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Judgement {
    pub rows: Vec<Judged>,
}

/// Judges every expectation at every point it is about.
pub fn judge(expectations: &[Expectation], places: &[Place], evidence: &dyn Evidence) -> Judgement {
    let with_baseline = |e: &Expectation, point: usize| {
        !matches!(e.relation, Relation::EquivalentToBaseline { .. }) || evidence.baseline(point, &e.metric).is_some()
    };
    let mut cases = Vec::new();
    for expectation in expectations {
        let about: Vec<usize> = (0..places.len()).filter(|p| matches(&expectation.at, &places[*p])).collect();
        // Without a baseline there is nothing to be equivalent to: that is the gate's business, not a failure of the sweep.
        cases.extend(about.into_iter().filter(|p| with_baseline(expectation, *p)).map(|p| (expectation, p)));
    }
    let level = 1.0 - FAMILY_RISK / cases.len().max(1) as f64;
    // Point by point, so that evidence has to hold few points at a time; the rows stand in the order of the file.
    let mut order: Vec<usize> = (0..cases.len()).collect();
    order.sort_by_key(|case| cases[*case].1);
    let mut rows: Vec<Option<Judged>> = vec![None; cases.len()];
    for case in order {
        let (expectation, point) = cases[case];
        rows[case] = Some(judge_one(expectation, point, places, evidence, level));
    }
    let rows = rows.into_iter().map(|row| row.expect("every case was judged")).collect();
    Judgement { rows }
}

fn matches(at: &BTreeMap<String, String>, place: &Place) -> bool {
    at.iter().all(|(axis, label)| place.labels.get(axis) == Some(label))
}

fn judge_one(e: &Expectation, point: usize, places: &[Place], evidence: &dyn Evidence, level: f64) -> Judged {
    let place = &places[point];
    let printed = evidence.estimate(point, &e.metric, PRINTED_LEVEL);
    let mut row = Judged {
        place: e.place.clone(),
        point,
        labels: place.labels.clone(),
        metric: e.metric.clone(),
        expected: String::new(),
        value: None,
        estimate: printed.clone(),
        judged: None,
        bounds: None,
        verdict: Verdict::Holds,
        why: String::new(),
    };
    let value_of = |name: &str| place.values.get(name).copied();
    // What is expected is worked out first, so that a row without data still says it.
    let aim = match &e.relation {
        Relation::Equals(formula) => formula.value(&value_of).map(|v| Aim::Equals(v, e.tolerance.map_or(0.0, |t| t.of(v)))),
        Relation::Between(low, high) => low.value(&value_of).and_then(|l| Ok(Aim::Within(l, high.value(&value_of)?))),
        Relation::LessThan { .. } => Ok(Aim::Below),
        Relation::EquivalentToBaseline { margin } => {
            let base = evidence.baseline(point, &e.metric).expect("cases without a baseline are left out");
            Ok(Aim::Within(base - margin.of(base), base + margin.of(base)))
        }
    };
    row.expected = expected_text(&e.relation, aim.as_ref().ok());
    let aim = match aim {
        Ok(aim) => aim,
        Err(problem) => return fails(row, problem),
    };
    if let Aim::Equals(value, _) = aim {
        row.value = Some(value);
    }
    if let Aim::Within(low, high) = aim {
        row.bounds = Some((low, high));
    }
    let Some(middle) = printed.as_ref().and_then(|p| p.estimate) else {
        let missing = if printed.is_some() { "no run had data for it" } else { "the results hold no such metric" };
        return fails(row, missing.to_owned());
    };
    match (aim, &e.relation) {
        (Aim::Below, Relation::LessThan { at, metric }) => {
            let mut labels = place.labels.clone();
            labels.extend(at.clone());
            let Some(other) = places.iter().position(|p| p.labels == labels) else {
                return fails(row, "the point to compare with is not in the plan".to_owned());
            };
            let other_metric = metric.as_deref().unwrap_or(&e.metric);
            let Some(difference) = evidence.difference((point, &e.metric), (other, other_metric), level) else {
                return fails(row, "there is no difference to judge: data are missing at one of the points".to_owned());
            };
            row = judge_below(row, &difference);
        }
        (Aim::Within(low, high), _) => row = judge_within(row, middle, interval(evidence, point, &e.metric, level), low, high),
        (Aim::Equals(value, slack), _) => row = judge_equal(row, middle, interval(evidence, point, &e.metric, level), value, slack),
        (Aim::Below, _) => unreachable!("only less_than aims below"),
    }
    judge_precision(row, e.half_width)
}

enum Aim {
    /// Value, and what it may be missed by.
    Equals(f64, f64),
    Within(f64, f64),
    Below,
}

fn fails(mut row: Judged, why: String) -> Judged {
    row.verdict = Verdict::Fails;
    row.why = why;
    row
}

fn expected_text(relation: &Relation, aim: Option<&Aim>) -> String {
    match (relation, aim) {
        (Relation::Equals(formula), _) => format!("= {}", formula.text()),
        (Relation::Between(low, high), _) => format!("between {} and {}", low.text(), high.text()),
        (Relation::LessThan { at, metric }, _) => {
            let place: Vec<String> = at.iter().map(|(axis, label)| format!("{axis}={label}")).collect();
            let metric = metric.as_ref().map_or(String::new(), |m| format!("{m} "));
            format!("< {metric}{}", if place.is_empty() { "here".to_owned() } else { format!("at {}", place.join(", ")) })
        }
        (Relation::EquivalentToBaseline { margin }, _) => format!("baseline ± {}", margin.text()),
    }
}

/// The interval at the family's level, widened by what the buckets of a histogram can hide.
fn interval(evidence: &dyn Evidence, point: usize, metric: &str, level: f64) -> Option<(f64, f64)> {
    let estimate = evidence.estimate(point, metric, level)?;
    let (low, high) = estimate.interval()?;
    let bucket = estimate.notes.iter().find_map(|n| match n {
        crate::stats::Note::Bucket(relative) => Some(*relative),
        _ => None,
    });
    let blur = bucket.unwrap_or(0.0) * estimate.estimate.unwrap_or(0.0).abs();
    Some((low - blur, high + blur))
}

fn same(a: f64, b: f64) -> bool {
    (a - b).abs() <= ROUNDING * a.abs().max(b.abs()).max(f64::MIN_POSITIVE)
}

fn judge_equal(mut row: Judged, middle: f64, interval: Option<(f64, f64)>, value: f64, slack: f64) -> Judged {
    row.judged = interval;
    if value == 0.0 && slack == 0.0 {
        if middle != 0.0 {
            return fails(row, "something was seen where nothing was expected".to_owned());
        }
        if let Some((_, high)) = row.estimate.as_ref().and_then(Estimate::interval).filter(|(_, high)| *high > 0.0) {
            row.why = format!("none seen; at most {} with 95 % confidence", short(high));
        }
        return row;
    }
    let close = same(middle, value) || (middle - value).abs() <= slack;
    match interval {
        Some((low, high)) if (low - slack..=high + slack).contains(&value) || close => row,
        Some((low, high)) => fails(row, format!("{value:.6} is outside {low:.6} to {high:.6}")),
        None if close => row,
        None if row.estimate.as_ref().is_some_and(|e| {
            e.notes.iter().any(|n| matches!(n, crate::stats::Note::FewReplicates | crate::stats::Note::FewItems))
        }) =>
        {
            row.verdict = Verdict::Imprecise;
            row.why = "too few replicates or items for an interval".to_owned();
            row
        }
        None => fails(row, format!("{middle:.6} is not {value:.6}")),
    }
}

fn judge_within(mut row: Judged, middle: f64, interval: Option<(f64, f64)>, low: f64, high: f64) -> Judged {
    row.judged = interval;
    if !(low..=high).contains(&middle) && !same(middle, low) && !same(middle, high) {
        return fails(row, format!("{middle:.6} is not between {low:.6} and {high:.6}"));
    }
    let wide = interval.is_some_and(|(l, h)| (l < low && !same(l, low)) || (h > high && !same(h, high)));
    if wide {
        row.verdict = Verdict::Imprecise;
        row.why = "the interval reaches beyond the bounds; more replicates would tell".to_owned();
    }
    row
}

fn judge_below(mut row: Judged, difference: &Estimate) -> Judged {
    let Some(middle) = difference.estimate else {
        return fails(row, "no run had data for it at both points".to_owned());
    };
    row.judged = difference.interval();
    if middle >= 0.0 {
        return fails(row, format!("it is not less: the difference is {middle:.6}"));
    }
    match row.judged {
        Some((_, high)) if high >= 0.0 => {
            row.verdict = Verdict::Imprecise;
            row.why = format!("the difference {middle:.6} may be chance; more replicates would tell");
        }
        Some(_) => {}
        None if difference.notes.is_empty() => {}
        None => {
            row.verdict = Verdict::Imprecise;
            row.why = "too few replicates for an interval of the difference".to_owned();
        }
    }
    row
}

fn judge_precision(mut row: Judged, bound: Option<Bound>) -> Judged {
    let (Some(bound), Some(estimate)) = (bound, &row.estimate) else { return row };
    if row.verdict != Verdict::Holds || row.value == Some(0.0) {
        return row;
    }
    let most = bound.of(row.value.or(estimate.estimate).unwrap_or(0.0));
    match estimate.half_width() {
        Some(half) if half <= most || half <= ROUNDING * most => {}
        Some(half) => {
            row.verdict = Verdict::Imprecise;
            row.why = format!("half-width {} is more than {} ({})", short(half), short(most), bound.text());
        }
        None if estimate.notes.is_empty() => {}
        None => {
            row.verdict = Verdict::Imprecise;
            row.why = "there is no interval whose half-width could be judged".to_owned();
        }
    }
    row
}

impl Judgement {
    /// How many rows have this verdict.
    pub fn count(&self, verdict: Verdict) -> usize {
        self.rows.iter().filter(|r| r.verdict == verdict).count()
    }

    /// The level each row was judged at.
    pub fn level(&self) -> f64 {
        1.0 - FAMILY_RISK / self.rows.len().max(1) as f64
    }

    /// The content of `expectations.json`.
    pub fn json(&self) -> Value {
        let rows: Vec<Value> = self
            .rows
            .iter()
            .map(|r| {
                let e = r.estimate.as_ref();
                json!({
                    "place": r.place, "point": r.point, "at": r.labels, "metric": r.metric, "expected": r.expected, "value": r.value,
                    "estimate": e.and_then(|e| e.estimate), "ci_low": e.and_then(|e| e.ci_low), "ci_high": e.and_then(|e| e.ci_high),
                    "half_width": e.and_then(Estimate::half_width),
                    "judged_low": r.judged.map(|j| j.0), "judged_high": r.judged.map(|j| j.1),
                    "n": e.map(|e| e.n), "method": e.map(|e| e.method.word()), "note": e.map(Estimate::note_text),
                    "margin_half_widths": r.margin(), "verdict": r.verdict.word(), "why": r.why,
                })
            })
            .collect();
        json!({ "family": { "tests": self.rows.len(), "level": 1.0 - FAMILY_RISK, "level_each": self.level(), "printed_level": PRINTED_LEVEL }, "expectations": rows })
    }

    /// A table for people: a line for each row that does not hold, and one for each `expect` block whose rows hold, with the number of
    /// its points and the row that came nearest to failing. All rows are in [`Judgement::json`].
    pub fn table(&self) -> String {
        let mut lines = vec![["", "metric", "at", "expected", "estimate", "95 % interval", "remark"].map(str::to_owned)];
        let holds = |r: &&Judged| r.verdict == Verdict::Holds;
        lines.extend(self.rows.iter().filter(|r| !holds(r)).map(|r| line(r, at(r), r.why.clone())));
        let mut told: Vec<&str> = Vec::new();
        for row in self.rows.iter().filter(holds) {
            if told.contains(&row.place.as_str()) {
                continue;
            }
            told.push(&row.place);
            let block: Vec<&Judged> = self.rows.iter().filter(holds).filter(|r| r.place == row.place).collect();
            lines.push(block_line(&block));
        }
        let widths: Vec<usize> = (0..7).map(|i| lines.iter().map(|r| r[i].chars().count()).max().unwrap_or(0)).collect();
        let mut out = String::new();
        for row in lines {
            let line: String = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}  ")).collect();
            out.push_str(line.trim_end());
            out.push('\n');
        }
        out
    }
}

fn at(row: &Judged) -> String {
    let at: Vec<String> = row.labels.iter().map(|(axis, label)| format!("{axis}={label}")).collect();
    at.join(" ")
}

fn line(r: &Judged, at: String, remark: String) -> [String; 7] {
    let e = r.estimate.as_ref();
    let value = r.value.map_or(String::new(), short);
    let expected = if r.value.is_some() && r.expected.trim_start_matches("= ") != value {
        format!("{} = {value}", r.expected)
    } else {
        r.expected.clone()
    };
    let interval = e.and_then(Estimate::interval).map_or("-".to_owned(), |(l, h)| format!("{} to {}", short(l), short(h)));
    let estimate = e.and_then(|e| e.estimate).map_or("-".to_owned(), short);
    [r.verdict.word().to_owned(), r.metric.clone(), at, expected, estimate, interval, remark]
}

/// The line of a block whose rows hold: that of its worst row.
fn block_line(block: &[&Judged]) -> [String; 7] {
    // Of two alike the first; where nothing was expected and seen, the one of which least is known.
    let rank = |r: &Judged| r.margin().unwrap_or(f64::INFINITY);
    let loose = |r: &Judged| r.estimate.as_ref().and_then(Estimate::half_width).unwrap_or(0.0);
    let worse = |a: &Judged, b: &Judged| rank(a).total_cmp(&rank(b)).then(loose(b).total_cmp(&loose(a)));
    let worst = block.iter().copied().reduce(|a, b| if worse(b, a).is_lt() { b } else { a }).expect("a block has a row");
    let margin = worst.margin().map(|m| format!("margin {} half-widths", short((m * 100.0).round() / 100.0)));
    let mut remarks: Vec<String> = margin.into_iter().chain((!worst.why.is_empty()).then(|| worst.why.clone())).collect();
    if block.len() == 1 {
        return line(worst, at(worst), remarks.join("; "));
    }
    remarks.insert(0, format!("worst at {}", at(worst)));
    line(worst, format!("{} points", block.len()), remarks.join("; "))
}

impl Judged {
    /// How far it is from failing, in half-widths of the interval it was judged by; none where there is no such interval.
    pub fn margin(&self) -> Option<f64> {
        let (low, high) = self.judged?;
        let half = (high - low) / 2.0;
        let left = match (self.value, self.bounds) {
            (Some(0.0), _) => return None,
            (Some(value), _) => (value - low).min(high - value),
            (None, Some((least, most))) => (low - least).min(most - high),
            (None, None) => -high,
        };
        // A value that an allowance beyond the interval saved has nothing left.
        (half > 0.0).then(|| (left / half).max(0.0))
    }
}

/// Six significant digits.
fn short(value: f64) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    let digits = (5 - libm::log10(value.abs()).floor() as i32).clamp(0, 18) as usize;
    let text = format!("{value:.digits$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

#[cfg(test)]
#[path = "expect_tests.rs"]
mod tests;
