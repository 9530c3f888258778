//! The SMS plant: home register with its waiting data, switching centre with its visitor register.

mod hlr;
mod msc;
#[cfg(test)]
mod tests;

pub use hlr::{Hlr, HlrSetup};
pub use msc::{Msc, MscSetup};

/// MAP user error absentSubscriberSM (3GPP TS 29.002 17.6.6).
pub(crate) const ABSENT_SUBSCRIBER_SM: u16 = 6;
