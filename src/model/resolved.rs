//! A model that cannot be wrong: what `check` makes of a file, and what a run reads.
//!
//! Everything is resolved: names are places in the sorted lists here, quantities are integers, laws are checked, defaults are
//! filled in. Lists are sorted by name, so that a place is the same on every machine. Core types: no file shape, no serde.

use crate::delivery::cpm::Services;
use crate::delivery::policy::{Policy, ProviderPolicy};
use crate::delivery::profile::{Axes, Profile};
use crate::delivery::responses::Responses;
use crate::delivery::sip::TimerSet;
use crate::delivery::sms::RetrySchedule;
use crate::delivery::{Capabilities, Content, Indications};
use crate::network::{LinkSpec, ServiceSpec};
use crate::units::{Law, SimTime, Span};

/// A whole model.
#[derive(Clone, Debug, PartialEq)]
pub struct Model {
    /// The file's stem; names nothing inside a run.
    pub name: String,
    pub profile: Profile,
    pub axes: Axes,
    pub run: RunBlock,
    pub measure: Measure,
    /// Sorted by name.
    pub functions: Vec<Function>,
    /// Sorted by name.
    pub links: Vec<Link>,
    /// Sorted by name.
    pub populations: Vec<Population>,
    /// Sorted by name.
    pub traffic: Vec<Traffic>,
    /// Those that populations use. Place 0 says nothing; the others are sorted by name. A policy with an `active-of` stands once for
    /// each kind of population: its places of devices are theirs.
    pub policies: Vec<(String, Policy)>,
    /// What the parts of each policy are called, in the same places; places without a name may be left out.
    pub policy_names: Vec<PolicyNames>,
    pub sip: SipParams,
    pub client: ClientParams,
    pub limits: Limits,
}

/// What the parts of a policy are called. Names act on nothing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PolicyNames {
    pub rules: Vec<String>,
    pub profiles: Vec<String>,
}

/// When a run starts to count, stops to submit, and ends.
#[derive(Clone, Debug, PartialEq)]
pub struct RunBlock {
    pub warm_up: Span,
    /// No message is submitted at or after this instant.
    pub arrivals_until: SimTime,
    pub end: End,
    pub start: Start,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// When no message, report or transaction is open.
    Drained,
    At(SimTime),
}

/// State of the devices' radios at the start. A device that says its own start keeps it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// As an alternating renewal process that has run for ever: on with probability `E[on] / (E[on] + E[off])`, residual life left.
    Equilibrium,
    AllOn,
    AllOff,
}

/// Parameters of measurement (`metrics.md` 1.7). They change no run, only its folds.
#[derive(Clone, Debug, PartialEq)]
pub struct Measure {
    pub needless_window: Span,
    pub stuck_after: Span,
    pub order_window: u32,
    pub race_window: Span,
    pub imdn_grace: Span,
}

/// One function of the network.
#[derive(Clone, Debug, PartialEq)]
pub struct Function {
    pub name: String,
    pub kind: FunctionKind,
    pub service: ServiceSpec,
}

/// Places in [`Model::functions`] stand as `usize`.
#[derive(Clone, Debug, PartialEq)]
pub enum FunctionKind {
    Core(CoreParams),
    Pf(PfParams),
    Isf(IsfParams),
    Iwf(IwfParams),
    Hlr(HlrParams),
    Msc(MscParams),
    Mss(MssParams),
    Push(PushParams),
    Smsc(SmscParams),
}

impl FunctionKind {
    /// The word by which model files and tables name it.
    pub fn word(&self) -> &'static str {
        match self {
            FunctionKind::Core(_) => "core",
            FunctionKind::Pf(_) => "pf",
            FunctionKind::Isf(_) => "isf",
            FunctionKind::Iwf(_) => "iwf",
            FunctionKind::Hlr(_) => "hlr",
            FunctionKind::Msc(_) => "msc",
            FunctionKind::Mss(_) => "mss",
            FunctionKind::Push(_) => "push",
            FunctionKind::Smsc(_) => "smsc",
        }
    }
}

