//! Commands carried out, one after the other, over one connection.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use rmcp::model::{
    CallToolRequestParams, ClientRequest, DiscoverRequest, DiscoverRequestParams, GetPromptRequestParams, PingRequest,
    ReadResourceRequestParams, RequestMetaObject, ServerPeerInfo,
};
use rmcp::service::{ClientCacheConfig, ServiceError};
use serde::Serialize;
use serde_json::{Value, json};

use crate::catalog::{Catalog, Kind};
use crate::command::Command;
use crate::connection::{Connection, Listener, connect};
use crate::failure::Failure;
use crate::json::JsonObject;
use crate::listing;
use crate::logging;
use crate::notes::Notes;
use crate::options::Options;
use crate::overview;
use crate::report;
use crate::style::Style;

/// What a command has to say on stdout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) text: String,
    /// Whether the answer tells of a failure, as a tool's own error does.
    pub(crate) failed: bool,
}

/// A connection that is made when first needed, and again after it was lost.
pub(crate) struct Session {
    options: Options,
    style: Style,
    listener: Listener,
    lists_changed: Arc<AtomicBool>,
    connection: Option<Connection>,
    catalog: Arc<Catalog>,
}

/// How long the server is given to end the session when we leave.
const FAREWELL: Duration = Duration::from_secs(1);

impl Session {
    pub(crate) fn new(options: Options, notes: Arc<Notes>) -> Self {
        let lists_changed = Arc::new(AtomicBool::new(true));
        Self {
            options,
            style: Style::of_stdout(),
            listener: Listener::new(notes, Arc::clone(&lists_changed)),
            lists_changed,
            connection: None,
            catalog: Arc::default(),
        }
    }

    /// Carries out one command.
    pub(crate) async fn run(&mut self, command: Command) -> Result<Answer, Failure> {
        let answer = self.answer(command).await;
        // Notifications are handled in tasks of their own, which the single-threaded runtime begins in turn. A task
        // queued now comes after them, so the last progress is shown before the result.
        let _ = tokio::spawn(async {}).await;
        answer
    }

    async fn answer(&mut self, command: Command) -> Result<Answer, Failure> {
        match command {
            Command::Tools => self.tools().await,
            Command::Call { name, arguments } => self.call(name, arguments).await,
            Command::Resources => self.resources().await,
            Command::Read { uri } => self.read(uri).await,
            Command::Prompts => self.prompts().await,
            Command::Get { name, arguments } => self.get(name, arguments).await,
            Command::Info => {
                let info = self.server().await?;
                Ok(self.present(&info, || overview::info(&info, self.style)))
            }
            Command::Ping => self.ping().await,
            Command::Help => Ok(success(overview::help(self.style))),
            // Whoever reads the lines ends with this one.
            Command::Quit => Ok(success(String::new())),
        }
    }

    async fn tools(&mut self) -> Result<Answer, Failure> {
        let listed = self.connection().await?.list_all_tools().await;
        let tools = self.explained(listed).await?;
        let answer = self.present(&json!({ "tools": tools }), || listing::tools(&tools, self.style));
        Arc::make_mut(&mut self.catalog).tools = tools;
        Ok(answer)
    }

    async fn resources(&mut self) -> Result<Answer, Failure> {
        let listed = self.connection().await?.list_all_resources().await;
        let resources = self.explained(listed).await?;
        let listed = self.connection().await?.list_all_resource_templates().await;
        let templates = match listed {
            // A server with resources may never have heard of templates.
            Err(ServiceError::McpError(_)) => Vec::new(),
            listed => self.explained(listed).await?,
        };
        let value = json!({ "resources": resources, "resourceTemplates": templates });
        let answer = self.present(&value, || listing::resources(&resources, &templates, self.style));
        let catalog = Arc::make_mut(&mut self.catalog);
        (catalog.resources, catalog.templates) = (resources, templates);
        Ok(answer)
    }

    async fn prompts(&mut self) -> Result<Answer, Failure> {
        let listed = self.connection().await?.list_all_prompts().await;
        let prompts = self.explained(listed).await?;
        let answer = self.present(&json!({ "prompts": prompts }), || listing::prompts(&prompts, self.style));
        Arc::make_mut(&mut self.catalog).prompts = prompts;
        Ok(answer)
    }

    async fn call(&mut self, name: String, arguments: JsonObject) -> Result<Answer, Failure> {
        let mut request = CallToolRequestParams::new(name.clone()).with_arguments(arguments);
        request.meta = self.request_meta();
        let called = self.connection().await?.call_tool(request).await;
        let result = self.explained_for(Kind::Tool, &name, called).await?;
        let answer = self.present(&result, || report::of_call(&name, &result).render(self.style));
        Ok(Answer { failed: result.is_error == Some(true), ..answer })
    }

    async fn read(&mut self, uri: String) -> Result<Answer, Failure> {
        let mut request = ReadResourceRequestParams::new(uri.clone());
        request.meta = self.request_meta();
        let read = self.connection().await?.read_resource(request).await;
        let result = self.explained_for(Kind::Resource, &uri, read).await?;
        Ok(self.present(&result, || report::of_read(&uri, &result).render(self.style)))
    }

