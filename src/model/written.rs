//! A model put back into words: every value, in the language of model files.
//!
//! Two styles. *Readable* carries units and can be read back as the same model. *Canonical* writes times in nanoseconds and
//! numbers in their shortest form; it is the ground of a model's identity. Left out: leaving defaults out, which is
//! [`canonical`](super::canonical)'s.

use serde_json::{Map, Value, json};

use super::resolved::*;
use super::{written_access, written_policy};
use crate::delivery::SmsDomain;
use crate::delivery::cpm::Services;
use crate::delivery::profile::{Axes, AxisId};
use crate::delivery::sms::RetrySchedule;
use crate::network::{ServiceSpec, Transport};
use crate::units::{Law, SimTime, Span, format_bytes, format_span};

/// How quantities are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    Readable,
    Canonical,
}

/// The whole model. Objects are sorted by name.
pub fn model(model: &Model, style: Style) -> Value {
    let s = style;
    let axes: Map<_, _> = AxisId::all().map(|a| (a.info().name.to_owned(), model.axes.value(a).into())).collect();
    let phones = model.populations.iter().flat_map(|p| &p.devices).flat_map(|d| &d.classes);
    json!({
        "profile": model.profile.name(),
        "axes": axes,
        "run": run(&model.run, s),
        "measure": {
            "needless_window": s.span(model.measure.needless_window),
            "stuck_after": s.span(model.measure.stuck_after),
            "order_window": model.measure.order_window,
            "race_window": s.span(model.measure.race_window),
            "imdn_grace": s.span(model.measure.imdn_grace),
        },
        "limits": {"events": model.limits.events, "steps": model.limits.steps},
        "sip": {
            "core_t1": s.span(model.sip.core_t1),
            "access_t1": s.span(model.sip.access_t1),
            "core_t2": s.span(model.sip.core_t2),
            "core_t4": s.span(model.sip.core_t4),
            "access_t2": s.span(model.sip.access_t2),
            "access_t4": s.span(model.sip.access_t4),
            "timer_c": s.span(model.sip.timer_c),
        },
        "client": {
            "dedupe_window": s.span(model.client.dedupe_window),
            "sync": model.client.sync.as_ref().map(|law| s.law(law)),
            "pull_backoff": s.span(model.client.pull.backoff),
            "faulty": model.client.pull.faulty,
        },
        "user": user(&model.client, s),
        "functions": table(model.functions.iter().map(|f| (&f.name, function(model, f, s)))),
        "links": table(model.links.iter().map(|l| (&l.spec.name, link(model, l, s)))),
        "phones": table(phones.map(|(_, class)| (&class.name, phone(class, s)))),
        "patterns": written_access::patterns(model, s),
        "policies": written_policy::policies(model, s),
        "populations": table(model.populations.iter().map(|p| (&p.name, population(model, p, s)))),
        "traffic": table(model.traffic.iter().map(|t| (&t.name, traffic(model, t, s)))),
    })
}

/// Those who never act are in the law of the reaction.
fn user(client: &ClientParams, s: Style) -> Value {
    let [deliver, delete, interwork, store, keep] = client.pull.choice;
    let choice = json!({
        "all": client.pull.all, "deliver": deliver, "delete": delete, "interwork": interwork, "store": store, "keep": keep,
    });
    json!({
        "display": client.display,
        "display_delay": s.law(&client.display_delay),
        "react": s.law(&client.pull.react),
        "ignore_forever": 0,
        "choice": choice,
    })
}

fn table<'a>(members: impl Iterator<Item = (&'a String, Value)>) -> Value {
    Value::Object(members.map(|(name, value)| (name.clone(), value)).collect())
}

impl Style {
    pub fn span(self, span: Span) -> Value {
        match self {
            Style::Canonical if span != Span::FOREVER => span.ns().into(),
            _ => format_span(span).into(),
        }
    }

    pub fn time(self, time: SimTime) -> Value {
        self.span(Span::from_ns(time.ns()))
    }

    fn rate(self, per_second: f64) -> Value {
        match self {
            Style::Canonical => per_second.into(),
            Style::Readable => format!("{per_second}/s").into(),
        }
    }

