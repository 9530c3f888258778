//! `races`: which kinds of events tie and race, over the runs of a model or an experiment. Nothing is flipped.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::atomic::AtomicBool;

use serde_json::{Value, json};

use super::args::Races;
use super::exit::Exit;
use super::faults;
use super::print::{self, Stop};
use super::progress::{Progress, threads};
use crate::experiment::census::{Census, Kinds, Met};
use crate::experiment::one::{Broken, make_watched};
use crate::experiment::open::open;
use crate::experiment::runner::{Ended, run_all};

/// Over all runs.
#[derive(Default)]
struct All {
    met: BTreeMap<Kinds, Met>,
    runs: u64,
    messages: u64,
}

pub fn obey(args: &Races) -> Result<Exit, Stop> {
    let made = open(&args.file).and_then(|opened| {
        let outline = opened.outline(&[], &args.set.set, args.seed, Some(args.replicates))?;
        opened.plan(outline)
    });
    let (plan, warnings) = made.map_err(|f| faults::stop(&f, "nothing was run"))?;
    faults::warn(&warnings);
    let progress = Progress::new(plan.len() as u64);
    let todo: Vec<usize> = (0..plan.len()).collect();
    let mut all = All::default();
    let taken = run_all(
        &todo,
        threads(args.jobs),
        &AtomicBool::new(false),
        |n| {
            let run = plan.run(n);
            let point = &plan.points[run.point];
            let model = &point.resolved.model;
            let census = Census::new(model);
            let made = make_watched(model, point.model_id, run.id, plan.seed, run.replicate, false, census)?;
            Ok((made.record.submitted, made.watcher.finish()))
        },
        |_, ended| match ended {
            Ended::Done((messages, met)) => {
                all.runs += 1;
                all.messages += u64::try_from(messages).unwrap_or(0);
                // Sums of whole numbers: the order in which runs end does not matter.
                for (kinds, one) in met {
                    let sum = all.met.entry(kinds).or_default();
                    (sum.ties, sum.races) = (sum.ties + one.ties, sum.races + one.races);
                }
                progress.at(all.runs);
                Ok(())
            }
            Ended::Failed(Broken::Stopped(what)) => Err((Exit::Short, what)),
            Ended::Failed(Broken::Bug(what)) | Ended::Panicked(what) => Err((Exit::Bug, what)),
        },
    );
    progress.clear();
    if let Err((exit, what)) = taken {
        return Err(Stop::Told(exit, print::error(what, "`sweep` names the run and the command that repeats it")));
    }
    print::out(&if args.json { as_json(&all) } else { as_text(&all, args.limit) })?;
    Ok(Exit::Done)
}

/// The most frequent first; of equally frequent ones in the order of their names.
fn sorted(all: &All) -> Vec<(&Kinds, &Met)> {
    let mut rows: Vec<_> = all.met.iter().collect();
    rows.sort_by_key(|(_, met)| std::cmp::Reverse((met.races, met.ties)));
    rows
}

fn as_text(all: &All, limit: usize) -> String {
    let rows = sorted(all);
    let per = |n: u64| if all.messages == 0 { 0.0 } else { 1000.0 * n as f64 / all.messages as f64 };
    let (ties, races) = rows.iter().fold((0, 0), |(t, r), (_, met)| (t + met.ties, r + met.races));
    let kinds = rows.iter().filter(|(_, met)| met.races > 0).count();
    let mut out = format!(
        "{}, {} messages: {races} racing pairs of {kinds} kinds ({:.3} per 1000 messages), {ties} ties\n",
        print::count(all.runs as usize, "run"),
        all.messages,
        per(races)
    );
    writeln!(out, "{:>10} {:>10} {:>8}  at      earlier, later", "races", "per 1000", "ties").expect("text grows");
    for ((function, one, two), met) in rows.iter().take(limit) {
        writeln!(out, "{:>10} {:>10.3} {:>8}  {function:<7} {one}, {two}", met.races, per(met.races), met.ties)
            .expect("text grows");
    }
    if rows.len() > limit {
        writeln!(out, "and {} more", print::count(rows.len() - limit, "kind")).expect("text grows");
    }
    out
}

fn as_json(all: &All) -> String {
    let rows: Vec<Value> = sorted(all)
        .into_iter()
        .map(|((function, one, two), met)| {
            json!({"function": function, "earlier": one, "later": two, "races": met.races, "ties": met.ties})
        })
        .collect();
    let value = json!({"runs": all.runs, "messages": all.messages, "pairs": rows});
    serde_json::to_string_pretty(&value).expect("plain data") + "\n"
}
