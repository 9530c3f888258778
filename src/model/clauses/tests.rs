//! The catalogue is whole and at one with itself, and its list of what is planned only shrinks.

use std::collections::BTreeSet;

use super::*;
use crate::delivery::profile::AxisId;

/// Counts of the requirements digest.
const AREAS: [(&str, usize); 24] = [
    ("device-selection", 23),
    ("storage", 20),
    ("routing", 28),
    ("origination", 11),
    ("group", 24),
    ("pager-delivery", 9),
    ("defer-queue", 14),
    ("interworking", 13),
    ("reply", 13),
    ("documentation", 1),
    ("policy", 31),
    ("defer-notify", 38),
    ("error-responses", 32),
    ("large-message", 28),
    ("references", 12),
    ("e2e-indications", 4),
    ("defer-push", 6),
    ("expiry", 6),
    ("defer-pull", 50),
    ("provisioning", 15),
    ("imdn", 10),
    ("access", 14),
    ("iw-events", 23),
    ("imap-events", 24),
];

fn ids() -> BTreeSet<String> {
    statements().into_iter().map(|s| s.id).collect()
}

#[test]
fn the_catalogue_has_every_statement_once() {
    let all = statements();
    assert_eq!((all.len(), ids().len()), (449, 449));
    let level = |level| all.iter().filter(|s| s.level == level).count();
    let levels = [Level::Shall, Level::Should, Level::May, Level::Note, Level::Reason, Level::Open].map(level);
    assert_eq!(levels, [245, 10, 12, 115, 37, 30]);
    let simulated = [Simulate::Full, Simulate::Parameter, Simulate::Out].map(|s| all.iter().filter(|x| x.simulate == s).count());
    assert_eq!(simulated, [342, 86, 21]);
    let of = |prefix: &str| all.iter().filter(|s| s.id.starts_with(prefix)).count();
    assert_eq!(["IM08-", "SD23-", "TS83-", "PULL-", "IW15-"].map(of), [35, 125, 71, 101, 117]);
    let found: Vec<(&str, usize)> = areas().iter().map(|(name, clauses)| (*name, clauses.len())).collect();
    assert_eq!(found, AREAS);
    assert!(COVERED_AREAS.iter().all(|a| AREAS.iter().any(|(name, _)| name == a)));
}

#[test]
fn every_statement_says_what_when_and_what_can_be_seen() {
    for s in statements() {
        assert!([&s.actor, &s.text, &s.trigger, &s.observable].iter().all(|t| !t.trim().is_empty()), "{}", s.id);
        assert_eq!(s.simulate == Simulate::Out, s.reason.is_some(), "{}: what is not simulated has a reason", s.id);
        for written in &s.axes {
            let (axis, value) = written.split_once('=').unwrap_or_else(|| panic!("{}: {written}", s.id));
            let info = AxisId::named(axis).unwrap_or_else(|| panic!("{}: no axis {axis}", s.id)).info();
            assert!(info.values.contains(&value), "{}: {axis} has no value {value}", s.id);
        }
    }
}

#[test]
fn relations_between_documents_go_both_ways() {
    let all = statements();
    let document = |id: &str| id.split('-').next().expect("a word").to_owned();
    for s in &all {
        for other in &s.depends {
            let found = all.iter().find(|o| o.id == *other).unwrap_or_else(|| panic!("{} depends on unknown {other}", s.id));
            assert!(found.depends.contains(&s.id), "{other} does not name {}", s.id);
            assert_ne!(document(&s.id), document(other), "{}: a relation joins two documents", s.id);
        }
    }
}

#[test]
fn names_of_tests_tell_statements_apart() {
    let names: BTreeSet<String> = ids().iter().map(|id| test_name(id)).collect();
    assert_eq!(names.len(), 449);
    for name in &names {
        let longer = names.iter().find(|n| n.starts_with(&format!("{name}_")));
        assert_eq!(longer, None, "{name} opens the name of another statement");
    }
}

#[test]
fn every_tag_names_statements_or_a_source_outside_them() {
    let ids = ids();
    let mut seen = BTreeSet::new();
    for id in Tag::ALL.iter().flat_map(|t| t.ids()) {
        assert!(seen.insert(*id), "{id} has two tags");
        let ours = ["IM08-", "SD23-", "TS83-", "PULL-", "IW15-"].iter().any(|p| id.starts_with(p));
        assert!(!ours || ids.contains(*id), "{id} is no statement");
        let outside = ["own.", "RFC", "TS2"].iter().any(|p| id.starts_with(p));
        assert!(ours || outside, "{id} is neither a statement, nor a source outside them, nor a rule of our own");
    }
}

#[test]
fn a_statement_stands_in_one_way() {
    let all = statements();
    let tagged: BTreeSet<&str> = Tag::ALL.iter().flat_map(|t| t.ids().iter().copied()).collect();
    for (id, _) in written() {
        let s = all.iter().find(|s| s.id == id).unwrap_or_else(|| panic!("standing.json: {id} is no statement"));
        assert!(
            !tagged.contains(id.as_str()),
            "standing.json: {id} has a tag: take it out here and, if it stands there, in planned.txt"
        );
        assert!(s.simulate != Simulate::Out, "standing.json: {id} says itself why it is left out");
    }
    assert_eq!(catalogue().len(), all.len());
    for id in tests().keys() {
        assert!(all.iter().any(|s| s.id == *id), "tests.txt: {id} is no statement");
    }
}

/// What is done or left out leaves `planned.txt`; nothing may come in. `UPDATE_DOCS=1` takes out what has left.
#[test]
fn the_list_of_what_is_planned_only_shrinks() {
    let listed: BTreeSet<String> = include_str!("planned.txt").lines().map(str::to_owned).collect();
    let planned: Vec<&str> = catalogue().iter().filter(|c| c.is_planned()).map(|c| c.statement.id.as_str()).collect();
    for id in &planned {
        assert!(listed.contains(*id), "{id} is planned in standing.json and was not so before: a statement once done stays done");
    }
    if std::env::var_os("UPDATE_DOCS").is_some() {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/model/clauses/planned.txt");
        std::fs::write(path, planned.join("\n") + "\n").expect("the list can be written");
        return;
    }
    let left: Vec<&String> = listed.iter().filter(|id| !planned.contains(&id.as_str())).collect();
    assert!(left.is_empty(), "planned.txt: no longer planned: {left:?}; UPDATE_DOCS=1 cargo test --lib clauses takes them out");
}
