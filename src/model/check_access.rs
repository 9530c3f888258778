//! Patterns of access: what devices replay of recordings, and whether the recordings and the model are of the same devices.

use std::path::Path;
use std::sync::Arc;

use super::access::{Common, Daily, Layers, Pattern, PatternKind, Portion, Replay, Trace};
use super::check::Check;
use super::fault::Fault;
use super::leaf;
use super::names::remedy;
use super::recording::{self, Frame, Gaps, MOST_TOLD, Recording, RowFaults};
use super::report::At;
use super::resolved::{Population, Radio};
use super::source::{Origin, Source, read_text};
use crate::units::Span;

/// Patterns while populations are read that use them.
pub struct Patterns<'t> {
    /// Sorted by name, whether or not they are written rightly.
    pub all: Vec<Read<'t>>,
}

/// One pattern as far as it is read.
pub struct Read<'t> {
    pub name: &'t str,
    pub at: At<'t>,
    used: bool,
    kind: Option<Kind>,
    silent_loss: Option<f64>,
}

enum Kind {
    Trace(Open),
    /// Parts are places among all patterns.
    Other(PatternKind),
}

/// A recording of which devices take their parts.
struct Open {
    recording: Recording,
    /// The file it stands in; none for rows of the model.
    file: Option<Source>,
    in_order: bool,
    /// Which of its devices are replayed.
    taken: Vec<bool>,
    portions: Vec<Portion>,
    /// The names that its devices may have, as far as they are not many.
    names: Vec<String>,
    /// Something that uses it could not be read, so that nobody knows what is missing.
    uncertain: bool,
}

/// Reads the patterns, and the recordings among them.
pub fn patterns<'t>(check: &mut Check<'t, '_, '_>) -> Patterns<'t> {
    let written = check.root.members_of("patterns");
    let names: Vec<&str> = written.iter().map(|(name, _)| *name).collect();
    let mut all = Vec::with_capacity(written.len());
    for (name, at) in written {
        let own = at.only().and_then(|(_, inner)| inner.get("silent_loss"));
        let silent_loss = own.and_then(|a| leaf::probability(a.node).ok());
        all.push(Read { name, kind: kind(check, &at, &names), at, used: false, silent_loss });
    }
    for place in 0..all.len() {
        if comes_back(&all, place) {
            let problem = "the pattern is a part of itself";
            check.fault("circular-patterns", &all[place].at, problem, "take one name out of an `all` or `any`");
            all[place].kind = None;
        }
    }
    processes_of_all(check, &mut all);
    Patterns { all }
}

fn kind<'t>(check: &mut Check<'t, '_, '_>, at: &At<'t>, names: &[&str]) -> Option<Kind> {
    let other = match at.only()? {
        ("trace", trace) => return open(check, &trace).map(Kind::Trace),
        ("dwell", dwell) => {
            let (on, off, start) = super::check_people::dwell(check, &dwell)?;
            PatternKind::Dwell { on, off, start }
        }
        ("schedule", schedule) => {
            let (on_at_start, changes) = super::check_people::schedule(check, &schedule)?;
            PatternKind::Schedule { on_at_start, changes }
        }
        ("daily", at) => PatternKind::Daily(daily(check, &at)?),
        ("common", at) => PatternKind::Common(common(check, &at, names)?),
        ("all", parts) => PatternKind::All(places(check, &parts, names)?),
        ("any", parts) => PatternKind::Any(places(check, &parts, names)?),
        _ => return None,
    };
    Some(Kind::Other(other))
}

fn daily<'t>(check: &mut Check<'t, '_, '_>, at: &At<'t>) -> Option<Daily> {
    const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    let from = at.get("from").and_then(|a| check.law(&a));
    let lasts = at.get("lasts").and_then(|a| check.law(&a));
    let bit = |day: At<'_>| DAYS.iter().position(|d| day.text() == Some(d)).map(|place| 1 << place);
    let days = match at.get("days") {
        Some(days) => days.elements().try_fold(0, |all, day| Some(all | bit(day)?))?,
        None => 0x7f,
    };
    let share = share(at)?;
    Some(Daily { from: from?, lasts: lasts?, on: at.get("state").and_then(|s| s.text()) == Some("on"), days, share })
}

