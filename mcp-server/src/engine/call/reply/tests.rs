//! Replies of calls, from handlers that are written by hand.

use std::{future::pending, time::Duration};

use super::*;
use crate::{
    context::ClientChannel,
    engine::{
        admission::CallPermit,
        call::driver::{Permits, Timeouts},
        settings::Settings,
    },
    error::{CallError, Failure},
    handler::Outcome,
    protocol::Implementation,
};

fn engine(mode: ResponseMode) -> Arc<Engine> {
    Engine::for_tests(Settings { mode, ..Settings::for_tests(Implementation::new("test", "1")) })
}

/// Returns a stateless call in progress, without timeouts.
fn call(context: &Context, handler: impl Future<Output = Outcome> + Send + 'static) -> PendingCall {
    let timeouts = Timeouts { stream_after: None, call: None, grace: Duration::ZERO, expiry: None, slow_poll: None };
    let permits = Permits { call: CallPermit::for_tests(), _in_flight: None };
    PendingCall {
        driver: Driver::new(context.clone(), Box::pin(handler), timeouts, OnDisconnect::Cancel, permits),
        context: context.clone(),
        version: ProtocolVersion::LATEST_STATELESS,
        accepts: Accepts { json: true, stream: true },
        owner: StreamOwner::Connection,
    }
}

#[tokio::test]
async fn missing_capability_in_stream_mode_is_a_bad_request() {
    let context = Context::for_tests(ClientChannel::Unavailable("a test"));
    let call = call(&context, async { Err(CallError(Failure::MissingCapabilities(Box::default()))) });
    let Reply::Message(reply) = call.reply(&engine(ResponseMode::Stream)).await else { panic!("must be a body") };
    assert_eq!(reply.status, Status::BadRequest);
}

#[tokio::test]
async fn call_cancelled_before_it_becomes_a_task_has_no_response() {
    let engine = engine(ResponseMode::Adaptive);
    let context = Context::for_tests(ClientChannel::Detachable(Box::default()));
    let mut call = call(&context, pending());
    context.cancel();
    let Err(driver) = become_task(&engine, call.version, &context, call.driver).await else {
        panic!("must not become a task");
    };
    call.driver = *driver;
    assert!(matches!(call.reply(&engine).await, Reply::Accepted));
}
