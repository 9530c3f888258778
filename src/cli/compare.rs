//! `compare`: sides under the same weather, metric by metric and message by message.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};

use super::args::Compare;
use super::compare_text::{self, Told};
use super::exit::Exit;
use super::faults;
use super::one_run::setting_words;
use super::panic::quoted;
use super::print::{self, Stop};
use super::progress::{Progress, interruption, threads};
use super::sweep::results_stop;
use crate::experiment::compare::changes::Changes;
use crate::experiment::compare::metrics::{self, Line};
use crate::experiment::compare::runs::{Replicate, Stopped, replicate};
use crate::experiment::compare::side::{ModelSide, Named, NoSide, Overrides, Side};
use crate::experiment::compare::weather;
use crate::experiment::one::Broken;
use crate::experiment::runner::{Ended, run_all};
use crate::experiment::wrong::Wrong;
use crate::model::{Fault, Faults};
use crate::results::{Metric, PointData};

/// Runs of each side where nobody says how many.
const REPLICATES: u32 = 20;
/// Confidence of the intervals.
const LEVEL: f64 = 0.95;

pub fn obey(args: &Compare) -> Result<Exit, Stop> {
    let metrics = metrics::chosen(&args.metric).map_err(|wrong| refused(&plain_faults("--metric", &wrong)))?;
    let sides = Sides::of(args)?;
    let replicates: Vec<u32> = match args.replicate {
        Some(one) => vec![one],
        None => (0..sides.replicates).collect(),
    };
    let made = sides.make(args, &replicates)?;
    let differences = if args.replicate.is_some() { Vec::new() } else { sides.differences(&made.points, &metrics)? };
    let told = Told {
        args,
        sides: &sides.all,
        seed: sides.seed,
        replicates: &replicates,
        level: LEVEL,
        lines: &differences,
        changes: &made.changes,
    };
    print::out(&if args.json {
        compare_text::json(&told)
    } else if args.markdown {
        compare_text::markdown(&told)
    } else {
        compare_text::text(&told)
    })?;
    Ok(Exit::Done)
}

/// What is compared, the first with all others.
struct Sides {
    all: Vec<Side>,
    /// As they were named, for what is said against them.
    named: Vec<Named>,
    seed: u64,
    replicates: u32,
}

/// What the runs gave.
struct Made {
    /// The runs of each side.
    points: Vec<PointData>,
    /// For each side but the first.
    changes: Vec<Changes>,
}

impl Sides {
    /// Opens all sides and sees that they meet the same weather.
    fn of(args: &Compare) -> Result<Sides, Stop> {
        let mut all = Vec::new();
        let mut named_as = Vec::new();
        let mut faults: Vec<Fault> = Vec::new();
        let b: Vec<&String> = if args.b.is_empty() { vec![&args.a] } else { args.b.iter().collect() };
        for (number, word) in std::iter::once(&args.a).chain(b).enumerate() {
            let named = Named::parse(word).map_err(|wrong| refused(&plain_faults(word, &[wrong])))?;
            match named.sides(&overrides(args, number == 0)) {
                Ok((sides, warnings)) => {
                    faults::warn(&warnings);
                    if number == 0 && sides.len() > 1 {
                        faults.extend(several(&named, &sides).0);
                    }
                    named_as.extend(std::iter::repeat_n(named, sides.len()));
                    all.extend(sides);
                }
                Err(NoSide::Faults(found)) => {
                    faults.extend(found.0.into_iter().filter(|f| !faults.contains(f)).collect::<Vec<_>>())
                }
                Err(NoSide::Results(problem)) => return Err(results_stop(problem)),
            }
        }
        if !faults.is_empty() {
            return Err(refused(&Faults(faults)));
        }
        // Where B has all points, the point that is A itself is no news.
        if all.len() > 2 {
            let own = all[0].label().to_owned();
            let mut kept: Vec<bool> = all.iter().enumerate().map(|(n, side)| n == 0 || side.label() != own).collect();
            // A and nothing else, several times over: once is what was asked for.
            kept[1] |= !kept[1..].contains(&true);
            let mut keep = kept.iter();
            all.retain(|_| *keep.next().expect("one for each"));
            let mut keep = kept.iter();
            named_as.retain(|_| *keep.next().expect("one for each"));
        }
        let mut seed = args.seed.unwrap_or(1);
        let mut remarks: Vec<String> = Vec::new();
        for n in 1..all.len() {
            seed = weather::seed(args.seed, &all[0], &all[n], &named_as[n]).map_err(|f| refused(&f))?;
            for remark in weather::check(&all[0], &all[n], &named_as[n]).map_err(|f| refused(&f))? {
                if !remarks.contains(&remark) {
                    remarks.push(remark);
                }
            }
        }
        remarks.iter().for_each(print::say);
        if args.messages
            && let Some(n) = all.iter().position(|side| side.model().is_none())
        {
            let problem = "messages are compared by running both sides again, and a results folder keeps numbers only";
            let remedy = "give the experiment and its point, as in experiments/generations.json@profile=latest";
            return Err(refused(&named_as[n].faults(&[Wrong::new("", problem, remedy)])));
        }
        let own = all.iter().filter_map(Side::replicates).min();
        let replicates = args.replicates.or(own).unwrap_or(REPLICATES);
        let short = |side: &Side| side.model().is_none() && side.replicates().is_some_and(|has| has < replicates);
        if let Some(n) = all.iter().position(short) {
            let has = all[n].replicates().unwrap_or(0);
            let problem = format!("its runs have {has} replicates, and {replicates} are asked for");
            let remedy = "ask for fewer with --replicates, grow the folder with sweep, or compare the experiment";
            return Err(refused(&named_as[n].faults(&[Wrong::new("", problem, remedy)])));
        }
        Ok(Sides { all, named: named_as, seed, replicates })
    }

