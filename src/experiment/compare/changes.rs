//! What has changed between two sides, counted: fates against fates, and the reports at which ways part.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::messages::{Fate, Paired, told_word};
use super::parting::{Act, Parting};
use crate::sim::seen::Tag;

/// One message that fares otherwise.
#[derive(Clone, Debug, PartialEq)]
pub struct Differing {
    pub replicate: u32,
    /// Name of the stream.
    pub stream: String,
    /// Name of the recipient.
    pub to: String,
    /// The n-th message of the stream to this recipient.
    pub sequence: u32,
    /// Number on each side: what `explain` takes.
    pub numbers: [Option<u32>; 2],
    /// None: this side has no such message.
    pub fates: [Option<Fate>; 2],
    /// None: the same was done on both sides, at other instants.
    pub parting: Option<Parting>,
}

/// What was done on one side where ways part: in words without names, and the rule behind it.
pub type Kind = Option<(String, Tag)>;

/// How many messages part in the same way, and the first of them.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    pub messages: u64,
    pub replicate: u32,
    pub numbers: [Option<u32>; 2],
}

/// Everything that differs between two sides.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Changes {
    pub both: u64,
    pub alone: [u64; 2],
    pub codes: [BTreeMap<u16, u64>; 2],
    /// Messages that fare otherwise.
    pub differ: u64,
    /// Fates in A and in B.
    pub fates: BTreeMap<[Option<Fate>; 2], u64>,
    /// Where ways part. Both sides none: only instants differ.
    pub partings: BTreeMap<[Kind; 2], Group>,
    /// The first of them.
    pub first: Vec<Differing>,
}

impl Changes {
    /// What the pairing knows, before any way has been followed.
    pub fn of(paired: &Paired) -> Changes {
        Changes { both: paired.both, alone: paired.alone, codes: paired.codes.clone(), ..Changes::default() }
    }

    /// Adds a message; `limit`: so many are kept whole.
    pub fn add(&mut self, message: Differing, limit: usize) {
        self.differ += 1;
        *self.fates.entry(message.fates).or_default() += 1;
        let kind = |act: Option<&Act>| act.map(|act| (act.kind.clone(), act.tag));
        let parting = message.parting.as_ref();
        let key = [kind(parting.and_then(|p| p.a.as_ref())), kind(parting.and_then(|p| p.b.as_ref()))];
        let new = Group { messages: 0, replicate: message.replicate, numbers: message.numbers };
        self.partings.entry(key).or_insert(new).messages += 1;
        if self.first.len() < limit {
            self.first.push(message);
        }
    }

    /// Takes in what was found in a later replicate.
    pub fn absorb(&mut self, later: Changes, limit: usize) {
        self.both += later.both;
        self.differ += later.differ;
        for side in 0..2 {
            self.alone[side] += later.alone[side];
            for (code, n) in &later.codes[side] {
                *self.codes[side].entry(*code).or_default() += n;
            }
        }
        for (fates, n) in later.fates {
            *self.fates.entry(fates).or_default() += n;
        }
        for (key, group) in later.partings {
            let known = self.partings.entry(key).or_insert(Group { messages: 0, ..group });
            known.messages += group.messages;
        }
        let room = limit.saturating_sub(self.first.len());
        self.first.extend(later.first.into_iter().take(room));
    }

    /// Changes of fate, the most frequent first.
    pub fn fates_by_number(&self) -> Vec<([Option<Fate>; 2], u64)> {
        let mut all: Vec<_> = self.fates.iter().map(|(fates, n)| (*fates, *n)).collect();
        all.sort_by(|x, y| y.1.cmp(&x.1).then(x.0.cmp(&y.0)));
        all
    }

    /// Places where ways part, the most frequent first.
    pub fn partings_by_number(&self) -> Vec<(&[Kind; 2], &Group)> {
        let mut all: Vec<_> = self.partings.iter().collect();
        all.sort_by(|x, y| y.1.messages.cmp(&x.1.messages).then(x.0.cmp(y.0)));
        all
    }

    /// The same as data.
    pub fn json(&self) -> Value {
        let fates: Vec<Value> = self
            .fates_by_number()
            .into_iter()
            .map(|([a, b], n)| json!({"a": a.map(fate_json), "b": b.map(fate_json), "messages": n}))
            .collect();
        let partings: Vec<Value> = self
            .partings_by_number()
            .into_iter()
            .map(|([a, b], group)| {
                json!({
                    "a": kind_json(a), "b": kind_json(b), "messages": group.messages,
                    "example": {"replicate": group.replicate, "message_a": group.numbers[0], "message_b": group.numbers[1]},
                })
            })
            .collect();
        let codes =
            |side: usize| self.codes[side].iter().map(|(code, n)| (code.to_string(), json!(n))).collect::<serde_json::Map<_, _>>();
        json!({
            "compared": self.both, "only_a": self.alone[0], "only_b": self.alone[1], "differ": self.differ,
            "answers": {"a": codes(0), "b": codes(1)}, "fates": fates, "decisions": partings,
            "first": self.first.iter().map(Differing::json).collect::<Vec<_>>(),
        })
    }
}

impl Differing {
    fn json(&self) -> Value {
        let parting = self
            .parting
            .as_ref()
            .map(|p| json!({"shared": p.shared, "a": p.a.as_ref().map(act_json), "b": p.b.as_ref().map(act_json)}));
        json!({
            "replicate": self.replicate, "stream": self.stream, "to": self.to, "sequence": self.sequence,
            "message_a": self.numbers[0], "message_b": self.numbers[1],
            "a": self.fates[0].map(fate_json), "b": self.fates[1].map(fate_json), "decision": parting,
        })
    }
}

fn fate_json(fate: Fate) -> Value {
    json!({"outcome": fate.outcome.name(), "told": told_word(fate.told), "answer": fate.code})
}

fn clause_json(tag: Tag) -> Value {
    json!({"ids": tag.ids(), "says": tag.says()})
}

fn kind_json(kind: &Kind) -> Value {
    kind.as_ref().map_or(Value::Null, |(what, tag)| json!({"what": what, "clause": clause_json(*tag)}))
}

fn act_json(act: &Act) -> Value {
    json!({"t_ns": act.at.ns(), "by": act.by, "what": act.what, "clause": clause_json(act.tag)})
}
