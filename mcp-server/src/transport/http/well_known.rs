//! `/.well-known/oauth-protected-resource`: the metadata that names the authorization servers
//! (RFC 9728).

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    response::Response,
};
use http::{HeaderValue, Method, StatusCode, header};

use super::{cors, endpoint::Endpoint, rejection, response, upload::Upload};

const METHODS: &str = "GET, HEAD, OPTIONS";

/// `Cache-Control` of the metadata. Errors are not cached.
const CACHED: HeaderValue = HeaderValue::from_static("public, max-age=300");

/// Serves the metadata. It is public, and pages of any origin may read it.
pub(super) async fn protected_resource(State(endpoint): State<Arc<Endpoint>>, request: Request) -> Response {
    let (request, body) = request.into_parts();
    let Some(authenticator) = &endpoint.authenticator else {
        return endpoint.reject(rejection::unknown_path(None, request.uri.path()));
    };
    // Only a rejected request has a body.
    drop(Upload::new(body, &request.headers, endpoint.discard));
    let mut response = match request.method {
        // For HEAD, hyper drops the body and keeps its length.
        Method::GET | Method::HEAD => {
            let mut response = response::json(StatusCode::OK, authenticator.metadata().document());
            response.headers_mut().insert(header::CACHE_CONTROL, CACHED);
            response
        }
        Method::OPTIONS => return cors::public_preflight(METHODS),
        method => endpoint.reject(rejection::method_not_allowed(METHODS, &method)),
    };
    cors::allow_any_origin(&mut response);
    response
}
