//! Pulls, deletion against another client's wish, and sessions.

use super::*;
use crate::sim::seen::{CpmAction, DeferReason, ItemResult, axes};
use CpmAction::{Delete, Deliver, Interwork};
use ItemResult::{ClaimedElsewhere, Failed, Faulty, Gone, Moved};

const U: UserId = UserId(1);

fn defer(id: u32) -> Milestone {
    Milestone::Defer { message: MessageId(id), user: U, reason: DeferReason::NoClient }
}

fn deferred(id: u32) -> MessageRecord {
    MessageRecord { defer: at(200), defer_reason: Some(DeferReason::NoClient), outcome: Outcome::Deleted, ..accepted(id, 200) }
}

/// A pull of one client, by its number.
#[derive(Clone, Copy)]
struct Pull(FunctionId, u32);

impl Pull {
    /// Sent, and complete at the PF.
    fn comes(self, stream: &mut Stream, sent: u64, received: u64, selective: bool) {
        let Pull(device, pull) = self;
        stream.milestone(sent, Milestone::PullSent { pull, device, selective });
        stream.milestone(received, Milestone::PullReceived { user: U, pull, device, selective, paused: false });
    }

    fn answer(self, stream: &mut Stream, s: u64, code: u16) {
        let Pull(device, pull) = self;
        stream.milestone(s, Milestone::PullAnswer { user: U, pull, device, code });
    }

    fn item(self, stream: &mut Stream, s: u64, id: u32, action: Option<CpmAction>, result: ItemResult) {
        let Pull(device, pull) = self;
        stream.milestone(s, Milestone::PullItem { pull, device, message: MessageId(id), action, result });
    }

    fn done(self, stream: &mut Stream, s: u64) {
        let Pull(device, pull) = self;
        stream.milestone(s, Milestone::PullDone { user: U, pull, device });
    }
}

/// The session of a client's pull is over.
fn bye(stream: &mut Stream, s: u64, device: FunctionId) {
    stream.milestone(s, Milestone::SessionEnd { user: U, device, complete: true });
}

#[test]
fn two_clients_pull_at_once() {
    let mut s = Stream::new();
    let (p, t) = (Pull(phone(1), 1), Pull(tablet(1), 1));
    (0..3).for_each(|id| s.milestone(150, defer(id)));
    // The phone asks for all three and gets two; the tablet comes while that is not done, is let in and finds one message.
    p.comes(&mut s, 200, 201, false);
    p.answer(&mut s, 202, 200);
    t.comes(&mut s, 203, 204, false);
    bye(&mut s, 206, phone(1));
    p.item(&mut s, 210, 0, Some(Deliver), Moved);
    p.item(&mut s, 211, 1, Some(Deliver), Moved);
    p.item(&mut s, 212, 2, Some(Deliver), Failed);
    p.done(&mut s, 212);
    t.answer(&mut s, 212, 200);
    t.item(&mut s, 215, 2, Some(Deliver), Moved);
    bye(&mut s, 216, tablet(1));
    t.done(&mut s, 216);
    let c = s.finish();
    assert_eq!(c.sum("pull_conflict_ratio"), Some((1, 2)));
    assert_eq!(c.sum("pull_hollow_ratio"), Some((0, 2)));
    assert_eq!(c.sum("pull_efficiency_ratio"), Some((3, 6)), "three were queued when each came");
    assert_eq!(c.sum("pull_stale_instruction_ratio"), Some((0, 4)));
    assert_eq!(c.sum("pull_selective_ratio"), Some((0, 2)));
    assert_eq!(c.seconds("pull_completion"), Some((12 + 13, 2)));
    assert_eq!(c.seconds("dialog_open"), Some((4 + 4, 2)));
    c.censored("pull_completion", &[]);
}

#[test]
fn refusals_are_no_pulls_that_were_answered_with_success() {
    let mut s = Stream::new();
    let (first, second, third) = (Pull(phone(1), 1), Pull(tablet(1), 1), Pull(tablet(1), 2));
    s.milestone(150, defer(0));
    first.comes(&mut s, 200, 201, true);
    first.answer(&mut s, 201, 200);
    second.comes(&mut s, 202, 203, false);
    second.answer(&mut s, 203, 480);
    first.item(&mut s, 205, 0, Some(Interwork), Moved);
    s.milestone(205, Milestone::Leave { message: MessageId(0), user: U });
    bye(&mut s, 206, phone(1));
    first.done(&mut s, 206);
    // The first is done, the second was refused: no conflict.
    third.comes(&mut s, 210, 211, false);
    third.answer(&mut s, 211, 488);
    let c = s.finish();
    assert_eq!(c.sum("pull_480_ratio"), Some((1, 3)));
    assert_eq!(c.sum("pull_488_ratio"), Some((1, 3)));
    assert_eq!(c.sum("pull_conflict_ratio"), Some((1, 3)));
    assert_eq!(c.sum("pull_selective_ratio"), Some((1, 3)));
    assert_eq!(c.sum("pull_hollow_ratio"), Some((0, 1)), "it did not ask to deliver");
    assert_eq!(c.sum("pull_efficiency_ratio"), None);
    assert_eq!(c.seconds("pull_completion"), Some((6, 1)));
}

