//! Answers in bytes, written once into one buffer around the raw bytes of the id; the one place where a failed call becomes what
//! the client sees of it.

use bytes::Bytes;
use serde::Serialize;

use super::caching::{Caching, Lifetime};
use crate::{
    auth::ScopeSet,
    context::{ItemKind, Target},
    dispatch,
    error::{CallError, Failure, Reference, chain},
    handler::Outcome,
    protocol::{
        CacheHint, Content, Era, ErrorCode, ErrorObject, PromptMessage, ProtocolVersion, RequestId, ResourceContents,
        ToolResult, revision::since::Feature, types::reserved::meta,
    },
};

/// Writes answers for one module.
pub(crate) struct AnswerWriter {
    /// `"io.modelcontextprotocol/serverInfo":{…}`, a member of `_meta`.
    server_info: Box<str>,
    caching: Caching,
}

/// A failed call, in the form that its kind and the transport allow.
#[derive(Debug)]
pub(crate) enum Refused {
    /// The caller's token lacks these scopes.
    InsufficientScope(ScopeSet),
    /// The caller must identify itself.
    LoginRequired(ScopeSet),
}

impl AnswerWriter {
    pub(crate) fn new(server_info: &impl Serialize, caching: Caching) -> Self {
        let info = serde_json::to_string(server_info).unwrap_or_default();
        Self { server_info: format!("\"{}\":{info}", meta::SERVER_INFO).into(), caching }
    }

    /// What a call came to.
    pub(crate) fn call(
        &self,
        version: ProtocolVersion,
        id: &RequestId,
        target: &Target,
        ended: Result<Outcome, CallError>,
    ) -> Bytes {
        match ended {
            Ok(outcome) => self.outcome(version, id, target, outcome),
            Err(error) => match failed(version, target, error.0) {
                Ok(result) => self.tool(version, id, result),
                Err(error) => error_bytes(Some(id), &error),
            },
        }
    }

    /// A page of a list. `member` is its items, such as `"tools":[…]`, and `next` the cursor to the next one.
    pub(super) fn list(
        &self,
        version: ProtocolVersion,
        id: &RequestId,
        member: &[u8],
        next: Option<&str>,
        lifetime: Lifetime,
    ) -> Bytes {
        let mut out = Self::begin(id, member.len() + self.server_info.len() + next.map_or(0, str::len) + 140);
        out.push(b'{');
        out.extend_from_slice(member);
        if let Some(cursor) = next {
            out.extend_from_slice(b",\"nextCursor\":");
            write(&mut out, cursor);
        }
        cacheable(&mut out, version, lifetime);
        self.end(out, version, None)
    }

    /// A result of the members `members`, the text of a JSON object without its braces.
    pub(super) fn members(
        &self,
        version: ProtocolVersion,
        id: &RequestId,
        members: &str,
        lifetime: Option<Lifetime>,
    ) -> Bytes {
        let mut out = Self::begin(id, members.len() + self.server_info.len() + 120);
        out.push(b'{');
        out.extend_from_slice(members.as_bytes());
        if let Some(lifetime) = lifetime {
            cacheable(&mut out, version, lifetime);
        }
        self.end(out, version, None)
    }

    fn outcome(&self, version: ProtocolVersion, id: &RequestId, target: &Target, outcome: Outcome) -> Bytes {
        match outcome {
            Outcome::Tool(result) => self.tool(version, id, result),
            Outcome::Resource(result) => {
                let mut out = Self::begin(id, 256 + self.server_info.len());
                out.extend_from_slice(b"{\"contents\":");
                write(&mut out, &result.contents);
                cacheable(&mut out, version, self.reading(target, result.cache));
                self.end(out, version, Some(&result.meta))
            }
            Outcome::Completion(completion) => {
                let mut out = Self::begin(id, 256 + self.server_info.len());
                out.extend_from_slice(b"{\"completion\":");
                write(&mut out, &completion);
                self.end(out, version, None)
            }
            Outcome::Prompt(result) => {
                let mut out = Self::begin(id, 256 + self.server_info.len());
                out.push(b'{');
                if let Some(description) = result.description.as_deref().or(target.facts.description.as_deref()) {
                    out.extend_from_slice(b"\"description\":");
                    write(&mut out, description);
                    out.push(b',');
                }
                out.extend_from_slice(b"\"messages\":");
                let messages: Vec<PromptMessage> = result
                    .messages
                    .into_iter()
                    .map(|message| PromptMessage { content: known(version, message.content), ..message })
                    .collect();
                write(&mut out, &messages);
                self.end(out, version, Some(&result.meta))
            }
        }
    }

