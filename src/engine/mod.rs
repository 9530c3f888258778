//! The engine: the total order of events, the queue that keeps it, the calendar of a run and the seeded chooser.
//!
//! It knows no message, no protocol and no file. A run is one value on one thread: nothing here is static.

mod calendar;
mod chooser;
mod future_events;
mod heap;
mod key;
mod wheel;

pub use calendar::Calendar;
pub use chooser::{RunKey, SeededChooser};
pub use future_events::FutureEvents;
pub use heap::Heap;
pub use key::{Bounds, Class, EndlessInstant, Key};
pub use wheel::Wheel;
