//! How a text becomes short messages: the alphabet it needs, and the parts it takes (3GPP TS 23.040 9.2.3.24, TS 23.038).
//!
//! Text of one byte a character goes in the default alphabet of 7 bits, any other in UCS-2, a character of it in one unit; what is no text
//! goes as data of 8 bits. Left out: the extension table of the default alphabet, national shift tables, compression.

use crate::delivery::{Content, Pager, Part};

/// Parts of one short message that is not concatenated: characters or bytes that fit, and those of each part where it takes several.
const fn room(content: Content, chars: u32, bytes: u32) -> (u32, u32, u32) {
    match content {
        Content::Text if bytes <= chars => (chars, 160, 153),
        Content::Text => (chars, 70, 67),
        _ => (bytes, 140, 134),
    }
}

/// The parts that a message goes in; none: more than the 255 that a concatenation can have.
pub fn parts(pager: &Pager) -> Option<u8> {
    let (units, alone, each) = room(pager.content, pager.chars, pager.bytes);
    if units <= alone { Some(1) } else { u8::try_from(units.div_ceil(each)).ok() }
}

/// Bytes of the text in one of its parts: all parts are full but the last.
pub fn bytes_of(part: Part, bytes: u32) -> u32 {
    let full = bytes.div_ceil(u32::from(part.of));
    full.min(bytes.saturating_sub(full.saturating_mul(u32::from(part.number) - 1)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::delivery::{MessageId, UserId};

    fn text(chars: u32, each: u32) -> Pager {
        Pager { chars, bytes: chars * each, ..Pager::plain(MessageId(0), UserId(0), UserId(1)) }
    }

    /// Domain facts 2.8: 1 if up to 160 in the default alphabet or 70 in UCS-2, else n/153 or n/67, rounded up.
    #[test]
    fn ts23_040_9_2_3_24_a_long_text_takes_several_parts() {
        for (chars, each, expected) in
            [(1, 1, 1), (160, 1, 1), (161, 1, 2), (306, 1, 2), (307, 1, 3), (70, 2, 1), (71, 2, 2), (134, 3, 2), (135, 3, 3)]
        {
            assert_eq!(parts(&text(chars, each)), Some(expected), "{chars} characters of {each} bytes");
        }
        assert_eq!((parts(&text(255 * 153, 1)), parts(&text(255 * 153 + 1, 1))), (Some(255), None));
        let data = Pager { content: Content::Image, bytes: 141, chars: 0, ..text(1, 1) };
        assert_eq!(parts(&data), Some(2));
    }

    #[test]
    fn the_bytes_of_the_parts_add_up() {
        for (bytes, of) in [(20, 1), (161, 2), (400, 3), (7, 5), (2, 5)] {
            let sum: u32 = (1..=of).map(|number| bytes_of(Part { number, of }, bytes)).sum();
            assert_eq!(sum, bytes, "{bytes} in {of}");
        }
    }
}
