//! What `clauses` prints: tables for people, the same as data, and the page of the documentation.

use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use crate::experiment::clauses::{Exercised, Row};
use crate::model::clauses::{Clause, areas, catalogue, tag_named};
use crate::sim::seen::Tag;

/// Data as it is printed.
pub fn json(value: &Value) -> String {
    serde_json::to_string_pretty(value).expect("plain data") + "\n"
}

/// The rows of all areas, and their sum.
fn rows(exercised: &Exercised) -> Vec<(&'static str, Row)> {
    let mut rows: Vec<_> = areas().into_iter().map(|(name, clauses)| (name, exercised.row(clauses.into_iter()))).collect();
    rows.push(("all", exercised.row(catalogue().iter())));
    rows
}

/// Statements of each area that each model came to.
fn by_model(exercised: &Exercised) -> Vec<(&'static str, Vec<usize>)> {
    let came = |clauses: &[&Clause]| -> Vec<usize> {
        let count = |tags: &dyn Fn(Tag) -> bool| clauses.iter().filter(|c| c.tag().is_some_and(tags)).count();
        exercised.runs.iter().map(|run| count(&|tag| run.tags.contains_key(&tag))).collect()
    };
    let mut rows: Vec<_> = areas().iter().map(|(name, clauses)| (*name, came(clauses))).collect();
    rows.push(("all", came(&catalogue().iter().collect::<Vec<_>>())));
    rows.retain(|(_, counts)| counts.iter().any(|n| *n > 0));
    rows
}

fn never_reached(exercised: &Exercised) -> Vec<&'static str> {
    let never = |c: &&Clause| c.tag().is_some_and(|tag| exercised.times(tag).is_empty());
    catalogue().iter().filter(never).map(|c| c.statement.id.as_str()).collect()
}

/// The table by area, what each model came to, and what none came to.
pub fn table(exercised: &Exercised) -> String {
    let mut out = String::new();
    let mut line = |text: String| out.push_str(&(text.trim_end().to_owned() + "\n"));
    let heads: String = Row::HEADS.iter().map(|h| format!("{h:>15}")).collect();
    line(format!("{:<18}{heads}", "area"));
    for (name, row) in rows(exercised) {
        line(format!("{name:<18}{}", row.values().iter().map(|n| format!("{n:>15}")).collect::<String>()));
    }
    if exercised.runs.is_empty() {
        line("\nno model was run: what was come to is not known".to_owned());
        return out;
    }
    line("\nstatements that each run came to".to_owned());
    for (at, run) in exercised.runs.iter().enumerate() {
        line(format!("  [{}] {}", at + 1, run.label()));
    }
    line(format!("{:<18}{}", "area", (1..=exercised.runs.len()).map(|n| format!("{:>7}", format!("[{n}]"))).collect::<String>()));
    for (name, counts) in by_model(exercised) {
        line(format!("{name:<18}{}", counts.iter().map(|n| format!("{n:>7}")).collect::<String>()));
    }
    let never = never_reached(exercised);
    if !never.is_empty() {
        line(format!("\nnever reached ({})", never.len()));
        never.chunks(6).for_each(|ids| line(format!("  {}", ids.iter().map(|id| format!("{id:<21}")).collect::<String>())));
    }
    line(String::new());
    undefined(exercised).into_iter().for_each(line);
    out
}

/// The undefined pairs that runs met.
fn undefined(exercised: &Exercised) -> Vec<String> {
    let met = exercised.undefined();
    if met.is_empty() {
        return vec!["No run reached an undefined pair of state and input.".to_owned()];
    }
    let line = |(run, u): &(&crate::experiment::clauses::Reached, crate::experiment::clauses::Undefined)| {
        format!("undefined in {}: {} in state \"{}\" of a {}, {} times", run.label(), u.input, u.state, u.function, u.times)
    };
    met.iter().map(line).collect()
}

