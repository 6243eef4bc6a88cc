//! A call on its way: polled in place as long as that will do, moved to a task of its own when it will not.
//!
//! A handler that is ready at once costs no task, no channel and no timer. One that waits arms a timer; one that speaks, or takes
//! long, goes on as a task, and its answer comes on a stream.

use std::{
    future::{pending, poll_fn, ready},
    panic::AssertUnwindSafe,
    sync::Arc,
    task::{Context as Task, Poll},
    time::Duration,
};

use futures_util::{FutureExt as _, future::CatchUnwind};
use tokio::time::Instant;

use super::calls::{Calls, Counted};
use crate::{
    context::Context,
    error::{CallError, Failure},
    handler::{Answer, BoxFuture, Outcome},
    pipeline::Pipeline,
    protocol::{ErrorCode, ErrorObject},
};

/// What a call came to.
pub(crate) type Ended = Result<Outcome, CallError>;

/// How long who waits for what.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Patience {
    /// How long the client waits for one JSON body before the answer becomes a stream; `None` when it takes no streams.
    pub(crate) stream_after: Option<Duration>,
    /// How long a call may take.
    pub(crate) call: Option<Duration>,
    /// How long a withdrawn call may go on.
    pub(crate) grace: Duration,
}

/// What a lost connection means for a call that has not become a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OnDisconnect {
    /// It goes on, for the session's sake.
    Continue,
    /// It is withdrawn: the connection was the client's only hold on it.
    Cancel,
}

/// How far a call got.
pub(crate) enum Stopped {
    /// It is done, or its time is over, or that of the server.
    Ended(Ended),
    /// It was polled in place, and has something to say, or takes long: the rest belongs on a stream.
    NeedsStream,
    /// Its handler wants it to become a task.
    Detaches,
    /// It was withdrawn, and nobody waits for its answer.
    Withdrawn,
}

/// A call that has begun.
pub(crate) struct Running {
    /// `None` when it is done.
    work: Option<Work>,
    on_disconnect: OnDisconnect,
}

struct Work {
    context: Context,
    answer: CatchUnwind<AssertUnwindSafe<Answer>>,
    patience: Patience,
    deadline: Option<Instant>,
    /// All calls, which the end of the server ends.
    all: Calls,
    /// Ends when the call does: its place among those of its session, and in the count of all.
    places: Option<Places>,
}

/// What a call occupies while it runs.
pub(crate) struct Places {
    pub(crate) counted: Counted,
    pub(crate) _entered: Option<super::in_flight::Entered>,
}

impl Running {
    pub(crate) fn new(
        context: Context,
        answer: Answer,
        patience: Patience,
        on_disconnect: OnDisconnect,
        places: Places,
    ) -> Self {
        let answer = AssertUnwindSafe(answer).catch_unwind();
        let all = places.counted.calls().clone();
        let work = Work { context, answer, patience, deadline: None, all, places: Some(places) };
        Self { work: Some(work), on_disconnect }
    }

    /// Polls the call in place until it is done, withdrawn, or belongs somewhere else.
    pub(crate) async fn in_place(&mut self) -> Stopped {
        let Some(work) = &mut self.work else { return Stopped::Withdrawn };
        let may_stream = work.patience.stream_after.is_some();
        let mut interruption: Option<BoxFuture<Result<Stopped, CallError>>> = None;
        let stopped = poll_fn(|task| {
            match work.poll_answer(task) {
                Poll::Ready(ended) if may_stream && work.context.0.outbox.has_messages(None) => {
                    // What was said before the answer needs a stream, even though the answer is there.
                    work.answer = AssertUnwindSafe(Box::pin(ready(ended)) as Answer).catch_unwind();
                    return Poll::Ready(Ok(Stopped::NeedsStream));
                }
                Poll::Ready(ended) => return Poll::Ready(Ok(Stopped::Ended(ended))),
                Poll::Pending if may_stream && work.context.0.outbox.has_messages(Some(task.waker())) => {
                    return Poll::Ready(Ok(Stopped::NeedsStream));
                }
                Poll::Pending if work.context.0.asking.wants_task(task.waker()) => {
                    return Poll::Ready(Ok(Stopped::Detaches));
                }
                Poll::Pending => {}
            }
            // Only a call that waits has timers.
            interruption.get_or_insert_with(|| work.interruption()).poll_unpin(task)
        })
        .await;
        match stopped {
            Ok(Stopped::Ended(ended)) => {
                work.context.0.outbox.close();
                // A handler that ends because it was withdrawn has nobody to answer.
                let withdrawn = work.context.is_cancelled();
                self.work = None;
                if withdrawn { Stopped::Withdrawn } else { Stopped::Ended(ended) }
            }
            // Withdrawn and dropped, the call may tidy up for a while.
            Ok(stopped) => stopped,
            Err(interruption) => {
                work.context.withdraw();
                Stopped::Ended(Err(interruption))
            }
        }
    }

    /// Runs the call to its end, wherever that takes place, or until it wants to become a task.
    pub(crate) async fn finish(&mut self) -> Stopped {
        let Some(mut work) = self.work.take() else { return Stopped::Withdrawn };
        let stopped = work.finish().await;
        if let Stopped::Detaches = stopped {
            self.work = Some(work);
        }
        stopped
    }

