//! The table of behaviour axes and guards: names, values, default, value per profile.
//!
//! One row per axis, in the order of the requirements digest. The rows are data; what of it is built and what an axis does
//! is said where it acts. A test holds the table against the project's copy of the digest's axis list.

use super::profile::{AxisId, AxisInfo, AxisKind};

/// Number of axes, guards included.
pub const AXIS_COUNT: usize = 107;

pub const DELIVERY_RULE: AxisId = AxisId(0);
pub const ELIGIBILITY: AxisId = AxisId(1);
pub const DEFER_CONDITION: AxisId = AxisId(2);
pub const NO_SUITABLE_CLIENT: AxisId = AxisId(3);
pub const FIRST_ATTEMPT: AxisId = AxisId(4);
pub const PRIMARY_ONLY_TEST: AxisId = AxisId(5);
pub const EMPTY_RULE: AxisId = AxisId(6);
pub const RULE_MERGE: AxisId = AxisId(7);
pub const DEVICE_PREFS: AxisId = AxisId(8);
pub const CONNECTIVITY_CHECK: AxisId = AxisId(9);
pub const ARRIVAL_EXPIRY_CHECK: AxisId = AxisId(10);
pub const DND: AxisId = AxisId(11);
pub const DND_AFTER_INTERWORK: AxisId = AxisId(12);
pub const DND_DEFER_ENDS: AxisId = AxisId(13);
pub const DND_PULL: AxisId = AxisId(14);
pub const DND_BLOCKS_INTERWORKING: AxisId = AxisId(15);
pub const RULE_DEFER_BLOCKS_INTERWORKING: AxisId = AxisId(16);
pub const POLICY_RECHECK: AxisId = AxisId(17);
pub const GROUP_TERMINATING: AxisId = AxisId(18);
pub const REJECT_WARNING: AxisId = AxisId(19);
pub const VERSION_REJECT: AxisId = AxisId(20);
pub const FANOUT: AxisId = AxisId(21);
pub const CLIENT_ADDRESSING: AxisId = AxisId(22);
pub const TARGET_ADDRESS_INSERT: AxisId = AxisId(23);
pub const MEDIA_DELIVERY: AxisId = AxisId(24);
pub const LARGE_OVERFLOW: AxisId = AxisId(25);
pub const MSRP_RESUME: AxisId = AxisId(26);
pub const IMDN_SCREENING: AxisId = AxisId(27);
pub const IMDN_INTERWORK: AxisId = AxisId(28);
pub const IMDN_TARGET: AxisId = AxisId(29);
pub const IMDN_FOLD: AxisId = AxisId(30);
pub const COMBINED_RESPONSE: AxisId = AxisId(31);
pub const ALL_FAILED: AxisId = AxisId(32);
pub const FANOUT_DEFER_MISSING: AxisId = AxisId(33);
pub const ON_CLIENT_202: AxisId = AxisId(34);
pub const ON_TIMEOUT: AxisId = AxisId(35);
pub const TIMEOUT_BINDING: AxisId = AxisId(36);
pub const ON_UNREACHABLE: AxisId = AxisId(37);
pub const ON_REFUSAL: AxisId = AxisId(38);
pub const ON_CONTENT_ERROR: AxisId = AxisId(39);
pub const ON_SERVER_ERROR: AxisId = AxisId(40);
pub const INTERWORK_ANSWER: AxisId = AxisId(41);
pub const DEFERRED_MODE: AxisId = AxisId(42);
pub const QUEUE_DURABILITY: AxisId = AxisId(43);
pub const QUEUE_FULL: AxisId = AxisId(44);
pub const NOTIFICATION_METHOD: AxisId = AxisId(45);
pub const NOTIFY_SUITABILITY: AxisId = AxisId(46);
pub const OOB_TARGET: AxisId = AxisId(47);
pub const OOB_ADDRESS: AxisId = AxisId(48);
pub const OOB_CONTENT: AxisId = AxisId(49);
pub const RENOTIFY: AxisId = AxisId(50);
pub const MGMT_URI: AxisId = AxisId(51);
pub const OVERLAP_INVITE: AxisId = AxisId(52);
pub const RETRY_AFTER_480: AxisId = AxisId(53);
pub const PULL_TRANSPORT: AxisId = AxisId(54);
pub const PULL_TEARDOWN: AxisId = AxisId(55);
pub const PULL_CHECK_EMPTY: AxisId = AxisId(56);
pub const PULL_488_WHEN: AxisId = AxisId(57);
pub const PULL_REMOVE: AxisId = AxisId(58);
pub const PULL_ALL_SCOPE: AxisId = AxisId(59);
pub const PULL_ALL_UNSUITABLE: AxisId = AxisId(60);
pub const PULL_REFRESH_NOTIFY: AxisId = AxisId(61);
pub const PAUSED_PULL: AxisId = AxisId(62);
pub const PUSH_TARGET: AxisId = AxisId(63);
pub const PUSH_ORDER: AxisId = AxisId(64);
pub const PUSH_PACING: AxisId = AxisId(65);
pub const OVERTAKE_QUEUE: AxisId = AxisId(66);
pub const EXPIRY_POLICY: AxisId = AxisId(67);
pub const EXPIRY_IMDN: AxisId = AxisId(68);
pub const EXPIRY_NOTICE: AxisId = AxisId(69);
pub const IP_WAIT: AxisId = AxisId(70);
pub const WAIT_IP_AT: AxisId = AxisId(71);
pub const WAIT_IP_SCOPE: AxisId = AxisId(72);
pub const WAIT_IP_START: AxisId = AxisId(73);
pub const ON_REGISTER_INFLIGHT: AxisId = AxisId(74);
pub const READY_SMS_ACTION: AxisId = AxisId(75);
pub const PRIMARY_IW_TRIGGER: AxisId = AxisId(76);
pub const SMS_FAILURE_DEFER: AxisId = AxisId(77);
pub const IW_FAILURE_REPORT: AxisId = AxisId(78);
pub const NEGATIVE_IMDN: AxisId = AxisId(79);
pub const LEGACY_INDICATION: AxisId = AxisId(80);
pub const CLIENT_FALLBACK: AxisId = AxisId(81);
pub const CLIENT_DEDUPE: AxisId = AxisId(82);
pub const IW_MODE: AxisId = AxisId(83);
pub const SMSC_SUBMISSION: AxisId = AxisId(84);
pub const SC_SUCCESS_REPORT: AxisId = AxisId(85);
pub const GW_REPORT_ORDER: AxisId = AxisId(86);
pub const HLR_FLAG_ORDER: AxisId = AxisId(87);
pub const HLR_FLAG_RELATION: AxisId = AxisId(88);
pub const GUARD_CLAIM_PER_MESSAGE: AxisId = AxisId(89);
pub const GUARD_LATE_SMS_LOOK_AGAIN: AxisId = AxisId(90);
pub const GUARD_IGNORE_LATE_FAILURE: AxisId = AxisId(91);
pub const GUARD_KEEP_COPY_UNTIL_FINAL: AxisId = AxisId(92);
pub const GUARD_FAILED_BEFORE_READY: AxisId = AxisId(93);
pub const GUARD_RE_EVALUATE_AFTER_INSERTION: AxisId = AxisId(94);
pub const GUARD_HIDE_IN_DELIVERY: AxisId = AxisId(95);
pub const GUARD_SAME_CLIENT_IN_ORDER: AxisId = AxisId(96);
pub const GUARD_EXPIRY_STOPS_AT_CLAIM: AxisId = AxisId(97);
pub const GUARD_REQUEUE_ON_FAILURE: AxisId = AxisId(98);
pub const GUARD_FAILED_NOTIFICATION_NOT_SENT: AxisId = AxisId(99);
pub const GUARD_DND_CHANGE_WATCHED: AxisId = AxisId(100);
pub const GUARD_SINGLE_ISF_HANDOVER: AxisId = AxisId(101);
pub const GUARD_PUSH_ACK_PER_MESSAGE: AxisId = AxisId(102);
pub const GUARD_SINGLE_STORED_COPY: AxisId = AxisId(103);
pub const GUARD_HANDOVER_LIMIT: AxisId = AxisId(104);
pub const GUARD_EXPIRY_ACTION_ONCE: AxisId = AxisId(105);
pub const GUARD_FORWARD_HOP_LIMIT: AxisId = AxisId(106);

