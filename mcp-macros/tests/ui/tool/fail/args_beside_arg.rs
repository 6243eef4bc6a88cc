#![allow(unused)]

use mcp_server::{Args, Context, tool};

#[derive(serde::Deserialize, schemars::JsonSchema)]
struct Booking {}

#[tool]
fn book(context: Context, Args(booking): Args<Booking>, #[arg] name: String) {
    drop((context, booking, name));
}

fn main() {}
