//! Intervals over replicates: Student t, the delete-one jackknife, exact bounds where no case was seen (`metrics.md` 1.4 to 1.6).
//!
//! Runs are handed over in replicate order and summed in that order. Quantiles have their own file, `sectioning.rs`.

use super::binomial::upper_bound_of_none;
use super::estimate::{Estimate, Method, Note};
use super::student::student_t;

/// Fewer replicates than this give no interval for a ratio or a quantile.
pub const MIN_REPLICATES_POOLED: usize = 10;

/// What one run adds to a mean of items or a ratio: exact sums. A denominator of zero is a run without data.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sum {
    /// Sum of the items' values (nanoseconds, counts), or number of cases.
    pub num: i128,
    /// Number of items.
    pub den: i128,
}

impl Sum {
    /// One more item of this value.
    #[inline]
    pub fn item(&mut self, value: i128) {
        self.num += value;
        self.den += 1;
    }

    /// One more item, which is a case or not.
    #[inline]
    pub fn case(&mut self, case: bool) {
        self.num += i128::from(case);
        self.den += 1;
    }

    /// The quotient; none without items.
    pub fn value(self) -> Option<f64> {
        (self.den != 0).then(|| self.num as f64 / self.den as f64)
    }
}

impl std::ops::Add for Sum {
    type Output = Sum;
    fn add(self, other: Sum) -> Sum {
        Sum { num: self.num + other.num, den: self.den + other.den }
    }
}

impl std::ops::Sub for Sum {
    type Output = Sum;
    fn sub(self, other: Sum) -> Sum {
        Sum { num: self.num - other.num, den: self.den - other.den }
    }
}

impl std::iter::Sum for Sum {
    fn sum<I: Iterator<Item = Sum>>(all: I) -> Sum {
        all.fold(Sum::default(), |a, b| a + b)
    }
}

/// What values a ratio can take, before any factor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Range {
    /// Cases among items: 0 to 1.
    Share,
    /// Several events may fall on one item: 0 and more.
    NotNegative,
}

/// Code R: total numerator over total denominator, with a jackknife interval cut to `range`, or an exact bound where no case (or, of a
/// share, nothing but cases) was seen.
pub fn ratio(runs: &[Sum], range: Range, level: f64) -> Estimate {
    let held = with_data(runs);
    let mut estimate = pooled(runs, &held, level);
    let Some(middle) = estimate.estimate else { return estimate };
    if held.len() < MIN_REPLICATES_POOLED {
        estimate.note(Note::FewReplicates);
        return estimate;
    }
    let total: Sum = held.iter().copied().sum();
    let all = range == Range::Share && total.num == total.den;
    if total.num == 0 || all {
        let bound = upper_bound_of_none(total.den as u64, level);
        (estimate.ci_low, estimate.ci_high) = if all { (Some(1.0 - bound), Some(1.0)) } else { (Some(0.0), Some(bound)) };
        estimate.method = Method::ExactZero;
        estimate.note(Note::ZeroCountIndependence);
        return estimate;
    }
    let half = leave_one_out_half_width(&held, total, level);
    let most = if range == Range::Share { 1.0 } else { f64::INFINITY };
    let (low, high) = (middle - half, middle + half);
    if low < 0.0 || high > most {
        estimate.note(Note::Clipped);
    }
    (estimate.ci_low, estimate.ci_high, estimate.method) = (Some(low.max(0.0)), Some(high.min(most)), Method::Jackknife);
    estimate
}

/// Code M: total of sums over total of numbers, with Student t on the delete-one pseudo-values, centred on the pooled mean.
pub fn mean_of_items(runs: &[Sum], level: f64) -> Estimate {
    let held = with_data(runs);
    let mut estimate = pooled(runs, &held, level);
    let Some(middle) = estimate.estimate else { return estimate };
    if held.len() < 2 {
        estimate.note(Note::FewReplicates);
        return estimate;
    }
    let half = leave_one_out_half_width(&held, held.iter().copied().sum(), level);
    (estimate.ci_low, estimate.ci_high, estimate.method) = (Some(middle - half), Some(middle + half), Method::Jackknife);
    estimate
}

