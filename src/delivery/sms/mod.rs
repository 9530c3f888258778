//! The SMS plant: home register with its waiting data, the serving nodes of the CS and the packet domain, service centre.

#[cfg(test)]
#[path = "automaton_tests.rs"]
pub(crate) mod automaton;
mod concatenation;
mod hlr;
mod msc;
mod retry_schedule;
mod service_centre;
#[cfg(test)]
mod tests;

pub use concatenation::{bytes_of, parts};
pub use hlr::{Hlr, HlrSetup};
pub use msc::{Msc, MscSetup};
pub use retry_schedule::{RetrySchedule, relative_validity};
pub use service_centre::{Smsc, SmscSetup};

/// MAP user error absentSubscriberSM (3GPP TS 29.002 17.6.6).
pub(crate) const ABSENT_SUBSCRIBER_SM: u16 = 6;
/// MAP user errors subscriberBusyForMT-SMS and sm-DeliveryFailure.
pub(crate) const SUBSCRIBER_BUSY: u16 = 31;
pub(crate) const SM_DELIVERY_FAILURE: u16 = 32;
