//! The HLR: routing for short messages, the waiting list with its flags, and alerts (3GPP TS 29.002 23.3, 23.4; TS 23.008 2.10).
//!
//! Flags by domain: MNRF (CS), MNRG (PS), UNRI (IMS), and MCEF for a phone without memory. A return in one domain clears its flag
//! and leaves the others, or clears all of them (`hlr-flag-relation`). Whoever stands in the list is alerted, whichever domain it
//! was. Left out: reasons of absence in the register (MNRR, UNRR), priority of a short message, several addresses of one subscriber.

use crate::delivery::behaviour::Behaviour;
use crate::delivery::{
    Answer, Flags, Function, FunctionId, Input, Map, MessageId, Milestone, Nodes, Outbox, Outcome, Pdu, Question, Ready, Routing,
    SmsDomain, Tag, Timer, TimerToken, UserId,
};
use crate::units::{SimTime, Span};

/// What an HLR is set up with.
#[derive(Clone, Copy, Debug)]
pub struct HlrSetup {
    pub id: FunctionId,
    /// Addresses in the waiting list of one subscriber.
    pub mwd_max: u32,
    /// How often an alert without an answer is repeated, each time after `alert_every`; then the address is purged. Zero: an address
    /// stays until something else alerts it.
    pub alert_repeats: u32,
    pub alert_every: Span,
    pub users: usize,
}

#[derive(Clone, Debug, Default)]
struct Subscriber {
    nodes: Nodes,
    flags: Flags,
    /// Message waiting data: service centres to alert.
    mwd: Vec<Waiting>,
    alert_pending: bool,
    alerts: u32,
}

/// A service centre in the waiting list.
#[derive(Clone, Copy, Debug)]
struct Waiting {
    sc: FunctionId,
    /// It has been alerted and may go from the list: nothing has been written down for it since.
    alerted: bool,
    /// Alerts of it that had no answer, and the timer to the next.
    repeats: u32,
    again: Option<TimerToken>,
}

/// A home location register.
#[derive(Clone, Debug)]
pub struct Hlr {
    setup: HlrSetup,
    /// `hlr-flag-relation=coupled`
    coupled: bool,
    subscribers: Vec<Subscriber>,
}

impl Hlr {
    pub fn new(setup: HlrSetup, behaviour: Behaviour) -> Hlr {
        Hlr { setup, coupled: behaviour.hlr_flags_coupled, subscribers: vec![Subscriber::default(); setup.users] }
    }

    fn at(&mut self, user: UserId) -> &mut Subscriber {
        &mut self.subscribers[user.0 as usize]
    }

    // --- routing

    fn on_enquiry(&mut self, user: UserId, gateway: FunctionId, enquiry: (FunctionId, u32, MessageId), out: &mut Outbox) {
        let (sc, invoke, about) = enquiry;
        let result = self.route(user, sc, out);
        out.milestone(Tag::OwnSmsPlant, Milestone::Told);
        out.send(gateway, Pdu::Map(Map::SriSmAck { invoke, result, about }));
        let subscriber = self.at(user);
        let (flags, listed) = (subscriber.flags, subscriber.mwd.iter().any(|w| w.sc == sc));
        // Where the subscriber is absent and the list has room, the answer has said it all.
        let news = if matches!(result, Routing::AbsentSubscriber) { !listed } else { flags.any() };
        if news && out.holds(Tag::OwnInformSc) {
            out.milestone(Tag::OwnInformSc, Milestone::Told);
            out.send(gateway, Pdu::Map(Map::InformSc { user, listed, flags, about }));
        }
    }

    fn route(&mut self, user: UserId, sc: FunctionId, out: &mut Outbox) -> Routing {
        let subscriber = self.at(user);
        let mut nodes = subscriber.nodes;
        for domain in SmsDomain::ALL {
            if subscriber.flags.absent(domain) {
                nodes.set(domain, None);
            }
        }
        if !nodes.is_empty() && out.holds(Tag::OwnSmsPlant) {
            return Routing::At(nodes);
        }
        // Who is served nowhere has no flag yet, and his list must have one (I-17).
        let unflagged = !subscriber.flags.any_absent();
        self.wait(user, sc, unflagged.then_some(SmsDomain::Cs), out);
        Routing::AbsentSubscriber
    }

