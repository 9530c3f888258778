//! Limited means against numerical integration (mpmath), and remainders against domain.md C4.

use super::*;
use crate::units::{Purpose, SubjectId, fold};
use std::sync::Arc;

fn s(seconds: f64) -> Span {
    Span::from_seconds(seconds)
}

fn sample(seconds: &[f64]) -> Arc<[Span]> {
    seconds.iter().map(|x| s(*x)).collect()
}

/// Each law with its mean, and E[min(D, x)] at several x.
#[rustfmt::skip]
fn oracle() -> Vec<(Law, f64, &'static [(f64, f64)])> {
    vec![
(Law::Exponential { mean: s(600.0) }, 600.0, &[(1.0, 0.99916712943679268), (600.0, 379.27233529713461), (5000.0, 599.85577831414829)]),
(Law::ShiftedExponential { min: s(2.0), mean_of_tail: s(3.0) }, 5.0, &[(1.0, 1.0), (3.0, 2.8504060682786322), (20.0, 4.9925637434700009)]),
(Law::Uniform { low: s(60.0), high: s(120.0) }, 90.0, &[(30.0, 30.0), (70.0, 69.166666666666667), (500.0, 90.0)]),
(Law::Lognormal { median: s(8.0), sigma: 0.9 }, 11.994420000454135, &[(0.5, 0.49989579751398864), (20.0, 9.6473215207490222), (400.0, 11.99378073431898)]),
(Law::Normal { mean: s(1.0), sd: s(2.0) }, 2.018320867674067, &[(0.01, 0.0099872604015705442), (0.90000000000000002, 0.79065956092820453), (3.0, 1.7773375164327622), (15.0, 2.0183208676735578)]),
(Law::Normal { mean: s(28800.0), sd: s(3240.0) }, 28800.0, &[(10000.0, 9999.9999982706737), (28000.0, 27068.224272381557), (33000.0, 28651.323982718824)]),
(Law::Weibull { shape: 0.7, scale: s(11000.0) }, 13924.058566630117, &[(10.0, 9.9564052729169997), (9000.0, 5546.899909901921), (90000.0, 13511.370589047585)]),
(Law::Gamma { shape: 2.5, scale: s(30.0) }, 75.0, &[(5.0, 4.9955536212164441), (80.0, 58.673747183740323), (500.0, 74.999894618896397)]),
(Law::Erlang { stages: 4, mean: s(100.0) }, 100.0, &[(5.0, 4.999941617851505), (80.0, 70.140326845714135), (500.0, 99.999907385497232)]),
(Law::Pareto { min: s(5.0), alpha: 1.8, cap: None }, 11.25, &[(3.0, 3.0), (8.0, 6.9587478777104775), (1000.0, 11.159831255880799)]),
(Law::Pareto { min: s(5.0), alpha: 1.8, cap: Some(s(200.0)) }, 10.923237639815227, &[(3.0, 3.0), (8.0, 6.9587478777104775), (1000.0, 10.923237639815227)]),
(Law::Pareto { min: s(5.0), alpha: 1.0, cap: Some(s(200.0)) }, 23.444397270569682, &[(3.0, 3.0), (8.0, 7.3500181462286778), (1000.0, 23.444397270569682)]),
(Law::Geometric { p: 0.3, unit: s(2.0) }, 6.6666666666666669, &[(1.0, 1.0), (5.0, 3.89), (6.0, 4.3800000000000001), (100.0, 6.6666665467689974)]),
(Law::Discrete(vec![(2.0, s(1.0)), (1.0, s(2.0)), (1.0, s(3.0))]), 1.75, &[(0.5, 0.5), (1.5, 1.25), (9.0, 1.75)]),
(Law::Empirical(sample(&[1.0, 2.0, 4.0])), 2.25, &[(0.5, 0.5), (1.5, 1.4375), (3.0, 2.125), (9.0, 2.25)]),
(Law::Resampled(sample(&[4.0, 1.0, 1.0])), 2.0, &[(0.5, 0.5), (2.0, 1.3333333333333333), (9.0, 2.0)]),
(Law::Mixture(vec![(1.0, Law::Constant(s(8.0))), (3.0, Law::Uniform { low: s(0.0), high: s(4.0) })]), 3.5, &[(2.0, 1.625), (5.0, 2.75), (9.0, 3.5)]),
    ]
}

