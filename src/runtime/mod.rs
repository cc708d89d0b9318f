//! The runtime half: what a process's memory did, and what to make of it.
//!
//! A [`Sample`] is what was read of a process at one moment, a [`Series`] is many of them, and a [`Decider`] takes them
//! one by one and says what it thinks ([`Judgement`]). The deciding part is pure: no clock, no I/O, the same samples
//! give the same words, so whatever was recorded can be replayed.

// Statistics need floating point; sizes below 2^53 bytes lose nothing, and values are checked to be neither negative nor NaN.
#![allow(clippy::cast_precision_loss, clippy::cast_sign_loss)]

mod census;
mod composition;
mod decider;
mod doubling;
mod exhaustion;
mod floors;
mod forecast;
mod life;
mod limits;
#[cfg(target_os = "linux")]
pub mod live;
mod pace;
mod period;
mod plot;
mod sample;
mod sentences;
mod series;
mod settled;
mod shape;
mod standing;
mod statistics;
mod track;
mod trend;
mod verdict;
pub mod words;

pub use decider::Decider;
pub use limits::{LimitKind, Limits};
pub use pace::WINDOW_S;
pub use plot::plot;
pub use sample::Sample;
pub use sentences::Lines;
pub use series::{Origin, Recorder, Series, SeriesError};
pub use verdict::{Alert, Class, Forecast, Judgement, Level, Verdict};
