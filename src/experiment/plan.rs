//! The plan: axes crossed into points, points times replicates into runs, each with an identity that no other plan changes.
//!
//! Axes cross in the order of their names, the last varies fastest. A run's identity comes from its resolved model, replicate and
//! seed; the number of a point only says where its rows stand. So adding points or replicates discards nothing.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;

use super::axis::{Axis, AxisValue};
use super::expect::Place;
use super::wrong::Wrong;
use crate::model::Model;
use crate::results::{RESULTS_VERSION, model_id, run_id};

/// More points than this are refused.
pub const MOST_POINTS: usize = 100_000;
/// More runs than this are refused.
pub const MOST_RUNS: usize = 10_000_000;

/// What a model resolves to under some overrides.
#[derive(Clone, Debug)]
pub struct Resolved {
    pub model: Arc<Model>,
    /// Canonical text: the model's identity.
    pub canonical: Arc<str>,
}

/// All runs of an experiment.
#[derive(Clone, Debug)]
pub struct Plan {
    pub name: String,
    pub seed: u64,
    pub replicates: u32,
    pub axes: Vec<Axis>,
    pub points: Vec<Point>,
}

/// One setting of all axes.
#[derive(Clone, Debug)]
pub struct Point {
    pub number: u32,
    /// Label of each axis.
    pub place: Place,
    /// What is set here, the later over the earlier.
    pub set: Vec<(String, Value)>,
    pub resolved: Resolved,
    pub model_id: [u8; 16],
}

/// One run of the plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlannedRun {
    pub point: usize,
    pub replicate: u32,
    pub id: [u8; 16],
}

/// What a plan is made from.
#[derive(Clone, Debug)]
pub struct Outline {
    pub name: String,
    pub seed: u64,
    pub replicates: u32,
    /// Overrides of all points.
    pub set: Vec<(String, Value)>,
    pub axes: Vec<Axis>,
}

impl Outline {
    /// Axes that are named on the command line: `PATH=V1,V2` adds an axis or replaces the values of one, `NAME` keeps an axis of the
    /// experiment. Where any is named so, axes that are not named are not varied.
    pub fn vary(&mut self, words: &[String]) -> Result<(), Vec<Wrong>> {
        let mut wrong = Vec::new();
        let mut kept: Vec<String> = Vec::new();
        for word in words {
            match word.split_once('=') {
                None if self.axes.iter().any(|a| a.name == *word) => kept.push(word.clone()),
                None => {
                    let known: Vec<&str> = self.axes.iter().map(|a| a.name.as_str()).collect();
                    let problem = format!("--vary {word}: no axis is named \"{word}\"");
                    wrong.push(Wrong::unknown("", &problem, word, &known));
                }
                Some((path, values)) => {
                    let values = super::axis::split_values(values);
                    let found = self.axes.iter_mut().find(|a| a.name == path || a.path.as_deref() == Some(path));
                    match found {
                        Some(axis) => match axis.path.clone() {
                            Some(field) => *axis = Axis::of_path(&axis.name.clone(), &field, &values),
                            None => wrong.extend(axis_subset(axis, &values)),
                        },
                        None => self.axes.push(Axis::of_path(path, path, &values)),
                    }
                    if let Some(axis) = self.axes.iter().find(|a| a.name == path || a.path.as_deref() == Some(path)) {
                        wrong.extend(repeated(axis, word));
                    }
                }
            }
        }
        if !kept.is_empty() {
            let named: Vec<&str> = words.iter().filter_map(|w| w.split_once('=').map(|(path, _)| path)).collect();
            let stays = |a: &Axis| kept.contains(&a.name) || named.iter().any(|n| *n == a.name || a.path.as_deref() == Some(n));
            self.axes.retain(stays);
        }
        self.axes.sort_by(|a, b| a.name.cmp(&b.name));
        if wrong.is_empty() { Ok(()) } else { Err(wrong) }
    }

    /// The places of all points, in order, with what is set there. Err: there are too many, or something is set twice.
    fn places(&self) -> Result<Vec<(Place, Vec<(String, Value)>)>, Vec<Wrong>> {
        let mut points = 1usize;
        for axis in &self.axes {
            points = points.saturating_mul(axis.values.len());
        }
        if points > MOST_POINTS || points.saturating_mul(self.replicates as usize) > MOST_RUNS {
            let problem =
                format!("{points} points of {} runs each are more than {MOST_POINTS} points or {MOST_RUNS} runs", self.replicates);
            return Err(vec![Wrong::new("", problem, "vary less, or part the experiment in several")]);
        }
        let mut wrong = Vec::new();
        for (path, _) in &self.set {
            for axis in self.axes.iter().filter(|a| a.path.as_deref() == Some(path)) {
                let problem = format!("\"{path}\" is set for all points, and the axis \"{}\" varies it", axis.name);
                wrong.push(Wrong::new("/set", problem, "leave one of the two out"));
            }
        }
        for (i, axis) in self.axes.iter().enumerate() {
            for other in self.axes[..i].iter().filter(|o| o.path.is_some() && o.path == axis.path) {
                let problem = format!("the axes \"{}\" and \"{}\" set the same field", other.name, axis.name);
                wrong.push(Wrong::new(&format!("/axes/{}", axis.name), problem, "make one axis of them"));
            }
        }
        if !wrong.is_empty() {
            return Err(wrong);
        }
        let place = |number: usize| {
            let mut place = Place::default();
            let mut set = self.set.clone();
            let mut rest = number;
            let mut chosen: Vec<&AxisValue> = Vec::new();
            for axis in self.axes.iter().rev() {
                chosen.push(&axis.values[rest % axis.values.len()]);
                rest /= axis.values.len();
            }
            for (axis, value) in self.axes.iter().zip(chosen.into_iter().rev()) {
                place.labels.insert(axis.name.clone(), value.label.clone());
                if let Some(number) = value.number {
                    place.values.insert(Axis::variable(&axis.name), number);
                    if let Some(path) = &axis.path {
                        place.values.insert(path.clone(), number);
                    }
                }
                set.extend(value.set.iter().cloned());
            }
            (place, set)
        };
        Ok((0..points).map(place).collect())
    }

