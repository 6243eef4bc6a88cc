#![allow(unused)]

use std::error::Error;

use mcp_server::{CallError, prompt, resource, tool};

fn boxed() -> Result<u8, Box<dyn Error + Send + Sync>> {
    Ok(1)
}

fn text() -> Result<u8, String> {
    Ok(1)
}

#[tool]
async fn returns_a_text() -> Result<String, String> {
    Err("no".into())
}

#[resource(uri = "mcp://boxed")]
fn returns_a_box() -> Result<String, Box<dyn Error + Send + Sync>> {
    Ok(String::new())
}

#[prompt]
fn returns_a_box_of_one_thread() -> Result<String, Box<dyn Error>> {
    Ok(String::new())
}

#[tool]
async fn question_mark_of_a_box() -> Result<u8, CallError> {
    Ok(boxed()?)
}

#[tool]
async fn question_mark_of_a_text() -> Result<u8, CallError> {
    Ok(text()?)
}

fn main() {}
