//! `manifest.json`: what a results folder is, what it was made from, and the hash of every file in it.
//!
//! Deterministic: equal sweeps have equal manifests. Times, host and jobs go to `host.json`, which is not hashed; nor is the journal.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::atomic::{TEMPORARY, write_file};
use super::error::ResultsError;
use super::journal::JOURNAL_DIR;
use super::plan::AxisValue;

/// Name of the manifest.
pub const MANIFEST: &str = "manifest.json";
/// Name of the file that holds what differs between equal sweeps.
pub const HOST: &str = "host.json";
const FORMAT: &str = "cpmsim results";

/// The manifest of a results folder.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// Always "cpmsim results": how a folder is known to be ours.
    pub format: String,
    pub program_version: String,
    pub results_version: u32,
    /// Whether every run of the plan is in the tables.
    pub complete: bool,
    /// Confidence level of the summary.
    pub level: f64,
    /// What the caller says it was made from: experiment, model, profile, seed, replicates, parameters of measurement, commit.
    pub inputs: Value,
    pub axes: Vec<String>,
    pub points: Vec<ManifestPoint>,
    /// Runs that are missing or not done.
    pub not_done: Vec<NotDone>,
    /// Statements exercised, with the number of times over all runs.
    pub statements: BTreeMap<String, u64>,
    /// Path within the folder, with `/`, to its hash.
    pub files: BTreeMap<String, FileHash>,
}

/// A point as the manifest tells it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ManifestPoint {
    pub values: Vec<AxisValue>,
    /// In hexadecimal.
    pub model_id: String,
    pub replicates: u32,
}

/// A run that is in no summary.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotDone {
    pub point: u32,
    pub replicate: u32,
    /// missing, stopped or failed.
    pub status: String,
    pub problem: Option<String>,
}

/// Size and blake3 hash of a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileHash {
    pub blake3: String,
    pub bytes: u64,
}

impl Manifest {
    /// A manifest of an empty folder.
    pub fn new(inputs: Value, level: f64) -> Manifest {
        Manifest {
            format: FORMAT.to_owned(),
            program_version: env!("CARGO_PKG_VERSION").to_owned(),
            results_version: super::RESULTS_VERSION,
            complete: false,
            level,
            inputs,
            axes: Vec::new(),
            points: Vec::new(),
            not_done: Vec::new(),
            statements: BTreeMap::new(),
            files: BTreeMap::new(),
        }
    }

    /// Reads the manifest of a folder.
    pub fn read(dir: &Path) -> Result<Manifest, ResultsError> {
        let path = dir.join(MANIFEST);
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Err(ResultsError::NotResults { dir: dir.to_owned() }),
            Err(e) => return Err(ResultsError::io(&path, "read")(e)),
        };
        let manifest: Manifest = serde_json::from_str(&text).map_err(|e| ResultsError::damaged(&path, e.to_string()))?;
        if manifest.format != FORMAT {
            return Err(ResultsError::damaged(&path, "not a manifest of this program"));
        }
        Ok(manifest)
    }

    /// Whether this text is a manifest of this program, of whatever version.
    pub(super) fn is_one(text: &str) -> bool {
        serde_json::from_str::<Value>(text).is_ok_and(|value| value.get("format").and_then(Value::as_str) == Some(FORMAT))
    }

    /// Hashes every file of the folder anew and writes the manifest: to be called again after figures or reports were added.
    pub fn write(&mut self, dir: &Path) -> Result<(), ResultsError> {
        self.files = hashes(dir)?;
        let value = serde_json::to_value(&*self).expect("a manifest is plain data");
        write_file(&dir.join(MANIFEST), (sorted_json(&value, true) + "\n").as_bytes())
    }

    /// Compares every file with its hash. Empty if the folder is as it was written.
    pub fn faults(&self, dir: &Path) -> Result<Vec<FileFault>, ResultsError> {
        let now = hashes(dir)?;
        let mut faults = Vec::new();
        for (file, hash) in &self.files {
            match now.get(file) {
                None => faults.push(FileFault { file: file.clone(), problem: FileProblem::Missing }),
                Some(seen) if seen != hash => faults.push(FileFault { file: file.clone(), problem: FileProblem::Changed }),
                Some(_) => {}
            }
        }
        let unknown = now.keys().filter(|file| !self.files.contains_key(*file));
        faults.extend(unknown.map(|file| FileFault { file: file.clone(), problem: FileProblem::Unknown }));
        Ok(faults)
    }
}

/// A file that is not as the manifest says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileFault {
    /// Path within the folder.
    pub file: String,
    pub problem: FileProblem,
}

/// What is wrong with a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileProblem {
    Missing,
    Changed,
    /// It is there but not in the manifest.
    Unknown,
}

impl std::fmt::Display for FileFault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let problem = match self.problem {
            FileProblem::Missing => "is missing",
            FileProblem::Changed => "was changed after it was written (its hash differs)",
            FileProblem::Unknown => "is not in the manifest",
        };
        write!(f, "{} {problem}", self.file)
    }
}

/// Writes `host.json`: times, host, jobs; the one file beside the journal that may differ between equal sweeps.
pub fn write_host(dir: &Path, host: &Value) -> Result<(), ResultsError> {
    write_file(&dir.join(HOST), (sorted_json(host, true) + "\n").as_bytes())
}

