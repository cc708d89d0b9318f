use lsp_server::{ErrorCode, RequestId, Response};
use serde::de::DeserializeOwned;

/// Why a request cannot be answered.
#[derive(Debug)]
pub struct Fault {
    code: ErrorCode,
    message: String,
}

impl Fault {
    /// A fault with its words.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }

    /// The answer that says so.
    pub fn response(self, id: RequestId) -> Response {
        Response::new_err(id, self.code as i32, self.message)
    }

    /// The words.
    pub fn message(&self) -> &str {
        &self.message
    }
}

/// The parameters of a message.
///
/// # Errors
/// They have another form.
pub fn params<T: DeserializeOwned>(value: serde_json::Value) -> Result<T, Fault> {
    serde_json::from_value(value).map_err(|error| Fault::new(ErrorCode::InvalidParams, format!("wrong parameters: {error}")))
}
