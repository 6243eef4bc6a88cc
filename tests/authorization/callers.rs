//! Two people at one server: what one has or may is not the other's.

use serde_json::json;

use crate::support::{Answer, Era, IdentityProvider, McpClient, OAuthClient, ProtectedServer};

/// A server, and the tokens of ada, an editor, and of bob, who is none.
struct Two {
    mcp: McpClient,
    ada: String,
    bob: String,
}

impl Two {
    async fn at(idp: &IdentityProvider) -> Self {
        let server = ProtectedServer::trusting(&idp.issuer).await;
        let oauth = OAuthClient::at(&idp.issuer).await;
        Self {
            mcp: McpClient::of(&server.url),
            ada: oauth.log_in("ada", "mcp:tools", &server.url).await.access,
            bob: oauth.log_in("bob", "mcp:tools", &server.url).await.access,
        }
    }
}

#[tokio::test]
async fn a_tool_for_a_role_is_neither_listed_nor_admitted_to_exist_for_others() {
    let Some(idp) = IdentityProvider::shared() else { return };
    let Two { mcp, ada, bob } = Two::at(idp).await;
    for era in Era::BOTH {
        assert_eq!(mcp.tools(era, &ada).await, ["who-am-i", "publish-note", "archive-note"], "{era:?}");
        assert_eq!(mcp.tools(era, &bob).await, ["who-am-i", "publish-note"], "{era:?}");

        let archived = mcp.call(era, Some(&ada), "archive-note", json!({})).await;
        assert_eq!(archived.json()["result"]["content"][0]["text"], "archived by ada");
        let hidden = mcp.call(era, Some(&bob), "archive-note", json!({})).await;
        let unknown = mcp.call(era, Some(&bob), "no-such-tool", json!({})).await;
        assert_eq!(hidden.status, unknown.status);
        assert_eq!(hidden.body.replace("archive-note", "no-such-tool"), unknown.body, "no difference to probe for");
    }
}

#[tokio::test]
async fn a_session_serves_only_the_principal_that_opened_it() {
    let Some(idp) = IdentityProvider::shared() else { return };
    let Two { mcp, ada, bob } = Two::at(idp).await;
    let opened = mcp.open_session(Some(&ada)).await;
    let session = opened.header("mcp-session-id");
    let call = async |token| mcp.in_session(session, token, "tools/call", json!({"name": "who-am-i"})).await;

    let stolen = call(Some(bob.as_str())).await;
    let gone = mcp.in_session("no-such-session", Some(&bob), "tools/call", json!({"name": "who-am-i"})).await;
    assert_eq!((stolen.status, stolen.body), (404, gone.body), "as if there were no such session");
    let ended = Answer::to(mcp.http.delete(&mcp.url).header("mcp-session-id", session).bearer_auth(&bob)).await;
    assert_eq!(ended.status, 404, "nor can it be ended: {ended:?}");
    assert_eq!(call(None).await.status, 401, "a session is no token");

    let answer = call(Some(ada.as_str())).await;
    assert_eq!(answer.json()["result"]["structuredContent"]["subject"], "ada", "{answer:?}");
}
