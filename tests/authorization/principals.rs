//! Two users of one server, isolated from each other.

use serde_json::json;
use tests::harness::Era;

use crate::support::{IdentityProvider, OAuthClient, ProtectedServer};

/// A server, and the tokens of two users: ada is an editor, and bob is not.
struct TwoUsers {
    server: ProtectedServer,
    ada: String,
    bob: String,
}

impl TwoUsers {
    async fn log_in(idp: &IdentityProvider) -> Self {
        let server = ProtectedServer::trusting(&idp.issuer).await;
        let oauth = OAuthClient::at(&idp.issuer).await;
        Self {
            ada: oauth.log_in("ada", "mcp:tools", &server.url).await.access,
            bob: oauth.log_in("bob", "mcp:tools", &server.url).await.access,
            server,
        }
    }
}

#[tokio::test]
async fn role_tool_without_role_looks_unknown() {
    let Some(idp) = IdentityProvider::shared() else { return };
    let TwoUsers { server, ada, bob } = TwoUsers::log_in(idp).await;
    for era in Era::BOTH {
        assert_eq!(server.tools(era, &ada).await, ["who-am-i", "publish-note", "archive-note"], "{era:?}");
        assert_eq!(server.tools(era, &bob).await, ["who-am-i", "publish-note"], "{era:?}");

        let archived = server.call(era, Some(&ada), "archive-note", json!({})).await.last_message().await;
        assert_eq!(archived["result"]["content"][0]["text"], "archived by ada");
        let mut hidden = server.call(era, Some(&bob), "archive-note", json!({})).await;
        let mut unknown = server.call(era, Some(&bob), "no-such-tool", json!({})).await;
        assert_eq!(hidden.status, unknown.status);
        let hidden = hidden.text().await.replace("archive-note", "no-such-tool");
        assert_eq!(hidden, unknown.text().await, "hidden and unknown tools look alike");
    }
}

#[tokio::test]
async fn session_of_other_principal_is_404() {
    let Some(idp) = IdentityProvider::shared() else { return };
    let TwoUsers { server, ada, bob } = TwoUsers::log_in(idp).await;
    let opened = server.client(Era::Session, Some(&ada)).initialize().await;
    let session = opened.session.as_deref().expect("a session");
    let claim = |token: Option<&str>, session: &str| server.client(Era::Session, token).claim_session(session);
    let call = async |token: Option<&str>, session: &str| {
        let client = claim(token, session);
        // The id is the same in every request, so that bodies can be compared.
        client.send(client.call_request(1, "who-am-i", json!({}))).await
    };

    let mut stolen = call(Some(&bob), session).await;
    let mut unknown = call(Some(&bob), "no-such-session").await;
    assert_eq!((stolen.status, stolen.text().await), (404, unknown.text().await), "as if the session were unknown");
    let client = claim(Some(&bob), session);
    let ended = client.send(client.delete_request()).await;
    assert_eq!(ended.status, 404, "{ended:?}");
    assert_eq!(call(None, session).await.status, 401, "a session does not replace a token");

    let response = call(Some(&ada), session).await.last_message().await;
    assert_eq!(response["result"]["structuredContent"]["subject"], "ada", "{response}");
}
