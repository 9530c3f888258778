//! What the axes come to for the functions: one typed field for each choice they make.

use super::axes as axis;
use super::clause::Rules;
use super::profile::Axes;

/// When SMS is first tried for a message without a suitable client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FirstAttempt {
    AtOnce,
    AfterWait,
    None,
}

/// Which registered client a push goes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PushTarget {
    OneTriggering,
    OnePrimary,
    AllSuitable,
}

/// What follows when no client returned success.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AllFailed {
    ByClass,
    Defer,
    BestError,
}

/// What a full queue does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QueueFull {
    DropNew,
    RefuseNew,
    DropOldest,
}

/// The decision procedure of which document generation is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeliveryRule {
    Im2008,
    Sd2009,
    TsDraft,
    Iw2015,
}

/// When a message is deferred on arrival (K-04).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeferCondition {
    NoEligibleClient,
    PrefAnyTime,
    UnregisteredOrUnavailable,
    Rule,
}

/// How a request is addressed to one client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientAddressing {
    TargetAddress,
    InstanceId,
    RequestUri,
}

/// What a server error of a client leg leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ServerError {
    RetryThenDefer,
    Defer,
    Fail,
}

/// How deferred messages leave the queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeferredMode {
    NotifyPull,
    AutoPush,
    PullThenPush,
}

/// Who closes the session of a pull, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PullTeardown {
    ClientAfterAck,
    AfterRetrieval,
    Pf,
}

/// The choices in force. Each field is the axis of its name; a `bool` is true for the value in its comment.
#[derive(Clone, Copy, Debug)]
pub struct Behaviour {
    pub rules: Rules,
    pub delivery_rule: DeliveryRule,
    /// `prefs-only`
    pub prefs_only: bool,
    pub defer_condition: DeferCondition,
    /// `no-outcome`
    pub empty_rule_no_outcome: bool,
    /// `first-match`
    pub first_match: bool,
    /// `per-device`
    pub per_device_prefs: bool,
    /// `mandatory`
    pub connectivity_mandatory: bool,
    /// `defer`
    pub dnd_defers: bool,
    /// `defer-only`
    pub dnd_after_interwork_defers_only: bool,
    /// `on`
    pub dnd_ends: bool,
    /// `on`
    pub policy_recheck: bool,
    /// `mandatory`
    pub reject_warning: bool,
    /// `error-info`
    pub version_error_info: bool,
    /// `core-fork`
    pub core_fork: bool,
    pub addressing: ClientAddressing,
    /// `pf`
    pub pf_inserts_target: bool,
    /// `bypass`
    pub imdn_bypass: bool,
    /// `per-client`
    pub imdn_per_client: bool,
    /// `client-and-isf`
    pub imdn_to_isf: bool,
    /// `on`
    pub defer_missing: bool,
    /// `unconfirmed`
    pub unconfirmed_202: bool,
    /// `adapt`
    pub content_error_adapts: bool,
    pub server_error: ServerError,
    /// `on`
    pub dnd_blocks_interworking: bool,
    /// `on`
    pub rule_defer_blocks_interworking: bool,
    /// `literal`
    pub primary_only_literal: bool,
    pub guard_single_handover: bool,
    pub guard_single_stored: bool,
    pub guard_forward_limit: bool,
    pub guard_dnd_watched: bool,
    pub first_attempt: FirstAttempt,
    /// `keep`
    pub keep_without_client: bool,
    /// `on`
    pub arrival_expiry_check: bool,
    /// `first-2xx`
    pub answer_at_first_2xx: bool,
    pub all_failed: AllFailed,
    /// `defer`
    pub timeout_defers: bool,
    /// `suspect`
    pub timeout_suspects: bool,
    /// `defer`
    pub unreachable_defers: bool,
    /// `defer`
    pub refusal_defers: bool,
    pub queue_full: QueueFull,
    pub push_target: PushTarget,
    /// `newest-first`
    pub push_newest_first: bool,
    /// `on-2xx`
    pub push_on_2xx: bool,
    /// `behind-queue`
    pub behind_queue: bool,
    /// `negative`
    pub expiry_imdn: bool,
    /// `first-only`
    pub imdn_first_only: bool,
    /// `accept-202`
    pub interwork_accept_202: bool,
    /// `timer`
    pub ip_wait: bool,
    /// `message`
    pub wait_per_message: bool,
    /// `ready-or-acceptance`
    pub wait_at_acceptance: bool,
    /// `push`
    pub inflight_push: bool,
    /// `interwork`
    pub ready_interworks: bool,
    pub primary_iw_trigger: bool,
    pub sms_failure_defers: bool,
    pub client_dedupe: bool,
    pub guard_claim: bool,
    pub guard_look_again: bool,
    pub guard_ignore_late_failure: bool,
    pub guard_keep_copy: bool,
    pub guard_failed_before_ready: bool,
    pub guard_re_evaluate: bool,
    pub guard_expiry_stops_at_claim: bool,
    pub guard_requeue: bool,
    pub guard_push_ack: bool,
    pub guard_handover_limit: bool,
    pub guard_expiry_once: bool,
    pub deferred_mode: DeferredMode,
    /// `volatile`
    pub queue_volatile: bool,
    /// `sip-notify`
    pub notify_by_notify: bool,
    /// `relaxed`
    pub notify_relaxed: bool,
    /// `selected`
    pub oob_selected: bool,
    /// `sip-uri`
    pub oob_by_sip_uri: bool,
    /// `full`
    pub oob_full: bool,
    /// `never`
    pub renotify_never: bool,
    /// `reject-480`
    pub overlap_480: bool,
    /// `drop`
    pub drop_after_480: bool,
    /// `in-session`
    pub pull_in_session: bool,
    pub pull_teardown: PullTeardown,
    /// `at-arrival`
    pub empty_at_arrival: bool,
    /// `nothing-listed`
    pub refuse_nothing_listed: bool,
    /// `on-send`
    pub pull_removes_on_send: bool,
    /// `live`
    pub pull_all_live: bool,
    /// `skip`
    pub pull_all_skips: bool,
    /// `on`
    pub pull_refreshes: bool,
    /// `refuse`
    pub paused_refuses: bool,
    /// `refuse`
    pub dnd_refuses_pull: bool,
    /// `store`
    pub expiry_stores: bool,
    /// `on`
    pub expiry_notice: bool,
    pub guard_hide_in_delivery: bool,
    pub guard_same_client_in_order: bool,
    pub guard_failed_notification: bool,
    /// `coupled`
    pub hlr_flags_coupled: bool,
    /// `unri-first`
    pub hlr_unri_first: bool,
    /// `sent`
    pub sc_success_sent: bool,
    /// `after-sc`
    pub gw_reports_after_sc: bool,
}

