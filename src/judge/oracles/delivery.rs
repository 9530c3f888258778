//! Oracles of what becomes of messages and their copies: I-01 to I-04, I-10, I-11, I-23, I-25, I-26.

use super::state::Mark;
use super::{Moment, OracleId, Oracles};
use crate::delivery::{
    Body, CopyId, Disposition, Fate, FunctionId, Imap, IwEvent, Kind, MessageId, Msrp, Nas, Origin, Path, Pdu, Place, Response,
    Storing, Target, UserId,
};
use crate::judge::{Ledger, MessageRecord, NEVER, Outcome};

impl Oracles {
    /// A copy is complete at a device, before the ledger writes it down.
    pub fn arrived(&mut self, at: Moment, slot: u32, copy: CopyId, path: Path, r: &MessageRecord) {
        self.about = Some(slot);
        if path != Path::Ip {
            self.states[slot as usize].set(Mark::Come);
        }
        self.one_path(at, slot, path, r);
        self.one_device(at, slot, copy, r);
        if r.first_arrival == NEVER {
            self.in_order(at, r);
        }
    }

    /// R4 and H-47: a leg or a hand-over that was given up for want of an answer may still arrive, as may a short message that the
    /// gateway had given up.
    fn late_arrival(&self, slot: u32, r: &MessageRecord, sms: bool) -> bool {
        self.states[slot as usize].has(Mark::GivenUp) || (sms && r.sms_failed > 0)
    }

    fn one_path(&mut self, at: Moment, slot: u32, path: Path, r: &MessageRecord) {
        if r.handovers > 0 && r.attempts > 0 {
            self.reach(OracleId::I04);
        }
        if r.copies.iter().any(|c| c.arrived != NEVER && c.path != path) {
            let excused = self.states[slot as usize].has(Mark::BothAsked) || self.late_arrival(slot, r, true);
            self.broken(OracleId::I04, excused, at, Some(r.id), "it came by SMS and by IP");
        }
    }

    fn one_device(&mut self, at: Moment, slot: u32, copy: CopyId, r: &MessageRecord) {
        let Some(this) = r.copies.iter().rev().find(|c| c.id == copy) else { return };
        let by_deferral = |origin| matches!(origin, Origin::Push | Origin::Pull);
        let twice = match this.origin {
            origin if by_deferral(origin) => r.copies.iter().any(|c| {
                let refused = matches!(c.fate, Some(Fate::Refused(_)));
                by_deferral(c.origin) && c.arrived != NEVER && c.device != Some(at.by) && !refused
            }),
            Origin::FanOut => r.copies.iter().any(|c| c.origin == Origin::FanOut && c.arrived != NEVER && c.device == Some(at.by)),
            _ => return,
        };
        self.reach(OracleId::I03);
        if twice {
            let excused = self.late_arrival(slot, r, false);
            self.broken(OracleId::I03, excused, at, Some(r.id), "a second copy came to a device");
        }
    }

    fn in_order(&mut self, at: Moment, r: &MessageRecord) {
        let known = &mut self.users[r.to.0 as usize].conversations;
        let Some((.., highest)) = known.iter_mut().find(|(from, traffic, _)| (*from, *traffic) == (r.from, r.traffic)) else {
            known.push((r.from, r.traffic, r.sequence));
            return;
        };
        let overtaken = r.sequence < *highest;
        *highest = r.sequence.max(*highest);
        self.reach(OracleId::I10);
        if overtaken {
            self.broken(OracleId::I10, false, at, Some(r.id), "a later message of the conversation came before it");
        }
    }

    /// A copy came into being.
    pub(super) fn made(&mut self, at: Moment, slot: u32, origin: Origin, r: &MessageRecord) {
        self.reach(OracleId::I25);
        if origin == Origin::Pull {
            let open = |origin| matches!(origin, Origin::Pull | Origin::Push);
            if r.copies.iter().any(|c| c.fate.is_none() && open(c.origin)) {
                let excused = self.late_arrival(slot, r, false);
                self.broken(OracleId::I11, excused, at, Some(r.id), "it was pulled while a delivery of it was under way");
            }
        }
    }

    // --- one owner

    /// A delivery request towards a device begins.
    pub(super) fn attempt(&mut self, at: Moment, slot: u32, device: FunctionId, r: &MessageRecord) {
        self.begins(at, slot, r);
        self.reach(OracleId::I23);
        let state = &mut self.states[slot as usize];
        // What is not hidden while it is delivered is offered again by its one owner.
        let again = self.facts.hides && state.legs.contains(&device);
        let owned = state.handed > 0 || state.has(Mark::Stored) || again;
        state.legs.push(device);
        state.set(Mark::Begun);
        state.decides(at.event, Mark::KeptHere);
        if owned {
            self.second_owner(at, slot, r, "a delivery began while another owner had the message");
        }
    }

    /// It is handed over for interworking.
    pub(super) fn handover(&mut self, at: Moment, slot: u32, attempt: u32, by_rule: bool, r: &MessageRecord) {
        self.begins(at, slot, r);
        self.reach(OracleId::I23);
        self.returns(at, slot, r);
        let state = &mut self.states[slot as usize];
        let owned = !state.legs.is_empty() || state.has(Mark::Stored);
        (state.handed, state.last_handed) = (attempt + 1, attempt + 1);
        state.set(Mark::Begun);
        if by_rule {
            state.beside = attempt + 1;
            state.decides(at.event, Mark::HandedHere);
        }
        if owned {
            self.second_owner(at, slot, r, "it was handed over while another owner had the message");
        }
    }

