//! Disposition notifications: what clients report, what the PFs let through, screening, and the way to the sender
//! (IW15-8.3.1.1-19, -27; A-27; H-25, H-37, H-38; RFC 5438).

use super::*;
use crate::delivery::policy::{Actions, Conditions, ForwardTo, MediaName, Rule, ServiceName, Users};
use crate::delivery::suite::clause_tests;
use crate::delivery::{ImdnFate, axes as axis};

fn asked(rules: Rules, plan: Plan, devices: &[FunctionId], dispositions: Dispositions, opens: Option<Span>) -> Net {
    let mut net = Net::with(rules, plan, devices);
    net.opens = opens;
    let pager = Pager { dispositions, ..net.message() };
    net.send(pager);
    net
}

/// Dispositions that a device of the sender got, in order.
fn got(net: &Net, device: FunctionId) -> Vec<Disposition> {
    let of = |(by, _, m): &(FunctionId, Tag, Milestone)| match m {
        Milestone::ImdnReceived { disposition, .. } if *by == device => Some(*disposition),
        _ => None,
    };
    net.said.iter().filter_map(of).collect()
}

fn suppressed(net: &Net) -> usize {
    net.count(|_, m| matches!(m, Milestone::ImdnSuppressed { .. }))
}

fn fates(net: &Net) -> Vec<ImdnFate> {
    let fate = |m: &Milestone| if let Milestone::ImdnScreened { fate, .. } = m { Some(*fate) } else { None };
    net.said.iter().filter_map(|(_, _, m)| fate(m)).collect()
}

/// A rule of Alice that matches every MESSAGE for her.
fn rule(actions: Actions) -> Plan {
    let conditions = Conditions {
        services: Some(vec![ServiceName::Enabler]),
        media: Some(vec![MediaName::StandaloneMessage]),
        ..Conditions::default()
    };
    Plan { alice: Policy { rules: vec![Rule { conditions, actions }], ..Policy::default() }, ..Plan::default() }
}

fn reported(rules: Rules, plan: Plan) -> Net {
    asked(rules, plan, &[A1, B1], DELIVERY, None)
}

const NOW: Option<Span> = Some(Span::ZERO);

