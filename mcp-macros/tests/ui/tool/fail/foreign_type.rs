#![allow(unused)]

use std::collections::HashMap;

use mcp_server::{Args, Json, prompt, resource, tool};

// Each type has the name of a type that schemars supports with a feature, and lacks `JsonSchema`.
macro_rules! foreign {
    ($($module:ident: $($name:ident)*;)*) => {$(
        mod $module {
            $(#[derive(Clone, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)] pub struct $name;)*
        }
    )*};
}

foreign! {
    arrayvec: ArrayString;
    bigdecimal: BigDecimal;
    bytes: Bytes;
    either: Either;
    indexmap: IndexSet;
    jiff: Timestamp DateTime;
    rust_decimal: Decimal;
    semver: Version;
    smallvec: SmallVec;
    smol_str: SmolStr;
    url: Url;
    uuid: Uuid;
}

mod chrono {
    #[derive(serde::Serialize, serde::Deserialize)]
    pub struct DateTime<T>(pub T);

    #[derive(serde::Serialize, serde::Deserialize)]
    pub struct Utc;
}

use chrono::{DateTime, Utc};
use uuid::Uuid;

#[tool]
async fn argument(#[arg] id: Uuid, #[arg(rename = "other")] jiff::DateTime: jiff::DateTime) {
    drop(id);
}

#[tool]
async fn nested(#[arg] times: Option<Vec<DateTime<Utc>>>, #[arg] by_id: HashMap<Uuid, url::Url>) {
    drop((times, by_id));
}

#[prompt]
fn all(Args(all): Args<HashMap<String, rust_decimal::Decimal>>) -> String {
    String::new()
}

#[tool]
fn result() -> Result<Json<Vec<rust_decimal::Decimal>>, std::io::Error> {
    Ok(Json(Vec::new()))
}

#[tool]
fn others(
    #[arg] a: arrayvec::ArrayString,
    #[arg] b: bigdecimal::BigDecimal,
    #[arg] c: bytes::Bytes,
    #[arg] d: either::Either,
    #[arg] e: indexmap::IndexSet,
    #[arg] f: jiff::Timestamp,
    #[arg] g: smallvec::SmallVec,
    #[arg] h: smol_str::SmolStr,
) {
}

#[resource(uri_template = "a://{id}")]
fn page(#[arg] id: Uuid) -> String {
    String::new()
}

// The foreign type is supported, and the other one is not.
mod supported {
    #[derive(PartialEq, Eq, Hash, serde::Deserialize, schemars::JsonSchema)]
    pub struct Uuid;

    pub struct Point;
}

#[tool]
fn other_part(#[arg] points: HashMap<supported::Uuid, supported::Point>) {
    drop(points);
}

fn main() {}
