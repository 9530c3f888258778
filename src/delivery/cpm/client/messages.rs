//! Messages of a client: sent, presented, recognised as repeats.

use super::{Client, Purpose};
use crate::delivery::{
    Body, Disposition, Fate, FunctionId, Icsi, Indications, MessageId, Method, Milestone, Nas, Origin, Outbox, Pager, Path, Pdu,
    Question, Sms, Tag, Target,
};
use crate::units::SimTime;

impl Client {
    /// Sends a message by the service `icsi`. The user's other clients get nothing: one request goes to the recipient
    /// (IM08-5.2.2.1-04).
    pub(super) fn submit(&mut self, now: SimTime, mut pager: Pager, icsi: Icsi, out: &mut Outbox) {
        if !out.holds(Tag::OwnSubmit) {
            return;
        }
        let message = pager.message;
        self.synchronising(|sync| sync.has(now, message));
        pager.copy = out.mint_copy();
        let made = Milestone::CopyMade {
            copy: pager.copy,
            message,
            parent: None,
            origin: Origin::Submission,
            path: Path::Ip,
            device: None,
        };
        out.milestone(Tag::OwnSubmit, made);
        out.milestone(Tag::OwnSubmit, Milestone::Submit { message });
        out.milestone(Tag::ClientAddresses, Milestone::Told);
        let target = if out.holds(Tag::ClientAddresses) { Target::User(pager.to) } else { Target::Function(self.setup.core) };
        let icsi = if out.holds(Tag::ClientTags) { icsi } else { Icsi::None };
        if icsi != Icsi::None {
            out.milestone(Tag::ClientTags, Milestone::Told);
        }
        if pager.reply_to.is_some() {
            out.milestone(Tag::ReplyTo, Milestone::Told);
            pager.reply_to = pager.reply_to.filter(|_| out.holds(Tag::ReplyTo));
        }
        out.milestone(Tag::Indicate, Milestone::Told);
        if !out.holds(Tag::Indicate) {
            pager.indications = Indications::default();
        }
        let txn = self.txns.begin(now, Method::Message, Some(message), self.setup.limit, Purpose::Message { message }, out);
        if out.holds(Tag::ClientSends) {
            out.milestone(Tag::ClientSends, Milestone::Told);
            self.request(txn, Method::Message, target, icsi, Body::Pager(Box::new(pager)), out);
        }
    }

    pub(super) fn on_pager(&mut self, now: SimTime, pager: Pager, icsi: Icsi, out: &mut Outbox) {
        let Pager { message, copy, .. } = pager;
        self.came(now, message, out);
        if self.recognises(now, message) {
            out.milestone(Tag::OwnDedupe, Milestone::Discard { message, copy });
            out.milestone(Tag::OwnDedupe, Milestone::CopyEnd { copy, message, fate: Fate::Absorbed });
            return;
        }
        self.synchronising(|sync| sync.has(now, message));
        out.milestone(Tag::OwnClientReceives, Milestone::Present { message, copy, path: Path::Ip });
        out.milestone(Tag::OwnClientReceives, Milestone::CopyEnd { copy, message, fate: Fate::Delivered });
        if pager.dispositions.positive && out.holds(Tag::OwnImdnFromClient) {
            self.report(now, &pager, icsi, Disposition::Delivered, Tag::OwnImdnFromClient, out);
        }
        if pager.dispositions.display {
            self.unopened.push((pager, icsi));
            out.ask(Question::DisplayDelay { message });
        }
    }

    /// Whether this message was presented before; a first one is written down.
    pub(super) fn recognises(&mut self, now: SimTime, message: MessageId) -> bool {
        let window = self.setup.dedupe_window;
        if !self.setup.behaviour.client_dedupe || !self.setup.behaviour.rules.holds(Tag::OwnDedupe) {
            return false;
        }
        // Identities are given in order of time, so that the oldest stand first.
        while self.seen.front().is_some_and(|(_, at)| at.saturating_add(window) < now) {
            self.seen.pop_front();
        }
        // Most are the newest of all.
        if self.seen.back().is_none_or(|(last, _)| *last < message) {
            self.seen.push_back((message, now));
            return false;
        }
        match self.seen.binary_search_by_key(&message, |(known, _)| *known) {
            Ok(at) => {
                let presented = &mut self.seen[at].1;
                let repeat = presented.saturating_add(window) >= now;
                if !repeat {
                    *presented = now;
                }
                repeat
            }
            Err(at) => {
                self.seen.insert(at, (message, now));
                false
            }
        }
    }

    pub(super) fn on_sms(&mut self, now: SimTime, sms: Sms, paging: u32, from: FunctionId, out: &mut Outbox) {
        let Sms { message, copy, user, .. } = sms;
        if self.memory_full {
            self.refused_for_memory = true;
            return out.send(from, Pdu::Nas(Nas::SmsError { user, paging, about: message }));
        }
        out.milestone(Tag::OwnSmsPlant, Milestone::Present { message, copy, path: Path::Sms });
        out.milestone(Tag::OwnSmsPlant, Milestone::CopyEnd { copy, message, fate: Fate::Delivered });
        out.send(from, Pdu::Nas(Nas::SmsAck { user, paging, about: message }));
        self.came(now, message, out);
    }
}
