//! The automaton of waiting data over both domains: home register, switching centre and packet node joined without delay, a service
//! centre and a phone in the hands of the test.

use std::collections::VecDeque;

use super::{Hlr, HlrSetup, Msc, MscSetup};
use crate::delivery::behaviour::Behaviour;
use crate::delivery::profile::Axes;
use crate::delivery::suite::clause_tests;
use crate::delivery::{
    Absence, Answer, CopyId, Domain, Flags, Function, FunctionId, Input, Map, MessageId, MtResult, Nas, Nodes, Outbox, Outcome,
    Output, Pdu, Question, Ready, Routing, Rules, Sms, SmsDomain, Timer, TimerToken, UserId, axes,
};
use crate::units::{SimTime, Span};

const HLR: FunctionId = FunctionId(0);
const MSC: FunctionId = FunctionId(1);
const SGSN: FunctionId = FunctionId(2);
const SC: FunctionId = FunctionId(3);
const OTHER: FunctionId = FunctionId(4);
const PHONE: FunctionId = FunctionId(5);
const USER: UserId = UserId(0);
const ABOUT: MessageId = MessageId(0);
const ALERT: Map = Map::AlertSc { user: USER };

/// The plant of one subscriber.
struct Plant {
    hlr: Hlr,
    msc: Msc,
    sgsn: Msc,
    out: Outbox,
    timers: Vec<(TimerToken, Timer)>,
    /// What came to service centres and phone.
    said: Vec<(FunctionId, Pdu)>,
    alerts_lost: bool,
    phone_answers: bool,
}

fn node(id: FunctionId, domain: Domain) -> Msc {
    Msc::new(MscSetup {
        id,
        hlr: HLR,
        domain,
        implicit_detach: Some(Span::from_secs(3600)),
        purge_after: Some(Span::from_secs(86400)),
        transfers: Some(1),
        paging_timeout: Span::from_secs(5),
        paging_attempts: 1,
        phones: vec![Some(PHONE)],
    })
}

impl Plant {
    /// With a phone that is attached in both domains.
    fn under(rules: Rules, coupled: bool, mwd_max: u32) -> Plant {
        let mut chosen = Axes::default();
        if coupled {
            assert!(chosen.set(axes::HLR_FLAG_RELATION, "coupled"));
        }
        let setup = HlrSetup { id: HLR, mwd_max, alert_repeats: 2, alert_every: Span::from_secs(60), users: 1 };
        let mut plant = Plant {
            hlr: Hlr::new(setup, Behaviour::of(&chosen, rules)),
            msc: node(MSC, Domain::Cs),
            sgsn: node(SGSN, Domain::Ps),
            out: Outbox::under(rules),
            timers: Vec::new(),
            said: Vec::new(),
            alerts_lost: false,
            phone_answers: true,
        };
        plant.nas(MSC, Nas::LocationUpdate { user: USER });
        plant.nas(SGSN, Nas::LocationUpdate { user: USER });
        plant
    }

    fn tell(&mut self, to: FunctionId, input: Input) {
        let mut inputs = VecDeque::from([(to, input)]);
        while let Some((to, input)) = inputs.pop_front() {
            let function: &mut dyn Function = match to {
                HLR => &mut self.hlr,
                MSC => &mut self.msc,
                _ => &mut self.sgsn,
            };
            function.handle(SimTime::ZERO, input, &mut self.out);
            for output in self.out.take() {
                match output {
                    Output::Ask(question) => {
                        let answer = match question {
                            Question::AlertLost { .. } => Answer::Yes(self.alerts_lost),
                            _ => Answer::Span(Span::ZERO),
                        };
                        inputs.push_back((to, Input::Told(question, answer)));
                    }
                    Output::SetTimer { token, timer, .. } => self.timers.push((token, timer)),
                    Output::CancelTimer { token } => {
                        self.timers.retain(|(t, _)| *t != token);
                        self.out.tokens().retire(token);
                    }
                    Output::Send { to: next, pdu } if [HLR, MSC, SGSN].contains(&next) => {
                        inputs.push_back((next, Input::Received { from: to, at: SimTime::ZERO, pdu }));
                    }
                    Output::Send { to: next, pdu } => {
                        let back = match pdu {
                            Pdu::Nas(Nas::Page { user, paging, about }) if self.phone_answers => {
                                Some(Nas::PageResponse { user, paging, about })
                            }
                            _ => None,
                        };
                        self.said.push((next, pdu));
                        if let Some(nas) = back {
                            inputs.push_back((to, Input::Received { from: PHONE, at: SimTime::ZERO, pdu: Pdu::Nas(nas) }));
                        }
                    }
                    Output::Milestone(..) => {}
                }
            }
        }
    }

