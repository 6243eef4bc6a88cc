//! Tests of the harness: it rejects messages that violate the schema of their revision.

use serde_json::{Value, json};
use tests::harness::{Revision, StdioTranscript, Strictness, Transcript};

/// Returns `true` if the harness accepts a response to a request with this method.
fn accepts(version: &str, method: &str, reply: &Value) -> bool {
    let params = match method {
        "initialize" => {
            json!({"protocolVersion": version, "capabilities": {}, "clientInfo": {"name": "tests", "version": "1"}})
        }
        "tools/call" => json!({"name": "add"}),
        _ => json!({}),
    };
    let question = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params});
    let transcript = Transcript::of(version);
    transcript.sent_unchecked(question.to_string().as_bytes());
    std::panic::catch_unwind(|| transcript.received(reply)).is_ok()
}

#[allow(clippy::needless_pass_by_value, reason = "callers pass temporaries")]
fn result(result: Value) -> Value {
    json!({"jsonrpc": "2.0", "id": 1, "result": result})
}

#[test]
fn result_is_checked_by_request_and_revision() {
    let tool = json!({"name": "add", "title": "Add", "inputSchema": {"type": "object"}});
    let text = json!([{"type": "text", "text": "3"}]);
    let audio = json!([{"type": "audio", "data": "AQID", "mimeType": "audio/wav"}]);
    for (version, method, reply, valid) in [
        ("2025-11-25", "tools/call", result(json!({"content": text})), true),
        ("2025-11-25", "tools/call", result(json!({})), false),
        ("2025-11-25", "tools/call", result(json!({"content": [{"type": "text"}]})), false),
        ("2025-11-25", "tools/list", result(json!({"content": text})), false),
        ("2025-11-25", "tools/call", json!({"jsonrpc": "2.0", "id": 2, "result": {"content": text}}), false),
        ("2025-11-25", "tools/call", json!({"id": 1, "result": {"content": text}}), false),
        // Members of another revision.
        ("2025-11-25", "tools/call", result(json!({"content": text, "resultType": "complete"})), false),
        ("2025-11-25", "tools/list", result(json!({"tools": [tool], "ttlMs": 1, "cacheScope": "public"})), false),
        ("2025-11-25", "tools/list", result(json!({"tools": [tool]})), true),
        ("2025-03-26", "tools/list", result(json!({"tools": [tool]})), false),
        ("2025-03-26", "tools/call", result(json!({"content": audio})), true),
        ("2024-11-05", "tools/call", result(json!({"content": audio})), false),
        ("2025-11-25", "ping", result(json!({})), true),
        ("2025-11-25", "ping", result(json!({"pong": true})), false),
        ("2026-07-28", "tools/call", result(json!({"content": text, "resultType": "complete"})), true),
        ("2026-07-28", "tools/call", result(json!({"content": text})), false),
        ("2026-07-28", "tools/call", result(json!({"content": [], "resultType": "input_required"})), false),
        // Formats.
        (
            "2025-11-25",
            "tools/call",
            result(json!({"content": [{"type": "audio", "data": "not base64", "mimeType": "audio/wav"}]})),
            false,
        ),
        (
            "2025-11-25",
            "tools/call",
            result(json!({"content": [{"type": "resource", "resource": {"uri": "no uri", "text": ""}}]})),
            false,
        ),
    ] {
        assert_eq!(accepts(version, method, &reply), valid, "{version} {method} {reply}");
    }
}

#[test]
fn error_is_checked_by_code() {
    let error = |error: Value| json!({"jsonrpc": "2.0", "id": 1, "error": error});
    let versions = json!({"supported": ["2025-11-25"], "requested": "x"});
    for (version, reply, valid) in [
        ("2025-11-25", error(json!({"code": -32601, "message": "no"})), true),
        ("2025-11-25", error(json!({"code": "-32601", "message": "no"})), false),
        ("2025-11-25", error(json!({"code": -32601})), false),
        ("2025-11-25", error(json!({"code": -32601, "message": "no", "more": 1})), false),
        ("2025-11-25", json!({"jsonrpc": "2.0", "id": null, "error": {"code": -32700, "message": "no"}}), false),
        ("2024-11-05", json!({"jsonrpc": "2.0", "error": {"code": -32700, "message": "no"}}), true),
        ("2026-07-28", error(json!({"code": -32022, "message": "no", "data": versions})), true),
        ("2026-07-28", error(json!({"code": -32022, "message": "no"})), false),
        (
            "2026-07-28",
            error(json!({"code": -32021, "message": "no", "data": {"requiredCapabilities": ["sampling"]}})),
            false,
        ),
    ] {
        assert_eq!(accepts(version, "tools/call", &reply), valid, "{version} {reply}");
    }
}

