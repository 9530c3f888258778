//! What several of these files need: a folder for a test, the binary, a small model, the sources.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Where the crate stands.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A folder of one test of a suite, emptied first.
pub fn folder(suite: &str, test: &str) -> PathBuf {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join(suite).join(test);
    let _ = fs::remove_dir_all(&dir);
    fs::create_dir_all(&dir).expect("a folder for the test");
    dir
}

/// The binary with these words, to be run in `dir`.
pub fn cpmsim(dir: &Path, words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cpmsim"));
    command.args(words).current_dir(dir).env("NO_COLOR", "1");
    command
}

/// Exit status, standard output, standard error.
pub fn told(dir: &Path, words: &[&str]) -> (i32, String, String) {
    let output = cpmsim(dir, words).output().expect("the binary starts");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("output is text");
    (output.status.code().expect("it ended by itself"), text(output.stdout), text(output.stderr))
}

/// Standard output of a verb that must be done.
pub fn done(dir: &Path, words: &[&str]) -> String {
    let (status, out, err) = told(dir, words);
    assert_eq!(status, 0, "{words:?}: {err}");
    out
}

/// Phones that come and go, and a message to each every ten minutes.
pub fn phones(users: u32, until: &str) -> String {
    let recipients = format!("\"count\": {users},");
    MODEL.replace("\"count\": 0,", &recipients).replace("\"0 h\"", &format!("\"{until}\""))
}

const MODEL: &str = r#"{
  // comments are read
  "extends": ["lib/zero_links.json", "lib/phones.json"],
  "axes": {"deferred-mode": "auto-push"},
  "run": {"warm_up": "0 s", "arrivals_until": "0 h", "end": "drained"},
  "pf": {"wait_ip": "10 s"},
  "populations": {
    "senders": {"count": 1, "devices": {"phone": {"primary": true, "classes": {"plain": 1}, "radio": "always_on"}}},
    "recipients": {"count": 0, "devices": {"phone": {"primary": true, "classes": {"V": 45, "D": 35, "L": 10, "N": 10},
      "radio": {"dwell": {"on": {"exponential": {"mean": "10 min"}}, "off": {"exponential": {"mean": "10 min"}}}}}}}
  },
  "traffic": {"main": {"from": "senders", "to": "recipients", "arrivals": {"poisson": {"rate": "1/600 s"}},
    "message": {"length": {"fixed": 20}, "imdn": ["positive-delivery"]}}}
}"#;

/// The Rust files below `folder`, sorted.
pub fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut entries: Vec<PathBuf> = fs::read_dir(folder).expect("a folder").map(|e| e.expect("readable").path()).collect();
    entries.sort();
    let below = |path: PathBuf| match path.is_dir() {
        true => rust_files(&path),
        false if path.extension().is_some_and(|e| e == "rs") => vec![path],
        false => Vec::new(),
    };
    entries.into_iter().flat_map(below).collect()
}
