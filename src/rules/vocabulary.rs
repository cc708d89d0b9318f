use super::{Mend, Pattern, Tables};
use crate::finding::{Confidence, Severity};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::sync::OnceLock;

/// The words of one language for one rule. A table that a check does not use stays empty.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default, expecting = "a table of words, as in `[vocabulary.python]`")]
pub struct Vocabulary {
    /// How sure a finding is before any evidence is looked at, where this language differs from the rule.
    pub confidence: Option<Confidence>,
    /// How far what speaks for a finding has been borne out where findings in this language were read, 0 to 1; all the way
    /// where it is not said.
    pub trust: Option<f64>,
    /// How to mend it in this language, where that is said differently from the rule.
    pub remedy: Option<String>,
    /// Containers that can grow (checks `growth`, `cache`, `loss`).
    pub container: Vec<Container>,
    /// Things that must be released (checks `handle`, `timer`, `task`, `forgotten`).
    pub resource: Vec<Resource>,
    /// Ways to register a callback and to remove it (check `listener`).
    pub registration: Vec<Registration>,
    /// Ways to have something done when an object has gone (check `cycle`).
    pub finalizer: Vec<Finalizer>,
    /// Lists of those who wait for something (check `listener`).
    pub waiting: Vec<Waiting>,
    /// Sources that do not end when what they are piped to does (check `handle`).
    pub piped: Vec<Piped>,
    /// Cache decorators and cache constructors (checks `memo`, `cache`).
    pub memo: Vec<Memo>,
    /// Queues and channels (check `channel`).
    pub channel: Vec<Channel>,
    /// Methods that let go of any resource of the rule, besides its own (`__exit__`).
    pub release: Vec<String>,
    /// Last words of names that stand for a stream rather than for a path.
    pub streams: Vec<String>,
    /// Methods that run for as long as the handle is in use, mostly until the process ends (`serve_forever`).
    pub serves: Vec<String>,
    /// Calls by which a program becomes a daemon, which it does once (`os.setsid`).
    pub daemon: Vec<Pattern>,
    /// Calls after which an argument belongs to somebody else, for every resource of the rule.
    pub consumer: Vec<Pattern>,
    /// The rule whose containers and words this one uses as well.
    pub shares: Option<String>,
    /// What names say about lifetimes and keys (checks `growth`, `cache`, `loss`).
    pub words: Words,
    /// Calls that cannot fail in a way that matters on a path between acquire and release.
    pub harmless: Vec<Pattern>,
    /// Calls that fail now and then in any program, because what they need comes from outside (`*.connect`, `subprocess.run`).
    /// Where none are named, every call that is not harmless counts as one.
    pub fails: Vec<Pattern>,
    /// Calls that end the process, so that nothing needs to be released after them.
    pub exit: Vec<Pattern>,
    /// Those of them by which a program gives up, or says that it has done its work (`sys.exit`): whoever makes one is the
    /// program itself, and not a library.
    pub quits: Vec<Pattern>,
    /// Methods that write a file at the path which they are given, and keep nothing of it (`savefig`).
    pub fills: Vec<String>,
    /// Calls that make or write a file, which hardly fail in a folder that has just been made.
    pub filling: Vec<Pattern>,
    /// First words of functions that clear away all that they are given.
    pub sweeping: Vec<String>,
    /// Keyword arguments by which a call is told what to connect to.
    pub located: Vec<String>,
    /// Calls that read the command line, which is given to programs.
    pub commanded: Vec<Pattern>,
    /// Folders of test code, by name.
    pub trials: Vec<String>,
    /// Modules that only tests import (`unittest`); what imports one as a whole is test code.
    pub trial_modules: Vec<String>,
    /// Names of exceptions and warnings by which a function says that nobody should call it any more (`DeprecationWarning`).
    pub outdated: Vec<String>,
    /// Failures after which something takes the place of a module that is missing (`ImportError`).
    pub lacking: Vec<String>,
    /// Functions that give an attribute of an object a value (`setattr`).
    pub storing: Vec<Pattern>,
    /// Decorators by which a function becomes a command of a program (`click.command`).
    pub command: Vec<Pattern>,
    /// Last names of calls that run a function, given as `target`, in a process of its own (`Process`).
    pub process: Vec<String>,
    /// Calls that give a descriptor another number, by which it stays open (`os.dup2`).
    pub duplicates: Vec<Pattern>,
    /// Calls that start a child, which has copies of the files that it is given (`subprocess.Popen`).
    pub children: Vec<Pattern>,
    /// Methods that wait for a child.
    pub waits: Vec<String>,
    /// Last words of calls that take a lock on the descriptor they are given (`flock`).
    pub locking: Vec<String>,
    /// Methods of a handle that run what they are given to its end (`run_until_complete`).
    pub drives: Vec<String>,
    /// Last names of calls that run a function, given as `target`, in a thread of its own (`Thread`).
    pub thread: Vec<String>,
    /// Methods after which an instance is of no use any more; where none are named, every teardown counts as one.
    pub last: Vec<String>,
    /// Those of them that may only stop it, so that it can be started again (`stop`).
    pub halts: Vec<String>,
    /// Last words of types that are made for one piece of work (`Request`), which others that come and go may outlive.
    pub errands: Vec<String>,
    /// Keywords by which a stream is given that somebody else has opened (`fileobj`).
    pub given: Vec<String>,
    /// Methods that tell that a value is an open stream: what is built on it has opened nothing itself.
    pub stream: Vec<String>,
    /// Calls that make a stream in memory.
    pub memory: Vec<Pattern>,
    /// Calls that use a handle given as an argument and leave its release to the caller (`json.load`).
    pub borrower: Vec<Pattern>,
    /// Calls whose value goes on reading from the handle that it was made of: where it leaves the function, the handle does.
    pub lazy: Vec<Pattern>,
    /// Calls whose value is still the handle: their receiver or, without one, their argument (`unwrap`, a check of the result).
    pub through: Vec<Pattern>,
    /// Methods that hand out a field and say nothing about who releases it (`as_raw_fd`).
    pub lends: Vec<String>,
    /// Questions, patterns and constants that say that there is no handle: `*.is_null`, `Err`, `MAP_FAILED`.
    pub absent: Vec<Pattern>,
    /// Questions that say that there is one: `*.is_ok`.
    pub present: Vec<Pattern>,
    /// Methods that give what a handle comes in to the function that is their argument (`map`).
    pub maps: Vec<String>,
    /// Methods by which a value that is yet to come is handed to a callback (`then`).
    pub chain: Vec<String>,
    /// Methods whose value is the handle on which they are called (`server.listen`).
    pub fluent: Vec<String>,
    /// Calls that hand out an attribute of their first argument by its name, the second (`getattr`).
    pub fetch: Vec<Pattern>,
    /// Methods by which a language looks up what an instance does not have (`__getattr__`).
    pub forwards: Vec<String>,
    /// Failures that say that there was nothing to acquire (`FileNotFoundError`).
    pub misses: Vec<Pattern>,
    /// What ends a handle by itself, for the advice: "a managed block (`with`)".
    pub keeper: String,
    /// Where a release by hand runs on every way out, for the advice: "a `finally`".
    pub always: String,
    /// Calls that take everything out of the collection they are given (`std.mem.take`).
    pub emptier: Vec<Pattern>,
    /// Last names of types that own memory (check `forgotten`).
    pub owning: Vec<String>,
    /// Last names of types that own a descriptor of the operating system (check `forgotten`).
    pub descriptors: Vec<String>,
    /// Calls that refer to their argument weakly (`weakref.ref`), and types that own nothing of what they name (`Weak`).
    pub weak: Vec<Pattern>,
    /// What the line says when the finding of another linter for this fault was looked at and accepted.
    pub accepted: Vec<String>,
    /// What a comment at the fault, or at what it is about, says when it is meant to be so; lower case.
    pub meant: Vec<String>,
    /// What the comment above a function says where whoever calls it has to let go; lower case.
    pub owed: Vec<String>,
    /// Types by which several owners keep one value alive, freed when the last of them goes (`Rc`); check `cycle`.
    pub strong: Vec<Pattern>,
    /// Types through which a value can be changed that others can see as well (`RefCell`); check `cycle`.
    pub cell: Vec<Pattern>,
    /// Calls that make another function each time, which is never the one that was registered before (`bind`).
    pub fresh: Vec<Pattern>,
    /// Methods whose value may have to be released; whether it does, the file shows by releasing one of the same receiver.
    pub opener: Vec<String>,
    /// Methods by which an object is told to end what it is given together with itself (`register`).
    pub collects: Vec<String>,
    /// Calls that register something with the scope that is active when they are made (`onScopeDispose`); last names fit, too.
    pub scoped: Vec<Pattern>,
    /// Calls that call back when a time is over (`setTimeout`).
    pub later: Vec<Pattern>,
    /// Calls that wait for the first of several to be done, and leave the others waiting (`Promise.race`).
    pub race: Vec<Pattern>,
    /// Parts of a file's name by which it is chosen for a page or an app, which goes on whatever is waited for; check `timer`.
    pub platforms: Vec<String>,
    /// Last names of what is made with a function that settles it, and that ignores what the function returns (`Promise`).
    pub pending: Vec<String>,
    /// What fixes need to know.
    pub mend: Mend,
    /// The patterns above, ready for look-up.
    #[serde(skip)]
    tables: OnceLock<Tables>,
}

