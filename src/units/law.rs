//! Laws of distribution of lengths of time: what may be written, which values are impossible, and their means.
//!
//! Drawing from a law is in [`samplers`](super::samplers), what is left of a running time in
//! [`residual`](super::residual). Left out: laws of counts and sizes, and the reading of files.

use super::Span;
use super::special::{normal_cdf, normal_density};
use std::fmt;
use std::sync::Arc;

/// A law of a length of time.
#[derive(Clone, Debug, PartialEq)]
pub enum Law {
    /// Always the same; [`Span::FOREVER`] means never. Draws nothing.
    Constant(Span),
    /// Every nanosecond from `low` to `high` alike, both included.
    Uniform { low: Span, high: Span },
    /// Exponential.
    Exponential { mean: Span },
    /// `min` and an exponential time more.
    ShiftedExponential { min: Span, mean_of_tail: Span },
    /// The logarithm is normal with mean ln `median` and standard deviation `sigma`.
    Lognormal { median: Span, sigma: f64 },
    /// Normal, on condition that it is not negative; `mean` and `sd` are those before the condition.
    Normal { mean: Span, sd: Span },
    /// P(D > x) = exp(-(x / scale)^shape).
    Weibull { shape: f64, scale: Span },
    /// Density x^(shape - 1) exp(-x / scale), mean shape * scale.
    Gamma { shape: f64, scale: Span },
    /// The sum of `stages` equal exponentials; `mean` is that of the sum.
    Erlang { stages: u32, mean: Span },
    /// P(D > x) = (min / x)^alpha from `min` on; a value beyond `cap` becomes `cap`.
    Pareto { min: Span, alpha: f64, cap: Option<Span> },
    /// One of several values, by weight (relative; they need not sum to one).
    Discrete(Vec<(f64, Span)>),
    /// `unit` times the number of trials until the first success, 1, 2, ...; mean `unit / p`.
    Geometric { p: f64, unit: Span },
    /// One of several laws, by weight.
    Mixture(Vec<(f64, Law)>),
    /// The sum of independent parts.
    Sum(Vec<Law>),
    /// The k-th draw of a subject takes the k-th value, and the last repeats: retry schedules. Draws nothing.
    List(Vec<Span>),
    /// A sorted sample, read as the inverse of its interpolated distribution function (quantile at u (n - 1)).
    Empirical(Arc<[Span]>),
    /// One of the values of a sample, each alike.
    Resampled(Arc<[Span]>),
}

/// One impossible value in a law.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LawFault {
    /// Where in the law: "sigma", `mixture[1].shape`; empty for the law itself.
    pub place: String,
    /// What is wrong.
    pub problem: String,
    /// What to write instead.
    pub remedy: String,
}

/// All the impossible values of a law.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct LawError(pub Vec<LawFault>);

impl fmt::Display for LawError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (k, fault) in self.0.iter().enumerate() {
            let gap = if k > 0 { "\n" } else { "" };
            let colon = if fault.place.is_empty() { "" } else { ": " };
            write!(f, "{gap}{}{colon}{}; {}", fault.place, fault.problem, fault.remedy)?;
        }
        Ok(())
    }
}

impl Law {
    /// Refuses impossible values; reports all of them.
    pub fn check(&self) -> Result<(), LawError> {
        let mut faults = Vec::new();
        self.collect_faults("", &mut faults);
        if faults.is_empty() { Ok(()) } else { Err(LawError(faults)) }
    }

