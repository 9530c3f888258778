//! Exact bounds for a probability from counts.

use super::special::incomplete_beta;

/// The exact one-sided upper bound at `level` for a probability of which no case was seen among `n` independent trials:
/// 1 − (1 − level)^(1/n). The lower bound when every trial was a case is one minus this.
pub fn upper_bound_of_none(n: u64, level: f64) -> f64 {
    assert!(n > 0, "a bound needs at least one trial");
    assert!(level > 0.0 && level < 1.0, "a level strictly between 0 and 1, not {level}");
    -libm::expm1(libm::log1p(-level) / n as f64)
}

/// The exact two-sided interval at `level` (Clopper and Pearson) for a probability of which `cases` of `n` independent trials were seen.
pub fn binomial_bounds(cases: u64, n: u64, level: f64) -> (f64, f64) {
    assert!(cases <= n && n > 0, "{cases} cases of {n} trials");
    let tail = (1.0 - level) / 2.0;
    let (k, n) = (cases as f64, n as f64);
    let low = if cases == 0 { 0.0 } else { beta_root(k, n - k + 1.0, tail, false) };
    let high = if k == n { 1.0 } else { beta_root(k + 1.0, n - k, tail, true) };
    (low, high)
}

/// The x at which I_x(a, b) = `tail`, or 1 − I_x(a, b) = `tail` if `upper`.
fn beta_root(a: f64, b: f64, tail: f64, upper: bool) -> f64 {
    // Bisection on the bits of x: the order of positive floats is that of their bits, so that small x keep all their digits.
    let (mut low, mut high) = (0u64, 1f64.to_bits());
    while high - low > 1 {
        let middle = low + (high - low) / 2;
        let x = f64::from_bits(middle);
        // The small tail is asked for itself, not as the complement of a number close to 1.
        let left = if upper { incomplete_beta(b, a, 1.0 - x, x) > tail } else { incomplete_beta(a, b, x, 1.0 - x) < tail };
        if left { low = middle } else { high = middle }
    }
    f64::from_bits(low)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn none_of_n_has_its_closed_form() {
        for (n, level) in [(1, 0.95), (10, 0.95), (30, 0.99), (1_000_000, 0.95), (6_000_000, 0.9995)] {
            let bound = upper_bound_of_none(n, level);
            // (1 - bound)^n must be the risk that is left.
            let left = (n as f64 * (-bound).ln_1p()).exp();
            assert!((left / (1.0 - level) - 1.0).abs() < 1e-9, "{n}: {bound}");
        }
        assert!((upper_bound_of_none(10, 0.95) - 0.2588655508930523).abs() < 1e-12, "1 - 0.05^0.1");
    }

    /// scipy.stats.beta.ppf and isf.
    #[test]
    fn two_sided_bounds_agree_with_scipy() {
        for (cases, n, level, low, high) in [
            (0, 10, 0.95, 0.0, 0.3084971078187607),
            (1, 10, 0.95, 0.0025285785444617865, 0.4450161170281954),
            (5, 10, 0.95, 0.18708602844739855, 0.8129139715526015),
            (10, 10, 0.95, 0.6915028921812392, 1.0),
            (3, 1000, 0.99, 0.00033814452906649344, 0.01093377742040524),
            (37, 2000, 0.95, 0.013058315418332227, 0.025410378996541125),
            (500, 100_000, 0.9995, 0.004260057223507604, 0.00582395002755788),
            (4, 6_000_000, 0.95, 1.8164425785147313e-07, 1.7069305579957248e-06),
            (123_456, 6_000_000, 0.95, 0.020462558508571156, 0.02068990447474807),
        ] {
            let (a, b) = binomial_bounds(cases, n, level);
            assert!(
                (a - low).abs() <= 1e-8 * low && (b - high).abs() <= 1e-8 * high,
                "{cases} of {n}: {a} {b} against {low} {high}"
            );
        }
    }
}