fn hashes(dir: &Path) -> Result<BTreeMap<String, FileHash>, ResultsError> {
    let mut hashes = BTreeMap::new();
    let mut open: Vec<(PathBuf, String)> = vec![(dir.to_owned(), String::new())];
    while let Some((folder, prefix)) = open.pop() {
        for entry in fs::read_dir(&folder).map_err(ResultsError::io(&folder, "list the folder"))? {
            let entry = entry.map_err(ResultsError::io(&folder, "list the folder"))?;
            let path = entry.path();
            let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
            let left_out = [MANIFEST, HOST, JOURNAL_DIR].contains(&name.as_str())
                || entry.file_name().to_string_lossy().starts_with(TEMPORARY);
            if left_out {
                continue;
            }
            if path.is_dir() {
                open.push((path, format!("{name}/")));
            } else {
                hashes.insert(name, hash_file(&path)?);
            }
        }
    }
    Ok(hashes)
}

fn hash_file(path: &Path) -> Result<FileHash, ResultsError> {
    use std::io::Read;
    let error = || ResultsError::io(path, "read");
    let mut file = fs::File::open(path).map_err(error())?;
    let mut hasher = blake3::Hasher::new();
    let mut buffer = vec![0; 1 << 16];
    let mut bytes = 0;
    loop {
        let n = file.read(&mut buffer).map_err(error())?;
        if n == 0 {
            break;
        }
        hasher.update(&buffer[..n]);
        bytes += n as u64;
    }
    Ok(FileHash { blake3: hasher.finalize().to_hex().to_string(), bytes })
}

/// JSON with sorted keys, whatever order the value keeps; on many lines if `pretty`.
pub(super) fn sorted_json(value: &Value, pretty: bool) -> String {
    let mut out = String::new();
    put_sorted(value, if pretty { Some(0) } else { None }, &mut out);
    out
}

fn put_sorted(value: &Value, depth: Option<usize>, out: &mut String) {
    let inner = depth.map(|depth| depth + 1);
    let line = |out: &mut String, depth: Option<usize>| {
        if let Some(depth) = depth {
            out.push('\n');
            out.push_str(&"  ".repeat(depth));
        }
    };
    match value {
        Value::Array(items) if !items.is_empty() => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                line(out, inner);
                put_sorted(item, inner, out);
            }
            line(out, depth);
            out.push(']');
        }
        Value::Object(map) if !map.is_empty() => {
            let sorted: BTreeMap<&String, &Value> = map.iter().collect();
            out.push('{');
            for (at, (key, item)) in sorted.into_iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                line(out, inner);
                out.push_str(&Value::from(key.as_str()).to_string());
                out.push_str(if depth.is_some() { ": " } else { ":" });
                put_sorted(item, inner, out);
            }
            line(out, depth);
            out.push('}');
        }
        plain => out.push_str(&plain.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::sample::TempDir;

    #[test]
    fn json_is_sorted_and_stable() {
        let value = serde_json::json!({"b": [1, {"z": null, "a": 0.1}], "a": {}, "c": []});
        assert_eq!(sorted_json(&value, false), r#"{"a":{},"b":[1,{"a":0.1,"z":null}],"c":[]}"#);
        let pretty = sorted_json(&value, true);
        assert_eq!(serde_json::from_str::<Value>(&pretty).unwrap(), value);
        assert!(pretty.starts_with("{\n  \"a\": {},\n  \"b\": [\n    1,\n"), "{pretty}");
    }

    #[test]
    fn every_change_of_a_file_is_seen() {
        let dir = TempDir::new("manifest");
        fs::create_dir_all(dir.path().join("plots")).unwrap();
        for (file, text) in [("a.csv", "1"), ("plots/b.svg", "2"), ("plots/c.svg", "3"), ("host.json", "{}")] {
            fs::write(dir.path().join(file), text).unwrap();
        }
        let mut manifest = Manifest::new(serde_json::json!({"seed": 7}), 0.95);
        manifest.write(dir.path()).unwrap();
        let read = Manifest::read(dir.path()).unwrap();
        assert_eq!(read, manifest);
        assert_eq!(read.files.keys().collect::<Vec<_>>(), ["a.csv", "plots/b.svg", "plots/c.svg"]);
        // blake3 of "1", from the reference implementation in Python.
        assert_eq!(
            read.files["a.csv"],
            FileHash { blake3: "d63bd9a826af91c1fea371965a64e11ee20f13e46b5f52c59901136605b3a487".into(), bytes: 1 }
        );
        assert_eq!(read.faults(dir.path()).unwrap(), []);
        fs::write(dir.path().join("host.json"), "other").unwrap();
        fs::write(dir.path().join("a.csv"), "x").unwrap();
        fs::remove_file(dir.path().join("plots/b.svg")).unwrap();
        fs::write(dir.path().join("plots/new.svg"), "4").unwrap();
        let faults: Vec<String> = read.faults(dir.path()).unwrap().iter().map(FileFault::to_string).collect();
        assert_eq!(
            faults,
            [
                "a.csv was changed after it was written (its hash differs)",
                "plots/b.svg is missing",
                "plots/new.svg is not in the manifest"
            ]
        );
    }

    #[test]
    fn a_damaged_manifest_is_a_typed_error() {
        let dir = TempDir::new("manifest-bad");
        assert!(matches!(Manifest::read(dir.path()), Err(ResultsError::NotResults { .. })));
        for bad in ["", "{", "[]", "{\"format\": \"cpmsim results\"}"] {
            fs::write(dir.path().join(MANIFEST), bad).unwrap();
            assert!(matches!(Manifest::read(dir.path()), Err(ResultsError::Damaged { .. })), "{bad}");
        }
    }
}
