use super::Vocabulary;
use crate::finding::{Confidence, Severity};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The kind of reasoning a rule asks for; each is one file in `checks/`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Check {
    /// A long-lived collection that only grows.
    Growth,
    /// A long-lived get-or-insert map without a cap.
    Cache,
    /// A cache decorator on a method.
    Memo,
    /// A queue or channel without a bound.
    Channel,
    /// A handle that is not released on some way out.
    Handle,
    /// A timer whose handle is lost or never cleared.
    Timer,
    /// A registration without its removal.
    Listener,
    /// A thread, task or process that nobody waits for or stops.
    Task,
    /// A ring of strong references.
    Cycle,
    /// A value whose destructor is switched off.
    Forgotten,
    /// An entry that a failure path leaves behind.
    Loss,
    /// A suppression that suppresses nothing; judged where suppressions are, in `scan/`.
    Suppression,
}

/// Which command shows a rule besides `check`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Family {
    /// `watertight scan`: collections, caches and channels that grow.
    Growth,
    /// `watertight handles`: descriptors, connections, sessions and what else must be closed.
    Handle,
    /// Timers.
    Timer,
    /// Listeners, callbacks, subscriptions.
    Listener,
    /// Threads, tasks, processes.
    Task,
    /// References that keep things alive.
    Reference,
    /// The comments that speak to this program.
    Suppression,
}

impl Family {
    /// The word used in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Growth => "growth",
            Self::Handle => "handle",
            Self::Timer => "timer",
            Self::Listener => "listener",
            Self::Task => "task",
            Self::Reference => "reference",
            Self::Suppression => "suppression",
        }
    }
}

/// A pair of programs that the tests run: the rule speaks on `bad` and is silent on `good`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table with `language`, `bad` and `good`")]
pub struct Example {
    /// Language id, as the folder below `queries/` is called.
    pub language: String,
    /// Source in which the rule finds exactly one leak or more.
    pub bad: String,
    /// The remedied source, on which the rule is silent.
    pub good: String,
}

/// One rule: its documentation, its levels, and its vocabulary per language.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table that is a rule")]
pub struct Rule {
    /// Kebab-case name of the fault.
    pub id: String,
    /// One line, no full stop, at most 100 characters.
    pub summary: String,
    /// Why it matters: what happens to the running program.
    pub why: String,
    /// What to do about it.
    pub remedy: String,
    /// What its fixes do, in words, with those first that are safe; shown by `explain`.
    #[serde(default)]
    pub fixes: Vec<String>,
    /// What the rule does not flag, in words; shown by `explain`.
    #[serde(default)]
    pub silent: Vec<String>,
    /// The reasoning it asks for.
    pub check: Check,
    /// The group of commands it belongs to.
    pub family: Family,
    /// How bad by default.
    pub severity: Severity,
    /// The prior of [`Confidence::given`].
    pub confidence: Confidence,
    /// Free words for SARIF, such as CWE numbers.
    #[serde(default)]
    pub tags: Vec<String>,
    /// What takes hold and what lets go, per language id.
    #[serde(default)]
    pub vocabulary: BTreeMap<String, Vocabulary>,
    /// Executed examples; at least one for each language with a vocabulary.
    #[serde(default)]
    pub examples: Vec<Example>,
}
