//! Judges put to the proof: a run in which all is well, in which one thing is changed that no run may show.

use super::super::pulling::overlapping;
use super::witness::{Case, Shown, Verdicts, Witness};
use super::*;
use crate::delivery::{Body, Case as Session, FunctionId, Kind, Method, Milestone, Origin, Path, Pdu};

type Log = Vec<(SimTime, Shown)>;
/// A change, and the judge that is to find it.
type Planted<T> = (&'static str, fn(&mut T));
type Records = BTreeMap<crate::delivery::MessageId, MessageRecord>;

/// Two devices that pull at once, in separate requests or in a session, and a user who writes.
fn model(set: &[(AxisId, &str)]) -> Model {
    let mut model = overlapping(set);
    model.run.end = End::At(at(9000));
    model
}

fn judged(model: &Model, log: impl FnOnce(&mut Log), records: impl FnOnce(&mut Records)) -> Verdicts {
    let (result, witness): (_, Witness) = seen(model, 1);
    let end = result.expect("the run comes to its end").end;
    let mut case = Case::new(model, witness.changed(log), end);
    records(&mut case.records);
    let mut out = Verdicts::default();
    delivery::judge(&case, &mut out);
    reports::judge(&case, &mut out);
    lives::judge(&case, &mut out);
    pulls::judge(&case, &mut out);
    out
}

/// Says once more what was said first of what is wanted.
fn twice(log: &mut Log, wanted: impl Fn(&Shown) -> bool) {
    let at = log.iter().position(|(_, s)| wanted(s)).expect("it was shown");
    let said = log[at].clone();
    log.insert(at + 1, said);
}

fn without(log: &mut Log, wanted: impl Fn(&Shown) -> bool) {
    let before = log.len();
    log.retain(|(_, s)| !wanted(s));
    assert!(log.len() < before, "it was shown");
}

fn did(shown: &Shown, wanted: impl Fn(&Milestone) -> bool) -> bool {
    matches!(shown, Shown::Did { what, .. } if wanted(what))
}

fn pf_reports(shown: &Shown) -> bool {
    matches!(shown, Shown::Sent { from: FunctionId(5), pdu: Pdu::Request(q) }
        if matches!(q.body, Body::Imdn(_)) && q.case == Session::Terminating)
}

#[test]
fn nothing_is_broken_where_nothing_is_planted() {
    for set in [&[][..], &[(axis::PULL_TRANSPORT, "in-session"), (axis::PULL_TEARDOWN, "pf")]] {
        let out = judged(&model(set), |_| (), |_| ());
        assert!(out.broken.is_empty(), "{:?}", out.broken);
        for id in ["I-01", "I-02", "I-03", "I-05", "I-06", "I-11", "I-12", "I-13", "I-14", "I-15", "I-22", "I-25", "I-27"] {
            assert!(out.judged.contains_key(id), "{id} had nothing to judge under {set:?}");
        }
    }
}

/// What no run may show, and the judge that says so.
#[test]
fn every_judge_finds_what_is_planted_in_the_log() {
    let planted: &[Planted<Log>] = &[
        ("I-02", |log| twice(log, |s| did(s, |m| matches!(m, Milestone::Present { path: Path::Ip, .. })))),
        ("I-05", |log| twice(log, |s| did(s, |m| matches!(m, Milestone::ImdnReceived { .. })))),
        ("I-06", |log| twice(log, pf_reports)),
        ("I-11", |log| twice(log, |s| did(s, |m| matches!(m, Milestone::Attempt { .. })))),
        ("I-12", |log| {
            twice(log, |s| matches!(s, Shown::Sent { pdu: Pdu::Response(a), .. } if a.kind == Kind::Pager && a.code == 200));
        }),
        ("I-12", |log| without(log, |s| matches!(s, Shown::Sent { pdu: Pdu::Request(q), .. } if q.method == Method::Bye))),
        ("I-13", |log| twice(log, |s| matches!(s, Shown::Got { pdu: Pdu::Request(q), .. } if q.method == Method::Message))),
        ("I-14", |log| {
            without(log, |s| {
                did(s, |m| matches!(m, Milestone::Defer { .. } | Milestone::Attempt { .. } | Milestone::Settled { .. }))
            });
        }),
        ("I-22", |log| without(log, |s| did(s, |m| matches!(m, Milestone::Defer { .. })))),
        ("I-22", |log| {
            // The messages leave before the pulls come.
            let leaves: Log = log.iter().filter(|(_, s)| did(s, |m| matches!(m, Milestone::Leave { .. }))).cloned().collect();
            let first = log
                .iter()
                .position(|(_, s)| matches!(s, Shown::Sent { pdu: Pdu::Request(q), .. } if matches!(q.body, Body::Notice(_))));
            let first = first.expect("clients are told");
            log.splice(first..first, leaves);
        }),
        ("I-27", |log| twice(log, |s| did(s, |m| matches!(m, Milestone::Settled { .. })))),
        ("answered", |log| twice(log, |s| did(s, |m| matches!(m, Milestone::Answer { .. })))),
    ];
    for (number, (id, plant)) in planted.iter().enumerate() {
        let out = judged(&model(&[]), plant, |_| ());
        assert!(out.broken.iter().any(|(broken, _)| broken == id), "{id}, {number}: {:?}", out.broken);
    }
}

#[test]
fn every_judge_finds_what_is_planted_in_the_books() {
    let planted: &[Planted<MessageRecord>] = &[
        ("I-01", |r| r.outcome = Outcome::Lost),
        ("I-03", |r| {
            let pulled = *r.copies.iter().find(|c| c.origin == Origin::Pull && c.arrived != NEVER).expect("one was pulled");
            r.copies.push(pulled);
        }),
        ("I-15", |r| (r.outcome, r.due) = (Outcome::Pending, at(5000))),
        ("I-25", |r| r.copies[0].fate = None),
        ("I-26", |r| r.wrong_devices = 1),
    ];
    for (id, plant) in planted {
        let out = judged(&model(&[]), |_| (), |records| records.values_mut().for_each(plant));
        assert!(out.broken.iter().any(|(broken, _)| broken == id), "{id}: {:?}", out.broken);
    }
}
