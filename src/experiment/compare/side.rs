//! The sides of a comparison: models, points of experiments, and points of results folders.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::Value;

use super::super::axis::{label_of, number_of, split_values, value_of};
use super::super::open::{Opened, open};
use super::super::plan::{Plan, Point, Settings};
use super::super::wrong::Wrong;
use crate::model::{Fault, Faults, Model};
use crate::results::{PointData, Results, ResultsError, is_ours};

/// A side as it is named: a file or folder, and which of its points.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    pub path: PathBuf,
    /// Axes and values after the `@`; none: nothing was said.
    pub at: Option<Vec<(String, String)>>,
}

/// What is compared.
#[derive(Clone, Debug)]
pub enum Side {
    Model(ModelSide),
    Folder(FolderSide),
}

/// A model, and the words that lead back to it.
#[derive(Clone, Debug)]
pub struct ModelSide {
    /// What sets it apart from the other sides.
    pub label: String,
    pub path: PathBuf,
    /// Everything that is set at this side over the file's model.
    pub set: Settings,
    pub model: Arc<Model>,
    pub canonical: Arc<str>,
    pub model_id: [u8; 16],
    /// Of an experiment.
    pub seed: Option<u64>,
    pub replicates: Option<u32>,
}

/// A point of a results folder.
#[derive(Clone, Debug)]
pub struct FolderSide {
    pub label: String,
    pub dir: PathBuf,
    pub seed: u64,
    pub data: PointData,
}

/// Why a side cannot be had.
#[derive(Debug)]
pub enum NoSide {
    Faults(Faults),
    Results(ResultsError),
}

impl From<Faults> for NoSide {
    fn from(faults: Faults) -> NoSide {
        NoSide::Faults(faults)
    }
}

impl From<ResultsError> for NoSide {
    fn from(problem: ResultsError) -> NoSide {
        NoSide::Results(problem)
    }
}

/// What is set on the command line for one side: dotted paths and values as they were typed, and profiles, each of which makes a side.
#[derive(Clone, Debug, Default)]
pub struct Overrides {
    pub set: Vec<(String, String)>,
    pub profiles: Vec<String>,
    pub seed: Option<u64>,
    pub replicates: Option<u32>,
}

impl Named {
    /// Reads `PATH`, `PATH@axis=value,axis=value` or `PATH@*` (every point). A path that is there is a path, whatever is in it.
    pub fn parse(text: &str) -> Result<Named, Wrong> {
        let whole = || Named { path: PathBuf::from(text), at: None };
        let Some((path, at)) = text.rsplit_once('@').filter(|_| !Path::new(text).exists()) else { return Ok(whole()) };
        if at.trim() == "*" {
            return Ok(Named { path: PathBuf::from(path), at: Some(Vec::new()) });
        }
        let pair = |part: &Value| {
            let text = label_of(part);
            let (axis, value) = text.split_once('=')?;
            (!axis.trim().is_empty()).then(|| (axis.trim().to_owned(), value.trim().to_owned()))
        };
        match split_values(at).iter().map(pair).collect::<Option<Vec<_>>>() {
            Some(pairs) => Ok(Named { path: PathBuf::from(path), at: Some(pairs) }),
            None => Err(Wrong::new(
                text,
                format!("\"{at}\" names no point"),
                "write axis=value after the @, as in results/generations@profile=latest, or @* for every point",
            )),
        }
    }

    /// The sides it stands for, with warnings: one, unless points were left open or several profiles are asked for.
    pub fn sides(&self, overrides: &Overrides) -> Result<(Vec<Side>, Vec<Fault>), NoSide> {
        if self.path.is_dir() {
            if !is_ours(&self.path) {
                return Err(ResultsError::NotResults { dir: self.path.clone() }.into());
            }
            return Ok((self.folder(overrides)?, Vec::new()));
        }
        let opened = open(&self.path)?;
        let mut profiles: Vec<Option<&str>> = overrides.profiles.iter().map(|p| Some(p.as_str())).collect();
        if profiles.is_empty() {
            profiles.push(None);
        }
        let (mut sides, mut warnings, mut faults) = (Vec::new(), Vec::new(), Vec::new());
        for profile in profiles {
            match self.models(&opened, overrides, profile) {
                Ok((made, more)) => {
                    sides.extend(made);
                    warnings.extend(more);
                }
                Err(found) => faults.extend(found.0),
            }
        }
        if faults.is_empty() { Ok((sides, warnings)) } else { Err(Faults(faults).into()) }
    }

