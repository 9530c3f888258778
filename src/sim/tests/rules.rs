//! Journeys under rules: storing and synchronising, forwarding, changes of policy, sources for connectivity.

use super::*;
use crate::delivery::policy::{Actions, Conditions, ForwardTo, MediaName, NO_ACTION, Policy, Rule, ServiceName, Users};
use crate::delivery::suite::clause_tests;
use crate::delivery::{DeferReason, Milestone, Rules, Tag, UserId};
use crate::judge::Told;

/// What a journey keeps.
#[derive(Default)]
struct Seen {
    records: Vec<MessageRecord>,
    truths: Vec<(SimTime, Truth)>,
    milestones: Vec<(SimTime, Milestone)>,
}

impl Observer for Seen {
    fn closed(&mut self, _now: SimTime, record: &MessageRecord) {
        self.records.push(record.clone());
    }
    fn truth(&mut self, now: SimTime, truth: Truth) {
        self.truths.push((now, truth));
    }
    fn milestone(&mut self, now: SimTime, _by: crate::delivery::FunctionId, _tag: Tag, milestone: &Milestone, _measured: bool) {
        self.milestones.push((now, *milestone));
    }
}

impl Seen {
    /// Devices, and instants, at which message `n` came out of a store.
    fn synced(&self) -> Vec<(SimTime, u32)> {
        let synced = |(at, m): &(SimTime, Milestone)| match m {
            Milestone::Synced { message, .. } => Some((*at, message.0)),
            _ => None,
        };
        self.milestones.iter().filter_map(synced).collect()
    }

    /// The book of message `n`.
    #[track_caller]
    fn book(&self, n: u32) -> &MessageRecord {
        self.records.iter().find(|r| r.id.0 == n).expect("its book was closed")
    }
}

fn seen(model: Model, rules: Rules) -> Seen {
    let mut seen = Seen::default();
    let options = RunOptions { rules };
    run(&Arc::new(model), RunSeed { seed: 7, replicate: 0 }, &options, &mut seen).expect("the run comes to its end");
    seen
}

fn rule(actions: Actions) -> Rule {
    let conditions = Conditions {
        services: Some(vec![ServiceName::Enabler]),
        media: Some(vec![MediaName::StandaloneMessage]),
        ..Conditions::default()
    };
    Rule { conditions, actions }
}

fn of(actions: Actions) -> Policy {
    Policy { rules: vec![rule(actions)], ..Policy::default() }
}

/// The model with a message store; its way to the devices leads over the Core.
fn with_store(mut model: Model) -> Model {
    model.functions.push(function("store", FunctionKind::Mss(MssParams { failure: 0.0 })));
    model.links.push(link("pf-store", LinkClass::Other, LinkEnd::Function(5), LinkEnd::Function(6)));
    pf(&mut model).mss = Some(6);
    model
}

fn pf(model: &mut Model) -> &mut PfParams {
    let FunctionKind::Pf(pf) = &mut model.functions[5].kind else { panic!("the PF is the sixth") };
    pf
}

/// Gives the users of population `at` a policy.
fn with_policy(mut model: Model, at: usize, policy: Policy) -> Model {
    model.policies.push((format!("policy-{at}"), policy));
    model.populations[at].policies = vec![(1.0, model.policies.len() as u16 - 1)];
    model
}

/// A recipient whose phone comes on at `on` and stays.
fn later(on: u64, sent: &[u64]) -> Model {
    let radio = Radio::Schedule { on_at_start: false, changes: vec![(at(on), true)] };
    one_operator(radio, plain(), 1, Arrivals::At(sent.iter().map(|s| at(*s)).collect()), at(900))
}

fn always(sent: &[u64]) -> Model {
    one_operator(Radio::AlwaysOn, plain(), 1, Arrivals::At(sent.iter().map(|s| at(*s)).collect()), at(900))
}

const STORE: Actions = Actions { store: true, ..NO_ACTION };
const DND: Actions = Actions { do_not_disturb: true, ..NO_ACTION };

