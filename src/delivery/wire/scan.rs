//! Reading text piece by piece, in one way only: widths, digits and separators as they are written.

use std::fmt;

use super::deferred::MANAGEMENT;
use super::head::CREDENTIALS;
use super::size::ADDRESS;
use crate::delivery::{FunctionId, Party, UserId, Version};

/// Why bytes are no PDU: the part that is malformed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault(pub &'static str);

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "malformed {}", self.0)
    }
}

impl std::error::Error for Fault {}

/// Text that is left to read, and what it is part of.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scan<'a> {
    pub left: &'a str,
    pub part: &'static str,
}

impl<'a> Scan<'a> {
    pub fn of(text: &'a str, part: &'static str) -> Scan<'a> {
        Scan { left: text, part }
    }

    pub fn fault<T>(&self) -> Result<T, Fault> {
        Err(Fault(self.part))
    }

    /// Exactly this.
    pub fn eat(&mut self, expected: &str) -> Result<(), Fault> {
        match self.left.strip_prefix(expected) {
            Some(left) => {
                self.left = left;
                Ok(())
            }
            None => self.fault(),
        }
    }

    /// Whether this comes next; then it is read.
    pub fn next_is(&mut self, expected: &str) -> bool {
        self.eat(expected).is_ok()
    }

    /// `n` characters, which are ASCII.
    pub fn take(&mut self, n: usize) -> Result<&'a str, Fault> {
        match self.left.split_at_checked(n) {
            Some((taken, left)) => {
                self.left = left;
                Ok(taken)
            }
            None => self.fault(),
        }
    }

    /// What stands before `end`, which is read too.
    pub fn until(&mut self, end: &str) -> Result<&'a str, Fault> {
        match self.left.split_once(end) {
            Some((before, left)) => {
                self.left = left;
                Ok(before)
            }
            None => self.fault(),
        }
    }

    /// Nothing is left.
    pub fn end(&self) -> Result<(), Fault> {
        if self.left.is_empty() { Ok(()) } else { self.fault() }
    }

    /// Eight hexadecimal digits, small letters.
    pub fn hex(&mut self) -> Result<u32, Fault> {
        self.hex_digits(8)
    }

    fn hex_digits(&mut self, n: usize) -> Result<u32, Fault> {
        let digits = self.take(n)?;
        if !digits.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')) {
            return self.fault();
        }
        u32::from_str_radix(digits, 16).or_else(|_| self.fault())
    }

    /// Decimal digits, as many as there are.
    fn digits(&mut self) -> Result<&'a str, Fault> {
        let end = self.left.bytes().position(|b| !b.is_ascii_digit()).unwrap_or(self.left.len());
        if end == 0 { self.fault() } else { self.take(end) }
    }

    /// A decimal number without leading zeros, at most `most`.
    pub fn number(&mut self, most: u64) -> Result<u64, Fault> {
        let digits = self.digits()?;
        match digits.parse() {
            Ok(n) if n <= most && (digits.len() == 1 || !digits.starts_with('0')) => Ok(n),
            _ => self.fault(),
        }
    }

    pub fn number32(&mut self) -> Result<u32, Fault> {
        let n = self.number(u64::from(u32::MAX))?;
        u32::try_from(n).or_else(|_| self.fault())
    }

    /// `+1555` and at least seven digits.
    pub fn msisdn(&mut self) -> Result<UserId, Fault> {
        self.eat("+1555")?;
        let digits = self.digits()?;
        match digits.parse() {
            Ok(n) if digits.len() == 7 || (digits.len() > 7 && !digits.starts_with('0')) => Ok(UserId(n)),
            _ => self.fault(),
        }
    }

    /// `2001:db8::` and two groups of four digits.
    pub fn address(&mut self) -> Result<FunctionId, Fault> {
        let mut text = Scan { left: self.take(ADDRESS as usize)?, ..*self };
        text.eat("2001:db8::")?;
        let high = text.hex_digits(4)?;
        text.eat(":")?;
        let low = text.hex_digits(4)?;
        text.end()?;
        Ok(FunctionId(high << 16 | low))
    }

    /// An address in angle brackets.
    pub fn party(&mut self) -> Result<Party, Fault> {
        let party = if self.next_is("<tel:") {
            Party::User(self.msisdn()?)
        } else if let Some(left) = self.left.strip_prefix('<').and_then(|l| l.strip_prefix(MANAGEMENT)) {
            self.left = left;
            Party::Management
        } else {
            self.eat("<sip:[")?;
            let function = self.address()?;
            self.eat("]")?;
            Party::Function(function)
        };
        self.eat(">")?;
        Ok(party)
    }

    /// A subscriber's `tel:` address in angle brackets.
    pub fn user(&mut self) -> Result<UserId, Fault> {
        match self.party()? {
            Party::User(user) => Ok(user),
            Party::Function(_) | Party::Management => self.fault(),
        }
    }

    /// The release in a User-Agent of a client.
    pub fn agent(&mut self) -> Result<Version, Fault> {
        self.eat("CPM-client/OMA")?;
        let major = self.number(255)? as u8;
        self.eat(".")?;
        Ok(Version { major, minor: self.number(255)? as u8 })
    }

    /// The instance identity of a client.
    pub fn instance(&mut self) -> Result<FunctionId, Fault> {
        self.eat("urn:uuid:00000000-0000-1000-8000-0000")?;
        Ok(FunctionId(self.hex()?))
    }
}

