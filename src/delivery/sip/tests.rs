//! Hops told one thing at a time, against instants computed from RFC 3261, RFC 4320 and RFC 6026.

use super::*;
use crate::delivery::{Body, Case, Dialog, Icsi, Response, Target, UserId, Via};

const A: FunctionId = FunctionId(1);
const PROXY: FunctionId = FunctionId(2);
const B: FunctionId = FunctionId(3);

const CORE: TimerSet = TimerSet { t1: ms(500), t2: ms(4000), t4: ms(5000), c: ms(210_000) };
const ACCESS: TimerSet = TimerSet { t1: ms(2000), t2: ms(16_000), t4: ms(17_000), c: ms(210_000) };

const fn ms(n: u64) -> Span {
    Span::from_millis(n)
}

fn at(n: u64) -> SimTime {
    SimTime::ZERO + ms(n)
}

/// One function's hops, its running timers, and what it transmitted.
struct Bench {
    hops: Hops,
    tokens: Tokens,
    now: u64,
    running: Vec<(u64, TimerToken, Timer)>,
    /// Instant in ms, method or code, transmission.
    air: Vec<(u64, String, u32)>,
    passed: Vec<(u64, u16)>,
    released: Vec<u64>,
    over: Vec<(u64, bool)>,
    acks: Vec<Request>,
    set: TimerSet,
    carrier: Carrier,
}

impl Bench {
    fn new(me: FunctionId, set: TimerSet, carrier: Carrier) -> Bench {
        Bench {
            hops: Hops::new(me, ACCESS.end()),
            tokens: Tokens::default(),
            now: 0,
            running: Vec::new(),
            air: Vec::new(),
            passed: Vec::new(),
            released: Vec::new(),
            over: Vec::new(),
            acks: Vec::new(),
            set,
            carrier,
        }
    }

