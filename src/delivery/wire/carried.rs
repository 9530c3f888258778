//! What of a PDU the wire carries. The rest is the books' own, or is said again elsewhere.

use super::body::expires_after;
use crate::delivery::{
    Body, Case, ClientSet, CopyId, Icsi, Indications, IwEvent, Kind, Method, Pager, Party, Pdu, Request, Response, Target, UserId,
};
use crate::units::{SimTime, Span};

/// The PDU as it comes back from its bytes: side values are blank.
///
/// Off the wire are the names of copies and hand-overs (`copy`, `attempt`), and of a response the session case, the user, the
/// kind and the party of its request: these serve the accounts and the draws of the run. Of a notification, the indications
/// of its message but date, conversation and contribution. Expires counts whole seconds from the date of sending.
pub fn carried(pdu: &Pdu) -> Pdu {
    match pdu {
        Pdu::Request(r) => Pdu::Request(request(r)),
        Pdu::Response(r) => Pdu::Response(response(*r)),
        other => other.clone(),
    }
}

fn request(request: &Request) -> Request {
    let mut kept = request.clone();
    kept.target = match request.target {
        // A set that names nobody cannot be said.
        Target::Instances(user, clients) if clients.is_empty() => Target::User(user),
        Target::Instances(user, clients) => Target::Instances(user, ClientSet::of(&clients.iter().collect::<Vec<_>>())),
        other => other,
    };
    if request.method == Method::Register {
        // A registration is for no service; the target's clients cannot be named.
        kept.icsi = Icsi::None;
        if let Target::Instances(user, _) = kept.target {
            kept.target = Target::User(user);
        }
    }
    match &mut kept.body {
        Body::Pager(pager) => **pager = said(**pager),
        Body::Imdn(imdn) => {
            let Indications { sent, conversation, contribution, .. } = imdn.indications;
            imdn.indications = Indications { sent, conversation, contribution, ..Indications::default() };
        }
        // The function speaks for itself; its user stands in the event or the state that it tells.
        Body::IwEvent(event) => {
            kept.from = match event {
                IwEvent::FailedIw { user, attempt, .. } | IwEvent::DeliveredIw { user, attempt, .. } => {
                    *attempt = 0;
                    *user
                }
                IwEvent::ReadyForSms { user, .. } => *user,
            };
        }
        Body::RegInfo(info) => kept.from = info.user,
        Body::ThirdPartyRegister { user, .. } => kept.from = *user,
        Body::None | Body::Register { .. } => {}
        Body::Notice(_) | Body::Pull(_) | Body::PushSession { .. } | Body::Session(_) => {}
    }
    kept
}

fn said(pager: Pager) -> Pager {
    let sent = pager.indications.sent;
    let expires = expires_after(&pager).map_or(SimTime::NEVER, |s| sent.saturating_add(Span::from_secs(s)));
    Pager { copy: CopyId(0), attempt: 0, expires, ..pager }
}

fn response(response: Response) -> Response {
    let user = match (response.from, response.to) {
        (Party::User(user), _) | (_, Party::User(user)) => user,
        _ => UserId(0),
    };
    let kind = if response.method == Method::Message { Kind::Pager } else { Kind::Registration };
    Response { case: Case::Done, party: None, user, kind, ..response }
}
