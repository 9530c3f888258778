//! The table of parameters: every row of the domain reference with its identifier, and who acts on it.
//!
//! Values and their source classes stand in `models/lib/defaults.json`; a test proves that both hold the same identifiers. A
//! parameter marked `library` acts where a model refers to it, `{"param": "acc.cell_search"}`; one marked `not_built` may not be
//! written.

use super::file_deferred::{CHOICE, NOTIFY, OOB, PAUSED, RESPONSES, RESTARTS};
use super::file_policy::{CONTENT_LIST, EXCLUSION};
use super::laws::LAW;
use super::shape::{Field, Shape, Word, choice, filled, library, may, must, not_built, or_null, record, word, word_or};

/// Blocks of parameters, as fields of a model file.
pub const GROUPS: &[Field] = &[
    filled!("pf", &record!(PF), "Participating Functions."),
    filled!("ims", &record!(IMS), "Registration and reg-event."),
    filled!("sms", &record!(SMS), "Short messages."),
    filled!("smsc", &record!(SMSC), "The service centre."),
    filled!("hlr", &record!(HLR), "The home register."),
    filled!("mnrf", &record!(MNRF), "The waiting flag of the home register."),
    filled!("map", &record!(MAP), "MAP operations."),
    filled!("paging", &record!(PAGING), "Paging."),
    filled!("mss", &record!(&[filled!("failure", &Shape::Probability, "An object cannot be written.")]), "Message stores."),
    filled!("sip", &record!(SIP), "SIP transactions."),
    filled!("client", &record!(CLIENT), "Clients."),
    filled!("link", &record!(LINK), "One-way delays between nodes."),
    filled!("air", &record!(AIR), "One-way delays and waits on the air."),
    filled!("srv", &record!(SRV), "Service times."),
    filled!("loss", &record!(LOSS), "Loss."),
    filled!("acc", &record!(ACC), "Steps of attachment."),
    filled!("cs", &record!(&[library!("periodic_lu", SPAN, "Period of location updates (T3212).")]), "The CS domain."),
    filled!(
        "eps",
        &record!(&[
            library!("tau", SPAN, "Period of tracking area updates (T3412)."),
            library!("mobile_reachable", SPAN, "When the network counts a silent phone as gone."),
        ]),
        "The packet core.",
    ),
    filled!("wifi_lte", &record!(&[library!("gap", &LAW, "Without IP at a change between Wi-Fi and LTE.")]), "Handover."),
    filled!("csfb", &record!(&[library!("no_lte", &LAW, "Without LTE around a call that falls back to 2G or 3G.")]), "Fallback."),
    filled!("dwell", &record!(DWELL), "Times on and off."),
    filled!("hole", &record!(HOLE), "Holes of coverage."),
    filled!("night", &record!(&[not_built("off", "Phones switched off at night.")]), "Nights."),
    library!("flight", &LAW, "Time off during a flight."),
    filled!("battery", &record!(&[library!("out", &LAW, "Time off with an empty battery.")]), "Batteries."),
    filled!(
        "broadband",
        &record!(&[not_built("down_share", "Share of fixed lines down more than ten minutes a day.")]),
        "Fixed lines."
    ),
    filled!(
        "silent_loss_fraction",
        &record!(&[
            filled!("airplane", &Shape::Probability, "Devices switched to airplane mode that leave without de-registering."),
            library!("radio", &Shape::Probability, "Devices that lose the radio without de-registering."),
        ]),
        "Devices that leave without saying so.",
    ),
    filled!("dev", &record!(&[not_built("count", "Devices of a user."), not_built("kind", "Kinds of device.")]), "Devices."),
    filled!(
        "tablet",
        &record!(&[library!("on", &LAW, "Time on of a tablet."), library!("off", &LAW, "Time off of a tablet.")]),
        "Tablets."
    ),
    filled!("pc", &record!(&[not_built("dwell", "Office hours of a PC.")]), "PCs."),
    filled!("user", &record!(USER), "What users do."),
    filled!("vp", &record!(&[not_built("encoding", "Encoding of the validity period of SMS.")]), "Validity periods."),
    filled!("rp", &record!(&[not_built("timers", "Timers TR1N, TR2M and TRAM.")]), "The relay layer of SMS."),
    filled!(
        "push",
        &record!(&[filled!("oob", &record!(OOB), "Out-of-band notifications; default of every Push Enabler.")]),
        "Push services."
    ),
    filled!("revoke", &record!(&[not_built("timer", "Time to revocation by the sender's client.")]), "Revocation."),
    filled!(
        "fallback",
        &record!(&[not_built("wait", "Wait of the sender's client for a report before it sends an SMS.")]),
        "Client fallback."
    ),
    filled!("msg", &record!(MSG), "Messages."),
    filled!(
        "msrp",
        &record!(&[not_built("rate", "Throughput of a session."), not_built("setup", "Time to set a session up.")]),
        "Sessions."
    ),
];

