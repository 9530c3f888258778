//! Runs of small models built by hand, against what the statements and closed forms say.

use std::sync::Arc;

use super::{Observer, RunOptions, RunSeed, Truth, run};
use crate::delivery::axes as axis;
use crate::delivery::profile::{Axes, AxisId, Profile};
use crate::judge::{MessageRecord, NEVER, Outcome};
use crate::model::*;
use crate::network::{LinkClass, LinkSpec, ServiceSpec, Transport};
use crate::units::{Law, SimTime, Span};

mod access;
mod axes;
mod chaos;
mod guards;
mod hazards;
pub(crate) mod interworking;
pub(crate) mod journeys;
mod oracles;
mod pulling;
mod registrations;
mod restarts;
mod retransmission;
mod rules;
mod service_centre;
mod several_devices;
mod survivors;
mod weather;
mod wishes;

fn zero() -> Law {
    Law::Constant(Span::ZERO)
}

fn seconds(s: u64) -> Span {
    Span::from_secs(s)
}

fn at(s: u64) -> SimTime {
    SimTime::ZERO + seconds(s)
}

fn function(name: &str, kind: FunctionKind) -> Function {
    Function { name: name.into(), kind, service: ServiceSpec::instant() }
}

/// Clients speak over TCP: what meets a device out of reach is not sent again. `retransmission` is about UDP.
fn link(name: &str, class: LinkClass, from: LinkEnd, to: LinkEnd) -> Link {
    let transport = if class == LinkClass::Gm { Transport::Stream } else { Transport::Datagram };
    let spec = LinkSpec { name: name.into(), class, transport, delay: zero(), loss: 0.0, capacity: None };
    Link { spec, from, to }
}

pub(super) fn class(name: &str, phases: Vec<Phase>) -> DeviceClass {
    let registration =
        Registration { expires: seconds(600_000), own_delay: zero(), retry_base: seconds(30), retry_max: seconds(1800) };
    DeviceClass {
        name: name.into(),
        phases,
        registration,
        silent_loss: 0.0,
        sms_transfer: None,
        capabilities: crate::delivery::Capabilities::FULL,
    }
}

pub(super) fn phase(name: &str, after: Vec<usize>, takes: Law, gives: Vec<Gives>) -> Phase {
    Phase { name: name.into(), after, takes, gives }
}

fn plain() -> DeviceClass {
    class("plain", vec![phase("attach", vec![], zero(), vec![Gives::Sms, Gives::Ip])])
}

fn device(radio: Radio, class: DeviceClass) -> DeviceSpec {
    DeviceSpec { name: "phone".into(), primary: true, owned_by: 1.0, radio, layers: Layers::default(), classes: vec![(1.0, class)] }
}

