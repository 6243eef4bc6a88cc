//! Questions of a session: requests to the client, and the responses that it sends back.

use std::{
    collections::HashMap,
    fmt,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, Weak,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use tokio::sync::oneshot;

use super::{Context, Question, over};
use crate::{
    context::{Signal, Sink},
    error::CallError,
    protocol::{RequestId, types::input_request::cancelled},
};

/// What the client said: the JSON text of its result, or of its error.
pub(crate) type Response = Result<Bytes, Bytes>;

/// The questions of one session that wait for a response.
pub(crate) struct Questions {
    /// How long a question waits when the handler does not say.
    patience: Duration,
    /// The stream of the session that belongs to no call.
    standalone: Weak<dyn Sink>,
    last: AtomicU64,
    /// Set when no response can come any more.
    ended: Signal,
    waiting: Mutex<HashMap<u64, oneshot::Sender<Response>>>,
}

impl Questions {
    pub(crate) fn new(patience: Duration, standalone: Weak<dyn Sink>) -> Arc<Self> {
        let (last, ended, waiting) = (AtomicU64::new(0), Signal::default(), Mutex::default());
        Arc::new(Self { patience, standalone, last, ended, waiting })
    }

    /// No response can come any more: whoever waits for one waits no longer, and nothing is asked from now on.
    pub(crate) fn end(&self) {
        self.ended.set();
    }

    /// Sends a message that belongs to no call.
    pub(in crate::context) fn notify(&self, message: Bytes) {
        if let Some(standalone) = self.standalone.upgrade() {
            standalone.push(message.into());
        }
    }

    /// Hands a response to whoever waits for it. Responses that nobody waits for are no mistake: they may have crossed with a
    /// cancellation.
    pub(crate) fn answer(&self, id: &RequestId, response: Response) {
        let waiting = id.as_json().parse().ok().and_then(|id: u64| self.lock().remove(&id));
        if let Some(waiting) = waiting {
            _ = waiting.send(response);
        }
    }

    pub(super) async fn ask(self: &Arc<Self>, context: &Context, question: Question) -> Result<Bytes, CallError> {
        let call = &context.0;
        if !call.outbox.is_open() {
            let deaf =
                || CallError::client("the call is answered without a stream, so that its client can be asked nothing");
            return Err(if context.is_cancelled() { over() } else { deaf() });
        }
        if self.ended.is_set() {
            return Err(unheard());
        }
        let id = self.last.fetch_add(1, Ordering::Relaxed) + 1;
        let (sender, response) = oneshot::channel();
        self.lock().insert(id, sender);
        let mut open = Open { questions: self, context, id, reason: "the server no longer needs the answer" };
        let _awaited = call.outbox.ask(question.request.to_message(id));
        let method = question.request.method.as_str();
        tokio::select! {
            response = response => match response {
                Ok(Ok(result)) => Ok(result),
                Ok(Err(error)) => Err(refused(method, &error)),
                Err(_) => Err(over()),
            },
            () = call.signal.wait() => Err(over()),
            () = self.ended.wait() => Err(unheard()),
            () = tokio::time::sleep(question.timeout.unwrap_or(self.patience)) => {
                open.reason = "the server waited too long for the answer";
                Err(CallError::client(format!("the client did not answer {method} in time")))
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<u64, oneshot::Sender<Response>>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Questions {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Questions").field("waiting", &self.lock().len()).finish_non_exhaustive()
    }
}

/// A question that is being asked. When it is dropped before its response came, the client is told not to bother.
struct Open<'a> {
    questions: &'a Questions,
    context: &'a Context,
    id: u64,
    reason: &'static str,
}

impl Drop for Open<'_> {
    fn drop(&mut self) {
        let was_waiting = self.questions.lock().remove(&self.id).is_some();
        if was_waiting {
            // Goes nowhere when the call has been withdrawn: then nothing is sent any more.
            self.context.0.outbox.send(cancelled(self.id, self.reason));
        }
    }
}

/// The call goes on, but whatever its client would answer is not heard.
fn unheard() -> CallError {
    CallError::client("the conversation is about to end: its client can no longer be asked")
}

/// The client answered with an error: the user or the program would not.
fn refused(method: &str, error: &[u8]) -> CallError {
    let error: serde_json::Value = serde_json::from_slice(error).unwrap_or_default();
    let message = error["message"].as_str().unwrap_or("no reason given");
    CallError::client(format!("the client refused {method}: {message}"))
}
