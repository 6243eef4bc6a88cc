//! Questions of a session: requests to the client, and the responses that it sends.

use std::{
    collections::HashMap,
    fmt,
    sync::{
        Arc, Weak,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use parking_lot::Mutex;
use tokio::sync::oneshot;

use super::{
    outbox::{Outbox, Sink},
    question::{Question, call_ended},
    signal::Signal,
};
use crate::{
    error::CallError,
    protocol::{ErrorObject, RequestId, types::input_request::cancelled},
};

/// The response of a client: the JSON text of its result, or of its error.
pub(crate) type Response = Result<Bytes, Bytes>;

/// The questions of one session that wait for a response.
pub(crate) struct Questions {
    /// Timeout of questions for which the handler sets none.
    timeout: Duration,
    /// The standalone stream of the session.
    standalone: Weak<dyn Sink>,
    /// Id of the last question.
    last: AtomicU64,
    /// Set when no response can arrive any more.
    ended: Signal,
    waiting: Mutex<HashMap<u64, oneshot::Sender<Response>>>,
}

impl Questions {
    pub(crate) fn new(timeout: Duration, standalone: Weak<dyn Sink>) -> Arc<Self> {
        let (last, ended, waiting) = (AtomicU64::new(0), Signal::default(), Mutex::default());
        Arc::new(Self { timeout, standalone, last, ended, waiting })
    }

    /// Fails all open and future questions, because no response can arrive any more.
    pub(crate) fn end(&self) {
        self.ended.set();
    }

    /// Sends a message that belongs to no call.
    pub(in crate::context) fn notify(&self, message: Bytes) {
        if let Some(standalone) = self.standalone.upgrade() {
            standalone.push(message.into());
        }
    }

    /// Passes a response to the question that waits for it. An unexpected response is ignored: it
    /// may have crossed with a cancellation.
    pub(crate) fn answer(&self, id: &RequestId, response: Response) {
        let waiting = id.as_json().parse().ok().and_then(|id: u64| self.waiting.lock().remove(&id));
        if let Some(waiting) = waiting {
            _ = waiting.send(response);
        }
    }

    /// Fails the question that waits for a response with this id: its response is invalid.
    pub(crate) fn fail(&self, id: &RequestId, error: &ErrorObject) {
        self.answer(id, Err(serde_json::to_vec(error).unwrap_or_default().into()));
    }

    /// Asks a question on the stream of a call, and waits for the response.
    pub(in crate::context) async fn ask(
        &self,
        outbox: &Outbox,
        signal: &Signal,
        question: Question,
    ) -> Result<Bytes, CallError> {
        if !outbox.is_open() {
            let no_stream = || CallError::client("the response is not streamed, so the client cannot be asked");
            return Err(if signal.is_set() { call_ended() } else { no_stream() });
        }
        if self.ended.is_set() {
            return Err(session_ends());
        }
        let id = self.last.fetch_add(1, Ordering::Relaxed) + 1;
        let (sender, response) = oneshot::channel();
        self.waiting.lock().insert(id, sender);
        let mut open = OpenQuestion { questions: self, outbox, id, reason: "the server no longer needs the answer" };
        let _awaited = outbox.request(question.request.to_message(id));
        let method = question.request.method.as_str();
        tokio::select! {
            response = response => match response {
                Ok(Ok(result)) => Ok(result),
                Ok(Err(error)) => Err(refused(method, &error)),
                Err(_) => Err(call_ended()),
            },
            () = signal.wait() => Err(call_ended()),
            () = self.ended.wait() => Err(session_ends()),
            () = tokio::time::sleep(question.timeout.unwrap_or(self.timeout)) => {
                open.reason = "the server waited too long for the answer";
                Err(CallError::client(format!("the client did not answer {method} in time")))
            }
        }
    }
}

impl fmt::Debug for Questions {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Questions").field("waiting", &self.waiting.lock().len()).finish_non_exhaustive()
    }
}

/// A question without a response. Dropping it cancels the request.
struct OpenQuestion<'a> {
    questions: &'a Questions,
    outbox: &'a Outbox,
    id: u64,
    reason: &'static str,
}

impl Drop for OpenQuestion<'_> {
    fn drop(&mut self) {
        let was_waiting = self.questions.waiting.lock().remove(&self.id).is_some();
        if was_waiting {
            // Dropped by the outbox of a cancelled call, which sends nothing any more.
            self.outbox.send(cancelled(self.id, self.reason));
        }
    }
}

/// Returns the error of a question that is asked or open when the session ends.
fn session_ends() -> CallError {
    CallError::client("the session is ending, so the client can no longer be asked")
}

/// Returns the error of a question that the client answered with an error.
fn refused(method: &str, error: &[u8]) -> CallError {
    let error: serde_json::Value = serde_json::from_slice(error).unwrap_or_default();
    let message = error["message"].as_str().unwrap_or("no reason given");
    CallError::client(format!("the client refused {method}: {message}"))
}
