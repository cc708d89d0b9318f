use std::fmt::Write as _;
use std::path::Path;

/// A path as a URI: relative if the path is, else with the `file` scheme.
pub fn uri(path: &str) -> String {
    let rooted = path.starts_with('/');
    let drive = path.as_bytes().get(1) == Some(&b':');
    let lead = match (rooted, drive) {
        (true, _) => "file://",
        (_, true) => "file:///",
        _ => "",
    };
    let mut uri = lead.to_owned();
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            write!(uri, "%{byte:02X}").expect("a String can be written");
        }
    }
    uri
}

/// A folder as a URI, with the slash at its end that makes relative references resolve below it.
pub fn folder(path: &Path) -> String {
    let mut uri = uri(&path.to_string_lossy().replace('\\', "/"));
    if !uri.ends_with('/') {
        uri.push('/');
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::uri;

    #[test]
    fn what_a_uri_cannot_hold_is_encoded() {
        assert_eq!(uri("a b/ü#1.py"), "a%20b/%C3%BC%231.py");
        assert_eq!(uri("/etc/a.py"), "file:///etc/a.py");
    }
}