    fn ask<R>(&mut self, ask: impl FnOnce(&mut Hops, SimTime, &mut HopBox<'_>) -> R) -> R {
        let mut orders = Vec::new();
        let answer = ask(&mut self.hops, at(self.now), &mut HopBox { orders: &mut orders, tokens: &mut self.tokens });
        for order in orders {
            match order {
                Order::SetTimer { token, timer, after } => self.running.push((self.now + after.ns() / 1_000_000, token, timer)),
                Order::CancelTimer { token } => {
                    self.running.retain(|r| r.1 != token);
                    self.tokens.retire(token);
                }
                Order::Transmit { pdu, nth, .. } => {
                    self.air.push((self.now, word(&pdu), nth));
                    if let Pdu::Request(request) = pdu
                        && request.method == Method::Ack
                    {
                        self.acks.push(request);
                    }
                }
                Order::Pass { pdu: Pdu::Response(r), .. } => self.passed.push((self.now, r.code)),
                Order::Pass { pdu, .. } => panic!("{pdu:?} is no response"),
                Order::Release { .. } => self.released.push(self.now),
                Order::Over { lost, .. } => self.over.push((self.now, lost.is_some())),
            }
        }
        answer
    }

    /// Lets time go on to `until`, with the timers that end till then.
    fn wait(&mut self, until: u64) {
        while let Some(next) = self.running.iter().copied().filter(|r| r.0 <= until).min_by_key(|r| r.0) {
            self.running.retain(|r| r.1 != next.1);
            self.tokens.retire(next.1);
            self.now = next.0;
            self.ask(|hops, now, out| hops.expired(now, next.2, out));
        }
        self.now = until;
    }

    fn send(&mut self, request: &Request) -> HopRef {
        let (set, carrier) = (self.set, self.carrier);
        match self.ask(|hops, now, out| hops.request_sent(now, B, request, carrier, &set, out)) {
            Sent::Go(hop) => hop,
            Sent::Held => HopRef::NONE,
        }
    }

    fn answer(&mut self, request: &Request, code: u16) {
        let response = response(request, code);
        self.ask(|hops, now, out| hops.response_sent(now, &response, out));
    }

    /// Whether the function is told.
    fn receive(&mut self, from: FunctionId, pdu: Pdu) -> bool {
        self.come(from, pdu, false)
    }

    fn come(&mut self, from: FunctionId, pdu: Pdu, again: bool) -> bool {
        let (set, carrier) = (self.set, self.carrier);
        let coming = Coming { from, carrier, set: &set, again };
        matches!(self.ask(|hops, now, out| hops.received(now, pdu, coming, out)), Received::Pass(_))
    }

    fn instants(&self, what: &str) -> Vec<u64> {
        self.air.iter().filter(|a| a.1 == what).map(|a| a.0).collect()
    }
}

fn word(pdu: &Pdu) -> String {
    match pdu {
        Pdu::Request(r) => r.method.name().to_owned(),
        Pdu::Response(r) => r.code.to_string(),
        _ => panic!("hops are for SIP"),
    }
}

fn txn(slot: u32) -> TxnId {
    TxnId { owner: A, slot, generation: 0 }
}

/// A request that A began; through a proxy it has one element more.
fn request(method: Method, via: Via) -> Request {
    let body = match method {
        Method::Ack | Method::Bye | Method::Cancel => Body::Session(Dialog { invite: txn(0), client: A, user: UserId(0) }),
        _ => Body::None,
    };
    Request {
        method,
        txn: if method == Method::Invite { txn(0) } else { txn(7) },
        via,
        target: Target::Function(B),
        case: Case::Done,
        from: UserId(0),
        icsi: Icsi::None,
        max_forwards: 70,
        target_address: None,
        body,
    }
}

fn first(method: Method) -> Request {
    request(method, Via::of(A))
}

fn response(request: &Request, code: u16) -> Response {
    match request.answer(code).1 {
        Pdu::Response(response) => response,
        _ => unreachable!("an answer is a response"),
    }
}

fn answered(request: &Request, code: u16) -> Pdu {
    Pdu::Response(response(request, code))
}

/// Timer E: T1, doubling up to T2; timer F: 64 T1.
fn non_invite(t1: u64, t2: u64) -> Vec<u64> {
    let (mut instants, mut t, mut wait) = (Vec::new(), t1, t1);
    while t < 64 * t1 {
        instants.push(t);
        wait = (2 * wait).min(t2);
        t += wait;
    }
    instants
}

#[test]
fn a_request_is_sent_eleven_times_and_given_up_after_64_t1() {
    for (set, ends, expected) in [
        (CORE, 32_000, vec![500, 1500, 3500, 7500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500]),
        (ACCESS, 128_000, vec![2000, 6000, 14_000, 30_000, 46_000, 62_000, 78_000, 94_000, 110_000, 126_000]),
    ] {
        assert_eq!(expected, non_invite(set.t1.ns() / 1_000_000, set.t2.ns() / 1_000_000));
        let mut a = Bench::new(A, set, Carrier::Datagram);
        a.send(&first(Method::Message));
        a.wait(ends - 1);
        assert_eq!(a.instants("MESSAGE"), expected, "beside the first one, at 0");
        assert_eq!(a.air.iter().map(|t| t.2).collect::<Vec<_>>(), (2..=11).collect::<Vec<_>>());
        assert_eq!(a.over, []);
        a.wait(ends);
        assert_eq!((a.over.clone(), a.running.len(), a.hops.len()), (vec![(ends, true)], 0, 0), "no copy ever came");
        assert_eq!(a.passed, [], "nobody is told of a 408 (RFC 4320 4.2)");
    }
}

#[test]
fn an_invite_is_sent_seven_times_until_something_comes() {
    let mut a = Bench::new(A, CORE, Carrier::Datagram);
    a.send(&first(Method::Invite));
    a.wait(32_000);
    assert_eq!(a.instants("INVITE"), [500, 1500, 3500, 7500, 15_500, 31_500]);
    assert_eq!((a.passed.clone(), a.over.clone()), (vec![], vec![(32_000, true)]), "who began it has a timer of his own");
    let mut a = Bench::new(A, ACCESS, Carrier::Datagram);
    let invite = first(Method::Invite);
    a.send(&invite);
    a.wait(3000);
    assert!(!a.receive(B, answered(&invite, 100)), "100 is an affair of the hop");
    a.wait(209_000);
    assert_eq!(a.instants("INVITE"), [2000], "after a provisional response nothing is repeated");
}

/// RFC 3261 16.8: a proxy takes the end of timer B or C for a 408; of other requests nobody hears (RFC 4320 4.2).
#[test]
fn a_proxy_takes_the_end_of_an_invite_for_a_408() {
    let through = Via::of(A).with(PROXY);
    let mut p = Bench::new(PROXY, CORE, Carrier::Datagram);
    p.send(&request(Method::Invite, through));
    p.wait(40_000);
    assert_eq!(p.passed, [(32_000, 408)]);
    let mut p = Bench::new(PROXY, CORE, Carrier::Stream);
    let invite = request(Method::Invite, through);
    p.send(&invite);
    p.wait(1000);
    assert!(!p.receive(B, answered(&invite, 100)));
    p.wait(400_000);
    assert_eq!((p.passed.clone(), p.air.len()), (vec![(211_000, 408)], 0), "timer C");
    let mut p = Bench::new(PROXY, CORE, Carrier::Datagram);
    p.send(&request(Method::Message, through));
    p.wait(40_000);
    assert_eq!((p.passed.len(), p.over.clone()), (0, vec![(32_000, true)]));
}

#[test]
fn a_final_response_ends_the_repetition_and_its_repetitions_are_absorbed() {
    let mut a = Bench::new(A, CORE, Carrier::Datagram);
    let message = first(Method::Message);
    let hop = a.send(&message);
    a.hops.launched(hop);
    a.wait(1600);
    assert!(a.receive(B, answered(&message, 200)));
    assert_eq!((a.instants("MESSAGE"), a.running.len(), a.over.clone()), (vec![500, 1500], 0, vec![(1600, false)]));
    a.wait(6600);
    assert!(!a.receive(B, answered(&message, 200)), "timer K, 5 s");
    a.wait(6601);
    assert!(a.receive(B, answered(&message, 200)), "a late response is its beginner's affair");
    let mut p = Bench::new(PROXY, CORE, Carrier::Datagram);
    let through = request(Method::Message, Via::of(A).with(PROXY));
    assert!(!p.receive(B, answered(&through, 200)), "what matches nothing goes no further (RFC 6026 7.2)");
}

/// RFC 3261 17.1.2.2: in Proceeding the wait is T2.
#[test]
fn after_a_100_a_request_is_repeated_every_t2() {
    let mut a = Bench::new(A, CORE, Carrier::Datagram);
    let message = first(Method::Message);
    a.send(&message);
    a.wait(600);
    assert!(!a.receive(B, answered(&message, 100)));
    a.wait(20_000);
    assert_eq!(a.instants("MESSAGE"), [500, 1500, 5500, 9500, 13_500, 17_500]);
}

/// I-13: the function is told once, and the answer that is sent again is the last one.
#[test]
fn a_repeated_request_is_absorbed_and_its_answer_sent_again() {
    let mut b = Bench::new(B, CORE, Carrier::Datagram);
    let message = first(Method::Message);
    let again = || Pdu::Request(message.clone());
    assert!(b.receive(A, again()));
    b.wait(500);
    assert!(!b.receive(A, again()));
    b.wait(1500);
    assert!(!b.receive(A, again()));
    assert_eq!(b.air, [], "unanswered: no word before timer E has grown to T2");
    b.wait(3500);
    assert!(!b.receive(A, again()));
    assert_eq!(b.air, [(3500, "100".to_owned(), 1)], "RFC 4320 4.1");
    b.wait(7500);
    assert!(!b.receive(A, again()));
    assert_eq!(b.instants("100"), [3500, 7500]);
    b.wait(8000);
    b.answer(&message, 480);
    for (t, n) in [(11_500, 1), (39_999, 2), (40_000, 3)] {
        b.wait(t);
        assert!(!b.receive(A, again()));
        assert_eq!(b.instants("480").len(), n, "timer J, 32 s");
    }
    b.wait(40_001);
    assert!(b.receive(A, again()), "forgotten: a new transaction");
}

/// I-13, on links that are slower than the timers: the copy that comes when everything is forgotten is no new request.
#[test]
fn a_repetition_that_comes_when_all_is_forgotten_is_no_new_request() {
    let message = first(Method::Message);
    let mut a = Bench::new(A, CORE, Carrier::Datagram);
    let hop = a.send(&message);
    (0..3).for_each(|_| a.hops.launched(hop));
    let land = |a: &mut Bench, reached| a.ask(|hops, _, out| hops.landed(hop, reached, out));
    assert!(!land(&mut a, false), "it met nobody");
    assert!(!land(&mut a, true), "the first to come through");
    a.wait(1000);
    assert!(a.receive(B, answered(&message, 200)));
    a.wait(200_000);
    assert!(land(&mut a, true), "answered long since");
    let mut b = Bench::new(B, CORE, Carrier::Datagram);
    assert!(b.receive(A, Pdu::Request(message.clone())));
    b.answer(&message, 200);
    b.wait(200_000);
    assert!(!b.come(A, Pdu::Request(message.clone()), true));
    assert_eq!(b.air, [], "and its answer is not known any more");
    let mut open = Bench::new(A, CORE, Carrier::Datagram);
    let hop = open.send(&message);
    (0..2).for_each(|_| open.hops.launched(hop));
    assert!(!open.ask(|hops, _, out| hops.landed(hop, true, out)));
    assert!(open.ask(|hops, _, out| hops.landed(hop, true, out)), "the second, before any answer");
}

#[test]
fn unanswered_requests_and_old_answers_are_forgotten() {
    let mut b = Bench::new(B, CORE, Carrier::Datagram);
    for slot in 0..100 {
        b.wait(u64::from(slot) * 1000);
        let message = Request { txn: txn(slot), ..first(Method::Message) };
        assert!(b.receive(A, Pdu::Request(message.clone())));
        if slot % 2 == 0 {
            b.answer(&message, 200);
        }
    }
    assert_eq!(b.hops.len(), 100);
    b.wait(1_000_000);
    b.receive(A, Pdu::Request(Request { txn: txn(500), ..first(Method::Message) }));
    b.wait(2_000_000);
    b.receive(A, Pdu::Request(Request { txn: txn(501), ..first(Method::Message) }));
    assert!(b.hops.len() <= 2, "{} are kept", b.hops.len());
}

#[test]
fn over_a_stream_nothing_is_repeated_and_nothing_remembered() {
    let mut a = Bench::new(A, CORE, Carrier::Stream);
    let message = first(Method::Message);
    a.send(&message);
    a.wait(31_999);
    assert_eq!((a.air.len(), a.over.len()), (0, 0));
    a.wait(32_000);
    assert_eq!(a.over, [(32_000, true)], "F runs");
    let mut a = Bench::new(A, CORE, Carrier::Stream);
    a.send(&message);
    assert!(a.receive(B, answered(&message, 200)));
    assert_eq!((a.hops.len(), a.running.len()), (0, 0), "K is zero");
    let mut b = Bench::new(B, CORE, Carrier::Stream);
    assert!(b.receive(A, Pdu::Request(message.clone())));
    b.answer(&message, 200);
    assert_eq!((b.hops.len(), b.running.len()), (0, 0), "J is zero");
    let invite = first(Method::Invite);
    let mut a = Bench::new(A, CORE, Carrier::Stream);
    a.send(&invite);
    a.wait(31_999);
    assert_eq!((a.air.len(), a.over.len()), (0, 0), "A is off");
    a.wait(32_000);
    assert_eq!(a.over, [(32_000, true)], "B runs");
    let mut b = Bench::new(B, CORE, Carrier::Stream);
    b.receive(A, Pdu::Request(invite.clone()));
    b.answer(&invite, 480);
    b.wait(31_999);
    assert_eq!(b.air, [], "G is off");
    assert!(!b.receive(A, Pdu::Request(Request { body: Body::None, ..first_ack(&invite) })), "the ACK of a 480 is the hop's");
    assert_eq!(b.hops.len(), 0, "I is zero");
}

/// The ACK of `invite`, as the hop makes it.
fn first_ack(invite: &Request) -> Request {
    Request { method: Method::Ack, via: invite.via.top(), body: Body::None, ..invite.clone() }
}

/// RFC 3261 17.1.1.3: the ACK of a failure has one Via, equal to the topmost of its INVITE; by its branch the server knows it.
#[test]
fn the_ack_of_a_failure_bears_the_topmost_via_alone() {
    let through = request(Method::Invite, Via::of(A).with(PROXY));
    let mut p = Bench::new(PROXY, CORE, Carrier::Datagram);
    p.send(&through);
    assert!(p.receive(B, answered(&through, 480)));
    let [ack] = &p.acks[..] else { panic!("one ACK") };
    assert_eq!((ack.via.hops(), ack.via.depth(), ack.txn), (&[PROXY][..], 2, through.txn));
    // Two passages of one request over the same function: each server takes the ACK of its own.
    let mut b = Bench::new(B, CORE, Carrier::Datagram);
    assert!(b.receive(A, Pdu::Request(first(Method::Invite))));
    assert!(b.receive(PROXY, Pdu::Request(through.clone())));
    b.answer(&first(Method::Invite), 480);
    b.answer(&through, 480);
    assert!(!b.receive(PROXY, Pdu::Request(ack.clone())));
    b.wait(600);
    assert_eq!(b.instants("480"), [500], "one of the two is still repeated");
    assert!(!b.receive(A, Pdu::Request(first_ack(&first(Method::Invite)))));
    b.wait(32_000);
    assert_eq!(b.instants("480"), [500]);
}

#[test]
fn an_invite_that_is_refused_is_acknowledged_hop_by_hop() {
    let mut a = Bench::new(A, CORE, Carrier::Datagram);
    let invite = first(Method::Invite);
    a.send(&invite);
    a.wait(300);
    assert!(a.receive(B, answered(&invite, 480)));
    assert_eq!(a.instants("ACK"), [300]);
    for (t, acks) in [(800, 2), (1800, 3), (32_700, 4)] {
        a.wait(t);
        assert!(!a.receive(B, answered(&invite, 480)));
        assert_eq!(a.instants("ACK").len(), acks, "timer D: more than 32 s");
    }
    a.wait(33_000);
    assert_eq!((a.hops.len(), a.running.len(), a.instants("INVITE").len()), (0, 0, 0));
    // The server: G is T1, doubling up to T2, until H.
    let mut b = Bench::new(B, CORE, Carrier::Datagram);
    assert!(b.receive(A, Pdu::Request(invite.clone())));
    b.answer(&invite, 480);
    b.wait(40_000);
    assert_eq!(b.instants("480"), non_invite(500, 4000), "no ACK came");
    assert_eq!((b.hops.len(), b.running.len()), (0, 0), "timer H");
    // And is stopped by the ACK, of which the function does not hear; I absorbs further ones.
    let mut b = Bench::new(B, CORE, Carrier::Datagram);
    b.receive(A, Pdu::Request(invite.clone()));
    b.answer(&invite, 480);
    b.wait(600);
    assert!(!b.receive(A, Pdu::Request(first_ack(&invite))));
    b.wait(5600);
    assert_eq!((b.instants("480"), b.hops.len()), (vec![500], 0), "timer I, 5 s");
}

#[test]
fn who_accepts_an_invite_repeats_the_2xx_until_the_ack() {
    for carrier in [Carrier::Datagram, Carrier::Stream] {
        let invite = first(Method::Invite);
        let mut b = Bench::new(B, CORE, carrier);
        assert!(b.receive(A, Pdu::Request(invite.clone())));
        b.wait(199);
        assert_eq!(b.air, []);
        b.wait(200);
        assert_eq!(b.instants("100"), [200], "RFC 3261 17.2.1");
        b.wait(1000);
        b.answer(&invite, 200);
        b.wait(5000);
        assert_eq!(b.instants("200"), [1500, 2500, 4500], "over a stream as well (RFC 3261 13.3.1.4)");
        assert!(b.receive(A, Pdu::Request(first(Method::Ack))), "the function hears of the ACK");
        b.wait(6000);
        assert!(!b.receive(A, Pdu::Request(first(Method::Ack))), "once");
        assert!(!b.receive(A, Pdu::Request(invite.clone())), "timer L (RFC 6026)");
        b.wait(33_000);
        assert_eq!((b.instants("200").len(), b.hops.len()), (3, 0));
        let mut b = Bench::new(B, CORE, carrier);
        b.receive(A, Pdu::Request(invite.clone()));
        b.answer(&invite, 200);
        b.wait(60_000);
        assert_eq!((b.instants("200"), b.hops.len()), (non_invite(500, 4000), 0), "no ACK ever");
    }
}

#[test]
fn who_began_acknowledges_each_2xx_and_a_proxy_passes_them_on() {
    let mut a = Bench::new(A, CORE, Carrier::Datagram);
    let invite = first(Method::Invite);
    a.send(&invite);
    a.wait(100);
    assert!(a.receive(B, answered(&invite, 200)));
    a.send(&first(Method::Ack));
    a.wait(600);
    assert!(!a.receive(B, answered(&invite, 200)), "the ACK was lost");
    assert_eq!(a.air, [(600, "ACK".to_owned(), 2)]);
    a.wait(32_100);
    assert_eq!((a.hops.len(), a.running.len()), (0, 0), "timer M");
    let through = request(Method::Invite, Via::of(A).with(PROXY));
    let mut p = Bench::new(PROXY, CORE, Carrier::Datagram);
    assert!(p.receive(A, Pdu::Request(invite.clone())));
    p.send(&through);
    for t in [100, 600, 1600] {
        p.wait(t);
        assert!(p.receive(B, answered(&through, 200)), "each goes on");
        p.answer(&invite, 200);
        assert!(p.receive(A, Pdu::Request(first(Method::Ack))), "as does each ACK");
    }
    p.wait(31_000);
    assert_eq!(p.instants("200").len(), 0, "a proxy repeats no 2xx");
    p.wait(40_000);
    assert_eq!((p.hops.len(), p.running.len()), (0, 0));
}

/// no CANCEL before a provisional response.
#[test]
fn a_cancel_waits_for_a_provisional_response() {
    let (invite, cancel) = (first(Method::Invite), first(Method::Cancel));
    let mut a = Bench::new(A, CORE, Carrier::Datagram);
    a.send(&invite);
    a.wait(100);
    assert_eq!(a.send(&cancel), HopRef::NONE, "held");
    a.wait(700);
    assert!(!a.receive(B, answered(&invite, 100)));
    assert_eq!((a.released.clone(), a.passed.clone()), (vec![700], vec![]));
    assert!(a.send(&cancel).is_some(), "now it goes");
    let mut a = Bench::new(A, CORE, Carrier::Datagram);
    a.send(&invite);
    a.send(&cancel);
    a.wait(700);
    assert!(a.receive(B, answered(&invite, 200)));
    assert_eq!((a.released.clone(), a.passed.clone()), (vec![], vec![(700, 481)]), "there is nothing to cancel any more");
    assert_eq!(a.send(&cancel), HopRef::NONE);
    assert_eq!(a.passed.len(), 2);
    let mut a = Bench::new(A, CORE, Carrier::Datagram);
    a.send(&invite);
    a.send(&cancel);
    a.wait(32_000);
    assert_eq!(a.passed, [(32_000, 481)], "the transaction ended");
}

#[test]
fn a_copy_is_lost_only_when_the_last_that_is_under_way_has_not_come() {
    let lost = |under_way: u32, reached: bool| {
        let mut a = Bench::new(A, CORE, Carrier::Datagram);
        let hop = a.send(&first(Method::Message));
        (0..under_way).for_each(|_| a.hops.launched(hop));
        a.wait(32_000);
        assert_eq!(a.over.is_empty(), under_way > 0);
        for n in 0..under_way {
            a.wait(33_000 + u64::from(n));
            a.ask(|hops, _, out| hops.landed(hop, reached, out));
        }
        assert_eq!(a.hops.len(), 0);
        a.over.clone()
    };
    assert_eq!(lost(0, true), [(32_000, true)]);
    assert_eq!(lost(1, true), [(33_000, false)]);
    assert_eq!(lost(2, false), [(33_001, true)]);
    // Over a stream the one copy that met nobody was all there is.
    let mut a = Bench::new(A, ACCESS, Carrier::Stream);
    let hop = a.send(&first(Method::Message));
    a.hops.launched(hop);
    a.wait(50);
    a.ask(|hops, _, out| hops.landed(hop, false, out));
    assert_eq!((a.over.clone(), a.running.len(), a.hops.len()), (vec![(50, true)], 0, 0));
}

#[test]
fn what_a_device_began_ends_with_its_connection_and_what_it_took_is_remembered() {
    let mut b = Bench::new(B, ACCESS, Carrier::Datagram);
    let taken = first(Method::Message);
    assert!(b.receive(A, Pdu::Request(taken.clone())));
    b.answer(&taken, 200);
    let own = Request { txn: TxnId { owner: B, slot: 0, generation: 0 }, via: Via::of(B), ..first(Method::Message) };
    b.send(&own);
    b.wait(1000);
    b.ask(|hops, _, out| hops.disconnected(out));
    assert_eq!((b.over.clone(), b.running.len()), (vec![(1000, true)], 0));
    b.wait(100_000);
    assert!(!b.receive(A, Pdu::Request(taken)), "its answer was lost: it is no new message");
    assert_eq!(b.instants("200"), [100_000]);
    assert_eq!(b.instants("MESSAGE").len(), 0);
}
