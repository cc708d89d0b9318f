//! What one file cannot tell: the other files of the project speak for and against its findings.

use std::fs;
use std::path::PathBuf;
use tempfile::TempDir;
use watertight::cli::analyzer;
use watertight::finding::{Confidence, Report};
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
    let page = "import functools\n\n\nclass Document:\n    @functools.lru_cache\n    def words(self, size):\n        return self.text.split()\n";
    let many = "from app.page import Document\n\n\ndef pages(texts):\n    for text in texts:\n        yield Document(text)\n";
    let one = "from app.page import Document\n\n\ndef main(text):\n    show(Document(text))\n";
    assert_eq!(found(&[("app/page.py", page), ("app/many.py", many)]), ["app/page.py:cached-method"]);
    assert_eq!(found(&[("app/page.py", page), ("app/one.py", one)]), [""; 0]);
}

#[test]
fn what_a_command_keeps_goes_with_it() {
    let kept =
        "import functools\n\n\nclass Target:\n    @functools.cache\n    def sources(self):\n        return self.text.split()\n";
    let begin = "import argparse\nfrom tool.target import Target\n\n\ndef main():\n    options = argparse.ArgumentParser().parse_args()\n    for name in options.names:\n        build(Target(name))\n";
    let files = |face: &'static str| [("tool/__init__.py", face), ("tool/main.py", begin), ("tool/target.py", kept)];
    assert_eq!(found(&files("__version__ = '1.0'\n")), [""; 0]);
    for face in ["from tool.target import Target\n", "from .target import Target\n"] {
        assert_eq!(found(&files(face)), ["tool/target.py:cached-method"]);
    }
}

#[test]
fn what_decorates_functions_of_modules_is_made_while_they_are_loaded() {
    let kernel = "import functools\n\n\nclass Kernel:\n    def __init__(self, body):\n        self.body = body\n\n    @classmethod\n    def around(cls, **options):\n        return lambda body: cls(body, **options)\n\n    @functools.cache\n    def compiled(self, target):\n        return build(self.body, target)\n";
    let loaded = "from lib.kernel import Kernel\n\n\n@Kernel.around()\ndef total(a):\n    return sum(a)\n\n\n@Kernel.around()\ndef most(a):\n    return max(a)\n";
    let each = "from lib.kernel import Kernel\n\n\ndef of(body):\n    return Kernel.around()(body)\n";
    assert_eq!(found(&[("lib/kernel.py", kernel), ("lib/loaded.py", loaded)]), [""; 0]);
    assert_eq!(
        found(&[("lib/kernel.py", kernel), ("lib/loaded.py", loaded), ("lib/each.py", each)]),
        ["lib/kernel.py:cached-method"]
    );
}

const SEND: &str = "import socket\nfrom app.net import finish\n\n\ndef ask(host, text):\n    sock = socket.create_connection((host, 80))\n    finish(sock, text)\n";

#[test]
fn a_function_of_another_file_releases_what_it_is_given_or_only_uses_it() {
    let leak = ["app/ask.py:unclosed-handle"];
    let ask = ("app/ask.py", SEND);
    for body in ["sock.sendall(text)\n    sock.close()", "with sock:\n        sock.sendall(text)"] {
        assert_eq!(found(&[ask, ("app/net.py", &format!("def finish(sock, text):\n    {body}\n"))]), [""; 0], "{body}");
    }
    let using = "def finish(sock, text):\n    sock.sendall(text)\n";
    assert_eq!(found(&[ask, ("app/net.py", using)]), leak);
    assert_eq!(found(&[ask]), [""; 0], "what it does is not known");
    let keeping = "OPEN = {}\n\n\ndef finish(sock, text):\n    sock.sendall(text)\n    OPEN['last'] = sock\n";
    assert_eq!(found(&[ask, ("app/net.py", keeping)]), [""; 0]);
    assert_eq!(found(&[ask, ("lib/net.py", using)]), [""; 0], "another module of the name");
    let twice = "try:\n    import ssl\n\n    def finish(sock, text):\n        sock.sendall(text)\nexcept ImportError:\n    def finish(sock, text):\n        sock.close()\n";
    assert_eq!(found(&[ask, ("app/net.py", twice)]), [""; 0], "which of two is meant is not known");
}

#[test]
fn what_is_given_on_is_followed_through_files_and_packages() {
    let ask = (
        "app/ask.py",
        "import socket\nfrom net import finish\n\n\ndef ask(host, text):\n    sock = socket.create_connection((host, 80))\n    finish(text=text, sock=sock)\n",
    );
    let face = ("net/__init__.py", "from .send import finish\n");
    let send = ("net/send.py", "from net.end import end\n\n\ndef finish(sock, text):\n    sock.sendall(text)\n    end(sock)\n");
    let closing = ("net/end.py", "def end(sock):\n    sock.close()\n");
    let using = ("net/end.py", "def end(sock):\n    sock.shutdown(1)\n");
    assert_eq!(found(&[ask, face, send, closing]), [""; 0]);
    assert_eq!(found(&[ask, face, send, using]), ["app/ask.py:unclosed-handle"]);
}

#[test]
fn a_function_of_another_file_closes_a_field_in_its_teardown() {
    let keeper = "import socket\nfrom app.end import end\n\n\nclass Client:\n    def __init__(self, host):\n        self._sock = socket.create_connection((host, 80))\n\n    def stop(self):\n        end(self._sock)\n";
    let closing = "def end(sock):\n    if sock is not None:\n        sock.close()\n";
    let using = "def end(sock):\n    sock.sendall(b'bye')\n";
    assert_eq!(found(&[("app/client.py", keeper), ("app/end.py", closing)]), [""; 0]);
    assert_eq!(found(&[("app/client.py", keeper), ("app/end.py", using)]), ["app/client.py:unclosed-handle"]);
}