clause_tests! {
    fn iw15_8_3_1_1_15_a_message_that_a_rule_stores_ends_in_the_store(rules) {
        let mut model = with_policy(with_store(later(100, &[10])), 0, of(STORE));
        model.run.end = End::At(at(1000));
        let seen = seen(model, rules);
        let m = seen.book(0);
        assert_eq!((m.outcome, m.answer_code), (Outcome::Stored, 200));
        assert_eq!((m.stored_objects, m.recorded_objects, m.duplicate_objects), (1, 0, false));
        assert_eq!((m.told, m.positive_before_arrival, m.first_arrival), (Told::Delivered, 1, NEVER));
        assert_eq!(seen.synced(), [(at(100), 0)], "its device finds it when it registers");
    }

    fn sd23_5_2_2_1_1_23_any_device_of_the_recipient_gets_what_was_recorded(rules) {
        // The tablet is off when the message comes, so that only the store can give it.
        let mut model = with_policy(with_store(always(&[10])), 0, of(Actions { offline_storage: true, ..NO_ACTION }));
        let radio = Radio::Schedule { on_at_start: false, changes: vec![(at(300), true)] };
        model.populations[0].devices.push(DeviceSpec { name: "tablet".into(), primary: false, ..device(radio, plain()) });
        model.run.end = End::At(at(1000));
        let seen = seen(model, rules);
        let m = seen.book(0);
        assert_eq!((m.outcome, m.recorded_objects, m.stored_objects), (Outcome::DeliveredIp, 1, 0));
        assert_eq!(seen.synced(), [(at(300), 0)]);
    }

    fn iw15_r_20_an_interworked_message_is_recorded_once(rules) {
        let rule = Actions { interwork: true, offline_storage: true, ..NO_ACTION };
        let model = with_isf(with_store(always(&[10])), seconds(30));
        let seen = seen(with_policy(model, 0, of(rule)), rules);
        let m = seen.book(0);
        assert_eq!((m.outcome, m.recorded_objects, m.duplicate_objects), (Outcome::DeliveredSms, 1, false));
    }

    fn sd23_5_2_2_1_1_33_storing_and_recording_are_one_operation(rules) {
        let model = with(with_store(later(100, &[10])), &[(axis::DELIVERY_RULE, "sd-2009")]);
        let policy = Policy { history: true, ..of(STORE) };
        let seen = seen(with_policy(model, 0, policy), rules);
        let m = seen.book(0);
        assert_eq!((m.outcome, m.stored_objects + m.recorded_objects), (Outcome::Stored, 1));
    }

    fn iw15_8_3_1_1_18_the_new_recipients_outcome_is_counted_there(rules) {
        let mut model = later(100, &[10]);
        model.populations[0].count = 2;
        // Of the two recipients the first forwards to the second, whose phone is off until 100.
        let forward = Actions { forward: Some(ForwardTo(Users { from: UserId(1), to: UserId(2) })), ..NO_ACTION };
        let mut policy = of(forward);
        policy.rules[0].conditions.senders = None;
        model.policies.push(("forward".into(), policy));
        model.populations[0].policy_changes = PolicyChanges::None;
        model.populations[0].count = 1;
        let mut second = model.populations[0].clone();
        second.name = "second".into();
        model.populations[0].policies = vec![(1.0, 1)];
        model.populations.insert(1, second);
        model.traffic[0].from = 2;
        let seen = seen(model, rules);
        let [old, new] = [0, 1].map(|n| seen.book(n));
        assert_eq!((old.outcome, old.forwarded_into), (Outcome::Forwarded, Some(new.id)));
        assert_eq!((new.outcome, new.to, new.forwarded_from, new.retargets), (Outcome::DeliveredIp, UserId(1), Some(old.id), 1));
        assert_eq!((new.submit, new.measured, new.first_arrival), (at(10), true, at(100)));
        // The sender knows one Message-ID: what he hears of the new duty he hears of the old one.
        assert_eq!((old.told, new.told, new.imdn_delivered_received), (Told::Delivered, Told::Delivered, 1));
        assert_eq!((old.answer_code, new.answer_code), (202, 202));
    }
}

#[test]
fn forwarding_in_a_circle_ends_at_the_limit() {
    let mut model = always(&[10]);
    let to = |user| Actions { forward: Some(ForwardTo(Users { from: UserId(user), to: UserId(user + 1) })), ..NO_ACTION };
    let mut second = model.populations[0].clone();
    second.name = "second".into();
    model.populations.insert(1, second);
    model.traffic[0].from = 2;
    let model = with_policy(with_policy(model, 0, of(to(1))), 1, of(to(0)));
    let seen = seen(model, Rules::ALL);
    let mut outcomes: Vec<_> = seen.records.iter().map(|r| (r.retargets, r.outcome, r.to.0)).collect();
    outcomes.sort_by_key(|o| o.0);
    let forwarded = |n: u8| (n, Outcome::Forwarded, u32::from(n % 2));
    assert_eq!(outcomes, [forwarded(0), forwarded(1), forwarded(2), forwarded(3), forwarded(4), (5, Outcome::Rejected, 1)]);
    let subjects: std::collections::BTreeSet<u64> = seen.records.iter().map(|r| r.subject.0).collect();
    assert_eq!(subjects.len(), 6, "each duty has its own draws");
    assert!(seen.records.iter().all(|r| r.answer_code == 483 && r.told == Told::Failed), "one request, one answer");
}

