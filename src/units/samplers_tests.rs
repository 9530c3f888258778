//! Quantiles against values computed with 40 digits (mpmath), frozen first values, and samples against `rand_distr`.

use super::*;
use crate::units::{Purpose, fold};
use std::sync::Arc;

/// Gives the same bits at every site.
struct Fixed(u64);

impl Chooser for Fixed {
    fn bits(&mut self, _: Site) -> u64 {
        self.0
    }
}

/// Bits by hashing the site, and how often it was asked.
struct Hashed(u64);

impl Chooser for Hashed {
    fn bits(&mut self, site: Site) -> u64 {
        self.0 += 1;
        fold(fold(site.subject.0, site.purpose as u64), u64::from(site.nth))
    }
}

fn s(seconds: f64) -> Span {
    Span::from_seconds(seconds)
}

fn sample(seconds: &[f64]) -> Arc<[Span]> {
    seconds.iter().map(|x| s(*x)).collect()
}

fn site(nth: u32) -> Site {
    Site::new(Purpose::Dummy, SubjectId::of_name("sampler tests"), nth)
}

/// The upper 52 bits at which the quantiles below are taken: u = (k + 1/2) / 2^52.
const KS: [u64; 8] = [
    4503599,
    4503599627370,
    450359962737049,
    1125899906842624,
    2251799813685248,
    4053239664633446,
    4499096027743125,
    4503599622866896,
];

/// Each law with its quantiles at [`KS`], in seconds.
fn oracle() -> Vec<(Law, [f64; 8])> {
    vec![
        (
            Law::Exponential { mean: s(600.0) },
            [
                5.9999998333084111e-7,
                0.60030020015012063,
                63.216309394695766,
                172.60924347106865,
                415.88830833596732,
                1381.5510557964275,
                4144.6531673892817,
                12433.959519137006,
            ],
        ),
        (
            Law::ShiftedExponential { min: s(0.2), mean_of_tail: s(1.0) },
            [
                0.20000000099999997,
                0.20100050033358353,
                0.30536051565782628,
                0.48768207245178108,
                0.89314718055994553,
                2.5025850929940459,
                7.1077552789821362,
                20.923265865228343,
            ],
        ),
        (
            Law::Uniform { low: s(60.0), high: s(120.0) },
            [60.000000059999998, 60.06, 65.999999999999999, 75.000000000000007, 90.000000000000007, 114.0, 119.94, 119.99999994],
        ),
        (
            Law::Lognormal { median: s(8.0), sigma: 0.9 },
            [
                0.036204032332198468,
                0.49570834770013119,
                2.5245053251174065,
                4.3596891829402889,
                8.000000000000002,
                25.351501287494241,
                129.1081747905434,
                1767.7588897488878,
            ],
        ),
        (
            Law::Lognormal { median: s(120.0), sigma: 1.5 },
            [
                0.014857971051178128,
                1.1643270533714282,
                17.551938408951278,
                43.63052925048545,
                120.00000000000005,
                820.42220434502963,
                12367.659033862802,
                969176.74360781487,
            ],
        ),
        (
            Law::Normal { mean: s(28800.0), sd: s(3240.0) },
            [
                9367.1052566531147,
                18787.647328016285,
                24647.772927635494,
                26614.653209364696,
                28800.000000000001,
                32952.227072364506,
                38812.352671983715,
                48232.894743509305,
            ],
        ),
        (
            Law::Normal { mean: s(1.0), sd: s(2.0) },
            [
                3.9280348776948889e-9,
                0.0039261100910608399,
                0.37686061341657222,
                0.90673544953920417,
                1.7937423501790895,
                3.9643593568818144,
                7.3963826647176793,
                13.114908889064708,
            ],
        ),
        (
            Law::Weibull { shape: 0.7, scale: s(11000.0) },
            [
                1.5284449831487982e-9,
                0.57014948860644952,
                441.79239810349622,
                1855.2864341387617,
                6516.2912424734747,
                36211.262693814343,
                173958.42280236818,
                835693.94358776944,
            ],
        ),
        (
            Law::Gamma { shape: 2.5, scale: s(30.0) },
            [
                0.012184343347130107,
                3.1531890394382886,
                24.154619804434842,
                40.119042141482458,
                65.271902866432922,
                138.54535349671679,
                307.72508478649315,
                760.38290642278783,
            ],
        ),
        (
            Law::Gamma { shape: 0.5, scale: s(30.0) },
            [
                2.3561943569168846e-17,
                2.356195723893739e-5,
                0.23686161140146827,
                1.5229656640143246,
                6.8240463467935948,
                40.583151811431224,
                162.41349255994096,
                559.87339659778079,
            ],
        ),
        (
            Law::Erlang { stages: 4, mean: s(100.0) },
            [
                0.31194382589346713,
                10.713810340710577,
                43.619239070622781,
                63.383005297502342,
                91.801518721272416,
                167.0195767063966,
                326.55601947970174,
                728.84516487853817,
            ],
        ),
        (
            Law::Pareto { min: s(5.0), alpha: 1.8, cap: None },
            [
                5.0000000027777777,
                5.002779940113663,
                5.301403157643336,
                5.8665180813838814,
                7.3486724613779951,
                17.969068319023138,
                232.07944168063881,
                500000.0078560921,
            ],
        ),
        (
            Law::Pareto { min: s(5.0), alpha: 1.8, cap: Some(s(200.0)) },
            [
                5.0000000027777777,
                5.002779940113663,
                5.301403157643336,
                5.8665180813838814,
                7.3486724613779951,
                17.969068319023138,
                200.0,
                200.0,
            ],
        ),
        (Law::Geometric { p: 0.3, unit: s(2.0) }, [2.0, 2.0, 2.0, 2.0, 4.0, 14.0, 40.0, 118.0]),
        (
            Law::Empirical(sample(&[1.0, 2.0, 4.0, 8.0, 16.0])),
            [
                1.0000000039999999,
                1.004,
                1.3999999999999999,
                2.0000000000000009,
                4.0000000000000018,
                12.800000000000001,
                15.968,
                15.999999968000001,
            ],
        ),
        (Law::Resampled(sample(&[1.0, 2.0, 4.0, 8.0, 16.0])), [1.0, 1.0, 1.0, 2.0, 4.0, 16.0, 16.0, 16.0]),
        (Law::Discrete(vec![(2.0, s(1.0)), (1.0, s(2.0)), (1.0, s(3.0))]), [1.0, 1.0, 1.0, 1.0, 2.0, 3.0, 3.0, 3.0]),
        (
            Law::Mixture(vec![(1.0, Law::Exponential { mean: s(10.0) }), (3.0, Law::Uniform { low: s(0.0), high: s(4.0) })]),
            [
                3.9999998948722737e-8,
                0.040080213975388219,
                5.1082562376599054,
                5.9211894646675015e-16,
                1.3333333333333339,
                3.4666666666666668,
                3.9946666666666667,
                3.9999999946666668,
            ],
        ),
    ]
}

