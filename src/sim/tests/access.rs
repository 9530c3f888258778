//! Access by patterns: recordings replayed, nights, common holes, and layers that take IP, a domain or the memory of a phone.

use super::*;
use crate::delivery::suite::clause_tests;

fn pattern(name: &str, kind: PatternKind) -> Pattern {
    Pattern { name: name.into(), kind, silent_loss: None }
}

/// Instants at which the radio of a user comes on, and goes off, in seconds.
fn radio(kept: &Kept, user: u32) -> Vec<(u64, bool)> {
    let of = |(now, truth): &(SimTime, Truth)| match truth {
        Truth::RadioOn { user: who, .. } if who.0 == user => Some((now.ns() / 1_000_000_000, true)),
        Truth::RadioOff { user: who, .. } if who.0 == user => Some((now.ns() / 1_000_000_000, false)),
        _ => None,
    };
    kept.truths.iter().filter_map(of).collect()
}

/// Users whose radios follow the last of these patterns, up to an instant.
fn following(patterns: Vec<Pattern>, users: u32, until: u64) -> Kept {
    let mut model = one_operator(Radio::Pattern(patterns.len() - 1), plain(), users, Arrivals::At(vec![]), at(0));
    model.patterns = patterns;
    model.run.end = End::At(at(until));
    kept(model, 0).0
}

/// The same changes, from a recording and from a schedule, are the same run to the last event.
#[test]
fn a_recording_is_replayed_as_a_schedule_is() {
    let changes = [(100, false), (150, true), (900, false), (2000, true)];
    let arrivals = || Arrivals::At((1..40).map(|i| at(i * 40)).collect());
    for on_at_start in [true, false] {
        // From off, the first change of the schedule says what is so already.
        let changes: Vec<_> = changes.iter().skip(usize::from(!on_at_start)).map(|(t, on)| (at(*t), *on)).collect();
        let replay = Replay { on_at_start, changes: changes.iter().map(|c| c.0).collect() };
        let schedule =
            one_operator(Radio::Schedule { on_at_start, changes: changes.clone() }, gap_phone(zero()), 2, arrivals(), at(1700));
        let mut recorded = schedule.clone();
        recorded.populations[0].devices[0].radio = Radio::Pattern(0);
        let portion = Portion { population: 0, device: 0, users: vec![replay.clone(), replay] };
        let kind = PatternKind::Trace(Arc::new(Trace { portions: vec![portion] }));
        recorded.patterns = vec![pattern("seen", kind)];
        let mut listed = recorded.clone();
        listed.patterns = vec![pattern("seen", PatternKind::Schedule { on_at_start, changes })];
        let (by_schedule, by_recording) = (kept(schedule, 0), kept(recorded, 0));
        assert_eq!(by_schedule.0.truths, by_recording.0.truths);
        assert_eq!(by_schedule.1.fate_fingerprint, by_recording.1.fate_fingerprint);
        assert_eq!(kept(listed, 0).1, by_recording.1, "to the last event");
    }
}

/// Each user follows his own rows: one is there, one comes back, one never does.
#[test]
fn each_user_follows_his_own_rows() {
    let replay = |on_at_start, changes: &[u64]| Replay { on_at_start, changes: changes.iter().map(|s| at(*s)).collect() };
    let users = vec![replay(true, &[]), replay(false, &[500]), replay(true, &[20, 700])];
    let mut model = one_operator(Radio::Pattern(0), plain(), 3, Arrivals::At(vec![at(100)]), at(200));
    let kind = PatternKind::Trace(Arc::new(Trace { portions: vec![Portion { population: 0, device: 0, users }] }));
    model.patterns = vec![pattern("seen", kind)];
    let mut arrivals: Vec<_> = kept(model, 0).0.records.iter().map(|r| (r.to.0, r.first_arrival)).collect();
    arrivals.sort_unstable();
    assert_eq!(arrivals, [(0, at(100)), (1, at(500)), (2, at(700))]);
}

const HOUR: u64 = 3600;

fn hours(h: f64) -> Law {
    Law::Constant(Span::from_seconds(h * 3600.0))
}

fn daily(from: f64, lasts: f64, on: bool, days: u8) -> PatternKind {
    PatternKind::Daily(Daily { from: hours(from), lasts: hours(lasts), on, days, share: 1.0 })
}

