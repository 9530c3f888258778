//! How laws are written, and the reading of one that is written rightly.
//!
//! The shape stands beside the reader so that the two are changed together. Left out: what values a law allows, which `units`
//! knows.

use super::leaf;
use super::shape::{Choice, Shape, choice, may, must, record};
use super::tree::Node;
use crate::units::{Law, Span};

/// A law of a length of time.
pub static LAW: Shape = choice!(&Choice {
    noun: "a law",
    bare: Some(&Shape::Span { forever: true }),
    variants: &[
        must!("constant", &Shape::Span { forever: true }, "Always the same. The bare quantity means this too."),
        must!(
            "uniform",
            &record!(&[must!("low", &TIME, "The least value."), must!("high", &TIME, "The largest value.")]),
            "Every value between two alike.",
        ),
        must!("exponential", &record!(&[must!("mean", &TIME, "The mean.")]), "Exponential."),
        must!(
            "shifted_exponential",
            &record!(&[
                must!("min", &TIME, "The least value."),
                must!("mean_of_tail", &TIME, "The mean of what comes on top of it."),
            ]),
            "A least value and an exponential time more.",
        ),
        must!(
            "lognormal",
            &record!(&[
                may!("median", &TIME, "The median; this or the mean."),
                may!("mean", &TIME, "The mean; this or the median."),
                must!("sigma", &Shape::Number { above_zero: false }, "Standard deviation of the logarithm."),
            ]),
            "The logarithm is normal.",
        ),
        must!(
            "normal",
            &record!(&[
                must!("mean", &TIME, "The mean before the condition."),
                must!("sd", &TIME, "The standard deviation before the condition."),
            ]),
            "Normal, on condition that it is not negative.",
        ),
        must!("weibull", &record!(SHAPED), "P(D > x) = exp(-(x / scale)^shape)."),
        must!("gamma", &record!(SHAPED), "Gamma, mean shape * scale."),
        must!(
            "erlang",
            &record!(&[
                must!("stages", &Shape::Whole { least: 1, most: 10_000 }, "Number of equal exponential stages."),
                must!("mean", &TIME, "The mean of the sum."),
            ]),
            "The sum of equal exponential stages.",
        ),
        must!(
            "pareto",
            &record!(&[
                must!("min", &TIME, "The least value, above zero."),
                must!("alpha", &Shape::Number { above_zero: true }, "The exponent of the tail."),
                may!("cap", &Shape::Span { forever: true }, "The largest value; larger ones become it."),
            ]),
            "P(D > x) = (min / x)^alpha.",
        ),
        must!("discrete", &some_of(&VALUE), "One of several values, by weight."),
        must!(
            "geometric",
            &record!(&[
                must!("p", &Shape::Probability, "Probability of success of a trial, above zero."),
                must!("unit", &TIME, "Time of one trial."),
            ]),
            "A unit of time for each trial until the first success.",
        ),
        must!("mixture", &some_of(&PART), "One of several laws, by weight."),
        must!("sum", &some_of(&LAW), "The sum of independent parts."),
        must!(
            "list",
            &some_of(&Shape::Span { forever: true }),
            "The k-th use takes the k-th value, and the last one repeats: retry schedules.",
        ),
        must!("empirical", &SAMPLE, "A measured sample, read as a smooth distribution: its values and all between them."),
        must!("resampled", &SAMPLE, "One of the values of a measured sample, each alike."),
    ],
});

/// A length of time that is a parameter of a law.
static TIME: Shape = Shape::Span { forever: false };

static SHAPED: &[super::shape::Field] =
    &[must!("shape", &Shape::Number { above_zero: true }, "The shape."), must!("scale", &TIME, "The scale.")];

static VALUE: Shape = record!(&[
    must!("weight", &Shape::Number { above_zero: false }, "Relative weight."),
    must!("value", &Shape::Span { forever: true }, "The value."),
]);

static PART: Shape =
    record!(&[must!("weight", &Shape::Number { above_zero: false }, "Relative weight."), must!("law", &LAW, "The law."),]);

