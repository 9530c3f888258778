//! Small models made by chance over all that is built: operators, devices, links, queues, axes, guards, policies and their changes.
//!
//! The same number makes the same model. Times are hostile: radios and policies change at the very instants at which messages
//! come, timers end and registrations are refreshed.

use super::super::*;
use super::waits::Deferred;
use crate::delivery::policy::{
    Actions, Conditions, Exclusion, ForwardTo, Handling, Hours, MediaName, Policy, PreferenceProfile, ProviderPolicy, Rule,
    ServiceName, Users,
};
use crate::delivery::{Capabilities, Content, Contents, Indications, Priority, Sensitivity, UserId, Version};
use crate::model::{Built, built};
use crate::network::Capacity;

/// Functions of one operator, in the order in which they stand in the model.
pub(super) const CORE: usize = 0;
pub(super) const ISF: usize = 2;
pub(super) const PF: usize = 5;
const STORE: usize = 6;
const PUSH: usize = 7;
/// How many there are.
pub(super) const EACH: usize = 8;

/// Numbers by chance (splitmix64).
pub(super) struct Dice(u64);

impl Dice {
    pub fn of(number: u64) -> Dice {
        Dice(number.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x5851_f42d_4c95_7f2d)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, n: usize) -> usize {
        (self.next() % n as u64) as usize
    }

    /// True once in `n`.
    pub fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    pub fn of_list<T: Clone>(&mut self, list: &[T]) -> T {
        list[self.below(list.len())].clone()
    }

    pub fn law(&mut self, scale_ms: u64) -> Law {
        let mean = Span::from_millis(scale_ms);
        match self.below(5) {
            0 => Law::Constant(Span::ZERO),
            1 | 2 => Law::Constant(mean),
            3 => Law::Exponential { mean },
            _ => Law::Lognormal { median: mean, sigma: 1.5 },
        }
    }
}

/// What kind of model is made, beside the number.
pub(super) struct Plan {
    /// Users of operator b are there.
    two: bool,
    policies: bool,
    windy: bool,
    busy: bool,
    /// Radios and policies change without end: the run ends at an instant.
    endless: bool,
    expiry: Span,
    wait: Span,
    life: Option<Span>,
    arrivals: Vec<SimTime>,
    /// Instants at which something else happens, in ms.
    pub hostile: Vec<u64>,
    /// What deferred delivery and the transactions of SIP add.
    pub deferred: Deferred,
}

/// The model of that number.
pub(in super::super) fn model(number: u64) -> Model {
    let mut dice = Dice::of(number);
    let plan = dice.plan();
    let mut model = dice.network(&plan);
    dice.people(&mut model, &plan);
    if plan.policies {
        dice.policies(&mut model, &plan);
    }
    dice.traffic(&mut model, &plan);
    dice.axes(&mut model);
    dice.deferred(&mut model, &plan);
    if dice.one_in(16) {
        dice.late_failures(&mut model);
    }
    model.name = format!("chaos {number}");
    model.run.end = if plan.endless { End::At(at(9000)) } else { End::Drained };
    model.limits = Limits { events: 200_000, steps: 10_000 };
    model
}

impl Dice {
    fn plan(&mut self) -> Plan {
        let wait = seconds(self.of_list(&[0, 5, 30]));
        let expiry = seconds(self.of_list(&[0, 60, 400, 2000]));
        let life = self.of_list(&[None, None, Some(seconds(20)), Some(seconds(400)), Some(Span::ZERO)]);
        let mut now = 0;
        let arrivals: Vec<SimTime> = (0..1 + self.below(5))
            .map(|_| {
                now += self.of_list(&[0, 0, 1, 32, 100]);
                at(now)
            })
            .collect();
        // 64 T1 of both sets, waits, lives, refreshes, supervision of SMS.
        let mut hostile = Vec::new();
        for a in &arrivals {
            for after in [0, 32_000, 128_000, 3000, 40_000, wait.ns() / 1_000_000, expiry.ns() / 1_000_000, 20_000, 400_000, 50_000]
            {
                for near in [0, 0, 1, 1000] {
                    hostile.push(a.ns() / 1_000_000 + after + near);
                }
            }
        }
        Plan {
            two: self.one_in(2),
            policies: self.below(5) > 1,
            windy: self.one_in(2),
            busy: self.one_in(5),
            endless: self.one_in(4),
            expiry,
            wait,
            life,
            arrivals,
            hostile,
            deferred: self.plan_deferred(),
        }
    }

