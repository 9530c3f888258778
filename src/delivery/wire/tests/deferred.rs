//! What is written about deferred messages: the statements on headers and bodies, held against the bytes that leave the Core.

use super::*;
use crate::delivery::behaviour::Behaviour;
use crate::delivery::ims::{Core, CoreSetup, Home};
use crate::delivery::profile::{Axes, Profile};
use crate::delivery::suite::clause_tests;

const B1: FunctionId = FunctionId(0xb1);
const CAROL: UserId = UserId(1003);

fn request_of(pdu: Pdu) -> Request {
    let Pdu::Request(request) = pdu else { unreachable!("an example is a request") };
    request
}

fn entry(id: u32, action: Option<CpmAction>) -> Instruction {
    Instruction { uri_id: MessageId(id), action }
}

/// The pull of the skeleton.
fn two_entries() -> Option<Box<[Instruction]>> {
    Some(Box::from([entry(0x17, Some(CpmAction::Deliver)), entry(0x18, Some(CpmAction::Delete))]))
}

pub(super) fn pull(list: Option<Box<[Instruction]>>, icsi: Icsi) -> Request {
    let body = Body::Pull(Box::new(Pull { user: BOB, client: B1, list }));
    request_of(asked(B1, BOB, Target::User(BOB), Case::Originating, icsi, Method::Invite, body))
}

pub(super) fn example_pull() -> Pdu {
    Pdu::Request(pull(two_entries(), Icsi::Deferred))
}

fn waiting(id: u32, from: Option<UserId>, minute: u64) -> Waiting {
    let sent = of_message().sent + Span::from_secs(60 * minute);
    let expires = sent + Span::from_secs(259_200);
    Waiting { uri_id: MessageId(id), from, sent, bytes: 64, content: Content::Text, subject: 0, expires }
}

fn notice_of(list: &[Waiting]) -> Notice {
    Notice { user: BOB, round: 1, part: 1, parts: 1, kind: NoticeKind::Waiting, number: list.len() as u32, list: Box::from(list) }
}

fn notification(notice: Notice, method: Method) -> Request {
    let body = Body::Notice(Box::new(notice));
    request_of(asked(PF, BOB, Target::Contact(BOB, B1), Case::Done, Icsi::SystemMsg, method, body))
}

/// The notification of the skeleton, of pager messages alone.
pub(super) fn example_notice() -> Pdu {
    let second = Waiting { subject: 7, bytes: 1211, ..waiting(0x18, Some(CAROL), 7) };
    Pdu::Request(notification(notice_of(&[waiting(0x17, Some(ALICE), 0), second]), Method::Message))
}

pub(super) fn example_push() -> Pdu {
    let body = Body::PushSession { user: BOB, client: B1 };
    asked(PF, BOB, Target::Contact(BOB, B1), Case::Done, Icsi::Deferred, Method::Invite, body)
}

/// What follows in the dialog of the pull, or of the push.
fn inside(by: FunctionId, invite: &Pdu, method: Method) -> Request {
    let invite = request_of(invite.clone());
    let body = Body::Session(Dialog { invite: invite.txn, client: B1, user: BOB });
    let (target, case) = if by == B1 { (Target::User(BOB), Case::Originating) } else { (Target::Contact(BOB, B1), Case::Done) };
    let request = request_of(asked(by, BOB, target, case, Icsi::Deferred, method, body));
    // An ACK has no transaction of its own in a function's books.
    let slot = if method == Method::Bye { 2 } else { 1 };
    Request { txn: TxnId { slot, ..request.txn }, ..request }
}

/// The 200 to a request.
fn success(pdu: &Pdu) -> Pdu {
    request_of(pdu.clone()).answer(200).1
}

