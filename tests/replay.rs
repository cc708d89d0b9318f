//! `watertight replay`: what is read, what is written, what is refused.

use assert_cmd::Command;
use serde_json::Value;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use watertight::runtime::{Origin, Recorder, Sample, Series};

fn recorded(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/series").join(name)
}

fn replay(arguments: &[&str], file: &Path) -> (i32, String, String) {
    let mut command = Command::cargo_bin("watertight").expect("the program is built");
    let output = command.arg("replay").args(arguments).arg(file).env("NO_COLOR", "1").output().expect("it runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("it writes UTF-8");
    (output.status.code().expect("it exits"), text(output.stdout), text(output.stderr))
}

fn read(text: &str) -> Result<Series, String> {
    Series::read(text.as_bytes()).map_err(|error| error.to_string())
}

#[test]
fn a_leak_is_told_with_its_curve_and_its_forecast() {
    let (code, text, _) = replay(&["--limit", "200M"], &recorded("leak-hash-table.csv"));
    assert_eq!(code, 0);
    let line = |name: &str| text.lines().find(|line| line.starts_with(name)).unwrap_or_else(|| panic!("no {name}: {text}"));
    assert!(line("verdict").contains(" leak (") && line("verdict").contains(" % sure)"), "{text}");
    assert!(line("forecast").contains("/h; your limit of 200.0 MiB is then reached in "), "{text}");
    assert!(text.lines().any(|line| line.starts_with("alert") && line.contains(" leak at ")), "{text}");
    assert!(text.chars().any(|letter| ('\u{2801}'..='\u{28ff}').contains(&letter)), "{text}");
}

#[test]
fn json_has_what_a_program_needs() {
    let (code, text, _) = replay(&["--format", "json"], &recorded("leak-sockets.csv"));
    let document: Value = serde_json::from_str(&text).expect("it is JSON");
    assert_eq!((code, &document["verdict"], &document["class"]), (0, &"leak".into(), &"descriptors".into()));
    let alerts = document["alerts"].as_array().expect("alerts are a list");
    assert!(alerts.iter().any(|alert| alert["level"] == "leak" && alert["at_s"].as_f64().is_some_and(|at_s| at_s > 300.0)));
    assert!(alerts.iter().all(|alert| !alert["reasons"].as_array().expect("reasons are a list").is_empty()));
    assert!(document["forecast"]["rate"].as_f64().is_some_and(|rate| (10_000.0..60_000.0).contains(&rate)));
    let (_, text, _) = replay(&["--format", "json"], &recorded("calm-saturating.csv"));
    let document: Value = serde_json::from_str(&text).expect("it is JSON");
    assert_eq!(document["verdict"], "warm-up");
    assert!(document["alerts"].as_array().expect("alerts are a list").iter().all(|alert| alert["level"] != "leak"));
}

#[test]
fn every_step_is_written_if_asked_for() {
    let (_, text, _) = replay(&["--format", "jsonl"], &recorded("leak-fast.csv"));
    let steps: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).expect("a line is JSON")).collect();
    let lines = fs::read_to_string(recorded("leak-fast.csv")).expect("it can be read").lines().count();
    assert_eq!(steps.len(), lines - 1);
    assert_eq!(steps[0]["verdict"], "not-enough-data");
    assert_eq!(steps[steps.len() - 1]["verdict"], "leak");
}

#[test]
fn what_was_recorded_is_read_again() {
    let samples = [
        Sample { at_s: 0.5, anon: 1 << 20, threads: Some(3), ..Sample::default() },
        Sample { at_s: 1.5, anon: 2 << 20, shmem: 7, swap: 9, heap: Some(5), descriptors: Some(0), ..Sample::default() },
    ];
    let mut file = Vec::new();
    let origin = Origin { pid: Some(7), command: Some("a \"b\"\n".to_owned()), ..Origin::default() };
    let mut recorder = Recorder::new(&mut file, &origin).expect("memory can be written");
    for sample in &samples {
        recorder.push(sample).expect("memory can be written");
    }
    let series = Series::read(file.as_slice()).expect("it reads what it writes");
    assert_eq!((series.samples.as_slice(), series.origin), (samples.as_slice(), Some(origin)));
}

#[test]
fn a_table_may_have_other_columns_and_unknown_values() {
    let series =
        read("\u{feff}fds,rss_anon_kib,who,seconds,threads\r\n-1,100,me,1,2\r\n\r\n5,110,me,2,\r\n").expect("it is well-formed");
    let first = series.samples[0];
    assert_eq!((first.at_s, first.anon, first.threads, first.descriptors), (1.0, 100 * 1024, Some(2), None));
    assert_eq!((series.samples[1].threads, series.samples[1].descriptors), (None, Some(5)));
}

