//! The shape of a model file: every field that may be written.
//!
//! Parameters are in [`params`](super::params), laws in [`laws`](super::laws). What a field means is said here once; the schema and
//! the reference in the documentation repeat it.

use super::check_smsc::{ENCODINGS, SCHEDULE, SEGMENTATION};
use super::file_access::{IP_LAYER, PATTERNS, RETURNS};
use super::file_deferred::{PUSH_OWN, RESTARTS};
use super::file_policy::{
    CLIENT, CONTENT_LIST, CONTENT_WEIGHTS, CONTENTS, DISPOSITION, POLICIES, POLICY_CHANGES, POLICY_OF, PRIORITY, SENSITIVITY, TAGS,
};
use super::laws::LAW;
use super::params::{GROUPS, HOURS, NOTIFY_STATES, PF, TEXT_LENGTH, U32, UNBOUNDED};
use super::shape::{Choice, Field, Kind, Shape, Word, choice, filled, kinds, may, must, or_null, record, word, word_or};
use crate::network::{LinkClass, Transport};

/// Fields of a model file that are not blocks of parameters.
const OWN: &[Field] = &[
    may!("$schema", &Shape::Text, "Where an editor finds the schema. It changes nothing."),
    may!("description", &Shape::Text, "What the model is for. It changes nothing."),
    may!(
        "extends",
        &Shape::List { of: &Shape::Text, least: 0, most: 64 },
        "Files laid under this one, later ones over earlier ones; paths start from this file, else from the built-in library.",
    ),
    may!("profile", &word!(PROFILES), "The document generation that presets the axes; `latest` when left out."),
    may!("axes", &Shape::Axes, "Values of single axes and guards."),
    must!("run", &record!(RUN), "When the run counts, submits and ends."),
    filled!("measure", &record!(MEASURE), "Parameters of measurement. They change no run, only what is counted of it."),
    filled!("limits", &record!(LIMITS), "Bounds that stop a run which does not end by itself."),
    must!("functions", &Shape::Table { of: &FUNCTION, least: 1, noun: "function" }, "The functions of the network."),
    must!("links", &Shape::Table { of: &LINK, least: 1, noun: "link" }, "What joins functions and devices."),
    may!("phones", &Shape::Table { of: &PHONE, least: 0, noun: "phone class" }, "Classes of device."),
    may!("patterns", &PATTERNS, "When something is on: what radios follow."),
    may!("policies", &POLICIES, "What users have laid down, as documents in the XDMS."),
    must!("populations", &Shape::Table { of: &POPULATION, least: 1, noun: "population" }, "Users, in groups of one kind."),
    may!("traffic", &Shape::Table { of: &TRAFFIC, least: 0, noun: "stream" }, "Streams of messages; each recipient has its own."),
];

const COUNT: usize = OWN.len() + GROUPS.len();

/// All fields of a model file.
static FIELDS: [Field; COUNT] = {
    let mut all = [OWN[0]; COUNT];
    let mut i = 0;
    while i < COUNT {
        all[i] = if i < OWN.len() { OWN[i] } else { GROUPS[i - OWN.len()] };
        i += 1;
    }
    all
};

/// A whole model file.
pub static MODEL: Shape = record!(&FIELDS);

static PROFILES: &[Word] = &[
    Word { word: "im-2008", says: "Instant message delivery of 2008." },
    Word { word: "sd-2009", says: "System description of 2009." },
    Word { word: "ts-draft", says: "Draft of the technical specification." },
    Word { word: "pull-r00", says: "First version of the pull document." },
    Word { word: "latest", says: "The latest texts." },
];

const SPAN: &Shape = &Shape::Span { forever: false };

static RUN: &[Field] = &[
    may!("warm_up", SPAN, "Messages submitted before this instant are not counted; 0 s when left out."),
    must!("arrivals_until", SPAN, "No message is submitted at or after this instant."),
    may!("end", &word_or!(ENDS, SPAN), "When the run ends; drained when left out."),
    may!("start", &word!(STARTS), "State of the radios at the start; equilibrium when left out."),
];

static ENDS: &[Word] = &[Word { word: "drained", says: "When no message, report or transaction is open." }];

/// States of a radio at the start.
pub static STARTS: &[Word] = &[
    Word { word: "equilibrium", says: "As if it had run for ever." },
    Word { word: "all_on", says: "On, at the beginning of a time on." },
    Word { word: "all_off", says: "Off, at the beginning of a time off." },
];

