//! The exact histogram of durations: buckets whose bounds depend on the value only, so that histograms merge by addition.
//!
//! Below 2048 ns a bucket holds one value; above, 1024 buckets share an octave (`metrics.md` 6, `latency.parquet`). Recording
//! is one shift, one addition and one look-up, for millions of samples a second. Means never come from buckets.

/// Number of buckets that cover every `u64`.
pub const BUCKETS: u32 = (53 << 10) + 2048;

/// Buckets of one page of a [`Histogram`]; a page comes into being with its first item.
const PAGE: usize = 128;

/// The number of the bucket that holds `ns`, counted upwards from 0.
#[inline]
pub const fn bucket_number(ns: u64) -> u32 {
    let octave = 63 - (ns | 1).leading_zeros();
    let e = octave.saturating_sub(10);
    (e << 10) + (ns >> e) as u32
}

/// Lower bound (inclusive) and upper bound (exclusive) of bucket `number`, in ns. The last upper bound is cut to `u64::MAX`.
pub const fn number_bounds(number: u32) -> (u64, u64) {
    assert!(number < BUCKETS, "a bucket number lies below BUCKETS");
    if number < 2048 {
        return (number as u64, number as u64 + 1);
    }
    let e = (number >> 10) - 1;
    let lower = ((number - (e << 10)) as u64) << e;
    (lower, lower.saturating_add(1 << e))
}

/// Lower bound (inclusive) and upper bound (exclusive) of the bucket that holds `ns`.
pub const fn bucket_bounds(ns: u64) -> (u64, u64) {
    number_bounds(bucket_number(ns))
}

/// A bucket that holds something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bucket {
    /// Lower bound in ns, inclusive.
    pub lower: u64,
    /// Upper bound in ns, exclusive.
    pub upper: u64,
    /// Items that ended in this bucket.
    pub delivered: u64,
    /// Items still open at the end, with this elapsed time.
    pub censored: u64,
}

impl Bucket {
    /// The middle, rounded down: what a quantile in this bucket is said to be.
    pub const fn middle(&self) -> u64 {
        self.lower + (self.upper - self.lower) / 2
    }
}

#[derive(Clone, Default)]
struct Counts {
    pages: Vec<Option<Box<[u64; PAGE]>>>,
    total: u64,
}

impl Counts {
    #[inline]
    fn add(&mut self, number: u32, count: u64) {
        let page = number as usize / PAGE;
        if page >= self.pages.len() {
            self.pages.resize_with(page + 1, || None);
        }
        self.pages[page].get_or_insert_with(|| Box::new([0; PAGE]))[number as usize % PAGE] += count;
        self.total += count;
    }

    fn merge(&mut self, other: &Counts) {
        if self.pages.len() < other.pages.len() {
            self.pages.resize_with(other.pages.len(), || None);
        }
        for (mine, theirs) in self.pages.iter_mut().zip(&other.pages) {
            let Some(theirs) = theirs else { continue };
            let mine = mine.get_or_insert_with(|| Box::new([0; PAGE]));
            for (to, from) in mine.iter_mut().zip(theirs.iter()) {
                *to += from;
            }
        }
        self.total += other.total;
    }

    fn get(&self, number: u32) -> u64 {
        self.pages.get(number as usize / PAGE).and_then(Option::as_ref).map_or(0, |page| page[number as usize % PAGE])
    }

    /// Numbers and counts of the buckets that hold something, upwards.
    fn iter(&self) -> impl Iterator<Item = (u32, u64)> + '_ {
        let mut left = self.pages.iter().enumerate().filter_map(|(at, page)| Some((at, page.as_deref()?)));
        let mut page: (usize, &[u64]) = (0, &[]);
        let mut next = 0;
        // By hand, since adapters within adapters cost as much again as the counts themselves.
        std::iter::from_fn(move || {
            loop {
                let (at, counts) = page;
                if let Some(count) = counts.get(next) {
                    next += 1;
                    if *count > 0 {
                        return Some(((at * PAGE + next - 1) as u32, *count));
                    }
                } else {
                    let (at, counts) = left.next()?;
                    (page, next) = ((at, &counts[..]), 0);
                }
            }
        })
    }
}

