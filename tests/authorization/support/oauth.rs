//! A client of an authorization server, for robots with a secret and users at a browser.

use serde_json::Value;
use tests::harness::{Request, fetch};
use url::{Url, form_urlencoded};

use super::browser::Browser;

const REDIRECT: &str = "http://127.0.0.1/callback";
const STATE: &str = "state of the client";
/// Pair of RFC 7636, appendix B, which saves hashing.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// A client that knows the metadata of one authorization server.
pub(crate) struct OAuthClient {
    metadata: Value,
}

/// Tokens of a login. A missing token is empty.
pub(crate) struct Tokens {
    pub(crate) access: String,
    pub(crate) id: String,
    pub(crate) refresh: String,
}

impl OAuthClient {
    /// Reads the metadata at the URL of RFC 8414, which inserts the well-known part before the path
    /// of the issuer.
    pub(crate) async fn at(issuer: &str) -> Self {
        let mut place = Url::parse(issuer).expect("an issuer is a URL");
        let path = place.path().trim_end_matches('/').to_owned();
        place.set_path(&format!("/.well-known/oauth-authorization-server{path}"));
        let metadata = fetch(place.as_str(), Request::new("GET")).await.document().await;
        assert_eq!(metadata["issuer"], issuer, "metadata of another issuer");
        Self { metadata }
    }

    /// Requests a token for `resource`, as the robot that gets this kind of token (see
    /// `authorization-server.mjs`).
    pub(crate) async fn robot_token(&self, kind: &str, scope: &str, resource: &str) -> String {
        let response = self
            .request_token(&[
                ("grant_type", "client_credentials"),
                ("client_id", &format!("robot-{kind}")),
                ("client_secret", "a-secret-that-is-long-enough-for-the-server"),
                ("scope", scope),
                ("resource", resource),
            ])
            .await;
        text(&response, "access_token")
    }

    /// Logs a user in with the client `playground`: authorization code with PKCE, for `resource`.
    pub(crate) async fn log_in(&self, user: &str, scope: &str, resource: &str) -> Tokens {
        let mut url = Url::parse(&text(&self.metadata, "authorization_endpoint")).expect("a URL");
        url.query_pairs_mut().extend_pairs([
            ("response_type", "code"),
            ("client_id", "playground"),
            ("redirect_uri", REDIRECT),
            ("scope", scope),
            ("state", STATE),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
            ("resource", resource),
        ]);
        let end = Browser::of(user).open(url, REDIRECT).await;
        let parameter = |name| end.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
        let code = parameter("code").unwrap_or_else(|| panic!("the redirect of {user} has no code: {end}"));
        assert_eq!(parameter("state").as_deref(), Some(STATE));
        assert_eq!(parameter("iss").as_deref(), self.metadata["issuer"].as_str(), "RFC 9207");

        let response = self
            .request_token(&[
                ("grant_type", "authorization_code"),
                ("client_id", "playground"),
                ("code", &code),
                ("redirect_uri", REDIRECT),
                ("code_verifier", VERIFIER),
                ("resource", resource),
            ])
            .await;
        let optional = |name: &str| response[name].as_str().unwrap_or_default().to_owned();
        Tokens { access: text(&response, "access_token"), id: optional("id_token"), refresh: optional("refresh_token") }
    }

    async fn request_token(&self, fields: &[(&str, &str)]) -> Value {
        let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        fetch(&text(&self.metadata, "token_endpoint"), Request::form(form)).await.document().await
    }
}

fn text(object: &Value, member: &str) -> String {
    object[member].as_str().unwrap_or_else(|| panic!("no {member} in {object}")).to_owned()
}
