//! The walk of the tree against the shape: every unknown, missing or unreadable value, all at once.
//!
//! Left out: what refers to what, and whether values fit together; that is [`check`](super::check)'s.

use std::path::Path;

use super::leaf::{self, Wrong, is_name};
use super::names;
use super::report::Report;
use super::shape::{Choice, Field, Need, Shape, Word};
use super::source::read_text;
use super::tree::{Data, Node, Place, pointer_token};
use crate::delivery::profile::AxisId;
use crate::units::{Span, parse_span};

/// Values a sample file may hold.
const MAX_SAMPLE: usize = 10_000_000;

/// Checks `root` against the shape of a whole model. Gives the parameters of the library that someone wrote, with their places.
pub fn walk_model(root: &Node, shape: &'static Shape, report: &mut Report<'_>) -> Vec<(String, Place)> {
    let mut walker = Walker { report, path: Vec::new(), library: Vec::new() };
    match (shape, &root.data) {
        (Shape::Record(fields), Data::Map(_)) => walker.record(root, fields, true),
        _ => walker.wrong(root, Wrong::kind(root, "a model", "write an object: { \"run\": ... }")),
    }
    walker.library
}

struct Walker<'r, 's> {
    report: &'r mut Report<'s>,
    path: Vec<String>,
    library: Vec<(String, Place)>,
}

impl Walker<'_, '_> {
    fn pointer(&self) -> String {
        self.path.iter().map(|name| format!("/{}", pointer_token(name))).collect()
    }

    fn wrong(&mut self, node: &Node, wrong: Wrong) {
        let path = self.pointer();
        self.report.wrong(node.place, &path, wrong);
    }

    fn fault(&mut self, place: Place, code: &'static str, problem: String, remedy: String) {
        let path = self.pointer();
        self.report.fault(code, place, &path, problem, remedy);
    }

    fn within(&mut self, name: impl Into<String>, act: impl FnOnce(&mut Self)) {
        self.path.push(name.into());
        act(self);
        self.path.pop();
    }

    fn value(&mut self, node: &Node, shape: &'static Shape) {
        // A reference that is still here has been reported.
        if super::refer::reference(node).is_some() {
            return;
        }
        let read = match shape {
            Shape::Record(fields) => return self.record(node, fields, false),
            Shape::Kinds(kinds) => return self.kinds(node, kinds),
            Shape::Choice(choice) => return self.choice(node, choice),
            Shape::Table { of, least, noun } => return self.table(node, of, *least, noun),
            Shape::List { of, least, most } => return self.list(node, of, *least, *most),
            Shape::Axes => return self.axes(node),
            Shape::WordOr(words, inner) => {
                if words.iter().any(|w| node.text() == Some(w.word)) {
                    return;
                }
                let before = self.report.faults.len();
                self.value(node, inner);
                // A text that is neither: say which words there are as well.
                if let Some(fault) = self.report.faults.get_mut(before).filter(|_| node.text().is_some()) {
                    let words: Vec<_> = words.iter().map(|w| format!("\"{}\"", w.word)).collect();
                    fault.remedy = format!("write {}, or: {}", words.join(" or "), fault.remedy);
                }
                return;
            }
            Shape::NameOr(_, inner) => {
                if node.text().is_none() {
                    self.value(node, inner);
                }
                return;
            }
            Shape::OrNull(inner) => {
                if node.data != Data::Null {
                    self.value(node, inner);
                }
                return;
            }
            Shape::Span { forever } => leaf::span(node, *forever).map(drop),
            Shape::Rate => leaf::rate(node).map(drop),
            Shape::Bytes { least } => leaf::bytes(node, *least).map(drop),
            Shape::ByteRate => leaf::byte_rate(node).map(drop),
            Shape::Probability => leaf::probability(node).map(drop),
            Shape::Number { above_zero } => leaf::number(node, *above_zero).map(drop),
            Shape::Whole { least, most } => leaf::whole(node, *least, *most).map(drop),
            Shape::Word(words) => word(node, words),
            Shape::Name(noun) => match node.text() {
                Some(_) => Ok(()),
                None => Err(Wrong::kind(node, &format!("the name of a {noun}"), "write the name in quotes")),
            },
            Shape::Flag => match node.data {
                Data::Flag(_) => Ok(()),
                _ => Err(Wrong::kind(node, "true or false", "write true or false, without quotes")),
            },
            Shape::Text => match node.text() {
                Some(_) => Ok(()),
                None => Err(Wrong::kind(node, "a text", "write it in quotes")),
            },
            Shape::Any => Ok(()),
        };
        if let Err(wrong) = read {
            self.wrong(node, wrong);
        }
    }

