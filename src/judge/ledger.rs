//! The fate ledger: a book for each open message, kept from the milestones, with the count of copies held at every event.
//!
//! Every copy ends exactly once (I-25). A book is closed when nothing is open for its message: no copy, no transaction, no PDU.

use std::collections::VecDeque;

use super::record::{CopyRecord, Heading, MessageRecord, NEVER, Outcome, Told};
use crate::delivery::{CopyId, Disposition, Fate, FunctionId, LegResult, MessageId, Milestone, Pager, Path, Storing, Tag, UserId};
use crate::units::{SimTime, SubjectId, make_room, make_room_in_queue};

/// The books were broken: a fault of the program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken(pub String);

/// A book and what is open for it.
#[derive(Clone, Debug)]
pub struct Book {
    pub record: MessageRecord,
    open_copies: u32,
    /// Transactions, PDUs and watches open for the message.
    open_others: u32,
    failed: bool,
    /// A rule handed it over for interworking before its clients were chosen.
    interworked_by_rule: bool,
    /// Notifications by the device of the sender that received them, and of each kind.
    pub(super) heard: Vec<(FunctionId, Disposition, u32)>,
    /// Its objects in message stores.
    objects: Vec<(UserId, u32)>,
    /// Copies that ended because their holder gave them up.
    given_up: Vec<CopyId>,
}

impl Book {
    /// Whether a transaction, a PDU or a watch is open for the message.
    pub(super) fn is_under_way(&self) -> bool {
        self.open_others > 0
    }

    fn new(record: MessageRecord) -> Book {
        Book {
            record,
            open_copies: 0,
            open_others: 0,
            failed: false,
            interworked_by_rule: false,
            heard: Vec::new(),
            objects: Vec::new(),
            given_up: Vec::new(),
        }
    }
}

/// The books of one run.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    books: Vec<Book>,
    free: Vec<u32>,
    /// Slot of each message from `first` on; closed ones are `NONE`.
    slots: VecDeque<u32>,
    first: u32,
    open: u64,
    /// Copies made and ended, over the whole run.
    made: u64,
    ended: u64,
}

const NONE: u32 = u32::MAX;

impl Ledger {
    /// Opens the book of the next message; identities come in order.
    pub fn open(&mut self, heading: Heading, pager: &Pager) {
        self.enter(MessageRecord::new(heading, pager));
    }

    /// Opens the book of the duty `into` towards `to`, which takes over from the message in `slot`. Its identity comes in order.
    pub fn forward(&mut self, slot: u32, into: MessageId, to: UserId, subject: SubjectId) {
        let from = &self.books[slot as usize].record;
        let heading = Heading { subject, traffic: from.traffic, sequence: from.sequence };
        let pager = Pager { message: into, to, retargets: from.retargets.saturating_add(1), ..from.pager() };
        let mut record = MessageRecord::new(heading, &pager);
        record.forwarded_from = Some(from.id);
        (record.measured, record.submit) = (from.measured, from.submit);
        (record.answer, record.answer_code) = (from.answer, from.answer_code);
        (record.accept_originating, record.last_clause) = (from.accept_originating, Tag::RuleForwards);
        self.enter(record);
    }

    fn enter(&mut self, record: MessageRecord) {
        assert_eq!(record.id.0, self.first + self.slots.len() as u32, "identities are given in order");
        let slot = match self.free.pop() {
            Some(slot) => {
                let book = &mut self.books[slot as usize];
                // The lists that most messages need keep their room.
                let mut copies = std::mem::take(&mut book.record.copies);
                let mut selected = std::mem::take(&mut book.record.selected);
                let mut heard = std::mem::take(&mut book.heard);
                copies.clear();
                selected.clear();
                heard.clear();
                *book = Book { heard, ..Book::new(MessageRecord { copies, selected, ..record }) };
                slot
            }
            None => {
                make_room(&mut self.books);
                self.books.push(Book::new(record));
                (self.books.len() - 1) as u32
            }
        };
        make_room_in_queue(&mut self.slots);
        self.slots.push_back(slot);
        self.open += 1;
    }

    /// Where the book of an open message stands; none if it is closed.
    #[inline]
    pub fn slot(&self, message: MessageId) -> Option<u32> {
        let at = message.0.checked_sub(self.first)?;
        self.slots.get(at as usize).copied().filter(|s| *s != NONE)
    }

