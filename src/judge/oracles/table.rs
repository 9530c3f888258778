//! The oracles: their statements, and when a break is a finding.
//!
//! A row's conditions are those of the resolved model: axes, and what a model says beside them. What excludes a single case (a leg
//! that timed out, a rule that asked for both paths) is known while a run goes on and stands where the oracle judges.

use super::facts::Facts;
use crate::delivery::axes as axis;
use crate::delivery::profile::{Axes, AxisId};

/// What kind of property an oracle watches. Reports keep the sorts apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sort {
    /// Something that must not happen.
    Safety,
    /// Something that must happen within a stated bound.
    Liveness,
    /// Counted, never failed.
    Efficiency,
}

impl Sort {
    pub const ALL: [Sort; 3] = [Sort::Safety, Sort::Liveness, Sort::Efficiency];

    pub const fn word(self) -> &'static str {
        match self {
            Sort::Safety => "safety",
            Sort::Liveness => "liveness",
            Sort::Efficiency => "efficiency",
        }
    }
}

/// A condition on the resolved model.
#[derive(Clone, Copy, Debug)]
pub enum Condition {
    /// The axis has one of these values.
    Is(AxisId, &'static [&'static str]),
    /// All of one of these lists hold.
    Any(&'static [&'static [Condition]]),
    /// What the model says beside its axes.
    Model(ModelFact),
}

/// What a model says beside its axes that a row depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ModelFact {
    /// Clients remember Message-IDs for longer than a message lives (`client.dedupe_window`).
    DedupeOutlivesMessages,
    /// Every way of SIP is a stream and there is no interworking: one transport kind.
    OneTransport,
    /// No link to a client loses anything.
    LosslessClients,
    /// No link loses or queues, no function is ever full or restarts.
    LossFree,
    /// No alert is lost (`hlr.alert_loss` 0).
    NoAlertLoss,
}

/// When a break is a finding.
#[derive(Clone, Copy, Debug)]
pub enum Mandate {
    /// Counted only.
    Never,
    /// Under every profile, guard and axis.
    Always,
    /// Always, and a break is a fault of this program.
    Program,
    /// When all of these hold.
    When(&'static [Condition]),
}

/// An invariant of the page of invariants, by its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum OracleId {
    I01,
    I02,
    I03,
    I04,
    I05,
    I06,
    I07,
    I08,
    I09,
    I10,
    I11,
    I12,
    I13,
    I14,
    I15,
    I16,
    I17,
    I18,
    I19,
    I20,
    I21,
    I22,
    I23,
    I24,
    I25,
    I26,
    I27,
    I28,
    I29,
    I30,
    I31,
    I32,
}

/// One row of the table.
#[derive(Clone, Copy, Debug)]
pub struct Oracle {
    pub id: OracleId,
    pub name: &'static str,
    pub sort: Sort,
    /// What must hold.
    pub says: &'static str,
    /// What counts as having reached the situation that it guards; none: not judged yet.
    pub reached: Option<&'static str>,
    pub mandate: Mandate,
}

use Condition::{Any, Is, Model};
use Mandate::{Always, Never, Program, When};
use OracleId::*;
use Sort::{Efficiency, Liveness, Safety};

const ON: &[&str] = &["on"];
const fn on(guard: AxisId) -> Condition {
    Is(guard, ON)
}

const DURABLE: Condition = Is(axis::QUEUE_DURABILITY, &["durable"]);
const ON_2XX: Condition = Is(axis::PULL_REMOVE, &["on-2xx"]);
const FIRST_ONLY: Condition = Is(axis::IMDN_FOLD, &["first-only"]);
const HELD: Condition = Is(axis::NEGATIVE_IMDN, &["held"]);
const NO_FALLBACK: Condition = Is(axis::CLIENT_FALLBACK, &["none"]);
const DIRECT: Condition = Is(axis::IW_MODE, &["direct"]);
const HOLD: Condition = Is(axis::ON_REGISTER_INFLIGHT, &["hold"]);
const CLAIM: Condition = on(axis::GUARD_CLAIM_PER_MESSAGE);
const HIDE: Condition = on(axis::GUARD_HIDE_IN_DELIVERY);
const KEEP: Condition = on(axis::GUARD_KEEP_COPY_UNTIL_FINAL);
const REQUEUE: Condition = on(axis::GUARD_REQUEUE_ON_FAILURE);
const SINGLE: Condition = on(axis::GUARD_SINGLE_ISF_HANDOVER);
const LATE: Condition = on(axis::GUARD_IGNORE_LATE_FAILURE);
const ONCE: Condition = on(axis::GUARD_EXPIRY_ACTION_ONCE);

