//! Planted breaks: made sequences of reports, in which each oracle finds what is wrong, and nothing where nothing is.

mod mandates;
mod planted;

use super::*;
use crate::delivery::axes as axis;
use crate::delivery::*;
use crate::judge::{Heading, MessageRecord, NEVER, Outcome};
use crate::units::{Span, SubjectId};

/// The PF of the recipient, ISF, Core, the PF of the sender; two devices of the recipient, one of the sender.
pub(super) const PF: FunctionId = FunctionId(0);
pub(super) const ISF: FunctionId = FunctionId(1);
pub(super) const CORE: FunctionId = FunctionId(2);
pub(super) const PF_O: FunctionId = FunctionId(3);
pub(super) const PHONE: FunctionId = FunctionId(4);
pub(super) const TABLET: FunctionId = FunctionId(5);
pub(super) const SENDER: FunctionId = FunctionId(6);
pub(super) const M: MessageId = MessageId(0);
pub(super) const USER: UserId = UserId(0);
const FROM: UserId = UserId(1);

pub(super) fn at(s: u64) -> SimTime {
    SimTime::ZERO + Span::from_secs(s)
}

fn facts() -> Facts {
    let pf = Station::Pf { max_queue: Some(1), handover_limit: 2 };
    let device = |user| DeviceFacts { user, full: true, refreshes: false };
    let people = |pf| People { pf, hears: true, takes: true };
    Facts {
        stations: vec![pf, Station::Interworking, Station::Other, pf],
        devices: vec![device(USER), device(USER), device(FROM)],
        people: vec![people(PF), people(PF_O)],
        users: vec![(0, 0, 2), (1, 2, 3)],
        model: vec![ModelFact::DedupeOutlivesMessages, ModelFact::OneTransport, ModelFact::LosslessClients, ModelFact::LossFree],
        forward_hops: 2,
        longest: Span::from_secs(2000),
        remembers: Span::from_secs(32),
        policy_recheck: false,
        unconfirmed_202: false,
        hides: true,
        double_handover: false,
    }
}

/// A run that is told by hand.
pub(super) struct Told {
    pub oracles: Oracles,
    pub ledger: Ledger,
    now: SimTime,
    event: u64,
    copies: u32,
    messages: u32,
}

impl Told {
    /// Under the axes in which all is mandated, with these set otherwise.
    pub fn with(set: &[(crate::delivery::profile::AxisId, &str)]) -> Told {
        let mut axes = Axes::default();
        let strict = [(axis::ON_REGISTER_INFLIGHT, "hold"), (axis::PUSH_PACING, "on-2xx"), (axis::OVERTAKE_QUEUE, "behind-queue")];
        for (axis, value) in strict.iter().chain(set) {
            assert!(axes.set(*axis, value), "{value}");
        }
        let (oracles, ledger) = (Oracles::new(&axes, facts()), Ledger::default());
        let mut told = Told { oracles, ledger, now: at(0), event: 0, copies: 0, messages: 0 };
        told.message();
        told
    }

    pub fn new() -> Told {
        Told::with(&[])
    }

    fn moment(&self, by: FunctionId) -> Moment {
        Moment { now: self.now, event: self.event, by }
    }

    /// An event begins.
    pub fn event(&mut self, s: u64) -> &mut Told {
        (self.now, self.event) = (at(s), self.event + 1);
        self
    }

    /// One more message is composed.
    pub fn message(&mut self) -> MessageId {
        let id = MessageId(self.messages);
        let pager = self.pager(id);
        self.ledger.open(Heading { subject: SubjectId(1), traffic: 0, sequence: self.messages }, &pager);
        self.messages += 1;
        let slot = self.ledger.slot(id).expect("just opened");
        self.oracles.open(slot);
        self.ledger.hold(slot);
        id
    }

    pub fn pager(&self, message: MessageId) -> Pager {
        Pager {
            message,
            original: message,
            copy: CopyId(u32::MAX),
            from: FROM,
            to: USER,
            bytes: 20,
            content: Content::Text,
            dispositions: Dispositions { positive: true, negative: true, display: true },
            anonymous: false,
            agent: Version::default(),
            reply_to: None,
            expires: NEVER,
            indications: Indications::default(),
            retargets: 0,
            attempt: 0,
        }
    }

    pub fn record(&mut self, message: MessageId) -> &mut MessageRecord {
        let slot = self.ledger.slot(message).expect("open");
        self.ledger.book(slot)
    }

    pub fn tagged(&mut self, by: FunctionId, tag: Tag, milestone: Milestone) -> &mut Told {
        let slot = milestone.message().and_then(|m| self.ledger.slot(m));
        self.oracles.reported(self.moment(by), tag, &milestone, &self.ledger, slot);
        if let Some(slot) = slot {
            self.ledger.write(self.now, slot, by, tag, &milestone).expect("the books are right");
        }
        self
    }

    pub fn says(&mut self, by: FunctionId, milestone: Milestone) -> &mut Told {
        self.tagged(by, Tag::OwnSubmit, milestone)
    }

    /// Submitted and accepted at 1 s, to expire at `due`.
    pub fn accepted(&mut self, message: MessageId, due: u64) -> &mut Told {
        self.event(1);
        self.says(SENDER, Milestone::Submit { message });
        self.says(PF, Milestone::Accept { message, at: at(1), due: at(due) })
    }