    #[inline]
    pub fn book(&mut self, slot: u32) -> &mut MessageRecord {
        &mut self.books[slot as usize].record
    }

    /// The whole book.
    #[inline]
    pub fn peek(&self, slot: u32) -> &Book {
        &self.books[slot as usize]
    }

    pub fn record(&self, slot: u32) -> &MessageRecord {
        &self.books[slot as usize].record
    }

    /// Messages with an open book.
    pub fn open_messages(&self) -> u64 {
        self.open
    }

    /// Something (transaction, PDU, watch) is open for the message.
    #[inline]
    pub fn hold(&mut self, slot: u32) {
        self.books[slot as usize].open_others += 1;
    }

    /// That has ended.
    #[inline]
    pub fn release(&mut self, slot: u32) {
        let others = &mut self.books[slot as usize].open_others;
        *others = others.checked_sub(1).expect("what is released was held");
    }

    /// Whether the slot holds an open book.
    #[inline]
    pub fn is_open(&self, slot: u32) -> bool {
        self.slot(self.books[slot as usize].record.id) == Some(slot)
    }

    /// Whether nothing is open for the message, so that its book can be closed.
    #[inline]
    pub fn at_rest(&self, slot: u32) -> bool {
        let book = &self.books[slot as usize];
        book.open_copies == 0 && book.open_others == 0
    }

    /// Closes a book: its outcome is decided, and the caller shows it. [`Ledger::forget`] follows.
    pub fn close(&mut self, slot: u32) -> &MessageRecord {
        let book = &mut self.books[slot as usize];
        book.record.outcome = outcome(book);
        &book.record
    }

    /// Ends the copies that are still open, at the end of a run.
    pub fn end_pending(&mut self, slot: u32, now: SimTime) {
        let book = &mut self.books[slot as usize];
        for copy in book.record.copies.iter_mut().filter(|c| c.fate.is_none()) {
            copy.fate = Some(Fate::Pending);
            copy.ended = now;
            copy.clause = Tag::OwnEnd;
            self.ended += 1;
        }
    }

    /// Frees the slot of a closed book.
    pub fn forget(&mut self, slot: u32) {
        let message = self.books[slot as usize].record.id;
        let at = (message.0 - self.first) as usize;
        self.slots[at] = NONE;
        while self.slots.front() == Some(&NONE) {
            self.slots.pop_front();
            self.first += 1;
        }
        make_room(&mut self.free);
        self.free.push(slot);
        self.open -= 1;
    }

    /// Slots of the open books, in order of identity.
    pub fn open_slots(&self) -> Vec<u32> {
        self.slots.iter().copied().filter(|s| *s != NONE).collect()
    }

    /// Copies made and ended so far; at the end of a run both are equal.
    pub fn copies(&self) -> (u64, u64) {
        (self.made, self.ended)
    }

