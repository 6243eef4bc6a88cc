//! An MCP client that speaks both eras and shows the HTTP of it.

use reqwest::{Client, RequestBuilder};
use serde_json::{Value, json};

use super::{Answer, http_client};

const SESSION_VERSION: &str = "2025-11-25";
const STATELESS_VERSION: &str = "2026-07-28";

/// The two ways of speaking MCP.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Era {
    Session,
    Stateless,
}

impl Era {
    pub(crate) const BOTH: [Self; 2] = [Self::Session, Self::Stateless];
}

/// A client of one endpoint.
pub(crate) struct McpClient {
    pub(crate) http: Client,
    pub(crate) url: String,
}

impl McpClient {
    pub(crate) fn of(url: &str) -> Self {
        Self { http: http_client(), url: url.to_owned() }
    }

    /// Calls a tool. In the era of sessions a session is opened for it, and a refusal of that is the answer.
    pub(crate) async fn call(&self, era: Era, token: Option<&str>, tool: &str, arguments: Value) -> Answer {
        self.exchange(era, token, "tools/call", json!({"name": tool, "arguments": arguments})).await
    }

    /// The names of the tools that the bearer of a token is shown.
    pub(crate) async fn tools(&self, era: Era, token: &str) -> Vec<String> {
        let answer = self.exchange(era, Some(token), "tools/list", json!({})).await.json();
        let tools = answer["result"]["tools"].as_array().unwrap_or_else(|| panic!("no tools in {answer}"));
        tools.iter().map(|tool| tool["name"].as_str().unwrap_or_default().to_owned()).collect()
    }

    async fn exchange(&self, era: Era, token: Option<&str>, method: &str, mut params: Value) -> Answer {
        match era {
            Era::Session => {
                let opened = self.open_session(token).await;
                if opened.status != 200 {
                    return opened;
                }
                self.in_session(opened.header("mcp-session-id"), token, method, params).await
            }
            Era::Stateless => {
                params["_meta"] = json!({
                    "io.modelcontextprotocol/protocolVersion": STATELESS_VERSION,
                    "io.modelcontextprotocol/clientInfo": {"name": "test", "version": "1"},
                    "io.modelcontextprotocol/clientCapabilities": {},
                });
                let mut request =
                    self.post(token).header("mcp-protocol-version", STATELESS_VERSION).header("mcp-method", method);
                if let Some(name) = params["name"].as_str() {
                    request = request.header("mcp-name", name);
                }
                send(request, method, &params).await
            }
        }
    }

    /// The first request of a session.
    pub(crate) async fn open_session(&self, token: Option<&str>) -> Answer {
        let params = json!({
            "protocolVersion": SESSION_VERSION,
            "capabilities": {},
            "clientInfo": {"name": "test", "version": "1"},
        });
        send(self.post(token), "initialize", &params).await
    }

    /// A further request of a session.
    pub(crate) async fn in_session(&self, session: &str, token: Option<&str>, method: &str, params: Value) -> Answer {
        let request =
            self.post(token).header("mcp-protocol-version", SESSION_VERSION).header("mcp-session-id", session);
        send(request, method, &params).await
    }

    fn post(&self, token: Option<&str>) -> RequestBuilder {
        let request = self
            .http
            .post(&self.url)
            .header("content-type", "application/json")
            .header("accept", "application/json, text/event-stream")
            .header("user-agent", "test");
        match token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }
}

async fn send(request: RequestBuilder, method: &str, params: &Value) -> Answer {
    let message = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params});
    Answer::to(request.body(message.to_string())).await
}