    /// The plan, each point's model resolved by `resolve`. Err holds what the outline does wrong, or else all that `resolve` refused.
    pub fn plan<F>(self, mut resolve: impl FnMut(&[(String, Value)]) -> Result<Resolved, F>) -> Result<Plan, PlanFault<F>> {
        let places = self.places().map_err(PlanFault::Outline)?;
        let mut refused = Vec::new();
        let mut points = Vec::with_capacity(places.len());
        let mut known: BTreeMap<Arc<str>, Resolved> = BTreeMap::new();
        for (number, (place, set)) in places.into_iter().enumerate() {
            match resolve(&set) {
                Ok(resolved) => {
                    // Points of the same model share it.
                    let resolved = known.entry(resolved.canonical.clone()).or_insert(resolved).clone();
                    let model_id = model_id(RESULTS_VERSION, &resolved.canonical);
                    points.push(Point { number: number as u32, place, set, resolved, model_id });
                }
                Err(fault) => refused.push((place, fault)),
            }
        }
        if refused.is_empty() {
            Ok(Plan { name: self.name, seed: self.seed, replicates: self.replicates, axes: self.axes, points })
        } else {
            Err(PlanFault::Points(refused))
        }
    }
}

/// Why there is no plan.
#[derive(Clone, Debug)]
pub enum PlanFault<F> {
    Outline(Vec<Wrong>),
    /// Points whose model cannot be.
    Points(Vec<(Place, F)>),
}

/// Keeps the values of a joint axis that are named.
fn axis_subset(axis: &mut Axis, labels: &[Value]) -> Vec<Wrong> {
    let mut kept = Vec::new();
    let mut wrong = Vec::new();
    for label in labels.iter().map(super::axis::label_of) {
        match axis.find(&label) {
            Some(i) => kept.push(axis.values[i].clone()),
            None => {
                let known: Vec<&str> = axis.values.iter().map(|v| v.label.as_str()).collect();
                wrong.push(Wrong::unknown("", &format!("--vary {}: the axis has no value \"{label}\"", axis.name), &label, &known));
            }
        }
    }
    axis.values = kept;
    wrong
}

fn repeated(axis: &Axis, word: &str) -> Vec<Wrong> {
    let labels: Vec<&str> = axis.values.iter().map(|v| v.label.as_str()).collect();
    let twice = labels.iter().enumerate().find(|(i, label)| labels[..*i].contains(label));
    twice
        .map(|(_, label)| Wrong::new("", format!("--vary {word}: the value \"{label}\" stands there twice"), "leave one out"))
        .into_iter()
        .collect()
}

impl Plan {
    /// Number of runs.
    pub fn len(&self) -> usize {
        self.points.len() * self.replicates as usize
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The `n`-th run in plan order: by point, then replicate.
    pub fn run(&self, n: usize) -> PlannedRun {
        let (point, replicate) = (n / self.replicates as usize, (n % self.replicates as usize) as u32);
        let id = run_id(RESULTS_VERSION, &self.points[point].resolved.canonical, replicate, self.seed);
        PlannedRun { point, replicate, id }
    }

    /// All runs in plan order.
    pub fn runs(&self) -> impl Iterator<Item = PlannedRun> + '_ {
        (0..self.len()).map(|n| self.run(n))
    }

    /// The places of the points, for expectations.
    pub fn places(&self) -> Vec<Place> {
        self.points.iter().map(|p| p.place.clone()).collect()
    }

    /// Pairs of points that resolve to the same model: an axis that changes nothing between them.
    pub fn same_models(&self) -> Vec<(u32, u32)> {
        let mut first: BTreeMap<[u8; 16], u32> = BTreeMap::new();
        let mut pairs = Vec::new();
        for point in &self.points {
            match first.get(&point.model_id) {
                Some(other) => pairs.push((*other, point.number)),
                None => {
                    first.insert(point.model_id, point.number);
                }
            }
        }
        pairs
    }
}

#[cfg(test)]
#[path = "plan_tests.rs"]
mod tests;
