//! Streamable HTTP: one endpoint for both eras, and the documents under `/.well-known/`.
//!
//! Checks of a request, in this order: host and origin → preflight → access token → method →
//! content type → headers → body → engine.

mod body;
mod connection;
mod cors;
mod endpoint;
mod field;
mod headers;
mod origin;
mod peer;
mod rejection;
mod response;
mod service;
mod sse;
mod upload;
mod well_known;

use std::{collections::HashSet, sync::Arc};

use axum::{
    Router,
    extract::Request,
    response::Response,
    routing::{MethodRouter, any},
};

pub(crate) use body::BodyBounds;
pub(crate) use connection::{ConnectionTable, accept};
pub(crate) use endpoint::Endpoint;
pub(crate) use origin::AllowList;
pub(crate) use service::Service;
pub(crate) use upload::DiscardBounds;

/// Returns the router that serves the endpoint at its path.
pub(crate) fn router(endpoint: Arc<Endpoint>, path: &str) -> Router {
    route(Router::new(), path, &any(endpoint::serve).with_state(endpoint))
}

/// Adds a route with and without a slash at its end. Clients add and remove slashes, and most do
/// not follow a redirect of a POST request.
fn route(router: Router, path: &str, handler: &MethodRouter) -> Router {
    match path.trim_end_matches('/') {
        "" => router.route("/", handler.clone()),
        path => router.route(path, handler.clone()).route(&format!("{path}/"), handler.clone()),
    }
}

/// Returns `true` if the path of a request is that of a route, with or without a slash at its end.
fn is_path(path: &str, route: &str) -> bool {
    path == route || path.strip_suffix('/').unwrap_or(path) == route.strip_suffix('/').unwrap_or(route)
}

/// Returns the response for every other path, if the server shares its port with no application.
/// `path` is that of the endpoint.
pub(crate) fn not_found(endpoint: &Endpoint, path: &str, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    drop(upload::Upload::new(body, &parts.headers, endpoint.discard));
    endpoint.reject(rejection::unknown_path(Some(path), parts.uri.path()))
}

/// Returns the router that serves the metadata of protected resources (RFC 9728). If several
/// endpoints have the same path, the first one serves it.
pub(crate) fn well_known_router<'a>(endpoints: impl IntoIterator<Item = &'a Arc<Endpoint>>) -> Router {
    let mut taken = HashSet::new();
    let mut router = Router::new();
    for endpoint in endpoints {
        for path in endpoint.metadata_paths() {
            // `route` adds both forms of a path.
            if taken.insert(path.trim_end_matches('/').to_owned()) {
                router = route(router, &path, &any(well_known::protected_resource).with_state(endpoint.clone()));
            }
        }
    }
    router
}
