//! Checks every message against the JSON Schema of its revision, and fails the test at the first
//! invalid one.

mod revision;
mod stdio;

use std::{
    collections::HashMap,
    net::SocketAddr,
    sync::{Arc, LazyLock, Mutex},
};

use serde::Deserialize;
use serde_json::{Value, json};

pub use revision::{Revision, Strictness};
pub use stdio::StdioTranscript;

/// Messages between one client and the server in one revision.
///
/// It remembers the requests, since the definition of a result depends on its request.
#[derive(Debug)]
pub struct Transcript {
    state: Mutex<State>,
}

/// Transcripts of all sessions. A resumed stream holds responses to requests of other connections.
static SESSIONS: LazyLock<Mutex<HashMap<Session, Arc<Transcript>>>> = LazyLock::new(Mutex::default);

/// Address of a server, and the id of one of its sessions.
type Session = (SocketAddr, String);

#[derive(Debug)]
struct State {
    revision: &'static Revision,
    /// Definitions of the client's requests, by id.
    client_requests: HashMap<String, Option<&'static str>>,
    /// Definitions of the server's requests, by id.
    server_requests: HashMap<String, &'static str>,
}

impl Transcript {
    /// Creates a transcript in this revision, or in the newest one if the revision is unknown.
    pub fn of(version: &str) -> Self {
        let revision = Revision::of(version).unwrap_or_else(Revision::latest);
        let state = State { revision, client_requests: HashMap::new(), server_requests: HashMap::new() };
        Self { state: Mutex::new(state) }
    }

    /// Transcript of a session, if its `initialize` was recorded.
    pub fn of_session(server: SocketAddr, session: &str) -> Option<Arc<Self>> {
        SESSIONS.lock().unwrap().get(&(server, session.to_owned())).cloned()
    }

    /// Makes this the transcript of a session.
    pub fn continue_in_session(self: Arc<Self>, server: SocketAddr, session: &str) {
        SESSIONS.lock().unwrap().entry((server, session.to_owned())).or_insert(self);
    }

    /// Records an unchecked body of the client, so that the responses to the requests in it can be
    /// checked.
    pub fn sent_unchecked(&self, body: &[u8]) {
        if let Some(message) = serde_json::from_slice(body).ok().or_else(|| envelope(body)) {
            for message in each(&message) {
                self.state.lock().unwrap().record(message);
            }
        }
    }

    /// Checks messages of the client against the schema.
    ///
    /// # Panics
    /// If a message violates the schema.
    pub fn sent(&self, message: &Value) {
        for message in each(message) {
            self.state.lock().unwrap().sent(message);
        }
    }

    /// Checks messages of the server against the schema. Members that the revision does not define
    /// are errors.
    ///
    /// # Panics
    /// If a message violates the schema.
    pub fn received(&self, message: &Value) {
        for message in each(message) {
            self.state.lock().unwrap().received(message);
        }
    }
}

/// Id and method of a request whose parameters no `Value` can hold, such as `1e400`.
fn envelope(body: &[u8]) -> Option<Value> {
    #[derive(Deserialize)]
    struct Envelope {
        id: Value,
        method: String,
    }
    let Envelope { id, method } = serde_json::from_slice(body).ok()?;
    Some(json!({"id": id, "method": method}))
}

/// Messages of a batch, or the message itself.
fn each(message: &Value) -> &[Value] {
    message.as_array().map_or_else(|| std::slice::from_ref(message), Vec::as_slice)
}

impl State {
    fn sent(&mut self, message: &Value) {
        let revision = self.revision;
        let Some(method) = message["method"].as_str() else {
            let request = self.server_requests.get(&message["id"].to_string()).copied();
            return match (message.get("result"), request) {
                (Some(result), Some(request)) => {
                    self.require(&revision.result_of(request), Strictness::Open, result, message);
                }
                // An unsolicited response, or an error.
                _ => self.require("JSONRPCMessage", Strictness::Open, message, message),
            };
        };
        self.record(message);
        // The method of an extension, or an unknown one that the server rejects.
        let other = if message.get("id").is_some() { "JSONRPCRequest" } else { "JSONRPCNotification" };
        let definition = revision.client_message(method).unwrap_or(other);
        self.require(definition, Strictness::Open, message, message);
    }

