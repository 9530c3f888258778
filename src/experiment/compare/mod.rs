//! Two sides under the same weather: which metrics differ, which messages fare otherwise, and where their ways part.
//!
//! A side is a model or a point of a results folder ([`side`]). Replicates are paired by number, so what chance gives to both
//! cancels ([`metrics`]); messages are paired by subject ([`messages`]), and for each whose fate differs the reports of both runs
//! are laid side by side up to the first that is not the same ([`parting`]). Left out: tests over several sides at once; every
//! interval is one by itself.

pub mod changes;
pub mod messages;
pub mod metrics;
pub mod parting;
pub mod runs;
pub mod side;
pub mod weather;

#[cfg(test)]
mod tests;
