//! Every PDU that has a wire form, drawn.

use proptest::prelude::*;

use super::super::read::METHODS;
use super::*;

fn function() -> impl Strategy<Value = FunctionId> {
    prop_oneof![0u32..200, any::<u32>()].prop_map(FunctionId)
}

fn user() -> impl Strategy<Value = UserId> {
    prop_oneof![0u32..10_000_000, any::<u32>()].prop_map(UserId)
}

fn message() -> impl Strategy<Value = MessageId> {
    any::<u32>().prop_map(MessageId)
}

fn version() -> impl Strategy<Value = Version> {
    (any::<u8>(), any::<u8>()).prop_map(|(major, minor)| Version { major, minor })
}

fn contents() -> impl Strategy<Value = Contents> {
    (0u8..64).prop_map(|bits| Content::ALL.into_iter().filter(|c| bits & (1 << *c as u8) != 0).fold(Contents::NONE, Contents::with))
}

fn capabilities() -> impl Strategy<Value = Capabilities> {
    (any::<bool>(), contents(), any::<u32>(), version()).prop_map(|(pager, contents, most_bytes, agent)| Capabilities {
        pager,
        contents,
        most_bytes,
        agent,
    })
}

/// An instant within the first three hundred years.
fn instant() -> impl Strategy<Value = SimTime> {
    (0u64..9_000_000_000_000_000_000).prop_map(SimTime::from_ns)
}

fn indications() -> impl Strategy<Value = Indications> {
    let marks = (
        any::<u8>(),
        prop::sample::select(vec![Sensitivity::Unmarked, Sensitivity::Personal, Sensitivity::Private, Sensitivity::Confidential]),
        prop::sample::select(vec![
            Priority::Unmarked,
            Priority::NonUrgent,
            Priority::Normal,
            Priority::Urgent,
            Priority::Emergency,
        ]),
        prop::sample::select(vec![ContentDisposition::Unmarked, ContentDisposition::Render, ContentDisposition::Attachment]),
    );
    (marks, instant(), any::<u32>(), any::<u32>(), prop_oneof![Just(0), any::<u32>()]).prop_map(
        |((subject, sensitivity, priority, disposition), sent, conversation, contribution, in_reply_to)| Indications {
            subject,
            sensitivity,
            priority,
            disposition,
            sent,
            conversation,
            contribution,
            in_reply_to,
        },
    )
}

pub(super) fn pager() -> impl Strategy<Value = Pager> {
    let ends = (message(), message(), any::<u32>(), user(), user());
    let length = (0u32..3000, 0u32..3000).prop_map(|(bytes, chars)| (bytes, if chars % 3 == 0 { bytes } else { chars }));
    let content = (length, prop::sample::select(Content::ALL.to_vec()), any::<[bool; 3]>(), any::<bool>(), version());
    let rest = (
        prop::option::of(user()),
        prop_oneof![Just(None), Just(Some(0)), (0u64..200_000_000_000_000_000).prop_map(Some)],
        indications(),
        prop_oneof![4 => Just(0u8), 1 => any::<u8>()],
        any::<u32>(),
    );
    (ends, content, rest).prop_map(
        |(
            (message, original, copy, from, to),
            ((bytes, chars), content, [positive, negative, display], anonymous, agent),
            (reply_to, life, indications, retargets, attempt),
        )| Pager {
            message,
            original,
            copy: CopyId(copy),
            from,
            to,
            bytes,
            chars,
            content,
            dispositions: Dispositions { positive, negative, display },
            anonymous,
            agent,
            reply_to,
            expires: life.map_or(SimTime::NEVER, |ns| indications.sent.saturating_add(Span::from_ns(ns))),
            indications,
            retargets,
            attempt,
        },
    )
}

fn imdn() -> impl Strategy<Value = Imdn> {
    let dispositions = vec![Disposition::Delivered, Disposition::Failed, Disposition::Displayed, Disposition::Interworked];
    let ends = (message(), message(), user(), user());
    (ends, prop::sample::select(dispositions), function(), version(), indications()).prop_map(
        |((about, original, from, to), disposition, reporter, agent, indications)| Imdn {
            about,
            original,
            from,
            to,
            disposition,
            reporter,
            agent,
            indications,
        },
    )
}

fn iw_event() -> impl Strategy<Value = IwEvent> {
    let domain = || prop::sample::select(vec![Domain::Cs, Domain::Ps]);
    prop_oneof![
        (user(), message(), domain(), any::<u32>()).prop_map(|(user, message, domain, attempt)| IwEvent::FailedIw {
            user,
            message,
            domain,
            attempt
        }),
        (user(), message(), domain(), any::<u32>()).prop_map(|(user, message, domain, attempt)| IwEvent::FailedMms {
            user,
            message,
            domain,
            attempt
        }),
        (user(), domain()).prop_map(|(user, domain)| IwEvent::ReadyForSms { user, domain }),
        (user(), message(), any::<u32>()).prop_map(|(user, message, attempt)| IwEvent::DeliveredIw { user, message, attempt }),
        (user(), message(), any::<u32>()).prop_map(|(user, message, attempt)| IwEvent::CancelIw { user, message, attempt }),
    ]
}

