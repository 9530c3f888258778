//! PDUs on their way: route, delay, loss, arrival at a device.

use super::draws::{PLACES, Station, place};
use super::hops::{Passage, is_of_invite};
use super::observer::{EventView, Observer, Truth, What};
use super::world::{Event, Travelling, World};
use crate::delivery::sip::{Carrier, Mark};
use crate::delivery::{
    Body, Case, Fate, FunctionId, Imap, Input, Map, MessageId, Milestone, Msrp, Nas, Path, Pdu, Place, Sc, Tag, Target,
};
use crate::engine::Class;
use crate::judge::Moment;
use crate::model::FunctionKind;
use crate::network::{lateness, segments};
use crate::units::{Chooser, Purpose, SimTime, Site, Span, SubjectId, bernoulli, make_room};

impl World {
    /// Sends a PDU on its way.
    pub(super) fn send<O: Observer>(&mut self, from: FunctionId, to: FunctionId, pdu: Pdu, observer: &mut O) {
        if self.is_on_no_air(from, to, &pdu) {
            return self.lost(from, to, &pdu, observer);
        }
        let way = self.routes.between(&self.layout, from, to);
        if is_of_invite(&pdu) || self.routes.at(way).datagram && pdu.is_sip() {
            return self.send_over_hop(from, to, pdu, way, observer);
        }
        if let Err(pdu) = self.transmit(from, to, pdu, way, &mut { Passage::PLAIN }, observer) {
            self.lost(from, to, &pdu, observer);
        }
    }

    /// Puts a PDU on the links of its way; gives it back if it is lost there.
    pub(super) fn transmit<O: Observer>(
        &mut self,
        from: FunctionId,
        to: FunctionId,
        pdu: Pdu,
        way: usize,
        passage: &mut Passage,
        observer: &mut O,
    ) -> Result<(), Pdu> {
        let about = pdu.about();
        let slot = about.and_then(|m| self.ledger.slot(m));
        if let (Pdu::Imap(Imap::Append { object, .. }), Some(slot)) = (&pdu, slot) {
            self.stored_subjects.insert(object.message, self.ledger.record(slot).subject);
        }
        let bytes = passage.bytes.unwrap_or_else(|| pdu.wire_bytes());
        let sip = pdu.is_sip();
        let again = passage.nth > 1;
        let chain = match about {
            Some(_) => Some(slot.is_some_and(|s| self.ledger.book(s).measured)),
            None => self.chain_of(&pdu),
        };
        let (about_message, background) = (chain == Some(true), chain.is_none());
        let route = self.routes.at(way);
        for &class in &route.classes {
            observer.truth(self.now, Truth::Hop { class, bytes, sip, again, about_message, background });
            if let Some(slot) = slot
                && !again
            {
                let book = self.ledger.book(slot);
                // A class's number is its place in the list of all.
                let at = class as usize;
                book.hops[at] += 1;
                book.hop_bytes[at] += u64::from(bytes);
                book.sip_hops += u32::from(sip);
            }
        }
        let arrival = match route.constant {
            Some(delay) => Some(self.now.saturating_add(delay)),
            None => {
                let (subject, nth) = self.site_of_passage(from, to, &pdu, slot, passage);
                let device = self.layout.device(from).or_else(|| self.layout.device(to));
                let by_datagram =
                    sip && passage.carrier == Some(Carrier::Datagram) || matches!(&pdu, Pdu::KeepAlive(k) if k.stun());
                let keeps = !by_datagram;
                self.cross(way, device, subject, nth, bytes, keeps)
            }
        };
        if O::TRACE {
            observer.sent(self.now, from, to, &pdu, arrival);
        }
        let Some(at) = arrival else { return Err(pdu) };
        if let Some(slot) = slot {
            self.ledger.hold(slot);
        }
        let Passage { carrier, hop, .. } = *passage;
        let travelling = Travelling { pdu: None, from, to, arrived: at, cause: self.id, about: slot.and(about), carrier, hop };
        let place = match self.free_travelling.pop() {
            Some(place) => {
                self.travelling[place as usize] = travelling;
                place
            }
            None => {
                make_room(&mut self.travelling);
                self.travelling.push(travelling);
                (self.travelling.len() - 1) as u32
            }
        };
        // The largest part by far goes straight to its place.
        self.travelling[place as usize].pdu = Some(pdu);
        self.schedule(at, Class::Arrival, to.0, from.0, Event::Arrive(place));
        Ok(())
    }

