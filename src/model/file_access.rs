//! The shape of access in a model file: patterns by which something is on and off.

use super::file::{CHANGE, ON_OFF, STARTS};
use super::laws::LAW;
use super::shape::{Choice, Field, Shape, Word, choice, may, must, record, word};

/// Patterns, by name.
pub static PATTERNS: Shape = Shape::Table { of: &PATTERN, least: 0, noun: "pattern" };

static PATTERN: Shape = choice!(&Choice {
    noun: "a pattern",
    bare: None,
    variants: &[
        must!("dwell", &DWELL, "On and off in turn, by laws; each device by itself."),
        must!("schedule", &SCHEDULE, "On and off at given instants."),
        must!("daily", &DAILY, "A stretch of each day, or of some days of the week: nights, ways to work."),
        must!("trace", &TRACE, "What was recorded of devices, replayed."),
        must!(
            "common",
            &COMMON,
            "One process for many users at the same time: a hole in the coverage, a tunnel, a cell that fails."
        ),
        must!("all", &PARTS, "On while all of these patterns are."),
        must!("any", &PARTS, "On while any of these patterns is."),
    ],
});

/// When a device has IP, and what is lost with it.
pub static IP_LAYER: Shape = record!(&[
    must!("pattern", &Shape::Name("pattern"), "The pattern it follows; the time off includes the way back."),
    may!("registration", &word!(REGISTRATIONS), "What becomes of the registration; lost when left out."),
]);

/// What a phone says that is back in a domain.
pub static RETURNS: &[Word] = &[
    Word { word: "update", says: "A location update at once." },
    Word { word: "quiet", says: "Nothing before its next periodic update, as out of a tunnel into the cell that it knows." },
];

static REGISTRATIONS: &[Word] = &[
    Word { word: "lost", says: "The address changes, as between two accesses: the client registers anew when IP is back." },
    Word { word: "kept", says: "The address stays, as when a call suspends data: nobody is told that IP is back." },
];

static PARTS: Shape = Shape::List { of: &Shape::Name("pattern"), least: 1, most: 64 };

const SILENT: Field = may!(
    "silent_loss",
    &Shape::Probability,
    "Probability that a device which this takes away leaves without de-registering; that of its class when left out."
);

static DWELL: Shape = record!(&[
    must!("on", &LAW, "Time on."),
    must!("off", &LAW, "Time off."),
    may!("start", &word!(STARTS), "State at the start; the run's when left out."),
    SILENT,
]);

static SCHEDULE: Shape = record!(&[
    must!("start", &word!(ON_OFF), "State at the start."),
    must!("changes", &Shape::List { of: &CHANGE, least: 0, most: 1_000_000 }, "Changes, in order of time."),
    SILENT,
]);

static DAILY: Shape = record!(&[
    must!("from", &LAW, "When the stretch begins, from midnight; the run begins at midnight."),
    must!("lasts", &LAW, "How long it lasts."),
    may!("state", &word!(ON_OFF), "The state within it; off when left out. Outside it is the other."),
    may!(
        "days",
        &Shape::List { of: &word!(DAYS), least: 1, most: 7 },
        "Days on which one begins; all when left out. The run begins on a Monday."
    ),
    may!("share", &Shape::Probability, "Share of the devices that have such stretches; 1 when left out."),
    SILENT,
]);

static DAYS: &[Word] = &[
    Word { word: "mon", says: "Monday." },
    Word { word: "tue", says: "Tuesday." },
    Word { word: "wed", says: "Wednesday." },
    Word { word: "thu", says: "Thursday." },
    Word { word: "fri", says: "Friday." },
    Word { word: "sat", says: "Saturday." },
    Word { word: "sun", says: "Sunday." },
];

static COMMON: Shape = record!(&[
    must!(
        "of",
        &Shape::Table { of: &Shape::Number { above_zero: false }, least: 1, noun: "pattern" },
        "Patterns (dwell, schedule or daily) by weight; each user has one of them for the whole run, and each runs once for all."
    ),
    may!("share", &Shape::Probability, "Share of the users that have one; the others are always on. 1 when left out."),
    SILENT,
]);

static TRACE: Shape = record!(&[
    must!("of", &RECORDING, "The recording."),
    may!(
        "origin",
        &Shape::Span { forever: false },
        "Instant of the recording at which the run begins; 0 s when left out. What comes before it gives the state at the start."
    ),
    may!("gaps", &word!(GAPS), "What a device was while the recording says nothing of it; refuse when left out."),
    may!("assign", &word!(ASSIGNS), "Whose rows are whose; by_name when left out."),
    SILENT,
]);

static RECORDING: Shape = choice!(&Choice {
    noun: "a recording",
    bare: None,
    variants: &[
        must!(
            "csv",
            &Shape::Text,
            "A text file beside the file that names it: rows of device, time, state and, if known, the time up to which that holds."
        ),
        must!("rows", &Shape::List { of: &Shape::Text, least: 1, most: 1_000_000 }, "The rows themselves, each as in the file."),
    ],
});

static GAPS: &[Word] = &[
    Word { word: "refuse", says: "A gap is a fault." },
    Word { word: "hold", says: "As before the gap; before its first row, as that says." },
    Word { word: "off", says: "Off." },
];

static ASSIGNS: &[Word] = &[
    Word { word: "by_name", says: "Rows name devices of the model: bob-1.phone is the phone of the first user of bob." },
    Word { word: "in_order", says: "The k-th device of the recording, by first rows, is that of the k-th user." },
];
