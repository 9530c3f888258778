//! What `compare` prints: tables for people, for pages and for machines.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::args::Compare;
use super::compare::command;
use super::print::count;
use crate::experiment::compare::changes::{Changes, Differing, Kind};
use crate::experiment::compare::messages::Fate;
use crate::experiment::compare::metrics::{Finding, Line};
use crate::experiment::compare::parting::Act;
use crate::experiment::compare::side::Side;
use crate::report::number;
use crate::sim::seen::Tag;

/// Significant digits of an estimate.
const DIGITS: usize = 4;
/// Kinds of changes that are listed for people and pages; JSON has all.
const KINDS: usize = 12;

/// Everything there is to tell.
pub struct Told<'a> {
    pub args: &'a Compare,
    /// The first is what the others are compared with.
    pub sides: &'a [Side],
    pub seed: u64,
    pub replicates: &'a [u32],
    pub level: f64,
    /// For each side but the first; none where metrics were not asked for.
    pub lines: &'a [Vec<Line>],
    /// For each side but the first; none where messages were not asked for.
    pub changes: &'a [Changes],
}

impl Told<'_> {
    /// Whether a line is shown: it differs, or it was asked for.
    fn shows(&self, line: &Line) -> bool {
        match line.finding() {
            Finding::Nothing => !self.args.metric.is_empty(),
            Finding::Same | Finding::Unclear => self.args.all || !self.args.metric.is_empty(),
            Finding::Differs => true,
        }
    }

    fn weather(&self) -> String {
        match self.replicates {
            [one] => format!("seed {}, replicate {one}", self.seed),
            several => format!("seed {}, {} replicates, paired", self.seed, several.len()),
        }
    }
}

/// For people.
pub fn text(told: &Told<'_>) -> String {
    let mut out = String::new();
    for n in 1..told.sides.len() {
        if n > 1 {
            out.push('\n');
        }
        line(&mut out, format_args!("A  {}", told.sides[0].label()));
        line(&mut out, format_args!("B  {}", told.sides[n].label()));
        line(&mut out, format_args!("{}", told.weather()));
        if let Some(lines) = told.lines.get(n - 1) {
            out.push('\n');
            out.push_str(&metrics(told, lines));
        }
        if let Some(changes) = told.changes.get(n - 1) {
            out.push('\n');
            out.push_str(&messages(told, changes, n));
        }
    }
    out
}

fn metrics(told: &Told<'_>, lines: &[Line]) -> String {
    let mut rows = vec![["metric", "A", "B", "B - A", "interval"].map(str::to_owned)];
    for l in lines.iter().filter(|l| told.shows(l)) {
        rows.push([l.metric.name.clone(), value(l.a.estimate), value(l.b.estimate), signed(l.difference.estimate), interval(l)]);
    }
    let with = |finding: Finding| lines.iter().filter(|l| l.finding() == finding).count();
    let mut out = if rows.len() > 1 { table(&rows) } else { String::new() };
    let (differ, unclear, same) = (with(Finding::Differs), with(Finding::Unclear), with(Finding::Same));
    if differ + unclear == 0 {
        line(&mut out, format_args!("no difference in any of {}", count(same, "metric")));
        return out;
    }
    let hidden = if told.args.all || !told.args.metric.is_empty() || unclear + same == 0 { "" } else { "; --all shows them" };
    line(
        &mut out,
        format_args!(
            "{} by an interval of {} %, each by itself; {unclear} within it, {same} the same{hidden}",
            count(differ, "metric") + if differ == 1 { " differs" } else { " differ" },
            100.0 * told.level,
        ),
    );
    out
}

/// Columns side by side: the first to the left, numbers to the right.
fn table(rows: &[[String; 5]]) -> String {
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..5).map(width).collect();
    let mut out = String::new();
    for row in rows {
        let text = format!(
            "{:<w0$}  {:>w1$}  {:>w2$}  {:>w3$}  {:<w4$}",
            row[0],
            row[1],
            row[2],
            row[3],
            row[4],
            w0 = widths[0],
            w1 = widths[1],
            w2 = widths[2],
            w3 = widths[3],
            w4 = widths[4]
        );
        line(&mut out, format_args!("{}", text.trim_end()));
    }
    out
}

