//! Intervals of quantiles by sectioning, centred on the pooled value (`metrics.md` 1.4, codes Q and T).
//!
//! B sections of consecutive replicates, sizes differing by at most one, B the largest number in 10..R for which every section has
//! 2/(1 − q) items; half-width t(B − 1) · sqrt(sum (q_b − q)² / (B (B − 1))).

use std::ops::Range;

use super::estimate::{Estimate, Method, Note};
use super::exact::Histogram;
use super::interval::{MIN_REPLICATES_POOLED, note_missing};
use super::levels::Levels;
use super::packed::Packed;
use super::student::student_t;

/// Replicates of section `at` of `of`, out of `runs`.
pub fn section(at: usize, of: usize, runs: usize) -> Range<usize> {
    at * runs / of..(at + 1) * runs / of
}

/// The number of sections for runs of these numbers of items: the largest in 10..R for which every section has 2/(1 − q) items.
/// None if there is no such number.
pub fn sections(items: &[u64], q: f64) -> Option<usize> {
    let need = items_per_tail(2, q);
    let total: u128 = items.iter().map(|n| u128::from(*n)).sum();
    let most = items.len().min(usize::try_from(total / need).unwrap_or(usize::MAX));
    let mut upto = vec![0u128];
    for n in items {
        upto.push(upto[upto.len() - 1] + u128::from(*n));
    }
    let enough = |of: usize| (0..of).map(|at| section(at, of, items.len())).all(|runs| upto[runs.end] - upto[runs.start] >= need);
    (MIN_REPLICATES_POOLED..=most).rev().find(|of| enough(*of))
}

/// Whether so many items at a point are too few for an interval of the `q`-quantile: fewer than 20/(1 − q).
pub fn few_items(items: u64, q: f64) -> bool {
    u128::from(items) < items_per_tail(20, q)
}

/// The least whole number that is at least `times` / (1 − q), with q taken to nine decimals.
fn items_per_tail(times: u128, q: f64) -> u128 {
    let rest = 1_000_000_000 - libm::round(q * 1e9) as u128;
    assert!(rest > 0 && rest <= 1_000_000_000, "a quantile from 0 to below 1, not {q}");
    (times * 1_000_000_000).div_ceil(rest)
}

/// Quantiles `qs` of durations in ns over runs in replicate order, each with its interval (code Q).
pub fn quantiles(runs: &[&Packed], qs: &[f64], level: f64) -> Vec<Estimate> {
    by_items(runs, qs, level)
}

/// Quantiles `qs` of counted whole numbers over runs in replicate order, each with its interval (code Q).
pub fn level_quantiles(runs: &[&Levels], qs: &[f64], level: f64) -> Vec<Estimate> {
    by_items(runs, qs, level)
}

/// Quantiles `qs` of a level weighted by time (code T). Every run is a section, since each has the same share of the window;
/// a run without any record stood at level 0.
pub fn time_quantiles(runs: &[&Levels], qs: &[f64], level: f64) -> Vec<Estimate> {
    let mut pool = Levels::new();
    runs.iter().for_each(|run| pool.merge(run));
    let of = |q: f64| {
        let middle = if runs.is_empty() { None } else { Some(pool.quantile_by_time(q).unwrap_or(0) as f64) };
        let mut estimate = Estimate::plain(runs.len() as u32, middle, level);
        let Some(middle) = middle else { return estimate };
        if runs.len() < MIN_REPLICATES_POOLED {
            return estimate.with(Note::FewReplicates);
        }
        let values: Vec<f64> = runs.iter().map(|run| run.quantile_by_time(q).unwrap_or(0) as f64).collect();
        put_interval(&mut estimate, middle, &values);
        estimate
    };
    qs.iter().map(|q| of(*q)).collect()
}

/// An estimate with the interval of its `values` by section, centred on the estimate itself.
pub fn sectioned(mut estimate: Estimate, values: &[f64]) -> Estimate {
    if let Some(middle) = estimate.estimate {
        put_interval(&mut estimate, middle, values);
    }
    estimate
}

