//! The pipeline: guards, interceptors, extractors and providers.

use std::sync::{Arc, Mutex};

use mcp_server::{
    CallError, CallInfo, Context, Denial, FromContext, Guard, HeaderMap, Inject, Interceptor, Next, Outcome,
    ToolResult, resource, tool,
};
use serde_json::json;
use tests::harness::{Client, RunningServer, serve};

use crate::items::named;

/// Stages that a call has passed, in order.
type Trace = Mutex<Vec<String>>;

fn trace(context: &Context, text: &str) {
    context.provider::<Trace>().unwrap().lock().unwrap().push(text.to_owned());
}

struct Passes(&'static str);

impl Guard for Passes {
    async fn check(&self, call: &CallInfo<'_>) -> Result<(), Denial> {
        tokio::task::yield_now().await;
        trace(call.context(), self.0);
        Ok(())
    }
}

struct Around(&'static str);

impl Interceptor for Around {
    async fn intercept(&self, call: &CallInfo<'_>, next: Next<'_>) -> Outcome {
        trace(call.context(), &format!("{} before", self.0));
        let outcome = next.run().await;
        trace(call.context(), &format!("{} after", self.0));
        outcome
    }
}

/// Replaces the handler if a header says so.
struct Instead;

impl Interceptor for Instead {
    async fn intercept(&self, call: &CallInfo<'_>, next: Next<'_>) -> Outcome {
        match call.headers().get("x-instead").and_then(|value| value.to_str().ok()) {
            Some("cached") => Ok(ToolResult::text("cached").into()),
            Some("refused") => Err(CallError::client("not through me")),
            _ => next.run().await,
        }
    }
}

struct Door;

impl Guard for Door {
    async fn check(&self, call: &CallInfo<'_>) -> Result<(), Denial> {
        match call.headers().get("x-door").and_then(|value| value.to_str().ok()) {
            Some("open") => Ok(()),
            Some("hidden") => Err(Denial::hidden()),
            Some("client") => Err(Denial::client("ask later")),
            Some("panic") => panic!("the door is broken"),
            _ => Err(Denial::forbidden("the door is closed")),
        }
    }
}

struct Tenant(String);

impl FromContext for Tenant {
    type Rejection = CallError;

    async fn from_context(context: &Context) -> Result<Self, CallError> {
        let tenant = context.headers().get("x-tenant").and_then(|value| value.to_str().ok());
        tenant.map(|tenant| Self(tenant.to_owned())).ok_or_else(|| CallError::client("the header X-Tenant is missing"))
    }
}

#[tool(server = "pipeline", guards(Passes("item guard")), interceptors(Around("item")))]
async fn traced(#[arg(range(max = 5))] number: u8, ctx: Context) -> u8 {
    trace(&ctx, "handler");
    number
}

#[tool(server = "pipeline", guards(Door))]
fn guarded() -> &'static str {
    "inside"
}

#[resource(server = "pipeline", uri = "test://guarded", guards(Door))]
fn guarded_resource() -> &'static str {
    "inside"
}

#[tool(server = "pipeline", interceptors(Instead))]
fn intercepted() -> &'static str {
    "handler"
}

#[tool(server = "pipeline")]
fn whose(
    tenant: Tenant,
    headers: HeaderMap,
    greeting: Inject<String>,
    length: Inject<usize>,
    #[arg] who: String,
) -> String {
    assert!(headers.contains_key("x-tenant"));
    format!("{} {who} of {}, {}", *greeting, tenant.0, *length)
}

async fn served() -> (RunningServer, Arc<Trace>) {
    let seen = Arc::new(Trace::default());
    let module = named("pipeline")
        .provide_shared::<Trace>(seen.clone())
        // Registered before its dependency.
        .provide_with(|greeting: Inject<String>| greeting.len())
        .provide_async(|| async { Ok::<_, std::io::Error>("Hello".to_owned()) })
        .guard(Passes("first guard"))
        .guard(Passes("second guard"))
        .interceptor(Around("outer"))
        .interceptor(Around("inner"));
    (serve(module).await, seen)
}

