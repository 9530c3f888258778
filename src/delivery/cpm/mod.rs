//! The CPM functions and the client.

mod client;
pub(crate) mod decision;
mod interworking;
mod participating;
mod selection;

pub use client::{Client, ClientSetup};
pub use interworking::{Iwf, IwfSetup};
pub use participating::{Devices, Pf, PfSetup};
pub use selection::Isf;