/// A night that began on the eve of the run lasts into it; one that begins each day ends the next.
#[test]
fn nights_begin_and_end_by_the_clock() {
    let kept = following(vec![pattern("night", daily(23.0, 8.0, false, 0x7f))], 1, 3 * 24 * HOUR);
    let expected: Vec<(u64, bool)> =
        [(7, true), (23, false), (31, true), (47, false), (55, true), (71, false)].map(|(h, on)| (h * HOUR, on)).into();
    assert_eq!(radio(&kept, 0), expected);
}

/// From nine to five on workdays: the run begins on a Monday.
#[test]
fn stretches_keep_to_their_days() {
    let kept = following(vec![pattern("office", daily(9.0, 8.0, true, 0b001_1111))], 1, 8 * 24 * HOUR);
    let days = [0, 1, 2, 3, 4, 7];
    let expected: Vec<(u64, bool)> =
        days.iter().flat_map(|d| [((d * 24 + 9) * HOUR, true), ((d * 24 + 17) * HOUR, false)]).collect();
    assert_eq!(radio(&kept, 0), expected);
    let weekend = following(vec![pattern("weekend", daily(0.0, 24.0, true, 0b110_0000))], 1, 8 * 24 * HOUR);
    assert_eq!(radio(&weekend, 0), [(5 * 24 * HOUR, true), (7 * 24 * HOUR, false)], "two days in one go");
}

#[test]
fn nights_are_of_a_share_of_the_devices_and_of_laws() {
    let night = Daily {
        from: Law::Normal { mean: seconds(23 * HOUR), sd: seconds(45 * 60) },
        lasts: Law::Normal { mean: seconds(8 * HOUR), sd: seconds(54 * 60) },
        on: false,
        days: 0x7f,
        share: 0.1,
    };
    let kept = following(vec![pattern("night", PatternKind::Daily(night))], 1500, 6 * 24 * HOUR);
    let goes: Vec<Vec<(u64, bool)>> = (0..1500).map(|user| radio(&kept, user)).collect();
    let have = goes.iter().filter(|g| !g.is_empty()).count();
    // Binomial: 150, sd 12.
    assert!((100..=200).contains(&have), "{have}");
    let begins: Vec<f64> = goes.iter().flatten().filter(|(_, on)| !on).map(|(s, _)| (*s % (24 * HOUR)) as f64).collect();
    // Those that fall past midnight count as of the same night.
    let begins: Vec<f64> = begins.into_iter().map(|s| if s < 43_200.0 { s + 86_400.0 } else { s }).collect();
    let n = begins.len() as f64;
    let mean = begins.iter().sum::<f64>() / n;
    let sd = (begins.iter().map(|b| (b - mean) * (b - mean)).sum::<f64>() / (n - 1.0)).sqrt();
    assert!((mean - 23.0 * 3600.0).abs() < 5.0 * 2700.0 / n.sqrt(), "{mean}");
    assert!((sd / 2700.0 - 1.0).abs() < 0.1, "{sd}");
}

/// A tunnel takes all its users at one instant; who is not in it stays, and so does each by himself.
#[test]
fn a_common_hole_takes_its_users_at_once() {
    let tunnel = PatternKind::Dwell {
        on: Law::Exponential { mean: seconds(600) },
        off: Law::Exponential { mean: seconds(120) },
        start: None,
    };
    let other = tunnel.clone();
    let common = PatternKind::Common(Common { of: vec![(1.0, 0), (1.0, 1)], share: 0.5 });
    let kept = following(vec![pattern("t1", tunnel), pattern("t2", other), pattern("line", common)], 800, 20_000);
    let mut groups = std::collections::BTreeMap::<Vec<(u64, bool)>, usize>::new();
    (0..800).for_each(|user| *groups.entry(radio(&kept, user)).or_default() += 1);
    assert_eq!(groups.len(), 3, "nobody's, the one tunnel and the other");
    let never = groups.get(&vec![]).copied().unwrap_or_default();
    // Binomial: 400, sd 14; the halves of the rest likewise.
    assert!((340..=460).contains(&never), "{never}");
    assert!(groups.values().all(|n| *n > 140), "{groups:?}");
    assert!(groups.keys().filter(|g| !g.is_empty()).all(|g| g.len() > 20));
}

