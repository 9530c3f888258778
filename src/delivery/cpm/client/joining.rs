//! The phone joins the parts of a concatenated short message (3GPP TS 23.040 9.2.3.24.1): it shows the message when it has all of them.
//!
//! Parts of one hand-over belong together (its reference number); a part that comes twice is dropped. What never becomes whole is kept,
//! and never shown.

use std::collections::BTreeMap;

use crate::delivery::{MessageId, Part};

/// The parts that have come of messages that are not whole.
#[derive(Clone, Debug, Default)]
pub(super) struct Joining {
    /// By message and hand-over: whether each part has come.
    incomplete: BTreeMap<(MessageId, u32), Vec<bool>>,
}

impl Joining {
    /// A part has come; whether it makes the message whole.
    pub fn completes(&mut self, message: MessageId, attempt: u32, part: Part) -> bool {
        if part == Part::WHOLE {
            return true;
        }
        let come = self.incomplete.entry((message, attempt)).or_insert_with(|| vec![false; usize::from(part.of)]);
        if let Some(place) = come.get_mut(usize::from(part.number).wrapping_sub(1)) {
            *place = true;
        }
        let whole = come.iter().all(|c| *c);
        if whole {
            self.incomplete.remove(&(message, attempt));
        }
        whole
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ts23_040_9_2_3_24_1_a_message_is_whole_with_its_last_missing_part() {
        let (a, b) = (MessageId(1), MessageId(2));
        let part = |number| Part { number, of: 3 };
        let mut joining = Joining::default();
        assert!(joining.completes(a, 1, Part::WHOLE));
        assert!(!joining.completes(a, 1, part(3)));
        assert!(!joining.completes(b, 1, part(1)), "another message");
        assert!(!joining.completes(a, 1, part(1)));
        assert!(!joining.completes(a, 1, part(1)), "a part that came before");
        assert!(!joining.completes(a, 2, part(2)), "another hand-over of the same message");
        assert!(joining.completes(a, 1, part(2)));
    }
}