/// The SIP/IP Core as one node: registrar, router, reg-event notifier.
#[derive(Clone, Debug, PartialEq)]
pub struct CoreParams {
    /// What the Core takes, beyond its links, from a change of a binding to telling the PF (`ims.notify_delay`).
    pub notify_delay: Law,
    /// Least time between two reg-event notifications of one user (`ims.notify_throttle`).
    pub notify_throttle: Span,
    /// A change of registration state is told alone, not with the whole state (`ims.notify_state`).
    pub notify_partial: bool,
    /// Longest time between two keep-alives of a client over its flow (`ims.flow_keepalive`); none: there are none.
    pub flow_keepalive: Option<Span>,
    /// `ims.restarts`: when the Core stops and is there again at once, without the flows of its clients; rising.
    pub restarts: Vec<SimTime>,
}

impl CoreParams {
    /// A Core that tells the whole state of a registration after `notify_delay`, and runs on.
    pub fn plain(notify_delay: Law) -> CoreParams {
        CoreParams { notify_delay, notify_throttle: Span::ZERO, notify_partial: false, flow_keepalive: None, restarts: Vec::new() }
    }
}

/// A Participating Function, originating and terminating side.
#[derive(Clone, Debug, PartialEq)]
pub struct PfParams {
    /// Where messages for a non-CPM service go; without one interworking is never allowed.
    pub isf: Option<usize>,
    /// `pf.wait_ip`.
    pub wait_ip: Span,
    /// `pf.expiry`: longest life of a deferred message.
    pub expiry: Span,
    /// `pf.push_gap`: time between pushed messages under `push-pacing=pipelined`.
    pub push_gap: Span,
    /// `pf.max_queue` per user; none: unbounded.
    pub max_queue: Option<u32>,
    /// `pf.handover_limit`: returns from the ISF to the queue, per message; from 1.
    pub handover_limit: u32,
    /// Code of the answer under `no-suitable-client=reject`, and of refusals that the texts give none.
    pub reject_code: u16,
    /// The provider's policy for all users served here.
    pub provider: ProviderPolicy,
    /// `pf.forward_hops`: retargets of one message.
    pub forward_hops: u8,
    /// Whether a Warning that is only recommended is sent (`reject-warning=optional`).
    pub optional_warning: bool,
    /// A source for connectivity tells this PF of each client after this time; none: no source.
    pub connectivity: Option<Law>,
    /// From a change of policy to the PF's knowing it (`pf.policy_delay`).
    pub policy_delay: Law,
    /// Place of its message store in [`Model::functions`]; none: nothing is stored.
    pub mss: Option<usize>,
    /// Content of more bytes goes to the content store; none: never.
    pub content_store_over: Option<u32>,
    /// Wait before a request answered with a server error is repeated (`pf.server_retry`).
    pub server_retry: Span,
    /// `pf.responses`: what a final response of a client leads to, where that is not what the axes say.
    pub responses: Responses,
    pub deferred: DeferredParams,
}

/// How deferred messages leave the queue of a PF.
#[derive(Clone, Debug, PartialEq)]
pub struct DeferredParams {
    /// Place of its Push Enabler in [`Model::functions`]; none: no notification goes out of band.
    pub push: Option<usize>,
    /// `pf.push_after`.
    pub push_after: Span,
    /// `pf.notify.reminder`: reminders of one round, 0 for none, and the time before each.
    pub reminders: u32,
    pub reminder_every: Span,
    /// `pf.notify.bytes`: longest MESSAGE that carries a notification.
    pub notify_bytes: u32,
    /// MSRP sessions at once.
    pub sessions: u32,
    /// `pf.paused`: when provider policy pauses retrieval; from, to (exclusive), rising.
    pub paused: Vec<(SimTime, SimTime)>,
    /// `pf.restarts`: when this PF stops and is there again at once; rising.
    pub restarts: Vec<SimTime>,
}

