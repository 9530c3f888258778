//! From a model file to one tree: what it extends is laid under it, and the built-in defaults under all.
//!
//! The library (`lib/defaults.json` and its neighbours) is built in, so that the program works anywhere; a file of the same name
//! beside the model goes first. Left out: what the values mean.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::fault::{Fault, Faults};
use super::file::MODEL;
use super::merge::lay;
use super::source::{Origin, Source, read_text};
use super::tree::{Data, Document, Node, parse_document, read_tree};

/// The built-in library: name after `lib/`, and text.
pub const LIBRARY: &[(&str, &str)] = &[
    ("defaults.json", include_str!("../../models/lib/defaults.json")),
    ("one_operator.json", include_str!("../../models/lib/one_operator.json")),
    ("phones.json", include_str!("../../models/lib/phones.json")),
    ("policies.json", include_str!("../../models/lib/policies.json")),
    ("push_enabler.json", include_str!("../../models/lib/push_enabler.json")),
    ("service_centre.json", include_str!("../../models/lib/service_centre.json")),
    ("two_operators.json", include_str!("../../models/lib/two_operators.json")),
    ("zero_links.json", include_str!("../../models/lib/zero_links.json")),
];

/// Files that one model may be made of.
const MAX_FILES: usize = 256;
/// Files that may extend each other in a row.
const MAX_CHAIN: usize = 32;

/// A model's merged tree, before overrides and before any meaning.
#[derive(Clone, Debug)]
pub struct Tree {
    /// The file's stem.
    pub name: String,
    pub root: Node,
    /// What the places in it refer to; the model's own file is the first.
    pub sources: Vec<Arc<Source>>,
}

impl Tree {
    /// Reads the model at `path` with all it extends.
    pub fn read(path: &Path) -> Result<Tree, Faults> {
        let name = path.file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default();
        let document = read_tree(path)?;
        Tree::of(&name, &document, &document.root, Some(path))
    }

    /// The model written in place at `node` of `document` (an experiment, say).
    pub fn inline(name: &str, document: &Document, node: &Node) -> Result<Tree, Faults> {
        Tree::of(name, document, node, None)
    }

    /// The model that `text` holds; for tests and built-in models.
    pub fn from_text(name: &str, text: &str) -> Result<Tree, Faults> {
        let document = parse_document(Arc::new(Source::text(&format!("{name}.json"), text)), 0)?;
        Tree::of(name, &document, &document.root, None)
    }

    fn of(name: &str, document: &Document, node: &Node, path: Option<&Path>) -> Result<Tree, Faults> {
        let mut loader = Loader { sources: vec![document.source.clone()], faults: Vec::new(), chain: Vec::new() };
        let mut root = loader.defaults();
        if let Some(path) = path {
            loader.chain.push((identity(path), document.source.name.clone()));
        }
        loader.lay_extended(&mut root, node, 0);
        let Loader { sources, faults, .. } = loader;
        Faults::or(faults, || Tree { name: name.to_owned(), root, sources })
    }
}

/// A path as it is told from others, whatever links lead to it.
fn identity(path: &Path) -> String {
    std::fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf()).display().to_string()
}

struct Loader {
    sources: Vec<Arc<Source>>,
    faults: Vec<Fault>,
    /// The files being read, each extended by the one before: identity and name.
    chain: Vec<(String, String)>,
}

/// Where something extended is found.
enum Found {
    File(PathBuf),
    BuiltIn(usize),
}

impl Loader {
    fn defaults(&mut self) -> Node {
        let (name, text) = LIBRARY[0];
        let source = Source::new(format!("built-in lib/{name}"), text, Origin::Defaults, None);
        let number = self.add(Arc::new(source));
        parse_document(self.sources[number as usize].clone(), number).expect("the built-in defaults are JSON").root
    }

    fn add(&mut self, source: Arc<Source>) -> u32 {
        self.sources.push(source);
        self.sources.len() as u32 - 1
    }

    /// Lays what `node` extends, and then `node`, over `root`.
    fn lay_extended(&mut self, root: &mut Node, node: &Node, source: u32) {
        let mut own = node.clone();
        if let Data::Map(map) = &mut own.data
            && let Some(extends) = map.remove("extends")
            && extends.node.data != Data::Null
        {
            self.extends(root, &extends.node, source);
        }
        lay(Some(&MODEL), root, &own);
    }

