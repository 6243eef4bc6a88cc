//! Calls with several rounds in the stateless era, for each kind of question.

use mcp_server::{CallError, Context, protocol::CreateMessage, tool};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::elicitation::Name;

#[derive(Deserialize, JsonSchema)]
struct Consent {
    /// True to continue
    ok: bool,
}

#[derive(Deserialize, JsonSchema)]
struct Color {
    /// The name of a color
    color: String,
}

/// Asks the user for a name.
#[tool(public)]
async fn test_input_required_result_elicitation(ctx: Context) -> Result<String, CallError> {
    let name = ctx.elicit::<Name>("What is your name?").key("user_name").await?.accepted()?;
    Ok(format!("Hello, {}!", name.name))
}

/// Asks the language model.
#[tool(public)]
async fn test_input_required_result_sampling(ctx: Context) -> Result<String, CallError> {
    let question = CreateMessage::new(100).user("What is the capital of France?");
    Ok(ctx.sample(question).key("capital_question").await?.text())
}

/// Asks for the roots.
#[tool(public)]
async fn test_input_required_result_list_roots(ctx: Context) -> Result<String, CallError> {
    let roots = ctx.roots().key("client_roots").await?;
    Ok(roots.into_iter().map(|root| root.uri).collect::<Vec<_>>().join(", "))
}

/// Asks for consent with a request state.
#[tool(public)]
async fn test_input_required_result_request_state(ctx: Context) -> Result<&'static str, CallError> {
    consent(&ctx, "confirm").await?;
    Ok("state-ok")
}

/// Asks three questions concurrently.
#[tool(public)]
async fn test_input_required_result_multiple_inputs(ctx: Context) -> Result<String, CallError> {
    let (name, greeting, roots) = tokio::join!(
        async { ctx.elicit::<Name>("What is your name?").key("user_name").await },
        async { ctx.sample(CreateMessage::new(50).user("Write a greeting.")).key("greeting").await },
        async { ctx.roots().key("client_roots").await },
    );
    Ok(format!("{} {} from {} roots", greeting?.text(), name?.accepted()?.name, roots?.len()))
}

/// Asks twice.
#[tool(public)]
async fn test_input_required_result_multi_round(ctx: Context) -> Result<String, CallError> {
    let name = ctx.elicit::<Name>("What is your name?").key("step1").await?.accepted()?.name;
    let color = ctx.elicit::<Color>("Which color do you like?").key("step2").await?.accepted()?.color;
    Ok(format!("{name} likes {color}."))
}

/// Asks for consent, and rejects a tampered request state.
#[tool(public)]
async fn test_input_required_result_tampered_state(ctx: Context) -> Result<&'static str, CallError> {
    consent(&ctx, "confirm").await?;
    Ok("state-ok")
}

/// Asks only questions that the client supports.
#[tool(public)]
async fn test_input_required_result_capabilities(ctx: Context) -> Result<String, CallError> {
    let mut answers = Vec::new();
    let capabilities = ctx.client().capabilities();
    if capabilities.elicitation.is_some() {
        answers.push(ctx.elicit::<Name>("What is your name?").key("user_name").await?.accepted()?.name);
    }
    if capabilities.sampling.is_some() {
        answers.push(ctx.sample(CreateMessage::new(50).user("Write a greeting.")).key("greeting").await?.text());
    }
    if capabilities.roots.is_some() {
        answers.extend(ctx.roots().key("client_roots").await?.into_iter().map(|root| root.uri));
    }
    Ok(answers.join(", "))
}

async fn consent(ctx: &Context, key: &str) -> Result<Consent, CallError> {
    let consent = ctx.elicit::<Consent>("Shall it go on?").key(key).await?.accepted()?;
    if consent.ok { Ok(consent) } else { Err(CallError::client("The user does not want it.")) }
}
