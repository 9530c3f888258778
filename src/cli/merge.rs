//! `merge`: shards joined into the folder that one sweep would have made.

use std::fs;

use super::args::Merge;
use super::exit::Exit;
use super::print::{self, Stop};
use super::sweep::{Work, conclude, results_stop};
use crate::experiment::shard::{Shard, TICKET, Ticket, digest, mismatches};
use crate::experiment::sweep::{Made, missing};
use crate::results::Journal;

pub fn obey(args: &Merge) -> Result<Exit, Stop> {
    let tickets = tickets(args)?;
    let wrong = mismatches(&tickets);
    if !wrong.is_empty() {
        return Err(refused(&wrong, "give the folders of all shards of one sweep, each once"));
    }
    let work = Work::of(tickets[0].1.words.clone())?;
    if digest(&work.plan) != tickets[0].1.plan {
        let problem = format!("{} does not make the plan that the shards were made from", work.words.file);
        return Err(Stop::input(problem, "stand in the folder where the sweeps were started, with the files they read"));
    }
    let mut journal = Journal::open(&args.out, false).map_err(results_stop)?;
    for dir in &args.dirs {
        let shard = Journal::read(dir).map_err(results_stop)?;
        shard.warnings().iter().for_each(print::say);
        journal.import(&shard).map_err(results_stop)?;
    }
    let gaps = missing(&work.plan, &journal, work.words.messages, Shard::WHOLE).len();
    if gaps > 0 {
        return Err(Stop::input(
            format!("{} of the plan are in none of the shards", print::count(gaps, "run")),
            "make the damaged shard again",
        ));
    }
    let made = Made { kept: work.plan.len(), ..Made::default() };
    conclude(&work, &args.out, &journal, &made, 0.0, args.json)
}

fn tickets(args: &Merge) -> Result<Vec<(String, Ticket)>, Stop> {
    let (mut tickets, mut wrong) = (Vec::new(), Vec::new());
    for dir in &args.dirs {
        let name = dir.display().to_string();
        match fs::read_to_string(dir.join(TICKET)) {
            Err(_) => wrong.push(format!("{name}: not a finished shard (there is no {TICKET})")),
            Ok(text) => match Ticket::parse(&text) {
                Ok(ticket) => tickets.push((name, ticket)),
                Err(problem) => wrong.push(format!("{name}: {problem}")),
            },
        }
    }
    if wrong.is_empty() { Ok(tickets) } else { Err(refused(&wrong, "finish the shard with the command that began it")) }
}

fn refused(wrong: &[String], remedy: &str) -> Stop {
    let text: String = wrong.iter().map(|problem| print::error(problem, remedy)).collect();
    Stop::Told(Exit::Input, text)
}
