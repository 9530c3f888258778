//! The HLR: routing for short messages, the waiting list, the flag MNRF, and alerts (3GPP TS 29.002 23.3, 23.4; TS 23.008 2.10).
//!
//! One domain, CS. Left out: MNRG, UNRI, memory full, repetition of lost alerts.

use crate::delivery::{
    Answer, Function, FunctionId, Input, Map, Milestone, Nodes, Outbox, Outcome, Pdu, Question, Routing, SmsDomain, Tag, Timer,
    UserId,
};
use crate::units::{SimTime, Span};

/// What an HLR is set up with.
#[derive(Clone, Copy, Debug)]
pub struct HlrSetup {
    pub id: FunctionId,
    /// Addresses in the waiting list of one subscriber.
    pub mwd_max: u32,
    pub users: usize,
}

#[derive(Clone, Debug, Default)]
struct Subscriber {
    msc: Option<FunctionId>,
    /// Mobile not reachable flag.
    mnrf: bool,
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
}

/// A home location register.
#[derive(Clone, Debug)]
pub struct Hlr {
    setup: HlrSetup,
    subscribers: Vec<Subscriber>,
}

impl Hlr {
    pub fn new(setup: HlrSetup) -> Hlr {
        Hlr { setup, subscribers: vec![Subscriber::default(); setup.users] }
    }

    fn at(&mut self, user: UserId) -> &mut Subscriber {
        &mut self.subscribers[user.0 as usize]
    }

    fn route(&mut self, user: UserId, sc: FunctionId, out: &Outbox) -> Routing {
        let subscriber = self.at(user);
        match subscriber.msc {
            Some(msc) if !subscriber.mnrf && out.holds(Tag::OwnSmsPlant) => Routing::At(Nodes::only(SmsDomain::Cs, msc)),
            _ => {
                self.wait(user, sc, out);
                Routing::AbsentSubscriber
            }
        }
    }

    /// The subscriber is absent: the service centre is written down, if there is room (else messageWaitingListFull).
    fn wait(&mut self, user: UserId, sc: FunctionId, out: &Outbox) {
        if !out.holds(Tag::OwnWaitingData) {
            return;
        }
        let room = self.setup.mwd_max as usize;
        let subscriber = self.at(user);
        subscriber.mnrf = true;
        match subscriber.mwd.iter().position(|w| w.sc == sc) {
            // The answer to an alert that went before does not clear what is written down now.
            Some(at) => subscriber.mwd[at].alerted = false,
            None if subscriber.mwd.len() < room => subscriber.mwd.push(Waiting { sc, alerted: false }),
            None => {}
        }
    }

    /// The subscriber is there again.
    fn present(&mut self, user: UserId, out: &mut Outbox) {
        let subscriber = self.at(user);
        if !std::mem::replace(&mut subscriber.mnrf, false) || subscriber.mwd.is_empty() || subscriber.alert_pending {
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
        for waiting in &mut subscriber.mwd {
            waiting.alerted = true;
            out.ask(Question::AlertLost { user, sc: waiting.sc, nth });
        }
    }
}

impl Function for Hlr {
    fn handle(&mut self, _now: SimTime, input: Input, out: &mut Outbox) {
        match input {
            Input::Received { from, pdu: Pdu::Map(map), .. } => match map {
                Map::SriSm { user, sc, invoke, about } => {
                    let result = self.route(user, sc, out);
                    out.milestone(Tag::OwnSmsPlant, Milestone::Told);
                    out.send(from, Pdu::Map(Map::SriSmAck { invoke, result, about }));
                }
                Map::ReportSmDeliveryStatus { user, outcome: Outcome::Success, .. } | Map::ReadyForSm { user, .. } => {
                    self.present(user, out);
                }
                Map::ReportSmDeliveryStatus { user, sc, .. } => self.wait(user, sc, out),
                Map::UpdateLocation { user, node, .. } => {
                    self.at(user).msc = Some(node);
                    self.present(user, out);
                }
                Map::AlertScAck { user } => self.at(user).mwd.retain(|w| w.sc != from || !w.alerted),
                _ => out.milestone(Tag::OwnSmsPlant, Milestone::Undefined { state: "hlr", input: "map" }),
            },
            Input::Told(Question::AlertDelay { user, .. }, Answer::Span(after)) => {
                if after == Span::ZERO {
                    self.alert(user, out);
                } else {
                    out.set_timer(Timer::AlertDue { user }, after);
                }
            }
            Input::Told(Question::AlertLost { user, sc, .. }, Answer::Yes(lost)) => {
                if !lost {
                    out.send(sc, Pdu::Map(Map::AlertSc { user }));
                }
            }
            Input::Expired(Timer::AlertDue { user }) => self.alert(user, out),
            _ => out.milestone(Tag::OwnSmsPlant, Milestone::Undefined { state: "hlr", input: "other" }),
        }
    }
}
