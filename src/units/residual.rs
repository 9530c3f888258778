//! What is left of a running time: limited means, survival, and draws from the equilibrium residual life.
//!
//! An alternating process seen at a random instant (`start: equilibrium`) is inside a period whose remainder has density
//! P(D > x) / E[D]. Its distribution function is the limited mean E[min(D, x)] divided by E[D], which most laws have in
//! closed form; it is inverted by Newton's steps inside a bracket (relative error below 1e-9 between the quantiles 1e-9
//! and 1 - 1e-6). Sums and mixtures need no inversion: the part that is running is chosen by its mean, then the
//! remainder of that part is drawn, and the parts of a sum that have not begun follow in full.
//! A law whose mean is infinite has an endless remainder. For a list, the last value counts.

use super::law::{Law, secs, weighted};
use super::samplers::{choose_and_rest, part_of, uniform_open};
use super::special::{gamma_both, normal_cdf, normal_density};
use super::{Chooser, Site, Span};

/// Cells of the grid on which sums are convolved.
const CELLS: usize = 1024;

impl Law {
    /// E[min(D, x)] in seconds, for `x` in seconds, at most the mean.
    ///
    /// Closed forms, relative error below 1e-11, except sums with two or more parts that vary: those are convolved on 1,024
    /// cells of width h = x / 1024, each part spread over its cells so that its mean is kept; the result is at most
    /// n h / 4 too small for n parts (n h^2 f / 8 where the density f exists).
    pub fn limited_mean(&self, x: f64) -> f64 {
        if x.is_nan() || x <= 0.0 {
            return 0.0;
        }
        if x == f64::INFINITY {
            return self.mean();
        }
        if let Some(value) = self.constant() {
            return secs(value).min(x);
        }
        match self {
            Law::Constant(d) => secs(*d).min(x),
            Law::Uniform { low, high } => uniform_limited(secs(*low), secs(*high), x),
            Law::Exponential { mean } => -secs(*mean) * libm::expm1(-x / secs(*mean)),
            Law::ShiftedExponential { min, mean_of_tail } => {
                let (min, tail) = (secs(*min), secs(*mean_of_tail));
                if x <= min { x } else { min - tail * libm::expm1(-(x - min) / tail) }
            }
            Law::Lognormal { median, sigma } => {
                let z = libm::log(x / secs(*median)) / sigma;
                self.mean() * normal_cdf(z - sigma) + x * normal_cdf(-z)
            }
            Law::Normal { mean, sd } => {
                let (m, s) = (secs(*mean), secs(*sd));
                let (z, z0) = ((x - m) / s, -m / s);
                let kept = normal_cdf(-z0);
                if z > 0.0 {
                    self.mean() - s * (normal_density(z) - z * normal_cdf(-z)) / kept
                } else {
                    let area = |z: f64| z * normal_cdf(z) + normal_density(z);
                    x - (s * (area(z) - area(z0)) - x * normal_cdf(z0)) / kept
                }
            }
            Law::Weibull { shape, scale } => {
                let power = libm::pow(x / secs(*scale), *shape);
                self.mean() * gamma_both(1.0 / shape, power).0
            }
            Law::Gamma { shape, scale } => gamma_limited(*shape, secs(*scale), x),
            Law::Erlang { stages, mean } => gamma_limited(f64::from(*stages), secs(*mean) / f64::from(*stages), x),
            Law::Pareto { min, alpha, cap } => pareto_limited(secs(*min), *alpha, cap.map_or(x, |cap| x.min(secs(cap)))),
            Law::Discrete(values) => weighted(values, |d| secs(*d).min(x)),
            Law::Geometric { p, unit } => {
                let unit = secs(*unit);
                let whole = libm::floor(x / unit);
                let none_so_far = libm::exp(whole * libm::log1p(-p));
                let begun = -libm::expm1(whole * libm::log1p(-p));
                unit * begun / p + (x - whole * unit) * none_so_far
            }
            Law::Mixture(parts) => weighted(parts, |law| law.limited_mean(x)),
            Law::Sum(parts) => sum_limited(parts, x),
            Law::List(values) => values.last().map_or(0.0, |d| secs(*d).min(x)),
            Law::Empirical(sample) => {
                let pieces: f64 = sample.windows(2).map(|w| uniform_limited(secs(w[0]), secs(w[1]), x)).sum();
                pieces / (sample.len() - 1) as f64
            }
            Law::Resampled(sample) => sample.iter().map(|d| secs(*d).min(x)).sum::<f64>() / sample.len() as f64,
        }
    }