#[test]
fn a_stream_of_node_is_released_or_used_elsewhere() {
    let read = "import fs from 'node:fs/promises'\nimport { finish } from './finish'\n\nexport async function head(path: string) {\n  const file = await fs.open(path)\n  finish(file)\n}\n";
    let closing = "export const finish = (file) => {\n  file.close()\n}\n";
    let using = "export const finish = (file) => {\n  file.appendFile('x')\n}\n";
    assert_eq!(found(&[("web/read.ts", read), ("web/finish.ts", closing)]), [""; 0]);
    assert_eq!(found(&[("web/read.ts", read), ("web/finish.ts", using)]), ["web/read.ts:unclosed-handle"]);
    assert_eq!(found(&[("web/read.ts", read), ("lib/finish.ts", using)]), [""; 0]);
}

#[test]
fn a_type_of_the_same_name_elsewhere_is_another_one() {
    let keeper = "from app.hub import Hub\n\nHUB = Hub()\n";
    let namesake = "class Hub:\n    def on_gone(self, session_id):\n        self.peers_by_session.pop(session_id)\n";
    let heir = "from lib.hub import Hub\n\n\nclass Tidy(Hub):\n    def on_gone(self, session_id):\n        self.peers_by_session.pop(session_id)\n";
    let own_heir = heir.replace("lib.hub", "app.hub");
    let holder =
        "from lib.hub import Hub\n\n\ndef sweep(session_id):\n    hub = Hub()\n    hub.peers_by_session.pop(session_id)\n";
    let (hub, main) = (("app/hub.py", HUB), ("app/main.py", keeper));
    let other = ("lib/hub.py", "class Hub:\n    pass\n");
    let leak = ["app/hub.py:unbounded-collection"];
    assert_eq!(found(&[hub, main, ("lib/hub.py", namesake)]), leak);
    assert_eq!(found(&[hub, main, other, ("lib/tidy.py", heir)]), leak);
    assert_eq!(found(&[hub, main, other, ("lib/tidy.py", &own_heir)]), [""; 0]);
    assert_eq!(found(&[hub, main, other, ("lib/sweep.py", holder)]), leak);
}

#[test]
fn a_base_is_the_one_that_is_imported() {
    let other = ("lib/base.py", BASE_CLOSING);
    let client = ("app/client.py", CLIENT);
    assert_eq!(found(&[client, ("app/base.py", BASE_SILENT), other]), ["app/client.py:unclosed-handle"]);
    assert_eq!(found(&[client, ("app/base.py", BASE_CLOSING), other]), [""; 0]);
    let foreign = CLIENT.replace("app.base", "vendor.base");
    let doubted = [("app/client.py", foreign.as_str()), ("lib/base.py", BASE_SILENT)];
    assert_eq!(found(&doubted), [""; 0], "what the base does is not known");
}

#[test]
fn a_base_in_another_file_takes_entries_out() {
    let heir = "from app.base import Base\n\n\nclass Hub(Base):\n    def __init__(self):\n        self.peers = {}\n\n    async def on_connect(self, session_id, peer):\n        self.peers[session_id] = peer\n\n\nHUB = Hub()\n";
    let removing = "class Base:\n    def on_gone(self, session_id):\n        self.peers.pop(session_id, None)\n";
    let silent = "class Base:\n    def on_gone(self, session_id):\n        pass\n";
    assert_eq!(found(&[("app/hub.py", heir), ("app/base.py", removing)]), [""; 0]);
    assert_eq!(found(&[("app/hub.py", heir), ("app/base.py", silent)]), ["app/hub.py:unbounded-collection"]);
    let script = "import { Base } from './base'\n\nclass Hub extends Base {\n  constructor() {\n    super()\n    this.peers = new Map()\n  }\n\n  onConnect(socket) {\n    this.peers.set(socket.id, socket)\n  }\n}\n\nexport const hub = new Hub()\n";
    let whole = script.replace("{ Base }", "Base");
    let given = "export default class Base {\n  onGone(id) {\n    this.peers.delete(id)\n  }\n}\n";
    assert_eq!(found(&[("web/hub.js", &whole), ("web/base.js", given)]), [""; 0]);
    let removing = "export class Base {\n  onGone(id) {\n    this.peers.delete(id)\n  }\n}\n";
    let silent = "export class Base {\n  onGone(id) {}\n}\n";
    assert_eq!(found(&[("web/hub.js", script), ("web/base.js", removing)]), [""; 0]);
    assert_eq!(found(&[("web/hub.js", script), ("web/base.js", silent)]), ["web/hub.js:unbounded-collection"]);
}

#[test]
fn an_exported_collection_is_emptied_by_who_imports_it() {
    let cache = "export const sessions = new Map()\n\nexport function onMessage(message) {\n  sessions.set(message.id, message.data)\n}\n";
    let old = "const sessions = new Map()\n\nfunction onMessage(message) {\n  sessions.set(message.id, message.data)\n}\n\nmodule.exports = { sessions, onMessage }\n";
    let leak = ["web/store.js:unbounded-collection"];
    for store in [cache, old] {
        let store = ("web/store.js", store);
        assert_eq!(found(&[store]), leak);
        for other in [
            "import { sessions } from './store'\n\nexport function onClose(id) {\n  sessions.delete(id)\n}\n",
            "import * as store from './store.js'\n\nexport function onClose(id) {\n  store.sessions.delete(id)\n}\n",
            "const store = require('./store')\n\nexports.onClose = (id) => store.sessions.delete(id)\n",
            "const { sessions } = require('./store')\n\nexports.onClose = (id) => sessions.delete(id)\n",
        ] {
            assert_eq!(found(&[store, ("web/close.js", other)]), [""; 0], "{other}");
            assert_eq!(found(&[store, ("lib/close.js", other), ("lib/store.js", "")]), leak, "another module: {other}");
        }
        let packaged = "import { sessions } from '@own/web'\n\nexport function onClose(id) {\n  sessions.delete(id)\n}\n";
        let face = ("web/index.js", "export { sessions } from './store'\n");
        assert_eq!(found(&[store, face, ("app/close.js", packaged)]), [""; 0]);
    }
}

