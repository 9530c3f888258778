//! Reads comma-separated text of our own making: names, then rows as text.

use std::fs;
use std::path::Path;

use super::error::ResultsError;

/// Rows of text under names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TextTable {
    pub names: Vec<String>,
    pub rows: Vec<Vec<String>>,
}

impl TextTable {
    /// Place of a column.
    pub fn column(&self, name: &str) -> Option<usize> {
        self.names.iter().position(|n| n == name)
    }
}

/// Reads a file. Every row must be as wide as the line of names.
pub(super) fn read(path: &Path) -> Result<TextTable, ResultsError> {
    let text = fs::read_to_string(path).map_err(ResultsError::io(path, "read"))?;
    parse(&text).map_err(|problem| ResultsError::damaged(path, problem))
}

fn parse(text: &str) -> Result<TextTable, String> {
    let mut lines = records(text)?.into_iter();
    let names = lines.next().ok_or("the file is empty")?;
    let rows: Vec<Vec<String>> = lines.collect();
    match rows.iter().position(|row| row.len() != names.len()) {
        Some(at) => Err(format!("row {} has {} fields, not {}", at + 1, rows[at].len(), names.len())),
        None => Ok(TextTable { names, rows }),
    }
}

fn records(text: &str) -> Result<Vec<Vec<String>>, String> {
    let mut records = Vec::new();
    let mut record = Vec::new();
    let mut field = String::new();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if field.is_empty() => loop {
                match chars.next() {
                    Some('"') if chars.peek() == Some(&'"') => field.extend(chars.next()),
                    Some('"') => break,
                    Some(other) => field.push(other),
                    None => return Err("a quoted field does not end".into()),
                }
            },
            ',' => record.push(std::mem::take(&mut field)),
            '\n' => {
                record.push(std::mem::take(&mut field));
                records.push(std::mem::take(&mut record));
            }
            other => field.push(other),
        }
    }
    if !field.is_empty() || !record.is_empty() {
        return Err("the last line is cut short".into());
    }
    Ok(records)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::csv_out::quoted;
    use proptest::prelude::*;

    #[test]
    fn damaged_text_is_refused() {
        for (text, problem) in
            [("", "empty"), ("a,b\n1", "cut short"), ("a,b\n1\n", "row 1 has 1 fields, not 2"), ("a\n\"x", "does not end")]
        {
            assert!(parse(text).unwrap_err().contains(problem), "{text:?}");
        }
        assert_eq!(parse("a,b\n").unwrap(), TextTable { names: vec!["a".into(), "b".into()], rows: vec![] });
    }

    proptest! {
        #[test]
        fn what_is_quoted_reads_back(fields in prop::collection::vec(r#"[a-c,"\n ]{0,6}"#, 1..5)) {
            let line = fields.iter().map(|f| quoted(f)).collect::<Vec<_>>().join(",") + "\n";
            let head = vec!["n"; fields.len()].join(",") + "\n";
            prop_assert_eq!(&parse(&(head + &line)).unwrap().rows, &[fields]);
        }
    }
}
