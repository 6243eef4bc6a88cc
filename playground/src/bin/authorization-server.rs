//! A small authorization server for development: tokens for one client of `server-oauth`.

use std::{
    error::Error,
    io::{self, Write as _},
    net::SocketAddr,
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

use axum::{
    Router,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use clap::Parser;
use jsonwebtoken::{Algorithm, EncodingKey, Header, jwk::Jwk};
use playground::{AUTHORIZATION_SERVER, RESOURCE};
use serde_json::{Value, json};
use url::{Url, form_urlencoded};

const KEY_ID: &str = "development";

/// Issues tokens to one client, for development only. Key and secret are new with each start.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// Loopback address to listen on; port 0 picks a free port
    #[arg(long, value_name = "ADDR", default_value = AUTHORIZATION_SERVER, value_parser = loopback)]
    listen: SocketAddr,
    /// URL of the protected server in the printed commands
    #[arg(long, value_name = "URL", default_value = RESOURCE)]
    resource: String,
    /// Scopes that the client may request
    #[arg(long = "scope", value_name = "SCOPE", default_values = ["mcp:tools", "notes:write"])]
    scopes: Vec<String>,
    /// Lifetime of a token in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 3600)]
    lifetime: u64,
}

fn loopback(text: &str) -> Result<SocketAddr, String> {
    let address: SocketAddr = text.parse().map_err(|error| format!("{error}"))?;
    let is_loopback = address.ip().is_loopback();
    is_loopback.then_some(address).ok_or_else(|| "expected a loopback address, as in `127.0.0.1:9080`".to_owned())
}

/// The server: one key and one client.
struct Issuer {
    url: String,
    key: EncodingKey,
    public_key: Jwk,
    client_id: &'static str,
    client_secret: String,
    scopes: Vec<String>,
    lifetime: u64,
}

/// A request that is answered with an error of RFC 6749, section 5.2.
struct TokenError(&'static str, String);

impl Issuer {
    fn new(url: String, scopes: Vec<String>, lifetime: u64) -> Result<Self, Box<dyn Error>> {
        // The header of an Ed25519 key in PKCS #8 (RFC 8410). Every 32 bytes are such a key.
        let mut der =
            *b"\x30\x2e\x02\x01\x00\x30\x05\x06\x03\x2b\x65\x70\x04\x22\x04\x20                                ";
        getrandom::fill(&mut der[16..])?;
        let key = EncodingKey::from_ed_der(&der);
        let mut public_key = Jwk::from_encoding_key(&key, Algorithm::EdDSA)?;
        public_key.common.key_id = Some(KEY_ID.to_owned());
        Ok(Self { url, key, public_key, client_id: "playground", client_secret: random_text()?, scopes, lifetime })
    }

    /// Returns the metadata of RFC 8414.
    fn metadata(&self) -> Value {
        json!({
            "issuer": self.url,
            "token_endpoint": format!("{}/token", self.url),
            "jwks_uri": format!("{}/jwks", self.url),
            "scopes_supported": self.scopes,
            "response_types_supported": [],
            "grant_types_supported": ["client_credentials"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        })
    }

    /// Answers a request for a token (RFC 6749, section 4.4; RFC 8707 for `resource`).
    fn token(&self, headers: &HeaderMap, body: &str) -> Result<Value, TokenError> {
        let fields: Vec<(String, String)> = form_urlencoded::parse(body.as_bytes()).into_owned().collect();
        let field = |name: &str| fields.iter().find(|field| field.0 == name).map(|field| field.1.clone());
        let credentials = basic_credentials(headers).or_else(|| field("client_id").zip(field("client_secret")));
        if credentials != Some((self.client_id.to_owned(), self.client_secret.clone())) {
            return Err(TokenError("invalid_client", "expected the printed client id and secret".to_owned()));
        }
        if field("grant_type").as_deref() != Some("client_credentials") {
            let expected = "expected `grant_type=client_credentials`".to_owned();
            return Err(TokenError("unsupported_grant_type", expected));
        }
        let scope = field("scope").unwrap_or_else(|| self.scopes.join(" "));
        if let Some(unknown) = scope.split(' ').find(|scope| !self.scopes.iter().any(|known| known == scope)) {
            let known = self.scopes.join("`, `");
            return Err(TokenError("invalid_scope", format!("unknown scope `{unknown}`: expected `{known}`")));
        }
        let resources: Vec<String> =
            fields.iter().filter(|field| field.0 == "resource").map(|field| field.1.clone()).collect();
        let is_valid = |resource: &String| Url::parse(resource).is_ok_and(|url| url.fragment().is_none());
        if resources.is_empty() || !resources.iter().all(is_valid) {
            let expected = "expected `resource`, the URL of the server that the token is for, without `#`".to_owned();
            return Err(TokenError("invalid_target", expected));
        }
        let token = self.sign(&scope, &resources).map_err(|error| TokenError("server_error", error.to_string()))?;
        Ok(json!({ "access_token": token, "token_type": "Bearer", "expires_in": self.lifetime, "scope": scope }))
    }

    /// Returns an access token in the form of RFC 9068.
    fn sign(&self, scope: &str, audience: &[String]) -> Result<String, Box<dyn Error>> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
        let claims = json!({
            "iss": self.url, "sub": self.client_id, "client_id": self.client_id, "aud": audience, "scope": scope,
            "iat": now, "exp": now + self.lifetime, "jti": random_text()?,
        });
        let header =
            Header { typ: Some("at+jwt".to_owned()), kid: Some(KEY_ID.to_owned()), ..Header::new(Algorithm::EdDSA) };
        Ok(jsonwebtoken::encode(&header, &claims, &self.key)?)
    }

    /// Returns the text that tells the user what to do next.
    fn instructions(&self, resource: &str) -> String {
        let Self { url, client_id, client_secret, scopes, .. } = self;
        let is_default = resource == RESOURCE && *url == format!("http://{AUTHORIZATION_SERVER}");
        let port = Url::parse(resource).ok().and_then(|url| url.port_or_known_default()).unwrap_or(3030);
        let flags = format!(" -- --issuer {url} --resource {resource} --listen 127.0.0.1:{port}");
        let flags = if is_default { String::new() } else { flags };
        format!(
            r#"Authorization server at {url}, for development only. Client `{client_id}`, secret `{client_secret}`.

Start the protected server in a second terminal:
  cargo run --bin server-oauth{flags}

Get a token and call a tool with it in a third one:
  token=$(curl -s {url}/token -u {client_id}:{client_secret} -d grant_type=client_credentials --data-urlencode 'scope={scope}' --data-urlencode 'resource={resource}' | sed 's/.*"access_token":"\([^"]*\)".*/\1/')
  cargo run -q --bin client -- {resource} --token "$token" -c 'call who-am-i'
"#,
            scope = scopes.join(" "),
        )
    }
}

fn random_text() -> Result<String, getrandom::Error> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes)?;
    Ok(format!("{:032x}", u128::from_be_bytes(bytes)))
}

