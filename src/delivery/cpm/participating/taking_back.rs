//! Short messages taken back from the service centre when their message can go by CPM (`smsc-submission=cancel-on-ip`).
//!
//! Our reading: the wish leaves when a suitable client has come, with or without a delivery at once (`on-register-inflight`). Under
//! `hold` the message waits for the answer, which comes as the failure of the short message, or as its success where it was too late.

use super::{OwnRequest, Pf, Purpose, own_request};
use crate::delivery::{Body, Case, Icsi, IwEvent, MAX_FORWARDS, Method, Milestone, Outbox, Tag, Target, UserId};
use crate::units::SimTime;

impl Pf {
    /// A client of `user` gave a sign of life: hand-overs that are outstanding are taken back, each once, where it is suitable.
    pub(super) fn take_back(&mut self, now: SimTime, user: UserId, out: &mut Outbox) {
        let Some(isf) = self.setup.isf.filter(|_| self.behaviour.cancel_on_ip && out.holds(Tag::OwnCancelOnIp)) else { return };
        for id in self.user(user).held.clone() {
            let entry = self.entries.at(id);
            let outstanding = entry.sms_open && !entry.both && !entry.settled;
            if !outstanding || entry.taken_back == entry.handovers || self.suitable(now, id).is_empty() {
                continue;
            }
            let entry = self.entries.at(id);
            let (message, attempt) = (entry.pager.message, entry.handovers);
            entry.taken_back = attempt;
            out.milestone(Tag::OwnCancelOnIp, Milestone::Told);
            // Nothing depends on its answer: the result of the hand-over comes in any case.
            let txn = self.txns.begin(now, Method::Message, Some(message), self.setup.limit, Purpose::OwnImdn, out);
            let request = OwnRequest {
                txn,
                target: Target::User(user),
                case: Case::Done,
                from: user,
                icsi: Icsi::SystemMsg,
                max_forwards: MAX_FORWARDS,
                body: Body::IwEvent(IwEvent::CancelIw { user, message, attempt }),
            };
            out.send(isf, own_request(self.setup.id, Method::Message, request));
        }
    }
}
