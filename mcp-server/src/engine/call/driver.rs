//! `Driver`: polls a call in place for as long as that is enough, and in a task of its own
//! otherwise.
//!
//! # How handlers talk to the driver
//!
//! A handler has no channel to the driver. It changes the state of its [`Context`] and, if the
//! driver must act, wakes the task that polls it: the outbox does so for the first notification,
//! the rounds for a question in the stateless era, [`Context::detach`] for a task. The driver
//! therefore checks that state after each poll of the handler that returned `Pending`, and
//! registers its waker there. A handler that wakes the driver must not expect to be polled again:
//! the driver may drop it at once, which is how the stateless era ends a request with questions.
//!
//! A handler that is ready at its first poll costs no task, no channel and no timer. A handler that
//! waits arms timers. A handler that sends a notification, or takes longer than a client should
//! wait for one JSON body, continues in a task of its own, and its response is a stream.

use std::{
    future::{pending, poll_fn},
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    task::{Context as Task, Poll},
    time::Duration,
};

use futures_util::{FutureExt as _, future::CatchUnwind};
use tokio::time::Instant;

use super::slow_poll::watched;
use crate::{
    context::{Context, InputRequired},
    engine::admission::{CallPermit, Calls, InFlightPermit},
    error::{CallError, Failure},
    handler::{BoxFuture, HandlerFuture, Outcome},
    pipeline::Pipeline,
    protocol::{ErrorCode, ErrorObject},
    quota::Holder,
};

/// The end of a call.
#[derive(Debug)]
pub(super) enum CallEnd {
    /// The handler returned, or was stopped by a timeout or a shutdown.
    Done(Outcome),
    /// The handler cannot continue without answers, and the stateless era ends the request with
    /// questions.
    Asks(Box<InputRequired>),
}

impl CallEnd {
    /// Returns `true` if the item of the call is hidden from the caller.
    pub(super) fn is_hidden(&self) -> bool {
        matches!(self, Self::Done(Err(CallError(Failure::Hidden))))
    }
}

/// The reason why the driver stops polling.
pub(super) enum Stop {
    End(CallEnd),
    /// The call sent a notification or takes long, and needs a stream.
    NeedsStream,
    /// The handler wants the call to become a task.
    Detaches,
    /// The call was cancelled. It has no response.
    Cancelled,
    /// The token of the caller expired during the stream of the call, which was cancelled.
    Expired,
}

/// Timeouts that apply to one call.
#[derive(Clone, Copy, Debug)]
pub(super) struct Timeouts {
    /// Time after which the response becomes a stream, or `None` for clients that accept none.
    pub(super) stream_after: Option<Duration>,
    /// Time that the call may take.
    pub(super) call: Option<Duration>,
    /// Time for which the call may continue after its cancellation.
    pub(super) grace: Duration,
    /// Time at which the stream of the call ends: the token of its caller is no longer accepted.
    pub(super) expiry: Option<Instant>,
    /// Time of one poll above which the log names the item.
    pub(super) slow_poll: Option<Duration>,
}

/// Behavior of a call whose connection is lost before it has become a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum OnDisconnect {
    /// The call runs to its end, for its effects. It has sent no event, so no client can resume,
    /// and its response is dropped.
    Continue,
    /// The call is cancelled: in the stateless era, a disconnect is a cancellation.
    Cancel,
}

/// Permits that a call holds while it runs.
pub(super) struct Permits {
    pub(super) call: CallPermit,
    pub(super) _in_flight: Option<InFlightPermit>,
}

/// A call in progress. Dropping it before the end means that the connection is lost.
pub(super) struct Driver {
    /// `None` after the end.
    work: Option<Work>,
    on_disconnect: OnDisconnect,
}

struct Work {
    context: Context,
    handler: CatchUnwind<AssertUnwindSafe<HandlerFuture>>,
    /// The end of the call, if the handler returned before its stream was open.
    end: Option<Box<CallEnd>>,
    timeouts: Timeouts,
    /// `None` until the handler waits. If the store refuses the task of a call, the call goes on
    /// with this deadline.
    deadline: Option<Instant>,
    /// All calls of the server, which a shutdown cancels.
    calls: Calls,
    permits: Option<Permits>,
}

impl Driver {
    pub(super) fn new(
        context: Context,
        handler: HandlerFuture,
        timeouts: Timeouts,
        on_disconnect: OnDisconnect,
        permits: Permits,
    ) -> Self {
        let handler = AssertUnwindSafe(handler).catch_unwind();
        let calls = permits.call.calls().clone();
        let work = Work { context, handler, end: None, timeouts, deadline: None, calls, permits: Some(permits) };
        Self { work: Some(work), on_disconnect }
    }