fn messages(told: &Told<'_>, changes: &Changes, n: usize) -> String {
    let mut out = String::new();
    let compared = count(usize::try_from(changes.both).unwrap_or(usize::MAX), "message");
    if changes.differ == 0 {
        line(&mut out, format_args!("{compared} compared: none fares otherwise"));
        return out;
    }
    line(
        &mut out,
        format_args!("{compared} on both sides; {} differently (outcome, answer or what the sender is told)", fare(changes.differ)),
    );
    for (side, alone) in ["A", "B"].iter().zip(changes.alone).filter(|(_, alone)| *alone > 0) {
        line(&mut out, format_args!("{alone} of {side} alone (as duties made by forwarding)"));
    }
    line(&mut out, format_args!("\nmessages  fate in A -> fate in B"));
    let fates = changes.fates_by_number();
    for ([a, b], n) in fates.iter().take(KINDS) {
        line(&mut out, format_args!("{n:>8}  {} -> {}", fate(*a), fate(*b)));
    }
    more(&mut out, fates.len());
    line(&mut out, format_args!("\nmessages  first differing decision"));
    let partings = changes.partings_by_number();
    for (kinds, group) in partings.iter().take(KINDS) {
        let example =
            group.numbers[0].or(group.numbers[1]).map_or(String::new(), |m| format!("replicate {}, message {m}", group.replicate));
        line(&mut out, format_args!("{:>8}  as {example}", group.messages));
        for (side, kind) in ["A", "B"].iter().zip(kinds.iter()) {
            line(&mut out, format_args!("{:>8}  {side} {}", "", kind_words(kind)));
        }
    }
    more(&mut out, partings.len());
    for message in &changes.first {
        out.push('\n');
        out.push_str(&story(told, message, n));
    }
    if changes.differ > changes.first.len() as u64 {
        line(&mut out, format_args!("\n{} of {} listed; --limit shows more", changes.first.len(), changes.differ));
    }
    out
}

fn fare(n: u64) -> String {
    if n == 1 { "1 fares".to_owned() } else { format!("{n} fare") }
}

fn more(out: &mut String, all: usize) {
    if all > KINDS {
        line(out, format_args!("{:>8}  and {} kinds more, all of them with --json", "", all - KINDS));
    }
}

/// One message: its fates, where its ways part, and how to read its whole story.
fn story(told: &Told<'_>, message: &Differing, n: usize) -> String {
    let mut out = String::new();
    let numbers = match message.numbers {
        [Some(a), Some(b)] if a == b => format!("message {a}"),
        [Some(a), Some(b)] => format!("message {a} in A, {b} in B"),
        [a, b] => format!("message {} of {} alone", a.or(b).unwrap_or_default(), if a.is_some() { "A" } else { "B" }),
    };
    line(
        &mut out,
        format_args!(
            "replicate {}, {numbers} to {} (stream \"{}\", number {}): {} -> {}",
            message.replicate,
            message.to,
            message.stream,
            message.sequence,
            fate(message.fates[0]),
            fate(message.fates[1])
        ),
    );
    match &message.parting {
        None => line(&mut out, format_args!("  the same was done on both sides, at other instants")),
        Some(parting) => {
            line(&mut out, format_args!("  after {} in common:", count(parting.shared, "report")));
            for (side, act) in [("A", &parting.a), ("B", &parting.b)] {
                line(&mut out, format_args!("  {side} {}", act.as_ref().map_or("reports nothing more".to_owned(), act_words)));
                if let Some(act) = act {
                    line(&mut out, format_args!("      {}", clause(act.tag)));
                }
            }
        }
    }
    for (side, number) in [0, n].into_iter().zip(message.numbers) {
        if let (Some(model), Some(number)) = (told.sides[side].model(), number) {
            let command = command("explain", model, told.seed, message.replicate);
            line(&mut out, format_args!("  story in {}: {command} --message {number}", if side == 0 { "A" } else { "B" }));
        }
    }
    out
}

fn act_words(act: &Act) -> String {
    format!("{} at {}: {}", act.by, act.at, act.what)
}

fn clause(tag: Tag) -> String {
    format!("{}: {}", tag.ids().join(", "), tag.says())
}

fn kind_words(kind: &Kind) -> String {
    kind.as_ref().map_or("reports nothing more".to_owned(), |(what, tag)| format!("{what}  ({})", clause(*tag)))
}

fn fate(fate: Option<Fate>) -> String {
    fate.map_or("no such message".to_owned(), |fate| fate.words())
}

/// For pages: one table with a column for each side, and what messages say.
pub fn markdown(told: &Told<'_>) -> String {
    let mut out = String::new();
    if let Some(first) = told.lines.first() {
        let heads: Vec<&str> = told.sides.iter().map(Side::short).collect();
        line(&mut out, format_args!("| metric | {} |", heads.join(" | ")));
        line(&mut out, format_args!("|---|{}", "---|".repeat(heads.len())));
        for row in (0..first.len()).filter(|row| told.lines.iter().any(|lines| told.shows(&lines[*row]))) {
            let cells: Vec<String> = told.lines.iter().map(|lines| cell(&lines[row])).collect();
            line(
                &mut out,
                format_args!("| {} | {} | {} |", first[row].metric.name, value(first[row].a.estimate), cells.join(" | ")),
            );
        }
        line(
            &mut out,
            format_args!(
                "\n{}; in brackets the difference from {} with its {} % interval.",
                told.weather(),
                told.sides[0].short(),
                100.0 * told.level
            ),
        );
    }
    if !told.changes.is_empty() {
        out.push('\n');
        out.push_str(&codes(told));
        for (side, changes) in told.sides[1..].iter().zip(told.changes) {
            out.push('\n');
            out.push_str(&partings(told.sides[0].short(), side.short(), changes));
        }
    }
    out
}

