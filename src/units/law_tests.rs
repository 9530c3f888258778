//! Which laws are refused, and their means against numerical integration (mpmath).

use super::*;

fn s(seconds: f64) -> Span {
    Span::from_seconds(seconds)
}

#[test]
fn all_faults_of_a_law_are_reported() {
    let law = Law::Mixture(vec![
        (-1.0, Law::Lognormal { median: s(1.0), sigma: f64::NAN }),
        (2.0, Law::Sum(vec![Law::Weibull { shape: 0.0, scale: Span::FOREVER }, Law::Uniform { low: s(2.0), high: s(1.0) }])),
    ]);
    let places: Vec<String> = law.check().unwrap_err().0.into_iter().map(|fault| fault.place).collect();
    assert_eq!(
        places,
        ["weights[0]", "mixture[0].sigma", "mixture[1].sum[0].scale", "mixture[1].sum[0].shape", "mixture[1].sum[1]"]
    );
}

#[test]
fn impossible_laws_are_refused() {
    for law in [
        Law::Discrete(vec![]),
        Law::Discrete(vec![(0.0, s(1.0))]),
        Law::Discrete(vec![(f64::INFINITY, s(1.0))]),
        Law::Mixture(vec![]),
        Law::Sum(vec![]),
        Law::List(vec![]),
        Law::Empirical(Arc::new([])),
        Law::Empirical(Arc::new([s(2.0), s(1.0)])),
        Law::Resampled(Arc::new([Span::FOREVER])),
        Law::Geometric { p: 0.0, unit: s(1.0) },
        Law::Geometric { p: 1.5, unit: s(1.0) },
        Law::Pareto { min: Span::ZERO, alpha: 1.0, cap: None },
        Law::Pareto { min: s(2.0), alpha: 1.0, cap: Some(s(1.0)) },
        Law::Erlang { stages: 0, mean: s(1.0) },
        Law::Gamma { shape: -1.0, scale: s(1.0) },
        Law::Exponential { mean: Span::FOREVER },
    ] {
        let error = law.check().expect_err("must be refused");
        assert!(error.0.iter().all(|fault| !fault.problem.is_empty() && !fault.remedy.is_empty()), "{error}");
    }
}

#[test]
fn every_parameter_may_be_zero() {
    for law in [
        Law::Constant(s(0.0)),
        Law::Uniform { low: s(0.0), high: s(0.0) },
        Law::Exponential { mean: s(0.0) },
        Law::ShiftedExponential { min: s(0.0), mean_of_tail: s(0.0) },
        Law::Lognormal { median: s(0.0), sigma: 0.5 },
        Law::Normal { mean: s(0.0), sd: s(0.0) },
        Law::Weibull { shape: 0.5, scale: s(0.0) },
        Law::Gamma { shape: 0.5, scale: s(0.0) },
        Law::Erlang { stages: 2, mean: s(0.0) },
        Law::Geometric { p: 0.5, unit: s(0.0) },
        Law::Sum(vec![Law::Constant(s(0.0)), Law::Exponential { mean: s(0.0) }]),
        Law::Mixture(vec![(1.0, Law::Constant(s(0.0))), (0.0, Law::Constant(s(5.0)))]),
    ] {
        law.check().unwrap();
        assert!(law.is_zero(), "{law:?}");
        assert_eq!(law.mean(), 0.0, "{law:?}");
        assert_eq!(law.limited_mean(7.0), 0.0, "{law:?}");
    }
    assert!(!Law::Exponential { mean: s(1.0) }.is_zero());
}

#[test]
fn one_value_is_recognised() {
    assert_eq!(Law::Normal { mean: s(3.0), sd: s(0.0) }.constant(), Some(s(3.0)));
    assert_eq!(Law::Lognormal { median: s(3.0), sigma: 0.0 }.constant(), Some(s(3.0)));
    assert_eq!(Law::Sum(vec![Law::Constant(s(1.0)), Law::Uniform { low: s(2.0), high: s(2.0) }]).constant(), Some(s(3.0)));
    assert_eq!(Law::List(vec![s(1.0), s(2.0)]).constant(), None);
    assert_eq!(Law::Normal { mean: s(0.0), sd: s(1.0) }.constant(), None);
    assert_eq!(Law::Geometric { p: 1.0, unit: s(4.0) }.constant(), Some(s(4.0)));
}

#[test]
fn means_may_be_infinite() {
    assert_eq!(Law::Constant(Span::FOREVER).mean(), f64::INFINITY);
    assert_eq!(Law::Pareto { min: s(1.0), alpha: 1.0, cap: None }.mean(), f64::INFINITY);
    let forever = Law::Discrete(vec![(0.9, s(1.0)), (0.1, Span::FOREVER)]);
    assert_eq!(forever.mean(), f64::INFINITY);
    assert!((forever.limited_mean(10.0) - 1.9).abs() < 1e-12);
    assert_eq!(Law::Discrete(vec![(0.9, s(1.0)), (0.0, Span::FOREVER)]).mean(), 1.0);
    assert_eq!(Law::List(vec![s(60.0), s(300.0)]).mean(), 300.0);
}
