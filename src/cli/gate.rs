//! `gate`: pinned runs and expectations against an accepted baseline, for continuous integration.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::atomic::AtomicBool;

use serde_json::json;

use super::args::Gate;
use super::exit::Exit;
use super::faults;
use super::panic::quoted;
use super::print::{self, Stop};
use super::progress::{Progress, threads};
use super::whole::Whole;
use crate::experiment::axis::label_of;
use crate::experiment::evidence::Runs;
use crate::experiment::expect::{Judgement, Relation, judge};
use crate::experiment::fates::Fates;
use crate::experiment::gate::{Baseline, Finding, PinnedRun, PinnedValue, junit};
use crate::experiment::one::{Broken, make_watched};
use crate::experiment::open::{Opened, open};
use crate::experiment::oracles::Found;
use crate::experiment::plan::Plan;
use crate::experiment::runner::{Ended, run_all};
use crate::results::{Metric, PointData, RESULTS_VERSION, RunRecord, hex};

/// A run, with the digests of its messages by number.
type Pinned = (RunRecord, Vec<(u32, u32)>);

pub fn obey(args: &Gate) -> Result<Exit, Stop> {
    let opened = open(&args.experiment).map_err(|f| faults::stop(&f, "nothing was run"))?;
    let replicates = opened.experiment.as_ref().map_or(1, |e| e.gate_replicates.min(e.replicates.max(1)));
    let made = opened.outline(&[], &[], None, Some(replicates)).and_then(|outline| opened.plan(outline));
    let (plan, warnings) = made.map_err(|f| faults::stop(&f, "nothing was run"))?;
    faults::warn(&warnings);
    // What cannot be compared should not cost the runs first.
    let accepted = if args.accept { None } else { Some(read(&args.baseline)?) };
    let runs = pinned(&plan, args)?;
    let judgement = judged(&opened, &plan, &runs, accepted.as_ref());
    let invariants = invariants(&plan, args, &runs);
    let now = baseline(&opened, &plan, runs, &judgement);
    let Some(accepted) = accepted else {
        put(&args.baseline, now.text().as_bytes())?;
        print::out(&format!("{} accepted in {}\n", print::count(now.runs.len(), "run"), args.baseline.display()))?;
        return Ok(invariants);
    };
    let findings = accepted.against(&now);
    if let Some(path) = &args.junit {
        put(path, junit(&now, &findings).as_bytes())?;
    }
    print::out(&told(args, &plan, &now, &findings, &judgement))?;
    Ok(invariants.and(if findings.is_empty() { Exit::Done } else { Exit::Finding }))
}

/// Tells which mandated invariants were broken in the pinned runs, each with the command that shows it.
fn invariants(plan: &Plan, args: &Gate, runs: &[Pinned]) -> Exit {
    let mut found = Found::default();
    runs.iter().enumerate().for_each(|(n, (record, _))| found.add(n, record));
    for finding in found.first() {
        let run = plan.run(finding.run);
        let (verb, words) = match finding.place.message {
            Some(message) => ("explain", format!(" --message {message}")),
            None => ("run", " --trace trace.jsonl".to_owned()),
        };
        print::say(format_args!("{}\n  {}{words}", finding.text(), command(verb, args, plan, run.point, run.replicate)));
    }
    if found.findings() > 0 { Exit::Finding } else { Exit::Done }
}

/// Makes the pinned runs: records with the digests of their messages, in plan order.
fn pinned(plan: &Plan, args: &Gate) -> Result<Vec<Pinned>, Stop> {
    let progress = Progress::new(plan.len() as u64);
    let todo: Vec<usize> = (0..plan.len()).collect();
    let mut made = BTreeMap::new();
    let taken = run_all(
        &todo,
        threads(args.jobs),
        &AtomicBool::new(false),
        |n| {
            let run = plan.run(n);
            let point = &plan.points[run.point];
            let made =
                make_watched(&point.resolved.model, point.model_id, run.id, plan.seed, run.replicate, false, Fates::default())?;
            Ok((made.record, made.watcher.finish()))
        },
        |n, ended| {
            progress.at(made.len() as u64 + 1);
            match ended {
                Ended::Done(run) => {
                    made.insert(n, run);
                    Ok(())
                }
                Ended::Failed(Broken::Stopped(what)) => Err((Exit::Short, n, what)),
                Ended::Failed(Broken::Bug(what)) | Ended::Panicked(what) => Err((Exit::Bug, n, what)),
            }
        },
    );
    progress.clear();
    match taken {
        Ok(()) => Ok(made.into_values().collect()),
        Err((exit, n, what)) => {
            let run = plan.run(n);
            let command = command("run", args, plan, run.point, run.replicate);
            Err(Stop::Told(
                exit,
                print::error(
                    format_args!("a pinned run did not come to its end: {what}"),
                    format_args!("this repeats it:\n  {command}"),
                ),
            ))
        }
    }
}

