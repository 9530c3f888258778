//! Recordings of access: rows of device, time and state become what each device did, or every faulty row with its reason.
//!
//! Each row says what a device was from that time on; with a fourth column, until when that is known. Rows of one device rise in
//! time; those of several devices may stand in any order. Left out: which devices the model has, which is
//! [`check_access`](super::check_access)'s.

use std::collections::BTreeMap;

use super::access::Replay;
use super::leaf::shorten;
use super::shape::LONGEST_DAYS;
use crate::units::{SimTime, Span, format_span, parse_span};

/// Rows of a recording at most.
pub const MOST_ROWS: u32 = 10_000_000;
/// Faulty rows of one recording that are told one by one.
pub const MOST_TOLD: usize = 20;

/// What a device was while nothing is known of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gaps {
    /// A row that leaves a gap is faulty.
    Refuse,
    /// As it was before; before its first row, as that says.
    Hold,
    /// Off.
    Off,
}

/// How a recording is laid over a run.
#[derive(Clone, Copy, Debug)]
pub struct Frame {
    /// Instant of the recording at which the run begins.
    pub origin: Span,
    pub gaps: Gaps,
    /// Time of the run up to which something must be known.
    pub needed: Span,
}

/// What was recorded, by device in the order of their first rows.
#[derive(Clone, Debug, Default)]
pub struct Recording {
    pub devices: Vec<Recorded>,
    by_name: BTreeMap<String, usize>,
}

#[derive(Clone, Debug)]
pub struct Recorded {
    pub name: String,
    /// Its first row, and where that stands.
    pub row: u32,
    pub place: usize,
    pub replay: Replay,
}

/// What is wrong with a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowFault {
    pub code: &'static str,
    /// From 1; lines that do not count are counted.
    pub row: u32,
    /// Where the row stands, as it was given.
    pub place: usize,
    pub problem: String,
    pub remedy: &'static str,
}

/// Faulty rows: the first ones, and how many there are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RowFaults {
    pub told: Vec<RowFault>,
    pub count: u64,
}

impl Recording {
    pub fn device(&self, name: &str) -> Option<usize> {
        self.by_name.get(name).copied()
    }
}

/// Reads rows, each with its place.
pub fn read<'a>(rows: impl Iterator<Item = (usize, &'a str)>, frame: Frame) -> Result<Recording, RowFaults> {
    let mut reader = Reader::new(frame);
    for (at, (place, line)) in rows.enumerate() {
        let line = if at == 0 { line.strip_prefix('\u{feff}').unwrap_or(line) } else { line };
        reader.here = (at as u32 + 1, place);
        if at as u32 >= MOST_ROWS {
            reader.fault("too-large", format!("there are more than {MOST_ROWS} rows"), "split it, or thin it out");
            break;
        }
        reader.line(line.trim());
    }
    reader.finish()
}

/// A row that was read.
#[derive(Clone, Copy)]
struct Row<'a> {
    device: &'a str,
    at: u64,
    until: Option<u64>,
    on: bool,
}

/// A device of which rows have come.
struct Open {
    first: (u32, usize),
    on_at_start: bool,
    on: bool,
    changes: Vec<SimTime>,
    /// Time, end and number of its latest row.
    at: u64,
    until: Option<u64>,
    row: u32,
    place: usize,
}

struct Reader {
    frame: Frame,
    /// Places of device, time, state and end in a row; the last may lack.
    columns: [Option<usize>; 4],
    begun: bool,
    names: BTreeMap<String, usize>,
    open: Vec<Open>,
    here: (u32, usize),
    faults: RowFaults,
}

const COLUMNS: [&str; 4] = ["device", "time", "state", "until"];
const ROW: &str = "write device, time, state: bob-1.phone,12.5,on";
const ORDER: &str = "sort the rows of each device by time";

impl Reader {
    fn new(frame: Frame) -> Reader {
        Reader {
            frame,
            columns: [Some(0), Some(1), Some(2), Some(3)],
            begun: false,
            names: BTreeMap::new(),
            open: Vec::new(),
            here: (0, 0),
            faults: RowFaults::default(),
        }
    }

