//! Tokens with forged or manipulated signatures (A10 to A18, A24 to A26, A48).

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, EncodingKey};
use serde_json::{Value, json};

use super::{
    Resource, call, change, claims, header,
    issuer::{Issuer, sign, sign_with, unsigned},
    keys::{ED25519, P256, P384, RSA, RSA_OTHER, RSA_PUBLIC_PEM},
};
use crate::{
    auth::{Authorization, TokenType},
    time::Clock,
};

const ALGORITHM: &str = "unsupported `alg`";
const UNKNOWN_KEY: &str = "unknown signing key";
const SIGNATURE: &str = "invalid signature";

/// Returns the header of a valid token with changes.
fn changed(changes: &Value) -> String {
    let mut header = serde_json::from_str(&header(&RSA, "a")).unwrap();
    change(&mut header, changes);
    header.to_string()
}

#[tokio::test]
async fn unsigned_token_is_rejected_a10() {
    let resource = Resource::start(&[RSA.published("a")]).await;
    let good = resource.token(&RSA, "a");
    let claims = resource.claims(&json!({}));
    for algorithm in ["none", "None", "nOnE", "NONE", ""] {
        let message = unsigned(&json!({ "alg": algorithm }).to_string(), &claims);
        assert_eq!(resource.rejection_reason(&format!("{message}.")).await, ALGORITHM, "{algorithm}");
    }
    let (message, signature) = good.rsplit_once('.').unwrap();
    assert_eq!(resource.rejection_reason(&format!("{message}.")).await, SIGNATURE);
    for shape in [
        message.to_owned(),
        signature.to_owned(),
        format!("{good}.{signature}"),
        format!("{good}.a.b"),
        format!(".{good}"),
        "..".to_owned(),
        "...".to_owned(),
        format!("{good}="),
        "opaque".to_owned(),
    ] {
        resource.rejection_reason(&shape).await;
    }
    let encrypted = format!("{good}.a.b");
    assert_eq!(resource.rejection_reason(&encrypted).await, "invalid token: expected a signed JWT");
    assert_eq!(resource.status(&format!("{message}=.{signature}")).await, 400, "not a bearer token by its characters");
    // The unchanged token is accepted, so each change was the reason.
    assert_eq!(resource.status(&good).await, 200);
}

#[tokio::test]
async fn public_key_as_hmac_secret_is_rejected_a11_a12() {
    let symmetric = json!({ "kty": "oct", "kid": "s", "k": URL_SAFE_NO_PAD.encode("secret"), "alg": "HS256" });
    let resource = Resource::start(&[RSA.published("a"), symmetric]).await;
    let claims = resource.claims(&json!({}));
    let modulus = RSA.published("a")["n"].as_str().unwrap().to_owned();
    let secrets =
        [RSA_PUBLIC_PEM.to_owned(), format!("{RSA_PUBLIC_PEM}\n"), modulus, "secret".to_owned(), String::new()];
    for secret in secrets {
        for (name, algorithm) in [("HS256", Algorithm::HS256), ("HS512", Algorithm::HS512)] {
            for id in ["a", "s"] {
                let header = json!({ "alg": name, "kid": id }).to_string();
                let token = sign_with(&header, &claims, &EncodingKey::from_secret(secret.as_bytes()), algorithm);
                assert_eq!(resource.rejection_reason(&token).await, ALGORITHM);
            }
        }
    }
    // The symmetric key is not used with an accepted algorithm either.
    let header = json!({ "alg": "RS256", "kid": "s" }).to_string();
    assert_eq!(resource.rejection_reason(&sign(&header, &claims, &RSA)).await, UNKNOWN_KEY);
}

#[tokio::test]
async fn key_is_used_only_for_its_purpose_a13_a14() {
    let operations = |operations: Value| json!({ "use": null, "key_ops": operations });
    for (key, published, expected) in [
        (RSA, P256.published("a"), Err(UNKNOWN_KEY)),
        (P256, RSA.published("a"), Err(UNKNOWN_KEY)),
        (P256, P384.published("a"), Err(UNKNOWN_KEY)),
        (P384, P256.published("a"), Err(UNKNOWN_KEY)),
        (ED25519, P256.published("a"), Err(UNKNOWN_KEY)),
        (RSA, RSA.published_with("a", &json!({ "alg": "RS256" })), Ok(())),
        (RSA, RSA.published_with("a", &json!({ "alg": "RS512" })), Err(UNKNOWN_KEY)),
        (RSA, RSA.published_with("a", &json!({ "alg": "RSA-OAEP" })), Err(UNKNOWN_KEY)),
        (RSA, RSA.published_with("a", &json!({ "alg": "HS256" })), Err(UNKNOWN_KEY)),
        (P384, P384.published_with("a", &json!({ "alg": "ES256" })), Err(UNKNOWN_KEY)),
        (ED25519, ED25519.published_with("a", &json!({ "alg": "Ed25519" })), Ok(())),
        (RSA, RSA.published_with("a", &json!({ "use": "enc" })), Err(UNKNOWN_KEY)),
        (RSA, RSA.published_with("a", &json!({ "use": null })), Ok(())),
        (RSA, RSA.published_with("a", &operations(json!(["sign"]))), Err(UNKNOWN_KEY)),
        (RSA, RSA.published_with("a", &operations(json!([]))), Err(UNKNOWN_KEY)),
        (RSA, RSA.published_with("a", &operations(json!(["verify"]))), Ok(())),
        (RSA, RSA.published_with("a", &json!({ "kid": "b" })), Err(UNKNOWN_KEY)),
        (RSA, RSA.published_with("a", &json!({ "kid": "A" })), Err(UNKNOWN_KEY)),
    ] {
        // A second, usable key lets the set be loaded even if the first is unusable.
        let resource = Resource::start(&[published.clone(), RSA_OTHER.published("other")]).await;
        let token = resource.token(&key, "a");
        match expected {
            Ok(()) => assert_eq!(resource.status(&token).await, 200, "{published}"),
            Err(reason) => assert_eq!(resource.rejection_reason(&token).await, reason, "{published}"),
        }
    }
}

