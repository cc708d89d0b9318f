//! How a comment speaks to this program, and what is said of one that tries to and fails: passed over without a word, it would
//! leave its author in the belief that it does something.

use crate::rules::nearest;
use crate::source::Span;

/// What every order begins with.
const NAME: &str = "watertight";
/// How that is written by mistake.
const SPELT: [&str; 2] = ["water-tight", "water_tight"];
const VERBS: [&str; 2] = ["ignore", "ignore-file"];
/// By what other tools are told the same.
const FOREIGN: [&str; 15] = [
    "allow",
    "disable",
    "disable-line",
    "disable-next-line",
    "disable-file",
    "expect",
    "ignore-line",
    "ignore-next-line",
    "noqa",
    "nosec",
    "nolint",
    "off",
    "skip",
    "skip-file",
    "suppress",
];

/// A comment that begins as an order does.
pub struct Order<'a> {
    /// Where the program's name stands in the comment.
    pub at: usize,
    /// The name as it is written, with its colon.
    name: &'a str,
    /// The word behind it.
    pub verb: &'a str,
    /// What comes behind that word.
    pub rest: &'a str,
    /// Whether an order to another tool stands before it in the same comment.
    behind: bool,
}

/// What is wrong with an order.
pub struct Fault {
    /// What is wrong.
    pub message: String,
    /// What to write.
    pub remedy: &'static str,
}

impl<'a> Order<'a> {
    /// The order in a comment, if it may be one. A comment that only talks about the program is none.
    pub fn of(body: &'a str) -> Option<Self> {
        let begins = |(at, _): &(usize, usize)| body[..*at].trim_end().ends_with(['#', '/', '*', '!', '-']);
        let begun = names(body).find(begins);
        let (at, long) = begun.or_else(|| names(body).find(|(at, _)| follows_order(&body[..*at])))?;
        let after = &body[at + long..];
        let said = after.strip_prefix(':').unwrap_or(after).trim_start_matches([' ', '\t']);
        let name = &body[at..body.len() - after.len() + usize::from(after.starts_with(':'))];
        let verb = said.split(|next: char| !(next.is_alphanumeric() || matches!(next, '-' | '_'))).next()?;
        Some(Self { at, name, verb, rest: &said[verb.len()..], behind: begun.is_none() })
    }

    /// Whether it stands where it must, and its name is written as it must be.
    pub fn is_exact(&self) -> bool {
        !self.behind && self.is_named()
    }

    fn is_named(&self) -> bool {
        self.name.strip_suffix(':') == Some(NAME)
    }

