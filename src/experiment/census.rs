//! The census: how often two events at one function tie or race, by their kinds.
//!
//! A *tie* is two events of equal time, round, class and target of which neither causes the other. Two events at a function *race* if
//! they are at most `measure.race_window` apart, about the same message or, at the PF that serves him, about the same user's queue, the
//! earlier is no cause of the later (directly or through others: what was sent later was not sent because of it), and one of
//! them at least changed something, which is known by its reporting something. Exact: every event names its cause, and of all that
//! were within the window the causes are kept; a cause from before it is earlier than any event that it is compared with.
//!
//! Arrivals of PDUs and ends of timers are counted; changes of access are not, nor what the hops of SIP do among themselves.

use std::collections::{BTreeMap, VecDeque};

use super::words::timer_word;
use crate::model::Model;
use crate::sim::seen::{Body, FunctionId, MessageId, Milestone, Pdu, Tag, UserId};
use crate::sim::{EventView, Observer, Truth, What};
use crate::units::{SimTime, Span};

/// Function, earlier input, later input.
pub type Kinds = (&'static str, String, String);

/// How often pairs of these kinds tied, and raced.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Met {
    pub ties: u64,
    pub races: u64,
}

/// One event at a function.
#[derive(Clone, Debug)]
struct Seen {
    id: u64,
    now: SimTime,
    input: u16,
    message: Option<MessageId>,
    /// Whose queue it is about, at the PF that serves him.
    user: Option<UserId>,
    acted: bool,
}

/// Counts while a run goes on.
#[derive(Clone, Debug)]
pub struct Census {
    window: Span,
    kinds: Vec<&'static str>,
    /// The PF that serves each user.
    serves: Vec<FunctionId>,
    /// Recipients of messages, by their numbers.
    recipients: Vec<Option<UserId>>,
    inputs: Vec<String>,
    /// Causes of the events of the window: from `first` on, with their instants.
    causes: VecDeque<(u64, SimTime)>,
    first: u64,
    /// Events of the window, by function.
    seen: Vec<VecDeque<Seen>>,
    /// Inputs of the last event of each function, for ties.
    last: Vec<Option<u16>>,
    tie: bool,
    /// The function of the event that goes on.
    at: Option<usize>,
    met: BTreeMap<(&'static str, u16, u16), Met>,
}

impl Census {
    /// For a run of `model`.
    pub fn new(model: &Model) -> Census {
        let kinds = model.functions.iter().map(|f| f.kind.word());
        let serves = model.populations.iter().flat_map(|p| (0..p.count).map(|_| FunctionId(p.pf as u32)));
        Census::of(model.measure.race_window, kinds.collect(), serves.collect())
    }

    fn of(window: Span, kinds: Vec<&'static str>, serves: Vec<FunctionId>) -> Census {
        Census {
            window,
            kinds,
            serves,
            recipients: Vec::new(),
            inputs: Vec::new(),
            causes: VecDeque::new(),
            first: 1,
            seen: Vec::new(),
            last: Vec::new(),
            tie: false,
            at: None,
            met: BTreeMap::new(),
        }
    }

    /// Ends the count.
    pub fn finish(mut self) -> BTreeMap<Kinds, Met> {
        self.compare();
        let Census { met, inputs, .. } = self;
        let named = |n: u16| inputs[n as usize].clone();
        met.into_iter().map(|((function, one, two), met)| ((function, named(one), named(two)), met)).collect()
    }

    fn kind(&self, function: usize) -> &'static str {
        self.kinds.get(function).copied().unwrap_or("client")
    }

    fn input(&mut self, name: &str) -> u16 {
        let known = self.inputs.iter().position(|i| i == name);
        known.unwrap_or_else(|| {
            self.inputs.push(name.to_owned());
            self.inputs.len() - 1
        }) as u16
    }

    /// Whether event `early` led to event `late`; both are of the window.
    fn led(&self, early: u64, late: u64) -> bool {
        let mut here = late;
        while here > early {
            let Some((cause, _)) = here.checked_sub(self.first).and_then(|at| self.causes.get(at as usize)) else { return false };
            here = *cause;
        }
        here == early
    }

