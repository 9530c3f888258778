//! Notification of deferred messages: rounds in band and out of band, and what holds, repeats and follows them.

use super::*;
use crate::delivery::milestone::Channel;
use crate::delivery::suite::clause_tests;
use crate::delivery::{Notice, NoticeKind, Party, Push, Question, axes as axis, wire};

const PUSH: FunctionId = FunctionId(5);

const PULL: (AxisId, &str) = (axis::DEFERRED_MODE, "notify-pull");

fn defers() -> Policy {
    rule(Actions { defer: true, ..Actions::default() })
}

/// A recipient whose rule defers everything, so that a registered client is told and not served.
pub(super) fn rig(rules: Rules, set: Set, devices: &[u32]) -> Rig {
    rig_of(rules, set, devices, |_| ())
}

pub(super) fn rig_of(rules: Rules, set: Set, devices: &[u32], change: impl FnOnce(&mut PfSetup)) -> Rig {
    let all: Vec<(AxisId, &str)> = [PULL].into_iter().chain(set.iter().copied()).collect();
    let mut rig = Rig::new(rules, Profile::Latest, &all, |s| {
        with(s, defers());
        s.deferred.push = Some(PUSH);
        change(s);
    });
    rig.register(devices);
    rig
}

/// A notification on its way, and to whom.
pub(super) fn notices(said: &Said) -> Vec<(Request, Notice)> {
    let sent = said.0.iter().filter_map(|o| match o {
        Output::Send { to: CORE, pdu: Pdu::Request(r) } => match &r.body {
            Body::Notice(notice) => Some((r.clone(), (**notice).clone())),
            _ => None,
        },
        _ => None,
    });
    sent.collect()
}

/// The devices told in band.
pub(super) fn told(said: &Said) -> Vec<FunctionId> {
    let told = notices(said).into_iter().map(|(request, _)| match request.target {
        Target::Contact(TO, client) => client,
        other => panic!("a notification is for one client: {other:?}"),
    });
    let mut told: Vec<FunctionId> = told.collect();
    told.sort_unstable();
    told
}

fn pushes(said: &Said) -> Vec<(FunctionId, bool, Notice)> {
    let sent = said.0.iter().filter_map(|o| match o {
        Output::Send { to: PUSH, pdu: Pdu::Push(Push::Submit { device, by_sip_uri, notice }) } => {
            Some((*device, *by_sip_uri, (**notice).clone()))
        }
        _ => None,
    });
    sent.collect()
}

/// The identities in all lists of a round.
fn listed(said: &Said) -> Vec<u32> {
    notices(said).iter().flat_map(|(_, n)| n.list.iter().map(|w| w.uri_id.0)).collect()
}

fn disturbed() -> Policy {
    rule(Actions { defer: true, do_not_disturb: true, ..Actions::default() })
}

fn undisturbed(rig: &mut Rig) -> Said {
    rig.tell(Input::Policy { user: TO, policy: 0 })
}

fn no_images(n: u32) -> Contact {
    let capabilities = Capabilities { contents: crate::delivery::Contents::NONE.with(Content::Text), ..Capabilities::FULL };
    Contact { client: device(n), active: true, event: ContactEvent::Registered, primary: n == 0, capabilities }
}

fn image(rig: &mut Rig) -> Said {
    let pager = Pager { content: Content::Image, ..rig.pager() };
    rig.send(pager)
}

