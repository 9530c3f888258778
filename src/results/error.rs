//! What can go wrong with a results folder, each with its place, the problem and what to do about it.

use std::path::{Path, PathBuf};

/// An error about a results folder or one of its files.
#[derive(Debug, thiserror::Error)]
pub enum ResultsError {
    #[error("{}: cannot {what}: {source}", .path.display())]
    Io { path: PathBuf, what: &'static str, source: std::io::Error },
    #[error("{}: the folder is not empty and not one of ours; name another folder or empty this one", .dir.display())]
    Foreign { dir: PathBuf },
    #[error("{}: no results folder (there is no manifest.json); give the folder that a sweep wrote", .dir.display())]
    NotResults { dir: PathBuf },
    #[error("{}: process {pid} on {host} is writing there; wait for it, or remove {} if it is gone", .dir.display(), .lock.display())]
    Locked { dir: PathBuf, lock: PathBuf, pid: u32, host: String },
    #[error(
        "{}: rows of results version {found}, this program writes version {ours}; run with --discard-stale to drop them, or write to another folder",
        .file.display()
    )]
    OtherVersion { file: PathBuf, found: u32, ours: u32 },
    #[error("{}: {problem}; make the folder again from its journal, or run the sweep again", .file.display())]
    Damaged { file: PathBuf, problem: String },
    #[error(
        "run {} differs from the one in {}, though model, replicate and seed are the same: this is a fault of the program (determinism), please report it",
        super::hex(.run_id), .dir.display()
    )]
    Contradiction { dir: PathBuf, run_id: [u8; 16] },
    #[error("{}: parquet: {problem}", .file.display())]
    Parquet { file: PathBuf, problem: String },
}

impl ResultsError {
    /// A stable code for machines.
    pub const fn code(&self) -> &'static str {
        match self {
            ResultsError::Io { .. } => "results-io",
            ResultsError::Foreign { .. } => "results-foreign",
            ResultsError::NotResults { .. } => "results-none",
            ResultsError::Locked { .. } => "results-locked",
            ResultsError::OtherVersion { .. } => "results-version",
            ResultsError::Damaged { .. } => "results-damaged",
            ResultsError::Contradiction { .. } => "results-contradiction",
            ResultsError::Parquet { .. } => "results-parquet",
        }
    }

    /// Wraps what the system said about `path`.
    pub(super) fn io(path: &Path, what: &'static str) -> impl FnOnce(std::io::Error) -> ResultsError {
        let path = path.to_owned();
        move |source| ResultsError::Io { path, what, source }
    }

    pub(super) fn damaged(file: &Path, problem: impl Into<String>) -> ResultsError {
        ResultsError::Damaged { file: file.to_owned(), problem: problem.into() }
    }
}
