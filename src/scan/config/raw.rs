use super::own::Own;
use crate::finding::Severity;
use crate::rules::{Channel, Container, Memo, Pattern, Registration, Resource};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// What a user may write in `watertight.toml`, or in the section of another tool's file.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case", expecting = "a table of settings")]
pub struct Config {
    /// Use only these rules.
    pub select: Option<Vec<String>>,
    /// Leave these rules out.
    pub ignore: Vec<String>,
    /// `pedantic` shows every finding, `default` those that are more likely right than not.
    pub level: Option<Level>,
    /// Files and folders to leave out, as in `.gitignore`.
    pub exclude: Vec<String>,
    /// Look only at these files and folders, as in `.gitignore`.
    pub include: Vec<String>,
    /// Leave excluded files out even if they are named.
    pub force_exclude: bool,
    /// Rules to leave out in some files: from a pattern, as in `.gitignore`, to rules; `all` stands for every rule.
    pub per_file_ignores: BTreeMap<String, Vec<String>>,
    /// Settings of a rule, by its name.
    pub rule: BTreeMap<String, RuleSettings>,
    /// A folder with rules of your own, one TOML file a rule.
    pub rules: Option<PathBuf>,
    /// The lowest severity that makes a run fail.
    pub fail_on: Option<FailOn>,
    /// Larger files are left out: bytes, or a number with k, M or G.
    pub max_file_size: Option<Size>,
    /// The file with the findings that are accepted.
    pub baseline: Option<PathBuf>,
    /// Things that must be released.
    pub resource: Vec<Own<Resource>>,
    /// Ways to register a callback and to remove it.
    pub listener: Vec<Own<Registration>>,
    /// Cache decorators and cache constructors.
    pub cache: Vec<Own<Memo>>,
    /// Queues and channels.
    pub channel: Vec<Own<Channel>>,
    /// Collections that can grow.
    pub collection: Vec<Own<Container>>,
    /// Collections that never grow without bound.
    pub bounded: Vec<Own<Bounded>>,
    /// Functions that take over the resource they are given.
    pub consumer: Vec<Own<Consumer>>,
}

/// Settings of one rule.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case", expecting = "a table with `severity` or `level`")]
pub struct RuleSettings {
    /// How bad its findings are.
    pub severity: Option<Severity>,
    /// Whether to show its unsure findings, whatever the level of the other rules.
    pub level: Option<Level>,
}

/// Types whose instances are capped or hold their entries weakly.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a table with `types`")]
pub struct Bounded {
    /// Constructors and type names, with their module: `limits.RingBuffer`.
    pub types: Vec<Pattern>,
}

/// Functions after which an argument belongs to somebody else.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a table with `calls`")]
pub struct Consumer {
    /// Their names, with their module: `pool.adopt`, or `*.adopt` for a method of any receiver.
    pub calls: Vec<Pattern>,
}

/// Which findings are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Those that are more likely right than not.
    Default,
    /// All.
    Pedantic,
}

/// The lowest severity that fails a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum FailOn {
    /// Only high.
    High,
    /// Medium or high.
    Medium,
    /// Any.
    Low,
    /// None.
    Never,
}

impl FailOn {
    /// Whether a finding of this severity fails the run.
    pub fn fails(self, severity: Severity) -> bool {
        match self {
            Self::High => severity >= Severity::High,
            Self::Medium => severity >= Severity::Medium,
            Self::Low => severity >= Severity::Low,
            Self::Never => false,
        }
    }
}

/// A size as it is written.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(untagged, expecting = "expected a number of bytes, or a text such as `\"4M\"`")]
pub enum Size {
    /// In bytes.
    Bytes(u64),
    /// With a unit.
    Text(String),
}
