//! One writer per folder: a lock file that names the process, and is taken over when that process is gone.
//!
//! The file appears with its content in one step (a hard link to a finished file), so that nobody reads half a name. Whether a process
//! lives is asked of `/proc`; where there is none, or the lock was made on another host, the lock is believed. Of many processes that find
//! the lock of a dead one, exactly one gets it: takers go one by one, by an advisory lock on the folder.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use super::atomic::TEMPORARY;
use super::error::ResultsError;

const NAME: &str = "lock";

/// A held lock; dropping it lets go.
#[derive(Debug)]
pub(super) struct Lock {
    path: PathBuf,
    content: String,
}

impl Lock {
    /// Takes the lock of `dir`, or says who holds it. `results` is the folder that the user named.
    pub fn take(dir: &Path, results: &Path) -> Result<Lock, ResultsError> {
        // Takers queue up, within this process and between processes: who finds a stale lock removes that one and no other.
        static QUEUE: Mutex<()> = Mutex::new(());
        let _turn = QUEUE.lock().unwrap_or_else(PoisonError::into_inner);
        let _turn_of_processes = Turn::take(dir);
        let path = dir.join(NAME);
        let content = Holder::this().text();
        // Each round either takes the lock, finds it held, or removes one stale lock; others may race for it.
        for _ in 0..100 {
            if create_whole(&path, &content)? {
                return Ok(Lock { path, content });
            }
            let text = match fs::read_to_string(&path) {
                Ok(text) => text,
                Err(e) if e.kind() == ErrorKind::NotFound => continue,
                Err(e) if e.kind() == ErrorKind::InvalidData => String::new(),
                Err(e) => return Err(ResultsError::io(&path, "read the lock")(e)),
            };
            // An unreadable lock was left by a crash of the system: no process names it.
            if let Some(holder) = Holder::of_text(&text).filter(Holder::lives) {
                return Err(ResultsError::Locked { dir: results.to_owned(), lock: path, pid: holder.pid, host: holder.host });
            }
            remove_stale(&path, &text)?;
        }
        Err(ResultsError::damaged(&path, "the lock cannot be taken"))
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Only our own: whoever thought us gone may hold it by now.
        if fs::read_to_string(&self.path).is_ok_and(|text| text == self.content) {
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// The turn of this process to take a lock: an advisory lock on the folder itself, which the system ends with the process and which
/// leaves no file behind. Where the system or the file system has none, the race for a stale lock is left as narrow as the instant
/// between the second look and the rename in `remove_stale`.
struct Turn {
    _folder: Option<fs::File>,
}

impl Turn {
    #[cfg(unix)]
    fn take(dir: &Path) -> Turn {
        use rustix::fs::{FlockOperation, flock};
        use rustix::io::Errno;
        let Ok(folder) = fs::File::open(dir) else { return Turn { _folder: None } };
        // Waiting is short: a turn is as long as reading and writing one small file.
        while flock(&folder, FlockOperation::LockExclusive) == Err(Errno::INTR) {}
        Turn { _folder: Some(folder) }
    }

    #[cfg(not(unix))]
    fn take(_: &Path) -> Turn {
        Turn { _folder: None }
    }
}

/// Makes `path` with `content` if nothing is there. Says whether it did.
fn create_whole(path: &Path, content: &str) -> Result<bool, ResultsError> {
    let own = own_name(path, "lock");
    fs::write(&own, content).map_err(ResultsError::io(&own, "create the lock"))?;
    let linked = fs::hard_link(&own, path);
    let _ = fs::remove_file(&own);
    match linked {
        Ok(()) => Ok(true),
        Err(e) if e.kind() == ErrorKind::AlreadyExists => Ok(false),
        // A file system without hard links: the short moment in which the file is empty has to be borne.
        Err(_) => match fs::OpenOptions::new().write(true).create_new(true).open(path) {
            Ok(mut file) => {
                std::io::Write::write_all(&mut file, content.as_bytes()).map_err(ResultsError::io(path, "write the lock"))?;
                Ok(true)
            }
            Err(e) if e.kind() == ErrorKind::AlreadyExists => Ok(false),
            Err(e) => Err(ResultsError::io(path, "create the lock")(e)),
        },
    }
}

/// Takes a stale lock away. If another process was faster and the lock is a new one, it is put back.
fn remove_stale(path: &Path, stale: &str) -> Result<(), ResultsError> {
    if fs::read_to_string(path).unwrap_or_default() != stale {
        return Ok(());
    }
    let aside = own_name(path, "stale");
    match fs::rename(path, &aside) {
        Ok(()) => {}
        Err(e) if e.kind() == ErrorKind::NotFound => return Ok(()),
        Err(e) => return Err(ResultsError::io(path, "remove the stale lock")(e)),
    }
    if fs::read_to_string(&aside).unwrap_or_default() != stale {
        let _ = fs::hard_link(&aside, path);
    }
    let _ = fs::remove_file(&aside);
    Ok(())
}

fn own_name(path: &Path, what: &str) -> PathBuf {
    use std::sync::atomic::{AtomicU64, Ordering};
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    path.with_file_name(format!("{TEMPORARY}{what}-{}-{count}", std::process::id()))
}

/// Who holds a lock. The start time tells a process from a later one with the same number.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Holder {
    pid: u32,
    started: String,
    host: String,
}

impl Holder {
    fn this() -> Holder {
        let pid = std::process::id();
        Holder { pid, started: start_of(pid).unwrap_or_default(), host: host() }
    }

    fn text(&self) -> String {
        format!("pid {}\nstarted {}\nhost {}\n", self.pid, self.started, self.host)
    }

    fn of_text(text: &str) -> Option<Holder> {
        let mut lines = text.lines();
        let pid = lines.next()?.strip_prefix("pid ")?.parse().ok()?;
        let started = lines.next()?.strip_prefix("started ")?.to_owned();
        let host = lines.next()?.strip_prefix("host ")?.to_owned();
        Some(Holder { pid, started, host })
    }

    fn lives(&self) -> bool {
        if self.host != host() || !Path::new("/proc/self/stat").exists() {
            return true;
        }
        start_of(self.pid).is_some_and(|started| started == self.started)
    }
}

/// When a process began, in the system's ticks since it was started; none if there is no such process.
fn start_of(pid: u32) -> Option<String> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name stands in brackets and may hold anything; the start is the 20th word after it.
    stat.rsplit_once(')')?.1.split_whitespace().nth(19).map(str::to_owned)
}

fn host() -> String {
    fs::read_to_string("/proc/sys/kernel/hostname").map(|name| name.trim().to_owned()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::sample::TempDir;

    #[test]
    fn a_held_lock_keeps_others_out_until_it_is_dropped() {
        let dir = TempDir::new("lock");
        let lock = Lock::take(dir.path(), dir.path()).unwrap();
        let error = Lock::take(dir.path(), dir.path()).unwrap_err();
        assert!(matches!(error, ResultsError::Locked { pid, .. } if pid == std::process::id()), "{error}");
        drop(lock);
        drop(Lock::take(dir.path(), dir.path()).unwrap());
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0, "nothing is left behind");
    }

    #[test]
    fn the_lock_of_a_dead_process_is_taken_over() {
        let dir = TempDir::new("stale-lock");
        // No process has this number: the largest that Linux gives out is 2^22. And one whose number was given out again.
        let dead = Holder { pid: 4_194_305, started: "1".into(), host: host() };
        let reborn = Holder { pid: std::process::id(), started: "0".into(), host: host() };
        for text in [dead.text(), reborn.text(), String::new(), "garbage".into()] {
            fs::write(dir.path().join(NAME), text).unwrap();
            drop(Lock::take(dir.path(), dir.path()).unwrap());
        }
    }

    #[test]
    fn the_lock_of_another_host_is_believed() {
        let dir = TempDir::new("far-lock");
        let far = Holder { pid: 4_194_305, started: "1".into(), host: "somewhere-else".into() };
        fs::write(dir.path().join(NAME), far.text()).unwrap();
        assert!(matches!(Lock::take(dir.path(), dir.path()), Err(ResultsError::Locked { .. })));
    }

    #[test]
    fn of_many_takers_one_wins() {
        let dir = TempDir::new("lock-race");
        let dead = Holder { pid: 4_194_305, started: "1".into(), host: host() };
        fs::write(dir.path().join(NAME), dead.text()).unwrap();
        let held: Vec<_> = std::thread::scope(|scope| {
            let takers: Vec<_> = (0..8).map(|_| scope.spawn(|| Lock::take(dir.path(), dir.path()).ok())).collect();
            takers.into_iter().filter_map(|taker| taker.join().unwrap()).collect()
        });
        assert_eq!(held.len(), 1);
    }
}
