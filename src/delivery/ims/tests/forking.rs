//! The Core's forks: whom a request is for, the best response, and the books (RFC 3261 16.7, RFC 3841, TS83-8.3.2.1-34, -36).

use super::*;
use crate::delivery::suite::clause_tests;
use crate::delivery::{ClientSet, Contents, Origin, axes as axis};

/// What the PF leaves to the Core.
fn forked(rules: Rules, plan: Plan, devices: &[FunctionId]) -> Net {
    let axes = vec![(axis::FANOUT, "core-fork")];
    Net::with(rules, Plan { axes, ..plan }, devices)
}

fn sent(rules: Rules, meets: &[(FunctionId, Meets)], devices: &[FunctionId]) -> Net {
    let mut net = forked(rules, Plan::default(), devices);
    net.meets.extend(meets.iter().copied());
    let pager = net.message();
    net.send(pager);
    net
}

/// The answers that the PF gets from the Core.
fn to_pf(net: &Net) -> Vec<(u16, Reason)> {
    net.responses(CORE_B, PF_B, Method::Message).iter().map(|r| (r.code, r.reason)).collect()
}

fn refuses(code: u16) -> Meets {
    Meets::Refuses(code, Reason::None)
}

clause_tests! {
    fn ts83_8_3_2_1_36_the_core_forks_to_the_registered_devices(rules) {
        let net = sent(rules, &[], &[A1, B1, B2]);
        assert_eq!(net.pagers(PF_B, CORE_B).len(), 1);
        let to = |device| net.pagers(CORE_B, device).len();
        assert_eq!([to(B1), to(B2), to(B3)], [1, 1, 0]);
        net.assert_balanced();
    }

    fn ts83_8_3_2_1_34_without_instances_the_core_forks_to_all_that_are_registered(rules) {
        let net = sent(rules, &[], &[A1, B1, B2]);
        assert_eq!(net.pagers(PF_B, CORE_B)[0].0.target, Target::User(BOB));
        // With two of three named, these two get it.
        let mut net = sent(rules, &[], &[A1, B1, B2, B3]);
        let [(request, pager)] = net.pagers(PF_B, CORE_B)[..] else { panic!("one request leaves the PF") };
        let (request, copy) = (request.clone(), net.out.mint_copy());
        let request = Request {
            target: Target::Instances(BOB, ClientSet::of(&[B1, B3])),
            body: Body::Pager(Box::new(Pager { copy, message: MessageId(900), ..pager })),
            ..request
        };
        net.copies.insert(copy, None);
        net.forget();
        net.give(PF_B, CORE_B, request);
        assert_eq!(net.presented(), [B1, B3]);
        net.assert_balanced();
    }

    fn own_each_branch_carries_a_copy_of_its_own(rules) {
        let net = sent(rules, &[], &[A1, B1, B2]);
        let [(_, request)] = net.pagers(PF_B, CORE_B)[..] else { panic!("one request leaves the PF") };
        for device in [B1, B2] {
            let made = |m: &Milestone| match *m {
                Milestone::CopyMade { copy, parent, origin, device: Some(to), .. } if to == device => Some((copy, parent, origin)),
                _ => None,
            };
            let [(copy, parent, origin)] = net.said.iter().filter_map(|(_, _, m)| made(m)).collect::<Vec<_>>()[..] else {
                panic!("one copy for each branch")
            };
            assert_eq!((parent, origin), (Some(request.copy), Origin::FanOut));
            assert_eq!(net.pagers(CORE_B, device)[0].1.copy, copy);
        }
        assert_eq!(net.copies[&request.copy], Some(Fate::Superseded));
        net.assert_balanced();
    }

    fn own_a_contact_without_the_tag_does_not_match_a_tagged_request(rules) {
        let plan = || Plan { untagged_devices: vec![B1], ..Plan::default() };
        let mut net = Net::with(rules, plan(), &[A1, B1, B2]);
        let pager = net.message();
        net.send(pager);
        assert_eq!(net.presented(), [B2]);
        // One without a tag matches every contact.
        let mut net = Net::with(rules, plan(), &[A1, B1, B2]);
        let pager = net.message();
        net.send_by(pager, Icsi::None);
        assert_eq!(net.presented(), [B1, B2]);
        net.assert_balanced();
    }

    fn own_the_best_response_goes_back_with_its_header(rules) {
        let formats = Reason::Accept(Contents::NONE.with(Content::Text));
        let cases = [
            ([refuses(480), Meets::Refuses(415, formats)], (415, formats)),
            ([refuses(503), refuses(486)], (486, Reason::None)),
            ([refuses(486), refuses(603)], (603, Reason::None)),
            ([refuses(480), refuses(500)], (480, Reason::None)),
        ];
        for (meets, best) in cases {
            let net = sent(rules, &[(B1, meets[0]), (B2, meets[1])], &[A1, B1, B2]);
            assert_eq!(to_pf(&net), [best]);
            let net = sent(rules, &[(B1, meets[1]), (B2, meets[0])], &[A1, B1, B2]);
            assert_eq!(to_pf(&net), [best]);
        }
    }

    fn own_a_success_goes_back_at_once_and_the_next_is_absorbed(rules) {
        let net = sent(rules, &[(B1, refuses(486))], &[A1, B1, B2, B3]);
        assert_eq!(to_pf(&net), [(200, Reason::None)]);
        assert_eq!(net.count(|by, m| by == CORE_B && matches!(m, Milestone::LateResponse)), 1);
        // A branch that is still open does not hold it up.
        let net = sent(rules, &[(B1, Meets::Swallows)], &[A1, B1, B2]);
        assert_eq!(to_pf(&net), [(200, Reason::None)]);
    }

    fn own_branches_without_any_answer_send_none_back(rules) {
        let mut net = sent(rules, &[(B1, Meets::Swallows), (B2, Meets::Swallows)], &[A1, B1, B2]);
        net.pass(Span::from_secs(600));
        assert_eq!(to_pf(&net), []);
        // A real answer beside one that never comes goes back when the other branch has ended.
        let mut net = sent(rules, &[(B1, Meets::Swallows), (B2, refuses(486))], &[A1, B1, B2]);
        assert_eq!(to_pf(&net), []);
        net.pass(Span::from_secs(600));
        assert_eq!(to_pf(&net), [(486, Reason::None)]);
    }

    /// RFC 4320 4.2: a 408 tells the PF nothing that its own timer does not.
    fn own_a_408_of_a_branch_goes_no_further(rules) {
        let mut net = sent(rules, &[(B1, refuses(408)), (B2, Meets::Swallows)], &[A1, B1, B2]);
        net.pass(Span::from_secs(600));
        assert_eq!(to_pf(&net), []);
        for meets in [[refuses(408), refuses(503)], [refuses(503), refuses(408)]] {
            let net = sent(rules, &[(B1, meets[0]), (B2, meets[1])], &[A1, B1, B2]);
            assert_eq!(to_pf(&net).iter().map(|(code, _)| *code).next(), Some(503));
        }
    }

    /// RFC 3261 16.5, 21.4.18.
    fn own_without_a_contact_the_answer_is_480(rules) {
        let mut net = Net::with(rules, Plan::default(), &[A1]);
        let pager = net.message();
        net.send_by(pager, Icsi::None);
        assert_eq!(net.answers(), [480]);
        net.assert_balanced();
    }
}
