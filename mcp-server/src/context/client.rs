//! Name, version and capabilities of a client.

use bytes::Bytes;
use serde::Deserialize;
use serde_json::Value;

use crate::protocol::{ClientCapabilities, Implementation};

/// Name, version and capabilities that a client declares.
///
/// They are stored as the JSON that the client sent, and parsed on demand.
#[derive(Clone, Debug, Default)]
pub struct Client {
    info: Bytes,
    capabilities: Bytes,
}

impl Client {
    /// Stores the texts of two JSON objects. An empty text stands for a missing object.
    pub(crate) fn new(info: Bytes, capabilities: Bytes) -> Self {
        Self { info, capabilities }
    }

    /// Returns name and version, or `None` if the client did not send them.
    pub fn info(&self) -> Option<Implementation> {
        serde_json::from_slice(&self.info).ok()
    }

    /// Returns the declared capabilities.
    pub fn capabilities(&self) -> ClientCapabilities {
        // Through `Value`, which takes the last of several members with one name.
        serde_json::from_slice::<Value>(&self.capabilities)
            .and_then(ClientCapabilities::deserialize)
            .unwrap_or_default()
    }
}
