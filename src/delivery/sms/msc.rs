//! The MSC with its VLR: attachment as it was told, paging, transfer of a short message, and MNRF (3GPP TS 29.002 23.4.2).
//!
//! Left out: SGs and packet domains, authentication, implicit detach, several parts of one message in one connection.

use std::collections::BTreeMap;

use super::ABSENT_SUBSCRIBER_SM;
use crate::delivery::{
    Absence, Answer, Fate, Function, FunctionId, Input, Map, Milestone, MtResult, Nas, Outbox, Pdu, Question, Ready, Sms,
    SmsDomain, Tag, Timer, TimerToken, UserId,
};
use crate::units::{SimTime, Span};

/// What an MSC is set up with.
#[derive(Clone, Debug)]
pub struct MscSetup {
    pub id: FunctionId,
    pub hlr: FunctionId,
    /// Time of one page without an answer, and pages before the subscriber counts as absent.
    pub paging_timeout: Span,
    pub paging_attempts: u32,
    /// The phone that bears each user's SIM, if any.
    pub phones: Vec<Option<FunctionId>>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Visitor {
    known: bool,
    attached: bool,
    mnrf: bool,
}

/// A short message for which the subscriber is being paged, or which is being transferred.
#[derive(Clone, Copy, Debug)]
struct Paging {
    sms: Sms,
    invoke: u32,
    gateway: FunctionId,
    pages: u32,
    answered: bool,
    /// The short message has gone to the phone, so that an acknowledgement can come.
    delivered: bool,
    timer: Option<TimerToken>,
}

/// A switching centre.
#[derive(Clone, Debug)]
pub struct Msc {
    setup: MscSetup,
    visitors: Vec<Visitor>,
    /// By paging identity, which only rises.
    pagings: BTreeMap<u32, Paging>,
    last_paging: u32,
}

impl Msc {
    pub fn new(setup: MscSetup) -> Msc {
        let visitors = vec![Visitor::default(); setup.phones.len()];
        Msc { setup, visitors, pagings: BTreeMap::new(), last_paging: 0 }
    }

    fn on_location_update(&mut self, user: UserId, out: &mut Outbox) {
        let visitor = &mut self.visitors[user.0 as usize];
        visitor.attached = true;
        if !std::mem::replace(&mut visitor.known, true) {
            visitor.mnrf = false;
            out.send(self.setup.hlr, Pdu::Map(Map::UpdateLocation { user, domain: SmsDomain::Cs, node: self.setup.id }));
        } else {
            self.seen(user, out);
        }
    }

    /// The subscriber gave a sign of life: with MNRF set the HLR is told (TS 29.002 23.4.2).
    fn seen(&mut self, user: UserId, out: &mut Outbox) {
        if std::mem::replace(&mut self.visitors[user.0 as usize].mnrf, false) {
            out.milestone(Tag::OwnWaitingData, Milestone::Told);
            out.send(self.setup.hlr, Pdu::Map(Map::ReadyForSm { user, domain: SmsDomain::Cs, reason: Ready::Present }));
        }
    }

    fn on_forward(&mut self, sms: Sms, invoke: u32, gateway: FunctionId, out: &mut Outbox) {
        if !self.visitors[sms.user.0 as usize].attached {
            let why = if self.visitors[sms.user.0 as usize].known { Absence::Detached } else { Absence::Purged };
            return self.absent(sms, invoke, gateway, why, out);
        }
        self.last_paging += 1;
        self.pagings
            .insert(self.last_paging, Paging { sms, invoke, gateway, pages: 0, answered: false, delivered: false, timer: None });
        self.page(self.last_paging, out);
    }

    fn page(&mut self, id: u32, out: &mut Outbox) {
        let paging = self.pagings.get_mut(&id).expect("a paging stands until its end");
        paging.pages += 1;
        paging.timer = Some(out.set_timer(Timer::PageEnd { paging: id }, self.setup.paging_timeout));
        let (user, about) = (paging.sms.user, paging.sms.message);
        let phone = self.setup.phones[user.0 as usize].expect("who has no phone is never attached");
        out.send(phone, Pdu::Nas(Nas::Page { user, paging: id, about }));
    }

    fn on_page_end(&mut self, id: u32, out: &mut Outbox) {
        let paging = self.pagings.get_mut(&id).expect("a paging stands until its end");
        paging.timer = None;
        if !paging.answered && paging.pages < self.setup.paging_attempts {
            return self.page(id, out);
        }
        let Paging { sms, invoke, gateway, .. } = self.pagings.remove(&id).expect("it stood a moment ago");
        self.absent(sms, invoke, gateway, Absence::NoPagingResponse, out);
    }

