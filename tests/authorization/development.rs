//! The playground's own authorization server, with the commands that it prints.

use std::{net::TcpListener, process::Command, time::Duration};

use serde_json::{Value, json};
use tests::harness::{Era, Request, fetch, retry, skip_outside_ci};
use tokio::net::TcpStream;

use crate::support::{Challenge, Playground, ProtectedServer};

/// Both programs, started as their instructions say.
struct Started {
    instructions: String,
    resource: String,
    server: ProtectedServer,
    _processes: [Playground; 2],
}

impl Started {
    async fn new() -> Self {
        let free = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a free port");
        let resource = format!("http://localhost:{}/mcp", free.port());
        let arguments = ["--listen", "127.0.0.1:0", "--resource", &resource];
        let (issuer, instructions) = Playground::start_and_read("authorization-server", &arguments, "--bin client");
        let flags = after(&instructions, "cargo run --bin server-oauth -- ");
        let process = Playground::start("server-oauth", &flags.split(' ').collect::<Vec<_>>());
        retry(Duration::from_secs(20), async || {
            TcpStream::connect(free).await.map_err(|error| format!("cannot connect to {free}: {error}"))
        })
        .await;
        let server = ProtectedServer::at(&resource);
        Self { instructions, resource, server, _processes: [issuer, process] }
    }

    /// Requests a token with the printed secret, and returns the status and the document.
    async fn token(&self, fields: &[(&str, &str)]) -> (u16, Value) {
        let issuer = after(&self.instructions, "Authorization server at ").split(',').next().expect("a URL");
        let secret = after(&self.instructions, "secret `").split('`').next().expect("a secret");
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        form.append_pair("client_id", "playground").append_pair("client_secret", secret).extend_pairs(fields);
        let mut response = fetch(&format!("{issuer}/token"), Request::form(form.finish())).await;
        (response.status, response.document().await)
    }
}

/// Returns the rest of the line after `start`.
fn after<'a>(text: &'a str, start: &str) -> &'a str {
    let (_, rest) = text.split_once(start).unwrap_or_else(|| panic!("expected {start:?} in {text}"));
    rest.lines().next().unwrap_or_default()
}

#[tokio::test]
async fn printed_commands_call_a_protected_tool() {
    if !Command::new("curl").arg("--version").output().is_ok_and(|output| output.status.success()) {
        return skip_outside_ci("this test needs curl");
    }
    let started = Started::new().await;
    let script = format!("token={}; printf %s \"$token\"", after(&started.instructions, "  token="));
    let output = Command::new("sh").args(["-c", &script]).output().expect("a shell");
    let token = String::from_utf8(output.stdout).expect("text");
    assert_eq!(token.split('.').count(), 3, "{token}");
    for era in Era::BOTH {
        let rejection = started.server.call(era, None, "who-am-i", json!({})).await;
        assert_eq!((rejection.status, Challenge::of(&rejection).error()), (401, None), "{era:?}");
        for (tool, arguments, text) in
            [("who-am-i", json!({}), "playground"), ("write-note", json!({"text": "milk"}), "playground notes: milk")]
        {
            let mut response = started.server.call(era, Some(&token), tool, arguments).await;
            assert_eq!(response.status, 200, "{era:?}: {response:?}");
            let message = response.last_message().await;
            assert_eq!(message["result"]["content"][0]["text"], text, "{era:?}: {message}");
        }
    }
    let printed = Playground::run("client", &[&started.resource, "--token", &token, "-c", "call who-am-i"]);
    assert!(printed.contains("playground"), "{printed}");
}

#[tokio::test]
async fn token_holds_for_its_resource_and_scope() {
    let started = Started::new().await;
    let grant = ("grant_type", "client_credentials");
    let resource = ("resource", &*started.resource);
    for (fields, expected) in [
        (vec![grant, resource, ("scope", "mcp:tools")], (200, None)),
        (vec![grant, resource, ("scope", "mcp:tools notes:write")], (200, None)),
        (vec![grant, ("resource", "https://other.example.com/mcp")], (401, Some("invalid_token"))),
        (vec![grant, resource, ("scope", "notes:write")], (403, Some("insufficient_scope"))),
    ] {
        let (status, document) = started.token(&fields).await;
        assert_eq!(status, 200, "{document}");
        let token = document["access_token"].as_str().expect("a token");
        for era in Era::BOTH {
            let response = started.server.call(era, Some(token), "who-am-i", json!({})).await;
            let error = (response.status != 200).then(|| Challenge::of(&response).error().map(str::to_owned)).flatten();
            assert_eq!((response.status, error.as_deref()), expected, "{era:?}: {fields:?}");
        }
    }
}

#[tokio::test]
async fn invalid_token_request_names_its_error() {
    let started = Started::new().await;
    let grant = ("grant_type", "client_credentials");
    let resource = ("resource", &*started.resource);
    for (fields, expected) in [
        (vec![resource], (400, "unsupported_grant_type")),
        (vec![("grant_type", "password"), resource], (400, "unsupported_grant_type")),
        (vec![grant], (400, "invalid_target")),
        (vec![grant, ("resource", "notes")], (400, "invalid_target")),
        (vec![grant, resource, ("scope", "admin")], (400, "invalid_scope")),
    ] {
        let (status, document) = started.token(&fields).await;
        assert_eq!((status, document["error"].as_str()), (expected.0, Some(expected.1)), "{fields:?}");
    }
    let issuer = after(&started.instructions, "Authorization server at ").split(',').next().expect("a URL");
    let form = Request::form("grant_type=client_credentials&client_id=playground&client_secret=wrong");
    let mut response = fetch(&format!("{issuer}/token"), form).await;
    assert_eq!((response.status, response.document().await["error"].as_str()), (401, Some("invalid_client")));
}
