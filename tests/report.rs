//! What the formats say, checked through their own readers.

#[allow(dead_code, reason = "each test file uses its own part")]
mod toy;

use serde_json::Value;
use toy::{options, scan_text};
use watertight::finding::Report;
use watertight::report::{self, Context};
use watertight::rules::RuleSet;

const TEXT: &str = "x\nü = LEAK\n    y = LEAK\n";

fn context(rules: &RuleSet) -> Context<'_> {
    let cwd = std::path::Path::new("/home/me/my project/web");
    let root = cwd.parent().expect("a parent");
    Context { rules, cwd, root, category: "watertight/check/web/", exit: 1, colour: false, width: 100, seconds: None }
}

fn json(report: &Report) -> Value {
    let mut out = Vec::new();
    report::write_json(&mut out, report, &context(&toy::rules())).expect("a Vec can be written");
    serde_json::from_slice(&out).expect("JSON")
}

fn sarif(report: &Report) -> Value {
    let mut out = Vec::new();
    report::write_sarif(&mut out, report, &context(&toy::rules())).expect("a Vec can be written");
    serde_json::from_slice(&out).expect("JSON")
}

fn human(report: &Report) -> String {
    let mut out = Vec::new();
    report::write_human(&mut out, report, &context(&toy::rules())).expect("a Vec can be written");
    String::from_utf8(out).expect("UTF-8")
}

#[test]
fn columns_count_characters_and_offsets_bytes() {
    let document = json(&scan_text(TEXT, &options()));
    assert_eq!(document["version"], 1);
    let start = &document["findings"][0]["location"]["start"];
    assert_eq!((&start["line"], &start["column"], &start["offset"]), (&2.into(), &5.into(), &7.into()));
    assert_eq!(document["findings"][0]["evidence"][0]["stance"], "for");
    assert_eq!(document["summary"]["high"], 2);
}

#[test]
fn sarif_has_what_code_scanning_reads() {
    let log = sarif(&scan_text(TEXT, &options()));
    assert_eq!(log["version"], "2.1.0");
    let run = &log["runs"][0];
    assert_eq!(run["columnKind"], "unicodeCodePoints");
    assert_eq!(run["originalUriBaseIds"]["SRCROOT"]["uri"], "file:///home/me/my%20project/");
    assert_eq!(run["automationDetails"]["id"], "watertight/check/web/");
    assert_eq!(run["invocations"][0]["executionSuccessful"], true);
    let rules = run["tool"]["driver"]["rules"].as_array().expect("rules");
    for rule in rules {
        for field in
            ["/shortDescription/text", "/fullDescription/text", "/help/text", "/help/markdown", "/defaultConfiguration/level"]
        {
            assert!(rule.pointer(field).and_then(Value::as_str).is_some_and(|text| !text.is_empty()), "{field}");
        }
    }
    let tags = &rules[0]["properties"]["tags"];
    assert_eq!(tags, &serde_json::json!(["leak", "growth", "CWE-401"]), "each once, or readers refuse the log");
    let result = &run["results"][0];
    let index = result["ruleIndex"].as_u64().expect("an index");
    assert_eq!(rules[usize::try_from(index).expect("small")]["id"], result["ruleId"]);
    assert_eq!((&result["level"], &result["rank"]), (&"error".into(), &90.0.into()));
    let place = &result["locations"][0];
    assert_eq!(place["physicalLocation"]["artifactLocation"]["uri"], "web/a.py");
    assert_eq!(place["physicalLocation"]["artifactLocation"]["uriBaseId"], "SRCROOT");
    let region = &place["physicalLocation"]["region"];
    let corners = ["startLine", "startColumn", "endLine", "endColumn"].map(|corner| region[corner].as_u64());
    assert_eq!(corners, [Some(2), Some(5), Some(2), Some(9)]);
    assert_eq!(place["logicalLocations"][0]["fullyQualifiedName"], "module.function");
    assert_eq!(result["relatedLocations"][0]["id"], 1);
    let message = result["message"]["text"].as_str().expect("a text");
    assert!(message.contains("\\[closed\\]") && message.contains("[left here](1)"), "{message}");
    assert_eq!(result["codeFlows"][0]["threadFlows"][0]["locations"].as_array().expect("steps").len(), 2);
}