#[test]
fn quantiles_against_oracle() {
    for (law, wanted) in oracle() {
        law.check().unwrap();
        for (k, wanted) in KS.into_iter().zip(wanted) {
            let seen = law.sample(&mut Fixed(k << 12), site(0)).seconds();
            // Half a nanosecond of rounding, and what the float of the oracle's own seconds cannot hold.
            assert!((seen - wanted).abs() <= 0.7e-9 + 1e-10 * wanted, "{law:?} at {k}: {seen}, not {wanted}");
        }
    }
}

#[test]
fn uniform_open_never_ends() {
    assert_eq!(uniform_open(0), 0.5 / (1u64 << 52) as f64);
    assert_eq!(uniform_open(u64::MAX), 1.0 - 0.5 / (1u64 << 52) as f64);
    assert!(uniform_open(u64::MAX) < 1.0);
}

#[test]
fn chance_and_choice() {
    for bits in [0, 1, 1 << 63, u64::MAX] {
        assert!(!bernoulli(bits, 0.0) && bernoulli(bits, 1.0));
    }
    assert!(bernoulli((1 << 62) - 1, 0.25) && !bernoulli(1 << 62, 0.25));
    assert!(!bernoulli(0, -0.5) && !bernoulli(0, f64::NAN));
    assert_eq!(choose_index(0, &[0.0, 1.0, 0.0]), 1);
    assert_eq!(choose_index(u64::MAX, &[0.0, 1.0, 0.0]), 1);
    assert_eq!(choose_index((1 << 63) - 1, &[1.0, 1.0]), 0);
    assert_eq!(choose_index(1 << 63, &[1.0, 1.0]), 1);
    // Weights whose partial sums round must still cover all bits.
    assert_eq!(choose_index(u64::MAX, &[0.1; 10]), 9);
}

#[test]
fn constants_and_lists_draw_nothing() {
    let mut chooser = Hashed(0);
    assert_eq!(Law::Constant(s(3.0)).sample(&mut chooser, site(0)), s(3.0));
    let list = Law::List(vec![s(60.0), s(300.0), s(900.0)]);
    let seen: Vec<Span> = (0..5).map(|nth| list.sample(&mut chooser, site(nth))).collect();
    assert_eq!(seen, [60.0, 300.0, 900.0, 900.0, 900.0].map(s));
    assert_eq!(Law::Sum(vec![Law::Constant(s(1.0)), list]).sample(&mut chooser, site(1)), s(301.0));
    assert_eq!(chooser.0, 0);
}

#[test]
fn a_sum_draws_once_for_each_part_and_never_the_same() {
    let unit = || Law::Uniform { low: s(0.0), high: s(1.0) };
    let nested = Law::Sum(vec![Law::Sum(vec![unit(), unit()]), unit(), Law::Sum(vec![unit(), unit()])]);
    struct Noted(Vec<Site>);
    impl Chooser for Noted {
        fn bits(&mut self, site: Site) -> u64 {
            self.0.push(site);
            0
        }
    }
    let mut noted = Noted(Vec::new());
    nested.sample(&mut noted, site(7));
    assert_eq!(noted.0.len(), 5);
    assert!(noted.0.iter().all(|site| site.nth == 7));
    noted.0.sort();
    noted.0.dedup();
    assert_eq!(noted.0.len(), 5, "two parts share a draw");
    // The first part sees the site itself: a sum of one is its part.
    let mut chooser = Hashed(0);
    assert_eq!(Law::Sum(vec![unit()]).sample(&mut chooser, site(2)), unit().sample(&mut chooser, site(2)));
}

