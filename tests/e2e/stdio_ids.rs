//! Invalid messages on stdio: no id goes unanswered, in any revision.

use mcp_server::Limits;
use serde_json::{Value, json};
use tests::harness::{SESSION_VERSIONS, StdioClient, StdioServer};

use crate::items::{Gate, http_options, module};

const MAX_LINE: usize = 2_000;

async fn open(version: &str) -> (StdioClient, StdioServer) {
    let limits = Limits::default().max_body_bytes(MAX_LINE);
    let (mut client, serving) = StdioClient::connect(module(&Gate::new(), http_options(), limits)).await;
    client.initialize(version).await;
    (client, serving)
}

/// Asserts that the next message is an error under this id, or under none that can be read.
async fn answered(client: &mut StdioClient, version: &str, id: Option<&Value>, line: &str) {
    let error = client.next().await.unwrap();
    assert!(error["error"]["code"].is_i64(), "{line}: {error}");
    let unreadable = (version < "2025-11-25").then_some(&Value::Null);
    assert_eq!(error.get("id"), id.or(unreadable), "{version} {line}: {error}");
}

/// Asserts that nothing was sent before the response to a ping.
async fn unanswered(client: &mut StdioClient, line: &str) {
    client.request("after", "ping", json!({})).await;
    assert_eq!(client.next().await.unwrap()["id"], "after", "{line}");
}

#[tokio::test]
async fn unreadable_id_is_answered_in_every_revision() {
    let long = format!("{:?}", "x".repeat(1_100));
    for version in SESSION_VERSIONS {
        let (mut client, _serving) = open(version).await;
        for id in
            ["null", "1.5", "1e999", "-0.5", "true", "false", "{}", r#"{"id":1}"#, "[1]", "[]", r#""\ud800""#, &long]
        {
            for message in [
                format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"tools/list"}}"#),
                format!(r#"{{"method":"tools/call","params":{{"name":"add"}},"jsonrpc":"2.0","id":{id}}}"#),
                format!(r#"{{"jsonrpc":"2.0","id":{id},"method":5}}"#),
                format!(r#"{{"id":{id}}}"#),
            ] {
                client.write(format!("{message}\n").as_bytes()).await;
                answered(&mut client, version, None, &message).await;
            }
        }
        // Not JSON, or too long to be read.
        for line in [
            r#"{"jsonrpc":"2.0","id":1,"method":"ping"} x"#,
            r#"{"id":1,"method":"ping""#,
            r#"[{"id":1}"#,
            &format!(r#"{{"params":{{"a":"{}"}},"jsonrpc":"2.0","method":"ping","id":7}}"#, "x".repeat(MAX_LINE)),
            &format!(r#"{{"id":"a","method":"ping","params":["{}"]}}"#, "x".repeat(100 * MAX_LINE)),
            &format!(r#"[{{"id":"a","method":"ping","params":["{}"]}}]"#, "x".repeat(MAX_LINE)),
        ] {
            client.write(format!("{line}\n").as_bytes()).await;
            answered(&mut client, version, None, &line[..line.len().min(100)]).await;
        }
    }
}

#[tokio::test]
async fn readable_id_of_malformed_message_is_repeated() {
    for version in SESSION_VERSIONS {
        let (mut client, _serving) = open(version).await;
        for (id, value) in [
            (r#""a""#, json!("a")),
            (r#""\u0061\n\"""#, json!("a\n\"")),
            ("7", json!(7)),
            ("-3", json!(-3)),
            ("2.0", json!(2.0)),
            ("9007199254740993", json!(9_007_199_254_740_993_i64)),
        ] {
            for message in [
                format!(r#"{{"id":{id},"method":"ping"}}"#),
                format!(r#"{{"jsonrpc":"1.0","id":{id},"method":"ping"}}"#),
                format!(r#"{{"jsonrpc":2.0,"id":{id},"method":"ping"}}"#),
                format!(r#"{{"jsonrpc":"2.0","id":{id},"method":7}}"#),
                format!(r#"{{"jsonrpc":"2.0","id":{id},"method":null}}"#),
                format!(r#"{{"jsonrpc":"2.0","id":{id},"method":["ping"]}}"#),
                format!(r#"{{"jsonrpc":"2.0","id":{id}}}"#),
                format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"ping","params":[]}}"#),
                format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"ping","params":"x"}}"#),
                format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"ping","params":{{"_meta":5}}}}"#),
            ] {
                client.write(format!("{message}\n").as_bytes()).await;
                answered(&mut client, version, Some(&value), &message).await;
            }
        }
    }
}

#[tokio::test]
async fn response_and_notification_are_never_answered() {
    let long = "x".repeat(MAX_LINE);
    for version in SESSION_VERSIONS {
        let (mut client, _serving) = open(version).await;
        for line in [
            r#"{"jsonrpc":"2.0","id":99,"result":{}}"#,
            r#"{"jsonrpc":"2.0","id":99,"error":{"code":1,"message":"no"}}"#,
            r#"{"jsonrpc":"2.0","id":99,"result":{},"error":{}}"#,
            r#"{"jsonrpc":"2.0","id":99,"error":null}"#,
            r#"{"jsonrpc":"2.0","id":1.5,"result":{}}"#,
            r#"{"jsonrpc":"1.0","id":null,"result":{}}"#,
            r#"{"jsonrpc":"1.0","method":"ping"}"#,
            r#"{"jsonrpc":"2.0","method":"ping","params":5}"#,
            &format!(r#"{{"jsonrpc":"2.0","id":1,"result":{{"a":"{long}","method":"x"}}}}"#),
            &format!(r#"{{"jsonrpc":"2.0","method":"ping","params":{{"id":1,"a":"{long}"}}}}"#),
        ] {
            client.write(format!("{line}\n").as_bytes()).await;
            unanswered(&mut client, line).await;
        }
    }
}

#[tokio::test]
async fn rejected_batch_answers_each_id() {
    let ping = |id: &str| format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"ping"}}"#);
    let [one, two, none, fraction] = ["1", "\"b\"", "null", "1.5"].map(ping);
    let notification = r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#;
    for version in SESSION_VERSIONS {
        let (mut client, _serving) = open(version).await;
        for (batch, ids) in [
            (format!("[{one},{two},1]"), json!([1, "b"])),
            (format!("[{one},{none}]"), json!([1, null])),
            (format!("[{fraction},{none},{notification}]"), json!([null])),
            (format!("[{one},{one},{two}]"), json!([1, "b"])),
            (format!(r#"[{one},{{"jsonrpc":"2.0","id":2,"method":"initialize"}},{{}}]"#), json!([1, 2])),
            (format!(r#"[{none},{{"jsonrpc":"2.0","id":2,"method":5}}]"#), json!([null, 2])),
        ] {
            client.write(format!("{batch}\n").as_bytes()).await;
            if version == "2025-03-26" {
                let answer = client.next().await.unwrap();
                let errors = answer.as_array().unwrap_or_else(|| panic!("{batch}: {answer}"));
                let answered: Vec<_> = errors.iter().map(|error| error["id"].clone()).collect();
                assert_eq!(json!(answered), ids, "{batch}");
                assert!(errors.iter().all(|error| error["error"]["code"] == -32600), "{answer}");
            } else {
                answered(&mut client, version, None, &batch).await;
            }
        }
        for batch in ["[]", "[1]", "[[]]"] {
            client.write(format!("{batch}\n").as_bytes()).await;
            if version >= "2025-11-25" {
                answered(&mut client, version, None, batch).await;
            } else {
                unanswered(&mut client, batch).await;
            }
        }
    }
}
