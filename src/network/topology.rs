//! The graph of functions and links, and the routes through it.
//!
//! A route is the way with the fewest links; of two as short, the one whose first differing link has the earlier name. Built
//! on petgraph; its returned maps are read by node, never iterated.

use petgraph::algo::dijkstra;
use petgraph::graph::{NodeIndex, UnGraph};
use thiserror::Error;

use super::link::Direction;

/// There is no way between two functions that have to speak.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("no way of links leads from {from} to {to}")]
pub struct NoRoute {
    pub from: String,
    pub to: String,
}

/// Functions and the links between them. Nodes and links are numbered in the order in which they were added, which the
/// caller makes the order of their names.
#[derive(Clone, Debug, Default)]
pub struct Topology {
    graph: UnGraph<String, usize>,
    ends: Vec<(NodeIndex, NodeIndex)>,
}

impl Topology {
    /// Adds a function; its number is the count of those before it.
    pub fn add_node(&mut self, name: &str) -> usize {
        self.graph.add_node(name.to_owned()).index()
    }

    /// Joins two functions by a link; its number is the count of those before it.
    pub fn add_link(&mut self, from: usize, to: usize) -> usize {
        let (from, to) = (NodeIndex::new(from), NodeIndex::new(to));
        self.graph.add_edge(from, to, self.ends.len());
        self.ends.push((from, to));
        self.ends.len() - 1
    }

    /// The links to cross from `from` to `to`, each with its direction; empty if both are the same function.
    pub fn route(&self, from: usize, to: usize) -> Result<Vec<(usize, Direction)>, NoRoute> {
        let goal = NodeIndex::new(to);
        let distance = dijkstra(&self.graph, goal, None, |_| 1u32);
        let mut here = NodeIndex::new(from);
        let Some(&total) = distance.get(&here) else {
            return Err(NoRoute { from: self.graph[here].clone(), to: self.graph[goal].clone() });
        };
        let mut route = Vec::with_capacity(total as usize);
        while here != goal {
            let left = distance[&here];
            let step = self
                .ends
                .iter()
                .enumerate()
                .filter_map(|(link, &(a, b))| match here {
                    h if h == a => Some((link, Direction::Forth, b)),
                    h if h == b => Some((link, Direction::Back, a)),
                    _ => None,
                })
                .find(|(_, _, next)| distance.get(next).is_some_and(|d| d + 1 == left));
            let (link, direction, next) = step.expect("a node at a distance has a neighbour one nearer");
            route.push((link, direction));
            here = next;
        }
        Ok(route)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shortest_way_and_among_equals_the_first_named() {
        let mut t = Topology::default();
        let [a, b, c, d] = ["a", "b", "c", "d"].map(|n| t.add_node(n));
        let ac = t.add_link(a, c);
        let ba = t.add_link(b, a);
        let bd = t.add_link(b, d);
        let cd = t.add_link(c, d);
        assert_eq!(t.route(a, d).unwrap(), [(ac, Direction::Forth), (cd, Direction::Forth)]);
        assert_eq!(t.route(d, a).unwrap(), [(bd, Direction::Back), (ba, Direction::Forth)]);
        assert_eq!(t.route(a, a).unwrap(), []);
        let e = t.add_node("e");
        assert_eq!(t.route(a, e), Err(NoRoute { from: "a".into(), to: "e".into() }));
    }
}
