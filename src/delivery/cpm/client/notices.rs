//! What a client knows of deferred messages: read in notifications, in band and out of band, until it has them or gives them up.
//!
//! Several MESSAGEs of one round may come in any order and some of them never: the client knows what it has read. A summary tells
//! a number and no message. A round that has come whole, the newest so far, tells of all that waits: what it does not name is
//! forgotten, unless the client has asked for it. Notifications that its user has not yet reacted to are one series, with one reaction.
//!
//! Left out: what a notification shows the user of each message, and how.

use std::collections::VecDeque;

use super::Client;
use super::pulling::Pulls;
use super::sessions::Session;
use crate::delivery::{
    Answer, Channel, CpmAction, MessageId, Milestone, Notice, NoticeKind, Outbox, Question, Request, Tag, Timer,
};
use crate::units::SimTime;

/// Rounds of notification whose parts are told apart from repeats.
const ROUNDS: usize = 8;

/// A deferred message that the client has read of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Known {
    pub message: MessageId,
    /// A pull was accepted that asks for its delivery.
    pub awaited: bool,
    /// What the user has chosen; none: nothing yet, or to keep it deferred.
    pub choice: Option<CpmAction>,
    /// How often the user was asked about it.
    pub asked: u32,
    /// In how many lists it was named.
    pub listed: u32,
}

/// The parts that have come of one round of notification.
#[derive(Clone, Debug)]
struct Round {
    round: u32,
    channel: Channel,
    parts: Vec<u16>,
    /// The messages that they name.
    named: Vec<MessageId>,
    /// The series in which the user was told of it; 0: not yet. And whether he would not react.
    series: u32,
    ignored: bool,
}

/// What a part is for its round.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Repeated,
    New,
    /// The round is complete with it.
    Last,
}

/// Deferred messages, as a client knows them and acts on them. Few clients ever have one of these.
#[derive(Clone, Debug, Default)]
pub(super) struct Deferred {
    /// In order of their names.
    pub known: Vec<Known>,
    /// Messages told of by their number alone, beside those known.
    pub unlisted: u32,
    rounds: VecDeque<Round>,
    /// The newest round that has come whole.
    whole: u32,
    /// Series of notifications so far.
    series: u32,
    /// The user has been told and has not acted yet.
    reacting: bool,
    pub pulls: Pulls,
    pub sessions: Vec<Session>,
    /// Sessions so far.
    pub begun: u32,
}

impl Deferred {
    /// Those that the client can act on: it has not asked for them with success.
    pub fn waiting(&self) -> impl Iterator<Item = &Known> {
        self.known.iter().filter(|k| !k.awaited)
    }

    pub fn entry(&mut self, message: MessageId) -> Option<&mut Known> {
        let at = self.known.binary_search_by_key(&message, |k| k.message).ok()?;
        Some(&mut self.known[at])
    }

    pub fn forget(&mut self, message: MessageId) {
        if let Ok(at) = self.known.binary_search_by_key(&message, |k| k.message) {
            self.known.remove(at);
        }
    }

    /// It was asked for and did not come: it can be asked for again.
    pub fn missed(&mut self, message: MessageId) {
        if let Some(known) = self.entry(message) {
            known.awaited = false;
        }
    }

    /// A notification names the message: it waits, whatever the client did about it before.
    fn reads_of(&mut self, message: MessageId) {
        match self.known.binary_search_by_key(&message, |k| k.message) {
            Ok(at) => self.known[at].awaited = false,
            Err(at) => self.known.insert(at, Known { message, awaited: false, choice: None, asked: 0, listed: 0 }),
        }
    }

    fn round(&mut self, notice: &Notice, channel: Channel) -> &mut Round {
        let known = self.rounds.iter().position(|r| (r.round, r.channel) == (notice.round, channel));
        let at = known.unwrap_or_else(|| {
            if self.rounds.len() == ROUNDS {
                self.rounds.pop_front();
            }
            let (parts, named) = (Vec::new(), Vec::new());
            self.rounds.push_back(Round { round: notice.round, channel, parts, named, series: 0, ignored: false });
            self.rounds.len() - 1
        });
        &mut self.rounds[at]
    }

    /// Takes down one part of a round.
    fn take_down(&mut self, notice: &Notice, channel: Channel) -> Part {
        let round = self.round(notice, channel);
        match round.parts.binary_search(&notice.part) {
            Ok(_) => Part::Repeated,
            Err(place) => {
                round.parts.insert(place, notice.part);
                round.named.extend(notice.list.iter().map(|waiting| waiting.uri_id));
                if round.parts.len() == usize::from(notice.parts) { Part::Last } else { Part::New }
            }
        }
    }

