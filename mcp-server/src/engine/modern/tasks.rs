//! `tasks/get`, `tasks/update`, `tasks/cancel`: how clients look after what has become of their calls.

use std::{borrow::Cow, collections::BTreeMap, sync::Arc};

use bytes::Bytes;
use serde_json::value::RawValue;

use crate::{
    context::{Client, Misfit},
    engine::{
        Engine, Inbound, Reply, Request,
        begun::{Home, Step},
        error_bytes, malformed,
        tasks::{Live, WITHDRAWN, owner},
        unknown_method,
    },
    protocol::{
        ErrorCode, ErrorObject, Method, ProtocolVersion, RequestId,
        envelope::parameter::missing,
        types::task::{has_tasks, task_capabilities, unknown_task},
    },
    store::TaskMessage,
};

/// What a client wants of a task.
enum Wish {
    Get,
    Update(BTreeMap<String, Box<RawValue>>),
    Cancel,
}

/// Answers a request about a task.
pub(super) fn answer(
    engine: &Arc<Engine>,
    request: &Request<'_>,
    method: Method,
    inbound: &Inbound,
    client: &Client,
) -> Step {
    if !engine.catalog.now().has_tasks() {
        return unknown_method(request.version, request.id, method.as_str()).into();
    }
    if !has_tasks(&client.capabilities()) {
        return without_extension(request).into();
    }
    let (id, wish) = match read(request, method) {
        Ok(read) => read,
        Err(error) => return Reply::answered(error_bytes(Some(request.id), &error)).into(),
    };
    let (owner, accepts) = (owner(inbound.principal.as_ref()), inbound.accepts);
    if let Some(live) = engine.tasks.live(&id, owner.as_deref()) {
        let answer = match here(&live, wish) {
            Ok(members) => written(engine, request.version, request.id, &members),
            Err(error) => error_bytes(Some(request.id), &error),
        };
        return Home::Connection.answer(engine, accepts, answer).into();
    }
    let (engine, version, request_id, id) = (engine.clone(), request.version, request.id.clone(), id.into_owned());
    Step::Later(Box::pin(async move {
        let answer = match not_here(&engine, &id, owner.as_deref(), wish).await {
            Ok(members) => written(&engine, version, &request_id, &members),
            Err(error) => error_bytes(Some(&request_id), &error),
        };
        Home::Connection.answer(&engine, accepts, answer)
    }))
}

/// The refusal of what only clients with the extension may ask.
pub(super) fn without_extension(request: &Request<'_>) -> Reply {
    let text = "the client does not declare the extension that this is of";
    let error = ErrorObject::new(ErrorCode::MISSING_REQUIRED_CLIENT_CAPABILITY, text);
    let data = serde_json::json!({"requiredCapabilities": task_capabilities()});
    malformed(Some(request.id), &error.data(data))
}

/// An object without members.
const ACKNOWLEDGED: &str = "{}";

fn written(engine: &Engine, version: ProtocolVersion, id: &RequestId, object: &str) -> Bytes {
    engine.answers.members(version, id, &object[1..object.len() - 1], None)
}

fn read<'a>(request: &Request<'a>, method: Method) -> Result<(Cow<'a, str>, Wish), ErrorObject> {
    let params = request.params;
    let id = params.task_id.text("taskId")?.ok_or_else(|| missing("taskId"))?;
    let wish = match method {
        Method::TasksUpdate => {
            let responses = params.input_responses.read("inputResponses")?;
            Wish::Update(responses.ok_or_else(|| missing("inputResponses"))?)
        }
        Method::TasksCancel => Wish::Cancel,
        _ => Wish::Get,
    };
    Ok((id, wish))
}

/// What is done with a task that is worked on here.
fn here(live: &Live, wish: Wish) -> Result<String, ErrorObject> {
    match wish {
        Wish::Get => return Ok(live.task.describe().0),
        Wish::Update(responses) => live.task.answer(responses).map_err(|misfits| unfit(&misfits))?,
        Wish::Cancel => live.cancel(WITHDRAWN),
    }
    Ok(ACKNOWLEDGED.to_owned())
}

/// The refusal of answers, all of which the client may send again once they fit.
fn unfit(misfits: &[Misfit]) -> ErrorObject {
    let misfits: Vec<String> = misfits.iter().map(|Misfit { key, reason }| format!("`{key}`: {reason}")).collect();
    let text = format!("nothing was taken, because not all of `params.inputResponses` fits: {}", misfits.join("; "));
    ErrorObject::invalid_params(text)
}

/// What can be said of a task that is not worked on here: it has ended, or another process works on it.
async fn not_here(engine: &Engine, id: &str, owner: Option<&str>, wish: Wish) -> Result<String, ErrorObject> {
    let found = engine.kept_task(id).await.map_err(|_| unreachable())?;
    let task = found.filter(|task| task.owner.as_deref() == owner).ok_or_else(unknown_task)?;
    let message = match wish {
        Wish::Get => return Ok(task.state),
        // What has ended takes everything, and changes no more.
        Wish::Update(_) | Wish::Cancel if task.ended => return Ok(ACKNOWLEDGED.to_owned()),
        Wish::Update(responses) => TaskMessage::Answers(serde_json::to_string(&responses).unwrap_or_default()),
        Wish::Cancel => TaskMessage::Cancel,
    };
    engine.settings.tasks.store.send(id, message).await.map_err(|error| {
        tracing::error!(task = id, error = crate::error::chain(&*error), "a message to a task could not be sent");
        unreachable()
    })?;
    Ok(ACKNOWLEDGED.to_owned())
}

fn unreachable() -> ErrorObject {
    ErrorObject::new(ErrorCode::INTERNAL_ERROR, "the task cannot be reached at the moment")
}
