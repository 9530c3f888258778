//! The SMS plant: home register with its waiting data, switching centre with its visitor register.

mod hlr;
mod msc;

pub use hlr::{Hlr, HlrSetup};
pub use msc::{Msc, MscSetup};
