//! What an editor gets from the language server.

mod editor;

use editor::{Editor, Project, able};
use serde_json::{Value, json};
use std::fs;

const LEAK: &str = "def f(path):\n    handle = open(path)\n    return handle.read()\n";
const HUB: &str = "class Hub:\n    def __init__(self):\n        self.peers_by_session = {}\n\n    async def on_connect(self, session_id, peer):\n        self.peers_by_session[session_id] = peer\n";
const CLEANER: &str = "def clean(hub, session_id):\n    del hub.peers_by_session[session_id]\n";

fn rules(diagnostics: &[Value]) -> Vec<&str> {
    diagnostics.iter().map(|diagnostic| diagnostic["code"].as_str().expect("a code")).collect()
}

fn range(line: u32, from: u32, to: u32) -> Value {
    json!({ "start": { "line": line, "character": from }, "end": { "line": line, "character": to } })
}

/// What an editor can do that asks for diagnostics instead of being told.
fn pulling() -> Value {
    let mut able = able();
    able["textDocument"]["diagnostic"] = json!({ "dynamicRegistration": false });
    able
}

#[test]
fn a_finding_is_pushed_with_all_that_belongs_to_it() {
    let project = Project::new(&[("a.py", LEAK)]);
    let mut editor = Editor::open(&[&project.1], &able());
    let uri = project.uri("a.py");
    editor.did_open(&uri, "python", LEAK);
    let diagnostics = editor.diagnostics(&uri, 1);
    assert_eq!(rules(&diagnostics), ["unclosed-handle"]);
    let one = &diagnostics[0];
    assert_eq!(one["range"], range(1, 13, 23));
    assert_eq!((&one["source"], &one["severity"]), (&json!("watertight"), &json!(2)));
    assert!(one["message"].as_str().expect("text").contains("handle"), "{one}");
    let related = one["relatedInformation"].as_array().expect("other places");
    assert!(related.iter().all(|place| place["location"]["uri"] == uri && place["message"] != ""), "{one}");
    let page = one["codeDescription"]["href"].as_str().expect("a link").strip_prefix("file://").expect("a file");
    assert!(fs::read_to_string(page).expect("the page is there").starts_with("# unclosed-handle\n"));
    assert_eq!(editor.leave(), Some(0));
}

#[test]
fn diagnostics_follow_what_is_typed() {
    let project = Project::new(&[("a.py", LEAK)]);
    let mut editor = Editor::open(&[&project.1], &able());
    let uri = project.uri("a.py");
    editor.did_open(&uri, "python", LEAK);
    assert_eq!(editor.diagnostics(&uri, 1).len(), 1);
    editor.did_change(&uri, 2, [2, 24, 2, 24], "\n    handle.close()");
    // The close is never reached.
    assert_eq!(rules(&editor.diagnostics(&uri, 2)), ["unclosed-handle"]);
    editor.did_change(&uri, 3, [2, 0, 3, 0], "    text = handle.read()\n");
    editor.change(
        &uri,
        4,
        json!([
            { "range": range(1, 0, 0), "text": "    # \u{1f600} \u{4e2d}\n" },
            { "range": { "start": { "line": 1, "character": 6 }, "end": { "line": 1, "character": 8 } }, "text": "" },
        ]),
    );
    assert_eq!(editor.diagnostics(&uri, 4), Vec::<Value>::new());
    editor.change(&uri, 5, json!([{ "text": LEAK }]));
    assert_eq!(rules(&editor.diagnostics(&uri, 5)), ["unclosed-handle"]);
    editor.notify("textDocument/didClose", json!({ "textDocument": { "uri": uri } }));
    assert_eq!(editor.leave(), Some(0));
}

