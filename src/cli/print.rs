//! Words out: results on standard output, messages on standard error, and what a closed pipe means.

use std::io::{self, IsTerminal, Write};

use super::exit::Exit;

/// What a verb cannot go on after.
#[derive(Debug)]
pub enum Stop {
    /// The reader of standard output has gone: nobody is left to write for.
    ClosedPipe,
    /// To be printed as it stands; ends with this exit.
    Told(Exit, String),
}

impl Stop {
    /// A mistake in the input, with what to do about it.
    pub fn input(problem: impl std::fmt::Display, remedy: impl std::fmt::Display) -> Stop {
        Stop::Told(Exit::Input, error(problem, remedy))
    }

    /// A file that cannot be read or written.
    pub fn file(path: &std::path::Path, doing: &str, problem: &io::Error) -> Stop {
        let remedy = match problem.kind() {
            io::ErrorKind::NotFound => "check the name of the file and of its folder",
            io::ErrorKind::PermissionDenied => "check who owns the file and its folder",
            io::ErrorKind::StorageFull => "make room on the disk",
            _ => "mend the cause and start again",
        };
        Stop::input(format_args!("{}: cannot {doing}: {problem}", path.display()), remedy)
    }
}

impl From<io::Error> for Stop {
    fn from(problem: io::Error) -> Stop {
        match problem.kind() {
            io::ErrorKind::BrokenPipe => Stop::ClosedPipe,
            _ => Stop::input(format_args!("standard output: cannot write: {problem}"), "mend the cause and start again"),
        }
    }
}

/// An error and its remedy, as they are printed.
pub fn error(problem: impl std::fmt::Display, remedy: impl std::fmt::Display) -> String {
    format!("{} {problem}\n  {} {remedy}\n", red("error:"), bold("help:"))
}

/// Writes a result to standard output.
pub fn out(text: &str) -> Result<(), Stop> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()?;
    Ok(())
}

/// Writes a message to standard error. A reader who has gone misses it.
pub fn say(text: impl std::fmt::Display) {
    let _ = writeln!(io::stderr().lock(), "{text}");
}

/// Whether messages may be coloured: the reader is a terminal and has not said no (`NO_COLOR`).
fn coloured() -> bool {
    io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty())
}

pub fn red(text: &str) -> String {
    if coloured() { format!("\u{1b}[1;31m{text}\u{1b}[0m") } else { text.to_owned() }
}

pub fn bold(text: &str) -> String {
    if coloured() { format!("\u{1b}[1m{text}\u{1b}[0m") } else { text.to_owned() }
}

/// `1 error`, `2 errors`.
pub fn count(n: usize, one: &str) -> String {
    if n == 1 { format!("1 {one}") } else { format!("{n} {one}s") }
}
