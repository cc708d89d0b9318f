//! Macros whose arguments are code, rewritten so that the grammar, which leaves macros alone, reads that code.
//!
//! The rewritten text is what is parsed and named; a table leads from its positions back to those of the file.

use crate::language::Macros;

/// How deep macros inside macros are followed.
const DEEPEST: u32 = 8;

/// A text ready to be parsed, with the way back to the original positions.
#[derive(Clone, Debug, Default)]
pub struct Prepared {
    /// The rewritten text; nothing if it is the original.
    pub text: Option<String>,
    /// From each of these positions of the rewritten text on, the original position is that one, or up to that one.
    map: Vec<Piece>,
}

/// A piece of rewritten text.
#[derive(Clone, Copy, Debug)]
struct Piece {
    at: u32,
    from: u32,
    /// Whether the piece is copied, so that positions advance together; what was put in stands for one position.
    copied: bool,
}

impl Prepared {
    /// What is parsed in the place of the original.
    pub fn parsed<'a>(&'a self, original: &'a str) -> &'a str {
        self.text.as_deref().unwrap_or(original)
    }

    /// The position in the original text.
    pub fn original(&self, at: usize) -> u32 {
        let at = u32::try_from(at).unwrap_or(u32::MAX);
        match self.map.partition_point(|piece| piece.at <= at).checked_sub(1) {
            Some(index) if self.map[index].copied => self.map[index].from + (at - self.map[index].at),
            Some(index) => self.map[index].from,
            None => at,
        }
    }
}

/// Rewrites the macros of a text.
pub fn prepare(macros: &Macros, text: &str) -> Prepared {
    if macros.is_empty() {
        return Prepared::default();
    }
    let mut writer = Writer { macros, text, out: String::new(), map: Vec::new(), copied: 0, depth: 0 };
    writer.scan(0, text.len());
    if writer.map.is_empty() {
        return Prepared::default();
    }
    writer.copy(text.len());
    Prepared { text: Some(writer.out), map: writer.map }
}

struct Writer<'a> {
    macros: &'a Macros,
    text: &'a str,
    out: String,
    map: Vec<Piece>,
    /// How much of the original was dealt with.
    copied: usize,
    depth: u32,
}

