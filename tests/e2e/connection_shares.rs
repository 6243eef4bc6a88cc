//! Shares of the connections: by principal, of anonymous callers, and by address.

use std::sync::Arc;

use axum::Router;
use mcp_server::{Authorization, Context, Inject, Limits, McpModule, McpOptions, auth::Anonymous, items, tool};
use serde_json::json;
use tests::harness::{Client, Connection, Request, Response, RunningServer, serve, serve_app, within};
use tokio::net::TcpListener;

use crate::{
    items::{Gate, add, http_options, module, wait},
    principals::{ISSUER, Names},
};

/// Waits at the gate, for everyone.
#[tool(server = "connection shares", public)]
async fn rest(gate: Inject<Gate>, ctx: Context) -> String {
    gate.pass(&ctx).await
}

/// Becomes a task that waits at the gate.
#[tool(server = "connection shares", task = "required")]
async fn later(gate: Inject<Gate>, ctx: Context) -> String {
    gate.pass(&ctx).await
}

/// Serves at most four connections of principals and of anonymous callers.
async fn protected(gate: &Arc<Gate>) -> RunningServer {
    let authorization =
        Authorization::resource("http://localhost:9999/mcp").verifier(ISSUER, Names).anonymous(Anonymous::PublicOnly);
    let options = McpOptions::new("connection shares", "1")
        .streamable_http(http_options())
        .authorization(authorization)
        .limits(Limits::default().max_connections(4));
    let module = McpModule::for_root(options).only(items![add, wait, rest]).provide_shared(gate.clone());
    serve(module).await
}

fn with_token(served: &RunningServer, token: &str) -> Client {
    Client::stateless(served).header("Authorization", format!("Bearer {token}"))
}

fn addition(client: &Client) -> Request {
    client.call_request(1, "add", json!({"a": 1, "b": 2}))
}

async fn is_added(mut response: Response) -> Connection {
    assert_eq!(response.last_message().await["result"]["content"][0]["text"], "3");
    response.into_connection().await
}

async fn is_rejected(mut response: Response) {
    assert_eq!((response.header("retry-after"), response.header("connection")), (Some("1"), Some("close")));
    let error = response.error(503, 503).await;
    assert!(error["error"]["message"].as_str().unwrap().contains("share of the connections"), "{error}");
    assert!(within(response.into_connection().await.read_to_end()).await.is_empty());
}

/// A connection with a call that waits at the gate.
async fn busy(mut connection: Connection, client: &Client, gate: &Gate, tool: &str) -> Connection {
    connection.start(&client.call_request(1, tool, json!({}))).await;
    gate.entered().await;
    connection
}

async fn passes(connection: Connection) -> Connection {
    let mut response = connection.response().await;
    assert_eq!(response.last_message().await["result"]["content"][0]["text"], "passed");
    response.into_connection().await
}

#[tokio::test]
async fn principal_at_its_share_leaves_room_for_others() {
    let gate = Gate::new();
    let served = protected(&gate).await;
    let [ada, bob] = ["ada", "bob"].map(|token| with_token(&served, token));
    let session = Client::new(&served, "2025-11-25").header("Authorization", "Bearer ada").initialize().await;
    let mut stream = session.send(session.stream_request()).await;
    assert!(stream.event().await.is_some());
    let calling = busy(served.connect().await, &ada, &gate, "wait").await;
    for request in [addition(&ada), session.stream_request(), ada.request(2, "tools/list", json!({}))] {
        is_rejected(ada.send(request).await).await;
    }
    // A connection belongs to the principal of its latest request.
    let reused = is_added(bob.send(addition(&bob)).await).await;
    is_rejected(reused.exchange(addition(&ada)).await).await;
    let bobs = busy(served.connect().await, &bob, &gate, "wait").await;
    is_rejected(bob.send(addition(&bob)).await).await;
    gate.open();
    gate.open();
    let (calling, bobs) = (passes(calling).await, passes(bobs).await);
    is_added(calling.exchange(addition(&ada)).await).await;
    is_added(bobs.exchange(addition(&bob)).await).await;
    assert_eq!(session.send(session.delete_request()).await.status, 204);
}

#[tokio::test]
async fn anonymous_callers_beside_principals_are_one_holder() {
    let gate = Gate::new();
    let served = protected(&gate).await;
    let (anonymous, ada) = (Client::stateless(&served), with_token(&served, "ada"));
    let mut resting = Vec::new();
    for _ in 0..2 {
        resting.push(busy(served.connect().await, &anonymous, &gate, "rest").await);
    }
    is_rejected(anonymous.send(anonymous.call_request(1, "rest", json!({}))).await).await;
    is_added(ada.send(addition(&ada)).await).await;
    for connection in resting {
        gate.open();
        passes(connection).await;
    }
}

#[tokio::test]
async fn silent_connections_leave_no_principal_outside() {
    let gate = Gate::new();
    let served = protected(&gate).await;
    let ada = with_token(&served, "ada");
    let calling = busy(served.connect().await, &ada, &gate, "wait").await;
    let mut silent = Vec::new();
    for _ in 0..50 {
        silent.push(served.connect().await);
    }
    is_added(with_token(&served, "bob").send(addition(&with_token(&served, "bob"))).await).await;
    gate.open();
    passes(calling).await;
}

