//! Patterns in whole models: recordings laid over users, and what makes two of them the same.

use std::path::PathBuf;

use crate::model::*;
use crate::units::SimTime;
use serde_json::{Value, json};

const MODEL: &str = r#"{
  "extends": ["lib/one_operator.json", "lib/phones.json"],
  "axes": {"deferred-mode": "auto-push"},
  "run": {"arrivals_until": "1 h"},
  "patterns": {"seen": {"trace": {"of": {"rows": ["bob-1.phone,0,on", "bob-2.phone,0,off", "bob-2.phone,60,on"]}}}},
  "populations": {
    "bob": {"count": 2, "devices": {"phone": {"primary": true, "classes": {"V": 1}, "radio": {"pattern": "seen"}}}},
    "ann": {"count": 1, "devices": {"phone": {"classes": {"plain": 1}}}}
  },
  "traffic": {"main": {"from": "ann", "to": "bob", "arrivals": {"poisson": {"rate": "1/600 s"}}}}
}"#;

fn read(overrides: &[(&str, Value)]) -> Result<Loaded, Faults> {
    let overrides: Vec<_> = overrides.iter().map(|(path, value)| ((*path).to_owned(), value.clone())).collect();
    resolve(&Tree::from_text("seen", MODEL).unwrap(), &overrides)
}

fn loaded(overrides: &[(&str, Value)]) -> Loaded {
    read(overrides).unwrap_or_else(|f| panic!("{f}"))
}

const ROWS: &str = "patterns.seen.trace.of";

fn replays(model: &Model) -> Vec<(bool, Vec<u64>)> {
    let PatternKind::Trace(trace) = &model.patterns[0].kind else { panic!("the pattern is a recording") };
    let portion = &trace.portions[0];
    portion
        .users
        .iter()
        .map(|r| (r.on_at_start, r.changes.iter().map(|at| (*at - SimTime::ZERO).ns() / 1_000_000_000).collect()))
        .collect()
}

#[test]
fn each_user_replays_the_rows_of_his_device() {
    let model = loaded(&[]).model;
    assert_eq!(model.populations[1].devices[0].radio, Radio::Pattern(0));
    assert_eq!(replays(&model), [(true, vec![]), (false, vec![60])]);
    let rows = json!({"rows": ["x9,0,off", "a1,0,on", "x9,30,on"]});
    let in_order = loaded(&[(ROWS, rows), ("patterns.seen.trace.assign", json!("in_order"))]);
    assert_eq!(replays(&in_order.model), [(false, vec![30]), (true, vec![])], "by their first rows, whatever their names");
}

/// The content is part of the identity, and nothing else of a recording is.
#[test]
fn what_a_recording_holds_makes_the_identity() {
    let canonical = |overrides: &[(&str, Value)]| loaded(overrides).canonical;
    let own = canonical(&[]);
    let rows = |rows: &[&str]| (ROWS, json!({"rows": rows}));
    let same = [
        rows(&[
            "device,time,state",
            "bob-2.phone,0,0",
            "bob-1.phone,0 s,on",
            "# noon",
            "bob-2.phone,1 min,1",
            "bob-1.phone,5 min,on",
        ]),
        rows(&["state,device,time", "on,bob-1.phone,0", "off,bob-2.phone,0", "on,bob-2.phone,60"]),
    ];
    for other in same {
        assert_eq!(canonical(&[other]), own);
    }
    let apart = [
        rows(&["bob-1.phone,0,on", "bob-2.phone,0,off", "bob-2.phone,61,on"]),
        rows(&["bob-2.phone,0,on", "bob-1.phone,0,off", "bob-1.phone,60,on"]),
        rows(&["bob-1.phone,0,on", "bob-2.phone,0,off", "bob-2.phone,60,on", "bob-1.phone,70,off"]),
    ];
    let mut all: Vec<String> = apart.into_iter().map(|other| canonical(&[other])).collect();
    all.push(own);
    all.push(canonical(&[("patterns.seen.trace.origin", json!("30 s"))]));
    let count = all.len();
    all.sort();
    all.dedup();
    assert_eq!(all.len(), count);
}

#[test]
fn a_file_and_its_rows_are_the_same_model_and_its_text_changes_it() {
    let path: PathBuf = std::env::temp_dir().join(format!("cpmsim-seen-{}.csv", std::process::id()));
    let of = (ROWS, json!({"csv": path.to_str().unwrap()}));
    std::fs::write(&path, "bob-1.phone,0,on\nbob-2.phone,0,off\nbob-2.phone,60,on\n").unwrap();
    let first = loaded(std::slice::from_ref(&of));
    std::fs::write(&path, "bob-1.phone,0,on\nbob-2.phone,0,off\nbob-2.phone,60.000000001,on\n").unwrap();
    let second = loaded(&[of]);
    std::fs::remove_file(&path).unwrap();
    assert_eq!(first.canonical, loaded(&[]).canonical);
    assert_ne!(first.canonical, second.canonical, "a nanosecond is another run");
}