fn share(at: &At<'_>) -> Option<f64> {
    at.get("share").map_or(Some(1.0), |share| leaf::probability(share.node).ok())
}

fn common<'t>(check: &mut Check<'t, '_, '_>, at: &At<'t>, names: &[&str]) -> Option<Common> {
    let weights = at.get("of")?;
    let mut of = Vec::new();
    let mut whole = true;
    for (name, weight) in weights.members() {
        match (place_of(check, &weight, name, names), leaf::number(weight.node, false)) {
            (Some(place), Ok(weight)) => of.push((weight, place)),
            _ => whole = false,
        }
    }
    let sum: f64 = of.iter().map(|(weight, _)| weight).sum();
    if whole && !(sum > 0.0 && sum.is_finite()) {
        let problem = if sum == 0.0 { "all weights are zero" } else { "the sum of the weights is not finite" };
        check.fault("bad-weights", &weights, problem, "give at least one pattern a weight above zero, and none a huge one");
        return None;
    }
    let share = share(at)?;
    whole.then_some(Common { of, share })
}

fn places<'t>(check: &mut Check<'t, '_, '_>, at: &At<'t>, names: &[&str]) -> Option<Vec<usize>> {
    let found: Vec<_> = at.elements().map(|part| place_of(check, &part, part.text()?, names)).collect();
    found.into_iter().collect()
}

fn place_of<'t>(check: &mut Check<'t, '_, '_>, at: &At<'t>, name: &str, names: &[&str]) -> Option<usize> {
    let found = names.binary_search(&name).ok();
    if found.is_none() {
        let help = remedy(name, "patterns", names.iter().copied());
        check.fault("dangling-name", at, format!("no pattern is named \"{}\"", leaf::shorten(name)), help);
    }
    found
}

/// The patterns that a pattern is made of.
fn parts(read: &Read<'_>) -> Vec<usize> {
    match &read.kind {
        Some(Kind::Other(PatternKind::All(parts) | PatternKind::Any(parts))) => parts.clone(),
        Some(Kind::Other(PatternKind::Common(common))) => common.of.iter().map(|(_, place)| *place).collect(),
        _ => Vec::new(),
    }
}

/// All patterns that a pattern is made of, itself only if it comes back to itself.
fn below(all: &[Read<'_>], place: usize) -> Vec<usize> {
    let mut seen = vec![false; all.len()];
    let mut open = parts(&all[place]);
    let mut found = Vec::new();
    while let Some(part) = open.pop() {
        if !std::mem::replace(&mut seen[part], true) {
            found.push(part);
            open.extend(parts(&all[part]));
        }
    }
    found
}

fn comes_back(all: &[Read<'_>], place: usize) -> bool {
    below(all, place).contains(&place)
}

/// What runs once for all is a process of its own: no recording, and made of nothing else.
fn processes_of_all(check: &mut Check<'_, '_, '_>, all: &mut [Read<'_>]) {
    for place in 0..all.len() {
        let Some(Kind::Other(PatternKind::Common(common))) = &all[place].kind else { continue };
        let is_process = |of: &usize| {
            let kind = &all[*of].kind;
            // What could not be read has been reported.
            matches!(
                kind,
                None | Some(Kind::Other(PatternKind::Dwell { .. } | PatternKind::Schedule { .. } | PatternKind::Daily(_)))
            )
        };
        let Some(wrong) = common.of.iter().map(|(_, of)| *of).find(|of| !is_process(of)) else { continue };
        let problem = format!("\"{}\" cannot run once for all", all[wrong].name);
        let help = "name patterns of the kinds dwell, schedule and daily; join several in an `all` or `any` over this";
        check.report.fault("not-a-process", all[place].at.place(), &all[place].at.path, problem, help);
        all[place].kind = None;
    }
}

fn open<'t>(check: &mut Check<'t, '_, '_>, at: &At<'t>) -> Option<Open> {
    let origin = match at.get("origin") {
        Some(origin) => leaf::span(origin.node, false).ok()?,
        None => Span::ZERO,
    };
    let gaps = match at.get("gaps").and_then(|g| g.text()) {
        None | Some("refuse") => Gaps::Refuse,
        Some("hold") => Gaps::Hold,
        Some("off") => Gaps::Off,
        Some(_) => return None,
    };
    let in_order = at.get("assign").and_then(|a| a.text()) == Some("in_order");
    let needed = check.root.find("run.arrivals_until").and_then(|a| leaf::span(a.node, false).ok()).unwrap_or(Span::ZERO);
    let frame = Frame { origin, gaps, needed };
    let (recording, file) = match at.get("of")?.only()? {
        ("csv", csv) => from_file(check, &csv, frame)?,
        ("rows", rows) => (from_rows(check, &rows, frame)?, None),
        _ => return None,
    };
    let taken = vec![false; recording.devices.len()];
    Some(Open { recording, file, in_order, taken, portions: Vec::new(), names: Vec::new(), uncertain: false })
}

