//! What every rule is good for: the whole suite, run once for each tag with the rule of that tag switched off. Some case must fail.
//!
//! A case that fails by any panic counts: a broken expectation, books that do not balance, an input nobody can handle.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};
use std::time::Instant;

use crate::delivery::suite::Case;
use crate::delivery::{Rules, Tag};

/// Every module of the crate with cases, the quick ones first.
const SUITES: &[(&str, &[Case])] = &[
    ("delivery/ims/tests/forking", crate::delivery::ims::tests::forking::CASES),
    ("delivery/ims/tests/notifications", crate::delivery::ims::tests::notifications::CASES),
    ("delivery/ims/tests/origination", crate::delivery::ims::tests::origination::CASES),
    ("delivery/ims/tests/registration", crate::delivery::ims::tests::registration::CASES),
    ("delivery/ims/tests/routing", crate::delivery::ims::tests::routing::CASES),
    ("delivery/cpm/store_tests", crate::delivery::cpm::store::tests::CASES),
    ("sim/tests/journeys", super::journeys::CASES),
];

/// Tags without which no case fails, and why that has to be so.
const EXCUSED: &[(Tag, &str)] = &[];

thread_local! {
    static QUIET: Cell<bool> = const { Cell::new(false) };
}

/// Runs `work` with the panics of this thread kept silent.
fn quietly<R>(work: impl FnOnce() -> R) -> R {
    let before = take_hook();
    // The hook is one for all threads: those of other tests still speak.
    set_hook(Box::new(move |info| {
        if !QUIET.get() {
            before(info);
        }
    }));
    QUIET.set(true);
    let result = work();
    QUIET.set(false);
    result
}

fn fails(case: &Case, rules: Rules) -> bool {
    catch_unwind(AssertUnwindSafe(|| (case.run)(rules))).is_err()
}

/// The cases that fail without the rule of `tag`, by number; `sound` are those that hold with all of them.
fn killers(tag: Tag, cases: &[(&str, &Case)], sound: &[bool]) -> Vec<usize> {
    (0..cases.len()).filter(|at| sound[*at] && fails(cases[*at].1, Rules::without(tag))).collect()
}

#[test]
fn every_case_of_the_suite_is_gathered() {
    let mut files = Vec::new();
    rust_files(&std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut files);
    let mut opened = 0;
    for file in &files {
        let text = std::fs::read_to_string(file).expect("readable");
        opened += text.lines().filter(|l| l.trim_end() == "clause_tests! {").count();
    }
    assert_eq!(opened, SUITES.len(), "every clause_tests! has its row in SUITES");
}

fn rust_files(folder: &std::path::Path, found: &mut Vec<std::path::PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("readable").path();
        match path.is_dir() {
            true => rust_files(&path, found),
            false if path.extension().is_some_and(|e| e == "rs") => found.push(path),
            false => {}
        }
    }
}

#[test]
fn without_any_rule_some_case_fails() {
    let cases: Vec<(&str, &Case)> = SUITES.iter().flat_map(|(suite, cases)| cases.iter().map(move |c| (*suite, c))).collect();
    let began = Instant::now();
    let (broken, table) = quietly(|| {
        let sound: Vec<bool> = cases.iter().map(|(_, c)| !fails(c, Rules::ALL)).collect();
        let table: Vec<(Tag, Vec<usize>, f64)> = Tag::ALL
            .iter()
            .map(|tag| {
                let began = Instant::now();
                (*tag, killers(*tag, &cases, &sound), began.elapsed().as_secs_f64())
            })
            .collect();
        let broken: Vec<&str> = cases.iter().zip(sound).filter(|(_, sound)| !sound).map(|((_, c), _)| c.name).collect();
        (broken, table)
    });
    let mut faults = Vec::new();
    println!("{:<24} {:<34} {:>5} {:>8}  first case that fails without it", "tag", "statement", "fail", "s");
    for (tag, killers, took) in &table {
        let first = killers.first().map_or("-".to_owned(), |at| format!("{}::{}", cases[*at].0, cases[*at].1.name));
        println!("{:<24} {:<34} {:>5} {took:>8.3}  {first}", format!("{tag:?}"), tag.id(), killers.len());
        let excuse = EXCUSED.iter().find(|(excused, _)| excused == tag);
        match (killers.is_empty(), excuse) {
            (true, None) => faults.push(format!("{tag:?} ({}): no case fails without it", tag.id())),
            (false, Some(_)) => faults.push(format!("{tag:?} ({}): is excused and needs no excuse", tag.id())),
            _ => {}
        }
    }
    println!("{} tags, {} cases, {:.1} s", table.len(), cases.len(), began.elapsed().as_secs_f64());
    assert!(broken.is_empty(), "with all rules in force these fail: {broken:?}");
    assert!(EXCUSED.iter().all(|(_, why)| why.len() > 20), "an excuse says why");
    assert!(faults.is_empty(), "{} survivors:\n{}", faults.len(), faults.join("\n"));
}
