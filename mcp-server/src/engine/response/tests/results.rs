//! Results and errors, as `ResponseWriter` writes them.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

use super::{VERSION, parsed, read, typed};
use crate::{
    context::{ItemInfo, ItemKind, Target},
    engine::{
        caching::Lifetime,
        response::{ResponseWriter, error_bytes},
        settings::Settings,
    },
    handler::CallResult,
    protocol::{
        CacheScope, Completion, Content, ErrorObject, Implementation, PromptMessage, PromptResult, ProtocolVersion,
        RequestId, ResourceContents, ResourceResult, ServerCapabilities, ToolResult,
        envelope::message::{Kind, Message},
        types::reserved::meta,
    },
};

/// Writes the result of an example as a response with this id.
type Write = fn(&ResponseWriter, &RequestId, &Value) -> Bytes;

pub(super) fn result(example: &Value, write: Write) -> Value {
    response(&json!({"jsonrpc": "2.0", "id": 1, "result": example}), write)["result"].take()
}

/// Returns the response that a server with the name in the example writes.
pub(super) fn response(example: &Value, write: Write) -> Value {
    let body = Bytes::from(example.to_string());
    let Kind::Response { id: Some(id), answer: Ok(result) } = Message::parse(&body).unwrap().kind else {
        panic!("expected a response with a result")
    };
    let result = read(result.as_bytes());
    let server = match result.pointer("/_meta/io.modelcontextprotocol~1serverInfo") {
        Some(server) => parsed(server),
        None => Implementation::new("examples", "1"),
    };
    let writer = ResponseWriter::new(Arc::new(Settings::for_tests(server)));
    read(&write(&writer, &id, &result))
}

pub(super) fn tool(responses: &ResponseWriter, id: &RequestId, example: &Value) -> Bytes {
    let mut result = ToolResult::content(parsed::<Vec<Content>>(&example["content"]));
    result.is_error = example["isError"] == true;
    if let Some(structured) = example.get("structuredContent") {
        result = result.structured(structured).unwrap();
    }
    outcome(responses, id, CallResult::Tool(result))
}

pub(super) fn prompt(responses: &ResponseWriter, id: &RequestId, example: &Value) -> Bytes {
    let result = PromptResult::new(parsed::<Vec<PromptMessage>>(&example["messages"]));
    outcome(responses, id, CallResult::Prompt(result.description(example["description"].as_str().unwrap())))
}

pub(super) fn resource(responses: &ResponseWriter, id: &RequestId, example: &Value) -> Bytes {
    let mut result = ResourceResult::new(parsed::<Vec<ResourceContents>>(&example["contents"]));
    if example.get("ttlMs").is_some() {
        let Lifetime { ttl, scope } = lifetime(example);
        result = result.ttl(ttl).cache_scope(scope);
    }
    outcome(responses, id, CallResult::Resource(result))
}

pub(super) fn completion(responses: &ResponseWriter, id: &RequestId, example: &Value) -> Bytes {
    outcome(responses, id, CallResult::Completion(parsed::<Completion>(&example["completion"])))
}

fn outcome(responses: &ResponseWriter, id: &RequestId, outcome: CallResult) -> Bytes {
    let item = ItemInfo::for_tests(ItemKind::Resource, "example");
    responses.call(VERSION, id, &Target { item: Arc::new(item), uri: None, is_completion: false }, Ok(outcome))
}

fn lifetime(example: &Value) -> Lifetime {
    let scope =
        [CacheScope::Public, CacheScope::Private].into_iter().find(|scope| example["cacheScope"] == scope.as_str());
    Lifetime { ttl: Duration::from_millis(example["ttlMs"].as_u64().unwrap()), scope: scope.unwrap() }
}

pub(super) fn list<T: DeserializeOwned + Serialize>(
    responses: &ResponseWriter,
    id: &RequestId,
    example: &Value,
) -> Bytes {
    let (name, items) = example.as_object().unwrap().iter().find(|(_, value)| value.is_array()).unwrap();
    let member = format!("\"{name}\":{}", typed::<Vec<T>>(items));
    responses.page(VERSION, id, member.as_bytes(), example["nextCursor"].as_str(), lifetime(example))
}

pub(super) fn discovery(responses: &ResponseWriter, id: &RequestId, example: &Value) -> Bytes {
    let versions = parsed::<Vec<String>>(&example["supportedVersions"]);
    let versions = versions.iter().map(|version| ProtocolVersion::parse(version).unwrap().as_str());
    let mut members = json!({
        "supportedVersions": versions.collect::<Vec<_>>(),
        "capabilities": typed::<ServerCapabilities>(&example["capabilities"]),
    });
    if let Some(instructions) = example.get("instructions") {
        members["instructions"] = instructions.clone();
    }
    let members = members.to_string();
    responses.members(VERSION, id, &members[1..members.len() - 1], Some(lifetime(example)))
}

pub(super) fn error_response(example: &Value) -> Value {
    let body = Bytes::from(example.to_string());
    let Kind::Response { id, answer: Err(error) } = Message::parse(&body).unwrap().kind else {
        panic!("expected an error response")
    };
    read(&error_bytes(id.as_ref(), &serde_json::from_str::<ErrorObject>(error).unwrap()))
}

#[test]
fn server_info_of_a_handler_is_ignored() {
    let writer = ResponseWriter::new(Arc::new(Settings::for_tests(Implementation::new("examples", "1"))));
    let body = Bytes::from_static(b"1");
    let id = RequestId::parse(&body, str::from_utf8(&body).unwrap()).unwrap();
    let result = ToolResult::content(Vec::<Content>::new()).meta(meta::SERVER_INFO, "other").meta("example.com/key", 1);
    let response = outcome(&writer, &id, CallResult::Tool(result));
    let text = str::from_utf8(&response).unwrap();
    assert_eq!(text.matches(meta::SERVER_INFO).count(), 1, "{text}");
    assert!(text.contains("\"example.com/key\":1"), "{text}");
}
