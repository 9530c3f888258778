//! Order (`metrics.md` 3.8): which messages of a conversation arrive before an earlier one at the same device.
//!
//! A conversation is (from, to, traffic stream); its messages stand in the order of (accept, sequence), measured and accepted ones
//! only. They are compared while the run goes on: once every message up to some sequence number is closed, all that were accepted no
//! later than the last of these was submitted have their final places, since what comes later is accepted later. Only as many as
//! `measure.order_window` of those are kept.
//!
//! Left out: partial delivery to several clients, wrong devices, groups.

use std::collections::{BTreeMap, VecDeque};

use super::fold::{By, Share};
use super::tables::Tables;
use crate::judge::{MessageRecord, NEVER};
use crate::sim::seen::{FunctionId, UserId};
use crate::stats::Levels;
use crate::units::SimTime;

/// A measured, accepted message and its first copy at each device.
#[derive(Clone, Debug)]
struct Entry {
    /// Its place: (accept, sequence).
    place: (SimTime, u32),
    /// Most messages come to one device; without any, `first` is none.
    first: Option<(FunctionId, SimTime)>,
    others: Vec<(FunctionId, SimTime)>,
    /// Stands in a pair that is counted.
    paired: bool,
}

impl Entry {
    fn of(m: &MessageRecord, primary: Option<FunctionId>) -> Entry {
        let mut entry = Entry { place: (m.accept, m.sequence), first: None, others: Vec::new(), paired: false };
        for copy in m.copies.iter().filter(|c| c.arrived != NEVER) {
            if let Some(device) = copy.device.or(primary) {
                entry.arrival(device, copy.arrived);
            }
        }
        entry
    }

    fn arrival(&mut self, device: FunctionId, at: SimTime) {
        if self.first.is_none() {
            self.first = Some((device, at));
        } else if let Some((_, seen)) = self.first.iter_mut().chain(&mut self.others).find(|(d, _)| *d == device) {
            *seen = at.min(*seen);
        } else {
            self.others.push((device, at));
        }
    }

    fn arrivals(&self) -> impl Iterator<Item = (FunctionId, SimTime)> + '_ {
        self.first.iter().chain(&self.others).copied()
    }
}

/// What is known of one conversation.
#[derive(Clone, Debug)]
struct Conversation {
    from: UserId,
    traffic: u32,
    /// First sequence number that is not known to be closed, and those beyond it that are, with their instants of submission.
    next: u32,
    closed: BTreeMap<u32, SimTime>,
    /// Closed messages whose place may still change, by place.
    ahead: BTreeMap<(SimTime, u32), Entry>,
    /// The last ones with final places.
    recent: VecDeque<Entry>,
}

#[derive(Clone, Debug)]
pub(super) struct Order {
    window: usize,
    /// By recipient: his conversations.
    conversations: By<Vec<Conversation>>,
    counts: Counts,
}

#[derive(Clone, Debug, Default)]
struct Counts {
    pairs: Share,
    messages: Share,
    depth: Levels,
}

impl Order {
    /// Pairs at most `window` messages apart are looked at.
    pub fn new(window: u32) -> Order {
        Order { window: window as usize, conversations: By::default(), counts: Counts::default() }
    }

    /// Every message is told, also those that are not measured or not accepted: they complete the sequence.
    pub fn closed(&mut self, m: &MessageRecord, primary: Option<FunctionId>) {
        let list = self.conversations.at(m.to.0);
        let at = list.iter().position(|c| c.from == m.from && c.traffic == m.traffic).unwrap_or_else(|| {
            list.push(Conversation::new(m.from, m.traffic));
            list.len() - 1
        });
        let conversation = &mut list[at];
        if m.measured && m.accepted() {
            let entry = Entry::of(m, primary);
            conversation.ahead.insert(entry.place, entry);
        }
        if let Some(known) = conversation.close(m.sequence, m.submit) {
            conversation.settle(known, self.window, &mut self.counts);
        }
    }

    pub fn finish(mut self, out: &mut Tables) {
        for user in std::mem::take(&mut self.conversations).into_values() {
            for mut conversation in user {
                conversation.settle(NEVER, self.window, &mut self.counts);
            }
        }
        out.share("out_of_order_pairs_ratio", self.counts.pairs);
        out.share("out_of_order_messages_ratio", self.counts.messages);
        out.levels("out_of_order_depth", self.counts.depth);
    }
}

impl Conversation {
    fn new(from: UserId, traffic: u32) -> Conversation {
        Conversation { from, traffic, next: 0, closed: BTreeMap::new(), ahead: BTreeMap::new(), recent: VecDeque::new() }
    }

    /// Takes note that a message is closed. If all up to some number are now, the submission of the last of them.
    fn close(&mut self, sequence: u32, submit: SimTime) -> Option<SimTime> {
        if sequence != self.next {
            self.closed.insert(sequence, submit);
            return None;
        }
        self.next += 1;
        let mut last = submit;
        while let Some(submit) = self.closed.remove(&self.next) {
            self.next += 1;
            last = submit;
        }
        // Never submitted: nothing is known of the time of those that follow.
        (last != NEVER).then_some(last)
    }

    /// The messages accepted up to `known` have their final places.
    fn settle(&mut self, known: SimTime, window: usize, counts: &mut Counts) {
        while let Some(first) = self.ahead.first_entry().filter(|e| e.key().0 <= known) {
            let mut entry = first.remove();
            let mut depth = 0;
            for earlier in &mut self.recent {
                depth += i64::from(compare(earlier, &mut entry, counts));
            }
            if depth > 0 {
                counts.messages.num += 1;
                counts.depth.count(depth);
            }
            if self.recent.len() == window {
                self.recent.pop_front();
            }
            if window > 0 {
                self.recent.push_back(entry);
            }
        }
    }
}

/// Counts the pair at each device that both came to; whether the later one came first at any.
fn compare(earlier: &mut Entry, later: &mut Entry, counts: &mut Counts) -> bool {
    let mut overtakes = false;
    let mut paired = false;
    for (device, at) in later.arrivals() {
        let Some((_, before)) = earlier.arrivals().find(|(d, _)| *d == device) else { continue };
        counts.pairs.item(at < before);
        overtakes |= at < before;
        paired = true;
    }
    for entry in [earlier, later] {
        if paired && !entry.paired {
            entry.paired = true;
            counts.messages.den += 1;
        }
    }
    overtakes
}