#[tokio::test]
async fn only_listed_algorithms_are_accepted_a13() {
    let resource = Resource::start_with(&[RSA.published("a")], |jwt| jwt.algorithms(["RS256"])).await;
    assert_eq!(resource.status(&resource.token(&RSA, "a")).await, 200);
    let header = changed(&json!({ "alg": "PS256" }));
    let token = sign_with(&header, &resource.claims(&json!({})), &RSA.private(), Algorithm::PS256);
    assert_eq!(resource.rejection_reason(&token).await, ALGORITHM);
    // The signature is of one algorithm, the header names another.
    let resource = Resource::start(&[RSA.published("a")]).await;
    let token = sign_with(&header, &resource.claims(&json!({})), &RSA.private(), Algorithm::RS256);
    assert_eq!(resource.rejection_reason(&token).await, SIGNATURE);
}

#[tokio::test]
async fn hostile_key_id_is_only_compared_a15_a48() {
    let resource = Resource::start(&[RSA.published("a")]).await;
    let claims = resource.claims(&json!({}));
    for id in
        ["", "b", "a ", "' OR 1=1 --", "../../etc/passwd", "a\0", "a\r\nX-Injected: 1", "a\"b", &"k".repeat(10_000)]
    {
        let rejection = resource.call(&sign(&changed(&json!({ "kid": id })), &claims, &RSA)).await.unwrap_err();
        assert_eq!(rejection.description, UNKNOWN_KEY);
        let challenge = rejection.www_authenticate.unwrap();
        let challenge = challenge.to_str().unwrap();
        assert_eq!(
            challenge,
            "Bearer error=\"invalid_token\", error_description=\"unknown signing key\", \
             resource_metadata=\"https://mcp.example.com/.well-known/oauth-protected-resource/mcp\""
        );
    }
    for id in [json!(1), json!(["a"]), json!({}), json!(true)] {
        let token = sign(&changed(&json!({ "kid": id })), &claims, &RSA);
        assert_eq!(resource.rejection_reason(&token).await, "invalid `kid`: expected a string");
    }
}

#[tokio::test]
async fn token_cannot_name_the_address_of_its_key_a16() {
    let resource = Resource::start(&[RSA.published("a")]).await;
    let trap = Issuer::start(&[RSA_OTHER.published("evil")]).await;
    let place = format!("{}/keys", trap.url);
    for changes in [
        json!({ "kid": "evil", "jku": place }),
        json!({ "kid": "evil", "x5u": place }),
        json!({ "kid": "evil", "jwk": RSA_OTHER.published("evil") }),
        json!({ "kid": null, "jwk": RSA_OTHER.published("evil") }),
        json!({ "kid": "a", "jwk": RSA_OTHER.published("a"), "x5c": ["MIIB"] }),
    ] {
        resource.rejection_reason(&sign(&changed(&changes), &resource.claims(&json!({})), &RSA_OTHER)).await;
    }
    assert_eq!(trap.requested(), Vec::<String>::new());
}

#[tokio::test]
async fn critical_extension_is_rejected_a17() {
    let resource = Resource::start(&[RSA.published("a")]).await;
    for changes in [json!({ "crit": ["exp"] }), json!({ "crit": ["b64"], "b64": false }), json!({ "crit": [] })] {
        let token = sign(&changed(&changes), &resource.claims(&json!({})), &RSA);
        assert_eq!(resource.rejection_reason(&token).await, "unsupported `crit`: no extensions are known");
    }
}

