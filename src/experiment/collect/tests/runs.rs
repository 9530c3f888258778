//! Whole small runs folded on line, against the closed forms C2 and C8 and against laws that hold in every run.

use std::sync::Arc;

use super::*;
use crate::network::{LinkClass, LinkSpec, Transport};
use crate::sim::seen::axes;
use crate::sim::{RunOptions, RunSeed, run};

fn zero() -> Law {
    Law::Constant(Span::ZERO)
}

/// One operator without delays; the sender is always on. Recipients have SMS where `wait` is given, and wait that long for IP.
fn operator(radio: Radio, gap: Law, users: u32, arrivals: Arrivals, until: u64, wait: Option<u64>, expiry: u64) -> Model {
    let service = ServiceSpec::instant;
    let function = |name: &str, kind| Function { name: name.into(), kind, service: service() };
    let pf = PfParams::plain(wait.map(|_| 2), span(wait.unwrap_or(0)), span(expiry));
    let functions = vec![
        function("core", FunctionKind::Core(CoreParams::plain(zero()))),
        function(
            "hlr",
            FunctionKind::Hlr(HlrParams {
                mwd_max: 5,
                alert_delay: zero(),
                alert_loss: 0.0,
                alert_repeats: 0,
                alert_every: span(60),
            }),
        ),
        function("isf", FunctionKind::Isf(IsfParams { iwf: 3 })),
        function(
            "iwf",
            FunctionKind::Iwf(IwfParams {
                hlr: 1,
                alert_reaction: zero(),
                map_guard: span(300),
                forward_guard: span(300),
                domains: vec![crate::delivery::SmsDomain::Cs],
                supervision: None,
            }),
        ),
        function(
            "msc",
            FunctionKind::Msc(NodeParams {
                hlr: 1,
                paging_timeout: span(5),
                paging_attempts: 3,
                mt_delivery: zero(),
                quiet: QuietParams::default(),
                transfers: None,
            }),
        ),
        function("pf", FunctionKind::Pf(pf)),
    ];
    let f = LinkEnd::Function;
    let ends = [
        (LinkClass::Air, LinkEnd::Devices, f(4)),
        (LinkClass::Gm, LinkEnd::Devices, f(0)),
        (LinkClass::Isc, f(0), f(5)),
        (LinkClass::Iw, f(2), f(3)),
        (LinkClass::Map, f(3), f(1)),
        (LinkClass::Map, f(3), f(4)),
        (LinkClass::Iw, f(3), f(5)),
        (LinkClass::Map, f(4), f(1)),
        (LinkClass::Iw, f(5), f(2)),
    ];
    let link = |(at, (class, from, to)): (usize, (LinkClass, LinkEnd, LinkEnd))| {
        let spec =
            LinkSpec { name: format!("l{at}"), class, transport: Transport::Datagram, delay: zero(), loss: 0.0, capacity: None };
        Link { spec, from, to }
    };
    let phone = |radio, gap| {
        let mut phone = device("phone", true);
        phone.radio = radio;
        let phase = |name: &str, after, takes, gives| Phase { name: name.into(), after, takes, gives };
        phone.classes[0].1.phases = vec![phase("cs", vec![], zero(), vec![Gives::Sms]), phase("ip", vec![0], gap, vec![Gives::Ip])];
        phone.classes[0].1.registration.expires = span(10_000_000);
        phone
    };
    let population = |name: &str, count, device| Population {
        name: name.into(),
        count,
        core: 0,
        pf: 5,
        msc: Some(4),
        sgsn: None,
        devices: vec![device],
        policies: Vec::new(),
        policy_changes: PolicyChanges::None,
    };
    let mut model = model();
    assert!(model.axes.set(axes::DEFERRED_MODE, "auto-push"));
    model.populations =
        vec![population("recipients", users, phone(radio, gap)), population("senders", 1, phone(Radio::AlwaysOn, zero()))];
    (model.traffic[0].from, model.traffic[0].to, model.traffic[0].arrivals) = (1, 0, arrivals);
    model.traffic[0].message.imdn = ImdnRequested { positive: true, negative: true, display: false };
    model.functions = functions;
    model.links = ends.into_iter().enumerate().map(link).collect();
    model.run = RunBlock { warm_up: Span::ZERO, arrivals_until: at(until), end: End::Drained, start: Start::Equilibrium };
    model.limits = Limits { events: 1_000_000_000, steps: 10_000 };
    model
}

fn collect(model: Model) -> (Collected, RunOutcome) {
    let model = Arc::new(model);
    let mut collector = Collector::new(&model, false);
    let outcome = run(&model, RunSeed { seed: 11, replicate: 0 }, &RunOptions::default(), &mut collector).expect("it ends");
    (collector.finish(&outcome), outcome)
}

/// The value of a ratio, or the mean of a family.
fn value(c: &Collected, key: &str) -> f64 {
    let (num, den) = c.sum(key).unwrap_or_else(|| panic!("{key} has items"));
    num as f64 / den as f64
}

#[track_caller]
fn near(seen: f64, expected: f64, relative: f64) {
    assert!((seen / expected - 1.0).abs() < relative, "{seen} against {expected}");
}

/// What holds in every run: outcomes and beliefs add up; the queue of the PF is that of its users; Little's law, where `whole` says that
/// every message is measured and has left its queue.
#[track_caller]
fn laws(c: &Collected, whole: bool) {
    let held = c.level("queue_length").iter().map(|(level, what)| i128::from(level) * what.weight_ns as i128).sum::<i128>();
    if whole {
        assert!(held <= c.sum("queue_wait").map_or(0, |s| s.0), "stays may reach beyond the window");
    }
    let total = c.level("queue_total").iter().map(|(level, what)| i128::from(level) * what.weight_ns as i128).sum::<i128>();
    assert_eq!(total, held);
    for family in ["outcome_", "belief_"] {
        let cells = c.tables.sums.iter().filter(|(key, _)| key.starts_with(family)).map(|(_, sum)| sum.num).sum::<i128>();
        assert_eq!(cells, i128::from(c.sizes.submitted), "{family}");
    }
}