/// An exact histogram of durations in ns, with items that ended and items still open (censored).
#[derive(Clone, Default)]
pub struct Histogram {
    delivered: Counts,
    censored: Counts,
}

impl Histogram {
    /// An empty histogram. It takes no memory for buckets until something is recorded.
    pub fn new() -> Self {
        Histogram::default()
    }

    /// One item that ended after `ns`.
    #[inline]
    pub fn record(&mut self, ns: u64) {
        self.delivered.add(bucket_number(ns), 1);
    }

    /// One item still open at the end, `ns` after its start.
    #[inline]
    pub fn record_censored(&mut self, ns: u64) {
        self.censored.add(bucket_number(ns), 1);
    }

    /// Adds counts to bucket `number`, as read from a file.
    pub fn add(&mut self, number: u32, delivered: u64, censored: u64) {
        assert!(number < BUCKETS, "a bucket number lies below BUCKETS");
        if delivered > 0 {
            self.delivered.add(number, delivered);
        }
        if censored > 0 {
            self.censored.add(number, censored);
        }
    }

    /// Adds the counts of `other`. The result depends on neither order nor grouping.
    pub fn merge(&mut self, other: &Histogram) {
        self.delivered.merge(&other.delivered);
        self.censored.merge(&other.censored);
    }

    /// Number of items that ended.
    pub fn delivered(&self) -> u64 {
        self.delivered.total
    }

    /// Number of items still open.
    pub fn censored(&self) -> u64 {
        self.censored.total
    }

    pub fn is_empty(&self) -> bool {
        self.delivered.total == 0 && self.censored.total == 0
    }

    /// Buckets that hold something, upwards.
    pub fn buckets(&self) -> impl Iterator<Item = Bucket> + '_ {
        let mut delivered = self.delivered.iter().peekable();
        let mut censored = self.censored.iter().peekable();
        std::iter::from_fn(move || {
            let number = match (delivered.peek(), censored.peek()) {
                (Some(d), Some(c)) => d.0.min(c.0),
                (Some(d), None) => d.0,
                (None, Some(c)) => c.0,
                (None, None) => return None,
            };
            let (lower, upper) = number_bounds(number);
            let delivered = delivered.next_if(|d| d.0 == number).map_or(0, |d| d.1);
            let censored = censored.next_if(|c| c.0 == number).map_or(0, |c| c.1);
            Some(Bucket { lower, upper, delivered, censored })
        })
    }

    pub(super) fn delivered_counts(&self) -> impl Iterator<Item = (u32, u64)> + '_ {
        self.delivered.iter()
    }

    pub(super) fn censored_counts(&self) -> impl Iterator<Item = (u32, u64)> + '_ {
        self.censored.iter()
    }

    /// The bucket of the `q`-quantile of the items that ended, by nearest rank; none without items.
    pub fn quantile_bucket(&self, q: f64) -> Option<Bucket> {
        let mut left = super::nearest_rank(q, u128::from(self.delivered.total));
        for (number, count) in self.delivered.iter() {
            let count = u128::from(count);
            if left <= count {
                let (lower, upper) = number_bounds(number);
                return Some(Bucket { lower, upper, delivered: count as u64, censored: self.censored.get(number) });
            }
            left -= count;
        }
        None
    }

    /// The `q`-quantile in ns: the middle of its bucket, rounded down; at most 0.05 % off. None without items.
    pub fn quantile(&self, q: f64) -> Option<u64> {
        self.quantile_bucket(q).map(|bucket| bucket.middle())
    }

    /// The largest value in ns, as the middle of its bucket.
    pub fn maximum(&self) -> Option<u64> {
        self.quantile(1.0)
    }
}

impl PartialEq for Histogram {
    fn eq(&self, other: &Histogram) -> bool {
        self.delivered.total == other.delivered.total
            && self.censored.total == other.censored.total
            && self.delivered.iter().eq(other.delivered.iter())
            && self.censored.iter().eq(other.censored.iter())
    }
}

