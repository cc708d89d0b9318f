use std::time::Duration;

/// The longest time that is accepted: a year.
const LONGEST: f64 = 366.0 * 86_400.0;

/// A time, as `90`, `1.5s`, `200ms`, `5m`, `2h`; a number alone is seconds.
pub fn time(text: &str) -> Result<Duration, String> {
    let digits = text.trim_end_matches(|letter: char| letter.is_ascii_alphabetic() || letter == ' ');
    let factor = match text[digits.len()..].trim() {
        "" | "s" => 1.0,
        "ms" => 0.001,
        "m" | "min" => 60.0,
        "h" => 3600.0,
        "d" => 86_400.0,
        unit => return Err(format!("`{unit}` is no unit; use ms, s, m, h or d")),
    };
    let number: f64 = digits.parse().map_err(|_| "write a number, with ms, s, m, h or d behind it if you like".to_owned())?;
    let seconds = number * factor;
    if (0.0..=LONGEST).contains(&seconds) {
        Ok(Duration::from_secs_f64(seconds))
    } else {
        Err("write a time between 0 and a year".to_owned())
    }
}

/// The same, for what must take some time.
pub fn some_time(text: &str) -> Result<Duration, String> {
    let time = time(text)?;
    if time < Duration::from_millis(10) { Err("write at least 10 ms".to_owned()) } else { Ok(time) }
}

#[cfg(test)]
mod tests {
    use super::{some_time, time};
    use std::time::Duration;

    #[test]
    fn times_are_read_with_and_without_units() {
        assert_eq!(time("90"), Ok(Duration::from_secs(90)));
        assert_eq!(time("1.5 s"), Ok(Duration::from_millis(1500)));
        assert_eq!(time("5m"), Ok(Duration::from_secs(300)));
        assert_eq!(some_time("200ms"), Ok(Duration::from_millis(200)));
        assert!(time("-1").is_err() && time("1e9d").is_err() && time("NaN").is_err() && time("5 weeks").is_err());
        assert!(some_time("0").is_err());
    }
}
