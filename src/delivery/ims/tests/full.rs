//! What a function without room refuses is made good: by the PF towards clients and the ISF (RFC 3261 21.5.4).

use super::*;
use crate::delivery::suite::clause_tests;

/// A message of Alice comes to Bob's PF while his Core has no room for what the PF asks of it.
fn refused_on_the_way(rules: Rules, retry_after: Option<u32>) -> Net {
    let mut net = Net::with(rules, Plan::default(), &[A1, B1]);
    let pager = net.message();
    net.tell(A1, Input::Compose(pager, Icsi::Msg));
    let at = net.now;
    while let Some(Sent { from, to, pdu }) = net.line.pop_front() {
        match pdu {
            Pdu::Request(_) if from == PF_B && to == CORE_B => net.tell(to, Input::Overloaded { from, at, retry_after, pdu }),
            pdu => net.arrive(from, to, pdu),
        }
    }
    net
}

clause_tests! {
    fn own_what_a_full_core_refused_is_delivered_later(rules) {
        let mut net = refused_on_the_way(rules, None);
        assert_eq!((net.answers(), net.presented()), (vec![202], vec![]), "deferred (domain.md 3.4)");
        net.pass(Span::from_millis(1999));
        assert!(net.presented().is_empty());
        net.pass(Span::from_millis(1));
        assert_eq!(net.presented(), [B1]);
        net.assert_balanced();
    }

    fn own_it_comes_no_sooner_than_the_refusal_asks(rules) {
        for (asked, comes) in [(0, 2), (1, 2), (30, 30)] {
            let mut net = refused_on_the_way(rules, Some(asked));
            net.pass(Span::from_millis(comes * 1000 - 1));
            assert!(net.presented().is_empty());
            net.pass(Span::from_millis(1));
            assert_eq!(net.presented(), [B1]);
        }
    }

    fn own_the_wait_for_a_full_core_doubles(rules) {
        let mut net = refused_on_the_way(rules, None);
        net.full.insert(CORE_B);
        net.forget();
        // After 2, 4, 8, 16, 32 and then every 64 s.
        for (nth, wait) in [2, 4, 8, 16, 32, 64, 64].into_iter().enumerate() {
            net.pass(Span::from_millis(wait * 1000 - 1));
            assert_eq!(net.pagers(PF_B, CORE_B).len(), nth);
            net.pass(Span::from_millis(1));
            assert_eq!(net.pagers(PF_B, CORE_B).len(), nth + 1);
        }
        net.full.remove(&CORE_B);
        net.pass(Span::from_secs(64));
        assert_eq!(net.presented(), [B1]);
        net.assert_balanced();
    }

    /// The second refusal of a hand-over armed no waiting data, so that no alert would ever come.
    fn own_a_hand_over_refused_twice_is_made_again(rules) {
        let mut net = Net::with(rules, Plan { isf: true, ..Plan::default() }, &[A1]);
        net.full.insert(ISF);
        let pager = net.message();
        net.send(pager);
        // `pf.server_retry` of the rig.
        net.pass(Span::from_secs(3));
        let made = |net: &Net| net.pagers(PF_B, ISF).len();
        assert_eq!((made(&net), net.answers()), (2, vec![202]), "once more after the wait for it, and deferred");
        net.full.remove(&ISF);
        net.pass(Span::from_millis(1999));
        assert_eq!(made(&net), 2);
        net.pass(Span::from_millis(1));
        assert_eq!((made(&net), net.pagers(ISF, IWF).len()), (3, 1));
    }
}