    pub fn law(self, law: &Law) -> Value {
        let span = |d: &Span| self.span(*d);
        let list = |d: &[Span]| Value::Array(d.iter().map(span).collect());
        match law {
            Law::Constant(d) => json!({"constant": span(d)}),
            Law::Uniform { low, high } => json!({"uniform": {"low": span(low), "high": span(high)}}),
            Law::Exponential { mean } => json!({"exponential": {"mean": span(mean)}}),
            Law::ShiftedExponential { min, mean_of_tail } => {
                json!({"shifted_exponential": {"min": span(min), "mean_of_tail": span(mean_of_tail)}})
            }
            Law::Lognormal { median, sigma } => json!({"lognormal": {"median": span(median), "sigma": sigma}}),
            Law::Normal { mean, sd } => json!({"normal": {"mean": span(mean), "sd": span(sd)}}),
            Law::Weibull { shape, scale } => json!({"weibull": {"shape": shape, "scale": span(scale)}}),
            Law::Gamma { shape, scale } => json!({"gamma": {"shape": shape, "scale": span(scale)}}),
            Law::Erlang { stages, mean } => json!({"erlang": {"stages": stages, "mean": span(mean)}}),
            Law::Pareto { min, alpha, cap: None } => json!({"pareto": {"min": span(min), "alpha": alpha}}),
            Law::Pareto { min, alpha, cap: Some(cap) } => json!({"pareto": {"min": span(min), "alpha": alpha, "cap": span(cap)}}),
            Law::Discrete(values) => {
                json!({"discrete": values.iter().map(|(w, d)| json!({"weight": w, "value": span(d)})).collect::<Vec<_>>()})
            }
            Law::Geometric { p, unit } => json!({"geometric": {"p": p, "unit": span(unit)}}),
            Law::Mixture(parts) => {
                json!({"mixture": parts.iter().map(|(w, l)| json!({"weight": w, "law": self.law(l)})).collect::<Vec<_>>()})
            }
            Law::Sum(parts) => json!({"sum": parts.iter().map(|l| self.law(l)).collect::<Vec<_>>()}),
            Law::List(values) => json!({"list": list(values)}),
            Law::Empirical(values) => json!({"empirical": {"values": list(values)}}),
            Law::Resampled(values) => json!({"resampled": {"values": list(values)}}),
        }
    }
}

fn run(run: &RunBlock, s: Style) -> Value {
    let end = match run.end {
        End::Drained => "drained".into(),
        End::At(time) => s.time(time),
    };
    json!({"warm_up": s.span(run.warm_up), "arrivals_until": s.time(run.arrivals_until), "end": end, "start": start(run.start)})
}

pub fn start(start: Start) -> &'static str {
    match start {
        Start::Equilibrium => "equilibrium",
        Start::AllOn => "all_on",
        Start::AllOff => "all_off",
    }
}

fn bound(limit: Option<u32>) -> Value {
    limit.map_or("unbounded".into(), Value::from)
}

fn service(service: &ServiceSpec, s: Style) -> Value {
    let mut written = json!({"time": s.law(&service.time), "servers": service.servers, "queue": bound(service.queue)});
    if let Some(after) = service.retry_after {
        written["retry_after"] = s.span(after);
    }
    written
}

fn function(model: &Model, function: &Function, s: Style) -> Value {
    let name = |i: usize| model.functions[i].name.as_str();
    let mut value = match &function.kind {
        FunctionKind::Core(c) => {
            let mut core = json!({"notify_delay": s.law(&c.notify_delay), "notify_throttle": s.span(c.notify_throttle)});
            core["notify_state"] = if c.notify_partial { "partial" } else { "full" }.into();
            core["flow_keepalive"] = c.flow_keepalive.map_or(Value::Null, |every| s.span(every));
            core["restarts"] = c.restarts.iter().map(|at| s.time(*at)).collect();
            json!({"kind": "core", "core": core})
        }
        FunctionKind::Pf(p) => pf(model, p, name, s),
        FunctionKind::Isf(i) => isf(i, name, s),
        FunctionKind::Iwf(i) => iwf(i, name, s),
        FunctionKind::Smsc(c) => json!({"kind": "smsc", "hlr": name(c.hlr), "smsc": smsc(c, s)}),
        FunctionKind::Hlr(h) => {
            let mut hlr = json!({"mwd_max": h.mwd_max, "alert_delay": s.law(&h.alert_delay), "alert_loss": h.alert_loss});
            if h.alert_repeats > 0 {
                hlr["alert_repeats"] = h.alert_repeats.into();
                hlr["alert_every"] = s.span(h.alert_every);
            }
            json!({"kind": "hlr", "hlr": hlr})
        }
        FunctionKind::Msc(m) => json!({"kind": "msc", "hlr": name(m.hlr), "msc": node(m, s)}),
        FunctionKind::Sgsn(m) => json!({"kind": "sgsn", "hlr": name(m.hlr), "sgsn": node(m, s)}),
        FunctionKind::Mss(m) => json!({"kind": "mss", "mss": {"failure": m.failure}}),
        FunctionKind::Push(p) => json!({"kind": "push", "push": {"latency": s.law(&p.latency), "keeps": p.keeps}}),
    };
    value["service"] = service(&function.service, s);
    value
}