    /// P(D > x), `x` in seconds, where it has a closed form; none for sums of parts that vary.
    pub fn survival(&self, x: f64) -> Option<f64> {
        if x < 0.0 {
            return Some(1.0);
        }
        let above = |value: f64| if value > x { 1.0 } else { 0.0 };
        if let Some(value) = self.constant() {
            return Some(above(secs(value)));
        }
        Some(match self {
            Law::Constant(d) => above(secs(*d)),
            Law::Uniform { low, high } => uniform_survival(secs(*low), secs(*high), x),
            Law::Exponential { mean } => libm::exp(-x / secs(*mean)),
            Law::ShiftedExponential { min, mean_of_tail } => libm::exp(-(x - secs(*min)).max(0.0) / secs(*mean_of_tail)),
            Law::Lognormal { median, sigma } => normal_cdf(-libm::log(x / secs(*median)) / sigma),
            Law::Normal { mean, sd } => normal_cdf((secs(*mean) - x) / secs(*sd)) / normal_cdf(secs(*mean) / secs(*sd)),
            Law::Weibull { shape, scale } => libm::exp(-libm::pow(x / secs(*scale), *shape)),
            Law::Gamma { shape, scale } => gamma_both(*shape, x / secs(*scale)).1,
            Law::Erlang { stages, mean } => gamma_both(f64::from(*stages), x * f64::from(*stages) / secs(*mean)).1,
            Law::Pareto { min, alpha, cap } => {
                if x < secs(*min) {
                    1.0
                } else if cap.is_some_and(|cap| x >= secs(cap)) {
                    0.0
                } else {
                    libm::pow(secs(*min) / x, *alpha)
                }
            }
            Law::Discrete(values) => weighted(values, |d| above(secs(*d))),
            Law::Geometric { p, unit } => libm::exp(libm::floor(x / secs(*unit)) * libm::log1p(-p)),
            Law::Mixture(parts) => {
                if parts.iter().any(|(_, law)| law.survival(x).is_none()) {
                    return None;
                }
                weighted(parts, |law| law.survival(x).expect("just seen"))
            }
            Law::Sum(_) => return None,
            Law::List(values) => above(values.last().map_or(0.0, |d| secs(*d))),
            Law::Empirical(sample) => {
                let pieces: f64 = sample.windows(2).map(|w| uniform_survival(secs(w[0]), secs(w[1]), x)).sum();
                pieces / (sample.len() - 1) as f64
            }
            Law::Resampled(sample) => sample.iter().map(|d| above(secs(*d))).sum::<f64>() / sample.len() as f64,
        })
    }

    /// What is left of a time of this law that a random instant falls into: density `P(D > x) / E[D]`.
    pub fn sample_residual<C: Chooser>(&self, chooser: &mut C, site: Site) -> Span {
        if self.is_zero() {
            return Span::ZERO;
        }
        if self.mean() == f64::INFINITY {
            return Span::FOREVER;
        }
        let bits = chooser.bits(site);
        self.residual_at(bits, chooser, site)
    }

    /// As [`Law::sample_residual`], for a law of finite mean above zero.
    fn residual_at<C: Chooser>(&self, bits: u64, chooser: &mut C, site: Site) -> Span {
        let part_of_constant = |d: Span, bits: u64| Span::from_ns(((u128::from(bits) * u128::from(d.ns())) >> 64) as u64);
        if let Some(value) = self.constant() {
            return part_of_constant(value, bits);
        }
        match self {
            Law::Exponential { .. } => self.value_at(bits, chooser, site),
            Law::Mixture(parts) => {
                let (k, rest) = choose_and_rest(bits, parts.len(), |k| running(parts[k].0, || parts[k].1.mean()));
                parts[k].1.residual_at(rest, chooser, site)
            }
            Law::Discrete(values) => {
                let (k, rest) = choose_and_rest(bits, values.len(), |k| running(values[k].0, || secs(values[k].1)));
                part_of_constant(values[k].1, rest)
            }
            Law::Resampled(sample) => {
                let (k, rest) = choose_and_rest(bits, sample.len(), |k| secs(sample[k]));
                part_of_constant(sample[k], rest)
            }
            Law::Empirical(sample) => {
                // Each piece between two values of the sample is a uniform law of its own.
                let (k, rest) = choose_and_rest(bits, sample.len() - 1, |k| secs(sample[k]) + secs(sample[k + 1]));
                Law::Uniform { low: sample[k], high: sample[k + 1] }.residual_at(rest, chooser, site)
            }
            Law::Sum(parts) => {
                let (k, rest) = choose_and_rest(bits, parts.len(), |k| parts[k].mean());
                let site_of = |j: usize| Site { subject: part_of(site.subject, j), ..site };
                let mut left = parts[k].residual_at(rest, chooser, site_of(k));
                for (j, part) in parts.iter().enumerate().skip(k + 1) {
                    left = left.saturating_add(part.sample(chooser, site_of(j)));
                }
                left
            }
            Law::List(values) => part_of_constant(values.last().copied().unwrap_or(Span::ZERO), bits),
            _ => Span::from_seconds(self.residual_quantile(uniform_open(bits))),
        }
    }

