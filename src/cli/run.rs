//! `run`: one run, its metrics, its ledger and its fingerprints.

use std::fmt::Write as _;
use std::fs::File;
use std::io::BufWriter;
use std::path::Path;

use serde_json::{Map, Value, json};

use super::args::Run;
use super::exit::Exit;
use super::one_run::{self, Point, options};
use super::panic::quoted;
use super::print::{self, Stop};
use super::whole::Whole;
use crate::experiment::one::Watched;
use crate::experiment::oracles::Found;
use crate::experiment::pcap::Capture;
use crate::experiment::tally::Tally;
use crate::experiment::trace::Trace;
use crate::results::{Metric, PointData, hex};

pub fn obey(args: &Run) -> Result<Exit, Stop> {
    let point = one_run::point(&args.which.model, &args.which.set.set, args.which.profile.as_deref())?;
    let run = watched(args, &point)?;
    let mut found = Found::default();
    found.add(0, &run.record);
    let text = if args.json { as_json(&point, &run, &found) } else { as_text(&point, &run, &found) };
    print::out(&text)?;
    for finding in found.first() {
        print::say(format_args!("{}\n  {}", finding.text(), shows(args, &point, finding.place.message)));
    }
    Ok(if found.findings() > 0 { Exit::Finding } else { Exit::Done })
}

/// The command that shows what was broken: the story of the message, or the trace of the run.
fn shows(args: &Run, point: &Point, message: Option<u32>) -> String {
    let which = &args.which;
    let words = format!("{}{}", quoted(&which.model.display().to_string()), options(which, which.seed.unwrap_or(point.seed)));
    match message {
        Some(message) => format!("cpmsim explain {words} --message {message}"),
        None => format!("cpmsim run {words} --trace trace.jsonl"),
    }
}

/// The run, with the files that are asked for. They appear whole or not at all.
fn watched(args: &Run, point: &Point) -> Result<Watched<Tally>, Stop> {
    let places = (args.trace.as_deref().map(Whole::of), args.pcap.as_deref().map(Whole::of));
    let same = matches!(&places, (Some(Ok(trace)), Some(Ok(capture))) if trace.meets(capture));
    if same || (args.trace.is_some() && args.trace == args.pcap) {
        return Err(Stop::input("--trace and --pcap name the same file", "give each a file of its own"));
    }
    let trace = args.trace.as_deref().map(|path| Output::create(path, "trace")).transpose()?;
    let capture = args.pcap.as_deref().map(|path| Output::create(path, "capture")).transpose()?;
    let names = || point.names(&args.which);
    match (trace, capture) {
        (None, None) => one_run::make(&args.which, point, Tally::default()),
        (Some((trace, file)), None) => {
            let run = one_run::make(&args.which, point, (Tally::default(), Trace::new(file, names())))?;
            let (tally, watcher) = run.watcher;
            trace.finish(watcher.finish(), "lines of trace")?;
            Ok(Watched { record: run.record, outcome: run.outcome, watcher: tally })
        }
        (None, Some((capture, file))) => {
            let run = one_run::make(&args.which, point, (Tally::default(), Capture::new(file, names())))?;
            let (tally, watcher) = run.watcher;
            capture.finish(watcher.finish(), "SIP messages")?;
            Ok(Watched { record: run.record, outcome: run.outcome, watcher: tally })
        }
        (Some((trace, lines)), Some((capture, packets))) => {
            let both = (Trace::new(lines, names()), Capture::new(packets, names()));
            let run = one_run::make(&args.which, point, (Tally::default(), both))?;
            let (tally, (lines, packets)) = run.watcher;
            trace.finish(lines.finish(), "lines of trace")?;
            capture.finish(packets.finish(), "SIP messages")?;
            Ok(Watched { record: run.record, outcome: run.outcome, watcher: tally })
        }
    }
}

/// A file that a run is written to. Given up before its end, it is taken away.
struct Output<'a> {
    path: &'a Path,
    whole: Whole,
    what: &'static str,
    finished: bool,
}

type Buffered = BufWriter<File>;

impl<'a> Output<'a> {
    fn create(path: &'a Path, what: &'static str) -> Result<(Output<'a>, Buffered), Stop> {
        let error = |e| Stop::file(path, "create the file", &e);
        let whole = Whole::of(path).map_err(error)?;
        let file = whole.create().map_err(error)?;
        Ok((Output { path, whole, what, finished: false }, BufWriter::with_capacity(1 << 16, file)))
    }

    /// Puts the file in its place once all was written.
    fn finish(mut self, written: std::io::Result<(u64, Buffered)>, unit: &str) -> Result<(), Stop> {
        let (count, _) = written.map_err(|e| Stop::file(self.path, &format!("write the {}", self.what), &e))?;
        self.whole.finish().map_err(|e| Stop::file(self.path, &format!("rename the finished {}", self.what), &e))?;
        self.finished = true;
        print::say(format_args!("{count} {unit} in {}", self.path.display()));
        Ok(())
    }
}

impl Drop for Output<'_> {
    fn drop(&mut self) {
        if !self.finished {
            self.whole.discard();
        }
    }
}

/// The metrics that this run has a value for.
fn values(run: &Watched<Tally>) -> Vec<(&'static str, f64)> {
    let mut data = PointData::new();
    data.push(&run.record);
    let metrics: Vec<&Metric> = Metric::built().collect();
    let estimates = data.estimates(&metrics, 0.95);
    metrics.iter().zip(estimates).filter_map(|(metric, e)| Some((metric.name.as_str(), e.estimate?))).collect()
}

fn as_text(point: &Point, run: &Watched<Tally>, found: &Found) -> String {
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
    line(&mut out, format_args!("\n{}", found.table().trim_end()));
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

fn as_json(point: &Point, run: &Watched<Tally>, found: &Found) -> String {
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
        "oracles": found.json(), "metrics": metrics, "statements": tags,
        "trace_fingerprint": hex(&record.trace_fingerprint), "fate_fingerprint": hex(&record.fate_fingerprint),
    });
    serde_json::to_string_pretty(&value).expect("plain data") + "\n"
}
