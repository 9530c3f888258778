//! The story of one message: what happened to it, who did it, and what caused it.
//!
//! A run is made twice. The first time notes which events concern the message and what caused each event; the second time puts
//! those events, and the causes behind them, into words. Both runs are the same run, so the numbers of events agree.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use serde_json::{Value, json};

use super::names::Names;
use super::words;
use crate::judge::MessageRecord;
use crate::sim::seen::{FunctionId, Milestone, Pdu, Tag};
use crate::sim::{EventView, Observer};
use crate::units::SimTime;

/// Of causes that do not concern the message itself, so many are told before each event.
const CAUSES_TOLD: usize = 6;

/// First reading: which events concern the message.
#[derive(Clone, Debug)]
pub struct Search {
    message: u32,
    /// Events with their causes. Their numbers rise, but not every event is shown.
    causes: Vec<(u64, u64)>,
    now: u64,
    own: BTreeSet<u64>,
    pub record: Option<MessageRecord>,
    /// Number of the last message seen, so that a wrong number can be answered.
    pub last_message: Option<u32>,
}

impl Search {
    pub fn new(message: u32) -> Search {
        Search { message, causes: Vec::new(), now: 0, own: BTreeSet::new(), record: None, last_message: None }
    }

    /// The events to be told: those of the message, and the causes behind them that are not.
    pub fn wanted(&self) -> Wanted {
        let cause_of = |id: u64| self.causes.binary_search_by_key(&id, |pair| pair.0).map_or(0, |at| self.causes[at].1);
        // A cause that is not shown leads nowhere: the story goes on from what is.
        let cause_of =
            |id: u64| Some(cause_of(id)).filter(|c| self.causes.binary_search_by_key(c, |pair| pair.0).is_ok()).unwrap_or(0);
        let mut all = self.own.clone();
        for id in &self.own {
            let mut cause = cause_of(*id);
            for _ in 0..CAUSES_TOLD {
                if cause == 0 || !all.insert(cause) {
                    break;
                }
                cause = cause_of(cause);
            }
        }
        let parents = all.iter().map(|id| (*id, cause_of(*id))).collect();
        Wanted { own: self.own.clone(), parents }
    }
}

impl Observer for Search {
    const TRACE: bool = true;

    fn event(&mut self, event: EventView<'_>) {
        debug_assert!(self.causes.last().is_none_or(|last| last.0 < event.id), "events are shown in the order of their numbers");
        self.causes.push((event.id, event.cause));
        self.now = event.id;
        if words::about(&event) == Some(self.message) {
            self.own.insert(event.id);
        }
    }

    fn milestone(&mut self, _now: SimTime, _by: FunctionId, _tag: Tag, milestone: &Milestone, _measured: bool) {
        if words::milestone_about(milestone) == Some(self.message) && self.now > 0 {
            self.own.insert(self.now);
        }
    }

    fn closed(&mut self, _now: SimTime, record: &MessageRecord) {
        self.last_message = self.last_message.max(Some(record.id.0));
        if record.id.0 == self.message {
            self.record = Some(record.clone());
        }
    }
}

/// The events of a story.
#[derive(Clone, Debug)]
pub struct Wanted {
    own: BTreeSet<u64>,
    /// Every event to be told, with its cause.
    parents: BTreeMap<u64, u64>,
}

/// Second reading: the wanted events in words.
pub struct Story {
    message: u32,
    wanted: Wanted,
    names: Names,
    now: u64,
    chapters: BTreeMap<u64, Chapter>,
}

/// One event of the story.
#[derive(Clone, Debug)]
struct Chapter {
    at: SimTime,
    line: String,
    depth: usize,
    own: bool,
    /// What was done: function, words, tag.
    done: Vec<(String, String, &'static str, &'static str)>,
    /// Rules that acted and left no other mark.
    rules: BTreeSet<Tag>,
    /// What was sent: words, arrival.
    sent: Vec<(String, Option<SimTime>)>,
}

impl Story {
    pub fn new(message: u32, wanted: Wanted, names: Names) -> Story {
        Story { message, wanted, names, now: 0, chapters: BTreeMap::new() }
    }

    /// The names of those in the story.
    pub fn names(&self) -> &Names {
        &self.names
    }

    /// The story as indented text: an event stands one step to the right of its cause.
    pub fn text(&self) -> String {
        let mut out = String::new();
        for (id, chapter) in &self.chapters {
            let indent = "  ".repeat(chapter.depth.min(24));
            let cause = self.wanted.parents.get(id).copied().unwrap_or(0);
            let because = if cause == 0 { String::new() } else { format!(" <#{cause}") };
            let context = if chapter.own { "" } else { "(before) " };
            writeln!(out, "{:>18}  {indent}{context}{}  [#{id}{because}]", chapter.at.to_string(), chapter.line)
                .expect("text grows");
            for (by, words, tag, _) in &chapter.done {
                writeln!(out, "{:>18}  {indent}  * {by}: {words}  ({tag})", "").expect("text grows");
            }
            for (words, arrival) in &chapter.sent {
                let when = arrival.map_or("lost on the way".to_owned(), |t| format!("arrives {t}"));
                writeln!(out, "{:>18}  {indent}  > {words}  ({when})", "").expect("text grows");
            }
        }
        out
    }

