//! The examples of the specification (2026-07-28): each is parsed by the type or parser of this
//! crate, written by what writes it on the wire, and must be unchanged.

use std::{collections::BTreeMap, fs, path::PathBuf, str, sync::Arc, time::Duration};

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Map, Value, json, value::RawValue};

use super::*;
use crate::{
    context::{ItemInfo, ItemKind},
    engine::call::input_required_members,
    error::UrlElicitation,
    protocol::{
        CacheScope, Completion, CreateMessage, CreateMessageResult, Implementation, LoggingLevel, ModelPreferences,
        Progress, Prompt, PromptResult, Resource, ResourceResult, ResourceTemplate, Root, SamplingMessage,
        ServerCapabilities, Tool, ToolExchange,
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

/// The way in which the examples of a folder are tested.
enum How {
    /// Read into a type of the library, or by its parser, and written by what writes it on the
    /// wire.
    There(fn(&Value) -> Value),
    /// Read by the parser, which keeps this part as the text it is; written as what was kept.
    Kept(fn(&Value) -> Value),
}

use How::{Kept, There};

/// Folder, what is done, and the members that the library says although the example does not.
type Row = (&'static str, How, &'static [&'static str]);

/// Every result names the server, as results should.
const SERVER: &[&str] = &["_meta"];
const SERVER_OF_RESPONSE: &[&str] = &["result/_meta"];

#[rustfmt::skip]
const TABLE: &[Row] = &[
    ("AudioContent", There(typed::<Content>), &[]),
    ("BlobResourceContents", There(typed::<ResourceContents>), &[]),
    ("BooleanSchema", There(field), &[]),
    ("CallToolRequest", There(message), &[]),
    ("CallToolRequestParams", There(|it| params("tools/call", it)), &[]),
    ("CallToolResult", There(|it| result(it, tool)), SERVER),
    ("CallToolResultResponse", There(|it| response(it, tool)), SERVER_OF_RESPONSE),
    ("CancelledNotification", There(message), &[]),
    ("CancelledNotificationParams", There(|it| params("notifications/cancelled", it)), &[]),
    ("ClientCapabilities", Kept(client_capabilities), &[]),
    ("CompleteRequest", There(message), &[]),
    ("CompleteRequestParams", There(|it| params("completion/complete", it)), &[]),
    ("CompleteResult", There(|it| result(it, completion)), SERVER),
    ("CompleteResultResponse", There(|it| response(it, completion)), SERVER_OF_RESPONSE),
    ("CreateMessageRequest", There(input_request), &[]),
    ("CreateMessageRequestParams", There(typed::<CreateMessage>), &[]),
    ("CreateMessageResult", There(typed::<CreateMessageResult>), &[]),
    ("DiscoverRequest", There(message), &[]),
    ("DiscoverResult", There(|it| result(it, discovery)), &[]),
    ("DiscoverResultResponse", There(|it| response(it, discovery)), &[]),
    ("ElicitRequest", There(input_request), &[]),
    ("ElicitRequestFormParams", There(form), &[]),
    // Earlier revisions give it an id, this one does not.
    ("ElicitRequestURLParams", There(url), &[]),
    ("ElicitResult", There(elicit_result), &[]),
    ("EmbeddedResource", There(typed::<Content>), &[]),
    ("GetPromptRequest", There(message), &[]),
    ("GetPromptRequestParams", There(|it| params("prompts/get", it)), &[]),
    ("GetPromptResult", There(|it| result(it, prompt)), SERVER),
    ("GetPromptResultResponse", There(|it| response(it, prompt)), SERVER_OF_RESPONSE),
    ("HeaderMismatchError", There(error_response), &[]),
    ("ImageContent", There(typed::<Content>), &[]),
    ("InputRequests", There(input_requests), &[]),
    // The library asks something in every such result.
    ("InputRequiredResult", There(|it| result(it, input_required)), &["_meta", "inputRequests"]),
    ("InputResponses", There(input_responses), &[]),
    ("InternalError", There(typed::<ErrorObject>), &[]),
    ("InvalidParamsError", There(typed::<ErrorObject>), &[]),
    ("ListPromptsRequest", There(message), &[]),
    ("ListPromptsResult", There(|it| result(it, list::<Prompt>)), SERVER),
    ("ListPromptsResultResponse", There(|it| response(it, list::<Prompt>)), SERVER_OF_RESPONSE),
    ("ListResourceTemplatesRequest", There(message), &[]),
    ("ListResourceTemplatesResult", There(|it| result(it, list::<ResourceTemplate>)), SERVER),
    ("ListResourceTemplatesResultResponse", There(|it| response(it, list::<ResourceTemplate>)), SERVER_OF_RESPONSE),
    ("ListResourcesRequest", There(message), &[]),
    ("ListResourcesResult", There(|it| result(it, list::<Resource>)), SERVER),
    ("ListResourcesResultResponse", There(|it| response(it, list::<Resource>)), SERVER_OF_RESPONSE),
    // The example has an id from the days when this was a request of its own; here it is an entry
    // of `inputRequests`.
    ("ListRootsRequest", There(list_roots), &["params"]),
    ("ListRootsResult", There(roots), &[]),
    ("ListToolsRequest", There(message), &[]),
    ("ListToolsResult", There(|it| result(it, list::<Tool>)), SERVER),
    ("ListToolsResultResponse", There(|it| response(it, list::<Tool>)), SERVER_OF_RESPONSE),
    ("LoggingMessageNotification", There(|it| read(&log(&it["params"]))), &[]),
    ("LoggingMessageNotificationParams", There(|it| read(&log(it))["params"].take()), &[]),
    ("MethodNotFoundError", There(typed::<ErrorObject>), &[]),
    ("MissingRequiredClientCapabilityError", There(error_response), &[]),
    ("ModelPreferences", There(typed::<ModelPreferences>), &[]),
    ("NumberSchema", There(field), &[]),
    ("PaginatedRequestParams", There(|it| params("tools/list", it)), &[]),
    ("ParseError", There(typed::<ErrorObject>), &[]),
    ("ProgressNotification", There(|it| read(&progressed(&it["params"]))), &[]),
    ("ProgressNotificationParams", There(|it| read(&progressed(it))["params"].take()), &[]),
    ("PromptListChangedNotification", There(|it| list_changed(it, List::Prompts)), &[]),
    ("ReadResourceRequest", There(message), &[]),
    ("ReadResourceResult", There(|it| result(it, resource)), SERVER),
    // One of them lacks what a result that may be kept must have.
    ("ReadResourceResultResponse", There(|it| response(it, resource)), &["result/_meta", "result/ttlMs", "result/cacheScope"]),
    ("Resource", There(typed::<Resource>), &[]),
    ("ResourceLink", There(typed::<Content>), &[]),
    ("ResourceListChangedNotification", There(|it| list_changed(it, List::Resources)), &[]),
    ("ResourceUpdatedNotification", There(|it| read(&updated(&it["params"], Some(&subscription_id(it))))), &[]),
    ("ResourceUpdatedNotificationParams", There(|it| read(&updated(it, None))["params"].take()), &[]),
    ("Root", There(typed::<Root>), &[]),
    ("SamplingMessage", There(typed::<SamplingMessage>), &[]),
    ("ServerCapabilities", There(typed::<ServerCapabilities>), &[]),
    ("StringSchema", There(field), &[]),
    ("SubscriptionsAcknowledgedNotification", There(acknowledged), &[]),
    ("SubscriptionsListenRequest", There(listen), &[]),
    ("SubscriptionsListenResult", There(|it| read(&subscription::listen_result(&subscription_id(&json!({"params": it}))))["result"].take()), &[]),
    ("SubscriptionsListenResultResponse", There(|it| response(it, |_, id, _| subscription::listen_result(id))), &[]),
    ("TextContent", There(typed::<Content>), &[]),
    ("TextResourceContents", There(typed::<ResourceContents>), &[]),
    ("TitledMultiSelectEnumSchema", There(field), &[]),
    ("TitledSingleSelectEnumSchema", There(field), &[]),
    ("Tool", There(typed::<Tool>), &[]),
    ("ToolListChangedNotification", There(|it| list_changed(it, List::Tools)), &[]),
    ("ToolResultContent", There(typed::<ToolExchange>), &[]),
    ("ToolUseContent", There(typed::<ToolExchange>), &[]),
    ("UnsupportedProtocolVersionError", There(error_response), &[]),
    ("UntitledMultiSelectEnumSchema", There(field), &[]),
    ("UntitledSingleSelectEnumSchema", There(field), &[]),
];

#[test]
fn specification_examples_round_trip() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../tests/specification/2026-07-28/examples");
    let mut folders = entries(&folder);
    let mut files = 0;
    for (name, how, more) in TABLE {
        folders.retain(|folder| !folder.ends_with(name));
        for file in entries(&folder.join(name)) {
            let example: Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
            let (There(again) | Kept(again)) = how;
            let mut written = again(&example);
            for member in *more {
                let (parent, member) =
                    member.rsplit_once('/').map_or(("", *member), |(parent, member)| (parent, member));
                let pointer = if parent.is_empty() { String::new() } else { format!("/{parent}") };
                let is_said = example.pointer(&pointer).is_some_and(|parent| parent.get(member).is_some());
                if let (false, Some(parent)) = (is_said, written.pointer_mut(&pointer)) {
                    parent.as_object_mut().unwrap().remove(member);
                }
            }
            assert_eq!(plain(written), plain(example), "{}", file.display());
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

/// One form for what means the same: `50` and `50.0`, and `isError: false` and nothing.
fn plain(value: Value) -> Value {
    match value {
        Value::Number(number) => json!(number.as_f64()),
        Value::Array(items) => items.into_iter().map(plain).collect(),
        Value::Object(members) => members
            .into_iter()
            .filter(|(name, value)| name != "isError" || value != false)
            .map(|(name, value)| (name, plain(value)))
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
        Kind::Response { .. } => panic!("no response"),
    };
    let params = &message.params;
    let raw = |text: Option<&str>| text.map(|text| read(text.as_bytes()));
    let json = |parameter: Parameter<'_>| raw(parameter.json());
    let meta = params.meta().map(|meta| {
        members([
            ("progressToken", raw(meta.progress_token.map(RawValue::get))),
            (meta::PROTOCOL_VERSION, meta.protocol_version().unwrap().as_deref().map(Value::from)),
            ("io.modelcontextprotocol/clientInfo", raw(meta.client_info.map(RawValue::get))),
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

// Results of the server.

type Write = fn(&ResponseWriter, &RequestId, &Value) -> Bytes;

fn result(example: &Value, write: Write) -> Value {
    response(&json!({"jsonrpc": "2.0", "id": 1, "result": example}), write)["result"].take()
}

/// The answer with the id and the result of the example, under the name that the example gives the
/// server.
fn response(example: &Value, write: Write) -> Value {
    let body = Bytes::from(example.to_string());
    let Kind::Response { id: Some(id), answer: Ok(result) } = Message::parse(&body).unwrap().kind else {
        panic!("no result")
    };
    let result = read(result.as_bytes());
    let server = match result.pointer("/_meta/io.modelcontextprotocol~1serverInfo") {
        Some(server) => parsed(server),
        None => Implementation::new("examples", "1"),
    };
    let writer = ResponseWriter::new(Arc::new(Settings::for_tests(server)));
    read(&write(&writer, &id, &result))
}

fn tool(responses: &ResponseWriter, id: &RequestId, example: &Value) -> Bytes {
    let mut result = ToolResult::content(parsed::<Vec<Content>>(&example["content"]));
    result.is_error = example["isError"] == true;
    if let Some(structured) = example.get("structuredContent") {
        result = result.structured(structured).unwrap();
    }
    outcome(responses, id, CallResult::Tool(result))
}

fn prompt(responses: &ResponseWriter, id: &RequestId, example: &Value) -> Bytes {
    let result = PromptResult::new(parsed::<Vec<PromptMessage>>(&example["messages"]));
    outcome(responses, id, CallResult::Prompt(result.description(example["description"].as_str().unwrap())))
}

fn resource(responses: &ResponseWriter, id: &RequestId, example: &Value) -> Bytes {
    let mut result = ResourceResult::new(parsed::<Vec<ResourceContents>>(&example["contents"]));
    if example.get("ttlMs").is_some() {
        let Lifetime { ttl, scope } = lifetime(example);
        result = result.ttl(ttl).cache_scope(scope);
    }
    outcome(responses, id, CallResult::Resource(result))
}

fn completion(responses: &ResponseWriter, id: &RequestId, example: &Value) -> Bytes {
    outcome(responses, id, CallResult::Completion(parsed::<Completion>(&example["completion"])))
}

fn outcome(responses: &ResponseWriter, id: &RequestId, outcome: CallResult) -> Bytes {
    let item = ItemInfo {
        kind: ItemKind::Resource,
        name: "example".into(),
        description: None,
        mime_type: None,
        ui: None,
        access: crate::auth::Access::default(),
        cache: CacheHint::default(),
        may_be_public: true,
        task: crate::protocol::TaskSupport::default(),
        detaches: false,
        explainer: None,
    };
    responses.call(VERSION, id, &Target { item: Arc::new(item), uri: None, is_completion: false }, Ok(outcome))
}

fn lifetime(example: &Value) -> Lifetime {
    let scope =
        [CacheScope::Public, CacheScope::Private].into_iter().find(|scope| example["cacheScope"] == scope.as_str());
    Lifetime { ttl: Duration::from_millis(example["ttlMs"].as_u64().unwrap()), scope: scope.unwrap() }
}

fn list<T: DeserializeOwned + Serialize>(responses: &ResponseWriter, id: &RequestId, example: &Value) -> Bytes {
    let (name, items) = example.as_object().unwrap().iter().find(|(_, value)| value.is_array()).unwrap();
    let member = format!("\"{name}\":{}", typed::<Vec<T>>(items));
    responses.page(VERSION, id, member.as_bytes(), example["nextCursor"].as_str(), lifetime(example))
}

fn discovery(responses: &ResponseWriter, id: &RequestId, example: &Value) -> Bytes {
    let versions = parsed::<Vec<String>>(&example["supportedVersions"]);
    let versions = versions.iter().map(|version| ProtocolVersion::parse(version).unwrap().as_str());
    let mut said = json!({
        "supportedVersions": versions.collect::<Vec<_>>(),
        "capabilities": typed::<ServerCapabilities>(&example["capabilities"]),
    });
    if let Some(instructions) = example.get("instructions") {
        said["instructions"] = instructions.clone();
    }
    let said = said.to_string();
    responses.members(VERSION, id, &said[1..said.len() - 1], Some(lifetime(example)))
}

fn error_response(example: &Value) -> Value {
    let body = Bytes::from(example.to_string());
    let Kind::Response { id, answer: Err(error) } = Message::parse(&body).unwrap().kind else { panic!("no error") };
    read(&error_bytes(id.as_ref(), &serde_json::from_str::<ErrorObject>(error).unwrap()))
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

/// The schema of a property as a form says it.
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
    let kept = params("tools/call", &json!({"inputResponses": example}))["inputResponses"].take();
    let typed = kept.as_object().unwrap().iter().map(|(key, answer)| {
        let again =
            if answer.get("action").is_some() { elicit_result(answer) } else { typed::<CreateMessageResult>(answer) };
        (key.clone(), again)
    });
    typed.collect::<Map<_, _>>().into()
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