fn reg_info() -> impl Strategy<Value = RegInfo> {
    let events = prop::sample::select(ContactEvent::ALL.to_vec());
    let contact = (function(), any::<bool>(), events, any::<bool>(), capabilities())
        .prop_map(|(client, active, event, primary, capabilities)| Contact { client, active, event, primary, capabilities });
    (user(), any::<u32>(), any::<bool>(), prop::collection::vec(contact, 0..6))
        .prop_map(|(user, version, full, contacts)| RegInfo { full, user, version, contacts: contacts.into() })
}

fn target() -> impl Strategy<Value = Target> {
    let set = (0u32..1000, any::<u64>()).prop_map(|(first, bits)| {
        (0..MOST_DEVICES)
            .filter(|at| bits & (1 << at) != 0)
            .fold(ClientSet::none(FunctionId(first)), |set, at| set.with(FunctionId(first + at)))
    });
    prop_oneof![
        user().prop_map(Target::User),
        (user(), function()).prop_map(|(user, client)| Target::Contact(user, client)),
        (user(), set).prop_map(|(user, clients)| Target::Instances(user, clients)),
        function().prop_map(Target::Function),
    ]
}

fn method_and_body() -> impl Strategy<Value = (Method, Body)> {
    prop_oneof![
        3 => pager().prop_map(|p| (Method::Message, Body::Pager(Box::new(p)))),
        2 => imdn().prop_map(|i| (Method::Message, Body::Imdn(Box::new(i)))),
        1 => iw_event().prop_map(|e| (Method::Message, Body::IwEvent(e))),
        1 => reg_info().prop_map(|i| (Method::Notify, Body::RegInfo(i))),
        1 => Just((Method::Subscribe, Body::None)),
        1 => (any::<u32>(), any::<bool>(), any::<bool>(), capabilities()).prop_map(|(expires_s, authorised, primary, capabilities)| {
            (Method::Register, Body::Register { expires_s, authorised, primary, capabilities })
        }),
        1 => (user(), any::<u32>())
            .prop_map(|(user, expires_s)| (Method::Register, Body::ThirdPartyRegister { user, expires_s })),
        2 => (notice(), any::<bool>())
            .prop_map(|(n, notify)| (if notify { Method::Notify } else { Method::Message }, Body::Notice(Box::new(n)))),
        2 => pull().prop_map(|p| (Method::Invite, Body::Pull(Box::new(p)))),
        1 => (user(), function()).prop_map(|(user, client)| (Method::Invite, Body::PushSession { user, client })),
        2 => (prop::sample::select(vec![Method::Ack, Method::Bye, Method::Cancel]), dialog())
            .prop_map(|(method, dialog)| (method, Body::Session(dialog))),
        1 => Just((Method::Ack, Body::None)),
    ]
}

fn waiting() -> impl Strategy<Value = Waiting> {
    let kinds = prop::sample::select(Content::ALL.to_vec());
    let end = prop_oneof![Just(SimTime::NEVER), instant()];
    (message(), prop::option::of(user()), instant(), any::<u32>(), kinds, any::<u8>(), end).prop_map(
        |(uri_id, from, sent, bytes, content, subject, expires)| Waiting { uri_id, from, sent, bytes, content, subject, expires },
    )
}

fn notice() -> impl Strategy<Value = Notice> {
    let kinds = prop::sample::select(NoticeKind::ALL.to_vec());
    let numbers = (any::<u32>(), any::<u16>(), any::<u16>(), any::<u32>());
    (user(), kinds, numbers, prop::collection::vec(waiting(), 0..5)).prop_map(|(user, kind, (round, part, parts, number), list)| {
        let list = list.into();
        Notice { user, round, part, parts, kind, number, list }
    })
}

fn pull() -> impl Strategy<Value = Pull> {
    let action = prop::option::weighted(0.8, prop::sample::select(CpmAction::IN_ORDER.to_vec()));
    let entry = (message(), action).prop_map(|(uri_id, action)| Instruction { uri_id, action });
    let list = prop::option::weighted(0.7, prop::collection::vec(entry, 0..6));
    (user(), function(), list).prop_map(|(user, client, list)| Pull { user, client, list: list.map(Vec::into) })
}