    /// Writes down what `by` reports.
    pub fn write(&mut self, now: SimTime, slot: u32, by: FunctionId, tag: Tag, milestone: &Milestone) -> Result<(), Broken> {
        let book = &mut self.books[slot as usize];
        let record = &mut book.record;
        match *milestone {
            Milestone::CopyMade { copy, parent, origin, path, device, .. } => {
                self.made += 1;
                book.open_copies += 1;
                if record.copies.capacity() == 0 {
                    // What waits in the queue has two: of the submission and of the PF.
                    record.copies.reserve_exact(2);
                }
                record.copies.push(CopyRecord {
                    id: copy,
                    parent,
                    origin,
                    path,
                    device,
                    made: now,
                    fate: None,
                    ended: NEVER,
                    arrived: NEVER,
                    presented: NEVER,
                    clause: tag,
                });
            }
            Milestone::CopyEnd { copy, fate, message } => {
                let Some(found) = find(record, copy) else {
                    return Err(Broken(format!("copy {} of message {} ended without having been made", copy.0, message.0)));
                };
                let given_up = book.given_up.iter().position(|c| *c == copy);
                match (given_up, found.fate) {
                    // It was still under way: what became of it counts, and that it ended is counted already.
                    (Some(at), _) => _ = book.given_up.swap_remove(at),
                    (None, None) => {
                        book.open_copies -= 1;
                        self.ended += 1;
                    }
                    (None, Some(first)) => {
                        let what = format!("copy {} of message {} ended twice: {first:?}, then {fate:?}", copy.0, message.0);
                        return Err(Broken(what));
                    }
                }
                (found.fate, found.ended, found.clause) = (Some(fate), now, tag);
            }
            Milestone::CopyGivenUp { copy, fate, .. } => {
                if let Some(found) = find(record, copy).filter(|c| c.fate.is_none()) {
                    (found.fate, found.ended, found.clause) = (Some(fate), now, tag);
                    book.given_up.push(copy);
                    book.open_copies -= 1;
                    self.ended += 1;
                }
            }
            Milestone::Submit { .. } => record.submit = now,
            Milestone::Answer { code, .. } => answer(record, now, code),
            Milestone::ImdnReceived { disposition, .. } => hear(book, now, by, disposition),
            Milestone::AcceptOriginating { .. } => record.accept_originating = record.accept_originating.min(now),
            Milestone::Accept { at, due, .. } => (record.accept, record.due) = (at, due),
            Milestone::Reject { code, .. } => (record.reject, record.reject_code) = (now, code),
            Milestone::Defer { reason, .. } => {
                record.defers += 1;
                if record.defers == 1 {
                    (record.defer, record.defer_reason) = (now, Some(reason));
                }
            }
            Milestone::Attempt { device, .. } => {
                if !record.decided && !record.selected.iter().any(|(d, _)| *d == device) {
                    record.selected.push((device, None));
                }
                record.attempts += 1;
                record.first_attempt = record.first_attempt.min(now);
                record.last_attempt = now;
            }
            Milestone::AttemptEnd { device, result, .. } => {
                let success = matches!(result, LegResult::Code(200..300));
                if let Some((_, end)) = record.selected.iter_mut().find(|(d, _)| *d == device) {
                    *end = Some(success || *end == Some(true));
                }
            }
            Milestone::Decided { .. } => {
                record.decided = true;
                record.asked_both = book.interworked_by_rule && (record.attempts > 0 || record.defers > 0);
            }
            Milestone::Excluded { factor, .. } => record.excluded[factor as usize] += 1,
            Milestone::Forward { into, .. } => (record.forwarded, record.forwarded_into) = (now, Some(into)),
            Milestone::Display { device, .. } => record.displayed.push((device, now)),
            Milestone::Synced { .. } => record.synced += 1,
            Milestone::StorePut { owner, uid, storing, .. } => {
                match storing {
                    Storing::Delivery => record.stored_objects += 1,
                    Storing::Recording => record.recorded_objects += 1,
                }
                record.duplicate_objects |= book.objects.iter().any(|(o, other)| *o == owner && *other != uid);
                book.objects.push((owner, uid));
            }
            Milestone::StoreFailed { .. } => record.store_failures += 1,
            Milestone::Handover { .. } => {
                book.interworked_by_rule |= !record.decided && tag == Tag::RuleInterworks;
                record.handovers += 1;
                record.first_handover = record.first_handover.min(now);
                record.last_handover = now;
            }
            Milestone::Expire { .. } => record.expire = now,
            Milestone::Failed { .. } => book.failed = true,
            Milestone::Settled { .. } => record.settled = now,
            Milestone::LateFailure { .. } => record.late_failures += 1,
            Milestone::ImdnSent { disposition: Disposition::Delivered, .. } => {
                record.imdn_positive_sent += 1;
                record.positive_before_arrival += u32::from(record.first_arrival == NEVER);
                record.first_positive_sent = record.first_positive_sent.min(now);
            }
            Milestone::Present { copy, .. } => {
                if let Some(found) = find(record, copy) {
                    found.presented = now;
                }
            }
            Milestone::SmsSubmit { .. } => {
                record.first_sms_submit = record.first_sms_submit.min(now);
                record.last_sms_submit = now;
            }
            Milestone::SmsResult { ok, .. } => {
                if ok {
                    record.sms_ok += 1;
                } else {
                    record.sms_failed += 1;
                }
            }
            _ => {}
        }
        if !matches!(milestone, Milestone::TxnStart { .. } | Milestone::TxnEnd { .. }) {
            book.record.last_clause = tag;
        }
        Ok(())
    }

    /// What the sender is told of a duty that took over from this message, he is told of this message: it bears its Message-ID.
    pub fn believe(&mut self, now: SimTime, slot: u32, told: Told) {
        tell(&mut self.books[slot as usize].record, now, told);
    }

    /// The answer to the request is the answer to the duty that took over from it.
    pub fn answered(&mut self, now: SimTime, slot: u32, code: u16) {
        answer(&mut self.books[slot as usize].record, now, code);
    }

