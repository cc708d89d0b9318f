/// Offsets are 32 bits wide, so no larger file can be read.
const MOST: u64 = u32::MAX as u64 - 1;

/// The size of a file that can be read, in bytes, as [`memory`] has it.
pub fn size(text: &str) -> Result<u64, String> {
    let bytes = memory(text)?;
    if bytes <= MOST { Ok(bytes) } else { Err("files of 4 GiB and more cannot be read".to_owned()) }
}

/// A size in bytes, as `4096`, `512k`, `4M` or `1GiB`; the units are powers of 1024.
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
    number.checked_mul(factor).ok_or_else(|| "that is more than 16 EiB".to_owned())
}

#[cfg(test)]
mod tests {
    use super::{memory, size};

    #[test]
    fn sizes_are_read_with_and_without_units() {
        assert_eq!(size("4096"), Ok(4096));
        assert_eq!(size("4M"), Ok(4 << 20));
        assert_eq!(size("512 KiB"), Ok(512 << 10));
        assert!(size("4T").is_err() && size("M").is_err() && size("99G").is_err());
        assert_eq!(memory("99G"), Ok(99 << 30));
        assert!(memory("4P").is_err() && memory("99999999999T").is_err() && memory("").is_err());
    }
}