#[tokio::test]
async fn duplicate_member_is_rejected_a18() {
    let resource = Resource::start(&[RSA.published("a")]).await;
    let header = header(&RSA, "a");
    let claims = resource.claims(&json!({}));
    let twice = |text: &str, more: &str| format!("{},{more}}}", text.strip_suffix('}').unwrap());
    for token in [
        sign(&twice(&header, "\"alg\":\"RS256\""), &claims, &RSA),
        sign(&twice(&header, "\"k\\u0069d\":\"a\""), &claims, &RSA),
        sign(&header, &twice(&claims, "\"aud\":\"https://mcp.example.com/mcp\""), &RSA),
        sign(&header, &twice(&claims, "\"x\":1,\"x\":2"), &RSA),
    ] {
        assert!(resource.rejection_reason(&token).await.starts_with("invalid token "));
    }
    assert_eq!(resource.status(&sign(&twice(&header, "\"x\":1"), &twice(&claims, "\"x\":1"), &RSA)).await, 200);
}

#[tokio::test]
async fn issuer_cannot_issue_tokens_of_another_a24_a25() {
    // Both publish a key under the same id.
    let one = Issuer::start(&[RSA.published("a")]).await;
    let other = Issuer::start(&[RSA_OTHER.published("a")]).await;
    let stranger = Issuer::start(&[P256.published("a")]).await;
    let clock = Clock::system();
    let authenticator =
        Authorization::resource(super::RESOURCE).server(&one.url).server(&other.url).build(&clock).unwrap();
    assert_eq!(authenticator.issuers().collect::<Vec<_>>(), [&one.url, &other.url]);
    for (issuer, key, expected) in [
        (&one, RSA, Ok(())),
        (&other, RSA_OTHER, Ok(())),
        (&one, RSA_OTHER, Err(SIGNATURE)),
        (&other, RSA, Err(SIGNATURE)),
        (&stranger, P256, Err("unknown issuer")),
    ] {
        let token = sign(&header(&key, "a"), &claims(&issuer.url, clock.unix_seconds(), &json!({})), &key);
        let result = call(&authenticator, &token).await;
        assert_eq!(result.as_ref().map_err(|rejection| &*rejection.description).map(|_| ()), expected);
        if let Ok(principal) = result {
            assert_eq!(principal.issuer(), issuer.url);
        }
    }
    assert_eq!(stranger.requested(), Vec::<String>::new());
    let opaque = call(&authenticator, "opaque").await.unwrap_err();
    assert_eq!(opaque.description, "missing `iss`");
}

#[tokio::test]
async fn manipulated_token_is_rejected_a26() {
    let resource = Resource::start(&[RSA.published("a"), P256.published("p")]).await;
    let good = resource.token(&RSA, "a");
    let other = resource.token_with(&RSA, "a", &json!({ "sub": "eve" }));
    let parts = |token: &str| token.split('.').map(str::to_owned).collect::<Vec<_>>();
    let (good_parts, other_parts) = (parts(&good), parts(&other));
    let swapped = format!("{}.{}.{}", good_parts[0], good_parts[1], other_parts[2]);
    assert_eq!(resource.rejection_reason(&swapped).await, SIGNATURE);
    let tampered = format!("{}.{}.{}", good_parts[0], other_parts[1], good_parts[2]);
    assert_eq!(resource.rejection_reason(&tampered).await, SIGNATURE);

    let elliptic = resource.token(&P256, "p");
    assert_eq!(resource.status(&elliptic).await, 200);
    let parts = parts(&elliptic);
    let raw = URL_SAFE_NO_PAD.decode(&parts[2]).unwrap();
    let der = [&[0x30, 0x44, 0x02, 0x20], &raw[..32], &[0x02, 0x20], &raw[32..]].concat();
    let der = format!("{}.{}.{}", parts[0], parts[1], URL_SAFE_NO_PAD.encode(der));
    assert_eq!(resource.rejection_reason(&der).await, SIGNATURE);
    let zeros = format!("{}.{}.{}", parts[0], parts[1], URL_SAFE_NO_PAD.encode([0; 64]));
    assert_eq!(resource.rejection_reason(&zeros).await, SIGNATURE);
}

#[tokio::test]
async fn header_type_must_be_an_access_token_a23() {
    const KIND: &str = "invalid token type: expected an access token";
    let lenient = Resource::start(&[RSA.published("a")]).await;
    let strict = Resource::start_with(&[RSA.published("a")], |jwt| jwt.token_type(TokenType::AccessToken)).await;
    for (typ, in_lenient, in_strict) in [
        (json!("at+jwt"), true, true),
        (json!("AT+JWT"), true, true),
        (json!("application/at+jwt"), true, true),
        (json!("JWT"), true, false),
        (json!(null), true, false),
        (json!("logout+jwt"), false, false),
        (json!("oauth-id-jag+jwt"), false, false),
        (json!("client-authentication+jwt"), false, false),
        (json!("dpop+jwt"), false, false),
        (json!("Refresh"), false, false),
        (json!(""), false, false),
        (json!(7), false, false),
    ] {
        for (resource, accepted) in [(&lenient, in_lenient), (&strict, in_strict)] {
            let token = sign(&changed(&json!({ "typ": typ })), &resource.claims(&json!({})), &RSA);
            if accepted {
                assert_eq!(resource.status(&token).await, 200, "{typ}");
            } else {
                assert_eq!(resource.rejection_reason(&token).await, KIND, "{typ}");
            }
        }
    }
}
