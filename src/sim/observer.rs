//! What a run shows of itself while it goes on. An observer changes nothing.

use crate::delivery::{FunctionId, Milestone, Pdu, Tag, Timer, TxnId, UserId};
use crate::judge::MessageRecord;
use crate::network::LinkClass;
use crate::units::{SimTime, Span};

/// Ground truth, written by the access and device models (stamp T of `metrics.md` 1.2). `device` is the client on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Truth {
    /// A device of the run, told once before anything happens: the `number`-th user (from 1) of `population`, and the places of the
    /// device's description and class in the model.
    Device {
        user: UserId,
        device: FunctionId,
        population: u32,
        number: u32,
        spec: u16,
        class: u16,
    },
    /// Regained, where it had none: the radio of a device that is on at the start is not told.
    RadioOn {
        user: UserId,
        device: FunctionId,
    },
    RadioOff {
        user: UserId,
        device: FunctionId,
    },
    Connected {
        user: UserId,
        device: FunctionId,
        on: bool,
    },
    /// Connected and bound with the tags a message needs.
    IpReady {
        user: UserId,
        device: FunctionId,
        on: bool,
    },
    SmsReady {
        user: UserId,
        on: bool,
    },
    /// From nothing usable to something usable for a plain text message; `queued` messages stood in the deferred queue just before.
    OffEnd {
        user: UserId,
        queued: u32,
    },
    /// An SMS of the user has failed, its message is not settled, and he is ready for SMS; lasts until he is not.
    ReadyNeed {
        user: UserId,
        on: bool,
    },
    /// A PDU was put on one link of `class`: for the first time, or `again`. `about_message`: its chain of causes starts at a measured
    /// message; `background`: no message, measured or not, is in that chain.
    Hop {
        class: LinkClass,
        bytes: u32,
        sip: bool,
        again: bool,
        about_message: bool,
        background: bool,
    },
    /// Who began this transaction sent its request once more: now the `nth` time.
    Repeated {
        txn: TxnId,
        nth: u32,
    },
    /// The request of this transaction is complete at the function that answers it, for the first time.
    Seen {
        txn: TxnId,
    },
    /// A job was served at a function: its wait and its whole stay.
    Served {
        function: FunctionId,
        arrived: SimTime,
        wait: Span,
        stay: Span,
    },
    /// Jobs waiting at a function changed to this number.
    Waiting {
        function: FunctionId,
        jobs: u32,
    },
    /// An attempt towards a bound, unconnected device ended after this time.
    GhostAttemptEnd {
        measured: bool,
        after: Span,
    },
    /// A delivery request for a measured message was decided while a device was ip_ready but not known to the PF.
    WrongExclusion {
        devices: u32,
    },
    /// The policy in force for the user is now that of this place in the model.
    Policy {
        user: UserId,
        policy: u16,
    },
    /// A do-not-disturb rule of the user begins to be active, or ceases to be.
    DoNotDisturb {
        user: UserId,
        on: bool,
    },
    /// Two events of equal (time, round, class, target), neither causing the other.
    Tie,
}

/// One executed event, for stories and traces.
#[derive(Clone, Debug)]
pub struct EventView<'a> {
    /// Ordinal of the event in this run, from 1.
    pub id: u64,
    /// The event that caused it; 0: the run's start.
    pub cause: u64,
    pub now: SimTime,
    pub target: FunctionId,
    pub what: What<'a>,
}

#[derive(Clone, Debug)]
pub enum What<'a> {
    Received {
        from: FunctionId,
        pdu: &'a Pdu,
    },
    /// The PDU found its receiver out of reach, or a full line.
    Lost {
        from: FunctionId,
        pdu: &'a Pdu,
    },
    /// A repetition, or an affair of the transport, which goes no further.
    Absorbed {
        from: FunctionId,
        pdu: &'a Pdu,
    },
    /// A PDU came to a function whose servers have to be waited for; it is told when its service is over.
    Queued {
        from: FunctionId,
        pdu: &'a Pdu,
    },
    Expired(Timer),
    /// The truth recorder has seen enough of what followed a short message.
    WatchEnds,
    /// A change of a device's access, in words.
    Access(&'static str),
    /// The user composes a message.
    Compose(crate::delivery::MessageId),
}

/// Follows a run. All methods do nothing unless said otherwise.
pub trait Observer {
    /// Whether [`Observer::event`] and [`Observer::sent`] are wanted; they cost time.
    const TRACE: bool = false;

    /// A function did something. `measured`: the message it concerns, if any, belongs to the window (true where none is concerned).
    fn milestone(&mut self, _now: SimTime, _by: FunctionId, _tag: Tag, _milestone: &Milestone, _measured: bool) {}

    /// A rule acted that leaves no other mark. Told only to those who trace.
    fn told(&mut self, _tag: Tag) {}

    fn truth(&mut self, _now: SimTime, _truth: Truth) {}

    /// Nothing more can happen to this message, or the run is at its end.
    fn closed(&mut self, _now: SimTime, _record: &MessageRecord) {}

    /// An event is about to be executed.
    fn event(&mut self, _event: EventView<'_>) {}

    /// A PDU was sent by the event being executed and will arrive at `arrival` (none: it is lost on the way).
    fn sent(&mut self, _now: SimTime, _from: FunctionId, _to: FunctionId, _pdu: &Pdu, _arrival: Option<SimTime>) {}
}

/// Sees nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Blind;

impl Observer for Blind {}

impl<A: Observer, B: Observer> Observer for (A, B) {
    const TRACE: bool = A::TRACE || B::TRACE;

    fn milestone(&mut self, now: SimTime, by: FunctionId, tag: Tag, milestone: &Milestone, measured: bool) {
        self.0.milestone(now, by, tag, milestone, measured);
        self.1.milestone(now, by, tag, milestone, measured);
    }

    fn told(&mut self, tag: Tag) {
        self.0.told(tag);
        self.1.told(tag);
    }

    fn truth(&mut self, now: SimTime, truth: Truth) {
        self.0.truth(now, truth);
        self.1.truth(now, truth);
    }

    fn closed(&mut self, now: SimTime, record: &MessageRecord) {
        self.0.closed(now, record);
        self.1.closed(now, record);
    }

    fn event(&mut self, event: EventView<'_>) {
        self.0.event(event.clone());
        self.1.event(event);
    }

    fn sent(&mut self, now: SimTime, from: FunctionId, to: FunctionId, pdu: &Pdu, arrival: Option<SimTime>) {
        self.0.sent(now, from, to, pdu, arrival);
        self.1.sent(now, from, to, pdu, arrival);
    }
}