/// One operator without delays: core 0, hlr 1, isf 2, iwf 3, msc 4, pf 5; senders are always on.
pub(super) fn one_operator(radio: Radio, class: DeviceClass, users: u32, arrivals: Arrivals, until: SimTime) -> Model {
    let functions = vec![
        function("core", FunctionKind::Core(CoreParams::plain(zero()))),
        function(
            "hlr",
            FunctionKind::Hlr(HlrParams {
                mwd_max: 5,
                alert_delay: zero(),
                alert_loss: 0.0,
                alert_repeats: 0,
                alert_every: seconds(60),
            }),
        ),
        function("isf", FunctionKind::Isf(IsfParams::sms_only(3))),
        function("iwf", FunctionKind::Iwf(IwfParams::direct(1, seconds(300)))),
        function(
            "msc",
            FunctionKind::Msc(NodeParams {
                hlr: 1,
                paging_timeout: seconds(5),
                paging_attempts: 3,
                mt_delivery: zero(),
                quiet: QuietParams::default(),
                transfers: None,
            }),
        ),
        function("pf", FunctionKind::Pf(PfParams::plain(None, seconds(30), seconds(259_200)))),
    ];
    let f = LinkEnd::Function;
    let links = vec![
        link("air", LinkClass::Air, LinkEnd::Devices, f(4)),
        link("gm", LinkClass::Gm, LinkEnd::Devices, f(0)),
        link("isc", LinkClass::Isc, f(0), f(5)),
        link("isf-iwf", LinkClass::Iw, f(2), f(3)),
        link("iwf-hlr", LinkClass::Map, f(3), f(1)),
        link("iwf-msc", LinkClass::Map, f(3), f(4)),
        link("iwf-pf", LinkClass::Iw, f(3), f(5)),
        link("msc-hlr", LinkClass::Map, f(4), f(1)),
        link("pf-isf", LinkClass::Iw, f(5), f(2)),
    ];
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
    let mut axes = Axes::default();
    assert!(axes.set(axis::DEFERRED_MODE, "auto-push"));
    let message = MessageSpec {
        length: TextLength::Fixed(20),
        bytes_per_char: 1.0,
        imdn: ImdnRequested { positive: true, negative: true, display: false },
        expires: None,
        headers: MessageHeaders::default(),
    };
    Model {
        name: "test".into(),
        profile: Profile::Latest,
        axes,
        run: RunBlock { warm_up: Span::ZERO, arrivals_until: until, end: End::Drained, start: Start::Equilibrium },
        measure: Measure {
            needless_window: seconds(60),
            stuck_after: seconds(60),
            order_window: 20,
            race_window: seconds(1),
            imdn_grace: seconds(60),
        },
        functions,
        links,
        populations: vec![
            population("recipients", users, device(radio, class)),
            population("senders", 1, device(Radio::AlwaysOn, plain())),
        ],
        traffic: vec![Traffic { name: "main".into(), from: 1, to: 0, arrivals, message }],
        sip: SipParams { core_t1: Span::from_millis(500), access_t1: seconds(2), ..SipParams::default() },
        policies: vec![(String::new(), Default::default())],
        policy_names: Vec::new(),
        patterns: Vec::new(),
        client: ClientParams {
            dedupe_window: seconds(7 * 86_400),
            display: 0.0,
            display_delay: zero(),
            sync: None,
            pull: crate::model::PullParams::default(),
        },
        limits: Limits { events: 1_000_000_000, steps: 10_000 },
    }
}

fn with_isf(mut model: Model, wait: Span) -> Model {
    let FunctionKind::Pf(pf) = &mut model.functions[5].kind else { panic!("the PF is the sixth") };
    pf.isf = Some(2);
    pf.wait_ip = wait;
    model
}

fn with(mut model: Model, set: &[(AxisId, &str)]) -> Model {
    for (axis, value) in set {
        assert!(model.axes.set(*axis, value));
    }
    model
}

#[derive(Default)]
struct Kept {
    records: Vec<MessageRecord>,
    truths: Vec<(SimTime, Truth)>,
}

impl Observer for Kept {
    fn closed(&mut self, _now: SimTime, record: &MessageRecord) {
        self.records.push(record.clone());
    }
    fn truth(&mut self, now: SimTime, truth: Truth) {
        self.truths.push((now, truth));
    }
}

fn kept(model: Model, replicate: u32) -> (Kept, super::RunOutcome) {
    let mut kept = Kept::default();
    let seed = RunSeed { seed: 7, replicate };
    let outcome = run(&Arc::new(model), seed, &RunOptions::default(), &mut kept).expect("the run comes to its end");
    assert_eq!(outcome.undefined, 0, "{:?}", outcome.undefined_kinds);
    (kept, outcome)
}

fn share(records: &[MessageRecord], of: impl Fn(&MessageRecord) -> bool) -> f64 {
    records.iter().filter(|r| of(r)).count() as f64 / records.len() as f64
}

/// `domain.md` 5, counting check: six links, MESSAGE and 200 on each, and the same back for the notification.
#[test]
fn an_immediate_delivery_with_notification_costs_24_sip_messages() {
    let model = one_operator(Radio::AlwaysOn, plain(), 1, Arrivals::At(vec![at(10)]), at(100));
    let (kept, _) = kept(model, 0);
    let [record] = &kept.records[..] else { panic!("one message") };
    assert_eq!(record.sip_hops, 24);
    assert_eq!(record.outcome, Outcome::DeliveredIp);
    assert_eq!((record.first_arrival, record.answer, record.answer_code), (at(10), at(10), 200));
    assert_eq!(record.imdn_delivered_received, 1);
}

