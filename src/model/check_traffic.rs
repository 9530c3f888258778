//! Streams of messages.

use super::check::Check;
use super::check_provider::{headers, population};
use super::leaf;
use super::report::At;
use super::resolved::{Arrivals, ImdnRequested, MessageSpec, RunBlock, TextLength, Traffic};
use crate::units::{Law, SimTime, Span};

/// The cap of a lognormal length that writes none.
const DEFAULT_CAP: u32 = 35_000;

/// All streams, sorted by name.
pub fn traffic(check: &mut Check<'_, '_, '_>, run: Option<&RunBlock>) -> Option<Vec<Traffic>> {
    let Some(all) = check.root.get("traffic") else { return Some(Vec::new()) };
    let read: Vec<_> = all.members().map(|(name, at)| stream(check, name, &at, run)).collect();
    read.into_iter().collect()
}

fn stream<'t>(check: &mut Check<'t, '_, '_>, name: &str, at: &At<'t>, run: Option<&RunBlock>) -> Option<Traffic> {
    let from = at.get("from").and_then(|a| population(check, &a));
    let to = at.get("to").and_then(|a| population(check, &a));
    let arrivals = at.get("arrivals").and_then(|a| arrivals(check, &a, run));
    let message = message(check, at.get("message"));
    Some(Traffic { name: name.to_owned(), from: from?, to: to?, arrivals: arrivals?, message: message? })
}

fn arrivals<'t>(check: &mut Check<'t, '_, '_>, at: &At<'t>, run: Option<&RunBlock>) -> Option<Arrivals> {
    let rate = |at: &At<'t>| at.get("rate").and_then(|r| leaf::rate(r.node).ok());
    match at.only()? {
        ("poisson", inner) => Some(Arrivals::Poisson { per_second: rate(&inner)? }),
        ("renewal", inner) => {
            let interval_at = inner.get("interval")?;
            let interval = check.law(&interval_at)?;
            if interval.is_zero() {
                let problem = "the interval is always zero, so that arrivals would never end";
                check.fault("never-moves", &interval_at, problem, "write an interval above zero");
            }
            Some(Arrivals::Renewal { interval })
        }
        ("count", inner) => count(check, &inner, run),
        ("at", list) => {
            let mut instants = Vec::new();
            for instant in list.elements() {
                instants.push(before_the_end(check, &instant, run)?);
            }
            instants.sort_unstable();
            Some(Arrivals::At(instants))
        }
        ("hourly", inner) => {
            let rate_at = inner.get("rate").or_else(|| check.root.find("msg.rate"))?;
            let weights_at = inner.get("weights").or_else(|| check.root.find("msg.hourly"))?;
            let weights = hours(check, &weights_at)?;
            Some(Arrivals::Hourly { per_second: leaf::rate(rate_at.node).ok()?, weights })
        }
        ("batches", inner) => batches(check, &inner, rate(&inner)),
        _ => None,
    }
}

/// An instant at which something is submitted; one that the run would pass over is a fault.
fn before_the_end<'t>(check: &mut Check<'t, '_, '_>, at: &At<'t>, run: Option<&RunBlock>) -> Option<SimTime> {
    let instant = SimTime::ZERO + leaf::span(at.node, false).ok()?;
    if run.is_some_and(|run| instant >= run.arrivals_until) {
        let problem = "it is not before `run.arrivals_until`, so that nothing would be submitted";
        check.fault("out-of-order", at, problem, "write an earlier instant, or let arrivals end later");
    }
    Some(instant)
}

fn count<'t>(check: &mut Check<'t, '_, '_>, at: &At<'t>, run: Option<&RunBlock>) -> Option<Arrivals> {
    let count = leaf::whole(at.get("count")?.node, 0, u64::from(u32::MAX)).ok()? as u32;
    let from = match at.get("from") {
        Some(a) => before_the_end(check, &a, run)?,
        None => SimTime::ZERO,
    };
    let to = match at.get("to") {
        Some(a) => {
            let to = SimTime::ZERO + leaf::span(a.node, false).ok()?;
            if to < from {
                check.fault("out-of-order", &a, "it is before `from`", "write a later instant");
            }
            if run.is_some_and(|run| to > run.arrivals_until) {
                let problem = "it is after `run.arrivals_until`, so that some would not be submitted";
                check.fault("out-of-order", &a, problem, "write an earlier instant, or let arrivals end later");
            }
            to
        }
        None => run?.arrivals_until,
    };
    Some(Arrivals::Count { count, from, to })
}

