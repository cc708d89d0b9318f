use super::Scanned;
use rustc_hash::FxHashMap;

/// How much of what a finding points at is looked at, in characters.
const LONGEST: usize = 120;

/// A name for every finding of a file that stays when lines move: made of the rule, the symbol, what the finding points at,
/// and how many like it came before.
pub fn fingerprints(file: &Scanned) -> Vec<String> {
    let mut seen: FxHashMap<u64, u32> = FxHashMap::default();
    let each = file.findings.iter().map(|finding| {
        let code = essence(finding.primary.span.slice(&file.text));
        let hash = hash([finding.rule.as_str(), finding.symbol.as_str(), code.as_str()]);
        let count = seen.entry(hash).or_insert(0);
        *count += 1;
        format!("{hash:016x}:{count}")
    });
    each.collect()
}

/// Code without what a formatter changes: spaces, line breaks, the kind of quotes, commas before an end. A body in braces
/// is left out, so that a change in it leaves the rest what it was.
fn essence(code: &str) -> String {
    let mut text = String::new();
    for own in code.chars().take_while(|own| *own != '{').filter(|own| !own.is_whitespace()).take(LONGEST) {
        if matches!(own, ')' | ']') && text.ends_with(',') {
            text.pop();
        }
        text.push(if matches!(own, '\'' | '`') { '"' } else { own });
    }
    text
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

#[cfg(test)]
mod tests {
    use super::essence;

    #[test]
    fn a_formatter_changes_nothing() {
        let tidy = "open(\n    path,\n    \"rb\",\n)";
        assert_eq!(essence("open(path, 'rb')"), essence(tidy));
        assert_ne!(essence("open(path)"), essence("open(other)"));
        assert_eq!(essence("on('x', () => { one() })"), essence("on(\"x\", () => {\n  two()\n})"));
    }
}