    fn collect_faults(&self, at: &str, faults: &mut Vec<LawFault>) {
        let mut fault = |name: &str, problem: String, remedy: &str| {
            let dot = if at.is_empty() || name.is_empty() { "" } else { "." };
            faults.push(LawFault { place: format!("{at}{dot}{name}"), problem, remedy: remedy.to_owned() });
        };
        let mut finite = |name: &str, span: Span| {
            if span == Span::FOREVER {
                fault(
                    name,
                    "forever is not a parameter of this law".to_owned(),
                    "write the law constant for a time that never ends",
                );
            }
        };
        match self {
            Law::Constant(_) => {}
            Law::Uniform { low, high } => {
                finite("low", *low);
                finite("high", *high);
                if low > high {
                    fault("", format!("low ({low}) is more than high ({high})"), "exchange the two");
                }
            }
            Law::Exponential { mean } => finite("mean", *mean),
            Law::ShiftedExponential { min, mean_of_tail } => {
                finite("min", *min);
                finite("mean_of_tail", *mean_of_tail);
            }
            Law::Lognormal { median, sigma } => {
                finite("median", *median);
                if !(sigma.is_finite() && *sigma >= 0.0) {
                    fault("sigma", format!("{sigma} is not a spread"), "write a number that is zero or more");
                }
            }
            Law::Normal { mean, sd } => {
                finite("mean", *mean);
                finite("sd", *sd);
            }
            Law::Weibull { shape, scale } | Law::Gamma { shape, scale } => {
                finite("scale", *scale);
                if !(shape.is_finite() && *shape > 0.0) {
                    fault("shape", format!("{shape} is not a shape"), "write a number above zero");
                }
            }
            Law::Erlang { stages, mean } => {
                finite("mean", *mean);
                if *stages == 0 {
                    fault("stages", "there is no stage".to_owned(), "write one stage or more");
                }
            }
            Law::Pareto { min, alpha, cap } => {
                finite("min", *min);
                if *min == Span::ZERO {
                    fault("min", "a Pareto law cannot begin at zero".to_owned(), "write a time above zero");
                }
                if !(alpha.is_finite() && *alpha > 0.0) {
                    fault("alpha", format!("{alpha} is not an exponent"), "write a number above zero");
                }
                if cap.is_some_and(|cap| cap < *min) {
                    fault("cap", "it is less than min".to_owned(), "write a cap of min or more, or none");
                }
            }
            Law::Geometric { p, unit } => {
                finite("unit", *unit);
                if !(*p > 0.0 && *p <= 1.0) {
                    fault("p", format!("{p} is not a probability of success above zero"), "write a number above 0 and up to 1");
                }
            }
            Law::Discrete(values) => weight_faults(values, &mut fault),
            Law::Mixture(parts) => {
                weight_faults(parts, &mut fault);
                for (k, (_, law)) in parts.iter().enumerate() {
                    law.collect_faults(&inner(at, "mixture", k), faults);
                }
            }
            Law::Sum(parts) => {
                if parts.is_empty() {
                    fault("", "a sum without parts".to_owned(), "write at least one part");
                }
                for (k, law) in parts.iter().enumerate() {
                    law.collect_faults(&inner(at, "sum", k), faults);
                }
            }
            Law::List(values) => {
                if values.is_empty() {
                    fault("", "an empty list".to_owned(), "write at least one time");
                }
            }
            Law::Empirical(sample) | Law::Resampled(sample) => {
                if sample.is_empty() {
                    fault("", "an empty sample".to_owned(), "give a file with at least one time");
                }
                if sample.contains(&Span::FOREVER) {
                    fault("", "a sample holds forever".to_owned(), "leave such rows out, or mix with the law constant");
                }
                if matches!(self, Law::Empirical(_)) && sample.windows(2).any(|w| w[0] > w[1]) {
                    fault("", "the sample is not sorted".to_owned(), "sort it from short to long");
                }
            }
        }
    }

    /// Whether every draw is zero.
    pub fn is_zero(&self) -> bool {
        self.constant() == Some(Span::ZERO)
    }

    /// The one value that every draw gives, if there is one.
    pub fn constant(&self) -> Option<Span> {
        match self {
            Law::Constant(d) => Some(*d),
            Law::Uniform { low, high } => (low == high).then_some(*low),
            Law::Exponential { mean } | Law::Erlang { mean, .. } => zero(*mean),
            Law::ShiftedExponential { min, mean_of_tail } => (*mean_of_tail == Span::ZERO).then_some(*min),
            Law::Lognormal { median, sigma } => (*median == Span::ZERO || *sigma == 0.0).then_some(*median),
            Law::Normal { mean, sd } => (*sd == Span::ZERO).then_some(*mean),
            Law::Weibull { scale, .. } | Law::Gamma { scale, .. } => zero(*scale),
            Law::Pareto { min, cap, .. } => (*cap == Some(*min)).then_some(*min),
            Law::Geometric { p, unit } => (*p == 1.0 || *unit == Span::ZERO).then_some(*unit),
            Law::Discrete(values) => all_same(values.iter().filter(|(w, _)| *w > 0.0).map(|(_, d)| Some(*d))),
            Law::Mixture(parts) => all_same(parts.iter().filter(|(w, _)| *w > 0.0).map(|(_, law)| law.constant())),
            Law::Sum(parts) => parts.iter().map(Law::constant).try_fold(Span::ZERO, |sum, part| Some(sum.saturating_add(part?))),
            Law::List(values) => all_same(values.iter().map(|d| Some(*d))),
            Law::Empirical(sample) | Law::Resampled(sample) => all_same(sample.iter().map(|d| Some(*d))),
        }
    }

