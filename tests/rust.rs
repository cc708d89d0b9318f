//! What the facts say about Rust: patterns, values of branches, guards as aliases, methods outside of their types.

use watertight::facts::{Action, ExprKind, Facts, Root, StepKind};
use watertight::{extract::extract, language::languages};

fn facts(text: &str) -> Facts {
    extract(languages().get("rust").expect("Rust is built in"), text)
}

/// The methods called on the places of this name, in textual order.
fn methods<'a>(facts: &'a Facts, name: &str) -> Vec<&'a str> {
    let places = facts.places.iter().filter(|(id, _)| facts.display(*id) == name);
    let operations = places.flat_map(|(id, _)| facts.operations(id));
    operations
        .filter_map(|operation| match operation.action {
            Action::Method { name, .. } => Some(facts.text(name)),
            _ => None,
        })
        .filter(|name| !matches!(*name, "lock" | "unwrap" | "borrow_mut" | "with" | "get_or_init"))
        .collect()
}

fn path(facts: &Facts, text: &str, call: &str) -> Option<String> {
    let found = facts.callees.keys().find(|id| facts.expr(**id).span.slice(text) == call)?;
    facts.callee_path(*found).map(str::to_owned)
}

#[test]
fn guards_clones_and_closures_lead_to_the_field() {
    let facts = facts(
        "impl Server {
            fn new() -> Self { Self { peers: Arc::new(Mutex::new(HashMap::new())) } }
            fn accept(&self, id: u64) {
                let mut peers = self.peers.lock().unwrap();
                peers.insert(id, 1);
                let shared = self.peers.clone();
                spawn(move || { shared.lock().unwrap().remove(&id); });
            }
        }
        pub struct Server { peers: Arc<Mutex<HashMap<u64, u8>>> }
        fn prune(server: &Server) { server.peers.lock().unwrap().retain(|_, n| *n > 0); }",
    );
    assert_eq!(methods(&facts, "self.peers"), ["insert", "clone", "remove", "retain"]);
}

#[test]
fn statics_are_reached_through_macros_and_wrappers() {
    let facts = facts(
        "static SEEN: OnceLock<Mutex<Vec<u8>>> = OnceLock::new();
        thread_local! { static LOCAL: RefCell<Vec<u8>> = RefCell::new(Vec::new()); }
        fn note(n: u8) {
            SEEN.get_or_init(|| Mutex::new(Vec::new())).lock().unwrap().push(n);
            LOCAL.with(|local| local.borrow_mut().push(n));
        }",
    );
    assert_eq!(methods(&facts, "SEEN"), ["push"]);
    assert_eq!(methods(&facts, "LOCAL"), ["push"]);
}

#[test]
fn every_arm_gives_the_variable_its_value() {
    let facts = facts(
        "fn pick(a: Option<u8>) -> Result<u8, Error> {
            let n = match a { Some(n) if n > 1 => n, None => return Err(Error), _ => { log(); fallback()? } };
            Ok(n)
        }",
    );
    let given = facts.bindings.iter().find(|binding| facts.text(binding.name) == "n" && binding.definitions.len() > 1);
    assert_eq!(given.expect("one variable is given all the values").definitions.len(), 2);
    let switch =
        facts.steps.iter().any(|step| matches!(&step.kind, StepKind::Switch { arms, total: true, .. } if arms.len() == 3));
    assert!(switch, "the match is flow");
    assert!(facts.exprs.iter().any(|expr| matches!(expr.kind, ExprKind::Try(_))), "and what is in its arms is seen");
}

#[test]
fn names_are_shadowed_from_their_declaration_on() {
    let text = "fn f(x: A) { let x = x.first(); let x = x.second(); x.third(); if let Some(x) = x { x.inner(); } }";
    let facts = facts(text);
    let of = |name: &str| {
        let use_of = facts.exprs.iter().position(|expr| expr.span.slice(text) == name).expect("it is mentioned");
        let ExprKind::Call { callee, .. } = facts.exprs[use_of].kind else { panic!("`{name}` is a call") };
        let ExprKind::Field { base, .. } = facts.kind(callee) else { panic!("of a method") };
        facts.binding_of(base).expect("of a variable")
    };
    let all = [of("x.first()"), of("x.second()"), of("x.third()"), of("x.inner()")];
    assert!((1..4).all(|at| !all[..at].contains(&all[at])), "four variables of one name: {all:?}");
}

