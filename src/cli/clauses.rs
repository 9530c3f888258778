//! `clauses`: which statements are implemented, tested and exercised; which are planned or left out, and why.

use std::path::{Path, PathBuf};

use super::args::{Clauses, Set, Which};
use super::clauses_text as text;
use super::exit::Exit;
use super::one_run;
use super::print::{self, Stop};
use crate::experiment::clauses::{Exercised, Reached, UndefinedCounts};
use crate::model::clauses::{Clause, areas, catalogue, profiles};
use crate::model::name_remedy;
use crate::sim::seen::Tag;

/// Where the shipped models lie, seen from where the command is given.
const SHIPPED: &str = "models";

/// The shipped model that is written for all generations of the documents.
const UNDER_ALL_PROFILES: &str = "two_operators";

pub fn obey(args: &Clauses) -> Result<Exit, Stop> {
    let one = args.statement.as_deref().map(known_statement).transpose()?;
    let clauses = chosen(args.area.as_deref())?;
    let exercised = if args.no_run { Exercised::default() } else { runs(&args.model)? };
    let told = match (one, args.json) {
        (Some(id), true) => text::json(&text::one_json(id, &exercised)),
        (Some(id), false) => text::one(id, &exercised),
        (None, true) => text::json(&text::all_json(&clauses, &exercised)),
        (None, false) if args.page => text::page(&exercised),
        (None, false) if args.area.is_some() => text::area(&clauses, &exercised),
        (None, false) => text::table(&exercised),
    };
    print::out(&told)?;
    Ok(Exit::Done)
}

/// The statement or rule of that identifier, whatever the case of its letters.
fn known_statement(id: &str) -> Result<&'static str, Stop> {
    let statements = catalogue().iter().map(|c| c.statement.id.as_str());
    let ids: Vec<&'static str> = statements.chain(rules()).collect();
    match ids.iter().find(|known| known.eq_ignore_ascii_case(id)) {
        Some(known) => Ok(known),
        None => Err(Stop::input(format_args!("there is no statement or rule {id}"), name_remedy(id, "statements and rules", ids))),
    }
}

/// Identifiers of tags that are no statements: other sources, and rules of our own.
fn rules() -> impl Iterator<Item = &'static str> {
    Tag::ALL.iter().flat_map(|tag| tag.ids().iter().copied()).filter(|id| !catalogue().iter().any(|c| c.statement.id == *id))
}

/// The statements of an area, or all.
fn chosen(area: Option<&str>) -> Result<Vec<&'static Clause>, Stop> {
    let Some(name) = area else { return Ok(catalogue().iter().collect()) };
    let mut areas = areas();
    match areas.iter().position(|(known, _)| *known == name) {
        Some(at) => Ok(areas.swap_remove(at).1),
        None => {
            let names = areas.iter().map(|(known, _)| *known);
            Err(Stop::input(format_args!("there is no area {name}"), name_remedy(name, "areas", names)))
        }
    }
}

/// Runs each model once with its seed: those given, else the shipped ones.
fn runs(given: &[PathBuf]) -> Result<Exercised, Stop> {
    let shipped = given.is_empty();
    let models = if shipped { shipped_models()? } else { given.to_vec() };
    let mut exercised = Exercised::default();
    for path in models {
        let name = path.file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default();
        if shipped && name == UNDER_ALL_PROFILES {
            for profile in profiles() {
                exercised.runs.push(run(&path, &name, Some(profile))?);
            }
        } else {
            exercised.runs.push(run(&path, &name, None)?);
        }
    }
    Ok(exercised)
}

fn run(path: &Path, name: &str, profile: Option<&str>) -> Result<Reached, Stop> {
    let which =
        Which { model: path.to_owned(), seed: None, replicate: 0, profile: profile.map(str::to_owned), set: Set::default() };
    let point = one_run::point(path, &[], profile)?;
    let run = one_run::make(&which, &point, UndefinedCounts::default())?;
    Ok(Reached::of(name, &run.record.profile, &run.outcome, &run.watcher))
}

fn shipped_models() -> Result<Vec<PathBuf>, Stop> {
    let folder = Path::new(SHIPPED);
    let remedy = "name models with --model, or give --no-run";
    let entries =
        std::fs::read_dir(folder).map_err(|e| Stop::input(format_args!("{SHIPPED}: cannot read this folder: {e}"), remedy))?;
    let mut models: Vec<PathBuf> =
        entries.filter_map(|e| Some(e.ok()?.path())).filter(|p| p.extension().is_some_and(|e| e == "json")).collect();
    models.sort();
    if models.is_empty() {
        return Err(Stop::input(format_args!("{SHIPPED}: there is no model in this folder"), remedy));
    }
    Ok(models)
}
