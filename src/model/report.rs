//! What checking needs at hand: the sources, the faults found so far, and a value together with its path.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::fault::{Fault, MAX_FAULTS};
use super::leaf::Wrong;
use super::source::{Origin, Source};
use super::tree::{Node, Place, pointer_token};
use crate::units::Span;

/// Faults and warnings as they are found, and sample files already read.
pub struct Report<'s> {
    pub sources: &'s [Arc<Source>],
    pub faults: Vec<Fault>,
    pub warnings: Vec<Fault>,
    /// Times of each sample file, by the place (source, byte) where it is named; none if faulty.
    pub samples: BTreeMap<(u32, u32), Option<Vec<Span>>>,
}

impl<'s> Report<'s> {
    pub fn new(sources: &'s [Arc<Source>]) -> Self {
        Report { sources, faults: Vec::new(), warnings: Vec::new(), samples: BTreeMap::new() }
    }

    /// A fault at a place.
    pub fn fault(&mut self, code: &'static str, place: Place, path: &str, problem: impl Into<String>, remedy: impl Into<String>) {
        if self.faults.len() < MAX_FAULTS {
            let fault = Fault::at(code, self.source(place), place.span(), path, problem, remedy);
            self.faults.push(fault);
        }
    }

    /// A value that cannot be read.
    pub fn wrong(&mut self, place: Place, path: &str, wrong: Wrong) {
        self.fault(wrong.code, place, path, wrong.problem, wrong.remedy);
    }

    /// Something odd that is not a fault.
    pub fn warning(&mut self, code: &'static str, at: &At<'_>, problem: impl Into<String>, remedy: impl Into<String>) {
        let place = at.place();
        let fault = Fault::at(code, self.source(place), place.span(), &at.path, problem, remedy);
        self.warnings.push(fault);
    }

    /// Whether someone wrote this value, rather than the built-in defaults.
    pub fn is_written(&self, place: Place) -> bool {
        self.source(place).origin != Origin::Defaults
    }

    pub fn source(&self, place: Place) -> &'s Source {
        &self.sources[place.source as usize]
    }
}

/// A value and the path that leads to it.
#[derive(Clone, Debug)]
pub struct At<'t> {
    pub node: &'t Node,
    /// JSON pointer.
    pub path: String,
}

impl<'t> At<'t> {
    pub fn root(node: &'t Node) -> At<'t> {
        At { node, path: String::new() }
    }

    /// Where to point at: the value, or the opening brace of an object.
    pub fn place(&self) -> Place {
        let place = self.node.place;
        if self.node.map().is_some() { Place { end: place.start + 1, ..place } } else { place }
    }

    /// The member called `name`.
    pub fn get(&self, name: &str) -> Option<At<'t>> {
        let node = self.node.get(name)?;
        Some(At { node, path: format!("{}/{}", self.path, pointer_token(name)) })
    }

    /// The value at dotted `path`.
    pub fn find(&self, path: &str) -> Option<At<'t>> {
        path.split('.').try_fold(self.clone(), |at, name| at.get(name))
    }

    /// The members, in the order of their names.
    pub fn members(&self) -> impl Iterator<Item = (&'t str, At<'t>)> + use<'t> {
        let path = self.path.clone();
        self.node
            .map()
            .into_iter()
            .flatten()
            .map(move |(name, member)| (name.as_str(), At { node: &member.node, path: format!("{path}/{}", pointer_token(name)) }))
    }

    /// The members of the member called `name`; none if it is not there.
    pub fn members_of(&self, name: &str) -> Vec<(&'t str, At<'t>)> {
        self.get(name).map(|at| at.members().collect()).unwrap_or_default()
    }

    /// The elements of the list called `name`; none if it is not there.
    pub fn elements_of(&self, name: &str) -> Vec<At<'t>> {
        self.get(name).map(|at| at.elements().collect()).unwrap_or_default()
    }

    /// The elements of a list.
    pub fn elements(&self) -> impl Iterator<Item = At<'t>> + use<'t> {
        let path = self.path.clone();
        self.node.list().into_iter().flatten().enumerate().map(move |(i, node)| At { node, path: format!("{path}/{i}") })
    }

    /// The only member.
    pub fn only(&self) -> Option<(&'t str, At<'t>)> {
        let (name, _) = self.node.only()?;
        Some((name, self.get(name)?))
    }

    /// The text.
    pub fn text(&self) -> Option<&'t str> {
        self.node.text()
    }
}
