//! What travels on one pipe, where both eras share a channel: every message is one of its own era.

use std::{
    collections::{HashMap, HashSet},
    sync::Mutex,
};

use serde_json::Value;

use super::{Transcript, each};
use crate::harness::{SESSION_VERSIONS, STATELESS};

/// The transcript of a pipe.
#[derive(Debug)]
pub struct PipeTranscript {
    session: Transcript,
    stateless: Transcript,
    /// Whether a request is one of 2026-07-28, by the ids of those that have no answer yet.
    in_flight: Mutex<HashMap<String, bool>>,
    /// The progress tokens that were last used in a request of 2026-07-28.
    stateless_tokens: Mutex<HashSet<String>>,
}

impl Default for PipeTranscript {
    fn default() -> Self {
        Self {
            // Until the session says in which revision it goes on.
            session: Transcript::of("2025-11-25"),
            stateless: Transcript::of(STATELESS),
            in_flight: Mutex::default(),
            stateless_tokens: Mutex::default(),
        }
    }
}

impl PipeTranscript {
    /// Holds what the client sends against the schema.
    ///
    /// # Panics
    /// When it is not as the specification says.
    pub fn sent(&self, message: &Value) {
        for message in each(message) {
            if let Some(id) = question(message) {
                self.in_flight.lock().unwrap().insert(id, is_stateless(message));
            }
            self.asked_in(message).sent(message);
        }
    }

    /// Notes bytes that the client writes and no schema is asked about: the questions in them are known, as far as they can be read.
    pub fn sent_unchecked(&self, bytes: &[u8]) {
        for line in bytes.split(|byte| *byte == b'\n') {
            let message: Value = serde_json::from_slice(line).unwrap_or_default();
            for message in each(&message) {
                if let Some(id) = question(message) {
                    // What has the id of another request by mistake does not take its place.
                    self.in_flight.lock().unwrap().entry(id).or_insert_with(|| is_stateless(message));
                }
                self.asked_in(message).sent_unchecked(message.to_string().as_bytes());
            }
        }
    }

    /// Holds what the server says against the schema.
    ///
    /// # Panics
    /// When it is not as the specification says.
    pub fn received(&self, message: &Value) {
        for message in each(message) {
            self.answered_in(message).received(message);
        }
    }

    /// The transcript of the era that the client means.
    fn asked_in(&self, message: &Value) -> &Transcript {
        let is_stateless = is_stateless(message);
        if let Some(token) = message["params"]["_meta"].get("progressToken").map(Value::to_string) {
            let mut tokens = self.stateless_tokens.lock().unwrap();
            _ = if is_stateless { tokens.insert(token) } else { tokens.remove(&token) };
        }
        if is_stateless { &self.stateless } else { &self.session }
    }

    /// The transcript of the era that the server must mean.
    fn answered_in(&self, message: &Value) -> &Transcript {
        let params = &message["params"];
        let is_stateless = match message["method"].as_str() {
            None => self.in_flight.lock().unwrap().remove(&message["id"].to_string()).unwrap_or_default(),
            Some("notifications/progress") => {
                self.stateless_tokens.lock().unwrap().contains(&params["progressToken"].to_string())
            }
            Some(_) => params["_meta"].get("io.modelcontextprotocol/subscriptionId").is_some(),
        };
        if is_stateless { &self.stateless } else { &self.session }
    }
}

/// The id of a request.
fn question(message: &Value) -> Option<String> {
    message.get("id").filter(|_| message.get("method").is_some()).map(Value::to_string)
}

/// Whether a message of the client is one of 2026-07-28, or of a revision that nobody knows.
fn is_stateless(message: &Value) -> bool {
    let version = message["params"]["_meta"]["io.modelcontextprotocol/protocolVersion"].as_str();
    version.is_some_and(|version| !SESSION_VERSIONS.contains(&version))
}