#[test]
fn a_static_of_a_crate_is_emptied_by_another_file() {
    let store = "use std::collections::HashMap;\nuse std::sync::{LazyLock, Mutex};\n\npub static SESSIONS: LazyLock<Mutex<HashMap<u64, String>>> = LazyLock::new(|| Mutex::new(HashMap::new()));\n\npub fn on_message(id: u64, text: String) {\n    SESSIONS.lock().unwrap().insert(id, text);\n}\n";
    let leak = |path: &str| [format!("{path}:unbounded-collection")];
    assert_eq!(found(&[("src/store.rs", store)]), leak("src/store.rs"));
    for (path, other) in [
        (
            "src/store.rs",
            "use crate::store::SESSIONS;\n\npub fn on_close(id: u64) {\n    SESSIONS.lock().unwrap().remove(&id);\n}\n",
        ),
        (
            "src/store.rs",
            "use super::store;\n\npub fn on_close(id: u64) {\n    store::SESSIONS.lock().unwrap().remove(&id);\n}\n",
        ),
        ("src/store.rs", "pub fn on_close(id: u64) {\n    crate::store::SESSIONS.lock().unwrap().remove(&id);\n}\n"),
        ("src/lib.rs", "pub fn on_close(id: u64) {\n    crate::SESSIONS.lock().unwrap().remove(&id);\n}\n"),
        (
            "src/lib.rs",
            "use crate::SESSIONS;\n\npub fn on_close(id: u64) {\n    let mut all = SESSIONS.lock().unwrap();\n    all.remove(&id);\n}\n",
        ),
    ] {
        assert_eq!(found(&[(path, store), ("src/close.rs", other)]), [""; 0], "{other}");
    }
    let member = "use data_store::table::SESSIONS;\n\npub fn on_close(id: u64) {\n    SESSIONS.lock().unwrap().remove(&id);\n}\n";
    let own = "crates/data-store/src/table.rs";
    assert_eq!(found(&[(own, store), ("crates/app/src/close.rs", member)]), [""; 0]);
    let stranger = "use crate::table::SESSIONS;\n\npub fn on_close(id: u64) {\n    SESSIONS.lock().unwrap().remove(&id);\n}\n";
    assert_eq!(found(&[(own, store), ("crates/app/src/close.rs", stranger)]), leak(own));
}

#[test]
fn methods_of_a_type_may_stand_in_another_file() {
    let hub = "use std::collections::HashMap;\n\npub struct Hub {\n    pub(crate) peers: HashMap<u64, String>,\n}\n\nimpl Hub {\n    pub async fn on_connect(&mut self, id: u64, peer: String) {\n        self.peers.insert(id, peer);\n    }\n}\n";
    let main = "use crate::hub::Hub;\nuse std::sync::{LazyLock, Mutex};\n\nstatic HUB: LazyLock<Mutex<Hub>> = LazyLock::new(|| Mutex::new(Hub::new()));\n";
    let more = "use crate::hub::Hub;\n\nimpl Hub {\n    pub fn on_gone(&mut self, id: u64) {\n        self.peers.remove(&id);\n    }\n}\n";
    let other = "struct Hub {\n    peers: Vec<u64>,\n}\n\nimpl Hub {\n    fn on_gone(&mut self) {\n        self.peers.clear();\n    }\n}\n";
    assert_eq!(found(&[("src/hub.rs", hub), ("src/main.rs", main)]), ["src/hub.rs:unbounded-collection"]);
    assert_eq!(found(&[("src/hub.rs", hub), ("src/main.rs", main), ("src/gone.rs", more)]), [""; 0]);
    assert_eq!(found(&[("src/hub.rs", hub), ("src/main.rs", main), ("src/gone.rs", other)]), ["src/hub.rs:unbounded-collection"]);
}

#[test]
fn a_function_of_another_file_takes_entries_out_of_what_it_is_given() {
    let store = format!("from app.prune import prune\n\n{STORE}    prune(SESSIONS, session_id)\n");
    let store = ("app/store.py", store.as_str());
    let told = |prune: &str| {
        let report = scan(&[store, ("app/prune.py", prune)], &[]);
        report.findings().count() + report.hidden
    };
    assert_eq!(told("def prune(sessions, last):\n    sessions.pop(last, None)\n"), 0);
    assert_eq!(told("def prune(sessions, last):\n    del sessions[last]\n"), 0);
    assert_eq!(told("def prune(sessions, last):\n    print(sessions.get(last))\n"), 1);
}

#[test]
fn a_teardown_that_a_base_in_another_file_has_speaks_against_a_field_that_stays_open() {
    let client = "import socket\nfrom app.base import Base\n\n\nclass Client(Base):\n    def __init__(self, host):\n        self._sock = socket.create_connection((host, 80))\n";
    let evidence = |base: &str| {
        let report = scan(&[("app/client.py", client), ("app/base.py", base)], &[]);
        let all = report.findings().flat_map(|(_, finding)| finding.evidence.iter().map(|evidence| evidence.text.clone()));
        all.collect::<Vec<_>>().join("\n")
    };
    assert!(evidence(BASE_SILENT).contains("`close` of its base `Base` in app/base.py"), "{}", evidence(BASE_SILENT));
    assert!(!evidence("class Base:\n    pass\n").contains("of its base"));
}

#[test]
fn who_makes_a_type_of_the_same_name_makes_another_one() {
    let passing = "from lib.hub import Hub\n\n\ndef answer(request):\n    hub = Hub()\n    hub.on_connect(1, request)\n";
    let other = ("lib/hub.py", "class Hub:\n    def on_connect(self, session_id, peer):\n        pass\n");
    let leak = ["app/hub.py:unbounded-collection"];
    let keeper = ("app/main.py", "from app.hub import Hub\n\nHUB = Hub()\n");
    assert_eq!(found(&[("app/hub.py", HUB), other, keeper, ("lib/views.py", passing)]), leak);
    let own = passing.replace("lib.hub", "app.hub");
    assert_eq!(found(&[("app/hub.py", HUB), other, ("lib/views.py", &own)]), [""; 0]);
    let unknown = found(&[("app/hub.py", HUB)]);
    assert_eq!(found(&[("app/hub.py", HUB), other, ("lib/views.py", passing)]), unknown);
}