    fn second_owner(&mut self, at: Moment, slot: u32, r: &MessageRecord, what: &'static str) {
        let excused = self.states[slot as usize].has(Mark::BothAsked) || self.late_arrival(slot, r, true);
        self.broken(OracleId::I23, excused, at, Some(r.id), what);
    }

    /// A store has the message: it ended there if nothing had begun, or where a policy looked at again may say so.
    pub(super) fn stored(&mut self, slot: u32) {
        let state = &mut self.states[slot as usize];
        if (!state.has(Mark::Begun) || self.facts.policy_recheck) && !state.has(Mark::StoreGivenUp) {
            state.set(Mark::Stored);
        }
    }

    /// A PF sends an object to a store as a delivery: so much for the decision of this event.
    pub(super) fn stores(&mut self, at: Moment, imap: &Imap, ledger: &Ledger) {
        let Imap::Append { object, .. } = imap else { return };
        if object.storing == Storing::Delivery
            && let Some(slot) = ledger.slot(object.message)
        {
            let state = &mut self.states[slot as usize];
            state.clear(Mark::StoreGivenUp);
            state.decides(at.event, Mark::KeptHere);
        }
    }

    /// A PF is told something: hand-overs come back, and what comes back late is to move nothing.
    pub(super) fn pf_hears(&mut self, at: Moment, from: FunctionId, pdu: &Pdu, ledger: &Ledger) {
        let (message, back, failed) = match pdu {
            Pdu::Request(request) => match &request.body {
                Body::IwEvent(IwEvent::FailedIw { message, attempt, .. } | IwEvent::FailedMms { message, attempt, .. }) => {
                    self.failure_report(at, *message, *attempt, ledger);
                    (*message, Some(*attempt), true)
                }
                Body::IwEvent(IwEvent::DeliveredIw { message, attempt, .. }) => (*message, Some(*attempt), false),
                Body::Imdn(imdn) if self.facts.device(imdn.reporter).is_none() => {
                    (imdn.about, None, imdn.disposition == Disposition::Failed)
                }
                _ => return,
            },
            Pdu::Response(Response { kind: Kind::Pager, code: code @ 300.., about: Some(message), .. })
                if self.facts.is_interworking(from) =>
            {
                if let (500.., Some(slot)) = (*code, ledger.slot(*message)) {
                    self.states[slot as usize].set(Mark::HandoverRefused);
                }
                // One is made again after a server error.
                (*message, None, *code < 500)
            }
            _ => return,
        };
        if let Some(slot) = ledger.slot(message) {
            let state = &mut self.states[slot as usize];
            let which = back.map_or(state.handed, |attempt| attempt + 1);
            if failed && state.beside == which {
                state.beside = 0;
            }
            if state.handed == which {
                state.handed = 0;
            }
        }
    }

    // --- identity

    /// A PDU is complete at a device that can take it.
    pub fn at_device(&mut self, at: Moment, pdu: &Pdu) {
        let Some(device) = self.facts.device(at.by) else { return };
        let user = self.facts.devices[device].user;
        let (right, message) = match pdu {
            Pdu::Request(request) => {
                let named = is_for(request.target, user, at.by);
                match &request.body {
                    Body::Pager(pager) => (named && pager.to == user, Some(pager.message)),
                    Body::Imdn(imdn) => (named && imdn.to == user, Some(imdn.about)),
                    Body::Notice(notice) => (named && notice.user == user, None),
                    _ => return,
                }
            }
            Pdu::Msrp(Msrp::Send { dialog, pager, .. }) => {
                (dialog.client == at.by && pager.to == user && dialog.user == user, Some(pager.message))
            }
            Pdu::Nas(Nas::SmsDeliver { sms, .. }) => (sms.user == user, Some(sms.message)),
            Pdu::Imap(Imap::Synced { owner, objects, device, .. }) => {
                (*owner == user && *device == at.by && objects.iter().all(|o| o.owner == user), None)
            }
            _ => return,
        };
        self.about = None;
        self.identity(at, message, right);
    }

    fn identity(&mut self, at: Moment, message: Option<MessageId>, right: bool) {
        self.reach(OracleId::I26);
        if !right {
            self.broken(OracleId::I26, false, at, message, "it came to a device that it was not addressed to");
        }
    }

    // --- at the end of a message

    /// I-01, and I-25 of one message.
    pub(super) fn came_through(&mut self, at: Moment, slot: u32, r: &MessageRecord) {
        if self.states[slot as usize].has(Mark::Taken) && r.accept != NEVER {
            self.reach(OracleId::I01);
            if r.outcome == Outcome::Lost {
                let plant = r.copies.iter().any(|c| c.fate == Some(Fate::Lost(Place::Sms)));
                self.broken(OracleId::I01, plant, at, Some(r.id), "it was accepted and lost");
            }
        }
    }
}

fn is_for(target: Target, user: UserId, client: FunctionId) -> bool {
    match target {
        Target::Contact(whose, named) => whose == user && named == client,
        Target::Instances(whose, clients) => whose == user && clients.has(client),
        Target::User(whose) => whose == user,
        Target::Function(named) => named == client,
    }
}
