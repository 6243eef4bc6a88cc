//! `notifications/tasks`, for subscribed tasks of this process and of others.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use mcp_server::{
    Authorization, Limits, McpModule, McpOptions, items,
    store::{
        ChangeBus, InMemoryChangeBus, InMemoryTaskStore, StoreError, TaskLimits, TaskMessage, TaskRecord, TaskStore,
    },
    tool,
};
use serde_json::{Value, json};
use tests::harness::{Client, Response, RunningServer, StdioClient, serve, until, within};

use crate::{
    task_items::{Gate, begin, cancel, client, confirm, get, module, options, reaches, server, update},
    task_lifetimes::{ISSUER, Names},
};

const ID: &str = "io.modelcontextprotocol/subscriptionId";

/// Subscribes to these tasks, and returns the stream and the acknowledged ids.
async fn listen(client: &Client, ids: impl Into<Value>) -> (Response, Value) {
    let params = json!({"notifications": {"taskIds": ids.into()}});
    let mut stream = client.send(client.request("listen", "subscriptions/listen", params)).await;
    let mut first = stream.message().await.unwrap();
    assert_eq!(first["method"], "notifications/subscriptions/acknowledged");
    (stream, first["params"]["notifications"].get_mut("taskIds").map(Value::take).unwrap_or_default())
}

/// Reads the next state of a task.
async fn next(stream: &mut Response) -> Value {
    let mut message = stream.message().await.unwrap();
    assert_eq!(message["method"], "notifications/tasks", "{message}");
    assert_eq!(message["params"]["_meta"], json!({ID: "listen"}));
    message["params"].as_object_mut().unwrap().remove("_meta");
    message["params"].take()
}

/// Reads states until one has this status.
async fn notified(stream: &mut Response, status: &str) -> Value {
    loop {
        let state = next(stream).await;
        if state["status"] == status {
            return state;
        }
    }
}

/// Reads a task with `tasks/get`, without the members of the envelope.
async fn shown(client: &Client, id: &Value) -> Value {
    let mut task = get(client, id).await;
    for member in ["_meta", "resultType"] {
        task.as_object_mut().unwrap().remove(member);
    }
    task
}

/// Ends all subscriptions, and checks that no other message is left.
async fn nothing_more(served: &RunningServer, stream: &mut Response) {
    served.server.as_ref().unwrap().begin_shutdown();
    let last = stream.messages().await;
    assert!(last.len() == 1 && last[0]["result"].is_object(), "{last:?}");
}

#[tokio::test]
async fn task_notifications_equal_tasks_get() {
    let (served, gate) = server().await;
    let client = client(&served);
    let id = begin(&client, "report", json!({})).await;
    within(gate.reached.notified()).await;
    let (mut stream, agreed) = listen(&client, vec![id.clone()]).await;
    assert_eq!(agreed, json!([id]));
    let first = next(&mut stream).await;
    assert_eq!((&first["status"], &first["statusMessage"]), (&json!("working"), &json!("1 of 4")));
    assert_eq!(first, shown(&client, &id).await);
    gate.open.notify_one();
    within(gate.reached.notified()).await;
    let mut second = next(&mut stream).await;
    if second == first {
        // The state was read before the update was stored.
        second = next(&mut stream).await;
    }
    assert_eq!(second["statusMessage"], "halfway");
    assert_eq!(second, shown(&client, &id).await);
    gate.open.notify_one();
    let last = next(&mut stream).await;
    assert_eq!((&last["status"], &last["result"]["content"][0]["text"]), (&json!("completed"), &json!("reported")));
    assert_eq!(last, shown(&client, &id).await);
    nothing_more(&served, &mut stream).await;
}

#[tokio::test]
async fn questions_and_outcome_of_task_are_notified() {
    let (served, _) = server().await;
    let client = client(&served);
    let id = begin(&client, "confirm_delete", json!({"filename": "a"})).await;
    let (mut stream, _) = listen(&client, vec![id.clone()]).await;
    let asking = notified(&mut stream, "input_required").await;
    assert_eq!(asking["inputRequests"]["confirm"]["params"]["message"], "Delete a?");
    assert_eq!(asking, shown(&client, &id).await);
    update(&client, &id, json!({"confirm": confirm(true)})).await;
    assert_eq!(notified(&mut stream, "completed").await["result"]["content"][0]["text"], "a: true");

    for (tool, arguments, status) in [
        ("failing", json!({}), "completed"),
        ("broken", json!({"how": "protocol"}), "failed"),
        ("wait", json!({}), "cancelled"),
    ] {
        let id = begin(&client, tool, arguments).await;
        let (mut stream, _) = listen(&client, vec![id.clone()]).await;
        if status == "cancelled" {
            cancel(&client, &id).await;
        }
        assert_eq!(notified(&mut stream, status).await, shown(&client, &id).await);
    }
}

