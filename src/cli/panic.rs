//! What is printed when this program is wrong: where, what, and the command that repeats it.

use std::panic::PanicHookInfo;

use super::print::say;
use crate::experiment::runner;

/// Replaces the usual report of a panic.
pub fn install() {
    std::panic::set_hook(Box::new(report));
}

fn report(info: &PanicHookInfo<'_>) {
    let place = info.location().map_or(String::new(), |l| format!(" at {}:{}", l.file(), l.line()));
    say(format_args!("bug{place}: {}", runner::said(info.payload())));
    // Within a sweep the runner catches the panic of a run, and the sweep tells the command at its end.
    if !runner::in_run() {
        say(format_args!("this is a fault of cpmsim, not of your input; this repeats it:\n  {}", own_command()));
    }
}

/// The command line as it was given.
fn own_command() -> String {
    let words: Vec<String> = std::env::args().skip(1).map(|word| quoted(&word)).collect();
    format!("cpmsim {}", words.join(" "))
}

/// A word as a shell takes it.
pub fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:,%+@".contains(c);
    if !word.is_empty() && word.chars().all(plain) { word.to_owned() } else { format!("'{}'", word.replace('\'', r"'\''")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_survive_a_shell() {
        for (word, text) in
            [("pf.wait_ip=10", "pf.wait_ip=10"), ("pf.wait_ip=10 s", "'pf.wait_ip=10 s'"), ("", "''"), ("it's", r"'it'\''s'")]
        {
            assert_eq!(quoted(word), text);
        }
    }
}