/// Every axis, in the order of [`AxisId`].
#[rustfmt::skip]
pub const AXES: [AxisInfo; AXIS_COUNT] = [
    AxisInfo { name: "delivery-rule", kind: AxisKind::Procedure, values: &["im-2008", "sd-2009", "ts-draft", "iw-2015"], default: 3, by_profile: [0, 1, 2, 3, 3],
        says: "Which document generation's decision procedure (section 6) the terminating PF runs for a Pager Mode message." },
    AxisInfo { name: "eligibility", kind: AxisKind::Procedure, values: &["prefs-only", "all-factors"], default: 1, by_profile: [0, 1, 1, 1, 1],
        says: "Which factors exclude a registered client: user preferences alone, or also capability, connectivity and provider policy." },
    AxisInfo { name: "defer-condition", kind: AxisKind::Procedure, values: &["no-eligible-client", "pref-any-time", "unregistered-or-unavailable", "rule"], default: 3, by_profile: [0, 1, 2, 3, 3],
        says: "When a message is deferred on arrival." },
    AxisInfo { name: "no-suitable-client", kind: AxisKind::Procedure, values: &["keep", "reject"], default: 0, by_profile: [1, 0, 1, 0, 0],
        says: "What happens to an accepted message when no client is suitable and no rule or preference covers the case: kept (SMS attempt as first-attempt says, else deferred with 202) or refused with a configurable error." },
    AxisInfo { name: "first-attempt", kind: AxisKind::Interworking, values: &["at-once", "after-wait", "none"], default: 0, by_profile: [0, 0, 0, 0, 0],
        says: "When a message without a suitable client is first handed to the ISF, if interworking is allowed: at acceptance, after the wait-for-IP timer, or not before a ready-for-SMS event." },
    AxisInfo { name: "primary-only-test", kind: AxisKind::Interworking, values: &["no-other-suitable", "literal"], default: 0, by_profile: [0, 0, 0, 0, 0],
        says: "How 'the Primary Device is the only suitable CPM device' is read: no other registered client is suitable and the Primary Device can take SMS, or the Primary Device itself is the one registered suitable client." },
    AxisInfo { name: "empty-rule", kind: AxisKind::Procedure, values: &["as-no-match", "no-outcome"], default: 0, by_profile: [0, 0, 0, 0, 0],
        says: "What a matching rule without any true action leads to: the same as no match, or (literally) no outcome and no response." },
    AxisInfo { name: "rule-merge", kind: AxisKind::Procedure, values: &["unite", "first-match"], default: 0, by_profile: [0, 0, 0, 0, 0],
        says: "How several matching rules of step 4 combine: the actions of all are united, or the first matching rule alone counts." },
    AxisInfo { name: "device-prefs", kind: AxisKind::Procedure, values: &["per-device", "overall"], default: 0, by_profile: [0, 0, 1, 0, 0],
        says: "Whether preferences are held per device or once for the user." },
    AxisInfo { name: "connectivity-check", kind: AxisKind::Procedure, values: &["mandatory", "if-available"], default: 1, by_profile: [1, 1, 1, 1, 1],
        says: "Whether the PF must query connectivity for every client or only where a source is configured." },
    AxisInfo { name: "arrival-expiry-check", kind: AxisKind::Procedure, values: &["on", "off"], default: 1, by_profile: [1, 1, 0, 1, 1],
        says: "Whether the PF checks the Expires header of an arriving message." },
    AxisInfo { name: "dnd", kind: AxisKind::Procedure, values: &["defer", "none"], default: 0, by_profile: [1, 1, 1, 0, 0],
        says: "Whether a do-not-disturb rule defers a message and holds its notification." },
    AxisInfo { name: "dnd-after-interwork", kind: AxisKind::Procedure, values: &["both", "defer-only"], default: 0, by_profile: [0, 0, 0, 0, 0],
        says: "With allow-deliver-and-interwork and do-not-disturb together: SMS now and CPM later (literal), or the message is deferred only." },
    AxisInfo { name: "dnd-defer-ends", kind: AxisKind::Procedure, values: &["on", "off"], default: 0, by_profile: [0, 0, 0, 0, 0],
        says: "Whether a deferral by do-not-disturb (step 5) ends the procedure, so that steps 6 to 8 do not run." },
    AxisInfo { name: "dnd-pull", kind: AxisKind::Procedure, values: &["serve", "refuse"], default: 0, by_profile: [0, 0, 0, 0, 0],
        says: "Whether a pull is served while a do-not-disturb rule is active." },
    AxisInfo { name: "dnd-blocks-interworking", kind: AxisKind::Interworking, values: &["on", "off"], default: 0, by_profile: [0, 0, 0, 0, 0],
        says: "Whether a message deferred by do-not-disturb stays in the queue when ready-for-SMS arrives." },
    AxisInfo { name: "rule-defer-blocks-interworking", kind: AxisKind::Interworking, values: &["on", "off"], default: 0, by_profile: [0, 0, 0, 0, 0],
        says: "Whether a message deferred by an allow-defer rule stays in the queue when ready-for-SMS arrives." },
    AxisInfo { name: "policy-recheck", kind: AxisKind::Procedure, values: &["off", "on"], default: 0, by_profile: [0, 0, 0, 0, 0],
        says: "Whether access policy and preferences are evaluated again when a deferred message is delivered." },
    AxisInfo { name: "group-terminating", kind: AxisKind::Procedure, values: &["full-decision", "unconditional"], default: 0, by_profile: [0, 0, 0, 0, 0],
        says: "Whether a group copy at the terminating PF runs the whole decision or is forwarded unconditionally." },
    AxisInfo { name: "reject-warning", kind: AxisKind::Procedure, values: &["mandatory", "optional"], default: 0, by_profile: [1, 1, 1, 0, 0],
        says: "Whether a rejection carries the Warning header." },
    AxisInfo { name: "version-reject", kind: AxisKind::Procedure, values: &["warning-132", "error-info"], default: 0, by_profile: [0, 0, 1, 0, 0],
        says: "How a rejection for the client version is marked in Pager Mode." },
    AxisInfo { name: "fanout", kind: AxisKind::Procedure, values: &["per-client", "core-fork"], default: 0, by_profile: [0, 0, 1, 0, 0],
        says: "Who multiplies a message for several clients: the PF (one request per client) or the core (one forked request)." },
    AxisInfo { name: "client-addressing", kind: AxisKind::Procedure, values: &["target-address", "instance-id", "request-uri"], default: 2, by_profile: [0, 0, 1, 2, 2],
        says: "How a request is addressed to one client." },
    AxisInfo { name: "target-address-insert", kind: AxisKind::Procedure, values: &["core", "pf"], default: 0, by_profile: [0, 0, 0, 0, 0],
        says: "Who inserts the target CPM Address; the PF does so only where the core does not support it." },
    AxisInfo { name: "media-delivery", kind: AxisKind::Procedure, values: &["inline", "reference"], default: 0, by_profile: [0, 0, 0, 0, 0],
        says: "Whether media are delivered inside the message or by reference to the store." },
    AxisInfo { name: "large-overflow", kind: AxisKind::Procedure, values: &["lmm", "keep-pager"], default: 0, by_profile: [0, 0, 0, 0, 0],
        says: "What the originating PF does when a resolved reference makes a message larger than 1300 bytes." },
    AxisInfo { name: "msrp-resume", kind: AxisKind::Client, values: &["restart", "resume"], default: 0, by_profile: [0, 0, 0, 0, 0],
        says: "Whether an interrupted large-message transfer starts again or resumes at the missing byte range." },
    AxisInfo { name: "imdn-screening", kind: AxisKind::Procedure, values: &["as-message", "bypass"], default: 0, by_profile: [0, 0, 0, 0, 0],
        says: "Whether an IMDN passes steps 1 to 6 like a message (literal order) or goes to step 7 at once." },
    AxisInfo { name: "imdn-interwork", kind: AxisKind::Interworking, values: &["client-only", "client-and-isf"], default: 0, by_profile: [0, 0, 0, 0, 0],
        says: "Where an IMDN goes under allow-interwork: to the client alone, or to the ISF as well (literal)." },
    AxisInfo { name: "imdn-target", kind: AxisKind::Procedure, values: &["core-fork", "per-client"], default: 0, by_profile: [0, 0, 0, 0, 0],
        says: "How an IMDN reaches a user with several clients: one request that the core forks, or one per registered client." },
    AxisInfo { name: "imdn-fold", kind: AxisKind::Procedure, values: &["first-only", "pass-all"], default: 0, by_profile: [0, 0, 0, 0, 0],
        says: "Whether the PF passes the first terminal delivery disposition of a message and recipient and suppresses the rest, or passes all." },
    AxisInfo { name: "combined-response", kind: AxisKind::Procedure, values: &["first-2xx", "after-all"], default: 0, by_profile: [0, 0, 0, 0, 0],
        says: "When the originating side is answered after a fan-out: at the first 2xx, or when every client has answered or timed out." },
    AxisInfo { name: "all-failed", kind: AxisKind::Procedure, values: &["by-class", "defer", "best-error"], default: 0, by_profile: [2, 0, 2, 0, 0],
        says: "What follows when no client returned success: the class of each answer decides (one deferrable leg is enough to defer with 202, otherwise the best error is forwarded), always defer, or always forward the best error." },
    AxisInfo { name: "fanout-defer-missing", kind: AxisKind::Procedure, values: &["off", "on"], default: 0, by_profile: [0, 0, 0, 0, 0],
        says: "Whether the message is deferred for the clients that timed out when others returned success; off means they use the store." },
    AxisInfo { name: "on-client-202", kind: AxisKind::Procedure, values: &["delivered", "unconfirmed"], default: 0, by_profile: [0, 0, 0, 0, 0],
        says: "How a 202 on a client leg counts: as delivered to a store behind the leg, or as open until a delivery report." },
    AxisInfo { name: "on-timeout", kind: AxisKind::Procedure, values: &["defer", "fail"], default: 0, by_profile: [1, 0, 1, 0, 0],
        says: "What a 408 or the end of timer F on a client leg means: unreachable (defer or next access), or a failed leg." },
    AxisInfo { name: "timeout-binding", kind: AxisKind::Procedure, values: &["keep", "suspect"], default: 0, by_profile: [0, 0, 0, 0, 0],
        says: "Whether a registration stays suitable after a timeout or is suspect until the next registration event." },
    AxisInfo { name: "on-unreachable", kind: AxisKind::Procedure, values: &["defer", "fail"], default: 0, by_profile: [1, 0, 1, 0, 0],
        says: "What 404, 410, 430, 480 or 503 on a client leg means: unreachable now (defer), or a failed leg." },
    AxisInfo { name: "on-refusal", kind: AxisKind::Procedure, values: &["fail", "defer"], default: 0, by_profile: [0, 0, 0, 0, 0],
        says: "What 403, 486, 600, 603 or 606 on a client leg means: refused by the user or client, or a reason to defer." },
    AxisInfo { name: "on-content-error", kind: AxisKind::Procedure, values: &["adapt", "fail"], default: 0, by_profile: [1, 0, 1, 0, 0],
        says: "What 413, 415 or 488 on a client leg leads to: another attempt as large message, by reference or by interworking, or a failed leg." },
    AxisInfo { name: "on-server-error", kind: AxisKind::Procedure, values: &["retry-then-defer", "defer", "fail"], default: 0, by_profile: [2, 0, 2, 0, 0],
        says: "What a 5xx of the core other than 503 leads to: one repeat and then deferral, deferral at once, or a failed leg." },
    AxisInfo { name: "interwork-answer", kind: AxisKind::Interworking, values: &["forward", "accept-202"], default: 0, by_profile: [0, 0, 0, 0, 0],
        says: "How the originating side is answered after a hand-over to the ISF: the ISF's response (202 if it accepts without a final result), or always 202." },
    AxisInfo { name: "deferred-mode", kind: AxisKind::Procedure, values: &["notify-pull", "auto-push", "pull-then-push"], default: 0, by_profile: [0, 0, 0, 0, 0],
        says: "How deferred messages leave the queue: notification and pull, automatic push, or notification with a push of what is still queued after a set time." },
    AxisInfo { name: "queue-durability", kind: AxisKind::Procedure, values: &["durable", "volatile"], default: 0, by_profile: [0, 0, 0, 0, 0],
        says: "Whether the deferred queue survives a restart of the PF." },
    AxisInfo { name: "queue-full", kind: AxisKind::Procedure, values: &["drop-new", "refuse-new", "drop-oldest"], default: 0, by_profile: [0, 0, 0, 0, 0],
        says: "What a full deferred queue does: takes the new message with 202 and reports its failure, refuses it with an error, or removes the oldest entry and reports its failure." },
    AxisInfo { name: "notification-method", kind: AxisKind::Procedure, values: &["sip-notify", "sip-message"], default: 1, by_profile: [0, 0, 0, 1, 1],
        says: "Which SIP request carries an in-band notification." },
    AxisInfo { name: "notify-suitability", kind: AxisKind::Procedure, values: &["strict", "relaxed"], default: 0, by_profile: [0, 0, 0, 1, 0],
        says: "Whether a client is notified under the notion of suitability that holds for messages, or under a looser one." },
    AxisInfo { name: "oob-target", kind: AxisKind::Procedure, values: &["all", "selected"], default: 0, by_profile: [0, 0, 0, 0, 0],
        says: "Which known devices get an out-of-band notification." },
    AxisInfo { name: "oob-address", kind: AxisKind::Procedure, values: &["msisdn", "sip-uri"], default: 0, by_profile: [0, 0, 0, 0, 0],
        says: "Which address an out-of-band notification uses." },
    AxisInfo { name: "oob-content", kind: AxisKind::Procedure, values: &["summary", "full"], default: 0, by_profile: [0, 0, 0, 0, 0],
        says: "Whether an out-of-band notification of several messages holds the count only or all metadata." },
    AxisInfo { name: "renotify", kind: AxisKind::Procedure, values: &["on-registration", "never"], default: 0, by_profile: [0, 0, 0, 0, 0],
        says: "Whether a client that registers after the notification round is notified." },
    AxisInfo { name: "mgmt-uri", kind: AxisKind::Procedure, values: &["opaque", "hostname-based"], default: 0, by_profile: [0, 0, 0, 0, 0],
        says: "Whether the address for managing deferred messages is an opaque identifier or bears a host name." },
    AxisInfo { name: "overlap-invite", kind: AxisKind::Procedure, values: &["fcfs", "reject-480"], default: 0, by_profile: [0, 0, 0, 1, 0],
        says: "How a pull INVITE that overlaps another pull of the same user is treated." },
    AxisInfo { name: "retry-after-480", kind: AxisKind::Client, values: &["retry", "drop"], default: 0, by_profile: [0, 0, 0, 0, 0],
        says: "Whether a client repeats a pull that was answered with 480, after its back-off, or gives up." },
    AxisInfo { name: "pull-transport", kind: AxisKind::Procedure, values: &["separate-requests", "in-session"], default: 0, by_profile: [1, 1, 1, 0, 0],
        says: "Whether pulled messages travel as separate requests or inside the retrieval session." },
    AxisInfo { name: "pull-teardown", kind: AxisKind::Procedure, values: &["client-after-ack", "after-retrieval", "pf"], default: 0, by_profile: [1, 1, 1, 0, 0],
        says: "Who closes the pull session and when." },
    AxisInfo { name: "pull-check-empty", kind: AxisKind::Procedure, values: &["at-service", "at-arrival"], default: 0, by_profile: [0, 0, 0, 0, 0],
        says: "Whether the test for an empty queue runs when a pull is served (late pull gets 488) or when it arrives (200 and then nothing)." },
    AxisInfo { name: "pull-488-when", kind: AxisKind::Procedure, values: &["queue-empty", "nothing-listed"], default: 0, by_profile: [0, 0, 0, 0, 0],
        says: "Which state is 'no message to manage': no unclaimed message in the queue, or none of the listed messages." },
    AxisInfo { name: "pull-remove", kind: AxisKind::Procedure, values: &["on-2xx", "on-send"], default: 0, by_profile: [0, 0, 0, 0, 0],
        says: "When a pulled message leaves the queue: at the 2xx of the delivering request, or when that request is sent." },
    AxisInfo { name: "pull-all-scope", kind: AxisKind::Procedure, values: &["snapshot", "live"], default: 0, by_profile: [0, 0, 0, 0, 0],
        says: "Whether 'retrieve all' covers the queue as it stood when the pull was accepted, or also what arrives until it is done." },
    AxisInfo { name: "pull-all-unsuitable", kind: AxisKind::Procedure, values: &["send", "skip"], default: 0, by_profile: [0, 0, 0, 0, 0],
        says: "Whether 'retrieve all' also sends messages the pulling client is not suitable for (they fail and stay queued), or skips them." },
    AxisInfo { name: "pull-refresh-notify", kind: AxisKind::Procedure, values: &["off", "on"], default: 0, by_profile: [0, 0, 0, 0, 0],
        says: "Whether the other clients get a new notification with the reduced list after a pull." },
    AxisInfo { name: "paused-pull", kind: AxisKind::Procedure, values: &["serve", "refuse"], default: 0, by_profile: [0, 0, 0, 0, 0],
        says: "Whether a pull is served while provider policy pauses retrieval." },
    AxisInfo { name: "push-target", kind: AxisKind::Procedure, values: &["one-triggering", "one-primary", "all-suitable"], default: 0, by_profile: [0, 0, 0, 0, 0],
        says: "Which registered client a push goes to: the one whose registration started it, the Primary Device if registered, or all suitable ones." },
    AxisInfo { name: "push-order", kind: AxisKind::Procedure, values: &["fifo", "newest-first"], default: 0, by_profile: [0, 0, 0, 0, 0],
        says: "In which order a push sends the queue." },
    AxisInfo { name: "push-pacing", kind: AxisKind::Procedure, values: &["pipelined", "on-2xx"], default: 0, by_profile: [0, 0, 0, 0, 0],
        says: "Whether the messages of a push or pull are sent at once (with the gap parameter between them) or each after the 2xx of the one before." },
    AxisInfo { name: "overtake-queue", kind: AxisKind::Procedure, values: &["allowed", "behind-queue"], default: 0, by_profile: [0, 0, 0, 0, 0],
        says: "Whether a new message may be delivered while older ones of the user wait in the queue." },
    AxisInfo { name: "expiry-policy", kind: AxisKind::Procedure, values: &["delete", "store"], default: 0, by_profile: [0, 0, 0, 0, 0],
        says: "What happens to a message that expires in the queue." },
    AxisInfo { name: "expiry-imdn", kind: AxisKind::Procedure, values: &["negative", "none"], default: 0, by_profile: [0, 0, 0, 0, 0],
        says: "Whether deletion at expiry is reported to a sender who asked for negative delivery reports." },
    AxisInfo { name: "expiry-notice", kind: AxisKind::Procedure, values: &["off", "on"], default: 0, by_profile: [0, 0, 0, 0, 0],
        says: "Whether clients are told when a deferred message expires." },
    AxisInfo { name: "ip-wait", kind: AxisKind::Interworking, values: &["timer", "none"], default: 0, by_profile: [1, 1, 1, 0, 0],
        says: "Whether SMS waits for IP access for the configured time." },
    AxisInfo { name: "wait-ip-at", kind: AxisKind::Interworking, values: &["pf", "client"], default: 0, by_profile: [0, 0, 0, 0, 0],
        says: "Who waits for IP: the PF by a timer, or the client by delaying actions it starts itself." },
    AxisInfo { name: "wait-ip-scope", kind: AxisKind::Interworking, values: &["user", "message"], default: 0, by_profile: [0, 0, 0, 0, 0],
        says: "Whether one wait-for-IP timer runs per user or one per message." },
    AxisInfo { name: "wait-ip-start", kind: AxisKind::Interworking, values: &["ready-or-acceptance", "ready-only"], default: 0, by_profile: [0, 0, 0, 0, 0],
        says: "What starts the wait: ready-for-SMS or a first decision with CS access only, or ready-for-SMS alone." },
    AxisInfo { name: "on-register-inflight", kind: AxisKind::Interworking, values: &["hold", "push"], default: 0, by_profile: [0, 0, 0, 0, 0],
        says: "What a suitable registration does while an SMS of the message is outstanding: wait for the SMS result, or deliver by CPM at once." },
    AxisInfo { name: "ready-sms-action", kind: AxisKind::Interworking, values: &["interwork", "wait-for-client"], default: 0, by_profile: [1, 1, 1, 0, 0],
        says: "What ready-for-SMS does with messages deferred for lack of access." },
    AxisInfo { name: "primary-iw-trigger", kind: AxisKind::Interworking, values: &["on", "off"], default: 0, by_profile: [1, 1, 1, 0, 0],
        says: "Whether the access of the Primary Device triggers interworking in the pager procedure." },
    AxisInfo { name: "sms-failure-defer", kind: AxisKind::Interworking, values: &["on", "off"], default: 0, by_profile: [1, 1, 1, 0, 0],
        says: "Whether a failed SMS delivery defers the message." },
    AxisInfo { name: "iw-failure-report", kind: AxisKind::Interworking, values: &["all", "literal"], default: 0, by_profile: [0, 0, 0, 0, 0],
        says: "Which SMS failures the PF learns of: every one (by event, or by the negative IMDN on its way), or only those for which the text sends an event." },
    AxisInfo { name: "negative-imdn", kind: AxisKind::Interworking, values: &["held", "passed"], default: 0, by_profile: [0, 0, 0, 0, 0],
        says: "Whether the negative IMDN of a failed SMS is held back while deferral is possible, or passed on at once." },
    AxisInfo { name: "legacy-indication", kind: AxisKind::Interworking, values: &["on", "off"], default: 1, by_profile: [1, 1, 1, 1, 1],
        says: "Whether the sender is told that delivery was by a legacy service." },
    AxisInfo { name: "client-fallback", kind: AxisKind::Client, values: &["none", "revoke", "sms-after-wait"], default: 0, by_profile: [0, 0, 0, 0, 0],
        says: "What the sending client does when no delivery report comes: nothing, revoke and then SMS, or SMS after a wait." },
    AxisInfo { name: "client-dedupe", kind: AxisKind::Client, values: &["on", "off"], default: 0, by_profile: [0, 0, 0, 0, 0],
        says: "Whether a client discards a repeated message by originator and message identity." },
    AxisInfo { name: "iw-mode", kind: AxisKind::Plant, values: &["direct", "smsc"], default: 0, by_profile: [0, 0, 0, 0, 0],
        says: "Whether the IWF delivers SMS itself and receives the alert (gateway-direct), or submits to an SMSC that stores, retries and gets the alert." },
    AxisInfo { name: "smsc-submission", kind: AxisKind::Plant, values: &["store-and-forward", "single-shot", "cancel-on-ip"], default: 0, by_profile: [0, 0, 0, 0, 0],
        says: "How the IWF submits in smsc mode: ordinary validity and retries, one attempt only, or with a cancellation when the message goes by CPM." },
    AxisInfo { name: "sc-success-report", kind: AxisKind::Plant, values: &["sent", "not-sent"], default: 1, by_profile: [1, 1, 1, 1, 1],
        says: "Whether the originating-side SC reports delivery success to the HLR when the message was accepted." },
    AxisInfo { name: "gw-report-order", kind: AxisKind::Plant, values: &["before-sc", "after-sc"], default: 0, by_profile: [0, 0, 0, 0, 0],
        says: "Whether the report of the IP-SM-GW reaches the HLR before or after that of the SC." },
    AxisInfo { name: "hlr-flag-order", kind: AxisKind::Plant, values: &["mnrf-first", "unri-first"], default: 0, by_profile: [0, 0, 0, 0, 0],
        says: "Which waiting flag is set first when both domains fail." },
    AxisInfo { name: "hlr-flag-relation", kind: AxisKind::Plant, values: &["independent", "coupled"], default: 0, by_profile: [0, 0, 0, 0, 0],
        says: "Whether the waiting flags of the domains are set and cleared independently or together." },
    AxisInfo { name: "guard.claim-per-message", kind: AxisKind::Guard, values: &["on", "off"], default: 0, by_profile: [0, 0, 0, 0, 0],
        says: "A message is claimed by one trigger (registration, ready-for-SMS, push, pull) before anything is sent; off: every trigger acts on what it finds or still holds." },
    AxisInfo { name: "guard.late-sms-look-again", kind: AxisKind::Guard, values: &["on", "off"], default: 0, by_profile: [0, 0, 0, 0, 0],
        says: "A failed SMS is followed by a look at the current access at once; off: the PF waits for the next access event." },
    AxisInfo { name: "guard.ignore-late-failure", kind: AxisKind::Guard, values: &["on", "off"], default: 0, by_profile: [0, 0, 0, 0, 0],
        says: "A failure report for a settled message, or for an attempt that is no longer the current one, is ignored; off: it defers the message again." },
    AxisInfo { name: "guard.keep-copy-until-final", kind: AxisKind::Guard, values: &["on", "off"], default: 0, by_profile: [0, 0, 0, 0, 0],
        says: "The PF keeps a message handed to the ISF until its result or expiry; off: it releases the message at hand-over." },
    AxisInfo { name: "guard.failed-before-ready", kind: AxisKind::Guard, values: &["on", "off"], default: 0, by_profile: [0, 0, 0, 0, 0],
        says: "Failure events are handled before ready-for-SMS events, and SMS reachability is kept as a state; off: events act in order of arrival and leave no state." },
    AxisInfo { name: "guard.re-evaluate-after-insertion", kind: AxisKind::Guard, values: &["on", "off"], default: 0, by_profile: [0, 0, 0, 0, 0],
        says: "Suitability and SMS reachability are evaluated again after a message has entered the queue; off: only later events count." },
    AxisInfo { name: "guard.hide-in-delivery", kind: AxisKind::Guard, values: &["on", "off"], default: 0, by_profile: [0, 0, 0, 0, 0],
        says: "A message being delivered is hidden from later pulls and pushes; off: it is offered until it is removed." },
    AxisInfo { name: "guard.same-client-in-order", kind: AxisKind::Guard, values: &["on", "off"], default: 0, by_profile: [0, 0, 0, 0, 0],
        says: "Overlapping pulls of one client are served one after the other, like those of different clients; off: they run in parallel." },
    AxisInfo { name: "guard.expiry-stops-at-claim", kind: AxisKind::Guard, values: &["on", "off"], default: 0, by_profile: [0, 0, 0, 0, 0],
        says: "A claimed message does not expire; if its delivery fails it expires at once when overdue; off: it is removed in mid-delivery." },
    AxisInfo { name: "guard.requeue-on-failure", kind: AxisKind::Guard, values: &["on", "off"], default: 0, by_profile: [0, 0, 0, 0, 0],
        says: "A failed delivery of a pulled or pushed message returns it to the queue and notifies again; off: the message is lost." },
    AxisInfo { name: "guard.failed-notification-not-sent", kind: AxisKind::Guard, values: &["on", "off"], default: 0, by_profile: [0, 0, 0, 0, 0],
        says: "A failed in-band notification counts as not sent; off: the PF waits for a client that knows nothing." },
    AxisInfo { name: "guard.dnd-change-watched", kind: AxisKind::Guard, values: &["on", "off"], default: 0, by_profile: [0, 0, 0, 0, 0],
        says: "The PF learns at once that a do-not-disturb rule is gone; off: at the next event of that user." },
    AxisInfo { name: "guard.single-isf-handover", kind: AxisKind::Guard, values: &["on", "off"], default: 0, by_profile: [0, 0, 0, 0, 0],
        says: "Steps 4b and 8c lead to one hand-over to the ISF; off: each makes its own." },
    AxisInfo { name: "guard.push-ack-per-message", kind: AxisKind::Guard, values: &["on", "off"], default: 0, by_profile: [0, 0, 0, 0, 0],
        says: "Each pushed message is settled by its own answer and the rest stays queued when the push breaks; off: the whole queue is settled at the start of the push." },
    AxisInfo { name: "guard.single-stored-copy", kind: AxisKind::Guard, values: &["on", "off"], default: 0, by_profile: [0, 0, 0, 0, 0],
        says: "Recording, storing and the expiry action make one stored object of a message; off: each makes its own." },
    AxisInfo { name: "guard.handover-limit", kind: AxisKind::Guard, values: &["on", "off"], default: 0, by_profile: [0, 0, 0, 0, 0],
        says: "Returns between queue and ISF are limited for each message (parameter pf.handover_limit); at the limit only IP delivery or expiry remains; off: no limit." },
    AxisInfo { name: "guard.expiry-action-once", kind: AxisKind::Guard, values: &["on", "off"], default: 0, by_profile: [0, 0, 0, 0, 0],
        says: "After expiry no deferral takes place and the expiry action runs once, also when an SMS was outstanding; off: a late failure defers again." },
    AxisInfo { name: "guard.forward-hop-limit", kind: AxisKind::Guard, values: &["on", "off"], default: 0, by_profile: [0, 0, 0, 0, 0],
        says: "Retargeting by allow-forward is limited in hops (parameter pf.forward_hops); off: a forwarding loop circulates." },
];
