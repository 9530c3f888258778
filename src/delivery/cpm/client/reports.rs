//! What a client tells senders of their messages, however these came to the device.

use super::{Client, Purpose};
use crate::delivery::{
    Body, CopyId, Disposition, Icsi, Imdn, MessageId, Method, Milestone, Object, Outbox, Pager, Question, Tag, Target, Version,
};
use crate::units::SimTime;

impl Client {
    /// The device found a message in the store that it did not have: a copy that comes by SIP later is a repeat. What is still
    /// asked for in the object is done (IW15-8.3.1.1-14); that is no presentation.
    pub(super) fn on_object(&mut self, now: SimTime, object: &Object, out: &mut Outbox) {
        self.recognises(now, object.message);
        self.came(now, object.message, out);
        if object.from == self.user {
            return;
        }
        let pager = pager_of(object);
        if pager.dispositions.positive && out.holds(Tag::OwnImdnFromClient) {
            self.report(now, &pager, Icsi::Msg, Disposition::Delivered, Tag::OwnImdnFromClient, out);
        }
        if pager.dispositions.display {
            self.unopened.push((pager, Icsi::Msg));
            out.ask(Question::DisplayDelay { message: object.message });
        }
    }

    /// The user opens a message, or will not.
    pub(super) fn on_opened(&mut self, now: SimTime, message: MessageId, opens: bool, out: &mut Outbox) {
        let Some(at) = self.unopened.iter().position(|(pager, _)| pager.message == message) else {
            return self.undefined("opening of a message that waits for none", out);
        };
        let (pager, icsi) = self.unopened.remove(at);
        if opens && self.registered() && out.holds(Tag::OwnDisplay) {
            out.milestone(Tag::OwnDisplay, Milestone::Display { message, device: self.id });
            self.report(now, &pager, icsi, Disposition::Displayed, Tag::OwnDisplay, out);
        }
    }

    /// Tells the sender what became of his message here, by the service by which it came.
    pub(super) fn report(&mut self, now: SimTime, pager: &Pager, icsi: Icsi, disposition: Disposition, tag: Tag, out: &mut Outbox) {
        let message = pager.message;
        let imdn = Imdn {
            about: message,
            original: pager.original,
            from: self.user,
            to: pager.from,
            disposition,
            reporter: self.id,
            agent: self.setup.capabilities.agent,
            indications: pager.indications,
        };
        out.milestone(tag, Milestone::ImdnSent { message, disposition, by: self.id });
        let txn = self.txns.begin(now, Method::Message, Some(message), self.setup.limit, Purpose::Imdn, out);
        self.request(txn, Method::Message, Target::User(pager.from), icsi, Body::Imdn(Box::new(imdn)), out);
    }
}

/// A stored message as its recipient's client reads it.
fn pager_of(object: &Object) -> Pager {
    let Object { message, original, owner, from, content, bytes, dispositions, indications, .. } = *object;
    Pager {
        message,
        original,
        copy: CopyId(0),
        from,
        to: owner,
        bytes,
        chars: object.bytes,
        content,
        dispositions,
        anonymous: false,
        agent: Version::default(),
        reply_to: None,
        expires: SimTime::NEVER,
        indications,
        retargets: 0,
        attempt: 0,
    }
}
