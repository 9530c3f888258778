//! The journal `runs.d/`: finished runs, kept in checksummed chunks from the moment they end, so that a sweep that is stopped goes on
//! where it was.
//!
//! A chunk is written under a temporary name, synced and renamed, and never changed after. It is named by its content. Damaged chunks,
//! leftovers and foreign files are passed over with a warning: their runs are simply run again. Rows of another results version are refused,
//! or dropped when asked. The journal knows runs by their identity only; points and their numbers belong to the plan.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::atomic::{TEMPORARY, write_file};
use super::codec;
use super::error::ResultsError;
use super::lock::Lock;
use super::run_record::{RunRecord, Status};

/// The folder of the journal within a results folder.
pub const JOURNAL_DIR: &str = "runs.d";

const MAGIC: &[u8; 8] = b"cpmsimJ\n";
const HASH: usize = 32;
const EXTENSION: &str = "runs";

/// The journal of a results folder. Opened for writing it holds the folder's lock until it is dropped.
#[derive(Debug)]
pub struct Journal {
    dir: PathBuf,
    index: BTreeMap<[u8; 16], Entry>,
    warnings: Vec<Warning>,
    lock: Option<Lock>,
}

/// Where a run lies.
#[derive(Clone, Debug)]
struct Entry {
    chunk: PathBuf,
    offset: usize,
    len: usize,
    digest: [u8; 16],
    status: Status,
    messages: bool,
}

/// Something in the journal that was passed over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    pub file: PathBuf,
    pub problem: String,
}

impl std::fmt::Display for Warning {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}; passed over, its runs will be run again", self.file.display(), self.problem)
    }
}

impl Journal {
    /// Opens the journal of results folder `results` for writing, making both if they are not there, and takes the lock. A folder that
    /// is not empty and not ours is refused. With `discard_stale`, chunks of another results version are removed; else they are an error.
    pub fn open(results: &Path, discard_stale: bool) -> Result<Journal, ResultsError> {
        super::folder::claim(results)?;
        let dir = results.join(JOURNAL_DIR);
        fs::create_dir_all(&dir).map_err(ResultsError::io(&dir, "create the folder"))?;
        let lock = Lock::take(&dir, results)?;
        for path in files(&dir)? {
            if file_name(&path).starts_with(TEMPORARY) {
                // Nobody else writes here: this is left over from a crash.
                let _ = fs::remove_file(&path);
            }
        }
        let mut journal = Journal { dir, index: BTreeMap::new(), warnings: Vec::new(), lock: Some(lock) };
        journal.load(if discard_stale { Stale::Remove } else { Stale::Refuse })?;
        Ok(journal)
    }

    /// Opens the journal of `results` for reading: no lock, nothing changed. A folder without journal gives an empty one.
    pub fn read(results: &Path) -> Result<Journal, ResultsError> {
        let dir = results.join(JOURNAL_DIR);
        let mut journal = Journal { dir, index: BTreeMap::new(), warnings: Vec::new(), lock: None };
        if journal.dir.is_dir() {
            journal.load(Stale::Refuse)?;
        }
        Ok(journal)
    }

    fn load(&mut self, stale: Stale) -> Result<(), ResultsError> {
        for path in files(&self.dir)? {
            let name = file_name(&path);
            if name == "lock" || name.starts_with(TEMPORARY) {
                continue;
            }
            if path.extension().is_none_or(|ext| ext != EXTENSION) {
                self.warnings.push(Warning { file: path, problem: "not a chunk of runs".into() });
                continue;
            }
            let bytes = fs::read(&path).map_err(ResultsError::io(&path, "read"))?;
            let chunk = match Chunk::parse(&bytes) {
                Ok(chunk) => chunk,
                Err(problem) => {
                    self.warnings.push(Warning { file: path, problem: problem.into() });
                    continue;
                }
            };
            if chunk.results_version != super::RESULTS_VERSION || chunk.form != codec::FORM {
                match stale {
                    Stale::Remove => fs::remove_file(&path).map_err(ResultsError::io(&path, "remove the stale chunk"))?,
                    Stale::Refuse => {
                        let (found, ours) = (chunk.results_version, super::RESULTS_VERSION);
                        return Err(ResultsError::OtherVersion { file: path, found, ours });
                    }
                }
                continue;
            }
            self.index_chunk(&path, &bytes, &chunk)?;
        }
        Ok(())
    }

