//! The fold of one run into the numbers of `metrics.md`: every stamp is folded as it comes, and nothing of the run is kept but what an
//! open item needs.
//!
//! A [`Collector`] watches a run; [`Collector::finish`] makes the maps of a `results::RunRecord`. One file folds one section of the
//! page. Populations: messages are folded from their books when these are closed, and only measured ones count; items that are no
//! messages (returns, registrations, needs of an event) count from the end of the warm-up on, or only in the window where the page
//! says so. What is still open when the run ends is censored, cut or left in its denominator, as the page says for each metric.

mod access;
mod drain;
mod duplicates;
mod engine;
mod fold;
mod interworking;
mod latency;
mod notices;
mod order;
mod outcomes;
mod pulls;
mod queues;
mod returns;
mod roster;
mod rows;
mod rules;
mod sessions;
mod tables;
#[cfg(test)]
mod tests;
mod told;
mod transactions;

use std::collections::BTreeMap;

pub use outcomes::Sizes;
pub use tables::Tables;

use crate::judge::MessageRecord;
use crate::model::{End, Model};
use crate::results::{Key, MessageRow, RunRecord};
use crate::sim::seen::{FunctionId, Milestone, Tag};
use crate::sim::{Observer, RunOutcome, Truth};
use crate::units::{SimTime, Span};
use fold::Window;

/// Folds a run while it goes on.
#[derive(Clone, Debug)]
pub struct Collector {
    window: Window,
    stuck_after: Span,
    imdn_grace: Span,
    roster: roster::Roster,
    latency: latency::Latency,
    drains: drain::Drains,
    returns: returns::Returns,
    access: access::Access,
    queues: queues::Queues,
    outcomes: outcomes::Outcomes,
    interworking: interworking::Interworking,
    duplicates: duplicates::Duplicates,
    reports: told::Reports,
    order: order::Order,
    transactions: transactions::Transactions,
    signalling: transactions::Signalling,
    reached: engine::Reached,
    rules: rules::RulesAndStores,
    notices: notices::Notices,
    pulls: pulls::Pulls,
    sessions: sessions::Sessions,
    rows: Option<Vec<MessageRow>>,
}

/// What a run came to.
#[derive(Clone, Debug, PartialEq)]
pub struct Collected {
    pub sizes: Sizes,
    pub tables: Tables,
    /// Statements exercised, with the number of times.
    pub tags: BTreeMap<Key, u64>,
    /// One row per copy, in order of message and copy; empty unless asked for.
    pub messages: Vec<MessageRow>,
}

impl Collector {
    /// A fold of a run of `model`. `keep_messages`: rows of messages are wanted.
    pub fn new(model: &Model, keep_messages: bool) -> Collector {
        // Where the run is told to end before its arrivals do, nothing stands for longer than the run.
        let until = model.run.arrivals_until;
        let end = match model.run.end {
            End::At(at) => at.min(until),
            End::Drained => until,
        };
        Collector {
            window: Window { start: SimTime::ZERO + model.run.warm_up, end },
            stuck_after: model.measure.stuck_after,
            imdn_grace: model.measure.imdn_grace,
            roster: roster::Roster::new(model, keep_messages),
            latency: latency::Latency::default(),
            drains: drain::Drains::default(),
            returns: returns::Returns::default(),
            access: access::Access::default(),
            queues: queues::Queues::new(model),
            outcomes: outcomes::Outcomes::default(),
            interworking: interworking::Interworking::default(),
            duplicates: duplicates::Duplicates::new(model),
            reports: told::Reports::default(),
            order: order::Order::new(model.measure.order_window),
            transactions: transactions::Transactions::default(),
            signalling: transactions::Signalling::default(),
            reached: engine::Reached::new(),
            rules: rules::RulesAndStores::default(),
            notices: notices::Notices::default(),
            pulls: pulls::Pulls::default(),
            sessions: sessions::Sessions::new(model),
            rows: keep_messages.then(Vec::new),
        }
    }

