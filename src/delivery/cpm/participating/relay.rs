//! What the PF forwards: messages and disposition notifications of its user, and notifications to him.

use super::{OwnRequest, Pf, Purpose, own_request};
use crate::delivery::{
    Body, Case, Disposition, FunctionId, Icsi, Imdn, MAX_FORWARDS, Method, Milestone, Outbox, Pager, Pdu, Request, Response, Tag,
    Target, UserId, Version,
};
use crate::units::SimTime;

impl Pf {
    /// Forwards a request to the core with the session case `next`; the final response will go back the same way.
    pub(super) fn relay(&mut self, now: SimTime, next: Case, request: Request, out: &mut Outbox) {
        if let Body::Imdn(imdn) = request.body
            && next == Case::Terminating
            && !self.passes(&imdn, out)
        {
            self.confirm(&request, out);
            return;
        }
        if let Body::Pager(Pager { message, .. }) = request.body {
            out.milestone(Tag::OwnRelay, Milestone::AcceptOriginating { message });
        }
        let about = request.about();
        let (upstream, answer) = unanswered(&request);
        let purpose = Purpose::Relay { upstream, answer };
        let txn = self.txns.begin(now, request.method, about, self.setup.limit, purpose, out);
        out.milestone(Tag::OwnRelay, Milestone::Told);
        let target = request.target;
        let onward = OwnRequest {
            txn,
            target,
            case: next,
            from: request.from,
            icsi: request.icsi,
            max_forwards: request.max_forwards,
            body: request.body,
        };
        out.send(self.setup.core, own_request(self.setup.id, request.method, onward));
    }

    /// Whether a disposition of a message that this PF delivered goes on to the sender: the first terminal one does.
    pub(super) fn passes(&mut self, imdn: &Imdn, out: &mut Outbox) -> bool {
        if imdn.disposition == Disposition::Displayed {
            return true;
        }
        let first = self.entries.report_once(imdn.about.0);
        let passes = first || !self.behaviour.imdn_first_only || !self.behaviour.rules.holds(Tag::OwnImdnFold);
        if !passes {
            let suppressed = Milestone::ImdnSuppressed { message: imdn.about, disposition: imdn.disposition };
            out.milestone(Tag::OwnImdnFold, suppressed);
        }
        passes
    }

    /// Tells the sender of a message what became of it, in the PF's own name.
    pub(super) fn report(&mut self, now: SimTime, pager: Pager, disposition: Disposition, tag: Tag, out: &mut Outbox) {
        let imdn = Imdn {
            about: pager.message,
            original: pager.original,
            from: pager.to,
            to: pager.from,
            disposition,
            reporter: self.setup.id,
            agent: Version::default(),
            indications: pager.indications,
        };
        if !self.passes(&imdn, out) {
            return;
        }
        out.milestone(tag, Milestone::ImdnSent { message: pager.message, disposition, by: self.setup.id });
        self.send_imdn(now, imdn, out);
    }

    /// Sends a disposition notification towards the sender of its message.
    pub(super) fn send_imdn(&mut self, now: SimTime, imdn: Imdn, out: &mut Outbox) {
        let txn = self.txns.begin(now, Method::Message, Some(imdn.about), self.setup.limit, Purpose::OwnImdn, out);
        let onward = OwnRequest {
            txn,
            target: Target::User(imdn.to),
            case: Case::Terminating,
            from: imdn.from,
            icsi: Icsi::Msg,
            max_forwards: MAX_FORWARDS,
            body: Body::Imdn(imdn),
        };
        out.send(self.setup.core, own_request(self.setup.id, Method::Message, onward));
    }

    /// Asks the Core for the registration state of `user`.
    pub(super) fn subscribe(&mut self, now: SimTime, user: UserId, out: &mut Outbox) {
        let txn = self.txns.begin(now, Method::Subscribe, None, self.setup.limit, Purpose::Subscribe { user }, out);
        let core = self.setup.core;
        let request = OwnRequest {
            txn,
            target: Target::Function(core),
            case: Case::Done,
            from: user,
            icsi: Icsi::None,
            max_forwards: MAX_FORWARDS,
            body: Body::None,
        };
        out.send(core, own_request(self.setup.id, Method::Subscribe, request));
    }
}

/// Where the answer to `request` goes, and the answer but for its code.
pub(super) fn unanswered(request: &Request) -> (FunctionId, Response) {
    match request.answer(500) {
        (to, Pdu::Response(response)) => (to, response),
        _ => unreachable!("an answer is a response"),
    }
}
