//! The tail of a duration: share of items above each value, from the exact histograms, one curve per series.
//!
//! Items still open at the end count as at risk until their elapsed time (Kaplan-Meier); without any the curve is the plain
//! complementary distribution. Where replicates are known apart, bands are
//! pointwise delete-one-replicate jackknife intervals, cut to [0, 1].

use super::super::data::{Data, PointHistograms};
use super::super::figure::{Figure, Kind, Scale};
use super::super::words::{self, Unit};
use super::frame::{AxisSpec, Frame, Legend, Panel, PanelSpec, lay_out, say_empty};
use super::labels;
use super::palette::{Style, style};
use super::scale::Mapping;
use super::scene::{Place, Scene};
use super::series::{Remarks, legend_title, series};
use crate::stats::{Histogram, MIN_REPLICATES_POOLED, student_t};
use std::collections::BTreeMap;

/// One step of a curve: from `seconds` on, this share is above.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Step {
    pub seconds: f64,
    pub share: f64,
    pub band: Option<(f64, f64)>,
}

/// Draws the figure from the histograms of its family.
pub(super) fn draw(figure: &Figure, data: &Data, histograms: &[PointHistograms]) -> Scene {
    let Kind::Ccdf { family, x_label, x_scale, y_scale } = &figure.kind else {
        unreachable!("the chart of tails draws figures of that kind");
    };
    let lines = series(figure, data, None);
    let mut remarks = Remarks::default();
    let mut curves = Vec::new();
    let mut banded = false;
    for line in &lines {
        let held = histograms.iter().find(|point| point.at == line.points[0].1);
        let steps = curve(held.map_or(&[][..], |point| &point.parts[..]), data.level);
        match steps.is_empty() {
            true => remarks.absent += 1,
            false => remarks.replicates(held.map_or(0, |point| point.n)),
        }
        banded |= steps.iter().any(|step| step.band.is_some());
        curves.push(steps);
    }
    let open = histograms.iter().filter(|point| lines.iter().any(|line| line.points[0].1 == point.at));
    let open: u64 = open.flat_map(|point| &point.parts).map(Histogram::censored).sum();
    let most = curves.iter().flatten().map(|step| step.seconds).fold(0.0, f64::max);
    let label = x_label.clone().unwrap_or_else(|| labels::spoken_name(family));
    let (shown, label) = labels::labelled(&label, Unit::Seconds, most);
    let (log_x, log_y) = (*x_scale != Scale::Linear, *y_scale != Scale::Linear);
    let xs: Vec<f64> = curves.iter().flatten().map(|step| step.seconds * shown.factor).collect();
    let x = if log_x { Mapping::log(&without_zero_bucket(&xs, shown.factor)) } else { Mapping::linear(&xs, true, None) };
    let shares: Vec<f64> =
        curves.iter().flatten().map(|step| step.share * 100.0).filter(|share| *share > 0.0).chain([100.0]).collect();
    let y = if log_y { down_from_all(&shares) } else { Mapping::Linear { low: 0.0, high: 100.0 } };
    let spec = PanelSpec {
        x: AxisSpec { ticks: x.ticks(8), mapping: x, label },
        y: AxisSpec { ticks: y.ticks(6), mapping: y, label: "Share above (%)".to_owned() },
    };
    let entries = lines.iter().enumerate().map(|(k, line)| (line.label.clone(), style(k)));
    let entries: Vec<_> = if figure.series.is_some() { entries.collect() } else { Vec::new() };
    let marked = lines.len() > 1;
    let legend = Legend { title: legend_title(figure), entries, markers: marked, lines: true };
    let mut footnotes = remarks.footnotes(figure, data, "Bands");
    if banded || open > 0 {
        let level = words::number(data.level * 100.0, 6);
        let band = if banded { format!("Bands: pointwise {level} % confidence intervals (jackknife). ") } else { String::new() };
        let kind = if open > 0 {
            format!("{open} items open at the end are counted as at risk until then (Kaplan-Meier).")
        } else {
            String::new()
        };
        let at = footnotes.len().saturating_sub(1);
        footnotes.insert(at, format!("{band}{kind}").trim_end().to_owned());
    }
    let (mut scene, areas) = lay_out(&Frame { title: figure.title.clone(), panels: vec![spec], legend, footnotes, least: 0.0 });
    let panel = &areas[0];
    if curves.iter().all(Vec::is_empty) {
        say_empty(&mut scene, panel, &format!("no items in the histograms of {family}"));
        return scene;
    }
    for pass in [Pass::Band, Pass::Line, Pass::Marks] {
        for (number, steps) in curves.iter().enumerate().filter(|(_, steps)| !steps.is_empty()) {
            let pixels = Curve { panel, steps, factor: shown.factor, log_y };
            pixels.draw(&mut scene, pass, style(number), number, marked);
        }
    }
    scene
}