impl Vocabulary {
    /// The patterns, ready for look-up; made when they are first asked for.
    pub fn tables(&self) -> &Tables {
        self.tables.get_or_init(|| Tables::of(self))
    }

    /// Forgets the tables, after the patterns were changed.
    pub(super) fn renew(&mut self) {
        self.tables = OnceLock::new();
    }
}

/// What the names that people choose say about lifetimes and keys. Compared word by word, without regard to case:
/// `SessionManager` and `session_manager` both end in `manager`.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default, expecting = "a table of lists of words")]
pub struct Words {
    /// Last words of types whose instances live about as long as the process.
    pub lasting: Vec<String>,
    /// Last words of types whose instances are soon thrown away.
    pub passing: Vec<String>,
    /// Words in the names of types that say that they keep in memory what others keep elsewhere.
    pub in_memory: Vec<String>,
    /// First words of functions that run once per request, message or event.
    pub serving: Vec<String>,
    /// First words of functions that hand out what there is of a kind, made when it is first asked for.
    pub asking: Vec<String>,
    /// Decorators by which a framework runs a function once per request, message or task.
    pub entry: Vec<Pattern>,
    /// Whole names of functions that frameworks call once per request, message or event.
    pub handlers: Vec<String>,
    /// Folders and files with programs that do one thing and end.
    pub programs: Vec<String>,
    /// Folders that hold copies of what others have written, without the underscores before their names.
    pub vendored: Vec<String>,
    /// Folders of packages out of which bundlers copy.
    pub copies: Vec<String>,
    /// Folders of what is there to be read, or run by hand once (`examples`, `docs`, `migrations`), by name.
    pub aside: Vec<String>,
    /// What comments say in files that are faulty on purpose, to try a linter (`ruleid:`).
    pub specimens: Vec<String>,
    /// Calls whose callbacks run once per request, message, event or tick.
    pub callers: Vec<String>,
    /// Methods whose first argument is the name of an event.
    pub switches: Vec<String>,
    /// Calls that are given a function to call again before anything else.
    pub alone: Vec<String>,
    /// Events that come once in the life of what tells of them.
    pub milestones: Vec<String>,
    /// Events that come when a process ends.
    pub last_events: Vec<String>,
    /// What is made with a function that it calls once, to be told of an outcome (`Promise`).
    pub settling: Vec<String>,
    /// Fields by which a request says that its connection served another one before.
    pub reused: Vec<String>,
    /// Words by which a connection is asked whether it is still being made.
    pub underway: Vec<String>,
    /// Calls that call what they are given at intervals (`setInterval`).
    pub timed: Vec<String>,
    /// Calls that make a key anew each time (`crypto.randomUUID`), where not all else that is drawn is known.
    pub anew: Vec<Pattern>,
    /// Calls that end the process (`process.exit`).
    pub quits: Vec<Pattern>,
    /// Words by which a piece of work is asked whether it is over; where they are given, other questions do not count.
    pub over: Vec<String>,
    /// Words by which an object is asked whether it has ended itself.
    pub gone: Vec<String>,
    /// Calls that run the closure they are given in a page or process of its own.
    pub elsewhere: Vec<String>,
    /// Functions that run for the life of the program, so that what is local to them lasts.
    pub running: Vec<String>,
    /// Types of which several owners share one value (`Arc`).
    pub counted: Vec<String>,
    /// Calls that make the two ends of a channel at once.
    pub halves: Vec<String>,
    /// Last words of functions that are named for giving memory away for good.
    pub leaking: Vec<String>,
    /// First words of functions that are named for forgetting what they have.
    pub swallowing: Vec<String>,
    /// First words of functions that set things up once.
    pub setup: Vec<String>,
    /// Last words of functions that run once although their first word says otherwise.
    pub startup: Vec<String>,
    /// First words of methods that begin a life without being constructors.
    pub opening: Vec<String>,
    /// First words of functions that begin something, and that nobody calls twice without an end in between.
    pub beginning: Vec<String>,
    /// First words of functions that set a timer anew, which the former one need not have reached.
    pub renewing: Vec<String>,
    /// Methods named like an end after which an object mostly goes on (`clear`).
    pub interim: Vec<String>,
    /// Methods named like an end that only take back what was done to what they are given (`uninstall(agent)`).
    pub undoing: Vec<String>,
    /// Last words of keys that name somebody who has an account, and comes back: there are as many as there are accounts.
    pub accounts: Vec<String>,
    /// Words in the name of a collection that remembers what has been said once.
    pub notices: Vec<String>,
    /// Calls that tell somebody something, mostly a person who reads it.
    pub telling: Vec<Pattern>,
    /// Words in the name of a type that stands in for another one in tests, or keeps everything to be looked at.
    pub doubles: Vec<String>,
    /// Last words of types whose instances are large: a model, a data set.
    pub heavy: Vec<String>,
    /// Last words in the name of a collection in which users register things.
    pub registries: Vec<String>,
    /// Decorators that keep the value of a function, so that one without parameters runs once.
    pub memoizing: Vec<Pattern>,
    /// Calls that run what they are given when the process ends.
    pub at_exit: Vec<Pattern>,
    /// Last words of arguments that name files of the program, of which one run sees few.
    pub located: Vec<String>,
    /// Whole names of functions that run once in the life of a process: a framework calls them when it starts
    /// (`pytest_configure`), or they set up what there is once (`configure_logging`).
    pub hooks: Vec<String>,
    /// Last words of failures that say that nothing is known under a key (`KeyError`).
    pub unknown: Vec<String>,
    /// Calls that run the closure they are given once for the life of the process.
    pub once: Vec<String>,
    /// Methods that take out one of those that were given back and can be used again (`pop`).
    pub spares: Vec<String>,
    /// Methods that look up what is there under a key, before it is made.
    pub keyed: Vec<String>,
    /// Methods that put a value into a table in which it is looked up before it is made again.
    pub tables: Vec<String>,
    /// Types of parameters whose value a framework keeps from call to call (`Local`).
    pub kept_params: Vec<String>,
    /// Last names of types that guard a value which several threads share.
    pub guards: Vec<String>,
    /// Names by which fields are reached without being named.
    pub reflection: Vec<String>,
    /// First words of functions that are part of a shutdown.
    pub ending: Vec<String>,
    /// First words of functions that go through all there is once more (`refresh`).
    pub refilling: Vec<String>,
    /// First words of functions by which users register something.
    pub adding: Vec<String>,
    /// Last words of values that are pieces of work, which end while a collection keeps them.
    pub work: Vec<String>,
    /// Last words of values that users register: callbacks and their like.
    pub registered: Vec<String>,
    /// Methods that run when the collector finds an instance unreachable (`__del__`).
    pub finaliser: Vec<String>,
    /// Dotted paths of bases that bring no teardown of their own.
    pub plain_bases: Vec<String>,
    /// Dotted paths of bases whose instances are equal when their values are.
    pub value_bases: Vec<String>,
    /// Decorators that make the instances of a type unchangeable, and equal when their values are.
    pub frozen: Vec<Pattern>,
    /// Decorators that do so if they are given `frozen=True`.
    pub freezing: Vec<Pattern>,
    /// Methods by which instances of equal value are one key (`__eq__`).
    pub equality: Vec<String>,
    /// Dotted paths of types of which there are few values or instances: `bool`, `enum.Enum`.
    pub fixed_types: Vec<String>,
    /// Types of keys, by dotted path or last name, of which there is no end: paths, addresses, identifiers made at random.
    pub open_types: Vec<String>,
    /// Last words of keys that come from an open set.
    pub open: Vec<String>,
    /// Last words of keys that name one thing among others, of which there may be few or many (`id`).
    pub identifiers: Vec<String>,
    /// What there is no end of, where a key is its identifier (`transaction_id`), besides the words of `open`.
    pub many: Vec<String>,
    /// Last words of keys that come from a small fixed set.
    pub fixed: Vec<String>,
    /// Last words of names for what a program reads its settings into.
    pub configured: Vec<String>,
    /// Calls that draw a key which nobody had before. Where they are given, growth that only names speak of is doubted.
    pub drawn: Vec<Pattern>,
    /// Calls that give the address of an object, which another one gets when it has gone.
    pub addresses: Vec<Pattern>,
    /// Calls that make what somebody waits for until another settles it.
    pub futures: Vec<Pattern>,
    /// Calls that make a queue which has room for everything unless it is given a limit, so that nobody waits to put into it.
    pub roomy: Vec<Pattern>,
    /// Calls that give what one process has one of (`os.getpid`).
    pub own: Vec<Pattern>,
    /// Words in the names of functions that undo each other, the doing one first: `add_hook` and `del_hook`.
    pub opposites: Vec<Vec<String>>,
    /// Words in the names of functions that are told of the end of a piece of work, whose outcome may be asked for later.
    pub concluding: Vec<String>,
    /// What comes once and goes, so that its identifier is a new key each time (`request_id`).
    pub events: Vec<String>,
    /// Last words of keys that name who or what comes and goes while a service runs.
    pub guests: Vec<String>,
    /// Last words of values that are the other end of a connection.
    pub live: Vec<String>,
    /// Words in the names of types of which a program has few instances, each of them light.
    pub light: Vec<String>,
    /// Dotted paths of exceptions that say that the program itself is wrong, which it does not go on doing.
    pub misuse: Vec<String>,
    /// Calls that make a lock.
    pub locks: Vec<Pattern>,
    /// Methods after which what an entry holds is of no use any more.
    pub endings: Vec<String>,
    /// Words in the name of a condition that holds only in tests.
    pub trials: Vec<String>,
    /// How frameworks tell that a life begins or ends, and which functions run again and again.
    pub life: Life,
    /// What stands for a request that is served.
    pub request: Request,
}

