//! The (state, input) table of each machine, made by driving it: in every state it is given every kind of input, and what it does is
//! written down. The tables lie in `tests/data/tables`, where a change of behaviour shows as changed lines.
//!
//! A state is reached by a few inputs; a line says what one more input leads to: what is sent, timed, asked and reported. Timers are
//! given only where they run, answers only where their question was put: the run gives no others. `UPDATE_DOCS=1 cargo test --lib
//! tables` writes the tables.

mod deferring;
mod inputs;
mod machines;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::{
    Body, Dispositions, Function, FunctionId, Imap, Input, MessageId, Milestone, Object, Outbox, Output, Pdu, Question, Request,
    Timer, TimerToken, TxnId,
};
use crate::units::{SimTime, Span};

/// One function alone, with all that it has said.
struct Rig<F> {
    function: F,
    /// Which function it is; none: inputs that depend on it are made for any.
    id: Option<FunctionId>,
    out: Outbox,
    now: SimTime,
    timers: Vec<(TimerToken, Timer)>,
    questions: Vec<Question>,
    /// Client transactions it began with the PDUs it sent, oldest first.
    asked: Vec<(TxnId, Pdu)>,
    sent: Vec<(FunctionId, Pdu)>,
}

impl<F: Function + Clone> Rig<F> {
    fn new(function: F) -> Rig<F> {
        let (timers, questions, asked, sent) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        Rig { function, id: None, out: Outbox::default(), now: SimTime::ZERO, timers, questions, asked, sent }
    }

    /// The same, so that late and passing responses are addressed as this function would find them.
    fn named(self, id: FunctionId) -> Rig<F> {
        Rig { id: Some(id), ..self }
    }

    /// Gives it one input; what it said.
    fn tell(&mut self, input: Input) -> Vec<Output> {
        self.now = self.now.saturating_add(Span::from_secs(1));
        if let Input::Expired(timer) = input {
            let at = self.timers.iter().position(|(_, t)| *t == timer).expect("only what runs expires");
            let (token, _) = self.timers.remove(at);
            self.out.tokens().retire(token);
        }
        if let Input::Told(question, _) = &input {
            self.questions.retain(|q| q != question);
        }
        self.function.handle(self.now, input, &mut self.out);
        let said = self.out.take();
        for output in &said {
            match output {
                Output::SetTimer { token, timer, .. } => self.timers.push((*token, *timer)),
                Output::CancelTimer { token } => {
                    self.timers.retain(|(t, _)| t != token);
                    self.out.tokens().retire(*token);
                }
                Output::Ask(question) => self.questions.push(*question),
                Output::Send { to, pdu } => {
                    if let Pdu::Request(request) = pdu {
                        self.asked.push((request.txn, pdu.clone()));
                    }
                    self.sent.push((*to, pdu.clone()));
                }
                Output::Milestone(..) => {}
            }
        }
        said
    }

    /// The name of the timer that runs, by the word its name opens with.
    fn expire(&mut self, word: &str) {
        let running = self.timers.iter().find(|(_, t)| format!("{t:?}").starts_with(word)).map(|(_, t)| *t);
        self.tell(Input::Expired(running.unwrap_or_else(|| panic!("{word} runs not: {:?}", self.timers))));
    }

    fn answer(&mut self, answer: super::Answer) {
        let question = *self.questions.last().expect("a question was put");
        self.tell(Input::Told(question, answer));
    }
}

impl<F: Clone> Clone for Rig<F> {
    fn clone(&self) -> Self {
        Rig {
            function: self.function.clone(),
            id: self.id,
            out: self.out.clone(),
            now: self.now,
            timers: self.timers.clone(),
            questions: self.questions.clone(),
            asked: self.asked.clone(),
            sent: self.sent.clone(),
        }
    }
}

/// The first word of a value's name.
fn word(text: String) -> String {
    text.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default().to_owned()
}

/// What was said, in a line; none: the pair is undefined.
fn effect(said: &[Output], name: &dyn Fn(FunctionId) -> String) -> Option<String> {
    let mut parts = Vec::new();
    for output in said {
        match output {
            Output::Send { to, pdu } => parts.push(format!("{} to {}", pdu.name(), name(*to))),
            Output::SetTimer { timer, .. } => parts.push(format!("start {}", word(format!("{timer:?}")))),
            Output::CancelTimer { .. } => parts.push("stop".to_owned()),
            Output::Ask(question) => parts.push(format!("ask {}", word(format!("{question:?}")))),
            Output::Milestone(_, Milestone::Undefined { .. }) => return None,
            // The books of copies and transactions follow from what is sent and answered.
            Output::Milestone(_, Milestone::CopyMade { .. } | Milestone::TxnStart { .. } | Milestone::TxnEnd { .. }) => {}
            Output::Milestone(_, Milestone::Told) => {}
            Output::Milestone(_, Milestone::CopyEnd { fate, .. }) => parts.push(format!("[copy {}]", word(format!("{fate:?}")))),
            Output::Milestone(_, milestone) => parts.push(format!("[{}]", word(format!("{milestone:?}")))),
        }
    }
    Some(parts.join(", "))
}

