//! The syntax tree of a JSON text with comments, each value with its place.
//!
//! Strict JSON apart from comments: no trailing commas, single quotes or bare names. Duplicate names are faults. Left out: what
//! values mean, and how files are laid over each other.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use jsonc_parser::ast;
use jsonc_parser::common::Ranged;
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};

use super::fault::{Fault, Faults, MAX_FAULTS};
use super::source::{Origin, Source, read_text};

/// Values one text may hold at most (counted by its commas), so that a hostile file cannot fill the memory.
const MAX_VALUES: usize = 2_000_000;

/// Where a value was written: bytes `start..end` of a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Index into the list of sources.
    pub source: u32,
    pub start: u32,
    pub end: u32,
}

impl Place {
    pub fn span(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// A value and its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    pub data: Data,
    pub place: Place,
}

/// What a value is.
#[derive(Clone, Debug, PartialEq)]
pub enum Data {
    Null,
    Flag(bool),
    /// As it was written, so that nothing is lost before it is known what it should be.
    Number(Box<str>),
    Text(Box<str>),
    List(Vec<Node>),
    /// By name, in the order of the names.
    Map(BTreeMap<String, Member>),
}

/// A named value of an object.
#[derive(Clone, Debug, PartialEq)]
pub struct Member {
    /// Where the name stands.
    pub name: Place,
    pub node: Node,
}

impl Node {
    /// The value's members, if it is an object.
    pub fn map(&self) -> Option<&BTreeMap<String, Member>> {
        match &self.data {
            Data::Map(map) => Some(map),
            _ => None,
        }
    }

    /// The member of that name, if this is an object and has it.
    pub fn get(&self, name: &str) -> Option<&Node> {
        self.map().and_then(|m| m.get(name)).map(|m| &m.node)
    }

    /// The value at dotted `path`.
    pub fn find(&self, path: &str) -> Option<&Node> {
        path.split('.').try_fold(self, |node, name| node.get(name))
    }

