//! Special functions that the laws need: the normal distribution and the incomplete gamma function.
//!
//! All through `libm`, so that every machine gives the same bits. Error bounds are stated at each function and tested
//! against values computed with 30 digits. Left out: the beta function and Student's t, which belong to `stats`.

use std::f64::consts::{FRAC_1_SQRT_2, PI};

/// Density of the standard normal law.
pub(super) fn normal_density(z: f64) -> f64 {
    libm::exp(-0.5 * z * z) / libm::sqrt(2.0 * PI)
}

/// P(Z <= z) of the standard normal law; relative error below 1e-13 for z > -30.
pub(super) fn normal_cdf(z: f64) -> f64 {
    0.5 * libm::erfc(-z * FRAC_1_SQRT_2)
}

/// The z with P(Z <= z) = p, for 0 < p < 1; relative error below 1e-15 of z, apart from rounding (Wichura's AS 241).
pub(super) fn normal_quantile(p: f64) -> f64 {
    let q = p - 0.5;
    if q > -0.425 && q < 0.425 {
        let r = 0.180625 - q * q;
        return q * horner(r, &CENTRE_ABOVE) / horner(r, &CENTRE_BELOW);
    }
    let tail = if q < 0.0 { p } else { 1.0 - p };
    let r = libm::sqrt(-libm::log(tail));
    let z = if r <= 5.0 {
        horner(r - 1.6, &MIDDLE_ABOVE) / horner(r - 1.6, &MIDDLE_BELOW)
    } else {
        horner(r - 5.0, &TAIL_ABOVE) / horner(r - 5.0, &TAIL_BELOW)
    };
    if q < 0.0 { -z } else { z }
}

/// The polynomial with these coefficients, constant first.
fn horner(x: f64, coefficients: &[f64; 8]) -> f64 {
    let mut sum = coefficients[7];
    for k in (0..7).rev() {
        sum = sum * x + coefficients[k];
    }
    sum
}

const CENTRE_ABOVE: [f64; 8] = [
    3.387_132_872_796_366_5,
    1.331_416_678_917_843_8e2,
    1.971_590_950_306_551_3e3,
    1.373_169_376_550_946e4,
    4.592_195_393_154_987e4,
    6.726_577_092_700_87e4,
    3.343_057_558_358_813e4,
    2.509_080_928_730_122_7e3,
];
const CENTRE_BELOW: [f64; 8] = [
    1.0,
    4.231_333_070_160_091e1,
    6.871_870_074_920_579e2,
    5.394_196_021_424_751e3,
    2.121_379_430_158_659_7e4,
    3.930_789_580_009_271e4,
    2.872_908_573_572_194_3e4,
    5.226_495_278_852_854e3,
];
const MIDDLE_ABOVE: [f64; 8] = [
    1.423_437_110_749_683_5,
    4.630_337_846_156_546,
    5.769_497_221_460_691,
    3.647_848_324_763_204_5,
    1.270_458_252_452_368_4,
    2.417_807_251_774_506e-1,
    2.272_384_498_926_918_4e-2,
    7.745_450_142_783_414e-4,
];
const MIDDLE_BELOW: [f64; 8] = [
    1.0,
    2.053_191_626_637_759,
    1.676_384_830_183_803_8,
    6.897_673_349_851e-1,
    1.481_039_764_274_800_8e-1,
    1.519_866_656_361_645_7e-2,
    5.475_938_084_995_345e-4,
    1.050_750_071_644_416_9e-9,
];
const TAIL_ABOVE: [f64; 8] = [
    6.657_904_643_501_103,
    5.463_784_911_164_114,
    1.784_826_539_917_291_3,
    2.965_605_718_285_048_7e-1,
    2.653_218_952_657_612_4e-2,
    1.242_660_947_388_078_4e-3,
    2.711_555_568_743_487_6e-5,
    2.010_334_399_292_288_1e-7,
];
const TAIL_BELOW: [f64; 8] = [
    1.0,
    5.998_322_065_558_88e-1,
    1.369_298_809_227_358e-1,
    1.487_536_129_085_061_5e-2,
    7.868_691_311_456_133e-4,
    1.846_318_317_510_054_8e-5,
    1.421_511_758_316_446e-7,
    2.044_263_103_389_939_8e-15,
];

