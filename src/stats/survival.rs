//! Curves read from a histogram: the share of items above a value, and the Kaplan-Meier survival curve with open items.
//!
//! A curve is a list of steps; drawing it and putting bands around it is the reader's work.

use super::exact::{Histogram, bucket_bounds};

/// One step of a curve that falls from 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SurvivalPoint {
    /// Upper bound (exclusive) of the bucket, in ns: the curve has this value from here on.
    pub ns: u64,
    /// Share of items above.
    pub share: f64,
}

impl Histogram {
    /// The complementary distribution of the items that ended: one step per bucket, upwards. Open items are left out.
    pub fn ccdf(&self) -> Vec<SurvivalPoint> {
        let total = self.delivered() as f64;
        let mut left = self.delivered();
        let held = self.buckets().filter(|bucket| bucket.delivered > 0);
        held.map(|bucket| {
            left -= bucket.delivered;
            SurvivalPoint { ns: bucket.upper, share: left as f64 / total }
        })
        .collect()
    }

    /// The Kaplan-Meier curve: open items count as at risk up to their elapsed time; within a bucket they leave after those that ended.
    pub fn kaplan_meier(&self) -> Vec<SurvivalPoint> {
        let mut at_risk = self.delivered() + self.censored();
        let mut share = 1.0;
        let mut curve = Vec::new();
        for bucket in self.buckets() {
            if bucket.delivered > 0 {
                share *= (at_risk - bucket.delivered) as f64 / at_risk as f64;
                curve.push(SurvivalPoint { ns: bucket.upper, share });
            }
            at_risk -= bucket.delivered + bucket.censored;
        }
        curve
    }

    /// Share of the items that ended whose value is above `ns`, taking values as evenly spread within the one bucket that holds `ns`.
    /// None without items.
    pub fn share_above(&self, ns: u64) -> Option<f64> {
        if self.delivered() == 0 {
            return None;
        }
        let (lower, upper) = bucket_bounds(ns);
        let mut above = 0.0;
        for bucket in self.buckets() {
            if bucket.lower > lower {
                above += bucket.delivered as f64;
            } else if bucket.lower == lower {
                above += bucket.delivered as f64 * (upper - 1 - ns) as f64 / (upper - lower) as f64;
            }
        }
        Some(above / self.delivered() as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A textbook sample: ends at 6, 6, 6, 7, 10; open at 6, 9, 10. (The 6-mercaptopurine arm begins like this.)
    #[test]
    fn kaplan_meier_of_a_small_sample() {
        let mut histogram = Histogram::new();
        [6, 6, 6, 7, 10].iter().for_each(|ns| histogram.record(*ns));
        [6, 9, 10].iter().for_each(|ns| histogram.record_censored(*ns));
        let curve = histogram.kaplan_meier();
        let expected = [(7, 5.0 / 8.0), (8, 5.0 / 8.0 * 3.0 / 4.0), (11, 5.0 / 8.0 * 3.0 / 4.0 * 1.0 / 2.0)];
        assert_eq!(curve.len(), 3);
        for (point, (ns, share)) in curve.iter().zip(expected) {
            assert_eq!(point.ns, ns);
            assert!((point.share - share).abs() < 1e-15, "{point:?} against {share}");
        }
    }

    #[test]
    fn without_open_items_kaplan_meier_is_the_ccdf() {
        let mut histogram = Histogram::new();
        (0..1000u64).for_each(|k| histogram.record(k * k * 977));
        for (a, b) in histogram.kaplan_meier().iter().zip(histogram.ccdf()) {
            assert_eq!(a.ns, b.ns);
            assert!((a.share - b.share).abs() < 1e-12);
        }
    }

    #[test]
    fn the_share_above_a_value_splits_its_bucket() {
        let mut histogram = Histogram::new();
        [1, 2, 3, 4096].iter().for_each(|ns| histogram.record(*ns));
        assert_eq!(histogram.share_above(2), Some(0.5));
        assert_eq!(histogram.share_above(4097), Some(0.125), "2 of the 4 values of [4096, 4100) lie above");
        assert_eq!(Histogram::new().share_above(1), None);
    }
}
