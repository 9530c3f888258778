//! The one notion of a suitable client (6.6; IW15-8.3.1.1 step 8a, A-13): a registered client that no factor excludes.
//!
//! It holds for messages and for notifications alike (IW15-8.3.1.1-36, PULL-8.3.1.6.3-40). The factors are looked at in the order
//! of the 2015 text, and the first that excludes a client is written down. `eligibility=prefs-only` (2008) leaves preferences
//! alone. A client that the PF passes over for reasons of its own ([`Known::passed_over`]) is not offered and bears no factor.
//!
//! Left out: the age of what the PF knows (A-12, H-27), which is the affair of its sources.

use super::{Known, Situation, rules};
use crate::delivery::behaviour::{Behaviour, DeliveryRule};
use crate::delivery::policy::{Circumstances, Exclusion};
use crate::delivery::{ClientSet, Factor, Tag};

/// Suitable clients, and those excluded, by the first factor that excludes them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Selection {
    pub suitable: ClientSet,
    /// By [`Factor`].
    pub excluded: [ClientSet; 4],
}

impl Selection {
    /// Every registered client: no factor was looked at.
    pub fn everyone(situation: &Situation) -> Selection {
        Selection { suitable: registered(situation), excluded: [ClientSet::none(situation.first); 4] }
    }

    /// Clients that this factor excluded.
    pub fn excluded_by(&self, factor: Factor) -> ClientSet {
        self.excluded[factor as usize]
    }
}

/// The suitable clients of the recipient.
pub fn select(behaviour: &Behaviour, situation: &Situation) -> Selection {
    let none = ClientSet::none(situation.first);
    let mut selection = Selection { suitable: none, excluded: [none; 4] };
    if !behaviour.rules.holds(Tag::StartFromRegistered) {
        return selection;
    }
    let at = situation.circumstances();
    for client in situation.clients.iter().filter(|c| !c.passed_over) {
        match factor(behaviour, situation, &at, client) {
            None => selection.suitable = selection.suitable.with(client.id),
            Some(factor) => {
                let place = &mut selection.excluded[factor as usize];
                *place = place.with(client.id);
            }
        }
    }
    selection
}

/// Registered clients that may be offered a message, whatever the factors say.
pub fn registered(situation: &Situation) -> ClientSet {
    let offered = situation.clients.iter().filter(|c| !c.passed_over);
    offered.fold(ClientSet::none(situation.first), |set, c| set.with(c.id))
}

/// The first factor that excludes `client`.
fn factor(behaviour: &Behaviour, situation: &Situation, at: &Circumstances, client: &Known) -> Option<Factor> {
    if preference_counts(behaviour) && rules::bars(behaviour, situation, at, client) {
        return Some(Factor::Preference);
    }
    if behaviour.prefs_only {
        return None;
    }
    let rules = behaviour.rules;
    if rules.holds(Tag::ByConnectivity) && unconnected(behaviour, client) {
        return Some(Factor::Connectivity);
    }
    if rules.holds(Tag::ByCapability) && incapable(situation, client) {
        return Some(Factor::Capability);
    }
    let excludes = |e: &Exclusion| fits(e, situation, client);
    if rules.holds(Tag::ByProviderPolicy) && situation.provider.exclusions.iter().any(excludes) {
        return Some(Factor::ProviderPolicy);
    }
    None
}

/// Whether the statements that make preference a factor are in force. That of one notion counts, since the exclusion after step
/// 8a-i bears no number and belongs to the notion only by its reading.
fn preference_counts(behaviour: &Behaviour) -> bool {
    let demanded: &[Tag] = match behaviour.delivery_rule {
        DeliveryRule::Im2008 => &[Tag::Im08Barred],
        DeliveryRule::Sd2009 => &[Tag::ByPreference],
        DeliveryRule::TsDraft => &[Tag::Ts83Select],
        DeliveryRule::Iw2015 => &[Tag::ClientRules, Tag::ClientRuleExcludes, Tag::OneSuitability],
    };
    demanded.iter().all(|tag| behaviour.rules.holds(*tag))
}

/// Known to have lost its connection; under `connectivity-check=mandatory` also not known to have one.
fn unconnected(behaviour: &Behaviour, client: &Known) -> bool {
    let known = client.connected.filter(|_| behaviour.rules.holds(Tag::ConnectivityLooked));
    !known.unwrap_or(!behaviour.connectivity_mandatory)
}

/// Its registration says that it cannot take this message.
fn incapable(situation: &Situation, client: &Known) -> bool {
    let (message, can) = (situation.message, client.capabilities);
    !can.pager || !can.contents.has(message.content) || message.bytes > can.most_bytes
}

fn fits(exclusion: &Exclusion, situation: &Situation, client: &Known) -> bool {
    let message = situation.message;
    exclusion.primary.is_none_or(|p| p == client.primary)
        && message.bytes > exclusion.larger_than
        && exclusion.contents.has(message.content)
}
