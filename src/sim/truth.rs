//! Ground truth: devices whose radio comes and goes, what they can reach, and what their users could have taken.
//!
//! Written here and read by observers only; no function sees it.

use std::sync::Arc;

use super::device::{HandoverLog, Watch, registers_by_phase};
use super::observer::{Observer, Truth};
use super::world::{Event, World};
use crate::delivery::{Access, CopyId, DeferReason, Domain, FunctionId, Input, MessageId, Nas, Part, Path, Pdu, Tag, UserId};
use crate::engine::Class;
use crate::judge::{Moment, NEVER};
use crate::model::{FunctionKind, Gives, Model, Radio, Start};
use crate::units::{Chooser, Law, Purpose, SimTime, Site, Span, SubjectId, bernoulli, uniform_open};

impl World {
    // --- the start

    /// Radios as the model says; what is on at the start has found its way already.
    pub(super) fn start_devices(&mut self) {
        let model = Arc::clone(&self.model);
        self.begin_for_all(&model);
        for device in 0..self.devices.len() as u32 {
            let subject = self.layout.devices[device as usize].subject;
            let layout = Arc::clone(&self.layout);
            let on = self.start_leaves(&model, device);
            let (on, change) = match &layout.spec(&model, device).radio {
                Radio::AlwaysOn => (true, None),
                Radio::Schedule { on_at_start, changes } => (*on_at_start, changes.first().map(|c| (c.0, c.1))),
                Radio::Dwell { on, off, start } => self.start_dwell(subject, on, off, start.unwrap_or(model.run.start)),
                // Its processes schedule their own changes.
                Radio::Pattern(_) => (on, None),
            };
            let target = self.layout.client(device).0;
            if on {
                self.devices[device as usize].on_at_start = true;
                self.schedule_fresh(SimTime::ZERO, Class::Access, target, Event::Radio { device, on: true });
            }
            if let Some((at, to)) = change.filter(|c| c.0 != SimTime::NEVER) {
                self.schedule_fresh(at, Class::Access, target, Event::Radio { device, on: to });
            }
            if matches!(layout.spec(&model, device).radio, Radio::Schedule { .. }) {
                self.devices[device as usize].next_change = 1;
            }
        }
        self.start_for_all();
    }

    pub(super) fn start_dwell(&mut self, subject: SubjectId, on: &Law, off: &Law, start: Start) -> (bool, Option<(SimTime, bool)>) {
        let site = |nth| Site::new(Purpose::Start, subject, nth);
        let is_on = match start {
            Start::AllOn => true,
            Start::AllOff => false,
            Start::Equilibrium => {
                let (mean_on, mean_off) = (on.mean(), off.mean());
                let share = if mean_on.is_infinite() { 1.0 } else { mean_on / (mean_on + mean_off) };
                uniform_open(self.chooser.bits(site(0))) < share
            }
        };
        let law = if is_on { on } else { off };
        let left = match (start, law.constant()) {
            (_, Some(Span::FOREVER)) => return (is_on, None),
            (Start::Equilibrium, _) => law.sample_residual(&mut self.chooser, site(1)),
            (_, _) => law.sample(&mut self.chooser, site(1)),
        };
        (is_on, Some((SimTime::ZERO.saturating_add(left), !is_on)))
    }

    /// Names every device to the observers.
    pub(super) fn introduce<O: Observer>(&mut self, observer: &mut O) {
        let model = Arc::clone(&self.model);
        for (device, place) in self.layout.devices.iter().enumerate() {
            let device = device as u32;
            let user = self.layout.user(place.user);
            let (spec, class) = (place.spec, place.class);
            debug_assert!(self.layout.class(&model, device).phases.len() <= 64, "a checked model has at most 64 phases a class");
            let (population, number) = (user.population, user.number);
            let client = self.layout.client(device);
            observer.truth(SimTime::ZERO, Truth::Device { user: place.user, device: client, population, number, spec, class });
        }
    }

    // --- radio and phases

    pub(super) fn on_radio<O: Observer>(&mut self, device: u32, on: bool, observer: &mut O) {
        let model = Arc::clone(&self.model);
        // What is on at the start of the run did not come back: it has been there. Its first change is scheduled already.
        let at_start = std::mem::take(&mut self.devices[device as usize].on_at_start);
        if !at_start {
            self.next_change(&model, device, on);
        }
        if self.devices[device as usize].radio == on {
            return; // A schedule may repeat itself.
        }
        let (user, client) = (self.layout.devices[device as usize].user, self.layout.client(device));
        if on {
            self.devices[device as usize].begin(self.id);
            if !at_start {
                self.users[user.0 as usize].has_returned = true;
                observer.truth(self.now, Truth::RadioOn { user, device: client });
            }
            self.start_phases(&model, device, at_start, observer);
        } else {
            self.radio_off(&model, device, observer);
            observer.truth(self.now, Truth::RadioOff { user, device: client });
        }
    }

