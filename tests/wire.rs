//! What is no protocol, and what is wrong in it: it is answered with an error or ends the server, and never makes it hang.

mod editor;

use editor::{Editor, Project, able};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

const LEAK: &str = "def f(path):\n    handle = open(path)\n    return handle.read()\n";

fn framed(body: &str) -> Vec<u8> {
    format!("Content-Length: {}\r\n\r\n{body}", body.len()).into_bytes()
}

#[test]
fn what_cannot_be_framed_ends_the_server_with_an_error() {
    let greeting = framed(r#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"capabilities":{}}}"#);
    let long = "a".repeat(100_000);
    for greeted in [false, true] {
        for garbage in [
            &b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"[..],
            b"Content-Length: 5\n\n{}",
            b"Content-Length: many\r\n\r\n{}",
            b"Content-Length: -5\r\n\r\n{}",
            b"Content-Length: 18446744073709551616\r\n\r\n{}",
            b"Content-Length: 4294967296\r\n\r\n{}",
            b"Content-Length: 100\r\n\r\n{}",
            b"Content-Length: 100",
            b"\xff\xfe\x00\x01",
            long.as_bytes(),
        ] {
            let mut editor = Editor::start();
            if greeted {
                editor.raw(&greeting);
            }
            editor.raw(garbage);
            let (code, said) = editor.ended();
            assert_eq!(code, Some(2), "{}", String::from_utf8_lossy(&garbage[..garbage.len().min(60)]));
            assert!(said.starts_with("error: "), "{said}");
        }
    }
}

#[test]
fn an_editor_that_leaves_without_a_word_ends_the_server() {
    for bytes in [Vec::new(), framed(r#"{"jsonrpc":"2.0","method":"exit"}"#)] {
        let mut editor = Editor::start();
        editor.raw(&bytes);
        assert_eq!(editor.ended().0, Some(1));
    }
    let mut editor = Editor::open(&[], &able());
    assert_eq!(editor.ended().0, Some(1));
}

#[test]
fn what_is_no_message_is_answered_and_the_talk_goes_on() {
    let mut editor = Editor::open(&[], &able());
    for (body, code) in [
        ("{", -32700),
        ("", -32700),
        ("\u{1f600}", -32700),
        ("[]", -32600),
        ("null", -32600),
        ("{}", -32600),
        (r#"{"jsonrpc":"2.0","id":{},"method":"x"}"#, -32600),
        (r#"{"jsonrpc":"2.0","id":1e99,"method":"x"}"#, -32600),
    ] {
        editor.raw(&framed(body));
        let answer = editor.wait(|message| message.get("id") == Some(&Value::Null));
        assert_eq!(answer["error"]["code"], code, "{body}");
    }
    editor.raw(&framed(&"[".repeat(100_000)));
    assert_eq!(editor.wait(|message| message.get("id") == Some(&Value::Null))["error"]["code"], -32700);
    assert_eq!(editor.leave(), Some(0));
}

#[test]
fn what_comes_out_of_order_is_refused() {
    let mut editor = Editor::start();
    assert_eq!(editor.request("textDocument/hover", json!({})).expect_err("too early")["code"], -32002);
    assert_eq!(editor.request("shutdown", Value::Null).expect_err("too early")["code"], -32002);
    editor.notify("textDocument/didOpen", json!({ "textDocument": {} }));
    assert_eq!(editor.request("initialize", json!({ "capabilities": 7 })).expect_err("wrong")["code"], -32602);
    editor.greet(&[], &able(), json!({ "level": "loud" }));
    assert_eq!(editor.request("initialize", json!({ "capabilities": {} })).expect_err("twice")["code"], -32600);
    assert_eq!(editor.request("no/such", Value::Null).expect_err("unknown")["code"], -32601);
    assert_eq!(editor.request("$/odd", Value::Null).expect_err("unknown")["code"], -32601);
    editor.notify("no/such", json!({ "deep": [[[[]]]] }));
    for method in ["textDocument/hover", "textDocument/codeAction", "textDocument/diagnostic", "workspace/executeCommand"] {
        for params in [Value::Null, json!([]), json!({}), json!({ "textDocument": 1 }), json!("x")] {
            assert_eq!(editor.request(method, params).expect_err("wrong")["code"], -32602, "{method}");
        }
    }
    for method in [
        "textDocument/didOpen",
        "textDocument/didChange",
        "textDocument/didClose",
        "textDocument/didSave",
        "$/cancelRequest",
        "workspace/didChangeWatchedFiles",
        "workspace/didChangeWorkspaceFolders",
        "workspace/didRenameFiles",
    ] {
        editor.notify(method, json!({ "textDocument": 7, "changes": 7, "event": 7, "files": 7 }));
    }
    editor.change("file:///not/open.py", 2, json!([{ "text": "" }]));
    editor.send(&json!({ "jsonrpc": "2.0", "id": 4711, "result": "nobody asked" }));
    editor.request("shutdown", Value::Null).expect("answered");
    assert_eq!(editor.request("textDocument/hover", json!({})).expect_err("too late")["code"], -32600);
    editor.notify("exit", Value::Null);
    assert_eq!(editor.ended().0, Some(0));
}

#[test]
fn edits_out_of_range_and_turned_round_are_taken_as_the_nearest_that_fit() {
    let project = Project::new(&[("a.py", "")]);
    let mut editor = Editor::open(&[&project.1], &able());
    let uri = project.uri("a.py");
    editor.did_open(&uri, "python", LEAK);
    editor.diagnostics(&uri, 1);
    let most = u32::MAX;
    for (version, range) in
        (2..).zip([[0, most, 0, most], [most, most, most, most], [most, 0, 0, 0], [2, 5, 1, 2], [0, 0, most, most]])
    {
        editor.did_change(&uri, version, range, "# \u{1f600}\u{4e2d}\r");
        editor.diagnostics(&uri, version);
    }
    editor.change(&uri, 50, json!([{ "range": { "start": { "line": -1, "character": 0 }, "end": {} }, "text": "x" }]));
    editor.change(&uri, 51, json!([{ "text": LEAK }]));
    assert_eq!(editor.diagnostics(&uri, 51).len(), 1);
    for position in [json!({ "line": most, "character": most }), json!({ "line": 1, "character": most })] {
        let ask = json!({ "textDocument": { "uri": uri }, "position": position });
        editor.request("textDocument/hover", ask).expect("answered");
    }
    let turned = json!({ "start": { "line": 2, "character": 0 }, "end": { "line": 0, "character": 0 } });
    let ask = json!({ "textDocument": { "uri": uri }, "range": turned, "context": { "diagnostics": [] } });
    assert!(!editor.request("textDocument/codeAction", ask).expect("answered").as_array().expect("a list").is_empty());
    assert_eq!(editor.leave(), Some(0));
}

#[test]
fn random_bytes_and_broken_messages_never_make_it_hang() {
    let mut number: u64 = 7;
    let mut next = |most: usize| {
        number = number.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (number >> 33) as usize % most
    };
    let greeting = framed(r#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"capabilities":{}}}"#);
    let item = json!({ "uri": "file:///x/a.py", "languageId": "python", "version": 1, "text": LEAK });
    let open = json!({ "jsonrpc": "2.0", "method": "textDocument/didOpen", "params": { "textDocument": item } }).to_string();
    let good = [greeting, framed(r#"{"jsonrpc":"2.0","method":"initialized","params":{}}"#), framed(&open)].concat();
    for _ in 0..40 {
        let mut bytes = good.clone();
        for _ in 0..=next(6) {
            let at = next(bytes.len());
            match next(3) {
                0 => bytes[at] = next(256) as u8,
                1 => drop(bytes.remove(at)),
                _ => bytes.truncate(at.max(1)),
            }
        }
        let mut editor = Editor::start();
        editor.raw(&bytes);
        // It ends by itself, and not by a signal.
        let (code, said) = editor.ended();
        assert!(matches!(code, Some(1 | 2)), "{code:?} {said}");
        assert!(!said.contains("panicked"), "{said}");
    }
}

#[test]
fn every_request_before_shutdown_is_answered_before_it() {
    let project = Project::new(&[("a.py", LEAK)]);
    let uri = project.uri("a.py");
    // Whether the settings are never told, or told at once: all comes in one go.
    for able in [able(), json!({})] {
        let document = json!({ "uri": uri, "languageId": "python", "version": 1, "text": LEAK });
        let place = json!({ "textDocument": { "uri": uri }, "position": { "line": 1, "character": 14 } });
        let range = json!({ "start": { "line": 1, "character": 13 }, "end": { "line": 1, "character": 23 } });
        let action = json!({ "textDocument": { "uri": uri }, "range": range, "context": { "diagnostics": [] } });
        let root = [json!({ "uri": editor::uri(&project.1), "name": "p" })];
        let greeting = json!({ "capabilities": able, "processId": null, "rootUri": null, "workspaceFolders": root });
        let sent = [
            json!({ "jsonrpc": "2.0", "id": 1, "method": "initialize", "params": greeting }),
            json!({ "jsonrpc": "2.0", "method": "initialized", "params": {} }),
            json!({ "jsonrpc": "2.0", "method": "textDocument/didOpen", "params": { "textDocument": document } }),
            json!({ "jsonrpc": "2.0", "id": 2, "method": "textDocument/hover", "params": place }),
            json!({ "jsonrpc": "2.0", "id": 3, "method": "textDocument/codeAction", "params": action }),
            json!({ "jsonrpc": "2.0", "id": 4, "method": "textDocument/diagnostic", "params": { "textDocument": { "uri": uri } } }),
            json!({ "jsonrpc": "2.0", "id": 5, "method": "shutdown" }),
            json!({ "jsonrpc": "2.0", "method": "exit" }),
        ];
        let mut editor = Editor::start();
        editor.ignores = &["workspace/configuration"];
        editor.raw(&sent.iter().flat_map(|message| framed(&message.to_string())).collect::<Vec<u8>>());
        let mut order = Vec::new();
        for _ in 0..5 {
            let answer = editor.wait(|message| message.get("method").is_none());
            assert!(answer.get("result").is_some() != answer.get("error").is_some(), "{answer}");
            order.push(answer["id"].as_i64().expect("an id"));
        }
        assert_eq!(order.last(), Some(&5), "`shutdown` is answered last: {order:?}");
        order.sort_unstable();
        assert_eq!(order, [1, 2, 3, 4, 5]);
        assert_eq!(editor.ended().0, Some(0));
    }
}

#[test]
fn an_editor_that_never_tells_its_settings_is_served() {
    let project = Project::new(&[("a.py", LEAK)]);
    let mut editor = Editor::start();
    editor.ignores = &["workspace/configuration"];
    editor.greet(&[&project.1], &able(), Value::Null);
    editor.wait_request("workspace/configuration");
    let uri = project.uri("a.py");
    let begun = Instant::now();
    editor.did_open(&uri, "python", LEAK);
    assert_eq!(editor.diagnostics(&uri, 1).len(), 1);
    assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
    assert_eq!(editor.leave(), Some(0));
}
