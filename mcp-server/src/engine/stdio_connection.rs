//! `StdioConnection`: the state of one stdio connection.
//!
//! All messages of one client use one stdio connection, in both eras and without headers. The
//! connection replaces what HTTP reads from headers: it has at most one session, opened by
//! `initialize`, and a request whose `_meta` names a stateless revision belongs to that era. Both
//! eras share the request ids, so a cancellation finds its request in either.

use std::sync::{Arc, OnceLock};

use super::{admission::InFlight, session::Session};
use crate::protocol::{Method, envelope::params::Params};

/// The state of one stdio connection.
#[derive(Default)]
pub(crate) struct StdioConnection {
    /// Calls of both eras, and subscriptions of the stateless era.
    pub(super) in_flight: Arc<InFlight>,
    session: OnceLock<Arc<Session>>,
}

impl StdioConnection {
    /// Returns the session that was opened on the connection.
    pub(super) fn session(&self) -> Option<&Arc<Session>> {
        self.session.get()
    }

    /// Records the session that `initialize` opened.
    pub(super) fn set_session(&self, session: Arc<Session>) {
        // Messages are processed in order, and a second `initialize` was rejected before.
        _ = self.session.set(session);
    }

    /// Processes a notification, of either era.
    pub(super) fn notified(&self, method: &str, params: &Params<'_>) {
        if method == Method::Cancelled.as_str() {
            self.in_flight.cancel(params);
        }
    }

    /// Ends the questions of the session. The input has ended, so no answer can arrive.
    pub(crate) fn end_questions(&self) {
        if let Some(session) = self.session() {
            session.questions.end();
        }
    }

    /// Ends everything that would otherwise stay open: questions, the standalone stream of the
    /// session and subscriptions. Calls continue.
    pub(crate) fn begin_shutdown(&self) {
        if let Some(session) = self.session() {
            session.begin_shutdown();
        }
        self.in_flight.end_subscriptions();
    }

    /// Waits until every request has ended. The connection must have been closed.
    pub(crate) async fn drained(&self) {
        self.in_flight.drained().await;
    }
}
