#![allow(unused)]

use mcp_server::{Context, resource};

#[resource(uri_template = "mcp://users/{user_id}/{page}")]
fn misspelled(#[arg] userid: String) -> String {
    userid
}

#[resource(uri_template = "mcp://users/{id}")]
fn extractor_only(context: Context) -> String {
    context.arguments().into_owned()
}

#[resource(uri_template = "mcp://users/{id}")]
fn no_parameters() -> String {
    String::new()
}

fn main() {}
