//! Key pairs for tests. They protect nothing.

use jsonwebtoken::{Algorithm, EncodingKey, jwk::Jwk};
use serde_json::{Value, json};

/// A private key and its default algorithm.
#[derive(Clone, Copy)]
pub(super) struct TestKey {
    pem: &'static str,
    pub(super) algorithm: Algorithm,
}

pub(super) const RSA: TestKey = TestKey { pem: RSA_PEM, algorithm: Algorithm::RS256 };
pub(super) const RSA_OTHER: TestKey = TestKey { pem: RSA_OTHER_PEM, algorithm: Algorithm::RS256 };
pub(super) const P256: TestKey = TestKey { pem: P256_PEM, algorithm: Algorithm::ES256 };
pub(super) const P384: TestKey = TestKey { pem: P384_PEM, algorithm: Algorithm::ES384 };
pub(super) const ED25519: TestKey = TestKey { pem: ED25519_PEM, algorithm: Algorithm::EdDSA };

impl TestKey {
    pub(super) fn private(&self) -> EncodingKey {
        let pem = self.pem.as_bytes();
        match self.algorithm {
            Algorithm::ES256 | Algorithm::ES384 => EncodingKey::from_ec_pem(pem),
            Algorithm::EdDSA => EncodingKey::from_ed_pem(pem),
            _ => EncodingKey::from_rsa_pem(pem),
        }
        .unwrap()
    }

    /// Returns the public key as an entry of a key set, under this id.
    pub(super) fn published(&self, id: &str) -> Value {
        let mut jwk = serde_json::to_value(Jwk::from_encoding_key(&self.private(), self.algorithm).unwrap()).unwrap();
        let members = jwk.as_object_mut().unwrap();
        members.remove("alg");
        members.insert("kid".to_owned(), json!(id));
        members.insert("use".to_owned(), json!("sig"));
        jwk
    }

    /// Returns the entry with changed members; `null` removes a member.
    pub(super) fn published_with(&self, id: &str, changes: &Value) -> Value {
        let mut jwk = self.published(id);
        super::change(&mut jwk, changes);
        jwk
    }
}

pub(super) const RSA_PUBLIC_PEM: &str = "\
-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAtgxxS/L5I8O+AHSZe8HW
Vgc/nGSm7fRkFYwhZIiLKLjIi7WGnUvmSVwl32aRWrBCCl3IuBrxxUCLnW1shnqo
S/N7nNFTuhLYrAHUSH4ZwSpKJtb5/bo2gE2VtM9Mh9HvMI8Lmpma3SGuLdnj0ILF
IieVydd8EZZyNPSkJAoe4g/fpbtxZdoFXPFVIbD45kh33VN7zettLi7HjIIx76y7
rlHO+LQf2R58nMT4YDh0q4rLgwSKvlyNbnP0W7xHHW6E3JwIqX/4ZCtzlN5bAbsb
OItBk2YbKcJ4GsvF+HpI96MI+WqoLeRwiFUkljZgcXs2H0k77WyhciI0JbZx/Qyf
UwIDAQAB
-----END PUBLIC KEY-----";