static MEASURE: &[Field] = &[
    filled!("needless_window", SPAN, "An SMS is needless if IP follows within this time."),
    filled!("stuck_after", SPAN, "A message is stuck that could have been delivered for so long."),
    filled!("order_window", &Shape::Whole { least: 1, most: U32 }, "Messages among which order is judged."),
    filled!("race_window", SPAN, "Two events race that are no further apart."),
    filled!("imdn_grace", SPAN, "An answer due later than the end less this time is open."),
];

static LIMITS: &[Field] = &[
    filled!("events", &Shape::Whole { least: 1, most: 1 << 53 }, "Events of one run."),
    filled!("steps", &Shape::Whole { least: 1, most: U32 }, "Steps and rounds at one instant."),
];

static SERVICE: Shape = record!(&[
    may!("time", &LAW, "Time that one job takes; 0 s when left out."),
    may!("servers", &Shape::Whole { least: 1, most: 100_000 }, "Jobs served at once; 1 when left out."),
    may!("queue", &word_or!(UNBOUNDED, &Shape::Whole { least: 0, most: U32 }), "Jobs that may wait; unbounded when left out."),
    may!(
        "retry_after",
        &or_null!(SPAN),
        "What the refusal of a job that finds no room says of when to try again, in whole seconds, rounded up; null or left out: nothing."
    ),
]);

const SERVED: Field = may!("service", &SERVICE, "Processing: time, servers, waiting room. Instant when left out.");
const KIND: Field = must!("kind", &Shape::Text, "What the function is: core, pf, isf, iwf, hlr, msc, sgsn, mss, push or smsc.");
const HLR: Field = may!("hlr", &Shape::Name("home register"), "Its home register; may be left out where there is one only.");

/// A function.
pub static FUNCTION: Shape = kinds!(&[
    Kind {
        name: "core",
        says: "The SIP/IP Core as one node: registrar, router, reg-event notifier.",
        fields: &[KIND, SERVED, may!("core", &record!(CORE_OWN), "Parameters of this Core alone.")],
    },
    Kind {
        name: "pf",
        says: "A Participating Function, originating and terminating side.",
        fields: &[
            KIND,
            SERVED,
            may!(
                "isf",
                &or_null!(&Shape::Name("ISF")),
                "Where messages for SMS go; may be left out where there is one only. Null: no interworking.",
            ),
            may!(
                "mss",
                &or_null!(&Shape::Name("message store")),
                "Its message store; may be left out where there is one only. Null: nothing is stored."
            ),
            may!(
                "push",
                &or_null!(&Shape::Name("Push Enabler")),
                "Its Push Enabler; may be left out where there is one only. Null: nothing is notified out of band."
            ),
            may!("pf", &record!(PF), "Parameters of this PF alone."),
        ],
    },
    Kind {
        name: "isf",
        says: "An Interworking Selection Function.",
        fields: &[
            KIND,
            SERVED,
            may!("iwf", &Shape::Name("IWF"), "Its gateway; may be left out where there is one only."),
            may!("isf", &record!(ISF_OWN), "Parameters of this ISF alone."),
        ],
    },
    Kind {
        name: "iwf",
        says: "The SMS gateway, itself service centre towards the home register, or in front of service centres (`iw-mode=smsc`).",
        fields: &[
            KIND,
            SERVED,
            HLR,
            may!(
                "smsc",
                &Shape::List { of: &Shape::Name("service centre"), least: 1, most: 1000 },
                "Its service centres, which take turns; all of the model when left out (`iw-mode=smsc`)."
            ),
            may!("iwf", &record!(IWF_OWN), "Parameters of this gateway alone."),
        ],
    },
    Kind {
        name: "hlr",
        says: "The home register.",
        fields: &[KIND, SERVED, may!("hlr", &record!(HLR_OWN), "Parameters of this home register alone.")],
    },
    Kind {
        name: "msc",
        says: "The switching centre with its visitor register.",
        fields: &[KIND, SERVED, HLR, may!("msc", &record!(MSC_OWN), "Parameters of this switching centre alone.")],
    },
    Kind {
        name: "sgsn",
        says: "The packet node for SMS: an SGSN, or an MME that speaks to the plant itself (SGd).",
        fields: &[KIND, SERVED, HLR, may!("sgsn", &record!(SGSN_OWN), "Parameters of this packet node alone.")],
    },
    Kind {
        name: "mss",
        says: "The message store.",
        fields: &[KIND, SERVED, may!("mss", &record!(MSS_OWN), "Parameters of this message store alone.")],
    },
    Kind {
        name: "push",
        says: "The Push Enabler: out-of-band notifications to devices.",
        fields: &[KIND, SERVED, may!("push", &record!(PUSH_OWN), "Parameters of this Push Enabler alone.")],
    },
    Kind {
        name: "smsc",
        says: "A service centre: stores short messages and forwards them (`iw-mode=smsc`).",
        fields: &[KIND, SERVED, HLR, may!("smsc", &record!(SMSC_OWN), "Parameters of this service centre alone.")],
    },
]);

