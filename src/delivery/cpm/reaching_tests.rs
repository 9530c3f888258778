//! The gateway's domains, and what it reports of them.

use super::*;
use crate::delivery::Ready;

const SGSN: FunctionId = FunctionId(6);

fn in_order(domains: &[SmsDomain]) -> Reaching {
    Reaching { domains: domains.to_vec(), ..Reaching::default() }
}

fn both() -> Nodes {
    let mut nodes = Nodes::only(SmsDomain::Cs, MSC);
    nodes.set(SmsDomain::Ps, Some(SGSN));
    nodes
}

impl Desk {
    /// The HLR answers the enquiry of that number.
    fn routed(&mut self, invoke: u32, result: Routing) {
        self.receive(HLR, Map::SriSmAck { invoke, result, about: ABOUT });
    }

    fn result(&mut self, node: FunctionId, result: MtResult) {
        self.receive(node, Map::MtForwardSmAck { invoke: 1, result, about: ABOUT });
    }

    /// Where the short message went, in order.
    fn forwarded(&self) -> Vec<FunctionId> {
        let to = |o: &Output| match o {
            Output::Send { to, pdu: Pdu::Map(Map::MtForwardSm { .. }) } => Some(*to),
            _ => None,
        };
        self.said.iter().filter_map(to).collect()
    }

    /// What was reported to the HLR, in order.
    fn reports(&self) -> Vec<(SmsDomain, Outcome)> {
        let report = |m: Map| match m {
            Map::ReportSmDeliveryStatus { domain, outcome, .. } => Some((domain, outcome)),
            _ => None,
        };
        self.to_hlr().into_iter().filter_map(report).collect()
    }

    fn registers(&mut self, on: bool) {
        let expires_s = if on { 600_000 } else { 0 };
        let request = Request {
            method: Method::Register,
            txn: TxnId { owner: FunctionId(0), slot: 0, generation: 0 },
            via: Via::of(FunctionId(0)),
            target: Target::Function(IWF),
            case: Case::Done,
            from: USER,
            icsi: Icsi::None,
            max_forwards: MAX_FORWARDS,
            target_address: None,
            body: Body::ThirdPartyRegister { user: USER, expires_s },
        };
        self.tell(Input::Received { from: FunctionId(0), at: SimTime::ZERO, pdu: Pdu::Request(request) });
    }

    /// A message that finds nobody in any domain.
    fn missed(&mut self) {
        self.message();
        self.routed(1, Routing::At(Nodes::only(SmsDomain::Cs, MSC)));
        self.result(MSC, ABSENT);
    }
}

const ABSENT: MtResult = MtResult::Absent(Absence::Detached);
const CS_ABSENT: (SmsDomain, Outcome) = (SmsDomain::Cs, Outcome::Absent);
const IMS_ABSENT: (SmsDomain, Outcome) = (SmsDomain::Ims, Outcome::Absent);
const ACCEPTED: (SmsDomain, Outcome) = (SmsDomain::Cs, Outcome::Success);
const UNRI: Map = Map::ReadyForSm { user: USER, domain: SmsDomain::Ims, reason: Ready::Present };

