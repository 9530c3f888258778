//! What messages carry end to end: the CPIM content, the indications of the sender, and disposition notifications.

use super::{CopyId, FunctionId, MessageId, UserId};
use crate::units::SimTime;

/// Dispositions a sender may ask for (imdn.Disposition-Notification, RFC 5438).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Dispositions {
    pub positive: bool,
    pub negative: bool,
    pub display: bool,
}

/// Kind of content, by its media type.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Content {
    #[default]
    Text,
    Vcard,
    Geolocation,
    Image,
    Audio,
    Video,
}

impl Content {
    pub const ALL: [Content; 6] =
        [Content::Text, Content::Vcard, Content::Geolocation, Content::Image, Content::Audio, Content::Video];

    /// The word for it in model files.
    pub const fn name(self) -> &'static str {
        match self {
            Content::Text => "text",
            Content::Vcard => "vcard",
            Content::Geolocation => "geolocation",
            Content::Image => "image",
            Content::Audio => "audio",
            Content::Video => "video",
        }
    }

    /// Content-Type of the CPIM part.
    pub const fn media_type(self) -> &'static str {
        match self {
            Content::Text => "text/plain;charset=utf-8",
            Content::Vcard => "text/vcard",
            Content::Geolocation => "application/vnd.gsma.rcspushlocation+xml",
            Content::Image => "image/jpeg",
            Content::Audio => "audio/amr",
            Content::Video => "video/mp4",
        }
    }
}

/// A set of kinds of content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Contents(u8);

impl Contents {
    pub const NONE: Contents = Contents(0);
    pub const EVERY: Contents = Contents(0x3f);

    pub const fn with(self, content: Content) -> Contents {
        Contents(self.0 | 1 << content as u8)
    }

    pub const fn has(self, content: Content) -> bool {
        self.0 & (1 << content as u8) != 0
    }

    pub fn iter(self) -> impl Iterator<Item = Content> {
        Content::ALL.into_iter().filter(move |c| self.has(*c))
    }
}

/// The non-CPM service that a message goes by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Service {
    #[default]
    Sms,
    /// Its notification is a short message; the content is fetched.
    Mms,
}

/// Release version in a User-Agent header (`CPM-client/OMA2.1`): ordered as releases are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version {
    pub major: u8,
    pub minor: u8,
}

impl Default for Version {
    fn default() -> Self {
        Version { major: 2, minor: 1 }
    }
}

/// Sensitive nature of a message (CPIM or MMS-style `Sensitivity`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(u8)]
pub enum Sensitivity {
    #[default]
    Unmarked,
    Personal,
    Private,
    Confidential,
}

/// Priority of a message (RFC 3261 20.26).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(u8)]
pub enum Priority {
    #[default]
    Unmarked,
    NonUrgent,
    Normal,
    Urgent,
    Emergency,
}

/// How a part is meant to be used (RFC 2183).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(u8)]
pub enum ContentDisposition {
    #[default]
    Unmarked,
    Render,
    Attachment,
}

/// What a sender may say of a message, and every function that forwards it preserves (SD23-5.2.2.1.7-01, -02, -04).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Indications {
    /// Characters of the subject; 0: none.
    pub subject: u8,
    pub sensitivity: Sensitivity,
    pub priority: Priority,
    pub disposition: ContentDisposition,
    /// Date and time of sending.
    pub sent: SimTime,
    /// Number of the conversation (Conversation-ID).
    pub conversation: u32,
    /// Number of this contribution (Contribution-ID).
    pub contribution: u32,
    /// The contribution that this one replies to (InReplyTo-Contribution-ID); 0: none.
    pub in_reply_to: u32,
}

/// A CPM Standalone Message in Pager Mode: a MESSAGE with a CPIM body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pager {
    /// The delivery duty: content and recipient. A forwarded message is a new duty.
    pub message: MessageId,
    /// imdn.Message-ID, which a retargeted message keeps: the duty it was submitted as.
    pub original: MessageId,
    pub copy: CopyId,
    pub from: UserId,
    pub to: UserId,
    /// Bytes of the content.
    pub bytes: u32,
    /// Characters of the content, where it is text.
    pub chars: u32,
    pub content: Content,
    pub dispositions: Dispositions,
    /// The sender hides its identity from the recipient (Privacy: id). The network still knows it.
    pub anonymous: bool,
    /// Of the sender's User-Agent header.
    pub agent: Version,
    /// Where replies go in place of the sender (Reply-to Indication, SD23-5.2.2.1.1-02).
    pub reply_to: Option<UserId>,
    /// The instant that Expires gives, or [`SimTime::NEVER`] where the header is absent.
    pub expires: SimTime,
    pub indications: Indications,
    /// Retargetings so far (History-Info), against forwarding loops (H-42).
    pub retargets: u8,
    /// Which hand-over of the PF this is, from 1; 0 on every other way. The IWF's events give it back.
    pub attempt: u32,
}

#[cfg(test)]
impl Pager {
    /// 20 bytes of text as submitted, without a report asked for and without any indication: what tests begin with.
    pub(crate) fn plain(message: MessageId, from: UserId, to: UserId) -> Pager {
        Pager {
            message,
            original: message,
            copy: CopyId(0),
            from,
            to,
            bytes: 20,
            chars: 20,
            content: Content::Text,
            dispositions: Dispositions::default(),
            anonymous: false,
            agent: Version::default(),
            reply_to: None,
            expires: SimTime::NEVER,
            indications: Indications::default(),
            retargets: 0,
            attempt: 0,
        }
    }
}

/// What a disposition notification says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Disposition {
    Delivered,
    Failed,
    Displayed,
    /// Delivered by a legacy service (`legacy-indication=on`).
    Interworked,
}

/// An Instant Message Disposition Notification (RFC 5438), itself a MESSAGE.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Imdn {
    pub about: MessageId,
    /// imdn.Message-ID of the message it is about.
    pub original: MessageId,
    /// Who reports: the recipient of the message.
    pub from: UserId,
    /// The sender of the message.
    pub to: UserId,
    pub disposition: Disposition,
    /// Who made it: its own Message-ID bears this name.
    pub reporter: FunctionId,
    /// User-Agent of its maker, for the screening that the texts apply to every MESSAGE (H-38).
    pub agent: Version,
    /// Of the message it is about: its date, conversation and contribution come back in the notification.
    pub indications: Indications,
}