#[test]
fn server_messages_are_checked_by_revision() {
    let ask = |method: &str, params: Value| json!({"jsonrpc": "2.0", "id": 7, "method": method, "params": params});
    let tell = |method: &str, params: Value| json!({"jsonrpc": "2.0", "method": method, "params": params});
    let form = json!({"message": "?", "requestedSchema": {"type": "object", "properties": {"a": {"type": "string"}}}});
    for (version, message, valid) in [
        ("2025-11-25", ask("elicitation/create", form.clone()), true),
        ("2025-11-25", ask("elicitation/create", json!({"message": "?"})), false),
        ("2025-03-26", ask("elicitation/create", form.clone()), false),
        ("2026-07-28", ask("elicitation/create", form), false),
        ("2025-11-25", tell("notifications/progress", json!({"progressToken": "t", "progress": 1})), true),
        ("2025-11-25", tell("notifications/progress", json!({"progressToken": "t"})), false),
        ("2025-03-26", tell("notifications/tools/list_changed", json!({})), true),
        ("2025-11-25", tell("notifications/unheard_of", json!({})), false),
    ] {
        let accepted = std::panic::catch_unwind(|| Transcript::of(version).received(&message)).is_ok();
        assert_eq!(accepted, valid, "{version} {message}");
    }
}

#[test]
fn client_messages_may_have_extra_members_only() {
    let call = |params: Value| json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params});
    for (message, valid) in [
        (call(json!({"name": "add", "more": 1})), true),
        (call(json!({"arguments": {}})), false),
        (json!({"jsonrpc": "2.0", "id": 1, "method": "com.example/own", "params": {"any": 1}}), true),
        (json!({"jsonrpc": "2.0", "id": 1.5, "method": "com.example/own"}), false),
    ] {
        let accepted = std::panic::catch_unwind(|| Transcript::of("2025-11-25").sent(&message)).is_ok();
        assert_eq!(accepted, valid, "{message}");
    }
}

#[test]
fn stdio_messages_are_checked_by_era() {
    let ask = |id: u8, params: Value| json!({"jsonrpc": "2.0", "id": id, "method": "tools/call", "params": params});
    let meta = json!({"io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": {}});
    let reply = |id: u8, result: Value| json!({"jsonrpc": "2.0", "id": id, "result": result});
    let changed = "notifications/tools/list_changed";
    let of_subscription = json!({"_meta": {"io.modelcontextprotocol/subscriptionId": 1}});
    let acknowledged = "notifications/subscriptions/acknowledged";
    for (message, valid) in [
        (reply(1, json!({"content": []})), true),
        (reply(1, json!({"content": [], "resultType": "complete"})), false),
        (reply(2, json!({"content": []})), false),
        (reply(2, json!({"content": [], "resultType": "complete"})), true),
        (reply(3, json!({"content": []})), false),
        (json!([reply(1, json!({"content": []})), reply(2, json!({"content": []}))]), false),
        (json!({"jsonrpc": "2.0", "method": changed}), true),
        (json!({"jsonrpc": "2.0", "method": changed, "params": of_subscription}), true),
        (json!({"jsonrpc": "2.0", "method": acknowledged, "params": of_subscription}), false),
        (json!({"jsonrpc": "2.0", "method": acknowledged, "params": {"notifications": {}}}), false),
    ] {
        let transcript = StdioTranscript::default();
        transcript.sent(&ask(1, json!({"name": "add"})));
        transcript.sent_unchecked(format!("{}\n", ask(2, json!({"name": "add", "_meta": meta}))).as_bytes());
        let accepted = std::panic::catch_unwind(|| transcript.received(&message)).is_ok();
        assert_eq!(accepted, valid, "{message}");
    }
    let wrong = ask(1, json!({"arguments": {}}));
    assert!(std::panic::catch_unwind(|| StdioTranscript::default().sent(&wrong)).is_err());
}

#[test]
fn every_definition_of_every_revision_compiles() {
    for version in ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25", "2026-07-28"] {
        let revision = Revision::of(version).unwrap();
        for definition in revision.definitions() {
            for strictness in [Strictness::Open, Strictness::Closed] {
                revision.faults(definition, strictness, &Value::Null);
            }
        }
    }
}
