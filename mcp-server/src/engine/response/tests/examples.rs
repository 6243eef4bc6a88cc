//! The examples of the specification (2026-07-28). Each is read and written by the code of this
//! crate that does so on the wire, and must be unchanged.

mod results;

use std::{collections::BTreeMap, fs, path::PathBuf, str};

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Map, Value, json, value::RawValue};

use results::{completion, discovery, error_response, list, prompt, resource, response, result, tool};

use super::*;
use crate::{
    engine::call::input_required_members,
    error::UrlElicitation,
    protocol::{
        CreateMessage, CreateMessageResult, LoggingLevel, ModelPreferences, Progress, Prompt, Resource,
        ResourceTemplate, Root, SamplingMessage, ServerCapabilities, Tool, ToolExchange,
        envelope::{
            message::{Kind, Message},
            parameter::Parameter,
        },
        types::{
            input_request::{ElicitResult, InputMethod, InputRequest},
            notification::{log_message, progress},
            subscription::{self, List, SubscriptionFilter},
        },
    },
    schema,
};

const VERSION: ProtocolVersion = ProtocolVersion::V2026_07_28;

/// Reads an example, and returns it as the crate writes it.
type RoundTrip = fn(&Value) -> Value;

/// A folder of examples, their round trip, and the members that the crate adds if an example lacks
/// them.
type Row = (&'static str, RoundTrip, &'static [&'static str]);

/// Every result names the server.
const SERVER: &[&str] = &["_meta"];
const SERVER_OF_RESPONSE: &[&str] = &["result/_meta"];

#[rustfmt::skip]
const TABLE: &[Row] = &[
    ("AudioContent", typed::<Content>, &[]),
    ("BlobResourceContents", typed::<ResourceContents>, &[]),
    ("BooleanSchema", field, &[]),
    ("CallToolRequest", message, &[]),
    ("CallToolRequestParams", |it| params("tools/call", it), &[]),
    ("CallToolResult", |it| result(it, tool), SERVER),
    ("CallToolResultResponse", |it| response(it, tool), SERVER_OF_RESPONSE),
    ("CancelledNotification", message, &[]),
    ("CancelledNotificationParams", |it| params("notifications/cancelled", it), &[]),
    ("ClientCapabilities", client_capabilities, &[]),
    ("CompleteRequest", message, &[]),
    ("CompleteRequestParams", |it| params("completion/complete", it), &[]),
    ("CompleteResult", |it| result(it, completion), SERVER),
    ("CompleteResultResponse", |it| response(it, completion), SERVER_OF_RESPONSE),
    ("CreateMessageRequest", input_request, &[]),
    ("CreateMessageRequestParams", typed::<CreateMessage>, &[]),
    ("CreateMessageResult", typed::<CreateMessageResult>, &[]),
    ("DiscoverRequest", message, &[]),
    ("DiscoverResult", |it| result(it, discovery), &[]),
    ("DiscoverResultResponse", |it| response(it, discovery), &[]),
    ("ElicitRequest", input_request, &[]),
    ("ElicitRequestFormParams", form, &[]),
    // Only 2025-11-25 gives a URL elicitation an id.
    ("ElicitRequestURLParams", url, &[]),
    ("ElicitResult", elicit_result, &[]),
    ("EmbeddedResource", typed::<Content>, &[]),
    ("GetPromptRequest", message, &[]),
    ("GetPromptRequestParams", |it| params("prompts/get", it), &[]),
    ("GetPromptResult", |it| result(it, prompt), SERVER),
    ("GetPromptResultResponse", |it| response(it, prompt), SERVER_OF_RESPONSE),
    ("HeaderMismatchError", error_response, &[]),
    ("ImageContent", typed::<Content>, &[]),
    ("InputRequests", input_requests, &[]),
    // Every such result of the crate contains questions.
    ("InputRequiredResult", |it| result(it, input_required), &["_meta", "inputRequests"]),
    ("InputResponses", input_responses, &[]),
    ("InternalError", typed::<ErrorObject>, &[]),
    ("InvalidParamsError", typed::<ErrorObject>, &[]),
    ("ListPromptsRequest", message, &[]),
    ("ListPromptsResult", |it| result(it, list::<Prompt>), SERVER),
    ("ListPromptsResultResponse", |it| response(it, list::<Prompt>), SERVER_OF_RESPONSE),
    ("ListResourceTemplatesRequest", message, &[]),
    ("ListResourceTemplatesResult", |it| result(it, list::<ResourceTemplate>), SERVER),
    ("ListResourceTemplatesResultResponse", |it| response(it, list::<ResourceTemplate>), SERVER_OF_RESPONSE),
    ("ListResourcesRequest", message, &[]),
    ("ListResourcesResult", |it| result(it, list::<Resource>), SERVER),
    ("ListResourcesResultResponse", |it| response(it, list::<Resource>), SERVER_OF_RESPONSE),
    // The example has an id, as a request of the session era. In this revision the question is an
    // entry of `inputRequests`.
    ("ListRootsRequest", list_roots, &["params"]),
    ("ListRootsResult", roots, &[]),
    ("ListToolsRequest", message, &[]),
    ("ListToolsResult", |it| result(it, list::<Tool>), SERVER),
    ("ListToolsResultResponse", |it| response(it, list::<Tool>), SERVER_OF_RESPONSE),
    ("LoggingMessageNotification", |it| read(&log(&it["params"])), &[]),
    ("LoggingMessageNotificationParams", |it| read(&log(it))["params"].take(), &[]),
    ("MethodNotFoundError", typed::<ErrorObject>, &[]),
    ("MissingRequiredClientCapabilityError", error_response, &[]),
    ("ModelPreferences", typed::<ModelPreferences>, &[]),
    ("NumberSchema", field, &[]),
    ("PaginatedRequestParams", |it| params("tools/list", it), &[]),
    ("ParseError", typed::<ErrorObject>, &[]),
    ("ProgressNotification", |it| read(&progressed(&it["params"])), &[]),
    ("ProgressNotificationParams", |it| read(&progressed(it))["params"].take(), &[]),
    ("PromptListChangedNotification", |it| list_changed(it, List::Prompts), &[]),
    ("ReadResourceRequest", message, &[]),
    ("ReadResourceResult", |it| result(it, resource), SERVER),
    // One example lacks the required members of a cacheable result.
    ("ReadResourceResultResponse", |it| response(it, resource), &["result/_meta", "result/ttlMs", "result/cacheScope"]),
    ("Resource", typed::<Resource>, &[]),
    ("ResourceLink", typed::<Content>, &[]),
    ("ResourceListChangedNotification", |it| list_changed(it, List::Resources), &[]),
    ("ResourceUpdatedNotification", |it| read(&updated(&it["params"], Some(&subscription_id(it)))), &[]),
    ("ResourceUpdatedNotificationParams", |it| read(&updated(it, None))["params"].take(), &[]),
    ("Root", typed::<Root>, &[]),
    ("SamplingMessage", typed::<SamplingMessage>, &[]),
    ("ServerCapabilities", typed::<ServerCapabilities>, &[]),
    ("StringSchema", field, &[]),
    ("SubscriptionsAcknowledgedNotification", acknowledged, &[]),
    ("SubscriptionsListenRequest", listen, &[]),
    ("SubscriptionsListenResult", |it| read(&subscription::listen_result(&subscription_id(&json!({"params": it}))))["result"].take(), &[]),
    ("SubscriptionsListenResultResponse", |it| response(it, |_, id, _| subscription::listen_result(id)), &[]),
    ("TextContent", typed::<Content>, &[]),
    ("TextResourceContents", typed::<ResourceContents>, &[]),
    ("TitledMultiSelectEnumSchema", field, &[]),
    ("TitledSingleSelectEnumSchema", field, &[]),
    ("Tool", typed::<Tool>, &[]),
    ("ToolListChangedNotification", |it| list_changed(it, List::Tools), &[]),
    ("ToolResultContent", typed::<ToolExchange>, &[]),
    ("ToolUseContent", typed::<ToolExchange>, &[]),
    ("UnsupportedProtocolVersionError", error_response, &[]),
    ("UntitledMultiSelectEnumSchema", field, &[]),
    ("UntitledSingleSelectEnumSchema", field, &[]),
];

#[test]
fn specification_examples_round_trip() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../tests/specification/2026-07-28/examples");
    let mut folders = entries(&folder);
    let mut files = 0;
    for (name, round_trip, added) in TABLE {
        folders.retain(|folder| !folder.ends_with(name));
        for file in entries(&folder.join(name)) {
            let example: Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
            let mut written = round_trip(&example);
            for member in *added {
                let (parent, member) =
                    member.rsplit_once('/').map_or(("", *member), |(parent, member)| (parent, member));
                let pointer = if parent.is_empty() { String::new() } else { format!("/{parent}") };
                let is_in_example = example.pointer(&pointer).is_some_and(|parent| parent.get(member).is_some());
                if let (false, Some(parent)) = (is_in_example, written.pointer_mut(&pointer)) {
                    parent.as_object_mut().unwrap().remove(member);
                }
            }
            assert_eq!(normalized(written), normalized(example), "{}", file.display());
            files += 1;
        }
    }
    assert!(folders.is_empty(), "no entry for {folders:?}");
    assert_eq!(files, 129);
}

fn entries(folder: &PathBuf) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    entries.map(|entry| entry.unwrap().path()).collect()
}

