//! Which transaction bears a name: a table of places with linear probing.
//!
//! Written here since it is asked several times a hop, where a tree costs too much; it is never walked, so that no order of its own
//! can reach a result.

use super::{Branch, Slot};
use crate::units::fold;

#[derive(Clone, Debug, Default)]
pub(super) struct Index {
    /// A slot and one; zero: empty. A power of two of them, at most half of them taken.
    places: Vec<u32>,
    taken: usize,
}

impl Index {
    pub fn len(&self) -> usize {
        self.taken
    }

    fn home(&self, branch: &Branch) -> usize {
        let name = u64::from(branch.generation) << 16 | u64::from(branch.depth) << 1 | u64::from(branch.server);
        fold(u64::from(branch.owner) << 32 | u64::from(branch.slot), name) as usize & (self.places.len() - 1)
    }

    pub fn find(&self, branch: &Branch, slots: &[Slot]) -> Option<u32> {
        if self.taken == 0 {
            return None;
        }
        let mut at = self.home(branch);
        loop {
            let slot = self.places[at].checked_sub(1)?;
            if slots[slot as usize].branch == *branch {
                return Some(slot);
            }
            at = (at + 1) & (self.places.len() - 1);
        }
    }

    /// Adds a slot, whose name no other has.
    pub fn insert(&mut self, slot: u32, slots: &[Slot]) {
        if 2 * (self.taken + 1) > self.places.len() {
            let old = std::mem::take(&mut self.places);
            self.places = vec![0; (2 * old.len()).max(4)];
            old.into_iter().filter_map(|place| place.checked_sub(1)).for_each(|slot| self.put(slot, slots));
        }
        self.put(slot, slots);
        self.taken += 1;
    }

    fn put(&mut self, slot: u32, slots: &[Slot]) {
        let mut at = self.home(&slots[slot as usize].branch);
        while self.places[at] != 0 {
            at = (at + 1) & (self.places.len() - 1);
        }
        self.places[at] = slot + 1;
    }

    /// Takes a slot out; those that were pushed on by it move back.
    pub fn remove(&mut self, slot: u32, slots: &[Slot]) {
        let mask = self.places.len() - 1;
        let mut hole = self.home(&slots[slot as usize].branch);
        while self.places[hole] != slot + 1 {
            hole = (hole + 1) & mask;
        }
        self.taken -= 1;
        let mut at = hole;
        loop {
            at = (at + 1) & mask;
            let Some(next) = self.places[at].checked_sub(1) else { break };
            let home = self.home(&slots[next as usize].branch);
            // It may move back if its home does not lie behind the hole.
            if (at.wrapping_sub(home) & mask) >= (at.wrapping_sub(hole) & mask) {
                self.places[hole] = next + 1;
                hole = at;
            }
        }
        self.places[hole] = 0;
    }
}
