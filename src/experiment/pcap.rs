//! A run as a packet capture: `run --pcap FILE`.
//!
//! Every SIP message is captured at the instant of its sending, once for each way between two functions, lost or not; MAP, NAS,
//! IMAP, MSRP and pushes have no wire form and are not in it. Classic pcap with nanosecond stamps, raw IPv6 without a link layer. Simulated
//! time zero is 2026-01-01T00:00:00Z. Over a stream, or where a request is longer than 1300 bytes (RFC 3261 18.1.1), SIP goes
//! by TCP, else by UDP; a response goes as its request went. All ports are 5060. TCP flows have no handshake and no bare
//! acknowledgements; their sequence numbers start at 1 and count every byte. docs/wire-form.md has the details.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use super::names::Names;
use crate::sim::Observer;
use crate::sim::seen::wire::{self, Hop, Transport};
use crate::sim::seen::{FunctionId, Method, Pdu};
use crate::units::SimTime;

/// Seconds from 1970 to the start of 2026.
const EPOCH: u64 = 1_767_225_600;
/// Longest request by datagram (RFC 3261 18.1.1, path MTU unknown).
const MOST_BY_DATAGRAM: usize = 1300;
/// Most bytes of a TCP segment: 1500 less both headers.
const SEGMENT: usize = 1440;
const SIP_PORT: u16 = 5060;
/// Number of the protocol in an IPv6 header.
const TCP: u8 = 6;
const UDP: u8 = 17;

/// Writes what is sent. The first failure to write ends the writing and is kept.
pub struct Capture<W: Write> {
    out: W,
    names: Names,
    messages: u64,
    /// The next sequence number of each direction of a flow.
    sequence: BTreeMap<(u32, u32), u32>,
    /// Slots of transactions whose last request went by TCP although the link is one for datagrams, by owner, slot and the two
    /// ends of the hop: the response goes the same way back. Slots are used again, so that this stays small.
    large: BTreeSet<(u32, u32, u32, u32)>,
    failed: Option<io::Error>,
}

impl<W: Write> Capture<W> {
    /// Begins a capture of a run with these names.
    pub fn new(mut out: W, names: Names) -> Capture<W> {
        let mut head = Vec::with_capacity(24);
        head.extend(0xa1b2_3c4d_u32.to_le_bytes());
        head.extend(2u16.to_le_bytes());
        head.extend(4u16.to_le_bytes());
        head.extend([0; 8]);
        head.extend(262_144_u32.to_le_bytes());
        // LINKTYPE_RAW: every packet begins with its IP header.
        head.extend(101u32.to_le_bytes());
        let failed = out.write_all(&head).err();
        Capture { out, names, messages: 0, sequence: BTreeMap::new(), large: BTreeSet::new(), failed }
    }

    /// Ends the writing: the number of SIP messages and the writer.
    ///
    /// # Errors
    /// The first failure to write.
    pub fn finish(mut self) -> io::Result<(u64, W)> {
        if let Some(failed) = self.failed.take() {
            return Err(failed);
        }
        self.out.flush()?;
        Ok((self.messages, self.out))
    }

    /// Which transport carries a message of this length from one function to another.
    fn transport(&mut self, from: FunctionId, to: FunctionId, pdu: &Pdu) -> Transport {
        if self.names.is_stream(from, to) {
            return Transport::Tcp;
        }
        match pdu {
            Pdu::Request(request) => {
                let key = (request.txn.owner.0, request.txn.slot, from.0, to.0);
                // These go after their INVITE, and have its name: its answers may still come.
                if matches!(request.method, Method::Ack | Method::Cancel) {
                    return if self.large.contains(&key) { Transport::Tcp } else { Transport::Udp };
                }
                if pdu.wire_bytes() as usize > MOST_BY_DATAGRAM {
                    self.large.insert(key);
                    return Transport::Tcp;
                }
                self.large.remove(&key);
                Transport::Udp
            }
            Pdu::Response(response) => {
                let key = (response.txn.owner.0, response.txn.slot, to.0, from.0);
                if self.large.contains(&key) { Transport::Tcp } else { Transport::Udp }
            }
            Pdu::Map(_) | Pdu::Nas(_) | Pdu::Sc(_) | Pdu::Imap(_) | Pdu::Msrp(_) | Pdu::Push(_) | Pdu::KeepAlive(_) => {
                Transport::Udp
            }
        }
    }

