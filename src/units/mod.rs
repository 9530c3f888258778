//! The ground: time, identities, the door of chance, laws of distribution, and the reading and writing of quantities.
//!
//! Nothing here knows a message, an event or a file. Times are whole nanoseconds; no float ever stands in a time or a key.

mod chooser;
mod identity;
mod time;

pub use chooser::{Chooser, Purpose, Site};
pub use identity::{SubjectId, fold};
pub use time::{SimTime, Span};