static CORE_OWN: &[Field] = &[
    may!("notify_delay", &LAW, "In place of `ims.notify_delay`."),
    may!("notify_throttle", SPAN, "In place of `ims.notify_throttle`."),
    may!("notify_state", &word!(NOTIFY_STATES), "In place of `ims.notify_state`."),
    may!("flow_keepalive", &or_null!(SPAN), "In place of `ims.flow_keepalive`."),
    may!("restarts", &RESTARTS, "In place of `ims.restarts`."),
];
static ISF_OWN: &[Field] = &[
    may!("sms", &CONTENT_LIST, "In place of `isf.sms`."),
    may!("sms_largest", &word_or!(UNBOUNDED, &Shape::Bytes { least: 1 }), "In place of `isf.sms_largest`."),
    may!("mms", &CONTENT_LIST, "In place of `isf.mms`."),
    may!("mms_largest", &word_or!(UNBOUNDED, &Shape::Bytes { least: 1 }), "In place of `isf.mms_largest`."),
    may!("mms_delay", &LAW, "In place of `isf.mms_delay`."),
];
static IWF_OWN: &[Field] = &[
    may!("alert_reaction", &LAW, "In place of `smsc.alert_reaction`."),
    may!("map_guard", SPAN, "In place of `map.guard`."),
    may!("forward_guard", SPAN, "In place of `map.forward_guard`."),
    may!(
        "domains",
        &Shape::List { of: &word!(SMS_DOMAINS), least: 1, most: 3 },
        "Domains it tries, in this order; CS when left out."
    ),
    may!(
        "supervision",
        &or_null!(SPAN),
        "From the first forwarding: what no domain has taken by then has failed. Null or left out: `map.forward_guard` for each."
    ),
    may!("validity", SPAN, "In place of `smsc.validity`."),
    may!("status_wait", SPAN, "In place of `smsc.status_wait`."),
    may!("encoding", &word!(ENCODINGS), "In place of `vp.encoding`."),
    may!("segmentation", &word!(SEGMENTATION), "In place of `sms.segmentation`."),
];

static SMS_DOMAINS: &[Word] = &[
    Word { word: "ims", says: "By registration in IMS: who is not registered is missed there (UNRI)." },
    Word { word: "ps", says: "Over the packet node." },
    Word { word: "cs", says: "Over the switching centre." },
];
static SMSC_OWN: &[Field] = &[
    may!("alert_reaction", &LAW, "In place of `smsc.alert_reaction`."),
    may!("first_delay", SPAN, "In place of `smsc.first_delay`."),
    may!("retry", &SCHEDULE, "In place of `smsc.retry`."),
    may!("busy_retry", SPAN, "In place of `smsc.busy_retry`."),
    may!("capacity", &word_or!(UNBOUNDED, &Shape::Whole { least: 0, most: U32 }), "In place of `smsc.capacity`."),
    may!("random_loss", &Shape::Probability, "In place of `sms.random_loss`."),
    may!("duplicate", &Shape::Probability, "In place of `sms.duplicate`."),
    may!("map_guard", SPAN, "In place of `map.guard`."),
    may!("forward_guard", SPAN, "In place of `map.forward_guard`."),
];
static HLR_OWN: &[Field] = &[
    may!("mwd_max", &Shape::Whole { least: 0, most: U32 }, "In place of `hlr.mwd_max`."),
    may!("alert_delay", &LAW, "In place of `mnrf.clear_delay`."),
    may!("alert_loss", &Shape::Probability, "In place of `hlr.alert_loss`."),
    may!("alert_repeats", &Shape::Whole { least: 0, most: 1000 }, "In place of `hlr.alert_repeats`."),
    may!("alert_every", SPAN, "In place of `hlr.alert_every`."),
];
static MSC_OWN: &[Field] = &[
    may!("paging_timeout", SPAN, "In place of `paging.first_timeout`."),
    may!("paging_attempts", &Shape::Whole { least: 1, most: 1000 }, "In place of `paging.attempts`."),
    may!("mt_delivery", &LAW, "In place of `sms.mt_cs`."),
    PERIODIC,
    IMPLICIT,
    PURGE,
    TRANSFERS,
];
static SGSN_OWN: &[Field] = &[
    may!("paging_timeout", SPAN, "In place of `paging.first_timeout`."),
    may!("paging_attempts", &Shape::Whole { least: 1, most: 1000 }, "In place of `paging.attempts`."),
    may!("mt_delivery", &LAW, "In place of `sms.mt_sgs`."),
    PERIODIC,
    IMPLICIT,
    PURGE,
    TRANSFERS,
];

