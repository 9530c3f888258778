//! Delivery to the message store and the recording of conversation history: one operation, two meanings (SD23-5.2.2.1.1-32).
//!
//! A delivery waits for the store's answer; a recording does not, and its failure changes nothing for the message. Where both
//! apply to a message there is one operation (SD23-5.2.2.1.1-33).

use super::Pf;
use super::entry::{Entry, EntryId};
use crate::delivery::axes as axis;
use crate::delivery::policy::stripped;
use crate::delivery::{
    DeferReason, Disposition, Dispositions, Fate, Imap, Milestone, Object, Origin, Outbox, Pager, Path, Pdu, Reason, Storing, Tag,
    Timer, TimerToken, UserId,
};
use crate::units::SimTime;

/// A storage operation that delivers a message and has not been answered.
#[derive(Clone, Copy, Debug)]
pub(super) struct StoreOperation {
    pub entry: EntryId,
    pub timer: TimerToken,
    /// The statement that asked for it.
    rule: Tag,
}

impl Pf {
    /// Delivers a message to its recipient's store (IW15-8.3.1.1-15).
    pub(super) fn store(&mut self, now: SimTime, id: EntryId, rule: Tag, out: &mut Outbox) {
        let Some(mss) = self.setup.mss else { return self.store_failed(now, id, out) };
        let entry = self.entries.at(id);
        if entry.storing.is_some() {
            return;
        }
        let (pager, parent) = (entry.pager, entry.copy);
        let message = pager.message;
        let tag = self.next_operation(Storing::Delivery);
        let copy = out.mint_copy();
        let made =
            Milestone::CopyMade { copy, message, parent: Some(parent), origin: Origin::Acceptance, path: Path::Ip, device: None };
        out.milestone(rule, made);
        let timer = out.set_timer(Timer::StoreEnd { tag }, self.setup.limit);
        self.operations.insert(tag, StoreOperation { entry: id, timer, rule });
        let entry = self.entries.at(id);
        entry.storing = Some(tag);
        entry.recorded = true;
        let dispositions = still_asked(pager.dispositions, out);
        let object = self.object(&pager, pager.to, Storing::Delivery, out);
        let object = Object { copy: Some(copy), dispositions, ..object };
        out.send(mss, Pdu::Imap(Imap::Append { object, tag }));
    }

    /// Records the history of a message that came, once.
    pub(super) fn record_once(&mut self, id: EntryId, tag: Tag, out: &mut Outbox) {
        let entry = self.entries.at(id);
        let pager = entry.pager;
        if std::mem::replace(&mut entry.recorded, true) && self.stores_once(out) {
            return;
        }
        self.record(&pager, pager.to, tag, out);
    }

    /// Records a message in the store of `owner`: no copy of it, and nothing waits for the answer.
    pub(super) fn record(&mut self, pager: &Pager, owner: UserId, rule: Tag, out: &mut Outbox) {
        let Some(mss) = self.setup.mss else { return };
        out.milestone(rule, Milestone::Told);
        let tag = self.next_operation(Storing::Recording);
        let object = self.object(pager, owner, Storing::Recording, out);
        out.send(mss, Pdu::Imap(Imap::Append { object, tag }));
    }

    /// Recording and storing meet: whether they make one object (SD23-5.2.2.1.1-33).
    pub(super) fn stores_once(&self, out: &mut Outbox) -> bool {
        out.milestone(Tag::OneStorage, Milestone::GuardReached { guard: axis::GUARD_SINGLE_STORED_COPY });
        self.behaviour.guard_single_stored && out.holds(Tag::OneStorage) && out.holds(Tag::OwnSingleStored)
    }

    /// Names of operations: the last bit says whether a recording was asked for.
    fn next_operation(&mut self, storing: Storing) -> u32 {
        self.last_operation += 1;
        self.last_operation << 1 | storing as u32
    }

    fn object(&self, pager: &Pager, owner: UserId, storing: Storing, out: &mut Outbox) -> Object {
        // What content goes to the content store is determined for every object.
        out.milestone(Tag::Ts83ContentStore, Milestone::Told);
        let apart = pager.bytes > self.setup.content_store_over && out.holds(Tag::Ts83ContentStore);
        Object {
            message: pager.message,
            original: pager.original,
            copy: None,
            owner,
            from: pager.from,
            storing,
            content: pager.content,
            bytes: pager.bytes,
            dispositions: pager.dispositions,
            indications: pager.indications,
            apart,
        }
    }