    // --- functions and links

    fn network(&mut self, plan: &Plan) -> Model {
        let mut model = one_operator(Radio::AlwaysOn, plain(), 1, Arrivals::At(vec![]), at(1200));
        model.functions.push(function("store", FunctionKind::Mss(MssParams { failure: 0.0 })));
        model.links.push(link("pf-store", LinkClass::Other, LinkEnd::Function(PF), LinkEnd::Function(STORE)));
        model.functions.push(function("push", FunctionKind::Push(PushParams { latency: zero(), keeps: 1 })));
        model.links.push(link("pf-push", LinkClass::Other, LinkEnd::Function(PF), LinkEnd::Function(PUSH)));
        if plan.two {
            second_operator(&mut model);
        }
        let mut functions = std::mem::take(&mut model.functions);
        for (place, function) in functions.iter_mut().enumerate() {
            self.function(function, place - place % EACH, plan);
        }
        model.functions = functions;
        let mut links = std::mem::take(&mut model.links);
        for link in &mut links {
            if plan.windy {
                let scale = self.of_list(&[5, 200, 200, 3000, 12_000]);
                link.spec.delay = self.law(scale);
            }
            link.spec.transport = self.of_list(&[Transport::Datagram, Transport::Stream]);
            let device = !matches!((link.from, link.to), (LinkEnd::Function(_), LinkEnd::Function(_)));
            if plan.windy && self.one_in(8) {
                let queue_bytes = if device { self.of_list(&[3000, 1_000_000]) } else { 1_000_000 };
                link.spec.capacity = Some(Capacity { bytes_per_second: self.of_list(&[800, 20_000]), queue_bytes });
            }
            self.lossy(&mut link.spec, plan);
        }
        model.links = links;
        model.client.display = self.of_list(&[0.0, 0.5, 1.0]);
        model.client.display_delay = self.law(4000);
        model.client.sync = self.one_in(2).then(|| Law::Constant(seconds(50)));
        model
    }

    fn function(&mut self, function: &mut Function, operator: usize, plan: &Plan) {
        if plan.busy && self.one_in(3) {
            let servers = 1 + self.below(2) as u32;
            let queue = self.of_list(&[None, Some(0), Some(2)]);
            function.service = ServiceSpec { time: self.law(200), servers, queue, retry_after: None };
        }
        match &mut function.kind {
            FunctionKind::Core(core) => {
                core.notify_delay = self.law(1000);
                core.notify_throttle = seconds(self.of_list(&[0, 0, 5]));
            }
            FunctionKind::Hlr(hlr) => {
                hlr.alert_delay = self.law(500);
                hlr.alert_loss = self.of_list(&[0.0, 0.0, 0.3]);
            }
            FunctionKind::Iwf(iwf) => {
                iwf.alert_reaction = self.law(500);
                iwf.map_guard = seconds(self.of_list(&[1, 30]));
                iwf.forward_guard = seconds(self.of_list(&[3, 300, 300]));
            }
            FunctionKind::Msc(msc) | FunctionKind::Sgsn(msc) => {
                msc.paging_timeout = seconds(self.below(6) as u64);
                msc.paging_attempts = 1 + self.below(3) as u32;
                msc.mt_delivery = self.law(4500);
            }
            FunctionKind::Mss(mss) => mss.failure = self.of_list(&[0.0, 0.0, 0.4]),
            FunctionKind::Isf(_) => {}
            FunctionKind::Push(push) => {
                push.latency = self.law(2000);
                push.keeps = self.below(3) as u32;
            }
            FunctionKind::Smsc(_) => {}
            FunctionKind::Pf(pf) => {
                pf.isf = (self.below(4) > 0).then_some(operator + ISF);
                pf.mss = (self.below(4) > 0).then_some(operator + STORE);
                pf.wait_ip = plan.wait;
                pf.expiry = plan.expiry;
                pf.push_gap = seconds(self.of_list(&[0, 0, 1]));
                pf.max_queue = self.of_list(&[None, None, Some(0), Some(1), Some(3)]);
                pf.handover_limit = self.below(4).max(1) as u32;
                pf.forward_hops = self.below(4) as u8;
                pf.connectivity = self.one_in(4).then(|| self.law(1500));
                pf.policy_delay = self.law(2000);
                pf.content_store_over = self.one_in(3).then_some(30);
                pf.server_retry = seconds(self.of_list(&[1, 5]));
                pf.optional_warning = self.one_in(2);
                pf.reject_code = self.of_list(&[480, 403]);
                pf.deferred = self.waiting(operator + PUSH, plan);
                if self.one_in(4) {
                    pf.provider = self.provider();
                }
            }
        }
    }

