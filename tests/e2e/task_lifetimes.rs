//! Owners, lifetimes and limits of tasks, and their end at a shutdown.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use mcp_server::{
    Authorization, Context, Inject, Limits, McpModule, McpOptions, Principal, ResponseMode, StreamableHttp,
    auth::{Credentials, TokenError, TokenVerifier, VerifyRequest},
    items,
    store::{InMemoryTaskStore, StoreError, TaskLimits, TaskMessage, TaskRecord, TaskStore},
    tool,
};
use serde_json::{Value, json};
use tests::harness::{Client, RunningServer, serve, until, within};
use tokio::sync::Notify;
use tower::ServiceExt as _;

use crate::task_items::{Gate, begin, cancel, client, get, members, module, options, reaches, update};

pub(crate) const ISSUER: &str = "https://issuer.example.com";

/// Accepts every token as the name of its principal.
pub(crate) struct Names;

impl TokenVerifier for Names {
    async fn verify(
        &self,
        credentials: &Credentials<'_>,
        request: &VerifyRequest<'_>,
    ) -> Result<Principal, TokenError> {
        Ok(Principal::builder(ISSUER, credentials.expose_token()).audience([request.resource().as_str()]).build())
    }
}

#[tool(server = "tasks", task = "required")]
async fn only_a_task(gate: Inject<Gate>) -> &'static str {
    gate.open.notified().await;
    "done"
}

#[tool(server = "tasks", task)]
fn long(#[arg] length: usize) -> String {
    "x".repeat(length)
}

/// Ignores its cancellation.
#[tool(server = "tasks", task)]
async fn stubborn(ctx: Context) {
    ctx.cancellation().cancelled().await;
    std::future::pending::<()>().await;
}

/// A store that outlives its server, fails on demand, and notifies of sweeps.
#[derive(Default)]
struct SharedStore {
    tasks: InMemoryTaskStore,
    is_down: AtomicBool,
    swept: Notify,
}

impl SharedStore {
    fn check(&self) -> Result<(), StoreError> {
        if self.is_down.load(Ordering::SeqCst) { Err("the store is down".into()) } else { Ok(()) }
    }
}

impl TaskStore for SharedStore {
    async fn create(&self, task: TaskRecord, limits: TaskLimits) -> Result<bool, StoreError> {
        self.check()?;
        self.tasks.create(task, limits).await
    }

    async fn get(&self, id: &str) -> Result<Option<TaskRecord>, StoreError> {
        self.check()?;
        self.tasks.get(id).await
    }

    async fn put(&self, task: TaskRecord) -> Result<bool, StoreError> {
        self.check()?;
        self.tasks.put(task).await
    }

    async fn remove(&self, id: &str) -> Result<(), StoreError> {
        self.tasks.remove(id).await
    }

    async fn send(&self, id: &str, message: TaskMessage) -> Result<(), StoreError> {
        self.tasks.send(id, message).await
    }

    async fn receive(&self, id: &str) -> Result<TaskMessage, StoreError> {
        self.tasks.receive(id).await
    }

    fn sweep(&self) {
        self.tasks.sweep();
        self.swept.notify_one();
    }
}

async fn stored(store: &SharedStore, id: &Value) -> Value {
    let record = store.tasks.get(id.as_str().unwrap()).await.unwrap().unwrap();
    serde_json::from_str(&record.state).unwrap()
}

async fn server(options: McpOptions) -> (RunningServer, Arc<Gate>) {
    let gate = Arc::new(Gate::default());
    let module = module(options, &gate);
    (serve(module.only(items![only_a_task, long, stubborn])).await, gate)
}

fn protected(options: McpOptions) -> McpOptions {
    options.authorization(Authorization::resource("http://localhost:9999/mcp").verifier(ISSUER, Names))
}

fn of(served: &RunningServer, token: &str) -> Client {
    client(served).header("Authorization", format!("Bearer {token}"))
}

#[tokio::test]
async fn task_of_other_principal_looks_unknown() {
    let (served, gate) = server(protected(options())).await;
    let (ada, bob) = (of(&served, "ada"), of(&served, "bob"));
    let id = begin(&ada, "wait", json!({})).await;
    for _ in 0..2 {
        let unknown = bob.response("tasks/get", json!({"taskId": "x"})).await["error"].take();
        for method in ["tasks/get", "tasks/update", "tasks/cancel"] {
            let response = bob.response(method, json!({"taskId": id, "inputResponses": {}})).await;
            assert_eq!(response["error"], unknown, "{method}: {response}");
        }
        // Once while the task is working, and once after it has ended.
        gate.open.notify_one();
        reaches(&ada, &id, "completed").await;
    }
}

