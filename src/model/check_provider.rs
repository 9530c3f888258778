//! What providers and clients lay down: provider policy of a PF, capabilities of phones, headers of messages.

use super::check::{Check, bound};
use super::leaf;
use super::names::remedy;
use super::report::At;
use super::resolved::MessageHeaders;
use super::tree::Data;
use crate::delivery::policy::{Exclusion, ProviderPolicy};
use crate::delivery::{Capabilities, Content, ContentDisposition, Contents, Indications, Priority, Sensitivity, Version};
use crate::units::Law;

/// The value that the word at `at` stands for.
pub fn word_of<T: Copy>(at: &At<'_>, all: &[(&str, T)]) -> Option<T> {
    let word = at.text()?;
    all.iter().find(|(name, _)| *name == word).map(|(_, value)| *value)
}

fn content(at: &At<'_>) -> Option<Content> {
    Content::ALL.into_iter().find(|c| at.text() == Some(c.name()))
}

/// A list of kinds of content.
pub fn contents(at: &At<'_>) -> Contents {
    at.elements().filter_map(|a| content(&a)).fold(Contents::NONE, Contents::with)
}

/// A release version, such as "2.1".
fn version<'t>(check: &mut Check<'t, '_, '_>, at: &At<'t>) -> Option<Version> {
    let text = at.text()?;
    let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit()).then(|| part.parse().ok()).flatten();
    let read = text.split_once('.').and_then(|(major, minor)| Some(Version { major: digits(major)?, minor: digits(minor)? }));
    if read.is_none() {
        let problem = format!("\"{}\" is not a release version", leaf::shorten(text));
        check.fault("not-a-version", at, problem, "write two numbers of at most 255, as in \"2.1\"");
    }
    read
}

/// A size that stands in 32 bits.
pub fn size<'t>(check: &mut Check<'t, '_, '_>, at: &At<'t>, least: u64) -> Option<u32> {
    let bytes = leaf::bytes(at.node, least).ok()?;
    let size = u32::try_from(bytes).ok();
    if size.is_none() {
        check.fault("too-large", at, "no message is longer than 4294967295 B", "write less");
    }
    size
}

/// `own`, unless it is null, which means none.
pub fn unless_null(own: Option<At<'_>>) -> Option<At<'_>> {
    own.filter(|a| a.node.data != Data::Null)
}

/// The provider's policy at the PF whose own parameters `own` finds.
pub fn provider<'t>(check: &mut Check<'t, '_, '_>, own: &impl Fn(&str) -> Option<At<'t>>) -> Option<ProviderPolicy> {
    let find = |check: &Check<'t, '_, '_>, field: &str| own(field).or_else(|| check.root.find(&format!("pf.{field}")));
    let version = match unless_null(find(check, "version")) {
        Some(at) => version(check, &at).map(Some),
        None => Some(None),
    };
    let most_bytes = find(check, "largest").and_then(|at| largest(check, &at));
    let size_code = check.whole_or(own("size_code"), "pf.size_code");
    let exclusions: Vec<_> = find(check, "exclude")?.elements().map(|at| exclusion(check, &at)).collect();
    Some(ProviderPolicy {
        version: version?,
        anonymity_refused: find(check, "anonymity")?.text()? == "refused",
        contents: contents(&find(check, "content")?),
        most_bytes: most_bytes?,
        size_code: u16::try_from(size_code?).ok()?,
        exclusions: exclusions.into_iter().collect::<Option<_>>()?,
        interworking: find(check, "interworking")?.text()? == "allowed",
    })
}

fn exclusion<'t>(check: &mut Check<'t, '_, '_>, at: &At<'t>) -> Option<Exclusion> {
    let primary = match at.get("device").map(|a| a.text()) {
        Some(Some("primary")) => Some(true),
        Some(Some("secondary")) => Some(false),
        _ => None,
    };
    let larger_than = match at.get("larger_than") {
        Some(a) => size(check, &a, 0)?,
        None => 0,
    };
    let contents = at.get("content").map_or(Contents::EVERY, |a| contents(&a));
    if contents == Contents::NONE {
        let place = at.get("content").unwrap_or_else(|| at.clone());
        check.report.warning(
            "unreachable-rule",
            &place,
            "the list is empty, so that nothing is excluded",
            "name a kind of content, or leave it out",
        );
    }
    Some(Exclusion { primary, larger_than, contents })
}

/// A largest size, or none.
pub fn largest<'t>(check: &mut Check<'t, '_, '_>, at: &At<'t>) -> Option<u32> {
    if at.text() == Some("unbounded") { Some(u32::MAX) } else { size(check, at, 1) }
}