    /// An object with fixed fields. `filled`: the fields of the defaults must all be there.
    fn record(&mut self, node: &Node, fields: &'static [Field], filled: bool) {
        let Data::Map(map) = &node.data else {
            let names: Vec<_> = fields.iter().map(|f| f.name).collect();
            return self
                .wrong(node, Wrong::kind(node, "an object", format!("write an object: {{ ... }} (fields: {})", names.join(", "))));
        };
        for (name, member) in map {
            match fields.iter().find(|f| f.name == name) {
                Some(field) => self.within(name.as_str(), |w| w.field(&member.node, member.name, field, filled)),
                None => {
                    let help = names::remedy(name, "fields", fields.iter().filter(|f| f.need != Need::NotBuilt).map(|f| f.name));
                    self.within(name.as_str(), |w| {
                        w.fault(member.name, "unknown-field", format!("there is no field \"{}\" here", leaf::shorten(name)), help);
                    });
                }
            }
        }
        for field in fields.iter().filter(|f| !map.contains_key(f.name)) {
            let problem = match field.need {
                Need::Required => format!("the field \"{}\" is missing", field.name),
                Need::Filled if filled => format!("the parameter \"{}\" was taken away by null", field.name),
                _ => continue,
            };
            let start = Place { end: node.place.start + 1, ..node.place };
            self.fault(start, "missing-field", problem, format!("write \"{}\": {}", field.name, field.says));
        }
    }

    fn field(&mut self, node: &Node, name: Place, field: &'static Field, filled: bool) {
        match field.need {
            Need::NotBuilt => {
                if let Some(place) = self.written(node) {
                    let problem = "not built yet: nothing acts on this parameter".to_owned();
                    let place = if self.report.is_written(name) { name } else { place };
                    self.fault(place, "not-built", problem, "leave it out".to_owned());
                }
                return;
            }
            Need::Library => {
                if let Some(place) = self.written(node) {
                    self.library.push((self.path.join("."), place));
                }
            }
            Need::Filled => {
                if let (Shape::Record(fields), true) = (field.shape, filled) {
                    return self.record(node, fields, true);
                }
            }
            Need::Required | Need::Optional => {}
        }
        self.value(node, field.shape);
    }

    /// A place within the value that someone wrote, if there is one.
    fn written(&self, node: &Node) -> Option<Place> {
        match &node.data {
            Data::Map(map) => map.values().find_map(|m| self.written(&m.node)),
            Data::List(list) => list.iter().find_map(|n| self.written(n)),
            _ => self.report.is_written(node.place).then_some(node.place),
        }
        .or_else(|| self.report.is_written(node.place).then_some(node.place))
    }

    fn kinds(&mut self, node: &Node, kinds: &'static [super::shape::Kind]) {
        let names = || kinds.iter().map(|k| k.name);
        if node.map().is_none() {
            return self.wrong(node, Wrong::kind(node, "an object", "write an object: { \"kind\": ... }"));
        }
        match node.get("kind") {
            None => {
                let start = Place { end: node.place.start + 1, ..node.place };
                let remedy = format!("write \"kind\": one of {}", names().collect::<Vec<_>>().join(", "));
                self.fault(start, "missing-field", "the field \"kind\" is missing".to_owned(), remedy);
            }
            Some(kind) => match kinds.iter().find(|k| kind.text() == Some(k.name)) {
                Some(kind) => self.record(node, kind.fields, false),
                None => self.within("kind", |w| {
                    let wrong = match kind.text() {
                        Some(text) => Wrong::new(
                            "unknown-word",
                            format!("\"{}\" is not a kind of function", leaf::shorten(text)),
                            names::remedy(text, "kinds", names()),
                        ),
                        None => Wrong::kind(kind, "a kind", format!("write one of {}", names().collect::<Vec<_>>().join(", "))),
                    };
                    w.wrong(kind, wrong);
                }),
            },
        }
    }

