//! The Message Storage Server (MSS) with its content store: writes the objects that PFs bring and gives them out to the clients
//! of their owners.
//!
//! Between PF and MSS: the PF makes the copy that travels in [`Object::copy`] (a delivery to the store; recorded history is no
//! copy), and the MSS ends it: [`Fate::Stored`] when it is written, [`Fate::Refused`] with 500 when writing fails,
//! [`Fate::Absorbed`] where the store holds this message as a delivery already. The PF's own copy is the PF's to end.
//!
//! A message of one owner is one object (SD23-5.2.2.1.1-33, `guard.single-stored-copy`): a second operation brings the object up
//! to date and gets its number. With the guard off each operation makes an object of its own.
//!
//! Memory: the content of an object is kept until each client of its owner has asked for what came after it; of an older object
//! only its identity and number are kept, by which a repetition is known. A client that never asks holds its owner's objects.
//!
//! Left out: folders, flags, quota, deletion by the user, access by reference to the content store.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use crate::delivery::behaviour::Behaviour;
use crate::delivery::milestone::Guard;
use crate::delivery::{
    Answer, Fate, Function, FunctionId, Imap, Input, MessageId, Milestone, Object, Outbox, Pdu, Question, Storing, Tag, UserId,
    axes,
};
use crate::units::SimTime;

/// What an MSS is set up with.
#[derive(Clone, Debug)]
pub struct MssSetup {
    pub id: FunctionId,
    /// Clients of each user, by provisioning.
    pub clients: Arc<[u32]>,
}

/// An object in its place.
#[derive(Clone, Copy, Debug)]
struct Written {
    uid: u32,
    object: Object,
}

/// The store of one user.
#[derive(Clone, Debug, Default)]
struct Store {
    /// Number of the latest object.
    last: u32,
    /// Objects that some client has not fetched, rising by number.
    objects: VecDeque<Written>,
    /// Number and reason of the first object of each message, rising by message.
    known: Vec<(MessageId, u32, Storing)>,
    /// What each client that has asked holds: all up to this number.
    fetched: Vec<(FunctionId, u32)>,
}

impl Store {
    fn of(&self, message: MessageId) -> Result<usize, usize> {
        self.known.binary_search_by_key(&message, |(known, ..)| *known)
    }

    /// Forgets the content of what every one of `clients` has fetched.
    fn trim(&mut self, clients: u32) {
        if (self.fetched.len() as u32) < clients {
            return;
        }
        let everywhere = self.fetched.iter().map(|(_, uid)| *uid).min().unwrap_or(0);
        while self.objects.front().is_some_and(|w| w.uid <= everywhere) {
            self.objects.pop_front();
        }
    }
}

/// A Message Storage Server.
#[derive(Clone, Debug)]
pub struct Mss {
    setup: MssSetup,
    behaviour: Behaviour,
    stores: BTreeMap<UserId, Store>,
    /// Whose question about writing is open, if one is.
    asked: Option<(FunctionId, Object, u32)>,
    /// Operations that failed, of objects not written since.
    failures: BTreeMap<(UserId, MessageId), u32>,
}

impl Mss {
    pub fn new(setup: MssSetup, behaviour: Behaviour) -> Mss {
        Mss { setup, behaviour, stores: BTreeMap::new(), asked: None, failures: BTreeMap::new() }
    }

    /// The Object Store operation: whether it fails is a matter of chance.
    fn append(&mut self, from: FunctionId, object: Object, tag: u32, out: &mut Outbox) {
        if !out.holds(Tag::OwnStoreObject) {
            return self.refuse(from, object, tag, out);
        }
        let Object { message, owner, .. } = object;
        let nth = self.failures.get(&(owner, message)).copied().unwrap_or(0);
        self.asked = Some((from, object, tag));
        out.ask(Question::StoreFails { message, owner, nth });
    }

    fn on_told(&mut self, message: MessageId, fails: bool, out: &mut Outbox) {
        let (from, object, tag) = self.asked.take().expect("an answer follows its question");
        assert_eq!(object.message, message, "an answer belongs to its question");
        if fails {
            *self.failures.entry((object.owner, message)).or_insert(0) += 1;
            return self.refuse(from, object, tag, out);
        }
        self.failures.remove(&(object.owner, message));
        let uid = self.write(object, out);
        self.answer(from, &object, tag, Some(uid), out);
    }

    fn refuse(&self, from: FunctionId, object: Object, tag: u32, out: &mut Outbox) {
        let Object { message, owner, storing, copy, .. } = object;
        out.milestone(Tag::OwnStoreObject, Milestone::StoreFailed { message, owner, storing });
        if let Some(copy) = copy {
            out.milestone(Tag::OwnStoreObject, Milestone::CopyEnd { copy, message, fate: Fate::Refused(500) });
        }
        self.answer(from, &object, tag, None, out);
    }

