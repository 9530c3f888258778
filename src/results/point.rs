//! All runs of one point, packed, and what is estimated from them (`metrics.md` 1.4 to 1.6).
//!
//! Runs may come in any order and are kept by replicate. Only runs that are done are counted; the others are missing.

use std::collections::BTreeMap;

use super::metric::{Code, Metric, Open, Population, Source, Stat};
use super::run_record::{Key, RunRecord, Status};
use crate::stats::{self, Estimate, Levels, Note, Packed, Sum};

/// The runs of one point.
#[derive(Clone, Debug, Default)]
pub struct PointData {
    runs: BTreeMap<u32, Kept>,
}

/// What is kept of a run.
#[derive(Clone, Debug)]
pub(super) struct Kept {
    pub done: bool,
    pub submitted: i64,
    pub pending: i64,
    pub sums: BTreeMap<Key, Sum>,
    pub values: BTreeMap<Key, f64>,
    pub histograms: BTreeMap<Key, Packed>,
    pub levels: BTreeMap<Key, Levels>,
}

impl PointData {
    pub fn new() -> PointData {
        PointData::default()
    }

    /// Adds a run. A replicate that is here already is replaced.
    pub fn push(&mut self, run: &RunRecord) {
        let kept = Kept {
            done: run.status == Status::Done,
            submitted: run.submitted,
            pending: run.pending,
            sums: run.sums.clone(),
            values: run.values.clone(),
            histograms: run.histograms.iter().map(|(key, histogram)| (key.clone(), Packed::of(histogram))).collect(),
            levels: run.levels.clone(),
        };
        self.runs.insert(run.replicate, kept);
    }

    /// A replicate of the plan of which there is no record: counted as missing.
    pub fn push_missing(&mut self, replicate: u32) {
        self.runs.insert(replicate, Kept::empty(false));
    }

    /// Adds a run as it is kept.
    pub(super) fn insert(&mut self, replicate: u32, run: Kept) {
        self.runs.insert(replicate, run);
    }

    pub(super) fn kept_mut(&mut self, replicate: u32) -> Option<&mut Kept> {
        self.runs.get_mut(&replicate)
    }

    /// Number of replicates, whatever became of them.
    pub fn replicates(&self) -> usize {
        self.runs.len()
    }

    /// Keeps the replicates before `replicates`.
    pub fn keep_first(&mut self, replicates: u32) {
        self.runs.retain(|replicate, _| *replicate < replicates);
    }

    /// Messages that users wrote in each replicate that is done. One that was forwarded is submitted once more for its new recipient:
    /// how often that happens is a matter of the rules, how much is written is not.
    pub fn written(&self) -> Vec<(u32, i64)> {
        let forwarded = Metric::find("outcome_forwarded_ratio").expect("an outcome of the catalogue");
        let done = self.runs.iter().filter(|(_, run)| run.done);
        done.map(|(replicate, run)| (*replicate, run.submitted - run.sum(forwarded).num as i64)).collect()
    }

    fn done(&self) -> impl Iterator<Item = &Kept> {
        self.runs.values().filter(|run| run.done)
    }

    /// The estimate of one metric at this point. A metric across points has none here: see [`wait_ip_efficiency`].
    pub fn estimate(&self, metric: &Metric, level: f64) -> Estimate {
        self.estimates(&[metric], level).remove(0)
    }

    /// Estimates of several metrics. Quantiles of one family that follow each other are made together, which saves most of the work.
    pub fn estimates(&self, metrics: &[&Metric], level: f64) -> Vec<Estimate> {
        let mut estimates = Vec::new();
        while estimates.len() < metrics.len() {
            let rest = &metrics[estimates.len()..];
            let same = rest.iter().take_while(|m| m.stat.and_then(Stat::quantile).is_some() && m.key() == rest[0].key()).count();
            if same > 0 {
                estimates.extend(self.quantiles(&rest[..same], level));
            } else {
                estimates.push(self.single(rest[0], level));
            }
        }
        estimates
    }