/// How a framework tells code that a life begins or ends, and which functions run again and again. Functions are given
/// by their last name, because hooks are re-exported, wrapped and imported automatically.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default, expecting = "a table of lists of names")]
pub struct Life {
    /// Functions that call their callback when a life begins or changes, and what that returns when it ends (`useEffect`).
    pub effects: Vec<String>,
    /// Functions that call their callback when a life begins (`onMounted`), and methods that are called then.
    pub begins: Vec<String>,
    /// Functions that call their callback when the life ends (`onUnmounted`), and methods that are called then.
    pub ends: Vec<String>,
    /// Names of parameters by which a function is given one request, message or connection.
    pub given: Vec<String>,
    /// Functions and entries that are told when a value of a component changes (`watch`).
    pub watchers: Vec<String>,
    /// Functions whose value nobody can call, so that an effect which returns it has no clean-up (`addEventListener`).
    pub valueless: Vec<String>,
    /// First words of functions that each component which uses them calls for itself.
    pub composed: Vec<String>,
    /// Calls by which a component gets what it is given, or what is there without it (`$props`, `inject`).
    pub asking: Vec<String>,
    /// Last words of the bases and decorators of types whose instances come and go with what is shown.
    pub components: Vec<String>,
}

/// What stands for a request that is served, and which of its parts whoever sends it chooses.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default, expecting = "a table of lists of names")]
pub struct Request {
    /// Dotted paths of what stands for the request that is being served (`flask.request`).
    pub current: Vec<Pattern>,
    /// Names of parameters and fields that hold a request.
    pub named: Vec<String>,
    /// Methods by which a server takes its next client; what a loop around one calls runs once for each (`accept`).
    pub accept: Vec<String>,
    /// Names of parameters beside which a request is one that is served, and not one that is sent (`res`).
    pub beside: Vec<String>,
    /// Methods that a framework calls on an object which holds the request (`post`).
    pub verbs: Vec<String>,
    /// Fields and methods of a request whose value is up to whoever sends it.
    pub parts: Vec<String>,
    /// Those of them that only a request has which is served (`request.GET`), and not one that is sent.
    pub telling: Vec<String>,
    /// Calls in the declaration of a parameter by which a framework passes in what the program itself has (`Depends`).
    pub injected: Vec<String>,
    /// Types of parameters to which only a framework gives values, once per request.
    pub extractors: Vec<Pattern>,
    /// Those by which it passes in what the program itself has (`State`), by their last name.
    pub shared: Vec<String>,
}

