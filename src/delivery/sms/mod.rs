//! The SMS plant: home register with its waiting data, and the serving nodes of the CS and the packet domain.

#[cfg(test)]
#[path = "automaton_tests.rs"]
pub(crate) mod automaton;
mod hlr;
mod msc;
#[cfg(test)]
mod tests;

pub use hlr::{Hlr, HlrSetup};
pub use msc::{Msc, MscSetup};

/// MAP user error absentSubscriberSM (3GPP TS 29.002 17.6.6).
pub(crate) const ABSENT_SUBSCRIBER_SM: u16 = 6;
/// MAP user errors subscriberBusyForMT-SMS and sm-DeliveryFailure.
pub(crate) const SUBSCRIBER_BUSY: u16 = 31;
pub(crate) const SM_DELIVERY_FAILURE: u16 = 32;