    /// The first line of what comes behind the verb, without what ends a comment.
    fn line(&self) -> &'a str {
        let line = self.rest.lines().next().unwrap_or_default().trim();
        ["*/", "-->"].iter().fold(line, |line, end| line.strip_suffix(end).unwrap_or(line)).trim_end()
    }

    /// From the name to the end of its line.
    pub fn span(&self, comment: Span, body: &str) -> Span {
        let start = comment.start + self.at as u32;
        let line = self.line();
        let behind =
            body.len() - self.rest.len() + if line.is_empty() { 0 } else { self.rest.find(line).unwrap_or(0) + line.len() };
        Span::new(start, comment.start + behind as u32)
    }

    /// What keeps it from being one; nothing as well where nobody meant it as an order.
    pub fn fault(&self) -> Option<Fault> {
        let colon = self.name.ends_with(':');
        let said = |message: String, remedy| Some(Fault { message: format!("{message}, so this suppresses nothing"), remedy });
        if self.is_exact() && VERBS.contains(&self.verb) {
            return self.bad_list();
        }
        if self.behind {
            let meant = self.is_named() && VERBS.contains(&self.verb) && self.rest.starts_with('[');
            let remedy = "begin a comment of its own with it: write `#` or `//` before the name";
            return meant.then(|| said("it stands behind other words of its comment".to_owned(), remedy)).flatten();
        }
        let (line, listed) = (self.line(), self.rest.starts_with('['));
        let plain = self.verb.to_ascii_lowercase().replace('_', "-");
        if VERBS.contains(&plain.as_str()) {
            let meant = listed || (colon && line.is_empty());
            let written = format!("`{} {}` is not `watertight: {plain}`", self.name, self.verb);
            return meant
                .then(|| said(written, "write it in one word and in lower case, with a colon behind the name"))
                .flatten();
        }
        let foreign = FOREIGN.contains(&plain.as_str());
        // Its forms are words of talk: "watertight: ignored".
        let close = nearest(&plain, VERBS.into_iter()).is_some() && !["ignored", "ignores"].contains(&plain.as_str());
        let inner = line.strip_prefix('[').map_or(line, |list| list.split(']').next().unwrap_or(list));
        let meant = if listed {
            foreign || close || are_rules(inner)
        } else {
            (foreign || close) && (line.is_empty() || are_rules(bare(line)))
        };
        let told = format!("there is no order `{}`", self.verb);
        (meant && colon).then(|| said(told, "write `ignore` for a line, or `ignore-file` for the file")).flatten()
    }

    /// What is wrong with the list of an order.
    fn bad_list(&self) -> Option<Fault> {
        let line = self.line();
        let fault = |message: &str, remedy| Some(Fault { message: format!("{message}, so this suppresses nothing"), remedy });
        if let Some(list) = self.rest.strip_prefix('[') {
            return match list.lines().next().unwrap_or_default().split_once(']') {
                None => fault("the list of rules is not closed", "write `]` behind the last rule"),
                Some((list, _)) if list.split(',').all(|name| name.trim().is_empty()) => {
                    fault("the list of rules is empty", "name rules in it, or write no brackets, which stands for all rules")
                }
                Some(_) => None,
            };
        }
        let remedy = "write the rules in brackets right behind the word: `ignore[rule]`";
        if are_rules(bare(line)) { fault("the rules stand in no brackets right behind the word", remedy) } else { None }
    }
}

/// Where the name of this program stands in a text, however it is spelt, and how long it is there.
fn names(body: &str) -> impl Iterator<Item = (usize, usize)> {
    let spelt = |at: usize| {
        let mut all = std::iter::once(NAME).chain(SPELT);
        let long =
            all.find(|name| body.as_bytes()[at..].get(..name.len()).is_some_and(|own| own.eq_ignore_ascii_case(name.as_bytes())));
        long.map(|name| (at, name.len()))
    };
    (0..body.len()).filter_map(spelt)
}

/// Whether a comment has an order to another tool in it, which ends before the last white space.
fn follows_order(before: &str) -> bool {
    let words = before.split(|next: char| !(next.is_alphanumeric() || next == '-'));
    let orders = |word: &str| FOREIGN.iter().chain(&VERBS).any(|order| word.strip_suffix(order).is_some_and(ends_tool));
    before.ends_with([' ', '\t']) && words.filter(|word| !word.is_empty()).take(3).any(|word| orders(&word.to_ascii_lowercase()))
}

/// Whether what is left of a word is the name of a tool: `eslint-` of `eslint-disable-line`.
fn ends_tool(word: &str) -> bool {
    word.is_empty() || word.ends_with('-')
}

/// A list of rules without what stands around it in the place of brackets.
fn bare(line: &str) -> &str {
    let bare = line.trim_start_matches([':', '=', ' ']);
    bare.strip_prefix(['(', '[']).map_or(bare, |list| list.split([')', ']']).next().unwrap_or(list))
}

/// Whether a text is nothing but names of rules, which are words joined by hyphens.
fn are_rules(text: &str) -> bool {
    let names = text.split([',', ' ']).filter(|name| !name.is_empty());
    let is_name = |name: &str| {
        name.contains('-') && name.split('-').all(|word| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase()))
    };
    !text.trim().is_empty() && names.into_iter().all(is_name)
}
