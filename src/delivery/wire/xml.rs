//! A small tree of elements, read strictly: no comments, no instructions, no text beside elements, known references only.

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::scan::{Fault, Scan};

/// One element.
#[derive(Clone, Debug, Default)]
pub(super) struct Element {
    pub name: String,
    attributes: Vec<(String, String)>,
    children: Vec<Element>,
    text: String,
}

/// Deeper than any of our documents.
const DEEPEST: usize = 8;

/// The root element of a document that begins with `declaration` and ends with the line of its root.
pub(super) fn document(text: &str, declaration: &str) -> Result<Element, Fault> {
    let mut reader = Reader::from_str(text.strip_prefix(declaration).ok_or(Fault("XML declaration"))?);
    let config = reader.config_mut();
    config.check_comments = true;
    config.allow_dangling_amp = false;
    let mut open: Vec<Element> = Vec::new();
    let mut root = None;
    loop {
        let event = reader.read_event().map_err(|_| Fault("XML"))?;
        let done = match event {
            Event::Start(tag) => {
                if open.len() == DEEPEST || root.is_some() {
                    return Err(Fault("XML nesting"));
                }
                open.push(element(&tag)?);
                None
            }
            Event::Empty(tag) => Some(element(&tag)?),
            Event::End(_) => Some(open.pop().ok_or(Fault("XML nesting"))?),
            Event::Text(piece) => {
                let piece = piece.into_inner();
                if piece.contains('>') {
                    return Err(Fault("XML text"));
                }
                add(&mut open, &piece)?;
                None
            }
            Event::GeneralRef(reference) => {
                let character = match &*reference.into_inner() {
                    "quot" => "\"",
                    "lt" => "<",
                    "gt" => ">",
                    "amp" => "&",
                    "apos" => "'",
                    _ => return Err(Fault("XML reference")),
                };
                add(&mut open, character)?;
                None
            }
            Event::Eof => break,
            Event::Comment(_) | Event::CData(_) | Event::PI(_) | Event::DocType(_) | Event::Decl(_) => {
                return Err(Fault("XML"));
            }
        };
        if let Some(done) = done {
            if !done.children.is_empty() && !done.text.trim().is_empty() {
                return Err(Fault("XML text beside elements"));
            }
            match open.last_mut() {
                Some(parent) => parent.children.push(done),
                None if root.is_none() => root = Some(done),
                None => return Err(Fault("XML nesting")),
            }
        }
    }
    if open.is_empty() { root.ok_or(Fault("XML")) } else { Err(Fault("XML nesting")) }
}

fn element(tag: &BytesStart<'_>) -> Result<Element, Fault> {
    let mut made = Element { name: tag.name().as_ref().to_owned(), ..Element::default() };
    for attribute in tag.attributes() {
        let attribute = attribute.map_err(|_| Fault("XML attribute"))?;
        let value: &str = &attribute.value;
        if value.contains(['&', '<', '\r', '\n']) {
            return Err(Fault("XML attribute"));
        }
        made.attributes.push((attribute.key.as_ref().to_owned(), value.to_owned()));
    }
    Ok(made)
}

/// Text of the innermost element; outside of the root only line ends.
fn add(open: &mut [Element], piece: &str) -> Result<(), Fault> {
    match open.last_mut() {
        Some(element) => element.text.push_str(piece),
        None if piece.trim_matches(['\r', '\n']).is_empty() => {}
        None => return Err(Fault("XML text")),
    }
    Ok(())
}

impl Element {
    /// Its children, if it is called so, has exactly these attributes in this order, and no text.
    pub fn inside(self, name: &'static str, attributes: &[&str]) -> Result<(Vec<String>, Children), Fault> {
        if self.name != name || !self.attributes.iter().map(|a| a.0.as_str()).eq(attributes.iter().copied()) {
            return Err(Fault(name));
        }
        if !self.text.trim().is_empty() {
            return Err(Fault(name));
        }
        Ok((self.attributes.into_iter().map(|a| a.1).collect(), Children(self.children.into_iter().peekable())))
    }

