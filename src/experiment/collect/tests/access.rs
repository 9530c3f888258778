//! Returns, registrations, views, waits for IP, ghosts, and the events of readiness.

use super::*;
use crate::sim::seen::{DeferReason, HoldEnd};

const U: UserId = UserId(1);

fn on(device: FunctionId) -> Truth {
    Truth::RadioOn { user: U, device }
}

fn off(device: FunctionId) -> Truth {
    Truth::RadioOff { user: U, device }
}

fn ip(device: FunctionId, on: bool) -> Truth {
    Truth::IpReady { user: U, device, on }
}

fn sms(on: bool) -> Truth {
    Truth::SmsReady { user: U, on }
}

#[test]
fn returns_of_the_primary_device() {
    let mut s = Stream::new();
    let p = phone(1);
    // During the warm-up; before it ends.
    for (t, truth) in [(90, on(p)), (91, sms(true)), (99, off(p))] {
        s.truth(t, truth);
    }
    // Just at its end: SMS first, IP 8 s later; a second IP of the same return does not count.
    for (t, truth) in [(100, on(p)), (104, sms(true)), (112, ip(p, true)), (120, ip(p, false)), (130, ip(p, true)), (140, off(p))] {
        s.truth(t, truth);
    }
    // At the same instant: counts as IP. The tablet's access is not that of the Primary Device.
    for (t, truth) in
        [(200, on(tablet(1))), (201, ip(tablet(1), true)), (202, on(p)), (205, sms(true)), (205, ip(p, true)), (210, off(p))]
    {
        s.truth(t, truth);
    }
    // Neither came, then IP only.
    for (t, truth) in [(300, on(p)), (310, off(p)), (400, on(p)), (406, ip(p, true)), (410, off(p))] {
        s.truth(t, truth);
    }
    // Open at the end: SMS came, IP did not. After the window, which the page does not set as a bound here.
    for (t, truth) in [(1900, on(p)), (1910, sms(true))] {
        s.truth(t, truth);
    }
    let c = s.finish();
    assert_eq!(c.sum("ip_first_ratio"), Some((2, 4)));
    assert_eq!(c.seconds("first_access_delay"), Some((4 + 3 + 6 + 10, 4)));
    assert_eq!(c.seconds("both_access_delay"), Some((12 + 3, 2)));
    c.censored("both_access_delay", &[100]);
    assert_eq!(c.seconds("cs_ip_gap"), Some((8, 1)));
    c.censored("cs_ip_gap", &[90]);
    c.censored("first_access_delay", &[]);
}

#[test]
fn a_return_in_which_nothing_has_come_yet_is_open_and_not_counted() {
    let mut s = Stream::new();
    s.truth(1950, on(phone(1)));
    let c = s.finish();
    assert_eq!(c.sum("ip_first_ratio"), None);
    c.censored("first_access_delay", &[50]);
    c.censored("both_access_delay", &[50]);
}

#[test]
fn registrations_from_the_first_try_to_the_binding() {
    let mut s = Stream::new();
    let bound = |device, on| Milestone::Bound { user: U, device, on };
    let (p, t) = (phone(1), tablet(1));
    for (at, m) in [
        (99, Milestone::RegisterSent { device: t }),
        (101, bound(t, true)),
        (200, Milestone::RegisterSent { device: p }),
        (230, Milestone::RegisterSent { device: p }),
        (233, bound(p, true)),
        (234, Milestone::Registered { device: p }),
    ] {
        s.milestone(at, m);
    }
    // Gives up with the radio.
    s.milestone(300, Milestone::RegisterSent { device: phone(2) });
    s.truth(310, Truth::RadioOff { user: UserId(2), device: phone(2) });
    s.milestone(400, Milestone::RegisterSent { device: phone(2) });
    s.milestone(402, Milestone::Bound { user: UserId(2), device: phone(2), on: true });
    s.milestone(1990, Milestone::RegisterSent { device: phone(3) });
    let c = s.finish();
    assert_eq!(c.seconds("registration_delay"), Some((33 + 2, 2)), "the first began in the warm-up");
    c.censored("registration_delay", &[10]);
}

#[test]
fn what_the_pf_learns_of_bindings() {
    let mut s = Stream::new();
    let p = phone(1);
    let bound = |on| Milestone::Bound { user: U, device: p, on };
    let view = |on| Milestone::View { user: U, device: p, on };
    // Learnt after 2 and 3 s; then off and on again before anything is told: nothing to learn; then off, learnt after 5 s.
    for (at, m) in
        [(200, bound(true)), (202, view(true)), (300, bound(false)), (303, view(false)), (400, bound(true)), (400, view(true))]
    {
        s.milestone(at, m);
    }
    for (at, m) in [(500, bound(false)), (501, bound(true)), (600, bound(false)), (605, view(false))] {
        s.milestone(at, m);
    }
    // Open at the end; another client's change is known to the PF already.
    s.milestone(1980, bound(true));
    s.milestone(1000, Milestone::Bound { user: U, device: tablet(1), on: false });
    let c = s.finish();
    assert_eq!(c.seconds("view_delay"), Some((2 + 3 + 5, 4)));
    c.censored("view_delay", &[20]);
}