/// The statements of an area, one by one.
pub fn area(clauses: &[&Clause], exercised: &Exercised) -> String {
    let mut out = String::new();
    for clause in clauses {
        let s = &clause.statement;
        let (how, what) = clause.stands();
        let _ = writeln!(out, "{} {} ({how}: {what})", s.id, s.level.name(), how = how, what = what);
        let _ = writeln!(out, "  {}", s.text);
        let tests = if clause.tests.len() == 1 { "1 test".to_owned() } else { format!("{} tests", clause.tests.len()) };
        let _ = writeln!(out, "  {tests}; {}", reached(clause, exercised));
    }
    out
}

/// Where a statement was come to, in words.
fn reached(clause: &Clause, exercised: &Exercised) -> String {
    match (clause.tag(), exercised.runs.is_empty()) {
        (_, true) => "no model was run".to_owned(),
        (None, _) => "bears no tag, so that runs cannot count it".to_owned(),
        (Some(_), _) if exercised.models(clause).is_empty() => "never reached".to_owned(),
        (Some(_), _) => format!("exercised by {}", exercised.models(clause).join(", ")),
    }
}

/// All about one statement or rule.
pub fn one(id: &str, exercised: &Exercised) -> String {
    let mut out = String::new();
    let mut line = |name: &str, text: &str| {
        let _ = writeln!(out, "{name:<12} {text}");
    };
    let clause = catalogue().iter().find(|c| c.statement.id == id);
    line("statement", id);
    if let Some(clause) = clause {
        let s = &clause.statement;
        let (how, what) = clause.stands();
        line("level", s.level.name());
        line("area", &s.area);
        line("actor", &s.actor);
        line("demands", &s.text);
        line("when", &s.trigger);
        line("to be seen", &s.observable);
        line("stands", &format!("{how}: {what}"));
        if !s.axes.is_empty() {
            line("holds under", &s.axes.join(", "));
        }
        if !s.depends.is_empty() {
            line("see also", &s.depends.join(", "));
        }
    }
    let Some(tag) = tag_named(id) else {
        list_tests(&mut line, clause);
        return out;
    };
    line("tag", &format!("{tag:?}: {}", tag.says()));
    if tag.ids().len() > 1 {
        line("stands for", &tag.ids().join(", "));
    }
    list_tests(&mut line, clause);
    for (run, n) in exercised.times(tag) {
        line("exercised", &format!("{n} times by {}", run.label()));
    }
    if !exercised.runs.is_empty() && exercised.times(tag).is_empty() {
        line("exercised", "by no run");
    }
    out
}

fn list_tests(line: &mut impl FnMut(&str, &str), clause: Option<&Clause>) {
    for (file, name) in clause.map(|c| c.tests.as_slice()).unwrap_or_default() {
        line("test", &format!("{name} in {file}"));
    }
}

/// All about one statement or rule, as data.
pub fn one_json(id: &str, exercised: &Exercised) -> Value {
    let mut value = match catalogue().iter().find(|c| c.statement.id == id) {
        Some(clause) => statement_json(clause, exercised),
        None => json!({"id": id}),
    };
    if let Some(tag) = tag_named(id) {
        value["tag"] = json!({"name": format!("{tag:?}"), "says": tag.says(), "stands_for": tag.ids()});
        value["exercised"] = times(tag, exercised);
    }
    value
}

/// How often each run came to it.
fn times(tag: Tag, exercised: &Exercised) -> Value {
    let time =
        |(run, n): &(&crate::experiment::clauses::Reached, u64)| json!({"model": run.model, "profile": run.profile, "times": n});
    exercised.times(tag).iter().map(time).collect()
}

fn statement_json(clause: &Clause, exercised: &Exercised) -> Value {
    let s = &clause.statement;
    let (how, what) = clause.stands();
    let tests: Vec<Value> = clause.tests.iter().map(|(file, name)| json!({"file": file, "name": name})).collect();
    json!({
        "id": s.id, "level": s.level.name(), "actor": s.actor, "area": s.area, "text": s.text, "trigger": s.trigger,
        "observable": s.observable, "axes": s.axes, "depends": s.depends, "stands": how, "because": what, "tests": tests,
        "exercised": clause.tag().map(|tag| times(tag, exercised)),
    })
}

