//! The serving nodes: the MSC with its VLR, and the packet node, which stands for SGSN and MME (3GPP TS 29.002 23.4.2, 25.10.2).
//!
//! Attachment as it was told, or as silence lets it conclude; paging, transfer of a short message, the flag MNRF or MNRG, and what a
//! phone without memory says. Left out: SGs between MME and MSC, authentication, several parts of one message in one connection.

use std::collections::BTreeMap;

use super::{ABSENT_SUBSCRIBER_SM, SM_DELIVERY_FAILURE, SUBSCRIBER_BUSY};
use crate::delivery::{
    Absence, Answer, Domain, Fate, Function, FunctionId, Input, Map, Milestone, MtResult, Nas, Outbox, Pdu, Question, Ready, Sms,
    Tag, Timer, TimerToken, UserId,
};
use crate::units::{SimTime, Span};

/// What a serving node is set up with.
#[derive(Clone, Debug)]
pub struct MscSetup {
    pub id: FunctionId,
    pub hlr: FunctionId,
    /// CS for an MSC, PS for an SGSN or MME.
    pub domain: Domain,
    /// A subscriber without a sign of life for so long counts as detached; none: he never does.
    pub implicit_detach: Option<Span>,
    /// One who has been detached for so long is purged; none: he stays.
    pub purge_after: Option<Span>,
    /// Transfers to one phone at once; one more finds the subscriber busy. None: any number.
    pub transfers: Option<u32>,
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
    /// MNRF, or MNRG.
    flag: bool,
    /// Runs to the implicit detach of one who is attached, and to the purge of one who is not.
    silence: Option<TimerToken>,
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

/// A serving node of either domain.
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
            visitor.flag = false;
            let domain = self.setup.domain.into();
            out.send(self.setup.hlr, Pdu::Map(Map::UpdateLocation { user, domain, node: self.setup.id }));
            self.watch_silence(user, out);
        } else {
            self.seen(user, out);
        }
    }

    /// A sign of life, or a detach: silence is measured from now.
    fn watch_silence(&mut self, user: UserId, out: &mut Outbox) {
        let visitor = &mut self.visitors[user.0 as usize];
        if let Some(timer) = visitor.silence.take() {
            out.cancel_timer(timer);
        }
        let (timer, after) = match (visitor.attached, visitor.known) {
            (true, _) => (Timer::ImplicitDetach { user }, self.setup.implicit_detach),
            (false, true) => (Timer::PurgeDue { user }, self.setup.purge_after),
            (false, false) => return,
        };
        if let Some(after) = after {
            visitor.silence = Some(out.set_timer(timer, after));
        }
    }

    fn on_detach(&mut self, user: UserId, out: &mut Outbox) {
        self.visitors[user.0 as usize].attached = false;
        self.watch_silence(user, out);
    }

    fn on_silence(&mut self, user: UserId, out: &mut Outbox) {
        self.visitors[user.0 as usize].silence = None;
        if out.holds(Tag::OwnImplicitDetach) {
            out.milestone(Tag::OwnImplicitDetach, Milestone::Told);
            self.on_detach(user, out);
        }
    }

    fn purge(&mut self, user: UserId, out: &mut Outbox) {
        let visitor = &mut self.visitors[user.0 as usize];
        visitor.silence = None;
        if out.holds(Tag::OwnPurge) {
            visitor.known = false;
            out.milestone(Tag::OwnPurge, Milestone::Told);
            out.send(self.setup.hlr, Pdu::Map(Map::Purge { user, domain: self.setup.domain.into() }));
        }
    }

    /// The subscriber gave a sign of life: with the flag set the HLR is told (TS 29.002 23.4.2, 25.10.2).
    fn seen(&mut self, user: UserId, out: &mut Outbox) {
        self.watch_silence(user, out);
        if std::mem::replace(&mut self.visitors[user.0 as usize].flag, false) {
            self.ready(user, Ready::Present, out);
        }
    }

    fn ready(&self, user: UserId, reason: Ready, out: &mut Outbox) {
        out.milestone(Tag::OwnWaitingData, Milestone::Told);
        out.send(self.setup.hlr, Pdu::Map(Map::ReadyForSm { user, domain: self.setup.domain.into(), reason }));
    }

    /// There is room again in a phone that had none (RP-SMMA), which is a sign of life too.
    fn on_memory_available(&mut self, user: UserId, out: &mut Outbox) {
        self.watch_silence(user, out);
        self.visitors[user.0 as usize].flag = false;
        self.ready(user, Ready::MemoryAvailable, out);
    }

    fn on_forward(&mut self, sms: Sms, invoke: u32, gateway: FunctionId, out: &mut Outbox) {
        if !self.visitors[sms.user.0 as usize].attached {
            let why = if self.visitors[sms.user.0 as usize].known { Absence::Detached } else { Absence::Purged };
            return self.absent(sms, invoke, gateway, why, out);
        }
        let under_way = || self.pagings.values().filter(|p| p.sms.user == sms.user).count();
        if out.holds(Tag::OwnBusy) && self.setup.transfers.is_some_and(|most| under_way() >= most as usize) {
            out.milestone(Tag::OwnBusy, Milestone::Told);
            return self.refuse((sms, invoke, gateway), SUBSCRIBER_BUSY, MtResult::Busy, out);
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
        self.visitors[sms.user.0 as usize].flag = true;
        self.refuse((sms, invoke, gateway), ABSENT_SUBSCRIBER_SM, MtResult::Absent(why), out);
    }

    /// The short message goes no further.
    fn refuse(&mut self, of: (Sms, u32, FunctionId), error: u16, result: MtResult, out: &mut Outbox) {
        let (Sms { copy, message, .. }, invoke, gateway) = of;
        // A phone that has it, but whose acknowledgement did not come through, has it.
        out.milestone(Tag::OwnWaitingData, Milestone::CopyGivenUp { copy, message, fate: Fate::Refused(error) });
        out.send(gateway, Pdu::Map(Map::MtForwardSmAck { invoke, result, about: message }));
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

    /// The phone has answered what was transferred; none: it was given up before, or never sent.
    fn answered(&mut self, id: u32, input: &'static str, out: &mut Outbox) -> Option<Paging> {
        let paging = self.pagings.get(&id).copied()?;
        if !paging.delivered {
            out.milestone(Tag::OwnSmsPlant, Milestone::Undefined { state: "msc, not delivered", input });
            return None;
        }
        self.pagings.remove(&id);
        if let Some(timer) = paging.timer {
            out.cancel_timer(timer);
        }
        Some(paging)
    }

    /// RP-ERROR: no memory. The subscriber is there, and no flag of this node is set.
    fn on_error(&mut self, id: u32, out: &mut Outbox) {
        if !out.holds(Tag::OwnMemoryFull) {
            return;
        }
        if let Some(Paging { sms, invoke, gateway, .. }) = self.answered(id, "RP-ERROR", out) {
            out.milestone(Tag::OwnMemoryFull, Milestone::Told);
            self.refuse((sms, invoke, gateway), SM_DELIVERY_FAILURE, MtResult::MemoryFull, out);
        }
    }

    fn on_ack(&mut self, id: u32, out: &mut Outbox) {
        let Some(Paging { sms, invoke, gateway, .. }) = self.answered(id, "RP-ACK", out) else { return };
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
                Nas::ImsiDetach { user } => self.on_detach(user, out),
                Nas::SmsError { paging, .. } => self.on_error(paging, out),
                Nas::MemoryAvailable { user } => self.on_memory_available(user, out),
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
            Input::Expired(Timer::ImplicitDetach { user }) => self.on_silence(user, out),
            Input::Expired(Timer::PurgeDue { user }) => self.purge(user, out),
            _ => out.milestone(Tag::OwnSmsPlant, Milestone::Undefined { state: "msc", input: "other" }),
        }
    }
}
