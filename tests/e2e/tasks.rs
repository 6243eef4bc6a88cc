//! The tasks extension: calls that are answered with a handle, polled, updated and cancelled.

use std::sync::Arc;

use mcp_server::{McpModule, McpOptions, ResponseMode, items};
use serde_json::{Value, json};
use tests::harness::{Client, serve, within};

use crate::task_items::{
    Gate, begin, cancel, client, confirm, get, greet, members, module, options, reaches, server, update,
};

#[tokio::test]
async fn task_is_created_found_and_completed() {
    let (served, gate) = server().await;
    let client = client(&served);
    let handle = client.call("wait", json!({})).await;
    assert_eq!(
        members(&handle),
        ["_meta", "createdAt", "lastUpdatedAt", "pollIntervalMs", "resultType", "status", "taskId", "ttlMs"]
    );
    assert_eq!((&handle["resultType"], &handle["status"]), (&json!("task"), &json!("working")));
    assert_eq!((&handle["ttlMs"], &handle["pollIntervalMs"]), (&json!(3_600_000), &json!(20)));
    for time in ["createdAt", "lastUpdatedAt"] {
        let text = handle[time].as_str().unwrap();
        assert!(text.len() == 24 && text.ends_with('Z') && text.as_bytes()[10] == b'T', "{text}");
    }
    let id = handle["taskId"].clone();
    assert_eq!(id.as_str().unwrap().len(), 32, "128 bits in hexadecimal");
    let task = get(&client, &id).await;
    assert_eq!(
        members(&task),
        ["_meta", "createdAt", "lastUpdatedAt", "pollIntervalMs", "resultType", "status", "taskId", "ttlMs"]
    );
    assert_eq!((&task["resultType"], &task["status"]), (&json!("complete"), &json!("working")));
    gate.open.notify_one();
    let task = reaches(&client, &id, "completed").await;
    assert_eq!(task["result"]["content"][0]["text"], "waited, true");
    assert_eq!(task["result"]["resultType"], "complete");
    assert!(task.get("error").is_none() && task.get("inputRequests").is_none(), "{task}");
    assert_eq!(get(&client, &id).await, task, "the result is kept");
    assert_ne!(begin(&client, "wait", json!({})).await, id);
}

#[tokio::test]
async fn client_without_extension_gets_result() {
    let (served, gate) = server().await;
    gate.open.notify_one();
    let plain = Client::stateless(&served).capabilities(json!({"extensions": {"com.example/other": {}}}));
    assert_eq!(plain.call_text("wait", json!({})).await, "waited, false");
    for client in Client::both_eras(&served).await {
        let result = client
            .result("tools/call", json!({"name": "add", "arguments": {"a": 1, "b": 2}, "task": {"ttl": 1}}))
            .await;
        assert_eq!(result["content"][0]["text"], "3");
        assert_eq!(client.call_text("by_hand", json!({})).await, "task false");
    }
    // Only the capabilities in the request itself count.
    assert_eq!(client(&served).call("add", json!({"a": 1, "b": 2})).await["resultType"], "task");
    assert_eq!(plain.call_text("add", json!({"a": 1, "b": 2})).await, "3");
}

#[tokio::test]
async fn tool_without_task_support_responds_directly() {
    let (served, _) = server().await;
    let client = client(&served);
    let result = client.result("tools/call", json!({"name": "greet", "arguments": {"name": "Ada"}, "task": {}})).await;
    assert_eq!((&result["resultType"], &result["content"][0]["text"]), (&json!("complete"), &json!("Hello, Ada!")));
    assert_eq!(client.call_text("stays", json!({})).await, "stayed");
    let id = begin(&client, "by_hand", json!({})).await;
    assert_eq!(reaches(&client, &id, "completed").await["result"]["content"][0]["text"], "task true");
}

