//! From kept runs to a results folder: tables and summary, figures to be drawn, expectations judged.

use std::path::Path;

use serde_json::{Map, Value, json};

use super::evidence::Runs;
use super::expect::{Expectation, Judgement, judge};
use super::gate::Baseline;
use super::oracles::Found;
use super::plan::Plan;
use crate::results::{self, AssembleOptions, Assembled, AxisValue, Journal, PlanPoint, PointData, ResultsError, Status};

/// A results folder that was written.
#[derive(Debug)]
pub struct Finished {
    pub assembled: Assembled,
    /// Over all runs that are done, by their numbers in the plan.
    pub oracles: Found,
    pub judgement: Judgement,
    pub totals: Totals,
}

/// Sums over all runs that are done, for the last lines of a sweep.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Totals {
    pub runs: u64,
    pub messages: u64,
    pub open: u64,
    pub events: f64,
}

/// The plan as results folders know it: an axis column is named by the field it sets, or by the axis where it sets several.
pub fn columns(plan: &Plan) -> results::Plan {
    let values = |point: &super::plan::Point| {
        let of = |axis: &super::axis::Axis| {
            let label = &point.place.labels[&axis.name];
            let value = axis.values.iter().find(|v| v.label == *label).expect("a point takes values of its axes");
            match (&axis.path, value.set.as_slice()) {
                (Some(_), [(_, set)]) => AxisValue::try_from(set.clone()).unwrap_or_else(|_| AxisValue::Text(label.clone())),
                _ => AxisValue::Text(label.clone()),
            }
        };
        plan.axes.iter().map(of).collect()
    };
    let runs =
        |point: usize| (0..plan.replicates).map(move |r| plan.run(point * plan.replicates as usize + r as usize).id).collect();
    results::Plan {
        axes: plan.axes.iter().map(|a| column(a).to_owned()).collect(),
        points: plan
            .points
            .iter()
            .enumerate()
            .map(|(i, p)| PlanPoint { values: values(p), model_id: p.model_id, runs: runs(i) })
            .collect(),
    }
}

fn column(axis: &super::axis::Axis) -> &str {
    axis.path.as_deref().unwrap_or(&axis.name)
}

/// The figures of an experiment with axes named as their columns.
pub fn figures_by_column(plan: &Plan, figures: &Map<String, Value>) -> Map<String, Value> {
    let renamed = |name: &str| plan.axes.iter().find(|a| a.name == name).map(|a| column(a).to_owned());
    let mut figures = figures.clone();
    for spec in figures.values_mut().filter_map(Value::as_object_mut) {
        for field in ["x", "series", "along"] {
            if let Some(name) = spec.get(field).and_then(Value::as_str).and_then(renamed) {
                spec.insert(field.to_owned(), name.into());
            }
        }
        if let Some(Value::Object(select)) = spec.get_mut("select") {
            *select = std::mem::take(select).into_iter().map(|(name, value)| (renamed(&name).unwrap_or(name), value)).collect();
        }
    }
    figures
}

/// What the manifest says the folder was made from.
pub fn inputs(plan: &Plan, description: Option<&str>, set: &[(String, Value)]) -> Value {
    let axes: Vec<Value> = plan
        .axes
        .iter()
        .map(|a| json!({"name": a.name, "path": a.path, "values": a.values.iter().map(|v| json!({"label": v.label, "set": pairs(&v.set)})).collect::<Vec<_>>()}))
        .collect();
    let measure = plan.points.first().map(|p| {
        let m = &p.resolved.model.measure;
        json!({
            "needless_window_ns": m.needless_window.ns(), "stuck_after_ns": m.stuck_after.ns(), "order_window_messages": m.order_window,
            "race_window_ns": m.race_window.ns(), "imdn_grace_ns": m.imdn_grace.ns(),
        })
    });
    let mut profiles: Vec<&str> = plan.points.iter().map(|p| p.resolved.model.profile.name()).collect();
    profiles.sort_unstable();
    profiles.dedup();
    json!({
        "experiment": plan.name, "description": description, "model": plan.points.first().map(|p| p.resolved.model.name.clone()),
        "seed": plan.seed, "replicates": plan.replicates, "set": pairs(set), "axes": axes, "profiles": profiles, "measure": measure,
        "commit": option_env!("CPMSIM_COMMIT"),
    })
}

fn pairs(set: &[(String, Value)]) -> Value {
    set.iter().cloned().collect::<Map<String, Value>>().into()
}

/// Writes the folder of a plan from its journal and judges the expectations.
pub fn finish(
    dir: &Path,
    plan: &Plan,
    journal: &Journal,
    options: &AssembleOptions,
    figures: &Map<String, Value>,
    expectations: &[Expectation],
) -> Result<Finished, ResultsError> {
    let mut totals = Totals::default();
    let mut oracles = Found::default();
    let mut number = 0;
    let mut assembled = results::assemble_from(dir, &columns(plan), options, |id| {
        let run = journal.get(id)?;
        number += 1;
        if let Some(run) = run.as_ref().filter(|run| run.status == Status::Done) {
            oracles.add(number - 1, run);
            totals.runs += 1;
            totals.messages += u64::try_from(run.submitted).unwrap_or(0);
            totals.open += u64::try_from(run.pending).unwrap_or(0);
            totals.events += run.values.get("events_count").copied().unwrap_or(0.0);
        }
        Ok(run)
    })?;
    put_or_remove(dir, "figures.json", (!figures.is_empty()).then(|| Value::Object(figures_by_column(plan, figures))))?;
    let judgement = judge_from(plan, journal, expectations, None);
    put_or_remove(dir, "expectations.json", (!expectations.is_empty()).then(|| judgement.json()))?;
    assembled.manifest.write(dir)?;
    Ok(Finished { assembled, oracles, judgement, totals })
}

/// Writes a file, or takes away what an earlier experiment left under its name.
fn put_or_remove(dir: &Path, name: &str, value: Option<Value>) -> Result<(), ResultsError> {
    match value {
        Some(value) => results::put_file(dir, name, text(&value).as_bytes()),
        None => match std::fs::remove_file(dir.join(name)) {
            Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
                Err(ResultsError::Io { path: dir.join(name), what: "remove the old file", source })
            }
            _ => Ok(()),
        },
    }
}

/// Judges expectations on the runs of a journal.
pub fn judge_from(plan: &Plan, journal: &Journal, expectations: &[Expectation], baseline: Option<&Baseline>) -> Judgement {
    let places = plan.places();
    let load = |point: usize| {
        let mut data = PointData::new();
        for replicate in 0..plan.replicates {
            match journal.get(&plan.run(point * plan.replicates as usize + replicate as usize).id) {
                Ok(Some(run)) => data.push(&run),
                // What cannot be read counts as missing; the assembly has told of it already.
                Ok(None) | Err(_) => data.push_missing(replicate),
            }
        }
        data
    };
    let mut evidence = Runs::new(&places, load);
    if let Some(baseline) = baseline {
        evidence = evidence.with_baseline(baseline);
    }
    judge(expectations, &places, &evidence)
}

fn text(value: &Value) -> String {
    serde_json::to_string_pretty(value).expect("plain data") + "\n"
}