/// Underground only on the way to work: off where the ride and a hole of the line fall together.
#[test]
fn patterns_join() {
    let riding = |on| daily(7.5, 1.0, on, 0x7f);
    let changes = [(7, false), (8, true), (9, false), (10, true)].map(|(h, on)| (at(h * HOUR), on)).to_vec();
    let holes = PatternKind::Schedule { on_at_start: true, changes };
    let patterns = vec![
        pattern("holes", holes),
        pattern("elsewhere", riding(false)),
        pattern("way", PatternKind::Any(vec![0, 1])),
        pattern(
            "battery",
            PatternKind::Schedule { on_at_start: true, changes: vec![(at(9 * HOUR), false), (at(9 * HOUR + 60), true)] },
        ),
        pattern("there", PatternKind::All(vec![2, 3])),
    ];
    let kept = following(patterns, 1, 24 * HOUR);
    let expected = [(7 * HOUR + 1800, false), (8 * HOUR, true), (9 * HOUR, false), (9 * HOUR + 60, true)];
    assert_eq!(radio(&kept, 0), expected);
}

/// Adding a pattern to others moves none of their draws.
#[test]
fn a_process_draws_for_itself() {
    let dwell = || PatternKind::Dwell {
        on: Law::Exponential { mean: seconds(500) },
        off: Law::Exponential { mean: seconds(300) },
        start: None,
    };
    let own = following(vec![pattern("b", dwell())], 20, 20_000);
    let never = PatternKind::Schedule { on_at_start: true, changes: Vec::new() };
    let joined =
        following(vec![pattern("a", never), pattern("b", dwell()), pattern("c", PatternKind::All(vec![0, 1]))], 20, 20_000);
    (0..20).for_each(|user| assert_eq!(radio(&own, user), radio(&joined, user)));
    assert!(radio(&own, 3).len() > 10);
}

/// What takes the radio away says whether the device says so: a hole never, though the phone would.
#[test]
fn a_hole_takes_a_phone_without_a_word() {
    let model = |silent_loss| {
        let mut model = one_operator(Radio::Pattern(0), plain(), 1, Arrivals::At(vec![at(200)]), at(300));
        let changes = vec![(at(100), false), (at(1000), true)];
        model.patterns = vec![Pattern { silent_loss, ..pattern("hole", PatternKind::Schedule { on_at_start: true, changes }) }];
        let (kept, _) = kept(model, 0);
        (kept.records[0].ghost_attempts > 0, kept.records[0].outcome)
    };
    // The phone's class always says so: its binding goes with it.
    assert_eq!(model(None), (false, Outcome::DeliveredIp), "deferred at once");
    assert_eq!(model(Some(1.0)), (true, Outcome::DeliveredIp), "sent into the ghost of a binding first");
}

/// The model whose users of population `at` lose a layer from 100 s on until 160 s.
fn cut(mut model: Model, population: usize, layers: Layers) -> Model {
    let changes = vec![(at(100), false), (at(160), true)];
    model.patterns = vec![pattern("cut", PatternKind::Schedule { on_at_start: true, changes })];
    model.populations[population].devices[0].layers = layers;
    model
}

const IP_KEPT: Layers = Layers { ip: Some((0, true)), cs: None, ps: None, memory: None, quiet: false };
const IP_LOST: Layers = Layers { ip: Some((0, false)), ..IP_KEPT };
const CS: Layers = Layers { ip: None, cs: Some(0), ..IP_KEPT };
const MEMORY: Layers = Layers { cs: None, memory: Some(0), ..CS };

fn sent_at(s: u64, class: DeviceClass) -> Model {
    one_operator(Radio::AlwaysOn, class, 1, Arrivals::At(vec![at(s)]), at(400))
}

fn sms_only() -> DeviceClass {
    class("sms only", vec![phase("cs", vec![], zero(), vec![Gives::Sms])])
}

/// Data is suspended for a call: the binding stands, so that the message goes into nothing; nobody is told that IP is back, and
/// nothing tries again before the message expires. Between two accesses the client registers anew, and gets it.
#[test]
fn a_call_that_suspends_data_hides_the_return_and_a_handover_shows_it() {
    let record = |layers| kept(cut(sent_at(120, plain()), 0, layers), 0).0.records.remove(0);
    let (call, handover) = (record(IP_KEPT), record(IP_LOST));
    assert_eq!((call.outcome, call.first_arrival), (Outcome::Expired, NEVER));
    assert!(call.ghost_attempts > 0);
    assert_eq!(handover.outcome, Outcome::DeliveredIp);
    // At once, or when the transaction towards the old address has ended, 128 s after the message came.
    assert!((at(160)..=at(248)).contains(&handover.first_arrival), "{:?}", handover.first_arrival);
}

