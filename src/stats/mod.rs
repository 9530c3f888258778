//! Pure functions on counts and numbers: exact mergeable histograms, quantiles, Student t, jackknife, exact binomial bounds.
//!
//! The rules are those of `metrics.md` sections 1.4 and 6. Nothing here knows a metric's name, a file or a run; sums are made in
//! the order in which replicates are handed over, never in parallel, and every function of real numbers comes from `libm`.

mod binomial;
mod estimate;
mod exact;
mod interval;
mod levels;
mod packed;
mod sectioning;
mod special;
mod student;
mod survival;

pub use binomial::{binomial_bounds, upper_bound_of_none};
pub use estimate::{Estimate, Method, Note};
pub use exact::{BUCKETS, Bucket, Histogram, bucket_bounds, bucket_number, number_bounds};
pub use interval::{MIN_REPLICATES_POOLED, Range, Sum, jackknife, maximum, mean_of_items, mean_of_runs, paired_difference, ratio};
pub use levels::{Level, Levels};
pub use packed::{Packed, PackedError};
pub use sectioning::{few_items, level_quantiles, quantiles, section, sectioned, sections, time_quantiles};
pub use special::normal_quantile;
pub use student::{student_t, student_t_upper_tail};
pub use survival::SurvivalPoint;

/// The rank (1 to `n`) of the `q`-quantile among `n` items by the nearest-rank rule: the least k with k >= q n.
/// `q` counts to nine decimals, so that 0.95 of 20 is 19 and not one more by a rounding of binary fractions.
pub fn nearest_rank(q: f64, n: u128) -> u128 {
    assert!((0.0..=1.0).contains(&q), "a quantile lies between 0 and 1, not {q}");
    const ONE: u128 = 1_000_000_000;
    let parts = libm::round(q * 1e9) as u128;
    // Whole and rest apart: n may be a sum of nanoseconds over many users.
    let rank = (n / ONE) * parts + ((n % ONE) * parts).div_ceil(ONE);
    rank.clamp(1, n.max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nearest_rank_is_exact_for_decimal_quantiles() {
        for (q, n, rank) in [(0.95, 20, 19), (0.99, 100, 99), (0.9, 10, 9), (0.5, 1, 1), (0.5, 2, 1), (0.5, 3, 2), (0.99, 101, 100)]
        {
            assert_eq!(nearest_rank(q, n), rank, "q {q} of {n}");
        }
        assert_eq!(nearest_rank(0.0, 7), 1);
        assert_eq!(nearest_rank(1.0, 7), 7);
        assert_eq!(nearest_rank(0.95, 20 * 10u128.pow(30)), 19 * 10u128.pow(30));
    }
}
