//! Links, what they join, and whether there is a way between all that have to speak.

use super::check::Check;
use super::file::transport;
use super::leaf;
use super::names::remedy;
use super::report::At;
use super::resolved::{FunctionKind, IwfParams, Link, LinkEnd, Model, Population};
use crate::delivery::SmsDomain;
use crate::network::{Capacity, LinkClass, LinkSpec, Topology, Transport};

/// All links, sorted by name.
pub fn links(check: &mut Check<'_, '_, '_>) -> Option<Vec<Link>> {
    let all = check.root.get("links")?;
    let read: Vec<_> = all.members().map(|(name, at)| link(check, name, &at)).collect();
    let mut seen: Vec<(LinkEnd, LinkEnd, &str)> = Vec::new();
    for ((name, at), link) in all.members().zip(&read) {
        let Some(link) = link else { continue };
        let same = |a: LinkEnd, b: LinkEnd| meet(a, link.from) && meet(b, link.to) || meet(b, link.from) && meet(a, link.to);
        if let Some((_, _, first)) = seen.iter().find(|(a, b, _)| same(*a, *b)) {
            let remedy = "keep one of the two; in place of `devices`, name the populations";
            check.fault("duplicate-link", &at, format!("it joins what \"{first}\" joins already"), remedy);
        }
        seen.push((link.from, link.to, name));
    }
    read.into_iter().collect()
}

/// Whether two ends have something in common.
fn meet(a: LinkEnd, b: LinkEnd) -> bool {
    let devices = |end| end == LinkEnd::Devices;
    let population = |end| matches!(end, LinkEnd::Population(_));
    a == b || devices(a) && population(b) || population(a) && devices(b)
}

fn link<'t>(check: &mut Check<'t, '_, '_>, name: &str, at: &At<'t>) -> Option<Link> {
    let from = at.get("from").and_then(|a| end(check, &a));
    let to = at.get("to").and_then(|a| end(check, &a));
    let is_function = |e: LinkEnd| matches!(e, LinkEnd::Function(_));
    if let (Some(from), Some(to)) = (from, to) {
        if from == to {
            check.fault("same-ends", at, "it joins a thing with itself", "name two different ends");
        } else if !is_function(from) && !is_function(to) {
            check.fault("same-ends", at, "it joins devices with devices", "let one end be a function");
        }
    }
    let delay = at.get("delay").and_then(|a| check.law(&a));
    let loss = match at.get("loss") {
        Some(a) => leaf::probability(a.node).ok(),
        None => Some(0.0),
    };
    let capacity = match at.get("capacity") {
        Some(a) => match (a.get("rate").map(|r| leaf::byte_rate(r.node)), a.get("queue").map(|q| leaf::bytes(q.node, 1))) {
            (Some(Ok(bytes_per_second)), Some(Ok(queue_bytes))) => Some(Some(Capacity { bytes_per_second, queue_bytes })),
            _ => None,
        },
        None => Some(None),
    };
    let class = match at.get("class").map(|a| a.text()) {
        Some(word) => LinkClass::ALL.into_iter().find(|c| Some(c.name()) == word),
        None => Some(class_of(kind_at(check, from?), kind_at(check, to?))),
    };
    let order = match at.get("transport").map(|a| a.text()) {
        Some(word) => transport(word?),
        None => class.map(|class| match class {
            LinkClass::Gm | LinkClass::Air => Transport::Datagram,
            _ => Transport::Stream,
        }),
    };
    let spec =
        LinkSpec { name: name.to_owned(), class: class?, transport: order?, delay: delay?, loss: loss?, capacity: capacity? };
    Some(Link { spec, from: from?, to: to? })
}

fn end<'t>(check: &mut Check<'t, '_, '_>, at: &At<'t>) -> Option<LinkEnd> {
    let name = at.text()?;
    if name == "devices" {
        return Some(LinkEnd::Devices);
    }
    if let Some(i) = check.function_named(name) {
        return Some(LinkEnd::Function(i));
    }
    if let Ok(i) = check.populations.binary_search(&name) {
        return Some(LinkEnd::Population(i));
    }
    let known = check.functions.iter().map(|(n, _)| *n).chain(check.populations.iter().copied()).chain(["devices"]);
    let help = remedy(name, "ends", known);
    check.fault("dangling-name", at, format!("no function or population is named \"{}\"", leaf::shorten(name)), help);
    None
}

/// The kind of a function, or "device".
fn kind_at<'t>(check: &Check<'t, '_, '_>, end: LinkEnd) -> &'t str {
    match end {
        LinkEnd::Function(i) => check.functions[i].1,
        LinkEnd::Population(_) | LinkEnd::Devices => "device",
    }
}

/// What a link counts as, by what it joins.
fn class_of(a: &str, b: &str) -> LinkClass {
    let (a, b) = if a <= b { (a, b) } else { (b, a) };
    match (a, b) {
        ("core", "device") => LinkClass::Gm,
        ("device", "msc" | "sgsn") => LinkClass::Air,
        ("core", "core") | ("core", "pf") | ("core", "isf") | ("core", "iwf") => LinkClass::Isc,
        ("isf" | "iwf" | "pf", "isf" | "iwf" | "pf") => LinkClass::Iw,
        (a, b) if ["hlr", "msc", "sgsn"].iter().any(|k| a == *k || b == *k) && a != "device" && b != "device" => LinkClass::Map,
        ("device" | "pf", "push") => LinkClass::Push,
        _ => LinkClass::Other,
    }
}

