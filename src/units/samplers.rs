//! Every way to turn random bits into a value: inverse transforms, one uniform each.
//!
//! All maths through `libm`, so that results are equal on every machine; the first values are frozen in the tests.
//! A value is the quantile of its law at u = [`uniform_open`], with 52 bits, and grows with u: relative error below 1e-14
//! for exponential and Pareto laws, 1e-13 for lognormal (sigma up to 3), normal and Weibull (shape from 0.1), 1e-10 for
//! gamma and Erlang, exact for the others, and half a nanosecond from rounding. Times past 584 years become
//! [`Span::FOREVER`]. A sum takes one uniform for each part that needs one; a mixture takes one for the choice and its part
//! together (a part of weight w keeps 64 + log2 w bits).

use super::law::Law;
use super::special::{gamma_quantile, normal_cdf, normal_quantile};
use super::{Chooser, Site, Span, SubjectId};

/// A number strictly between 0 and 1, in steps of 2^-52, from the upper 52 bits.
#[inline]
pub fn uniform_open(bits: u64) -> f64 {
    // The bits become the fraction of a number in [1, 2): no conversion, and both subtractions are exact.
    const ONE_LESS_HALF_A_STEP: f64 = 1.0 - f64::EPSILON / 2.0;
    f64::from_bits(0x3ff0_0000_0000_0000 | (bits >> 12)) - ONE_LESS_HALF_A_STEP
}

/// Whether something of probability `p` happens: never for 0, always for 1, exact to 2^-64.
#[inline]
pub fn bernoulli(bits: u64, p: f64) -> bool {
    p >= 1.0 || u128::from(bits) < threshold(p)
}

/// The index chosen by `weights` (relative, at least one above zero). An index of weight zero is never chosen.
pub fn choose_index(bits: u64, weights: &[f64]) -> usize {
    pick(bits, weights.len(), |k| weights[k]).0
}

/// The share `p` of 2^64.
fn threshold(p: f64) -> u128 {
    (p * 18_446_744_073_709_551_616.0) as u128
}

/// Chooses among `n` weights; gives the index and the bounds of its range in 2^64.
fn pick(bits: u64, n: usize, weight: impl Fn(usize) -> f64) -> (usize, u128, u128) {
    let total: f64 = (0..n).map(&weight).sum();
    let (mut sum, mut low) = (0.0, 0);
    for k in 0..n {
        sum += weight(k);
        // The last partial sum is the total itself, so that its share is exactly one.
        let high = threshold(sum / total);
        if u128::from(bits) < high {
            return (k, low, high);
        }
        low = high;
    }
    panic!("at least one weight must be above zero");
}

/// Nanoseconds, rounded to the nearest, from a float that may be too large for a span.
#[inline]
fn span(ns: f64) -> Span {
    // The cast saturates at forever.
    Span::from_ns((ns + 0.5) as u64)
}

#[inline]
fn ns(span: Span) -> f64 {
    span.ns() as f64
}

/// A span from `low` to `high`, both included, each alike.
#[inline]
fn uniform(bits: u64, low: Span, high: Span) -> Span {
    let width = u128::from(high.ns() - low.ns()) + 1;
    Span::from_ns(low.ns() + ((u128::from(bits) * width) >> 64) as u64)
}

/// An exponential span.
#[inline]
fn exponential(bits: u64, mean: Span) -> Span {
    span(ns(mean) * unit_exponential(bits))
}

/// An exponential value of mean one.
#[inline]
fn unit_exponential(bits: u64) -> f64 {
    -libm::log(1.0 - uniform_open(bits))
}

impl Law {
    /// One value of this law for `site`. Constants and lists draw nothing; the list takes its value by `site.nth`.
    #[inline(always)]
    pub fn sample<C: Chooser>(&self, chooser: &mut C, site: Site) -> Span {
        // The laws that simulations draw from most stand where they are called; the others may take a step more.
        match self {
            Law::Constant(d) => *d,
            Law::Uniform { low, high } => uniform(chooser.bits(site), *low, *high),
            Law::Exponential { mean } => exponential(chooser.bits(site), *mean),
            Law::ShiftedExponential { min, mean_of_tail } => min.saturating_add(exponential(chooser.bits(site), *mean_of_tail)),
            Law::List(values) => in_turn(values, site.nth),
            Law::Sum(parts) => sum(parts, None, chooser, site),
            _ => {
                let bits = chooser.bits(site);
                self.value_at(bits, chooser, site)
            }
        }
    }

