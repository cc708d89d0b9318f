use serde::Deserialize;

/// How a language writes what a fix adds. In `{…}` stands what the fix fills in; a phrase that is empty does not exist, and
/// fixes that need it are not offered.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Phrases {
    /// One step of indentation, where the file shows none.
    pub indent: String,
    /// What ends a statement, where the file ends its statements with it.
    pub end: String,
    /// What parts two statements on one line.
    pub apart: String,
    /// What a line cannot begin with where the line above has no mark at its end: it would go on with that line.
    pub joining: Vec<String>,
    /// What stands before a region that releases `{value}`, called `{name}` inside, on every way out. Its body is indented.
    pub managed: String,
    /// The same in a coroutine, for what takes time to release.
    pub managed_async: String,
    /// Gives `{value}` the name `{name}`.
    pub declaration: String,
    /// Calls `{method}` of `{target}`.
    pub method: String,
    /// The same where `{target}` may hold nothing.
    pub optional: String,
    /// Calls `{function}` with `{target}`.
    pub call: String,
    /// The statement `{release}`, made only if `{target}` is something, where types are checked.
    pub present: String,
    /// Waits for `{value}`.
    pub awaited: String,
    /// What stands before statements that run only if `{target}` holds something. They are indented.
    pub guard: String,
    /// Returns a function that runs the statement `{value}`.
    pub ending: String,
    /// What stands around the statements of a body, if anything does.
    pub body: Option<[String; 2]>,
    /// A body of the statements `{first}` and `{second}` in the place of an expression.
    pub both: String,
    /// A body that returns the value `{second}` after the statement `{first}`, in the place of that value.
    pub returned: String,
    /// What stands in a body that does nothing, where a body cannot be empty.
    pub nothing: Vec<String>,
    /// Imports `{name}` from `{module}`, on a line of its own.
    pub import: String,
    /// What stands between the parts of a path.
    pub separator: String,
    /// Whether a whole path can be written anywhere without an import.
    pub rooted: bool,
    /// What begins a text that may go over several lines, in which white space counts.
    pub verbatim: Vec<String>,
    /// Teardowns whose name leaves no doubt that nothing is used after them.
    pub endings: Vec<String>,
}

/// A phrase with its gaps filled; what is filled in is not looked at again.
pub fn fill(phrase: &str, values: &[(&str, &str)]) -> String {
    let mut text = String::with_capacity(phrase.len() + 32);
    let mut rest = phrase;
    while let Some(open) = rest.find('{') {
        let gap = values.iter().find(|(name, _)| rest[open + 1..].strip_prefix(name).is_some_and(|end| end.starts_with('}')));
        let (upto, value, after) = match gap {
            Some((name, value)) => (open, *value, open + name.len() + 2),
            None => (open + 1, "", open + 1),
        };
        text.push_str(&rest[..upto]);
        text.push_str(value);
        rest = &rest[after..];
    }
    text + rest
}

#[cfg(test)]
mod tests {
    use super::fill;

    #[test]
    fn gaps_are_filled_once() {
        assert_eq!(fill("{a}({b}) {", &[("a", "{b}"), ("b", "1")]), "{b}(1) {");
        assert_eq!(fill("const { a } = {value};", &[("value", "x")]), "const { a } = x;");
    }
}