/// Codes C and T: the mean over runs, with a Student t interval. A run without events has the value 0, so every run has one.
pub fn mean_of_runs(values: &[f64], level: f64) -> Estimate {
    let n = values.len();
    if n == 0 {
        return Estimate::plain(0, None, level);
    }
    let mean = values.iter().sum::<f64>() / n as f64;
    let mut estimate = Estimate::plain(n as u32, Some(mean), level);
    if n < 2 {
        estimate.note(Note::FewReplicates);
        return estimate;
    }
    let squares: f64 = values.iter().map(|v| (v - mean) * (v - mean)).sum();
    let half = student_t(level, n as u64 - 1) * libm::sqrt(squares / (n as f64 * (n as f64 - 1.0)));
    (estimate.ci_low, estimate.ci_high, estimate.method) = (Some(mean - half), Some(mean + half), Method::T);
    estimate
}

/// Code X: the largest value over runs; no interval.
pub fn maximum(values: &[Option<f64>], level: f64) -> Estimate {
    let held: Vec<f64> = values.iter().copied().flatten().collect();
    let largest = held.iter().copied().fold(None, |best: Option<f64>, v| Some(best.map_or(v, |b| b.max(v))));
    let mut estimate = Estimate::plain(held.len() as u32, largest, level);
    note_missing(&mut estimate, values.len());
    estimate
}

/// Code Z and differences: any smooth formula of the totals of `n` replicates. `of(None)` is its value on all of them, `of(Some(i))`
/// its value with replicate `i` left out. No interval with fewer than `least` replicates or where a value is missing.
pub fn jackknife(n: usize, least: usize, level: f64, of: impl Fn(Option<usize>) -> Option<f64>) -> Estimate {
    let mut estimate = Estimate::plain(n as u32, if n == 0 { None } else { of(None) }, level);
    let Some(middle) = estimate.estimate else { return estimate };
    if n < least.max(2) {
        estimate.note(Note::FewReplicates);
        return estimate;
    }
    let Some(left_out) = (0..n).map(|i| of(Some(i))).collect::<Option<Vec<f64>>>() else {
        estimate.note(Note::FewItems);
        return estimate;
    };
    let half = half_width_of(&left_out, level);
    (estimate.ci_low, estimate.ci_high, estimate.method) = (Some(middle - half), Some(middle + half), Method::Jackknife);
    estimate
}

/// The difference a − b of two pooled quotients over the same replicates, in the same order, so that common weather cancels.
/// Replicates without data on either side are left out. `least` is the number of replicates that an interval needs.
pub fn paired_difference(a: &[Sum], b: &[Sum], least: usize, level: f64) -> Estimate {
    assert_eq!(a.len(), b.len(), "a pair has the same replicates on both sides");
    let held: Vec<(Sum, Sum)> = a.iter().copied().zip(b.iter().copied()).filter(|(a, b)| a.den != 0 && b.den != 0).collect();
    let (total_a, total_b) = (held.iter().map(|pair| pair.0).sum::<Sum>(), held.iter().map(|pair| pair.1).sum::<Sum>());
    let mut estimate = jackknife(held.len(), least, level, |out| {
        let (less_a, less_b) = out.map_or((Sum::default(), Sum::default()), |i| held[i]);
        Some((total_a - less_a).value()? - (total_b - less_b).value()?)
    });
    note_missing(&mut estimate, a.len());
    estimate
}

fn with_data(runs: &[Sum]) -> Vec<Sum> {
    runs.iter().copied().filter(|run| run.den != 0).collect()
}

fn pooled(runs: &[Sum], held: &[Sum], level: f64) -> Estimate {
    let total: Sum = held.iter().copied().sum();
    let mut estimate = Estimate::plain(held.len() as u32, total.value(), level);
    note_missing(&mut estimate, runs.len());
    if total.den > 0 {
        estimate.note(Note::Items(u64::try_from(total.den).expect("fewer than 2^64 items at a point")));
    }
    estimate
}

pub(super) fn note_missing(estimate: &mut Estimate, runs: usize) {
    let missing = runs as u32 - estimate.n;
    if missing > 0 {
        estimate.note(Note::Missing(missing));
    }
}

