//! The body of a request, read whole, within bounds of size and time.

use std::{
    future::{Future as _, poll_fn},
    task::Poll,
    time::Duration,
};

use axum::body::Body;
use bytes::Bytes;
use http::{HeaderMap, header};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};

/// Why there is no body.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum BodyFailure {
    TooLarge,
    TooSlow,
    /// The connection broke.
    Broken,
}

/// Reads the body. One that says it is too large is refused before a byte of it is read.
pub(super) async fn read(
    headers: &HeaderMap,
    body: Body,
    largest: usize,
    time: Duration,
) -> Result<Bytes, BodyFailure> {
    let length = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if length.is_some_and(|length| length > largest as u64) {
        return Err(BodyFailure::TooLarge);
    }
    let reading = Limited::new(body, largest).collect();
    tokio::pin!(reading);
    // Most bodies are there already; only one that is not gets a timer.
    let read = match poll_fn(|task| Poll::Ready(reading.as_mut().poll(task))).await {
        Poll::Ready(read) => read,
        Poll::Pending => tokio::time::timeout(time, reading).await.map_err(|_| BodyFailure::TooSlow)?,
    };
    match read {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(BodyFailure::TooLarge),
        Err(_) => Err(BodyFailure::Broken),
    }
}
