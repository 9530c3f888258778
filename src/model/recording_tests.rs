//! Recordings: replayed right, or refused with row and reason.

use super::*;

fn frame(gaps: Gaps) -> Frame {
    Frame { origin: Span::ZERO, gaps, needed: Span::from_secs(100) }
}

fn read_as(text: &str, frame: Frame) -> Result<Recording, RowFaults> {
    read(text.lines().enumerate(), frame)
}

fn seconds(recording: &Recording, name: &str) -> (bool, Vec<f64>) {
    let replay = &recording.devices[recording.device(name).unwrap_or_else(|| panic!("{name} is there"))].replay;
    (replay.on_at_start, replay.changes.iter().map(|at| (*at - SimTime::ZERO).seconds()).collect())
}

fn refused(text: &str, gaps: Gaps) -> Vec<(&'static str, u32, String)> {
    read_as(text, frame(gaps)).expect_err("it is refused").told.into_iter().map(|f| (f.code, f.row, f.problem)).collect()
}

#[test]
fn rows_of_several_devices_may_be_mixed_and_repeat_a_state() {
    let text = "device,time,state\n# night\na,0,on\nb,0,off\na,10,off\n\nb,0.5,on\na,20 s,0\na,1 min,1\nb,2e1,off\n";
    let recording = read_as(text, frame(Gaps::Refuse)).unwrap();
    assert_eq!(seconds(&recording, "a"), (true, vec![10.0, 60.0]));
    assert_eq!(seconds(&recording, "b"), (false, vec![0.5, 20.0]));
    assert_eq!(recording.devices.iter().map(|d| (d.name.as_str(), d.row)).collect::<Vec<_>>(), [("a", 3), ("b", 4)]);
}

#[test]
fn columns_go_by_their_names_and_quotes_do_not_count() {
    let text = "\u{feff}state,\"device\",until,time\r\non,\"x\",7,0\r\noff,x,,7\r\n";
    let recording = read_as(text, frame(Gaps::Refuse)).unwrap();
    assert_eq!(seconds(&recording, "x"), (true, vec![7.0]));
}

#[test]
fn the_origin_is_where_the_run_begins() {
    let text = "a,1000,on\na,1500,off\na,1700,on\na,1800,off\n";
    let origin = |s| Frame { origin: Span::from_secs(s), ..frame(Gaps::Refuse) };
    assert_eq!(seconds(&read_as(text, origin(1600)).unwrap(), "a"), (false, vec![100.0, 200.0]));
    assert_eq!(seconds(&read_as(text, origin(1700)).unwrap(), "a"), (true, vec![100.0]), "a change at the origin is the start");
    assert_eq!(seconds(&read_as(text, origin(9000)).unwrap(), "a"), (false, vec![]));
}

#[test]
fn a_gap_is_refused_or_filled_as_it_is_said() {
    let within = "a,0,on,10\na,20,on,200\n";
    let [(code, row, problem)] = &refused(within, Gaps::Refuse)[..] else { panic!("one fault") };
    assert_eq!((*code, *row), ("gap", 2));
    assert_eq!(problem, "nothing is known of the device from 10 s to 20 s");
    assert_eq!(seconds(&read_as(within, frame(Gaps::Hold)).unwrap(), "a"), (true, vec![]));
    assert_eq!(seconds(&read_as(within, frame(Gaps::Off)).unwrap(), "a"), (true, vec![10.0, 20.0, 200.0]));
    let before = "a,5,on\n";
    assert_eq!(refused(before, Gaps::Refuse)[0].0, "gap");
    assert_eq!(seconds(&read_as(before, frame(Gaps::Hold)).unwrap(), "a"), (true, vec![]));
    assert_eq!(seconds(&read_as(before, frame(Gaps::Off)).unwrap(), "a"), (false, vec![5.0]));
    let after = "a,0,off,9\na,9,on,30\n";
    let [(code, row, _)] = &refused(after, Gaps::Refuse)[..] else { panic!("one fault") };
    assert_eq!((*code, *row), ("gap", 2));
    assert_eq!(seconds(&read_as(after, frame(Gaps::Hold)).unwrap(), "a"), (false, vec![9.0]));
    assert_eq!(seconds(&read_as(after, frame(Gaps::Off)).unwrap(), "a"), (false, vec![9.0, 30.0]));
}