    fn map(&mut self, from: FunctionId, to: FunctionId, map: Map) {
        self.tell(to, Input::Received { from, at: SimTime::ZERO, pdu: Pdu::Map(map) });
    }

    fn nas(&mut self, to: FunctionId, nas: Nas) {
        self.tell(to, Input::Received { from: PHONE, at: SimTime::ZERO, pdu: Pdu::Nas(nas) });
    }

    /// Lets the timer that the word names expire.
    fn expire(&mut self, at: FunctionId, timer: Timer) {
        let place = self.timers.iter().position(|(_, t)| *t == timer);
        let (token, timer) = self.timers.remove(place.unwrap_or_else(|| panic!("{timer:?} runs not: {:?}", self.timers)));
        self.out.tokens().retire(token);
        self.tell(at, Input::Expired(timer));
    }

    /// What came to `who` since the last look at it.
    fn heard(&mut self, who: FunctionId) -> Vec<Map> {
        let said = std::mem::take(&mut self.said);
        let map = |(to, pdu): &(FunctionId, Pdu)| match pdu {
            Pdu::Map(map) if *to == who => Some(*map),
            _ => None,
        };
        said.iter().filter_map(map).collect()
    }

    fn report(&mut self, sc: FunctionId, domain: SmsDomain, outcome: Outcome) {
        self.map(sc, HLR, Map::ReportSmDeliveryStatus { user: USER, sc, domain, outcome, about: ABOUT });
    }

    fn ready(&mut self, domain: SmsDomain) {
        self.map(MSC, HLR, Map::ReadyForSm { user: USER, domain, reason: Ready::Present });
    }

    /// A service centre asks where the subscriber is: the answer, and what it is told of waiting data.
    fn enquire(&mut self, sc: FunctionId) -> (Routing, Option<(bool, Flags)>) {
        self.said.clear();
        self.map(sc, HLR, Map::SriSm { user: USER, sc, invoke: 1, about: ABOUT });
        let heard = self.heard(sc);
        let Some(Map::SriSmAck { result, .. }) = heard.first() else { panic!("an enquiry is answered: {heard:?}") };
        let told =
            heard.iter().find_map(|m| if let Map::InformSc { listed, flags, .. } = m { Some((*listed, *flags)) } else { None });
        (*result, told)
    }

    fn forward(&mut self, node: FunctionId) -> Option<MtResult> {
        self.said.clear();
        let sms = Sms { message: ABOUT, copy: CopyId(0), user: USER, bytes: 20, attempt: 1 };
        self.map(SC, node, Map::MtForwardSm { sms, invoke: 1 });
        self.result()
    }

    fn result(&mut self) -> Option<MtResult> {
        let result = |m: Map| if let Map::MtForwardSmAck { result, .. } = m { Some(result) } else { None };
        self.heard(SC).into_iter().find_map(result)
    }
}

fn both() -> Nodes {
    let mut nodes = Nodes::only(SmsDomain::Cs, MSC);
    nodes.set(SmsDomain::Ps, Some(SGSN));
    nodes
}

