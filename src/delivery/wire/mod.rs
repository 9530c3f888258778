//! SIP as it stands on the wire: written, read back, and measured.
//!
//! [`write()`] gives the bytes of a request or response on one hop, [`read()`] takes bytes back to a typed PDU and refuses whatever
//! is malformed, [`size()`] is the exact length of what [`write()`] gives, in a few additions. All identifiers have a fixed width
//! and come from the typed values alone. What the wire does not carry is said by [`carried()`]: names of copies and attempts,
//! and what only the accounts of a run read. MAP, NAS, IMAP, MSRP and pushes have documented sizes and no bytes.

mod body;
mod carried;
mod deferred;
mod dialog;
mod head;
mod read;
mod read_body;
mod read_deferred;
mod read_request;
mod scan;
mod size;
#[cfg(test)]
pub(crate) mod tests;
mod write;
mod xml;

use super::{FunctionId, Pdu};

pub use carried::carried;
pub use read::read;
pub use scan::Fault;
pub use size::size;
pub use write::write;

/// Under SIP on one hop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport {
    Udp,
    Tcp,
}

impl Transport {
    /// The word in Via. All words have the same length, so that the size of a PDU does not hang on its transport.
    pub const fn word(self) -> &'static str {
        match self {
            Transport::Udp => "UDP",
            Transport::Tcp => "TCP",
        }
    }
}

/// One stretch of the way of a PDU.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hop {
    /// The element that receives it.
    pub to: FunctionId,
    pub transport: Transport,
}

/// What bytes say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    pub pdu: Pdu,
    /// The element that receives it, where the wire names it: the topmost Route of a request, the topmost Via of a response.
    pub to: Option<FunctionId>,
    pub transport: Transport,
}