    fn extends(&mut self, root: &mut Node, extends: &Node, source: u32) {
        const REMEDY: &str = "write a list of paths, as in [\"lib/one_operator.json\"]";
        let Some(list) = extends.list() else {
            self.fault(
                "wrong-type",
                extends,
                "/extends",
                format!("{} stands where a list of paths should", extends.kind()),
                REMEDY,
            );
            return;
        };
        for (i, item) in list.iter().enumerate() {
            let path = format!("/extends/{i}");
            let Some(text) = item.text() else {
                self.fault("wrong-type", item, &path, format!("{} stands where a path should", item.kind()), REMEDY);
                continue;
            };
            match self.find(text, source) {
                Some(found) => self.enter(root, item, &path, found),
                None => {
                    let names: Vec<_> = LIBRARY[1..].iter().map(|(name, _)| format!("lib/{name}")).collect();
                    let remedy = format!("paths start from the folder of this file; built in are {}", names.join(", "));
                    self.fault("not-found", item, &path, format!("there is no file \"{text}\"{}", self.via()), remedy);
                }
            }
        }
    }

    /// By which way we came here, where it is more than one file.
    fn via(&self) -> String {
        let names: Vec<_> = self.chain.iter().map(|(_, name)| name.as_str()).collect();
        if names.len() < 2 { String::new() } else { format!(" (extended by way of {})", names.join(" -> ")) }
    }

    fn find(&self, text: &str, source: u32) -> Option<Found> {
        let from = &self.sources[source as usize];
        let path = from.dir.as_deref().unwrap_or(Path::new("")).join(text);
        let is_built_in = from.name.starts_with("built-in ");
        if !is_built_in && path.exists() {
            return Some(Found::File(path));
        }
        let name = text.strip_prefix("lib/").or(is_built_in.then_some(text))?;
        LIBRARY.iter().position(|(n, _)| *n == name).map(Found::BuiltIn)
    }

    /// Reads something extended and lays it, and what it extends, over `root`.
    fn enter(&mut self, root: &mut Node, item: &Node, path: &str, found: Found) {
        let (id, name) = match &found {
            Found::File(file) => (identity(file), file.display().to_string()),
            Found::BuiltIn(i) => (format!("built-in {}", LIBRARY[*i].0), format!("built-in lib/{}", LIBRARY[*i].0)),
        };
        if self.chain.iter().any(|(seen, _)| *seen == id) {
            let names: Vec<_> = self.chain.iter().map(|(_, n)| n.as_str()).chain([name.as_str()]).collect();
            let problem = format!("it extends itself: {}", names.join(" -> "));
            return self.fault("circular-extends", item, path, problem, "take one of these out of `extends`");
        }
        if name.ends_with("lib/defaults.json") {
            return self.fault("extends-defaults", item, path, "the defaults lie under every model already", "leave it out");
        }
        if self.chain.len() >= MAX_CHAIN || self.sources.len() >= MAX_FILES {
            let problem = format!("the model is made of too many files: {MAX_FILES} in all, {MAX_CHAIN} in a row");
            return self.fault("too-many-files", item, path, problem, "extend fewer files");
        }
        let source = match found {
            Found::BuiltIn(i) => Source::new(name.clone(), LIBRARY[i].1, Origin::File, None),
            Found::File(file) => match read_text(&file) {
                Ok(text) => {
                    let dir = file.parent().map(Path::to_path_buf);
                    Source::new(name.clone(), text, Origin::File, dir)
                }
                Err(faults) => {
                    self.faults.extend(faults.0);
                    return;
                }
            },
        };
        let number = self.add(Arc::new(source));
        match parse_document(self.sources[number as usize].clone(), number) {
            Ok(document) => {
                self.chain.push((id, name));
                self.lay_extended(root, &document.root, number);
                self.chain.pop();
            }
            Err(faults) => self.faults.extend(faults.0),
        }
    }

    fn fault(&mut self, code: &'static str, node: &Node, path: &str, problem: impl Into<String>, remedy: impl Into<String>) {
        let source = &self.sources[node.place.source as usize];
        self.faults.push(Fault::at(code, source, node.place.span(), path, problem, remedy));
    }
}
