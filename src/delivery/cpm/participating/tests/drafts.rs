//! 2009 (System Description) and the TS draft: how their decisions are carried out.

use super::*;
use crate::delivery::policy::Handling;
use crate::delivery::suite::clause_tests;
use crate::delivery::{Storing, axes as axis};

/// A PF of that generation whose recipient has this policy and is registered with these devices.
fn rig(rules: Rules, generation: Profile, set: Set, policy: Policy, devices: &[u32]) -> Rig {
    let mut rig = Rig::new(rules, generation, set, |s| {
        with(s, policy);
        s.isf = Some(ISF);
    });
    rig.register(devices);
    rig
}

/// The TS draft, nobody registered, and this handling in the active profile.
fn handled(rules: Rules, handling: Handling) -> Rig {
    rig(rules, Profile::TsDraft, &[], profile(PreferenceProfile { unavailable: false, handling }), &[])
}

clause_tests! {
    /// What is told of a message names statements of the generation in force, and no step that was not reached.
    fn own_every_generation_is_told_by_its_own_statements(rules) {
        let told = |generation, policy| {
            let mut rig = rig(rules, generation, &[], policy, &[0]);
            let said = rig.message();
            let done = said.legs().first().map(|leg| rig.ok(leg));
            let all = said.0.into_iter().chain(done.into_iter().flat_map(|d| d.0));
            let tags = all.filter_map(|o| if let Output::Milestone(tag, m) = o { Some((tag, m)) } else { None });
            tags.collect::<Vec<(Tag, Milestone)>>()
        };
        let of = |all: &[(Tag, Milestone)], wanted: fn(&Milestone) -> bool| all.iter().find(|(_, m)| wanted(m)).map(|(tag, _)| *tag);
        let ways = [
            (Profile::Im2008, Tag::RouteToTerminating, Tag::Im08Deliver),
            (Profile::Sd2009, Tag::RouteToTerminating, Tag::Sd23Deliver),
            (Profile::TsDraft, Tag::Ts83AccessFirst, Tag::Ts83OneRequest),
            (Profile::Latest, Tag::Accept, Tag::DeliverToClients),
        ];
        for (generation, accepts, delivers) in ways {
            let all = told(generation, Policy::default());
            assert_eq!(of(&all, |m| matches!(m, Milestone::Accept { .. })), Some(accepts), "{generation:?}");
            assert_eq!(of(&all, |m| matches!(m, Milestone::Decided { .. })), Some(delivers), "{generation:?}");
            assert_eq!(of(&all, |m| matches!(m, Milestone::AttemptEnd { .. })), Some(delivers), "{generation:?}");
            let latest = generation == Profile::Latest;
            assert_eq!(all.iter().any(|(tag, _)| *tag == Tag::StartFromRegistered), latest, "{generation:?}");
        }
        let refused = told(Profile::Latest, rule(Actions { reject_invite: true, ..Actions::default() }));
        assert_eq!(of(&refused, |m| matches!(m, Milestone::Decided { .. })), Some(Tag::RuleRejects403));
        assert!(refused.iter().all(|(tag, _)| *tag != Tag::StartFromRegistered), "no client was looked for");
        let barred = told(Profile::Im2008, rule(Actions { reject_invite: true, ..Actions::default() }));
        assert_eq!(of(&barred, |m| matches!(m, Milestone::Excluded { .. })), Some(Tag::Im08Barred));
    }

    fn sd23_5_2_2_1_1_16_each_client_that_passes_gets_a_message(rules) {
        let mut rig = rig(rules, Profile::Sd2009, &[], Policy::default(), &[0, 1, 2]);
        let said = rig.message();
        assert_eq!(said.legs().len(), 3);
        assert!(rig.ok(&said.legs()[0]).settles());
    }

    fn sd23_5_2_2_1_1_31_delivered_to_the_store_at_the_users_wish(rules) {
        let policy = rule(Actions { store: true, ..Actions::default() });
        let mut rig = rig(rules, Profile::Sd2009, &[], policy, &[0]);
        let said = rig.message();
        assert!(said.legs().is_empty());
        assert_eq!(said.appends()[0].0.storing, Storing::Delivery);
        let done = rig.appended(&said, true);
        assert!(done.settles() && done.codes() == [200]);
    }

    fn sd23_5_2_2_1_1_32_a_recorded_copy_is_no_delivery(rules) {
        let mut rig = rig(rules, Profile::Sd2009, &[], Policy { history: true, ..Policy::default() }, &[0]);
        let said = rig.message();
        assert_eq!(said.appends().iter().map(|(o, _)| (o.storing, o.copy)).collect::<Vec<_>>(), [(Storing::Recording, None)]);
        let done = rig.appended(&said, true);
        assert!(done.codes().is_empty() && !done.says(|m| matches!(m, Milestone::Store { .. })));
        assert!(rig.ok(&said.leg()).settles());
    }

    fn sd23_5_2_2_1_1_33_storing_and_recording_are_one_operation(rules) {
        let policy = || Policy { history: true, ..rule(Actions { store: true, ..Actions::default() }) };
        let said = rig(rules, Profile::Sd2009, &[], policy(), &[0]).message();
        assert_eq!(said.appends().iter().map(|(o, _)| o.storing).collect::<Vec<_>>(), [Storing::Delivery]);
        assert!(said.guards(axis::GUARD_SINGLE_STORED_COPY));
        let off = [(axis::GUARD_SINGLE_STORED_COPY, "off")];
        let both = rig(rules, Profile::Sd2009, &off, policy(), &[0]).message();
        assert_eq!(both.appends().len(), 2, "without the guard each makes its own");
    }

    fn sd23_5_2_2_1_1_35_the_pf_adds_the_target_address_where_the_core_does_not(rules) {
        let by_pf = rig(rules, Profile::Sd2009, &[(axis::TARGET_ADDRESS_INSERT, "pf")], Policy::default(), &[0]).message();
        assert_eq!(by_pf.leg().target_address, Some(crate::delivery::InsertedBy::Pf));
        let by_core = rig(rules, Profile::Sd2009, &[], Policy::default(), &[0]).message();
        assert_eq!(by_core.leg().target_address, None, "the core will add it");
    }

    fn sd23_5_2_2_1_7_02_indications_leave_as_they_came(rules) {
        let mut rig = rig(rules, Profile::Sd2009, &[], Policy::default(), &[0]);
        let pager = rig.pager();
        let direct = rig.send(pager).leg();
        assert_eq!(pager_of(&direct).indications, pager.indications);
        // Also of a message that was deferred first, handed over, or sent on.
        let mut later = Rig::latest(rules, Policy::default(), &[]);
        let waiting = later.pager();
        assert!(later.send(waiting).defers());
        assert_eq!(pager_of(&later.register(&[0]).leg()).indications, waiting.indications);
        let mut gone = Rig::new(rules, Profile::Latest, &[], |s| s.isf = Some(ISF));
        let handed = gone.pager();
        assert_eq!(pager_of(&gone.send(handed).handed()[0]).indications, handed.indications);
        let mut on = Rig::latest(rules, rule(forward_to(OTHER)), &[0]);
        let forwarded = on.pager();
        assert_eq!(pager_of(&on.send(forwarded).leg()).indications, forwarded.indications);
    }

    fn ts83_8_3_2_1_16_what_is_no_longer_valid_is_discarded(rules) {
        let mut rig = rig(rules, Profile::TsDraft, &[(axis::ARRIVAL_EXPIRY_CHECK, "on")], Policy::default(), &[0]);
        let pager = rig.pager();
        let said = rig.send(Pager { expires: SimTime::ZERO, ..pager });
        assert!(said.says(|m| matches!(m, Milestone::Expire { .. })) && said.legs().is_empty() && !said.defers());
        assert_eq!(rig.message().legs().len(), 1, "a valid one is delivered");
    }

    fn ts83_8_3_2_1_21_defer_puts_the_message_in_the_queue(rules) {
        let mut rig = handled(rules, Handling::Defer);
        let said = rig.message();
        assert!(said.defers() && said.handed().is_empty() && rig.held(&[]) == 1);
    }

    fn ts83_8_3_2_1_22_a_deferred_message_is_answered_with_202(rules) {
        assert_eq!(handled(rules, Handling::Defer).message().codes(), [202]);
    }

    fn ts83_8_3_2_1_23_store_puts_the_message_in_the_store(rules) {
        let mut rig = handled(rules, Handling::Store);
        let said = rig.message();
        assert_eq!(said.appends().iter().map(|(o, _)| o.storing).collect::<Vec<_>>(), [Storing::Delivery]);
        assert!(rig.appended(&said, true).settles());
        assert_eq!(rig.held(&[]), 0);
    }

    fn ts83_8_3_2_1_24_large_content_goes_to_the_content_store(rules) {
        let mut rig = handled(rules, Handling::Store);
        assert!(!rig.message().appends()[0].0.apart);
        let pager = rig.pager();
        assert!(rig.send(Pager { bytes: 1001, ..pager }).appends()[0].0.apart, "above the bound of 1000 bytes");
    }

    fn ts83_8_3_2_1_25_a_stored_message_is_answered_with_200(rules) {
        let mut rig = handled(rules, Handling::Store);
        let said = rig.message();
        assert_eq!(rig.appended(&said, true).codes(), [200]);
    }

    fn ts83_8_3_2_1_26_non_cpm_goes_to_the_isf(rules) {
        let set = [(axis::PRIMARY_IW_TRIGGER, "off")];
        let by = |handling| {
            let policy = profile(PreferenceProfile { unavailable: false, handling });
            rig(rules, Profile::TsDraft, &set, policy, &[]).message().handed().len()
        };
        assert_eq!((by(Handling::NonCpm), by(Handling::Defer)), (1, 0));
    }

    fn ts83_8_3_2_1_31_history_is_recorded_only_if_active(rules) {
        let policy = Policy { history: true, ..Policy::default() };
        assert_eq!(rig(rules, Profile::TsDraft, &[], policy, &[0]).message().appends().len(), 1);
        assert!(rig(rules, Profile::TsDraft, &[], Policy::default(), &[0]).message().appends().is_empty());
    }

    fn ts83_8_3_2_1_32_history_is_recorded_before_the_message_goes_out(rules) {
        let policy = Policy { history: true, ..Policy::default() };
        let mut rig = rig(rules, Profile::TsDraft, &[], policy, &[0]);
        let said = rig.message();
        let store = said.place(|o| matches!(o, Output::Send { to: MSS, .. }));
        assert!(store < said.place(|o| matches!(o, Output::Send { to: CORE, .. })));
        // It stands although the delivery fails.
        assert!(rig.answer(&said.leg(), 403, Reason::None).settles());
    }

    fn ts83_8_3_2_1_34_selected_devices_are_named(rules) {
        let mut rig = rig(rules, Profile::TsDraft, &[], Policy::default(), &[0, 1, 2]);
        rig.tell(Input::Connectivity { user: TO, client: device(1), on: false });
        let two = crate::delivery::ClientSet::none(device(0)).with(device(0)).with(device(2));
        assert_eq!(rig.message().leg().target, Target::Instances(TO, two));
        rig.tell(Input::Connectivity { user: TO, client: device(1), on: true });
        assert_eq!(rig.message().leg().target, Target::User(TO), "all of them are the user");
    }

    fn ts83_8_3_2_1_35_one_request_goes_to_the_core(rules) {
        let mut rig = rig(rules, Profile::TsDraft, &[], Policy::default(), &[0, 1, 2]);
        let said = rig.message();
        let leg = said.leg();
        let attempts = said.0.iter().filter(|o| matches!(o, Output::Milestone(_, Milestone::Attempt { .. }))).count();
        assert_eq!(attempts, 3, "for three devices");
        let done = rig.ok(&leg);
        let ends = done.0.iter().filter(|o| matches!(o, Output::Milestone(_, Milestone::AttemptEnd { .. }))).count();
        assert_eq!((ends, done.codes()), (3, vec![200]), "the one result is that of each");
        let per_client = [(axis::FANOUT, "per-client")];
        let apart = super::drafts::rig(rules, Profile::TsDraft, &per_client, Policy::default(), &[0, 1, 2]).message();
        assert_eq!(apart.legs().len(), 3);
    }

    fn ts83_8_3_2_1_37_the_final_response_is_forwarded(rules) {
        let mut rig = rig(rules, Profile::TsDraft, &[], Policy::default(), &[0, 1]);
        let reason = Reason::Warning(crate::delivery::Warning::FunctionNotAllowed);
        let said = rig.message();
        assert_eq!(rig.answer(&said.leg(), 403, reason).answers(), [(403, reason)]);
        let said = rig.message();
        assert_eq!(rig.ok(&said.leg()).codes(), [200]);
        // Of several the best, and with its headers.
        let per_client = [(axis::FANOUT, "per-client")];
        let mut apart = super::drafts::rig(rules, Profile::TsDraft, &per_client, Policy::default(), &[0, 1]);
        let said = apart.message();
        let legs = said.legs();
        assert!(apart.answer(&legs[0], 603, reason).codes().is_empty(), "not before the last");
        assert_eq!(apart.answer(&legs[1], 486, Reason::None).answers(), [(603, reason)]);
    }
}
