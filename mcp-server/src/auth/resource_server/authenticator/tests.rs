//! Requests and their responses, with custom verifiers instead of an issuer.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use http::header::AUTHORIZATION;
use parking_lot::Mutex;

use super::*;
use crate::auth::{Authorization, TokenVerifier};

const RESOURCE: &str = "https://mcp.example.com/mcp";
const ISSUER: &str = "https://keys.example.com";

/// A verifier that calls a function of the test with the token.
struct VerifyWith<F>(F);

impl<F> TokenVerifier for VerifyWith<F>
where
    F: Fn(&str) -> Result<Principal, TokenError> + Send + Sync + 'static,
{
    async fn verify(&self, credentials: &Credentials<'_>, _: &VerifyRequest<'_>) -> Result<Principal, TokenError> {
        (self.0)(credentials.expose_token())
    }
}

fn ada(issuer: &str) -> crate::auth::PrincipalBuilder {
    Principal::builder(issuer, "ada").audience([RESOURCE]).scopes(["mcp:tools"])
}

fn resource(verify: impl Fn(&str) -> Result<Principal, TokenError> + Send + Sync + 'static) -> Authorization {
    Authorization::resource(RESOURCE).verifier(ISSUER, VerifyWith(verify))
}

async fn request(
    authenticator: &Authenticator,
    target: &str,
    values: &[&str],
) -> Result<Option<Principal>, AuthRejection> {
    let mut headers = HeaderMap::new();
    for value in values {
        headers.append(AUTHORIZATION, value.parse().unwrap());
    }
    authenticator.authenticate(&Method::POST, &target.parse().unwrap(), &headers).await
}

async fn status(authenticator: &Authenticator, values: &[&str]) -> u16 {
    request(authenticator, "/mcp", values).await.map_or_else(|rejection| rejection.status.as_u16(), |_| 200)
}

#[tokio::test]
async fn credentials_determine_the_status_a01_to_a09() {
    let authenticator =
        resource(|_| Ok(ada(ISSUER).build())).required_scopes(["mcp:tools"]).build(&Clock::system()).unwrap();
    let long = format!("Bearer {}", "a".repeat(16 * 1024 + 1));
    for (target, values, expected, error) in [
        ("/mcp", &["Bearer good"][..], 200, ""),
        ("/mcp", &["bEARER good"], 200, ""),
        ("/mcp", &[], 401, "unauthorized"),
        ("/mcp", &["Basic dTpw"], 401, "unauthorized"),
        ("/mcp", &["DPoP good"], 401, "unauthorized"),
        ("/mcp", &["DPoP a b"], 401, "unauthorized"),
        ("/mcp", &["Bearer a b"], 400, "invalid_request"),
        ("/mcp", &["Bearer"], 400, "invalid_request"),
        ("/mcp", &["Bearer good", "Bearer good"], 400, "invalid_request"),
        ("/mcp", &[&long], 400, "invalid_request"),
        ("/mcp?access_token=good", &[], 400, "invalid_request"),
        ("/mcp?access_token=good", &["Bearer good"], 400, "invalid_request"),
    ] {
        match request(&authenticator, target, values).await {
            Ok(principal) => assert!(principal.is_some() && expected == 200, "{target} {values:?}"),
            Err(rejection) => {
                assert_eq!((rejection.status.as_u16(), rejection.error), (expected, error), "{target} {values:?}");
                let challenge = rejection.www_authenticate.unwrap();
                let challenge = challenge.to_str().unwrap();
                assert!(challenge.starts_with("Bearer ") && challenge.contains("resource_metadata=\"https://"));
                assert!(challenge.contains("scope=\"mcp:tools\""), "{challenge}");
                assert_eq!(challenge.contains("error="), expected == 400, "{challenge}");
            }
        }
    }
}

#[tokio::test]
async fn only_request_without_credentials_is_anonymous() {
    let authenticator =
        resource(|_| Err(TokenError::invalid("no"))).anonymous(Anonymous::PublicOnly).build(&Clock::system()).unwrap();
    assert!(request(&authenticator, "/mcp", &[]).await.unwrap().is_none());
    assert!(request(&authenticator, "/mcp", &["Basic dTpw"]).await.unwrap().is_none());
    assert!(request(&authenticator, "/mcp", &["DPoP good"]).await.unwrap().is_none());
    assert_eq!(status(&authenticator, &["Bearer bad"]).await, 401);
    assert_eq!(status(&authenticator, &["Bearer"]).await, 400);
}

