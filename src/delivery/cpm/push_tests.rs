//! The suite of the Push Enabler.

use super::*;
use crate::delivery::suite::clause_tests;
use crate::delivery::{NoticeKind, Output, Rules, UserId};

const ENABLER: FunctionId = FunctionId(2);
const PF: FunctionId = FunctionId(1);
const PHONE: FunctionId = FunctionId(10);
const TABLET: FunctionId = FunctionId(11);
const USER: UserId = UserId(0);

/// An enabler whose pushes take so long, with what it has sent: device and round.
struct Rig {
    enabler: PushEnabler,
    out: Outbox,
    now: SimTime,
    latency: Span,
    timers: Vec<(SimTime, crate::delivery::TimerToken, Timer)>,
    asked: Vec<Question>,
    sent: Vec<(FunctionId, u32)>,
}

impl Rig {
    fn new(rules: Rules, keeps: u32, latency: u64) -> Rig {
        Rig {
            enabler: PushEnabler::new(PushSetup { id: ENABLER, keeps }),
            out: Outbox::under(rules),
            now: SimTime::ZERO,
            latency: Span::from_secs(latency),
            timers: Vec::new(),
            asked: Vec::new(),
            sent: Vec::new(),
        }
    }

    fn tell(&mut self, input: Input) {
        self.enabler.handle(self.now, input, &mut self.out);
        for output in self.out.take() {
            match output {
                Output::Send { to, pdu: Pdu::Push(Push::Message { device, notice }) } => {
                    assert_eq!(to, device);
                    self.sent.push((to, notice.round));
                }
                Output::SetTimer { token, timer, after } => self.timers.push((self.now.saturating_add(after), token, timer)),
                Output::Ask(question) => {
                    self.asked.push(question);
                    self.tell(Input::Told(question, Answer::Span(self.latency)));
                }
                Output::Milestone(_, Milestone::Undefined { input, .. }) => panic!("undefined: {input}"),
                Output::Milestone(..) => {}
                other => panic!("an enabler does not do this: {other:?}"),
            }
        }
    }

    fn receive(&mut self, from: FunctionId, push: Push) {
        self.tell(Input::Received { from, at: self.now, pdu: Pdu::Push(push) });
    }

    fn submit(&mut self, device: FunctionId, round: u32) {
        let notice = Notice { user: USER, round, part: 1, parts: 1, kind: NoticeKind::Waiting, number: 1, list: [].into() };
        self.receive(PF, Push::Submit { device, by_sip_uri: false, notice: Box::new(notice) });
    }

    fn line(&mut self, device: FunctionId, on: bool) {
        self.receive(device, Push::Connect { device, user: USER, on });
    }

    fn pass(&mut self, seconds: u64) {
        self.now = self.now.saturating_add(Span::from_secs(seconds));
        self.timers.sort_by_key(|t| (t.0, t.1.slot));
        while self.timers.first().is_some_and(|t| t.0 <= self.now) {
            let (_, token, timer) = self.timers.remove(0);
            self.out.tokens().retire(token);
            self.tell(Input::Expired(timer));
        }
    }
}

clause_tests! {
    fn sd23_5_2_2_1_1_26_the_enabler_brings_pushes_to_devices(rules) {
        let mut rig = Rig::new(rules, 1, 2);
        rig.line(PHONE, true);
        rig.submit(PHONE, 1);
        rig.submit(PHONE, 2);
        rig.pass(1);
        assert!(rig.sent.is_empty(), "its own time passes first");
        rig.pass(1);
        assert_eq!(rig.sent, [(PHONE, 1), (PHONE, 2)]);
        assert!(matches!(rig.asked[..], [Question::PushDelay { nth: 1, slot: 0, .. }, Question::PushDelay { nth: 2, slot: 1, .. }]));
        rig.submit(PHONE, 3);
        assert!(matches!(rig.asked[2], Question::PushDelay { nth: 3, slot: 0, .. }), "a place that is free is used again");
        rig.pass(2);
        assert_eq!(rig.sent.len(), 3);
    }

    /// Each device has a line of its own, and keeps its last pushes while it is away.
    fn sd23_5_2_2_1_1_26_the_last_pushes_are_kept_for_a_device_that_is_away(rules) {
        let mut rig = Rig::new(rules, 2, 0);
        rig.line(PHONE, true);
        rig.line(PHONE, false);
        for round in 1..=3 {
            rig.submit(PHONE, round);
            rig.submit(TABLET, 10 + round);
        }
        assert!(rig.sent.is_empty());
        rig.line(PHONE, true);
        assert_eq!(rig.sent, [(PHONE, 2), (PHONE, 3)]);
        rig.line(PHONE, true);
        assert_eq!(rig.sent.len(), 2, "they are brought once");
        rig.line(TABLET, true);
        assert_eq!(rig.sent[2..], [(TABLET, 12), (TABLET, 13)]);
    }

    /// One that keeps nothing, and a device that vanished without a word.
    fn sd23_5_2_2_1_1_26_what_is_not_kept_is_lost(rules) {
        let mut rig = Rig::new(rules, 0, 0);
        rig.submit(PHONE, 1);
        rig.line(PHONE, true);
        assert!(rig.sent.is_empty());
        rig.submit(PHONE, 2);
        assert_eq!(rig.sent, [(PHONE, 2)], "it is thought to be there until it says that it goes");
    }
}
