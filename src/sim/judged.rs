//! What the oracles are told of a model before its run: who serves whom, bounds, and which users the liveness oracles can judge.

use super::layout::Layout;
use super::world::World;
use crate::delivery::axes as axis;
use crate::delivery::policy::ProviderPolicy;
use crate::delivery::responses::Responses;
use crate::delivery::{Capabilities, FunctionId, Pdu};
use crate::judge::{DeviceFacts, Facts, ModelFact, Moment, People, Station};
use crate::model::{FunctionKind, Layers, LinkEnd, Model, PfParams, PolicyChanges, Population, Radio};
use crate::network::{LinkClass, Transport};
use crate::units::Span;

/// The facts of `model`.
pub(super) fn facts(model: &Model, layout: &Layout) -> Facts {
    let stations = model.functions.iter().map(|function| match &function.kind {
        FunctionKind::Pf(pf) => Station::Pf { max_queue: pf.max_queue, handover_limit: pf.handover_limit },
        FunctionKind::Isf(_) | FunctionKind::Iwf(_) => Station::Interworking,
        _ => Station::Other,
    });
    let devices = (0..layout.devices.len() as u32).map(|device| {
        let class = layout.class(model, device);
        DeviceFacts {
            user: layout.devices[device as usize].user,
            full: class.capabilities == Capabilities::FULL,
            refreshes: class.registration.expires <= REFRESHES,
        }
    });
    let lossless = model.functions.iter().all(|f| f.service.is_instant())
        && model.links.iter().all(|l| l.spec.capacity.is_none() && l.spec.loss == 0.0);
    let quick = model.links.iter().all(|l| l.spec.delay.constant().is_some_and(|d| d <= Span::from_millis(200)));
    let in_session = model.axes.is(axis::PULL_TRANSPORT, "in-session");
    let people = model.populations.iter().map(|population| {
        let pf = pf_of(model, population);
        let plain = population.policies.is_empty()
            && population.policy_changes == PolicyChanges::None
            && pf.provider == ProviderPolicy { interworking: true, ..ProviderPolicy::default() };
        // Where each device can have a session, none is refused for want of one.
        let room = !in_session || layout.devices.len() as u64 <= u64::from(pf.deferred.sessions);
        let steady = population.devices.iter().all(|d| d.layers == Layers::default());
        let always = steady && population.devices.iter().all(|d| matches!(d.radio, Radio::AlwaysOn));
        let reacts = quick && room && acts(model, pf) && pf.responses == Responses::default();
        People {
            pf: FunctionId(population.pf as u32),
            hears: lossless && always && (plain || model.axes.is(axis::IMDN_SCREENING, "bypass")),
            takes: lossless && plain && steady && reacts,
        }
    });
    let pfs = || model.functions.iter().filter_map(|f| if let FunctionKind::Pf(pf) = &f.kind { Some(pf) } else { None });
    Facts {
        stations: stations.collect(),
        devices: devices.collect(),
        people: people.collect(),
        users: layout.users.iter().map(|u| (u.population, u.devices.0, u.devices.1)).collect(),
        model: model_facts(model),
        forward_hops: pfs().map(|pf| pf.forward_hops).max().unwrap_or(0),
        longest: longest(model),
        remembers: Span::from_ns(model.sip.core_t1.min(model.sip.access_t1).ns().saturating_mul(64)),
        policy_recheck: model.axes.on(axis::POLICY_RECHECK),
        unconfirmed_202: model.axes.is(axis::ON_CLIENT_202, "unconfirmed"),
        hides: model.axes.on(axis::GUARD_HIDE_IN_DELIVERY),
        double_handover: !model.axes.on(axis::GUARD_SINGLE_ISF_HANDOVER),
    }
}

impl World {
    /// The oracles hear what a function is about to be told.
    #[inline]
    pub(super) fn hear(&mut self, to: FunctionId, from: FunctionId, pdu: &Pdu) {
        self.oracles.received(Moment { now: self.now, event: self.id, by: to }, from, pdu, &self.ledger);
    }
}

/// A device that registers anew within this time is heard of within the bound of I-16.
const REFRESHES: Span = Span::from_secs(200);

/// A user who has reacted by then acts within the bound of I-16.
const REACTS: Span = Span::from_secs(100);