const RSA_PEM: &str = "\
-----BEGIN PRIVATE KEY-----
MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC2DHFL8vkjw74A
dJl7wdZWBz+cZKbt9GQVjCFkiIsouMiLtYadS+ZJXCXfZpFasEIKXci4GvHFQIud
bWyGeqhL83uc0VO6EtisAdRIfhnBKkom1vn9ujaATZW0z0yH0e8wjwuamZrdIa4t
2ePQgsUiJ5XJ13wRlnI09KQkCh7iD9+lu3Fl2gVc8VUhsPjmSHfdU3vN620uLseM
gjHvrLuuUc74tB/ZHnycxPhgOHSrisuDBIq+XI1uc/RbvEcdboTcnAipf/hkK3OU
3lsBuxs4i0GTZhspwngay8X4ekj3owj5aqgt5HCIVSSWNmBxezYfSTvtbKFyIjQl
tnH9DJ9TAgMBAAECggEADvIpkQ8zJh0JadcozLDGzIxOzCO1Ur7oQp6dFThimGbH
TDUMhrh3ARnYICW3FEd5PImjk33e0I9yhuu3Z7kFPSsRwHetFI88i66gw4zax3GV
4edvYcXaeKEmA9CrG1GAfi+YR8qJnNMJjkkfu3wo/Btc4FPZI0aDPNbC7RSJoYyB
i8eSjy5P5nP9QubplLSxiAXZ3J1XDOv6r3B4uJimnyymc4n56CfqqRCF3W7O0bTh
8I+l7QuNHYWv19TGlGlO51IaIDXHFX1Zw9Ls1t0qyiHAR85tdTaYx823V4xsC7Oc
KRRDZrqS41u67N1h1Gxl79jv8MuNO6vd/17ZgnmX2QKBgQDnIxtneOmI6mSyZZaF
Nd5odsd4vc4B4kMWShED3q1+vS7ARJd68GbYusmGM97Dy7E8ugyponlFU66npPsj
+1wpONGpmYudrTYr8S6HtotxPccszJn+dkN7jApVmmBJjf9kb3h0zR9UEuUnU1ZV
5F0Lx34X1Tqw+TXOrPwmGtgxuQKBgQDJoZHeKhW2h3Ef677i8o9mCDPyxMmToZwE
EzZXMgXpnYDmxo1ivm2FPhxTmw8ZNwd2+Wxs3Rut338UQqG3JKV1OzYLsE0TW18J
TWSSMQqFZpQaCAS+G2H2qZ0/fbqrEpXsNTwjxbv4a7OuWLkizVbEfOlK4mIiwMNm
GkQ14vYPawKBgHLDP6wUoP/WQcFCJ4ZkxNVhhJEyzMKqsVyz0db2DXbMQBY++GeW
Tbp2o/D6eDUHQi1Aw2DGxyfg8OtUQ04OVCgzigaHsobLpgYTbmL8BChp4CciP6PU
3JTPZ6IxUHW1B4W6wzhbUJ7R8u2ft1JWXMyodLcorEeKtWi1A014LrghAoGBAMBw
MTz9o62LBT/3Cz+lS5GRIKuCf/UkGDiXcZS1DImUJpObSxPENdkml3iAFF/3cmtt
0LryKNnA5pOaqKeYFUaXFZUAVf+0hDbno6YXojgB2DYkEwqyLcRyy77uK7vcyDQh
9t0Zera1bE9pJIF/w2FS6oHrIMiUe6m2RgW8MSYzAoGAZHCc3LrNjSIBFHA057tv
bfAS3qzq+MIhnMXH3NHPVjNWdDDfPMqknAikkZnENG8jGP4Wk1NKkmWhYtESmyR8
jwMgC8iTOrwEQ+Bb9zlb7agO/DA80a5YWDQV8ooXGwUZ6gF1wyBR6gbzn80TFJlf
of/YWwIdkXPOBOg9iEvZIh4=
-----END PRIVATE KEY-----";

