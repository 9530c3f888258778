//! What the PF forwards for its user, messages and disposition notifications: authorisation, recording, one report for all devices.

use super::{OwnRequest, Pf, Purpose, own_request};
use crate::delivery::behaviour::DeliveryRule;
use crate::delivery::ims::turn_away;
use crate::delivery::{
    Body, Case, Disposition, Dispositions, FunctionId, Icsi, Imdn, Indications, MAX_FORWARDS, Method, Milestone, Outbox, Pager,
    Pdu, Request, Response, Tag, Target, Timer, UserId, Version,
};
use crate::units::{SimTime, Span};

/// Answer to a sender who may not send. The texts give no code; 403 without a Warning is our reading, as nothing that a Warning
/// of the terminating procedures says is true of him.
const UNAUTHORISED: u16 = 403;

impl Pf {
    /// Whether the procedures start: a MESSAGE with the CPM feature tag (IW15-8.3.1.1-01). In 2008 no tag is named.
    pub(super) fn starts(&self, request: &Request) -> bool {
        request.icsi == Icsi::Msg || self.behaviour.delivery_rule == DeliveryRule::Im2008
    }

    /// Forwards a request to the core with the session case `next`; the final response will go back the same way.
    pub(super) fn relay(&mut self, now: SimTime, next: Case, mut request: Request, out: &mut Outbox) {
        if request.max_forwards == 0 && out.holds(Tag::HopLimit) {
            return turn_away(&request, 483, Tag::HopLimit, out);
        }
        if !out.holds(Tag::OwnRelay) {
            return;
        }
        match (&mut request.body, next) {
            (Body::Imdn(imdn), Case::Terminating) => {
                let imdn = **imdn;
                if !self.passes(&imdn, out) {
                    return self.confirm(&request, out);
                }
            }
            (Body::Pager(pager), Case::Terminating) => {
                let came = **pager;
                if !self.authorises(&came, out) {
                    return turn_away(&request, UNAUTHORISED, Tag::OnlyAuthorised, out);
                }
                out.milestone(Tag::OwnRelay, Milestone::AcceptOriginating { message: came.message });
                self.record_sent(&came, out);
                pager.indications = preserved(&came, Tag::PreserveOriginating, out);
            }
            _ => {}
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
            max_forwards: request.max_forwards.saturating_sub(1),
            body: request.body,
        };
        out.send(self.setup.core, own_request(self.setup.id, request.method, onward));
    }

    /// Whether the sender may send (IM08-5.2.2.1-07, -08): decided before anything goes on. Disposition notifications are the
    /// network's own affair and need no authorisation.
    fn authorises(&self, pager: &Pager, out: &mut Outbox) -> bool {
        if !out.holds(Tag::Authorise) {
            return true;
        }
        let sender = &self.users[pager.from.0 as usize];
        let yes = !self.setup.policies[sender.policy as usize].barred;
        out.milestone(Tag::Authorise, Milestone::Authorised { message: pager.message, yes });
        yes || !out.holds(Tag::OnlyAuthorised)
    }

    /// A sent message is recorded for the sender's other devices, if he has his history recorded (IM08-R-02).
    fn record_sent(&mut self, pager: &Pager, out: &mut Outbox) {
        let sender = &self.users[pager.from.0 as usize];
        if self.setup.policies[sender.policy as usize].history && out.holds(Tag::OwnRecordSent) {
            // The sender reports nothing to himself.
            let sent = Pager { dispositions: Dispositions::default(), ..*pager };
            self.record(&sent, pager.from, Tag::OwnRecordSent, out);
        }
    }

    /// Whether a disposition of a message that this PF delivered goes on to the sender: the first terminal one does, and the
    /// first display. So what several devices report is one report, and a failure that follows a delivery is none.
    pub(super) fn passes(&mut self, imdn: &Imdn, out: &mut Outbox) -> bool {
        let first = match imdn.disposition {
            Disposition::Displayed => self.notifications.display_once(imdn.about),
            // It is made here, once, and says nothing of delivery that another one could contradict.
            Disposition::Interworked => true,
            Disposition::Delivered | Disposition::Failed => self.entries.report_once(imdn.about.0),
        };
        let passes = first || !self.behaviour.imdn_first_only || !out.holds(Tag::OwnImdnFold);
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
            body: Body::Imdn(Box::new(imdn)),
        };
        out.send(self.setup.core, own_request(self.setup.id, Method::Message, onward));
    }

    /// A subscription did not come about: it is asked for again after a wait, or at the next third-party REGISTER.
    pub(super) fn subscription_failed(&mut self, user: UserId, out: &mut Outbox) {
        let wait = self.setup.server_retry.max(Span::from_secs(1));
        let timer = out.set_timer(Timer::SubscribeAgain { user }, wait);
        let state = self.user(user);
        (state.subscribed, state.refreshing) = (false, false);
        state.subscribe_again = Some(timer);
    }

    pub(super) fn on_subscribe_again(&mut self, now: SimTime, user: UserId, out: &mut Outbox) {
        let state = self.user(user);
        state.subscribe_again = None;
        state.subscribed = true;
        self.subscribe(now, user, out);
    }

    /// Asks the Core for the registration state of `user`.
    pub(super) fn subscribe(&mut self, now: SimTime, user: UserId, out: &mut Outbox) {
        if let Some(timer) = self.user(user).subscribe_again.take() {
            out.cancel_timer(timer);
        }
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

/// The end-to-end indications as they came, where the statement of that side demands it (SD23-5.2.2.1.7-02, -04).
pub(super) fn preserved(pager: &Pager, side: Tag, out: &mut Outbox) -> Indications {
    if pager.indications != Indications::default() {
        out.milestone(side, Milestone::Told);
    }
    if out.holds(side) { pager.indications } else { Indications::default() }
}

/// Where the answer to `request` goes, and the answer but for its code.
pub(super) fn unanswered(request: &Request) -> (FunctionId, Response) {
    match request.answer(500) {
        (to, Pdu::Response(response)) => (to, response),
        _ => unreachable!("an answer is a response"),
    }
}
