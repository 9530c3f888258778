//! The oracles: the invariants, judged while a run goes on.
//!
//! They are told what functions report, what PDUs they send and are told, and what the access and device models write; no state of
//! a function is read. Each counts how often the situation was met that it guards, and its breaks: findings where the resolved model
//! mandates the invariant and no excluded case explains the break, expected ones elsewhere. `table` holds statements and conditions,
//! `delivery`, `reports` and `lives` judge.
//!
//! Left out: I-17, I-18, I-20 and I-21, which are about the SMS plant and needless effort; orphans among sessions (I-12), sessions
//! that cross (I-13).

mod delivery;
mod facts;
mod lives;
mod reports;
mod state;
mod table;
#[cfg(test)]
mod tests;
mod verdict;

pub use facts::{DeviceFacts, Facts, People, Station};
pub use table::{Condition, Mandate, ModelFact, ORACLES, Oracle, OracleId, Sort};
pub use verdict::{Break, Verdict, Verdicts};

use super::ledger::{Book, Ledger};
use crate::delivery::profile::Axes;
use crate::delivery::{Body, FunctionId, MessageId, Method, Milestone, NoticeKind, Pdu, Tag, UserId};
use crate::units::{SimTime, make_room};
use state::{Done, Mark, Once, State};

/// One thing reported: when, in which event, by whom.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    pub now: SimTime,
    /// Ordinal of the event in its run.
    pub event: u64,
    pub by: FunctionId,
}

/// What is remembered of a user.
#[derive(Clone, Debug)]
struct User {
    queued: u32,
    /// Pulls under way.
    pulls: u32,
    /// The PF knew a registration of his for the first time.
    first_view: SimTime,
    /// Conversations in which something has arrived: sender, traffic stream, highest place in it.
    conversations: Vec<(UserId, u32, u32)>,
}

/// A queue that was found full in an event, and whether somebody was told.
#[derive(Clone, Copy, Debug)]
struct Full {
    event: u64,
    at: SimTime,
    message: MessageId,
    by: FunctionId,
    told: bool,
}

/// The oracles of one run.
#[derive(Clone, Debug)]
pub struct Oracles {
    facts: Facts,
    mandated: [bool; ORACLES.len()],
    verdicts: Verdicts,
    /// By the slot of the ledger.
    states: Vec<State>,
    users: Vec<User>,
    /// By number of device: since when it can take messages.
    there_since: Vec<SimTime>,
    once: Once,
    full: Option<Full>,
    /// 202 was sent in this event for a message that had not been written down by then.
    early: Option<(Moment, MessageId)>,
    /// A failure report for an earlier attempt was told in this event, about this message.
    stale: Option<(u64, MessageId)>,
    /// What the notification is for whose list is being reported.
    notice: NoticeKind,
    /// The slot of the message that is judged now.
    about: Option<u32>,
    ended: bool,
    fault: Option<String>,
}

impl Oracles {
    /// The oracles of a run under `axes`.
    pub fn new(axes: &Axes, facts: Facts) -> Oracles {
        let users = facts.users.len();
        let functions = facts.stations.len() + facts.devices.len();
        Oracles {
            mandated: std::array::from_fn(|i| ORACLES[i].is_mandated(axes, &facts)),
            verdicts: Verdicts::default(),
            states: Vec::new(),
            users: vec![User { queued: 0, pulls: 0, first_view: SimTime::NEVER, conversations: Vec::new() }; users],
            there_since: vec![SimTime::NEVER; facts.devices.len()],
            once: Once::new(functions, facts.remembers),
            full: None,
            early: None,
            stale: None,
            notice: NoticeKind::default(),
            about: None,
            ended: false,
            fault: None,
            facts,
        }
    }

    /// A book was opened in this slot.
    pub fn open(&mut self, slot: u32) {
        let slot = slot as usize;
        if self.states.len() <= slot {
            make_room(&mut self.states);
            self.states.resize_with(slot + 1, State::default);
        }
        self.states[slot].reset();
    }

    /// A function reports, before the ledger writes it down.
    #[inline]
    pub fn reported(&mut self, at: Moment, tag: Tag, milestone: &Milestone, ledger: &Ledger, slot: Option<u32>) {
        self.event_over(at.event);
        self.about = slot;
        match slot {
            Some(slot) => self.about_message(at, tag, milestone, slot, ledger.peek(slot)),
            None => self.about_nothing_open(at, milestone),
        }
    }