#[tokio::test]
async fn checks_that_a_verifier_omits_are_made() {
    let clock = Clock::manual(SystemTime::now());
    let now = clock.unix_seconds();
    let at = |seconds: u64| UNIX_EPOCH + Duration::from_secs(seconds);
    for (principal, expected) in [
        (ada(ISSUER), 200),
        (ada(ISSUER).expires_at(at(now + 60)), 200),
        (ada(ISSUER).expires_at(at(now - 10)), 200),
        (ada(ISSUER).expires_at(at(now - 31)), 401),
        (ada(ISSUER).audience([""; 0]), 401),
        (ada(ISSUER).audience(["https://other.example.com"]), 401),
        (ada(ISSUER).audience(["https://mcp.example.com/mcp/admin"]), 401),
        (ada("https://other.example.com"), 401),
        (ada(ISSUER).scopes(["other"]), 403),
        (ada(ISSUER).scopes(["mcp:admin"]), 200),
    ] {
        let text = format!("{principal:?}");
        let principal = principal.build();
        let authenticator = resource(move |_| Ok(principal.clone()))
            .required_scopes(["mcp:tools"])
            .implies("mcp:admin", ["mcp:tools"])
            .build(&clock)
            .unwrap();
        assert_eq!(status(&authenticator, &["Bearer t"]).await, expected, "{text}");
    }
}

#[tokio::test]
async fn principal_expires_as_time_passes() {
    let clock = Clock::manual(SystemTime::now());
    let end = UNIX_EPOCH + Duration::from_secs(clock.unix_seconds() + 60);
    let verify = move |_: &str| Ok(ada(ISSUER).expires_at(end).build());
    let authenticator = resource(verify).build(&clock).unwrap();
    assert_eq!(status(&authenticator, &["Bearer t"]).await, 200);
    clock.advance(Duration::from_mins(1));
    assert_eq!(status(&authenticator, &["Bearer t"]).await, 200, "within the leeway");
    clock.advance(Duration::from_secs(31));
    assert_eq!(status(&authenticator, &["Bearer t"]).await, 401);
}

#[tokio::test]
async fn additional_audiences_are_accepted_when_configured() {
    let build = |with: fn(Authorization) -> Authorization, audience: &'static str| {
        with(resource(move |_| Ok(ada(ISSUER).audience([audience]).build()))).build(&Clock::system()).unwrap()
    };
    for (with, audience, expected) in [
        (std::convert::identity as fn(Authorization) -> Authorization, "https://mcp.example.com/mcp/", 200),
        (|it| it.exact_audience(), "https://mcp.example.com/mcp/", 401),
        (|it| it.exact_audience(), RESOURCE, 200),
        (std::convert::identity, "api://notes", 401),
        (|it| it.also_accept("api://notes"), "api://notes", 200),
        (|it| it.also_accept("api://notes"), "api://notes2", 401),
        (|it| it.also_accept_shared("account"), "account", 200),
        (std::convert::identity, "account", 401),
    ] {
        assert_eq!(status(&build(with, audience), &["Bearer t"]).await, expected, "{audience}");
    }
}

#[tokio::test]
async fn verifier_error_becomes_a_rejection() {
    let authenticator = resource(|token| {
        Err(match token {
            "invalid" => TokenError::invalid("unknown token"),
            "forbidden" => TokenError::forbidden("not welcome"),
            "unavailable" => TokenError::unavailable(Duration::from_secs(9)),
            _ => TokenError::internal("database password wrong"),
        })
    })
    .build(&Clock::system())
    .unwrap();
    for (token, expected, error, challenged) in [
        ("invalid", 401, "invalid_token", true),
        ("forbidden", 403, "access_denied", false),
        ("unavailable", 503, "temporarily_unavailable", false),
        ("internal", 500, "server_error", false),
    ] {
        let rejection = request(&authenticator, "/mcp", &[&format!("Bearer {token}")]).await.unwrap_err();
        assert_eq!((rejection.status.as_u16(), rejection.error), (expected, error));
        assert_eq!(rejection.www_authenticate.is_some(), challenged);
        assert!(!format!("{rejection:?}").contains("password"));
    }
}

