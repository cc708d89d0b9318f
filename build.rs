//! Embeds the rules and the languages' queries, so that the binary stands alone and a new file needs no registration.

use std::{env, fmt::Write as _, fs, path::Path, process::Command};

fn main() {
    let out = env::var("OUT_DIR").expect("cargo sets OUT_DIR");
    let root = env::var("CARGO_MANIFEST_DIR").expect("cargo sets CARGO_MANIFEST_DIR");
    println!("cargo:rerun-if-changed=rules");
    println!("cargo:rerun-if-changed=queries");
    let rules = table("BUILTIN", "The built-in rule files: name and text.", &Path::new(&root).join("rules"));
    fs::write(Path::new(&out).join("rules.rs"), rules).expect("OUT_DIR can be written");
    let queries = table("QUERIES", "The files below `queries/`: relative path and text.", &Path::new(&root).join("queries"));
    fs::write(Path::new(&out).join("queries.rs"), queries).expect("OUT_DIR can be written");
    if env::var_os("CARGO_FEATURE_EBPF").is_some() {
        kernel_side(&Path::new(&root).join("bpf"), Path::new(&out));
    }
}

/// Compiles the programs that the feature `ebpf` loads into the kernel.
fn kernel_side(bpf: &Path, out: &Path) {
    println!("cargo:rerun-if-changed=bpf");
    println!("cargo:rerun-if-env-changed=CLANG");
    let headers = env::var("DEP_BPF_INCLUDE").expect("libbpf-sys says where its headers are");
    let arch = match env::var("CARGO_CFG_TARGET_ARCH").as_deref() {
        Ok("x86_64") => "x86",
        Ok("aarch64") => "arm64",
        other => panic!("the feature `ebpf` exists for x86_64 and aarch64, not for {other:?}; build without it"),
    };
    let clang = env::var("CLANG").unwrap_or_else(|_| "clang".to_owned());
    for name in ["rss", "classic", "rates", "empty"] {
        let mut command = Command::new(&clang);
        // -g keeps the type information that the loader relocates by; v3 is understood from kernel 5.8 on, as the ring buffer is.
        command.args(["-g", "-O2", "-Wall", "-Wextra", "-Werror", "-target", "bpf", "-mcpu=v3"]);
        command.arg(format!("-D__TARGET_ARCH_{arch}")).arg("-I").arg(&headers);
        command.arg("-c").arg(bpf.join(format!("{name}.bpf.c"))).arg("-o").arg(out.join(format!("{name}.bpf.o")));
        match command.status() {
            Ok(status) if status.success() => {}
            Ok(status) => panic!("{clang} could not compile bpf/{name}.bpf.c ({status})"),
            Err(error) => panic!(
                "the feature `ebpf` needs clang to compile bpf/{name}.bpf.c, and `{clang}` cannot be run: {error}; \
                 install it (Debian: apt-get install clang libelf-dev zlib1g-dev), name it in CLANG, or build without the feature"
            ),
        }
    }
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
