//! A client of either era, as far as a test needs one: it knows which headers and parameters each era wants.

use std::{
    net::SocketAddr,
    sync::atomic::{AtomicI64, Ordering},
};

use serde_json::{Value, json};

use super::{Answer, Connection, Request, Served};

/// The revisions that open sessions, oldest first.
pub const SESSION_VERSIONS: [&str; 4] = ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"];

/// The revision without sessions.
pub const STATELESS: &str = "2026-07-28";

/// Speaks one revision to one server.
#[derive(Debug)]
pub struct Client {
    /// The revision.
    pub version: String,
    /// The session, if there is one.
    pub session: Option<String>,
    /// What the server said at the beginning; `null` where it was not asked.
    pub introduction: Value,
    /// What it says that it can do.
    pub capabilities: Value,
    /// More lines of every head.
    pub headers: Vec<(String, String)>,
    address: SocketAddr,
    path: String,
    next: AtomicI64,
}

impl Client {
    /// A client that says nothing of its own accord.
    pub fn new(served: &Served, version: &str) -> Self {
        Self {
            version: version.to_owned(),
            session: None,
            introduction: Value::Null,
            capabilities: json!({}),
            headers: Vec::new(),
            address: served.address,
            path: served.path.clone(),
            next: AtomicI64::new(1),
        }
    }

    /// A client of 2026-07-28.
    pub fn stateless(served: &Served) -> Self {
        Self::new(served, STATELESS)
    }

    /// A client of that revision, in a session.
    pub async fn in_session(served: &Served, version: &str) -> Self {
        Self::new(served, version).begin().await
    }

    /// One client of the latest revision of each era.
    pub async fn of_both_eras(served: &Served) -> [Self; 2] {
        [Self::in_session(served, "2025-11-25").await, Self::stateless(served)]
    }

    /// Sends this header with every request.
    #[must_use]
    pub fn header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// Claims to be in that session.
    #[must_use]
    pub fn claiming(mut self, session: impl Into<String>) -> Self {
        self.session = Some(session.into());
        self
    }

    /// Opens a session.
    #[must_use]
    pub async fn begin(mut self) -> Self {
        let request = self.dress(Request::initialize_as(&self.version, &self.capabilities));
        let mut answer = self.send(request.without("MCP-Protocol-Version")).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        self.session = answer.header("mcp-session-id").map(str::to_owned);
        self.introduction = answer.json().await["result"].take();
        let answer = self.notify("notifications/initialized", json!({})).await;
        assert_eq!(answer.status, 202, "{answer:?}");
        self
    }

    /// Whether it speaks the revision without sessions.
    pub fn is_stateless(&self) -> bool {
        self.version == STATELESS
    }

    /// A number that no request of this client has had.
    pub fn next_id(&self) -> i64 {
        self.next.fetch_add(1, Ordering::Relaxed)
    }

    /// The request that carries a method, with all that its era wants.
    pub fn request(&self, id: impl Into<Value>, method: &str, params: Value) -> Request {
        let params = self.complete(params);
        let message = json!({"jsonrpc": "2.0", "id": id.into(), "method": method, "params": params});
        self.name(Request::message(&message), method, &params)
    }

    /// The request that calls a tool.
    pub fn calling(&self, id: impl Into<Value>, tool: &str, arguments: Value) -> Request {
        self.request(id, "tools/call", calling(tool, arguments))
    }

    /// The request that calls a tool which reports progress under this token.
    pub fn calling_with_progress(&self, id: impl Into<Value>, tool: &str, arguments: Value, token: &str) -> Request {
        let mut params = calling(tool, arguments);
        params["_meta"] = json!({"progressToken": token});
        self.request(id, "tools/call", params)
    }

    /// The request that carries an answer to the server.
    pub fn response(&self, message: &Value) -> Request {
        self.dress(Request::message(message))
    }

    /// Any body, under the headers of this client. It is not held against the schema.
    pub fn raw(&self, body: impl Into<Vec<u8>>) -> Request {
        self.dress(Request::post(body))
    }

    /// The request that opens the stream of the session.
    pub fn listening(&self) -> Request {
        self.dress(Request::get())
    }

