//! A run's record as bytes, for the journal: equal records have equal bytes, and reading never panics, whatever the bytes.
//!
//! Numbers are LEB128 (signed ones folded first), texts and lists carry their length. There are no field names: the form belongs to the
//! journal's version of it, and a change of the form raises [`FORM`].

use std::collections::BTreeMap;

use super::run_record::{FirstBreak, Key, MessageRow, OracleCount, RunRecord, Status, each_message_column};
use crate::stats::{Histogram, Level, Levels, Packed, Sum};

/// Version of this form. Written into every chunk.
pub(super) const FORM: u32 = 2;

/// Bytes that are no record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Bad;

/// What a value looks like as bytes.
trait Coded: Sized {
    fn put(&self, out: &mut Vec<u8>);
    fn get(from: &mut &[u8]) -> Result<Self, Bad>;
}

/// The record as bytes. `point` is left out: it belongs to the plan.
pub(super) fn encode(run: &RunRecord) -> Vec<u8> {
    let mut out = Vec::new();
    encode_facts(run, &mut out);
    run.messages.put(&mut out);
    out
}

/// The digest that two makings of the same run must share: everything but the message rows, which may have been asked for or not.
pub(super) fn digest(run: &RunRecord) -> [u8; 16] {
    let mut out = Vec::new();
    encode_facts(run, &mut out);
    let mut digest = [0; 16];
    digest.copy_from_slice(&blake3::hash(&out).as_bytes()[..16]);
    digest
}

fn encode_facts(run: &RunRecord, out: &mut Vec<u8>) {
    run.run_id.put(out);
    run.model_id.put(out);
    run.replicate.put(out);
    run.results_version.put(out);
    run.profile.put(out);
    run.seed.put(out);
    (run.status as u32).put(out);
    for value in numbers(run) {
        value.put(out);
    }
    run.trace_fingerprint.put(out);
    run.fate_fingerprint.put(out);
    run.sums.put(out);
    run.values.put(out);
    run.histograms.put(out);
    run.levels.put(out);
    run.breakdowns.put(out);
    run.tags.put(out);
    run.oracles.put(out);
    run.failure.put(out);
}

fn numbers(run: &RunRecord) -> [i64; 8] {
    [run.end_ns, run.window_start_ns, run.window_end_ns, run.submitted, run.accepted, run.deferred, run.delivered, run.pending]
}

/// The record that these bytes are, all of them; its `point` is 0.
pub(super) fn decode(bytes: &[u8]) -> Result<RunRecord, Bad> {
    let from = &mut &bytes[..];
    let (run_id, model_id) = (Coded::get(from)?, Coded::get(from)?);
    let replicate = Coded::get(from)?;
    let mut run = RunRecord::new(run_id, model_id, replicate, 0);
    run.results_version = Coded::get(from)?;
    run.profile = Coded::get(from)?;
    run.seed = Coded::get(from)?;
    run.status = match u32::get(from)? {
        0 => Status::Done,
        1 => Status::Stopped,
        2 => Status::Failed,
        _ => return Err(Bad),
    };
    let mut numbers = [0i64; 8];
    for value in &mut numbers {
        *value = Coded::get(from)?;
    }
    [run.end_ns, run.window_start_ns, run.window_end_ns, run.submitted, run.accepted, run.deferred, run.delivered, run.pending] =
        numbers;
    run.trace_fingerprint = Coded::get(from)?;
    run.fate_fingerprint = Coded::get(from)?;
    run.sums = Coded::get(from)?;
    run.values = Coded::get(from)?;
    run.histograms = Coded::get(from)?;
    run.levels = Coded::get(from)?;
    run.breakdowns = Coded::get(from)?;
    run.tags = Coded::get(from)?;
    run.oracles = Coded::get(from)?;
    run.failure = Coded::get(from)?;
    run.messages = Coded::get(from)?;
    if from.is_empty() { Ok(run) } else { Err(Bad) }
}

fn take<'a>(from: &mut &'a [u8], n: usize) -> Result<&'a [u8], Bad> {
    let (head, tail) = from.split_at_checked(n).ok_or(Bad)?;
    *from = tail;
    Ok(head)
}

