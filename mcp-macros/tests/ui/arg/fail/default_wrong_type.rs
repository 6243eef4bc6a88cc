#![allow(unused)]

use mcp_server::tool;

#[tool]
fn text(#[arg(default = "ten")] count: u32) -> u32 {
    count
}

#[tool]
fn number(#[arg(default = 10)] name: String) -> String {
    name
}

struct Plain;

#[derive(serde::Deserialize, schemars::JsonSchema)]
struct Point {}

#[tool]
fn none(#[arg(default)] point: Point) {
    drop(point);
}

fn main() {}
