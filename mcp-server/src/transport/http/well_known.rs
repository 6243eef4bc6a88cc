//! `/.well-known/oauth-protected-resource`: where clients learn which authorization server to ask (RFC 9728).

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    response::Response,
};
use http::{HeaderValue, Method, StatusCode, header};

use super::{cors, endpoint::Endpoint, response};

const METHODS: &str = "GET, HEAD, OPTIONS";

/// How long the metadata may be kept. Refusals may not.
const CACHED: HeaderValue = HeaderValue::from_static("public, max-age=300");

/// Serves the metadata. It is public, and readable by pages of any origin.
pub(super) async fn protected_resource(State(endpoint): State<Arc<Endpoint>>, request: Request) -> Response {
    let Some(authenticator) = &endpoint.authenticator else { return response::not_found() };
    let mut response = match *request.method() {
        // The body of an answer to HEAD is dropped by the server, its length is not.
        Method::GET | Method::HEAD => {
            let mut response = response::json(StatusCode::OK, authenticator.metadata().document());
            response.headers_mut().insert(header::CACHE_CONTROL, CACHED);
            response
        }
        Method::OPTIONS => return cors::public_preflight(METHODS),
        _ => response::method_not_allowed(METHODS),
    };
    cors::allow_everybody(&mut response);
    response
}