impl Writer<'_> {
    /// Copies the original up to a position.
    fn copy(&mut self, to: usize) {
        if to > self.copied {
            self.map.push(Piece { at: self.out.len() as u32, from: self.copied as u32, copied: true });
            self.out.push_str(&self.text[self.copied..to]);
            self.copied = to;
        }
    }

    /// Puts `new` in place of the original between two positions.
    fn replace(&mut self, from: usize, to: usize, new: &str) {
        self.copy(from);
        self.map.push(Piece { at: self.out.len() as u32, from: from as u32, copied: false });
        self.out.push_str(new);
        self.copied = to.max(self.copied);
    }

    fn scan(&mut self, from: usize, to: usize) {
        let bytes = self.text.as_bytes();
        let mut at = from;
        while at < to {
            match bytes[at] {
                b'!' => at = self.call(at, to).unwrap_or(at + 1),
                byte => at = skip(bytes, at, byte, to),
            }
        }
    }

    /// Rewrites the macro call whose `!` stands here; where to go on reading.
    fn call(&mut self, bang: usize, limit: usize) -> Option<usize> {
        let text = self.text;
        let start = path_start(text, bang)?;
        let name = text[start..bang].rsplit("::").next()?;
        let open = bang + 1 + (text[bang + 1..limit].len() - text[bang + 1..limit].trim_start().len());
        let close = closing(text.as_bytes(), open, limit)?;
        let has = |words: &[String]| words.iter().any(|word| word == name);
        let macros = self.macros;
        if self.depth >= DEEPEST {
            return Some(close + 1);
        }
        self.depth += 1;
        if has(&macros.call) {
            self.delimited(bang, bang + 1, "", (open, close), ("(", ")"));
        } else if has(&macros.list) {
            self.delimited(start, bang + 1, "", (open, close), ("[", "]"));
        } else if has(&macros.raise) {
            self.delimited(start, bang + 1, "yield ", (open, close), ("(", ")"));
        } else if has(&macros.propagate) {
            self.delimited(start, bang + 1, "", (open, close), ("(", ")?"));
        } else if has(&macros.item) {
            self.items(start, bang + 1, (open, close));
        } else if has(&macros.select) {
            self.select(start, bang + 1, (open, close));
        }
        self.depth -= 1;
        Some(close + 1)
    }

    fn delimited(&mut self, from: usize, to: usize, head: &str, (open, close): (usize, usize), ends: (&str, &str)) {
        self.replace(from, to, head);
        self.replace(open, open + 1, ends.0);
        self.scan(open + 1, close);
        self.replace(close, close + 1, ends.1);
    }

    /// The braces are left out, and `static ref` is `static`.
    fn items(&mut self, from: usize, to: usize, (open, close): (usize, usize)) {
        self.replace(from, to, "");
        self.replace(open, open + 1, " ");
        let inner = &self.text[open + 1..close];
        for (at, word) in inner.match_indices("static ref ") {
            let at = open + 1 + at;
            if at >= self.copied {
                self.scan(self.copied, at);
                self.replace(at, at + word.len(), "static ");
            }
        }
        self.scan(self.copied.max(open + 1), close);
        self.replace(close, close + 1, ";");
    }

    /// `pattern = value, if condition => body` is read as the arm `pattern if value => body` of a `match`.
    fn select(&mut self, from: usize, to: usize, (open, close): (usize, usize)) {
        self.replace(from, to, "match ()");
        self.replace(open, open + 1, "{");
        let bytes = self.text.as_bytes();
        let mut at = open + 1;
        while at < close {
            let start = at + (self.text[at..close].len() - self.text[at..close].trim_start().len());
            if let Some(rest) = self.text[start..close].strip_prefix("biased;") {
                self.replace(start, close - rest.len(), "");
                at = close - rest.len();
                continue;
            }
            let Some(arrow) = find(bytes, start, close, b"=>") else { break };
            self.arm_head(start, arrow);
            at = self.arm_body(arrow + 2, close);
        }
        self.scan(self.copied.max(open + 1), close);
        self.replace(close, close + 1, "}");
    }

    fn arm_head(&mut self, start: usize, arrow: usize) {
        let bytes = self.text.as_bytes();
        let word = self.text[start..arrow].trim_end();
        if matches!(word, "else" | "default" | "complete") {
            self.replace(start, start + word.len(), "_");
            return;
        }
        // `operation -> result => body` is the same in other words.
        if let Some(result) = find(bytes, start, arrow, b"->") {
            self.replace(start, start, "_ if ");
            self.scan(start, result);
            self.replace(result, arrow, " ");
            return;
        }
        let Some(equals) = find(bytes, start, arrow, b"=") else { return };
        self.replace(equals, equals + 1, " if ");
        let condition = find(bytes, equals + 1, arrow, b", if ").or_else(|| find(bytes, equals + 1, arrow, b",if "));
        let end = condition.unwrap_or(arrow);
        self.scan(equals + 1, end);
        if let Some(condition) = condition {
            self.replace(condition, arrow, " ");
        }
    }

    /// Copies the body of an arm; an expression ends at a comma, a block may be followed by one.
    fn arm_body(&mut self, from: usize, close: usize) -> usize {
        let bytes = self.text.as_bytes();
        let start = from + (self.text[from..close].len() - self.text[from..close].trim_start().len());
        let end = if bytes.get(start) == Some(&b'{') {
            closing(bytes, start, close).map_or(close, |end| end + 1)
        } else {
            find(bytes, start, close, b",").unwrap_or(close)
        };
        self.scan(start, end);
        let after = end + (self.text[end..close].len() - self.text[end..close].trim_start().len());
        if bytes.get(after) == Some(&b',') && after < close { after + 1 } else { end }
    }
}

/// The start of the path that ends before a `!`, if there is one.
fn path_start(text: &str, bang: usize) -> Option<usize> {
    let word = |c: char| c.is_alphanumeric() || c == '_' || c == ':';
    let path = text[..bang].trim_end_matches(word);
    (path.len() < bang).then_some(path.len())
}

