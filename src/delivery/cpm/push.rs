//! The Push Enabler: takes out-of-band notifications from PFs and brings them to devices (SD23-5.2.2.1.1-26).
//!
//! A device opens its connection when it has IP and closes it when it leaves in good order. For one that is away the last
//! pushes are kept and go out when it is back; one that vanished without a word gets nothing, and nobody learns of it: the
//! enabler's answer is no proof of arrival. Left out: the push networks of the vendors behind it, and their own addresses.

use std::collections::{BTreeMap, VecDeque};

use crate::delivery::{Answer, Function, FunctionId, Input, Milestone, Notice, Outbox, Pdu, Push, Question, Tag, Timer};
use crate::units::{SimTime, Span};

#[cfg(test)]
#[path = "push_tests.rs"]
pub(crate) mod tests;

/// What a Push Enabler is set up with.
#[derive(Clone, Copy, Debug)]
pub struct PushSetup {
    pub id: FunctionId,
    /// Pushes kept for a device that is away.
    pub keeps: u32,
}

/// What is known of one device.
#[derive(Clone, Debug, Default)]
struct Line {
    connected: bool,
    kept: VecDeque<Notice>,
    pushes: u32,
}

/// A Push Enabler.
#[derive(Clone, Debug)]
pub struct PushEnabler {
    setup: PushSetup,
    lines: BTreeMap<FunctionId, Line>,
    /// On their way: device and push, by slot.
    under_way: Vec<Option<(FunctionId, Notice)>>,
}

impl PushEnabler {
    pub fn new(setup: PushSetup) -> PushEnabler {
        PushEnabler { setup, lines: BTreeMap::new(), under_way: Vec::new() }
    }

    fn submit(&mut self, device: FunctionId, notice: Notice, out: &mut Outbox) {
        let line = self.lines.entry(device).or_default();
        out.milestone(Tag::PushEnablerTakes, Milestone::Told);
        if !out.holds(Tag::PushEnablerTakes) {
            return;
        }
        if line.connected {
            self.start(device, notice, out);
        } else if self.setup.keeps > 0 {
            if line.kept.len() >= self.setup.keeps as usize {
                line.kept.pop_front();
            }
            line.kept.push_back(notice);
        }
    }

    fn connect(&mut self, device: FunctionId, on: bool, out: &mut Outbox) {
        let line = self.lines.entry(device).or_default();
        line.connected = on;
        if on {
            for notice in std::mem::take(&mut line.kept) {
                self.start(device, notice, out);
            }
        }
    }

    fn start(&mut self, device: FunctionId, notice: Notice, out: &mut Outbox) {
        let line = self.lines.entry(device).or_default();
        line.pushes += 1;
        let nth = line.pushes;
        let slot = self.under_way.iter().position(Option::is_none).unwrap_or_else(|| {
            self.under_way.push(None);
            self.under_way.len() - 1
        });
        self.under_way[slot] = Some((device, notice));
        out.ask(Question::PushDelay { device, nth, slot: slot as u32 });
    }

    fn send(&mut self, slot: u32, out: &mut Outbox) {
        let Some((device, notice)) = self.under_way[slot as usize].take() else {
            return undefined("end of a push that is not under way", out);
        };
        out.send(device, Pdu::Push(Push::Message { device, notice: Box::new(notice) }));
    }
}

fn undefined(input: &'static str, out: &mut Outbox) {
    out.milestone(Tag::PushEnablerTakes, Milestone::Undefined { state: "serving", input });
}

impl Function for PushEnabler {
    fn handle(&mut self, _: SimTime, input: Input, out: &mut Outbox) {
        match input {
            Input::Received { pdu: Pdu::Push(Push::Submit { device, notice, .. }), .. } => self.submit(device, *notice, out),
            Input::Received { pdu: Pdu::Push(Push::Connect { device, on, .. }), .. } => self.connect(device, on, out),
            Input::Told(Question::PushDelay { slot, .. }, Answer::Span(after)) => {
                if after == Span::ZERO {
                    self.send(slot, out);
                } else {
                    out.set_timer(Timer::PushDue { slot }, after);
                }
            }
            Input::Expired(Timer::PushDue { slot }) => self.send(slot, out),
            Input::Received { pdu: Pdu::Push(Push::Message { .. }), .. } => undefined("push to a device", out),
            Input::Received { .. } => undefined("PDU that is no push", out),
            Input::Overloaded { .. } => undefined("PDU without room", out),
            Input::Expired(_) => undefined("timer of another function", out),
            Input::Told(..) => undefined("answer to another question", out),
            Input::Access(_) | Input::Compose(..) => undefined("input of a client", out),
            Input::Policy { .. } | Input::Connectivity { .. } | Input::Restarted => undefined("input of a PF", out),
        }
    }
}
