//! The wire form against itself and against the skeletons: sizes, reading back, refusals, readable snapshots.

pub(crate) mod deferred;
mod events;
mod made;

use proptest::prelude::*;

use super::*;
use crate::delivery::*;
use crate::units::{SimTime, Span};
use made::{hop, pager, pdu, request};

fn bytes_of(pdu: &Pdu, hop: Hop) -> Vec<u8> {
    write(pdu, hop).expect("SIP has a wire form")
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_size_is_the_length_of_what_is_written(pdu in pdu(), hop in hop()) {
        prop_assert_eq!(pdu.wire_bytes() as usize, bytes_of(&pdu, hop).len());
    }

    #[test]
    fn what_is_written_reads_back(pdu in pdu(), hop in hop()) {
        let bytes = bytes_of(&pdu, hop);
        let written = read(&bytes);
        prop_assert!(written.is_ok(), "{:?}\n{}", written, String::from_utf8_lossy(&bytes));
        let written = written.expect("just asked");
        prop_assert_eq!(&written.pdu, &carried(&pdu), "{}", String::from_utf8_lossy(&bytes));
        prop_assert_eq!(written.transport, hop.transport);
        // A request that needs no service names no next element.
        let named = !matches!(&pdu, Pdu::Request(r) if r.case == Case::Done);
        prop_assert_eq!(written.to, named.then_some(hop.to));
        // What the wire carries is all that it hangs on.
        prop_assert_eq!(bytes_of(&written.pdu, hop), bytes);
    }

    #[test]
    fn names_of_copies_and_attempts_leave_no_mark(pager in pager(), request in request(), hop in hop(), copy: u32, attempt: u32) {
        let with = |pager| Pdu::Request(Request { method: Method::Message, body: Body::Pager(Box::new(pager)), ..request.clone() });
        let other = Pager { copy: CopyId(copy), attempt, ..pager };
        prop_assert_eq!(bytes_of(&with(pager), hop), bytes_of(&with(other), hop));
    }

    #[test]
    fn no_bytes_at_all_make_the_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        prop_assert!(read(&bytes).is_err());
    }

    #[test]
    fn a_message_cut_short_or_grown_is_refused(pdu in pdu(), hop in hop(), at: prop::sample::Index, more: u8) {
        let mut bytes = bytes_of(&pdu, hop);
        prop_assert!(read(&bytes[..at.index(bytes.len())]).is_err());
        bytes.push(more);
        prop_assert!(read(&bytes).is_err());
    }

    /// A bit that is turned is noticed, or it stands in content, or it says another thing and says it well.
    #[test]
    fn a_flipped_bit_is_refused_or_read_as_it_stands(pdu in pdu(), hop in hop(), at: prop::sample::Index, bit in 0u8..8) {
        let mut bytes = bytes_of(&pdu, hop);
        let at = at.index(bytes.len());
        bytes[at] ^= 1 << bit;
        if let Ok(written) = read(&bytes) {
            let again = bytes_of(&written.pdu, Hop { to: written.to.unwrap_or(hop.to), transport: written.transport });
            let same = again == bytes;
            let in_content = matches!(&pdu, Pdu::Request(Request { body: Body::Pager(p), .. }) if at + p.bytes as usize >= bytes.len());
            prop_assert!(same || in_content, "at {}: {}", at, String::from_utf8_lossy(&bytes));
        }
    }
}

// --- examples

const ALICE: UserId = UserId(1001);
const BOB: UserId = UserId(2002);
const PHONE: FunctionId = FunctionId(0xa1);
const CORE: FunctionId = FunctionId(1);
const PF: FunctionId = FunctionId(3);
const IWF: FunctionId = FunctionId(4);

fn text_of(pdu: &Pdu, to: FunctionId) -> String {
    String::from_utf8(bytes_of(pdu, Hop { to, transport: Transport::Tcp })).expect("text")
}

fn asked(from: FunctionId, user: UserId, target: Target, case: Case, icsi: Icsi, method: Method, body: Body) -> Pdu {
    let txn = TxnId { owner: from, slot: 1, generation: 0 };
    let via = Via::of(from);
    Pdu::Request(Request { method, txn, via, target, case, from: user, icsi, max_forwards: 70, target_address: None, body })
}

fn of_message() -> Indications {
    let sent = SimTime::ZERO + Span::from_secs(4 * 86_400 + 8 * 3600);
    Indications { sent, conversation: 0x5e0f_6c1e, contribution: 0x77aa_12c0, ..Indications::default() }
}

