//! Many runs: what an experiment file says, the plan it makes, the runner, and the judgement of what was expected.

pub mod expect;
pub mod fates;
pub mod formula;
pub mod names;
pub mod story;
pub mod trace;
mod words;
