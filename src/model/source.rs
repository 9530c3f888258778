//! Texts that values come from: files, the built-in library, overrides. Reading a file within limits.
//!
//! Left out: syntax, which is [`tree`](super::tree)'s.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use super::fault::{Fault, Faults};

/// Bytes a file may have at most: 64 MB.
pub const MAX_FILE_BYTES: u64 = 64_000_000;

/// What kind of text a value comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The built-in `lib/defaults.json`: what stands there was not written by anyone.
    Defaults,
    /// A file, or another file of the built-in library.
    File,
    /// An override from the command line or from a point of an experiment.
    Override,
}

/// One text, with what is needed to speak of places in it.
#[derive(Clone, Debug)]
pub struct Source {
    /// As it is named in messages: the path as given, or the words of the override.
    pub name: String,
    pub text: Arc<str>,
    pub origin: Origin,
    /// Folder that relative paths in it start from.
    pub dir: Option<PathBuf>,
    /// Where its lines begin, found when first asked for: a file may have many faults.
    lines: OnceLock<Vec<usize>>,
}

/// Lines longer than this count their columns in bytes, so that a fault in a huge line costs no walk through it.
const LONG_LINE: usize = 10_000;

impl Source {
    pub fn new(name: impl Into<String>, text: impl Into<Arc<str>>, origin: Origin, dir: Option<PathBuf>) -> Source {
        Source { name: name.into(), text: text.into(), origin, dir, lines: OnceLock::new() }
    }

    /// A text that was not read from a file; relative paths in it start from the current folder.
    pub fn text(name: &str, text: &str) -> Source {
        Source::new(name, text, Origin::File, None)
    }

    /// Whether line and column mean something to a reader of a message.
    pub fn has_lines(&self) -> bool {
        self.origin != Origin::Override
    }

    /// Line and column (in characters), both from 1, of the byte at `offset`.
    pub fn line_column(&self, offset: usize) -> (usize, usize) {
        let mut offset = offset.min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        let lines = self.lines.get_or_init(|| {
            std::iter::once(0).chain(self.text.bytes().enumerate().filter(|(_, b)| *b == b'\n').map(|(i, _)| i + 1)).collect()
        });
        let line = lines.partition_point(|start| *start <= offset);
        let before = &self.text[lines[line - 1]..offset];
        let column = if before.len() > LONG_LINE { before.len() } else { before.chars().count() };
        (line, column + 1)
    }
}

/// Reads a text file of at most [`MAX_FILE_BYTES`] in UTF-8.
pub fn read_text(path: &Path) -> Result<String, Faults> {
    let name = path.display().to_string();
    let cannot = |e: &io::Error| {
        let (code, problem, remedy) = match e.kind() {
            io::ErrorKind::NotFound => ("not-found", "there is no such file".to_owned(), "check the name and the folder"),
            io::ErrorKind::PermissionDenied => ("unreadable", "it may not be read".to_owned(), "check its permissions"),
            _ => ("unreadable", format!("it cannot be read: {e}"), "check the name and the disk"),
        };
        Faults::from(Fault::of_file(code, &name, problem, remedy))
    };
    let file = File::open(path).map_err(|e| cannot(&e))?;
    let meta = file.metadata().map_err(|e| cannot(&e))?;
    if meta.is_dir() {
        return Err(Fault::of_file("is-a-folder", &name, "it is a folder, not a file", "name a file in it").into());
    }
    let mut bytes = Vec::new();
    // One byte more than allowed shows that there is more; a device without an end stops here too.
    let too_large = meta.len() > MAX_FILE_BYTES
        || file.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes).map_err(|e| cannot(&e))? as u64 > MAX_FILE_BYTES;
    if too_large {
        let remedy = "split it, or name samples by file (`empirical`, `resampled`)";
        return Err(Fault::of_file("too-large", &name, "it is larger than 64 MB", remedy).into());
    }
    String::from_utf8(bytes).map_err(|e| {
        let at = e.utf8_error().valid_up_to();
        let problem = format!("it is not text: byte {} is not UTF-8", at + 1);
        Fault::of_file("not-text", &name, problem, "name a JSON file, saved as UTF-8").into()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_columns_count_characters() {
        let source = Source::text("m", "{\n \"\u{e4}\u{e4}\": x");
        assert_eq!(source.line_column(0), (1, 1));
        assert_eq!(source.line_column(source.text.find('x').unwrap()), (2, 8));
        assert_eq!(source.line_column(4), (2, 3), "within a character");
        assert_eq!(source.line_column(1000), (2, 9));
    }
}
