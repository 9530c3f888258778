//! The suite of the decision: a case for every statement that the terminating PF decides by, over all document generations.
//!
//! Left to the suites of the functions: the responses that follow an act (200, 202), the fan-out itself, stores, and notifications.

mod axes;
mod entries;
mod grid;
mod im2008;
mod iw2015;
mod iw2015_clients;
mod sd2009;
mod stage;
mod survivors;
mod ts_draft;

use crate::delivery::suite::Case;

/// All cases of this suite.
pub(crate) fn cases() -> impl Iterator<Item = &'static Case> {
    [im2008::CASES, sd2009::CASES, ts_draft::CASES, iw2015::CASES, iw2015_clients::CASES, axes::CASES].into_iter().flatten()
}