    /// The text, if it is one.
    pub fn text(&self) -> Option<&str> {
        match &self.data {
            Data::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The elements, if it is a list.
    pub fn list(&self) -> Option<&[Node]> {
        match &self.data {
            Data::List(list) => Some(list),
            _ => None,
        }
    }

    /// The one member of an object that has exactly one.
    pub fn only(&self) -> Option<(&str, &Node)> {
        let map = self.map()?;
        let (name, member) = map.first_key_value()?;
        (map.len() == 1).then_some((name.as_str(), &member.node))
    }

    /// What the value is, with its article, for messages.
    pub fn kind(&self) -> &'static str {
        match &self.data {
            Data::Null => "null",
            Data::Flag(_) => "a truth value",
            Data::Number(_) => "a number",
            Data::Text(_) => "a text",
            Data::List(_) => "a list",
            Data::Map(_) => "an object",
        }
    }

    /// The value as `serde_json` knows it; a number too large for it becomes a text.
    pub fn to_json(&self) -> serde_json::Value {
        use serde_json::Value;
        match &self.data {
            Data::Null => Value::Null,
            Data::Flag(flag) => Value::Bool(*flag),
            Data::Number(number) => serde_json::from_str(number).unwrap_or_else(|_| Value::String(number.to_string())),
            Data::Text(text) => Value::String(text.to_string()),
            Data::List(list) => Value::Array(list.iter().map(Node::to_json).collect()),
            Data::Map(map) => Value::Object(map.iter().map(|(k, m)| (k.clone(), m.node.to_json())).collect()),
        }
    }
}

/// One file as it stands: nothing it extends is laid under it.
#[derive(Clone, Debug)]
pub struct Document {
    pub root: Node,
    /// One source, the file itself.
    pub source: Arc<Source>,
}

impl Document {
    /// A fault at `node` of this document.
    pub fn fault(
        &self,
        code: &'static str,
        place: Place,
        path: &str,
        problem: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Fault {
        Fault::at(code, &self.source, place.span(), path, problem, remedy)
    }
}

/// Reads a model, an experiment or any other JSON file with comments. Faults: unreadable, no JSON, duplicate names.
pub fn read_tree(path: &Path) -> Result<Document, Faults> {
    let text = read_text(path)?;
    let dir = path.parent().map(Path::to_path_buf);
    let source = Source::new(path.display().to_string(), text, Origin::File, dir);
    parse_document(Arc::new(source), 0)
}

/// Reads the text of `source`, which is the one numbered `number` in places.
pub fn parse_document(source: Arc<Source>, number: u32) -> Result<Document, Faults> {
    let mut faults = Vec::new();
    let root = parse(&source, number, &mut faults);
    match root {
        Some(root) if faults.is_empty() => Ok(Document { root, source }),
        _ => {
            Faults::sort(&mut faults);
            Err(Faults(faults))
        }
    }
}

fn parse(source: &Source, number: u32, faults: &mut Vec<Fault>) -> Option<Node> {
    // A byte order mark is three bytes; blanks keep the places.
    let without_mark;
    let text: &str = match source.text.strip_prefix('\u{feff}') {
        Some(rest) => {
            without_mark = format!("   {rest}");
            &without_mark
        }
        None => &source.text,
    };
    if text.bytes().filter(|b| *b == b',').count() > MAX_VALUES {
        let problem = format!("it holds more than {MAX_VALUES} values");
        faults.push(Fault::of_file("too-many-values", &source.name, problem, "name samples by file (`empirical`, `resampled`)"));
        return None;
    }
    let options = ParseOptions {
        allow_comments: true,
        allow_loose_object_property_names: false,
        allow_trailing_commas: false,
        allow_missing_commas: false,
        allow_single_quoted_strings: false,
        allow_hexadecimal_numbers: false,
        allow_unary_plus_numbers: false,
        allow_bare_decimal_point_numbers: false,
        allow_non_finite_numbers: false,
        allow_extended_string_escapes: false,
    };
    match parse_to_ast(text, &CollectOptions::default(), &options) {
        Ok(parsed) => match &parsed.value {
            Some(value) => Some(Builder { source, number, faults }.node(value, "")),
            None => {
                faults.push(Fault::of_file("empty-file", &source.name, "it holds no value", "write an object: { ... }"));
                None
            }
        },
        Err(e) => {
            let rest = &source.text[clamp(&source.text, e.range().start, usize::MAX)];
            let problem = match ["NaN", "Infinity", "-Infinity", "inf", "-inf"].iter().find(|word| rest.starts_with(**word)) {
                Some(word) => format!("this is not JSON: {word} is not a number"),
                None => format!("this is not JSON: {}", lower_first(&e.kind().to_string())),
            };
            let remedy =
                "JSON with comments is read: names and texts in double quotes, a comma between values, none after the last";
            let span = clamp(&source.text, e.range().start, e.range().end);
            faults.push(Fault::at("syntax", source, span, "", problem, remedy));
            None
        }
    }
}

fn lower_first(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|c| c.to_lowercase().collect::<String>() + chars.as_str()).unwrap_or_default()
}

/// A byte range that lies within `text` and cuts no character.
fn clamp(text: &str, start: usize, end: usize) -> Range<usize> {
    let floor = |mut at: usize| {
        at = at.min(text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        at
    };
    let start = floor(start);
    start..floor(end).max(start)
}

struct Builder<'s> {
    source: &'s Source,
    number: u32,
    faults: &'s mut Vec<Fault>,
}

impl Builder<'_> {
    fn place(&self, node: &impl Ranged) -> Place {
        // Files have at most 64 MB, so that an offset fits.
        Place { source: self.number, start: node.start() as u32, end: node.end() as u32 }
    }

    fn fault(&mut self, code: &'static str, place: Place, path: &str, problem: String, remedy: &str) {
        if self.faults.len() < MAX_FAULTS {
            self.faults.push(Fault::at(code, self.source, place.span(), path, problem, remedy));
        }
    }

    fn node(&mut self, value: &ast::Value<'_>, path: &str) -> Node {
        let place = self.place(value);
        let data = match value {
            ast::Value::NullKeyword(_) => Data::Null,
            ast::Value::BooleanLit(flag) => Data::Flag(flag.value),
            ast::Value::StringLit(text) => Data::Text(text.value.as_ref().into()),
            ast::Value::NumberLit(number) => {
                if !is_json_number(number.value) {
                    let problem = format!("this is not JSON: {} is not a number", number.value);
                    self.fault("syntax", place, path, problem, "write a number such as 0.5");
                }
                Data::Number(number.value.into())
            }
            ast::Value::Array(array) => {
                Data::List(array.elements.iter().enumerate().map(|(i, e)| self.node(e, &format!("{path}/{i}"))).collect())
            }
            ast::Value::Object(object) => Data::Map(self.members(object, path)),
        };
        Node { data, place }
    }

