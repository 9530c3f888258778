//! The shape of policy in a model file: policy documents, what a client can take, what the provider excludes, headers of messages.
//!
//! Elements of XDM documents keep the names that the texts give them, hyphens included. What a procedure makes of an element is the
//! affair of the procedure; whether names and actions fit together is `check_policy`'s.

use super::laws::LAW;
use super::shape::{Choice, Field, Shape, Word, choice, may, must, name_or, record, word};

const SPAN: &Shape = &Shape::Span { forever: false };
const USERS: &Shape = &Shape::List { of: &Shape::Name("population"), least: 0, most: 1000 };
const WEIGHT: &Shape = &Shape::Number { above_zero: false };
/// Rules, profiles and entries that one document may have.
const MOST: usize = 1000;

/// The documents, by name.
pub static POLICIES: Shape = Shape::Table { of: &POLICY, least: 0, noun: "policy" };

static POLICY: Shape = record!(&[
    may!("rules", &Shape::List { of: &RULE, least: 0, most: MOST }, "Rules, in the order of the document."),
    may!("profiles", &Shape::Table { of: &PROFILE, least: 0, noun: "profile" }, "User Preference Profiles."),
    may!("active", &Shape::Name("profile"), "The Active User Preference Profile; none when left out."),
    may!(
        "active-of",
        &Shape::Table { of: &Shape::Name("profile"), least: 0, noun: "device" },
        "The active profile of single devices, by the device's name, where it is not the user's (`device-prefs=per-device`)."
    ),
    may!("blacklist", USERS, "Standalone-message blacklist: senders whose messages are rejected."),
    may!("anonymity", &word!(ANONYMITY), "Whether anonymous messages are taken; allowed when left out."),
    may!("history", &Shape::Flag, "Whether messages are recorded in the message store; false when left out."),
    may!(
        "formats",
        &CONTENT_LIST,
        "Formats let through for this user, of those that the PF lets through; every one when left out."
    ),
    may!("may-send", &Shape::Flag, "Whether the originating PF lets this user send; true when left out."),
]);

static ANONYMITY: &[Word] = &[
    Word { word: "allowed", says: "A sender may hide its identity." },
    Word { word: "refused", says: "Messages from senders who hide it are rejected." },
];

static RULE: Shape = record!(&[
    must!("id", &Shape::Text, "What the rule is called; each of a document has its own."),
    may!("conditions", &record!(CONDITIONS), "All that are written must be true. Without any the rule always holds."),
    must!("actions", &record!(ACTIONS), "What is to be done."),
]);

static CONDITIONS: &[Field] = &[
    may!(
        "service-list",
        &Shape::List { of: &word!(SERVICES), least: 0, most: 3 },
        "Services it concerns; CPM by both names when left out, none when empty."
    ),
    may!(
        "media-list",
        &Shape::List { of: &word!(MEDIA), least: 0, most: 3 },
        "Media it concerns; pager messages by both names when left out, none when empty."
    ),
    may!("identity", USERS, "Senders."),
    may!("anonymous", &Shape::Flag, "True: the sender hides its identity; false: it does not."),
    may!(
        "upp-list",
        &Shape::List { of: &Shape::Name("profile"), least: 0, most: MOST },
        "Profiles: the rule concerns clients whose active profile is one of these."
    ),
    may!("time", &Shape::List { of: &WINDOW, least: 0, most: MOST }, "Windows of time."),
    may!("content", &CONTENT_LIST, "Kinds of content."),
    may!("availability", &word!(AVAILABILITY), "Availability of the recipient."),
];

static SERVICES: &[Word] = &[
    Word { word: "CPM", says: "`enabler = 'CPM'` (2015)." },
    Word { word: "+g.oma.sip-cpm", says: "`featuretag = '+g.oma.sip-cpm'` (TS draft)." },
    Word { word: "other", says: "Another service." },
];

static MEDIA: &[Word] = &[
    Word { word: "standalone-message", says: "As named in 2015." },
    Word { word: "pager-mode-message", says: "As named in the TS draft." },
    Word { word: "other", says: "Other media." },
];

static WINDOW: Shape = choice!(&Choice {
    noun: "a window of time",
    bare: None,
    variants: &[
        must!(
            "daily",
            &record!(&[
                must!("from", SPAN, "From this time of the day on."),
                must!("to", SPAN, "Up to this one; it may be past midnight.")
            ]),
            "Each day; the run begins at midnight.",
        ),
        must!(
            "once",
            &record!(&[must!("from", SPAN, "From this instant on."), must!("to", SPAN, "Up to this one.")]),
            "One stretch of the run.",
        ),
    ],
});

static AVAILABILITY: &[Word] =
    &[Word { word: "available", says: "The user is available." }, Word { word: "not-available", says: "He is not." }];

static ACTIONS: &[Field] = &[
    may!("allow-reject-invite", &Shape::Flag, "Reject the message; with `upp-list`: leave the client out."),
    may!("allow-interwork", &Shape::Flag, "Deliver by a non-CPM service only."),
    may!("allow-deliver-and-interwork", &Shape::Flag, "Deliver by CPM and by a non-CPM service."),
    may!("allow-store", &Shape::Flag, "Put it into the message store only."),
    may!(
        "allow-forward",
        &Shape::Name("population"),
        "Send it to the user of this population who has the recipient's number in his own, counted round."
    ),
    may!("allow-defer", &Shape::Flag, "Defer it."),
    may!("allow-do-not-disturb", &Shape::Flag, "Defer it and hold notifications while the rule holds."),
    may!("allow-offline-storage", &Shape::Flag, "Record it in the message store."),
    may!("check-back", &Shape::Flag, "Ask the recipient first. The texts give no name."),
];

