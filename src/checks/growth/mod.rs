//! Collections and caches that grow for as long as their owner lives.

pub mod abroad;
pub mod apart;
pub mod check;
pub mod clear;
pub mod container;
pub mod denied;
pub mod ends;
pub mod fixed;
pub mod hearsay;
pub mod holder;
pub mod loss;
pub mod memo;
pub mod paired;
pub mod queue;
mod rate;
mod reach;
mod recur;
mod relief;
pub mod revive;
pub mod scalar;
pub mod signs;
pub mod stays;
mod tell;
pub mod twins;
pub mod undo;
mod vetted;
pub mod waiting;
