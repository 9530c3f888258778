//! The catalogue: the statements that the model answers for, in the project's own words, and how each of them stands.
//!
//! Beside this file lie `statements.json` (what is demanded), `standing.json` (how each statement without a tag stands), `planned.txt`
//! (the statements left to later work: a list that only shrinks) and `tests.txt` (the tests that bear a statement's name, written and
//! checked by the coverage test). A statement that a tag names stands by that tag, and nothing is written by hand for it.
//!
//! Left out: the texts of the source documents themselves.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde::Deserialize;

use crate::delivery::Tag;
use crate::delivery::profile::Profile;

#[cfg(test)]
mod tests;

/// The areas of which every statement that is simulated has a test, unless it is planned or left out.
pub const COVERED_AREAS: [&str; 13] = [
    "origination",
    "routing",
    "pager-delivery",
    "policy",
    "device-selection",
    "error-responses",
    "imdn",
    "storage",
    "e2e-indications",
    "access",
    "defer-queue",
    "interworking",
    "iw-events",
];

/// How strongly a document demands it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Level {
    Shall,
    Should,
    May,
    /// A note, or a declarative sentence that fixes behaviour.
    Note,
    /// The reason given for a change.
    Reason,
    /// Left open by the text.
    Open,
}

impl Level {
    pub const fn name(self) -> &'static str {
        match self {
            Level::Shall => "SHALL",
            Level::Should => "SHOULD",
            Level::May => "MAY",
            Level::Note => "NOTE",
            Level::Reason => "REASON",
            Level::Open => "OPEN",
        }
    }
}

/// Whether a simulation can show it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Simulate {
    /// Part of the simulated logic.
    Full,
    /// A choice in the model.
    Parameter,
    /// Nothing to simulate; the statement says why.
    Out,
}

/// One statement.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Statement {
    pub id: String,
    pub level: Level,
    pub actor: String,
    pub area: String,
    /// What is demanded.
    pub text: String,
    /// When.
    pub trigger: String,
    /// What a test can see.
    pub observable: String,
    pub simulate: Simulate,
    /// Why it is not simulated.
    pub reason: Option<String>,
    /// `axis=value` for which it holds; without them it holds for all.
    #[serde(default)]
    pub axes: Vec<String>,
    /// Related or conflicting statements of other documents.
    #[serde(default)]
    pub depends: Vec<String>,
}

/// How a statement stands.
#[derive(Clone, Debug, PartialEq)]
pub enum Standing {
    /// A transition or decision bears its tag.
    Rule(Tag),
    /// It holds by the way things are built, said here.
    Construction(String),
    /// It is this choice in the model file.
    Parameter(String),
    /// Left to later work on this topic.
    Planned(String),
    /// For this reason.
    LeftOut(String),
}

/// What `standing.json` says.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Written {
    Construction(String),
    Parameter(String),
    Planned(String),
    LeftOut(String),
}

/// A statement with its standing, and the tests that bear its name: file and function.
#[derive(Clone, Debug)]
pub struct Clause {
    pub statement: Statement,
    pub standing: Standing,
    pub tests: Vec<(&'static str, &'static str)>,
}

impl Clause {
    /// The identifier of the tag that stands for it.
    pub fn tag(&self) -> Option<Tag> {
        match self.standing {
            Standing::Rule(tag) => Some(tag),
            _ => None,
        }
    }

    pub fn is_implemented(&self) -> bool {
        matches!(self.standing, Standing::Rule(_) | Standing::Construction(_) | Standing::Parameter(_))
    }

    pub fn is_planned(&self) -> bool {
        matches!(self.standing, Standing::Planned(_))
    }

    pub fn is_left_out(&self) -> bool {
        matches!(self.standing, Standing::LeftOut(_))
    }

    /// Whether some test has to bear its name.
    pub fn needs_test(&self) -> bool {
        let covered = COVERED_AREAS.contains(&self.statement.area.as_str()) || self.tag().is_some();
        self.statement.simulate != Simulate::Out && covered && self.is_implemented()
    }

    /// How it stands: one word, and what there is to say about it.
    pub fn stands(&self) -> (&'static str, &str) {
        match &self.standing {
            Standing::Rule(tag) => ("rule", tag.says()),
            Standing::Construction(how) => ("by construction", how),
            Standing::Parameter(which) => ("parameter", which),
            Standing::Planned(topic) => ("planned", topic),
            Standing::LeftOut(why) => ("left out", why),
        }
    }
}

/// The identifier as it opens the name of a test: lower case, `_` for whatever is neither letter nor digit.
pub fn test_name(id: &str) -> String {
    id.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' }).collect()
}

/// All statements, in the order of the documents.
pub fn catalogue() -> &'static [Clause] {
    static CATALOGUE: OnceLock<Vec<Clause>> = OnceLock::new();
    CATALOGUE.get_or_init(gather)
}

/// The areas in the order in which the documents come to them, with their statements.
pub fn areas() -> Vec<(&'static str, Vec<&'static Clause>)> {
    let mut areas: Vec<(&str, Vec<&Clause>)> = Vec::new();
    for clause in catalogue() {
        match areas.iter_mut().find(|(name, _)| *name == clause.statement.area) {
            Some((_, clauses)) => clauses.push(clause),
            None => areas.push((&clause.statement.area, vec![clause])),
        }
    }
    areas
}

fn statements() -> Vec<Statement> {
    serde_json::from_str(include_str!("statements.json")).expect("the catalogue is sound")
}

fn written() -> BTreeMap<String, Written> {
    serde_json::from_str(include_str!("standing.json")).expect("the standing of statements is sound")
}

/// The tests of each statement, from lines of identifier, file and function.
fn tests() -> BTreeMap<&'static str, Vec<(&'static str, &'static str)>> {
    let mut tests: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for line in include_str!("tests.txt").lines() {
        let mut words = line.split(' ');
        let (Some(id), Some(file), Some(name)) = (words.next(), words.next(), words.next()) else {
            panic!("a line of tests.txt names statement, file and function: {line}");
        };
        tests.entry(id).or_default().push((file, name));
    }
    tests
}

fn gather() -> Vec<Clause> {
    let tags: BTreeMap<&str, Tag> = Tag::ALL.iter().flat_map(|tag| tag.ids().iter().map(|id| (*id, *tag))).collect();
    let (mut written, tests) = (written(), tests());
    let mut clauses = Vec::new();
    for statement in statements() {
        let tag = tags.get(statement.id.as_str());
        let standing = match (tag, written.remove(&statement.id), &statement.reason) {
            (Some(tag), _, _) => Standing::Rule(*tag),
            (None, Some(Written::Construction(how)), _) => Standing::Construction(how),
            (None, Some(Written::Parameter(which)), _) => Standing::Parameter(which),
            (None, Some(Written::Planned(topic)), _) => Standing::Planned(topic),
            (None, Some(Written::LeftOut(why)), _) => Standing::LeftOut(why),
            (None, None, Some(why)) => Standing::LeftOut(why.clone()),
            (None, None, None) => panic!("{} has neither a tag nor a standing", statement.id),
        };
        let tests = tests.get(statement.id.as_str()).cloned().unwrap_or_default();
        clauses.push(Clause { statement, standing, tests });
    }
    clauses
}

/// The names of the profiles, in the order of the documents.
pub fn profiles() -> impl Iterator<Item = &'static str> {
    Profile::ALL.into_iter().map(Profile::name)
}

/// The tag of that identifier, be it a statement's, another source's or one of our own rules'.
pub fn tag_named(id: &str) -> Option<Tag> {
    Tag::ALL.iter().copied().find(|tag| tag.ids().contains(&id))
}
