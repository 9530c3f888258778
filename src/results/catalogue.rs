//! The list of metrics, as data: one line for each row of `metrics.md` section 3, in its order.
//!
//! The page defines them; a test holds the names here against those of the page. Rows whose events do not exist yet are marked `later`.

use std::sync::LazyLock;

use super::metric::{Code, Metric, Open, Population, Source, Stat, Unit};
use crate::stats::Range;

use Open::{Cut, Elapsed, Never, NotYet};
use Population::{Accepted, Deferred, DeferredDelivered, Delivered, Immediate, Other, Submitted};

/// Every metric, in the order of columns.
pub fn catalogue() -> &'static [Metric] {
    static LIST: LazyLock<Vec<Metric>> = LazyLock::new(|| rows().into_iter().flat_map(|row| row.metrics()).collect());
    &LIST
}

/// Classes of links whose signalling is counted apart (`metrics.md` 3.10).
pub const LINK_CLASSES: [&str; 9] = ["gm", "isc", "iw", "map", "air", "push", "imap", "msrp", "other"];

/// Guards of the behaviour axes, as they stand in names of metrics.
pub const GUARDS: [&str; 18] = [
    "claim_per_message",
    "late_sms_look_again",
    "ignore_late_failure",
    "keep_copy_until_final",
    "failed_before_ready",
    "re_evaluate_after_insertion",
    "hide_in_delivery",
    "same_client_in_order",
    "expiry_stops_at_claim",
    "requeue_on_failure",
    "failed_notification_not_sent",
    "dnd_change_watched",
    "single_isf_handover",
    "push_ack_per_message",
    "single_stored_copy",
    "handover_limit",
    "expiry_action_once",
    "forward_hop_limit",
];

