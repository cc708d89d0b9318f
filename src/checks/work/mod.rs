//! Work that goes on by itself: timers, tasks, threads and processes.

pub mod abandon;
pub mod aside;
pub mod endless;
pub mod home;
mod missed;
pub mod outlive;
pub mod overwrite;
pub mod pending;
pub mod race;
pub mod reach;
pub mod renewed;
pub mod siblings;
pub mod stray;
pub mod task;
pub mod timer;
pub mod unfilled;
