//! One run: the world, its access and workload, and what it shows to observers.

mod observer;
mod outcome;

pub use observer::{Blind, EventView, Observer, Truth, What};
pub use outcome::{RunFailure, RunOutcome, RunSeed};

/// The names of what an observer is shown, for rooms that look at a run and not into the functions.
pub mod seen {
    pub use crate::delivery::axes;
    pub use crate::delivery::{
        Claim, CopyId, DeferReason, Disposition, Dispositions, Fate, FunctionId, HoldEnd, LegResult, MessageId, Method, Milestone,
        Origin, Path, Place, Tag, UserId,
    };
    pub use crate::network::LinkClass;
}