    fn provider(&mut self) -> ProviderPolicy {
        ProviderPolicy {
            version: self.one_in(3).then_some(Version { major: 2, minor: 0 }),
            anonymity_refused: self.one_in(3),
            contents: if self.one_in(3) { Contents::NONE.with(Content::Text).with(Content::Image) } else { Contents::EVERY },
            most_bytes: self.of_list(&[u32::MAX, 300]),
            size_code: self.of_list(&[413, 488]),
            exclusions: if self.one_in(2) {
                vec![Exclusion {
                    primary: self.of_list(&[None, Some(true), Some(false)]),
                    larger_than: self.of_list(&[0, 100]),
                    contents: self.contents(),
                }]
            } else {
                vec![]
            },
            interworking: self.below(3) > 0,
        }
    }

    fn contents(&mut self) -> Contents {
        self.of_list(&[
            Contents::EVERY,
            Contents::NONE.with(Content::Text),
            Contents::NONE.with(Content::Image).with(Content::Video),
        ])
    }

    // --- users and devices

    fn people(&mut self, model: &mut Model, plan: &Plan) {
        let b = if plan.two { EACH } else { 0 };
        let population = |model: &Model, from: usize, name: &str, operator: usize| Population {
            name: name.into(),
            core: operator + CORE,
            pf: operator + PF,
            msc: Some(operator + 4),
            ..model.populations[from].clone()
        };
        let [home, away] = if self.one_in(2) { [0, b] } else { [b, 0] };
        let mut all = vec![
            population(model, 0, "recipients", home),
            population(model, 1, "senders", 0),
            population(model, 0, "others", away),
        ];
        all[0].count = 1 + self.below(3) as u32;
        all[1].count = 1 + self.below(2) as u32;
        all[2].count = 1 + self.below(2) as u32;
        for at in [0, 2] {
            all[at].devices = self.devices(plan, 5);
        }
        // Those who write: most are simply there, some not; each gets IP in the end, so that every message is sent.
        if self.one_in(3) {
            all[1].devices[0].radio = self.radio(plan, true);
        }
        if self.one_in(3) {
            let desk = DeviceSpec { name: "desk".into(), primary: false, ..device(Radio::AlwaysOn, plain()) };
            all[1].devices.push(desk);
        }
        if self.one_in(8) {
            all[1].msc = None;
        }
        model.populations = all;
    }

    fn devices(&mut self, plan: &Plan, most: usize) -> Vec<DeviceSpec> {
        const NAMES: [&str; 5] = ["phone", "tablet", "pc", "watch", "spare"];
        let count = 1 + self.below(most).min(self.below(most));
        (0..count)
            .map(|at| DeviceSpec {
                name: NAMES[at].into(),
                primary: at == 0,
                owned_by: if at == 0 { 1.0 } else { self.of_list(&[1.0, 1.0, 0.5]) },
                radio: self.radio(plan, false),
                layers: Layers::default(),
                classes: if self.one_in(3) { vec![(1.0, self.class()), (2.0, plain())] } else { vec![(1.0, self.class())] },
            })
            .collect()
    }

