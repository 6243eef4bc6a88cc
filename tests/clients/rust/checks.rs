//! Checks that rmcp's client must pass.

use std::{sync::Arc, time::Duration};

use rmcp::{
    ServiceError,
    model::{
        CallToolRequest, CallToolRequestParams, CallToolResult, ClientRequest, GetPromptRequestParams, LoggingLevel,
        ReadResourceRequestParams, ResourceContents, ServerResult, SetLevelRequestParams,
    },
    service::{PeerRequestOptions, RequestHandle, RoleClient},
};
use serde_json::{Value, json};
use tests::harness::{Era, until};

use super::{
    connection::{Connection, Notifications, connect, drain, object, text},
    person::{Person, as_text},
    questions, task,
};
use crate::servers::{self, Brief};

/// Runs all checks.
pub(crate) async fn check(brief: &Brief) {
    let expected = servers::expectations();
    let person = Person::default();
    let (mut client, mut notifications) = connect(brief, &brief.url, person.clone()).await;
    let server = client.peer_info().expect("server info");
    assert_eq!(server.protocol_version.to_string(), brief.era.version());
    lists(&client, &expected).await;

    let greeting = call(&client, "hello-world", json!({"name": "joe"})).await.expect("a greeting");
    assert!(text(&greeting).starts_with(as_text(&expected["greeting"])), "{greeting:?}");
    let progress = if brief.notifies { floats(&expected["greetingProgress"]) } else { json!([]) };
    assert_eq!(drain(&mut notifications, &progress).await, progress);

    reads_resources_and_prompts(&client, brief, &expected).await;
    reports_errors(&client, &expected).await;
    validates_structured_output(&client, &expected).await;
    receives_logs(&client, &mut notifications, brief, &expected).await;
    questions::check(&client, &mut notifications, &person, brief).await;
    // In the session era the call of this tool is not a task. The questions cover it.
    if brief.era == Era::Stateless {
        task::completes_a_task(&client, &person).await;
    }
    cancels_a_call(&client, brief).await;
    if brief.sessions && brief.notifies {
        resumes_a_broken_stream(brief, &expected).await;
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

async fn reads_resources_and_prompts(client: &Connection, brief: &Brief, expected: &Value) {
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

async fn reports_errors(client: &Connection, expected: &Value) {
    let argument = as_text(&expected["invalidArgument"]);
    let rejected = call(client, "hello-world", json!({argument: 5})).await.expect("a tool error");
    assert!(rejected.is_error == Some(true) && text(&rejected).contains(argument), "{rejected:?}");
    let unknown = call(client, "no-such-tool", json!({})).await.expect_err("no such tool");
    assert_eq!(code(&unknown), -32602);
    let shown = call(client, "divide", json!({"dividend": 1, "divisor": 0})).await.expect("a tool error");
    assert_eq!((shown.is_error, text(&shown)), (Some(true), as_text(&expected["divisionError"]).to_owned()));
    let masked = format!("{:?}", call(client, "break-down", json!({})).await);
    assert!(!masked.contains(as_text(&expected["maskedSecret"])), "{masked}");
}

/// rmcp leaves the validation of structured content to its user.
async fn validates_structured_output(client: &Connection, expected: &Value) {
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

async fn receives_logs(client: &Connection, notifications: &mut Notifications, brief: &Brief, expected: &Value) {
    let mut params = CallToolRequestParams::new("whisper");
    match brief.era {
        Era::Session => client.set_level(SetLevelRequestParams::new(LoggingLevel::Warning)).await.expect("a level"),
        Era::Stateless => params.meta.get_or_insert_default().set_log_level(LoggingLevel::Warning),
    }
    call_with(client, params).await.expect("a whisper");
    // Without a session the server cannot store the level.
    let whispers = &expected["whispers"][if brief.remembers { "fromWarning" } else { "default" }];
    let levels = if brief.notifies { whispers.clone() } else { json!([]) };
    assert_eq!(drain(notifications, &levels).await, levels);
}

async fn cancels_a_call(client: &Connection, brief: &Brief) {
    if brief.command.is_some() {
        // A client that starts its server would start another one.
        let waiting = wait(client).await;
        noted(client, "started abort").await;
        waiting.cancel(None).await.expect("a cancellation");
        return noted(client, "cancelled abort").await;
    }
    let (mut other, _notifications) = connect(brief, &brief.url, Person::default()).await;
    let waiting = wait(&other).await;
    noted(client, "started abort").await;
    // Without a session a notification cannot cancel the call. The lost connection does.
    if brief.remembers {
        waiting.cancel(None).await.expect("a cancellation");
        noted(client, "cancelled abort").await;
    }
    _ = other.close_with_timeout(Duration::from_secs(5)).await;
    noted(client, "cancelled abort").await;
}

/// Starts a call that ends when it is cancelled.
async fn wait(client: &Connection) -> RequestHandle<RoleClient> {
    let params = CallToolRequestParams::new("wait").with_arguments(object(json!({"label": "abort"})));
    let request = ClientRequest::CallToolRequest(CallToolRequest::new(params));
    client.send_cancellable_request(request, PeerRequestOptions::no_options()).await.expect("a call")
}

async fn noted(client: &Connection, entry: &str) {
    until(async || {
        text(&call(client, "journal", json!({})).await.expect("the journal")).lines().any(|line| line == entry)
    })
    .await;
}

async fn resumes_a_broken_stream(brief: &Brief, expected: &Value) {
    let (mut client, mut notifications) = connect(brief, &brief.fragile_url, Person::default()).await;
    let counted = call(&client, "count", json!({})).await.expect("a result");
    assert_eq!(text(&counted), as_text(&expected["countResult"]));
    let steps = json!([1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
    assert_eq!(drain(&mut notifications, &steps).await, steps);
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

fn floats(values: &Value) -> Value {
    values.as_array().into_iter().flatten().map(Value::as_f64).collect()
}

fn code(error: &ServiceError) -> i32 {
    match error {
        ServiceError::McpError(error) => error.code.0,
        other => panic!("not a JSON-RPC error: {other:?}"),
    }
}