/// Every snapshot, and who receives it.
pub(crate) fn examples() -> [(Pdu, FunctionId, &'static str); 9] {
    let bye = Pdu::Request(inside(B1, &example_pull(), Method::Bye));
    [
        (example_notice(), CORE, "notice.txt"),
        (example_pull(), CORE, "pull.txt"),
        (success(&example_pull()), B1, "pull_ok.txt"),
        (Pdu::Request(inside(B1, &example_pull(), Method::Ack)), CORE, "ack.txt"),
        (success(&bye), B1, "bye_ok.txt"),
        (bye, CORE, "bye.txt"),
        (Pdu::Request(inside(B1, &example_pull(), Method::Cancel)), CORE, "cancel.txt"),
        (example_push(), CORE, "push.txt"),
        (success(&example_push()), PF, "push_ok.txt"),
    ]
}

/// The request as the Core passes it on, and to whom. B1 is registered.
fn passed_on(rules: Rules, request: &Request) -> (FunctionId, String) {
    let homes = vec![Home { core: CORE, pf: PF, gateway: None }; 2003].into();
    let mut core = Core::new(CoreSetup::plain(CORE, homes), Behaviour::of(&Axes::of(Profile::Latest), rules));
    let mut out = Outbox::under(rules);
    let binding = Body::Register { expires_s: 3600, authorised: true, primary: true, capabilities: Capabilities::FULL };
    let register = asked(B1, BOB, Target::User(BOB), Case::Originating, Icsi::None, Method::Register, binding);
    for (from, pdu) in [(B1, register), (request.txn.owner, Pdu::Request(request.clone()))] {
        out.take();
        core.handle(SimTime::ZERO, Input::Received { from, at: SimTime::ZERO, pdu }, &mut out);
    }
    let sent = out.take().into_iter().find_map(|output| match output {
        Output::Send { to, pdu: pdu @ Pdu::Request(_) } => Some((to, text_of(&pdu, to))),
        _ => None,
    });
    let (to, text) = sent.expect("the Core passes it on");
    assert!(read(text.as_bytes()).is_ok_and(|w| matches!(w.pdu, Pdu::Request(r) if r.body == request.body)), "{text}");
    (to, text)
}

/// The pull with this list as it reaches the PF.
fn pulled(rules: Rules, list: Option<Box<[Instruction]>>) -> String {
    let (to, text) = passed_on(rules, &pull(list, Icsi::Deferred));
    assert_eq!(to, PF);
    text
}

/// The notification as it reaches the client.
fn notified(rules: Rules, list: &[Waiting]) -> String {
    let (to, text) = passed_on(rules, &notification(notice_of(list), Method::Message));
    assert_eq!(to, B1);
    text
}

fn values<'a>(text: &'a str, name: &str) -> Vec<&'a str> {
    header_lines(text).into_iter().filter(|h| h.0 == name).map(|h| h.1).collect()
}

fn start(text: &str) -> &str {
    text.split("\r\n").next().unwrap_or_default()
}

fn body(text: &str) -> &str {
    text.split_once("\r\n\r\n").map_or("", |parts| parts.1)
}

/// The offer, with or without a list behind it.
fn offer(text: &str) -> Vec<&str> {
    let body = body(text);
    let begins = body.find("v=0\r\n").expect("an offer");
    body[begins..].split("\r\n").take_while(|line| !line.is_empty()).collect()
}

/// The words of the URI list.
fn uris(text: &str) -> Vec<&str> {
    body(text).split("<entry uri=\"").skip(1).map(|rest| rest.split('"').next().unwrap_or_default()).collect()
}

const TAG: &str = "+g.3gpp.icsi-ref=\"urn%3Aurn-7%3A3gpp-service.ims.icsi.oma.cpm.deferred\"";
const URI: &str = "sip:deferred@cpm.example";