fn pf_of<'m>(model: &'m Model, population: &Population) -> &'m PfParams {
    match &model.functions[population.pf].kind {
        FunctionKind::Pf(pf) => pf,
        _ => panic!("a checked population names its PF"),
    }
}

/// Whether what waits is pushed, or its users retrieve all of it soon after each notification.
fn acts(model: &Model, pf: &PfParams) -> bool {
    let pull = &model.client.pull;
    let choice = pull.faulty == 0.0 && (pull.choice[1..].iter().all(|weight| *weight == 0.0));
    let soon = pull.react.constant().is_some_and(|after| after <= REACTS);
    let calm = pf.deferred.restarts.is_empty();
    // A client that closes the session of its pull before anything has come in it gets nothing.
    let closes = model.axes.is(axis::PULL_TRANSPORT, "in-session") && model.axes.is(axis::PULL_TEARDOWN, "client-after-ack");
    let stays = !closes && !model.axes.is(axis::RETRY_AFTER_480, "drop");
    let retrieves = choice && soon && pf.deferred.paused.is_empty() && stays;
    calm && (model.axes.is(axis::DEFERRED_MODE, "auto-push") || retrieves)
}

/// Whether it ever stops and forgets what was under way.
fn restarts(kind: &FunctionKind) -> bool {
    match kind {
        FunctionKind::Pf(pf) => !pf.deferred.restarts.is_empty(),
        FunctionKind::Core(core) => !core.restarts.is_empty(),
        _ => false,
    }
}

fn model_facts(model: &Model) -> Vec<ModelFact> {
    let mut facts = Vec::new();
    let mut when = |holds: bool, fact| {
        if holds {
            facts.push(fact);
        }
    };
    let pfs = || model.functions.iter().filter_map(|f| if let FunctionKind::Pf(pf) = &f.kind { Some(pf) } else { None });
    let life = pfs().map(|pf| pf.expiry).max().unwrap_or(Span::ZERO);
    when(model.client.dedupe_window >= life, ModelFact::DedupeOutlivesMessages);
    let sip = |class| matches!(class, LinkClass::Gm | LinkClass::Isc | LinkClass::Iw);
    let streams = model.links.iter().all(|l| !sip(l.spec.class) || l.spec.transport == Transport::Stream);
    when(streams && pfs().all(|pf| pf.isf.is_none()), ModelFact::OneTransport);
    let to_clients = |end: LinkEnd| matches!(end, LinkEnd::Population(_) | LinkEnd::Devices);
    let kept = model.links.iter().all(|l| l.spec.loss == 0.0 || !(to_clients(l.from) || to_clients(l.to)));
    when(kept, ModelFact::LosslessClients);
    let calm = model.functions.iter().all(|f| f.service.is_instant() && !restarts(&f.kind));
    when(calm && model.links.iter().all(|l| l.spec.loss == 0.0 && l.spec.capacity.is_none()), ModelFact::LossFree);
    let alerts = model.functions.iter().all(|f| !matches!(&f.kind, FunctionKind::Hlr(hlr) if hlr.alert_loss > 0.0));
    when(alerts, ModelFact::NoAlertLoss);
    facts
}

/// From a message's expiry to the end of what was begun before: both transactions and their repetition, the gateway's supervision, paging,
/// and the hold of a user; and what those may wait for each other.
fn longest(model: &Model) -> Span {
    let transactions = Span::from_ns((model.sip.access_t1.ns().saturating_add(model.sip.core_t1.ns())).saturating_mul(2 * 64));
    let of = |kind: &FunctionKind| match kind {
        FunctionKind::Pf(pf) => pf.wait_ip.saturating_add(pf.server_retry),
        FunctionKind::Iwf(iwf) if model.axes.is(axis::IW_MODE, "smsc") => iwf.validity.saturating_add(iwf.status_wait),
        FunctionKind::Iwf(iwf) => iwf.map_guard.saturating_add(iwf.forward_guard),
        FunctionKind::Msc(msc) | FunctionKind::Sgsn(msc) => {
            Span::from_ns(msc.paging_timeout.ns().saturating_mul(u64::from(msc.paging_attempts)))
        }
        _ => Span::ZERO,
    };
    let functions = model.functions.iter().fold(Span::ZERO, |sum, f| sum.saturating_add(of(&f.kind)));
    Span::from_secs(2000).saturating_add(transactions).saturating_add(functions)
}