    /// Schedules when the radio changes next.
    fn next_change(&mut self, model: &Model, device: u32, on: bool) {
        let layout = Arc::clone(&self.layout);
        let subject = layout.devices[device as usize].subject;
        let target = layout.client(device).0;
        match &layout.spec(model, device).radio {
            Radio::AlwaysOn | Radio::Pattern(_) => {}
            Radio::Dwell { on: on_law, off, .. } => {
                let law = if on { on_law } else { off };
                let nth = self.devices[device as usize].dwells;
                self.devices[device as usize].dwells += 1;
                let stay = law.sample(&mut self.chooser, Site::new(Purpose::Reachability, subject, nth));
                let at = self.now.saturating_add(stay);
                if at != SimTime::NEVER {
                    self.schedule(at, Class::Access, target, target, Event::Radio { device, on: !on });
                }
            }
            Radio::Schedule { changes, .. } => {
                let next = self.devices[device as usize].next_change as usize;
                self.devices[device as usize].next_change += 1;
                if let Some((at, to)) = changes.get(next) {
                    self.schedule(*at, Class::Access, target, target, Event::Radio { device, on: *to });
                }
            }
        }
    }

    fn start_phases<O: Observer>(&mut self, model: &Arc<Model>, device: u32, at_once: bool, observer: &mut O) {
        let layout = Arc::clone(&self.layout);
        let class = layout.class(model, device);
        for place in self.devices[device as usize].take_ready(class) {
            let phase = &class.phases[place];
            let epoch = self.devices[device as usize].epoch;
            let subject = layout.devices[device as usize].subject.with(SubjectId::of_name(&phase.name));
            if at_once {
                self.on_phase(device, place, true, observer);
                continue;
            }
            let takes = phase.takes.sample(&mut self.chooser, Site::new(Purpose::Phase, subject, epoch));
            let at = self.now.saturating_add(takes);
            if at != SimTime::NEVER {
                let target = layout.client(device).0;
                self.schedule(at, Class::Access, target, target, Event::Phase { device, phase: place as u16, epoch });
            }
        }
    }

    pub(super) fn on_phase<O: Observer>(&mut self, device: u32, place: usize, at_once: bool, observer: &mut O) {
        let model = Arc::clone(&self.model);
        let layout = Arc::clone(&self.layout);
        let class = layout.class(&model, device);
        self.devices[device as usize].done |= 1 << place;
        for gives in &class.phases[place].gives {
            match gives {
                Gives::Sms => self.attach(&model, device, Domain::Cs, observer),
                Gives::SmsPs => self.attach(&model, device, Domain::Ps, observer),
                Gives::Ip => self.connect(device, !registers_by_phase(class), observer),
                Gives::Register => {
                    self.devices[device as usize].may_register = true;
                    if self.devices[device as usize].connected {
                        self.tell(layout.client(device), Input::Access(Access::MayRegister), observer);
                    }
                }
            }
        }
        self.start_phases(&model, device, at_once, observer);
    }

    fn radio_off<O: Observer>(&mut self, model: &Model, device: u32, observer: &mut O) {
        let (user, client) = (self.layout.devices[device as usize].user, self.layout.client(device));
        let class = self.layout.class(model, device);
        let subject = self.layout.devices[device as usize].subject;
        let epoch = self.devices[device as usize].epoch;
        let silent = self.devices[device as usize].silent.take().unwrap_or(class.silent_loss);
        let silent = silent > 0.0 && bernoulli(self.chooser.bits(Site::new(Purpose::SilentLoss, subject, epoch)), silent);
        if !silent {
            self.tell(client, Input::Access(Access::LeavingInOrder), observer);
        }
        let before = self.devices[device as usize].clone();
        self.devices[device as usize].end(self.id);
        if before.connected {
            observer.truth(self.now, Truth::Connected { user, device: client, on: false });
            self.on_connection(device, false);
        }
        self.change_ip_ready(device, before.ip_ready(), observer);
        if before.attached.contains(&true) {
            self.change_sms_ready(user, false, observer);
        }
        self.tell(client, Input::Access(Access::Gone), observer);
        self.hop_disconnected(client, observer);
    }

    // --- what a user could take

    pub(super) fn on_bound<O: Observer>(&mut self, device: u32, on: bool, observer: &mut O) {
        let before = self.devices[device as usize].ip_ready();
        self.devices[device as usize].bound = on;
        self.change_ip_ready(device, before, observer);
    }

