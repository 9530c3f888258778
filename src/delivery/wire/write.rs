//! Bytes from typed values: the widths that the sizes count on.

use super::Hop;
use super::head;
use super::size::{Sink, USER_DIGITS, size};
use crate::delivery::{FunctionId, Pdu};
use crate::units::SimTime;

/// The bytes of a PDU on one hop; none for MAP, NAS and IMAP, which have no wire form here.
pub fn write(pdu: &Pdu, hop: Hop) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(size(pdu)? as usize);
    match pdu {
        Pdu::Request(request) => head::request(&mut out, request, hop),
        Pdu::Response(response) => head::response(&mut out, response, hop),
        Pdu::Map(_) | Pdu::Nas(_) | Pdu::Sc(_) | Pdu::Imap(_) | Pdu::Msrp(_) | Pdu::Push(_) | Pdu::KeepAlive(_) => return None,
    }
    Some(out)
}

/// What stands for content: its bytes are of no concern to any procedure.
const FILLER: &[u8] = b"See you at nine, ok? ";

impl Sink for Vec<u8> {
    fn text(&mut self, text: &str) {
        self.extend_from_slice(text.as_bytes());
    }
    fn hex(&mut self, n: u32) {
        self.text(&format!("{n:08x}"));
    }
    fn number(&mut self, n: u64) {
        self.text(&format!("{n}"));
    }
    fn msisdn(&mut self, user: u32) {
        self.text(&format!("+1555{user:0width$}", width = USER_DIGITS as usize));
    }
    fn address(&mut self, function: FunctionId) {
        self.text(&format!("2001:db8::{:04x}:{:04x}", function.0 >> 16, function.0 & 0xffff));
    }
    fn instant(&mut self, at: SimTime) {
        self.text(&date(at));
    }
    fn filler(&mut self, bytes: u32) {
        self.extend(FILLER.iter().cycle().take(bytes as usize));
    }
    fn body(&mut self, _: u64, write: impl FnOnce(&mut Self)) {
        write(self);
    }
}

/// Days of the months of a year.
fn months(year: u64) -> [u64; 12] {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    [31, if leap { 29 } else { 28 }, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
}

/// The instant as RFC 3339 writes it: simulated time begins with the year 2026. The last instant there is falls into 2610.
pub(super) fn date(at: SimTime) -> String {
    let (seconds, ns) = (at.ns() / 1_000_000_000, at.ns() % 1_000_000_000);
    let (mut day, second) = (seconds / 86_400, seconds % 86_400);
    let mut year = FIRST_YEAR;
    while day >= months(year).iter().sum() {
        day -= months(year).iter().sum::<u64>();
        year += 1;
    }
    let mut month = 0;
    while day >= months(year)[month] {
        day -= months(year)[month];
        month += 1;
    }
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    format!("{year:04}-{:02}-{:02}T{hour:02}:{minute:02}:{second:02}.{ns:09}Z", month + 1, day + 1)
}

const FIRST_YEAR: u64 = 2026;

/// The instant of a date, if it is one that [`date`] gives.
pub(super) fn instant(text: &str) -> Option<SimTime> {
    let part = |from: usize, to: usize| -> Option<u64> {
        let digits = text.get(from..to)?;
        digits.bytes().all(|b| b.is_ascii_digit()).then(|| digits.parse().ok())?
    };
    let (year, month, day) = (part(0, 4)?, part(5, 7)?, part(8, 10)?);
    let (hour, minute, second, ns) = (part(11, 13)?, part(14, 16)?, part(17, 19)?, part(20, 29)?);
    if !(FIRST_YEAR..=2610).contains(&year) || !(1..=12).contains(&month) || day == 0 {
        return None;
    }
    let days: u64 = (FIRST_YEAR..year).map(|y| months(y).iter().sum::<u64>()).sum::<u64>()
        + months(year)[..month as usize - 1].iter().sum::<u64>()
        + (day - 1);
    let seconds = days * 86_400 + hour * 3600 + minute * 60 + second;
    let at = SimTime::from_ns(seconds.checked_mul(1_000_000_000)?.checked_add(ns)?);
    // Separators, and days and hours that do not exist.
    (date(at) == text).then_some(at)
}