clause_tests! {
    fn iw15_r_25_a_return_in_one_domain_leaves_the_flag_of_the_other(rules) {
        let mut plant = Plant::under(rules, false, 5);
        assert_eq!(plant.enquire(SC).0, Routing::At(both()));
        plant.report(SC, SmsDomain::Cs, Outcome::Absent);
        assert_eq!(plant.enquire(SC).0, Routing::At(Nodes::only(SmsDomain::Ps, SGSN)), "the other domain is not concerned");
        plant.report(SC, SmsDomain::Ps, Outcome::Absent);
        assert_eq!(plant.enquire(SC).0, Routing::AbsentSubscriber);
        plant.ready(SmsDomain::Cs);
        assert_eq!(plant.heard(SC), [ALERT]);
        assert_eq!(plant.enquire(SC).0, Routing::At(Nodes::only(SmsDomain::Cs, MSC)), "MNRG stands");
    }
    fn iw15_r_25_coupled_flags_come_and_go_together(rules) {
        let mut plant = Plant::under(rules, true, 5);
        plant.report(SC, SmsDomain::Cs, Outcome::Absent);
        assert_eq!(plant.enquire(SC).0, Routing::AbsentSubscriber, "the failure in CS has set MNRG too");
        plant.ready(SmsDomain::Ps);
        assert_eq!(plant.heard(SC), [ALERT]);
        assert_eq!(plant.enquire(SC).0, Routing::At(both()));
    }
    /// UNRI set does not block an alert that a return to CS causes.
    fn ts29_002_23_4_whichever_domain_comes_first_causes_the_alert(rules) {
        let mut plant = Plant::under(rules, false, 5);
        plant.report(SC, SmsDomain::Ims, Outcome::Absent);
        plant.report(SC, SmsDomain::Cs, Outcome::Absent);
        plant.said.clear();
        plant.ready(SmsDomain::Cs);
        assert_eq!(plant.heard(SC), [ALERT]);
        plant.map(SC, HLR, Map::AlertScAck { user: USER });
        plant.ready(SmsDomain::Ims);
        assert!(plant.heard(SC).is_empty(), "one return, one alert");
    }
    fn ts23_040_3_2_6_memory_full_waits_for_memory(rules) {
        let mut plant = Plant::under(rules, false, 5);
        assert_eq!(plant.forward(MSC), None);
        plant.nas(MSC, Nas::SmsError { user: USER, paging: 1, about: ABOUT });
        assert_eq!(plant.result(), Some(MtResult::MemoryFull));
        plant.report(SC, SmsDomain::Cs, Outcome::MemoryFull);
        let (routing, told) = plant.enquire(SC);
        assert_eq!(routing, Routing::At(both()), "a full memory is no absence");
        assert!(matches!(told, Some((true, Flags { memory: true, .. }))), "{told:?}");
        plant.ready(SmsDomain::Cs);
        assert!(plant.heard(SC).is_empty(), "there, and still full");
        plant.nas(SGSN, Nas::MemoryAvailable { user: USER });
        assert_eq!(plant.heard(SC), [ALERT], "room again, said in the other domain");
    }
    fn ts29_002_25_10_4_an_alert_without_an_answer_is_repeated_and_then_purged(rules) {
        let mut plant = Plant::under(rules, false, 5);
        plant.report(SC, SmsDomain::Cs, Outcome::Absent);
        plant.alerts_lost = true;
        plant.ready(SmsDomain::Cs);
        assert!(plant.heard(SC).is_empty());
        plant.alerts_lost = false;
        plant.expire(HLR, Timer::AlertAgain { user: USER, sc: SC });
        assert_eq!(plant.heard(SC), [ALERT]);
        plant.expire(HLR, Timer::AlertAgain { user: USER, sc: SC });
        assert_eq!(plant.heard(SC), [ALERT], "the answer may be what was lost");
        plant.expire(HLR, Timer::AlertAgain { user: USER, sc: SC });
        assert!(plant.heard(SC).is_empty(), "purged");
        plant.ready(SmsDomain::Cs);
        assert!(plant.heard(SC).is_empty());
    }
    fn ts29_002_25_10_4_an_answered_alert_is_not_repeated(rules) {
        let mut plant = Plant::under(rules, false, 5);
        plant.report(SC, SmsDomain::Cs, Outcome::Absent);
        plant.ready(SmsDomain::Cs);
        let again = |plant: &Plant| plant.timers.iter().filter(|(_, t)| matches!(t, Timer::AlertAgain { .. })).count();
        assert_eq!(again(&plant), 1);
        plant.map(SC, HLR, Map::AlertScAck { user: USER });
        assert_eq!(again(&plant), 0);
    }
    fn own_waiting_list_full_is_told_back(rules) {
        let mut plant = Plant::under(rules, false, 1);
        plant.report(SC, SmsDomain::Cs, Outcome::Absent);
        plant.said.clear();
        plant.report(OTHER, SmsDomain::Cs, Outcome::Absent);
        assert_eq!(plant.heard(OTHER), [Map::WaitingListFull { user: USER, about: ABOUT }]);
        plant.report(SC, SmsDomain::Cs, Outcome::Absent);
        assert!(plant.heard(SC).is_empty(), "it stands in the list already");
        plant.ready(SmsDomain::Cs);
        assert_eq!(plant.said, [(SC, Pdu::Map(ALERT))], "no alert for whom there was no room");
    }
    fn ts29_002_23_3_3_an_enquiry_is_told_of_waiting_data(rules) {
        let mut plant = Plant::under(rules, false, 1);
        assert_eq!(plant.enquire(SC).1, None, "nothing waits");
        plant.report(SC, SmsDomain::Cs, Outcome::Absent);
        let (_, told) = plant.enquire(OTHER);
        let (listed, flags) = told.expect("MNRF is set");
        assert!(!listed && flags.absent(SmsDomain::Cs) && !flags.absent(SmsDomain::Ps) && !flags.memory);
        plant.report(SC, SmsDomain::Ps, Outcome::Absent);
        assert_eq!(plant.enquire(SC), (Routing::AbsentSubscriber, None), "the answer has said it");
        let (routing, told) = plant.enquire(OTHER);
        assert!(routing == Routing::AbsentSubscriber && matches!(told, Some((false, _))), "no room: {told:?}");
    }
    /// A report of success clears the flag of its domain and the memory flag, and alerts the service centres that are left.
    fn ts29_002_23_4_success_alerts_the_others(rules) {
        let mut plant = Plant::under(rules, false, 5);
        plant.report(SC, SmsDomain::Cs, Outcome::Absent);
        plant.report(OTHER, SmsDomain::Cs, Outcome::MemoryFull);
        plant.said.clear();
        plant.report(SC, SmsDomain::Cs, Outcome::Success);
        assert_eq!(plant.said, [(OTHER, Pdu::Map(ALERT))]);
        assert_eq!(plant.enquire(SC).0, Routing::At(both()));
    }
    fn ts24_301_5_3_5_silence_means_detached(rules) {
        let mut plant = Plant::under(rules, false, 5);
        plant.expire(SGSN, Timer::ImplicitDetach { user: USER });
        assert_eq!(plant.forward(SGSN), Some(MtResult::Absent(Absence::Detached)), "without a page");
        plant.report(SC, SmsDomain::Ps, Outcome::Absent);
        plant.said.clear();
        plant.nas(SGSN, Nas::LocationUpdate { user: USER });
        assert_eq!(plant.heard(SC), [ALERT]);
    }
    fn ts29_002_8_1_6_who_is_away_for_long_is_purged(rules) {
        let mut plant = Plant::under(rules, false, 5);
        plant.nas(MSC, Nas::ImsiDetach { user: USER });
        plant.expire(MSC, Timer::PurgeDue { user: USER });
        assert_eq!(plant.enquire(SC).0, Routing::At(Nodes::only(SmsDomain::Ps, SGSN)));
        assert_eq!(plant.forward(MSC), Some(MtResult::Absent(Absence::Purged)));
        plant.nas(MSC, Nas::LocationUpdate { user: USER });
        assert_eq!(plant.enquire(SC).0, Routing::At(both()), "located anew");
    }
    fn own_subscriber_busy_one_transfer_at_a_time(rules) {
        let mut plant = Plant::under(rules, false, 5);
        assert_eq!(plant.forward(MSC), None);
        assert_eq!(plant.forward(MSC), Some(MtResult::Busy));
        plant.nas(MSC, Nas::SmsAck { user: USER, paging: 1, about: ABOUT });
        assert_eq!(plant.result(), Some(MtResult::Ok));
        assert_eq!(plant.forward(MSC), None, "free again");
    }
    /// TS 29.002 25.10.2: what the switching centre does with MNRF, the packet node does with MNRG.
    fn ts29_002_23_4_a_page_without_answer_sets_mnrg_in_the_packet_node(rules) {
        let mut plant = Plant::under(rules, false, 5);
        plant.phone_answers = false;
        assert_eq!(plant.forward(SGSN), None);
        plant.expire(SGSN, Timer::PageEnd { paging: 1 });
        assert_eq!(plant.result(), Some(MtResult::Absent(Absence::NoPagingResponse)));
        plant.report(SC, SmsDomain::Ps, Outcome::Absent);
        plant.nas(MSC, Nas::LocationUpdate { user: USER });
        assert!(plant.heard(SC).is_empty(), "MNRF is not set: the switching centre has nothing to say");
        plant.nas(SGSN, Nas::LocationUpdate { user: USER });
        assert_eq!(plant.heard(SC), [ALERT]);
    }
}