/// C1: exponential on and off times, Poisson arrivals.
#[test]
fn c1_defers_the_share_of_off_time_and_waits_the_rest_of_it() {
    let radio =
        Radio::Dwell { on: Law::Exponential { mean: seconds(14_400) }, off: Law::Exponential { mean: seconds(3600) }, start: None };
    let model = one_operator(radio, plain(), 100, Arrivals::Poisson { per_second: 1.0 / 600.0 }, at(2_000_000));
    let (kept, _) = kept(model, 0);
    let n = kept.records.len() as f64;
    assert!((n - 333_333.0).abs() < 3000.0, "{n}");
    let deferred = share(&kept.records, |r| r.defer != NEVER);
    // Correlated within a dwell: about 2e6 * 100 / 18000 = 11,111 cycles.
    assert!((deferred - 0.2).abs() < 0.006, "{deferred}");
    let waits: Vec<f64> =
        kept.records.iter().filter(|r| r.defer != NEVER).map(|r| (r.first_arrival - r.accept).seconds()).collect();
    let mean = waits.iter().sum::<f64>() / waits.len() as f64;
    assert!((mean - 3600.0).abs() < 150.0, "{mean}");
    assert!(
        kept.records.iter().filter(|r| r.defer != NEVER).all(|r| r.reach == r.first_arrival),
        "pushed at the first reachable instant"
    );
    assert!(kept.records.iter().all(|r| r.outcome == Outcome::DeliveredIp && r.copies.iter().all(|c| c.fate.is_some())));
}

fn gap_phone(gap: Law) -> DeviceClass {
    let phases = vec![phase("cs", vec![], zero(), vec![Gives::Sms]), phase("ip", vec![0], gap, vec![Gives::Ip])];
    class("gap", phases)
}

fn landing(gap: Law, users: u32, wait: Span) -> Model {
    let radio = Radio::Schedule { on_at_start: false, changes: vec![(at(1000), true)] };
    with_isf(one_operator(radio, gap_phone(gap), users, Arrivals::At(vec![at(10)]), at(900)), wait)
}

/// C2: the wait for IP against an exponential gap of 12 s.
#[test]
fn c2_goes_by_sms_if_the_gap_is_longer_than_the_wait() {
    let (kept, _) = kept(landing(Law::Exponential { mean: seconds(12) }, 40_000, seconds(20)), 0);
    assert_eq!(kept.records.len(), 40_000);
    let by_sms = share(&kept.records, |r| r.outcome == Outcome::DeliveredSms);
    assert!((by_sms - 0.18888).abs() < 0.006, "{by_sms}");
    let hold = kept.records.iter().map(|r| (r.first_arrival - r.reach).seconds()).sum::<f64>() / 40_000.0;
    assert!((hold - 9.7335).abs() < 0.12, "{hold}");
    let needless = kept.records.iter().filter(|r| r.ip_ready_after_submit).count() as f64;
    // IP comes within a minute after the hand-over: 1 - exp(-60/12) of the short messages.
    assert!((needless / kept.records.iter().filter(|r| r.sms_ok > 0).count() as f64 - 0.9933).abs() < 0.006);
}

/// C2, last line: a registration while the SMS is in flight.
#[test]
fn c2_in_flight_the_naive_rule_duplicates_and_hold_does_not() {
    let flight = |model: &mut Model| {
        let FunctionKind::Msc(msc) = &mut model.functions[4].kind else { panic!("the MSC is the fifth") };
        msc.mt_delivery = Law::Constant(Span::from_millis(4500));
    };
    let both = |r: &MessageRecord| {
        let arrived = |path| r.copies.iter().any(|c| c.path == path && c.arrived != NEVER);
        arrived(crate::delivery::Path::Ip) && arrived(crate::delivery::Path::Sms)
    };
    let mut model = landing(Law::Exponential { mean: seconds(12) }, 40_000, seconds(10));
    flight(&mut model);
    let duplicates = |model: Model| share(&kept(model, 0).0.records, both);
    let push = duplicates(with(model.clone(), &[(axis::ON_REGISTER_INFLIGHT, "push")]));
    assert!((push - 0.135904).abs() < 0.006, "{push}");
    assert_eq!(duplicates(model.clone()), 0.0);
    let naive = duplicates(with(model, &[(axis::GUARD_CLAIM_PER_MESSAGE, "off")]));
    assert!(naive > 0.1, "{naive}");
}

#[test]
fn equal_runs_are_equal_and_others_are_not() {
    let model = || landing(Law::Exponential { mean: seconds(12) }, 50, seconds(10));
    let (one, two, other) = (kept(model(), 0).1, kept(model(), 0).1, kept(model(), 1).1);
    assert_eq!(one, two);
    assert_ne!(one.fate_fingerprint, other.fate_fingerprint);
    assert_ne!(one.trace_fingerprint, other.trace_fingerprint);
}