clause_tests! {
    fn pull_7_2_3_2_1_05_an_initial_invite(rules) {
        let text = pulled(rules, two_entries());
        assert!(start(&text).starts_with("INVITE ") && start(&text).ends_with(" SIP/2.0"));
        assert_eq!(values(&text, "CSeq"), ["1 INVITE"]);
        // It begins a dialog: the other end has no tag yet.
        assert!(!values(&text, "To")[0].contains("tag=") && values(&text, "From")[0].contains(";tag="));
    }

    fn pull_7_2_3_2_1_06_the_request_uri_manages_deferred_messages(rules) {
        let text = pulled(rules, None);
        assert_eq!(start(&text), format!("INVITE {URI} SIP/2.0"));
        assert_eq!(values(&text, "To"), [format!("<{URI}>")]);
        // It is the address that a notification comes from.
        assert_eq!(values(&notified(rules, &[]), "From")[0].split(';').next(), Some(&*format!("<{URI}>")));
    }

    fn pull_7_2_3_2_1_07_the_tag_in_contact(rules) {
        let text = pulled(rules, None);
        let [contact] = values(&text, "Contact")[..] else { panic!("one Contact") };
        assert!(contact.starts_with("<sip:+15550002002@[2001:db8::0000:00b1]>;+sip.instance=") && contact.ends_with(TAG), "{contact}");
    }

    fn pull_7_2_3_2_1_08_the_tag_in_accept_contact(rules) {
        assert_eq!(values(&pulled(rules, None), "Accept-Contact"), [format!("*;{TAG};require;explicit")]);
        // Without it the request bears none, and the Core does not pass it on.
        let bare = Pdu::Request(pull(None, Icsi::None));
        assert!(values(&text_of(&bare, CORE), "Accept-Contact").is_empty());
    }

    fn pull_7_2_3_2_1_09_an_offer(rules) {
        let text = pulled(rules, None);
        assert_eq!(values(&text, "Content-Type"), ["application/sdp"]);
        let lines = offer(&text);
        assert_eq!(lines.iter().map(|l| &l[..2]).collect::<String>(), "v=o=s=c=t=m=a=a=a=");
        assert_eq!(lines[3], "c=IN IP6 2001:db8::0000:00b1");
        assert_eq!(lines[5], "m=message 7777 TCP/MSRP *");
        assert_eq!(lines[7], "a=path:msrp://[2001:db8::0000:00b1]:7777/s00000001-00000000;tcp");
    }

    fn pull_7_2_3_2_1_10_accept_types_is_cpim(rules) {
        assert!(offer(&pulled(rules, None)).contains(&"a=accept-types:message/cpim"));
    }

    /// What may be listed beside it is not.
    fn pull_7_2_3_2_1_11_no_other_format_is_listed(rules) {
        let text = pulled(rules, two_entries());
        let types: Vec<&str> = offer(&text).into_iter().filter_map(|l| l.strip_prefix("a=accept-types:")).collect();
        assert_eq!(types, ["message/cpim"]);
    }

    fn pull_7_2_3_2_1_12_the_client_only_receives(rules) {
        let directions = |text: &str| offer(text).into_iter().filter(|l| l.ends_with("only")).map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(directions(&pulled(rules, None)), ["a=recvonly"]);
        assert_eq!(directions(&pulled(rules, two_entries())), ["a=recvonly"]);
        // Who answers it, and who pushes, only sends.
        assert_eq!(directions(&text_of(&success(&example_pull()), B1)), ["a=sendonly"]);
        assert_eq!(directions(&passed_on(rules, &request_of(example_push())).1), ["a=sendonly"]);
    }

    fn pull_7_2_3_2_1_13_a_list_where_not_all_are_wanted(rules) {
        let text = pulled(rules, two_entries());
        assert_eq!(values(&text, "Content-Type"), ["multipart/mixed;boundary=b"]);
        assert_eq!(values(&text, "Require"), ["recipient-list-invite"]);
        assert_eq!(body(&text).matches("--b\r\n").count(), 2);
        assert!(body(&text).contains("\r\nContent-Type: application/resource-lists+xml\r\nContent-Disposition: recipient-list\r\n\r\n"));
        // Retrieve all: no list at all, not an empty one.
        let all = pulled(rules, None);
        assert!(values(&all, "Require").is_empty() && !all.contains("resource-lists"));
        assert!(pulled(rules, Some(Box::from([]))).contains("<resource-lists"));
    }

    fn pull_7_2_3_2_1_14_each_entry_names_one_message_and_one_action(rules) {
        let entries = CpmAction::IN_ORDER.into_iter().zip(0x17..).map(|(action, id)| entry(id, Some(action)));
        let expected = [
            "sip:dm-00000017@cpm.example?cpm_action=delete",
            "sip:dm-00000018@cpm.example?cpm_action=interwork",
            "sip:dm-00000019@cpm.example?cpm_action=store",
            "sip:dm-0000001a@cpm.example?cpm_action=deliver",
        ];
        assert_eq!(uris(&pulled(rules, Some(entries.collect()))), expected);
        // A faulty entry has none, and comes through as what it is.
        let faulty = pulled(rules, Some(Box::from([entry(0x17, None), entry(0x18, Some(CpmAction::Store))])));
        assert_eq!(uris(&faulty), ["sip:dm-00000017@cpm.example", "sip:dm-00000018@cpm.example?cpm_action=store"]);
    }

    fn pull_8_3_1_6_3_07_a_system_message(rules) {
        let tag = "*;+g.3gpp.icsi-ref=\"urn%3Aurn-7%3A3gpp-service.ims.icsi.oma.cpm.systemmsg\";require;explicit";
        assert_eq!(values(&notified(rules, &[]), "Accept-Contact"), [tag]);
    }

    fn pull_8_3_1_6_3_08_the_request_uri_is_the_notified_client(rules) {
        assert_eq!(start(&notified(rules, &[])), "MESSAGE sip:+15550002002@[2001:db8::0000:00b1] SIP/2.0");
    }

    fn pull_8_3_1_6_3_09_the_originator_manages_deferred_messages(rules) {
        assert_eq!(values(&notified(rules, &[]), "P-Asserted-Identity"), [format!("<{URI}>")]);
    }

    fn pull_8_3_1_6_3_10_the_release_in_user_agent(rules) {
        assert_eq!(values(&notified(rules, &[]), "User-Agent"), ["CPM-serv/OMA2.1"]);
    }

    fn pull_8_3_1_6_3_11_all_messages_with_their_uri_ids(rules) {
        let list: Vec<Waiting> = (0x17..0x1a).map(|id| waiting(id, Some(ALICE), 0)).collect();
        let text = notified(rules, &list);
        assert!(text.contains("<deferred-messages number=\"3\""));
        let ids: Vec<&str> = text.split("uri-id=\"").skip(1).map(|rest| &rest[..27]).collect();
        assert_eq!(ids, ["sip:dm-00000017@cpm.example", "sip:dm-00000018@cpm.example", "sip:dm-00000019@cpm.example"]);
        // They are the addresses that a pull names.
        assert_eq!(uris(&pulled(rules, two_entries()))[0].split('?').next(), Some(ids[0]));
    }

    fn pull_8_3_1_6_3_12_metadata_of_each_message(rules) {
        let second = Waiting { subject: 3, bytes: 1200, content: Content::Image, expires: SimTime::NEVER, ..waiting(0x18, None, 7) };
        let text = notified(rules, &[waiting(0x17, Some(ALICE), 0), second]);
        for said in [
            "mode=\"pager\" from=\"tel:+15550001001\"\r\n    date=\"2026-01-05T08:00:00.000000000Z\" size=\"64\"",
            "type=\"text/plain;charset=utf-8\" expires=\"2026-01-08T08:00:00.000000000Z\"/>",
            // Who hides is not named, and what does not expire has no end.
            "from=\"sip:anonymous@anonymous.invalid\"\r\n    date=\"2026-01-05T08:07:00.000000000Z\" size=\"1200\"",
            "type=\"image/jpeg\"><subject>sss</subject></message>",
        ] {
            assert!(body(&text).contains(said), "{said} in {text}");
        }
    }

    fn own_a_dialog_keeps_its_name_and_its_tags(rules) {
        for invite in [example_pull(), example_push()] {
            let began = text_of(&invite, CORE);
            let answered = text_of(&success(&invite), CORE);
            let tag = |line: &str| line.split(";tag=").nth(1).map(str::to_owned);
            let own = [tag(values(&answered, "From")[0]), tag(values(&answered, "To")[0])];
            assert_eq!(own[0], tag(values(&began, "From")[0]));
            assert_ne!(own[0], own[1]);
            let first = request_of(invite.clone()).txn.owner;
            for (by, method, sequence) in
                [(B1, Method::Bye, 2), (PF, Method::Bye, 2), (first, Method::Ack, 1), (first, Method::Cancel, 1)]
            {
                // The other end counts for itself.
                let sequence = if by == first { sequence } else { 1 };
                let (_, text) = passed_on(rules, &inside(by, &invite, method));
                assert_eq!(values(&text, "Call-ID"), values(&began, "Call-ID"));
                assert_eq!(values(&text, "CSeq"), [format!("{sequence} {}", method.name())]);
                let mut tags = [tag(values(&text, "From")[0]), tag(values(&text, "To")[0])];
                if by != first {
                    tags.reverse();
                }
                let expected = if method == Method::Cancel { [own[0].clone(), None] } else { own.clone() };
                assert_eq!(tags, expected, "{method:?} by {by:?}");
                for name in ["P-Asserted-Identity", "P-Preferred-Service", "P-Asserted-Service", "P-Served-User", "Contact"] {
                    assert!(values(&text, name).is_empty(), "{name} in {text}");
                }
                // An answer repeats them.
                if method == Method::Bye {
                    let bye = Pdu::Request(inside(by, &invite, method));
                    let (back, asked) = (text_of(&success(&bye), by), text_of(&bye, CORE));
                    for name in ["From", "To", "Call-ID", "CSeq"] {
                        assert_eq!(values(&back, name), values(&asked, name), "{name}");
                    }
                }
            }
        }
    }
}

