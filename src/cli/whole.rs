//! A file that appears whole or not at all: written beside its place and renamed.
//!
//! What is no regular file (a pipe, a device, a terminal) is written to as it stands: a rename would put a file in its place.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

/// A file that is being written.
pub struct Whole {
    target: PathBuf,
    /// Where it is written until it is finished; none where it is written in place.
    unfinished: Option<PathBuf>,
}

impl Whole {
    /// Where `path` will be written. A link is followed, so that it stays one, whether or not its end is there yet.
    pub fn of(path: &Path) -> io::Result<Whole> {
        let target = match fs::metadata(path) {
            Ok(meta) if !meta.is_file() => return Ok(Whole { target: path.to_owned(), unfinished: None }),
            Ok(_) => fs::canonicalize(path)?,
            Err(e) if e.kind() == io::ErrorKind::NotFound => end_of_links(path)?,
            Err(e) => return Err(e),
        };
        let mut unfinished = OsString::from(&target);
        unfinished.push(".unfinished");
        Ok(Whole { target, unfinished: Some(unfinished.into()) })
    }

    /// Whether both would be written to the same file, however it is called.
    pub fn meets(&self, other: &Whole) -> bool {
        let place = |whole: &Whole| {
            whole.unfinished.as_ref()?;
            let folder = whole.target.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
            Some((fs::canonicalize(folder).ok()?, whole.target.file_name()?.to_owned()))
        };
        matches!((place(self), place(other)), (Some(one), Some(two)) if one == two)
    }

    /// Opens it for writing.
    pub fn create(&self) -> io::Result<File> {
        match &self.unfinished {
            Some(unfinished) => File::create(unfinished),
            None => OpenOptions::new().write(true).open(&self.target),
        }
    }

    /// Puts what was written in its place.
    pub fn finish(&self) -> io::Result<()> {
        self.unfinished.as_ref().map_or(Ok(()), |unfinished| fs::rename(unfinished, &self.target))
    }

    /// Takes away what was written so far. If that fails too, the name says what it is.
    pub fn discard(&self) {
        if let Some(unfinished) = &self.unfinished {
            let _ = fs::remove_file(unfinished);
        }
    }

    /// Writes `bytes` to `path`, all or nothing.
    pub fn put(path: &Path, bytes: &[u8]) -> io::Result<()> {
        let whole = Whole::of(path)?;
        let written = whole.create().and_then(|mut file| io::Write::write_all(&mut file, bytes)).and_then(|()| whole.finish());
        if written.is_err() {
            whole.discard();
        }
        written
    }
}

/// Links in a row that are followed: as many as systems do.
const MOST_LINKS: u32 = 40;

/// Where a chain of links leads whose end is not there yet; `path` itself if it is no link.
fn end_of_links(path: &Path) -> io::Result<PathBuf> {
    let mut place = path.to_owned();
    for _ in 0..MOST_LINKS {
        match fs::read_link(&place) {
            Ok(next) => place = place.parent().map_or_else(|| next.clone(), |folder| folder.join(&next)),
            Err(_) => return Ok(place),
        }
    }
    Err(io::Error::other("too many links in a row"))
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn links_stay_links_and_what_is_no_file_is_not_replaced() {
        let dir = std::env::temp_dir().join(format!("cpmsim-whole-{}", std::process::id()));
        fs::create_dir_all(&dir).expect("a folder");
        let (file, link) = (dir.join("file"), dir.join("link"));
        fs::write(&file, "old").expect("a file");
        std::os::unix::fs::symlink(&file, &link).expect("a link");
        Whole::put(&link, b"new").expect("written");
        assert!(fs::symlink_metadata(&link).expect("there").is_symlink());
        assert_eq!(fs::read(&file).expect("there"), b"new");
        // A link to what is not there yet is followed too, also in several steps and from another folder.
        let (far, near, made) = (dir.join("far"), dir.join("near"), dir.join("made"));
        fs::create_dir_all(dir.join("sub")).expect("a folder");
        std::os::unix::fs::symlink("../made", dir.join("sub").join("step")).expect("a link");
        std::os::unix::fs::symlink("sub/step", &near).expect("a link");
        Whole::put(&near, b"first").expect("written");
        assert!(fs::symlink_metadata(&near).expect("there").is_symlink());
        assert_eq!(fs::read(&made).expect("there"), b"first");
        let (one, two) = (Whole::of(&near).expect("a place"), Whole::of(&dir.join(".").join("made")).expect("a place"));
        assert!(one.meets(&two) && !one.meets(&Whole::of(&file).expect("a place")));
        std::os::unix::fs::symlink("nowhere/at/all", &far).expect("a link");
        assert!(Whole::put(&far, b"x").is_err(), "its folder is not there");
        assert!(fs::symlink_metadata(&far).expect("there").is_symlink());
        // A socket stands for devices: it is no file, and cannot even be opened.
        let socket = dir.join("socket");
        let _listener = std::os::unix::net::UnixListener::bind(&socket).expect("a socket");
        assert!(Whole::put(&socket, b"x").is_err());
        assert!(!fs::metadata(&socket).expect("still there").is_file());
        assert_eq!(fs::read_dir(&dir).expect("a folder").count(), 7, "nothing unfinished is left");
        fs::remove_dir_all(&dir).expect("cleaned");
    }
}
