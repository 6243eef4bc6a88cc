//! What a call came to, in words for its client: a result, an error, or questions.

use bytes::Bytes;
use serde_json::json;

use super::{Engine, MessageOutcome, Refused, Reply, answer::result_of_type, modern, running::Ended};
use crate::{
    auth::ScopeFailure,
    context::{Asking, Context},
    error::{CallError, Failure, InputRequired, UrlElicitation},
    protocol::{
        Era, ErrorCode, ErrorObject, ProtocolVersion, revision::since::Feature, types::input_request::InputRequest,
    },
};

impl Engine {
    /// The reply to a call that has said nothing before it ended, or the refusal that a transport can say in its own words.
    pub(super) fn ended(&self, version: ProtocolVersion, context: &Context, ended: Ended) -> Reply {
        let ended = ended.or_else(|error| self.for_client(version, context, error.0));
        let refused = match &ended {
            Err(CallError(Failure::InsufficientScope(scopes))) => Refused::InsufficientScope(scopes.clone()),
            Err(CallError(Failure::LoginRequired(scopes))) => Refused::LoginRequired(scopes.clone()),
            Err(CallError(Failure::Protocol(error)))
                if version.era() == Era::Stateless && error.code == ErrorCode::HEADER_MISMATCH =>
            {
                return Reply::with(MessageOutcome::Malformed, self.written(version, context, ended));
            }
            Err(CallError(Failure::MissingCapabilities(_))) if version.era() == Era::Stateless => {
                return Reply::with(MessageOutcome::Malformed, self.written(version, context, ended));
            }
            _ => return Reply::answered(self.written(version, context, ended)),
        };
        Reply::Refused { refused, message: self.written(version, context, ended) }
    }

    /// The last message of a call that has become a stream.
    pub(super) fn last_message(&self, version: ProtocolVersion, context: &Context, ended: Ended) -> Bytes {
        let ended = ended.or_else(|error| self.for_client(version, context, error.0));
        self.written(version, context, ended)
    }

    fn written(&self, version: ProtocolVersion, context: &Context, ended: Ended) -> Bytes {
        match ended {
            Err(CallError(Failure::InputRequired(required))) => {
                let written = match modern::input_required(self, context, &required) {
                    Ok(members) => result_of_type(&self.answers, context.request_id(), "input_required", &members),
                    Err(error) => self.answers.call(version, context.request_id(), context.target(), Err(error)),
                };
                // What the handler started, and has not ended with it, learns that nobody waits any more.
                context.withdraw();
                written
            }
            ended => self.answers.call(version, context.request_id(), context.target(), ended),
        }
    }

    /// What this failure is to a client of that revision.
    fn for_client(&self, version: ProtocolVersion, context: &Context, failure: Failure) -> Ended {
        let failure = match failure {
            Failure::UrlElicitationRequired(pages) => pages_required(version, context, &pages),
            failure => failure,
        };
        Err(CallError(match failure {
            Failure::InsufficientScope(scopes) if self.settings.scope_failure == ScopeFailure::ToolError => {
                Failure::Client(format!("this needs a token with the scope {scopes}").into())
            }
            Failure::InputRequired(required) if required.round > self.settings.rounds => {
                Failure::Client(format!("the client was asked more than {} times", self.settings.rounds).into())
            }
            Failure::InputRequired(required) if required.transcript.len() > self.settings.state_bytes => {
                let (bytes, most) = (required.transcript.len(), self.settings.state_bytes);
                let text =
                    format!("answers and steps of a call are {bytes} bytes, and `Limits::state_bytes` is {most}");
                Failure::Internal(text.into())
            }
            failure => failure,
        }))
    }
}

/// Pages that the user must open first, in the words of the revision.
fn pages_required(version: ProtocolVersion, context: &Context, pages: &[UrlElicitation]) -> Failure {
    let declared = context.client().capabilities();
    // Without a session nobody knows whether the client declared that it opens pages.
    if !version.knows(Feature::UrlElicitation) || matches!(context.0.asking, Asking::Nowhere(_)) {
        return pages_in_words(pages);
    }
    let requests: Vec<InputRequest> = match pages.iter().map(UrlElicitation::request).collect() {
        Ok(requests) => requests,
        Err(CallError(failure)) => return failure,
    };
    if let Some(missing) = requests.iter().find(|request| !request.is_within(&declared)) {
        return Failure::MissingCapabilities(missing.required_capabilities());
    }
    if context.0.asking.task().is_some() {
        return pages_in_words(pages);
    }
    if let Some(rounds) = context.0.asking.rounds() {
        let keyed = requests
            .into_iter()
            .enumerate()
            .filter_map(|(index, request)| Some((format!("page-{}", index + 1), request.for_version(version).ok()?)));
        let required: InputRequired = rounds.conclude(keyed.collect());
        return Failure::InputRequired(Box::new(required));
    }
    let elicitations: Vec<_> = requests.into_iter().map(|request| request.params).collect();
    let error = ErrorObject::new(ErrorCode::URL_ELICITATION_REQUIRED, "the user must open a page first");
    Failure::Protocol(error.data(json!({"elicitations": elicitations})))
}

fn pages_in_words(pages: &[UrlElicitation]) -> Failure {
    let pages: Vec<String> = pages.iter().map(|page| format!("{}: {}", page.message, page.url)).collect();
    Failure::Client(format!("the user must open a page first. {}", pages.join(" ")).into())
}
