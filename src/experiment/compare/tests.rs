//! Comparisons of reports, fates and numbers that are made up.

use super::super::names::Names;
use super::changes::Changes;
use super::messages::{Brief, Fate, Fates};
use super::metrics::{Finding, chosen, lines};
use super::parting::{Parting, Steps, parting};
use super::runs::differing;
use super::side::Named;
use crate::judge::{Outcome, Told};
use crate::results::{Metric, PointData, RunRecord};
use crate::sim::Observer;
use crate::sim::seen::{
    CopyId, DeferReason, Fate as CopyFate, FunctionId, LegResult, MessageId, Method, Milestone, Tag, TxnId, UserId,
};
use crate::stats::Sum;
use crate::units::SimTime;

const M: MessageId = MessageId(7);

/// A report: instant, function, tag, what.
type Report = (u64, u32, Tag, Milestone);

fn accept(at: u64) -> Report {
    let at = SimTime::from_ns(at);
    (at.ns(), 1, Tag::Accept, Milestone::Accept { message: M, at, due: SimTime::from_ns(at.ns() + 100) })
}

fn defer(at: u64, tag: Tag, reason: DeferReason) -> Report {
    (at, 1, tag, Milestone::Defer { message: M, user: UserId(3), reason })
}

fn end(at: u64, copy: u32, fate: CopyFate) -> Report {
    (at, 1, Tag::Expire, Milestone::CopyEnd { copy: CopyId(copy), message: M, fate })
}

fn transaction(at: u64) -> [Report; 2] {
    let txn = TxnId { owner: FunctionId(0), slot: 0, generation: 0 };
    let start = Milestone::TxnStart { txn, method: Method::Message, about: Some(M), device: None };
    let result = LegResult::Code(200);
    let over = Milestone::TxnEnd { txn, method: Method::Message, about: Some(M), started: SimTime::from_ns(at), result };
    [(at, 1, Tag::OwnRelay, start), (at + 1, 1, Tag::OwnRelay, over)]
}

/// Where the ways of message 7 part. Each run reports about message 8 too, which is none of its business.
fn ways(a: &[Report], b: &[Report]) -> Option<Parting> {
    let story = |reports: &[Report]| {
        let mut steps = Steps::of([7]);
        for (at, by, tag, what) in reports {
            let other = Milestone::Expire { message: MessageId(8) };
            steps.milestone(SimTime::from_ns(*at), FunctionId(*at as u32), Tag::Expire, &other, true);
            steps.milestone(SimTime::from_ns(*at), FunctionId(*by), *tag, what, true);
        }
        steps.finish()
    };
    let (of_a, of_b) = (story(a), story(b));
    parting(of_a.of(Some(7)), &Names::default(), of_b.of(Some(7)), &Names::default())
}

#[test]
fn ways_part_at_the_first_thing_that_is_done_otherwise() {
    let a = [accept(10), defer(20, Tag::DeferNoClient, DeferReason::NoClient), end(90, 1, CopyFate::Expired)];
    let b =
        [accept(10), (20, 1, Tag::OwnNoBinding, Milestone::Reject { message: M, code: 480 }), end(21, 1, CopyFate::Refused(480))];
    let parted = ways(&a, &b).expect("they differ");
    let (a, b) = (parted.a.expect("A defers"), parted.b.expect("B rejects"));
    assert_eq!(parted.shared, 1);
    assert_eq!((a.what.as_str(), a.tag, a.by.as_str(), a.at.ns()), ("defer: no-client", Tag::DeferNoClient, "function 1", 20));
    assert_eq!((b.what.as_str(), b.tag), ("reject: 480", Tag::OwnNoBinding));
}