/// What quantiles over items need to know of one run.
trait Sample {
    type Pool: Default;
    fn items(&self) -> u64;
    fn censored(&self) -> u64;
    fn pour(&self, pool: &mut Self::Pool);
    /// Value, and half the width of its bucket.
    fn quantile(pool: &Self::Pool, q: f64) -> Option<(f64, f64)>;
    /// Values of a section that is this run alone.
    fn alone(&self, qs: &[f64]) -> Vec<Option<f64>>;
}

impl Sample for Packed {
    type Pool = Histogram;
    fn items(&self) -> u64 {
        self.delivered()
    }
    fn censored(&self) -> u64 {
        Packed::censored(self)
    }
    fn pour(&self, pool: &mut Histogram) {
        self.add_to(pool);
    }
    fn quantile(pool: &Histogram, q: f64) -> Option<(f64, f64)> {
        pool.quantile_bucket(q).map(|bucket| (bucket.middle() as f64, ((bucket.upper - bucket.lower) / 2) as f64))
    }
    fn alone(&self, qs: &[f64]) -> Vec<Option<f64>> {
        self.quantile_bounds(qs).into_iter().map(|bounds| bounds.map(|(low, high)| (low + (high - low) / 2) as f64)).collect()
    }
}

impl Sample for Levels {
    type Pool = Levels;
    fn items(&self) -> u64 {
        Levels::items(self)
    }
    fn censored(&self) -> u64 {
        Levels::censored(self)
    }
    fn pour(&self, pool: &mut Levels) {
        pool.merge(self);
    }
    fn quantile(pool: &Levels, q: f64) -> Option<(f64, f64)> {
        pool.quantile_by_items(q).map(|level| (level as f64, 0.0))
    }
    fn alone(&self, qs: &[f64]) -> Vec<Option<f64>> {
        qs.iter().map(|q| self.quantile_by_items(*q).map(|level| level as f64)).collect()
    }
}

fn by_items<S: Sample>(runs: &[&S], qs: &[f64], level: f64) -> Vec<Estimate> {
    // Runs without an ended item may still hold open ones: they count for the censored share, not for n.
    let mut pool = S::Pool::default();
    runs.iter().for_each(|run| run.pour(&mut pool));
    let held: Vec<&S> = runs.iter().copied().filter(|run| run.items() > 0).collect();
    let counts: Vec<u64> = held.iter().map(|run| run.items()).collect();
    let items: u64 = counts.iter().sum();
    let open: u64 = runs.iter().map(|run| run.censored()).sum();

    let numbers: Vec<Option<usize>> = qs
        .iter()
        .map(|q| if held.len() < MIN_REPLICATES_POOLED || few_items(items, *q) { None } else { sections(&counts, *q) })
        .collect();
    let mut values = SectionValues { held: &held, qs, made: Vec::new() };
    let mut estimates = Vec::new();
    for (at, (q, number)) in qs.iter().zip(numbers).enumerate() {
        let seen = S::quantile(&pool, *q);
        let mut estimate = Estimate::plain(held.len() as u32, seen.map(|(middle, _)| middle), level);
        note_missing(&mut estimate, runs.len());
        note_censored(&mut estimate, open, items);
        if items > 0 {
            estimate.note(Note::Items(items));
        }
        if let Some((middle, bucket)) = seen {
            match number {
                Some(number) => {
                    put_interval(&mut estimate, middle, &values.of(number, at));
                    let half = estimate.half_width().expect("the interval was just put");
                    if bucket > 0.0 && half < bucket {
                        estimate.note(Note::Bucket(bucket / middle));
                    }
                }
                None if held.len() < MIN_REPLICATES_POOLED => estimate.note(Note::FewReplicates),
                None => estimate.note(Note::FewItems),
            }
        }
        estimates.push(estimate);
    }
    estimates
}

/// Adds `censored=<share>` where more than 0.1 % of the items are open.
pub(super) fn note_censored(estimate: &mut Estimate, open: u64, ended: u64) {
    if open > 0 && open as f64 > 0.001 * (open + ended) as f64 {
        estimate.note(Note::Censored(open as f64 / (open + ended) as f64));
    }
}

