#![allow(unused)]

use mcp_server::{Args, resource};

#[derive(serde::Deserialize, schemars::JsonSchema)]
struct Address {}

#[resource(uri = "mcp://users")]
fn argument(#[arg] id: String) -> String {
    id
}

#[resource(uri = "mcp://users")]
fn all(address: Args<Address>) -> String {
    drop(address);
    String::new()
}

fn main() {}