const SCHEDULED: &str = "
export class Heartbeat {
  start() {
    this.timer = setInterval(() => this.beat(), 1000);
  }
  beat() {}
  close() {
    this.beat();
  }
}
";

#[test]
fn several_builds_of_one_module_are_one_finding() {
    let commonjs = SCHEDULED.replace("export class", "exports.Heartbeat = class");
    let bundle = format!("(function () {{\n{}\n}})();\n", SCHEDULED.replace("export class", "class"));
    let builds =
        [("dist/cjs/heartbeat.js", commonjs.as_str()), ("dist/esm/heartbeat.js", SCHEDULED), ("dist/app.umd.js", &bundle)];
    assert_eq!(found(&builds), ["dist/esm/heartbeat.js:uncleared-timer"]);
    let with_source = [builds[0], builds[1], ("src/heartbeat.ts", SCHEDULED)];
    assert_eq!(found(&with_source), ["src/heartbeat.ts:uncleared-timer"]);
    let wheel = [("app/heartbeat.js", SCHEDULED), ("app-1.0.data/data/share/heartbeat.js", SCHEDULED)];
    assert_eq!(found(&wheel), ["app/heartbeat.js:uncleared-timer"]);
    // What is written twice has to be mended twice.
    let sources = [("src/a/heartbeat.js", SCHEDULED), ("src/b/heartbeat.js", SCHEDULED)];
    assert_eq!(found(&sources), ["src/a/heartbeat.js:uncleared-timer", "src/b/heartbeat.js:uncleared-timer"]);
}

/// A function that two bundles contain, and in which a timer is left when the race is won.
const RACING: &str = "
export async function settled(connection, request, limit) {
  let answer = null;
  const sent = connection.send(request).then((given) => {
    if (!answer) {
      answer = { given, request };
    }
  });
  const late = new Promise((resolve) => setTimeout(() => resolve({ request }), limit));
  await Promise.race([sent, late]);
  return answer;
}
";

#[test]
fn what_two_bundles_contain_word_for_word_is_one_finding() {
    let other = format!("var version = 2;\n{}", RACING.replace("  ", "    "));
    let bundles = [("static/1.0/editor.js", RACING), ("static/2.0/editor.js", &other)];
    assert_eq!(found(&bundles), ["static/1.0/editor.js:uncleared-timer"]);
    let changed = RACING.replace("{ given, request }", "{ given }");
    let differing = [("static/1.0/editor.js", RACING), ("static/2.0/editor.js", &changed)];
    assert_eq!(found(&differing), ["static/1.0/editor.js:uncleared-timer", "static/2.0/editor.js:uncleared-timer"]);
    // Each package has its own.
    let packages = [("packages/a/editor.js", RACING), ("packages/b/editor.js", RACING)];
    assert_eq!(found(&packages), ["packages/a/editor.js:uncleared-timer", "packages/b/editor.js:uncleared-timer"]);
}

#[test]
fn what_a_compiler_makes_of_a_source_is_one_finding() {
    let compiled = RACING
        .replace(
            "const late = new Promise((resolve) => setTimeout(",
            "let late_1 = new Promise(function (resolve) { return setTimeout(",
        )
        .replace("[sent, late]", "[sent, late_1]")
        .replace(", limit));", ", limit); });");
    let builds = [("dist.browser/net/calls.js", compiled.as_str()), ("lib/net/calls.ts", RACING)];
    assert_eq!(found(&builds), ["lib/net/calls.ts:uncleared-timer"]);
    let others = [("dist.browser/net/calls.js", compiled.as_str()), ("lib/net/other.ts", RACING)];
    assert_eq!(found(&others), ["dist.browser/net/calls.js:uncleared-timer", "lib/net/other.ts:uncleared-timer"]);
}

const OPENING: &str = "
import socket


def _connect(host):
    sock = socket.create_connection((host, 80))
    sock.sendall(b'x')
    return host
";
const THROUGH: &str = "from app.net import _connect\n\n\ndef _prepare():\n    _connect('h')\n";
const LOADING: &str = "from app.mid import _prepare\n\n_prepare()\n";
const SERVING: &str = "from app.mid import _prepare\n\n\ndef on_message(data):\n    _prepare()\n";

#[test]
fn callers_of_callers_say_whether_a_function_runs_once() {
    let [net, mid] = [("app/net.py", OPENING), ("app/mid.py", THROUGH)];
    assert_eq!(found(&[net, mid, ("app/top.py", SERVING)]), ["app/net.py:unclosed-handle"]);
    assert!(found(&[net, mid, ("app/top.py", LOADING)]).is_empty());
    assert_eq!(found(&[net, mid, ("app/top.py", LOADING), ("app/run.py", SERVING)]), ["app/net.py:unclosed-handle"]);
    // What is named decides what is reported, and not who is asked.
    let project = ("pyproject.toml", "");
    assert!(found_in(&[project, net, mid, ("app/top.py", LOADING)], &["app/net.py"]).is_empty());
    let all = [project, net, mid, ("app/top.py", LOADING), ("app/run.py", SERVING)];
    assert_eq!(found_in(&all, &["app/net.py"]), ["app/net.py:unclosed-handle"]);
}

#[test]
fn a_function_that_leaves_when_it_has_run_before_runs_what_it_calls_once() {
    let registry = ("app/registry.py", "SEEN = []\n\n\ndef on_message(event):\n    SEEN.append(event)\n");
    let guarded = "from app.registry import on_message\n\n_done = False\n\n\ndef prepare(events):\n    global _done\n    \
                   if _done:\n        return\n    _done = True\n    on_message(events)\n";
    let open = "from app.registry import on_message\n\n\ndef take(events):\n    on_message(events)\n";
    assert!(found(&[registry, ("app/start.py", guarded)]).is_empty());
    assert_eq!(found(&[registry, ("app/start.py", open)]), ["app/registry.py:unbounded-collection"]);
}

