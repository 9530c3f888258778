//! What the PF does about a final response of a client that is no success (`domain.md` 3.4): what the axes say, and the codes for
//! which a model says otherwise.
//!
//! No response in time counts as 408 (RFC 3261 8.1.3.1). Left out: what a deferral or another way then comes to, which is the PF's.

use super::axes as axis;
use super::profile::Axes;

/// What a failed leg of a message leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum OnResponse {
    /// The client is out of reach for now: the message may be deferred.
    Defer,
    /// The client or its user has refused: a failed leg.
    Fail,
    /// The content goes another way, by interworking; where there is none it counts as refused.
    Adapt,
    /// The same request once more, after `Retry-After` or `pf.server_retry`, and then as [`OnResponse::Defer`].
    Retry,
}

impl OnResponse {
    pub const ALL: [OnResponse; 4] = [OnResponse::Defer, OnResponse::Fail, OnResponse::Adapt, OnResponse::Retry];

    /// The word in model files.
    pub const fn word(self) -> &'static str {
        match self {
            OnResponse::Defer => "defer",
            OnResponse::Fail => "fail",
            OnResponse::Adapt => "adapt",
            OnResponse::Retry => "retry",
        }
    }

    /// What the axes say about `code`; 0 stands for no response in time.
    pub fn by_axes(code: u16, axes: &Axes) -> OnResponse {
        let defers = |id, value| if axes.is(id, value) { OnResponse::Defer } else { OnResponse::Fail };
        match code {
            0 | 408 => defers(axis::ON_TIMEOUT, "defer"),
            404 | 410 | 430 | 480 | 503 => defers(axis::ON_UNREACHABLE, "defer"),
            413 | 415 | 488 if axes.is(axis::ON_CONTENT_ERROR, "adapt") => OnResponse::Adapt,
            500..=599 => match axes.value(axis::ON_SERVER_ERROR) {
                "retry-then-defer" => OnResponse::Retry,
                "defer" => OnResponse::Defer,
                _ => OnResponse::Fail,
            },
            _ => defers(axis::ON_REFUSAL, "defer"),
        }
    }
}

/// Codes from `first` to `last`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stretch {
    first: u16,
    last: u16,
    action: OnResponse,
}

/// The codes for which a model says otherwise than the axes: stretches in order, neighbours of one action in one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Responses(Vec<Stretch>);

impl Responses {
    /// The least and the largest code that this is about.
    pub const CODES: std::ops::RangeInclusive<u16> = 300..=699;

    /// The exceptions that `action` gives, code by code.
    pub fn of(action: impl Fn(u16) -> Option<OnResponse>) -> Responses {
        let mut all: Vec<Stretch> = Vec::new();
        for (code, action) in Responses::CODES.filter_map(|code| Some((code, action(code)?))) {
            match all.last_mut().filter(|s| s.action == action && s.last + 1 == code) {
                Some(stretch) => stretch.last = code,
                None => all.push(Stretch { first: code, last: code, action }),
            }
        }
        Responses(all)
    }

    /// What is to be done about `code`, where that is not what the axes say; 0 stands for no response in time.
    pub fn exception(&self, code: u16) -> Option<OnResponse> {
        let code = if code == 0 { 408 } else { code };
        let at = self.0.partition_point(|s| s.last < code);
        self.0.get(at).filter(|s| s.first <= code).map(|s| s.action)
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The table of `domain.md` 3.4 under the latest profile.
    #[test]
    fn the_axes_give_the_table_of_the_domain() {
        let axes = Axes::default();
        let of = |codes: &[u16]| codes.iter().map(|code| OnResponse::by_axes(*code, &axes)).collect::<Vec<_>>();
        assert_eq!(of(&[0, 408, 404, 410, 430, 480, 503]), [OnResponse::Defer; 7]);
        assert_eq!(of(&[486, 600, 603, 606, 403]), [OnResponse::Fail; 5]);
        assert_eq!(of(&[413, 415, 488]), [OnResponse::Adapt; 3]);
        assert_eq!(of(&[500, 502, 504, 580]), [OnResponse::Retry; 4]);
    }

    /// With the other value of an axis only its own codes do otherwise; content that is not adapted is refused.
    #[test]
    fn each_axis_moves_its_own_codes() {
        let moved = |id, value: &str| {
            let mut axes = Axes::default();
            assert!(axes.set(id, value));
            let differs = |code: &u16| OnResponse::by_axes(*code, &axes) != OnResponse::by_axes(*code, &Axes::default());
            Responses::CODES.filter(differs).collect::<Vec<_>>()
        };
        assert_eq!(moved(axis::ON_TIMEOUT, "fail"), [408]);
        assert_eq!(moved(axis::ON_UNREACHABLE, "fail"), [404, 410, 430, 480, 503]);
        assert_eq!(moved(axis::ON_CONTENT_ERROR, "fail"), [413, 415, 488]);
        assert_eq!(moved(axis::ON_SERVER_ERROR, "fail").len(), 99, "all of 5xx but 503");
        assert_eq!(moved(axis::ON_REFUSAL, "defer").len(), 400 - 1 - 5 - 3 - 99);
    }

    #[test]
    fn exceptions_stand_for_their_codes_alone() {
        let some = Responses::of(|code| match code {
            408 => Some(OnResponse::Fail),
            600..=699 if code != 603 => Some(OnResponse::Defer),
            _ => None,
        });
        assert_eq!(some.0.len(), 3);
        let said = [0, 407, 408, 409, 599, 600, 602, 603, 604, 699].map(|code| some.exception(code));
        let (fail, defer) = (Some(OnResponse::Fail), Some(OnResponse::Defer));
        assert_eq!(said, [fail, None, fail, None, None, defer, defer, None, defer, defer]);
        assert!(Responses::default().is_empty() && Responses::default().exception(486).is_none());
    }
}
