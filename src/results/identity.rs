//! Names of runs and models: hashes of what they are made from, so that equal work is found again whatever the plan around it.

/// First bytes of the hash of `parts` under a purpose. Each part carries its length, so that no two lists of parts are written alike.
fn hash(purpose: &str, parts: &[&[u8]]) -> [u8; 16] {
    let mut hasher = blake3::Hasher::new();
    for part in std::iter::once(&purpose.as_bytes()).chain(parts) {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part);
    }
    let mut id = [0; 16];
    id.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
    id
}

/// Identity of a run: results version, canonical text of the resolved model, replicate, seed (`design.md` 2.5).
pub fn run_id(results_version: u32, canonical_model: &str, replicate: u32, seed: u64) -> [u8; 16] {
    let parts: [&[u8]; 4] =
        [&results_version.to_le_bytes(), canonical_model.as_bytes(), &replicate.to_le_bytes(), &seed.to_le_bytes()];
    hash("cpmsim run", &parts)
}

/// Identity of a model: results version and canonical text.
pub fn model_id(results_version: u32, canonical_model: &str) -> [u8; 16] {
    hash("cpmsim model", &[&results_version.to_le_bytes(), canonical_model.as_bytes()])
}

/// An identity or fingerprint as it stands in text files: 32 lower-case digits.
pub fn hex(id: &[u8; 16]) -> String {
    id.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Reads what [`hex`] wrote.
pub fn of_hex(text: &str) -> Option<[u8; 16]> {
    let lower = text.len() == 32 && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
    if !lower {
        return None;
    }
    u128::from_str_radix(text, 16).ok().map(u128::to_be_bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_counts() {
        let ids = [
            run_id(1, "{}", 0, 7),
            run_id(2, "{}", 0, 7),
            run_id(1, "{ }", 0, 7),
            run_id(1, "{}", 1, 7),
            run_id(1, "{}", 0, 8),
            model_id(1, "{}"),
            model_id(2, "{}"),
        ];
        for (i, a) in ids.iter().enumerate() {
            assert!(ids[i + 1..].iter().all(|b| a != b));
        }
    }

    /// blake3 of the parts with their lengths, made by the reference implementation in Python. It must never move without a new
    /// results version.
    #[test]
    fn golden_identities() {
        assert_eq!(hex(&run_id(1, "{}", 3, 42)), "ea1ad22eb805c84ee287d23d21656c79");
        assert_eq!(hex(&model_id(1, "{}")), "afc460ddea6c95011806467079f44ef1");
    }

    #[test]
    fn hex_reads_back() {
        let id = run_id(1, "", 0, 0);
        assert_eq!(of_hex(&hex(&id)), Some(id));
        for bad in
            ["", "0", "+0000000000000000000000000000000", "g0000000000000000000000000000000", "A0000000000000000000000000000000"]
        {
            assert_eq!(of_hex(bad), None, "{bad}");
        }
    }
}
