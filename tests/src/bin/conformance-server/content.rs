//! Tools for every content type, and an error.
//!
//! The first one is the first tool of the list, which the suite calls without arguments.

use std::sync::LazyLock;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use mcp_server::{CallError, Content, protocol::ResourceContents, tool};

use crate::scopes::{CALL, CALL_SIMPLE_TEXT, TokenNeeds};

/// A red pixel.
pub(crate) static PICTURE: LazyLock<Vec<u8>> = LazyLock::new(|| {
    decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8/5+hHgAHggJ/PchI7wAAAABJRU5ErkJggg==")
});

/// Silence.
static SOUND: LazyLock<Vec<u8>> =
    LazyLock::new(|| decode("UklGRiQAAABXQVZFZm10IBAAAAABAAEARKwAAIhYAQACABAAZGF0YQAAAAA="));

fn decode(base64: &str) -> Vec<u8> {
    STANDARD.decode(base64).unwrap_or_default()
}

/// Returns a text.
#[tool(public, guards(TokenNeeds(&[CALL, CALL_SIMPLE_TEXT])))]
fn test_simple_text() -> &'static str {
    "This is a simple text response for testing."
}

/// Returns a picture.
#[tool(public)]
fn test_image_content() -> Content {
    Content::image(&*PICTURE, "image/png")
}

/// Returns sound.
#[tool(public)]
fn test_audio_content() -> Content {
    Content::audio(&*SOUND, "audio/wav")
}

/// Returns a resource with its contents.
#[tool(public)]
fn test_embedded_resource() -> Content {
    let text = "This is an embedded resource content.";
    Content::resource(ResourceContents::text("test://embedded-resource", text).mime_type("text/plain"))
}

/// Returns a text, a picture and a resource.
#[tool(public)]
fn test_multiple_content_types() -> Vec<Content> {
    let resource = ResourceContents::text("test://mixed-content-resource", r#"{"test":"data","value":123}"#);
    vec![
        Content::text("Multiple content types test:"),
        Content::image(&*PICTURE, "image/png"),
        Content::resource(resource.mime_type("application/json")),
    ]
}

/// Fails.
#[tool(public)]
fn test_error_handling() -> Result<(), CallError> {
    Err(CallError::client("This tool intentionally returns an error for testing"))
}