/// A family of containers that share their verbs.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default, expecting = "a table with `make`, and `grow`, `shrink` and the like")]
pub struct Container {
    /// What to call it in a sentence: `list`, `dict`, `queue`.
    pub kind: String,
    /// Constructors and type names, resolved through imports.
    pub make: Vec<Pattern>,
    /// Literal kinds that make one: `list`, `map`, `set`.
    pub literal: Vec<String>,
    /// Methods that add an element or a key.
    pub grow: Vec<String>,
    /// Methods that put their second argument under the key that is their first.
    pub put: Vec<String>,
    /// Methods whose value is a new collection with their argument added.
    pub join: Vec<String>,
    /// Methods that take elements away.
    pub shrink: Vec<String>,
    /// Methods that take everything out at once.
    pub empty: Vec<String>,
    /// Methods that only look at entries.
    pub look: Vec<String>,
    /// Methods that insert a missing key when they read (and, for `defaultdict`, `[]` itself, written `[]`).
    pub touch: Vec<String>,
    /// The constructor argument that caps it, if it has one.
    pub bound: Option<Bound>,
    /// Whether every one of them is capped or holds its entries weakly, so that it never counts as growing.
    pub bounded: bool,
    /// Whether its entries are pieces of work that end by themselves, and of which nobody wants more than that they have ended.
    pub tasks: bool,
}