#[test]
fn imports_are_trees() {
    let text = "use std::{collections::{HashMap as Map, self}, sync::mpsc::{self, channel}};
        fn f() { Map::new(); collections::BTreeMap::new(); mpsc::channel::<u8>(); channel(); }";
    let facts = facts(text);
    for (call, expected) in [
        ("Map::new()", "std.collections.HashMap.new"),
        ("collections::BTreeMap::new()", "std.collections.BTreeMap.new"),
        ("mpsc::channel::<u8>()", "std.sync.mpsc.channel"),
        ("channel()", "std.sync.mpsc.channel"),
    ] {
        assert_eq!(path(&facts, text, call).as_deref(), Some(expected), "{call}");
    }
}

#[test]
fn calls_inside_macros_are_seen_at_their_place() {
    let text = "async fn f(s: S) { println!(\"{} {{ }}\", s.pop(1)); tokio::select! { biased; m = s.recv(), if s.open() => { s.push(m) } _ = s.done() => s.end(), else => {} } vec![s.last_one()]; }";
    let facts = facts(text);
    for call in ["s.pop(1)", "s.recv()", "s.push(m)", "s.done()", "s.end()", "s.last_one()"] {
        let found = facts.callees.keys().any(|id| facts.expr(*id).span.slice(text) == call);
        assert!(found, "{call}");
    }
}

#[test]
fn test_code_is_known_by_its_attributes() {
    let facts = facts(
        "fn live() {}
        #[cfg(test)] mod tests { fn helper() {} #[tokio::test] async fn a() {} }
        #[cfg(not(test))] fn other() {}",
    );
    let tests = facts.functions.iter().filter(|function| function.traits.is_test);
    let names: Vec<&str> = tests.filter_map(|function| function.name.map(|name| facts.text(name))).collect();
    assert_eq!(names, ["helper", "a"]);
}

#[test]
fn methods_belong_to_the_type_wherever_they_stand() {
    let facts = facts("impl<T> Drop for Pool<T> { fn drop(&mut self) { self.items.clear() } } struct Pool<T> { items: Vec<T> }");
    let [pool] = facts.types.as_slice() else { panic!("one type: {:?}", facts.types) };
    assert_eq!(pool.methods.len(), 1);
    assert!(facts.function(pool.methods[0]).traits.is_teardown);
    let places: Vec<Root> =
        facts.places.iter().filter(|(id, _)| facts.display(*id) == "self.items").map(|(_, place)| place.root).collect();
    assert!(matches!(places.as_slice(), [Root::Instance(_)]), "{places:?}");
}

#[test]
fn what_is_not_declared_public_is_known_to_be_confined() {
    let facts = facts(
        "static OWN: Mutex<Vec<u8>> = Mutex::new(Vec::new());
        pub static OPEN: Mutex<Vec<u8>> = Mutex::new(Vec::new());
        pub(crate) static NEAR: Mutex<Vec<u8>> = Mutex::new(Vec::new());
        pub struct Hub { own: Vec<u8>, pub open: Vec<u8> }
        impl Hub {
            fn note(&mut self, n: u8) {
                self.own.push(n);
                self.open.push(n);
                OWN.lock().unwrap().push(n);
                OPEN.lock().unwrap().push(n);
                NEAR.lock().unwrap().push(n);
            }
        }",
    );
    let confined = |name: &str| {
        let mut places = facts.places.iter().filter(|(id, _)| facts.display(*id) == name);
        facts.is_confined(places.next().expect("a place").0)
    };
    assert!(confined("OWN") && confined("self.own"));
    assert!(!confined("OPEN") && !confined("NEAR") && !confined("self.open"));
}
