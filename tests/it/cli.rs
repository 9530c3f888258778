//! The command line as a user meets it: exit codes, messages, files, and what hostile input does to it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use super::common::{self, cpmsim, told};

/// A folder of one test, with a model and an experiment.
fn folder(test: &str) -> PathBuf {
    let dir = common::folder("cli", test);
    fs::write(dir.join("m.json"), model()).expect("a model");
    fs::write(dir.join("e.json"), EXPERIMENT).expect("an experiment");
    dir
}

/// Ten phones for an hour.
fn model() -> String {
    common::phones(10, "1 h")
}

const EXPERIMENT: &str = r#"{
  "description": "When should the wait end?", "model": "m.json", "seed": 3, "replicates": 12,
  "axes": {"wait": {"path": "pf.wait_ip", "values": ["0 s", "30 s"]}},
  "metrics": ["sms_share_ratio", "deferred_excess_mean_s"],
  "figures": {"share": {"kind": "lines", "x": "wait", "y": "sms_share_ratio"}},
  "gate": {"replicates": 2},
  "expect": [
    {"metric": "outcome_lost_ratio", "equals": 0},
    {"metric": "sms_share_ratio", "at": {"wait": "30 s"}, "less_than": {"at": {"wait": "0 s"}}}
  ]
}"#;

#[test]
fn help_is_done_and_wrong_words_are_input() {
    let dir = folder("words");
    for words in [&["--help"][..], &["--version"], &["sweep", "--help"], &["help", "run"], &["completions", "bash"]] {
        let (status, out, err) = told(&dir, words);
        assert_eq!((status, err.as_str()), (0, ""), "{words:?}");
        assert!(!out.is_empty(), "{words:?}");
    }
    for words in [
        &[][..],
        &["fly"],
        &["run"],
        &["run", "m.json", "--seed", "-1"],
        &["run", "m.json", "--set", "x"],
        &["sweep", "m.json", "--jobs", "0"],
    ] {
        let (status, out, err) = told(&dir, words);
        assert_eq!((status, out.as_str()), (2, ""), "{words:?}");
        assert!(!err.is_empty(), "{words:?}");
    }
}

