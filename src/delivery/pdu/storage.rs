//! Between PF or client and the Message Storage Server: the Object Store operation (6.3.1 of the storage TS, IMAP APPEND) and
//! synchronisation.

use super::{Content, CopyId, Dispositions, FunctionId, Indications, MessageId, UserId};

/// Why an object is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Storing {
    /// Delivery to the store: the message ends here (IW15-8.3.1.1-15, SD23-5.2.2.1.1-31, TS83-8.3.2.1-23).
    Delivery,
    /// Conversation history: a recorded copy is no delivery (SD23-5.2.2.1.1-32).
    Recording,
}

/// One object of a user's message store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Object {
    pub message: MessageId,
    /// Its Message-ID of before any retargeting, which reports about it name.
    pub original: MessageId,
    /// The copy that the object is, where it is stored as a delivery. Recorded history is no copy.
    pub copy: Option<CopyId>,
    /// Whose store.
    pub owner: UserId,
    pub from: UserId,
    pub storing: Storing,
    pub content: Content,
    pub bytes: u32,
    /// What is still asked for when a client reads it (IW15-8.3.1.1-13, -14).
    pub dispositions: Dispositions,
    pub indications: Indications,
    /// The content lies in the content store and the object refers to it (TS83-8.3.2.1-24).
    pub apart: bool,
}

/// Operations of the message store. `tag` joins answer and question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Imap {
    Append {
        object: Object,
        tag: u32,
    },
    /// The number of the object in its store, or none: it could not be written.
    Appended {
        message: MessageId,
        owner: UserId,
        tag: u32,
        uid: Option<u32>,
    },
    /// A client asks for what came after the object of this number.
    Sync {
        owner: UserId,
        device: FunctionId,
        after: u32,
        tag: u32,
    },
    Synced {
        owner: UserId,
        device: FunctionId,
        tag: u32,
        last: u32,
        objects: Box<[Object]>,
    },
}