    /// The event that went on is over: with which of those before it does it race?
    fn compare(&mut self) {
        let Some(place) = self.at.take() else { return };
        let Some(now) = self.seen[place].back().cloned() else { return };
        let kind = self.kind(place);
        let mut found = Vec::new();
        for before in self.seen[place].iter().rev().skip(1) {
            let same = (now.message.is_some() && now.message == before.message) || (now.user.is_some() && now.user == before.user);
            if same && (now.acted || before.acted) && !self.led(before.id, now.id) {
                found.push(before.input);
            }
        }
        for before in found {
            self.met.entry((kind, before, now.input)).or_default().races += 1;
        }
    }

    fn recipient(&self, message: MessageId) -> Option<UserId> {
        self.recipients.get(message.0 as usize).copied().flatten()
    }

    fn learn(&mut self, pdu: &Pdu) {
        let pager = match pdu {
            Pdu::Request(request) => match &request.body {
                Body::Pager(pager) => pager,
                _ => return,
            },
            _ => return,
        };
        let at = pager.message.0 as usize;
        if self.recipients.len() <= at {
            self.recipients.resize(at + 1, None);
        }
        self.recipients[at] = Some(pager.to);
    }

    /// Whose affair a PDU is that is about no message.
    fn user_of(pdu: &Pdu) -> Option<UserId> {
        match pdu {
            Pdu::Request(request) => Some(match &request.body {
                Body::RegInfo(info) => info.user,
                Body::ThirdPartyRegister { user, .. } | Body::PushSession { user, .. } => *user,
                Body::Notice(notice) => notice.user,
                Body::Pull(pull) => pull.user,
                Body::Session(dialog) => dialog.user,
                _ => request.from,
            }),
            Pdu::Response(response) => Some(response.user),
            _ => None,
        }
    }

    fn forget(&mut self, now: SimTime, place: usize) {
        let old = |at: SimTime| at.saturating_add(self.window) < now;
        while self.causes.front().is_some_and(|(_, at)| old(*at)) {
            self.causes.pop_front();
            self.first += 1;
        }
        let seen = &mut self.seen[place];
        while seen.front().is_some_and(|s| s.now.saturating_add(self.window) < now) {
            seen.pop_front();
        }
    }
}

impl Observer for Census {
    const TRACE: bool = true;

    fn event(&mut self, event: EventView<'_>) {
        self.compare();
        let place = event.target.0 as usize;
        if self.seen.len() <= place {
            self.seen.resize_with(place + 1, VecDeque::new);
            self.last.resize(place + 1, None);
        }
        self.forget(event.now, place);
        // Some events are shown to nobody: they lead to none that is compared with what came before them.
        if self.causes.is_empty() {
            self.first = event.id;
        }
        while self.first + (self.causes.len() as u64) < event.id {
            self.causes.push_back((0, event.now));
        }
        self.causes.push_back((event.cause, event.now));
        let (name, message, user) = match &event.what {
            What::Received { pdu, .. } => {
                self.learn(pdu);
                (pdu.name().to_owned(), pdu.about(), Self::user_of(pdu))
            }
            What::Expired(timer) => (timer_word(timer), None, None),
            What::Access(what) => ((*what).to_owned(), None, None),
            _ => ("another event".to_owned(), None, None),
        };
        let input = self.input(&name);
        if std::mem::take(&mut self.tie)
            && let Some(before) = self.last[place]
        {
            let kind = self.kind(place);
            self.met.entry((kind, before, input)).or_default().ties += 1;
        }
        self.last[place] = Some(input);
        if matches!(event.what, What::Received { .. } | What::Expired(_)) {
            let user = message.and_then(|m| self.recipient(m)).or(user);
            let user = user.filter(|u| self.serves.get(u.0 as usize) == Some(&event.target));
            self.seen[place].push_back(Seen { id: event.id, now: event.now, input, message, user, acted: false });
            self.at = Some(place);
        }
    }

