//! A task, for rmcp's client: a call that is answered with a handle. It knows the results, and leaves the coming back to its user.

use std::{collections::BTreeMap, time::Duration};

use rmcp::{
    model::{
        CallToolRequest, CallToolRequestParams, ClientRequest, GetTaskParams, GetTaskRequest, GetTaskResult,
        InputRequest, RequestMetaObject, ServerResult, TaskPayload, TaskStatus, UpdateTaskParams, UpdateTaskRequest,
    },
    service::PeerRequestOptions,
};
use serde_json::json;

use crate::{
    rust_client::{Connection, as_text},
    rust_conversation::{Person, expectations},
};

pub(crate) async fn works_on_a_task(client: &Connection, person: &Person) {
    let expected = expectations();
    let talks = expected["talks"].as_array().expect("talks");
    let talk = talks.iter().find(|talk| talk["tool"] == expected["task"]).expect("what is a task");
    let call = CallToolRequestParams::new(as_text(&talk["tool"]).to_owned());
    let handle = match ask(client, ClientRequest::CallToolRequest(CallToolRequest::new(call))).await {
        ServerResult::CreateTaskResult(handle) => handle.task,
        other => panic!("no task: {other:?}"),
    };
    // What was asked before.
    person.asked();
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
                let told = ask(client, ClientRequest::UpdateTaskRequest(update)).await;
                assert!(matches!(told, ServerResult::TaskAckResult(_)), "{told:?}");
            }
            TaskPayload::Completed { result } => break result,
            other => panic!("{other:?}"),
        }
        tokio::time::sleep(Duration::from_millis(handle.poll_interval_ms.expect("how often to come back"))).await;
    };
    assert_eq!(result["content"][0]["text"], talk["said"]);
    assert_eq!(person.asked(), talk["asked"]);
    assert!(statuses.contains(&TaskStatus::InputRequired), "{statuses:?}");
}

async fn get(client: &Connection, id: &str) -> GetTaskResult {
    match ask(client, ClientRequest::GetTaskRequest(GetTaskRequest::new(GetTaskParams::new(id)))).await {
        ServerResult::GetTaskResult(task) => task,
        other => panic!("no task: {other:?}"),
    }
}

/// Asks as one that knows of tasks, which this client says with each request.
async fn ask(client: &Connection, request: ClientRequest) -> ServerResult {
    let mut able = Person::capabilities();
    able.extensions = serde_json::from_value(json!({"io.modelcontextprotocol/tasks": {}})).expect("extensions");
    let mut meta = RequestMetaObject::default();
    meta.set_client_capabilities(able);
    let options = PeerRequestOptions::no_options().with_meta(meta);
    let asked = client.send_request_with_option(request, options).await.expect("a request");
    asked.await_response().await.expect("a result")
}
