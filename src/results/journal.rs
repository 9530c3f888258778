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
    /// Of the record's bytes, as they were when the chunk was checked.
    checksum: [u8; 16],
    record: Record,
}

/// What a chunk says about one of its records without its being decoded.
#[derive(Clone, Copy, Debug)]
struct Record {
    run_id: [u8; 16],
    digest: [u8; 16],
    done: bool,
    messages: bool,
    offset: usize,
    len: usize,
}

impl Record {
    /// Bytes before a record: identity, digest, two flags, length.
    const HEAD: usize = 16 + 16 + 1 + 8;

    fn of(run: &RunRecord) -> Record {
        let (done, messages) = (run.status == Status::Done, !run.messages.is_empty());
        Record { run_id: run.run_id, digest: codec::digest(run), done, messages, offset: 0, len: 0 }
    }

    fn put_head(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.run_id);
        out.extend_from_slice(&self.digest);
        out.push(u8::from(self.done) | u8::from(self.messages) << 1);
        out.extend_from_slice(&(self.len as u64).to_le_bytes());
    }

    /// The record whose head begins at `at`.
    fn parse(body: &[u8], at: usize) -> Result<Record, &'static str> {
        let short = "a record is cut short";
        let (run_id, rest) = body[at..].split_first_chunk::<16>().ok_or(short)?;
        let (digest, rest) = rest.split_first_chunk::<16>().ok_or(short)?;
        let (flags, rest) = rest.split_first().ok_or(short)?;
        let (len, rest) = rest.split_first_chunk::<8>().ok_or(short)?;
        let len = usize::try_from(u64::from_le_bytes(*len)).ok().filter(|len| *len <= rest.len()).ok_or(short)?;
        Ok(Record {
            run_id: *run_id,
            digest: *digest,
            done: flags & 1 != 0,
            messages: flags & 2 != 0,
            offset: at + Record::HEAD,
            len,
        })
    }
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
        for record in &chunk.records {
            let bytes = &bytes[record.offset..record.offset + record.len];
            let entry = Entry { chunk: path.to_owned(), checksum: checksum(bytes), record: *record };
            self.enter(entry)?;
        }
        Ok(())
    }

    fn enter(&mut self, entry: Entry) -> Result<(), ResultsError> {
        if self.wanted(&entry.record)? {
            self.index.insert(entry.record.run_id, entry);
        }
        Ok(())
    }

    /// Whether a record is better than what is here of its run: the finished one counts, then the one with message rows.
    fn wanted(&self, new: &Record) -> Result<bool, ResultsError> {
        let Some(Entry { record: old, .. }) = self.index.get(&new.run_id) else { return Ok(true) };
        if old.done && new.done && old.digest != new.digest {
            return Err(ResultsError::Contradiction { dir: self.dir.clone(), run_id: new.run_id });
        }
        Ok((new.done, new.messages) > (old.done, old.messages))
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
        self.index.get(run_id).is_some_and(|Entry { record, .. }| record.done && (record.messages || !messages))
    }

    /// The record of a run, if it is here; its `point` is 0.
    pub fn get(&self, run_id: &[u8; 16]) -> Result<Option<RunRecord>, ResultsError> {
        let Some(entry) = self.index.get(run_id) else { return Ok(None) };
        let error = |what| ResultsError::io(&entry.chunk, what);
        let mut file = fs::File::open(&entry.chunk).map_err(error("open"))?;
        let mut bytes = vec![0; entry.record.len];
        std::io::Seek::seek(&mut file, std::io::SeekFrom::Start(entry.record.offset as u64)).map_err(error("read"))?;
        std::io::Read::read_exact(&mut file, &mut bytes).map_err(error("read"))?;
        if checksum(&bytes) != entry.checksum {
            return Err(ResultsError::damaged(&entry.chunk, "the chunk was changed while the journal was open"));
        }
        let run = codec::decode(&bytes).ok().filter(|run| run.run_id == *run_id);
        run.map(Some).ok_or_else(|| ResultsError::damaged(&entry.chunk, "a record cannot be read"))
    }

    /// Adds finished runs as one chunk; on return they outlive a crash. Runs that are here already are not written twice; one that is
    /// here with other numbers is an error. All records must be of this results version.
    pub fn append(&mut self, runs: &[RunRecord]) -> Result<(), ResultsError> {
        assert!(self.lock.is_some(), "a journal opened for reading is not written to");
        let mut payload = Chunk::head();
        let mut records = Vec::new();
        for run in runs {
            assert_eq!(run.results_version, super::RESULTS_VERSION, "a run is written by the version that made it");
            let mut record = Record::of(run);
            if self.wanted(&record)? {
                let bytes = codec::encode(run);
                record.len = bytes.len();
                record.put_head(&mut payload);
                record.offset = payload.len();
                payload.extend_from_slice(&bytes);
                records.push(record);
            }
        }
        if records.is_empty() {
            return Ok(());
        }
        let hash = blake3::hash(&payload);
        payload.extend_from_slice(hash.as_bytes());
        let path = self.dir.join(format!("{}.{EXTENSION}", &hash.to_hex()[..32]));
        write_file(&path, &payload)?;
        for record in records {
            let checksum = checksum(&payload[record.offset..record.offset + record.len]);
            self.enter(Entry { chunk: path.clone(), checksum, record })?;
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

fn checksum(bytes: &[u8]) -> [u8; 16] {
    let mut sum = [0; 16];
    sum.copy_from_slice(&blake3::hash(bytes).as_bytes()[..16]);
    sum
}

#[derive(Clone, Copy)]
enum Stale {
    Refuse,
    Remove,
}

/// A chunk: magic, results version, form, then records with their heads, then the hash of all before.
struct Chunk {
    results_version: u32,
    form: u32,
    records: Vec<Record>,
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
            let record = Record::parse(body, at)?;
            at = record.offset + record.len;
            records.push(record);
        }
        Ok(Chunk { results_version, form, records })
    }
}

/// Whether a folder holds a chunk of ours, of whatever version.
pub(super) fn holds_chunks(dir: &Path) -> bool {
    let begins_so = |path: &PathBuf| {
        let mut magic = [0; MAGIC.len()];
        let read = fs::File::open(path).and_then(|mut file| std::io::Read::read_exact(&mut file, &mut magic));
        read.is_ok() && magic == *MAGIC
    };
    files(dir).is_ok_and(|paths| paths.iter().any(begins_so))
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
