//! Reads the body of a request, limited in size and time.

use std::{
    error::Error,
    future::{Future as _, poll_fn},
    task::Poll,
    time::Duration,
};

use bytes::Bytes;
use http_body::Body;
use http_body_util::{BodyExt as _, LengthLimitError, Limited};

type BoxError = Box<dyn Error + Send + Sync>;

/// The body of a request, from axum or from a connection of this server.
pub(super) trait RequestBody: Body<Data = Bytes, Error: Into<BoxError>> + Send + Unpin + 'static {}

impl<B: Body<Data = Bytes, Error: Into<BoxError>> + Send + Unpin + 'static> RequestBody for B {}

/// The reason why a body cannot be read.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum BodyError {
    /// The body has more than the maximum number of bytes.
    TooLarge,
    /// The body was incomplete after the timeout.
    TimedOut,
    /// The connection failed before the end of the body.
    Incomplete,
}

/// Reads the whole body. A declared length above `max_bytes` is rejected before anything is read.
pub(super) async fn read(
    content_length: Option<u64>,
    body: impl RequestBody,
    max_bytes: usize,
    timeout: Duration,
) -> Result<Bytes, BodyError> {
    if content_length.is_some_and(|length| length > max_bytes as u64) {
        return Err(BodyError::TooLarge);
    }
    let reading = Limited::new(body, max_bytes).collect();
    tokio::pin!(reading);
    // Most bodies are complete at the first poll, and need no timer.
    let read = match poll_fn(|task| Poll::Ready(reading.as_mut().poll(task))).await {
        Poll::Ready(read) => read,
        Poll::Pending => tokio::time::timeout(timeout, reading).await.map_err(|_| BodyError::TimedOut)?,
    };
    match read {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(BodyError::TooLarge),
        Err(_) => Err(BodyError::Incomplete),
    }
}
