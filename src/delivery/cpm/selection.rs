//! The Interworking Selection Function (ISF): chooses the non-CPM service and passes the message to its gateway.
//!
//! Text goes by SMS, and text is all there is; MMS, size and policy come with large messages.

use crate::delivery::{Body, Function, FunctionId, Input, Milestone, Outbox, Pdu, Response, Tag};
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
            Input::Received { pdu: Pdu::Request(mut request), .. } if matches!(request.body, Body::Pager(_)) => {
                request.via = request.via.with(self.id);
                out.milestone(Tag::HandToIsf, Milestone::Told);
                out.send(self.iwf, Pdu::Request(request));
            }
            Input::Received { pdu: Pdu::Response(response), .. } => match response.via.back() {
                Some((to, via)) => out.send(to, Pdu::Response(Response { via, ..response })),
                None => out.milestone(Tag::HandToIsf, Milestone::Undefined { state: "isf", input: "response without a way back" }),
            },
            Input::Overloaded { pdu: Pdu::Request(request), .. } => crate::delivery::ims::refuse(&request, out),
            _ => out.milestone(Tag::HandToIsf, Milestone::Undefined { state: "isf", input: "other" }),
        }
    }
}
