//! What the clients call beside the playground's greetings: tools that compute, fail, wait, speak and lie.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use mcp_server::{CallError, Context, Inject, Json, LoggingLevel, tool};
use schemars::JsonSchema;
use serde::Serialize;

/// The text of the progress report at which `proxy.rs` cuts the connection.
pub(crate) const CUT_HERE: &str = "the connection breaks here";

/// What happened, for clients to read how the server saw it.
#[derive(Debug, Default)]
pub(crate) struct Journal(Mutex<Vec<String>>);

impl Journal {
    pub(crate) fn note(&self, event: &str, label: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(format!("{event} {label}"));
    }

    pub(crate) fn entries(&self) -> Vec<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Sky {
    Clear,
    Snow,
}

#[derive(Serialize, JsonSchema)]
struct Hour {
    #[schemars(range(max = 23))]
    hour: u8,
    sky: Sky,
}

#[derive(Serialize, JsonSchema)]
struct Forecast {
    city: String,
    celsius: f64,
    hours: Vec<Hour>,
}

/// Tells the weather, structured.
#[tool(read_only)]
async fn forecast(#[arg] city: String) -> Json<Forecast> {
    Json(Forecast {
        city,
        celsius: -3.5,
        hours: vec![Hour { hour: 6, sky: Sky::Snow }, Hour { hour: 7, sky: Sky::Clear }],
    })
}

#[derive(Serialize, JsonSchema)]
struct Lie {
    /// Published as a number, and sent as text: a client that checks must notice.
    #[schemars(with = "f64")]
    celsius: String,
}

/// Promises a number and answers text.
#[tool(name = "lie-about-the-weather")]
async fn lie() -> Json<Lie> {
    Json(Lie { celsius: "balmy".to_owned() })
}

/// Divides, unless it cannot.
#[tool]
async fn divide(#[arg] dividend: f64, #[arg] divisor: f64) -> Result<f64, CallError> {
    if divisor == 0.0 {
        return Err(CallError::client("nothing can be divided by zero"));
    }
    Ok(dividend / divisor)
}

/// Fails with an error that is nobody's business.
#[tool(name = "break-down")]
async fn break_down() -> Result<String, CallError> {
    Err(std::io::Error::other("the password of the database"))?
}

/// Waits until the client withdraws the call, and notes what became of it.
#[tool]
async fn wait(#[arg] label: String, ctx: Context, journal: Inject<Journal>) -> &'static str {
    journal.note("started", &label);
    ctx.progress(1.0).send();
    tokio::select! {
        () = ctx.cancellation().cancelled() => journal.note("withdrawn", &label),
        () = tokio::time::sleep(Duration::from_secs(20)) => journal.note("finished", &label),
    }
    "waited"
}

/// What happened so far.
#[tool(read_only)]
async fn journal(journal: Inject<Journal>) -> String {
    journal.entries().join("\n")
}

/// Counts to six, and reports each step; the second one breaks a fragile connection.
#[tool]
async fn count(ctx: Context) -> &'static str {
    for step in 1..=6_u8 {
        let text = if step == 2 { CUT_HERE } else { "counting" };
        ctx.progress(f64::from(step)).total(6.0).message(text).send();
        tokio::time::sleep(Duration::from_millis(40)).await;
    }
    "counted to 6"
}

/// Says something at three levels of loudness.
#[tool]
async fn whisper(ctx: Context) -> &'static str {
    for level in [LoggingLevel::Debug, LoggingLevel::Info, LoggingLevel::Warning] {
        ctx.log(level, level.as_str()).logger("whisper").send();
    }
    "whispered"
}
