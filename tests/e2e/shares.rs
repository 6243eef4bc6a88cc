//! Even shares: what one holder has used up of a shared resource, and what it leaves to others.

use mcp_server::{
    Authorization, Context, Inject, Limits, McpModule, McpOptions, Principal,
    auth::{Anonymous, Credentials, TokenError, TokenVerifier, VerifyRequest},
    tool,
};
use serde_json::{Value, json};
use tests::harness::{Client, Connection, Request, Response, RunningServer, SESSION, serve, until};

use crate::items::{Gate, http_options};

const ISSUERS: [&str; 2] = ["https://issuer.example.com", "https://other.example.com"];

/// Accepts tokens such as `ada` and `ada~phone` of the first issuer, and `ada+` of the second.
struct Tokens {
    issuer: &'static str,
}

impl TokenVerifier for Tokens {
    async fn verify(
        &self,
        credentials: &Credentials<'_>,
        request: &VerifyRequest<'_>,
    ) -> Result<Principal, TokenError> {
        let (name, issuer) = match credentials.expose_token().strip_suffix('+') {
            Some(name) => (name, ISSUERS[1]),
            None => (credentials.expose_token(), ISSUERS[0]),
        };
        if issuer != self.issuer {
            return Err(TokenError::invalid("a token of another issuer"));
        }
        let (subject, client) = name.split_once('~').unwrap_or((name, "desktop"));
        let principal = Principal::builder(issuer, subject).client_id(client);
        Ok(principal.audience([request.resource().as_str()]).build())
    }
}

/// Waits until the test opens the gate.
#[tool(server = "shares", public)]
async fn park(gate: Inject<Gate>, ctx: Context) -> String {
    gate.pass(&ctx).await
}

/// Answers at once.
#[tool(server = "shares", public)]
fn quick() -> &'static str {
    "done"
}

/// Serves the tools to anonymous callers, and with `authorization` also to principals.
async fn server(gate: &std::sync::Arc<Gate>, limits: Limits, authorization: bool) -> RunningServer {
    let options = McpOptions::new("shares", "1").streamable_http(http_options()).limits(limits);
    let options = if authorization {
        let resource = Authorization::resource("http://localhost:9999/mcp").anonymous(Anonymous::PublicOnly);
        options.authorization(
            ISSUERS.into_iter().fold(resource, |resource, issuer| resource.verifier(issuer, Tokens { issuer })),
        )
    } else {
        options
    };
    serve(McpModule::for_root(options).provide_shared(gate.clone())).await
}

/// A client of the stateless revision with a token, or without one if it is empty.
fn of(served: &RunningServer, token: &str) -> Client {
    authorized(Client::stateless(served), token)
}

fn authorized(client: Client, token: &str) -> Client {
    if token.is_empty() { client } else { client.header("Authorization", format!("Bearer {token}")) }
}

async fn session_of(served: &RunningServer, token: &str) -> Client {
    authorized(Client::new(served, SESSION), token).initialize().await
}

/// Starts a call that waits at the gate.
async fn park_call(served: &RunningServer, gate: &Gate, client: &Client, id: i64, arguments: Value) -> Connection {
    let mut connection = served.connect().await;
    // Other ids than those of the client itself.
    connection.start(&client.call_request(1_000 + id, "park", arguments).at(&served.path)).await;
    gate.entered().await;
    connection
}

async fn call(client: &Client) -> Response {
    client.send(client.call_request(client.next_id(), "quick", json!({}))).await
}

/// Asserts that a request is rejected because its caller, or the server, has reached a limit.
async fn assert_unavailable(mut response: Response, text: &str) {
    assert!(response.header("retry-after").is_some(), "{response:?}");
    let error = response.error(503, 503).await;
    assert!(error["error"]["message"].as_str().unwrap().contains(text), "{error}");
}

const AT_SHARE: &str = "this caller has reached its share";

#[tokio::test]
async fn principal_at_its_share_of_calls_leaves_the_rest_to_others() {
    let gate = Gate::new();
    let served = server(&gate, Limits::default().max_calls(6), true).await;
    let ada = session_of(&served, "ada").await;
    let mut parked = Vec::new();
    for (id, client) in [(1, &ada), (2, &of(&served, "ada")), (3, &of(&served, "ada~phone"))] {
        parked.push(park_call(&served, &gate, client, id, json!({})).await);
    }
    // The same principal through another client, or in the other era, has no further share.
    for client in [&ada, &of(&served, "ada"), &of(&served, "ada~tablet"), &session_of(&served, "ada~watch").await] {
        assert_unavailable(call(client).await, AT_SHARE).await;
    }
    // Another subject, the same subject of another issuer, and anonymous callers have shares.
    for token in ["bob", "ada+", ""] {
        for client in [of(&served, token), session_of(&served, token).await] {
            assert_eq!(call(&client).await.status, 200, "{token}");
        }
    }
    let bob = park_call(&served, &gate, &of(&served, "bob"), 1, json!({})).await;
    assert_unavailable(call(&of(&served, "ada")).await, AT_SHARE).await;
    drop((parked, bob));
    until(async || call(&ada).await.status == 200).await;
}

