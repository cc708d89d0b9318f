//! Prints the facts of a file, for whoever writes a query or a check: `cargo run --example facts -- FILE`.

use watertight::{extract::extract, language::languages};

fn main() {
    let path = std::env::args().nth(1).expect("usage: facts FILE");
    let text = std::fs::read_to_string(&path).expect("the file can be read");
    let script = languages().script(path.as_ref(), &text).expect("the language is known");
    let facts = extract(script.language, &script.text);
    for (id, place) in facts.places.iter() {
        println!("{id:?} {} ({:?})", facts.display(id), place.root);
        for operation in facts.operations(id) {
            let at = facts.expr(operation.expr).span;
            println!("    {:?} `{}` in {}", operation.action, at.slice(&text), facts.qualified(operation.function));
        }
    }
    for (call, callee) in &facts.callees {
        let path = callee.path.map(|path| facts.text(path));
        println!("call `{}` -> {path:?} {:?} {:?}", facts.expr(*call).span.slice(&text), callee.function, callee.constructs);
    }
}
