//! Streamable HTTP: one endpoint for both eras, and the documents under `/.well-known/`. The only room that knows HTTP.
//!
//! What a request passes, in this order: method → host and origin → preflight → caller → content type → size → engine.

mod body;
mod cors;
mod endpoint;
mod headers;
mod origin;
mod response;
mod sse;
mod stall;
mod well_known;

use std::sync::Arc;

use axum::{Router, response::Response, routing::any};

pub(crate) use endpoint::Endpoint;
pub(crate) use origin::AllowList;
pub(crate) use stall::StallGuard;

/// The routes of one endpoint: the endpoint itself at `path`, and the metadata of the protected resource.
pub(crate) fn router(endpoint: Arc<Endpoint>, path: &str) -> Router {
    well_known_router(&endpoint).route(path, any(endpoint::serve).with_state(endpoint))
}

/// Every other path, where this server is alone.
pub(crate) async fn nowhere() -> Response {
    response::not_found()
}

/// The metadata of the protected resource, at the paths where clients look for it.
pub(crate) fn well_known_router(endpoint: &Arc<Endpoint>) -> Router {
    endpoint.metadata_paths().iter().fold(Router::new(), |router, path| {
        router.route(path, any(well_known::protected_resource).with_state(endpoint.clone()))
    })
}