#[test]
fn columns_are_counted_as_agreed() {
    let text = "def f(path):\n    \u{e9} = '\u{1f600}\u{4e2d}'; handle = open(path)\n    return handle.read()\n";
    let project = Project::new(&[("a.py", text)]);
    for (offered, agreed, column) in [
        (json!(["utf-16"]), "utf-16", 24),
        (json!(["utf-8", "utf-16"]), "utf-8", 29),
        (json!(["utf-32", "utf-16"]), "utf-32", 23),
        (json!(["ebcdic"]), "utf-16", 24),
        (Value::Null, "utf-16", 24),
    ] {
        let mut able = able();
        able["general"]["positionEncodings"] = offered;
        let mut editor = Editor::start();
        assert_eq!(editor.greet(&[&project.1], &able, Value::Null)["positionEncoding"], agreed);
        let uri = project.uri("a.py");
        editor.did_open(&uri, "python", text);
        let diagnostics = editor.diagnostics(&uri, 1);
        assert_eq!(diagnostics[0]["range"], range(1, column, column + 10), "{agreed}");
        // The same place is where the editor means it, too.
        editor.did_change(&uri, 2, [1, column, 1, column + 10], "None");
        assert_eq!(editor.diagnostics(&uri, 2), Vec::<Value>::new(), "{agreed}");
    }
}

#[test]
fn an_open_document_has_the_knowledge_of_the_project() {
    let project = Project::new(&[("hub.py", HUB), ("cleaner.py", "")]);
    let mut editor = Editor::open(&[&project.1], &able());
    let (hub, cleaner) = (project.uri("hub.py"), project.uri("cleaner.py"));
    editor.did_open(&hub, "python", HUB);
    assert_eq!(rules(&editor.diagnostics(&hub, 1)), ["unbounded-collection"]);
    // What is typed into one document, and was never saved, is known in the other.
    editor.did_open(&cleaner, "python", "");
    editor.diagnostics(&cleaner, 1);
    editor.change(&cleaner, 2, json!([{ "text": CLEANER }]));
    assert_eq!(editor.diagnostics(&hub, 1), Vec::<Value>::new());
    // Closed without saving, it is again as it stands on the disk.
    editor.notify("textDocument/didClose", json!({ "textDocument": { "uri": cleaner } }));
    assert_eq!(rules(&editor.diagnostics(&hub, 1)), ["unbounded-collection"]);
    // And what another program writes counts as soon as the editor tells.
    project.write("new/cleaner.py", CLEANER);
    let change = json!({ "uri": project.uri("new/cleaner.py"), "type": 1 });
    editor.notify("workspace/didChangeWatchedFiles", json!({ "changes": [change] }));
    assert_eq!(editor.diagnostics(&hub, 1), Vec::<Value>::new());
    fs::remove_dir_all(project.1.join("new")).expect("removed");
    let file = json!({ "uri": project.uri("new") });
    editor.notify("workspace/didDeleteFiles", json!({ "files": [file] }));
    assert_eq!(rules(&editor.diagnostics(&hub, 1)), ["unbounded-collection"]);
    project.write("b.py", CLEANER);
    fs::rename(project.1.join("b.py"), project.1.join("c.py")).expect("renamed");
    let file = json!({ "oldUri": project.uri("b.py"), "newUri": project.uri("c.py") });
    editor.notify("workspace/didRenameFiles", json!({ "files": [file] }));
    assert_eq!(editor.diagnostics(&hub, 1), Vec::<Value>::new());
    let watched = editor.requested.iter().find(|(method, _)| method == "client/registerCapability").expect("asked");
    assert!(watched.1.to_string().contains("**/*.{"), "{}", watched.1);
}

#[test]
fn files_around_the_folder_are_read_for_what_is_asked_about() {
    let project = Project::new(&[("app/hub.py", HUB), ("other/cleaner.py", CLEANER)]);
    fs::create_dir(project.1.join(".git")).expect("made");
    let mut editor = Editor::open(&[&project.1.join("app")], &able());
    let hub = project.uri("app/hub.py");
    editor.did_open(&hub, "python", HUB);
    assert_eq!(editor.diagnostics(&hub, 1), Vec::<Value>::new());
    // Another name has to be looked for first.
    let renamed = HUB.replace("peers_by_session", "streams_by_client");
    editor.change(&hub, 2, json!([{ "text": renamed }]));
    editor.settled(&hub, 2, &["unbounded-collection"]);
    project.write("other/cleaner.py", &CLEANER.replace("peers_by_session", "streams_by_client"));
    let change = json!({ "uri": project.uri("other/cleaner.py"), "type": 2 });
    editor.notify("workspace/didChangeWatchedFiles", json!({ "changes": [change] }));
    editor.settled(&hub, 2, &[]);
}

