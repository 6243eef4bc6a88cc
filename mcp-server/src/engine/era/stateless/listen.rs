//! `subscriptions/listen`: a stream of the changes that a client subscribes to.

use std::sync::{Arc, atomic::Ordering};

use super::tasks;
use crate::{
    context::Client,
    dispatch,
    engine::{
        Engine,
        call::{self, PendingReply, PendingSubscription, STORE_RETRY, unknown_method},
        changes::{Listener, NewListener, Subscription, TaskUpdates, Watch},
        inbound::{Inbound, Request},
        live_tasks::owner,
        reply::{EventStream, Rejection, Reply},
        settings::ResponseMode,
    },
    handler::BoxFuture,
    limits::Limits,
    protocol::{
        ErrorObject,
        envelope::parameter::missing,
        types::{subscription::SubscriptionFilter, task::has_tasks},
    },
    quota::Resource,
    refusal::RefusalKind,
};

/// Returns `true` if clients of this era can be notified of changes. On stdio they always can,
/// since no stream is needed.
pub(super) fn is_supported(engine: &Engine, inbound: &Inbound) -> bool {
    inbound.stdio.is_some() || engine.settings.mode != ResponseMode::Json
}

/// Opens a subscription.
pub(super) fn listen(engine: &Arc<Engine>, request: &Request<'_>, inbound: &Inbound, client: &Client) -> PendingReply {
    if !is_supported(engine, inbound) {
        return unknown_method(request).into();
    }
    if inbound.stdio.is_none() && !inbound.accepts.stream {
        let text = "invalid header Accept: expected `text/event-stream`, since the response is a stream";
        let reply = Reply::bad_request(Some(request.id), &ErrorObject::invalid_request(text));
        return reply.because(|grounds| grounds.kind(RefusalKind::Accept)).into();
    }
    let filter = match filter(request, &engine.settings.limits) {
        Ok(filter) => filter,
        Err(error) => return Reply::error(request.id, &error).into(),
    };
    if !filter.task_ids.is_empty() && !has_tasks(&client.capabilities()) {
        return tasks::missing_extension(request).into();
    }
    let permit = match inbound.accounts.acquire(Resource::Subscriptions, 1) {
        Ok(permit) => permit,
        Err(exceeded) => {
            let open = engine.holders.held(Resource::Subscriptions);
            let reply = Rejection::SubscriptionLimit(exceeded).reply(Some(request.id));
            return reply.because(|grounds| grounds.seen(format_args!("{open} subscriptions"))).into();
        }
    };
    let lists = filter.lists().and(engine.catalog.now().offers());
    let principal = inbound.principal.clone();
    let ends_at = principal.as_ref().and_then(|principal| principal.ends_at(&engine.settings.clock));
    let id = request.id.detached();
    let new = NewListener { id: id.clone(), lists, principal, on_stdio: inbound.stdio.is_some() };
    let mut subscription = Subscription::open(&engine.listeners, new, permit);
    if let Some(connection) = &inbound.stdio
        && let Err(error) = subscription.enter(&connection.in_flight, engine.settings.limits.max_calls_on_stdio)
    {
        return Rejection::from(error).reply(Some(request.id)).into();
    }
    // Checked after the subscription is open, so that a concurrent shutdown cannot miss it.
    if engine.closing.load(Ordering::SeqCst) {
        subscription.end();
    }
    let candidates = candidates(engine, request, filter.resource_subscriptions, inbound, client);
    // Watched before the lookup, so that no change is missed in between.
    let tasks = filter.task_ids.iter().map(|id| subscription.watch_task(id)).collect();
    let (engine, owner) = (engine.clone(), owner(inbound.principal.as_ref()));
    let events = Box::pin(async move {
        let resources = readable(candidates).await;
        let tasks = task_updates(engine, tasks, owner).await;
        EventStream::of_subscription(subscription.acknowledge(resources, tasks), ends_at)
    });
    PendingReply::Subscription(PendingSubscription { id, events })
}

/// Returns the changes that the client asks for, of no more resources and tasks than the limits
/// permit.
fn filter(request: &Request<'_>, limits: &Limits) -> Result<SubscriptionFilter, ErrorObject> {
    let filter = request.params.notifications.read("notifications")?;
    let mut filter: SubscriptionFilter = filter.ok_or_else(|| missing("notifications"))?;
    let named = [&mut filter.resource_subscriptions, &mut filter.task_ids].into_iter().map(|names| {
        names.sort_unstable();
        names.dedup();
        (names.len(), names.iter().map(String::len).sum::<usize>())
    });
    let (count, bytes) = named.fold((0, 0), |(count, bytes), named| (count + named.0, bytes + named.1));
    let (max, max_bytes) = (limits.max_subscriptions, limits.max_subscribed_bytes);
    if bytes > max_bytes {
        let text = format!("too long names in `params.notifications`: expected at most {max_bytes} bytes");
        return Err(ErrorObject::invalid_params(text));
    }
    if count > max {
        let text = format!("too many names in `params.notifications`: expected at most {max} resources and tasks");
        return Err(ErrorObject::invalid_params(text));
    }
    Ok(filter)
}

/// A resource, and the check whether the caller may read it.
type Candidate = (String, BoxFuture<bool>);

/// Returns the resources that exist. Unknown resources are left out of the acknowledgement, and so
/// are those that the caller may not read.
fn candidates(
    engine: &Engine,
    request: &Request<'_>,
    uris: Vec<String>,
    inbound: &Inbound,
    client: &Client,
) -> Vec<Candidate> {
    let snapshot = engine.catalog.now();
    let principal = inbound.principal.as_ref();
    let known =
        uris.into_iter().filter_map(|uri| Some((dispatch::resolve_resource(&snapshot, &uri, principal).ok()?, uri)));
    known
        .map(|(call, uri)| {
            let (client, headers, principal) = (client.clone(), inbound.headers.clone(), inbound.principal.clone());
            let (_, check) = call::check_access(engine, request, call, client, headers, principal);
            (uri, Box::pin(async move { check.await.is_ok() }) as BoxFuture<bool>)
        })
        .collect()
}

async fn readable(candidates: Vec<Candidate>) -> Vec<String> {
    let mut readable = Vec::new();
    for (uri, is_readable) in candidates {
        if is_readable.await {
            readable.push(uri);
        }
    }
    readable
}

/// Returns updates of those tasks that belong to the caller. The others are left out of the
/// acknowledgement.
async fn task_updates(engine: Arc<Engine>, tasks: Vec<Watch<Listener>>, owner: Option<String>) -> Option<TaskUpdates> {
    if tasks.is_empty() || !engine.catalog.now().has_tasks() {
        return None;
    }
    let mut owned = Vec::new();
    for watch in tasks {
        // The failure of a store is logged where it happens.
        if let Ok(Some(_)) = call::find_task(&engine, watch.name(), owner.as_deref()).await {
            owned.push(watch);
        }
    }
    let lookup = move |id: Arc<str>| {
        let (engine, owner) = (engine.clone(), owner.clone());
        Box::pin(async move {
            loop {
                match call::find_task(&engine, &id, owner.as_deref()).await {
                    Ok(state) => return state,
                    Err(_) => tokio::time::sleep(STORE_RETRY).await,
                }
            }
        }) as BoxFuture<_>
    };
    Some(TaskUpdates::new(owned, Box::new(lookup)))
}