/// The regularised incomplete gamma functions (P(a, x), Q(a, x)), a > 0, x >= 0; relative error of the smaller one
/// below 1e-12 for a <= 1000, growing like a.
pub(super) fn gamma_both(a: f64, x: f64) -> (f64, f64) {
    if x <= 0.0 {
        return (0.0, 1.0);
    }
    if x == f64::INFINITY {
        return (1.0, 0.0);
    }
    let front = libm::exp(a * libm::log(x) - x - libm::lgamma(a));
    if x < a + 1.0 {
        let mut term = 1.0 / a;
        let mut sum = term;
        let mut n = a;
        // The terms shrink at least like x / (a + n), so that a few hundred plus sqrt(a) suffice.
        while term > sum * 1e-17 {
            n += 1.0;
            term *= x / n;
            sum += term;
        }
        let p = (front * sum).min(1.0);
        (p, 1.0 - p)
    } else {
        // Lentz's method for the continued fraction.
        const TINY: f64 = 1e-300;
        let mut b = x + 1.0 - a;
        let mut c = 1.0 / TINY;
        let mut d = 1.0 / b;
        let mut h = d;
        for i in 1..100_000 {
            let i = f64::from(i);
            let an = -i * (i - a);
            b += 2.0;
            d = an * d + b;
            d = 1.0 / if d.abs() < TINY { TINY } else { d };
            c = b + an / c;
            c = if c.abs() < TINY { TINY } else { c };
            let delta = c * d;
            h *= delta;
            if (delta - 1.0).abs() < 1e-16 {
                break;
            }
        }
        let q = (front * h).min(1.0);
        (1.0 - q, q)
    }
}

/// The x with P(a, x) = p, for 0 < p < 1; relative error below 1e-10 for a in [0.01, 1000].
///
/// A first guess from Wilson and Hilferty (or the power law of small a), then Newton's steps on the smaller of P and Q,
/// held inside a bracket that only shrinks.
pub(super) fn gamma_quantile(a: f64, p: f64) -> f64 {
    let q = 1.0 - p;
    let log_gamma = libm::lgamma(a);
    let mut x = if a > 1.0 {
        let z = normal_quantile(p);
        let c = 1.0 / (9.0 * a);
        let cube = 1.0 - c + z * libm::sqrt(c);
        if cube > 0.0 { a * cube * cube * cube } else { power_law(a, p, log_gamma) }
    } else {
        let t = 1.0 - a * (0.253 + a * 0.12);
        if p < t { libm::pow(p / t, 1.0 / a) } else { 1.0 - libm::log((1.0 - p) / (1.0 - t)) }
    };
    let (mut low, mut high) = (0.0f64, f64::INFINITY);
    for _ in 0..200 {
        if x <= 0.0 {
            // Below the smallest number a float holds: the power law is exact there.
            return power_law(a, p, log_gamma);
        }
        let (pp, qq) = gamma_both(a, x);
        let error = if p < 0.5 { pp - p } else { q - qq };
        if error > 0.0 {
            high = x;
        } else {
            low = x;
        }
        let density = libm::exp((a - 1.0) * libm::log(x) - x - log_gamma);
        let mut next = x - error / density;
        if !(next > low && next < high) {
            next = if high == f64::INFINITY { 2.0 * x } else { 0.5 * (low + high) };
        }
        if (next - x).abs() <= 1e-13 * next {
            return next;
        }
        x = next;
    }
    x
}

/// P(a, x) is close to x^a / Gamma(a + 1) for small x; its inverse.
fn power_law(a: f64, p: f64, log_gamma: f64) -> f64 {
    libm::exp((libm::log(p) + log_gamma + libm::log(a)) / a)
}

#[cfg(test)]
#[allow(clippy::excessive_precision, clippy::type_complexity, reason = "values of an oracle, as it printed them")]
#[path = "special_tests.rs"]
mod tests;
