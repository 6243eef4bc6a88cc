//! Elicitation by URL: consent of the user, completion, and pages that a call requires.

use mcp_server::{Limits, McpOptions};
use serde_json::json;
use tests::harness::{Client, Question, SESSION_VERSIONS, serve};

use crate::questions::{able, able_clients, module, server, text};

#[tokio::test]
async fn url_elicitation_asks_for_consent() {
    let served = server().await;
    let page = json!({"mode": "url", "message": "Log in over there", "url": "https://example.com/log-in"});
    for client in able_clients(&served).await {
        let consent = |_: &Question| json!({"action": "accept"});
        let (result, asked) = client.call_with_answers("log_in", json!({}), consent).await;
        let mut expected = page.clone();
        match client.version.as_str() {
            "2025-06-18" => {
                assert!(text(&result).contains("without elicitation by URL"));
                continue;
            }
            "2025-11-25" => expected["elicitationId"] = "login-7".into(),
            _ => {}
        }
        assert_eq!(asked[0].params, expected);
        assert_eq!(text(&result), "agreed");
    }
    let client = Client::new(&served, "2025-11-25").capabilities(able()).initialize().await;
    let mut reply = client.send(client.call_request(1, "log_in", json!({}))).await;
    let question = reply.message().await.unwrap();
    assert_eq!(client.respond(question["id"].clone(), json!({"action": "accept"})).await.status, 202);
    let notice = reply.message().await.unwrap();
    assert_eq!(notice["method"], "notifications/elicitation/complete");
    assert_eq!(notice["params"], json!({"elicitationId": "login-7"}));
}

#[tokio::test]
async fn answer_without_a_state_is_no_consent() {
    let served = server().await;
    let client = Client::stateless(&served).capabilities(able());
    let accepted = json!({"login-7": {"action": "accept"}, "elicitation-1": {"action": "accept"}});
    let request = client.call_request(1, "log_in", json!({})).param("inputResponses", accepted);
    let result = client.send(request).await.json().await["result"].take();
    assert_eq!(result["resultType"], "input_required", "{result}");
}

#[tokio::test]
async fn required_url_elicitation_follows_revision() {
    let served = server().await;
    for version in SESSION_VERSIONS {
        let client = Client::new(&served, version).capabilities(able()).initialize().await;
        let response = client.response("tools/call", json!({"name": "pay"})).await;
        if version == "2025-11-25" {
            assert_eq!(response["error"]["code"], -32042);
            let page = json!({"mode": "url", "message": "Pay first", "url": "https://example.com/pay",
                "elicitationId": "pay-1"});
            assert_eq!(response["error"]["data"], json!({"elicitations": [page]}));
        } else {
            assert!(text(&response["result"]).contains("https://example.com/pay"), "{response}");
        }
    }
    let client = Client::stateless(&served).capabilities(able());
    let result = client.result("tools/call", json!({"name": "pay"})).await;
    assert_eq!(result["resultType"], "input_required");
    let page = json!({"mode": "url", "message": "Pay first", "url": "https://example.com/pay"});
    assert_eq!(result["inputRequests"]["page-1"], json!({"method": "elicitation/create", "params": page}));
}

#[tokio::test]
async fn required_url_elicitation_stops_at_round_limit() {
    let served = serve(module(McpOptions::new("asking", "1").limits(Limits::default().max_question_rounds(2)))).await;
    let client = Client::stateless(&served).capabilities(able());
    let (response, asked) =
        client.response_with_answers("tools/call", json!({"name": "pay"}), |_| json!({"action": "accept"})).await;
    assert_eq!(response["result"]["isError"], true, "{response}");
    assert_eq!(asked.len(), 2);
}
