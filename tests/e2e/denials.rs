//! Guards that deny calls, or fail, and the errors for clients of both eras.

use std::sync::atomic::{AtomicU32, Ordering};

use mcp_server::{
    Authorization, CallError, CallInfo, Denial, FromContext as _, Guard, Inject, McpModule, McpOptions, Principal,
    auth::Anonymous, resource, tool,
};
use serde_json::{Value, json};
use tests::harness::{Client, Response, RunningServer, serve};

use crate::{
    failures::{line, log, reference},
    items::http_options,
    principals::{ISSUER, Names},
};

/// Number of calls that reached a handler.
#[derive(Default)]
struct Reached(AtomicU32);

/// Denies a call as its header says.
struct Denies;

impl Guard for Denies {
    async fn check(&self, call: &CallInfo<'_>) -> Result<(), Denial> {
        match call.headers().get("x-denial").map(|value| value.to_str()).transpose()?.unwrap_or_default() {
            "" => Ok(()),
            "forbidden" => Err(Denial::forbidden("not on Sundays")),
            "hidden" => Err(Denial::hidden()),
            "step up" => Err(Denial::step_up(["notes:write", "notes:admin"])),
            "client" => Err(Denial::client("try again later")),
            "login" => {
                Principal::from_context(call.context()).await?;
                Ok(())
            }
            "error" => Err(std::io::Error::other("the secret reason"))?,
            "error of a call" => Err(CallError::internal("the secret reason"))?,
            "panic" => panic!("the secret reason"),
            other => unreachable!("{other}"),
        }
    }
}

#[tool(server = "denials", public, guards(Denies))]
fn guarded(reached: Inject<Reached>) -> &'static str {
    reached.0.fetch_add(1, Ordering::Relaxed);
    "inside"
}

#[resource(server = "denials", uri = "test://guarded", public, guards(Denies))]
fn guarded_resource(reached: Inject<Reached>) -> &'static str {
    reached.0.fetch_add(1, Ordering::Relaxed);
    "inside"
}

#[tool(server = "denials", public)]
fn reached(reached: Inject<Reached>) -> u32 {
    reached.0.load(Ordering::Relaxed)
}

async fn served() -> RunningServer {
    let authorization =
        Authorization::resource("http://localhost:9999/mcp").verifier(ISSUER, Names).anonymous(Anonymous::PublicOnly);
    let options = McpOptions::new("denials", "1").streamable_http(http_options()).authorization(authorization);
    serve(McpModule::for_root(options).provide(Reached::default())).await
}

async fn clients(served: &RunningServer, token: Option<&str>) -> [Client; 2] {
    let with_token = |client: Client| match token {
        Some(token) => client.header("Authorization", format!("Bearer {token}")),
        None => client,
    };
    [with_token(Client::new(served, "2025-11-25")).initialize().await, with_token(Client::stateless(served))]
}

/// Replies for a tool and a resource behind the guard.
async fn denied(client: &Client, denial: &str) -> [Response; 2] {
    let requests = [
        client.call_request(1, "guarded", json!({})),
        client.request(2, "resources/read", json!({"uri": "test://guarded"})),
    ];
    let [tool, resource] = requests.map(|request| client.send(request.header("X-Denial", denial)));
    [tool.await, resource.await]
}

async fn assert_closed(client: &Client) {
    assert_eq!(client.call_text("reached", json!({})).await, "0", "no handler ran");
}

#[tokio::test]
async fn forbidden_call_is_403_with_reason() {
    let served = served().await;
    for client in clients(&served, Some("ada")).await {
        for mut reply in denied(&client, "forbidden").await {
            assert_eq!((reply.status, reply.header("www-authenticate")), (200, None));
            assert_eq!(reply.json().await["error"], json!({"code": 403, "message": "not on Sundays"}));
        }
        assert_closed(&client).await;
    }
}

#[tokio::test]
async fn hidden_item_answers_like_unknown_one() {
    let served = served().await;
    for client in clients(&served, Some("ada")).await {
        let [mut tool, mut resource] = denied(&client, "hidden").await;
        let same = |unknown: &Value, known: &str| {
            serde_json::from_str::<Value>(&unknown["error"].to_string().replace(known, "guarded")).unwrap()
        };
        let unknown = client.response("tools/call", json!({"name": "no-such"})).await;
        assert_eq!(tool.json().await["error"], same(&unknown, "no-such"));
        let unknown = client.response("resources/read", json!({"uri": "test://no-such"})).await;
        assert_eq!(resource.json().await["error"], same(&unknown, "no-such"));
        assert_closed(&client).await;
    }
}

#[tokio::test]
async fn step_up_is_challenge_with_all_scopes() {
    let served = served().await;
    for client in clients(&served, Some("ada")).await {
        for mut reply in denied(&client, "step up").await {
            let challenge = reply.header("www-authenticate").unwrap().to_owned();
            for part in ["error=\"insufficient_scope\"", "notes:write", "notes:admin"] {
                assert!(challenge.contains(part), "{challenge}");
            }
            reply.error(403, 403).await;
        }
        assert_closed(&client).await;
    }
}

#[tokio::test]
async fn login_required_is_401_for_anonymous_callers() {
    let served = served().await;
    for client in clients(&served, None).await {
        for mut reply in denied(&client, "login").await {
            assert!(reply.header("www-authenticate").unwrap().starts_with("Bearer "));
            reply.error(401, 401).await;
        }
        assert_closed(&client).await;
    }
    for client in clients(&served, Some("ada")).await {
        let [mut tool, _] = denied(&client, "login").await;
        assert_eq!(tool.json().await["result"]["content"][0]["text"], "inside");
    }
}

#[tokio::test]
async fn client_text_of_denial_is_error_result_of_tool() {
    let served = served().await;
    for client in clients(&served, Some("ada")).await {
        let [mut tool, mut resource] = denied(&client, "client").await;
        let result = tool.json().await["result"].take();
        assert_eq!((&result["isError"], &result["content"][0]["text"]), (&json!(true), &json!("try again later")));
        assert_eq!(resource.json().await["error"], json!({"code": -32602, "message": "try again later"}));
        assert_closed(&client).await;
    }
}

#[tokio::test]
async fn failing_guard_rejects_call_and_masks_error() {
    let log = log();
    let served = served().await;
    for client in clients(&served, Some("ada")).await {
        for denial in ["error", "error of a call", "panic"] {
            for mut reply in denied(&client, denial).await {
                assert_eq!((reply.status, reply.header("www-authenticate")), (200, None));
                let reply = reply.json().await;
                assert!(!reply.to_string().contains("secret"), "{reply}");
                let text = [&reply["error"]["message"], &reply["result"]["content"][0]["text"]];
                let text = text.into_iter().find(|text| text.is_string()).unwrap();
                assert!(line(log, &reference(text)).contains("the secret reason"));
            }
        }
        assert_closed(&client).await;
    }
}

#[tokio::test]
async fn failing_guard_rejects_subscription() {
    let log = log();
    let served = served().await;
    let [client, _] = clients(&served, Some("ada")).await;
    let subscribe = client.request(1, "resources/subscribe", json!({"uri": "test://guarded"}));
    let reply = client.send(subscribe.header("X-Denial", "error")).await.json().await;
    assert!(line(log, &reference(&reply["error"]["message"])).contains("the secret reason"));
}