/// What is done in one state with each input.
#[derive(Default)]
struct Row {
    handled: Vec<(String, String)>,
    passed_over: Vec<String>,
    undefined: Vec<String>,
}

fn row<F: Function + Clone>(rig: &Rig<F>) -> Row {
    let mut row = Row::default();
    for (input, given) in inputs::all(rig) {
        let mut rig = rig.clone();
        let said = catch_unwind(AssertUnwindSafe(|| rig.tell(given))).unwrap_or_else(|_| panic!("{input} stops the machine"));
        match effect(&said, &|id| machines::name(id).to_owned()) {
            None => row.undefined.push(input),
            Some(nothing) if nothing.is_empty() => row.passed_over.push(input),
            Some(effect) => row.handled.push((input, effect)),
        }
    }
    row
}

/// The table of one machine as text.
fn table<F: Function + Clone>(machine: &str, states: Vec<(&'static str, Rig<F>)>) -> String {
    let mut text = format!("{machine}\n");
    for (state, rig) in states {
        let Row { handled, passed_over, undefined } = row(&rig);
        let _ = writeln!(text, "\n== {state}");
        for (input, effect) in handled {
            let _ = writeln!(text, "{input}\n    {effect}");
        }
        for (head, inputs) in [("no effect", passed_over), ("undefined", undefined)] {
            if !inputs.is_empty() {
                let _ = writeln!(text, "-- {head}: {}", inputs.join("; "));
            }
        }
    }
    text
}

/// A report about what the store gave names the message as its first sender did (I-07).
#[test]
fn a_report_from_the_store_names_the_message_of_before_a_retargeting() {
    let registered = machines::client().into_iter().find(|(name, _)| *name == "registered");
    let (_, mut client) = registered.expect("the table has the state");
    let asked = Dispositions { positive: true, ..Dispositions::default() };
    let object = Object { original: MessageId(77), dispositions: asked, ..inputs::object() };
    let given = Imap::Synced { owner: object.owner, device: machines::PHONE, tag: 1, last: 1, objects: [object].into() };
    let said = client.tell(inputs::imap(machines::MSS, given));
    let reports = said.iter().filter_map(|o| match o {
        Output::Send { pdu: Pdu::Request(Request { body: Body::Imdn(imdn), .. }), .. } => Some((imdn.about, imdn.original)),
        _ => None,
    });
    assert_eq!(reports.collect::<Vec<_>>(), [(object.message, MessageId(77))]);
}

#[test]
fn every_state_meets_every_input_as_the_tables_say() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/tables");
    let mut tables: BTreeMap<&str, String> = BTreeMap::new();
    tables.insert("core", table("The SIP/IP Core", machines::core()));
    tables.insert("client", table("The CPM Client", machines::client()));
    tables.insert("pf", table("The Participating Function", machines::pf()));
    tables.insert("isf", table("The Interworking Selection Function", machines::isf()));
    tables.insert("iwf", table("The Interworking Function", machines::iwf()));
    tables.insert("hlr", table("The HLR", machines::hlr()));
    tables.insert("msc", table("The MSC", machines::msc()));
    tables.insert("smsc", table("The service centre", machines::smsc()));
    tables.insert("mss", table("The message store", machines::mss()));
    tables.insert("push", table("The Push Enabler", deferring::push()));
    let mut changed = Vec::new();
    for (name, text) in tables {
        let path = folder.join(format!("{name}.txt"));
        if std::env::var_os("UPDATE_DOCS").is_some() {
            std::fs::write(&path, &text).expect("the table can be written");
        }
        let kept = std::fs::read_to_string(&path).unwrap_or_default();
        let new: Vec<&str> = text.lines().filter(|l| !kept.lines().any(|k| k == *l)).collect();
        if kept != text {
            changed.push(format!("{name}: {new:#?}"));
        }
    }
    assert!(changed.is_empty(), "tables changed; UPDATE_DOCS=1 cargo test --lib tables writes them\n{}", changed.join("\n"));
}
