//! A type may have the name of a foreign type.

use mcp_server::{Args, Json, tool};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, JsonSchema)]
struct Uuid(String);

#[derive(Serialize, Deserialize, JsonSchema)]
struct DateTime<T>(T);

#[tool]
fn ids(#[arg] id: Uuid, #[arg] times: Vec<DateTime<u8>>) -> Result<Json<Vec<Uuid>>, std::io::Error> {
    drop(times);
    Ok(Json(vec![id]))
}

#[tool]
fn all(all: Args<DateTime<Uuid>>) {
    drop(all);
}

fn main() {
    let names = mcp_server::items![ids, all].map(|entry| (entry.make)().name().to_owned());
    assert_eq!(names, ["ids", "all"]);
}