    /// Lets the call go on without the request that brought it, for at most so long: its id is free again. Its place in the count is
    /// kept by whoever it belongs to now.
    pub(crate) fn detach(&mut self, time: Duration) -> Option<Counted> {
        self.on_disconnect = OnDisconnect::Continue;
        let work = self.work.as_mut()?;
        work.patience.call = Some(time);
        work.deadline = None;
        work.places.take().map(|places| places.counted)
    }
}

impl Drop for Running {
    /// The connection is gone before the call was done.
    fn drop(&mut self) {
        let Some(mut work) = self.work.take() else { return };
        if self.on_disconnect == OnDisconnect::Cancel {
            work.context.withdraw();
        }
        work.context.0.outbox.close();
        // Without a runtime the process is ending, and the call with it.
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(async move { work.finish().await });
        }
    }
}

impl Work {
    /// Goes on with the call. It has ended, too, when it cannot go on before its questions are answered.
    fn poll_answer(&mut self, task: &mut Task<'_>) -> Poll<Ended> {
        match self.answer.poll_unpin(task) {
            Poll::Ready(ended) => Poll::Ready(flatten(ended)),
            Poll::Pending => match self.context.0.asking.questions(task.waker()) {
                Some(questions) => Poll::Ready(Err(CallError(questions))),
                None => Poll::Pending,
            },
        }
    }

    /// What ends the polling in place of a call that waits; an error when it is interrupted.
    fn interruption(&mut self) -> BoxFuture<Result<Stopped, CallError>> {
        let now = Instant::now();
        // A time beyond the end of the clock is never.
        self.deadline = self.patience.call.and_then(|limit| now.checked_add(limit));
        let deadline = self.deadline;
        let stream = self.patience.stream_after.and_then(|wait| now.checked_add(wait));
        let (context, all) = (self.context.clone(), self.all.clone());
        Box::pin(async move {
            tokio::select! {
                // In this order: the end of the server withdraws the calls of sessions, whose clients begin again.
                biased;
                () = context.0.signal.wait() => Ok(Stopped::Withdrawn),
                () = all.ended() => Err(server_ends()),
                () = until(stream) => Ok(Stopped::NeedsStream),
                () = until(deadline) => Err(CallError(Failure::TimedOut)),
            }
        })
    }

    async fn finish(&mut self) -> Stopped {
        let (context, all) = (self.context.clone(), self.all.clone());
        let limit = self.deadline.or_else(|| self.patience.call.and_then(|limit| Instant::now().checked_add(limit)));
        let stopped = tokio::select! {
            biased;
            stopped = poll_fn(|task| self.poll_to_end(task)) => Ok(stopped),
            () = context.0.signal.wait() => Ok(Stopped::Withdrawn),
            () = all.ended() => Err(server_ends()),
            never = context.pace_progress() => match never {},
            () = until(limit) => Err(CallError(Failure::TimedOut)),
        };
        let stopped = match stopped {
            Ok(Stopped::Detaches) => return Stopped::Detaches,
            Ok(Stopped::Ended(_)) if context.is_cancelled() => Stopped::Withdrawn,
            Ok(ended @ Stopped::Ended(_)) => ended,
            Ok(Stopped::Withdrawn | Stopped::NeedsStream) => {
                // It may tidy up, but nobody hears its answer.
                _ = tokio::time::timeout(self.patience.grace, &mut self.answer).await;
                Stopped::Withdrawn
            }
            Err(interruption) => {
                context.withdraw();
                _ = tokio::time::timeout(self.patience.grace, &mut self.answer).await;
                Stopped::Ended(Err(interruption))
            }
        };
        context.flush_progress();
        context.0.outbox.close();
        stopped
    }

    fn poll_to_end(&mut self, task: &mut Task<'_>) -> Poll<Stopped> {
        match self.poll_answer(task) {
            Poll::Ready(ended) => Poll::Ready(Stopped::Ended(ended)),
            // One that was withdrawn becomes nothing any more.
            Poll::Pending if !self.context.is_cancelled() && self.context.0.asking.wants_task(task.waker()) => {
                Poll::Ready(Stopped::Detaches)
            }
            Poll::Pending => Poll::Pending,
        }
    }
}

/// The server ended before the call did.
fn server_ends() -> CallError {
    ErrorObject::new(ErrorCode::UNAVAILABLE, "the server is shutting down").into()
}

async fn until(deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => tokio::time::sleep_until(deadline).await,
        None => pending().await,
    }
}

/// Begins a call. Reading its arguments runs code of their types, which may panic as well.
pub(crate) fn begin(pipeline: &Arc<Pipeline>, context: Context) -> Result<Answer, CallError> {
    flatten(std::panic::catch_unwind(AssertUnwindSafe(|| pipeline.begin(context))))
}

/// Runs code that a user wrote, whose panics are errors.
pub(crate) async fn contained<T>(work: impl Future<Output = Result<T, CallError>>) -> Result<T, CallError> {
    flatten(AssertUnwindSafe(work).catch_unwind().await)
}

/// A panic is an error like any other; the server goes on.
fn flatten<T>(ended: std::thread::Result<Result<T, CallError>>) -> Result<T, CallError> {
    ended.unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
        let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
        Err(CallError(Failure::Panicked(text.unwrap_or_else(|| "a value that is no text".to_owned()))))
    })
}
