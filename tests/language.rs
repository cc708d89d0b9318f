//! The languages: every embedded query compiles, and what each says about a text is what its users mean.

use std::path::Path;
use watertight::extract::extract;
use watertight::facts::{Action, Facts};
use watertight::language::languages;

fn facts(path: &str, text: &str) -> Facts {
    extract(languages().by_path(Path::new(path)).expect("the language is known"), text)
}

/// Every place with the methods that are called on it, as `place: method method`.
fn methods(facts: &Facts) -> Vec<String> {
    let of = |(id, _): (watertight::facts::PlaceId, _)| {
        let called = facts.operations(id).iter().filter_map(|operation| match operation.action {
            Action::Method { name, .. } => Some(facts.text(name)),
            _ => None,
        });
        let called: Vec<&str> = called.collect();
        (!called.is_empty()).then(|| format!("{}: {}", facts.display(id), called.join(" ")))
    };
    facts.places.iter().filter_map(of).collect()
}

/// Every resolved path that is called, in textual order.
fn called(facts: &Facts) -> Vec<&str> {
    let mut calls: Vec<_> = facts.callees.keys().copied().collect();
    calls.sort_by_key(|call| facts.expr(*call).span.start);
    calls.into_iter().filter_map(|call| facts.callee_path(call)).collect()
}

#[test]
fn every_language_compiles() {
    let ids: Vec<&str> = languages().iter().map(|language| language.id.as_str()).collect();
    assert!(["javascript", "python", "tsx", "typescript"].iter().all(|id| ids.contains(id)), "{ids:?}");
    assert!(languages().iter().filter(|language| language.id.starts_with("ts")).all(|language| language.family == "javascript"));
}

#[test]
fn this_is_the_instance_where_the_language_says_so() {
    let facts = facts(
        "a.js",
        "class A {
            constructor() {
                const self = this;
                on(() => this.arrow.push(1));
                on(function () { this.lost.push(1); self.kept.push(1); });
                on(function () { this.bound.push(1); }.bind(this));
                each(function () { this.given.push(1); }, this);
            }
            static s() { this.shared.push(1); }
            field = () => this.own.push(1);
        }",
    );
    let found = methods(&facts);
    for place in ["this.arrow", "this.kept", "this.bound", "this.given", "A.shared", "this.own"] {
        assert!(found.contains(&format!("{place}: push")), "{place} in {found:?}");
    }
    assert!(!found.iter().any(|line| line.contains("lost")), "{found:?}");
}

#[test]
fn functions_with_a_prototype_are_types() {
    let facts = facts(
        "a.js",
        "function A() { this.all = []; var that = this; this.put = function (x) { that.all.push(x); }; }
        A.prototype.take = function () { return this.all.shift(); };
        Object.assign(A.prototype, { drop() { this.all.pop(); } });
        function B() { this.own = []; }
        const b = new B();
        const C = class { m() { this.inner.push(1); } };",
    );
    assert_eq!(facts.types.len(), 3);
    let found = methods(&facts);
    assert!(found.contains(&"this.all: push shift pop".to_owned()), "{found:?}");
    assert!(found.contains(&"this.inner: push".to_owned()), "{found:?}");
}

#[test]
fn imports_are_dotted_paths() {
    let facts = facts(
        "a.ts",
        "import def, { a as b } from 'node:fs/promises';
        import * as all from '@scope/pkg';
        import old = require('old');
        const { once, on: listen } = require('events');
        const join = require('node:path').posix.join;
        b(); def.open(); all.make(); old.x(); once(); listen(); join(); globalThis.setInterval(); window.alert();",
    );
    let expected = [
        "require",
        "require",
        "fs/promises.a",
        "fs/promises.open",
        "@scope/pkg.make",
        "old.x",
        "events.once",
        "events.on",
        "path.posix.join",
        "setInterval",
        "window.alert",
    ];
    assert_eq!(called(&facts), expected);
}

#[test]
fn patterns_give_names_to_fields() {
    let facts = facts(
        "a.js",
        "class A { go({ store, list: [first] }) {
            const { queue, map: renamed = null } = this;
            queue.push(1); renamed.set(1, 2); store.add(3);
            this.jobs.forEach(job => job.stop());
            for (const one of this.jobs.values()) one.end();
            this.byId.get(1).close();
        } }",
    );
    let found = methods(&facts);
    for line in ["this.queue: push", "this.map: set", "this.jobs[…]: stop end", "this.byId[…]: close", ".store: add"] {
        assert!(found.contains(&line.to_owned()), "{line} in {found:?}");
    }
}

#[test]
fn what_is_exported_is_in_reach() {
    let facts = facts(
        "a.js",
        "const a = []; export const b = []; const c = []; export { c as d }; const e = []; module.exports = { e, f: a };
        const g = []; export default g; const h = [];",
    );
    let public = |name: &str| {
        let found = facts.places.iter().find(|(id, _)| facts.display(*id) == name);
        facts.is_public(found.unwrap_or_else(|| panic!("{name} is a place")).0)
    };
    assert_eq!("abcegh".chars().filter(|c| public(&c.to_string())).collect::<String>(), "abceg");
}