#[test]
fn endless_times_stay_endless() {
    let mut chooser = Fixed(u64::MAX);
    assert_eq!(Law::Exponential { mean: Span::from_ns(u64::MAX / 2) }.sample(&mut chooser, site(0)), Span::FOREVER);
    let never = Law::Sum(vec![Law::Constant(Span::FOREVER), Law::Constant(s(1.0))]);
    assert_eq!(never.sample(&mut chooser, site(0)), Span::FOREVER);
    let pareto = Law::Pareto { min: s(1.0), alpha: 0.01, cap: None };
    assert_eq!(pareto.sample(&mut chooser, site(0)), Span::FOREVER);
}

/// Published results hang on these values: they must never move.
#[test]
fn golden_samples() {
    let seen: Vec<u64> = oracle()
        .iter()
        .flat_map(|(law, _)| (0..2).map(|nth| law.sample(&mut Hashed(0), site(nth)).ns()).collect::<Vec<_>>())
        .collect();
    assert_eq!(seen, GOLDEN);
}

const GOLDEN: [u64; 36] = [
    209468043950,
    95406361849,
    549113407,
    359010603,
    77681211685,
    68820761122,
    4921789152,
    3111306691,
    53403486202,
    24865811633,
    27051230057190,
    25400164515386,
    1061685072,
    545894138,
    2446176127210,
    795376593282,
    44481696490,
    29582002315,
    2145053398,
    515086879,
    68493412441,
    50569819308,
    6070189386,
    5461793067,
    6070189386,
    5461793067,
    2000000000,
    2000000000,
    2357494891,
    1588050741,
    2000000000,
    1000000000,
    1000000000,
    1000000000,
    238329927,
    8868550962,
];

/// Kolmogorov and Smirnov's distance of two samples of `n` values each.
fn distance(mut a: Vec<f64>, mut b: Vec<f64>) -> f64 {
    a.sort_by(f64::total_cmp);
    b.sort_by(f64::total_cmp);
    let (mut i, mut j, mut worst) = (0, 0, 0.0f64);
    let n = a.len();
    while i < n && j < n {
        if a[i] <= b[j] {
            i += 1;
        } else {
            j += 1;
        }
        worst = worst.max((i as f64 - j as f64).abs() / n as f64);
    }
    worst
}

#[test]
fn samples_agree_with_rand_distr() {
    use rand::SeedableRng;
    use rand_distr::Distribution;
    const N: usize = 20_000;
    let mut rng = rand_chacha::ChaCha8Rng::seed_from_u64(11);
    let mut others: Vec<(Law, Vec<f64>)> = Vec::new();
    let mut add = |law, draw: &mut dyn FnMut() -> f64| others.push((law, (0..N).map(|_| draw()).collect()));
    let d = rand_distr::Exp::new(1.0 / 600.0).unwrap();
    add(Law::Exponential { mean: s(600.0) }, &mut || d.sample(&mut rng));
    let d = rand_distr::LogNormal::new(libm::log(8.0), 0.9).unwrap();
    add(Law::Lognormal { median: s(8.0), sigma: 0.9 }, &mut || d.sample(&mut rng));
    let d = rand_distr::Weibull::new(11000.0, 0.7).unwrap();
    add(Law::Weibull { shape: 0.7, scale: s(11000.0) }, &mut || d.sample(&mut rng));
    let d = rand_distr::Gamma::new(2.5, 30.0).unwrap();
    add(Law::Gamma { shape: 2.5, scale: s(30.0) }, &mut || d.sample(&mut rng));
    let d = rand_distr::Gamma::new(4.0, 25.0).unwrap();
    add(Law::Erlang { stages: 4, mean: s(100.0) }, &mut || d.sample(&mut rng));
    let d = rand_distr::Pareto::new(5.0, 1.8).unwrap();
    add(Law::Pareto { min: s(5.0), alpha: 1.8, cap: None }, &mut || d.sample(&mut rng));
    let d = rand_distr::Normal::new(1.0, 2.0).unwrap();
    add(Law::Normal { mean: s(1.0), sd: s(2.0) }, &mut || loop {
        let x: f64 = d.sample(&mut rng);
        if x >= 0.0 {
            break x;
        }
    });
    for (law, other) in others {
        let own = (0..N).map(|k| law.sample(&mut Hashed(0), site(k as u32)).seconds()).collect();
        // The distance exceeds 1.95 sqrt(2 / n) once in a thousand.
        let seen = distance(own, other);
        assert!(seen < 1.95 * libm::sqrt(2.0 / N as f64), "{law:?}: {seen}");
    }
}