#[test]
fn what_nothing_follows_changes_no_identity_and_is_warned_of() {
    let own = loaded(&[]);
    let more = loaded(&[("patterns.other", json!({"trace": {"of": {"rows": ["x,0,on"]}}}))]);
    assert_eq!(own.canonical, more.canonical);
    assert_eq!(more.warnings.iter().filter(|w| w.code == "unused-pattern").count(), 1);
    let rest = json!({"rows": ["a,0,on", "b,0,on", "c,0,on"]});
    let warned = loaded(&[(ROWS, rest), ("patterns.seen.trace.assign", json!("in_order"))]).warnings;
    assert!(warned.iter().any(|w| w.code == "unused-rows" && w.problem.contains("the first of them c")), "{warned:?}");
}

#[test]
fn what_resolves_with_a_recording_reads_back() {
    for origin in ["0 s", "30 s"] {
        let own = loaded(&[("patterns.seen.trace.origin", json!(origin))]);
        let again = resolve(&Tree::from_text("seen", &resolved_text(&own.model)).unwrap(), &[]).unwrap_or_else(|f| panic!("{f}"));
        assert_eq!((again.model, again.canonical), (own.model, own.canonical));
    }
}

/// Nights, rides and holes under one radio; what is a part is kept, and its place with it.
#[test]
fn patterns_are_made_of_patterns() {
    let patterns = json!({
        "seen": null,
        "a_stranger": {"dwell": {"on": "1 h", "off": "1 h"}},
        "hole": {"dwell": {"on": {"exponential": {"mean": "10 min"}}, "off": "30 s", "silent_loss": 1}},
        "line": {"common": {"of": {"hole": 1}, "share": 0.5}},
        "elsewhere": {"daily": {"from": "7 h", "lasts": "40 min", "days": ["mon", "tue"]}},
        "way": {"any": ["elsewhere", "line"]},
    });
    let radio = ("populations.bob.devices.phone.radio", json!({"pattern": "way"}));
    let of = |radio| {
        let mut overrides: Vec<(String, Value)> =
            patterns.as_object().unwrap().iter().map(|(name, p)| (format!("patterns.{name}"), p.clone())).collect();
        overrides.extend([radio].map(|(path, value): (&str, Value)| (path.to_owned(), value)));
        resolve(&Tree::from_text("seen", MODEL).unwrap(), &overrides).unwrap_or_else(|f| panic!("{f}"))
    };
    let own = of(radio);
    let names: Vec<&str> = own.model.patterns.iter().map(|p| p.name.as_str()).collect();
    assert_eq!(names, ["elsewhere", "hole", "line", "way"], "the stranger is nobody's");
    assert_eq!(own.model.patterns[3].kind, PatternKind::Any(vec![0, 2]));
    let PatternKind::Common(common) = &own.model.patterns[2].kind else { panic!("the line is common") };
    assert_eq!((&common.of[..], own.model.patterns[1].silent_loss), (&[(1.0, 1)][..], Some(1.0)));
    let PatternKind::Daily(daily) = &own.model.patterns[0].kind else { panic!("a stretch of days") };
    assert_eq!((daily.days, daily.on, daily.share), (0b11, false, 1.0));
    let again = resolve(&Tree::from_text("seen", &resolved_text(&own.model)).unwrap(), &[]).unwrap_or_else(|f| panic!("{f}"));
    assert_eq!((again.model, again.canonical), (own.model, own.canonical));
}

/// Every faulty row up to a bound is told in one go, with its place in the file.
#[test]
fn all_faulty_rows_are_told_at_once() {
    let rows: Vec<String> = (0..1000).map(|i| format!("bob-1.phone,{},maybe", 1000 - i)).collect();
    let faults = read(&[(ROWS, json!({"rows": rows}))]).expect_err("no row is right").0;
    assert_eq!(faults.len(), 20, "the first ones");
    assert!(faults.iter().any(|f| f.problem.ends_with("980 more rows are faulty")), "{}", Faults(faults));
}

#[test]
fn a_writer_whose_recording_ends_off_may_keep_a_run_from_its_end() {
    let warned = |row: &str| {
        let radio = json!({"pattern": "seen"});
        let rows = json!({"rows": ["bob-1.phone,0,on", "bob-2.phone,0,on", "ann-1.phone,0,on", row]});
        loaded(&[("populations.ann.devices.phone.radio", radio), (ROWS, rows)]).warnings
    };
    let is = |row| warned(row).iter().any(|w| w.code == "never-drains");
    assert!(is("ann-1.phone,30 min,off"));
    assert!(!is("ann-1.phone,2 h,off"), "after the last message is written");
}