const SPAN: &Shape = &Shape::Span { forever: false };
/// Bounds of counts that stand in 32 bits.
pub const U32: u64 = u32::MAX as u64;

/// Parameters of a PF: a block of the model, and of each PF that has its own.
pub static PF: &[Field] = &[
    filled!("wait_ip", SPAN, "How long SMS waits for IP access (`ip-wait=timer`)."),
    filled!("expiry", SPAN, "Longest life of a deferred message."),
    filled!("push_gap", SPAN, "Time between pushed messages (`push-pacing=pipelined`)."),
    filled!("max_queue", &word_or!(UNBOUNDED, &Shape::Whole { least: 0, most: U32 }), "Deferred messages of one user."),
    filled!(
        "handover_limit",
        &Shape::Whole { least: 1, most: U32 },
        "Returns from the ISF to the queue, per message (`guard.handover-limit=on`)."
    ),
    filled!("interworking", &word!(POLICY), "Provider policy for interworking; without an ISF there is none."),
    filled!(
        "reject_code",
        &Shape::Whole { least: 400, most: 699 },
        "Answer under `no-suitable-client=reject`, and to a refusal that the texts give no code (2009)."
    ),
    filled!(
        "push_after",
        SPAN,
        "From the first notification answered with success to the push of what is still queued (`deferred-mode=pull-then-push`)."
    ),
    filled!("notify", &record!(NOTIFY), "Notifications of deferred messages."),
    filled!("paused", &PAUSED, "When provider policy pauses retrieval, as intervals in order of time (`paused-pull`)."),
    filled!("restarts", &RESTARTS, "When it stops and is there again at once, as instants in order of time (`queue-durability`)."),
    filled!(
        "responses",
        &RESPONSES,
        "What a client's final response leads to, by its code, its class (\"5xx\") or \"timeout\" (408), where the axes say otherwise."
    ),
    filled!(
        "sessions",
        &Shape::Whole { least: 0, most: U32 },
        "MSRP sessions at once (`pull-transport=in-session`); one more is answered with 503, or not offered."
    ),
    filled!("version", &or_null!(&Shape::Text), "Least release version of the sender's client, such as \"2.1\"; null: any."),
    filled!("anonymity", &word!(ANONYMITY), "Whether the provider offers anonymity."),
    filled!("content", &CONTENT_LIST, "Formats let through on arrival."),
    filled!("largest", &word_or!(UNBOUNDED, &Shape::Bytes { least: 1 }), "Largest content let through on arrival."),
    filled!("size_code", &Shape::Whole { least: 400, most: 699 }, "Answer to a message that is too large."),
    filled!(
        "exclude",
        &Shape::List { of: &EXCLUSION, least: 0, most: 1000 },
        "Clients that messages which fit are not delivered to."
    ),
    filled!("forward_hops", &Shape::Whole { least: 1, most: 70 }, "Retargets of one message (`guard.forward-hop-limit=on`)."),
    filled!("optional_warning", &Shape::Flag, "Whether a Warning that is only recommended is sent (`reject-warning=optional`)."),
    filled!(
        "connectivity",
        &or_null!(&LAW),
        "A source tells the PF of every client's connectivity after this time; null: there is no source."
    ),
    filled!("policy_delay", &LAW, "From a change of a policy to the PF's knowing it."),
    filled!(
        "server_retry",
        SPAN,
        "Wait before a request answered with a server error is repeated (`on-server-error=retry-then-defer`)."
    ),
    filled!(
        "content_store_over",
        &or_null!(&Shape::Bytes { least: 0 }),
        "Content of more bytes goes to the content store; null: never."
    ),
];

static ANONYMITY: &[Word] =
    &[Word { word: "allowed", says: "A sender may hide its identity." }, Word { word: "refused", says: "It may not." }];

/// "unbounded".
pub static UNBOUNDED: &[Word] = &[Word { word: "unbounded", says: "No limit." }];

static POLICY: &[Word] =
    &[Word { word: "allowed", says: "Messages may be interworked." }, Word { word: "refused", says: "No message is interworked." }];

/// What reg-event notifications tell.
pub static NOTIFY_STATES: &[Word] = &[
    Word { word: "full", says: "The whole state." },
    Word { word: "partial", says: "What changed; a gap in the versions makes the PF ask for the whole (RFC 3680 5)." },
];

