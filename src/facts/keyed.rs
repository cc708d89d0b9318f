use super::{ExprId, ExprKind, Facts, Name, Place, Root, Segment, TypeId};

/// What the names of types end in whose entries have keys.
const KINDS: [&str; 2] = ["Map", "Set"];

/// A field whose entries are told apart by keys of a type that the program defines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Keyed {
    /// The type that has the field.
    pub owner: TypeId,
    /// The field.
    pub field: Name,
    /// The name of the type of its keys.
    pub key: Name,
    /// Its declared type.
    pub declared: ExprId,
}

impl Facts {
    /// The fields of the types of this file that are maps or sets with a type of their own for keys.
    pub fn keyed(&self) -> Vec<Keyed> {
        if !self.typed {
            return Vec::new();
        }
        self.declared_fields()
            .filter_map(|(owner, field, declared)| {
                let key = self.key_type(declared)?;
                Some(Keyed { owner, field, key, declared })
            })
            .collect()
    }

    /// The fields of the types of this file, with their declared types.
    pub fn declared_fields(&self) -> impl Iterator<Item = (TypeId, Name, ExprId)> {
        self.places.iter().filter_map(|(id, place)| match *place {
            Place { root: Root::Instance(ty), ref path } => match path.as_slice() {
                [Segment::Field(field)] => {
                    let declared = self.definitions_of(id).iter().find_map(|definition| definition.annotation)?;
                    Some((ty, *field, declared))
                }
                _ => None,
            },
            _ => None,
        })
    }

    /// An expression and all that stands in it: it was read together with that, so the one stands beside the other.
    pub fn within(&self, whole: ExprId) -> impl Iterator<Item = ExprId> {
        let span = self.expr(whole).span;
        let inside = move |at: &ExprId| span.contains(self.expr(*at).span);
        let before = (0..whole.0).rev().map(ExprId).take_while(inside);
        before.chain((whole.0..self.exprs.len() as u32).map(ExprId).take_while(inside))
    }

    /// The names of which a written type is made up, in textual order, and where each stands.
    pub fn names_in(&self, written: ExprId) -> Vec<(ExprId, Name)> {
        let spelled = self.within(written).filter_map(|at| match self.kind(at) {
            ExprKind::Name { name, .. } | ExprKind::Field { name, .. } => Some((at, name)),
            _ => None,
        });
        let mut names: Vec<(ExprId, Name)> = spelled.collect();
        names.sort_by_key(|(at, _)| self.expr(*at).span.end);
        names
    }

    /// The first argument of the first written type that has keys, where it is a type of the program's own.
    fn key_type(&self, declared: ExprId) -> Option<Name> {
        let names = self.names_in(declared);
        let at = names.iter().position(|(_, name)| KINDS.iter().any(|kind| self.text(*name).ends_with(kind)))?;
        let ((map, _), (key, name)) = (names[at], *names.get(at + 1)?);
        let text = self.text(name);
        let own = text.len() > 1 && text.starts_with(char::is_uppercase) && !COMMON.contains(&text);
        // Nothing but the bracket stands between them.
        (own && self.expr(key).span.start == self.expr(map).span.end + 1).then_some(name)
    }
}

/// Types of keys that say nothing about what they stand for.
const COMMON: [&str; 12] =
    ["String", "Vec", "Box", "Arc", "Rc", "Cow", "Option", "TypeId", "PathBuf", "OsString", "Bytes", "Symbol"];
