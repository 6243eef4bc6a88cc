//! From a method and its parameters to an operation on the snapshot, for both eras.

mod completion;
mod target;

use std::{borrow::Cow, sync::Arc};

use bytes::Bytes;
use serde_json::json;

use self::target::unknown_item;
pub(crate) use self::target::{ResolvedCall, TEMPLATE, UnknownTarget, unknown_name};
use crate::{
    auth::Principal,
    context::{Arguments, Target},
    protocol::{
        ErrorCode, ErrorObject, Method,
        envelope::{
            parameter::{Parameter, missing},
            params::Params,
            part::part,
        },
        types::error_object::excerpt,
    },
    registry::{ItemList, Registered, Snapshot, UriTemplate},
};

/// Operation that a request asks for.
pub(crate) enum Operation<'s> {
    /// A page of a list.
    List(&'s ItemList),
    /// A call of an item.
    Call(ResolvedCall),
}

/// Finds the operation of a request of this caller. `params` borrow from `body`.
pub(crate) fn resolve<'s>(
    snapshot: &'s Snapshot,
    method: Method,
    params: &Params<'_>,
    body: &Bytes,
    principal: Option<&Principal>,
) -> Result<Operation<'s>, UnknownTarget> {
    match method {
        Method::ToolsCall => tool(snapshot, params, body).map(Operation::Call),
        Method::PromptsGet => prompt(snapshot, params, body).map(Operation::Call),
        Method::ResourcesRead => {
            resolve_resource(snapshot, &required(params.uri, "uri")?, principal).map(Operation::Call)
        }
        Method::CompletionComplete if snapshot.completes() => {
            completion::resolve(snapshot, params, principal).map(Operation::Call)
        }
        Method::ToolsList if snapshot.has_tools() => Ok(Operation::List(&snapshot.tools_list)),
        Method::PromptsList if snapshot.has_prompts() => Ok(Operation::List(&snapshot.prompts_list)),
        Method::ResourcesList if snapshot.has_resources() => Ok(Operation::List(&snapshot.resources_list)),
        Method::ResourceTemplatesList if snapshot.has_resources() => Ok(Operation::List(&snapshot.templates_list)),
        _ => Err(UnknownTarget::Method),
    }
}

/// Returns the error for an unknown resource. Its code depends on the revision.
pub(crate) fn unknown_resource(code: ErrorCode, uri: &str) -> ErrorObject {
    ErrorObject::new(code, format!("Resource not found: {}", excerpt(uri))).data(json!({"uri": uri}))
}

fn tool(snapshot: &Snapshot, params: &Params<'_>, body: &Bytes) -> Result<ResolvedCall, UnknownTarget> {
    let name = required(params.name, "name")?;
    // Before the lookup, so that invalid arguments do not tell a hidden tool from an unknown one.
    let arguments = arguments(snapshot, params, body)?;
    let registered = snapshot.tool(&name).ok_or_else(|| unknown_item("tool", &name))?;
    let arguments = registered.item.read_json_texts(arguments);
    Ok(resolved(registered, None, Arguments::Json(arguments)))
}

fn prompt(snapshot: &Snapshot, params: &Params<'_>, body: &Bytes) -> Result<ResolvedCall, UnknownTarget> {
    let name = required(params.name, "name")?;
    let arguments = arguments(snapshot, params, body)?;
    let registered = snapshot.prompt(&name).ok_or_else(|| unknown_item("prompt", &name))?;
    Ok(resolved(registered, None, Arguments::JsonText(arguments)))
}

/// Finds the resource at this URI, as this caller sees it.
pub(crate) fn resolve_resource(
    snapshot: &Snapshot,
    uri: &str,
    principal: Option<&Principal>,
) -> Result<ResolvedCall, UnknownTarget> {
    let (registered, variables) = snapshot.resource(uri, principal).ok_or_else(|| unknown_uri(uri))?;
    Ok(resolved(registered, Some(uri.into()), Arguments::Text(variables)))
}

fn unknown_uri(uri: &str) -> UnknownTarget {
    if uri.len() > UriTemplate::MAX_URI_BYTES {
        let text = format!("`params.uri` is longer than {} bytes", UriTemplate::MAX_URI_BYTES);
        return UnknownTarget::Params(ErrorObject::invalid_params(text));
    }
    UnknownTarget::Resource(uri.to_owned())
}

fn resolved(registered: &Arc<Registered>, uri: Option<Box<str>>, arguments: Arguments) -> ResolvedCall {
    let target = Target { item: registered.item.clone(), uri, is_completion: false };
    ResolvedCall { registered: registered.clone(), target, arguments }
}

fn arguments(snapshot: &Snapshot, params: &Params<'_>, body: &Bytes) -> Result<Bytes, UnknownTarget> {
    if snapshot.reads_json_texts
        && let Some(object) = params.arguments.object_in_text()
    {
        return Ok(object.into());
    }
    let arguments = params.arguments.object("arguments").map_err(UnknownTarget::Params)?;
    Ok(arguments.map_or_else(|| Bytes::from_static(b"{}"), |arguments| part(body, arguments)))
}

fn required<'a>(parameter: Parameter<'a>, name: &str) -> Result<Cow<'a, str>, UnknownTarget> {
    parameter.text(name).and_then(|text| text.ok_or_else(|| missing(name))).map_err(UnknownTarget::Params)
}