static PROFILE: Shape = record!(&[
    may!("availability", &word!(AVAILABILITY), "Availability status; available when left out."),
    may!("handling", &word!(HANDLING), "What happens to a message that cannot be delivered now; unsaid when left out."),
]);

static HANDLING: &[Word] = &[
    Word { word: "reject", says: "It is rejected." },
    Word { word: "defer", says: "It is deferred." },
    Word { word: "store", says: "It goes to the message store." },
    Word { word: "non-cpm", says: "It goes by a non-CPM service." },
    Word { word: "check-back", says: "The recipient is asked." },
];

/// Kinds of content.
pub static CONTENTS: &[Word] = &[
    Word { word: "text", says: "Plain text." },
    Word { word: "vcard", says: "A visiting card." },
    Word { word: "geolocation", says: "A place." },
    Word { word: "image", says: "A picture." },
    Word { word: "audio", says: "Sound." },
    Word { word: "video", says: "A film." },
];

/// A list of kinds of content.
pub static CONTENT_LIST: Shape = Shape::List { of: &word!(CONTENTS), least: 0, most: 6 };

/// Kinds of content and their weights.
pub static CONTENT_WEIGHTS: Shape = record!(&[
    may!("text", WEIGHT, "Weight of plain text."),
    may!("vcard", WEIGHT, "Weight of visiting cards."),
    may!("geolocation", WEIGHT, "Weight of places."),
    may!("image", WEIGHT, "Weight of pictures."),
    may!("audio", WEIGHT, "Weight of sound."),
    may!("video", WEIGHT, "Weight of films."),
]);

/// The policy of the users of a population.
pub static POLICY_OF: Shape = name_or!("policy", &Shape::Table { of: WEIGHT, least: 1, noun: "policy" });

/// How policies of users change during the run.
pub static POLICY_CHANGES: Shape = choice!(&Choice {
    noun: "a way in which policies change",
    bare: None,
    variants: &[
        must!("schedule", &Shape::List { of: &POLICY_CHANGE, least: 0, most: 1_000_000 }, "At given instants, in order of time."),
        must!(
            "alternate",
            &record!(&[
                must!("policy", &Shape::Name("policy"), "The other policy."),
                must!("between", &LAW, "Time under the user's own policy."),
                must!("lasts", &LAW, "Time under the other one."),
            ]),
            "The user's own policy and another in turn, by laws.",
        ),
    ],
});

static POLICY_CHANGE: Shape = record!(&[
    must!("at", SPAN, "The instant, later than the one before."),
    must!("policy", &Shape::Name("policy"), "The policy from then on."),
]);

/// What the client of a phone class says of itself.
pub static CLIENT: &[Field] = &[
    may!("version", &Shape::Text, "Release version in its User-Agent, such as \"2.1\"; 2.1 when left out."),
    may!("content", &CONTENT_LIST, "Kinds of content it takes; every kind when left out."),
    may!("largest", &Shape::Bytes { least: 1 }, "Largest content it takes; unbounded when left out."),
    may!("pager", &Shape::Flag, "Whether it takes pager messages at all; true when left out."),
];

/// Clients that the provider does not deliver to.
pub static EXCLUSION: Shape = record!(&[
    may!("device", &word!(DEVICES), "Which devices; any when left out."),
    may!("larger_than", &Shape::Bytes { least: 0 }, "Content of more bytes than this; of any length when left out."),
    may!("content", &CONTENT_LIST, "Kinds of content; every kind when left out."),
]);

static DEVICES: &[Word] = &[
    Word { word: "primary", says: "The Primary Device." },
    Word { word: "secondary", says: "The others." },
    Word { word: "any", says: "All." },
];

/// Whether the request bears the CPM feature tag.
pub static TAGS: &[Word] =
    &[Word { word: "cpm.msg", says: "It bears the tag of a pager message." }, Word { word: "none", says: "It bears none." }];

/// Sensitivity of a message.
pub static SENSITIVITY: &[Word] = &[
    Word { word: "personal", says: "Personal." },
    Word { word: "private", says: "Private." },
    Word { word: "confidential", says: "Confidential." },
];

/// Priority of a message (RFC 3261 20.26).
pub static PRIORITY: &[Word] = &[
    Word { word: "non-urgent", says: "Not urgent." },
    Word { word: "normal", says: "Normal." },
    Word { word: "urgent", says: "Urgent." },
    Word { word: "emergency", says: "Life, limb or property are in danger." },
];

/// How the content is meant to be used (RFC 2183).
pub static DISPOSITION: &[Word] =
    &[Word { word: "render", says: "To be shown." }, Word { word: "attachment", says: "To be kept until it is asked for." }];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::delivery::Content;

    #[test]
    fn every_kind_of_content_has_its_word() {
        let words: Vec<_> = CONTENTS.iter().map(|w| w.word).collect();
        assert_eq!(words, Content::ALL.map(Content::name));
        let Shape::Record(fields) = &CONTENT_WEIGHTS else { panic!("weights are fields") };
        assert_eq!(fields.iter().map(|f| f.name).collect::<Vec<_>>(), words);
    }
}
