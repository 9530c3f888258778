//! What the device's access does to the client on it: it comes, it goes in good order, or it is gone.

use super::{Client, Purpose};
use crate::delivery::{Access, Method, Milestone, Nas, Outbox, Pdu, Push, Tag};
use crate::units::SimTime;

impl Client {
    pub(super) fn on_access(&mut self, now: SimTime, access: Access, out: &mut Outbox) {
        match access {
            Access::Connected { register } => {
                self.connected = true;
                self.push_line(true, out);
                if register {
                    self.prepare(out);
                }
            }
            Access::MayRegister => self.prepare(out),
            Access::SmsAttached => {
                self.attached = true;
                if let Some(msc) = self.setup.msc {
                    out.send(msc, Pdu::Nas(Nas::LocationUpdate { user: self.user }));
                }
            }
            Access::LeavingInOrder => self.leave(now, out),
            Access::Gone => self.gone(out),
        }
    }

    /// The last words of a device that goes in good order.
    fn leave(&mut self, now: SimTime, out: &mut Outbox) {
        if self.connected {
            self.push_line(false, out);
        }
        if self.connected && self.registered() {
            let txn = self.txns.begin(now, Method::Register, None, self.setup.limit, Purpose::Register { authorised: true }, out);
            self.send_register(txn, 0, true, out);
            self.stop_registration(out);
            // The answer cannot reach a device that is gone: nothing waits for it.
            self.txns.abandon(txn, out);
        }
        if let (true, Some(msc)) = (self.attached, self.setup.msc) {
            out.send(msc, Pdu::Nas(Nas::ImsiDetach { user: self.user }));
        }
    }

    fn gone(&mut self, out: &mut Outbox) {
        self.connected = false;
        self.attached = false;
        self.synchronising(|sync| sync.stop(out));
        self.stop_registration(out);
        self.lose_pulls(out);
    }

    /// Tells the Push Enabler whether the device is there.
    fn push_line(&self, on: bool, out: &mut Outbox) {
        if let Some(push) = self.setup.push {
            out.milestone(Tag::OwnPushLine, Milestone::Told);
            if out.holds(Tag::OwnPushLine) {
                out.send(push, Pdu::Push(Push::Connect { device: self.id, user: self.user, on }));
            }
        }
    }
}