#[tokio::test]
async fn required_task_needs_extension() {
    let (served, _) = server().await;
    let plain = Client::stateless(&served);
    let message = plain.send(plain.call_request(1, "failing", json!({}))).await.error(400, -32021).await;
    assert_eq!(
        message["error"]["data"],
        json!({"requiredCapabilities": {"extensions": {"io.modelcontextprotocol/tasks": {}}}})
    );
    let session = Client::in_session(&served, "2025-11-25").await;
    assert_eq!(session.call("failing", json!({})).await["isError"], true);
}

#[tokio::test]
async fn tool_error_completes_task() {
    let (served, _) = server().await;
    let client = client(&served);
    let id = begin(&client, "failing", json!({})).await;
    let task = reaches(&client, &id, "completed").await;
    assert_eq!(task["result"]["isError"], true);
    assert_eq!(task["result"]["content"][0]["text"], "it did not work");
}

#[tokio::test]
async fn json_rpc_error_fails_task() {
    let (served, _) = server().await;
    let client = client(&served);
    for (how, code) in [("protocol", -32050), ("scope", 403), ("panic", -32603)] {
        let id = begin(&client, "broken", json!({"how": how})).await;
        let task = reaches(&client, &id, "failed").await;
        assert_eq!(task["error"]["code"], code, "{task}");
        assert_eq!(task["statusMessage"], task["error"]["message"]);
        assert!(task.get("result").is_none(), "{task}");
    }
    let id = begin(&client, "broken", json!({"how": "protocol"})).await;
    assert_eq!(reaches(&client, &id, "failed").await["error"]["data"]["more"], 1);
}

#[tokio::test]
async fn rejected_call_creates_no_task() {
    let (served, _) = server().await;
    let client = client(&served);
    for arguments in [json!({"a": 1}), json!({"a": 1, "b": 101})] {
        let result = client.call("add", arguments).await;
        assert_eq!((&result["resultType"], &result["isError"]), (&json!("complete"), &json!(true)), "{result}");
    }
    assert_eq!(client.response("tools/call", json!({"name": "guarded"})).await["error"]["code"], 403);
}

#[tokio::test]
async fn progress_is_status_message() {
    let (served, gate) = server().await;
    let client = client(&served);
    let id = begin(&client, "report", json!({})).await;
    within(gate.reached.notified()).await;
    assert_eq!(get(&client, &id).await["statusMessage"], "1 of 4");
    gate.open.notify_one();
    within(gate.reached.notified()).await;
    let task = get(&client, &id).await;
    assert_eq!((&task["statusMessage"], &task["status"]), (&json!("halfway"), &json!("working")));
    gate.open.notify_one();
    assert_eq!(reaches(&client, &id, "completed").await["result"]["content"][0]["text"], "reported");
}

#[tokio::test]
async fn ended_task_ignores_updates_and_cancellation() {
    let (served, _) = server().await;
    let client = client(&served);
    let id = begin(&client, "add", json!({"a": 1, "b": 2})).await;
    let task = reaches(&client, &id, "completed").await;
    for _ in 0..2 {
        assert_eq!(cancel(&client, &id).await["resultType"], "complete");
        assert_eq!(update(&client, &id, json!({"confirm": confirm(true)})).await["resultType"], "complete");
    }
    assert_eq!(get(&client, &id).await, task);
}

#[tokio::test]
async fn unknown_task_is_invalid_params() {
    let (served, _) = server().await;
    let client = client(&served);
    for method in ["tasks/get", "tasks/update", "tasks/cancel"] {
        for params in [json!({"taskId": "no-such", "inputResponses": {}}), json!({"inputResponses": {}})] {
            client.send(client.request(1, method, params)).await.error(200, -32602).await;
        }
    }
    let id = begin(&client, "wait", json!({})).await;
    for responses in [Value::Null, json!({})] {
        let mut params = json!({"taskId": id});
        let code = if responses.is_null() { json!(-32602) } else { Value::Null };
        params["inputResponses"] = responses;
        assert_eq!(client.response("tasks/update", params).await["error"]["code"], code);
    }
}