    fn fault(&mut self, code: &'static str, problem: String, remedy: &'static str) {
        self.faults.count += 1;
        if self.faults.told.len() < MOST_TOLD {
            let (row, place) = self.here;
            self.faults.told.push(RowFault { code, row, place, problem, remedy });
        }
    }

    fn line(&mut self, line: &str) {
        if line.is_empty() || line.starts_with('#') {
            return;
        }
        let fields: Vec<&str> = line.split(',').map(unquoted).collect();
        if !std::mem::replace(&mut self.begun, true) && fields.contains(&"device") {
            return self.header(&fields);
        }
        if let Some(row) = self.row(&fields) {
            self.take(row);
        }
    }

    fn header(&mut self, fields: &[&str]) {
        self.columns = COLUMNS.map(|column| fields.iter().position(|f| *f == column));
        for column in &COLUMNS[..3] {
            if !fields.contains(column) {
                self.fault("missing-column", format!("there is no column \"{column}\""), "name device, time and state");
            }
        }
        for (at, field) in fields.iter().enumerate() {
            if !COLUMNS.contains(field) {
                let problem = format!("\"{}\" is no column of a recording", shorten(field));
                self.fault("unknown-column", problem, "name device, time, state and, if known, until; leave others out");
            } else if fields[..at].contains(field) {
                self.fault("unknown-column", format!("the column \"{field}\" stands twice"), "leave one out");
            }
        }
    }

