//! The gateway's choice of domain (3GPP TS 23.204 6.5a): one after the other in the operator's order until one takes the short
//! message, and what the HLR is told when none does.
//!
//! Failure is reported for each domain that was tried, in the order of `hlr-flag-order`; with it stands or falls which flags an HLR
//! has set when the subscriber returns. Under `sc-success-report=sent` the service centre part of the gateway reports success, since
//! the message was accepted, before or after the gateway part reports what became of it (`gw-report-order`). Left out: short messages
//! over IP. Who is registered is passed over to the next domain, for what goes to him over IP goes by CPM.

use super::{Iwf, Job};
use crate::delivery::{
    FunctionId, Map, Milestone, Nodes, Origin, Outbox, Outcome, Path, Pdu, Ready, Routing, Sms, SmsDomain, Tag, Timer, UserId,
};
use crate::units::{SimTime, Span};

/// Which domains a gateway tries, and how it reports of them.
#[derive(Clone, Debug)]
pub struct Reaching {
    /// In this order; at least one.
    pub domains: Vec<SmsDomain>,
    /// The attempt has failed when no domain has taken the short message in this time from the first forwarding; none: each has its
    /// own supervision only.
    pub supervision: Option<Span>,
    /// `hlr-flag-order=unri-first`
    pub unri_first: bool,
    /// `sc-success-report=sent`
    pub success_sent: bool,
    /// `gw-report-order=after-sc`
    pub after_sc: bool,
}

impl Default for Reaching {
    /// CS alone, with nothing of the open questions.
    fn default() -> Reaching {
        let (domains, supervision) = (vec![SmsDomain::Cs], None);
        Reaching { domains, supervision, unri_first: false, success_sent: false, after_sc: false }
    }
}

/// Where an attempt stands.
#[derive(Clone, Debug, Default)]
pub(super) struct Course {
    nodes: Nodes,
    /// Domains of the order that have been passed so far.
    passed: usize,
    /// Where it is now, or was last.
    pub domain: Option<SmsDomain>,
    /// What has failed, and whether the HLR has been told.
    failed: Vec<(SmsDomain, Outcome, bool)>,
}

/// Supervision of a whole attempt runs beside the guard of one operation.
pub(super) const SUPERVISION: u32 = 1;

impl Iwf {
    /// The domain that an event names when none was tried: the first that has nodes of its own.
    pub(super) fn first_domain(&self) -> SmsDomain {
        self.setup.reaching.domains.iter().copied().find(|d| *d != SmsDomain::Ims).unwrap_or(SmsDomain::Ps)
    }

    /// A message was accepted. The service centre takes that for its success, unless it lets the gateway speak first.
    pub(super) fn on_accepted(&self, sms: Sms, out: &mut Outbox) {
        if self.setup.reaching.after_sc {
            self.report_acceptance(sms, out);
        }
    }

    fn report_acceptance(&self, sms: Sms, out: &mut Outbox) {
        if self.setup.reaching.success_sent && out.holds(Tag::ScSuccessReport) {
            out.milestone(Tag::ScSuccessReport, Milestone::Told);
            // A service centre that knows of no other domain names none, which means CS.
            self.report(sms, SmsDomain::Cs, Outcome::Success, out);
        }
    }

    /// Tells the HLR how an attempt in a domain ended; if it failed, that an alert is wanted.
    fn report(&self, sms: Sms, domain: SmsDomain, outcome: Outcome, out: &mut Outbox) {
        let Sms { user, message: about, .. } = sms;
        out.send(self.setup.hlr, Pdu::Map(Map::ReportSmDeliveryStatus { user, sc: self.setup.id, domain, outcome, about }));
    }

    /// The HLR's answer for a message: the domains are tried.
    pub(super) fn reach(&mut self, now: SimTime, invoke: u32, nodes: Nodes, out: &mut Outbox) {
        let supervision = self.setup.reaching.supervision;
        let job = self.jobs.get_mut(&invoke).expect("who is asked for stands");
        job.course.nodes = nodes;
        job.supervision = supervision
            .filter(|_| out.holds(Tag::DomainOrder))
            .map(|after| out.set_timer(Timer::MapGuard { slot: invoke, generation: SUPERVISION }, after));
        self.next_domain(now, invoke, out);
    }

    /// The next domain of the order in which the subscriber may be there; none left: the attempt has failed.
    pub(super) fn next_domain(&mut self, now: SimTime, invoke: u32, out: &mut Outbox) {
        loop {
            let job = self.jobs.get_mut(&invoke).expect("who is asked for stands");
            let on = job.course.passed == 0 || out.holds(Tag::DomainOrder);
            let Some(domain) = self.setup.reaching.domains.get(job.course.passed).copied().filter(|_| on) else {
                return self.unreached(now, invoke, out);
            };
            job.course.passed += 1;
            if domain == SmsDomain::Ims {
                self.try_ims(invoke, out);
            } else if let Some(node) = job.course.nodes.at(domain) {
                job.course.domain = Some(domain);
                return self.forward(invoke, node, out);
            }
        }
    }

    /// Over IP nobody is reached who is not registered; UNRI is set here, and at the HLR when it is reported.
    fn try_ims(&mut self, invoke: u32, out: &mut Outbox) {
        let Some(Job { sms, course, .. }) = self.jobs.get_mut(&invoke) else { return };
        let sms = *sms;
        if self.registered.contains(&sms.user) || !out.holds(Tag::Unri) {
            return;
        }
        out.milestone(Tag::Unri, Milestone::Told);
        let at_once = self.setup.reaching.unri_first && out.holds(Tag::FlagOrder) && out.holds(Tag::GatewayReport);
        course.failed.push((SmsDomain::Ims, Outcome::Absent, at_once));
        self.unri.insert(sms.user);
        if at_once {
            out.milestone(Tag::FlagOrder, Milestone::Told);
            self.report(sms, SmsDomain::Ims, Outcome::Absent, out);
        }
    }