/// The law of `own`, else of the parameter, where null means none.
pub fn law_or_none<'t>(check: &mut Check<'t, '_, '_>, own: Option<At<'t>>, id: &str) -> Option<Option<Law>> {
    match unless_null(own.or_else(|| check.root.find(id))) {
        Some(at) => check.law(&at).map(Some),
        None => Some(None),
    }
}

/// The limit of the content store; none: there is no such store.
pub fn content_store<'t>(check: &mut Check<'t, '_, '_>, own: Option<At<'t>>) -> Option<Option<u32>> {
    match unless_null(own.or_else(|| check.root.find("pf.content_store_over"))) {
        Some(at) => size(check, &at, 0).map(Some),
        None => Some(None),
    }
}

/// What the client of a phone class takes.
pub fn capabilities<'t>(check: &mut Check<'t, '_, '_>, phone: &At<'t>) -> Option<Capabilities> {
    let Some(at) = phone.get("client") else { return Some(Capabilities::FULL) };
    let agent = match at.get("version") {
        Some(a) => version(check, &a),
        None => Some(Version::default()),
    };
    let most_bytes = match at.get("largest") {
        Some(a) => size(check, &a, 1),
        None => Some(u32::MAX),
    };
    Some(Capabilities {
        pager: at.get("pager").is_none_or(|a| a.node.data == Data::Flag(true)),
        contents: at.get("content").map_or(Contents::EVERY, |a| contents(&a)),
        most_bytes: most_bytes?,
        agent: agent?,
    })
}

/// What the sender says of a message. `own` finds its fields.
pub fn headers<'t>(check: &mut Check<'t, '_, '_>, own: &impl Fn(&str) -> Option<At<'t>>) -> Option<MessageHeaders> {
    let contents = match own("content") {
        Some(at) => weighted(check, &at),
        None => Some(Vec::new()),
    };
    let anonymous = match own("anonymous") {
        Some(at) => leaf::probability(at.node).ok(),
        None => Some(0.0),
    };
    let reply_to = match own("reply_to") {
        Some(at) => population(check, &at).map(Some),
        None => Some(None),
    };
    let count = |field: &str| own(field).and_then(|at| bound(&at)).flatten().unwrap_or(0);
    let sensitivity =
        [("personal", Sensitivity::Personal), ("private", Sensitivity::Private), ("confidential", Sensitivity::Confidential)];
    let priority = [
        ("non-urgent", Priority::NonUrgent),
        ("normal", Priority::Normal),
        ("urgent", Priority::Urgent),
        ("emergency", Priority::Emergency),
    ];
    let disposition = [("render", ContentDisposition::Render), ("attachment", ContentDisposition::Attachment)];
    let indications = Indications {
        subject: u8::try_from(count("subject")).ok()?,
        sensitivity: own("sensitivity").and_then(|a| word_of(&a, &sensitivity)).unwrap_or_default(),
        priority: own("priority").and_then(|a| word_of(&a, &priority)).unwrap_or_default(),
        disposition: own("disposition").and_then(|a| word_of(&a, &disposition)).unwrap_or_default(),
        in_reply_to: count("in_reply_to"),
        ..Indications::default()
    };
    Some(MessageHeaders {
        contents: contents?,
        anonymous: anonymous?,
        untagged: own("tag").is_some_and(|a| a.text() == Some("none")),
        reply_to: reply_to?,
        indications,
    })
}

/// Kinds of content and their weights: the one that is named, or those of the object.
fn weighted<'t>(check: &mut Check<'t, '_, '_>, at: &At<'t>) -> Option<Vec<(f64, Content)>> {
    if at.text().is_some() {
        return Some(vec![(1.0, content(at)?)]);
    }
    let mut weights = Vec::new();
    for kind in Content::ALL {
        if let Some(weight) = at.get(kind.name()) {
            weights.push((leaf::number(weight.node, false).ok()?, kind));
        }
    }
    check_weights(check, at, weights.iter().map(|(w, _)| *w)).then_some(weights)
}

/// Whether weights have a sum above zero; reports it if not.
pub fn check_weights<'t>(check: &mut Check<'t, '_, '_>, at: &At<'t>, weights: impl Iterator<Item = f64>) -> bool {
    let sum: f64 = weights.sum();
    let right = sum > 0.0 && sum.is_finite();
    if !right {
        let problem = if sum == 0.0 { "all weights are zero" } else { "the sum of the weights is not finite" };
        check.fault("bad-weights", at, problem, "give at least one a weight above zero, and none a huge one");
    }
    right
}

/// The place of the population that is named.
pub fn population<'t>(check: &mut Check<'t, '_, '_>, at: &At<'t>) -> Option<usize> {
    let name = at.text()?;
    let found = check.populations.binary_search(&name).ok();
    if found.is_none() {
        let help = remedy(name, "populations", check.populations.iter().copied());
        check.fault("dangling-name", at, format!("no population is named \"{}\"", leaf::shorten(name)), help);
    }
    found
}
