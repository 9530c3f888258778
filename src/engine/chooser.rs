//! The seeded chooser: every draw is a word of a ChaCha8 stream that its site names.
//!
//! The key of the cipher is the run's key, the stream is the fold of subject and purpose, and `nth` counts 64-bit words. So
//! a draw depends on nothing that was drawn before. A small memory of blocks makes the next draws of a stream cheap;
//! it changes no value. Left out: replayed, steered and exhaustive choosers, which are other implementations of the trait.

use crate::units::{Chooser, Site, fold};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// The key of a run's chance. Points and profiles of an experiment share it, so that they face the same weather.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RunKey(pub [u8; 32]);

impl RunKey {
    /// The key of one replicate of an experiment.
    pub fn of(experiment_seed: u64, replicate: u64) -> Self {
        // One stream of the experiment's own generator for each replicate.
        let mut rng = ChaCha8Rng::seed_from_u64(experiment_seed);
        rng.set_stream(replicate);
        let mut key = [0; 32];
        rng.fill_bytes(&mut key);
        RunKey(key)
    }
}

/// 64-bit words of one block of the cipher. A site mostly wants one word, and one block costs a third of the four that the
/// generator makes at a time: see [`make`].
const WORDS: usize = 8;
/// Blocks that are remembered at first, and at most; powers of two. Short runs are built and dropped cheaply; long ones with
/// many streams come to remember more.
const FIRST: usize = 1024;
const MOST: usize = 4096;
/// So many blocks made for each one remembered make the memory grow.
const PATIENCE: usize = 16;

/// Draws by ChaCha8, keyed by run and site.
pub struct SeededChooser {
    key: RunKey,
    blocks: Vec<Block>,
    /// Blocks to be made before the memory grows.
    until_growth: usize,
}

/// One block of a stream.
#[derive(Clone)]
struct Block {
    stream: u64,
    /// Which block of the stream, plus one; zero if it is not yet made.
    stretch: u32,
    words: [u64; WORDS],
}

const NOT_MADE: Block = Block { stream: 0, stretch: 0, words: [0; WORDS] };

impl SeededChooser {
    /// The chooser of a run.
    pub fn new(key: RunKey) -> Self {
        SeededChooser { key, blocks: vec![NOT_MADE; FIRST], until_growth: PATIENCE * FIRST }
    }

    /// The key it was made with.
    pub fn key(&self) -> RunKey {
        self.key
    }
}

/// A clone gives the same values; what is remembered is not copied.
impl Clone for SeededChooser {
    fn clone(&self) -> Self {
        Self::new(self.key)
    }
}

impl std::fmt::Debug for SeededChooser {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SeededChooser").field("key", &self.key).finish_non_exhaustive()
    }
}

/// Equal choosers give equal values.
impl PartialEq for SeededChooser {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key
    }
}

impl Chooser for SeededChooser {
    #[inline]
    fn bits(&mut self, site: Site) -> u64 {
        let stream = fold(site.subject.0, site.purpose as u64);
        let stretch = site.nth / WORDS as u32 + 1;
        let word = site.nth as usize % WORDS;
        let place = (stream ^ u64::from(stretch)) as usize & (self.blocks.len() - 1);
        match self.blocks.get(place) {
            Some(block) if block.stream == stream && block.stretch == stretch => block.words[word],
            _ => self.remember(stream, stretch).words[word],
        }
    }
}

impl SeededChooser {
    /// Makes a block.
    #[inline(never)]
    fn remember(&mut self, stream: u64, stretch: u32) -> &Block {
        self.until_growth -= 1;
        if self.until_growth == 0 {
            let most = (4 * self.blocks.len()).min(MOST);
            self.until_growth = if most < MOST { PATIENCE * most } else { usize::MAX };
            self.blocks = vec![NOT_MADE; most];
        }
        let place = (stream ^ u64::from(stretch)) as usize & (self.blocks.len() - 1);
        let block = &mut self.blocks[place];
        make(&self.key, block, stream, stretch);
        block
    }
}

