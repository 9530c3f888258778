//! Deferred delivery in model files: what the parameters become, and the response policy.

use serde_json::{Value, json};

use crate::delivery::axes;
use crate::delivery::profile::Axes;
use crate::delivery::responses::OnResponse;
use crate::model::*;
use crate::units::{Law, SimTime, Span};

fn loaded(overrides: &[(&str, Value)]) -> Loaded {
    let text = r#"{
      "extends": ["lib/one_operator.json", "lib/phones.json", "lib/push_enabler.json"],
      "axes": {"deferred-mode": "auto-push"},
      "run": {"arrivals_until": "1 h"},
      "populations": {"all": {"count": 2, "devices": {"phone": {"primary": true, "classes": {"plain": 1}}}}}
    }"#;
    let overrides: Vec<_> = overrides.iter().map(|(path, value)| ((*path).to_owned(), value.clone())).collect();
    resolve(&Tree::from_text("m", text).expect("a tree"), &overrides).unwrap_or_else(|f| panic!("{f}"))
}

fn pf(model: &Model) -> &PfParams {
    let found = model.functions.iter().find_map(|f| if let FunctionKind::Pf(pf) = &f.kind { Some(pf) } else { None });
    found.expect("it has a PF")
}

fn read_back(first: &Loaded) {
    let again = resolve(&Tree::from_text("m", &resolved_text(&first.model)).unwrap(), &[]).unwrap_or_else(|f| panic!("{f}"));
    assert_eq!((&again.model, &again.canonical), (&first.model, &first.canonical));
}

/// The values of the domain reference (4.3, 4.6) stand where a model writes nothing.
#[test]
fn the_defaults_are_those_of_the_domain() {
    let Loaded { model, .. } = loaded(&[]);
    let seconds = Span::from_secs;
    let push = model.functions.iter().position(|f| matches!(f.kind, FunctionKind::Push(_)));
    let expected = DeferredParams {
        push,
        push_after: seconds(600),
        reminders: 0,
        reminder_every: seconds(3600),
        notify_bytes: 1300,
        sessions: 2000,
        paused: Vec::new(),
        restarts: Vec::new(),
    };
    assert_eq!((push.is_some(), &pf(&model).deferred), (true, &expected));
    assert!(pf(&model).responses.is_empty());
    let FunctionKind::Push(enabler) = &model.functions[push.unwrap()].kind else { panic!("it is one") };
    let lognormal = |median, sigma| Law::Lognormal { median: seconds(median), sigma };
    let oob = Law::Mixture(vec![(0.93, lognormal(1, 0.7)), (0.05, lognormal(5, 0.8)), (0.02, lognormal(300, 1.0))]);
    assert_eq!(enabler, &PushParams { latency: oob, keeps: 1 });
    let pull = &model.client.pull;
    let never = Law::Constant(Span::FOREVER);
    assert_eq!(pull.react, Law::Mixture(vec![(0.95, lognormal(120, 1.5)), (0.05, never)]));
    assert_eq!((pull.all, pull.choice, pull.faulty, pull.backoff), (0.85, [0.0, 0.03, 0.02, 0.02, 0.08], 0.0, seconds(5)));
}

#[test]
fn each_parameter_goes_where_it_belongs_and_is_written_back() {
    let changed = loaded(&[
        ("pf.notify.reminder", json!(3)),
        ("pf.notify.every", json!("2 h")),
        ("functions.pf.pf.notify.bytes", json!("4 kB")),
        ("functions.pf.pf.push_after", json!("1 min")),
        ("functions.pf.pf.sessions", json!(7)),
        ("pf.paused", json!([{"from": "1 h", "to": "2 h"}, {"from": "3 h", "to": "4 h"}])),
        ("pf.restarts", json!(["10 min", "20 min"])),
        ("user.ignore_forever", json!(1)),
        ("user.choice.all", json!(0)),
        ("client.pull_backoff", json!("9 s")),
        ("client.faulty", json!("10 %")),
        ("functions.push.push.keeps", json!(100)),
        ("push.oob.latency", json!("2 s")),
    ]);
    let at = |s: u64| SimTime::ZERO + Span::from_secs(s);
    let d = &pf(&changed.model).deferred;
    assert_eq!((d.reminders, d.reminder_every, d.notify_bytes), (3, Span::from_secs(7200), 4000));
    assert_eq!((d.push_after, d.sessions), (Span::from_secs(60), 7));
    assert_eq!(d.paused, [(at(3600), at(7200)), (at(10_800), at(14_400))]);
    assert_eq!(d.restarts, [at(600), at(1200)]);
    let pull = &changed.model.client.pull;
    assert_eq!((&pull.react, pull.all, pull.backoff, pull.faulty), (&Law::Constant(Span::FOREVER), 0.0, Span::from_secs(9), 0.1));
    let push = changed.model.functions.iter().find_map(|f| if let FunctionKind::Push(p) = &f.kind { Some(p) } else { None });
    assert_eq!(push, Some(&PushParams { latency: Law::Constant(Span::from_secs(2)), keeps: 100 }));
    read_back(&changed);
    let without = loaded(&[("functions.pf.push", Value::Null)]);
    assert_eq!(pf(&without.model).deferred.push, None);
    read_back(&without);
}

