//! Sessions under authorization: who opened one, and nobody else, may use it.

use mcp_server::{
    Authorization, CallError, Context, Limits, McpModule, McpOptions, Principal,
    auth::{Anonymous, Credentials, TokenError, TokenVerifier, VerifyRequest},
    items, tool,
};
use serde_json::json;
use tests::harness::{Client, Request, Served, serve};

use crate::items::patient;

pub(crate) const ISSUER: &str = "https://issuer.example.com";

/// Knows tokens such as `ada`, and `ada+notes.write` with the scope `notes:write`.
pub(crate) struct Names;

impl TokenVerifier for Names {
    async fn verify(
        &self,
        credentials: &Credentials<'_>,
        request: &VerifyRequest<'_>,
    ) -> Result<Principal, TokenError> {
        let mut parts = credentials.expose_token().split('+');
        match parts.next() {
            Some(name @ ("ada" | "bob")) => Ok(Principal::builder(ISSUER, name)
                .scopes(parts.map(|scope| scope.replace('.', ":")))
                .audience([request.resource().as_str()])
                .build()),
            _ => Err(TokenError::invalid("the token is not known")),
        }
    }
}

/// Says who calls, and what it sees of the token.
#[tool(server = "principals")]
fn whoami(who: Principal, headers: mcp_server::HeaderMap) -> String {
    format!("{} {}", who.subject(), headers.contains_key("authorization"))
}

#[derive(serde::Deserialize, schemars::JsonSchema)]
struct Consent {
    ok: bool,
}

/// Asks the caller.
#[tool(server = "principals")]
async fn agree(who: Principal, ctx: Context) -> Result<String, CallError> {
    let consent = ctx.elicit::<Consent>("Do you agree?").await?.accepted()?;
    Ok(format!("{} {}", who.subject(), consent.ok))
}

#[tool(server = "principals", scopes("notes:write"))]
fn write() -> &'static str {
    "written"
}

/// A server that lets in who has a token.
pub(crate) async fn protected() -> Served {
    limited(Limits::default()).await
}

async fn limited(limits: Limits) -> Served {
    let authorization = Authorization::resource("http://localhost:9999/mcp").verifier(ISSUER, Names);
    let options =
        McpOptions::new("principals", "1").streamable_http(patient()).authorization(authorization).limits(limits);
    serve(McpModule::for_root(options)).await
}

async fn session_of(served: &Served, token: &str) -> Client {
    Client::new(served, "2025-11-25").header("Authorization", format!("Bearer {token}")).begin().await
}

#[tokio::test]
async fn nobody_gets_anywhere_without_a_token() {
    let served = protected().await;
    let client = Client::stateless(&served);
    for request in [
        client.request(1, "tools/list", json!({})),
        client.calling(1, "no-such", json!({})),
        Request::post("{bad"),
        Request::post("{}").with("Content-Type", "text/plain"),
        Request::get(),
        Request::new("DELETE"),
    ] {
        let mut answer = served.send(request).await;
        let challenge = answer.header("www-authenticate").unwrap().to_owned();
        let metadata = "resource_metadata=\"http://localhost:9999/.well-known/oauth-protected-resource/mcp\"";
        assert!(challenge.starts_with("Bearer ") && challenge.contains(metadata), "{challenge}");
        assert!(!challenge.contains("error="), "nothing was wrong with what was not there: {challenge}");
        answer.error(401, 401).await;
    }
    let mut answer = served.send(Request::get().header("Authorization", "Bearer eve")).await;
    assert!(answer.header("www-authenticate").unwrap().contains("error=\"invalid_token\""));
    answer.error(401, 401).await;
}

#[tokio::test]
async fn a_handler_knows_the_caller_and_never_sees_the_token() {
    let served = protected().await;
    let stateless = Client::stateless(&served).header("Authorization", "Bearer bob");
    for client in [session_of(&served, "bob").await, stateless] {
        assert_eq!(client.call_text("whoami", json!({})).await, "bob false");
        assert_eq!(client.ask("tools/call", json!({"name": "no-such"})).await["error"]["code"], -32602);
    }
}

#[tokio::test]
async fn the_session_of_somebody_else_is_404() {
    let served = protected().await;
    let ada = session_of(&served, "ada").await;
    let stream = ada.send(ada.listening()).await;
    assert_eq!(stream.status, 200);
    let bob = Client::new(&served, "2025-11-25")
        .claiming(ada.session.as_deref().unwrap())
        .header("Authorization", "Bearer bob");
    bob.send(bob.request(1, "tools/list", json!({}))).await.error(404, 404).await;
    bob.send(bob.listening()).await.error(404, 404).await;
    bob.send(bob.ending()).await.error(404, 404).await;
    bob.cancel(1).await.error(404, 404).await;
    // Another token of the same caller is as good as the first.
    let again = Client::new(&served, "2025-11-25").claiming(ada.session.as_deref().unwrap());
    let again = again.header("Authorization", "Bearer ada+notes.write");
    assert_eq!(again.call_text("whoami", json!({})).await, "ada false");
    let nobody = Client::new(&served, "2025-11-25").claiming(ada.session.as_deref().unwrap());
    nobody.send(nobody.request(1, "ping", json!({}))).await.error(401, 401).await;
}

