//! The words each verb takes.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

use crate::experiment::shard::Shard;

/// Exit status and environment, said once at the end of the main help.
const AFTER: &str =
    "Exit status: 0 done; 1 a finding (a mandated invariant was broken, a gate or an expectation failed); 2 the input is wrong or cannot be read or written; \
3 stopped short (precision not reached, runs failed, interrupted); 70 a fault of this program. The worst wins: 70, 1, 3.

Results go to standard output, messages and progress to standard error. NO_COLOR is respected.";

/// Simulates message delivery in OMA CPM: deferred messages, fallback to SMS, and what goes wrong between them.
#[derive(Debug, Parser)]
#[command(name = "cpmsim", version, after_help = AFTER, arg_required_else_help = true, propagate_version = true)]
pub struct Cli {
    #[command(subcommand)]
    pub verb: Verb,
}

#[derive(Debug, Subcommand)]
pub enum Verb {
    Check(Check),
    Run(Run),
    Sweep(Sweep),
    Merge(Merge),
    Plot(Plot),
    Compare(Compare),
    Gate(Gate),
    Explain(Explain),
    Races(Races),
    Clauses(Clauses),
    Schema(Schema),
    Topology(Topology),
    Completions(Completions),
    Man(Man),
}

/// Find every fault in models and experiments; nothing is run
#[derive(Debug, Args)]
#[command(after_help = "Example: cpmsim check models/*.json experiments/*.json")]
pub struct Check {
    /// Model or experiment files
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Print what each model resolves to, defaults filled in
    #[arg(long)]
    pub resolved: bool,
    /// Print faults and warnings as JSON
    #[arg(long, conflicts_with = "resolved")]
    pub json: bool,
    #[command(flatten)]
    pub set: Set,
}

/// Overrides of the model.
#[derive(Clone, Debug, Default, Args)]
pub struct Set {
    /// Override a field of the model, by dotted names, as in pf.wait_ip="10 s"
    #[arg(long = "set", value_name = "PATH=VALUE", value_parser = assignment)]
    pub set: Vec<(String, String)>,
}

/// Which run of a model.
#[derive(Clone, Debug, Args)]
pub struct Which {
    /// A model; or an experiment: its model, with what it sets for all points
    pub model: PathBuf,
    /// Seed; 1, or that of the experiment, if not given
    #[arg(long)]
    pub seed: Option<u64>,
    /// Number of the replicate; together with the seed it fixes all chance
    #[arg(long, default_value_t = 0)]
    pub replicate: u32,
    /// Preset of the behaviour axes: im-2008, sd-2009, ts-draft, pull-r00 or latest
    #[arg(long)]
    pub profile: Option<String>,
    #[command(flatten)]
    pub set: Set,
}

/// Make one run and print its metrics, ledger and fingerprints
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  cpmsim run models/airplane_exit.json --seed 7 --set pf.wait_ip=\"10 s\"\n  cpmsim run models/airplane_exit.json --pcap airplane.pcap"
)]
pub struct Run {
    #[command(flatten)]
    pub which: Which,
    /// Write every event, PDU and milestone to this file, one JSON object a line
    #[arg(long, value_name = "FILE.jsonl")]
    pub trace: Option<PathBuf>,
    /// Write every SIP message, when it is sent, to this packet capture (nanosecond pcap, raw IPv6; simulated time zero is
    /// 2026-01-01T00:00:00Z)
    #[arg(long, value_name = "FILE.pcap")]
    pub pcap: Option<PathBuf>,
    /// Print the result as JSON
    #[arg(long)]
    pub json: bool,
}

/// Make many runs over axes and replicates; resumes where it stopped
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  cpmsim sweep experiments/airplane_exit.json\n  cpmsim sweep models/airplane_exit.json --vary pf.wait_ip=\"0 s,10 s,30 s\" --replicates 50"
)]
pub struct Sweep {
    /// An experiment, or a model to be varied
    #[arg(value_name = "EXPERIMENT|MODEL")]
    pub file: PathBuf,
    /// Vary a field over values, or name an axis of the experiment: then only the named ones are varied
    #[arg(long, value_name = "PATH=V1,V2,…|AXIS")]
    pub vary: Vec<String>,
    #[command(flatten)]
    pub set: Set,
    /// Runs of each point
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..))]
    pub replicates: Option<u32>,
    /// Seed; that of the experiment, or 1, if not given
    #[arg(long)]
    pub seed: Option<u64>,
    /// Threads; as many as there are cores if not given
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=4096))]
    pub jobs: Option<u32>,
    /// Results folder [default: results/<name of the file>]
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Make only the I-th of N parts of the plan, to be joined by `merge`
    #[arg(long, value_name = "I/N", value_parser = Shard::parse)]
    pub shard: Option<Shard>,
    /// Show the plan, and what of it is missing; run nothing
    #[arg(long)]
    pub plan: bool,
    /// Keep one row for every copy of every message
    #[arg(long)]
    pub messages: bool,
    /// Drop kept runs of another results version instead of refusing the folder
    #[arg(long)]
    pub discard_stale: bool,
    /// Print the summary as JSON
    #[arg(long)]
    pub json: bool,
}

