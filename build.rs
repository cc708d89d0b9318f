//! Embeds the rules and the languages' queries, so that the binary stands alone and a new file needs no registration.

use std::{env, fmt::Write as _, fs, path::Path};

fn main() {
    let out = env::var("OUT_DIR").expect("cargo sets OUT_DIR");
    let root = env::var("CARGO_MANIFEST_DIR").expect("cargo sets CARGO_MANIFEST_DIR");
    println!("cargo:rerun-if-changed=rules");
    println!("cargo:rerun-if-changed=queries");
    let rules = table("BUILTIN", "The built-in rule files: name and text.", &Path::new(&root).join("rules"));
    fs::write(Path::new(&out).join("rules.rs"), rules).expect("OUT_DIR can be written");
    let queries = table("QUERIES", "The files below `queries/`: relative path and text.", &Path::new(&root).join("queries"));
    fs::write(Path::new(&out).join("queries.rs"), queries).expect("OUT_DIR can be written");
}

/// A constant slice of (path relative to `dir`, text) for every file below `dir`, sorted by path.
fn table(name: &str, doc: &str, dir: &Path) -> String {
    let mut files = Vec::new();
    collect(dir, &mut files);
    files.sort();
    let mut code = format!("/// {doc}\nconst {name}: &[(&str, &str)] = &[\n");
    for file in files {
        let relative = file.strip_prefix(dir.to_string_lossy().as_ref()).unwrap_or(&file).trim_start_matches(['/', '\\']);
        writeln!(code, "    ({:?}, include_str!({file:?})),", relative.replace('\\', "/")).expect("a String can be written");
    }
    code.push_str("];\n");
    code
}

fn collect(dir: &Path, files: &mut Vec<String>) {
    let Ok(entries) = fs::read_dir(dir) else {
        return;
    };
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "toml" || extension == "scm") {
            files.push(path.to_string_lossy().into_owned());
        }
    }
}
