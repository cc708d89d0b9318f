use quick_xml::Writer;
use quick_xml::events::{BytesDecl, Event};
use std::borrow::Cow;
use std::io::{self, Write};

/// Writes a document that `body` fills.
pub fn document(out: &mut dyn Write, body: impl FnOnce(&mut Writer<&mut dyn Write>) -> io::Result<()>) -> io::Result<()> {
    let mut writer = Writer::new_with_indent(out, b' ', 2);
    writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    body(&mut writer)?;
    writeln!(writer.into_inner())
}

/// The text without the characters that XML 1.0 cannot hold in any way of writing (section 2.2).
pub fn clean(text: &str) -> Cow<'_, str> {
    let bad = |letter: char| matches!(letter, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}');
    if text.contains(bad) { text.replace(bad, "\u{fffd}").into() } else { text.into() }
}