    fn tool(&self, version: ProtocolVersion, id: &RequestId, result: ToolResult) -> Bytes {
        let mut out = Self::begin(id, 192 + self.server_info.len());
        out.extend_from_slice(b"{\"content\":");
        if result.content.iter().all(|content| is_known(version, content)) {
            write(&mut out, &result.content);
        } else {
            let content: Vec<Content> = result.content.into_iter().map(|content| known(version, content)).collect();
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
        self.end(out, version, Some(&result.meta))
    }

    fn begin(id: &RequestId, capacity: usize) -> Vec<u8> {
        let mut out = Vec::with_capacity(capacity + id.as_bytes().len());
        out.extend_from_slice(b"{\"jsonrpc\":\"2.0\",\"id\":");
        out.extend_from_slice(id.as_bytes());
        out.extend_from_slice(b",\"result\":");
        out
    }

    /// How what a resource holds may be kept: as its result says, or else the item, or else the module. What not everybody may
    /// read stays private, whatever the result says.
    fn reading(&self, target: &Target, said: CacheHint) -> Lifetime {
        let (unsaid, may_be_public) = self.caching.unsaid();
        let CacheHint { ttl, scope } = said.or(target.facts.cache);
        let scope = scope.filter(|_| may_be_public && target.facts.may_be_public).unwrap_or_default();
        Lifetime { ttl: ttl.unwrap_or(unsaid), scope }
    }

    /// Closes a result whose members stand in `out`, after those that every result of the version has.
    fn end(
        &self,
        mut out: Vec<u8>,
        version: ProtocolVersion,
        own: Option<&serde_json::Map<String, serde_json::Value>>,
    ) -> Bytes {
        let own = own.filter(|own| !own.is_empty());
        let comma = |out: &mut Vec<u8>| {
            if out.last() != Some(&b'{') {
                out.push(b',');
            }
        };
        if is_stateless(version) {
            comma(&mut out);
            out.extend_from_slice(b"\"resultType\":\"complete\",\"_meta\":{");
            out.extend_from_slice(self.server_info.as_bytes());
            for (key, value) in own.into_iter().flatten() {
                out.push(b',');
                write(&mut out, key);
                out.push(b':');
                write(&mut out, value);
            }
            out.push(b'}');
        } else if let Some(own) = own {
            comma(&mut out);
            out.extend_from_slice(b"\"_meta\":");
            write(&mut out, own);
        }
        out.extend_from_slice(b"}}");
        out.into()
    }
}

/// The most milliseconds that every client reads as they are: beyond 2⁵³ JSON numbers are not exact to most.
const MOST_MILLISECONDS: u128 = (1 << 53) - 1;

/// What a client of a revision with caching is told of it.
fn cacheable(out: &mut Vec<u8>, version: ProtocolVersion, Lifetime { ttl, scope }: Lifetime) {
    if is_stateless(version) {
        let ttl = ttl.as_millis().min(MOST_MILLISECONDS);
        let members = format!(",\"ttlMs\":{ttl},\"cacheScope\":\"{}\"", scope.as_str());
        out.extend_from_slice(members.as_bytes());
    }
}

/// A result of another type than `complete`, of these members (2026-07-28, `ResultType`).
pub(crate) fn result_of_type(answers: &AnswerWriter, id: &RequestId, result_type: &str, members: &str) -> Bytes {
    let mut out = AnswerWriter::begin(id, members.len() + answers.server_info.len() + 80);
    out.extend_from_slice(b"{\"resultType\":");
    write(&mut out, result_type);
    out.push(b',');
    out.extend_from_slice(members.as_bytes());
    out.extend_from_slice(b",\"_meta\":{");
    out.extend_from_slice(answers.server_info.as_bytes());
    out.extend_from_slice(b"}}}");
    out.into()
}

/// A JSON-RPC error response. Without an id the member is left out: `null` is none that a request could have had.
pub(crate) fn error_bytes(id: Option<&RequestId>, error: &ErrorObject) -> Bytes {
    let mut out = Vec::with_capacity(160);
    out.extend_from_slice(b"{\"jsonrpc\":\"2.0\"");
    if let Some(id) = id {
        out.extend_from_slice(b",\"id\":");
        out.extend_from_slice(id.as_bytes());
    }
    out.extend_from_slice(b",\"error\":");
    write(&mut out, error);
    out.push(b'}');
    out.into()
}

/// What the client sees of a failed call: a result that says so for what a language model can react to, else an error.
fn failed(version: ProtocolVersion, target: &Target, failure: Failure) -> Result<ToolResult, ErrorObject> {
    let code = failure.code();
    let is_tool = target.kind() == ItemKind::Tool;
    match failure {
        Failure::Protocol(error) => Err(error),
        Failure::MissingCapabilities(required) => {
            let text = format!("this needs a client that declares the capabilities {required}");
            match version.era() {
                Era::Stateless => {
                    Err(ErrorObject::new(code, text).data(serde_json::json!({"requiredCapabilities": required})))
                }
                Era::Session if is_tool => Ok(ToolResult::error(text)),
                Era::Session => Err(ErrorObject::invalid_request(text)),
            }
        }
        Failure::Hidden => Err(hidden(version, target)),
        Failure::NotFound(_) if matches!(target.kind(), ItemKind::Resource | ItemKind::ResourceTemplate) => {
            Err(hidden(version, target))
        }
        Failure::Client(text) | Failure::InvalidArguments(text) | Failure::NotFound(text) if is_tool => {
            Ok(ToolResult::error(text))
        }
        Failure::Client(text)
        | Failure::InvalidArguments(text)
        | Failure::NotFound(text)
        | Failure::Forbidden(text) => Err(ErrorObject::new(code, text)),
        Failure::InsufficientScope(scopes) => {
            Err(ErrorObject::new(code, format!("the token lacks a scope; needed: {scopes}"))
                .data(serde_json::json!({"error": "insufficient_scope", "scope": scopes.to_string()})))
        }
        Failure::LoginRequired(_) => Err(ErrorObject::new(code, "authorization required")),
        Failure::TimedOut => {
            tracing::warn!(item = target.name(), "a call took longer than it may, and was withdrawn");
            Err(ErrorObject::new(code, "the call took too long, and was withdrawn"))
        }
        // Both have been put into words of the revision before.
        Failure::UrlElicitationRequired(_) | Failure::InputRequired(_) => {
            Err(ErrorObject::new(ErrorCode::INTERNAL_ERROR, "the client cannot be asked"))
        }
        Failure::Panicked(text) => {
            let reference = Reference::new();
            tracing::error!(item = target.name(), %reference, panic = text, "a handler panicked");
            Err(ErrorObject::new(code, format!("internal error (reference {reference})")))
        }
        Failure::Internal(source) => {
            let reference = Reference::new();
            tracing::error!(item = target.name(), %reference, error = chain(&*source), "a handler failed");
            let text = format!("internal error (reference {reference})");
            if is_tool { Ok(ToolResult::error(text)) } else { Err(ErrorObject::new(code, text)) }
        }
    }
}

fn hidden(version: ProtocolVersion, target: &Target) -> ErrorObject {
    match target.uri() {
        Some(uri) if target.is_completion() => dispatch::unknown_name(dispatch::TEMPLATE, uri),
        Some(uri) => dispatch::unknown_resource(resource_not_found(version), uri),
        None => dispatch::unknown_name(target.kind().as_str(), target.name()),
    }
}

/// The code for a resource that does not exist.
pub(crate) fn resource_not_found(version: ProtocolVersion) -> ErrorCode {
    if version.knows(Feature::ResourceNotFoundIsInvalidParams) {
        ErrorCode::INVALID_PARAMS
    } else {
        ErrorCode::RESOURCE_NOT_FOUND
    }
}

fn is_stateless(version: ProtocolVersion) -> bool {
    version.era() == Era::Stateless
}

fn is_known(version: ProtocolVersion, content: &Content) -> bool {
    match content {
        Content::Audio { .. } => version.knows(Feature::Audio),
        Content::ResourceLink(_) => version.knows(Feature::ResourceLinks),
        _ => true,
    }
}

/// The content, in a form that clients of the version know.
fn known(version: ProtocolVersion, content: Content) -> Content {
    if is_known(version, &content) {
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
    // Texts, numbers and maps of text always have a form in JSON.
    if serde_json::to_writer(&mut *out, value).is_err() {
        out.extend_from_slice(b"null");
    }
}

#[cfg(test)]
#[path = "tests/examples.rs"]
mod examples;