    fn quantiles(&self, metrics: &[&Metric], level: f64) -> Vec<Estimate> {
        let key = metrics[0].key();
        let qs: Vec<f64> = metrics.iter().filter_map(|m| m.stat.and_then(Stat::quantile)).collect();
        let (no_times, no_levels) = (Packed::default(), Levels::new());
        let levels: Vec<&Levels> = self.done().map(|run| run.levels.get(key).unwrap_or(&no_levels)).collect();
        let made = match metrics[0].source {
            Source::Histogram => {
                let runs: Vec<&Packed> = self.done().map(|run| run.histograms.get(key).unwrap_or(&no_times)).collect();
                stats::quantiles(&runs, &qs, level)
            }
            Source::LevelItems => stats::level_quantiles(&levels, &qs, level),
            Source::LevelTime => stats::time_quantiles(&levels, &qs, level),
            Source::Sum | Source::Value | Source::Points => {
                panic!("a quantile is read from a histogram or from levels, not {metrics:?}")
            }
        };
        made.into_iter().zip(metrics).map(|(estimate, metric)| self.finish(metric, estimate)).collect()
    }

    fn single(&self, metric: &Metric, level: f64) -> Estimate {
        let estimate = match metric.code {
            Code::R => stats::ratio(&self.sums(metric), metric.range, level),
            Code::M => stats::mean_of_items(&self.sums(metric), level),
            Code::C | Code::T => {
                let values: Vec<f64> = self.done().map(|run| run.value(metric).unwrap_or(0.0)).collect();
                stats::mean_of_runs(&values, level)
            }
            Code::X => stats::maximum(&self.done().map(|run| run.value(metric)).collect::<Vec<_>>(), level),
            Code::Q | Code::Z => Estimate::plain(0, None, level),
        };
        self.finish(metric, estimate)
    }

    /// Puts an estimate in the metric's unit and adds what only the point knows: runs that are not done, and open items.
    fn finish(&self, metric: &Metric, estimate: Estimate) -> Estimate {
        let mut estimate = estimate.scaled(|v| metric.unit.scale(v));
        let missing = self.runs.len() as u32 - estimate.n;
        estimate.notes.retain(|note| !matches!(note, Note::Missing(_)));
        if missing > 0 {
            estimate.note(Note::Missing(missing));
        }
        if let Some(share) = self.open_share(metric).filter(|share| *share > 0.001)
            && estimate.estimate.is_some()
            && !estimate.notes.iter().any(|note| matches!(note, Note::Censored(_)))
        {
            estimate.note(Note::Censored(share));
        }
        estimate
    }

    /// Share of open items behind a mean or a ratio. Quantiles bring their own.
    fn open_share(&self, metric: &Metric) -> Option<f64> {
        let (mut open, mut all) = (0.0, 0.0);
        for run in self.done() {
            match (metric.code, metric.open) {
                (Code::M, Open::Elapsed) => {
                    let times = run.histograms.get(metric.key()).map(|h| (h.censored(), h.delivered()));
                    let numbers = run.levels.get(metric.key()).map(|l| (l.censored(), l.items()));
                    let (censored, ended) = times.or(numbers).unwrap_or((0, 0));
                    open += censored as f64;
                    all += (censored + ended) as f64;
                }
                (Code::R, Open::NotYet) if metric.over != Population::Other => {
                    open += run.pending as f64;
                    all += run.submitted as f64;
                }
                _ => return None,
            }
        }
        (all > 0.0).then(|| open / all)
    }

    fn sums(&self, metric: &Metric) -> Vec<Sum> {
        self.done().map(|run| run.sum(metric)).collect()
    }

