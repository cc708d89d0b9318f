//! What a comment suppresses, and what is said of one that suppresses nothing.

#[allow(dead_code, reason = "each test file uses its own part")]
mod toy;

use toy::{options, rules, scan_text, told, with};

fn lines(text: &str) -> Vec<String> {
    told(&scan_text(text, &options())).iter().map(|line| line.trim_start_matches("a.py:").to_owned()).collect()
}

#[test]
fn a_comment_suppresses_on_its_line_and_on_the_one_below() {
    for text in [
        "LEAK # watertight: ignore[unclosed-handle] closed by the caller\n",
        "# watertight: ignore[unclosed-handle]\nLEAK\n",
        "    # watertight: ignore[unclosed-handle]\n    # and here is why\n    LEAK\n",
        "LEAK # noqa: X1 # watertight: ignore\n",
        "#watertight:ignore[ unbounded-collection , unclosed-handle ]\nLEAK GROW\n",
        "x\r\n# watertight: ignore\r\nLEAK\r\n",
    ] {
        assert_eq!(lines(text), Vec::<String>::new(), "{text}");
    }
}

#[test]
fn a_comment_reaches_no_further() {
    assert_eq!(lines("LEAK # watertight: ignore\nLEAK\n"), ["2 unclosed-handle"]);
    assert_eq!(lines("# watertight: ignore\nLEAK\nLEAK\n"), ["3 unclosed-handle"]);
    assert_eq!(lines("LEAK GROW # watertight: ignore[unclosed-handle]\n"), ["1 unbounded-collection"]);
}

#[test]
fn a_file_is_suppressed_as_a_whole() {
    assert_eq!(lines("LEAK\nGROW\n# watertight: ignore-file[unclosed-handle] generated\nLEAK\n"), ["2 unbounded-collection"]);
    assert_eq!(lines("LEAK\nGROW\n# watertight: ignore-file\n"), Vec::<String>::new());
}

#[test]
fn talk_about_the_program_is_no_order_to_it() {
    for text in ["LEAK # see watertight: ignore\n", "LEAK # watertight: ignored\n", "LEAK # watertight: ignore-files\n"] {
        assert_eq!(lines(text), ["1 unclosed-handle"], "{text}");
    }
}

#[test]
fn an_unused_suppression_is_reported_where_it_stands() {
    assert_eq!(lines("x\ny # watertight: ignore[unclosed-handle]\n"), ["2 unused-suppression"]);
    assert_eq!(lines("# watertight: ignore\nx\n"), ["1 unused-suppression"]);
    assert_eq!(lines("LEAK # watertight: ignore[unclosed-handle, unbounded-collection]\n"), ["1 unused-suppression"]);
    let report = scan_text("x # watertight: ignore[unclosed-handel]\n", &options());
    let (file, finding) = report.findings().next().expect("a finding");
    assert!(finding.message.contains("did you mean `unclosed-handle`?"), "{}", finding.message);
    assert_eq!(finding.primary.span.slice(&file.text), "unclosed-handel");
}

#[test]
fn what_did_not_run_is_not_called_unused() {
    let narrow = rules().filtered(|rule| rule.id != "unbounded-collection");
    let narrow = with(narrow, false);
    for text in ["x # watertight: ignore[unbounded-collection]\n", "x # watertight: ignore\n"] {
        assert_eq!(told(&scan_text(text, &narrow)), Vec::<String>::new(), "{text}");
    }
    let narrow = rules().filtered(|rule| rule.id != "unused-suppression");
    let narrow = with(narrow, false);
    assert_eq!(told(&scan_text("x # watertight: ignore[unclosed-handle]\n", &narrow)), Vec::<String>::new());
    assert_eq!(lines("x # watertight: ignore[unclosed-handle, unused-suppression]\n"), Vec::<String>::new());
}

#[test]
fn a_suppression_of_something_unsure_is_used() {
    assert_eq!(lines("MAYBE # watertight: ignore[unclosed-handle]\n"), Vec::<String>::new());
}
