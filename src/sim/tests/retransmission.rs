//! SIP over links that lose: repetition and absorption on the hop, and what a device that comes back within timer F takes.

use std::collections::BTreeSet;

use super::*;
use crate::delivery::{Fate, FunctionId, Pdu};

/// The link of this name.
fn way<'a>(model: &'a mut Model, name: &str) -> &'a mut LinkSpec {
    &mut model.links.iter_mut().find(|l| l.spec.name == name).expect("there is one").spec
}

/// A message at 200 for a phone that goes silently at 100 and is back at `back`, over UDP on Gm.
fn ghost_over_udp(back: u64) -> Model {
    let radio = Radio::Schedule { on_at_start: true, changes: vec![(at(100), false), (at(back), true)] };
    let class = DeviceClass { silent_loss: 1.0, ..plain() };
    let mut model = one_operator(radio, class, 1, Arrivals::At(vec![at(200)]), at(1000));
    way(&mut model, "gm").transport = Transport::Datagram;
    model
}

fn only(kept: &Kept) -> &MessageRecord {
    let [record] = &kept.records[..] else { panic!("one message, not {}", kept.records.len()) };
    record
}

fn arrivals(record: &MessageRecord) -> Vec<SimTime> {
    record.copies.iter().filter(|c| c.arrived != NEVER).map(|c| c.arrived).collect()
}

/// `domain.md` 2.11, the race of the two timers: the PF gives up after 32 s and defers, the Core goes on to 128 s. A phone that is back in
/// between gets the message twice: from the PF as it registers, from the Core at the next of 2, 6, 14, 30, 46, 62, ... s.
#[test]
fn a_phone_back_between_32_and_128_s_gets_the_message_twice() {
    let (kept, _) = kept(ghost_over_udp(250), 0);
    let record = only(&kept);
    assert_eq!((record.defer, record.defers), (at(232), 1));
    assert_eq!(arrivals(record), [at(262), at(250)], "200 + 62 by the Core; at its return by the PF");
    assert_eq!((record.outcome, record.first_arrival), (Outcome::DeliveredIp, at(250)));
    let again = kept.truths.iter().filter(|(_, t)| matches!(t, Truth::Hop { class: LinkClass::Gm, again: true, .. })).count();
    // The sender hears nothing for 128 s either: its request goes ten times more, and from 14 s on the Core answers each with a
    // 100 (RFC 4320), eight in all.
    assert_eq!(again, 6 + 10 + 7, "to the phone at 2, 6, 14, 30, 46 and 62 s");
    let own = kept.truths.iter().filter(|(_, t)| matches!(t, Truth::Repeated { nth: 2.., .. })).count();
    assert_eq!(own, 3 * 10, "of the sender, and of the relaying and the terminating PF towards the Core, which absorbs them");
    let duplicates = record.copies.iter().filter(|c| matches!(c.fate, Some(Fate::Absorbed))).count();
    assert_eq!(duplicates, 1, "the client knows the Message-ID");
}

#[test]
fn a_phone_back_within_32_s_gets_it_once_and_one_back_later_from_the_queue() {
    let (soon, _) = kept(ghost_over_udp(210), 0);
    assert_eq!((arrivals(only(&soon)), only(&soon).defers), (vec![at(214)], 0), "200 + 14");
    assert_eq!(only(&soon).answer_code, 200);
    let (late, _) = kept(ghost_over_udp(329), 0);
    assert_eq!(arrivals(only(&late)), [at(329)], "the last copy went at 326");
    let lost = only(&late).copies.iter().filter(|c| matches!(c.fate, Some(Fate::Lost(_)))).count();
    assert_eq!(lost, 1);
}

/// Counts the 100s that are sent for the first time.
#[derive(Default)]
struct Trying(Kept, BTreeSet<(FunctionId, FunctionId, u32, u32)>, u32);

impl Observer for Trying {
    const TRACE: bool = true;

    fn closed(&mut self, now: SimTime, record: &MessageRecord) {
        self.0.closed(now, record);
    }

    fn truth(&mut self, now: SimTime, truth: Truth) {
        self.0.truth(now, truth);
    }

    fn sent(&mut self, _: SimTime, from: FunctionId, _: FunctionId, pdu: &Pdu, _: Option<SimTime>) {
        if let Pdu::Response(response) = pdu
            && response.code == 100
            && response.about.is_some()
            && self.1.insert((from, response.txn.owner, response.txn.slot, response.txn.generation))
        {
            self.2 += 1;
        }
    }
}

