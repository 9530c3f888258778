//! The ground: time, identities, the door of chance, laws of distribution, and the reading and writing of quantities.
//!
//! Nothing here knows a message, an event or a file. Times are whole nanoseconds; no float ever stands in a time or a key.

mod bits;
mod chooser;
mod growth;
mod identity;
mod law;
mod quantity;
mod ratio;
mod residual;
mod samplers;
mod special;
mod time;

pub use bits::places_of;
pub use chooser::{Chooser, Purpose, Site};
pub use growth::{make_room, make_room_for, make_room_in_queue};
pub use identity::{SubjectId, fold};
pub use law::{Law, LawError, LawFault};
pub use quantity::{
    QuantityError, QuantityFault, format_bytes, format_span, parse_byte_rate, parse_bytes, parse_probability, parse_rate,
    parse_span,
};
pub use ratio::Ratio;
pub use samplers::{bernoulli, choose_index, uniform_open};
pub use time::{SimTime, Span};
