//! Tools that ask users, models and clients, and report progress.
//!
//! No handler depends on the revision: the same ones serve every client in both eras.

use mcp_server::{
    CallError, Context, Elicitation, Inject, LoggingLevel, UrlElicitation,
    protocol::{Content, CreateMessage, Role, SamplingContent, SamplingMessage, Tool, ToolChoice, ToolExchange},
    tool,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::fixture::Journal;

/// A trip.
#[derive(Serialize, Deserialize, JsonSchema)]
struct Trip {
    /// Where to
    #[schemars(length(min = 2))]
    city: String,
    /// On which day
    #[schemars(extend("format" = "date"))]
    day: Option<String>,
    #[serde(default)]
    class: Class,
    #[serde(default = "alone")]
    #[schemars(range(min = 1, max = 9))]
    travellers: u8,
    #[serde(default)]
    extras: Vec<Extra>,
    insured: bool,
}

#[derive(Default, Serialize, Deserialize, JsonSchema)]
enum Class {
    /// First class
    #[serde(rename = "1")]
    First,
    /// Second class
    #[default]
    #[serde(rename = "2")]
    Second,
}

#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Extra {
    /// Room for a bicycle
    Bicycle,
    /// A warm meal
    Meal,
}

fn alone() -> u8 {
    1
}

/// Asks the user to fill in a form.
#[tool(name = "book-trip")]
async fn book_trip(#[arg] question: String, ctx: Context) -> Result<String, CallError> {
    Ok(match ctx.elicit::<Trip>(question).await? {
        Elicitation::Accepted(trip) => json!(trip).to_string(),
        Elicitation::Declined => "declined".to_owned(),
        Elicitation::Cancelled => "cancelled".to_owned(),
        _ => "unknown".to_owned(),
    })
}

/// Asks the user to open a page.
#[tool(name = "log-in")]
async fn log_in(#[arg] question: String, ctx: Context) -> Result<&'static str, CallError> {
    ctx.elicit_url("https://example.com/log-in", question).id("log-in-7").await?.accepted()?;
    ctx.elicitation_complete("log-in-7");
    Ok("logged in")
}

/// Requires that the user has opened a page.
#[tool]
async fn pay(journal: Inject<Journal>) -> Result<&'static str, CallError> {
    if journal.entries().iter().any(|entry| entry == "opened payment") {
        return Ok("paid");
    }
    Err(CallError::url_elicitation_required([UrlElicitation::new("https://example.com/pay", "Pay first").id("pay-7")]))
}

/// Records that a browser has opened the page of `pay`.
#[tool(name = "open-page")]
async fn open_page(journal: Inject<Journal>) {
    journal.note("opened", "payment");
}

/// Asks the language model.
#[tool]
async fn think(#[arg] about: String, ctx: Context) -> Result<String, CallError> {
    Ok(ctx.sample(CreateMessage::new(100).system_prompt("Be brief.").user(about)).await?.text())
}

/// Lets the language model use a tool, and sends it the result.
#[tool(name = "think-with-tools")]
async fn think_with_tools(ctx: Context) -> Result<String, CallError> {
    let schema = json!({"type": "object", "properties": {"city": {"type": "string"}}});
    let weather = || [Tool::new("weather", schema.clone())];
    let question = CreateMessage::new(100).user("How warm is it in Oslo?");
    let first = ctx.sample(question.clone().tools(weather(), ToolChoice::Required)).await?;
    let results: Vec<_> = first.content.iter().filter_map(weather_report).collect();
    let exchange = question
        .message(SamplingMessage::new(Role::Assistant, first.content))
        .message(SamplingMessage::new(Role::User, results));
    Ok(ctx.sample(exchange.tools(weather(), ToolChoice::Auto)).await?.text())
}

fn weather_report(asked: &SamplingContent) -> Option<SamplingContent> {
    let SamplingContent::Tool(ToolExchange::ToolUse { id, .. }) = asked else { return None };
    Some(SamplingContent::Tool(ToolExchange::result(id, [Content::text("-3.5 °C")])))
}

/// Asks for the roots of the client.
#[tool(name = "list-places")]
async fn list_places(ctx: Context) -> Result<String, CallError> {
    let place = |root: mcp_server::protocol::Root| format!("{} at {}", root.name.unwrap_or_default(), root.uri);
    Ok(ctx.roots().await?.into_iter().map(place).collect::<Vec<_>>().join(", "))
}

#[derive(Deserialize, JsonSchema)]
struct Guest {
    name: String,
}

/// Asks the user, the model and the client at the same time.
#[tool(name = "plan-party")]
async fn plan_party(ctx: Context) -> Result<String, CallError> {
    let (guest, motto, places) = tokio::join!(
        async { ctx.elicit::<Guest>("Who is coming?").key("guest").await },
        async { ctx.sample(CreateMessage::new(20).user("A motto, please.")).key("motto").await },
        async { ctx.roots().key("places").await },
    );
    Ok(format!("{} celebrates \"{}\" in {} places", guest?.accepted()?.name, motto?.text(), places?.len()))
}

#[derive(Deserialize, JsonSchema)]
struct Consent {
    agreed: bool,
}

/// Reserves once, reports it, and asks twice.
#[tool]
async fn reserve(journal: Inject<Journal>, ctx: Context) -> Result<String, CallError> {
    let seat = ctx
        .step("reserve", async {
            journal.note("reserved", "a seat");
            Ok::<_, CallError>(7)
        })
        .await?;
    ctx.progress(1.0).total(3.0).send();
    ctx.log(LoggingLevel::Warning, "the seat is reserved").send();
    let window = ctx.elicit::<Consent>(format!("Is seat {seat} by the window all right?")).await?.accepted()?;
    ctx.progress(2.0).total(3.0).send();
    let quiet = ctx.elicit::<Consent>("And a quiet coach?").await?.accepted()?;
    ctx.progress(3.0).total(3.0).send();
    Ok(format!("seat {seat}, window: {}, quiet: {}", window.agreed, quiet.agreed))
}

/// Packs, and asks one question. The call becomes a task for clients that support tasks.
#[tool(task)]
async fn pack(ctx: Context) -> Result<String, CallError> {
    ctx.progress(1.0).total(3.0).message("the clothes are packed").send();
    let umbrella = ctx.elicit::<Consent>("Do you want an umbrella?").await?.accepted()?;
    ctx.progress(3.0).total(3.0).message("the suitcase is shut").send();
    Ok(format!("packed, umbrella: {}", umbrella.agreed))
}
