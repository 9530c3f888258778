//! Many runs: what an experiment file says, the plan it makes, the runner, the fold of one run into numbers, and the
//! judgement of what was expected.

pub mod assemble;
pub mod axis;
pub mod census;
pub mod clauses;
pub mod collect;
pub mod compare;
pub mod evidence;
pub mod expect;
pub mod fates;
pub mod file;
pub mod formula;
pub mod gate;
pub mod names;
pub mod one;
pub mod open;
pub mod oracles;
pub mod pcap;
pub mod plan;
pub mod runner;
pub mod schema;
pub mod shard;
pub mod story;
pub mod sweep;
pub mod tail;
pub mod tally;
pub mod trace;
mod words;
pub mod wrong;
