//! Servers in other applications, and shutdown.

use axum::{Router, extract::State, routing::get};
use mcp_server::{Authorization, Limits, McpModule, McpOptions, McpServer, StreamableHttp};
use serde_json::json;
use tests::harness::{Client, Request, RunningServer, serve, serve_app, within};
use tokio::{net::TcpListener, sync::oneshot};

use crate::items::{Gate, http_options, module};

async fn server() -> McpServer {
    module(&Gate::new(), http_options(), Limits::default()).build().await.unwrap()
}

async fn app(path: &str, router: Router) -> RunningServer {
    serve_app(path, |listener: TcpListener| async move { axum::serve(listener, router).await.unwrap() }).await
}

#[tokio::test]
async fn router_is_merged_into_application() {
    let router = Router::new().route("/health", get(|| async { "fine" })).merge(server().await.router());
    let served = app("/mcp", router).await;
    for client in Client::both_eras(&served).await {
        assert_eq!(client.call_text("add", json!({"a": 1, "b": 2})).await, "3");
    }
    assert_eq!(served.send(Request::get().path("/health")).await.text().await, "fine");
}

#[tokio::test]
async fn router_is_nested_under_prefix() {
    let router = Router::new().nest("/api/v1", server().await.router());
    let served = app("/api/v1/mcp", router).await;
    for client in Client::both_eras(&served).await {
        assert_eq!(client.call_text("add", json!({"a": 1, "b": 2})).await, "3");
        let mut reply = client.send(client.call_request_with_progress(1, "count", json!({"to": 2}), "t")).await;
        assert_eq!(reply.messages().await.len(), 3);
    }
    assert_eq!(served.send(Request::get().path("/mcp")).await.status, 404);
}

#[tokio::test]
async fn endpoint_answers_with_and_without_a_slash_at_its_end() {
    let (root, api) = (server().await, server().await);
    let options = |path: &str| http_options().path(path);
    let slash = module(&Gate::new(), options("/tools/"), Limits::default()).build().await.unwrap();
    let bare = module(&Gate::new(), options("/"), Limits::default()).build().await.unwrap();
    let router = Router::new()
        .merge(root.router())
        .merge(slash.router())
        .nest("/api/v1", api.router())
        .nest("/bare", bare.router());
    let mounted = app("/mcp", router).await;
    let own = serve(module(&Gate::new(), http_options(), Limits::default())).await;
    let paths = ["/mcp", "/mcp/", "/tools", "/tools/", "/api/v1/mcp", "/api/v1/mcp/", "/bare"];
    let of_mounted = paths.map(|path| (&mounted, path));
    for (served, path) in of_mounted.into_iter().chain([(&own, "/mcp"), (&own, "/mcp/")]) {
        let opened = served.send(Request::initialize("2025-11-25").path(path)).await;
        assert_eq!(opened.status, 200, "{path}");
        let client = Client::stateless(served);
        let call = client.call_request(1, "add", json!({"a": 1, "b": 2})).path(path);
        assert_eq!(client.send(call).await.last_message().await["result"]["content"][0]["text"], "3", "{path}");
        assert_eq!(served.send(Request::new("PUT").path(path)).await.status, 405, "{path}");
    }
    for path in ["/", "/mcp//", "//mcp", "/mcp/x"] {
        assert_eq!(own.send(Request::initialize("2025-11-25").path(path)).await.status, 404, "{path}");
    }
}