/// The argument that caps a container, cache or channel.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default, expecting = "a table with `name`, the argument that caps it, and perhaps `position`")]
pub struct Bound {
    /// Its keyword.
    pub name: String,
    /// Its position, from 0, if it can be given by position.
    pub position: Option<usize>,
    /// Other keywords that cap it as well.
    pub or: Vec<String>,
    /// Whether it is an entry of an options object, so that an object out of sight may hold it.
    pub options: bool,
    /// Whether leaving it out means a cap (as for `lru_cache`) rather than none.
    pub by_default: bool,
    /// Whether 0 means no cap (as for `queue.Queue`).
    pub zero_is_unbounded: bool,
}

/// A thing that must be released by somebody.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a table with `acquire`, and perhaps `release`")]
#[allow(clippy::struct_excessive_bools)] // Each says something of its own about the thing.
pub struct Resource {
    /// What to call it in a sentence: `file`, `socket`, `interval`.
    #[serde(default = "unnamed")]
    pub kind: String,
    /// Calls that make one.
    pub acquire: Vec<Pattern>,
    /// Calls that fit a method pattern of `acquire` and yet make none (`asyncio.TaskGroup.create_task`).
    #[serde(default, rename = "except")]
    pub exempt: Vec<Pattern>,
    /// Keyword arguments of which one must be given for the call to make one (`stream`); none are asked for when empty.
    #[serde(default)]
    pub when: Vec<String>,
    /// Methods on it that let it go.
    #[serde(default)]
    pub release: Vec<String>,
    /// Methods that hand out another handle, by which it can be ended as well (`abort_handle`).
    #[serde(default)]
    pub proxies: Vec<String>,
    /// Fields that hold a part of it until somebody takes it out, so that they are not empty where it has just been made (`stdin`
    /// of a child).
    #[serde(default)]
    pub parts: Vec<String>,
    /// Methods by which such a part is taken out, or its absence is made a failure (`take`, `ok_or`).
    #[serde(default)]
    pub parted_by: Vec<String>,
    /// Calls by which it is fed, or what it says is read to the end: they fail where it has broken off before, which it hardly does.
    #[serde(default)]
    pub fed_by: Vec<String>,
    /// Keywords by which one of a kind gets what another one writes (`stdin`).
    #[serde(default)]
    pub piped: Vec<String>,
    /// Calls that let go of the handle given as an argument.
    #[serde(default)]
    pub release_by: Vec<Pattern>,
    /// Calls that take it over: from then on somebody else's `release` counts.
    #[serde(default)]
    pub consumer: Vec<Pattern>,
    /// Which element of a returned tuple is the handle; all of the value when absent.
    #[serde(default)]
    pub part: Option<usize>,
    /// Keyword arguments which, given as a constant true, mean that nothing need be released (`daemon`).
    #[serde(default)]
    pub unless: Vec<String>,
    /// Names which, written anywhere in its arguments, mean that it makes nothing of its own: with `MAP_FIXED`, `mmap` lays
    /// a mapping over a part of another one, which goes with that.
    #[serde(default)]
    pub fixed: Vec<String>,
    /// Whether it opens nothing where it is not told what (`smtplib.SMTP()`).
    #[serde(default)]
    pub addressed: bool,
    /// Names which, written anywhere in its arguments, say that it is to go on without whoever starts it.
    #[serde(default)]
    pub apart: Vec<String>,
    /// Whether the acquisition is only a leak once a method of this list was called on it (`start`).
    #[serde(default)]
    pub armed_by: Vec<String>,
    /// Whether it is left behind rather than open: a directory, a thread, a mapping.
    #[serde(default)]
    pub stays: bool,
    /// Whether making one only to throw it away says that somebody else owns it (`into_raw_fd`).
    #[serde(default)]
    pub disowns: bool,
    /// Whether the call keeps the destructor of its argument from running (`mem::forget`).
    #[serde(default)]
    pub swallows: bool,
    /// Whether the language frees it at once when the last reference goes (a `CPython` file object).
    #[serde(default)]
    pub collected: bool,
    /// Last words of the receivers for which its method patterns hold (`pool` for `*.connect`); any receiver when empty.
    #[serde(default)]
    pub receivers: Vec<String>,
    /// Whether no foreign code can free it, so that it does not matter which of it gets the pointer; check `forgotten`.
    #[serde(default)]
    pub foreign: bool,
    /// Whether the call returns nothing, and gives it to its callback after what may have failed (`fs.open`).
    #[serde(default)]
    pub delivered: bool,
    /// Whether a program makes it once and keeps it, so that only an owner which ends without it has forgotten it.
    #[serde(default)]
    pub lasting: bool,
    /// Whether its own methods do not fail: what goes wrong is reported later, by an event.
    #[serde(default)]
    pub quiet: bool,
    /// Whether it is a text or number that is copied when it is stored, so that storing it gives away nothing.
    #[serde(default)]
    pub copied: bool,
    /// Fields that take what it is made from as it is, so that one is made only where there is no such field (`srcObject`).
    #[serde(default)]
    pub supplanted: Vec<String>,
    /// Whether its last reference takes all of it away, without a word, because that is what it is made for
    /// (`tempfile.TemporaryDirectory`).
    #[serde(default)]
    pub finalised: bool,
    /// Whether the collector closes it at some time after its last reference has gone, with a warning (an event loop).
    #[serde(default)]
    pub reclaimed: bool,
    /// Keyword arguments which, given as a constant false, mean that its last reference takes nothing away (`delete`).
    #[serde(default)]
    pub lingers: Vec<String>,
    /// Keyword arguments that name the folder in which it is made, which may go as a whole (`dir`).
    #[serde(default)]
    pub within: Vec<String>,
    /// Words in the path of a file that say that it is for a system on which its last reference leaves nothing behind (`windows`).
    #[serde(default)]
    pub spared_in: Vec<String>,
    /// Fields by which others know it, so that whoever hands on their value means it to stay (`name`).
    #[serde(default)]
    pub known_by: Vec<String>,
    /// Methods and fields whose value keeps it, so that whoever gets that value has it as well (`socket` of a messaging context,
    /// `raw` of a response).
    #[serde(default)]
    pub keepers: Vec<String>,
    /// Methods which, called without an argument, and fields which use it up, so that it closes itself (`read` of a response).
    #[serde(default)]
    pub drained_by: Vec<String>,
    /// Methods whose value, gone through by a loop that nothing leaves early, uses it up as well (`iter_content`).
    #[serde(default)]
    pub drained_in_loop: Vec<String>,
    /// Calls that hand on one element after the other of what they are given first, to the end (`enumerate`, a progress bar).
    #[serde(default)]
    pub passed_on_by: Vec<String>,
    /// Methods after which somebody else waits for its end; before, what a failing frame takes away nobody misses.
    #[serde(default)]
    pub meets: Vec<String>,
    /// Whether nobody else ever waits for its end, as for a database that is a file of this machine.
    #[serde(default)]
    pub alone: bool,
    /// Calls that take all there is out of the handle they are given (`json.load`), so that it closes itself.
    #[serde(default)]
    pub drained_by_call: Vec<Pattern>,
    /// Calls that ask for one that is there already. What is made only when they fail takes its place, and lasts as long.
    #[serde(default)]
    pub instead_of: Vec<Pattern>,
    /// Calls after which it serves the whole thread or process (`asyncio.set_event_loop`).
    #[serde(default)]
    pub installed_by: Vec<Pattern>,
    /// Position of the argument by which a stream is given that somebody else has opened, from 0.
    #[serde(default)]
    pub given_at: Option<usize>,
    /// Whether a managed block of it ends something else than it, such as a transaction (`with sqlite3.connect(path)`).
    #[serde(default)]
    pub unmanaged: bool,
    /// Whether it has threads of its own, which work on until it is closed.
    #[serde(default)]
    pub active: bool,
    /// Whether it ends by itself after a while (a one-shot timer, a child that exits).
    #[serde(default)]
    pub ends: bool,
    /// Whether one that outlives its owner is over so soon that it matters only if it is set again and again.
    #[serde(default)]
    pub minor: bool,
    /// Position of the delay of a timer, from 0.
    #[serde(default)]
    pub delay: usize,
    /// The longest delay, in the units of the call, that is over before it matters.
    #[serde(default = "second")]
    pub short: u32,
    /// The method of an heir of an acquired type that does the work (`run` of a thread's subclass).
    #[serde(default)]
    pub body: Option<String>,
    /// Calls that end by themselves after a known time, so that what waits for them alone ends as well (`asyncio.sleep`).
    #[serde(default)]
    pub brief: Vec<Pattern>,
    /// Calls by which work waits for its next round; a loop that makes one is a timer, and judged by that rule.
    #[serde(default)]
    pub pause: Vec<Pattern>,
    /// Methods that end the work when their receiver is a failure (`unwrap`).
    #[serde(default)]
    pub fatal: Vec<String>,
    /// Methods that fail when the other side has gone (`recv`), so that work which treats that as fatal ends then.
    #[serde(default)]
    pub closing: Vec<String>,
    /// Calls that make one of the things of which it is the rest (`asyncio.create_task` for a pending set).
    #[serde(default)]
    pub maker: Vec<Pattern>,
    /// Exceptions by which somebody outside ends it; leaving a loop on one of them is no exit of its own accord.
    #[serde(default)]
    pub interrupt: Vec<Pattern>,
    /// Exceptions so wide that to catch one says nothing of how the work ends; a narrower one caught around a loop ends it.
    #[serde(default)]
    pub broad: Vec<Pattern>,
    /// What it costs the program, as a clause: `a file descriptor stays open`.
    #[serde(default)]
    pub cost: String,
    /// Severity, where it differs from the rule's.
    #[serde(default)]
    pub severity: Option<Severity>,
}

