//! What is wrong with an experiment, and what to do about it.

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
        let remedy = match nearest(name, known) {
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

/// The known name closest to `name`, if one is close.
pub fn nearest<'a>(name: &str, known: &[&'a str]) -> Option<&'a str> {
    if name.len() > 100 {
        return None;
    }
    let most = 1 + name.chars().count() / 4;
    known.iter().map(|k| (edits(name, k), *k)).filter(|(d, _)| *d <= most).min_by_key(|(d, _)| *d).map(|(_, k)| k)
}

/// Letters to put in, take out or change.
fn edits(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut corner = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let swap = corner + usize::from(x != *y);
            corner = row[j + 1];
            row[j + 1] = swap.min(corner + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_proposed_if_it_is_near() {
        assert_eq!(nearest("wiat", &["wait", "phones"]), Some("wait"));
        assert_eq!(nearest("speed", &["wait", "phones"]), None);
        assert_eq!(nearest("", &[]), None);
    }
}
