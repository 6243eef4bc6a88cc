//! `subscriptions/listen`: a stream of the changes that a client opted in to.

use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use super::{
    super::{
        Engine, EventStream, Inbound, MessageOutcome, Reply, Request, ResponseMode, Surroundings,
        begun::{Step, Subscription},
        error_bytes,
        listening::{Beginning, Followed, Listener, Watch},
        malformed, running, unknown_method,
    },
    tasks,
};
use crate::{
    auth::Principal,
    context::Client,
    dispatch,
    engine::tasks::owner,
    protocol::{
        ErrorCode, ErrorObject,
        envelope::parameter::missing,
        types::{subscription::SubscriptionFilter, task::has_tasks},
    },
};

/// After how long a client should try again when there was no room for it.
const RETRY_AFTER: Duration = Duration::from_secs(30);

/// Opens the stream.
pub(super) fn listen(
    engine: &Arc<Engine>,
    request: &Request<'_>,
    method: &str,
    inbound: &Inbound,
    client: &Client,
) -> Step {
    if !engine.serves_listeners(inbound) {
        return unknown_method(request.version, request.id, method).into();
    }
    if inbound.pipe.is_none() && !inbound.accepts.stream {
        let text = "the answer is a stream, which the header Accept does not allow";
        return malformed(Some(request.id), &ErrorObject::invalid_request(text)).into();
    }
    let filter = match filter(request, engine.listeners.limits.subscriptions) {
        Ok(filter) => filter,
        Err(error) => return Reply::answered(error_bytes(Some(request.id), &error)).into(),
    };
    if !filter.task_ids.is_empty() && !has_tasks(&client.capabilities()) {
        return tasks::without_extension(request).into();
    }
    let Some(place) = engine.listeners.enter(inbound.principal.as_ref()) else {
        tracing::warn!(listeners = engine.listeners.len(), "there is no room for another client that listens");
        let error = ErrorObject::new(ErrorCode::UNAVAILABLE, "too many clients listen, try again later");
        return Reply::with(MessageOutcome::NoRoom(RETRY_AFTER), error_bytes(Some(request.id), &error)).into();
    };
    let lists = filter.lists().and(engine.catalog.now().offers());
    let principal = inbound.principal.clone();
    let ends_at = principal.as_ref().and_then(Principal::ends_at);
    let id = request.id.detached();
    let beginning = Beginning { subscription: id.clone(), lists, principal, on_pipe: inbound.pipe.is_some() };
    let mut listening = engine.listeners.listen(beginning, place);
    if let Some(pipe) = &inbound.pipe
        && let Err(refusal) = listening.enter(&pipe.calls, engine.settings.calls_per_pipe)
    {
        return refusal.reply(request.id).into();
    }
    // Registered first, so that a shutdown either finds it or has been seen.
    if engine.closing.load(Ordering::SeqCst) {
        listening.end();
    }
    let candidates = candidates(engine, request, filter.resource_subscriptions, inbound, client);
    // Watched before they are looked for, so that no change falls between.
    let tasks = filter.task_ids.iter().map(|id| listening.watch_task(id)).collect();
    let (engine, owner) = (engine.clone(), owner(inbound.principal.as_ref()));
    let opened = Box::pin(async move {
        let readable = readable(candidates).await;
        let followed = followed(engine, tasks, owner).await;
        EventStream::of_changes(listening.acknowledge(readable, followed), ends_at)
    });
    Step::Subscription(Subscription { id, opened })
}

/// What the client wants to hear of.
fn filter(request: &Request<'_>, most: usize) -> Result<SubscriptionFilter, ErrorObject> {
    let filter = request.params.notifications.read("notifications")?;
    let mut filter: SubscriptionFilter = filter.ok_or_else(|| missing("notifications"))?;
    let named = [&mut filter.resource_subscriptions, &mut filter.task_ids].into_iter().map(|names| {
        names.sort_unstable();
        names.dedup();
        names.len()
    });
    if named.sum::<usize>() > most {
        let text = format!("`params.notifications` may name {most} resources and tasks");
        return Err(ErrorObject::invalid_params(text));
    }
    Ok(filter)
}

/// A resource that was asked for, and the question whether the caller may read it.
type Candidate = (String, crate::handler::BoxFuture<bool>);

/// The resources that exist. What does not, and what the caller may not read, is left out of the acknowledgement.
fn candidates(
    engine: &Engine,
    request: &Request<'_>,
    uris: Vec<String>,
    inbound: &Inbound,
    client: &Client,
) -> Vec<Candidate> {
    let snapshot = engine.catalog.now();
    let known = uris.into_iter().filter_map(|uri| Some((dispatch::aim_at_resource(&snapshot, &uri).ok()?, uri)));
    known
        .map(|(aimed, uri)| {
            let pipeline = aimed.registered.pipeline.clone();
            let (headers, principal) = (inbound.headers.clone(), inbound.principal.clone());
            let around = Surroundings::of_subscription(client.clone(), headers, principal);
            let context = engine.context(request, aimed, around);
            let permitted = async move { running::contained(pipeline.permit(&context)).await.is_ok() };
            (uri, Box::pin(permitted) as crate::handler::BoxFuture<bool>)
        })
        .collect()
}

async fn readable(candidates: Vec<Candidate>) -> Vec<String> {
    let mut readable = Vec::new();
    for (uri, permitted) in candidates {
        if permitted.await {
            readable.push(uri);
        }
    }
    readable
}

/// Those of the tasks that are the caller's. What is not is left out of the acknowledgement.
async fn followed(engine: Arc<Engine>, tasks: Vec<Watch<Listener>>, owner: Option<String>) -> Option<Followed> {
    if tasks.is_empty() || !engine.catalog.now().has_tasks() {
        return None;
    }
    let mut theirs = Vec::new();
    for watch in tasks {
        // A store that is broken has been complained of.
        if let Ok(Some(_)) = engine.task(watch.name(), owner.as_deref()).await {
            theirs.push(watch);
        }
    }
    Some(Followed::new(engine, owner, theirs))
}

impl Engine {
    /// Whether clients without a session can be told of changes: on a pipe always, since it needs no stream for it.
    pub(super) fn serves_listeners(&self, inbound: &Inbound) -> bool {
        inbound.pipe.is_some() || self.gives_up_listeners()
    }

    /// Whether there are listeners that may have to be given up, which those over HTTP are when they do not read.
    pub(crate) fn gives_up_listeners(&self) -> bool {
        self.settings.mode != ResponseMode::Json
    }
}
