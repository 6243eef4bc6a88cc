//! Questions of handlers within a task, and before it.

use serde_json::{Value, json};
use tests::harness::{Client, until, within};

use crate::task_items::{begin, cancel, client, confirm, get, members, reaches, server, update};

fn name(name: &str) -> Value {
    json!({"action": "accept", "content": {"name": name}})
}

#[tokio::test]
async fn task_asks_and_continues_with_answer() {
    let (served, _) = server().await;
    let client = client(&served);
    let id = begin(&client, "confirm_delete", json!({"filename": "a.txt"})).await;
    let task = reaches(&client, &id, "input_required").await;
    assert_eq!(members(&task["inputRequests"]), ["confirm"]);
    let request = &task["inputRequests"]["confirm"];
    assert_eq!(
        (&request["method"], &request["params"]["message"]),
        (&json!("elicitation/create"), &json!("Delete a.txt?"))
    );
    assert!(task.get("requestState").is_none() && task.get("result").is_none(), "{task}");
    assert_eq!(get(&client, &id).await["inputRequests"], task["inputRequests"], "it repeats until it is answered");
    let acknowledged = update(&client, &id, json!({"confirm": confirm(true), "other": 5})).await;
    assert_eq!(members(&acknowledged), ["_meta", "resultType"]);
    assert_eq!(acknowledged["resultType"], "complete");
    assert_eq!(reaches(&client, &id, "completed").await["result"]["content"][0]["text"], "a.txt: true");
}

#[tokio::test]
async fn questions_of_task_are_answered_separately() {
    let (served, _) = server().await;
    let client = client(&served);
    let id = begin(&client, "multi_input", json!({})).await;
    let task = reaches(&client, &id, "input_required").await;
    assert_eq!(members(&task["inputRequests"]), ["name", "sampling-1"]);
    update(&client, &id, json!({"name": name("Ada")})).await;
    let task = get(&client, &id).await;
    assert_eq!((&task["status"], members(&task["inputRequests"])), (&json!("input_required"), vec!["sampling-1"]));
    update(&client, &id, json!({"name": name("Eve")})).await;
    let sampled = json!({"role": "assistant", "content": {"type": "text", "text": "great"}, "model": "m"});
    update(&client, &id, json!({"sampling-1": sampled})).await;
    let task = reaches(&client, &id, "input_required").await;
    assert_eq!(members(&task["inputRequests"]), ["name-2"]);
    update(&client, &id, json!({"name-2": name("Ada")})).await;
    assert_eq!(reaches(&client, &id, "completed").await["result"]["content"][0]["text"], "Ada great Ada");
}

/// Sends invalid responses, and returns the error message.
async fn rejected(client: &Client, id: &Value, responses: Value) -> String {
    let mut response =
        client.response_to_invalid("tasks/update", json!({"taskId": id, "inputResponses": responses})).await;
    assert_eq!(response["error"]["code"], -32602, "{response}");
    response["error"]["message"].take().as_str().unwrap().to_owned()
}

#[tokio::test]
async fn invalid_answer_leaves_question_open() {
    let (served, _) = server().await;
    let client = client(&served);
    let id = begin(&client, "choose_seat", json!({})).await;
    let asking = reaches(&client, &id, "input_required").await;
    for (answer, reason) in [
        (json!(5), "answer: expected an object, got integer 5"),
        (json!({}), "`action`: expected a value (required), got nothing"),
        (json!({"action": "perhaps"}), "`action`: expected one of `accept`, `decline`, `cancel`, got \"perhaps\""),
        (json!({"action": "accept"}), "`row`: expected integer"),
        (json!({"action": "accept", "content": {"row": "two"}}), "`row`: expected integer"),
        (json!({"action": "accept", "content": {"row": 41}}), "`row`: expected"),
    ] {
        let text = rejected(&client, &id, json!({"seat": answer})).await;
        assert!(text.contains("`seat`: ") && text.contains(reason), "{answer}: {text}");
    }
    assert_eq!(get(&client, &id).await, asking, "rejected answers change nothing");
    update(&client, &id, json!({"seat": {"action": "accept", "content": {"row": 40, "window": true}}})).await;
    assert_eq!(reaches(&client, &id, "completed").await["result"]["content"][0]["text"], "40 true");
}

