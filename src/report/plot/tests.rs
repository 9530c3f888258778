//! Figures of made-up results: what must be drawn, and that nothing overlaps or leaves the paper, however odd the data.

use super::super::data::{Axis, Data, PointHistograms, Row};
use super::super::figure::{Figure, Known};
use super::super::made_up;
use super::super::reading::read_figures;
use super::scene::{Area, Scene, Shape, text_box};
use super::{PlotError, ccdf, dots, draw_figure, frontier, lines, plot_folder, write};
use crate::stats::Histogram;
use serde_json::{Value, json};

/// Results over a timer and a mix of phones, with values that follow simple formulas.
fn made_up(waits: &[&str], mixes: &[&str]) -> Data {
    let axes = vec![
        Axis { name: "mix".to_owned(), values: mixes.iter().map(|mix| (*mix).to_owned()).collect() },
        Axis { name: "wait".to_owned(), values: waits.iter().map(|wait| (*wait).to_owned()).collect() },
    ];
    let mut data = Data {
        name: "airplane_exit".to_owned(),
        axes,
        rows: Vec::new(),
        level: 0.95,
        origin: "model 3f2a91c0, results version 1".to_owned(),
    };
    for m in 0..mixes.len() {
        for w in 0..waits.len() {
            let (never, wait) = (m as f64 / mixes.len() as f64, w as f64 * 4.0);
            let share = never + (1.0 - never) * (-wait / 9.0).exp();
            let excess = 3.0 + never * wait + 2.0 * (1.0 - never) * (1.0 - (-wait / 9.0).exp());
            for (metric, value, half) in [("sms_share_ratio", share, 0.02), ("deferred_excess_mean_s", excess, 0.6)] {
                data.rows.push(Row {
                    at: vec![m, w],
                    metric: metric.to_owned(),
                    n: 100,
                    estimate: Some(value),
                    interval: Some((value - half, (value + half).min(if half < 0.1 { 1.0 } else { f64::MAX }))),
                    method: "jackknife".to_owned(),
                    note: String::new(),
                });
            }
        }
    }
    data
}

const WAITS: [&str; 7] = ["0 s", "2 s", "5 s", "10 s", "15 s", "20 s", "30 s"];
const MIXES: [&str; 4] = ["all VoLTE", "10 % without IP", "30 % without IP", "60 % without IP"];

fn figure(spec: Value) -> Figure {
    let figures = read_figures("/figures", &json!({ "figure": spec })).expect("a figure");
    figures.into_iter().next().expect("one figure")
}

fn headline() -> Figure {
    figure(json!({
        "kind": "lines", "title": "Leaving airplane mode: SMS share and excess latency against the wait-for-IP timer",
        "x": "wait", "x_label": "Wait-for-IP timer", "y": ["sms_share_ratio", "deferred_excess_mean_s"],
        "y_label": ["SMS share of delivered messages", "Excess of deferred latency, mean"],
        "series": "mix", "series_label": "Phones"
    }))
}

fn check(figure: &Figure, data: &Data) {
    let axes = data.axes.iter().map(|axis| (axis.name.as_str(), axis.values.iter().map(String::as_str).collect()));
    let known = Known { axes: axes.collect(), metrics: data.metrics(), families: None };
    assert_eq!(figure.check("/figures", &known), []);
}

/// Boxes of all texts, with what they say.
fn texts(scene: &Scene) -> Vec<(Area, &str)> {
    scene
        .shapes
        .iter()
        .filter_map(|shape| match shape {
            Shape::Text { at, anchor, size, text, .. } => Some((text_box(*at, *anchor, *size, text), text.as_str())),
            _ => None,
        })
        .collect()
}