    fn message(&mut self, now: SimTime, from: FunctionId, to: FunctionId, pdu: &Pdu) -> io::Result<()> {
        if !pdu.is_sip() {
            return Ok(());
        }
        let transport = self.transport(from, to, pdu);
        let Some(bytes) = wire::write(pdu, Hop { to, transport }) else { return Ok(()) };
        self.messages += 1;
        match transport {
            Transport::Udp => self.packet(now, from, to, UDP, &datagram(from, to, &bytes)),
            Transport::Tcp => {
                let received = self.sequence.get(&(to.0, from.0)).copied().unwrap_or(1);
                let mut next = self.sequence.get(&(from.0, to.0)).copied().unwrap_or(1);
                let pieces = bytes.len().div_ceil(SEGMENT);
                for (nth, piece) in bytes.chunks(SEGMENT).enumerate() {
                    self.packet(now, from, to, TCP, &segment(from, to, next, received, nth + 1 == pieces, piece))?;
                    next = next.wrapping_add(piece.len() as u32);
                }
                self.sequence.insert((from.0, to.0), next);
                Ok(())
            }
        }
    }

    /// One record: its stamp, an IPv6 header, and what it carries.
    fn packet(&mut self, now: SimTime, from: FunctionId, to: FunctionId, protocol: u8, carried: &[u8]) -> io::Result<()> {
        let seconds = u32::try_from(EPOCH + now.ns() / 1_000_000_000)
            .map_err(|_| io::Error::other("a capture cannot hold instants after the year 2106"))?;
        let length = (40 + carried.len()) as u32;
        for field in [seconds, (now.ns() % 1_000_000_000) as u32, length, length] {
            self.out.write_all(&field.to_le_bytes())?;
        }
        let mut head = [0; 40];
        head[0] = 0x60;
        head[4..6].copy_from_slice(&(carried.len() as u16).to_be_bytes());
        head[6] = protocol;
        head[7] = 64;
        head[8..24].copy_from_slice(&address(from));
        head[24..].copy_from_slice(&address(to));
        self.out.write_all(&head)?;
        self.out.write_all(carried)
    }
}

impl<W: Write> Observer for Capture<W> {
    const TRACE: bool = true;

    fn sent(&mut self, now: SimTime, from: FunctionId, to: FunctionId, pdu: &Pdu, _: Option<SimTime>) {
        if self.failed.is_none() {
            self.failed = self.message(now, from, to, pdu).err();
        }
    }
}

/// `2001:db8::` and the number of the function, as SIP names it.
fn address(function: FunctionId) -> [u8; 16] {
    let mut address = [0; 16];
    address[..4].copy_from_slice(&[0x20, 0x01, 0x0d, 0xb8]);
    address[12..].copy_from_slice(&function.0.to_be_bytes());
    address
}

fn datagram(from: FunctionId, to: FunctionId, bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(8 + bytes.len());
    out.extend(SIP_PORT.to_be_bytes());
    out.extend(SIP_PORT.to_be_bytes());
    out.extend(((8 + bytes.len()) as u16).to_be_bytes());
    out.extend([0, 0]);
    out.extend_from_slice(bytes);
    let sum = checksum(from, to, UDP, &out);
    // Zero would say that there is none (RFC 768).
    out[6..8].copy_from_slice(&if sum == 0 { 0xffff } else { sum }.to_be_bytes());
    out
}

fn segment(from: FunctionId, to: FunctionId, sequence: u32, received: u32, last: bool, bytes: &[u8]) -> Vec<u8> {
    const ACK: u8 = 0x10;
    const PUSH: u8 = 0x08;
    let mut out = Vec::with_capacity(20 + bytes.len());
    out.extend(SIP_PORT.to_be_bytes());
    out.extend(SIP_PORT.to_be_bytes());
    out.extend(sequence.to_be_bytes());
    out.extend(received.to_be_bytes());
    out.extend([5 << 4, if last { ACK | PUSH } else { ACK }]);
    out.extend(u16::MAX.to_be_bytes());
    out.extend([0; 4]);
    out.extend_from_slice(bytes);
    let sum = checksum(from, to, TCP, &out);
    out[16..18].copy_from_slice(&sum.to_be_bytes());
    out
}