#[tokio::test]
async fn one_invalid_answer_rejects_whole_update() {
    let (served, _) = server().await;
    let client = client(&served);
    let id = begin(&client, "multi_input", json!({})).await;
    let asking = reaches(&client, &id, "input_required").await;
    let sampled = json!({"role": "assistant", "content": {"type": "text", "text": "great"}, "model": "m"});
    let text = rejected(&client, &id, json!({"name": {"action": "accept"}, "sampling-1": sampled})).await;
    assert!(
        text.contains("`name`: `name`: expected string (required), got nothing") && !text.contains("sampling"),
        "{text}"
    );
    let text = rejected(&client, &id, json!({"name": {}, "sampling-1": {}, "not-asked": {}})).await;
    assert!(text.contains("`name`: ") && text.contains("; `sampling-1`: ") && !text.contains("not-asked"), "{text}");
    assert_eq!(get(&client, &id).await, asking);
    update(&client, &id, json!({"name": name("Ada"), "sampling-1": sampled, "not-asked": {}})).await;
    update(&client, &id, json!({"name": {}})).await;
    reaches(&client, &id, "input_required").await;
    assert_eq!(members(&get(&client, &id).await["inputRequests"]), ["name-2"]);
}

#[tokio::test]
async fn declining_answer_ends_task_with_error() {
    let (served, _) = server().await;
    let client = client(&served);
    for action in ["decline", "cancel"] {
        let id = begin(&client, "choose_seat", json!({})).await;
        reaches(&client, &id, "input_required").await;
        update(&client, &id, json!({"seat": {"action": action, "content": {"row": "not validated"}}})).await;
        assert_eq!(reaches(&client, &id, "completed").await["result"]["isError"], true);
    }
}

#[tokio::test]
async fn panic_while_reading_answer_fails_only_its_task() {
    let (served, _) = server().await;
    let client = client(&served);
    let id = begin(&client, "ask_fragile", json!({})).await;
    reaches(&client, &id, "input_required").await;
    update(&client, &id, json!({"what": {"action": "accept", "content": {"text": "x"}}})).await;
    let task = reaches(&client, &id, "failed").await;
    assert_eq!(task["error"]["code"], -32603, "{task}");
}

#[tokio::test]
async fn task_without_declared_capability_fails() {
    let (served, _) = server().await;
    let client = Client::stateless(&served).capabilities(json!({"extensions": {"io.modelcontextprotocol/tasks": {}}}));
    let id = begin(&client, "confirm_delete", json!({"filename": "a"})).await;
    let task = reaches(&client, &id, "failed").await;
    assert_eq!(task["error"]["data"], json!({"requiredCapabilities": {"elicitation": {}}}), "{task}");
}

#[tokio::test]
async fn questions_before_detach_are_rounds() {
    let (served, gate) = server().await;
    let client = client(&served);
    let first = client.call("ask_first", json!({})).await;
    assert_eq!(first["resultType"], "input_required");
    assert!(first.get("taskId").is_none() && first["inputRequests"].get("user_name").is_some(), "{first}");
    let request =
        client.retry_request("ask_first", json!({}), json!({"user_name": name("Ada")}), first["requestState"].clone());
    // The progress makes the reply a stream, which ends with the handle.
    let messages = client.send(request).await.messages().await;
    let handle = &messages.last().unwrap()["result"];
    assert_eq!(handle["resultType"], "task", "{handle}");
    assert!(handle.get("requestState").is_none() && handle.get("inputRequests").is_none(), "{handle}");
    within(gate.reached.notified()).await;
    let task = reaches(&client, &handle["taskId"], "input_required").await;
    assert_eq!(members(&task["inputRequests"]), ["user_name"]);
    update(&client, &handle["taskId"], json!({"user_name": confirm(true)})).await;
    let task = reaches(&client, &handle["taskId"], "completed").await;
    assert_eq!(task["result"]["content"][0]["text"], "Ada true 1");
}

#[tokio::test]
async fn handler_asks_directly_without_extension() {
    let (served, _) = server().await;
    for client in [
        Client::stateless(&served).capabilities(json!({"elicitation": {}})),
        Client::new(&served, "2025-11-25").capabilities(json!({"elicitation": {}})).initialize().await,
    ] {
        let answer = |asked: &tests::harness::Question| {
            if asked.params["message"] == "Who?" { name("Ada") } else { confirm(true) }
        };
        let (result, asked) = client.call_with_answers("ask_first", json!({}), answer).await;
        assert!(result["content"][0]["text"].as_str().is_some_and(|text| text.starts_with("Ada true")), "{result}");
        assert_eq!(asked.len(), 2);
    }
}

#[tokio::test]
async fn cancelled_task_has_no_questions() {
    let (served, _) = server().await;
    let client = client(&served);
    let id = begin(&client, "confirm_delete", json!({"filename": "a"})).await;
    reaches(&client, &id, "input_required").await;
    cancel(&client, &id).await;
    let task = get(&client, &id).await;
    assert_eq!(task["status"], "cancelled");
    assert!(task.get("inputRequests").is_none(), "{task}");
    until(async || served.server.as_ref().unwrap().calls_in_flight() == 0).await;
}
