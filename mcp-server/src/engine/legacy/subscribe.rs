//! `resources/subscribe` and `resources/unsubscribe`: which resources a session watches.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;

use super::{
    super::{Engine, Inbound, Reply, Request, Surroundings, begun::Step, error_bytes, running},
    Session,
};
use crate::{
    auth::Principal,
    dispatch::{self, Aimed},
    engine::listening::{Watch, Watched, Watcher},
    protocol::{ErrorCode, ErrorObject, subscription},
};

/// What a session watches, and for whom.
#[derive(Default)]
pub(crate) struct Subscriptions(Mutex<State>);

#[derive(Default)]
struct State {
    /// Who subscribed or listened last; the session is theirs alone, and the token the latest.
    principal: Option<Principal>,
    watches: Vec<Watch>,
}

/// The session watches as much as it may.
struct Full;

impl Session {
    /// Watches a URI. Watching it twice is watching it once.
    fn subscribe(
        self: &Arc<Self>,
        uri: &str,
        principal: Option<Principal>,
        watched: &Arc<Watched>,
        most: usize,
    ) -> Result<(), Full> {
        let mut state = self.subscriptions.lock();
        state.principal = principal;
        if state.watches.iter().any(|watch| watch.uri() == uri) || self.has_ended() {
            return Ok(());
        }
        if state.watches.len() >= most {
            return Err(Full);
        }
        state.watches.push(watched.watch(uri, self));
        Ok(())
    }

    fn unsubscribe(&self, uri: &str) {
        self.subscriptions.lock().watches.retain(|watch| watch.uri() != uri);
    }

    /// Watches nothing any more.
    pub(super) fn unsubscribe_all(&self) {
        self.subscriptions.lock().watches.clear();
    }

    /// Notes the token of who listens now.
    pub(super) fn heard_by(&self, principal: Option<&Principal>) {
        self.subscriptions.lock().principal = principal.cloned();
    }
}

impl Watcher for Session {
    fn updated(&self, uri: &Arc<str>, may_read: &dyn Fn(Option<&Principal>) -> bool, _now: u64) {
        let principal = self.subscriptions.lock().principal.clone();
        if may_read(principal.as_ref()) {
            self.tell(&[subscription::resource_updated(uri, None)]);
        }
    }
}

impl Subscriptions {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Subscribes to a resource that the caller may read: access and guards are asked as they would be by `resources/read`.
pub(super) fn subscribe(
    engine: &Arc<Engine>,
    session: &Arc<Session>,
    request: &Request<'_>,
    method: &str,
    inbound: Inbound,
) -> Step {
    let aimed = match uri(request).and_then(|uri| dispatch::aim_at_resource(&engine.catalog.now(), uri)) {
        Ok(aimed) => aimed,
        Err(unknown) => return engine.unknown(request, unknown, method, inbound.principal.as_ref()).into(),
    };
    let Aimed { registered, .. } = &aimed;
    let pipeline = registered.pipeline.clone();
    let around = Surroundings::of_subscription(session.client.clone(), inbound.headers, inbound.principal);
    let (engine, session, version) = (engine.clone(), session.clone(), request.version);
    let context = engine.context(request, aimed, around);
    Step::Later(Box::pin(async move {
        if let Err(error) = running::contained(pipeline.permit(&context)).await {
            return engine.ended(version, &context, Err(error));
        }
        let most = engine.listeners.limits.subscriptions;
        let uri = context.target().uri().unwrap_or_default();
        let watched = &engine.listeners.watched;
        if session.subscribe(uri, context.principal().cloned(), watched, most).is_err() {
            let text = format!("a session may subscribe to {most} resources: unsubscribe from some");
            let error = ErrorObject::new(ErrorCode::UNAVAILABLE, text);
            return Reply::answered(error_bytes(Some(context.request_id()), &error));
        }
        // From here on updates wait for the client, even if it opens its stream later.
        session.standalone(engine.session_manner(version), engine.capacity());
        Reply::answered(engine.answers.members(version, context.request_id(), "", None))
    }))
}

/// Unsubscribes. What was not subscribed to is as good as unsubscribed.
pub(super) fn unsubscribe(engine: &Engine, session: &Session, request: &Request<'_>) -> Bytes {
    match uri(request) {
        Ok(uri) => {
            session.unsubscribe(uri);
            engine.answers.members(request.version, request.id, "", None)
        }
        Err(_) => error_bytes(Some(request.id), &dispatch::missing("uri")),
    }
}

fn uri<'r>(request: &'r Request<'_>) -> Result<&'r str, dispatch::Unknown> {
    request.params.uri.as_deref().ok_or_else(|| dispatch::Unknown::Item(dispatch::missing("uri")))
}