fn items(histogram: &Histogram) -> u64 {
    histogram.delivered() + histogram.censored()
}

/// The step after the zero bucket, at 1 ns, would stretch a logarithmic axis over ten empty decades.
fn without_zero_bucket(xs: &[f64], factor: f64) -> Vec<f64> {
    let kept: Vec<f64> = xs.iter().copied().filter(|x| *x > 1.5e-9 * factor).collect();
    if kept.is_empty() { xs.to_vec() } else { kept }
}

/// A logarithmic scale from 100 % down to the least share, and at least one decade.
fn down_from_all(shares: &[f64]) -> Mapping {
    match Mapping::log(shares) {
        Mapping::Log { low, .. } => Mapping::Log { low: low.min(10.0), high: 100.0, zero: false },
        other => other,
    }
}

/// Counts of one bucket: items that ended, items still open.
type Counts = (u64, u64);

/// The curve of the merged histograms with its pointwise intervals.
pub(super) fn curve(parts: &[Histogram], level: f64) -> Vec<Step> {
    let held: Vec<&Histogram> = parts.iter().filter(|histogram| items(histogram) > 0).collect();
    let mut buckets: BTreeMap<u64, (u64, Counts)> = BTreeMap::new();
    for bucket in held.iter().flat_map(|histogram| histogram.buckets()) {
        let (_, counts) = buckets.entry(bucket.lower).or_insert((bucket.upper, (0, 0)));
        *counts = (counts.0 + bucket.delivered, counts.1 + bucket.censored);
    }
    let lowers: Vec<u64> = buckets.keys().copied().collect();
    let total: Vec<Counts> = buckets.values().map(|(_, counts)| *counts).collect();
    let pooled = survival(&total);
    let n = held.len();
    let half = (n >= MIN_REPLICATES_POOLED).then(|| {
        let (mut mean, mut squares) = (vec![0.0; total.len()], vec![0.0; total.len()]);
        for (k, histogram) in held.iter().enumerate() {
            let mut rest = total.clone();
            for bucket in histogram.buckets() {
                let at = lowers.binary_search(&bucket.lower).expect("every bucket is among the merged ones");
                rest[at] = (rest[at].0 - bucket.delivered, rest[at].1 - bucket.censored);
            }
            for (at, left_out) in survival(&rest).into_iter().enumerate() {
                let pseudo = n as f64 * pooled[at] - (n - 1) as f64 * left_out;
                let step = pseudo - mean[at];
                mean[at] += step / (k + 1) as f64;
                squares[at] += step * (pseudo - mean[at]);
            }
        }
        let t = student_t(level, n as u64 - 1);
        squares.into_iter().map(|squares| t * (squares.max(0.0) / (n as f64 * (n - 1) as f64)).sqrt()).collect::<Vec<f64>>()
    });
    let step = |(at, (upper, (ended, _))): (usize, &(u64, Counts))| {
        let share = pooled[at];
        let band = half.as_ref().map(|half| ((share - half[at]).max(0.0), (share + half[at]).min(1.0)));
        (*ended > 0).then_some(Step { seconds: *upper as f64 / 1e9, share, band })
    };
    buckets.values().enumerate().filter_map(step).collect()
}

/// Kaplan-Meier share after each bucket; within a bucket open items leave after those that ended.
fn survival(counts: &[Counts]) -> Vec<f64> {
    let mut at_risk: u64 = counts.iter().map(|(ended, open)| ended + open).sum();
    let mut share = 1.0;
    let mut shares = Vec::with_capacity(counts.len());
    for (ended, open) in counts {
        if *ended > 0 {
            share *= (at_risk - ended) as f64 / at_risk as f64;
        }
        at_risk -= ended + open;
        shares.push(share);
    }
    shares
}

#[derive(Clone, Copy, PartialEq)]
enum Pass {
    Band,
    Line,
    Marks,
}

/// A curve with what it takes to place it.
struct Curve<'a> {
    panel: &'a Panel,
    steps: &'a [Step],
    factor: f64,
    log_y: bool,
}

