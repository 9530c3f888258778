//! The response policy of a PF (`pf.responses`): which final responses of clients lead to what, where the axes say otherwise.
//!
//! A key is a code, a class such as "5xx", or "timeout", which is 408 (RFC 3261 8.1.3.1). A code goes before its class.

use super::check::Check;
use super::leaf;
use super::names::remedy;
use super::report::At;
use crate::delivery::profile::Axes;
use crate::delivery::responses::{OnResponse, Responses};

/// Final responses other than success that are registered for SIP (IANA, Session Initiation Protocol parameters).
const REGISTERED: [u16; 66] = [
    300, 301, 302, 305, 380, 400, 401, 402, 403, 404, 405, 406, 407, 408, 410, 412, 413, 414, 415, 416, 417, 420, 421, 422, 423,
    424, 425, 428, 429, 430, 433, 436, 437, 438, 439, 440, 469, 470, 480, 481, 482, 483, 484, 485, 486, 487, 488, 489, 491, 493,
    494, 500, 501, 502, 503, 504, 505, 513, 555, 580, 600, 603, 604, 606, 607, 608,
];

/// Classes of codes, and the word for no response in time.
const CLASSES: [&str; 4] = ["3xx", "4xx", "5xx", "6xx"];
const TIMEOUT: &str = "timeout";

/// What one key is about.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Key {
    Class(u16),
    Code(u16),
}

fn key(name: &str) -> Option<Key> {
    if name == TIMEOUT {
        return Some(Key::Code(408));
    }
    if let Some(class) = CLASSES.iter().position(|class| *class == name) {
        return Some(Key::Class(3 + class as u16));
    }
    let plain = name.len() == 3 && name.bytes().all(|b| b.is_ascii_digit());
    let code = name.parse().ok().filter(|code| plain && REGISTERED.contains(code))?;
    Some(Key::Code(code))
}

/// What a PF does about final responses where that is not what `axes` say. `at`: the object, if the PF or the model writes any.
pub fn responses<'t>(check: &mut Check<'t, '_, '_>, at: &At<'t>, axes: &Axes) -> Option<Responses> {
    let mut read: Vec<(Key, &str, OnResponse)> = Vec::new();
    for (name, value) in at.members() {
        let Some(key) = key(name) else {
            let known: Vec<String> = REGISTERED.iter().map(u16::to_string).collect();
            let help = remedy(name, "responses", known.iter().map(String::as_str).chain(CLASSES).chain([TIMEOUT]));
            check.fault("unknown-response", &value, format!("\"{}\" is not a final response", leaf::shorten(name)), help);
            continue;
        };
        let action = OnResponse::ALL.into_iter().find(|a| Some(a.word()) == value.text())?;
        if action == OnResponse::Retry && is_final_word(key) {
            let problem =
                "the same request would get the same answer: it says that the request is refused for good, or its content";
            let remedy = "write \"adapt\", \"defer\" or \"fail\"";
            check.fault("contradictory-responses", &value, problem, remedy);
        }
        if let Some((_, other, _)) = read.iter().find(|(k, _, a)| *k == key && *a != action) {
            let problem = format!("\"{other}\" is the same response and says otherwise: no response in time counts as 408");
            check.fault("contradictory-responses", &value, problem, "keep one of the two");
        }
        read.push((key, name, action));
    }
    let said = |wanted: Key| read.iter().find(|(key, ..)| *key == wanted).map(|(.., action)| *action);
    // A class that is to be repeated does not mean those of its codes that nothing is gained by repeating.
    let of_class = |code| said(Key::Class(code / 100)).filter(|a| *a != OnResponse::Retry || !is_final_word(Key::Code(code)));
    let action = |code: u16| said(Key::Code(code)).or_else(|| of_class(code));
    Some(Responses::of(|code| action(code).filter(|action| *action != OnResponse::by_axes(code, axes))))
}

/// Whether a repetition is pointless: the content is refused (RFC 3261 21.4.13, 21.4.26), or the user wherever he is (21.6).
fn is_final_word(key: Key) -> bool {
    matches!(key, Key::Code(415 | 488 | 600..=699) | Key::Class(6))
}

/// How `responses` are written: a class where that is shorter than its codes, and codes.
pub fn written(responses: &Responses, axes: &Axes) -> Vec<(String, &'static str)> {
    let mut all = Vec::new();
    for hundred in 3..=6u16 {
        let codes = || 100 * hundred..100 * hundred + 100;
        let action = |code: u16| responses.exception(code).unwrap_or_else(|| OnResponse::by_axes(code, axes));
        let apart = |class: Option<OnResponse>| {
            let differs = |code: &u16| match class {
                Some(class) => action(*code) != class,
                None => responses.exception(*code).is_some(),
            };
            codes().filter(differs).collect::<Vec<_>>()
        };
        // Only codes that are registered can be written; those that are not follow their class, or the axes.
        let ways = [None].into_iter().chain(OnResponse::ALL.map(Some)).map(|class| (class, apart(class)));
        let can_be_written = ways.filter(|(_, rest)| rest.iter().all(|code| REGISTERED.contains(code)));
        let shortest = can_be_written.min_by_key(|(class, rest)| usize::from(class.is_some()) + rest.len());
        let (class, rest) = shortest.expect("codes that are not registered have one action in a class");
        all.extend(class.map(|class| (CLASSES[usize::from(hundred) - 3].to_owned(), class.word())));
        all.extend(rest.into_iter().map(|code| (code.to_string(), action(code).word())));
    }
    all
}
