//! What the user chooses and the INVITE that says so (PULL-7.2.3.2.1 steps 1 to 7, SD23-5.2.2.2.2).

use super::*;
use crate::delivery::suite::clause_tests;
use CpmAction::{Delete, Deliver, Interwork, Store};

/// Of three messages these are wanted so, in order.
fn choosing(rules: Rules, wants: [Option<CpmAction>; 3]) -> Rig {
    let mut rig = Rig::new(rules, &[]);
    rig.wants = (1..=3).map(m).zip(wants).collect();
    rig.notice(&[1, 2, 3]);
    rig.pass(30);
    rig
}

fn invite_of(rules: Rules) -> (FunctionId, Request) {
    let rig = Rig::told(rules, &[], &[1]);
    let mut invites = rig.sent.iter().filter(|(_, pdu)| matches!(pdu, Pdu::Request(r) if r.method == Method::Invite));
    let Some((to, Pdu::Request(request))) = invites.next() else { panic!("there is an INVITE") };
    assert!(invites.next().is_none(), "one INVITE for one action");
    (*to, request.clone())
}

fn action_is_named(rules: Rules, action: CpmAction) {
    let mut wants = [Some(Deliver), Some(action), None];
    assert_eq!(choosing(rules, wants).list(), [(1, Some(Deliver)), (2, Some(action))]);
    // As the only wish of the user, beside what he keeps.
    wants[0] = None;
    assert_eq!(choosing(rules, wants).list(), [(2, Some(action))]);
}

fn identities_are_named(rules: Rules) {
    let rig = choosing(rules, [Some(Deliver), None, Some(Deliver)]);
    assert_eq!(rig.list(), [(1, Some(Deliver)), (3, Some(Deliver))], "those selected and no others");
    assert!(matches!(
        rig.said.iter().find(|(t, _)| *t == Tag::PullInvites),
        Some((_, Milestone::PullSent { selective: true, .. }))
    ));
}