#[test]
fn what_a_framework_calls_once_or_makes_one_instance_of_runs_once() {
    let base = "import logging\n\n\nclass Console:\n    def __init__(self, stream):\n        self.root = logging.getLogger()\n        \
                self.out = logging.StreamHandler(stream)\n        self.root.addHandler(self.out)\n";
    let made = |function: &str| {
        format!(
            "from app.logs import Console\n\n\ndef {function}(stream):\n    console = Console(stream)\n    return console.out\n"
        )
    };
    let (hook, call) = (made("configure_logging"), made("on_message"));
    assert_eq!(shown(&[("app/logs.py", base), ("app/shell.py", &hook)]), [""; 0]);
    assert_eq!(shown(&[("app/logs.py", base), ("app/shell.py", &call)]), ["app/logs.py"]);
}

#[test]
fn what_only_a_static_makes_serves_the_process() {
    let hub = "use std::sync::LazyLock;\n\npub static HUB: LazyLock<Hub> = LazyLock::new(Hub::new);\n\npub struct Hub {\n    names: Vec<String>,\n}\n\nimpl Hub {\n    pub fn new() -> Self {\n        tokio::spawn(async move {\n            loop {\n                poll().await;\n            }\n        });\n        Hub { names: Vec::new() }\n    }\n}\n";
    let session = "use crate::hub::Hub;\n\npub fn session() -> Hub {\n    Hub::new()\n}\n";
    assert_eq!(shown(&[("src/hub.rs", hub), ("src/lib.rs", "pub mod hub;\n")]), [""; 0]);
    assert_eq!(shown(&[("src/hub.rs", hub), ("src/lib.rs", session)]), ["src/hub.rs"]);
}

#[test]
fn a_private_function_that_nobody_calls_leaks_nothing() {
    let unused = ("app/net.py", OPENING);
    assert!(found(&[unused, ("app/other.py", "x = 1\n")]).is_empty());
}

/// The paths of what is shown unless everything is asked for.
const EFFECT: &str = "import { useEffect } from 'react';\nexport function Field({ focus, field }) {\n  useEffect(() => {\n    \
                      focus.subscribe(() => field.focus());\n  }, [focus, field]);\n  return null;\n}\n";

#[test]
fn what_keeps_one_callback_gathers_none() {
    let slot = "export function slot() {\n  let told = () => {};\n  return {\n    tell: () => told(),\n    \
                subscribe: (callback) => {\n      told = callback;\n    },\n  };\n}\n";
    let list = "export function list() {\n  const all = [];\n  return {\n    tell: () => all.forEach((one) => one()),\n    \
                subscribe: (callback) => {\n      all.push(callback);\n    },\n  };\n}\n";
    let of = |files: &[(&str, &str)]| found(files).into_iter().filter(|one| one.starts_with("field.js")).collect::<Vec<_>>();
    assert_eq!(of(&[("field.js", EFFECT), ("slot.js", slot)]), [] as [&str; 0]);
    assert_eq!(of(&[("field.js", EFFECT), ("list.js", list)]), ["field.js:unremoved-listener"]);
    assert_eq!(of(&[("field.js", EFFECT), ("slot.js", slot), ("list.js", list)]), ["field.js:unremoved-listener"]);
}

#[test]
fn a_signal_that_all_callers_make_goes_with_their_call() {
    let pause = "export async function pauseFor(delay, signal) {\n  await new Promise((resolve, reject) => {\n    \
                 const timer = setTimeout(resolve, delay);\n    signal.addEventListener('abort', () => {\n      \
                 clearTimeout(timer);\n      reject(signal.reason);\n    });\n  });\n}\n";
    let own = "import { pauseFor } from './pause';\nexport async function probe(work) {\n  \
               const controller = new AbortController();\n  await Promise.race([pauseFor(900, controller.signal), work()]);\n}\n";
    let shared = "import { pauseFor } from './pause';\nconst ending = new AbortController();\n\
                  export async function wait(work) {\n  await Promise.race([pauseFor(900, ending.signal), work()]);\n}\n";
    assert_eq!(found(&[("pause.js", pause), ("own.js", own)]), [] as [&str; 0]);
    assert_eq!(found(&[("pause.js", pause), ("shared.js", shared)]), ["pause.js:unremoved-listener"]);
    assert_eq!(found(&[("pause.js", pause), ("own.js", own), ("shared.js", shared)]), ["pause.js:unremoved-listener"]);
}

#[test]
fn who_adds_itself_and_is_not_made_here_is_one_of_few() {
    let logger = "const all = [];\nexport class Logger {\n  constructor(name) {\n    this.name = name;\n    all.push(this);\n  }\n}\n\
                  export function each(told) {\n  all.forEach(told);\n}\n";
    let once = "import { Logger } from './logger';\nexport const logger = new Logger('app');\n";
    let often = "import { Logger } from './logger';\nexport function onRequest(request) {\n  const own = new Logger(request.id);\n  \
                 own.write(request.url);\n}\n";
    assert_eq!(found(&[("logger.js", logger), ("once.js", once)]), [] as [&str; 0]);
    assert_eq!(found(&[("logger.js", logger), ("often.js", often)]), ["logger.js:unbounded-collection"]);
}