/// Join the shards of a sweep into one results folder
#[derive(Debug, Args)]
#[command(after_help = "Example: cpmsim merge results/airplane_exit.shard-*-of-8 --out results/airplane_exit")]
pub struct Merge {
    /// The folders of all shards
    #[arg(required = true, value_name = "DIR")]
    pub dirs: Vec<PathBuf>,
    /// Results folder
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// Print the summary as JSON
    #[arg(long)]
    pub json: bool,
}

/// Draw the figures of a results folder; runs nothing
#[derive(Debug, Args)]
#[command(after_help = "Example: cpmsim plot results/airplane_exit")]
pub struct Plot {
    /// A results folder
    pub dir: PathBuf,
    /// Draw this figure and no other; can be given several times
    #[arg(long, value_name = "NAME")]
    pub only: Vec<String>,
}

/// Compare sides under the same weather: paired differences, and the messages that fare otherwise
#[derive(Debug, Args)]
#[command(
    after_help = "A side is a model; an experiment (its model, or with FILE@AXIS=VALUE,... one of its points); or a results folder (DIR@AXIS=VALUE,...: one of its points). B may be several sides, or one with several points (FILE@*, DIR): each is compared with A. Without B it is A again, under other options.

Differences are B less A, paired by replicate. Shown are the metrics whose 95 % interval leaves zero out. The exit status is 0 whether the sides differ or not.

Examples:
  cpmsim compare models/two_operators.json --profile-a im-2008 --profile-b latest --messages
  cpmsim compare models/airplane_exit.json --set-b pf.wait_ip=\"30 s\" --metric sms_share_ratio --replicates 40
  cpmsim compare results/generations@profile=latest results/generations --markdown
  cpmsim compare experiments/generations.json@profile=latest experiments/generations.json@profile=ts-draft --messages --json"
)]
pub struct Compare {
    /// What the others are compared with
    pub a: String,
    /// What is compared with it; A, if not given
    pub b: Vec<String>,
    /// Profile of A
    #[arg(long, value_name = "PROFILE")]
    pub profile_a: Option<String>,
    /// Profile of B; several, with commas, make several sides
    #[arg(long, value_name = "PROFILE,...", value_delimiter = ',')]
    pub profile_b: Vec<String>,
    #[command(flatten)]
    pub set: Set,
    /// Override a field of A only
    #[arg(long, value_name = "PATH=VALUE", value_parser = assignment)]
    pub set_a: Vec<(String, String)>,
    /// Override a field of B only
    #[arg(long, value_name = "PATH=VALUE", value_parser = assignment)]
    pub set_b: Vec<(String, String)>,
    /// Seed of all sides; that of the experiment or folder, or 1, if not given
    #[arg(long)]
    pub seed: Option<u64>,
    /// Runs of each side; as many as the experiment or folder has, or 20, if not given
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..))]
    pub replicates: Option<u32>,
    /// Threads; as many as there are cores if not given
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=4096))]
    pub jobs: Option<u32>,
    /// Full name of a metric; several can be given, with commas or one by one
    #[arg(long, value_name = "NAME,...", value_delimiter = ',')]
    pub metric: Vec<String>,
    /// Show every metric that has data, whether it differs or not
    #[arg(long)]
    pub all: bool,
    /// Compare messages too: changed fates, and the first differing decision with its clause
    #[arg(long)]
    pub messages: bool,
    /// Compare the messages of this replicate only
    #[arg(long, requires = "messages", conflicts_with = "replicates")]
    pub replicate: Option<u32>,
    /// So many of the messages that differ are listed
    #[arg(long, default_value_t = 20, requires = "messages")]
    pub limit: usize,
    /// Print the result as JSON
    #[arg(long)]
    pub json: bool,
    /// Print tables for a page in Markdown, with a column for each side
    #[arg(long, conflicts_with = "json")]
    pub markdown: bool,
}

