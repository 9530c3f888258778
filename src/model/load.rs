//! From a path or a tree, with overrides, to a [`Loaded`] model: the door of this room.

use std::path::Path;

use serde_json::Value;

use super::canonical;
use super::check;
use super::extend::Tree;
use super::fault::{Fault, Faults};
use super::file::MODEL;
use super::overrides;
use super::refer;
use super::report::Report;
use super::resolved::Model;
use super::walk::walk_model;

/// A model, its canonical text, and what is odd about it without being wrong.
#[derive(Clone, Debug)]
pub struct Loaded {
    pub model: Model,
    /// The ground of the model's identity (`design.md` 2.5).
    pub canonical: String,
    pub warnings: Vec<Fault>,
}

/// Reads the model at `path`, with what it extends, and lays `overrides` (dotted path, value) over it, later ones last.
pub fn load_model(path: &Path, overrides: &[(String, Value)]) -> Result<Loaded, Faults> {
    resolve(&Tree::read(path)?, overrides)
}

/// Lays `overrides` over a tree read before, and makes a model of it. No file but samples is read again.
pub fn resolve(tree: &Tree, overrides: &[(String, Value)]) -> Result<Loaded, Faults> {
    let (model, warnings) = model_of(tree, overrides)?;
    let canonical = canonical::canonical(&model);
    Ok(Loaded { model, canonical, warnings })
}

/// As [`resolve`], without the canonical text.
pub(super) fn model_of(tree: &Tree, overrides: &[(String, Value)]) -> Result<(Model, Vec<Fault>), Faults> {
    let mut root = tree.root.clone();
    let mut sources = tree.sources.clone();
    let mut faults = Vec::new();
    for (path, value) in overrides {
        if let Err(more) = overrides::apply(&mut root, &mut sources, path, value) {
            faults.extend(more);
        }
    }
    let mut report = Report::new(&sources);
    report.faults = faults;
    let used = refer::resolve(&mut root, &mut report);
    for (id, place) in walk_model(&root, &MODEL, &mut report) {
        if !used.contains(&id) {
            let problem = "nothing in the model refers to this parameter, so that writing it changes nothing".to_owned();
            let remedy = format!("leave it out, or refer to it: {{\"param\": \"{id}\"}}");
            report.fault("unused-parameter", place, &format!("/{}", id.replace('.', "/")), problem, remedy);
        }
    }
    // What is no object has been reported, and nothing in it can be looked at.
    let model = root.map().and_then(|_| check::model(&tree.name, &root, &mut report));
    let (mut faults, mut warnings) = (report.faults, report.warnings);
    Faults::sort(&mut warnings);
    match model {
        Some(model) if faults.is_empty() => Ok((model, warnings)),
        _ => {
            assert!(!faults.is_empty(), "a tree that is no model has a fault");
            Faults::sort(&mut faults);
            Err(Faults(faults))
        }
    }
}

#[cfg(test)]
#[path = "load_tests.rs"]
mod tests;

#[cfg(test)]
#[path = "broken_tests.rs"]
mod broken;

#[cfg(test)]
#[path = "access_tests.rs"]
mod access;
#[cfg(test)]
#[path = "deferred_tests.rs"]
mod deferred_tests;
#[cfg(test)]
#[path = "policy_tests.rs"]
mod policy;