#[test]
fn documents_outside_of_the_folders_are_looked_at_as_well() {
    let project = Project::new(&[("inside/a.py", ""), ("alone/b.py", LEAK), ("repo/hub.py", HUB), ("repo/c.py", CLEANER)]);
    fs::create_dir(project.1.join("repo/.git")).expect("made");
    let mut editor = Editor::open(&[&project.1.join("inside")], &able());
    for (path, text, expected) in [("alone/b.py", LEAK, vec!["unclosed-handle"]), ("repo/hub.py", HUB, vec![])] {
        let uri = project.uri(path);
        editor.did_open(&uri, "python", text);
        assert_eq!(rules(&editor.diagnostics(&uri, 1)), expected, "{path}");
    }
    editor.did_open("untitled:Untitled-1", "python", LEAK);
    assert_eq!(rules(&editor.diagnostics("untitled:Untitled-1", 1)), ["unclosed-handle"]);
    editor.did_open("git:/old/a.py?ref", "python", LEAK);
    assert_eq!(editor.diagnostics("git:/old/a.py?ref", 1), Vec::<Value>::new());
}

#[test]
fn what_a_run_leaves_out_is_left_out() {
    let project = Project::new(&[
        ("watertight.toml", "exclude = [\"vendor/\"]\n"),
        (".ignore", "secret.py\n"),
        ("vendor/a.py", LEAK),
        ("secret.py", LEAK),
        ("a.txt", LEAK),
        ("node_modules/a.py", LEAK),
    ]);
    let mut editor = Editor::open(&[&project.1], &able());
    for path in ["vendor/a.py", "secret.py", "a.txt", "node_modules/a.py", "vendor/new.py"] {
        let uri = project.uri(path);
        editor.did_open(&uri, "python", LEAK);
        assert_eq!(editor.diagnostics(&uri, 1), Vec::<Value>::new(), "{path}");
    }
    let uri = project.uri("new.py");
    editor.did_open(&uri, "python", LEAK);
    assert_eq!(rules(&editor.diagnostics(&uri, 1)), ["unclosed-handle"]);
}

#[test]
fn an_editor_may_ask_for_diagnostics() {
    let project = Project::new(&[("hub.py", HUB), ("cleaner.py", "")]);
    let mut editor = Editor::start();
    let able = editor.greet(&[&project.1], &pulling(), Value::Null);
    assert_eq!(able["diagnosticProvider"]["interFileDependencies"], true);
    let (hub, cleaner) = (project.uri("hub.py"), project.uri("cleaner.py"));
    editor.did_open(&hub, "python", HUB);
    editor.did_open(&cleaner, "python", "");
    let ask = |previous: Value| json!({ "textDocument": { "uri": hub }, "previousResultId": previous });
    let first = editor.request("textDocument/diagnostic", ask(Value::Null)).expect("answered");
    assert_eq!((first["kind"].as_str(), first["items"].as_array().map(Vec::len)), (Some("full"), Some(1)));
    let second = editor.request("textDocument/diagnostic", ask(first["resultId"].clone())).expect("answered");
    assert_eq!((&second["kind"], &second["resultId"]), (&json!("unchanged"), &first["resultId"]));
    // When another document changes the answer, the editor is told to ask again.
    editor.change(&cleaner, 2, json!([{ "text": CLEANER }]));
    editor.wait_request("workspace/diagnostic/refresh");
    let third = editor.request("textDocument/diagnostic", ask(first["resultId"].clone())).expect("answered");
    assert_eq!((&third["kind"], &third["items"]), (&json!("full"), &json!([])));
    let closed = json!({ "textDocument": { "uri": project.uri("none.py") } });
    assert_eq!(editor.request("textDocument/diagnostic", closed).expect("answered")["items"], json!([]));
}