/// Weights of the hours, scaled to a mean of one.
fn hours<'t>(check: &mut Check<'t, '_, '_>, at: &At<'t>) -> Option<[f64; 24]> {
    let weights: Vec<f64> = at.elements().map(|w| leaf::number(w.node, false).ok()).collect::<Option<_>>()?;
    let mut weights: [f64; 24] = weights.try_into().ok()?;
    let mean = weights.iter().sum::<f64>() / 24.0;
    if !(mean > 0.0 && mean.is_finite()) {
        let problem = if mean == 0.0 { "all weights are zero" } else { "the sum of the weights is not finite" };
        check.fault("bad-weights", at, problem, "give at least one hour a weight above zero, and none a huge one");
        return None;
    }
    // What has been scaled once is not scaled again, so that a model read back from its own text stays the same.
    if (mean - 1.0).abs() > 1e-12 {
        weights.iter_mut().for_each(|w| *w /= mean);
    }
    Some(weights)
}

fn batches<'t>(check: &mut Check<'t, '_, '_>, at: &At<'t>, rate: Option<f64>) -> Option<Arrivals> {
    let gap = match at.get("gap") {
        Some(a) => check.law(&a),
        None => Some(Law::Constant(Span::ZERO)),
    };
    let list = at.get("sizes")?;
    let mut sizes = Vec::new();
    for item in list.elements() {
        let size = leaf::whole(item.get("size")?.node, 1, 1_000_000).ok()? as u32;
        sizes.push((size, leaf::number(item.get("weight")?.node, false).ok()?));
    }
    let sum: f64 = sizes.iter().map(|(_, w)| w).sum();
    if !(sum > 0.0 && sum.is_finite()) {
        check.fault(
            "bad-weights",
            &list,
            "the weights have no sum above zero",
            "give at least one size a weight above zero, and none a huge one",
        );
    }
    Some(Arrivals::Batches { per_second: rate?, sizes, gap: gap? })
}

fn message<'t>(check: &mut Check<'t, '_, '_>, at: Option<At<'t>>) -> Option<MessageSpec> {
    let own = |field: &str| at.as_ref().and_then(|at| at.get(field));
    let headers = headers(check, &own);
    let length = text_length(&own("length").or_else(|| check.root.find("msg.length_chars"))?);
    let factor = own("bytes_per_char").or_else(|| check.root.find("msg.utf8_factor"))?;
    let bytes_per_char = leaf::number(factor.node, true).ok()?;
    if bytes_per_char > 1000.0 {
        check.fault("out-of-range", &factor, "no character takes more than 1000 bytes", "write a smaller number");
    }
    let mut imdn = ImdnRequested::default();
    for disposition in at.as_ref().map(|at| at.elements_of("imdn")).unwrap_or_default() {
        match disposition.text()? {
            "positive-delivery" => imdn.positive = true,
            "negative-delivery" => imdn.negative = true,
            "display" => imdn.display = true,
            _ => return None,
        }
    }
    let expires = match own("expires") {
        Some(a) if a.node.data != super::tree::Data::Null => Some(leaf::span(a.node, false).ok()?),
        _ => None,
    };
    Some(MessageSpec { length: length?, bytes_per_char, imdn, expires, headers: headers? })
}

fn text_length(at: &At<'_>) -> Option<TextLength> {
    let count = |node| leaf::whole(node, 1, 10_000_000).ok().map(|n| n as u32);
    match at.only()? {
        ("fixed", inner) => Some(TextLength::Fixed(count(inner.node)?)),
        ("lognormal", inner) => Some(TextLength::Lognormal {
            median: leaf::number(inner.get("median")?.node, true).ok()?,
            sigma: leaf::number(inner.get("sigma")?.node, false).ok()?,
            cap: match inner.get("cap") {
                Some(cap) => count(cap.node)?,
                None => DEFAULT_CAP,
            },
        }),
        _ => None,
    }
}
