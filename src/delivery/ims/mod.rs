//! The SIP/IP Core and what all SIP functions share.

mod core;
mod flow;
mod proxy;
mod registrar;
mod transaction;
mod unheard;

pub use core::{Core, CoreSetup, Home};
pub(crate) use core::{better, refuse, turn_away};
pub use transaction::{Transactions, wait_after};

#[cfg(test)]
pub(crate) mod tests;
