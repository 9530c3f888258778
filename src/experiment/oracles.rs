//! What the oracles found, over one run or many: counts by oracle, and the first finding with the run in which it was.

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::judge::{ORACLES, Sort, Verdicts};
use crate::model::Model;
use crate::results::{FirstBreak, Key, OracleCount, RunRecord};
use crate::sim::{Names, RunSeed};
use crate::units::SimTime;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The counts of a run, for its record. Oracles that are not judged yet are left out.
pub fn counts(verdicts: &Verdicts, model: &Arc<Model>, seed: RunSeed) -> BTreeMap<Key, OracleCount> {
    // Names are made for the few runs in which something was broken.
    let mut names = None;
    let judged = verdicts.rows().filter(|(oracle, _)| oracle.reached.is_some());
    let count = judged.map(|(oracle, verdict)| {
        let first = verdict.first.map(|at| {
            let names = names.get_or_insert_with(|| Names::of(model, seed));
            FirstBreak {
                at_ns: i64::try_from(at.at.ns()).unwrap_or(i64::MAX),
                message: at.message.map(|m| m.0),
                function: names.function(at.function).into(),
                what: at.what.into(),
            }
        });
        let count = OracleCount { reached: verdict.reached, findings: verdict.mandated, expected: verdict.expected, first };
        (Key::from(oracle.name), count)
    });
    count.collect()
}

/// What one oracle found over the runs that were added.
#[derive(Clone, Debug, Default, PartialEq)]
struct Line {
    count: OracleCount,
    /// The run of the first break, by the number its caller gave it.
    run: usize,
}

/// What all oracles found.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    lines: Vec<Line>,
    runs: u64,
}

impl Default for Found {
    fn default() -> Found {
        Found { lines: vec![Line::default(); ORACLES.len()], runs: 0 }
    }
}

/// The first finding of all: which oracle, where, and in which run.
#[derive(Clone, Copy, Debug)]
pub struct Finding<'a> {
    pub oracle: &'static str,
    pub says: &'static str,
    pub place: &'a FirstBreak,
    pub run: usize,
}

impl Found {
    /// Adds a run.
    pub fn add(&mut self, run: usize, record: &RunRecord) {
        self.runs += 1;
        for (oracle, line) in ORACLES.iter().zip(&mut self.lines) {
            let Some(count) = record.oracles.get(oracle.name) else { continue };
            let sum = &mut line.count;
            if count.first.is_some() && (sum.first.is_none() || (sum.findings == 0 && count.findings > 0)) {
                (sum.first, line.run) = (count.first.clone(), run);
            }
            sum.reached += count.reached;
            sum.findings += count.findings;
            sum.expected += count.expected;
        }
    }

    /// Breaks that are findings.
    pub fn findings(&self) -> u64 {
        self.lines.iter().map(|line| line.count.findings).sum()
    }

