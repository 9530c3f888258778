//! `check`: every fault of models and experiments; nothing is run.

use serde_json::json;

use super::args::Check;
use super::exit::Exit;
use super::faults;
use super::figures;
use super::print::{self, Stop};
use crate::experiment::open::open;
use crate::model::{Fault, Faults, resolve, resolved_text};

pub fn obey(args: &Check) -> Result<Exit, Stop> {
    let (mut found, mut warnings) = (Vec::new(), Vec::new());
    let mut lines = String::new();
    for path in &args.files {
        let before = found.len();
        match checked(path, args) {
            Ok((line, warned)) => {
                warnings.extend(warned);
                lines.push_str(&line);
            }
            Err(faults) => found.extend(faults.0),
        }
        debug_assert!(found.len() >= before);
    }
    let exit = if found.is_empty() { Exit::Done } else { Exit::Input };
    if args.json {
        let list = |faults: &[Fault]| faults.iter().map(faults::json).collect::<Vec<_>>();
        let text = serde_json::to_string_pretty(&json!({"faults": list(&found), "warnings": list(&warnings)})).expect("plain data");
        print::out(&(text + "\n"))?;
        return Ok(exit);
    }
    faults::warn(&warnings);
    print::out(&lines)?;
    if exit == Exit::Done { Ok(exit) } else { Err(faults::stop(&Faults(found), "nothing was run")) }
}

/// What is said of a file without faults, and its warnings.
fn checked(path: &std::path::Path, args: &Check) -> Result<(String, Vec<Fault>), Faults> {
    let opened = open(path)?;
    let outline = opened.outline(&[], &args.set.set, None, None)?;
    let set = outline.set.clone();
    let (plan, warnings) = opened.plan(outline)?;
    figures::check(&opened, &plan)?;
    let mut line = if args.resolved { String::new() } else { format!("{}: ", path.display()) };
    if args.resolved {
        line.push_str(&resolved_text(&resolve(&opened.tree, &set)?.model));
        line.push('\n');
    } else if opened.experiment.is_some() {
        let (points, runs) = (print::count(plan.points.len(), "point"), print::count(plan.len(), "run"));
        line.push_str(&format!("an experiment of {points}, {runs}\n"));
        for (a, b) in plan.same_models() {
            line.push_str(&format!("  points {a} and {b} are the same model: what differs between them changes nothing\n"));
        }
    } else {
        let loaded = resolve(&opened.tree, &set)?;
        let users: u64 = loaded.model.populations.iter().map(|p| u64::from(p.count)).sum();
        line.push_str(&format!(
            "a model of {} functions, {} links, {users} users\n",
            loaded.model.functions.len(),
            loaded.model.links.len()
        ));
    }
    Ok((line, warnings))
}
