//! Chance belongs to what it happens to: what is added or left out elsewhere moves no draw (`design.md` 2.3).

use super::*;
use crate::units::SubjectId;

/// A landing with delays that vary on every link, over two kinds of transport.
fn windy(users: u32) -> Model {
    let lognormal = |ms: u64| Law::Lognormal { median: Span::from_millis(ms), sigma: 0.5 };
    let mut model = landing(Law::Exponential { mean: seconds(12) }, users, seconds(10));
    model.traffic[0].arrivals = Arrivals::Count { count: 5, from: at(0), to: at(900) };
    for link in &mut model.links {
        link.spec.delay = lognormal(30);
        if link.spec.class == LinkClass::Gm {
            link.spec.transport = Transport::Datagram;
        }
    }
    for (at, delay) in [(0, 500), (4, 4500)] {
        if let FunctionKind::Core(core) = &mut model.functions[at].kind {
            core.notify_delay = lognormal(delay);
        }
        if let FunctionKind::Msc(msc) = &mut model.functions[at].kind {
            msc.mt_delivery = lognormal(delay);
        }
    }
    model
}

type Story = (SubjectId, Outcome, [SimTime; 6]);

fn stories(model: Model) -> Vec<Story> {
    let mut all: Vec<Story> = kept(model, 3)
        .0
        .records
        .iter()
        .map(|r| (r.subject, r.outcome, [r.submit, r.accept, r.answer, r.defer, r.first_arrival, r.first_imdn_delivered]))
        .collect();
    all.sort_by_key(|s| s.0);
    all
}

#[test]
fn an_added_user_moves_nobodys_story() {
    let (few, more) = (stories(windy(20)), stories(windy(23)));
    assert_eq!(few.len(), 100);
    let kept: Vec<_> = more.into_iter().filter(|s| few.iter().any(|f| f.0 == s.0)).collect();
    assert_eq!(kept, few);
}

/// A message that is not sent takes its own draws with it and nobody else's. It could move another one's story only by
/// standing in a queue before it, and what waits here shares its timer and its trigger.
#[test]
fn a_removed_message_moves_no_other_message() {
    let whole = stories(windy(20));
    let mut fewer = windy(20);
    let Arrivals::Count { count, .. } = &mut fewer.traffic[0].arrivals else { panic!("a fixed number") };
    *count = 4;
    let fewer = stories(fewer);
    assert_eq!((whole.len(), fewer.len()), (100, 80));
    for story in &fewer {
        assert!(whole.contains(story), "{story:?}");
    }
}

#[test]
fn a_link_that_varies_leaves_the_draws_of_all_others_alone() {
    let base = stories(windy(20));
    let mut calm = windy(20);
    // IWF to HLR: beside the way of what goes by IP alone.
    calm.links[4].spec.delay = zero();
    let other = stories(calm);
    for (a, b) in base.iter().zip(&other) {
        assert_eq!((a.0, a.2[0], a.2[1]), (b.0, b.2[0], b.2[1]), "submission and acceptance do not cross that link");
    }
}

#[test]
fn a_stream_link_keeps_the_order_of_what_it_carries() {
    let mut model = windy(1);
    model.traffic[0].arrivals = Arrivals::At((0..50).map(|i| at(10) + Span::from_millis(i)).collect());
    for link in &mut model.links {
        link.spec.transport = Transport::Stream;
        link.spec.delay = Law::Lognormal { median: Span::from_millis(200), sigma: 1.0 };
    }
    let (kept, _) = kept(model, 0);
    let mut records = kept.records;
    records.sort_by_key(|r| r.sequence);
    assert!(records.windows(2).all(|w| w[0].accept <= w[1].accept));
    assert_eq!(records.len(), 50);
}

/// A schedule runs to its end, also where its first change stands at the very start of the run or says what is so already.
#[test]
fn a_schedule_of_the_radio_runs_to_its_end() {
    let on_at = |on_at_start, changes: &[(u64, bool)]| {
        let changes = changes.iter().map(|(s, on)| (at(*s), *on)).collect();
        let radio = Radio::Schedule { on_at_start, changes };
        let (kept, _) = kept(one_operator(radio, plain(), 1, Arrivals::At(vec![at(10)]), at(900)), 0);
        let told = kept.truths.iter().filter_map(|(now, truth)| match truth {
            Truth::RadioOn { .. } => Some((now.ns() / 1_000_000_000, true)),
            Truth::RadioOff { .. } => Some((now.ns() / 1_000_000_000, false)),
            _ => None,
        });
        (told.collect::<Vec<_>>(), kept.records[0].first_arrival)
    };
    // Off at the start of a run that it was on for: nothing arrives before it comes back.
    assert_eq!(on_at(true, &[(0, false), (20, true)]), (vec![(0, false), (20, true)], at(20)));
    assert_eq!(on_at(false, &[(0, true), (5, false), (20, true)]), (vec![(0, true), (5, false), (20, true)], at(20)));
    // On, and told to be on: the change after it counts all the same.
    assert_eq!(on_at(true, &[(2, true), (5, false), (20, true)]), (vec![(5, false), (20, true)], at(20)));
    assert_eq!(on_at(false, &[(2, false), (20, true)]), (vec![(20, true)], at(20)));
}