#[test]
fn a_request_that_is_cancelled_is_answered_as_such() {
    let files: Vec<(String, String)> = (0..60).map(|n| (format!("m{n}.py"), HUB.repeat(200))).collect();
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let project = Project::new(&files);
    let mut editor = Editor::open(&[&project.1], &pulling());
    let uri = project.uri("m0.py");
    editor.did_open(&uri, "python", HUB);
    let id = editor.asking("textDocument/diagnostic", json!({ "textDocument": { "uri": uri } }));
    editor.notify("$/cancelRequest", json!({ "id": id }));
    assert_eq!(editor.answer(id).expect_err("cancelled")["code"], -32800);
    // While all of it is read, the user is shown how far that is.
    let begun = editor.wait(|message| message["params"]["value"]["kind"] == "begin");
    let token = begun["params"]["token"].clone();
    editor.wait(|message| message["params"]["token"] == token && message["params"]["value"]["kind"] == "end");
}

#[test]
fn a_hover_shows_the_evidence() {
    let project = Project::new(&[("hub.py", HUB)]);
    let mut editor = Editor::open(&[&project.1], &able());
    let uri = project.uri("hub.py");
    editor.did_open(&uri, "python", HUB);
    let at = editor.diagnostics(&uri, 1)[0]["range"]["start"].clone();
    let ask = |position: Value| json!({ "textDocument": { "uri": uri }, "position": position });
    let shown = editor.request("textDocument/hover", ask(at)).expect("answered");
    let page = shown["contents"]["value"].as_str().expect("Markdown");
    for part in ["**unbounded-collection**", "*evidence*", "- for: ", "*remedy*", "*confidence*"] {
        assert!(page.contains(part), "{part} in {page}");
    }
    // Editors cut off what is long, so what is said of this finding alone comes first.
    assert!(page.find("- for: ") < page.find("*remedy*"), "{page}");
    let elsewhere = editor.request("textDocument/hover", ask(json!({ "line": 0, "character": 0 }))).expect("answered");
    assert_eq!(elsewhere, Value::Null);
}

/// The text after an edit of one document.
fn applied(text: &str, edit: &Value) -> String {
    let edits = edit["documentChanges"][0]["edits"]
        .as_array()
        .or(edit["changes"].as_object().and_then(|all| all.values().next()?.as_array()));
    let edits = edits.expect("edits of a document");
    let offset = |at: &Value| {
        let line = at["line"].as_u64().expect("a line") as usize;
        let start: usize = text.split_inclusive('\n').take(line).map(str::len).sum();
        let units = at["character"].as_u64().expect("a column") as usize;
        let mut left = units;
        start
            + text[start..]
                .chars()
                .take_while(|letter| {
                    let goes_on = left > 0;
                    left = left.saturating_sub(letter.len_utf16());
                    goes_on
                })
                .map(char::len_utf8)
                .sum::<usize>()
    };
    // From the last to the first, so that the places of the others stay.
    let mut places: Vec<(usize, usize, &str)> = edits
        .iter()
        .map(|edit| {
            let text = edit["newText"].as_str().expect("text");
            (offset(&edit["range"]["start"]), offset(&edit["range"]["end"]), text)
        })
        .collect();
    places.sort_unstable();
    let mut new = text.to_owned();
    for (from, to, edit) in places.into_iter().rev() {
        new.replace_range(from..to, edit);
    }
    new
}

fn actions(editor: &mut Editor, uri: &str, range: &Value) -> Vec<Value> {
    let ask = json!({ "textDocument": { "uri": uri }, "range": range, "context": { "diagnostics": [] } });
    editor.request("textDocument/codeAction", ask).expect("answered").as_array().expect("a list").clone()
}

