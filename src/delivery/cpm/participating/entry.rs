//! One message as the terminating PF holds it, and the list of those of one user.

use crate::delivery::{
    ClientSet, CopyId, DeferReason, FunctionId, Icsi, MessageId, Pager, Reason, Request, Response, Tag, TimerToken,
};
use crate::units::{SimTime, make_room, make_room_for};

/// Names an entry; an entry used again has another generation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct EntryId {
    pub index: u32,
    pub generation: u32,
}

/// The how-manieth thing the PF was told: what came first, where a time would leave open what happened at one instant.
pub(super) type Turn = u64;

/// A message that the PF has accepted and not yet let go of.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub generation: u32,
    pub pager: Pager,
    /// The PF's own copy.
    pub copy: CopyId,
    pub due: SimTime,
    pub expiry: Option<TimerToken>,
    /// Wait for IP of this message alone.
    pub wait: Option<TimerToken>,
    /// The originating side waits for an answer: its place among those of [`Entries::take_answer`].
    pub answer: Option<u32>,
    /// In the deferred queue.
    pub in_queue: bool,
    /// In the line of a push that has begun.
    pub in_line: bool,
    /// The claim of that push has been reported, and its attempt has not begun.
    pub lined_up: bool,
    /// Requests to clients without a final answer.
    pub legs: u32,
    /// When the attempt began whose legs are counted, and when the last one began that failed.
    pub attempt_began: Turn,
    pub failed_attempt: Option<Turn>,
    /// Best error so far with its headers, and whether an answer of its kind allows deferral.
    pub best: Option<(u16, Reason)>,
    pub deferrable: bool,
    /// The rule for the answer that decides what follows if no client takes it: the last that allows deferral, else the last.
    pub deciding: Tag,
    /// A client did not take the content as it is.
    pub adapt: bool,
    /// Requests that wait to be sent once more, and the clients whose request has been in this attempt.
    pub repeats: Vec<Repeat>,
    pub repeated: ClientSet,
    /// A client took it, but it stays for those that did not answer (`fanout-defer-missing`).
    pub reached: bool,
    pub missing: ClientSet,
    /// Clients that answered 202 and have not reported since (`on-client-202=unconfirmed`).
    pub unconfirmed: ClientSet,
    /// Clients that have been told that it waits, as far as the PF knows.
    pub notified: ClientSet,
    /// Clients that did not take it and have given no sign of life since: they are not told of it for its own sake.
    pub failed_to: ClientSet,
    /// The pull that has hold of it, until it has come to an end for that pull.
    pub pull: Option<u32>,
    /// The attempt whose legs are counted was asked for by a pull.
    pub by_pull: bool,
    /// What holds it in the queue beside the want of access: a rule, or do-not-disturb.
    pub held_for: Option<DeferReason>,
    /// The policy in force when it came.
    pub policy: u16,
    /// Handed over and deferred: the short message and the CPM message are both due (`dnd-after-interwork=both`).
    pub both: bool,
    /// Its conversation history has been recorded.
    pub recorded: bool,
    /// The storage operation that is to deliver it.
    pub storing: Option<u32>,
    /// It went on to another recipient.
    pub forwarded: bool,
    /// Of the request that brought it.
    pub max_forwards: u8,
    pub icsi: Icsi,
    /// Hand-overs to the ISF, the current one last; whether its result is awaited, and how many first answers are: that of an
    /// earlier hand-over may come after the next one has begun.
    pub handovers: u32,
    pub handed_at: Turn,
    pub sms_open: bool,
    /// The hand-over that was last taken back from the service centre; 0: none.
    pub taken_back: u32,
    pub isf_open: u32,
    pub sms_delivered: bool,
    /// The ISF has no service for content of its kind or size.
    pub not_by_sms: bool,
    /// The hand-over has been repeated after a server error.
    pub isf_repeated: bool,
    /// Returns from the ISF to the queue.
    pub returns: u32,
    /// Passed its life while claimed.
    pub overdue: bool,
    /// The expiry action has run.
    pub expired: bool,
    /// A terminal delivery disposition has gone to the sender.
    pub reported: bool,
    /// Its end is decided; kept for what is still under way.
    pub settled: bool,
}

