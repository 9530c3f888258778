//! The message store against the statements about storage.

use super::*;
use crate::delivery::profile::Axes;
use crate::delivery::suite::clause_tests;
use crate::delivery::{Content, CopyId, Dispositions, Indications, Output, Rules};
use crate::units::Span;

const MSS: FunctionId = FunctionId(1);
const PF: FunctionId = FunctionId(2);
/// The owner's devices.
const PHONE: FunctionId = FunctionId(10);
const TABLET: FunctionId = FunctionId(11);
const OWNER: UserId = UserId(0);
const OTHER: UserId = UserId(1);

/// A store with its desk: what it says goes into `said`.
struct Desk {
    mss: Mss,
    out: Outbox,
    /// Writing fails from now on.
    failing: bool,
    said: Vec<Output>,
}

impl Desk {
    fn under(rules: Rules, guard: &str) -> Desk {
        let mut axes = Axes::default();
        assert!(axes.set(axes::GUARD_SINGLE_STORED_COPY, guard));
        let mss = Mss::new(MssSetup { id: MSS, clients: [2, 1].into() }, Behaviour::of(&axes, rules));
        Desk { mss, out: Outbox::under(rules), failing: false, said: Vec::new() }
    }

    fn tell(&mut self, input: Input) {
        self.mss.handle(SimTime::ZERO, input, &mut self.out);
        for output in self.out.take() {
            match output {
                Output::Ask(question) => self.tell(Input::Told(question, Answer::Yes(self.failing))),
                output => self.said.push(output),
            }
        }
    }

    /// Brings an object; the number in the answer.
    fn append(&mut self, object: Object) -> Option<u32> {
        self.said.clear();
        self.tell(Input::Received { from: PF, at: SimTime::ZERO, pdu: Pdu::Imap(Imap::Append { object, tag: 7 }) });
        let answers = self.said.iter().filter_map(|o| match o {
            Output::Send { to: PF, pdu: Pdu::Imap(Imap::Appended { message, owner, tag: 7, uid }) } => {
                Some((*message, *owner, *uid))
            }
            _ => None,
        });
        let answers: Vec<_> = answers.collect();
        assert_eq!(answers.len(), 1, "each operation is answered once");
        assert_eq!((answers[0].0, answers[0].1), (object.message, object.owner));
        answers[0].2
    }

    /// What a device that has read up to `after` is given: objects, and up to where it has read now.
    fn sync(&mut self, owner: UserId, device: FunctionId, after: u32) -> (Vec<Object>, u32) {
        self.said.clear();
        let pdu = Pdu::Imap(Imap::Sync { owner, device, after, tag: 3 });
        self.tell(Input::Received { from: device, at: SimTime::ZERO, pdu });
        let given = self.said.iter().find_map(|o| match o {
            Output::Send { to, pdu: Pdu::Imap(Imap::Synced { objects, last, tag: 3, .. }) } if *to == device => {
                Some((objects.to_vec(), *last))
            }
            _ => None,
        });
        given.expect("a question is answered")
    }

    /// Objects written by the last operation: number and reason.
    fn put(&self) -> Vec<(u32, Storing)> {
        self.milestones(|m| match m {
            Milestone::StorePut { uid, storing, .. } => Some((*uid, *storing)),
            _ => None,
        })
    }

    /// Copies that the last operation ended.
    fn ended(&self) -> Vec<(CopyId, Fate)> {
        self.milestones(|m| match m {
            Milestone::CopyEnd { copy, fate, .. } => Some((*copy, *fate)),
            _ => None,
        })
    }

    fn milestones<T>(&self, wanted: impl Fn(&Milestone) -> Option<T>) -> Vec<T> {
        let of = |o: &Output| if let Output::Milestone(_, m) = o { wanted(m) } else { None };
        self.said.iter().filter_map(of).collect()
    }
}

fn object(message: u32, storing: Storing) -> Object {
    Object {
        message: MessageId(message),
        original: MessageId(message),
        copy: (storing == Storing::Delivery).then_some(CopyId(100 + message)),
        owner: OWNER,
        from: OTHER,
        storing,
        content: Content::Text,
        bytes: 20,
        dispositions: Dispositions::default(),
        indications: Indications::default(),
        apart: false,
    }
}

fn messages(objects: &[Object]) -> Vec<u32> {
    objects.iter().map(|o| o.message.0).collect()
}