/// Every oracle, in the order of [`OracleId`].
#[rustfmt::skip]
pub const ORACLES: [Oracle; 32] = [
    Oracle { id: I01, name: "I-01", sort: Safety, says: "a message accepted with 200 or 202 is never lost", reached: Some("accepted messages that came to their end"),
        mandate: When(&[DURABLE, ON_2XX, KEEP, REQUEUE, on(axis::GUARD_PUSH_ACK_PER_MESSAGE)]) },
    Oracle { id: I02, name: "I-02", sort: Safety, says: "a device shows a message once", reached: Some("messages shown that came by IP"),
        mandate: When(&[Is(axis::CLIENT_DEDUPE, ON), Model(ModelFact::DedupeOutlivesMessages)]) },
    Oracle { id: I03, name: "I-03", sort: Safety, says: "where one device was chosen one gets the body; where all were, each at most once", reached: Some("arrivals of copies that were pushed, pulled or fanned out"),
        mandate: When(&[Is(axis::PUSH_TARGET, &["one-triggering", "one-primary"]), Is(axis::FANOUT_DEFER_MISSING, &["off"]), CLAIM, HIDE, ON_2XX]) },
    Oracle { id: I04, name: "I-04", sort: Safety, says: "a recipient gets a message by SMS or by IP, not both", reached: Some("arrivals of messages that were tried both ways"),
        mandate: When(&[DIRECT, HOLD, CLAIM, SINGLE, LATE, NO_FALLBACK]) },
    Oracle { id: I05, name: "I-05", sort: Safety, says: "at most one terminal and one display disposition reach the sender", reached: Some("dispositions received"),
        mandate: When(&[FIRST_ONLY, NO_FALLBACK]) },
    Oracle { id: I06, name: "I-06", sort: Safety, says: "the PF emits at most one terminal disposition, and delivered only after a delivery or a storing", reached: Some("dispositions emitted by the PF of the recipient"),
        mandate: When(&[FIRST_ONLY, HELD]) },
    Oracle { id: I07, name: "I-07", sort: Safety, says: "displayed is not emitted before delivered; a disposition names its message and recipient", reached: Some("dispositions sent"),
        mandate: Always },
    Oracle { id: I08, name: "I-08", sort: Safety, says: "no delivery begins after expiry is decided, which is decided once and not early", reached: Some("expiries decided"),
        mandate: When(&[on(axis::GUARD_EXPIRY_STOPS_AT_CLAIM), ONCE]) },
    Oracle { id: I09, name: "I-09", sort: Safety, says: "no delivery begins after a delete has been carried out", reached: Some("messages deleted by instruction"),
        mandate: When(&[CLAIM, HIDE]) },
    Oracle { id: I10, name: "I-10", sort: Safety, says: "messages of a sender reach a recipient in order", reached: Some("first arrivals that another message of the conversation preceded"),
        mandate: When(&[Is(axis::PUSH_ORDER, &["fifo"]), Is(axis::PUSH_PACING, &["on-2xx"]), Is(axis::OVERTAKE_QUEUE, &["behind-queue"]), Is(axis::WAIT_IP_SCOPE, &["user"]), on(axis::GUARD_SAME_CLIENT_IN_ORDER),
            Model(ModelFact::OneTransport), Model(ModelFact::LosslessClients)]) },
    Oracle { id: I11, name: "I-11", sort: Safety, says: "of several pulls each message is committed to one", reached: Some("pulls received while another of the user was under way"),
        mandate: When(&[CLAIM, HIDE, ON_2XX]) },
    Oracle { id: I12, name: "I-12", sort: Safety, says: "a function gives one final response to a request", reached: Some("final responses"),
        mandate: Always },
    Oracle { id: I13, name: "I-13", sort: Safety, says: "a repeated request acts once", reached: Some("repetitions absorbed"),
        mandate: Always },
    Oracle { id: I14, name: "I-14", sort: Safety, says: "before 202 leaves, responsibility is recorded", reached: Some("answers 202 of the PF of the recipient"),
        mandate: Always },
    Oracle { id: I15, name: "I-15", sort: Liveness, says: "an accepted message comes to an end, at the latest at expiry and the longest attempt", reached: Some("accepted messages that ended, or are open later than that"),
        mandate: When(&[DURABLE, REQUEUE, ONCE, Is(axis::EMPTY_RULE, &["as-no-match"])]) },
    Oracle { id: I16, name: "I-16", sort: Liveness, says: "a message does not expire while a suitable device was there for the stated bound", reached: Some("deferred messages of users to whom the bound applies"),
        mandate: When(&[Any(&[&[Is(axis::DEFERRED_MODE, &["auto-push", "pull-then-push"])], &[Is(axis::DEFERRED_MODE, &["notify-pull"]), Is(axis::RENOTIFY, &["on-registration"])]]),
            on(axis::GUARD_RE_EVALUATE_AFTER_INSERTION), on(axis::GUARD_FAILED_NOTIFICATION_NOT_SENT), REQUEUE]) },
    Oracle { id: I17, name: "I-17", sort: Liveness, says: "an address in the waiting list of the HLR has a flag or a pending retry", reached: None,
        mandate: When(&[Is(axis::HLR_FLAG_RELATION, &["independent"]), Is(axis::SC_SUCCESS_REPORT, &["not-sent"]), Model(ModelFact::NoAlertLoss)]) },
    Oracle { id: I18, name: "I-18", sort: Safety, says: "ready-for-sms before the failure report does not lose the wake-up", reached: None,
        mandate: When(&[on(axis::GUARD_FAILED_BEFORE_READY), on(axis::GUARD_RE_EVALUATE_AFTER_INSERTION)]) },
    Oracle { id: I19, name: "I-19", sort: Safety, says: "a failure report for an earlier attempt moves nothing", reached: Some("failure reports for another attempt than the last"),
        mandate: When(&[LATE, CLAIM]) },
    Oracle { id: I20, name: "I-20", sort: Efficiency, says: "no SMS where IP was possible within the wait", reached: None,
        mandate: Never },
    Oracle { id: I21, name: "I-21", sort: Efficiency, says: "no needless retries, notifications and pages", reached: None,
        mandate: Never },
    Oracle { id: I22, name: "I-22", sort: Safety, says: "a notification names messages that exist; a stale pull is ignored or answered 488", reached: Some("messages named in notifications, and pulls answered"),
        mandate: Always },
    Oracle { id: I23, name: "I-23", sort: Safety, says: "a message's delivery has one owner at any time", reached: Some("delivery attempts and hand-overs"),
        mandate: When(&[DIRECT, HOLD, CLAIM, KEEP, SINGLE]) },
    Oracle { id: I24, name: "I-24", sort: Safety, says: "no timer fires after cancellation, leaks, or is armed twice", reached: Some("timers that fired"),
        mandate: Program },
    Oracle { id: I25, name: "I-25", sort: Safety, says: "copies made are the copies ended and those still held", reached: Some("copies"),
        mandate: Program },
    Oracle { id: I26, name: "I-26", sort: Safety, says: "no body and no disposition comes to a device it was not addressed to", reached: Some("bodies and dispositions at devices"),
        mandate: Program },
    Oracle { id: I27, name: "I-27", sort: Safety, says: "what is decided stays decided: nothing is begun for a message afterwards", reached: Some("messages settled"),
        mandate: When(&[LATE, ONCE]) },
    Oracle { id: I28, name: "I-28", sort: Safety, says: "a terminal status at the sender never changes", reached: Some("terminal dispositions received"),
        mandate: When(&[FIRST_ONLY, HELD, NO_FALLBACK]) },
    Oracle { id: I29, name: "I-29", sort: Liveness, says: "returns between queue and ISF, and forwardings, are bounded", reached: Some("second and later hand-overs, and forwardings"),
        mandate: When(&[on(axis::GUARD_HANDOVER_LIMIT), on(axis::GUARD_FORWARD_HOP_LIMIT)]) },
    Oracle { id: I30, name: "I-30", sort: Safety, says: "a full queue refuses as specified and drops nothing silently", reached: Some("messages that found the queue full"),
        mandate: Always },
    Oracle { id: I31, name: "I-31", sort: Liveness, says: "a requested positive delivery report reaches the sender once", reached: Some("such messages, delivered or stored, of senders who are there"),
        mandate: When(&[FIRST_ONLY, Model(ModelFact::LossFree)]) },
    Oracle { id: I32, name: "I-32", sort: Efficiency, says: "what the sender was told is what happened", reached: Some("messages of which the sender was told an end"),
        mandate: Never },
];

impl Oracle {
    /// Whether a break is a finding in a model with these axes and facts.
    pub fn is_mandated(&self, axes: &Axes, facts: &Facts) -> bool {
        match self.mandate {
            Never => false,
            Always | Program => true,
            When(all) => all.iter().all(|c| c.holds(axes, facts)),
        }
    }

    /// Whether a break is a fault of this program.
    pub fn is_program(&self) -> bool {
        matches!(self.mandate, Program)
    }
}

impl Condition {
    fn holds(&self, axes: &Axes, facts: &Facts) -> bool {
        match *self {
            Is(axis, values) => values.iter().any(|value| axes.is(axis, value)),
            Any(lists) => lists.iter().any(|list| list.iter().all(|c| c.holds(axes, facts))),
            Model(fact) => facts.model.contains(&fact),
        }
    }
}
