//! Error types that decide at their definition what clients read (`#[derive(ClientFacing)]`).

use std::{io, sync::Arc};

use mcp_server::{
    CallError, CallInfo, ClientError, ClientFacing, Completion, Context, Denial, FromContext, Guard, prompt, resource,
    tool,
};
use serde_json::{Value, json};
use tests::harness::{Client, serve};
use thiserror::Error;

use crate::{
    failures::{line, log, reference},
    items::named,
};

#[derive(Debug, Error, ClientFacing)]
enum NotesError {
    #[error("there is no note {0}")]
    #[client(not_found)]
    Missing(u32),
    #[error("the title is taken")]
    #[client]
    Taken,
    #[error("invalid title {title}")]
    #[client(invalid_arguments)]
    Title { title: String },
    #[error("{by} has locked note {id}")]
    #[client("note {id} is locked{{{id:>3}}}")]
    Locked { id: u32, by: &'static str },
    #[error("the secret note {0} is gone")]
    #[client(not_found, text = "note {0:?} is gone")]
    Gone(String, u32),
    #[error("the note of another user")]
    #[client(hidden)]
    Foreign,
    #[error("only its author may change the note")]
    #[client(forbidden)]
    Protected,
    #[error("the token is too weak")]
    #[client(insufficient_scope("notes:write", "notes:admin"))]
    Weak,
    #[error("the user is unknown")]
    #[client(login_required)]
    Unknown,
    #[error("the quota is used up")]
    #[client(code = 1234)]
    Quota,
    #[error(transparent)]
    Database(#[from] io::Error),
    #[error("the secret source is broken")]
    Source(#[source] ClientError),
    #[error(transparent)]
    Tags(#[from] TagsError),
    #[error(transparent)]
    #[client]
    Told(fmt::Told),
}

#[derive(Debug, Error, ClientFacing)]
enum TagsError {
    #[error("there is no tag {0}")]
    #[client]
    Missing(String),
    #[error("the secret tag")]
    Secret,
}

/// An error that marks itself, in a module of its own.
mod fmt {
    #[derive(Debug, thiserror::Error)]
    #[error("told by its variant")]
    pub(super) struct Told;
}

#[derive(Debug, Error, ClientFacing)]
#[error("there is no city")]
#[client("no city of type {type}")]
struct NoCity {
    r#type: &'static str,
}

#[derive(Debug, Error, ClientFacing)]
#[error("the secret struct")]
struct Masked;

#[derive(Debug, Error, ClientFacing)]
#[error(transparent)]
struct Wrapper(#[from] TagsError);

#[derive(Debug, Error)]
#[error("the secret outer error")]
struct Outer(#[source] TagsError);

#[derive(Debug, Error, ClientFacing)]
enum Never {}

/// Returns the error of that name.
fn fail(how: &str) -> Result<(), CallError> {
    let secret = || io::Error::other("the secret reason");
    match how {
        "missing" => Err(NotesError::Missing(7))?,
        "taken" => Err(NotesError::Taken)?,
        "title" => Err(NotesError::Title { title: "x".to_owned() })?,
        "locked" => Err(NotesError::Locked { id: 7, by: "secret" })?,
        "gone" => Err(NotesError::Gone("x".to_owned(), 7))?,
        "database" => Err(NotesError::Database(secret()))?,
        "source" => Err(NotesError::Source(ClientError::new("hidden by the secret variant")))?,
        "tag" => Err(NotesError::from(TagsError::Missing("x".to_owned())))?,
        "secret tag" => Err(NotesError::from(TagsError::Secret))?,
        "told" => Err(NotesError::Told(fmt::Told))?,
        "struct" => Err(NoCity { r#type: "village" })?,
        "masked struct" => Err(Masked)?,
        "wrapper" => Err(Wrapper(TagsError::Missing("x".to_owned())))?,
        "masked wrapper" => Err(Wrapper(TagsError::Secret))?,
        "box" => Err(Box::new(NotesError::Taken))?,
        "arc" => Err(Arc::new(NotesError::Taken))?,
        "box of a client error" => Err(Box::new(ClientError::new("told")))?,
        "outer" => Err(Outer(TagsError::Missing("x".to_owned())))?,
        "io" => Err(io::Error::other(TagsError::Missing("the secret tag".to_owned())))?,
        "foreign" => Err(NotesError::Foreign)?,
        "protected" => Err(NotesError::Protected)?,
        "weak" => Err(NotesError::Weak)?,
        "unknown" => Err(NotesError::Unknown)?,
        "quota" => Err(NotesError::Quota)?,
        _ => {}
    }
    Ok(())
}

/// Fails, with `?`.
#[tool(server = "client_facing")]
async fn converted(#[arg] how: String) -> Result<(), CallError> {
    fail(&how)
}

/// Fails, without a conversion.
#[tool(server = "client_facing")]
async fn returned(#[arg] how: String) -> Result<String, NotesError> {
    match how.as_str() {
        "taken" => Err(NotesError::Taken),
        _ => Err(io::Error::other("the secret reason").into()),
    }
}

/// Fails with a shared error.
#[tool(server = "client_facing")]
fn shared() -> Result<String, Arc<NotesError>> {
    Err(Arc::new(NotesError::Taken))
}

/// Fails with an error that has no values.
#[tool(server = "client_facing")]
fn never() -> Result<&'static str, Never> {
    Ok("fine")
}

/// Fails in a step.
#[tool(server = "client_facing")]
async fn in_step(ctx: Context) -> Result<u8, CallError> {
    ctx.step("work", async { Err(NotesError::Taken) }).await
}

struct Extracted;

impl FromContext for Extracted {
    type Rejection = NotesError;

    async fn from_context(_: &Context) -> Result<Self, NotesError> {
        Err(NotesError::Taken)
    }
}

/// Fails in an extractor.
#[tool(server = "client_facing")]
async fn extracted(_: Extracted) {}

struct Closed;

impl Guard for Closed {
    async fn check(&self, _: &CallInfo<'_>) -> Result<(), Denial> {
        Err(NotesError::Taken)?
    }
}

/// Fails in a guard.
#[tool(server = "client_facing", guards(Closed))]
async fn guarded() {}

#[resource(server = "client_facing", uri_template = "notes://{how}")]
fn note(#[arg] how: String) -> Result<String, NotesError> {
    Err(match how.as_str() {
        "missing" => NotesError::Missing(7),
        "taken" => NotesError::Taken,
        "foreign" => NotesError::Foreign,
        _ => NotesError::Database(io::Error::other("the secret reason")),
    })
}

async fn complete() -> Result<Completion, NotesError> {
    Err(NotesError::Taken)
}

#[prompt(server = "client_facing")]
fn review(#[arg(complete = complete)] how: String) -> Result<String, NotesError> {
    Err(match how.as_str() {
        "missing" => NotesError::Missing(7),
        _ => NotesError::Database(io::Error::other("the secret reason")),
    })
}

async fn clients() -> (tests::harness::RunningServer, Vec<Client>) {
    let served = serve(named("client_facing")).await;
    let clients = Client::both_eras(&served).await.into_iter().collect();
    (served, clients)
}

#[tokio::test]
async fn marked_variant_is_shown() {
    let (_served, clients) = clients().await;
    for client in clients {
        for (how, text) in [
            ("missing", "there is no note 7"),
            ("taken", "the title is taken"),
            ("title", "invalid title x"),
            ("locked", "note 7 is locked{  7}"),
            ("gone", "note \"x\" is gone"),
            ("tag", "there is no tag x"),
            ("told", "told by its variant"),
            ("struct", "no city of type village"),
            ("wrapper", "there is no tag x"),
            ("box", "the title is taken"),
            ("arc", "the title is taken"),
            ("box of a client error", "told"),
        ] {
            let result = client.call("converted", json!({"how": how})).await;
            assert_eq!((&result["isError"], &result["content"][0]["text"]), (&json!(true), &json!(text)), "{how}");
        }
        for tool in ["shared", "in_step", "extracted", "guarded"] {
            let result = client.call(tool, json!({})).await;
            assert_eq!(result["content"][0]["text"], "the title is taken", "{tool}");
        }
        assert_eq!(client.call("returned", json!({"how": "taken"})).await["content"][0]["text"], "the title is taken");
        assert_eq!(client.call_text("never", json!({})).await, "fine");
    }
}

#[tokio::test]
async fn unmarked_variant_is_masked_and_logged() {
    let log = log();
    let (_served, clients) = clients().await;
    for client in clients {
        for (how, logged) in [
            ("database", "the secret reason"),
            ("source", "the secret source is broken: hidden by the secret variant"),
            ("secret tag", "the secret tag"),
            ("masked struct", "the secret struct"),
            ("masked wrapper", "the secret tag"),
            ("outer", "the secret outer error: there is no tag x"),
            ("io", "there is no tag the secret tag"),
        ] {
            let result = client.call("converted", json!({"how": how})).await;
            assert_eq!(result["isError"], true, "{how}");
            let line = line(log, &reference(&result["content"][0]["text"]));
            assert!(line.contains("ERROR") && line.contains(logged), "{how}: {line}");
        }
        let result = client.call("returned", json!({"how": "database"})).await;
        assert!(line(log, &reference(&result["content"][0]["text"])).contains("the secret reason"));
        let reply = client.response("resources/read", json!({"uri": "notes://database"})).await;
        assert!(line(log, &reference(&reply["error"]["message"])).contains("the secret reason"));
        let get = json!({"name": "review", "arguments": {"how": "x"}});
        let reply = client.response("prompts/get", get).await;
        assert!(line(log, &reference(&reply["error"]["message"])).contains("the secret reason"));
    }
}

#[tokio::test]
async fn kind_of_marked_variant_decides_the_code() {
    let (_served, clients) = clients().await;
    for client in clients {
        let call = async |how: &str| {
            let call = json!({"name": "converted", "arguments": {"how": how}});
            client.response("tools/call", call).await["error"].clone()
        };
        let error = |code: i32, message: &str| json!({"code": code, "message": message});
        assert_eq!(call("protected").await, error(403, "only its author may change the note"));
        assert_eq!(call("quota").await, error(1234, "the quota is used up"));
        assert_eq!(call("foreign").await["code"], -32602);
        let weak = call("weak").await;
        assert_eq!((&weak["code"], &weak["data"]["scope"]), (&json!(403), &json!("notes:admin notes:write")));
        assert_eq!(call("unknown").await["code"], 401);
        for text in [call("foreign").await, weak, call("unknown").await] {
            assert!(!text["message"].as_str().unwrap().contains("token is too weak"), "{text}");
        }
    }
}

#[tokio::test]
async fn resource_prompt_and_completion_show_marked_variants() {
    let (_served, clients) = clients().await;
    let unknown = [-32002, -32602];
    for (client, unknown) in clients.into_iter().zip(unknown) {
        let read = async |how: &str| -> Value {
            client.response("resources/read", json!({"uri": format!("notes://{how}")})).await["error"].clone()
        };
        for how in ["missing", "foreign"] {
            assert_eq!(read(how).await["code"], unknown, "{how}");
        }
        let taken = json!({"code": -32602, "message": "the title is taken"});
        assert_eq!(read("taken").await, taken);
        let get = json!({"name": "review", "arguments": {"how": "missing"}});
        let reply = client.response("prompts/get", get).await;
        assert_eq!(reply["error"], json!({"code": -32602, "message": "there is no note 7"}));
        let argument = json!({"name": "how", "value": ""});
        let complete = json!({"ref": {"type": "ref/prompt", "name": "review"}, "argument": argument});
        assert_eq!(client.response("completion/complete", complete).await["error"], taken);
    }
}
