//! The Interworking Selection Function (ISF): chooses the non-CPM service and passes the message to its gateway.
//!
//! Every message goes by SMS, whatever its content: MMS, size and policy come with large messages. A disposition notification has no
//! form in the other service: it is refused with 415.

use crate::delivery::ims::{refuse, turn_away};
use crate::delivery::{
    Body, Content, Contents, Function, FunctionId, Input, IwEvent, Milestone, Outbox, Pdu, Reason, Response, Tag,
};
use crate::units::SimTime;

/// An ISF with one gateway.
#[derive(Clone, Debug)]
pub struct Isf {
    id: FunctionId,
    iwf: FunctionId,
}

impl Isf {
    pub fn new(id: FunctionId, iwf: FunctionId) -> Isf {
        Isf { id, iwf }
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
