//! The same inputs give the same bytes: for any number of threads, alone or in a batch, raised later, killed and resumed.
//!
//! Debug against release needs two builds and stands in `.ci/run`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::thread::sleep;
use std::time::Duration;

use serde_json::{Value, json};

use super::common::{self, cpmsim, done};

/// A folder of one test, with an experiment on the shipped airplane exit.
fn folder(test: &str, users: u32, replicates: u32) -> PathBuf {
    let dir = common::folder("determinism", test);
    let model = common::root().join("models/airplane_exit.json");
    fs::copy(model, dir.join("m.json")).expect("the shipped model");
    let experiment = json!({
        "description": "Runs to compare.",
        "model": {"extends": ["m.json"], "populations": {"recipients": {"count": users}}},
        "seed": 11, "replicates": replicates,
        "axes": {"wait": {"path": "pf.wait_ip", "values": ["0 s", "30 s"]}},
        "expect": [{"metric": "lost_per_million", "equals": "0"}],
    });
    fs::write(dir.join("e.json"), experiment.to_string()).expect("an experiment");
    dir
}

fn json_of(dir: &Path, words: &[&str]) -> Value {
    serde_json::from_str(&done(dir, words)).expect("JSON")
}

/// Every file of a results folder but `host.json` and `runs.d/`, by its path.
fn contents(dir: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    fn gather(root: &Path, dir: &Path, found: &mut BTreeMap<PathBuf, Vec<u8>>) {
        for entry in fs::read_dir(dir).expect("a results folder") {
            let path = entry.expect("readable").path();
            let name = path.strip_prefix(root).expect("it is inside").to_owned();
            if name == Path::new("host.json") || name == Path::new("runs.d") {
                continue;
            }
            if path.is_dir() {
                gather(root, &path, found);
            } else {
                found.insert(name, fs::read(&path).expect("readable"));
            }
        }
    }
    let mut found = BTreeMap::new();
    gather(dir, dir, &mut found);
    for name in ["manifest.json", "runs.csv", "summary.csv", "expectations.json"] {
        assert!(found.contains_key(Path::new(name)), "{} lacks {name}", dir.display());
    }
    found
}

fn assert_equal_folders(a: &Path, b: &Path) {
    let (one, other) = (contents(a), contents(b));
    assert_eq!(one.keys().collect::<Vec<_>>(), other.keys().collect::<Vec<_>>(), "the same files");
    let differ: Vec<_> = one.keys().filter(|name| one[*name] != other[*name]).collect();
    assert!(differ.is_empty(), "{} and {} differ in {differ:?}", a.display(), b.display());
}

/// The lines of `runs.csv` as cells by column.
fn rows(results: &Path) -> Vec<BTreeMap<String, String>> {
    let text = fs::read_to_string(results.join("runs.csv")).expect("runs");
    let mut lines = text.lines().map(|line| line.split(',').map(str::to_owned).collect::<Vec<_>>());
    let head = lines.next().expect("a head");
    lines
        .map(|cells| {
            assert_eq!(cells.len(), head.len(), "no cell of this experiment holds a comma");
            head.iter().cloned().zip(cells).collect()
        })
        .collect()
}

#[test]
fn one_thread_and_two_write_the_same_bytes() {
    let dir = folder("jobs", 40, 8);
    done(&dir, &["sweep", "e.json", "--jobs", "1", "--out", "one", "--messages"]);
    done(&dir, &["sweep", "e.json", "--jobs", "2", "--out", "two", "--messages"]);
    assert_equal_folders(&dir.join("one"), &dir.join("two"));
}

#[test]
fn a_run_alone_equals_the_run_in_a_batch() {
    let dir = folder("alone", 40, 4);
    done(&dir, &["sweep", "e.json", "--jobs", "2", "--out", "out"]);
    let rows = rows(&dir.join("out"));
    assert_eq!(rows.len(), 8);
    for row in rows {
        let set = format!("pf.wait_ip={}", row["pf.wait_ip"]);
        let alone = json_of(&dir, &["run", "e.json", "--replicate", &row["replicate"], "--set", &set, "--json"]);
        for print in ["fate_fingerprint", "trace_fingerprint"] {
            assert_eq!(alone[print], row[print].as_str(), "{print} of replicate {} at {set}", row["replicate"]);
        }
    }
}

#[test]
fn raising_the_replicates_keeps_the_runs_there_are() {
    let dir = folder("raise", 10, 10);
    let ten = json_of(&dir, &["sweep", "e.json", "--out", "out", "--json"]);
    assert_eq!((&ten["made"], &ten["kept"]), (&json!(20), &json!(0)));
    let before = rows(&dir.join("out"));
    let fifty = json_of(&dir, &["sweep", "e.json", "--out", "out", "--replicates", "50", "--json"]);
    assert_eq!((&fifty["made"], &fifty["kept"]), (&json!(80), &json!(20)));
    let mut after = rows(&dir.join("out"));
    assert_eq!(after.len(), 100);
    after.retain(|row| row["replicate"].parse::<u32>().expect("a number") < 10);
    assert_eq!(before, after, "the ten of each point are as they were");
    done(&dir, &["sweep", "e.json", "--out", "fresh", "--replicates", "50"]);
    assert_equal_folders(&dir.join("out"), &dir.join("fresh"));
}

/// Six times; `CPMSIM_KILLS` asks for more (`.ci/nightly`).
#[test]
fn a_sweep_killed_again_and_again_ends_as_one_left_in_peace() {
    // Milliseconds, picked once by chance: from the first moments to after the first chunks of the journal.
    const DELAYS: [u64; 6] = [2600, 45, 3100, 170, 2400, 430];
    let kills: usize = std::env::var("CPMSIM_KILLS").map_or(6, |n| n.parse().expect("CPMSIM_KILLS is a number"));
    let replicates = (40 * kills).to_string();
    let dir = folder("killed", 100, 10);
    let words = |out| ["sweep", "e.json", "--replicates", &replicates, "--jobs", "2", "--out", out].map(str::to_owned);
    let words = |out| words(out).to_vec();
    let (mut killed, mut kept) = (0, 0);
    for delay in DELAYS.iter().cycle().take(kills) {
        let sweep = words("killed");
        let mut child = cpmsim(&dir, &sweep.iter().map(String::as_str).collect::<Vec<_>>())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the binary starts");
        sleep(Duration::from_millis(*delay));
        // On Unix this is SIGKILL. A child that has ended already cannot be killed and says so by its status.
        let _ = child.kill();
        let status = child.wait().expect("it ends");
        assert!(status.code().is_none_or(|code| code == 0), "it was killed or it was done: {status}");
        killed += usize::from(status.code().is_none());
        kept = fs::read_dir(dir.join("killed/runs.d")).map_or(0, |chunks| chunks.count());
    }
    assert!(killed * 2 > kills, "only {killed} of {kills} sweeps were still running: the sweep is too short for this test");
    println!("{killed} of {kills} sweeps were killed; {kept} files in the journal before the last");
    let last = words("killed");
    done(&dir, &last.iter().map(String::as_str).collect::<Vec<_>>());
    let host: Value = serde_json::from_slice(&fs::read(dir.join("killed/host.json")).expect("host")).expect("JSON");
    assert!(host["runs_kept"].as_u64() > Some(0), "no chunk outlived a kill: this test resumed nothing");
    let peace = words("peace");
    done(&dir, &peace.iter().map(String::as_str).collect::<Vec<_>>());
    assert_equal_folders(&dir.join("killed"), &dir.join("peace"));
}
