//! The project as a whole: what the files of one run say about each other's things, linked by what imports lead to, and by
//! name where they lead out of sight.
//!
//! A file's facts end at its border. Here stands what crosses it: who else takes entries out of a field, closes what a
//! type keeps, empties a cache; what a function does with what it is given, and whether it makes a resource for its callers;
//! where instances of a type are made and kept; who calls a function. Each file is read once
//! into an [`Outline`], small enough to be kept for a whole repository; [`Project`] answers questions over all of them.

mod asked;
mod constant;
mod deed;
mod fate;
mod kin;
mod module;
mod often;
mod outline;
mod project;
mod read;
mod served;
mod slot;
mod taken;

pub use asked::{Asked, Found};
pub use fate::Tenure;
pub use often::{HOPS, Origin};
pub use outline::{Caller, Deed, Gives, Keeping, Kind, Made, Of, Outline, Served, Taker, Text, Touch, Verb};
pub use project::{Log, Project};
pub use read::outline;
pub use served::{Called, Serving};
pub use taken::{Given, Taken};
