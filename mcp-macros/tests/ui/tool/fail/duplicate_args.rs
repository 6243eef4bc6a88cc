#![allow(unused)]

use mcp_server::{Args, Context, tool};

#[derive(serde::Deserialize, schemars::JsonSchema)]
struct Booking {}

#[tool]
fn book(one: Args<Booking>, context: Context, two: Args<Booking>) {
    drop((one, context, two));
}

fn main() {}
