//! What is wrong with an experiment, and what to do about it.

use crate::model::nearest;

/// One mistake: place, problem, remedy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    /// JSON path into the experiment, as `/axes/wait/path`; empty for the whole.
    pub path: String,
    pub problem: String,
    pub remedy: String,
}

impl Wrong {
    pub fn new(path: &str, problem: impl Into<String>, remedy: impl Into<String>) -> Wrong {
        Wrong { path: path.to_owned(), problem: problem.into(), remedy: remedy.into() }
    }

    /// A name that is not one of those known; the nearest is proposed.
    pub fn unknown(path: &str, problem: &str, name: &str, known: &[&str]) -> Wrong {
        let list = if known.is_empty() { "there are none".to_owned() } else { format!("known: {}", listed(known)) };
        let remedy = match nearest(name, known.iter().copied()) {
            Some(near) => format!("did you mean \"{near}\"? ({list})"),
            None => list,
        };
        Wrong::new(path, problem, remedy)
    }
}

/// The first names of a list; a long one is cut.
fn listed(known: &[&str]) -> String {
    const SHOWN: usize = 20;
    let more = if known.len() > SHOWN { format!(", and {} more", known.len() - SHOWN) } else { String::new() };
    known[..known.len().min(SHOWN)].join(", ") + &more
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_proposed_if_it_is_near() {
        assert_eq!(Wrong::unknown("", "", "wiat", &["wait", "phones"]).remedy, "did you mean \"wait\"? (known: wait, phones)");
        assert_eq!(Wrong::unknown("", "", "speed", &["wait", "phones"]).remedy, "known: wait, phones");
        assert_eq!(Wrong::unknown("", "", "speed", &[]).remedy, "there are none");
    }
}
