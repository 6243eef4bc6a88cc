//! A client of an authorization server: robots get tokens with their secret, people by logging in with a browser.

use reqwest::Client;
use serde_json::Value;
use url::{Url, form_urlencoded};

use super::{Answer, browser::Browser, http_client};

const REDIRECT: &str = "http://127.0.0.1/callback";
const STATE: &str = "what the client sent along";
/// The pair of RFC 7636, appendix B, so that nothing need be hashed here.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// A client that has read the metadata of one authorization server.
pub(crate) struct OAuthClient {
    http: Client,
    metadata: Value,
}

/// What a person's login yields. Empty where the server gave none.
pub(crate) struct Tokens {
    pub(crate) access: String,
    pub(crate) id: String,
    pub(crate) refresh: String,
}

impl OAuthClient {
    /// Reads the metadata where RFC 8414 has it: the well-known part stands before the path of the issuer.
    pub(crate) async fn at(issuer: &str) -> Self {
        let http = http_client();
        let mut place = Url::parse(issuer).expect("an issuer is a URL");
        let path = place.path().trim_end_matches('/').to_owned();
        place.set_path(&format!("/.well-known/oauth-authorization-server{path}"));
        let metadata = Answer::to(http.get(place.as_str())).await.json();
        assert_eq!(metadata["issuer"], issuer, "whose metadata is this?");
        Self { http, metadata }
    }

    /// A token for `resource` for the robot that gets this kind of token; see `authorization-server.mjs`.
    pub(crate) async fn robot_token(&self, kind: &str, scope: &str, resource: &str) -> String {
        let answer = self
            .ask_for_token(&[
                ("grant_type", "client_credentials"),
                ("client_id", &format!("robot-{kind}")),
                ("client_secret", "a-secret-that-is-long-enough-for-the-server"),
                ("scope", scope),
                ("resource", resource),
            ])
            .await;
        text(&answer, "access_token")
    }

    /// Logs a person in with the client `playground`: authorization code with PKCE, for `resource`.
    pub(crate) async fn log_in(&self, person: &str, scope: &str, resource: &str) -> Tokens {
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
        let end = Browser::of(person).open(url, REDIRECT).await;
        let parameter = |name| end.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
        let code = parameter("code").unwrap_or_else(|| panic!("{person} is sent back without a code: {end}"));
        assert_eq!(parameter("state").as_deref(), Some(STATE));
        assert_eq!(parameter("iss").as_deref(), self.metadata["issuer"].as_str(), "RFC 9207");

        let answer = self
            .ask_for_token(&[
                ("grant_type", "authorization_code"),
                ("client_id", "playground"),
                ("code", &code),
                ("redirect_uri", REDIRECT),
                ("code_verifier", VERIFIER),
                ("resource", resource),
            ])
            .await;
        let optional = |name: &str| answer[name].as_str().unwrap_or_default().to_owned();
        Tokens { access: text(&answer, "access_token"), id: optional("id_token"), refresh: optional("refresh_token") }
    }

    async fn ask_for_token(&self, fields: &[(&str, &str)]) -> Value {
        let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = self
            .http
            .post(text(&self.metadata, "token_endpoint"))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(form);
        Answer::to(request).await.json()
    }
}

fn text(object: &Value, member: &str) -> String {
    object[member].as_str().unwrap_or_else(|| panic!("no {member} in {object}")).to_owned()
}
