//! Which entries of a key set are of use.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use super::*;

fn rsa(modulus: &[u8]) -> Value {
    json!({ "kty": "RSA", "kid": "a", "n": URL_SAFE_NO_PAD.encode(modulus), "e": "AQAB" })
}

fn is_usable(key: &Value) -> bool {
    KeySet::read(json!({ "keys": [key] }).to_string().as_bytes()).is_some()
}

#[test]
fn an_rsa_key_has_2048_to_8192_bits_a14() {
    for (bytes, first, expected) in [
        (128, 0x80, false),
        (255, 0xff, false),
        (256, 0x7f, false),
        (256, 0x80, true),
        (512, 0x80, true),
        (1024, 0x80, true),
        (1025, 0x01, false),
    ] {
        let mut modulus = vec![0xab; bytes];
        modulus[0] = first;
        assert_eq!(is_usable(&rsa(&modulus)), expected, "{bytes} {first}");
    }
    assert!(!is_usable(&rsa(&[])));
    let padded = [vec![0; 200], vec![0xab; 128]].concat();
    assert!(!is_usable(&rsa(&padded)), "zeros do not make a key longer");
}

#[test]
fn a_key_for_an_algorithm_of_another_kind_is_of_no_use() {
    for (algorithm, expected) in
        [("RS256", true), ("PS512", true), ("ES256", false), ("EdDSA", false), ("RSA-OAEP", false)]
    {
        let mut key = rsa(&[0xab; 256]);
        key["alg"] = json!(algorithm);
        assert_eq!(is_usable(&key), expected, "{algorithm}");
    }
}

#[test]
fn no_more_keys_are_kept_than_anyone_needs() {
    let keys: Vec<Value> = (0..100).map(|_| rsa(&[0xab; 256])).collect();
    let set = KeySet::read(json!({ "keys": keys }).to_string().as_bytes()).unwrap();
    assert_eq!(set.keys.len(), MAX_KEYS);
}
