//! Paths as URIs, and back.

use lsp_types::Uri;
use percent_encoding::percent_decode_str;
use std::path::{Path, PathBuf};

/// The path of a `file` URI; nothing for another scheme.
pub fn path(uri: &Uri) -> Option<PathBuf> {
    let rest = uri.0.strip_prefix("file://")?;
    let encoded = &rest[rest.find('/')?..];
    let decoded: Vec<u8> = percent_decode_str(encoded.split(['?', '#']).next()?).collect();
    Some(native(decoded))
}

#[cfg(unix)]
fn native(bytes: Vec<u8>) -> PathBuf {
    use std::os::unix::ffi::OsStringExt;
    std::ffi::OsString::from_vec(bytes).into()
}

/// `/c:/folder` is `c:\folder` there.
#[cfg(not(unix))]
fn native(bytes: Vec<u8>) -> PathBuf {
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let drive = text.as_bytes().get(2) == Some(&b':');
    if drive { text[1..].to_owned().into() } else { text.into() }
}

/// A path as a URI.
pub fn of(path: &Path) -> Uri {
    let text = path.to_string_lossy();
    Uri(if cfg!(windows) { crate::report::uri(&text.replace('\\', "/")) } else { crate::report::uri(&text) })
}

#[cfg(test)]
mod tests {
    use super::{of, path};
    use lsp_types::Uri;
    use std::path::Path;

    #[test]
    fn what_a_uri_encodes_is_decoded() {
        assert_eq!(path(&Uri("file:///a%20b/%C3%BC%231.py".into())).as_deref(), Some(Path::new("/a b/ü#1.py")));
        assert_eq!(path(&Uri("file://localhost/a.py".into())).as_deref(), Some(Path::new("/a.py")));
        assert_eq!(of(Path::new("/a b/ü#1.py")).0, "file:///a%20b/%C3%BC%231.py");
        for other in ["untitled:Untitled-1", "file:", "", "http://a/b", "file://"] {
            assert_eq!(path(&Uri(other.into())), None, "{other}");
        }
    }
}