fn dialog() -> impl Strategy<Value = Dialog> {
    (txn(), function(), user(), any::<bool>()).prop_map(|(invite, client, user, by_client)| {
        let invite = if by_client { TxnId { owner: client, ..invite } } else { invite };
        Dialog { invite, client, user }
    })
}

/// A request as its sender makes it: what a client says to its PF goes to the user himself, what a PF says to one contact, and
/// a CANCEL is of the transaction that it gives up.
fn made(mut request: Request, by_client: bool) -> Request {
    let to_pf = |target, user| match target {
        Target::User(_) | Target::Instances(..) => Target::User(user),
        other => other,
    };
    match &request.body {
        Body::Pull(pull) => request.target = to_pf(request.target, pull.user),
        Body::PushSession { user, client } => request.target = Target::Contact(*user, *client),
        Body::Session(dialog) => {
            if request.method == Method::Cancel {
                request.txn = dialog.invite;
            } else if by_client {
                request.txn.owner = dialog.client;
            }
            let by_client = request.txn.owner == dialog.client;
            request.target =
                if by_client { to_pf(request.target, dialog.user) } else { Target::Contact(dialog.user, dialog.client) };
        }
        Body::None if request.method == Method::Ack => {
            request.target = to_pf(request.target, request.from);
            request.via = request.via.top();
        }
        _ => {}
    }
    request
}

fn txn() -> impl Strategy<Value = TxnId> {
    (function(), any::<u32>(), any::<u32>()).prop_map(|(owner, slot, generation)| TxnId { owner, slot, generation })
}

fn path(least: usize, most: usize) -> impl Strategy<Value = Via> {
    prop::collection::vec(function(), least..=most)
        .prop_map(|hops| hops.split_first().map_or(Via::NONE, |(first, rest)| rest.iter().fold(Via::of(*first), |v, h| v.with(*h))))
}

fn case() -> impl Strategy<Value = Case> {
    prop::sample::select(vec![Case::Originating, Case::Terminating, Case::Done])
}

pub(super) fn request() -> impl Strategy<Value = Request> {
    let by = vec![None, Some(InsertedBy::Core), Some(InsertedBy::Pf)];
    let icsi = prop::sample::select(vec![Icsi::None, Icsi::Msg, Icsi::SystemMsg, Icsi::Deferred]);
    let way = (txn(), path(1, 4), target(), case());
    let marks = (icsi, any::<u8>(), prop::sample::select(by), any::<bool>());
    (method_and_body(), way, user(), marks).prop_map(
        |((method, body), (txn, via, target, case), from, (icsi, max_forwards, target_address, by_client))| {
            let request = Request { method, txn, via, target, case, from, icsi, max_forwards, target_address, body };
            made(request, by_client)
        },
    )
}

fn reason() -> impl Strategy<Value = Reason> {
    let warning = || {
        prop::sample::select(vec![
            Warning::AnonymityNotAllowed,
            Warning::FunctionNotAllowed,
            Warning::NoMessages,
            Warning::VersionNotSupported,
        ])
    };
    prop_oneof![
        Just(Reason::None),
        warning().prop_map(Reason::Warning),
        warning().prop_map(Reason::ErrorInfo),
        contents().prop_map(Reason::Accept),
        any::<u32>().prop_map(Reason::RetryAfter),
    ]
}

fn response() -> impl Strategy<Value = Response> {
    let party = || prop_oneof![user().prop_map(Party::User), function().prop_map(Party::Function), Just(Party::Management)];
    let kinds = vec![Kind::Pager, Kind::Imdn, Kind::IwEvent, Kind::Registration, Kind::Notice, Kind::Session];
    let code = prop_oneof![100u16..700, 200u16..203];
    let heads = (prop::sample::select(METHODS.to_vec()), code, reason(), txn(), path(0, 3));
    let books = (case(), prop::option::of(function()), user(), prop::sample::select(kinds));
    (heads, books, (party(), party()), (prop::option::of(message()), prop::option::of(txn()))).prop_map(
        |((method, code, reason, txn, via), (case, contact, user, kind), (from, to), (about, dialog))| {
            // A CANCEL is of the transaction that it gives up.
            let dialog = if method == Method::Cancel { Some(txn) } else { dialog };
            Response { method, code, reason, txn, via, case, party: contact, user, from, to, dialog, kind, about }
        },
    )
}

pub(super) fn pdu() -> impl Strategy<Value = Pdu> {
    prop_oneof![3 => request().prop_map(Pdu::Request), 1 => response().prop_map(Pdu::Response)]
}

pub(super) fn hop() -> impl Strategy<Value = Hop> {
    (function(), any::<bool>()).prop_map(|(to, tcp)| Hop { to, transport: if tcp { Transport::Tcp } else { Transport::Udp } })
}