#[tokio::test]
async fn ended_task_is_notified_on_subscribe() {
    let (served, _) = server().await;
    let client = client(&served);
    let mut ids = Vec::new();
    for b in [1, 2] {
        let id = begin(&client, "add", json!({"a": 1, "b": b})).await;
        reaches(&client, &id, "completed").await;
        ids.push(id);
    }
    let (mut stream, agreed) = listen(&client, [ids.clone(), ids.clone()].concat()).await;
    assert_eq!(agreed.as_array().unwrap().len(), 2);
    for id in agreed.as_array().unwrap() {
        assert_eq!(next(&mut stream).await, shown(&client, id).await);
    }
    nothing_more(&served, &mut stream).await;
}

#[tokio::test]
async fn end_of_task_is_notified_once() {
    let (served, gate) = server().await;
    let client = client(&served);
    for _ in 0..100 {
        let id = begin(&client, "wait", json!({})).await;
        within(gate.reached.notified()).await;
        let ((mut stream, _), ()) = tokio::join!(listen(&client, vec![id.clone()]), async { gate.open.notify_one() });
        notified(&mut stream, "completed").await;
    }
    let id = begin(&client, "add", json!({"a": 1, "b": 2})).await;
    let (mut stream, _) = listen(&client, vec![id]).await;
    notified(&mut stream, "completed").await;
    nothing_more(&served, &mut stream).await;
}

#[tokio::test]
async fn client_receives_only_subscribed_tasks() {
    let (served, gate) = server().await;
    let client = client(&served);
    let named = begin(&client, "wait", json!({})).await;
    let (mut one, _) = listen(&client, vec![named.clone()]).await;
    let (mut both, _) = listen(&client, vec![named.clone()]).await;
    let (mut none, agreed) = listen(&client, Vec::<Value>::new()).await;
    assert_eq!(agreed, Value::Null);
    let other = begin(&client, "confirm_delete", json!({"filename": "a"})).await;
    reaches(&client, &other, "input_required").await;
    gate.open.notify_one();
    for stream in [&mut one, &mut both] {
        assert_eq!(notified(stream, "completed").await["taskId"], named);
    }
    nothing_more(&served, &mut none).await;
    assert_eq!(one.messages().await.len(), 1);
}

#[tokio::test]
async fn foreign_and_unknown_tasks_are_not_acknowledged() {
    let authorization = Authorization::resource("http://localhost:9999/mcp").verifier(ISSUER, Names);
    let gate = Arc::new(Gate::default());
    let served = serve(module(options().authorization(authorization), &gate)).await;
    let [ada, bob] = ["ada", "bob"].map(|token| client(&served).header("Authorization", format!("Bearer {token}")));
    let ended = begin(&ada, "add", json!({"a": 1, "b": 2})).await;
    reaches(&ada, &ended, "completed").await;
    let working = begin(&ada, "wait", json!({})).await;
    let ids = vec![working.clone(), ended.clone(), json!("no-such")];
    let (mut bobs, agreed) = listen(&bob, ids.clone()).await;
    assert_eq!(agreed, Value::Null);
    let (mut adas, agreed) = listen(&ada, ids).await;
    let mut expected = vec![working, ended];
    expected.sort_by_key(Value::to_string);
    assert_eq!(agreed, json!(expected));
    gate.open.notify_one();
    // The end of one task is delivered at once, and the end of the other now.
    for _ in 0..2 {
        notified(&mut adas, "completed").await;
    }
    nothing_more(&served, &mut bobs).await;
}

#[tokio::test]
async fn task_subscription_without_task_tools_is_empty() {
    #[tool(server = "no tasks")]
    fn plain() {}
    let served = serve(McpModule::for_root(McpOptions::new("no tasks", "1")).only(items![plain])).await;
    let (_stream, agreed) = listen(&client(&served), vec![json!("x")]).await;
    assert_eq!(agreed, Value::Null);
}

#[tokio::test]
async fn expired_task_is_notified_as_failed() {
    let limits = Limits::default().task_lifetime(Duration::from_millis(300));
    let gate = Arc::new(Gate::default());
    let served = serve(module(options().limits(limits), &gate)).await;
    let client = client(&served);
    let id = begin(&client, "wait", json!({})).await;
    let (mut stream, _) = listen(&client, vec![id.clone()]).await;
    assert_eq!(notified(&mut stream, "failed").await, shown(&client, &id).await);
}

