use super::{BindingId, ExprId, FunctionId, Name, Operator, PlaceId, Source, TypeId};
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

/// Where a place starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Root {
    /// A variable or parameter of this file.
    Binding(BindingId),
    /// An instance of a type of this file, seen from its own methods.
    Instance(TypeId),
    /// The type itself: what all instances share.
    Static(TypeId),
    /// Something imported, by its dotted path.
    External(Name),
}

/// One step of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Segment {
    /// A field.
    Field(Name),
    /// Any element.
    Item,
}

/// A root and a path of fields: `self.sessions`, `CACHE`, `state.peers[*].queue`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Place {
    /// Where it starts.
    pub root: Root,
    /// The way from there.
    pub path: Vec<Segment>,
}

/// The places of one file, each stored once.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(from = "Vec<Place>", into = "Vec<Place>")]
pub struct Places {
    all: Vec<Place>,
    index: FxHashMap<Place, PlaceId>,
}

impl Places {
    /// The number of a place, given now if it has none yet.
    pub fn intern(&mut self, place: Place) -> PlaceId {
        if let Some(id) = self.index.get(&place) {
            return *id;
        }
        let id = PlaceId(self.all.len() as u32);
        self.all.push(place.clone());
        self.index.insert(place, id);
        id
    }

    /// The number of a place, if the file mentions it.
    pub fn find(&self, place: &Place) -> Option<PlaceId> {
        self.index.get(place).copied()
    }

    /// The place of this number.
    pub fn get(&self, id: PlaceId) -> &Place {
        &self.all[id.index()]
    }

    /// Every place, in the order of first mention.
    pub fn iter(&self) -> impl Iterator<Item = (PlaceId, &Place)> {
        self.all.iter().enumerate().map(|(at, place)| (PlaceId(at as u32), place))
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.all.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }
}

impl From<Vec<Place>> for Places {
    fn from(all: Vec<Place>) -> Self {
        let index = all.iter().enumerate().map(|(at, place)| (place.clone(), PlaceId(at as u32))).collect();
        Self { all, index }
    }
}

impl From<Places> for Vec<Place> {
    fn from(places: Places) -> Self {
        places.all
    }
}

/// What is done to a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Action {
    /// A method is called on it; which ones grow or shrink it is vocabulary.
    Method {
        /// The method.
        name: Name,
        /// The call.
        call: ExprId,
    },
    /// `place[key] = value`, or an update of it.
    SetItem {
        /// The key; absent for a slice.
        key: Option<ExprId>,
        /// The value.
        value: Option<ExprId>,
        /// The operator of an update.
        update: Option<Operator>,
    },
    /// `place[key]` is read.
    GetItem {
        /// The key; absent for a slice.
        key: Option<ExprId>,
    },
    /// `del place[key]`.
    DeleteItem {
        /// The key; absent for a slice.
        key: Option<ExprId>,
    },
    /// It is given another value.
    Assign(Source),
    /// `del place`.
    Delete,
    /// Its size is asked for.
    Measure {
        /// The call or access that asks.
        at: ExprId,
    },
    /// It is the value of another name or place.
    Alias {
        /// The name or place that is written.
        target: ExprId,
    },
    /// It is handed to a call.
    Argument {
        /// The call.
        call: ExprId,
        /// Its position.
        position: u32,
    },
    /// It is returned, yielded or thrown.
    Returned,
    /// It becomes part of another value.
    Stored {
        /// The literal or expression that holds it.
        holder: ExprId,
    },
    /// It is iterated.
    Iterated,
    /// It is compared or tested.
    Tested,
    /// It is entered as a context manager.
    Managed,
    /// It is awaited.
    Awaited,
    /// It is called.
    Called {
        /// The call.
        call: ExprId,
    },
    /// It is read in another way.
    Read,
}

/// One thing done to a place, where, and by which mention.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Operation {
    /// What is done.
    pub action: Action,
    /// The expression that denotes the place.
    pub expr: ExprId,
    /// The function in which it is done.
    pub function: FunctionId,
}

/// A field of a type, or a name of the module.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Confined {
    /// A field.
    Field(TypeId, Name),
    /// A name.
    Name(BindingId),
}
