//! Eviction by sessions when the bytes buffered for disconnected clients exceed their quota.

use super::*;
use crate::{
    limits::Limits,
    quota::{Holder, Holders},
};

const CAPACITY: Capacity = Capacity { events: 100, bytes: 1_000 };
const OPTIONS: StreamOptions = StreamOptions { resumable: true, primes: true, retry: Duration::ZERO };

/// Returns the only holder of a server that buffers that many bytes.
fn accounts(max: usize) -> Arc<Accounts> {
    Holders::new(Arc::new(Limits::default().max_buffered_bytes(max)), false).get(Holder::Anonymous)
}

fn session(accounts: &Arc<Accounts>) -> Arc<Session> {
    Session::new(NewSession {
        id: "session".into(),
        version: ProtocolVersion::V2025_11_25,
        client: Client::default(),
        owner: None,
        in_flight: Arc::default(),
        on_stdio: false,
        accounts: accounts.clone(),
        question_timeout: Duration::ZERO,
        now: 0,
    })
}

fn call(session: &Arc<Session>) -> Arc<Stream> {
    session.open_stream(OPTIONS, CAPACITY, 16)
}

fn message(length: usize) -> Bytes {
    "x".repeat(length).into()
}

fn answered(session: &Arc<Session>, length: usize) -> Arc<Stream> {
    let stream = call(session);
    stream.finish([message(length)]);
    stream
}

/// Returns which of the streams are complete.
fn whole(streams: &[Arc<Stream>]) -> Vec<bool> {
    streams.iter().map(|stream| stream.has(0)).collect()
}

#[test]
fn lone_session_uses_the_quota_and_evicts_old_responses() {
    let session = session(&accounts(100));
    let streams: Vec<_> = (0..5).map(|_| answered(&session, 30)).collect();
    assert_eq!(whole(&streams), [false, false, true, true, true]);
}

#[test]
fn only_the_largest_session_evicts() {
    let accounts = accounts(100);
    let (greedy, modest) = (session(&accounts), session(&accounts));
    let many: Vec<_> = (0..3).map(|_| answered(&greedy, 30)).collect();
    let few = [answered(&modest, 40)];
    assert_eq!(whole(&few), [true], "less than an even share");
    assert_eq!(whole(&many), [true, true, true], "other sessions evict nothing for it");
    greedy.enforce_share();
    assert_eq!(whole(&many), [false, true, true], "down to the quota");
    assert_eq!(whole(&[answered(&greedy, 41)]), [true], "the latest stays");
    assert_eq!(whole(&many), [false, false, false]);
    assert_eq!(whole(&few), [true]);
}

#[test]
fn small_response_stays_beside_greedy_sessions() {
    let accounts = accounts(100);
    let greedy: Vec<_> = (0..9).map(|_| session(&accounts)).collect();
    let streams: Vec<_> = (0..90).map(|round| answered(&greedy[round % 9], 30)).collect();
    assert!(whole(&streams).contains(&false));
    assert_eq!(whole(&[answered(&session(&accounts), 10)]), [true], "a tenth, by one of ten");
}

#[test]
fn notifications_are_evicted_before_responses() {
    let session = session(&accounts(100));
    let first = answered(&session, 30);
    let second = call(&session);
    for _ in 0..5 {
        second.push(message(20).into());
    }
    second.finish([message(30)]);
    assert_eq!(whole(&[first, second]), [true, true]);
}

#[test]
fn stream_of_a_running_call_is_not_evicted() {
    let session = session(&accounts(10));
    let stream = call(&session);
    stream.push(message(30).into());
    assert!(stream.has(0) && stream.has(1));
    stream.finish([message(10)]);
    assert!(stream.has(0));
}

#[test]
fn question_stays_while_its_handler_waits() {
    let session = session(&accounts(10));
    let standalone = session.standalone_stream(OPTIONS, CAPACITY).unwrap();
    standalone.push(message(30).into());
    assert!(!standalone.has(0) && standalone.has(1));
    let (question, awaited) = Outgoing::request(message(30));
    standalone.push(question);
    assert!(standalone.has(1), "a reader after the first event can resume");
    drop(awaited);
    session.enforce_share();
    assert!(!standalone.has(1) && standalone.has(2));
}

#[test]
fn eviction_leaves_no_gap_for_a_later_reader() {
    let session = session(&accounts(10));
    let standalone = session.standalone_stream(OPTIONS, CAPACITY).unwrap();
    for _ in 0..2 {
        standalone.push(message(9).into());
    }
    assert_eq!([0, 1, 2, 3].map(|sequence| standalone.has(sequence)), [false, true, true, false]);
}

#[test]
fn connected_streams_are_not_charged() {
    let accounts = accounts(100);
    let (connected, away) = (session(&accounts), session(&accounts));
    let stream = call(&connected);
    let reader = stream.read(None);
    stream.push(message(200).into());
    assert_eq!(whole(&[answered(&away, 90)]), [true]);
    stream.finish([message(200)]);
    assert!(stream.has(0));
    drop(reader);
    assert!(!stream.has(0), "charged after the disconnect, and too large");
    assert_eq!(whole(&[answered(&away, 10)]), [true]);
}

#[test]
fn released_bytes_are_available_again() {
    let accounts = accounts(100);
    let gone = session(&accounts);
    answered(&gone, 100);
    gone.end();
    let session = session(&accounts);
    let streams = [answered(&session, 50), answered(&session, 50)];
    assert_eq!(whole(&streams), [true, true]);
    let reader = streams[0].read(Some(0));
    let third = answered(&session, 50);
    assert_eq!(whole(&[third]), [true]);
    assert_eq!(whole(&streams), [true, true], "one of three is being read");
    drop(reader);
    assert_eq!(whole(&streams), [false, true]);
}
