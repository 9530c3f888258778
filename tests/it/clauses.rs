//! Coverage: every statement that has to hold now has a test that bears its name, and every tag is borne by code.
//!
//! A test bears the name of a statement if its function's name holds the identifier in lower case, with `_` for all that is neither
//! letter nor digit, at word boundaries: `iw15_8_3_1_1_08_a_blacklisted_originator_is_told_why` is a test of IW15-8.3.1.1-08.
//! `UPDATE_DOCS=1 cargo test --test it clauses` writes the list of tests that the program knows of, and the page in `docs/`; since the
//! page shows the list, the command is given twice where both change.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use cpmsim::delivery::Tag;
use cpmsim::model::clauses::{Clause, catalogue, test_name};

use super::common::{done, root, rust_files};

/// All sources with their texts, by their paths from the root.
fn sources() -> Vec<(String, String)> {
    let found = [rust_files(&root().join("src")), rust_files(&root().join("tests/it"))].concat();
    let relative = |p: &PathBuf| p.strip_prefix(root()).expect("below the root").to_string_lossy().replace('\\', "/");
    found.iter().map(|p| (relative(p), fs::read_to_string(p).expect("readable"))).collect()
}

/// The name of the function that a line opens, and what stands between its brackets.
fn function(line: &str) -> Option<(&str, &str)> {
    let rest = line.trim_start().strip_prefix("fn ")?;
    let (name, rest) = rest.split_once('(')?;
    let (arguments, _) = rest.split_once(')')?;
    (!name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')).then_some((name, arguments))
}

/// The tests of a source: functions under `#[test]` that are not ignored, and cases of a `clause_tests!`.
fn tests_of(text: &str) -> Vec<&str> {
    let (mut names, mut attribute, mut ignored, mut suite) = (Vec::new(), false, false, false);
    for line in text.lines() {
        let code = line.trim();
        match code {
            "#[test]" => (attribute, ignored) = (true, false),
            "clause_tests! {" => suite = true,
            _ if code.starts_with("#[ignore") => ignored = true,
            _ => {}
        }
        // The macro is closed by a brace that stands where it was opened.
        if suite && line == "}" {
            suite = false;
        }
        let Some((name, arguments)) = function(line) else { continue };
        let case = suite && !arguments.is_empty() && !arguments.contains(':');
        if (attribute && !ignored) || case {
            names.push(name);
        }
        (attribute, ignored) = (false, false);
    }
    names
}

/// Whether `name` holds the identifier `id`, written as in names of tests, between word boundaries.
fn bears(name: &str, id: &str) -> bool {
    name.match_indices(id).any(|(at, _)| {
        let after = &name[at + id.len()..];
        (at == 0 || name[..at].ends_with('_')) && (after.is_empty() || after.starts_with('_'))
    })
}

/// Lines of statement, file and function, in the order of the catalogue.
fn borne() -> Vec<(&'static str, String, String)> {
    let sources = sources();
    let tests: Vec<(&str, Vec<&str>)> = sources.iter().map(|(file, text)| (file.as_str(), tests_of(text))).collect();
    let mut lines = Vec::new();
    for clause in catalogue() {
        let id = test_name(&clause.statement.id);
        for (file, names) in &tests {
            let mut names: Vec<&&str> = names.iter().filter(|n| bears(n, &id)).collect();
            names.sort();
            lines.extend(names.iter().map(|n| (clause.statement.id.as_str(), (*file).to_owned(), (**n).to_owned())));
        }
    }
    lines
}

fn update() -> bool {
    std::env::var_os("UPDATE_DOCS").is_some()
}

#[test]
fn names_are_found_where_they_are_borne_and_nowhere_else() {
    let text = "#[test]\nfn a_1() {}\nfn helper() {}\nclause_tests! {\n    /// Says.\n    fn b_2(rules) {\n        let f = 1;\n    }\n    fn typed(x: u32) {}\n}\n\
                fn c_3(rules) {}\n#[test]\n#[ignore = \"slow\"]\nfn d_4() {}\n";
    assert_eq!(tests_of(text), ["a_1", "b_2"]);
    assert!(bears("iw15_r_03_and_iw15_r_18_by_sms", "iw15_r_18") && bears("iw15_r_03", "iw15_r_03"));
    assert!(!bears("im08_5_2_2_1_010", "im08_5_2_2_1_01") && !bears("xim08_r_01", "im08_r_01"));
}

#[test]
fn every_statement_that_has_to_hold_is_tested() {
    let borne = borne();
    let tested: BTreeSet<&str> = borne.iter().map(|(id, ..)| *id).collect();
    let needed: Vec<&Clause> = catalogue().iter().filter(|c| c.needs_test()).collect();
    let mut missing = Vec::new();
    for clause in &needed {
        let (id, (how, _)) = (clause.statement.id.as_str(), clause.stands());
        let mark = if tested.contains(id) { "tested " } else { "MISSING" };
        println!("{mark} {id:<22} {:<18} {how}", clause.statement.area);
        if !tested.contains(id) {
            let tag = clause.tag().map(|t| format!("{t:?}")).unwrap_or_default();
            missing.push(format!("{id} ({}, {how}) {tag}: {}", clause.statement.area, clause.statement.observable));
        }
    }
    println!("{} statements need a test, {} have one", needed.len(), needed.len() - missing.len());
    assert!(missing.is_empty(), "{} statements without a test that bears their name:\n{}", missing.len(), missing.join("\n"));
}

#[test]
fn what_is_planned_is_not_tested_already() {
    let borne = borne();
    let done: Vec<&str> = catalogue()
        .iter()
        .filter(|c| c.is_planned() || c.is_left_out())
        .map(|c| c.statement.id.as_str())
        .filter(|id| borne.iter().any(|(with, ..)| with == id))
        .collect();
    assert!(done.is_empty(), "these are tested: give them another standing than planned or left out: {done:?}");
}

#[test]
fn every_tag_is_borne_by_code() {
    let room = |file: &str| ["src/delivery/", "src/sim/", "src/judge/"].iter().any(|r| file.starts_with(r));
    let code: Vec<String> = sources()
        .into_iter()
        .filter(|(file, _)| room(file) && file != "src/delivery/clause.rs" && !file.contains("tests"))
        .map(|(_, text)| text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default().to_owned())
        .collect();
    let named = |tag: &Tag| {
        let name = format!("Tag::{tag:?}");
        code.iter().any(|text| {
            text.match_indices(&name).any(|(at, _)| !text[at + name.len()..].starts_with(|c: char| c.is_ascii_alphanumeric()))
        })
    };
    let idle: Vec<String> = Tag::ALL.iter().filter(|t| !named(t)).map(|t| format!("{t:?} ({})", t.id())).collect();
    assert!(idle.is_empty(), "{} tags that no code bears: {}", idle.len(), idle.join(", "));
}

#[test]
fn the_list_of_tests_is_the_one_the_program_knows() {
    let path = root().join("src/model/clauses/tests.txt");
    let found: String = borne().iter().map(|(id, file, name)| format!("{id} {file} {name}\n")).collect();
    if update() {
        fs::write(&path, found).expect("the list can be written");
        return;
    }
    let kept = fs::read_to_string(&path).expect("the list is there");
    let difference = |a: &str, b: &str| a.lines().filter(|l| !b.lines().any(|k| k == *l)).map(str::to_owned).collect::<Vec<_>>();
    let (new, gone) = (difference(&found, &kept), difference(&kept, &found));
    assert!(
        found == kept,
        "tests.txt is not what the sources hold; UPDATE_DOCS=1 cargo test --test it clauses writes it\nnew: {new:#?}\ngone: {gone:#?}"
    );
}

/// The shipped models reach no undefined pair of state and input, and the page says what `clauses` says.
#[test]
fn the_page_is_what_the_program_says_and_nothing_undefined_is_reached() {
    let page = done(root(), &["clauses", "--page"]);
    let path = root().join("docs/clauses.md");
    if update() {
        fs::write(&path, &page).expect("the page can be written");
    }
    assert!(page.contains("No run reached an undefined pair"), "{page}");
    let kept = fs::read_to_string(&path).expect("the page is there");
    assert!(
        kept == page,
        "docs/clauses.md is not what `cpmsim clauses --page` prints; UPDATE_DOCS=1 cargo test --test it clauses writes it"
    );
}

#[test]
fn one_statement_is_told_in_full() {
    let text = done(root(), &["clauses", "--statement", "IW15-R-14", "--no-run"]);
    for word in ["IW15-R-14", "A timer lets the PF wait for IP", "rule", "iw15_r_14"] {
        assert!(text.contains(word), "{word}: {text}");
    }
    let area: serde_json::Value =
        serde_json::from_str(&done(root(), &["clauses", "--area", "imdn", "--no-run", "--json"])).expect("JSON");
    let statements = area["statements"].as_array().expect("a list");
    assert_eq!(statements.len(), 10);
    assert!(statements.iter().all(|s| s["area"] == "imdn"));
}