#[tokio::test]
async fn task_limit_makes_optional_task_a_call() {
    let (served, gate) = server(options().limits(Limits::default().max_tasks(1))).await;
    let client = client(&served);
    let id = begin(&client, "wait", json!({})).await;
    let result = client.call("add", json!({"a": 1, "b": 2})).await;
    assert_eq!((&result["resultType"], &result["content"][0]["text"]), (&json!("complete"), &json!("3")));
    let response = client.response("tools/call", json!({"name": "only_a_task"})).await;
    assert_eq!(response["error"]["code"], 503, "{response}");
    gate.open.notify_one();
    reaches(&client, &id, "completed").await;
    assert_eq!(
        client.call("add", json!({"a": 1, "b": 2})).await["resultType"],
        "complete",
        "a completed task counts until it expires"
    );
}

#[tokio::test]
async fn task_limit_per_principal_leaves_others_free() {
    let (served, _) = server(protected(options().limits(Limits::default().max_tasks_per_principal(1)))).await;
    let (ada, bob) = (of(&served, "ada"), of(&served, "bob"));
    begin(&ada, "wait", json!({})).await;
    assert_eq!(ada.call("add", json!({"a": 1, "b": 2})).await["resultType"], "complete");
    begin(&bob, "add", json!({"a": 1, "b": 2})).await;
}

#[tokio::test]
async fn principal_at_its_share_of_tasks_leaves_the_rest_to_others() {
    let (served, _) = server(protected(options().limits(Limits::default().max_tasks(4)))).await;
    let (ada, bob) = (of(&served, "ada"), of(&served, "bob"));
    for _ in 0..2 {
        begin(&ada, "wait", json!({})).await;
    }
    assert_eq!(ada.call("add", json!({"a": 1, "b": 2})).await["resultType"], "complete");
    begin(&bob, "add", json!({"a": 1, "b": 2})).await;
    assert_eq!(bob.call("add", json!({"a": 1, "b": 2})).await["resultType"], "complete");
}

#[tokio::test]
async fn expired_task_is_removed_and_cancelled() {
    let limits = Limits::default().task_lifetime(Duration::from_millis(300)).cancellation_grace(Duration::ZERO);
    let (served, gate) = server(options().limits(limits)).await;
    let client = client(&served);
    let ended = begin(&client, "add", json!({"a": 1, "b": 2})).await;
    let working = begin(&client, "wait", json!({})).await;
    assert_eq!(get(&client, &working).await["ttlMs"], 300);
    within(gate.tidied.notified()).await;
    for id in [ended, working] {
        until(async || client.response("tasks/get", json!({"taskId": id})).await["error"]["code"] == -32602).await;
    }
}

#[tokio::test]
async fn expired_tasks_are_swept_without_requests() {
    // This server has no sessions and no subscriptions, so there is nothing else to sweep.
    let http = StreamableHttp::default().stateless_mode(true).response_mode(ResponseMode::Json);
    let limits = Limits::default().task_lifetime(Duration::from_millis(100));
    let store = Arc::new(SharedStore::default());
    let (_served, _) = server(options().streamable_http(http).limits(limits).task_store(store.clone())).await;
    within(store.swept.notified()).await;
}

#[tokio::test]
async fn task_may_exceed_call_timeout() {
    let (served, gate) = server(options().limits(Limits::default().call_timeout(Some(Duration::from_millis(1))))).await;
    let client = client(&served);
    let id = begin(&client, "wait", json!({})).await;
    within(gate.reached.notified()).await;
    tokio::time::sleep(Duration::from_millis(20)).await;
    assert_eq!(get(&client, &id).await["status"], "working");
    gate.open.notify_one();
    reaches(&client, &id, "completed").await;
}

#[tokio::test]
async fn oversized_result_fails_task() {
    let (served, _) = server(options().limits(Limits::default().max_task_result_bytes(1_000))).await;
    let client = client(&served);
    for (length, status) in [(10, "completed"), (1_001, "failed")] {
        let id = begin(&client, "long", json!({"length": length})).await;
        let task = reaches(&client, &id, status).await;
        assert_eq!(task["error"]["code"] == -32603, status == "failed", "{task}");
    }
}