    pub fn made(&mut self, message: MessageId, origin: Origin, path: Path, device: Option<FunctionId>) -> CopyId {
        self.copies += 1;
        let copy = CopyId(self.copies);
        self.says(PF, Milestone::CopyMade { copy, message, parent: None, origin, path, device });
        copy
    }

    /// A copy arrives at a device.
    pub fn arrives(&mut self, message: MessageId, copy: CopyId, path: Path, device: FunctionId) -> &mut Told {
        let slot = self.ledger.slot(message).expect("open");
        self.oracles.arrived(self.moment(device), slot, copy, path, self.ledger.record(slot));
        self.ledger.arrived(self.now, slot, copy, path, device);
        self
    }

    /// Is shown and ends delivered.
    pub fn shown(&mut self, message: MessageId, copy: CopyId, path: Path, device: FunctionId) -> &mut Told {
        self.says(device, Milestone::Present { message, copy, path });
        self.says(device, Milestone::CopyEnd { copy, message, fate: Fate::Delivered })
    }

    /// By IP to a device, all of it.
    pub fn delivered(&mut self, message: MessageId, origin: Origin, device: FunctionId) -> &mut Told {
        let copy = self.made(message, origin, Path::Ip, Some(device));
        self.arrives(message, copy, Path::Ip, device).shown(message, copy, Path::Ip, device)
    }

    pub fn request(&self, body: Body, target: Target, case: Case, txn: TxnId) -> Request {
        Request {
            method: Method::Message,
            txn,
            via: Via::of(txn.owner),
            target,
            case,
            from: FROM,
            icsi: Icsi::Msg,
            max_forwards: 70,
            target_address: None,
            body,
        }
    }

    pub fn sends(&mut self, by: FunctionId, pdu: &Pdu) -> &mut Told {
        self.oracles.sent(self.moment(by), pdu, &self.ledger);
        self
    }

    pub fn is_told(&mut self, by: FunctionId, from: FunctionId, pdu: &Pdu) -> &mut Told {
        self.oracles.received(self.moment(by), from, pdu, &self.ledger);
        self
    }

    /// Is handed a request that came over a hop.
    pub fn takes(&mut self, by: FunctionId, pdu: &Pdu) -> &mut Told {
        self.oracles.acts_once(self.moment(by), pdu, &self.ledger);
        self
    }

    pub fn at_device(&mut self, device: FunctionId, pdu: &Pdu) -> &mut Told {
        self.oracles.at_device(self.moment(device), pdu);
        self
    }

    pub fn report(&self, disposition: Disposition, reporter: FunctionId) -> Imdn {
        Imdn {
            about: M,
            original: M,
            from: USER,
            to: FROM,
            disposition,
            reporter,
            agent: Version::default(),
            indications: Indications::default(),
        }
    }

    /// A report leaves a function.
    pub fn reports(&mut self, by: FunctionId, imdn: Imdn) -> &mut Told {
        let case = if self.oracles.facts.device(by).is_some() { Case::Originating } else { Case::Terminating };
        let body = Body::Imdn(Box::new(imdn));
        let txn = TxnId { owner: by, slot: self.event as u32, generation: 0 };
        let request = self.request(body, Target::User(FROM), case, txn);
        self.sends(by, &Pdu::Request(request))
    }

    /// The answer to a message's request, by `by`.
    pub fn answers(&mut self, by: FunctionId, message: MessageId, code: u16, slot: u32) -> &mut Told {
        let pager = Box::new(self.pager(message));
        let txn = TxnId { owner: SENDER, slot, generation: 0 };
        let request = self.request(Body::Pager(pager), Target::User(USER), Case::Terminating, txn);
        let (_, response) = request.answer(code);
        self.sends(by, &response)
    }

    /// The book is closed; at the end of the run if `ends`.
    pub fn closes(&mut self, s: u64, ends: bool) -> &mut Told {
        self.event(s);
        if ends {
            self.oracles.end();
        }
        for slot in self.ledger.open_slots() {
            self.ledger.release(slot);
            self.ledger.close(slot);
            self.oracles.closed(self.now, slot, self.ledger.peek(slot));
        }
        self
    }

    pub fn found(&mut self, oracle: OracleId) -> Verdict {
        self.oracles.event_over(u64::MAX);
        *self.oracles.verdicts.of(oracle)
    }

    /// The oracle found one finding.
    pub fn finds(&mut self, oracle: OracleId) {
        let verdict = self.found(oracle);
        assert_eq!((verdict.mandated, verdict.expected), (1, 0), "{oracle:?}: {verdict:?}");
        assert!(verdict.first.is_some());
    }

    /// What it found is explained.
    pub fn expects(&mut self, oracle: OracleId) {
        let verdict = self.found(oracle);
        assert!(verdict.mandated == 0 && verdict.expected > 0, "{oracle:?}: {verdict:?}");
    }

    /// It had something to judge, and nothing was broken.
    pub fn holds(&mut self, oracle: OracleId) {
        let verdict = self.found(oracle);
        assert!(verdict.reached > 0 && verdict.mandated + verdict.expected == 0, "{oracle:?}: {verdict:?}");
    }
}
