#![allow(unused)]

use mcp_server::{Args, prompt, resource};

#[derive(serde::Deserialize, schemars::JsonSchema)]
struct Booking {}

type All = Args<Booking>;

#[prompt]
fn book(#[arg] name: String, booking: All) -> String {
    name
}

#[resource(uri_template = "a://{name}")]
fn two(one: All, two: Args<Booking>, three: All) -> String {
    String::new()
}

fn main() {}