fn gateway(iwf: &IwfParams, s: Style) -> Value {
    let (map, forward) = (s.span(iwf.map_guard), s.span(iwf.forward_guard));
    let mut written = json!({"alert_reaction": s.law(&iwf.alert_reaction), "map_guard": map, "forward_guard": forward});
    if iwf.domains != [SmsDomain::Cs] {
        let word = |domain: &SmsDomain| match domain {
            SmsDomain::Ims => "ims",
            SmsDomain::Ps => "ps",
            SmsDomain::Cs => "cs",
        };
        written["domains"] = iwf.domains.iter().map(word).collect();
    }
    if let Some(supervision) = iwf.supervision {
        written["supervision"] = s.span(supervision);
    }
    written
}

fn node(node: &NodeParams, s: Style) -> Value {
    let mut written = json!({
        "paging_timeout": s.span(node.paging_timeout),
        "paging_attempts": node.paging_attempts,
        "mt_delivery": s.law(&node.mt_delivery),
    });
    let QuietParams { periodic_update, implicit_detach, purge_after } = node.quiet;
    for (field, time) in [("periodic_update", periodic_update), ("implicit_detach", implicit_detach), ("purge_after", purge_after)]
    {
        if let Some(time) = time {
            written[field] = s.span(time);
        }
    }
    if let Some(most) = node.transfers {
        written["transfers"] = most.into();
    }
    written
}

/// Which service takes what is said where it is not all by SMS.
fn isf<'m>(isf: &IsfParams, name: impl Fn(usize) -> &'m str, s: Style) -> Value {
    let mut value = json!({"kind": "isf", "iwf": name(isf.iwf)});
    let Services { sms, mms, sms_largest, mms_largest } = isf.services;
    if isf.services != Services::SMS_ONLY {
        let kinds = written_policy::contents;
        let largest = |bytes: u32| written_policy::largest(bytes, s);
        value["isf"] = json!({
            "sms": kinds(sms),
            "sms_largest": largest(sms_largest),
            "mms": kinds(mms),
            "mms_largest": largest(mms_largest),
            "mms_delay": s.law(&isf.mms_delay),
        });
    }
    value
}

/// What a gateway asks of service centres is said where it has some.
fn iwf<'m>(iwf: &IwfParams, name: impl Fn(usize) -> &'m str, s: Style) -> Value {
    let own = gateway(iwf, s);
    let mut value = json!({"kind": "iwf", "hlr": name(iwf.hlr), "iwf": own});
    value["iwf"]["segmentation"] = if iwf.concatenates { "concatenated" } else { "none" }.into();
    if !iwf.smscs.is_empty() {
        value["smsc"] = iwf.smscs.iter().map(|centre| name(*centre)).collect();
        value["iwf"]["validity"] = s.span(iwf.validity);
        value["iwf"]["status_wait"] = s.span(iwf.status_wait);
        value["iwf"]["encoding"] = if iwf.relative_validity { "relative" } else { "absolute" }.into();
    }
    value
}

