//! Accepts a message: checks its nesting, parses it, and hands it to its era or to `batch`.

use std::sync::Arc;

use bytes::{Buf as _, Bytes};

use super::{
    Engine, batch,
    call::PendingReply,
    classify::{Classified, VersionClaims, classify},
    era,
    inbound::Inbound,
    reply::{Reply, reject},
};
use crate::{
    protocol::{
        ErrorObject,
        envelope::{malformed::Malformed, message::Message, params::Meta, scan},
    },
    refusal::RefusalKind,
};

impl Engine {
    /// Serves one message.
    pub(crate) async fn accept(self: &Arc<Self>, inbound: Inbound) -> Reply {
        match begin(self, inbound) {
            PendingReply::Ready(reply) => reply,
            PendingReply::Call(call) => call.reply(self).await,
            PendingReply::Later(reply) => reply.await,
            PendingReply::Subscription(subscription) => Reply::Stream(subscription.events.await),
        }
    }
}

/// A parser may ignore it at the beginning of JSON (RFC 8259, section 8.1).
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// Serves a message up to the first point at which it must wait. Not `async`, which keeps its
/// locals out of the future of a call.
pub(super) fn begin(engine: &Arc<Engine>, mut inbound: Inbound) -> PendingReply {
    if inbound.body.starts_with(BYTE_ORDER_MARK) {
        inbound.body.advance(BYTE_ORDER_MARK.len());
    }
    let max_depth = engine.settings.limits.max_json_depth;
    if !scan::nests_within(&inbound.body, max_depth) {
        let text = format!("JSON nested too deeply: expected at most {max_depth} levels");
        // The members are skipped without recursion, so the depth does not matter here.
        let Malformed { addressee, .. } = Malformed::explain(&inbound.body);
        let malformed = Malformed { addressee, error: ErrorObject::invalid_request(text) };
        let reply = era::session::reject_malformed(engine, &inbound, &malformed);
        return reply.because(|grounds| grounds.kind(RefusalKind::Json)).into();
    }
    let body = inbound.body.clone();
    let message = match Message::parse(&body) {
        Ok(message) => message,
        Err(malformed) if batch::is_array(&body) => return batch::begin(engine, &inbound, &malformed, begin),
        Err(malformed) => return era::session::reject_malformed(engine, &inbound, &malformed).into(),
    };
    serve(engine, inbound, &body, &message).about(&message)
}

/// Serves a message, up to the first point at which it must wait.
fn serve(engine: &Arc<Engine>, inbound: Inbound, body: &Bytes, message: &Message<'_>) -> PendingReply {
    let version = match message.params.meta().map_or(Ok(None), Meta::protocol_version) {
        Ok(version) => version,
        Err(error) => return reject(&inbound, &message.kind.addressee(), &error).into(),
    };
    if let Some(invalid) = inbound.claims.invalid {
        return reject(&inbound, &message.kind.addressee(), &invalid.error()).into();
    }
    let meta = version.as_deref();
    let header = if inbound.stdio.is_some() {
        // On stdio there is no header that `_meta` could contradict.
        meta
    } else if meta.is_none() && message.kind.is_initialize() {
        // The body negotiates the version, which the header cannot know yet.
        None
    } else {
        inbound.claims.version.as_deref()
    };
    match classify(VersionClaims { header, meta }) {
        Classified::Session(version) => era::session::accept(engine, inbound, body, message, version),
        Classified::Stateless(version) => era::stateless::accept(engine, inbound, body, message, version),
        Classified::Rejected(error) => reject(&inbound, &message.kind.addressee(), &error).into(),
    }
}
