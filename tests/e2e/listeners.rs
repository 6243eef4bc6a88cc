//! Many clients that listen at once: a change reaches all of them, and one that does not read delays nobody.

use std::time::Duration;

use mcp_server::{Limits, McpModule, McpOptions, resource, tool};
use serde_json::json;
use tests::harness::{Client, serve, until, within};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpSocket,
};

use crate::items::patient;

#[tool(server = "listeners")]
fn add(#[arg] a: i64, #[arg] b: i64) -> i64 {
    a + b
}

#[resource(server = "listeners", uri_template = "test://long/{text}")]
fn long(#[arg] text: String) -> String {
    text
}

fn module(limits: Limits) -> McpModule {
    McpModule::for_root(McpOptions::new("listeners", "1").streamable_http(patient()).limits(limits))
}

#[tokio::test]
async fn a_change_reaches_all_clients_of_both_eras_while_calls_go_on() {
    const CLIENTS: usize = 100;
    let served = serve(module(Limits::default())).await;
    let mut streams = Vec::new();
    for number in 0..CLIENTS {
        let client = Client::stateless(&served);
        let params = json!({"notifications": {"toolsListChanged": true}});
        let mut stream = client.send(client.request(number, "subscriptions/listen", params)).await;
        stream.message().await.unwrap();
        streams.push(stream);
        let client = Client::in_session(&served, "2025-11-25").await;
        streams.push(client.send(client.listening()).await);
    }
    let server = served.server.as_ref().unwrap();
    assert_eq!((server.open_subscriptions(), server.open_sessions()), (CLIENTS, CLIENTS));
    let caller = Client::stateless(&served);
    for round in 0..3 {
        server.changes().tools_changed();
        assert_eq!(caller.call_text("add", json!({"a": round, "b": 1})).await, (round + 1).to_string());
        for stream in &mut streams {
            assert_eq!(stream.message().await.unwrap()["method"], "notifications/tools/list_changed");
        }
    }
}

#[tokio::test]
async fn a_client_that_does_not_read_is_ended_and_nobody_waits_for_it() {
    let served = serve(module(Limits::default().send_timeout(Duration::from_millis(300)))).await;
    let server = served.server.as_ref().unwrap();
    // URIs as long as they may be, so that buffers between the two sides fill soon.
    let uris: Vec<_> = (0..6).map(|number| format!("test://long/{number}{}", "x".repeat(8_000))).collect();
    let params = json!({"notifications": {"resourceSubscriptions": uris, "toolsListChanged": true}});
    let client = Client::stateless(&served);
    let request = client.request(1, "subscriptions/listen", params).at(&served.path);
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4_096).unwrap();
    let mut deaf = socket.connect(served.address).await.unwrap();
    deaf.write_all(&request.to_bytes()).await.unwrap();
    until(async || server.open_subscriptions() == 1).await;
    // One that reads stands beside it.
    let params = json!({"notifications": {"toolsListChanged": true}});
    let mut stream = client.send(client.request(2, "subscriptions/listen", params)).await;
    stream.message().await.unwrap();
    until(async || {
        for uri in &uris {
            server.changes().resource_updated(uri.as_str());
        }
        server.changes().tools_changed();
        assert_eq!(stream.message().await.unwrap()["method"], "notifications/tools/list_changed");
        server.open_subscriptions() == 1
    })
    .await;
    // What had been sent before is still there to be read, and then the connection is over, without an end in words.
    let mut rest = Vec::new();
    _ = within(deaf.read_to_end(&mut rest)).await;
    let text = String::from_utf8_lossy(&rest);
    assert!(text.contains("acknowledged") && !text.contains("resultType"));
}
