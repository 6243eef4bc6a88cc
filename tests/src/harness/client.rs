//! A client of one revision, with the headers and parameters that its era requires.

use std::{
    net::SocketAddr,
    sync::atomic::{AtomicI64, Ordering},
};

use serde_json::{Value, json};
use url::Url;

use super::{Connection, Request, Response, RunningServer, SESSION, STATELESS, connection::path_and_query};

/// Speaks one revision to one server.
#[derive(Debug)]
pub struct Client {
    /// Revision.
    pub version: String,
    /// Session id, if a session is open or claimed.
    pub session: Option<String>,
    /// Result of `initialize`; `null` without a session.
    pub initialize_result: Value,
    /// Capabilities that the client declares.
    pub capabilities: Value,
    /// Additional headers of every request.
    pub headers: Vec<(String, String)>,
    address: SocketAddr,
    path: String,
    next: AtomicI64,
}

impl Client {
    /// Creates a client that has not sent anything.
    pub fn new(server: &RunningServer, version: &str) -> Self {
        Self::at(server.address, &server.path, version)
    }

    /// Creates a client of the endpoint with this URL.
    pub fn at_url(url: &str, version: &str) -> Self {
        let url = Url::parse(url).unwrap();
        Self::at(url.socket_addrs(|| None).unwrap()[0], &path_and_query(&url), version)
    }

    fn at(address: SocketAddr, path: &str, version: &str) -> Self {
        Self {
            version: version.to_owned(),
            session: None,
            initialize_result: Value::Null,
            capabilities: json!({}),
            headers: Vec::new(),
            address,
            path: path.to_owned(),
            next: AtomicI64::new(1),
        }
    }

    /// Creates a client of the stateless revision.
    pub fn stateless(server: &RunningServer) -> Self {
        Self::new(server, STATELESS)
    }

    /// Creates a client of a revision with sessions, and opens its session.
    pub async fn in_session(server: &RunningServer, version: &str) -> Self {
        Self::new(server, version).initialize().await
    }

    /// Creates one client of the newest revision of each era.
    pub async fn both_eras(server: &RunningServer) -> [Self; 2] {
        [Self::in_session(server, SESSION).await, Self::stateless(server)]
    }

    /// Sends this header with every request.
    #[must_use]
    pub fn header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// Declares these capabilities. In the session era this comes before
    /// [`initialize`](Self::initialize).
    #[must_use]
    pub fn capabilities(mut self, capabilities: Value) -> Self {
        self.capabilities = capabilities;
        self
    }

    /// Sends this session id, which another client opened or the test made up.
    #[must_use]
    pub fn claim_session(mut self, session: impl Into<String>) -> Self {
        self.session = Some(session.into());
        self
    }

    /// Opens a session.
    #[must_use]
    pub async fn initialize(self) -> Self {
        self.try_initialize().await.unwrap_or_else(|rejection| panic!("no session: {rejection:?}"))
    }

    /// Opens a session.
    ///
    /// # Errors
    /// Returns the response if its status is not 200.
    pub async fn try_initialize(mut self) -> Result<Self, Response> {
        let request = self.dress(Request::initialize_as(&self.version, &self.capabilities));
        let mut response = self.send(request.without("MCP-Protocol-Version")).await;
        if response.status != 200 {
            return Err(response);
        }
        self.session = response.header("mcp-session-id").map(str::to_owned);
        self.initialize_result = response.json().await["result"].take();
        let response = self.notify("notifications/initialized", json!({})).await;
        assert_eq!(response.status, 202, "{response:?}");
        Ok(self)
    }

    /// Returns `true` for a client of the stateless era.
    pub fn is_stateless(&self) -> bool {
        self.version == STATELESS
    }

    /// Returns a request id that this client has not used.
    pub fn next_id(&self) -> i64 {
        self.next.fetch_add(1, Ordering::Relaxed)
    }

    /// Builds a request with everything that the era requires.
    pub fn request(&self, id: impl Into<Value>, method: &str, params: Value) -> Request {
        let params = self.complete(params);
        let message = json!({"jsonrpc": "2.0", "id": id.into(), "method": method, "params": params});
        self.name(Request::message(&message), method, &params)
    }

    /// Builds a request that calls a tool.
    pub fn call_request(&self, id: impl Into<Value>, tool: &str, arguments: Value) -> Request {
        self.request(id, "tools/call", call_params(tool, arguments))
    }

    /// Builds a request that calls a tool and asks for progress under this token.
    pub fn call_request_with_progress(
        &self,
        id: impl Into<Value>,
        tool: &str,
        arguments: Value,
        token: &str,
    ) -> Request {
        let mut params = call_params(tool, arguments);
        params["_meta"] = json!({"progressToken": token});
        self.request(id, "tools/call", params)
    }