    fn class(&mut self) -> DeviceClass {
        let mut made = match self.below(5) {
            0 | 1 => plain(),
            2 => class("ip only", vec![phase("ip", vec![], self.law(3000), vec![Gives::Ip])]),
            3 => {
                let gap = if self.one_in(3) { Law::Constant(Span::FOREVER) } else { self.law(12_000) };
                gap_phone(gap)
            }
            _ => class(
                "steps",
                vec![
                    phase("search", vec![], self.law(2000), vec![]),
                    phase("cs", vec![0], self.law(1000), vec![Gives::Sms]),
                    phase("ip", vec![0], self.law(8000), vec![Gives::Ip]),
                    phase("register", vec![1, 2], self.law(500), vec![Gives::Register]),
                ],
            ),
        };
        made.silent_loss = self.of_list(&[0.0, 0.5, 1.0]);
        made.registration.expires = seconds(self.of_list(&[40, 100, 1500, 600_000, 600_000]));
        made.registration.own_delay = self.law(300);
        made.registration.retry_base = seconds(self.of_list(&[1, 30]));
        if self.one_in(4) {
            made.capabilities = Capabilities {
                pager: self.below(4) > 0,
                contents: self.contents(),
                most_bytes: self.of_list(&[u32::MAX, 100]),
                agent: self.of_list(&[Version::default(), Version { major: 1, minor: 0 }]),
            };
        }
        made
    }

    /// `stays`: it is on in the end.
    fn radio(&mut self, plan: &Plan, stays: bool) -> Radio {
        match self.below(if plan.endless && !stays { 3 } else { 5 }) {
            0 => Radio::AlwaysOn,
            1 | 2 if plan.endless && !stays => {
                let mut dwell = || Law::Exponential { mean: seconds(self.of_list(&[3, 60, 400])) };
                Radio::Dwell { on: dwell(), off: dwell(), start: None }
            }
            _ => {
                let mut instants: Vec<u64> = (0..1 + self.below(9)).map(|_| self.of_list(&plan.hostile)).collect();
                instants.sort_unstable();
                instants.dedup();
                let on_at_start = self.one_in(2);
                let mut on = on_at_start;
                let mut changes: Vec<(SimTime, bool)> = Vec::new();
                for ms in instants {
                    on = !on;
                    changes.push((SimTime::ZERO + Span::from_millis(ms), on));
                }
                if !on && (stays || self.one_in(2)) {
                    changes.push((at(3000), true));
                }
                Radio::Schedule { on_at_start, changes }
            }
        }
    }

    /// Reports of failure that the next hand-over overtakes (I-19): the ISF's side answers after the PF has given up, what it
    /// reports comes out of order, and a phone without IP comes and goes.
    fn late_failures(&mut self, model: &mut Model) {
        for (place, function) in model.functions.iter_mut().enumerate() {
            if let FunctionKind::Pf(pf) = &mut function.kind {
                (pf.isf, pf.wait_ip, pf.handover_limit) = (Some(place - PF + ISF), Span::ZERO, 3);
                pf.provider.interworking = true;
                pf.max_queue = None;
                pf.expiry = seconds(2000);
            }
        }
        for link in &mut model.links {
            let delay = match link.spec.name.as_str() {
                "pf-isf" | "pf-isf b" => Law::Constant(seconds(17)),
                "iwf-pf" | "iwf-pf b" => Law::Exponential { mean: seconds(30) },
                _ => continue,
            };
            (link.spec.delay, link.spec.transport, link.spec.capacity) = (delay, Transport::Datagram, None);
        }
        let (mut now, mut on) = (0, false);
        let changes = (0..12)
            .map(|_| {
                now += 10 + self.below(40) as u64;
                on = !on;
                (at(now), on)
            })
            .chain([(at(3000), true)])
            .collect();
        let devices = &mut model.populations[0].devices;
        devices.truncate(1);
        devices[0].radio = Radio::Schedule { on_at_start: false, changes };
        devices[0].classes = vec![(1.0, gap_phone(Law::Constant(Span::FOREVER)))];
    }

    // --- policies

    fn policies(&mut self, model: &mut Model, plan: &Plan) {
        let users: u32 = model.populations.iter().map(|p| p.count).sum();
        let ranges: Vec<Users> = {
            let mut from = 0;
            let each = model.populations.iter().map(|p| {
                from += p.count;
                Users { from: UserId(from - p.count), to: UserId(from) }
            });
            each.chain([Users { from: UserId(0), to: UserId(users) }]).collect()
        };
        let kinds = model.populations.iter().map(|p| p.devices.len()).max().unwrap_or(0);
        for n in 0..2 + self.below(3) {
            let policy = self.policy(&ranges, kinds);
            model.policies.push((format!("p{n}"), policy));
        }
        let count = model.policies.len();
        for (who, population) in model.populations.iter_mut().enumerate() {
            // Those who write have rules more rarely: a rule of theirs is about the reports they get.
            if who == 1 && self.below(3) > 0 {
                continue;
            }
            population.policies = vec![(1.0, self.below(count) as u16)];
            population.policy_changes = match self.below(4) {
                0 | 1 => PolicyChanges::None,
                2 if plan.endless => PolicyChanges::Alternate {
                    policy: self.below(count) as u16,
                    between: Law::Constant(seconds(self.of_list(&[30, 200]))),
                    lasts: Law::Constant(seconds(self.of_list(&[10, 200]))),
                },
                _ => {
                    let mut instants: Vec<u64> = (0..1 + self.below(4)).map(|_| self.of_list(&plan.hostile)).collect();
                    instants.sort_unstable();
                    instants.dedup();
                    let to = instants.into_iter().map(|ms| (SimTime::ZERO + Span::from_millis(ms), self.below(count) as u16));
                    PolicyChanges::Schedule(to.collect())
                }
            };
        }
    }