#[test]
fn a_mistake_is_told_with_its_line_and_a_remedy() {
    let wrong = |text: &str, line: &str, words: &str| {
        let error = read(text).expect_err(text);
        assert!(error.starts_with(line) && error.contains(words), "{text:?} gives {error:?}");
    };
    let head = "seconds,rss_anon_kib\n";
    wrong("", "holds no sample", "seconds,rss_anon_kib,rss_file_kib");
    wrong(head, "holds no sample", "--record");
    wrong("time,rss\n1,2\n", "line 1: ", "rss_anon_kib");
    wrong(&format!("{head}1,2\n3\n"), "line 3: ", "-1 for what is not known");
    wrong(&format!("{head}1,2,3\n"), "line 2: ", "3 fields");
    wrong(&format!("{head}1,NaN\n"), "line 2: ", "`NaN`");
    wrong(&format!("{head}inf,1\n"), "line 2: ", "`inf`");
    wrong(&format!("{head}1,-5\n"), "line 2: ", "`-5`");
    wrong(&format!("{head}1,1e300\n"), "line 2: ", "`1e300`");
    wrong(&format!("{head}1,9e15\n"), "line 2: ", "units");
    wrong(&format!("{head}1,-1\n"), "line 2: ", "leave the line out");
    wrong(&format!("{head}5,1\n4,1\n"), "line 3: ", "sort");
    wrong(&format!("{head}5,1\n{{\"at_s\":6,\"anon\":1}}\n"), "line 3: ", "mixed");
    wrong("{\"at_s\":1}\n", "line 1: ", "anon");
    wrong("{\"at_s\":1,\"anon\":-4}\n", "line 1: ", "anon");
    wrong("{\"series\":2}\n", "line 1: ", "version");
    wrong(&"x".repeat(100_000), "line 1: ", "64 KiB");
}

#[test]
fn bytes_that_are_no_series_are_refused_and_end_with_2() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let file = folder.path().join("it");
    for bytes in [&b"\xff\xfe\x00"[..], b"\x00\x00\x00\x00", b"{}", b"[1,2]", b"{\"at_s\":1e999,\"anon\":1}"] {
        fs::write(&file, bytes).expect("it can be written");
        let (code, text, error) = replay(&[], &file);
        assert!(code == 2 && text.is_empty() && error.starts_with("error: "), "{bytes:?}: {code} {text} {error}");
    }
    let (code, _, error) = replay(&[], &folder.path().join("nowhere"));
    assert!(code == 2 && error.contains("nowhere"), "{error}");
}

#[test]
fn a_sample_or_two_are_not_enough() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let file = folder.path().join("it.csv");
    let mut text = "seconds,rss_anon_kib\n".to_owned();
    for second in 0..30 {
        writeln!(text, "{second},{}", 1000 * second).expect("a text can be written");
        fs::write(&file, &text).expect("it can be written");
        if second % 10 == 0 {
            let (code, text, _) = replay(&[], &file);
            assert!(code == 0 && text.contains("verdict        not enough data"), "{text}");
        }
    }
}

/// A series of one sample a second that rises by so many KiB each, from 100 MiB.
fn straight(seconds: u32, step: u32) -> String {
    let mut text = "seconds,rss_anon_kib\n".to_owned();
    for at in 0..seconds {
        writeln!(text, "{at},{}", 100 * 1024 + at * step).expect("a string can be written");
    }
    text
}

#[test]
fn a_straight_rise_is_not_called_bounded_because_it_was_seen_for_a_minute() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let file = folder.path().join("series.csv");
    let verdict = |text: &str| {
        fs::write(&file, text).expect("a file can be written");
        let (code, out, err) = replay(&["--format", "json"], &file);
        assert_eq!(code, 0, "{err}");
        let document: Value = serde_json::from_str(&out).expect("it is JSON");
        (document["verdict"].as_str().expect("a verdict").to_owned(), document["reasons"].to_string())
    };
    for seconds in [60, 61, 64, 75, 90, 110] {
        for step in [100, 200, 400, 1600] {
            let (verdict, reasons) = verdict(&straight(seconds, step));
            assert_eq!(verdict, "not-enough-data", "{seconds} s at {step} KiB a second: {reasons}");
        }
    }
    for (seconds, step) in [(90, 0), (90, 4), (600, 0)] {
        assert_eq!(verdict(&straight(seconds, step)).0, "bounded", "{seconds} s at {step} KiB a second");
    }
    let mut ended = straight(40, 400).trim_end().to_owned() + "\n";
    for line in straight(130, 0).lines().skip(41) {
        ended.push_str(line.split(',').next().unwrap_or_default());
        ended.push_str(",118400\n");
    }
    assert_ne!(verdict(&ended).0, "not-enough-data", "a rise that ended can be judged");
}

#[test]
fn a_recording_that_was_cut_off_is_judged_as_far_as_it_goes() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let file = folder.path().join("series.jsonl");
    let whole = compressed(None);
    let replayed = |text: &str| {
        fs::write(&file, text).expect("a file can be written");
        replay(&["--format", "json"], &file)
    };
    let (code, _, err) = replayed(&whole[..whole.trim_end().len() - 7]);
    assert_eq!(code, 0, "{err}");
    assert!(err.contains("line 500, the last, was not written to its end"), "{err}");
    let (code, _, err) = replayed(&whole.replacen("at_s", "at", 3));
    assert_eq!(code, 2, "a fault in the middle is one: {err}");
}

