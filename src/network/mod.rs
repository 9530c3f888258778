//! Who is joined to whom, and how badly: links, routes and servers.
//!
//! The room knows nothing of what is said over a link. It draws nothing itself: the caller hands in the delay drawn for a
//! traversal, and gets the instant of arrival back.

mod link;
mod service;
mod topology;

pub use link::{Capacity, Direction, LinkClass, LinkSpec, LinkState, Transport, lateness, segments};
pub use service::{Admission, ServerState, ServiceSpec};
pub use topology::{NoRoute, Topology};
