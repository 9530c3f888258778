//! What the sender is told (`metrics.md` 3.7): the belief table, false beliefs, dispositions against truth, and answers.
//!
//! A disposition that is due later than the end less `measure.imdn_grace` and has not come is open: it is neither missing nor late.
//! What the sender is told of a duty that took over from a forwarded message counts there; the belief about the forwarded one is the
//! same. Left out: reports that come after a message's book is closed, as those of a device that found it in a message store.

use std::collections::BTreeMap;

use super::fold::{Share, Times};
use super::tables::Tables;
use crate::judge::{MessageRecord, NEVER, Outcome, Told};
use crate::units::{SimTime, Span};

const TRUTHS: [&str; 3] = ["delivered", "undelivered", "open"];
const BELIEFS: [&str; 3] = ["delivered", "failed", "nothing"];
const CLASSES: [&str; 5] = ["2xx", "4xx", "5xx", "6xx", "none"];

/// What happened to a message, as the belief table has it: its place in [`TRUTHS`].
pub(super) fn truth(outcome: Outcome) -> usize {
    match outcome {
        Outcome::DeliveredIp | Outcome::DeliveredSms | Outcome::DeliveredMms | Outcome::Stored => 0,
        Outcome::Pending | Outcome::Forwarded => 2,
        Outcome::Rejected | Outcome::Deleted | Outcome::Expired | Outcome::Failed | Outcome::Lost => 1,
    }
}

/// The word for the truth of an outcome.
pub(super) fn truth_word(outcome: Outcome) -> &'static str {
    TRUTHS[truth(outcome)]
}

/// The word for what the sender believes.
pub(super) fn belief_word(told: Told) -> &'static str {
    BELIEFS[belief(told)]
}

fn belief(told: Told) -> usize {
    match told {
        Told::Delivered => 0,
        Told::Failed => 1,
        Told::Nothing => 2,
    }
}

#[derive(Clone, Debug, Default)]
pub(super) struct Reports {
    submitted: u64,
    accepted: u64,
    table: [[u64; 3]; 3],
    false_negative: u64,
    false_positive: u64,
    answers: [u64; 5],
    by_code: BTreeMap<(usize, u16), u64>,
    asked_positive: u64,
    positive_without_client: u64,

    asked: u64,
    correct: u64,
    repeated: u64,
    contradictory: u64,
    /// When each missing disposition was due: whether it is missing or open is known at the end.
    missing: Vec<SimTime>,
    latency: Times,
    /// First arrivals of delivered messages whose report has not come.
    unreported: Vec<SimTime>,
}

impl Reports {
    pub fn closed(&mut self, now: SimTime, m: &MessageRecord) {
        self.submitted += 1;
        self.table[truth(m.outcome)][belief(m.told)] += 1;
        if m.accepted() {
            self.accepted += 1;
            let arrived = m.first_arrival != NEVER;
            self.false_negative += u64::from(m.ever_told_failed && arrived);
            self.false_positive +=
                u64::from(m.ever_told_delivered && !arrived && !matches!(m.outcome, Outcome::Stored | Outcome::Forwarded));
            if m.dispositions.positive {
                self.asked_positive += 1;
                self.positive_without_client += u64::from(m.positive_before_arrival);
            }
        }
        if m.answer != NEVER {
            let class: Option<usize> = match m.answer_code {
                0 => Some(4),
                200..300 => Some(0),
                400..500 => Some(1),
                500..600 => Some(2),
                600..700 => Some(3),
                _ => None,
            };
            if let Some(class) = class {
                self.answers[class] += 1;
                *self.by_code.entry((class, m.answer_code)).or_default() += 1;
            }
        }
        let asked = m.dispositions;
        if asked.positive || asked.negative || asked.display {
            self.dispositions(now, m);
        }
    }

    fn dispositions(&mut self, now: SimTime, m: &MessageRecord) {
        self.asked += 1;
        let arrived = m.first_arrival != NEVER;
        let delivered_due = m.dispositions.positive && (arrived || m.outcome == Outcome::Stored);
        let undelivered = matches!(m.outcome, Outcome::Rejected | Outcome::Deleted | Outcome::Expired | Outcome::Failed);
        let failed_due = m.dispositions.negative && undelivered;
        let displayed_due = m.dispositions.display && m.first_display() != NEVER;
        let received = [m.imdn_delivered_received, m.imdn_failed_received, m.imdn_displayed_received];
        let implied = [delivered_due, failed_due, displayed_due].map(u32::from);
        self.correct += u64::from(received == implied && !m.open());
        self.repeated += u64::from(received.iter().any(|n| *n > 1));
        self.contradictory += u64::from(received[0] > 0 && received[1] > 0);
        let lacks_delivered = delivered_due && received[0] == 0;
        let lacks_failed = failed_due && received[1] == 0;
        let lacks_displayed = displayed_due && received[2] == 0;
        if lacks_delivered && arrived {
            self.missing.push(m.first_arrival);
        } else if lacks_delivered || lacks_failed {
            // The instant of the decision; where none is known, the report was due before the book was closed.
            let decided = [m.expire, m.reject, m.settled].into_iter().min().filter(|at| *at != NEVER);
            self.missing.push(decided.unwrap_or(now));
        } else if lacks_displayed {
            self.missing.push(m.first_display());
        }
        if m.delivered() && m.dispositions.positive {
            match m.first_imdn_delivered {
                NEVER => self.unreported.push(m.first_arrival),
                // One that came before the content did is no answer to it.
                at if at >= m.first_arrival => self.latency.between(m.first_arrival, at),
                _ => {}
            }
        }
    }

    pub fn finish(mut self, end: SimTime, grace: Span, out: &mut Tables) {
        let last_due = SimTime::from_ns(end.ns().saturating_sub(grace.ns()));
        let missing = self.missing.iter().filter(|due| **due <= last_due).count() as u64;
        self.unreported.iter().filter(|at| **at > last_due).for_each(|at| self.latency.open(*at, end));
        for (truth, row) in TRUTHS.iter().zip(self.table) {
            for (belief, count) in BELIEFS.iter().zip(row) {
                out.ratio(format!("belief_{truth}_told_{belief}_ratio"), count, self.submitted);
            }
        }
        out.ratio("false_negative_per_million", self.false_negative, self.accepted);
        out.ratio("false_positive_per_million", self.false_positive, self.accepted);
        let share = |num| Share { num, den: self.asked };
        out.share("imdn_correct_ratio", share(self.correct));
        out.share("imdn_missing_ratio", share(missing));
        out.share("imdn_duplicate_ratio", share(self.repeated));
        out.share("imdn_contradictory_ratio", share(self.contradictory));
        out.times("imdn_latency", self.latency);
        for (class, count) in CLASSES.iter().zip(self.answers) {
            out.ratio(format!("answer_{class}_ratio"), count, self.submitted);
        }
        for ((class, code), count) in self.by_code.into_iter().filter(|((_, code), _)| *code != 0) {
            out.part(&format!("answer_{}_ratio", CLASSES[class]), "code", &code.to_string(), count, self.submitted);
        }
        out.ratio("positive_without_client_per_1000", self.positive_without_client, self.asked_positive);
    }
}