#[test]
fn a_finding_can_be_suppressed_and_explained() {
    let project = Project::new(&[("a.py", "")]);
    let mut editor = Editor::open(&[&project.1], &able());
    let uri = project.uri("a.py");
    // In the second, the line ends inside a string, and in the third after a backslash: a comment there is none.
    let texts = [
        "def f(p):\r\n    x = '\u{1f600}\u{4e2d}'; h = open(p)\r\n    return h.read()\r\n",
        "def f(p):\n    h = open(p); s = '''\n    text'''\n    return h.read(), s\n",
        "def f(p):\n    h = \\\n        open(p)\n    return h.read()\n",
        "def f(p):\n    h = open(p)  # watertight: ignore[uncleared-timer] because\n    return h.read()\n",
    ];
    editor.did_open(&uri, "python", "");
    editor.diagnostics(&uri, 1);
    for (version, text) in (2..).step_by(2).zip(texts) {
        editor.change(&uri, version, json!([{ "text": text }]));
        let found = editor.diagnostics(&uri, version);
        let finding = found.iter().find(|one| one["code"] == "unclosed-handle").unwrap_or_else(|| panic!("found in {text}"));
        let offered = actions(&mut editor, &uri, &finding["range"]);
        let titles: Vec<&str> = offered.iter().map(|action| action["title"].as_str().expect("a title")).collect();
        assert!(titles.contains(&"Suppress `unclosed-handle` here"), "{titles:?} for {text}");
        let here = offered.iter().find(|action| action["title"] == "Suppress `unclosed-handle` here").expect("offered");
        assert_eq!(here["edit"]["documentChanges"][0]["textDocument"]["version"], version);
        let new = applied(text, &here["edit"]);
        assert!(new.contains("unclosed-handle"), "{new}");
        assert_eq!(new.contains('\r'), text.contains('\r'));
        editor.change(&uri, version + 1, json!([{ "text": new }]));
        let left = editor.diagnostics(&uri, version + 1);
        assert!(!rules(&left).contains(&"unclosed-handle"), "{new}\n{left:?}");
    }
    let file = texts[0];
    editor.change(&uri, 20, json!([{ "text": file }]));
    let place = editor.diagnostics(&uri, 20)[0]["range"].clone();
    let offered = actions(&mut editor, &uri, &place);
    let whole = offered.iter().find(|action| action["title"] == "Suppress `unclosed-handle` in this file").expect("offered");
    let new = applied(file, &whole["edit"]);
    assert!(new.starts_with("# watertight: ignore-file[unclosed-handle] <why this is no leak>\r\n"), "{new}");
    let explain = offered.iter().find(|action| action["title"] == "Explain `unclosed-handle`").expect("offered");
    let command = json!({ "command": explain["command"]["command"], "arguments": explain["command"]["arguments"] });
    editor.request("workspace/executeCommand", command).expect("done");
    let shown = editor.wait_request("window/showDocument");
    assert!(shown["uri"].as_str().expect("a page").ends_with("/unclosed-handle.md"));
    for (command, arguments) in
        [("watertight.explain", json!(["no-rule"])), ("rm", json!([])), ("watertight.explain", json!([{}]))]
    {
        let wrong = editor.request("workspace/executeCommand", json!({ "command": command, "arguments": arguments }));
        assert_eq!(wrong.expect_err("refused")["code"], -32602);
    }
    let only = json!({ "textDocument": { "uri": uri }, "range": place, "context": { "diagnostics": [], "only": ["refactor"] } });
    assert_eq!(editor.request("textDocument/codeAction", only), Ok(json!([])));
}

#[test]
fn a_finding_can_be_fixed() {
    let project = Project::new(&[("a.py", "")]);
    let mut editor = Editor::open(&[&project.1], &able());
    let uri = project.uri("a.py");
    let text = "def f(path):\n    x = '\u{1f600}\u{4e2d}'; y = x\n    handle = open(path)\n    return handle.read() + y\n";
    editor.did_open(&uri, "python", text);
    let place = editor.diagnostics(&uri, 1)[0]["range"].clone();
    let offered = actions(&mut editor, &uri, &place);
    let fix = offered.iter().find(|action| action["isPreferred"] == true).unwrap_or_else(|| panic!("{offered:#?}"));
    let new = applied(text, &fix["edit"]);
    assert!(new.contains("    with open(path) as handle:\n        return handle.read() + y\n"), "{new}");
    editor.change(&uri, 2, json!([{ "text": new }]));
    assert_eq!(editor.diagnostics(&uri, 2), Vec::<Value>::new());
}