impl Eq for Histogram {}

impl std::fmt::Debug for Histogram {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.buckets()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The rule of `metrics.md` 6, written as it stands there.
    fn by_the_rule(v: u64) -> (u64, u64) {
        if v < 2048 {
            return (v, v + 1);
        }
        let e = v.ilog2() - 10;
        let lower = v / (1 << e) * (1 << e);
        (lower, lower + (1 << e))
    }

    #[test]
    fn bounds_follow_the_rule_at_the_edges() {
        for v in
            [0, 1, 2, 1023, 1024, 2047, 2048, 2049, 4095, 4096, 4099, 1_000_000_000, (1 << 62) + 12345, i64::MAX as u64 - (1 << 52)]
        {
            assert_eq!(bucket_bounds(v), by_the_rule(v), "{v}");
        }
        assert_eq!(bucket_bounds(2048), (2048, 2050));
        assert_eq!(bucket_bounds(4099), (4096, 4100));
        assert_eq!(bucket_number(u64::MAX), BUCKETS - 1);
        assert_eq!(number_bounds(BUCKETS - 1).1, u64::MAX);
    }

    #[test]
    fn numbers_count_every_bucket_once_without_a_gap() {
        let mut lower = 0;
        for number in 0..BUCKETS - 1 {
            let (low, high) = number_bounds(number);
            assert_eq!(low, lower);
            assert_eq!(bucket_number(low), number);
            assert_eq!(bucket_number(high - 1), number);
            lower = high;
        }
    }

    #[test]
    fn a_quantile_is_the_middle_of_its_bucket_rounded_down() {
        let mut histogram = Histogram::new();
        assert_eq!(histogram.quantile(0.5), None);
        for ns in [0, 0, 5, 4097] {
            histogram.record(ns);
        }
        histogram.record_censored(9);
        assert_eq!(histogram.quantile(0.5), Some(0), "zero has its own bucket");
        assert_eq!(histogram.quantile(0.75), Some(5));
        assert_eq!(histogram.quantile(0.95), Some(4098), "4097 lies in [4096, 4100)");
        assert_eq!((histogram.delivered(), histogram.censored()), (4, 1));
        assert_eq!(histogram.maximum(), Some(4098));
    }

    proptest! {
        #[test]
        fn bounds_follow_the_rule(v in 0u64..(1 << 62), shift in 0u32..62) {
            prop_assert_eq!(bucket_bounds(v >> shift), by_the_rule(v >> shift));
        }

        #[test]
        fn merging_is_addition_in_any_order(values in prop::collection::vec((0u64..1 << 40, 0u32..40, any::<bool>(), 0usize..3), 0..200)) {
            let mut whole = Histogram::new();
            let mut parts = vec![Histogram::new(); 3];
            for (v, shift, open, part) in values {
                for histogram in [&mut whole, &mut parts[part]] {
                    if open { histogram.record_censored(v >> shift) } else { histogram.record(v >> shift) }
                }
            }
            let mut up = Histogram::new();
            for part in &parts { up.merge(part) }
            let mut down = Histogram::new();
            for part in parts.iter().rev() { down.merge(part) }
            prop_assert_eq!(&up, &whole);
            prop_assert_eq!(&down, &whole);
            prop_assert_eq!(up.buckets().map(|b| b.delivered).sum::<u64>(), whole.delivered());
        }

        #[test]
        fn a_quantile_is_close_to_the_sorted_item(mut values in prop::collection::vec(0u64..1 << 45, 1..100), q in 0.0f64..1.0) {
            let mut histogram = Histogram::new();
            values.iter().for_each(|v| histogram.record(*v));
            values.sort_unstable();
            let item = values[(super::super::nearest_rank(q, values.len() as u128) - 1) as usize];
            let seen = histogram.quantile(q).unwrap();
            prop_assert!(seen.abs_diff(item) as f64 <= item as f64 / 2048.0, "{} against {}", seen, item);
        }
    }
}
