//! Faults and warnings as they are printed: place, problem, remedy; all of them, then how many.

use serde_json::{Value, json};

use super::exit::Exit;
use super::print::{self, Stop, bold, red};
use crate::model::{Fault, Faults};

/// Stops a verb for these faults. `then` says what was not done.
pub fn stop(faults: &Faults, then: &str) -> Stop {
    let mut text = listed(faults);
    text.push_str(&format!("{}; {then}\n", print::count(faults.0.len(), "error")));
    Stop::Told(Exit::Input, text)
}

/// The faults, one after the other.
pub fn listed(faults: &Faults) -> String {
    faults.0.iter().map(|fault| shown(&red("error:"), fault)).collect()
}

/// Tells warnings, each once.
pub fn warn(warnings: &[Fault]) {
    let mut told: Vec<String> = Vec::new();
    for warning in warnings {
        let text = shown(&bold("warning:"), warning);
        if !told.contains(&text) {
            print::say(text.trim_end());
            told.push(text);
        }
    }
}

fn shown(label: &str, fault: &Fault) -> String {
    // The remedy stands on its own line after "help:".
    let text = fault.to_string().replacen("\n  help:", &format!("\n  {}", bold("help:")), 1);
    format!("{label} {text}\n")
}

/// A fault as data.
pub fn json(fault: &Fault) -> Value {
    json!({
        "code": fault.code, "file": fault.file, "path": fault.path,
        "line": fault.line_column.map(|p| p.0), "column": fault.line_column.map(|p| p.1),
        "problem": fault.problem, "remedy": fault.remedy,
    })
}