impl Model {
    /// The graph of functions and the links between them. Its link numbers are places in the list given with it, which holds
    /// places in [`Model::links`]; links to devices are not part of it.
    pub fn topology(&self) -> (Topology, Vec<usize>) {
        let mut graph = Topology::default();
        let mut numbers = Vec::new();
        for function in &self.functions {
            graph.add_node(&function.name);
        }
        for (i, link) in self.links.iter().enumerate() {
            if let (LinkEnd::Function(a), LinkEnd::Function(b)) = (link.from, link.to) {
                graph.add_link(a, b);
                numbers.push(i);
            }
        }
        (graph, numbers)
    }

    /// The gateway for the users of a population, if their messages can be interworked, by its place.
    pub fn gateway(&self, population: &Population) -> Option<(usize, &IwfParams)> {
        let FunctionKind::Pf(pf) = &self.functions[population.pf].kind else { return None };
        let FunctionKind::Isf(isf) = &self.functions[pf.isf?].kind else { return None };
        match &self.functions[isf.iwf].kind {
            FunctionKind::Iwf(iwf) => Some((isf.iwf, iwf)),
            _ => None,
        }
    }

    /// The gateway that has to be told of registrations of these users, since it tries the IMS domain.
    pub fn ip_sm_gw(&self, population: &Population) -> Option<usize> {
        self.gateway(population).filter(|(_, iwf)| iwf.domains.contains(&SmsDomain::Ims)).map(|(place, _)| place)
    }

    /// The link between the devices of `population` and `function`, as a place in [`Model::links`]. There is one at most.
    pub fn device_link(&self, population: usize, function: usize) -> Option<usize> {
        let joins = |end: LinkEnd, link: &Link| {
            let function = LinkEnd::Function(function);
            (link.from, link.to) == (end, function) || (link.from, link.to) == (function, end)
        };
        let of = |end: LinkEnd| self.links.iter().position(|l| joins(end, l));
        of(LinkEnd::Population(population)).or_else(|| of(LinkEnd::Devices))
    }
}

/// Reports every pair that has to speak and has no way of links.
pub fn ways(check: &mut Check<'_, '_, '_>, model: &Model) {
    let (graph, _) = model.topology();
    let Some(at) = check.root.get("links") else { return };
    for (a, b) in speakers(model) {
        if let Err(none) = graph.route(a, b) {
            let remedy = "add a link between the two, or links by way of other functions";
            check.fault("no-way", &at, none.to_string(), remedy);
        }
    }
    for (p, population) in model.populations.iter().enumerate() {
        let (store, push) = store_and_push_of(model, population.pf);
        for function in [Some(population.core), population.msc, population.sgsn, store, push].into_iter().flatten() {
            if model.device_link(p, function).is_none() {
                let (people, name) = (&population.name, &model.functions[function].name);
                let problem = format!("no link joins the devices of {people} and {name}");
                let remedy = format!("add one, as in \"from\": \"devices\", \"to\": \"{name}\"");
                check.fault("no-way", &at, problem, remedy);
            }
        }
    }
}

/// The message store with which devices of users of this PF synchronise, and the Push Enabler that they connect to.
fn store_and_push_of(model: &Model, pf: usize) -> (Option<usize>, Option<usize>) {
    match &model.functions[pf].kind {
        FunctionKind::Pf(params) => (params.mss, params.deferred.push),
        _ => (None, None),
    }
}

/// Pairs of functions that send to each other, each once, in order.
fn speakers(model: &Model) -> Vec<(usize, usize)> {
    let mut pairs = Vec::new();
    let cores: Vec<usize> =
        (0..model.functions.len()).filter(|i| matches!(model.functions[*i].kind, FunctionKind::Core(_))).collect();
    pairs.extend(cores.iter().flat_map(|a| cores.iter().map(move |b| (*a, *b))));
    for population in &model.populations {
        pairs.push((population.core, population.pf));
        let FunctionKind::Pf(pf) = &model.functions[population.pf].kind else { continue };
        pairs.extend([pf.mss, pf.deferred.push].into_iter().flatten().map(|other| (population.pf, other)));
        let Some(isf) = pf.isf else { continue };
        pairs.push((population.pf, isf));
        let FunctionKind::Isf(params) = &model.functions[isf].kind else { continue };
        pairs.extend([(isf, params.iwf), (params.iwf, population.pf)]);
        let FunctionKind::Iwf(iwf) = &model.functions[params.iwf].kind else { continue };
        pairs.push((params.iwf, iwf.hlr));
        if iwf.domains.contains(&SmsDomain::Ims) {
            pairs.push((population.core, params.iwf));
        }
        pairs.extend([population.msc, population.sgsn].into_iter().flatten().map(|node| (params.iwf, node)));
    }
    for population in &model.populations {
        for node in [population.msc, population.sgsn].into_iter().flatten() {
            let (FunctionKind::Msc(params) | FunctionKind::Sgsn(params)) = &model.functions[node].kind else { continue };
            pairs.push((node, params.hlr));
        }
    }
    for pair in &mut pairs {
        *pair = (pair.0.min(pair.1), pair.0.max(pair.1));
    }
    pairs.retain(|(a, b)| a != b);
    pairs.sort_unstable();
    pairs.dedup();
    pairs
}
