//! Resources and templates: listed, read, and not found.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use mcp_server::{CallError, Context, Json, ResourceContents, ResourceResult, resource};
use serde_json::{Value, json};
use tests::harness::{Client, RunningServer, STATELESS, serve};

use crate::items::named;

/// Plain words.
#[resource(
    server = "resources",
    uri = "test://text",
    mime_type = "text/markdown",
    size = 4,
    audience(user, assistant),
    priority = 0.5
)]
fn words() -> &'static str {
    "text"
}

#[resource(server = "resources", uri = "test://bytes", mime_type = "image/png")]
fn bytes() -> Vec<u8> {
    vec![0, 255, 7]
}

#[resource(server = "resources", uri = "test://json")]
fn object() -> Json<Value> {
    Json(json!({"a": [1]}))
}

#[resource(server = "resources", uri = "test://parts")]
fn parts(ctx: Context) -> ResourceResult {
    assert_eq!(ctx.uri(), Some("test://parts"));
    ResourceResult::new([
        ResourceContents::text("test://parts#1", "one"),
        ResourceContents::blob("test://parts#2", [1]),
    ])
}

#[resource(server = "resources", uri = "test://gone")]
fn gone() -> Option<String> {
    None
}

/// A user of a team.
#[resource(server = "resources", uri_template = "test://teams/{team}/users/{id}", mime_type = "text/plain")]
fn user(#[arg] id: u32, #[arg] team: String) -> Result<String, CallError> {
    if id == 0 { Err(CallError::not_found("there is no user 0")) } else { Ok(format!("{team}:{id}")) }
}

#[resource(server = "resources", uri_template = "test://files/{+path}{?lines,from}")]
fn file(#[arg] path: String, #[arg] lines: Option<u32>, #[arg(default = 1)] from: u32) -> String {
    format!("{path} {lines:?} {from}")
}

#[resource(server = "resources", uri_template = "test://teams/{team}/users/admin")]
fn admin(#[arg] team: String) -> String {
    format!("the admin of {team}")
}

async fn served() -> RunningServer {
    serve(named("resources")).await
}

async fn read(client: &Client, uri: &str) -> Value {
    client.result("resources/read", json!({"uri": uri})).await["contents"].take()
}

#[tokio::test]
async fn resource_lists_describe_items() {
    let served = served().await;
    for client in Client::both_eras(&served).await {
        let resources = client.result("resources/list", json!({})).await["resources"].take();
        assert_eq!(
            resources[0],
            json!({
                "uri": "test://text", "name": "words", "description": "Plain words.", "mimeType": "text/markdown", "size": 4,
                "annotations": {"audience": ["user", "assistant"], "priority": 0.5}
            })
        );
        assert_eq!(resources.as_array().unwrap().len(), 5);
        let templates = client.result("resources/templates/list", json!({})).await["resourceTemplates"].take();
        assert_eq!(
            templates[0],
            json!({
                "uriTemplate": "test://teams/{team}/users/{id}", "name": "user", "description": "A user of a team.",
                "mimeType": "text/plain"
            })
        );
        assert_eq!(templates.as_array().unwrap().len(), 3);
    }
}

#[tokio::test]
async fn contents_follow_return_type() {
    let served = served().await;
    for client in Client::both_eras(&served).await {
        for (uri, expected) in [
            ("test://text", json!([{"uri": "test://text", "mimeType": "text/markdown", "text": "text"}])),
            ("test://bytes", json!([{"uri": "test://bytes", "mimeType": "image/png", "blob": "AP8H"}])),
            ("test://json", json!([{"uri": "test://json", "mimeType": "application/json", "text": "{\"a\":[1]}"}])),
            (
                "test://parts",
                json!([{"uri": "test://parts#1", "text": "one"}, {"uri": "test://parts#2", "blob": "AQ=="}]),
            ),
        ] {
            assert_eq!(read(&client, uri).await, expected);
        }
    }
}