    pub(super) fn change_ip_ready<O: Observer>(&mut self, device: u32, before: bool, observer: &mut O) {
        let on = self.devices[device as usize].ip_ready();
        if on == before {
            return;
        }
        let (user, client) = (self.layout.devices[device as usize].user, self.layout.client(device));
        observer.truth(self.now, Truth::IpReady { user, device: client, on });
        self.oracles.there(self.now, device as usize, on);
        let truth = &mut self.users[user.0 as usize];
        if on {
            truth.ip_ready += 1;
            self.ip_came(user);
        } else {
            truth.ip_ready -= 1;
            truth.last_ip = Some(self.now);
        }
        self.change_usable(user, observer);
    }

    pub(super) fn change_sms_ready<O: Observer>(&mut self, user: UserId, on: bool, observer: &mut O) {
        let truth = &mut self.users[user.0 as usize];
        if std::mem::replace(&mut truth.sms_ready, on) == on {
            return;
        }
        let needed = truth.sms_failed > 0;
        observer.truth(self.now, Truth::SmsReady { user, on });
        if needed || !on {
            observer.truth(self.now, Truth::ReadyNeed { user, on });
        }
        self.change_usable(user, observer);
    }

    /// Whether interworking to SMS is a way for this user's messages.
    pub(super) fn may_interwork(&self, user: UserId) -> bool {
        let population = &self.model.populations[self.layout.user(user).population as usize];
        matches!(&self.model.functions[population.pf].kind, FunctionKind::Pf(pf) if pf.isf.is_some() && pf.provider.interworking)
    }

    pub(super) fn change_usable<O: Observer>(&mut self, user: UserId, observer: &mut O) {
        let on = self.is_usable_for_text(user);
        self.judge_anew(user);
        let truth = &mut self.users[user.0 as usize];
        match (truth.usable_since, on) {
            (None, true) => {
                truth.usable_since = Some(self.now);
                let queued = truth.queued;
                let reached = std::mem::take(&mut truth.unreached);
                // Who was on at the start has come back from nowhere.
                if truth.has_returned {
                    observer.truth(self.now, Truth::OffEnd { user, queued });
                }
                for message in reached {
                    if let Some(slot) = self.ledger.slot(message) {
                        self.ledger.book(slot).reach = self.now;
                    }
                }
            }
            (Some(since), false) => {
                truth.usable_ns += (self.now - since).ns();
                truth.usable_since = None;
            }
            _ => {}
        }
    }

    // --- what is written of messages

    pub(super) fn note_usable_at_accept(&mut self, about: Option<MessageId>) {
        if let Some(slot) = about.and_then(|m| self.ledger.slot(m)) {
            self.follow_message(slot);
            self.ledger.book(slot).usable_at_accept = self.usable_time(slot);
        }
    }

    /// A message entered the deferred queue for the first time.
    pub(super) fn note_deferred(&mut self, slot: u32) {
        let (user, message) = (self.ledger.book(slot).to, self.ledger.book(slot).id);
        let usable = self.usable_time(slot);
        let reach = if self.is_usable(slot) { self.now } else { NEVER };
        match (reach, self.judged) {
            (NEVER, true) => self.extras[slot as usize].unreached = true,
            (NEVER, false) => self.users[user.0 as usize].unreached.push(message),
            _ => {}
        }
        let book = self.ledger.book(slot);
        (book.usable_at_defer, book.reach) = (usable, reach);
    }

    pub(super) fn note_expired(&mut self, slot: u32) {
        let usable = self.usable_time(slot);
        let deferred_by_it = self.ledger.record(slot).defer_reason == Some(DeferReason::DoNotDisturb);
        let stands = deferred_by_it && self.do_not_disturb_stands(slot);
        let book = self.ledger.book(slot);
        book.usable_until_expire = since(usable, book.usable_at_defer);
        book.dnd_at_expiry = stands;
    }

    /// Whether this PDU makes the content complete at its device: of a concatenated short message only the last missing part does.
    pub(super) fn is_whole(&mut self, slot: u32, pdu: &Pdu) -> bool {
        let Pdu::Nas(Nas::SmsDeliver { sms, .. }) = pdu else { return true };
        if sms.part == Part::WHOLE || !self.outbox.holds(Tag::Concatenates) {
            return true;
        }
        let parts = &mut self.extras[slot as usize].rare_mut().parts;
        let here = (sms.attempt, sms.part.number);
        if parts.contains(&here) {
            return false;
        }
        parts.push(here);
        parts.iter().filter(|(attempt, _)| *attempt == sms.attempt).count() == usize::from(sms.part.of)
    }

