#![allow(unused)]

use mcp_server::{CallError, Context, tool};

#[derive(serde::Deserialize, schemars::JsonSchema)]
struct Sure {
    sure: bool,
}

#[tool]
async fn not_awaited(ctx: Context) -> Result<bool, CallError> {
    let answer = ctx.elicit::<Sure>("Sure?")?;
    Ok(true)
}

#[tool]
async fn not_accepted(ctx: Context) -> Result<bool, CallError> {
    Ok(ctx.elicit::<Sure>("Sure?").await?.sure)
}

async fn not_built(module: mcp_server::McpModule) {
    module.serve("127.0.0.1:3030").await;
}

fn main() {}
