//! From values to places along an axis, and where its ticks stand.
//!
//! A logarithmic scale gives zero a place of its own beyond a break, since a share of 0 or a timer of 0 s is a result and not an
//! error. Values below zero have no place there and are left out by the chart, which says so.

use super::super::words::number;

/// Maps values to fractions of an axis, 0 at its beginning and 1 at its end.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Mapping {
    Linear {
        low: f64,
        high: f64,
    },
    /// Bounds above zero. With `zero`, zero lies at fraction 0 and the bounds begin at [`BREAK`].
    Log {
        low: f64,
        high: f64,
        zero: bool,
    },
    /// So many places, equally far apart; values are their numbers from 0.
    Places {
        count: usize,
    },
}

/// Where a logarithmic scale begins if zero has a place of its own.
pub(super) const BREAK: f64 = 0.07;

/// A tick: a value, what it is called, and whether it has a label at all.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Tick {
    pub value: f64,
    pub label: String,
}

impl Mapping {
    /// A linear scale over `values`, rounded out to whole steps. `zero` makes it begin at zero, `most` is a value it never needs
    /// to pass.
    pub(super) fn linear(values: &[f64], zero: bool, most: Option<f64>) -> Mapping {
        let (mut low, mut high) = bounds(values).unwrap_or((0.0, 1.0));
        if zero {
            (low, high) = (low.min(0.0), high.max(0.0));
        }
        if high - low <= f64::EPSILON * high.abs().max(low.abs()) {
            // One value only: room on both sides, or up from zero.
            (low, high) = match high {
                0.0 => (0.0, 1.0),
                value if zero => (0.0, value * 1.25),
                value => (value - value.abs() * 0.1, value + value.abs() * 0.1),
            };
        }
        let step = nice_step(high - low, 6);
        let (mut from, mut to) = ((low / step + 1e-9).floor() * step, (high / step - 1e-9).ceil() * step);
        // A value at the very top would lie on the edge; only the top of what is possible may.
        if most != Some(to) && to - high < 0.02 * (to - from) {
            to += step;
        }
        if let Some(most) = most
            && high <= most
            && to > most
        {
            to = most;
        }
        if low >= 0.0 && from < 0.0 {
            from = 0.0;
        }
        Mapping::Linear { low: from, high: to }
    }

    /// A linear scale over exactly the range of `values` with a little room on both sides.
    pub(super) fn padded(values: &[f64]) -> Mapping {
        let (low, high) = bounds(values).unwrap_or((0.0, 1.0));
        let room = match (high - low) * 0.04 {
            room if room > 0.0 => room,
            _ if high == 0.0 => 1.0,
            _ => high.abs() * 0.5,
        };
        Mapping::Linear { low: low - room, high: high + room }
    }

    /// A logarithmic scale over the values above zero, with a place for zero if there is one among them.
    pub(super) fn log(values: &[f64]) -> Mapping {
        let positive: Vec<f64> = values.iter().copied().filter(|value| *value > 0.0).collect();
        let (low, high) = bounds(&positive).unwrap_or((0.1, 10.0));
        // Out to 1, 2 or 5 times a power of ten, and at least one decade wide in all.
        let (mut low, mut high) = (round_out(low, false), round_out(high, true));
        if high / low < 3.0 {
            (low, high) = (low / 2.0, high * 2.0);
        }
        Mapping::Log { low, high, zero: values.contains(&0.0) }
    }

    /// A logarithmic scale over exactly the range of the values above zero, with a little room on both sides.
    pub(super) fn log_padded(values: &[f64]) -> Mapping {
        let positive: Vec<f64> = values.iter().copied().filter(|value| *value > 0.0).collect();
        let (low, high) = bounds(&positive).unwrap_or((0.1, 10.0));
        let room = (high / low).powf(0.04).max(1.05);
        Mapping::Log { low: low / room, high: high * room, zero: values.contains(&0.0) }
    }

    /// Where `value` lies, cut to the axis. None where it has no place.
    pub(super) fn fraction(&self, value: f64) -> Option<f64> {
        if !value.is_finite() {
            return None;
        }
        Some(match *self {
            Mapping::Linear { low, high } => ((value - low) / (high - low)).clamp(0.0, 1.0),
            Mapping::Log { zero, .. } if value == 0.0 => return zero.then_some(0.0),
            Mapping::Log { .. } if value < 0.0 => return None,
            Mapping::Log { low, high, zero } => {
                let begin = if zero { BREAK } else { 0.0 };
                begin + (1.0 - begin) * ((value / low).ln() / (high / low).ln()).clamp(0.0, 1.0)
            }
            Mapping::Places { count } => (value + 0.5) / count.max(1) as f64,
        })
    }

    /// The lowest place: where bands and bars that reach below the scale end.
    pub(super) fn floor(&self, value: f64) -> f64 {
        self.fraction(value).unwrap_or(0.0)
    }

    /// Ticks at round values, about `wanted` of them. Places have none of their own.
    pub(super) fn ticks(&self, wanted: usize) -> Vec<Tick> {
        match *self {
            Mapping::Linear { low, high } => {
                let step = nice_step(high - low, wanted);
                let (first, last) = ((low / step - 1e-9).ceil() as i64, (high / step + 1e-9).floor() as i64);
                let digits = significant(step, low.abs().max(high.abs()));
                (first..=last).map(|k| k as f64 * step).map(|value| Tick { value, label: number(value, digits) }).collect()
            }
            Mapping::Log { low, high, zero } => {
                let mut values = log_ticks(low, high, wanted);
                if zero {
                    values.insert(0, 0.0);
                }
                values.into_iter().map(|value| Tick { value, label: number(value, 3) }).collect()
            }
            Mapping::Places { .. } => Vec::new(),
        }
    }
}