/// Quantiles of sections, made once for each number of sections: several quantiles often have the same.
struct SectionValues<'a, S: Sample> {
    held: &'a [&'a S],
    qs: &'a [f64],
    /// Number of sections, and for each quantile its values section by section.
    made: Vec<(usize, Vec<Vec<f64>>)>,
}

impl<S: Sample> SectionValues<'_, S> {
    fn of(&mut self, number: usize, at: usize) -> Vec<f64> {
        if let Some((_, values)) = self.made.iter().find(|(made, _)| *made == number) {
            return values[at].clone();
        }
        let mut values = vec![Vec::with_capacity(number); self.qs.len()];
        for k in 0..number {
            let runs = &self.held[section(k, number, self.held.len())];
            let seen = if let [run] = runs {
                run.alone(self.qs)
            } else {
                let mut pool = S::Pool::default();
                runs.iter().for_each(|run| run.pour(&mut pool));
                self.qs.iter().map(|q| S::quantile(&pool, *q).map(|(value, _)| value)).collect()
            };
            for (values, value) in values.iter_mut().zip(seen) {
                values.push(value.expect("every section has items"));
            }
        }
        let wanted = values[at].clone();
        self.made.push((number, values));
        wanted
    }
}

fn put_interval(estimate: &mut Estimate, middle: f64, values: &[f64]) {
    let b = values.len() as f64;
    let squares: f64 = values.iter().map(|v| (v - middle) * (v - middle)).sum();
    let half = student_t(estimate.level, values.len() as u64 - 1) * libm::sqrt(squares / (b * (b - 1.0)));
    (estimate.ci_low, estimate.ci_high, estimate.method) = (Some(middle - half), Some(middle + half), Method::Sectioning);
    estimate.note(Note::Sections(values.len() as u32));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packed(values: impl IntoIterator<Item = u64>) -> Packed {
        let mut histogram = Histogram::new();
        values.into_iter().for_each(|v| histogram.record(v));
        Packed::of(&histogram)
    }

    #[test]
    fn section_sizes_differ_by_at_most_one_and_cover_all() {
        for runs in [10, 11, 23, 100] {
            for of in 10..=runs {
                let parts: Vec<_> = (0..of).map(|at| section(at, of, runs)).collect();
                assert_eq!((parts[0].start, parts[of - 1].end), (0, runs));
                assert!(parts.windows(2).all(|w| w[0].end == w[1].start));
                let (least, most) = (parts.iter().map(|p| p.len()).min().unwrap(), parts.iter().map(|p| p.len()).max().unwrap());
                assert!(most - least <= 1);
            }
        }
    }

    #[test]
    fn the_number_of_sections_follows_the_rule() {
        // 2/(1 - 0.95) = 40 items a section.
        assert_eq!(sections(&[40; 30], 0.95), Some(30));
        assert_eq!(sections(&[39; 30], 0.95), Some(15), "16 sections of 30 would leave some with one run");
        assert_eq!(sections(&[20; 30], 0.95), Some(15));
        assert_eq!(sections(&[14; 30], 0.95), Some(10));
        assert_eq!(sections(&[13; 30], 0.95), None);
        assert_eq!(sections(&[1000; 9], 0.5), None, "never fewer than 10");
        let mut uneven = vec![40; 30];
        uneven[7] = 0;
        let by_hand = (10..=30).rev().find(|b| (0..*b).all(|at| uneven[section(at, *b, 30)].iter().sum::<u64>() >= 40));
        assert_eq!(sections(&uneven, 0.95), by_hand);
    }

    #[test]
    fn few_items_are_told_exactly() {
        assert!(few_items(399, 0.95) && !few_items(400, 0.95), "20/(1 - 0.95) = 400, not one more by rounding");
        assert!(few_items(1999, 0.99) && !few_items(2000, 0.99));
        assert!(few_items(39, 0.5) && !few_items(40, 0.5));
    }

    /// 12 runs of 40 small values; the oracle repeats the formula on sorted items, and t(11) at 95 % is 2.200985160082949 (scipy).
    #[test]
    fn the_interval_is_the_formula_of_the_page() {
        let runs: Vec<Vec<u64>> = (0..12u64).map(|r| (0..40u64).map(|k| (k * 37 + r * r * 11) % 1000).collect()).collect();
        let packs: Vec<Packed> = runs.iter().map(|run| packed(run.iter().copied())).collect();
        let refs: Vec<&Packed> = packs.iter().collect();
        let estimate = &quantiles(&refs, &[0.9], 0.95)[0];
        let mut all = runs.concat();
        all.sort_unstable();
        let pooled = all[(480 * 9 / 10) - 1] as f64;
        let each: Vec<f64> = runs
            .iter()
            .map(|run| {
                let mut run = run.clone();
                run.sort_unstable();
                run[35] as f64
            })
            .collect();
        let squares: f64 = each.iter().map(|v| (v - pooled) * (v - pooled)).sum();
        let half = 2.200985160082949 * (squares / (12.0 * 11.0)).sqrt();
        assert_eq!(estimate.estimate, Some(pooled));
        assert!((estimate.ci_high.unwrap() - pooled - half).abs() < 1e-8, "{estimate:?}");
        assert_eq!(
            (estimate.n, estimate.method, estimate.note_text()),
            (12, Method::Sectioning, "items=480;sections=12".to_owned())
        );
    }

    #[test]
    fn missing_and_open_items_are_told() {
        let mut packs: Vec<Packed> = (0..11).map(|_| packed((0..100).map(|k| 1_000_000 + k))).collect();
        let mut open = Histogram::new();
        (0..100).for_each(|_| open.record_censored(5));
        packs.push(Packed::of(&open));
        let refs: Vec<&Packed> = packs.iter().collect();
        let estimates = quantiles(&refs, &[0.5, 0.99], 0.95);
        assert_eq!(estimates[0].n, 11);
        assert_eq!(estimates[0].note_text(), "missing=1;censored=0.08333;items=1100;bucket=0.000256;sections=11");
        assert_eq!(estimates[1].note_text(), "missing=1;censored=0.08333;items=1100;few_items");
        assert_eq!(estimates[1].interval(), None);
        let few = quantiles(&refs[..3], &[0.5], 0.95);
        assert_eq!(few[0].note_text(), "items=300;few_replicates");
        let none = quantiles(&[], &[0.5], 0.95);
        assert_eq!((none[0].n, none[0].estimate), (0, None));
    }

    #[test]
    fn levels_by_time_take_every_run_as_a_section() {
        let runs: Vec<Levels> = (0..10)
            .map(|r| {
                let mut levels = Levels::new();
                levels.stand(0, 90);
                levels.stand(1 + r % 2, 10);
                levels
            })
            .collect();
        let refs: Vec<&Levels> = runs.iter().collect();
        let estimates = time_quantiles(&refs, &[0.5, 0.99], 0.95);
        assert_eq!((estimates[0].estimate, estimates[0].ci_low, estimates[0].ci_high), (Some(0.0), Some(0.0), Some(0.0)));
        assert_eq!(estimates[1].estimate, Some(2.0));
        // Five sections say 1, five say 2; t(9) = 2.2621571627982053 by scipy.
        let half = 2.2621571627982053 * (5.0f64 / 90.0).sqrt();
        assert!((estimates[1].ci_low.unwrap() - (2.0 - half)).abs() < 1e-9);
        assert_eq!(time_quantiles(&refs[..9], &[0.5], 0.95)[0].note_text(), "few_replicates");
    }

    #[test]
    fn levels_by_items_have_no_bucket_error() {
        let runs: Vec<Levels> = (0..10)
            .map(|_| {
                let mut levels = Levels::new();
                (0..20).for_each(|k| levels.count(k % 4));
                levels
            })
            .collect();
        let refs: Vec<&Levels> = runs.iter().collect();
        assert_eq!(level_quantiles(&refs, &[0.5], 0.95)[0].note_text(), "items=200;sections=10");
    }
}