    /// The same as data.
    pub fn json(&self) -> Value {
        let chapters: Vec<Value> = self
            .chapters
            .iter()
            .map(|(id, c)| {
                json!({
                    "id": id, "cause": self.wanted.parents.get(id), "t_ns": c.at.ns(), "what": c.line, "own": c.own,
                    "done": c.done.iter().map(|(by, words, tag, says)| json!({"by": by, "what": words, "tag": tag, "says": says})).collect::<Vec<_>>(),
                    "sent": c.sent.iter().map(|(words, arrival)| json!({"what": words, "arrival_ns": arrival.map(SimTime::ns)})).collect::<Vec<_>>(),
                })
            })
            .collect();
        json!({ "message": self.message, "events": chapters })
    }

    /// The tags met, each with what it demands, sorted.
    pub fn tags(&self) -> BTreeMap<&'static str, &'static str> {
        let done = self.chapters.values().flat_map(|c| c.done.iter().map(|(_, _, tag, says)| (*tag, *says)));
        let rules = self.chapters.values().filter(|c| c.own).flat_map(|c| c.rules.iter().map(|tag| (tag.id(), tag.says())));
        done.chain(rules).collect()
    }
}

impl Observer for Story {
    const TRACE: bool = true;

    fn event(&mut self, event: EventView<'_>) {
        self.now = event.id;
        let Some(cause) = self.wanted.parents.get(&event.id) else { return };
        let depth = self.chapters.get(cause).map_or(0, |c| c.depth + 1);
        let chapter = Chapter {
            at: event.now,
            line: words::event_line(&event, &self.names),
            depth,
            own: self.wanted.own.contains(&event.id),
            done: Vec::new(),
            rules: BTreeSet::new(),
            sent: Vec::new(),
        };
        self.chapters.insert(event.id, chapter);
    }

    fn milestone(&mut self, _now: SimTime, by: FunctionId, tag: Tag, milestone: &Milestone, _measured: bool) {
        let Some(chapter) = self.chapters.get_mut(&self.now) else { return };
        // A push or an alert touches many messages: only this one's part of it is told.
        if words::milestone_about(milestone).is_none_or(|m| m == self.message) {
            chapter.done.push((self.names.function(by), words::milestone_line(milestone, &self.names), tag.id(), tag.says()));
        }
    }

    fn told(&mut self, tag: Tag) {
        if let Some(chapter) = self.chapters.get_mut(&self.now) {
            chapter.rules.insert(tag);
        }
    }

    fn sent(&mut self, _now: SimTime, from: FunctionId, to: FunctionId, pdu: &Pdu, arrival: Option<SimTime>) {
        let Some(chapter) = self.chapters.get_mut(&self.now) else { return };
        if pdu.about().is_none_or(|m| m.0 == self.message) {
            let words = format!("{} sends {} to {}", self.names.function(from), pdu.name(), self.names.function(to));
            chapter.sent.push((words, arrival));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::What;
    use crate::sim::seen::MessageId;

    fn event(id: u64, cause: u64, what: What<'static>) -> EventView<'static> {
        EventView { id, cause, now: SimTime::from_ns(id), target: FunctionId(0), what }
    }

    /// Message 1 is sent (#1), the radio comes on (#2, nothing to do with it), which makes a timer end (#3, unrelated) that
    /// leads to an expiry about message 1 (#4). Message 2 (#5) has no part in the story.
    fn run(observer: &mut impl Observer) {
        let expire = |m| Milestone::Expire { message: MessageId(m) };
        observer.event(event(1, 0, What::Compose(MessageId(1))));
        observer.event(event(2, 0, What::Access("radio on")));
        observer.event(event(3, 2, What::Access("attached")));
        observer.event(event(4, 3, What::Access("registered")));
        observer.milestone(SimTime::from_ns(4), FunctionId(0), Tag::Expire, &expire(1), true);
        observer.milestone(SimTime::from_ns(4), FunctionId(0), Tag::Expire, &expire(2), true);
        observer.told(Tag::ExpireDelete);
        observer.event(event(5, 0, What::Compose(MessageId(2))));
    }

    #[test]
    fn a_story_holds_the_message_and_what_lies_behind_it() {
        let mut search = Search::new(1);
        run(&mut search);
        let mut story = Story::new(1, search.wanted(), Names::default());
        run(&mut story);
        let text = story.text();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 5, "four events and one milestone:\n{text}");
        assert!(lines[0].contains("the user sends message 1"), "{text}");
        assert!(lines[1].contains("(before) function 0: radio on"), "{text}");
        assert!(lines[2].contains("  (before) function 0: attached  [#3 <#2]"), "{text}");
        assert!(lines[3].contains("    function 0: registered  [#4 <#3]"), "{text}");
        assert!(lines[4].contains("* function 0: expire  (SD23-5.2.2.2-07)"), "{text}");
        assert!(!text.contains("message 2"));
        assert_eq!(story.tags().into_keys().collect::<Vec<_>>(), [Tag::Expire.id(), Tag::ExpireDelete.id()], "{text}");
    }
}
