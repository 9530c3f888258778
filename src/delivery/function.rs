//! The shape of every function: it is told one thing at a time and answers into the outbox; it has no other way to act.

use super::clause::{Rules, Tag};
use super::milestone::Milestone;
use super::pdu::{CopyId, Domain, FunctionId, MessageId, Pdu, UserId};
use super::timer::{Timer, TimerToken};
use crate::units::{SimTime, Span, make_room};

/// A CPM, IMS or SMS function, or a client.
pub trait Function {
    fn handle(&mut self, now: SimTime, input: Input, out: &mut Outbox);
}

/// What a function can be told.
#[derive(Clone, Debug, PartialEq)]
pub enum Input {
    /// A PDU from a neighbour. `at` is when it was complete here; `now` may be later by the time of service.
    Received {
        from: FunctionId,
        at: SimTime,
        pdu: Pdu,
    },
    /// A PDU that found no room in this function's waiting line; seconds after which the function asks to be tried again.
    Overloaded {
        from: FunctionId,
        at: SimTime,
        retry_after: Option<u32>,
        pdu: Pdu,
    },
    Expired(Timer),
    /// The answer to a question put in the outbox.
    Told(Question, Answer),
    /// To a client: its device's access changed.
    Access(Access),
    /// To a client: its user sends a message by this service; none: without a feature tag.
    Compose(super::pdu::Pager, super::pdu::Icsi),
    /// To a PF: the policy in force for a user is now this one of those it was set up with (XDM change, with its delay).
    Policy {
        user: UserId,
        policy: u16,
    },
    /// To a PF: a source for connectivity says whether a client's device can receive (IW15-8.3.1.1-32).
    Connectivity {
        user: UserId,
        client: FunctionId,
        on: bool,
    },
    /// To a PF or Core: it stopped at this instant and is there again, a PF with the queue that `queue-durability` leaves it, a Core
    /// without the flows of its clients.
    Restarted,
}

/// What the device tells the client on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Can exchange IP packets; `register`: and may start to register.
    Connected { register: bool },
    /// The phase that starts the registration is done.
    MayRegister,
    /// IP is gone while the radio stays, as in a call that suspends data or between two accesses. `kept`: the address stays, and the
    /// registration with it; else both are lost. `Connected` tells that IP is back.
    NoIp { kept: bool },
    /// Attached in this domain, which carries SMS.
    SmsAttached(Domain),
    /// Not attached in this domain any more, after saying so where that is in order.
    SmsDetached { domain: Domain, in_order: bool },
    /// The phone's memory for short messages is full, or has room again.
    Memory { full: bool },
    /// The radio goes off in good order: the last thing the client can send is sent now.
    LeavingInOrder,
    /// No radio any more.
    Gone,
}

/// A question of chance. Functions never draw: they ask, and are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Question {
    /// Client: own work before REGISTER; `nth` registration of this client.
    RegisterDelay { nth: u32 },
    /// Client: jitter of a retry, as a share of the wait in thousandths, 500 to 1000.
    RetryJitter { nth: u32 },
    /// Client: time to the `nth` keep-alive of its flow, as a share of the longest in thousandths, 800 to 1000.
    KeepAliveShare { nth: u32 },
    /// Core or PF: share of the wait, in thousandths, 500 to 1000, before what was refused for this user is tried again.
    AgainShare { user: UserId, nth: u32 },
    /// Core: time before the PF is told of a change of registration.
    NotifyDelay { user: UserId, nth: u32 },
    /// MSC: transfer of a short message to the phone.
    MtDelivery { paging: u32, message: MessageId, attempt: u32, part: u8 },
    /// HLR: time from READY-FOR-SM to the alert.
    AlertDelay { user: UserId, nth: u32 },
    /// HLR: whether an alert is lost, to the service centre at this place of the waiting list.
    AlertLost { user: UserId, sc: FunctionId, nth: u32, place: u32 },
    /// IWF or service centre: reaction to an alert.
    AlertReaction { user: UserId, nth: u32 },
    /// IWF: time from a multimedia message to its notification.
    MmsDelay { slot: u32, message: MessageId, attempt: u32 },
    /// Service centre: whether a short message, or a part of one, is lost in it (`sms.random_loss`).
    SmLost { message: MessageId, attempt: u32, number: u32, part: u8 },
    /// Service centre: whether the acknowledgement of a delivery is lost (`sms.duplicate`), at its `attempt`-th attempt.
    AckLost { message: MessageId, invoke: u32, attempt: u32 },
    /// Client: time from the presentation of a message to its display by the user.
    DisplayDelay { message: MessageId },
    /// Message store: whether writing an object fails.
    StoreFails { message: MessageId, owner: UserId, nth: u32 },
    /// Client: time to the next synchronisation with the message store.
    SyncDelay { nth: u32 },
    /// Client: time from a notification to its user's action; `nth` series of notifications of this client.
    Reaction { nth: u32 },
    /// Client: whether its user retrieves all that waits without looking at each (`user.choice`); `message` is the first he sees.
    TakesAll { message: MessageId, nth: u32 },
    /// Client: what its user wants done with a message that waits (`user.choice`), asked the `nth` time.
    Choice { message: MessageId, nth: u32 },
    /// Client: jitter of the wait before a pull is tried again, as a share of it in thousandths, 500 to 1500.
    PullJitter { nth: u32 },
    /// Client: whether an entry of a URI list goes wrong (`client.faulty`).
    EntryFaulty { message: MessageId, nth: u32 },
    /// Push Enabler: time to a device, `nth` push to it.
    PushDelay { device: FunctionId, nth: u32, slot: u32 },
    /// PF: which of a user's known devices get a push (`oob-target=selected`).
    PushSelected { device: FunctionId },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    Span(Span),
    /// It does not happen.
    Never,
    Yes(bool),
    Thousandths(u32),
    /// None: the message stays deferred, and the user does not want to be asked about it now.
    Action(Option<super::pdu::CpmAction>),
}

