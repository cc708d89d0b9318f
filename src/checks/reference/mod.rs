//! References that keep alive what should have gone, and values that are never dropped.

pub mod cycle;
pub mod erased;
mod finalizer;
pub mod forgotten;
pub mod object;
mod pointer;
mod reclaim;
pub mod ring;
mod spare;
pub mod strong;
pub mod uninit;
