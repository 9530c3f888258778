//! What of a PDU the wire carries. The rest is the books' own, or is said again elsewhere.

use super::body::{characters, expires_after};
use super::deferred::End;
use super::dialog::{self, Call};
use crate::delivery::{
    Body, Case, ClientSet, CopyId, Icsi, Indications, IwEvent, Kind, Method, Pager, Pdu, Request, Response, Target, UserId,
};
use crate::units::{SimTime, Span};

/// The PDU as it comes back from its bytes: side values are blank.
///
/// Off the wire are the names of copies and hand-overs (`copy`, `attempt`), and of a response the session case, the user, the
/// kind and the party of its request: these serve the accounts and the draws of the run. Of a notification, the indications
/// of its message but date, conversation and contribution. Expires counts whole seconds from the date of sending. The client that
/// accepts a push is on the wire, in the Contact of its answer; what follows in a session bears no target CPM Address.
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
                IwEvent::FailedIw { user, attempt, .. }
                | IwEvent::FailedMms { user, attempt, .. }
                | IwEvent::DeliveredIw { user, attempt, .. }
                | IwEvent::CancelIw { user, attempt, .. } => {
                    *attempt = 0;
                    *user
                }
                IwEvent::ReadyForSms { user, .. } => *user,
            };
        }
        Body::RegInfo(info) => kept.from = info.user,
        Body::ThirdPartyRegister { user, .. } => kept.from = *user,
        // Of a hop: what its INVITE asserted is not said again.
        Body::None if request.method == Method::Ack => {
            kept.target_address = None;
            if let Target::Contact(user, _) = request.target {
                kept.from = user;
            }
        }
        Body::None | Body::Register { .. } => {}
        Body::Notice(notice) => kept.from = notice.user,
        Body::Pull(pull) => kept.from = pull.user,
        Body::PushSession { user, .. } => kept.from = *user,
        Body::Session(dialog) => {
            kept.from = dialog.user;
            kept.target_address = None;
        }
    }
    kept
}

fn said(pager: Pager) -> Pager {
    let sent = pager.indications.sent;
    let expires = expires_after(&pager).map_or(SimTime::NEVER, |s| sent.saturating_add(Span::from_secs(s)));
    Pager { copy: CopyId(0), attempt: 0, expires, chars: characters(&pager), ..pager }
}

fn response(response: Response) -> Response {
    let user = response.from.user().or(response.to.user()).unwrap_or(UserId(0));
    let party = match dialog::answers(&response) {
        Some(End::Client(_, client)) => Some(client),
        _ => None,
    };
    let within = Call::of(response.method, response.txn, response.dialog).name;
    let dialog = dialog::is_of_session(response.method).then_some(within);
    Response { case: Case::Done, party, user, dialog, kind: kind_of(response.method), ..response }
}

/// What a response to this method stands for as far as the wire says it.
pub(super) const fn kind_of(method: Method) -> Kind {
    match method {
        Method::Message => Kind::Pager,
        Method::Register | Method::Subscribe | Method::Notify => Kind::Registration,
        Method::Invite | Method::Ack | Method::Bye | Method::Cancel => Kind::Session,
    }
}