clause_tests! {
    fn ts23_204_6_5a_the_next_domain_is_tried_when_one_fails(rules) {
        let mut desk = Desk::reaching(rules, in_order(&[SmsDomain::Ps, SmsDomain::Cs]));
        desk.message();
        desk.routed(1, Routing::At(both()));
        assert_eq!(desk.forwarded(), [SGSN]);
        desk.result(SGSN, ABSENT);
        assert_eq!(desk.forwarded(), [SGSN, MSC]);
        desk.result(MSC, MtResult::Ok);
        assert_eq!(desk.events(), [IwEvent::DeliveredIw { user: USER, message: ABOUT, attempt: 1 }], "success of any is success");
        assert!(desk.reports().is_empty());
    }
    fn ts23_204_6_5a_when_all_fail_each_is_reported(rules) {
        let mut desk = Desk::reaching(rules, in_order(&[SmsDomain::Ps, SmsDomain::Cs]));
        desk.message();
        desk.routed(1, Routing::At(both()));
        desk.result(SGSN, MtResult::MemoryFull);
        desk.result(MSC, ABSENT);
        assert_eq!(desk.reports(), [(SmsDomain::Ps, Outcome::MemoryFull), CS_ABSENT]);
        assert_eq!(desk.events(), [FAILED]);
        let mut busy = Desk::under(rules);
        busy.message();
        busy.routed(1, Routing::At(Nodes::only(SmsDomain::Cs, MSC)));
        busy.result(MSC, MtResult::Busy);
        assert!(busy.reports().is_empty() && busy.events() == [FAILED], "of a busy phone nothing is written down");
    }
    /// A short timer of the gateway does not let it through all domains (TS 23.204 6.5a, note).
    fn ts23_204_6_5a_supervision_ends_the_attempt(rules) {
        let supervision = Some(Span::from_secs(10));
        let mut desk = Desk::reaching(rules, Reaching { supervision, ..in_order(&[SmsDomain::Ps, SmsDomain::Cs]) });
        desk.message();
        desk.routed(1, Routing::At(both()));
        assert_eq!(desk.expire(|t| matches!(t, Timer::MapGuard { generation: 1, .. })), 1);
        assert_eq!(desk.events(), [IwEvent::FailedIw { user: USER, message: ABOUT, domain: Domain::Ps, attempt: 1 }]);
        desk.result(SGSN, ABSENT);
        assert_eq!(desk.forwarded(), [SGSN], "too late for the next domain");
        assert_eq!(desk.expire(|_| true), 1, "the transaction with the PF is all that runs");
    }
    fn iw15_6_7_5_2_1_06_the_event_names_the_domain_that_was_tried(rules) {
        let mut desk = Desk::reaching(rules, in_order(&[SmsDomain::Ps, SmsDomain::Cs]));
        desk.message();
        desk.routed(1, Routing::At(Nodes::only(SmsDomain::Ps, SGSN)));
        desk.result(SGSN, ABSENT);
        assert_eq!(desk.events(), [IwEvent::FailedIw { user: USER, message: ABOUT, domain: Domain::Ps, attempt: 1 }]);
        let mut only = Desk::under(rules);
        only.missed();
        assert_eq!(only.events(), [FAILED]);
    }
    /// An alert does not say where the user is: the gateway asks, where there is more than one answer.
    fn iw15_6_7_5_2_1_10_the_event_names_the_domain_of_the_return(rules) {
        let mut desk = Desk::reaching(rules, in_order(&[SmsDomain::Ps, SmsDomain::Cs]));
        desk.message();
        desk.routed(1, Routing::AbsentSubscriber);
        desk.receive(HLR, Map::AlertSc { user: USER });
        assert_eq!(desk.expire(reaction), 1);
        desk.routed(2, Routing::At(Nodes::only(SmsDomain::Cs, MSC)));
        assert_eq!(desk.events().last(), Some(&READY));
        desk.receive(HLR, Map::AlertSc { user: USER });
        assert_eq!(desk.expire(reaction), 1);
        desk.routed(3, Routing::At(Nodes::only(SmsDomain::Ps, SGSN)));
        assert_eq!(desk.events().last(), Some(&IwEvent::ReadyForSms { user: USER, domain: Domain::Ps }));
        let told = desk.events().len();
        desk.receive(HLR, Map::AlertSc { user: USER });
        assert_eq!(desk.expire(reaction), 1);
        desk.routed(4, Routing::AbsentSubscriber);
        assert_eq!(desk.events().len(), told, "gone again, and written down again");
        desk.receive(HLR, Map::AlertSc { user: USER });
        assert_eq!(desk.expire(reaction), 1);
        assert_eq!(desk.expire(guard), 1);
        assert_eq!(desk.events().len(), told + 1, "without an answer the PF is told all the same");
    }
    fn iw15_r_24_mnrf_is_set_first(rules) {
        let mut desk = Desk::reaching(rules, in_order(&[SmsDomain::Ims, SmsDomain::Cs]));
        desk.message();
        desk.routed(1, Routing::At(Nodes::only(SmsDomain::Cs, MSC)));
        assert!(desk.reports().is_empty(), "UNRI waits for the outcome of the other domains");
        desk.result(MSC, ABSENT);
        assert_eq!(desk.reports(), [CS_ABSENT, IMS_ABSENT]);
    }
    fn iw15_r_24_unri_is_set_first(rules) {
        let mut desk = Desk::reaching(rules, Reaching { unri_first: true, ..in_order(&[SmsDomain::Ims, SmsDomain::Cs]) });
        desk.message();
        desk.routed(1, Routing::At(Nodes::only(SmsDomain::Cs, MSC)));
        assert_eq!(desk.reports(), [IMS_ABSENT], "while the switching centre still pages");
        desk.result(MSC, ABSENT);
        assert_eq!(desk.reports(), [IMS_ABSENT, CS_ABSENT]);
        let mut last = Desk::reaching(rules, Reaching { unri_first: true, ..in_order(&[SmsDomain::Cs, SmsDomain::Ims]) });
        last.missed();
        assert_eq!(last.reports(), [IMS_ABSENT, CS_ABSENT]);
        let mut arrives = Desk::reaching(rules, Reaching { unri_first: true, ..in_order(&[SmsDomain::Ims, SmsDomain::Cs]) });
        arrives.message();
        arrives.routed(1, Routing::At(Nodes::only(SmsDomain::Cs, MSC)));
        arrives.result(MSC, MtResult::Ok);
        assert_eq!(arrives.reports(), [IMS_ABSENT, ACCEPTED], "what was reported too early is taken back");
    }
    fn iw15_r_22_the_service_centre_reports_success_or_does_not(rules) {
        let mut silent = Desk::under(rules);
        silent.missed();
        assert_eq!(silent.reports(), [CS_ABSENT]);
        let mut sent = Desk::reaching(rules, Reaching { success_sent: true, after_sc: true, ..Reaching::default() });
        sent.message();
        assert_eq!(sent.reports(), [ACCEPTED], "the message was accepted");
    }
    fn iw15_r_23_the_gateway_reports_before_or_after(rules) {
        let mut after = Desk::reaching(rules, Reaching { success_sent: true, after_sc: true, ..Reaching::default() });
        after.missed();
        assert_eq!(after.reports(), [ACCEPTED, CS_ABSENT]);
        let mut before = Desk::reaching(rules, Reaching { success_sent: true, ..Reaching::default() });
        before.missed();
        assert_eq!(before.reports(), [CS_ABSENT, ACCEPTED], "the last writer wins");
        let mut arrives = Desk::reaching(rules, Reaching { success_sent: true, ..Reaching::default() });
        arrives.message();
        arrives.routed(1, Routing::At(Nodes::only(SmsDomain::Cs, MSC)));
        arrives.result(MSC, MtResult::Ok);
        assert_eq!(arrives.reports(), [ACCEPTED]);
    }
    fn own_unri_the_registration_of_who_was_missed_makes_him_ready(rules) {
        let mut desk = Desk::reaching(rules, in_order(&[SmsDomain::Ims, SmsDomain::Cs]));
        desk.registers(true);
        assert!(!desk.to_hlr().contains(&UNRI), "nobody was missed");
        desk.registers(false);
        desk.missed();
        desk.registers(true);
        assert_eq!(desk.to_hlr().iter().filter(|m| **m == UNRI).count(), 1);
        desk.registers(false);
        desk.registers(true);
        assert_eq!(desk.to_hlr().iter().filter(|m| **m == UNRI).count(), 1, "once");
        let mut there = Desk::reaching(rules, in_order(&[SmsDomain::Ims, SmsDomain::Cs]));
        there.registers(true);
        there.missed();
        assert_eq!(there.reports(), [CS_ABSENT], "who is registered is not missed over IP");
    }
}