    fn absent(&mut self, sms: Sms, invoke: u32, gateway: FunctionId, why: Absence, out: &mut Outbox) {
        self.visitors[sms.user.0 as usize].mnrf = true;
        let (copy, message) = (sms.copy, sms.message);
        // A phone that has it, but whose acknowledgement did not come through, has it.
        out.milestone(Tag::OwnWaitingData, Milestone::CopyGivenUp { copy, message, fate: Fate::Refused(ABSENT_SUBSCRIBER_SM) });
        out.send(gateway, Pdu::Map(Map::MtForwardSmAck { invoke, result: MtResult::Absent(why), about: sms.message }));
    }

    fn on_page_response(&mut self, user: UserId, id: u32, out: &mut Outbox) {
        // Also one that comes after the page was given up, or a second one, is a sign of life.
        let Some(paging) = self.pagings.get_mut(&id).filter(|p| !p.answered) else { return self.seen(user, out) };
        paging.answered = true;
        if let Some(timer) = paging.timer.take() {
            out.cancel_timer(timer);
        }
        let sms = paging.sms;
        out.ask(Question::MtDelivery { paging: id, message: sms.message, attempt: sms.attempt });
        self.seen(user, out);
    }

    /// The transfer is over: the phone has it, unless it went in between, and then no acknowledgement comes (TS 24.011 TR1N).
    fn transferred(&mut self, id: u32, out: &mut Outbox) {
        let paging = self.pagings.get_mut(&id).expect("a paging stands until its end");
        paging.timer = Some(out.set_timer(Timer::PageEnd { paging: id }, RP_ACK_WAIT));
        paging.delivered = true;
        let sms = paging.sms;
        let phone = self.setup.phones[sms.user.0 as usize].expect("who has no phone is never attached");
        out.send(phone, Pdu::Nas(Nas::SmsDeliver { sms, paging: id }));
    }

    fn on_ack(&mut self, id: u32, out: &mut Outbox) {
        // Given up before it came, or of a short message that was never sent.
        let Some(paging) = self.pagings.get(&id).copied() else { return };
        if !paging.delivered {
            return out.milestone(Tag::OwnSmsPlant, Milestone::Undefined { state: "msc, not delivered", input: "RP-ACK" });
        }
        self.pagings.remove(&id);
        if let Some(timer) = paging.timer {
            out.cancel_timer(timer);
        }
        let Paging { sms, invoke, gateway, .. } = paging;
        out.milestone(Tag::OwnSmsPlant, Milestone::Told);
        out.send(gateway, Pdu::Map(Map::MtForwardSmAck { invoke, result: MtResult::Ok, about: sms.message }));
    }
}

/// TR1N (3GPP TS 24.011 10): 35 to 45 s.
const RP_ACK_WAIT: Span = Span::from_secs(40);

impl Function for Msc {
    fn handle(&mut self, _now: SimTime, input: Input, out: &mut Outbox) {
        match input {
            Input::Received { pdu: Pdu::Nas(nas), .. } => match nas {
                Nas::LocationUpdate { user } => self.on_location_update(user, out),
                Nas::ImsiDetach { user } => self.visitors[user.0 as usize].attached = false,
                Nas::PageResponse { user, paging, .. } => self.on_page_response(user, paging, out),
                Nas::SmsAck { paging, .. } => self.on_ack(paging, out),
                _ => out.milestone(Tag::OwnSmsPlant, Milestone::Undefined { state: "msc", input: "nas" }),
            },
            Input::Received { from, pdu: Pdu::Map(Map::MtForwardSm { sms, invoke }), .. } => {
                self.on_forward(sms, invoke, from, out)
            }
            Input::Told(Question::MtDelivery { paging, .. }, Answer::Span(after)) => {
                if after == Span::ZERO {
                    self.transferred(paging, out);
                } else {
                    out.set_timer(Timer::MtTransfer { paging }, after);
                }
            }
            Input::Expired(Timer::MtTransfer { paging }) => self.transferred(paging, out),
            Input::Expired(Timer::PageEnd { paging }) => self.on_page_end(paging, out),
            _ => out.milestone(Tag::OwnSmsPlant, Milestone::Undefined { state: "msc", input: "other" }),
        }
    }
}