#[test]
fn a_model_that_never_speaks_of_it_keeps_its_identity() {
    let canonical =
        loaded(&[("functions.push", Value::Null), ("links.pf_push", Value::Null), ("links.push", Value::Null)]).canonical;
    for word in ["push", "notify", "paused", "responses", "choice", "react", "faulty"] {
        assert!(!canonical.replace("auto-push", "").contains(word), "{word}: {canonical}");
    }
    let spelled = loaded(&[
        ("pf.notify.every", json!("60 min")),
        ("pf.responses", json!({"486": "fail", "415": "adapt", "6xx": "fail", "500": "retry", "timeout": "defer"})),
        ("user.choice.all", json!(0.85)),
    ]);
    assert_eq!(spelled.canonical, loaded(&[]).canonical, "what the axes say already");
}

/// A code goes before its class, both before the axes; no response in time is 408.
#[test]
fn responses_override_the_axes_code_by_code() {
    let model = |responses: Value| loaded(&[("pf.responses", responses)]);
    let said = |responses: Value, codes: &[u16]| {
        let loaded = model(responses);
        read_back(&loaded);
        codes.iter().map(|code| pf(&loaded.model).responses.exception(*code)).collect::<Vec<_>>()
    };
    let (defer, fail, adapt, retry) =
        (Some(OnResponse::Defer), Some(OnResponse::Fail), Some(OnResponse::Adapt), Some(OnResponse::Retry));
    assert_eq!(said(json!({"486": "defer"}), &[486, 487, 600]), [defer, None, None]);
    assert_eq!(said(json!({"timeout": "fail"}), &[0, 408, 480]), [fail, fail, None]);
    assert_eq!(said(json!({"6xx": "defer", "603": "adapt"}), &[600, 603, 606, 650]), [defer, adapt, defer, defer]);
    assert_eq!(said(json!({"4xx": "retry"}), &[404, 413, 415, 488, 499]), [retry, retry, None, None, retry]);
    assert_eq!(said(json!({"5xx": "fail", "503": "retry"}), &[500, 503, 599, 600]), [fail, retry, fail, None]);
    // A whole class of codes, each by itself and against the class: still what was said.
    let many: serde_json::Map<_, _> = [400, 401, 402, 403, 405, 406, 407, 410, 412, 414, 416, 417, 420, 421, 422, 423, 424, 425]
        .into_iter()
        .chain(481..=487)
        .map(|code: u16| (code.to_string(), json!("adapt")))
        .chain([("4xx".to_owned(), json!("defer"))])
        .collect();
    assert_eq!(said(Value::Object(many), &[400, 404, 411, 428, 486]), [adapt, None, defer, defer, adapt]);
    // What an axis says already is no exception.
    let loaded = loaded(&[("axes.on-refusal", json!("defer")), ("pf.responses", json!({"486": "defer", "603": "fail"}))]);
    let of = |code| pf(&loaded.model).responses.exception(code);
    assert_eq!((of(486), of(603)), (None, fail));
    assert!(Axes::default().is(axes::ON_REFUSAL, "fail"));
}

/// Registration and servers: the Core's own value counts, else that of the parameter; null means no keep-alives.
#[test]
fn a_cores_parameters_go_where_they_belong_and_are_written_back() {
    let of = |set: &[(&str, serde_json::Value)]| {
        let loaded = loaded(set);
        read_back(&loaded);
        let core = loaded.model.functions.iter().find_map(|f| match &f.kind {
            FunctionKind::Core(core) => Some((core.clone(), f.service.clone())),
            _ => None,
        });
        core.expect("it has a Core")
    };
    let (plain, service) = of(&[]);
    assert_eq!((plain.flow_keepalive, plain.notify_partial, plain.restarts, service.retry_after), (None, false, vec![], None));
    let (set, _) = of(&[
        ("ims.flow_keepalive", json!("29 s")),
        ("ims.notify_state", json!("partial")),
        ("ims.restarts", json!(["1 h", "2 h"])),
    ]);
    assert_eq!((set.flow_keepalive, set.notify_partial, set.restarts.len()), (Some(Span::from_secs(29)), true, 2));
    let (own, service) = of(&[
        ("ims.flow_keepalive", json!("29 s")),
        ("functions.core.core", json!({"flow_keepalive": null, "notify_state": "full", "restarts": ["3 h"]})),
        ("functions.core.service", json!({"time": "1 ms", "queue": 0, "retry_after": "1500 ms"})),
    ]);
    assert_eq!((own.flow_keepalive, own.notify_partial, own.restarts.len()), (None, false, 1));
    assert_eq!((service.queue, service.retry_after), (Some(0), Some(Span::from_millis(1500))));
}