    /// The models of a file under one profile.
    fn models(&self, opened: &Opened, overrides: &Overrides, profile: Option<&str>) -> Result<(Vec<Side>, Vec<Fault>), Faults> {
        let mut set = overrides.set.clone();
        set.extend(profile.map(|p| ("profile".to_owned(), p.to_owned())));
        let mut outline = opened.outline(&[], &set, overrides.seed, overrides.replicates.or(Some(1)))?;
        let experiment = opened.experiment.as_ref();
        // Without a point, an experiment stands for its model with what it sets everywhere, as for `run`.
        if self.at.is_none() {
            outline.axes.clear();
        }
        let (plan, warnings) = opened.plan(outline)?;
        let points = self.points(&plan)?;
        let typed: Vec<String> = set.iter().map(|(path, value)| format!("{path}={}", label_of(&value_of(value.trim())))).collect();
        let side = |point: &Point| ModelSide {
            label: label(
                &self.path,
                &point.place.labels.iter().map(|(a, v)| format!("{a}={v}")).chain(typed.clone()).collect::<Vec<_>>(),
            ),
            path: self.path.clone(),
            set: point.set.clone(),
            model: point.resolved.model.clone(),
            canonical: point.resolved.canonical.clone(),
            model_id: point.model_id,
            seed: experiment.map(|e| e.seed),
            replicates: experiment.map(|e| e.replicates),
        };
        Ok((points.into_iter().map(|p| Side::Model(side(&plan.points[p]))).collect(), warnings))
    }

    /// The points of the plan that are named; all axes that are not named take all their values.
    fn points(&self, plan: &Plan) -> Result<Vec<usize>, Faults> {
        let axes: Vec<Axis> = plan
            .axes
            .iter()
            .map(|a| Axis { name: &a.name, path: a.path.as_deref(), labels: a.values.iter().map(|v| v.label.as_str()).collect() })
            .collect();
        let wanted = self.wanted(&axes).map_err(|wrong| self.faults(&wrong))?;
        let holds = |point: &Point| {
            wanted
                .iter()
                .all(|(axis, value)| point.place.labels.get(&plan.axes[*axis].name) == Some(&plan.axes[*axis].values[*value].label))
        };
        Ok((0..plan.points.len()).filter(|p| holds(&plan.points[*p])).collect())
    }

    fn folder(&self, overrides: &Overrides) -> Result<Vec<Side>, NoSide> {
        if !overrides.set.is_empty() || !overrides.profiles.is_empty() {
            let problem = "a results folder holds finished runs: nothing can be set in it any more";
            let remedy = "give the model or the experiment instead, or leave the overrides out";
            return Err(self.faults(&[Wrong::new("", problem, remedy)]).into());
        }
        let results = Results::open(&self.path)?;
        let manifest = results.manifest();
        let mut labels: Vec<Vec<String>> = vec![Vec::new(); manifest.axes.len()];
        for point in &manifest.points {
            for (known, value) in labels.iter_mut().zip(&point.values) {
                let value = value.to_string();
                if !known.contains(&value) {
                    known.push(value);
                }
            }
        }
        // A column bears the path that an axis sets; the experiment may call the axis otherwise.
        let called = |column: &str| {
            let axes = manifest.inputs.get("axes").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
            let axis = axes.iter().find(|a| a["path"].as_str() == Some(column))?;
            axis["name"].as_str()
        };
        let axes: Vec<Axis> = manifest
            .axes
            .iter()
            .zip(&labels)
            .map(|(column, labels)| Axis {
                name: called(column).unwrap_or(column),
                path: Some(column),
                labels: labels.iter().map(String::as_str).collect(),
            })
            .collect();
        let wanted = self.wanted(&axes).map_err(|wrong| self.faults(&wrong))?;
        let seed = manifest.inputs.get("seed").and_then(Value::as_u64);
        let Some(seed) = seed else {
            let remedy = "run the sweep again with this version";
            return Err(self.faults(&[Wrong::new("", "the folder does not say which seed its runs have", remedy)]).into());
        };
        if overrides.seed.is_some_and(|asked| asked != seed) {
            let problem = format!("its runs have the seed {seed}: under another it is not the same weather");
            return Err(self.faults(&[Wrong::new("", problem, "leave --seed out, or compare models")]).into());
        }
        let holds = |point: usize| {
            let values = &manifest.points[point].values;
            wanted.iter().all(|(axis, value)| values[*axis].to_string() == labels[*axis][*value])
        };
        let all = results.points()?;
        let sides = all.into_iter().enumerate().filter(|(point, _)| holds(*point)).map(|(point, data)| {
            let place = manifest.points[point].values.iter().zip(&axes).map(|(value, axis)| format!("{}={value}", axis.name));
            Side::Folder(FolderSide { label: label(&self.path, &place.collect::<Vec<_>>()), dir: self.path.clone(), seed, data })
        });
        Ok(sides.collect())
    }

