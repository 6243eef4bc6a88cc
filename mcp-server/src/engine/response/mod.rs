//! `ResponseWriter`: JSON-RPC responses as bytes, written once around the raw bytes of the request
//! id.

mod failure;
mod list;
mod server_info;

use std::sync::Arc;

use bytes::Bytes;
use serde::Serialize;
use serde_json::{Map, Value};

pub(super) use failure::{hidden_item, resource_not_found};

use super::{caching::Lifetime, settings::Settings};
use crate::{
    context::Target,
    handler::{CallResult, Outcome},
    protocol::{
        CacheHint, Content, Era, ErrorObject, PromptMessage, ProtocolVersion, RequestId, ResourceContents, ToolResult,
        revision::since::Feature, types::reserved::meta,
    },
};

/// Writes the responses of one module.
pub(super) struct ResponseWriter {
    settings: Arc<Settings>,
    /// `"io.modelcontextprotocol/serverInfo":{…}`, a member of `_meta`.
    server_info: Box<str>,
}

impl ResponseWriter {
    pub(super) fn new(settings: Arc<Settings>) -> Self {
        let info = serde_json::to_string(&settings.implementation).unwrap_or_default();
        Self { settings, server_info: format!("\"{}\":{info}", meta::SERVER_INFO).into() }
    }

    /// Writes the response to a call.
    pub(super) fn call(&self, version: ProtocolVersion, id: &RequestId, target: &Target, outcome: Outcome) -> Bytes {
        match outcome {
            Ok(outcome) => self.outcome(version, id, target, outcome),
            Err(error) => match failure::to_client(&self.settings.random, version, target, error.0) {
                Ok(result) => self.tool(version, id, result),
                Err(error) => error_bytes(Some(id), &error),
            },
        }
    }

    /// Writes a result with these members, the text of a JSON object without its braces.
    pub(super) fn members(
        &self,
        version: ProtocolVersion,
        id: &RequestId,
        members: &str,
        lifetime: Option<Lifetime>,
    ) -> Bytes {
        let mut out = start(id, members.len() + self.server_info.len() + 120);
        out.push(b'{');
        out.extend_from_slice(members.as_bytes());
        if let Some(lifetime) = lifetime {
            write_lifetime(&mut out, version, lifetime);
        }
        self.finish(out, version, None)
    }

    /// Writes a result without members.
    pub(super) fn empty(&self, version: ProtocolVersion, id: &RequestId) -> Bytes {
        self.members(version, id, "", None)
    }

    /// Writes a result whose `resultType` is not `complete` (2026-07-28, `ResultType`).
    pub(super) fn of_type(&self, id: &RequestId, result_type: &str, members: &str) -> Bytes {
        let mut out = start(id, members.len() + self.server_info.len() + 80);
        out.extend_from_slice(b"{\"resultType\":");
        write(&mut out, result_type);
        out.push(b',');
        out.extend_from_slice(members.as_bytes());
        out.extend_from_slice(b",\"_meta\":{");
        out.extend_from_slice(self.server_info.as_bytes());
        out.extend_from_slice(b"}}}");
        out.into()
    }

    fn outcome(&self, version: ProtocolVersion, id: &RequestId, target: &Target, outcome: CallResult) -> Bytes {
        match outcome {
            CallResult::Tool(result) => self.tool(version, id, result),
            CallResult::Resource(result) => {
                let mut out = start(id, 256 + self.server_info.len());
                out.extend_from_slice(b"{\"contents\":");
                write(&mut out, &result.contents);
                write_lifetime(&mut out, version, self.resource_lifetime(target, result.cache));
                self.finish(out, version, Some(&result.meta))
            }
            CallResult::Completion(completion) => {
                let mut out = start(id, 256 + self.server_info.len());
                out.extend_from_slice(b"{\"completion\":");
                write(&mut out, &completion);
                self.finish(out, version, None)
            }
            CallResult::Prompt(result) => {
                let mut out = start(id, 256 + self.server_info.len());
                out.push(b'{');
                if let Some(description) = result.description.as_deref().or(target.item.description.as_deref()) {
                    out.extend_from_slice(b"\"description\":");
                    write(&mut out, description);
                    out.push(b',');
                }
                out.extend_from_slice(b"\"messages\":");
                let messages: Vec<PromptMessage> = result
                    .messages
                    .into_iter()
                    .map(|message| PromptMessage { content: supported(version, message.content), ..message })
                    .collect();
                write(&mut out, &messages);
                self.finish(out, version, Some(&result.meta))
            }
        }
    }

    fn tool(&self, version: ProtocolVersion, id: &RequestId, result: ToolResult) -> Bytes {
        let mut out = start(id, 192 + self.server_info.len());
        out.extend_from_slice(b"{\"content\":");
        if result.content.iter().all(|content| is_supported(version, content)) {
            write(&mut out, &result.content);
        } else {
            let content: Vec<Content> = result.content.into_iter().map(|content| supported(version, content)).collect();
            write(&mut out, &content);
        }
        if let Some(structured) = &result.structured_content
            && version.knows(Feature::StructuredOutput)
            && (structured.get().starts_with('{') || version.knows(Feature::OutputOfAnyType))
        {
            out.extend_from_slice(b",\"structuredContent\":");
            out.extend_from_slice(structured.get().as_bytes());
        }
        if result.is_error {
            out.extend_from_slice(b",\"isError\":true");
        }
        self.finish(out, version, Some(&result.meta))
    }

