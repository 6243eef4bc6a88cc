//! Streamable HTTP: one endpoint for both eras, and the documents under `/.well-known/`. The only room that knows HTTP.
//!
//! What a request passes, in this order: host and origin → preflight → caller → method → content type → headers → size → engine.

mod body;
mod cors;
mod endpoint;
mod headers;
mod origin;
mod response;
mod sse;
mod stall;
mod well_known;

use std::{collections::HashSet, sync::Arc};

use axum::{Router, response::Response, routing::any};

pub(crate) use endpoint::Endpoint;
pub(crate) use origin::AllowList;
pub(crate) use stall::StallGuard;

/// The endpoint at its path.
pub(crate) fn router(endpoint: Arc<Endpoint>, path: &str) -> Router {
    Router::new().route(path, any(endpoint::serve).with_state(endpoint))
}

/// Every other path, where this server is alone.
pub(crate) async fn nowhere() -> Response {
    response::not_found()
}

/// The metadata of protected resources, at the paths where clients look for it. A path that several have is that of the first one.
pub(crate) fn well_known_router<'a>(endpoints: impl IntoIterator<Item = &'a Arc<Endpoint>>) -> Router {
    let mut taken = HashSet::new();
    let mut router = Router::new();
    for endpoint in endpoints {
        for path in endpoint.metadata_paths() {
            if taken.insert(path.clone()) {
                router = router.route(&path, any(well_known::protected_resource).with_state(endpoint.clone()));
            }
        }
    }
    router
}
