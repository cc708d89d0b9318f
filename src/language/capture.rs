/// Declares the forms and parts with the words that queries use for them.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($variant:ident = $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[allow(missing_docs)] // `queries/vocabulary.toml` is the list with its meanings.
        pub enum $name { $($variant,)* }

        impl $name {
            /// The meaning of a word of `queries/vocabulary.toml`.
            pub fn from_word(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$variant),)* _ => None }
            }

            /// Every word.
            pub const WORDS: &[&str] = &[$($word),*];
        }
    };
}

words! {
    /// What a node is.
    Form {
        Function = "function", Closure = "closure", ClosureOwn = "closure.own", Param = "param", ParamRest = "param.rest", ParamOptions = "param.options",
        Type = "type", Decorated = "decorated", Global = "global", Nonlocal = "nonlocal", Import = "import",
        Block = "block", Branch = "branch", While = "while", Each = "each", Try = "try", Handler = "handler", Manage = "manage",
        Managed = "managed", Alias = "alias", Switch = "switch", Arm = "arm",
        Return = "return", Raise = "raise", Break = "break", Continue = "continue",
        Name = "name", Field = "field", Index = "index", Slice = "slice", Call = "call", Named = "named", Spread = "spread",
        Assign = "assign", Delete = "delete", List = "list", Map = "map", Set = "set", Tuple = "tuple", Pair = "pair",
        ComprehensionList = "comprehension.list", ComprehensionMap = "comprehension.map", ComprehensionSet = "comprehension.set",
        ComprehensionGenerator = "comprehension.generator", Clause = "clause", Choice = "choice", Operation = "operation",
        Await = "await", Yield = "yield", Text = "text", Number = "number", True = "true", False = "false", Null = "null",
        Annotation = "annotation", Comment = "comment",
        This = "this", Propagate = "propagate", Local = "local", LocalFunction = "local.function", Member = "member",
        MemberStatic = "member.static", Forever = "forever", For = "for", Extend = "extend", Construct = "construct",
        Transparent = "transparent", Ignored = "ignored",
        LocalStatic = "local.static", LocalType = "local.type", Borrow = "borrow", Path = "path", Destructure = "destructure", Positional = "positional", Pointer = "pointer",
        Decorator = "decorator", ManageRest = "manage.rest", Export = "export", Modifier = "modifier",
        Attribute = "attribute", ImportList = "import.list", ImportAs = "import.as", ImportAll = "import.all",
    }
}

impl Form {
    /// Whether a node of this form decides what runs next.
    pub const fn is_flow(self) -> bool {
        matches!(
            self,
            Self::Block
                | Self::Branch
                | Self::Switch
                | Self::While
                | Self::Each
                | Self::For
                | Self::Forever
                | Self::Return
                | Self::Raise
                | Self::Break
                | Self::Continue
        )
    }
}

words! {
    /// What a child is to the node that holds it.
    Part {
        Name = "name", Params = "params", Body = "body", Async = "async", Default = "default", Type = "type", Bases = "bases",
        Decorator = "decorator", Definition = "definition", Module = "module", Item = "item", Alias = "alias",
        Condition = "condition", Then = "then", Else = "else", Target = "target", Iterable = "iterable", Handler = "handler",
        Finally = "finally", Value = "value", Subject = "subject", Arm = "arm", Pattern = "pattern", Guard = "guard",
        Base = "base", Key = "key", Callee = "callee", Args = "args", Operator = "operator", From = "from",
        Initial = "initial", Update = "update", Static = "static", Returns = "returns", Tree = "tree", Using = "using", Maybe = "maybe",
    }
}

/// What one capture of a query means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Capture {
    /// The node is this.
    Root(Form),
    /// The node is this part of the root captured by the same pattern.
    Child(Part),
}

impl Capture {
    /// The meaning of a capture's name; none if the vocabulary does not have it.
    pub fn from_name(name: &str) -> Option<Self> {
        if let Some(form) = Form::from_word(name) {
            return Some(Self::Root(form));
        }
        let (form, part) = name.rsplit_once('.')?;
        Form::from_word(form)?;
        Part::from_word(part).map(Self::Child)
    }
}
