//! The gateway against the statements about interworking events.

use super::*;
use crate::delivery::suite::clause_tests;
use crate::delivery::{Absence, CopyId, Output, Rules, SmsDomain, TxnId};

#[path = "reaching_tests.rs"]
pub(crate) mod reaching;

const IWF: FunctionId = FunctionId(1);
const HLR: FunctionId = FunctionId(2);
const MSC: FunctionId = FunctionId(3);
const ISF: FunctionId = FunctionId(4);
const PF: FunctionId = FunctionId(5);
const SENDER: UserId = UserId(0);
const USER: UserId = UserId(1);
const ABOUT: MessageId = MessageId(0);

/// A gateway with its desk: what it says goes into `said`.
struct Desk {
    iwf: Iwf,
    out: Outbox,
    /// Time from an alert to the event.
    reaction: Span,
    timers: Vec<(TimerToken, Timer)>,
    said: Vec<Output>,
}

impl Desk {
    fn under(rules: Rules) -> Desk {
        Desk::reaching(rules, Reaching::default())
    }

    fn reaching(rules: Rules, reaching: Reaching) -> Desk {
        let setup = IwfSetup {
            id: IWF,
            hlr: HLR,
            homes: [Home { core: FunctionId(0), pf: PF, gateway: None }; 2].into(),
            map_guard: Span::from_secs(30),
            forward_guard: Span::from_secs(60),
            reaching,
            limit: Span::from_secs(32),
        };
        let (timers, said) = (Vec::new(), Vec::new());
        Desk { iwf: Iwf::new(setup), out: Outbox::under(rules), reaction: Span::from_secs(1), timers, said }
    }

    fn tell(&mut self, input: Input) {
        self.iwf.handle(SimTime::ZERO, input, &mut self.out);
        for output in self.out.take() {
            match output {
                Output::Ask(question) => self.tell(Input::Told(question, Answer::Span(self.reaction))),
                Output::SetTimer { token, timer, .. } => self.timers.push((token, timer)),
                Output::CancelTimer { token } => {
                    self.timers.retain(|(t, _)| *t != token);
                    self.out.tokens().retire(token);
                }
                output => self.said.push(output),
            }
        }
    }

    fn receive(&mut self, from: FunctionId, map: Map) {
        self.tell(Input::Received { from, at: SimTime::ZERO, pdu: Pdu::Map(map) });
    }

    /// Lets every running timer of this kind expire; how many there were.
    fn expire(&mut self, kind: impl Fn(&Timer) -> bool) -> usize {
        let due: Vec<_> = self.timers.iter().copied().filter(|(_, t)| kind(t)).collect();
        for (token, timer) in &due {
            self.timers.retain(|(t, _)| t != token);
            self.out.tokens().retire(*token);
            self.tell(Input::Expired(*timer));
        }
        due.len()
    }

    /// The ISF passes a message on.
    fn message(&mut self) {
        let copy = self.out.mint_copy();
        let pager = Pager { copy, attempt: 1, ..Pager::plain(ABOUT, SENDER, USER) };
        let request = Request {
            method: Method::Message,
            txn: TxnId { owner: PF, slot: 0, generation: 0 },
            via: Via::of(PF).with(ISF),
            target: Target::User(USER),
            case: Case::Done,
            from: SENDER,
            icsi: Icsi::Msg,
            max_forwards: MAX_FORWARDS,
            target_address: None,
            body: Body::Pager(Box::new(pager)),
        };
        self.tell(Input::Received { from: ISF, at: SimTime::ZERO, pdu: Pdu::Request(request) });
    }

    /// The PF answers the request to it of that place.
    fn answered(&mut self, nth: usize, code: u16) {
        let response = self.answer_to(nth, code);
        self.tell(Input::Received { from: PF, at: SimTime::ZERO, pdu: Pdu::Response(response) });
    }

