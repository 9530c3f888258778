//! Files that are there whole or not at all: written under a temporary name, synced, renamed.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use super::error::ResultsError;

/// Temporary names begin so. What is left of them after a crash may be removed by whoever holds the lock.
pub(super) const TEMPORARY: &str = ".tmp-";

/// A file being written.
pub(super) struct AtomicFile {
    path: PathBuf,
    temporary: PathBuf,
    file: Option<BufWriter<File>>,
}

impl AtomicFile {
    /// Begins to write what will be `path`.
    pub fn create(path: &Path) -> Result<AtomicFile, ResultsError> {
        let name = path.file_name().expect("a results file has a name").to_string_lossy();
        let temporary = path.with_file_name(format!("{TEMPORARY}{name}"));
        let file = File::create(&temporary).map_err(ResultsError::io(&temporary, "create the file"))?;
        Ok(AtomicFile { path: path.to_owned(), temporary, file: Some(BufWriter::with_capacity(1 << 16, file)) })
    }

    /// The path that the file will have.
    #[cfg(feature = "parquet")]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Makes the file appear.
    pub fn commit(mut self) -> Result<(), ResultsError> {
        let error = |what| ResultsError::io(&self.path, what);
        let buffered = self.file.take().expect("a file is committed once");
        let file = buffered.into_inner().map_err(|e| ResultsError::io(&self.path, "write")(e.into_error()))?;
        file.sync_all().map_err(error("write"))?;
        drop(file);
        fs::rename(&self.temporary, &self.path).map_err(error("rename the finished file"))?;
        sync_folder_of(&self.path);
        Ok(())
    }
}

impl Write for AtomicFile {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.file.as_mut().expect("not committed yet").write(bytes)
    }
    fn flush(&mut self) -> std::io::Result<()> {
        self.file.as_mut().expect("not committed yet").flush()
    }
}

impl Drop for AtomicFile {
    fn drop(&mut self) {
        if self.file.take().is_some() {
            // Given up before the end. Nothing can be done if the removal fails: the name says that it is no result.
            let _ = fs::remove_file(&self.temporary);
        }
    }
}

/// Writes a whole file.
pub(super) fn write_file(path: &Path, bytes: &[u8]) -> Result<(), ResultsError> {
    let mut file = AtomicFile::create(path)?;
    file.write_all(bytes).map_err(ResultsError::io(path, "write"))?;
    file.commit()
}

/// Makes a rename last through a power failure, where the system lets a folder be synced.
fn sync_folder_of(path: &Path) {
    if let Some(folder) = path.parent().and_then(|folder| File::open(folder).ok()) {
        let _ = folder.sync_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::sample::TempDir;

    #[test]
    fn a_file_given_up_leaves_nothing() {
        let dir = TempDir::new("atomic");
        let path = dir.path().join("a.txt");
        write_file(&path, b"old").unwrap();
        let mut file = AtomicFile::create(&path).unwrap();
        file.write_all(b"half").unwrap();
        drop(file);
        assert_eq!(fs::read(&path).unwrap(), b"old");
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    }
}
