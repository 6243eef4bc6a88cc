//! rmcp's client, which speaks both eras.
#![expect(deprecated, reason = "logging is on its way out of the protocol, but servers of today log")]

use std::{sync::Arc, time::Duration};

use rmcp::{
    ClientHandler, ErrorData, ServiceError,
    model::{
        CallToolRequest, CallToolRequestParams, CallToolResult, ClientConfig, ClientRequest,
        CreateMessageRequestParams, CreateMessageResult, CustomNotification, ElicitRequestParams, ElicitResult,
        GetPromptRequestParams, Implementation, JsonObject, ListRootsResult, LoggingLevel,
        LoggingMessageNotificationParam, ProgressNotificationParam, ProtocolVersion, ReadResourceRequestParams,
        ResourceContents, ServerResult, SetLevelRequestParams,
    },
    service::{
        ClientLifecycleMode, ClientServiceExt as _, NotificationContext, PeerRequestOptions, RequestContext,
        RequestHandle, RoleClient, RunningService,
    },
    transport::{
        StreamableHttpClientTransport, TokioChildProcess, streamable_http_client::StreamableHttpClientTransportConfig,
    },
};
use serde_json::{Value, json};
use tokio::sync::mpsc;

use crate::{
    rust_conversation::{self, Person},
    rust_task,
    servers::{self, Brief, Era},
};

pub(crate) type Connection = RunningService<RoleClient, Listener>;

/// Hears what the server says before it answers: progress as numbers, log messages as their level, pages as their id.
pub(crate) struct Listener {
    said: mpsc::UnboundedSender<Value>,
    person: Person,
}

pub(crate) type Heard = mpsc::UnboundedReceiver<Value>;

impl ClientHandler for Listener {
    fn get_info(&self) -> ClientConfig {
        ClientConfig::new(Person::capabilities(), Implementation::new("rmcp", "3"))
            .with_protocol_version(ProtocolVersion::V_2025_11_25)
    }

    async fn on_progress(&self, progress: ProgressNotificationParam, _: NotificationContext<RoleClient>) {
        _ = self.said.send(json!(progress.progress));
    }

    async fn on_logging_message(&self, log: LoggingMessageNotificationParam, _: NotificationContext<RoleClient>) {
        _ = self.said.send(json!(log.level));
    }

    /// This client has no handler of its own for the end of a visit to a page.
    async fn on_custom_notification(&self, notification: CustomNotification, _: NotificationContext<RoleClient>) {
        if notification.method == "notifications/elicitation/complete" {
            _ = self.said.send(notification.params.unwrap_or_default()["elicitationId"].take());
        }
    }

    async fn create_elicitation(
        &self,
        asked: ElicitRequestParams,
        context: RequestContext<RoleClient>,
    ) -> Result<ElicitResult, ErrorData> {
        Ok(self.person.elicit(asked, &context.peer).await)
    }

    async fn create_message(
        &self,
        asked: CreateMessageRequestParams,
        _: RequestContext<RoleClient>,
    ) -> Result<CreateMessageResult, ErrorData> {
        self.person.create_message(&asked)
    }

    async fn list_roots(&self, _: RequestContext<RoleClient>) -> Result<ListRootsResult, ErrorData> {
        Ok(self.person.list_roots())
    }
}

async fn connect(brief: &Brief, url: &str, person: Person) -> (Connection, Heard) {
    let lifecycle = match brief.era {
        Era::Session => ClientLifecycleMode::Initialize,
        Era::Stateless => ClientLifecycleMode::Discover { preferred_versions: vec![ProtocolVersion::V_2026_07_28] },
    };
    let (sender, heard) = mpsc::unbounded_channel();
    if let Some(command) = brief.command {
        let transport = TokioChildProcess::new(tokio::process::Command::new(command)).expect("a server");
        let listener = Listener { said: sender, person };
        let connection = listener.serve_with_lifecycle(transport, lifecycle).await.expect("a connection");
        return (connection, heard);
    }
    let transport = StreamableHttpClientTransport::from_config(StreamableHttpClientTransportConfig::with_uri(url));
    let connection =
        Listener { said: sender, person }.serve_with_lifecycle(transport, lifecycle).await.expect("a connection");
    (connection, heard)
}