fn example_pager() -> Pdu {
    let pager = Pager {
        copy: CopyId(7),
        dispositions: Dispositions { positive: true, negative: true, display: true },
        expires: of_message().sent + Span::from_secs(259_200),
        indications: of_message(),
        ..Pager::plain(MessageId(1), ALICE, BOB)
    };
    asked(PHONE, ALICE, Target::User(BOB), Case::Originating, Icsi::Msg, Method::Message, Body::Pager(Box::new(pager)))
}

fn example_imdn() -> Pdu {
    let imdn = Imdn {
        about: MessageId(1),
        original: MessageId(1),
        from: BOB,
        to: ALICE,
        disposition: Disposition::Delivered,
        reporter: PHONE,
        agent: Version::default(),
        indications: of_message(),
    };
    asked(PHONE, BOB, Target::User(ALICE), Case::Originating, Icsi::Msg, Method::Message, Body::Imdn(Box::new(imdn)))
}

fn example_event() -> Pdu {
    let event = IwEvent::FailedIw { user: BOB, message: MessageId(1), domain: Domain::Cs, attempt: 3 };
    asked(IWF, BOB, Target::Function(PF), Case::Done, Icsi::SystemMsg, Method::Message, Body::IwEvent(event))
}

fn example_notify() -> Pdu {
    let contact = |client, active, event, primary| Contact { client, active, event, primary, capabilities: Capabilities::FULL };
    let contacts = [
        contact(FunctionId(0xb1), true, ContactEvent::Registered, true),
        contact(FunctionId(0xb2), false, ContactEvent::Expired, false),
    ];
    let info = RegInfo { user: BOB, version: 6, full: true, contacts: contacts.into() };
    asked(CORE, BOB, Target::Function(PF), Case::Done, Icsi::None, Method::Notify, Body::RegInfo(info))
}

/// Instances stand in rising order; in any other the message is refused.
#[test]
fn instances_out_of_order_are_refused() {
    let Pdu::Request(mut request) = example_pager() else { unreachable!("an example is a request") };
    request.target = Target::Instances(BOB, ClientSet::of(&[FunctionId(0xb1), FunctionId(0xb2)]));
    let text = text_of(&Pdu::Request(request), CORE);
    assert!(read(text.as_bytes()).is_ok());
    let mut lines: Vec<&str> = text.split("\r\n").collect();
    let named: Vec<usize> = (0..lines.len()).filter(|l| lines[*l].starts_with("Accept-Contact")).collect();
    lines.swap(named[0], named[1]);
    assert_eq!(read(lines.join("\r\n").as_bytes()), Err(Fault("Accept-Contact")));
}

/// `UPDATE_DOCS=1` writes the snapshots anew, to be reviewed.
#[test]
fn golden_messages() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/delivery/wire/golden");
    let messages = [
        (example_pager(), CORE, "pager.txt"),
        (example_imdn(), CORE, "imdn.txt"),
        (example_event(), PF, "iw_event.txt"),
        (example_notify(), PF, "notify.txt"),
    ];
    for (pdu, to, name) in messages.into_iter().chain(deferred::examples()) {
        let text = text_of(&pdu, to).replace("\r\n", "\n");
        if std::env::var_os("UPDATE_DOCS").is_some() {
            std::fs::write(folder.join(name), &text).expect("a snapshot is written");
        }
        assert_eq!(text, std::fs::read_to_string(folder.join(name)).expect("a snapshot"), "{name}");
    }
}

/// Name and value of the header lines before the first empty line.
fn header_lines(text: &str) -> Vec<(&str, &str)> {
    text.split("\r\n").skip(1).take_while(|l| !l.is_empty()).map(|l| l.split_once(": ").expect("a header")).collect()
}

/// Lengths of our examples: docs/wire-form.md accounts for every byte by which they differ from the skeletons.
const PAGER: usize = 973;
const IMDN: usize = 1179;
const EVENT: usize = 992;
const NOTIFY: usize = 2228;
const PULL: usize = 1420;
const NOTICE: usize = 1243;