/// What a row of the page is.
enum Kind {
    /// The five statistics of a duration.
    Times,
    /// A ratio of totals; cases among items, or events of which several may fall on one item.
    Ratio(Range),
    /// A total per run.
    Count,
    /// Statistics of a level that stands for some time.
    InTime(&'static [Stat]),
    /// Statistics of whole numbers that are counted.
    Numbers(&'static [Stat]),
    /// A formula across points.
    Across,
}

struct Row {
    /// Family with unit where there are statistics (`deferred_latency` is in `s`), else the full name.
    name: String,
    unit: Unit,
    kind: Kind,
    over: Population,
    open: Open,
    section: &'static str,
    built: bool,
}

impl Row {
    fn metrics(self) -> Vec<Metric> {
        let stats: Vec<Option<Stat>> = match self.kind {
            Kind::Times => Stat::ALL[..5].iter().copied().map(Some).collect(),
            Kind::InTime(stats) | Kind::Numbers(stats) => stats.iter().copied().map(Some).collect(),
            Kind::Ratio(_) | Kind::Count | Kind::Across => vec![None],
        };
        stats.into_iter().map(|stat| self.metric(stat)).collect()
    }

    fn metric(&self, stat: Option<Stat>) -> Metric {
        let name = match stat {
            Some(stat) => format!("{}_{}_{}", self.name, stat.word(), self.unit.word()),
            None => self.name.clone(),
        };
        let family = match stat {
            Some(_) => self.name.clone(),
            None => Unit::of_name(&name).expect("a name ends in its unit").0.to_owned(),
        };
        let (code, source) = match (&self.kind, stat) {
            (Kind::Times, Some(Stat::Mean)) => (Code::M, Source::Sum),
            (Kind::Times, _) => (Code::Q, Source::Histogram),
            (Kind::Ratio(_), _) => (Code::R, Source::Sum),
            (Kind::Count, _) => (Code::C, Source::Value),
            (Kind::InTime(_), Some(Stat::Max)) => (Code::X, Source::LevelTime),
            (Kind::InTime(_), _) => (Code::T, Source::LevelTime),
            (Kind::Numbers(_), Some(Stat::Mean)) => (Code::M, Source::LevelItems),
            (Kind::Numbers(_), Some(Stat::Max)) => (Code::X, Source::LevelItems),
            (Kind::Numbers(_), _) => (Code::Q, Source::LevelItems),
            (Kind::Across, _) => (Code::Z, Source::Points),
        };
        let range = if let Kind::Ratio(range) = self.kind { range } else { Range::NotNegative };
        let (unit, open, over, section, built) = (self.unit, self.open, self.over, self.section, self.built);
        Metric { name, family, stat, unit, code, open, over, source, range, section, built }
    }
}

/// Adds rows of one section of the page.
struct Page {
    rows: Vec<Row>,
    section: &'static str,
}

impl Page {
    fn section(&mut self, section: &'static str) {
        self.section = section;
    }

    fn row(&mut self, name: impl Into<String>, unit: Option<Unit>, kind: Kind, over: Population, open: Open) {
        let name = name.into();
        let unit = unit.unwrap_or_else(|| Unit::of_name(&name).expect("a name ends in its unit").1);
        self.rows.push(Row { name, unit, kind, over, open, section: self.section, built: true });
    }

    /// Durations.
    fn times(&mut self, families: &[&str], over: Population, open: Open) {
        families.iter().for_each(|name| self.row(*name, Some(Unit::Seconds), Kind::Times, over, open));
    }

    /// Shares of cases among items.
    fn shares(&mut self, names: &[&str], over: Population, open: Open) {
        names.iter().for_each(|name| self.row(*name, None, Kind::Ratio(Range::Share), over, open));
    }

    /// Events per item.
    fn rates(&mut self, names: &[&str], over: Population, open: Open) {
        names.iter().for_each(|name| self.row(*name, None, Kind::Ratio(Range::NotNegative), over, open));
    }

    fn counts(&mut self, names: &[&str]) {
        names.iter().for_each(|name| self.row(*name, None, Kind::Count, Other, Never));
    }

    fn in_time(&mut self, family: &str, unit: Unit, stats: &'static [Stat]) {
        self.row(family, Some(unit), Kind::InTime(stats), Other, Cut);
    }

    fn numbers(&mut self, family: &str, unit: Unit, stats: &'static [Stat], over: Population, open: Open) {
        self.row(family, Some(unit), Kind::Numbers(stats), over, open);
    }

    /// What `add` adds is not built yet.
    fn later(&mut self, add: impl FnOnce(&mut Page)) {
        let from = self.rows.len();
        add(self);
        self.rows[from..].iter_mut().for_each(|row| row.built = false);
    }
}

fn rows() -> Vec<Row> {
    let mut page = Page { rows: Vec::new(), section: "" };
    latency(&mut page);
    access(&mut page);
    queues(&mut page);
    outcomes(&mut page);
    interworking(&mut page);
    duplicates(&mut page);
    told(&mut page);
    order(&mut page);
    notifications(&mut page);
    transactions(&mut page);
    sessions(&mut page);
    policy(&mut page);
    engine(&mut page);
    page.rows
}

fn latency(page: &mut Page) {
    page.section("3.1");
    page.times(&["immediate_latency"], Immediate, Elapsed);
    page.times(&["end_to_end_latency", "first_device_latency"], Delivered, Elapsed);
    page.times(&["all_devices_latency"], Delivered, Elapsed);
    page.times(&["deferred_latency", "deferred_excess"], DeferredDelivered, Elapsed);
    page.times(&["reachable_wait"], Delivered, Elapsed);
    page.times(&["time_to_defer"], Deferred, Never);
    page.times(&["display_latency"], Other, Elapsed);
    page.times(&["response_latency"], Other, Elapsed);
    page.times(&["push_drain"], Other, Elapsed);
}

fn access(page: &mut Page) {
    page.section("3.2");
    page.times(&["wait_ip_hold"], Other, Elapsed);
    page.shares(&["wait_ip_expired_ratio"], Other, NotYet);
    page.row("wait_ip_efficiency_per_s", None, Kind::Across, Other, Never);
    page.shares(&["ip_first_ratio"], Other, NotYet);
    page.times(&["first_access_delay", "both_access_delay", "cs_ip_gap", "registration_delay", "view_delay"], Other, Elapsed);
    page.rates(&["wrong_exclusion_per_1000"], Accepted, Never);
    page.shares(&["ghost_exposure_ratio"], Accepted, Never);
    page.times(&["ghost_delay"], Other, Elapsed);
}

fn queues(page: &mut Page) {
    page.section("3.3");
    page.in_time("queue_length", Unit::Messages, &[Stat::Mean, Stat::P99]);
    page.in_time("queue_total", Unit::Messages, &[Stat::Mean, Stat::P99, Stat::Max]);
    page.numbers("queue_at_off_end", Unit::Messages, &[Stat::Mean], Other, Never);
    page.shares(&["queue_at_off_end_empty_ratio", "queue_at_off_end_10plus_ratio"], Other, Never);
    page.times(&["queue_wait"], Other, Elapsed);
    page.later(|page| page.shares(&["queue_full_ratio"], Accepted, Never));
    page.in_time("retained_copies", Unit::Messages, &[Stat::Mean]);
    page.times(&["server_wait", "server_sojourn"], Other, Elapsed);
    page.in_time("server_waiting", Unit::Messages, &[Stat::Mean]);
}

fn outcomes(page: &mut Page) {
    page.section("3.4");
    let all = [
        "delivered_ip",
        "delivered_sms",
        "delivered_mms",
        "rejected",
        "forwarded",
        "deleted",
        "stored",
        "expired",
        "failed",
        "lost",
        "pending",
    ];
    all.iter().for_each(|outcome| page.shares(&[&format!("outcome_{outcome}_ratio")], Submitted, NotYet));
    page.shares(&["delivery_ratio"], Accepted, NotYet);
    page.shares(&["deferral_ratio"], Accepted, Never);
    page.shares(&["expired_ratio"], Deferred, NotYet);
    page.shares(&["expired_accepted_ratio"], Accepted, NotYet);
    page.shares(&["stuck_ratio"], Deferred, NotYet);
    page.shares(&["late_delivery_per_1000"], Accepted, NotYet);
    page.shares(&["dnd_expired_ratio"], Other, NotYet);
    page.shares(&["deleted_but_wanted_per_1000"], Deferred, Never);
    page.shares(&["lost_per_million"], Accepted, NotYet);
    let places = ["lost_functions_per_million", "lost_sms_per_million", "lost_restart_per_million", "lost_access_per_million"];
    page.shares(&places, Accepted, NotYet);
}

fn interworking(page: &mut Page) {
    page.section("3.5");
    page.shares(&["sms_share_ratio", "mms_share_ratio"], Delivered, Never);
    page.shares(&["sms_needless_around_ratio", "sms_needless_after_ratio"], Other, NotYet);
    page.numbers("interworking_attempts", Unit::Attempts, &[Stat::Mean, Stat::P99, Stat::Max], Other, Elapsed);
    page.shares(&["sms_attempt_failed_ratio", "ready_event_lost_ratio", "ready_event_duplicate_ratio"], Other, NotYet);
    page.times(&["ready_event_latency"], Other, Elapsed);
    page.rates(&["failure_event_late_per_1000"], Other, Never);
    page.shares(&["legacy_indication_correct_ratio"], Other, Never);
}

fn duplicates(page: &mut Page) {
    page.section("3.6");
    page.rates(&["duplicate_same_device_per_1000", "duplicate_same_device_presented_per_1000"], Accepted, NotYet);
    page.shares(&["duplicate_cross_technology_per_1000", "duplicate_cross_technology_presented_per_1000"], Accepted, NotYet);
    page.shares(&["duplicate_cross_device_per_1000", "duplicate_cross_device_presented_per_1000"], Other, NotYet);
    page.shares(&["duplicate_mandated_per_1000"], Accepted, NotYet);
    page.numbers("copies", Unit::Copies, &[Stat::Mean], Delivered, Never);
}

fn told(page: &mut Page) {
    page.section("3.7");
    for truth in ["delivered", "undelivered", "open"] {
        for told in ["delivered", "failed", "nothing"] {
            page.shares(&[&format!("belief_{truth}_told_{told}_ratio")], Submitted, Never);
        }
    }
    page.shares(&["false_negative_per_million", "false_positive_per_million"], Accepted, NotYet);
    page.rates(&["positive_without_client_per_1000"], Other, Never);
    page.shares(&["imdn_correct_ratio", "imdn_missing_ratio", "imdn_duplicate_ratio", "imdn_contradictory_ratio"], Other, NotYet);
    page.times(&["imdn_latency"], Other, Elapsed);
    for class in ["2xx", "4xx", "5xx", "6xx", "none"] {
        page.shares(&[&format!("answer_{class}_ratio")], Submitted, NotYet);
    }
}

fn order(page: &mut Page) {
    page.section("3.8");
    page.shares(&["out_of_order_pairs_ratio", "out_of_order_messages_ratio"], Other, Never);
    page.numbers("out_of_order_depth", Unit::Messages, &[Stat::P99, Stat::Max], Other, Never);
    page.shares(&["partial_delivery_ratio"], Other, NotYet);
    page.rates(&["wrong_device_per_million"], Accepted, Never);
    page.later(|page| page.shares(&["group_member_missed_ratio"], Other, NotYet));
}

fn notifications(page: &mut Page) {
    page.section("3.9");
    page.rates(&["notifications_inband_per_deferred", "notifications_oob_per_deferred"], Deferred, Never);
    page.shares(&["notification_wasted_ratio"], Other, NotYet);
    page.shares(&["notification_redundant_ratio"], Other, Never);
    page.shares(&["notification_lost_ratio"], Other, NotYet);
    page.times(&["notification_latency"], Other, Elapsed);
    page.shares(&["unknown_to_client_ratio"], Other, Never);
    page.times(&["dnd_release_latency"], Other, Elapsed);
    page.shares(&["pull_conflict_ratio"], Other, Never);
    page.shares(&["pull_hollow_ratio"], Other, NotYet);
    page.shares(&["pull_488_ratio", "pull_480_ratio"], Other, Never);
    page.shares(&["pull_efficiency_ratio"], Other, NotYet);
    page.shares(&["pull_stale_instruction_ratio", "pull_selective_ratio"], Other, Never);
    page.times(&["pull_completion"], Other, Elapsed);
    page.shares(&["pull_paused_ratio"], Other, Never);
    page.times(&["dialog_open"], Other, Elapsed);
}

fn transactions(page: &mut Page) {
    page.section("3.10");
    page.shares(&["timeout_ratio"], Other, NotYet);
    page.shares(&["timeout_delivered_ratio"], Other, Never);
    page.numbers("transmissions", Unit::Transmissions, &[Stat::Mean], Other, Elapsed);
    page.times(&["completion", "request_arrival"], Other, Elapsed);
    for class in LINK_CLASSES {
        for what in ["messages", "bytes"] {
            page.rates(&[&format!("signalling_{class}_{what}_per_delivered")], Delivered, NotYet);
        }
    }
    page.rates(&["signalling_sip_messages_per_delivered"], Delivered, NotYet);
    page.rates(&["signalling_total_messages_per_delivered", "signalling_total_bytes_per_delivered"], Delivered, NotYet);
    for class in LINK_CLASSES {
        page.rates(&[&format!("retransmissions_{class}_messages_per_delivered")], Delivered, NotYet);
    }
    LINK_CLASSES.iter().for_each(|class| page.counts(&[&format!("background_{class}_per_s")]));
}

fn sessions(page: &mut Page) {
    page.section("3.11");
    page.shares(&["session_blocked_ratio"], Other, Never);
    page.in_time("sessions_active", Unit::Count, &[Stat::Mean]);
    page.times(&["session_setup"], Other, Elapsed);
    page.shares(&["msrp_incomplete_ratio"], Other, NotYet);
    page.later(|page| {
        page.rates(&["msrp_resent_bytes_per_delivered"], Other, NotYet);
        page.shares(&["reference_failure_ratio"], Other, Never);
    });
    page.shares(&["store_duplicate_per_1000"], Accepted, Never);
    page.in_time("store_objects", Unit::Count, &[Stat::Mean]);
    page.later(|page| page.times(&["flag_staleness"], Other, Elapsed));
}

fn policy(page: &mut Page) {
    page.section("3.12");
    page.shares(&["policy_stale_per_1000"], Delivered, Never);
    page.numbers("forward_hops", Unit::Hops, &[Stat::Max], Submitted, Never);
    GUARDS.iter().for_each(|guard| page.counts(&[&format!("guard_{guard}_reached_count")]));
}

fn engine(page: &mut Page) {
    page.section("3.13");
    page.counts(&["events_count"]);
    page.rates(&["engine_events_per_message"], Submitted, Never);
    page.counts(&["ties_count"]);
    page.later(|page| {
        page.rates(&["racing_pairs_per_1000"], Submitted, Never);
        page.counts(&["racing_kinds_count"]);
    });
    page.counts(&["undefined_count", "undefined_kinds_count"]);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The names of the page, taken from its tables by a script of their own and sorted.
    const PAGE: &str = include_str!("catalogue_names.txt");

    #[test]
    fn the_names_are_those_of_the_page() {
        let mut ours: Vec<&str> = catalogue().iter().map(|metric| metric.name.as_str()).collect();
        ours.sort_unstable();
        let page: Vec<&str> = PAGE.lines().collect();
        let only_page: Vec<_> = page.iter().filter(|name| !ours.contains(name)).collect();
        let only_ours: Vec<_> = ours.iter().filter(|name| !page.contains(name)).collect();
        assert_eq!((only_page, only_ours), (vec![], vec![]));
        assert_eq!(ours, page, "each name once");
    }

    #[test]
    fn a_name_says_its_unit_and_statistic() {
        for metric in catalogue() {
            let (rest, unit) = Unit::of_name(&metric.name).unwrap();
            assert_eq!(unit, metric.unit, "{}", metric.name);
            let rest = metric.stat.map_or(rest, |stat| rest.strip_suffix(stat.word()).unwrap().strip_suffix('_').unwrap());
            assert_eq!(rest, metric.family, "{}", metric.name);
        }
    }

    #[test]
    fn codes_follow_the_page() {
        let code = |name: &str| Metric::find(name).map(|m| m.code);
        assert_eq!(code("deferred_latency_mean_s"), Some(Code::M));
        assert_eq!(code("deferred_latency_p99_s"), Some(Code::Q));
        assert_eq!(code("queue_length_p99_messages"), Some(Code::T));
        assert_eq!(code("queue_total_max_messages"), Some(Code::X));
        assert_eq!(code("queue_at_off_end_mean_messages"), Some(Code::M));
        assert_eq!(code("interworking_attempts_p99_attempts"), Some(Code::Q));
        assert_eq!(code("background_gm_per_s"), Some(Code::C));
        assert_eq!(code("wait_ip_efficiency_per_s"), Some(Code::Z));
        assert_eq!(Metric::find("lost_per_million").unwrap().key(), "lost_per_million");
        assert_eq!(Metric::find("deferred_latency_p50_s").unwrap().key(), "deferred_latency");
    }
}
