use super::Scanned;
use crate::source::Lines;
use rustc_hash::FxHashMap;

/// A name for every finding of a file that stays when lines move: made of the rule, the symbol, the words of the line,
/// and how many like it came before.
pub fn fingerprints(file: &Scanned) -> Vec<String> {
    let lines = Lines::new(&file.text);
    let mut seen: FxHashMap<u64, u32> = FxHashMap::default();
    let each = file.findings.iter().map(|finding| {
        let line = lines.span(&file.text, lines.line(finding.primary.span.start));
        let words = line.slice(&file.text).split_whitespace();
        let hash = hash([finding.rule.as_str(), finding.symbol.as_str()].into_iter().chain(words));
        let count = seen.entry(hash).or_insert(0);
        *count += 1;
        format!("{hash:016x}:{count}")
    });
    each.collect()
}

/// FNV-1a over the parts, because it must be the same in every version of this program and of its libraries.
pub fn hash<'a>(parts: impl IntoIterator<Item = &'a str>) -> u64 {
    parts.into_iter().fold(OFFSET, |hash, part| {
        // A byte that cannot occur in UTF-8 keeps `a b` and `ab` apart.
        part.bytes().chain([0xFF]).fold(hash, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(PRIME))
    })
}

const OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
const PRIME: u64 = 0x0100_0000_01b3;