/// The ACK of a success is a transaction of its own, that of a failure one with its INVITE (RFC 3261 13.2.2.4, 17.1.1.3).
#[test]
fn an_ack_bears_the_branch_of_its_invite_after_a_failure_alone() {
    for invite in [example_pull(), example_push()] {
        let request = request_of(invite.clone());
        let dialog = Dialog { invite: request.txn, client: B1, user: BOB };
        let ack = |body| text_of(&Pdu::Request(Request { method: Method::Ack, body, ..request.clone() }), CORE);
        let (of_success, of_failure, began) = (ack(Body::Session(dialog)), ack(Body::None), text_of(&invite, CORE));
        assert_eq!(values(&of_failure, "Via"), values(&began, "Via"));
        // Behind a proxy one Via of two is left, the topmost.
        let behind = Request { via: request.via.with(CORE), ..request.clone() };
        let far = text_of(
            &Pdu::Request(Request { method: Method::Ack, via: behind.via.top(), body: Body::None, ..behind.clone() }),
            CORE,
        );
        assert_eq!(values(&far, "Via"), values(&text_of(&Pdu::Request(behind), CORE), "Via")[..1]);
        assert!(read(far.as_bytes()).is_ok());
        assert_ne!(values(&of_success, "Via"), values(&began, "Via"));
        for text in [&of_success, &of_failure] {
            for name in ["From", "Call-ID", "Route", "Max-Forwards"] {
                assert_eq!(values(text, name), values(&began, name), "{name} in {text}");
            }
            assert_eq!(values(text, "CSeq"), ["1 ACK"]);
            assert_eq!(values(text, "To"), values(&text_of(&success(&invite), CORE), "To"));
            assert_eq!(start(text).split_once(' '), start(&began).split_once(' ').map(|(_, rest)| ("ACK", rest)));
            assert!(read(text.as_bytes()).is_ok());
        }
    }
}

