//! The runs of a comparison: for each replicate every side once, and again where the ways of messages are asked for.

use super::super::names::Names;
use super::super::one::{Broken, make_watched};
use super::changes::{Changes, Differing};
use super::messages::{Brief, Fates, Paired};
use super::parting::{Parting, Steps, Story, parting};
use super::side::ModelSide;
use crate::results::{RESULTS_VERSION, RunRecord, run_id};
use crate::sim::seen::UserId;
use crate::sim::{Observer, RunSeed};

/// One replicate of all sides.
#[derive(Clone, Debug)]
pub struct Replicate {
    /// One record for each side.
    pub records: Vec<RunRecord>,
    /// For each side but the first: its messages against those of the first. Empty where messages are not asked for.
    pub changes: Vec<Changes>,
}

/// A run that did not come to its end.
#[derive(Clone, Debug, PartialEq)]
pub struct Stopped {
    /// Which side.
    pub side: usize,
    pub broken: Broken,
}

/// Makes one replicate of all sides; the first is what the others are compared with. `messages`: compare messages too, and keep so many
/// of those that differ.
pub fn replicate(sides: &[&ModelSide], seed: u64, replicate: u32, messages: Option<usize>) -> Result<Replicate, Stopped> {
    let seed = RunSeed { seed, replicate };
    let (mut records, mut fates) = (Vec::new(), Vec::new());
    for side in 0..sides.len() {
        let (record, seen) = watched(sides, side, seed, Fates::default())?;
        records.push(record);
        fates.push(seen);
    }
    let Some(limit) = messages else { return Ok(Replicate { records, changes: Vec::new() }) };
    let first = fates.remove(0);
    let mut changes = Vec::new();
    for (number, other) in fates.into_iter().enumerate() {
        let paired = Fates::pair(first.clone(), other);
        changes.push(compare(sides, number + 1, seed, paired, limit)?);
    }
    Ok(Replicate { records, changes })
}

fn watched<O: Observer>(sides: &[&ModelSide], side: usize, seed: RunSeed, watcher: O) -> Result<(RunRecord, O), Stopped> {
    let of = sides[side];
    let id = run_id(RESULTS_VERSION, &of.canonical, seed.replicate, seed.seed);
    make_watched(&of.model, of.model_id, id, seed.seed, seed.replicate, false, watcher)
        .map(|run| (run.record, run.watcher))
        .map_err(|broken| Stopped { side, broken })
}

/// Runs both sides again for the reports about messages that differ, and finds where their ways part.
fn compare(sides: &[&ModelSide], other: usize, seed: RunSeed, paired: Paired, limit: usize) -> Result<Changes, Stopped> {
    let mut changes = Changes::of(&paired);
    if paired.differ.is_empty() {
        return Ok(changes);
    }
    let again = |side: usize, wanted: Vec<u32>| -> Result<Story, Stopped> {
        let (_, steps) = watched(sides, side, seed, Steps::of(wanted))?;
        Ok(steps.finish())
    };
    let in_a = again(0, paired.differ.iter().filter_map(|(a, _)| Some(a.as_ref()?.number)).collect())?;
    let in_b = again(other, paired.differ.iter().filter_map(|(_, b)| Some(b.as_ref()?.number)).collect())?;
    let names = [Names::of(&sides[0].model, seed), Names::of(&sides[other].model, seed)];
    for (a, b) in paired.differ {
        let ways = (in_a.of(a.map(|m| m.number)), in_b.of(b.map(|m| m.number)));
        let parted = parting(ways.0, &names[0], ways.1, &names[1]);
        let of = if a.is_some() { 0 } else { 1 };
        let brief = a.or(b).expect("one side has it");
        let streams = &sides[of * other].model.traffic;
        let stream = streams.get(brief.traffic as usize).map_or(String::new(), |t| t.name.clone());
        let to = names[of].user(UserId(brief.to));
        changes.add(differing(seed.replicate, stream, to, [a, b], parted), limit);
    }
    Ok(changes)
}

/// What is kept of a message that fares otherwise.
pub(super) fn differing(
    replicate: u32,
    stream: String,
    to: String,
    sides: [Option<Brief>; 2],
    parting: Option<Parting>,
) -> Differing {
    let sequence = sides[0].or(sides[1]).map_or(0, |m| m.sequence);
    Differing {
        replicate,
        stream,
        to,
        sequence,
        numbers: sides.map(|m| m.map(|m| m.number)),
        fates: sides.map(|m| m.map(|m| m.fate)),
        parting,
    }
}
