use super::{LanguageError, Phrases};
use serde::Deserialize;

/// How a method names its instance.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Receiver {
    /// By a word of the language (`this`).
    #[default]
    Word,
    /// By its first parameter.
    FirstParameter,
    /// By a word of the language that stands among the parameters of a method that has an instance (`self`).
    Declared,
}

/// Macros whose arguments are code, by the way in which they are read.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Macros {
    /// As the arguments of a call.
    pub call: Vec<String>,
    /// As the elements of a list.
    pub list: Vec<String>,
    /// As declarations.
    pub item: Vec<String>,
    /// As something that leaves the function by a failure.
    pub raise: Vec<String>,
    /// As a value that leaves the function on failure.
    pub propagate: Vec<String>,
    /// As arms `pattern = value, if condition => body`, one of which runs.
    pub select: Vec<String>,
    /// Not at all, because they only look at what they are given.
    pub look: Vec<String>,
}

impl Macros {
    /// Whether the language has none.
    pub fn is_empty(&self) -> bool {
        let all = [&self.call, &self.list, &self.item, &self.raise, &self.propagate, &self.select, &self.look];
        all.iter().all(|list| list.is_empty())
    }
}

#[allow(clippy::struct_excessive_bools, reason = "each habit is independent of the others")]
/// What no query can point at: names to which a language, or the habits of its users, give a meaning.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Habits {
    /// The language's name in a sentence.
    pub name: String,
    /// File extensions, without the dot.
    pub extensions: Vec<String>,
    /// Ends of the names of files that only declare what other files do.
    pub declarations: Vec<String>,
    /// Extensions of pages that hold scripts in this language, or in one that inherits from it.
    pub pages: Vec<String>,
    /// Those of them in which a script runs for each instance unless it says otherwise.
    pub instances: Vec<String>,
    /// What a file with a `#!` line also holds where it is a program, and no module that once was one.
    pub program: Option<String>,
    /// Interpreters a `#!` line may name.
    pub interpreters: Vec<String>,
    /// What starts a comment.
    pub comments: Vec<String>,
    /// Whether the grammar reads whatever is right, so that what it cannot read is a mistake of the text, however small.
    pub exact_grammar: bool,
    /// Whether an assignment declares its target in the innermost function.
    pub implicit_declarations: bool,
    /// Whether every block is a scope of its own.
    pub block_scopes: bool,
    /// Whether a name can be declared again in its own scope, so that later mentions mean the later one.
    pub shadowing: bool,
    /// The language whose queries, habits and vocabulary this one takes over.
    pub inherits: Option<String>,
    /// Whether a type's body is out of sight of its methods.
    pub opaque_types: bool,
    /// Functions that are in sight everywhere.
    pub prelude: Vec<String>,
    /// Words in the attributes of types whose values are copied freely, so that none of them owns anything.
    pub copied_decorators: Vec<String>,
    /// Whether a value goes when its owner goes, and its destructor runs then.
    pub raii: bool,
    /// What a person calls the instance.
    pub instance: String,
    /// First letters of the names of test functions and of types that hold tests.
    pub test_prefixes: Vec<String>,
    /// Last letters of the names of bases that make a type a test.
    pub test_bases: Vec<String>,
    /// How a method names its instance.
    pub receiver: Receiver,
    /// Decorators that take the instance away.
    pub static_decorators: Vec<String>,
    /// Decorators that make the type the receiver.
    pub class_decorators: Vec<String>,
    /// Names of a first parameter that say that the receiver is the type.
    pub class_receivers: Vec<String>,
    /// Methods whose receiver is the type without a decorator.
    pub class_methods: Vec<String>,
    /// The call that stands for the instance as its base type.
    pub parent_call: String,
    /// Calls by which a compiled constructor gets its instance from its base, given that first (`_callSuper(this, Base)`).
    #[serde(default)]
    pub instance_calls: Vec<String>,
    /// Methods that make the instance.
    pub constructors: Vec<String>,
    /// Methods that end it.
    pub teardowns: Vec<String>,
    /// Last words of the arguments that such a method may ask for; one that asks for anything else is told what to end, and
    /// does not end its object. Anything goes where the list is empty.
    #[serde(default)]
    pub teardown_arguments: Vec<String>,
    /// Last words of arguments that say which of several things such a method ends, so that it is not the end of its object
    /// (`destroy(sid)`).
    #[serde(default)]
    pub teardown_keys: Vec<String>,
    /// Calls whose value is an element of their receiver.
    pub elements: Vec<String>,
    /// Calls whose value is their receiver.
    pub transparent: Vec<String>,
    /// Calls without arguments whose value is their receiver: `map.lock()`, where `file.write(bytes)` is another thing.
    pub openers: Vec<String>,
    /// Calls that lend their receiver to the closure they are given: `LOCAL.with(|value| …)`.
    pub lenders: Vec<String>,
    /// Calls that hand out the elements of their receiver or, without one, of their argument.
    pub views: Vec<String>,
    /// Functions that tell the size of their argument.
    pub measures: Vec<String>,
    /// Functions whose value is the attribute of their first argument that the second, a text, names.
    pub attributes: Vec<String>,
    /// Whether branches, loops and blocks have values.
    pub flow_values: bool,
    /// Whether only what is marked leaves a function on failure (`?`), and not any call.
    pub marked_failures: bool,
    /// Whether fields are declared with their types, so that a field of a type is one place wherever it is used.
    pub typed_fields: bool,
    /// Whether a name in a pattern that begins in upper case is a constant.
    pub constant_patterns: bool,
    /// The name of a type inside of it.
    pub self_type: String,
    /// How a type says that a value lives as long as the process.
    pub permanent: String,
    /// How a decorator begins that marks code which only tests run.
    pub test_decorators: Vec<String>,
    /// Types that hold one value of another type, which is what counts; by their last name.
    pub wrappers: Vec<String>,
    /// Those of them that several owners share: a clone of one is the same object.
    pub shared: Vec<String>,
    /// Functions whose value is their argument, or what the closure returns that is their argument; by their last two names.
    pub wrapping: Vec<String>,
    /// Macros whose arguments are code.
    pub macros: Macros,
    /// Fields that tell the size of what has them.
    pub sizes: Vec<String>,
    /// Calls that hand each element of their receiver to the first parameter of a closure.
    pub visits: Vec<String>,
    /// Functions that run the function behind their first argument with that argument as its instance.
    #[serde(default)]
    pub runners: Vec<String>,
    /// Whether a quoted name reaches the same member as the bare one.
    #[serde(default)]
    pub member_texts: bool,
    /// Whether a default value is made anew for every call.
    pub fresh_defaults: bool,
    /// Whether `break` leaves a switch.
    pub breaks_switch: bool,
    /// Whether a name has to be exported to be in reach of other files.
    pub exports: bool,
    /// The word before a declaration that puts it in reach beyond its module, where one is asked for.
    pub visible: String,
    /// The longest text of a string that is kept, in bytes with its quotes.
    pub longest_text: usize,
    /// Calls that stand for the module that their argument names.
    pub requires: Vec<String>,
    /// Names by which a global is reached as a field.
    pub globals: Vec<String>,
    /// The field through which the methods of a function used as a type are given.
    pub prototype: String,
    /// Methods by which a framework drives an object literal, so that it describes a type; the first word is its name.
    pub hooks: Vec<String>,
    /// Whether a parameter without a type is an error where nothing tells its type.
    pub annotates: bool,
    /// How what a fix adds is written.
    pub mend: Phrases,
}

impl Habits {
    /// The habits of a language: what its own file says, and else what those it inherits from say, the most general first.
    ///
    /// # Errors
    /// A file that is no TOML, or that says what nobody asks for.
    pub fn of<'a>(language: &str, files: impl Iterator<Item = &'a str>) -> Result<Self, LanguageError> {
        let refuse = |error: toml::de::Error| LanguageError::new(language, error.to_string());
        let mut all = toml::Table::new();
        for file in files {
            // Which files are of the language is the one thing that is not inherited.
            all.remove("extensions");
            all.remove("interpreters");
            all.remove("pages");
            all.remove("instances");
            all.extend(file.parse::<toml::Table>().map_err(refuse)?);
        }
        all.try_into().map_err(refuse)
    }

    /// The language that one inherits from.
    ///
    /// # Errors
    /// A file that is no TOML.
    pub fn parent(language: &str, file: &str) -> Result<Option<String>, LanguageError> {
        let table: toml::Table =
            file.parse().map_err(|error: toml::de::Error| LanguageError::new(language, error.to_string()))?;
        Ok(table.get("inherits").and_then(toml::Value::as_str).map(str::to_owned))
    }
}
