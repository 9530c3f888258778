//! `explain`: the story of one message of one run.

use serde_json::json;

use super::args::Explain;
use super::exit::Exit;
use super::one_run;
use super::print::{self, Stop};
use crate::experiment::names::Names;
use crate::experiment::story::{Search, Story};
use crate::experiment::tally::fate_name;
use crate::judge::MessageRecord;

pub fn obey(args: &Explain) -> Result<Exit, Stop> {
    let point = one_run::point(&args.which.model, &args.which.set.set, args.which.profile.as_deref())?;
    let search = one_run::make(&args.which, &point, Search::new(args.message))?.watcher;
    let Some(record) = search.record.clone() else {
        let problem = format!("this run has no message {}", args.message);
        let remedy =
            search.last_message.map_or("no message was sent".to_owned(), |last| format!("messages are numbered up to {last}"));
        return Err(Stop::input(problem, remedy));
    };
    let story = one_run::make(&args.which, &point, Story::new(args.message, search.wanted(), point.names(&args.which)))?.watcher;
    let names = story.names();
    let text = if args.json {
        let mut value = story.json();
        value["outcome"] = json!(record.outcome.name());
        value["from"] = json!(names.user(record.from));
        value["to"] = json!(names.user(record.to));
        value["tags"] = json!(story.tags());
        serde_json::to_string_pretty(&value).expect("plain data") + "\n"
    } else {
        let stream = point.model.traffic.get(record.traffic as usize).map_or("", |t| t.name.as_str());
        let head = format!(
            "message {} from {} to {} ({stream}, number {} to this recipient): {}\n\n",
            args.message,
            names.user(record.from),
            names.user(record.to),
            record.sequence,
            record.outcome.name()
        );
        head + &story.text() + "\n" + &copies(&record, names) + "\nstatements\n" + &statements(&story)
    };
    print::out(&text)?;
    Ok(Exit::Done)
}

fn copies(record: &MessageRecord, names: &Names) -> String {
    let mut out = "copies\n".to_owned();
    for copy in &record.copies {
        let device = copy.device.map_or(String::new(), |d| format!(" for {}", names.function(d)));
        let parent = copy.parent.map_or(String::new(), |p| format!(", from copy {}", p.0));
        let end = copy.fate.map_or("open".to_owned(), |fate| format!("{} at {}", fate_name(fate), copy.ended));
        out.push_str(&format!("  {} made {}{device}{parent}: {end}  ({})\n", copy.id.0, copy.made, copy.clause.id()));
    }
    out
}

fn statements(story: &Story) -> String {
    story.tags().iter().map(|(tag, says)| format!("  {tag}: {says}\n")).collect()
}
