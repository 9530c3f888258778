//! Queues, servers and what drains them.

use super::*;
use crate::sim::seen::DeferReason;

fn defer(id: u32, user: u32) -> Milestone {
    Milestone::Defer { message: MessageId(id), user: UserId(user), reason: DeferReason::NoClient }
}

fn leave(id: u32, user: u32) -> Milestone {
    Milestone::Leave { message: MessageId(id), user: UserId(user) }
}

#[test]
fn queue_levels_are_per_recipient_and_cut_to_the_window() {
    let mut s = Stream::new();
    // User 1: one from 50, two from 150 to 250, none from 300. User 2: one from 900 on. User 3: never any.
    s.unmeasured(50, defer(0, 1));
    s.milestone(150, defer(1, 1));
    s.unmeasured(250, leave(0, 1));
    s.milestone(300, leave(1, 1));
    s.milestone(900, defer(2, 2));
    s.milestone(1700, defer(3, 1));
    let c = s.finish();
    // 2700 user-seconds: user 1 has 50 + 50 at level 1 and 100 at 2; user 2 has 100 at level 1; the sender has no queue.
    assert_eq!(c.times("queue_length"), [(0, 2400), (1, 200), (2, 100)]);
    assert_eq!(c.times("queue_total"), [(0, 600), (1, 200), (2, 100)]);
    assert_eq!(c.seconds("queue_wait"), Some((150, 1)), "stays of measured messages");
    c.censored("queue_wait", &[300, 1100]);
}

#[test]
fn an_empty_run_has_a_queue_of_zero_for_the_whole_window() {
    let c = Stream::new().finish();
    assert_eq!(c.times("queue_length"), [(0, 2700)]);
    assert_eq!(c.times("queue_total"), [(0, 900)]);
    assert_eq!(c.times("retained_copies"), [(0, 900)]);
    assert_eq!(c.times("server_waiting"), [(0, 900)]);
    assert!(!c.tables.levels.contains_key("queue_at_off_end"));
}

#[test]
fn a_run_that_ends_before_its_arrivals_do_cuts_the_levels_there() {
    let mut short = model();
    short.run.end = End::At(at(500));
    let mut s = Stream::of(&short, false);
    s.milestone(400, defer(1, 1));
    let c = s.collector.finish(&RunOutcome { end: at(500), ..outcome() });
    assert_eq!(c.times("queue_length"), [(0, 1100), (1, 100)]);
    c.censored("queue_wait", &[100]);
}

/// Little's law: without items before or after the window, the time at all levels is the sum of the stays.
#[test]
fn littles_law_holds_on_a_made_up_queue() {
    let mut s = Stream::new();
    let (mut events, mut state) = (Vec::new(), 9u64);
    for id in 0..400 {
        state = crate::units::fold(state, 3);
        let (begin, stay) = (100 + state % 800, (state >> 20) % 100);
        events.push((begin, 0, id));
        events.push((begin + stay, 1, id));
    }
    events.sort_unstable();
    for (t, kind, id) in events {
        s.milestone(t, if kind == 0 { defer(id, 1 + id % 3) } else { leave(id, 1 + id % 3) });
    }
    let c = s.finish();
    let (sum, items) = c.sum("queue_wait").unwrap();
    let held = |key| c.level(key).iter().map(|(level, what)| i128::from(level) * what.weight_ns as i128).sum::<i128>();
    assert_eq!(items, 400);
    assert_eq!(held("queue_length"), sum);
    assert_eq!(held("queue_total"), sum);
}

