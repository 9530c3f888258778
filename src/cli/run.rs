//! `run`: one run, its metrics, its ledger and its fingerprints.

use std::fmt::Write as _;
use std::io::BufWriter;
use std::path::Path;

use serde_json::{Map, Value, json};

use super::args::Run;
use super::exit::Exit;
use super::one_run::{self, Point};
use super::print::{self, Stop};
use super::whole::Whole;
use crate::experiment::one::Watched;
use crate::experiment::tally::Tally;
use crate::experiment::trace::Trace;
use crate::results::{Metric, PointData, hex};

pub fn obey(args: &Run) -> Result<Exit, Stop> {
    let point = one_run::point(&args.which.model, &args.which.set.set, args.which.profile.as_deref())?;
    let run = match &args.trace {
        None => one_run::make(&args.which, &point, Tally::default())?,
        Some(path) => traced(args, &point, path)?,
    };
    let text = if args.json { as_json(&point, &run) } else { as_text(&point, &run) };
    print::out(&text)?;
    Ok(Exit::Done)
}

/// The run with its trace in `path`, which appears whole or not at all.
fn traced(args: &Run, point: &Point, path: &Path) -> Result<Watched<Tally>, Stop> {
    let whole = Whole::of(path).map_err(|e| Stop::file(path, "create the file", &e))?;
    let file = whole.create().map_err(|e| Stop::file(path, "create the file", &e))?;
    let trace = Trace::new(BufWriter::with_capacity(1 << 16, file), point.names(&args.which));
    let made = one_run::make(&args.which, point, (Tally::default(), trace));
    let run = made.and_then(|run| {
        let (tally, trace) = run.watcher;
        let (lines, _) = trace.finish().map_err(|e| Stop::file(path, "write the trace", &e))?;
        whole.finish().map_err(|e| Stop::file(path, "rename the finished trace", &e))?;
        print::say(format_args!("{lines} lines of trace in {}", path.display()));
        Ok(Watched { record: run.record, outcome: run.outcome, watcher: tally })
    });
    if run.is_err() {
        whole.discard();
    }
    run
}

/// The metrics that this run has a value for.
fn values(run: &Watched<Tally>) -> Vec<(&'static str, f64)> {
    let mut data = PointData::new();
    data.push(&run.record);
    let metrics: Vec<&Metric> = Metric::built().collect();
    let estimates = data.estimates(&metrics, 0.95);
    metrics.iter().zip(estimates).filter_map(|(metric, e)| Some((metric.name.as_str(), e.estimate?))).collect()
}

fn as_text(point: &Point, run: &Watched<Tally>) -> String {
    let (record, outcome, tally) = (&run.record, &run.outcome, &run.watcher);
    let mut out = String::new();
    let line = |out: &mut String, text: std::fmt::Arguments<'_>| writeln!(out, "{text}").expect("text grows");
    line(
        &mut out,
        format_args!(
            "model {}, profile {}, seed {}, replicate {}",
            point.model.name, record.profile, record.seed, record.replicate
        ),
    );
    line(&mut out, format_args!("window {} to {}, end {}", outcome.window.0, outcome.window.1, outcome.end));
    line(&mut out, format_args!("{} events, {} ties, {} undefined inputs", outcome.events, outcome.ties, outcome.undefined));
    for (function, state, input) in &outcome.undefined_kinds {
        line(&mut out, format_args!("  undefined: {input} at a {function} in state {state}"));
    }
    line(&mut out, format_args!("\nmessages ({} in all, {} in the window)", tally.messages, tally.measured));
    for (name, n) in tally.outcomes() {
        line(&mut out, format_args!("  {name:<32} {n:>10}  {:>7.3} %", 100.0 * n as f64 / tally.messages as f64));
    }
    line(&mut out, format_args!("\ncopies ({})", tally.copies));
    for (name, n) in &tally.fates {
        line(&mut out, format_args!("  {name:<32} {n:>10}"));
    }
    line(&mut out, format_args!("\nmetrics"));
    let values = values(run);
    let width = values.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    for (name, value) in values {
        line(&mut out, format_args!("  {name:<width$}  {value}"));
    }
    line(
        &mut out,
        format_args!("\nfingerprints\n  trace {}\n  fate  {}", hex(&record.trace_fingerprint), hex(&record.fate_fingerprint)),
    );
    out
}

fn as_json(point: &Point, run: &Watched<Tally>) -> String {
    let (record, outcome, tally) = (&run.record, &run.outcome, &run.watcher);
    let metrics: Map<String, Value> = values(run).into_iter().map(|(name, value)| (name.to_owned(), json!(value))).collect();
    let outcomes: Map<String, Value> = tally.outcomes().map(|(name, n)| (name.to_owned(), json!(n))).collect();
    let tags: Map<String, Value> = outcome.tags.iter().map(|(tag, n)| (tag.id().to_owned(), json!(n))).collect();
    let value = json!({
        "model": point.model.name, "model_id": hex(&record.model_id), "run_id": hex(&record.run_id), "results_version": record.results_version,
        "profile": record.profile, "seed": record.seed, "replicate": record.replicate,
        "window_ns": [record.window_start_ns, record.window_end_ns], "end_ns": record.end_ns,
        "events": outcome.events, "ties": outcome.ties, "undefined": outcome.undefined,
        "undefined_kinds": outcome.undefined_kinds.iter().map(|(f, s, i)| json!({"function": f, "state": s, "input": i})).collect::<Vec<_>>(),
        "messages": {"all": tally.messages, "measured": tally.measured, "outcomes": outcomes},
        "copies": {"all": tally.copies, "fates": tally.fates},
        "metrics": metrics, "statements": tags,
        "trace_fingerprint": hex(&record.trace_fingerprint), "fate_fingerprint": hex(&record.fate_fingerprint),
    });
    serde_json::to_string_pretty(&value).expect("plain data") + "\n"
}