fn from_file<'t>(check: &mut Check<'t, '_, '_>, at: &At<'t>, frame: Frame) -> Option<(Recording, Option<Source>)> {
    let dir = check.report.source(at.node.place).dir.clone().unwrap_or_default();
    let path = dir.join(Path::new(at.text()?));
    let text = match read_text(&path) {
        Ok(text) => text,
        Err(faults) => {
            for fault in faults.0 {
                let help = format!("{}; the path starts from the folder of the file that names it", fault.remedy);
                check.fault(fault.code, at, format!("{}: {}", fault.file, fault.problem), help);
            }
            return None;
        }
    };
    let source = Source::new(path.display().to_string(), text, Origin::File, None);
    let begin = source.text.as_ptr() as usize;
    // A line is a part of the text: how far it is from the beginning says where.
    let rows = source.text.lines().map(|line| (line.as_ptr() as usize - begin, line));
    match recording::read(rows, frame) {
        Ok(recording) => Some((recording, Some(source))),
        Err(faults) => {
            tell_rows(faults, |place, code, problem, help| in_file(check, &source, place, code, problem, help));
            None
        }
    }
}

fn from_rows<'t>(check: &mut Check<'t, '_, '_>, at: &At<'t>, frame: Frame) -> Option<Recording> {
    let rows: Vec<At<'t>> = at.elements().collect();
    let texts: Vec<&str> = rows.iter().map(|row| row.text()).collect::<Option<_>>()?;
    match recording::read(texts.into_iter().enumerate(), frame) {
        Ok(recording) => Some(recording),
        Err(faults) => {
            tell_rows(faults, |place, code, problem, help| check.fault(code, rows.get(place).unwrap_or(at), problem, help));
            None
        }
    }
}