    /// What the run that ended so came to.
    pub fn finish(self, run: &RunOutcome) -> Collected {
        assert_eq!(run.window.0, self.window.start, "the run has the window of its model");
        let (window, end, sizes) = (self.window, run.end, self.outcomes.sizes);
        let mut out = Tables::default();
        self.latency.finish(&mut out);
        self.drains.finish(&mut out);
        self.returns.finish(end, &mut out);
        self.access.finish(end, &window, &mut out);
        self.queues.finish(end, &window, &mut out);
        self.outcomes.finish(&mut out);
        self.interworking.finish(end, &window, &mut out);
        self.duplicates.finish(&mut out);
        self.reports.finish(end, self.imdn_grace, &mut out);
        self.order.finish(&mut out);
        self.transactions.finish(end, &mut out);
        self.signalling.finish(sizes.delivered, &window, &mut out);
        self.rules.finish(&window, &mut out);
        self.notices.finish(end, sizes.deferred, &mut out);
        self.pulls.finish(end, sizes.deferred, &mut out);
        self.sessions.finish(end, &window, &mut out);
        self.reached.finish(run, sizes.submitted, &mut out);
        let tags = run.tags.iter().map(|(tag, count)| (Key::from(tag.id()), *count)).collect();
        let mut messages = self.rows.unwrap_or_default();
        messages.sort_by_key(|row| (row.message, row.copy));
        Collected { sizes, tables: out, tags, messages }
    }
}

impl Collected {
    /// Puts everything into the record of the run.
    pub fn pour_into(self, run: &mut RunRecord) {
        let Sizes { submitted, accepted, deferred, delivered, pending } = self.sizes;
        let [submitted, accepted, deferred, delivered, pending] =
            [submitted, accepted, deferred, delivered, pending].map(|size| size as i64);
        (run.submitted, run.accepted, run.deferred, run.delivered, run.pending) =
            (submitted, accepted, deferred, delivered, pending);
        let Tables { sums, values, histograms, levels, breakdowns } = self.tables;
        (run.sums, run.values, run.histograms, run.levels, run.breakdowns) = (sums, values, histograms, levels, breakdowns);
        run.tags = self.tags;
        run.messages = self.messages;
    }
}

impl Collector {
    /// Notifications, pulls and sessions.
    fn deferred_delivery(&mut self, now: SimTime, milestone: &Milestone, measured: bool) {
        let Collector { window, roster, queues, notices, pulls, sessions, .. } = self;
        let owner = |device| roster.owner(device).expect("the devices of a run are told at its start");
        match *milestone {
            Milestone::Notify { user, round, device, channel, kind, .. } => {
                notices.sent(now, user, notices::Sent { device, round, channel, kind }, queues.waiting(user), window);
            }
            Milestone::NotifyLists { round, device, message } => notices.lists(owner(device), device, round, message),
            Milestone::NotifyFailed { round, device } => notices.failed(owner(device), device, round),
            Milestone::NotifyReceived { round, device, .. } => notices.received(now, owner(device), device, round),
            Milestone::ReadsOf { device, message } => notices.reads_of(device, message),
            Milestone::Settled { message } => notices.settled(message),
            Milestone::PullSent { pull, device, .. } => {
                pulls.sent(now, device, pull);
                notices.pulls(now, owner(device), device, queues.waiting(owner(device)), window);
            }
            Milestone::PullReceived { user, pull, device, selective, paused } => {
                pulls.received(now, (user, device, pull), (selective, paused), queues.waiting(user), window);
            }
            Milestone::PullAnswer { pull, device, code, .. } => pulls.answered(now, device, pull, code),
            Milestone::PullItem { pull, device, message, action, result } => {
                pulls.item(now, (device, pull), (message, measured), action, result);
            }
            Milestone::PullDone { pull, device, .. } => pulls.done(now, device, pull),
            Milestone::SessionOffered { device, .. } => sessions.offered(now, device, window),
            Milestone::SessionRefused { device, blocked, .. } => sessions.refused(now, device, blocked, window),
            Milestone::SessionUp { device, .. } => sessions.up(now, device, window),
            Milestone::SessionEnd { device, complete, .. } => {
                sessions.end(now, device, complete, window);
                pulls.dialog_over(now, device);
            }
            _ => {}
        }
    }
}

