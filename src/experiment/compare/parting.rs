//! Where the ways of one message part: the first report that is not the same in two runs.
//!
//! A message's reports are compared one by one, in the order of their run, by who reported and what was done. Instants and the
//! numbers of copies and objects are passed over, since they name nothing that was decided; so are transactions, which only carry out
//! what was decided. The statement behind a report does not make it another: two generations may do the same by clauses of their
//! own. Left out: causes outside the message, such as another one ahead of it in a queue.

use std::collections::BTreeSet;

use super::super::names::Names;
use super::super::words;
use crate::sim::Observer;
use crate::sim::seen::{FunctionId, Milestone, Tag};
use crate::units::SimTime;

/// One report about a message.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Step {
    pub at: SimTime,
    pub by: FunctionId,
    pub tag: Tag,
    pub what: Milestone,
}

/// Second pass: keeps the reports about some messages.
#[derive(Clone, Debug, Default)]
pub struct Steps {
    wanted: BTreeSet<u32>,
    /// In the order of the run: number of the message, and what was reported.
    seen: Vec<(u32, Step)>,
}

impl Steps {
    /// Keeps those of these messages.
    pub fn of(wanted: impl IntoIterator<Item = u32>) -> Steps {
        Steps { wanted: wanted.into_iter().collect(), seen: Vec::new() }
    }

    /// The reports by message, each in the order of the run.
    pub fn finish(mut self) -> Story {
        // Stable: what is about one message keeps its order.
        self.seen.sort_by_key(|(message, _)| *message);
        Story { seen: self.seen }
    }
}

impl Observer for Steps {
    fn milestone(&mut self, now: SimTime, by: FunctionId, tag: Tag, milestone: &Milestone, _measured: bool) {
        let Some(message) = milestone.message().filter(|m| self.wanted.contains(&m.0)) else { return };
        if decides(milestone) {
            self.seen.push((message.0, Step { at: now, by, tag, what: *milestone }));
        }
    }
}

/// Whether a report is about the message and not only about how it was carried.
fn decides(milestone: &Milestone) -> bool {
    !matches!(milestone, Milestone::TxnStart { .. } | Milestone::TxnEnd { .. } | Milestone::LateResponse)
}

/// The reports of a run about the messages that were asked for.
#[derive(Clone, Debug, Default)]
pub struct Story {
    seen: Vec<(u32, Step)>,
}

impl Story {
    /// Those about one message; of none, nothing.
    pub fn of(&self, message: Option<u32>) -> &[(u32, Step)] {
        let Some(message) = message else { return &[] };
        let begin = self.seen.partition_point(|(m, _)| *m < message);
        let end = self.seen.partition_point(|(m, _)| *m <= message);
        &self.seen[begin..end]
    }
}

/// What one side did where the ways part.
#[derive(Clone, Debug, PartialEq)]
pub struct Act {
    pub at: SimTime,
    pub by: String,
    /// In words, with the names of those concerned.
    pub what: String,
    /// The same without names: what can be counted over messages.
    pub kind: String,
    pub tag: Tag,
}

/// The first report that is not the same. None on a side: nothing more was reported there.
#[derive(Clone, Debug, PartialEq)]
pub struct Parting {
    pub a: Option<Act>,
    pub b: Option<Act>,
    /// Reports before it that are the same.
    pub shared: usize,
}

/// Lays the reports of both sides side by side. None: what was done is the same to the end, only instants differ.
pub fn parting(a: &[(u32, Step)], names_a: &Names, b: &[(u32, Step)], names_b: &Names) -> Option<Parting> {
    let act = |step: Option<&(u32, Step)>, names: &Names| {
        step.map(|(_, step)| Act {
            at: step.at,
            by: names.function(step.by),
            what: words::act_line(&step.what, Some(names)),
            kind: words::act_line(&step.what, None),
            tag: step.tag,
        })
    };
    let same = |a: &Option<Act>, b: &Option<Act>| match (a, b) {
        (Some(a), Some(b)) => (&a.by, &a.what) == (&b.by, &b.what),
        (None, None) => true,
        _ => false,
    };
    (0..a.len().max(b.len())).find_map(|n| {
        let (of_a, of_b) = (act(a.get(n), names_a), act(b.get(n), names_b));
        (!same(&of_a, &of_b)).then_some(Parting { a: of_a, b: of_b, shared: n })
    })
}