/// Tells the first faulty rows, and with the last of them how many there are.
fn tell_rows(faults: RowFaults, mut tell: impl FnMut(usize, &'static str, String, String)) {
    let more = faults.count - faults.told.len() as u64;
    let last = faults.told.len().saturating_sub(1);
    for (at, fault) in faults.told.into_iter().enumerate() {
        let tail = if at == last && more > 0 { format!("; {more} more rows are faulty") } else { String::new() };
        tell(fault.place, fault.code, format!("row {}: {}{tail}", fault.row, fault.problem), fault.remedy.to_owned());
    }
}

/// A fault of a row of a file.
fn in_file(check: &mut Check<'_, '_, '_>, file: &Source, place: usize, code: &'static str, problem: String, help: String) {
    let row = file.text[place..].lines().next().unwrap_or_default();
    check.report.faults.push(Fault::at(code, file, place..place + row.trim_end().len(), "", problem, help));
}

/// A device of each user of a population follows the pattern that `written` names; its place.
pub fn follow<'t>(check: &mut Check<'t, '_, '_>, written: &At<'t>, who: &Who<'_>) -> Option<usize> {
    let name = written.text()?;
    let Some(place) = check.patterns.all.iter().position(|p| p.name == name) else {
        let help = remedy(name, "patterns", check.patterns.all.iter().map(|p| p.name));
        check.fault("dangling-name", written, format!("no pattern is named \"{}\"", leaf::shorten(name)), help);
        return None;
    };
    let mut reached = below(&check.patterns.all, place);
    reached.push(place);
    reached.sort_unstable();
    let leaves = reached.iter().filter(|p| !matches!(&check.patterns.all[**p].kind, Some(Kind::Other(k)) if is_joint(k))).count();
    if leaves > MOST_LEAVES {
        let problem = format!("the pattern is made of {leaves} others, more than {MOST_LEAVES}");
        check.fault("too-many", written, problem, "join fewer patterns");
    }
    let mut faults = Vec::new();
    let mut whole = true;
    for part in reached {
        let pattern = &mut check.patterns.all[part];
        pattern.used = true;
        match (&mut pattern.kind, who.count) {
            (Some(Kind::Trace(open)), Some(count)) => {
                faults.extend(take(open, who, count));
                if !who.owned {
                    let problem = "a recording says what the device of every user did, and not every user has this one";
                    let help = "leave `owned_by` out, or let a population of its own have it";
                    faults.push(("not-everybody", problem.to_owned(), help.to_owned()));
                }
            }
            (Some(Kind::Trace(open)), None) => (open.uncertain, whole) = (true, false),
            (Some(Kind::Other(_)), _) => {}
            (None, _) => whole = false,
        }
    }
    whole &= faults.is_empty();
    for (code, problem, help) in faults {
        check.fault(code, written, problem, help);
    }
    whole.then_some(place)
}

/// What one device follows, by its radio and four layers, is counted in a byte.
const MOST_LEAVES: usize = 48;

/// What a device has while its radio is on.
pub fn layers<'t>(check: &mut Check<'t, '_, '_>, at: &At<'t>, who: &Who<'_>) -> Option<Layers> {
    let mut whole = true;
    let mut of = |check: &mut Check<'t, '_, '_>, field: Option<At<'t>>| {
        let place = follow(check, &field?, who);
        whole &= place.is_some();
        place
    };
    let ip = at.get("ip");
    let kept = ip.as_ref().and_then(|ip| ip.get("registration")).and_then(|r| r.text()) == Some("kept");
    let ip = of(check, ip.and_then(|ip| ip.get("pattern"))).map(|place| (place, kept));
    let (cs, ps, memory) = (of(check, at.get("cs")), of(check, at.get("ps")), of(check, at.get("memory")));
    let quiet = at.get("returns").and_then(|r| r.text()) == Some("quiet");
    whole.then_some(Layers { ip, cs, ps, memory, quiet })
}

fn is_joint(kind: &PatternKind) -> bool {
    matches!(kind, PatternKind::All(_) | PatternKind::Any(_))
}

/// A device of the users of a population, while it is read.
pub struct Who<'n> {
    /// Place of the population, and of the device in it.
    pub population: usize,
    pub device: usize,
    pub name: &'n str,
    pub device_name: &'n str,
    /// Its users, if that can be read.
    pub count: Option<u32>,
    /// Whether all of them have the device.
    pub owned: bool,
}

