//! A file that a sweep, a run or a check is given: a model, or an experiment with its model.

use std::path::Path;

use serde_json::{Map, Value};

use super::axis::value_of;
use super::file::{self, ExperimentFile, ModelSource};
use super::plan::{Outline, Plan, PlanFault, Resolved};
use super::wrong::Wrong;
use crate::model::{Document, Fault, Faults, Node, Tree, read_tree, resolve};

/// An opened file.
#[derive(Clone, Debug)]
pub struct Opened {
    /// The file's stem: the name of the results folder.
    pub name: String,
    pub tree: Tree,
    /// What makes it an experiment; a model has none.
    pub experiment: Option<ExperimentFile>,
    document: Document,
}

/// Opens a model or an experiment. Err holds all faults of the file, those of the experiment and of its model together.
pub fn open(path: &Path) -> Result<Opened, Faults> {
    let document = read_tree(path)?;
    let name = path.file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default();
    let value = document.root.to_json();
    if !file::is_experiment(&value) {
        return Ok(Opened { name, tree: Tree::read(path)?, experiment: None, document });
    }
    let mut faults = Vec::new();
    let mut tree = |source: &ModelSource| {
        let read = match source {
            ModelSource::Path(model) => Tree::read(&path.parent().unwrap_or(Path::new("")).join(model)),
            ModelSource::Inline(_) => Tree::inline(&name, &document, document.root.get("model").expect("it was read there")),
        };
        read.map_err(|found| faults.extend(found.0)).ok()
    };
    match file::read(&value) {
        Ok(experiment) => match tree(&experiment.model) {
            Some(tree) => Ok(Opened { name, tree, experiment: Some(experiment), document }),
            None => Err(Faults(faults)),
        },
        Err(wrong) => {
            // The model's own faults are told in the same breath, where it can be found.
            let model = value.get("model").and_then(Value::as_str).map(|m| ModelSource::Path(m.to_owned()));
            if let Some(tree) = model.and_then(|m| tree(&m)) {
                faults.extend(resolve(&tree, &[]).err().map(|f| f.0).unwrap_or_default());
            }
            faults.extend(wrong.iter().map(|w| placed(&document, w)));
            Faults::sort(&mut faults);
            Err(Faults(faults))
        }
    }
}

impl Opened {
    /// The outline of its plan, with what the command line adds.
    pub fn outline(
        &self,
        vary: &[String],
        set: &[(String, String)],
        seed: Option<u64>,
        replicates: Option<u32>,
    ) -> Result<Outline, Faults> {
        let experiment = self.experiment.as_ref();
        let mut outline = Outline {
            name: self.name.clone(),
            seed: seed.or(experiment.map(|e| e.seed)).unwrap_or(1),
            replicates: replicates.or(experiment.map(|e| e.replicates)).unwrap_or(1),
            set: experiment.map(|e| e.set.clone()).unwrap_or_default(),
            axes: experiment.map(|e| e.axes.clone()).unwrap_or_default(),
        };
        outline.set.extend(set.iter().map(|(path, value)| (path.clone(), value_of(value.trim()))));
        outline.vary(vary).map_err(|wrong| self.faults(&wrong))?;
        Ok(outline)
    }

    /// The plan, with the warnings of its models. Err holds the faults of all points, each once.
    pub fn plan(&self, outline: Outline) -> Result<(Plan, Vec<Fault>), Faults> {
        let mut warnings: Vec<Fault> = Vec::new();
        let plan = outline.plan(|set| {
            let loaded = resolve(&self.tree, set)?;
            for warning in loaded.warnings {
                if !warnings.contains(&warning) {
                    warnings.push(warning);
                }
            }
            Ok(Resolved { model: loaded.model.into(), canonical: loaded.canonical.into() })
        });
        match plan {
            Ok(plan) => Ok((plan, warnings)),
            Err(PlanFault::Outline(wrong)) => Err(self.faults(&wrong)),
            Err(PlanFault::Points(points)) => {
                let mut all: Vec<Fault> = points.into_iter().flat_map(|(_, faults): (_, Faults)| faults.0).collect();
                Faults::sort(&mut all);
                Err(Faults(all))
            }
        }
    }

    /// Figures as they are written.
    pub fn figures(&self) -> Map<String, Value> {
        self.experiment.as_ref().map(|e| e.figures.clone()).unwrap_or_default()
    }

    /// Mistakes in the experiment as faults of its file.
    pub fn faults(&self, wrong: &[Wrong]) -> Faults {
        Faults(wrong.iter().map(|w| placed(&self.document, w)).collect())
    }
}

/// A mistake as a fault at its place in the text: the value itself, or what of its path is there.
fn placed(document: &Document, wrong: &Wrong) -> Fault {
    let mut node = &document.root;
    let mut place = node.place;
    for name in wrong.path.split('/').skip(1) {
        let Some((at, next)) = child(node, name) else { break };
        (place, node) = (at, next);
    }
    if wrong.path.is_empty() {
        return Fault::of_file("experiment", &document.source.name, wrong.problem.clone(), wrong.remedy.clone());
    }
    document.fault("experiment", place, &wrong.path, wrong.problem.clone(), wrong.remedy.clone())
}

fn child<'n>(node: &'n Node, name: &str) -> Option<(crate::model::Place, &'n Node)> {
    if let Some(map) = node.map() {
        return map.get(name).map(|member| (member.node.place, &member.node));
    }
    let node = node.list()?.get(name.parse::<usize>().ok()?)?;
    Some((node.place, node))
}
