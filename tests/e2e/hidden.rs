//! Items that are hidden from a caller: no request tells them from unknown items.

use mcp_server::{
    Authorization, CallInfo, Context, Denial, Guard, McpModule, McpOptions, auth::Anonymous, prompt, resource, tool,
};
use serde_json::{Value, json};
use tests::harness::{Client, Request, RunningServer, serve};

use crate::{
    items::http_options,
    principals::{ISSUER, Names},
};

/// Hides its item from everyone.
struct Hides;

impl Guard for Hides {
    async fn check(&self, _: &CallInfo<'_>) -> Result<(), Denial> {
        Err(Denial::hidden())
    }
}

/// Hidden by a role.
#[tool(server = "hidden", roles("admin"))]
async fn by_role(#[arg] text: String) -> String {
    text
}

/// Hidden by a scope.
#[tool(server = "hidden", scopes("secrets:read"), listing = "when_allowed")]
async fn by_scope(#[arg] text: String) -> String {
    text
}

/// Hidden by a scope, and never listed.
#[tool(server = "hidden", scopes("secrets:read"), hidden)]
async fn unlisted(#[arg] text: String) -> String {
    text
}

/// Hidden by a guard.
#[tool(server = "hidden", public, hidden, guards(Hides))]
async fn by_guard(#[arg] text: String) -> String {
    text
}

/// Visible.
#[tool(server = "hidden", public)]
async fn visible(ctx: Context) -> bool {
    ctx.cancellation().cancelled().await;
    true
}

/// Hidden by a role.
#[prompt(server = "hidden", roles("admin"))]
fn prompt_by_role(#[arg] text: String) -> String {
    text
}

/// Hidden by a scope.
#[resource(server = "hidden", uri = "test://by-scope", scopes("secrets:read"), listing = "when_allowed")]
fn resource_by_scope() -> &'static str {
    "secret"
}

/// Hidden by a role.
#[resource(server = "hidden", uri_template = "test://by-role/{id}", roles("admin"))]
fn resource_by_role(#[arg] id: String) -> String {
    id
}

/// Hidden by a role, beside a public template for the same URI.
#[resource(server = "hidden", uri = "test://shadow/boss", roles("admin"))]
fn boss() -> &'static str {
    "the boss"
}

/// Hidden by a scope, beside a public template for the same URI.
#[resource(server = "hidden", uri = "test://shadow/cash", scopes("secrets:read"), hidden)]
fn cash() -> &'static str {
    "the cash"
}

/// Hidden by a role, beside a public template for the same URIs.
#[resource(server = "hidden", uri_template = "test://shadow/room-{number}", roles("admin"))]
fn room(#[arg] number: String) -> String {
    number
}

/// Public.
#[resource(server = "hidden", uri_template = "test://shadow/{name}", public)]
fn shadow(#[arg(complete = names)] name: String) -> String {
    format!("the shadow of {name}")
}

fn names() -> [&'static str; 2] {
    ["boss", "cash"]
}

async fn served() -> RunningServer {
    let authorization =
        Authorization::resource("http://localhost:9999/mcp").verifier(ISSUER, Names).anonymous(Anonymous::PublicOnly);
    let options = McpOptions::new("hidden", "1").streamable_http(http_options()).authorization(authorization);
    serve(McpModule::for_root(options)).await
}

/// Status, headers and body of a response, as its caller sees them.
async fn seen(client: &Client, request: Request, name: &str) -> (u16, Vec<(String, String)>, String) {
    let mut response = client.send(request.unchecked()).await;
    let headers = ["content-type", "content-length", "transfer-encoding", "www-authenticate", "retry-after"];
    let headers = headers.iter().filter_map(|header| Some(((*header).to_owned(), response.header(header)?.to_owned())));
    let headers = headers.collect();
    let text = response.text().await;
    (response.status, headers, text.replace(name, "NAME"))
}

/// Requests that are invalid in every way that comes before the item.
fn requests(client: &Client, method: &str, name: &str) -> Vec<Request> {
    let key = if method == "resources/read" { "uri" } else { "name" };
    let request = || client.request(1, method, json!({key: name})).with("Mcp-Name", name);
    let mut requests = vec![
        request(),
        request().with("Accept", "text/event-stream"),
        request().param("requestState", json!("A")),
        request().param("requestState", json!(5)),
        request().param("inputResponses", json!([1])),
        request().param("inputResponses", json!({"elicitation-1": {"action": "accept"}})),
        request().with("Mcp-Param-Text", "x"),
        client.request(77, method, json!({key: name})).with("Mcp-Name", name),
    ];
    if key == "name" {
        for arguments in [json!([1]), json!("x"), json!({"text": 5}), json!({"text": "x"}), Value::Null] {
            requests.push(request().param("arguments", arguments));
        }
    }
    requests
}

#[tokio::test]
async fn hidden_item_is_answered_like_an_unknown_one() {
    let served = served().await;
    let groups = [
        ("tools/call", &["by_role", "by_scope", "unlisted", "by_guard"][..], "nothing"),
        ("prompts/get", &["prompt_by_role"], "nothing"),
        ("resources/read", &["test://by-scope", "test://by-role/7"], "test://nothing"),
    ];
    for token in [None, Some("Bearer bob")] {
        let with_token = |client: Client| match token {
            Some(token) => client.header("Authorization", token),
            None => client,
        };
        for client in
            [with_token(Client::stateless(&served)), with_token(Client::new(&served, "2025-11-25")).initialize().await]
        {
            // In a session, the id of this call is taken.
            let running = client.send(client.call_request_with_progress(77, "visible", json!({}), "t"));
            let compare = async {
                for (method, hidden, unknown) in groups {
                    let expected = requests(&client, method, unknown);
                    for name in hidden {
                        for (index, request) in requests(&client, method, name).into_iter().enumerate() {
                            let expected = seen(&client, expected[index].clone(), unknown).await;
                            let found = seen(&client, request, name).await;
                            let lengths = |(status, headers, text): (u16, Vec<(String, String)>, String)| {
                                let headers: Vec<_> =
                                    headers.into_iter().filter(|(name, _)| name != "content-length").collect();
                                (status, headers, text)
                            };
                            assert_eq!(
                                lengths(found),
                                lengths(expected),
                                "{name} {index} {token:?} {}",
                                client.version
                            );
                        }
                    }
                }
            };
            tokio::select! {
                _ = running => panic!("the call waits"),
                () = compare => {}
            }
        }
    }
}