    fn index_chunk(&mut self, path: &Path, bytes: &[u8], chunk: &Chunk) -> Result<(), ResultsError> {
        for (offset, len) in &chunk.records {
            let Ok(run) = codec::decode(&bytes[*offset..offset + len]) else {
                self.warnings.push(Warning { file: path.to_owned(), problem: format!("the record at byte {offset} cannot be read") });
                continue;
            };
            let entry = Entry::new(path, *offset, *len, &run);
            self.enter(run.run_id, entry)?;
        }
        Ok(())
    }

    /// Puts a run in the index. Of two records of one run the finished one counts, then the one with message rows.
    fn enter(&mut self, run_id: [u8; 16], entry: Entry) -> Result<(), ResultsError> {
        if let Some(old) = self.index.get(&run_id) {
            if old.status == Status::Done && entry.status == Status::Done && old.digest != entry.digest {
                return Err(ResultsError::Contradiction { dir: self.dir.clone(), run_id });
            }
            if (old.status == Status::Done, old.messages) >= (entry.status == Status::Done, entry.messages) {
                return Ok(());
            }
        }
        self.index.insert(run_id, entry);
        Ok(())
    }

    /// What was passed over when the journal was opened.
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    /// Number of runs.
    pub fn len(&self) -> usize {
        self.index.len()
    }

    pub fn is_empty(&self) -> bool {
        self.index.is_empty()
    }

    /// Identities of all runs, in order.
    pub fn run_ids(&self) -> impl Iterator<Item = [u8; 16]> + '_ {
        self.index.keys().copied()
    }

    /// Whether this run is here and done, with its message rows if they are wanted: it need not be run again.
    pub fn has(&self, run_id: &[u8; 16], messages: bool) -> bool {
        self.index.get(run_id).is_some_and(|entry| entry.status == Status::Done && (entry.messages || !messages))
    }

    /// How a run ended, if it is here.
    pub fn status(&self, run_id: &[u8; 16]) -> Option<Status> {
        self.index.get(run_id).map(|entry| entry.status)
    }

    /// The record of a run, if it is here; its `point` is 0.
    pub fn get(&self, run_id: &[u8; 16]) -> Result<Option<RunRecord>, ResultsError> {
        let Some(entry) = self.index.get(run_id) else { return Ok(None) };
        let error = |what| ResultsError::io(&entry.chunk, what);
        let mut file = fs::File::open(&entry.chunk).map_err(error("open"))?;
        let mut bytes = vec![0; entry.len];
        std::io::Seek::seek(&mut file, std::io::SeekFrom::Start(entry.offset as u64)).map_err(error("read"))?;
        std::io::Read::read_exact(&mut file, &mut bytes).map_err(error("read"))?;
        let run = codec::decode(&bytes).ok().filter(|run| run.run_id == *run_id && codec::digest(run) == entry.digest);
        run.map(Some).ok_or_else(|| ResultsError::damaged(&entry.chunk, "the chunk was changed while the journal was open"))
    }

    /// Adds finished runs as one chunk; on return they outlive a crash. Runs that are here already are not written twice; one that is
    /// here with other numbers is an error. All records must be of this results version.
    pub fn append(&mut self, runs: &[RunRecord]) -> Result<(), ResultsError> {
        assert!(self.lock.is_some(), "a journal opened for reading is not written to");
        let mut payload = Chunk::head();
        let mut entries = Vec::new();
        for run in runs {
            assert_eq!(run.results_version, super::RESULTS_VERSION, "a run is written by the version that made it");
            let record = codec::encode(run);
            payload.extend_from_slice(&(record.len() as u64).to_le_bytes());
            let entry = Entry::new(Path::new(""), payload.len(), record.len(), run);
            if let Some(old) = self.index.get(&run.run_id) {
                if old.status == Status::Done && entry.status == Status::Done && old.digest != entry.digest {
                    return Err(ResultsError::Contradiction { dir: self.dir.clone(), run_id: run.run_id });
                }
                if (old.status == Status::Done, old.messages) >= (entry.status == Status::Done, entry.messages) {
                    payload.truncate(payload.len() - 8);
                    continue;
                }
            }
            payload.extend_from_slice(&record);
            entries.push((run.run_id, entry));
        }
        if entries.is_empty() {
            return Ok(());
        }
        let hash = blake3::hash(&payload);
        payload.extend_from_slice(hash.as_bytes());
        let path = self.dir.join(format!("{}.{EXTENSION}", &hash.to_hex()[..32]));
        write_file(&path, &payload)?;
        for (run_id, entry) in entries {
            self.enter(run_id, Entry { chunk: path.clone(), ..entry })?;
        }
        Ok(())
    }

    /// Adds every run of another journal that is not here yet: how shards are joined.
    pub fn import(&mut self, other: &Journal) -> Result<(), ResultsError> {
        // Chunk by chunk of a bounded number of runs, so that memory stays small.
        const AT_ONCE: usize = 64;
        let ids: Vec<[u8; 16]> = other.run_ids().collect();
        for ids in ids.chunks(AT_ONCE) {
            let runs = ids.iter().filter_map(|id| other.get(id).transpose()).collect::<Result<Vec<_>, _>>()?;
            self.append(&runs)?;
        }
        Ok(())
    }
}

