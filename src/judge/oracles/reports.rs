//! Oracles of what devices show and senders are told: I-02, I-05 to I-07, I-14, I-28, I-31, I-32.

use super::facts::REPORTS_BY;
use super::state::Mark;
use super::{Moment, OracleId, Oracles};
use crate::delivery::{Body, Case, CopyId, Disposition, Imdn, Kind, Path, Request, Response};
use crate::judge::ledger::Book;
use crate::judge::{MessageRecord, NEVER, Outcome, Told};

fn is_terminal(disposition: Disposition) -> bool {
    matches!(disposition, Disposition::Delivered | Disposition::Failed)
}

impl Oracles {
    /// A device shows a copy that came by IP, before the ledger writes it down.
    pub(super) fn shown(&mut self, at: Moment, copy: CopyId, r: &MessageRecord) {
        self.reach(OracleId::I02);
        let shown =
            |c: &crate::judge::CopyRecord| c.path == Path::Ip && c.presented != NEVER && (c.device == Some(at.by) || c.id == copy);
        if r.copies.iter().any(shown) {
            self.broken(OracleId::I02, false, at, Some(r.id), "a device showed it twice");
        }
    }

    /// The PF of the recipient answers the request.
    pub(super) fn answers_sender(&mut self, at: Moment, response: &Response, slot: u32, r: &MessageRecord) {
        let state = &mut self.states[slot as usize];
        if response.kind != Kind::Pager || at.by != state.pf || !matches!(response.code, 200 | 202) {
            return;
        }
        state.set(Mark::Taken);
        // One PF for both: what it sends may be the answer of the new recipient's side to a forwarded message.
        if response.code == 202 && self.facts.people(r.from).pf != at.by {
            let recorded = state.has(Mark::Recorded);
            self.reach(OracleId::I14);
            // It leaves at the end of the event.
            if !recorded {
                self.early = Some((at, r.id));
            }
        }
    }

    /// A disposition about the message leaves a function.
    pub(super) fn reports_on(&mut self, at: Moment, request: &Request, slot: u32, r: &MessageRecord) {
        let Body::Imdn(imdn) = &request.body else { return };
        self.reach(OracleId::I07);
        if (imdn.about, imdn.original, imdn.from, imdn.to) != (r.id, r.original, r.to, r.from) {
            self.broken(OracleId::I07, false, at, Some(r.id), "a disposition names another message or recipient");
        }
        if self.facts.device(at.by).is_some() {
            self.client_reports(at, imdn, slot, r);
        } else if at.by == self.states[slot as usize].pf && request.case == Case::Terminating {
            self.pf_reports(at, imdn, slot, r);
        }
    }

    /// I-07, at the client that makes the reports.
    fn client_reports(&mut self, at: Moment, imdn: &Imdn, slot: u32, r: &MessageRecord) {
        let state = &mut self.states[slot as usize];
        match imdn.disposition {
            Disposition::Delivered if r.dispositions.display && !state.reporters.contains(&at.by) => state.reporters.push(at.by),
            Disposition::Displayed => {
                // What a device got from the store has been reported by the PF.
                let reported = !r.dispositions.positive || state.reporters.contains(&at.by) || state.has(Mark::Synced);
                let shown = r.copies.iter().any(|c| c.device == Some(at.by) && c.presented != NEVER) || state.has(Mark::Synced);
                if !(reported && shown) {
                    self.broken(OracleId::I07, false, at, Some(r.id), "displayed was sent before delivered");
                }
            }
            _ => {}
        }
    }

    /// I-06.
    fn pf_reports(&mut self, at: Moment, imdn: &Imdn, slot: u32, r: &MessageRecord) {
        let state = &mut self.states[slot as usize];
        let excused = state.has(Mark::Leg202) && !self.facts.unconfirmed_202;
        let early = imdn.disposition == Disposition::Delivered && !state.has(Mark::Come);
        let again = if is_terminal(imdn.disposition) {
            state.terminal = state.terminal.saturating_add(1);
            state.terminal > 1
        } else {
            let shown = u8::from(imdn.disposition == Disposition::Displayed);
            state.display = state.display.saturating_add(shown);
            state.display > 1 && shown > 0
        };
        if imdn.disposition == Disposition::Failed {
            state.set(Mark::ReportedFailed);
        }
        self.reach(OracleId::I06);
        if again {
            self.broken(OracleId::I06, excused, at, Some(r.id), "a second disposition of its kind was emitted");
        }
        if early {
            self.broken(OracleId::I06, excused, at, Some(r.id), "delivered was emitted before any delivery");
        }
    }