#[test]
fn an_unused_suppression_is_faded() {
    let project = Project::new(&[("a.py", "")]);
    let mut editor = Editor::open(&[&project.1], &able());
    let uri = project.uri("a.py");
    editor.did_open(&uri, "python", "x = 1  # watertight: ignore[unclosed-handle]\n");
    let found = editor.diagnostics(&uri, 1);
    assert_eq!((rules(&found), &found[0]["tags"]), (vec!["unused-suppression"], &json!([1])));
}

#[test]
fn settings_count_wherever_they_are_set() {
    let project = Project::new(&[("a.py", LEAK), ("lax.toml", "ignore = [\"unclosed-handle\"]\n")]);
    let mut editor = Editor::start();
    editor.settings = json!({ "configuration": "lax.toml" });
    editor.greet(&[&project.1], &able(), Value::Null);
    let uri = project.uri("a.py");
    editor.wait_request("workspace/configuration");
    editor.did_open(&uri, "python", LEAK);
    assert_eq!(editor.diagnostics(&uri, 1), Vec::<Value>::new());
    editor.settings = json!({});
    editor.notify("workspace/didChangeConfiguration", json!({ "settings": null }));
    assert_eq!(rules(&editor.diagnostics(&uri, 1)), ["unclosed-handle"]);
    // A configuration file counts as soon as it is there, and again when it is gone.
    let config = project.uri("watertight.toml");
    let changed = |kind: u32| json!({ "changes": [{ "uri": config, "type": kind }] });
    project.write("watertight.toml", "ignore = [\"unclosed-handle\"]\n");
    editor.notify("workspace/didChangeWatchedFiles", changed(1));
    assert_eq!(editor.diagnostics(&uri, 1), Vec::<Value>::new());
    // A mistake in it is shown in it, at its place.
    project.write("watertight.toml", "\nignore = [\"unclosed-handel\"]\n");
    editor.notify("workspace/didChangeWatchedFiles", changed(2));
    let shown =
        editor.wait(|message| message["method"] == "textDocument/publishDiagnostics" && message["params"]["uri"] == config);
    let wrong = &shown["params"]["diagnostics"][0];
    assert_eq!(wrong["range"]["start"]["line"], 1);
    assert!(wrong["message"].as_str().expect("text").contains("did you mean `unclosed-handle`?"), "{wrong}");
    editor.wait(|message| message["method"] == "window/showMessage");
    fs::remove_file(project.1.join("watertight.toml")).expect("removed");
    editor.notify("workspace/didChangeWatchedFiles", changed(3));
    let shown =
        editor.wait(|message| message["method"] == "textDocument/publishDiagnostics" && message["params"]["uri"] == config);
    assert_eq!(shown["params"]["diagnostics"], json!([]));
    assert_eq!(rules(&editor.diagnostics(&uri, 1)), ["unclosed-handle"]);
}

#[test]
fn an_editor_that_watches_nothing_is_served_when_it_saves() {
    let project = Project::new(&[("hub.py", HUB), ("cleaner.py", "")]);
    let mut editor = Editor::open(&[&project.1], &json!({}));
    let hub = project.uri("hub.py");
    editor.did_open(&hub, "python", HUB);
    assert_eq!(rules(&editor.diagnostics(&hub, 1)), ["unbounded-collection"]);
    project.write("cleaner.py", CLEANER);
    editor.notify("textDocument/didSave", json!({ "textDocument": { "uri": hub } }));
    assert_eq!(editor.diagnostics(&hub, 1), Vec::<Value>::new());
    project.write("watertight.toml", "exclude = [\"cleaner.py\"]\n");
    editor.notify("textDocument/didSave", json!({ "textDocument": { "uri": hub } }));
    assert_eq!(rules(&editor.diagnostics(&hub, 1)), ["unbounded-collection"]);
}