    /// Returns the lifetime of the contents of a resource: that of the result, or else of the item,
    /// or else of the module. Contents that not every caller may read stay private.
    fn resource_lifetime(&self, target: &Target, hint: CacheHint) -> Lifetime {
        let CacheHint { ttl, scope } = hint.or(target.item.cache);
        self.settings.caching.resource(ttl, scope.filter(|_| target.item.may_be_public))
    }

    /// Closes a result whose members were written, after the members that every result of the
    /// version has.
    fn finish(&self, mut out: Vec<u8>, version: ProtocolVersion, meta: Option<&Map<String, Value>>) -> Bytes {
        let meta = meta.filter(|meta| !meta.is_empty());
        let comma = |out: &mut Vec<u8>| {
            if out.last() != Some(&b'{') {
                out.push(b',');
            }
        };
        if is_stateless(version) {
            comma(&mut out);
            out.extend_from_slice(b"\"resultType\":\"complete\",\"_meta\":{");
            out.extend_from_slice(self.server_info.as_bytes());
            // The server's own member was written: a second one would be a duplicate key.
            for (key, value) in meta.into_iter().flatten().filter(|(key, _)| *key != meta::SERVER_INFO) {
                out.push(b',');
                write(&mut out, key);
                out.push(b':');
                write(&mut out, value);
            }
            out.push(b'}');
        } else if let Some(meta) = meta {
            comma(&mut out);
            out.extend_from_slice(b"\"_meta\":");
            write(&mut out, meta);
        }
        out.extend_from_slice(b"}}");
        out.into()
    }
}

/// Writes a JSON-RPC error response. Without an id the member `id` is absent: no request has the id
/// `null`.
pub(crate) fn error_bytes(id: Option<&RequestId>, error: &ErrorObject) -> Bytes {
    error_under(id.map(RequestId::as_bytes), error)
}

/// Returns an error response under the id `null`, for a message whose id cannot be read.
pub(in crate::engine) fn null_id_error(error: &ErrorObject) -> Bytes {
    error_under(Some(b"null"), error)
}

fn error_under(id: Option<&[u8]>, error: &ErrorObject) -> Bytes {
    let mut out = Vec::with_capacity(160);
    out.extend_from_slice(b"{\"jsonrpc\":\"2.0\"");
    if let Some(id) = id {
        out.extend_from_slice(b",\"id\":");
        out.extend_from_slice(id);
    }
    out.extend_from_slice(b",\"error\":");
    write(&mut out, error);
    out.push(b'}');
    out.into()
}

/// Starts a response, up to its result.
fn start(id: &RequestId, capacity: usize) -> Vec<u8> {
    let mut out = Vec::with_capacity(capacity + id.as_bytes().len());
    out.extend_from_slice(b"{\"jsonrpc\":\"2.0\",\"id\":");
    out.extend_from_slice(id.as_bytes());
    out.extend_from_slice(b",\"result\":");
    out
}

/// Largest number of milliseconds that every client reads exactly: JSON numbers beyond 2⁵³ lose
/// precision in most.
const MAX_MILLISECONDS: u128 = (1 << 53) - 1;

/// Writes `ttlMs` and `cacheScope` for revisions that have them.
fn write_lifetime(out: &mut Vec<u8>, version: ProtocolVersion, Lifetime { ttl, scope }: Lifetime) {
    if is_stateless(version) {
        let ttl = ttl.as_millis().min(MAX_MILLISECONDS);
        let members = format!(",\"ttlMs\":{ttl},\"cacheScope\":\"{}\"", scope.as_str());
        out.extend_from_slice(members.as_bytes());
    }
}

fn is_stateless(version: ProtocolVersion) -> bool {
    version.era() == Era::Stateless
}

fn is_supported(version: ProtocolVersion, content: &Content) -> bool {
    match content {
        Content::Audio { .. } => version.knows(Feature::Audio),
        Content::ResourceLink(_) => version.knows(Feature::ResourceLinks),
        _ => true,
    }
}

/// Returns the content in a form that clients of the version support.
fn supported(version: ProtocolVersion, content: Content) -> Content {
    if is_supported(version, &content) {
        return content;
    }
    match content {
        Content::Audio { data, mime_type, annotations, meta } => {
            let resource =
                ResourceContents { uri: "audio:".to_owned(), blob: Some(data), ..ResourceContents::default() };
            Content::Resource { resource: resource.mime_type(mime_type), annotations, meta }
        }
        Content::ResourceLink(link) => Content::text(format!("{}: {}", link.name, link.uri)),
        other => other,
    }
}

fn write(out: &mut Vec<u8>, value: &(impl Serialize + ?Sized)) {
    // Strings, numbers and maps with string keys always serialize.
    if serde_json::to_writer(&mut *out, value).is_err() {
        out.extend_from_slice(b"null");
    }
}

#[cfg(test)]
#[path = "tests/examples.rs"]
mod examples;
