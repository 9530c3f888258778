//! Whole runs of notification and pull, small enough to follow by hand: the client, the Core and the PF together.
//!
//! The expected times come from the statements and the parameters of `one_operator`: no delay anywhere but where a case sets one,
//! and a user who acts 30 s after he is told.

use super::journeys::{schedule, two, under};
use super::*;
use crate::delivery::Rules;
use crate::judge::Told;
use crate::model::PullParams;

const IN_SESSION: [(AxisId, &str); 2] = [(axis::PULL_TRANSPORT, "in-session"), (axis::PULL_TEARDOWN, "after-retrieval")];

/// Pull mode, whose user acts 30 s after he is told.
fn pulls(mut model: Model) -> Model {
    model.client.pull.react = Law::Constant(seconds(30));
    with(model, &[(axis::DEFERRED_MODE, "notify-pull")])
}

/// The phone is away until 1000; messages come at these times.
fn away(times: &[u64]) -> Model {
    let times = times.iter().map(|t| at(*t)).collect();
    pulls(one_operator(schedule(false, &[(1000, true)]), plain(), 1, Arrivals::At(times), at(3000)))
}

fn records(model: Model) -> Vec<MessageRecord> {
    under(Rules::ALL, model).0.records
}

/// When each message came first, and in how many copies to devices.
fn came(model: Model) -> Vec<(Outcome, SimTime, usize)> {
    let arrived = |r: &MessageRecord| r.copies.iter().filter(|c| c.arrived != NEVER).count();
    records(model).iter().map(|r| (r.outcome, r.first_arrival, arrived(r))).collect()
}

#[test]
fn a_client_that_comes_back_is_told_and_pulls_when_its_user_acts() {
    for set in [&[][..], &[(axis::PULL_TEARDOWN, "after-retrieval")], &[(axis::PULL_TEARDOWN, "pf")], &IN_SESSION] {
        let model = with(away(&[10, 20, 30]), set);
        assert_eq!(came(model), [(Outcome::DeliveredIp, at(1030), 1); 3], "{set:?}");
    }
}

#[test]
fn what_the_user_keeps_expires_and_what_he_deletes_is_gone() {
    let chooses = |choice| {
        let mut model = away(&[10]);
        model.client.pull = PullParams { all: 0.0, choice, ..model.client.pull };
        let [record] = &records(model)[..] else { panic!("one message") };
        (record.outcome, record.told)
    };
    assert_eq!(chooses([1.0, 0.0, 0.0, 0.0, 0.0]), (Outcome::DeliveredIp, Told::Delivered));
    assert_eq!(chooses([0.0, 1.0, 0.0, 0.0, 0.0]), (Outcome::Deleted, Told::Failed));
    assert_eq!(chooses([0.0, 0.0, 0.0, 0.0, 1.0]), (Outcome::Expired, Told::Failed));
}

/// H-10: both devices are told, and both users' actions come at once.
#[test]
fn of_two_devices_that_pull_at_once_one_gets_the_messages() {
    for overlap in ["fcfs", "reject-480"] {
        let model = pulls(two(schedule(false, &[(1000, true)]), schedule(false, &[(1000, true)]), 0.0, &[10, 20]));
        let model = with(model, &[(axis::OVERLAP_INVITE, overlap)]);
        assert_eq!(came(model), [(Outcome::DeliveredIp, at(1030), 1); 2], "{overlap}");
    }
}

/// H-15: bound at 1012 after two exchanges of 8 s, told at 1016, the phone pulls at 1046; the answer and the message leave the PF at 1050
/// and meet nobody at 1054: it has gone without a word, and is back at 1500. The message went back to the queue.
#[test]
fn a_client_that_vanishes_after_its_pull_gets_the_message_when_it_is_back() {
    for set in [&[][..], &IN_SESSION] {
        let class = DeviceClass { silent_loss: 1.0, ..plain() };
        let radio = schedule(false, &[(1000, true), (1052, false), (1500, true)]);
        let mut model = with(pulls(one_operator(radio, class, 1, Arrivals::At(vec![at(10)]), at(3000))), set);
        let gm = model.links.iter_mut().find(|l| l.spec.name == "gm").expect("there is one");
        gm.spec.delay = Law::Constant(seconds(4));
        let [record] = &records(model)[..] else { panic!("one message") };
        assert_eq!(record.outcome, Outcome::DeliveredIp, "{set:?}");
        assert!(record.first_arrival > at(1500), "{set:?}: {:?}", record.first_arrival);
    }
}
