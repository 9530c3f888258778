//! Faults in what a researcher wrote or pointed at: where, what, and what to do about it. All of a file's faults are told at once.
//!
//! Left out: excerpts of the file with the place underlined, which the front door adds where it has the text.

use std::fmt;

/// One thing that the reader can mend.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Where: a file, or a path of names such as `/figures/sms_share/y`.
    pub place: String,
    /// What is wrong there.
    pub problem: String,
    /// What to write or do instead.
    pub remedy: String,
}

impl Fault {
    /// A fault with its three parts.
    pub fn new(place: impl Into<String>, problem: impl Into<String>, remedy: impl Into<String>) -> Fault {
        Fault { place: place.into(), problem: problem.into(), remedy: remedy.into() }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}\n  help: {}", self.place, self.problem, self.remedy)
    }
}

/// All faults found in one go; never empty where it is an error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Faults(pub Vec<Fault>);

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, fault) in self.0.iter().enumerate() {
            let end = if at == 0 { "" } else { "\n" };
            write!(f, "{end}{fault}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Faults {}

/// A remedy for an unknown word: the nearest known one if it is near enough, and the list of known ones if it is short.
pub(super) fn known_words<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    let known: Vec<&str> = known.into_iter().collect();
    let nearest = known.iter().map(|other| (distance(word, other), *other)).min();
    let guess = match nearest {
        Some((far, other)) if far <= 1 + word.chars().count() / 4 => format!("did you mean \"{other}\"? "),
        _ => String::new(),
    };
    const LISTED: usize = 24;
    let listed = known.iter().take(LISTED).copied().collect::<Vec<_>>().join(", ");
    match known.len() {
        0 => "there is none to choose from".to_owned(),
        n if n <= LISTED => format!("{guess}(known: {listed})"),
        n => format!("{guess}(known: {listed} and {} more)", n - LISTED),
    }
}

/// Letters to insert, drop or replace to come from one word to the other.
fn distance(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (i, a) in from.chars().enumerate() {
        let mut corner = row[0];
        row[0] = i + 1;
        for (j, b) in to.iter().enumerate() {
            let replaced = corner + usize::from(a != *b);
            corner = row[j + 1];
            row[j + 1] = replaced.min(corner + 1).min(row[j] + 1);
        }
    }
    row[to.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_of_words() {
        for (a, b, far) in [("", "", 0), ("abc", "", 3), ("kitten", "sitting", 3), ("wait", "wiat", 2), ("wait", "wait", 0)] {
            assert_eq!(distance(a, b), far, "{a} {b}");
            assert_eq!(distance(b, a), far, "{b} {a}");
        }
    }

    #[test]
    fn a_near_word_is_offered_and_a_far_one_is_not() {
        assert_eq!(known_words("wiat", ["loss", "wait"]), "did you mean \"wait\"? (known: loss, wait)");
        assert_eq!(known_words("bandwidth", ["loss", "wait"]), "(known: loss, wait)");
        assert_eq!(known_words("x", []), "there is none to choose from");
    }

    #[test]
    fn a_fault_prints_place_problem_remedy() {
        let fault = Fault::new("/figures/a/kind", "\"pie\" is not a kind of figure", "write one of lines, ccdf, frontier");
        assert_eq!(
            Faults(vec![fault.clone(), fault]).to_string(),
            "/figures/a/kind: \"pie\" is not a kind of figure\n  help: write one of lines, ccdf, frontier\n\
             /figures/a/kind: \"pie\" is not a kind of figure\n  help: write one of lines, ccdf, frontier"
        );
    }
}
