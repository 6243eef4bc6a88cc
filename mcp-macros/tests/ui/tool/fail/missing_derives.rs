#![allow(unused)]

use mcp_server::{Args, Json, prompt, resource, tool};

#[derive(serde::Deserialize)]
struct WithoutSchema;

#[derive(schemars::JsonSchema)]
struct SchemaOnly;

#[derive(serde::Serialize)]
struct WrittenOnly;

#[tool]
async fn without_schema(args: Args<WithoutSchema>) {
    drop(args);
}

#[prompt]
fn schema_only(Args(args): Args<SchemaOnly>) -> String {
    drop(args);
    String::new()
}

#[tool]
async fn neither() -> Json<SchemaOnly> {
    Json(SchemaOnly)
}

#[tool]
async fn in_a_list() -> Json<Vec<WrittenOnly>> {
    Json(vec![WrittenOnly])
}

#[resource(uri = "mcp://written")]
fn written() -> Json<WithoutSchema> {
    Json(WithoutSchema)
}

fn main() {}