/// `domain.md` 5, counting check, and nothing about messages in the background.
#[test]
fn an_immediate_delivery_with_its_notification_is_24_sip_messages() {
    let (c, run) = collect(operator(Radio::AlwaysOn, zero(), 3, Arrivals::At(vec![at(10), at(20)]), 100, None, 1000));
    assert_eq!(c.sum("signalling_sip_messages_per_delivered"), Some((6 * 24, 6)));
    assert_eq!(c.sum("signalling_total_messages_per_delivered"), Some((6 * 24, 6)));
    assert_eq!(c.sum("out_of_order_pairs_ratio"), Some((0, 3)));
    assert_eq!(c.sum("imdn_correct_ratio"), Some((6, 6)));
    assert_eq!(c.sum("engine_events_per_message"), Some((i128::from(run.events), 6)));
    assert_eq!(c.times("queue_length"), [(0, 300)]);
    laws(&c, true);
}

/// C8: expiry before reachability, and the queue. Tolerances are four standard errors or more at 5,500 off periods.
#[test]
fn c8_queue_and_expiry() {
    let radio =
        Radio::Dwell { on: Law::Exponential { mean: span(14_400) }, off: Law::Exponential { mean: span(3600) }, start: None };
    let arrivals = Arrivals::Poisson { per_second: 1.0 / 600.0 };
    let (c, _) = collect(operator(radio, zero(), 50, arrivals, 2_000_000, None, 7200));
    near(value(&c, "expired_accepted_ratio"), 0.0270671, 0.16);
    near(value(&c, "expired_ratio"), 0.135335, 0.14);
    near(value(&c, "deferred_latency") / 1e9, 2473.07, 0.05);
    // The sender has no queue: he must not thin the mean.
    near(c.level("queue_length").mean_by_time().expect("recipients stand for some time"), 1.03760, 0.08);
    assert_eq!(value(&c, "imdn_correct_ratio"), 1.0);
    laws(&c, true);
}

/// C2: the wait for IP against an exponential gap of 12 s, in a single return after the window.
#[test]
fn c2_wait_for_ip() {
    let radio = Radio::Schedule { on_at_start: false, changes: vec![(at(1000), true)] };
    let gap = Law::Exponential { mean: span(12) };
    let (c, _) = collect(operator(radio, gap, 10_000, Arrivals::At(vec![at(10)]), 900, Some(20), 259_200));
    let share = 0.188_876; // exp(-20/12)
    near(value(&c, "sms_share_ratio"), share, 0.10);
    assert_eq!(c.sum("sms_share_ratio"), c.sum("wait_ip_expired_ratio"), "they are the same there");
    near(value(&c, "wait_ip_hold") / 1e9, 12.0 * (1.0 - share), 0.04);
    assert_eq!(c.sum("wait_ip_hold"), c.sum("deferred_excess"), "with an instant SMS the excess is the hold");
    assert_eq!(c.sum("sms_attempt_failed_ratio").map(|s| s.0), Some(10_000), "the first attempt found nobody");
    assert_eq!(c.sum("ready_event_lost_ratio"), Some((0, 10_000)));
    assert_eq!(c.level("interworking_attempts").items(), 10_000);
    laws(&c, true);
}

/// Rough weather, each guard off in turn: whatever the functions report fits what the folds believe of it.
#[test]
fn the_folds_believe_what_the_functions_report() {
    let mut ghosts = 0;
    let guards = axes::AXES.iter().map(|a| a.name).filter(|name| name.starts_with("guard."));
    for (round, guard) in std::iter::once("").chain(guards).enumerate() {
        let radio =
            Radio::Dwell { on: Law::Exponential { mean: span(600) }, off: Law::Exponential { mean: span(300) }, start: None };
        let arrivals = Arrivals::Poisson { per_second: 1.0 / 60.0 };
        let mut model = operator(radio, Law::Exponential { mean: span(8) }, 20, arrivals, 10_000, Some(5), 500);
        if let Some(at) = axes::AXES.iter().position(|a| a.name == guard) {
            assert!(model.axes.set(crate::sim::seen::Guard(at as u8), "off"));
        }
        for (axis, value) in [
            (axes::ON_REGISTER_INFLIGHT, ["hold", "push"][round % 2]),
            (axes::WAIT_IP_SCOPE, ["user", "message"][round / 2 % 2]),
            (axes::PUSH_PACING, ["pipelined", "on-2xx"][round % 2]),
        ] {
            assert!(model.axes.set(axis, value));
        }
        model.populations[0].devices[0].classes[0].1.silent_loss = 0.5;
        for link in &mut model.links {
            link.spec.delay = Law::Exponential { mean: Span::from_millis(500) };
        }
        model.run.warm_up = span(1000);
        if round % 3 == 0 {
            model.run.end = End::At(at(10_100));
        }
        let (c, _) = collect(model);
        laws(&c, false);
        ghosts += c.sum("ghost_delay").map_or(0, |sum| sum.1);
        let mut record = crate::results::RunRecord::new([0; 16], [0; 16], 0, 1);
        c.pour_into(&mut record);
        assert_eq!(record.stray_keys(), Vec::<String>::new());
    }
    assert!(ghosts > 0, "some attempts went to devices that were gone");
}
