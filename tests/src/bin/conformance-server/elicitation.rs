//! Forms for the user: their defaults, and their choices.

use mcp_server::{CallError, Context, Elicitation, tool};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A name.
#[derive(Deserialize, JsonSchema)]
pub(crate) struct Name {
    /// Your name
    pub(crate) name: String,
}

/// An addressee.
#[derive(Serialize, Deserialize, JsonSchema)]
struct User {
    /// Your name
    username: String,
    /// Your email address
    email: String,
}

/// Asks the user something.
#[tool(public)]
async fn test_elicitation(#[arg] message: String, ctx: Context) -> Result<String, CallError> {
    describe(ctx.elicit::<User>(message).await?)
}

/// A field of each type, with defaults.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(default)]
struct Filled {
    /// Name
    name: String,
    /// Age in years
    age: i64,
    /// Points
    score: f64,
    /// State of the account
    status: Status,
    /// True once it has been checked
    verified: bool,
}

#[derive(Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Status {
    #[default]
    Active,
    Inactive,
    Pending,
}

impl Default for Filled {
    fn default() -> Self {
        Self { name: "John Doe".to_owned(), age: 30, score: 95.5, status: Status::default(), verified: true }
    }
}

/// Asks with a form whose fields have defaults (SEP-1034).
#[tool(public)]
async fn test_elicitation_sep1034_defaults(ctx: Context) -> Result<String, CallError> {
    describe(ctx.elicit::<Filled>("Please review the form.").await?)
}

/// All kinds of choices.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Choices {
    /// One of three
    untitled_single: Plain,
    /// One of three, by its title
    titled_single: Titled,
    /// One of three, by its title, in the form before 2025-11-25
    #[schemars(schema_with = "legacy")]
    legacy_enum: String,
    /// Some of three
    untitled_multi: Vec<Plain>,
    /// Some of three, by their titles
    titled_multi: Vec<Titled>,
}

#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Plain {
    Option1,
    Option2,
    Option3,
}

#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Titled {
    /// First option
    Value1,
    /// Second option
    Value2,
    /// Third option
    Value3,
}

fn legacy(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
    schemars::json_schema!({
        "type": "string",
        "enum": ["opt1", "opt2", "opt3"],
        "enumNames": ["Option one", "Option two", "Option three"],
    })
}

/// Asks with every kind of choice (SEP-1330).
#[tool(public)]
async fn test_elicitation_sep1330_enums(ctx: Context) -> Result<String, CallError> {
    describe(ctx.elicit::<Choices>("Please choose.").await?)
}

/// Describes the answer of the user.
fn describe<T: Serialize>(answer: Elicitation<T>) -> Result<String, CallError> {
    Ok(match answer {
        Elicitation::Accepted(answer) => format!("User response: {}", serde_json::to_string(&answer)?),
        Elicitation::Declined => "User response: declined".to_owned(),
        Elicitation::Cancelled => "User response: cancelled".to_owned(),
        _ => "unknown".to_owned(),
    })
}
