//! Tokens that nobody trusted has signed, or not in this way (A10 to A18, A24 to A26, A48).

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, EncodingKey};
use serde_json::{Value, json};

use super::{
    Resource, call, change, claims, header,
    issuer::{Issuer, sign, sign_with, unsigned},
    keys::{ED25519, P256, P384, RSA, RSA_OTHER, RSA_PUBLIC_PEM},
};
use crate::auth::{Authorization, TokenType};

const ALGORITHM: &str = "the token is signed with an algorithm that is not accepted";
const UNKNOWN_KEY: &str = "the token is signed with an unknown key";
const SIGNATURE: &str = "the signature of the token is not valid";

/// A header of a good token, changed.
fn changed(changes: &Value) -> String {
    let mut header = serde_json::from_str(&header(&RSA, "a")).unwrap();
    change(&mut header, changes);
    header.to_string()
}

#[tokio::test]
async fn no_signature_is_no_signature_a10() {
    let resource = Resource::start(&[RSA.published("a")]).await;
    let good = resource.token(&RSA, "a");
    let claims = resource.claims(&json!({}));
    for algorithm in ["none", "None", "nOnE", "NONE", ""] {
        let message = unsigned(&json!({ "alg": algorithm }).to_string(), &claims);
        assert_eq!(resource.why_not(&format!("{message}.")).await, ALGORITHM, "{algorithm}");
    }
    let (message, signature) = good.rsplit_once('.').unwrap();
    assert_eq!(resource.why_not(&format!("{message}.")).await, SIGNATURE);
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
        resource.why_not(&shape).await;
    }
    let encrypted = format!("{good}.a.b");
    assert_eq!(resource.why_not(&encrypted).await, "the token is not a signed JWT");
    assert_eq!(resource.status(&format!("{message}=.{signature}")).await, 400, "no form of a bearer token at all");
    // What was changed in each is what made the difference.
    assert_eq!(resource.status(&good).await, 200);
}

#[tokio::test]
async fn a_public_key_is_no_secret_a11_a12() {
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
                assert_eq!(resource.why_not(&token).await, ALGORITHM);
            }
        }
    }
    // The symmetric key is of no use under an accepted name either.
    let header = json!({ "alg": "RS256", "kid": "s" }).to_string();
    assert_eq!(resource.why_not(&sign(&header, &claims, &RSA)).await, UNKNOWN_KEY);
}

#[tokio::test]
async fn a_key_is_used_only_for_what_it_is_made_for_a13_a14() {
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
        // A second key that is of use lets the set be loaded whatever the first is like.
        let resource = Resource::start(&[published.clone(), RSA_OTHER.published("other")]).await;
        let token = resource.token(&key, "a");
        match expected {
            Ok(()) => assert_eq!(resource.status(&token).await, 200, "{published}"),
            Err(reason) => assert_eq!(resource.why_not(&token).await, reason, "{published}"),
        }
    }
}

#[tokio::test]
async fn only_listed_algorithms_are_taken_a13() {
    let resource = Resource::start_with(&[RSA.published("a")], |jwt| jwt.algorithms(["RS256"])).await;
    assert_eq!(resource.status(&resource.token(&RSA, "a")).await, 200);
    let header = changed(&json!({ "alg": "PS256" }));
    let token = sign_with(&header, &resource.claims(&json!({})), &RSA.private(), Algorithm::PS256);
    assert_eq!(resource.why_not(&token).await, ALGORITHM);
    // A signature of one algorithm under the name of another.
    let resource = Resource::start(&[RSA.published("a")]).await;
    let token = sign_with(&header, &resource.claims(&json!({})), &RSA.private(), Algorithm::RS256);
    assert_eq!(resource.why_not(&token).await, SIGNATURE);
}

#[tokio::test]
async fn a_key_id_is_nothing_but_a_name_a15_a48() {
    let resource = Resource::start(&[RSA.published("a")]).await;
    let claims = resource.claims(&json!({}));
    for id in
        ["", "b", "a ", "' OR 1=1 --", "../../etc/passwd", "a\0", "a\r\nX-Injected: 1", "a\"b", &"k".repeat(10_000)]
    {
        let refusal = resource.call(&sign(&changed(&json!({ "kid": id })), &claims, &RSA)).await.unwrap_err();
        assert_eq!(refusal.description, UNKNOWN_KEY);
        let challenge = refusal.www_authenticate.unwrap();
        let challenge = challenge.to_str().unwrap();
        assert_eq!(
            challenge,
            "Bearer error=\"invalid_token\", error_description=\"the token is signed with an unknown key\", \
             resource_metadata=\"https://mcp.example.com/.well-known/oauth-protected-resource/mcp\""
        );
    }
    for id in [json!(1), json!(["a"]), json!({}), json!(true)] {
        let token = sign(&changed(&json!({ "kid": id })), &claims, &RSA);
        assert_eq!(resource.why_not(&token).await, "the token does not name its key by a text");
    }
}

