//! An authorization server that is unreachable for a while.

use std::time::Duration;

use serde_json::json;
use tests::harness::{Era, retry};

use crate::support::{IdentityProvider, OAuthClient, ProtectedServer};

#[tokio::test]
async fn unreachable_issuer_is_503_until_it_returns() {
    let Some(idp) = IdentityProvider::start() else { return };
    let server = ProtectedServer::trusting(&idp.issuer).await;
    let token = OAuthClient::at(&idp.issuer).await.robot_token("ES256", "mcp:tools", &server.url).await;
    let call = async |era| server.call(era, Some(&token), "who-am-i", json!({})).await;

    idp.go_down();
    for era in Era::BOTH {
        let response = call(era).await;
        assert_eq!(response.status, 503, "{era:?}: {response:?}");
        let challenge = response.header("www-authenticate");
        assert_eq!(challenge, None, "a challenge would make the client discard a valid token");
        let wait: u64 = response.header("retry-after").expect("a delay").parse().expect("seconds");
        assert!((1..=5).contains(&wait), "{wait}");
    }
    assert_eq!(
        server.call(Era::Stateless, None, "who-am-i", json!({})).await.status,
        401,
        "a missing token needs no keys"
    );

    idp.come_up();
    retry(Duration::from_secs(20), async || match call(Era::Stateless).await.status {
        200 => Ok(()),
        status => Err(format!("status {status}")),
    })
    .await;

    idp.go_down();
    for era in Era::BOTH {
        assert_eq!(call(era).await.status, 200, "cached keys outlast an outage");
    }
}