    fn members(&mut self, object: &ast::Object<'_>, path: &str) -> BTreeMap<String, Member> {
        let mut map = BTreeMap::new();
        for property in &object.properties {
            let name = property.name.as_str();
            let place = match &property.name {
                ast::ObjectPropName::String(lit) => self.place(lit),
                ast::ObjectPropName::Word(lit) => self.place(lit),
            };
            let inner = format!("{path}/{}", pointer_token(name));
            if let Some(Member { name: first, .. }) = map.get(name) {
                let (line, _) = self.source.line_column(first.start as usize);
                let problem = format!("\"{name}\" is written twice, first in line {line}");
                self.fault("duplicate-name", place, &inner, problem, "keep one of the two");
            }
            let node = self.node(&property.value, &inner);
            map.insert(name.to_owned(), Member { name: place, node });
        }
        map
    }
}

/// A name as a token of a JSON pointer (RFC 6901).
pub fn pointer_token(name: &str) -> String {
    if name.contains(['~', '/']) { name.replace('~', "~0").replace('/', "~1") } else { name.to_owned() }
}

fn is_json_number(text: &str) -> bool {
    let digits = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
    let body = text.strip_prefix('-').unwrap_or(text);
    let (mantissa, exponent) = body.split_once(['e', 'E']).map_or((body, None), |(m, e)| (m, Some(e)));
    let (whole, fraction) = mantissa.split_once('.').map_or((mantissa, None), |(w, f)| (w, Some(f)));
    digits(whole)
        && (whole == "0" || !whole.starts_with('0'))
        && fraction.is_none_or(digits)
        && exponent.is_none_or(|e| digits(e.strip_prefix(['+', '-']).unwrap_or(e)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parse_text(text: &str) -> Result<Document, Faults> {
        parse_document(Arc::new(Source::text("m.json", text)), 0)
    }

    #[test]
    fn values_keep_their_places() {
        let text = "// a comment\n{\"a\": [1, \"two\"], /* and */ \"b\": {\"c\": null}}";
        let document = parse_text(text).unwrap();
        let two = &document.root.get("a").unwrap().list().unwrap()[1];
        assert_eq!((two.text(), &text[two.place.span()]), (Some("two"), "\"two\""));
        assert_eq!(document.root.find("b.c").unwrap().data, Data::Null);
        assert_eq!(document.root.to_json(), serde_json::json!({"a": [1, "two"], "b": {"c": null}}));
    }

    #[test]
    fn a_syntax_fault_names_line_and_column() {
        for (text, at) in [
            ("{\"a\": NaN}", (1, 7)),
            ("{\n \"a\": -Infinity}", (2, 7)),
            ("{\"a\": 1,}", (1, 8)),
            ("{\"a\": 'x'}", (1, 7)),
            ("{\"a\": 0x1}", (1, 7)),
            ("{\"a\": 01}", (1, 8)),
            ("{a: 1}", (1, 2)),
            ("{} {}", (1, 4)),
        ] {
            let faults = parse_text(text).expect_err(text).0;
            assert_eq!((faults[0].code, faults[0].line_column), ("syntax", Some(at)), "{text}: {faults:?}");
        }
        assert_eq!(parse_text("{\"a\": {\"b\": 1").expect_err("cut off").0[0].code, "syntax");
        assert_eq!(parse_text("  // nothing\n").expect_err("empty").0[0].code, "empty-file");
    }

    #[test]
    fn every_duplicate_name_is_a_fault() {
        let faults = parse_text("{\"a\": 1, \"a\": 2, \"b\": {\"c\": 1,\n\"c\": 2}}").expect_err("duplicates").0;
        let found: Vec<_> = faults.iter().map(|f| (f.code, f.path.as_str(), f.line_column)).collect();
        assert_eq!(found, [("duplicate-name", "/a", Some((1, 10))), ("duplicate-name", "/b/c", Some((2, 1)))]);
    }

    #[test]
    fn deep_nesting_and_floods_of_values_are_refused() {
        for (open, count) in [("[", 100_000), ("{\"a\":", 100_000)] {
            assert_eq!(parse_text(&open.repeat(count)).expect_err("deep").0[0].code, "syntax");
        }
        let flood = format!("[{}0]", "0,".repeat(MAX_VALUES + 1));
        assert_eq!(parse_text(&flood).expect_err("flood").0[0].code, "too-many-values");
        parse_text(&format!("{}{}", "[".repeat(200), "]".repeat(200))).unwrap();
    }

    #[test]
    fn a_byte_order_mark_is_passed_over() {
        let document = parse_text("\u{feff}{\"a\": \"x\"}").unwrap();
        assert_eq!(&document.source.text[document.root.get("a").unwrap().place.span()], "\"x\"");
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "[\\[\\]{}:,\"'0-9eE.+/*\\\\ \n\u{e4}a-z-]{0,40}") {
            let _ = parse_text(&text);
        }

        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..60)) {
            let _ = parse_text(&String::from_utf8_lossy(&bytes));
        }
    }
}
