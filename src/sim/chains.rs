//! Whose chain of causes a PDU that names no message belongs to (`metrics.md` 3.10): notifications, pulls and their sessions, pushes out
//! of band, alerts. What names one is that message's.
//!
//! A request with a list belongs to the messages in it, and with it all that answers it or passes in its dialog. One without a list
//! (a summary, the retrieval of all) belongs to the messages of its user that have been deferred so far, an alert to those that have
//! been sent on as short messages so far. What several messages share is a measured one's if any of them is. Registrations, subscriptions and
//! keep-alives are nobody's.

use std::collections::BTreeMap;

use super::world::World;
use crate::delivery::{Body, IwEvent, Map, MessageId, Method, Notice, Pdu, Push, Request, TxnId, UserId};

/// Whether a measured message began a chain.
type Measured = bool;

#[derive(Clone, Debug, Default)]
pub(super) struct Chains {
    /// By owner and slot: the last transaction of a chain there, by its generation.
    transactions: BTreeMap<(u32, u32), (u32, Measured)>,
    /// Users for whom a message was deferred, and those for whom one was sent on as a short message.
    deferred: BTreeMap<UserId, Measured>,
    sent: BTreeMap<UserId, Measured>,
}

impl Chains {
    pub fn note_deferred(&mut self, user: UserId, measured: bool) {
        *self.deferred.entry(user).or_default() |= measured;
    }

    pub fn note_sent(&mut self, user: UserId, measured: bool) {
        *self.sent.entry(user).or_default() |= measured;
    }

    fn of(&self, txn: TxnId) -> Option<Measured> {
        let (generation, measured) = self.transactions.get(&(txn.owner.0, txn.slot))?;
        Some(*measured).filter(|_| *generation == txn.generation)
    }
}

impl World {
    /// The chain of a PDU about no message; none: it is background.
    pub(super) fn chain_of(&mut self, pdu: &Pdu) -> Option<Measured> {
        match pdu {
            Pdu::Request(request) => self.chain_of_request(request),
            Pdu::Response(response) => self.chains.of(response.txn),
            Pdu::Map(Map::ReadyForSm { user, .. } | Map::AlertSc { user } | Map::AlertScAck { user }) => {
                self.chains.sent.get(user).copied()
            }
            Pdu::Push(Push::Submit { notice, .. } | Push::Message { notice, .. }) => self.chain_of_notice(notice),
            _ => None,
        }
    }

    fn chain_of_request(&mut self, request: &Request) -> Option<Measured> {
        if matches!(request.body, Body::Register { .. } | Body::ThirdPartyRegister { .. } | Body::RegInfo(_)) {
            return None;
        }
        if let Some(known) = self.chains.of(request.txn) {
            return Some(known);
        }
        let chain = match &request.body {
            Body::Notice(notice) => self.chain_of_notice(notice),
            Body::Pull(pull) => {
                let named = pull.list.iter().flatten().map(|instruction| instruction.uri_id);
                self.chain_of_messages(named).or_else(|| self.chains.deferred.get(&pull.user).copied())
            }
            Body::PushSession { user, .. } => self.chains.deferred.get(user).copied(),
            Body::Session(dialog) => self.chains.of(dialog.invite).or_else(|| self.chains.deferred.get(&dialog.user).copied()),
            Body::IwEvent(IwEvent::ReadyForSms { user, .. }) => self.chains.sent.get(user).copied(),
            _ => None,
        }?;
        // An ACK is part of its INVITE's transaction or of its dialog, and has no answer.
        if request.method != Method::Ack {
            let TxnId { owner, slot, generation } = request.txn;
            self.chains.transactions.insert((owner.0, slot), (generation, chain));
        }
        Some(chain)
    }

    fn chain_of_notice(&self, notice: &Notice) -> Option<Measured> {
        let named = self.chain_of_messages(notice.list.iter().map(|waiting| waiting.uri_id));
        named.or_else(|| self.chains.deferred.get(&notice.user).copied())
    }

    /// None if none of these messages has an open book.
    fn chain_of_messages(&self, messages: impl Iterator<Item = MessageId>) -> Option<Measured> {
        let open = messages.filter_map(|message| self.ledger.slot(message));
        open.map(|slot| self.ledger.record(slot).measured).reduce(|a, b| a | b)
    }
}