/// Where something stands outside of any delimiters; `=` alone is not found in `==`, `=>` and their like.
fn find(bytes: &[u8], from: usize, to: usize, what: &[u8]) -> Option<usize> {
    let mut at = from;
    while at < to {
        let byte = bytes[at];
        if bytes[at..to].starts_with(what) {
            let after = bytes.get(at + 1).is_some_and(|after| b"=>".contains(after));
            let before = at.checked_sub(1).is_some_and(|before| b"=<>!+-*/|&^%.".contains(&bytes[before]));
            let alone = what != b"=" || !(after || before);
            if alone {
                return Some(at);
            }
        }
        at = match byte {
            b'(' | b'[' | b'{' => closing(bytes, at, to)? + 1,
            _ => skip(bytes, at, byte, to),
        };
    }
    None
}

/// The delimiter that closes the one that stands here.
fn closing(bytes: &[u8], open: usize, limit: usize) -> Option<usize> {
    if !matches!(bytes.get(open)?, b'(' | b'[' | b'{') || open >= limit {
        return None;
    }
    let (mut at, mut depth) = (open, 0_u32);
    while at < limit {
        match bytes[at] {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => {
                depth -= 1;
                if depth == 0 {
                    return Some(at);
                }
            }
            _ => {}
        }
        at = skip(bytes, at, bytes[at], limit);
    }
    None
}

/// The position after the comment, string or character that stands here, or after the byte.
fn skip(bytes: &[u8], at: usize, byte: u8, limit: usize) -> usize {
    let rest = &bytes[at..limit];
    match byte {
        b'/' if rest.starts_with(b"//") => at + rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len()),
        b'/' if rest.starts_with(b"/*") => at + comment(rest),
        b'"' => at + 1 + string(&rest[1..]),
        b'r' | b'b' | b'c' => at + raw(bytes, at, rest),
        // A character; a lifetime has no closing quote near by.
        b'\'' if rest.get(1) == Some(&b'\\') => {
            let end = rest[2..].iter().skip(1).position(|byte| *byte == b'\'').map_or(1, |end| end + 4);
            at + end.min(rest.len())
        }
        b'\'' => {
            let end = rest[1..].iter().take(5).position(|byte| *byte == b'\'');
            let long = end.is_some_and(|end| end == 1 || (end > 1 && rest[1] >= 0x80));
            at + if long { end.unwrap_or(0) + 2 } else { 1 }
        }
        _ => at + 1,
    }
}

/// The length of a block comment, comments inside of it included.
fn comment(rest: &[u8]) -> usize {
    let (mut at, mut depth) = (0, 0_u32);
    while at < rest.len() {
        if rest[at..].starts_with(b"/*") {
            depth += 1;
            at += 2;
        } else if rest[at..].starts_with(b"*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += 1;
        }
    }
    rest.len()
}

/// The length of the rest of a string, its closing quote included.
fn string(rest: &[u8]) -> usize {
    let mut at = 0;
    while at < rest.len() {
        match rest[at] {
            b'\\' => at += 2,
            b'"' => return at + 1,
            _ => at += 1,
        }
    }
    rest.len()
}

/// The length of a raw string that starts here, or 1.
fn raw(bytes: &[u8], at: usize, rest: &[u8]) -> usize {
    if at
        .checked_sub(1)
        .and_then(|before| bytes.get(before))
        .is_some_and(|before| before.is_ascii_alphanumeric() || *before == b'_')
    {
        return 1;
    }
    let prefix = rest.iter().take(2).take_while(|byte| b"rbc".contains(byte)).count();
    let hashes = rest[prefix..].iter().take_while(|byte| **byte == b'#').count();
    let is_raw = rest[..prefix].contains(&b'r');
    if rest.get(prefix + hashes) != Some(&b'"') || (hashes > 0 && !is_raw) {
        return 1;
    }
    let body = &rest[prefix + hashes + 1..];
    if !is_raw {
        return prefix + 1 + string(body);
    }
    let mut end = vec![b'#'; hashes + 1];
    end[0] = b'"';
    let length = body.windows(end.len()).position(|window| window == end);
    length.map_or(rest.len(), |length| prefix + hashes + 1 + length + end.len())
}