/// Compare pinned runs and expectations with an accepted baseline
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  cpmsim gate experiments/regression.json --baseline results/regression/baseline.json\n  cpmsim gate experiments/regression.json --baseline results/regression/baseline.json --accept"
)]
pub struct Gate {
    /// The experiment whose runs are pinned
    pub experiment: PathBuf,
    /// What was accepted
    #[arg(long, value_name = "FILE")]
    pub baseline: PathBuf,
    /// Write the outcome as JUnit XML
    #[arg(long, value_name = "FILE")]
    pub junit: Option<PathBuf>,
    /// Take the present behaviour as the new baseline
    #[arg(long)]
    pub accept: bool,
    /// Threads; as many as there are cores if not given
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=4096))]
    pub jobs: Option<u32>,
    /// Print the findings as JSON
    #[arg(long)]
    pub json: bool,
}

/// Tell the story of one message: what happened, who did it, and why
#[derive(Debug, Args)]
#[command(after_help = "Example: cpmsim explain models/airplane_exit.json --seed 7 --message 3")]
pub struct Explain {
    #[command(flatten)]
    pub which: Which,
    /// Number of the message
    #[arg(long)]
    pub message: u32,
    /// Print the story as JSON
    #[arg(long)]
    pub json: bool,
}

/// Count which kinds of events tie and race, by function
///
/// Two events at a function race if they are close, about the same message or the same user's queue, and the earlier did not lead to
/// the later. Every point of an experiment is run.
#[derive(Debug, Args)]
#[command(after_help = "Example: cpmsim races models/airplane_exit.json --replicates 10")]
pub struct Races {
    /// A model or an experiment
    #[arg(value_name = "EXPERIMENT|MODEL")]
    pub file: PathBuf,
    /// Runs of each point
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    pub replicates: u32,
    /// Seed; that of the experiment, or 1, if not given
    #[arg(long)]
    pub seed: Option<u64>,
    #[command(flatten)]
    pub set: Set,
    /// Threads; as many as there are cores if not given
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=4096))]
    pub jobs: Option<u32>,
    /// So many kinds are listed
    #[arg(long, default_value_t = 40)]
    pub limit: usize,
    /// Print all kinds as JSON
    #[arg(long)]
    pub json: bool,
}

/// Say which statements of the documents are implemented, tested, exercised by models, planned or left out
///
/// Runs the models it is given, or those in the folder `models`, and counts how often each statement was come to.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  cpmsim clauses\n  cpmsim clauses --statement IW15-R-14\n  cpmsim clauses --area policy --model my.json --json"
)]
pub struct Clauses {
    /// Run these models, each under its own profile, instead of those in the folder `models`
    #[arg(long, value_name = "FILE", num_args = 1.., conflicts_with = "no_run")]
    pub model: Vec<PathBuf>,
    /// Run nothing: only what is known without runs
    #[arg(long)]
    pub no_run: bool,
    /// Only the statements of this area, one by one
    #[arg(long, value_name = "NAME")]
    pub area: Option<String>,
    /// All about one statement or rule: text, tag, tests, where it was come to, how often
    #[arg(long, value_name = "ID", conflicts_with = "area")]
    pub statement: Option<String>,
    /// Print it as JSON
    #[arg(long)]
    pub json: bool,
    /// Print the page of the documentation
    #[arg(long, conflicts_with_all = ["json", "area", "statement"])]
    pub page: bool,
}

/// Print the JSON Schema of a kind of file
#[derive(Debug, Args)]
#[command(after_help = "Example: cpmsim schema model > model.schema.json")]
pub struct Schema {
    /// The kind of file
    pub kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Kind {
    Model,
    Experiment,
}

/// Print who is joined to whom, as a Graphviz graph
#[derive(Debug, Args)]
#[command(after_help = "Example: cpmsim topology models/airplane_exit.json | dot -Tsvg > topology.svg")]
pub struct Topology {
    /// The model file
    pub model: PathBuf,
    #[command(flatten)]
    pub set: Set,
}

/// Print the completions of a shell
#[derive(Debug, Args)]
#[command(after_help = "Example: cpmsim completions bash > ~/.local/share/bash-completion/completions/cpmsim")]
pub struct Completions {
    pub shell: Shell,
}

/// Write the manual pages into a folder
#[derive(Debug, Args)]
#[command(after_help = "Example: cpmsim man target/man")]
pub struct Man {
    /// The folder; it is made if it is not there
    pub dir: PathBuf,
}

/// `PATH=VALUE`, parted at the first sign of equality.
fn assignment(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((path, value)) if !path.trim().is_empty() => Ok((path.trim().to_owned(), value.to_owned())),
        _ => Err("write PATH=VALUE, as in pf.wait_ip=\"10 s\"".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn an_assignment_is_parted_at_the_first_equals() {
        assert_eq!(assignment("a.b=c=d"), Ok(("a.b".to_owned(), "c=d".to_owned())));
        assert!(assignment("a.b").is_err() && assignment("=3").is_err());
    }
}
