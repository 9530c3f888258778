//! The conditions of the table against the page of invariants, written out by hand.

use super::*;
use crate::delivery::profile::AxisId;

const PAGE: &str = include_str!("../mandates.txt");

fn fact(word: &str) -> ModelFact {
    match word {
        "@dedupe-outlives-messages" => ModelFact::DedupeOutlivesMessages,
        "@one-transport" => ModelFact::OneTransport,
        "@lossless-clients" => ModelFact::LosslessClients,
        "@loss-free" => ModelFact::LossFree,
        "@no-alert-loss" => ModelFact::NoAlertLoss,
        _ => panic!("{word}"),
    }
}

fn lines() -> impl Iterator<Item = (&'static str, &'static str)> {
    PAGE.lines().filter(|l| !l.starts_with('#')).map(|l| l.split_once(' ').expect("a name and its conditions"))
}

/// Whether one part holds: an axis and its values, or a fact.
fn part_holds(part: &str, axes: &Axes, facts: &Facts) -> bool {
    if part.starts_with('@') {
        return facts.model.contains(&fact(part));
    }
    let (name, values) = part.split_once('=').expect("axis=values");
    let axis = AxisId::named(name).unwrap_or_else(|| panic!("{name} is no axis"));
    values.split('/').any(|value| axes.is(axis, value))
}

fn page_holds(conditions: &str, axes: &Axes, facts: &Facts) -> bool {
    let either = |part: &str| part.split('|').any(|list| list.split(',').all(|one| part_holds(one, axes, facts)));
    match conditions {
        "always" | "program" => true,
        "never" => false,
        all => all.split(' ').all(either),
    }
}

#[test]
fn every_invariant_stands_on_the_page_once() {
    let names: Vec<&str> = lines().map(|(name, _)| name).collect();
    assert_eq!(names, ORACLES.map(|o| o.name));
    for (oracle, (_, conditions)) in ORACLES.iter().zip(lines()) {
        assert_eq!(oracle.is_program(), conditions == "program", "{}", oracle.name);
    }
}

/// Under every profile, with every axis at each of its values, and each fact there or not.
#[test]
fn an_invariant_is_mandated_when_the_page_says_so() {
    let all = [
        ModelFact::DedupeOutlivesMessages,
        ModelFact::OneTransport,
        ModelFact::LosslessClients,
        ModelFact::LossFree,
        ModelFact::NoAlertLoss,
    ];
    let mut seen = vec![[false; 2]; ORACLES.len()];
    for strict in [false, true] {
        for profile in crate::delivery::profile::Profile::ALL {
            let mut base = Axes::of(profile);
            if strict {
                assert!(base.set(axis::PUSH_PACING, "on-2xx") && base.set(axis::OVERTAKE_QUEUE, "behind-queue"));
                assert!(base.set(axis::ON_REGISTER_INFLIGHT, "hold") && base.set(axis::HLR_FLAG_RELATION, "independent"));
                assert!(base.set(axis::SC_SUCCESS_REPORT, "not-sent"));
            }
            for changed in AxisId::all() {
                for value in changed.info().values {
                    let mut axes = base.clone();
                    assert!(axes.set(changed, value));
                    for missing in 0..=all.len() {
                        let mut facts = facts();
                        facts.model = all.iter().enumerate().filter(|(i, _)| *i != missing).map(|(_, f)| *f).collect();
                        for (i, (oracle, (_, conditions))) in ORACLES.iter().zip(lines()).enumerate() {
                            let ours = oracle.is_mandated(&axes, &facts);
                            let (what, lacks) = (changed.info().name, all.get(missing));
                            assert_eq!(
                                ours,
                                page_holds(conditions, &axes, &facts),
                                "{} {what}={value} without {lacks:?}",
                                oracle.name
                            );
                            seen[i][usize::from(ours)] = true;
                        }
                    }
                }
            }
        }
    }
    for (oracle, (seen, (_, conditions))) in ORACLES.iter().zip(seen.iter().zip(lines())) {
        let wanted = match conditions {
            "always" | "program" => [false, true],
            "never" => [true, false],
            _ => [true, true],
        };
        assert_eq!(*seen, wanted, "{}: the axes reach both sides", oracle.name);
    }
}
