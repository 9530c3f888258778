//! Whether two sides meet the same weather: the same messages at the same instants to the same people.
//!
//! Run keys and names of subjects see to it that what is called the same is drawn the same; here it is checked that it is called the
//! same on both sides. How people are reached (devices, radio, access) may differ: then arrivals are the same and access is not,
//! which is told and not refused.

use super::super::wrong::Wrong;
use super::side::{Named, Side};
use crate::model::{Fault, Faults, Model};

const REMEDY: &str =
    "give both sides the same streams, populations, run block and seed; what may differ is how messages are handled";

/// The seed of both sides: the one asked for, or the one that they have in common.
pub fn seed(asked: Option<u64>, a: &Side, b: &Side, named: &Named) -> Result<u64, Faults> {
    match (asked, a.seed(), b.seed()) {
        (Some(seed), ..) | (None, Some(seed), None) | (None, None, Some(seed)) => Ok(seed),
        (None, None, None) => Ok(1),
        (None, Some(one), Some(other)) if one == other => Ok(one),
        (None, Some(one), Some(other)) => {
            let problem = format!("its seed is {other} and that of {} is {one}: not the same weather", a.label());
            Err(named.faults(&[Wrong::new(
                "",
                problem,
                "run one of them anew with the seed of the other; models and experiments take one for both by --seed",
            )]))
        }
    }
}

/// What makes the arrivals of two models differ; empty if they are the same.
pub fn arrivals(a: &Model, b: &Model) -> Vec<Wrong> {
    let mut wrong = Vec::new();
    let mut add = |what: String| wrong.push(Wrong::new("", format!("not the same weather: {what}"), REMEDY));
    if (a.run.warm_up, a.run.arrivals_until) != (b.run.warm_up, b.run.arrivals_until) {
        add("warm-up or end of arrivals differ".to_owned());
    }
    if a.run.start != b.run.start {
        add("the runs start in another state".to_owned());
    }
    for population in &a.populations {
        match b.populations.iter().find(|p| p.name == population.name) {
            None => add(format!("one side has no population \"{}\"", population.name)),
            Some(other) if other.count != population.count => {
                add(format!("the population \"{}\" has {} and {} users", population.name, population.count, other.count));
            }
            Some(_) => {}
        }
    }
    for population in b.populations.iter().filter(|p| !a.populations.iter().any(|q| q.name == p.name)) {
        add(format!("one side has no population \"{}\"", population.name));
    }
    for stream in &a.traffic {
        let Some(other) = b.traffic.iter().find(|t| t.name == stream.name) else {
            add(format!("one side has no stream \"{}\"", stream.name));
            continue;
        };
        let ends =
            |model: &Model, from: usize, to: usize| (model.populations[from].name.clone(), model.populations[to].name.clone());
        if ends(a, stream.from, stream.to) != ends(b, other.from, other.to) {
            add(format!("the stream \"{}\" joins other populations", stream.name));
        }
        if stream.arrivals != other.arrivals {
            add(format!("the stream \"{}\" has other arrivals", stream.name));
        }
    }
    for stream in b.traffic.iter().filter(|t| !a.traffic.iter().any(|s| s.name == t.name)) {
        add(format!("one side has no stream \"{}\"", stream.name));
    }
    wrong
}

/// Differences that leave the arrivals alone and yet are no matter of handling.
pub fn remarks(a: &Model, b: &Model) -> Vec<String> {
    let mut remarks = Vec::new();
    for population in &a.populations {
        let other = b.populations.iter().find(|p| p.name == population.name);
        if other.is_some_and(|other| other.devices != population.devices) {
            remarks.push(format!("the devices of \"{}\" differ: the same messages, but not the same access", population.name));
        }
    }
    for stream in &a.traffic {
        if b.traffic.iter().any(|t| t.name == stream.name && t.message != stream.message) {
            remarks.push(format!("the messages of \"{}\" are of another kind, at the same instants", stream.name));
        }
    }
    remarks
}

/// Compares what two sides say of themselves. Err: they cannot be compared. Ok holds what must be said.
pub fn check(a: &Side, b: &Side, named: &Named) -> Result<Vec<String>, Faults> {
    match (a, b) {
        (Side::Model(a), Side::Model(b)) => {
            let wrong = arrivals(&a.model, &b.model);
            if wrong.is_empty() { Ok(remarks(&a.model, &b.model)) } else { Err(named.faults(&wrong)) }
        }
        // Of finished runs only the numbers are known: see `submissions`.
        _ => Ok(Vec::new()),
    }
}

/// Two sides of which only numbers are known: in each replicate that both have, users must have written as many messages.
pub fn submissions(a: &[(u32, i64)], b: &[(u32, i64)], named: &Named) -> Result<(), Faults> {
    let both = a.iter().filter_map(|(replicate, n)| Some((*replicate, *n, b.iter().find(|(r, _)| r == replicate)?.1)));
    let both: Vec<(u32, i64, i64)> = both.collect();
    let fault = |problem: String, remedy: &str| {
        let file = named.path.display().to_string();
        Err(Faults(vec![Fault::of_file("compare", &file, problem, remedy)]))
    };
    if both.is_empty() {
        return fault("the sides have no finished replicate in common".to_owned(), "run more replicates of one of them");
    }
    match both.iter().find(|(_, n, m)| n != m) {
        Some((replicate, n, m)) => {
            fault(format!("not the same weather: {n} and {m} messages were written in replicate {replicate}"), REMEDY)
        }
        None => Ok(()),
    }
}
