//! What one file cannot tell: the other files of the project speak for and against its findings.

use std::fs;
use std::path::PathBuf;
use tempfile::TempDir;
use watertight::cli::analyzer;
use watertight::finding::Report;
use watertight::rules::RuleSet;
use watertight::scan::config::Settings;
use watertight::scan::{Options, run};

const STORE: &str = "SESSIONS = {}\n\n\ndef on_message(session_id, data):\n    SESSIONS[session_id] = data\n";
const HUB: &str = "
class Hub:
    def __init__(self):
        self.peers_by_session = {}

    async def on_connect(self, session_id, peer):
        self.peers_by_session[session_id] = peer

    def close(self):
        pass
";
const CLIENT: &str = "
import socket
from app.base import Base


class Client(Base):
    def __init__(self, host):
        self._sock = socket.create_connection((host, 80))

    def close(self):
        super().close()
";
const BASE_SILENT: &str = "class Base:\n    def close(self):\n        pass\n";
const BASE_CLOSING: &str = "class Base:\n    def close(self):\n        self._sock.close()\n";
const CACHE: &str = "import functools\n\n\n@functools.cache\ndef resolve(url):\n    return url.lower()\n";

/// The report over a project of these files, of which only `named` are reported; all, if none is named.
fn scan(files: &[(&str, &str)], named: &[&str]) -> Report {
    let folder = TempDir::new().expect("a folder can be made");
    let root = folder.path().canonicalize().expect("the folder exists");
    for (path, text) in files {
        let path = root.join(path);
        fs::create_dir_all(path.parent().expect("a file has a folder")).expect("a folder can be made");
        fs::write(path, text).expect("a file can be written");
    }
    let rules = RuleSet::builtin().expect("the rules parse");
    let options =
        Options { settings: vec![Settings::bare(rules.clone(), rules.clone(), false)], threads: Some(2), max_file_size: 1 << 20 };
    let analyzer = analyzer(&rules);
    let mut paths: Vec<PathBuf> = named.iter().map(|path| root.join(path)).collect();
    if paths.is_empty() {
        paths.push(root.clone());
    }
    run(&paths, &root, analyzer.as_ref(), &options, &|_, _| {}).expect("threads can be started")
}

/// The findings as `path:rule`, in order.
fn found(files: &[(&str, &str)]) -> Vec<String> {
    found_in(files, &[])
}

fn found_in(files: &[(&str, &str)], named: &[&str]) -> Vec<String> {
    let report = scan(files, named);
    assert!(report.problems.is_empty(), "{:?}", report.problems);
    report.findings().map(|(file, finding)| format!("{}:{}", file.path, finding.rule)).collect()
}

#[test]
fn a_name_of_the_module_is_relieved_by_who_imports_it() {
    let other = "from app.store import SESSIONS\n\n\ndef on_close(session_id):\n    SESSIONS.pop(session_id, None)\n";
    let through = "from app import store\n\n\ndef on_close(session_id):\n    del store.SESSIONS[session_id]\n";
    let stranger = "from app.other import SESSIONS\n\n\ndef on_close(session_id):\n    SESSIONS.pop(session_id, None)\n";
    let leak = ["app/store.py:unbounded-collection"];
    assert_eq!(found(&[("app/store.py", STORE)]), leak);
    assert_eq!(found(&[("app/store.py", STORE), ("app/other.py", other)]), [""; 0]);
    assert_eq!(found(&[("app/store.py", STORE), ("app/other.py", through)]), [""; 0]);
    assert_eq!(found(&[("app/store.py", STORE), ("app/third.py", stranger)]), leak);
    assert_eq!(found(&[("app/store.py", STORE), ("tests/test_store.py", other)]), leak, "a test relieves nothing");
}

#[test]
fn a_field_is_relieved_by_heirs_and_by_whoever_holds_the_instance() {
    let keeper = "from app.hub import Hub\n\nHUB = Hub()\n";
    let heir = "from app.hub import Hub\n\n\nclass Tidy(Hub):\n    def on_gone(self, session_id):\n        self.peers_by_session.pop(session_id)\n";
    let holder = "def sweep(hub, session_id):\n    hub.peers_by_session.pop(session_id)\n";
    let leak = ["app/hub.py:unbounded-collection"];
    assert_eq!(found(&[("app/hub.py", HUB), ("app/main.py", keeper)]), leak);
    assert_eq!(found(&[("app/hub.py", HUB), ("app/main.py", keeper), ("app/tidy.py", heir)]), [""; 0]);
    assert_eq!(found(&[("app/hub.py", HUB), ("app/main.py", keeper), ("app/sweep.py", holder)]), [""; 0]);
}

