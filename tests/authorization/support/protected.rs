//! Protected servers: the one of these tests, or any other by its URL.

use mcp_server::{Authorization, Json, McpModule, McpOptions, Principal, items, tool};
use serde::Serialize;
use serde_json::{Value, json};
use tests::harness::{Client, Era, Response, RunningServer, serve_on};
use tokio::net::TcpListener;

/// A caller, as a tool sees it.
#[derive(Serialize, schemars::JsonSchema)]
struct Caller {
    subject: String,
    client: Option<String>,
    scopes: Vec<String>,
    roles: Vec<String>,
}

/// Describes the caller.
#[tool(name = "who-am-i")]
fn who_am_i(principal: Principal) -> Json<Caller> {
    Json(Caller {
        subject: principal.subject().to_owned(),
        client: principal.client_id().map(str::to_owned),
        scopes: principal.scopes().iter().map(str::to_owned).collect(),
        roles: principal.roles().map(str::to_owned).collect(),
    })
}

/// Publishes a note, for callers with both scopes.
#[tool(name = "publish-note", scopes("notes:write", "notes:publish"))]
fn publish_note(principal: Principal) -> String {
    format!("published by {}", principal.subject())
}

/// Archives a note. Only editors see it.
#[tool(name = "archive-note", roles("editor"))]
fn archive_note(principal: Principal) -> String {
    format!("archived by {}", principal.subject())
}

/// A protected server, and clients of it.
pub(crate) struct ProtectedServer {
    /// URL of the endpoint, which is also its resource identifier unless the test says otherwise.
    pub(crate) url: String,
    _running: Option<RunningServer>,
}

impl ProtectedServer {
    /// Starts a server that accepts the tokens of `issuer`.
    pub(crate) async fn trusting(issuer: &str) -> Self {
        Self::start(|url| Authorization::resource(url).server(issuer)).await
    }

    /// Starts a server with an authorization made from its URL. Every request needs the scope
    /// `mcp:tools`.
    pub(crate) async fn start(authorization: impl FnOnce(&str) -> Authorization) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}/mcp", listener.local_addr().expect("a bound address"));
        let options =
            McpOptions::new("protected", "1.0.0").authorization(authorization(&url).required_scopes(["mcp:tools"]));
        let module = McpModule::for_root(options).only(items![who_am_i, publish_note, archive_note]);
        Self { url, _running: Some(serve_on(listener, module).await) }
    }

    /// Refers to a server that is already running.
    pub(crate) fn at(url: &str) -> Self {
        Self { url: url.to_owned(), _running: None }
    }

    /// Creates a client with or without a token.
    pub(crate) fn client(&self, era: Era, token: Option<&str>) -> Client {
        let client = Client::at_url(&self.url, era.version()).header("User-Agent", "test");
        match token {
            Some(token) => client.header("Authorization", format!("Bearer {token}")),
            None => client,
        }
    }

    /// Calls a tool. In the session era, a rejected `initialize` is the result.
    pub(crate) async fn call(&self, era: Era, token: Option<&str>, tool: &str, arguments: Value) -> Response {
        match self.connect(era, token).await {
            Ok(client) => client.send(client.call_request(client.next_id(), tool, arguments)).await,
            Err(rejection) => rejection,
        }
    }

    /// Names of the tools that the holder of a token can list.
    pub(crate) async fn tools(&self, era: Era, token: &str) -> Vec<String> {
        let client = self.connect(era, Some(token)).await.unwrap_or_else(|rejection| panic!("{rejection:?}"));
        let result = client.result("tools/list", json!({})).await;
        let tools = result["tools"].as_array().unwrap_or_else(|| panic!("no tools in {result}"));
        tools.iter().map(|tool| tool["name"].as_str().unwrap_or_default().to_owned()).collect()
    }

    async fn connect(&self, era: Era, token: Option<&str>) -> Result<Client, Response> {
        let client = self.client(era, token);
        if client.is_stateless() { Ok(client) } else { client.try_initialize().await }
    }
}
