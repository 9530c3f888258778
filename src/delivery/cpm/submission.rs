//! The IWF in front of service centres (`iw-mode=smsc`): it submits, and learns what became of a message from a status report, if one
//! comes. The service centre stores, tries again and is alerted itself; no timer of the PF can hold it back.
//!
//! Left out: which service centre a network chooses. Those of the model take turns, user by user.

use std::sync::Arc;

use super::interworking::Iwf;
use crate::delivery::sms::relative_validity;
use crate::delivery::{
    Fate, FunctionId, MessageId, Milestone, Outbox, Pager, Pdu, Request, Sc, SmStatus, Sms, Submission, Tag, Timer, TimerToken,
};
use crate::units::{SimTime, Span};

/// How an IWF submits.
#[derive(Clone, Debug)]
pub struct SubmissionSetup {
    /// Not empty.
    pub centres: Arc<[FunctionId]>,
    /// Longest validity it asks for (`smsc.validity`).
    pub validity: Span,
    /// The validity is said in the steps of the relative TP-VP (`vp.encoding`).
    pub relative: bool,
    /// So long after the end of its validity a submission without a status report has failed (`smsc.status_wait`).
    pub status_wait: Span,
    /// `smsc-submission=single-shot`.
    pub single_shot: bool,
}

/// A submission whose end is not known.
#[derive(Clone, Debug)]
pub(super) struct Submitted {
    pager: Pager,
    sms: Sms,
    centre: FunctionId,
    guard: Option<TimerToken>,
}

impl Iwf {
    /// Submits a message to the service centre whose turn it is.
    pub(super) fn submit(&mut self, now: SimTime, setup: &SubmissionSetup, pager: Pager, sms: Sms, out: &mut Outbox) {
        let reference = self.next_invoke();
        let turn = self.turns.entry(sms.user).or_default();
        let centre = setup.centres[*turn as usize % setup.centres.len()];
        *turn = turn.wrapping_add(1);
        let life = pager.expires.since(now).unwrap_or(Span::ZERO);
        let asked = setup.validity.min(life);
        let validity = if setup.relative { relative_validity(asked) } else { asked };
        let wait = validity.saturating_add(setup.status_wait);
        let guard = Some(out.set_timer(Timer::MapGuard { slot: reference, generation: 0 }, wait));
        self.submitted.insert(reference, Submitted { pager, sms, centre, guard });
        let Sms { message, copy, user, attempt, part, .. } = sms;
        let (bytes, parts) = (pager.bytes, part.of);
        out.milestone(Tag::ScSubmits, Milestone::SmsSubmit { message, attempt });
        let single_shot = setup.single_shot;
        let submission = Submission { message, copy, user, bytes, parts, attempt, reference, validity, single_shot };
        out.send(centre, Pdu::Sc(Sc::Submit(submission)));
    }

    fn take_submitted(&mut self, reference: u32, out: &mut Outbox) -> Option<Submitted> {
        let submitted = self.submitted.remove(&reference)?;
        if let Some(timer) = submitted.guard {
            out.cancel_timer(timer);
        }
        Some(submitted)
    }

    /// A service centre reports. What it says of a submission that has ended for the gateway goes no further.
    pub(super) fn on_service_centre(&mut self, now: SimTime, sc: Sc, out: &mut Outbox) {
        match sc {
            Sc::SubmitReport { accepted: true, .. } | Sc::DeleteReport { deleted: false, .. } => {}
            Sc::SubmitReport { reference, accepted: false, .. } => {
                if let Some(submitted) = self.take_submitted(reference, out) {
                    let (copy, message) = (submitted.sms.copy, submitted.sms.message);
                    let refused = Milestone::CopyEnd { copy, message, fate: Fate::Refused(CONGESTION) };
                    out.milestone(Tag::ScCapacity, refused);
                    self.report_failure(now, &submitted.pager, submitted.sms.service, self.first_domain(), out);
                }
            }
            Sc::DeleteReport { reference, .. } => self.came_to_nothing(now, reference, out),
            Sc::StatusReport { reference, status: SmStatus::Received, .. } => {
                if let Some(submitted) = self.take_submitted(reference, out) {
                    self.report_success(now, &submitted.pager, out);
                }
            }
            Sc::StatusReport { reference, .. } => self.came_to_nothing(now, reference, out),
            Sc::AlertNotification { user } => self.ready(now, user, self.first_domain().told(), out),
            Sc::Submit(_) | Sc::Delete { .. } => {
                out.milestone(Tag::ScSubmits, Milestone::Undefined { state: "iwf", input: "order to a service centre" });
            }
        }
    }

    fn came_to_nothing(&mut self, now: SimTime, reference: u32, out: &mut Outbox) {
        if let Some(submitted) = self.take_submitted(reference, out) {
            self.report_failure(now, &submitted.pager, submitted.sms.service, self.first_domain(), out);
        }
    }

    /// No status report: the message counts as failed, whatever the service centre still does.
    pub(super) fn on_no_status(&mut self, now: SimTime, reference: u32, out: &mut Outbox) {
        let submitted = self.submitted.get_mut(&reference).expect("a guard runs while its submission stands");
        submitted.guard = None;
        if out.holds(Tag::OwnNoStatus) {
            out.milestone(Tag::OwnNoStatus, Milestone::Told);
            self.came_to_nothing(now, reference, out);
        }
    }

    /// The PF takes a hand-over back. What has ended already is past that: its report is on the way.
    pub(super) fn on_cancel(&mut self, request: &Request, message: MessageId, attempt: u32, out: &mut Outbox) {
        let (to, taken) = request.answer(200);
        out.send(to, taken);
        let of = |s: &Submitted| (s.sms.message, s.sms.attempt) == (message, attempt);
        let found = self.submitted.iter().find(|(_, s)| of(s)).map(|(reference, s)| (*reference, s.sms.user, s.centre));
        let Some((reference, user, centre)) = found else { return };
        out.milestone(Tag::OwnCancelOnIp, Milestone::Told);
        out.send(centre, Pdu::Sc(Sc::Delete { user, reference, about: message }));
    }
}

/// TP-FCS: SC busy (TS 23.040 9.2.3.22).
const CONGESTION: u16 = 0xc0;