const PERIODIC: Field = may!(
    "periodic_update",
    &or_null!(SPAN),
    "Phones served here give a sign of life this often, such as `{\"param\": ...}` `cs.periodic_lu` (T3212) or `eps.tau` (T3412); never when null or left out."
);
const IMPLICIT: Field = may!(
    "implicit_detach",
    &or_null!(SPAN),
    "A phone without a sign of life for so long counts as detached, such as `eps.mobile_reachable`; never when null or left out."
);
const PURGE: Field = may!(
    "purge_after",
    &or_null!(SPAN),
    "A phone that has been detached for so long is purged, and the home register told; never when null or left out."
);
const TRANSFERS: Field = may!(
    "transfers",
    &word_or!(super::params::UNBOUNDED, &Shape::Whole { least: 1, most: U32 }),
    "Short messages on their way to one phone at once; one more is refused, subscriber busy. Unbounded when left out."
);

static MSS_OWN: &[Field] = &[may!("failure", &Shape::Probability, "In place of `mss.failure`.")];

static LINK: Shape = record!(&[
    must!(
        "from",
        &Shape::Name("end"),
        "A function, a population (each of its devices has a flow of its own), or `devices`: those of all populations."
    ),
    must!("to", &Shape::Name("end"), "The other end, likewise."),
    may!("class", &word!(CLASSES), "What it counts as; follows from the ends when left out."),
    may!("transport", &word!(TRANSPORTS), "Order of what it carries; datagram for gm and air, else stream, when left out."),
    must!("delay", &LAW, "One-way delay."),
    may!(
        "loss",
        &Shape::Probability,
        "Probability that one traversal is lost; 0 when left out. SIP over datagrams is sent again by its transactions; all else waits 1 s, 2 s and so on."
    ),
    may!(
        "capacity",
        &record!(&[
            must!("rate", &Shape::ByteRate, "Bytes carried in a second."),
            must!("queue", &Shape::Bytes { least: 1 }, "Bytes that may wait or be under way, each way."),
        ]),
        "A bounded line; unlimited when left out.",
    ),
]);

static CLASSES: &[Word] = &[
    Word { word: LinkClass::Gm.name(), says: "Client to core." },
    Word { word: LinkClass::Isc.name(), says: "Core to core and to application servers." },
    Word { word: LinkClass::Iw.name(), says: "PF, ISF and IWF among themselves." },
    Word { word: LinkClass::Map.name(), says: "MAP or Diameter." },
    Word { word: LinkClass::Air.name(), says: "The radio side of SMS." },
    Word { word: LinkClass::Push.name(), says: "The Push Enabler to PFs and devices." },
    Word { word: LinkClass::Other.name(), says: "Anything else." },
];

static TRANSPORTS: &[Word] = &[
    Word { word: "stream", says: "First in, first out." },
    Word { word: "datagram", says: "Each alone; one may overtake another." },
];

/// The transport of that name.
pub fn transport(word: &str) -> Option<Transport> {
    match word {
        "stream" => Some(Transport::Stream),
        "datagram" => Some(Transport::Datagram),
        _ => None,
    }
}

static PHONE: Shape = record!(&[
    must!("phases", &Shape::Table { of: &PHASE, least: 1, noun: "phase" }, "Steps from radio on to registration."),
    may!("registration", &record!(REGISTRATION), "How it registers."),
    may!("client", &record!(CLIENT), "What its client can take, as it says in its registration."),
    may!(
        "silent_loss",
        &Shape::Probability,
        "Probability that it leaves without de-registering; `silent_loss_fraction.airplane` when left out."
    ),
    may!(
        "sms_transfer",
        &LAW,
        "From forwarding a short message to this phone's acknowledgement, as over SGs; that of its switching centre when left out."
    ),
]);

