//! One run: the world, its access and workload, and what it shows to observers.

mod observer;
mod outcome;

pub use observer::{Blind, EventView, Observer, Truth, What};
pub use outcome::{RunFailure, RunOutcome, RunSeed};
