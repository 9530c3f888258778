//! What a PDU's delay or loss is drawn for: the message or user, the leg of its way, its kind, and the how-manieth time.
//!
//! A place on the way is named by the session case and the kinds of its ends, never by the number of a link or function, so
//! that nothing else in the model moves a draw. The places of an ordinary delivery with its notification, 28 of them, fall
//! into the first block of a message's draws.

use crate::delivery::{Case, Imap, Kind, Map, Nas, Pdu};

/// Kinds of function, as far as a leg has to tell them apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Station {
    Client,
    Core,
    Pf,
    Isf,
    Iwf,
    Hlr,
    Msc,
    Mss,
    Push,
}

/// Places of one turn; the n-th time on the same place is `n * PLACES` further.
pub(super) const PLACES: usize = 96;

/// The place of a traversal, below [`PLACES`].
pub(super) fn place(pdu: &Pdu, from: Station, to: Station) -> usize {
    match pdu {
        Pdu::Request(r) => sip_place(r.kind(), false, r.case, from, to),
        Pdu::Response(r) => sip_place(r.kind, true, r.case, to, from),
        Pdu::Map(m) => {
            64 + match m {
                Map::SriSm { .. } => 0,
                Map::SriSmAck { .. } => 1,
                Map::MtForwardSm { .. } => 2,
                Map::MtForwardSmAck { .. } => 3,
                Map::ReportSmDeliveryStatus { .. } => 4,
                Map::ReadyForSm { .. } => 5,
                Map::AlertSc { .. } => 6,
                Map::AlertScAck { .. } => 7,
                Map::UpdateLocation { .. } => 8,
                Map::InformSc { .. } => 9,
                Map::WaitingListFull { .. } => 10,
                Map::Purge { .. } => 11,
            }
        }
        Pdu::Nas(n) => {
            80 + match n {
                Nas::LocationUpdate { .. } => 0,
                Nas::ImsiDetach { .. } => 1,
                Nas::Page { .. } => 2,
                Nas::PageResponse { .. } => 3,
                Nas::SmsDeliver { .. } => 4,
                Nas::SmsAck { .. } => 5,
                Nas::SmsError { .. } => 6,
                Nas::MemoryAvailable { .. } => 7,
            }
        }
        Pdu::Imap(i) => {
            88 + match i {
                Imap::Append { .. } => 0,
                Imap::Appended { .. } => 1,
                Imap::Sync { .. } => 2,
                Imap::Synced { .. } => 3,
            }
        }
        Pdu::Msrp(_) => 92,
        Pdu::Push(_) => 93,
        Pdu::KeepAlive(_) => 94,
    }
}

/// Request and answer cross the same stretch; `from` and `to` are those of the request.
fn sip_place(kind: Kind, answer: bool, case: Case, from: Station, to: Station) -> usize {
    use Station::*;
    let stretch = match (case, from, to) {
        (Case::Originating, Client, _) => 0,
        (Case::Originating, ..) => 1,
        (Case::Terminating, Core, Core) => 3,
        (Case::Terminating, Core, _) => 4,
        (Case::Terminating, ..) => 2,
        (Case::Done, Core, Client) => 6,
        (Case::Done, Pf, Core) => 5,
        // Beside the way of a message: ISF, IWF, registration.
        (Case::Done, Pf, _) => 0,
        (Case::Done, Isf, _) => 1,
        (Case::Done, Iwf, _) => 2,
        (Case::Done, Core, _) => 3,
        (Case::Done, ..) => 4,
    };
    let beside = case == Case::Done && stretch < 5;
    let row = match (kind, beside) {
        (Kind::Pager, false) => 0,
        (Kind::Imdn, false) => 2,
        (Kind::Pager, true) => 4,
        (Kind::IwEvent, _) => 6,
        (Kind::Imdn, true) => 6,
        (Kind::Registration | Kind::Notice | Kind::Session, _) => 4,
    } + usize::from(answer);
    row * 7 + stretch
}
