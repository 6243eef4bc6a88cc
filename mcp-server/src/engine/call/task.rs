//! Calls that become tasks (extension `io.modelcontextprotocol/tasks`).
//!
//! Each task has one tokio task, which runs the call and saves its state after every change.

use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use bytes::Bytes;
use serde::Deserialize;
use serde_json::value::{RawValue, to_raw_value};
use tokio::sync::oneshot;

use super::{
    driver::{CallEnd, Driver, Stop},
    outcome,
};
use crate::{
    context::{ClientChannel, Context, Detachable, Lifetime, LiveTask, TaskOutcome},
    engine::{
        Engine,
        live_tasks::{CANCELLED_BY_CLIENT, SHUTTING_DOWN, TaskState, WorkingTask, holder, owner},
        response::error_bytes,
    },
    escape::{Escaped, chain},
    protocol::{ErrorCode, ErrorObject, ProtocolVersion, TaskSupport},
    quota::Holder,
    store::{Change, StoreError, TaskLimits, TaskMessage, TaskRecord},
};

/// Time after which a failed operation of the store is retried.
pub(in crate::engine) const STORE_RETRY: Duration = Duration::from_secs(1);

/// Turns a call into a task, and returns the response to its request, `CreateTaskResult`. Returns
/// the driver if there is no room for another task, or if the call was cancelled meanwhile.
pub(super) async fn become_task(
    engine: &Arc<Engine>,
    version: ProtocolVersion,
    call: &Context,
    driver: Driver,
) -> Result<Bytes, Box<Driver>> {
    let (decided, decision) = oneshot::channel();
    // In a tokio task: the request may be dropped at any moment, and must not leave a task behind
    // that no client knows of.
    tokio::spawn(run(engine.clone(), version, call.clone(), Box::new(driver), decided));
    decision.await.unwrap_or_else(|_| Ok(error_bytes(Some(call.request_id()), &result_lost())))
}

/// Runs a task from its creation to its end.
async fn run(
    engine: Arc<Engine>,
    version: ProtocolVersion,
    call: Context,
    mut driver: Box<Driver>,
    decided: oneshot::Sender<Result<Bytes, Box<Driver>>>,
) {
    let ClientChannel::Detachable(detachable) = &call.0.channel else { return };
    let working = match create(&engine, &call, driver.holder()).await {
        Ok(Some(working)) => working,
        rejected => return continue_call(&call, detachable, rejected, driver, decided),
    };
    if call.is_cancelled() {
        // Cancelled before any client knew of the task. The driver ends the call without a
        // response.
        remove(&engine, &working).await;
        detachable.refuse();
        _ = decided.send(Err(driver));
        return;
    }
    let (members, _) = working.task.describe();
    let handle = engine.responses.of_type(call.request_id(), "task", &members[1..members.len() - 1]);
    engine.tasks.insert(working.clone());
    // From here on the loss of the connection does not cancel the call.
    detachable.become_task(working.task.clone());
    if decided.send(Ok(handle)).is_err() {
        // The request is gone, and its client does not know of the task. The drop cancels the call.
        engine.tasks.remove(&working.task.id);
        return remove(&engine, &working).await;
    }
    let permit = driver.detach(engine.settings.limits.task_lifetime);
    call.0.outbox.close();
    let work = async {
        let outcome = match driver.run_to_end().await {
            Stop::End(end) => task_outcome(&engine, version, &call, end),
            Stop::Detaches | Stop::NeedsStream | Stop::Cancelled | Stop::Expired => {
                let is_closing = engine.closing.load(Ordering::SeqCst);
                TaskOutcome::Cancelled(if is_closing { SHUTTING_DOWN } else { CANCELLED_BY_CLIENT })
            }
        };
        working.task.end(outcome);
    };
    let save = async {
        loop {
            working.task.changed().await;
            let ended = save(&engine, &working).await;
            // Published after the save, so that every process finds the new state.
            engine.settings.change_bus.publish(Change::TaskUpdated(working.task.id.clone()));
            if ended {
                return;
            }
        }
    };
    tokio::select! {
        ((), ()) = async { tokio::join!(work, save) } => {}
        () = receive(&engine, &working) => {}
    }
    engine.tasks.remove(&working.task.id);
    // Blocking work of the handler may outlive the task.
    call.0.blocking.hold(permit);
}

/// Stores a new task. Returns `None` if there is no room for it.
async fn create(engine: &Engine, call: &Context, charged: Option<Holder>) -> Result<Option<WorkingTask>, StoreError> {
    let (settings, limits) = (&engine.settings, &engine.settings.limits);
    let id = settings.random.id().map_err(|error| format!("cannot create a task id: {error}"))?;
    let created = settings.clock.now();
    // Leaves time to cancel late work, and for the client to poll its end.
    let margin = limits.cancellation_grace.saturating_add(settings.task_poll_interval.saturating_mul(2));
    let kept = limits.task_lifetime.saturating_add(margin);
    let lifetime = Lifetime { created, time: limits.task_lifetime, poll_interval: settings.task_poll_interval };
    let working = WorkingTask {
        task: Arc::new(LiveTask::new(id.into(), lifetime)),
        call: call.clone(),
        owner: owner(call.principal()),
        holder: holder(call.principal(), charged, settings.callers.is_some()),
        expires: created.checked_add(kept).ok_or("`Limits::task_lifetime` exceeds the range of the clock")?,
    };
    let limits = TaskLimits::new(limits.max_tasks, limits.max_tasks_per_principal);
    Ok(settings.task_store.create(working.record(), limits).await?.then_some(working))
}