    /// A copy is complete at a device.
    pub(super) fn on_arrival(&mut self, slot: u32, copy: CopyId, path: Path, attempt: u32, device: FunctionId) {
        let first = self.ledger.book(slot).first_arrival == NEVER;
        let at = Moment { now: self.now, event: self.id, by: device };
        self.oracles.arrived(at, slot, copy, path, self.ledger.record(slot));
        self.ledger.arrived(self.now, slot, copy, path, device);
        let usable = self.usable_time(slot);
        let by = (path == Path::Ip).then(|| self.layout.device(device)).flatten();
        let stale = self.extras[slot as usize].rare().is_some_and(|rare| rare.allowed.contains(&(by, false)));
        let log = self.extras[slot as usize].handover(attempt).copied();
        let book = self.ledger.book(slot);
        if first {
            book.usable_wait = since(usable, book.usable_at_accept);
            book.policy_stale = stale;
        }
        if let Some(log) = log
            && path != Path::Ip
            && book.arrived_handover == NEVER
        {
            book.arrived_handover = log.at;
            book.arrived_sms_submit = log.submitted;
        }
    }

    /// The usable time that a message still open at the end has waited so far.
    pub(super) fn note_open_wait(&mut self, slot: u32) {
        let usable = self.usable_time(slot);
        let book = self.ledger.book(slot);
        if book.accept != NEVER && book.first_arrival == NEVER {
            book.usable_wait = since(usable, book.usable_at_accept);
        }
    }

    // --- watches for needless short messages

    /// A hand-over or, later, its submission: was IP there, or will it be within the window?
    pub(super) fn watch(&mut self, slot: u32, attempt: u32, submission: bool) {
        let window = self.model.measure.needless_window;
        let (user, message) = (self.ledger.book(slot).to, self.ledger.book(slot).id);
        let truth = &self.users[user.0 as usize];
        let (now, ready) = (self.now, truth.ip_ready > 0);
        let lately = truth.last_ip.is_some_and(|at| at.saturating_add(window) >= now);
        if submission {
            let Some(log) = self.extras[slot as usize].handover(attempt) else { return };
            (log.submitted, log.ip_at_submit) = (now, ready);
            if ready {
                return;
            }
        } else {
            let log = HandoverLog {
                attempt,
                at: now,
                submitted: NEVER,
                ip_around: ready || lately,
                ip_at_submit: false,
                ip_after: false,
            };
            self.extras[slot as usize].rare_mut().handovers.push(log);
            if log.ip_around {
                return;
            }
        }
        let until = now.saturating_add(window);
        self.users[user.0 as usize].watches.push(Watch { message, attempt, until, submission });
        self.ledger.hold(slot);
        let target = self.layout.client(self.layout.user(user).devices.0).0;
        self.schedule(until, Class::Measurement, target, target, Event::Watch { user: user.0 });
    }

    fn ip_came(&mut self, user: UserId) {
        for watch in std::mem::take(&mut self.users[user.0 as usize].watches) {
            if let Some(slot) = self.ledger.slot(watch.message) {
                if let Some(log) = self.extras[slot as usize].handover(watch.attempt) {
                    if watch.submission {
                        log.ip_after = true;
                    } else {
                        log.ip_around = true;
                    }
                }
                self.ledger.release(slot);
                self.touched.push(slot);
            }
        }
    }

    pub(super) fn end_watches(&mut self, user: u32) {
        let now = self.now;
        let watches = &mut self.users[user as usize].watches;
        let (over, still): (Vec<Watch>, Vec<Watch>) = watches.drain(..).partition(|w| w.until <= now);
        *watches = still;
        for watch in over {
            if let Some(slot) = self.ledger.slot(watch.message) {
                self.ledger.release(slot);
                self.touched.push(slot);
            }
        }
    }

    /// What the surroundings of the short message that arrived come to, before its book is closed.
    pub(super) fn settle_truth(&mut self, slot: u32) {
        let at = self.ledger.book(slot).arrived_handover;
        let handovers = self.extras[slot as usize].rare().map_or(&[][..], |rare| &rare.handovers);
        let log = handovers.iter().find(|h| h.at == at && at != NEVER).copied();
        if let Some(log) = log {
            let book = self.ledger.book(slot);
            book.ip_ready_around_handover = log.ip_around;
            book.ip_ready_after_submit = !log.ip_at_submit && log.ip_after;
        }
    }
}

/// Usable time from one reading to a later one.
fn since(later: Span, earlier: Span) -> Span {
    Span::from_ns(later.ns().saturating_sub(earlier.ns()))
}
