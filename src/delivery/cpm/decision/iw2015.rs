//! IW15 8.3.1.1 (requirements digest 6.4), 2015: the procedure of the latest texts.
//!
//! 1. Version not supported: 403 with Warning 132 (IW15-8.3.1.1-02 to -04).
//! 2. Anonymity not allowed: 403 with Warning 119 (-05, -06).
//! 3. Originator on the blacklist: 403 with Warning 122 (-07, -08).
//! 4. A rule matches (-09). a. allow-reject-invite: 403 with Warning 122 (-10, -11). b. allow-interwork, allow-deliver-and-interwork: to the
//!    ISF, and on (-12). c. allow-store: stored (-15). d. allow-forward: to another recipient, never a notification (-18, -19).
//!    e. allow-defer: deferred (-20). c, d and e end the procedure (-41).
//! 5. No rule in 4, or allow-deliver-and-interwork: deferred if a do-not-disturb rule exists (-22, -23).
//! 6. No rule in 4, or one to interwork: recorded if an allow-offline-storage rule exists (-25, -26).
//! 7. A notification goes to the client; the end (-27).
//! 8. No rule in 4, or allow-deliver-and-interwork (-28): to each suitable client (-29 to -39, -42).
//!
//! Gaps and readings: no suitable client, A-01 ([`gap`]); 4b and 5 together, and one hand-over for 4b and 8c, A-05 (`dnd-after-interwork`,
//! `dnd-defer-ends`, `guard.single-isf-handover`); a rule without a true action, A-24 (`empty-rule`); several rules, A-25 (`rule-merge`).
//! An action to interwork counts as not true where no ISF can take the message, and so does a deferral whose condition does not
//! hold (`defer-condition`). The Expires check, if on, stands after step 3, as the TS draft has it after its refusals. Retargeting ends at a
//! number of hops with 483 (H-42). Steps 1 to 6 treat a notification as a message, so that it may be refused, stored or deferred (H-38).

use super::deferral::deferral;
use super::suitability::select;
use super::{Act, Decision, Situation, gap, reject, rules};
use crate::delivery::behaviour::Behaviour;
use crate::delivery::policy::{Actions, ForwardTo, Handling};
use crate::delivery::{DeferReason, Reason, Tag, Warning};

/// Decides, and names the statements.
pub fn decide(behaviour: &Behaviour, situation: &Situation) -> Decision {
    let holds = |tag| behaviour.rules.holds(tag);
    let ended = screened(behaviour, situation).or_else(|| gap::expired(behaviour, situation));
    if let Some(decision) = ended {
        return decision;
    }
    let (matched, cause) = matched(behaviour, situation);
    let asked = matched.unwrap_or_default();
    if asked.reject_invite {
        let (tag, warned) = (Tag::RuleRejects403, Tag::RuleRejects122);
        if let Some(decision) = reject::forbidden(behaviour, situation, tag, warned, Warning::FunctionNotAllowed) {
            return decision.also(Tag::RuleMatches);
        }
    }
    let goes_on = matched.is_none() || asked.deliver_and_interwork;
    let disturbed = goes_on && do_not_disturb(behaviour, situation);
    let (mut decision, ended) = by_rule(behaviour, situation, matched, cause, disturbed);
    if ended {
        return decision;
    }
    if disturbed && !decision.defers() {
        decision = decision.then(Tag::DndDefers, Act::Defer(DeferReason::DoNotDisturb)).also(Tag::DndLooked);
        if behaviour.dnd_ends {
            return decision;
        }
    }
    let may_record = goes_on || asked.interwork;
    if may_record
        && holds(Tag::OfflineLooked)
        && holds(Tag::OfflineRecords)
        && rules::any(behaviour, situation, |a| a.offline_storage)
    {
        decision = decision.then(Tag::OfflineRecords, Act::Record).also(Tag::OfflineLooked);
    }
    if let Some(decision) = gap::notification(behaviour, situation, decision) {
        return decision;
    }
    if goes_on || !holds(Tag::Step8Runs) {
        return deliver(behaviour, situation, asked, decision);
    }
    if decision.steps().next().is_none() { decision.then(Tag::OwnNoOutcome, Act::NoOutcome) } else { decision }
}

/// Steps 1 to 3.
fn screened(behaviour: &Behaviour, situation: &Situation) -> Option<Decision> {
    let holds = |tag| behaviour.rules.holds(tag);
    let (message, policy, provider) = (situation.message, situation.policy, situation.provider);
    let too_old = holds(Tag::VersionRequired) && provider.version.is_some_and(|least| message.agent < least);
    if too_old && let Some(decision) = reject::version(behaviour, situation) {
        return Some(decision.also(Tag::VersionRequired));
    }
    if message.anonymous
        && (provider.anonymity_refused || policy.anonymity_refused)
        && let Some(decision) =
            reject::forbidden(behaviour, situation, Tag::Anonymity403, Tag::Anonymity119, Warning::AnonymityNotAllowed)
    {
        return Some(decision);
    }
    if policy.blacklist.iter().any(|u| u.has(message.sender)) {
        return reject::forbidden(behaviour, situation, Tag::Blacklist403, Tag::Blacklist122, Warning::FunctionNotAllowed);
    }
    None
}

