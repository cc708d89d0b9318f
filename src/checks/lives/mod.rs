//! The common ground of all kinds of reasoning: how long things live, how often code runs, and who keeps what.

pub mod acquire;
pub mod brought;
pub mod callback;
pub mod demise;
pub mod errand;
pub mod event;
pub mod fresh;
pub mod hook;
pub mod kept;
pub mod key;
pub mod leave;
pub mod life;
pub mod lifetime;
pub mod named;
pub mod owner;
pub mod promise;
pub mod registrar;
pub mod reset;
pub mod served;
pub mod share;
pub mod sole;
pub mod stale;
mod word;
