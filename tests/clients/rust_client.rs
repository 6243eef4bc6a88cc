//! rmcp's client, which speaks both eras.

use std::{sync::Arc, time::Duration};

use rmcp::{
    ClientHandler, ServiceError,
    model::{
        CallToolRequest, CallToolRequestParams, CallToolResult, ClientCapabilities, ClientConfig, ClientRequest,
        GetPromptRequestParams, Implementation, JsonObject, ProgressNotificationParam, ProtocolVersion,
        ReadResourceRequestParams, ResourceContents, ServerResult,
    },
    service::{
        ClientLifecycleMode, ClientServiceExt as _, NotificationContext, PeerRequestOptions, RoleClient, RunningService,
    },
    transport::{StreamableHttpClientTransport, streamable_http_client::StreamableHttpClientTransportConfig},
};
use serde_json::{Value, json};
use tokio::sync::mpsc;

use crate::servers::{Brief, Era};

type Connection = RunningService<RoleClient, Listener>;

/// Hears the progress of every call.
struct Listener(mpsc::UnboundedSender<f64>);

impl ClientHandler for Listener {
    fn get_info(&self) -> ClientConfig {
        ClientConfig::new(ClientCapabilities::default(), Implementation::new("rmcp", "3"))
            .with_protocol_version(ProtocolVersion::V_2025_11_25)
    }

    async fn on_progress(&self, progress: ProgressNotificationParam, _: NotificationContext<RoleClient>) {
        _ = self.0.send(progress.progress);
    }
}

async fn connect(brief: &Brief, url: &str) -> (Connection, mpsc::UnboundedReceiver<f64>) {
    let lifecycle = match brief.era {
        Era::Session => ClientLifecycleMode::Initialize,
        Era::Stateless => ClientLifecycleMode::Discover { preferred_versions: vec![ProtocolVersion::V_2026_07_28] },
    };
    let (sender, progress) = mpsc::unbounded_channel();
    let transport = StreamableHttpClientTransport::from_config(StreamableHttpClientTransportConfig::with_uri(url));
    let connection = Listener(sender).serve_with_lifecycle(transport, lifecycle).await.expect("a connection");
    (connection, progress)
}

/// Everything that a client must see.
pub(crate) async fn check(brief: &Brief) {
    let expected: Value = serde_json::from_str(include_str!("expectations.json")).expect("expectations are JSON");
    let (mut client, mut progress) = connect(brief, &brief.url).await;
    let server = client.peer_info().expect("an introduction");
    assert_eq!(server.protocol_version.to_string(), brief.era.version());
    lists(&client, &expected).await;

    let greeting = call(&client, "hello-world", json!({"name": "joe"})).await.expect("a greeting");
    assert!(text(&greeting).starts_with(as_text(&expected["greeting"])), "{greeting:?}");
    let heard = if brief.notifies { expected["greetingProgress"].clone() } else { json!([]) };
    assert_eq!(json!(drain(&mut progress, heard.as_array().map_or(0, Vec::len)).await), floats(&heard));

    reads_and_prompts(&client, brief, &expected).await;
    fails(&client, &expected).await;
    is_structured(&client, &expected).await;
    withdraws(&client, brief).await;
    if brief.sessions && brief.notifies {
        goes_on_after_a_broken_stream(brief, &expected).await;
    }
    client.close_with_timeout(Duration::from_secs(5)).await.expect("a clean end").expect("an end in time");
}

async fn lists(client: &Connection, expected: &Value) {
    let sorted = |mut names: Vec<String>| {
        names.sort();
        json!(names)
    };
    let tools = client.list_all_tools().await.expect("tools");
    assert_eq!(sorted(tools.into_iter().map(|tool| tool.name.into_owned()).collect()), expected["tools"]);
    let resources = client.list_all_resources().await.expect("resources");
    assert_eq!(sorted(resources.into_iter().map(|resource| resource.uri.clone()).collect()), expected["resources"]);
    let templates = client.list_all_resource_templates().await.expect("templates");
    assert_eq!(
        sorted(templates.into_iter().map(|template| template.uri_template.clone()).collect()),
        expected["templates"]
    );
    let prompts = client.list_all_prompts().await.expect("prompts");
    assert_eq!(sorted(prompts.into_iter().map(|prompt| prompt.name).collect()), expected["prompts"]);
}

async fn reads_and_prompts(client: &Connection, brief: &Brief, expected: &Value) {
    for (uri, content) in
        [(&expected["resources"][0], &expected["resourceText"]), (&expected["userUri"], &expected["userText"])]
    {
        let read = client.read_resource(ReadResourceRequestParams::new(as_text(uri))).await.expect("a resource");
        let [ResourceContents::TextResourceContents { text, .. }] = &*read.contents else { panic!("{read:?}") };
        assert_eq!(text, as_text(content));
    }
    let missing = client.read_resource(ReadResourceRequestParams::new("mcp://nowhere")).await;
    assert_eq!(code(&missing.expect_err("no such resource")), if brief.era == Era::Session { -32002 } else { -32602 });

    let arguments = object(json!({"name": "joe", "language": "Welsh"}));
    let prompt =
        client.get_prompt(GetPromptRequestParams::new("greet").with_arguments(arguments)).await.expect("a prompt");
    assert_eq!(
        json!(prompt.messages),
        json!([{"role": "user", "content": {"type": "text", "text": expected["promptText"]}}])
    );
    let lacking = client.get_prompt(GetPromptRequestParams::new("greet")).await;
    assert_eq!(code(&lacking.expect_err("an argument is missing")), -32602);
}

