//! A 128-bit fingerprint of a sequence: two lanes of multiply-fold over its words.
//!
//! Swapping, dropping or repeating an element changes it. It is cheap enough for every event of a run and no cryptographic
//! hash: files and identities are blake3's.

/// The fingerprint of what has been absorbed so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fingerprint {
    a: u64,
    b: u64,
}

const K: [u64; 4] = [0xa076_1d64_78bd_642f, 0xe703_7ed1_a0b4_28db, 0x8ebc_6af0_9c88_c6e3, 0x5899_65cc_7537_4cc3];

/// The two halves of the product, added without carry.
#[inline]
const fn mum(x: u64, y: u64) -> u64 {
    let product = (x as u128).wrapping_mul(y as u128);
    (product as u64) ^ ((product >> 64) as u64)
}

impl Default for Fingerprint {
    fn default() -> Self {
        Fingerprint { a: K[0], b: K[1] }
    }
}

impl Fingerprint {
    /// Absorbs one element of eight words.
    #[inline]
    pub fn absorb(&mut self, w: [u64; 8]) {
        let x = mum(w[0] ^ K[0], w[1] ^ self.a) ^ mum(w[2] ^ K[1], w[3] ^ K[2]);
        let y = mum(w[4] ^ K[2], w[5] ^ self.b) ^ mum(w[6] ^ K[3], w[7] ^ K[0]);
        // Each lane takes up both halves, so that the two go their own ways over the same words.
        self.a = mum(self.a ^ x, y ^ K[3]).rotate_left(17) ^ x;
        self.b = mum(self.b ^ y, x ^ K[1]).rotate_left(29) ^ y;
    }

    /// The value.
    pub const fn value(self) -> u128 {
        ((self.a as u128) << 64) | self.b as u128
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn over(elements: &[[u64; 8]]) -> u128 {
        let mut f = Fingerprint::default();
        elements.iter().for_each(|e| f.absorb(*e));
        f.value()
    }

    /// Published runs are recognised by this: it must never move.
    #[test]
    fn golden_value() {
        assert_eq!(format!("{:032x}", over(&[[1, 2, 3, 4, 5, 6, 7, 8], [0; 8]])), GOLDEN);
    }
    const GOLDEN: &str = "8b4ed830e9011b107f751ef33c6c6b82";

    #[test]
    fn swapping_dropping_or_repeating_an_element_changes_it() {
        let (x, y, z) = ([1, 0, 0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0, 0, 1], [0; 8]);
        let whole = over(&[x, y, z]);
        for other in [over(&[y, x, z]), over(&[x, z]), over(&[x, y, y, z]), over(&[x, y]), over(&[x, y, z, z]), over(&[])] {
            assert_ne!(whole, other);
        }
    }

    #[test]
    fn every_bit_of_an_element_counts_in_both_lanes() {
        let base = [3, 1, 4, 1, 5, 9, 2, 6];
        for word in 0..8 {
            for bit in 0..64 {
                let mut other = base;
                other[word] ^= 1 << bit;
                let (p, q) = (over(&[base]), over(&[other]));
                assert_ne!(p as u64, q as u64, "word {word} bit {bit}");
                assert_ne!(p >> 64, q >> 64, "word {word} bit {bit}");
            }
        }
    }
}