    /// The round of this notice has come whole: nothing but what it names waits, if it is no summary and no older than others that
    /// came whole. What the client has asked for may be on its way.
    fn keeps_to(&mut self, notice: &Notice, channel: Channel) {
        let Some(round) = self.rounds.iter().find(|r| (r.round, r.channel) == (notice.round, channel)) else { return };
        if round.round < self.whole || round.named.len() < notice.number as usize {
            return;
        }
        self.whole = round.round;
        let pulls = &self.pulls;
        self.known.retain(|k| k.awaited || pulls.name(k.message) || round.named.contains(&k.message));
    }
}

impl Client {
    pub(super) fn deferred(&mut self) -> &mut Deferred {
        self.deferred.get_or_insert_default()
    }

    /// A notification in band: MESSAGE or NOTIFY.
    pub(super) fn on_notice(&mut self, now: SimTime, request: &Request, notice: &Notice, out: &mut Outbox) {
        let (to, ok) = request.answer(200);
        out.milestone(Tag::OwnNoticeAnswered, Milestone::Told);
        if out.holds(Tag::OwnNoticeAnswered) {
            out.send(to, ok);
        }
        self.read(now, notice, Channel::InBand, out);
    }

    pub(super) fn read(&mut self, now: SimTime, notice: &Notice, channel: Channel, out: &mut Outbox) {
        let device = self.id;
        if !out.holds(Tag::OwnNoticeRead) {
            return;
        }
        let deferred = self.deferred();
        let part = deferred.take_down(notice, channel);
        let complete = part == Part::Last;
        for waiting in &notice.list {
            out.milestone(Tag::OwnNoticeRead, Milestone::ReadsOf { device, message: waiting.uri_id });
        }
        if complete {
            out.milestone(Tag::OwnNoticeRead, Milestone::NotifyReceived { round: notice.round, device, channel });
        }
        if notice.kind == NoticeKind::Expired && out.holds(Tag::ExpiryEndsPull) {
            out.milestone(Tag::ExpiryEndsPull, Milestone::Told);
            notice.list.iter().for_each(|expired| deferred.forget(expired.uri_id));
            return;
        }
        notice.list.iter().for_each(|waiting| deferred.reads_of(waiting.uri_id));
        if complete && out.holds(Tag::OwnNoticeWhole) {
            out.milestone(Tag::OwnNoticeWhole, Milestone::Told);
            deferred.keeps_to(notice, channel);
        }
        deferred.unlisted = notice.number.saturating_sub(deferred.waiting().count() as u32);
        if notice.number == 0 && out.holds(Tag::OwnNoticeWhole) {
            return; // Nothing to tell the user of.
        }
        self.tell_user(now, (notice, channel, part), out);
    }

    /// The user is told, and reacts once to all that comes before he does, and once to all parts of a round: what comes after he has
    /// acted is acted upon too, what comes after he would not is left.
    fn tell_user(&mut self, now: SimTime, (notice, channel, part): (&Notice, Channel, Part), out: &mut Outbox) {
        if !out.holds(Tag::UserChooses) {
            return self.act(now, out);
        }
        let deferred = self.deferred();
        let (reacting, next) = (deferred.reacting, deferred.series + 1);
        let round = deferred.round(notice, channel);
        let (told, ignored) = (round.series > 0, round.ignored);
        if (reacting || told) && out.holds(Tag::OwnOneReaction) {
            out.milestone(Tag::OwnOneReaction, Milestone::Told);
            if reacting {
                round.series = next - 1;
            } else if !ignored && part != Part::Repeated {
                self.act(now, out);
            }
            return;
        }
        round.series = next;
        deferred.reacting = true;
        deferred.series = next;
        out.ask(Question::Reaction { nth: next });
    }

    /// When the user acts, if he does: one who will not can still be moved by the next notification.
    pub(super) fn on_reaction(&mut self, answer: Answer, out: &mut Outbox) {
        match answer {
            Answer::Span(after) => {
                out.set_timer(Timer::ReactionDue, after);
            }
            _ => {
                let deferred = self.deferred();
                deferred.reacting = false;
                let series = deferred.series;
                deferred.rounds.iter_mut().filter(|r| r.series == series).for_each(|r| r.ignored = true);
            }
        }
    }

    pub(super) fn on_reaction_due(&mut self, now: SimTime, out: &mut Outbox) {
        self.deferred().reacting = false;
        self.act(now, out);
    }

    /// The device has this message by whatever way: it is not asked for again, and a session may be over with it.
    pub(super) fn came(&mut self, now: SimTime, message: MessageId, out: &mut Outbox) {
        if let Some(deferred) = &mut self.deferred {
            deferred.forget(message);
            self.retrieved(now, message, out);
        }
    }
}
