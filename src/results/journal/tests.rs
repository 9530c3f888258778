//! The journal under damage, doubling and old versions.

use super::*;
use crate::results::sample::{TempDir, sample_run};

fn chunks(results: &Path) -> Vec<PathBuf> {
    files(&results.join(JOURNAL_DIR))
        .unwrap()
        .into_iter()
        .filter(|path| path.extension().is_some_and(|ext| ext == EXTENSION))
        .collect()
}

fn runs(n: u32) -> Vec<RunRecord> {
    (0..n).map(|replicate| RunRecord { point: 0, ..sample_run(0, replicate) }).collect()
}

#[test]
fn runs_outlive_the_process() {
    let dir = TempDir::new("journal");
    let runs = runs(5);
    let mut journal = Journal::open(dir.path(), false).unwrap();
    journal.append(&runs[..2]).unwrap();
    journal.append(&runs[2..]).unwrap();
    assert_eq!(journal.get(&runs[3].run_id).unwrap().as_ref(), Some(&runs[3]));
    drop(journal);
    let journal = Journal::open(dir.path(), false).unwrap();
    assert_eq!((journal.len(), journal.warnings()), (5, &[][..]));
    for run in &runs {
        assert!(journal.has(&run.run_id, true));
        assert_eq!(journal.get(&run.run_id).unwrap().as_ref(), Some(run));
    }
    assert_eq!(journal.get(&[9; 16]).unwrap(), None);
    assert!(matches!(Journal::open(dir.path(), false), Err(ResultsError::Locked { .. })), "one writer");
    assert_eq!(Journal::read(dir.path()).unwrap().len(), 5, "readers need no lock");
}

#[test]
fn appending_twice_writes_once_and_a_contradiction_is_told() {
    let dir = TempDir::new("journal-twice");
    let mut journal = Journal::open(dir.path(), false).unwrap();
    let mut runs = runs(2);
    journal.append(&runs).unwrap();
    journal.append(&runs).unwrap();
    assert_eq!(chunks(dir.path()).len(), 1);
    runs[1].delivered += 1;
    assert!(matches!(journal.append(&runs), Err(ResultsError::Contradiction { run_id, .. }) if run_id == runs[1].run_id));
    assert_eq!(chunks(dir.path()).len(), 1);
}

#[test]
fn a_better_record_of_a_run_takes_the_place_of_a_worse_one() {
    let dir = TempDir::new("journal-better");
    let mut journal = Journal::open(dir.path(), false).unwrap();
    let full = runs(1).remove(0);
    let plain = RunRecord { messages: Vec::new(), ..full.clone() };
    let stopped = RunRecord { status: Status::Stopped, pending: 99, ..plain.clone() };
    journal.append(std::slice::from_ref(&stopped)).unwrap();
    assert!(!journal.has(&full.run_id, false));
    journal.append(std::slice::from_ref(&plain)).unwrap();
    assert!(journal.has(&full.run_id, false) && !journal.has(&full.run_id, true));
    journal.append(std::slice::from_ref(&full)).unwrap();
    journal.append(&[plain, stopped]).unwrap();
    drop(journal);
    let journal = Journal::open(dir.path(), false).unwrap();
    assert_eq!(journal.get(&full.run_id).unwrap(), Some(full));
}

