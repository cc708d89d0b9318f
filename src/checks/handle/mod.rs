//! Handles: what is opened must be released, or handed on, on every way out.

pub mod answered;
pub mod check;
pub mod composable;
pub mod copied;
pub mod custody;
mod delivered;
mod drained;
mod effect;
pub mod example;
mod failure;
pub mod fate;
pub mod field;
pub mod guard;
mod known;
mod lending;
pub mod obligation;
pub mod parts;
pub mod path;
pub mod plight;
pub mod reopen;
pub mod setting;
pub mod summary;
mod twin;
pub mod verdict;
pub mod way;
mod within;
pub mod wrapped;
