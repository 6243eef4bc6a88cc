//! `Endpoint`: checks an HTTP request, and hands its message to the engine.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use axum::{
    extract::{ConnectInfo, Request, State},
    response::Response,
};
use http::{HeaderMap, Method, header, request::Parts};

use super::{
    body::{self, BodyBounds, RequestBody},
    cors,
    headers::{self, MessageHeaders},
    origin::AllowList,
    peer::Peer,
    rejection::{self, Rejection},
    response,
    sse::SseBody,
    upload::{DiscardBounds, Upload},
};
use crate::{
    auth::{Authenticator, Principal},
    engine::{Accepts, AccessRejection, Broadcaster, Engine, Inbound, Reply, Sweeper},
    quota::{Accounts, QuotaExceeded},
    refusal::Grounds,
};

/// The state of one endpoint, shared by its requests.
pub(crate) struct Endpoint {
    pub(crate) engine: Arc<Engine>,
    pub(crate) authenticator: Option<Authenticator>,
    pub(crate) allow_list: AllowList,
    pub(crate) bodies: BodyBounds,
    pub(crate) discard: DiscardBounds,
    /// Handlers see `Cookie` and `Proxy-Authorization`.
    pub(crate) exposes_credentials: bool,
    /// Interval of comments on idle event streams.
    pub(crate) keep_alive: Duration,
    /// Ends idle sessions until the endpoint is dropped.
    pub(crate) _sweeper: Sweeper,
    /// Notifies clients of changes until the endpoint is dropped.
    pub(crate) _broadcaster: Broadcaster,
}

/// Serves one HTTP request of a router.
pub(super) async fn serve(State(endpoint): State<Arc<Endpoint>>, request: Request) -> Response {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
    let peer = Peer::Foreign(peer.map(|ConnectInfo(peer)| peer.ip()));
    respond(&endpoint, request, peer).await
}

/// Serves one HTTP request.
pub(super) async fn respond<B: RequestBody>(
    endpoint: &Endpoint,
    request: http::Request<B>,
    peer: Peer<'_>,
) -> Response {
    let (parts, request_body) = request.into_parts();
    let request_body = Upload::new(request_body, &parts.headers, endpoint.discard);
    let origin = match endpoint.allow_list.check(&parts) {
        Ok(origin) => origin,
        Err(rejection) => {
            let allowed = endpoint.allow_list.allowed(&rejection);
            return endpoint.reject(rejection::origin(&rejection, &allowed, &parts));
        }
    };
    if parts.method == Method::OPTIONS {
        return cors::preflight(origin.as_ref(), endpoint.methods());
    }
    let response = endpoint.respond(parts, request_body, peer).await;
    let mut response = response.unwrap_or_else(|rejection| endpoint.reject(rejection));
    cors::allow(&mut response, origin);
    response
}

impl Endpoint {
    /// Returns the paths of the metadata documents.
    pub(super) fn metadata_paths(&self) -> Vec<String> {
        self.authenticator.as_ref().map(|authenticator| authenticator.metadata().paths().to_vec()).unwrap_or_default()
    }

