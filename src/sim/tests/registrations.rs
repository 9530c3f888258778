//! Registrations that are not what they seem, and all at once: ghosts, flows that fail, a Core that restarts, functions without room.

use super::*;

/// The link of this name.
fn way<'a>(model: &'a mut Model, name: &str) -> &'a mut LinkSpec {
    &mut model.links.iter_mut().find(|l| l.spec.name == name).expect("there is one").spec
}

fn core(model: &mut Model) -> &mut CoreParams {
    match &mut model.functions[0].kind {
        FunctionKind::Core(core) => core,
        _ => panic!("the Core is the first"),
    }
}

/// Phones that go at 100 without a word and are back at 5000, and a message for each at 300. Their bindings stand for 600,000 s.
fn ghosts(users: u32, mode: &str, transport: Transport, loss: f64) -> Model {
    let radio = Radio::Schedule { on_at_start: true, changes: vec![(at(100), false), (at(5000), true)] };
    let class = DeviceClass { silent_loss: 1.0, ..plain() };
    let mut model = one_operator(radio, class, users, Arrivals::At(vec![at(300)]), at(6000));
    assert!(model.axes.set(axis::DEFERRED_MODE, mode));
    let gm = way(&mut model, "gm");
    (gm.transport, gm.loss) = (transport, loss);
    model
}

/// H-26: what is accepted while a ghost registration stands is delivered late and not lost, however deferred messages leave the queue and
/// whatever carries SIP to the phone.
#[test]
fn h_26_a_message_for_a_ghost_comes_late_and_is_not_lost() {
    for mode in ["auto-push", "notify-pull", "pull-then-push"] {
        for (transport, loss) in
            [(Transport::Stream, 0.0), (Transport::Stream, 0.2), (Transport::Datagram, 0.0), (Transport::Datagram, 0.2)]
        {
            let (kept, _) = kept(ghosts(20, mode, transport, loss), 0);
            assert_eq!(kept.records.len(), 20);
            for record in &kept.records {
                let case = format!("{mode}, {transport:?}, loss {loss}: {record:?}");
                assert_eq!(record.outcome, Outcome::DeliveredIp, "{case}");
                assert!(record.first_arrival >= at(5000) && record.first_arrival < at(8000), "{case}");
                assert_eq!(record.ghost_attempts, 1, "{case}");
                // The sender's own request may be repeated on its way; then the PF waits for 64 T1.
                assert_eq!(record.defer, record.accept + seconds(32), "{case}");
            }
        }
    }
}

/// RFC 5626: with keep-alives the Core knows after a while that nobody is behind the binding, and its 430 costs no time.
#[test]
fn h_26_keep_alives_find_a_ghost_out() {
    for (transport, every) in [(Transport::Stream, 60), (Transport::Datagram, 29)] {
        let mut model = ghosts(5, "auto-push", transport, 0.0);
        core(&mut model).flow_keepalive = Some(seconds(every));
        let (kept, _) = kept(model, 0);
        for record in &kept.records {
            assert_eq!((record.accept, record.defer, record.first_arrival), (at(300), at(300), at(5000)), "{record:?}");
        }
    }
}

/// Keep-alives are no message's affair: over a link that varies and loses they move nobody's draws. Flows are so long-lived here that
/// none fails.
#[test]
fn keep_alives_move_no_draw() {
    let stories = |every: Option<u64>| {
        let radio = Radio::Dwell {
            on: Law::Exponential { mean: seconds(3000) },
            off: Law::Exponential { mean: seconds(600) },
            start: None,
        };
        let mut model = one_operator(radio, plain(), 20, Arrivals::Count { count: 5, from: at(0), to: at(9000) }, at(10_000));
        let gm = way(&mut model, "gm");
        gm.transport = Transport::Datagram;
        gm.delay = Law::Lognormal { median: Span::from_millis(30), sigma: 0.5 };
        gm.loss = 0.05;
        core(&mut model).flow_keepalive = every.map(seconds);
        let (kept, outcome) = kept(model, 2);
        let mut all: Vec<_> = kept.records.iter().map(|r| (r.subject, r.outcome, r.accept, r.defer, r.first_arrival)).collect();
        all.sort_by_key(|s| s.0);
        (all, outcome.events)
    };
    let (without, few) = stories(None);
    // Longer than any stay: the Core learns of nothing that it would not know anyway.
    let (with, many) = stories(Some(100));
    assert!(many > few + 1000, "{few} events, {many} with keep-alives");
    let same = without.iter().zip(&with).filter(|(a, b)| a == b).count();
    assert!(same > 90, "{same} of {}; the others met a 430 in place of a ghost, or another time of registration", without.len());
}

