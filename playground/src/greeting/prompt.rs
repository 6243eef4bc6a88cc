//! A prompt that asks for a greeting.

use mcp_server::prompt;

/// Asks the language model to greet someone.
#[prompt(name = "greet", title = "Greet")]
pub fn greet(
    /// Who to greet.
    #[arg]
    name: String,
    /// The language to greet in.
    #[arg(default = "English")]
    language: String,
) -> String {
    format!("Greet {name} warmly in {language}.")
}
