use super::project::Log;
use crate::facts::Slot;
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};
use std::num::NonZeroU32;

/// A word of an outline, by its place in the outline's own table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Text(NonZeroU32);

impl Text {
    fn new(at: usize) -> Self {
        Self(NonZeroU32::MIN.saturating_add(at as u32))
    }

    fn index(self) -> usize {
        self.0.get() as usize - 1
    }
}

/// What one file says about things that other files may hold as well. Plain data; no text of the file is kept.
#[allow(clippy::struct_excessive_bools, reason = "each is independent of the others")]
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Outline {
    /// The path, as it is shown.
    pub path: String,
    /// The family of its language; files of different families say nothing about each other.
    pub language: String,
    /// Whether it is test code, of which neither lifetimes nor releases are learnt.
    pub test: bool,
    /// Whether it is a program that is run by its name.
    pub program: bool,
    /// The types it defines.
    pub kinds: Vec<Kind>,
    /// What it does to fields and to imported names.
    pub touches: Vec<Touch>,
    /// Where it makes instances of types.
    pub made: Vec<Made>,
    /// Which functions it calls, and from where.
    pub calls: Vec<(Text, Caller)>,
    /// The functions it defines.
    pub functions: Vec<Text>,
    /// The names that the face of a package defines itself; those of other files are not gathered.
    pub own: Vec<Text>,
    /// Whether it is the face of a package and hands out nothing.
    pub bare: bool,
    /// Whether it reads the command line.
    pub commanded: bool,
    /// The fields that methods give a value, with their type.
    pub fields: Vec<(Text, Text)>,
    /// The fields whose entries have keys of a type of the program's own: the type that has it, the field, the type of the keys.
    pub keyed: Vec<(Text, Text, Text)>,
    /// Its functions that make a resource and leave the release to their callers, with the kind of the resource.
    pub makers: Vec<(Text, Text)>,
    /// What its functions do with what they are given, as far as that matters to others.
    pub takers: Vec<Taker>,
    /// Its functions by which a callback is registered, and whether there is one place for it, where the next takes the place
    /// of the one before.
    pub slots: Vec<(Text, bool)>,
    /// The functions out of sight to which it gives something that must be released, by their dotted paths.
    pub given: Vec<Text>,
    /// What its functions that serve requests, messages, events and ticks call out of sight.
    pub served: Vec<Served>,
    /// The names about which its checks would ask the project.
    pub asked: Vec<String>,
    /// The functions of which its checks would ask how often they run.
    pub traced: Vec<String>,
    words: Words,
}

/// Each word once.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(from = "Vec<Box<str>>", into = "Vec<Box<str>>")]
struct Words {
    all: Vec<Box<str>>,
    index: FxHashMap<Box<str>, Text>,
}

impl From<Vec<Box<str>>> for Words {
    fn from(all: Vec<Box<str>>) -> Self {
        let index = all.iter().enumerate().map(|(at, word)| (word.clone(), Text::new(at))).collect();
        Self { all, index }
    }
}

impl From<Words> for Vec<Box<str>> {
    fn from(words: Words) -> Self {
        words.all
    }
}

impl Outline {
    /// The outline of a file of which nothing is known yet.
    pub fn new(path: &str, language: &str, test: bool) -> Self {
        Self { path: path.to_owned(), language: language.to_owned(), test, ..Self::default() }
    }

    /// The word of this number.
    pub fn text(&self, text: Text) -> &str {
        &self.words.all[text.index()]
    }

    /// The number of a word, given now if it has none yet.
    pub fn intern(&mut self, word: &str) -> Text {
        if let Some(text) = self.words.index.get(word) {
            return *text;
        }
        let text = Text::new(self.words.all.len());
        self.words.all.push(word.into());
        self.words.index.insert(word.into(), text);
        text
    }

    /// Adds what the checks of the file asked a project that listens, and told it.
    pub fn hear(&mut self, log: Log) {
        self.asked = log.asked.into_iter().collect();
        self.traced = log.traced.into_iter().collect();
        for call in log.served {
            let (callee, how) = (self.intern(&call.callee), self.intern(&call.how));
            let on = call.on.map(|on| on.map(|on| self.intern(&on)));
            self.served.push(Served { callee, on, how, firm: call.firm, brings: call.brings });
        }
        for (name, kind) in log.makers {
            let maker = (self.intern(&name), self.intern(&kind));
            self.makers.push(maker);
        }
        for path in log.given {
            let path = self.intern(&path);
            self.given.push(path);
        }
    }