    /// The value of this law at `bits`; only the later parts of sums ask the chooser for more.
    pub(super) fn value_at<C: Chooser>(&self, bits: u64, chooser: &mut C, site: Site) -> Span {
        match self {
            Law::Constant(d) => *d,
            Law::Uniform { low, high } => uniform(bits, *low, *high),
            Law::Exponential { mean } => exponential(bits, *mean),
            Law::ShiftedExponential { min, mean_of_tail } => min.saturating_add(exponential(bits, *mean_of_tail)),
            Law::Lognormal { median, sigma } => span(ns(*median) * libm::exp(sigma * normal_quantile(uniform_open(bits)))),
            Law::Normal { mean, sd } => normal(bits, ns(*mean), ns(*sd)),
            Law::Weibull { shape, scale } => span(ns(*scale) * libm::pow(unit_exponential(bits), 1.0 / shape)),
            Law::Gamma { shape, scale } => gamma(bits, *shape, ns(*scale)),
            Law::Erlang { stages, mean } => gamma(bits, f64::from(*stages), ns(*mean) / f64::from(*stages)),
            Law::Pareto { min, alpha, cap } => {
                let value = span(ns(*min) * libm::exp(unit_exponential(bits) / alpha));
                cap.map_or(value, |cap| value.min(cap))
            }
            Law::Discrete(values) => values[pick(bits, values.len(), |k| values[k].0).0].1,
            Law::Geometric { p, unit } => geometric(bits, *p, *unit),
            Law::Mixture(parts) => {
                let (k, low, high) = pick(bits, parts.len(), |k| parts[k].0);
                parts[k].1.value_at(within(bits, low, high), chooser, site)
            }
            Law::Sum(parts) => sum(parts, Some(bits), chooser, site),
            Law::List(values) => in_turn(values, site.nth),
            Law::Empirical(sample) => empirical(bits, sample),
            Law::Resampled(sample) => sample[((u128::from(bits) * sample.len() as u128) >> 64) as usize],
        }
    }
}

/// Where `bits` stands within its range, spread again over 64 bits.
pub(super) fn within(bits: u64, low: u128, high: u128) -> u64 {
    (((u128::from(bits) - low) << 64) / (high - low).max(1)).min(u128::from(u64::MAX)) as u64
}

/// The index that `bits` chooses among `n` weights, and fresh bits from what is left of them.
pub(super) fn choose_and_rest(bits: u64, n: usize, weight: impl Fn(usize) -> f64) -> (usize, u64) {
    let (k, low, high) = pick(bits, n, weight);
    (k, within(bits, low, high))
}

/// The sum of all parts. Part 0 takes `bits` where the caller has drawn them already; every part has a subject of its own
/// for what it must draw inside, so that sums of sums never share a draw.
fn sum<C: Chooser>(parts: &[Law], bits: Option<u64>, chooser: &mut C, site: Site) -> Span {
    let mut total = Span::ZERO;
    for (k, part) in parts.iter().enumerate() {
        let inside = Site { subject: part_of(site.subject, k), ..site };
        let value = match part {
            Law::Constant(d) => *d,
            Law::List(values) => in_turn(values, site.nth),
            _ if k == 0 => {
                let bits = bits.unwrap_or_else(|| chooser.bits(site));
                part.value_at(bits, chooser, inside)
            }
            _ => {
                let bits = chooser.bits(inside);
                part.value_at(bits, chooser, inside)
            }
        };
        total = total.saturating_add(value);
    }
    total
}

/// The subject of part `k` of a sum.
pub(super) fn part_of(subject: SubjectId, k: usize) -> SubjectId {
    subject.part(k as u64 + 1)
}

/// The `nth` value, or the last.
fn in_turn(values: &[Span], nth: u32) -> Span {
    values[(nth as usize).min(values.len() - 1)]
}

/// Normal on condition that it is not negative; counted from the upper tail, where the condition is a plain factor.
fn normal(bits: u64, mean: f64, sd: f64) -> Span {
    if sd == 0.0 {
        return span(mean);
    }
    let above = (1.0 - uniform_open(bits)) * normal_cdf(mean / sd);
    span((mean - sd * normal_quantile(above)).max(0.0))
}

fn gamma(bits: u64, shape: f64, scale: f64) -> Span {
    if shape == 1.0 { span(scale * unit_exponential(bits)) } else { span(scale * gamma_quantile(shape, uniform_open(bits))) }
}

fn geometric(bits: u64, p: f64, unit: Span) -> Span {
    if p >= 1.0 {
        return unit;
    }
    // The smallest k with 1 - (1 - p)^k >= u.
    let trials = libm::ceil(unit_exponential(bits) / -libm::log1p(-p)).max(1.0);
    span(trials * ns(unit))
}

fn empirical(bits: u64, sample: &[Span]) -> Span {
    let position = uniform_open(bits) * (sample.len() - 1) as f64;
    let below = position as usize;
    let Some(above) = sample.get(below + 1) else { return sample[below] };
    let width = above.ns() - sample[below].ns();
    sample[below].saturating_add(span((position - below as f64) * width as f64))
}

#[cfg(test)]
#[allow(clippy::excessive_precision, clippy::type_complexity, reason = "values of an oracle, as it printed them")]
#[path = "samplers_tests.rs"]
mod tests;
