//! The gate: pinned runs against a baseline that was accepted, so that a change of behaviour is seen and named.
//!
//! A baseline holds, for each run, the fate fingerprint and a digest of each message; the verdicts of the expectations; and the
//! values that `equivalent_to: "baseline"` is about. Trace fingerprints are left out: a refactoring may move them.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

use super::expect::{Judgement, Verdict};

/// Version of the file's shape.
const FORMAT: u32 = 1;

/// What was accepted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Baseline {
    pub format: u32,
    pub experiment: String,
    pub results_version: u32,
    pub seed: u64,
    pub runs: Vec<PinnedRun>,
    pub expectations: Vec<PinnedVerdict>,
    pub values: Vec<PinnedValue>,
}

/// One run, named by its place in the plan.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PinnedRun {
    pub at: BTreeMap<String, String>,
    pub replicate: u32,
    /// Fate fingerprint, 32 hexadecimal digits.
    pub fate: String,
    /// Number of the first message.
    pub first: u32,
    /// Eight hexadecimal digits for each message, in order of number; zeros for a number without a message.
    pub messages: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PinnedVerdict {
    pub place: String,
    pub at: BTreeMap<String, String>,
    pub verdict: String,
}

/// A metric's value at a point.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PinnedValue {
    pub at: BTreeMap<String, String>,
    pub metric: String,
    pub value: f64,
}

impl PinnedRun {
    /// A run from the digests of its messages, sorted by number.
    pub fn new(at: BTreeMap<String, String>, replicate: u32, fate: &str, digests: &[(u32, u32)]) -> PinnedRun {
        let first = digests.first().map_or(0, |(number, _)| *number);
        let mut messages = String::with_capacity(8 * digests.len());
        let mut next = first;
        for (number, digest) in digests {
            while next < *number {
                messages.push_str("00000000");
                next += 1;
            }
            write!(messages, "{digest:08x}").expect("text grows");
            next += 1;
        }
        PinnedRun { at, replicate, fate: fate.to_owned(), first, messages }
    }

    /// The number of the first message whose digest differs, if one does.
    fn first_difference(&self, other: &PinnedRun) -> Option<u32> {
        let digest = |run: &PinnedRun, number: u32| {
            let place = 8 * number.checked_sub(run.first)? as usize;
            run.messages.get(place..place + 8).map(str::to_owned)
        };
        let end = |run: &PinnedRun| run.first + (run.messages.len() / 8) as u32;
        (self.first.min(other.first)..end(self).max(end(other))).find(|n| digest(self, *n) != digest(other, *n))
    }

    fn name(&self) -> String {
        let at: Vec<String> = self.at.iter().map(|(axis, label)| format!("{axis}={label}")).collect();
        if at.is_empty() {
            format!("replicate {}", self.replicate)
        } else {
            format!("{}, replicate {}", at.join(", "), self.replicate)
        }
    }
}

/// Something that is not as it was accepted.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// The run or the expectation.
    pub place: String,
    pub what: String,
    /// The run that differs, with the first message that does.
    pub run: Option<(BTreeMap<String, String>, u32)>,
    pub message: Option<u32>,
}

impl Baseline {
    pub fn new(experiment: &str, results_version: u32, seed: u64) -> Baseline {
        let experiment = experiment.to_owned();
        Baseline { format: FORMAT, experiment, results_version, seed, runs: vec![], expectations: vec![], values: vec![] }
    }

    /// Reads a baseline. Err says what is wrong with it.
    pub fn parse(text: &str) -> Result<Baseline, String> {
        let baseline: Baseline = serde_json::from_str(text).map_err(|e| format!("this is not a baseline: {e}"))?;
        if baseline.format != FORMAT {
            return Err(format!("it has format {}, and this version reads {FORMAT}", baseline.format));
        }
        let hex = |text: &str, digits: usize| text.len().is_multiple_of(digits) && text.bytes().all(|b| b.is_ascii_hexdigit());
        match baseline.runs.iter().find(|run| !hex(&run.messages, 8) || run.fate.len() != 32 || !hex(&run.fate, 32)) {
            Some(run) => Err(format!("the digests of the run at {} are no hexadecimal numbers", run.name())),
            None => Ok(baseline),
        }
    }