clause_tests! {
    fn im08_5_2_2_1_05_a_senders_device_fetches_what_was_recorded_and_nothing_else(rules) {
        let mut desk = Desk::under(rules, "on");
        // Of two messages that the user sent, one was recorded.
        let sent = Object { from: OWNER, ..object(4, Storing::Recording) };
        assert_eq!(desk.append(sent), Some(1));
        assert_eq!(desk.sync(OWNER, TABLET, 0), (vec![sent], 1));
        assert_eq!(desk.sync(OTHER, FunctionId(12), 0).0, [], "it is in the sender's store alone");
    }

    fn im08_5_2_2_1_19_any_device_of_the_recipient_fetches_what_was_recorded(rules) {
        let mut desk = Desk::under(rules, "on");
        desk.append(object(1, Storing::Recording));
        desk.append(object(2, Storing::Recording));
        assert_eq!(messages(&desk.sync(OWNER, PHONE, 0).0), [1, 2]);
        assert_eq!(messages(&desk.sync(OWNER, TABLET, 0).0), [1, 2]);
        assert_eq!(messages(&desk.sync(OWNER, PHONE, 1).0), [2], "only what came after what it has read");
    }

    fn sd23_5_2_2_1_1_23_what_was_fetched_is_not_given_again_and_what_comes_later_is(rules) {
        let mut desk = Desk::under(rules, "on");
        desk.append(object(1, Storing::Recording));
        let (first, read) = desk.sync(OWNER, PHONE, 0);
        assert_eq!((messages(&first), read), (vec![1], 1));
        assert_eq!(desk.sync(OWNER, PHONE, read).0, []);
        desk.append(object(2, Storing::Recording));
        assert_eq!(messages(&desk.sync(OWNER, PHONE, read).0), [2]);
    }

    fn im08_r_02_a_sent_message_comes_to_the_senders_other_devices_only_by_synchronising(rules) {
        let mut desk = Desk::under(rules, "on");
        desk.append(Object { from: OWNER, ..object(4, Storing::Recording) });
        let sends = desk.said.iter().filter(|o| matches!(o, Output::Send { .. })).count();
        assert_eq!(sends, 1, "writing tells nobody but the PF that asked");
        assert_eq!(messages(&desk.sync(OWNER, TABLET, 0).0), [4]);
    }

    fn sd23_5_2_2_1_1_32_delivery_to_the_store_is_told_from_recording(rules) {
        let mut desk = Desk::under(rules, "on");
        desk.append(object(1, Storing::Delivery));
        assert_eq!((desk.put(), desk.ended()), (vec![(1, Storing::Delivery)], vec![(CopyId(101), Fate::Stored)]));
        desk.append(object(2, Storing::Recording));
        assert_eq!((desk.put(), desk.ended()), (vec![(2, Storing::Recording)], vec![]), "recorded history is no copy");
    }

    fn sd23_5_2_2_1_1_33_delivery_and_recording_make_one_object(rules) {
        let mut desk = Desk::under(rules, "on");
        assert_eq!(desk.append(object(1, Storing::Recording)), Some(1));
        assert_eq!(desk.append(object(1, Storing::Delivery)), Some(1), "the object that stands");
        assert_eq!((desk.put(), desk.ended()), (vec![], vec![(CopyId(101), Fate::Stored)]));
        assert_eq!(desk.milestones(|m| matches!(m, Milestone::GuardReached { guard: SINGLE }).then_some(())).len(), 1);
        let held = desk.sync(OWNER, PHONE, 0).0;
        assert_eq!((messages(&held), held[0].storing), (vec![1], Storing::Delivery));
        // The other way round, and each user has a store of his own.
        assert_eq!(desk.append(object(2, Storing::Delivery)), Some(2));
        assert_eq!(desk.append(object(2, Storing::Recording)), Some(2));
        assert_eq!(desk.append(Object { owner: OTHER, ..object(2, Storing::Recording) }), Some(1));
        assert_eq!(desk.sync(OWNER, PHONE, 1).0[0].storing, Storing::Delivery, "recording makes no less of it");
    }

    fn iw15_8_3_1_1_15_a_stored_message_is_one_object(rules) {
        let mut desk = Desk::under(rules, "on");
        assert_eq!(desk.append(object(1, Storing::Delivery)), Some(1));
        assert_eq!(desk.ended(), [(CopyId(101), Fate::Stored)]);
        // The PF had no answer in time and brings it again.
        assert_eq!(desk.append(Object { copy: Some(CopyId(9)), ..object(1, Storing::Delivery) }), Some(1));
        assert_eq!((desk.put(), desk.ended()), (vec![], vec![(CopyId(9), Fate::Absorbed)]));
        assert_eq!(messages(&desk.sync(OWNER, PHONE, 0).0), [1]);
    }

    fn iw15_8_3_1_1_26_recorded_history_is_one_object(rules) {
        let mut desk = Desk::under(rules, "on");
        assert_eq!(desk.append(object(1, Storing::Recording)), Some(1));
        assert_eq!(desk.put(), [(1, Storing::Recording)]);
        assert_eq!(desk.append(object(1, Storing::Recording)), Some(1));
        assert_eq!(desk.put(), []);
    }

    fn ts83_8_3_2_1_32_what_is_recorded_stands_whatever_becomes_of_the_message(rules) {
        let mut desk = Desk::under(rules, "on");
        desk.append(object(1, Storing::Recording));
        assert_eq!(desk.ended(), [], "no copy of the message depends on it");
        assert_eq!(messages(&desk.sync(OWNER, PHONE, 0).0), [1]);
    }

    fn ts83_8_3_2_1_24_what_lies_in_the_content_store_is_said_of_the_object(rules) {
        let mut desk = Desk::under(rules, "on");
        desk.append(Object { apart: true, ..object(1, Storing::Delivery) });
        desk.append(object(2, Storing::Delivery));
        let apart: Vec<bool> = desk.sync(OWNER, PHONE, 0).0.iter().map(|o| o.apart).collect();
        assert_eq!(apart, [true, false]);
    }

    fn iw15_r_18_the_result_of_an_interworked_message_brings_its_object_up_to_date(rules) {
        let mut desk = Desk::under(rules, "on");
        let asks = Dispositions { positive: true, negative: true, display: false };
        desk.append(Object { dispositions: asks, ..object(1, Storing::Recording) });
        assert_eq!(desk.append(object(1, Storing::Recording)), Some(1));
        let held = desk.sync(OWNER, PHONE, 0).0;
        assert_eq!((held.len(), held[0].dispositions), (1, Dispositions::default()));
    }

    fn iw15_r_20_an_interworked_message_is_stored_exactly_once(rules) {
        let mut desk = Desk::under(rules, "on");
        // Recorded before it went to the ISF, and stored again when its expiry came after a failed SMS.
        desk.append(object(1, Storing::Recording));
        desk.append(object(1, Storing::Recording));
        desk.append(object(1, Storing::Delivery));
        assert_eq!(messages(&desk.sync(OWNER, PHONE, 0).0), [1]);
        assert_eq!(messages(&desk.sync(OWNER, TABLET, 0).0), [1]);
    }
}