#[tokio::test]
async fn anonymous_callers_are_one_holder_beside_principals_only() {
    for (authorization, share) in [(true, 2), (false, 4)] {
        let gate = Gate::new();
        let served = server(&gate, Limits::default().max_calls(4), authorization).await;
        let clients = [of(&served, ""), session_of(&served, "").await];
        let mut parked = Vec::new();
        for (id, client) in (1..=share).zip(clients.iter().cycle()) {
            parked.push(park_call(&served, &gate, client, id, json!({})).await);
        }
        let expected = if authorization { AT_SHARE } else { "too many calls are in flight" };
        for client in &clients {
            assert_unavailable(call(client).await, expected).await;
        }
        if authorization {
            assert_eq!(call(&of(&served, "ada")).await.status, 200);
        }
        gate.open();
        until(async || call(&clients[0]).await.status == 200).await;
    }
}

#[tokio::test]
async fn principal_at_its_share_of_bytes_leaves_the_rest_to_others() {
    let gate = Gate::new();
    let served = server(&gate, Limits::default().max_call_bytes(60_000), true).await;
    let padding = |bytes| json!({"padding": "x".repeat(bytes)});
    let ada = of(&served, "ada");
    let parked = park_call(&served, &gate, &ada, 1, padding(40_000)).await;
    let large = |client: &Client| client.call_request(2, "quick", padding(8_000));
    assert_unavailable(ada.send(large(&ada)).await, AT_SHARE).await;
    for token in ["bob", "ada+", ""] {
        let client = of(&served, token);
        assert_eq!(client.send(large(&client)).await.status, 200, "{token}");
    }
    drop(parked);
    until(async || ada.send(large(&ada)).await.status == 200).await;
}

#[tokio::test]
async fn parked_call_keeps_its_arguments_and_not_its_body() {
    let gate = Gate::new();
    let served = server(&gate, Limits::default().max_call_bytes(300_000), false).await;
    let mut parked = Vec::new();
    for (id, client) in (1..).zip(Client::both_eras(&served).await.iter().cycle().take(20)) {
        let mut request = json!({"name": "park", "arguments": {}, "unknown": "x".repeat(200_000)});
        request["_meta"]["example.com/padding"] = "x".repeat(200_000).into();
        let request = client.request(id, "tools/call", request).unchecked();
        let mut connection = served.connect().await;
        connection.start(&request.at(&served.path)).await;
        gate.entered().await;
        parked.push(connection);
    }
    for _ in &parked {
        gate.open();
    }
    for connection in parked {
        let answer = connection.response().await.last_message().await;
        assert_eq!(answer["result"]["content"][0]["text"], "passed", "{answer}");
    }
}

#[tokio::test]
async fn incomplete_bodies_of_a_principal_leave_the_rest_to_others() {
    let served = server(&Gate::new(), Limits::default().max_incoming_bytes(60_000), true).await;
    let begin = async |token: &str, declared: usize, sent: usize| {
        let head = format!(
            "POST {} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\n\
             Accept: application/json, text/event-stream\r\nContent-Length: {declared}\r\n\r\n",
            served.path
        );
        let mut connection = served.connect().await;
        connection.write(&[head.as_bytes(), &vec![b' '; sent]].concat()).await;
        connection
    };
    let parked = begin("ada", 40_001, 40_000).await;
    // Until the first body has arrived, the second one is the only one of its principal.
    let rejected = async |token| {
        let connection = begin(token, 10_000, 5_000).await;
        tokio::time::timeout(std::time::Duration::from_millis(200), connection.response()).await.ok()
    };
    let mut response = None;
    until(async || {
        response = rejected("ada~phone").await;
        response.is_some()
    })
    .await;
    assert_unavailable(response.unwrap(), AT_SHARE).await;
    for token in ["bob", "ada+"] {
        assert!(rejected(token).await.is_none(), "{token}");
    }
    drop(parked);
}

