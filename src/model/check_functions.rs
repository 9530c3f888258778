//! Functions: their kinds, parameters and the functions they speak to.

use super::check::{Check, bound};
use super::check_deferred::{deferred, instants, push};
use super::check_provider::{content_store, law_or_none, provider, unless_null};
use super::check_responses::responses;
use super::leaf;
use super::report::At;
use super::resolved::{
    CoreParams, Function, FunctionKind, HlrParams, IsfParams, IwfParams, MssParams, NodeParams, PfParams, QuietParams,
};
use crate::delivery::SmsDomain;
use crate::delivery::profile::Axes;
use crate::network::ServiceSpec;
use crate::units::Span;

/// All functions, sorted by name. Without `axes`, since they are at fault, a PF's response policy is read against the default ones.
pub fn functions(check: &mut Check<'_, '_, '_>, axes: Option<&Axes>) -> Option<Vec<Function>> {
    let axes = axes.cloned().unwrap_or_default();
    let all = check.root.get("functions")?;
    let read: Vec<_> = all.members().map(|(name, at)| function(check, name, &at, &axes)).collect();
    for kind in ["core", "pf"] {
        if !check.functions.iter().any(|(_, k)| *k == kind) {
            let problem = format!("there is no function of the kind \"{kind}\"");
            check.fault("missing-function", &all, problem, format!("add a function with \"kind\": \"{kind}\""));
        }
    }
    read.into_iter().collect()
}

fn function<'t>(check: &mut Check<'t, '_, '_>, name: &str, at: &At<'t>, axes: &Axes) -> Option<Function> {
    if name == "devices" || check.populations.binary_search(&name).is_ok() {
        let problem = format!("\"{name}\" means something else at the end of a link: the devices");
        check.fault("bad-name", at, problem, "choose another name");
    }
    let service = match at.get("service") {
        Some(at) => service(check, &at),
        None => Some(ServiceSpec::instant()),
    };
    let kind = match at.get("kind")?.text()? {
        "core" => core(check, at).map(FunctionKind::Core),
        "pf" => pf(check, at, axes).map(FunctionKind::Pf),
        "isf" => {
            let iwf = check.function(at.get("iwf"), at, "iwf", "iwf", false);
            iwf.flatten().map(|iwf| FunctionKind::Isf(IsfParams { iwf }))
        }
        "iwf" => iwf(check, at).map(FunctionKind::Iwf),
        "hlr" => hlr(check, at).map(FunctionKind::Hlr),
        "msc" => node(check, at, "msc", "sms.mt_cs").map(FunctionKind::Msc),
        "sgsn" => node(check, at, "sgsn", "sms.mt_sgs").map(FunctionKind::Sgsn),
        "mss" => {
            let failure = check.probability_or(at.find("mss.failure"), "mss.failure");
            failure.map(|failure| FunctionKind::Mss(MssParams { failure }))
        }
        "push" => push(check, at).map(FunctionKind::Push),
        _ => None,
    };
    Some(Function { name: name.to_owned(), kind: kind?, service: service? })
}

fn core<'t>(check: &mut Check<'t, '_, '_>, at: &At<'t>) -> Option<CoreParams> {
    let own = |field: &str| at.find(&format!("core.{field}"));
    let notify_delay = check.law_or(own("notify_delay"), "ims.notify_delay");
    let notify_throttle = check.span_or(own("notify_throttle"), "ims.notify_throttle");
    let state = own("notify_state").or_else(|| check.root.find("ims.notify_state"));
    let notify_partial = state.and_then(|a| Some(a.text()? == "partial"));
    let flow_keepalive = match unless_null(own("flow_keepalive").or_else(|| check.root.find("ims.flow_keepalive"))) {
        Some(every) => keepalive(check, &every).map(Some),
        None => Some(None),
    };
    let restarts = own("restarts").or_else(|| check.root.find("ims.restarts")).and_then(|a| instants(check, &a));
    Some(CoreParams {
        notify_delay: notify_delay?,
        notify_throttle: notify_throttle?,
        notify_partial: notify_partial?,
        flow_keepalive: flow_keepalive?,
        restarts: restarts?,
    })
}

