//! allow-forward: the message goes to another recipient, as a new delivery duty (IW15-8.3.1.1-18).

use super::entry::EntryId;
use super::relay::preserved;
use super::{Final, NO_ANSWER, OwnRequest, Pf, Purpose, own_request};
use crate::delivery::axes as axis;
use crate::delivery::{
    Body, Case, Disposition, Fate, FunctionId, Method, Milestone, Origin, Outbox, Pager, Path, Pdu, Reason, Response, Tag, Target,
    UserId,
};
use crate::units::SimTime;

/// A message sent on: the answer goes back to the originator, unless he has one.
#[derive(Clone, Debug)]
pub(super) struct Forwarding {
    answer: Option<(FunctionId, Response)>,
    pager: Pager,
}

impl Pf {
    /// Sends a message to `to` in place of its recipient. The final response of the new recipient's side goes to the originator.
    pub(super) fn forward(&mut self, now: SimTime, id: EntryId, to: UserId, tag: Tag, out: &mut Outbox) {
        let entry = self.entries.at(id);
        let (pager, old, hops) = (entry.pager, entry.copy, entry.max_forwards);
        if pager.retargets >= self.setup.forward_hops {
            out.milestone(Tag::OwnForwardLimit, Milestone::GuardReached { guard: axis::GUARD_FORWARD_HOP_LIMIT });
            if self.behaviour.guard_forward_limit && out.holds(Tag::OwnForwardLimit) {
                return self.refuse(now, id, (483, Reason::None), Tag::OwnForwardLimit, out);
            }
        }
        if hops == 0 && out.holds(Tag::HopLimit) {
            return self.refuse(now, id, (483, Reason::None), Tag::HopLimit, out);
        }
        let (message, into) = (pager.message, out.mint_message());
        out.milestone(tag, Milestone::Forward { message, into, to });
        let copy = out.mint_copy();
        let made =
            Milestone::CopyMade { copy, message: into, parent: Some(old), origin: Origin::Retarget, path: Path::Ip, device: None };
        out.milestone(tag, made);
        out.milestone(tag, Milestone::CopyEnd { copy: old, message, fate: Fate::Superseded });
        let entry = self.entries.at(id);
        entry.forwarded = true;
        let icsi = entry.icsi;
        let answer = self.entries.take_answer(id);
        let onward = Pager { message: into, copy, to, retargets: pager.retargets.saturating_add(1), attempt: 0, ..pager };
        let onward = Pager { indications: preserved(&pager, Tag::PreserveTerminating, out), ..onward };
        let purpose = Purpose::Forward(Box::new(Forwarding { answer, pager }));
        let txn = self.txns.begin(now, Method::Message, Some(into), self.setup.limit, purpose, out);
        let request = OwnRequest {
            txn,
            target: Target::User(to),
            case: Case::Terminating,
            from: pager.from,
            icsi,
            max_forwards: hops.saturating_sub(1),
            body: Body::Pager(Box::new(onward)),
        };
        out.send(self.setup.core, own_request(self.setup.id, Method::Message, request));
        self.settle(id, tag, out);
    }

    /// The new recipient's side has answered, or not in time. The originator gets the response; one that has been answered
    /// before is told of a failure if it asked.
    pub(super) fn on_forwarded(&mut self, now: SimTime, forwarding: Forwarding, last: Final, out: &mut Outbox) {
        let (Forwarding { answer, pager }, Final { code, reason }) = (forwarding, last);
        match answer {
            // As for a relayed request: a 408 to a non-INVITE request helps nobody (RFC 4320 4.2).
            _ if code == NO_ANSWER => {}
            Some((to, response)) => {
                out.milestone(Tag::OwnRelay, Milestone::Told);
                out.send(to, Pdu::Response(Response { code, reason, ..response }));
            }
            None if code >= 300 && pager.dispositions.negative => {
                self.report(now, pager, Disposition::Failed, Tag::RuleForwards, out);
            }
            None => {}
        }
    }
}
