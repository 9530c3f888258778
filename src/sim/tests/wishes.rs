//! What users want done with deferred messages: whose the draws are, and what they come to.

use super::super::RunOptions;
use super::super::world::World;
use super::*;
use crate::delivery::{Answer, CpmAction, FunctionId, MessageId, Question};
use crate::model::PullParams;

/// Two users with a phone and a tablet each.
fn world(pull: PullParams) -> World {
    let mut model = one_operator(Radio::AlwaysOn, plain(), 2, Arrivals::At(Vec::new()), at(10));
    let tablet = DeviceSpec { name: "tablet".into(), primary: false, ..device(Radio::AlwaysOn, plain()) };
    model.populations[0].devices.push(tablet);
    model.client.pull = pull;
    World::new(Arc::new(model), RunSeed { seed: 7, replicate: 0 }, &RunOptions::default())
}

/// The client on a device, in the order of users and devices.
fn client(world: &World, device: u32) -> FunctionId {
    world.layout.client(device)
}

fn wishes(world: &mut World, device: u32, question: impl Fn(MessageId, u32) -> Question) -> Vec<Answer> {
    let who = client(world, device);
    (0..200).map(|n| world.wish(who, question(MessageId(n), 1)).expect("a question about deferred messages")).collect()
}

fn choice(message: MessageId, nth: u32) -> Question {
    Question::Choice { message, nth }
}

fn mixed() -> PullParams {
    PullParams { all: 1.0, choice: [1.0; 5], faulty: 0.5, ..PullParams::default() }
}

#[test]
fn two_devices_of_one_user_choose_alike_and_two_users_do_not() {
    let mut world = world(mixed());
    for question in [choice, |message, nth| Question::TakesAll { message, nth }] {
        let [phone, tablet, other] = [0, 1, 2].map(|device| wishes(&mut world, device, question));
        assert_eq!(phone, tablet);
        assert_ne!(phone, other);
    }
    let faulty = |message, nth| Question::EntryFaulty { message, nth };
    assert_ne!(wishes(&mut world, 0, faulty), wishes(&mut world, 1, faulty), "what goes wrong goes wrong on one device");
    let again = |nth| move |message, _| Question::Choice { message, nth };
    assert_ne!(wishes(&mut world, 0, again(1)), wishes(&mut world, 0, again(2)), "asked again he may want something else");
}

#[test]
fn choices_follow_their_weights() {
    let mut world = world(PullParams { choice: [3.0, 1.0, 0.0, 0.0, 1.0], ..mixed() });
    let chosen = wishes(&mut world, 0, choice);
    let share = |wanted: Option<CpmAction>| chosen.iter().filter(|a| **a == Answer::Action(wanted)).count();
    // 200 choices: expected 120, 40 and 40, each within four standard deviations.
    assert!(share(Some(CpmAction::Deliver)).abs_diff(120) <= 28, "{}", share(Some(CpmAction::Deliver)));
    assert!(share(Some(CpmAction::Delete)).abs_diff(40) <= 23 && share(None).abs_diff(40) <= 23);
    assert_eq!(share(Some(CpmAction::Interwork)) + share(Some(CpmAction::Store)), 0);
    for (all, expected) in [(1.0, true), (0.0, false)] {
        let choice = if all > 0.0 { [0.0; 5] } else { [1.0, 0.0, 0.0, 0.0, 0.0] };
        let mut world = self::world(PullParams { all, choice, ..mixed() });
        let takes = wishes(&mut world, 0, |message, nth| Question::TakesAll { message, nth });
        assert!(takes.iter().all(|a| *a == Answer::Yes(expected)));
    }
}

#[test]
fn a_user_who_reacts_after_forever_does_not() {
    let mut never = world(PullParams { react: Law::Constant(Span::FOREVER), ..mixed() });
    let phone = client(&never, 0);
    assert_eq!(never.wish(phone, Question::Reaction { nth: 1 }), Some(Answer::Never));
    let mut soon = world(PullParams { react: Law::Constant(seconds(9)), ..mixed() });
    assert_eq!(soon.wish(phone, Question::Reaction { nth: 1 }), Some(Answer::Span(seconds(9))));
}

#[test]
fn jitter_is_between_half_and_one_and_a_half() {
    let mut world = world(mixed());
    let phone = client(&world, 0);
    let jitter = |world: &mut World, nth| match world.wish(phone, Question::PullJitter { nth }) {
        Some(Answer::Thousandths(jitter)) => u64::from(jitter),
        other => panic!("a share: {other:?}"),
    };
    let drawn: Vec<u64> = (1..=1000).map(|nth| jitter(&mut world, nth)).collect();
    assert!(drawn.iter().all(|j| (500..=1500).contains(j)));
    // The mean is 1000, its standard error 1000 / sqrt(12 * 1000) = 9.1.
    assert!((drawn.iter().sum::<u64>() / 1000).abs_diff(1000) <= 37);
}

#[test]
fn a_push_by_msisdn_is_for_the_device_with_the_sim() {
    let mut world = world(mixed());
    let pf = FunctionId(5);
    for (device, primary) in [(0, true), (1, false), (2, true), (3, false)] {
        let question = Question::PushSelected { device: client(&world, device) };
        assert_eq!(world.wish(pf, question), Some(Answer::Yes(primary)));
    }
    assert_eq!(world.wish(pf, Question::RegisterDelay { nth: 1 }), None, "that is another's to answer");
}
