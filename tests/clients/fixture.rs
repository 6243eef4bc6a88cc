//! Tools of the client tests that compute, fail, wait, log and return invalid content.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use mcp_server::{CallError, Context, Inject, Json, LoggingLevel, tool};
use schemars::JsonSchema;
use serde::Serialize;

/// Text of the progress notification at which `proxy.rs` breaks the connection.
pub(crate) const CUT_HERE: &str = "the connection breaks here";

/// Record of events on the server, which clients can read.
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

/// Returns the weather as structured content.
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
    /// Published as a number and sent as text, which a validating client must notice.
    #[schemars(with = "f64")]
    celsius: String,
}

/// Returns content that violates its schema.
#[tool(name = "lie-about-the-weather")]
async fn lie() -> Json<Lie> {
    Json(Lie { celsius: "balmy".to_owned() })
}

/// Divides two numbers.
#[tool]
async fn divide(#[arg] dividend: f64, #[arg] divisor: f64) -> Result<f64, CallError> {
    if divisor == 0.0 {
        return Err(CallError::client("nothing can be divided by zero"));
    }
    Ok(dividend / divisor)
}

/// Fails with an error that clients must not see.
#[tool(name = "break-down")]
async fn break_down() -> Result<String, CallError> {
    Err(std::io::Error::other("the password of the database"))?
}

/// Waits until the client cancels the call, and records the outcome.
#[tool]
async fn wait(#[arg] label: String, ctx: Context, journal: Inject<Journal>) -> &'static str {
    journal.note("started", &label);
    ctx.progress(1.0).send();
    tokio::select! {
        () = ctx.cancellation().cancelled() => journal.note("cancelled", &label),
        () = tokio::time::sleep(Duration::from_secs(20)) => journal.note("finished", &label),
    }
    "waited"
}

/// Returns the recorded events.
#[tool(read_only)]
async fn journal(journal: Inject<Journal>) -> String {
    journal.entries().join("\n")
}

/// Counts to six with progress. The second step breaks a fragile connection.
#[tool]
async fn count(ctx: Context) -> &'static str {
    for step in 1..=6_u8 {
        let text = if step == 2 { CUT_HERE } else { "counting" };
        ctx.progress(f64::from(step)).total(6.0).message(text).send();
        tokio::time::sleep(Duration::from_millis(40)).await;
    }
    "counted to 6"
}

/// Logs one message at each of three levels.
#[tool]
async fn whisper(ctx: Context) -> &'static str {
    for level in [LoggingLevel::Debug, LoggingLevel::Info, LoggingLevel::Warning] {
        ctx.log(level, level.as_str()).logger("whisper").send();
    }
    "whispered"
}