    /// The store has answered.
    pub(super) fn on_appended(&mut self, now: SimTime, tag: u32, written: bool, out: &mut Outbox) {
        if tag & 1 == Storing::Recording as u32 {
            return;
        }
        let Some(operation) = self.operations.remove(&tag) else {
            return out.milestone(Tag::OwnLateResponse, Milestone::LateResponse);
        };
        out.cancel_timer(operation.timer);
        if written { self.stored(now, operation, out) } else { self.not_stored(now, operation, out) }
    }

    /// The store has not answered. What it does with the copy that it was given is its affair.
    pub(super) fn on_store_end(&mut self, now: SimTime, tag: u32, out: &mut Outbox) {
        let operation = self.operations.remove(&tag).expect("the timer of an operation runs while it is open");
        self.not_stored(now, operation, out);
    }

    fn stored(&mut self, now: SimTime, operation: StoreOperation, out: &mut Outbox) {
        let StoreOperation { entry: id, rule, .. } = operation;
        let entry = self.entries.at(id);
        entry.storing = None;
        let Entry { pager, copy, settled, .. } = *entry;
        let pull = entry.pull.take().filter(|_| rule == Tag::PullStores);
        let message = pager.message;
        out.milestone(rule, Milestone::Store { message, ok: true });
        if settled {
            self.let_go(id);
            return self.pulled_stored(now, id, pull, true, out);
        }
        let answered = if rule == Tag::Ts83Store { Tag::Ts83Store200 } else { Tag::Store200 };
        self.answer_under(id, 200, answered, out);
        // No text has the storing at expiry reported as a delivery.
        let reports = if rule == Tag::PullStores { Tag::PullStoreReports } else { Tag::StoreReports };
        if rule != Tag::ExpireStores && pager.dispositions.positive && out.holds(reports) {
            self.report(now, pager, Disposition::Delivered, reports, out);
        }
        out.milestone(rule, Milestone::CopyEnd { copy, message, fate: Fate::Superseded });
        self.settle(id, rule, out);
        self.pulled_stored(now, id, pull, true, out);
    }

    fn not_stored(&mut self, now: SimTime, operation: StoreOperation, out: &mut Outbox) {
        let StoreOperation { entry: id, rule, .. } = operation;
        let entry = self.entries.at(id);
        entry.storing = None;
        let (message, settled, pull) = (entry.pager.message, entry.settled, entry.pull.filter(|_| rule == Tag::PullStores));
        out.milestone(rule, Milestone::Store { message, ok: false });
        match (settled, pull) {
            (true, _) => self.let_go(id),
            (false, None) => self.store_failed(now, id, out),
            // It is in the queue still, and goes back to it.
            (false, Some(_)) => {}
        }
        self.pulled_stored(now, id, pull, false, out);
    }

    /// The texts do not say what becomes of a message that the store does not take: it is deferred, or refused if it cannot be.
    fn store_failed(&mut self, now: SimTime, id: EntryId, out: &mut Outbox) {
        let entry = self.entries.at(id);
        if entry.expired {
            return self.delete_expired(now, id, Tag::Expire, out);
        }
        if entry.overdue_at(now) {
            self.answer(id, 202, out);
            return self.expire(now, id, Tag::Expire, out);
        }
        if !out.holds(Tag::OwnStoreFailed) {
            return self.refuse(now, id, (480, Reason::None), Tag::OwnStoreFailed, out);
        }
        if !self.entries.at(id).in_queue {
            self.defer(now, id, DeferReason::AttemptFailed, Tag::OwnStoreFailed, out);
        }
    }
}

/// What a stored message still asks for: no delivery report any more, a read report as before (IW15-8.3.1.1-13, -14; A-09).
fn still_asked(asked: Dispositions, out: &mut Outbox) -> Dispositions {
    let Dispositions { positive, negative, display } = stripped(asked);
    if asked.positive || asked.negative {
        out.milestone(Tag::StripDelivery, Milestone::Told);
    }
    if asked.display {
        out.milestone(Tag::KeepDisplay, Milestone::Told);
    }
    let strip = out.holds(Tag::StripDelivery);
    Dispositions {
        positive: if strip { positive } else { asked.positive },
        negative: if strip { negative } else { asked.negative },
        display: display && out.holds(Tag::KeepDisplay),
    }
}