#[tokio::test]
async fn application_keeps_its_own_state() {
    #[derive(Clone)]
    struct Motto(&'static str);
    let server = server().await;
    let router = Router::new()
        .route("/motto", get(|State(motto): State<Motto>| async move { motto.0 }))
        .nest("/api", server.router())
        .merge(server.well_known_router())
        .with_state(Motto("fine"));
    let served = app("/api/mcp", router).await;
    for client in Client::both_eras(&served).await {
        assert_eq!(client.call_text("add", json!({"a": 1, "b": 2})).await, "3");
    }
    assert_eq!(served.send(Request::get().path("/motto")).await.text().await, "fine");
}

#[tokio::test]
async fn protected_servers_on_one_host_have_own_metadata() {
    let protected = async |path: &str| {
        let resource = format!("https://mcp.example.com{path}");
        let authorization = Authorization::resource(&resource).server("https://login.example.com");
        let options = McpOptions::new("several", "1").authorization(authorization);
        let options = options.streamable_http(StreamableHttp::default().path(path));
        McpModule::for_root(options).build().await.unwrap()
    };
    let (one, two) = (protected("/one").await, protected("/two").await);
    let served = app("/one", McpServer::router_of([&one, &two])).await;
    for (path, resource) in [("/one", "/one"), ("/two/", "/two"), ("/two", "/two"), ("", "/one"), ("/", "/one")] {
        let path = format!("/.well-known/oauth-protected-resource{path}");
        let document = served.send(Request::get().path(&path)).await.json().await;
        assert_eq!(document["resource"], format!("https://mcp.example.com{resource}"));
    }
    let with_slash = protected("/three/").await;
    let served_with_slash = app("/three/", with_slash.router()).await;
    for path in ["/three", "/three/"] {
        let path = format!("/.well-known/oauth-protected-resource{path}");
        let document = served_with_slash.send(Request::get().path(&path)).await.json().await;
        assert_eq!(document["resource"], "https://mcp.example.com/three/");
    }
    for path in ["/one", "/two"] {
        let rejected = served.send(Request::initialize("2025-11-25").path(path)).await;
        assert_eq!(rejected.status, 401);
        let challenge = rejected.header("www-authenticate").unwrap().to_owned();
        assert!(challenge.contains(&format!("/.well-known/oauth-protected-resource{path}\"")), "{challenge}");
    }
}

#[tokio::test]
async fn several_servers_share_one_application() {
    let path = |path: &str| http_options().path(path);
    let one = module(&Gate::new(), path("/one"), Limits::default()).build().await.unwrap();
    let two = module(&Gate::new(), path("/two").stateless_mode(true), Limits::default()).build().await.unwrap();
    let served = app("/one", one.router().merge(two.router())).await;
    let client = Client::in_session(&served, "2025-11-25").await;
    assert_eq!(client.call_text("add", json!({"a": 1, "b": 2})).await, "3");
    assert_eq!(client.send(client.call_request(1, "add", json!({"a": 1, "b": 2})).path("/two")).await.status, 200);
    client.send(client.stream_request().path("/two")).await.error(405, -32600).await;
}

#[tokio::test]
async fn idle_sessions_end_with_only_the_router_left() {
    let limits = Limits::default().session_idle_timeout(std::time::Duration::from_millis(250));
    let server = module(&Gate::new(), http_options(), limits).build().await.unwrap();
    let router = server.router();
    drop(server);
    let served = app("/mcp", router).await;
    let client = Client::in_session(&served, "2025-11-25").await;
    let stream = client.send(client.stream_request()).await;
    assert_eq!(stream.status, 200);
    drop(stream);
    tests::harness::until(async || {
        // Frequent requests would keep the session alive.
        tokio::time::sleep(std::time::Duration::from_millis(400)).await;
        client.send(client.request(1, "ping", json!({}))).await.status == 404
    })
    .await;
}

#[tokio::test]
async fn shutdown_waits_for_calls_and_ends_session_streams() {
    let gate = Gate::new();
    let mut served = serve(module(&gate, http_options(), Limits::default())).await;
    let session = Client::in_session(&served, "2025-11-25").await;
    let stateless = Client::stateless(&served);
    let mut listening = session.send(session.stream_request()).await;
    let mut speaking = session.send(session.call_request_with_progress(1, "talk", json!({}), "t")).await;
    let silent = tokio::spawn(served.connect().await.exchange(stateless.call_request(1, "wait", json!({}))));
    let idle = served.connect().await;
    gate.entered().await;
    gate.entered().await;
    served.stop();
    while listening.event().await.is_some() {}
    assert!(!served.has_ended(), "two calls are in flight");
    gate.open();
    gate.open();
    assert_eq!(speaking.messages().await.pop().unwrap()["result"]["content"][0]["text"], "passed");
    assert_eq!(silent.await.unwrap().json().await["result"]["content"][0]["text"], "passed");
    served.ended().await;
    assert_eq!(gate.cancelled_count(), 0);
    drop(idle);
    assert!(tokio::net::TcpStream::connect(served.address).await.is_err(), "the port is closed");
}

#[tokio::test]
async fn shutdown_waits_for_call_of_disconnected_client() {
    let gate = Gate::new();
    let mut served = serve(module(&gate, http_options(), Limits::default())).await;
    let client = Client::in_session(&served, "2025-11-25").await;
    drop(client.send(client.call_request_with_progress(1, "talk", json!({}), "t")).await);
    gate.entered().await;
    let server = served.server.take().unwrap();
    served.stop();
    tests::harness::until(async || tokio::net::TcpStream::connect(served.address).await.is_err()).await;
    for _ in 0..20 {
        tokio::time::sleep(std::time::Duration::from_millis(1)).await;
        assert!(!served.has_ended(), "the shutdown waits for the call");
    }
    gate.open();
    served.ended().await;
    assert_eq!(server.calls_in_flight(), 0);
}

#[tokio::test]
async fn shutdown_cancels_calls_after_drain_timeout() {
    let gate = Gate::new();
    let limits = Limits::default().drain_timeout(std::time::Duration::from_millis(50));
    let mut served = serve(module(&gate, http_options(), limits)).await;
    let mut connections = Vec::new();
    for client in Client::both_eras(&served).await {
        for tool in ["wait", "talk"] {
            let mut connection = served.connect().await;
            connection.start(&client.call_request_with_progress(tool, tool, json!({}), "t")).await;
            gate.entered().await;
            connections.push(connection);
        }
    }
    served.stop();
    served.ended().await;
    assert_eq!(gate.cancelled_count(), 4, "each handler could clean up");
    assert_eq!(served.server.as_ref().unwrap().calls_in_flight(), 0);
    for mut connection in connections {
        // The connection is closed.
        connection.read_to_end().await;
    }
}

#[tokio::test]
async fn shut_down_in_application_drains_and_cancels() {
    let limits = Limits::default().drain_timeout(std::time::Duration::from_millis(50));
    for in_flight in [true, false] {
        let gate = Gate::new();
        let server = module(&gate, http_options(), limits).build().await.unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let (stopping, router) = (server.clone(), server.router());
        let (sender, drained) = oneshot::channel();
        let mut served = serve_app("/mcp", |listener: TcpListener| async move {
            let (stop_serving, serving_stopped) = oneshot::channel::<()>();
            let serving = axum::serve(listener, router).with_graceful_shutdown(async { _ = serving_stopped.await });
            let stopping = async {
                _ = stopped.await;
                drop(stop_serving);
                sender.send(stopping.shut_down().await).unwrap();
            };
            tokio::join!(serving.into_future(), stopping).0.unwrap();
        })
        .await;
        let mut calls = Vec::new();
        if in_flight {
            for client in Client::both_eras(&served).await {
                for tool in ["wait", "talk"] {
                    let connection = served.connect().await;
                    let call = client.call_request_with_progress(tool, tool, json!({}), "t");
                    calls.push(tokio::spawn(async move { connection.exchange(call).await.messages().await }));
                    gate.entered().await;
                }
            }
        }
        drop(stop);
        assert_eq!(within(drained).await.unwrap(), !in_flight);
        assert_eq!((gate.cancelled_count(), server.calls_in_flight()), (calls.len(), 0));
        let mut last = Vec::new();
        for call in calls {
            last.push(call.await.unwrap().pop().unwrap()["error"]["code"].take());
        }
        // The end of a session ends the streams of its calls. Calls without a stream get an error.
        let expected = [json!(-32001), json!(null), json!(503), json!(503)];
        assert_eq!(last, expected[..if in_flight { 4 } else { 0 }]);
        served.ended().await;
    }
}

#[tokio::test]
async fn stream_opened_during_shutdown_ends_at_once() {
    let gate = Gate::new();
    let mut served = serve(module(&gate, http_options(), Limits::default())).await;
    let client = Client::in_session(&served, "2025-11-25").await;
    let call = tokio::spawn(served.connect().await.exchange(client.call_request(1, "wait", json!({}))));
    gate.entered().await;
    let mut late = served.connect().await;
    let head = client.stream_request().to_bytes();
    let (early, rest) = head.split_at(20);
    late.write(early).await;
    assert_eq!(client.result("ping", json!({})).await, json!({}));
    served.stop();
    tests::harness::until(async || tokio::net::TcpStream::connect(served.address).await.is_err()).await;
    late.write(rest).await;
    late.read_to_end().await;
    gate.open();
    assert_eq!(call.await.unwrap().status, 200);
    served.ended().await;
}

#[tokio::test]
async fn dropped_server_closes_connections() {
    let served = serve(module(&Gate::new(), http_options(), Limits::default())).await;
    let client = Client::in_session(&served, "2025-11-25").await;
    let mut listening = client.send(client.stream_request()).await;
    assert!(listening.event().await.is_some());
    let mut idle = served.connect().await;
    drop(served);
    listening.aborted().await;
    idle.read_to_end().await;
}

#[tokio::test]
async fn serving_on_used_or_invalid_address_is_bind_error() {
    let taken = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let hint = "expected a host and a port, \"127.0.0.1:3030\"";
    for (address, expected) in
        [(address.as_str(), address.as_str()), ("localhost", hint), ("http://127.0.0.1:3030", hint), (":3030", hint)]
    {
        let error = within(server().await.serve(address.to_owned())).await.unwrap_err();
        assert!(error.is_bind() && !error.is_build(), "{error}");
        assert!(error.to_string().contains(expected), "{error}");
    }
}
