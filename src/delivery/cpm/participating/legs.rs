//! Requests to clients: one for each (IW15-8.3.1.1-39), or one for all of them that the core forks (TS83-8.3.2.1-35).

use super::entry::{EntryId, Repeat};
use super::{OwnRequest, Pf, Purpose, own_request};
use crate::delivery::behaviour::ClientAddressing;
use crate::delivery::{
    Body, Case, Claim, ClientSet, Fate, FunctionId, Icsi, InsertedBy, MAX_FORWARDS, Method, Milestone, Origin, Outbox, Pdu, Place,
    Tag, Target, Timer, UserId,
};
use crate::units::{SimTime, Span};

impl Pf {
    /// Sends the message to `clients`.
    pub(super) fn attempt(
        &mut self,
        now: SimTime,
        id: EntryId,
        clients: impl Iterator<Item = FunctionId> + Clone,
        origin: Origin,
        tag: Tag,
        out: &mut Outbox,
    ) {
        let fork = self.behaviour.core_fork && out.holds(Tag::Ts83OneRequest);
        let user = self.entries.at(id).pager.to;
        let none = ClientSet::none(self.setup.devices.first_of[user.0 as usize]);
        self.begin_attempt(id, if fork { 1 } else { clients.clone().count() as u32 }, origin, out);
        if fork {
            out.milestone(Tag::Ts83OneRequest, Milestone::Told);
            let all = clients.fold(none, ClientSet::with);
            return self.send_leg(now, id, all, origin, tag, out);
        }
        for client in clients {
            self.send_leg(now, id, none.with(client), origin, tag, out);
        }
    }

    /// An attempt of that many requests begins.
    pub(super) fn begin_attempt(&mut self, id: EntryId, legs: u32, origin: Origin, out: &mut Outbox) {
        let turn = self.turn;
        let entry = self.entries.at(id);
        let (message, user) = (entry.pager.message, entry.pager.to);
        entry.legs += legs;
        entry.attempt_began = turn;
        entry.best = None;
        entry.deferrable = false;
        entry.adapt = false;
        entry.repeated = ClientSet::none(self.setup.devices.first_of[user.0 as usize]);
        entry.held_for = None;
        entry.by_pull = origin == Origin::Pull;
        let reported = std::mem::take(&mut entry.lined_up);
        self.stop_watching(user, out);
        if origin != Origin::Pull && !reported {
            out.milestone(Tag::OwnClaim, Milestone::Claimed { message, by: Claim::Push });
        }
    }

    /// Sends one request, for one client or for several.
    fn send_leg(&mut self, now: SimTime, id: EntryId, clients: ClientSet, origin: Origin, tag: Tag, out: &mut Outbox) {
        let entry = self.entries.at(id);
        let pull = entry.pull.filter(|_| entry.by_pull);
        // The copy of a request that the core forks goes to no device: the core makes one for each branch.
        let device = clients.iter().next().filter(|_| clients.len() == 1);
        let pager = self.new_copy(id, device, origin, tag, out);
        let message = pager.message;
        for device in clients.iter() {
            out.milestone(tag, Milestone::Attempt { message, device });
        }
        let purpose = Purpose::Leg { entry: id, clients, pull };
        let txn = self.txns.begin(now, Method::Message, Some(message), self.setup.limit, purpose, out);
        let body = Body::Pager(Box::new(pager));
        let request = OwnRequest {
            txn,
            target: self.target_of(pager.to, clients, out),
            case: Case::Done,
            from: pager.from,
            icsi: Icsi::Msg,
            max_forwards: MAX_FORWARDS,
            body,
        };
        self.send_addressed(request, out);
    }

