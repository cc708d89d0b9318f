use super::Pattern;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What fixes need to know of the things a rule speaks of.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default, expecting = "a table of what fixes need to know")]
pub struct Mend {
    /// Calls whose value releases itself at the end of a managed region, and is what the region calls by name.
    pub managed: Vec<Pattern>,
    /// Those of which the release has to be awaited.
    pub awaited: Vec<Pattern>,
    /// By the path of a wrapper that releases what it is given at the end of a region: the calls whose value needs it.
    pub wrapped: BTreeMap<String, Vec<Pattern>>,
    /// Further calls whose value can be released at the end of its owner as it stands; where neither these nor managed
    /// ones are named, all can.
    pub ended: Vec<Pattern>,
    /// Calls whose value needs the handle no more, which is their receiver or an argument (`json.load`, `*.read`).
    pub complete: Vec<Pattern>,
    /// What takes back what a method registers, given the same arguments.
    pub undo: BTreeMap<String, String>,
    /// Calls that can be given a limit.
    pub limit: Vec<Limit>,
    /// By the path of what makes a collection: one like it that keeps no key alive. By the path of a type of counted
    /// references, as it is imported: how the one that does not count is written.
    pub weak: BTreeMap<String, String>,
    /// What copies a counted reference, and what makes a weak one of it.
    pub downgrade: BTreeMap<String, String>,
    /// The only methods that such a collection has.
    pub weak_methods: Vec<String>,
    /// Last names of types whose values are objects, which a weak collection can have for keys.
    pub objects: Vec<String>,
}

/// How a call is given a limit.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default, expecting = "a table with `call` and `argument`")]
pub struct Limit {
    /// The calls.
    pub call: Vec<Pattern>,
    /// The path of what is called instead, if it is another.
    pub into: Option<String>,
    /// The argument that limits, as it is written; one of the same keyword, or else the first, is replaced.
    pub argument: String,
    /// Whether it takes the place of the first argument, if there is one.
    pub first: bool,
    /// What the file must not mention, because it would no longer fit.
    pub unless: Vec<String>,
}
