//! The languages: grammar, compiled query and habits, found by extension or by the interpreter of a script.
//!
//! Beside `extract/` this is the only room that knows the parser.

mod capture;
mod detect;
mod grammar;
mod habits;
mod page;
mod phrases;
mod shape;

pub use capture::{Capture, Form, Part};
pub use detect::{Languages, Script, languages};
pub use grammar::{Language, LanguageError};
pub use habits::{Habits, Macros, Receiver};
pub use phrases::{Phrases, fill};
pub use shape::Shape;