    fn answer_to(&self, nth: usize, code: u16) -> Response {
        let asked = |o: &Output| match o {
            Output::Send { to: PF, pdu: Pdu::Request(request) } => Some(request.answer(code).1),
            _ => None,
        };
        let Some(Pdu::Response(response)) = self.said.iter().filter_map(asked).nth(nth) else { panic!("an answer is a response") };
        response
    }

    /// Events that went to the PF.
    fn events(&self) -> Vec<IwEvent> {
        let event = |o: &Output| match o {
            Output::Send { to: PF, pdu: Pdu::Request(Request { body: Body::IwEvent(event), .. }) } => Some(*event),
            _ => None,
        };
        self.said.iter().filter_map(event).collect()
    }

    fn to_hlr(&self) -> Vec<Map> {
        let map = |o: &Output| match o {
            Output::Send { to: HLR, pdu: Pdu::Map(map) } => Some(*map),
            _ => None,
        };
        self.said.iter().filter_map(map).collect()
    }

    /// Fates of the short message.
    fn fates(&self) -> Vec<(CopyId, Fate)> {
        let end = |o: &Output| match o {
            Output::Milestone(_, Milestone::CopyEnd { copy, fate, .. }) => Some((*copy, *fate)),
            _ => None,
        };
        self.said.iter().filter_map(end).collect()
    }
}

const READY: IwEvent = IwEvent::ReadyForSms { user: USER, domain: Domain::Cs };
const FAILED: IwEvent = IwEvent::FailedIw { user: USER, message: ABOUT, domain: Domain::Cs, attempt: 1 };

fn reaction(timer: &Timer) -> bool {
    matches!(timer, Timer::AlertReaction { .. })
}

fn guard(timer: &Timer) -> bool {
    matches!(timer, Timer::MapGuard { .. })
}

fn end(timer: &Timer) -> bool {
    matches!(timer, Timer::TransactionEnd { .. })
}

fn again(timer: &Timer) -> bool {
    matches!(timer, Timer::TellAgain { .. })
}

