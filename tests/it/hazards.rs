//! The hazards of deferred delivery: of each a small model in which it happens (`models/hazards`), an experiment that says what has to
//! come of it with its guard on and with it off (`experiments/hazards`), and its line on the page (`docs/hazards.md`).
//!
//! What is expected stands in the experiments as formulas over the times that the models set. The page holds the figures that come of
//! them, every digit; `UPDATE_DOCS=1 cargo test --test it hazards::` writes it anew.

use std::fs;
use std::path::Path;

use serde_json::Value;

use super::common;

/// One line of the page.
struct Hazard {
    number: &'static str,
    question: &'static str,
    /// The guard that is switched, or the axis.
    switch: &'static str,
    /// A metric that moves, and the points between which it does.
    metric: &'static str,
    points: [&'static [(&'static str, &'static str)]; 2],
    outcome: &'static str,
}

const HAZARDS: &[Hazard] = &[
    Hazard {
        number: "01",
        question: "CS access comes before IP access: is the SMS needed?",
        switch: "pf.wait_ip (20 s, 5 s)",
        metric: "sms_share_ratio",
        points: [&[("wait", "20 s"), ("ip", "12 s later")], &[("wait", "5 s"), ("ip", "12 s later")]],
        outcome: "Not where the PF waits longer than IP takes (mandated); a phone without IP pays the whole wait.",
    },
    Hazard {
        number: "02",
        question: "Ready-for-SMS meets a registration: does the message go both ways?",
        switch: "guard.claim-per-message",
        metric: "duplicate_cross_technology_per_1000",
        points: [&[("guard", "on"), ("first", "same instant")], &[("guard", "off"), ("first", "same instant")]],
        outcome: "No: the first trigger claims it, whichever it is; else both, as with `on-register-inflight=push`.",
    },
    Hazard {
        number: "03",
        question: "IP comes just after the wait, and the SMS fails: is the IP used?",
        switch: "guard.late-sms-look-again, guard.re-evaluate-after-insertion",
        metric: "stuck_ratio",
        points: [&[("guard", "on"), ("sms", "fails")], &[("guard", "off"), ("sms", "fails")]],
        outcome: "At once when the failure is known, not at the next event; either guard suffices.",
    },
    Hazard {
        number: "04",
        question: "An SMS fails after its message has arrived by IP: is it delivered again?",
        switch: "guard.ignore-late-failure",
        metric: "duplicate_same_device_per_1000",
        points: [&[("guard", "on")], &[("guard", "off")]],
        outcome: "No: the failure of a settled message is ignored.",
    },
    Hazard {
        number: "05",
        question: "A failure event names a message: does the PF still have it?",
        switch: "guard.keep-copy-until-final",
        metric: "lost_per_million",
        points: [&[("guard", "on")], &[("guard", "off")]],
        outcome: "It keeps it until its result; else lost.",
    },
    Hazard {
        number: "06",
        question: "Readiness overtakes the failure it belongs to: is it remembered?",
        switch: "guard.failed-before-ready",
        metric: "stuck_ratio",
        points: [&[("guard", "on")], &[("guard", "off")]],
        outcome: "As a state, so that the failure finds the way open; else stuck until it expires.",
    },
    Hazard {
        number: "07",
        question: "Does a client that comes back while the attempt to its ghost still runs get the message?",
        switch: "guard.re-evaluate-after-insertion",
        metric: "stuck_ratio",
        points: [&[("guard", "on")], &[("guard", "off")]],
        outcome: "Looked for again after insertion; else stuck until it expires.",
    },
    Hazard {
        number: "10",
        question: "Two clients pull at once: what does the second one cost?",
        switch: "overlap-invite",
        metric: "pull_480_ratio",
        points: [&[("overlap", "fcfs")], &[("overlap", "480, retry")]],
        outcome: "First come, first served (mandated): the second is answered with 488; with 480 it comes again.",
    },
    Hazard {
        number: "11",
        question: "What does a second pull get of what is in flight to the first?",
        switch: "guard.hide-in-delivery",
        metric: "duplicate_cross_device_per_1000",
        points: [&[("guard", "on")], &[("guard", "off")]],
        outcome: "Nothing; else both devices get it.",
    },
    Hazard {
        number: "12",
        question: "Two pulls of one client overlap: are the instructions carried out twice?",
        switch: "guard.same-client-in-order (without claims)",
        metric: "duplicate_same_device_per_1000",
        points: [&[("guard", "on"), ("case", "at once, no claims")], &[("guard", "off"), ("case", "at once, no claims")]],
        outcome: "One after the other. Side by side claims still prevent repeats, but the order is lost.",
    },
    Hazard {
        number: "13",
        question: "A message expires in mid-delivery: what is its sender told?",
        switch: "guard.expiry-stops-at-claim",
        metric: "false_negative_per_million",
        points: [&[("guard", "on"), ("life", "ends in delivery")], &[("guard", "off"), ("life", "ends in delivery")]],
        outcome: "A claimed message does not expire; before the pull it does, which is answered with 488.",
    },
    Hazard {
        number: "14",
        question: "Does one client delete what another one has asked for?",
        switch: "overlap-invite, retry-after-480",
        metric: "deleted_but_wanted_per_1000",
        points: [&[("overlap", "fcfs")], &[("overlap", "480, drop")]],
        outcome: "Not in order of arrival (mandated); it may where the second pull is refused and its user asked anew.",
    },
    Hazard {
        number: "15",
        question: "The client vanishes between its pull and the delivery: is the message lost?",
        switch: "guard.requeue-on-failure",
        metric: "lost_per_million",
        points: [&[("case", "requeue on")], &[("case", "requeue off")]],
        outcome: "Back to the queue, and told of anew; else lost, as with removal when sent.",
    },
    Hazard {
        number: "16",
        question: "Do ACK and BYE, at any time or lost, change what happens to the messages?",
        switch: "pull-teardown",
        metric: "dialog_open_mean_s",
        points: [&[("teardown", "client-after-ack")], &[("teardown", "after-retrieval")]],
        outcome: "They do not (mandated): all is delivered once; only the time that sessions stand differs.",
    },
    Hazard {
        number: "17",
        question: "Does a pull of all bring what is deferred while it is in process?",
        switch: "pull-all-scope",
        metric: "notifications_inband_per_deferred",
        points: [&[("scope", "snapshot")], &[("scope", "live")]],
        outcome: "Left for the next notification; live, it comes at once and is never told of.",
    },
    Hazard {
        number: "18",
        question: "How many instructions of a client with an old list are about messages that have gone?",
        switch: "pull-refresh-notify",
        metric: "pull_stale_instruction_ratio",
        points: [&[("case", "refresh")], &[("case", "no refresh")]],
        outcome: "Ignored (mandated); a new notification after each pull prevents them.",
    },
    Hazard {
        number: "19",
        question: "A notification in band is lost: does the client ever hear of its messages?",
        switch: "guard.failed-notification-not-sent",
        metric: "stuck_ratio",
        points: [&[("case", "not sent")], &[("case", "counts as sent")]],
        outcome: "It counts as not sent, and is repeated when the client registers; else stuck until it expires.",
    },
    Hazard {
        number: "20",
        question: "Is a client that registers after the round told?",
        switch: "renotify (push lost)",
        metric: "stuck_ratio",
        points: [&[("renotify", "on-registration"), ("push", "lost")], &[("renotify", "never"), ("push", "lost")]],
        outcome: "The procedure is run for it alone; told out of band before, it pulls once.",
    },
    Hazard {
        number: "21",
        question: "Does the PF notify when do-not-disturb is removed?",
        switch: "guard.dnd-change-watched",
        metric: "stuck_ratio",
        points: [&[("guard", "on")], &[("guard", "off")]],
        outcome: "As soon as it hears of it (mandated); else at the next event of the user.",
    },
    Hazard {
        number: "22",
        question: "Do-not-disturb stands beside deliver-and-interwork: does the message come twice?",
        switch: "dnd-after-interwork",
        metric: "duplicate_mandated_per_1000",
        points: [&[("after", "both")], &[("after", "defer-only")]],
        outcome: "By SMS now and by CPM later (literal); or by CPM alone, when the rule has gone.",
    },
    Hazard {
        number: "23",
        question: "Both copies go to one device: how many are there?",
        switch: "guard.single-isf-handover",
        metric: "duplicate_same_device_per_1000",
        points: [&[("guard", "on")], &[("guard", "off")]],
        outcome: "One by each way (mandated); served in step 4b and in step 8c the ISF makes a second short message.",
    },
    Hazard {
        number: "26",
        question: "A registered client has lost its connection: what becomes of a message for it?",
        switch: "on-timeout",
        metric: "outcome_failed_ratio",
        points: [&[("case", "timeout defers")], &[("case", "timeout fails")]],
        outcome: "Deferred after 32 s and delivered late, not lost.",
    },
    Hazard {
        number: "27",
        question: "What does an old view of connectivity cost?",
        switch: "pf.connectivity (0 s, 60 s)",
        metric: "wrong_exclusion_per_1000",
        points: [&[("age", "0 s")], &[("age", "60 s")]],
        outcome: "Attempts in vain, and clients left out that are there; nothing is lost.",
    },
    Hazard {
        number: "28",
        question: "A push to one client meets the pull of another: who gets the messages?",
        switch: "guard.claim-per-message",
        metric: "duplicate_cross_device_per_1000",
        points: [&[("guard", "on")], &[("guard", "off")]],
        outcome: "One claim table for both: the pull that came first; else both devices.",
    },
    Hazard {
        number: "29",
        question: "The chosen client disappears during a push: what is lost?",
        switch: "guard.push-ack-per-message",
        metric: "lost_per_million",
        points: [&[("guard", "on"), ("way", "MESSAGEs")], &[("guard", "off"), ("way", "MESSAGEs")]],
        outcome: "Nothing: each message has its own answer, and the rest stays queued.",
    },
    Hazard {
        number: "37",
        question: "Is a message reported as delivered that no device has?",
        switch: "user.choice (deliver, store)",
        metric: "positive_without_client_per_1000",
        points: [&[("wish", "deliver")], &[("wish", "store")]],
        outcome: "When it is put in the store (mandated); no device reports it a second time.",
    },
    Hazard {
        number: "38",
        question: "Do the sender's own rules keep a report from him?",
        switch: "imdn-screening",
        metric: "imdn_missing_ratio",
        points: [&[("screening", "bypass"), ("sender", "black list")], &[("screening", "as-message"), ("sender", "black list")]],
        outcome: "They do, by the letter: refused, or late as do-not-disturb ends; not where a report goes to step 7 at once.",
    },
    Hazard {
        number: "39",
        question: "How often does a message go to and fro between queue and ISF?",
        switch: "guard.handover-limit",
        metric: "interworking_attempts_max_attempts",
        points: [&[("guard", "on")], &[("guard", "off")]],
        outcome: "As often as `pf.handover_limit` says; else at every return of the phone until it expires.",
    },
    Hazard {
        number: "40",
        question: "A message expires while its SMS is outstanding: how often is its sender told?",
        switch: "guard.expiry-action-once",
        metric: "imdn_duplicate_ratio",
        points: [&[("guard", "on"), ("case", "SMS fails")], &[("guard", "off"), ("case", "SMS fails")]],
        outcome: "Once, and it is not deferred again. Where expiry waits for the SMS the guard has nothing to do.",
    },
    Hazard {
        number: "43",
        question: "Do new messages overtake older ones in the queue?",
        switch: "overtake-queue",
        metric: "out_of_order_pairs_ratio",
        points: [&[("queue", "behind-queue")], &[("queue", "allowed")]],
        outcome: "They do, since no text gives an order; behind the queue they do not.",
    },
    Hazard {
        number: "44",
        question: "The policy changes while a message waits: which one counts?",
        switch: "policy-recheck",
        metric: "outcome_failed_ratio",
        points: [&[("recheck", "off")], &[("recheck", "on")]],
        outcome: "That of its arrival (mandated): every such delivery is `policy_stale_per_1000`; rechecked, it is refused.",
    },
    Hazard {
        number: "45",
        question: "Is a pull served while retrieval is paused?",
        switch: "paused-pull",
        metric: "pull_paused_ratio",
        points: [&[("paused", "serve")], &[("paused", "refuse")]],
        outcome: "Served, since the policy gates the notification out of band alone; refused, the client asks until the pause ends.",
    },
    Hazard {
        number: "46",
        question: "Ready-for-SMS is reported twice: are there two short messages?",
        switch: "guard.claim-per-message",
        metric: "duplicate_same_device_per_1000",
        points: [&[("guard", "on")], &[("guard", "off")]],
        outcome: "One: the claim makes the event idempotent.",
    },
    Hazard {
        number: "47",
        question: "The final response to a delivery comes too late: does the user see the message twice?",
        switch: "client-dedupe",
        metric: "duplicate_same_device_presented_per_1000",
        points: [&[("dedupe", "on")], &[("dedupe", "off")]],
        outcome: "The client discards the repeat; both copies arrive in either case.",
    },
];

fn parsed(path: &Path) -> Value {
    let text = fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    jsonc_parser::parse_to_serde_value(&text, &Default::default()).expect("JSON with comments")
}

/// The field that an axis of the experiment sets, or the axis itself: so the columns of the results are called.
fn column(experiment: &Value, axis: &str) -> String {
    experiment["axes"][axis]["path"].as_str().unwrap_or(axis).to_owned()
}

impl Hazard {
    fn experiment(&self) -> std::path::PathBuf {
        common::root().join(format!("experiments/hazards/h_{}.json", self.number))
    }