#[test]
fn with_the_guard_off_each_operation_makes_its_own_object() {
    let mut desk = Desk::under(Rules::ALL, "off");
    let uids = [Storing::Recording, Storing::Delivery, Storing::Delivery].map(|storing| desk.append(object(1, storing)));
    assert_eq!(uids, [Some(1), Some(2), Some(3)]);
    assert_eq!(messages(&desk.sync(OWNER, PHONE, 0).0), [1, 1, 1]);
}

#[test]
fn a_failed_operation_leaves_no_object_and_refuses_the_copy() {
    let mut desk = Desk::under(Rules::ALL, "on");
    desk.failing = true;
    assert_eq!(desk.append(object(1, Storing::Delivery)), None);
    assert_eq!(desk.ended(), [(CopyId(101), Fate::Refused(500))]);
    assert_eq!(desk.append(object(2, Storing::Recording)), None);
    assert_eq!(desk.sync(OWNER, PHONE, 0), (vec![], 0));
    desk.failing = false;
    assert_eq!(desk.append(object(1, Storing::Delivery)), Some(1));
    assert_eq!(desk.put(), [(1, Storing::Delivery)]);
}

#[test]
fn a_repeated_operation_asks_anew_whether_it_fails() {
    let mut desk = Desk::under(Rules::ALL, "on");
    let mut asked = Vec::new();
    for fails in [true, true, false, true] {
        let pdu = Pdu::Imap(Imap::Append { object: object(1, Storing::Delivery), tag: 1 });
        desk.mss.handle(SimTime::ZERO, Input::Received { from: PF, at: SimTime::ZERO, pdu }, &mut desk.out);
        let Some(Output::Ask(question @ Question::StoreFails { nth, .. })) = desk.out.take().first().cloned() else {
            panic!("the store asks")
        };
        asked.push(nth);
        desk.mss.handle(SimTime::ZERO, Input::Told(question, Answer::Yes(fails)), &mut desk.out);
        desk.out.take();
    }
    assert_eq!(asked, [0, 1, 2, 0], "what was written has no failures behind it");
}