    fn policy(&mut self, ranges: &[Users], kinds: usize) -> Policy {
        let profiles: Vec<PreferenceProfile> = (0..self.below(3))
            .map(|_| PreferenceProfile {
                unavailable: self.one_in(2),
                handling: self.of_list(&[Handling::Unsaid, Handling::Reject, Handling::Defer, Handling::Store, Handling::NonCpm]),
            })
            .collect();
        let some = profiles.len();
        let mut profile = || (some > 0 && self.one_in(2)).then(|| self.below(some) as u16);
        let active = profile();
        let active_of = if kinds > 0 { (0..kinds).map(|_| profile()).collect() } else { Vec::new() };
        Policy {
            rules: (0..self.below(4)).map(|_| self.rule(ranges, some)).collect(),
            active,
            active_of,
            profiles,
            blacklist: if self.one_in(10) { vec![self.of_list(ranges)] } else { vec![] },
            anonymity_refused: self.one_in(6),
            history: self.one_in(3),
            formats: self.one_in(6).then(|| self.contents()),
            barred: self.one_in(12),
        }
    }

    fn rule(&mut self, ranges: &[Users], profiles: usize) -> Rule {
        let open = Conditions {
            services: Some(vec![ServiceName::Enabler, ServiceName::FeatureTag]),
            media: Some(vec![MediaName::StandaloneMessage, MediaName::PagerModeMessage]),
            ..Conditions::default()
        };
        let conditions = Conditions {
            senders: self.one_in(4).then(|| vec![self.of_list(ranges)]),
            anonymous: self.one_in(8).then(|| self.one_in(2)),
            profiles: (profiles > 0 && self.one_in(4)).then(|| vec![self.below(profiles) as u16]),
            hours: self.one_in(4).then(|| {
                let from = self.of_list(&[0, 32, 100]);
                vec![Hours::Once { from: at(from), to: at(from + self.of_list(&[1, 60, 500])) }]
            }),
            contents: self.one_in(6).then(|| self.contents()),
            available: self.one_in(6).then(|| self.one_in(2)),
            ..open
        };
        let mut actions = Actions::default();
        for _ in 0..1 + self.below(2) {
            match self.below(9) {
                0 => actions.reject_invite = true,
                1 => actions.interwork = true,
                2 => actions.deliver_and_interwork = true,
                3 => actions.store = true,
                4 => actions.forward = Some(ForwardTo(self.of_list(ranges))),
                5 => actions.defer = true,
                6 | 7 => actions.do_not_disturb = true,
                _ => actions.offline_storage = true,
            }
        }
        Rule { conditions, actions }
    }

    // --- traffic and axes

    fn traffic(&mut self, model: &mut Model, plan: &Plan) {
        let mut streams = vec![("main", 1, 0)];
        if self.one_in(2) {
            streams.push(("onward", 1, 2));
        }
        let first = model.traffic[0].clone();
        model.traffic = streams
            .into_iter()
            .map(|(name, from, to)| {
                let mut traffic = Traffic { name: name.into(), from, to, ..first.clone() };
                traffic.arrivals = match self.below(4) {
                    0 => Arrivals::Count { count: 4, from: at(0), to: at(400) },
                    _ => Arrivals::At(plan.arrivals.clone()),
                };
                let message = &mut traffic.message;
                message.expires = plan.life;
                message.length = TextLength::Fixed(self.of_list(&[20, 150, 400]));
                message.imdn = ImdnRequested { positive: self.below(4) > 0, negative: self.one_in(2), display: self.one_in(2) };
                message.headers = MessageHeaders {
                    contents: if self.one_in(3) { vec![(2.0, Content::Text), (1.0, Content::Video)] } else { vec![] },
                    anonymous: self.of_list(&[0.0, 0.0, 0.5]),
                    untagged: self.one_in(15),
                    reply_to: self.one_in(6).then_some(2),
                    indications: Indications {
                        subject: self.of_list(&[0, 12]),
                        sensitivity: self.of_list(&[Sensitivity::Unmarked, Sensitivity::Private]),
                        priority: self.of_list(&[Priority::Unmarked, Priority::Urgent]),
                        ..Indications::default()
                    },
                };
                traffic
            })
            .collect();
    }

