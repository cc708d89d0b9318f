//! Source text and the places inside it. Offsets are UTF-8 bytes; lines and columns exist only at the edges.

mod position;
mod span;

pub use position::{Lines, Position};
pub use span::Span;
