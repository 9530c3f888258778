//! A client's registration: asked for, challenged, refused, refreshed, given up.
//!
//! Left out: what the device's access does (`access`), and de-registration by the network.

use super::{Client, ClientSetup, Purpose, Registration};
use crate::delivery::{Body, Icsi, Method, Milestone, Outbox, Question, Reason, Tag, Target, Timer, TxnId};
use crate::units::{SimTime, Span};

impl Client {
    pub(super) fn prepare(&mut self, out: &mut Outbox) {
        if self.connected && self.registration == Registration::None && out.holds(Tag::OwnRegister) {
            self.registration = Registration::Preparing(None);
            self.registrations += 1;
            out.ask(Question::RegisterDelay { nth: self.registrations });
        }
    }

    pub(super) fn register(&mut self, now: SimTime, authorised: bool, out: &mut Outbox) {
        let refresh = self.registered();
        let txn = self.txns.begin(now, Method::Register, None, self.setup.limit, Purpose::Register { authorised }, out);
        if !refresh && !authorised {
            out.milestone(Tag::OwnRegister, Milestone::RegisterSent { device: self.id });
        }
        self.registration = if refresh { Registration::Refreshing(txn) } else { Registration::Asking(txn) };
        self.send_register(txn, self.setup.expires.ns().div_ceil(1_000_000_000) as u32, authorised, out);
    }

    pub(super) fn send_register(&self, txn: TxnId, expires_s: u32, authorised: bool, out: &mut Outbox) {
        let ClientSetup { primary, capabilities, .. } = *self.setup;
        let body = Body::Register { expires_s, authorised, primary, capabilities };
        self.request(txn, Method::Register, Target::Function(self.setup.core), Icsi::None, body, out);
    }

    /// Credentials that were refused are not sent again at once (RFC 3261 22.1): a second 401 is a refusal like others.
    pub(super) fn on_register_answer(&mut self, now: SimTime, authorised: bool, code: u16, reason: Reason, out: &mut Outbox) {
        match (self.registration, code) {
            (Registration::Asking(_), 401) if !authorised => self.register(now, true, out),
            (Registration::Asking(_) | Registration::Refreshing(_), 200..=299) => {
                let first = matches!(self.registration, Registration::Asking(_));
                self.retries = 0;
                let refresh = out.set_timer(Timer::RefreshDue, refresh_after(self.setup.expires));
                self.registration = Registration::Registered(refresh);
                self.watch_flow(out);
                if first {
                    out.milestone(Tag::OwnRegister, Milestone::Registered { device: self.id });
                    self.synchronising(|sync| sync.registered(out));
                }
                for (pager, icsi) in std::mem::take(&mut self.unsent) {
                    self.submit(now, pager, icsi, out);
                }
                if first {
                    self.resume(now, out);
                }
            }
            (Registration::Asking(_) | Registration::Refreshing(_), _) => {
                // Refused, overloaded or unanswered: wait, twice as long each time, and begin anew.
                self.retries += 1;
                self.retry_after = match reason {
                    Reason::RetryAfter(seconds) if out.holds(Tag::OwnBackOff) => Span::from_secs(u64::from(seconds)),
                    _ => Span::ZERO,
                };
                self.register_later(out);
            }
            _ => self.undefined("answer to REGISTER", out),
        }
    }

    pub(super) fn register_later(&mut self, out: &mut Outbox) {
        self.leave_flow(out);
        self.registration = Registration::Preparing(None);
        self.waits += 1;
        out.milestone(Tag::OwnBackOff, Milestone::Told);
        out.ask(Question::RetryJitter { nth: self.waits });
    }

    /// The wait before the next registration: base times 2 to the number of failures in a row, at most the maximum, of which the
    /// jitter takes its share, and no less than the Retry-After of the refusal (RFC 5626 4.5, TS 24.229 5.1.1.2). Without the rule
    /// of back-off it does not grow.
    pub(super) fn retry_wait(&mut self, jitter: u32, out: &Outbox) -> Span {
        let doublings = if out.holds(Tag::OwnBackOff) { self.retries.min(30) } else { 0 };
        let longest = self.setup.retry_base.ns().saturating_mul(1 << doublings).min(self.setup.retry_max.ns());
        let wait = u128::from(longest) * u128::from(jitter) / 1000;
        Span::from_ns(wait as u64).max(std::mem::take(&mut self.retry_after))
    }

    pub(super) fn stop_registration(&mut self, out: &mut Outbox) {
        self.leave_flow(out);
        match std::mem::replace(&mut self.registration, Registration::None) {
            Registration::Preparing(Some(timer)) | Registration::Registered(timer) => out.cancel_timer(timer),
            Registration::Asking(txn) | Registration::Refreshing(txn) => {
                self.txns.abandon(txn, out);
            }
            Registration::None | Registration::Preparing(None) => {}
        }
    }
}

/// When a binding is refreshed: 600 s before its end if it is longer than 1200 s, else half way (TS 24.229 5.1.1.4).
fn refresh_after(expires: Span) -> Span {
    let (long, before) = (Span::from_secs(1200), Span::from_secs(600));
    Span::from_ns(if expires > long { expires.ns() - before.ns() } else { expires.ns() / 2 })
}