const RSA_OTHER_PEM: &str = "\
-----BEGIN PRIVATE KEY-----
MIIEvgIBADANBgkqhkiG9w0BAQEFAASCBKgwggSkAgEAAoIBAQCv3yko0XgV/tD9
gfuTWTCVh6kGHO2iak1fdY5XoiW7JmnrFjOX9+Ibt86Xqjlll32zLWasvMeQG3DR
qHEtOa/uC6OFoVNksH3P9u1S1zply7Ng+VqWF6GFMEOTGpuGl40DbwwLlFa8InTR
8bLKSff+l5Vo5doT+t5XOXWMg2Nz0PZO9FgWYOJRn15gf1LjUNCBbrfZjzc2B4Nd
zB/1M6Bx7SHIft/91gStY7h6klSK/ZBwKDBlZnBkrKgisXRA46j7zfDVupUDxIu1
vNXXjZCjK+7blSZo1OfCC+T82yP04ef0szyPq43kF1EYY++swqPxQlxqSZkgaqv1
2e8Oa63VAgMBAAECggEAActSCfn3f3a/ceA/AJk68Khj2UC3f+riHTFmB8Jxhhl1
oF6N0JgVaD9iZ5Ozmc2HP8O2NdiH/kVfy+CSPwOrcs9CYzbRH5U/w1ZhxD2XEyDJ
exmWisxBuDBU3PRUvKiUWYIEtz2Gx2aTY7m5uQYy9hfDAEEpp2VUAJA0GpngjHbp
8wm7NRhlFKIG3KrK2n8SncC90NeI5VIcKXB8LAKwLmXtOU3+gZxV2d2v+IofLhfp
SS9+R8Dlv3+7V77nfaGLwXrtpr/WpZkaRwmVpDUzw8QgEa/HxlRHXNNFsRK6Fc/O
byUKJ3FEyGQyzMeJBTVIMTTmGniU8/CFD5MecLwWJQKBgQDgmpHhvBxALEF3JguP
0rUydp8NT7Owlyk0TeWotA0zlE/dKtpPl11Oqve+WNyKPjnJQ4413SC6bM+bhelT
uoKIrDOxxBGOEuJ3aiw+AkK1fR5W/PRstTljoLAkzhjTyGGwgux+/2wN2d5J4JKP
wFyMnSD5xffHIEdmTSQuxvAWowKBgQDIdLetGHye/uIxjK0SmGimYSF2oAHqTcUo
3n1R7KlgbU9No9a36aIxTKY9IIamJjYKS8bT/uZos9TqgWzopdbBRIsIl6MhzkoL
DVwbZaAFbom2a2+J85sstw4OUCPQFRwI+vnHt4YYaDDqDOHqZeOGj/q/d0JXqLwL
gA4KKAmJJwKBgQC1JBQZYTPLkaWuqVFTyhT2wPJfsvLxrce+dkCNQcEP40JR1fjB
jgrjokEyE8qx96N1LXWo/VEi6RS6klJug5I5FeCPMtkRoytgMZHC5OHWKzVn5JRg
g/vn3LWSyWD+lLIswDpp5ifIN/jtzh+Frhc2FJd+uemuf9r1p6tRyoHhTwKBgGfy
HkzkJbtM8H5BNH4wChQ8yd15m4SkT1iiBto0nqAiDr1z+CPmQvTNimaoNypxJhSw
tqm3xEMG/aGc+5yoYnRV1sLd3vnovvx8MQcD67blWwP9MhmW+SB2zBMf+3IrgB4o
Bt5JjH+bh8HWbE/gBdwBTUV70isilGBiRuV9XXSBAoGBAJ1PZF9m9Lddq+7gRxUy
oxqTfAHKgJ9KoyNvZ6t/zBb9YvHe9lMZ7mUe71WRFBpwi5WPgBgY8Y4qSfWXwmfS
88XBSE66wxxk7WMXQnfcm3rKRwFJhLmlpsFuAb+UctsBsShix+1kq/gsF34bo2gT
WBhKn850l7mmCK5df/Z55aDY
-----END PRIVATE KEY-----";

const P256_PEM: &str = "\
-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgewj58EV/UQEFITW5
K2uIQXJ3lo6JgQ65PLk+RxO96SehRANCAATEG1A5/iA8dB9Swm0L/o36qAU5f99F
bN2ftoU9PO4usuidlOSrX8I2Ae+w/is0AZJWmIon8EwAFtoDsOA7Qnhl
-----END PRIVATE KEY-----";

const P384_PEM: &str = "\
-----BEGIN PRIVATE KEY-----
MIG2AgEAMBAGByqGSM49AgEGBSuBBAAiBIGeMIGbAgEBBDCd5ED/nohFJafQIW+O
N/DxmpzsiJmDlWaVGnnXIhfAY1FpUke8xisOpJptLscm7LShZANiAASPoGK1U5ic
yyovHTIm1PideZH2w1NJhJD2KgVM2Z2nOzmfwQwAG1wQppEojl30zst/bwkr0exj
M2y6ICUTEWYxsbqRy0dnKGynOT/LTaqoSjzRQiLTtnwwd/zIVFIqQT0=
-----END PRIVATE KEY-----";

const ED25519_PEM: &str = "\
-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIKlaUETxnKwxy96lUktTtga/XwDNDKIdVnzs9ZqkCAVS
-----END PRIVATE KEY-----";
