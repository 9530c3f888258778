//! Overrides: single values set by dotted path, from the command line or by a point of an experiment.
//!
//! They are laid over the whole tree, last ones last, and faults in them name the override.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;

use super::fault::{Fault, Faults};
use super::file::MODEL;
use super::leaf::shorten;
use super::merge::lay;
use super::source::{Origin, Source};
use super::tree::{Data, Member, Node, parse_document};

/// Reads `PATH=VALUE`. A value that is not JSON is a text.
pub fn parse_override(text: &str) -> Result<(String, Value), Faults> {
    let name = format!("--set {}", shorten(text));
    const REMEDY: &str = "write PATH=VALUE, as in pf.wait_ip=\"20 s\"";
    let Some((path, value)) = text.split_once('=') else {
        return Err(Fault::of_file("not-an-override", &name, "it has no \"=\"", REMEDY).into());
    };
    let path = path.trim();
    if path.is_empty() {
        return Err(Fault::of_file("not-an-override", &name, "there is no path before the \"=\"", REMEDY).into());
    }
    let value = value.trim();
    Ok((path.to_owned(), serde_json::from_str(value).unwrap_or_else(|_| Value::String(value.to_owned()))))
}

/// The names of a dotted path. Names of axes may hold dots themselves.
pub fn path_names(path: &str) -> Vec<&str> {
    match path.strip_prefix("axes.") {
        Some(axis) => vec!["axes", axis],
        None => path.split('.').collect(),
    }
}

/// Lays one override over `root`.
pub fn apply(root: &mut Node, sources: &mut Vec<Arc<Source>>, path: &str, value: &Value) -> Result<(), Vec<Fault>> {
    let text = value.to_string();
    let name = format!("override {path}={}", shorten(&text));
    let names = path_names(path);
    if names.iter().any(|n| n.is_empty()) {
        return Err(vec![Fault::of_file(
            "bad-path",
            &name,
            "a name of the path is empty",
            "write names with dots between, as in pf.wait_ip",
        )]);
    }
    if names[0] == "extends" {
        let remedy = "write `extends` in the model file";
        return Err(vec![Fault::of_file("bad-path", &name, "what a model extends cannot be overridden", remedy)]);
    }
    let number = sources.len() as u32;
    let dir = sources[0].dir.clone();
    let source = Arc::new(Source::new(name, text, Origin::Override, dir));
    let mut node = parse_document(source.clone(), number).map_err(|faults| faults.0)?.root;
    sources.push(source);
    let place = node.place;
    for (depth, name) in names.iter().enumerate().rev() {
        // An object that is there already keeps its place: what it lacks is not the fault of the override.
        let old = names[..depth].iter().try_fold(&*root, |at, name| at.get(name)).filter(|old| old.map().is_some());
        let member = Member { name: place, node };
        let place = old.map_or(place, |old| old.place);
        node = Node { data: Data::Map(BTreeMap::from([((*name).to_owned(), member)])), place };
    }
    lay(Some(&MODEL), root, &node);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_not_json_is_a_text() {
        assert_eq!(parse_override("pf.wait_ip=20 s"), Ok(("pf.wait_ip".into(), json!("20 s"))));
        assert_eq!(parse_override("pf.wait_ip=\"20 s\""), Ok(("pf.wait_ip".into(), json!("20 s"))));
        assert_eq!(parse_override("a.b = {\"c\": [1]}"), Ok(("a.b".into(), json!({"c": [1]}))));
        assert_eq!(parse_override("a=b=c"), Ok(("a".into(), json!("b=c"))));
        assert_eq!(parse_override("pf.wait_ip").unwrap_err().0[0].code, "not-an-override");
        assert_eq!(parse_override("=1").unwrap_err().0[0].code, "not-an-override");
    }

    #[test]
    fn axes_keep_their_dots() {
        assert_eq!(path_names("axes.guard.claim-per-message"), ["axes", "guard.claim-per-message"]);
        assert_eq!(path_names("links.gm.delay.lognormal.median"), ["links", "gm", "delay", "lognormal", "median"]);
    }
}