/// Returns one form of equal values: `50` for `50.0`, and no member for `isError: false`.
fn normalized(value: Value) -> Value {
    match value {
        Value::Number(number) => json!(number.as_f64()),
        Value::Array(items) => items.into_iter().map(normalized).collect(),
        Value::Object(members) => members
            .into_iter()
            .filter(|(name, value)| name != "isError" || value != false)
            .map(|(name, value)| (name, normalized(value)))
            .collect(),
        other => other,
    }
}

fn read(message: &[u8]) -> Value {
    serde_json::from_slice(message).unwrap()
}

fn parsed<T: DeserializeOwned>(value: &Value) -> T {
    serde_json::from_value(value.clone()).unwrap_or_else(|error| panic!("{error}: {value}"))
}

fn typed<T: DeserializeOwned + Serialize>(example: &Value) -> Value {
    serde_json::to_value(parsed::<T>(example)).unwrap()
}

// Requests and notifications of a client.

fn message(example: &Value) -> Value {
    let body = Bytes::from(example.to_string());
    let message = Message::parse(&body).unwrap_or_else(|malformed| panic!("{malformed:?}"));
    let (id, method) = match &message.kind {
        Kind::Request { id, method } => (Some(id), method),
        Kind::Notification { method } => (None, method),
        Kind::Response { .. } => panic!("expected a request or a notification"),
    };
    let params = &message.params;
    let raw = |text: Option<&str>| text.map(|text| read(text.as_bytes()));
    let json = |parameter: Parameter<'_>| raw(parameter.json());
    let meta = params.meta().map(|meta| {
        members([
            ("progressToken", raw(meta.progress_token.map(RawValue::get))),
            (meta::PROTOCOL_VERSION, meta.protocol_version().unwrap().as_deref().map(Value::from)),
            (meta::CLIENT_INFO, raw(meta.client_info().unwrap())),
            (meta::CLIENT_CAPABILITIES, raw(meta.client_capabilities().unwrap())),
            (meta::LOG_LEVEL, raw(meta.log_level.map(RawValue::get))),
        ])
    });
    let params = members([
        ("name", json(params.name)),
        ("uri", json(params.uri)),
        ("arguments", json(params.arguments)),
        ("_meta", meta),
        ("cursor", json(params.cursor)),
        ("ref", json(params.reference)),
        ("argument", json(params.argument)),
        ("context", json(params.context)),
        ("level", json(params.level)),
        ("requestId", json(params.request_id)),
        ("inputResponses", json(params.input_responses)),
        ("requestState", json(params.request_state)),
        ("notifications", json(params.notifications)),
        ("reason", json(params.reason)),
    ]);
    members([
        ("jsonrpc", Some("2.0".into())),
        ("id", id.map(|id| read(id.as_bytes()))),
        ("method", Some(method.as_ref().into())),
        ("params", Some(params)),
    ])
}