    /// Returns the methods that the endpoint supports, as in `Allow`.
    fn methods(&self) -> &'static str {
        if self.engine.has_sessions() { "GET, POST, DELETE, OPTIONS" } else { "POST, OPTIONS" }
    }

    /// Reports a rejection, and returns its response.
    pub(super) fn reject(&self, rejection: Box<Rejection>) -> Response {
        let Rejection { response, grounds, principal } = *rejection;
        self.engine.refusals().report(&grounds, Some(response.status().as_u16()), principal.as_ref());
        response
    }

    /// Authenticates the request, and serves its method.
    async fn respond<B: RequestBody>(
        &self,
        mut parts: Parts,
        request_body: B,
        peer: Peer<'_>,
    ) -> Result<Response, Box<Rejection>> {
        let principal = match &self.authenticator {
            None => None,
            Some(authenticator) => match authenticator.authenticate(&parts.method, &parts.uri, &parts.headers).await {
                Ok(principal) => {
                    // The token is for this server. Handlers must not be able to forward it.
                    parts.headers.remove(header::AUTHORIZATION);
                    principal
                }
                Err(rejection) => return Err(rejection::credentials(rejection)),
            },
        };
        let Ok(accounts) = self.admit(principal.as_ref(), peer) else {
            return Err(rejection::connection_share().of(principal.as_ref()));
        };
        match parts.method {
            Method::POST => self.post(parts.headers, request_body, principal, accounts).await,
            Method::GET if self.engine.has_sessions() => self.get(&parts.headers, principal.as_ref()),
            Method::DELETE if self.engine.has_sessions() => Ok(self.delete(&parts.headers, principal.as_ref())),
            method => Err(rejection::method_not_allowed(self.methods(), &method).of(principal.as_ref())),
        }
    }

    /// Admits an authenticated request, and returns the accounts that it is charged to.
    fn admit(&self, principal: Option<&Principal>, peer: Peer<'_>) -> Result<Arc<Accounts>, QuotaExceeded> {
        match peer {
            Peer::Own(connection) => {
                connection.admit(principal, || self.engine.accounts(principal, Some(connection.address())))
            }
            Peer::Foreign(address) => Ok(self.engine.accounts(principal, address)),
        }
    }

    /// Serves a message.
    async fn post<B: RequestBody>(
        &self,
        mut headers: HeaderMap,
        request_body: B,
        principal: Option<Principal>,
        accounts: Arc<Accounts>,
    ) -> Result<Response, Box<Rejection>> {
        let MessageHeaders { is_json, is_encoded, content_length, has_foreign_credentials, accepts, claims } =
            headers::message(&headers);
        if !is_json {
            return Err(rejection::unsupported_media_type(&headers).of(principal.as_ref()));
        }
        if is_encoded {
            return Err(rejection::unsupported_encoding(&headers).of(principal.as_ref()));
        }
        if !accepts.json && !accepts.stream {
            let offered = "application/json or text/event-stream";
            return Err(rejection::not_acceptable(offered, &headers).of(principal.as_ref()));
        }
        if has_foreign_credentials && !self.exposes_credentials {
            headers.remove(header::COOKIE);
            headers.remove(header::PROXY_AUTHORIZATION);
        }
        let body = match body::read(content_length, request_body, &self.bodies, &accounts).await {
            Ok(body) => body,
            Err(error) => return Err(rejection::body(&error, self.bodies.bytes, &headers).of(principal.as_ref())),
        };
        let caller = principal.clone();
        let inbound = Inbound { body, headers, principal, accounts, claims, accepts, stdio: None };
        let mut reply = self.engine.accept(inbound).await;
        let grounds = reply.take_grounds();
        let response = match reply {
            Reply::Unauthorized { rejection, message, .. } => {
                self.unauthorized(&rejection, caller.as_ref(), message, accepts)
            }
            Reply::Message(reply) => response::message(reply, accepts),
            Reply::Stream(events) => response::stream(SseBody::new(events, self.keep_alive)),
            Reply::Accepted | Reply::Dropped(_) => response::accepted(),
            Reply::Nothing => response::no_content(),
        };
        self.report(grounds, &response, caller.as_ref());
        Ok(response)
    }

    /// Reports a rejection of the engine.
    fn report(&self, grounds: Option<Box<Grounds>>, response: &Response, principal: Option<&Principal>) {
        if let Some(grounds) = grounds {
            self.engine.refusals().report(&grounds, Some(response.status().as_u16()), principal);
        }
    }

    /// Opens the standalone stream of a session, or resumes an interrupted stream.
    fn get(&self, headers: &HeaderMap, principal: Option<&Principal>) -> Result<Response, Box<Rejection>> {
        if !headers::accepts(headers).stream {
            return Err(rejection::not_acceptable("text/event-stream", headers).of(principal));
        }
        let last_event = headers::last_event_id(headers);
        let last_event = last_event.map_err(|invalid| rejection::invalid_header(invalid, headers).of(principal))?;
        Ok(match self.engine.open_stream(&headers::claims(headers), principal, last_event.as_deref()) {
            Ok(events) => response::stream(SseBody::new(events, self.keep_alive)),
            Err(rejection) => self.respond_with(rejection.reply(None), principal),
        })
    }

    /// Returns the response to a GET or DELETE request that the engine rejects.
    fn respond_with(&self, mut reply: Reply, principal: Option<&Principal>) -> Response {
        let grounds = reply.take_grounds();
        let response = response::reply(reply);
        self.report(grounds, &response, principal);
        response
    }

    /// Ends a session.
    fn delete(&self, headers: &HeaderMap, principal: Option<&Principal>) -> Response {
        match self.engine.end_session(&headers::claims(headers), principal) {
            Ok(()) => response::no_content(),
            Err(rejection) => self.respond_with(rejection.reply(None), principal),
        }
    }

    /// Returns the challenge for a call that the caller may not make. `message` is its JSON-RPC
    /// response.
    fn unauthorized(
        &self,
        rejection: &AccessRejection,
        principal: Option<&Principal>,
        message: bytes::Bytes,
        accepts: Accepts,
    ) -> Response {
        match (&self.authenticator, rejection) {
            (Some(authenticator), AccessRejection::InsufficientScope(scopes)) => {
                response::challenge(authenticator.insufficient_scope(scopes, principal), message)
            }
            (Some(authenticator), AccessRejection::LoginRequired(scopes)) => {
                response::challenge(authenticator.login_required(scopes), message)
            }
            // A handler requires a principal, but the module authenticates none.
            (None, _) => response::single(message, accepts),
        }
    }
}
