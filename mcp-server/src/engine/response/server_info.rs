//! Results of `initialize` and `server/discover`, which describe the server.

use bytes::Bytes;
use serde_json::{Map, Value, json};

use super::ResponseWriter;
use crate::{
    engine::inbound::Request,
    protocol::{
        ListCapability, ProtocolVersion, RequestId, ResourcesCapability, ServerCapabilities,
        revision::since::Feature,
        types::{app, reserved::extension, subscription::List},
    },
    registry::Snapshot,
};

impl ResponseWriter {
    /// Writes the result of `initialize` for clients of that version. `notifies` is `true` if
    /// the client can be notified of changes.
    pub(in crate::engine) fn initialize(
        &self,
        version: ProtocolVersion,
        id: &RequestId,
        snapshot: &Snapshot,
        notifies: bool,
    ) -> Bytes {
        let mut implementation = serde_json::to_value(&self.settings.implementation).unwrap_or_default();
        if let Value::Object(members) = &mut implementation {
            for (member, feature) in [
                ("title", Feature::Titles),
                ("icons", Feature::Icons),
                ("description", Feature::ImplementationDetails),
                ("websiteUrl", Feature::ImplementationDetails),
            ] {
                if !version.knows(feature) {
                    members.remove(member);
                }
            }
        }
        let mut capabilities = capabilities(snapshot, notifies);
        if !version.knows(Feature::CompletionsCapability) {
            capabilities.completions = None;
        }
        let result = json!({
            "protocolVersion": version.as_str(),
            "capabilities": capabilities,
            "serverInfo": implementation,
        });
        self.members(version, id, &self.with_instructions(result), None)
    }

    /// Writes the result of `server/discover`. `notifies` is `true` if the client can be
    /// notified of changes.
    pub(in crate::engine) fn discover(&self, request: &Request<'_>, snapshot: &Snapshot, notifies: bool) -> Bytes {
        let versions: Vec<&str> = ProtocolVersion::ALL.iter().rev().map(|version| version.as_str()).collect();
        let mut capabilities = capabilities(snapshot, notifies);
        if snapshot.has_tasks() {
            capabilities.extensions.insert(extension::TASKS.to_owned(), json!({}));
        }
        let result = json!({"supportedVersions": versions, "capabilities": capabilities});
        let lifetime = self.settings.caching.discovery(!self.settings.requires_token());
        self.members(request.version, request.id, &self.with_instructions(result), Some(lifetime))
    }

    /// Adds the instructions to a result, and returns its members without their braces.
    fn with_instructions(&self, mut result: Value) -> String {
        if let Some(instructions) = &self.settings.instructions {
            result["instructions"] = instructions.as_str().into();
        }
        let text = result.to_string();
        text[1..text.len() - 1].to_owned()
    }
}

/// Returns the capabilities of a server that offers the items of the snapshot.
fn capabilities(snapshot: &Snapshot, notifies: bool) -> ServerCapabilities {
    let offers = snapshot.offers();
    let list = |list| offers.has(list).then_some(ListCapability { list_changed: notifies });
    let resources = ResourcesCapability { list_changed: notifies, subscribe: notifies };
    let mut extensions = Map::new();
    if snapshot.has_views {
        extensions.insert(extension::UI.to_owned(), app::capability());
    }
    ServerCapabilities {
        tools: list(List::Tools),
        resources: offers.has(List::Resources).then_some(resources),
        prompts: list(List::Prompts),
        completions: snapshot.completes().then(Map::new),
        logging: Some(Map::new()),
        extensions,
    }
}
