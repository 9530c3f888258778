//! The Core as a proxy: a request goes on by its service and session case to a PF, to the recipient's home, or to his contacts.
//!
//! Initial filter criteria are one line: a MESSAGE with the CPM feature tag goes to the PF of the user it concerns. In the
//! generation of 2008 no tag is named as the key of routing (IM08-5.2.2.1-06), so that every MESSAGE goes there. Which contacts
//! a request matches follows RFC 3841 with `require;explicit`: one that did not register the tag does not match a tagged request.
//! An INVITE of a client with the tag of deferred messages goes to the PF of its user, and what follows in its dialog takes the
//! same way, as if the Core had record-routed. From a PF sessions go to one contact. As a stateless proxy the Core passes a
//! CANCEL on like its INVITE (RFC 3261 16.10).

use super::core::{Core, Purpose, better, turn_away};
use super::registrar::Binding;
use crate::delivery::behaviour::DeliveryRule;
use crate::delivery::{
    Body, Case, CopyId, Fate, FunctionId, Icsi, InsertedBy, Kind, Milestone, Origin, Outbox, Pager, Path, Pdu, Reason, Request,
    Response, Tag, Target, UserId, Via,
};
use crate::units::SimTime;

/// A forked request.
#[derive(Clone, Debug)]
pub(super) struct Fork {
    generation: u32,
    /// None once a final response has gone back.
    upstream: Option<Response>,
    /// Branches without a final response.
    open: u32,
    /// The best final response so far.
    best: Option<(u16, Reason)>,
}

impl Core {
    /// Sends a request on by its session case (TS 23.228): originating services, the user's home, terminating services, contacts.
    pub(super) fn route(&mut self, now: SimTime, mut request: Request, out: &mut Outbox) {
        if request.max_forwards == 0 && out.holds(Tag::HopLimit) {
            return turn_away(&request, 483, Tag::HopLimit, out);
        }
        request.max_forwards = request.max_forwards.saturating_sub(1);
        if request.case == Case::Originating {
            if self.triggers(&request) && out.holds(Tag::RouteByTag) {
                let pf = self.setup.homes[request.from.0 as usize].pf;
                return self.send_on(pf, request, Tag::RouteByTag, out);
            }
            request.case = Case::Terminating;
        }
        let (Target::User(user) | Target::Contact(user, _) | Target::Instances(user, _)) = request.target else {
            let Target::Function(to) = request.target else { unreachable!("the other targets name a user") };
            return self.send_on(to, request, Tag::OwnRelay, out);
        };
        let home = self.setup.homes[user.0 as usize];
        if home.core != self.setup.id {
            if !out.holds(Tag::CoreForwards) {
                return turn_away(&request, 480, Tag::OwnNoBinding, out);
            }
            return self.send_on(home.core, request, Tag::CoreForwards, out);
        }
        if request.case == Case::Terminating && self.is_for_pf(&request) && out.holds(Tag::RouteToTerminating) {
            return self.send_on(home.pf, request, Tag::RouteToTerminating, out);
        }
        request.case = Case::Done;
        self.deliver(now, user, request, out);
    }

    /// Whether initial filter criteria of the originating side send it to a PF.
    fn triggers(&self, request: &Request) -> bool {
        match request.body {
            // Without the tag it is no request about deferred messages (PULL-8.3.1.6.3-21).
            Body::Pull(_) => request.icsi == Icsi::Deferred,
            // Inside a dialog criteria are not asked again: the way is that of the INVITE.
            Body::Session(_) => true,
            _ => self.is_for_pf(request),
        }
    }

    /// Whether it is a CPM message by the reading in force.
    fn is_for_pf(&self, request: &Request) -> bool {
        let tagged = request.icsi == Icsi::Msg || self.behaviour.delivery_rule == DeliveryRule::Im2008;
        tagged && request.kind() < Kind::Notice
    }

    fn send_on(&self, to: FunctionId, mut request: Request, tag: Tag, out: &mut Outbox) {
        request.via = request.via.with(self.setup.id);
        out.milestone(tag, Milestone::Told);
        out.send(to, Pdu::Request(request));
    }

    /// To the contacts of `user` that match.
    fn deliver(&mut self, now: SimTime, user: UserId, mut request: Request, out: &mut Outbox) {
        if request.kind() == Kind::Session && !matches!(request.target, Target::Contact(..)) {
            // Nobody is bound to the address by which deferred messages are managed.
            return turn_away(&request, 480, Tag::OwnNoBinding, out);
        }
        let failed = self.drop_failed(user, |b| matches(b, &request), out);
        let mut matching = self.users[user.0 as usize].bindings.iter().filter(|b| matches(b, &request)).map(|b| b.client);
        let (first, several) = (matching.next(), matching.next().is_some());
        let Some(client) = first.filter(|_| out.holds(Tag::RouteToClient)) else {
            let (code, tag) = if failed { (430, Tag::OwnFlowFailed) } else { (480, Tag::OwnNoBinding) };
            return turn_away(&request, code, tag, out);
        };
        self.insert_target(&mut request, out);
        if several && out.holds(Tag::Ts83CoreForks) {
            return self.fork(now, user, request, out);
        }
        self.send_on(client, request, Tag::RouteToClient, out);
    }