/// One thing a function wants done.
#[derive(Clone, Debug, PartialEq)]
pub enum Output {
    Send { to: FunctionId, pdu: Pdu },
    SetTimer { token: TimerToken, timer: Timer, after: Span },
    CancelTimer { token: TimerToken },
    Ask(Question),
    Milestone(Tag, Milestone),
}

// Beyond 128 bytes a value is moved by a call of `memcpy` and no more in place: a fifth of a run's time once.
const _: () = assert!(size_of::<Input>() <= 128 && size_of::<Output>() <= 128);

/// Where a function puts what it wants done. The run owns one and empties it after every input.
#[derive(Clone, Debug, Default)]
pub struct Outbox {
    outputs: Vec<Output>,
    tokens: Tokens,
    next_copy: u32,
    next_message: u32,
    rules: Rules,
}

impl Outbox {
    /// Sends `pdu` to a function.
    #[inline]
    pub fn send(&mut self, to: FunctionId, pdu: Pdu) {
        self.outputs.push(Output::Send { to, pdu });
    }

    /// Starts a timer that expires `after` from now.
    #[inline]
    pub fn set_timer(&mut self, timer: Timer, after: Span) -> TimerToken {
        let token = self.tokens.take();
        self.outputs.push(Output::SetTimer { token, timer, after });
        token
    }

    /// Stops a running timer. It must not have expired or been stopped.
    pub fn cancel_timer(&mut self, token: TimerToken) {
        assert!(self.tokens.is_live(token), "a timer is stopped once, and not after it expired");
        self.outputs.push(Output::CancelTimer { token });
    }

    /// Puts a question of chance; the answer comes as [`Input::Told`] before anything else is told.
    pub fn ask(&mut self, question: Question) {
        self.outputs.push(Output::Ask(question));
    }

    /// Reports something done under the statement or rule `tag`.
    #[inline]
    pub fn milestone(&mut self, tag: Tag, milestone: Milestone) {
        self.outputs.push(Output::Milestone(tag, milestone));
    }

    /// A name for a new copy.
    pub fn mint_copy(&mut self) -> CopyId {
        self.next_copy += 1;
        CopyId(self.next_copy)
    }

    /// A name for a new message: one composed, or the new duty that forwarding makes.
    pub fn mint_message(&mut self) -> MessageId {
        self.next_message += 1;
        MessageId(self.next_message - 1)
    }

    /// An outbox for a run under these rules.
    pub fn under(rules: Rules) -> Outbox {
        Outbox { rules, ..Outbox::default() }
    }

    /// Whether the rule of `tag` is in force.
    #[inline]
    pub fn holds(&self, tag: Tag) -> bool {
        self.rules.holds(tag)
    }

    /// What waits to be done, in order.
    pub fn outputs(&self) -> &[Output] {
        &self.outputs
    }

    /// Takes the list of what is to be done; give the emptied list back with [`Outbox::give_back`] so that its room is used again.
    pub fn take(&mut self) -> Vec<Output> {
        std::mem::take(&mut self.outputs)
    }

    /// Gives back an emptied list.
    pub fn give_back(&mut self, mut list: Vec<Output>) {
        debug_assert!(self.outputs.is_empty(), "the outbox is emptied before the next input");
        list.clear();
        self.outputs = list;
    }

    /// Names of timers, for the run that keeps them.
    pub fn tokens(&mut self) -> &mut Tokens {
        &mut self.tokens
    }
}

/// Names of running timers: a slot and how often it has been used.
#[derive(Clone, Debug, Default)]
pub struct Tokens {
    generations: Vec<u32>,
    free: Vec<u32>,
}

impl Tokens {
    pub(super) fn take(&mut self) -> TimerToken {
        let slot = self.free.pop().unwrap_or_else(|| {
            make_room(&mut self.generations);
            self.generations.push(0);
            (self.generations.len() - 1) as u32
        });
        TimerToken { slot, generation: self.generations[slot as usize] }
    }

    /// Whether the timer still runs.
    pub fn is_live(&self, token: TimerToken) -> bool {
        self.generations[token.slot as usize] == token.generation
    }

    /// The timer expired or was stopped: its name is worth nothing from now on.
    pub fn retire(&mut self, token: TimerToken) {
        assert!(self.is_live(token), "a timer ends once");
        self.generations[token.slot as usize] = token.generation.wrapping_add(1);
        make_room(&mut self.free);
        self.free.push(token.slot);
    }

    /// The timers that run, in order of their slots.
    pub fn live(&self) -> Vec<TimerToken> {
        let mut slots: Vec<u32> = (0..self.generations.len() as u32).collect();
        let mut free = self.free.clone();
        free.sort_unstable();
        slots.retain(|slot| free.binary_search(slot).is_err());
        slots.into_iter().map(|slot| TimerToken { slot, generation: self.generations[slot as usize] }).collect()
    }

    /// Timers that run.
    pub fn running(&self) -> usize {
        self.generations.len() - self.free.len()
    }
}