#[tokio::test]
async fn one_caller_does_not_take_all_the_sessions() {
    let served = limited(Limits::default().max_sessions_per_principal(2)).await;
    let first = session_of(&served, "ada").await;
    let _second = session_of(&served, "ada").await;
    let mut answer = served.send(Request::initialize("2025-11-25").header("Authorization", "Bearer ada")).await;
    assert!(answer.header("retry-after").is_some());
    answer.error(503, 503).await;
    assert_eq!(session_of(&served, "bob").await.call_text("whoami", json!({})).await, "bob false");
    first.send(first.ending()).await;
    assert!(session_of(&served, "ada").await.session.is_some());
}

#[tool(server = "public names", public)]
fn hello() -> &'static str {
    "hello"
}

#[tokio::test]
async fn names_that_do_not_exist_look_like_those_that_need_a_token() {
    for (items, status, code) in [(items![hello, whoami].to_vec(), 401, 401), (items![hello].to_vec(), 200, -32602)] {
        let authorization = Authorization::resource("http://localhost:9999/mcp")
            .verifier(ISSUER, Names)
            .anonymous(Anonymous::PublicOnly);
        let options = McpOptions::new("principals", "1").authorization(authorization);
        let served = serve(McpModule::for_root(options).only(items)).await;
        let client = Client::stateless(&served);
        assert_eq!(client.call_text("hello", json!({})).await, "hello");
        // Where everything is public there is nothing that a name could give away.
        client.send(client.calling(1, "no-such", json!({}))).await.error(status, code).await;
    }
}

#[tokio::test]
async fn a_scope_that_is_missing_is_403_and_named() {
    let served = protected().await;
    for token in ["ada", "ada+notes.read"] {
        let stateless = Client::stateless(&served).header("Authorization", format!("Bearer {token}"));
        for client in [session_of(&served, token).await, stateless] {
            let mut answer = client.send(client.calling(5, "write", json!({}))).await;
            let challenge = answer.header("www-authenticate").unwrap().to_owned();
            for part in ["error=\"insufficient_scope\"", "scope=\"notes:write\"", "resource_metadata="] {
                assert!(challenge.contains(part), "{challenge}");
            }
            assert_eq!(answer.error(403, 403).await["id"], 5);
        }
    }
    let client = session_of(&served, "ada+notes.write").await;
    assert_eq!(client.call_text("write", json!({})).await, "written");
}

#[tokio::test]
async fn lists_behind_authorization_are_private() {
    let served = protected().await;
    let client = Client::stateless(&served).header("Authorization", "Bearer ada");
    for method in ["tools/list", "server/discover"] {
        assert_eq!(client.result(method, json!({})).await["cacheScope"], "private", "{method}");
    }
}

#[tokio::test]
async fn the_metadata_is_read_and_nothing_else() {
    let served = protected().await;
    let request = |method| Request::new(method).path("/.well-known/oauth-protected-resource/mcp");
    for method in ["GET", "HEAD"] {
        let answer = served.send(request(method)).await;
        assert_eq!((answer.status, answer.header("cache-control")), (200, Some("public, max-age=300")), "{method}");
    }
    let preflight = served.send(request("OPTIONS").header("Origin", "https://app.example.com")).await;
    assert_eq!((preflight.status, preflight.header("allow")), (204, Some("GET, HEAD, OPTIONS")));
    assert_eq!(preflight.header("access-control-allow-methods"), Some("GET, HEAD, OPTIONS"));
    assert_eq!(preflight.header("access-control-allow-origin"), Some("*"));
    for method in ["POST", "DELETE"] {
        let mut answer = served.send(request(method)).await;
        assert_eq!((answer.header("allow"), answer.header("cache-control")), (Some("GET, HEAD, OPTIONS"), None));
        assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
        let error = answer.error(405, -32600).await;
        assert!(error["error"]["message"].as_str().unwrap().ends_with("GET, HEAD, OPTIONS"), "{error}");
    }
}

#[tokio::test]
async fn the_metadata_is_public_at_both_of_its_places() {
    let served = protected().await;
    for path in ["/.well-known/oauth-protected-resource", "/.well-known/oauth-protected-resource/mcp"] {
        let mut answer = served.send(Request::get().path(path)).await;
        assert_eq!((answer.status, answer.header("access-control-allow-origin")), (200, Some("*")), "{path}");
        let document = answer.json().await;
        assert_eq!(document["resource"], "http://localhost:9999/mcp");
        assert_eq!(document["authorization_servers"], json!([ISSUER]));
    }
}

#[tokio::test]
async fn the_state_of_a_request_is_good_for_its_principal_only() {
    let served = protected().await;
    let [ada, bob] = ["ada", "bob"].map(|token| {
        let client = Client::stateless(&served).capable(json!({"elicitation": {}}));
        client.header("Authorization", format!("Bearer {token}"))
    });
    let state = ada.call("agree", json!({})).await["requestState"].clone();
    let answer = json!({"elicitation-1": {"action": "accept", "content": {"ok": true}}});
    let going_on = |client: &Client| client.going_on("agree", json!({}), answer.clone(), state.clone());
    bob.send(going_on(&bob)).await.error(200, -32602).await;
    // Another token of the same principal is as good.
    let ada_again = Client::stateless(&served).capable(json!({"elicitation": {}}));
    let ada_again = ada_again.header("Authorization", "Bearer ada+notes.write");
    let answered = ada_again.send(going_on(&ada_again)).await.json().await;
    assert_eq!(answered["result"]["content"][0]["text"], "ada true");
}
