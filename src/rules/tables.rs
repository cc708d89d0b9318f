use super::{Pattern, Patterns, Vocabulary};

/// The patterns of a vocabulary, ready for look-up; made once for a run.
#[derive(Clone, Debug, Default)]
pub struct Tables {
    /// The resource that a call makes, by its place in the vocabulary.
    pub acquire: Patterns<usize>,
    /// What takes a handle over.
    pub consumer: Patterns<()>,
    /// What uses a handle.
    pub borrower: Patterns<()>,
    /// What cannot fail in a way that matters.
    pub harmless: Patterns<()>,
    /// What fails now and then.
    pub fails: Patterns<()>,
    /// What ends the process.
    pub exit: Patterns<()>,
    /// What makes a stream in memory.
    pub memory: Patterns<()>,
    /// What hands a handle through.
    pub through: Patterns<()>,
    /// What says that there is no handle.
    pub absent: Patterns<()>,
    /// What says that there is one.
    pub present: Patterns<()>,
}

impl Tables {
    /// The tables of a vocabulary.
    pub fn of(words: &Vocabulary) -> Self {
        let mut acquire = Patterns::default();
        for (at, resource) in words.resource.iter().enumerate() {
            resource.acquire.iter().for_each(|pattern| acquire.add(pattern, at));
        }
        Self {
            acquire,
            consumer: table(&words.consumer),
            borrower: table(&words.borrower),
            harmless: table(&words.harmless),
            fails: table(&words.fails),
            exit: table(&words.exit),
            memory: table(&words.memory),
            through: table(&words.through),
            absent: table(&words.absent),
            present: table(&words.present),
        }
    }
}

fn table(patterns: &[Pattern]) -> Patterns<()> {
    let mut table = Patterns::default();
    for pattern in patterns {
        table.add(pattern, ());
    }
    table
}
