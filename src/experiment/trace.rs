//! A run as JSON lines: `run --trace FILE`.
//!
//! One object for each thing seen, in order. `type` is `event` (about to be executed: `id` from 1, `cause`: the id of the event
//! that caused it or 0, `at`: the function, `what`: received, lost, expired, access or compose, with `from`, `pdu`, `timer`,
//! `access` or `message` as they apply), `sent` (a PDU left for `to`; `arrival_ns` is null where it is lost on the way),
//! `milestone` (what a function reports: `milestone`, `says`, and the `tag` of the statement that demands it) or `truth` (ground
//! truth of access, for reading only). `t_ns` is the instant in whole nanoseconds, `message` the number that `explain` takes.

use std::io::{self, Write};

use serde_json::{Map, Value, json};

use super::names::Names;
use super::words;
use crate::sim::seen::{FunctionId, Milestone, Pdu, Tag};
use crate::sim::{EventView, Observer, Truth, What};
use crate::units::SimTime;

/// Writes what it sees. The first failure to write ends the writing and is kept.
pub struct Trace<W: Write> {
    out: W,
    names: Names,
    lines: u64,
    failed: Option<io::Error>,
}

impl<W: Write> Trace<W> {
    pub fn new(out: W, names: Names) -> Trace<W> {
        Trace { out, names, lines: 0, failed: None }
    }

    /// Ends the writing: the number of lines and the writer.
    pub fn finish(mut self) -> io::Result<(u64, W)> {
        if let Some(failed) = self.failed.take() {
            return Err(failed);
        }
        self.out.flush()?;
        Ok((self.lines, self.out))
    }

    fn line(&mut self, kind: &str, now: SimTime, mut fields: Value) {
        if self.failed.is_some() {
            return;
        }
        let map: &mut Map<String, Value> = fields.as_object_mut().expect("fields are an object");
        map.insert("type".into(), kind.into());
        map.insert("t_ns".into(), now.ns().into());
        self.lines += 1;
        self.failed = writeln!(self.out, "{fields}").err();
    }
}

impl<W: Write> Observer for Trace<W> {
    const TRACE: bool = true;

    fn milestone(&mut self, now: SimTime, by: FunctionId, tag: Tag, milestone: &Milestone, measured: bool) {
        let fields = json!({
            "at": self.names.function(by),
            "milestone": words::milestone_word(milestone),
            "says": words::milestone_line(milestone, &self.names),
            "message": words::milestone_about(milestone),
            "tag": tag.id(),
            "measured": measured,
        });
        self.line("milestone", now, fields);
    }

    fn truth(&mut self, now: SimTime, truth: Truth) {
        // One line for each traversal would double the trace without saying more than `sent` does.
        if !matches!(truth, Truth::Hop { .. } | Truth::Seen { .. }) {
            self.line("truth", now, json!({ "says": words::truth_line(&truth, &self.names) }));
        }
    }

    fn event(&mut self, event: EventView<'_>) {
        let mut fields = json!({
            "id": event.id,
            "cause": event.cause,
            "at": self.names.function(event.target),
            "what": words::event_word(&event.what),
            "message": words::about(&event),
        });
        match &event.what {
            What::Received { from, pdu } | What::Lost { from, pdu } | What::Absorbed { from, pdu } | What::Queued { from, pdu } => {
                fields["from"] = self.names.function(*from).into();
                fields["pdu"] = pdu.name().into();
                fields["bytes"] = pdu.wire_bytes().into();
            }
            What::Expired(timer) => fields["timer"] = words::timer_word(timer).into(),
            What::Access(what) => fields["access"] = (*what).into(),
            What::Compose(_) | What::WatchEnds => {}
        }
        self.line("event", event.now, fields);
    }

    fn sent(&mut self, now: SimTime, from: FunctionId, to: FunctionId, pdu: &Pdu, arrival: Option<SimTime>) {
        let fields = json!({
            "from": self.names.function(from),
            "to": self.names.function(to),
            "pdu": pdu.name(),
            "message": pdu.about().map(|m| m.0),
            "bytes": pdu.wire_bytes(),
            "arrival_ns": arrival.map(SimTime::ns),
        });
        self.line("sent", now, fields);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::seen::MessageId;

    /// Fails after some bytes, as a full disk does.
    struct Full(usize);

    impl Write for Full {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0 = self.0.checked_sub(bytes.len()).ok_or_else(|| io::Error::other("full"))?;
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn compose(n: u32) -> EventView<'static> {
        EventView { id: u64::from(n), cause: 0, now: SimTime::from_ns(7), target: FunctionId(2), what: What::Compose(MessageId(n)) }
    }

    #[test]
    fn every_line_is_an_object_with_type_and_instant() {
        let mut trace = Trace::new(Vec::new(), Names::default());
        trace.event(compose(1));
        trace.milestone(SimTime::from_ns(9), FunctionId(0), Tag::OwnSubmit, &Milestone::Submit { message: MessageId(1) }, true);
        let (lines, out) = trace.finish().expect("memory never fills");
        assert_eq!(lines, 2);
        let read: Vec<Value> =
            String::from_utf8(out).expect("text").lines().map(|l| serde_json::from_str(l).expect("JSON")).collect();
        assert_eq!((&read[0]["type"], &read[0]["t_ns"], &read[0]["message"]), (&json!("event"), &json!(7), &json!(1)));
        assert_eq!((&read[1]["tag"], &read[1]["milestone"]), (&json!("own.submit"), &json!("submit")));
    }

    #[test]
    fn a_full_disk_is_told_at_the_end() {
        let mut trace = Trace::new(Full(150), Names::default());
        (1..50).for_each(|n| trace.event(compose(n)));
        assert!(trace.finish().is_err());
    }
}
