//! Resources with text and bytes, a template, and a resource for subscriptions.

use mcp_server::{Json, resource};
use serde::Serialize;

use crate::{
    content::PICTURE,
    scopes::{READ, READ_STATIC, TokenNeeds, TokenNeedsTemplate},
};

/// A text that is always the same.
#[resource(public, uri = "test://static-text", name = "static-text", mime_type = "text/plain", guards(TokenNeeds(&[READ, READ_STATIC])))]
fn static_text() -> &'static str {
    "This is the content of the static text resource."
}

/// A picture that is always the same.
#[resource(public, uri = "test://static-binary", name = "static-binary", mime_type = "image/png")]
fn static_binary() -> Vec<u8> {
    PICTURE.clone()
}

/// A text for subscriptions.
#[resource(public, uri = "test://watched-resource", name = "watched-resource", mime_type = "text/plain")]
fn watched_resource() -> &'static str {
    "This is the content of the watched resource."
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Filled {
    id: String,
    template_test: bool,
    data: String,
}

/// Data for an id.
#[resource(
    public,
    uri_template = "test://template/{id}/data",
    name = "template",
    mime_type = "application/json",
    guards(TokenNeedsTemplate)
)]
fn template(#[arg] id: String) -> Json<Filled> {
    let data = format!("Data for ID: {id}");
    Json(Filled { id, template_test: true, data })
}
