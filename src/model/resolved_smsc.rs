//! What a run reads of service centres, resolved. See [`resolved`](super::resolved).

#[cfg(test)]
use super::resolved::IwfParams;
use crate::delivery::sms::RetrySchedule;
use crate::units::{Law, Span};

#[cfg(test)]
impl IwfParams {
    /// A gateway for tests: it reacts at once, waits long for the plant, and has no service centre.
    pub(crate) fn direct(hlr: usize, guard: Span) -> IwfParams {
        IwfParams {
            hlr,
            alert_reaction: Law::Constant(Span::ZERO),
            map_guard: guard,
            forward_guard: guard,
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
