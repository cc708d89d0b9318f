/// Offsets are 32 bits wide, so no larger file can be read.
const MOST: u64 = u32::MAX as u64 - 1;

/// Reads the size of a file in bytes, written as `4096`, `512k`, `4M` or `1GiB`.
pub fn size(text: &str) -> Result<u64, String> {
    Some(memory(text)?).filter(|bytes| *bytes <= MOST).ok_or_else(|| "files of 4 GiB and more cannot be read".to_owned())
}

/// An amount of memory in bytes, as `4096`, `512k`, `4M` or `1GiB`; the units are powers of 1024.
pub fn memory(text: &str) -> Result<u64, String> {
    let digits = text.trim_end_matches(|letter: char| letter.is_ascii_alphabetic() || letter == ' ');
    let unit = text[digits.len()..].trim().to_ascii_lowercase();
    let factor: u64 = match unit.trim_end_matches('b').trim_end_matches('i') {
        "" => 1,
        "k" => 1 << 10,
        "m" => 1 << 20,
        "g" => 1 << 30,
        "t" => 1 << 40,
        _ => return Err(format!("`{unit}` is no unit; use k, M, G or T")),
    };
    let number: u64 = digits.parse().map_err(|_| "write a number, with k, M or G behind it if you like".to_owned())?;
    number.checked_mul(factor).ok_or_else(|| "that is more than any machine has".to_owned())
}

#[cfg(test)]
mod tests {
    use super::{memory, size};

    #[test]
    fn sizes_are_read_with_and_without_units() {
        assert_eq!(size("4096"), Ok(4096));
        assert_eq!(size("4M"), Ok(4 << 20));
        assert_eq!(size("512 KiB"), Ok(512 << 10));
        assert_eq!(memory("1.5G"), Err("write a number, with k, M or G behind it if you like".to_owned()));
        assert_eq!(memory("2TiB"), Ok(2 << 40));
        assert!(size("4T").is_err() && size("M").is_err() && size("99G").is_err());
    }
}
