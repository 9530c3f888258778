//! Estimates for expectations, made from the runs of points that expectations are about.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

use super::expect::{Evidence, Place};
use super::gate::Baseline;
use super::tail::Tail;
use crate::results::{Metric, PointData};
use crate::stats::{Estimate, Method, Note};

/// Points kept at a time. A point of a hundred runs takes a few megabytes.
const KEPT: usize = 8;

/// Runs by point, read when asked for; the last few points are kept.
pub struct Runs<'a> {
    places: &'a [Place],
    load: Box<dyn Fn(usize) -> PointData + 'a>,
    baseline: Option<&'a Baseline>,
    read: RefCell<VecDeque<(usize, Rc<PointData>)>>,
}

impl<'a> Runs<'a> {
    /// `load` reads the runs of a point.
    pub fn new(places: &'a [Place], load: impl Fn(usize) -> PointData + 'a) -> Runs<'a> {
        Runs { places, load: Box::new(load), baseline: None, read: RefCell::default() }
    }

    /// The same with a baseline to be equivalent to.
    pub fn with_baseline(mut self, baseline: &'a Baseline) -> Runs<'a> {
        self.baseline = Some(baseline);
        self
    }

    fn point(&self, point: usize) -> Rc<PointData> {
        let mut read = self.read.borrow_mut();
        if let Some((_, data)) = read.iter().find(|(known, _)| *known == point) {
            return data.clone();
        }
        if read.len() == KEPT {
            read.pop_front();
        }
        let data = Rc::new((self.load)(point));
        read.push_back((point, data.clone()));
        data
    }
}

impl Evidence for Runs<'_> {
    fn estimate(&self, point: usize, metric: &str, level: f64) -> Option<Estimate> {
        if let Some(tail) = Tail::named(metric) {
            return self.point(point).tail(&tail.family, tail.above.ns(), level);
        }
        let metric = Metric::named(metric).ok()?;
        Some(self.point(point).estimate(metric, level))
    }

    fn difference(&self, first: (usize, &str), second: (usize, &str), level: f64) -> Option<Estimate> {
        if first.1 == second.1 && Tail::named(first.1).is_none() {
            let metric = Metric::named(first.1).ok()?;
            return Some(self.point(first.0).difference(&self.point(second.0), metric, level));
        }
        // Two metrics, or tails, are not paired: adding up their half-widths is wider than the truth, so nothing holds by mistake.
        let (a, b) = (self.estimate(first.0, first.1, level)?, self.estimate(second.0, second.1, level)?);
        let mut difference = Estimate::plain(a.n.min(b.n), Some(a.estimate? - b.estimate?), level);
        if let (Some((a_low, a_high)), Some((b_low, b_high))) = (a.interval(), b.interval()) {
            (difference.ci_low, difference.ci_high) = (Some(a_low - b_high), Some(a_high - b_low));
            difference.method = Method::Jackknife;
        } else if a.notes.contains(&Note::FewReplicates) || b.notes.contains(&Note::FewReplicates) {
            difference.note(Note::FewReplicates);
        }
        Some(difference)
    }

    fn baseline(&self, point: usize, metric: &str) -> Option<f64> {
        self.baseline?.value(&self.places[point].labels, metric)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::RunRecord;
    use crate::stats::Sum;

    /// Point p, replicate r: of 100 messages, p + r % 2 went by SMS.
    fn load(point: usize) -> PointData {
        let mut data = PointData::new();
        for replicate in 0..20 {
            let mut run = RunRecord::new([replicate as u8; 16], [0; 16], replicate, 7);
            run.sums.insert("sms_share_ratio".into(), Sum { num: point as i128 + i128::from(replicate % 2), den: 100 });
            data.push(&run);
        }
        data
    }

    #[test]
    fn common_weather_cancels_in_a_difference() {
        let places = vec![Place::default(), Place::default()];
        let runs = Runs::new(&places, load);
        let share = runs.estimate(1, "sms_share_ratio", 0.95).expect("a metric");
        assert!((share.estimate.expect("data") - 0.015).abs() < 1e-12);
        let difference = runs.difference((1, "sms_share_ratio"), (0, "sms_share_ratio"), 0.95).expect("both");
        assert!((difference.estimate.expect("data") - 0.01).abs() < 1e-12);
        assert!(difference.half_width().expect("an interval") < 1e-12, "the runs differ by one message each");
        assert!(runs.estimate(0, "nonsense", 0.95).is_none());
        assert_eq!(runs.baseline(0, "sms_share_ratio"), None);
    }
}