#[test]
fn what_is_malformed_about_deferred_messages_is_refused() {
    let (pull, notice) = (text_of(&example_pull(), CORE), text_of(&example_notice(), CORE));
    let text = |by, invite: &Pdu, method| text_of(&Pdu::Request(inside(by, invite, method)), CORE);
    let (bye, cancel) = (text(B1, &example_pull(), Method::Bye), text(B1, &example_pull(), Method::Cancel));
    let answer = text_of(&success(&example_pull()), B1);
    for (good, what, from, to) in [
        (&pull, "start line", "sip:deferred@cpm", "sip:deferred@cpn"),
        (&pull, "Contact", "oma.cpm.deferred\"\r\nAccept", "oma.cpm.msg\"\r\nAccept"),
        (&pull, "Accept-Contact", "deferred\";require", "systemmsg\";require"),
        (&pull, "Content-Type", "Require: recipient-list-invite\r\n", ""),
        (&pull, "Require", "recipient-list-invite", "recipient-list-message"),
        (&pull, "SDP", "a=recvonly", "a=sendonly"),
        (&pull, "SDP", "message/cpim", "text/plain"),
        (&pull, "multipart body", "\r\n--b--", "\r\n--c--"),
        (&pull, "multipart body", "Content-Disposition: recipient-list", "Content-Disposition: recipient-lost"),
        (&pull, "entry", "cpm_action=deliver", "cpm_action=forward"),
        (&pull, "entry", "?cpm_action=deliver", "?cpm_action=deliver?cpm_action=delete"),
        (&pull, "entry", "uri=\"sip:dm-00000017", "uri=\"sip:dm-17"),
        (&pull, "XML namespace", "ns:resource-lists", "ns:resource-list"),
        (&notice, "From", "<sip:deferred@cpm.example>;tag", "<sip:deferred@other.example>;tag"),
        (&notice, "User-Agent", "OMA2.1", "OMA2.2"),
        (&notice, "number", "number=\"2\"", "number=\"02\""),
        (&notice, "round", "round=\"1\"", "rounds=\"1\""),
        (&notice, "parts", "parts=\"1\"", "parts=\"70000\""),
        (&notice, "kind", "kind=\"waiting\"", "kind=\"wanting\""),
        (&notice, "mode", "mode=\"pager\"", "mode=\"large\""),
        (&notice, "date", "date=\"2026-01-05", "date=\"2026-02-30"),
        (&notice, "subject", "<subject>sss", "<subject>sst"),
        (&notice, "message", "</subject>", "</subject><subject>s</subject>"),
        (&bye, "CSeq", "CSeq: 2", "CSeq: 1"),
        (&bye, "To", ";tag=00000001\r\n", "\r\n"),
        (&bye, "order or name of a header", "Content-Length: 0", "Content-Length: 0\r\nP-Served-User: x"),
        (&bye, "form", "-00000002-00000000-0\r\n", "-00000002-00000000-ack-0\r\n"),
        (&cancel, "CSeq", "CSeq: 1", "CSeq: 2"),
        (&cancel, "Call-ID", "Call-ID: n00000000-00000001", "Call-ID: n00000000-00000002"),
        (&answer, "Contact", "Contact: <sip:deferred@cpm", "Contact: <sip:deferred@cpn"),
        (&answer, "SDP", "a=sendonly", "a=recvonly"),
        (&answer, "Content-Length", "Content-Length: 1", "Content-Length: 2"),
    ] {
        let bad = good.replacen(from, to, 1);
        assert_ne!(&bad, good, "{from} stands in the example");
        let cured = lengths_mended(&bad, what);
        assert_eq!(refused(&cured), what, "{from}");
    }
}