    /// Builds a request that carries a JSON-RPC response to the server.
    pub fn response_request(&self, message: &Value) -> Request {
        self.dress(Request::message(message))
    }

    /// Builds a request with any body and the headers of this client. The body is not checked
    /// against the schema.
    pub fn raw(&self, body: impl Into<Vec<u8>>) -> Request {
        self.dress(Request::post(body))
    }

    /// Builds the request that opens the stream of the session.
    pub fn stream_request(&self) -> Request {
        self.dress(Request::get())
    }

    /// Builds the request that resumes a stream after this event.
    pub fn resume_request(&self, event: &str) -> Request {
        self.stream_request().header("Last-Event-ID", event)
    }

    /// Builds the request that ends the session.
    pub fn delete_request(&self) -> Request {
        self.dress(Request::new("DELETE"))
    }

    /// Builds a request that carries a notification.
    pub fn notification(&self, method: &str, params: Value) -> Request {
        let params = self.complete(params);
        let message = json!({"jsonrpc": "2.0", "method": method, "params": params});
        self.name(Request::message(&message), method, &params)
    }

    /// Sends a request on a connection of its own.
    pub async fn send(&self, request: Request) -> Response {
        Connection::open(self.address).await.exchange(request.at(&self.path)).await
    }

    /// Sends a notification.
    pub async fn notify(&self, method: &str, params: Value) -> Response {
        self.send(self.notification(method, params)).await
    }

    /// Cancels a request.
    pub async fn cancel(&self, id: impl Into<Value>) -> Response {
        self.notify("notifications/cancelled", json!({"requestId": id.into(), "reason": "a test"})).await
    }

    /// Sends a request, and returns every message of the reply. The last one is the response.
    pub async fn exchange(&self, method: &str, params: Value) -> Vec<Value> {
        self.send(self.request(self.next_id(), method, params)).await.messages().await
    }

    /// Sends a request, and returns the response: a result or an error.
    pub async fn response(&self, method: &str, params: Value) -> Value {
        self.exchange(method, params).await.pop().unwrap()
    }

    /// Sends a request that violates the schema, and returns the response.
    pub async fn response_to_invalid(&self, method: &str, params: Value) -> Value {
        let request = self.request(self.next_id(), method, params).unchecked();
        self.send(request).await.last_message().await
    }

    /// Sends a request, and returns the result.
    pub async fn result(&self, method: &str, params: Value) -> Value {
        let mut response = self.response(method, params).await;
        assert!(response.get("error").is_none(), "{response}");
        response["result"].take()
    }

    /// Calls a tool, and returns the result.
    pub async fn call(&self, tool: &str, arguments: Value) -> Value {
        self.result("tools/call", call_params(tool, arguments)).await
    }

    /// Calls a tool, and returns the text of the result.
    pub async fn call_text(&self, tool: &str, arguments: Value) -> String {
        let result = self.call(tool, arguments).await;
        result["content"][0]["text"].as_str().unwrap_or_else(|| panic!("{result}")).to_owned()
    }

    /// Adds the members of `_meta` that every stateless request has.
    fn complete(&self, mut params: Value) -> Value {
        if self.is_stateless() {
            let meta = &mut params["_meta"];
            meta["io.modelcontextprotocol/protocolVersion"] = STATELESS.into();
            meta["io.modelcontextprotocol/clientCapabilities"] = self.capabilities.clone();
            meta["io.modelcontextprotocol/clientInfo"] = json!({"name": "tests", "version": "1"});
        }
        params
    }

    /// Adds the headers that repeat members of the body.
    fn name(&self, request: Request, method: &str, params: &Value) -> Request {
        let request = self.dress(request);
        if !self.is_stateless() {
            return request;
        }
        let name = match method {
            "resources/read" => params.get("uri"),
            "tasks/get" | "tasks/update" | "tasks/cancel" => params.get("taskId"),
            _ => params.get("name"),
        };
        let request = request.header("Mcp-Method", method);
        match name.and_then(Value::as_str) {
            Some(name) => request.header("Mcp-Name", name),
            None => request,
        }
    }

    fn dress(&self, request: Request) -> Request {
        // Earlier revisions do not have this header.
        let has_header = self.version.as_str() >= "2025-06-18";
        let mut request =
            if has_header { request.header("MCP-Protocol-Version", self.version.as_str()) } else { request };
        if let Some(session) = &self.session {
            request = request.header("Mcp-Session-Id", session);
        }
        self.headers.iter().fold(request, |request, (name, value)| request.header(name, value))
    }
}

/// Parameters of `tools/call`.
pub(super) fn call_params(tool: &str, arguments: Value) -> Value {
    let mut params = json!({"name": tool});
    params["arguments"] = arguments;
    params
}
