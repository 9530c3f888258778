//! Pulls: their answers, their steps, overlaps, failures and the sessions they stand in.

use super::notifying::{notices, rig, rig_of, told};
use super::*;
use crate::delivery::milestone::ItemResult;
use crate::delivery::suite::clause_tests;
use crate::delivery::{Claim, CpmAction, Dialog, Instruction, MessageId, Msrp, Pull, Warning, axes as axis};

use CpmAction::{Delete, Deliver, Interwork, Store};

/// The INVITE of a device: its transaction in that slot.
fn invite_as(n: u32, slot: u32, list: Option<&[(u32, Option<CpmAction>)]>, icsi: Icsi) -> Request {
    let client = device(n);
    let instruction = |(message, action): &(u32, Option<CpmAction>)| Instruction { uri_id: MessageId(*message), action: *action };
    let list = list.map(|list| list.iter().map(instruction).collect());
    Request {
        method: Method::Invite,
        txn: TxnId { owner: client, slot, generation: 0 },
        via: Via::of(client).with(CORE),
        target: Target::User(TO),
        case: Case::Originating,
        from: TO,
        icsi,
        max_forwards: 60,
        target_address: None,
        body: Body::Pull(Box::new(Pull { user: TO, client, list })),
    }
}

pub(super) fn pull(rig: &mut Rig, n: u32, slot: u32, list: Option<&[(u32, Option<CpmAction>)]>) -> Said {
    rig.receive(CORE, Pdu::Request(invite_as(n, slot, list, Icsi::Deferred)))
}

pub(super) fn pull_all(rig: &mut Rig, n: u32) -> Said {
    pull(rig, n, 0, None)
}

pub(super) fn pull_again(rig: &mut Rig, n: u32) -> Said {
    pull(rig, n, 8, None)
}

fn listed(rig: &mut Rig, n: u32, list: &[(u32, CpmAction)]) -> Said {
    let list: Vec<(u32, Option<CpmAction>)> = list.iter().map(|(m, a)| (*m, Some(*a))).collect();
    pull(rig, n, 0, Some(&list))
}

pub(super) fn interwork(rig: &mut Rig, n: u32, slot: u32) -> Said {
    pull(rig, n, slot, Some(&[(0, Some(Interwork))]))
}

pub(super) fn in_dialog(rig: &mut Rig, method: Method, n: u32, slot: u32) -> Said {
    let client = device(n);
    let dialog = Dialog { invite: TxnId { owner: client, slot, generation: 0 }, client, user: TO };
    let txn = TxnId { owner: client, slot: 90 + slot, generation: 0 };
    let request = Request { method, txn, body: Body::Session(dialog), ..invite_as(n, slot, None, Icsi::Deferred) };
    rig.receive(CORE, Pdu::Request(request))
}

pub(super) fn ack(rig: &mut Rig, n: u32) -> Said {
    in_dialog(rig, Method::Ack, n, 0)
}

fn bye(rig: &mut Rig, n: u32) -> Said {
    in_dialog(rig, Method::Bye, n, 0)
}

/// What devices are answered, and what the PF sends them inside sessions.
fn to_devices(said: &Said) -> Vec<(u32, u16, Reason)> {
    let sent = said.0.iter().filter_map(|o| match o {
        Output::Send { pdu: Pdu::Response(r), .. } if r.txn.owner.0 >= device(0).0 && r.txn.owner.0 <= device(2).0 => {
            Some((r.txn.owner.0 - device(0).0, r.code, r.reason))
        }
        _ => None,
    });
    sent.collect()
}

fn codes(said: &Said) -> Vec<u16> {
    to_devices(said).iter().map(|(_, code, _)| *code).collect()
}

pub(super) fn items(said: &Said) -> Vec<(u32, ItemResult)> {
    let told = said.0.iter().filter_map(|o| match o {
        Output::Milestone(_, Milestone::PullItem { message, result, .. }) => Some((message.0, *result)),
        _ => None,
    });
    told.collect()
}

pub(super) fn done(said: &Said) -> bool {
    said.says(|m| matches!(m, Milestone::PullDone { .. }))
}

/// The messages of MSRP that go out.
pub(super) fn sends(said: &Said) -> Vec<(Dialog, u32, Pager)> {
    let sent = said.0.iter().filter_map(|o| match o {
        Output::Send { pdu: Pdu::Msrp(Msrp::Send { dialog, transaction, pager }), .. } => Some((*dialog, *transaction, **pager)),
        _ => None,
    });
    sent.collect()
}

