//! The SIP/IP Core and what all SIP functions share.

mod core;
mod transaction;

pub use core::{Core, Home};
pub(crate) use core::{better, refuse};
pub use transaction::Transactions;
