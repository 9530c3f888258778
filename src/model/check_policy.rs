//! Policy documents: what they name, what contradicts itself, and which of them populations use.
//!
//! A document that no population uses may name populations that the model does not have, and may ask for what it cannot do: libraries
//! hold such. All else is checked in it too. Left out: what a procedure makes of a rule.

use super::check::Check;
use super::check_provider::{contents, word_of};
use super::leaf;
use super::names::remedy;
use super::report::At;
use super::tree::Data;
use crate::delivery::UserId;
use crate::delivery::policy::{
    Actions, Conditions, ForwardTo, Handling, Hours, MediaName, Policy, PreferenceProfile, Rule, ServiceName, Users,
};
use crate::model::resolved::PolicyNames;
use crate::units::{SimTime, Span};

/// A document as it was read, and what in it needs something of those who use it.
pub struct Document<'t> {
    pub policy: Policy,
    pub names: PolicyNames,
    /// Devices and the place of their active profile, with the place where that is written.
    pub active_of: Vec<(&'t str, u16, At<'t>)>,
    /// Populations that messages are forwarded to.
    pub forwards: Vec<(usize, At<'t>)>,
    /// Where it asks for a non-CPM service.
    pub interworks: Vec<At<'t>>,
    /// Where it asks for the message store.
    pub stores: Vec<At<'t>>,
}

/// More rules than this have been reported.
const MOST_RULES: usize = 1000;

/// The users of each population, in the order of the populations.
pub type People<'t> = Vec<(&'t str, Users)>;

/// Ranges of the users of the populations; a count that cannot be read has been reported.
pub fn people<'t>(check: &Check<'t, '_, '_>) -> People<'t> {
    let mut first: u32 = 0;
    let populations = check.root.members_of("populations").into_iter();
    populations
        .map(|(name, at)| {
            let count = at.get("count").and_then(|c| leaf::whole(c.node, 1, u64::from(u32::MAX)).ok()).unwrap_or(0);
            let from = UserId(first);
            first = first.saturating_add(count as u32);
            (name, Users { from, to: UserId(first) })
        })
        .collect()
}

/// Reads one document. `used`: a population uses it.
pub fn document<'t>(check: &mut Check<'t, '_, '_>, at: &At<'t>, people: &People<'t>, used: bool) -> Option<Document<'t>> {
    let profiles: Vec<(&str, At<'t>)> = at.members_of("profiles");
    let names = profiles.iter().map(|(name, _)| *name).collect();
    let mut reader = Reader { check, people, used, profiles: names, forwards: vec![], interworks: vec![], stores: vec![] };
    reader.document(at, &profiles)
}

/// What is written, if it could be read: `Some(None)` where nothing is written.
fn whole<T>(written: Option<Option<T>>) -> Option<Option<T>> {
    written.map_or(Some(None), |read| read.map(Some))
}

