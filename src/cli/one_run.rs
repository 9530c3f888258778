//! The single run that `run` and `explain` are about.

use std::path::Path;
use std::sync::Arc;

use super::args::Which;
use super::exit::Exit;
use super::faults;
use super::panic::quoted;
use super::print::{self, Stop};
use crate::experiment::axis::label_of;
use crate::experiment::names::Names;
use crate::experiment::one::{Broken, Watched, make_watched};
use crate::experiment::open::open;
use crate::model::Model;
use crate::results::{RESULTS_VERSION, model_id, run_id};
use crate::sim::{Observer, RunSeed};

/// A resolved model.
pub struct Point {
    pub model: Arc<Model>,
    pub canonical: Arc<str>,
    /// The seed that an experiment gives.
    pub seed: u64,
}

/// The model of a file, under overrides. Of an experiment: its model with what it sets for all points.
pub fn point(path: &Path, set: &[(String, String)], profile: Option<&str>) -> Result<Point, Stop> {
    let mut set = set.to_vec();
    set.extend(profile.map(|p| ("profile".to_owned(), p.to_owned())));
    let made = open(path).and_then(|opened| {
        let mut outline = opened.outline(&[], &set, None, Some(1))?;
        outline.axes.clear();
        opened.plan(outline)
    });
    let (plan, warnings) = made.map_err(|f| faults::stop(&f, "nothing was run"))?;
    faults::warn(&warnings);
    let resolved = &plan.points[0].resolved;
    Ok(Point { model: resolved.model.clone(), canonical: resolved.canonical.clone(), seed: plan.seed })
}

impl Point {
    /// The names of those in a run.
    pub fn names(&self, which: &Which) -> Names {
        Names::of(&self.model, RunSeed { seed: which.seed.unwrap_or(self.seed), replicate: which.replicate })
    }
}

/// Makes the run, watched.
pub fn make<O: Observer>(which: &Which, point: &Point, watcher: O) -> Result<Watched<O>, Stop> {
    let seed = which.seed.unwrap_or(point.seed);
    let run_id = run_id(RESULTS_VERSION, &point.canonical, which.replicate, seed);
    let model_id = model_id(RESULTS_VERSION, &point.canonical);
    make_watched(&point.model, model_id, run_id, seed, which.replicate, false, watcher).map_err(|broken| match broken {
        Broken::Stopped(what) => Stop::Told(Exit::Short, print::error(what, "raise the limit in the model, or mend the model")),
        Broken::Bug(what) => {
            let command = format!("cpmsim run {}{}", quoted(&which.model.display().to_string()), options(which, seed));
            Stop::Told(Exit::Bug, print::error(what, format_args!("this is a fault of cpmsim; this repeats it:\n  {command}")))
        }
    })
}

/// The words that set these fields.
pub fn setting_words(set: &[(String, serde_json::Value)]) -> String {
    set.iter().map(|(path, value)| format!(" --set {}", quoted(&format!("{path}={}", label_of(value))))).collect()
}

/// The words that name this run, after the model.
pub fn options(which: &Which, seed: u64) -> String {
    let mut words = format!(" --seed {seed} --replicate {}", which.replicate);
    if let Some(profile) = &which.profile {
        words.push_str(&format!(" --profile {}", quoted(profile)));
    }
    for (path, value) in &which.set.set {
        words.push_str(&format!(" --set {}", quoted(&format!("{path}={value}"))));
    }
    words
}
