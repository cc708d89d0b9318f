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

/// Whether a path, as it is shown, is that of test code, or of other code that runs once and ends.
///
/// `testing/` is not among the folders: libraries ship helpers under that name.
pub fn is_test(path: &str) -> bool {
    let mut parts: Vec<&str> = path.split('/').collect();
    let file = parts.pop().unwrap_or_default();
    parts.iter().any(|part| FOLDERS.contains(part)) || is_test_file(file)
}

fn is_test_file(file: &str) -> bool {
    let (stem, extension) = file.rsplit_once('.').unwrap_or((file, ""));
    let script = extension.ends_with("js") || extension.ends_with("ts") || extension.ends_with("sx");
    match extension {
        "py" | "pyi" => stem == "conftest" || stem.starts_with("test_") || stem.ends_with("_test"),
        // A build script ends with the build.
        "rs" => {
            matches!(stem, "test" | "tests" | "testing" | "build" | "demo")
                || stem.starts_with("test_")
                || stem.ends_with("_test")
                || stem.ends_with("_tests")
        }
        _ if script => matches!(stem.rsplit_once('.'), Some((_, "test" | "spec"))),
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
        ] {
            assert!(is_test(path), "{path}");
        }
        for path in ["src/a.py", "latest.py", "testing/a.py", "contest.py", "src/test.ts", "attest.py", "a.test.py"] {
            assert!(!is_test(path), "{path}");
        }
    }
}