    /// As it is written: one line for each run, so that a diff shows what moved.
    pub fn text(&self) -> String {
        fn lines<T: Serialize>(out: &mut String, name: &str, items: &[T], last: bool) {
            writeln!(out, "  \"{name}\": [").expect("text grows");
            for (i, item) in items.iter().enumerate() {
                let comma = if i + 1 < items.len() { "," } else { "" };
                writeln!(out, "    {}{comma}", serde_json::to_string(item).expect("plain data")).expect("text grows");
            }
            writeln!(out, "  ]{}", if last { "" } else { "," }).expect("text grows");
        }
        let name = serde_json::to_string(&self.experiment).expect("a text");
        let mut out = format!(
            "{{\n  \"format\": {},\n  \"experiment\": {name},\n  \"results_version\": {},\n  \"seed\": {},\n",
            self.format, self.results_version, self.seed
        );
        lines(&mut out, "runs", &self.runs, false);
        lines(&mut out, "expectations", &self.expectations, false);
        lines(&mut out, "values", &self.values, true);
        out.push_str("}\n");
        out
    }

    /// Notes the verdicts.
    pub fn pin(&mut self, judgement: &Judgement) {
        let row = |r: &super::expect::Judged| PinnedVerdict {
            place: r.place.clone(),
            at: r.labels.clone(),
            verdict: r.verdict.word().to_owned(),
        };
        self.expectations = judgement.rows.iter().map(row).collect();
    }

    /// The value of a metric at a place.
    pub fn value(&self, at: &BTreeMap<String, String>, metric: &str) -> Option<f64> {
        self.values.iter().find(|v| v.at == *at && v.metric == metric).map(|v| v.value)
    }

    /// What differs in `now`, in the order of its runs; the first finding is the first run that differs.
    pub fn against(&self, now: &Baseline) -> Vec<Finding> {
        let mut findings = Vec::new();
        if self.seed != now.seed {
            let what = format!("the seed was {} and is {}: all runs are others", self.seed, now.seed);
            findings.push(Finding { place: "experiment".into(), what, run: None, message: None });
            return findings;
        }
        let key = |run: &PinnedRun| (run.at.clone(), run.replicate);
        let then: BTreeMap<_, &PinnedRun> = self.runs.iter().map(|run| (key(run), run)).collect();
        for run in &now.runs {
            let Some(was) = then.get(&key(run)) else {
                findings.push(Finding {
                    place: run.name(),
                    what: "the baseline has no such run".into(),
                    run: Some(key(run)),
                    message: None,
                });
                continue;
            };
            if was.fate == run.fate && was.messages == run.messages && was.first == run.first {
                continue;
            }
            let message = was.first_difference(run);
            let what = match message {
                Some(number) => format!("message {number} is the first to fare differently (fate {} was {})", run.fate, was.fate),
                None => format!("the fate fingerprint is {} and was {}, though each message fares the same", run.fate, was.fate),
            };
            findings.push(Finding { place: run.name(), what, run: Some(key(run)), message });
        }
        let present: Vec<_> = now.runs.iter().map(key).collect();
        for was in self.runs.iter().filter(|run| !present.contains(&key(run))) {
            findings.push(Finding {
                place: was.name(),
                what: "the run is in the baseline and was not made".into(),
                run: None,
                message: None,
            });
        }
        findings.extend(self.worse_verdicts(now));
        findings
    }

    /// Expectations that fail, or are less certain than they were.
    fn worse_verdicts(&self, now: &Baseline) -> Vec<Finding> {
        let rank = |word: &str| [Verdict::Holds, Verdict::Imprecise, Verdict::Fails].iter().position(|v| v.word() == word);
        let was = |row: &PinnedVerdict| {
            self.expectations.iter().find(|e| e.place == row.place && e.at == row.at).map(|e| e.verdict.as_str())
        };
        let mut findings = Vec::new();
        for row in &now.expectations {
            let before = was(row);
            let failed = row.verdict == Verdict::Fails.word();
            if failed || before.is_some_and(|b| rank(&row.verdict) > rank(b)) {
                let at: Vec<String> = row.at.iter().map(|(axis, label)| format!("{axis}={label}")).collect();
                let what = format!("{} (the baseline says: {})", row.verdict, before.unwrap_or("nothing"));
                findings.push(Finding {
                    place: format!("{} {}", row.place, at.join(", ")).trim().to_owned(),
                    what,
                    run: None,
                    message: None,
                });
            }
        }
        findings
    }
}

