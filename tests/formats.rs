//! The report formats for other programs, each read back as its consumer reads it.

#[allow(dead_code, reason = "each test file uses its own part")]
mod toy;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use serde_json::Value;
use std::collections::BTreeMap;
use std::io;
use std::path::Path;
use toy::{options, scan, scan_text};
use watertight::finding::Report;
use watertight::report::{self, Context};
use watertight::rules::RuleSet;

type Writer = fn(&mut dyn io::Write, &Report, &Context<'_>) -> io::Result<()>;

/// What a format makes of a report of a run in `/r/web`, where `/r` is the root of the repository.
fn written(write: Writer, report: &Report) -> String {
    let rules: RuleSet = toy::rules();
    let (cwd, root) = (Path::new("/r/web"), Path::new("/r"));
    let context = Context { rules: &rules, cwd, root, category: "c/", exit: 1, colour: false, width: 100, seconds: None };
    let mut out = Vec::new();
    write(&mut out, report, &context).expect("a Vec can be written");
    String::from_utf8(out).expect("UTF-8")
}

/// A report over files whose names and lines hold what formats stumble over.
fn awkward() -> Report {
    let folder = tempfile::tempdir().expect("a folder can be made");
    std::fs::create_dir(folder.path().join("a,b")).expect("a folder can be made");
    std::fs::write(folder.path().join("a,b/<&\"%`.py"), "x\n\u{fc}\u{1f600} = LEAK\n").expect("a file can be written");
    std::fs::write(folder.path().join("bell\u{7}.py"), "LEAK LEAK\n").expect("a file can be written");
    std::fs::write(folder.path().join("binary.py"), "\0").expect("a file can be written");
    scan(folder.path(), &options())
}

#[test]
fn json_lines_are_objects_of_three_types() {
    let text = written(report::write_json_lines, &awkward());
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let types: Vec<&str> = lines.iter().map(|line| line["type"].as_str().expect("a type")).collect();
    assert_eq!(types, ["finding", "finding", "finding", "problem", "summary"]);
    assert_eq!((&lines[0]["path"], &lines[0]["location"]["start"]["line"]), (&"a,b/<&\"%`.py".into(), &2.into()));
    assert_eq!((&lines[4]["findings"], &lines[4]["exit_code"]), (&3.into(), &1.into()));
}

#[test]
fn github_annotations_stay_on_their_line() {
    let text = written(report::write_github, &awkward());
    let expected = "::error title=watertight (unclosed-handle),file=web/a%2Cb/<&\"%25`.py,line=2,col=6,endLine=2,endColumn=10::\
                    `LEAK` is never [closed]%0Adescriptors run out%0ATo do: use `with`";
    assert_eq!(text.lines().next(), Some(expected));
    assert!(text.lines().count() == 3 && text.lines().all(|line| line.starts_with("::error ")), "{text}");
    assert_eq!(written(report::write_github, &scan_text("x\n", &options())), "");
}

#[test]
fn gitlab_issues_have_unique_fingerprints_and_known_severities() {
    let issues: Vec<Value> = serde_json::from_str(&written(report::write_gitlab, &awkward())).expect("a list");
    assert_eq!(issues.len(), 3);
    let fingerprints: std::collections::BTreeSet<&str> =
        issues.iter().filter_map(|issue| issue["fingerprint"].as_str()).collect();
    assert_eq!(fingerprints.len(), 3);
    for issue in &issues {
        assert!(["info", "minor", "major", "critical", "blocker"].contains(&issue["severity"].as_str().expect("a severity")));
        assert!(issue["description"].is_string() && issue["check_name"] == "unclosed-handle");
        assert!(issue["location"]["lines"]["begin"].is_u64());
        assert!(issue["location"]["path"].as_str().is_some_and(|path| path.starts_with("web/")));
    }
    assert_eq!(written(report::write_gitlab, &scan_text("x\n", &options())).trim(), "[]");
}

/// The elements of a document with their attributes, and the text in them; panics where it is not well-formed.
fn elements(text: &str) -> Vec<(String, BTreeMap<String, String>)> {
    let mut reader = Reader::from_str(text);
    let read = |start: &BytesStart<'_>| {
        let attributes = start.attributes().map(|attribute| {
            let attribute = attribute.expect("a well-formed attribute");
            let key = attribute.key.as_ref().to_owned();
            let value = attribute.normalized_value(quick_xml::XmlVersion::Explicit1_0).expect("known entities").into_owned();
            assert!(!value.contains(|letter: char| letter.is_control() && !"\n\r\t".contains(letter)), "{value:?}");
            (key, value)
        });
        (start.name().as_ref().to_owned(), attributes.collect())
    };
    let mut elements = Vec::new();
    let mut depth = 0;
    loop {
        match reader.read_event().expect("well-formed XML") {
            Event::Start(start) => {
                depth += 1;
                elements.push(read(&start));
            }
            Event::Empty(start) => elements.push(read(&start)),
            Event::End(_) => depth -= 1,
            Event::Eof => break,
            _ => {}
        }
    }
    assert_eq!(depth, 0);
    elements
}

