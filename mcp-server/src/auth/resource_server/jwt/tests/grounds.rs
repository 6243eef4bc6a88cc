//! Values in the log that decided about a rejected token.

use serde_json::{Value, json};

use super::{
    RESOURCE, Resource, header,
    issuer::{sign, unsigned},
    keys::{RSA, RSA_OTHER},
};
use crate::refusal::{Grounds, RefusalKind};

async fn grounds(resource: &Resource, token: &str) -> Grounds {
    *resource.call(token).await.expect_err("the token was accepted").grounds
}

#[tokio::test]
async fn deciding_values_are_named() {
    let resource = Resource::start(&[RSA.published("a")]).await;
    let url = resource.issuer.url.clone();
    let with = |changes: &Value| resource.token_with(&RSA, "a", changes);
    let claims = resource.claims(&json!({}));
    for (token, kind, expected, seen) in [
        (with(&json!({"iss": "https://evil.example"})), RefusalKind::Issuer, Some(&*url), "https://evil.example"),
        (with(&json!({"iss": "x\nERROR y"})), RefusalKind::Issuer, Some(&*url), "x\\nERROR y"),
        (with(&json!({"aud": ["one", "two"]})), RefusalKind::Audience, Some(RESOURCE), "one, two"),
        (with(&json!({"exp": 1_000})), RefusalKind::ExpiredToken, None, "exp: 1000"),
        (with(&json!({"nbf": 99_999_999_999_u64})), RefusalKind::Token, None, "nbf: 99999999999"),
        (format!("{}.", unsigned(&json!({"alg": "none"}).to_string(), &claims)), RefusalKind::Token, None, "alg: none"),
        (sign(&header(&RSA, "b"), &claims, &RSA), RefusalKind::Token, None, "kid: b"),
        (sign(&header(&RSA, "b\r\nERROR"), &claims, &RSA), RefusalKind::Token, None, "kid: b\\r\\nERROR"),
        (sign(&header(&RSA_OTHER, "a"), &claims, &RSA_OTHER), RefusalKind::Token, None, "kid: a"),
    ] {
        let grounds = grounds(&resource, &token).await;
        assert_eq!(grounds.kind, kind, "{grounds:?}");
        assert!(grounds.seen.as_deref().is_some_and(|shown| shown.contains(seen)), "{seen}: {grounds:?}");
        assert!(expected.is_none() || grounds.expected.as_deref() == expected, "{grounds:?}");
        let signature = token.rsplit('.').next().unwrap();
        assert!(signature.is_empty() || !format!("{grounds:?}").contains(signature), "{grounds:?}");
        assert!(!format!("{grounds:?}").contains("t1"), "the id of the token: {grounds:?}");
    }
}
