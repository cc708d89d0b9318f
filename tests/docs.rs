//! The pages below `docs/rules` are those that the rules make.

use assert_cmd::Command;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// The files of a folder with their texts.
fn pages(folder: &Path) -> BTreeMap<String, String> {
    let listing = fs::read_dir(folder).expect("the folder can be read").flatten();
    let read = listing.map(|entry| {
        let text = fs::read_to_string(entry.path()).expect("a page is text");
        (entry.file_name().to_string_lossy().into_owned(), text)
    });
    read.collect()
}

#[test]
fn every_rule_has_its_page() {
    let fresh = tempfile::tempdir().expect("a folder can be made");
    let mut command = Command::cargo_bin("watertight").expect("the program is built");
    command.current_dir(fresh.path()).args(["explain", "--dir", "pages"]).assert().success();
    let fresh = pages(&fresh.path().join("pages"));
    let kept = pages(&Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/rules"));
    assert!(fresh.contains_key("README.md") && fresh.contains_key("unclosed-handle.md"));
    let names = |pages: &BTreeMap<String, String>| pages.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&kept), names(&fresh), "run .ci/docs");
    let old: Vec<&String> = fresh.iter().filter(|(name, text)| kept.get(*name) != Some(text)).map(|(name, _)| name).collect();
    assert!(old.is_empty(), "run .ci/docs, which writes {old:?}");
}