impl Default for DeferredParams {
    fn default() -> DeferredParams {
        DeferredParams {
            push: None,
            push_after: Span::from_secs(600),
            reminders: 0,
            reminder_every: Span::from_secs(3600),
            notify_bytes: 1300,
            sessions: 2000,
            paused: Vec::new(),
            restarts: Vec::new(),
        }
    }
}

/// The Push Enabler: out-of-band notifications to devices (`push.oob`).
#[derive(Clone, Debug, PartialEq)]
pub struct PushParams {
    /// From the submission to the device, or from its return.
    pub latency: Law,
    /// Pushes kept for a device that is away, the last ones.
    pub keeps: u32,
}

#[cfg(test)]
impl PfParams {
    /// A PF for tests: it may interwork where there is an ISF, has no store and no source for connectivity, and pushes without a gap.
    pub(crate) fn plain(isf: Option<usize>, wait_ip: Span, expiry: Span) -> PfParams {
        PfParams {
            isf,
            wait_ip,
            expiry,
            push_gap: Span::ZERO,
            max_queue: None,
            handover_limit: 20,
            reject_code: 480,
            provider: ProviderPolicy { interworking: true, ..ProviderPolicy::default() },
            forward_hops: 5,
            optional_warning: true,
            connectivity: None,
            policy_delay: Law::Constant(Span::ZERO),
            mss: None,
            content_store_over: None,
            server_retry: Span::from_secs(1),
            responses: Responses::default(),
            deferred: DeferredParams::default(),
        }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct IsfParams {
    pub iwf: usize,
    /// What goes by which service (`isf.sms`, `isf.sms_largest`, `isf.mms`, `isf.mms_largest`).
    pub services: Services,
    /// From a multimedia message at the gateway to its notification (`isf.mms_delay`).
    pub mms_delay: Law,
}

#[cfg(test)]
impl IsfParams {
    /// An ISF that has everything go by SMS, for tests.
    pub(crate) fn sms_only(iwf: usize) -> IsfParams {
        IsfParams { iwf, services: Services::SMS_ONLY, mms_delay: Law::Constant(Span::ZERO) }
    }
}

/// The gateway, itself service centre towards the HLR (`iw-mode=direct`), or in front of service centres (`iw-mode=smsc`).
#[derive(Clone, Debug, PartialEq)]
pub struct IwfParams {
    pub hlr: usize,
    /// From an alert to the event it sends (`smsc.alert_reaction`).
    pub alert_reaction: Law,
    /// Answer to a routing enquiry at the latest (`map.guard`): then the attempt has failed.
    pub map_guard: Span,
    /// Result of a forwarded short message at the latest (`map.forward_guard`): then the attempt has failed.
    pub forward_guard: Span,
    /// Its service centres, which take turns (`iw-mode=smsc`); none where the model has none.
    pub smscs: Vec<usize>,
    /// Longest validity that it asks a service centre for (`smsc.validity`).
    pub validity: Span,
    /// The validity is said in the steps of the relative TP-VP (`vp.encoding`).
    pub relative_validity: bool,
    /// After the end of its validity, until a submission without a status report has failed (`smsc.status_wait`).
    pub status_wait: Span,
}

#[cfg(test)]
impl IwfParams {
    /// A gateway for tests: it reacts at once, waits long for the plant, and has no service centre.
    pub(crate) fn direct(hlr: usize, guard: Span) -> IwfParams {
        IwfParams {
            hlr,
            alert_reaction: Law::Constant(Span::ZERO),
            map_guard: guard,
            forward_guard: guard,
            smscs: Vec::new(),
            validity: Span::from_secs(259_200),
            relative_validity: true,
            status_wait: Span::from_secs(600),
        }
    }
}

/// A service centre (`iw-mode=smsc`).
#[derive(Clone, Debug, PartialEq)]
pub struct SmscParams {
    pub hlr: usize,
    /// From an alert to the attempts that follow (`smsc.alert_reaction`).
    pub alert_reaction: Law,
    /// From the acceptance of a short message to its first attempt (`smsc.first_delay`).
    pub first_delay: Span,
    /// Between attempts (`smsc.retry`), and after one that found the subscriber busy (`smsc.busy_retry`).
    pub retry: RetrySchedule,
    pub busy_retry: Span,
    /// Short messages that it holds (`smsc.capacity`); none: unbounded.
    pub capacity: Option<u32>,
    /// Probabilities that a short message is lost in it (`sms.random_loss`), and that the acknowledgement of one is (`sms.duplicate`).
    pub random_loss: f64,
    pub duplicate: f64,
    /// As of the gateway (`map.guard`, `map.forward_guard`).
    pub map_guard: Span,
    pub forward_guard: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub struct HlrParams {
    /// Addresses in the waiting list of one subscriber (`hlr.mwd_max`).
    pub mwd_max: u32,
    /// From READY-FOR-SM to ALERT-SC (`mnrf.clear_delay`).
    pub alert_delay: Law,
    /// Probability that an alert is lost (`hlr.alert_loss`).
    pub alert_loss: f64,
}

/// The switching centre with its visitor register.
#[derive(Clone, Debug, PartialEq)]
pub struct MscParams {
    pub hlr: usize,
    /// Time of one page without an answer (`paging.first_timeout`).
    pub paging_timeout: Span,
    /// Pages before the subscriber counts as absent (`paging.attempts`).
    pub paging_attempts: u32,
    /// From forwarding a short message to the phone's acknowledgement (`sms.mt_cs`).
    pub mt_delivery: Law,
}

/// The message store of the users of the PFs that name it.
#[derive(Clone, Debug, PartialEq)]
pub struct MssParams {
    /// Probability that an object cannot be written (`mss.failure`).
    pub failure: f64,
}

/// A link and what it joins.
#[derive(Clone, Debug, PartialEq)]
pub struct Link {
    pub spec: LinkSpec,
    pub from: LinkEnd,
    pub to: LinkEnd,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkEnd {
    /// A place in [`Model::functions`].
    Function(usize),
    /// A place in [`Model::populations`]: each of its devices has a flow of its own.
    Population(usize),
    /// The devices of every population.
    Devices,
}

/// Users of one kind.
#[derive(Clone, Debug, PartialEq)]
pub struct Population {
    pub name: String,
    /// Number of users, at least one; they are called `<name>-1` and so on.
    pub count: u32,
    pub core: usize,
    pub pf: usize,
    /// Serves the Primary Device's SMS; none: the users have no SMS.
    pub msc: Option<usize>,
    /// Devices of each user, sorted by name.
    pub devices: Vec<DeviceSpec>,
    /// Policies by weight, as places in [`Model::policies`]; a user draws his once. Empty: place 0, which says nothing.
    pub policies: Vec<(f64, u16)>,
    pub policy_changes: PolicyChanges,
}

/// How a user's policy changes during a run.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum PolicyChanges {
    #[default]
    None,
    /// At given instants, rising, to the policy of that place.
    Schedule(Vec<(SimTime, u16)>),
    /// The user's own policy for a time of `between`, then this one for a time of `lasts`, and so on.
    Alternate { policy: u16, between: Law, lasts: Law },
}

/// One device of each user of a population.
#[derive(Clone, Debug, PartialEq)]
pub struct DeviceSpec {
    pub name: String,
    /// Bears the SIM: the only device that takes SMS. At most one of a user.
    pub primary: bool,
    /// Share of the users that have this device, in [0, 1].
    pub owned_by: f64,
    /// When the radio is on.
    pub radio: Radio,
    /// Classes and their weights (at least one, sorted by name); a device draws its class once.
    pub classes: Vec<(f64, DeviceClass)>,
}

/// When a device's radio is on.
#[derive(Clone, Debug, PartialEq)]
pub enum Radio {
    AlwaysOn,
    /// An alternating renewal process. `start` overrides the run's.
    Dwell {
        on: Law,
        off: Law,
        start: Option<Start>,
    },
    /// Changes at given instants after an initial state; instants rise.
    Schedule {
        on_at_start: bool,
        changes: Vec<(SimTime, bool)>,
    },
}

/// How a phone of this class finds its way back when its radio comes on, and how it registers.
#[derive(Clone, Debug, PartialEq)]
pub struct DeviceClass {
    pub name: String,
    /// Phases after the radio is on, in an order in which each follows those it waits for.
    pub phases: Vec<Phase>,
    pub registration: Registration,
    /// Probability that the device leaves without saying so.
    pub silent_loss: f64,
    /// From forwarding a short message to this phone's acknowledgement, where it is not that of the switching centre: over SGs
    /// it takes less than over 2G or 3G (`sms.mt_sgs`).
    pub sms_transfer: Option<Law>,
    /// What its client can receive, and its release version.
    pub capabilities: Capabilities,
}

/// A step of attachment: it starts when all of `after` are done and gives something when it ends.
#[derive(Clone, Debug, PartialEq)]
pub struct Phase {
    pub name: String,
    /// Places in [`DeviceClass::phases`]; empty: starts with the radio.
    pub after: Vec<usize>,
    pub takes: Law,
    pub gives: Vec<Gives>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Gives {
    /// The location update is accepted in a domain that carries SMS.
    Sms,
    /// IP packets can be exchanged with the Core.
    Ip,
    /// The client starts its registration. Where no phase gives this, the client registers as soon as it has IP.
    Register,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Registration {
    /// Requested and granted life of a binding (`ims.expiry_native`, `ims.expiry_app`).
    pub expires: Span,
    /// Own work of the phone before it sends REGISTER (`ims.reg_native`, `ims.reg_app`).
    pub own_delay: Law,
    /// Base time of the waits before a failed registration is tried again: times 2 to the number of failures in a row, up to
    /// `retry_max` (`ims.retry`, RFC 5626 4.5).
    pub retry_base: Span,
    pub retry_max: Span,
}

/// A stream of messages from one population to another; each recipient gets its own stream.
#[derive(Clone, Debug, PartialEq)]
pub struct Traffic {
    pub name: String,
    pub from: usize,
    pub to: usize,
    pub arrivals: Arrivals,
    pub message: MessageSpec,
}

/// When the messages of one recipient are submitted.
#[derive(Clone, Debug, PartialEq)]
pub enum Arrivals {
    /// At this many events a second.
    Poisson { per_second: f64 },
    /// Renewal process with this interval.
    Renewal { interval: Law },
    /// A fixed number, independent and uniform over a time.
    Count { count: u32, from: SimTime, to: SimTime },
    /// At given instants.
    At(Vec<SimTime>),
    /// A Poisson process whose rate follows the hour of the (simulated) day; 24 weights, mean one.
    Hourly { per_second: f64, weights: [f64; 24] },
    /// Poisson batches; each holds a number of messages drawn from weights (size, weight), at once or `gap` apart.
    Batches { per_second: f64, sizes: Vec<(u32, f64)>, gap: Law },
}

/// What the messages of a stream are like.
#[derive(Clone, Debug, PartialEq)]
pub struct MessageSpec {
    /// Length of the text in characters: weights by length, drawn per message.
    pub length: TextLength,
    /// Bytes a character takes (`msg.utf8_factor`).
    pub bytes_per_char: f64,
    pub imdn: ImdnRequested,
    /// SIP Expires of the message; none: the header is absent.
    pub expires: Option<Span>,
    pub headers: MessageHeaders,
}

/// What a sender says of a message beside its content.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MessageHeaders {
    /// Kinds of content and their weights; empty: text.
    pub contents: Vec<(f64, Content)>,
    /// Probability that the sender hides its identity.
    pub anonymous: f64,
    /// The request bears the CPM feature tag unless this says no.
    pub untagged: bool,
    /// Replies go to the user of the sender's place in this population, counted round.
    pub reply_to: Option<usize>,
    /// Conversation-ID, Contribution-ID and time of sending are given to each message; the rest is written here.
    pub indications: Indications,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum TextLength {
    Fixed(u32),
    /// Rounded lognormal, at least 1 and at most `cap`.
    Lognormal {
        median: f64,
        sigma: f64,
        cap: u32,
    },
}

/// Dispositions the sender asks for (RFC 5438).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ImdnRequested {
    pub positive: bool,
    pub negative: bool,
    pub display: bool,
}

/// SIP timers (RFC 3261): final timeout of a client transaction is 64 T1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SipParams {
    /// T1 between cores and servers (`sip.core.t1`).
    pub core_t1: Span,
    /// T1 of clients and towards them (`sip.access.t1`).
    pub access_t1: Span,
    /// Longest wait between repetitions, and how long a message stays in the network (`sip.core_t2`, `sip.core_t4`).
    pub core_t2: Span,
    pub core_t4: Span,
    pub access_t2: Span,
    pub access_t4: Span,
    /// Timer C of a proxy (`sip.timer_c`).
    pub timer_c: Span,
}

/// RFC 3261, and TS 24.229 table 7.7.1 for the access.
impl Default for SipParams {
    fn default() -> Self {
        SipParams {
            core_t1: Span::from_millis(500),
            access_t1: Span::from_secs(2),
            core_t2: Span::from_secs(4),
            core_t4: Span::from_secs(5),
            access_t2: Span::from_secs(16),
            access_t4: Span::from_secs(17),
            timer_c: Span::from_secs(210),
        }
    }
}

impl SipParams {
    /// The timers between functions.
    pub fn core(&self) -> TimerSet {
        TimerSet { t1: self.core_t1, t2: self.core_t2, t4: self.core_t4, c: self.timer_c }
    }

    /// The timers of clients and towards them.
    pub fn access(&self) -> TimerSet {
        TimerSet { t1: self.access_t1, t2: self.access_t2, t4: self.access_t4, c: self.timer_c }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct ClientParams {
    /// How long a client remembers Message-IDs (`client.dedupe_window`).
    pub dedupe_window: Span,
    /// Whether and how long after its presentation a user opens a message (`user.display`, `user.display_delay`).
    pub display: f64,
    pub display_delay: Law,
    /// Time between two synchronisations with the message store; none: at registration only (`client.sync`).
    pub sync: Option<Law>,
    pub pull: PullParams,
}

/// What users and their clients do about deferred messages.
#[derive(Clone, Debug, PartialEq)]
pub struct PullParams {
    /// From a notification to the user's action (`user.react`); forever: he does not act (`user.ignore_forever` is in it).
    pub react: Law,
    /// Weights of `user.choice`. The user retrieves all, without a list, by the weight `all` against the sum of the others; else he
    /// chooses for each message: deliver, delete, interwork, store, keep.
    pub all: f64,
    pub choice: [f64; 5],
    /// Probability that an entry of a URI list goes wrong (`client.faulty`).
    pub faulty: f64,
    /// `client.pull_backoff`.
    pub backoff: Span,
}

impl Default for PullParams {
    fn default() -> PullParams {
        PullParams {
            react: Law::Constant(Span::ZERO),
            all: 1.0,
            choice: [1.0, 0.0, 0.0, 0.0, 0.0],
            faulty: 0.0,
            backoff: Span::from_secs(5),
        }
    }
}

/// Bounds that stop a run which does not end by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Events of one run.
    pub events: u64,
    /// Steps and rounds at one instant.
    pub steps: u32,
}