struct Reader<'c, 't, 'r, 's> {
    check: &'c mut Check<'t, 'r, 's>,
    people: &'c People<'t>,
    used: bool,
    profiles: Vec<&'t str>,
    forwards: Vec<(usize, At<'t>)>,
    interworks: Vec<At<'t>>,
    stores: Vec<At<'t>>,
}

impl<'t> Reader<'_, 't, '_, '_> {
    fn document(&mut self, at: &At<'t>, profiles: &[(&'t str, At<'t>)]) -> Option<Document<'t>> {
        let read: Vec<_> = profiles.iter().map(|(_, profile)| self.profile(profile)).collect();
        let active = self.active(at);
        let active_of: Vec<_> =
            at.members_of("active-of").into_iter().map(|(device, a)| (device, self.profile_named(&a), a)).collect();
        if !profiles.is_empty() && at.get("active").is_none() && active_of.is_empty() {
            let place = at.get("profiles").unwrap_or_else(|| at.clone());
            let problem = "none of the profiles is active, so that they change nothing";
            self.check.fault("never-active", &place, problem, "write \"active\" or \"active-of\", or leave them out");
        }
        let rules: Vec<(At<'t>, Option<Rule>)> =
            at.elements_of("rules").into_iter().take(MOST_RULES).map(|a| (a.clone(), self.rule(&a))).collect();
        self.ids(&rules);
        if self.used {
            self.rules_together(&rules);
        }
        let blacklist = match at.get("blacklist") {
            Some(list) => self.users(&list),
            None => Some(Vec::new()),
        };
        let history = at.get("history");
        let recorded = history.as_ref().is_some_and(flag);
        self.stores.extend(history.filter(|_| recorded));
        let text = |a: &At<'t>| a.get("id").and_then(|id| id.text()).unwrap_or_default().to_owned();
        let names = PolicyNames {
            rules: rules.iter().map(|(a, _)| text(a)).collect(),
            profiles: self.profiles.iter().map(|p| (*p).to_owned()).collect(),
        };
        let policy = Policy {
            rules: rules.into_iter().map(|(_, rule)| rule).collect::<Option<_>>()?,
            profiles: read.into_iter().collect::<Option<_>>()?,
            active: active?,
            active_of: Vec::new(),
            blacklist: blacklist?,
            anonymity_refused: at.get("anonymity").is_some_and(|a| a.text() == Some("refused")),
            history: recorded,
            formats: at.get("formats").map(|a| contents(&a)),
            barred: at.get("may-send").is_some_and(|a| !flag(&a)),
        };
        Some(Document {
            policy,
            names,
            active_of: active_of.into_iter().map(|(device, profile, a)| profile.map(|p| (device, p, a))).collect::<Option<_>>()?,
            forwards: std::mem::take(&mut self.forwards),
            interworks: std::mem::take(&mut self.interworks),
            stores: std::mem::take(&mut self.stores),
        })
    }

    /// The active profile; `Some(None)`: none is written.
    fn active(&mut self, at: &At<'t>) -> Option<Option<u16>> {
        match at.get("active") {
            Some(active) => self.profile_named(&active).map(Some),
            None => Some(None),
        }
    }

    fn profile_named(&mut self, at: &At<'t>) -> Option<u16> {
        let name = at.text()?;
        let found = self.profiles.binary_search(&name).ok();
        if found.is_none() {
            let help = remedy(name, "profiles", self.profiles.iter().copied());
            self.check.fault("dangling-name", at, format!("no profile of this policy is named \"{}\"", leaf::shorten(name)), help);
        }
        found.map(|i| i as u16)
    }

    fn profile(&mut self, at: &At<'t>) -> Option<PreferenceProfile> {
        let unavailable = at.get("availability").is_some_and(|a| a.text() == Some("not-available"));
        let handling = match at.get("handling") {
            None => Handling::Unsaid,
            Some(a) => match a.text()? {
                "reject" => Handling::Reject,
                "defer" => Handling::Defer,
                "store" => {
                    self.stores.push(a);
                    Handling::Store
                }
                "non-cpm" => {
                    self.interworks.push(a);
                    Handling::NonCpm
                }
                "check-back" => {
                    self.nobody_is_asked(&a);
                    Handling::CheckBack
                }
                _ => return None,
            },
        };
        Some(PreferenceProfile { unavailable, handling })
    }

    fn rule(&mut self, at: &At<'t>) -> Option<Rule> {
        let conditions = match at.get("conditions") {
            Some(conditions) => self.conditions(&conditions),
            None => Some(Conditions { services: services(None), media: media(None), ..Conditions::default() }),
        };
        let actions = at.get("actions").and_then(|a| self.actions(&a));
        Some(Rule { conditions: conditions?, actions: actions? })
    }

    fn conditions(&mut self, at: &At<'t>) -> Option<Conditions> {
        let list = at.get("service-list");
        let services = services(list.as_ref());
        if let Some(place) = list.filter(|_| services.as_ref().is_some_and(|s| !s.iter().any(|n| *n != ServiceName::Other))) {
            self.never(&place, "it does not name CPM", "name \"CPM\" or \"+g.oma.sip-cpm\", or leave it out");
        }
        let list = at.get("media-list");
        let media = media(list.as_ref());
        if let Some(place) = list.filter(|_| media.as_ref().is_some_and(|m| !m.iter().any(|n| *n != MediaName::Other))) {
            let help = "name \"standalone-message\" or \"pager-mode-message\", or leave it out";
            self.never(&place, "it does not name pager messages", help);
        }
        for name in ["identity", "upp-list", "time", "content"] {
            if let Some(place) = at.get(name).filter(|a| a.elements().next().is_none()) {
                self.never(&place, "the list is empty", "name something, or leave it out: it then excludes nothing");
            }
        }
        // All are read before one that is wrong ends it, so that all their faults come at once.
        let senders = at.get("identity").map(|list| self.users(&list));
        let profiles: Option<Vec<_>> = at.get("upp-list").map(|list| list.elements().map(|a| self.profile_named(&a)).collect());
        let hours: Option<Vec<_>> = at.get("time").map(|list| list.elements().map(|a| self.window(&a)).collect());
        Some(Conditions {
            services,
            media,
            senders: whole(senders)?,
            anonymous: at.get("anonymous").map(|a| flag(&a)),
            profiles: whole(profiles.map(|all| all.into_iter().collect()))?,
            hours: whole(hours.map(|all| all.into_iter().collect()))?,
            contents: at.get("content").map(|a| contents(&a)),
            available: at.get("availability").map(|a| a.text() == Some("available")),
        })
    }

    /// A list that makes its rule hold never.
    fn never(&mut self, at: &At<'t>, problem: &str, remedy: &str) {
        if self.used {
            self.check.report.warning("unreachable-rule", at, format!("{problem}, so that the rule never holds"), remedy);
        }
    }

    fn nobody_is_asked(&mut self, at: &At<'t>) {
        if self.used {
            let problem = "not built yet: nobody is asked; `sd-2009` defers the message, the other procedures do not read this";
            self.check.report.warning("not-asked", at, problem, "write another action if the answer matters");
        }
    }

    fn window(&mut self, at: &At<'t>) -> Option<Hours> {
        let (kind, inner) = at.only()?;
        let span = |name: &str| inner.get(name).and_then(|a| leaf::span(a.node, false).ok());
        let (from, to) = (span("from")?, span("to")?);
        let place = inner.get("to")?;
        if from == to {
            self.check.fault("empty-window", &place, "the window has no length, so that it never holds", "write another instant");
        }
        match kind {
            "daily" => {
                for (name, time) in [("from", from), ("to", to)] {
                    if time > Span::from_secs(86_400) {
                        let place = inner.get(name)?;
                        self.check.fault(
                            "out-of-range",
                            &place,
                            "a day has 24 h",
                            "write a time of the day, or a window of \"once\"",
                        );
                    }
                }
                Some(Hours::Daily { from, to })
            }
            "once" => {
                if to < from {
                    self.check.fault("out-of-order", &place, "it is before `from`", "write a later instant");
                }
                Some(Hours::Once { from: SimTime::ZERO + from, to: SimTime::ZERO + to })
            }
            _ => None,
        }
    }

    fn users(&mut self, at: &At<'t>) -> Option<Vec<Users>> {
        let found: Vec<_> = at.elements().map(|a| self.population(&a)).collect();
        let found: Option<Vec<_>> = found.into_iter().collect();
        // An unused document may name people who are not there.
        if self.used { found.map(|list| list.into_iter().flatten().map(|i| self.people[i].1).collect()) } else { Some(Vec::new()) }
    }

    /// The place of a population; `Some(None)`: it is not there, and nobody minds.
    fn population(&mut self, at: &At<'t>) -> Option<Option<usize>> {
        let name = at.text()?;
        let found = self.people.binary_search_by_key(&name, |(n, _)| n).ok();
        if found.is_none() && self.used {
            let help = remedy(name, "populations", self.people.iter().map(|(n, _)| *n));
            self.check.fault("dangling-name", at, format!("no population is named \"{}\"", leaf::shorten(name)), help);
            return None;
        }
        Some(found)
    }

    fn actions(&mut self, at: &At<'t>) -> Option<Actions> {
        let on = |name: &str| at.get(name).filter(|a| flag(a));
        let forward = match at.get("allow-forward") {
            Some(a) => self.population(&a).map(|found| {
                self.forwards.extend(found.map(|i| (i, a)));
                found.map(|i| ForwardTo(self.people[i].1))
            }),
            None => Some(None),
        };
        self.interworks.extend(["allow-interwork", "allow-deliver-and-interwork"].into_iter().filter_map(on));
        self.stores.extend(["allow-store", "allow-offline-storage"].into_iter().filter_map(on));
        if let Some(a) = on("check-back") {
            self.nobody_is_asked(&a);
        }
        let actions = Actions {
            reject_invite: on("allow-reject-invite").is_some(),
            interwork: on("allow-interwork").is_some(),
            deliver_and_interwork: on("allow-deliver-and-interwork").is_some(),
            store: on("allow-store").is_some(),
            forward: forward.flatten(),
            defer: on("allow-defer").is_some(),
            do_not_disturb: on("allow-do-not-disturb").is_some(),
            offline_storage: on("allow-offline-storage").is_some(),
            check_back: on("check-back").is_some(),
        };
        if let Some((one, other)) = contradiction(actions) {
            let place = at.get(other).unwrap_or_else(|| at.clone());
            let problem = format!("\"{one}\" and \"{other}\" contradict each other");
            self.check.fault("contradictory-actions", &place, problem, "leave one of the two out");
        } else if let Some(other) = actions.store.then(|| shadowed(actions)).flatten() {
            let place = at.get(other).unwrap_or_else(|| at.clone());
            let problem = format!(
                "a message is either stored or treated by \"{other}\": of the two only the first that a procedure reads acts"
            );
            if self.used {
                self.check.report.warning("shadowed-action", &place, problem, "leave one of the two out");
            }
        }
        forward.map(|_| actions)
    }

    /// Each rule has a name of its own.
    fn ids(&mut self, rules: &[(At<'t>, Option<Rule>)]) {
        let mut seen: Vec<&str> = Vec::new();
        for (rule, _) in rules {
            let Some(id) = rule.get("id") else { continue };
            let Some(name) = id.text() else { continue };
            if seen.contains(&name) {
                let problem = format!("another rule of this policy is called \"{}\"", leaf::shorten(name));
                self.check.fault("given-twice", &id, problem, "give each rule a name of its own");
            }
            seen.push(name);
        }
    }

    /// Rules that hold at the same time.
    fn rules_together(&mut self, rules: &[(At<'t>, Option<Rule>)]) {
        for (i, (at, rule)) in rules.iter().enumerate() {
            let Some(rule) = rule else { continue };
            let same = |other: &&(At<'t>, Option<Rule>)| other.1.as_ref().is_some_and(|r| r.conditions == rule.conditions);
            let Some((first_at, Some(first))) = rules[..i].iter().find(same) else { continue };
            let first_id = first_at.get("id").and_then(|a| a.text()).unwrap_or_default();
            let own = contradiction(first.actions).is_none() && contradiction(rule.actions).is_none();
            match contradiction(first.actions.united(rule.actions)).filter(|_| own) {
                Some((one, other)) => {
                    let problem =
                        format!("it holds whenever \"{first_id}\" does, but \"{one}\" and \"{other}\" contradict each other");
                    self.check.fault("contradictory-rules", at, problem, "change the conditions of one, or leave one out");
                }
                None => {
                    let problem = format!(
                        "it has the conditions of \"{first_id}\": under `rule-merge=unite` both act, under `first-match` this one never"
                    );
                    self.check.report.warning("same-conditions", at, problem, "write one rule with the actions of both");
                }
            }
        }
    }
}

/// Two actions that cannot both be meant.
fn contradiction(actions: Actions) -> Option<(&'static str, &'static str)> {
    let terminal = [
        (actions.interwork, "allow-interwork"),
        (actions.deliver_and_interwork, "allow-deliver-and-interwork"),
        (actions.store, "allow-store"),
        (actions.forward.is_some(), "allow-forward"),
        (actions.defer, "allow-defer"),
        (actions.check_back, "check-back"),
    ];
    if actions.reject_invite
        && let Some((_, other)) = terminal.iter().find(|(on, _)| *on)
    {
        return Some(("allow-reject-invite", other));
    }
    (actions.interwork && actions.deliver_and_interwork).then_some(("allow-interwork", "allow-deliver-and-interwork"))
}

/// What never acts beside allow-store.
fn shadowed(actions: Actions) -> Option<&'static str> {
    [(actions.forward.is_some(), "allow-forward"), (actions.defer, "allow-defer")]
        .into_iter()
        .find(|(on, _)| *on)
        .map(|(_, name)| name)
}

fn flag(at: &At<'_>) -> bool {
    at.node.data == Data::Flag(true)
}

/// The services of a rule; one that names none names CPM by both names.
fn services(list: Option<&At<'_>>) -> Option<Vec<ServiceName>> {
    let all = [("CPM", ServiceName::Enabler), ("+g.oma.sip-cpm", ServiceName::FeatureTag), ("other", ServiceName::Other)];
    Some(match list {
        Some(list) => list.elements().filter_map(|a| word_of(&a, &all)).collect(),
        None => vec![ServiceName::Enabler, ServiceName::FeatureTag],
    })
}

/// The media of a rule; one that names none names pager messages by both names.
fn media(list: Option<&At<'_>>) -> Option<Vec<MediaName>> {
    let all = [
        ("standalone-message", MediaName::StandaloneMessage),
        ("pager-mode-message", MediaName::PagerModeMessage),
        ("other", MediaName::Other),
    ];
    Some(match list {
        Some(list) => list.elements().filter_map(|a| word_of(&a, &all)).collect(),
        None => vec![MediaName::StandaloneMessage, MediaName::PagerModeMessage],
    })
}
