use std::borrow::Cow;

/// A text, and whether some of its bytes could not be decoded.
pub struct Decoded {
    /// The text, without a byte order mark.
    pub text: String,
    /// Whether bytes were replaced.
    pub lossy: bool,
}

/// The text in `bytes`, or nothing if they are no text at all.
///
/// A byte order mark decides first; then UTF-8; then, because Python allows it, a coding line that names Latin-1.
pub fn decode(bytes: Vec<u8>) -> Option<Decoded> {
    match bytes.as_slice() {
        [0xFF, 0xFE, rest @ ..] => return Some(utf16(rest, u16::from_le_bytes)),
        [0xFE, 0xFF, rest @ ..] => return Some(utf16(rest, u16::from_be_bytes)),
        _ => {}
    }
    if bytes.contains(&0) {
        return None;
    }
    Some(match String::from_utf8(bytes) {
        Ok(text) => Decoded { text: unmarked(text), lossy: false },
        Err(error) if says_latin1(error.as_bytes()) => {
            Decoded { text: error.as_bytes().iter().map(|byte| char::from(*byte)).collect(), lossy: false }
        }
        Err(error) => {
            let text = String::from_utf8_lossy(error.as_bytes()).into_owned();
            Decoded { text: unmarked(text), lossy: true }
        }
    })
}

fn unmarked(mut text: String) -> String {
    if text.starts_with('\u{feff}') {
        text.drain(..'\u{feff}'.len_utf8());
    }
    text
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Decoded {
    let (pairs, rest) = bytes.as_chunks::<2>();
    let units = pairs.iter().map(|pair| unit(*pair));
    let mut lossy = !rest.is_empty();
    let mut text = String::with_capacity(pairs.len());
    for decoded in char::decode_utf16(units) {
        lossy |= decoded.is_err();
        text.push(decoded.unwrap_or(char::REPLACEMENT_CHARACTER));
    }
    Decoded { text, lossy }
}

/// Whether one of the first two lines is a coding line (PEP 263) that names Latin-1.
fn says_latin1(bytes: &[u8]) -> bool {
    let mut lines = bytes.split(|byte| *byte == b'\n').take(2).map(String::from_utf8_lossy);
    lines.any(|line: Cow<'_, str>| {
        let Some((_, rest)) = line.strip_prefix('#').and_then(|line| line.split_once("coding")) else {
            return false;
        };
        let name = rest.trim_start_matches([':', '=']).trim_start().to_ascii_lowercase().replace('_', "-");
        ["latin-1", "latin1", "iso-8859-1", "iso8859-1"].iter().any(|known| name.starts_with(known))
    })
}

#[cfg(test)]
mod tests {
    use super::decode;

    #[test]
    fn a_byte_order_mark_decides_and_is_no_text() {
        for bytes in [&b"\xEF\xBB\xBFx = 1"[..], b"\xFF\xFEx\0 \0=\0 \x001\0", b"\xFE\xFF\0x\0 \0=\0 \x001"] {
            let decoded = decode(bytes.to_vec()).unwrap();
            assert_eq!((decoded.text.as_str(), decoded.lossy), ("x = 1", false));
        }
    }

    #[test]
    fn latin1_is_read_as_such_where_the_file_says_so() {
        let decoded = decode(b"# -*- coding: latin-1 -*-\nx = '\xE9'\n".to_vec()).unwrap();
        assert!(decoded.text.contains('\u{e9}') && !decoded.lossy);
        let decoded = decode(b"x = '\xE9'\n".to_vec()).unwrap();
        assert!(decoded.text.contains('\u{fffd}') && decoded.lossy);
    }

    #[test]
    fn nul_bytes_make_a_file_binary() {
        assert!(decode(b"x\0y".to_vec()).is_none());
    }
}
