//! Prompts with and without arguments, and with content other than text.

use mcp_server::{CallError, Content, Context, PromptMessage, prompt, protocol::ResourceContents};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::{
    content::PICTURE,
    scopes::{GET, GET_SIMPLE_PROMPT, TokenNeeds},
};

/// A prompt without arguments.
#[prompt(public, guards(TokenNeeds(&[GET, GET_SIMPLE_PROMPT])))]
fn test_simple_prompt() -> &'static str {
    "This is a simple prompt for testing."
}

/// A prompt with two arguments.
#[prompt(public)]
fn test_prompt_with_arguments(
    /// First argument
    #[arg(complete = values)]
    arg1: String,
    /// Second argument
    #[arg(complete = values)]
    arg2: String,
) -> String {
    format!("Prompt with arguments: arg1='{arg1}', arg2='{arg2}'")
}

/// Values for either argument.
fn values() -> [&'static str; 3] {
    ["paris", "park", "test value"]
}

/// A prompt with a resource in it.
#[prompt(public)]
fn test_prompt_with_embedded_resource(
    /// URI of the resource
    #[arg(rename = "resourceUri")]
    resource_uri: String,
) -> Vec<PromptMessage> {
    let resource = ResourceContents::text(resource_uri, "Embedded resource content for testing.");
    vec![
        PromptMessage::user(Content::resource(resource.mime_type("text/plain"))),
        PromptMessage::user("Please process the embedded resource above."),
    ]
}

/// A prompt with a picture in it.
#[prompt(public)]
fn test_prompt_with_image() -> Vec<PromptMessage> {
    vec![
        PromptMessage::user(Content::image(&*PICTURE, "image/png")),
        PromptMessage::user("Please analyze the image above."),
    ]
}

#[derive(Deserialize, JsonSchema)]
struct Background {
    /// Background for the model
    context: String,
}

/// A prompt that asks the user first.
#[prompt(public)]
async fn test_input_required_result_prompt(ctx: Context) -> Result<String, CallError> {
    let question = "What should the model know?";
    let background = ctx.elicit::<Background>(question).key("user_context").await?.accepted()?;
    Ok(format!("Use this: {}", background.context))
}
