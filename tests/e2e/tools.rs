//! Return types of tools, and the schemas that they publish.

use std::{borrow::Cow, sync::Arc};

use mcp_server::{
    Args, CallError, Content, Json, ToolResult,
    protocol::{Annotations, Resource, ResourceContents},
    tool,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tests::harness::{Client, serve};

use crate::items::named;

macro_rules! returning {
    ($($name:ident: $type:ty = $value:expr;)*) => {
        $(
            #[tool(server = "return types")]
            fn $name() -> $type {
                $value
            }
        )*
    };
}

returning! {
    string: String = "text".to_owned();
    text: &'static str = "text";
    cow: Cow<'static, str> = "text".into();
    boxed: Box<str> = "text".into();
    shared: Arc<str> = "text".into();
    letter: char = 'x';
    truth: bool = true;
    byte: u8 = 255;
    long: i64 = -9_007_199_254_740_993;
    huge: u128 = u128::MAX;
    float: f64 = 1.5;
    nothing: () = ();
    some: Option<&'static str> = Some("text");
    none: Option<String> = None;
    fine: Result<i32, std::num::ParseIntError> = "7".parse();
    block: Content = Content::text("text");
    picture: Content = Content::image([1, 2, 3], "image/png");
    sound: Content = Content::audio([1, 2, 3], "audio/wav");
    link: Content = Content::resource_link(Resource::new("test://a", "a").mime_type("text/plain"));
    embedded: Content = Content::resource(ResourceContents::text("test://a", "text").mime_type("text/plain"));
    blocks: Vec<Content> = vec!["one".into(), Content::image([0], "image/gif")];
    noted: Vec<Content> = vec![
        Content::text("one").annotated(Annotations::default().priority(1.0)).meta("com.example/page", 1),
        Content::resource_link(Resource::new("test://a", "a")).meta("com.example/page", 2),
    ];
    whole: ToolResult = ToolResult::error("it went wrong").meta("com.example/tries", 3);
}

#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Place {
    /// Degrees north.
    latitude: f64,
    long_name: Option<String>,
}

/// Moves a place north.
#[tool(server = "return types")]
fn north(Args(place): Args<Place>, ctx: mcp_server::Context) -> Result<Json<Place>, CallError> {
    assert_eq!(ctx.item().name(), "north");
    Ok(Json(Place { latitude: place.latitude + 1.0, ..place }))
}

#[tokio::test]
async fn return_types_become_content() {
    let served = serve(named("return types")).await;
    let text = |text: &str| json!({"content": [{"type": "text", "text": text}]});
    for client in Client::both_eras(&served).await {
        for (tool, expected) in [
            ("string", text("text")),
            ("text", text("text")),
            ("cow", text("text")),
            ("boxed", text("text")),
            ("shared", text("text")),
            ("letter", text("x")),
            ("truth", text("true")),
            ("byte", text("255")),
            ("long", text("-9007199254740993")),
            ("huge", text("340282366920938463463374607431768211455")),
            ("float", text("1.5")),
            ("nothing", json!({"content": []})),
            ("some", text("text")),
            ("none", json!({"content": []})),
            ("fine", text("7")),
            ("block", text("text")),
            ("picture", json!({"content": [{"type": "image", "data": "AQID", "mimeType": "image/png"}]})),
            ("sound", json!({"content": [{"type": "audio", "data": "AQID", "mimeType": "audio/wav"}]})),
            (
                "link",
                json!({"content": [{"type": "resource_link", "uri": "test://a", "name": "a", "mimeType": "text/plain"}]}),
            ),
            (
                "embedded",
                json!({"content": [
                    {"type": "resource", "resource": {"uri": "test://a", "text": "text", "mimeType": "text/plain"}}
                ]}),
            ),
            (
                "blocks",
                json!({"content": [{"type": "text", "text": "one"}, {"type": "image", "data": "AA==", "mimeType": "image/gif"}]}),
            ),
            (
                "noted",
                json!({"content": [
                    {"type": "text", "text": "one", "annotations": {"priority": 1.0}, "_meta": {"com.example/page": 1}},
                    {"type": "resource_link", "uri": "test://a", "name": "a", "_meta": {"com.example/page": 2}}
                ]}),
            ),
        ] {
            let mut result = client.call(tool, json!({})).await;
            if client.is_stateless() {
                let members = result.as_object_mut().unwrap();
                members.remove("_meta");
                members.remove("resultType");
            }
            assert_eq!(result, expected, "{tool}");
        }
        let result = client.call("whole", json!({})).await;
        assert_eq!((&result["isError"], &result["_meta"]["com.example/tries"]), (&json!(true), &json!(3)));
    }
}

#[tokio::test]
async fn structs_follow_their_schemas() {
    let served = serve(named("return types")).await;
    for client in Client::both_eras(&served).await {
        let tools = client.result("tools/list", json!({})).await;
        let tool = tools["tools"].as_array().unwrap().iter().find(|tool| tool["name"] == "north").unwrap();
        assert_eq!(tool["description"], "Moves a place north.");
        assert_eq!(tool["inputSchema"]["type"], "object");
        assert_eq!(tool["inputSchema"]["properties"]["latitude"]["description"], "Degrees north.");
        assert_eq!(tool["inputSchema"]["required"], json!(["latitude"]));
        assert_eq!(tool["outputSchema"]["type"], "object");
        assert!(tool["outputSchema"]["properties"]["longName"].is_object(), "{tool}");
        let result = client.call("north", json!({"latitude": 50.5, "longName": "Here"})).await;
        let expected = json!({"latitude": 51.5, "longName": "Here"});
        assert_eq!(result["structuredContent"], expected);
        let text: Value = serde_json::from_str(result["content"][0]["text"].as_str().unwrap()).unwrap();
        assert_eq!(text, expected);
    }
}

#[tokio::test]
async fn tool_without_parameters_needs_no_arguments() {
    let served = serve(named("return types")).await;
    for client in Client::both_eras(&served).await {
        for params in [
            json!({"name": "text"}),
            json!({"name": "text", "arguments": null}),
            json!({"name": "text", "arguments": {}}),
        ] {
            assert_eq!(client.response_to_invalid("tools/call", params).await["result"]["content"][0]["text"], "text");
        }
    }
}
