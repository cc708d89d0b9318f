/// Folders that hold tests in the languages this program reads, and what is run to look at it: examples and benchmarks.
const FOLDERS: &[&str] = &[
    "test",
    "tests",
    "__tests__",
    "__mocks__",
    "spec",
    "specs",
    "e2e",
    "benches",
    "benchmark",
    "benchmarks",
    "example",
    "examples",
    "demo",
    "demos",
    "samples",
    "tutorials",
];

/// Last words of folders that hold such code of scripts, where the first ones say of what (`contract-tests`).
const SCRIPTED: &[&str] = &[
    "test",
    "tests",
    "spec",
    "specs",
    "e2e",
    "bench",
    "benchmark",
    "benchmarks",
    "example",
    "examples",
    "demo",
    "demos",
    "playground",
    "playgrounds",
    "sandbox",
    "stories",
    "eg",
];

/// First words of such folders (`e2e-app`).
const STAGED: &[&str] = &["e2e", "example", "examples", "demo", "demos", "playground", "benchmark"];

/// Whether a path, as it is shown, is that of test code, or of other code that runs once and ends.
///
/// `testing/` is not among the folders: libraries ship helpers under that name.
pub fn is_test(path: &str) -> bool {
    let mut parts: Vec<&str> = path.split('/').collect();
    let file = parts.pop().unwrap_or_default();
    // The registry unpacks each package into a folder of this name.
    let alone = parts.iter().all(|part| matches!(*part, "" | "." | "package"));
    if alone && matches!(file, "test.js" | "test.mjs" | "test.cjs" | "test.ts") {
        return true;
    }
    parts.iter().any(|part| FOLDERS.contains(part)) || is_scripted(&parts, file) || is_test_file(file)
}

/// Whether the folder of a script says that it is run to look at it: `contract-tests`, `__fixtures__`.
fn is_scripted(folders: &[&str], file: &str) -> bool {
    let extension = file.rsplit_once('.').map_or("", |(_, extension)| extension);
    let named = |folder: &&str| {
        let mut words = folder.trim_matches('_').split(['-', '_', '.']);
        let first = words.next();
        first.is_some_and(|first| STAGED.contains(&first))
            || words.next_back().or(first).is_some_and(|last| SCRIPTED.contains(&last))
    };
    let script = is_script(extension) || matches!(extension, "vue" | "svelte");
    script && folders.iter().any(named)
}

/// Whether test code is run by a process of its own that ends with it, as that of scripts is: the server that a test
/// starts is gone soon, and its connections with it.
pub fn is_brief(path: &str) -> bool {
    let (_, extension) = path.rsplit_once('.').unwrap_or((path, ""));
    is_script(extension) || extension == "rs" && path.split('/').any(|part| part == "examples")
}

/// Whether the timers and tasks that are left when a test ends are dropped by its runtime, or go with its process.
pub fn drops_work(path: &str) -> bool {
    path.rsplit_once('.').is_some_and(|(_, extension)| extension == "rs" || is_script(extension))
}

fn is_script(extension: &str) -> bool {
    extension.ends_with("js") || extension.ends_with("ts") || extension.ends_with("sx")
}

fn is_test_file(file: &str) -> bool {
    let (stem, extension) = file.rsplit_once('.').unwrap_or((file, ""));
    match extension {
        "py" | "pyi" => stem == "conftest" || stem.starts_with("test_") || stem.ends_with("_test"),
        // A build script ends with the build.
        "rs" => {
            matches!(stem, "test" | "tests" | "testing" | "proptest" | "proptests" | "quickcheck" | "build" | "demo")
                || stem.starts_with("test_")
                || stem.ends_with("_test")
                || stem.ends_with("_tests")
        }
        _ if is_script(extension) => matches!(stem.rsplit_once('.'), Some((_, "test" | "spec" | "stories" | "bench"))),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::is_test;

    #[test]
    fn tests_are_known_by_folder_or_name() {
        for path in [
            "tests/a.py",
            "src/x/test_a.py",
            "a_test.py",
            "conftest.py",
            "w/a.test.ts",
            "a.spec.jsx",
            "x/__tests__/a.js",
            "pkg/examples/a.py",
            "contract-tests/a.js",
            "e2e-app/src/a.ts",
            "eg/led.js",
            "online-playground/a.vue",
            "ui/button.stories.tsx",
            "test.js",
            "src/types/proptest.rs",
        ] {
            assert!(is_test(path), "{path}");
        }
        for path in [
            "src/a.py",
            "latest.py",
            "testing/a.py",
            "contest.py",
            "src/test.ts",
            "attest.py",
            "a.test.py",
            "latest/a.js",
            "eggs/a.js",
        ] {
            assert!(!is_test(path), "{path}");
        }
    }
}
