#![allow(unused)]

use mcp_server::{Context, tool};

#[tool]
fn hello(#[arg] name: &str, context: &Context, #[arg] tags: &[String], #[arg] inner: Option<&str>) {}

#[tool]
fn forever(#[arg] name: &'static str) {}

#[tool]
fn hidden(#[arg] name: std::borrow::Cow<'_, str>) {}

struct Pool;

#[tool]
fn pooled(pool: &Pool, store: &'_ Option<Pool>) {}

fn main() {}