#[test]
fn what_lives_no_longer_than_a_call_is_no_leak() {
    let passing = "from app.hub import Hub\n\n\ndef answer(request):\n    hub = Hub()\n    hub.on_connect(1, request)\n";
    assert_eq!(found(&[("app/hub.py", HUB), ("app/views.py", passing)]), [""; 0]);
}

#[test]
fn a_base_in_another_file_releases_or_does_not() {
    assert_eq!(found(&[("app/client.py", CLIENT), ("app/base.py", BASE_CLOSING)]), [""; 0]);
    assert_eq!(found(&[("app/client.py", CLIENT), ("app/base.py", BASE_SILENT)]), ["app/client.py:unclosed-handle"]);
}

#[test]
fn a_cache_is_cleared_from_anywhere() {
    let clearing = "from app.cache import resolve\n\n\ndef reload():\n    resolve.cache_clear()\n";
    assert_eq!(found(&[("app/cache.py", CACHE)]), ["app/cache.py:unbounded-cache"]);
    assert_eq!(found(&[("app/cache.py", CACHE), ("app/reload.py", clearing)]), [""; 0]);
}

#[test]
fn what_is_named_decides_what_is_reported_and_not_what_is_known() {
    let other = "from app.store import SESSIONS\n\n\ndef on_close(session_id):\n    SESSIONS.pop(session_id, None)\n";
    let third = "from app.third import SESSIONS\n\n\ndef on_close(session_id):\n    SESSIONS.pop(session_id, None)\n";
    let project = ("pyproject.toml", "[project]\nname = 'app'\n");
    let leaky = ("app/third.py", STORE);
    let files = [project, ("app/store.py", STORE), ("lib/other.py", other), leaky];
    assert_eq!(found_in(&files, &["app/store.py"]), [""; 0]);
    assert_eq!(found_in(&files, &["app"]), ["app/third.py:unbounded-collection"]);
    let alone = [("app/store.py", STORE), ("lib/other.py", third)];
    assert_eq!(found_in(&alone, &["app/store.py"]), ["app/store.py:unbounded-collection"], "no project is in sight");
}

#[test]
fn what_a_function_of_another_file_opens_is_its_callers_to_close() {
    let helper = "import socket\n\n\ndef dial(host):\n    return socket.create_connection((host, 80))\n";
    let caller = "from app.net import dial\n\n\ndef ask(host, text):\n    sock = dial(host)\n    sock.sendall(text)\n    return sock.recv(10)\n";
    let careful = "from app.net import dial\n\n\ndef ask(host, text):\n    with dial(host) as sock:\n        sock.sendall(text)\n        return sock.recv(10)\n";
    assert_eq!(found(&[("app/net.py", helper), ("app/ask.py", caller)]), ["app/ask.py:unclosed-handle"]);
    assert_eq!(found(&[("app/net.py", helper), ("app/ask.py", careful)]), [""; 0]);
    assert_eq!(found(&[("app/ask.py", caller)]), [""; 0]);
}

const WORKER: &str = "
class Worker:
    def __init__(self, plan):
        self.threads = {}
        self.plan = plan(threads=self.threads)

    async def execute(self, request_id, work):
        self.threads[request_id] = await work()

    def close(self):
        pass
";

#[test]
fn what_is_handed_on_is_relieved_under_the_same_name() {
    let plan = "class Plan:\n    def __init__(self, threads):\n        self.threads = threads\n\n    def forget(self, request_id):\n        self.threads.pop(request_id, None)\n";
    assert_eq!(found(&[("app/worker.py", WORKER), ("app/plan.py", plan)]), [""; 0]);
}

#[test]
fn a_limited_cache_on_what_is_made_in_no_loop_is_silent() {
    let page = "import functools\n\n\nclass Page:\n    @functools.lru_cache\n    def words(self, size):\n        return self.text.split()\n";
    let many = "from app.page import Page\n\n\ndef pages(texts):\n    for text in texts:\n        yield Page(text)\n";
    let one = "from app.page import Page\n\n\ndef main(text):\n    show(Page(text))\n";
    assert_eq!(found(&[("app/page.py", page), ("app/many.py", many)]), ["app/page.py:cached-method"]);
    assert_eq!(found(&[("app/page.py", page), ("app/one.py", one)]), [""; 0]);
}