/// Returns the client id and the secret of the scheme `Basic`.
fn basic_credentials(headers: &HeaderMap) -> Option<(String, String)> {
    let (scheme, encoded) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    let decoded = String::from_utf8(STANDARD.decode(encoded).ok()?).ok()?;
    let (id, secret) = decoded.split_once(':')?;
    scheme.eq_ignore_ascii_case("basic").then(|| (id.to_owned(), secret.to_owned()))
}

fn json_response(status: StatusCode, value: &Value) -> Response {
    let headers = [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store")];
    (status, headers, value.to_string()).into_response()
}

async fn token(State(issuer): State<Arc<Issuer>>, headers: HeaderMap, body: String) -> Response {
    match issuer.token(&headers, &body) {
        Ok(value) => json_response(StatusCode::OK, &value),
        Err(TokenError(error, description)) => {
            let value = json!({ "error": error, "error_description": description });
            let status = match error {
                "invalid_client" => StatusCode::UNAUTHORIZED,
                "server_error" => StatusCode::INTERNAL_SERVER_ERROR,
                _ => StatusCode::BAD_REQUEST,
            };
            let mut response = json_response(status, &value);
            if status == StatusCode::UNAUTHORIZED {
                response.headers_mut().insert(header::WWW_AUTHENTICATE, header::HeaderValue::from_static("Basic"));
            }
            response
        }
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments = Arguments::parse();
    let listener = tokio::net::TcpListener::bind(arguments.listen).await?;
    let url = format!("http://{}", listener.local_addr()?);
    let issuer = Arc::new(Issuer::new(url, arguments.scopes, arguments.lifetime)?);
    let metadata = get(async |State(issuer): State<Arc<Issuer>>| json_response(StatusCode::OK, &issuer.metadata()));
    let keys = get(async |State(issuer): State<Arc<Issuer>>| {
        json_response(StatusCode::OK, &json!({ "keys": [issuer.public_key] }))
    });
    let router = Router::new()
        .route("/.well-known/oauth-authorization-server", metadata.clone())
        .route("/.well-known/openid-configuration", metadata)
        .route("/jwks", keys)
        .route("/token", post(token))
        .with_state(Arc::clone(&issuer));
    write!(io::stdout(), "{}", issuer.instructions(&arguments.resource))?;
    axum::serve(listener, router).await?;
    Ok(())
}