    // --- waiting data

    /// Sets or clears the flag of a domain, or those of all (`hlr-flag-relation`).
    fn flag(&mut self, user: UserId, domain: SmsDomain, on: bool, out: &Outbox) {
        let together = self.coupled || !out.holds(Tag::FlagRelation);
        for flag in SmsDomain::ALL {
            if together || flag == domain {
                self.at(user).flags.set_absent(flag, on);
            }
        }
    }

    /// The service centre is written down, if there is room; false: the list is full. The flag of the domain is set.
    fn wait(&mut self, user: UserId, sc: FunctionId, domain: Option<SmsDomain>, out: &Outbox) -> bool {
        if !out.holds(Tag::OwnWaitingData) {
            return true;
        }
        if let Some(domain) = domain {
            self.flag(user, domain, true, out);
        }
        let room = self.setup.mwd_max as usize;
        let subscriber = self.at(user);
        match subscriber.mwd.iter().position(|w| w.sc == sc) {
            // The answer to an alert that went before does not clear what is written down now.
            Some(at) => (subscriber.mwd[at].alerted, subscriber.mwd[at].repeats) = (false, 0),
            None if subscriber.mwd.len() < room => subscriber.mwd.push(Waiting { sc, alerted: false, repeats: 0, again: None }),
            None => return false,
        }
        true
    }

    /// False: the list is full.
    fn on_report(&mut self, user: UserId, sc: FunctionId, domain: SmsDomain, outcome: Outcome, out: &mut Outbox) -> bool {
        match outcome {
            Outcome::Absent => self.wait(user, sc, Some(domain), out),
            Outcome::MemoryFull => {
                if out.holds(Tag::OwnMemoryFull) {
                    out.milestone(Tag::OwnMemoryFull, Milestone::Told);
                    self.at(user).flags.memory = true;
                }
                self.wait(user, sc, None, out)
            }
            Outcome::Success => {
                self.strike(user, out, |w| w.sc == sc);
                self.at(user).flags.memory = false;
                self.present(user, domain, out);
                true
            }
        }
    }

    /// Takes service centres from the list.
    fn strike(&mut self, user: UserId, out: &mut Outbox, gone: impl Fn(&Waiting) -> bool) {
        let list = &mut self.subscribers[user.0 as usize].mwd;
        for waiting in list.iter().filter(|w| gone(w)) {
            if let Some(timer) = waiting.again {
                out.cancel_timer(timer);
            }
        }
        list.retain(|w| !gone(w));
    }

    /// The subscriber can be reached again in a domain.
    fn present(&mut self, user: UserId, domain: SmsDomain, out: &mut Outbox) {
        self.flag(user, domain, false, out);
        self.alert_all(user, out);
    }

    fn on_ready(&mut self, user: UserId, domain: SmsDomain, reason: Ready, out: &mut Outbox) {
        match reason {
            Ready::Present => self.present(user, domain, out),
            Ready::MemoryAvailable if out.holds(Tag::OwnMemoryFull) => {
                self.at(user).flags.memory = false;
                // Whoever says so is there.
                self.present(user, domain, out);
            }
            Ready::MemoryAvailable => {}
        }
    }

    // --- alerts

    /// Every service centre in the list is to be alerted, unless the phone has no memory for what would come.
    fn alert_all(&mut self, user: UserId, out: &mut Outbox) {
        let subscriber = self.at(user);
        if subscriber.flags.memory || subscriber.mwd.is_empty() || subscriber.alert_pending {
            return;
        }
        subscriber.alert_pending = true;
        subscriber.alerts += 1;
        let nth = subscriber.alerts;
        out.milestone(Tag::OwnWaitingData, Milestone::Told);
        out.ask(Question::AlertDelay { user, nth });
    }