#[tokio::test]
async fn result_over_store_capacity_fails_task() {
    let (served, _) = server(options().task_store(InMemoryTaskStore::new(2_000))).await;
    let client = client(&served);
    let id = begin(&client, "long", json!({"length": 10_000})).await;
    assert_eq!(reaches(&client, &id, "failed").await["error"]["code"], -32603);
    let id = begin(&client, "long", json!({"length": 1})).await;
    reaches(&client, &id, "completed").await;
}

#[tokio::test]
async fn stubborn_handler_is_dropped_after_grace() {
    let (served, _) = server(options().limits(Limits::default().cancellation_grace(Duration::from_millis(10)))).await;
    let client = client(&served);
    let id = begin(&client, "stubborn", json!({})).await;
    cancel(&client, &id).await;
    until(async || served.server.as_ref().unwrap().calls_in_flight() == 0).await;
    assert_eq!(get(&client, &id).await["status"], "cancelled");
}

#[tokio::test]
async fn second_process_serves_task_of_first() {
    let store = Arc::new(SharedStore::default());
    let (first, gate) = server(options().task_store(store.clone())).await;
    let (second, _) = server(options().task_store(store.clone())).await;
    let (here, there) = (client(&first), client(&second));
    let id = begin(&here, "confirm_delete", json!({"filename": "a"})).await;
    assert!(get(&there, &id).await["status"].is_string(), "a new task is visible to all processes");
    reaches(&there, &id, "input_required").await;
    // The second process accepts an invalid answer, and the first ignores it. Messages arrive in
    // order.
    update(&there, &id, json!({"confirm": {"action": "accept", "content": {"confirm": "perhaps"}}})).await;
    update(&there, &id, json!({"confirm": {"action": "accept", "content": {"confirm": true}}})).await;
    let task = reaches(&there, &id, "completed").await;
    assert_eq!(get(&here, &id).await["result"], task["result"]);
    for client in [&here, &there] {
        assert_eq!(cancel(client, &id).await["resultType"], "complete", "the cancellation is acknowledged");
    }

    let id = begin(&here, "wait", json!({})).await;
    within(gate.reached.notified()).await;
    cancel(&there, &id).await;
    reaches(&there, &id, "cancelled").await;
    within(gate.tidied.notified()).await;

    let id = begin(&here, "report", json!({})).await;
    within(gate.reached.notified()).await;
    until(async || get(&there, &id).await["statusMessage"] == "1 of 4").await;
}

#[tokio::test]
async fn unavailable_store_fails_tasks_only() {
    let store = Arc::new(SharedStore::default());
    let (served, gate) = server(options().task_store(store.clone())).await;
    let client = client(&served);
    let id = begin(&client, "wait", json!({})).await;
    store.is_down.store(true, Ordering::SeqCst);
    assert_eq!(get(&client, &id).await["status"], "working", "a running task needs no store");
    assert_eq!(client.response("tasks/get", json!({"taskId": "x"})).await["error"]["code"], -32603);
    assert_eq!(client.call("add", json!({"a": 1, "b": 2})).await["resultType"], "complete");
    assert_eq!(client.response("tools/call", json!({"name": "only_a_task"})).await["error"]["code"], 503);
    gate.open.notify_one();
    // The outcome is known in this process, and stored once the store is available.
    reaches(&client, &id, "completed").await;
    store.is_down.store(false, Ordering::SeqCst);
    until(async || served.server.as_ref().unwrap().calls_in_flight() == 0).await;
    assert_eq!(stored(&store, &id).await["status"], "completed");
}

#[tokio::test]
async fn shutdown_waits_for_tasks_but_not_for_answers() {
    let store = Arc::new(SharedStore::default());
    let (mut served, gate) = server(options().task_store(store.clone())).await;
    let client = client(&served);
    let works = begin(&client, "wait", json!({})).await;
    let asks = begin(&client, "confirm_delete", json!({"filename": "a"})).await;
    reaches(&client, &asks, "input_required").await;
    within(gate.reached.notified()).await;
    served.stop();
    until(async || stored(&store, &asks).await["status"] == "cancelled").await;
    assert_eq!(stored(&store, &asks).await["statusMessage"], "the server is shutting down");
    assert!(!served.has_ended());
    gate.open.notify_one();
    served.ended().await;
    assert_eq!(stored(&store, &works).await["status"], "completed");
}

