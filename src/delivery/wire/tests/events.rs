//! What is written of interworking events: the statements on the event framework and its elements, held against the bytes.

use super::*;

fn event(event: IwEvent) -> Pdu {
    asked(IWF, BOB, Target::Function(PF), Case::Done, Icsi::SystemMsg, Method::Message, Body::IwEvent(event))
}

fn failed(domain: Domain) -> IwEvent {
    IwEvent::FailedIw { user: BOB, message: MessageId(0x17), domain, attempt: 0 }
}

fn ready(domain: Domain) -> IwEvent {
    IwEvent::ReadyForSms { user: BOB, domain }
}

fn written(of: IwEvent) -> String {
    text_of(&event(of), PF)
}

/// The event that these bytes hold, or the name of the fault.
fn understood(text: &str) -> Result<IwEvent, &'static str> {
    match read(text.as_bytes()) {
        Ok(Written { pdu: Pdu::Request(Request { body: Body::IwEvent(event), .. }), .. }) => Ok(event),
        Ok(other) => panic!("no event: {other:?}"),
        Err(fault) => Err(fault.0),
    }
}

/// The text with `from` replaced, and its length said anew.
fn changed(text: &str, from: &str, to: &str) -> String {
    assert_eq!(text.matches(from).count(), 1, "{from} stands once in {text}");
    let changed = text.replacen(from, to, 1);
    let length = |text: &str| text.split_once("\r\n\r\n").expect("a head and a body").1.len();
    changed.replacen(&format!("Content-Length: {}", length(text)), &format!("Content-Length: {}", length(&changed)), 1)
}

/// What is of another family has another element in the same root, and is no interworking event.
#[test]
fn iw15_6_7_5_01_an_event_is_of_one_family() {
    for of in [failed(Domain::Cs), ready(Domain::Cs)] {
        let text = written(of);
        assert_eq!(text.matches("<cpm-event-iw>").count(), 1);
        assert!(text.contains("<cpm-evfw xmlns=\"urn:oma:xml:cpm:evfw\">\r\n  <cpm-event-iw>"));
        assert_eq!(understood(&text), Ok(of));
        let other = text.replace("cpm-event-iw>", "event-cpm-im>");
        assert_eq!(understood(&other), Err("cpm-event-iw"));
    }
}

#[test]
fn iw15_6_7_5_2_04_an_event_travels_in_the_event_reporting_framework() {
    for of in [failed(Domain::Ps), ready(Domain::Ps)] {
        let text = written(of);
        assert!(text.starts_with("MESSAGE "));
        assert!(text.contains("\r\nContent-Type: application/vnd.oma.cpm-eventfw+xml\r\n"));
        assert!(text.contains("icsi.oma.cpm.systemmsg"));
        let plain = text.replacen("vnd.oma.cpm-eventfw+xml", "vnd.oma.cpm-eventfw+xmx", 1);
        assert!(understood(&plain).is_err(), "another content is no event");
    }
}

#[test]
fn iw15_6_7_5_2_1_01_each_failure_has_its_element() {
    let text = written(failed(Domain::Cs));
    assert_eq!((text.matches("<failed-iw>").count(), text.matches("<ready-for-sms>").count()), (1, 0));
    assert_eq!(understood(&text), Ok(failed(Domain::Cs)));
    // The other names in the document are not those of the structure.
    assert_eq!(understood(&text.replace("failed-iw>", "iw-failed>")), Err("interworking event"));
}

#[test]
fn iw15_6_7_5_2_1_02_a_failure_without_one_of_its_elements_is_not_read() {
    let text = written(failed(Domain::Cs));
    let lines = ["cpm-user-address", "message-id", "Message-Context", "domain"];
    for name in lines {
        let line = text.lines().find(|l| l.trim_start().starts_with(&format!("<{name}>"))).expect("it is written");
        let without = changed(&text, &format!("{line}\r\n"), "");
        assert_eq!(understood(&without), Err(name));
    }
}