/// Requests about one resource that do not read it.
fn requests_about(client: &Client, uri: &str) -> Vec<Request> {
    let completion = json!({
        "ref": {"type": "ref/resource", "uri": uri}, "argument": {"name": "name", "value": "b"}
    });
    let mut requests = vec![client.request(1, "completion/complete", completion)];
    if client.is_stateless() {
        let filter = json!({"notifications": {"resourceSubscriptions": [uri]}});
        requests.push(client.request(1, "subscriptions/listen", filter));
    } else {
        requests.push(client.request(1, "resources/subscribe", json!({"uri": uri})));
        requests.push(client.request(1, "resources/unsubscribe", json!({"uri": uri})));
    }
    requests
}

/// Status and first message of a response, with `NAME` for the name.
async fn first(client: &Client, request: Request, name: &str) -> (u16, String) {
    let mut response = client.send(request.unchecked()).await;
    let message = if response.is_stream() { response.message().await.unwrap() } else { response.json().await };
    (response.status, message.to_string().replace(name, "NAME"))
}

async fn clients(served: &RunningServer, token: Option<&str>) -> [Client; 2] {
    let with_token = |client: Client| match token {
        Some(token) => client.header("Authorization", format!("Bearer {token}")),
        None => client,
    };
    [with_token(Client::stateless(served)), with_token(Client::new(served, "2025-11-25")).initialize().await]
}

#[tokio::test]
async fn hidden_resource_does_not_shadow_a_visible_template() {
    let served = served().await;
    for token in [None, Some("bob")] {
        for client in clients(&served, token).await {
            let read = |uri: &str| client.request(1, "resources/read", json!({"uri": uri})).with("Mcp-Name", uri);
            let expected = first(&client, read("test://shadow/other"), "other").await;
            assert!(expected.1.contains("the shadow of NAME"), "{expected:?}");
            let about: Vec<_> = requests_about(&client, "test://shadow/other");
            for name in ["boss", "cash", "room-1"] {
                let uri = format!("test://shadow/{name}");
                assert_eq!(first(&client, read(&uri), name).await, expected, "{token:?} {}", client.version);
                for (index, request) in requests_about(&client, &uri).into_iter().enumerate() {
                    let expected = first(&client, about[index].clone(), "other").await;
                    // Before the name is replaced, completions of `b` contain `boss`.
                    let expected = (expected.0, expected.1.replace(name, "NAME"));
                    assert_eq!(first(&client, request, name).await, expected, "{index} {token:?} {}", client.version);
                }
            }
        }
    }
    for client in clients(&served, Some("bob+secrets.read")).await {
        let text = client.result("resources/read", json!({"uri": "test://shadow/cash"})).await;
        assert_eq!(text["contents"][0]["text"], "the cash", "a caller with access reads the resource");
    }
}

#[tokio::test]
async fn subscriber_of_visible_template_is_notified() {
    let served = served().await;
    for client in clients(&served, Some("bob")).await {
        let uris = ["test://shadow/boss", "test://shadow/other"];
        let mut stream = if client.is_stateless() {
            let filter = json!({"notifications": {"resourceSubscriptions": uris}});
            let mut stream = client.send(client.request(1, "subscriptions/listen", filter)).await;
            stream.message().await.unwrap();
            stream
        } else {
            for uri in uris {
                client.result("resources/subscribe", json!({"uri": uri})).await;
            }
            client.send(client.stream_request()).await
        };
        for uri in uris {
            served.server.as_ref().unwrap().changes().resource_updated(uri);
            assert_eq!(stream.message().await.unwrap()["params"]["uri"], uri);
        }
    }
}

#[tokio::test]
async fn request_about_hidden_resource_equals_unknown_one() {
    let served = served().await;
    for token in [None, Some("bob")] {
        for client in clients(&served, token).await {
            let unknown = requests_about(&client, "test://nothing");
            for uri in ["test://by-scope", "test://by-role/7", "test://by-role/{id}"] {
                for (index, request) in requests_about(&client, uri).into_iter().enumerate() {
                    let expected = first(&client, unknown[index].clone(), "test://nothing").await;
                    assert_eq!(first(&client, request, uri).await, expected, "{uri} {index} {token:?}");
                }
            }
            let completion = |name: &str| {
                let prompt = json!({"type": "ref/prompt", "name": name});
                let params = json!({"ref": prompt, "argument": {"name": "text", "value": "b"}});
                client.request(1, "completion/complete", params)
            };
            let expected = first(&client, completion("nothing"), "nothing").await;
            assert_eq!(first(&client, completion("prompt_by_role"), "prompt_by_role").await, expected);
            for list in ["tools/list", "prompts/list", "resources/list", "resources/templates/list"] {
                let page = client.result(list, json!({})).await;
                assert_eq!(page.get("nextCursor"), None, "{list}");
                for hidden in ["secret", "by_", "boss", "cash", "room", "admin"] {
                    assert!(!page.to_string().contains(hidden), "{list} {hidden}: {page}");
                }
            }
        }
    }
}
