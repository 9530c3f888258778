//! The states of the client that pulls and of the Push Enabler.

use super::Rig;
use super::inputs::{ask, notice, received};
use super::machines::{CORE, PF, PHONE, PUSH, SECOND, States, TO, then};
use crate::delivery::cpm::{Client, PushEnabler, PushSetup};
use crate::delivery::{Access, Answer, Body, Case, CpmAction, Input, MessageId, NoticeKind, Pdu, Push, Target};

/// The client and deferred messages, from `registered`. Its sessions are closed by the PF, and messages come inside them: with
/// `pull-teardown=client-after-ack` a session ends where it begins.
pub fn pulling(registered: &Rig<Client>) -> States<Client> {
    let tell_of = |rig: &mut Rig<Client>, message: u32| {
        let mut notice = notice(NoticeKind::Waiting);
        notice.round = message;
        notice.list[0].uri_id = MessageId(message);
        notice.number = message + 1;
        rig.tell(received(CORE, ask(PF, TO, Target::Contact(TO, PHONE), Case::Done, Body::Notice(Box::new(notice)))));
    };
    let told = then(registered, |rig| tell_of(rig, 0));
    let reacting = then(&told, |rig| rig.answer(SECOND));
    let acting = then(&reacting, |rig| rig.expire("ReactionDue"));
    let choosing = then(&acting, |rig| rig.answer(Answer::Yes(false)));
    let listing = then(&choosing, |rig| rig.answer(Answer::Action(Some(CpmAction::Delete))));
    let listed = then(&listing, |rig| rig.answer(Answer::Yes(false)));
    let all = then(&acting, |rig| rig.answer(Answer::Yes(true)));
    let answered = |code| then(&all, |rig: &mut Rig<Client>| drop(rig.tell(super::inputs::final_response(rig, code))));
    let refused = answered(480);
    let due_again = then(&refused, |rig| rig.answer(Answer::Thousandths(1000)));
    let standing = answered(200);
    let gone = then(&standing, |rig| drop(rig.tell(Input::Access(Access::Gone))));
    let unheard = then(&reacting, |rig| {
        rig.tell(Input::Access(Access::Gone));
        rig.expire("ReactionDue");
    });
    let pushed = then(registered, |rig| {
        let push = Body::PushSession { user: TO, client: PHONE };
        drop(rig.tell(received(CORE, ask(PF, TO, Target::Contact(TO, PHONE), Case::Done, push))));
    });
    vec![
        ("has read of a deferred message", told),
        ("its user is about to act on deferred messages", reacting),
        ("its user acts", acting),
        ("its user chooses", choosing),
        ("a list is made", listing),
        ("waiting for the answer to a pull of one message", listed),
        ("waiting for the answer to a pull of all", all),
        ("its pull was refused with 480", refused),
        ("waits to pull again", due_again),
        ("the session of a pull stands", standing),
        ("away, what it asked for did not come", gone),
        ("away, its user wants to pull", unheard),
        ("the session of a push stands", pushed),
    ]
}

/// Reviewed row by row; no run meets an undefined pair. A push to a device that is thought to be there goes out whatever became of it.
pub fn push() -> States<PushEnabler> {
    let line = |rig: &mut Rig<PushEnabler>, on| {
        drop(rig.tell(received(PHONE, Pdu::Push(Push::Connect { device: PHONE, user: TO, on }))));
    };
    let submit = |rig: &mut Rig<PushEnabler>| {
        let notice = Box::new(notice(NoticeKind::Waiting));
        drop(rig.tell(received(PF, Pdu::Push(Push::Submit { device: PHONE, by_sip_uri: false, notice }))));
    };
    let unknown = Rig::new(PushEnabler::new(PushSetup { id: PUSH, keeps: 1 })).named(PUSH);
    let connected = then(&unknown, |rig| line(rig, true));
    let keeping = then(&unknown, submit);
    let asking = then(&connected, submit);
    let under_way = then(&asking, |rig| rig.answer(SECOND));
    vec![
        ("knows of no device", unknown),
        ("a device is there", connected),
        ("keeps a push for a device that is away", keeping),
        ("a push begins", asking),
        ("a push is under way", under_way),
    ]
}
