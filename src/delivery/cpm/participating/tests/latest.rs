//! 2015, 8.3.1.1: how the steps are carried out.

use super::*;
use crate::delivery::suite::clause_tests;
use crate::delivery::{Factor, MessageId, axes as axis};

fn stores() -> Policy {
    rule(Actions { store: true, ..Actions::default() })
}

clause_tests! {
    fn iw15_8_3_1_1_13_a_stored_message_asks_for_no_delivery_report(rules) {
        let object = Rig::latest(rules, stores(), &[0]).message().appends()[0].0;
        assert!(!object.dispositions.positive && !object.dispositions.negative);
    }

    fn iw15_8_3_1_1_14_a_stored_message_still_asks_for_a_read_report(rules) {
        let mut rig = Rig::latest(rules, stores(), &[0]);
        assert!(rig.message().appends()[0].0.dispositions.display);
        let pager = rig.pager();
        let unasked = rig.send(Pager { dispositions: Dispositions::default(), ..pager });
        assert!(!unasked.appends()[0].0.dispositions.display, "nothing is asked for that the sender did not ask for");
    }

    fn iw15_8_3_1_1_15_allow_store_makes_one_object_and_no_delivery(rules) {
        let mut rig = Rig::latest(rules, stores(), &[0, 1]);
        let said = rig.message();
        let [(object, _)] = said.appends()[..] else { panic!("one object, not {:?}", said.appends()) };
        assert_eq!((object.owner, object.storing, object.bytes), (TO, crate::delivery::Storing::Delivery, 100));
        assert!(said.legs().is_empty() && said.codes().is_empty(), "no client gets it, and nothing is answered before it is written");
        let done = rig.appended(&said, true);
        assert!(done.says(|m| matches!(m, Milestone::Store { ok: true, .. })) && done.settles());
        assert_eq!(rig.held(&[]), 0, "the message has ended in the store");
        let delivered = Rig::latest(rules, Policy::default(), &[0, 1]).message();
        assert!(delivered.appends().is_empty(), "nothing is stored without the rule");
    }

    fn iw15_8_3_1_1_15_the_object_keeps_the_message_id_of_before_a_retargeting(rules) {
        let mut rig = Rig::latest(rules, stores(), &[0]);
        let pager = rig.pager();
        let said = rig.send(Pager { original: MessageId(77), ..pager });
        let [(object, _)] = said.appends()[..] else { panic!("one object, not {:?}", said.appends()) };
        assert_eq!((object.message, object.original), (pager.message, MessageId(77)));
    }

    fn iw15_8_3_1_1_16_a_stored_message_is_reported_as_delivered_if_asked(rules) {
        let mut rig = Rig::latest(rules, stores(), &[0]);
        let said = rig.message();
        assert!(said.reports().is_empty(), "not before it is written");
        assert_eq!(rig.appended(&said, true).reports(), [Disposition::Delivered]);
        let pager = rig.pager();
        let unasked = rig.send(Pager { dispositions: Dispositions { negative: true, display: true, positive: false }, ..pager });
        assert!(rig.appended(&unasked, true).reports().is_empty());
    }

    fn iw15_8_3_1_1_17_a_stored_message_is_answered_with_200(rules) {
        let mut rig = Rig::latest(rules, stores(), &[0]);
        let said = rig.message();
        assert_eq!(rig.appended(&said, true).codes(), [200]);
    }

    fn iw15_8_3_1_1_18_a_forwarded_message_goes_to_the_other_recipient(rules) {
        let mut rig = Rig::latest(rules, rule(forward_to(OTHER)), &[0]);
        let pager = rig.pager();
        let said = rig.send(pager);
        let onward = said.leg();
        assert_eq!((onward.target, onward.case, onward.from), (Target::User(OTHER), Case::Terminating, FROM));
        assert_eq!(onward.max_forwards, 59, "one hop less is left");
        let sent = pager_of(&onward);
        assert_eq!((sent.to, sent.original, sent.retargets), (OTHER, pager.original, 1));
        assert_ne!(sent.message, pager.message, "a new delivery duty");
        let forward = |m: &Milestone| matches!(*m, Milestone::Forward { message, into, to } if (message, into, to) == (pager.message, sent.message, OTHER));
        assert!(said.says(forward) && said.settles() && said.codes().is_empty());
        assert_eq!(rig.held(&[&onward]), 0);
        // Its final response is the originator's, with what it says.
        let reason = Reason::Warning(crate::delivery::Warning::FunctionNotAllowed);
        assert_eq!(rig.answer(&onward, 403, reason).answers(), [(403, reason)]);
    }

    fn iw15_8_3_1_1_20_allow_defer_puts_the_message_in_the_queue(rules) {
        let mut rig = Rig::latest(rules, rule(Actions { defer: true, ..Actions::default() }), &[0]);
        let said = rig.message();
        assert!(said.says(|m| matches!(m, Milestone::Defer { reason: crate::delivery::DeferReason::Rule, .. })));
        assert!(said.legs().is_empty() && rig.held(&[]) == 1);
        // The next registration delivers it.
        assert_eq!(rig.register(&[0, 1]).legs().len(), 1);
    }

    fn iw15_8_3_1_1_21_a_deferred_message_is_answered_with_202(rules) {
        let mut rig = Rig::latest(rules, rule(Actions { defer: true, ..Actions::default() }), &[0]);
        assert_eq!(rig.message().codes(), [202]);
    }

    fn iw15_8_3_1_1_23_do_not_disturb_defers_and_holds(rules) {
        let mut rig = Rig::latest(rules, rule(Actions { do_not_disturb: true, ..Actions::default() }), &[0]);
        let said = rig.message();
        assert!(said.says(|m| matches!(m, Milestone::Defer { reason: crate::delivery::DeferReason::DoNotDisturb, .. })));
        assert!(said.legs().is_empty());
        assert!(rig.register(&[0, 1]).legs().is_empty(), "a registration moves nothing while the rule stands");
    }

    fn iw15_8_3_1_1_24_do_not_disturb_is_answered_with_202(rules) {
        let mut rig = Rig::latest(rules, rule(Actions { do_not_disturb: true, ..Actions::default() }), &[0]);
        assert_eq!(rig.message().codes(), [202]);
    }

    fn iw15_8_3_1_1_26_offline_storage_records_before_the_delivery(rules) {
        let policy = rule(Actions { offline_storage: true, ..Actions::default() });
        let mut rig = Rig::latest(rules, policy, &[0]);
        let pager = rig.pager();
        let said = rig.send(pager);
        let [(object, _)] = said.appends()[..] else { panic!("one object, not {:?}", said.appends()) };
        assert_eq!((object.storing, object.copy, object.dispositions), (crate::delivery::Storing::Recording, None, pager.dispositions));
        let store = said.place(|o| matches!(o, Output::Send { to: MSS, .. }));
        let leg = said.place(|o| matches!(o, Output::Send { to: CORE, .. }));
        assert!(store < leg, "the record is made before the message goes out");
        // A store that fails changes nothing for the message.
        assert!(rig.appended(&said, false).0.is_empty());
        assert_eq!(rig.ok(&said.leg()).codes(), [200]);
    }

    fn iw15_8_3_1_1_12_the_isf_and_the_clients_each_get_it(rules) {
        let policy = rule(Actions { deliver_and_interwork: true, ..Actions::default() });
        let mut rig = Rig::new(rules, Profile::Latest, &[], |s| {
            with(s, policy);
            s.isf = Some(ISF);
        });
        rig.register(&[0]);
        let said = rig.message();
        assert_eq!((said.handed().len(), said.legs().len()), (1, 1), "both copies are intended");
        assert!(said.guards(axis::GUARD_SINGLE_ISF_HANDOVER));
        // The client's answer settles it, whatever comes of the short message.
        let done = rig.ok(&said.leg());
        assert!(done.settles() && done.codes() == [200]);
        assert!(rig.ok(&said.handed()[0]).codes().is_empty(), "the originator is answered once");
    }

    fn iw15_8_3_1_1_39_one_message_for_each_client(rules) {
        let mut rig = Rig::latest(rules, Policy::default(), &[0, 1, 2]);
        let said = rig.message();
        let targets: Vec<Target> = said.legs().iter().map(|r| r.target).collect();
        assert_eq!(targets, [0, 1, 2].map(|n| Target::Contact(TO, device(n))));
        assert_eq!(rig.ok(&said.legs()[1]).codes(), [200], "the first success is the answer");
        assert!(rig.ok(&said.legs()[0]).codes().is_empty());
        let alone = Rig::latest(rules, Policy::default(), &[1]).message();
        assert_eq!(alone.leg().target, Target::Contact(TO, device(1)));
    }

    fn iw15_8_3_1_1_40_a_non_cpm_delivery_goes_to_the_isf(rules) {
        let mut rig = Rig::new(rules, Profile::Latest, &[], |s| s.isf = Some(ISF));
        let said = rig.message();
        assert_eq!((said.handed().len(), said.legs().len()), (1, 0));
        assert_eq!(rig.answer(&said.handed()[0], 202, Reason::None).codes(), [202], "the answer of the ISF is the originator's");
    }

    fn iw15_8_3_1_1_32_a_source_for_connectivity_is_listened_to(rules) {
        let mut rig = Rig::latest(rules, Policy::default(), &[0, 1]);
        let lost = |client| Input::Connectivity { user: TO, client, on: false };
        rig.tell(lost(device(0)));
        let said = rig.message();
        assert_eq!(said.leg().target, Target::Contact(TO, device(1)), "a client without connection gets nothing");
        assert!(said.says(|m| matches!(*m, Milestone::Excluded { device: d, factor: Factor::Connectivity, .. } if d == device(0))));
    }

    fn iw15_8_3_1_1_36_a_push_goes_to_suitable_clients_only(rules) {
        let mut rig = Rig::latest(rules, Policy::default(), &[]);
        let pager = rig.pager();
        assert!(rig.send(Pager { content: Content::Video, ..pager }).defers());
        let cannot = Contact {
            client: device(0),
            active: true,
            event: ContactEvent::Registered,
            primary: true,
            capabilities: Capabilities { contents: crate::delivery::Contents::NONE.with(Content::Text), ..Capabilities::FULL },
        };
        assert!(rig.register_as([cannot].into()).legs().is_empty(), "what a client cannot receive is not pushed to it");
        let can = Contact { client: device(1), capabilities: Capabilities::FULL, primary: false, ..cannot };
        assert_eq!(rig.register_as([cannot, can].into()).leg().target, Target::Contact(TO, device(1)));
    }

    fn sd23_r_02_each_excluded_client_is_named_with_its_factor(rules) {
        let mut rig = Rig::latest(rules, Policy::default(), &[]);
        let contact = |n, can: Capabilities| Contact {
            client: device(n),
            active: true,
            event: ContactEvent::Registered,
            primary: n == 0,
            capabilities: can,
        };
        let poor = Capabilities { most_bytes: 50, ..Capabilities::FULL };
        let contacts = [contact(0, Capabilities::FULL), contact(1, poor)];
        rig.register_as(contacts.into());
        let said = rig.message();
        assert!(said.says(|m| matches!(*m, Milestone::Excluded { device: d, factor: Factor::Capability, .. } if d == device(1))));
        assert!(!said.says(|m| matches!(*m, Milestone::Excluded { device: d, .. } if d == device(0))));
        let stored = {
            let mut rig = Rig::latest(rules, stores(), &[]);
            rig.register_as(contacts.into());
            rig.message()
        };
        assert!(!stored.says(|m| matches!(m, Milestone::Excluded { .. })), "only where clients were chosen");
    }
}