#[test]
fn every_kind_of_damage_is_passed_over() {
    let dir = TempDir::new("journal-damage");
    let runs = runs(4);
    let mut journal = Journal::open(dir.path(), false).unwrap();
    runs.chunks(1).for_each(|run| journal.append(run).unwrap());
    drop(journal);
    let paths = chunks(dir.path());
    let whole: Vec<Vec<u8>> = paths.iter().map(|path| fs::read(path).unwrap()).collect();
    // Cut short, one bit turned, empty; a file of another program, a leftover of a crash.
    fs::write(&paths[0], &whole[0][..whole[0].len() / 2]).unwrap();
    let mut flipped = whole[1].clone();
    let middle = flipped.len() / 2;
    flipped[middle] ^= 0x10;
    fs::write(&paths[1], flipped).unwrap();
    fs::write(&paths[2], b"").unwrap();
    let journal_dir = dir.path().join(JOURNAL_DIR);
    fs::write(journal_dir.join("notes.txt"), "mine").unwrap();
    fs::write(journal_dir.join("foreign.runs"), "not a chunk at all, but long enough to hold a head and a hash of it").unwrap();
    fs::write(journal_dir.join(".tmp-half.runs"), &whole[0][..40]).unwrap();

    let mut journal = Journal::open(dir.path(), false).unwrap();
    assert_eq!(journal.len(), 1);
    assert_eq!(journal.warnings().len(), 5, "{:?}", journal.warnings());
    assert!(journal.warnings().iter().all(|warning| warning.to_string().contains("passed over")));
    assert!(!journal_dir.join(".tmp-half.runs").exists(), "leftovers are cleared");
    assert!(journal_dir.join("notes.txt").exists(), "what is not ours stays");
    journal.append(&runs).unwrap();
    drop(journal);
    let journal = Journal::open(dir.path(), false).unwrap();
    assert_eq!(journal.len(), 4, "the runs were written again");
    for run in &runs {
        assert_eq!(journal.get(&run.run_id).unwrap().as_ref(), Some(run));
    }
}

#[test]
fn no_truncation_and_no_flipped_byte_is_believed() {
    let dir = TempDir::new("journal-bytes");
    let mut journal = Journal::open(dir.path(), false).unwrap();
    journal.append(&runs(1)).unwrap();
    drop(journal);
    let bytes = fs::read(&chunks(dir.path())[0]).unwrap();
    for at in 0..bytes.len() {
        assert!(Chunk::parse(&bytes[..at]).is_err());
        let mut flipped = bytes.clone();
        flipped[at] ^= 1;
        assert!(Chunk::parse(&flipped).is_err());
    }
}

#[test]
fn another_results_version_is_refused_or_dropped() {
    let dir = TempDir::new("journal-version");
    let mut journal = Journal::open(dir.path(), false).unwrap();
    let runs = runs(2);
    journal.append(&runs[..1]).unwrap();
    drop(journal);
    let path = chunks(dir.path()).remove(0);
    let mut bytes = fs::read(&path).unwrap();
    let body = bytes.len() - HASH;
    bytes[MAGIC.len()] += 1;
    let hash = blake3::hash(&bytes[..body]);
    bytes[body..].copy_from_slice(hash.as_bytes());
    fs::write(&path, bytes).unwrap();
    let error = Journal::open(dir.path(), false).unwrap_err();
    assert!(matches!(error, ResultsError::OtherVersion { found, .. } if found == crate::results::RESULTS_VERSION + 1), "{error}");
    assert!(error.to_string().contains("--discard-stale"));
    let journal = Journal::open(dir.path(), true).unwrap();
    assert!(journal.is_empty() && chunks(dir.path()).is_empty());
}

#[test]
fn shards_join_to_the_same_runs_in_any_order() {
    let (a, b, ab, ba) = (TempDir::new("shard-a"), TempDir::new("shard-b"), TempDir::new("shard-ab"), TempDir::new("shard-ba"));
    let runs = runs(6);
    Journal::open(a.path(), false).unwrap().append(&runs[..4]).unwrap();
    Journal::open(b.path(), false).unwrap().append(&runs[3..]).unwrap();
    let parts = [Journal::read(a.path()).unwrap(), Journal::read(b.path()).unwrap()];
    let mut first = Journal::open(ab.path(), false).unwrap();
    parts.iter().for_each(|part| first.import(part).unwrap());
    let mut second = Journal::open(ba.path(), false).unwrap();
    parts.iter().rev().for_each(|part| second.import(part).unwrap());
    assert!(first.run_ids().eq(second.run_ids()));
    assert_eq!(first.len(), 6);
}
