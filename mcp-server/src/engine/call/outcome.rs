//! Turns the end of a call into its response: a result, an error, or questions for the client.

use bytes::Bytes;
use serde_json::json;

use super::{driver::CallEnd, grounds, request_state, unknown::unknown_item};
use crate::{
    auth::ScopeFailure,
    context::{ClientChannel, Context},
    engine::{
        Engine,
        reply::{AccessRejection, MessageReply, Reply, Status},
        response::hidden_item,
    },
    error::{CallError, Failure, UrlElicitation},
    protocol::{
        Era, ErrorCode, ErrorObject, ProtocolVersion, revision::since::Feature, types::input_request::InputRequest,
    },
    refusal::Grounds,
};

/// Returns the reply to a call that has sent nothing before its end. Only such a call can still be
/// rejected with a status of the transport.
pub(super) fn reply(engine: &Engine, version: ProtocolVersion, context: &Context, end: CallEnd) -> Reply {
    let (end, grounds) = for_revision(engine, version, context, end);
    if end.is_hidden() {
        let error = hidden_item(version, context.target());
        let reply = unknown_item(engine, context.request_id(), context.principal(), &error);
        return match grounds {
            // An anonymous caller may read another error than the one of an unknown item.
            Some(hidden) => reply.because(|unknown| Grounds { message: unknown.message, code: unknown.code, ..hidden }),
            None => reply,
        };
    }
    let grounds = grounds.map(Box::new);
    let is_stateless = version.era() == Era::Stateless;
    let (mut status, mut rejection) = (Status::Ok, None);
    if let CallEnd::Done(Err(CallError(failure))) = &end {
        match failure {
            Failure::InsufficientScope(scopes) => rejection = Some(AccessRejection::InsufficientScope(scopes.clone())),
            Failure::LoginRequired(scopes) => rejection = Some(AccessRejection::LoginRequired(scopes.clone())),
            Failure::Protocol(error) | Failure::Rejected(_, error)
                if is_stateless && error.code == ErrorCode::HEADER_MISMATCH =>
            {
                status = Status::BadRequest;
            }
            Failure::MissingCapabilities(_) if is_stateless => status = Status::BadRequest,
            _ => {}
        }
    }
    let message = write(engine, version, context, end);
    match rejection {
        Some(rejection) => Reply::Unauthorized { rejection, message, grounds },
        None => Reply::Message(MessageReply { status, body: message, session: None, grounds }),
    }
}

/// Returns the last message of a call that has become a stream.
pub(super) fn last_message(engine: &Engine, version: ProtocolVersion, context: &Context, end: CallEnd) -> Bytes {
    let (end, grounds) = for_revision(engine, version, context, end);
    if let Some(grounds) = grounds {
        engine.refusals().report(&grounds, None, context.principal());
    }
    write(engine, version, context, end)
}

fn write(engine: &Engine, version: ProtocolVersion, context: &Context, end: CallEnd) -> Bytes {
    let (responses, id) = (&engine.responses, context.request_id());
    match end {
        CallEnd::Done(outcome) => responses.call(version, id, context.target(), outcome),
        CallEnd::Asks(questions) => {
            let message = match request_state::input_required(&engine.settings, context, &questions) {
                Ok(members) => responses.of_type(id, "input_required", &members),
                Err(error) => responses.call(version, id, context.target(), Err(error)),
            };
            // Cancels what the handler has started and left running.
            context.cancel();
            message
        }
    }
}

/// Translates the end of a call for clients of that revision, and applies the limits on questions.
/// Also returns the grounds of a rejection, which its translation may no longer show.
fn for_revision(
    engine: &Engine,
    version: ProtocolVersion,
    context: &Context,
    end: CallEnd,
) -> (CallEnd, Option<Grounds>) {
    let grounds = grounds::of_end(engine, version, context, &end);
    let end = translated(engine, version, context, end);
    let grounds = grounds.or_else(|| grounds::of_end(engine, version, context, &end));
    (end, grounds)
}

fn translated(engine: &Engine, version: ProtocolVersion, context: &Context, end: CallEnd) -> CallEnd {
    let end = match end {
        CallEnd::Done(Err(CallError(Failure::UrlElicitationRequired(pages)))) => {
            pages_required(version, context, &pages)
        }
        end => end,
    };
    let limits = &engine.settings.limits;
    match end {
        CallEnd::Done(Err(CallError(Failure::InsufficientScope(scopes))))
            if engine.settings.scope_failure == ScopeFailure::ToolError =>
        {
            failed(Failure::Client(format!("insufficient scope: the token needs {scopes}").into()))
        }
        CallEnd::Asks(questions) if questions.round > limits.max_question_rounds => {
            let max = limits.max_question_rounds;
            failed(Failure::Client(format!("the call asked its client more than {max} times").into()))
        }
        CallEnd::Asks(questions) if questions.transcript.len() > limits.max_request_state_bytes => {
            let (bytes, max) = (questions.transcript.len(), limits.max_request_state_bytes);
            let text = format!(
                "the answers and steps of a call have {bytes} bytes: `Limits::max_request_state_bytes` is {max}"
            );
            failed(Failure::Internal(text.into()))
        }
        end => end,
    }
}

/// Returns the end of a call whose user must open pages first.
fn pages_required(version: ProtocolVersion, context: &Context, pages: &[UrlElicitation]) -> CallEnd {
    let channel = &context.0.channel;
    // Without a session, it is unknown whether the client declared that it opens pages.
    if !version.knows(Feature::UrlElicitation) || matches!(channel, ClientChannel::Unavailable(_)) {
        return pages_as_text(pages);
    }
    let requests: Vec<InputRequest> = match pages.iter().map(UrlElicitation::request).collect() {
        Ok(requests) => requests,
        Err(error) => return CallEnd::Done(Err(error)),
    };
    let declared = context.client().capabilities();
    if let Some(missing) = requests.iter().find(|request| !request.is_within(&declared)) {
        return failed(Failure::MissingCapabilities(Box::new(missing.required_capabilities())));
    }
    if channel.task().is_some() {
        return pages_as_text(pages);
    }
    if let Some(rounds) = channel.rounds() {
        let keyed = requests
            .into_iter()
            .enumerate()
            .filter_map(|(index, request)| Some((format!("page-{}", index + 1), request.for_version(version).ok()?)));
        return CallEnd::Asks(Box::new(rounds.conclude(keyed.collect())));
    }
    let elicitations: Vec<_> = requests.into_iter().map(|request| request.params).collect();
    let error = ErrorObject::new(ErrorCode::URL_ELICITATION_REQUIRED, "the user must open a page first");
    failed(Failure::Protocol(error.data(json!({"elicitations": elicitations}))))
}

fn pages_as_text(pages: &[UrlElicitation]) -> CallEnd {
    let pages: Vec<String> = pages.iter().map(|page| format!("{}: {}", page.message, page.url)).collect();
    failed(Failure::Client(format!("the user must open a page first. {}", pages.join(" ")).into()))
}

fn failed(failure: Failure) -> CallEnd {
    CallEnd::Done(Err(CallError(failure)))
}
