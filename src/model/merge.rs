//! The laying of one file over another: RFC 7396, with three exceptions that the shape calls for.
//!
//! A value said by the only field of an object (a law, a radio) is replaced whole when it says another thing: laying
//! `{"constant": "1 s"}` over `{"lognormal": ...}` does not make an object with two laws. The same holds for `{"param": ...}` and
//! for a function whose kind changes. Where null means "none", it stays.

use std::collections::BTreeMap;

use super::shape::Shape;
use super::tree::{Data, Member, Node};

/// Lays `over` over `base`, which has this shape as far as it is known.
pub fn lay(shape: Option<&'static Shape>, base: &mut Node, over: &Node) {
    if let (Data::Map(below), Data::Map(above)) = (&mut base.data, &over.data)
        && !replaces(shape, below, above)
    {
        base.place = over.place;
        for (name, member) in above {
            let inner = shape_of(shape, [above, below], name);
            if removes(inner, &member.node) {
                below.remove(name);
            } else if let Some(old) = below.get_mut(name) {
                old.name = member.name;
                lay(inner, &mut old.node, &member.node);
            } else {
                below.insert(name.clone(), Member { name: member.name, node: without_nulls(inner, &member.node) });
            }
        }
    } else {
        *base = without_nulls(shape, over);
    }
}

/// The shape of the member called `name`: where kinds differ, that of the kind that one of the objects says.
fn shape_of(shape: Option<&'static Shape>, says: [&BTreeMap<String, Member>; 2], name: &str) -> Option<&'static Shape> {
    if let Some(Shape::Kinds(kinds)) = shape
        && let Some(said) = says.iter().find_map(|map| map.get("kind")?.node.text())
        && let Some(kind) = kinds.iter().find(|k| k.name == said)
    {
        return kind.fields.iter().find(|f| f.name == name).map(|f| f.shape);
    }
    shape.and_then(|s| s.member(name))
}

fn removes(shape: Option<&'static Shape>, node: &Node) -> bool {
    node.data == Data::Null && !matches!(shape, Some(Shape::OrNull(_)))
}

/// The value as it stands when it is laid over nothing: what null would remove is not there.
fn without_nulls(shape: Option<&'static Shape>, node: &Node) -> Node {
    let Data::Map(map) = &node.data else {
        return node.clone();
    };
    let kept = map
        .iter()
        .map(|(name, value)| (name, value, shape_of(shape, [map, map], name)))
        .filter(|(_, member, inner)| !removes(*inner, &member.node))
        .map(|(name, member, inner)| (name.clone(), Member { name: member.name, node: without_nulls(inner, &member.node) }))
        .collect();
    Node { data: Data::Map(kept), place: node.place }
}

fn replaces(shape: Option<&'static Shape>, below: &BTreeMap<String, Member>, above: &BTreeMap<String, Member>) -> bool {
    let is_param = |map: &BTreeMap<String, Member>| map.len() == 1 && map.get("param").is_some_and(|m| m.node.text().is_some());
    let says = |map: &BTreeMap<String, Member>| map.get("kind").map(|m| m.node.data.clone());
    is_param(below)
        || is_param(above)
        || shape.is_some_and(|s| s.choice().is_some()) && above.keys().any(|name| !below.contains_key(name))
        || matches!(shape, Some(Shape::Kinds(_))) && says(above).is_some_and(|kind| says(below).is_some_and(|old| old != kind))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::file::MODEL;
    use crate::model::source::Source;
    use crate::model::tree::parse_document;
    use serde_json::json;

    fn node(value: serde_json::Value) -> Node {
        parse_document(std::sync::Arc::new(Source::text("t", &value.to_string())), 0).unwrap().root
    }

    fn laid(shape: Option<&'static Shape>, base: serde_json::Value, over: serde_json::Value) -> serde_json::Value {
        let mut base = node(base);
        lay(shape, &mut base, &node(over));
        base.to_json()
    }

    /// The examples of RFC 7396, appendix A, whose values can stand in one text.
    #[test]
    fn rfc_7396_examples() {
        for (base, over, result) in [
            (json!({"a":"b"}), json!({"a":"c"}), json!({"a":"c"})),
            (json!({"a":"b"}), json!({"b":"c"}), json!({"a":"b","b":"c"})),
            (json!({"a":"b"}), json!({"a":null}), json!({})),
            (json!({"a":"b","b":"c"}), json!({"a":null}), json!({"b":"c"})),
            (json!({"a":["b"]}), json!({"a":"c"}), json!({"a":"c"})),
            (json!({"a":"c"}), json!({"a":["b"]}), json!({"a":["b"]})),
            (json!({"a":{"b":"c"}}), json!({"a":{"b":"d","c":null}}), json!({"a":{"b":"d"}})),
            (json!({"a":[{"b":"c"}]}), json!({"a":[1]}), json!({"a":[1]})),
            (json!(["a", "b"]), json!(["c", "d"]), json!(["c", "d"])),
            (json!({"a":"b"}), json!(["c"]), json!(["c"])),
            (json!({"e":null}), json!({"a":1}), json!({"e":null,"a":1})),
            (json!([1, 2]), json!({"a":"b","c":null}), json!({"a":"b"})),
            (json!({}), json!({"a":{"bb":{"ccc":null}}}), json!({"a":{"bb":{}}})),
        ] {
            assert_eq!(laid(None, base.clone(), over.clone()), result, "{over} over {base}");
        }
    }

    #[test]
    fn a_law_is_replaced_by_another_and_changed_by_its_like() {
        let link = |delay: serde_json::Value| json!({"links": {"gm": {"delay": delay}}});
        let old = link(json!({"lognormal": {"median": "1 s", "sigma": 1}}));
        assert_eq!(laid(Some(&MODEL), old.clone(), link(json!({"constant": "2 s"}))), link(json!({"constant": "2 s"})));
        assert_eq!(laid(Some(&MODEL), old.clone(), link(json!("2 s"))), link(json!("2 s")));
        assert_eq!(
            laid(Some(&MODEL), old, link(json!({"lognormal": {"sigma": 2}}))),
            link(json!({"lognormal": {"median": "1 s", "sigma": 2}}))
        );
        let named = link(json!({"param": "link.nni"}));
        assert_eq!(laid(Some(&MODEL), named, link(json!({"uniform": {}}))), link(json!({"uniform": {}})));
    }

    #[test]
    fn null_stays_where_it_means_none() {
        let pf = |isf: serde_json::Value| json!({"functions": {"pf": {"kind": "pf", "isf": isf, "service": null}}});
        let result = json!({"functions": {"pf": {"kind": "pf", "isf": null}}});
        assert_eq!(laid(Some(&MODEL), pf(json!("isf")), pf(json!(null))), result);
        assert_eq!(laid(Some(&MODEL), json!({}), pf(json!(null))), result);
        let over = json!({"functions": {"x": {"kind": "msc"}}});
        assert_eq!(laid(Some(&MODEL), json!({"functions": {"x": {"kind": "pf", "isf": "i"}}}), over.clone()), over);
    }
}
