//! The share of a duration's items above a time, from the exact histograms.

use super::PointData;
use crate::results::Metric;
use crate::results::metric::{Source, Stat};
use crate::stats::{self, Bucket, Estimate, Histogram, Note, Range, Sum};

/// Counts of one run.
#[derive(Clone, Copy, Default)]
struct Counts {
    above: u64,
    all: u64,
    /// Items in the bucket that holds the time, where it is wider than 1 ns: which side they are on is interpolated.
    unsure: u64,
    /// Open items that had not reached the time: they are left out.
    open: u64,
}

impl PointData {
    /// P(X > `above_ns`) of the family, with a delete-one jackknife interval. An item still open counts as above if it has been open for
    /// longer, else it is left out and noted. None if there is no such family of durations.
    pub fn tail(&self, family: &str, above_ns: u64, level: f64) -> Option<Estimate> {
        let metric = Metric::built().find(|m| m.family == family && m.stat == Some(Stat::P50) && m.source == Source::Histogram)?;
        let counted: Vec<Counts> = self
            .done()
            .map(|run| {
                let mut histogram = Histogram::new();
                if let Some(packed) = run.histograms.get(metric.key()) {
                    packed.add_to(&mut histogram);
                }
                histogram.buckets().fold(Counts::default(), |counts, bucket| counts.with(&bucket, above_ns))
            })
            .collect();
        let sums: Vec<Sum> = counted.iter().map(|c| Sum { num: i128::from(c.above), den: i128::from(c.all) }).collect();
        let mut estimate = stats::ratio(&sums, Range::Share, level);
        let missing = self.runs.len() as u32 - estimate.n;
        estimate.notes.retain(|note| !matches!(note, Note::Missing(_)));
        if missing > 0 {
            estimate.note(Note::Missing(missing));
        }
        let total = |of: fn(&Counts) -> u64| counted.iter().map(of).sum::<u64>() as f64;
        let (above, all, unsure, open) = (total(|c| c.above), total(|c| c.all), total(|c| c.unsure), total(|c| c.open));
        if unsure > 0.0 && above > 0.0 {
            estimate.note(Note::Bucket(unsure / above));
        }
        if open > 0.001 * (all + open) {
            estimate.note(Note::Censored(open / (all + open)));
        }
        Some(estimate)
    }
}

impl Counts {
    fn with(mut self, bucket: &Bucket, above_ns: u64) -> Counts {
        if bucket.lower > above_ns {
            self.above += bucket.delivered + bucket.censored;
            self.all += bucket.delivered + bucket.censored;
            return self;
        }
        self.all += bucket.delivered;
        self.open += bucket.censored;
        let width = bucket.upper - bucket.lower;
        if width > 1 && above_ns < bucket.upper {
            let part = u128::from(bucket.delivered) * u128::from(bucket.upper - 1 - above_ns);
            self.above += ((part + u128::from(width) / 2) / u128::from(width)) as u64;
            self.unsure += bucket.delivered;
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::RunRecord;

    /// Twelve runs of 1,000 items at 1, 2, ... 1000 ms each.
    fn uniform() -> PointData {
        let mut data = PointData::new();
        for replicate in 0..12 {
            let mut run = RunRecord::new([replicate as u8; 16], [0; 16], replicate, 7);
            let mut histogram = Histogram::new();
            (1..=1000u64).for_each(|ms| histogram.record(ms * 1_000_000));
            run.histograms.insert("server_sojourn".into(), histogram);
            data.push(&run);
        }
        data
    }

    #[test]
    fn shares_above_are_counted() {
        let data = uniform();
        let share = |ms: u64| data.tail("server_sojourn", ms * 1_000_000, 0.95).unwrap().estimate.unwrap();
        assert!((share(200) - 0.8).abs() < 2e-3, "{}", share(200));
        assert_eq!((share(0), share(1001)), (1.0, 0.0));
        assert!(data.tail("nonsense", 0, 0.95).is_none());
        let none = data.tail("server_sojourn", 2_000_000_000, 0.95).unwrap();
        assert!(none.ci_high.unwrap() > 0.0 && none.ci_high.unwrap() < 1e-3, "an exact bound where nothing was seen");
    }

    #[test]
    fn a_time_that_a_narrow_bucket_holds_is_not_above_itself() {
        let mut data = PointData::new();
        for replicate in 0..10 {
            let mut run = RunRecord::new([replicate as u8; 16], [0; 16], replicate, 7);
            let mut histogram = Histogram::new();
            histogram.record(0);
            histogram.record(5);
            histogram.record(6);
            histogram.record_censored(3);
            histogram.record_censored(9);
            run.histograms.insert("server_wait".into(), histogram);
            data.push(&run);
        }
        let share = |ns: u64| data.tail("server_wait", ns, 0.95).unwrap();
        assert_eq!(share(5).estimate, Some(0.5), "6 and the one open for 9, of four; the one open for 3 is left out");
        assert!(share(5).notes.iter().any(|n| matches!(n, Note::Censored(open) if (open - 0.2).abs() < 1e-12)));
        assert_eq!(share(0).estimate, Some(0.8));
    }
}
