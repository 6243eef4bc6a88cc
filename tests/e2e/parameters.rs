//! Types of parameters: enforced for those that a method defines, and ignored for others.

use mcp_server::{Limits, McpModule, McpOptions, prompt, resource, tool};
use serde_json::{Value, json};
use tests::harness::{Client, serve};

use crate::items::{Gate, http_options, module};

#[tool(server = "parameters", task = "optional")]
fn shout(#[arg] word: Option<String>) -> String {
    word.unwrap_or_default().to_uppercase()
}

#[prompt(server = "parameters")]
fn say(#[arg] word: Option<String>) -> String {
    word.unwrap_or_default()
}

#[resource(server = "parameters", uri = "test://words")]
fn words() -> &'static str {
    "words"
}

/// Method, parameters with one of the wrong type, and the error message.
type Row = (&'static str, Value, &'static str);

fn in_both_eras() -> [Row; 6] {
    [
        ("tools/call", json!({"name": 5}), "invalid `params.name`: expected a string"),
        ("tools/call", json!({"name": "shout", "arguments": [1]}), "invalid `params.arguments`: expected an object"),
        ("prompts/get", json!({"name": []}), "invalid `params.name`: expected a string"),
        ("prompts/get", json!({"name": "say", "arguments": "x"}), "invalid `params.arguments`: expected an object"),
        ("resources/read", json!({"uri": {}}), "invalid `params.uri`: expected a string"),
        ("tools/list", json!({"cursor": true}), "invalid `params.cursor`: expected a string"),
    ]
}

fn in_sessions() -> [Row; 6] {
    let initialize = |name: &str, value: Value| {
        let mut params = json!({"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {}});
        params[name] = value;
        params
    };
    [
        ("logging/setLevel", json!({"level": 5}), "invalid `params.level`: expected a string"),
        ("resources/subscribe", json!({"uri": 5}), "invalid `params.uri`: expected a string"),
        ("resources/unsubscribe", json!({"uri": 5}), "invalid `params.uri`: expected a string"),
        ("initialize", initialize("protocolVersion", json!(5)), "invalid `params.protocolVersion`: expected a string"),
        ("initialize", initialize("clientInfo", json!(5)), "invalid `params.clientInfo`: expected an object"),
        ("initialize", initialize("capabilities", json!([])), "invalid `params.capabilities`: expected an object"),
    ]
}

fn in_2026_07_28() -> [Row; 5] {
    let tool = |name: &str| {
        let mut params = json!({"name": "shout"});
        params[name] = json!(5);
        params
    };
    [
        ("subscriptions/listen", json!({"notifications": 5}), "invalid `params.notifications`: expected an object"),
        ("tasks/get", json!({"taskId": 5}), "invalid `params.taskId`: expected a string"),
        (
            "tasks/update",
            json!({"taskId": "x", "inputResponses": 5}),
            "invalid `params.inputResponses`: expected an object",
        ),
        ("tools/call", tool("requestState"), "invalid `params.requestState`: expected a string"),
        ("tools/call", tool("inputResponses"), "invalid `params.inputResponses`: expected an object"),
    ]
}

#[tokio::test]
async fn parameter_of_wrong_type_is_invalid_params() {
    let served = serve(McpModule::for_root(McpOptions::new("parameters", "1"))).await;
    for mut client in Client::both_eras(&served).await {
        client.capabilities = json!({"extensions": {"io.modelcontextprotocol/tasks": {}}});
        let of_its_era = if client.is_stateless() { in_2026_07_28().to_vec() } else { in_sessions().to_vec() };
        for (method, params, reason) in in_both_eras().into_iter().chain(of_its_era) {
            let error = client.response_to_invalid(method, params).await["error"].take();
            assert_eq!((&error["code"], &error["message"]), (&json!(-32602), &json!(reason)), "{method}");
        }
    }
}

#[tokio::test]
async fn unknown_parameter_may_be_anything() {
    let gate = Gate::new();
    let served = serve(module(&gate, http_options(), Limits::default())).await;
    for client in Client::both_eras(&served).await {
        let foreign = json!({"level": 5, "uri": [], "cursor": {}, "taskId": 1e300, "reason": "\u{1}", "protocolVersion": 7,
            "ref": 1, "capabilities": [], "clientInfo": "x", "notifications": 5, "context": 5, "requestId": []});
        let mut params = foreign.clone();
        params["name"] = json!("add");
        params["arguments"] = json!({"a": 1, "b": 2});
        let added = client.send(client.request(1, "tools/call", params).unchecked()).await.json().await;
        assert_eq!(added["result"]["content"][0]["text"], "3", "{added}");
        let mut params = foreign;
        params["name"] = json!({});
        params["arguments"] = json!(5);
        params["inputResponses"] = json!(5);
        params["requestState"] = json!(5);
        let mut reply = client.send(client.request(1, "vendor/x", params.clone()).unchecked()).await;
        assert_eq!(reply.json().await["error"]["code"], -32601);
        assert_eq!(client.send(client.notification("notifications/x", params.clone()).unchecked()).await.status, 202);
        if !client.is_stateless() {
            assert_eq!(client.response_to_invalid("ping", params).await["result"], json!({}));
            // Invalid strings and numbers are accepted in ignored parameters.
            let body = r#"{"jsonrpc":"2.0","id":1,"method":"ping","params":{"name":"\ud800","level":1e999}}"#;
            assert_eq!(client.send(client.raw(body)).await.json().await["result"], json!({}));
            let call = tokio::spawn(served.connect().await.exchange(client.call_request(5, "wait", json!({}))));
            gate.entered().await;
            let cancelled = json!({"requestId": 5, "uri": 7, "name": {}});
            assert_eq!(
                client.send(client.notification("notifications/cancelled", cancelled).unchecked()).await.status,
                202
            );
            gate.cancelled().await;
            call.await.unwrap();
        }
    }
}
