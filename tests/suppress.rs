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
    for text in ["LEAK # see watertight: ignore\n", "LEAK # watertight: ignored\n", "LEAK # watertight: ignored here\n"] {
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

/// The rule, the message, the remedy and the place of what is said of a comment that was meant to suppress.
fn fault(comment: &str) -> (String, String, String) {
    let text = format!("LEAK {comment}\n");
    assert_eq!(lines(&text), ["1 unclosed-handle", "1 unused-suppression"], "{comment}: it suppresses nothing, and that is said");
    let report = scan_text(&text, &options());
    let (file, finding) = report.findings().find(|(_, finding)| finding.rule == "unused-suppression").expect("a finding");
    (finding.message.clone(), finding.recommendation.clone(), finding.primary.span.slice(&file.text).to_owned())
}

#[test]
fn an_order_that_is_none_is_told_with_its_remedy() {
    for (comment, message, remedy) in [
        ("# watertight: ignore[unclosed-handle", "the list of rules is not closed", "write `]` behind the last rule"),
        ("# watertight: ignore[]", "the list of rules is empty", "write no brackets"),
        ("# watertight: ignore-file[ , ] why", "the list of rules is empty", "name rules in it"),
        ("# watertight: Ignore", "`watertight: Ignore` is not `watertight: ignore`", "lower case"),
        ("# WATERTIGHT: IGNORE[unclosed-handle] why", "`WATERTIGHT: IGNORE` is not", "lower case"),
        ("# Watertight: ignore", "`Watertight: ignore` is not", "lower case"),
        ("# watertight: ignore_file[unclosed-handle]", "is not `watertight: ignore-file`", "lower case"),
        ("# watertight ignore[unclosed-handle]", "`watertight ignore` is not", "a colon"),
        ("# watertight: disable", "there is no order `disable`", "write `ignore`"),
        ("# watertight: disable[unclosed-handle] why", "there is no order `disable`", "write `ignore`"),
        ("# watertight: noqa unclosed-handle", "there is no order `noqa`", "write `ignore`"),
        ("# watertight: disable=unclosed-handle", "there is no order `disable`", "write `ignore`"),
        ("# watertight: disable: unclosed-handle, lost-entry", "there is no order `disable`", "write `ignore`"),
        ("# water-tight: ignore[unclosed-handle]", "`water-tight: ignore` is not `watertight: ignore`", "in one word"),
        ("# Water_Tight: ignore", "`Water_Tight: ignore` is not `watertight: ignore`", "in one word"),
        ("# water-tight: disable=unclosed-handle", "there is no order `disable`", "write `ignore`"),
        ("# noqa  watertight: ignore[unclosed-handle]", "it stands behind other words", "a comment of its own"),
        ("# noqa: X1, X2 watertight: ignore[unclosed-handle] why", "it stands behind other words", "a comment of its own"),
        ("# type: ignore watertight: ignore[unclosed-handle]", "it stands behind other words", "a comment of its own"),
        ("# lint-disable-line watertight: ignore[unclosed-handle]", "it stands behind other words", "a comment of its own"),
        ("# watertight: disable-next-line", "there is no order `disable-next-line`", "`ignore-file`"),
        ("# watertight: ignore-files", "there is no order `ignore-files`", "`ignore-file`"),
        ("# watertight: ignor[unclosed-handle]", "there is no order `ignor`", "write `ignore`"),
        ("# watertight: ignore [unclosed-handle]", "stand in no brackets right behind", "`ignore[rule]`"),
        ("# watertight: ignore(unclosed-handle)", "stand in no brackets right behind", "`ignore[rule]`"),
        ("# watertight: ignore unclosed-handle, lost-entry", "stand in no brackets right behind", "`ignore[rule]`"),
        ("# watertight: ignore: unclosed-handle", "stand in no brackets right behind", "`ignore[rule]`"),
    ] {
        let (told, advice, place) = fault(comment);
        assert!(told.contains(message) && told.ends_with("so this suppresses nothing"), "{comment}: {told}");
        assert!(advice.contains(remedy), "{comment}: {advice}");
        assert!(comment.contains(&place) && place.to_lowercase().starts_with("water"), "{comment}: {place}");
    }
}

#[test]
fn talk_that_mentions_the_program_is_left_alone() {
    for comment in [
        "# watertight",
        "# Watertight: ignore the leaks that others report",
        "# watertight finds leaks",
        "# watertight: finds leaks, see docs",
        "# watertight: disable the valve first",
        "# watertight: skip it while it rains",
        "# Watertight compartments[3] are ignored",
        "# watertight: pumps[0] = None",
        "# we run watertight: disable",
        "# watertight: allow more time",
        "# is it watertight? Ignore[d] by most",
        "# watertight: ignored",
        "# watertight: disable=True",
        "# water-tight: ignore the leaks that others report",
        "# water-tight: disable the valve first",
        "# noqa: it is watertight: ignore [1]",
        "# noqa `watertight: ignore[unclosed-handle]`",
        "# write watertight: ignore[unclosed-handle] here",
        "# noqa watertight",
    ] {
        assert_eq!(lines(&format!("LEAK {comment}\n")), ["1 unclosed-handle"], "{comment}");
    }
    for comment in [
        "# watertight: ignore (closed by the caller)",
        "# watertight: ignore: the caller closes it",
        "# watertight: ignore see [1]",
    ] {
        assert_eq!(lines(&format!("LEAK {comment}\n")), Vec::<String>::new(), "{comment}: a reason, and no list");
    }
}

#[test]
fn a_faulty_order_is_told_beside_good_ones_and_only_if_the_rule_runs() {
    let text = "LEAK # watertight: ignore[unclosed-handle]\nx # watertight: ignore[unclosed-handle\n";
    assert_eq!(lines(text), ["2 unused-suppression"]);
    let narrow = with(rules().filtered(|rule| rule.id != "unused-suppression"), false);
    assert_eq!(told(&scan_text("x # watertight: ignore[\n", &narrow)), Vec::<String>::new());
}