    fn alert(&mut self, user: UserId, out: &mut Outbox) {
        let subscriber = self.at(user);
        subscriber.alert_pending = false;
        let nth = subscriber.alerts;
        for (place, waiting) in subscriber.mwd.iter_mut().enumerate() {
            waiting.alerted = true;
            out.ask(Question::AlertLost { user, sc: waiting.sc, nth, place: place as u32 });
        }
    }

    fn send_alert(&mut self, user: UserId, sc: FunctionId, lost: bool, out: &mut Outbox) {
        if !lost {
            out.send(sc, Pdu::Map(Map::AlertSc { user }));
        }
        let HlrSetup { alert_repeats, alert_every, .. } = self.setup;
        let Some(waiting) = self.at(user).mwd.iter_mut().find(|w| w.sc == sc) else { return };
        if alert_repeats > 0 && out.holds(Tag::OwnAlertRepeated) && waiting.again.is_none() {
            waiting.again = Some(out.set_timer(Timer::AlertAgain { user, sc }, alert_every));
        }
    }

    /// An alert has had no answer: it is repeated, or its address purged (TS 29.002 25.10.4).
    fn on_unanswered(&mut self, user: UserId, sc: FunctionId, out: &mut Outbox) {
        let most = self.setup.alert_repeats;
        let subscriber = self.at(user);
        let place = subscriber.mwd.iter().position(|w| w.sc == sc).expect("the timer goes with the entry");
        subscriber.mwd[place].again = None;
        // Something new was written down: the phone has gone again, and its return will alert.
        if !subscriber.mwd[place].alerted {
            return;
        }
        subscriber.mwd[place].repeats += 1;
        out.milestone(Tag::OwnAlertRepeated, Milestone::Told);
        if subscriber.mwd[place].repeats > most {
            subscriber.mwd.remove(place);
            return;
        }
        subscriber.alerts += 1;
        let nth = subscriber.alerts;
        out.ask(Question::AlertLost { user, sc, nth, place: place as u32 });
    }

    fn on_map(&mut self, from: FunctionId, map: Map, out: &mut Outbox) {
        match map {
            Map::SriSm { user, sc, invoke, about } => self.on_enquiry(user, from, (sc, invoke, about), out),
            Map::ReportSmDeliveryStatus { user, sc, domain, outcome, about } => {
                if !self.on_report(user, sc, domain, outcome, out) && out.holds(Tag::OwnListFull) {
                    out.milestone(Tag::OwnListFull, Milestone::Told);
                    out.send(from, Pdu::Map(Map::WaitingListFull { user, about }));
                }
            }
            Map::ReadyForSm { user, domain, reason } => self.on_ready(user, domain, reason, out),
            Map::UpdateLocation { user, domain, node } => {
                self.at(user).nodes.set(domain, Some(node));
                self.present(user, domain, out);
            }
            Map::Purge { user, domain } => {
                let served = self.at(user).nodes.at(domain);
                if served == Some(from) && out.holds(Tag::OwnPurge) {
                    self.at(user).nodes.set(domain, None);
                }
            }
            Map::AlertScAck { user } => self.strike(user, out, |w| w.sc == from && w.alerted),
            _ => out.milestone(Tag::OwnSmsPlant, Milestone::Undefined { state: "hlr", input: "map" }),
        }
    }
}

impl Function for Hlr {
    fn handle(&mut self, _now: SimTime, input: Input, out: &mut Outbox) {
        match input {
            Input::Received { from, pdu: Pdu::Map(map), .. } => self.on_map(from, map, out),
            Input::Told(Question::AlertDelay { user, .. }, Answer::Span(after)) => {
                if after == Span::ZERO {
                    self.alert(user, out);
                } else {
                    out.set_timer(Timer::AlertDue { user }, after);
                }
            }
            Input::Told(Question::AlertLost { user, sc, .. }, Answer::Yes(lost)) => self.send_alert(user, sc, lost, out),
            Input::Expired(Timer::AlertDue { user }) => self.alert(user, out),
            Input::Expired(Timer::AlertAgain { user, sc }) => self.on_unanswered(user, sc, out),
            _ => out.milestone(Tag::OwnSmsPlant, Milestone::Undefined { state: "hlr", input: "other" }),
        }
    }
}