#[test]
fn the_queue_met_by_a_returning_user() {
    let mut s = Stream::new();
    let back = |queued| Truth::OffEnd { user: UserId(1), queued };
    for (t, queued) in [(99, 4), (100, 0), (500, 9), (600, 10), (999, 3), (1000, 20)] {
        s.truth(t, back(queued));
    }
    let c = s.finish();
    assert_eq!(c.items("queue_at_off_end"), [(0, 1, 0), (3, 1, 0), (9, 1, 0), (10, 1, 0)], "in the window only");
    assert_eq!(c.sum("queue_at_off_end_empty_ratio"), Some((1, 4)));
    assert_eq!(c.sum("queue_at_off_end_10plus_ratio"), Some((1, 4)));
}

#[test]
fn a_drain_lasts_until_the_last_message_that_comes() {
    let mut s = Stream::new();
    let back = |user| Truth::OffEnd { user: UserId(user), queued: 0 };
    let waiting = |id| MessageRecord { defer: at(200), defer_reason: Some(DeferReason::NoClient), ..accepted(id, 200) };
    let came = |id, t| arrived(waiting(id), phone(1), Path::Ip, t);
    // User 1: 0 and 1 are met at 300 and 400; 2 expires; 0 comes at 350, 1 at 420. User 2: all expire. User 3: one stays.
    for (id, user) in [(0, 1), (1, 1), (2, 1), (3, 2), (4, 3)] {
        s.milestone(200, defer(id, user));
    }
    s.truth(300, back(1));
    s.milestone(350, leave(0, 1));
    s.truth(400, back(1));
    s.milestone(410, leave(1, 1));
    s.truth(500, back(2));
    s.truth(600, back(3));
    s.truth(700, back(0));
    let expired = |id| MessageRecord { outcome: Outcome::Expired, ..waiting(id) };
    for m in [came(1, 420), came(0, 350), expired(2), expired(3), MessageRecord { outcome: Outcome::Pending, ..waiting(4) }] {
        s.closed(&m);
    }
    let c = s.finish();
    assert_eq!(c.seconds("push_drain"), Some((120 + 20, 2)));
    c.censored("push_drain", &[1400]);
}

#[test]
fn copies_kept_after_a_hand_over() {
    let mut s = Stream::new();
    let keep = |id, on| Milestone::Retained { message: MessageId(id), on };
    for (t, m) in [(90, keep(0, true)), (150, keep(1, true)), (200, keep(0, false)), (950, keep(1, false))] {
        s.milestone(t, m);
    }
    assert_eq!(s.finish().times("retained_copies"), [(0, 50), (1, 50 + 750), (2, 50)]);
}

#[test]
fn jobs_of_a_server() {
    let mut s = Stream::new();
    let mut job = |arrived, wait, stay| {
        s.truth(arrived, Truth::Served { function: PF, arrived: at(arrived), wait: span(wait), stay: span(stay) });
    };
    // Two arrive in the warm-up; one of them waits into the window. Three meet at 200; two are there when the window ends.
    job(98, 0, 4);
    job(99, 3, 7);
    job(200, 0, 10);
    job(201, 9, 19);
    job(205, 15, 25);
    job(999, 0, 1500);
    job(1000, 1499, 1500);
    let c = s.finish();
    assert_eq!(c.seconds("server_wait"), Some((24, 4)));
    assert_eq!(c.seconds("server_sojourn"), Some((54, 3)));
    c.censored("server_sojourn", &[1001]);
    c.censored("server_wait", &[]);
    // Waiting: 2 s of the second job; 201 to 210 and 205 to 220.
    assert_eq!(c.times("server_waiting"), [(0, 900 - 2 - 19), (1, 2 + 4 + 10), (2, 5)]);
}

#[test]
fn many_jobs_keep_their_sums() {
    let mut s = Stream::new();
    for t in 100..1000 {
        s.truth(t, Truth::Served { function: PF, arrived: at(t), wait: span(2), stay: span(3) });
    }
    let c = s.finish();
    assert_eq!(c.seconds("server_wait"), Some((1800, 900)));
    assert_eq!(c.seconds("server_sojourn"), Some((2700, 900)));
    assert_eq!(c.level("server_waiting").maximum(), Some(2));
}
