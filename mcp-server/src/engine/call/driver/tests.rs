//! The driver, polled by hand: each wake-up, each reason to stop, and what is left after it.

use std::{
    future::Future,
    pin::{Pin, pin},
    sync::atomic::{AtomicUsize, Ordering},
    task::Wake,
};

use bytes::Bytes;

use super::*;
use crate::{
    context::{ClientChannel, Rounds, Sink},
    handler::CallResult,
    protocol::ToolResult,
};

/// Counts wake-ups.
#[derive(Default)]
struct Wakes(AtomicUsize);

impl Wake for Wakes {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

impl Wakes {
    fn count(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }
}

/// Polls a future once.
fn poll<F: Future>(future: Pin<&mut F>, wakes: &Arc<Wakes>) -> Poll<F::Output> {
    future.poll(&mut Task::from_waker(&wakes.clone().into()))
}

const TIMEOUTS: Timeouts = Timeouts {
    stream_after: Some(Duration::from_millis(250)),
    call: Some(Duration::from_secs(10)),
    grace: Duration::from_secs(1),
    expiry: None,
    slow_poll: None,
};

fn driver(context: &Context, handler: impl Future<Output = Outcome> + Send + 'static) -> Driver {
    driver_with(context, TIMEOUTS, OnDisconnect::Cancel, handler)
}

fn driver_with(
    context: &Context,
    timeouts: Timeouts,
    on_disconnect: OnDisconnect,
    handler: impl Future<Output = Outcome> + Send + 'static,
) -> Driver {
    let permits = Permits { call: CallPermit::for_tests(), _in_flight: None };
    Driver::new(context.clone(), Box::pin(handler), timeouts, on_disconnect, permits)
}

#[expect(clippy::unnecessary_wraps, reason = "the outcome of a handler")]
fn done() -> Outcome {
    Ok(CallResult::Tool(ToolResult::text("done")))
}

fn is_done(stop: &Stop) -> bool {
    matches!(stop, Stop::End(CallEnd::Done(Ok(_))))
}

/// A stream that collects messages.
#[derive(Default)]
struct Collected(parking_lot::Mutex<Vec<Bytes>>);

impl Sink for Collected {
    fn push(&self, message: crate::context::Outgoing) {
        self.0.lock().push(message.message().clone());
    }
}

#[test]
fn ready_handler_needs_no_runtime_and_no_timer() {
    let context = Context::for_tests(ClientChannel::Unavailable("a test"));
    let mut driver = driver(&context, async { done() });
    let Poll::Ready(stop) = poll(pin!(driver.run_in_place()), &Arc::default()) else { panic!("must be ready") };
    assert!(is_done(&stop));
    assert!(!context.0.outbox.is_open(), "nothing may follow the response");
}

#[test]
fn panicking_handler_ends_with_an_error() {
    let context = Context::for_tests(ClientChannel::Unavailable("a test"));
    let mut driver = driver(&context, async { panic!("oops") });
    let Poll::Ready(stop) = poll(pin!(driver.run_in_place()), &Arc::default()) else { panic!("must be ready") };
    assert!(matches!(stop, Stop::End(CallEnd::Done(Err(CallError(Failure::Panicked(text))))) if text == "oops"));
}

#[tokio::test(start_paused = true)]
async fn refused_task_keeps_the_deadline_of_the_call() {
    let context = Context::for_tests(ClientChannel::Detachable(Box::default()));
    let timeouts = Timeouts { stream_after: None, ..TIMEOUTS };
    let mut driver = driver_with(&context, timeouts, OnDisconnect::Cancel, {
        let context = context.clone();
        async move {
            tokio::time::sleep(Duration::from_secs(6)).await;
            _ = context.detach().await;
            pending::<Outcome>().await
        }
    });
    let started = Instant::now();
    assert!(matches!(driver.run_in_place().await, Stop::Detaches));
    let ClientChannel::Detachable(detachable) = &context.0.channel else { panic!("must be detachable") };
    detachable.refuse();
    let stop = driver.run_in_place().await;
    assert!(matches!(stop, Stop::End(CallEnd::Done(Err(CallError(Failure::TimedOut))))));
    assert!(started.elapsed() < Duration::from_secs(11), "the timeout must not begin again");
}

#[tokio::test(start_paused = true)]
async fn first_notification_wakes_the_driver() {
    let context = Context::for_tests(ClientChannel::Unavailable("a test"));
    let mut driver = driver(&context, pending());
    let wakes = Arc::default();
    let mut run = pin!(driver.run_in_place());
    assert!(poll(run.as_mut(), &wakes).is_pending());
    context.0.outbox.send("first".into());
    assert_eq!(wakes.count(), 1);
    context.0.outbox.send("second".into());
    assert_eq!(wakes.count(), 1, "the waker is used once");
    assert!(matches!(poll(run, &wakes), Poll::Ready(Stop::NeedsStream)));
    let stream = Arc::new(Collected::default());
    context.0.outbox.attach(stream.clone());
    assert_eq!(*stream.0.lock(), ["first", "second"]);
}

#[tokio::test(start_paused = true)]
async fn notification_before_the_response_needs_a_stream() {
    let context = Context::for_tests(ClientChannel::Unavailable("a test"));
    let mut driver = driver(&context, {
        let context = context.clone();
        async move {
            context.0.outbox.send("first".into());
            done()
        }
    });
    assert!(matches!(poll(pin!(driver.run_in_place()), &Arc::default()), Poll::Ready(Stop::NeedsStream)));
    assert!(is_done(&driver.run_to_end().await), "the outcome is kept for the stream");
}

#[tokio::test(start_paused = true)]
async fn client_without_streams_gets_no_stream() {
    let context = Context::for_tests(ClientChannel::Unavailable("a test"));
    let timeouts = Timeouts { stream_after: None, ..TIMEOUTS };
    let handler = {
        let context = context.clone();
        async move {
            context.0.outbox.send("first".into());
            tokio::time::sleep(Duration::from_secs(1)).await;
            done()
        }
    };
    let mut driver = driver_with(&context, timeouts, OnDisconnect::Cancel, handler);
    assert!(is_done(&driver.run_in_place().await));
}

#[tokio::test(start_paused = true)]
async fn slow_handler_needs_a_stream_and_then_times_out() {
    let context = Context::for_tests(ClientChannel::Unavailable("a test"));
    let started = Instant::now();
    let mut driver = driver(&context, pending());
    assert!(matches!(driver.run_in_place().await, Stop::NeedsStream));
    assert_eq!(started.elapsed(), Duration::from_millis(250));
    let stop = driver.run_to_end().await;
    assert!(matches!(stop, Stop::End(CallEnd::Done(Err(CallError(Failure::TimedOut))))));
    assert_eq!(started.elapsed(), Duration::from_secs(11), "the timeout, and the grace period");
    assert!(context.is_cancelled());
}

#[tokio::test(start_paused = true)]
async fn open_question_of_a_round_ends_the_request() {
    let context = Context::for_tests(ClientChannel::Rounds(Rounds::default()));
    let mut driver = driver(&context, {
        let context = context.clone();
        async move {
            _ = context.roots().await?;
            done()
        }
    });
    let Poll::Ready(Stop::End(CallEnd::Asks(questions))) = poll(pin!(driver.run_in_place()), &Arc::default()) else {
        panic!("must ask")
    };
    assert_eq!((questions.round, questions.requests.len()), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn question_beside_a_running_step_waits_for_it() {
    let context = Context::for_tests(ClientChannel::Rounds(Rounds::default()));
    let (finish, finished) = tokio::sync::oneshot::channel::<u8>();
    let mut driver = driver(&context, {
        let context = context.clone();
        async move {
            let step = context.step("once", finished);
            let (_, step) = tokio::join!(async { context.roots().await }, step);
            step?;
            done()
        }
    });
    let wakes = Arc::default();
    let mut run = pin!(driver.run_in_place());
    assert!(poll(run.as_mut(), &wakes).is_pending());
    finish.send(1).unwrap();
    assert!(wakes.count() > 0);
    assert!(matches!(poll(run, &wakes), Poll::Ready(Stop::End(CallEnd::Asks(_)))));
}

#[tokio::test(start_paused = true)]
async fn detaching_handler_stops_the_driver_until_the_decision() {
    let context = Context::for_tests(ClientChannel::Detachable(Box::default()));
    let mut driver = driver(&context, {
        let context = context.clone();
        async move {
            context.detach().await?;
            done()
        }
    });
    assert!(matches!(poll(pin!(driver.run_in_place()), &Arc::default()), Poll::Ready(Stop::Detaches)));
    let ClientChannel::Detachable(detachable) = &context.0.channel else { unreachable!() };
    detachable.refuse();
    assert!(is_done(&driver.run_in_place().await), "without room for a task the call continues");
}

#[tokio::test(start_paused = true)]
async fn cancelled_handler_has_its_grace_period() {
    let context = Context::for_tests(ClientChannel::Unavailable("a test"));
    let (cleaned_up, was_cleaned_up) = tokio::sync::oneshot::channel();
    let handler = {
        let context = context.clone();
        async move {
            context.cancellation().cancelled().await;
            tokio::time::sleep(Duration::from_millis(500)).await;
            _ = cleaned_up.send(());
            done()
        }
    };
    let mut driver = driver(&context, handler);
    let wakes = Arc::default();
    {
        let mut run = pin!(driver.run_in_place());
        assert!(poll(run.as_mut(), &wakes).is_pending());
        context.cancel();
        assert!(wakes.count() > 0);
        assert!(matches!(poll(run, &wakes), Poll::Ready(Stop::Cancelled)));
    }
    drop(driver);
    was_cleaned_up.await.expect("the drop of the driver lets the handler clean up");
}

#[tokio::test(start_paused = true)]
async fn lost_connection_cancels_unless_a_session_owns_the_call() {
    for (on_disconnect, is_cancelled) in [(OnDisconnect::Cancel, true), (OnDisconnect::Continue, false)] {
        let context = Context::for_tests(ClientChannel::Unavailable("a test"));
        drop(driver_with(&context, TIMEOUTS, on_disconnect, pending()));
        assert_eq!(context.is_cancelled(), is_cancelled);
    }
}

#[tokio::test(start_paused = true)]
async fn shutdown_interrupts_a_waiting_call() {
    let context = Context::for_tests(ClientChannel::Unavailable("a test"));
    let permits = Permits { call: CallPermit::for_tests(), _in_flight: None };
    let calls = permits.call.calls().clone();
    let timeouts = Timeouts { stream_after: None, ..TIMEOUTS };
    let mut driver = Driver::new(context.clone(), Box::pin(pending()), timeouts, OnDisconnect::Cancel, permits);
    calls.cancel_all();
    let Stop::End(CallEnd::Done(Err(CallError(Failure::Protocol(error))))) = driver.run_in_place().await else {
        panic!("must end with an error")
    };
    assert_eq!(error.code, ErrorCode::UNAVAILABLE);
    assert!(context.is_cancelled());
    drop(driver);
    calls.idle().await;
}
