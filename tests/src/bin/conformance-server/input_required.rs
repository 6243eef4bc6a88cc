//! Calls that need more than one round in the stateless era, for each thing that a client can be asked.

use mcp_server::{CallError, Context, protocol::CreateMessage, tool};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::elicitation::Name;

#[derive(Deserialize, JsonSchema)]
struct Consent {
    /// Whether to go on
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

/// Asks where it may work.
#[tool(public)]
async fn test_input_required_result_list_roots(ctx: Context) -> Result<String, CallError> {
    let roots = ctx.roots().key("client_roots").await?;
    Ok(roots.into_iter().map(|root| root.uri).collect::<Vec<_>>().join(", "))
}

/// Asks for consent, and knows its own state again.
#[tool(public)]
async fn test_input_required_result_request_state(ctx: Context) -> Result<&'static str, CallError> {
    consent(&ctx, "confirm").await?;
    Ok("state-ok")
}

/// Asks three things at a time.
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

/// Asks for consent, and does not know a state again that somebody changed.
#[tool(public)]
async fn test_input_required_result_tampered_state(ctx: Context) -> Result<&'static str, CallError> {
    consent(&ctx, "confirm").await?;
    Ok("state-ok")
}

/// Asks what the client can be asked, and nothing else.
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