#[test]
fn iw15_6_7_5_2_1_03_a_failure_names_its_user() {
    let text = written(failed(Domain::Cs));
    assert!(text.contains("<cpm-user-address>tel:+"), "an MSISDN");
    let other = IwEvent::FailedIw { user: ALICE, message: MessageId(0x17), domain: Domain::Cs, attempt: 0 };
    assert_ne!(written(other), text);
    assert_eq!(understood(&written(other)), Ok(other));
}

#[test]
fn iw15_6_7_5_2_1_04_a_failure_names_its_message() {
    let text = written(failed(Domain::Cs));
    assert!(text.contains("<message-id>m-00000017</message-id>"), "as the message itself: imdn.Message-ID");
    let other = IwEvent::FailedIw { user: BOB, message: MessageId(0x18), domain: Domain::Cs, attempt: 0 };
    assert!(written(other).contains("<message-id>m-00000018</message-id>"));
    assert_eq!(understood(&written(other)), Ok(other));
}

#[test]
fn iw15_6_7_5_2_1_05_a_failure_says_what_kind_of_message_it_was() {
    let multimedia = IwEvent::FailedMms { user: BOB, message: MessageId(0x17), domain: Domain::Cs, attempt: 0 };
    for (event, context) in [(failed(Domain::Cs), "pager-message"), (multimedia, "multimedia-message")] {
        let text = written(event);
        assert!(text.contains(&format!("<Message-Context>{context}</Message-Context>")));
        assert_eq!(understood(&text), Ok(event));
        let other = text.replace(&format!(">{context}<"), ">fax-message<");
        assert_eq!(understood(&other), Err("Message-Context"));
    }
}

#[test]
fn iw15_6_7_5_2_1_06_a_failure_names_the_domain_that_was_tried() {
    for (domain, word) in [(Domain::Cs, "CS"), (Domain::Ps, "PS")] {
        let text = written(failed(domain));
        assert!(text.contains(&format!("<domain>{word}</domain>")));
        assert_eq!(understood(&text), Ok(failed(domain)));
        assert_eq!(understood(&text.replace(&format!(">{word}<"), ">IP<")), Err("domain"));
    }
}

#[test]
fn iw15_6_7_5_2_1_07_what_a_failure_holds_beside_is_passed_over() {
    let text = written(failed(Domain::Cs));
    let more = "<domain>CS</domain>\r\n      <cause>22</cause>";
    assert_eq!(understood(&changed(&text, "<domain>CS</domain>", more)), Ok(failed(Domain::Cs)));
    // What it holds already is no extension.
    let twice = "<domain>CS</domain>\r\n      <domain>PS</domain>";
    assert_eq!(understood(&changed(&text, "<domain>CS</domain>", twice)), Err("failed-iw"));
}

#[test]
fn iw15_6_7_5_2_1_08_each_return_has_its_element() {
    let text = written(ready(Domain::Cs));
    assert_eq!((text.matches("<ready-for-sms>").count(), text.matches("<failed-iw>").count()), (1, 0));
    assert_eq!(understood(&text), Ok(ready(Domain::Cs)));
}

#[test]
fn iw15_6_7_5_2_1_09_a_return_names_its_user() {
    let text = written(ready(Domain::Cs));
    assert_ne!(written(IwEvent::ReadyForSms { user: ALICE, domain: Domain::Cs }), text);
    let line = text.lines().find(|l| l.contains("cpm-user-address")).expect("it is written");
    assert_eq!(understood(&changed(&text, &format!("{line}\r\n"), "")), Err("cpm-user-address"), "A-17");
}

#[test]
fn iw15_6_7_5_2_1_10_a_return_names_its_domain() {
    for (domain, word) in [(Domain::Cs, "CS"), (Domain::Ps, "PS")] {
        let text = written(ready(domain));
        assert!(text.contains(&format!("<domain>{word}</domain>")));
        assert_eq!(understood(&text), Ok(ready(domain)));
    }
}
