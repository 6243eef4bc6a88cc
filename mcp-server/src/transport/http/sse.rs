//! Server-sent events: an event stream of the engine as the body of a response.

use std::{
    convert::Infallible,
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
    /// Armed while there is nothing to send.
    timer: Option<Pin<Box<Sleep>>>,
    /// Set by the first poll. Events that are ready by then, such as the priming event or the
    /// acknowledgement, are sent even if the token has expired.
    polled: bool,
    done: bool,
}

/// A comment, which clients ignore. It keeps proxies from closing an idle connection.
const KEEP_ALIVE: Bytes = Bytes::from_static(b":\n\n");

/// Size of a frame, in bytes, above which no further event is added. Events that are ready share a
/// frame.
const MAX_FRAME: usize = 16 * 1024;

impl SseBody {
    pub(super) fn new(events: EventStream, keep_alive: Duration) -> Self {
        Self { events, keep_alive, timer: None, polled: false, done: false }
    }
}

impl Body for SseBody {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let this = &mut *self;
        let ends_at = this.events.ends_at();
        if this.polled && ends_at.is_some_and(|ends_at| ends_at <= Instant::now()) {
            this.events.end();
        }
        let mut out = Vec::new();
        while !this.done && out.len() < MAX_FRAME {
            match this.events.poll_next(task) {
                Poll::Ready(Some(event)) => encode(&event, &mut out),
                Poll::Ready(None) => this.done = true,
                Poll::Pending => break,
            }
        }
        this.polled = true;
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
                Poll::Ready(Some(Ok(Frame::data(KEEP_ALIVE))))
            }
            Poll::Pending => Poll::Pending,
        }
    }

    fn is_end_stream(&self) -> bool {
        self.done
    }
}

/// Returns the bytes of a stream with one message.
pub(super) fn one_event(message: Bytes) -> Vec<u8> {
    let mut out = Vec::with_capacity(message.len() + 16);
    encode(&Event::message(message), &mut out);
    out
}

/// Room for the fields around the message of most events, in bytes.
const FIELDS: usize = 64;

/// Appends one event. Each line of its message becomes a `data` field. Only JSON that a handler
/// passes through unchanged has more than one line.
fn encode(event: &Event, out: &mut Vec<u8>) {
    out.reserve(FIELDS + event.data.as_ref().map_or(0, Bytes::len));
    if let Some(id) = event.id {
        out.extend_from_slice(b"id: ");
        decimal(id.stream, out);
        out.push(b'-');
        decimal(id.sequence, out);
        out.push(b'\n');
    }
    if let Some(retry) = event.retry {
        out.extend_from_slice(b"retry: ");
        decimal(u64::try_from(retry.as_millis()).unwrap_or(u64::MAX), out);
        out.push(b'\n');
    }
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

/// Appends a number. Formatting it with `write!` took a tenth of a streamed call.
fn decimal(number: u64, out: &mut Vec<u8>) {
    let start = out.len();
    let mut rest = number;
    loop {
        out.push(b'0' + (rest % 10) as u8);
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    out[start..].reverse();
}

/// Splits a message into lines. A line break in JSON is always whitespace between tokens, so its
/// kind does not matter.
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
    fn numbers_are_decimal() {
        for number in [0, 7, 10, 1_234_567_890, u64::MAX] {
            let mut out = b"n".to_vec();
            decimal(number, &mut out);
            assert_eq!(String::from_utf8(out).unwrap(), format!("n{number}"));
        }
    }

    #[test]
    fn event_encoded_as_sse_fields() {
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