    fn forward(&mut self, invoke: u32, node: FunctionId, out: &mut Outbox) {
        let job = self.jobs.get_mut(&invoke).expect("who is asked for stands");
        if job.forwarded {
            // The node before has done with its copy.
            let (message, parent) = (job.sms.message, Some(job.sms.copy));
            let copy = out.mint_copy();
            let made = Milestone::CopyMade { copy, message, parent, origin: Origin::Repetition, path: Path::Sms, device: None };
            out.milestone(Tag::DomainOrder, made);
            job.sms.copy = copy;
        } else {
            let Sms { message, attempt, .. } = job.sms;
            out.milestone(Tag::OwnSmsPlant, Milestone::SmsSubmit { message, attempt });
        }
        job.forwarded = true;
        if let Some(timer) = job.guard.take() {
            out.cancel_timer(timer);
        }
        job.guard = Some(out.set_timer(Timer::MapGuard { slot: invoke, generation: 0 }, self.setup.forward_guard));
        out.send(node, Pdu::Map(Map::MtForwardSm { sms: job.sms, invoke }));
    }

    /// The domain it was forwarded to has not taken it. Of one that is busy nothing is written down (TS 29.002 23.3).
    pub(super) fn on_domain_failed(&mut self, now: SimTime, invoke: u32, outcome: Option<Outcome>, out: &mut Outbox) {
        let job = self.jobs.get_mut(&invoke).expect("who is asked for stands");
        if let (Some(domain), Some(outcome)) = (job.course.domain, outcome) {
            job.course.failed.push((domain, outcome, false));
        }
        self.next_domain(now, invoke, out);
    }

    /// No domain has taken it: the HLR is told of each, and the PF.
    fn unreached(&mut self, now: SimTime, invoke: u32, out: &mut Outbox) {
        self.report_failures(invoke, out);
        self.failed(now, invoke, out);
    }

    /// Of each domain that failed and was not reported yet, in the order in question.
    pub(super) fn report_failures(&mut self, invoke: u32, out: &mut Outbox) {
        let Some(Job { sms, course, .. }) = self.jobs.get_mut(&invoke) else { return };
        let (sms, mut failed) = (*sms, std::mem::take(&mut course.failed));
        if out.holds(Tag::FlagOrder) {
            let unri_first = self.setup.reaching.unri_first;
            failed.sort_by_key(|(domain, ..)| (*domain == SmsDomain::Ims) != unri_first);
        }
        for (domain, outcome, told) in failed {
            if !told && out.holds(Tag::GatewayReport) {
                out.milestone(Tag::GatewayReport, Milestone::Told);
                self.report(sms, domain, outcome, out);
            }
        }
        if !self.setup.reaching.after_sc {
            self.report_acceptance(sms, out);
        }
    }

    /// A domain has taken it. What was reported of another on the way is taken back.
    pub(super) fn on_reached(&mut self, invoke: u32, out: &mut Outbox) {
        let Some(Job { sms, course, .. }) = self.jobs.get(&invoke) else { return };
        let (sms, domain) = (*sms, course.domain.unwrap_or(SmsDomain::Cs));
        if course.failed.iter().any(|(.., told)| *told) {
            self.report(sms, domain, Outcome::Success, out);
        }
        if !self.setup.reaching.after_sc {
            self.report_acceptance(sms, out);
        }
    }

    // --- registration at the IP-SM-GW

    /// The Core has told of a registration, or of its end: who was missed over IP is there now (TS 23.204 6.5a; TS 24.341 B.4).
    pub(super) fn on_registered(&mut self, user: UserId, on: bool, out: &mut Outbox) {
        if !on {
            self.registered.remove(&user);
            return;
        }
        self.registered.insert(user);
        if self.unri.remove(&user) && out.holds(Tag::Unri) {
            out.milestone(Tag::Unri, Milestone::Told);
            let map = Map::ReadyForSm { user, domain: SmsDomain::Ims, reason: Ready::Present };
            out.send(self.setup.hlr, Pdu::Map(map));
        }
    }

    // --- where a user is who can receive again

    /// With several domains the gateway asks the HLR in which of them; the alert does not say. False: there is one only.
    pub(super) fn look_up(&mut self, user: UserId, out: &mut Outbox) -> bool {
        if self.setup.reaching.domains.iter().filter(|d| **d != SmsDomain::Ims).count() < 2 {
            return false;
        }
        let Some(about) = self.missed.get(&user).copied() else { return false };
        self.last_invoke += 1;
        let invoke = self.last_invoke;
        let guard = self.guard(invoke, out);
        self.look_ups.insert(invoke, (user, Some(guard)));
        out.send(self.setup.hlr, Pdu::Map(Map::SriSm { user, sc: self.setup.id, invoke, about }));
        true
    }

    /// The answer: the first domain of the order that has a node. Whom the HLR takes for absent again it has written down anew.
    pub(super) fn looked_up(&mut self, invoke: u32, result: Option<Routing>, out: &mut Outbox) -> Option<(UserId, SmsDomain)> {
        let (user, guard) = self.look_ups.remove(&invoke)?;
        if let (Some(timer), Some(_)) = (guard, result) {
            out.cancel_timer(timer);
        }
        match result {
            Some(Routing::At(nodes)) => {
                let found = self.setup.reaching.domains.iter().copied().find(|d| nodes.at(*d).is_some());
                Some((user, found.unwrap_or(self.first_domain())))
            }
            Some(Routing::AbsentSubscriber) => None,
            None => Some((user, self.first_domain())),
        }
    }
}
