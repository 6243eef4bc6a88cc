//! `TrackedBody`: a body that is a part of a request.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use http_body::{Body, Frame, SizeHint};

/// A body that keeps a part of its request open.
pub(super) struct TrackedBody<B, P> {
    body: B,
    _part: P,
}

impl<B, P> TrackedBody<B, P> {
    pub(super) fn new(body: B, part: P) -> Self {
        Self { body, _part: part }
    }
}

impl<B: Body + Unpin, P: Unpin> Body for TrackedBody<B, P> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        task: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        Pin::new(&mut self.body).poll_frame(task)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
