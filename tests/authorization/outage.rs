//! An authorization server that cannot be reached.

use std::time::Duration;

use serde_json::json;

use crate::support::{Era, IdentityProvider, McpClient, OAuthClient, ProtectedServer, eventually};

#[tokio::test]
async fn a_server_that_starts_first_asks_for_patience_and_recovers() {
    let Some(idp) = IdentityProvider::start() else { return };
    let server = ProtectedServer::trusting(&idp.issuer).await;
    let mcp = McpClient::of(&server.url);
    let token = OAuthClient::at(&idp.issuer).await.robot_token("ES256", "mcp:tools", &server.url).await;
    let call = async |era| mcp.call(era, Some(&token), "who-am-i", json!({})).await;

    idp.go_down();
    for era in Era::BOTH {
        let answer = call(era).await;
        assert_eq!(answer.status, 503, "{era:?}: {answer:?}");
        assert_eq!(answer.header("www-authenticate"), "", "a challenge would have the client throw away a good token");
        let wait: u64 = answer.header("retry-after").parse().expect("seconds");
        assert!((1..=5).contains(&wait), "{wait}");
    }
    assert_eq!(mcp.call(Era::Stateless, None, "who-am-i", json!({})).await.status, 401, "that needs no keys");

    idp.come_up();
    eventually(Duration::from_secs(20), async || match call(Era::Stateless).await.status {
        200 => Ok(()),
        status => Err(format!("status {status}")),
    })
    .await;

    idp.go_down();
    for era in Era::BOTH {
        assert_eq!(call(era).await.status, 200, "keys that were loaded outlast an outage");
    }
}
