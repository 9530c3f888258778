//! The histogram of whole numbers: how long a level stood (queue length) or how often it was seen (attempts).
//!
//! The same table serves both: time at a level in `weight_ns`, items at a level in `items`. Levels may be negative, but are not here.

use std::collections::BTreeMap;

/// Levels from 0 below this one lie side by side; others in a map.
const NEAR: i64 = 256;

/// What is known about one level.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Level {
    /// Time spent at this level, in ns, over all users or servers that are counted together.
    pub weight_ns: u128,
    /// Items counted at this level.
    pub items: u64,
    /// Items still open at the end that had come to this level.
    pub censored: u64,
}

impl Level {
    fn is_empty(&self) -> bool {
        *self == Level::default()
    }

    fn add(&mut self, other: &Level) {
        self.weight_ns += other.weight_ns;
        self.items += other.items;
        self.censored += other.censored;
    }
}

/// A mergeable histogram of levels.
#[derive(Clone, Debug, Default)]
pub struct Levels {
    near: Vec<Level>,
    far: BTreeMap<i64, Level>,
}

impl Levels {
    pub fn new() -> Self {
        Levels::default()
    }

    /// The level stood for `ns`.
    #[inline]
    pub fn stand(&mut self, level: i64, ns: u64) {
        self.at(level).weight_ns += u128::from(ns);
    }

    /// One item of this level.
    #[inline]
    pub fn count(&mut self, level: i64) {
        self.at(level).items += 1;
    }

    /// One item still open at the end that had come to this level.
    #[inline]
    pub fn count_censored(&mut self, level: i64) {
        self.at(level).censored += 1;
    }

    /// Adds what is known about one level.
    pub fn add(&mut self, level: i64, what: Level) {
        self.at(level).add(&what);
    }

    /// Adds everything in `other`. The result depends on neither order nor grouping.
    pub fn merge(&mut self, other: &Levels) {
        for (level, what) in other.iter() {
            self.at(level).add(&what);
        }
    }

    fn at(&mut self, level: i64) -> &mut Level {
        if (0..NEAR).contains(&level) {
            let at = level as usize;
            if at >= self.near.len() {
                self.near.resize(at + 1, Level::default());
            }
            &mut self.near[at]
        } else {
            self.far.entry(level).or_default()
        }
    }

    /// Levels about which something is known, upwards.
    pub fn iter(&self) -> impl Iterator<Item = (i64, Level)> + '_ {
        let below = self.far.range(..0).map(|(level, what)| (*level, *what));
        let near = self.near.iter().enumerate().map(|(level, what)| (level as i64, *what));
        let above = self.far.range(NEAR..).map(|(level, what)| (*level, *what));
        below.chain(near).chain(above).filter(|(_, what)| !what.is_empty())
    }

    /// Total time in ns.
    pub fn weight_ns(&self) -> u128 {
        self.iter().map(|(_, what)| what.weight_ns).sum()
    }

    /// Total number of items.
    pub fn items(&self) -> u64 {
        self.iter().map(|(_, what)| what.items).sum()
    }

    /// Total number of items still open.
    pub fn censored(&self) -> u64 {
        self.iter().map(|(_, what)| what.censored).sum()
    }

    /// Sum of level times items, exact.
    pub fn sum_of_items(&self) -> i128 {
        self.iter().map(|(level, what)| i128::from(level) * i128::from(what.items)).sum()
    }

    /// The mean level weighted by time; none if no time was spent.
    pub fn mean_by_time(&self) -> Option<f64> {
        let total = self.weight_ns();
        // Exact where it fits, which is 10^19 user-years of level 1.
        let sum: i128 = self.iter().map(|(level, what)| i128::from(level) * what.weight_ns as i128).sum();
        (total > 0).then(|| sum as f64 / total as f64)
    }

    /// The mean level over items; none without items.
    pub fn mean_by_items(&self) -> Option<f64> {
        let items = self.items();
        (items > 0).then(|| self.sum_of_items() as f64 / items as f64)
    }

    /// The least level below or at which `q` of the time was spent.
    pub fn quantile_by_time(&self, q: f64) -> Option<i64> {
        self.quantile(q, self.weight_ns(), |what| what.weight_ns)
    }

    /// The `q`-quantile over items by nearest rank.
    pub fn quantile_by_items(&self, q: f64) -> Option<i64> {
        self.quantile(q, u128::from(self.items()), |what| u128::from(what.items))
    }

    fn quantile(&self, q: f64, total: u128, weight: impl Fn(&Level) -> u128) -> Option<i64> {
        let mut left = super::nearest_rank(q, total);
        for (level, what) in self.iter() {
            let here = weight(&what);
            if here >= left {
                return Some(level);
            }
            left -= here;
        }
        None
    }

    /// The highest level that stood for some time or was counted.
    pub fn maximum(&self) -> Option<i64> {
        self.iter().filter(|(_, what)| what.weight_ns > 0 || what.items > 0).map(|(level, _)| level).last()
    }
}

impl PartialEq for Levels {
    fn eq(&self, other: &Levels) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Eq for Levels {}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn time_and_items_are_kept_apart() {
        let mut levels = Levels::new();
        levels.stand(0, 900);
        levels.stand(3, 100);
        levels.count(2);
        levels.count(1000);
        levels.count_censored(4);
        assert_eq!(levels.mean_by_time(), Some(0.3));
        assert_eq!(levels.quantile_by_time(0.9), Some(0));
        assert_eq!(levels.quantile_by_time(0.901), Some(3));
        assert_eq!(levels.mean_by_items(), Some(501.0));
        assert_eq!(levels.quantile_by_items(0.5), Some(2));
        assert_eq!((levels.items(), levels.censored(), levels.maximum()), (2, 1, Some(1000)));
        assert_eq!(Levels::new().mean_by_time(), None);
        assert_eq!(Levels::new().quantile_by_items(0.5), None);
    }

    proptest! {
        #[test]
        fn merging_is_addition_in_any_order(steps in prop::collection::vec((-3i64..600, 0u64..1000, 0usize..2), 0..100)) {
            let mut whole = Levels::new();
            let mut parts = vec![Levels::new(); 2];
            for (level, ns, part) in steps {
                whole.stand(level, ns);
                parts[part].stand(level, ns);
                parts[part].count(level);
                whole.count(level);
            }
            let (mut ab, mut ba) = (parts[0].clone(), parts[1].clone());
            ab.merge(&parts[1]);
            ba.merge(&parts[0]);
            prop_assert_eq!(&ab, &whole);
            prop_assert_eq!(&ba, &whole);
        }
    }
}
