//! Sets the functions of a model up for a run.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::RunOptions;
use super::draws::Station;
use super::functions::Functions;
use super::layout::Layout;
use crate::delivery::behaviour::Behaviour;
use crate::delivery::cpm::{
    Client, ClientSetup, DeferredSetup, Devices, FlowSetup, Isf, Iwf, IwfSetup, Mss, MssSetup, Pf, PfSetup, PushEnabler, PushSetup,
    Reaching, SyncSetup,
};
use crate::delivery::ims::{Core, CoreSetup};
use crate::delivery::policy::Policy;
use crate::delivery::sms::{Hlr, HlrSetup, Msc, MscSetup};
use crate::delivery::{Domain, FunctionId};
use crate::model::{DeviceClass, DeviceSpec, FunctionKind, HlrParams, Model, Population};
use crate::network::Transport;
use crate::units::Span;

/// Final timeout of a transaction: 64 T1 (RFC 3261 17.1).
fn limit(t1: Span) -> Span {
    Span::from_ns(t1.ns().saturating_mul(64))
}

pub(super) fn functions(model: &Model, layout: &Layout, options: &RunOptions) -> Functions {
    let behaviour = Behaviour::of(&model.axes, options.rules);
    let (core_limit, access_limit) = (limit(model.sip.core_t1), limit(model.sip.access_t1));
    let users = layout.users.len();
    let id = |place: usize| FunctionId(place as u32);
    let policies: Arc<[Policy]> = model.policies.iter().map(|(_, policy)| policy.clone()).collect();
    let devices = Arc::new(devices(layout));
    let mut all = Functions::default();
    for (place, function) in model.functions.iter().enumerate() {
        let me = id(place);
        let station = match &function.kind {
            FunctionKind::Core(core) => {
                let setup = CoreSetup {
                    id: me,
                    homes: layout.homes.clone(),
                    limit: core_limit,
                    access_limit,
                    throttle: core.notify_throttle,
                    partial: core.notify_partial,
                    flow_keepalive: core.flow_keepalive,
                };
                all.cores.push(Core::new(setup, behaviour));
                (Station::Core, all.cores.len())
            }
            FunctionKind::Pf(pf) => {
                all.pfs.push(Pf::new(
                    PfSetup {
                        id: me,
                        core: core_of(model, place),
                        isf: pf.isf.map(id),
                        provider: pf.provider.clone(),
                        policies: policies.clone(),
                        policy_of: layout.policies.clone(),
                        devices: devices.clone(),
                        forward_hops: pf.forward_hops,
                        optional_warning: pf.optional_warning,
                        mss: pf.mss.map(id),
                        content_store_over: pf.content_store_over.unwrap_or(u32::MAX),
                        server_retry: pf.server_retry,
                        responses: pf.responses.clone(),
                        wait_ip: pf.wait_ip,
                        expiry: pf.expiry,
                        push_gap: pf.push_gap,
                        max_queue: pf.max_queue,
                        handover_limit: pf.handover_limit,
                        reject_code: pf.reject_code,
                        limit: core_limit,
                        deferred: DeferredSetup {
                            push: pf.deferred.push.map(id),
                            push_after: pf.deferred.push_after,
                            reminders: pf.deferred.reminders,
                            reminder_every: pf.deferred.reminder_every,
                            notify_bytes: pf.deferred.notify_bytes,
                            paused: pf.deferred.paused.clone().into(),
                            dialog_limit: access_limit,
                            sessions: pf.deferred.sessions,
                        },
                    },
                    behaviour,
                ));
                (Station::Pf, all.pfs.len())
            }
            FunctionKind::Isf(isf) => {
                all.isfs.push(Isf::new(me, id(isf.iwf)));
                (Station::Isf, all.isfs.len())
            }
            FunctionKind::Iwf(iwf) => {
                let setup = IwfSetup {
                    id: me,
                    hlr: id(iwf.hlr),
                    homes: layout.homes.clone(),
                    map_guard: iwf.map_guard,
                    forward_guard: iwf.forward_guard,
                    reaching: Reaching {
                        domains: iwf.domains.clone(),
                        supervision: iwf.supervision,
                        unri_first: behaviour.hlr_unri_first,
                        success_sent: behaviour.sc_success_sent,
                        after_sc: behaviour.gw_reports_after_sc,
                    },
                    limit: core_limit,
                };
                all.iwfs.push(Iwf::new(setup));
                (Station::Iwf, all.iwfs.len())
            }
            FunctionKind::Hlr(hlr) => {
                let HlrParams { mwd_max, alert_repeats, alert_every, .. } = *hlr;
                all.hlrs.push(Hlr::new(HlrSetup { id: me, mwd_max, alert_repeats, alert_every, users }, behaviour));
                (Station::Hlr, all.hlrs.len())
            }
            FunctionKind::Msc(node) | FunctionKind::Sgsn(node) => {
                let domain = if matches!(function.kind, FunctionKind::Msc(_)) { Domain::Cs } else { Domain::Ps };
                let setup = MscSetup {
                    id: me,
                    hlr: id(node.hlr),
                    domain,
                    implicit_detach: node.quiet.implicit_detach,
                    purge_after: node.quiet.purge_after,
                    transfers: node.transfers,
                    paging_timeout: node.paging_timeout,
                    paging_attempts: node.paging_attempts,
                    phones: phones(model, layout, place),
                };
                all.mscs.push(Msc::new(setup));
                (Station::Msc, all.mscs.len())
            }
            FunctionKind::Mss(_) => {
                let clients = layout.users.iter().map(|u| u.devices.1 - u.devices.0).collect();
                all.msss.push(Mss::new(MssSetup { id: me, clients }, behaviour));
                (Station::Mss, all.msss.len())
            }
            FunctionKind::Push(push) => {
                all.pushes.push(PushEnabler::new(PushSetup { id: me, keeps: push.keeps }));
                (Station::Push, all.pushes.len())
            }
        };
        all.places.push((station.0, station.1 as u32 - 1));
    }
    let mut setups = BTreeMap::new();
    all.clients.reserve_exact(layout.devices.len());
    for (number, place) in layout.devices.iter().enumerate() {
        let number = number as u32;
        let population = layout.user(place.user).population;
        let setup = setups.entry((population, place.spec, place.class)).or_insert_with(|| {
            let population = &model.populations[population as usize];
            Arc::new(client_setup(model, population, layout.spec(model, number), layout.class(model, number), behaviour))
        });
        all.clients.push(Client::new(layout.client(number), place.user, Arc::clone(setup)));
    }
    all
}