/// A second, for languages that count delays in seconds.
const fn second() -> u32 {
    1
}

/// What to call a resource that has no name of its own.
fn unnamed() -> String {
    "resource".to_owned()
}

/// How long the thing lives on which a callback is registered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Lifetime {
    /// As long as the process: `atexit`, `signal`, `window`, module registries.
    Process,
    /// As long as the receiver of the call; what that is must be reasoned about.
    #[default]
    Receiver,
}

/// A way to register a callback.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a table with `kind` and `add`, and perhaps `remove`")]
#[allow(clippy::struct_excessive_bools)] // Each says something of its own about the registration.
pub struct Registration {
    /// What to call it in a sentence: `exit handler`, `event listener`.
    pub kind: String,
    /// Calls that register.
    pub add: Vec<Pattern>,
    /// First words of the names of methods that register, where the type shows by another one that their value takes the
    /// callback back (`on` of `onDidChange`).
    #[serde(default)]
    pub starts: Vec<String>,
    /// Methods to which such a value is given to be ended with its owner (`push`).
    #[serde(default)]
    pub keepers: Vec<String>,
    /// Calls that remove, on the same receiver.
    #[serde(default)]
    pub remove: Vec<Pattern>,
    /// Calls that hand out emitters which the process keeps. Where they are given, other emitters are doubted.
    #[serde(default)]
    pub origin: Vec<Pattern>,
    /// How long the emitter lives.
    #[serde(default)]
    pub lifetime: Lifetime,
    /// Position of the argument that is the emitter, where it is not the receiver of the call.
    #[serde(default)]
    pub emitter: Option<usize>,
    /// Position of the callback, from 0.
    #[serde(default)]
    pub callback: usize,
    /// Keyword of the callback.
    #[serde(default)]
    pub callback_name: Option<String>,
    /// Position of the event name, if there is one.
    #[serde(default)]
    pub event: Option<usize>,
    /// Whether the emitter holds the callback weakly unless this keyword is given as false.
    #[serde(default)]
    pub weak_unless: Option<String>,
    /// Whether the value returned by the call removes it when called or when one of these methods is called.
    #[serde(default)]
    pub disposer: Vec<String>,
    /// Last words of the receiver's name that make the verbs mean a registration (`callbacks.add`), and
    /// with a `_` at the end the first one (`on_close.add`); any receiver when empty.
    #[serde(default)]
    pub collections: Vec<String>,
    /// First words of the names of imported functions that register what they decorate.
    #[serde(default)]
    pub decorators: Vec<String>,
    /// Whether the emitter ends by itself and lets go of its callbacks then (a future that is done).
    #[serde(default)]
    pub ends: bool,
    /// Last words of receivers whose field of that name is a callback: to call it registers nothing (`props.onChange(value)`).
    #[serde(default)]
    pub answering: Vec<String>,
    /// Options which, given as anything but false, mean that the registration ends in another way (`signal`).
    #[serde(default)]
    pub unless: Vec<String>,
    /// Types whose instance may be given whole as these options, as it has one of them as a field (`AbortController`).
    #[serde(default)]
    pub controllers: Vec<String>,
    /// Methods by which such a controller ends the registration.
    #[serde(default)]
    pub aborts: Vec<String>,
    /// Whether the emitter is handed from call to call, so that what one call registers is still there for the next.
    #[serde(default)]
    pub shared: bool,
    /// Whether the callback is taken off when the event has come (`once`).
    #[serde(default)]
    pub once: bool,
    /// The only events for which the verbs mean this registration; all when empty.
    #[serde(default)]
    pub events: Vec<String>,
    /// Events after which the emitter has ended, so that nothing is left registered there.
    #[serde(default)]
    pub last: Vec<String>,
    /// Position of the flag, or of the options with an entry `capture`, that tells two registrations of one callback apart.
    #[serde(default)]
    pub capture: Option<usize>,
    /// Calls in the chain that makes the emitter after which it ends by itself (`take`), or with something else (`takeUntil`).
    #[serde(default)]
    pub completes: Vec<String>,
    /// Whether there is one place for it, so that registering again replaces the former callback (`signal.signal`).
    #[serde(default)]
    pub replaces: bool,
    /// Whether each one makes itself felt whatever it keeps, because all of them are called: every line is written once more.
    #[serde(default)]
    pub adds_up: bool,
    /// Events whose callback is lent what a pool hands to the next one as well (`socket` of a request).
    #[serde(default)]
    pub lends: Vec<String>,
    /// Last words of the names of emitters that lend so, and of the calls that make them.
    #[serde(default)]
    pub lender: Vec<String>,
    /// Events that come at the most once in the life of an emitter, near its beginning.
    #[serde(default)]
    pub opening: Vec<String>,
    /// Severity, where it differs from the rule's.
    #[serde(default)]
    pub severity: Option<Severity>,
}

