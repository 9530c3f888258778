//! Shards: an N-th of a plan, made by itself on any machine, and what joining them must check.
//!
//! A run belongs to a shard by its place in the plan. A finished shard bears a ticket, which is written last: present means
//! complete. Joined shards give the bytes that one sweep would, whatever their number.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::plan::Plan;
use crate::results::{RESULTS_VERSION, hex, model_id};

/// Name of the ticket in a shard's folder.
pub const TICKET: &str = "shard.json";
const FORMAT: &str = "cpmsim shard";

/// One of several parts of a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shard {
    /// From 1.
    pub number: u32,
    pub of: u32,
}

impl Shard {
    /// The whole plan.
    pub const WHOLE: Shard = Shard { number: 1, of: 1 };

    /// Reads `I/N`, 1 <= I <= N.
    pub fn parse(text: &str) -> Result<Shard, String> {
        let parts = text.split_once('/').and_then(|(i, n)| Some((i.parse::<u32>().ok()?, n.parse::<u32>().ok()?)));
        match parts {
            Some((number, of)) if number >= 1 && number <= of => Ok(Shard { number, of }),
            _ => Err("write I/N with I from 1 to N, as in 2/8".to_owned()),
        }
    }

    /// Whether the `n`-th run of the plan is in this shard.
    pub fn holds(self, n: usize) -> bool {
        n % self.of as usize == self.number as usize - 1
    }
}

/// What a finished shard says of itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ticket {
    pub format: String,
    pub shard: Shard,
    /// Digest of the whole plan.
    pub plan: String,
    /// The words of the sweep, so that the plan can be made again.
    pub words: Words,
}

/// What a plan was made from.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Words {
    pub file: String,
    pub vary: Vec<String>,
    pub set: Vec<(String, String)>,
    pub seed: Option<u64>,
    pub replicates: Option<u32>,
    pub messages: bool,
}

impl Ticket {
    pub fn new(shard: Shard, plan: &Plan, words: Words) -> Ticket {
        Ticket { format: FORMAT.to_owned(), shard, plan: digest(plan), words }
    }

    /// Reads a ticket. Err says what is wrong with it.
    pub fn parse(text: &str) -> Result<Ticket, String> {
        let ticket: Ticket = serde_json::from_str(text).map_err(|e| format!("this is not a shard's ticket: {e}"))?;
        if ticket.format != FORMAT || Shard::parse(&format!("{}/{}", ticket.shard.number, ticket.shard.of)).is_err() {
            return Err("this is not a shard's ticket".to_owned());
        }
        Ok(ticket)
    }

    pub fn text(&self) -> String {
        serde_json::to_string_pretty(self).expect("plain data") + "\n"
    }
}

/// A digest of all runs of a plan, in their order.
pub fn digest(plan: &Plan) -> String {
    let ids: String = plan.runs().map(|run| hex(&run.id)).collect();
    hex(&model_id(RESULTS_VERSION, &ids))
}

/// What keeps these shards, each with the name of its folder, from being joined: mixtures, repetitions, gaps. Empty if nothing does.
pub fn mismatches(tickets: &[(String, Ticket)]) -> Vec<String> {
    let Some((first_name, first)) = tickets.first() else { return vec!["there is no shard".to_owned()] };
    let mut wrong = Vec::new();
    let mut seen: BTreeMap<u32, &str> = BTreeMap::new();
    for (name, ticket) in tickets {
        if ticket.plan != first.plan || ticket.shard.of != first.shard.of {
            wrong.push(format!("{name}: a shard of another plan or another number of shards than {first_name}"));
        } else if let Some(other) = seen.insert(ticket.shard.number, name) {
            wrong.push(format!("{name}: shard {} of {} is in {other} too", ticket.shard.number, ticket.shard.of));
        }
    }
    let missing: Vec<String> = (1..=first.shard.of).filter(|n| !seen.contains_key(n)).take(20).map(|n| n.to_string()).collect();
    if !missing.is_empty() {
        wrong.push(format!("of {} shards these are missing: {}", first.shard.of, missing.join(", ")));
    }
    wrong
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ticket(number: u32, of: u32, plan: &str) -> (String, Ticket) {
        let ticket = Ticket { format: FORMAT.into(), shard: Shard { number, of }, plan: plan.into(), words: Words::default() };
        (format!("s{number}"), ticket)
    }

    #[test]
    fn every_run_is_in_one_shard() {
        for of in 1..7 {
            for n in 0..50 {
                assert_eq!((1..=of).filter(|number| Shard { number: *number, of }.holds(n)).count(), 1);
            }
        }
        assert_eq!(Shard::parse("2/8"), Ok(Shard { number: 2, of: 8 }));
        for bad in ["", "1", "0/3", "4/3", "1/0", "-1/2", "1/2/3", "a/b"] {
            assert!(Shard::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn gaps_repetitions_and_mixtures_are_told_at_once() {
        assert!(mismatches(&[ticket(2, 2, "p"), ticket(1, 2, "p")]).is_empty());
        let wrong = mismatches(&[ticket(1, 4, "p"), ticket(1, 4, "p"), ticket(3, 4, "q"), ticket(2, 4, "p")]);
        assert_eq!(wrong.len(), 3, "{wrong:?}");
        assert!(wrong[2].ends_with("missing: 3, 4"), "{wrong:?}");
        assert_eq!(mismatches(&[]).len(), 1);
    }

    #[test]
    fn a_ticket_reads_back() {
        let (_, ticket) = ticket(1, 3, "p");
        assert_eq!(Ticket::parse(&ticket.text()), Ok(ticket.clone()));
        assert!(Ticket::parse("{}").is_err() && Ticket::parse(&ticket.text().replace("\"number\": 1", "\"number\": 9")).is_err());
    }
}
