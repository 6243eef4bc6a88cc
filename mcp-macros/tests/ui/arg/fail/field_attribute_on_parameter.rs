#![allow(unused)]

use mcp_server::{Context, tool};

#[tool]
async fn bounds(
    #[arg]
    #[schemars(range(min = 1))]
    n: u32,
) {
}

#[tool]
async fn renamed(#[serde(rename = "type")] kind: Context) {}

fn main() {}
