//! The CPM functions and the client.

pub(crate) mod client;
pub mod decision;
pub(crate) mod interworking;
pub(crate) mod participating;
pub(crate) mod push;
mod selection;
pub(crate) mod store;
mod synchronising;

pub use client::{Client, ClientSetup, FlowSetup};
pub use interworking::{Iwf, IwfSetup, Reaching};
pub use participating::{DeferredSetup, Devices, Pf, PfSetup};
pub use push::{PushEnabler, PushSetup};
pub use selection::Isf;
pub use store::{Mss, MssSetup};
pub use synchronising::SyncSetup;