/// A request that is sent once more after a server error.
#[derive(Clone, Copy, Debug)]
pub(super) struct Repeat {
    /// The first of its clients, or the ISF.
    pub key: FunctionId,
    /// None: a hand-over.
    pub clients: Option<ClientSet>,
    pub token: TimerToken,
}

impl Entry {
    /// An entry for a message that has just come.
    pub fn fresh(request: &Request, pager: Pager, came: Came) -> Entry {
        let none = ClientSet::none(came.first);
        Entry {
            generation: 0,
            pager,
            copy: came.copy,
            due: came.due,
            expiry: None,
            wait: None,
            answer: None,
            in_queue: false,
            in_line: false,
            lined_up: false,
            legs: 0,
            attempt_began: came.turn,
            failed_attempt: None,
            best: None,
            deferrable: false,
            deciding: Tag::OwnTimeoutDefers,
            adapt: false,
            repeats: Vec::new(),
            repeated: none,
            reached: false,
            missing: none,
            unconfirmed: none,
            notified: none,
            failed_to: none,
            pull: None,
            by_pull: false,
            held_for: None,
            policy: came.policy,
            both: false,
            recorded: false,
            storing: None,
            forwarded: false,
            max_forwards: request.max_forwards,
            icsi: request.icsi,
            handovers: 0,
            handed_at: came.turn,
            sms_open: false,
            taken_back: 0,
            isf_open: 0,
            sms_delivered: false,
            not_by_sms: false,
            isf_repeated: false,
            returns: 0,
            overdue: false,
            expired: false,
            reported: false,
            settled: false,
        }
    }

    /// The state of the message, as the table of states and inputs names it.
    pub fn state(&self) -> &'static str {
        match self {
            Entry { forwarded: true, .. } => "forwarded",
            Entry { settled: true, .. } => "settled",
            Entry { storing: Some(_), .. } => "storing",
            _ if self.legs > 0 || !self.unconfirmed.is_empty() => "attempting",
            Entry { in_queue: true, .. } => "deferred",
            Entry { sms_open: true, .. } => "interworked",
            _ => "accepted",
        }
    }

    /// Whether something is under way that will end by itself.
    pub fn busy(&self) -> bool {
        self.legs > 0 || (self.sms_open && !self.both) || self.in_line || self.storing.is_some() || self.pull.is_some()
    }

    /// Whether a trigger has taken hold of it.
    pub fn claimed(&self) -> bool {
        self.busy() || !self.unconfirmed.is_empty()
    }

    /// Its life ended while it was under way: nothing more is begun for it. At the very end of its life a delivery still may be.
    pub fn overdue_at(&self, now: SimTime) -> bool {
        self.overdue || self.due < now
    }

    /// A client or the phone has it: whatever becomes of the rest, its sender is not told that it failed.
    pub fn has_arrived(&self) -> bool {
        self.reached || self.sms_delivered
    }

    /// Nothing is under way any more.
    pub fn at_rest(&self) -> bool {
        self.legs == 0 && !self.sms_open && self.isf_open == 0 && self.storing.is_none()
    }
}

/// What is known of a message when it is taken in.
#[derive(Clone, Copy, Debug)]
pub(super) struct Came {
    pub copy: CopyId,
    pub due: SimTime,
    pub turn: Turn,
    /// The first client of the recipient.
    pub first: FunctionId,
    pub policy: u16,
}

/// What the PF knows of a message by its identity after it has let go of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Mark {
    #[default]
    Unknown,
    Held(u32),
    Settled,
    /// Settled, and a terminal delivery disposition has gone to the sender.
    Reported,
}

/// The entries of a PF: a slab, and the marks by message identity.
#[derive(Clone, Debug, Default)]
pub(super) struct Entries {
    slab: Vec<Entry>,
    free: Vec<u32>,
    /// Answers that the originating side waits for but for their code. They go soon, the messages may stay for long.
    answers: Vec<(FunctionId, Response)>,
    free_answers: Vec<u32>,
    /// By message identity, from `first` on.
    marks: Vec<Mark>,
    first: u32,
}