static IMS: &[Field] = &[
    filled!("notify_delay", &LAW, "From a change of a binding to telling the PF, beyond the links."),
    filled!("reg_native", &LAW, "Own work of a native client before REGISTER; default of every phone class."),
    library!("reg_native_2g", &LAW, "The same on 2G or 3G."),
    library!("reg_app", &LAW, "The same of an application client."),
    library!("app_wakeup", &LAW, "Until an application client runs."),
    filled!("expiry_native", SPAN, "Life of a binding of a native client; default of every phone class."),
    library!("expiry_app", SPAN, "Life of a binding of an application client."),
    filled!(
        "retry",
        &record!(&[
            filled!(
                "base",
                SPAN,
                "Base time: after n failures in a row the wait is half to the whole of base times 2^n (RFC 5626 4.5)."
            ),
            filled!("max", SPAN, "Longest wait, before the share of it is drawn."),
        ]),
        "Retries of registration; default of every phone class.",
    ),
    filled!("notify_throttle", SPAN, "Least time between two reg-event notifications of one user (RFC 3680 4.10); 0 s: none."),
    filled!("notify_state", &word!(NOTIFY_STATES), "What a reg-event notification tells after the first."),
    filled!(
        "flow_keepalive",
        &or_null!(SPAN),
        "Longest time between two keep-alives of a client (RFC 5626 4.4: 120 s, 840 s on battery, 29 s over UDP); null: none are sent."
    ),
    filled!(
        "restarts",
        &RESTARTS,
        "When a Core stops and is there again at once, as instants in order of time: its clients' flows have failed."
    ),
];

static SMS: &[Field] = &[
    filled!(
        "mt_cs",
        &LAW,
        "From forwarding a short message to the phone's acknowledgement, 2G or 3G; default of every switching centre."
    ),
    filled!("mt_sgs", &LAW, "The same over LTE signalling; default of every packet node."),
    library!("mt_ip", &LAW, "The same over IP."),
    not_built("e2e", "End to end, reachable phone (to compare with)."),
    not_built("status_report", "Round trip of a status report (to compare with)."),
    not_built("first_attempt_fail", "Share of first attempts that fail (to compare with)."),
    not_built("final_delivery", "Share delivered in the end (to compare with)."),
    not_built("random_loss", "Loss of a short message."),
    not_built("duplicate", "Repetition of a short message."),
];

static SMSC: &[Field] = &[
    filled!("alert_reaction", &LAW, "From an alert to what the gateway does about it."),
    not_built("validity", "Validity of a short message."),
    not_built("first_delay", "Wait before the first attempt."),
    not_built("retry", "Schedule of retries."),
    not_built("busy_retry", "Retry to a busy subscriber."),
];

static HLR: &[Field] = &[
    filled!("alert_loss", &Shape::Probability, "An alert is lost."),
    filled!("mwd_max", &Shape::Whole { least: 0, most: U32 }, "Addresses in the waiting list of one subscriber."),
    filled!(
        "alert_repeats",
        &Shape::Whole { least: 0, most: 1000 },
        "How often an alert without an answer is repeated before its address is purged; 0: never, and the address stays."
    ),
    filled!("alert_every", SPAN, "From an alert without an answer to its repetition."),
];

static MNRF: &[Field] = &[
    filled!("clear_delay", &LAW, "From READY-FOR-SM to the alert."),
    not_built("set_delay", "From forwarding to the flag; it follows from paging."),
];

static MAP: &[Field] = &[
    filled!("guard", SPAN, "A routing enquiry without an answer for so long has failed (timer m)."),
    filled!("forward_guard", SPAN, "A forwarded short message without a result for so long has failed (timer ml)."),
];

static PAGING: &[Field] = &[
    filled!("first_timeout", SPAN, "Time of one page without an answer."),
    filled!("attempts", &Shape::Whole { least: 1, most: 1000 }, "Pages before the subscriber counts as absent."),
];

static SIP: &[Field] = &[
    filled!("core_t1", SPAN, "T1 between cores and servers; a client transaction ends after 64 T1."),
    filled!("access_t1", SPAN, "T1 of clients and towards them."),
    filled!("core_t2", SPAN, "T2 between cores and servers: the longest wait before a request is sent again."),
    filled!("core_t4", SPAN, "T4 between cores and servers: how long repetitions of an answer are absorbed."),
    filled!("access_t2", SPAN, "T2 of clients and towards them."),
    filled!("access_t4", SPAN, "T4 of clients and towards them."),
    filled!("timer_c", SPAN, "How long a proxy waits for the final response to an INVITE (timer C)."),
];

static CLIENT: &[Field] = &[
    filled!("dedupe_window", SPAN, "How long a client remembers Message-IDs (`client-dedupe=on`)."),
    filled!("sync", &or_null!(&LAW), "Time between two synchronisations with the message store; null: at registration only."),
    filled!("pull_backoff", SPAN, "Wait before a refused pull is repeated (`retry-after-480=retry`)."),
    filled!("faulty", &Shape::Probability, "An entry in the list of a pull goes wrong."),
];