    /// Its attributes and children, if it is called so and has no text.
    pub fn open(self, name: &'static str) -> Result<(Attributes, Children), Fault> {
        if self.name != name || !self.text.trim().is_empty() {
            return Err(Fault(name));
        }
        Ok((Attributes(self.attributes.into_iter().peekable(), name), Children(self.children.into_iter().peekable())))
    }

    /// Reads its text, if it is called so and holds nothing else.
    pub fn read<T>(self, name: &'static str, read: impl FnOnce(&mut Scan<'_>) -> Result<T, Fault>) -> Result<T, Fault> {
        whole(&self.only_text(name)?, name, read)
    }

    /// Its text, if it is called so and holds nothing else.
    fn only_text(self, name: &'static str) -> Result<String, Fault> {
        if self.name == name && self.attributes.is_empty() && self.children.is_empty() { Ok(self.text) } else { Err(Fault(name)) }
    }
}

/// What `read` makes of the whole of a text.
fn whole<T>(text: &str, name: &'static str, read: impl FnOnce(&mut Scan<'_>) -> Result<T, Fault>) -> Result<T, Fault> {
    let mut scan = Scan::of(text, name);
    let value = read(&mut scan)?;
    scan.end()?;
    Ok(value)
}

/// Attributes of an element, taken in order.
pub(super) struct Attributes(std::iter::Peekable<std::vec::IntoIter<(String, String)>>, &'static str);

impl Attributes {
    /// Reads the next one if it is called so.
    pub fn next<T>(
        &mut self,
        name: &'static str,
        read: impl FnOnce(&mut Scan<'_>) -> Result<T, Fault>,
    ) -> Result<Option<T>, Fault> {
        self.0.next_if(|a| a.0 == name).map(|a| whole(&a.1, name, read)).transpose()
    }

    pub fn must<T>(&mut self, name: &'static str, read: impl FnOnce(&mut Scan<'_>) -> Result<T, Fault>) -> Result<T, Fault> {
        self.next(name, read)?.ok_or(Fault(name))
    }

    pub fn end(mut self) -> Result<(), Fault> {
        if self.0.next().is_none() { Ok(()) } else { Err(Fault(self.1)) }
    }
}

/// Elements inside an element, taken in order.
pub(super) struct Children(std::iter::Peekable<std::vec::IntoIter<Element>>);

impl Children {
    pub fn must(&mut self, name: &'static str) -> Result<Element, Fault> {
        self.0.next().filter(|e| e.name == name).ok_or(Fault(name))
    }

    pub fn any(&mut self) -> Option<Element> {
        self.0.next()
    }

    /// Reads the text of the next element, which is called so.
    pub fn text<T>(&mut self, name: &'static str, read: impl FnOnce(&mut Scan<'_>) -> Result<T, Fault>) -> Result<T, Fault> {
        self.must(name)?.read(name, read)
    }

    /// The value of an `unknown-param` of this name, if it comes next.
    pub fn param(&mut self, name: &str) -> Option<String> {
        let named = |e: &Element| {
            e.name == "unknown-param"
                && e.children.is_empty()
                && matches!(e.attributes.as_slice(), [(k, v)] if k == "name" && v == name)
        };
        self.0.next_if(named).map(|e| e.text)
    }

    /// Passes over elements of any other name than the known ones, which come once each.
    pub fn others(self, known: &[&str], name: &'static str) -> Result<(), Fault> {
        if self.0.into_iter().all(|e| !known.contains(&e.name.as_str())) { Ok(()) } else { Err(Fault(name)) }
    }

    pub fn end(mut self, name: &'static str) -> Result<(), Fault> {
        if self.0.next().is_none() { Ok(()) } else { Err(Fault(name)) }
    }
}