clause_tests! {
    fn sd23_5_2_2_2_2_03_the_user_chooses_none_some_all_or_something_else(rules) {
        assert!(choosing(rules, [None; 3]).pulls().is_empty(), "kept deferred");
        assert_eq!(choosing(rules, [None, Some(Deliver), None]).list(), [(2, Some(Deliver))]);
        assert_eq!(choosing(rules, [Some(Deliver); 3]).pull().list, None);
        let others = choosing(rules, [Some(Interwork), Some(Delete), Some(Store)]);
        assert_eq!(others.list(), [(1, Some(Interwork)), (2, Some(Delete)), (3, Some(Store))]);
    }

    /// Or all of them, without looking at each.
    fn sd23_5_2_2_2_2_03_a_user_who_takes_all_is_asked_about_none(rules) {
        let mut rig = Rig::new(rules, &[]);
        rig.all = true;
        rig.wants.insert(m(2), Some(Delete));
        rig.notice(&[1, 2]);
        rig.pass(30);
        assert_eq!(rig.pull().list, None);
        assert_eq!(rig.asked, [Question::Reaction { nth: 1 }, Question::TakesAll { message: m(1), nth: 1 }]);
    }

    /// What is kept he is asked about again, and only then.
    fn sd23_5_2_2_2_2_03_what_is_kept_is_asked_about_at_the_next_notification(rules) {
        let mut rig = choosing(rules, [None, Some(Delete), None]);
        rig.answer(200);
        rig.forget();
        rig.pass(10_000);
        assert!(rig.asked.is_empty() && rig.pulls().is_empty());
        rig.notice(&[1, 3]);
        rig.pass(30);
        let choices: Vec<Question> = rig.asked.iter().filter(|q| matches!(q, Question::Choice { .. })).copied().collect();
        assert_eq!(choices, [Question::Choice { message: m(1), nth: 2 }, Question::Choice { message: m(3), nth: 2 }]);
    }

    fn pull_7_2_3_2_1_04_the_client_acts_when_its_user_does(rules) {
        let mut rig = Rig::new(rules, &[]);
        rig.notice(&[1]);
        rig.pass(29);
        assert!(rig.pulls().is_empty());
        rig.pass(1);
        assert_eq!(rig.pulls().len(), 1);
        let mut idle = Rig::new(rules, &[]);
        idle.reacts = None;
        idle.notice(&[1]);
        idle.pass(1_000_000);
        assert!(idle.pulls().is_empty(), "a user who does nothing");
    }

    fn pull_7_2_3_2_1_01_deferred_messages_are_handled_by_a_session(rules) {
        let rig = Rig::pulled(rules, &[], &[1]);
        assert_eq!((rig.requests(Method::Invite).len(), rig.requests(Method::Ack).len()), (1, 1));
    }

    fn sd23_5_2_2_2_2_04_a_user_who_selects_makes_the_client_set_up_a_session(rules) {
        assert_eq!(choosing(rules, [Some(Deliver), None, None]).pulls().len(), 1);
        assert!(choosing(rules, [None; 3]).pulls().is_empty(), "none selected, no session");
    }

    fn pull_7_2_3_2_1_05_the_invite_opens_a_dialog_of_its_own(rules) {
        let (_, request) = invite_of(rules);
        assert!(matches!(request.body, Body::Pull(_)));
        assert_eq!((request.txn.owner, request.via, request.from), (PHONE, Via::of(PHONE), USER));
    }

    fn pull_7_2_3_2_1_06_the_invite_is_addressed_to_the_service_of_the_users_home(rules) {
        let (_, request) = invite_of(rules);
        assert_eq!((request.target, request.case), (Target::User(USER), Case::Originating));
    }

    fn pull_7_2_3_2_1_07_the_contact_has_the_tag_of_deferred_messages(rules) {
        assert_eq!(invite_of(rules).1.icsi, Icsi::Deferred);
    }

    fn pull_7_2_3_2_1_08_accept_contact_has_the_same_tag(rules) {
        assert_eq!(invite_of(rules).1.icsi, Icsi::Deferred);
    }

    fn pull_7_2_3_2_1_20_the_invite_goes_through_the_core(rules) {
        assert_eq!(invite_of(rules).0, CORE);
    }

    fn pull_7_2_3_2_1_02_a_list_names_the_messages(rules) {
        identities_are_named(rules);
    }

    fn sd23_5_2_2_2_2_05_the_identities_of_those_to_retrieve_are_included(rules) {
        identities_are_named(rules);
    }

    /// Without a list the client asks for all, those it has not read of included.
    fn pull_7_2_3_2_1_03_no_list_retrieves_all(rules) {
        let rig = choosing(rules, [Some(Deliver); 3]);
        assert_eq!(rig.pull().list, None);
        assert!(matches!(rig.said.iter().find(|(t, _)| *t == Tag::PullInvites), Some((_, Milestone::PullSent { selective: false, .. }))));
        let mut summary = Rig::new(rules, &[]);
        summary.push(1, &[], 4);
        summary.pass(30);
        assert_eq!(summary.pull().list, None);
        assert!(!summary.asked.iter().any(|q| matches!(q, Question::Choice { .. })), "there is nothing to choose among");
    }

    fn pull_7_2_3_2_1_13_the_list_is_there_unless_all_are_retrieved(rules) {
        assert!(choosing(rules, [Some(Deliver), Some(Deliver), None]).pull().list.is_some());
        assert!(choosing(rules, [Some(Deliver), Some(Deliver), Some(Store)]).pull().list.is_some());
        assert!(choosing(rules, [Some(Deliver); 3]).pull().list.is_none());
    }

    fn pull_7_2_3_2_1_14_each_entry_has_one_action_unless_it_goes_wrong(rules) {
        assert_eq!(choosing(rules, [Some(Delete), None, Some(Store)]).list(), [(1, Some(Delete)), (3, Some(Store))]);
        let mut faulty = Rig::new(rules, &[]);
        faulty.wants = [(m(1), Some(Deliver)), (m(2), Some(Deliver)), (m(3), Some(Delete))].into();
        faulty.faulty.insert(m(2));
        faulty.notice(&[1, 2, 3]);
        faulty.pass(30);
        assert_eq!(faulty.list(), [(1, Some(Deliver)), (2, None), (3, Some(Delete))]);
    }

    fn pull_7_2_3_2_1_15_deliver(rules) {
        action_is_named(rules, Deliver);
    }

    fn pull_7_2_3_2_1_16_delete(rules) {
        action_is_named(rules, Delete);
    }

    fn pull_7_2_3_2_1_17_interwork(rules) {
        action_is_named(rules, Interwork);
    }

    fn pull_7_2_3_2_1_18_store(rules) {
        action_is_named(rules, Store);
    }

    /// The client knows of it still, as its user sees when the next notification, of which a part is lost, does not name it.
    fn pull_7_2_3_2_1_19_what_is_not_named_stays_deferred(rules) {
        let mut rig = choosing(rules, [Some(Deliver), None, Some(Delete)]);
        rig.answer(200);
        rig.forget();
        rig.wants = [(m(2), Some(Store)), (m(9), Some(Store))].into();
        rig.part(50, (2, 2), &[9], 2);
        rig.pass(30);
        assert_eq!(rig.list(), [(2, Some(Store)), (9, Some(Store))], "1 and 3 are the PF's affair now");
    }
}
