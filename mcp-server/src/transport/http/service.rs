//! `Service`: what one server answers on connections of its own.

use std::{convert::Infallible, sync::Arc};

use axum::{Router, response::Response};
use http::Request;
use hyper::{body::Incoming, service::Service as _};
use hyper_util::service::TowerToHyperService;

use super::{
    endpoint::{self, Endpoint},
    is_path,
    upload::Upload,
};

/// Serves the endpoint at its path, and every other path through a router.
///
/// The router is able to serve the endpoint too. Without it a call is about a tenth cheaper.
pub(crate) struct Service {
    endpoint: Arc<Endpoint>,
    path: Box<str>,
    router: TowerToHyperService<Router>,
}

impl Service {
    pub(crate) fn new(endpoint: Arc<Endpoint>, path: &str, router: Router) -> Self {
        Self { endpoint, path: path.into(), router: TowerToHyperService::new(router) }
    }

    /// Serves one request.
    pub(crate) async fn respond(&self, request: Request<Incoming>) -> Result<Response, Infallible> {
        if is_path(request.uri().path(), &self.path) {
            Ok(endpoint::respond(&self.endpoint, request).await)
        } else {
            // On the heap: few requests take this way, and the future of the others stays small.
            let (parts, body) = request.into_parts();
            let body = Upload::new(body, &parts.headers, self.endpoint.discard);
            Box::pin(self.router.call(Request::from_parts(parts, body))).await
        }
    }
}
