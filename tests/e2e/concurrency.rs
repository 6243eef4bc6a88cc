//! Many concurrent clients on several threads: isolation, and no leaks.

use std::sync::Arc;

use mcp_server::Limits;
use serde_json::json;
use tests::harness::{Client, serve, until};

use crate::items::{Gate, http_options, module};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn concurrent_clients_of_both_eras_are_isolated() {
    let gate = Gate::new();
    let served = Arc::new(serve(module(&gate, http_options(), Limits::default())).await);
    let tasks: Vec<_> = (0..24)
        .map(|number: usize| {
            let served = served.clone();
            tokio::spawn(async move {
                let client = match number % 3 {
                    0 => Client::stateless(&served),
                    1 => Client::in_session(&served, "2025-11-25").await,
                    _ => Client::in_session(&served, "2025-03-26").await,
                };
                for round in 0..10 {
                    let message = format!("{number}/{round}");
                    assert_eq!(client.call_text("echo", json!({"message": message})).await, message);
                    let token = format!("token-{message}");
                    let request =
                        client.call_request_with_progress(message.as_str(), "count", json!({"to": 5}), &token);
                    let messages = client.send(request).await.messages().await;
                    let (response, notifications) = messages.split_last().unwrap();
                    assert_eq!((&response["id"], notifications.len()), (&json!(message), 5));
                    assert!(notifications.iter().all(|told| told["params"]["progressToken"] == token));
                }
                if !client.is_stateless() {
                    assert_eq!(client.send(client.delete_request()).await.status, 204);
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    let server = served.server.as_ref().unwrap();
    assert_eq!(server.open_sessions(), 0);
    until(async || server.calls_in_flight() == 0).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn calls_cancelled_while_responding_leave_nothing_behind() {
    let gate = Gate::new();
    let served = Arc::new(serve(module(&gate, http_options(), Limits::default())).await);
    let client = Arc::new(Client::in_session(&served, "2025-11-25").await);
    for round in 0..40 {
        let tool = if round % 2 == 0 { "talk" } else { "wait" };
        let calling = client.clone();
        let call = tokio::spawn(async move {
            let mut reply = calling.send(calling.call_request_with_progress(round, tool, json!({}), "t")).await;
            match reply.status {
                200 => reply.messages().await,
                _ => Vec::new(),
            }
        });
        gate.entered().await;
        gate.open();
        assert_eq!(client.cancel(round).await.status, 202);
        // Depending on the race there is one response or none, and never two.
        let responses = call.await.unwrap().iter().filter(|message| message.get("id").is_some()).count();
        assert!(responses <= 1);
        until(async || served.server.as_ref().unwrap().calls_in_flight() == 0).await;
        gate.reset();
    }
    assert_eq!(client.result("ping", json!({})).await, json!({}));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn sessions_deleted_while_in_use_end_once() {
    let served = Arc::new(serve(module(&Gate::new(), http_options(), Limits::default().max_sessions(10))).await);
    for _ in 0..10 {
        let client = Arc::new(Client::in_session(&served, "2025-11-25").await);
        let tasks: Vec<_> = (0..8)
            .map(|number| {
                let client = client.clone();
                tokio::spawn(async move {
                    let request = match number % 4 {
                        0 => client.delete_request(),
                        1 => client.stream_request(),
                        2 => client.call_request(number, "add", json!({"a": 1, "b": 1})),
                        _ => client.call_request_with_progress(number, "count", json!({"to": 3}), "t"),
                    };
                    let mut reply = client.send(request).await;
                    assert!([200, 202, 204, 404].contains(&reply.status), "{reply:?}");
                    reply.text().await;
                })
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
    }
    assert_eq!(served.server.as_ref().unwrap().open_sessions(), 0);
}
