//! The waiting data of home register and switching centre where inputs cross: no service centre may be left without a way to its
//! alert (I-17; TS 29.002 23.4).

use super::{Hlr, HlrSetup, Msc, MscSetup};
use crate::delivery::behaviour::Behaviour;
use crate::delivery::profile::Axes;
use crate::delivery::{
    Answer, CopyId, Domain, Function, FunctionId, Input, Map, MessageId, Nas, Outbox, Outcome, Output, Pdu, Question, Ready, Rules,
    Sms, SmsDomain, Timer, UserId,
};
use crate::units::{SimTime, Span};

const HLR: FunctionId = FunctionId(0);
const MSC: FunctionId = FunctionId(1);
const SC: FunctionId = FunctionId(2);
const PHONE: FunctionId = FunctionId(3);
const USER: UserId = UserId(0);
const ABOUT: MessageId = MessageId(0);

fn tell(function: &mut impl Function, out: &mut Outbox, input: Input) -> Vec<Output> {
    function.handle(SimTime::ZERO, input, out);
    out.take()
}

fn map(from: FunctionId, map: Map) -> Input {
    Input::Received { from, at: SimTime::ZERO, pdu: Pdu::Map(map) }
}

fn nas(nas: Nas) -> Input {
    Input::Received { from: PHONE, at: SimTime::ZERO, pdu: Pdu::Nas(nas) }
}

fn asked(said: &[Output]) -> Question {
    let question = said.iter().find_map(|o| if let Output::Ask(question) = o { Some(*question) } else { None });
    question.expect("a question is put")
}

fn sends(said: &[Output], wanted: Map) -> bool {
    said.iter().any(|o| matches!(o, Output::Send { pdu: Pdu::Map(map), .. } if *map == wanted))
}

const FAILURE: Map =
    Map::ReportSmDeliveryStatus { user: USER, sc: SC, domain: SmsDomain::Cs, outcome: Outcome::Absent, about: ABOUT };

const READY: Map = Map::ReadyForSm { user: USER, domain: SmsDomain::Cs, reason: Ready::Present };

/// The subscriber is back and the service centre is alerted.
fn alerted(hlr: &mut Hlr, out: &mut Outbox) {
    let delay = asked(&tell(hlr, out, map(MSC, READY)));
    let lost = asked(&tell(hlr, out, Input::Told(delay, Answer::Span(Span::ZERO))));
    assert!(sends(&tell(hlr, out, Input::Told(lost, Answer::Yes(false))), Map::AlertSc { user: USER }));
}

fn hlr(out: &mut Outbox) -> Hlr {
    let setup = HlrSetup { id: HLR, mwd_max: 5, alert_repeats: 0, alert_every: Span::from_secs(60), users: 1 };
    let mut hlr = Hlr::new(setup, Behaviour::of(&Axes::default(), Rules::ALL));
    tell(&mut hlr, out, map(MSC, Map::UpdateLocation { user: USER, domain: SmsDomain::Cs, node: MSC }));
    tell(&mut hlr, out, map(SC, FAILURE));
    alerted(&mut hlr, out);
    hlr
}

#[test]
fn the_answer_to_an_alert_clears_the_list() {
    let mut out = Outbox::default();
    let mut hlr = hlr(&mut out);
    tell(&mut hlr, &mut out, map(SC, Map::AlertScAck { user: USER }));
    // Nothing waits: the next sign of life causes no alert.
    assert!(tell(&mut hlr, &mut out, map(MSC, Map::UpdateLocation { user: USER, domain: SmsDomain::Cs, node: MSC })).is_empty());
}

#[test]
fn the_answer_to_an_alert_leaves_what_was_written_down_after_it() {
    let mut out = Outbox::default();
    let mut hlr = hlr(&mut out);
    tell(&mut hlr, &mut out, map(SC, FAILURE));
    tell(&mut hlr, &mut out, map(SC, Map::AlertScAck { user: USER }));
    alerted(&mut hlr, &mut out);
}

#[test]
fn a_page_response_after_the_page_was_given_up_is_a_sign_of_life() {
    let mut out = Outbox::default();
    let setup = MscSetup {
        id: MSC,
        hlr: HLR,
        domain: Domain::Cs,
        implicit_detach: None,
        purge_after: None,
        transfers: None,
        paging_timeout: Span::from_secs(5),
        paging_attempts: 1,
        phones: vec![Some(PHONE)],
    };
    let mut msc = Msc::new(setup);
    tell(&mut msc, &mut out, nas(Nas::LocationUpdate { user: USER }));
    let sms = Sms { message: ABOUT, copy: CopyId(0), user: USER, bytes: 20, attempt: 1 };
    tell(&mut msc, &mut out, map(SC, Map::MtForwardSm { sms, invoke: 1 }));
    tell(&mut msc, &mut out, Input::Expired(Timer::PageEnd { paging: 1 }));
    let response = || nas(Nas::PageResponse { user: USER, paging: 1, about: ABOUT });
    assert!(sends(&tell(&mut msc, &mut out, response()), READY));
    assert!(tell(&mut msc, &mut out, response()).is_empty(), "told once");
}
