//! The keyword `format`, which is enforced in arguments and in forms.

use mcp_server::{
    Args, CallError, Context, ToolResult,
    handler::{CallResult, HandlerFuture},
    registry::ToolBuilder,
    tool,
};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, de};
use serde_json::{Value, json};
use tests::harness::{Client, RunningServer, serve};

use crate::items::named;

/// A date type that accepts more than the format in its schema.
struct Day(String);

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: de::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if text.split(['-', '/']).count() == 3 { Ok(Self(text)) } else { Err(de::Error::custom("no day")) }
    }
}

impl JsonSchema for Day {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Day".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "format": "date"})
    }
}

#[derive(Deserialize, JsonSchema)]
struct Letter {
    #[schemars(email)]
    to: String,
    #[schemars(url)]
    links: Option<String>,
}

#[derive(Deserialize, JsonSchema)]
struct Letters {
    letters: Vec<Letter>,
}

/// Invites by parameters.
#[tool(server = "formats")]
fn invite(
    #[arg(format = "email")] address: String,
    #[arg(format = "date-time")] at: Option<String>,
    #[arg] day: Option<Day>,
    #[arg(format = "phone")] phone: Option<String>,
) -> String {
    format!("{address} {at:?} {:?} {phone:?}", day.map(|day| day.0))
}

/// Sends by a struct.
#[tool(server = "formats")]
fn send(Args(letters): Args<Letters>) -> String {
    let letters: Vec<_> = letters.letters.into_iter().map(|letter| (letter.to, letter.links)).collect();
    format!("{letters:?}")
}

#[derive(Deserialize, JsonSchema)]
struct Contact {
    #[schemars(email)]
    email: Option<String>,
    #[schemars(url)]
    website: Option<String>,
    #[schemars(extend("format" = "date"))]
    born: Option<String>,
    #[schemars(extend("format" = "date-time"))]
    seen: Option<String>,
}

/// Asks with all formats that a form supports.
#[tool(server = "formats")]
async fn meet(ctx: Context) -> Result<String, CallError> {
    let Contact { email, website, born, seen } = ctx.elicit::<Contact>("Who are you?").await?.accepted()?;
    Ok([email, website, born, seen].into_iter().flatten().collect())
}

async fn served() -> RunningServer {
    let schema = json!({"type": "object", "properties": {"id": {"type": "string", "format": "uuid"}}});
    let by_hand =
        ToolBuilder::new("by_hand").input_schema(schema).handler(|ctx: Context| -> Result<HandlerFuture, CallError> {
            Ok(Box::pin(async move { Ok(CallResult::Tool(ToolResult::text(ctx.arguments()))) }))
        });
    serve(named("formats").item(by_hand)).await
}

#[tokio::test]
async fn invalid_format_error_names_path_format_and_value() {
    let served = served().await;
    for client in Client::both_eras(&served).await {
        for (tool, arguments, expected) in [
            (
                "invite",
                json!({"address": "not an address"}),
                "`address`: expected a text of format `email`, got \"not an address\"",
            ),
            (
                "invite",
                json!({"address": "ada@example.com", "at": "tomorrow"}),
                "`at`: expected a text of format `date-time`, got \"tomorrow\"",
            ),
            (
                "send",
                json!({"letters": [{"to": "ada@example.com"}, {"to": "ada"}]}),
                "`letters[1].to`: expected a text of format `email`, got \"ada\"",
            ),
            (
                "send",
                json!({"letters": [{"to": "ada@example.com", "links": "over there"}]}),
                "`letters[0].links`: expected a text of format `uri`, got \"over there\"",
            ),
            ("by_hand", json!({"id": "7"}), "`id`: expected a text of format `uuid`, got \"7\""),
            // The type accepts this value, but the schema does not.
            (
                "invite",
                json!({"address": "ada@example.com", "day": "24/12/2026"}),
                "`day`: expected a text of format `date`, got \"24/12/2026\"",
            ),
        ] {
            let result = client.call(tool, arguments.clone()).await;
            assert_eq!(result["isError"], true, "{arguments} {result}");
            let text = result["content"][0]["text"].as_str().unwrap();
            assert!(text.contains(expected), "{arguments}: {text}");
        }
    }
}

#[tokio::test]
async fn valid_and_unknown_formats_are_accepted() {
    let served = served().await;
    for client in Client::both_eras(&served).await {
        let arguments = json!({"address": "ada@example.com", "at": "2026-07-28T10:00:00.5+02:00", "day": "2026-07-28",
            "phone": "whatever"});
        assert_eq!(
            client.call_text("invite", arguments).await,
            "ada@example.com Some(\"2026-07-28T10:00:00.5+02:00\") Some(\"2026-07-28\") Some(\"whatever\")"
        );
        let arguments = json!({"letters": [{"to": "ada@example.com", "links": "https://example.com/?q=a%20b#c"}]});
        assert!(client.call_text("send", arguments).await.contains("q=a%20b"));
        let arguments = json!({"id": "67e55044-10b1-426f-9247-bb680e5fe0c8"});
        assert!(client.call_text("by_hand", arguments).await.contains("67e55044"));
    }
}

#[tokio::test]
async fn form_answer_formats_are_enforced() {
    let served = served().await;
    for version in ["2025-06-18", "2025-11-25", "2026-07-28"] {
        let client = Client::new(&served, version).capabilities(json!({"elicitation": {}}));
        let client = if client.is_stateless() { client } else { client.initialize().await };
        let meet = async |content: Value| {
            let answer = json!({"action": "accept", "content": content});
            client.response_with_answers("tools/call", json!({"name": "meet"}), |_| answer.clone()).await
        };
        for (field, format, fits, does_not) in [
            ("email", "email", "ada@example.com", "nor this"),
            ("website", "uri", "https://example.com", "example"),
            ("born", "date", "2026-02-28", "2026-02-29"),
            ("seen", "date-time", "2026-07-28T10:00:00Z", "2026-07-28"),
        ] {
            let (response, asked) = meet(json!({field: fits})).await;
            assert_eq!(response["result"]["content"][0]["text"], fits, "{response}");
            assert_eq!(asked[0].params["requestedSchema"]["properties"][field]["format"], format);
            let (response, _) = meet(json!({field: does_not})).await;
            assert_eq!(response["error"]["code"], -32602, "{field}: {response}");
            let text = response["error"]["message"].as_str().unwrap();
            let expected = format!("`{field}`: expected a text of format `{format}`, got \"{does_not}\"");
            assert!(text.contains(&expected), "{text}");
        }
    }
}