#[test]
fn who_adds_itself_and_is_made_while_modules_are_loaded_is_one_of_few() {
    let base = "class Querier:\n    known = []\n\n    def __init__(self):\n        self.known.append(self)\n\n    @classmethod\n    \
                def each(cls):\n        for one in cls.known:\n            one()\n";
    let heir = "from base import Querier\n\n\nclass _Wide(Querier):\n    pass\n\n\n";
    let loaded = format!("{heir}WIDE = _Wide()\n");
    let called = format!("{heir}def on_request(request):\n    return _Wide()\n");
    assert_eq!(found(&[("base.py", base), ("wide.py", &loaded)]), [] as [&str; 0]);
    assert_eq!(found(&[("base.py", base), ("wide.py", &called)]), ["base.py:unbounded-collection"]);
    let kinds = "_kinds = []\n\n\nclass Kind:\n    def __init__(self):\n        _kinds.append(self)\n\n\ndef each():\n    return list(_kinds)\n\n\n";
    assert_eq!(found(&[("kinds.py", &format!("{kinds}TEXT = Kind()\nNUMBER = Kind()\n"))]), [] as [&str; 0]);
    let made = format!("{kinds}def on_request(request):\n    return Kind()\n");
    assert_eq!(found(&[("kinds.py", &made)]), ["kinds.py:unbounded-collection"]);
}

fn shown(files: &[(&str, &str)]) -> Vec<String> {
    let report = scan(files, &[]);
    let sure = report.findings().filter(|(_, finding)| finding.confidence >= Confidence::SHOWN);
    sure.map(|(file, _)| file.path.clone()).collect()
}

#[test]
fn what_others_have_written_is_theirs_to_mend() {
    let open = "def first(path):\n    source = open(path)\n    return source.readline()\n";
    let files = [("app/_vendor/lib/one.py", open), ("app/store.py", open), ("third_party/two.py", open)];
    assert_eq!(shown(&files), ["app/store.py"]);
    let script = "export function f() {\n  window.addEventListener('resize', () => draw());\n}\n";
    assert_eq!(shown(&[("src/vendored/a.js", script), ("vendor/b.js", script)]), [""; 0]);
}

#[test]
fn what_imports_the_tools_of_tests_or_lies_among_scripts_is_no_service() {
    let open = "def first(path):\n    source = open(path)\n    return source.readline()\n";
    let helper = format!("import unittest\n\n\n{open}");
    let mock = format!("from unittest import mock\n\n\n{open}");
    let files = [
        ("app/_scripts/look.py", open),
        ("app/check.py", helper.as_str()),
        ("app/double.py", mock.as_str()),
        ("app/testsuite/tool.py", open),
    ];
    assert_eq!(shown(&files), ["app/double.py"]);
}

const LATEST: &str = "LATEST = {}\n\n\ndef on_message(session_id, text):\n    LATEST[session_id] = text\n";

#[test]
fn keys_that_all_callers_write_down_are_few() {
    let latest = ("app/latest.py", LATEST);
    let import = "from app.latest import on_message\n\n\n";
    let written = format!(
        "{import}def on_start(text):\n    on_message('started', text)\n\n\ndef on_stop(text):\n    on_message(STOPPED, text)\n"
    );
    let brought = format!("{written}\n\ndef on_request(request):\n    on_message(request.session, request.body)\n");
    let passed = format!(
        "{import}def tell(about, text):\n    on_message(about, text)\n\n\ndef on_start(text):\n    tell('started', text)\n\n\ndef on_stop(text):\n    tell('stopped', text)\n"
    );
    let passed_on = format!("{passed}\n\ndef on_request(request):\n    tell(request.session, request.body)\n");
    let spread = format!("{import}def on_request(parts):\n    on_message(*parts)\n");
    for few in [written, passed] {
        assert!(shown(&[latest, ("app/use.py", &few)]).is_empty(), "{few}");
    }
    for many in [brought, passed_on, spread] {
        assert_eq!(shown(&[latest, ("app/use.py", &many)]), ["app/latest.py"], "{many}");
    }
}

#[test]
fn a_cache_that_all_callers_ask_for_constants_is_small() {
    let cache = ("app/cache.py", CACHE);
    let few =
        "from app.cache import resolve\n\nHOME = 'https://a.example/'\n\n\ndef on_request(request):\n    return resolve(HOME)\n";
    let many = "from app.cache import resolve\n\n\ndef on_request(request):\n    return resolve(request.link)\n";
    assert!(shown(&[cache, ("app/use.py", few)]).is_empty());
    assert_eq!(shown(&[cache, ("app/use.py", many)]), ["app/cache.py"]);
}

#[test]
fn values_that_nothing_drops_are_dropped_by_a_destructor_of_any_file() {
    let head = "use std::mem::MaybeUninit;\n\npub struct Slots<K, V, const N: usize> {\n    filled: usize,\n    cells: [MaybeUninit<(K, V)>; N],\n}\n";
    let fills = "use crate::Slots;\nuse std::mem::MaybeUninit;\n\nimpl<K, V, const N: usize> Slots<K, V, N> {\n    pub fn insert(&mut self, k: K, v: V) {\n        self.cells[self.filled] = MaybeUninit::new((k, v));\n        self.filled += 1;\n    }\n\n    pub fn first(&self) -> &(K, V) {\n        unsafe { self.cells[0].assume_init_ref() }\n    }\n}\n";
    let drops = "use crate::Slots;\n\nimpl<K, V, const N: usize> Drop for Slots<K, V, N> {\n    fn drop(&mut self) {\n        for at in 0..self.filled {\n            unsafe { self.cells[at].assume_init_drop() };\n        }\n    }\n}\n";
    assert_eq!(found(&[("src/lib.rs", head)]), [""; 0]);
    assert_eq!(found(&[("src/lib.rs", head), ("src/fill.rs", fills)]), ["src/lib.rs:forgotten-value"]);
    assert_eq!(found(&[("src/lib.rs", head), ("src/fill.rs", fills), ("src/end.rs", drops)]), [""; 0]);
}

