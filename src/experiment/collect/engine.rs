//! Guards reached (`metrics.md` 3.12) and what the engine counts (3.13).
//!
//! Left out: racing pairs, which need the causes of events.

use super::tables::Tables;
use crate::results::GUARDS;
use crate::sim::RunOutcome;
use crate::sim::seen::Guard;
use crate::sim::seen::axes::{AXES, AXIS_COUNT};

#[derive(Clone, Debug)]
pub(super) struct Reached([u64; AXIS_COUNT]);

impl Reached {
    pub fn new() -> Reached {
        Reached([0; AXIS_COUNT])
    }

    #[inline]
    pub fn guard(&mut self, guard: Guard) {
        self.0[usize::from(guard.0)] += 1;
    }

    /// `submitted`: the size of S.
    pub fn finish(self, run: &RunOutcome, submitted: u64, out: &mut Tables) {
        for guard in GUARDS {
            let axis = format!("guard.{}", guard.replace('_', "-"));
            let at = AXES.iter().position(|a| a.name == axis).expect("every guard is an axis");
            out.value(format!("guard_{guard}_reached_count"), self.0[at] as f64);
        }
        out.value("events_count", run.events as f64);
        out.ratio("engine_events_per_message", run.events, submitted);
        out.value("ties_count", run.ties as f64);
        out.value("undefined_count", run.undefined as f64);
        out.value("undefined_kinds_count", run.undefined_kinds.len() as f64);
    }
}