fn near(seen: f64, wanted: f64, bound: f64) -> bool {
    (seen - wanted).abs() <= bound * wanted.abs()
}

#[test]
fn means_and_limited_means_against_oracle() {
    for (law, mean, limited) in oracle() {
        assert!(near(law.mean(), mean, 1e-12), "{law:?}: {}, not {mean}", law.mean());
        for &(x, wanted) in limited {
            let seen = law.limited_mean(x);
            assert!(near(seen, wanted, 1e-11), "{law:?} at {x}: {seen}, not {wanted}");
        }
        assert_eq!(law.limited_mean(0.0), 0.0);
        assert_eq!(law.limited_mean(f64::INFINITY), law.mean());
    }
}

#[test]
fn survival_is_the_slope_of_the_limited_mean() {
    for (law, mean, _) in oracle() {
        for share in [0.113, 0.477, 0.911, 1.713, 2.931] {
            let x = share * mean;
            let h = 1e-5 * mean;
            let slope = (law.limited_mean(x + h) - law.limited_mean(x - h)) / (2.0 * h);
            let seen = law.survival(x).unwrap();
            assert!((slope - seen).abs() < 1e-5, "{law:?} at {x}: {seen}, not {slope}");
        }
    }
}

#[test]
fn limited_mean_of_sums() {
    // Two exponentials of mean 10 and 20, integrated numerically.
    let sum = Law::Sum(vec![Law::Exponential { mean: s(10.0) }, Law::Exponential { mean: s(20.0) }]);
    for (x, wanted) in [(1.0, 0.99919720033104), (15.0, 13.336639491844), (100.0, 29.730936119334)] {
        let seen = sum.limited_mean(x);
        assert!(near(seen, wanted, 1e-5), "at {x}: {seen}, not {wanted}");
    }
    let shifted = Law::Sum(vec![Law::Constant(s(2.0)), Law::Exponential { mean: s(3.0) }]);
    let same = Law::ShiftedExponential { min: s(2.0), mean_of_tail: s(3.0) };
    for x in [1.0, 2.0, 4.0, 40.0] {
        assert!(near(shifted.limited_mean(x), same.limited_mean(x), 1e-12));
    }
    let erlang = Law::Erlang { stages: 3, mean: s(90.0) };
    let stages = Law::Sum(vec![Law::Exponential { mean: s(30.0) }; 3]);
    for x in [10.0, 80.0, 1e6] {
        assert!(near(stages.limited_mean(x), erlang.limited_mean(x), 1e-5), "{x}");
    }
}

/// Gives the bits whose uniform is nearest to u.
struct At(f64);

impl Chooser for At {
    fn bits(&mut self, _: Site) -> u64 {
        ((self.0 * (1u64 << 52) as f64) as u64) << 12
    }
}

struct Hashed;

impl Chooser for Hashed {
    fn bits(&mut self, site: Site) -> u64 {
        fold(fold(site.subject.0, site.purpose as u64), u64::from(site.nth))
    }
}

fn site(nth: u32) -> Site {
    Site::new(Purpose::Start, SubjectId::of_name("residual tests"), nth)
}

/// domain.md C4: quantiles of the remainder for means of 3600 s.
#[test]
fn remainders_have_the_quantiles_of_c4() {
    let lognormal = Law::Lognormal { median: s(2183.5103749654803), sigma: 1.0 };
    let weibull = Law::Weibull { shape: 0.7, scale: s(11000.0) };
    for (law, u, wanted) in [
        (Law::Constant(s(3600.0)), 0.95, 3420.0),
        (Law::Uniform { low: s(0.0), high: s(7200.0) }, 0.95, 7200.0 * (1.0 - libm::sqrt(0.05))),
        (Law::Uniform { low: s(3600.0), high: s(7200.0) }, 0.25, 1350.0),
        (Law::Exponential { mean: s(3600.0) }, 0.5, 3600.0 * std::f64::consts::LN_2),
        (lognormal.clone(), 0.5, 2472.2668968873),
        (lognormal.clone(), 0.95, 17284.525590686),
        (lognormal, 0.99, 36551.524151073),
        (weibull.clone(), 0.01, 143.2068133813),
        (weibull.clone(), 0.5, 12810.010972829),
        (weibull, 0.99, 126519.50828365),
    ] {
        let seen = law.sample_residual(&mut At(u), site(0)).seconds();
        assert!((seen - wanted).abs() < 2e-9 + 1e-9 * wanted, "{law:?} at {u}: {seen}, not {wanted}");
    }
}

