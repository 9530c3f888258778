//! A fault in a file: its place, what is wrong, and what to write instead.
//!
//! Faults are gathered, never thrown one by one. Left out: colours and labelled excerpts, which are the command line's; it finds
//! the text and the byte range here.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use super::source::Source;

/// Faults of one file or model that are told; a file with more is not one that somebody writes.
pub const MAX_FAULTS: usize = 10_000;

/// One fault, or one warning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Stable name of the kind of fault, such as `unknown-field`.
    pub code: &'static str,
    /// The file, or the words of the override, that holds the fault.
    pub file: String,
    /// JSON pointer of the value, such as `/links/gm/delay`; empty for the file itself.
    pub path: String,
    /// Bytes of [`Fault::source`] to point at; none where the fault has no place in a text.
    pub span: Option<Range<usize>>,
    /// The text of the file, where there is one.
    pub source: Option<Arc<str>>,
    /// Line and column of the start of `span`, both from 1; none for overrides and for faults without a place.
    pub line_column: Option<(usize, usize)>,
    /// What is wrong.
    pub problem: String,
    /// What to do about it.
    pub remedy: String,
}

impl Fault {
    /// A fault of a file as a whole: it cannot be read, or is of the wrong kind.
    pub fn of_file(code: &'static str, file: &str, problem: impl Into<String>, remedy: impl Into<String>) -> Fault {
        Fault {
            code,
            file: file.to_owned(),
            path: String::new(),
            span: None,
            source: None,
            line_column: None,
            problem: problem.into(),
            remedy: remedy.into(),
        }
    }

    /// A fault at bytes `span` of `source`.
    pub fn at(
        code: &'static str,
        source: &Source,
        span: Range<usize>,
        path: &str,
        problem: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Fault {
        Fault {
            code,
            file: source.name.clone(),
            path: path.to_owned(),
            line_column: source.has_lines().then(|| source.line_column(span.start)),
            span: Some(span),
            source: Some(source.text.clone()),
            problem: problem.into(),
            remedy: remedy.into(),
        }
    }
}

/// A text, cut off where nobody would read on, and without what a terminal would obey: it can come from a file of anybody's.
fn told(text: &str) -> std::borrow::Cow<'_, str> {
    let obeyed = |c: char| c.is_control() && c != '\n';
    let text: std::borrow::Cow<'_, str> = match text.char_indices().nth(600) {
        Some((end, _)) => format!("{}...", &text[..end]).into(),
        None => text.into(),
    };
    if !text.contains(obeyed) {
        return text;
    }
    text.chars().map(|c| if obeyed(c) { c.escape_default().to_string() } else { c.to_string() }).collect::<String>().into()
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if let Some((line, column)) = self.line_column {
            write!(f, ":{line}:{column}")?;
        }
        if !self.path.is_empty() {
            write!(f, ": {}", told(&self.path))?;
        }
        write!(f, ": {}\n  help: {}", told(&self.problem), told(&self.remedy))
    }
}

/// All the faults found, at least one, in the order of their places.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Faults(pub Vec<Fault>);

impl Faults {
    /// The faults as an error, or `value` if there is none. Sorted by file, then place; the same fault stands once.
    pub fn or<T>(mut faults: Vec<Fault>, value: impl FnOnce() -> T) -> Result<T, Faults> {
        if faults.is_empty() {
            return Ok(value());
        }
        Faults::sort(&mut faults);
        Err(Faults(faults))
    }

    /// Sorts by file, then place, then path, and leaves repetitions out.
    pub fn sort(faults: &mut Vec<Fault>) {
        faults.sort_by(|a, b| {
            let start = |f: &Fault| f.span.as_ref().map(|s| s.start);
            (&a.file, start(a), &a.path, a.code, &a.problem).cmp(&(&b.file, start(b), &b.path, b.code, &b.problem))
        });
        faults.dedup();
    }
}

impl From<Fault> for Faults {
    fn from(fault: Fault) -> Faults {
        Faults(vec![fault])
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, fault) in self.0.iter().enumerate() {
            let gap = if i > 0 { "\n" } else { "" };
            write!(f, "{gap}error: {fault}")?;
        }
        if self.0.len() >= MAX_FAULTS {
            write!(f, "\nand perhaps more: at most {MAX_FAULTS} are told")?;
        }
        Ok(())
    }
}

impl std::error::Error for Faults {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_shows_place_problem_and_remedy() {
        let source = Source::text("m.json", "{\n  \"a\": 1\n}");
        let fault = Fault::at("unknown-field", &source, 4..7, "/a", "no such field", "leave it out");
        assert_eq!(Faults(vec![fault]).to_string(), "error: m.json:2:3: /a: no such field\n  help: leave it out");
        let fault = Fault::of_file("not-found", "m.json", "there is no such file", "check the name");
        assert_eq!(fault.to_string(), "m.json: there is no such file\n  help: check the name");
    }
}
