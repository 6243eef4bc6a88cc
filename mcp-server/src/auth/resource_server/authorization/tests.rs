//! What can be described wrongly, and what is published when it is described well.

use serde_json::{Value, json};

use super::*;
use crate::auth::{BearerToken, Principal, TokenError, UrlError, VerifyRequest};

/// A verifier for descriptions in which nothing is verified.
struct Nobody;

impl TokenVerifier for Nobody {
    async fn verify(&self, _: BearerToken<'_>, _: &VerifyRequest<'_>) -> Result<Principal, TokenError> {
        Err(TokenError::Invalid("nobody is known here"))
    }
}

fn good() -> Authorization {
    Authorization::resource("https://mcp.example.com/mcp").verifier("https://idp.example.com", Nobody)
}

fn mistakes(authorization: Authorization) -> Vec<AuthorizationError> {
    authorization.build().map(|_| ()).expect_err("it was built")
}

fn url(place: &'static str, text: &str, mistake: UrlError) -> AuthorizationError {
    AuthorizationError::Url { place, text: text.to_owned(), mistake }
}

#[test]
fn each_mistake_is_found() {
    use AuthorizationError as E;
    let scope = |place, text: &str| E::Scope { place, text: text.to_owned() };
    let resource = |text: &str| Authorization::resource(text).verifier("https://idp.example.com", Nobody);
    let server = |text: &str| Authorization::resource("https://mcp.example.com").verifier(text, Nobody);
    for (authorization, expected) in [
        (resource("http://mcp.example.com"), url("resource", "http://mcp.example.com", UrlError::PlainHttp)),
        (resource("https://h/#a"), url("resource", "https://h/#a", UrlError::Fragment)),
        (resource("https://u:secret@h/"), url("resource", "(not shown)", UrlError::UserInfo)),
        (resource("mcp"), url("resource", "mcp", UrlError::Syntax)),
        (server("http://idp.example.com"), url("server", "http://idp.example.com", UrlError::PlainHttp)),
        (server("https://idp/?a=b"), url("server", "https://idp/?a=b", UrlError::Query)),
        (server("idp"), url("server", "idp", UrlError::Syntax)),
        (Authorization::resource("https://h"), E::NoServer),
        (good().verifier("https://idp.example.com", Nobody), E::DuplicateIssuer("https://idp.example.com".to_owned())),
        (good().required_scopes(["a b"]), scope("required_scopes", "a b")),
        (good().scopes_supported([""]), scope("scopes_supported", "")),
        (good().implies("a", ["b\""]), scope("implies", "b\"")),
        (good().implies("a b", ["c"]), scope("implies", "a b")),
        (good().required_scopes(["offline_access"]), E::OfflineAccess { place: "required_scopes" }),
        (good().scopes_supported(["a", "offline_access"]), E::OfflineAccess { place: "scopes_supported" }),
        (good().also_accept(""), E::EmptyAudience),
        (good().also_accept_shared(""), E::EmptyAudience),
        (good().also_accept("account"), E::SharedAudience("account".to_owned())),
        (good().also_accept("https://idp.example.com"), E::SharedAudience("https://idp.example.com".to_owned())),
        (
            good().also_accept("https://idp.example.com/userinfo"),
            E::SharedAudience("https://idp.example.com/userinfo".to_owned()),
        ),
    ] {
        assert_eq!(mistakes(authorization), [expected]);
    }
}

#[test]
fn what_is_published_is_checked() {
    for (authorization, expected) in [
        (good().resource_documentation("docs"), url("resource_documentation", "docs", UrlError::Syntax)),
        (good().resource_policy_uri("http://h/p"), url("resource_policy_uri", "http://h/p", UrlError::PlainHttp)),
        (good().resource_tos_uri(""), url("resource_tos_uri", "", UrlError::Syntax)),
        (good().jwks_uri("https://h/#k"), url("jwks_uri", "https://h/#k", UrlError::Fragment)),
    ] {
        assert_eq!(mistakes(authorization), [expected]);
    }
}