#[test]
fn a_map_is_forgotten_where_another_file_cleans_its_siblings() {
    let office = "use std::cell::RefCell;\nuse std::collections::HashMap;\n\npub struct Office {\n    pub desks: RefCell<HashMap<DeskId, Vec<Property>>>,\n    pub floors: RefCell<HashMap<DeskId, DeskId>>,\n    pub lamps: RefCell<HashMap<DeskId, Vec<DeskId>>>,\n}\n\npub fn open(office: &Office, id: DeskId, floor: DeskId) {\n    office.floors.borrow_mut().insert(id, floor);\n}\n";
    let clear = |rest: &str| {
        format!(
            "pub fn clear(office: &Office, id: DeskId) {{\n    office.desks.borrow_mut().remove(&id);\n    office.lamps.borrow_mut().remove(&id);\n{rest}}}\n"
        )
    };
    let whole = clear("    office.floors.borrow_mut().remove(&id);\n");
    assert_eq!(found(&[("src/office.rs", office)]), [""; 0]);
    assert_eq!(found(&[("src/office.rs", office), ("src/desk.rs", &clear(""))]), ["src/office.rs:lost-entry"]);
    assert_eq!(found(&[("src/office.rs", office), ("src/desk.rs", &whole)]), [""; 0]);
}

#[test]
fn a_list_of_weak_references_is_pruned_in_another_file() {
    let holder = "use std::sync::{Mutex, Weak};\n\npub struct Sheet {\n    pub copies: Mutex<Vec<Weak<Copied>>>,\n}\n";
    let adds = "use std::sync::Arc;\n\npub fn copied(sheet: &Sheet) -> Arc<Copied> {\n    let copied = Arc::new(Copied::default());\n    sheet.copies.lock().unwrap().push(Arc::downgrade(&copied));\n    copied\n}\n";
    let prunes =
        "pub fn maintain(sheet: &Sheet) {\n    sheet.copies.lock().unwrap().retain(|copied| copied.strong_count() > 0);\n}\n";
    assert_eq!(found(&[("src/sheet.rs", holder), ("src/copy.rs", adds)]), ["src/copy.rs:unbounded-collection"]);
    assert_eq!(found(&[("src/sheet.rs", holder), ("src/copy.rs", adds), ("src/tidy.rs", prunes)]), [""; 0]);
}

#[test]
fn a_helper_runs_as_often_as_the_handlers_of_another_file_that_call_it() {
    let store = (
        "shop/store.js",
        "const orders = new Map()\nfunction keep(ticket, order) {\n  orders.set(ticket, order)\n}\nmodule.exports = { keep }\n",
    );
    let head = "const express = require('express')\nconst { keep } = require('./store')\nconst app = express()\n";
    let serves = format!("{head}app.post('/orders', (req, res) => {{\n  keep(req.body.id, req.body)\n  res.end()\n}})\n");
    let names = format!("{head}app.post('/orders', (req, res) => {{\n  keep('last', req.body)\n  res.end()\n}})\n");
    let loads = format!("{head}for (const name of ['a', 'b']) keep(name, {{}})\n");
    assert_eq!(found(&[store, ("shop/app.js", &serves)]), ["shop/store.js:unbounded-collection"]);
    assert!(found(&[store, ("shop/app.js", &names)]).is_empty());
    assert!(found(&[store, ("shop/app.js", &loads)]).is_empty());
}

#[test]
fn the_one_instance_of_a_module_is_filled_by_the_views_of_another_one() {
    let head = "class Letters:\n    def __init__(self):\n        self.kept = {}\n\n    def keep(self, writer, text):\n        self.kept[writer] = text\n";
    let one = "\n\nletters = Letters()\n";
    let drop = "\n    def drop(self, writer):\n        del self.kept[writer]\n";
    let serves = "from fastapi import FastAPI\n\nfrom post.store import letters\n\napi = FastAPI()\n\n\n@api.post('/letters/{writer}')\ndef write(writer: str, text: str):\n    letters.keep(writer, text)\n";
    let loads = "from post.store import letters\n\nfor name in ('a', 'b'):\n    letters.keep(name, '')\n";
    let kept = |store: &str, app: &str| found(&[("post/store.py", store), ("post/app.py", app)]);
    assert_eq!(kept(&format!("{head}{one}"), serves), ["post/store.py:unbounded-collection"]);
    assert!(kept(&format!("{head}{drop}{one}"), serves).is_empty());
    assert!(kept(&format!("{head}{one}"), loads).is_empty());
}

#[test]
fn what_a_view_makes_puts_itself_into_a_registry_of_its_module() {
    let store = "TICKETS = {}\n\n\nclass Ticket:\n    def __init__(self, holder):\n        self.holder = holder\n        TICKETS[holder] = 1\n";
    let ends = format!("{store}\n    def close(self):\n        TICKETS.pop(self.holder)\n");
    let serves = "from flask import Flask, request\n\nfrom desk.tickets import Ticket\n\napp = Flask(__name__)\n\n\n@app.route('/tickets')\ndef ticket():\n    return Ticket(request.args['holder']).holder\n";
    assert_eq!(found(&[("desk/tickets.py", store), ("desk/app.py", serves)]), ["desk/tickets.py:unbounded-collection"]);
    assert!(found(&[("desk/tickets.py", &ends), ("desk/app.py", serves)]).is_empty());
}

/// What a callback calls is not called while the module is loaded, and no finding says so.
#[test]
fn a_callback_is_not_called_where_its_module_is_loaded() {
    let store = ("lib/store.js", "const seen = []\nexports.keep = function keep(entry) {\n  seen.push(entry)\n}\n");
    let calls = ("lib/use.js", "const { keep } = require('./store')\nwhenever('x', entry => keep(entry))\n");
    let report = scan(&[store, calls], &[]);
    let all = report.files.iter().chain(&report.doubted).flat_map(|file| &file.findings);
    let said: Vec<&str> = all.flat_map(|finding| &finding.evidence).map(|piece| piece.text.as_str()).collect();
    assert!(!said.is_empty());
    assert!(!said.iter().any(|text| text.contains("set up") || text.contains("is loaded")), "{said:?}");
}