    fn record(&mut self, message: &Value) {
        if let (Some(id), Some(method)) = (message.get("id"), message["method"].as_str()) {
            let of_task = (self.revision.version == Revision::latest().version).then(|| task_request(method));
            self.client_requests.insert(id.to_string(), self.revision.client_message(method).or(of_task.flatten()));
        }
    }

    fn received(&mut self, message: &Value) {
        let revision = self.revision;
        if let Some(method) = message["method"].as_str() {
            let is_latest = revision.version == Revision::latest().version;
            if is_latest && method == "notifications/tasks" {
                return check(Revision::tasks(), "TaskStatusNotification", Strictness::Open, message, message);
            }
            if is_latest && message["params"]["notifications"].get("taskIds").is_some() {
                return check_acknowledgement_with_tasks(message.clone());
            }
            let definition = revision
                .server_message(method)
                .unwrap_or_else(|| panic!("{} has no server message {method}: {message}", revision.version));
            if let Some(id) = message.get("id") {
                self.server_requests.insert(id.to_string(), definition);
            }
            return self.require(definition, Strictness::Closed, message, message);
        }
        match message.get("result") {
            Some(result) => self.result(result, message),
            None => self.error(message),
        }
    }

    fn result(&mut self, result: &Value, message: &Value) {
        // The result of `initialize` sets the revision of the transcript.
        let request = self.client_requests.get(&message["id"].to_string()).copied();
        if request == Some(Some("InitializeRequest")) {
            let version = result["protocolVersion"].as_str().unwrap_or_default();
            self.revision = Revision::of(version).unwrap_or_else(|| panic!("unknown revision: {message}"));
        }
        assert_eq!(message.as_object().unwrap().len(), 3, "a response has exactly an id and a result: {message}");
        self.require("JSONRPCResponse", Strictness::Open, message, message);
        match request {
            Some(Some(_)) if result["resultType"] == "task" => {
                check(Revision::tasks(), "CreateTaskResult", Strictness::Open, result, message);
            }
            Some(Some(request)) if request.ends_with("TaskRequest") => {
                let expected = Revision::tasks().result_of(request);
                check(Revision::tasks(), &expected, Strictness::Open, result, message);
            }
            Some(Some(request)) => {
                let expected = match result["resultType"].as_str() {
                    Some("input_required") => "InputRequiredResult".to_owned(),
                    _ => self.revision.result_of(request),
                };
                self.require(&expected, Strictness::Closed, result, message);
            }
            Some(None) => {}
            None => panic!("unsolicited response: {message}"),
        }
    }

    fn error(&self, message: &Value) {
        let code = message["error"]["code"].as_i64().unwrap_or_default();
        // Up to 2025-06-18 the schema requires an id in every error, even if the id of the request
        // is unreadable. JSON-RPC has the id `null` for it.
        let mut checked = message.clone();
        let is_null = message.get("id") == Some(&Value::Null);
        if is_null && self.revision.version < "2025-11-25" {
            checked.as_object_mut().unwrap().remove("id");
        }
        let revision = if checked.get("id").is_none() { Revision::latest() } else { self.revision };
        check(revision, revision.error(code), Strictness::Closed, &checked, message);
    }

    fn require(&self, definition: &str, strictness: Strictness, value: &Value, message: &Value) {
        check(self.revision, definition, strictness, value, message);
    }
}

/// Checks an acknowledgement: one member by the schema of the extension, the others by that of the
/// revision.
fn check_acknowledgement_with_tasks(mut message: Value) {
    let agreed = &message["params"]["notifications"];
    check(Revision::tasks(), "TaskSubscriptionAcknowledgedNotifications", Strictness::Open, agreed, &message);
    message["params"]["notifications"].as_object_mut().unwrap().remove("taskIds");
    let definition = Revision::latest().server_message("notifications/subscriptions/acknowledged").unwrap();
    check(Revision::latest(), definition, Strictness::Closed, &message, &message);
}

/// Definition of a request of the Tasks extension.
fn task_request(method: &str) -> Option<&'static str> {
    match method {
        "tasks/get" => Some("GetTaskRequest"),
        "tasks/update" => Some("UpdateTaskRequest"),
        "tasks/cancel" => Some("CancelTaskRequest"),
        _ => None,
    }
}

fn check(revision: &Revision, definition: &str, strictness: Strictness, value: &Value, message: &Value) {
    let faults = revision.faults(definition, strictness, value);
    assert!(
        faults.is_empty(),
        "invalid {definition} of {}:\n  {}\nin {message:#}",
        revision.version,
        faults.join("\n  ")
    );
}
