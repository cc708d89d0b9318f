//! The protocol: who may call what, with which roots, and how a call is cancelled.

// Roots are deprecated in the protocol's newest version, and what clients give today.
#![allow(deprecated)]

use super::job::{Answer, Job, Step, arguments, result};
#[cfg(target_os = "linux")]
use super::live;
use super::roots::Roots;
use super::stop::{Asking, Stop};
use super::tools::{INSTRUCTIONS, tools};
use super::{Make, source};
use crate::rules::{Family, RuleSet};
use rmcp::model::{
    CallToolRequestParams, CallToolResponse, Implementation, InputRequest, InputRequests, InputRequiredResult, InputResponses,
    JsonObject, ListRootsRequest, ListRootsResult, ListToolsResult, PaginatedRequestParams, ProgressNotificationParam,
    ProgressToken, ProtocolVersion, ServerCapabilities, ServerConfig, Tool,
};
use rmcp::service::{Peer, RequestContext};
use rmcp::{ErrorData, RoleServer, ServerHandler};
use std::path::PathBuf;
use std::sync::Arc;
use tokio::sync::mpsc;

/// Under this name the roots are asked for.
const ROOTS: &str = "roots";

/// The server.
#[derive(Clone, Debug)]
pub struct Server {
    known: Arc<RuleSet>,
    cwd: Arc<PathBuf>,
    make: Make,
}

/// What is known of the roots of a call.
enum Opened {
    Known(Roots),
    /// The client is to be asked, and will call again with the answer.
    Ask,
}

impl Server {
    pub fn new(known: RuleSet, cwd: PathBuf, make: Make) -> Self {
        Self { known: Arc::new(known), cwd: Arc::new(cwd), make }
    }

    /// The roots of the client. From version 2026-07-28 on a server may not ask while it works: it answers that it needs them.
    async fn roots(&self, context: &RequestContext<RoleServer>, answers: Option<&InputResponses>) -> Result<Opened, String> {
        let has = context.client_capabilities().is_some_and(|client| client.roots.is_some());
        let list = match answers.and_then(|answers| answers.get(ROOTS)) {
            Some(answer) => {
                let list = serde_json::from_value::<ListRootsResult>(answer.clone());
                Some(list.map_err(|error| format!("the client's roots cannot be read: {error}"))?)
            }
            None if !has => None,
            None if context.protocol_version().is_some_and(|version| version >= ProtocolVersion::V_2026_07_28) => {
                return Ok(Opened::Ask);
            }
            None => Some(context.peer.list_roots().await.map_err(|error| format!("the client did not tell its roots: {error}"))?),
        };
        let list = list.unwrap_or_default().roots;
        Roots::new(list.iter().map(|root| root.uri.as_str()), &self.cwd).map(Opened::Known)
    }

    /// Has the work of a call done on a thread of its own, tells of its progress, and gives it up when the call is cancelled.
    async fn answer(
        &self,
        name: String,
        given: Option<JsonObject>,
        roots: Option<Roots>,
        context: &RequestContext<RoleServer>,
    ) -> Result<Answer, ErrorData> {
        let stop = Stop::default();
        // Whatever ends this call, the work ends as well.
        let _asking = Asking(stop.clone());
        let (sender, mut progress) = mpsc::unbounded_channel();
        let server = self.clone();
        let work = move || server.work(&name, given, roots.as_ref(), &Job { stop, steps: sender });
        let work = tokio::task::spawn_blocking(work);
        let token = context.meta.get_progress_token();
        loop {
            tokio::select! {
                biased;
                () = context.ct.cancelled() => return Err(ErrorData::internal_error("the call was cancelled", None)),
                told = progress.recv() => match (told, &token) {
                    (Some(told), Some(token)) => tell(&context.peer, token, told).await,
                    (Some(_), None) => {}
                    // The work is done with telling, and so with all.
                    (None, _) => break,
                },
            }
        }
        Ok(work.await.unwrap_or_else(|error| Err(format!("the work on this call failed: {error}"))))
    }

    /// Does the work of a call; on a thread where it may take its time.
    fn work(&self, name: &str, given: Option<JsonObject>, roots: Option<&Roots>, job: &Job) -> Answer {
        let look = |family| match roots {
            Some(roots) => source::look(&arguments(given.clone())?, family, &self.known, roots, self.make, job),
            None => Err("the roots are not known".to_owned()),
        };
        match name {
            "mem_leaks" => look(None),
            "mem_scan" => look(Some(Family::Growth)),
            "mem_handles" => look(Some(Family::Handle)),
            "explain" => source::explain(&arguments(given)?, &self.known),
            #[cfg(target_os = "linux")]
            "triage" => live::triage(&arguments(given)?, job),
            #[cfg(target_os = "linux")]
            "watch" => live::watch(&arguments(given)?, job),
            _ => Err(format!("there is no tool `{name}`")),
        }
    }
}

impl ServerHandler for Server {
    fn get_info(&self) -> ServerConfig {
        ServerConfig::new(ServerCapabilities::builder().enable_tools().build())
            .with_server_info(Implementation::new(env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION")))
            .with_instructions(INSTRUCTIONS)
    }

    async fn list_tools(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        Ok(ListToolsResult::with_all_items(tools()))
    }

    fn get_tool(&self, name: &str) -> Option<Tool> {
        tools().into_iter().find(|tool| tool.name == name)
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let name = request.name.to_string();
        if self.get_tool(&name).is_none() {
            let all: Vec<_> = tools().into_iter().map(|tool| tool.name).collect();
            return Err(ErrorData::invalid_params(format!("there is no tool `{name}`, only {}", all.join(", ")), None));
        }
        let roots = if name.starts_with("mem_") {
            match self.roots(&context, request.input_responses.as_ref()).await {
                Ok(Opened::Known(roots)) => Some(roots),
                Ok(Opened::Ask) => {
                    let ask = InputRequest::ListRoots(ListRootsRequest::default());
                    let requests = InputRequests::from([(ROOTS.to_owned(), ask)]);
                    return Ok(InputRequiredResult::new(Some(requests), None).into());
                }
                Err(message) => return Ok(result(Err(message)).into()),
            }
        } else {
            None
        };
        let answer = self.answer(name, request.arguments, roots, &context).await?;
        Ok(result(answer).into())
    }
}

/// Tells the client how far a call is.
async fn tell(peer: &Peer<RoleServer>, token: &ProgressToken, step: Step) {
    let mut progress = ProgressNotificationParam::new(token.clone(), step.done).with_message(step.message);
    progress.total = step.total;
    // That the client has left is noticed elsewhere.
    let _ = peer.notify_progress(progress).await;
}