fn leave_one_out_half_width(held: &[Sum], total: Sum, level: f64) -> f64 {
    let left_out: Vec<f64> =
        held.iter().map(|run| (total - *run).value().expect("two replicates with data leave one when one is left out")).collect();
    half_width_of(&left_out, level)
}

/// Half-width of Student t on the pseudo-values, written with the delete-one values themselves: their deviations differ by the factor
/// −(R − 1) only, and so no digits are lost.
fn half_width_of(left_out: &[f64], level: f64) -> f64 {
    let n = left_out.len() as f64;
    let mean = left_out.iter().sum::<f64>() / n;
    let squares: f64 = left_out.iter().map(|v| (v - mean) * (v - mean)).sum();
    student_t(level, left_out.len() as u64 - 1) * libm::sqrt((n - 1.0) / n * squares)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sums(pairs: &[(i128, i128)]) -> Vec<Sum> {
        pairs.iter().map(|&(num, den)| Sum { num, den }).collect()
    }

    fn close(a: Option<f64>, b: f64) {
        assert!((a.unwrap() - b).abs() <= 1e-9 * (1.0 + b.abs()), "{a:?} against {b}");
    }

    /// scipy.stats.t.interval(0.95, 5, mean, sem) on 3, 5, 4, 8, 6, 4.
    #[test]
    fn mean_of_runs_is_plain_student_t() {
        let estimate = mean_of_runs(&[3.0, 5.0, 4.0, 8.0, 6.0, 4.0], 0.95);
        close(estimate.estimate, 5.0);
        close(estimate.ci_low, 5.0 - 1.8772875430547291);
        close(estimate.ci_high, 5.0 + 1.8772875430547291);
        assert_eq!((estimate.n, estimate.method), (6, Method::T));
        let one = mean_of_runs(&[3.0], 0.95);
        assert_eq!((one.estimate, one.interval(), one.note_text()), (Some(3.0), None, "few_replicates".to_owned()));
        assert_eq!(mean_of_runs(&[], 0.95).estimate, None);
    }

    #[test]
    fn with_equal_numbers_a_mean_of_items_is_student_t_over_run_means() {
        let runs: Vec<Sum> = [3, 5, 4, 8, 6, 4].iter().map(|v| Sum { num: v * 50, den: 50 }).collect();
        let by_items = mean_of_items(&runs, 0.99);
        let by_runs = mean_of_runs(&[3.0, 5.0, 4.0, 8.0, 6.0, 4.0], 0.99);
        close(by_items.estimate, by_runs.estimate.unwrap());
        close(by_items.ci_low, by_runs.ci_low.unwrap());
        close(by_items.ci_high, by_runs.ci_high.unwrap());
        assert_eq!(by_items.note_text(), "items=300");
    }

    /// Pseudo-values worked out by hand in Python: 12 runs of unequal size.
    #[test]
    fn a_ratio_has_the_jackknife_interval_of_its_pseudo_values() {
        let runs =
            sums(&[(3, 40), (5, 52), (0, 31), (7, 60), (2, 18), (4, 44), (6, 39), (1, 25), (3, 33), (8, 71), (2, 20), (5, 47)]);
        let estimate = ratio(&runs, Range::Share, 0.95);
        close(estimate.estimate, 46.0 / 480.0);
        close(estimate.ci_low, 0.0744927072382337);
        close(estimate.ci_high, 0.11717395942843298);
        assert_eq!((estimate.n, estimate.method, estimate.note_text()), (12, Method::Jackknife, "items=480".to_owned()));
        let nine = ratio(&runs[..9], Range::Share, 0.95);
        assert_eq!((nine.interval(), nine.method), (None, Method::None));
        assert_eq!(nine.note_text(), "items=342;few_replicates");
    }

    #[test]
    fn no_case_and_all_cases_have_exact_bounds() {
        let none = ratio(&vec![Sum { num: 0, den: 100 }; 10], Range::Share, 0.95);
        assert_eq!((none.estimate, none.ci_low, none.method), (Some(0.0), Some(0.0), Method::ExactZero));
        close(none.ci_high, 1.0 - 0.05f64.powf(1e-3));
        assert_eq!(none.note_text(), "items=1000;zero_count_independence");
        let all = ratio(&vec![Sum { num: 100, den: 100 }; 10], Range::Share, 0.95);
        assert_eq!((all.estimate, all.ci_high, all.method), (Some(1.0), Some(1.0), Method::ExactZero));
        close(all.ci_low, 0.05f64.powf(1e-3));
        let events = ratio(&vec![Sum { num: 100, den: 100 }; 10], Range::NotNegative, 0.95);
        assert_eq!(
            (events.ci_low, events.ci_high, events.method),
            (Some(1.0), Some(1.0), Method::Jackknife),
            "1 per item is no limit"
        );
    }

    #[test]
    fn an_interval_is_cut_to_the_possible_range() {
        let mut runs = vec![Sum { num: 0, den: 10 }; 11];
        runs.push(Sum { num: 10, den: 10 });
        let estimate = ratio(&runs, Range::Share, 0.95);
        assert_eq!(estimate.ci_low, Some(0.0));
        assert!(estimate.note_text().contains("clipped"));
    }

    #[test]
    fn runs_without_data_lower_n_and_are_told() {
        let mut runs = vec![Sum { num: 1, den: 2 }; 12];
        runs[3] = Sum::default();
        let estimate = ratio(&runs, Range::Share, 0.95);
        assert_eq!((estimate.n, estimate.estimate, estimate.note_text()), (11, Some(0.5), "missing=1;items=22".to_owned()));
        let empty = ratio(&[Sum::default(); 12], Range::Share, 0.95);
        assert_eq!((empty.n, empty.estimate, empty.interval(), empty.note_text()), (0, None, None, "missing=12".to_owned()));
        let empty = mean_of_items(&[], 0.95);
        assert_eq!((empty.n, empty.estimate, empty.note_text()), (0, None, String::new()));
    }

    #[test]
    fn the_maximum_passes_over_runs_without_data() {
        let estimate = maximum(&[Some(3.0), None, Some(-1.0)], 0.95);
        assert_eq!(
            (estimate.n, estimate.estimate, estimate.method, estimate.note_text()),
            (2, Some(3.0), Method::None, "missing=1".to_owned())
        );
        assert_eq!(maximum(&[None], 0.95).estimate, None);
    }

    #[test]
    fn a_paired_difference_with_equal_numbers_is_student_t_over_differences() {
        let a: Vec<Sum> = [30, 52, 41, 80, 66].iter().map(|v| Sum { num: *v, den: 10 }).collect();
        let b: Vec<Sum> = [28, 51, 44, 71, 60].iter().map(|v| Sum { num: *v, den: 10 }).collect();
        let paired = paired_difference(&a, &b, 2, 0.95);
        let plain = mean_of_runs(&[0.2, 0.1, -0.3, 0.9, 0.6], 0.95);
        close(paired.estimate, plain.estimate.unwrap());
        close(paired.ci_low, plain.ci_low.unwrap());
        close(paired.ci_high, plain.ci_high.unwrap());
        let same = paired_difference(&a, &a, 2, 0.95);
        assert_eq!((same.estimate, same.ci_low, same.ci_high), (Some(0.0), Some(0.0), Some(0.0)), "the same weather cancels");
        assert_eq!(paired_difference(&a, &b, 10, 0.95).note_text(), "few_replicates");
    }

    /// The interval at 95 % holds the truth in 95 % of families; 2,000 families of 10 uniform runs, a fixed congruential sequence.
    #[test]
    fn intervals_cover_as_often_as_they_say() {
        let mut state = 1u64;
        let mut next = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) as i128
        };
        let covered = (0..2000)
            .filter(|_| {
                let runs: Vec<Sum> = (0..10).map(|_| Sum { num: (0..8).map(|_| next() % 1001).sum(), den: 8 }).collect();
                let (low, high) = mean_of_items(&runs, 0.95).interval().unwrap();
                low <= 500.0 && 500.0 <= high
            })
            .count();
        // Four standard deviations of a binomial with p = 0.95.
        assert!((1861..=1939).contains(&covered), "{covered} of 2000");
    }
}
