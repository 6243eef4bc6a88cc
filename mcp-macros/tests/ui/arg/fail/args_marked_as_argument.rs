#![allow(unused)]

use mcp_server::{Args, Context, tool};

#[derive(serde::Deserialize, schemars::JsonSchema)]
struct New {
    title: String,
}

#[tool]
async fn add(#[arg] new: Args<New>) {}

#[tool]
async fn context(#[arg] ctx: Context) {}

fn main() {}