/// Fills `block` with its words.
///
/// The generator is made afresh and dropped, so that the compiler sees that only the first of the four blocks it computes
/// is ever read, and leaves the others out.
#[inline]
fn make(key: &RunKey, block: &mut Block, stream: u64, stretch: u32) {
    let mut cipher = ChaCha8Rng::from_seed(key.0);
    cipher.set_stream(stream);
    cipher.set_word_pos(u128::from(stretch - 1) * (2 * WORDS as u128));
    for word in &mut block.words {
        *word = cipher.next_u64();
    }
    block.stream = stream;
    block.stretch = stretch;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::{Purpose, SubjectId};

    /// The values that dependencies.md gives for the generator itself.
    #[test]
    fn golden_generator() {
        let mut rng = ChaCha8Rng::seed_from_u64(42);
        rng.set_stream(7);
        assert_eq!([rng.next_u64(), rng.next_u64()], [0x20e5_cc88_35be_27d0, 0x538a_68c1_6dbb_833d]);
    }

    /// Published results hang on these values: they must never move.
    #[test]
    fn golden_keys_and_draws() {
        assert_ne!(RunKey::of(1, 0), RunKey::of(0, 1));
        let words = |key: RunKey| -> Vec<String> {
            key.0.chunks(8).map(|c| format!("{:016x}", u64::from_le_bytes(c.try_into().unwrap()))).collect()
        };
        assert_eq!(words(RunKey::of(1, 0)), KEY_1_0);
        assert_eq!(words(RunKey::of(42, 7))[..2], ["20e5cc8835be27d0", "538a68c16dbb833d"]);
        let mut chooser = SeededChooser::new(RunKey::of(1, 0));
        let alice = SubjectId::of_name("alice");
        let seen = [
            Site::new(Purpose::Arrivals, alice, 0),
            Site::new(Purpose::Arrivals, alice, 1),
            Site::new(Purpose::Arrivals, alice, 32),
            Site::new(Purpose::LinkDelay, alice, 0),
            Site::new(Purpose::Arrivals, alice.part(1), u32::MAX),
        ]
        .map(|site| format!("{:016x}", chooser.bits(site)));
        assert_eq!(seen, DRAWS);
    }

    const KEY_1_0: [&str; 4] = ["67094cea8ca40db1", "149406d8fc0e8e6b", "98b82b0336070665", "3825a7dc63080d42"];
    const DRAWS: [&str; 5] = ["0b248f22505e23f8", "d99cf58171087eed", "89b7d235b827a0ca", "a3ecc2b582ac57dd", "b6f5daf4744f230e"];

    /// A draw without any memory: a fresh generator, moved to the word.
    fn plainly(key: RunKey, site: Site) -> u64 {
        let mut rng = ChaCha8Rng::from_seed(key.0);
        rng.set_stream(fold(site.subject.0, site.purpose as u64));
        rng.set_word_pos(2 * u128::from(site.nth));
        rng.next_u64()
    }

    #[test]
    fn what_is_remembered_changes_no_value() {
        let key = RunKey::of(3, 9);
        let mut chooser = SeededChooser::new(key);
        let mut state = 1u64;
        // Enough of them that the memory grows on the way.
        for _ in 0..60_000 {
            state = fold(state, 77);
            // More streams than blocks, so that they push each other out.
            let subject = SubjectId(state % 150);
            let purpose = if state & (1 << 40) == 0 { Purpose::LinkDelay } else { Purpose::LinkLoss };
            let nth = if state & (1 << 41) == 0 { (state >> 50) as u32 % 100 } else { (state >> 32) as u32 };
            let site = Site::new(purpose, subject, nth);
            assert_eq!(chooser.bits(site), plainly(key, site));
        }
        assert!(chooser.blocks.len() > FIRST, "the memory must have grown");
        let copy = chooser.clone();
        assert!(copy == chooser && copy.blocks.len() == FIRST);
    }

    #[test]
    fn the_first_block_of_stream_zero_is_made() {
        // The memory starts with stream 0: it must not be taken for made.
        let key = RunKey::of(3, 9);
        let mut chooser = SeededChooser::new(key);
        let stream_of = |s: u64| fold(s, Purpose::Dummy as u64);
        let site = Site::new(Purpose::Dummy, SubjectId(5), 0);
        assert_ne!(stream_of(5), 0);
        assert_eq!(chooser.bits(site), plainly(key, site));
        let mut block = NOT_MADE;
        make(&key, &mut block, 0, 1);
        assert_ne!(block.words, [0; WORDS]);
    }
}