    /// The x with E[min(D, x)] = u E[D], in seconds.
    fn residual_quantile(&self, u: f64) -> f64 {
        let mean = self.mean();
        let target = u * mean;
        // The limited mean is concave with slope P(D > x): a Newton step from the left never passes the root.
        let (mut low, mut high) = (target, f64::INFINITY);
        let mut x = target;
        for _ in 0..400 {
            let short = target - self.limited_mean(x);
            if short > 0.0 {
                low = x;
            } else {
                high = x;
            }
            let slope = self.survival(x).unwrap_or(0.0);
            let mut next = x + short / slope;
            if !(next >= low && next <= high) {
                next = if high == f64::INFINITY { 2.0 * x.max(1e-9) } else { 0.5 * (low + high) };
            }
            // A tenth of a nanosecond is finer than any time we keep.
            if (next - x).abs() <= 1e-10 + 1e-14 * next || next == f64::INFINITY {
                return next;
            }
            x = next;
        }
        x
    }
}

/// The weight of a part in being the running one: its weight times its mean; zero stays zero whatever the mean.
fn running(weight: f64, mean: impl Fn() -> f64) -> f64 {
    if weight > 0.0 { weight * mean() } else { 0.0 }
}

fn uniform_limited(a: f64, b: f64, x: f64) -> f64 {
    if x <= a {
        x
    } else if x >= b {
        0.5 * (a + b)
    } else {
        // The area under the survival function: a, and from a to x a trapezoid.
        a + (x - a) * (1.0 - 0.5 * (x - a) / (b - a))
    }
}

fn uniform_survival(a: f64, b: f64, x: f64) -> f64 {
    if x < a {
        1.0
    } else if x >= b {
        0.0
    } else {
        (b - x) / (b - a)
    }
}

fn gamma_limited(shape: f64, scale: f64, x: f64) -> f64 {
    shape * scale * gamma_both(shape + 1.0, x / scale).0 + x * gamma_both(shape, x / scale).1
}

fn pareto_limited(min: f64, alpha: f64, x: f64) -> f64 {
    if x <= min {
        return x;
    }
    let log = libm::log(x / min);
    let a = alpha - 1.0;
    // (1 - (min / x)^a) / a, which tends to the logarithm as a goes to zero.
    let tail = if a == 0.0 { log } else { -libm::expm1(-a * log) / a };
    min + min * tail
}

fn sum_limited(parts: &[Law], x: f64) -> f64 {
    let fixed: f64 = parts.iter().filter_map(Law::constant).map(secs).sum();
    let moving: Vec<&Law> = parts.iter().filter(|part| part.constant().is_none()).collect();
    if fixed >= x {
        return x;
    }
    let x = x - fixed;
    if let [only] = moving[..] {
        return fixed + only.limited_mean(x);
    }
    let h = x / CELLS as f64;
    let mut mass: Vec<f64> = Vec::new();
    for part in moving {
        // Second differences of the limited mean: the law moved to the grid with its mean kept in every cell.
        let means: Vec<f64> = (0..=CELLS).map(|j| part.limited_mean(j as f64 * h)).collect();
        let own: Vec<f64> = (0..CELLS)
            .map(|j| {
                let after = means[j + 1] - means[j];
                let before = if j == 0 { h } else { means[j] - means[j - 1] };
                ((before - after) / h).max(0.0)
            })
            .collect();
        mass = if mass.is_empty() { own } else { convolve(&mass, &own) };
    }
    let below: f64 = mass.iter().enumerate().map(|(j, p)| p * (x - j as f64 * h)).sum();
    fixed + x - below
}

fn convolve(a: &[f64], b: &[f64]) -> Vec<f64> {
    let mut out = vec![0.0; a.len()];
    for (i, p) in a.iter().enumerate() {
        for (o, q) in out[i..].iter_mut().zip(b) {
            *o += p * q;
        }
    }
    out
}

#[cfg(test)]
#[allow(clippy::excessive_precision, clippy::type_complexity, reason = "values of an oracle, as it printed them")]
#[path = "residual_tests.rs"]
mod tests;