/// Without a time between them keep-alives would follow one another at one instant where links take none.
fn keepalive<'t>(check: &mut Check<'t, '_, '_>, at: &At<'t>) -> Option<Span> {
    let every = leaf::span(at.node, false).ok()?;
    if every == Span::ZERO {
        let remedy = "write a time above zero, such as \"120 s\", or null for no keep-alives";
        check.fault("never-moves", at, "the time between two keep-alives is zero, so that time would stand still", remedy);
    }
    Some(every)
}

fn service<'t>(check: &mut Check<'t, '_, '_>, at: &At<'t>) -> Option<ServiceSpec> {
    let mut spec = ServiceSpec::instant();
    if let Some(time) = at.get("time") {
        spec.time = check.law(&time)?;
    }
    if let Some(servers) = at.get("servers") {
        spec.servers = leaf::whole(servers.node, 1, u64::from(u32::MAX)).ok()? as u32;
    }
    if let Some(queue) = at.get("queue") {
        spec.queue = bound(&queue)?;
    }
    if let Some(after) = unless_null(at.get("retry_after")) {
        spec.retry_after = Some(leaf::span(after.node, false).ok()?);
        if spec.queue.is_none() {
            let problem = "the waiting room is unbounded, so that nothing is ever refused";
            check.fault("idle-retry-after", &after, problem, "write a `queue`, or leave `retry_after` out");
        }
    }
    Some(spec)
}

fn pf<'t>(check: &mut Check<'t, '_, '_>, at: &At<'t>, axes: &Axes) -> Option<PfParams> {
    let isf = check.function(at.get("isf"), at, "isf", "isf", true);
    let own = |field: &str| at.find(&format!("pf.{field}"));
    let wait_ip = check.span_or(own("wait_ip"), "pf.wait_ip");
    let expiry = check.span_or(own("expiry"), "pf.expiry");
    let push_gap = check.span_or(own("push_gap"), "pf.push_gap");
    let max_queue = own("max_queue").or_else(|| check.root.find("pf.max_queue")).and_then(|at| bound(&at));
    let handover_limit = check.whole_or(own("handover_limit"), "pf.handover_limit");
    let mss = check.function(at.get("mss"), at, "mss", "mss", true);
    let provider = provider(check, &own);
    let forward_hops = check.whole_or(own("forward_hops"), "pf.forward_hops");
    let connectivity = law_or_none(check, own("connectivity"), "pf.connectivity");
    let policy_delay = check.law_or(own("policy_delay"), "pf.policy_delay");
    let server_retry = check.span_or(own("server_retry"), "pf.server_retry");
    let content_store_over = content_store(check, own("content_store_over"));
    let optional_warning = own("optional_warning").or_else(|| check.root.find("pf.optional_warning"));
    let reject_code = check.whole_or(own("reject_code"), "pf.reject_code");
    let policy = own("responses").or_else(|| check.root.find("pf.responses"));
    let responses = policy.and_then(|at| responses(check, &at, axes));
    let deferred = deferred(check, at, &own);
    Some(PfParams {
        isf: isf?,
        mss: mss?,
        provider: provider?,
        forward_hops: u8::try_from(forward_hops?).ok()?,
        optional_warning: optional_warning?.node.data == super::tree::Data::Flag(true),
        connectivity: connectivity?,
        policy_delay: policy_delay?,
        content_store_over: content_store_over?,
        server_retry: server_retry?,
        responses: responses?,
        deferred: deferred?,
        wait_ip: wait_ip?,
        expiry: expiry?,
        push_gap: push_gap?,
        max_queue: max_queue?,
        handover_limit: handover_limit?,
        reject_code: u16::try_from(reject_code?).ok()?,
    })
}

fn iwf<'t>(check: &mut Check<'t, '_, '_>, at: &At<'t>) -> Option<IwfParams> {
    let hlr = check.function(at.get("hlr"), at, "hlr", "hlr", false);
    let alert_reaction = check.law_or(at.find("iwf.alert_reaction"), "smsc.alert_reaction");
    let map_guard = check.span_or(at.find("iwf.map_guard"), "map.guard");
    let forward_guard = check.span_or(at.find("iwf.forward_guard"), "map.forward_guard");
    let domains = domains(check, at.find("iwf.domains"));
    let supervision = match unless_null(at.find("iwf.supervision")) {
        Some(at) => leaf::span(at.node, false).ok().map(Some),
        None => Some(None),
    };
    Some(IwfParams {
        hlr: hlr??,
        alert_reaction: alert_reaction?,
        map_guard: map_guard?,
        forward_guard: forward_guard?,
        domains: domains?,
        supervision: supervision?,
    })
}