#[test]
fn what_one_of_several_forms_of_a_store_keeps_is_the_data() {
    let base = ("keys/base.py", "class KeyStore:\n    async def put(self, user_id, key):\n        raise NotImplementedError\n");
    let memory = (
        "keys/memory.py",
        "from keys.base import KeyStore\n\n\nclass MemoryKeyStore(KeyStore):\n    def __init__(self):\n        self.seen = {}\n\n    async def is_new(self, user_id, index):\n        try:\n            return self.seen[(user_id, index)]\n        except KeyError:\n            self.seen[(user_id, index)] = index\n            return True\n",
    );
    let app = (
        "keys/app.py",
        "from fastapi import FastAPI\n\nfrom keys.memory import MemoryKeyStore\n\napi = FastAPI()\nstore = MemoryKeyStore()\n\n\n@api.get('/keys/{user_id}')\nasync def look(user_id: str, index: int):\n    return await store.is_new(user_id, index)\n",
    );
    let file = ("keys/file.py", "from keys.base import KeyStore\n\n\nclass FileKeyStore(KeyStore):\n    pass\n");
    assert_eq!(found(&[base, memory, app]), ["keys/memory.py:unbounded-cache"]);
    assert_eq!(found(&[base, memory, app, file]), [""; 0]);
}

#[test]
fn what_a_maker_hands_out_is_used_as_long_as_somebody_reads() {
    let maker = (
        "lib/gather.js",
        "module.exports = function () {\n  const parts = []\n  function push(part) {\n    parts.push(part)\n  }\n  return { push, value: () => Buffer.concat(parts) }\n}\n",
    );
    let reads = (
        "lib/read.js",
        "const gather = require('./gather')\nmodule.exports = function (stream, done) {\n  const gathered = gather()\n  stream.on('data', part => gathered.push(part))\n  stream.on('end', () => done(gathered.value()))\n}\n",
    );
    assert_eq!(found(&[maker, reads]), [""; 0]);
}

#[test]
fn what_is_made_for_names_of_modules_alone_stays_anyway() {
    let ports = (
        "bay/ports.py",
        "from functools import cache\n\n\nclass Ports:\n    @cache\n    def named(self, port):\n        return self.find(port)\n\n\nclass Bay:\n    def __init__(self):\n        self.ports = Ports()\n\n\nbay = Bay()\n",
    );
    let other = ("bay/use.py", "from bay.ports import bay\n\n\ndef first():\n    return bay.ports.named(1)\n");
    let again = ("bay/use.py", "from bay.ports import Ports\n\n\ndef first():\n    return Ports().named(1)\n");
    assert_eq!(found(&[ports, other]), [""; 0]);
    assert_eq!(found(&[ports, again]), ["bay/ports.py:cached-method"]);
}

#[test]
fn what_is_left_in_an_object_of_short_life_goes_with_it() {
    let text = |name: &str| {
        format!(
            "class {name}:\n    def __init__(self):\n        self.seen = {{}}\n\n    def take(self, request_id, body):\n        self.seen[request_id] = body\n        if not body:\n            return None\n        self.seen.pop(request_id)\n        return body\n"
        )
    };
    let other = ("post/use.py", "import post.desk\n");
    assert_eq!(found(&[("post/desk.py", &text("DeskService")), other]), ["post/desk.py:lost-entry"]);
    assert_eq!(found(&[("post/desk.py", &text("Desk")), other]), [""; 0]);
}

#[test]
fn in_a_project_somebody_is_seen_to_add_again_and_again() {
    let kept = ("shop/orders.py", "SEEN = []\n\n\ndef handle_order(order):\n    SEEN.append(order)\n");
    let names = ("shop/app.py", "from shop.orders import handle_order\n\n\ndef work(order):\n    handle_order(order)\n");
    let serves = (
        "shop/app.py",
        "from flask import Flask, request\n\nfrom shop.orders import handle_order\n\napp = Flask(__name__)\n\n\n@app.route('/order')\ndef order():\n    handle_order(request.json)\n    return ''\n",
    );
    let request = ("shop/orders.py", "SEEN = []\n\n\ndef handle_order(request):\n    SEEN.append(request.body)\n");
    assert_eq!(found(&[kept, names]), [""; 0]);
    assert_eq!(found(&[kept, serves]), ["shop/orders.py:unbounded-collection"]);
    assert_eq!(found(&[request, names]), ["shop/orders.py:unbounded-collection"]);
}

#[test]
fn what_is_lent_to_one_call_goes_with_it() {
    let store = (
        "src/pool.rs",
        "use std::collections::HashMap;\n\npub struct Pool {\n    shared: HashMap<usize, usize>,\n}\n\nimpl Pool {\n    pub fn new() -> Self {\n        Self { shared: HashMap::new() }\n    }\n\n    pub fn start_sharing(&mut self, address: usize) {\n        self.shared.insert(address, 0);\n    }\n\n    pub fn finish_sharing(&mut self, address: usize) {\n        self.shared.get_mut(&address);\n    }\n}\n",
    );
    let lent = (
        "src/read.rs",
        "use crate::pool::Pool;\n\npub fn read(bytes: &[u8]) -> usize {\n    visit(bytes, &mut Pool::new())\n}\n",
    );
    let kept = (
        "src/read.rs",
        "use crate::pool::Pool;\nuse std::sync::Mutex;\n\nstatic POOL: Mutex<Pool> = Mutex::new(Pool::new());\n\npub fn read(bytes: &[u8]) -> usize {\n    visit(bytes, &POOL)\n}\n",
    );
    assert_eq!(found(&[store, lent]), [""; 0]);
    assert_eq!(found(&[store, kept]), ["src/pool.rs:unbounded-collection"]);
}

#[test]
fn callers_may_bring_what_stands_for_a_default_value() {
    let note = ("notes/note.py", "def note(text, seen=[]):\n    seen.append(text)\n    return len(seen)\n");
    assert_eq!(found(&[note]), ["notes/note.py:unbounded-collection"]);
    assert_eq!(found(&[note, ("notes/use.py", "from notes.note import note\n\nnote('a', [])\n")]), [""; 0]);
}