/// A Core that restarts loses the flows of 300 phones, each of which finds it out within its keep-alive interval and registers anew;
/// with room for few the registrations are refused and come again. All come back, and nothing that was accepted is lost.
#[test]
fn after_a_restart_of_the_core_everybody_is_back() {
    for queue in [None, Some(5), Some(0)] {
        let class = DeviceClass { silent_loss: 1.0, ..plain() };
        let arrivals = Arrivals::Count { count: 4, from: at(900), to: at(9000) };
        let mut model = one_operator(Radio::AlwaysOn, class, 300, arrivals, at(9000));
        (core(&mut model).flow_keepalive, core(&mut model).restarts) = (Some(seconds(120)), vec![at(1000)]);
        // Four registers and notifies for each phone take 40 ms: the storm of 300 takes 12 s at least.
        model.functions[0].service =
            ServiceSpec { time: Law::Constant(Span::from_millis(10)), servers: 2, queue, retry_after: queue.map(|_| seconds(2)) };
        model.run.start = Start::AllOn;
        let (kept, outcome) = kept(model, 0);
        assert_eq!(kept.records.len(), 1200);
        let refused = |r: &&MessageRecord| r.accept == NEVER && r.answer_code == 503;
        for record in kept.records.iter().filter(|r| !refused(r)) {
            assert_eq!(record.outcome, Outcome::DeliveredIp, "queue {queue:?}: {record:?}");
            assert!(record.first_arrival < record.submit + seconds(8000), "{record:?}");
        }
        let full = outcome.tags.iter().find(|(tag, _)| *tag == crate::delivery::Tag::OwnServerFull).map_or(0, |(_, n)| *n);
        assert_eq!(queue.is_some(), full > 100, "{full} refusals, queue {queue:?}");
        let late: Vec<_> = kept.records.iter().filter(|r| r.submit > at(8000) && !refused(r)).collect();
        assert!(late.len() > 100);
        let quick = late.iter().filter(|r| r.first_arrival < r.submit + seconds(5)).count();
        assert!(quick * 100 > late.len() * 95, "{quick} of {} at once, long after the storm, queue {queue:?}", late.len());
    }
}

/// The same without keep-alives: nobody finds out before his binding is refreshed.
#[test]
fn without_keep_alives_a_lost_flow_lasts_until_the_refresh() {
    let mut class = plain();
    class.registration.expires = seconds(7200);
    let mut model = one_operator(Radio::AlwaysOn, class, 3, Arrivals::At(vec![at(1500)]), at(9000));
    core(&mut model).restarts = vec![at(1000)];
    let (kept, _) = kept(model, 0);
    for record in &kept.records {
        assert_eq!((record.defer, record.first_arrival), (at(1500), at(6600)), "600 s before the end of 7200 s: {record:?}");
    }
}

/// Partial state over a link that reorders: what a gap hides is asked for, so that the PF knows every registration in the end.
#[test]
fn partial_state_over_a_link_that_reorders_loses_nothing() {
    let radio =
        Radio::Dwell { on: Law::Exponential { mean: seconds(20) }, off: Law::Exponential { mean: seconds(20) }, start: None };
    let mut model = one_operator(radio, plain(), 10, Arrivals::Poisson { per_second: 0.01 }, at(1500));
    let isc = way(&mut model, "isc");
    (isc.transport, isc.loss) = (Transport::Datagram, 0.1);
    isc.delay = Law::Exponential { mean: seconds(2) };
    core(&mut model).notify_partial = true;
    let mut second = model.populations[0].devices[0].clone();
    (second.name, second.primary) = ("tablet".into(), false);
    model.populations[0].devices.push(second);
    let (kept, outcome) = kept(model, 0);
    let gaps = outcome.tags.iter().find(|(tag, _)| *tag == crate::delivery::Tag::OwnVersionGap).map_or(0, |(_, n)| *n);
    assert!(gaps > 10, "{gaps} gaps");
    assert!(kept.records.iter().all(|r| r.outcome == Outcome::DeliveredIp), "each user comes back again and again");
}

/// A PF without room: what it refuses of registration is told again, and what it has accepted comes to everybody.
#[test]
fn a_full_pf_learns_of_every_registration_in_the_end() {
    for queue in [Some(0), Some(3)] {
        let radio = Radio::Schedule { on_at_start: false, changes: vec![(at(1000), true)] };
        let arrivals = Arrivals::Count { count: 1, from: at(0), to: at(900) };
        let mut model = one_operator(radio, plain(), 200, arrivals, at(900));
        model.functions[5].service =
            ServiceSpec { time: Law::Constant(Span::from_millis(20)), servers: 1, queue, retry_after: Some(Span::ZERO) };
        let (kept, _) = kept(model, 0);
        let refused = |r: &&MessageRecord| r.accept == NEVER;
        assert!(kept.records.iter().filter(|r| !refused(r)).count() > 150);
        for record in kept.records.iter().filter(|r| !refused(r)) {
            assert_eq!(record.outcome, Outcome::DeliveredIp, "queue {queue:?}: {record:?}");
        }
    }
}
