//! Order (`metrics.md` 3.8): which messages of a conversation arrive before an earlier one at the same device.
//!
//! A conversation is (from, to, traffic stream); its messages stand in the order of (accept, sequence), measured and accepted ones
//! only. They are compared while the run goes on: once every message up to some sequence number is closed, all that were accepted no
//! later than the last of these was submitted have their final places, since what comes later is accepted later. Only as many as
//! `measure.order_window` of those are kept.
//!
//! Left out: partial delivery to several clients, wrong devices, groups.

use std::collections::VecDeque;

use super::fold::{By, Share};
use super::tables::Tables;
use crate::judge::{MessageRecord, NEVER};
use crate::sim::seen::{FunctionId, UserId};
use crate::stats::Levels;
use crate::units::SimTime;

/// A place in a conversation: accept, sequence.
type Place = (SimTime, u32);

/// The first copy of a message at each device.
#[derive(Clone, Debug)]
struct Seen {
    /// Most messages come to one device; `NEVER`: to none.
    at: SimTime,
    device: FunctionId,
    /// Stands in a pair that is counted.
    paired: bool,
    others: Box<[(FunctionId, SimTime)]>,
}

impl Seen {
    fn of(m: &MessageRecord) -> Seen {
        let mut first: Option<(FunctionId, SimTime)> = None;
        let mut others: Vec<(FunctionId, SimTime)> = Vec::new();
        for copy in m.copies.iter().filter(|c| c.arrived != NEVER) {
            let Some(device) = copy.device else { continue };
            if first.is_none() {
                first = Some((device, copy.arrived));
            } else if let Some((_, at)) = first.iter_mut().chain(&mut others).find(|(d, _)| *d == device) {
                *at = copy.arrived.min(*at);
            } else {
                others.push((device, copy.arrived));
            }
        }
        let (device, at) = first.unwrap_or((FunctionId(0), NEVER));
        Seen { at, device, paired: false, others: others.into() }
    }

    fn arrivals(&self) -> impl Iterator<Item = (FunctionId, SimTime)> + '_ {
        let first = (self.at != NEVER).then_some((self.device, self.at));
        first.into_iter().chain(self.others.iter().copied())
    }
}

/// What is known of one conversation. There may be one for each user: the lists hold little and grow by little.
#[derive(Clone, Debug)]
struct Conversation {
    from: UserId,
    traffic: u32,
    /// First sequence number that is not known to be closed, and those beyond it that are, rising, with their instants of submission.
    next: u32,
    closed: VecDeque<(u32, SimTime)>,
    /// Closed messages whose place may still change, by place.
    ahead: VecDeque<(Place, Seen)>,
    /// The last ones with final places.
    recent: VecDeque<Seen>,
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
    pub fn closed(&mut self, m: &MessageRecord) {
        let list = self.conversations.at(m.to.0);
        let at = list.iter().position(|c| c.from == m.from && c.traffic == m.traffic).unwrap_or_else(|| {
            list.push(Conversation::new(m.from, m.traffic));
            list.len() - 1
        });
        let conversation = &mut list[at];
        if m.measured && m.accepted() {
            conversation.add((m.accept, m.sequence), Seen::of(m));
        }
        if let Some(last) = conversation.close(m.sequence, m.submit) {
            conversation.settle(last, self.window, &mut self.counts);
        }
    }

    pub fn finish(mut self, out: &mut Tables) {
        for user in std::mem::take(&mut self.conversations).into_values() {
            for mut conversation in user {
                conversation.settle((NEVER, u32::MAX), self.window, &mut self.counts);
            }
        }
        out.share("out_of_order_pairs_ratio", self.counts.pairs);
        out.share("out_of_order_messages_ratio", self.counts.messages);
        out.levels("out_of_order_depth", self.counts.depth);
    }
}

impl Conversation {
    fn new(from: UserId, traffic: u32) -> Conversation {
        let (closed, ahead, recent) = Default::default();
        Conversation { from, traffic, next: 0, closed, ahead, recent }
    }

    fn add(&mut self, place: Place, seen: Seen) {
        let at = self.ahead.partition_point(|(p, _)| *p < place);
        self.ahead.insert(at, (place, seen));
    }

    /// Takes note that a message is closed. If all up to some number are now, the submission and number of the last of them: those to
    /// come were submitted no earlier (a client keeps its order) and have higher numbers, so that their places lie behind that.
    fn close(&mut self, sequence: u32, submit: SimTime) -> Option<Place> {
        if sequence != self.next {
            let at = self.closed.partition_point(|(s, _)| *s < sequence);
            self.closed.insert(at, (sequence, submit));
            return None;
        }
        let mut last = (submit, sequence);
        self.next += 1;
        while let Some((sequence, submit)) = self.closed.front().copied().filter(|(s, _)| *s == self.next) {
            self.closed.pop_front();
            last = (submit, sequence);
            self.next += 1;
        }
        Some(last)
    }

    /// The messages with places up to `last` have their final places.
    fn settle(&mut self, last: Place, window: usize, counts: &mut Counts) {
        while self.ahead.front().is_some_and(|(place, _)| *place <= last) {
            let Some((_, mut seen)) = self.ahead.pop_front() else { return };
            let mut depth = 0;
            for earlier in &mut self.recent {
                depth += i64::from(compare(earlier, &mut seen, counts));
            }
            if depth > 0 {
                counts.messages.num += 1;
                counts.depth.count(depth);
            }
            if self.recent.len() >= window {
                self.recent.pop_front();
            }
            if window > 0 {
                if self.recent.len() == self.recent.capacity() {
                    self.recent.reserve_exact(4);
                }
                self.recent.push_back(seen);
            }
        }
    }
}

/// Counts the pair at each device that both came to; whether the later one came first at any.
fn compare(earlier: &mut Seen, later: &mut Seen, counts: &mut Counts) -> bool {
    if earlier.others.is_empty() && later.others.is_empty() && earlier.device != later.device {
        return false;
    }
    let mut overtakes = false;
    let mut paired = false;
    for (device, at) in later.arrivals() {
        let Some((_, before)) = earlier.arrivals().find(|(d, _)| *d == device) else { continue };
        counts.pairs.item(at < before);
        overtakes |= at < before;
        paired = true;
    }
    for seen in [earlier, later] {
        if paired && !seen.paired {
            seen.paired = true;
            counts.messages.den += 1;
        }
    }
    overtakes
}