impl Entry {
    fn new(chunk: &Path, offset: usize, len: usize, run: &RunRecord) -> Entry {
        let (digest, status, messages) = (codec::digest(run), run.status, !run.messages.is_empty());
        Entry { chunk: chunk.to_owned(), offset, len, digest, status, messages }
    }
}

#[derive(Clone, Copy)]
enum Stale {
    Refuse,
    Remove,
}

/// A chunk: magic, results version, form, then records with their length (8 bytes each), then the hash of all before.
struct Chunk {
    results_version: u32,
    form: u32,
    /// Offset and length of each record.
    records: Vec<(usize, usize)>,
}

impl Chunk {
    fn head() -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        bytes.extend_from_slice(&super::RESULTS_VERSION.to_le_bytes());
        bytes.extend_from_slice(&codec::FORM.to_le_bytes());
        bytes
    }

    fn parse(bytes: &[u8]) -> Result<Chunk, &'static str> {
        const HEAD: usize = MAGIC.len() + 8;
        if bytes.is_empty() {
            return Err("the file is empty");
        }
        if !bytes.starts_with(MAGIC) {
            return Err("not a chunk of runs");
        }
        if bytes.len() < HEAD + HASH {
            return Err("the chunk is cut short");
        }
        let (body, hash) = bytes.split_at(bytes.len() - HASH);
        if blake3::hash(body).as_bytes() != hash {
            return Err("the chunk is damaged or cut short (its checksum does not fit)");
        }
        let word = |at: usize| u32::from_le_bytes([body[at], body[at + 1], body[at + 2], body[at + 3]]);
        let (results_version, form) = (word(MAGIC.len()), word(MAGIC.len() + 4));
        let mut records = Vec::new();
        let mut at = HEAD;
        while at < body.len() {
            let (len, after) = body[at..].split_first_chunk::<8>().ok_or("a record has no length")?;
            let len = usize::try_from(u64::from_le_bytes(*len)).ok().filter(|len| *len <= after.len()).ok_or("a record is cut short")?;
            records.push((at + 8, len));
            at += 8 + len;
        }
        Ok(Chunk { results_version, form, records })
    }
}

/// Files of a folder by name: never in the order of the disk.
fn files(dir: &Path) -> Result<Vec<PathBuf>, ResultsError> {
    let error = || ResultsError::io(dir, "list the folder");
    let mut paths = Vec::new();
    for entry in fs::read_dir(dir).map_err(error())? {
        paths.push(entry.map_err(error())?.path());
    }
    paths.sort_unstable();
    Ok(paths)
}

fn file_name(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

#[cfg(test)]
mod tests;