    /// A disposition came to a device of the sender, before the ledger writes it down. What bears no feature tag passes no PF, which
    /// could make one report of several.
    pub(super) fn hears(&mut self, at: Moment, disposition: Disposition, book: &Book) {
        let r = &book.record;
        if disposition == Disposition::Interworked {
            return; // It says by which service, and may come beside every other.
        }
        let untagged = r.accept == NEVER;
        let heard = |wanted: &dyn Fn(Disposition) -> bool| book.heard.iter().any(|(by, kind, _)| *by == at.by && wanted(*kind));
        self.reach(OracleId::I05);
        if is_terminal(disposition) {
            self.reach(OracleId::I28);
            if heard(&|kind| is_terminal(kind) && kind != disposition) {
                self.broken(OracleId::I28, untagged, at, Some(r.id), "the terminal status at the sender changed");
            }
            if heard(&|kind| kind == Disposition::Displayed) {
                // Order at the sender is counted: it may be the links'.
                self.broken(OracleId::I07, true, at, Some(r.id), "displayed reached the sender before delivered");
            }
        }
        if heard(&|kind| is_terminal(kind) == is_terminal(disposition)) {
            self.broken(OracleId::I05, untagged, at, Some(r.id), "a second disposition of its kind reached the sender");
        }
    }

    /// A disposition was lost on its way.
    pub fn report_lost(&mut self, slot: u32) {
        self.states[slot as usize].set(Mark::ReportLost);
    }

    /// I-31 and I-32, at the end of a message.
    pub(super) fn was_told(&mut self, at: Moment, slot: u32, book: &Book) {
        let r = &book.record;
        let delivered = matches!(r.outcome, Outcome::DeliveredIp | Outcome::DeliveredSms | Outcome::DeliveredMms | Outcome::Stored);
        if r.told != Told::Nothing {
            self.reach(OracleId::I32);
            let open = matches!(r.outcome, Outcome::Pending | Outcome::Forwarded);
            match r.told {
                Told::Failed if delivered => {
                    self.broken(OracleId::I32, true, at, Some(r.id), "told as failed, and delivered");
                }
                Told::Delivered if !delivered && !open => {
                    self.broken(OracleId::I32, true, at, Some(r.id), "told as delivered, and not delivered");
                }
                _ => {}
            }
        }
        // No text has the storing at expiry reported as a delivery.
        let at_expiry = r.outcome == Outcome::Stored && r.expire != NEVER;
        if !delivered || at_expiry || !r.dispositions.positive || r.accept == NEVER || !self.facts.people(r.from).hears {
            return;
        }
        let state = &self.states[slot as usize];
        let came = r.first_arrival.min(r.settled);
        // A failure was told first; a short message that the gateway had given up is known to nobody; the PF did not know the sender.
        let unknown = r.sms_failed > 0 && !r.copies.iter().any(|c| c.path == Path::Ip && c.arrived != NEVER);
        let early = self.users[r.from.0 as usize].first_view >= came;
        // Behind a line of others a report can be under way for hours.
        let late = self.ended && (at.now < came.saturating_add(REPORTS_BY) || book.is_under_way());
        if late {
            return;
        }
        let excused = state.has(Mark::ReportLost) || state.has(Mark::ReportedFailed) || unknown || early;
        self.reach(OracleId::I31);
        match r.imdn_delivered_received {
            1 => {}
            0 => self.broken(OracleId::I31, excused, at, Some(r.id), "no positive delivery report reached the sender"),
            _ => self.broken(OracleId::I31, excused, at, Some(r.id), "several positive delivery reports reached the sender"),
        }
    }
}
