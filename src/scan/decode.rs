use encoding_rs::Encoding;

/// A text, how its bytes stand for it, and whether some of them could not be decoded.
pub struct Decoded {
    /// The text, without a byte order mark.
    pub text: String,
    /// How it was written.
    pub form: Form,
    /// Whether bytes were replaced.
    pub lossy: bool,
}

/// How a text is written as bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// UTF-8, with a byte order mark or without.
    Utf8 {
        /// Whether a byte order mark stands before it.
        marked: bool,
    },
    /// UTF-16 behind its byte order mark.
    Utf16 {
        /// Whether the higher byte of a unit comes first.
        big: bool,
    },
    /// Another encoding, which the text names.
    Other(&'static Encoding),
}

impl Form {
    /// The bytes of a text; nothing if the encoding lacks one of its letters.
    pub fn encode(self, text: &str) -> Option<Vec<u8>> {
        match self {
            Self::Utf8 { marked } => Some([if marked { MARK } else { b"" }, text.as_bytes()].concat()),
            Self::Utf16 { big } => {
                let bytes = |unit: u16| if big { unit.to_be_bytes() } else { unit.to_le_bytes() };
                Some(std::iter::once(0xFEFF).chain(text.encode_utf16()).flat_map(bytes).collect())
            }
            Self::Other(encoding) => match encoding.encode(text) {
                (bytes, used, false) if used == encoding => Some(bytes.into_owned()),
                _ => None,
            },
        }
    }
}

/// The byte order mark of UTF-8.
const MARK: &[u8] = b"\xEF\xBB\xBF";

/// The text in `bytes`, or nothing if they are no text at all.
///
/// A byte order mark decides first; then UTF-8; then, because Python allows it, a coding line that names another encoding.
pub fn decode(bytes: Vec<u8>) -> Option<Decoded> {
    match bytes.as_slice() {
        [0xFF, 0xFE, rest @ ..] => return Some(utf16(rest, false)),
        [0xFE, 0xFF, rest @ ..] => return Some(utf16(rest, true)),
        _ => {}
    }
    if bytes.contains(&0) {
        return None;
    }
    Some(match String::from_utf8(bytes) {
        Ok(text) => {
            let form = Form::Utf8 { marked: text.as_bytes().starts_with(MARK) };
            Decoded { text: unmarked(text), form, lossy: false }
        }
        Err(error) => {
            let bytes = error.as_bytes();
            // What is not UTF-8 is not what a line that says so promises.
            let declared = declared(bytes).filter(|encoding| *encoding != encoding_rs::UTF_8);
            let (text, lossy) = match declared {
                Some(encoding) => encoding.decode_without_bom_handling(bytes),
                None => (String::from_utf8_lossy(bytes), true),
            };
            let form = declared.map_or(Form::Utf8 { marked: bytes.starts_with(MARK) }, Form::Other);
            Decoded { text: unmarked(text.into_owned()), form, lossy }
        }
    })
}

fn unmarked(mut text: String) -> String {
    if text.starts_with('\u{feff}') {
        text.drain(..'\u{feff}'.len_utf8());
    }
    text
}

fn utf16(bytes: &[u8], big: bool) -> Decoded {
    let unit = if big { u16::from_be_bytes } else { u16::from_le_bytes };
    let (pairs, rest) = bytes.as_chunks::<2>();
    let units = pairs.iter().map(|pair| unit(*pair));
    let mut lossy = !rest.is_empty();
    let mut text = String::with_capacity(pairs.len());
    for decoded in char::decode_utf16(units) {
        lossy |= decoded.is_err();
        text.push(decoded.unwrap_or(char::REPLACEMENT_CHARACTER));
    }
    Decoded { text, form: Form::Utf16 { big }, lossy }
}

/// The encoding that a coding line names (PEP 263): a comment in one of the first two lines with `coding:` or `coding=`.
fn declared(bytes: &[u8]) -> Option<&'static Encoding> {
    let lines = bytes.split(|byte| *byte == b'\n').take(2).map(String::from_utf8_lossy);
    let mut names = lines.filter_map(|line| {
        let (_, rest) = line.trim_start_matches([' ', '\t', '\u{c}']).strip_prefix('#')?.split_once("coding")?;
        let name = rest.strip_prefix([':', '='])?.trim_start_matches([' ', '\t']);
        let end = name.find(|letter: char| !letter.is_ascii_alphanumeric() && !"-_.".contains(letter)).unwrap_or(name.len());
        Some(name[..end].to_ascii_lowercase().replace('_', "-"))
    });
    // Python's `latin-1` is the `latin1` of the Encoding Standard.
    names.find_map(|name| Encoding::for_label(name.as_bytes()).or_else(|| Encoding::for_label(name.replace('-', "").as_bytes())))
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
    fn a_declared_encoding_is_used() {
        for (head, byte, letter) in
            [("koi8-r", b'\xc1', '\u{430}'), ("cp1251", b'\xe0', '\u{430}'), ("iso-8859-15", b'\xa4', '\u{20ac}')]
        {
            let text =
                [format!("#!/usr/bin/python\n# vim: set fileencoding={head} :\nx = '").as_bytes(), &[byte], b"'\n"].concat();
            let decoded = decode(text).unwrap();
            assert!(decoded.text.contains(&format!("'{letter}'")) && !decoded.lossy, "{head}");
        }
        for head in ["utf-8", "no-such-encoding"] {
            assert!(decode([format!("# coding: {head}\nx = '").as_bytes(), b"\xe9'\n"].concat()).unwrap().lossy, "{head}");
        }
    }

    #[test]
    fn a_text_is_written_as_it_was_read() {
        let latin = b"# -*- coding: latin-1 -*-\nx = '\xE9'\n";
        for bytes in [&b"x = '\xC3\xA9'\r\n"[..], b"\xEF\xBB\xBFx", b"\xFF\xFEx\0\xE9\0", b"\xFE\xFF\0x\0\xE9", latin] {
            let decoded = decode(bytes.to_vec()).unwrap();
            assert_eq!(decoded.form.encode(&decoded.text).as_deref(), Some(bytes));
        }
        let decoded = decode(latin.to_vec()).unwrap();
        assert_eq!(decoded.form.encode("\u{430}"), None, "a letter that the encoding lacks");
    }

    #[test]
    fn nul_bytes_make_a_file_binary() {
        assert!(decode(b"x\0y".to_vec()).is_none());
    }
}