#[test]
fn after_a_layer_is_back_all_is_as_before() {
    for layers in [IP_KEPT, IP_LOST, CS, MEMORY] {
        let (kept, _) = kept(cut(sent_at(200, plain()), 0, layers), 0);
        assert_eq!((kept.records[0].outcome, kept.records[0].first_arrival), (Outcome::DeliveredIp, at(200)), "{layers:?}");
    }
}

#[test]
fn the_truth_knows_what_a_layer_takes() {
    let changes = |layers| {
        let (kept, _) = kept(cut(sent_at(200, plain()), 0, layers), 0);
        let of = |(now, truth): &(SimTime, Truth)| match truth {
            Truth::IpReady { user, on, .. } if user.0 == 0 => Some((*now, "ip", *on)),
            Truth::SmsReady { user, on } if user.0 == 0 => Some((*now, "sms", *on)),
            _ => None,
        };
        kept.truths.iter().filter_map(of).filter(|(now, ..)| *now > at(0)).collect::<Vec<_>>()
    };
    let both = |what| vec![(at(100), what, false), (at(160), what, true)];
    assert_eq!(
        [changes(IP_KEPT), changes(IP_LOST), changes(CS), changes(MEMORY)],
        [both("ip"), both("ip"), both("sms"), both("sms")]
    );
}

/// Out of the CS domain, or with a full memory, a short message fails; the plant is told when that ends, and it comes.
#[test]
fn a_short_message_comes_when_the_domain_is_back_or_memory_is_free() {
    for layers in [CS, MEMORY] {
        let model = with_isf(cut(sent_at(120, sms_only()), 0, layers), seconds(0));
        let record = kept(model, 0).0.records.remove(0);
        assert_eq!(record.outcome, Outcome::DeliveredSms, "{layers:?}");
        assert!(record.sms_failed > 0, "{layers:?}: it failed first");
        assert!((at(160)..at(200)).contains(&record.first_arrival), "{layers:?}: {:?}", record.first_arrival);
    }
}

/// Out of a tunnel into the cell it knows (domain facts 2.9): no alert before the phone gives a sign of life by itself.
#[test]
fn a_quiet_return_is_heard_of_at_the_next_periodic_update() {
    let record = |periodic: Option<u64>| {
        let mut model = with_isf(cut(sent_at(120, sms_only()), 0, Layers { quiet: true, ..CS }), seconds(0));
        let FunctionKind::Msc(msc) = &mut model.functions[4].kind else { panic!("the MSC is the fifth") };
        msc.quiet.periodic_update = periodic.map(seconds);
        kept(model, 0).0.records.remove(0)
    };
    let (never, hourly) = (record(None), record(Some(3600)));
    assert_eq!((never.outcome, never.first_arrival), (Outcome::Expired, NEVER));
    assert_eq!(hourly.outcome, Outcome::DeliveredSms);
    assert!((at(3600)..at(3700)).contains(&hourly.first_arrival), "{:?}", hourly.first_arrival);
}

/// A periodic update from out of the domain reaches nobody; the next one does.
#[test]
fn a_periodic_update_in_a_tunnel_is_lost() {
    let mut model = with_isf(cut(sent_at(120, sms_only()), 0, Layers { quiet: true, ..CS }), seconds(0));
    let FunctionKind::Msc(msc) = &mut model.functions[4].kind else { panic!("the MSC is the fifth") };
    msc.quiet.periodic_update = Some(seconds(145));
    let record = kept(model, 0).0.records.remove(0);
    assert_eq!(record.outcome, Outcome::DeliveredSms);
    // Absence is known at 135 s; the update at 145 s is lost, the one at 290 s is heard.
    assert!((at(290)..at(330)).contains(&record.first_arrival), "{:?}", record.first_arrival);
}

clause_tests! {
    fn own_what_is_written_while_data_is_suspended_goes_when_it_is_back(rules) {
        let mut seen = Kept::default();
        let options = RunOptions { rules };
        let model = Arc::new(cut(sent_at(120, plain()), 1, IP_KEPT));
        run(&model, RunSeed { seed: 7, replicate: 0 }, &options, &mut seen).expect("the run comes to its end");
        let record = &seen.records[0];
        assert_eq!((record.submit, record.outcome, record.first_arrival), (at(160), Outcome::DeliveredIp, at(160)));
    }
}