/// The same with the length of its body said right, where the length is not what is wrong.
fn lengths_mended(text: &str, what: &str) -> String {
    let (head, body) = text.split_once("\r\n\r\n").expect("an end of the headers");
    if what == "Content-Length" || body.is_empty() {
        return text.to_owned();
    }
    let lines: Vec<String> = head
        .split("\r\n")
        .map(|line| if line.starts_with("Content-Length: ") { format!("Content-Length: {}", body.len()) } else { line.to_owned() })
        .collect();
    format!("{}\r\n\r\n{body}", lines.join("\r\n"))
}

/// The body of a notification is as long as one without a list, and its entries: so a PF may fill it.
#[test]
fn a_notification_grows_by_its_entries() {
    let text = |list: &[Waiting]| {
        let notice = Notice { number: 9, ..notice_of(list) };
        text_of(&Pdu::Request(notification(notice, Method::Message)), CORE)
    };
    let plain = waiting(0x17, Some(ALICE), 0);
    assert_eq!(entry_size(&plain), 214);
    let mut list = Vec::new();
    for one in [
        plain,
        Waiting { subject: 200, ..plain },
        Waiting { from: None, expires: SimTime::NEVER, ..plain },
        Waiting { bytes: u32::MAX, content: Content::Geolocation, ..plain },
    ] {
        let before = body(&text(&list)).len();
        list.push(one);
        assert_eq!(body(&text(&list)).len() - before, entry_size(&one) as usize, "{one:?}");
    }
    // By the usual limit of a datagram the PF has room for two.
    assert!(text(&[plain; 2]).len() < 1300 && text(&[plain; 3]).len() > 1300);
}
