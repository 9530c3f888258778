//! Crossing, numbering and identities.

use super::*;
use serde_json::json;

fn outline() -> Outline {
    let mix =
        |label: &str, n: u32| AxisValue { label: label.into(), set: vec![("mix.N".into(), json!(n))], number: label.parse().ok() };
    Outline {
        name: "waits".into(),
        seed: 7,
        replicates: 3,
        set: vec![("pf.expiry".into(), json!("1 d"))],
        axes: vec![
            Axis { name: "never-ip".into(), path: None, values: vec![mix("0.1", 10), mix("0.3", 30)] },
            Axis::of_path("wait", "pf.wait_ip", &[json!("0 s"), json!("20 s")]),
        ],
    }
}

/// Any model will do here: the canonical text stands for it.
fn model() -> Arc<Model> {
    use crate::delivery::profile::{Axes, Profile};
    use crate::model::{ClientParams, End, Limits, Measure, RunBlock, SipParams, Start};
    use crate::units::{SimTime, Span};
    let second = Span::from_secs(1);
    Arc::new(Model {
        name: "m".into(),
        profile: Profile::Latest,
        axes: Axes::default(),
        run: RunBlock { warm_up: Span::ZERO, arrivals_until: SimTime::ZERO, end: End::Drained, start: Start::AllOn },
        measure: Measure {
            needless_window: second,
            stuck_after: second,
            order_window: 20,
            race_window: second,
            imdn_grace: second,
        },
        functions: vec![],
        links: vec![],
        populations: vec![],
        traffic: vec![],
        sip: SipParams { core_t1: second, access_t1: second, ..SipParams::default() },
        policies: vec![(String::new(), Default::default())],
        policy_names: Vec::new(),
        patterns: Vec::new(),
        client: ClientParams {
            dedupe_window: second,
            display: 0.0,
            display_delay: crate::units::Law::Constant(second),
            sync: None,
            pull: crate::model::PullParams::default(),
        },
        limits: Limits { events: 1, steps: 1 },
    })
}

fn plan(outline: Outline) -> Plan {
    let resolve = |set: &[(String, Value)]| -> Result<Resolved, ()> {
        let sorted: BTreeMap<&String, &Value> = set.iter().map(|(path, value)| (path, value)).collect();
        Ok(Resolved { model: model(), canonical: serde_json::to_string(&sorted).expect("plain").into() })
    };
    outline.plan(resolve).expect("a plan")
}

#[test]
fn axes_cross_and_the_last_varies_fastest() {
    let plan = plan(outline());
    let labels: Vec<Vec<&str>> = plan.points.iter().map(|p| p.place.labels.values().map(String::as_str).collect()).collect();
    assert_eq!(labels, [["0.1", "0 s"], ["0.1", "20 s"], ["0.3", "0 s"], ["0.3", "20 s"]]);
    assert_eq!(
        plan.points[2].set,
        [("pf.expiry".to_owned(), json!("1 d")), ("mix.N".to_owned(), json!(30)), ("pf.wait_ip".to_owned(), json!("0 s"))]
    );
    let values = &plan.points[3].place.values;
    assert_eq!((values["wait"], values["pf.wait_ip"], values["never_ip"]), (20.0, 20.0, 0.3));
    assert_eq!(plan.len(), 12);
    assert_eq!((plan.run(7).point, plan.run(7).replicate), (2, 1));
}

#[test]
fn a_larger_plan_keeps_the_identities_of_the_smaller() {
    let small = plan(outline());
    let mut outline = outline();
    outline.replicates = 5;
    outline.axes[1] = Axis::of_path("wait", "pf.wait_ip", &[json!("10 s"), json!("20 s"), json!("0 s")]);
    let large = plan(outline);
    let ids: Vec<[u8; 16]> = large.runs().map(|r| r.id).collect();
    assert!(small.runs().all(|r| ids.contains(&r.id)));
    let mut distinct = ids.clone();
    distinct.sort_unstable();
    distinct.dedup();
    assert_eq!(distinct.len(), 30);
}

#[test]
fn points_of_one_model_are_noticed() {
    let mut outline = outline();
    outline.axes.push(Axis {
        name: "x".into(),
        path: None,
        values: ["a", "b"].map(|l| AxisValue { label: l.into(), set: vec![], number: None }).to_vec(),
    });
    assert_eq!(plan(outline).same_models(), [(0, 1), (2, 3), (4, 5), (6, 7)]);
}

fn varied(words: &[&str]) -> Result<Vec<(String, Vec<String>)>, Vec<String>> {
    let mut outline = outline();
    let words: Vec<String> = words.iter().map(|w| (*w).to_owned()).collect();
    outline.vary(&words).map_err(|wrong| wrong.into_iter().map(|w| w.problem).collect::<Vec<_>>())?;
    Ok(outline.axes.iter().map(|a| (a.name.clone(), a.values.iter().map(|v| v.label.clone()).collect())).collect())
}

#[test]
fn the_command_line_varies_fields_and_keeps_axes() {
    let axis = |name: &str, labels: &[&str]| (name.to_owned(), labels.iter().map(|l| (*l).to_owned()).collect::<Vec<_>>());
    let never = axis("never-ip", &["0.1", "0.3"]);
    assert_eq!(varied(&["pf.wait_ip=1 s,2 s"]), Ok(vec![never.clone(), axis("wait", &["1 s", "2 s"])]));
    assert_eq!(varied(&["wait"]), Ok(vec![axis("wait", &["0 s", "20 s"])]));
    assert_eq!(varied(&["wait", "link.loss=0,0.1"]), Ok(vec![axis("link.loss", &["0", "0.1"]), axis("wait", &["0 s", "20 s"])]));
    assert_eq!(varied(&["never-ip=0.3"]), Ok(vec![axis("never-ip", &["0.3"]), axis("wait", &["0 s", "20 s"])]));
    assert_eq!(varied(&["wiat"]), Err(vec!["--vary wiat: no axis is named \"wiat\"".to_owned()]));
    assert_eq!(varied(&["never-ip=0.4"]), Err(vec!["--vary never-ip: the axis has no value \"0.4\"".to_owned()]));
    assert_eq!(varied(&["wait=1 s,1 s"]), Err(vec!["--vary wait=1 s,1 s: the value \"1 s\" stands there twice".to_owned()]));
}

#[test]
fn what_is_set_twice_or_too_large_is_refused() {
    let refuse = |_: &[(String, Value)]| -> Result<Resolved, ()> { Err(()) };
    let mut twice = outline();
    twice.set.push(("pf.wait_ip".into(), json!("1 s")));
    assert!(matches!(twice.plan(refuse), Err(PlanFault::Outline(wrong)) if wrong.len() == 1));
    let mut large = outline();
    let many: Vec<Value> = (0..1000).map(|n| json!(n)).collect();
    large.axes = ["a", "b", "c", "d", "e", "f", "g"].map(|n| Axis::of_path(n, n, &many)).to_vec();
    assert!(matches!(large.plan(refuse), Err(PlanFault::Outline(_))), "10^21 points overflow nothing");
    assert!(matches!(outline().plan(refuse), Err(PlanFault::Points(points)) if points.len() == 4), "all points are told");
}
