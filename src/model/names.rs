//! Names that do not exist: what was probably meant, and what there is.

/// How many names a message lists at most.
const LISTED: usize = 12;
/// Among more names than this none is looked for: a file with so many has no slips of the pen, and may have many faults.
const SEARCHED: usize = 2_000;

/// The candidate nearest to `name`, if it is near enough to be a slip of the pen.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let bound = (name.chars().count() / 3).clamp(1, 3);
    candidates.into_iter().map(|c| (distance(name, c), c)).filter(|(d, _)| *d <= bound).min().map(|(_, c)| c)
}

/// A remedy for an unknown name: what was probably meant, and what there is. `noun` stands in the plural.
pub fn remedy<'a>(name: &str, noun: &str, candidates: impl IntoIterator<Item = &'a str>) -> String {
    let mut all: Vec<&str> = candidates.into_iter().take(SEARCHED + 1).collect();
    if all.len() > SEARCHED {
        return format!("there are more than {SEARCHED} {noun}: {} and others", all[..LISTED].join(", "));
    }
    all.sort_unstable();
    all.dedup();
    if all.is_empty() {
        return format!("there are no {noun}: leave it out, or write one");
    }
    let mut list = all.iter().take(LISTED).copied().collect::<Vec<_>>().join(", ");
    if all.len() > LISTED {
        list += &format!(" and {} more", all.len() - LISTED);
    }
    match nearest(name, all) {
        Some(near) => format!("did you mean \"{near}\"? ({noun}: {list})"),
        None => format!("{noun}: {list}"),
    }
}

/// Insertions, deletions, changes and swaps of neighbours between two short texts. Case does not count, nor does "-" for "_".
fn distance(a: &str, b: &str) -> usize {
    let letters = |s: &str| s.chars().take(80).map(|c| if c == '-' { '_' } else { c.to_ascii_lowercase() }).collect::<Vec<_>>();
    let (a, b) = (letters(a), letters(b));
    let mut rows: Vec<Vec<usize>> = vec![(0..=b.len()).collect()];
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let change = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut best = change.min(rows[i - 1][j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(rows[i - 2][j - 2] + 1);
            }
            row.push(best);
        }
        rows.push(row);
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_pen_is_recognised() {
        assert_eq!(nearest("wait_pi", ["wait_ip", "expiry"]), Some("wait_ip"));
        assert_eq!(nearest("wait-ip", ["wait_ip", "expiry"]), Some("wait_ip"));
        assert_eq!(nearest("isf-b", ["isf-a", "pf-a"]), Some("isf-a"));
        assert_eq!(nearest("completely", ["wait_ip", "expiry"]), None);
        assert_eq!(remedy("exipry", "fields", ["wait_ip", "expiry"]), "did you mean \"expiry\"? (fields: expiry, wait_ip)");
        assert_eq!(remedy("x", "ISFs", []), "there are no ISFs: leave it out, or write one");
    }
}