    /// The request that goes on with a stream after that event.
    pub fn resuming(&self, event: &str) -> Request {
        self.listening().header("Last-Event-ID", event)
    }

    /// The request that ends the session.
    pub fn ending(&self) -> Request {
        self.dress(Request::new("DELETE"))
    }

    /// Sends a request on a connection of its own.
    pub async fn send(&self, request: Request) -> Answer {
        Connection::open(self.address).await.exchange(request.at(&self.path)).await
    }

    /// The request that carries a notification.
    pub fn notification(&self, method: &str, params: Value) -> Request {
        let params = self.complete(params);
        let message = json!({"jsonrpc": "2.0", "method": method, "params": params});
        self.name(Request::message(&message), method, &params)
    }

    /// Sends a notification.
    pub async fn notify(&self, method: &str, params: Value) -> Answer {
        self.send(self.notification(method, params)).await
    }

    /// Withdraws a request.
    pub async fn cancel(&self, id: impl Into<Value>) -> Answer {
        self.notify("notifications/cancelled", json!({"requestId": id.into(), "reason": "a test"})).await
    }

    /// Asks, and returns every message of the answer: the last one is the response.
    pub async fn exchange(&self, method: &str, params: Value) -> Vec<Value> {
        self.send(self.request(self.next_id(), method, params)).await.messages().await
    }

    /// Asks, and returns the response, whatever it is.
    pub async fn ask(&self, method: &str, params: Value) -> Value {
        self.exchange(method, params).await.pop().unwrap()
    }

    /// Asks what no client should, and returns the response. The question is not held against the schema.
    pub async fn ask_wrongly(&self, method: &str, params: Value) -> Value {
        let request = self.request(self.next_id(), method, params).unchecked();
        self.send(request).await.messages().await.pop().unwrap()
    }

    /// Asks, and returns the result.
    pub async fn result(&self, method: &str, params: Value) -> Value {
        let mut response = self.ask(method, params).await;
        assert!(response.get("error").is_none(), "{response}");
        response["result"].take()
    }

    /// Calls a tool, and returns its result.
    pub async fn call(&self, tool: &str, arguments: Value) -> Value {
        self.result("tools/call", calling(tool, arguments)).await
    }

    /// Calls a tool, and returns the text of its result.
    pub async fn call_text(&self, tool: &str, arguments: Value) -> String {
        let result = self.call(tool, arguments).await;
        result["content"][0]["text"].as_str().unwrap_or_else(|| panic!("{result}")).to_owned()
    }

    /// The parameters with what every request of the era says of its client.
    fn complete(&self, mut params: Value) -> Value {
        if self.is_stateless() {
            let meta = &mut params["_meta"];
            meta["io.modelcontextprotocol/protocolVersion"] = STATELESS.into();
            meta["io.modelcontextprotocol/clientCapabilities"] = self.capabilities.clone();
            meta["io.modelcontextprotocol/clientInfo"] = json!({"name": "tests", "version": "1"});
        }
        params
    }

    /// The headers that repeat what the body says.
    fn name(&self, request: Request, method: &str, params: &Value) -> Request {
        let request = self.dress(request);
        if !self.is_stateless() {
            return request;
        }
        let named = match method {
            "resources/read" => params.get("uri"),
            "tasks/get" | "tasks/update" | "tasks/cancel" => params.get("taskId"),
            _ => params.get("name"),
        };
        let request = request.header("Mcp-Method", method);
        match named.and_then(Value::as_str) {
            Some(name) => request.header("Mcp-Name", name),
            None => request,
        }
    }

    fn dress(&self, request: Request) -> Request {
        // Clients of earlier revisions know no such header.
        let knows_header = self.version.as_str() >= "2025-06-18";
        let mut request =
            if knows_header { request.header("MCP-Protocol-Version", self.version.as_str()) } else { request };
        if let Some(session) = &self.session {
            request = request.header("Mcp-Session-Id", session);
        }
        self.headers.iter().fold(request, |request, (name, value)| request.header(name, value))
    }
}

/// The parameters of a call.
fn calling(tool: &str, arguments: Value) -> Value {
    let mut params = json!({"name": tool});
    params["arguments"] = arguments;
    params
}