    /// Crosses the links of a way one after the other; none if the PDU is lost on one of them. What `keeps` it, a stream or what
    /// carries other protocols, repeats what is lost: the PDU is late.
    fn cross(&mut self, way: usize, device: Option<u32>, subject: SubjectId, nth: u32, bytes: u32, keeps: bool) -> Option<SimTime> {
        let World { routes, model, chooser, now, .. } = self;
        let (route, flows) = routes.way_and_flows(way);
        let mut now = *now;
        for (i, &(link, direction)) in route.links.iter().enumerate() {
            let spec = &model.links[link as usize].spec;
            let subject = if i == 0 { subject } else { subject.part(i as u64) };
            let mut late = Span::ZERO;
            if spec.loss > 0.0 {
                if keeps {
                    late = lateness_of(chooser, subject, nth, spec.loss, segments(bytes))?;
                } else if bernoulli(chooser.bits(Site::new(Purpose::LinkLoss, subject, nth)), spec.loss) {
                    return None;
                }
            }
            let delay = spec.delay.sample(chooser, Site::new(Purpose::LinkDelay, subject, nth)).saturating_add(late);
            now = match flows.of(link, device) {
                Some(flow) => flow.traverse(spec, direction, now, u64::from(bytes), delay)?,
                None => now.saturating_add(delay),
            };
        }
        Some(now)
    }

    /// For whom a passage is drawn: a repetition for the transmission that it repeats, so that it moves no draw of another.
    fn site_of_passage(
        &mut self,
        from: FunctionId,
        to: FunctionId,
        pdu: &Pdu,
        slot: Option<u32>,
        passage: &mut Passage,
    ) -> (SubjectId, u32) {
        if let Some((subject, nth)) = passage.mark.0.filter(|_| passage.nth > 1) {
            return (subject.with(AGAIN).part(u64::from(nth)), passage.nth);
        }
        let own = if passage.of_hop { Some(OF_HOP) } else { None };
        let site = self.site_of(from, to, pdu, slot, own);
        passage.mark = Mark(Some(site));
        site
    }

    /// For whom a traversal is drawn, and the how-manieth of its places it is.
    fn site_of(
        &mut self,
        from: FunctionId,
        to: FunctionId,
        pdu: &Pdu,
        slot: Option<u32>,
        apart: Option<SubjectId>,
    ) -> (SubjectId, u32) {
        let place = place(pdu, self.functions.station(from), self.functions.station(to));
        let party = match pdu {
            Pdu::Request(r) => r.party(),
            Pdu::Response(r) => r.party,
            Pdu::Map(_) | Pdu::Nas(_) | Pdu::Sc(_) | Pdu::Imap(_) | Pdu::Push(_) | Pdu::KeepAlive(_) => None,
            Pdu::Msrp(Msrp::Send { dialog, .. } | Msrp::Response { dialog, .. }) => Some(dialog.client),
        };
        let party = match pdu {
            // Sender and recipient may each have the message in a store.
            Pdu::Imap(Imap::Append { .. } | Imap::Appended { .. }) => Some(self.layout.user(user_of(pdu)).subject),
            _ => party.map(|p| self.subject_of(p)),
        };
        let (whose, turns) = match slot {
            Some(slot) => (self.ledger.book(slot).subject, &mut self.extras[slot as usize].turns),
            None => {
                let user = user_of(pdu);
                (self.layout.user(user).subject, &mut self.user_turns[user.0 as usize])
            }
        };
        // Without a message it is the device's own affair where one stands at either end.
        let device = self.layout.device(from).or_else(|| self.layout.device(to));
        let whose = match (slot, device) {
            (None, Some(device)) => self.layout.devices[device as usize].subject,
            _ => whose,
        };
        let subject = party.map_or(whose, |p| whose.with(p));
        let subject = apart.map_or(subject, |apart| subject.with(apart));
        let turn = turns.turn(subject.0, place);
        (subject, turn * PLACES as u32 + place as u32)
    }

    fn subject_of(&self, function: FunctionId) -> SubjectId {
        match self.layout.device(function) {
            Some(device) => self.layout.devices[device as usize].subject,
            None => self.function_subjects[function.0 as usize],
        }
    }