/// Least and largest of the finite values.
fn bounds(values: &[f64]) -> Option<(f64, f64)> {
    let finite = values.iter().copied().filter(|value| value.is_finite());
    finite.fold(None, |bounds, value| match bounds {
        None => Some((value, value)),
        Some((low, high)) => Some((value.min(low), value.max(high))),
    })
}

/// 1, 2 or 5 times a power of ten, so that about `wanted` steps make up `range`.
fn nice_step(range: f64, wanted: usize) -> f64 {
    let rough = range / wanted.max(1) as f64;
    let power = 10f64.powf(rough.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0].into_iter().find(|step| step * power >= rough * 0.999).unwrap_or(10.0);
    step * power
}

/// Significant digits that tell steps of `step` apart up to `largest`.
fn significant(step: f64, largest: f64) -> usize {
    let digits = largest.max(step).log10().floor() - step.log10().floor();
    (digits as i64 + 1).clamp(1, 15) as usize
}

fn round_out(value: f64, up: bool) -> f64 {
    let power = 10f64.powf(value.log10().floor());
    let steps = [1.0, 2.0, 5.0, 10.0].map(|step| step * power);
    let found = match up {
        true => steps.iter().find(|step| **step >= value * (1.0 - 1e-9)),
        false => steps.iter().rev().find(|step| **step <= value * (1.0 + 1e-9)),
    };
    *found.unwrap_or(&value)
}

/// Powers of ten, with 2 and 5 times these where there are few.
fn log_ticks(low: f64, high: f64, wanted: usize) -> Vec<f64> {
    let (first, last) = (low.log10().floor() as i32, high.log10().ceil() as i32);
    let decades = (high / low).log10();
    let steps: &[f64] = if decades * 3.0 <= wanted as f64 * 1.5 { &[1.0, 2.0, 5.0] } else { &[1.0] };
    let every = ((decades / wanted.max(1) as f64).ceil() as i32).max(1);
    let powers = (first..=last).filter(|power| power.rem_euclid(every) == 0);
    let values = powers.flat_map(|power| steps.iter().map(move |step| step * 10f64.powi(power)));
    values.filter(|value| *value >= low * (1.0 - 1e-9) && *value <= high * (1.0 + 1e-9)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(mapping: &Mapping) -> Vec<String> {
        mapping.ticks(6).into_iter().map(|tick| tick.label).collect()
    }

    #[test]
    fn linear_scales_end_at_whole_steps_and_begin_at_zero_if_asked() {
        assert_eq!(Mapping::linear(&[3.1, 17.2], true, None), Mapping::Linear { low: 0.0, high: 20.0 });
        assert_eq!(Mapping::linear(&[0.2, 0.97], true, Some(1.0)), Mapping::Linear { low: 0.0, high: 1.0 });
        assert_eq!(labels(&Mapping::Linear { low: 0.0, high: 20.0 }), ["0", "5", "10", "15", "20"]);
        assert_eq!(labels(&Mapping::Linear { low: 0.0, high: 0.5 }), ["0", "0.1", "0.2", "0.3", "0.4", "0.5"]);
        let Mapping::Linear { low, high } = Mapping::linear(&[1000.1, 1000.4], false, None) else { panic!("linear") };
        assert!(low > 999.0 && high < 1002.0, "{low} {high}");
    }

    #[test]
    fn one_value_and_no_value_still_make_a_scale() {
        for values in [&[][..], &[0.0], &[5.0, 5.0], &[f64::NAN]] {
            for zero in [true, false] {
                let Mapping::Linear { low, high } = Mapping::linear(values, zero, None) else { panic!("linear") };
                assert!(low < high && low.is_finite() && high.is_finite(), "{values:?}");
            }
            let Mapping::Linear { low, high } = Mapping::padded(values) else { panic!("linear") };
            assert!(low < high);
            let Mapping::Log { low, high, .. } = Mapping::log(values) else { panic!("log") };
            assert!(0.0 < low && low < high);
        }
    }

    #[test]
    fn zero_has_its_own_place_on_a_logarithmic_scale() {
        let with = Mapping::log(&[0.0, 1.0, 100.0]);
        assert_eq!(with, Mapping::Log { low: 1.0, high: 100.0, zero: true });
        assert_eq!(with.fraction(0.0), Some(0.0));
        assert_eq!(with.fraction(1.0), Some(BREAK));
        assert_eq!(with.fraction(100.0), Some(1.0));
        assert_eq!(with.fraction(-1.0), None);
        assert_eq!(labels(&with), ["0", "1", "2", "5", "10", "20", "50", "100"]);
        let without = Mapping::log(&[1.0, 100.0]);
        assert_eq!(without.fraction(0.0), None);
        assert!((without.fraction(10.0).expect("a place") - 0.5).abs() < 1e-12);
    }

    #[test]
    fn many_decades_get_few_ticks() {
        let ticks = Mapping::log(&[1e-9, 1e9]).ticks(6);
        assert!((4..=8).contains(&ticks.len()), "{ticks:?}");
    }

    #[test]
    fn places_are_centred_in_their_share() {
        let places = Mapping::Places { count: 4 };
        assert_eq!([0.0, 3.0].map(|k| places.fraction(k)), [Some(0.125), Some(0.875)]);
    }
}