async fn fails(client: &Connection, expected: &Value) {
    let argument = as_text(&expected["refusedArgument"]);
    let refused = call(client, "hello-world", json!({argument: 5})).await.expect("a tool error");
    assert!(refused.is_error == Some(true) && text(&refused).contains(argument), "{refused:?}");
    let unknown = call(client, "no-such-tool", json!({})).await.expect_err("no such tool");
    assert_eq!(code(&unknown), -32602);
    let told = call(client, "divide", json!({"dividend": 1, "divisor": 0})).await.expect("a tool error");
    assert_eq!((told.is_error, text(&told)), (Some(true), as_text(&expected["divisionError"]).to_owned()));
    let masked = format!("{:?}", call(client, "break-down", json!({})).await);
    assert!(!masked.contains(as_text(&expected["maskedSecret"])), "{masked}");
}

/// This client leaves the check of structured content to its user.
async fn is_structured(client: &Connection, expected: &Value) {
    let tools = client.list_all_tools().await.expect("tools");
    for (name, honest) in [("forecast", true), ("lie-about-the-weather", false)] {
        let schema =
            tools.iter().find(|tool| tool.name == name).and_then(|tool| tool.output_schema.clone()).expect("a schema");
        let result = call(client, name, json!({"city": "Oslo"})).await.expect("structured content");
        let content = result.structured_content.expect("structured content");
        assert_eq!(jsonschema::is_valid(&Value::Object(Arc::unwrap_or_clone(schema)), &content), honest, "{content}");
        assert_eq!(content == expected["forecast"], honest, "{content}");
    }
}

async fn withdraws(client: &Connection, brief: &Brief) {
    let (mut other, _progress) = connect(brief, &brief.url).await;
    let params = CallToolRequestParams::new("wait").with_arguments(object(json!({"label": "abort"})));
    let request = ClientRequest::CallToolRequest(CallToolRequest::new(params));
    let waiting = other.send_cancellable_request(request, PeerRequestOptions::no_options()).await.expect("a call");
    noted(client, "started abort").await;
    // Without a session a notification reaches no call; only the lost connection tells.
    if brief.sessions || brief.era == Era::Stateless {
        waiting.cancel(None).await.expect("a withdrawal");
        noted(client, "withdrawn abort").await;
    }
    _ = other.close_with_timeout(Duration::from_secs(5)).await;
    noted(client, "withdrawn abort").await;
}

async fn noted(client: &Connection, entry: &str) {
    for _ in 0..250 {
        if text(&call(client, "journal", json!({})).await.expect("the journal")).lines().any(|line| line == entry) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("`{entry}` was never noted");
}

async fn goes_on_after_a_broken_stream(brief: &Brief, expected: &Value) {
    let (mut client, mut progress) = connect(brief, &brief.fragile_url).await;
    let counted = call(&client, "count", json!({})).await.expect("an answer after all");
    assert_eq!(text(&counted), as_text(&expected["countResult"]));
    assert_eq!(drain(&mut progress, 6).await, [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
    _ = client.close_with_timeout(Duration::from_secs(5)).await;
}

async fn call(client: &Connection, name: &'static str, arguments: Value) -> Result<CallToolResult, ServiceError> {
    let params = CallToolRequestParams::new(name).with_arguments(object(arguments));
    match client.send_request(ClientRequest::CallToolRequest(CallToolRequest::new(params))).await? {
        ServerResult::CallToolResult(result) => Ok(result),
        other => panic!("not the result of a tool: {other:?}"),
    }
}

/// As much progress as is expected, and what else there is: notifications are handed over on tasks of their own.
async fn drain(progress: &mut mpsc::UnboundedReceiver<f64>, expected: usize) -> Vec<f64> {
    let mut heard = Vec::new();
    while let Ok(Some(step)) = tokio::time::timeout(Duration::from_millis(200), progress.recv()).await {
        heard.push(step);
        if heard.len() >= expected && progress.is_empty() {
            break;
        }
    }
    heard
}

fn object(value: Value) -> JsonObject {
    serde_json::from_value(value).expect("an object")
}

fn as_text(value: &Value) -> &str {
    value.as_str().expect("text")
}

fn floats(values: &Value) -> Value {
    values.as_array().into_iter().flatten().map(Value::as_f64).collect()
}

fn text(result: &CallToolResult) -> String {
    result.content.iter().filter_map(|block| block.as_text()).map(|block| &*block.text).collect::<Vec<_>>().join("\n")
}

fn code(error: &ServiceError) -> i32 {
    match error {
        ServiceError::McpError(error) => error.code.0,
        other => panic!("no JSON-RPC error: {other:?}"),
    }
}