    /// A copy is complete at a device.
    pub fn arrived(&mut self, now: SimTime, slot: u32, copy: CopyId, path: Path, device: crate::delivery::FunctionId) {
        let record = &mut self.books[slot as usize].record;
        if let Some(found) = record.copies.iter_mut().rev().find(|c| c.id == copy) {
            found.arrived = now;
            record.wrong_devices += u32::from(found.device.is_some_and(|addressed| addressed != device));
            found.device = Some(device);
        }
        if record.first_arrival == NEVER {
            (record.first_arrival, record.first_path, record.first_device) = (now, Some(path), Some(device));
        }
    }
}

fn find(record: &mut MessageRecord, copy: CopyId) -> Option<&mut CopyRecord> {
    record.copies.iter_mut().rev().find(|c| c.id == copy)
}

fn answer(record: &mut MessageRecord, now: SimTime, code: u16) {
    (record.answer, record.answer_code) = (now, code);
    if code >= 300 {
        tell(record, now, Told::Failed);
    }
}

/// A disposition notification reached a device of the sender. Where he has several, each gets it: the sender is told once, as
/// often as the device that heard most of this kind.
fn hear(book: &mut Book, now: SimTime, by: FunctionId, disposition: Disposition) {
    let record = &mut book.record;
    let times = match book.heard.iter_mut().find(|(device, kind, _)| (*device, *kind) == (by, disposition)) {
        Some((.., times)) => {
            *times += 1;
            *times
        }
        None => {
            book.heard.push((by, disposition, 1));
            1
        }
    };
    let received = match disposition {
        Disposition::Delivered => &mut record.imdn_delivered_received,
        Disposition::Failed => &mut record.imdn_failed_received,
        Disposition::Displayed => &mut record.imdn_displayed_received,
        Disposition::Interworked => &mut record.imdn_interworked_received,
    };
    if times <= *received {
        record.imdn_repeats_at_devices += 1;
        return;
    }
    *received = times;
    match disposition {
        Disposition::Delivered => {
            record.first_imdn_delivered = record.first_imdn_delivered.min(now);
            tell(record, now, Told::Delivered);
        }
        Disposition::Failed => tell(record, now, Told::Failed),
        Disposition::Displayed | Disposition::Interworked => {}
    }
}

fn tell(record: &mut MessageRecord, now: SimTime, told: Told) {
    (record.told, record.told_at) = (told, now);
    record.ever_told_delivered |= told == Told::Delivered;
    record.ever_told_failed |= told == Told::Failed;
}

/// The path of the first arrival, if a device took what came on it; else that of a copy that one took. A copy that was complete at a
/// device and was refused there has the fate `refused`: that is no delivery.
fn delivered_by(record: &MessageRecord) -> Option<Path> {
    let first = record.first_path?;
    let taken = |c: &&CopyRecord| c.arrived != NEVER && !(c.presented == NEVER && matches!(c.fate, Some(Fate::Refused(_))));
    let mut paths = record.copies.iter().filter(taken).map(|c| c.path);
    let other = paths.next()?;
    Some(if other == first || paths.any(|p| p == first) { first } else { other })
}

/// The first line of the table of outcomes that applies (`invariants.md`).
fn outcome(book: &Book) -> Outcome {
    let record = &book.record;
    let ended = |wanted: fn(Fate) -> bool| record.copies.iter().any(|c| c.fate.is_some_and(wanted));
    match delivered_by(record) {
        Some(Path::Ip) => return Outcome::DeliveredIp,
        Some(Path::Sms) => return Outcome::DeliveredSms,
        Some(Path::Mms) => return Outcome::DeliveredMms,
        None => {}
    }
    if record.reject != NEVER || (record.accept == NEVER && ended(|f| matches!(f, Fate::Refused(_)))) {
        return Outcome::Rejected;
    }
    if record.forwarded != NEVER {
        return Outcome::Forwarded;
    }
    if ended(|f| f == Fate::Deleted) {
        return Outcome::Deleted;
    }
    if ended(|f| f == Fate::Stored) {
        return Outcome::Stored;
    }
    if ended(|f| f == Fate::Expired) {
        return Outcome::Expired;
    }
    if book.failed {
        return Outcome::Failed;
    }
    if book.open_copies > 0 || record.submit == NEVER {
        return Outcome::Pending;
    }
    Outcome::Lost
}
