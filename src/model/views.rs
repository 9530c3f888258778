//! Pictures of a model in words: the graph of functions and links as DOT.

use std::fmt::Write;

use super::resolved::{LinkEnd, Model};
use crate::network::Transport;

/// The graph of `model` in the language of Graphviz. Devices of a population are one node, those of all populations another.
pub fn topology(model: &Model) -> String {
    let mut dot = String::from("graph model {\n  node [shape=box, fontname=\"sans-serif\"];\n");
    for (i, function) in model.functions.iter().enumerate() {
        let kind = function.kind.word();
        let label = if function.name == kind { kind.to_owned() } else { format!("{} ({kind})", function.name) };
        writeln!(dot, "  f{i} [label=\"{label}\"];").expect("a text takes every write");
    }
    if model.links.iter().any(|l| [l.from, l.to].contains(&LinkEnd::Devices)) {
        dot += "  devices [label=\"devices\", shape=oval];\n";
    }
    for (i, population) in model.populations.iter().enumerate() {
        let end = LinkEnd::Population(i);
        if model.links.iter().any(|l| [l.from, l.to].contains(&end)) {
            let label = format!("{} x {}", population.count, population.name);
            writeln!(dot, "  p{i} [label=\"{label}\", shape=oval];").expect("a text takes every write");
        }
    }
    for link in &model.links {
        let node = |end: LinkEnd| match end {
            LinkEnd::Function(i) => format!("f{i}"),
            LinkEnd::Population(i) => format!("p{i}"),
            LinkEnd::Devices => "devices".to_owned(),
        };
        let style = if link.spec.transport == Transport::Datagram { ", style=dashed" } else { "" };
        let label = format!("{} ({}, {})", link.spec.name, link.spec.class.name(), mean(link.spec.delay.mean()));
        writeln!(dot, "  {} -- {} [label=\"{label}\"{style}];", node(link.from), node(link.to)).expect("a text takes every write");
    }
    dot + "}\n"
}

/// A mean delay for the eye.
fn mean(seconds: f64) -> String {
    if !seconds.is_finite() {
        "no mean".to_owned()
    } else if seconds < 1.0 {
        format!("{:.1} ms", seconds * 1e3)
    } else {
        format!("{seconds:.1} s")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Tree, resolve};

    #[test]
    fn the_graph_names_functions_and_links() {
        let text = r#"{"extends": ["lib/zero_links.json", "lib/phones.json"], "axes": {"deferred-mode": "auto-push"},
          "run": {"arrivals_until": "1 h"}, "functions": {"pf": null, "home": {"kind": "pf"}},
          "links": {"core_pf": {"to": "home"}, "pf_isf": {"from": "home"}, "gm": {"from": "all"}},
          "populations": {"all": {"count": 3, "devices": {"phone": {"classes": {"plain": 1}}}}}}"#;
        let model = resolve(&Tree::from_text("t", text).unwrap(), &[]).unwrap_or_else(|f| panic!("{f}")).model;
        let dot = topology(&model);
        for line in [
            "  f1 [label=\"hlr\"];",
            "  f2 [label=\"home (pf)\"];",
            "  p0 [label=\"3 x all\", shape=oval];",
            "  p0 -- f0 [label=\"gm (gm, 0.0 ms)\", style=dashed];",
            "  devices -- f5 [label=\"air (air, 0.0 ms)\", style=dashed];",
            "  f0 -- f2 [label=\"core_pf (isc, 0.0 ms)\"];",
        ] {
            assert!(dot.lines().any(|l| l == line), "{line} in\n{dot}");
        }
        assert_eq!((dot.matches(" -- ").count(), dot.ends_with("}\n")), (8, true));
    }
}
