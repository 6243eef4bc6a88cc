//! What a client says about itself.

use bytes::Bytes;
use serde_json::Value;

use crate::protocol::Implementation;

/// Name, version and capabilities that a client claims, kept as the JSON it sent and read when somebody asks.
#[derive(Clone, Debug, Default)]
pub struct Client {
    info: Bytes,
    capabilities: Bytes,
}

impl Client {
    /// Both are the texts of JSON objects, or empty.
    pub(crate) fn new(info: Bytes, capabilities: Bytes) -> Self {
        Self { info, capabilities }
    }

    /// Name and version, if the client gave them.
    pub fn info(&self) -> Option<Implementation> {
        serde_json::from_slice(&self.info).ok()
    }

    /// What the client says it can do, as the JSON object of the specification's `ClientCapabilities`.
    pub fn capabilities(&self) -> Value {
        serde_json::from_slice(&self.capabilities).unwrap_or_else(|_| Value::Object(serde_json::Map::new()))
    }

    /// Whether the client has the capability of that name, such as `sampling`.
    pub fn can(&self, capability: &str) -> bool {
        self.capabilities().get(capability).is_some()
    }
}
