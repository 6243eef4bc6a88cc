//! `Service`: what one server answers on connections of its own.

use std::{convert::Infallible, sync::Arc};

use axum::{Router, response::Response};
use http::Request;
use hyper::service::Service as _;
use hyper_util::service::TowerToHyperService;

use super::{
    body::RequestBody,
    connection::ConnectionState,
    endpoint::{self, Endpoint},
    is_path,
    peer::Peer,
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

    /// Serves one request of a connection.
    pub(super) async fn respond<B: RequestBody>(
        &self,
        request: Request<B>,
        connection: &ConnectionState,
    ) -> Result<Response, Infallible> {
        if is_path(request.uri().path(), &self.path) {
            Ok(endpoint::respond(&self.endpoint, request, Peer::Own(connection)).await)
        } else {
            // On the heap: few requests take this way, and the future of the others stays small.
            Box::pin(self.router.call(request)).await
        }
    }
}
