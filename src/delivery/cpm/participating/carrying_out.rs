//! Carries a decision out, step by step: at arrival, and again when a message that waits is about to be delivered
//! (`policy-recheck=on`).

use super::Pf;
use super::entry::EntryId;
use crate::delivery::axes as axis;
use crate::delivery::behaviour::DeliveryRule;
use crate::delivery::cpm::decision::{Act, Decision, FACTORS};
use crate::delivery::{DeferReason, Factor, FunctionId, Milestone, Origin, Outbox, Tag};
use crate::units::SimTime;

/// When a decision is carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Course {
    Arrival,
    /// From the queue, after a sign of life of this client.
    Again(Option<FunctionId>),
}

impl Pf {
    /// Does what was decided about a message that has just come, in order.
    pub(super) fn carry_out(&mut self, now: SimTime, id: EntryId, decision: &Decision, out: &mut Outbox) {
        self.follow(now, id, decision, Course::Arrival, out);
    }

    /// The present policy decides about a message from the queue.
    pub(super) fn decide_and_follow(&mut self, now: SimTime, id: EntryId, triggering: Option<FunctionId>, out: &mut Outbox) {
        out.milestone(Tag::OwnPolicyRecheck, Milestone::Told);
        let decision = self.decide_again(now, id);
        self.follow(now, id, &decision, Course::Again(triggering), out);
    }

    fn follow(&mut self, now: SimTime, id: EntryId, decision: &Decision, course: Course, out: &mut Outbox) {
        self.report_excluded(id, decision, out);
        for tag in decision.noted() {
            out.milestone(tag, Milestone::Told);
            if tag == Tag::OneStorage {
                out.milestone(tag, Milestone::GuardReached { guard: axis::GUARD_SINGLE_STORED_COPY });
            }
        }
        let by_rule = decision.steps().any(|s| s.tag == Tag::RuleInterworks && s.act == Act::HandOver);
        if by_rule && decision.steps().any(|s| matches!(s.act, Act::Deliver(_))) {
            // Step 4b has handed over, and step 8c speaks of it again.
            out.milestone(Tag::OwnSingleHandover, Milestone::GuardReached { guard: axis::GUARD_SINGLE_ISF_HANDOVER });
        }
        let coincide = [Act::Record, Act::Store].iter().all(|act| decision.steps().any(|s| s.act == *act));
        for step in decision.steps() {
            if !out.holds(step.tag) {
                continue;
            }
            if self.entries.get(id).is_none_or(|e| e.settled) {
                return;
            }
            match step.act {
                Act::Record if coincide && self.stores_once(out) => {}
                _ => self.act(now, id, step.act, step.tag, decision, course, out),
            }
        }
        let aimless = |e: &super::entry::Entry| !e.settled && !e.claimed() && !e.in_queue && !e.sms_open;
        if self.entries.get(id).is_some_and(aimless) {
            // Nothing was to be done, not even to answer.
            self.entries.take_answer(id);
            self.lose(id, Tag::OwnNoOutcome, out);
        }
    }