fn smsc(centre: &SmscParams, s: Style) -> Value {
    let retry = match &centre.retry {
        RetrySchedule::Geometric { first, factor, cap } => {
            json!({"geometric": {"first": s.span(*first), "factor": factor, "cap": s.span(*cap)}})
        }
        RetrySchedule::List(waits) => json!({"list": waits.iter().map(|wait| s.span(*wait)).collect::<Vec<_>>()}),
    };
    json!({
        "alert_reaction": s.law(&centre.alert_reaction),
        "first_delay": s.span(centre.first_delay),
        "retry": retry,
        "busy_retry": s.span(centre.busy_retry),
        "capacity": bound(centre.capacity),
        "random_loss": centre.random_loss,
        "duplicate": centre.duplicate,
        "map_guard": s.span(centre.map_guard),
        "forward_guard": s.span(centre.forward_guard),
    })
}

fn pf<'m>(model: &Model, pf: &PfParams, name: impl Fn(usize) -> &'m str, s: Style) -> Value {
    let mut block = json!({
        "wait_ip": s.span(pf.wait_ip),
        "expiry": s.span(pf.expiry),
        "push_gap": s.span(pf.push_gap),
        "max_queue": bound(pf.max_queue),
        "handover_limit": pf.handover_limit,
        "reject_code": pf.reject_code,
    });
    written_policy::provider(&mut block, pf, s);
    deferred(&mut block, pf, &model.axes, s);
    let mut value = json!({"kind": "pf", "isf": pf.isf.map(&name), "pf": block});
    // Read back, a PF that names none may still have one; an identity needs no word for what is not there.
    if pf.mss.is_some() || s == Style::Readable {
        value["mss"] = pf.mss.map(&name).into();
    }
    if pf.deferred.push.is_some() || s == Style::Readable {
        value["push"] = pf.deferred.push.map(name).into();
    }
    value
}

/// How deferred messages leave the queue of a PF, and its response policy, put into `block`.
fn deferred(block: &mut Value, pf: &PfParams, axes: &Axes, s: Style) {
    let d = &pf.deferred;
    let reminder = if d.reminders == 0 { "none".into() } else { Value::from(d.reminders) };
    let bytes: Value = match s {
        Style::Canonical => d.notify_bytes.into(),
        Style::Readable => format_bytes(u64::from(d.notify_bytes)).into(),
    };
    block["push_after"] = s.span(d.push_after);
    block["notify"] = json!({"reminder": reminder, "every": s.span(d.reminder_every), "bytes": bytes});
    block["sessions"] = d.sessions.into();
    block["paused"] = d.paused.iter().map(|(from, to)| json!({"from": s.time(*from), "to": s.time(*to)})).collect();
    block["restarts"] = d.restarts.iter().map(|at| s.time(*at)).collect();
    let responses = super::check_responses::written(&pf.responses, axes);
    block["responses"] = Value::Object(responses.into_iter().map(|(code, action)| (code, action.into())).collect());
}

fn link(model: &Model, link: &Link, s: Style) -> Value {
    let end = |end: LinkEnd| match end {
        LinkEnd::Function(i) => model.functions[i].name.as_str(),
        LinkEnd::Population(i) => model.populations[i].name.as_str(),
        LinkEnd::Devices => "devices",
    };
    let transport = match link.spec.transport {
        Transport::Stream => "stream",
        Transport::Datagram => "datagram",
    };
    let mut value = json!({
        "from": end(link.from),
        "to": end(link.to),
        "class": link.spec.class.name(),
        "transport": transport,
        "delay": s.law(&link.spec.delay),
        "loss": link.spec.loss,
    });
    if let Some(capacity) = link.spec.capacity {
        value["capacity"] = match s {
            Style::Canonical => json!({"rate": capacity.bytes_per_second, "queue": capacity.queue_bytes}),
            Style::Readable => {
                json!({"rate": format!("{} B/s", capacity.bytes_per_second), "queue": format_bytes(capacity.queue_bytes)})
            }
        };
    }
    value
}