/// Do-not-disturb from 50 to 100; the PF hears of each change 5 s later.
fn disturbed(sent: &[u64]) -> Model {
    let mut model = always(sent);
    model.policies.push(("quiet".into(), of(DND)));
    model.populations[0].policy_changes = PolicyChanges::Schedule(vec![(at(50), 1), (at(100), 0)]);
    pf(&mut model).policy_delay = Law::Constant(seconds(5));
    model
}

#[test]
fn do_not_disturb_holds_back_from_when_the_pf_knows_and_nothing_is_usable_while_it_stands() {
    let seen = seen(disturbed(&[40, 52, 60]), Rules::ALL);
    let [before, unheard, held] = [0, 1, 2].map(|n| seen.book(n));
    assert_eq!((before.first_arrival, before.policy_stale), (at(40), false));
    assert_eq!((unheard.first_arrival, unheard.policy_stale), (at(52), true), "the PF did not know yet");
    assert_eq!((held.defer_reason, held.reach), (Some(DeferReason::DoNotDisturb), at(100)));
    assert_eq!((held.first_arrival, held.policy_stale), (at(105), false));
    assert_eq!(held.usable_wait, seconds(5), "from the end of do-not-disturb to the arrival");
    let policies: Vec<_> = seen.truths.iter().filter(|(_, t)| matches!(t, Truth::Policy { .. })).map(|(at, _)| *at).collect();
    assert_eq!(policies, [at(50), at(100)]);
    let wishes: Vec<_> = seen
        .truths
        .iter()
        .filter_map(|(at, t)| if let Truth::DoNotDisturb { on, .. } = t { Some((*at, *on)) } else { None })
        .collect();
    assert_eq!(wishes, [(at(50), true), (at(100), false)]);
    let views: Vec<_> =
        seen.milestones.iter().filter(|(_, m)| matches!(m, Milestone::PolicyView { .. })).map(|(at, _)| *at).collect();
    assert_eq!(views, [at(55), at(105)]);
}

#[test]
fn what_expires_under_do_not_disturb_says_so() {
    let mut model = disturbed(&[60]);
    pf(&mut model).expiry = seconds(20);
    let expired = seen(model.clone(), Rules::ALL);
    assert_eq!((expired.book(0).outcome, expired.book(0).dnd_at_expiry), (Outcome::Expired, true));
    // The rule is gone at 100, but the PF hears of it too late.
    pf(&mut model).policy_delay = Law::Constant(seconds(5));
    pf(&mut model).expiry = seconds(42);
    let late = seen(model, Rules::ALL);
    assert_eq!((late.book(0).expire, late.book(0).dnd_at_expiry), (at(102), false));
}

#[test]
fn alternating_policies_come_and_go_and_are_heard_of_in_order() {
    let mut model = always(&[10]);
    model.policies.push(("quiet".into(), of(DND)));
    let law = |s| Law::Constant(seconds(s));
    model.populations[0].policy_changes = PolicyChanges::Alternate { policy: 1, between: law(100), lasts: law(20) };
    pf(&mut model).policy_delay = Law::Uniform { low: Span::ZERO, high: seconds(60) };
    model.run.end = End::At(at(1000));
    let seen = seen(model, Rules::ALL);
    let changes: Vec<(SimTime, u16)> = seen
        .truths
        .iter()
        .filter_map(|(at, t)| if let Truth::Policy { policy, .. } = t { Some((*at, *policy)) } else { None })
        .collect();
    assert_eq!(changes[..4], [(at(100), 1), (at(120), 0), (at(220), 1), (at(240), 0)]);
    let heard = seen.milestones.iter().filter(|(_, m)| matches!(m, Milestone::PolicyView { .. })).count();
    assert!((changes.len() - 2..=changes.len()).contains(&heard), "{heard} of {}", changes.len());
}

#[test]
fn a_source_for_connectivity_spares_the_pf_a_ghost() {
    let ghost = |connectivity: Option<Law>| {
        let radio = Radio::Schedule { on_at_start: true, changes: vec![(at(50), false), (at(500), true)] };
        let silent = DeviceClass { silent_loss: 1.0, ..plain() };
        let mut model = one_operator(radio, silent, 1, Arrivals::At(vec![at(60)]), at(900));
        pf(&mut model).connectivity = connectivity;
        seen(model, Rules::ALL).book(0).clone()
    };
    let blind = ghost(None);
    assert_eq!((blind.ghost_attempts, blind.defer_reason), (1, Some(DeferReason::AttemptFailed)));
    let told = ghost(Some(Law::Constant(seconds(3))));
    assert_eq!((told.ghost_attempts, told.defer_reason), (0, Some(DeferReason::NoClient)));
    assert_eq!(told.excluded, [0, 1, 0, 0], "by connectivity");
    let late = ghost(Some(Law::Constant(seconds(11))));
    assert_eq!(late.ghost_attempts, 1, "the news came a second after the message");
}