/// A way to have something done when an object has gone.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a table with `add` and `held`")]
pub struct Finalizer {
    /// Calls whose first argument is the object.
    pub add: Vec<Pattern>,
    /// How many of the arguments after it are kept until then; all when it is not said.
    #[serde(default)]
    pub held: Option<usize>,
    /// Whether the first of them is called then, so that a method of the object keeps it.
    #[serde(default)]
    pub calls: bool,
    /// Whether what keeps the instance that registers is left to the rule for listeners.
    #[serde(default)]
    pub foreign: bool,
    /// Last words of the names of what keeps callbacks of those who use it (`stream`).
    #[serde(default)]
    pub reaching: Vec<String>,
}

/// A list of those who wait for something, each of whom may go without a word.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a table with `kind`, `elements`, `add`, `remove` and `drain`")]
pub struct Waiting {
    /// What to call an entry in a sentence: `waker`.
    pub kind: String,
    /// Last names of the types of its entries.
    pub elements: Vec<String>,
    /// Methods that add an entry.
    pub add: Vec<String>,
    /// Methods that take out one entry, or those that nobody needs any more.
    pub remove: Vec<String>,
    /// Methods and functions that take out everything.
    pub drain: Vec<String>,
    /// First words of functions that are called many times before what is waited for comes.
    #[serde(default)]
    pub again: Vec<String>,
}