#[test]
fn fixes_say_what_goes_and_what_comes() {
    let report = scan_text("f = LEAK\nGROW\n", &options());
    let fix = &sarif(&report)["runs"][0]["results"][0]["fixes"][0];
    assert_eq!((&fix["description"]["text"], &fix["properties"]["applicability"]), (&"Let go of <it>".into(), &"safe".into()));
    let change = &fix["artifactChanges"][0];
    assert_eq!(change["artifactLocation"]["uri"], "web/a.py");
    let replacement = &change["replacements"][0];
    let corners =
        ["startLine", "startColumn", "endLine", "endColumn"].map(|corner| replacement["deletedRegion"][corner].as_u64());
    assert_eq!(corners, [Some(1), Some(5), Some(1), Some(9)]);
    assert_eq!(replacement["insertedContent"]["text"], "FREE");
    let document = json(&report);
    let fixes = ["safe", "unsafe"].map(Value::from);
    assert_eq!([0, 1].map(|at| document["findings"][at]["fix"]["applicability"].clone()), fixes);
    let edit = &document["findings"][0]["fix"]["edits"][0];
    assert_eq!((&edit["start"]["offset"], &edit["end"]["column"], &edit["content"]), (&4.into(), &9.into(), &"FREE".into()));
    let text = human(&report);
    assert!(text.contains("[*] Let go of <it> (--fix)") && text.contains("Let go of <it> (--fix --unsafe-fixes)"), "{text}");
}

#[test]
fn problems_are_notifications() {
    let log = sarif(&scan_text("PANIC", &options()));
    let told = &log["runs"][0]["invocations"][0]["toolExecutionNotifications"][0];
    assert_eq!((&told["descriptor"]["id"], &told["level"]), (&"internal".into(), &"error".into()));
}

#[test]
fn fingerprints_stay_when_lines_move_and_tell_like_lines_apart() {
    let names = |text: &str, field: &str| -> Vec<Value> {
        let log = sarif(&scan_text(text, &options()));
        let results = log["runs"][0]["results"].as_array().expect("results").clone();
        results.iter().map(|result| result["partialFingerprints"][field].clone()).collect()
    };
    let before = names("f = LEAK\nf = LEAK\n", "watertight/v1");
    assert_ne!(before[0], before[1]);
    assert_eq!(before, names("x\n\n  f  =  LEAK\n  f = LEAK\n", "watertight/v1"));
    assert_eq!(before, names("f = LEAK  # said beside it\ng = LEAK\n", "watertight/v1"));
    let hashes = names("f = LEAK\nf = LEAK\n", "primaryLocationLineHash");
    assert!(hashes.iter().all(|hash| hash.as_str().is_some_and(|hash| hash.contains(':'))) && hashes[0] != hashes[1]);
}

#[test]
fn people_see_source_reasons_and_remedy() {
    let text = human(&scan_text(TEXT, &options()));
    for part in
        ["unclosed-handle (high)", "a.py:2:5", "opened here", "left here", "+ nothing closes it (line 2)", "use `with`", "0.90"]
    {
        assert!(text.contains(part), "{part} is missing from\n{text}");
    }
    assert!(!text.contains('\x1b'));
}

#[test]
fn lines_nobody_can_read_are_not_printed() {
    let text = human(&scan_text(&format!("{}LEAK", "x ".repeat(10_000)), &options()));
    assert!(text.contains("a.py:1:20001") && text.len() < 2_000);
}

#[test]
fn many_findings_in_a_large_file_stay_quick() {
    let report = scan_text(&"f = LEAK\n".repeat(20_000), &options());
    let started = std::time::Instant::now();
    json(&report);
    sarif(&report);
    human(&report);
    assert!(started.elapsed().as_secs() < 20, "{:?}", started.elapsed());
}

#[test]
fn the_closing_line_counts() {
    let rules = toy::rules();
    let closing = report::summary(&scan_text("LEAK\nMAYBE\n", &options()), &context(&rules));
    let counts = "1 finding (1 high) in 1 file, 1 file scanned, 1 is below the confidence shown (--pedantic shows it)\n";
    assert_eq!(closing, format!("{counts}[*] 1 can be fixed with --fix\n"));
    assert_eq!(report::summary(&scan_text("x\n", &options()), &context(&rules)), "No leaks detected, 1 file scanned\n");
}
