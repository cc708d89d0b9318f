//! Callbacks registered with something that outlives the registrant.

pub mod check;
pub mod emitter;
pub mod expectant;
pub mod identity;
pub mod late;
pub mod scope;
pub mod tenure;
pub mod uneven;
pub mod unkept;
