//! Reads the body of a request, limited in size, time and the memory of all incomplete bodies.

use std::{
    error::Error,
    future::{Future as _, poll_fn},
    sync::Arc,
    task::Poll,
    time::Duration,
};

use bytes::Bytes;
use http_body::Body;
use http_body_util::BodyExt as _;

use crate::{
    limits::Limits,
    quota::{Accounts, Permit, QuotaExceeded, Resource},
};

type BoxError = Box<dyn Error + Send + Sync>;

/// The body of a request, from axum or from a connection of this server.
pub(crate) trait RequestBody: Body<Data = Bytes, Error: Into<BoxError>> + Send + Unpin + 'static {}

impl<B: Body<Data = Bytes, Error: Into<BoxError>> + Send + Unpin + 'static> RequestBody for B {}

/// Bounds on the bodies of an endpoint.
#[derive(Debug)]
pub(crate) struct BodyBounds {
    /// Maximum size of a body, in bytes.
    pub(crate) bytes: usize,
    /// Time that a body may take to arrive.
    pub(crate) time: Duration,
}

impl BodyBounds {
    /// Returns the bounds that the limits set.
    pub(crate) fn new(limits: &Limits) -> Self {
        Self { bytes: limits.max_body_bytes, time: limits.body_timeout }
    }
}

/// The reason why a body cannot be read.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum BodyError {
    /// The body has more than the maximum number of bytes.
    TooLarge,
    /// Incomplete bodies use all the memory that they may, those of all callers or of this one.
    Busy(QuotaExceeded),
    /// The body was incomplete after the timeout.
    TimedOut,
    /// The connection failed before the end of the body.
    Incomplete,
}

/// Reads the whole body, and charges `accounts` until it is complete. A declared length above the
/// maximum is rejected before anything is read.
pub(super) async fn read(
    content_length: Option<u64>,
    body: impl RequestBody,
    bounds: &BodyBounds,
    accounts: &Arc<Accounts>,
) -> Result<Bytes, BodyError> {
    if content_length.is_some_and(|length| length > bounds.bytes as u64) {
        return Err(BodyError::TooLarge);
    }
    let reading = collect(content_length, body, bounds, accounts);
    tokio::pin!(reading);
    // Most bodies are complete at the first poll, and need no timer.
    match poll_fn(|task| Poll::Ready(reading.as_mut().poll(task))).await {
        Poll::Ready(read) => read,
        Poll::Pending => tokio::time::timeout(bounds.time, reading).await.map_err(|_| BodyError::TimedOut)?,
    }
}

async fn collect(
    content_length: Option<u64>,
    mut body: impl RequestBody,
    bounds: &BodyBounds,
    accounts: &Arc<Accounts>,
) -> Result<Bytes, BodyError> {
    let first = loop {
        match frame(&mut body).await? {
            None => return Ok(Bytes::new()),
            Some(data) if data.len() > bounds.bytes => return Err(BodyError::TooLarge),
            Some(data) if body.is_end_stream() => return Ok(data),
            Some(data) if data.is_empty() => {}
            Some(data) => break data,
        }
    };
    // Copied into one buffer: the pieces of a body can be as small as a byte, and each of them
    // would take the memory of a buffer of its own.
    let permit = accounts.acquire(Resource::IncomingBytes, 0).map_err(BodyError::Busy)?;
    let mut buffer = Buffer { bytes: Vec::new(), permit, content_length };
    buffer.append(&first, bounds.bytes)?;
    drop(first);
    while let Some(data) = frame(&mut body).await? {
        buffer.append(&data, bounds.bytes)?;
    }
    // A call keeps its body: without spare capacity, its size is what the limits count.
    buffer.bytes.shrink_to_fit();
    Ok(buffer.bytes.into())
}

/// Returns the next piece of a body, or `None` at its end.
async fn frame(body: &mut impl RequestBody) -> Result<Option<Bytes>, BodyError> {
    match body.frame().await {
        None => Ok(None),
        // Trailers have no meaning here.
        Some(Ok(frame)) => Ok(Some(frame.into_data().unwrap_or_default())),
        Some(Err(_)) => Err(BodyError::Incomplete),
    }
}