#[tokio::test]
async fn a_token_does_not_say_where_its_key_is_a16() {
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
        resource.why_not(&sign(&changed(&changes), &resource.claims(&json!({})), &RSA_OTHER)).await;
    }
    assert_eq!(trap.asked(), Vec::<String>::new());
}

#[tokio::test]
async fn what_is_critical_and_unknown_is_refused_a17() {
    let resource = Resource::start(&[RSA.published("a")]).await;
    for changes in [json!({ "crit": ["exp"] }), json!({ "crit": ["b64"], "b64": false }), json!({ "crit": [] })] {
        let token = sign(&changed(&changes), &resource.claims(&json!({})), &RSA);
        assert_eq!(resource.why_not(&token).await, "the token asks for an extension that is not supported");
    }
}

#[tokio::test]
async fn a_member_twice_is_refused_a18() {
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
        assert!(resource.why_not(&token).await.ends_with("cannot be read"));
    }
    assert_eq!(resource.status(&sign(&twice(&header, "\"x\":1"), &twice(&claims, "\"x\":1"), &RSA)).await, 200);
}

#[tokio::test]
async fn issuers_do_not_speak_for_each_other_a24_a25() {
    // Both publish a key under the same name.
    let one = Issuer::start(&[RSA.published("a")]).await;
    let other = Issuer::start(&[RSA_OTHER.published("a")]).await;
    let stranger = Issuer::start(&[P256.published("a")]).await;
    let authenticator = Authorization::resource(super::RESOURCE).server(&one.url).server(&other.url).build().unwrap();
    assert_eq!(authenticator.issuers().collect::<Vec<_>>(), [&one.url, &other.url]);
    let now = crate::time::Clock::system().unix_seconds();
    for (issuer, key, expected) in [
        (&one, RSA, Ok(())),
        (&other, RSA_OTHER, Ok(())),
        (&one, RSA_OTHER, Err(SIGNATURE)),
        (&other, RSA, Err(SIGNATURE)),
        (&stranger, P256, Err("the token is from another issuer")),
    ] {
        let token = sign(&header(&key, "a"), &claims(&issuer.url, now, &json!({})), &key);
        let answer = call(&authenticator, &token).await;
        assert_eq!(answer.as_ref().map_err(|refusal| &*refusal.description).map(|_| ()), expected);
        if let Ok(principal) = answer {
            assert_eq!(principal.issuer(), issuer.url);
        }
    }
    assert_eq!(stranger.asked(), Vec::<String>::new());
    let opaque = call(&authenticator, "opaque").await.unwrap_err();
    assert_eq!(opaque.description, "the token does not name its issuer");
}

#[tokio::test]
async fn what_was_signed_is_what_counts_a26() {
    let resource = Resource::start(&[RSA.published("a"), P256.published("p")]).await;
    let good = resource.token(&RSA, "a");
    let other = resource.token_with(&RSA, "a", &json!({ "sub": "eve" }));
    let parts = |token: &str| token.split('.').map(str::to_owned).collect::<Vec<_>>();
    let (good_parts, other_parts) = (parts(&good), parts(&other));
    let swapped = format!("{}.{}.{}", good_parts[0], good_parts[1], other_parts[2]);
    assert_eq!(resource.why_not(&swapped).await, SIGNATURE);
    let tampered = format!("{}.{}.{}", good_parts[0], other_parts[1], good_parts[2]);
    assert_eq!(resource.why_not(&tampered).await, SIGNATURE);

    let elliptic = resource.token(&P256, "p");
    assert_eq!(resource.status(&elliptic).await, 200);
    let parts = parts(&elliptic);
    let raw = URL_SAFE_NO_PAD.decode(&parts[2]).unwrap();
    let der = [&[0x30, 0x44, 0x02, 0x20], &raw[..32], &[0x02, 0x20], &raw[32..]].concat();
    let der = format!("{}.{}.{}", parts[0], parts[1], URL_SAFE_NO_PAD.encode(der));
    assert_eq!(resource.why_not(&der).await, SIGNATURE);
    let zeros = format!("{}.{}.{}", parts[0], parts[1], URL_SAFE_NO_PAD.encode([0; 64]));
    assert_eq!(resource.why_not(&zeros).await, SIGNATURE);
}

#[tokio::test]
async fn the_header_says_what_kind_of_token_it_is_a23() {
    const KIND: &str = "the token is not an access token";
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
                assert_eq!(resource.why_not(&token).await, KIND, "{typ}");
            }
        }
    }
}