#[test]
fn a_closed_pipe_is_no_error() {
    let dir = folder("pipe");
    for words in [
        &["--help"][..],
        &["completions", "zsh"],
        &["schema", "experiment"],
        &["run", "m.json"],
        &["check", "m.json", "--resolved"],
    ] {
        let mut child = cpmsim(&dir, words).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the binary starts");
        drop(child.stdout.take());
        let output = child.wait_with_output().expect("it ends");
        assert_eq!(output.status.code(), Some(0), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
        assert!(output.stderr.is_empty(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
    }
}

#[test]
fn a_run_says_the_same_twice_and_something_else_for_another_seed() {
    let dir = folder("run");
    let run = |seed: &str| {
        let (status, out, err) = told(&dir, &["run", "m.json", "--seed", seed, "--json"]);
        assert_eq!((status, err.as_str()), (0, ""));
        serde_json::from_str::<serde_json::Value>(&out).expect("JSON")
    };
    let (one, again, other) = (run("1"), run("1"), run("2"));
    assert_eq!(one, again);
    assert_ne!(one["fate_fingerprint"], other["fate_fingerprint"]);
    let measured = one["messages"]["measured"].as_u64().expect("a count");
    let outcomes: u64 = one["messages"]["outcomes"].as_object().expect("outcomes").values().filter_map(|n| n.as_u64()).sum();
    assert_eq!(measured, outcomes, "every message has one outcome");
    let (_, text, _) = told(&dir, &["run", "m.json", "--seed", "1"]);
    assert!(text.contains(one["fate_fingerprint"].as_str().expect("digits")), "{text}");
}

#[test]
fn a_trace_is_whole_and_changes_nothing() {
    let dir = folder("trace");
    let (status, plain, _) = told(&dir, &["run", "m.json"]);
    let (traced, with_trace, _) = told(&dir, &["run", "m.json", "--trace", "t.jsonl"]);
    assert_eq!((status, traced), (0, 0));
    assert_eq!(plain, with_trace);
    let text = fs::read_to_string(dir.join("t.jsonl")).expect("a trace");
    let lines: Vec<serde_json::Value> = text.lines().map(|l| serde_json::from_str(l).expect("JSON lines")).collect();
    let instants: Vec<u64> = lines.iter().map(|l| l["t_ns"].as_u64().expect("an instant")).collect();
    assert!(instants.is_sorted(), "time goes forward");
    assert!(lines.iter().any(|l| l["milestone"] == "submit" && l["tag"] == "own.submit"));
    assert_eq!(told(&dir, &["run", "m.json", "--trace", "no/such/folder.jsonl"]).0, 2);
    assert!(!dir.join("t.jsonl.unfinished").exists());
}

#[test]
fn a_run_that_does_not_come_to_rest_is_warned_of_and_says_what_is_open() {
    let dir = folder("rest");
    fs::write(dir.join("n.json"), model().replace("\"plain\": 1", "\"N\": 1")).expect("a model");
    let (status, _, err) = told(&dir, &["check", "n.json"]);
    assert_eq!(status, 0, "{err}");
    assert!(err.contains("warning: n.json") && err.contains("never get IP") && err.contains("help:"), "{err}");
    let (status, out, err) = told(&dir, &["run", "n.json", "--set", "limits.events=5000"]);
    assert_eq!((status, out.as_str()), (3, ""), "{err}");
    let said = err.split("messages are open, ").nth(1).expect("what is open is said");
    let open = err.split(" messages are open").next().and_then(|s| s.rsplit(' ').next()).expect("a number");
    assert!(open.parse::<u32>().expect("a number") > 10 && said.starts_with(&format!("{open} of them never submitted")), "{err}");
    assert_eq!(told(&dir, &["run", "n.json", "--set", "run.end=80 h"]).0, 0, "an instant ends it");
}

#[cfg(unix)]
#[test]
fn what_a_run_writes_goes_where_links_lead() {
    let dir = folder("links");
    std::os::unix::fs::symlink("made.jsonl", dir.join("t.jsonl")).expect("a link");
    std::os::unix::fs::symlink("made.pcap", dir.join("c.pcap")).expect("a link");
    assert_eq!(told(&dir, &["run", "m.json", "--trace", "t.jsonl", "--pcap", "c.pcap"]).0, 0);
    for (link, made) in [("t.jsonl", "made.jsonl"), ("c.pcap", "made.pcap")] {
        assert!(fs::symlink_metadata(dir.join(link)).expect("there").is_symlink(), "{link} is a link still");
        assert!(fs::metadata(dir.join(made)).expect("there").len() > 1000, "{made} was made");
    }
    // One file by two names.
    fs::write(dir.join("kept"), "kept").expect("a file");
    for words in [["kept", "./kept"], ["made.jsonl", "t.jsonl"]] {
        let (status, _, err) = told(&dir, &["run", "m.json", "--trace", words[0], "--pcap", words[1]]);
        assert!(status == 2 && err.contains("name the same file"), "{words:?}: {err}");
    }
    assert_eq!(fs::read(dir.join("kept")).expect("there"), b"kept");
}

#[test]
fn a_capture_is_whole_and_changes_nothing() {
    let dir = folder("pcap");
    let (_, plain, _) = told(&dir, &["run", "m.json"]);
    let (status, with_capture, said) = told(&dir, &["run", "m.json", "--pcap", "a.pcap"]);
    assert_eq!((status, &with_capture), (0, &plain));
    let bytes = fs::read(dir.join("a.pcap")).expect("a capture");
    assert_eq!(bytes[..4], 0xa1b2_3c4d_u32.to_le_bytes());
    // Records fill the file to its end, in order of time, and the first packet of each message begins it.
    let field = |at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().expect("four bytes"));
    let (mut at, mut stamps, mut begun) = (24, Vec::new(), 0u64);
    while at < bytes.len() {
        let length = field(at + 8) as usize;
        stamps.push((field(at), field(at + 4)));
        let packet = &bytes[at + 16..at + 16 + length];
        let payload = &packet[if packet[6] == 6 { 60 } else { 48 }..];
        begun += u64::from(
            [&b"SIP/2.0 "[..], b"MESSAGE ", b"REGISTER", b"SUBSCRIB", b"NOTIFY s"].iter().any(|m| payload.starts_with(m)),
        );
        at += 16 + length;
    }
    assert_eq!(at, bytes.len());
    assert!(stamps.is_sorted());
    assert!(begun > 0 && said.contains(&format!("{begun} SIP messages in a.pcap")), "{begun}: {said}");
    told(&dir, &["run", "m.json", "--pcap", "b.pcap", "--trace", "t.jsonl"]);
    assert_eq!(fs::read(dir.join("b.pcap")).expect("another"), bytes);
    assert_eq!(told(&dir, &["run", "m.json", "--pcap", "same", "--trace", "same"]).0, 2);
    assert_eq!(told(&dir, &["run", "m.json", "--pcap", "no/such/folder.pcap"]).0, 2);
    assert!(!dir.join("a.pcap.unfinished").exists());
}

#[test]
fn the_story_of_a_message_begins_with_its_submission() {
    let dir = folder("explain");
    let (status, out, err) = told(&dir, &["explain", "m.json", "--message", "3"]);
    assert_eq!((status, err.as_str()), (0, ""));
    assert!(out.starts_with("message 3 from senders-1 to recipients-"), "{out}");
    assert!(out.contains("the user sends message 3") && out.contains("(own.submit)") && out.contains("IW15-8.3.1.1-01"), "{out}");
    let (status, _, err) = told(&dir, &["explain", "m.json", "--message", "999999"]);
    assert_eq!(status, 2);
    assert!(err.contains("this run has no message 999999") && err.contains("help: messages are numbered up to"), "{err}");
}

/// Every file of a results folder but those that may differ between equal sweeps.
fn results(dir: &Path) -> Vec<(String, Vec<u8>)> {
    let mut files = Vec::new();
    let mut folders = vec![dir.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            let name = path.strip_prefix(dir).expect("below").display().to_string();
            if path.is_dir() {
                if name != "runs.d" {
                    folders.push(path);
                }
            } else if name != "host.json" {
                files.push((name, fs::read(&path).expect("a file")));
            }
        }
    }
    files.sort();
    files
}

#[test]
fn a_sweep_is_the_same_on_any_number_of_threads_and_resumes() {
    let dir = folder("sweep");
    let (status, out, err) = told(&dir, &["sweep", "e.json", "--jobs", "1", "--out", "one"]);
    assert_eq!(status, 0, "{out}{err}");
    assert!(
        out.contains("24 runs made")
            && out.contains("expectations: 3 hold, 0 imprecise, 0 fail")
            && out.contains("table: one/summary.csv"),
        "{out}"
    );
    assert_eq!(told(&dir, &["sweep", "e.json", "--jobs", "4", "--out", "four"]).0, 0);
    // First half of the runs, then the rest: nothing is made twice.
    assert_eq!(told(&dir, &["sweep", "e.json", "--replicates", "6", "--out", "halves"]).0 & !3, 0);
    let (status, out, _) = told(&dir, &["sweep", "e.json", "--out", "halves"]);
    assert_eq!(status, 0);
    assert!(out.contains("12 runs made") && out.contains("12 kept from before"), "{out}");
    let one = results(&dir.join("one"));
    assert!(one.iter().any(|(name, _)| name == "manifest.json") && one.iter().any(|(name, _)| name == "expectations.json"));
    let names = |files: &[(String, Vec<u8>)]| files.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
    for other in ["four", "halves"] {
        let other_files = results(&dir.join(other));
        assert_eq!(names(&one), names(&other_files), "{other}");
        for ((name, a), (_, b)) in one.iter().zip(&other_files) {
            assert!(a == b, "{other}: {name} differs");
        }
    }
    let (status, out, _) = told(&dir, &["sweep", "e.json", "--plan", "--replicates", "20", "--out", "one"]);
    assert_eq!(status, 0);
    assert!(out.contains("16 of 40 runs are missing"), "{out}");
}

#[test]
fn shards_join_to_the_bytes_of_one_sweep() {
    let dir = folder("shards");
    assert_eq!(told(&dir, &["sweep", "e.json", "--out", "whole"]).0, 0);
    for shard in ["1/3", "2/3", "3/3"] {
        let (status, out, err) = told(&dir, &["sweep", "e.json", "--shard", shard]);
        assert_eq!(status, 0, "{err}");
        assert!(out.contains("8 runs in results/e.shard-"), "{out}");
    }
    let shards = ["results/e.shard-1-of-3", "results/e.shard-2-of-3", "results/e.shard-3-of-3"];
    let merge = |dirs: &[&str]| told(&dir, &[&["merge"], dirs, &["--out", "joined"]].concat());
    let (status, _, err) = merge(&shards[..2]);
    assert!(status == 2 && err.contains("of 3 shards these are missing: 3") && !dir.join("joined").exists(), "{err}");
    let (status, _, err) = merge(&[shards[0], shards[0], shards[1], shards[2]]);
    assert!(status == 2 && err.contains("is in results/e.shard-1-of-3 too"), "{err}");
    assert_eq!(merge(&["whole"]).0, 2, "a whole folder is no shard");
    let (status, out, err) = merge(&[shards[2], shards[0], shards[1]]);
    assert_eq!(status, 0, "{out}{err}");
    assert!(results(&dir.join("whole")) == results(&dir.join("joined")), "the same files with the same bytes");
    fs::write(dir.join("m.json"), model().replace("\"wait_ip\": \"10 s\"", "\"expiry\": \"1 d\"")).expect("a change");
    let (status, _, err) = merge(&shards);
    assert!(status == 2 && err.contains("does not make the plan"), "{err}");
    for words in [["--shard", "0/3"], ["--shard", "4/3"], ["--shard", "x"]] {
        assert_eq!(told(&dir, &[&["sweep", "e.json"][..], &words].concat()).0, 2);
    }
}

#[test]
fn what_fails_and_what_is_imprecise_has_its_exit_code() {
    let dir = folder("verdicts");
    let sweep = |expect: &str| {
        let file = EXPERIMENT.replace("{\"metric\": \"outcome_lost_ratio\", \"equals\": 0},", expect);
        fs::write(dir.join("x.json"), file).expect("an experiment");
        told(&dir, &["sweep", "x.json", "--out", "out"])
    };
    let (status, out, _) = sweep(r#"{"metric": "outcome_lost_ratio", "equals": 0.7},"#);
    assert!(status == 1 && out.contains("fails  outcome_lost_ratio"), "{status}: {out}");
    let (status, out, _) = sweep(r#"{"metric": "deferral_ratio", "between": [0, 1], "half_width": "0.001 %"},"#);
    assert!(status == 3 && out.contains("imprecise"), "{status}: {out}");
    // Both: a finding weighs more.
    let both = r#"{"metric": "outcome_lost_ratio", "equals": 0.7}, {"metric": "deferral_ratio", "between": [0, 1], "half_width": "0.001 %"},"#;
    assert_eq!(sweep(both).0, 1);
    // No run of this model has a message to be displayed late: missing data fail.
    let (status, out, _) = sweep(r#"{"metric": "expired_ratio", "at": {"wait": "0 s"}, "equals": "wait"},"#);
    assert_eq!(status, 0, "nothing expires: {out}");
}

#[test]
fn a_run_that_hits_a_bound_stops_short_and_says_how_to_repeat_it() {
    let dir = folder("bound");
    let (status, out, err) = told(&dir, &["sweep", "e.json", "--set", "limits.events=50", "--out", "out"]);
    assert!(status == 3 || status == 1, "no data fail the expectations, stopped runs alone stop short: {status}");
    assert!(
        err.contains("more than 50 events") && err.contains("cpmsim run e.json --seed 3 --replicate 0 --set limits.events=50"),
        "{out}{err}"
    );
    let (status, _, err) = told(&dir, &["run", "m.json", "--set", "limits.events=50"]);
    assert_eq!(status, 3, "{err}");
}

#[test]
fn a_gate_names_the_first_message_that_differs() {
    let dir = folder("gate");
    let gate = |more: &[&str]| told(&dir, &[&["gate", "e.json", "--baseline", "b.json"], more].concat());
    let (status, _, err) = gate(&[]);
    assert!(status == 2 && err.contains("--accept"), "{err}");
    assert_eq!(gate(&["--accept"]).0, 0);
    let (status, out, err) = gate(&[]);
    assert_eq!((status, err.as_str()), (0, ""), "{out}");
    fs::write(dir.join("m.json"), model().replace("\"wait_ip\": \"10 s\"", "\"wait_ip\": \"10 s\", \"push_gap\": \"1 s\""))
        .expect("a change");
    let (status, out, _) = gate(&["--junit", "j.xml"]);
    assert_eq!(status, 1, "{out}");
    assert!(out.contains("is the first to fare differently") && out.contains("its story: cpmsim explain e.json --seed 3"), "{out}");
    let xml = fs::read_to_string(dir.join("j.xml")).expect("a report");
    assert!(xml.contains("<failure") && !dir.join("j.xml.unfinished").exists(), "{xml}");
    fs::write(dir.join("b.json"), "{\"format\": 1}").expect("a broken baseline");
    assert_eq!(gate(&[]).0, 2);
}

#[test]
fn every_fault_of_an_experiment_is_told_at_once_with_its_line() {
    let dir = folder("faults");
    let text = "{\n  \"model\": \"m.json\",\n  \"replicats\": 3,\n  \"axes\": {\"wait\": {\"path\": \"pf.wait_ip\", \"values\": []}},\n  \"metrics\": [\"sms_shore_ratio\"]\n}";
    fs::write(dir.join("x.json"), text).expect("a file");
    let (status, out, err) = told(&dir, &["check", "x.json"]);
    assert_eq!((status, out.as_str()), (2, ""));
    for line in ["x.json:3:", "x.json:4:", "x.json:5:", "did you mean \"replicates\"?", "3 errors; nothing was run"] {
        assert!(err.contains(line), "{line}: {err}");
    }
    let (status, out, _) = told(&dir, &["check", "x.json", "--json"]);
    let faults: serde_json::Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!((status, faults["faults"].as_array().map(Vec::len)), (2, Some(3)));
    // A point whose model cannot be names the setting.
    fs::write(dir.join("y.json"), EXPERIMENT.replace("\"30 s\"]", "\"30 parsecs\"]").replace("\"30 s\"", "\"30 parsecs\""))
        .expect("a file");
    let (status, _, err) = told(&dir, &["sweep", "y.json"]);
    assert!(status == 2 && err.contains("pf.wait_ip") && err.contains("30 parsecs"), "{err}");
    assert!(!dir.join("results").exists(), "nothing is begun");
}

#[test]
fn hostile_files_are_refused_and_nothing_panics() {
    let dir = folder("hostile");
    let deep = "[".repeat(100_000);
    let mut many = String::from("{\"model\": \"m.json\", \"axes\": {");
    for i in 0..30 {
        many.push_str(&format!("\"a{i}\": {{\"path\": \"x.y{i}\", \"values\": [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]}},"));
    }
    many.push_str("\"z\": {\"path\": \"q\", \"values\": [1]}}}");
    let files: [(&str, Vec<u8>); 12] = [
        ("empty.json", vec![]),
        ("binary.json", (0..=255).collect()),
        ("deep.json", deep.clone().into_bytes()),
        ("deep_model.json", format!("{{\"replicates\": 1, \"model\": {deep}").into_bytes()),
        ("truncated.json", EXPERIMENT.as_bytes()[..200].to_vec()),
        ("null.json", b"null".to_vec()),
        ("nan.json", b"{\"model\": \"m.json\", \"replicates\": NaN}".to_vec()),
        ("huge.json", b"{\"model\": \"m.json\", \"replicates\": 1e400, \"seed\": 99999999999999999999}".to_vec()),
        ("twice.json", b"{\"model\": \"m.json\", \"model\": \"m.json\"}".to_vec()),
        ("self.json", b"{\"model\": \"self.json\", \"replicates\": 2}".to_vec()),
        ("nowhere.json", b"{\"model\": \"no/such/model.json\"}".to_vec()),
        ("many.json", many.into_bytes()),
    ];
    for (name, bytes) in files {
        fs::write(dir.join(name), bytes).expect("a file");
        for verb in [&["check", name][..], &["sweep", name], &["gate", name, "--baseline", "b.json"], &["run", name]] {
            if verb[0] == "run" && name == "many.json" {
                continue; // A single run takes no axes.
            }
            let (status, out, err) = told(&dir, verb);
            assert_eq!((status, out.as_str()), (2, ""), "{verb:?}: {err}");
            assert!(err.contains("help:") && !err.contains("bug"), "{verb:?}: {err}");
            assert!(err.len() < 20_000, "{verb:?}: a fault is short");
        }
    }
    assert_eq!(told(&dir, &["check", "."]).0, 2, "a folder");
    assert_eq!(told(&dir, &["check", "m.json", "none.json", "e.json"]).0, 2);
    assert_eq!(told(&dir, &["plot", "."]).0, 2, "no results folder");
    fs::write(dir.join("mine.txt"), "precious").expect("a file");
    assert_eq!(told(&dir, &["sweep", "e.json", "--out", "."]).0, 2, "a folder that is not ours is left alone");
    assert_eq!(fs::read_to_string(dir.join("mine.txt")).expect("still there"), "precious");
}

#[test]
fn an_inline_model_and_joint_settings_make_a_plan() {
    let dir = folder("inline");
    let model: String = model().lines().filter(|l| !l.trim_start().starts_with("//")).collect();
    let file = format!(
        "{{\"model\": {model}, \"replicates\": 2, \"axes\": {{\"mix\": {{\"values\": [{{\"label\": \"few\", \"set\": {{\"populations.recipients.devices.phone.classes.N\": 0}}}}, {{\"label\": \"many\", \"set\": {{\"populations.recipients.devices.phone.classes.N\": 90, \"profile\": \"latest\"}}}}]}}}}}}"
    );
    fs::write(dir.join("i.json"), file).expect("an experiment");
    let (status, out, err) = told(&dir, &["sweep", "i.json", "--json", "--vary", "pf.wait_ip=1 s,2 s"]);
    assert_eq!(status, 0, "{err}");
    let value: serde_json::Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!(value["runs"], 8);
    assert!(dir.join("results/i/summary.csv").exists(), "the default folder bears the name of the file");
    let head = fs::read_to_string(dir.join("results/i/summary.csv")).expect("a summary");
    assert!(head.starts_with("mix,pf.wait_ip,metric,n,"), "{head}");
}