#[test]
fn all_mistakes_are_reported_together_with_advice() {
    let found = mistakes(
        Authorization::resource("http://mcp.example.com")
            .required_scopes(["offline_access", "a b"])
            .also_accept("account"),
    );
    assert_eq!(found.len(), 5, "{found:?}");
    for (mistake, advice) in
        found.iter().zip(["use https", "`.server(", ".also_accept_shared(", "take it out", "one scope an item"])
    {
        assert!(mistake.to_string().contains(advice), "{mistake}");
    }
}

#[cfg(feature = "auth")]
#[test]
fn mistakes_about_tokens_are_found() {
    use AuthorizationError as E;
    let with = |options: fn(crate::auth::JwtOptions) -> crate::auth::JwtOptions| {
        mistakes(Authorization::resource("https://h").server_with("https://idp", options))
    };
    let issuer = || "https://idp".to_owned();
    let algorithm = |name: &str| E::Algorithm { issuer: issuer(), name: name.to_owned() };
    assert_eq!(with(|jwt| jwt.algorithms([""; 0])), [E::NoAlgorithms { issuer: issuer() }]);
    assert_eq!(with(|jwt| jwt.algorithms(["RS256", "HS256"])), [algorithm("HS256")]);
    assert_eq!(with(|jwt| jwt.algorithms(["none", "rs256"])), [algorithm("none"), algorithm("rs256")]);
    assert_eq!(
        with(|jwt| jwt.leeway(std::time::Duration::from_secs(301))),
        [E::Leeway { issuer: issuer(), seconds: 301 }]
    );
    assert_eq!(
        with(|jwt| jwt.jwks_uri("http://idp/keys")),
        [url("server_with(…).jwks_uri", "http://idp/keys", UrlError::PlainHttp)]
    );
    for mistake in with(|jwt| jwt.algorithms(["HS256"]).leeway(std::time::Duration::MAX)) {
        assert!(mistake.to_string().contains("https://idp"), "{mistake}");
    }
    assert!(Authorization::resource("https://h").server("https://idp").server("https://idp/").build().is_ok());
}

#[test]
fn the_metadata_says_what_was_described_and_nothing_else() {
    let document = |authorization: Authorization| -> Value {
        serde_json::from_slice(&authorization.build().unwrap().metadata().document()).unwrap()
    };
    assert_eq!(
        document(good()),
        json!({
            "resource": "https://mcp.example.com/mcp",
            "authorization_servers": ["https://idp.example.com"],
            "bearer_methods_supported": ["header"],
        })
    );
    let full = good()
        .verifier("https://other.example.com/", Nobody)
        .required_scopes(["mcp:tools"])
        .scopes_supported(["mcp:tools", "mcp:more"])
        .resource_name("Notes \"1\"")
        .resource_documentation("https://mcp.example.com/docs#start")
        .resource_policy_uri("https://mcp.example.com/policy")
        .resource_tos_uri("https://mcp.example.com/tos")
        .jwks_uri("https://mcp.example.com/keys");
    assert_eq!(
        document(full),
        json!({
            "resource": "https://mcp.example.com/mcp",
            "authorization_servers": ["https://idp.example.com", "https://other.example.com/"],
            "jwks_uri": "https://mcp.example.com/keys",
            "scopes_supported": ["mcp:more", "mcp:tools"],
            "bearer_methods_supported": ["header"],
            "resource_name": "Notes \"1\"",
            "resource_documentation": "https://mcp.example.com/docs#start",
            "resource_policy_uri": "https://mcp.example.com/policy",
            "resource_tos_uri": "https://mcp.example.com/tos",
        })
    );
    assert_eq!(document(good().required_scopes(["a"]))["scopes_supported"], json!(["a"]));
    assert_eq!(document(good().required_scopes(["a"]).scopes_supported([""; 0])).get("scopes_supported"), None);
    let as_written = Authorization::resource("https://MCP.example.com/").verifier("https://idp.example.com", Nobody);
    assert_eq!(document(as_written)["resource"], "https://MCP.example.com/");
    assert_eq!(
        good().build().unwrap().metadata().paths(),
        ["/.well-known/oauth-protected-resource/mcp", "/.well-known/oauth-protected-resource"]
    );
}
