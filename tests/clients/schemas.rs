//! Published schemas: each compiles in the strict mode of Ajv, the validator of most clients.

use std::path::Path;

use serde_json::{Map, Value, json};
use tests::harness::{Client, STATELESS, serve_program};

use crate::{TYPESCRIPT_V1, servers};

/// Tool whose schema the official conformance suite prescribes, unknown keywords included.
const PRESCRIBED: &str = "json_schema_2020_12_tool";

/// Returns the schemas of all tools of a server, and of the forms of those that ask, by name.
async fn schemas(url: &str, asks: fn(&str) -> bool) -> Map<String, Value> {
    let forms = json!({"elicitation": {"form": {}}, "sampling": {}, "roots": {}});
    let client = Client::at_url(url, STATELESS).capabilities(forms);
    let mut schemas = Map::new();
    for tool in client.result("tools/list", json!({})).await["tools"].as_array().into_iter().flatten() {
        let name = tool["name"].as_str().unwrap_or_default();
        if name == PRESCRIBED {
            continue;
        }
        for member in ["inputSchema", "outputSchema"] {
            if let Some(schema) = tool.get(member) {
                schemas.insert(format!("{name} {member}"), schema.clone());
            }
        }
        if asks(name) {
            let required = tool["inputSchema"]["required"].as_array().cloned().unwrap_or_default();
            let names = required.iter().filter_map(Value::as_str);
            let arguments: Map<_, _> = names.map(|name| (name.to_owned(), json!("text"))).collect();
            let result = client.call(name, arguments.into()).await;
            for (key, question) in result["inputRequests"].as_object().into_iter().flatten() {
                if let Some(schema) = question["params"].get("requestedSchema") {
                    schemas.insert(format!("{name} {key}"), schema.clone());
                }
            }
        }
    }
    schemas
}

/// Asserts that every schema compiles, and that there are at least this many of each kind.
async fn assert_compile(schemas: &Map<String, Value>, file: &str, inputs: usize, forms: usize) {
    let of = |kind: &str| schemas.keys().filter(|name| name.ends_with(kind)).count();
    let asked = schemas.len() - of("inputSchema") - of("outputSchema");
    assert!(of("inputSchema") >= inputs && asked >= forms, "{:?}", schemas.keys().collect::<Vec<_>>());
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(file);
    std::fs::write(&path, Value::from(schemas.clone()).to_string()).expect("the file is writable");
    let (succeeded, stdout, stderr) = TYPESCRIPT_V1.run(&["schemas.mjs", &path.to_string_lossy()]).await;
    assert!(succeeded && stderr.is_empty(), "{stdout}\n{stderr}");
    let report: Value = serde_json::from_str(stdout.trim()).expect("a report is JSON");
    assert_eq!(report, json!({"compiled": schemas.len(), "errors": {}}));
}

#[tokio::test(flavor = "multi_thread")]
async fn schemas_of_playground_and_fixture_compile_strictly() {
    if !TYPESCRIPT_V1.is_installed() {
        return;
    }
    let server = servers::ALL[0].start().await;
    let url = server.brief(tests::harness::Era::Stateless).url;
    let schemas = schemas(&url, |name| name == "book-trip").await;
    assert!(schemas.contains_key("hello-world inputSchema"), "{schemas:?}");
    assert_compile(&schemas, "fixture-schemas.json", 5, 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn schemas_of_conformance_server_compile_strictly() {
    if !TYPESCRIPT_V1.is_installed() {
        return;
    }
    let server = serve_program(env!("CARGO_BIN_EXE_conformance-server")).await;
    let asks = |name: &str| name.contains("elicitation") || name.contains("input_required");
    let schemas = schemas(&server.url(), asks).await;
    assert_compile(&schemas, "conformance-schemas.json", 20, 6).await;
}