impl Coded for u128 {
    fn put(&self, out: &mut Vec<u8>) {
        let mut value = *self;
        while value >= 0x80 {
            out.push(value as u8 | 0x80);
            value >>= 7;
        }
        out.push(value as u8);
    }
    fn get(from: &mut &[u8]) -> Result<u128, Bad> {
        let mut value = 0u128;
        for shift in (0..128).step_by(7) {
            let byte = take(from, 1)?[0];
            let part = u128::from(byte & 0x7f);
            if part << shift >> shift != part {
                return Err(Bad);
            }
            value |= part << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(Bad)
    }
}

macro_rules! as_u128 {
    ($($kind:ty)*) => { $(impl Coded for $kind {
        fn put(&self, out: &mut Vec<u8>) {
            u128::from(*self).put(out);
        }
        fn get(from: &mut &[u8]) -> Result<$kind, Bad> {
            <$kind>::try_from(u128::get(from)?).map_err(|_| Bad)
        }
    })* };
}
as_u128!(u32 u64);

impl Coded for i128 {
    fn put(&self, out: &mut Vec<u8>) {
        ((*self << 1) ^ (*self >> 127)).cast_unsigned().put(out);
    }
    fn get(from: &mut &[u8]) -> Result<i128, Bad> {
        let folded = u128::get(from)?;
        Ok((folded >> 1).cast_signed() ^ -((folded & 1).cast_signed()))
    }
}

macro_rules! as_i128 {
    ($($kind:ty)*) => { $(impl Coded for $kind {
        fn put(&self, out: &mut Vec<u8>) {
            i128::from(*self).put(out);
        }
        fn get(from: &mut &[u8]) -> Result<$kind, Bad> {
            <$kind>::try_from(i128::get(from)?).map_err(|_| Bad)
        }
    })* };
}
as_i128!(i32 i64);

impl Coded for bool {
    fn put(&self, out: &mut Vec<u8>) {
        out.push(u8::from(*self));
    }
    fn get(from: &mut &[u8]) -> Result<bool, Bad> {
        match take(from, 1)?[0] {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(Bad),
        }
    }
}

impl Coded for f64 {
    fn put(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.to_bits().to_le_bytes());
    }
    fn get(from: &mut &[u8]) -> Result<f64, Bad> {
        Ok(f64::from_bits(u64::from_le_bytes(take(from, 8)?.try_into().map_err(|_| Bad)?)))
    }
}

impl Coded for [u8; 16] {
    fn put(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self);
    }
    fn get(from: &mut &[u8]) -> Result<[u8; 16], Bad> {
        take(from, 16)?.try_into().map_err(|_| Bad)
    }
}

impl Coded for String {
    fn put(&self, out: &mut Vec<u8>) {
        put_bytes(self.as_bytes(), out);
    }
    fn get(from: &mut &[u8]) -> Result<String, Bad> {
        String::from_utf8(get_bytes(from)?.to_vec()).map_err(|_| Bad)
    }
}

fn put_bytes(bytes: &[u8], out: &mut Vec<u8>) {
    (bytes.len() as u64).put(out);
    out.extend_from_slice(bytes);
}

fn get_bytes<'a>(from: &mut &'a [u8]) -> Result<&'a [u8], Bad> {
    let n = usize::try_from(u64::get(from)?).map_err(|_| Bad)?;
    take(from, n)
}

impl Coded for Key {
    fn put(&self, out: &mut Vec<u8>) {
        put_bytes(self.as_bytes(), out);
    }
    fn get(from: &mut &[u8]) -> Result<Key, Bad> {
        String::get(from).map(Key::Owned)
    }
}

impl<T: Coded> Coded for Option<T> {
    fn put(&self, out: &mut Vec<u8>) {
        self.is_some().put(out);
        if let Some(value) = self {
            value.put(out);
        }
    }
    fn get(from: &mut &[u8]) -> Result<Option<T>, Bad> {
        Ok(if bool::get(from)? { Some(T::get(from)?) } else { None })
    }
}

impl<T: Coded> Coded for Vec<T> {
    fn put(&self, out: &mut Vec<u8>) {
        (self.len() as u64).put(out);
        self.iter().for_each(|item| item.put(out));
    }
    fn get(from: &mut &[u8]) -> Result<Vec<T>, Bad> {
        // The length is not trusted with memory: a damaged one runs out of bytes first.
        let n = u64::get(from)?;
        let mut items = Vec::new();
        for _ in 0..n {
            items.push(T::get(from)?);
        }
        Ok(items)
    }
}

impl<T: Coded> Coded for BTreeMap<Key, T> {
    fn put(&self, out: &mut Vec<u8>) {
        (self.len() as u64).put(out);
        for (key, value) in self {
            key.put(out);
            value.put(out);
        }
    }
    fn get(from: &mut &[u8]) -> Result<BTreeMap<Key, T>, Bad> {
        let n = u64::get(from)?;
        let mut map = BTreeMap::new();
        for _ in 0..n {
            let (key, value) = (Key::get(from)?, T::get(from)?);
            if map.insert(key, value).is_some() {
                return Err(Bad);
            }
        }
        Ok(map)
    }
}

