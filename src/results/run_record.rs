//! What one finished run hands over, and what a message row holds.
//!
//! The collector fills the maps by [`Metric::key`]: families for what has statistics, full names for the rest. Nothing here is a rate or
//! a mean already: sums stay exact until a file or a summary is made.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::metric::{Code, Metric, Source};
use crate::stats::{Histogram, Levels, Sum};

/// A name in a record; a constant of the program costs nothing.
pub type Key = Cow<'static, str>;

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// It came to the end that the model asks for.
    Done,
    /// A bound or an interruption stopped it; it is in no summary.
    Stopped,
    /// It broke; it is in no summary.
    Failed,
}

impl Status {
    /// The word in `runs.parquet`.
    pub const fn word(self) -> &'static str {
        match self {
            Status::Done => "done",
            Status::Stopped => "stopped",
            Status::Failed => "failed",
        }
    }
}

/// One run.
#[derive(Clone, Debug, PartialEq)]
pub struct RunRecord {
    /// Number of the point in the plan. The journal does not go by it: a plan that grows may renumber its points.
    pub point: u32,
    pub replicate: u32,
    /// [`run_id`](super::run_id) of this run.
    pub run_id: [u8; 16],
    /// [`model_id`](super::model_id) of its model.
    pub model_id: [u8; 16],
    pub results_version: u32,
    pub profile: String,
    pub seed: u64,
    pub status: Status,
    pub end_ns: i64,
    pub window_start_ns: i64,
    pub window_end_ns: i64,
    /// Sizes of S, A, D, V and of the open ones (`metrics.md` 1.3).
    pub submitted: i64,
    pub accepted: i64,
    pub deferred: i64,
    pub delivered: i64,
    pub pending: i64,
    pub trace_fingerprint: [u8; 16],
    pub fate_fingerprint: [u8; 16],
    /// Codes M and R: exact sums. Times in ns.
    pub sums: BTreeMap<Key, Sum>,
    /// Code C, and codes T and X where there is no table of levels. In the metric's unit.
    pub values: BTreeMap<Key, f64>,
    /// Durations in ns.
    pub histograms: BTreeMap<Key, Histogram>,
    /// Whole numbers, weighted by time or counted.
    pub levels: BTreeMap<Key, Levels>,
    /// `<name>__by_<key>_<value>`, where `<name>` is a full name of code M or R.
    pub breakdowns: BTreeMap<Key, Sum>,
    /// Statements exercised, with the number of times.
    pub tags: BTreeMap<Key, u64>,
    /// What each oracle found, by its name.
    pub oracles: BTreeMap<Key, OracleCount>,
    /// One row per copy, only when asked for.
    pub messages: Vec<MessageRow>,
    /// What went wrong, for a run that is not done.
    pub failure: Option<String>,
}

impl RunRecord {
    /// A record of a run that is done, without any number yet.
    pub fn new(run_id: [u8; 16], model_id: [u8; 16], replicate: u32, seed: u64) -> RunRecord {
        RunRecord {
            point: 0,
            replicate,
            run_id,
            model_id,
            results_version: super::RESULTS_VERSION,
            profile: String::new(),
            seed,
            status: Status::Done,
            end_ns: 0,
            window_start_ns: 0,
            window_end_ns: 0,
            submitted: 0,
            accepted: 0,
            deferred: 0,
            delivered: 0,
            pending: 0,
            trace_fingerprint: [0; 16],
            fate_fingerprint: [0; 16],
            sums: BTreeMap::new(),
            values: BTreeMap::new(),
            histograms: BTreeMap::new(),
            levels: BTreeMap::new(),
            breakdowns: BTreeMap::new(),
            tags: BTreeMap::new(),
            oracles: BTreeMap::new(),
            messages: Vec::new(),
            failure: None,
        }
    }

    /// Keys that no built metric reads: a slip of the collector. Empty in a good record.
    pub fn stray_keys(&self) -> Vec<String> {
        let read = |key: &str, by: &dyn Fn(&Metric) -> bool| Metric::built().any(|m| m.key() == key && by(m));
        let mut stray = Vec::new();
        let mut check = |map: &str, key: &str, known: bool| {
            if !known {
                stray.push(format!("{map}: {key}"));
            }
        };
        self.sums.keys().for_each(|key| check("sums", key, read(key, &|m| matches!(m.code, Code::M | Code::R))));
        let levels = |m: &Metric| matches!(m.source, Source::LevelTime | Source::LevelItems);
        for key in self.values.keys() {
            let named = Metric::built().any(|m| m.name == *key && matches!(m.code, Code::C | Code::T | Code::X));
            check("values", key, named);
        }
        self.histograms.keys().for_each(|key| check("histograms", key, read(key, &|m| m.source == Source::Histogram)));
        self.levels.keys().for_each(|key| check("levels", key, read(key, &levels)));
        for key in self.breakdowns.keys() {
            let named = key.split_once("__by_").is_some_and(|(name, _)| Metric::named(name).is_ok());
            check("breakdowns", key, named);
        }
        stray
    }
}

