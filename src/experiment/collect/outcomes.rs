//! Outcomes (`metrics.md` 3.4), and the sizes of the populations.
//!
//! Left out: deletion against another client's wish, which is in `pulls.rs`.

use std::collections::BTreeMap;

use super::fold::Share;
use super::tables::Tables;
use crate::judge::{MessageRecord, NEVER, Outcome};
use crate::sim::seen::{DeferReason, Fate, Place};
use crate::units::{SimTime, Span};

/// Sizes of S, A, D and V, and how many of S are open at the end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sizes {
    pub submitted: u64,
    pub accepted: u64,
    pub deferred: u64,
    pub delivered: u64,
    pub pending: u64,
}

/// Groups of places where messages are lost.
const PLACES: [&str; 4] =
    ["lost_functions_per_million", "lost_sms_per_million", "lost_restart_per_million", "lost_access_per_million"];

const REASONS: [(DeferReason, &str); 6] = [
    (DeferReason::NoClient, "no_client"),
    (DeferReason::Rule, "rule"),
    (DeferReason::DoNotDisturb, "dnd"),
    (DeferReason::AttemptFailed, "attempt_failed"),
    (DeferReason::SmsFailed, "sms_failed"),
    (DeferReason::WaitIp, "wait_ip"),
];

#[derive(Clone, Debug, Default)]
pub(super) struct Outcomes {
    pub sizes: Sizes,
    by_outcome: [u64; 11],
    by_reason: [u64; 6],
    by_reject_code: BTreeMap<u16, u64>,
    expired_under_dnd: Share,
    expired_accepted: u64,
    expired_deferred: u64,
    stuck: u64,
    late: u64,
    lost: [u64; 4],
}

impl Outcomes {
    pub fn closed(&mut self, m: &MessageRecord, stuck_after: Span) {
        self.sizes.submitted += 1;
        self.sizes.pending += u64::from(m.open());
        let place = Outcome::ALL.iter().position(|o| *o == m.outcome).expect("the list of outcomes is whole");
        self.by_outcome[place] += 1;
        if m.reject != NEVER {
            *self.by_reject_code.entry(m.reject_code).or_default() += 1;
        }
        if !m.accepted() {
            return;
        }
        self.sizes.accepted += 1;
        self.sizes.delivered += u64::from(m.delivered());
        let expired = m.outcome == Outcome::Expired;
        self.expired_accepted += u64::from(expired);
        if m.deferred() {
            self.sizes.deferred += 1;
            self.expired_deferred += u64::from(expired);
            self.stuck += u64::from(expired && m.usable_until_expire > stuck_after);
            let reason = REASONS.iter().position(|(r, _)| Some(*r) == m.defer_reason).expect("a deferred message has a reason");
            self.by_reason[reason] += 1;
            if m.defer_reason == Some(DeferReason::DoNotDisturb) {
                self.expired_under_dnd.item(expired && m.dnd_at_expiry);
            }
        }
        let begun_late = |at: SimTime| at != NEVER && at > m.due;
        self.late += u64::from((begun_late(m.last_attempt) || begun_late(m.last_handover)) && m.delivered());
        if m.outcome == Outcome::Lost {
            self.lost[lost_group(m)] += 1;
        }
    }

    pub fn finish(self, out: &mut Tables) {
        let s = self.sizes;
        for (outcome, count) in Outcome::ALL.iter().zip(self.by_outcome) {
            out.ratio(format!("outcome_{}_ratio", outcome.name()), count, s.submitted);
        }
        for (code, count) in self.by_reject_code {
            out.part("outcome_rejected_ratio", "code", &code.to_string(), count, s.submitted);
        }
        out.share("dnd_expired_ratio", self.expired_under_dnd);
        out.ratio("delivery_ratio", s.delivered, s.accepted);
        out.ratio("deferral_ratio", s.deferred, s.accepted);
        for ((_, reason), count) in REASONS.iter().zip(self.by_reason) {
            out.part("deferral_ratio", "reason", reason, count, s.accepted);
        }
        out.ratio("expired_ratio", self.expired_deferred, s.deferred);
        out.ratio("expired_accepted_ratio", self.expired_accepted, s.accepted);
        out.ratio("stuck_ratio", self.stuck, s.deferred);
        out.ratio("late_delivery_per_1000", self.late, s.accepted);
        out.ratio("lost_per_million", self.lost.iter().sum(), s.accepted);
        for (name, count) in PLACES.into_iter().zip(self.lost) {
            out.ratio(name, count, s.accepted);
        }
    }
}

/// Where a lost message was lost: with the PF's own copy in a restart, whatever became of those that it had sent out; else where its last
/// lost copy was. One that vanished without a lost copy vanished in a function.
fn lost_group(m: &MessageRecord) -> usize {
    let lost = m.copies.iter().filter_map(|c| match c.fate {
        Some(Fate::Lost(place)) if place != Place::Upstream => Some((place == Place::Restart, c.ended, c.id, place)),
        _ => None,
    });
    match lost.max_by_key(|(restart, ended, id, _)| (*restart, *ended, *id)).map(|(.., place)| place) {
        Some(Place::Sms) => 1,
        Some(Place::Restart) => 2,
        Some(Place::Access) => 3,
        Some(Place::Pf | Place::Isf | Place::Iwf | Place::Upstream) | None => 0,
    }
}