static LINK: &[Field] = &[
    library!("core_hop", &LAW, "SIP node to node, same site."),
    library!("core_collapsed", &LAW, "The whole IMS core as one node."),
    library!("nni", &LAW, "Operator to operator."),
    library!("pf_isf_iwf", &LAW, "PF, ISF and IWF among themselves."),
    library!("map_hop", &LAW, "SS7 or SIGTRAN with its transfer points."),
    library!("diameter", &LAW, "Diameter."),
    library!("roaming_extra", &LAW, "What roaming adds."),
];

static AIR: &[Field] = &[
    library!("lte_connected", &LAW, "LTE, connected."),
    library!("lte_idle_to_connected", &LAW, "LTE, service request."),
    library!("drx_wait", &LAW, "Wait for the paging occasion."),
    library!("umts", &LAW, "UMTS."),
    library!("umts_promotion", &LAW, "UMTS, change of state."),
    library!("gsm", &LAW, "GSM."),
    library!("gsm_setup", &LAW, "GSM, set-up of a channel."),
    library!("wifi", &LAW, "Wi-Fi."),
];

static SRV: &[Field] = &[library!("pf_service", &LAW, "Service time of a PF, per job.")];

static LOSS: &[Field] = &[not_built("access_udp", "Loss on the access, per packet."), not_built("core", "Loss in the core.")];

static ACC: &[Field] = &[
    library!("cell_search", &LAW, "Search of a cell."),
    library!("lte_attach", &LAW, "LTE attach."),
    library!("cs_lau", &LAW, "CS location update."),
    library!("gprs_attach_pdp", &LAW, "GPRS attach and PDP context."),
    library!("dns", &LAW, "DNS."),
    library!("tcp_tls", &LAW, "TCP and TLS."),
];

static DWELL: &[Field] = &[
    library!("on", &LAW, "Time on by day; exponential, for checks."),
    library!("on_realistic", &LAW, "Time on by day, with a heavy tail."),
    library!("off_generic", &LAW, "Time off; exponential, for checks."),
    library!("off_realistic", &LAW, "Time off, a mixture."),
];

static HOLE: &[Field] = &[
    library!("short", &LAW, "A lift, a tunnel, a failed handover."),
    filled!(
        "subway",
        &record!(&[library!("on", &LAW, "At a station."), library!("off", &LAW, "Between stations.")]),
        "An underground railway."
    ),
    library!("rural", &LAW, "The country."),
];

static USER: &[Field] = &[
    filled!("display", &Shape::Probability, "A user opens a message that is presented to him."),
    filled!("display_delay", &LAW, "From the presentation of a message to its being opened."),
    filled!("react", &LAW, "From a notification to what the user does about it."),
    filled!("ignore_forever", &Shape::Probability, "A user never does anything about a notification."),
    filled!("choice", &record!(CHOICE), "What the user wants done, by weight."),
    not_built("decide", "What the user decides of a notification (to compare with; `user.choice` acts)."),
];

/// The length of a text.
pub static TEXT_LENGTH: Shape = choice!(&super::shape::Choice {
    noun: "a length of text",
    bare: None,
    variants: &[
        must!("fixed", &Shape::Whole { least: 1, most: 10_000_000 }, "Characters, always the same."),
        must!(
            "lognormal",
            &record!(&[
                must!("median", &Shape::Number { above_zero: true }, "Median, in characters."),
                must!("sigma", &Shape::Number { above_zero: false }, "Standard deviation of the logarithm."),
                may!("cap", &Shape::Whole { least: 1, most: 10_000_000 }, "The largest; 35000 when left out."),
            ]),
            "Rounded lognormal, at least one character.",
        ),
    ],
});

/// Relative weights of the hours of a day.
pub static HOURS: Shape = Shape::List { of: &Shape::Number { above_zero: false }, least: 24, most: 24 };

static MSG: &[Field] = &[
    filled!("rate", &Shape::Rate, "Messages received by a user; default of hourly arrivals."),
    filled!("hourly", &HOURS, "Weights of the hours of a day; default of hourly arrivals."),
    filled!("length_chars", &TEXT_LENGTH, "Length of a text; default of every stream."),
    filled!("utf8_factor", &Shape::Number { above_zero: true }, "Bytes a character takes; default of every stream."),
    library!("burst", &LAW, "Time between the messages of a conversation."),
    not_built("flash_crowd", "A sudden rise of the rate."),
    not_built("kind", "Kinds of content."),
    not_built("large_size", "Size of a large message."),
];