#[test]
fn memory_that_stands_still_is_not_called_bounded_while_descriptors_get_more() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let file = folder.path().join("series.csv");
    let verdict = |seconds: usize, opens: usize| {
        let rows = (0..=seconds).map(|at| format!("{at},50000,{}\n", 20 + at / 2 * opens));
        fs::write(&file, format!("seconds,rss_anon_kib,fds\n{}", rows.collect::<String>())).expect("a file can be written");
        let (code, out, err) = replay(&["--format", "json"], &file);
        assert_eq!(code, 0, "{err}");
        let document: Value = serde_json::from_str(&out).expect("it is JSON");
        (document["verdict"].as_str().expect("a verdict").to_owned(), document["reasons"].to_string())
    };
    for seconds in [90, 150, 240, 330] {
        let (verdict, reasons) = verdict(seconds, 1);
        assert_eq!(verdict, "not-enough-data", "{seconds} s: {reasons}");
        assert!(reasons.contains("descriptors"), "{reasons}");
    }
    assert_eq!(verdict(900, 1).0, "leak");
    assert_eq!(verdict(240, 0).0, "bounded");
}

/// Every fifteenth of a second: what a leak of 300 s is like at fifteen times the speed, with the window that goes with it.
fn compressed(window: Option<&str>) -> String {
    let head = window.map_or_else(String::new, |window| format!("{{\"series\":1,\"window_s\":{window}}}\n"));
    (0..500).fold(head, |mut text, step| {
        let at_s = f64::from(step) / 15.0;
        writeln!(text, "{{\"at_s\":{at_s},\"anon\":{}}}", (20 << 20) + step * 100 * 1024).expect("a string can be written");
        text
    })
}

#[test]
fn a_shorter_window_is_told_in_real_seconds() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let file = folder.path().join("it");
    fs::write(&file, compressed(None)).expect("it can be written");
    let (_, text, _) = replay(&[], &file);
    assert!(text.contains("verdict        not enough data"), "33 s are no window of 300 s: {text}");
    let (_, text, _) = replay(&["--window", "20s", "--format", "json", "--limit", "1G"], &file);
    let document: Value = serde_json::from_str(&text).expect("it is JSON");
    assert_eq!((&document["verdict"], &document["window_s"]), (&"leak".into(), &20.0.into()), "{text}");
    // 100 KiB fifteen times a second are 1.5 MiB/s, or 5.1 GiB/h; the words must say what the numbers say.
    let rate = document["forecast"]["rate"].as_f64().expect("a rate") / 1024.0;
    assert!((rate / 1500.0 - 1.0).abs() < 0.05, "{rate} KiB/s");
    let first = document["reasons"][0].as_str().expect("a reason");
    assert!(first.contains("(5.1 GiB/h)") || first.contains("(5.2 GiB/h)") || first.contains("(5.0 GiB/h)"), "{first}");
    let alerts = document["alerts"].as_array().expect("alerts");
    let leak = alerts.iter().find(|alert| alert["level"] == "leak").expect("a leak");
    assert!(leak["at_s"].as_f64().is_some_and(|at_s| (25.0..30.0).contains(&at_s)), "{leak}");
    let seconds = seconds(&document["reasons"].to_string());
    assert!(!seconds.is_empty() && seconds.iter().all(|seconds| *seconds <= 34.0), "longer than it ran: {text}");
}

/// Each number that is followed by ` s`.
fn seconds(text: &str) -> Vec<f64> {
    let words: Vec<&str> = text.split(|letter: char| letter.is_whitespace() || "\",()".contains(letter)).collect();
    words.windows(2).filter(|pair| pair[1] == "s").filter_map(|pair| pair[0].parse().ok()).collect()
}

#[test]
fn a_recording_is_replayed_with_the_window_it_was_made_with() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let file = folder.path().join("it");
    fs::write(&file, compressed(Some("20"))).expect("it can be written");
    let (_, own, _) = replay(&["--format", "json"], &file);
    let (_, asked, _) = replay(&["--format", "json", "--window", "20"], &file);
    let (_, other, _) = replay(&["--format", "json", "--window", "300"], &file);
    assert!(own.contains("\"verdict\": \"leak\"") && own == asked, "{own}");
    assert!(other.contains("\"verdict\": \"not-enough-data\""), "{other}");
}

#[test]
fn one_unit_for_all_rates() {
    let (_, text, _) = replay(&["--limit", "200M"], &recorded("leak-hash-table.csv"));
    let rates: Vec<&str> = text.split_whitespace().filter(|word| word.contains("iB/")).collect();
    assert!(!rates.is_empty() && rates.iter().all(|word| word.contains("iB/h")), "{rates:?}");
    assert!(!text.contains("a second") && !text.contains("an hour"), "{text}");
}

#[test]
fn a_saved_run_is_no_recording() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let path = folder.path().join("run.json");
    fs::write(&path, "{\n  \"version\": 1,\n  \"target\": \"x\",\n  \"judgement\": {},\n  \"processes\": []\n}\n")
        .expect("written");
    let (code, _, err) = replay(&[], &path);
    assert!(code == 2 && err.contains("is a saved run") && err.contains("`--record`"), "{err}");
}
