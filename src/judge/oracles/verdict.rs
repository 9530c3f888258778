//! What oracles found in a run.

use super::table::{ORACLES, Oracle, OracleId};
use crate::delivery::{FunctionId, MessageId};
use crate::units::SimTime;

/// Where an invariant was broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Break {
    pub at: SimTime,
    pub message: Option<MessageId>,
    pub function: FunctionId,
    pub what: &'static str,
}

/// What one oracle found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// Times the situation that it guards was met.
    pub reached: u64,
    /// Breaks that are findings.
    pub mandated: u64,
    /// Breaks that an axis, a guard or an excluded case explains.
    pub expected: u64,
    /// The first break that is a finding; without one the first of all.
    pub first: Option<Break>,
}

/// What all found, in the order of [`OracleId`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdicts(pub [Verdict; ORACLES.len()]);

impl Default for Verdicts {
    fn default() -> Verdicts {
        Verdicts([Verdict::default(); ORACLES.len()])
    }
}

impl Verdicts {
    pub fn of(&self, oracle: OracleId) -> &Verdict {
        &self.0[oracle as usize]
    }

    pub fn rows(&self) -> impl Iterator<Item = (&'static Oracle, &Verdict)> {
        ORACLES.iter().zip(&self.0)
    }

    /// Breaks that are findings, of all oracles.
    pub fn findings(&self) -> u64 {
        self.0.iter().map(|v| v.mandated).sum()
    }

    #[inline]
    pub(super) fn reach(&mut self, oracle: OracleId) {
        self.0[oracle as usize].reached += 1;
    }

    #[cold]
    pub(super) fn broken(&mut self, oracle: OracleId, mandated: bool, place: Break) {
        let verdict = &mut self.0[oracle as usize];
        let first = if mandated { verdict.mandated == 0 } else { verdict.first.is_none() };
        if first {
            verdict.first = Some(place);
        }
        if mandated {
            verdict.mandated += 1;
        } else {
            verdict.expected += 1;
        }
    }
}
