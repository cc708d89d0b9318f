use rustc_hash::{FxHashMap, FxHashSet};

const BLOCK: usize = 100;
const BASE: u64 = 37;
const END: u16 = u16::MAX;
const TAB: u16 = 9;
const LINE_FEED: u16 = 10;
const RETURN: u16 = 13;
const SPACE: u16 = 32;

/// GitHub's `primaryLocationLineHash` of the lines `wanted`, numbered from 1, in one pass over the text.
///
/// It is a rolling hash of the first hundred characters from the start of the line that are neither space nor tab, in
/// UTF-16 units, followed by how often the file had that hash up to there. Code scanning tells alerts apart by it, and the
/// upload action computes the same, so it must be the same to the last digit.
pub fn line_hashes(text: &str, wanted: &FxHashSet<u32>) -> FxHashMap<u32, String> {
    let mut roll = Roll::new(wanted);
    for unit in text.encode_utf16() {
        roll.character(unit);
    }
    roll.character(END);
    for _ in 0..BLOCK {
        roll.emit();
        roll.push(0);
    }
    roll.hashes
}

struct Roll<'a> {
    wanted: &'a FxHashSet<u32>,
    hashes: FxHashMap<u32, String>,
    counts: FxHashMap<u64, u32>,
    window: [u16; BLOCK],
    /// The line that starts at a place of the window; 0 where none does.
    starts: [u32; BLOCK],
    at: usize,
    hash: u64,
    first: u64,
    line: u32,
    at_start: bool,
    after_return: bool,
}

impl<'a> Roll<'a> {
    fn new(wanted: &'a FxHashSet<u32>) -> Self {
        Self {
            wanted,
            hashes: FxHashMap::default(),
            counts: FxHashMap::default(),
            window: [0; BLOCK],
            starts: [0; BLOCK],
            at: 0,
            hash: 0,
            first: (0..BLOCK).fold(1, |power, _| power.wrapping_mul(BASE)),
            line: 0,
            at_start: true,
            after_return: false,
        }
    }

    fn character(&mut self, unit: u16) {
        if unit == SPACE || unit == TAB || (self.after_return && unit == LINE_FEED) {
            self.after_return = false;
            return;
        }
        self.after_return = unit == RETURN;
        let unit = if unit == RETURN { LINE_FEED } else { unit };
        self.emit();
        if self.at_start {
            self.at_start = false;
            self.line += 1;
            self.starts[self.at] = self.line;
        }
        self.at_start = unit == LINE_FEED;
        self.push(unit);
    }

    /// Gives out the hash of the line that started a whole window ago, if one did.
    fn emit(&mut self) {
        let line = std::mem::take(&mut self.starts[self.at]);
        if line == 0 {
            return;
        }
        let count = self.counts.entry(self.hash).or_insert(0);
        *count += 1;
        if self.wanted.contains(&line) {
            self.hashes.insert(line, format!("{:x}:{count}", self.hash));
        }
    }

    fn push(&mut self, unit: u16) {
        let old = std::mem::replace(&mut self.window[self.at], unit);
        let shifted = self.hash.wrapping_mul(BASE).wrapping_add(u64::from(unit));
        self.hash = shifted.wrapping_sub(self.first.wrapping_mul(u64::from(old)));
        self.at = (self.at + 1) % BLOCK;
    }
}

#[cfg(test)]
mod tests {
    use super::line_hashes;

    fn all(text: &str) -> Vec<String> {
        let hashes = line_hashes(text, &(1..=99).collect());
        (1..).map_while(|line| hashes.get(&line).cloned()).collect()
    }

    #[test]
    fn the_hashes_are_those_of_the_upload_action() {
        // The expected values are those of the action's own tests.
        assert_eq!(all(""), ["c129715d7a2bc9a3:1"]);
        let expected = ["271789c17abda88f:1", "54703d4cd895b18:1", "180aee12dab6264:1", "a23a3dc5e078b07b:1"];
        assert_eq!(all(" a\nb\n  \t\tc\n d"), expected);
        assert_eq!(all(" a\r\nb\r  \t\tc\r\n d"), expected);
    }

    #[test]
    fn like_lines_are_counted() {
        let hashes = all(&"x\n".repeat(200));
        assert!(hashes[0].ends_with(":1") && hashes[1].ends_with(":2"));
    }
}
