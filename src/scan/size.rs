/// Offsets are 32 bits wide, so no larger file can be read.
const MOST: u64 = u32::MAX as u64 - 1;

/// Reads a size in bytes, written as `4096`, `512k`, `4M` or `1GiB`; the units are powers of 1024.
pub fn size(text: &str) -> Result<u64, String> {
    let digits = text.trim_end_matches(|letter: char| letter.is_ascii_alphabetic() || letter == ' ');
    let unit = text[digits.len()..].trim().to_ascii_lowercase();
    let factor: u64 = match unit.trim_end_matches('b').trim_end_matches('i') {
        "" => 1,
        "k" => 1 << 10,
        "m" => 1 << 20,
        "g" => 1 << 30,
        _ => return Err(format!("`{unit}` is no unit; use k, M or G")),
    };
    let number: u64 = digits.parse().map_err(|_| "write a number, with k, M or G behind it if you like".to_owned())?;
    let bytes = number.checked_mul(factor).filter(|bytes| *bytes <= MOST);
    bytes.ok_or_else(|| "files of 4 GiB and more cannot be read".to_owned())
}

#[cfg(test)]
mod tests {
    use super::size;

    #[test]
    fn sizes_are_read_with_and_without_units() {
        assert_eq!(size("4096"), Ok(4096));
        assert_eq!(size("4M"), Ok(4 << 20));
        assert_eq!(size("512 KiB"), Ok(512 << 10));
        assert!(size("4T").is_err() && size("M").is_err() && size("99G").is_err());
    }
}