pub(super) fn respond(rig: &mut Rig, send: &(Dialog, u32, Pager), code: u16) -> Said {
    let (dialog, transaction, pager) = *send;
    let fate = if code < 300 { Fate::Delivered } else { Fate::Refused(code) };
    rig.copies.get_mut(&pager.copy.0).expect("a copy is made before it is sent").get_or_insert(fate);
    rig.receive(dialog.client, Pdu::Msrp(Msrp::Response { dialog, transaction, about: pager.message, code }))
}

pub(super) fn requests(said: &Said, method: Method) -> Vec<Request> {
    let sent = said.0.iter().filter_map(|o| match o {
        Output::Send { to: CORE, pdu: Pdu::Request(r) } if r.method == method => Some(r.clone()),
        _ => None,
    });
    sent.collect()
}

/// A rig of two registered devices with so many messages in the queue.
pub(super) fn queued(rules: Rules, set: Set, messages: u32) -> Rig {
    let mut rig = rig_of(rules, set, &[0, 1], |s| s.isf = Some(ISF));
    for _ in 0..messages {
        assert!(rig.message().defers());
    }
    rig
}

pub(super) fn no_answer(rig: &mut Rig) -> Said {
    // The last transaction to begin is that of the delivery.
    let (token, timer, at) = *rig.timers.iter().rev().find(|(_, timer, _)| is_end(timer)).expect("a transaction is open");
    rig.now = rig.now.max(at);
    rig.end_timer(token);
    rig.tell(Input::Expired(timer))
}

pub(super) const IN_SESSION: (AxisId, &str) = (axis::PULL_TRANSPORT, "in-session");