fn hlr<'t>(check: &mut Check<'t, '_, '_>, at: &At<'t>) -> Option<HlrParams> {
    let mwd_max = check.whole_or(at.find("hlr.mwd_max"), "hlr.mwd_max");
    let alert_delay = check.law_or(at.find("hlr.alert_delay"), "mnrf.clear_delay");
    let alert_loss = check.probability_or(at.find("hlr.alert_loss"), "hlr.alert_loss");
    let alert_repeats = check.whole_or(at.find("hlr.alert_repeats"), "hlr.alert_repeats");
    let alert_every = check.span_or(at.find("hlr.alert_every"), "hlr.alert_every");
    Some(HlrParams {
        mwd_max: mwd_max?,
        alert_delay: alert_delay?,
        alert_loss: alert_loss?,
        alert_repeats: alert_repeats?,
        alert_every: alert_every?,
    })
}

/// The order of domains of a gateway.
fn domains<'t>(check: &mut Check<'t, '_, '_>, at: Option<At<'t>>) -> Option<Vec<SmsDomain>> {
    let Some(at) = at else { return Some(vec![SmsDomain::Cs]) };
    let mut all = Vec::new();
    for one in at.elements() {
        let domain = match one.text()? {
            "ims" => SmsDomain::Ims,
            "ps" => SmsDomain::Ps,
            _ => SmsDomain::Cs,
        };
        if all.contains(&domain) {
            check.fault("domain-twice", &one, "this domain stands in the order already", "name each domain once");
        }
        all.push(domain);
    }
    if all == [SmsDomain::Ims] {
        let problem = "over IP alone no short message is ever sent: who is registered is reached by CPM";
        check.fault("no-domain", &at, problem, "add \"cs\" or \"ps\"");
    }
    Some(all)
}

/// A switching centre or packet node.
fn node<'t>(check: &mut Check<'t, '_, '_>, at: &At<'t>, kind: &str, transfer: &str) -> Option<NodeParams> {
    let own = |field: &str| at.find(&format!("{kind}.{field}"));
    let hlr = check.function(at.get("hlr"), at, "hlr", "hlr", false);
    let paging_timeout = check.span_or(own("paging_timeout"), "paging.first_timeout");
    let paging_attempts = check.whole_or(own("paging_attempts"), "paging.attempts");
    let mt_delivery = check.law_or(own("mt_delivery"), transfer);
    let transfers = own("transfers").map_or(Some(None), |at| bound(&at));
    let quiet = quiet(check, &own);
    Some(NodeParams {
        hlr: hlr??,
        paging_timeout: paging_timeout?,
        paging_attempts: paging_attempts?,
        mt_delivery: mt_delivery?,
        quiet: quiet?,
        transfers: transfers?,
    })
}

fn quiet<'t>(check: &mut Check<'t, '_, '_>, own: &dyn Fn(&str) -> Option<At<'t>>) -> Option<QuietParams> {
    let time = |check: &mut Check<'t, '_, '_>, field: &str| -> Option<Option<Span>> {
        let Some(at) = unless_null(own(field)) else { return Some(None) };
        let after = leaf::span(at.node, false).ok()?;
        if after == Span::ZERO {
            let problem = format!("`{field}` is zero, so that time would stand still");
            check.fault("never-moves", &at, problem, "write a time above zero, or null");
        }
        Some(Some(after))
    };
    let (periodic, implicit, purge) = (time(check, "periodic_update"), time(check, "implicit_detach"), time(check, "purge_after"));
    let (periodic_update, implicit_detach, purge_after) = (periodic?, implicit?, purge?);
    if let (Some(detach), Some(at)) = (implicit_detach, own("implicit_detach"))
        && periodic_update.is_none_or(|every| every >= detach)
    {
        let problem = "phones that are there would count as detached: they give no sign of life in that time";
        check.fault("detached-while-there", &at, problem, "write a shorter `periodic_update`, or no `implicit_detach`");
    }
    Some(QuietParams { periodic_update, implicit_detach, purge_after })
}
