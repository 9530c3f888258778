//! Which statements runs of models come to: tags counted at run time, set beside the catalogue.

use std::collections::BTreeMap;

use crate::model::clauses::{Clause, Standing};
use crate::sim::seen::{FunctionId, Milestone, Tag};
use crate::sim::{Observer, RunOutcome};
use crate::units::SimTime;

/// Counts what a run reports as undefined, by state and input.
#[derive(Clone, Debug, Default)]
pub struct UndefinedCounts(BTreeMap<(&'static str, &'static str), u64>);

impl Observer for UndefinedCounts {
    fn milestone(&mut self, _now: SimTime, _by: FunctionId, _tag: Tag, milestone: &Milestone, _measured: bool) {
        if let Milestone::Undefined { state, input } = *milestone {
            *self.0.entry((state, input)).or_default() += 1;
        }
    }
}

/// An input that a function met in a state in which its table has nothing for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Undefined {
    pub function: &'static str,
    pub state: &'static str,
    pub input: &'static str,
    pub times: u64,
}

/// One run of one model, and what it came to.
#[derive(Clone, Debug)]
pub struct Reached {
    /// The model's name.
    pub model: String,
    pub profile: String,
    /// How often each tag was borne.
    pub tags: BTreeMap<Tag, u64>,
    pub undefined: Vec<Undefined>,
}

impl Reached {
    pub fn of(model: &str, profile: &str, outcome: &RunOutcome, counts: &UndefinedCounts) -> Reached {
        let undefined = outcome.undefined_kinds.iter().map(|&(function, state, input)| {
            let times = counts.0.get(&(state, input)).copied().unwrap_or_default();
            Undefined { function, state, input, times }
        });
        let mut undefined: Vec<Undefined> = undefined.collect();
        undefined.sort();
        Reached { model: model.to_owned(), profile: profile.to_owned(), tags: outcome.tags.iter().copied().collect(), undefined }
    }

    /// As a heading: the model, and the profile it was run under.
    pub fn label(&self) -> String {
        format!("{} ({})", self.model, self.profile)
    }
}

/// The runs made, in order.
#[derive(Clone, Debug, Default)]
pub struct Exercised {
    pub runs: Vec<Reached>,
}

impl Exercised {
    /// How often each run bore the tag, where it did.
    pub fn times(&self, tag: Tag) -> Vec<(&Reached, u64)> {
        self.runs.iter().filter_map(|run| run.tags.get(&tag).map(|n| (run, *n))).collect()
    }

    /// The names of the models that came to the statement, each once.
    pub fn models(&self, clause: &Clause) -> Vec<&str> {
        let mut models: Vec<&str> = Vec::new();
        for (run, _) in clause.tag().map(|tag| self.times(tag)).unwrap_or_default() {
            if !models.contains(&run.model.as_str()) {
                models.push(&run.model);
            }
        }
        models
    }

    /// Undefined pairs over all runs, with the run that met each.
    pub fn undefined(&self) -> Vec<(&Reached, Undefined)> {
        self.runs.iter().flat_map(|run| run.undefined.iter().map(move |u| (run, *u))).collect()
    }

    /// The counts of some statements.
    pub fn row<'a>(&self, clauses: impl Iterator<Item = &'a Clause>) -> Row {
        let mut row = Row::default();
        for clause in clauses {
            row.statements += 1;
            row.implemented += usize::from(clause.is_implemented());
            row.tested += usize::from(!clause.tests.is_empty());
            row.planned += usize::from(clause.is_planned());
            row.left_out += usize::from(clause.is_left_out());
            if let Standing::Rule(tag) = clause.standing {
                let reached = self.runs.iter().any(|run| run.tags.contains_key(&tag));
                row.exercised += usize::from(reached);
                row.never_reached += usize::from(!reached);
            }
        }
        row
    }
}

/// How many of some statements stand how. Only what bears a tag can be counted at run time: exercised and never reached.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Row {
    pub statements: usize,
    pub implemented: usize,
    pub tested: usize,
    pub exercised: usize,
    pub never_reached: usize,
    pub planned: usize,
    pub left_out: usize,
}

impl Row {
    pub const HEADS: [&str; 7] = ["statements", "implemented", "tested", "exercised", "never reached", "planned", "left out"];

    pub fn values(&self) -> [usize; 7] {
        [self.statements, self.implemented, self.tested, self.exercised, self.never_reached, self.planned, self.left_out]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::clauses::catalogue;

    fn run(model: &str, tags: &[(Tag, u64)]) -> Reached {
        let tags = tags.iter().copied().collect();
        Reached { model: model.to_owned(), profile: "latest".to_owned(), tags, undefined: Vec::new() }
    }

    #[test]
    fn a_row_adds_up_whatever_was_run() {
        let none = Exercised::default();
        let some = Exercised { runs: vec![run("a", &[(Tag::WaitForIp, 3)]), run("b", &[(Tag::WaitForIp, 2), (Tag::OwnLost, 1)])] };
        for exercised in [&none, &some] {
            let row = exercised.row(catalogue().iter());
            assert_eq!(row.statements, row.implemented + row.planned + row.left_out);
            assert!(row.exercised + row.never_reached <= row.implemented);
        }
        assert_eq!(none.row(catalogue().iter()).exercised, 0);
        assert_eq!(some.row(catalogue().iter()).exercised, 1, "own rules are no statements");
        let clause = catalogue().iter().find(|c| c.tag() == Some(Tag::WaitForIp)).expect("it is a statement");
        assert_eq!(some.models(clause), ["a", "b"]);
        assert_eq!(some.times(Tag::WaitForIp).iter().map(|t| t.1).collect::<Vec<_>>(), [3, 2]);
    }
}