clause_tests! {
    /// I-24: the reaction is timed once. Every alert is acknowledged.
    fn iw15_6_7_5_2_05_alerts_before_the_event_make_one_event(rules) {
        let mut desk = Desk::under(rules);
        desk.receive(HLR, Map::AlertSc { user: USER });
        desk.receive(HLR, Map::AlertSc { user: USER });
        assert_eq!(desk.to_hlr(), [Map::AlertScAck { user: USER }; 2]);
        assert_eq!(desk.expire(reaction), 1);
        assert_eq!(desk.events(), [READY]);
        // One that comes after it is news again, with or without a time of reaction.
        desk.receive(HLR, Map::AlertSc { user: USER });
        desk.expire(reaction);
        desk.reaction = Span::ZERO;
        desk.receive(HLR, Map::AlertSc { user: USER });
        desk.receive(HLR, Map::AlertSc { user: USER });
        assert_eq!(desk.events(), [READY; 4]);
    }

    fn iw15_6_7_5_2_05_alerts_of_two_users_make_two_events(rules) {
        let mut desk = Desk::under(rules);
        desk.receive(HLR, Map::AlertSc { user: USER });
        desk.receive(HLR, Map::AlertSc { user: SENDER });
        assert_eq!(desk.expire(reaction), 2);
        assert_eq!(desk.events(), [READY, IwEvent::ReadyForSms { user: SENDER, domain: Domain::Cs }]);
    }

    /// A routing enquiry given up: what the HLR says later is no second failure, and nothing is forwarded any more.
    fn iw15_6_7_5_2_02_a_failure_is_told_once_for_each_message(rules) {
        for late in [Routing::AbsentSubscriber, Routing::At(Nodes::only(SmsDomain::Cs, MSC))] {
            let mut desk = Desk::under(rules);
            desk.message();
            assert_eq!(desk.expire(guard), 1);
            desk.receive(HLR, Map::SriSmAck { invoke: 1, result: late, about: ABOUT });
            assert_eq!(desk.events(), [FAILED]);
            assert!(!desk.said.iter().any(|o| matches!(o, Output::Send { to: MSC, .. })));
        }
        // A short message given up: the same.
        for late in [MtResult::Absent(Absence::NoPagingResponse), MtResult::Ok] {
            let mut desk = Desk::under(rules);
            desk.message();
            desk.receive(HLR, Map::SriSmAck { invoke: 1, result: Routing::At(Nodes::only(SmsDomain::Cs, MSC)), about: ABOUT });
            assert_eq!(desk.expire(guard), 1);
            desk.receive(MSC, Map::MtForwardSmAck { invoke: 1, result: late, about: ABOUT });
            assert_eq!(desk.events(), [FAILED]);
        }
    }

    /// RFC 3261 18.1.2: an answer that comes after the transaction is the gateway's own to deal with. Over links slower than that it
    /// tells the PF until the first answer is there, and no longer.
    fn own_a_late_answer_ends_the_telling(rules) {
        let mut desk = Desk::under(rules);
        desk.message();
        desk.expire(guard);
        assert_eq!(desk.expire(end), 1);
        assert_eq!(desk.expire(again), 1);
        assert_eq!(desk.events(), [FAILED; 2], "without an answer it is told again");
        // The answer to the first finds the second open: that one is the last.
        desk.answered(0, 200);
        assert_eq!((desk.expire(end), desk.expire(again)), (1, 0));
        // The answer to the second changes nothing any more.
        desk.answered(1, 200);
        assert_eq!((desk.events(), desk.timers.len()), (vec![FAILED; 2], 0));
    }

    fn own_a_late_answer_ends_the_wait_before_the_next_telling(rules) {
        for (code, tellings) in [(200, 1), (503, 2)] {
            let mut desk = Desk::under(rules);
            desk.message();
            desk.expire(guard);
            desk.expire(end);
            desk.answered(0, code);
            desk.expire(again);
            assert_eq!(desk.events(), vec![FAILED; tellings], "{code}");
        }
        // What another function was asked is no answer to the gateway.
        let mut desk = Desk::under(rules);
        desk.message();
        desk.expire(guard);
        desk.expire(end);
        let strange = Response { txn: TxnId { owner: PF, ..desk.answer_to(0, 200).txn }, ..desk.answer_to(0, 200) };
        desk.tell(Input::Received { from: PF, at: SimTime::ZERO, pdu: Pdu::Response(strange) });
        assert_eq!(desk.expire(again), 1);
    }

    /// TS 29.002 23.3: the gateway reports an absent subscriber before the PF can react to the failure (I-18).
    fn own_an_absent_subscriber_is_reported_before_the_failure_is_told(rules) {
        let mut desk = Desk::under(rules);
        desk.message();
        desk.receive(HLR, Map::SriSmAck { invoke: 1, result: Routing::At(Nodes::only(SmsDomain::Cs, MSC)), about: ABOUT });
        desk.receive(MSC, Map::MtForwardSmAck { invoke: 1, result: MtResult::Absent(Absence::NoPagingResponse), about: ABOUT });
        let (domain, outcome) = (SmsDomain::Cs, Outcome::Absent);
        let report = Map::ReportSmDeliveryStatus { user: USER, sc: IWF, domain, outcome, about: ABOUT };
        let place = |wanted: &dyn Fn(&Output) -> bool| desk.said.iter().position(wanted).expect("it was sent");
        let reported = place(&|o| matches!(o, Output::Send { to: HLR, pdu: Pdu::Map(map) } if *map == report));
        assert!(reported < place(&|o| matches!(o, Output::Send { to: PF, .. })));
        assert_eq!(desk.events(), [FAILED]);
        // The switching centre answers for the copy that it has.
        assert_eq!(desk.fates().len(), 1, "the copy handed over gave way to the short message, and no other ended");
    }
}