static SAMPLE: Shape = choice!(&Choice {
    noun: "a sample",
    bare: None,
    variants: &[
        must!(
            "file",
            &Shape::Text,
            "A text file with one time a line, as a number of seconds or with its unit, beside the file that names it."
        ),
        must!("values", &some_of(&TIME), "The times themselves."),
    ],
});

const fn some_of(of: &'static Shape) -> Shape {
    Shape::List { of, least: 1, most: 1_000_000 }
}

/// Gives the times of a sample file, or none if it was found faulty (and reported) before.
pub type Samples<'a> = &'a dyn Fn(&Node) -> Option<Vec<Span>>;

/// The law at `node`, or none if it is not written rightly. Values are not checked.
pub fn law(node: &Node, samples: Samples<'_>) -> Option<Law> {
    if node.text().is_some() {
        return leaf::span(node, true).ok().map(Law::Constant);
    }
    let (name, inner) = node.only()?;
    let time = |name: &str| leaf::span(inner.get(name)?, false).ok();
    let number = |name: &str| leaf::number(inner.get(name)?, false).ok();
    Some(match name {
        "constant" => Law::Constant(leaf::span(inner, true).ok()?),
        "uniform" => Law::Uniform { low: time("low")?, high: time("high")? },
        "exponential" => Law::Exponential { mean: time("mean")? },
        "shifted_exponential" => Law::ShiftedExponential { min: time("min")?, mean_of_tail: time("mean_of_tail")? },
        "lognormal" => lognormal(time("median"), time("mean"), number("sigma")?)?,
        "normal" => Law::Normal { mean: time("mean")?, sd: time("sd")? },
        "weibull" => Law::Weibull { shape: number("shape")?, scale: time("scale")? },
        "gamma" => Law::Gamma { shape: number("shape")?, scale: time("scale")? },
        "erlang" => Law::Erlang { stages: leaf::whole(inner.get("stages")?, 1, 10_000).ok()? as u32, mean: time("mean")? },
        "pareto" => {
            let cap = match inner.get("cap") {
                Some(cap) => Some(leaf::span(cap, true).ok()?).filter(|cap| *cap != Span::FOREVER),
                None => None,
            };
            Law::Pareto { min: time("min")?, alpha: number("alpha")?, cap }
        }
        "discrete" => Law::Discrete(weighted(inner, "value", |node| leaf::span(node, true).ok())?),
        "geometric" => Law::Geometric { p: leaf::probability(inner.get("p")?).ok()?, unit: time("unit")? },
        "mixture" => Law::Mixture(weighted(inner, "law", |node| law(node, samples))?),
        "sum" => Law::Sum(inner.list()?.iter().map(|node| law(node, samples)).collect::<Option<_>>()?),
        "list" => Law::List(inner.list()?.iter().map(|node| leaf::span(node, true).ok()).collect::<Option<_>>()?),
        "empirical" => {
            let mut times = sample(inner, samples)?;
            times.sort_unstable();
            Law::Empirical(times.into())
        }
        "resampled" => Law::Resampled(sample(inner, samples)?.into()),
        _ => return None,
    })
}

fn lognormal(median: Option<Span>, mean: Option<Span>, sigma: f64) -> Option<Law> {
    let median = match (median, mean) {
        (Some(median), None) => median,
        (None, Some(mean)) => {
            // The mean grows with the median in proportion, so a median of one second tells the factor, by portable maths.
            let factor = Law::Lognormal { median: Span::from_secs(1), sigma }.mean();
            Span::from_seconds(mean.seconds() / factor)
        }
        _ => return None,
    };
    Some(Law::Lognormal { median, sigma })
}

fn weighted<T>(list: &Node, value: &str, read: impl Fn(&Node) -> Option<T>) -> Option<Vec<(f64, T)>> {
    list.list()?.iter().map(|item| Some((leaf::number(item.get("weight")?, false).ok()?, read(item.get(value)?)?))).collect()
}

fn sample(node: &Node, samples: Samples<'_>) -> Option<Vec<Span>> {
    match node.only()? {
        ("values", values) => values.list()?.iter().map(|v| leaf::span(v, false).ok()).collect(),
        ("file", file) => samples(file),
        _ => None,
    }
}