/// Step 4: what the rules that match ask for, and the cause of a deferral among it; none: no rule matches, or none that counts.
fn matched(behaviour: &Behaviour, situation: &Situation) -> (Option<Actions>, DeferReason) {
    let holds = |tag| behaviour.rules.holds(tag);
    let written = if holds(Tag::RuleMatches) { rules::actions(behaviour, situation) } else { None };
    let mut asked = written.unwrap_or_default();
    asked.interwork &= situation.interworking;
    asked.deliver_and_interwork &= situation.interworking;
    let handling = situation.policy.active_profile().handling == Handling::Defer;
    let cause = deferral(behaviour, situation, asked.defer, handling);
    asked.defer = cause.is_some();
    let literal = written.is_some() && behaviour.empty_rule_no_outcome && holds(Tag::OwnNoOutcome);
    ((asked.any_of_step_4() || literal).then_some(asked), cause.unwrap_or(DeferReason::Rule))
}

/// Whether step 5 finds a rule.
pub fn do_not_disturb(behaviour: &Behaviour, situation: &Situation) -> bool {
    behaviour.dnd_defers
        && behaviour.rules.holds(Tag::DndLooked)
        && behaviour.rules.holds(Tag::DndDefers)
        && rules::any(behaviour, situation, |a| a.do_not_disturb)
}

/// Steps 4b to 4e, and whether they end the procedure.
fn by_rule(
    behaviour: &Behaviour,
    situation: &Situation,
    matched: Option<Actions>,
    cause: DeferReason,
    disturbed: bool,
) -> (Decision, bool) {
    let Some(asked) = matched else {
        return (Decision::default(), false);
    };
    let holds = |tag| behaviour.rules.holds(tag);
    let mut decision = Decision::default().also(Tag::RuleMatches);
    let imdn = situation.message.imdn;
    let forward = asked.forward.filter(|_| !imdn || !holds(Tag::ImdnNotForwarded));
    let ends = asked.store || forward.is_some() || asked.defer;
    let deferred_only = disturbed && !ends && behaviour.dnd_after_interwork_defers_only;
    let to_isf = !imdn || behaviour.imdn_to_isf || !holds(Tag::OwnImdnInterwork);
    if (asked.interwork || asked.deliver_and_interwork) && holds(Tag::RuleInterworks) && to_isf && !deferred_only {
        decision = decision.then(Tag::RuleInterworks, Act::HandOver);
    }
    let in_order = holds(Tag::StepsInOrder);
    if asked.store && holds(Tag::RuleStores) {
        decision = decision.then(Tag::RuleStores, Act::Store);
        if in_order {
            return (decision.also(Tag::StepsInOrder), true);
        }
    }
    if let Some(to) = forward
        && holds(Tag::RuleForwards)
    {
        return (forwarded(behaviour, situation, to, decision).also(Tag::StepsInOrder), true);
    }
    if asked.defer && holds(Tag::RuleDefers) {
        let deferred = decision.then(Tag::RuleDefers, Act::Defer(cause));
        return (deferred.also(Tag::StepsInOrder), true);
    }
    (decision, false)
}

/// Step 4d, within the limit of retargets (H-42).
fn forwarded(behaviour: &Behaviour, situation: &Situation, to: ForwardTo, so_far: Decision) -> Decision {
    let limited = behaviour.guard_forward_limit && behaviour.rules.holds(Tag::OwnForwardLimit);
    if limited && situation.message.retargets >= situation.forward_hops {
        return so_far.then(Tag::OwnForwardLimit, Act::Reject { code: 483, reason: Reason::None });
    }
    so_far.then(Tag::RuleForwards, Act::Forward(to.of(situation.recipient)))
}

/// Step 8.
fn deliver(behaviour: &Behaviour, situation: &Situation, asked: Actions, so_far: Decision) -> Decision {
    let holds = |tag| behaviour.rules.holds(tag);
    let one = behaviour.guard_single_handover && holds(Tag::OwnSingleHandover);
    let again = asked.deliver_and_interwork && so_far.hands_over() && !one && holds(Tag::HandToIsf);
    let so_far = if again { so_far.then(Tag::HandToIsf, Act::HandOver) } else { so_far };
    let selection = select(behaviour, situation);
    gap::to_clients(behaviour, situation, Tag::DeliverToClients, selection.suitable, selection, so_far)
}