    /// The difference `self` − `other` of one metric over the replicates that both have, run against the same weather. Quantiles are
    /// sectioned, everything else is a delete-one jackknife or, for values of runs, Student t on differences; a maximum has no interval.
    pub fn difference(&self, other: &PointData, metric: &Metric, level: f64) -> Estimate {
        let pairs: Vec<(&Kept, &Kept)> = self
            .runs
            .iter()
            .filter_map(|(replicate, run)| Some((run, other.runs.get(replicate)?)))
            .filter(|(a, b)| a.done && b.done)
            .collect();
        let both =
            |of: &dyn Fn(&Kept) -> Option<f64>| -> Vec<f64> { pairs.iter().filter_map(|(a, b)| Some(of(a)? - of(b)?)).collect() };
        let estimate = match (metric.code, metric.stat.and_then(Stat::quantile)) {
            (_, Some(_)) => {
                let (mut a, mut b) = (PointData::new(), PointData::new());
                for (at, (run_a, run_b)) in pairs.iter().enumerate() {
                    a.runs.insert(at as u32, (*run_a).clone());
                    b.runs.insert(at as u32, (*run_b).clone());
                }
                return sectioned_difference(&a, &b, metric, level);
            }
            (Code::R | Code::M, _) => {
                let (a, b): (Vec<Sum>, Vec<Sum>) = pairs.iter().map(|(a, b)| (a.sum(metric), b.sum(metric))).unzip();
                let least = if metric.code == Code::R { stats::MIN_REPLICATES_POOLED } else { 2 };
                stats::paired_difference(&a, &b, least, level)
            }
            (Code::C | Code::T, _) => stats::mean_of_runs(&both(&|run| Some(run.value(metric).unwrap_or(0.0))), level),
            (Code::X | Code::Q | Code::Z, _) => {
                let of = |point: &PointData| point.estimate(metric, level).estimate;
                // A difference of largest values: no interval.
                let value = of(self).zip(of(other)).map(|(a, b)| a - b);
                return Estimate::plain(pairs.len() as u32, value, level);
            }
        };
        estimate.scaled(|v| metric.unit.scale(v))
    }

    /// The value of one run, as its column in `runs.parquet`: none where the run has no data or is not done.
    pub(super) fn run_value(run: &RunRecord, metric: &Metric) -> Option<f64> {
        if run.status != Status::Done {
            return None;
        }
        let key = metric.key();
        let value = match (metric.source, metric.stat.and_then(Stat::quantile)) {
            (Source::Histogram, Some(q)) => run.histograms.get(key)?.quantile(q).map(|ns| ns as f64),
            (Source::LevelItems, Some(q)) => run.levels.get(key)?.quantile_by_items(q).map(|level| level as f64),
            (Source::LevelTime, Some(q)) => {
                Some(run.levels.get(key).and_then(|levels| levels.quantile_by_time(q)).unwrap_or(0) as f64)
            }
            _ => match metric.code {
                Code::M | Code::R => sum_of(&run.sums, &run.levels, metric).and_then(Sum::value),
                Code::C | Code::T => Some(value_of(&run.values, &run.levels, metric).unwrap_or(0.0)),
                Code::X => value_of(&run.values, &run.levels, metric),
                Code::Q | Code::Z => None,
            },
        };
        value.map(|value| metric.unit.scale(value))
    }

    /// The exact sums of one run, as its columns in `runs.parquet`.
    pub(super) fn run_sum(run: &RunRecord, metric: &Metric) -> Option<Sum> {
        sum_of(&run.sums, &run.levels, metric).filter(|_| run.status == Status::Done)
    }

    /// What the formula across points needs of this one, for many points at a time.
    pub fn waits(&self) -> Waits {
        let of = |name: &str| {
            let metric = Metric::find(name).expect("the catalogue has both parts of the formula");
            self.runs.iter().filter(|(_, run)| run.done).map(|(replicate, run)| (*replicate, run.sum(metric))).collect()
        };
        Waits { sms_share: of("sms_share_ratio"), hold: of("wait_ip_hold_mean_s") }
    }
}

impl Kept {
    /// A run without any number.
    pub fn empty(done: bool) -> Kept {
        let (sums, values, histograms, levels) = Default::default();
        Kept { done, submitted: 0, pending: 0, sums, values, histograms, levels }
    }

    fn sum(&self, metric: &Metric) -> Sum {
        sum_of(&self.sums, &self.levels, metric).unwrap_or_default()
    }

    fn value(&self, metric: &Metric) -> Option<f64> {
        value_of(&self.values, &self.levels, metric)
    }
}