/// The mean remainder is E[D^2] / (2 E[D]); here by its own formula for each law.
#[test]
fn mean_remainders_of_sums_mixtures_and_samples() {
    let uniform = |a, b| Law::Uniform { low: s(a), high: s(b) };
    for (law, second_moment, mean) in [
        // E[D^2] = variances + square of the mean.
        (Law::Sum(vec![uniform(0.0, 6.0), Law::Exponential { mean: s(2.0) }]), 3.0 + 4.0 + 25.0, 5.0),
        (Law::Sum(vec![Law::Constant(s(4.0)), uniform(0.0, 6.0)]), 3.0 + 49.0, 7.0),
        (Law::Mixture(vec![(0.7, Law::Constant(s(1.0))), (0.3, Law::Constant(s(10.0)))]), 30.7, 3.7),
        (Law::Discrete(vec![(0.7, s(1.0)), (0.3, s(10.0))]), 30.7, 3.7),
        (Law::Resampled(sample(&[1.0, 10.0])), 50.5, 5.5),
        // Pieces 1-3 and 3-9: means 2 and 6, second moments 13/3 and 39.
        (Law::Empirical(sample(&[1.0, 3.0, 9.0])), (13.0 / 3.0 + 39.0) / 2.0, 4.0),
        (Law::Geometric { p: 0.5, unit: s(1.0) }, 6.0, 2.0),
        (Law::Gamma { shape: 2.0, scale: s(3.0) }, 54.0, 6.0),
    ] {
        const N: u32 = 40_000;
        let draws: Vec<f64> = (0..N).map(|k| law.sample_residual(&mut Hashed, site(k)).seconds()).collect();
        let average = draws.iter().sum::<f64>() / f64::from(N);
        let variance = draws.iter().map(|x| (x - average) * (x - average)).sum::<f64>() / f64::from(N);
        let wanted = second_moment / (2.0 * mean);
        let error = 4.0 * libm::sqrt(variance / f64::from(N));
        assert!((average - wanted).abs() < error, "{law:?}: {average}, not {wanted} within {error}");
        assert!((law.mean() - mean).abs() < 1e-9);
    }
}

#[test]
fn endless_and_empty_periods() {
    assert_eq!(Law::Constant(Span::FOREVER).sample_residual(&mut Hashed, site(0)), Span::FOREVER);
    assert_eq!(Law::Pareto { min: s(1.0), alpha: 0.9, cap: None }.sample_residual(&mut Hashed, site(0)), Span::FOREVER);
    assert_eq!(Law::Constant(Span::ZERO).sample_residual(&mut Hashed, site(0)), Span::ZERO);
    let sometimes = Law::Mixture(vec![(1.0, Law::Constant(Span::ZERO)), (1.0, Law::Constant(s(2.0)))]);
    assert!((0..50).all(|k| sometimes.sample_residual(&mut Hashed, site(k)) < s(2.0)));
}

/// Every u gives a finite remainder that grows with u.
#[test]
fn remainders_grow_with_u() {
    for (law, _, _) in oracle() {
        if matches!(law, Law::Mixture(_) | Law::Discrete(_) | Law::Resampled(_) | Law::Empirical(_)) {
            continue;
        }
        let us = [1e-12, 1e-6, 0.01, 0.3, 0.6, 0.9, 0.999, 0.999_999_9, 1.0 - 1e-12];
        let seen: Vec<Span> = us.iter().map(|u| law.sample_residual(&mut At(*u), site(0))).collect();
        assert!(seen.is_sorted(), "{law:?}: {seen:?}");
        // Only a tail without end may pass 584 years.
        let endless = matches!(law, Law::Pareto { cap: None, .. });
        assert!(endless || *seen.last().unwrap() < Span::FOREVER, "{law:?}: {seen:?}");
    }
}
