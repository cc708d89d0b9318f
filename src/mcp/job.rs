//! A call while it is worked on.

use super::stop::Stop;
use rmcp::model::{CallToolResult, ContentBlock};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use std::time::{Duration, Instant};
use tokio::sync::mpsc::UnboundedSender;

/// Progress is told no more often.
const EVERY: Duration = Duration::from_millis(200);

/// How far a call is.
#[derive(Clone, Debug)]
pub struct Step {
    pub done: f64,
    pub total: Option<f64>,
    pub message: String,
}

/// What the work on a call may ask and tell.
#[derive(Debug)]
pub struct Job {
    pub stop: Stop,
    pub steps: UnboundedSender<Step>,
}

/// What a call came to: data, and the same in words. An error is for the agent to read and act upon.
pub type Answer = Result<(Value, String), String>;

impl Job {
    /// Something that tells of progress, unless it told a moment ago.
    pub fn teller(&self) -> impl FnMut(f64, Option<f64>, &dyn Fn() -> String) + use<> {
        let (steps, mut told) = (self.steps.clone(), None::<Instant>);
        move |done, total, message| {
            if told.is_none_or(|told| told.elapsed() >= EVERY) {
                told = Some(Instant::now());
                // Where nobody wants to know, there is nobody to be told.
                let _ = steps.send(Step { done, total, message: message() });
            }
        }
    }
}

/// The arguments of a call, or a sentence that says what is wrong with them.
pub fn arguments<T: DeserializeOwned>(given: Option<Map<String, Value>>) -> Result<T, String> {
    let given = Value::Object(given.unwrap_or_default());
    serde_json::from_value(given).map_err(|error| format!("wrong arguments: {error}"))
}

/// An answer as the protocol has it.
pub fn result(answer: Answer) -> CallToolResult {
    match answer {
        Ok((data, words)) => {
            let mut result = CallToolResult::structured(data);
            result.content = vec![ContentBlock::text(words)];
            result
        }
        Err(message) => CallToolResult::error(vec![ContentBlock::text(message)]),
    }
}
