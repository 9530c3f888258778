//! `sweep`: the runs of an experiment that are missing, then tables, figures and verdicts.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::args::Sweep;
use super::exit::Exit;
use super::faults;
use super::figures;
use super::panic::quoted;
use super::print::{self, Stop};
use super::progress::{Progress, interruption, threads};
use crate::experiment::assemble::{Finished, finish, inputs};
use crate::experiment::axis::label_of;
use crate::experiment::expect::{Expectation, Verdict};
use crate::experiment::open::{Opened, open};
use crate::experiment::plan::{Plan, PlannedRun, Settings};
use crate::experiment::shard::{Shard, TICKET, Ticket, Words};
use crate::experiment::sweep::{Made, Trouble, missing, sweep};
use crate::report::{self, Folder};
use crate::results::{AssembleOptions, Journal, ResultsError, put_file, write_host};

/// Width of tables, in characters.
const WIDTH: usize = 120;

pub fn obey(args: &Sweep) -> Result<Exit, Stop> {
    let words = Words {
        file: args.file.display().to_string(),
        vary: args.vary.clone(),
        set: args.set.set.clone(),
        seed: args.seed,
        replicates: args.replicates,
        messages: args.messages,
    };
    let work = Work::of(words)?;
    let plan = &work.plan;
    let shard = args.shard.unwrap_or(Shard::WHOLE);
    let dir = args.out.clone().unwrap_or_else(|| {
        let whole = PathBuf::from("results").join(&plan.name);
        args.shard.map_or(whole, |s| PathBuf::from("results").join(format!("{}.shard-{}-of-{}", plan.name, s.number, s.of)))
    });
    if args.plan {
        let journal = Journal::read(&dir).map_err(results_stop)?;
        print::out(&planned(plan, &journal, &dir, args, shard))?;
        return Ok(Exit::Done);
    }
    let mut journal = Journal::open(&dir, args.discard_stale).map_err(results_stop)?;
    journal.warnings().iter().for_each(print::say);
    let begun = Instant::now();
    let made = make(plan, &mut journal, args, shard)?;
    let seconds = begun.elapsed().as_secs_f64();
    let trouble = match (made.bugs.is_empty(), made.stopped.is_empty()) {
        (false, _) => Exit::Bug,
        (true, false) => Exit::Short,
        (true, true) => Exit::Done,
    };
    if made.left > 0 {
        let (kept, left) = (made.kept + made.done, made.left);
        print::say(format_args!(
            "interrupted: {kept} runs are kept in {}, {left} are left; the same command goes on from there",
            dir.display()
        ));
        tell_trouble(&work, &made);
        return Ok(Exit::Short.and(trouble));
    }
    if args.shard.is_some() {
        // The ticket says that the shard is complete: where runs are missing it must not be there.
        if trouble == Exit::Done {
            put_file(&dir, TICKET, Ticket::new(shard, plan, work.words.clone()).text().as_bytes()).map_err(results_stop)?;
        }
        let runs = print::count(made.done + made.kept, "run");
        print::out(&format!("shard {} of {}: {runs} in {}\n", shard.number, shard.of, dir.display()))?;
        tell_trouble(&work, &made);
        return Ok(trouble);
    }
    write_host(&dir, &host(&made, args, seconds)).map_err(results_stop)?;
    conclude(&work, &dir, &journal, &made, seconds, args.json)
}

/// What is to be swept: the opened file and its plan.
pub struct Work {
    pub words: Words,
    pub opened: Opened,
    pub plan: Plan,
    set: Settings,
}

impl Work {
    /// Reads the file and makes the plan. All faults are told at once.
    pub fn of(words: Words) -> Result<Work, Stop> {
        let begin = || {
            let opened = open(Path::new(&words.file))?;
            let outline = opened.outline(&words.vary, &words.set, words.seed, words.replicates)?;
            let set = outline.set.clone();
            let (plan, warnings) = opened.plan(outline)?;
            figures::check(&opened, &plan)?;
            Ok((opened, plan, set, warnings))
        };
        let (opened, plan, set, warnings) = begin().map_err(|f| faults::stop(&f, "nothing was run"))?;
        faults::warn(&warnings);
        for (a, b) in plan.same_models() {
            print::say(format_args!("points {a} and {b} are the same model: what differs between them changes nothing"));
        }
        Ok(Work { words, opened, plan, set })
    }
}

