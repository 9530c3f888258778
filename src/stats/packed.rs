//! A histogram at rest: a few bytes per bucket, for keeping and writing thousands of runs.
//!
//! The form is canonical: equal histograms have equal bytes. Numbers are LEB128; bucket numbers stand as differences.

use super::exact::{BUCKETS, Histogram, number_bounds};

/// The packed form of a [`Histogram`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Packed {
    bytes: Box<[u8]>,
    delivered: u64,
    censored: u64,
}

/// Bytes that are no packed histogram.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PackedError;

impl std::fmt::Display for PackedError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("not a packed histogram")
    }
}

impl std::error::Error for PackedError {}

impl Packed {
    /// Packs `histogram`.
    pub fn of(histogram: &Histogram) -> Packed {
        let mut bytes = Vec::new();
        put_counts(&mut bytes, histogram.delivered_counts());
        put_counts(&mut bytes, histogram.censored_counts());
        Packed { bytes: bytes.into(), delivered: histogram.delivered(), censored: histogram.censored() }
    }

    /// The packed bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Reads packed bytes, checking every one of them.
    pub fn from_bytes(bytes: &[u8]) -> Result<Packed, PackedError> {
        let mut totals = [0u64; 2];
        let mut rest = bytes;
        for total in &mut totals {
            each_count(&mut rest, |_, count| {
                *total = total.checked_add(count).ok_or(PackedError)?;
                Ok(())
            })?;
        }
        if !rest.is_empty() {
            return Err(PackedError);
        }
        Ok(Packed { bytes: bytes.into(), delivered: totals[0], censored: totals[1] })
    }

    /// Number of items that ended.
    pub fn delivered(&self) -> u64 {
        self.delivered
    }

    /// Number of items still open.
    pub fn censored(&self) -> u64 {
        self.censored
    }

    /// Adds everything to `histogram`.
    pub fn add_to(&self, histogram: &mut Histogram) {
        let mut rest = &self.bytes[..];
        if rest.is_empty() {
            return; // the default value: nothing in it
        }
        let read = each_count(&mut rest, |number, count| {
            histogram.add(number, count, 0);
            Ok(())
        })
        .and_then(|()| {
            each_count(&mut rest, |number, count| {
                histogram.add(number, 0, count);
                Ok(())
            })
        });
        assert!(read.is_ok(), "a Packed holds bytes that were checked when it was made");
    }

    /// The buckets of the quantiles `qs` of the items that ended, as [`Histogram::quantile_bucket`] gives them, in one pass and without
    /// unpacking. Lower and upper bound; none without items.
    pub fn quantile_bounds(&self, qs: &[f64]) -> Vec<Option<(u64, u64)>> {
        let mut found = vec![None; qs.len()];
        if self.delivered == 0 {
            return found;
        }
        let ranks: Vec<u128> = qs.iter().map(|q| super::nearest_rank(*q, u128::from(self.delivered))).collect();
        let mut upto = 0u128;
        let read = each_count(&mut &self.bytes[..], |number, count| {
            let before = upto;
            upto += u128::from(count);
            for (found, rank) in found.iter_mut().zip(&ranks) {
                if (before + 1..=upto).contains(rank) {
                    *found = Some(number_bounds(number));
                }
            }
            Ok(())
        });
        assert!(read.is_ok(), "a Packed holds bytes that were checked when it was made");
        found
    }

    /// The histogram itself.
    pub fn unpack(&self) -> Histogram {
        let mut histogram = Histogram::new();
        self.add_to(&mut histogram);
        histogram
    }
}

fn put_counts(bytes: &mut Vec<u8>, counts: impl Iterator<Item = (u32, u64)>) {
    // Each entry: distance from the last bucket (at least 1, counted from -1), count (at least 1). A zero ends the list.
    let mut last = -1i64;
    for (number, count) in counts {
        put_varint(bytes, (i64::from(number) - last) as u64);
        put_varint(bytes, count);
        last = i64::from(number);
    }
    put_varint(bytes, 0);
}

fn each_count(rest: &mut &[u8], mut take: impl FnMut(u32, u64) -> Result<(), PackedError>) -> Result<(), PackedError> {
    let mut last = -1i64;
    loop {
        let distance = get_varint(rest)?;
        if distance == 0 {
            return Ok(());
        }
        let number = i64::try_from(distance).ok().and_then(|d| last.checked_add(d)).ok_or(PackedError)?;
        let count = get_varint(rest)?;
        if number >= i64::from(BUCKETS) || count == 0 {
            return Err(PackedError);
        }
        take(number as u32, count)?;
        last = number;
    }
}

fn put_varint(bytes: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
}

fn get_varint(rest: &mut &[u8]) -> Result<u64, PackedError> {
    let mut value = 0u64;
    for shift in (0..64).step_by(7) {
        let (&byte, tail) = rest.split_first().ok_or(PackedError)?;
        *rest = tail;
        let part = u64::from(byte & 0x7f);
        if part << shift >> shift != part {
            return Err(PackedError);
        }
        value |= part << shift;
        if byte & 0x80 == 0 {
            // One spelling per number: a last byte of zero is another spelling.
            return if byte == 0 && shift > 0 { Err(PackedError) } else { Ok(value) };
        }
    }
    Err(PackedError)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_empty_histogram_packs_to_two_ends() {
        let packed = Packed::of(&Histogram::new());
        assert_eq!(packed.bytes(), [0, 0]);
        assert!(packed.unpack().is_empty());
        assert!(Packed::default().unpack().is_empty());
    }

    #[test]
    fn damaged_bytes_are_refused() {
        let mut histogram = Histogram::new();
        histogram.record(300);
        let good = Packed::of(&histogram);
        assert_eq!(good.bytes(), [0xad, 2, 1, 0, 0], "301 after -1, one item, end, end");
        for bad in [&[][..], &[0], &[0, 0, 0], &[0xad, 2, 1, 0], &[0xad, 2, 0, 0, 0], &[0xff; 12], &[0x81, 0x00, 1, 0, 0]] {
            assert_eq!(Packed::from_bytes(bad), Err(PackedError), "{bad:?}");
        }
    }

    proptest! {
        #[test]
        fn packing_keeps_everything(values in prop::collection::vec((any::<u64>(), 0u32..64, any::<bool>()), 0..100)) {
            let mut histogram = Histogram::new();
            for (v, shift, open) in values {
                if open { histogram.record_censored(v >> shift) } else { histogram.record(v >> shift) }
            }
            let packed = Packed::of(&histogram);
            let read = Packed::from_bytes(packed.bytes()).unwrap();
            prop_assert_eq!(&read, &packed);
            let qs = [0.0, 0.25, 0.5, 0.95, 1.0];
            let bounds = qs.map(|q| histogram.quantile_bucket(q).map(|b| (b.lower, b.upper)));
            prop_assert_eq!(read.quantile_bounds(&qs), bounds);
            prop_assert_eq!(read.unpack(), histogram);
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
            if let Ok(packed) = Packed::from_bytes(&bytes) {
                let again = Packed::of(&packed.unpack());
                prop_assert_eq!(again.bytes(), &bytes[..]);
            }
        }
    }
}