/// Everything as data. `exercised` and `never_reached` are null where nothing was run.
pub fn all_json(clauses: &[&Clause], exercised: &Exercised) -> Value {
    let row = |row: &Row| -> Map<String, Value> {
        let known = !exercised.runs.is_empty();
        let value = |(head, n): (&&str, usize)| {
            let counted_at_run_time = ["exercised", "never reached"].contains(head);
            (head.replace(' ', "_"), if counted_at_run_time && !known { Value::Null } else { json!(n) })
        };
        Row::HEADS.iter().zip(row.values()).map(value).collect()
    };
    let areas: Map<String, Value> = rows(exercised).iter().map(|(name, r)| ((*name).to_owned(), Value::Object(row(r)))).collect();
    let runs: Vec<Value> = exercised.runs.iter().map(|r| json!({"model": r.model, "profile": r.profile})).collect();
    let undefined: Vec<Value> = exercised
        .undefined()
        .iter()
        .map(|(run, u)| {
            json!({"model": run.model, "profile": run.profile, "function": u.function, "state": u.state, "input": u.input, "times": u.times})
        })
        .collect();
    let statements: Vec<Value> = clauses.iter().map(|c| statement_json(c, exercised)).collect();
    json!({"areas": areas, "runs": runs, "undefined": undefined, "statements": statements})
}

const HEAD: &str = "# Statements\n
What the documents demand, and how each statement stands in this program. This page is written by `UPDATE_DOCS=1 cargo test --test it
clauses` (`cpmsim clauses --page`) and checked by the tests.\n
- *implemented*: a transition or decision bears its tag, or it holds by construction, or it is a parameter of the model;
- *tested*: a test bears its name;
- *exercised*: a run of a shipped model bore its tag, counted at run time; *never reached*: it has a tag that no such run bore;
- *planned*: left to later work; *left out*: there is nothing to simulate, or the reason given.\n
`cpmsim clauses --statement ID` tells all about one of them, `cpmsim clauses --model FILE` counts over your own model.\n\n";

/// The page of the documentation.
pub fn page(exercised: &Exercised) -> String {
    let mut out = HEAD.to_owned();
    let _ = writeln!(out, "| area | {} |\n|---|{}", Row::HEADS.join(" | "), "---:|".repeat(Row::HEADS.len()));
    for (name, row) in rows(exercised) {
        let _ = writeln!(out, "| {name} | {} |", row.values().map(|n| n.to_string()).join(" | "));
    }
    let _ = writeln!(out, "\n## What the shipped models come to\n\nStatements of each area with a tag that the run bore.\n");
    let labels: Vec<String> = exercised.runs.iter().map(crate::experiment::clauses::Reached::label).collect();
    let _ = writeln!(out, "| area | {} |\n|---|{}", labels.join(" | "), "---:|".repeat(labels.len()));
    for (name, counts) in by_model(exercised) {
        let _ = writeln!(out, "| {name} | {} |", counts.iter().map(usize::to_string).collect::<Vec<_>>().join(" | "));
    }
    let never = never_reached(exercised);
    if !never.is_empty() {
        let _ = writeln!(out, "\nNever reached ({}): {}.", never.len(), never.join(", "));
    }
    let _ = writeln!(out, "\n{}\n\n## Statement by statement", undefined(exercised).join("\n"));
    for (name, clauses) in areas() {
        let _ =
            writeln!(out, "\n### {name}\n\n| id | level | demands | stands | tests | exercised by |\n|---|---|---|---|---:|---|");
        for clause in clauses {
            let (how, what) = clause.stands();
            let how = if clause.tag().is_some() { how.to_owned() } else { format!("{how}: {what}") };
            let s = &clause.statement;
            let cells =
                [&s.id, s.level.name(), &s.text, &how, &clause.tests.len().to_string(), &exercised.models(clause).join(", ")];
            let _ = writeln!(out, "| {} |", cells.map(|c| c.replace('|', "\\|")).join(" | "));
        }
    }
    out
}