/// Tables, figures and verdicts of a folder whose runs are made, and the last words.
pub fn conclude(work: &Work, dir: &Path, journal: &Journal, made: &Made, seconds: f64, as_json: bool) -> Result<Exit, Stop> {
    let Work { opened, plan, set, words } = work;
    let expectations = expectations(opened, plan);
    let description = opened.experiment.as_ref().and_then(|e| e.description.as_deref());
    let options =
        AssembleOptions { messages: words.messages, inputs: inputs(plan, description, set), ..AssembleOptions::default() };
    let finished = finish(dir, plan, journal, &options, &opened.figures(), &expectations).map_err(results_stop)?;
    let drawn = figures::draw(dir, &[])?;
    let last = Last { plan, made, finished: &finished, drawn: &drawn, dir, seconds };
    let text = if as_json { last.json() } else { last.text(opened)? };
    print::out(&text)?;
    for finding in last.finished.oracles.first() {
        let run = plan.run(finding.run);
        print::say(format_args!("{}\n  {}", finding.text(), shows(work, &run, finding.place.message)));
    }
    tell_trouble(work, made);
    Ok(last.exit())
}

/// The runs that are missing, with progress and a hand on Ctrl-C.
fn make(plan: &Plan, journal: &mut Journal, args: &Sweep, shard: Shard) -> Result<Made, Stop> {
    let todo = missing(plan, journal, args.messages, shard).len();
    let progress = Progress::new(todo as u64);
    let made = sweep(plan, journal, args.messages, shard, threads(args.jobs), interruption(), |made| {
        progress.at((made.done + made.stopped.len() + made.bugs.len()) as u64);
    });
    progress.clear();
    made.map_err(results_stop)
}

/// The expectations that this plan can answer; with `--vary` some may be about points that are not in it.
fn expectations(opened: &Opened, plan: &Plan) -> Vec<Expectation> {
    let all = opened.experiment.as_ref().map(|e| e.expect.clone()).unwrap_or_default();
    let known =
        |e: &Expectation| e.at.iter().all(|(axis, label)| plan.points.iter().any(|p| p.place.labels.get(axis) == Some(label)));
    let (kept, left): (Vec<_>, Vec<_>) = all.into_iter().partition(known);
    if !left.is_empty() {
        print::say(format_args!("{} about points outside this plan: not judged", print::count(left.len(), "expectation")));
    }
    kept
}

fn planned(plan: &Plan, journal: &Journal, dir: &Path, args: &Sweep, shard: Shard) -> String {
    let todo = missing(plan, journal, args.messages, shard);
    let mut by_point = vec![0u32; plan.points.len()];
    todo.iter().for_each(|n| by_point[plan.run(*n).point] += 1);
    if args.json {
        let points: Vec<Value> = plan
            .points
            .iter()
            .zip(&by_point)
            .map(|(p, n)| json!({"point": p.number, "at": p.place.labels, "missing": n}))
            .collect();
        let value =
            json!({"seed": plan.seed, "replicates": plan.replicates, "runs": plan.len(), "missing": todo.len(), "points": points});
        return serde_json::to_string_pretty(&value).expect("plain data") + "\n";
    }
    let mut out = format!(
        "{}, seed {}, {} each\n",
        print::count(plan.points.len(), "point"),
        plan.seed,
        print::count(plan.replicates as usize, "run")
    );
    for (point, n) in plan.points.iter().zip(by_point) {
        let at: Vec<String> = point.place.labels.iter().map(|(axis, label)| format!("{axis}={label}")).collect();
        writeln!(out, "  {:>5}  {}  ({n} missing)", point.number, at.join("  ")).expect("text grows");
    }
    writeln!(out, "{} of {} runs are missing in {}", todo.len(), plan.len(), dir.display()).expect("text grows");
    out
}

/// What differs between equal sweeps.
fn host(made: &Made, args: &Sweep, seconds: f64) -> Value {
    let unix = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or(Duration::ZERO).as_secs();
    json!({
        "finished_unix_s": unix, "seconds": seconds, "jobs": threads(args.jobs), "runs_made": made.done, "runs_kept": made.kept,
        "os": std::env::consts::OS, "arch": std::env::consts::ARCH,
    })
}

/// Runs that did not come to their end, each with the command that repeats it.
fn tell_trouble(work: &Work, made: &Made) {
    const SHOWN: usize = 10;
    for (kind, list) in [("stopped", &made.stopped), ("broken (a fault of cpmsim)", &made.bugs)] {
        for Trouble { run, what } in list.iter().take(SHOWN) {
            print::say(format_args!("run {kind}: {what}\n  {}", repeat(work, run)));
        }
        if list.len() > SHOWN {
            print::say(format_args!("and {} more", list.len() - SHOWN));
        }
    }
}

/// The command that shows what was broken: the story of the message, or the trace of the run.
fn shows(work: &Work, run: &PlannedRun, message: Option<u32>) -> String {
    let words = repeat(work, run);
    match (message, words.strip_prefix("cpmsim run")) {
        (Some(message), Some(which)) => format!("cpmsim explain{which} --message {message}"),
        _ => format!("{words} --trace trace.jsonl"),
    }
}

