//! Parameters: what a method reads must be of its type, and what it does not have may be anything.

use mcp_server::{Limits, McpModule, McpOptions, prompt, resource, tool};
use serde_json::{Value, json};
use tests::harness::{Client, serve};

use crate::items::{Gate, module, patient};

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

/// A method with parameters of which one is of the wrong type, and what is said of that.
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
async fn a_parameter_of_the_wrong_type_is_invalid_params_in_the_methods_that_have_it() {
    let served = serve(McpModule::for_root(McpOptions::new("parameters", "1"))).await;
    for mut client in Client::of_both_eras(&served).await {
        client.capabilities = json!({"extensions": {"io.modelcontextprotocol/tasks": {}}});
        let of_its_era = if client.is_stateless() { in_2026_07_28().to_vec() } else { in_sessions().to_vec() };
        for (method, params, reason) in in_both_eras().into_iter().chain(of_its_era) {
            let error = client.ask_wrongly(method, params).await["error"].take();
            assert_eq!((&error["code"], &error["message"]), (&json!(-32602), &json!(reason)), "{method}");
        }
    }
}

#[tokio::test]
async fn a_parameter_that_a_method_does_not_have_may_be_anything() {
    let gate = Gate::new();
    let served = serve(module(&gate, patient(), Limits::default())).await;
    for client in Client::of_both_eras(&served).await {
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
        let mut answer = client.send(client.request(1, "vendor/x", params.clone()).unchecked()).await;
        assert_eq!(answer.json().await["error"]["code"], -32601);
        assert_eq!(client.send(client.notification("notifications/x", params.clone()).unchecked()).await.status, 202);
        if !client.is_stateless() {
            assert_eq!(client.ask_wrongly("ping", params).await["result"], json!({}));
            // What no string may hold is no matter in what nobody reads.
            let body = r#"{"jsonrpc":"2.0","id":1,"method":"ping","params":{"name":"\ud800","level":1e999}}"#;
            assert_eq!(client.send(client.raw(body)).await.json().await["result"], json!({}));
            let call = tokio::spawn(served.connect().await.exchange(client.calling(5, "wait", json!({}))));
            gate.entered().await;
            let cancelled = json!({"requestId": 5, "uri": 7, "name": {}});
            assert_eq!(
                client.send(client.notification("notifications/cancelled", cancelled).unchecked()).await.status,
                202
            );
            gate.withdrawn().await;
            call.await.unwrap();
        }
    }
}