impl Coded for OracleCount {
    fn put(&self, out: &mut Vec<u8>) {
        self.reached.put(out);
        self.findings.put(out);
        self.expected.put(out);
        self.first.put(out);
    }
    fn get(from: &mut &[u8]) -> Result<OracleCount, Bad> {
        let (reached, findings, expected) = (Coded::get(from)?, Coded::get(from)?, Coded::get(from)?);
        Ok(OracleCount { reached, findings, expected, first: Coded::get(from)? })
    }
}

impl Coded for FirstBreak {
    fn put(&self, out: &mut Vec<u8>) {
        self.at_ns.put(out);
        self.message.put(out);
        self.function.put(out);
        self.what.put(out);
    }
    fn get(from: &mut &[u8]) -> Result<FirstBreak, Bad> {
        let (at_ns, message) = (Coded::get(from)?, Coded::get(from)?);
        Ok(FirstBreak { at_ns, message, function: Coded::get(from)?, what: Coded::get(from)? })
    }
}

impl Coded for Sum {
    fn put(&self, out: &mut Vec<u8>) {
        self.num.put(out);
        self.den.put(out);
    }
    fn get(from: &mut &[u8]) -> Result<Sum, Bad> {
        Ok(Sum { num: Coded::get(from)?, den: Coded::get(from)? })
    }
}

impl Coded for Histogram {
    fn put(&self, out: &mut Vec<u8>) {
        put_bytes(Packed::of(self).bytes(), out);
    }
    fn get(from: &mut &[u8]) -> Result<Histogram, Bad> {
        Packed::from_bytes(get_bytes(from)?).map(|packed| packed.unpack()).map_err(|_| Bad)
    }
}

impl Coded for Levels {
    fn put(&self, out: &mut Vec<u8>) {
        (self.iter().count() as u64).put(out);
        for (level, what) in self.iter() {
            level.put(out);
            what.weight_ns.put(out);
            what.items.put(out);
            what.censored.put(out);
        }
    }
    fn get(from: &mut &[u8]) -> Result<Levels, Bad> {
        let n = u64::get(from)?;
        let mut levels = Levels::new();
        let mut last = None;
        for _ in 0..n {
            let level = i64::get(from)?;
            if last.is_some_and(|last| level <= last) {
                return Err(Bad);
            }
            last = Some(level);
            let what = Level { weight_ns: Coded::get(from)?, items: Coded::get(from)?, censored: Coded::get(from)? };
            levels.add(level, what);
        }
        Ok(levels)
    }
}

impl Coded for MessageRow {
    fn put(&self, out: &mut Vec<u8>) {
        macro_rules! put {
            ($name:ident) => {
                self.$name.put(out)
            };
        }
        each_message_column!(put);
    }
    fn get(from: &mut &[u8]) -> Result<MessageRow, Bad> {
        let mut row = MessageRow::default();
        macro_rules! get {
            ($name:ident) => {
                row.$name = Coded::get(from)?
            };
        }
        each_message_column!(get);
        Ok(row)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::sample::sample_run;
    use proptest::prelude::*;

    #[test]
    fn a_record_reads_back_equal_and_writes_equal_bytes() {
        let mut run = sample_run(3, 5);
        run.point = 0;
        let bytes = encode(&run);
        let read = decode(&bytes).unwrap();
        assert_eq!(read, run);
        assert_eq!(encode(&read), bytes);
    }

    #[test]
    fn the_digest_passes_over_messages_and_point_only() {
        let run = sample_run(3, 5);
        let mut other = run.clone();
        other.point = 77;
        other.messages.clear();
        assert_eq!(digest(&run), digest(&other));
        other.pending += 1;
        assert_ne!(digest(&run), digest(&other));
    }

    #[test]
    fn every_truncation_is_refused() {
        let bytes = encode(&sample_run(0, 1));
        for n in 0..bytes.len() {
            assert_eq!(decode(&bytes[..n]), Err(Bad), "{n} of {}", bytes.len());
        }
        let mut longer = bytes.clone();
        longer.push(0);
        assert_eq!(decode(&longer), Err(Bad));
    }

    #[test]
    fn extreme_numbers_read_back() {
        for value in [0, 1, -1, 63, 64, -64, -65, i128::MAX, i128::MIN] {
            let mut bytes = Vec::new();
            value.put(&mut bytes);
            assert_eq!(i128::get(&mut &bytes[..]), Ok(value));
        }
    }

    proptest! {
        #[test]
        fn flipped_bytes_never_panic(at in any::<prop::sample::Index>(), with in 1u8..) {
            let mut bytes = encode(&sample_run(1, 2));
            let at = at.index(bytes.len());
            bytes[at] ^= with;
            let _ = decode(&bytes);
        }
    }
}
