//! Figures of an experiment, checked before anything is run and drawn after.

use std::path::Path;

use serde_json::Value;

use super::exit::Exit;
use super::print::{self, Stop};
use super::sweep::results_stop;
use crate::experiment::assemble::{columns, figures_by_column};
use crate::experiment::open::Opened;
use crate::experiment::plan::Plan;
use crate::experiment::wrong::Wrong;
use crate::model::Faults;
use crate::report::{Drawn, Known, PlotError, plot_folder, read_figures};
use crate::results::Metric;

/// Everything that the figures ask for and that the plan does not give.
pub fn check(opened: &Opened, plan: &Plan) -> Result<(), Faults> {
    let columns = columns(plan);
    // Columns may be called otherwise than axes; whoever names the column means the axis.
    let block = Value::Object(figures_by_column(plan, &opened.figures()));
    let values: Vec<Vec<String>> = (0..columns.axes.len())
        .map(|axis| {
            let mut labels: Vec<String> = Vec::new();
            for point in &columns.points {
                let label = point.values[axis].to_string();
                if !labels.contains(&label) {
                    labels.push(label);
                }
            }
            labels
        })
        .collect();
    let axes = columns.axes.iter().zip(&values).map(|(name, labels)| (name.as_str(), labels.iter().map(String::as_str).collect()));
    let metrics: Vec<&str> = Metric::built().map(|m| m.name.as_str()).collect();
    let known = Known { axes: axes.collect(), metrics, families: None };
    let faults: Vec<crate::report::Fault> = match read_figures("/figures", &block) {
        Ok(figures) => figures.iter().flat_map(|figure| figure.check("/figures", &known)).collect(),
        Err(faults) => faults,
    };
    if faults.is_empty() {
        return Ok(());
    }
    let wrong: Vec<Wrong> = faults.into_iter().map(|f| Wrong::new(&f.place, f.problem, f.remedy)).collect();
    Err(opened.faults(&wrong))
}

/// Draws the figures of a folder. Where figures are not built in, says so and goes on.
pub fn draw(dir: &Path, only: &[String]) -> Result<Vec<Drawn>, Stop> {
    match plot_folder(dir, only) {
        Ok(plotted) => {
            if !plotted.listed {
                print::say("files of the folder differ from its manifest, which was left as it is; the figures are not listed in it");
            }
            Ok(plotted.drawn)
        }
        Err(PlotError::NotBuiltIn) => {
            print::say("no figures: this cpmsim was built without the feature `plots`");
            Ok(Vec::new())
        }
        Err(PlotError::Faults(faults)) => {
            let all: String = faults.0.iter().map(|f| print::error(format_args!("{}: {}", f.place, f.problem), &f.remedy)).collect();
            Err(Stop::Told(Exit::Input, format!("{all}{}; nothing was drawn\n", print::count(faults.0.len(), "error"))))
        }
        Err(PlotError::Results(problem)) => Err(results_stop(problem)),
        Err(problem @ PlotError::Draw { .. }) => {
            Err(Stop::Told(Exit::Bug, print::error(problem, "report this with the results folder")))
        }
        Err(problem) => Err(Stop::input(problem, "mend the cause and run `cpmsim plot` again")),
    }
}
