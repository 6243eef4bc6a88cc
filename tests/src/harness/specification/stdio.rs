//! Messages of one stdio connection, on which both eras share a channel. Each message is checked in
//! its own era.

use std::{
    collections::{HashMap, HashSet},
    sync::Mutex,
};

use serde_json::Value;

use super::{Transcript, each};
use crate::harness::{SESSION, SESSION_VERSIONS, STATELESS};

/// Transcript of a stdio connection.
#[derive(Debug)]
pub struct StdioTranscript {
    session: Transcript,
    stateless: Transcript,
    /// Pending requests by id; `true` for stateless ones.
    pending: Mutex<HashMap<String, bool>>,
    /// Progress tokens that a stateless request used last.
    stateless_tokens: Mutex<HashSet<String>>,
}

impl Default for StdioTranscript {
    fn default() -> Self {
        Self {
            // Until `initialize` has chosen the revision.
            session: Transcript::of(SESSION),
            stateless: Transcript::of(STATELESS),
            pending: Mutex::default(),
            stateless_tokens: Mutex::default(),
        }
    }
}

impl StdioTranscript {
    /// Checks messages of the client against the schema.
    ///
    /// # Panics
    /// If a message violates the schema.
    pub fn sent(&self, message: &Value) {
        for message in each(message) {
            if let Some(id) = request_id(message) {
                self.pending.lock().unwrap().insert(id, is_stateless(message));
            }
            self.of_client(message).sent(message);
        }
    }

    /// Records unchecked bytes of the client, so that the responses to the requests in them can be
    /// checked.
    pub fn sent_unchecked(&self, bytes: &[u8]) {
        for line in bytes.split(|byte| *byte == b'\n') {
            let message: Value = serde_json::from_slice(line).unwrap_or_default();
            for message in each(&message) {
                if let Some(id) = request_id(message) {
                    // A request that reuses an id by mistake does not replace the pending one.
                    self.pending.lock().unwrap().entry(id).or_insert_with(|| is_stateless(message));
                }
                self.of_client(message).sent_unchecked(message.to_string().as_bytes());
            }
        }
    }

    /// Checks messages of the server against the schema.
    ///
    /// # Panics
    /// If a message violates the schema.
    pub fn received(&self, message: &Value) {
        for message in each(message) {
            self.of_server(message).received(message);
        }
    }

    /// Transcript of the era of a client message.
    fn of_client(&self, message: &Value) -> &Transcript {
        let is_stateless = is_stateless(message);
        if let Some(token) = message["params"]["_meta"].get("progressToken").map(Value::to_string) {
            let mut tokens = self.stateless_tokens.lock().unwrap();
            _ = if is_stateless { tokens.insert(token) } else { tokens.remove(&token) };
        }
        if is_stateless { &self.stateless } else { &self.session }
    }

    /// Transcript of the era that a server message must belong to.
    fn of_server(&self, message: &Value) -> &Transcript {
        let params = &message["params"];
        let is_stateless = match message["method"].as_str() {
            None => self.pending.lock().unwrap().remove(&message["id"].to_string()).unwrap_or_default(),
            Some("notifications/progress") => {
                self.stateless_tokens.lock().unwrap().contains(&params["progressToken"].to_string())
            }
            Some(_) => params["_meta"].get("io.modelcontextprotocol/subscriptionId").is_some(),
        };
        if is_stateless { &self.stateless } else { &self.session }
    }
}

/// Id of a request.
fn request_id(message: &Value) -> Option<String> {
    message.get("id").filter(|_| message.get("method").is_some()).map(Value::to_string)
}

/// Returns `true` for a client message of the stateless revision or of an unknown one.
fn is_stateless(message: &Value) -> bool {
    let version = message["params"]["_meta"]["io.modelcontextprotocol/protocolVersion"].as_str();
    version.is_some_and(|version| !SESSION_VERSIONS.contains(&version))
}
