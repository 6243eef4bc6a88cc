//! Errors of the crate `anyhow`: masked, unless they contain an error for the client.

use std::{io, sync::Arc};

use anyhow::{Context as _, anyhow};
use mcp_server::{
    CallError, CallInfo, ClientError, ClientFacing, Context, Denial, FromContext, Guard, Interceptor, Next, Outcome,
    prompt, resource, tool,
};
use serde_json::json;
use tests::harness::{Client, serve};
use thiserror::Error;

use crate::{
    failures::{line, log, reference},
    items::named,
};

#[derive(Debug, Error, ClientFacing)]
enum StockError {
    #[error("there is no article {0}")]
    #[client(not_found)]
    Missing(u32),
    #[error("the secret stock")]
    Secret,
    #[error(transparent)]
    Other(#[from] anyhow::Error),
}

#[derive(Debug, Error, ClientFacing)]
#[error("the shop is closed")]
#[client]
struct Closed;

#[derive(Debug, Error)]
#[error("the secret outer error")]
struct Outer(#[source] StockError);

fn secret() -> io::Error {
    io::Error::other("the secret reason")
}

fn fail(how: &str) -> anyhow::Result<()> {
    match how {
        "typed" => Err(StockError::Missing(7))?,
        "below contexts" => {
            Err(StockError::Missing(7)).context("the secret context").context("the secret outer context")?;
        }
        "box" => Err(Box::new(StockError::Missing(7))).context("the secret context")?,
        "arc" => Err(Arc::new(StockError::Missing(7))).context("the secret context")?,
        "as context" => Err(secret()).context(StockError::Missing(7))?,
        "as inner context" => Err(secret()).context(StockError::Missing(7)).context("the secret context")?,
        "outermost" => Err(Closed).context(StockError::Missing(7))?,
        "outermost of contexts" => {
            Err(secret()).context(Closed).context("the secret").context(StockError::Missing(7))?;
        }
        "outermost of one type" => Err(StockError::Secret).context(StockError::Missing(7))?,
        "transparent" => Err(StockError::from(anyhow!(StockError::Missing(7)).context("the secret context")))?,
        "client error" => Err(ClientError::new("there is no article 7")).context("the secret context")?,
        "call error" => Err(anyhow::Error::msg(CallError::client("there is no article 7"))).context("the secret")?,
        "call error as context" => Err(Closed).context(CallError::client("there is no article 7"))?,
        "macro" => Err(anyhow!(StockError::Missing(7)))?,
        "masked" => Err(secret()).context("while reading").context("while ordering")?,
        "text" => Err(anyhow!("the secret {how}"))?,
        "masked variant" => Err(StockError::Secret).context("while ordering")?,
        "masked outermost" => Err(Closed).context(StockError::Secret)?,
        "source" => Err(Outer(StockError::Missing(7))).context("while ordering")?,
        "masked transparent" => Err(StockError::from(anyhow!("the secret {how}")))?,
        "masked call error" => Err(anyhow::Error::msg(CallError::internal(secret()))).context("while ordering")?,
        _ => {}
    }
    Ok(())
}

/// Returns the error.
#[tool(server = "anyhow")]
async fn returned(#[arg] how: String) -> anyhow::Result<String> {
    fail(&how).map(|()| how)
}

/// Converts the error.
#[tool(server = "anyhow")]
fn converted(#[arg] how: String) -> Result<String, CallError> {
    fail(&how)?;
    Ok(how)
}

/// Converts another error, as without the feature.
#[tool(server = "anyhow")]
fn converted_from_std() -> Result<(), CallError> {
    Err(secret())?
}

/// Fails in a step.
#[tool(server = "anyhow")]
async fn in_step(ctx: Context) -> Result<u8, CallError> {
    ctx.step("work", async { fail("below contexts").map(|()| 1) }).await
}

/// Fails on a thread for blocking work.
#[tool(server = "anyhow", blocking)]
fn blocking() -> anyhow::Result<()> {
    fail("below contexts")
}

struct Extracted;

impl FromContext for Extracted {
    type Rejection = anyhow::Error;

    async fn from_context(_: &Context) -> anyhow::Result<Self> {
        fail("below contexts").map(|()| Self)
    }
}

/// Fails in an extractor.
#[tool(server = "anyhow")]
async fn extracted(_: Extracted) {}

struct Fails;

impl Guard for Fails {
    async fn check(&self, _: &CallInfo<'_>) -> Result<(), Denial> {
        Ok(fail("below contexts")?)
    }
}

/// Fails in a guard.
#[tool(server = "anyhow", guards(Fails))]
async fn guarded() {}

struct Finds;

impl Interceptor for Finds {
    async fn intercept(&self, _: &CallInfo<'_>, next: Next<'_>) -> Outcome {
        next.run().await.map_err(|error| {
            let io = error.downcast_ref::<io::Error>().map(ToString::to_string);
            let source = error.source().map(ToString::to_string);
            CallError::client(format!("{io:?} {source:?}"))
        })
    }
}

/// Has an interceptor that finds the error.
#[tool(server = "anyhow", interceptors(Finds))]
async fn found(#[arg] how: String) -> anyhow::Result<()> {
    fail(&how)
}

#[resource(server = "anyhow", uri_template = "anyhow://{how}")]
fn article(#[arg] how: String) -> anyhow::Result<String> {
    fail(&how).map(|()| how)
}

#[prompt(server = "anyhow")]
fn order(#[arg] how: String) -> anyhow::Result<String> {
    fail(&how).map(|()| how)
}

#[tokio::test]
async fn error_for_client_keeps_its_text_in_anyhow() {
    let served = serve(named("anyhow")).await;
    for client in Client::both_eras(&served).await {
        for how in [
            "typed",
            "below contexts",
            "box",
            "arc",
            "as context",
            "as inner context",
            "outermost",
            "outermost of contexts",
            "outermost of one type",
            "transparent",
            "client error",
            "call error",
            "call error as context",
            "macro",
        ] {
            for tool in ["returned", "converted"] {
                let result = client.call(tool, json!({"how": how})).await;
                assert_eq!(result["isError"], true, "{how}");
                assert_eq!(result["content"][0]["text"], "there is no article 7", "{how}");
            }
        }
        for tool in ["in_step", "blocking", "extracted", "guarded"] {
            let result = client.call(tool, json!({})).await;
            assert_eq!(result["content"][0]["text"], "there is no article 7", "{tool}");
        }
        let unknown = if client.is_stateless() { -32602 } else { -32002 };
        let reply = client.response("resources/read", json!({"uri": "anyhow://typed"})).await;
        assert_eq!(reply["error"]["code"], unknown);
        let get = json!({"name": "order", "arguments": {"how": "as context"}});
        assert_eq!(client.response("prompts/get", get).await["error"]["message"], "there is no article 7");
    }
}

#[tokio::test]
async fn other_anyhow_errors_are_masked_and_logged_with_all_contexts() {
    let log = log();
    let served = serve(named("anyhow")).await;
    for client in Client::both_eras(&served).await {
        for (how, logged) in [
            ("masked", "while ordering: while reading: the secret reason"),
            ("text", "the secret text"),
            ("masked variant", "while ordering: the secret stock"),
            ("masked outermost", "the secret stock: the shop is closed"),
            ("source", "while ordering: the secret outer error: there is no article 7"),
            ("masked transparent", "the secret masked transparent"),
            ("masked call error", "the secret reason"),
        ] {
            for tool in ["returned", "converted"] {
                let result = client.call(tool, json!({"how": how})).await;
                assert_eq!(result["isError"], true, "{how}");
                let line = line(log, &reference(&result["content"][0]["text"]));
                assert!(line.contains("ERROR") && line.contains(logged), "{how}: {line}");
            }
        }
        let result = client.call("converted_from_std", json!({})).await;
        assert!(line(log, &reference(&result["content"][0]["text"])).contains("error=\"the secret reason\""));
        let reply = client.response("resources/read", json!({"uri": "anyhow://masked"})).await;
        assert_eq!(reply["error"]["code"], -32603);
        assert!(line(log, &reference(&reply["error"]["message"])).contains("while reading: the secret reason"));
    }
}

#[tokio::test]
async fn interceptor_finds_error_in_anyhow() {
    let served = serve(named("anyhow")).await;
    let client = Client::stateless(&served);
    let text = client.call_text("found", json!({"how": "masked"})).await;
    assert_eq!(text, r#"Some("the secret reason") Some("while ordering")"#);
}
