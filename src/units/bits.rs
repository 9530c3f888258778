//! Sets that are words: one bit for each place.

/// The places whose bits are set in `word`, from the lowest.
#[inline]
pub fn places_of(mut word: u64) -> impl Iterator<Item = u32> + Clone {
    std::iter::from_fn(move || {
        let place = (word != 0).then(|| word.trailing_zeros())?;
        word &= word - 1;
        Some(place)
    })
}

#[cfg(test)]
mod tests {
    use super::places_of;

    #[test]
    fn places_come_from_the_lowest_on() {
        assert_eq!(places_of(0).count(), 0);
        assert_eq!(places_of(1 << 63 | 0b1011).collect::<Vec<_>>(), [0, 1, 3, 63]);
        assert!(places_of(u64::MAX).eq(0..64));
    }
}