/// The findings as JUnit XML, which CI systems show: one test case for each run and each expectation.
pub fn junit(now: &Baseline, findings: &[Finding]) -> String {
    let names = now.runs.iter().map(PinnedRun::name);
    let expectations = now.expectations.iter().map(|e| {
        let at: Vec<String> = e.at.iter().map(|(axis, label)| format!("{axis}={label}")).collect();
        format!("{} {}", e.place, at.join(", ")).trim().to_owned()
    });
    let mut cases: Vec<String> = names.chain(expectations).collect();
    for finding in findings.iter().filter(|f| !cases.contains(&f.place)).map(|f| f.place.clone()).collect::<Vec<_>>() {
        cases.push(finding);
    }
    let mut out = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite name=\"{}\" tests=\"{}\" failures=\"{}\">\n",
        escaped(&now.experiment),
        cases.len(),
        cases.iter().filter(|c| findings.iter().any(|f| f.place == **c)).count()
    );
    for case in &cases {
        let failed: Vec<&Finding> = findings.iter().filter(|f| f.place == *case).collect();
        let head = format!("  <testcase classname=\"{}\" name=\"{}\"", escaped(&now.experiment), escaped(case));
        if failed.is_empty() {
            writeln!(out, "{head}/>").expect("text grows");
        } else {
            let what: Vec<&str> = failed.iter().map(|f| f.what.as_str()).collect();
            writeln!(out, "{head}><failure message=\"{}\"/></testcase>", escaped(&what.join("; "))).expect("text grows");
        }
    }
    out.push_str("</testsuite>\n");
    out
}

/// Text within XML; characters that XML cannot hold become question marks.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c if c.is_control() && c != '\n' && c != '\t' => out.push('?'),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const FATE: [&str; 2] = ["0123456789abcdef0123456789abcdef", "fedcba9876543210fedcba9876543210"];

    fn at(wait: &str) -> BTreeMap<String, String> {
        BTreeMap::from([("wait".to_owned(), wait.to_owned())])
    }

    fn accepted() -> Baseline {
        let mut base = Baseline::new("waits & more", 1, 7);
        base.runs = vec![
            PinnedRun::new(at("0 s"), 0, FATE[0], &[(1, 10), (2, 20), (3, 30)]),
            PinnedRun::new(at("2 s"), 0, FATE[0], &[(1, 11), (3, 31)]),
        ];
        base.expectations = vec![PinnedVerdict { place: "/expect/0".into(), at: at("0 s"), verdict: "imprecise".into() }];
        base.values = vec![PinnedValue { at: at("0 s"), metric: "sms_share_ratio".into(), value: 0.1 }];
        base
    }

    #[test]
    fn a_baseline_reads_back_and_agrees_with_itself() {
        let base = accepted();
        let read = Baseline::parse(&base.text()).expect("its own text");
        assert_eq!(read, base);
        assert_eq!(read.runs[1].messages, "0000000b000000000000001f", "a gap is zeros");
        assert!(read.against(&base).is_empty());
        assert_eq!(read.value(&at("0 s"), "sms_share_ratio"), Some(0.1));
    }

    #[test]
    fn the_first_run_and_message_that_differ_are_named() {
        let mut now = accepted();
        now.runs[1] = PinnedRun::new(at("2 s"), 0, FATE[1], &[(1, 11), (3, 32), (4, 1)]);
        let findings = accepted().against(&now);
        assert_eq!(findings.len(), 1);
        assert_eq!((findings[0].place.as_str(), findings[0].message), ("wait=2 s, replicate 0", Some(3)));
        now.runs[1] = PinnedRun::new(at("2 s"), 0, FATE[1], &[(1, 11), (3, 31), (4, 1)]);
        assert_eq!(accepted().against(&now)[0].message, Some(4), "one message more");
        now.runs[1] = PinnedRun::new(at("2 s"), 0, FATE[1], &[(3, 31)]);
        assert_eq!(accepted().against(&now)[0].message, Some(1), "one message less");
    }

    #[test]
    fn missing_and_new_runs_and_worse_verdicts_are_findings() {
        let mut now = accepted();
        now.runs[0].replicate = 5;
        now.expectations[0].verdict = "fails".into();
        let places: Vec<String> = accepted().against(&now).into_iter().map(|f| f.place).collect();
        assert_eq!(places, ["wait=0 s, replicate 5", "wait=0 s, replicate 0", "/expect/0 wait=0 s"]);
        now = accepted();
        now.expectations[0].verdict = "holds".into();
        assert!(accepted().against(&now).is_empty(), "better is no finding");
        now.seed = 8;
        assert_eq!(accepted().against(&now).len(), 1);
    }

    #[test]
    fn what_is_no_baseline_is_refused() {
        for text in [
            "",
            "[]",
            "{\"format\": 1}",
            &accepted().text().replace("\"format\": 1", "\"format\": 9"),
            &accepted().text().replace("0000000a", "0000000x"),
        ] {
            assert!(Baseline::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn junit_counts_and_escapes() {
        let mut now = accepted();
        now.runs[0].fate = FATE[1].to_owned();
        let xml = junit(&now, &accepted().against(&now));
        assert!(xml.contains("<testsuite name=\"waits &amp; more\" tests=\"3\" failures=\"1\">"), "{xml}");
        assert_eq!(xml.matches("<failure").count(), 1);
    }
}