    /// Orders what was gathered and gives up what is needed only while words are added.
    pub fn finish(&mut self) {
        self.words.index = FxHashMap::default();
        self.words.all.shrink_to_fit();
        self.touches.sort_unstable();
        self.touches.dedup();
        self.touches.shrink_to_fit();
        self.made.sort_unstable();
        self.made.dedup();
        self.calls.sort_unstable();
        self.calls.dedup();
        self.calls.shrink_to_fit();
        self.functions.sort_unstable();
        self.takers.sort_unstable();
        self.takers.shrink_to_fit();
        self.fields.sort_unstable();
        self.keyed.sort_unstable();
        self.slots.sort_unstable();
        self.slots.dedup();
    }
}

/// A type.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Kind {
    /// Its name.
    pub name: Text,
    /// Its bases: the dotted path of each, or the name of a type of the same file.
    pub bases: Vec<Text>,
    /// Whether the file adds methods to it and does not define it.
    pub foreign: bool,
    /// The methods that end an instance.
    pub teardowns: Vec<Text>,
}

/// Whose field is touched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Of {
    /// One of an instance, or of the type itself, in a method of the type of this name.
    Own(Text),
    /// One of a value of which the type is known: its dotted path, or the name of a type of the same file.
    Typed(Text),
    /// A name of the module of this dotted path.
    Module(Text),
    /// Whose is not known.
    Unknown,
}

/// What is done to a place that other files may know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Verb {
    /// A method is called on it, one that some rule's vocabulary lists as letting go.
    Method(Text),
    /// An entry, or all of it, is deleted.
    Delete,
    /// It is given another value.
    Replace,
    /// Its size is asked for.
    Measure,
    /// It is given to a call of this name.
    Hand(Text),
}

/// One way in which a file touches a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Touch {
    /// The field or name.
    pub what: Text,
    /// Whose it is.
    pub of: Of,
    /// What is done.
    pub verb: Verb,
    /// The function that does it; the type's name stands for its body, nothing for the module.
    pub function: Option<Text>,
    /// Whether that function ends an instance.
    pub teardown: bool,
    /// Whether it makes one.
    pub constructor: bool,
}

/// What becomes of a new instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Keeping {
    /// A name of the module keeps it.
    Module,
    /// A field of the type of this name keeps it.
    Field(Text),
    /// It goes with the function that makes it.
    Local,
    /// It is returned, passed on or put elsewhere.
    Elsewhere,
}

/// A place where an instance of a type is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Made {
    /// The type: its dotted path, or its name if the file defines it.
    pub what: Text,
    /// What becomes of it.
    pub keeping: Keeping,
    /// The function that makes it.
    pub function: Option<Text>,
    /// Whether it is made in a loop.
    pub looping: bool,
}

/// From where a function is called.
#[allow(clippy::struct_excessive_bools, reason = "each is independent of the others")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Caller {
    /// The function that calls; none for the module.
    pub function: Option<Text>,
    /// Whether the call stands in a loop.
    pub looping: bool,
    /// Whether the caller makes instances.
    pub constructor: bool,
    /// Whether the caller is a coroutine.
    pub waiting: bool,
    /// Whether the caller leaves before the call when it has run before.
    pub once: bool,
    /// Whether the call stands in a closure of the caller that may be called later, and more than once.
    pub later: bool,
    /// Whether an argument is a text that is put together there.
    pub composed: bool,
    /// What it gives for the first parameters, in their order.
    pub gives: [Gives; 4],
}

/// A call that is made for each request, message, event or tick.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Served {
    /// The dotted path of what is called, or its mere name.
    pub callee: Text,
    /// The name and the type of what the method is called on, as far as it has them.
    pub on: [Option<Text>; 2],
    /// How often that is, as a clause.
    pub how: Text,
    /// Whether more than a hint says so.
    pub firm: bool,
    /// Which of the arguments come with the request, a bit for each.
    pub brings: u32,
}

/// Where an argument of a call comes from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Gives {
    /// Nothing is known of it, or there is none.
    #[default]
    Unknown,
    /// It stands in the source: a literal, or a name for one.
    Constant,
    /// The calling function was given it, as its parameter of this number, the receiver not counted.
    Param(u8),
    /// The calling function has made it, or what it is a part of (`controller.signal`).
    Made,
}

/// One thing that a function does with one of its parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Taker {
    /// The function.
    pub function: Text,
    /// The type whose method it is.
    pub owner: Option<Text>,
    /// The parameter's name and its position, the receiver not counted.
    pub param: (Text, u32),
    /// What it does.
    pub deed: Deed,
}

/// What is done with a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Deed {
    /// A method is called on it.
    Calls(Text),
    /// It is given to a call of this dotted path; one without a dot is that of a function of the same file, or a builtin.
    Passes(Text, Slot<Text>),
    /// A block at whose end it is let go begins with it.
    Manages,
    /// Elements are deleted from it.
    Deletes,
    /// Its elements are gone through.
    Reads,
    /// It may be kept, or returned, or used later.
    Keeps,
}
