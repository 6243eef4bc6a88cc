//! Server-sent events: a stream of the engine as the body of a response, with comments that keep the connection alive.

use std::{
    convert::Infallible,
    fmt::Write as _,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use futures_util::FutureExt as _;
use http_body::{Body, Frame};
use tokio::time::{Instant, Sleep};

use crate::engine::{Event, EventStream};

/// The body of an SSE response.
pub(super) struct SseBody {
    events: EventStream,
    keep_alive: Duration,
    /// Armed when there is nothing to send.
    timer: Option<Pin<Box<Sleep>>>,
    done: bool,
}

/// A line that clients ignore and connections live by.
const COMMENT: Bytes = Bytes::from_static(b":\n\n");

/// Events that are there already are sent together, up to about this many bytes.
const FRAME: usize = 16 * 1024;

impl SseBody {
    pub(super) fn new(events: EventStream, keep_alive: Duration) -> Self {
        Self { events, keep_alive, timer: None, done: false }
    }
}

impl Body for SseBody {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let this = &mut *self;
        let ends_at = this.events.ends_at();
        if ends_at.is_some_and(|ends_at| ends_at <= Instant::now()) {
            this.events.end();
        }
        let mut out = Vec::new();
        while !this.done && out.len() < FRAME {
            match this.events.poll_next(task) {
                Poll::Ready(Some(event)) => encode(&event, &mut out),
                Poll::Ready(None) => this.done = true,
                Poll::Pending => break,
            }
        }
        if !out.is_empty() {
            this.timer = None;
            return Poll::Ready(Some(Ok(Frame::data(out.into()))));
        }
        if this.done {
            return Poll::Ready(None);
        }
        let ends_at = this.events.ends_at();
        let next = |keep_alive| {
            let comment = Instant::now() + keep_alive;
            ends_at.map_or(comment, |ends_at| ends_at.min(comment))
        };
        let timer = this.timer.get_or_insert_with(|| Box::pin(tokio::time::sleep_until(next(this.keep_alive))));
        match timer.poll_unpin(task) {
            Poll::Ready(()) => {
                timer.as_mut().reset(next(this.keep_alive));
                Poll::Ready(Some(Ok(Frame::data(COMMENT))))
            }
            Poll::Pending => Poll::Pending,
        }
    }

    fn is_end_stream(&self) -> bool {
        self.done
    }
}

/// A stream that is one message, in bytes.
pub(super) fn one_event(message: Bytes) -> Vec<u8> {
    let mut out = Vec::with_capacity(message.len() + 16);
    encode(&Event::message(message), &mut out);
    out
}

/// One event, with a `data` field for each line of its message: mostly one, more where a handler hands on JSON as it was laid out.
fn encode(event: &Event, out: &mut Vec<u8>) {
    let mut fields = String::new();
    if let Some(id) = event.id {
        _ = writeln!(fields, "id: {id}");
    }
    if let Some(retry) = event.retry {
        _ = writeln!(fields, "retry: {}", retry.as_millis());
    }
    out.extend_from_slice(fields.as_bytes());
    match &event.data {
        Some(message) => {
            for line in lines(message) {
                out.extend_from_slice(b"data: ");
                out.extend_from_slice(line);
                out.push(b'\n');
            }
        }
        None if event.primes => out.extend_from_slice(b"data:\n"),
        None => {}
    }
    out.push(b'\n');
}

/// The lines of a message, as the standard ends them. They end between tokens of JSON only, where one end is as good as another.
fn lines(message: &[u8]) -> impl Iterator<Item = &[u8]> {
    message.split(|byte| matches!(byte, b'\n' | b'\r'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::EventId;

    fn text(event: &Event) -> String {
        let mut out = Vec::new();
        encode(event, &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn events_are_written_as_the_standard_has_them() {
        let id = Some(EventId { stream: 2, sequence: 0 });
        let retry = Some(Duration::from_secs(3));
        assert_eq!(text(&Event { id, data: None, retry, primes: true }), "id: 2-0\nretry: 3000\ndata:\n\n");
        assert_eq!(text(&Event { id, data: None, retry, primes: false }), "id: 2-0\nretry: 3000\n\n");
        let message =
            |data: &'static str| text(&Event { id: None, data: Some(data.into()), retry: None, primes: false });
        assert_eq!(message("{}"), "data: {}\n\n");
        assert_eq!(message("{\n\"a\":\r\n1}"), "data: {\ndata: \"a\":\ndata: \ndata: 1}\n\n");
    }
}