#[tokio::test]
async fn stdio_client_receives_task_notifications() {
    let gate = Arc::new(Gate::default());
    let (mut client, _serving) = StdioClient::connect(module(options(), &gate)).await;
    let capable = json!({"elicitation": {}, "extensions": {"io.modelcontextprotocol/tasks": {}}});
    let params = json!({"name": "wait", "arguments": {}});
    client.stateless_request_as(capable.clone(), 1, "tools/call", params).await;
    let id = client.next().await.unwrap()["result"]["taskId"].take();
    let params = json!({"notifications": {"taskIds": [id]}});
    client.stateless_request(2, "subscriptions/listen", params.clone()).await;
    assert_eq!(client.error(-32021).await["id"], 2);
    client.stateless_request_as(capable, "pipe", "subscriptions/listen", params).await;
    assert_eq!(client.next().await.unwrap()["params"]["notifications"]["taskIds"], json!([id]));
    gate.open.notify_one();
    loop {
        let message = client.next().await.unwrap();
        let task = &message["params"];
        assert_eq!((&task["taskId"], &task["_meta"]), (&id, &json!({ID: "pipe"})), "{message}");
        if task["status"] == "completed" {
            break;
        }
    }
}

/// One replica's access to a shared store, which can fail for this replica alone.
#[derive(Clone, Default)]
struct Reached {
    store: Arc<InMemoryTaskStore>,
    is_broken: Arc<AtomicBool>,
    failures: Arc<AtomicUsize>,
}

impl TaskStore for Reached {
    async fn create(&self, task: TaskRecord, limits: TaskLimits) -> Result<bool, StoreError> {
        self.store.create(task, limits).await
    }

    async fn get(&self, id: &str) -> Result<Option<TaskRecord>, StoreError> {
        if self.is_broken.load(Ordering::SeqCst) {
            self.failures.fetch_add(1, Ordering::SeqCst);
            return Err("the store is down".into());
        }
        self.store.get(id).await
    }

    async fn put(&self, task: TaskRecord) -> Result<bool, StoreError> {
        self.store.put(task).await
    }

    async fn remove(&self, id: &str) -> Result<(), StoreError> {
        self.store.remove(id).await
    }

    async fn send(&self, id: &str, message: TaskMessage) -> Result<(), StoreError> {
        self.store.send(id, message).await
    }

    async fn receive(&self, id: &str) -> Result<TaskMessage, StoreError> {
        self.store.receive(id).await
    }
}

/// Serves a replica, and returns its access to the store.
async fn replica(
    store: &Arc<InMemoryTaskStore>,
    bus: &Arc<dyn ChangeBus>,
    gate: &Arc<Gate>,
) -> (RunningServer, Reached) {
    let reached = Reached { store: store.clone(), ..Reached::default() };
    let options = McpOptions::task_store(options().change_bus(bus.clone()), reached.clone());
    (serve(module(options, gate)).await, reached)
}

#[tokio::test]
async fn task_of_other_process_is_notified() {
    let (store, gate) = (Arc::default(), Arc::default());
    let bus: Arc<dyn ChangeBus> = Arc::new(InMemoryChangeBus::default());
    let (first, _) = replica(&store, &bus, &gate).await;
    let (second, reached) = replica(&store, &bus, &gate).await;
    let (here, there) = (client(&first), client(&second));

    let id = begin(&here, "confirm_delete", json!({"filename": "a"})).await;
    let (mut stream, agreed) = listen(&there, vec![id.clone()]).await;
    assert_eq!(agreed, json!([id]));
    assert_eq!(notified(&mut stream, "input_required").await, shown(&there, &id).await);
    update(&there, &id, json!({"confirm": confirm(false)})).await;
    assert_eq!(notified(&mut stream, "completed").await, shown(&there, &id).await);

    // A temporary failure of the store loses nothing.
    let id = begin(&here, "wait", json!({})).await;
    let (mut other, _) = listen(&there, vec![id.clone()]).await;
    reached.is_broken.store(true, Ordering::SeqCst);
    gate.open.notify_one();
    until(async || reached.failures.load(Ordering::SeqCst) > 0).await;
    reached.is_broken.store(false, Ordering::SeqCst);
    assert_eq!(notified(&mut other, "completed").await, shown(&here, &id).await);
    nothing_more(&second, &mut stream).await;
    assert_eq!(other.messages().await.len(), 1, "its final state");
}