#[test]
fn checkstyle_groups_errors_by_file() {
    let elements = elements(&written(report::write_checkstyle, &awkward()));
    let names: Vec<&str> = elements.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["checkstyle", "file", "error", "file", "error", "error"]);
    assert_eq!(elements[1].1["name"], "a,b/<&\"%`.py");
    let error = &elements[2].1;
    assert_eq!((error["line"].as_str(), error["column"].as_str(), error["severity"].as_str()), ("2", "6", "error"));
    assert_eq!(error["message"], "`LEAK` is never [closed]");
    assert_eq!(error["source"], "watertight.unclosed-handle");
}

#[test]
fn junit_counts_its_cases() {
    let elements = elements(&written(report::write_junit, &awkward()));
    let of = |name: &str| elements.iter().filter(|(own, _)| own == name).map(|(_, attributes)| attributes).collect::<Vec<_>>();
    let root = of("testsuites")[0];
    assert_eq!((root["tests"].as_str(), root["failures"].as_str(), root["errors"].as_str()), ("4", "3", "1"));
    let sum: usize = of("testsuite").iter().map(|suite| suite["tests"].parse::<usize>().expect("a number")).sum();
    assert_eq!((sum, of("testcase").len(), of("failure").len(), of("error").len()), (4, 4, 3, 1));
    assert!(of("testcase").iter().all(|case| case.contains_key("name") && case.contains_key("classname")));
}

#[test]
fn a_clean_junit_report_has_a_case_that_passed() {
    let elements = elements(&written(report::write_junit, &scan_text("x\n", &options())));
    let names: Vec<&str> = elements.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["testsuites", "testsuite", "testcase"]);
}

#[test]
fn markdown_shows_findings_problems_and_no_foreign_mark_up() {
    let text = written(report::write_markdown, &awkward());
    for part in [
        "## watertight: 3 findings (3 high) in 2 files",
        "### ``a,b/<&\"%`.py``",
        "- **high** `unclosed-handle` in line 2: `LEAK` is never \\[closed\\]",
        "  - remedy: use `with`",
        "### Problems",
    ] {
        assert!(text.contains(part), "{part} is missing from\n{text}");
    }
}

#[test]
fn rdjson_counts_bytes_and_links_places() {
    let document: Value = serde_json::from_str(&written(report::write_rdjson, &awkward())).expect("JSON");
    assert_eq!(document["source"]["name"], "watertight");
    let first = &document["diagnostics"][0];
    // `ü` takes two bytes and the emoji four, then ` = `.
    assert_eq!(first["location"]["range"]["start"], serde_json::json!({ "line": 2, "column": 10 }));
    assert_eq!(first["location"]["range"]["end"]["column"], 14);
    assert_eq!((&first["severity"], &first["code"]["value"]), (&"ERROR".into(), &"unclosed-handle".into()));
    assert_eq!(first["related_locations"][0]["message"], "left here");
    let whole = &first["location"]["range"];
    assert_eq!(first["suggestions"], serde_json::json!([{ "range": whole, "text": "FREE" }]));
}

#[test]
fn sarif_keeps_to_the_official_schema() {
    let schema: Value = serde_json::from_str(include_str!("schemas/sarif-2.1.0.json")).expect("JSON");
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    for report in [awkward(), scan_text("x\n", &options()), scan_text("PANIC", &options())] {
        let log: Value = serde_json::from_str(&written(report::write_sarif, &report)).expect("JSON");
        let wrong: Vec<String> = validator.iter_errors(&log).map(|error| format!("{}: {error}", error.instance_path())).collect();
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }
    let mut broken: Value = serde_json::from_str(&written(report::write_sarif, &awkward())).expect("JSON");
    broken["runs"][0]["results"][0]["level"] = "grave".into();
    assert!(!validator.is_valid(&broken), "the schema is not looked at");
}