#[test]
fn instants_numbers_of_copies_claims_transactions_and_clauses_of_the_same_act_are_no_parting() {
    let a = [accept(10), defer(20, Tag::DeferNoClient, DeferReason::NoClient), end(90, 1, CopyFate::Expired)];
    let mut b = vec![accept(11)];
    b.extend(transaction(12));
    b.push((14, 1, Tag::OwnRelay, Milestone::Released { message: M }));
    b.extend([defer(25, Tag::DeferKeep, DeferReason::NoClient), end(95, 4, CopyFate::Expired)]);
    assert_eq!(ways(&a, &b), None);
    // What follows the same act by another clause is found.
    b.pop();
    b.push(end(95, 4, CopyFate::Deleted));
    let parted = ways(&a, &b).expect("the end differs");
    assert_eq!(parted.shared, 2);
    assert_eq!(parted.a.map(|act| act.kind), Some("copy-end: expired".to_owned()));
    assert_eq!(parted.b.map(|act| act.kind), Some("copy-end: deleted".to_owned()));
}

#[test]
fn reasons_functions_and_silence_are_a_parting() {
    let a = [accept(10), defer(20, Tag::DeferNoClient, DeferReason::NoClient)];
    let reason = ways(&a, &[accept(10), defer(20, Tag::DeferNoClient, DeferReason::AttemptFailed)]).expect("another reason");
    assert_eq!(reason.b.map(|act| act.what), Some("defer: attempt-failed".to_owned()));
    let mut elsewhere = a;
    elsewhere[1].1 = 2;
    let place = ways(&a, &elsewhere).expect("another function");
    assert_eq!((place.a.expect("A").by, place.b.expect("B").by), ("function 1".to_owned(), "function 2".to_owned()));
    let silent = ways(&a, &a[..1]).expect("B stops");
    assert!(silent.a.is_some() && silent.b.is_none() && silent.shared == 1);
    assert_eq!(ways(&a, &a), None);
    assert!(ways(&[], &a).is_some_and(|p| p.a.is_none()), "a message of B alone");
}

fn brief(subject: u64, number: u32, outcome: Outcome, code: Option<u16>) -> Brief {
    let told = if outcome == Outcome::Failed { Told::Failed } else { Told::Nothing };
    Brief { subject, number, traffic: 0, to: 1, sequence: number, fate: Fate { outcome, told, code } }
}

#[test]
fn messages_are_paired_by_subject_whatever_their_numbers() {
    let a = [
        brief(30, 1, Outcome::DeliveredIp, Some(200)),
        brief(10, 2, Outcome::DeliveredIp, Some(200)),
        brief(20, 3, Outcome::Failed, Some(0)),
        brief(40, 4, Outcome::Pending, None),
    ];
    // 30 is answered otherwise, 10 is the same, 20 is missing, 40 has another outcome, 50 is new.
    let b = [
        brief(10, 1, Outcome::DeliveredIp, Some(200)),
        brief(30, 2, Outcome::DeliveredIp, Some(202)),
        brief(50, 3, Outcome::Stored, Some(200)),
        brief(40, 9, Outcome::Expired, None),
    ];
    let paired = Fates::pair(Fates { seen: a.to_vec() }, Fates { seen: b.to_vec() });
    assert_eq!((paired.both, paired.alone), (3, [1, 1]));
    assert_eq!(paired.codes[0].iter().map(|(c, n)| (*c, *n)).collect::<Vec<_>>(), [(0, 1), (200, 2)]);
    let numbers: Vec<_> = paired.differ.iter().map(|(a, b)| (a.map(|m| m.number), b.map(|m| m.number))).collect();
    assert_eq!(numbers, [(Some(1), Some(2)), (Some(3), None), (Some(4), Some(9)), (None, Some(3))]);
    let itself = Fates::pair(Fates { seen: a.to_vec() }, Fates { seen: a.to_vec() });
    assert!(itself.differ.is_empty() && itself.both == 4);
}

