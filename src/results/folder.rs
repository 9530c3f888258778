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

/// Whether this is a results folder of ours, finished or not, of this version or another.
pub fn is_ours(dir: &Path) -> bool {
    let journal = dir.join(JOURNAL_DIR);
    match fs::read_to_string(dir.join(MANIFEST)) {
        // Before the first assembly there is a journal and nothing else to know it by.
        Err(_) => journal.is_dir(),
        Ok(text) => Manifest::is_one(&text) || super::journal::holds_chunks(&journal),
    }
}

/// Clears what an assembly is about to replace: the manifest first, so that a folder with a manifest is always whole, then tables in a
/// form or of a kind that this assembly will not write.
pub(super) fn begin_assembly(dir: &Path, keep: &[&str]) -> Result<(), ResultsError> {
    let mut old = Vec::new();
    if dir.join(JOURNAL_DIR).is_dir() {
        old.push(MANIFEST.to_owned());
    }
    for table in ["latency", "levels", "messages", "runs"] {
        let forms = ["parquet", "csv"].map(|form| format!("{table}.{form}"));
        old.extend(forms.into_iter().filter(|file| !keep.contains(&file.as_str())));
    }
    for file in old {
        let path = dir.join(file);
        match fs::remove_file(&path) {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => return Err(ResultsError::io(&path, "remove the old file")(e)),
            _ => {}
        }
    }
    Ok(())
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
        // A damaged or newer manifest beside a journal of ours: still ours.
        let mut journal = crate::results::Journal::open(&path.join("new/deep"), false).unwrap();
        journal.append(&[crate::results::sample::sample_run(0, 0)]).unwrap();
        fs::write(path.join("new/deep").join(MANIFEST), "{").unwrap();
        claim(&path.join("new/deep")).unwrap();
        let other = TempDir::new("claim-journal");
        fs::create_dir(other.path().join(JOURNAL_DIR)).unwrap();
        claim(other.path()).unwrap();
    }
}
