//! Whole runs of notification and pull, small enough to follow by hand: the client, the Core and the PF together.
//!
//! The expected times come from the statements and the parameters of `one_operator`: no delay anywhere but where a case sets one,
//! and a user who acts 30 s after he is told.

use super::journeys::{schedule, two, under};
use super::*;
use crate::delivery::{FunctionId, Method, Pdu, Rules, TxnId};
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

/// A phone that comes at 1000 and a tablet that comes a second later, 4 s from the Core each way: bound at 1012 and 1013, told at 1016
/// and 1017. They pull at 1046 and 1047, which reaches the PF at 1050 and 1051.
pub(super) fn overlapping(set: &[(AxisId, &str)]) -> Model {
    let mut model = with(pulls(two(schedule(false, &[(1000, true)]), schedule(false, &[(1001, true)]), 0.0, &[10, 20])), set);
    let gm = model.links.iter_mut().find(|l| l.spec.name == "gm").expect("there is one");
    gm.spec.delay = Law::Constant(seconds(4));
    model
}

/// H-10: both devices are told and pull, and one of them gets the messages.
#[test]
fn of_two_devices_that_pull_one_gets_the_messages() {
    for overlap in ["fcfs", "reject-480"] {
        let model = overlapping(&[(axis::OVERLAP_INVITE, overlap)]);
        assert_eq!(came(model), [(Outcome::DeliveredIp, at(1054), 1); 2], "{overlap}");
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

/// Away until 1000, then with IP, and registered 60 s later. A PF that notifies no client that registers after its round
/// (`renotify=never`), with a Push Enabler that takes 2 s and keeps so many pushes.
fn pushed(keeps: u32) -> Model {
    let phases = vec![
        phase("attach", vec![], zero(), vec![Gives::Sms, Gives::Ip]),
        phase("ims", vec![0], Law::Constant(seconds(60)), vec![Gives::Register]),
    ];
    let radio = schedule(false, &[(1000, true)]);
    let mut model = pulls(one_operator(radio, class("slow", phases), 1, Arrivals::At(vec![at(10), at(20)]), at(3000)));
    let push = model.functions.len();
    model.functions.push(function("push", FunctionKind::Push(PushParams { latency: Law::Constant(seconds(2)), keeps })));
    model.links.push(link("pf-push", LinkClass::Push, LinkEnd::Function(5), LinkEnd::Function(push)));
    model.links.push(link("push", LinkClass::Push, LinkEnd::Devices, LinkEnd::Function(push)));
    let FunctionKind::Pf(pf) = &mut model.functions[5].kind else { panic!("the PF is the sixth") };
    pf.deferred.push = Some(push);
    with(model, &[(axis::RENOTIFY, "never")])
}

/// Told out of band at 1002, its user acts at 1032; it pulls when it is registered. Without a push it never hears of the messages.
#[test]
fn a_client_that_was_told_out_of_band_pulls_when_it_is_registered() {
    assert_eq!(came(pushed(1)), [(Outcome::DeliveredIp, at(1060), 1); 2]);
    assert!(came(pushed(0)).iter().all(|c| c.0 == Outcome::Expired));
}

/// INVITEs of clients and their final answers, whatever hops repeat of them.
#[derive(Default)]
struct Invites {
    seen: Vec<(TxnId, SimTime)>,
    answered: Vec<(TxnId, u16)>,
}

impl Observer for Invites {
    const TRACE: bool = true;
    fn sent(&mut self, now: SimTime, from: FunctionId, to: FunctionId, pdu: &Pdu, _: Option<SimTime>) {
        match pdu {
            Pdu::Request(r) if r.method == Method::Invite && r.txn.owner == from && self.seen.iter().all(|s| s.0 != r.txn) => {
                self.seen.push((r.txn, now));
            }
            Pdu::Response(r)
                if r.method == Method::Invite
                    && r.txn.owner == to
                    && r.code >= 200
                    && self.answered.iter().all(|a| a.0 != r.txn) =>
            {
                self.answered.push((r.txn, r.code));
            }
            _ => {}
        }
    }
}

/// When INVITEs were sent, and the codes of their answers in the order in which the Core sent these.
fn invites(model: Model) -> (Vec<SimTime>, Vec<u16>) {
    let mut seen = Invites::default();
    let seed = RunSeed { seed: 7, replicate: 0 };
    run(&Arc::new(model), seed, &RunOptions::default(), &mut seen).expect("the run comes to its end");
    (seen.seen.iter().map(|s| s.1).collect(), seen.answered.iter().map(|a| a.1).collect())
}

/// H-20: told out of band, and in band when it registers. Its user reacted to the first before it could pull, and finds nothing left
/// to do when he reacts to the second.
#[test]
fn a_client_that_is_told_twice_pulls_once() {
    let model = || with(pushed(1), &[(axis::RENOTIFY, "on-registration")]);
    assert_eq!(came(model()), [(Outcome::DeliveredIp, at(1060), 1); 2]);
    assert_eq!(invites(model()), (vec![at(1060)], vec![200]));
}

/// H-10: the later of two pulls waits in the line until the answers to the deliveries of the first are there, at 1058, and finds
/// nothing (FCFS); or it is refused at once, heard of at 1055, and comes again after 2.5 s to 7.5 s.
#[test]
fn the_later_of_two_pulls_is_answered_by_the_axis() {
    assert_eq!(invites(overlapping(&[])), (vec![at(1046), at(1047)], vec![200, 488]));
    let (sent, codes) = invites(overlapping(&[(axis::OVERLAP_INVITE, "reject-480")]));
    assert_eq!((sent.len(), codes), (3, vec![200, 480, 488]));
    let again = (sent[2] - at(1055)).ns();
    assert!((2_500_000_000..=7_500_000_000).contains(&again), "{again}");
    let (sent, codes) = invites(overlapping(&[(axis::OVERLAP_INVITE, "reject-480"), (axis::RETRY_AFTER_480, "drop")]));
    assert_eq!((sent.len(), codes), (2, vec![200, 480]));
}

/// H-17: the PF serves a pull of all from 1050 to 1058, and defers a message at 1054 behind what is not settled. It is no push: the
/// client is told of it at 1058 and pulls it at 1088; under `live` it goes with the pull that is in process.
#[test]
fn a_message_deferred_during_a_pull_is_told_of_or_joins_it() {
    for (scope, comes) in [("snapshot", at(1096)), ("live", at(1058))] {
        let mut model = with(away(&[10, 1050]), &[(axis::OVERTAKE_QUEUE, "behind-queue"), (axis::PULL_ALL_SCOPE, scope)]);
        let gm = model.links.iter_mut().find(|l| l.spec.name == "gm").expect("there is one");
        gm.spec.delay = Law::Constant(seconds(4));
        assert_eq!(came(model), [(Outcome::DeliveredIp, at(1054), 1), (Outcome::DeliveredIp, comes, 1)], "{scope}");
    }
}

/// SIP messages of a run whose chain begins at a message, and those whose does not.
fn signalling(model: Model) -> (usize, usize) {
    let truths = kept(model, 0).0.truths;
    let of = |chain: bool| {
        let counted = |t: &Truth| match t {
            Truth::Hop { sip: true, about_message, background, .. } => {
                assert!(about_message != background, "every message of these runs is measured");
                *about_message == chain
            }
            _ => false,
        };
        truths.iter().filter(|(_, t)| counted(t)).count()
    };
    (of(true), of(false))
}

/// Metrics 3.10. To the PF of the recipient it is 4 hops, from there to a client 2; each request has one answer, but the ACK none.
/// MESSAGE to the PF 8; notification 4; INVITE 4, ACK 2 and BYE 4; the delivery 4; the notification of delivery all the way 12.
/// Background: each client registers with a challenge (4); its PF is told of it (2), subscribes (2) and is notified (2).
#[test]
fn notifications_and_pulls_count_as_signalling_of_their_messages() {
    let background = 2 * (4 + 2 + 2 + 2);
    assert_eq!(signalling(away(&[10])), (8 + 4 + 4 + 2 + 4 + 4 + 12, background));
    // Of two messages there is one notification and one pull; each has its own delivery. Three are told of in two MESSAGEs.
    assert_eq!(signalling(away(&[10, 20])), (2 * (8 + 4 + 12) + 4 + 4 + 2 + 4, background));
    assert_eq!(signalling(away(&[10, 20, 30])), (3 * (8 + 4 + 12) + 4 * 2 + 4 + 2 + 4, background));
    // Tearing down by the PF is a BYE, too.
    let by_pf = with(away(&[10]), &[(axis::PULL_TEARDOWN, "pf")]);
    assert_eq!(signalling(by_pf), (38, background));
}

/// Of a user who names what he wants, and of one who retrieves all: a list of nothing but warm-up messages is not counted.
#[test]
fn signalling_of_what_was_deferred_in_the_warm_up_is_not_counted() {
    for all in [0.0, 1.0] {
        let mut model = away(&[10]);
        model.run.warm_up = seconds(500);
        model.client.pull.all = all;
        let counted = |t: &Truth| matches!(t, Truth::Hop { about_message: true, .. });
        assert_eq!(kept(model, 0).0.truths.iter().filter(|(_, t)| counted(t)).count(), 0);
    }
}