clause_tests! {
    fn iw15_8_3_1_1_27_a_notification_goes_through_the_core_to_the_client(rules) {
        let net = reported(rules, Plan::default());
        assert_eq!(net.imdns(PF_A, CORE_A).len(), 1);
        assert_eq!(net.imdns(CORE_A, A1).len(), 1);
        assert_eq!(got(&net, A1), [Disposition::Delivered]);
    }

    /// Step 7 skips the rest: no client is looked for, none registered is the Core's error, nothing is deferred.
    fn iw15_8_3_1_1_27_the_rest_is_skipped(rules) {
        let mut net = reported(rules, Plan::default());
        let [imdn] = net.imdns(CORE_A, PF_A)[..] else { panic!("one notification reaches the sender's PF") };
        let [request] = net.requests(CORE_A, PF_A).into_iter().filter(|r| matches!(r.body, Body::Imdn(_))).collect::<Vec<_>>()[..]
        else {
            panic!("one notification reaches the sender's PF")
        };
        let request = request.clone();
        net.tell(A1, Input::Access(Access::LeavingInOrder));
        net.settle();
        net.forget();
        net.give(CORE_A, PF_A, Request { body: Body::Imdn(Box::new(imdn)), ..request });
        assert_eq!(net.imdns(PF_A, CORE_A).len(), 1);
        assert_eq!(net.responses(PF_A, CORE_A, Method::Message)[0].code, 480);
        assert!(fates(&net).is_empty());
    }

    fn iw15_8_3_1_1_19_the_addressee_of_a_notification_is_not_changed(rules) {
        let to = ForwardTo(Users { from: CAROL, to: UserId(3) });
        let plan = rule(Actions { forward: Some(to), ..Actions::default() });
        let net = asked(rules, plan, &[A1, B1, C1], DELIVERY, None);
        assert_eq!(got(&net, A1), [Disposition::Delivered]);
        assert!(net.imdns(CORE_B, C1).is_empty());
    }

    fn rfc5438_7_a_delivery_is_reported_if_it_was_asked_for(rules) {
        assert_eq!(got(&reported(rules, Plan::default()), A1), [Disposition::Delivered]);
        let others = Dispositions { positive: false, negative: true, display: false };
        assert!(got(&asked(rules, Plan::default(), &[A1, B1], others, NOW), A1).is_empty());
    }

    fn rfc5438_7_2_a_display_is_reported_if_it_was_asked_for(rules) {
        let display = Dispositions { display: true, ..Dispositions::default() };
        let mut net = asked(rules, Plan::default(), &[A1, B1], display, Some(Span::from_secs(60)));
        assert!(got(&net, A1).is_empty());
        net.pass(Span::from_secs(60));
        assert_eq!(got(&net, A1), [Disposition::Displayed]);
        assert_eq!(net.count(|by, m| by == B1 && matches!(m, Milestone::Display { device: B1, .. })), 1);
        // Not asked for; and a user who does not open it.
        let mut net = asked(rules, Plan::default(), &[A1, B1], DELIVERY, Some(Span::from_secs(60)));
        net.pass(Span::from_secs(60));
        assert_eq!(got(&net, A1), [Disposition::Delivered]);
        let mut net = asked(rules, Plan::default(), &[A1, B1], display, None);
        net.pass(Span::from_secs(600));
        assert!(got(&net, A1).is_empty());
    }

    /// I-07: delivered comes first, also where the message is opened at once.
    fn rfc5438_7_2_display_is_never_reported_before_delivery(rules) {
        let mut net = asked(rules, Plan::default(), &[A1, B1], ALL_REPORTS, NOW);
        net.pass(Span::ZERO);
        assert_eq!(got(&net, A1), [Disposition::Delivered, Disposition::Displayed]);
    }

    fn rfc5438_7_2_a_device_that_is_off_shows_nothing(rules) {
        let mut net = asked(rules, Plan::default(), &[A1, B1], ALL_REPORTS, Some(Span::from_secs(60)));
        net.tell(B1, Input::Access(Access::Gone));
        net.pass(Span::from_secs(60));
        assert_eq!(got(&net, A1), [Disposition::Delivered]);
        assert_eq!(net.count(|_, m| matches!(m, Milestone::Display { .. })), 0);
    }

    fn own_a_repeat_is_absorbed_and_reported_no_more(rules) {
        let mut net = asked(rules, Plan::default(), &[A1, B1], ALL_REPORTS, NOW);
        let [(request, pager)] = net.pagers(CORE_B, B1)[..] else { panic!("one request reaches the client") };
        let (request, copy) = (request.clone(), net.out.mint_copy());
        let request = Request { body: Body::Pager(Box::new(Pager { copy, ..pager })), ..request };
        net.copies.insert(copy, None);
        net.pass(Span::ZERO);
        net.forget();
        net.give(CORE_B, B1, request);
        net.pass(Span::ZERO);
        assert_eq!(net.copies[&copy], Some(Fate::Absorbed));
        assert!(net.imdns(B1, CORE_B).is_empty());
    }

    fn rfc5438_10_the_report_names_the_message_and_goes_to_its_sender(rules) {
        let net = reported(rules, Plan::default());
        let [(_, pager)] = net.pagers(A1, CORE_A)[..] else { panic!("one message") };
        let [imdn] = net.imdns(CORE_A, A1)[..] else { panic!("one notification") };
        assert_eq!((imdn.about, imdn.original, imdn.from, imdn.to), (pager.message, pager.original, BOB, ALICE));
        assert_eq!(got(&net, A1), [Disposition::Delivered]);
    }

    /// H-25, H-37: one report for all devices, and the others are confirmed all the same.
    fn own_the_first_disposition_passes_and_the_rest_is_suppressed(rules) {
        let both = |fold| {
            let plan = Plan { axes: vec![(axis::IMDN_FOLD, fold)], ..Plan::default() };
            let mut net = asked(rules, plan, &[A1, B1, B2], ALL_REPORTS, NOW);
            net.pass(Span::ZERO);
            net
        };
        let net = both("first-only");
        assert_eq!(got(&net, A1), [Disposition::Delivered, Disposition::Displayed]);
        assert_eq!(suppressed(&net), 2);
        for device in [B1, B2] {
            assert!(net.responses(CORE_B, device, Method::Message).iter().all(|r| r.code == 200));
            assert_eq!(net.responses(CORE_B, device, Method::Message).len(), 2);
        }
        let net = both("pass-all");
        assert_eq!((got(&net, A1).len(), suppressed(&net)), (4, 0));
    }

    fn own_a_failure_after_a_delivery_is_suppressed(rules) {
        let mut net = asked(rules, Plan::default(), &[A1, B1], ALL_REPORTS, None);
        let request = net.requests(CORE_B, PF_B).into_iter().find(|r| matches!(r.body, Body::Imdn(_))).cloned();
        let mut request = request.expect("the client's report reaches its PF");
        let Body::Imdn(imdn) = &mut request.body else { unreachable!("looked for") };
        imdn.disposition = Disposition::Failed;
        net.give(CORE_B, PF_B, request);
        assert_eq!((got(&net, A1), suppressed(&net)), (vec![Disposition::Delivered], 1));
    }

    /// one request, which the core forks to the sender's devices, or one for each of them.
    fn own_a_notification_reaches_each_device_of_the_sender(rules) {
        for (target, requests) in [("core-fork", 1), ("per-client", 2)] {
            let plan = Plan { axes: vec![(axis::IMDN_TARGET, target)], ..Plan::default() };
            let net = asked(rules, plan, &[A1, A2, B1], DELIVERY, None);
            assert_eq!(net.imdns(PF_A, CORE_A).len(), requests, "{target}");
            assert_eq!((got(&net, A1).len(), got(&net, A2).len()), (1, 1));
            let answers = net.responses(CORE_B, B1, Method::Message);
            assert_eq!(answers.iter().map(|r| r.code).collect::<Vec<_>>(), [200]);
        }
    }

    /// H-38: the steps before the seventh treat a notification as a message.
    fn own_a_notification_is_refused_like_a_message(rules) {
        let blacklist = vec![Users { from: BOB, to: CAROL }];
        let plan = || Plan { alice: Policy { blacklist: blacklist.clone(), ..Policy::default() }, ..Plan::default() };
        let net = reported(rules, plan());
        assert!(got(&net, A1).is_empty());
        assert_eq!(fates(&net), [ImdnFate::Refused(403)]);
        let [answer] = net.responses(CORE_B, B1, Method::Message)[..] else { panic!("one answer to the reporter") };
        assert_eq!((answer.code, answer.reason), (403, Reason::Warning(crate::delivery::Warning::FunctionNotAllowed)));
        let axes = vec![(axis::IMDN_SCREENING, "bypass")];
        assert_eq!(got(&reported(rules, Plan { axes, ..plan() }), A1), [Disposition::Delivered]);
    }

    fn own_a_notification_is_deferred_and_released_like_a_message(rules) {
        let mut net = reported(rules, rule(Actions { defer: true, ..Actions::default() }));
        assert_eq!((got(&net, A1), fates(&net)), (vec![], vec![ImdnFate::Deferred]));
        assert_eq!(net.responses(CORE_B, B1, Method::Message)[0].code, 202);
        net.connect(A2);
        assert_eq!(fates(&net), [ImdnFate::Deferred, ImdnFate::Released]);
        assert_eq!(got(&net, A1), [Disposition::Delivered]);
        // Its life ends.
        let mut net = reported(rules, rule(Actions { defer: true, ..Actions::default() }));
        net.pass(Span::from_secs(86_400));
        assert_eq!(fates(&net), [ImdnFate::Deferred, ImdnFate::Expired]);
        net.connect(A2);
        assert!(got(&net, A1).is_empty());
    }

    fn own_a_notification_is_stored_like_a_message(rules) {
        let net = reported(rules, rule(Actions { store: true, ..Actions::default() }));
        assert_eq!((got(&net, A1), fates(&net)), (vec![], vec![ImdnFate::Stored]));
        assert_eq!(net.responses(CORE_B, B1, Method::Message)[0].code, 200);
    }

    /// under allow-interwork the notification goes to the client, and to the ISF if the text is taken to the letter.
    fn own_the_isf_refuses_a_notification_it_cannot_use(rules) {
        for (interwork, to_isf) in [("client-only", 0), ("client-and-isf", 1)] {
            let plan = rule(Actions { interwork: true, ..Actions::default() });
            let plan = Plan { isf: true, axes: vec![(axis::IMDN_INTERWORK, interwork)], ..plan };
            let net = reported(rules, plan);
            assert_eq!(net.imdns(PF_A, ISF).len(), to_isf, "{interwork}");
            assert!(net.responses(ISF, PF_A, Method::Message).iter().all(|r| r.code == 415));
            assert_eq!(got(&net, A1), [Disposition::Delivered]);
            assert_eq!(net.responses(CORE_B, B1, Method::Message)[0].code, 200);
        }
    }

    /// A report of a message that came without the tag goes back without it.
    fn own_a_report_travels_by_the_service_of_its_message(rules) {
        let mut net = Net::with(rules, Plan::default(), &[A1, B1]);
        let pager = Pager { dispositions: DELIVERY, ..net.message() };
        net.send_by(pager, Icsi::None);
        assert_eq!(got(&net, A1), [Disposition::Delivered]);
        assert!(net.imdns(CORE_B, PF_B).is_empty());
    }
}