type Told = (&'static str, String, String);

/// Gives the device of each user its part of a recording.
fn take(open: &mut Open, who: &Who<'_>, count: u32) -> Vec<Told> {
    let mut faults = Vec::new();
    if open.portions.iter().any(|p| (p.population, p.device) == (who.population, who.device)) {
        return faults;
    }
    let mut users: Vec<Replay> = Vec::new();
    let here = open.recording.devices.len();
    if open.in_order && here < count as usize {
        let problem = format!("the recording holds {here} devices, and the population has {count} users");
        return vec![("too-few-devices", problem, format!("write \"count\": {here}, or record more devices"))];
    }
    let mut missing = 0_u64;
    for number in 1..=count {
        let name = format!("{}-{number}.{}", who.name, who.device_name);
        let found = if open.in_order { Some(number as usize - 1) } else { open.recording.device(&name) };
        match found {
            Some(at) => {
                open.taken[at] = true;
                users.push(open.recording.devices[at].replay.clone());
            }
            None => {
                missing += 1;
                if missing <= MOST_TOLD as u64 {
                    let help =
                        "add its rows, or write \"assign\": \"in_order\" where the recording has names of its own".to_owned();
                    faults.push(("gap", format!("no row of the recording is about {name}"), help));
                }
            }
        }
        if open.names.len() <= 2_000 {
            open.names.push(name);
        }
    }
    if missing > MOST_TOLD as u64
        && let Some((_, problem, _)) = faults.last_mut()
    {
        *problem += &format!("; {} more devices have none", missing - MOST_TOLD as u64);
    }
    open.portions.push(Portion { population: who.population, device: who.device, users });
    faults
}

/// The patterns, once everything that uses them has been read.
///
/// What nothing follows is left out, so that it changes no identity.
pub fn settle(
    check: &mut Check<'_, '_, '_>,
    patterns: Patterns<'_>,
    populations: Option<&mut [Population]>,
) -> Option<Vec<Pattern>> {
    let mut all = Vec::with_capacity(patterns.all.len());
    let mut places = Vec::with_capacity(patterns.all.len());
    let mut whole = true;
    for Read { name, at, used, kind, silent_loss } in patterns.all {
        if !used {
            check.report.warning(
                "unused-pattern",
                &at,
                "nothing follows this pattern",
                "name it in a radio or a layer, or leave it out",
            );
        }
        places.push(all.len());
        let Some(kind) = kind else {
            whole = false;
            continue;
        };
        if !used {
            continue;
        }
        let kind = match kind {
            Kind::Other(kind) => kind,
            Kind::Trace(mut open) => {
                if !open.uncertain {
                    unknown_devices(check, &at, &open);
                }
                open.portions.sort_by_key(|p| (p.population, p.device));
                PatternKind::Trace(Arc::new(Trace { portions: open.portions }))
            }
        };
        all.push(Pattern { name: name.to_owned(), kind, silent_loss });
    }
    for pattern in &mut all {
        match &mut pattern.kind {
            PatternKind::All(parts) | PatternKind::Any(parts) => parts.iter_mut().for_each(|part| *part = places[*part]),
            PatternKind::Common(common) => common.of.iter_mut().for_each(|(_, part)| *part = places[*part]),
            _ => {}
        }
    }
    for device in populations.into_iter().flatten().flat_map(|p| &mut p.devices) {
        if let Radio::Pattern(place) = &mut device.radio {
            *place = places[*place];
        }
        device.layers = device.layers.at(|place| places[place]);
    }
    whole.then_some(all)
}

/// Devices of a recording that the model does not have.
fn unknown_devices(check: &mut Check<'_, '_, '_>, at: &At<'_>, open: &Open) {
    let unknown: Vec<usize> = (0..open.taken.len()).filter(|d| !open.taken[*d]).collect();
    let Some(first) = unknown.first() else { return };
    if open.in_order {
        let device = &open.recording.devices[*first];
        let problem = format!("{} devices of the recording are nobody's, the first of them {}", unknown.len(), device.name);
        return check.report.warning("unused-rows", at, problem, "raise \"count\" to replay them too");
    }
    let more = unknown.len().saturating_sub(MOST_TOLD);
    for (nth, device) in unknown.iter().take(MOST_TOLD).enumerate() {
        let device = &open.recording.devices[*device];
        let tail = if nth + 1 == MOST_TOLD && more > 0 { format!("; {more} more devices are unknown") } else { String::new() };
        let problem = format!("row {}: no device that follows this is named \"{}\"{tail}", device.row, leaf::shorten(&device.name));
        let help = remedy(&device.name, "devices", open.names.iter().map(String::as_str));
        match &open.file {
            Some(file) => in_file(check, file, device.place, "unknown-device", problem, help),
            None => {
                let rows = at.find("trace.of.rows");
                let row = rows.and_then(|rows| rows.elements().nth(device.place)).unwrap_or_else(|| at.clone());
                check.report.fault("unknown-device", row.place(), &row.path, problem, help);
            }
        }
    }
}
