//! `Upload`: the body of a request, whose rest is read even if the request is rejected early.
//!
//! A client may send a whole body before it reads the response. If the server closed the connection
//! before, the client would lose the response: the reset of the connection overtakes it (RFC 9112,
//! section 9.6). A proxy answers such a request with 502.

use std::{
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use http::{HeaderMap, header};
use http_body::{Body, Frame, SizeHint};
use http_body_util::BodyExt as _;

use super::body::RequestBody;
use crate::limits::Limits;

/// Bounds on the rest of a body that is read and discarded.
#[derive(Clone, Copy, Debug)]
pub(crate) struct DiscardBounds {
    /// Maximum number of bytes.
    pub(crate) bytes: usize,
    /// Time that the rest may take to arrive.
    pub(crate) time: Duration,
}

impl DiscardBounds {
    /// Returns the bounds that the limits set.
    pub(crate) fn new(limits: &Limits) -> Self {
        Self { bytes: limits.max_discarded_bytes, time: limits.body_timeout }
    }
}

/// The body of a request. If it is dropped before its end, a task reads and discards the rest.
/// Beyond the bounds the connection is closed.
pub(super) struct Upload<B: RequestBody> {
    /// `None` after the end of the body, or after an error.
    body: Option<B>,
    bounds: DiscardBounds,
    /// `true` while the client waits for `100 Continue`, which hyper sends at the first read (RFC
    /// 9110, section 10.1.1). A rejected request must not ask for its body.
    awaits_continue: bool,
}

impl<B: RequestBody> Upload<B> {
    pub(super) fn new(body: B, headers: &HeaderMap, bounds: DiscardBounds) -> Self {
        Self { body: Some(body), bounds, awaits_continue: headers.contains_key(header::EXPECT) }
    }
}

impl<B: RequestBody> Body for Upload<B> {
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(mut self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        self.awaits_continue = false;
        let Some(body) = &mut self.body else { return Poll::Ready(None) };
        let frame = Pin::new(body).poll_frame(task);
        if matches!(frame, Poll::Ready(None | Some(Err(_)))) {
            self.body = None;
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.body.as_ref().is_none_or(Body::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.body.as_ref().map_or_else(|| SizeHint::with_exact(0), Body::size_hint)
    }
}

impl<B: RequestBody> Drop for Upload<B> {
    fn drop(&mut self) {
        let Some(body) = self.body.take().filter(|body| !self.awaits_continue && !body.is_end_stream()) else { return };
        let bounds = self.bounds;
        // Without a runtime the process is ending, and the connection with it.
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(tokio::time::timeout(bounds.time, discard(body, bounds.bytes)));
        }
    }
}

/// Reads a body, up to that number of bytes.
async fn discard(mut body: impl RequestBody, mut bytes: usize) {
    while let Some(Ok(frame)) = body.frame().await {
        let length = frame.data_ref().map_or(0, Bytes::len);
        let Some(rest) = bytes.checked_sub(length) else { return };
        bytes = rest;
    }
}
