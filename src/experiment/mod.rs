//! Many runs: what an experiment file says, the plan it makes, the runner, and the fold of one run into numbers.

pub mod collect;
