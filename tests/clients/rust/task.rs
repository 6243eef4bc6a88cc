//! A task that rmcp's client must complete. The client leaves the polling to its user.

use std::{collections::BTreeMap, time::Duration};

use rmcp::{
    model::{
        CallToolRequest, CallToolRequestParams, ClientRequest, GetTaskParams, GetTaskRequest, GetTaskResult,
        InputRequest, RequestMetaObject, ServerResult, TaskPayload, TaskStatus, UpdateTaskParams, UpdateTaskRequest,
    },
    service::PeerRequestOptions,
};
use serde_json::json;

use super::{
    connection::Connection,
    person::{Person, as_text, expectations},
};

pub(crate) async fn completes_a_task(client: &Connection, person: &Person) {
    let expected = expectations();
    let conversations = expected["conversations"].as_array().expect("conversations");
    let conversation = conversations
        .iter()
        .find(|conversation| conversation["tool"] == expected["task"])
        .expect("the tool of the task");
    let call = CallToolRequestParams::new(as_text(&conversation["tool"]).to_owned());
    let handle = match send(client, ClientRequest::CallToolRequest(CallToolRequest::new(call))).await {
        ServerResult::CreateTaskResult(handle) => handle.task,
        other => panic!("not a task: {other:?}"),
    };
    // Drops questions of earlier checks.
    person.take_questions();
    let mut statuses = vec![handle.status];
    let result = loop {
        let task = get(client, &handle.task_id).await.task;
        statuses.push(task.status());
        match task.payload {
            TaskPayload::Working => {}
            TaskPayload::InputRequired { input_requests } => {
                let mut answers = BTreeMap::new();
                for (key, asked) in input_requests {
                    let InputRequest::Elicitation(asked) = asked else { panic!("{asked:?}") };
                    answers.insert(key, json!(person.elicit(asked.params, client).await));
                }
                let update = UpdateTaskRequest::new(UpdateTaskParams::new(&handle.task_id, answers));
                let acknowledged = send(client, ClientRequest::UpdateTaskRequest(update)).await;
                assert!(matches!(acknowledged, ServerResult::TaskAckResult(_)), "{acknowledged:?}");
            }
            TaskPayload::Completed { result } => break result,
            other => panic!("{other:?}"),
        }
        tokio::time::sleep(Duration::from_millis(handle.poll_interval_ms.expect("a poll interval"))).await;
    };
    assert_eq!(result["content"][0]["text"], conversation["said"]);
    assert_eq!(person.take_questions(), conversation["asked"]);
    assert!(statuses.contains(&TaskStatus::InputRequired), "{statuses:?}");
}

async fn get(client: &Connection, id: &str) -> GetTaskResult {
    match send(client, ClientRequest::GetTaskRequest(GetTaskRequest::new(GetTaskParams::new(id)))).await {
        ServerResult::GetTaskResult(task) => task,
        other => panic!("not a task: {other:?}"),
    }
}

/// Sends a request that declares the tasks extension, as every request of such a client does.
async fn send(client: &Connection, request: ClientRequest) -> ServerResult {
    let mut capabilities = Person::capabilities();
    capabilities.extensions = serde_json::from_value(json!({"io.modelcontextprotocol/tasks": {}})).expect("extensions");
    let mut meta = RequestMetaObject::default();
    meta.set_client_capabilities(capabilities);
    let options = PeerRequestOptions::no_options().with_meta(meta);
    let sent = client.send_request_with_option(request, options).await.expect("a request");
    sent.await_response().await.expect("a result")
}
