#![allow(unused)]

use mcp_server::{Json, tool};

struct Secret;

#[tool]
fn plain() -> Secret {
    Secret
}

#[tool]
async fn result() -> Result<Secret, std::io::Error> {
    Ok(Secret)
}

#[tool]
async fn error() -> Result<String, Secret> {
    Err(Secret)
}

#[tool]
fn json() -> Json<Secret> {
    Json(Secret)
}

fn main() {}