/// The value of a run for codes C, T and X: written by the collector, or read from the levels.
fn value_of(values: &BTreeMap<Key, f64>, levels: &BTreeMap<Key, Levels>, metric: &Metric) -> Option<f64> {
    let read = || {
        let levels = levels.get(metric.key())?;
        match metric.stat {
            Some(Stat::Max) => levels.maximum().map(|level| level as f64),
            _ => levels.mean_by_time(),
        }
    };
    values.get(metric.name.as_str()).copied().or_else(read)
}

/// The sums of a metric: written by the collector, or those of counted levels.
fn sum_of(sums: &BTreeMap<Key, Sum>, levels: &BTreeMap<Key, Levels>, metric: &Metric) -> Option<Sum> {
    let counted = || {
        let levels = levels.get(metric.key()).filter(|_| metric.source == Source::LevelItems)?;
        Some(Sum { num: levels.sum_of_items(), den: i128::from(levels.items()) })
    };
    sums.get(metric.key()).copied().or_else(counted)
}

/// The difference of two quantiles: sections of the same replicates on both sides, by the rule of code Q on the side with fewer items.
fn sectioned_difference(a: &PointData, b: &PointData, metric: &Metric, level: f64) -> Estimate {
    let (whole_a, whole_b) = (a.estimate(metric, level), b.estimate(metric, level));
    let n = a.runs.len();
    let value = whole_a.estimate.zip(whole_b.estimate).map(|(a, b)| a - b);
    let mut estimate = Estimate::plain(n as u32, value, level);
    if value.is_none() {
        return estimate;
    }
    let sections =
        |e: &Estimate| e.notes.iter().find_map(|note| if let Note::Sections(b) = note { Some(*b as usize) } else { None });
    let (Some(of_a), Some(of_b)) = (sections(&whole_a), sections(&whole_b)) else {
        estimate.note(if n < stats::MIN_REPLICATES_POOLED { Note::FewReplicates } else { Note::FewItems });
        return estimate;
    };
    let number = of_a.min(of_b).min(n);
    let part = |data: &PointData, at: usize| {
        let range = stats::section(at, number, n);
        let runs = data.runs.range(range.start as u32..range.end as u32).map(|(k, run)| (*k, run.clone())).collect();
        PointData { runs }.estimate(metric, level).estimate
    };
    let Some(values) = (0..number).map(|at| Some(part(a, at)? - part(b, at)?)).collect::<Option<Vec<f64>>>() else {
        estimate.note(Note::FewItems);
        return estimate;
    };
    stats::sectioned(estimate, &values)
}

/// What `wait_ip_efficiency_per_s` needs of a point, by replicate.
#[derive(Clone, Debug, Default)]
pub struct Waits {
    sms_share: BTreeMap<u32, Sum>,
    hold: BTreeMap<u32, Sum>,
}

/// `wait_ip_efficiency_per_s` (code Z): (share of SMS without the timer − with it) / mean hold with it, in 1/s. `without` is the point
/// with number `pair`. Over the replicates in which both points have data.
pub fn wait_ip_efficiency(with: &Waits, without: &Waits, pair: u32, level: f64) -> Estimate {
    let held: Vec<[Sum; 3]> = with
        .sms_share
        .iter()
        .filter_map(|(replicate, share)| Some([*without.sms_share.get(replicate)?, *share, *with.hold.get(replicate)?]))
        .filter(|sums| sums.iter().all(|sum| sum.den > 0))
        .collect();
    let total = held.iter().fold([Sum::default(); 3], |a, b| [a[0] + b[0], a[1] + b[1], a[2] + b[2]]);
    let mut estimate = stats::jackknife(held.len(), stats::MIN_REPLICATES_POOLED, level, |out| {
        let less = out.map_or([Sum::default(); 3], |at| held[at]);
        let [before, after, hold] = [total[0] - less[0], total[1] - less[1], total[2] - less[2]];
        let seconds = hold.value()? / 1e9;
        (seconds > 0.0).then_some((before.value()? - after.value()?) / seconds)
    });
    let missing = with.sms_share.len() as u32 - estimate.n;
    if missing > 0 {
        estimate.note(Note::Missing(missing));
    }
    estimate.with(Note::Pair(pair))
}

mod tail;

#[cfg(test)]
mod tests;