    fn row<'a>(&mut self, fields: &[&'a str]) -> Option<Row<'a>> {
        let columns = self.columns.iter().flatten().max().map_or(0, |last| last + 1);
        let field = |column: usize| self.columns[column].and_then(|at| fields.get(at)).copied();
        let (Some(device), Some(time), Some(state)) = (field(0), field(1), field(2)) else {
            // A header that lacks a column has been reported.
            if self.columns[..3].iter().all(Option::is_some) {
                self.fault("bad-row", format!("the number of its fields is {}", fields.len()), ROW);
            }
            return None;
        };
        let until = field(3).filter(|text| !text.is_empty());
        if fields.len() > columns {
            self.fault("bad-row", format!("the number of its fields is {}", fields.len()), ROW);
            return None;
        }
        if device.is_empty() {
            self.fault("bad-row", "it names no device".to_owned(), ROW);
            return None;
        }
        let at = self.instant(time);
        let until = match until {
            Some(text) => self.instant(text).map(Some),
            None => Some(None),
        };
        let on = match state {
            "on" | "1" => Some(true),
            "off" | "0" => Some(false),
            other => {
                self.fault("unknown-word", format!("\"{}\" is no state", shorten(other)), "write on or off, or 1 or 0");
                None
            }
        };
        let (at, until, on) = (at?, until?, on?);
        if until.is_some_and(|until| until <= at) {
            let problem = format!("it ends at {}, and begins at {}", told(until.unwrap_or(at)), told(at));
            self.fault("runs-backwards", problem, "let it end after it begins");
            return None;
        }
        Some(Row { device, at, until, on })
    }

    fn instant(&mut self, text: &str) -> Option<u64> {
        let is_bare = text.bytes().all(|b| b.is_ascii_digit() || b"+-.eE".contains(&b));
        let read = if is_bare { parse_span(&format!("{text} s")) } else { parse_span(text) };
        match read {
            Ok(time) if time.ns() <= LONGEST_DAYS * 86_400_000_000_000 => return Some(time.ns()),
            Ok(_) => {
                let problem = format!("its time {} is more than {LONGEST_DAYS} d", shorten(text));
                self.fault("too-large", problem, "count from a later beginning, or leave such rows out");
            }
            Err(e) => {
                let problem = format!("\"{}\" is not a time: {}", shorten(text), e.problem);
                self.fault("not-a-quantity", problem, "write a number of seconds, or a time with its unit");
            }
        }
        None
    }

    /// A row of a device that is known, or of a new one.
    fn take(&mut self, row: Row<'_>) {
        let Some(&known) = self.names.get(row.device) else { return self.first(row) };
        let Open { at, until, row: before, on, .. } = self.open[known];
        if row.at < at {
            let problem = format!("its time {} is before {}, that of row {before} for the same device", told(row.at), told(at));
            return self.fault("runs-backwards", problem, ORDER);
        }
        if row.at == at {
            let problem = format!("row {before} says what the device is at {} already", told(at));
            return self.fault("overlap", problem, "leave one of them out");
        }
        match until {
            Some(until) if row.at < until => {
                let state = if on { "on" } else { "off" };
                let problem = format!(
                    "it begins at {}, and row {before} says that the device is {state} until {}",
                    told(row.at),
                    told(until)
                );
                self.fault("overlap", problem, "let the earlier row end before, or leave one out");
            }
            Some(until) if row.at > until => match self.frame.gaps {
                Gaps::Refuse => self.gap(format!("nothing is known of the device from {} to {}", told(until), told(row.at))),
                Gaps::Hold => {}
                Gaps::Off => self.change(known, until, false),
            },
            _ => {}
        }
        self.change(known, row.at, row.on);
        let (number, place) = self.here;
        let open = &mut self.open[known];
        (open.at, open.until, open.row, open.place) = (row.at, row.until, number, place);
    }

    fn first(&mut self, row: Row<'_>) {
        let origin = self.frame.origin.ns();
        let late = row.at > origin;
        if late && self.frame.gaps == Gaps::Refuse {
            let problem = format!("nothing is known of the device before {}, and the run begins at {}", told(row.at), told(origin));
            self.gap(problem);
        }
        let (number, place) = self.here;
        let on = if late && self.frame.gaps == Gaps::Off { false } else { row.on };
        self.names.insert(row.device.to_owned(), self.open.len());
        self.open.push(Open {
            first: self.here,
            on_at_start: on,
            on,
            changes: Vec::new(),
            at: row.at,
            until: row.until,
            row: number,
            place,
        });
        self.change(self.open.len() - 1, row.at, row.on);
    }

    fn gap(&mut self, problem: String) {
        self.fault("gap", problem, "add the missing row, or say what the device was meanwhile: \"gaps\": \"hold\" or \"off\"");
    }

    fn change(&mut self, device: usize, at: u64, on: bool) {
        let open = &mut self.open[device];
        if std::mem::replace(&mut open.on, on) == on {
            return;
        }
        match at.checked_sub(self.frame.origin.ns()) {
            None | Some(0) => open.on_at_start = on,
            Some(after) => open.changes.push(SimTime::ZERO + Span::from_ns(after)),
        }
    }

    fn finish(mut self) -> Result<Recording, RowFaults> {
        let needed = self.frame.origin.ns().saturating_add(self.frame.needed.ns());
        for device in 0..self.open.len() {
            let Open { until, row, place, .. } = self.open[device];
            let Some(until) = until else { continue };
            match self.frame.gaps {
                Gaps::Refuse if until < needed => {
                    self.here = (row, place);
                    self.gap(format!(
                        "nothing is known of the device after {}, and messages are sent up to {}",
                        told(until),
                        told(needed)
                    ));
                }
                Gaps::Off => self.change(device, until, false),
                _ => {}
            }
        }
        if self.open.is_empty() && self.faults.count == 0 {
            self.fault("empty", "there is no row".to_owned(), ROW);
        }
        if self.faults.count > 0 {
            return Err(self.faults);
        }
        let mut names: Vec<String> = vec![String::new(); self.open.len()];
        self.names.iter().for_each(|(name, at)| names[*at] = name.clone());
        let recorded = |(name, open): (String, Open)| Recorded {
            name,
            row: open.first.0,
            place: open.first.1,
            replay: Replay { on_at_start: open.on_at_start, changes: open.changes.into() },
        };
        Ok(Recording { devices: names.into_iter().zip(self.open).map(recorded).collect(), by_name: self.names })
    }
}

fn unquoted(field: &str) -> &str {
    let field = field.trim();
    field.strip_prefix('"').and_then(|f| f.strip_suffix('"')).unwrap_or(field)
}

fn told(ns: u64) -> String {
    format_span(Span::from_ns(ns))
}

#[cfg(test)]
#[path = "recording_tests.rs"]
mod tests;