clause_tests! {
    fn pull_8_3_1_6_3_21_the_tag_starts_it(rules) {
        let mut rig = queued(rules, &[], 1);
        let other = rig.receive(CORE, Pdu::Request(invite_as(0, 7, None, Icsi::Msg)));
        assert_eq!((codes(&other), other.legs().len()), (vec![404], 0));
        assert_eq!(codes(&pull_all(&mut rig, 0)), [200]);
    }

    fn pull_8_3_1_6_3_22_nothing_waits(rules) {
        let mut rig = queued(rules, &[], 0);
        assert_eq!(codes(&pull_all(&mut rig, 0)), [488]);
    }

    fn pull_8_3_1_6_3_23_warning_125(rules) {
        let mut rig = queued(rules, &[], 0);
        assert_eq!(to_devices(&pull_all(&mut rig, 0)), [(0, 488, Reason::Warning(Warning::NoMessages))]);
        assert_eq!(Warning::NoMessages.text(), "125 No messages");
    }

    fn pull_8_3_1_6_3_24_accepted(rules) {
        let mut rig = queued(rules, &[], 1);
        let said = pull_all(&mut rig, 1);
        assert_eq!(to_devices(&said), [(1, 200, Reason::None)]);
        let answer = said.place(|o| matches!(o, Output::Send { pdu: Pdu::Response(_), .. }));
        let first = said.place(|o| matches!(o, Output::Send { pdu: Pdu::Request(_), .. }));
        assert!(answer < first, "no action before the 200");
    }

    fn pull_8_3_1_6_3_25_delete(rules) {
        let mut rig = queued(rules, &[], 2);
        let said = listed(&mut rig, 0, &[(0, Delete)]);
        assert!(said.says(|m| matches!(m, Milestone::CopyEnd { message: MessageId(0), fate: Fate::Deleted, .. })));
        assert_eq!(items(&said), [(0, ItemResult::Moved)]);
        assert_eq!(pull(&mut rig, 1, 0, None).legs().len(), 1, "the other is there");
    }

    fn pull_8_3_1_6_3_26_the_sender_is_told_of_the_deletion(rules) {
        let mut rig = queued(rules, &[], 1);
        assert_eq!(listed(&mut rig, 0, &[(0, Delete)]).reports(), [Disposition::Failed]);
        let silent = Pager { dispositions: Dispositions::default(), ..rig.pager() };
        rig.send(silent);
        assert!(pull(&mut rig, 0, 1, Some(&[(1, Some(Delete))])).reports().is_empty());
    }

    fn pull_8_3_1_6_3_27_interwork(rules) {
        let mut rig = queued(rules, &[], 1);
        let said = listed(&mut rig, 0, &[(0, Interwork)]);
        assert_eq!((said.handed().len(), items(&said)), (1, vec![(0, ItemResult::Moved)]));
        assert!(said.says(|m| matches!(m, Milestone::Leave { .. })));
        let mut without = rig_of(rules, &[], &[0], |_| ());
        without.message();
        assert_eq!(items(&listed(&mut without, 0, &[(0, Interwork)])), [(0, ItemResult::Failed)], "no ISF: it stays");
    }

    fn pull_8_3_1_6_3_28_store(rules) {
        let mut rig = queued(rules, &[], 1);
        let said = listed(&mut rig, 0, &[(0, Store)]);
        let (object, _) = said.appends()[0];
        assert!(!object.dispositions.positive && object.dispositions.display, "stripped as by a rule (K-21)");
        let stored = rig.appended(&said, true);
        assert!(stored.settles());
        assert_eq!(items(&stored), [(0, ItemResult::Moved)]);
        // What the store does not take is back in the queue, and told of anew.
        rig.message();
        let said = pull(&mut rig, 0, 1, Some(&[(1, Some(Store))]));
        let refused = rig.appended(&said, false);
        assert!(!refused.settles());
        assert_eq!((items(&refused), told(&refused)), (vec![(1, ItemResult::Failed)], vec![device(0), device(1)]));
    }

    fn pull_8_3_1_6_3_29_the_sender_is_told_of_the_storing(rules) {
        let mut rig = queued(rules, &[], 1);
        let said = listed(&mut rig, 0, &[(0, Store)]);
        assert_eq!(rig.appended(&said, true).reports(), [Disposition::Delivered]);
    }

    fn pull_8_3_1_6_3_30_without_a_list_all(rules) {
        let mut rig = queued(rules, &[], 3);
        let sent: Vec<u32> = pull_all(&mut rig, 0).legs().iter().map(|r| pager_of(r).message.0).collect();
        assert_eq!(sent, [0, 1, 2]);
    }

    fn pull_8_3_1_6_3_31_to_the_client_that_pulls(rules) {
        let mut rig = queued(rules, &[], 1);
        let said = pull_all(&mut rig, 1);
        assert_eq!(said.leg().target, Target::Contact(TO, device(1)));
        assert!(said.says(|m| matches!(m, Milestone::Claimed { by: Claim::Pull, .. })));
        assert!(rig.ok(&said.leg()).settles());
    }

    fn pull_8_3_1_6_3_33_what_is_not_named_stays(rules) {
        let mut rig = queued(rules, &[], 3);
        let said = listed(&mut rig, 0, &[(1, Deliver)]);
        assert_eq!(pager_of(&said.leg()).message.0, 1);
        rig.ok(&said.leg());
        assert_eq!(notices(&rig.message())[0].1.number, 3, "and is in the next notification");
    }

    fn pull_8_3_1_6_3_35_what_is_gone_is_ignored(rules) {
        let mut rig = queued(rules, &[], 2);
        let said = listed(&mut rig, 0, &[(9, Delete), (0, Deliver)]);
        assert_eq!((codes(&said), items(&said)), (vec![200], vec![(9, ItemResult::Gone)]));
        assert!(said.legs().len() == 1 && !said.says(|m| matches!(m, Milestone::Undefined { .. })));
        // A list of which nothing is left is answered with 200 as well.
        assert_eq!(codes(&pull(&mut rig, 1, 5, Some(&[(9, Some(Deliver))]))), Vec::<u16>::new(), "in the line");
        let served = rig.ok(&said.leg());
        assert_eq!((codes(&served), items(&served)), (vec![200], vec![(0, ItemResult::Moved), (9, ItemResult::Gone)]));
    }

    fn own_pull_488_when(rules) {
        let mut rig = queued(rules, &[(axis::PULL_488_WHEN, "nothing-listed")], 1);
        assert_eq!(codes(&listed(&mut rig, 0, &[(9, Deliver)])), [488]);
        assert_eq!(codes(&pull(&mut rig, 0, 1, Some(&[(0, Some(Deliver))]))), [200]);
    }

    fn pull_8_3_1_6_3_36_an_ack_is_ignored(rules) {
        let mut rig = queued(rules, &[], 1);
        let said = pull_all(&mut rig, 0);
        let acked = ack(&mut rig, 0);
        let sent = |o: &Output| matches!(o, Output::Send { .. } | Output::Milestone(_, Milestone::Undefined { .. }));
        assert!(!acked.0.iter().any(sent));
        assert!(rig.ok(&said.leg()).settles());
    }

    fn pull_8_3_1_6_3_37_a_bye_is_answered(rules) {
        let mut rig = queued(rules, &[], 1);
        let said = pull_all(&mut rig, 0);
        let left = bye(&mut rig, 0);
        assert_eq!(codes(&left), [200]);
        assert!(!done(&left), "a message is on its way");
        assert!(done(&rig.ok(&said.leg())));
    }

    fn own_dialog_end(rules) {
        let mut rig = queued(rules, &[], 1);
        assert_eq!(codes(&bye(&mut rig, 0)), [481], "no such session");
        let said = pull_all(&mut rig, 0);
        assert!(!done(&rig.ok(&said.leg())), "the session stands");
        let given_up = rig.fire(|t| matches!(t, Timer::DialogEnd { .. }));
        assert!(done(&given_up), "and is given up");
        assert_eq!(requests(&given_up, Method::Bye).len(), 1, "the client may think that it stands");
        assert_eq!(codes(&bye(&mut rig, 0)), [481]);
    }

    /// H-16: the same actions for every order of ACK and BYE.
    fn pull_8_3_1_6_3_38_ack_and_bye_at_any_time(rules) {
        let acts = |before: &[Method]| {
            let mut rig = queued(rules, &[(axis::PUSH_PACING, "on-2xx")], 2);
            let mut said = pull_all(&mut rig, 0);
            for method in before {
                in_dialog(&mut rig, *method, 0, 0);
            }
            let mut moved = Vec::new();
            for _ in 0..2 {
                moved.push(pager_of(&said.leg()).message.0);
                said = rig.ok(&said.leg());
            }
            moved
        };
        for order in [&[][..], &[Method::Ack], &[Method::Bye], &[Method::Ack, Method::Bye], &[Method::Bye, Method::Ack]] {
            assert_eq!(acts(order), [0, 1], "{order:?}");
        }
    }

    /// H-10.
    fn pull_8_3_1_6_3_39_first_come_first_served(rules) {
        let mut rig = queued(rules, &[], 1);
        let first = pull_all(&mut rig, 0);
        let second = pull_all(&mut rig, 1);
        assert!(to_devices(&second).is_empty() && second.legs().is_empty(), "it waits for its turn");
        let served = rig.ok(&first.leg());
        assert_eq!(to_devices(&served), [(1, 488, Reason::Warning(Warning::NoMessages))], "nothing is left");
        let mut more = queued(rules, &[], 2);
        let first = listed(&mut more, 0, &[(0, Deliver)]);
        pull_all(&mut more, 1);
        let served = more.ok(&first.leg());
        assert_eq!((to_devices(&served), pager_of(&served.leg()).message.0), (vec![(1, 200, Reason::None)], 1));
    }

    fn pull_r_14_no_480(rules) {
        pull_8_3_1_6_3_39_first_come_first_served(rules);
    }

    fn pull_r_13_the_later_one_is_refused(rules) {
        let mut rig = queued(rules, &[(axis::OVERLAP_INVITE, "reject-480")], 1);
        let first = pull_all(&mut rig, 0);
        assert_eq!(codes(&pull_all(&mut rig, 1)), [480]);
        rig.ok(&first.leg());
        assert_eq!(codes(&pull(&mut rig, 1, 1, None)), [488], "there is none in process any more");
    }

    /// H-12, A-15.
    fn own_guard_same_client_in_order(rules) {
        let overlap = |set: Set| {
            let mut rig = queued(rules, set, 2);
            pull(&mut rig, 0, 0, Some(&[(0, Some(Deliver))]));
            let said = pull(&mut rig, 0, 1, None);
            assert!(said.guards(axis::GUARD_SAME_CLIENT_IN_ORDER));
            said.legs().len()
        };
        assert_eq!(overlap(&[]), 0, "one after the other");
        assert_eq!(overlap(&[(axis::GUARD_SAME_CLIENT_IN_ORDER, "off")]), 1, "side by side");
    }

    /// H-11.
    fn own_guard_hide_in_delivery(rules) {
        let overlap = |set: Set| {
            let mut rig = queued(rules, set, 1);
            pull_all(&mut rig, 0);
            pull_all(&mut rig, 1).legs().len()
        };
        assert_eq!(overlap(&[]), 0);
        let off = [(axis::GUARD_HIDE_IN_DELIVERY, "off")];
        let mut rig = queued(rules, &off, 1);
        let first = pull_all(&mut rig, 0);
        let second = pull_all(&mut rig, 1);
        assert_eq!((second.legs().len(), codes(&second)), (1, vec![200]), "it is offered until it is removed");
        assert!(rig.ok(&first.leg()).settles());
        let last = rig.ok(&second.leg());
        assert_eq!(items(&last), [(0, ItemResult::Moved)]);
        // A push meets the same guard (H-28).
        let pushed = |set: Set| {
            let set: Vec<(AxisId, &str)> = set.iter().copied().chain([(axis::DEFERRED_MODE, "auto-push")]).collect();
            let mut rig = queued(rules, &set, 1);
            pull_all(&mut rig, 0);
            let said = rig.register(&[0, 1, 2]);
            assert!(said.guards(axis::GUARD_HIDE_IN_DELIVERY));
            said.legs().len()
        };
        assert_eq!((pushed(&[]), pushed(&off)), (0, 1));
    }

    fn pull_8_3_1_6_3_43_the_order_of_the_steps(rules) {
        let mut rig = queued(rules, &[], 4);
        let said = listed(&mut rig, 0, &[(0, Deliver), (1, Store), (2, Interwork), (3, Delete)]);
        let claimed = said.0.iter().filter_map(|o| match o {
            Output::Milestone(_, Milestone::Claimed { message, by: Claim::Pull }) => Some(message.0),
            _ => None,
        });
        assert_eq!(claimed.collect::<Vec<_>>(), [3, 2, 1, 0]);
        let at = |wanted: &dyn Fn(&Output) -> bool| said.place(wanted);
        let deleted = at(&|o| matches!(o, Output::Milestone(_, Milestone::CopyEnd { fate: Fate::Deleted, .. })));
        let handed = at(&|o| matches!(o, Output::Send { to: ISF, .. }));
        let stored = at(&|o| matches!(o, Output::Send { to: MSS, .. }));
        let sent = at(&|o| matches!(o, Output::Send { to: CORE, pdu: Pdu::Request(r) } if matches!(r.body, Body::Pager(_))));
        assert!(deleted < handed && handed < stored && stored < sent);
        // The first action wins where a message is named twice.
        let mut twice = queued(rules, &[], 1);
        let said = listed(&mut twice, 0, &[(0, Deliver), (0, Delete)]);
        assert_eq!((items(&said), said.legs().len()), (vec![(0, ItemResult::Gone), (0, ItemResult::Moved)], 0));
    }

    fn sd23_5_2_2_2_2_09_what_was_retrieved_is_removed(rules) {
        let mut rig = queued(rules, &[], 2);
        let said = listed(&mut rig, 0, &[(0, Deliver)]);
        assert!(!said.settles());
        let taken = rig.ok(&said.leg());
        assert!(taken.settles() && taken.says(|m| matches!(m, Milestone::Leave { message: MessageId(0), .. })));
        let mut on_send = queued(rules, &[(axis::PULL_REMOVE, "on-send")], 1);
        let said = pull_all(&mut on_send, 0);
        assert!(said.settles());
        assert_eq!(items(&on_send.answer(&said.leg(), 480, Reason::None)), [(0, ItemResult::Failed)], "and is gone");
    }

    fn sd23_5_2_2_2_2_10_other_treatment(rules) {
        sd23_5_2_2_2_2_09_what_was_retrieved_is_removed(rules);
    }

    ///
    fn own_faulty_entry(rules) {
        let mut rig = queued(rules, &[], 1);
        let said = pull(&mut rig, 0, 0, Some(&[(0, None)]));
        assert_eq!((codes(&said), items(&said), said.legs().len()), (vec![200], vec![(0, ItemResult::Faulty)], 0));
        assert_eq!(pull(&mut rig, 0, 1, None).legs().len(), 1, "its message is there");
    }

    /// H-45.
    fn own_paused_pull(rules) {
        let paused = |set: Set| {
            let mut rig = rig_of(rules, set, &[0], |s| s.deferred.paused = Arc::from([(SimTime::ZERO, SimTime::NEVER)]));
            rig.message();
            codes(&pull_all(&mut rig, 0))
        };
        assert_eq!(paused(&[]), [200]);
        assert_eq!(paused(&[(axis::PAUSED_PULL, "refuse")]), [480]);
    }

    /// H-21.
    fn own_dnd_pull(rules) {
        let disturbed = |set: Set| {
            let mut rig = rig_of(rules, set, &[0], |s| {
                with(s, rule(Actions { do_not_disturb: true, ..Actions::default() }));
            });
            rig.message();
            codes(&pull_all(&mut rig, 0))
        };
        assert_eq!(disturbed(&[]), [200]);
        assert_eq!(disturbed(&[(axis::DND_PULL, "refuse")]), [480]);
    }

    fn own_pull_check_empty(rules) {
        let mut rig = queued(rules, &[(axis::PULL_CHECK_EMPTY, "at-arrival")], 1);
        let first = pull_all(&mut rig, 0);
        let second = pull_all(&mut rig, 1);
        assert_eq!(to_devices(&second), [(1, 200, Reason::None)], "the queue is not empty yet");
        let served = rig.ok(&first.leg());
        assert!(to_devices(&served).is_empty() && served.legs().is_empty(), "a hollow pull");
        assert_eq!(codes(&pull(&mut rig, 1, 1, None)), [488]);
    }

    /// H-17.
    fn own_pull_all_scope(rules) {
        let late = |set: Set| {
            let mut rig = queued(rules, set, 1);
            pull_all(&mut rig, 0);
            let said = rig.message();
            (said.legs().len(), told(&said).len())
        };
        assert_eq!(late(&[]), (0, 2), "left for the next notification");
        assert_eq!(late(&[(axis::PULL_ALL_SCOPE, "live")]), (1, 0), "it belongs to the pull");
    }

    ///
    fn own_pull_all_unsuitable(rules) {
        let asked = |set: Set| {
            let mut rig = rig(rules, set, &[]);
            let text = Capabilities { contents: crate::delivery::Contents::NONE.with(Content::Text), ..Capabilities::FULL };
            let event = ContactEvent::Registered;
            rig.register_as(Box::from([Contact { client: device(0), active: true, event, primary: true, capabilities: text }]));
            let image = Pager { content: Content::Image, ..rig.pager() };
            rig.send(image);
            rig.message();
            let said = pull_all(&mut rig, 0);
            (rig, said)
        };
        let (mut rig, said) = asked(&[]);
        assert_eq!(said.legs().len(), 2, "sent all the same");
        let refused = rig.answer(&said.legs()[0], 415, Reason::None);
        assert!(!refused.settles() && refused.handed().is_empty());
        assert_eq!(items(&refused), [(0, ItemResult::Failed)], "and stays queued");
        assert_eq!(asked(&[(axis::PULL_ALL_UNSUITABLE, "skip")]).1.legs().len(), 1);
    }

    fn own_pull_refresh_notify(rules) {
        let pulled = |set: Set| {
            let mut rig = queued(rules, set, 2);
            let said = listed(&mut rig, 0, &[(0, Deliver)]);
            let ended = rig.ok(&said.leg());
            notices(&ended).iter().map(|(r, n)| (r.target, n.number)).collect::<Vec<_>>()
        };
        assert!(pulled(&[]).is_empty());
        assert_eq!(pulled(&[(axis::PULL_REFRESH_NOTIFY, "on")]), [(Target::Contact(TO, device(1)), 1)]);
    }

    /// H-15: the client that pulled is gone.
    fn own_requeue_notice(rules) {
        let mut rig = queued(rules, &[], 1);
        pull_all(&mut rig, 0);
        let failed = no_answer(&mut rig);
        assert!(failed.says(|m| matches!(m, Milestone::Released { .. })));
        assert_eq!((items(&failed), told(&failed)), (vec![(0, ItemResult::Failed)], vec![device(1)]));
        assert_eq!(told(&rig.register(&[0, 1])), [device(0)], "when it is there again");
        let mut off = queued(rules, &[(axis::GUARD_REQUEUE_ON_FAILURE, "off")], 1);
        pull_all(&mut off, 0);
        assert!(no_answer(&mut off).says(|m| matches!(m, Milestone::CopyEnd { fate: Fate::Lost(_), .. })));
    }

    /// H-13: expiry at every point of a pull.
    fn own_guard_expiry_stops_at_claim_of_a_pull(rules) {
        let expiry = |t: &Timer| matches!(t, Timer::DeferredExpiry { .. });
        let begun = |set: Set| {
            let mut rig = rig_of(rules, set, &[0], |s| s.expiry = Span::from_secs(10));
            rig.message();
            let said = pull_all(&mut rig, 0);
            let expired = rig.fire(expiry);
            (rig, said.leg(), expired)
        };
        let (mut kept, leg, expired) = begun(&[]);
        assert!(expired.guards(axis::GUARD_EXPIRY_STOPS_AT_CLAIM) && !expired.settles());
        assert!(!kept.ok(&leg).says(|m| matches!(m, Milestone::Expire { .. })), "delivered after its life");
        let (mut failed, leg, _) = begun(&[]);
        let ended = failed.answer(&leg, 480, Reason::None);
        assert!(ended.says(|m| matches!(m, Milestone::Expire { .. })), "it expires at once");
        assert_eq!(items(&ended), [(0, ItemResult::Failed)]);
        let (mut off, leg, expired) = begun(&[(axis::GUARD_EXPIRY_STOPS_AT_CLAIM, "off")]);
        assert!(expired.settles(), "removed in mid-delivery");
        assert_eq!(items(&off.ok(&leg)).len(), 1);
        // Before the pull: 488.
        let mut gone = rig(rules, &[], &[0]);
        gone.message();
        gone.fire(expiry);
        assert_eq!(codes(&pull_all(&mut gone, 0)), [488]);
    }

    fn own_pull_teardown(rules) {
        let mut rig = queued(rules, &[(axis::PULL_TEARDOWN, "pf")], 1);
        pull_all(&mut rig, 0);
        let byes = requests(&ack(&mut rig, 0), Method::Bye);
        assert_eq!(byes.len(), 1);
        assert_eq!(byes[0].target, Target::Contact(TO, device(0)));
        let mut client = queued(rules, &[], 1);
        pull_all(&mut client, 0);
        assert!(requests(&ack(&mut client, 0), Method::Bye).is_empty(), "the client closes it");
    }

    fn own_pull_transport(rules) {
        let mut rig = queued(rules, &[IN_SESSION, (axis::PULL_TEARDOWN, "after-retrieval")], 2);
        let said = pull_all(&mut rig, 0);
        let sent = sends(&said);
        assert_eq!((said.legs().len(), sent.len()), (0, 2), "inside the session");
        assert!(respond(&mut rig, &sent[0], 200).settles());
        let ended = bye(&mut rig, 0);
        assert_eq!(items(&ended), [(1, ItemResult::Failed)], "its end ends what is under way");
        assert!(done(&ended) && ended.says(|m| matches!(m, Milestone::SessionEnd { complete: false, .. })));
        assert!(respond(&mut rig, &sent[1], 200).says(|m| matches!(m, Milestone::LateResponse)));
        // Nothing happens for too long.
        let mut silent = queued(rules, &[IN_SESSION], 1);
        pull_all(&mut silent, 0);
        let given_up = silent.fire(|t| matches!(t, Timer::DialogEnd { .. }));
        assert_eq!(items(&given_up), [(0, ItemResult::Failed)]);
        // The PF closes when the last has been answered.
        let mut closed = queued(rules, &[IN_SESSION, (axis::PULL_TEARDOWN, "pf")], 1);
        let sent = sends(&pull_all(&mut closed, 0));
        assert!(requests(&ack(&mut closed, 0), Method::Bye).is_empty());
        assert_eq!(requests(&respond(&mut closed, &sent[0], 200), Method::Bye).len(), 1);
    }

    fn own_pull_pacing(rules) {
        let mut one_by_one = queued(rules, &[(axis::PUSH_PACING, "on-2xx")], 3);
        let said = pull_all(&mut one_by_one, 0);
        let next = one_by_one.ok(&said.leg());
        assert_eq!(pager_of(&next.leg()).message.0, 1);
        let broken = one_by_one.answer(&next.leg(), 480, Reason::None);
        assert!(broken.legs().is_empty());
        assert_eq!(items(&broken).len(), 2, "the rest is queued again");
        let mut gap = rig_of(rules, &[], &[0], |s| s.push_gap = Span::from_secs(1));
        gap.message();
        gap.message();
        assert_eq!(pull_all(&mut gap, 0).legs().len(), 1);
        assert_eq!(gap.fire(|t| matches!(t, Timer::PullGap { .. })).legs().len(), 1);
    }
}