/// What the clients on one kind of device are set up with.
fn client_setup(
    model: &Model,
    population: &Population,
    spec: &DeviceSpec,
    class: &DeviceClass,
    behaviour: Behaviour,
) -> ClientSetup {
    let id = |place: usize| FunctionId(place as u32);
    let access_limit = limit(model.sip.access_t1);
    let window = model.client.dedupe_window;
    ClientSetup {
        behaviour,
        primary: spec.primary,
        capabilities: class.capabilities,
        core: id(population.core),
        msc: population.msc.filter(|_| spec.primary).map(id),
        sgsn: population.sgsn.filter(|_| spec.primary).map(id),
        periodic: [population.msc, population.sgsn].map(|node| node.and_then(|node| periodic_of(model, node))),
        expires: class.registration.expires,
        retry_base: class.registration.retry_base,
        retry_max: class.registration.retry_max,
        flow: flow_of(model, population),
        dedupe_window: window,
        sync: store_of(model, population.pf).map(|mss| SyncSetup { mss: id(mss), limit: access_limit, window }),
        limit: access_limit,
        push: push_of(model, population.pf).map(id),
        pull_backoff: model.client.pull.backoff,
    }
}

/// How a population's clients keep their flows alive: as often as their Core asks, by the transport of their link to it.
fn flow_of(model: &Model, population: &Population) -> Option<FlowSetup> {
    let FunctionKind::Core(core) = &model.functions[population.core].kind else { return None };
    let place = model.populations.iter().position(|p| std::ptr::eq(p, population))?;
    let stun = model.device_link(place, population.core).is_some_and(|l| model.links[l].spec.transport == Transport::Datagram);
    core.flow_keepalive.map(|every| FlowSetup { every, stun })
}

/// Which device of its user each client is on.
fn devices(layout: &Layout) -> Devices {
    Devices {
        first: FunctionId(layout.functions),
        kinds: layout.devices.iter().map(|d| d.spec).collect(),
        first_of: layout.users.iter().map(|u| layout.client(u.devices.0)).collect(),
    }
}

/// The core that a PF works with: that of the users it serves; one that serves nobody takes the first.
fn core_of(model: &Model, pf: usize) -> FunctionId {
    let serving = model.populations.iter().find(|p| p.pf == pf).map(|p| p.core);
    let first = || model.functions.iter().position(|f| matches!(f.kind, FunctionKind::Core(_)));
    FunctionId(serving.or_else(first).expect("a checked model has a core") as u32)
}

/// The message store of the users of a PF.
pub(super) fn store_of(model: &Model, pf: usize) -> Option<usize> {
    match &model.functions[pf].kind {
        FunctionKind::Pf(params) => params.mss,
        _ => None,
    }
}

/// The Push Enabler of the users of a PF.
fn push_of(model: &Model, pf: usize) -> Option<usize> {
    match &model.functions[pf].kind {
        FunctionKind::Pf(params) => params.deferred.push,
        _ => None,
    }
}

/// How often the phones that a node serves give it a sign of life.
fn periodic_of(model: &Model, node: usize) -> Option<Span> {
    match &model.functions[node].kind {
        FunctionKind::Msc(node) | FunctionKind::Sgsn(node) => node.quiet.periodic_update,
        _ => None,
    }
}

/// The Primary Device of each user that `msc` serves.
fn phones(model: &Model, layout: &Layout, msc: usize) -> Vec<Option<FunctionId>> {
    let primary = |user: &super::layout::UserPlace| {
        let served = model.populations[user.population as usize].msc == Some(msc)
            || model.populations[user.population as usize].sgsn == Some(msc);
        (user.devices.0..user.devices.1).find(|d| served && layout.spec(model, *d).primary).map(|d| layout.client(d))
    };
    layout.users.iter().map(primary).collect()
}
