//! A checked model, the SMS plant: gateway, service centre, home register and serving nodes.

use crate::delivery::SmsDomain;
use crate::delivery::sms::RetrySchedule;
use crate::units::{Law, Span};

/// The gateway, itself service centre towards the HLR (`iw-mode=direct`), or in front of service centres (`iw-mode=smsc`).
#[derive(Clone, Debug, PartialEq)]
pub struct IwfParams {
    pub hlr: usize,
    /// From an alert to the event it sends (`smsc.alert_reaction`).
    pub alert_reaction: Law,
    /// Answer to a routing enquiry at the latest (`map.guard`): then the attempt has failed.
    pub map_guard: Span,
    /// Result of a forwarded short message at the latest (`map.forward_guard`): then the attempt has failed.
    pub forward_guard: Span,
    /// Domains that it tries, in order; each once, at least one.
    pub domains: Vec<SmsDomain>,
    /// From the first forwarding to the failure of the whole attempt; none: each forwarding has its own.
    pub supervision: Option<Span>,
    /// A long text goes in several short messages (`sms.segmentation`).
    pub concatenates: bool,
    /// Its service centres, which take turns (`iw-mode=smsc`); none where the model has none.
    pub smscs: Vec<usize>,
    /// Longest validity that it asks a service centre for (`smsc.validity`).
    pub validity: Span,
    /// The validity is said in the steps of the relative TP-VP (`vp.encoding`).
    pub relative_validity: bool,
    /// After the end of its validity, until a submission without a status report has failed (`smsc.status_wait`).
    pub status_wait: Span,
}

#[cfg(test)]
impl IwfParams {
    /// A gateway for tests: it reacts at once, waits long for the plant, and has no service centre.
    pub(crate) fn direct(hlr: usize, guard: Span) -> IwfParams {
        IwfParams {
            hlr,
            alert_reaction: Law::Constant(Span::ZERO),
            map_guard: guard,
            forward_guard: guard,
            domains: vec![SmsDomain::Cs],
            supervision: None,
            concatenates: false,
            smscs: Vec::new(),
            validity: Span::from_secs(259_200),
            relative_validity: true,
            status_wait: Span::from_secs(600),
        }
    }
}

/// A service centre (`iw-mode=smsc`).
#[derive(Clone, Debug, PartialEq)]
pub struct SmscParams {
    pub hlr: usize,
    /// From an alert to the attempts that follow (`smsc.alert_reaction`).
    pub alert_reaction: Law,
    /// From the acceptance of a short message to its first attempt (`smsc.first_delay`).
    pub first_delay: Span,
    /// Between attempts (`smsc.retry`), and after one that found the subscriber busy (`smsc.busy_retry`).
    pub retry: RetrySchedule,
    pub busy_retry: Span,
    /// Short messages that it holds (`smsc.capacity`); none: unbounded.
    pub capacity: Option<u32>,
    /// Probabilities that a short message is lost in it (`sms.random_loss`), and that the acknowledgement of one is (`sms.duplicate`).
    pub random_loss: f64,
    pub duplicate: f64,
    /// As of the gateway (`map.guard`, `map.forward_guard`).
    pub map_guard: Span,
    pub forward_guard: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub struct HlrParams {
    /// Addresses in the waiting list of one subscriber (`hlr.mwd_max`).
    pub mwd_max: u32,
    /// From READY-FOR-SM to ALERT-SC (`mnrf.clear_delay`).
    pub alert_delay: Law,
    /// Probability that an alert is lost (`hlr.alert_loss`).
    pub alert_loss: f64,
    /// Repetitions of an alert without an answer, each after `alert_every`; then its address is purged.
    pub alert_repeats: u32,
    pub alert_every: Span,
}

/// A serving node: the switching centre with its visitor register, or the packet node.
#[derive(Clone, Debug, PartialEq)]
pub struct NodeParams {
    pub hlr: usize,
    /// Time of one page without an answer (`paging.first_timeout`).
    pub paging_timeout: Span,
    /// Pages before the subscriber counts as absent (`paging.attempts`).
    pub paging_attempts: u32,
    /// From forwarding a short message to the phone's acknowledgement (`sms.mt_cs`, `sms.mt_sgs`).
    pub mt_delivery: Law,
    pub quiet: QuietParams,
    /// Transfers to one phone at once; none: any number.
    pub transfers: Option<u32>,
}

/// What a serving node makes of a phone's silence; none: nothing, and no periodic update is asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct QuietParams {
    /// Phones give a sign of life this often (T3212, T3412).
    pub periodic_update: Option<Span>,
    /// One without a sign of life for so long counts as detached.
    pub implicit_detach: Option<Span>,
    /// One detached for so long is purged.
    pub purge_after: Option<Span>,
}
