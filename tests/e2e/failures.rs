//! Failing calls: the error for the client, the entry in the log, and the state afterwards.

use std::{
    cell::RefCell,
    io::Write,
    sync::{Mutex, Once, PoisonError},
};

use mcp_server::{CallError, ClientError, Context, ResultExt as _, protocol::ErrorObject, resource, tool};
use serde::Deserialize;
use serde_json::{Value, json};
use tests::harness::{Client, RunningServer, serve};

use crate::items::named;

#[tool(server = "failures")]
async fn panics(#[arg] speaks: bool, ctx: Context) -> String {
    if speaks {
        ctx.progress(1.0).send();
        tokio::task::yield_now().await;
    }
    panic!("the secret reason");
}

#[tool(server = "failures")]
fn panics_at_once() -> String {
    panic!("the secret reason");
}

struct Explosive;

impl<'de> Deserialize<'de> for Explosive {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        panic!("the secret reason, {text}");
    }
}

impl schemars::JsonSchema for Explosive {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Explosive".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({"type": "string"})
    }
}

#[tool(server = "failures")]
fn panics_while_reading(#[arg] what: Explosive) {
    let Explosive = what;
}

#[tool(server = "failures")]
fn masked() -> Result<String, CallError> {
    Err(std::io::Error::other("the secret reason"))?;
    Ok(String::new())
}

#[tool(server = "failures")]
fn masked_by_any_error() -> Result<String, std::num::ParseIntError> {
    "the secret reason".parse::<i32>().map(|number| number.to_string())
}

#[tool(server = "failures")]
fn told(#[arg] how: String) -> Result<String, CallError> {
    match how.as_str() {
        "client" => Err(CallError::client("there is no such city")),
        "error" => Err(ClientError::new("there is no such city"))?,
        "for_client" => Err("there is no such city").for_client(),
        "arguments" => Err(CallError::invalid_arguments("there is no such city")),
        "not found" => Err(CallError::not_found("there is no such city")),
        "protocol" => Err(ErrorObject::new(mcp_server::protocol::ErrorCode(1234), "there is no such city")
            .data(json!({"city": 1}))
            .into()),
        _ => Ok(how),
    }
}

#[resource(server = "failures", uri = "test://masked")]
fn broken() -> Result<String, std::io::Error> {
    Err(std::io::Error::other("the secret reason"))
}

#[resource(server = "failures", uri = "test://panics")]
fn panicking() -> String {
    panic!("the secret reason");
}

async fn served() -> RunningServer {
    serve(named("failures")).await
}

/// Extracts the reference from a masked error.
pub(crate) fn reference(text: &Value) -> String {
    let text = text.as_str().unwrap();
    assert!(!text.contains("secret"), "{text}");
    let (_, rest) = text.split_once("reference ").unwrap();
    rest.trim_end_matches(')').to_owned()
}

thread_local! {
    /// The part of the log that this thread wrote. A test and its servers share one thread.
    static LINES: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// Takes the lines that the servers of this test have logged so far.
pub(crate) fn take_lines() -> Vec<String> {
    let bytes = LINES.with(RefCell::take);
    String::from_utf8(bytes).unwrap().lines().map(str::to_owned).collect()
}

/// Log of this process, in which every entry has a reference of its own.
///
/// It is global, since a subscriber of one thread can miss entries: other threads decide at the
/// same time that a callsite is disabled.
pub(crate) fn log() -> &'static Mutex<Vec<u8>> {
    static LOG: Mutex<Vec<u8>> = Mutex::new(Vec::new());
    static SUBSCRIBER: Once = Once::new();

    struct Log;

    impl Write for Log {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            LINES.with_borrow_mut(|lines| lines.extend_from_slice(bytes));
            LOG.lock().unwrap_or_else(PoisonError::into_inner).write(bytes)
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    SUBSCRIBER.call_once(|| {
        let subscriber = tracing_subscriber::fmt()
            .with_ansi(false)
            .with_env_filter("info,mcp_server=debug")
            .with_writer(|| Log)
            .finish();
        tracing::subscriber::set_global_default(subscriber).unwrap();
    });
    &LOG
}

/// Finds the line of the log with this reference.
pub(crate) fn line(log: &Mutex<Vec<u8>>, reference: &str) -> String {
    let log = String::from_utf8(log.lock().unwrap().clone()).unwrap();
    let found = log.lines().find(|line| line.contains(reference)).map(str::to_owned);
    found.unwrap_or_else(|| panic!("{reference} is not in: {log}"))
}

#[tokio::test]
async fn panic_is_32603_with_logged_reference() {
    let log = log();
    let served = served().await;
    for client in Client::both_eras(&served).await {
        for (method, params) in [
            ("tools/call", json!({"name": "panics", "arguments": {"speaks": false}})),
            ("tools/call", json!({"name": "panics", "arguments": {"speaks": true}, "_meta": {"progressToken": 1}})),
            ("tools/call", json!({"name": "panics_at_once"})),
            ("tools/call", json!({"name": "panics_while_reading", "arguments": {"what": "x"}})),
            ("resources/read", json!({"uri": "test://panics"})),
        ] {
            let reply = client.response(method, params.clone()).await;
            assert_eq!(reply["error"]["code"], -32603, "{params} {reply}");
            let line = line(log, &reference(&reply["error"]["message"]));
            assert!(line.contains("ERROR") && line.contains("the secret reason"), "{line}");
        }
        assert_eq!(client.call_text("told", json!({"how": "fine"})).await, "fine", "server and session continue");
    }
    assert_eq!(served.server.as_ref().unwrap().calls_in_flight(), 0);
}

#[tokio::test]
async fn id_of_panicked_call_is_released() {
    let served = served().await;
    let client = Client::in_session(&served, "2025-11-25").await;
    for tool in ["panics_at_once", "panics_while_reading", "panics_at_once"] {
        let request = client.call_request(1, tool, json!({"what": ""}));
        assert_eq!(client.send(request).await.json().await["error"]["code"], -32603, "{tool}");
    }
}

#[tokio::test]
async fn internal_error_is_masked_and_logged() {
    let log = log();
    let served = served().await;
    for client in Client::both_eras(&served).await {
        for tool in ["masked", "masked_by_any_error"] {
            let result = client.call(tool, json!({})).await;
            assert_eq!(result["isError"], true);
            let line = line(log, &reference(&result["content"][0]["text"]));
            assert!(line.contains("secret reason") || line.contains("invalid digit"), "{line}");
        }
        let reply = client.response("resources/read", json!({"uri": "test://masked"})).await;
        assert_eq!(reply["error"]["code"], -32603);
        assert!(line(log, &reference(&reply["error"]["message"])).contains("the secret reason"));
    }
}

#[tokio::test]
async fn client_error_is_shown_verbatim() {
    let served = served().await;
    for client in Client::both_eras(&served).await {
        for how in ["client", "error", "for_client", "arguments", "not found"] {
            let result = client.call("told", json!({"how": how})).await;
            assert_eq!(result["isError"], true, "{how}");
            assert_eq!(result["content"], json!([{"type": "text", "text": "there is no such city"}]), "{how}");
        }
        let reply = client.response("tools/call", json!({"name": "told", "arguments": {"how": "protocol"}})).await;
        assert_eq!(reply["error"], json!({"code": 1234, "message": "there is no such city", "data": {"city": 1}}));
    }
}