fn cell(l: &Line) -> String {
    match l.finding() {
        Finding::Nothing => "no data".to_owned(),
        Finding::Same => format!("{} (same)", value(l.b.estimate)),
        _ => match l.difference.interval() {
            Some((low, high)) => {
                format!("{} ({}; {} to {})", value(l.b.estimate), signed(l.difference.estimate), number(low, 3), number(high, 3))
            }
            None => format!("{} ({})", value(l.b.estimate), signed(l.difference.estimate)),
        },
    }
}

/// The codes that senders saw, one row for each side.
fn codes(told: &Told<'_>) -> String {
    let first = &told.changes[0].codes[0];
    let sides: Vec<_> = std::iter::once(first).chain(told.changes.iter().map(|c| &c.codes[1])).collect();
    let mut known: Vec<u16> = sides.iter().flat_map(|codes| codes.keys().copied()).collect();
    known.sort_unstable();
    known.dedup();
    let mut out = String::new();
    let name = |code: &u16| if *code == 0 { "none in time".to_owned() } else { code.to_string() };
    line(&mut out, format_args!("| final response at the sender | {} |", known.iter().map(name).collect::<Vec<_>>().join(" | ")));
    line(&mut out, format_args!("|---|{}", "---|".repeat(known.len())));
    for (side, codes) in told.sides.iter().zip(sides) {
        let cells: Vec<String> = known.iter().map(|code| codes.get(code).copied().unwrap_or(0).to_string()).collect();
        line(&mut out, format_args!("| {} | {} |", side.short(), cells.join(" | ")));
    }
    out
}

fn partings(a: &str, b: &str, changes: &Changes) -> String {
    let mut out = String::new();
    line(&mut out, format_args!("{} of {} messages fare otherwise under {b} than under {a}.\n", changes.differ, changes.both));
    if changes.differ == 0 {
        return out;
    }
    line(&mut out, format_args!("| messages | first differing decision, {a} | {b} |\n|---|---|---|"));
    let all = changes.partings_by_number();
    for (kinds, group) in all.iter().take(KINDS) {
        let [x, y] = kinds.each_ref().map(|kind| match kind {
            None => "nothing more".to_owned(),
            Some((what, tag)) => format!("{what} ({})", tag.ids().join(", ")),
        });
        line(&mut out, format_args!("| {} | {x} | {y} |", group.messages));
    }
    if all.len() > KINDS {
        let rest: u64 = all[KINDS..].iter().map(|(_, group)| group.messages).sum();
        line(&mut out, format_args!("| {rest} | {} other kinds | |", all.len() - KINDS));
    }
    out
}

/// For machines.
pub fn json(told: &Told<'_>) -> String {
    let comparisons: Vec<Value> = (1..told.sides.len())
        .map(|n| {
            let metrics =
                told.lines.get(n - 1).map(|lines| lines.iter().filter(|l| told.shows(l)).map(metric_json).collect::<Vec<_>>());
            json!({
                "b": told.sides[n].label(), "metrics": metrics, "messages": told.changes.get(n - 1).map(Changes::json),
            })
        })
        .collect();
    let value = json!({
        "a": told.sides[0].label(), "seed": told.seed, "replicates": told.replicates, "level": told.level, "comparisons": comparisons,
    });
    serde_json::to_string_pretty(&value).expect("plain data") + "\n"
}

fn metric_json(l: &Line) -> Value {
    json!({
        "metric": l.metric.name, "a": l.a.estimate, "b": l.b.estimate, "difference": l.difference.estimate,
        "ci_low": l.difference.ci_low, "ci_high": l.difference.ci_high, "n": l.difference.n, "method": l.difference.method.word(),
        "note": l.difference.note_text(), "finding": l.finding().word(),
    })
}

fn value(estimate: Option<f64>) -> String {
    estimate.map_or("no data".to_owned(), |v| number(v, DIGITS))
}

fn signed(estimate: Option<f64>) -> String {
    estimate.map_or("-".to_owned(), |v| if v > 0.0 { format!("+{}", number(v, DIGITS)) } else { number(v, DIGITS) })
}

fn interval(l: &Line) -> String {
    l.difference.interval().map_or_else(
        || if l.difference.estimate.is_some() { format!("no interval ({})", l.difference.note_text()) } else { String::new() },
        |(low, high)| format!("{} to {}", number(low, DIGITS), number(high, DIGITS)),
    )
}

fn line(out: &mut String, text: std::fmt::Arguments<'_>) {
    writeln!(out, "{text}").expect("text grows");
}