    /// Places of axes and of their values, for what is written after the `@`.
    fn wanted(&self, axes: &[Axis<'_>]) -> Result<Vec<(usize, usize)>, Vec<Wrong>> {
        let (mut found, mut wrong) = (Vec::new(), Vec::new());
        for (axis, value) in self.at.iter().flatten() {
            let Some(place) = axes.iter().position(|a| a.name == axis || a.path == Some(axis)) else {
                let known: Vec<&str> = axes.iter().map(|a| a.name).collect();
                wrong.push(Wrong::unknown("", &format!("there is no axis \"{axis}\""), axis, &known));
                continue;
            };
            match axes[place].find(value) {
                Some(_) if found.iter().any(|(named, _)| *named == place) => {
                    let problem = format!("the axis \"{axis}\" is named twice");
                    wrong.push(Wrong::new("", problem, "name it once; an axis that is not named takes all its values"));
                }
                Some(number) => found.push((place, number)),
                None => {
                    let problem = format!("the axis \"{axis}\" has no value \"{value}\"");
                    wrong.push(Wrong::unknown("", &problem, value, &axes[place].labels));
                }
            }
        }
        if wrong.is_empty() { Ok(found) } else { Err(wrong) }
    }

    /// Mistakes in the naming of this side.
    pub fn faults(&self, wrong: &[Wrong]) -> Faults {
        let file = self.path.display().to_string();
        Faults(wrong.iter().map(|w| Fault::of_file("compare", &file, w.problem.clone(), w.remedy.clone())).collect())
    }
}

/// An axis of a plan or of a folder.
struct Axis<'a> {
    name: &'a str,
    path: Option<&'a str>,
    labels: Vec<&'a str>,
}

impl Axis<'_> {
    /// The value of this label, or else of this quantity.
    fn find(&self, label: &str) -> Option<usize> {
        let number = number_of(label);
        let same = |known: &&str| number.is_some() && number_of(known) == number;
        self.labels.iter().position(|known| *known == label).or_else(|| self.labels.iter().position(same))
    }
}

/// A file or folder with what is set there.
fn label(path: &Path, set: &[String]) -> String {
    let name = path.display();
    if set.is_empty() { name.to_string() } else { format!("{name} {}", set.join(", ")) }
}

impl Side {
    pub fn label(&self) -> &str {
        match self {
            Side::Model(side) => &side.label,
            Side::Folder(side) => &side.label,
        }
    }

    /// The label without its file: what heads a column.
    pub fn short(&self) -> &str {
        let path = match self {
            Side::Model(side) => &side.path,
            Side::Folder(side) => &side.dir,
        };
        let rest = self.label().strip_prefix(&path.display().to_string()).unwrap_or_default().trim();
        if rest.is_empty() { self.label() } else { rest }
    }

    /// The seed that the file or folder gives.
    pub fn seed(&self) -> Option<u64> {
        match self {
            Side::Model(side) => side.seed,
            Side::Folder(side) => Some(side.seed),
        }
    }

    /// The replicates that the file or folder gives.
    pub fn replicates(&self) -> Option<u32> {
        match self {
            Side::Model(side) => side.replicates,
            Side::Folder(side) => Some(side.data.replicates() as u32),
        }
    }

    pub fn model(&self) -> Option<&ModelSide> {
        match self {
            Side::Model(side) => Some(side),
            Side::Folder(_) => None,
        }
    }
}