#[test]
fn instructions_that_come_too_late_or_go_wrong() {
    let mut s = Stream::new();
    let (a, b, c) = (Pull(phone(1), 1), Pull(phone(1), 2), Pull(tablet(1), 1));
    (0..2).for_each(|id| s.milestone(150, defer(id)));
    a.comes(&mut s, 200, 200, true);
    a.answer(&mut s, 200, 200);
    let items = [(0, Some(Deliver), Gone), (1, Some(Deliver), ClaimedElsewhere), (2, Some(Delete), Gone), (3, None, Faulty)];
    for (id, action, result) in items {
        a.item(&mut s, 201, id, action, result);
    }
    a.done(&mut s, 202);
    // Asks for all, and what came since is in it too: three moved where two were queued.
    b.comes(&mut s, 300, 300, false);
    b.answer(&mut s, 300, 200);
    (0..3).for_each(|id| b.item(&mut s, 301, id, Some(Deliver), Moved));
    b.done(&mut s, 301);
    // A list of which no entry is well formed asks for nothing.
    c.comes(&mut s, 400, 400, true);
    c.answer(&mut s, 400, 200);
    c.item(&mut s, 401, 0, None, Faulty);
    c.done(&mut s, 402);
    let c = s.finish();
    assert_eq!(c.sum("pull_stale_instruction_ratio"), Some((3, 8)));
    assert_eq!(c.sum("pull_hollow_ratio"), Some((1, 3)), "the first asked to deliver and moved nothing");
    assert_eq!(c.sum("pull_efficiency_ratio"), Some((3, 2 + 3)));
    assert_eq!(c.seconds("dialog_open"), Some((2 + 1 + 2, 3)), "a pull is done when its session is over, at the latest");
}

#[test]
fn pulls_open_at_the_end_in_the_warm_up_and_in_a_pause() {
    let mut s = Stream::new();
    let (early, paused, refused, open) = (Pull(phone(1), 1), Pull(phone(1), 2), Pull(phone(1), 3), Pull(tablet(1), 1));
    s.milestone(50, defer(0));
    early.comes(&mut s, 60, 61, false);
    early.answer(&mut s, 61, 200);
    early.item(&mut s, 110, 0, Some(Deliver), Gone);
    early.done(&mut s, 120);
    let pause = |stream: &mut Stream, Pull(device, pull): Pull, s: u64, code: u16| {
        stream.milestone(s, Milestone::PullSent { pull, device, selective: false });
        stream.milestone(s, Milestone::PullReceived { user: U, pull, device, selective: false, paused: true });
        Pull(device, pull).answer(stream, s, code);
    };
    pause(&mut s, paused, 200, 200);
    bye(&mut s, 201, phone(1));
    paused.done(&mut s, 203);
    pause(&mut s, refused, 300, 480);
    // Its message is under way, its session stands.
    open.comes(&mut s, 1990, 1992, false);
    open.answer(&mut s, 1993, 200);
    let c = s.finish();
    assert_eq!(c.sum("pull_paused_ratio"), Some((1, 3)), "the refused one was not served");
    assert_eq!(c.sum("pull_hollow_ratio"), Some((1, 2)), "the open one is not hollow yet");
    assert_eq!(c.sum("pull_efficiency_ratio"), Some((0, 2)));
    assert_eq!(c.sum("pull_stale_instruction_ratio"), None);
    assert_eq!(c.seconds("pull_completion"), Some((3, 1)));
    c.censored("pull_completion", &[10]);
    assert_eq!(c.seconds("dialog_open"), Some((1, 1)));
    c.censored("dialog_open", &[7]);
}

