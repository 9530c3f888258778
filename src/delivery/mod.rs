//! The delivery procedures as pure state machines: CPM functions, IMS and the SMS plant, and the clients.
//!
//! A function is told one thing at a time ([`Input`]) and answers into an [`Outbox`]. There is no clock here, no generator, no
//! link, no file: the time is an argument, chance comes as the answer to a question, and no function sees the truth of the
//! run but what it is told.

pub mod axes;
pub mod behaviour;
pub mod clause;
pub mod cpm;
mod function;
pub mod ims;
pub mod milestone;
mod pdu;
pub mod policy;
pub mod profile;
pub mod responses;
pub mod sip;
pub mod sms;
#[cfg(test)]
pub(crate) mod suite;
#[cfg(test)]
mod tests;
mod timer;
pub mod wire;

pub use clause::{Rules, Tag};
pub use function::{Access, Answer, Function, Input, Outbox, Output, Question, Tokens};
pub use milestone::{Channel, Claim, DeferReason, Factor, Fate, HoldEnd, ImdnFate, LegResult, Milestone, Origin, Path, Place};
pub use pdu::*;
pub use timer::{Timer, TimerToken};