#[test]
fn what_overlaps_or_runs_backwards_is_refused_with_both_rows() {
    let cases = [
        ("a,0,on\na,0,off\n", "overlap", 2, "row 1 says what the device is at 0 s already"),
        ("a,0,on,30\na,20,off\n", "overlap", 2, "it begins at 20 s, and row 1 says that the device is on until 30 s"),
        ("a,0,on\na,9,off\na,3,on\n", "runs-backwards", 3, "its time 3 s is before 9 s, that of row 2 for the same device"),
        ("a,5,on,2\n", "runs-backwards", 1, "it ends at 2 s, and begins at 5 s"),
        (
            "a,0,on\nb,0,on\nb,5,off\na,4,off\nb,4,on\n",
            "runs-backwards",
            5,
            "its time 4 s is before 5 s, that of row 3 for the same device",
        ),
    ];
    for (text, code, row, problem) in cases {
        for gaps in [Gaps::Refuse, Gaps::Hold, Gaps::Off] {
            assert_eq!(refused(text, gaps), [(code, row, problem.to_owned())], "{text}");
        }
    }
}

#[test]
fn rows_that_cannot_be_read_are_all_told() {
    let text = "device,time,state\na,0,on\na,x,off\na,1,maybe\n,2,on\na,3\na,4,on,5,6\na,-1,on\na,40000 d,on\na,NaN,on\n";
    let told = refused(text, Gaps::Refuse);
    let codes: Vec<_> = told.iter().map(|(code, row, _)| (*code, *row)).collect();
    let wanted = [
        ("not-a-quantity", 3),
        ("unknown-word", 4),
        ("bad-row", 5),
        ("bad-row", 6),
        ("bad-row", 7),
        ("not-a-quantity", 8),
        ("too-large", 9),
        ("not-a-quantity", 10),
    ];
    assert_eq!(codes, wanted, "{told:#?}");
    assert_eq!(refused("device,when,state\na,0,on\n", Gaps::Hold).len(), 2, "no time, and a column that is none");
    assert_eq!(refused("# nothing\n", Gaps::Hold)[0].0, "empty");
    assert_eq!(refused("device,time,state,state\na,0,on,on\n", Gaps::Hold)[0].0, "unknown-column");
}

/// A million rows are replayed, and one wrong among them is found; a million wrong ones are told by their first.
#[test]
fn a_million_rows() {
    let mut text = String::with_capacity(24_000_000);
    for i in 0..1_000_000_u32 {
        let (device, nth) = (i % 1000, i / 1000);
        text += &format!("u-{device}.phone,{},{}\n", nth * 7, if nth % 2 == 0 { "on" } else { "off" });
    }
    let recording = read_as(&text, frame(Gaps::Refuse)).unwrap();
    assert_eq!(recording.devices.len(), 1000);
    let all: usize = recording.devices.iter().map(|d| d.replay.changes.len()).sum();
    assert_eq!(all, 999_000, "each device is on from the start and changes 999 times");
    let last = &recording.devices[999].replay;
    assert_eq!((last.on_at_start, last.at_the_end()), (true, false));
    assert_eq!(last.changes[998], SimTime::ZERO + Span::from_secs(999 * 7));
    text += "u-3.phone,1,on\n";
    let faults = read_as(&text, frame(Gaps::Refuse)).unwrap_err();
    assert_eq!((faults.count, faults.told[0].row, faults.told[0].code), (1, 1_000_001, "runs-backwards"));
    let faults = read_as(&text.replace("on", "up").replace("off", "down"), frame(Gaps::Refuse)).unwrap_err();
    assert_eq!((faults.count, faults.told.len()), (1_000_001, MOST_TOLD));
}