    /// The findings, one of each oracle.
    pub fn first(&self) -> impl Iterator<Item = Finding<'_>> {
        ORACLES.iter().zip(&self.lines).filter(|(_, line)| line.count.findings > 0).filter_map(|(oracle, line)| {
            Some(Finding { oracle: oracle.name, says: oracle.says, place: line.count.first.as_ref()?, run: line.run })
        })
    }

    /// One line for each oracle that was reached, by sort, and the names of the others.
    pub fn table(&self) -> String {
        let mut out = String::new();
        let mut put = |text: std::fmt::Arguments<'_>| writeln!(out, "{text}").expect("text grows");
        put(format_args!("{:<72} {:>10} {:>8} {:>8}", "oracles", "reached", "findings", "expected"));
        for sort in Sort::ALL {
            put(format_args!("  {}", sort.word()));
            let of_sort = || ORACLES.iter().zip(&self.lines).filter(move |(oracle, _)| oracle.sort == sort);
            let met = |count: &OracleCount| count.reached + count.findings + count.expected > 0;
            for (oracle, Line { count, .. }) in of_sort().filter(|(_, line)| met(&line.count)) {
                let says: String = oracle.says.chars().take(62).collect();
                put(format_args!(
                    "    {} {says:<62} {:>10} {:>8} {:>8}",
                    oracle.name, count.reached, count.findings, count.expected
                ));
            }
            let names = |judged: bool| -> Vec<&str> {
                of_sort()
                    .filter(|(oracle, line)| !met(&line.count) && oracle.reached.is_some() == judged)
                    .map(|(oracle, _)| oracle.name)
                    .collect()
            };
            for (what, list) in [("had nothing to judge", names(true)), ("not judged yet", names(false))] {
                if !list.is_empty() {
                    put(format_args!("    {what}: {}", list.join(", ")));
                }
            }
        }
        out
    }

    pub fn json(&self) -> Value {
        let rows = ORACLES.iter().zip(&self.lines).filter(|(oracle, _)| oracle.reached.is_some()).map(|(oracle, line)| {
            let first =
                line.count.first.as_ref().map(
                    |f| json!({"at_ns": f.at_ns, "message": f.message, "function": f.function, "what": f.what, "run": line.run}),
                );
            json!({
                "oracle": oracle.name, "sort": oracle.sort.word(), "says": oracle.says, "reached": line.count.reached,
                "findings": line.count.findings, "expected": line.count.expected, "first": first,
            })
        });
        rows.collect::<Vec<_>>().into()
    }
}

impl Finding<'_> {
    /// What was broken, where and when.
    pub fn text(&self) -> String {
        let FirstBreak { at_ns, message, function, what } = self.place;
        let whom = message.map_or(String::new(), |m| format!(", message {m}"));
        let at = SimTime::from_ns(u64::try_from(*at_ns).unwrap_or(0));
        format!("{} broken ({}): {what}, at {at} at {function}{whom}", self.oracle, self.says)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(findings: u64, expected: u64) -> RunRecord {
        let mut run = RunRecord::new([1; 16], [2; 16], 0, 7);
        let first = (findings + expected > 0).then(|| FirstBreak {
            at_ns: 5,
            message: Some(3),
            function: "pf".into(),
            what: "twice".into(),
        });
        run.oracles.insert("I-02".into(), OracleCount { reached: 10, findings, expected, first });
        run.oracles.insert("I-16".into(), OracleCount::default());
        run
    }

    #[test]
    fn runs_add_up_and_a_finding_goes_before_an_expected_break() {
        let mut found = Found::default();
        found.add(0, &record(0, 2));
        assert_eq!((found.findings(), found.first().count()), (0, 0), "an expected break is no finding");
        found.add(7, &record(1, 0));
        found.add(8, &record(1, 0));
        assert_eq!(found.findings(), 2);
        let first = found.first().next().expect("a finding");
        assert_eq!((first.oracle, first.run), ("I-02", 7));
        assert_eq!(first.text(), "I-02 broken (a device shows a message once): twice, at 0.000000005 s at pf, message 3");
    }

    #[test]
    fn the_table_keeps_the_sorts_apart_and_says_what_was_not_reached() {
        let mut found = Found::default();
        found.add(0, &record(0, 2));
        let table = found.table();
        let line =
            |start: &str| table.lines().find(|l| l.trim_start().starts_with(start)).unwrap_or_else(|| panic!("{start}: {table}"));
        assert!(line("I-02").ends_with("        10        0        2"), "{table}");
        let places: Vec<usize> = ["  safety", "  liveness", "  efficiency"].map(|s| table.find(s).expect("a sort")).into();
        assert!(places.is_sorted(), "{table}");
        let liveness = &table[places[1]..places[2]];
        assert!(liveness.contains("had nothing to judge: I-15, I-16, I-29, I-31"), "{table}");
        assert!(liveness.contains("not judged yet: I-17"), "{table}");
    }
}