impl Behaviour {
    /// What `axes` come to, with the `rules` in force.
    pub fn of(axes: &Axes, rules: Rules) -> Behaviour {
        Behaviour {
            rules,
            delivery_rule: match axes.value(axis::DELIVERY_RULE) {
                "im-2008" => DeliveryRule::Im2008,
                "sd-2009" => DeliveryRule::Sd2009,
                "ts-draft" => DeliveryRule::TsDraft,
                _ => DeliveryRule::Iw2015,
            },
            prefs_only: axes.is(axis::ELIGIBILITY, "prefs-only"),
            defer_condition: match axes.value(axis::DEFER_CONDITION) {
                "no-eligible-client" => DeferCondition::NoEligibleClient,
                "pref-any-time" => DeferCondition::PrefAnyTime,
                "unregistered-or-unavailable" => DeferCondition::UnregisteredOrUnavailable,
                _ => DeferCondition::Rule,
            },
            empty_rule_no_outcome: axes.is(axis::EMPTY_RULE, "no-outcome"),
            first_match: axes.is(axis::RULE_MERGE, "first-match"),
            per_device_prefs: axes.is(axis::DEVICE_PREFS, "per-device"),
            connectivity_mandatory: axes.is(axis::CONNECTIVITY_CHECK, "mandatory"),
            dnd_defers: axes.is(axis::DND, "defer"),
            dnd_after_interwork_defers_only: axes.is(axis::DND_AFTER_INTERWORK, "defer-only"),
            dnd_ends: axes.on(axis::DND_DEFER_ENDS),
            policy_recheck: axes.on(axis::POLICY_RECHECK),
            reject_warning: axes.is(axis::REJECT_WARNING, "mandatory"),
            version_error_info: axes.is(axis::VERSION_REJECT, "error-info"),
            core_fork: axes.is(axis::FANOUT, "core-fork"),
            addressing: match axes.value(axis::CLIENT_ADDRESSING) {
                "target-address" => ClientAddressing::TargetAddress,
                "instance-id" => ClientAddressing::InstanceId,
                _ => ClientAddressing::RequestUri,
            },
            pf_inserts_target: axes.is(axis::TARGET_ADDRESS_INSERT, "pf"),
            imdn_bypass: axes.is(axis::IMDN_SCREENING, "bypass"),
            imdn_per_client: axes.is(axis::IMDN_TARGET, "per-client"),
            imdn_to_isf: axes.is(axis::IMDN_INTERWORK, "client-and-isf"),
            defer_missing: axes.on(axis::FANOUT_DEFER_MISSING),
            unconfirmed_202: axes.is(axis::ON_CLIENT_202, "unconfirmed"),
            content_error_adapts: axes.is(axis::ON_CONTENT_ERROR, "adapt"),
            server_error: match axes.value(axis::ON_SERVER_ERROR) {
                "retry-then-defer" => ServerError::RetryThenDefer,
                "defer" => ServerError::Defer,
                _ => ServerError::Fail,
            },
            dnd_blocks_interworking: axes.on(axis::DND_BLOCKS_INTERWORKING),
            rule_defer_blocks_interworking: axes.on(axis::RULE_DEFER_BLOCKS_INTERWORKING),
            primary_only_literal: axes.is(axis::PRIMARY_ONLY_TEST, "literal"),
            guard_single_handover: axes.on(axis::GUARD_SINGLE_ISF_HANDOVER),
            guard_single_stored: axes.on(axis::GUARD_SINGLE_STORED_COPY),
            guard_forward_limit: axes.on(axis::GUARD_FORWARD_HOP_LIMIT),
            guard_dnd_watched: axes.on(axis::GUARD_DND_CHANGE_WATCHED),
            first_attempt: match axes.value(axis::FIRST_ATTEMPT) {
                "at-once" => FirstAttempt::AtOnce,
                "after-wait" => FirstAttempt::AfterWait,
                _ => FirstAttempt::None,
            },
            keep_without_client: axes.is(axis::NO_SUITABLE_CLIENT, "keep"),
            arrival_expiry_check: axes.on(axis::ARRIVAL_EXPIRY_CHECK),
            answer_at_first_2xx: axes.is(axis::COMBINED_RESPONSE, "first-2xx"),
            all_failed: match axes.value(axis::ALL_FAILED) {
                "by-class" => AllFailed::ByClass,
                "defer" => AllFailed::Defer,
                _ => AllFailed::BestError,
            },
            timeout_defers: axes.is(axis::ON_TIMEOUT, "defer"),
            timeout_suspects: axes.is(axis::TIMEOUT_BINDING, "suspect"),
            unreachable_defers: axes.is(axis::ON_UNREACHABLE, "defer"),
            refusal_defers: axes.is(axis::ON_REFUSAL, "defer"),
            queue_full: match axes.value(axis::QUEUE_FULL) {
                "drop-new" => QueueFull::DropNew,
                "refuse-new" => QueueFull::RefuseNew,
                _ => QueueFull::DropOldest,
            },
            push_target: match axes.value(axis::PUSH_TARGET) {
                "one-triggering" => PushTarget::OneTriggering,
                "one-primary" => PushTarget::OnePrimary,
                _ => PushTarget::AllSuitable,
            },
            push_newest_first: axes.is(axis::PUSH_ORDER, "newest-first"),
            push_on_2xx: axes.is(axis::PUSH_PACING, "on-2xx"),
            behind_queue: axes.is(axis::OVERTAKE_QUEUE, "behind-queue"),
            expiry_imdn: axes.is(axis::EXPIRY_IMDN, "negative"),
            imdn_first_only: axes.is(axis::IMDN_FOLD, "first-only"),
            interwork_accept_202: axes.is(axis::INTERWORK_ANSWER, "accept-202"),
            ip_wait: axes.is(axis::IP_WAIT, "timer"),
            wait_per_message: axes.is(axis::WAIT_IP_SCOPE, "message"),
            wait_at_acceptance: axes.is(axis::WAIT_IP_START, "ready-or-acceptance"),
            inflight_push: axes.is(axis::ON_REGISTER_INFLIGHT, "push"),
            ready_interworks: axes.is(axis::READY_SMS_ACTION, "interwork"),
            primary_iw_trigger: axes.on(axis::PRIMARY_IW_TRIGGER),
            sms_failure_defers: axes.on(axis::SMS_FAILURE_DEFER),
            client_dedupe: axes.on(axis::CLIENT_DEDUPE),
            guard_claim: axes.on(axis::GUARD_CLAIM_PER_MESSAGE),
            guard_look_again: axes.on(axis::GUARD_LATE_SMS_LOOK_AGAIN),
            guard_ignore_late_failure: axes.on(axis::GUARD_IGNORE_LATE_FAILURE),
            guard_keep_copy: axes.on(axis::GUARD_KEEP_COPY_UNTIL_FINAL),
            guard_failed_before_ready: axes.on(axis::GUARD_FAILED_BEFORE_READY),
            guard_re_evaluate: axes.on(axis::GUARD_RE_EVALUATE_AFTER_INSERTION),
            guard_expiry_stops_at_claim: axes.on(axis::GUARD_EXPIRY_STOPS_AT_CLAIM),
            guard_requeue: axes.on(axis::GUARD_REQUEUE_ON_FAILURE),
            guard_push_ack: axes.on(axis::GUARD_PUSH_ACK_PER_MESSAGE),
            guard_handover_limit: axes.on(axis::GUARD_HANDOVER_LIMIT),
            guard_expiry_once: axes.on(axis::GUARD_EXPIRY_ACTION_ONCE),
            deferred_mode: match axes.value(axis::DEFERRED_MODE) {
                "notify-pull" => DeferredMode::NotifyPull,
                "auto-push" => DeferredMode::AutoPush,
                _ => DeferredMode::PullThenPush,
            },
            queue_volatile: axes.is(axis::QUEUE_DURABILITY, "volatile"),
            notify_by_notify: axes.is(axis::NOTIFICATION_METHOD, "sip-notify"),
            notify_relaxed: axes.is(axis::NOTIFY_SUITABILITY, "relaxed"),
            oob_selected: axes.is(axis::OOB_TARGET, "selected"),
            oob_by_sip_uri: axes.is(axis::OOB_ADDRESS, "sip-uri"),
            oob_full: axes.is(axis::OOB_CONTENT, "full"),
            renotify_never: axes.is(axis::RENOTIFY, "never"),
            overlap_480: axes.is(axis::OVERLAP_INVITE, "reject-480"),
            drop_after_480: axes.is(axis::RETRY_AFTER_480, "drop"),
            pull_in_session: axes.is(axis::PULL_TRANSPORT, "in-session"),
            pull_teardown: match axes.value(axis::PULL_TEARDOWN) {
                "client-after-ack" => PullTeardown::ClientAfterAck,
                "after-retrieval" => PullTeardown::AfterRetrieval,
                _ => PullTeardown::Pf,
            },
            empty_at_arrival: axes.is(axis::PULL_CHECK_EMPTY, "at-arrival"),
            refuse_nothing_listed: axes.is(axis::PULL_488_WHEN, "nothing-listed"),
            pull_removes_on_send: axes.is(axis::PULL_REMOVE, "on-send"),
            pull_all_live: axes.is(axis::PULL_ALL_SCOPE, "live"),
            pull_all_skips: axes.is(axis::PULL_ALL_UNSUITABLE, "skip"),
            pull_refreshes: axes.on(axis::PULL_REFRESH_NOTIFY),
            paused_refuses: axes.is(axis::PAUSED_PULL, "refuse"),
            dnd_refuses_pull: axes.is(axis::DND_PULL, "refuse"),
            expiry_stores: axes.is(axis::EXPIRY_POLICY, "store"),
            expiry_notice: axes.on(axis::EXPIRY_NOTICE),
            guard_hide_in_delivery: axes.on(axis::GUARD_HIDE_IN_DELIVERY),
            guard_same_client_in_order: axes.on(axis::GUARD_SAME_CLIENT_IN_ORDER),
            guard_failed_notification: axes.on(axis::GUARD_FAILED_NOTIFICATION_NOT_SENT),
            hlr_flags_coupled: axes.is(axis::HLR_FLAG_RELATION, "coupled"),
            hlr_unri_first: axes.is(axis::HLR_FLAG_ORDER, "unri-first"),
            sc_success_sent: axes.is(axis::SC_SUCCESS_REPORT, "sent"),
            gw_reports_after_sc: axes.is(axis::GW_REPORT_ORDER, "after-sc"),
        }
    }
}