    /// Makes the runs of all models among the sides.
    fn make(&self, args: &Compare, replicates: &[u32]) -> Result<Made, Stop> {
        let models: Vec<&ModelSide> = self.all.iter().filter_map(Side::model).collect();
        let mut made: BTreeMap<usize, Replicate> = BTreeMap::new();
        if !models.is_empty() {
            self.run(args, &models, replicates, &mut made)?;
        }
        let mut changes = vec![Changes::default(); if args.messages { self.all.len() - 1 } else { 0 }];
        let mut run: Vec<PointData> = models.iter().map(|_| PointData::new()).collect();
        for replicate in made.into_values() {
            replicate.records.iter().zip(&mut run).for_each(|(record, point)| point.push(record));
            replicate.changes.into_iter().zip(&mut changes).for_each(|(new, all)| all.absorb(new, args.limit));
        }
        let mut run = run.into_iter();
        let points = self.all.iter().map(|side| match side {
            Side::Model(_) => run.next().expect("every model was run"),
            Side::Folder(folder) => {
                let mut data = folder.data.clone();
                data.keep_first(self.replicates);
                data
            }
        });
        Ok(Made { points: points.collect(), changes })
    }

    fn run(
        &self,
        args: &Compare,
        models: &[&ModelSide],
        replicates: &[u32],
        made: &mut BTreeMap<usize, Replicate>,
    ) -> Result<(), Stop> {
        let todo: Vec<usize> = (0..replicates.len()).collect();
        let progress = Progress::new(todo.len() as u64);
        let stop: &AtomicBool = interruption();
        let limit = args.messages.then_some(args.limit);
        let taken = run_all(
            &todo,
            threads(args.jobs),
            stop,
            |n| replicate(models, self.seed, replicates[n], limit),
            |n, ended| {
                progress.at(made.len() as u64 + 1);
                match ended {
                    Ended::Done(done) => {
                        made.insert(n, done);
                        Ok(())
                    }
                    Ended::Failed(Stopped { side, broken }) => Err((replicates[n], Some(side), broken)),
                    Ended::Panicked(what) => Err((replicates[n], None, Broken::Bug(what))),
                }
            },
        );
        progress.clear();
        if let Err((replicate, side, broken)) = taken {
            let command = command("run", models[side.unwrap_or(0)], self.seed, replicate);
            return Err(match broken {
                Broken::Stopped(what) => {
                    let remedy = format!("raise the limit in the model, or mend the model; this repeats it:\n  {command}");
                    Stop::Told(Exit::Short, print::error(what, remedy))
                }
                Broken::Bug(what) => {
                    let remedy = format!("this is a fault of cpmsim; this repeats it:\n  {command}");
                    Stop::Told(Exit::Bug, print::error(what, remedy))
                }
            });
        }
        if stop.load(Ordering::Relaxed) && made.len() < todo.len() {
            let problem = format!("interrupted after {} of {} replicates", made.len(), todo.len());
            return Err(Stop::Told(Exit::Short, print::error(problem, "start again, or ask for fewer with --replicates")));
        }
        Ok(())
    }

    /// The lines of each side against the first.
    fn differences(&self, points: &[PointData], metrics: &[&'static Metric]) -> Result<Vec<Vec<Line>>, Stop> {
        let folders = |n: usize| self.all[n].model().is_none();
        let mut all = Vec::new();
        for n in 1..points.len() {
            if folders(0) || folders(n) {
                weather::submissions(&points[0].written(), &points[n].written(), &self.named[n]).map_err(|f| refused(&f))?;
            }
            all.push(metrics::lines(&points[0], &points[n], metrics, LEVEL));
        }
        Ok(all)
    }
}

/// What the command line sets at A or at B.
fn overrides(args: &Compare, a: bool) -> Overrides {
    let mut set = args.set.set.clone();
    set.extend(if a { args.set_a.clone() } else { args.set_b.clone() });
    let profiles = if a { args.profile_a.clone().into_iter().collect() } else { args.profile_b.clone() };
    Overrides { set, profiles, seed: args.seed, replicates: args.replicates }
}

/// A stands for several points.
fn several(named: &Named, sides: &[Side]) -> Faults {
    const SHOWN: usize = 6;
    let labels: Vec<&str> = sides.iter().take(SHOWN).map(Side::short).collect();
    let more = if sides.len() > SHOWN { ", …" } else { "" };
    let problem = format!("A must be one point and this is {}: {}{more}", sides.len(), labels.join("; "));
    named.faults(&[Wrong::new("", problem, "name one with @axis=value after the file or folder")])
}

/// The command that repeats one run of a side.
pub fn command(verb: &str, side: &ModelSide, seed: u64, replicate: u32) -> String {
    let file = quoted(&side.path.display().to_string());
    format!("cpmsim {verb} {file} --seed {seed} --replicate {replicate}{}", setting_words(&side.set))
}

fn refused(faults: &Faults) -> Stop {
    faults::stop(faults, "nothing was compared")
}

fn plain_faults(place: &str, wrong: &[Wrong]) -> Faults {
    Faults(wrong.iter().map(|w| Fault::of_file("compare", place, w.problem.clone(), w.remedy.clone())).collect())
}
