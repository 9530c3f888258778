//! The maps that a run hands over, filled once at its end, by the keys that the catalogue of metrics reads.

use std::collections::BTreeMap;

use super::fold::{Share, Times};
use crate::results::Key;
use crate::stats::{Histogram, Levels, Sum};

/// Sums, values, histograms, levels and breakdowns of one run, as in `results::RunRecord`. What has no item is left out.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tables {
    pub sums: BTreeMap<Key, Sum>,
    pub values: BTreeMap<Key, f64>,
    pub histograms: BTreeMap<Key, Histogram>,
    pub levels: BTreeMap<Key, Levels>,
    pub breakdowns: BTreeMap<Key, Sum>,
}

impl Tables {
    /// A family of durations.
    pub(super) fn times(&mut self, family: &'static str, times: Times) {
        let sum = times.sum();
        if sum.den > 0 {
            self.sums.insert(family.into(), sum);
        }
        if !times.histogram.is_empty() {
            self.histograms.insert(family.into(), times.histogram);
        }
    }

    /// A ratio by its full name.
    pub(super) fn ratio(&mut self, name: impl Into<Key>, num: u64, den: u64) {
        if den > 0 {
            self.sums.insert(name.into(), sum_of(num, den));
        }
    }

    pub(super) fn share(&mut self, name: impl Into<Key>, share: Share) {
        self.ratio(name, share.num, share.den);
    }

    /// A part of a ratio: `<name>__by_<key>_<value>`.
    pub(super) fn part(&mut self, name: &str, key: &str, value: &str, num: u64, den: u64) {
        if den > 0 {
            self.breakdowns.insert(format!("{name}__by_{key}_{value}").into(), sum_of(num, den));
        }
    }

    /// A part of a mean, as a sum of nanoseconds and its items: `<name>__by_<key>_<value>`.
    pub(super) fn part_sum(&mut self, name: &str, key: &str, value: &str, sum: Sum) {
        if sum.den > 0 {
            self.breakdowns.insert(format!("{name}__by_{key}_{value}").into(), sum);
        }
    }

    /// A family of whole numbers or of a level in time.
    pub(super) fn levels(&mut self, family: &'static str, levels: Levels) {
        if levels.iter().next().is_some() {
            self.levels.insert(family.into(), levels);
        }
    }

    /// A count of the run.
    pub(super) fn value(&mut self, name: impl Into<Key>, value: f64) {
        self.values.insert(name.into(), value);
    }
}

fn sum_of(num: u64, den: u64) -> Sum {
    Sum { num: i128::from(num), den: i128::from(den) }
}