#[tokio::test]
async fn token_goes_to_the_verifier_of_its_issuer() {
    let asked = Arc::new(Mutex::new(Vec::new()));
    let verifier = |issuer: &'static str, known: &'static str| {
        let asked = Arc::clone(&asked);
        VerifyWith(move |token: &str| {
            asked.lock().push(issuer);
            if token == known { Ok(ada(issuer).build()) } else { Err(TokenError::invalid("unknown token")) }
        })
    };
    let authenticator = Authorization::resource(RESOURCE)
        .verifier("https://one", verifier("https://one", "one"))
        .verifier("https://two", verifier("https://two", "two"))
        .build(&Clock::system())
        .unwrap();
    let claims = |claims: &str| format!("e30.{}.x", URL_SAFE_NO_PAD.encode(claims));
    for (token, expected) in [
        ("one".to_owned(), vec!["https://one"]),
        ("two".to_owned(), vec!["https://one", "https://two"]),
        ("three".to_owned(), vec!["https://one", "https://two"]),
        (claims(r#"{"iss":"https://two"}"#), vec!["https://two"]),
        (claims(r#"{"iss":"https://two/"}"#), vec![]),
        (claims(r#"{"iss":["https://two"]}"#), vec![]),
        (claims(r#"{"iss":"https://evil"}"#), vec![]),
    ] {
        asked.lock().clear();
        let _ = status(&authenticator, &[&format!("Bearer {token}")]).await;
        assert_eq!(*asked.lock(), expected, "{token}");
    }
}

#[test]
fn challenge_names_needed_and_optionally_held_scopes() {
    let build = |scopes| {
        let base = resource(|_| Err(TokenError::invalid("no"))).required_scopes(["base"]);
        base.challenge_scopes(scopes).build(&Clock::system()).unwrap()
    };
    let caller = ada(ISSUER).scopes(["held"]).build();
    let needed = ScopeSet::parse("needed");
    for (scopes, expected) in [
        (ChallengeScopes::Required, "scope=\"base needed\""),
        (ChallengeScopes::RequiredPlusGranted, "scope=\"base held needed\""),
    ] {
        let rejection = build(scopes).insufficient_scope(&needed, Some(&caller));
        assert!(rejection.www_authenticate.unwrap().to_str().unwrap().ends_with(expected));
    }
    let login = build(ChallengeScopes::Required).login_required(&needed);
    assert!(login.www_authenticate.unwrap().to_str().unwrap().ends_with("scope=\"base needed\""));
}

#[tokio::test]
async fn logs_and_debug_texts_contain_no_token_a51() {
    let authenticator = resource(|token| match token {
        "top-secret-1" => Err(TokenError::invalid("no")),
        "top-secret-2" => Err(TokenError::internal("broken")),
        "top-secret-3" => Ok(ada(ISSUER).audience(["https://foreign.example.com"]).build()),
        _ => Ok(ada("https://other.example.com").build()),
    })
    .build(&Clock::system())
    .unwrap();
    let log = reject_secrets(&authenticator).await;
    assert!(!log.contains("secret"), "{log}");
    // The operator sees the expected and the received audience.
    assert!(log.contains("https://foreign.example.com") && log.contains(RESOURCE), "{log}");
    assert!(!format!("{:?} {authenticator:?}", Credentials::bearer("secret")).contains("secret"));
}

/// Returns everything that the log shows of the rejections.
async fn reject_secrets(authenticator: &Authenticator) -> String {
    let tokens = ["top-secret-1", "top-secret-2", "top-secret-3", "top-secret-4", "top secret-5"];
    let mut log = Vec::new();
    for token in tokens {
        let rejection = request(authenticator, "/mcp?x=1", &[&format!("Bearer {token}")]).await.unwrap_err();
        assert!(!format!("{rejection:?}").contains("secret"), "{rejection:?}");
        log.push(format!("{:?}", rejection.grounds));
    }
    log.join("\n")
}
