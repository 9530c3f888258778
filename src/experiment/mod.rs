//! Many runs: what an experiment file says, the plan it makes, the runner, and the judgement of what was expected.

pub mod axis;
pub mod expect;
pub mod fates;
pub mod file;
pub mod formula;
pub mod gate;
pub mod names;
pub mod runner;
pub mod story;
pub mod trace;
mod words;
pub mod wrong;