    #[allow(clippy::too_many_arguments)] // one step, spelt out
    fn act(&mut self, now: SimTime, id: EntryId, act: Act, tag: Tag, decision: &Decision, course: Course, out: &mut Outbox) {
        let user = self.entries.at(id).pager.to;
        match act {
            Act::Deliver(clients) => match course {
                Course::Arrival => self.attempt(now, id, clients.iter(), Origin::FanOut, tag, out),
                Course::Again(triggering) => {
                    let reached = self.entries.at(id).reached;
                    let chosen = || self.chosen(user, clients.iter().collect(), triggering);
                    let waiting = if reached { self.suitable(now, id) } else { chosen() };
                    if !waiting.is_empty() {
                        self.attempt(now, id, waiting.iter().copied(), Origin::Push, tag, out);
                    }
                }
            },
            Act::Defer(reason) => {
                let clients_stand = decision.selection.is_some_and(|s| !s.suitable.is_empty());
                let held = matches!(reason, DeferReason::Rule | DeferReason::DoNotDisturb);
                if self.put_off(now, id, reason, tag, out) && clients_stand && !held {
                    self.join_push(now, id, out);
                }
            }
            Act::DeferAndWait => {
                if self.put_off(now, id, DeferReason::WaitIp, tag, out) {
                    self.start_wait(user, id, out);
                }
            }
            Act::HandOver => self.hand_over_by_decision(now, id, tag, course, out),
            Act::Reject { code, reason } => {
                if tag == Tag::OwnForwardLimit {
                    out.milestone(tag, Milestone::GuardReached { guard: axis::GUARD_FORWARD_HOP_LIMIT });
                }
                self.refuse(now, id, (code, reason), tag, out);
            }
            Act::Discard => self.discard(now, id, tag, out),
            Act::Store => self.store(now, id, tag, out),
            Act::Record => self.record_once(id, tag, out),
            Act::Forward(to) => self.forward(now, id, to, tag, out),
            // A notification has no entry: `relay` sends it. Nothing at all is what the end of the procedure makes of the other.
            Act::ToUser | Act::NoOutcome => {}
        }
    }

    /// Steps 4b and 8c lead to one hand-over to the ISF.
    fn hand_over_by_decision(&mut self, now: SimTime, id: EntryId, tag: Tag, course: Course, out: &mut Outbox) {
        let entry = self.entries.at(id);
        if entry.sms_open || entry.sms_delivered {
            if self.behaviour.guard_single_handover && out.holds(Tag::OwnSingleHandover) {
                return;
            }
            out.milestone(Tag::OwnSingleHandover, Milestone::Told);
        }
        // The limit holds for every way from the queue to the ISF (H-39).
        if course != Course::Arrival && self.returned_too_often(id, out) {
            return;
        }
        self.hand_over(now, id, tag, out);
    }

    /// Into the queue for `reason`, or on in it; false if it did not get in.
    fn put_off(&mut self, now: SimTime, id: EntryId, reason: DeferReason, tag: Tag, out: &mut Outbox) -> bool {
        let entry = self.entries.at(id);
        entry.held_for = Some(reason).filter(|r| matches!(r, DeferReason::Rule | DeferReason::DoNotDisturb));
        // After deliver-and-interwork: the short message now, and the CPM message later (H-22).
        entry.both = entry.sms_open;
        let user = entry.pager.to;
        let queued = entry.in_queue || self.defer(now, id, reason, tag, out);
        self.watch_hours(now, user, out);
        queued
    }

    /// Says of each client that was left out which factor did it (SD23-R-02), where the procedure came to choose clients at all:
    /// also if none was left.
    fn report_excluded(&mut self, id: EntryId, decision: &Decision, out: &mut Outbox) {
        let message = self.entries.at(id).pager.message;
        let Some(selection) = decision.selection.filter(|_| out.holds(Tag::Sd23Excluded)) else { return };
        for factor in FACTORS {
            for device in selection.excluded_by(factor).iter() {
                let rule = statement(self.behaviour.delivery_rule, factor);
                out.milestone(rule, Milestone::Excluded { message, device, factor });
            }
        }
    }
}

/// The statement under which a factor excludes.
fn statement(generation: DeliveryRule, factor: Factor) -> Tag {
    match (generation, factor) {
        // 2008 names preferences alone; the TS draft all four in one sentence.
        (DeliveryRule::Im2008, Factor::Preference) => Tag::Im08Barred,
        (DeliveryRule::TsDraft, _) => Tag::Ts83Select,
        (DeliveryRule::Iw2015, Factor::Preference) => Tag::ClientRuleExcludes,
        (_, Factor::Preference) => Tag::ByPreference,
        (_, Factor::Connectivity) => Tag::ByConnectivity,
        (_, Factor::Capability) => Tag::ByCapability,
        (_, Factor::ProviderPolicy) => Tag::ByProviderPolicy,
    }
}
