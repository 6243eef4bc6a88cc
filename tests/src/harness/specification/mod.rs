//! Holds every message that travels against the JSON Schema of its revision, and fails the test that sent or received one that
//! is wrong.

mod pipe;
mod revision;

use std::{
    collections::HashMap,
    net::SocketAddr,
    sync::{Arc, LazyLock, Mutex},
};

use serde_json::Value;

pub use pipe::PipeTranscript;
pub use revision::{Revision, Strictness};

/// What travels between one client and the server in one revision. It remembers who asked what, as the meaning of an answer
/// depends on the question.
#[derive(Debug)]
pub struct Transcript {
    state: Mutex<State>,
}

/// Those of all sessions: a stream that is resumed holds answers to what was asked elsewhere.
static SESSIONS: LazyLock<Mutex<HashMap<Session, Arc<Transcript>>>> = LazyLock::new(Mutex::default);

/// A server, and the id of a session that it keeps.
type Session = (SocketAddr, String);

#[derive(Debug)]
struct State {
    revision: &'static Revision,
    /// The definitions of the client's requests, by their ids.
    asked: HashMap<String, Option<&'static str>>,
    /// The definitions of the server's requests, by their ids.
    asked_back: HashMap<String, &'static str>,
}

impl Transcript {
    /// A transcript in that revision, or in the newest one when there is no such revision.
    pub fn of(version: &str) -> Self {
        let revision = Revision::of(version).unwrap_or_else(Revision::latest);
        let state = State { revision, asked: HashMap::new(), asked_back: HashMap::new() };
        Self { state: Mutex::new(state) }
    }

    /// The transcript of a session, if that was seen to begin.
    pub fn of_session(server: SocketAddr, session: &str) -> Option<Arc<Self>> {
        SESSIONS.lock().unwrap().get(&(server, session.to_owned())).cloned()
    }

    /// Remembers that this goes on in a session.
    pub fn goes_on_in(self: Arc<Self>, server: SocketAddr, session: &str) {
        SESSIONS.lock().unwrap().entry((server, session.to_owned())).or_insert(self);
    }

    /// Notes that the client sends something that no schema is asked about: the question is known, if it can be read.
    pub fn sent_unchecked(&self, body: &[u8]) {
        if let Ok(message) = serde_json::from_slice::<Value>(body) {
            for message in each(&message) {
                self.state.lock().unwrap().ask(message);
            }
        }
    }

    /// Holds what the client sends against the schema.
    ///
    /// # Panics
    /// When it is not as the specification says.
    pub fn sent(&self, message: &Value) {
        for message in each(message) {
            self.state.lock().unwrap().sent(message);
        }
    }

    /// Holds what the server says against the schema; it may say nothing that the revision does not know.
    ///
    /// # Panics
    /// When it is not as the specification says.
    pub fn received(&self, message: &Value) {
        for message in each(message) {
            self.state.lock().unwrap().received(message);
        }
    }
}

/// The messages of a batch, or the one message that it is.
fn each(message: &Value) -> &[Value] {
    message.as_array().map_or_else(|| std::slice::from_ref(message), Vec::as_slice)
}

impl State {
    fn sent(&mut self, message: &Value) {
        let revision = self.revision;
        let Some(method) = message["method"].as_str() else {
            let question = self.asked_back.get(&message["id"].to_string()).copied();
            return match (message.get("result"), question) {
                (Some(result), Some(question)) => {
                    self.require(&revision.result_of(question), Strictness::AsWritten, result, message);
                }
                // An answer to what nobody asked, or an error.
                _ => self.require("JSONRPCMessage", Strictness::AsWritten, message, message),
            };
        };
        self.ask(message);
        // A method that the revision does not have is an extension, or refused: that is for the test to know.
        let other = if message.get("id").is_some() { "JSONRPCRequest" } else { "JSONRPCNotification" };
        let definition = revision.client_message(method).unwrap_or(other);
        self.require(definition, Strictness::AsWritten, message, message);
    }

    fn ask(&mut self, message: &Value) {
        if let (Some(id), Some(method)) = (message.get("id"), message["method"].as_str()) {
            let of_task = (self.revision.version == Revision::latest().version).then(|| request_about_task(method));
            self.asked.insert(id.to_string(), self.revision.client_message(method).or(of_task.flatten()));
        }
    }

