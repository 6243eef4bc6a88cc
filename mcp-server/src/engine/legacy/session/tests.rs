//! What sessions give up when all that may be held for clients that are away is spent.

use super::*;

const CAPACITY: Capacity = Capacity { events: 100, bytes: 1_000 };
const MANNER: Manner = Manner { resumable: true, primes: true, retry: Duration::ZERO };

fn session(budget: &Budget) -> Arc<Session> {
    let opening = Opening {
        id: "session".into(),
        version: ProtocolVersion::V2025_11_25,
        client: Client::default(),
        owner: None,
        calls: Arc::default(),
        budget: budget.clone(),
    };
    Session::new(opening, Duration::ZERO, 0)
}

fn call(session: &Session) -> Arc<Stream> {
    session.open_stream(MANNER, CAPACITY, 16)
}

fn message(length: usize) -> Bytes {
    "x".repeat(length).into()
}

fn answered(session: &Session, length: usize) -> Arc<Stream> {
    let stream = call(session);
    stream.finish([message(length)]);
    stream
}

/// Whether each is there from its beginning.
fn whole(streams: &[Arc<Stream>]) -> Vec<bool> {
    streams.iter().map(|stream| stream.has(0)).collect()
}

#[test]
fn a_session_that_is_alone_may_hold_everything_and_gives_up_its_oldest_answers() {
    let session = session(&Budget::new(100));
    let streams: Vec<_> = (0..5).map(|_| answered(&session, 30)).collect();
    assert_eq!(whole(&streams), [false, false, true, true, true]);
}

#[test]
fn who_holds_the_most_gives_up_and_nobody_else() {
    let budget = Budget::new(100);
    let (greedy, modest) = (session(&budget), session(&budget));
    let many: Vec<_> = (0..3).map(|_| answered(&greedy, 30)).collect();
    let few = [answered(&modest, 40)];
    assert_eq!(whole(&few), [true], "less than an even part");
    assert_eq!(whole(&many), [true, true, true], "nothing of others is touched");
    greedy.settle();
    assert_eq!(whole(&many), [false, true, true], "until there is room");
    assert_eq!(whole(&[answered(&greedy, 41)]), [true], "the latest stays");
    assert_eq!(whole(&many), [false, false, false]);
    assert_eq!(whole(&few), [true]);
}

#[test]
fn a_small_answer_stays_however_many_others_hold_all_they_may() {
    let budget = Budget::new(100);
    let greedy: Vec<_> = (0..9).map(|_| session(&budget)).collect();
    let streams: Vec<_> = (0..90).map(|round| answered(&greedy[round % 9], 30)).collect();
    assert!(whole(&streams).contains(&false));
    assert_eq!(whole(&[answered(&session(&budget), 10)]), [true], "a tenth, by one of ten");
}

#[test]
fn notifications_are_given_up_before_answers_and_the_client_can_still_come_back() {
    let session = session(&Budget::new(100));
    let first = answered(&session, 30);
    let second = call(&session);
    for _ in 0..5 {
        second.push(message(20).into());
    }
    second.finish([message(30)]);
    assert_eq!(whole(&[first, second]), [true, true]);
}

#[test]
fn a_stream_whose_call_runs_is_there_for_its_answer() {
    let session = session(&Budget::new(10));
    let stream = call(&session);
    stream.push(message(30).into());
    assert!(stream.has(0) && stream.has(1));
    stream.finish([message(10)]);
    assert!(stream.has(0));
}

#[test]
fn a_question_stays_while_somebody_waits_for_its_answer() {
    let session = session(&Budget::new(10));
    let standalone = session.standalone(MANNER, CAPACITY).unwrap();
    standalone.push(message(30).into());
    assert!(!standalone.has(0) && standalone.has(1));
    let (question, awaited) = Outgoing::request(message(30));
    standalone.push(question);
    assert!(standalone.has(1), "it is not lost for who has seen what came before");
    drop(awaited);
    session.settle();
    assert!(!standalone.has(1) && standalone.has(2));
}

#[test]
fn what_is_given_up_leaves_no_gap_for_who_comes_later() {
    let session = session(&Budget::new(10));
    let standalone = session.standalone(MANNER, CAPACITY).unwrap();
    for _ in 0..2 {
        standalone.push(message(9).into());
    }
    assert_eq!([0, 1, 2, 3].map(|sequence| standalone.has(sequence)), [false, true, true, false]);
}

#[test]
fn what_a_connected_client_is_sent_does_not_count() {
    let budget = Budget::new(100);
    let (connected, away) = (session(&budget), session(&budget));
    let stream = call(&connected);
    let reader = stream.read(None);
    stream.push(message(200).into());
    assert_eq!(whole(&[answered(&away, 90)]), [true]);
    stream.finish([message(200)]);
    assert!(stream.has(0));
    drop(reader);
    assert!(!stream.has(0), "now it does, and it is the one that is too large");
    assert_eq!(whole(&[answered(&away, 10)]), [true]);
}

#[test]
fn what_is_given_back_is_room_again() {
    let budget = Budget::new(100);
    let gone = session(&budget);
    answered(&gone, 100);
    gone.end();
    let session = session(&budget);
    let streams = [answered(&session, 50), answered(&session, 50)];
    assert_eq!(whole(&streams), [true, true]);
    let reader = streams[0].read(Some(0));
    let third = answered(&session, 50);
    assert_eq!(whole(&[third]), [true]);
    assert_eq!(whole(&streams), [true, true], "one of three is being read");
    drop(reader);
    assert_eq!(whole(&streams), [false, true]);
}