#[tokio::test]
async fn shutdown_cancels_slow_tasks() {
    let store = Arc::new(SharedStore::default());
    let limits =
        Limits::default().drain_timeout(Duration::from_millis(50)).cancellation_grace(Duration::from_millis(50));
    let (mut served, _) = server(options().task_store(store.clone()).limits(limits)).await;
    let id = begin(&client(&served), "stubborn", json!({})).await;
    served.stop();
    served.ended().await;
    assert_eq!(stored(&store, &id).await["status"], "cancelled");
}

#[tokio::test]
async fn request_dropped_before_task_creation_leaves_no_task() {
    /// Delays the creation of tasks until its gate is opened.
    struct Slow(InMemoryTaskStore, Arc<Gate>);

    impl TaskStore for Slow {
        async fn create(&self, task: TaskRecord, limits: TaskLimits) -> Result<bool, StoreError> {
            self.1.reached.notify_one();
            self.1.open.notified().await;
            self.0.create(task, limits).await
        }

        async fn get(&self, id: &str) -> Result<Option<TaskRecord>, StoreError> {
            self.0.get(id).await
        }

        async fn put(&self, task: TaskRecord) -> Result<bool, StoreError> {
            self.0.put(task).await
        }

        async fn remove(&self, id: &str) -> Result<(), StoreError> {
            self.1.tidied.notify_one();
            self.0.remove(id).await
        }

        async fn send(&self, id: &str, message: TaskMessage) -> Result<(), StoreError> {
            self.0.send(id, message).await
        }

        async fn receive(&self, id: &str) -> Result<TaskMessage, StoreError> {
            self.0.receive(id).await
        }
    }

    let store = Arc::new(Gate::default());
    let (served, gate) = server(options().task_store(Slow(InMemoryTaskStore::default(), store.clone()))).await;
    let body = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "wait", "_meta": {
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": {"extensions": {"io.modelcontextprotocol/tasks": {}}},
    }}});
    let request = axum::http::Request::post("/mcp")
        .header("Host", "localhost")
        .header("Content-Type", "application/json")
        .header("Accept", "application/json, text/event-stream")
        .header("MCP-Protocol-Version", "2026-07-28")
        .header("Mcp-Method", "tools/call")
        .header("Mcp-Name", "wait")
        .body(axum::body::Body::from(body.to_string()));
    // Without a socket, dropping the future drops the request.
    let reply = served.server.as_ref().unwrap().router().oneshot(request.unwrap());
    tokio::select! {
        reply = reply => panic!("{reply:?}"),
        () = store.reached.notified() => {}
    }
    store.open.notify_one();
    within(store.tidied.notified()).await;
    until(async || served.server.as_ref().unwrap().calls_in_flight() == 0).await;
    assert!(tokio::time::timeout(Duration::ZERO, gate.reached.notified()).await.is_err(), "the handler did not run");
}

#[tokio::test]
async fn detaches_without_task_fails_build() {
    use mcp_server::{ToolResult, registry::ToolBuilder};
    let item = ToolBuilder::new("detached").detaches(true).handler(|_: Context| {
        Ok(Box::pin(async { Ok(mcp_server::CallResult::Tool(ToolResult::text(""))) })
            as mcp_server::handler::HandlerFuture)
    });
    let messages = McpModule::for_root(McpOptions::new("none", "1")).item(item).build().await.unwrap_err().to_string();
    assert!(messages.contains("the tool `detached`") && messages.contains("add `task`"), "{messages}");
}

#[tokio::test]
async fn cancelled_task_lets_handler_clean_up() {
    let (served, gate) = server(options()).await;
    let client = client(&served);
    let id = begin(&client, "wait", json!({})).await;
    within(gate.reached.notified()).await;
    let acknowledged = cancel(&client, &id).await;
    assert_eq!(
        (members(&acknowledged), &acknowledged["resultType"]),
        (vec!["_meta", "resultType"], &json!("complete"))
    );
    within(gate.tidied.notified()).await;
    let task = get(&client, &id).await;
    assert_eq!(task["status"], "cancelled");
    assert!(task.get("result").is_none() && task.get("error").is_none(), "{task}");
    until(async || served.server.as_ref().unwrap().calls_in_flight() == 0).await;
    assert_eq!(get(&client, &id).await, task, "the result of a cancelled handler is discarded");
}