/// The part of a body that has arrived.
struct Buffer {
    bytes: Vec<u8>,
    permit: Permit,
    content_length: Option<u64>,
}

impl Buffer {
    fn append(&mut self, data: &[u8], max: usize) -> Result<(), BodyError> {
        let length = self.bytes.len() + data.len();
        if length > max {
            return Err(BodyError::TooLarge);
        }
        if length > self.bytes.capacity() {
            // The declared length bounds the capacity, but is not reserved before the bytes arrive.
            let declared = self.content_length.and_then(|length| usize::try_from(length).ok()).unwrap_or(max);
            let capacity = (2 * length).min(declared).max(length);
            self.permit.try_grow(capacity).map_err(BodyError::Busy)?;
            self.bytes.reserve_exact(capacity - self.bytes.len());
        }
        self.bytes.extend_from_slice(data);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use futures_util::{StreamExt as _, stream};
    use http_body::Frame;
    use http_body_util::StreamBody;

    use super::*;
    use crate::quota::{Holder, Holders};

    const BOUNDS: BodyBounds = BodyBounds { bytes: 1_000, time: Duration::from_secs(1) };

    /// Returns holders of at most that many bytes, not all of which one body may have alone.
    fn holders(incoming: usize) -> Holders {
        Holders::new(Arc::new(Limits::default().max_incoming_bytes(incoming)), true)
    }

    fn pieces(sizes: &[usize]) -> impl RequestBody {
        let frames: Vec<_> = sizes.iter().map(|size| vec![b'x'; *size].into()).map(Frame::data).collect();
        StreamBody::new(stream::iter(frames).map(Ok::<_, Infallible>))
    }

    #[tokio::test]
    async fn pieces_are_joined() {
        let holders = holders(10_000);
        let accounts = holders.get(Holder::Anonymous);
        for sizes in [&[][..], &[0], &[3], &[0, 3], &[1; 1_000], &[400, 600], &[0, 1, 0, 2]] {
            let read = read(None, pieces(sizes), &BOUNDS, &accounts).await.unwrap();
            assert_eq!(read.len(), sizes.iter().sum::<usize>(), "{sizes:?}");
        }
        assert_eq!(holders.held(Resource::IncomingBytes), 0);
    }

    #[tokio::test]
    async fn size_and_memory_are_bounded() {
        for (length, sizes, incoming, error) in [
            (Some(1_001), &[][..], 10_000, BodyError::TooLarge),
            (None, &[1_001], 10_000, BodyError::TooLarge),
            (None, &[500, 501], 10_000, BodyError::TooLarge),
            (None, &[100, 100], 150, BodyError::Busy(QuotaExceeded::Quota)),
            (Some(300), &[100, 100, 100], 250, BodyError::Busy(QuotaExceeded::Quota)),
        ] {
            let holders = holders(incoming);
            // The only body of a server may exceed the limit.
            let _other = holders.get(Holder::principal("", "other", false)).acquire(Resource::IncomingBytes, 1);
            let accounts = holders.get(Holder::Anonymous);
            assert_eq!(read(length, pieces(sizes), &BOUNDS, &accounts).await, Err(error), "{sizes:?}");
            assert_eq!(holders.held(Resource::IncomingBytes), 1);
        }
        let holders = holders(200);
        let accounts = holders.get(Holder::Anonymous);
        let only_declared = read(Some(200), pieces(&[100, 100]), &BOUNDS, &accounts).await;
        assert!(only_declared.is_ok());
    }

    #[tokio::test]
    async fn bodies_of_a_caller_beyond_its_share_are_rejected() {
        let holders = holders(1_000);
        let [ada, bob] = ["ada", "bob"].map(|subject| holders.get(Holder::principal("", subject, false)));
        let parked = ada.acquire(Resource::IncomingBytes, 400).unwrap();
        let body = || pieces(&[100, 100]);
        let at_share = read(Some(200), body(), &BOUNDS, &ada).await;
        assert_eq!(at_share, Err(BodyError::Busy(QuotaExceeded::Share)));
        assert!(read(Some(200), body(), &BOUNDS, &bob).await.is_ok());
        drop(parked);
        assert!(read(Some(200), body(), &BOUNDS, &ada).await.is_ok());
    }
}