/// The Internet checksum over the pseudo-header of IPv6 (RFC 8200 8.1) and `carried`, whose own field is zero.
fn checksum(from: FunctionId, to: FunctionId, protocol: u8, carried: &[u8]) -> u16 {
    let words = |bytes: &[u8]| -> u64 {
        bytes.chunks(2).map(|w| u64::from(u16::from_be_bytes([w[0], w.get(1).copied().unwrap_or(0)]))).sum()
    };
    let mut sum = words(&address(from)) + words(&address(to)) + carried.len() as u64 + u64::from(protocol) + words(carried);
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    !(sum as u16)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The sum over a packet with its checksum in place is all ones.
    #[test]
    fn checksums_hold() {
        let (from, to) = (FunctionId(0xa1), FunctionId(0x1_0002));
        for n in [0, 1, 2, 3, 20, 1001] {
            let bytes: Vec<u8> = (0..n).map(|i| (i * 7) as u8).collect();
            assert_eq!(checksum(from, to, UDP, &datagram(from, to, &bytes)), 0);
            assert_eq!(checksum(from, to, TCP, &segment(from, to, u32::MAX, 7, true, &bytes)), 0);
        }
        // RFC 1071 3: 0001 f203 f4f5 f6f7 sum to ddf2; the pseudo-header of equal parts adds nothing but its own words.
        let plain = [0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7];
        let none = checksum(FunctionId(0), FunctionId(0), 0, &[]);
        let fold = |n: u32| if n > 0xffff { (n & 0xffff) + (n >> 16) } else { n };
        let expected = fold(fold(u32::from(!none) + 0xddf2) + 8);
        assert_eq!(u32::from(!checksum(FunctionId(0), FunctionId(0), 0, &plain)), expected);
    }

    #[test]
    fn an_empty_capture_is_a_header() {
        let (messages, out) = Capture::new(Vec::new(), Names::default()).finish().expect("memory never fills");
        assert_eq!((messages, out.len()), (0, 24));
        assert_eq!(out[..4], [0x4d, 0x3c, 0xb2, 0xa1]);
        assert_eq!(out[20..], [101, 0, 0, 0]);
    }
    /// A pull too long for a datagram goes by TCP, and so does what belongs to it, until its slot is used again.
    #[test]
    fn what_belongs_to_a_long_invite_goes_the_same_way() {
        let mut capture = Capture::new(Vec::new(), Names::default());
        let examples = crate::delivery::wire::tests::deferred::examples();
        let (client, core) = (FunctionId(0xb1), FunctionId(1));
        let mut way = |name: &str| {
            let (pdu, ..) = examples.iter().find(|e| e.2 == name).expect("an example");
            let (from, to) = if name.ends_with("_ok.txt") { (core, client) } else { (client, core) };
            capture.transport(from, to, pdu)
        };
        assert_eq!(["cancel.txt", "pull_ok.txt"].map(&mut way), [Transport::Udp; 2], "no INVITE went by TCP");
        let long = ["pull.txt", "pull_ok.txt", "ack.txt", "pull_ok.txt", "cancel.txt", "pull_ok.txt"];
        assert_eq!(long.map(&mut way), [Transport::Tcp; 6]);
        assert_eq!(["bye.txt", "bye_ok.txt"].map(&mut way), [Transport::Udp; 2]);
    }

    /// Requests and answers about deferred messages as an outside decoder sees them.
    #[test]
    #[ignore = "needs tshark: cargo test --lib tshark -- --ignored"]
    fn tshark_finds_nothing_malformed_in_a_session() {
        let mut capture = Capture::new(Vec::new(), Names::default());
        let examples = crate::delivery::wire::tests::deferred::examples();
        for (n, (pdu, to, _)) in (0..).zip(&examples) {
            let from = FunctionId(0xc0);
            capture.sent(SimTime::from_ns(1_000_000_000 * n), from, *to, pdu, None);
        }
        let (messages, bytes) = capture.finish().expect("memory never fills");
        let file = std::env::temp_dir().join(format!("cpmsim-session-{}.pcap", std::process::id()));
        std::fs::write(&file, bytes).expect("a file can be written");
        let found = |filter: &str| {
            let checks = ["-o", "udp.check_checksum:TRUE", "-o", "tcp.check_checksum:TRUE"];
            let done = std::process::Command::new("tshark").arg("-r").arg(&file).args(checks).args(["-Y", filter]).output();
            let done = done.expect("tshark runs");
            assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
            String::from_utf8_lossy(&done.stdout).lines().map(str::to_owned).collect::<Vec<_>>()
        };
        let bad = found("_ws.malformed || _ws.expert.severity == error || udp.checksum.status == 0 || tcp.checksum.status == 0");
        let [sip, offers, lists] =
            ["sip", "sdp", "sip.Require contains \"recipient-list\" && mime_multipart"].map(|f| found(f).len());
        let [invites, dialogs] =
            ["sip.Method == INVITE && sdp", "sip.CSeq.method == BYE && sip.CSeq.seq == 2"].map(|f| found(f).len());
        std::fs::remove_file(&file).expect("the file can be removed");
        assert_eq!(bad, Vec::<String>::new());
        assert_eq!((sip as u64, messages), (9, 9));
        assert_eq!((offers, invites, lists, dialogs), (4, 2, 1, 2));
    }
}
