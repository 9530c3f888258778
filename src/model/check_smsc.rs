//! Gateways and service centres: whom they speak to, schedules, validity.

use super::check::{Check, bound};
use super::leaf;
use super::report::At;
use super::resolved::{FunctionKind, IwfParams, Model, SmscParams};
use super::shape::{Choice, Shape, Word, choice, must, record};
use crate::delivery::axes as axis;
use crate::delivery::sms::RetrySchedule;
use crate::units::Span;

const SPAN: &Shape = &Shape::Span { forever: false };

/// Intervals between attempts.
pub static SCHEDULE: Shape = choice!(&Choice {
    noun: "a schedule of retries",
    bare: None,
    variants: &[
        must!(
            "geometric",
            &record!(&[
                must!("first", SPAN, "After the first failure."),
                must!("factor", &Shape::Number { above_zero: true }, "Each wait is so many times the one before; 1 or more."),
                must!("cap", SPAN, "The longest wait."),
            ]),
            "Waits that grow.",
        ),
        must!("list", &Shape::List { of: SPAN, least: 1, most: 10_000 }, "The waits one by one; the last one repeats."),
    ],
});

/// How a validity is said to a service centre.
pub static ENCODINGS: &[Word] = &[
    Word { word: "relative", says: "In steps of 5 minutes to a week (TS 23.040 9.2.3.12.1), rounded down; 5 minutes at least." },
    Word { word: "absolute", says: "To the end of the message's life or of `smsc.validity`, whichever comes first." },
];

/// A gateway.
pub fn iwf<'t>(check: &mut Check<'t, '_, '_>, at: &At<'t>) -> Option<IwfParams> {
    let hlr = check.function(at.get("hlr"), at, "hlr", "hlr", false);
    let smscs = centres(check, at);
    let alert_reaction = check.law_or(at.find("iwf.alert_reaction"), "smsc.alert_reaction");
    let map_guard = check.span_or(at.find("iwf.map_guard"), "map.guard");
    let forward_guard = check.span_or(at.find("iwf.forward_guard"), "map.forward_guard");
    let validity = check.span_or(at.find("iwf.validity"), "smsc.validity");
    let status_wait = check.span_or(at.find("iwf.status_wait"), "smsc.status_wait");
    let encoding = at.find("iwf.encoding").or_else(|| check.root.find("vp.encoding")).and_then(|at| Some(at.text()? == "relative"));
    Some(IwfParams {
        hlr: hlr??,
        alert_reaction: alert_reaction?,
        map_guard: map_guard?,
        forward_guard: forward_guard?,
        smscs: smscs?,
        validity: validity?,
        relative_validity: encoding?,
        status_wait: status_wait?,
    })
}

/// The service centres that a gateway names, or all of the model, in order of name.
fn centres<'t>(check: &mut Check<'t, '_, '_>, at: &At<'t>) -> Option<Vec<usize>> {
    let Some(written) = at.get("smsc") else {
        return Some((0..check.functions.len()).filter(|i| check.functions[*i].1 == "smsc").collect());
    };
    let named: Vec<_> = written.elements().map(|item| check.function(Some(item), at, "smsc", "smsc", false).flatten()).collect();
    let mut all = named.into_iter().collect::<Option<Vec<usize>>>()?;
    let count = all.len();
    all.sort_unstable();
    all.dedup();
    if all.len() < count {
        check.fault("duplicate-name", &written, "a service centre stands twice in the list", "name each once");
    }
    Some(all)
}

/// A service centre.
pub fn smsc<'t>(check: &mut Check<'t, '_, '_>, at: &At<'t>) -> Option<SmscParams> {
    let own = |field: &str| at.find(&format!("smsc.{field}"));
    let hlr = check.function(at.get("hlr"), at, "hlr", "hlr", false);
    let alert_reaction = check.law_or(own("alert_reaction"), "smsc.alert_reaction");
    let first_delay = check.span_or(own("first_delay"), "smsc.first_delay");
    let retry = own("retry").or_else(|| check.root.find("smsc.retry")).and_then(|at| schedule(check, &at));
    let busy_at = own("busy_retry").or_else(|| check.root.find("smsc.busy_retry"));
    let busy_retry = check.span_or(own("busy_retry"), "smsc.busy_retry");
    if let (Some(Span::ZERO), Some(at)) = (busy_retry, busy_at) {
        stands_still(check, &at);
    }
    let capacity = own("capacity").or_else(|| check.root.find("smsc.capacity")).and_then(|at| bound(&at));
    let random_loss = check.probability_or(own("random_loss"), "sms.random_loss");
    let duplicate = check.probability_or(own("duplicate"), "sms.duplicate");
    let map_guard = check.span_or(own("map_guard"), "map.guard");
    let forward_guard = check.span_or(own("forward_guard"), "map.forward_guard");
    Some(SmscParams {
        hlr: hlr??,
        alert_reaction: alert_reaction?,
        first_delay: first_delay?,
        retry: retry?,
        busy_retry: busy_retry?,
        capacity: capacity?,
        random_loss: random_loss?,
        duplicate: duplicate?,
        map_guard: map_guard?,
        forward_guard: forward_guard?,
    })
}

fn schedule<'t>(check: &mut Check<'t, '_, '_>, at: &At<'t>) -> Option<RetrySchedule> {
    let (name, inner) = at.node.only()?;
    let schedule = if name == "list" {
        RetrySchedule::List(inner.list()?.iter().map(|node| leaf::span(node, false).ok()).collect::<Option<_>>()?)
    } else {
        let span = |name: &str| leaf::span(inner.get(name)?, false).ok();
        let factor = leaf::number(inner.get("factor")?, true).ok()?;
        if factor < 1.0 {
            let problem = "each wait would be shorter than the one before, down to none";
            check.fault("out-of-range", at, problem, "write a factor of 1 or more");
            return None;
        }
        RetrySchedule::Geometric { first: span("first")?, factor, cap: span("cap")? }
    };
    if schedule.shortest() == Span::ZERO {
        stands_still(check, at);
        return None;
    }
    Some(schedule)
}

fn stands_still<'t>(check: &mut Check<'t, '_, '_>, at: &At<'t>) {
    let problem = "a wait before the next attempt is zero, so that time would stand still";
    check.fault("never-moves", at, problem, "write times above zero");
}

/// In this mode a gateway has to have a service centre.
pub fn centres_exist(check: &mut Check<'_, '_, '_>, model: &Model) {
    if !model.axes.is(axis::IW_MODE, "smsc") {
        return;
    }
    for function in &model.functions {
        let FunctionKind::Iwf(iwf) = &function.kind else { continue };
        if iwf.smscs.is_empty() {
            let at = check.root.find("functions").and_then(|all| all.get(&function.name)).unwrap_or_else(|| check.root.clone());
            let problem = "`iw-mode=smsc` needs a service centre, and this gateway has none";
            let remedy = "add a function with \"kind\": \"smsc\" and its links, as lib/service_centre.json does, or write \"axes\": {\"iw-mode\": \"direct\"}";
            check.fault("missing-function", &at, problem, remedy);
        }
    }
}