    /// The recipient's core adds the target CPM Address to a CPM message, unless the PF does (`target-address-insert`).
    fn insert_target(&self, request: &mut Request, out: &mut Outbox) {
        let tagged = request.icsi != Icsi::None || self.behaviour.delivery_rule == DeliveryRule::Im2008;
        let cpm = tagged && request.kind() < Kind::Notice;
        let inserts = cpm && !self.behaviour.pf_inserts_target && request.target_address.is_none();
        if inserts && out.holds(Tag::CoreInsertsTarget) {
            out.milestone(Tag::CoreInsertsTarget, Milestone::Told);
            request.target_address = Some(InsertedBy::Core);
        }
    }

    /// One branch to each contact; the best final response goes back (RFC 3261 16.7). Each branch carries a copy of its own.
    fn fork(&mut self, now: SimTime, user: UserId, request: Request, out: &mut Outbox) {
        let bindings = &self.users[user.0 as usize].bindings;
        let clients: Vec<FunctionId> = bindings.iter().filter(|b| matches(b, &request)).map(|b| b.client).collect();
        let Pdu::Response(upstream) = request.answer(200).1 else { unreachable!("an answer is a response") };
        let fork = self.free_forks.pop().unwrap_or_else(|| {
            self.forks.push(Fork { generation: 0, upstream: None, open: 0, best: None });
            (self.forks.len() - 1) as u32
        });
        let place = &mut self.forks[fork as usize];
        place.upstream = Some(Response { via: request.via, ..upstream });
        place.open = clients.len() as u32;
        place.best = None;
        let generation = place.generation;
        out.milestone(Tag::Ts83CoreForks, Milestone::Told);
        for client in clients {
            let purpose = Purpose::Branch { fork, generation };
            let txn = self.txns.begin(now, request.method, request.about(), self.setup.access_limit, purpose, out);
            let mut branch = request.clone();
            branch.txn = txn;
            branch.via = Via::of(self.setup.id);
            branch.target = Target::Contact(user, client);
            if let Body::Pager(pager) = &mut branch.body {
                pager.copy = copy_for(pager, client, out);
            }
            out.milestone(Tag::RouteToClient, Milestone::Told);
            out.send(client, Pdu::Request(branch));
        }
        if let Body::Pager(pager) = &request.body {
            let Pager { message, copy, .. } = **pager;
            out.milestone(Tag::OwnFork, Milestone::CopyEnd { copy, message, fate: Fate::Superseded });
        }
    }

    /// A branch has its final response, or none in its time. The first 2xx goes back at once; a later one is absorbed.
    pub(super) fn branch_ended(&mut self, fork: u32, generation: u32, last: Option<(u16, Reason)>, out: &mut Outbox) {
        let place = &mut self.forks[fork as usize];
        assert!(place.generation == generation, "a fork outlives its branches");
        place.open -= 1;
        let success = last.is_some_and(|(code, _)| (200..300).contains(&code));
        // A 408 says no more than silence, and goes no further (RFC 4320 4.2).
        if let Some((code, reason)) = last
            && code != 408
            && place.best.is_none_or(|(best, _)| better(best, code) != best)
        {
            place.best = Some((code, reason));
        }
        // Without the rule the first answer of all goes back.
        let decided = success || place.open == 0 || (last.is_some() && !out.holds(Tag::OwnFork));
        if success && place.upstream.is_none() {
            out.milestone(Tag::OwnFork, Milestone::LateResponse);
        }
        // Where no branch answered nothing goes back (RFC 4320 4.2).
        if decided
            && let Some(upstream) = place.upstream.take()
            && let Some((code, reason)) = place.best
        {
            out.milestone(Tag::OwnFork, Milestone::Told);
            let (to, via) = upstream.via.back().expect("a request bears the name of its sender");
            out.send(to, Pdu::Response(Response { code, reason, via, ..upstream }));
        }
        if place.open == 0 {
            place.generation = generation.wrapping_add(1);
            self.free_forks.push(fork);
        }
    }
}

/// Whether a request is for this contact.
fn matches(binding: &Binding, request: &Request) -> bool {
    let named = match request.target {
        Target::Contact(_, client) => client == binding.client,
        Target::Instances(_, clients) => clients.has(binding.client),
        Target::User(_) | Target::Function(_) => true,
    };
    named && (request.icsi == Icsi::None || binding.capabilities.pager)
}

/// A copy of a forked message for the branch to `client`.
fn copy_for(pager: &Pager, client: FunctionId, out: &mut Outbox) -> CopyId {
    let copy = out.mint_copy();
    let made = Milestone::CopyMade {
        copy,
        message: pager.message,
        parent: Some(pager.copy),
        origin: Origin::FanOut,
        path: Path::Ip,
        device: Some(client),
    };
    out.milestone(Tag::OwnFork, made);
    copy
}