static PHASE: Shape = record!(&[
    may!(
        "after",
        &Shape::List { of: &Shape::Name("phase"), least: 0, most: 1000 },
        "Phases that must be done; none: it starts with the radio."
    ),
    must!("takes", &LAW, "Its duration."),
    may!("gives", &Shape::List { of: &word!(GIFTS), least: 0, most: 4 }, "What the device has when it ends."),
]);

static GIFTS: &[Word] = &[
    Word { word: "sms", says: "The location update is accepted by the switching centre, which carries SMS." },
    Word {
        word: "sms_ps",
        says: "Attached to the packet node, for SMS in the packet domain; the users of a population with `sgsn`.",
    },
    Word { word: "ip", says: "IP packets can be exchanged with the Core." },
    Word { word: "register", says: "The client starts its registration; where no phase gives this, it starts with IP." },
];

static REGISTRATION: &[Field] = &[
    may!("expires", SPAN, "Life of a binding; `ims.expiry_native` when left out."),
    may!("own_delay", &LAW, "Own work before REGISTER; `ims.reg_native` when left out."),
    may!("retry_base", SPAN, "Base time of the waits before another try; `ims.retry.base` when left out."),
    may!("retry_max", SPAN, "Longest wait; `ims.retry.max` when left out."),
];

/// Users one population may have.
pub const MOST_USERS: u64 = 10_000_000;

static POPULATION: Shape = record!(&[
    must!("count", &Shape::Whole { least: 1, most: MOST_USERS }, "Number of users; they are called `<name>-1` and so on."),
    may!("core", &Shape::Name("Core"), "Their Core; may be left out where there is one only."),
    may!("pf", &Shape::Name("PF"), "Their PF; may be left out where there is one only."),
    may!(
        "msc",
        &or_null!(&Shape::Name("switching centre")),
        "Serves the Primary Device; may be left out where there is one only. Null: no SMS."
    ),
    may!(
        "sgsn",
        &or_null!(&Shape::Name("packet node")),
        "Serves the Primary Device for SMS in the packet domain; may be left out where there is one only. Null: nobody."
    ),
    must!("devices", &Shape::Table { of: &DEVICE, least: 1, noun: "device" }, "Devices of each user."),
    may!("policy", &POLICY_OF, "Their policy, or policies by weight; a user draws his once. None when left out."),
    may!("policy-changes", &POLICY_CHANGES, "How it changes during the run; never when left out."),
]);

static DEVICE: Shape = record!(&[
    may!("primary", &Shape::Flag, "Whether it bears the SIM and takes SMS; at most one of a user does. False when left out."),
    may!("owned_by", &Shape::Probability, "Share of the users that have it; 1 when left out."),
    must!(
        "classes",
        &Shape::Table { of: &Shape::Number { above_zero: false }, least: 1, noun: "phone class" },
        "Phone classes and their weights."
    ),
    may!("radio", &RADIO, "When its radio is on; always_on when left out."),
    may!("ip", &IP_LAYER, "When it has IP, once its phases gave it, while the radio is on; always when left out."),
    may!(
        "cs",
        &Shape::Name("pattern"),
        "The pattern by which it is attached in the CS domain, once its phases gave that; always when left out."
    ),
    may!("ps", &Shape::Name("pattern"), "The same in the packet domain of SMS."),
    may!("returns", &word!(RETURNS), "What it says when it is back in a domain that `cs` or `ps` took; update when left out."),
    may!("memory", &Shape::Name("pattern"), "The pattern by which it has room for short messages; always when left out."),
]);

static RADIO: Shape = word_or!(
    &[Word { word: "always_on", says: "Always on." }],
    &choice!(&Choice {
        noun: "a radio",
        bare: None,
        variants: &[
            must!(
                "dwell",
                &record!(&[
                    must!("on", &LAW, "Time on."),
                    must!("off", &LAW, "Time off."),
                    may!("start", &word!(STARTS), "State at the start; the run's when left out."),
                ]),
                "On and off in turn, by laws.",
            ),
            must!(
                "schedule",
                &record!(&[
                    must!("start", &word!(ON_OFF), "State at the start."),
                    must!("changes", &Shape::List { of: &CHANGE, least: 0, most: 1_000_000 }, "Changes, in order of time."),
                ]),
                "On and off at given instants.",
            ),
            must!("pattern", &Shape::Name("pattern"), "As a pattern of the model says."),
        ],
    }),
);

