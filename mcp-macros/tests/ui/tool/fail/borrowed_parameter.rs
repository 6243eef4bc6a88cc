#![allow(unused)]

use mcp_server::{Context, tool};

#[tool]
fn hello(#[arg] name: &str, context: &Context, #[arg] tags: &[String], #[arg] inner: Option<&str>) {}

#[tool]
fn forever(#[arg] name: &'static str) {}

#[tool]
fn hidden(#[arg] name: std::borrow::Cow<'_, str>) {}

fn main() {}
