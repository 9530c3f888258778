//! References to parameters: `{"param": "acc.cell_search"}` becomes the value of that parameter.

use std::collections::BTreeSet;

use super::names::remedy;
use super::params::GROUPS;
use super::report::Report;
use super::shape::{Field, Need, Shape};
use super::tree::{Data, Node, pointer_token};

/// Parameters that may refer to each other in a row.
const MAX_HOPS: usize = 16;

/// Identifiers of all parameters that something may refer to, in order.
pub fn identifiers() -> Vec<String> {
    fn collect(fields: &[Field], prefix: &str, found: &mut Vec<String>) {
        for field in fields.iter().filter(|f| f.need != Need::NotBuilt) {
            let id = format!("{prefix}{}", field.name);
            match field.shape {
                Shape::Record(inner) => collect(inner, &format!("{id}."), found),
                _ => found.push(id),
            }
        }
    }
    let mut found = Vec::new();
    collect(GROUPS, "", &mut found);
    found
}

/// Puts the value in the place of every reference in `root`; gives the identifiers of those referred to. A reference that leads
/// nowhere is reported and stays.
pub fn resolve(root: &mut Node, report: &mut Report<'_>) -> BTreeSet<String> {
    let mut used = BTreeSet::new();
    let before = root.clone();
    let known = identifiers();
    replace(root, "", &before, &known, &mut used, report);
    used
}

/// The parameter that the value refers to, if it is a reference.
pub fn reference(node: &Node) -> Option<&str> {
    match node.only() {
        Some(("param", value)) => value.text(),
        _ => None,
    }
}

fn replace(node: &mut Node, path: &str, root: &Node, known: &[String], used: &mut BTreeSet<String>, report: &mut Report<'_>) {
    let place = node.place;
    let mut hops = 0;
    while let Some(id) = reference(node).map(str::to_owned) {
        let target = if known.contains(&id) { root.find(&id) } else { None };
        let Some(target) = target else {
            let help = remedy(&id, "parameters", known.iter().map(String::as_str));
            report.fault("unknown-parameter", place, path, format!("there is no parameter \"{id}\""), help);
            return;
        };
        hops += 1;
        if hops > MAX_HOPS {
            report.fault("circular-parameter", place, path, format!("\"{id}\" refers to itself"), "give one of them a value");
            return;
        }
        used.insert(id);
        // What is wrong with the use of a parameter is wrong here.
        *node = Node { data: target.data.clone(), place };
    }
    match &mut node.data {
        Data::Map(map) => {
            for (name, member) in map {
                replace(&mut member.node, &format!("{path}/{}", pointer_token(name)), root, known, used, report);
            }
        }
        Data::List(list) => {
            for (i, element) in list.iter_mut().enumerate() {
                if matches!(element.data, Data::Map(_) | Data::List(_)) {
                    replace(element, &format!("{path}/{i}"), root, known, used, report);
                }
            }
        }
        _ => {}
    }
}
