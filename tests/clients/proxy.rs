//! A proxy that simulates a bad network: it breaks a connection when a certain text passes.

use std::net::SocketAddr;

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

use crate::fixture::CUT_HERE;

/// Starts a proxy in front of `server`, and returns its address.
pub(crate) async fn start(server: SocketAddr) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            tokio::spawn(async move {
                if let Ok(upstream) = TcpStream::connect(server).await {
                    relay(client, upstream).await;
                }
            });
        }
    });
    address
}

/// Relays both directions until one side ends or the text passes. Dropping the sockets breaks the
/// connection.
async fn relay(client: TcpStream, server: TcpStream) {
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    let requests = async { _ = tokio::io::copy(&mut from_client, &mut to_server).await };
    let responses = async {
        let mut buffer = vec![0; 64 * 1024];
        while let Ok(read @ 1..) = from_server.read(&mut buffer).await {
            if to_client.write_all(&buffer[..read]).await.is_err() {
                return;
            }
            // Each event is one write, so the text is never split.
            if buffer[..read].windows(CUT_HERE.len()).any(|part| part == CUT_HERE.as_bytes()) {
                return;
            }
        }
    };
    tokio::select! {
        () = requests => {}
        () = responses => {}
    }
}