/// Nothing leaves the paper and no text lies on another.
fn tidy(scene: &Scene) {
    let texts = texts(scene);
    for (at, (room, text)) in texts.iter().enumerate() {
        let inside = room.left >= 0.0 && room.top >= 0.0 && room.right <= scene.width && room.bottom <= scene.height;
        assert!(inside, "\"{text}\" leaves the paper: {room:?} of {} x {}", scene.width, scene.height);
        for (other, words) in &texts[..at] {
            let shrunk =
                Area { left: other.left + 0.5, top: other.top + 1.0, right: other.right - 0.5, bottom: other.bottom - 1.0 };
            assert!(!shrunk.overlaps(room), "\"{text}\" lies on \"{words}\": {room:?} {other:?}");
        }
    }
    for shape in &scene.shapes {
        let points = match shape {
            Shape::Line { points, .. } | Shape::Area { points, .. } => points,
            Shape::Text { .. } => continue,
        };
        for (x, y) in points {
            assert!(x.is_finite() && y.is_finite(), "a shape has no place: {shape:?}");
            assert!((0.0..=scene.width).contains(x) && (0.0..=scene.height).contains(y), "a shape leaves the paper at {x}, {y}");
        }
    }
}

fn says(scene: &Scene, words: &str) -> bool {
    // Footnotes are broken into lines.
    texts(scene).iter().map(|(_, text)| *text).collect::<Vec<_>>().join(" ").contains(words)
}

fn tail(shift: f64, items: u64, zeros: u64, open: u64, replicates: usize) -> Vec<Histogram> {
    let histogram = |r: usize| {
        let mut histogram = Histogram::new();
        for k in 0..items {
            // Quantiles of an exponential of mean 30 s, shifted a little by replicate.
            let u = (k as f64 + (r as f64 + 0.5) / replicates as f64) / items as f64;
            histogram.record(((shift - 30.0 * (1.0 - u).ln()) * 1e9) as u64);
        }
        (0..zeros).for_each(|_| histogram.record(0));
        (0..open).for_each(|k| histogram.record_censored(k * 5_000_000_000));
        histogram
    };
    (0..replicates).map(histogram).collect()
}

