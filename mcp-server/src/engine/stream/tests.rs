//! What a stream keeps, for whom, and for how long.

use futures_util::future::poll_fn;

use super::*;

fn stream(resumable: bool) -> Arc<Stream> {
    let manner = Manner { resumable, primes: true, retry: Duration::from_secs(1) };
    Stream::new(7, manner, Capacity { events: 3, bytes: 100 }, None)
}

fn say(stream: &Stream, text: impl Into<String>) {
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
async fn what_a_lost_connection_missed_is_read_by_the_next_one() {
    let stream = stream(true);
    say(&stream, "a");
    let mut reader = stream.read(None);
    for _ in 0..2 {
        poll_fn(|context| reader.poll_next(context)).await;
    }
    drop(reader);
    say(&stream, "b");
    stream.finish(["answer".into()]);
    assert_eq!(texts(&mut stream.read(Some(1))).await, ["7-2:b", "7-3:answer"]);
    assert_eq!(texts(&mut stream.read(Some(0))).await, ["7-1:a", "7-2:b", "7-3:answer"]);
}

#[tokio::test]
async fn the_answer_outlives_a_flood_of_notifications() {
    let stream = stream(true);
    for number in 0..100 {
        say(&stream, number.to_string());
    }
    stream.finish(["answer".into()]);
    assert_eq!(texts(&mut stream.read(None)).await, ["7-0:", "7-98:97", "7-99:98", "7-100:99", "7-101:answer"]);
}

#[tokio::test]
async fn who_keeps_up_gets_what_is_larger_than_the_buffer() {
    let stream = stream(true);
    let large = "x".repeat(101);
    say(&stream, large.clone());
    stream.end();
    assert_eq!(texts(&mut stream.read(None)).await, ["7-0:".to_owned(), format!("7-1:{large}")]);
}

#[tokio::test]
async fn nobody_waits_for_a_writer_that_is_gone() {
    let stream = stream(true);
    drop(Writer(stream.clone()));
    assert_eq!(texts(&mut stream.read(None)).await, ["7-0:"]);
}

#[tokio::test]
async fn a_question_stays_as_long_as_somebody_waits_for_its_answer() {
    let stream = stream(true);
    let questions = ["a?", "b?"].map(|question| {
        let (request, awaited) = Outgoing::request(question.into());
        stream.push(request);
        awaited
    });
    for number in 0..100 {
        say(&stream, number.to_string());
    }
    assert_eq!(stream.lock().messages.len(), 3, "and the newest");
    let [first, second] = questions;
    drop(first);
    say(&stream, "x");
    say(&stream, "y".repeat(200));
    stream.end();
    assert_eq!(
        texts(&mut stream.read(None)).await,
        ["7-0:".to_owned(), "7-2:b?".to_owned(), format!("7-104:{}", "y".repeat(200))]
    );
    drop(second);
}

#[tokio::test]
async fn nothing_follows_the_answer() {
    let stream = stream(false);
    stream.finish(["answer".into()]);
    say(&stream, "late");
    stream.finish(["again".into()]);
    assert_eq!(texts(&mut stream.read(None)).await, [":answer"]);
}

#[test]
fn a_stream_is_over_for_who_has_seen_its_last_event() {
    let (withdrawn, answered) = (stream(true), stream(true));
    say(&withdrawn, "a");
    assert!(!withdrawn.is_over_after(1), "more may come");
    withdrawn.end();
    answered.finish(["answer".into()]);
    for stream in [withdrawn, answered] {
        assert!(!stream.is_over_after(0));
        assert!(stream.is_over_after(1));
        assert!(stream.is_over_after(u64::MAX));
    }
}

#[tokio::test]
async fn a_second_reader_takes_over() {
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
fn event_ids_are_read_back() {
    let id = EventId { stream: 3, sequence: 14 };
    assert_eq!(EventId::parse(&id.to_string()), Some(id));
    for text in ["", "3", "3-", "-1", "3-x", "a-b"] {
        assert_eq!(EventId::parse(text), None, "{text}");
    }
}
