//! `tasks/get`, `tasks/update` and `tasks/cancel`.

use std::{borrow::Cow, collections::BTreeMap, sync::Arc};

use serde_json::value::RawValue;

use crate::{
    context::{Client, InvalidAnswer},
    engine::{
        Engine,
        call::{self, PendingReply, StreamOwner, unknown_method},
        inbound::{Accepts, Inbound, Request},
        live_tasks::{CANCELLED_BY_CLIENT, WorkingTask, owner},
        reply::{Reply, Status},
    },
    escape::chain,
    protocol::{
        ErrorCode, ErrorObject, Method, ProtocolVersion, RequestId,
        envelope::parameter::missing,
        types::{
            reserved::extension,
            task::{has_tasks, task_capabilities, unknown_task},
        },
    },
    refusal::RefusalKind,
    store::TaskMessage,
};

/// An operation on a task.
enum Operation {
    Get,
    Update(BTreeMap<String, Box<RawValue>>),
    Cancel,
}

/// Serves a request about a task.
pub(super) fn serve(
    engine: &Arc<Engine>,
    request: &Request<'_>,
    method: Method,
    inbound: &Inbound,
    client: &Client,
) -> PendingReply {
    if !engine.catalog.now().has_tasks() {
        return unknown_method(request).into();
    }
    if !has_tasks(&client.capabilities()) {
        return missing_extension(request).into();
    }
    let (id, operation) = match read(request, method) {
        Ok(read) => read,
        Err(error) => return Reply::error(request.id, &error).into(),
    };
    let (owner, accepts) = (owner(inbound.principal.as_ref()), inbound.accepts);
    if let Some(working) = engine.tasks.get(&id, owner.as_deref()) {
        let result = apply_here(&working, operation);
        return reply(engine, accepts, request.version, request.id, method, result).into();
    }
    let (engine, version, request_id, id) = (engine.clone(), request.version, request.id.clone(), id.into_owned());
    PendingReply::Later(Box::pin(async move {
        let result = apply_elsewhere(&engine, &id, owner.as_deref(), operation).await;
        reply(&engine, accepts, version, &request_id, method, result)
    }))
}

/// Returns the reply to a request of a client that did not declare the extension.
pub(super) fn missing_extension(request: &Request<'_>) -> Reply {
    let (method, extension) = (request.method, extension::TASKS);
    let text = format!("`{method}` requires the extension `{extension}`, which the client did not declare");
    let error = ErrorObject::new(ErrorCode::MISSING_REQUIRED_CLIENT_CAPABILITY, text);
    let data = serde_json::json!({"requiredCapabilities": task_capabilities()});
    Reply::bad_request(Some(request.id), &error.data(data))
}

/// An object without members.
const ACKNOWLEDGED: &str = "{}";

fn reply(
    engine: &Engine,
    accepts: Accepts,
    version: ProtocolVersion,
    id: &RequestId,
    method: Method,
    result: Result<String, ErrorObject>,
) -> Reply {
    match result {
        Ok(object) => {
            let response = engine.responses.members(version, id, &object[1..object.len() - 1], None);
            StreamOwner::Connection.respond(engine, accepts, response)
        }
        // The failure of a store is logged where it happens.
        Err(error) if error.code == ErrorCode::INTERNAL_ERROR => Reply::failed(Status::Ok, id, &error),
        Err(error) => {
            let kind = if error == unknown_task() { RefusalKind::Item } else { RefusalKind::of_code(error.code) };
            let reply = Reply::rejected_as(kind, Status::Ok, Some(id), &error);
            reply.because(|grounds| grounds.method(method.as_str()))
        }
    }
}

fn read<'a>(request: &Request<'a>, method: Method) -> Result<(Cow<'a, str>, Operation), ErrorObject> {
    let params = request.params;
    let id = params.task_id.text("taskId")?.ok_or_else(|| missing("taskId"))?;
    let operation = match method {
        Method::TasksUpdate => {
            let responses = params.input_responses.read("inputResponses")?;
            Operation::Update(responses.ok_or_else(|| missing("inputResponses"))?)
        }
        Method::TasksCancel => Operation::Cancel,
        _ => Operation::Get,
    };
    Ok((id, operation))
}

/// Applies an operation to a task that this process works on.
fn apply_here(working: &WorkingTask, operation: Operation) -> Result<String, ErrorObject> {
    match operation {
        Operation::Get => return Ok(working.state().text),
        Operation::Update(responses) => working.task.answer(responses).map_err(|invalid| invalid_answers(&invalid))?,
        Operation::Cancel => working.cancel(CANCELLED_BY_CLIENT),
    }
    Ok(ACKNOWLEDGED.to_owned())
}

/// Returns the error for answers that were rejected because at least one is invalid.
fn invalid_answers(invalid: &[InvalidAnswer]) -> ErrorObject {
    let reasons: Vec<String> =
        invalid.iter().map(|InvalidAnswer { key, reason }| format!("`{key}`: {reason}")).collect();
    let text = format!("invalid `params.inputResponses`, so no answer was accepted: {}", reasons.join("; "));
    ErrorObject::invalid_params(text)
}

/// Applies an operation to a task that has ended, or that another process works on.
async fn apply_elsewhere(
    engine: &Engine,
    id: &str,
    owner: Option<&str>,
    operation: Operation,
) -> Result<String, ErrorObject> {
    let found = call::find_stored_task(engine, id).await.map_err(|_| unreachable())?;
    let task = found.filter(|task| task.owner.as_deref() == owner).ok_or_else(unknown_task)?;
    let message = match operation {
        Operation::Get => return Ok(task.state),
        // A task that has ended accepts every operation, and does not change.
        Operation::Update(_) | Operation::Cancel if task.ended => return Ok(ACKNOWLEDGED.to_owned()),
        Operation::Update(responses) => TaskMessage::Answers(serde_json::to_string(&responses).unwrap_or_default()),
        Operation::Cancel => TaskMessage::Cancel,
    };
    engine.settings.task_store.send(id, message).await.map_err(|error| {
        tracing::error!(task = id, error = chain(&*error), "a message to a task could not be sent");
        unreachable()
    })?;
    Ok(ACKNOWLEDGED.to_owned())
}

fn unreachable() -> ErrorObject {
    ErrorObject::new(ErrorCode::INTERNAL_ERROR, "the task cannot be reached at the moment")
}
