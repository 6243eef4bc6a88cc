//! `resources/subscribe` and `resources/unsubscribe`: which resources a session watches.

use std::{
    borrow::Cow,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
};

use bytes::Bytes;

use super::{
    super::{Engine, Inbound, Reply, Request, Surroundings, begun::Step, error_bytes, running},
    Session,
};
use crate::{
    auth::Principal,
    dispatch::{self, Aimed, Unknown},
    engine::listening::{Watch, Watched, Watcher},
    protocol::{ErrorCode, ErrorObject, envelope::parameter::missing, types::subscription},
};

/// What a session watches, and for whom.
#[derive(Default)]
pub(crate) struct Subscriptions(Mutex<State>);

#[derive(Default)]
struct State {
    /// Who subscribed or listened last; the session is theirs alone, and the token the latest.
    principal: Option<Principal>,
    watches: Vec<Watch<dyn Watcher>>,
    /// What is to be watched once it is known that the client may read it.
    intended: Vec<Arc<str>>,
}

/// The session watches as much as it may.
struct Full;

/// That a session is to watch a URI. Given up when this is dropped, or when the client unsubscribes meanwhile: whoever is asked for
/// permission takes their time, and the client's messages count in the order in which it sent them.
struct Intent {
    session: Arc<Session>,
    uri: Arc<str>,
}

impl Session {
    /// Intends to watch a URI, for which there must be room.
    fn intend(self: &Arc<Self>, uri: &str, most: usize) -> Result<Intent, Full> {
        let mut state = self.subscriptions.lock();
        // Watching it twice is watching it once.
        if !state.names(uri) && state.watches.len() + state.intended.len() >= most {
            return Err(Full);
        }
        let uri: Arc<str> = uri.into();
        state.intended.push(uri.clone());
        Ok(Intent { session: self.clone(), uri })
    }

    fn unsubscribe(&self, uri: &str) {
        let mut state = self.subscriptions.lock();
        state.watches.retain(|watch| &**watch.name() != uri);
        state.intended.retain(|intended| **intended != *uri);
    }

    /// Watches nothing any more.
    pub(super) fn unsubscribe_all(&self) {
        let mut state = self.subscriptions.lock();
        state.watches.clear();
        state.intended.clear();
    }

    /// Notes the token of who listens now.
    pub(super) fn heard_by(&self, principal: Option<&Principal>) {
        self.subscriptions.lock().principal = principal.cloned();
    }
}

impl Intent {
    /// Watches what was intended, if it still is.
    fn watch(self, principal: Option<Principal>, watched: &Arc<Watched<dyn Watcher>>) {
        let mut state = self.session.subscriptions.lock();
        state.principal = principal;
        let is_intended = state.take_intended(&self.uri) && !self.session.has_ended();
        if is_intended && !state.watches.iter().any(|watch| *watch.name() == self.uri) {
            let session: Weak<Session> = Arc::downgrade(&self.session);
            state.watches.push(watched.watch(&self.uri, session));
        }
    }
}

impl Drop for Intent {
    fn drop(&mut self) {
        self.session.subscriptions.lock().take_intended(&self.uri);
    }
}

impl State {
    /// Whether the URI is watched, or is to be.
    fn names(&self, uri: &str) -> bool {
        self.watches.iter().any(|watch| &**watch.name() == uri)
            || self.intended.iter().any(|intended| **intended == *uri)
    }

    /// Takes an intent back. Whether it was still there; another one for the same URI is not meant.
    fn take_intended(&mut self, uri: &Arc<str>) -> bool {
        let position = self.intended.iter().position(|intended| Arc::ptr_eq(intended, uri));
        position.map(|position| self.intended.swap_remove(position)).is_some()
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
    let uri = uri(request).map_err(Unknown::Item);
    let aimed = match uri.and_then(|uri| dispatch::aim_at_resource(&engine.catalog.now(), &uri)) {
        Ok(aimed) => aimed,
        Err(unknown) => return engine.unknown(request, unknown, method, inbound.principal.as_ref()).into(),
    };
    let most = engine.listeners.limits.subscriptions;
    let Ok(intent) = session.intend(aimed.target.uri().unwrap_or_default(), most) else {
        let text = format!("a session may subscribe to {most} resources: unsubscribe from some");
        let error = ErrorObject::new(ErrorCode::UNAVAILABLE, text);
        return Reply::answered(error_bytes(Some(request.id), &error)).into();
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
        intent.watch(context.principal().cloned(), &engine.listeners.resources);
        // From here on updates wait for the client, even if it opens its stream later.
        session.standalone(engine.session_manner(version), engine.capacity());
        Reply::answered(engine.answers.members(version, context.request_id(), "", None))
    }))
}

/// Unsubscribes. What was not subscribed to is as good as unsubscribed.
pub(super) fn unsubscribe(engine: &Engine, session: &Session, request: &Request<'_>) -> Bytes {
    match uri(request) {
        Ok(uri) => {
            session.unsubscribe(&uri);
            engine.answers.members(request.version, request.id, "", None)
        }
        Err(error) => error_bytes(Some(request.id), &error),
    }
}

fn uri<'a>(request: &Request<'a>) -> Result<Cow<'a, str>, ErrorObject> {
    request.params.uri.text("uri")?.ok_or_else(|| missing("uri"))
}
