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
