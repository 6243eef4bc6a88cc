//! Buffering, eviction and resumption of one stream.

use futures_util::future::poll_fn;

use super::*;

fn stream(resumable: bool) -> Arc<Stream> {
    let options = StreamOptions { resumable, primes: true, retry: Duration::from_secs(1) };
    Stream::new(7, options, Capacity { events: 3, bytes: 100 }, None)
}

fn push(stream: &Stream, text: impl Into<String>) {
    stream.push(Bytes::from(text.into()).into());
}

async fn texts(reader: &mut Reader) -> Vec<String> {
    let mut texts = Vec::new();
    while let Some(event) = poll_fn(|context| reader.poll_next(context)).await {
        let id = event.id.map(|id| id.to_string()).unwrap_or_default();
        texts.push(format!("{id}:{}", String::from_utf8_lossy(&event.data.unwrap_or_default())));
    }
    texts
}

#[tokio::test]
async fn reconnected_reader_gets_missed_events() {
    let stream = stream(true);
    push(&stream, "a");
    let mut reader = stream.read(None);
    for _ in 0..2 {
        poll_fn(|context| reader.poll_next(context)).await;
    }
    drop(reader);
    push(&stream, "b");
    stream.finish(["answer".into()]);
    assert_eq!(texts(&mut stream.read(Some(1))).await, ["7-2:b", "7-3:answer"]);
    assert_eq!(texts(&mut stream.read(Some(0))).await, ["7-1:a", "7-2:b", "7-3:answer"]);
}

#[tokio::test]
async fn flood_of_notifications_keeps_the_response() {
    let stream = stream(true);
    for number in 0..100 {
        push(&stream, number.to_string());
    }
    stream.finish(["answer".into()]);
    assert_eq!(texts(&mut stream.read(None)).await, ["7-0:", "7-98:97", "7-99:98", "7-100:99", "7-101:answer"]);
}

#[tokio::test]
async fn oversize_message_reaches_a_reader_that_keeps_up() {
    let stream = stream(true);
    let large = "x".repeat(101);
    push(&stream, large.clone());
    stream.end();
    assert_eq!(texts(&mut stream.read(None)).await, ["7-0:".to_owned(), format!("7-1:{large}")]);
}

#[tokio::test]
async fn dropped_writer_ends_the_stream() {
    let stream = stream(true);
    drop(Writer(stream.clone()));
    assert_eq!(texts(&mut stream.read(None)).await, ["7-0:"]);
}

#[tokio::test]
async fn question_stays_while_its_handler_waits() {
    let stream = stream(true);
    let questions = ["a?", "b?"].map(|question| {
        let (request, awaited) = Outgoing::request(question.into());
        stream.push(request);
        awaited
    });
    for number in 0..100 {
        push(&stream, number.to_string());
    }
    assert_eq!(stream.state.lock().messages.len(), 3, "two questions, and the newest");
    let [first, second] = questions;
    drop(first);
    push(&stream, "x");
    push(&stream, "y".repeat(200));
    stream.end();
    assert_eq!(
        texts(&mut stream.read(None)).await,
        ["7-0:".to_owned(), "7-2:b?".to_owned(), format!("7-104:{}", "y".repeat(200))]
    );
    drop(second);
}

#[tokio::test]
async fn response_is_the_last_message() {
    let stream = stream(false);
    stream.finish(["answer".into()]);
    push(&stream, "late");
    stream.finish(["again".into()]);
    assert_eq!(texts(&mut stream.read(None)).await, [":answer"]);
}

#[test]
fn stream_is_over_after_its_last_event() {
    let (cancelled, answered) = (stream(true), stream(true));
    push(&cancelled, "a");
    assert!(!cancelled.is_over_after(1), "more may come");
    cancelled.end();
    answered.finish(["answer".into()]);
    for stream in [cancelled, answered] {
        assert!(!stream.is_over_after(0));
        assert!(stream.is_over_after(1));
        assert!(stream.is_over_after(u64::MAX));
    }
}

#[tokio::test]
async fn second_reader_replaces_the_first() {
    let stream = stream(true);
    let mut first = stream.read(None);
    let mut second = stream.read(None);
    stream.finish(["answer".into()]);
    assert!(texts(&mut first).await.is_empty());
    drop(first);
    assert!(stream.is_connected());
    assert_eq!(texts(&mut second).await, ["7-0:", "7-1:answer"]);
}

#[test]
fn event_id_round_trips() {
    let id = EventId { stream: 3, sequence: 14 };
    assert_eq!(EventId::parse(&id.to_string()), Some(id));
    for text in ["", "3", "3-", "-1", "3-x", "a-b", "03-1", "+3-1"] {
        assert_eq!(EventId::parse(text), None, "{text}");
    }
}