#[tokio::test]
async fn full_table_ends_longest_idle_session_of_largest_holder() {
    let served = server(&Gate::new(), Limits::default().max_sessions(4), true).await;
    let ping = |client: &Client| client.request(client.next_id(), "ping", json!({}));
    let first = session_of(&served, "ada").await;
    let second = session_of(&served, "ada~phone").await;
    let third = session_of(&served, "ada").await;
    let stream = second.send(second.stream_request()).await;
    let other = session_of(&served, "ada+").await;
    assert_eq!(first.send(ping(&first)).await.status, 200);
    // The second has an open stream, and the first was used after the third.
    let bob = session_of(&served, "bob").await;
    third.send(ping(&third)).await.error(404, -32001).await;
    for client in [&first, &second, &other, &bob] {
        assert_eq!(client.send(ping(client)).await.status, 200);
    }
    // Two of four are more than an even share of four holders.
    let anonymous = session_of(&served, "").await;
    first.send(ping(&first)).await.error(404, -32001).await;
    // Each holder has one session.
    for token in ["ada", "eve"] {
        let request = Request::initialize(SESSION).header("Authorization", format!("Bearer {token}"));
        assert_unavailable(served.send(request).await, "too many sessions").await;
    }
    for client in [&second, &other, &bob, &anonymous] {
        assert_eq!(client.send(ping(client)).await.status, 200);
    }
    drop(stream);
}

#[tokio::test]
async fn subscriptions_beyond_a_share_are_left_to_others() {
    let served = server(&Gate::new(), Limits::default().max_subscription_streams(5), true).await;
    let listen = async |token: &str| {
        let client = of(&served, token);
        client.send(client.request(1, "subscriptions/listen", json!({"notifications": {}}))).await
    };
    let open = [listen("ada").await, listen("ada~phone").await];
    assert!(open.iter().all(|response| response.status == 200));
    assert_unavailable(listen("ada~tablet").await, AT_SHARE).await;
    let others = [listen("bob").await, listen("ada+").await, listen("").await];
    assert!(others.iter().all(|response| response.status == 200), "{others:?}");
    assert_unavailable(listen("eve").await, "too many subscriptions").await;
    drop((open, others));
    until(async || listen("ada").await.status == 200).await;
}

#[tokio::test]
async fn holder_at_all_limits_stops_no_other() {
    let gate = Gate::new();
    let limits = Limits::default()
        .max_calls(40)
        .max_call_bytes(400_000)
        .max_sessions(20)
        .max_subscription_streams(20)
        .max_incoming_bytes(200_000);
    let served = server(&gate, limits, true).await;
    let (mut parked, mut sessions, mut streams) = (Vec::new(), Vec::new(), Vec::new());
    for number in 0..30 {
        let token = format!("ada~{number}");
        if number < 20 {
            sessions.push(session_of(&served, &token).await);
        }
        let client = of(&served, &token);
        let mut connection = served.connect().await;
        let request = client.call_request(1, "park", json!({"padding": "x".repeat(5_000)}));
        connection.start(&request.at(&served.path)).await;
        parked.push(connection);
        streams.push(client.send(client.request(2, "subscriptions/listen", json!({"notifications": {}}))).await);
    }
    until(async || call(&of(&served, "ada")).await.status == 503).await;
    assert!(streams.iter().any(|stream| stream.status == 503));
    for token in ["bob", "ada+", ""] {
        for client in [session_of(&served, token).await, of(&served, token)] {
            assert_eq!(call(&client).await.status, 200, "{token}");
            let large = client.call_request(7, "quick", json!({"padding": "x".repeat(50_000)}));
            assert_eq!(client.send(large).await.status, 200, "{token}");
        }
        let client = of(&served, token);
        let listening = client.send(client.request(2, "subscriptions/listen", json!({"notifications": {}}))).await;
        assert_eq!(listening.status, 200, "{token}");
    }
}

#[tokio::test]
async fn long_client_info_is_rejected_with_its_limit() {
    for (limits, max) in [(Limits::default(), 8 * 1024), (Limits::default().max_client_info_bytes(500), 500)] {
        let served = server(&Gate::new(), limits, false).await;
        for (padding, accepted) in [(max - 100, true), (max, false), (20 * max, false)] {
            let info = json!({"name": "n", "version": "1", "icons": [{"src": "x".repeat(padding)}]});
            let initialize = json!({
                "jsonrpc": "2.0", "id": 1, "method": "initialize",
                "params": {"protocolVersion": SESSION, "capabilities": {}, "clientInfo": info}
            });
            let client = of(&served, "");
            let mut params = json!({"name": "quick", "arguments": {}});
            params["_meta"] = json!({
                "io.modelcontextprotocol/protocolVersion": client.version,
                "io.modelcontextprotocol/clientCapabilities": {},
                "io.modelcontextprotocol/clientInfo": info
            });
            let call = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params});
            let call = client.raw(call.to_string()).header("Mcp-Method", "tools/call").header("Mcp-Name", "quick");
            for request in [Request::message(&initialize).unchecked(), call] {
                let response = served.send(request).await.json().await;
                if accepted {
                    assert!(response["result"].is_object(), "{padding}: {response}");
                } else {
                    assert_eq!(response["error"]["code"], -32602, "{response}");
                    assert!(response["error"]["message"].as_str().unwrap().contains(&max.to_string()), "{response}");
                }
            }
        }
    }
}
