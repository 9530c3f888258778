//! `oracles.csv`: what each oracle found at each point, over its runs.
//!
//! One row for each point and oracle: axis columns, name, times reached, findings, expected breaks, and where the first finding (without
//! one the first break) was. These are no metrics: no estimate is made of them.

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::csv_out::quoted;
use super::plan::AxisValue;
use super::rows::axis_column;
use super::run_record::{FirstBreak, Key, OracleCount, RunRecord};

const COLUMNS: [&str; 9] = ["oracle", "reached", "findings", "expected", "replicate", "at_ns", "message", "function", "what"];

/// The sum over the runs of a point, and the replicate in which the first break was.
type Counted = (OracleCount, Option<u32>);

/// Rows of finished points, and the point that is being added up.
#[derive(Debug, Default)]
pub(super) struct OracleRows {
    rows: Vec<(Vec<AxisValue>, Key, Counted)>,
    point: BTreeMap<Key, Counted>,
}

impl OracleRows {
    /// Adds a run of the present point.
    pub fn push(&mut self, run: &RunRecord) {
        for (name, count) in &run.oracles {
            let (sum, replicate) = self.point.entry(name.clone()).or_default();
            let better = count.first.is_some() && (sum.first.is_none() || (sum.findings == 0 && count.findings > 0));
            if better {
                (sum.first, *replicate) = (count.first.clone(), Some(run.replicate));
            }
            sum.reached += count.reached;
            sum.findings += count.findings;
            sum.expected += count.expected;
        }
    }

    pub fn end_point(&mut self, values: &[AxisValue]) {
        self.rows.extend(std::mem::take(&mut self.point).into_iter().map(|(name, sum)| (values.to_vec(), name, sum)));
    }

    pub fn put(&self, axes: &[String], out: &mut impl Write) -> io::Result<()> {
        let names: Vec<String> = axes.iter().map(|axis| quoted(&axis_column(axis))).chain(COLUMNS.map(str::to_owned)).collect();
        writeln!(out, "{}", names.join(","))?;
        for (values, name, (sum, replicate)) in &self.rows {
            let mut fields: Vec<String> = values.iter().map(|value| quoted(&value.to_string())).collect();
            fields.extend([name.to_string(), sum.reached.to_string(), sum.findings.to_string(), sum.expected.to_string()]);
            fields.push(replicate.map(|r| r.to_string()).unwrap_or_default());
            fields.extend(match &sum.first {
                Some(FirstBreak { at_ns, message, function, what }) => {
                    [at_ns.to_string(), message.map(|m| m.to_string()).unwrap_or_default(), quoted(function), quoted(what)]
                }
                None => [const { String::new() }; 4],
            });
            writeln!(out, "{}", fields.join(","))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::sample::sample_run;

    #[test]
    fn runs_of_a_point_are_added_up_and_the_first_finding_is_shown() {
        let mut rows = OracleRows::default();
        let mut calm = sample_run(0, 1);
        calm.oracles.get_mut("I-02").expect("there").findings = 0;
        rows.push(&calm);
        rows.push(&sample_run(0, 4));
        rows.push(&sample_run(0, 6));
        rows.end_point(&[AxisValue::Text("a, b".into())]);
        let mut text = Vec::new();
        rows.put(&["x".to_owned()], &mut text).expect("memory takes it");
        let lines: Vec<&str> = std::str::from_utf8(&text).expect("text").lines().collect();
        assert_eq!(lines[0], "x,oracle,reached,findings,expected,replicate,at_ns,message,function,what");
        assert_eq!(lines[1], "\"a, b\",I-02,281,2,6,4,7,3,pf,\"it came twice, \"\"so\"\"\"");
        assert_eq!(lines[2], "\"a, b\",I-09,0,0,0,,,,,");
        assert_eq!(lines.len(), 3);
    }
}