    async fn get(&mut self, name: String, arguments: JsonObject) -> Result<Answer, Failure> {
        let mut request = GetPromptRequestParams::new(name.clone()).with_arguments(as_strings(arguments));
        request.meta = self.request_meta();
        let got = self.connection().await?.get_prompt(request).await;
        let result = self.explained_for(Kind::Prompt, &name, got).await?;
        Ok(self.present(&result, || report::of_prompt(&name, &result).render(self.style)))
    }

    async fn ping(&mut self) -> Result<Answer, Failure> {
        let has_ping = self.server().await?.protocol_version.has_initialize();
        let (request, method) = if has_ping {
            (ClientRequest::PingRequest(PingRequest::default()), "ping")
        } else {
            // Stateless MCP has no ping; this is its cheapest question.
            (ClientRequest::DiscoverRequest(DiscoverRequest::new(DiscoverRequestParams {})), "server/discover")
        };
        let connection = self.connection().await?;
        let begun = Instant::now();
        let answered = connection.send_request(request).await;
        let milliseconds = begun.elapsed().as_secs_f64() * 1000.0;
        self.explained(answered).await?;
        let value = json!({ "method": method, "milliseconds": milliseconds });
        Ok(self.present(&value, || format!("{method} answered in {milliseconds:.1} ms")))
    }

    /// What the server says it is.
    pub(crate) async fn server(&mut self) -> Result<Arc<ServerPeerInfo>, Failure> {
        let info = self.connection().await?.peer_info();
        info.ok_or_else(|| Failure::new("the server did not say what it is"))
    }

    /// The lists, asked for again after the server said that they changed.
    pub(crate) async fn catalog(&mut self) -> Arc<Catalog> {
        if self.lists_changed.swap(false, Ordering::Relaxed)
            && let Ok(connection) = self.connection().await
        {
            self.catalog = Arc::new(Catalog::fetch(connection).await);
        }
        Arc::clone(&self.catalog)
    }

    /// Ends the session, so that the server need not wait for us.
    pub(crate) async fn close(&mut self) {
        if let Some(mut connection) = self.connection.take() {
            let _ = connection.close_with_timeout(FAREWELL).await;
        }
    }

    async fn connection(&mut self) -> Result<&Connection, Failure> {
        let connection = match self.connection.take() {
            Some(connection) if !connection.is_closed() && !connection.is_transport_closed() => connection,
            _ => {
                let connection = connect(&self.options, self.listener.clone()).await?;
                // Whoever asks again wants to see what the server says now.
                connection.set_response_cache_config(ClientCacheConfig::disabled()).await;
                self.lists_changed.store(true, Ordering::Relaxed);
                if !self.options.quiet {
                    logging::ask_once(&connection, self.options.log_level).await;
                }
                connection
            }
        };
        Ok(self.connection.insert(connection))
    }

    fn request_meta(&self) -> Option<RequestMetaObject> {
        (!self.options.quiet).then(|| logging::request_meta(self.options.log_level))
    }

    async fn explained<T>(&self, result: Result<T, ServiceError>) -> Result<T, Failure> {
        match result {
            Ok(value) => Ok(value),
            Err(error) => Err(Failure::to_answer(error, &self.options.url).await),
        }
    }

    /// As `explained`, with the name that was probably meant when the server does not know this one.
    async fn explained_for<T>(
        &mut self,
        kind: Kind,
        name: &str,
        result: Result<T, ServiceError>,
    ) -> Result<T, Failure> {
        let refused = matches!(result, Err(ServiceError::McpError(_)));
        let failure = match self.explained(result).await {
            Ok(value) => return Ok(value),
            Err(failure) => failure,
        };
        if refused && let Some(meant) = self.catalog().await.suggestion(kind, name) {
            return Err(failure.with_detail(format!("did you mean `{meant}`?")));
        }
        Err(failure)
    }

    fn present(&self, result: &impl Serialize, human: impl FnOnce() -> String) -> Answer {
        if !self.options.json {
            return success(human());
        }
        let written =
            if self.style.terminal { serde_json::to_string_pretty(result) } else { serde_json::to_string(result) };
        success(written.unwrap_or_else(|error| error.to_string()))
    }
}

fn success(text: String) -> Answer {
    Answer { text, failed: false }
}

/// Prompts take strings only. Whoever types `{"count": 3}` means the text.
fn as_strings(arguments: JsonObject) -> JsonObject {
    arguments
        .into_iter()
        .map(|(name, value)| match value {
            Value::String(_) => (name, value),
            other => (name, Value::String(other.to_string())),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prompt_arguments_become_text() {
        let arguments = serde_json::from_value(json!({"a": "x", "b": 3, "c": true})).unwrap();
        assert_eq!(Value::Object(as_strings(arguments)), json!({"a": "x", "b": "3", "c": "true"}));
    }
}
