//! The signature algorithms that published keys can verify, and the kind of key each needs.

/// A signature algorithm (RFC 7518 §3.1, RFC 8037). Symmetric ones are not here: with a published key they would let anyone sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SignatureAlgorithm {
    name: &'static str,
    pub(crate) key_type: KeyType,
    pub(crate) implementation: jsonwebtoken::Algorithm,
}

/// A kind of key, curve included: ES256 is made with P-256 and nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum KeyType {
    Rsa,
    P256,
    P384,
    Ed25519,
}

/// All of them; the default of what is accepted, since each is good only with a key that is made for it.
pub(crate) const ALL: [SignatureAlgorithm; 9] = {
    use jsonwebtoken::Algorithm as Implementation;
    const fn row(name: &'static str, key_type: KeyType, implementation: Implementation) -> SignatureAlgorithm {
        SignatureAlgorithm { name, key_type, implementation }
    }
    [
        row("RS256", KeyType::Rsa, Implementation::RS256),
        row("RS384", KeyType::Rsa, Implementation::RS384),
        row("RS512", KeyType::Rsa, Implementation::RS512),
        row("PS256", KeyType::Rsa, Implementation::PS256),
        row("PS384", KeyType::Rsa, Implementation::PS384),
        row("PS512", KeyType::Rsa, Implementation::PS512),
        row("ES256", KeyType::P256, Implementation::ES256),
        row("ES384", KeyType::P384, Implementation::ES384),
        row("EdDSA", KeyType::Ed25519, Implementation::EdDSA),
    ]
};

impl SignatureAlgorithm {
    /// The algorithm of this name. `Ed25519` is the newer name of what `EdDSA` means with such a key (RFC 9864).
    pub(crate) fn by_name(name: &str) -> Option<Self> {
        let name = if name == "Ed25519" { "EdDSA" } else { name };
        ALL.into_iter().find(|algorithm| algorithm.name == name)
    }
}