#[test]
fn a_store_without_room_for_another_job_says_no() {
    let mut desk = Desk::under(Rules::ALL, "on");
    let pdu = Pdu::Imap(Imap::Append { object: object(1, Storing::Delivery), tag: 7 });
    desk.tell(Input::Overloaded { from: PF, at: SimTime::ZERO, retry_after: None, pdu });
    assert_eq!(desk.ended(), [(CopyId(101), Fate::Refused(500))]);
    assert_eq!(desk.milestones(|m| matches!(m, Milestone::StoreFailed { .. }).then_some(())).len(), 1);
}

#[test]
fn content_that_all_devices_have_is_forgotten_but_known_again() {
    let mut desk = Desk::under(Rules::ALL, "on");
    (1..=50).for_each(|m| assert_eq!(desk.append(object(m, Storing::Recording)), Some(m)));
    desk.sync(OWNER, PHONE, 0);
    desk.sync(OWNER, PHONE, 50);
    assert_eq!(desk.mss.stores[&OWNER].objects.len(), 50, "the tablet has asked for nothing yet");
    desk.sync(OWNER, TABLET, 0);
    desk.sync(OWNER, TABLET, 40);
    assert_eq!(desk.mss.stores[&OWNER].objects.len(), 10);
    assert_eq!(desk.append(object(3, Storing::Recording)), Some(3), "it was stored before");
    assert_eq!(messages(&desk.sync(OWNER, TABLET, 49).0), [50]);
}

/// What a client that synchronises does.
mod client {
    use super::*;
    use crate::delivery::cpm::synchronising::{SyncSetup, Synchronising};

    fn client() -> (Synchronising, Outbox) {
        let setup = SyncSetup { mss: MSS, limit: Span::from_secs(128), window: Span::from_secs(1000) };
        (Synchronising::new(PHONE, OWNER, Some(setup)), Outbox::under(Rules::ALL))
    }

    /// The number and the reading of the question that went out, if one did.
    fn asked(out: &mut Outbox) -> Option<(u32, u32)> {
        out.take().iter().find_map(|o| match o {
            Output::Send { to: MSS, pdu: Pdu::Imap(Imap::Sync { tag, after, .. }) } => Some((*tag, *after)),
            _ => None,
        })
    }

    fn at(s: u64) -> SimTime {
        SimTime::ZERO + Span::from_secs(s)
    }

    #[test]
    fn only_what_the_device_has_not_is_new_to_it() {
        let (mut client, mut out) = client();
        client.has(at(1), MessageId(2));
        client.registered(&mut out);
        assert_eq!(asked(&mut out), Some((1, 0)));
        let held = [1, 2, 3].map(|m| object(m, Storing::Recording));
        assert_eq!(messages(&client.on_synced(at(2), 1, 3, &held, &mut out)), [1, 3]);
        let outputs = out.take();
        let synced = outputs.iter().filter(|o| matches!(o, Output::Milestone(_, Milestone::Synced { device: PHONE, .. })));
        assert_eq!(synced.count(), 2);
        assert!(outputs.contains(&Output::Ask(Question::SyncDelay { nth: 1 })));
        client.registered(&mut out);
        assert_eq!(asked(&mut out), Some((2, 3)), "it goes on where it had come to");
        assert_eq!(client.on_synced(at(3), 1, 9, &held, &mut out), [], "an answer to an older question");
    }

    #[test]
    fn it_asks_again_after_its_time_and_after_no_answer() {
        let (mut client, mut out) = client();
        client.registered(&mut out);
        asked(&mut out);
        client.on_no_answer(1, &mut out);
        assert!(out.take().contains(&Output::Ask(Question::SyncDelay { nth: 1 })));
        client.on_delay(Some(Span::from_secs(60)), &mut out);
        out.take();
        client.on_due(&mut out);
        assert_eq!(asked(&mut out), Some((2, 0)));
        client.on_no_answer(1, &mut out);
        assert_eq!(asked(&mut out), None, "that question is answered or given up");
    }

    #[test]
    fn without_a_store_it_asks_nobody() {
        let mut out = Outbox::under(Rules::ALL);
        let mut client = Synchronising::new(PHONE, OWNER, None);
        client.has(at(1), MessageId(1));
        client.registered(&mut out);
        assert!(out.take().is_empty());
    }
}
