//! The size of request heads is limited.

use serde_json::json;
use tests::harness::{Client, Connection, RunningServer};

use crate::items::served;

/// Sends a call whose head has this many bytes, in parts, and returns the status.
async fn status_of_head(served: &RunningServer, headers: usize, bytes: usize, part: usize) -> u16 {
    let client = Client::stateless(served);
    let request = (0..headers).fold(client.call_request(1, "add", json!({"a": 1, "b": 2})), |request, number| {
        request.header(&format!("X-{number}"), "")
    });
    let head = |request: &[u8]| request.windows(4).position(|end| end == b"\r\n\r\n").unwrap() + 4;
    let bare = request.clone().header("X-Filler", "").to_bytes();
    let request = request.header("X-Filler", "x".repeat(bytes - head(&bare))).to_bytes();
    assert_eq!(head(&request), bytes);
    let mut connection = Connection::open(served.address).await;
    for part in request.chunks(part) {
        connection.write(part).await;
    }
    connection.response().await.status
}

#[tokio::test]
async fn head_over_the_limit_is_431() {
    const MAX: usize = 64 * 1024;
    let served = served().await;
    for headers in [0, 50] {
        for part in [1_000, 1_000_000] {
            for (bytes, status) in [(60_000, 200), (MAX, 200), (MAX + 1, 431), (70_000, 431), (100_000, 431)] {
                assert_eq!(status_of_head(&served, headers, bytes, part).await, status, "{headers} {bytes} {part}");
            }
        }
    }
}