/// The skeletons of `domain.md` 3.5 measure what the catalogue says, and our form has their headers in their order.
#[test]
fn our_form_has_the_headers_of_the_skeletons_in_their_order() {
    for (skeleton, bytes, ours, length) in [
        (include_str!("golden/skeleton_pager.txt"), 887, text_of(&example_pager(), CORE), PAGER),
        (include_str!("golden/skeleton_imdn.txt"), 1039, text_of(&example_imdn(), CORE), IMDN),
        (include_str!("golden/skeleton_event.txt"), 919, text_of(&example_event(), PF), EVENT),
        (include_str!("golden/skeleton_notify.txt"), 1221, text_of(&example_notify(), PF), NOTIFY),
        (include_str!("golden/skeleton_pull.txt"), 1178, text_of(&deferred::example_pull(), CORE), PULL),
        (include_str!("golden/skeleton_notice.txt"), 933, text_of(&deferred::example_notice(), CORE), NOTICE),
    ] {
        let skeleton = skeleton.replace('\n', "\r\n");
        assert_eq!((skeleton.len(), ours.len()), (bytes, length));
        let names: Vec<&str> = header_lines(&ours).into_iter().map(|h| h.0).collect();
        let mut at = names.iter();
        for (name, _) in header_lines(&skeleton) {
            assert!(at.any(|n| *n == name), "{name} is missing or out of order in {names:?}");
        }
    }
}

fn refused(text: &str) -> &'static str {
    read(text.as_bytes()).expect_err("malformed").0
}

#[test]
fn what_is_malformed_is_refused_for_what_it_is() {
    let good = text_of(&example_pager(), CORE);
    assert!(read(good.as_bytes()).is_ok());
    for (what, from, to) in [
        ("start line", "SIP/2.0\r\nVia", "SIP/3.0\r\nVia"),
        ("method", "MESSAGE tel", "MASSAGE tel"),
        ("Max-Forwards", "Max-Forwards: 70\r\n", ""),
        ("Max-Forwards", ": 70", ": 070"),
        ("stray blank in a header", ": 70", ":  70"),
        ("stray blank in a header", ": 70\r", ": 70 \r"),
        ("blank after a header name", ": 70", ":70"),
        ("Via", "Via: SIP/2.0/TCP", "Via: SIP/2.0/TLS"),
        ("P-Preferred-Service", "Preferred-Service: urn:urn-7", "Preferred-Service: urn:urn-8"),
        ("Accept-Contact", ";require;explicit", ";require"),
        ("User-Agent", "User-Agent: CPM-client/OMA2.1\r\n", ""),
        ("Content-Length", "Content-Length: 3", "X-Other: 1\r\nContent-Length: 3"),
        ("Content-Length", "\r\nContent-Length: 3", "\r\nContent-Length: 4"),
        ("From", ";tag=000000a1", ";tag=000000a2"),
        ("Call-ID", "Call-ID: m00000001", "Call-ID: x00000001"),
        ("CSeq", "CSeq: 1 MESSAGE", "CSeq: 1 MESSAGES"),
        ("Content-Length", "Content-Length: 20\r\n", "Content-Length: 21\r\n"),
        ("DateTime", "2026-01-05T08", "2026-02-30T08"),
        ("imdn.Disposition-Notification", "positive-delivery, negative", "positive-delivery,negative."),
    ] {
        let bad = good.replacen(from, to, 1);
        assert_ne!(bad, good, "{from} stands in the example");
        assert_eq!(refused(&bad), what, "{from}");
    }
}

#[test]
fn xml_is_read_strictly() {
    let good = text_of(&example_event(), PF);
    for (from, to) in [
        ("<domain>CS</domain>", "<domain>C&</domain>"),
        ("<domain>CS</domain>", "<domains>CS</domains"),
        ("<domain>CS", "<domain>XX"),
        ("failed-iw", "faxled-iw"),
        ("</failed-iw>", "</failed-ix>"),
        ("evfw\">", "evfx\">"),
        ("      <domain>", "  <!----><domain>"),
        ("      <domain>", "  junk<domain>"),
        ("encoding=\"UTF-8\"", "encoding=\"UTF-9\""),
    ] {
        let bad = good.replacen(from, to, 1);
        assert_ne!(bad, good, "{from} stands in the example");
        assert!(read(bad.as_bytes()).is_err(), "{to}");
    }
}

#[test]
fn dates_of_the_calendar() {
    let at = |s: u64| write::date(SimTime::ZERO + Span::from_secs(s));
    assert_eq!(at(0), "2026-01-01T00:00:00.000000000Z");
    assert_eq!(at(59 * 86_400), "2026-03-01T00:00:00.000000000Z");
    assert_eq!(at((365 + 365 + 59) * 86_400), "2028-02-29T00:00:00.000000000Z");
    assert_eq!(write::date(SimTime::NEVER), "2610-07-22T23:34:33.709551615Z");
    assert_eq!(write::instant("2610-07-22T23:34:33.709551615Z"), Some(SimTime::NEVER));
    assert_eq!(write::instant("2610-07-22T23:34:33.709551616Z"), None);
    assert_eq!(write::instant("2026-02-29T00:00:00.000000000Z"), None);
}