    fn axes(&mut self, model: &mut Model) {
        model.profile = if self.one_in(2) { Profile::Latest } else { self.of_list(&Profile::ALL) };
        model.axes = Axes::of(model.profile);
        let mode = self.of_list(&["auto-push", "notify-pull", "notify-pull", "pull-then-push"]);
        assert!(model.axes.set(axis::DEFERRED_MODE, mode));
        let guards = self.below(20);
        let all: Vec<AxisId> = AxisId::all().filter(|a| built(*a) == Built::All).collect();
        let (guarding, others): (Vec<AxisId>, Vec<AxisId>) = all.into_iter().partition(|a| a.info().name.starts_with("guard."));
        let rarely = self.of_list(&[3, 8]);
        // No service centre stands in these networks (service_centre.rs has its own).
        let left_out = [axis::DEFERRED_MODE, axis::IW_MODE, axis::SMSC_SUBMISSION];
        // Readings of interworking, and what several domains do, have tests of their own: with them fewer of these models reach I-19.
        let readings =
            [axis::WAIT_IP_AT, axis::NEGATIVE_IMDN, axis::LEGACY_INDICATION, axis::SC_SUCCESS_REPORT, axis::GW_REPORT_ORDER];
        let flags = [axis::HLR_FLAG_ORDER, axis::HLR_FLAG_RELATION];
        let left_out: Vec<AxisId> = [&left_out[..], &readings, &flags].concat();
        for id in others.into_iter().filter(|id| !left_out.contains(id)) {
            // Most keep the profile's value, so that each has a say.
            if self.one_in(rarely) {
                let value = self.of_list(id.info().values);
                assert!(model.axes.set(id, value));
            }
        }
        match guards {
            0..12 => {}
            12..18 => assert!(model.axes.set(self.of_list(&guarding), "off")),
            _ => guarding.iter().filter(|_| self.one_in(3)).for_each(|g| assert!(model.axes.set(*g, "off"))),
        }
        if model.axes.is(axis::CONNECTIVITY_CHECK, "mandatory") {
            // No model is accepted without it: a client of which nobody tells is suitable for nothing.
            for function in &mut model.functions {
                if let FunctionKind::Pf(pf) = &mut function.kind {
                    pf.connectivity.get_or_insert(Law::Constant(Span::from_millis(200)));
                }
            }
        }
    }
}

/// Operator b, like the first one, and the link between the two networks.
fn second_operator(model: &mut Model) {
    let more: Vec<Function> = model.functions.iter().map(moved).collect();
    model.functions.extend(more);
    let end = |end: LinkEnd| match end {
        LinkEnd::Function(at) => LinkEnd::Function(at + EACH),
        other => other,
    };
    let more: Vec<Link> = model.links.iter().map(|l| Link { from: end(l.from), to: end(l.to), ..named(l) }).collect();
    model.links.extend(more);
    model.links.push(link("nni", LinkClass::Isc, LinkEnd::Function(CORE), LinkEnd::Function(EACH + CORE)));
}

fn named(link: &Link) -> Link {
    let mut link = link.clone();
    link.spec.name.push_str(" b");
    link
}

fn moved(function: &Function) -> Function {
    let mut function = function.clone();
    function.name.push_str(" b");
    match &mut function.kind {
        FunctionKind::Isf(isf) => isf.iwf += EACH,
        FunctionKind::Iwf(iwf) => iwf.hlr += EACH,
        FunctionKind::Msc(node) | FunctionKind::Sgsn(node) => node.hlr += EACH,
        _ => {}
    }
    function
}