fn repeat(work: &Work, run: &PlannedRun) -> String {
    let mut words = format!("cpmsim run {} --seed {} --replicate {}", quoted(&work.words.file), work.plan.seed, run.replicate);
    for (path, value) in &work.plan.points[run.point].set {
        words.push_str(&format!(" --set {}", quoted(&format!("{path}={}", label_of(value)))));
    }
    words
}

/// A fault of a results folder: ours if runs contradict each other, else the user's to mend.
pub fn results_stop(problem: ResultsError) -> Stop {
    let exit = if matches!(problem, ResultsError::Contradiction { .. }) { Exit::Bug } else { Exit::Input };
    Stop::Told(exit, format!("{} {problem}\n", print::red("error:")))
}

/// What a sweep says at its end.
struct Last<'a> {
    plan: &'a Plan,
    made: &'a Made,
    finished: &'a Finished,
    drawn: &'a [report::Drawn],
    dir: &'a Path,
    seconds: f64,
}

impl Last<'_> {
    fn exit(&self) -> Exit {
        let judgement = &self.finished.judgement;
        let when = |condition: bool, exit: Exit| if condition { exit } else { Exit::Done };
        when(!self.made.bugs.is_empty(), Exit::Bug)
            .and(when(judgement.count(Verdict::Fails) > 0 || self.finished.oracles.findings() > 0, Exit::Finding))
            .and(when(judgement.count(Verdict::Imprecise) > 0 || !self.made.stopped.is_empty(), Exit::Short))
    }

    fn rate(&self) -> f64 {
        self.made.done as f64 / self.seconds.max(1e-9)
    }

    fn text(&self, opened: &Opened) -> Result<String, Stop> {
        let totals = &self.finished.totals;
        let mut out = String::new();
        let metrics = opened.experiment.as_ref().map(|e| e.metrics.clone()).unwrap_or_default();
        let folder = Folder::open(self.dir).map_err(results_stop)?;
        let table = report::summary::table(folder.data(), &metrics, WIDTH).expect("the experiment's metrics were checked");
        out.push_str(&table);
        out.push('\n');
        let judgement = &self.finished.judgement;
        if !judgement.rows.is_empty() {
            out.push_str(&judgement.table());
            writeln!(
                out,
                "expectations: {} hold, {} imprecise, {} fail (each judged at {:.4} %, all together at 99 %)\n",
                judgement.count(Verdict::Holds),
                judgement.count(Verdict::Imprecise),
                judgement.count(Verdict::Fails),
                100.0 * judgement.level()
            )
            .expect("text grows");
        }
        out.push_str(&self.finished.oracles.table());
        out.push('\n');
        let share = |part: f64| if totals.messages == 0 { 0.0 } else { part / totals.messages as f64 };
        writeln!(
            out,
            "{} made in {:.1} s ({:.1} runs/s), {} kept from before; {:.1} events per message",
            print::count(self.made.done, "run"),
            self.seconds,
            self.rate(),
            self.made.kept,
            share(totals.events)
        )
        .expect("text grows");
        writeln!(
            out,
            "{} messages in {} windows, {:.4} % open at the end; conservation was checked in each of {} runs",
            totals.messages,
            totals.runs,
            100.0 * share(totals.open as f64),
            totals.runs
        )
        .expect("text grows");
        if totals.open as f64 > 0.001 * totals.messages as f64 {
            out.push_str("more than 0.1 % are open: let arrivals end one message life before the end, or end the run drained\n");
        }
        for drawn in self.drawn {
            writeln!(out, "figure: {} and {}", drawn.svg.display(), drawn.png.display()).expect("text grows");
        }
        writeln!(out, "table: {}", self.dir.join("summary.csv").display()).expect("text grows");
        Ok(out)
    }

    fn json(&self) -> String {
        let totals = &self.finished.totals;
        let rows: Vec<Value> = self
            .finished
            .assembled
            .summary
            .iter()
            .map(|row| {
                let at: serde_json::Map<String, Value> = self.plan.axes.iter().zip(&row.values).map(|(a, v)| (a.name.clone(), v.clone().into())).collect();
                json!({
                    "at": at, "metric": row.metric, "n": row.n, "estimate": row.estimate, "ci_low": row.ci_low, "ci_high": row.ci_high,
                    "level": row.level, "method": row.method.word(), "note": row.note,
                })
            })
            .collect();
        let value = json!({
            "dir": self.dir.display().to_string(), "runs": totals.runs, "made": self.made.done, "kept": self.made.kept,
            "stopped": self.made.stopped.len(), "broken": self.made.bugs.len(), "messages": totals.messages, "open": totals.open,
            "summary": rows, "oracles": self.finished.oracles.json(), "expectations": self.finished.judgement.json(),
            "figures": self.drawn.iter().map(|d| json!([d.svg.display().to_string(), d.png.display().to_string()])).collect::<Vec<_>>(),
        });
        serde_json::to_string_pretty(&value).expect("plain data") + "\n"
    }
}