    /// The experiment holds, and the harm is there where its guard is off. Gives the line of the page.
    fn line(&self) -> String {
        let folder = common::folder("hazards", self.number);
        let path = self.experiment();
        let out = folder.join("out");
        let words = ["sweep", path.to_str().expect("the path is text"), "--out", out.to_str().expect("the path is text")];
        let (status, said, warned) = common::told(&folder, &words);
        assert_eq!(status, 0, "{said}\n{warned}");
        assert!(said.contains("0 imprecise, 0 fail"), "{said}");
        let (experiment, summary) = (parsed(&path), parsed(&out.join("summary.json")));
        let values = self.points.map(|point| self.value(&experiment, &summary, point));
        assert!(values[0] != values[1], "H-{}: {} does not move", self.number, self.metric);
        let _ = fs::remove_dir_all(folder);
        let model = experiment["model"].as_str().and_then(|m| m.rsplit('/').next()).expect("the experiment names its model");
        let Hazard { number, question, switch, metric, outcome, .. } = self;
        let [one, other] = values;
        format!("| H-{number} | {question} | `{model}` | `{switch}` | `{metric}`: {one} / {other} | {outcome} |")
    }

    fn value(&self, experiment: &Value, summary: &Value, point: &[(&str, &str)]) -> String {
        let rows = summary.as_array().expect("the summary is a list of rows");
        let at = |row: &Value| point.iter().all(|(axis, value)| row[column(experiment, axis)] == *value);
        let mut found = rows.iter().filter(|row| row["metric"] == self.metric && at(row));
        let (row, more) = (found.next().expect("the metric has a row at the point"), found.next());
        assert!(more.is_none(), "H-{}: {point:?} are several points", self.number);
        let value = row["estimate"].as_f64().unwrap_or_else(|| panic!("H-{}: {} has no data", self.number, self.metric));
        // Six digits: all of what is counted, and enough of what is drawn to see any change.
        format!("{}", (value * 1e6).round() / 1e6)
    }
}

fn page() -> std::path::PathBuf {
    common::root().join("docs/hazards.md")
}

/// The hazard's experiment holds, and its line on the page says what comes of it.
fn holds(number: &str) {
    if std::env::var_os("UPDATE_DOCS").is_some() {
        return; // The page is being written anew, by the test of it.
    }
    let hazard = HAZARDS.iter().find(|h| h.number == number).expect("the hazard is in the table");
    let line = hazard.line();
    let text = fs::read_to_string(page()).expect("the page is there");
    assert!(text.contains(&line), "docs/hazards.md lacks, until UPDATE_DOCS=1 writes it anew:\n{line}");
}

macro_rules! hazards {
    ($($name:ident => $number:literal),* $(,)?) => {
        $(#[test] fn $name() { holds($number); })*

        /// The numbers tested above.
        const TESTED: &[&str] = &[$($number),*];
    };
}

hazards! {
    h_01_the_wait_for_ip_saves_the_sms => "01",
    h_02_one_trigger_claims_the_message => "02",
    h_03_a_failed_sms_finds_the_ip_that_came => "03",
    h_04_a_late_failure_is_ignored => "04",
    h_05_what_is_handed_over_is_kept => "05",
    h_06_readiness_that_came_first_is_remembered => "06",
    h_07_a_client_that_comes_during_the_attempt_is_looked_for_again => "07",
    h_10_the_first_of_two_pulls_is_served_and_the_second_finds_nothing => "10",
    h_11_what_is_in_flight_is_hidden_from_the_second_pull => "11",
    h_12_pulls_of_one_client_are_served_in_order => "12",
    h_13_a_claimed_message_does_not_expire => "13",
    h_14_what_was_asked_for_first_is_done_first => "14",
    h_15_what_a_vanished_client_did_not_get_is_queued_again => "15",
    h_16_ack_and_bye_change_nothing => "16",
    h_17_a_pull_of_all_takes_what_waits_when_it_begins => "17",
    h_18_stale_instructions_are_ignored => "18",
    h_19_a_failed_notification_counts_as_not_sent => "19",
    h_20_a_client_that_comes_after_the_round_is_told => "20",
    h_21_the_end_of_do_not_disturb_is_acted_upon => "21",
    h_22_the_letter_delivers_twice_over_do_not_disturb => "22",
    h_23_one_short_message_beside_the_cpm_message => "23",
    h_26_a_message_for_a_ghost_comes_late => "26",
    h_27_an_old_view_costs_attempts_and_exclusions => "27",
    h_28_push_and_pull_share_one_table_of_claims => "28",
    h_29_the_rest_of_a_broken_push_stays_queued => "29",
    h_37_a_stored_message_is_reported_once => "37",
    h_38_reports_are_screened_as_messages => "38",
    h_39_returns_are_limited => "39",
    h_40_the_expiry_action_runs_once => "40",
    h_43_a_new_message_may_overtake => "43",
    h_44_the_policy_of_arrival_counts => "44",
    h_45_a_pull_is_served_while_retrieval_is_paused => "45",
    h_46_readiness_told_twice_is_acted_upon_once => "46",
    h_47_a_client_discards_a_repeat => "47",
}

const OPENING: &str = "# Hazards of deferred delivery

For each hazard a small model in which it happens (`models/hazards`), and an experiment that says what has to come of it
(`experiments/hazards/h_NN.json`, run by `cpmsim sweep`), with its guard on and with it off, or at two values of the axis that it hangs on.
The figures of a metric are those of the first and of the second, in this order: where there is a guard, on and off.
`UPDATE_DOCS=1 cargo test --test it hazards::` writes the table anew, from the runs.

| hazard | question | model | guard or axis | metric | outcome |
|---|---|---|---|---|---|
";

#[test]
fn the_page_has_a_line_for_each_hazard_and_no_other() {
    assert_eq!(HAZARDS.iter().map(|h| h.number).collect::<Vec<_>>(), TESTED);
    if std::env::var_os("UPDATE_DOCS").is_some() {
        let lines: Vec<String> = HAZARDS.iter().map(Hazard::line).collect();
        fs::write(page(), format!("{OPENING}{}\n", lines.join("\n"))).expect("the page can be written");
    }
    let text = fs::read_to_string(page()).expect("the page is there");
    let rest = text.strip_prefix(OPENING).expect("the page opens as it should");
    assert_eq!(rest.lines().count(), HAZARDS.len());
}

/// Every model and every experiment of a hazard belongs to one that is tested.
#[test]
fn every_file_of_a_hazard_is_tested() {
    let numbers = |folder: &str| {
        let mut found: Vec<String> = fs::read_dir(common::root().join(folder))
            .expect("the folder is there")
            .map(|entry| entry.expect("readable").file_name().into_string().expect("a name in letters"))
            .filter_map(|name| name.strip_prefix("h_").map(|rest| rest[..2].to_owned()))
            .collect();
        found.sort();
        found
    };
    assert_eq!(numbers("models/hazards"), TESTED);
    assert_eq!(numbers("experiments/hazards"), TESTED);
}