/// A change of state at an instant.
pub static CHANGE: Shape =
    record!(&[must!("at", SPAN, "The instant, later than the one before."), must!("to", &word!(ON_OFF), "The new state.")]);

/// States of a radio.
pub static ON_OFF: &[Word] = &[Word { word: "on", says: "The radio is on." }, Word { word: "off", says: "The radio is off." }];

static TRAFFIC: Shape = record!(&[
    must!("from", &Shape::Name("population"), "The population of the senders."),
    must!("to", &Shape::Name("population"), "The population of the recipients."),
    must!("arrivals", &ARRIVALS, "When the messages of one recipient are submitted."),
    may!("message", &record!(MESSAGE), "What the messages are like."),
]);

static ARRIVALS: Shape = choice!(&Choice {
    noun: "a process of arrivals",
    bare: None,
    variants: &[
        must!("poisson", &record!(&[must!("rate", &Shape::Rate, "Events per time.")]), "A Poisson process."),
        must!("renewal", &record!(&[must!("interval", &LAW, "Time between two messages.")]), "Independent intervals."),
        must!(
            "count",
            &record!(&[
                must!("count", &Shape::Whole { least: 0, most: MOST_USERS }, "How many."),
                may!("from", SPAN, "From this instant on; 0 s when left out."),
                may!("to", SPAN, "Up to this instant; the end of arrivals when left out."),
            ]),
            "A fixed number, independent and uniform over a time.",
        ),
        must!("at", &Shape::List { of: SPAN, least: 0, most: 1_000_000 }, "At given instants."),
        must!(
            "hourly",
            &record!(&[
                may!("rate", &Shape::Rate, "Mean events per time; `msg.rate` when left out."),
                may!("weights", &HOURS, "Relative weights of the 24 hours of a day; `msg.hourly` when left out."),
            ]),
            "A Poisson process whose rate follows the hour of the day.",
        ),
        must!(
            "batches",
            &record!(&[
                must!("rate", &Shape::Rate, "Batches per time."),
                must!("sizes", &Shape::List { of: &SIZE, least: 1, most: 10_000 }, "Messages of a batch, by weight."),
                may!("gap", &LAW, "Time between the messages of a batch; 0 s when left out."),
            ]),
            "Poisson batches.",
        ),
    ],
});

static SIZE: Shape = record!(&[
    must!("size", &Shape::Whole { least: 1, most: 1_000_000 }, "Messages."),
    must!("weight", &Shape::Number { above_zero: false }, "Relative weight."),
]);

static MESSAGE: &[Field] = &[
    may!("length", &TEXT_LENGTH, "Length of the text; `msg.length_chars` when left out."),
    may!("bytes_per_char", &Shape::Number { above_zero: true }, "Bytes a character takes; `msg.utf8_factor` when left out."),
    may!(
        "imdn",
        &Shape::List { of: &word!(DISPOSITIONS), least: 0, most: 3 },
        "Dispositions the sender asks for; none when left out."
    ),
    may!("expires", &or_null!(SPAN), "SIP Expires; null or left out: the header is absent."),
    may!("content", &word_or!(CONTENTS, &CONTENT_WEIGHTS), "Kind of content, or kinds by weight; text when left out."),
    may!("anonymous", &Shape::Probability, "Probability that the sender hides its identity; 0 when left out."),
    may!("tag", &word!(TAGS), "Feature tag of the request; cpm.msg when left out."),
    may!(
        "reply_to",
        &Shape::Name("population"),
        "Replies go to the user of this population who has the sender's number in his own, counted round; to the sender when left out."
    ),
    may!("subject", &Shape::Whole { least: 0, most: 255 }, "Characters of the subject; none when left out."),
    may!("sensitivity", &word!(SENSITIVITY), "Sensitive nature; unmarked when left out."),
    may!("priority", &word!(PRIORITY), "Priority; unmarked when left out."),
    may!("disposition", &word!(DISPOSITION), "How the content is meant to be used; unmarked when left out."),
    may!("in_reply_to", &Shape::Whole { least: 1, most: U32 }, "Number of the contribution it replies to; none when left out."),
];

static DISPOSITIONS: &[Word] = &[
    Word { word: "positive-delivery", says: "A report of delivery." },
    Word { word: "negative-delivery", says: "A report of failure." },
    Word { word: "display", says: "A report of display." },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_field_stands_twice() {
        let mut names: Vec<_> = FIELDS.iter().map(|f| f.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), COUNT);
    }
}
