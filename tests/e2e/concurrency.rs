//! Many clients at once, on several threads: nobody gets what is meant for another, and nothing is left behind.

use std::sync::Arc;

use mcp_server::Limits;
use serde_json::json;
use tests::harness::{Client, serve, until};

use crate::items::{Gate, module, patient};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn clients_of_both_eras_do_not_disturb_each_other() {
    let gate = Gate::new();
    let served = Arc::new(serve(module(&gate, patient(), Limits::default())).await);
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
                    let request = client.calling_with_progress(message.as_str(), "count", json!({"to": 5}), &token);
                    let messages = client.send(request).await.messages().await;
                    let (response, notifications) = messages.split_last().unwrap();
                    assert_eq!((&response["id"], notifications.len()), (&json!(message), 5));
                    assert!(notifications.iter().all(|told| told["params"]["progressToken"] == token));
                }
                if !client.is_stateless() {
                    assert_eq!(client.send(client.ending()).await.status, 204);
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
async fn calls_that_are_withdrawn_while_they_answer_leave_nothing_behind() {
    let gate = Gate::new();
    let served = Arc::new(serve(module(&gate, patient(), Limits::default())).await);
    let client = Arc::new(Client::in_session(&served, "2025-11-25").await);
    for round in 0..40 {
        let tool = if round % 2 == 0 { "talk" } else { "wait" };
        let calling = client.clone();
        let call = tokio::spawn(async move {
            let mut answer = calling.send(calling.calling_with_progress(round, tool, json!({}), "t")).await;
            match answer.status {
                200 => answer.messages().await,
                _ => Vec::new(),
            }
        });
        gate.entered().await;
        gate.open();
        assert_eq!(client.cancel(round).await.status, 202);
        // Whichever came first: either the whole answer or none of it, and never two.
        let responses = call.await.unwrap().iter().filter(|message| message.get("id").is_some()).count();
        assert!(responses <= 1);
        until(async || served.server.as_ref().unwrap().calls_in_flight() == 0).await;
        gate.reset();
    }
    assert_eq!(client.result("ping", json!({})).await, json!({}));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn sessions_that_end_while_they_are_used_end_once() {
    let served = Arc::new(serve(module(&Gate::new(), patient(), Limits::default().max_sessions(10))).await);
    for _ in 0..10 {
        let client = Arc::new(Client::in_session(&served, "2025-11-25").await);
        let tasks: Vec<_> = (0..8)
            .map(|number| {
                let client = client.clone();
                tokio::spawn(async move {
                    let request = match number % 4 {
                        0 => client.ending(),
                        1 => client.listening(),
                        2 => client.calling(number, "add", json!({"a": 1, "b": 1})),
                        _ => client.calling_with_progress(number, "count", json!({"to": 3}), "t"),
                    };
                    let mut answer = client.send(request).await;
                    assert!([200, 202, 204, 404].contains(&answer.status), "{answer:?}");
                    answer.text().await;
                })
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
    }
    assert_eq!(served.server.as_ref().unwrap().open_sessions(), 0);
}