#[tokio::test]
async fn upload_that_is_rejected_before_admission_makes_room() {
    let gate = Gate::new();
    let authorization = Authorization::resource("http://localhost:9999/mcp").verifier(ISSUER, Names);
    let options = McpOptions::new("e2e", "1")
        .streamable_http(http_options())
        .authorization(authorization)
        .limits(Limits::default().max_connections(1));
    let served = serve(McpModule::for_root(options).provide_shared(gate)).await;
    let ada = with_token(&served, "ada");
    let upload = || Request::post("x".repeat(100_000));
    for (request, status) in [
        (upload(), 401),
        (upload().header("Authorization", "Bearer eve"), 401),
        (upload().chunked(), 401),
        (upload().with("Host", "evil.example"), 403),
        (upload().path("/elsewhere"), 404),
    ] {
        let mut connection = served.connect().await;
        connection.write(&request.to_bytes()[..50_000]).await;
        let response = connection.response().await;
        assert_eq!(response.status, status);
        let mut connection = response.into_connection().await;
        is_added(ada.send(addition(&ada)).await).await;
        assert!(within(connection.read_to_end()).await.is_empty());
    }
}

const LOCAL: [u8; 4] = [127, 0, 0, 1];
const OTHER: [u8; 4] = [127, 0, 0, 2];
const THIRD: [u8; 4] = [127, 0, 0, 3];

#[tokio::test]
async fn address_with_the_most_waiting_connections_makes_room() {
    for (by_address, first_closed) in [(true, 1), (false, 0)] {
        let limits = Limits::default().max_connections(4).anonymous_shares_by_address(by_address);
        let served = serve(module(&Gate::new(), http_options(), limits)).await;
        let client = Client::stateless(&served);
        let mut waiting = Vec::new();
        for address in [LOCAL, OTHER, OTHER, OTHER] {
            waiting.push(Connection::open_from(address, served.address).await);
        }
        is_added(Connection::open_from(THIRD, served.address).await.exchange(addition(&client)).await).await;
        assert!(within(waiting.remove(first_closed).read_to_end()).await.is_empty());
        for connection in waiting {
            is_added(connection.exchange(addition(&client)).await).await;
        }
    }
}

#[tokio::test]
async fn address_at_its_share_leaves_room_for_others() {
    let gate = Gate::new();
    let limits = Limits::default().max_connections(4).anonymous_shares_by_address(true);
    let served = serve(module(&gate, http_options(), limits)).await;
    let client = Client::stateless(&served);
    let mut calling = Vec::new();
    for _ in 0..2 {
        calling.push(busy(Connection::open_from(OTHER, served.address).await, &client, &gate, "wait").await);
    }
    is_rejected(Connection::open_from(OTHER, served.address).await.exchange(addition(&client)).await).await;
    is_added(client.send(addition(&client)).await).await;
    for connection in calling {
        gate.open();
        passes(connection).await;
    }
}

#[tokio::test]
async fn calls_are_charged_by_address_in_an_application_that_tells_it() {
    for (by_address, tells) in [(true, true), (true, false), (false, true)] {
        let gate = Gate::new();
        let limits = Limits::default().max_calls(4).anonymous_shares_by_address(by_address);
        let server = module(&gate, http_options(), limits).build().await.unwrap();
        let router: Router = server.router();
        let served = serve_app("/mcp", |listener: TcpListener| async move {
            if tells {
                let service = router.into_make_service_with_connect_info::<std::net::SocketAddr>();
                axum::serve(listener, service).await.unwrap();
            } else {
                axum::serve(listener, router).await.unwrap();
            }
        })
        .await;
        let client = Client::stateless(&served);
        let mut calling = Vec::new();
        for _ in 0..2 {
            calling.push(busy(Connection::open_from(OTHER, served.address).await, &client, &gate, "wait").await);
        }
        let third = Connection::open_from(OTHER, served.address).await.exchange(addition(&client)).await;
        assert_eq!(third.status, if by_address && tells { 503 } else { 200 });
        is_added(client.send(addition(&client)).await).await;
        for connection in calling {
            gate.open();
            passes(connection).await;
        }
    }
}

#[tokio::test]
async fn tasks_are_charged_by_address() {
    let gate = Gate::new();
    let limits = Limits::default().max_tasks(4).anonymous_shares_by_address(true);
    let options = McpOptions::new("connection shares", "1").streamable_http(http_options()).limits(limits);
    let served = serve(McpModule::for_root(options).only(items![later]).provide_shared(gate.clone())).await;
    let able = json!({"extensions": {"io.modelcontextprotocol/tasks": {}}});
    let client = Client::stateless(&served).capabilities(able);
    for (address, admitted) in [(OTHER, true), (OTHER, true), (OTHER, false), (LOCAL, true)] {
        let connection = Connection::open_from(address, served.address).await;
        let mut response = connection.exchange(client.call_request(1, "later", json!({}))).await;
        let response = response.last_message().await;
        assert_eq!(response["result"]["resultType"] == "task", admitted, "{response}");
        assert_eq!(response["error"]["code"] == 503, !admitted, "{response}");
    }
}