/// Scenes of ordinary and of odd results, by name.
fn gallery() -> Vec<(&'static str, Scene)> {
    let mut scenes = Vec::new();
    let data = made_up(&WAITS, &MIXES);
    scenes.push(("headline", lines::draw(&headline(), &data)));

    let one = figure(json!({"kind": "lines", "title": "One metric", "x": "wait", "y": "sms_share_ratio", "series": "mix"}));
    scenes.push(("one_panel", lines::draw(&one, &data)));
    scenes.push(("one_point", lines::draw(&headline(), &made_up(&["10 s"], &MIXES[..1]))));
    let mut bare = headline();
    (bare.title, bare.series, bare.select) = (None, None, vec![("mix".to_owned(), vec!["all VoLTE".to_owned()])]);
    scenes.push(("one_series", lines::draw(&bare, &data)));

    let mut empty = data.clone();
    empty.rows.clear();
    scenes.push(("empty", lines::draw(&headline(), &empty)));

    let mut holes = data.clone();
    for (k, row) in holes.rows.iter_mut().enumerate() {
        match k % 9 {
            2 => row.estimate = Some(f64::NAN),
            4 => row.estimate = None,
            6 => (row.interval, row.method) = (None, "none".to_owned()),
            7 => row.note = "censored=0.0123;items=50".to_owned(),
            _ => row.n = 90 + k as u32 % 10,
        }
    }
    scenes.push(("holes", lines::draw(&headline(), &holes)));

    let log = figure(json!({"kind": "lines", "title": "Zeros on logarithmic axes", "x": "wait", "x_scale": "log",
        "y": "sms_share_ratio", "y_scale": "log", "series": "mix", "caption": "A caption of the author stands first."}));
    let mut zeros = data.clone();
    for row in zeros.rows.iter_mut().filter(|row| row.at[1] > 4 && row.at[0] < 2) {
        (row.estimate, row.interval, row.method) = (Some(0.0), Some((0.0, 0.003)), "exact_zero".to_owned());
    }
    scenes.push(("log", lines::draw(&log, &zeros)));

    let many: Vec<String> = (0..30).map(|k| format!("mix number {k}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    scenes.push(("thirty_series", lines::draw(&headline(), &made_up(&WAITS, &many))));

    let long = "a label that goes on and on, with_an_incredibly_long_word_that_no_line_can_hold_in_any_reasonable_figure, and more";
    let mut wordy = headline();
    wordy.title = Some([long; 4].join(" "));
    wordy.series_label = Some(long.to_owned());
    wordy.caption = Some([long; 6].join(" "));
    if let super::super::figure::Kind::Lines { x_label, y_label, .. } = &mut wordy.kind {
        *x_label = Some([long; 2].join(" "));
        *y_label = vec![[long; 2].join(" "), long.to_owned()];
    }
    scenes.push(("long_labels", lines::draw(&wordy, &made_up(&WAITS, &[long, "short", long]))));

    let mut same = data.clone();
    same.rows.iter_mut().for_each(|row| (row.estimate, row.interval) = (Some(0.25), Some((0.25, 0.25))));
    scenes.push(("identical", lines::draw(&headline(), &same)));

    let words = ["auto-push", "notify-pull", "notify-pull with the out-of-band channel", "forever"];
    scenes.push(("categories", lines::draw(&headline(), &made_up(&words, &MIXES))));
    let names: Vec<String> = (0..40).map(|k| format!("policy-{k}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    scenes.push(("many_categories", lines::draw(&headline(), &made_up(&names, &MIXES[..2]))));
    let uneven = ["0 s", "500 ms", "1 s", "2 s", "3 s", "1 min", "3 min", "10 min", "1 h", "2 h", "3 h"];
    scenes.push(("uneven", lines::draw(&headline(), &made_up(&uneven, &MIXES[..3]))));

    let tails = figure(json!({"kind": "ccdf", "title": "Tail of the deferred latency", "family": "deferred_latency",
        "series": "mix", "series_label": "Phones", "select": {"wait": "10 s"}}));
    let points: Vec<PointHistograms> = (0..4)
        .map(|m| PointHistograms { at: vec![m, 3], n: 12, parts: tail(2.0 + 6.0 * m as f64, 200, 5 * m as u64, 0, 12) })
        .collect();
    scenes.push(("ccdf", ccdf::draw(&tails, &data, &points)));
    let linear = figure(json!({"kind": "ccdf", "family": "deferred_latency", "series": "mix", "select": {"wait": "10 s"},
        "x_scale": "linear", "y_scale": "linear"}));
    let open: Vec<PointHistograms> =
        (0..2).map(|m| PointHistograms { at: vec![m, 3], n: 3, parts: tail(1.0, 3 + 50 * m as u64, 0, 4, 3) }).collect();
    scenes.push(("ccdf_linear_open", ccdf::draw(&linear, &data, &open)));
    scenes.push(("ccdf_empty", ccdf::draw(&tails, &data, &[])));
    let single = [PointHistograms { at: vec![0, 3], n: 1, parts: tail(5.0, 1, 0, 0, 1) }];
    scenes.push(("ccdf_one_item", ccdf::draw(&tails, &data, &single)));

    let trade = figure(json!({"kind": "frontier", "title": "SMS share against excess", "x": "sms_share_ratio",
        "y": "deferred_excess_mean_s", "along": "wait", "series": "mix"}));
    scenes.push(("frontier", frontier::draw(&trade, &data)));
    scenes.push(("frontier_empty", frontier::draw(&trade, &empty)));
    scenes.push(("frontier_holes", frontier::draw(&trade, &holes)));
    scenes.push(("frontier_same", frontier::draw(&trade, &same)));

    let rows = |names: &[&str], more: Value| {
        let mut spec = json!({"kind": "dots", "metrics": names, "series": "mix", "select": {"wait": "10 s"}});
        spec.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        figure(spec)
    };
    let shares = rows(&["sms_share_ratio", "deferral_ratio", "expired_ratio"], json!({"title": "Shares", "x_label": "Share"}));
    let mut more = data.clone();
    for (k, row) in data.rows.iter().filter(|row| row.metric == "sms_share_ratio").enumerate() {
        let value = row.estimate.map(|v| v * 0.7 + 0.01 * k as f64);
        let interval = value.map(|v| (v - 0.01, v + 0.03));
        more.rows.push(Row { metric: "deferral_ratio".to_owned(), estimate: value, interval, ..row.clone() });
    }
    scenes.push(("dots", dots::draw(&shares, &more)));
    scenes.push(("dots_empty", dots::draw(&shares, &empty)));
    scenes.push(("dots_holes", dots::draw(&shares, &holes)));
    scenes.push(("dots_one_row", dots::draw(&rows(&["sms_share_ratio"], json!({})), &same)));
    scenes.push(("dots_log", dots::draw(&rows(&["sms_share_ratio"], json!({"x_scale": "log"})), &zeros)));
    let twice = [long; 2].join(" ");
    let wordy = rows(&["sms_share_ratio", "deferral_ratio"], json!({"labels": [long, "short"], "x_label": twice}));
    scenes.push(("dots_wordy", dots::draw(&wordy, &made_up(&WAITS, &many))));
    scenes
}

#[test]
fn no_figure_is_untidy_however_odd_its_data() {
    for (name, scene) in gallery() {
        println!("{name}");
        tidy(&scene);
    }
}

/// Each kind of oddity is told in words under the figure.
#[test]
fn what_is_missing_is_said() {
    let find = |wanted: &str| gallery().into_iter().find(|(name, _)| *name == wanted).expect("in the gallery").1;
    assert!(says(&find("headline"), "n = 100 replicates at each point. Bands: 95 % confidence intervals (jackknife)."));
    assert!(says(&find("headline"), "model 3f2a91c0"));
    assert!(says(&find("one_series"), "At mix = all VoLTE."));
    assert!(says(&find("empty"), "no point has a value of sms_share_ratio"));
    let holes = find("holes");
    assert!(says(&holes, "Hollow markers: no interval."));
    assert!(says(&holes, "points without data."));
    assert!(says(&holes, "Up to 1.2 % of the items were still open at the end."));
    assert!(says(&find("log"), "exact bounds where none or all were seen"));
    assert!(says(&find("ccdf"), "pointwise 95 % confidence intervals"));
    assert!(says(&find("ccdf_linear_open"), "(Kaplan-Meier)"));
    assert!(says(&find("ccdf_empty"), "no items in the histograms of deferred_latency"));
    assert!(says(&find("frontier_empty"), "no point has values of both"));
    assert!(says(&find("thirty_series"), "mix number 29"));
    assert!(says(&find("dots"), "4 points without data.") && says(&find("dots"), "Bars: 95 % confidence intervals"));
    assert!(says(&find("dots_empty"), "no point has a value of these metrics"));
}

/// A marker stands where its value says: the point of 10 s and share e^(−12/9) on axes from 0 to 100 %.
#[test]
fn points_stand_where_their_values_say() {
    let mut data = made_up(&["0 s", "10 s", "20 s"], &["one"]);
    data.rows.retain(|row| row.metric == "sms_share_ratio");
    (data.rows[1].estimate, data.rows[1].interval) = (Some(0.25), None);
    let scene = lines::draw(&figure(json!({"kind": "lines", "x": "wait", "y": "sms_share_ratio"})), &data);
    let tick = |words: &str| texts(&scene).into_iter().find(|(_, text)| *text == words).expect("a tick").0;
    let (bottom, top, middle) = (tick("0"), tick("100"), tick("10"));
    let height = |room: Area| (room.top + room.bottom) / 2.0;
    // The first "0" written is that of the vertical axis; ticks are set at the height of their grid lines.
    let y = height(bottom) + (height(top) - height(bottom)) * 0.25;
    let x = (middle.left + middle.right) / 2.0;
    let near = |points: &[(f64, f64)]| {
        let n = points.len() as f64;
        let (cx, cy) = points.iter().fold((0.0, 0.0), |(a, b), (x, y)| (a + x / n, b + y / n));
        (cx - x).abs() < 0.6 && (cy - y).abs() < 1.6
    };
    let marked =
        scene.shapes.iter().any(|shape| matches!(shape, Shape::Area { points, cover, .. } if *cover == 1.0 && near(points)));
    assert!(marked, "no marker near {x}, {y}");
}

/// Series stand under one another in the row of their metric, each with a marker of its own, at the place of its value.
#[test]
fn dots_stand_in_their_rows() {
    let mut data = made_up(&["0 s"], &["a", "b"]);
    data.rows.retain(|row| row.metric == "sms_share_ratio");
    for (row, value) in data.rows.iter_mut().zip([0.25, 0.75]) {
        (row.estimate, row.interval) = (Some(value), Some((value - 0.05, value + 0.05)));
    }
    let spec = json!({"kind": "dots", "metrics": ["sms_share_ratio"], "series": "mix"});
    let scene = dots::draw(&figure(spec), &data);
    let markers: Vec<(f64, f64, usize)> = scene
        .shapes
        .iter()
        .filter_map(|shape| match shape {
            // Those of the legend stand to the right of the data.
            Shape::Area { points, cover, .. } if *cover == 1.0 => {
                let n = points.len() as f64;
                let (x, y) = points.iter().fold((0.0, 0.0), |(a, b), (x, y)| (a + x / n, b + y / n));
                Some((x, y, points.len()))
            }
            _ => None,
        })
        // A marker and its white rim.
        .step_by(2)
        .collect();
    assert_eq!(markers.len(), 4, "two in the data, two in the legend: {markers:?}");
    let data_side: Vec<_> = markers.iter().filter(|(x, ..)| *x < 700.0).collect();
    let [a, b] = data_side[..] else { panic!("{markers:?}") };
    assert!(a.0 < b.0 && a.1 < b.1, "a is smaller and stands above b: {markers:?}");
    assert_ne!(a.2, b.2, "other shapes");
    let bars = scene.shapes.iter().filter(|shape| {
        matches!(shape, Shape::Line { points, .. } if points.len() == 2
        && (points[0].1 - a.1).abs() < 0.6 && (points[1].1 - a.1).abs() < 0.6)
    });
    assert_eq!(bars.count(), 1, "the interval of a");
}

#[test]
fn the_same_results_make_the_same_bytes() {
    let dir = made_up::TempDir::new("plot-bytes");
    let (figure, data) = (headline(), made_up(&WAITS, &MIXES[..2]));
    check(&figure, &data);
    let mut seen = Vec::new();
    for _ in 0..2 {
        let drawn = draw_figure(&figure, &data, &[], dir.path()).expect("drawn");
        let (svg, png) = (std::fs::read(&drawn.svg).expect("an SVG"), std::fs::read(&drawn.png).expect("a PNG"));
        assert!(svg.starts_with(b"<svg width=\"880\" ") && png.starts_with(b"\x89PNG"));
        seen.push((svg, png));
    }
    assert_eq!(seen[0], seen[1]);
    assert_eq!(std::fs::read_dir(dir.path()).expect("a folder").count(), 2, "nothing unfinished is left");
}

#[test]
fn a_folder_is_drawn_from_its_files_alone() {
    let dir = made_up::TempDir::new("plot-folder");
    made_up::write(dir.path(), Some(&made_up::figures()), 12);
    let plotted = plot_folder(dir.path(), &[]).expect("drawn");
    assert_eq!(plotted.drawn.iter().map(|d| d.name.as_str()).collect::<Vec<_>>(), ["sms_share", "tail", "trade"]);
    assert!(plotted.listed);
    let manifest = crate::results::Manifest::read(dir.path()).expect("a manifest");
    assert!(manifest.files.contains_key("plots/sms_share.svg") && manifest.faults(dir.path()).expect("hashed").is_empty());
    let one = plot_folder(dir.path(), &["tail".to_owned()]).expect("drawn");
    assert_eq!(one.drawn.len(), 1);
    let Err(PlotError::Faults(faults)) = plot_folder(dir.path(), &["tial".to_owned()]) else { panic!("no such figure") };
    assert!(faults.to_string().contains("did you mean \"tail\"?"), "{faults}");
}

#[test]
fn a_folder_without_figures_gets_some() {
    let dir = made_up::TempDir::new("plot-default");
    made_up::write(dir.path(), None, 3);
    let drawn = plot_folder(dir.path(), &[]).expect("drawn").drawn;
    assert_eq!(drawn.iter().map(|d| d.name.as_str()).collect::<Vec<_>>(), ["headline", "deferred_latency_tail"]);
}

#[test]
fn changed_numbers_are_not_drawn() {
    let dir = made_up::TempDir::new("plot-changed");
    made_up::write(dir.path(), Some(&made_up::figures()), 3);
    let path = dir.path().join("summary.json");
    let text = std::fs::read_to_string(&path).expect("a summary");
    std::fs::write(&path, text + "\n").expect("changed");
    let Err(PlotError::Faults(faults)) = plot_folder(dir.path(), &[]) else { panic!("drawn from a changed file") };
    assert!(faults.to_string().contains("has changed since the sweep wrote it"), "{faults}");
    assert!(!dir.path().join("plots").exists());
}

/// Editing the figures is what `figures.json` is for: they are drawn, and the manifest goes on telling that the file was changed.
#[test]
fn edited_figures_are_drawn_and_the_manifest_still_tells() {
    let dir = made_up::TempDir::new("plot-edited");
    made_up::write(dir.path(), Some(&made_up::figures()), 3);
    let edited = json!({"mine": {"kind": "lines", "x": "pf.wait_ip", "y": "deferred_excess_p50_s", "series": "mix"}});
    std::fs::write(dir.path().join("figures.json"), edited.to_string()).expect("edited");
    let plotted = plot_folder(dir.path(), &[]).expect("drawn");
    assert_eq!((plotted.drawn.len(), plotted.listed), (1, false));
    let faults = crate::results::Manifest::read(dir.path()).expect("a manifest").faults(dir.path()).expect("hashed");
    assert!(faults.iter().any(|fault| fault.file == "figures.json"));
}

#[test]
fn a_folder_that_is_none_is_refused() {
    let dir = made_up::TempDir::new("plot-none");
    assert!(matches!(plot_folder(dir.path(), &[]), Err(PlotError::Results(_))));
    made_up::write(
        dir.path(),
        Some(&json!({"a": {"kind": "lines", "x": "pf.wait", "y": "sms_shar_ratio"}, "b": {"kind": "pie"}})),
        2,
    );
    let Err(PlotError::Faults(faults)) = plot_folder(dir.path(), &[]) else { panic!("drawn") };
    assert!(faults.to_string().contains("figures.json/b/kind"), "{faults}");
}

/// `CPMSIM_GALLERY=<folder> cargo test --lib gallery_for_the_eye -- --ignored` writes every scene, to be looked at.
#[test]
#[ignore = "writes pictures for a person to look at"]
fn gallery_for_the_eye() {
    let folder = std::path::PathBuf::from(std::env::var("CPMSIM_GALLERY").expect("CPMSIM_GALLERY names a folder"));
    for (name, scene) in gallery() {
        std::fs::write(folder.join(format!("{name}.svg")), write::svg(&scene).expect("an SVG")).expect("written");
        write::png(&scene, &folder.join(format!("{name}.png"))).expect("a PNG");
    }
    // And a whole results folder, for the notebook.
    made_up::write(&folder.join("results"), Some(&made_up::figures()), 20);
    plot_folder(&folder.join("results"), &[]).expect("drawn");
}