clause_tests! {
    fn sd23_5_2_2_2_03_both_mechanisms(rules) {
        let mut pulled = rig(rules, &[], &[]);
        pulled.message();
        let said = pulled.register(&[0]);
        assert_eq!((said.legs().len(), told(&said).len()), (0, 1), "notify and pull");
        let mut pushed = rig(rules, &[(axis::DEFERRED_MODE, "auto-push")], &[]);
        pushed.message();
        let said = pushed.register(&[0]);
        assert_eq!((said.legs().len(), told(&said).len()), (1, 0), "push");
    }

    fn sd23_5_2_2_2_1_01_the_mode_decides(rules) {
        sd23_5_2_2_2_03_both_mechanisms(rules);
    }

    fn sd23_5_2_2_2_04_registration_starts_it(rules) {
        let mut rig = rig(rules, &[], &[]);
        assert!(told(&rig.message()).is_empty());
        assert_eq!(told(&rig.register(&[1])), [device(1)]);
    }

    fn sd23_5_2_2_2_05_the_pf_waits_for_a_pull(rules) {
        let mut rig = rig(rules, &[], &[0]);
        let said = rig.message();
        assert_eq!((said.legs().len(), told(&said)), (0, vec![device(0)]));
        assert!(!said.settles(), "it stays queued");
        let again = rig.register(&[0]);
        assert!(told(&again).is_empty() && again.legs().is_empty(), "it has been told");
    }

    fn pull_r_01_in_outline(rules) {
        sd23_5_2_2_2_05_the_pf_waits_for_a_pull(rules);
    }

    fn pull_r_11_what_waiting_means(rules) {
        sd23_5_2_2_2_05_the_pf_waits_for_a_pull(rules);
    }

    fn pull_8_3_1_6_3_19_nothing_more_for_the_same_messages(rules) {
        let mut rig = rig(rules, &[], &[0]);
        let said = rig.message();
        rig.ok(&notices(&said)[0].0);
        assert!(told(&rig.register(&[0])).is_empty());
        assert!(!rig.runs(|t| matches!(t, Timer::ReminderDue { .. } | Timer::PushAfter { .. })));
        assert_eq!(listed(&rig.message()), [0, 1], "a new message is another matter");
    }

    fn pull_8_3_1_6_3_01_do_not_disturb_is_looked_at_first(rules) {
        let mut rig = rig_of(rules, &[], &[0], |s| with(s, disturbed()));
        let said = rig.message();
        assert!(said.defers() && told(&said).is_empty());
    }

    fn pull_8_3_1_6_3_02_while_it_stands_nobody_is_told(rules) {
        let mut rig = rig_of(rules, &[], &[0], |s| with(s, disturbed()));
        rig.message();
        assert!(told(&rig.register(&[0, 1])).is_empty());
    }

    fn pull_8_3_1_6_3_03_then_it_goes_out(rules) {
        let mut rig = rig_of(rules, &[], &[0], |s| with(s, disturbed()));
        rig.message();
        let said = undisturbed(&mut rig);
        assert_eq!(told(&said), [device(0)]);
        assert!(said.legs().is_empty(), "told, not served");
        let mut unwatched = rig_of(rules, &[(axis::GUARD_DND_CHANGE_WATCHED, "off")], &[0], |s| with(s, disturbed()));
        unwatched.message();
        assert!(told(&undisturbed(&mut unwatched)).is_empty());
        assert_eq!(told(&unwatched.register(&[0, 1])), [device(0), device(1)], "at the next event");
    }

    fn pull_8_3_1_6_3_04_each_registered_client(rules) {
        let mut rig = rig(rules, &[], &[0, 2]);
        assert_eq!(told(&rig.message()), [device(0), device(2)]);
    }

    fn pull_r_06_for_each_client_by_itself(rules) {
        pull_8_3_1_6_3_04_each_registered_client(rules);
    }

    fn sd23_5_2_2_2_2_01_to_the_clients(rules) {
        pull_8_3_1_6_3_04_each_registered_client(rules);
    }

    fn pull_8_3_1_6_3_05_suitable_for_one_at_least(rules) {
        let mut rig = rig(rules, &[], &[]);
        rig.register_as(Box::from([no_images(0)]));
        assert!(told(&image(&mut rig)).is_empty(), "it can take none");
        assert_eq!(told(&rig.message()), [device(0)], "it can take one");
    }

    fn pull_8_3_1_6_3_40_the_same_notion_as_for_messages(rules) {
        pull_8_3_1_6_3_05_suitable_for_one_at_least(rules);
    }

    fn pull_r_15_one_strict_notion(rules) {
        pull_8_3_1_6_3_05_suitable_for_one_at_least(rules);
    }

    fn pull_r_07_a_looser_notion(rules) {
        let mut rig = rig(rules, &[(axis::NOTIFY_SUITABILITY, "relaxed")], &[]);
        rig.register_as(Box::from([no_images(0)]));
        assert_eq!(told(&image(&mut rig)), [device(0)]);
    }

    fn pull_8_3_1_6_3_06_a_message(rules) {
        let mut rig = rig(rules, &[], &[0]);
        assert_eq!(notices(&rig.message())[0].0.method, Method::Message);
    }

    fn pull_8_3_1_6_3_13_towards_the_client(rules) {
        let mut rig = rig(rules, &[], &[0]);
        assert_eq!(notices(&rig.message()).len(), 1);
    }

    fn sd23_5_2_2_1_1_25_a_notify(rules) {
        let mut rig = rig(rules, &[(axis::NOTIFICATION_METHOD, "sip-notify")], &[0]);
        assert_eq!(notices(&rig.message())[0].0.method, Method::Notify);
    }

    fn pull_8_3_1_6_3_07_the_tag_of_system_messages(rules) {
        let mut rig = rig(rules, &[], &[0]);
        assert_eq!(notices(&rig.message())[0].0.icsi, Icsi::SystemMsg);
    }

    fn pull_8_3_1_6_3_08_the_address_of_the_client(rules) {
        let mut rig = rig(rules, &[], &[1]);
        assert_eq!(notices(&rig.message())[0].0.target, Target::Contact(TO, device(1)));
    }

    fn pull_8_3_1_6_3_09_the_pf_is_the_originator(rules) {
        let mut rig = rig(rules, &[], &[0]);
        assert_eq!(notices(&rig.message())[0].0.parties(), (Party::Management, Party::User(TO)));
    }

    fn pull_8_3_1_6_3_11_all_messages_are_listed(rules) {
        let mut rig = rig(rules, &[], &[]);
        rig.register_as(Box::from([no_images(0)]));
        image(&mut rig);
        assert_eq!(listed(&rig.message()), [0, 1], "also what it cannot take");
    }

    fn pull_8_3_1_6_3_34_and_again_in_the_next_one(rules) {
        let mut rig = rig(rules, &[], &[]);
        rig.register_as(Box::from([no_images(0)]));
        rig.message();
        image(&mut rig);
        assert_eq!(listed(&rig.message()), [0, 1, 2]);
    }

    fn pull_r_08_enough_to_act_on(rules) {
        pull_8_3_1_6_3_11_all_messages_are_listed(rules);
    }

    fn pull_8_3_1_6_3_12_metadata(rules) {
        let mut rig = rig(rules, &[], &[0]);
        let expires = SimTime::from_ns(3_600_000_000_000);
        let pager = Pager { bytes: 321, content: Content::Vcard, expires, ..rig.pager() };
        let described = notices(&rig.send(pager))[0].1.list[0];
        assert_eq!((described.from, described.bytes, described.subject), (Some(FROM), 321, 12));
        assert_eq!((described.content, described.expires, described.uri_id), (Content::Vcard, expires, pager.message));
        let hidden = Pager { anonymous: true, ..rig.pager() };
        assert_eq!(notices(&rig.send(hidden))[0].1.list[1].from, None, "but not of one who hides");
    }

    fn sd23_5_2_2_1_1_27_metadata(rules) {
        pull_8_3_1_6_3_12_metadata(rules);
    }

    fn sd23_5_2_2_2_2_02_metadata(rules) {
        pull_8_3_1_6_3_12_metadata(rules);
    }

    fn pull_8_3_1_6_3_18_several_messages_where_one_is_too_small(rules) {
        let mut rig = rig(rules, &[], &[]);
        for _ in 0..7 {
            rig.message();
        }
        let sent = notices(&rig.register(&[0]));
        // No MESSAGE is longer than 1300 bytes, and one message more would not have fitted in any but the last.
        let parts = sent.len();
        for (at, (request, notice)) in sent.iter().enumerate() {
            assert_eq!((notice.part as usize, notice.parts as usize, notice.number), (at + 1, parts, 7));
            let size = wire::size(&Pdu::Request(request.clone())).expect("SIP has a size");
            assert!(size <= 1300, "{size}");
            assert!(at + 1 == parts || size + wire::entry_size(&notice.list[0]) > 1300, "{size}");
        }
        assert!(parts > 1, "{parts}");
        let together: Vec<u32> = sent.iter().flat_map(|(_, n)| n.list.iter().map(|w| w.uri_id.0)).collect();
        assert_eq!(together, [0, 1, 2, 3, 4, 5, 6]);
    }

    fn pull_8_3_1_6_3_14_out_of_band_where_no_client_is_suitable(rules) {
        let mut rig = rig(rules, &[], &[]);
        let said = rig.message();
        assert_eq!(pushes(&said).iter().map(|(d, ..)| *d).collect::<Vec<_>>(), [device(0), device(1), device(2)]);
        assert!(said.says(|m| matches!(m, Milestone::Notify { channel: Channel::OutOfBand, number: 1, .. })));
        let mut reached = super::notifying::rig(rules, &[], &[2]);
        assert!(pushes(&reached.message()).is_empty(), "one client is suitable");
        // H-20: what went out of band is told in band to a client that comes.
        assert_eq!(told(&rig.register(&[1])), [device(1)]);
    }

    fn sd23_5_2_2_2_2_08_when_by_push(rules) {
        pull_8_3_1_6_3_14_out_of_band_where_no_client_is_suitable(rules);
    }

    fn pull_8_3_1_6_3_15_not_while_retrieval_is_paused(rules) {
        let at = |s: u64| SimTime::from_ns(s * 1_000_000_000);
        let mut paused = rig_of(rules, &[], &[], |s| s.deferred.paused = Arc::from([(at(0), at(60))]));
        assert!(pushes(&paused.message()).is_empty());
        paused.now = at(60);
        assert_eq!(pushes(&paused.message()).len(), 3, "the pause is over");
    }

    fn pull_8_3_1_6_3_16_all_or_selected(rules) {
        let mut rig = rig(rules, &[(axis::OOB_TARGET, "selected")], &[]);
        let said = rig.message();
        let asks = |d| said.0.contains(&Output::Ask(Question::PushSelected { device: d }));
        assert!(pushes(&said).is_empty() && (0..3).all(|n| asks(device(n))));
        let no = rig.tell(Input::Told(Question::PushSelected { device: device(0) }, crate::delivery::Answer::Yes(false)));
        let yes = rig.tell(Input::Told(Question::PushSelected { device: device(1) }, crate::delivery::Answer::Yes(true)));
        assert_eq!((pushes(&no).len(), pushes(&yes).len()), (0, 1));
    }

    fn pull_r_16_a_subset_of_the_devices(rules) {
        pull_8_3_1_6_3_16_all_or_selected(rules);
    }

    fn pull_r_09_not_by_sip_address(rules) {
        let by_sip_uri = |set: Set| pushes(&rig(rules, set, &[]).message())[0].1;
        assert!(!by_sip_uri(&[]));
        assert!(by_sip_uri(&[(axis::OOB_ADDRESS, "sip-uri")]));
    }

    fn pull_8_3_1_6_3_17_a_summary_of_several(rules) {
        let of = |set: Set| {
            let mut rig = rig(rules, set, &[]);
            let one = pushes(&rig.message())[0].2.clone();
            let two = pushes(&rig.message())[0].2.clone();
            ((one.number, one.list.len()), (two.number, two.list.len()))
        };
        assert_eq!(of(&[]), ((1, 1), (2, 0)), "a single one is never told of by its number alone");
        assert_eq!(of(&[(axis::OOB_CONTENT, "full")]), ((1, 1), (2, 2)));
    }

    fn pull_r_10_what_a_summary_is(rules) {
        pull_8_3_1_6_3_17_a_summary_of_several(rules);
    }

    /// H-19.
    fn own_guard_failed_notification_not_sent(rules) {
        let failed = |set: Set| {
            let mut rig = rig(rules, set, &[0]);
            let said = rig.message();
            let said = rig.answer(&notices(&said)[0].0, 480, Reason::None);
            assert!(said.says(|m| matches!(m, Milestone::NotifyFailed { .. })));
            assert!(said.guards(axis::GUARD_FAILED_NOTIFICATION_NOT_SENT));
            told(&rig.register(&[0]))
        };
        assert_eq!(failed(&[]), [device(0)], "it is told again");
        assert!(failed(&[(axis::GUARD_FAILED_NOTIFICATION_NOT_SENT, "off")]).is_empty());
    }

    /// H-20.
    fn own_renotify(rules) {
        let late = |set: Set| {
            let mut rig = rig(rules, set, &[0]);
            rig.message();
            told(&rig.register(&[0, 1]))
        };
        assert_eq!(late(&[]), [device(1)], "the new client only");
        assert!(late(&[(axis::RENOTIFY, "never")]).is_empty());
    }

    fn own_reminder(rules) {
        let mut rig = rig_of(rules, &[], &[0], |s| s.deferred.reminders = 2);
        let due = |t: &Timer| matches!(t, Timer::ReminderDue { .. });
        rig.message();
        for _ in 0..2 {
            let said = rig.fire(due);
            assert_eq!(notices(&said)[0].1.kind, NoticeKind::Reminder);
        }
        assert!(!rig.runs(due), "that was the last");
    }

    fn own_pull_then_push(rules) {
        let due = |t: &Timer| matches!(t, Timer::PushAfter { .. });
        let mut rig = rig(rules, &[(axis::DEFERRED_MODE, "pull-then-push")], &[0]);
        let said = rig.message();
        assert!(!rig.runs(due), "nobody is known to have been told");
        rig.ok(&notices(&said)[0].0);
        let said = rig.fire(due);
        let leg = said.leg();
        rig.ok(&leg);
        assert!(!rig.runs(due));
        let mut waits = super::notifying::rig(rules, &[], &[0]);
        let said = waits.message();
        waits.ok(&notices(&said)[0].0);
        assert!(!waits.runs(due), "no push without the axis");
    }

    fn own_pull_then_push_runs_from_when_somebody_is_told(rules) {
        let due = |t: &Timer| matches!(t, Timer::PushAfter { .. });
        let mode = (axis::DEFERRED_MODE, "pull-then-push");
        let mut away = rig(rules, &[mode], &[]);
        away.message();
        assert!(!away.runs(due), "nobody was there to be told");
        let said = away.register(&[0]);
        assert!(!away.runs(due));
        let refused = away.answer(&notices(&said)[0].0, 480, Reason::None);
        assert!(refused.says(|m| matches!(m, Milestone::NotifyFailed { .. })) && !away.runs(due));
        let said = away.register(&[0, 1]);
        let notices = notices(&said);
        let to_second = notices.iter().find(|(r, _)| r.target == Target::Contact(TO, device(1))).expect("it is told");
        away.ok(&to_second.0);
        assert!(away.runs(due));
        // Nobody is there when the time is over: it runs again from the return of one that was told, or is told no more.
        for renotify in ["on-registration", "never"] {
            let mut gone = rig(rules, &[mode, (axis::RENOTIFY, renotify)], &[0]);
            let said = gone.message();
            gone.ok(&super::notifying::notices(&said)[0].0);
            gone.register(&[]);
            assert!(gone.fire(due).legs().is_empty() && !gone.runs(due));
            gone.register(&[0]);
            assert!(gone.runs(due), "{renotify}");
            assert_eq!(gone.fire(due).legs().len(), 1);
        }
    }

    fn own_expiry_notice(rules) {
        let expired = |set: Set| {
            let mut rig = rig(rules, set, &[0]);
            rig.message();
            let said = rig.fire(|t| matches!(t, Timer::DeferredExpiry { .. }));
            notices(&said).iter().map(|(_, n)| (n.kind, n.list.len())).collect::<Vec<_>>()
        };
        assert_eq!(expired(&[(axis::EXPIRY_NOTICE, "on")]), [(NoticeKind::Expired, 1)]);
        assert!(expired(&[]).is_empty());
    }

    fn pull_8_3_1_6_3_20_expiry_goes_on_in_the_wait(rules) {
        let mut rig = rig(rules, &[], &[0]);
        rig.message();
        let said = rig.fire(|t| matches!(t, Timer::DeferredExpiry { .. }));
        assert!(said.says(|m| matches!(m, Milestone::Expire { .. })) && said.settles());
    }

    fn own_expiry_policy(rules) {
        let expired = |set: Set, written: bool| {
            let mut rig = rig(rules, set, &[0]);
            rig.message();
            let said = rig.fire(|t| matches!(t, Timer::DeferredExpiry { .. }));
            if said.appends().is_empty() {
                return (0, said.reports());
            }
            let stored = rig.appended(&said, written);
            assert!(stored.settles());
            (said.appends().len(), stored.reports())
        };
        let store = [(axis::EXPIRY_POLICY, "store")];
        assert_eq!(expired(&store, true), (1, vec![]), "no delivery is reported");
        assert_eq!(expired(&store, false), (1, vec![Disposition::Failed]), "what the store does not take is deleted");
        assert_eq!(expired(&[], true), (0, vec![Disposition::Failed]));
    }
}