/// Saves the current state of a task, and retries until the store accepts it. Returns `true` if the
/// task has ended.
async fn save(engine: &Engine, working: &WorkingTask) -> bool {
    let (store, task) = (&engine.settings.task_store, &working.task);
    let mut is_lost = false;
    loop {
        // Read for each try, since the state may have changed meanwhile.
        let record = working.record();
        let ended = record.ended;
        match store.put(record).await {
            Ok(true) => return ended,
            Ok(false) if !ended => return false,
            Ok(false) if is_lost => {
                remove(engine, working).await;
                return true;
            }
            Ok(false) => {
                tracing::error!(task = &*task.id, "there is no room for the result of a task");
                task.lose(failed(&result_lost()));
                is_lost = true;
            }
            Err(error) => {
                tracing::error!(task = &*task.id, error = chain(&*error), "a task could not be saved");
                if working.expires <= engine.settings.clock.now() {
                    return true;
                }
                tokio::time::sleep(STORE_RETRY).await;
            }
        }
    }
}

async fn remove(engine: &Engine, working: &WorkingTask) {
    if let Err(error) = engine.settings.task_store.remove(&working.task.id).await {
        tracing::error!(task = &*working.task.id, error = chain(&*error), "a task could not be removed");
    }
}

/// Returns the task of that id, if it belongs to `owner`. Any process may work on it.
pub(in crate::engine) async fn find(
    engine: &Engine,
    id: &str,
    owner: Option<&str>,
) -> Result<Option<TaskState>, StoreError> {
    if let Some(working) = engine.tasks.get(id, owner) {
        return Ok(Some(working.state()));
    }
    let stored = find_stored(engine, id).await?;
    Ok(stored.filter(|task| task.owner.as_deref() == owner).map(TaskState::from))
}

/// Returns the task of that id as it is stored.
pub(in crate::engine) async fn find_stored(engine: &Engine, id: &str) -> Result<Option<TaskRecord>, StoreError> {
    engine.settings.task_store.get(id).await.inspect_err(|error| {
        tracing::error!(task = Escaped::new(id).to_string(), error = chain(&**error), "the task store failed");
    })
}

/// Returns the end of a call as its task shows it: the content of the response to its request.
fn task_outcome(engine: &Engine, version: ProtocolVersion, call: &Context, end: CallEnd) -> TaskOutcome {
    #[derive(Deserialize)]
    struct Response<'a> {
        #[serde(borrow, default)]
        result: Option<&'a RawValue>,
        #[serde(borrow, default)]
        error: Option<&'a RawValue>,
    }
    let message = outcome::last_message(engine, version, call, end);
    if message.len() > engine.settings.limits.max_task_result_bytes {
        let (item, bytes) = (call.target().name(), message.len());
        tracing::error!(item, bytes, "the result of a task exceeds `Limits::max_task_result_bytes`");
        return failed(&result_lost());
    }
    match serde_json::from_slice(&message) {
        Ok(Response { result: Some(result), .. }) => TaskOutcome::Completed(result.to_owned()),
        Ok(Response { error: Some(error), .. }) => TaskOutcome::Failed(error.to_owned(), error_text(error)),
        _ => failed(&result_lost()),
    }
}

/// Processes the messages of other processes to the task. Never ends.
async fn receive(engine: &Engine, working: &WorkingTask) {
    let task = &working.task;
    loop {
        match engine.settings.task_store.receive(&task.id).await {
            Ok(TaskMessage::Answers(responses)) => match serde_json::from_str(&responses) {
                // The client has received an acknowledgement, so invalid answers are dropped.
                Ok(responses) => {
                    if let Err(invalid) = task.answer(responses) {
                        tracing::debug!(task = &*task.id, ?invalid, "dropped invalid answers from another process");
                    }
                }
                Err(error) => {
                    tracing::error!(
                        task = &*task.id,
                        error = chain(&error),
                        "dropped malformed answers from another process"
                    );
                }
            },
            Ok(TaskMessage::Cancel) => working.cancel(CANCELLED_BY_CLIENT),
            Err(error) => {
                tracing::error!(task = &*task.id, error = chain(&*error), "messages to a task could not be received");
                tokio::time::sleep(STORE_RETRY).await;
            }
        }
    }
}

/// Continues a call that cannot become a task.
fn continue_call(
    call: &Context,
    detachable: &Detachable,
    rejected: Result<Option<WorkingTask>, StoreError>,
    driver: Box<Driver>,
    decided: oneshot::Sender<Result<Bytes, Box<Driver>>>,
) {
    let item = call.target().name();
    if let Err(error) = rejected {
        tracing::error!(item, error = chain(&*error), "a task could not be created");
    } else if call.item().task != TaskSupport::Required {
        // A call that must become a task is rejected, and logged as a refusal.
        tracing::warn!(item, "the limit of tasks is reached: the call continues without a task");
    }
    detachable.refuse();
    // Without a receiver the driver is dropped, which cancels the call.
    _ = decided.send(Err(driver));
}

fn result_lost() -> ErrorObject {
    ErrorObject::new(ErrorCode::INTERNAL_ERROR, "the result of the task could not be kept")
}

fn failed(error: &ErrorObject) -> TaskOutcome {
    TaskOutcome::Failed(to_raw_value(error).unwrap_or_default(), error.message.to_string())
}

/// Returns the message of a JSON-RPC error.
fn error_text(error: &RawValue) -> String {
    #[derive(Deserialize)]
    struct Message {
        message: String,
    }
    serde_json::from_str::<Message>(error.get()).map(|error| error.message).unwrap_or_default()
}
