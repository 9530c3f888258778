//! What the sender is told.

use super::*;

const ASKED: Dispositions = Dispositions { positive: true, negative: true, display: false };

fn asked(id: u32, accept: u64) -> MessageRecord {
    MessageRecord { dispositions: ASKED, ..accepted(id, accept) }
}

fn fold(messages: &[MessageRecord]) -> Collected {
    let mut stream = Stream::new();
    messages.iter().for_each(|m| stream.closed(m));
    stream.finish()
}

#[test]
fn the_belief_table_has_nine_cells_that_add_up() {
    let case = |id, outcome, told| MessageRecord { outcome, told, ..accepted(id, 200) };
    let c = fold(&[
        case(0, Outcome::DeliveredIp, Told::Delivered),
        case(1, Outcome::Stored, Told::Delivered),
        case(2, Outcome::DeliveredSms, Told::Failed),
        case(3, Outcome::Lost, Told::Nothing),
        case(4, Outcome::Expired, Told::Failed),
        case(5, Outcome::Pending, Told::Nothing),
        case(6, Outcome::Forwarded, Told::Delivered),
    ]);
    let cell = |truth, told| c.sum(&format!("belief_{truth}_told_{told}_ratio")).unwrap();
    assert_eq!(cell("delivered", "delivered"), (2, 7));
    assert_eq!(cell("delivered", "failed"), (1, 7));
    assert_eq!(cell("undelivered", "nothing"), (1, 7));
    assert_eq!(cell("undelivered", "failed"), (1, 7));
    assert_eq!(cell("open", "nothing"), (1, 7));
    assert_eq!(cell("open", "delivered"), (1, 7));
    let cells = ["delivered", "undelivered", "open"].iter().flat_map(|t| ["delivered", "failed", "nothing"].map(|b| cell(t, b).0));
    assert_eq!(cells.sum::<i128>(), 7);
}

#[test]
fn false_beliefs_count_whenever_they_were_held() {
    let c = fold(&[
        MessageRecord { ever_told_failed: true, told: Told::Delivered, ..arrived(accepted(0, 200), phone(1), Path::Ip, 201) },
        MessageRecord { ever_told_failed: true, ..accepted(1, 200) },
        MessageRecord { ever_told_delivered: true, ..accepted(2, 200) },
        MessageRecord { ever_told_delivered: true, outcome: Outcome::Stored, ..accepted(3, 200) },
    ]);
    assert_eq!(c.sum("false_negative_per_million"), Some((1, 4)));
    assert_eq!(c.sum("false_positive_per_million"), Some((1, 4)));
}

#[test]
fn dispositions_against_truth() {
    let delivered = |id, s, got| MessageRecord {
        imdn_delivered_received: got,
        first_imdn_delivered: if got > 0 { at(s + 4) } else { NEVER },
        ..arrived(asked(id, s), phone(1), Path::Ip, s + 1)
    };
    let expired =
        |id, got| MessageRecord { outcome: Outcome::Expired, expire: at(900), imdn_failed_received: got, ..asked(id, 300) };
    let c = fold(&[
        delivered(0, 200, 1),
        delivered(1, 300, 2),
        delivered(2, 400, 0),
        expired(3, 1),
        expired(4, 0),
        MessageRecord { imdn_failed_received: 1, ..delivered(5, 500, 1) },
        MessageRecord { outcome: Outcome::Pending, ..asked(6, 600) },
        // Nothing asked: not in the population.
        arrived(accepted(7, 700), phone(1), Path::Ip, 701),
    ]);
    assert_eq!(c.sum("imdn_correct_ratio"), Some((2, 7)), "0 and 3; an open one is not yet correct");
    assert_eq!(c.sum("imdn_missing_ratio"), Some((2, 7)));
    assert_eq!(c.sum("imdn_duplicate_ratio"), Some((1, 7)));
    assert_eq!(c.sum("imdn_contradictory_ratio"), Some((1, 7)));
    assert_eq!(c.seconds("imdn_latency"), Some((9, 3)));
}

#[test]
fn a_report_due_within_the_grace_of_the_end_is_open() {
    // The end is 2000 and the grace 60: due at 1940 it is missing, at 1941 open.
    let c = fold(&[arrived(asked(0, 200), phone(1), Path::Ip, 1940), arrived(asked(1, 300), phone(1), Path::Ip, 1941)]);
    assert_eq!(c.sum("imdn_missing_ratio"), Some((1, 2)));
    c.censored("imdn_latency", &[59]);
    assert_eq!(c.sum("imdn_latency"), None);
}

#[test]
fn only_what_was_asked_for_is_implied() {
    let negative = Dispositions { positive: false, negative: true, display: false };
    let positive = Dispositions { positive: true, negative: false, display: true };
    let c = fold(&[
        MessageRecord { dispositions: negative, ..arrived(accepted(0, 200), phone(1), Path::Ip, 201) },
        MessageRecord { dispositions: positive, outcome: Outcome::Expired, ..accepted(1, 200) },
        MessageRecord { dispositions: positive, outcome: Outcome::Lost, ..accepted(2, 200) },
    ]);
    assert_eq!(c.sum("imdn_correct_ratio"), Some((3, 3)), "a lost message implies no report");
    assert_eq!(c.sum("imdn_missing_ratio"), Some((0, 3)));
}

#[test]
fn answers_by_class() {
    let answered = |id, code| MessageRecord { answer_code: code, ..accepted(id, 200) };
    let c = fold(&[
        answered(0, 202),
        answered(1, 200),
        answered(2, 480),
        answered(3, 503),
        answered(4, 603),
        answered(5, 0),
        MessageRecord { answer: NEVER, ..accepted(6, 200) },
    ]);
    let class = |class| c.sum(&format!("answer_{class}_ratio")).unwrap();
    assert_eq!(["2xx", "4xx", "5xx", "6xx", "none"].map(class), [(2, 7), (1, 7), (1, 7), (1, 7), (1, 7)]);
    assert_eq!(c.seconds("response_latency"), Some((10, 5)), "no answer in time is not an answer");
    c.censored("response_latency", &[1801]);
}