fn judged(opened: &Opened, plan: &Plan, runs: &[Pinned], accepted: Option<&Baseline>) -> Judgement {
    let expectations = opened.experiment.as_ref().map(|e| e.expect.as_slice()).unwrap_or_default();
    let places = plan.places();
    let mut evidence = Runs::new(&places, |point| point_data(plan, runs, point));
    if let Some(accepted) = accepted {
        evidence = evidence.with_baseline(accepted);
    }
    judge(expectations, &places, &evidence)
}

fn point_data(plan: &Plan, runs: &[Pinned], point: usize) -> PointData {
    let mut data = PointData::new();
    let first = point * plan.replicates as usize;
    runs[first..first + plan.replicates as usize].iter().for_each(|(run, _)| data.push(run));
    data
}

/// The present behaviour as a baseline.
fn baseline(opened: &Opened, plan: &Plan, runs: Vec<Pinned>, judgement: &Judgement) -> Baseline {
    let mut now = Baseline::new(&plan.name, RESULTS_VERSION, plan.seed);
    let expectations = opened.experiment.as_ref().map(|e| e.expect.as_slice()).unwrap_or_default();
    for expectation in expectations.iter().filter(|e| matches!(e.relation, Relation::EquivalentToBaseline { .. })) {
        for (number, point) in plan.points.iter().enumerate() {
            let here = expectation.at.iter().all(|(axis, label)| point.place.labels.get(axis) == Some(label));
            let metric = Metric::named(&expectation.metric).expect("the file was checked");
            let value = if here { point_data(plan, &runs, number).estimate(metric, 0.95).estimate } else { None };
            let pinned = value.map(|value| PinnedValue { at: point.place.labels.clone(), metric: metric.name.clone(), value });
            now.values.extend(pinned.filter(|p| now.value(&p.at, &p.metric).is_none()));
        }
    }
    now.pin(judgement);
    let pin = |(n, (record, digests)): (usize, Pinned)| {
        let run = plan.run(n);
        PinnedRun::new(plan.points[run.point].place.labels.clone(), run.replicate, &hex(&record.fate_fingerprint), &digests)
    };
    now.runs = runs.into_iter().enumerate().map(pin).collect();
    now
}

fn told(args: &Gate, plan: &Plan, now: &Baseline, findings: &[Finding], judgement: &Judgement) -> String {
    if args.json {
        let list: Vec<_> = findings.iter().map(|f| json!({"place": f.place, "what": f.what, "message": f.message})).collect();
        let value = json!({"runs": now.runs.len(), "findings": list, "expectations": judgement.json()});
        return serde_json::to_string_pretty(&value).expect("plain data") + "\n";
    }
    if findings.is_empty() {
        let verdicts = print::count(judgement.rows.len(), "verdict");
        return format!("{} and {verdicts} as accepted in {}\n", print::count(now.runs.len(), "run"), args.baseline.display());
    }
    let mut out: String = findings.iter().map(|f| format!("{}: {}\n", f.place, f.what)).collect();
    let first = findings.iter().find_map(|f| Some((f.run.as_ref()?, f.message?)));
    if let Some(((at, replicate), message)) = first
        && let Some(point) = plan.points.iter().position(|p| p.place.labels == *at)
    {
        out.push_str(&format!("its story: {} --message {message}\n", command("explain", args, plan, point, *replicate)));
    }
    out.push_str(&format!(
        "{}; `--accept` takes the present behaviour as the new baseline\n",
        print::count(findings.len(), "finding")
    ));
    out
}

/// The command that repeats a run of the plan.
fn command(verb: &str, args: &Gate, plan: &Plan, point: usize, replicate: u32) -> String {
    let mut words =
        format!("cpmsim {verb} {} --seed {} --replicate {replicate}", quoted(&args.experiment.display().to_string()), plan.seed);
    for (path, value) in &plan.points[point].set {
        words.push_str(&format!(" --set {}", quoted(&format!("{path}={}", label_of(value)))));
    }
    words
}

fn read(path: &Path) -> Result<Baseline, Stop> {
    let text = fs::read_to_string(path).map_err(|e| match e.kind() {
        std::io::ErrorKind::NotFound => {
            Stop::input(format_args!("{}: there is no such file", path.display()), "make the first baseline with --accept")
        }
        _ => Stop::file(path, "read", &e),
    })?;
    Baseline::parse(&text)
        .map_err(|problem| Stop::input(format_args!("{}: {problem}", path.display()), "make it anew with --accept"))
}

/// Writes a file whole or not at all.
fn put(path: &Path, bytes: &[u8]) -> Result<(), Stop> {
    Whole::put(path, bytes).map_err(|e| Stop::file(path, "write", &e))
}