/// Header lines, taken in the order of the skeletons. What is not asked for is a fault.
pub(super) struct Headers<'a> {
    lines: Vec<(&'a str, &'a str)>,
    at: usize,
}

impl<'a> Headers<'a> {
    /// Reads `Name: value` lines, each ended by CRLF. Of a value only printable ASCII is let in, without a blank at either end.
    pub fn read(text: &'a str, part: &'static str) -> Result<Headers<'a>, Fault> {
        let mut lines = Vec::new();
        let mut left = Scan::of(text, part);
        while !left.left.is_empty() {
            let line = left.until("\r\n")?;
            if !line.bytes().all(|b| (0x20..0x7f).contains(&b)) {
                return Err(Fault("character in a header"));
            }
            let (name, rest) = line.split_once(':').ok_or(Fault("header line"))?;
            let token = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'.';
            if name.is_empty() || !name.bytes().all(token) {
                return Err(Fault("header name"));
            }
            let value = match rest {
                "" => "",
                _ => rest.strip_prefix(' ').ok_or(Fault("blank after a header name"))?,
            };
            if value.starts_with(' ') || value.ends_with(' ') || (value.is_empty() && !rest.is_empty()) {
                return Err(Fault("stray blank in a header"));
            }
            lines.push((name, value));
        }
        Ok(Headers { lines, at: 0 })
    }

    /// The value of the next line if it bears this name.
    pub fn next(&mut self, name: &'static str) -> Option<Scan<'a>> {
        let (found, value) = *self.lines.get(self.at)?;
        (found == name).then(|| {
            self.at += 1;
            Scan::of(value, name)
        })
    }

    /// The same without taking it.
    pub fn peek(&self, name: &str) -> Option<&'a str> {
        self.lines.get(self.at).filter(|line| line.0 == name).map(|line| line.1)
    }

    /// The value of the next line, which has to bear this name.
    pub fn must(&mut self, name: &'static str) -> Result<Scan<'a>, Fault> {
        self.next(name).ok_or(Fault(name))
    }

    /// The next line, which has to say exactly this.
    pub fn fixed(&mut self, name: &'static str, value: &str) -> Result<(), Fault> {
        if self.must(name)?.left == value { Ok(()) } else { Err(Fault(name)) }
    }

    /// Credentials, if they come next.
    pub fn credentials(&mut self) -> Result<bool, Fault> {
        let Some(value) = self.next("Authorization") else { return Ok(false) };
        let expected = CREDENTIALS.strip_prefix("Authorization: ").and_then(|c| c.strip_suffix("\r\n"));
        if expected == Some(value.left) { Ok(true) } else { value.fault() }
    }

    /// No line is left.
    pub fn end(&self) -> Result<(), Fault> {
        if self.at == self.lines.len() { Ok(()) } else { Err(Fault("order or name of a header")) }
    }
}

/// The one of `all` whose word this is.
pub(super) fn named<T: Copy>(all: &[T], word: impl Fn(T) -> Option<&'static str>, text: &Scan<'_>) -> Result<T, Fault> {
    all.iter().copied().find(|one| word(*one) == Some(text.left)).ok_or(Fault(text.part))
}
