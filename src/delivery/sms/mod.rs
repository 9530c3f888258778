//! The SMS plant: home register with its waiting data, switching centre with its visitor register, service centre.

mod hlr;
mod msc;
mod retry_schedule;
mod service_centre;
#[cfg(test)]
mod tests;

pub use hlr::{Hlr, HlrSetup};
pub use msc::{Msc, MscSetup};
pub use retry_schedule::{RetrySchedule, relative_validity};
pub use service_centre::{Smsc, SmscSetup};

/// MAP user error absentSubscriberSM (3GPP TS 29.002 17.6.6).
pub(crate) const ABSENT_SUBSCRIBER_SM: u16 = 6;
