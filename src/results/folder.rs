//! Which folders are ours: nothing else is ever written into.

use std::fs;
use std::path::Path;

use super::error::ResultsError;
use super::journal::JOURNAL_DIR;
use super::manifest::{MANIFEST, Manifest};

/// Makes `dir` if it is not there. A folder that holds anything must be one of ours: with a manifest of ours, or a journal.
pub(super) fn claim(dir: &Path) -> Result<(), ResultsError> {
    if !dir.exists() {
        return fs::create_dir_all(dir).map_err(ResultsError::io(dir, "create the folder"));
    }
    let mut entries = fs::read_dir(dir).map_err(ResultsError::io(dir, "list the folder"))?;
    if entries.next().is_none() || is_ours(dir) { Ok(()) } else { Err(ResultsError::Foreign { dir: dir.to_owned() }) }
}

/// Whether this is a results folder of ours, finished or not.
pub fn is_ours(dir: &Path) -> bool {
    if dir.join(MANIFEST).exists() {
        return Manifest::read(dir).is_ok();
    }
    // Before the first assembly there is a journal and nothing else to know it by.
    dir.join(JOURNAL_DIR).is_dir()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::sample::TempDir;

    #[test]
    fn only_empty_and_own_folders_are_claimed() {
        let dir = TempDir::new("claim");
        let path = dir.path();
        claim(path).unwrap();
        claim(&path.join("new/deep")).unwrap();
        assert!(matches!(claim(path), Err(ResultsError::Foreign { .. })), "it holds a folder that we do not know");
        fs::write(path.join(MANIFEST), "{\"name\": \"a web extension\"}").unwrap();
        assert!(matches!(claim(path), Err(ResultsError::Foreign { .. })), "somebody else's manifest");
        let other = TempDir::new("claim-journal");
        fs::create_dir(other.path().join(JOURNAL_DIR)).unwrap();
        claim(other.path()).unwrap();
    }
}
