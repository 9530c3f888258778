//! The one notion of a suitable client (6.6; IW15-8.3.1.1 step 8a, A-13): a registered client that no factor excludes.
//!
//! It holds for messages and for notifications alike (IW15-8.3.1.1-36, PULL-8.3.1.6.3-40).

use super::Situation;
use crate::delivery::behaviour::Behaviour;
use crate::delivery::{ClientSet, Factor};

/// Suitable clients, and those excluded, by the first factor that excludes them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Selection {
    pub suitable: ClientSet,
    /// By [`Factor`].
    pub excluded: [ClientSet; 4],
}

impl Selection {
    /// Clients that this factor excluded.
    pub fn excluded_by(&self, factor: Factor) -> ClientSet {
        self.excluded[factor as usize]
    }
}

/// The suitable clients of the recipient.
pub fn select(_behaviour: &Behaviour, situation: &Situation) -> Selection {
    let none = ClientSet::none(situation.first);
    let suitable = situation.clients.iter().filter(|c| !c.passed_over).fold(none, |set, c| set.with(c.id));
    Selection { suitable, excluded: [none; 4] }
}