#[test]
fn changes_are_counted_over_replicates_and_the_first_kept() {
    let pair = |n: u32| {
        let (a, b) = (brief(1, n, Outcome::DeliveredIp, Some(200)), brief(1, n, Outcome::Failed, Some(403)));
        differing(n, "main".to_owned(), "bob-1".to_owned(), [Some(a), Some(b)], None)
    };
    let mut all = Changes::default();
    for n in 0..3 {
        let mut one = Changes::default();
        one.add(pair(2 * n), 2);
        one.add(pair(2 * n + 1), 2);
        all.absorb(one, 3);
    }
    assert_eq!((all.differ, all.fates.values().sum::<u64>(), all.partings.len()), (6, 6, 1));
    assert_eq!(all.first.iter().map(|m| m.replicate).collect::<Vec<_>>(), [0, 1, 2]);
    let group = all.partings_by_number()[0].1;
    assert_eq!((group.messages, group.replicate), (6, 0));
    assert_eq!(all.json()["fates"][0]["messages"], 6);
    assert_eq!(all.json()["first"].as_array().map(Vec::len), Some(3));
}

/// Of 100 messages in each of 12 replicates, `num(replicate)` are deferred.
fn point(num: impl Fn(u32) -> i128) -> PointData {
    let mut data = PointData::new();
    for replicate in 0..12 {
        let mut run = RunRecord::new([replicate as u8; 16], [0; 16], replicate, 7);
        run.sums.insert("deferral_ratio".into(), Sum { num: num(replicate), den: 100 });
        run.submitted = 100;
        data.push(&run);
    }
    data
}

#[test]
fn a_difference_is_b_less_a_and_common_weather_cancels() {
    let metrics: Vec<&Metric> = chosen(&["deferral_ratio".to_owned(), "expired_ratio".to_owned()]).expect("two metrics");
    let weather = |r: u32| i128::from(20 + 7 * r % 30);
    let (a, b) = (point(weather), point(|r| weather(r) + 3));
    let found = lines(&a, &b, &metrics, 0.95);
    assert!((found[0].difference.estimate.expect("data") - 0.03).abs() < 1e-12);
    assert!(found[0].difference.half_width().expect("an interval") < 1e-9, "the weather is common");
    assert_eq!((found[0].finding(), found[1].finding()), (Finding::Differs, Finding::Nothing));
    assert_eq!(lines(&a, &a, &metrics, 0.95)[0].finding(), Finding::Same);
    let noisy = lines(&a, &point(|r| weather(r) + if r % 2 == 0 { 1 } else { -1 }), &metrics, 0.95);
    assert_eq!(noisy[0].finding(), Finding::Unclear);
    let without = lines(&a, &PointData::new(), &metrics, 0.95);
    assert_eq!(without[0].finding(), Finding::Differs, "one side has no data");
}

#[test]
fn what_is_forwarded_was_written_once() {
    let mut data = PointData::new();
    let mut run = RunRecord::new([1; 16], [0; 16], 0, 7);
    run.sums.insert("outcome_forwarded_ratio".into(), Sum { num: 7, den: 100 });
    run.submitted = 100;
    data.push(&run);
    assert_eq!(data.written(), [(0, 93)]);
}

#[test]
fn metrics_must_exist_and_have_a_value_at_one_point() {
    let wrong = chosen(&["deferral".to_owned(), "wait_ip_efficiency_per_s".to_owned()]).expect_err("two mistakes");
    assert!(wrong[0].problem.contains("did you mean \"deferral_ratio\"?"), "{wrong:?}");
    assert_eq!(wrong.len(), 2);
    assert!(chosen(&[]).expect("all").len() > 100);
}

#[test]
fn sides_are_named_by_path_and_point() {
    let at = |text: &str| Named::parse(text).map(|named| (named.path.display().to_string(), named.at));
    let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
    assert_eq!(at("m.json"), Ok(("m.json".to_owned(), None)));
    assert_eq!(at("r/x@profile=latest"), Ok(("r/x".to_owned(), Some(vec![pair("profile", "latest")]))));
    let two = Some(vec![pair("a", "{\"x\":[1,2]}"), pair("b", "10 s")]);
    assert_eq!(at("e.json@a={\"x\":[1,2]},b=10 s"), Ok(("e.json".to_owned(), two)));
    assert_eq!(at("e.json@*"), Ok(("e.json".to_owned(), Some(vec![]))));
    assert!(at("e.json@latest").expect_err("no pair").remedy.contains("axis=value"));
}
