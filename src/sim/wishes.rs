//! What users want done with deferred messages, and how their clients fare with it: the answers to the questions of pulling.
//!
//! When a user reacts is a matter of the device that tells him; what he wants done with a message is his own affair, so that two
//! devices of one user choose alike. Each question is drawn for a subject of its own: no other draw moves.

use super::world::World;
use crate::delivery::{Answer, CpmAction, FunctionId, MessageId, Question};
use crate::units::{Chooser, Purpose, Site, Span, SubjectId, bernoulli, choose_index, uniform_open};

const REACTION: SubjectId = SubjectId::of_name("own.pull-reaction");
const CHOICE: SubjectId = SubjectId::of_name("own.pull-choice");
const ENTRY: SubjectId = SubjectId::of_name("own.pull-entry");
const AGAIN: SubjectId = SubjectId::of_name("own.pull-again");

impl World {
    /// The answer to a question about deferred messages; none: it is about something else.
    pub(super) fn wish(&mut self, who: FunctionId, question: Question) -> Option<Answer> {
        let answer = match question {
            Question::Reaction { nth } => self.reaction(who, nth),
            Question::TakesAll { message, nth } => self.takes_all(who, message, nth),
            Question::Choice { message, nth } => self.choice(who, message, nth),
            Question::EntryFaulty { message, nth } => {
                let subject = self.subject_of_message(message).with(self.device_subject(who)).with(ENTRY);
                let chance = self.model.client.pull.faulty;
                Answer::Yes(chance > 0.0 && bernoulli(self.chooser.bits(Site::new(Purpose::Reaction, subject, nth)), chance))
            }
            Question::PullJitter { nth } => {
                let subject = self.device_subject(who).with(AGAIN);
                let u = uniform_open(self.chooser.bits(Site::new(Purpose::TimerSpread, subject, nth)));
                Answer::Thousandths(500 + (u * 1001.0) as u32)
            }
            // The address of a push is that of the SIM: the device that bears it is the one selected.
            Question::PushSelected { device } => {
                let place = self.layout.device(device).expect("a push is for a device");
                Answer::Yes(self.layout.spec(&self.model, place).primary)
            }
            _ => return None,
        };
        Some(answer)
    }

    fn device_subject(&self, client: FunctionId) -> SubjectId {
        let device = self.layout.device(client).expect("a client asks");
        self.layout.devices[device as usize].subject
    }

    fn reaction(&mut self, who: FunctionId, nth: u32) -> Answer {
        let subject = self.device_subject(who).with(REACTION);
        let World { model, chooser, .. } = self;
        match model.client.pull.react.sample(chooser, Site::new(Purpose::Reaction, subject, nth)) {
            Span::FOREVER => Answer::Never,
            after => Answer::Span(after),
        }
    }

    /// What the user of this client wants with a message: of the user and the message, whichever device asks.
    fn wanted(&self, who: FunctionId, message: MessageId) -> SubjectId {
        let device = self.layout.device(who).expect("a client asks");
        let user = self.layout.devices[device as usize].user;
        self.subject_of_message(message).with(self.layout.user(user).subject).with(CHOICE)
    }

    /// Places of a choice: for the `nth` time whether all, and what with this message.
    fn takes_all(&mut self, who: FunctionId, message: MessageId, nth: u32) -> Answer {
        let site = Site::new(Purpose::Reaction, self.wanted(who, message), 2 * nth);
        let pull = &self.model.client.pull;
        let weights = [pull.all, pull.choice.iter().sum()];
        Answer::Yes(choose_index(self.chooser.bits(site), &weights) == 0)
    }

    fn choice(&mut self, who: FunctionId, message: MessageId, nth: u32) -> Answer {
        let site = Site::new(Purpose::Reaction, self.wanted(who, message), 2 * nth + 1);
        let chosen = choose_index(self.chooser.bits(site), &self.model.client.pull.choice);
        let actions = [CpmAction::Deliver, CpmAction::Delete, CpmAction::Interwork, CpmAction::Store];
        Answer::Action(actions.get(chosen).copied())
    }
}