    /// A function sends.
    #[inline]
    pub fn sent(&mut self, at: Moment, pdu: &Pdu, ledger: &Ledger) {
        match pdu {
            Pdu::Response(response) => {
                self.about = response.about.and_then(|message| ledger.slot(message));
                // A repeated 2xx to an INVITE is passed on by every element as often as it comes (RFC 3261 13.3.1.4, RFC 6026 8.7).
                let passed_on = response.method == Method::Invite && response.code < 300 && self.facts.relays(at.by);
                if response.code >= 200 && response.method != Method::Cancel && !passed_on {
                    self.reach(OracleId::I12);
                    let done = self.once.answered(response.txn, at.by);
                    if matches!(done, Done::Again | Done::AfterItsEnd) {
                        let excused = done == Done::AfterItsEnd;
                        self.broken(OracleId::I12, excused, at, response.about, "a second final response to one request");
                    }
                }
                if let Some(slot) = self.about {
                    self.answers_sender(at, response, slot, &ledger.peek(slot).record);
                }
            }
            Pdu::Request(request) => {
                if let Body::Imdn(_) = request.body
                    && let Some(slot) = request.about().and_then(|message| ledger.slot(message))
                {
                    self.about = Some(slot);
                    self.reports_on(at, request, slot, &ledger.peek(slot).record);
                }
            }
            Pdu::Imap(imap) => self.stores(at, imap, ledger),
            _ => {}
        }
    }

    /// A function of the model is told a PDU.
    #[inline]
    pub fn received(&mut self, at: Moment, from: FunctionId, pdu: &Pdu, ledger: &Ledger) {
        if self.facts.is_pf(at.by) {
            self.pf_hears(at, from, pdu, ledger);
        }
    }

    /// A repetition went no further.
    #[inline]
    pub fn absorbed(&mut self) {
        self.reach(OracleId::I13);
    }

    /// A PDU came over a hop that may repeat it, and is handed on: the request of a transaction once (I-13). The acknowledgement and
    /// the cancellation of an INVITE bear its name.
    pub fn acts_once(&mut self, at: Moment, pdu: &Pdu, ledger: &Ledger) {
        if let Pdu::Request(request) = pdu
            && !matches!(request.method, Method::Ack | Method::Cancel)
        {
            let done = self.once.taken(at.now, request.txn, at.by);
            if done == Done::First {
                return;
            }
            self.about = request.about().and_then(|message| ledger.slot(message));
            if let Some(slot) = self.about.filter(|_| done != Done::Again) {
                self.states[slot as usize].set(Mark::Repeated);
            }
            if done != Done::Unknown {
                self.broken(OracleId::I13, done == Done::AfterItsEnd, at, request.about(), "a repeated request was handed on");
            }
        }
    }

    /// A timer fired: alive or not.
    #[inline]
    pub fn fired(&mut self, at: Moment, live: bool) {
        self.reach(OracleId::I24);
        if !live {
            self.broken(OracleId::I24, false, at, None, "a timer fired after it was cancelled");
        }
    }

    /// A device can take messages from now on, or no more (ground truth).
    pub fn there(&mut self, now: SimTime, device: usize, on: bool) {
        self.there_since[device] = if on { now } else { SimTime::NEVER };
    }

    /// The run is at its end: books that are closed from now on were still open.
    pub fn end(&mut self) {
        self.ended = true;
        self.event_over(u64::MAX);
    }

    /// What is wrong with the program, once.
    #[inline]
    pub fn take_fault(&mut self) -> Option<String> {
        self.fault.take()
    }

    pub fn finish(self) -> Verdicts {
        self.verdicts
    }

    // --- counting

    #[inline]
    fn reach(&mut self, oracle: OracleId) {
        self.verdicts.reach(oracle);
    }

    /// A break; `excused`: a case that the row excludes. A repetition that came after its transaction's end excuses what follows from it.
    #[cold]
    fn broken(&mut self, oracle: OracleId, excused: bool, at: Moment, message: Option<MessageId>, what: &'static str) {
        let place = Break { at: at.now, message, function: at.by, what };
        let repeated = message.is_some() && self.about.is_some_and(|slot| self.states[slot as usize].has(Mark::Repeated));
        let excused = excused || (repeated && !ORACLES[oracle as usize].is_program());
        self.verdicts.broken(oracle, self.mandated[oracle as usize] && !excused, place);
        if ORACLES[oracle as usize].is_program() {
            let whom = message.map_or(String::new(), |m| format!(" (message {})", m.0));
            self.fault.get_or_insert_with(|| format!("{}: {what} at function {}{whom}", ORACLES[oracle as usize].name, at.by.0));
        }
    }

    /// What is judged when a book is closed.
    pub fn closed(&mut self, now: SimTime, slot: u32, book: &Book) {
        let at = Moment { now, event: u64::MAX, by: self.states[slot as usize].pf };
        self.about = Some(slot);
        self.came_through(at, slot, &book.record);
        self.came_to_an_end(at, slot, &book.record);
        self.was_told(at, slot, book);
    }
}