#[test]
fn what_a_device_cannot_take_is_not_usable() {
    let mut class = plain();
    class.capabilities.contents = crate::delivery::Contents::NONE.with(crate::delivery::Content::Text);
    let mut model = one_operator(Radio::AlwaysOn, class, 1, Arrivals::At(vec![at(10)]), at(900));
    model.traffic[0].message.headers.contents = vec![(1.0, crate::delivery::Content::Video)];
    pf(&mut model).expiry = seconds(100);
    let seen = seen(model, Rules::ALL);
    let m = seen.book(0);
    assert_eq!((m.outcome, m.reach, m.usable_until_expire), (Outcome::Expired, NEVER, Span::ZERO));
    assert_eq!(m.excluded, [0, 0, 1, 0], "by capability");
    assert!(!seen.truths.iter().any(|(_, t)| matches!(t, Truth::WrongExclusion { .. })), "the PF knew well");
}

/// TS83-8.3.2.1-35: the PF makes one copy for all devices, and yet none of them was left out.
#[test]
fn a_request_that_the_core_forks_leaves_out_nobody() {
    for value in ["core-fork", "per-client"] {
        let mut model = always(&[10]);
        model.populations[0].devices.push(DeviceSpec { name: "tablet".into(), primary: false, ..device(Radio::AlwaysOn, plain()) });
        let seen = seen(with(model, &[(crate::delivery::axes::FANOUT, value)]), Rules::ALL);
        assert_eq!(seen.book(0).attempts, 2, "{value}");
        let left_out = seen.truths.iter().any(|(_, t)| matches!(t, Truth::WrongExclusion { .. }));
        assert!(!left_out, "{value}");
    }
}

/// H-43: what waits behind its user's queue was left out knowingly.
#[test]
fn a_message_that_waits_behind_the_queue_is_no_wrong_exclusion() {
    let mut model = one_operator(Radio::AlwaysOn, plain(), 1, Arrivals::At(vec![at(10), at(20)]), at(100));
    model.client.pull.react = Law::Constant(seconds(30));
    let queue = (crate::delivery::axes::OVERTAKE_QUEUE, "behind-queue");
    // The first waits since the device comes at 15 only; the second comes while its user has not acted.
    model.populations[0].devices[0].radio = Radio::Schedule { on_at_start: false, changes: vec![(at(15), true)] };
    let model = with(model, &[queue, (crate::delivery::axes::DEFERRED_MODE, "notify-pull")]);
    let seen = seen(model, Rules::ALL);
    assert_eq!((seen.book(1).defer, seen.book(1).first_arrival), (at(20), at(45)));
    assert!(!seen.truths.iter().any(|(_, t)| matches!(t, Truth::WrongExclusion { .. })));
}

/// TS83-8.3.2.1-33: a device that step 6 rightly leaves out is not missing, though it would get the message were it the only one.
#[test]
fn a_device_that_the_selection_leaves_out_is_no_wrong_exclusion() {
    let mut texts = plain();
    texts.capabilities.contents = crate::delivery::Contents::NONE.with(crate::delivery::Content::Text);
    for value in ["ts-draft", "sd-2009", "iw-2015"] {
        let mut model = always(&[10]);
        model.traffic[0].message.headers.contents = vec![(1.0, crate::delivery::Content::Video)];
        let tablet = DeviceSpec { name: "tablet".into(), primary: false, ..device(Radio::AlwaysOn, texts.clone()) };
        model.populations[0].devices.push(tablet);
        let seen = seen(with(model, &[(crate::delivery::axes::DELIVERY_RULE, value)]), Rules::ALL);
        assert_eq!((seen.book(0).attempts, seen.book(0).excluded), (1, [0, 0, 1, 0]), "{value}");
        assert!(!seen.truths.iter().any(|(_, t)| matches!(t, Truth::WrongExclusion { .. })), "{value}");
    }
}

#[test]
fn a_display_keeps_the_book_open_until_its_report_has_come() {
    let mut model = always(&[10]);
    model.traffic[0].message.imdn.display = true;
    (model.client.display, model.client.display_delay) = (1.0, Law::Constant(seconds(40)));
    let seen = seen(model, Rules::ALL);
    let m = seen.book(0);
    assert_eq!((m.first_display(), m.imdn_displayed_received, m.imdn_delivered_received), (at(50), 1, 1));
}

#[test]
fn a_store_that_fails_leaves_no_object() {
    let mut model = with_policy(with_store(later(100, &[10])), 0, of(STORE));
    model.functions[6].kind = FunctionKind::Mss(MssParams { failure: 1.0 });
    pf(&mut model).expiry = seconds(50);
    let seen = seen(model, Rules::ALL);
    let m = seen.book(0);
    assert_eq!((m.stored_objects, m.outcome), (0, Outcome::Expired));
    assert!(m.store_failures >= 1);
}