    pub(super) fn site_of_service(&mut self, travelling: u32, at: FunctionId) -> Site {
        let Travelling { pdu, from, about, .. } = &mut self.travelling[travelling as usize];
        let (from, slot) = (*from, about.and_then(|m| self.ledger.slot(m)));
        let pdu = pdu.take().expect("what travels is kept");
        // The same places as on links, of the function's own way.
        let (subject, nth) = self.site_of(from, at, &pdu, slot, None);
        self.travelling[travelling as usize].pdu = Some(pdu);
        Site::new(Purpose::Service, subject.with(self.function_subjects[at.0 as usize]), nth)
    }

    pub(super) fn take_travelling(&mut self, place: u32) -> Travelling {
        make_room(&mut self.free_travelling);
        self.free_travelling.push(place);
        let t = &mut self.travelling[place as usize];
        Travelling { pdu: t.pdu.take(), ..*t }
    }

    /// Nothing of this PDU is under way any more.
    pub(super) fn let_go_of(&mut self, about: Option<MessageId>) {
        if let Some(slot) = about.and_then(|m| self.ledger.slot(m)) {
            self.ledger.release(slot);
            self.touched.push(slot);
        }
    }

    /// Whether this is a message at the door of its terminating PF.
    pub(super) fn is_acceptance(&self, place: u32, to: FunctionId) -> bool {
        self.functions.station(to) == Station::Pf
            && matches!(&self.travelling[place as usize].pdu, Some(Pdu::Request(r)) if r.case == Case::Terminating && matches!(r.body, Body::Pager(_)))
    }

    /// A PDU comes to a device: whether it can take it is a matter of its access, not of its client.
    pub(super) fn arrive_at_device<O: Observer>(
        &mut self,
        device: u32,
        from: FunctionId,
        to: FunctionId,
        cause: u64,
        pdu: Pdu,
        observer: &mut O,
    ) {
        let state = &self.devices[device as usize];
        let reached = match &pdu {
            Pdu::Request(_) | Pdu::Response(_) | Pdu::Imap(_) | Pdu::Msrp(_) | Pdu::Push(_) | Pdu::KeepAlive(_) => state.connected,
            Pdu::Nas(_) => {
                let packet = matches!(self.model.functions.get(from.0 as usize).map(|f| &f.kind), Some(FunctionKind::Sgsn(_)));
                state.attached[usize::from(packet)]
            }
            Pdu::Map(_) | Pdu::Sc(_) => false,
        };
        if O::TRACE {
            let what = if reached { What::Received { from, pdu: &pdu } } else { What::Lost { from, pdu: &pdu } };
            observer.event(EventView { id: self.id, cause, now: self.now, target: to, what });
        }
        if !reached {
            return self.lost(from, to, &pdu, observer);
        }
        self.oracles.at_device(Moment { now: self.now, event: self.id, by: to }, &pdu);
        // What a phone refuses for want of memory has not come.
        let refused = matches!(&pdu, Pdu::Nas(Nas::SmsDeliver { .. })) && self.devices[device as usize].cut.memory;
        if let Some((message, copy, path, attempt)) = content_of(&pdu).filter(|_| !refused)
            && let Some(slot) = self.ledger.slot(message)
            && self.is_whole(slot, &pdu)
        {
            self.on_arrival(slot, copy, path, attempt, to);
        }
        self.tell(to, Input::Received { from, at: self.now, pdu }, observer);
    }

    /// A PDU met a device out of reach or a full line. A copy in it is lost; a short message stays the gateway's affair.
    pub(super) fn lost<O: Observer>(&mut self, from: FunctionId, to: FunctionId, pdu: &Pdu, observer: &mut O) {
        if !self.outbox.holds(Tag::OwnLost) {
            return;
        }
        if let Pdu::Request(request) = pdu
            && let Body::Imdn(imdn) = &request.body
            && let Some(slot) = self.ledger.slot(imdn.about)
        {
            self.oracles.report_lost(slot);
        }
        if let Pdu::Request(request) = pdu
            && let Body::Pager(pager) = &request.body
        {
            let near_client = self.layout.device(to).is_some() || matches!(request.target, Target::Contact(..));
            let place = if near_client { Place::Access } else { Place::Upstream };
            let end = Milestone::CopyEnd { copy: pager.copy, message: pager.message, fate: Fate::Lost(place) };
            self.book(from, Tag::OwnLost, &end, observer);
        }
        // One that never came through its session.
        if let Pdu::Msrp(Msrp::Send { pager, .. }) = pdu {
            let end = Milestone::CopyEnd { copy: pager.copy, message: pager.message, fate: Fate::Lost(Place::Access) };
            self.book(from, Tag::OwnLost, &end, observer);
        }
        // An object that never came to its store.
        if let Pdu::Imap(Imap::Append { object, .. }) = pdu
            && let Some(copy) = object.copy
        {
            let end = Milestone::CopyEnd { copy, message: object.message, fate: Fate::Lost(Place::Pf) };
            self.book(from, Tag::OwnLost, &end, observer);
        }
        if let Pdu::Sc(Sc::Submit(sm)) = pdu {
            let end = Milestone::CopyEnd { copy: sm.copy, message: sm.message, fate: Fate::Lost(Place::Sms) };
            self.book(from, Tag::OwnLost, &end, observer);
        }
        // One that never came to the switching centre is nobody's affair any more.
        if let Pdu::Map(Map::MtForwardSm { sms, .. }) = pdu {
            let end = Milestone::CopyEnd { copy: sms.copy, message: sms.message, fate: Fate::Lost(Place::Sms) };
            self.book(from, Tag::OwnLost, &end, observer);
        }
    }
}