fn phone(class: &DeviceClass, s: Style) -> Value {
    let gives = |g: &Gives| match g {
        Gives::Sms => "sms",
        Gives::SmsPs => "sms_ps",
        Gives::Ip => "ip",
        Gives::Register => "register",
    };
    let phase = |p: &Phase| {
        let after: std::collections::BTreeSet<_> = p.after.iter().map(|i| class.phases[*i].name.as_str()).collect();
        json!({"after": after, "takes": s.law(&p.takes), "gives": p.gives.iter().map(gives).collect::<Vec<_>>()})
    };
    let r = &class.registration;
    let mut written = json!({
        "phases": table(class.phases.iter().map(|p| (&p.name, phase(p)))),
        "registration": {
            "expires": s.span(r.expires),
            "own_delay": s.law(&r.own_delay),
            "retry_base": s.span(r.retry_base),
            "retry_max": s.span(r.retry_max),
        },
        "silent_loss": class.silent_loss,
    });
    if let Some(client) = written_policy::client(class.capabilities, s) {
        written["client"] = client;
    }
    if let Some(transfer) = &class.sms_transfer {
        written["sms_transfer"] = s.law(transfer);
    }
    written
}

fn population(model: &Model, population: &Population, s: Style) -> Value {
    let name = |i: usize| model.functions[i].name.as_str();
    let mut written = json!({
        "count": population.count,
        "core": name(population.core),
        "pf": name(population.pf),
        "msc": population.msc.map(name),
        "devices": table(population.devices.iter().map(|d| (&d.name, device(model, d, s)))),
    });
    if let Some(sgsn) = population.sgsn {
        written["sgsn"] = name(sgsn).into();
    }
    written_policy::uses(&mut written, model, population, s);
    written
}

fn device(model: &Model, device: &DeviceSpec, s: Style) -> Value {
    let radio = match &device.radio {
        Radio::AlwaysOn => "always_on".into(),
        Radio::Dwell { on, off, start } => json!({"dwell": written_access::dwell(on, off, *start, s)}),
        Radio::Schedule { on_at_start, changes } => json!({"schedule": written_access::schedule(*on_at_start, changes, s)}),
        Radio::Pattern(place) => json!({"pattern": model.patterns[*place].name}),
    };
    let mut written = json!({
        "primary": device.primary,
        "owned_by": device.owned_by,
        "classes": table(device.classes.iter().map(|(weight, class)| (&class.name, (*weight).into()))),
        "radio": radio,
    });
    written_access::layers(&mut written, model, &device.layers);
    written
}

fn traffic(model: &Model, traffic: &Traffic, s: Style) -> Value {
    let name = |i: usize| model.populations[i].name.as_str();
    let arrivals = match &traffic.arrivals {
        Arrivals::Poisson { per_second } => json!({"poisson": {"rate": s.rate(*per_second)}}),
        Arrivals::Renewal { interval } => json!({"renewal": {"interval": s.law(interval)}}),
        Arrivals::Count { count, from, to } => json!({"count": {"count": count, "from": s.time(*from), "to": s.time(*to)}}),
        Arrivals::At(instants) => json!({"at": instants.iter().map(|t| s.time(*t)).collect::<Vec<_>>()}),
        Arrivals::Hourly { per_second, weights } => json!({"hourly": {"rate": s.rate(*per_second), "weights": weights}}),
        Arrivals::Batches { per_second, sizes, gap } => {
            let sizes: Vec<_> = sizes.iter().map(|(size, weight)| json!({"size": size, "weight": weight})).collect();
            json!({"batches": {"rate": s.rate(*per_second), "sizes": sizes, "gap": s.law(gap)}})
        }
    };
    json!({"from": name(traffic.from), "to": name(traffic.to), "arrivals": arrivals, "message": message(model, &traffic.message, s)})
}

fn message(model: &Model, message: &MessageSpec, s: Style) -> Value {
    let length = match message.length {
        TextLength::Fixed(n) => json!({"fixed": n}),
        TextLength::Lognormal { median, sigma, cap } => json!({"lognormal": {"median": median, "sigma": sigma, "cap": cap}}),
    };
    let imdn = [
        (message.imdn.positive, "positive-delivery"),
        (message.imdn.negative, "negative-delivery"),
        (message.imdn.display, "display"),
    ];
    let mut written = json!({
        "length": length,
        "bytes_per_char": message.bytes_per_char,
        "imdn": imdn.iter().filter(|(asked, _)| *asked).map(|(_, word)| *word).collect::<Vec<_>>(),
        "expires": message.expires.map(|e| s.span(e)),
    });
    written_policy::headers(&mut written, model, &message.headers);
    written
}
