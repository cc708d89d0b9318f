/// What a parser of data says of a value of the wrong type, in the words of the file instead of those of this program:
/// ``expected a list, not the number `4` ``.
pub fn plain(message: &str) -> String {
    let message = message.trim();
    if let Some(name) = message.strip_prefix("missing field ") {
        return format!("{name} is missing");
    }
    if message == "wanted string or table" {
        return "expected a text".to_owned();
    }
    let rest = message.strip_prefix("invalid type: ").or_else(|| message.strip_prefix("invalid value: "));
    let Some((found, expected)) = rest.and_then(|rest| rest.rsplit_once(", expected ")) else { return message.to_owned() };
    format!("expected {}, not {}", wanted(expected), told(found))
}

fn wanted(expected: &str) -> &str {
    match expected {
        "a sequence" => "a list",
        "a map" => "a table",
        "a boolean" => "`true` or `false`",
        "string or map" => "a text",
        "usize" | "u64" | "u32" | "u16" | "u8" => "a whole number that is not negative",
        "f32" | "f64" => "a number",
        other => other,
    }
}

fn told(found: &str) -> String {
    let value = |kind: &str| found.strip_prefix(kind).map(str::trim);
    match found {
        "sequence" => "a list".to_owned(),
        "map" => "a table".to_owned(),
        "null" | "unit value" => "nothing".to_owned(),
        _ => {
            let number = value("integer ").or_else(|| value("floating point "));
            let text = value("string ").map(|text| format!("the text {text}"));
            let number = number.map(|number| format!("the number {number}"));
            text.or(number).or_else(|| value("boolean ").map(str::to_owned)).unwrap_or_else(|| found.to_owned())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn types_are_told_in_the_words_of_the_file() {
        for (said, told) in [
            ("invalid type: integer `4`, expected a sequence", "expected a list, not the number `4`"),
            (
                "invalid type: string \"x, expected y\", expected a boolean",
                "expected `true` or `false`, not the text \"x, expected y\"",
            ),
            ("invalid type: boolean `true`, expected a map", "expected a table, not `true`"),
            ("invalid type: sequence, expected a string", "expected a string, not a list"),
            ("invalid value: integer `-1`, expected usize", "expected a whole number that is not negative, not the number `-1`"),
            ("wanted string or table", "expected a text"),
            ("missing field `acquire`", "`acquire` is missing"),
            ("unclosed array, expected `]`", "unclosed array, expected `]`"),
        ] {
            assert_eq!(plain(said), told);
        }
    }
}
