use serde::{Deserialize, Serialize};

/// What kept a file, or a part of it, from being analysed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProblemKind {
    /// The path does not exist.
    Missing,
    /// It exists and could not be read.
    Unreadable,
    /// It holds NUL bytes, so it is no source text.
    Binary,
    /// It is not UTF-8; the undecodable bytes were replaced.
    Encoding,
    /// It is larger than the limit.
    TooLarge,
    /// It nests deeper than the limit; what lies below was left out.
    TooDeep,
    /// It took longer than the limit.
    TooSlow,
    /// Parts of it are no code in its language.
    Unparsed,
    /// It is in no language that this program reads.
    Unsupported,
    /// The baseline accepts what is not found any more.
    Stale,
    /// An entry of the settings changes nothing.
    Idle,
    /// A fix was made and taken back, because it did not do what it promises.
    Unfixed,
    /// A file was fixed and could not be written.
    Unwritten,
    /// Nothing on the command line could be analysed.
    NoFiles,
    /// The analysis itself failed: a fault of this program and not of the file.
    Internal,
}

impl ProblemKind {
    /// The word used in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Unreadable => "unreadable",
            Self::Binary => "binary",
            Self::Encoding => "encoding",
            Self::TooLarge => "too-large",
            Self::TooDeep => "too-deep",
            Self::TooSlow => "too-slow",
            Self::Unparsed => "unparsed",
            Self::Unsupported => "unsupported",
            Self::Stale => "stale",
            Self::Idle => "idle",
            Self::Unfixed => "unfixed",
            Self::Unwritten => "unwritten",
            Self::NoFiles => "no-files",
            Self::Internal => "internal",
        }
    }

    /// What a user can do about it.
    pub const fn remedy(self) -> &'static str {
        match self {
            Self::Missing => "check the spelling and the working directory",
            Self::Unreadable => "check the permissions, or leave the path out",
            Self::Binary => "leave the file out",
            Self::Encoding => "save the file as UTF-8",
            Self::TooLarge => "raise --max-file-size, or leave the file out",
            Self::TooDeep | Self::TooSlow => "split the code up, or leave the file out",
            Self::Unparsed => "mend the syntax, or leave the file out",
            Self::Unsupported => "name a file in a language that `watertight explain` shows examples in, or a folder",
            Self::Stale => "`watertight baseline --prune` takes them out",
            Self::Idle => "correct it, or take it out",
            Self::Unfixed => "change it by hand, as its remedy says",
            Self::Unwritten => "nothing was changed in it; run again when it can be written",
            Self::NoFiles => "name a file or a folder with source in it; ignored and hidden files count only when named",
            Self::Internal => "please report it, with the file if you can share it",
        }
    }
}

/// Something that could not be analysed, said once, with the remedy; it never ends a run.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Problem {
    /// The path as the user would write it, `/` between parts.
    pub path: String,
    /// What kind.
    pub kind: ProblemKind,
    /// What happened.
    pub message: String,
    /// What the user can do.
    pub remedy: String,
}

impl Problem {
    /// A problem with the remedy of its kind.
    pub fn new(path: impl Into<String>, kind: ProblemKind, message: impl Into<String>) -> Self {
        Self { path: path.into(), kind, message: message.into(), remedy: kind.remedy().to_owned() }
    }

    /// The same problem with another remedy.
    #[must_use]
    pub fn remedied(mut self, remedy: &str) -> Self {
        remedy.clone_into(&mut self.remedy);
        self
    }
}