#[test]
fn waits_for_ip_of_users_with_measured_messages() {
    let mut s = Stream::new();
    let start = |user, message| Milestone::HoldStart { user, message };
    let end = |user, message, why| Milestone::HoldEnd { user, message, why };
    let defer = |id, user| Milestone::Defer { message: MessageId(id), user, reason: DeferReason::WaitIp };
    s.unmeasured(50, defer(1, UserId(2)));
    s.milestone(60, start(UserId(2), None));
    s.milestone(70, end(UserId(2), None, HoldEnd::Expiry));
    s.milestone(200, start(U, None));
    s.milestone(200, defer(2, U));
    s.milestone(207, end(U, None, HoldEnd::Registration));
    // Two at once where the wait is per message; of no length; ended because nothing waits any more.
    let (a, b) = (Some(MessageId(3)), Some(MessageId(4)));
    for (t, m) in [
        (300, start(U, a)),
        (301, start(U, b)),
        (310, end(U, a, HoldEnd::Expiry)),
        (311, end(U, b, HoldEnd::NothingWaits)),
        (400, start(U, None)),
        (400, end(U, None, HoldEnd::Expiry)),
        (1999, start(U, None)),
    ] {
        s.milestone(t, m);
    }
    let c = s.finish();
    assert_eq!(c.seconds("wait_ip_hold"), Some((7 + 10 + 10, 4)));
    assert_eq!(c.sum("wait_ip_expired_ratio"), Some((2, 4)), "a wait that has not ended is not in it");
    c.censored("wait_ip_hold", &[1]);
}

#[test]
fn ghosts_and_devices_left_out() {
    let mut s = Stream::new();
    let p = phone(1);
    let attempt = |id| Milestone::Attempt { message: MessageId(id), device: p };
    s.milestone(150, Milestone::Bound { user: U, device: p, on: true });
    s.truth(160, Truth::Connected { user: U, device: p, on: true });
    s.milestone(170, attempt(0));
    s.truth(180, Truth::Connected { user: U, device: p, on: false });
    s.milestone(200, attempt(1));
    s.unmeasured(200, attempt(2));
    s.truth(232, Truth::GhostAttemptEnd { measured: true, after: span(32) });
    s.truth(232, Truth::GhostAttemptEnd { measured: false, after: span(32) });
    s.milestone(1990, attempt(3));
    s.truth(300, Truth::WrongExclusion { devices: 2 });
    for m in [accepted(0, 169), MessageRecord { ghost_attempts: 2, ..accepted(1, 200) }, accepted(3, 900)] {
        s.closed(&m);
    }
    let c = s.finish();
    assert_eq!(c.sum("ghost_exposure_ratio"), Some((1, 3)), "messages, not attempts");
    assert_eq!(c.seconds("ghost_delay"), Some((32, 1)));
    c.censored("ghost_delay", &[10]);
    assert_eq!(c.sum("wrong_exclusion_per_1000"), Some((2, 3)));
}

#[test]
fn needs_of_the_ready_event() {
    let mut s = Stream::new();
    let need = |user, on| Truth::ReadyNeed { user, on };
    let told = |user| Milestone::ReadyReceived { user };
    // Told at the very instant, and again: one in time, and repeated.
    s.truth(200, need(U, true));
    s.milestone(200, told(U));
    s.milestone(203, told(U));
    s.truth(210, need(U, false));
    // Ended before it was told: lost, though the event comes at last.
    s.truth(300, need(U, true));
    s.truth(305, need(U, false));
    s.milestone(309, told(U));
    // Not told at all.
    s.truth(400, need(U, true));
    s.truth(410, need(U, false));
    // An event without a need, and a need in the warm-up.
    s.milestone(500, told(UserId(2)));
    s.truth(90, need(UserId(3), true));
    s.truth(95, need(UserId(3), false));
    // Still lasts: not lost yet.
    s.truth(1900, need(UserId(2), true));
    let c = s.finish();
    assert_eq!(c.sum("ready_event_lost_ratio"), Some((2, 4)));
    assert_eq!(c.sum("ready_event_duplicate_ratio"), Some((1, 4)));
    assert_eq!(c.seconds("ready_event_latency"), Some((9, 2)));
    c.censored("ready_event_latency", &[100]);
}

#[test]
fn results_of_short_messages_of_measured_messages() {
    let mut s = Stream::new();
    let result = |ok| Milestone::SmsResult { message: MessageId(1), attempt: 1, ok };
    s.unmeasured(90, result(false));
    s.milestone(200, result(false));
    s.milestone(300, result(true));
    s.milestone(1500, result(true));
    assert_eq!(s.finish().sum("sms_attempt_failed_ratio"), Some((1, 3)));
}
