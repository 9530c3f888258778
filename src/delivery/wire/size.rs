//! The exact size of a PDU without writing it: the writer's own text, poured into a sum.
//!
//! One text for both, so that they cannot drift apart; fixed widths and constant text fold into a few additions.

use super::head;
use super::{Hop, Transport};
use crate::delivery::{FunctionId, Pdu, Version};
use crate::units::SimTime;

/// Takes the text of a PDU piece by piece.
pub(super) trait Sink {
    /// Constant text.
    fn text(&mut self, text: &str);
    /// Eight hexadecimal digits.
    fn hex(&mut self, n: u32);
    /// A decimal number without leading zeros.
    fn number(&mut self, n: u64);
    /// A subscriber's `tel:` number: `+1555` and at least seven digits.
    fn msisdn(&mut self, user: u32);
    /// The IPv6 address of a function or client.
    fn address(&mut self, function: FunctionId);
    /// Date and time with nine digits of a second.
    fn instant(&mut self, at: SimTime);
    /// `bytes` bytes of content.
    fn filler(&mut self, bytes: u32);
    /// A body whose length is already known.
    fn body(&mut self, length: u64, write: impl FnOnce(&mut Self));

    fn version(&mut self, version: Version) {
        self.number(u64::from(version.major));
        self.text(".");
        self.number(u64::from(version.minor));
    }
}

/// Characters of `2001:db8::` and two groups of four digits.
pub(super) const ADDRESS: u64 = 19;
/// Characters of `2026-01-01T00:00:00.000000000Z`.
pub(super) const INSTANT: u64 = 30;
/// Digits of a subscriber's number after `+1555`: enough for ten million of them.
pub(super) const USER_DIGITS: u32 = 7;

/// Adds up lengths.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Count(pub u64);

impl Sink for Count {
    #[inline(always)]
    fn text(&mut self, text: &str) {
        self.0 += text.len() as u64;
    }
    #[inline(always)]
    fn hex(&mut self, _: u32) {
        self.0 += 8;
    }
    #[inline(always)]
    fn number(&mut self, n: u64) {
        self.0 += digits(n);
    }
    #[inline(always)]
    fn msisdn(&mut self, user: u32) {
        const WIDE: u32 = 10u32.pow(USER_DIGITS);
        self.0 += 5 + if user < WIDE { u64::from(USER_DIGITS) } else { digits(u64::from(user)) };
    }
    #[inline(always)]
    fn address(&mut self, _: FunctionId) {
        self.0 += ADDRESS;
    }
    #[inline(always)]
    fn instant(&mut self, _: SimTime) {
        self.0 += INSTANT;
    }
    #[inline(always)]
    fn filler(&mut self, bytes: u32) {
        self.0 += u64::from(bytes);
    }
    #[inline(always)]
    fn body(&mut self, length: u64, _: impl FnOnce(&mut Self)) {
        self.0 += length;
    }
}

/// Decimal digits of a number.
#[inline(always)]
fn digits(n: u64) -> u64 {
    match n {
        0..10 => 1,
        10..100 => 2,
        100..1000 => 3,
        1000..10_000 => 4,
        _ => u64::from(n.ilog10()) + 1,
    }
}

/// The length of what [`write()`](super::write()) gives, on any hop; none for what has no wire form. Beyond 4 GiB it stays there.
#[inline]
pub fn size(pdu: &Pdu) -> Option<u32> {
    // Widths do not hang on the hop.
    const ANY: Hop = Hop { to: FunctionId(0), transport: Transport::Tcp };
    let mut count = Count::default();
    match pdu {
        Pdu::Request(request) => head::request(&mut count, request, ANY),
        Pdu::Response(response) => head::response(&mut count, response, ANY),
        Pdu::Map(_) | Pdu::Nas(_) | Pdu::Sc(_) | Pdu::Imap(_) | Pdu::Msrp(_) | Pdu::Push(_) | Pdu::KeepAlive(_) => return None,
    }
    Some(u32::try_from(count.0).unwrap_or(u32::MAX))
}
