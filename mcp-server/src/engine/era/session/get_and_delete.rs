//! GET and DELETE requests: streams of a session that a client opens or resumes, and its end.

use std::sync::{Arc, atomic::Ordering};

use super::find_session;
use crate::{
    auth::Principal,
    engine::{
        Engine,
        inbound::Claims,
        reply::{EventStream, Rejection},
        session::Session,
        stream::EventId,
    },
    protocol::ProtocolVersion,
};

impl Engine {
    /// Opens the standalone stream of a session, or resumes an interrupted stream.
    pub(crate) fn open_stream(
        &self,
        claims: &Claims,
        principal: Option<&Principal>,
        last_event: Option<&str>,
    ) -> Result<EventStream, Rejection> {
        let session = find_for_get_or_delete(self, claims, principal)?;
        session.touch(self.now());
        session.subscriptions().set_principal(principal);
        let last_event = last_event.map(|text| {
            EventId::parse(text).map(|event| (event, text)).ok_or_else(|| Rejection::UnknownEvent(text.into()))
        });
        let last_event = last_event.transpose()?;
        let reader = if let Some((event, text)) = last_event {
            let stream = session.stream(event.stream).filter(|stream| stream.has(event.sequence));
            let stream = stream.ok_or_else(|| Rejection::UnknownEvent(text.into()))?;
            if stream.is_over_after(event.sequence) {
                return Err(Rejection::StreamOver);
            }
            stream.read(Some(event.sequence))
        } else {
            let options = self.settings.session_stream(session.version);
            let standalone = session.standalone_stream(options, self.settings.stream_capacity());
            let standalone = standalone.ok_or(Rejection::UnknownSession(None))?;
            if self.closing.load(Ordering::SeqCst) {
                standalone.end();
            }
            standalone.read(None)
        };
        Ok(EventStream::detached(reader).until(principal.and_then(|principal| principal.ends_at(&self.settings.clock))))
    }

    /// Ends a session at the request of its client.
    pub(crate) fn end_session(&self, claims: &Claims, principal: Option<&Principal>) -> Result<(), Rejection> {
        find_for_get_or_delete(self, claims, principal).map(|session| self.sessions.remove(&session))
    }
}

/// Returns the session of a GET or DELETE request, whose headers have not been checked yet.
fn find_for_get_or_delete(
    engine: &Engine,
    claims: &Claims,
    principal: Option<&Principal>,
) -> Result<Arc<Session>, Rejection> {
    if let Some(invalid) = claims.invalid {
        return Err(Rejection::InvalidHeader(invalid));
    }
    if let Some(version) = claims.version.as_deref()
        && ProtocolVersion::parse(version).is_none()
    {
        return Err(Rejection::UnsupportedVersion(version.into()));
    }
    find_session(engine, claims, principal)
}
