use serde::{Deserialize, Serialize};

macro_rules! id {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub struct $name(pub u32);

        impl $name {
            /// Position in the table of the file's facts.
            pub const fn index(self) -> usize {
                self.0 as usize
            }
        }
    )*};
}

id! {
    /// An expression.
    ExprId;
    /// A step of flow.
    StepId;
    /// A function, method, closure, type body or the module body.
    FunctionId;
    /// A class, struct or enum.
    TypeId;
    /// A region in which names are declared.
    ScopeId;
    /// A variable, parameter, import or definition.
    BindingId;
    /// A place: a root and a path of fields.
    PlaceId;
}