fn members<const COUNT: usize>(members: [(&str, Option<Value>); COUNT]) -> Value {
    members.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect::<Map<_, _>>().into()
}

fn params(method: &str, example: &Value) -> Value {
    message(&json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": example}))["params"].take()
}

fn client_capabilities(example: &Value) -> Value {
    params("tools/list", &json!({"_meta": {meta::CLIENT_CAPABILITIES: example}}))["_meta"][meta::CLIENT_CAPABILITIES]
        .take()
}

fn listen(example: &Value) -> Value {
    let mut listen = message(example);
    listen["params"]["notifications"] = typed::<SubscriptionFilter>(&listen["params"]["notifications"]);
    listen
}

// Questions to the client, and its responses.

fn question(example: &Value) -> InputRequest {
    let methods = [InputMethod::Elicit, InputMethod::CreateMessage, InputMethod::ListRoots];
    let method = methods.into_iter().find(|method| example["method"] == method.as_str()).unwrap();
    let params = match method {
        InputMethod::Elicit => form(&example["params"]),
        InputMethod::CreateMessage => typed::<CreateMessage>(&example["params"]),
        InputMethod::ListRoots => json!({}),
    };
    InputRequest { method, params }.for_version(VERSION).unwrap()
}

fn questions(example: &Value) -> BTreeMap<String, InputRequest> {
    let questions = example.as_object().into_iter().flatten();
    questions.map(|(key, example)| (key.clone(), question(example))).collect()
}

fn input_request(example: &Value) -> Value {
    question(example).to_value()
}

fn input_requests(example: &Value) -> Value {
    questions(example).into_iter().map(|(key, question)| (key, question.to_value())).collect::<Map<_, _>>().into()
}

fn input_required(responses: &ResponseWriter, id: &RequestId, example: &Value) -> Bytes {
    let state = example["requestState"].as_str().unwrap().to_owned();
    responses.of_type(id, "input_required", &input_required_members(&questions(&example["inputRequests"]), state))
}

fn list_roots(example: &Value) -> Value {
    let mut request = question(example).to_value();
    request["id"] = example["id"].clone();
    request
}

fn form(example: &Value) -> Value {
    let mut form = example.clone();
    for property in form["requestedSchema"]["properties"].as_object_mut().unwrap().values_mut() {
        *property = field(property);
    }
    form
}

/// Returns the schema of a property as forms publish it.
fn field(example: &Value) -> Value {
    schema::field(example).unwrap()
}

fn url(example: &Value) -> Value {
    let [url, message] = ["url", "message"].map(|member| example[member].as_str().unwrap());
    UrlElicitation::new(url, message).request().unwrap().for_version(VERSION).unwrap().params
}

fn elicit_result(example: &Value) -> Value {
    let text = example.to_string();
    serde_json::to_value(serde_json::from_str::<ElicitResult<'_>>(&text).unwrap()).unwrap()
}

fn input_responses(example: &Value) -> Value {
    let responses = params("tools/call", &json!({"inputResponses": example}))["inputResponses"].take();
    let typed_responses = responses.as_object().unwrap().iter().map(|(key, answer)| {
        let answer =
            if answer.get("action").is_some() { elicit_result(answer) } else { typed::<CreateMessageResult>(answer) };
        (key.clone(), answer)
    });
    typed_responses.collect::<Map<_, _>>().into()
}

fn roots(example: &Value) -> Value {
    #[derive(Serialize, Deserialize)]
    struct ListRootsResult {
        roots: Vec<Root>,
    }
    typed::<ListRootsResult>(example)
}

// Notifications of the server.

fn log(params: &Value) -> Bytes {
    log_message(parsed::<LoggingLevel>(&params["level"]), params["logger"].as_str(), &params["data"])
}

fn progressed(params: &Value) -> Bytes {
    let report = Progress {
        progress: params["progress"].as_f64().unwrap(),
        total: params["total"].as_f64(),
        message: params["message"].as_str().map(str::to_owned),
    };
    progress(&params["progressToken"].to_string(), &report)
}

fn subscription_id(message: &Value) -> RequestId {
    let body = Bytes::from(message["params"]["_meta"][meta::SUBSCRIPTION_ID].to_string());
    RequestId::parse(&body, str::from_utf8(&body).unwrap()).unwrap()
}

fn list_changed(example: &Value, list: List) -> Value {
    read(&subscription::list_changed(list, Some(&subscription_id(example))))
}

fn updated(params: &Value, subscription: Option<&RequestId>) -> Bytes {
    subscription::resource_updated(params["uri"].as_str().unwrap(), subscription)
}

fn acknowledged(example: &Value) -> Value {
    let filter = parsed::<SubscriptionFilter>(&example["params"]["notifications"]);
    read(&subscription::acknowledged(&filter, &subscription_id(example)))
}