/// How late the last of so many segments is: each that is lost costs a retransmission time-out; none if nothing ever comes through.
fn lateness_of(chooser: &mut impl Chooser, subject: SubjectId, nth: u32, loss: f64, segments: u32) -> Option<Span> {
    if loss >= 1.0 {
        return None;
    }
    let mut late = Span::ZERO;
    let mut subject = subject.with(SEGMENTS).part(u64::from(nth));
    for _ in 0..segments {
        let mut times = 0;
        while bernoulli(chooser.bits(Site::new(Purpose::LinkLoss, subject, times)), loss) {
            times += 1;
        }
        late = late.saturating_add(lateness(times));
        subject = subject.part(0);
    }
    Some(late)
}

const AGAIN: SubjectId = SubjectId::of_name("own.retransmission");
const OF_HOP: SubjectId = SubjectId::of_name("own.hop");
const SEGMENTS: SubjectId = SubjectId::of_name("own.segment");

/// The user a PDU without a message belongs to.
fn user_of(pdu: &Pdu) -> crate::delivery::UserId {
    use crate::delivery::UserId;
    match pdu {
        Pdu::Request(r) => r.from,
        Pdu::Response(r) => r.user,
        Pdu::Map(m) => match m {
            Map::SriSm { user, .. }
            | Map::ReportSmDeliveryStatus { user, .. }
            | Map::InformSc { user, .. }
            | Map::WaitingListFull { user, .. }
            | Map::Purge { user, .. }
            | Map::ReadyForSm { user, .. }
            | Map::AlertSc { user }
            | Map::AlertScAck { user }
            | Map::UpdateLocation { user, .. } => *user,
            Map::MtForwardSm { sms, .. } => sms.user,
            // Closed messages leave their late acknowledgements to nobody: the first user stands for them.
            Map::SriSmAck { .. } | Map::MtForwardSmAck { .. } => UserId(0),
        },
        Pdu::Nas(n) => match n {
            Nas::LocationUpdate { user }
            | Nas::ImsiDetach { user }
            | Nas::MemoryAvailable { user }
            | Nas::Page { user, .. }
            | Nas::PageResponse { user, .. }
            | Nas::SmsAck { user, .. }
            | Nas::SmsError { user, .. } => *user,
            Nas::SmsDeliver { sms, .. } => sms.user,
        },
        Pdu::Imap(i) => match i {
            Imap::Append { object, .. } => object.owner,
            Imap::Appended { owner, .. } | Imap::Sync { owner, .. } | Imap::Synced { owner, .. } => *owner,
        },
        Pdu::Msrp(Msrp::Send { dialog, .. } | Msrp::Response { dialog, .. }) => dialog.user,
        Pdu::Push(push) => push.user(),
        Pdu::KeepAlive(k) => k.user(),
        Pdu::Sc(sc) => sc.user(),
    }
}

/// The copy of a message that a PDU brings to a device, its path, and the hand-over it belongs to.
fn content_of(pdu: &Pdu) -> Option<(MessageId, crate::delivery::CopyId, Path, u32)> {
    match pdu {
        Pdu::Request(r) => match &r.body {
            Body::Pager(p) => Some((p.message, p.copy, Path::Ip, 0)),
            _ => None,
        },
        Pdu::Msrp(Msrp::Send { pager, .. }) => Some((pager.message, pager.copy, Path::Ip, 0)),
        Pdu::Nas(Nas::SmsDeliver { sms, .. }) => Some((sms.message, sms.copy, sms.service.into(), sms.attempt)),
        _ => None,
    }
}
