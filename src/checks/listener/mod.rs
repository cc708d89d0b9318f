//! Callbacks registered with something that outlives the registrant.

pub mod again;
pub mod check;
pub mod emitter;
pub mod expectant;
mod fleeting;
mod forgotten;
pub mod identity;
pub mod late;
mod options;
mod pooled;
mod process;
pub mod reach;
mod read;
pub mod scope;
mod settled;
mod shared;
pub mod skipped;
pub mod tenure;
mod toggled;
pub mod uneven;
pub mod unkept;
