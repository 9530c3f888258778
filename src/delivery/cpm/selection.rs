//! The Interworking Selection Function (ISF): chooses the non-CPM service and passes the message to its gateway.
//!
//! It chooses by content and size, as the provider's policy says: SMS before MMS. What neither takes is refused, content with 415 and what
//! can be sent, size with 413. A disposition notification has no form in the other services: it is refused with 415.

use crate::delivery::ims::{refuse, turn_away};
use crate::delivery::{
    Body, Content, Contents, Fate, Function, FunctionId, Input, IwEvent, Milestone, Outbox, Pdu, Reason, Response, Service, Tag,
};
use crate::units::SimTime;

/// What may go by which service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Services {
    pub sms: Contents,
    /// Bytes.
    pub sms_largest: u32,
    pub mms: Contents,
    /// Bytes.
    pub mms_largest: u32,
}

impl Services {
    /// Everything goes by SMS.
    pub const SMS_ONLY: Services =
        Services { sms: Contents::EVERY, sms_largest: u32::MAX, mms: Contents::NONE, mms_largest: 300_000 };

    /// The service for such content; or the code that refuses it, with what could be sent.
    ///
    /// # Errors
    /// No service takes content of this kind, or of this size.
    pub fn choose(&self, content: Content, bytes: u32) -> Result<Service, (u16, Reason)> {
        let (sms, mms) = (self.sms.has(content), self.mms.has(content));
        match () {
            () if sms && bytes <= self.sms_largest => Ok(Service::Sms),
            () if mms && bytes <= self.mms_largest => Ok(Service::Mms),
            () if sms || mms => Err((413, Reason::None)),
            () => {
                let known = Content::ALL.into_iter().filter(|c| self.sms.has(*c) || self.mms.has(*c));
                Err((415, Reason::Accept(known.fold(Contents::NONE, Contents::with))))
            }
        }
    }
}

/// An ISF with one gateway.
#[derive(Clone, Debug)]
pub struct Isf {
    id: FunctionId,
    iwf: FunctionId,
    services: Services,
}

impl Isf {
    pub fn new(id: FunctionId, iwf: FunctionId, services: Services) -> Isf {
        Isf { id, iwf, services }
    }
}

impl Function for Isf {
    fn handle(&mut self, _now: SimTime, input: Input, out: &mut Outbox) {
        match input {
            Input::Received { pdu: Pdu::Request(mut request), .. }
                if matches!(request.body, Body::Pager(_) | Body::IwEvent(IwEvent::CancelIw { .. })) =>
            {
                if request.max_forwards == 0 && out.holds(Tag::HopLimit) {
                    return turn_away(&request, 483, Tag::HopLimit, out);
                }
                if let Body::Pager(pager) = &request.body
                    && let Err((code, reason)) = self.services.choose(pager.content, pager.bytes)
                    && out.holds(Tag::OwnServices)
                {
                    let (copy, message) = (pager.copy, pager.message);
                    out.milestone(Tag::OwnServices, Milestone::CopyEnd { copy, message, fate: Fate::Refused(code) });
                    let (to, refusal) = request.answer_for(code, reason);
                    return out.send(to, refusal);
                }
                request.max_forwards = request.max_forwards.saturating_sub(1);
                request.via = request.via.with(self.id);
                out.milestone(Tag::HandToIsf, Milestone::Told);
                out.send(self.iwf, Pdu::Request(request));
            }
            // What it cannot turn into another service it refuses with the types it can (`imdn-interwork=client-and-isf`).
            Input::Received { pdu: Pdu::Request(request), .. } if matches!(request.body, Body::Imdn(_)) => {
                out.milestone(Tag::OwnImdnInterwork, Milestone::Told);
                let (to, refusal) = request.answer_for(415, Reason::Accept(Contents::NONE.with(Content::Text)));
                out.send(to, refusal);
            }
            Input::Received { pdu: Pdu::Response(response), .. } => match response.via.back() {
                Some((to, via)) => out.send(to, Pdu::Response(Response { via, ..response })),
                None => {
                    out.milestone(Tag::HandToIsf, Milestone::Undefined { state: "serving", input: "response without a way back" })
                }
            },
            Input::Overloaded { pdu: Pdu::Request(request), retry_after, .. } => refuse(&request, retry_after, out),
            other => {
                let input = match other {
                    Input::Received { pdu: Pdu::Request(_), .. } => "request without a message",
                    Input::Received { .. } => "PDU that is not SIP",
                    Input::Overloaded { .. } => "response without room",
                    Input::Expired(_) => "timer",
                    Input::Told(..) => "answer to a question",
                    Input::Access(_) | Input::Compose(..) => "input of a client",
                    Input::Policy { .. } | Input::Connectivity { .. } | Input::Restarted => "input of a PF",
                };
                out.milestone(Tag::HandToIsf, Milestone::Undefined { state: "serving", input });
            }
        }
    }
}
