//! When a service centre tries again what could not be delivered: intervals that grow, or a list of them; and the validity periods that
//! TP-VP can say (3GPP TS 23.040 9.2.3.12).

use std::sync::Arc;

use crate::units::Span;

/// Intervals between the attempts for one short message (`smsc.retry`).
#[derive(Clone, Debug, PartialEq)]
pub enum RetrySchedule {
    /// `first` after the first failure, `factor` times as long after each more, and never longer than `cap`.
    Geometric { first: Span, factor: f64, cap: Span },
    /// The k-th after the k-th failure; the last one repeats. Not empty.
    List(Arc<[Span]>),
}

impl RetrySchedule {
    /// The wait after so many failures, from 1.
    pub fn after(&self, failures: u32) -> Span {
        match self {
            RetrySchedule::Geometric { first, factor, cap } => {
                let mut wait = *first;
                for _ in 1..failures {
                    if wait >= *cap {
                        break;
                    }
                    wait = Span::from_ns((wait.ns() as f64 * factor) as u64);
                }
                wait.min(*cap)
            }
            RetrySchedule::List(intervals) => {
                let last = intervals.len() - 1;
                intervals[(failures.max(1) as usize - 1).min(last)]
            }
        }
    }

    /// The shortest wait, which must not be zero: attempts would follow one another at one instant.
    pub fn shortest(&self) -> Span {
        match self {
            RetrySchedule::Geometric { first, cap, .. } => *first.min(cap),
            RetrySchedule::List(intervals) => intervals.iter().copied().min().unwrap_or(Span::ZERO),
        }
    }
}

/// The longest period in the relative form of TP-VP that is not longer than `asked`; the shortest one there is where that is less.
pub fn relative_validity(asked: Span) -> Span {
    const MINUTES: u64 = 60_000_000_000;
    const HOURS: u64 = 60 * MINUTES;
    const DAYS: u64 = 24 * HOURS;
    let ns = asked.ns();
    // Five minutes to twelve hours in steps of five minutes, to a day in half hours, to thirty days in days, to 63 weeks in weeks.
    let step = match ns {
        0..43_200_000_000_000 => 5 * MINUTES,
        43_200_000_000_000..86_400_000_000_000 => 30 * MINUTES,
        86_400_000_000_000..3_024_000_000_000_000 => DAYS,
        _ => 7 * DAYS,
    };
    let most = if step == DAYS { 30 * DAYS } else { 441 * DAYS };
    Span::from_ns((ns / step * step).clamp(5 * MINUTES, most))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn minutes(n: u64) -> Span {
        Span::from_secs(60 * n)
    }

    /// The default: 300 s, twice as long each time, a day at most.
    #[test]
    fn intervals_double_up_to_the_cap() {
        let schedule = RetrySchedule::Geometric { first: minutes(5), factor: 2.0, cap: minutes(24 * 60) };
        let waits: Vec<u64> = (1..=10).map(|n| schedule.after(n).ns() / 60_000_000_000).collect();
        assert_eq!(waits, [5, 10, 20, 40, 80, 160, 320, 640, 1280, 1440]);
        assert_eq!(schedule.after(u32::MAX), minutes(1440));
    }

    #[test]
    fn a_factor_of_one_repeats_and_the_cap_may_be_below_the_first() {
        let even = RetrySchedule::Geometric { first: minutes(5), factor: 1.0, cap: minutes(60) };
        assert_eq!((even.after(1), even.after(77)), (minutes(5), minutes(5)));
        let capped = RetrySchedule::Geometric { first: minutes(5), factor: 2.0, cap: minutes(1) };
        assert_eq!((capped.after(1), capped.after(2), capped.shortest()), (minutes(1), minutes(1), minutes(1)));
    }

    #[test]
    fn the_last_of_a_list_repeats() {
        let schedule = RetrySchedule::List([minutes(1), minutes(5), minutes(15)].into());
        let waits = [1, 2, 3, 4, 9].map(|n| schedule.after(n));
        assert_eq!(waits, [minutes(1), minutes(5), minutes(15), minutes(15), minutes(15)]);
    }

    /// TS 23.040 9.2.3.12: 0..143 (v+1) 5 min; 144..167 12 h + (v-143) 30 min; 168..196 (v-166) days; 197..255 (v-192) weeks.
    #[test]
    fn ts23_040_9_2_3_12_periods_are_rounded_down_to_what_can_be_said() {
        let said = |v: u64| match v {
            0..=143 => minutes((v + 1) * 5),
            144..=167 => minutes(12 * 60 + (v - 143) * 30),
            168..=196 => minutes((v - 166) * 24 * 60),
            _ => minutes((v - 192) * 7 * 24 * 60),
        };
        for v in 0..=255 {
            assert_eq!(relative_validity(said(v)), said(v), "TP-VP {v}");
            let next = if v == 255 { minutes(800 * 24 * 60) } else { said(v + 1) };
            let before = Span::from_ns(next.ns() - 1);
            assert_eq!(relative_validity(before), said(v), "just before {}", v + 1);
        }
        assert_eq!(relative_validity(Span::ZERO), minutes(5));
    }
}