    fn milestone(&mut self, _now: SimTime, by: FunctionId, _tag: Tag, milestone: &Milestone, _measured: bool) {
        let Some(place) = self.at.filter(|place| *place == by.0 as usize) else { return };
        let about = milestone.message();
        let recipient = about.and_then(|m| self.recipient(m)).filter(|u| self.serves.get(u.0 as usize) == Some(&by));
        let Some(now) = self.seen[place].back_mut() else { return };
        // Transactions begin and end with every request that is passed on: they change nothing by themselves.
        now.acted |= !matches!(milestone, Milestone::TxnStart { .. } | Milestone::TxnEnd { .. });
        now.message = now.message.or(about);
        now.user = now.user.or(recipient);
    }

    fn truth(&mut self, _now: SimTime, truth: Truth) {
        self.tie |= truth == Truth::Tie;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn census() -> Census {
        Census::of(Span::from_secs(1), vec!["pf"], vec![FunctionId(0)])
    }

    /// An event at the PF that reports something about message 3.
    fn happens(census: &mut Census, id: u64, cause: u64, ms: u64, what: &'static str, acts: bool) {
        let now = SimTime::ZERO + Span::from_millis(ms);
        let target = FunctionId(0);
        let what = match what {
            "expiry" => What::Expired(crate::sim::seen::Timer::DeferredExpiry { entry: 1 }),
            _ => What::Expired(crate::sim::seen::Timer::WaitForIpMessage { entry: 1 }),
        };
        census.event(EventView { id, cause, now, target, what });
        let message = MessageId(3);
        let milestone = if acts {
            Milestone::Settled { message }
        } else {
            Milestone::TxnStart { txn: TXN, method: METHOD, about: Some(message), device: None }
        };
        census.milestone(now, target, Tag::OwnSubmit, &milestone, true);
    }

    const TXN: crate::sim::seen::TxnId = crate::sim::seen::TxnId { owner: FunctionId(0), slot: 0, generation: 0 };
    const METHOD: crate::sim::seen::Method = crate::sim::seen::Method::Message;

    fn races(events: &[(u64, u64, u64, bool)]) -> u64 {
        let mut census = census();
        for (id, cause, ms, acts) in events {
            happens(&mut census, *id, *cause, *ms, "expiry", *acts);
        }
        census.finish().values().map(|met| met.races).sum()
    }

    #[test]
    fn two_events_race_unless_one_led_to_the_other() {
        assert_eq!(races(&[(1, 0, 0, true), (2, 0, 500, true)]), 1);
        assert_eq!(races(&[(1, 0, 0, true), (2, 1, 500, true)]), 0, "the cause");
        assert_eq!(races(&[(1, 0, 0, true), (3, 2, 500, true)]), 1, "the cause is another, that is shown to nobody");
        assert_eq!(races(&[(1, 0, 0, true), (2, 1, 1, true), (4, 2, 500, true)]), 0, "a cause of the cause");
        assert_eq!(races(&[(1, 0, 0, true), (2, 0, 1001, true)]), 0, "too far apart");
        assert_eq!(races(&[(1, 0, 0, true), (2, 0, 1000, false)]), 1, "one of them changed something");
        assert_eq!(races(&[(1, 0, 0, false), (2, 0, 1000, false)]), 0, "neither did");
        assert_eq!(races(&[(1, 0, 0, true), (2, 0, 1, true), (3, 0, 2, true)]), 3, "each pair");
    }

    #[test]
    fn ties_are_counted_by_kinds() {
        let mut census = census();
        happens(&mut census, 1, 0, 5, "expiry", true);
        census.truth(SimTime::ZERO, Truth::Tie);
        happens(&mut census, 2, 0, 5, "wait", true);
        let found = census.finish();
        assert_eq!(found.len(), 1);
        let ((function, one, two), met) = found.into_iter().next().expect("one");
        assert_eq!((function, met), ("pf", Met { ties: 1, races: 1 }));
        assert_ne!(one, two);
    }
}
