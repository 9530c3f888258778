//! The house stands as drawn: a room looks only downstairs and only where its row says, lets in only its outside crates, and
//! uses nothing that could make two runs of one seed differ.

use std::fs;
use std::path::{Path, PathBuf};

use super::common::{root, rust_files};

/// Room, rooms it may see, outside crates let in.
const ROOMS: [(&str, &[&str], &[&str]); 13] = [
    ("units", &[], &["libm", "thiserror"]),
    ("delivery", &["units"], &["quick_xml"]),
    ("engine", &["units"], &["rand", "rand_chacha", "thiserror"]),
    ("network", &["units"], &["petgraph", "thiserror"]),
    ("stats", &["units"], &["libm", "thiserror"]),
    ("judge", &["delivery", "units"], &[]),
    ("model", &["delivery", "network", "units"], &["serde", "serde_json", "jsonc_parser", "thiserror"]),
    ("sim", &["model", "judge", "delivery", "engine", "network", "units"], &["libm", "thiserror"]),
    ("results", &["stats", "units"], &["parquet", "serde", "serde_json", "blake3", "thiserror", "libm", "rustix"]),
    (
        "experiment",
        &["sim", "judge", "results", "stats", "model", "units"],
        &["rayon", "serde", "serde_json", "thiserror", "libm", "blake3"],
    ),
    ("explore", &["sim", "judge", "model", "units"], &["rayon"]),
    (
        "report",
        &["results", "stats", "units"],
        &["plotters", "plotters_backend", "plotters_svg", "plotters_bitmap", "serde", "serde_json", "thiserror"],
    ),
    (
        "cli",
        &["experiment", "explore", "report", "sim", "results", "model", "judge", "units"],
        &["clap", "clap_complete", "clap_mangen", "indicatif", "ctrlc", "serde_json"],
    ),
];

/// Where two runs of one seed must not differ.
const PURE: [&str; 6] = ["units", "delivery", "engine", "network", "judge", "sim"];

/// Word, and what to use instead.
const FORBIDDEN: [(&str, &str); 19] = [
    ("HashMap", "BTreeMap or a vector by number"),
    ("HashSet", "BTreeSet or a vector by number"),
    ("Instant::now", "the time of the event"),
    ("SystemTime", "the time of the event"),
    ("std::env", "an argument"),
    ("std::thread", "one thread a run"),
    ("println!", "an observer"),
    ("eprintln!", "an observer"),
    ("dbg!", "an observer"),
    (".ln()", "libm::log"),
    (".exp()", "libm::exp"),
    (".sqrt()", "libm::sqrt"),
    (".powf(", "libm::pow"),
    (".powi(", "libm::pow"),
    (".sin()", "libm::sin"),
    (".cos()", "libm::cos"),
    (".cbrt()", "libm::cbrt"),
    ("rand::rng", "the Chooser"),
    ("unsafe ", "nothing"),
];

fn sources() -> Vec<PathBuf> {
    let found = rust_files(&root().join("src"));
    assert!(found.len() > 50, "the house has rooms");
    found
}

fn room_of(path: &Path) -> Option<String> {
    let inside = path.strip_prefix(root().join("src")).expect("a source stands in src");
    (inside.components().count() > 1)
        .then(|| inside.components().next().expect("a path has a start").as_os_str().to_string_lossy().into())
}

fn is_test(path: &Path) -> bool {
    let text = path.to_string_lossy();
    text.ends_with("tests.rs") || text.contains("/tests/") || text.ends_with("made_up.rs")
}

/// The lines of a file that are code, up to the tests written in it, with their numbers.
fn code(text: &str) -> Vec<(usize, String)> {
    let mut lines = Vec::new();
    let mut after = text.lines().skip(1);
    for (number, line) in text.lines().enumerate() {
        let next = after.next().unwrap_or_default();
        if line.trim() == "#[cfg(test)]" && next.trim_end().ends_with('{') {
            break;
        }
        let line = line.split("//").next().unwrap_or_default();
        lines.push((number + 1, line.to_owned()));
    }
    lines
}

/// Names that follow `prefix` in a line.
fn named_after<'a>(line: &'a str, prefix: &str) -> Vec<&'a str> {
    line.match_indices(prefix)
        .filter(|(at, _)| *at == 0 || !line[..*at].ends_with(|c: char| c.is_alphanumeric() || c == '_'))
        .map(|(at, _)| {
            let rest = &line[at + prefix.len()..];
            &rest[..rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len())]
        })
        .collect()
}

#[test]
fn a_room_sees_only_the_rooms_of_its_row() {
    let mut faults = Vec::new();
    for path in sources().iter().filter(|p| !is_test(p)) {
        let Some(room) = room_of(path) else { continue };
        let (_, sees, _) = ROOMS.iter().find(|r| r.0 == room).unwrap_or_else(|| panic!("{room} has no row in the table"));
        for (number, line) in code(&fs::read_to_string(path).expect("readable")) {
            for seen in named_after(&line, "crate::").into_iter().filter(|s| ROOMS.iter().any(|r| r.0 == *s)) {
                if seen != room && !sees.contains(&seen) {
                    faults.push(format!("{}:{number}: {room} may not see {seen}", path.display()));
                }
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn an_outside_crate_has_one_home_or_a_named_few() {
    let outside: Vec<&str> = ROOMS.iter().flat_map(|r| r.2.iter().copied()).collect();
    let mut faults = Vec::new();
    for path in sources().iter().filter(|p| !is_test(p)) {
        let Some(room) = room_of(path) else { continue };
        let (_, _, lets_in) = ROOMS.iter().find(|r| r.0 == room).expect("tested above");
        for (number, line) in code(&fs::read_to_string(path).expect("readable")) {
            for name in outside.iter().filter(|n| line.contains(&format!("{n}::")) && !lets_in.contains(n)) {
                if line
                    .match_indices(&format!("{name}::"))
                    .any(|(at, _)| !line[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':'))
                {
                    faults.push(format!("{}:{number}: {room} does not let {name} in", path.display()));
                }
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn nothing_in_a_run_depends_on_the_machine() {
    let mut faults = Vec::new();
    for path in sources().iter().filter(|p| !is_test(p)) {
        let Some(room) = room_of(path).filter(|r| PURE.contains(&r.as_str())) else { continue };
        for (number, line) in code(&fs::read_to_string(path).expect("readable")) {
            for (word, instead) in FORBIDDEN.iter().filter(|(w, _)| line.contains(w)) {
                faults.push(format!("{}:{number}: {room} may not use {word}: use {instead}", path.display()));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_file_says_what_it_is_and_can_be_read_in_one_sitting() {
    let mut faults = Vec::new();
    for path in sources() {
        let text = fs::read_to_string(&path).expect("readable");
        if !text.starts_with("//!") {
            faults.push(format!("{}:1: a file opens with what it is", path.display()));
        }
        if text.lines().count() > 620 {
            faults.push(format!("{}: {} lines are more than one sitting", path.display(), text.lines().count()));
        }
        for word in ["todo!(", "unimplemented!(", "TODO", "FIXME", "XXX"] {
            if text.contains(word) {
                faults.push(format!("{}: {word}", path.display()));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
