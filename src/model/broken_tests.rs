//! Broken files: each is refused, with place, problem and remedy, and nothing makes the reader panic.

use std::path::{Path, PathBuf};

use crate::model::*;
use proptest::prelude::*;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/broken")
}

/// What is reported of every file in the folder, with the folder's path cut out of it.
fn reported() -> String {
    let mut files: Vec<_> = std::fs::read_dir(folder()).unwrap().map(|e| e.unwrap().path()).collect();
    files.retain(|p| p.extension().is_some_and(|e| e == "json"));
    files.sort();
    assert!(files.len() >= 40, "only {} broken files", files.len());
    let mut text = String::new();
    for path in files {
        let name = path.file_name().unwrap().to_str().unwrap();
        let faults = load_model(&path, &[]).expect_err(name);
        for fault in &faults.0 {
            assert!(!fault.problem.is_empty() && !fault.remedy.is_empty(), "{name}: {fault:?}");
            if let (Some(span), Some(source)) = (&fault.span, &fault.source) {
                assert!(source.get(span.clone()).is_some(), "{name}: a place outside the file: {fault:?}");
            }
        }
        text += &format!("== {name}\n{faults}\n");
    }
    text.replace(&format!("{}/", folder().display()), "")
}

#[test]
fn what_is_reported_of_broken_files() {
    let path = folder().join("reported.txt");
    let now = reported();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, &now).unwrap();
        return;
    }
    let before = std::fs::read_to_string(&path).unwrap();
    for (old, new) in before.split("== ").zip(now.split("== ")) {
        assert_eq!(old, new, "reported.txt is behind: review, then run once with UPDATE_DOCS=1");
    }
    assert_eq!(before.len(), now.len());
}

#[test]
fn folders_missing_files_and_large_files_are_faults() {
    let code = |path: &Path| load_model(path, &[]).expect_err("a fault").0[0].code;
    assert_eq!(code(&folder()), "is-a-folder");
    assert_eq!(code(&folder().join("no_such_file.json")), "not-found");
    let large = std::env::temp_dir().join(format!("cpmsim-large-{}.json", std::process::id()));
    let file = std::fs::File::create(&large).unwrap();
    file.set_len(MAX_FILE_BYTES + 1).unwrap();
    assert_eq!(code(&large), "too-large");
    std::fs::remove_file(&large).unwrap();
}

/// A model with something of everything, to be spoilt.
const WHOLE: &str = include_str!("../../tests/data/whole.json");

fn numbers_of_values(node: &Node) -> usize {
    1 + match &node.data {
        Data::Map(map) => map.values().map(|m| numbers_of_values(&m.node)).sum(),
        Data::List(list) => list.iter().map(numbers_of_values).sum(),
        _ => 0,
    }
}

fn replace_value(value: &mut serde_json::Value, left: &mut usize, by: &serde_json::Value) {
    if *left == 0 {
        *value = by.clone();
        *left = usize::MAX;
        return;
    }
    *left = left.saturating_sub(usize::from(*left != usize::MAX));
    match value {
        serde_json::Value::Object(map) => map.values_mut().for_each(|v| {
            if *left != usize::MAX {
                replace_value(v, left, by)
            }
        }),
        serde_json::Value::Array(list) => list.iter_mut().for_each(|v| {
            if *left != usize::MAX {
                replace_value(v, left, by)
            }
        }),
        _ => {}
    }
}

#[test]
fn the_whole_model_is_whole_and_reads_back() {
    let tree = Tree::from_text("whole", WHOLE).unwrap_or_else(|f| panic!("{f}"));
    let loaded = resolve(&tree, &[]).unwrap_or_else(|f| panic!("{f}"));
    let again = Tree::from_text("whole", &resolved_text(&loaded.model)).unwrap();
    let again = resolve(&again, &[]).unwrap_or_else(|f| panic!("{f}"));
    assert_eq!((again.model, again.canonical), (loaded.model, loaded.canonical));
}

#[test]
fn every_value_replaced_by_every_odd_one_is_judged_alike_by_reader_and_schema() {
    let whole = read_whole();
    let json = whole.to_json();
    let mut apart = Vec::new();
    let validator = jsonschema::validator_for(&model_schema()).unwrap();
    let odd: Vec<serde_json::Value> = serde_json::from_str(
        r#"[null, true, -1, 0, 1.5, 1e300, 9007199254740993, "", "forever", "0 s", "-1 s", "1e308 s", "x", [], [null], {}, {"param": "flight"}, {"": 0}]"#,
    )
    .unwrap();
    for at in 0..numbers_of_values(&whole) {
        for by in &odd {
            let mut spoilt = json.clone();
            replace_value(&mut spoilt, &mut { at }, by);
            let read = Tree::from_text("spoilt", &spoilt.to_string()).and_then(|tree| resolve(&tree, &[]));
            let valid = validator.is_valid(&spoilt);
            match &read {
                Ok(_) if !valid => apart.push(format!("value {at} replaced by {by}: the reader takes it, the schema does not")),
                // What a reference gives, the schema cannot see.
                Err(faults) if valid && by.get("param").is_none() => {
                    let seen = faults.0.iter().find(|f| schema::STRUCTURAL.contains(&f.code) && f.file == "spoilt.json");
                    apart.extend(seen.map(|f| format!("value {at} replaced by {by}: the schema takes it, but {f}")));
                }
                _ => {}
            }
        }
    }
    assert!(apart.is_empty(), "{apart:#?}");
}

fn read_whole() -> Node {
    parse_document(std::sync::Arc::new(Source::text("whole.json", WHOLE)), 0).unwrap().root
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn a_model_with_bytes_changed_never_panics(changes in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>()), 1..4)) {
        let mut bytes = WHOLE.as_bytes().to_vec();
        for (index, byte) in &changes {
            let at = index.index(bytes.len());
            bytes[at] = *byte;
        }
        let text = String::from_utf8_lossy(&bytes);
        let _ = Tree::from_text("changed", &text).and_then(|tree| resolve(&tree, &[]));
    }

    #[test]
    fn a_model_cut_off_never_panics(index in any::<proptest::sample::Index>()) {
        let mut at = index.index(WHOLE.len());
        while !WHOLE.is_char_boundary(at) { at -= 1; }
        let _ = Tree::from_text("cut", &WHOLE[..at]).and_then(|tree| resolve(&tree, &[]));
    }

    #[test]
    fn no_override_makes_it_panic(path in "[a-z._-]{0,12}", value in "[-0-9a-z\"{}\\[\\]:. ]{0,12}") {
        let tree = Tree::from_text("whole", WHOLE).unwrap();
        if let Ok(set) = parse_override(&format!("{path}={value}")) {
            let _ = resolve(&tree, &[set]);
        }
    }
}