#[test]
fn folders_come_and_go() {
    let one = Project::new(&[("hub.py", HUB)]);
    let other = Project::new(&[("hub.py", HUB), ("cleaner.py", CLEANER)]);
    let mut editor = Editor::open(&[&one.1], &able());
    let folder = json!({ "uri": editor::uri(&other.1), "name": "other" });
    editor.notify("workspace/didChangeWorkspaceFolders", json!({ "event": { "added": [folder], "removed": [] } }));
    for (project, expected) in [(&one, vec!["unbounded-collection"]), (&other, vec![])] {
        let uri = project.uri("hub.py");
        editor.did_open(&uri, "python", HUB);
        assert_eq!(rules(&editor.diagnostics(&uri, 1)), expected);
    }
    // Without its folder, the document stands alone.
    let gone = json!({ "event": { "added": [], "removed": [folder] } });
    editor.notify("workspace/didChangeWorkspaceFolders", gone);
    assert_eq!(rules(&editor.diagnostics(&other.uri("hub.py"), 1)), ["unbounded-collection"]);
}

#[test]
fn a_baseline_counts() {
    let project = Project::new(&[("a.py", LEAK)]);
    let written = assert_cmd::Command::cargo_bin("watertight").expect("built").arg("baseline").current_dir(&project.1).output();
    assert!(written.expect("ran").status.success());
    let mut editor = Editor::open(&[&project.1], &able());
    let uri = project.uri("a.py");
    editor.did_open(&uri, "python", LEAK);
    assert_eq!(editor.diagnostics(&uri, 1), Vec::<Value>::new());
    let twice = format!("{LEAK}\n{}", LEAK.replace("def f", "def g"));
    editor.change(&uri, 2, json!([{ "text": twice }]));
    assert_eq!(rules(&editor.diagnostics(&uri, 2)), ["unclosed-handle"]);
}

#[test]
fn a_server_that_was_killed_is_replaced_without_loss() {
    let project = Project::new(&[("hub.py", HUB), ("cleaner.py", "")]);
    let (hub, cleaner) = (project.uri("hub.py"), project.uri("cleaner.py"));
    let mut seen = Vec::new();
    for _ in 0..2 {
        let mut editor = Editor::open(&[&project.1], &able());
        editor.did_open(&cleaner, "python", CLEANER);
        editor.diagnostics(&cleaner, 1);
        editor.did_open(&hub, "python", &format!("{HUB}\n{LEAK}"));
        seen.push(
            editor
                .diagnostics(&hub, 1)
                .iter()
                .map(|one| {
                    // The pages stand in a folder of their own each time.
                    let mut one = one.clone();
                    one["codeDescription"] = Value::Null;
                    one
                })
                .collect::<Vec<_>>(),
        );
        editor.child.kill().expect("killed");
    }
    assert_eq!(seen[0], seen[1]);
    assert_eq!(rules(&seen[0]), ["unclosed-handle"]);
}

#[test]
fn the_memory_of_the_server_does_not_grow_with_the_edits() {
    let project = Project::new(&[("hub.py", HUB), ("cleaner.py", CLEANER), ("a.py", "")]);
    let mut editor = Editor::open(&[&project.1], &able());
    let uri = project.uri("a.py");
    let text: String = (0..10).map(|at| LEAK.replace("def f", &format!("def f{at}")) + "\n").collect();
    editor.did_open(&uri, "python", &text);
    editor.diagnostics(&uri, 1);
    let mut sizes = Vec::new();
    for version in 2..2002 {
        // Names come and go, so that what is said to the project changes each time.
        let line = u32::try_from((version * 7) % 40).expect("small");
        if version % 2 == 0 {
            editor.did_change(&uri, version, [line, 0, line, 0], &format!("thing_{version} = make_{version}()\n"));
        } else {
            let line = u32::try_from(((version - 1) * 7) % 40).expect("small");
            editor.did_change(&uri, version, [line, 0, line + 1, 0], "");
        }
        editor.diagnostics(&uri, version);
        if version % 500 == 0 {
            sizes.extend(editor.resident());
        }
    }
    if let [_, early, .., late] = sizes[..] {
        assert!(late <= early + early / 50 + 512, "KiB after each 500 edits: {sizes:?}");
    }
}
