//! The project as a whole: what the files of one run say about each other's things, linked by name.
//!
//! A file's facts end at its border. Here stands what crosses it: who else takes entries out of a field, closes what a
//! type keeps, empties a cache; where instances of a type are made and kept; who calls a function. Each file is read once
//! into an [`Outline`], small enough to be kept for a whole repository; [`Project`] answers questions over all of them.

mod asked;
mod fate;
mod kin;
mod outline;
mod project;
mod read;

pub use asked::{Asked, Found};
pub use fate::Tenure;
pub use outline::{Caller, Keeping, Kind, Made, Of, Outline, Text, Touch, Verb};
pub use project::Project;
pub use read::outline;