#[tokio::test]
async fn call_passes_pipeline_in_declared_order() {
    let (served, seen) = served().await;
    for client in Client::both_eras(&served).await {
        seen.lock().unwrap().clear();
        assert_eq!(client.call_text("traced", json!({"number": 5})).await, "5");
        let expected = [
            "first guard",
            "second guard",
            "item guard",
            "outer before",
            "inner before",
            "item before",
            "handler",
            "item after",
            "inner after",
            "outer after",
        ];
        assert_eq!(*seen.lock().unwrap(), expected);
    }
}

#[tokio::test]
async fn arguments_are_checked_between_guards_and_interceptors() {
    let (served, seen) = served().await;
    for client in Client::both_eras(&served).await {
        for arguments in [json!({"number": 9}), json!({"number": "x"}), json!({})] {
            seen.lock().unwrap().clear();
            assert_eq!(client.call("traced", arguments).await["isError"], true);
            assert_eq!(*seen.lock().unwrap(), ["first guard", "second guard", "item guard"]);
        }
    }
}

#[tokio::test]
async fn guard_allows_denies_or_hides() {
    let (served, _) = served().await;
    for client in Client::both_eras(&served).await {
        let call = |door: &str| client.call_request(1, "guarded", json!({})).header("X-Door", door);
        assert_eq!(client.send(call("open")).await.json().await["result"]["content"][0]["text"], "inside");
        let denied = client.send(call("closed")).await.json().await;
        assert_eq!(denied["error"], json!({"code": 403, "message": "the door is closed"}));
        let told = client.send(call("client")).await.json().await;
        assert_eq!(
            (&told["result"]["isError"], &told["result"]["content"][0]["text"]),
            (&json!(true), &json!("ask later"))
        );
        assert_eq!(client.send(call("panic")).await.json().await["error"]["code"], -32603);
        let hidden = client.send(call("hidden")).await.json().await;
        let unknown = client.response("tools/call", json!({"name": "no-such"})).await;
        assert_eq!(hidden["error"]["code"], unknown["error"]["code"]);
        let expected = unknown["error"]["message"].as_str().unwrap().replace("no-such", "guarded");
        assert_eq!(hidden["error"]["message"], expected, "as if it did not exist");
    }
}

#[tokio::test]
async fn hidden_resource_looks_unknown() {
    let (served, _) = served().await;
    for client in Client::both_eras(&served).await {
        let request = client.request(1, "resources/read", json!({"uri": "test://guarded"})).header("X-Door", "hidden");
        let hidden = client.send(request).await.json().await;
        let unknown = client.response("resources/read", json!({"uri": "test://unknown"})).await;
        assert_eq!(hidden["error"]["code"], unknown["error"]["code"]);
        assert_eq!(hidden["error"]["data"], json!({"uri": "test://guarded"}));
    }
}

#[tokio::test]
async fn interceptor_can_replace_handler() {
    let (served, _) = served().await;
    for client in Client::both_eras(&served).await {
        for (instead, expected) in [("no", "handler"), ("cached", "cached"), ("refused", "not through me")] {
            let request = client.call_request(1, "intercepted", json!({})).header("X-Instead", instead);
            let reply = client.send(request).await.json().await;
            assert_eq!(reply["result"]["content"][0]["text"], expected);
        }
    }
}

#[tokio::test]
async fn parameters_are_extracted_by_type() {
    let (served, _) = served().await;
    for client in Client::both_eras(&served).await {
        let request = client.call_request(1, "whose", json!({"who": "Ada"}));
        let reply = client.send(request.clone().header("X-Tenant", "acme")).await.json().await;
        assert_eq!(reply["result"]["content"][0]["text"], "Hello Ada of acme, 5");
        let reply = client.send(request).await.json().await;
        assert_eq!(
            (&reply["result"]["isError"], &reply["result"]["content"][0]["text"]),
            (&json!(true), &json!("the header X-Tenant is missing"))
        );
    }
}
