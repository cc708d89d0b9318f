//! The house keeps its order: imports go downwards only, and what comes from outside stays in the room it belongs to.

use std::fs;
use std::path::{Path, PathBuf};

/// The rooms and their floors; a room uses itself and lower floors, and those of its own floor that are listed before it.
const ROOMS: &[(&str, u8)] = &[
    ("source", 0),
    ("facts", 1),
    ("finding", 1),
    ("language", 1),
    ("extract", 2),
    ("rules", 2),
    ("index", 2),
    ("checks", 3),
    ("scan", 4),
    ("report", 5),
    ("runtime", 5),
    ("lsp", 6),
    ("mcp", 6),
    ("cli", 7),
];

/// Crates that only some rooms may name.
const KEPT: &[(&str, &[&str])] = &[
    ("tree_sitter", &["language", "extract"]),
    ("clap", &["cli"]),
    ("clap_complete", &["cli"]),
    ("clap_mangen", &["cli"]),
    ("encoding_rs", &["scan"]),
    ("quick_xml", &["report"]),
    ("indicatif", &["cli"]),
    ("serde_sarif", &["report"]),
    ("ignore", &["scan"]),
    ("rayon", &["scan"]),
    ("similar", &["report"]),
    // The tests of a room make folders as well.
    ("tempfile", &["scan", "mcp"]),
    ("libbpf_rs", &["runtime"]),
    ("blazesym", &["runtime"]),
    ("lsp_types", &["lsp"]),
    ("rmcp", &["mcp"]),
    ("tokio", &["mcp"]),
    ("lsp_server", &["lsp"]),
    ("crossbeam_channel", &["lsp"]),
    ("percent_encoding", &["lsp", "mcp"]),
];

/// The families of reasoning in the room of checks, lowest first, and what each of them uses besides itself.
const FAMILIES: &[(&str, &[&str])] = &[
    ("lives", &[]),
    ("work", &["lives"]),
    ("handle", &["lives"]),
    ("growth", &["lives", "handle"]),
    ("listener", &["lives", "work", "handle", "growth"]),
    ("reference", &["lives"]),
    ("mend", &["lives"]),
];

/// Every source file with its room and its text, without comments.
fn sources() -> Vec<(PathBuf, String, String)> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    collect(&source, &mut files);
    files.sort();
    assert!(files.len() > 20, "the sources were not found");
    let each = files.into_iter().map(|path| {
        let below = path.strip_prefix(&source).expect("below src").to_path_buf();
        let room = below.iter().next().expect("a name").to_string_lossy().trim_end_matches(".rs").to_owned();
        let text = fs::read_to_string(&path).expect("source is text");
        let code = text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
        (below, room, code)
    });
    each.collect()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder can be read").flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

/// The rooms named after `crate::`, alone or in braces.
fn imported(code: &str) -> Vec<String> {
    let mut rooms = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        // `$crate::` and the end of a longer word are something else.
        if code[..at].ends_with(|before: char| before.is_alphanumeric() || before == '_') {
            continue;
        }
        let rest = &code[at + "crate::".len()..];
        match rest.strip_prefix('{') {
            Some(list) => rooms.extend(heads(list)),
            None => rooms.push(word(rest)),
        }
    }
    rooms
}

/// The first word of each item of a braced list, whose end is the brace that closes it.
fn heads(list: &str) -> Vec<String> {
    let mut depth = 0;
    let mut heads = vec![word(list.trim_start())];
    for (at, letter) in list.char_indices() {
        match letter {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => heads.push(word(list[at + 1..].trim_start())),
            _ => {}
        }
    }
    heads.retain(|head| !head.is_empty());
    heads
}

fn word(text: &str) -> String {
    text.chars().take_while(|letter| letter.is_alphanumeric() || *letter == '_').collect()
}

fn place(room: &str) -> Option<(usize, u8)> {
    ROOMS.iter().position(|(name, _)| *name == room).map(|at| (at, ROOMS[at].1))
}

#[test]
fn every_room_is_on_the_plan() {
    for (path, room, _) in sources() {
        assert!(room == "lib" || room == "main" || place(&room).is_some(), "{} is in no room of the plan", path.display());
    }
}

#[test]
fn imports_go_downwards() {
    let mut wrong = Vec::new();
    for (path, room, code) in sources() {
        let Some((own, floor)) = place(&room) else { continue };
        for used in imported(&code) {
            let fits = match place(&used) {
                Some((at, other)) => at == own || other < floor || (other == floor && at < own),
                None => false,
            };
            if !fits {
                wrong.push(format!("{}: {room} may not use crate::{used}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn families_of_checks_use_each_other_in_one_direction() {
    let mut wrong = Vec::new();
    for (path, room, code) in sources() {
        let family = path.iter().nth(1).unwrap_or_default().to_string_lossy();
        let Some((own, uses)) = FAMILIES.iter().find(|(name, _)| room == "checks" && *name == family) else { continue };
        for (at, named) in code.match_indices("crate::checks::") {
            let other = word(&code[at + named.len()..]);
            if FAMILIES.iter().any(|(name, _)| *name == other) && other != *own && !uses.contains(&other.as_str()) {
                wrong.push(format!("{}: {own} may not use {other}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    assert!(FAMILIES.iter().all(|(name, _)| Path::new(env!("CARGO_MANIFEST_DIR")).join("src/checks").join(name).is_dir()));
}

#[test]
fn foreign_crates_stay_in_their_rooms() {
    let mut wrong = Vec::new();
    for (path, room, code) in sources() {
        for (name, rooms) in KEPT {
            let named = code.contains(&format!("{name}::")) || code.contains(&format!("use {name};"));
            if named && !rooms.contains(&room.as_str()) && !code.contains(&format!("_{name}::")) {
                wrong.push(format!("{}: `{name}` stays in {}", path.display(), rooms.join(" and ")));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn one_file_names_the_loader_of_the_probe() {
    let naming = sources().into_iter().filter(|(_, _, code)| code.contains("libbpf_rs"));
    let naming: Vec<_> = naming.map(|(path, ..)| path).collect();
    assert_eq!(naming, [Path::new("runtime/live/probe/enabled.rs")]);
}

#[test]
fn the_test_reads_imports_as_rust_does() {
    assert_eq!(imported("use crate::a::{B, C};\nuse crate::{d::E, f, g::{H, I}, j};"), ["a", "d", "f", "g", "j"]);
    assert_eq!(imported("let x = crate::k::m(); my_crate::n()"), ["k"]);
}