    /// Sends a MESSAGE on to clients, with the CPM address that it is for where the PF is to insert that (SD23-5.2.2.1.1-35).
    pub(super) fn send_addressed(&self, request: OwnRequest, out: &mut Outbox) {
        let mut pdu = own_request(self.setup.id, Method::Message, request);
        if let Pdu::Request(request) = &mut pdu
            && self.behaviour.pf_inserts_target
            && out.holds(Tag::PfInsertsTarget)
        {
            out.milestone(Tag::PfInsertsTarget, Milestone::Told);
            request.target_address = Some(InsertedBy::Pf);
        }
        out.send(self.setup.core, pdu);
    }

    /// How a request names its clients. A user's own address is for all his registered clients; fewer are named by their
    /// instances (TS83-8.3.2.1-34), and a single one as `client-addressing` says.
    fn target_of(&self, user: UserId, clients: ClientSet, out: &mut Outbox) -> Target {
        let instances = self.behaviour.addressing == ClientAddressing::InstanceId;
        let one = clients.iter().next().filter(|_| clients.len() == 1);
        let all = self.users[user.0 as usize].clients.iter().all(|c| clients.has(c.id));
        let by_contact = one.filter(|_| !instances || !out.holds(Tag::NameInstances));
        match by_contact {
            Some(client) if !(self.behaviour.core_fork && instances) => Target::Contact(user, client),
            _ if (self.behaviour.core_fork && all && one.is_none()) || !out.holds(Tag::NameInstances) => Target::User(user),
            _ => {
                out.milestone(Tag::NameInstances, Milestone::Told);
                Target::Instances(user, clients)
            }
        }
    }

    // --- repetition

    /// A request waits to be sent once more, after `wait`.
    pub(super) fn repeat_later(&mut self, id: EntryId, key: FunctionId, clients: Option<ClientSet>, wait: Span, out: &mut Outbox) {
        let token = out.set_timer(Timer::ServerRetry { entry: id.index, client: key }, wait);
        self.entries.at(id).repeats.push(Repeat { key, clients, token });
    }

    /// The wait of a request that met a server error is over.
    pub(super) fn on_server_retry(&mut self, now: SimTime, index: u32, key: FunctionId, out: &mut Outbox) {
        let id = self.entries.id_of(index);
        let entry = self.entries.at(id);
        let at = entry.repeats.iter().position(|r| r.key == key).expect("the timer of a repetition runs while it waits");
        let repeat = entry.repeats.remove(at);
        match repeat.clients {
            // Its life ended meanwhile: nothing more is begun for it.
            Some(_) if entry.expired => {
                entry.legs -= 1;
                let pull = entry.pull.take();
                self.let_go(id);
                self.repeated_in_vain(now, pull, id, out);
            }
            // Nor where it ran out in the wait: the failure that was to be repeated stands.
            Some(_) if !entry.settled && entry.overdue_at(now) => {
                entry.legs -= 1;
                let (user, began, pull) = (entry.pager.to, entry.attempt_began, entry.pull.take());
                self.conclude_failed(now, id, out);
                self.next_in_line(now, user, Some(began), out);
                self.let_go(id);
                self.repeated_in_vain(now, pull, id, out);
            }
            Some(clients) => self.send_leg(now, id, clients, Origin::Repetition, Tag::OwnServerError, out),
            None => self.hand_over_again(now, id, out),
        }
    }

    /// The repetition of a request of a pull does not take place.
    fn repeated_in_vain(&mut self, now: SimTime, pull: Option<u32>, id: EntryId, out: &mut Outbox) {
        if let Some(serial) = pull {
            self.pulled_leg_ended(now, serial, id, false, false, out);
        }
    }

    /// A message is gone without a decision: a guard is off, or the procedure leads nowhere.
    pub(super) fn lose(&mut self, id: EntryId, tag: Tag, out: &mut Outbox) {
        let entry = self.entries.at(id);
        let (message, copy) = (entry.pager.message, entry.copy);
        out.milestone(tag, Milestone::CopyEnd { copy, message, fate: Fate::Lost(Place::Pf) });
        self.settle(id, tag, out);
    }
}
