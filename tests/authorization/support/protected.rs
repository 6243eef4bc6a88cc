//! The protected server of these tests, in this process, at a free port.

use mcp_server::{Authorization, Json, McpModule, McpOptions, Principal, items, tool};
use serde::Serialize;
use tokio::net::TcpListener;

/// What a tool was told of its caller.
#[derive(Serialize, schemars::JsonSchema)]
struct Caller {
    subject: String,
    client: Option<String>,
    scopes: Vec<String>,
    roles: Vec<String>,
}

/// Says who is calling.
#[tool(name = "who-am-i")]
fn who_am_i(who: Principal) -> Json<Caller> {
    Json(Caller {
        subject: who.subject().to_owned(),
        client: who.client_id().map(str::to_owned),
        scopes: who.scopes().iter().map(str::to_owned).collect(),
        roles: who.roles().map(str::to_owned).collect(),
    })
}

/// Publishes a note, for those with both scopes.
#[tool(name = "publish-note", scopes("notes:write", "notes:publish"))]
fn publish_note(who: Principal) -> String {
    format!("published by {}", who.subject())
}

/// Archives a note; others than editors do not even see it.
#[tool(name = "archive-note", roles("editor"))]
fn archive_note(who: Principal) -> String {
    format!("archived by {}", who.subject())
}

/// A server that is there until the test ends.
pub(crate) struct ProtectedServer {
    /// Its endpoint, which is also its resource identifier unless the test says otherwise.
    pub(crate) url: String,
}

impl ProtectedServer {
    /// One that accepts the tokens of `issuer`.
    pub(crate) async fn trusting(issuer: &str) -> Self {
        Self::start(|url| Authorization::resource(url).server(issuer)).await
    }

    /// One whose authorization is made of its URL. Every request needs the scope `mcp:tools`.
    pub(crate) async fn start(authorization: impl FnOnce(&str) -> Authorization) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}/mcp", listener.local_addr().expect("a bound address"));
        let options =
            McpOptions::new("protected", "1.0.0").authorization(authorization(&url).required_scopes(["mcp:tools"]));
        let server = McpModule::for_root(options)
            .only(items![who_am_i, publish_note, archive_note])
            .build()
            .await
            .expect("nothing is wrong with this module");
        // Ends with the runtime of the test.
        tokio::spawn(async move { axum::serve(listener, server.router()).await });
        Self { url }
    }
}