impl Observer for Collector {
    fn milestone(&mut self, now: SimTime, by: FunctionId, _tag: Tag, milestone: &Milestone, measured: bool) {
        let window = &self.window;
        match *milestone {
            Milestone::TxnStart { txn, method, .. } => self.transactions.start(now, txn, method, window),
            Milestone::TxnEnd { txn, method, started, result, .. } => {
                self.transactions.end(now, txn, method, started, result, window);
            }
            Milestone::Defer { message, user, .. } => {
                self.queues.defer(now, by, message, user, measured, window);
                self.access.deferred(user, measured);
            }
            Milestone::Leave { message, user } => {
                self.queues.leave(now, by, message, user, window);
                if self.queues.waiting(user).next().is_none() {
                    self.notices.emptied(user);
                }
            }
            Milestone::Retained { on, .. } => self.queues.retained(now, on, window),
            Milestone::Attempt { device, .. } if measured => self.access.attempt(now, device),
            Milestone::HoldStart { user, message } => self.access.hold_start(now, user, message),
            Milestone::HoldEnd { user, message, why } => self.access.hold_end(now, user, message, why),
            Milestone::View { device, on, .. } => self.access.view(now, device, on, window),
            Milestone::Bound { device, on, .. } => self.access.bound(now, device, on, window),
            Milestone::RegisterSent { device } => self.access.register_sent(now, device),
            Milestone::Registered { device } => self.access.register_over(device),
            Milestone::ReadyReceived { user } => self.interworking.told(now, user, window),
            Milestone::SmsResult { ok, .. } if measured => self.interworking.result(ok),
            Milestone::StorePut { .. } => self.rules.object(now, window),
            Milestone::GuardReached { guard } => self.reached.guard(guard),
            _ => self.deferred_delivery(now, milestone, measured),
        }
    }

    fn truth(&mut self, now: SimTime, truth: Truth) {
        let window = &self.window;
        match truth {
            Truth::Hop { class, bytes, sip, again, about_message, background } => {
                let hop = transactions::Hop { class, bytes, sip, again, measured: about_message, background };
                self.signalling.hop(now, hop, window);
            }
            Truth::Repeated { txn, nth } => self.transactions.repeated(txn, nth),
            Truth::Seen { txn } => self.transactions.seen(now, txn, window),
            Truth::Device { user, device, population, number, spec, class } => {
                self.roster.device(user, device, population, number, spec, class);
            }
            Truth::RadioOn { user, device } if self.roster.primary(user) == Some(device) => {
                self.returns.radio_on(now, user, window);
            }
            Truth::RadioOff { user, device } => {
                self.access.register_over(device);
                if self.roster.primary(user) == Some(device) {
                    self.returns.radio_off(user);
                }
            }
            Truth::Connected { device, on, .. } => self.access.connected(device, on),
            Truth::IpReady { user, device, on: true } if self.roster.primary(user) == Some(device) => {
                self.returns.ip_ready(now, user);
            }
            Truth::SmsReady { user, on: true } => self.returns.sms_ready(now, user),
            Truth::OffEnd { user, queued } => {
                self.queues.off_end(now, queued, window);
                if window.begun(now) {
                    self.drains.begin(now, self.queues.waiting(user));
                }
            }
            Truth::ReadyNeed { user, on } => self.interworking.need(now, user, on, window),
            Truth::DoNotDisturb { user, on } => {
                let waiting = self.queues.waiting(user).next().is_some();
                self.notices.do_not_disturb(now, user, on, waiting, window);
            }
            Truth::Served { function, arrived, wait, stay } => self.queues.served(function, arrived, wait, stay, window),
            Truth::GhostAttemptEnd { measured: true, after } => self.access.ghost_end(now, after),
            Truth::WrongExclusion { devices } => self.access.wrong_exclusion(devices),
            // The waiting line follows from the jobs served, ties are counted by the run, and the rest says nothing of its own.
            Truth::RadioOn { .. }
            | Truth::IpReady { .. }
            | Truth::SmsReady { .. }
            | Truth::GhostAttemptEnd { .. }
            | Truth::Waiting { .. }
            | Truth::Policy { .. }
            | Truth::Tie => {}
        }
    }

    fn closed(&mut self, now: SimTime, record: &MessageRecord) {
        self.drains.closed(now, record);
        self.notices.closed(record);
        self.pulls.closed(record);
        self.order.closed(record);
        if !record.measured {
            return;
        }
        self.latency.closed(now, record);
        self.access.closed(record);
        self.outcomes.closed(record, self.stuck_after);
        self.interworking.closed(record);
        self.duplicates.closed(record);
        self.reports.closed(now, record);
        self.rules.closed(record);
        if let Some(rows) = &mut self.rows {
            rows::add(rows, record, &self.roster);
        }
    }
}