impl Entries {
    /// Enters a message whose originating side waits for `answer`.
    pub fn insert(&mut self, entry: Entry, answer: (FunctionId, Response)) -> EntryId {
        let place = self.keep_answer(answer);
        let entry = Entry { answer: Some(place), ..entry };
        let message = entry.pager.message.0;
        let index = match self.free.pop() {
            Some(index) => {
                let generation = self.slab[index as usize].generation;
                self.slab[index as usize] = Entry { generation, ..entry };
                index
            }
            None => {
                make_room(&mut self.slab);
                self.slab.push(entry);
                (self.slab.len() - 1) as u32
            }
        };
        *self.mark_mut(message) = Mark::Held(index);
        EntryId { index, generation: self.slab[index as usize].generation }
    }

    fn keep_answer(&mut self, answer: (FunctionId, Response)) -> u32 {
        match self.free_answers.pop() {
            Some(place) => {
                self.answers[place as usize] = answer;
                place
            }
            None => {
                self.answers.push(answer);
                (self.answers.len() - 1) as u32
            }
        }
    }

    /// The answer that the originating side waits for, which it gets once; its code is set when it goes.
    pub fn take_answer(&mut self, id: EntryId) -> Option<(FunctionId, Response)> {
        let place = self.at(id).answer.take()?;
        self.free_answers.push(place);
        Some(self.answers[place as usize])
    }

    pub fn get(&self, id: EntryId) -> Option<&Entry> {
        self.slab.get(id.index as usize).filter(|e| e.generation == id.generation)
    }

    pub fn get_mut(&mut self, id: EntryId) -> Option<&mut Entry> {
        self.slab.get_mut(id.index as usize).filter(|e| e.generation == id.generation)
    }

    /// The entry of that name, which must stand.
    pub fn at(&mut self, id: EntryId) -> &mut Entry {
        self.get_mut(id).expect("an entry stands while something is under way for it")
    }

    pub fn id_of(&self, index: u32) -> EntryId {
        EntryId { index, generation: self.slab[index as usize].generation }
    }

    /// The entry of a message, while the PF holds it.
    pub fn held(&self, message: MessageId) -> Option<EntryId> {
        match self.mark(message.0) {
            Mark::Held(index) => Some(self.id_of(index)),
            _ => None,
        }
    }

    /// Every entry that stands, in order of its place.
    pub fn live(&self) -> Vec<EntryId> {
        let mut free = self.free.clone();
        free.sort_unstable();
        let standing = (0..self.slab.len() as u32).filter(|index| free.binary_search(index).is_err());
        standing.map(|index| self.id_of(index)).collect()
    }

    pub fn remove(&mut self, id: EntryId) {
        let entry = self.at(id);
        entry.generation = entry.generation.wrapping_add(1);
        let (message, reported) = (entry.pager.message.0, entry.reported);
        make_room(&mut self.free);
        self.free.push(id.index);
        *self.mark_mut(message) = if reported { Mark::Reported } else { Mark::Settled };
    }

    pub fn mark(&self, message: u32) -> Mark {
        message.checked_sub(self.first).and_then(|i| self.marks.get(i as usize)).copied().unwrap_or_default()
    }

    /// Writes down that a terminal disposition has gone; true if it is the first.
    pub fn report_once(&mut self, message: u32) -> bool {
        match self.mark(message) {
            Mark::Unknown => true,
            Mark::Reported => false,
            Mark::Settled => {
                *self.mark_mut(message) = Mark::Reported;
                true
            }
            Mark::Held(index) => !std::mem::replace(&mut self.slab[index as usize].reported, true),
        }
    }

    fn mark_mut(&mut self, message: u32) -> &mut Mark {
        if self.marks.is_empty() {
            self.first = message;
        }
        // Identities come in order of submission; one that was overtaken by all others may still be older than the first.
        if message < self.first {
            let older = (self.first - message) as usize;
            self.marks.splice(0..0, std::iter::repeat_n(Mark::Unknown, older));
            self.first = message;
        }
        let at = (message - self.first) as usize;
        if at >= self.marks.len() {
            let more = at + 1 - self.marks.len();
            make_room_for(&mut self.marks, more);
            self.marks.resize(at + 1, Mark::Unknown);
        }
        &mut self.marks[at]
    }
}