#[test]
fn deletion_of_what_another_client_wanted() {
    let mut s = Stream::new();
    let (p, t, late) = (Pull(phone(1), 1), Pull(tablet(1), 1), Pull(tablet(1), 2));
    (0..6).for_each(|id| s.milestone(150, defer(id)));
    // The tablet asks for 0 and 1 before the phone has 0, 2 and 3 deleted; it gets its turn later.
    p.comes(&mut s, 200, 200, true);
    p.answer(&mut s, 200, 200);
    t.comes(&mut s, 201, 201, true);
    for id in [0, 2, 3] {
        p.item(&mut s, 202, id, Some(Delete), Moved);
    }
    // What the same client asked for before is no wish of another. A deletion that found nothing deletes nothing.
    p.item(&mut s, 203, 1, Some(Delete), Gone);
    p.item(&mut s, 203, 4, Some(Deliver), Failed);
    p.done(&mut s, 203);
    t.answer(&mut s, 203, 200);
    t.item(&mut s, 204, 0, Some(Deliver), Gone);
    t.item(&mut s, 205, 1, Some(Deliver), Moved);
    t.item(&mut s, 205, 4, Some(Delete), Moved);
    t.done(&mut s, 206);
    // A wish after the deletion.
    late.comes(&mut s, 210, 210, true);
    late.answer(&mut s, 210, 200);
    late.item(&mut s, 211, 2, Some(Deliver), Gone);
    late.done(&mut s, 211);
    // A pull of all asks for everything that is queued, also where it is refused; message 5 is not measured.
    let (all, again) = (Pull(phone(1), 2), Pull(tablet(1), 3));
    s.milestone(290, defer(6));
    all.comes(&mut s, 300, 300, false);
    all.answer(&mut s, 300, 480);
    again.comes(&mut s, 301, 301, true);
    again.answer(&mut s, 301, 200);
    again.item(&mut s, 302, 6, Some(Delete), Moved);
    let Pull(device, pull) = again;
    s.unmeasured(302, Milestone::PullItem { pull, device, message: MessageId(5), action: Some(Delete), result: Moved });
    again.done(&mut s, 303);
    (0..7).filter(|id| *id != 5).for_each(|id| s.closed(&deferred(id)));
    s.closed(&MessageRecord { measured: false, ..deferred(5) });
    let c = s.finish();
    assert_eq!(c.sum("deleted_but_wanted_per_1000"), Some((3, 6)), "0 by the tablet, 4 and 6 by the phone");
}

#[test]
fn sessions_stand_and_break() {
    let mut in_session = model();
    assert!(in_session.axes.set(axes::PULL_TRANSPORT, "in-session"));
    for (model, incomplete) in [(in_session, Some((1, 3))), (model(), None)] {
        let mut s = Stream::of(&model, false);
        let (p, t) = (phone(1), tablet(1));
        let up = |device| Milestone::SessionUp { user: U, device };
        let offered = |device| Milestone::SessionOffered { user: U, device };
        let end = |device, complete| Milestone::SessionEnd { user: U, device, complete };
        // Up from 90 on, which is before the window; two at once from 200 to 210; refused at once; given up.
        s.milestone(88, offered(p));
        s.milestone(90, up(p));
        s.milestone(150, end(p, false));
        s.milestone(195, offered(p));
        s.milestone(198, offered(t));
        s.milestone(200, up(p));
        s.milestone(200, up(t));
        s.milestone(202, offered(p));
        s.milestone(202, Milestone::SessionRefused { user: U, device: p, blocked: false });
        s.milestone(210, end(p, true));
        s.milestone(220, end(t, false));
        s.milestone(300, offered(t));
        s.milestone(332, end(t, false));
        s.milestone(400, offered(t));
        s.milestone(401, up(t));
        s.milestone(500, offered(p));
        s.milestone(500, Milestone::SessionRefused { user: U, device: p, blocked: true });
        s.milestone(1990, offered(p));
        let c = s.finish();
        assert_eq!(c.sum("msrp_incomplete_ratio"), incomplete, "after the warm-up, and only where messages travel in them");
        assert_eq!(c.sum("session_blocked_ratio"), incomplete.map(|_| (1, 7)), "one of those offered after the warm-up");
        assert_eq!(c.seconds("session_setup"), Some((5 + 2 + 1, 3)));
        c.censored("session_setup", &[10]);
        // Level 1: 100 to 150, 210 to 220, 401 to 1000; level 2: 200 to 210.
        assert_eq!(c.times("sessions_active"), [(0, 900 - 50 - 10 - 10 - 599), (1, 50 + 10 + 599), (2, 10)]);
    }
}