/// What an oracle found in one run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OracleCount {
    /// Times the situation that it guards was met.
    pub reached: u64,
    /// Breaks that are findings.
    pub findings: u64,
    /// Breaks that an axis, a guard or an excluded case explains.
    pub expected: u64,
    /// The first finding; without one the first break.
    pub first: Option<FirstBreak>,
}

/// Where an invariant was broken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FirstBreak {
    pub at_ns: i64,
    pub message: Option<u32>,
    pub function: Key,
    pub what: Key,
}

macro_rules! message_row {
    ($($(#[$doc:meta])* $name:ident: $kind:ty,)*) => {
        /// One copy of a message: the columns of `messages.parquet` without those of the run, in their order. Times in ns since the
        /// start of the run; none: it did not happen.
        #[derive(Clone, Debug, Default, PartialEq, Eq)]
        pub struct MessageRow {
            $($(#[$doc])* pub $name: $kind,)*
        }
        /// Hands every column of [`MessageRow`] to `$use`, by name.
        macro_rules! each_message_column {
            ($use:ident) => { $($use!($name);)* };
        }
        pub(super) use each_message_column;
    };
}

message_row! {
    message: i64,
    recipient: Key,
    conversation: Key,
    /// pager, large, chat or group.
    kind: Key,
    /// 0 for a message without any copy.
    copy: i32,
    parent_copy: Option<i32>,
    /// submission, fan_out, push, pull, hand_over, retarget or repetition.
    origin: Option<Key>,
    device: Option<Key>,
    device_class: Option<Key>,
    /// ip, sms, mms, store or none.
    path: Option<Key>,
    submit_ns: Option<i64>,
    accept_ns: Option<i64>,
    answer_ns: Option<i64>,
    due_ns: Option<i64>,
    defer_ns: Option<i64>,
    reach_ns: Option<i64>,
    usable_wait_ns: Option<i64>,
    hold_ns: Option<i64>,
    handover_ns: Option<i64>,
    sms_submit_ns: Option<i64>,
    attempt_ns: Option<i64>,
    arrive_ns: Option<i64>,
    present_ns: Option<i64>,
    display_ns: Option<i64>,
    fate_ns: Option<i64>,
    defer_reason: Option<Key>,
    defers: i32,
    attempts: i32,
    handovers: i32,
    segments: i32,
    bytes: i64,
    is_first: bool,
    presented: bool,
    fate: Option<Key>,
    fate_where: Option<Key>,
    fate_code: Option<i32>,
    /// Statement or rule of the last decision.
    clause: Option<Key>,
    outcome: Key,
    truth: Key,
    told: Key,
    told_ns: Option<i64>,
    answer_code: Option<i32>,
    imdn_requested: Option<Key>,
    imdn_received: Option<Key>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_that_nothing_reads_are_named() {
        let mut run = RunRecord::new([1; 16], [2; 16], 0, 7);
        run.sums.insert("deferral_ratio".into(), Sum { num: 1, den: 2 });
        run.sums.insert("deferred_latency".into(), Sum { num: 1, den: 2 });
        run.histograms.insert("deferred_latency".into(), Histogram::new());
        run.levels.insert("queue_length".into(), Levels::new());
        run.levels.insert("interworking_attempts".into(), Levels::new());
        run.values.insert("events_count".into(), 3.0);
        run.breakdowns.insert("timeout_ratio__by_method_message".into(), Sum::default());
        assert_eq!(run.stray_keys(), Vec::<String>::new());
        run.sums.insert("deferred_latency_mean_s".into(), Sum::default());
        run.values.insert("pull_488_ratio".into(), 0.0);
        run.breakdowns.insert("timeout_by_method_message".into(), Sum::default());
        assert_eq!(
            run.stray_keys(),
            ["sums: deferred_latency_mean_s", "values: pull_488_ratio", "breakdowns: timeout_by_method_message"]
        );
    }
}