    /// Whether a draw may last forever. A tail without a mean still ends.
    pub fn may_last_forever(&self) -> bool {
        let forever = |d: &Span| *d == Span::FOREVER;
        match self {
            Law::Constant(d) => forever(d),
            Law::Discrete(values) => values.iter().any(|(w, d)| *w > 0.0 && forever(d)),
            Law::Mixture(parts) => parts.iter().any(|(w, law)| *w > 0.0 && law.may_last_forever()),
            Law::Sum(parts) => parts.iter().any(Law::may_last_forever),
            Law::List(values) => values.iter().any(forever),
            _ => false,
        }
    }

    /// The mean in seconds; infinite for a law that may last forever or has no mean. For a list, its last value.
    pub fn mean(&self) -> f64 {
        if let Some(value) = self.constant() {
            return secs(value);
        }
        match self {
            Law::Constant(d) => secs(*d),
            Law::Uniform { low, high } => 0.5 * (secs(*low) + secs(*high)),
            Law::Exponential { mean } | Law::Erlang { mean, .. } => secs(*mean),
            Law::ShiftedExponential { min, mean_of_tail } => secs(*min) + secs(*mean_of_tail),
            Law::Lognormal { median, sigma } => secs(*median) * libm::exp(0.5 * sigma * sigma),
            Law::Normal { mean, sd } => {
                let ratio = secs(*mean) / secs(*sd);
                secs(*mean) + secs(*sd) * normal_density(ratio) / normal_cdf(ratio)
            }
            Law::Weibull { shape, scale } => secs(*scale) * libm::tgamma(1.0 + 1.0 / shape),
            Law::Gamma { shape, scale } => shape * secs(*scale),
            Law::Pareto { cap: Some(cap), .. } if *cap != Span::FOREVER => self.limited_mean(secs(*cap)),
            Law::Pareto { min, alpha, .. } => {
                if *alpha > 1.0 {
                    secs(*min) * alpha / (alpha - 1.0)
                } else {
                    f64::INFINITY
                }
            }
            Law::Discrete(values) => weighted(values, |d| secs(*d)),
            Law::Geometric { p, unit } => secs(*unit) / p,
            Law::Mixture(parts) => weighted(parts, Law::mean),
            Law::Sum(parts) => parts.iter().map(Law::mean).sum(),
            Law::List(values) => values.last().map_or(0.0, |d| secs(*d)),
            Law::Empirical(sample) => {
                // The mean of a piecewise linear quantile function: the mean of the middles of its pieces.
                let middles: f64 = sample.windows(2).map(|w| 0.5 * (secs(w[0]) + secs(w[1]))).sum();
                middles / (sample.len() - 1) as f64
            }
            Law::Resampled(sample) => sample.iter().map(|d| secs(*d)).sum::<f64>() / sample.len() as f64,
        }
    }
}

/// Seconds of a span, where forever is infinite.
pub(super) fn secs(span: Span) -> f64 {
    if span == Span::FOREVER { f64::INFINITY } else { span.seconds() }
}

/// The mean of `value` over weighted items; items of weight zero do not count, whatever their value.
pub(super) fn weighted<T>(items: &[(f64, T)], value: impl Fn(&T) -> f64) -> f64 {
    let (mut sum, mut total) = (0.0, 0.0);
    for (weight, item) in items {
        if *weight > 0.0 {
            sum += weight * value(item);
            total += weight;
        }
    }
    sum / total
}

fn zero(span: Span) -> Option<Span> {
    (span == Span::ZERO).then_some(Span::ZERO)
}

fn all_same(mut values: impl Iterator<Item = Option<Span>>) -> Option<Span> {
    let first = values.next()??;
    values.all(|value| value == Some(first)).then_some(first)
}

fn inner(at: &str, name: &str, k: usize) -> String {
    if at.is_empty() { format!("{name}[{k}]") } else { format!("{at}.{name}[{k}]") }
}

fn weight_faults<T>(items: &[(f64, T)], fault: &mut impl FnMut(&str, String, &str)) {
    for (k, (weight, _)) in items.iter().enumerate() {
        if !(weight.is_finite() && *weight >= 0.0) {
            fault(&format!("weights[{k}]"), format!("{weight} is not a weight"), "write a number that is zero or more");
        }
    }
    let total: f64 = items.iter().map(|(weight, _)| *weight).sum();
    if items.is_empty() {
        fault("", "there is nothing to choose from".to_owned(), "write at least one value with its weight");
    } else if total == 0.0 {
        fault("", "all weights are zero".to_owned(), "give at least one value a weight above zero");
    } else if !total.is_finite() {
        fault("", "the sum of the weights is not finite".to_owned(), "write smaller weights");
    }
}

#[cfg(test)]
#[path = "law_tests.rs"]
mod tests;