/// Everything that a client must see.
pub(crate) async fn check(brief: &Brief) {
    let expected = servers::expectations();
    let person = Person::default();
    let (mut client, mut heard) = connect(brief, &brief.url, person.clone()).await;
    let server = client.peer_info().expect("an introduction");
    assert_eq!(server.protocol_version.to_string(), brief.era.version());
    lists(&client, &expected).await;

    let greeting = call(&client, "hello-world", json!({"name": "joe"})).await.expect("a greeting");
    assert!(text(&greeting).starts_with(as_text(&expected["greeting"])), "{greeting:?}");
    let progress = if brief.notifies { floats(&expected["greetingProgress"]) } else { json!([]) };
    assert_eq!(drain(&mut heard, &progress).await, progress);

    reads_and_prompts(&client, brief, &expected).await;
    fails(&client, &expected).await;
    is_structured(&client, &expected).await;
    logs(&client, &mut heard, brief, &expected).await;
    rust_conversation::check(&client, &mut heard, &person, brief).await;
    // Before that era a call has nothing but a result, with which the same tool has answered in the conversation.
    if brief.era == Era::Stateless {
        rust_task::works_on_a_task(&client, &person).await;
    }
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

async fn logs(client: &Connection, heard: &mut Heard, brief: &Brief, expected: &Value) {
    let mut params = CallToolRequestParams::new("whisper");
    match brief.era {
        Era::Session => client.set_level(SetLevelRequestParams::new(LoggingLevel::Warning)).await.expect("a level"),
        Era::Stateless => params.meta.get_or_insert_default().set_log_level(LoggingLevel::Warning),
    }
    call_with(client, params).await.expect("a whisper");
    // Without a session there is nothing that could remember the level.
    let whispers = &expected["whispers"][if brief.remembers { "fromWarning" } else { "default" }];
    let levels = if brief.notifies { whispers.clone() } else { json!([]) };
    assert_eq!(drain(heard, &levels).await, levels);
}

async fn withdraws(client: &Connection, brief: &Brief) {
    if brief.command.is_some() {
        // A client that starts its server would start another one.
        let waiting = wait(client).await;
        noted(client, "started abort").await;
        waiting.cancel(None).await.expect("a withdrawal");
        return noted(client, "withdrawn abort").await;
    }
    let (mut other, _heard) = connect(brief, &brief.url, Person::default()).await;
    let waiting = wait(&other).await;
    noted(client, "started abort").await;
    // Without a session a notification reaches no call; only the lost connection tells.
    if brief.remembers {
        waiting.cancel(None).await.expect("a withdrawal");
        noted(client, "withdrawn abort").await;
    }
    _ = other.close_with_timeout(Duration::from_secs(5)).await;
    noted(client, "withdrawn abort").await;
}

/// Begins a call that ends when it is withdrawn.
async fn wait(client: &Connection) -> RequestHandle<RoleClient> {
    let params = CallToolRequestParams::new("wait").with_arguments(object(json!({"label": "abort"})));
    let request = ClientRequest::CallToolRequest(CallToolRequest::new(params));
    client.send_cancellable_request(request, PeerRequestOptions::no_options()).await.expect("a call")
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
    let (mut client, mut heard) = connect(brief, &brief.fragile_url, Person::default()).await;
    let counted = call(&client, "count", json!({})).await.expect("an answer after all");
    assert_eq!(text(&counted), as_text(&expected["countResult"]));
    let steps = json!([1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
    assert_eq!(drain(&mut heard, &steps).await, steps);
    _ = client.close_with_timeout(Duration::from_secs(5)).await;
}

async fn call(client: &Connection, name: &'static str, arguments: Value) -> Result<CallToolResult, ServiceError> {
    call_with(client, CallToolRequestParams::new(name).with_arguments(object(arguments))).await
}

async fn call_with(client: &Connection, params: CallToolRequestParams) -> Result<CallToolResult, ServiceError> {
    match client.send_request(ClientRequest::CallToolRequest(CallToolRequest::new(params))).await? {
        ServerResult::CallToolResult(result) => Ok(result),
        other => panic!("not the result of a tool: {other:?}"),
    }
}

/// As much as is expected, and what else there is, in ascending order: this client hands each notification to a task of its own,
/// which may overtake another.
pub(crate) async fn drain(heard: &mut Heard, expected: &Value) -> Value {
    let expected = expected.as_array().map_or(0, Vec::len);
    let mut drained = Vec::new();
    while let Ok(Some(said)) = tokio::time::timeout(Duration::from_millis(200), heard.recv()).await {
        drained.push(said);
        if drained.len() >= expected && heard.is_empty() {
            break;
        }
    }
    ascending(drained)
}

pub(crate) fn ascending(mut values: Vec<Value>) -> Value {
    let rank = |value: &Value| (value.as_f64(), value.to_string());
    values.sort_by(|one, other| rank(one).partial_cmp(&rank(other)).expect("numbers"));
    Value::Array(values)
}

pub(crate) fn object(value: Value) -> JsonObject {
    serde_json::from_value(value).expect("an object")
}

pub(crate) fn as_text(value: &Value) -> &str {
    value.as_str().expect("text")
}

fn floats(values: &Value) -> Value {
    values.as_array().into_iter().flatten().map(Value::as_f64).collect()
}

pub(crate) fn text(result: &CallToolResult) -> String {
    result.content.iter().filter_map(|block| block.as_text()).map(|block| &*block.text).collect::<Vec<_>>().join("\n")
}

fn code(error: &ServiceError) -> i32 {
    match error {
        ServiceError::McpError(error) => error.code.0,
        other => panic!("no JSON-RPC error: {other:?}"),
    }
}