impl Curve<'_> {
    fn draw(&self, scene: &mut Scene, pass: Pass, style: Style, number: usize, marked: bool) {
        match pass {
            Pass::Band => {
                let edge = |of: fn((f64, f64)) -> f64| self.staircase(|step| step.band.map(of));
                let (low, high) = (edge(|band| band.0), edge(|band| band.1));
                if self.steps.iter().any(|step| step.band.is_some()) {
                    scene.area(low.into_iter().chain(high.into_iter().rev()).collect(), style.colour, 0.15);
                }
            }
            Pass::Line => scene.dashed(&self.staircase(|step| Some(step.share)), style.colour, 1.7, style.dashes),
            Pass::Marks if marked => {
                let points = self.staircase(|step| Some(step.share));
                let (left, right) = (self.panel.area.left, self.panel.area.right);
                // Each series marks other places, so that curves that lie on one another stay apart.
                for k in 0..5 {
                    let wanted = left + (right - left) * (f64::from(k) + (number % 7) as f64 / 7.0) / 5.0;
                    let crossing = points.windows(2).find(|pair| pair[0].0 <= wanted && wanted < pair[1].0);
                    if let Some([(x0, y0), (x1, y1)]) = crossing {
                        let y = y0 + (y1 - y0) * (wanted - x0) / (x1 - x0);
                        scene.marker((wanted, y), style.marker, 6.0, style.colour, false);
                    }
                }
            }
            Pass::Marks => {}
        }
    }

    /// The steps as a line in pixels: across at the old share, then down. Steps smaller than a third of a pixel are joined.
    fn staircase(&self, of: impl Fn(&Step) -> Option<f64>) -> Vec<Place> {
        const FINEST: f64 = 0.34;
        let mut points: Vec<Place> = Vec::new();
        let mut last_y = self.panel.up(self.panel.y.floor(100.0));
        let begin = self.panel.area.left;
        points.push((begin, last_y));
        for step in self.steps {
            let Some(share) = of(step) else { continue };
            let Some(x) = self.panel.x.fraction(step.seconds * self.factor).map(|fraction| self.panel.across(fraction)) else {
                continue;
            };
            if self.log_y && step.share <= 0.0 {
                // The last item leaves a share of zero, which lies infinitely far down: the curve ends where it falls.
                points.push((x, last_y));
                break;
            }
            let y = self.panel.up(self.panel.y.floor(share * 100.0));
            let (px, py) = *points.last().expect("a staircase begins somewhere");
            if (x - px).abs() < FINEST && (y - py).abs() < FINEST {
                last_y = y;
                continue;
            }
            points.extend([(x, last_y), (x, y)]);
            last_y = y;
        }
        points.dedup();
        points
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn histogram(ended: &[u64], open: &[u64]) -> Histogram {
        let mut histogram = Histogram::new();
        ended.iter().for_each(|ns| histogram.record(*ns));
        open.iter().for_each(|ns| histogram.record_censored(*ns));
        histogram
    }

    #[test]
    fn the_curve_is_that_of_the_merged_items() {
        let parts = [histogram(&[6, 6, 10], &[9]), histogram(&[6, 7], &[6, 10]), Histogram::new()];
        let mut merged = Histogram::new();
        parts.iter().for_each(|part| merged.merge(part));
        let expected: Vec<(f64, f64)> = merged.kaplan_meier().iter().map(|point| (point.ns as f64 / 1e9, point.share)).collect();
        let seen: Vec<(f64, f64)> = curve(&parts, 0.95).iter().map(|step| (step.seconds, step.share)).collect();
        assert_eq!(seen, expected);
        assert!(curve(&parts, 0.95).iter().all(|step| step.band.is_none()), "two replicates are too few for a band");
    }

    /// Ten replicates of ten items each, k of which are short in replicate k: with equal numbers of items the jackknife is
    /// Student t over the shares of the replicates, 0.0 to 0.9 with mean 0.45 and standard error sqrt(sum (k/10 − 0.45)² / 90) =
    /// sqrt(0.825 / 90).
    #[test]
    fn bands_are_student_t_over_equal_replicates() {
        let parts: Vec<Histogram> = (0..10).map(|k| histogram(&[vec![5; 10 - k], vec![50; k]].concat(), &[])).collect();
        let steps = curve(&parts, 0.95);
        assert_eq!(steps.len(), 2);
        assert!((steps[0].share - 0.45).abs() < 1e-12);
        let (low, high) = steps[0].band.expect("ten replicates make a band");
        let half = 2.262_157_162_740_99 * (0.825f64 / 90.0).sqrt();
        assert!((low - (0.45 - half)).abs() < 1e-9 && (high - (0.45 + half)).abs() < 1e-9, "{low} {high}");
        assert_eq!(steps[1].band, Some((0.0, 0.0)), "at the end nothing is left in any replicate");
    }

    #[test]
    fn no_items_make_no_curve() {
        assert!(curve(&[], 0.95).is_empty());
        assert!(curve(&[Histogram::new()], 0.95).is_empty());
        assert!(curve(&[histogram(&[], &[5])], 0.95).is_empty(), "nothing ended");
    }
}
