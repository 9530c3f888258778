//! The front door: words in, words out, exit codes. One file per verb; nothing is computed here.

mod args;
mod check;
mod clauses;
mod clauses_text;
mod compare;
mod compare_text;
mod exit;
mod explain;
mod faults;
mod figures;
mod gate;
mod merge;
mod one_run;
mod panic;
mod plot;
mod print;
mod progress;
mod races;
mod run;
mod schema;
mod shell;
mod sweep;
mod topology;
mod whole;

use std::ffi::OsString;

use clap::Parser;

use args::{Cli, Verb};
pub use exit::Exit;
use print::Stop;

/// Does what the words ask for, and says how it ended.
pub fn main(words: impl IntoIterator<Item = OsString>) -> Exit {
    panic::install();
    // A panic has been reported by the hook when it arrives here.
    match std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| obey(words.into_iter().collect()))) {
        Ok(Ok(exit)) => exit,
        Ok(Err(Stop::ClosedPipe)) => Exit::Done,
        Ok(Err(Stop::Told(exit, text))) => {
            print::say(text.trim_end());
            exit
        }
        Err(_) => Exit::Bug,
    }
}

fn obey(words: Vec<OsString>) -> Result<Exit, Stop> {
    let cli = match Cli::try_parse_from(words) {
        Ok(cli) => cli,
        // Help and version come as errors too, but go to standard output.
        Err(told) if told.use_stderr() => return Err(Stop::Told(Exit::Input, told.render().to_string())),
        Err(told) => {
            print::out(&told.render().to_string())?;
            return Ok(Exit::Done);
        }
    };
    match cli.verb {
        Verb::Check(args) => check::obey(&args),
        Verb::Run(args) => run::obey(&args),
        Verb::Sweep(args) => sweep::obey(&args),
        Verb::Merge(args) => merge::obey(&args),
        Verb::Plot(args) => plot::obey(&args),
        Verb::Compare(args) => compare::obey(&args),
        Verb::Gate(args) => gate::obey(&args),
        Verb::Explain(args) => explain::obey(&args),
        Verb::Races(args) => races::obey(&args),
        Verb::Clauses(args) => clauses::obey(&args),
        Verb::Schema(args) => schema::obey(&args),
        Verb::Topology(args) => topology::obey(&args),
        Verb::Completions(args) => shell::completions(&args),
        Verb::Man(args) => shell::man(&args),
    }
}