#[tokio::test]
async fn template_variables_are_typed_arguments() {
    let served = served().await;
    for client in Client::both_eras(&served).await {
        for (uri, expected) in [
            ("test://teams/red/users/7", "red:7"),
            ("test://teams/r%20e%2Fd/users/7", "r e/d:7"),
            ("test://teams/red/users/admin", "the admin of red"),
            ("test://files/a/b.txt", "a/b.txt None 1"),
            ("test://files/a?lines=3", "a Some(3) 1"),
            ("test://files/a?from=2&lines=3", "a Some(3) 2"),
        ] {
            let contents = read(&client, uri).await;
            assert_eq!((&contents[0]["text"], &contents[0]["uri"]), (&json!(expected), &json!(uri)), "{uri}");
        }
    }
}

#[tokio::test]
async fn unknown_resource_has_code_of_revision() {
    let served = served().await;
    for client in Client::both_eras(&served).await {
        let code = if client.version == STATELESS { -32602 } else { -32002 };
        for uri in [
            "test://no-such",
            "test://gone",
            "test://teams/red/users/0",
            "test://teams/red/users/1/more",
            "nonsense",
            "",
        ] {
            let error = client.response_to_invalid("resources/read", json!({"uri": uri})).await["error"].take();
            assert_eq!((&error["code"], &error["data"]["uri"]), (&json!(code), &json!(uri)), "{uri} {error}");
        }
        assert_eq!(client.response_to_invalid("resources/read", json!({})).await["error"]["code"], -32602);
    }
}

#[tokio::test]
async fn invalid_template_variable_is_invalid_params() {
    let served = served().await;
    for client in Client::both_eras(&served).await {
        let error = client.response("resources/read", json!({"uri": "test://teams/red/users/x"})).await["error"].take();
        assert_eq!(error["code"], -32602);
        let text = error["message"].as_str().unwrap();
        assert!(text.contains("`id`") && text.contains("\"x\""), "{text}");
    }
}

#[tokio::test]
async fn too_long_uri_is_rejected() {
    let served = serve(named("resources")).await;
    let uri = |length: usize| format!("test://files/{}", "x".repeat(length - "test://files/".len()));
    for client in Client::both_eras(&served).await {
        assert_eq!(read(&client, &uri(8_192)).await[0]["uri"], uri(8_192));
        let mut requests = vec![("resources/read", json!({"uri": uri(8_193)}))];
        if !client.is_stateless() {
            requests.push(("resources/subscribe", json!({"uri": uri(8_193)})));
        }
        for (method, params) in requests {
            let request = client.request(1, method, params).without("Mcp-Name");
            let request = if client.is_stateless() { request.header("Mcp-Name", uri(8_193)) } else { request };
            let error = client.send(request).await.json().await["error"].take();
            assert_eq!(error["code"], -32602, "{error}");
            assert!(error["message"].as_str().unwrap().contains("8192 bytes"), "{error}");
        }
        let opened = client.request(
            1,
            "subscriptions/listen",
            json!({"notifications": {"resourceSubscriptions": [uri(8_193), "test://text"]}}),
        );
        if client.is_stateless() {
            let acknowledged = client.send(opened).await.message().await.unwrap();
            assert_eq!(acknowledged["params"]["notifications"]["resourceSubscriptions"], json!(["test://text"]));
        }
    }
}

#[tokio::test]
async fn errors_truncate_long_names() {
    let served = serve(named("resources")).await;
    let long = "é".repeat(20_000);
    let completion = |reference: Value| json!({"ref": reference, "argument": {"name": "a", "value": ""}});
    for client in Client::both_eras(&served).await {
        for (method, params) in [
            ("resources/read", json!({"uri": long})),
            ("tools/call", json!({"name": long})),
            ("prompts/get", json!({"name": long})),
            ("completion/complete", completion(json!({"type": "ref/prompt", "name": long}))),
            ("completion/complete", completion(json!({"type": "ref/resource", "uri": long}))),
            ("completion/complete", completion(json!({"type": long}))),
            (&long, json!({})),
        ] {
            // The value must be encoded in a header.
            let wrap = |text: &str| format!("=?base64?{}?=", STANDARD.encode(text));
            let request = client.request(1, method, params).unchecked();
            let request = match method {
                "resources/read" | "tools/call" | "prompts/get" if client.is_stateless() => {
                    request.with("Mcp-Name", wrap(&long))
                }
                _ => request,
            };
            let text = client.send(request).await.text().await;
            assert!(text.contains("\"error\"") && text.len() < 1_000, "{} {method:.20} {}", text.len(), &text[..200]);
        }
    }
}
