//! Order within a conversation.

use super::*;

fn message(id: u32, accept: u64, arrival: u64) -> MessageRecord {
    arrived(accepted(id, accept), phone(1), Path::Ip, arrival)
}

fn fold(messages: &[MessageRecord]) -> Collected {
    let mut stream = Stream::new();
    messages.iter().for_each(|m| stream.closed(m));
    stream.finish()
}

fn seen(c: &Collected) -> [Option<(i128, i128)>; 2] {
    ["out_of_order_pairs_ratio", "out_of_order_messages_ratio"].map(|name| c.sum(name))
}

#[test]
fn in_order_nothing_overtakes_and_equal_instants_do_not() {
    let c = fold(&[message(0, 200, 300), message(1, 210, 300), message(2, 220, 310)]);
    assert_eq!(seen(&c), [Some((0, 3)), Some((0, 3))]);
    assert!(!c.tables.levels.contains_key("out_of_order_depth"));
}

#[test]
fn one_message_alone_makes_no_pair() {
    assert_eq!(seen(&fold(&[message(0, 200, 300)])), [None, None]);
}

#[test]
fn newest_first_within_a_window_of_three() {
    // Five messages arrive in the opposite order. Pairs at most three apart: 4 + 3 + 2 = 9, all inverted; depths 1, 2, 3, 3.
    let all: Vec<MessageRecord> = (0..5).map(|i| message(i, 200 + u64::from(i), 400 - u64::from(i))).collect();
    let c = fold(&all);
    assert_eq!(seen(&c), [Some((9, 9)), Some((4, 5))]);
    assert_eq!(c.items("out_of_order_depth"), [(1, 1, 0), (2, 1, 0), (3, 2, 0)]);
    let reversed: Vec<MessageRecord> = all.into_iter().rev().collect();
    assert_eq!(fold(&reversed), c, "the order in which books are closed does not matter");
}

#[test]
fn the_order_is_that_of_acceptance_and_then_of_sequence() {
    // 1 was accepted before 0, though sent after it; 2 and 3 were accepted at the same instant.
    let sent = |s, m| MessageRecord { submit: at(s), ..m };
    let c = fold(&[sent(205, message(0, 220, 300)), sent(206, message(1, 210, 290)), message(2, 230, 311), message(3, 230, 310)]);
    assert_eq!(seen(&c), [Some((1, 6)), Some((1, 4))]);
}

#[test]
fn devices_conversations_and_messages_that_did_not_come_stand_apart() {
    let c = fold(&[
        arrived(message(0, 200, 300), tablet(1), Path::Ip, 320),
        // Overtakes at the tablet only.
        arrived(message(1, 210, 310), tablet(1), Path::Ip, 311),
        // Not arrived: it takes a place in the order, but is in no pair.
        accepted(2, 220),
        MessageRecord { to: UserId(2), sequence: 0, ..message(3, 230, 240) },
        MessageRecord { traffic: 1, sequence: 0, ..message(4, 230, 240) },
        MessageRecord { measured: false, sequence: 3, ..message(5, 240, 250) },
    ]);
    assert_eq!(seen(&c), [Some((1, 2)), Some((1, 2))]);
}

#[test]
fn the_first_copy_at_a_device_counts_by_any_path() {
    let early_sms = arrived(message(0, 200, 330), phone(1), Path::Sms, 305);
    let c = fold(&[early_sms, message(1, 210, 310)]);
    assert_eq!(seen(&c), [Some((0, 1)), Some((0, 2))]);
}

/// The fold against the definition, on many shuffled conversations.
#[test]
fn it_agrees_with_all_pairs_compared_at_the_end() {
    let mut state = 1u64;
    let mut random = |n: u64| {
        state = crate::units::fold(state, 7);
        state % n
    };
    for _ in 0..200 {
        let mut submit = 101;
        let mut all: Vec<MessageRecord> = Vec::new();
        for id in 0..30 {
            submit += random(4);
            let accept = submit + random(6);
            let mut m = MessageRecord { submit: at(submit), ..accepted(id, accept + 1) };
            m.accept = at(accept);
            if random(4) > 0 {
                m = arrived(m, phone(1), Path::Ip, accept + random(20));
            }
            if random(4) == 0 {
                m = arrived(m, tablet(1), Path::Ip, accept + random(20));
            }
            all.push(m);
        }
        let mut placed = all.clone();
        placed.sort_by_key(|m| (m.accept, m.sequence));
        let first = |m: &MessageRecord, d| m.copies.iter().filter(|c| c.device == Some(d)).map(|c| c.arrived).min();
        let (mut pairs, mut inverted, mut overtaking, mut paired) = (0, 0, [false; 30], [false; 30]);
        for j in 0..30 {
            for i in j.max(3) - 3..j {
                for d in [phone(1), tablet(1)] {
                    let (Some(a), Some(b)) = (first(&placed[i], d), first(&placed[j], d)) else { continue };
                    (pairs, paired[i], paired[j]) = (pairs + 1, true, true);
                    if b < a {
                        (inverted, overtaking[j]) = (inverted + 1, true);
                    }
                }
            }
        }
        let mut closing = all;
        for i in (1..30).rev() {
            closing.swap(i, random(i as u64 + 1) as usize);
        }
        let count = |list: [bool; 30]| list.iter().filter(|x| **x).count() as i128;
        assert_eq!(seen(&fold(&closing)), [Some((inverted, pairs)), Some((count(overtaking), count(paired)))]);
    }
}