    fn choice(&mut self, node: &Node, choice: &'static Choice) {
        let names = || choice.variants.iter().map(|v| v.name);
        let remedy = || format!("write an object with one of the fields {}", names().collect::<Vec<_>>().join(", "));
        let Data::Map(map) = &node.data else {
            return match choice.bare {
                Some(bare) if !matches!(node.data, Data::List(_) | Data::Null) => self.value(node, bare),
                _ => self.wrong(node, Wrong::kind(node, choice.noun, remedy())),
            };
        };
        let mut known = 0;
        for (name, member) in map {
            match choice.variants.iter().find(|v| v.name == name) {
                Some(variant) => {
                    known += 1;
                    self.within(name.as_str(), |w| w.variant(&member.node, variant));
                }
                None => {
                    let problem = format!("\"{}\" is not {}", leaf::shorten(name), choice.noun);
                    let help = names::remedy(name, "fields", names());
                    self.within(name.as_str(), |w| w.fault(member.name, "unknown-field", problem, help));
                }
            }
        }
        if map.is_empty() {
            self.wrong(node, Wrong::new("empty", format!("{} says nothing", choice.noun), remedy()));
        } else if known > 1 {
            self.wrong(node, Wrong::new("not-one", format!("{} says more than one thing", choice.noun), remedy()));
        }
    }

    fn variant(&mut self, node: &Node, variant: &'static Field) {
        let before = self.report.faults.len();
        self.value(node, variant.shape);
        if self.report.faults.len() > before {
            return;
        }
        match (variant.name, node.text()) {
            ("lognormal", _)
                if variant.shape.field("mean").is_some() && node.get("median").is_some() == node.get("mean").is_some() =>
            {
                let problem = "a lognormal law has a median or a mean, not both and not neither";
                self.wrong(node, Wrong::new("impossible-law", problem, "write \"median\" or \"mean\""));
            }
            ("file", Some(name)) => self.sample_file(node, name),
            _ => {}
        }
    }

    fn table(&mut self, node: &Node, of: &'static Shape, least: usize, noun: &str) {
        let Data::Map(map) = &node.data else {
            let remedy = format!("write an object: {{ \"name\": ... }}, one member for each {noun}");
            return self.wrong(node, Wrong::kind(node, "an object", remedy));
        };
        if map.len() < least {
            self.wrong(node, Wrong::new("empty", format!("there is no {noun}"), format!("write at least one {noun}")));
        }
        for (name, member) in map {
            self.within(name.as_str(), |w| {
                if !is_name(name) {
                    let problem = format!("\"{}\" cannot be the name of a {noun}", leaf::shorten(name));
                    let remedy = "use letters, digits, \"-\" and \"_\", at most 64".to_owned();
                    w.fault(member.name, "bad-name", problem, remedy);
                }
                w.value(&member.node, of);
            });
        }
    }

    fn list(&mut self, node: &Node, of: &'static Shape, least: usize, most: usize) {
        let Data::List(list) = &node.data else {
            return self.wrong(node, Wrong::kind(node, "a list", "write a list: [ ... ]"));
        };
        if !(least..=most).contains(&list.len()) {
            let wanted = if least == most { format!("{least}") } else { format!("{least} to {most}") };
            let problem = format!("the list has {} elements", list.len());
            self.wrong(node, Wrong::new("wrong-length", problem, format!("write {wanted} elements")));
        }
        for (i, element) in list.iter().enumerate() {
            self.within(i.to_string(), |w| w.value(element, of));
        }
    }

    fn axes(&mut self, node: &Node) {
        let Data::Map(map) = &node.data else {
            return self.wrong(node, Wrong::kind(node, "an object", "write an object: { \"deferred-mode\": \"auto-push\" }"));
        };
        for (name, member) in map {
            self.within(name.as_str(), |w| match AxisId::named(name) {
                None => {
                    let help = names::remedy(name, "axes", AxisId::all().map(|a| a.info().name));
                    w.fault(member.name, "unknown-axis", format!("there is no axis \"{}\"", leaf::shorten(name)), help);
                }
                Some(axis) => {
                    let values = axis.info().values;
                    match member.node.text() {
                        Some(value) if values.contains(&value) => {}
                        Some(value) => {
                            let problem = format!("the axis {name} has no value \"{}\"", leaf::shorten(value));
                            let help = names::remedy(value, "values", values.iter().copied());
                            w.wrong(&member.node, Wrong::new("unknown-value", problem, help));
                        }
                        None => {
                            let help = format!("write one of {}", values.join(", "));
                            w.wrong(&member.node, Wrong::kind(&member.node, "the value of an axis", help));
                        }
                    }
                }
            });
        }
    }

