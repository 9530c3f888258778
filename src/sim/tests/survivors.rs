//! What every rule is good for: the whole suite, run once for each tag with the rule of that tag switched off. Some case must fail.
//!
//! A case that fails by any panic counts: a broken expectation, books that do not balance, an input nobody can handle.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};
use std::time::Instant;

use crate::delivery::suite::Case;
use crate::delivery::{Rules, Tag};
use crate::model::clauses::test_name;

/// Every case of the crate with the name of its suite, the quick ones first.
fn gathered() -> Vec<(&'static str, &'static Case)> {
    use crate::delivery::{cpm, ims, sms};
    let mut all = Vec::new();
    let mut take = |suite, cases: Vec<&'static Case>| all.extend(cases.into_iter().map(|case| (suite, case)));
    take("decision", cpm::decision::tests::cases().collect());
    take("client", cpm::client::tests::cases().collect());
    take("push", cpm::push::tests::CASES.iter().collect());
    take("participating", cpm::participating::tests::cases().collect());
    take("interworking", cpm::interworking::tests::CASES.iter().collect());
    take("domains", cpm::interworking::tests::reaching::CASES.iter().collect());
    take("plant", sms::automaton::CASES.iter().collect());
    take("store", cpm::store::tests::CASES.iter().collect());
    take("ims", ims::tests::cases().collect());
    take("wire", crate::delivery::wire::tests::deferred::CASES.iter().collect());
    take("journeys", super::journeys::CASES.iter().collect());
    take("rules", super::rules::CASES.iter().collect());
    take("interworking runs", super::interworking::CASES.iter().collect());
    take("service centre", super::service_centre::CASES.iter().collect());
    take("access", super::access::CASES.iter().collect());
    all
}

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
    let case =
        |line: &&str| line.strip_prefix("    fn ").and_then(|l| l.split_once('(')).is_some_and(|(_, rest)| rest == "rules) {");
    let mut written = 0;
    for file in &files {
        let text = std::fs::read_to_string(file).expect("readable");
        let blocks = text.split("\nclause_tests! {\n").skip(1).map(|block| block.split("\n}\n").next().unwrap_or(block));
        written += blocks.map(|block| block.lines().filter(case).count()).sum::<usize>();
    }
    assert_eq!(written, gathered().len(), "every clause_tests! is taken in by gathered()");
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
    let cases = gathered();
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

/// A test that bears the identifier of a statement fails without the rule of that statement: of the tests that bear it, one at least.
#[test]
fn tests_that_bear_a_statement_fail_without_its_rule() {
    let cases = gathered();
    let foreign = |id: &str| ["own.", "RFC", "TS2"].iter().any(|p| id.starts_with(p));
    let mut faults = Vec::new();
    quietly(|| {
        for tag in Tag::ALL {
            for id in tag.ids().iter().filter(|id| !foreign(id)) {
                let named: Vec<&Case> = cases.iter().map(|(_, c)| *c).filter(|c| c.name.contains(&(test_name(id) + "_"))).collect();
                if !named.iter().any(|c| fails(c, Rules::without(*tag))) {
                    let named: Vec<&str> = named.iter().map(|c| c.name).collect();
                    faults.push(format!("{tag:?} {id}: none of these fails without it: {named:?}"));
                }
            }
        }
    });
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
