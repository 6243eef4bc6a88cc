//! Errors of a configuration, and the metadata of a valid one.

use std::error::Error;

use serde_json::{Value, json};

use super::*;
use crate::{
    auth::{
        AuthorizationError, AuthorizationErrorKind as Kind, Credentials, Principal, TokenError, UrlError, VerifyRequest,
    },
    time::Clock,
};

/// A verifier that rejects every token.
struct RejectAll;

impl TokenVerifier for RejectAll {
    async fn verify(&self, _: &Credentials<'_>, _: &VerifyRequest<'_>) -> Result<Principal, TokenError> {
        Err(TokenError::invalid("unknown token"))
    }
}

fn valid() -> Authorization {
    Authorization::resource("https://mcp.example.com/mcp").verifier("https://idp.example.com", RejectAll)
}

fn errors(authorization: Authorization) -> Vec<AuthorizationError> {
    authorization.build(&Clock::system()).map(|_| ()).expect_err("expected errors")
}

/// Kind, setting and reason of an error.
type Summary = (Kind, &'static str, Option<UrlError>);

fn summary(error: &AuthorizationError) -> Summary {
    let reason = error.source().map(|source| *source.downcast_ref::<UrlError>().unwrap());
    (error.kind(), error.setting(), reason)
}

/// Asserts that a configuration has exactly this error, and that its message contains `value`.
fn assert_error(authorization: Authorization, value: &str, expected: Summary) {
    let errors = errors(authorization);
    assert_eq!(errors.iter().map(summary).collect::<Vec<_>>(), [expected], "{value}");
    assert!(errors[0].to_string().contains(value), "{} {value}", errors[0]);
}

#[test]
fn invalid_setting_is_one_error() {
    let resource = |text: &str| Authorization::resource(text).verifier("https://idp.example.com", RejectAll);
    let server = |text: &str| Authorization::resource("https://mcp.example.com").verifier(text, RejectAll);
    let url = |setting, reason| (Kind::InvalidUrl, setting, Some(reason));
    for (authorization, value, expected) in [
        (resource("http://mcp.example.com"), "\"http://mcp.example.com\"", url("resource", UrlError::PlainHttp)),
        (resource("https://h/#a"), "\"https://h/#a\"", url("resource", UrlError::Fragment)),
        (resource("https://u:secret@h/"), "(not shown)", url("resource", UrlError::UserInfo)),
        (resource("https://u:secret@h:99999/"), "(not shown)", url("resource", UrlError::Syntax)),
        (resource("https://u:sec ret@h/"), "(not shown)", url("resource", UrlError::Syntax)),
        (resource("mcp"), "\"mcp\"", url("resource", UrlError::Syntax)),
        (server("http://idp.example.com"), "\"http://idp.example.com\"", url("server", UrlError::PlainHttp)),
        (server("https://idp/?a=b"), "\"https://idp/?a=b\"", url("server", UrlError::Query)),
        (server("idp"), "\"idp\"", url("server", UrlError::Syntax)),
        (Authorization::resource("https://h"), ".server(", (Kind::MissingIssuer, "server", None)),
        (
            valid().verifier("https://idp.example.com", RejectAll),
            "\"https://idp.example.com\"",
            (Kind::DuplicateIssuer, "server", None),
        ),
        (valid().required_scopes(["a b"]), "\"a b\"", (Kind::InvalidScope, "required_scopes", None)),
        (valid().scopes_supported([""]), "\"\"", (Kind::InvalidScope, "scopes_supported", None)),
        (valid().implies("a", ["b\""]), "\"b\\\"\"", (Kind::InvalidScope, "implies", None)),
        (valid().implies("a b", ["c"]), "\"a b\"", (Kind::InvalidScope, "implies", None)),
        (
            valid().required_scopes(["offline_access"]),
            "`required_scopes`",
            (Kind::OfflineAccess, "required_scopes", None),
        ),
        (
            valid().scopes_supported(["a", "offline_access"]),
            "`scopes_supported`",
            (Kind::OfflineAccess, "scopes_supported", None),
        ),
        (valid().also_accept(""), "`also_accept`", (Kind::EmptyAudience, "also_accept", None)),
        (valid().also_accept_shared(""), "`also_accept`", (Kind::EmptyAudience, "also_accept", None)),
        (valid().also_accept("account"), "\"account\"", (Kind::SharedAudience, "also_accept", None)),
        (
            valid().also_accept("https://idp.example.com"),
            "\"https://idp.example.com\"",
            (Kind::SharedAudience, "also_accept", None),
        ),
        (
            valid().also_accept("https://idp.example.com/userinfo"),
            "\"https://idp.example.com/userinfo\"",
            (Kind::SharedAudience, "also_accept", None),
        ),
    ] {
        assert_error(authorization, value, expected);
    }
}

#[test]
fn published_urls_are_checked() {
    for (authorization, value, setting, reason) in [
        (valid().resource_documentation("docs"), "\"docs\"", "resource_documentation", UrlError::Syntax),
        (valid().resource_policy_uri("http://h/p"), "\"http://h/p\"", "resource_policy_uri", UrlError::PlainHttp),
        (valid().resource_tos_uri(""), "\"\"", "resource_tos_uri", UrlError::Syntax),
        (valid().jwks_uri("https://h/#k"), "\"https://h/#k\"", "jwks_uri", UrlError::Fragment),
    ] {
        assert_error(authorization, value, (Kind::InvalidUrl, setting, Some(reason)));
    }
}

#[test]
fn all_errors_are_reported_together_with_advice() {
    let found = errors(
        Authorization::resource("http://mcp.example.com")
            .required_scopes(["offline_access", "a b"])
            .also_accept("account"),
    );
    assert_eq!(found.len(), 5, "{found:?}");
    for (error, advice) in
        found.iter().zip(["expected `https`", "`.server(", ".also_accept_shared(", "remove it", "one string per scope"])
    {
        let text = crate::escape::chain(error);
        assert!(text.contains(advice), "{text}");
    }
}

#[cfg(feature = "auth")]
#[test]
fn invalid_jwt_options_are_errors() {
    let with = |options: fn(JwtOptions) -> JwtOptions| {
        Authorization::resource("https://h").server_with("https://idp", options)
    };
    let algorithm = (Kind::UnsupportedAlgorithm, "JwtOptions::algorithms", None);
    let missing = (Kind::MissingAlgorithm, "JwtOptions::algorithms", None);
    let insecure = (Kind::InvalidUrl, "JwtOptions::jwks_uri", Some(UrlError::PlainHttp));
    assert_error(with(|jwt| jwt.algorithms([""; 0])), "\"https://idp\"", missing);
    assert_error(with(|jwt| jwt.algorithms(["RS256", "HS256"])), "\"HS256\"", algorithm);
    let two = errors(with(|jwt| jwt.algorithms(["none", "rs256"])));
    assert_eq!(two.iter().map(summary).collect::<Vec<_>>(), [algorithm, algorithm]);
    assert!(two[0].to_string().contains("\"none\"") && two[1].to_string().contains("\"rs256\""), "{two:?}");
    let leeway = with(|jwt| jwt.leeway(std::time::Duration::from_secs(301)));
    assert_error(leeway, "301 s", (Kind::InvalidLeeway, "JwtOptions::leeway", None));
    assert_error(with(|jwt| jwt.jwks_uri("http://idp/keys")), "\"http://idp/keys\"", insecure);
    for error in errors(with(|jwt| jwt.algorithms(["HS256"]).leeway(std::time::Duration::MAX))) {
        assert!(error.to_string().contains("https://idp"), "{error}");
    }
    let two_issuers = Authorization::resource("https://h").server("https://idp").server("https://idp/");
    assert!(two_issuers.build(&Clock::system()).is_ok());
}

#[test]
fn metadata_contains_exactly_what_is_configured() {
    let document = |authorization: Authorization| -> Value {
        serde_json::from_slice(&authorization.build(&Clock::system()).unwrap().metadata().document()).unwrap()
    };
    assert_eq!(
        document(valid()),
        json!({
            "resource": "https://mcp.example.com/mcp",
            "authorization_servers": ["https://idp.example.com"],
            "bearer_methods_supported": ["header"],
        })
    );
    let full = valid()
        .verifier("https://other.example.com/", RejectAll)
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
    assert_eq!(document(valid().required_scopes(["a"]))["scopes_supported"], json!(["a"]));
    assert_eq!(document(valid().required_scopes(["a"]).scopes_supported([""; 0])).get("scopes_supported"), None);
    let as_written = Authorization::resource("https://MCP.example.com/").verifier("https://idp.example.com", RejectAll);
    assert_eq!(document(as_written)["resource"], "https://MCP.example.com/");
    assert_eq!(
        valid().build(&Clock::system()).unwrap().metadata().paths(),
        ["/.well-known/oauth-protected-resource/mcp", "/.well-known/oauth-protected-resource"]
    );
}