    /// Returns the holder that the call is charged to, while it holds permits.
    pub(super) fn holder(&self) -> Option<Holder> {
        self.work.as_ref()?.permits.as_ref().map(|permits| permits.call.holder())
    }

    /// Polls the call in place until it ends, is cancelled, or needs a stream or a task.
    pub(super) async fn run_in_place(&mut self) -> Stop {
        let Some(work) = &mut self.work else { return Stop::Cancelled };
        let may_stream = work.timeouts.stream_after.is_some();
        let mut interruption: Option<BoxFuture<Result<Stop, CallError>>> = None;
        let stop = poll_fn(|task| {
            match work.poll_handler(task) {
                Poll::Ready(end) if may_stream && work.context.0.outbox.has_messages(None) => {
                    // Messages that were sent before the response need a stream.
                    work.end = Some(Box::new(end));
                    return Poll::Ready(Ok(Stop::NeedsStream));
                }
                Poll::Ready(end) => return Poll::Ready(Ok(Stop::End(end))),
                Poll::Pending if may_stream && work.context.0.outbox.has_messages(Some(task.waker())) => {
                    return Poll::Ready(Ok(Stop::NeedsStream));
                }
                Poll::Pending if work.context.0.channel.wants_task(task.waker()) => {
                    return Poll::Ready(Ok(Stop::Detaches));
                }
                Poll::Pending => {}
            }
            // Only a call that waits has timers.
            interruption.get_or_insert_with(|| work.interruption()).poll_unpin(task)
        })
        .await;
        match stop {
            Ok(Stop::End(end)) => {
                work.context.0.outbox.close();
                let is_cancelled = work.context.is_cancelled();
                self.work = None;
                if is_cancelled { Stop::Cancelled } else { Stop::End(end) }
            }
            // A cancelled call keeps its work, so that the drop of the driver lets it clean up.
            Ok(stop) => stop,
            Err(interruption) => {
                work.context.cancel();
                Stop::End(CallEnd::Done(Err(interruption)))
            }
        }
    }

    /// Runs the call to its end, in the task that awaits this, or until it wants to become a task.
    pub(super) async fn run_to_end(&mut self) -> Stop {
        let Some(mut work) = self.work.take() else { return Stop::Cancelled };
        let stop = work.run_to_end().await;
        // An expired call keeps its work, so that its client does not wait until it has cleaned up.
        if matches!(stop, Stop::Detaches | Stop::Expired) {
            self.work = Some(work);
        }
        stop
    }

    /// Separates the call from its request, frees its id, and limits the rest of the call to
    /// `timeout`. The returned permit must be held until the call ends.
    pub(super) fn detach(&mut self, timeout: Duration) -> Option<CallPermit> {
        self.on_disconnect = OnDisconnect::Continue;
        let work = self.work.as_mut()?;
        work.timeouts.call = Some(timeout);
        work.timeouts.expiry = None;
        work.deadline = None;
        work.permits.take().map(|permits| permits.call)
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        let Some(mut work) = self.work.take() else { return };
        if self.on_disconnect == OnDisconnect::Cancel {
            work.context.cancel();
        }
        work.context.0.outbox.close();
        // The call has no stream that could end.
        work.timeouts.expiry = None;
        // Without a runtime the process is ending, and the call with it.
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(async move { work.run_to_end().await });
        }
    }
}

/// Blocking work of the handler outlives the call, and holds its permits.
impl Drop for Work {
    fn drop(&mut self) {
        if let Some(permits) = self.permits.take() {
            self.context.0.blocking.hold(permits);
        }
    }
}

impl Work {
    /// Polls the handler. A handler that cannot continue without answers has ended, too.
    fn poll_handler(&mut self, task: &mut Task<'_>) -> Poll<CallEnd> {
        if let Some(end) = self.end.take() {
            return Poll::Ready(*end);
        }
        let polled = watched(&self.context, self.timeouts.slow_poll, || self.handler.poll_unpin(task));
        match polled {
            Poll::Ready(outcome) => Poll::Ready(CallEnd::Done(flatten(outcome))),
            Poll::Pending => match self.context.0.channel.take_questions(task.waker()) {
                Some(questions) => Poll::Ready(CallEnd::Asks(Box::new(questions))),
                None => Poll::Pending,
            },
        }
    }

    /// Returns the deadline of the call, which its first wait sets. Deadlines that overflow
    /// `Instant` never expire.
    fn deadline(&mut self) -> Option<Instant> {
        let timeout = self.timeouts.call;
        self.deadline = self.deadline.or_else(|| timeout.and_then(|limit| Instant::now().checked_add(limit)));
        self.deadline
    }