#[tokio::test]
async fn task_methods_need_extension() {
    let (served, _) = server().await;
    let id = begin(&client(&served), "wait", json!({})).await;
    let plain = Client::stateless(&served);
    for method in ["tasks/get", "tasks/update", "tasks/cancel"] {
        let request = plain.request(1, method, json!({"taskId": id, "inputResponses": {}}));
        let message = plain.send(request).await.error(400, -32021).await;
        let required = &message["error"]["data"]["requiredCapabilities"];
        assert_eq!(*required, json!({"extensions": {"io.modelcontextprotocol/tasks": {}}}));
    }
    assert_eq!(get(&client(&served), &id).await["status"], "working");
    let listening = json!({"notifications": {"taskIds": [id]}});
    let message = plain.send(plain.request(1, "subscriptions/listen", listening)).await.error(400, -32021).await;
    let required = &message["error"]["data"]["requiredCapabilities"];
    assert_eq!(*required, json!({"extensions": {"io.modelcontextprotocol/tasks": {}}}));
}

#[tokio::test]
async fn unknown_task_methods_are_32601() {
    let (served, _) = server().await;
    let client = client(&served);
    for method in ["tasks/list", "tasks/result"] {
        client.send(client.request(1, method, json!({"taskId": "x"}))).await.error(404, -32601).await;
    }
    let session = Client::in_session(&served, "2025-11-25").await;
    for method in ["tasks/get", "tasks/list", "tasks/cancel", "tasks/result"] {
        assert_eq!(session.response(method, json!({"taskId": "x"})).await["error"]["code"], -32601);
    }
}

#[tokio::test]
async fn mcp_name_of_task_request_is_task_id() {
    let (served, _) = server().await;
    let client = client(&served);
    let id = begin(&client, "wait", json!({})).await;
    let request = client.request(1, "tasks/get", json!({"taskId": id}));
    client.send(request.clone().without("Mcp-Name")).await.error(400, -32020).await;
    client.send(request.clone().with("Mcp-Name", "other")).await.error(400, -32020).await;
    assert_eq!(client.send(request).await.status, 200);
}

#[tokio::test]
async fn extension_is_declared_only_with_task_tools() {
    let (served, _) = server().await;
    let capabilities = client(&served).result("server/discover", json!({})).await["capabilities"].take();
    assert_eq!(capabilities["extensions"], json!({"io.modelcontextprotocol/tasks": {}}));
    assert!(capabilities.get("tasks").is_none(), "{capabilities}");
    let initialized = &Client::in_session(&served, "2025-11-25").await.initialize_result["capabilities"];
    assert!(initialized.get("extensions").is_none() && initialized.get("tasks").is_none(), "{initialized}");
    let tools = client(&served).result("tools/list", json!({})).await;
    assert!(!tools.to_string().contains("askSupport"), "{tools}");

    let served = serve(McpModule::for_root(McpOptions::new("tasks", "1")).only(items![greet])).await;
    let client = client(&served);
    let capabilities = client.result("server/discover", json!({})).await["capabilities"].take();
    assert!(capabilities.get("extensions").is_none(), "{capabilities}");
    client.send(client.request(1, "tasks/get", json!({"taskId": "x"}))).await.error(404, -32601).await;
}

#[tokio::test]
async fn task_handle_follows_response_mode() {
    for mode in [ResponseMode::Adaptive, ResponseMode::Json, ResponseMode::Stream] {
        let gate = Arc::new(Gate::default());
        let http = mcp_server::StreamableHttp::default().response_mode(mode);
        let served = serve(module(options().streamable_http(http), &gate)).await;
        let client = client(&served);
        let mut reply = client.send(client.call_request(7, "wait", json!({}))).await;
        assert_eq!(reply.is_stream(), mode == ResponseMode::Stream);
        let handle = reply.messages().await.pop().unwrap();
        assert_eq!((&handle["id"], &handle["result"]["resultType"]), (&json!(7), &json!("task")));
        // The task survives the disconnect.
        drop(reply);
        gate.open.notify_one();
        reaches(&client, &handle["result"]["taskId"], "completed").await;
    }
}