/// The counting check of `domain.md` 5 holds whatever is lost: what is repeated stands in accounts of its own.
#[test]
fn what_is_repeated_is_counted_apart_and_told_once() {
    let mut repeated = 0;
    for replicate in 0..20 {
        let mut model = one_operator(Radio::AlwaysOn, plain(), 1, Arrivals::At(vec![at(10)]), at(100));
        (way(&mut model, "gm").transport, way(&mut model, "gm").loss) = (Transport::Datagram, 0.2);
        way(&mut model, "isc").loss = 0.2;
        // A registration that is lost is asked for again long before.
        model.run.warm_up = Span::ZERO;
        model.traffic[0].arrivals = Arrivals::At(vec![at(10_000)]);
        model.run.arrivals_until = at(11_000);
        let mut seen = Trying::default();
        let seed = RunSeed { seed: 7, replicate };
        run(&Arc::new(model), seed, &RunOptions::default(), &mut seen).expect("the run comes to its end");
        let Trying(kept, _, trying) = seen;
        let record = only(&kept);
        assert_eq!((record.outcome, arrivals(record).len()), (Outcome::DeliveredIp, 1), "I-13: once, in replicate {replicate}");
        assert_eq!(record.imdn_delivered_received, 1);
        assert_eq!(record.sip_hops, 24 + trying, "and the 100s");
        repeated += kept.truths.iter().filter(|(_, t)| matches!(t, Truth::Hop { again: true, about_message: true, .. })).count();
    }
    assert!(repeated > 20, "{repeated} repetitions at a loss of 20 %");
}

/// Links that lose move no draw of what is not repeated.
#[test]
fn what_is_not_repeated_faces_the_same_weather() {
    let model = |loss: f64| {
        let times = (1..200).map(|n| at(1000 + n * 300)).collect();
        let mut model = one_operator(Radio::AlwaysOn, plain(), 1, Arrivals::At(times), at(100_000));
        let gm = way(&mut model, "gm");
        gm.transport = Transport::Datagram;
        gm.delay = Law::Uniform { low: Span::from_millis(1), high: Span::from_millis(20) };
        gm.loss = loss;
        model
    };
    let arrivals = |loss| -> Vec<(SimTime, SimTime)> {
        let (kept, _) = kept(model(loss), 0);
        let mut all: Vec<_> = kept.records.iter().map(|r| (r.submit, r.first_arrival)).collect();
        all.sort();
        all
    };
    let (still, stormy) = (arrivals(0.0), arrivals(0.02));
    let same = still.iter().zip(&stormy).filter(|(a, b)| a == b).count();
    assert_eq!(still.len(), 199);
    assert!((150..199).contains(&same), "{same} of 199 are untouched by a loss of 2 %");
    for ((submit, calm), (_, late)) in still.iter().zip(&stormy) {
        assert!(calm == late || *late > *submit + Span::from_millis(1990), "late by timers of 2 s or more, or not at all");
    }
}

/// A stream loses nothing: each loss is a wait of 1 s, 2 s and so on, and what follows waits behind it.
#[test]
fn a_stream_is_late_and_loses_nothing() {
    let times = (1..400).map(|n| at(1000 + n * 500)).collect();
    let mut model = one_operator(Radio::AlwaysOn, plain(), 1, Arrivals::At(times), at(300_000));
    let gm = way(&mut model, "gm");
    (gm.transport, gm.loss) = (Transport::Stream, 0.1);
    let (kept, _) = kept(model, 0);
    let again = |t: &Truth| matches!(t, Truth::Hop { class: LinkClass::Gm, again: true, .. });
    assert!(!kept.truths.iter().any(|(_, t)| again(t)), "SIP repeats nothing over a stream");
    let late: Vec<u64> = kept.records.iter().map(|r| (r.first_arrival - r.submit).ns() / 1_000_000).collect();
    assert!(kept.records.iter().all(|r| r.outcome == Outcome::DeliveredIp));
    assert!(late.iter().all(|ms| ms % 1000 == 0), "whole time-outs only");
    let on_time = late.iter().filter(|ms| **ms == 0).count() as f64 / late.len() as f64;
    assert!((on_time - 0.81).abs() < 0.08, "two crossings at 10 %: {on_time}");
}

/// RFC 3261 18.1.1: a request over 1300 bytes goes by stream, and its answer goes the same way.
#[test]
fn a_large_request_goes_by_stream() {
    for (length, by_stream) in [(100, false), (1500, true)] {
        let mut repeats = 0;
        for replicate in 0..10 {
            let mut model = one_operator(Radio::AlwaysOn, plain(), 1, Arrivals::At(vec![at(10_000)]), at(11_000));
            model.traffic[0].message.length = TextLength::Fixed(length);
            model.traffic[0].message.imdn = ImdnRequested::default();
            (way(&mut model, "gm").transport, way(&mut model, "gm").loss) = (Transport::Datagram, 0.3);
            let (kept, _) = kept(model, replicate);
            assert_eq!(only(&kept).outcome, Outcome::DeliveredIp);
            let again = |t: &Truth| matches!(t, Truth::Hop { again: true, about_message: true, .. });
            repeats += kept.truths.iter().filter(|(_, t)| again(t)).count();
        }
        assert_eq!(repeats == 0, by_stream, "{repeats} repetitions of {length} characters");
    }
}