    /// Reads a file with one time a line and keeps the times for the law that names it.
    fn sample_file(&mut self, node: &Node, name: &str) {
        let dir = self.report.source(node.place).dir.clone().unwrap_or_default();
        let times = match read_text(&dir.join(name)) {
            Err(faults) => {
                for fault in faults.0 {
                    let remedy = format!("{}; the path starts from the folder of the file that names it", fault.remedy);
                    self.wrong(node, Wrong::new(fault.code, format!("{}: {}", fault.file, fault.problem), remedy));
                }
                None
            }
            Ok(text) => match sample(&text) {
                Ok(times) => Some(times),
                Err(wrong) => {
                    let name = Path::new(name).display().to_string();
                    self.wrong(node, Wrong { problem: format!("{name}: {}", wrong.problem), ..wrong });
                    None
                }
            },
        };
        self.report.samples.insert((node.place.source, node.place.start), times);
    }
}

fn word(node: &Node, words: &'static [Word]) -> Result<(), Wrong> {
    let names = || words.iter().map(|w| w.word);
    match node.text() {
        Some(text) if names().any(|w| w == text) => Ok(()),
        Some(text) => {
            let problem = format!("\"{}\" is not one of the words that may stand here", leaf::shorten(text));
            Err(Wrong::new("unknown-word", problem, names::remedy(text, "words", names())))
        }
        None => Err(Wrong::kind(node, "a word", format!("write one of {}, in quotes", names().collect::<Vec<_>>().join(", ")))),
    }
}

/// The times of a sample: one a line, seconds or with a unit; blank lines and those that begin with "#" do not count.
fn sample(text: &str) -> Result<Vec<Span>, Wrong> {
    const REMEDY: &str = "write one time a line, as a number of seconds or with its unit";
    let mut times = Vec::new();
    for (row, line) in text.lines().enumerate() {
        let line = line.trim().trim_end_matches(',');
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let is_bare = line.bytes().all(|b| b.is_ascii_digit() || b"+-.eE".contains(&b));
        let written = if is_bare { format!("{line} s") } else { line.to_owned() };
        let time = parse_span(&written).map_err(|e| Wrong::new("bad-sample", format!("row {}: {e}", row + 1), REMEDY))?;
        if time.ns() > super::shape::LONGEST_DAYS * 86_400_000_000_000 {
            let problem = format!("row {}: it is longer than {} d", row + 1, super::shape::LONGEST_DAYS);
            return Err(Wrong::new("too-large", problem, "leave such rows out"));
        }
        times.push(time);
        if times.len() > MAX_SAMPLE {
            return Err(Wrong::new("too-large", format!("it holds more than {MAX_SAMPLE} times"), "thin it out"));
        }
    }
    if times.is_empty() {
        return Err(Wrong::new("empty", "it holds no time", REMEDY));
    }
    Ok(times)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sample_has_one_time_a_line() {
        assert_eq!(
            sample("# gaps\n1.5\n\n 200 ms \n2e-3,\n").unwrap().iter().map(|t| t.ns()).collect::<Vec<_>>(),
            [1_500_000_000, 200_000_000, 2_000_000]
        );
        let wrong = sample("1\nx\n").unwrap_err();
        assert!(wrong.problem.starts_with("row 2: \"x\" is not a duration"), "{wrong:?}");
        assert_eq!(sample("# nothing\n").unwrap_err().code, "empty");
        assert_eq!(sample("1 d\n-2\n").unwrap_err().code, "bad-sample");
        assert_eq!(sample("forever").unwrap_err().code, "too-large");
        assert_eq!(sample("1e400").unwrap_err().code, "bad-sample");
    }
}