/// A source that goes on holding what it has opened when the answer it is piped to is broken off.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a table with `kind`, `open`, `pipe`, `sink`, `beside`, `end` and `events`")]
pub struct Piped {
    /// What to call it in a sentence: `read stream`.
    pub kind: String,
    /// Calls that open it.
    pub open: Vec<Pattern>,
    /// Methods that pipe it.
    pub pipe: Vec<String>,
    /// Last words of the names of parameters that are the answer to somebody who may go (`res`).
    pub sink: Vec<String>,
    /// Last words of the name of the parameter beside it, by which a handler of requests is known (`req`).
    pub beside: Vec<String>,
    /// Functions and methods that end it, or have it ended.
    pub end: Vec<String>,
    /// Events by which the answer says that it was broken off.
    pub events: Vec<String>,
}

/// A cache decorator or a cache constructor.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a table with `make`, and perhaps `bound`")]
pub struct Memo {
    /// Its names.
    pub make: Vec<Pattern>,
    /// The argument that caps it; none means that it is never capped.
    #[serde(default)]
    pub bound: Option<Bound>,
    /// Last names of the types of a mapping that it is given and that caps it.
    #[serde(default)]
    pub capped_by: Vec<String>,
    /// Methods of the decorated function that empty the cache.
    #[serde(default)]
    pub clear: Vec<String>,
}

/// A queue or channel.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a table with `kind` and `make`, and perhaps `bound`")]
pub struct Channel {
    /// What to call it in a sentence.
    pub kind: String,
    /// Calls that make one.
    pub make: Vec<Pattern>,
    /// The argument that caps it; none means that it never is.
    #[serde(default)]
    pub bound: Option<Bound>,
    /// Methods that put something in without waiting.
    #[serde(default)]
    pub send: Vec<String>,
    /// Methods that take something out.
    #[serde(default)]
    pub receive: Vec<String>,
    /// Methods that say how full it is; a producer that asks is throttled.
    #[serde(default)]
    pub measure: Vec<String>,
    /// Whether the call makes two values, a sender and a receiver, in this order.
    #[serde(default)]
    pub ends: bool,
    /// Calls in a consumer's loop that wait for a peer, a disk or a database.
    #[serde(default)]
    pub slow: Vec<String>,
}
