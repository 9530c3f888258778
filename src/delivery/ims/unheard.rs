//! Answers of a PF that come after the transaction has ended: they say that it was told after all.
//!
//! A response that no transaction waits for is the Core's own to deal with (RFC 3261 18.1.2). Where the PF is so busy that every
//! answer takes longer than 64 T1, a Core that goes by transactions alone tells all users again without end, and keeps the PF as
//! busy as it is.

use super::core::{Core, Purpose};
use crate::delivery::{Milestone, Outbox, Response, Tag, TxnId, UserId};

/// What a request told that has ended without an answer.
#[derive(Clone, Debug)]
pub(super) enum Unheard {
    /// A third-party REGISTER, and whether the user was registered.
    ThirdParty { registered: bool },
    /// A notification: whether it was of the whole state, and the changes in it, by serial number.
    Notify { whole: bool, changes: Vec<u32> },
}

/// The name of a transaction among those of the Core: slot and generation.
pub(super) type Name = (u32, u32);

impl Core {
    /// A transaction has ended without an answer: what it told is kept in mind, since the answer may still come.
    pub(super) fn remember(&mut self, name: Name, purpose: Purpose) {
        let (user, what) = match purpose {
            Purpose::Branch { .. } => return,
            Purpose::ThirdParty { user, registered } => (user, Unheard::ThirdParty { registered }),
            Purpose::Notify { user, version, whole } => {
                let told = self.users[user.0 as usize].unconfirmed.iter().filter(|(of, _)| *of == version);
                (user, Unheard::Notify { whole, changes: told.map(|(_, change)| change.serial).collect() })
            }
        };
        let aor = &mut self.users[user.0 as usize];
        aor.unheard.reserve_exact(1);
        aor.unheard.push((name, what));
        self.unheard.insert(name, user);
    }

    /// The PF has been heard: what it left unanswered before is of no interest any more.
    pub(super) fn forget(&mut self, user: UserId) {
        for (name, _) in std::mem::take(&mut self.users[user.0 as usize].unheard) {
            self.unheard.remove(&name);
        }
    }

    /// A response that no transaction waits for.
    pub(super) fn on_late_response(&mut self, response: &Response, out: &mut Outbox) {
        out.milestone(Tag::OwnLateResponse, Milestone::LateResponse);
        let TxnId { slot, generation, .. } = response.txn;
        let Some(user) = self.unheard.remove(&(slot, generation)) else { return };
        let aor = &mut self.users[user.0 as usize];
        let at = aor.unheard.iter().position(|(name, _)| *name == (slot, generation)).expect("both lists have it");
        let (_, what) = aor.unheard.remove(at);
        if !(200..300).contains(&response.code) {
            return;
        }
        match what {
            Unheard::ThirdParty { registered } => aor.third_party &= registered == aor.bindings.is_empty(),
            Unheard::Notify { whole, changes } => {
                aor.changes.retain(|change| !changes.contains(&change.serial));
                aor.unconfirmed.retain(|(_, change)| !changes.contains(&change.serial));
                if whole {
                    // A later one that is under way need not be told again for the sake of the whole.
                    (aor.whole, aor.owes_whole) = (0, false);
                }
            }
        }
        aor.refusals = 0;
        self.rest(user, out);
    }

    /// If nothing is left to tell, the PF is not told again.
    pub(super) fn rest(&mut self, user: UserId, out: &mut Outbox) {
        let aor = &mut self.users[user.0 as usize];
        if aor.owes_nothing()
            && let Some(timer) = aor.again.take()
        {
            out.cancel_timer(timer);
        }
    }
}