    /// Returns a future that resolves when a waiting call must stop in place. An error interrupts
    /// it.
    fn interruption(&mut self) -> BoxFuture<Result<Stop, CallError>> {
        let deadline = self.deadline();
        let stream = self.timeouts.stream_after.and_then(|wait| Instant::now().checked_add(wait));
        let (context, calls) = (self.context.clone(), self.calls.clone());
        Box::pin(async move {
            tokio::select! {
                // Cancellation first: a shutdown also ends the sessions, whose calls then count as
                // cancelled.
                biased;
                () = context.0.signal.wait() => Ok(Stop::Cancelled),
                () = calls.cancelled() => Err(shutting_down()),
                () = until(stream) => Ok(Stop::NeedsStream),
                () = until(deadline) => Err(CallError(Failure::TimedOut)),
            }
        })
    }

    async fn run_to_end(&mut self) -> Stop {
        let (context, calls) = (self.context.clone(), self.calls.clone());
        let deadline = self.deadline();
        // The expiry, if it comes first. One timer serves both.
        let expiry = self.timeouts.expiry.filter(|expiry| deadline.is_none_or(|deadline| *expiry <= deadline));
        let stop = tokio::select! {
            biased;
            stop = poll_fn(|task| self.poll_to_end(task)) => Ok(stop),
            () = context.0.signal.wait() => Ok(Stop::Cancelled),
            () = calls.cancelled() => Err(shutting_down()),
            never = context.pace_progress() => match never {},
            () = until(expiry.or(deadline)) => match expiry {
                Some(_) => Ok(Stop::Expired),
                None => Err(CallError(Failure::TimedOut)),
            },
        };
        let stop = match stop {
            Ok(Stop::Detaches) => return Stop::Detaches,
            Ok(Stop::End(_)) if context.is_cancelled() => Stop::Cancelled,
            Ok(end @ Stop::End(_)) => end,
            Ok(Stop::Expired) => {
                context.cancel();
                Stop::Expired
            }
            Ok(Stop::Cancelled | Stop::NeedsStream) => {
                self.clean_up().await;
                Stop::Cancelled
            }
            Err(interruption) => {
                context.cancel();
                self.clean_up().await;
                Stop::End(CallEnd::Done(Err(interruption)))
            }
        };
        context.flush_progress();
        context.0.outbox.close();
        stop
    }

    /// Lets the cancelled handler continue for its grace period, and drops its outcome.
    async fn clean_up(&mut self) {
        let Self { context, handler, timeouts, .. } = self;
        let handler = poll_fn(|task| watched(context, timeouts.slow_poll, || handler.poll_unpin(task)));
        _ = tokio::time::timeout(timeouts.grace, handler).await;
    }

    fn poll_to_end(&mut self, task: &mut Task<'_>) -> Poll<Stop> {
        match self.poll_handler(task) {
            Poll::Ready(end) => Poll::Ready(Stop::End(end)),
            Poll::Pending if !self.context.is_cancelled() && self.context.0.channel.wants_task(task.waker()) => {
                Poll::Ready(Stop::Detaches)
            }
            Poll::Pending => Poll::Pending,
        }
    }
}

/// Returns the error that ends the stream of a call whose token expired.
pub(super) fn expired() -> CallError {
    ErrorObject::new(ErrorCode::UNAUTHORIZED, "the token expired during the call").into()
}

/// Returns the error of calls that a shutdown interrupts.
fn shutting_down() -> CallError {
    ErrorObject::new(ErrorCode::UNAVAILABLE, "the server is shutting down").into()
}

async fn until(deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => tokio::time::sleep_until(deadline).await,
        None => pending().await,
    }
}

/// Starts the pipeline of a call, and turns a panic into an error: reading arguments runs code of
/// their types.
pub(super) fn start(
    pipeline: &Arc<Pipeline>,
    context: Context,
    mismatch: Option<ErrorObject>,
) -> Result<HandlerFuture, CallError> {
    flatten(catch_unwind(AssertUnwindSafe(|| pipeline.start(context, mismatch))))
}

/// Runs code of the application, and turns a panic into an error.
pub(super) async fn contain<T>(work: impl Future<Output = Result<T, CallError>>) -> Result<T, CallError> {
    flatten(AssertUnwindSafe(work).catch_unwind().await)
}

fn flatten<T>(result: std::thread::Result<Result<T, CallError>>) -> Result<T, CallError> {
    result.unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
        let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
        Err(CallError(Failure::Panicked(text.unwrap_or_else(|| "a value that is not a string".to_owned()))))
    })
}

#[cfg(test)]
mod tests;
