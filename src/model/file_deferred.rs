//! The shape of deferred delivery in a model file: how a PF notifies, pauses and restarts, what it does about final responses, what
//! users do about messages that wait, and the Push Enabler.

use super::laws::LAW;
use super::params::U32;
use super::shape::{Field, Shape, Word, filled, may, must, record, word, word_or};

const SPAN: &Shape = &Shape::Span { forever: false };
const WEIGHT: &Shape = &Shape::Number { above_zero: false };
/// Intervals, or instants, that one PF may have.
const MOST: usize = 100_000;

/// Notifications of deferred messages.
pub static NOTIFY: &[Field] = &[
    filled!(
        "reminder",
        &word_or!(NONE, &Shape::Whole { least: 0, most: 1000 }),
        "Reminders of one round of notification, while nobody acts."
    ),
    filled!("every", SPAN, "Time from a notification, or a reminder, to the next reminder."),
    filled!(
        "bytes",
        &Shape::Bytes { least: 1 },
        "Longest MESSAGE that carries a notification; more messages go in several (RFC 3428 8)."
    ),
];

static NONE: &[Word] = &[Word { word: "none", says: "There are none." }];

/// When retrieval is paused.
pub static PAUSED: Shape = Shape::List { of: &PAUSE, least: 0, most: MOST };

static PAUSE: Shape =
    record!(&[must!("from", SPAN, "From this instant on."), must!("to", SPAN, "Up to this one, which is later."),]);

/// Restarts of a PF.
pub static RESTARTS: Shape = Shape::List { of: SPAN, least: 0, most: MOST };

/// What final responses of clients lead to.
pub static RESPONSES: Shape = Shape::Table { of: &word!(ON_RESPONSE), least: 0, noun: "response" };

static ON_RESPONSE: &[Word] = &[
    Word { word: "defer", says: "The client is out of reach: the message may be deferred." },
    Word { word: "fail", says: "The client has refused: a failed leg." },
    Word { word: "adapt", says: "The content goes another way, by interworking; where there is none it is refused." },
    Word { word: "retry", says: "The request is repeated once, after `Retry-After` or `pf.server_retry`; then as \"defer\"." },
];

/// What a user wants done about messages that wait: relative weights.
pub static CHOICE: &[Field] = &[
    filled!("all", WEIGHT, "He retrieves all, without a list. Else he chooses for each message by the other weights."),
    filled!("deliver", WEIGHT, "`cpm_action=deliver`."),
    filled!("delete", WEIGHT, "`cpm_action=delete`."),
    filled!("interwork", WEIGHT, "`cpm_action=interwork`."),
    filled!("store", WEIGHT, "`cpm_action=store`."),
    filled!("keep", WEIGHT, "It is not in the list, and stays deferred."),
];

const KEEPS: &Shape = &Shape::Whole { least: 0, most: U32 };

/// Out-of-band notifications.
pub static OOB: &[Field] = &[
    filled!("latency", &LAW, "From the submission of a push, or the return of its device, to the device."),
    filled!("keeps", KEEPS, "Pushes kept for a device that is away, the last ones."),
];

/// Parameters of one Push Enabler.
pub static PUSH_OWN: &[Field] =
    &[may!("latency", &LAW, "In place of `push.oob.latency`."), may!("keeps", KEEPS, "In place of `push.oob.keeps`.")];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::delivery::responses::OnResponse;

    #[test]
    fn every_action_has_its_word() {
        assert_eq!(ON_RESPONSE.iter().map(|w| w.word).collect::<Vec<_>>(), OnResponse::ALL.map(OnResponse::word));
    }
}