    fn received(&mut self, message: &Value) {
        let revision = self.revision;
        if let Some(method) = message["method"].as_str() {
            let is_latest = revision.version == Revision::latest().version;
            if is_latest && method == "notifications/tasks" {
                return check(Revision::tasks(), "TaskStatusNotification", Strictness::AsWritten, message, message);
            }
            if is_latest && message["params"]["notifications"].get("taskIds").is_some() {
                return acknowledged_with_tasks(message.clone());
            }
            let definition = revision
                .server_message(method)
                .unwrap_or_else(|| panic!("in {} no server says {method}: {message}", revision.version));
            if let Some(id) = message.get("id") {
                self.asked_back.insert(id.to_string(), definition);
            }
            return self.require(definition, Strictness::NothingMore, message, message);
        }
        match message.get("result") {
            Some(result) => self.result(result, message),
            None => self.error(message),
        }
    }

    fn result(&mut self, result: &Value, message: &Value) {
        // An initialization decides in which revision the transcript goes on.
        let question = self.asked.get(&message["id"].to_string()).copied();
        if question == Some(Some("InitializeRequest")) {
            let version = result["protocolVersion"].as_str().unwrap_or_default();
            self.revision = Revision::of(version).unwrap_or_else(|| panic!("there is no such revision: {message}"));
        }
        assert_eq!(
            message.as_object().unwrap().len(),
            3,
            "a response has an id and a result, and nothing else: {message}"
        );
        self.require("JSONRPCResponse", Strictness::AsWritten, message, message);
        match question {
            Some(Some(_)) if result["resultType"] == "task" => {
                check(Revision::tasks(), "CreateTaskResult", Strictness::AsWritten, result, message);
            }
            Some(Some(question)) if question.ends_with("TaskRequest") => {
                let expected = Revision::tasks().result_of(question);
                check(Revision::tasks(), &expected, Strictness::AsWritten, result, message);
            }
            Some(Some(question)) => {
                let expected = match result["resultType"].as_str() {
                    Some("input_required") => "InputRequiredResult".to_owned(),
                    _ => self.revision.result_of(question),
                };
                self.require(&expected, Strictness::NothingMore, result, message);
            }
            Some(None) => {}
            None => panic!("nobody asked for this: {message}"),
        }
    }

    fn error(&self, message: &Value) {
        let code = message["error"]["code"].as_i64().unwrap_or_default();
        // Up to 2025-06-18 the schema wants an id in every error, and has none for a request whose id cannot be read.
        let revision = if message.get("id").is_none() { Revision::latest() } else { self.revision };
        check(revision, revision.error(code), Strictness::NothingMore, message, message);
    }

    fn require(&self, definition: &str, strictness: Strictness, value: &Value, message: &Value) {
        check(self.revision, definition, strictness, value, message);
    }
}

/// An acknowledgement of which one member is the extension's, and the rest the revision's.
fn acknowledged_with_tasks(mut message: Value) {
    let agreed = &message["params"]["notifications"];
    check(Revision::tasks(), "TaskSubscriptionAcknowledgedNotifications", Strictness::AsWritten, agreed, &message);
    message["params"]["notifications"].as_object_mut().unwrap().remove("taskIds");
    let definition = Revision::latest().server_message("notifications/subscriptions/acknowledged").unwrap();
    check(Revision::latest(), definition, Strictness::NothingMore, &message, &message);
}

/// The definition of a request of the Tasks extension.
fn request_about_task(method: &str) -> Option<&'static str> {
    match method {
        "tasks/get" => Some("GetTaskRequest"),
        "tasks/update" => Some("UpdateTaskRequest"),
        "tasks/cancel" => Some("CancelTaskRequest"),
        _ => None,
    }
}

fn check(revision: &Revision, definition: &str, strictness: Strictness, value: &Value, message: &Value) {
    let faults = revision.faults(definition, strictness, value);
    assert!(faults.is_empty(), "no {definition} of {}:\n  {}\nin {message:#}", revision.version, faults.join("\n  "));
}