    fn answer(&self, to: FunctionId, object: &Object, tag: u32, uid: Option<u32>, out: &mut Outbox) {
        let Object { message, owner, .. } = *object;
        out.send(to, Pdu::Imap(Imap::Appended { message, owner, tag, uid }));
    }

    /// Writes an object, or brings the one of its message up to date; its number.
    fn write(&mut self, object: Object, out: &mut Outbox) -> u32 {
        let Object { message, owner, storing, copy, .. } = object;
        let store = self.stores.entry(owner).or_default();
        let place = store.of(message);
        if let Ok(at) = place {
            let (_, uid, first) = store.known[at];
            // Recording and delivery coincide, or one of the two is repeated.
            let rule = if first == storing { Tag::OwnSingleStored } else { Tag::OneStorage };
            if self.behaviour.guard_single_stored && out.holds(rule) {
                out.milestone(rule, Milestone::GuardReached { guard: SINGLE });
                bring_up_to_date(store, at, object);
                let fate = if first == Storing::Delivery { Fate::Absorbed } else { Fate::Stored };
                end(copy, message, fate, rule, out);
                return uid;
            }
        }
        store.last += 1;
        let uid = store.last;
        if let Err(at) = place {
            store.known.insert(at, (message, uid, storing));
        }
        store.objects.push_back(Written { uid, object });
        out.milestone(Tag::OwnStoreObject, Milestone::StorePut { message, owner, uid, storing });
        end(copy, message, Fate::Stored, Tag::OwnStoreObject, out);
        uid
    }

    /// A client asks for what came after the object of number `after`: what it holds, it need not be given again.
    fn sync(&mut self, from: FunctionId, owner: UserId, device: FunctionId, after: u32, tag: u32, out: &mut Outbox) {
        let store = self.stores.entry(owner).or_default();
        match store.fetched.iter_mut().find(|(client, _)| *client == device) {
            Some((_, uid)) => *uid = after,
            None => store.fetched.push((device, after)),
        }
        store.trim(self.setup.clients[owner.0 as usize]);
        let objects = if out.holds(Tag::OwnSync) {
            store.objects.iter().filter(|w| w.uid > after).map(|w| w.object).collect()
        } else {
            Box::default()
        };
        out.milestone(Tag::OwnSync, Milestone::Told);
        out.send(from, Pdu::Imap(Imap::Synced { owner, device, tag, last: store.last, objects }));
    }
}

/// Met where a message comes to a store that has it; with the guard off the PF reports the situation.
const SINGLE: Guard = axes::GUARD_SINGLE_STORED_COPY;

/// A delivery outweighs a recording; everything else is as the latest operation says.
fn bring_up_to_date(store: &mut Store, at: usize, object: Object) {
    let (_, uid, first) = &mut store.known[at];
    let storing = if object.storing == Storing::Delivery { Storing::Delivery } else { *first };
    *first = storing;
    if let Some(written) = store.objects.iter_mut().find(|w| w.uid == *uid) {
        written.object = Object { storing, ..object };
    }
}

fn end(copy: Option<crate::delivery::CopyId>, message: MessageId, fate: Fate, tag: Tag, out: &mut Outbox) {
    if let Some(copy) = copy {
        out.milestone(tag, Milestone::CopyEnd { copy, message, fate });
    }
}

impl Function for Mss {
    fn handle(&mut self, _now: SimTime, input: Input, out: &mut Outbox) {
        match input {
            Input::Received { from, pdu: Pdu::Imap(Imap::Append { object, tag }), .. } => self.append(from, object, tag, out),
            Input::Received { from, pdu: Pdu::Imap(Imap::Sync { owner, device, after, tag }), .. } => {
                self.sync(from, owner, device, after, tag, out);
            }
            Input::Told(Question::StoreFails { message, .. }, Answer::Yes(fails)) => self.on_told(message, fails, out),
            // No room for another operation: the store says no, and a client asks again later.
            Input::Overloaded { from, pdu: Pdu::Imap(Imap::Append { object, tag }), .. } => self.refuse(from, object, tag, out),
            Input::Overloaded { pdu: Pdu::Imap(Imap::Sync { .. }), .. } => {
                out.milestone(Tag::OwnServerFull, Milestone::Told);
            }
            _ => out.milestone(Tag::OwnStoreObject, Milestone::Undefined { state: "mss", input: "other" }),
        }
    }
}

#[cfg(test)]
#[path = "store_tests.rs"]
pub(crate) mod tests;
