//! A bad network: passes everything on, and breaks the connection on which a certain text comes by.

use std::net::SocketAddr;

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

use crate::fixture::CUT_HERE;

/// A proxy in front of `server`; its address.
pub(crate) async fn start(server: SocketAddr) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            tokio::spawn(async move {
                if let Ok(upstream) = TcpStream::connect(server).await {
                    pass_on(client, upstream).await;
                }
            });
        }
    });
    address
}

/// Both ways, until one side ends or the text comes by. Dropping the sockets breaks the connection for both.
async fn pass_on(client: TcpStream, server: TcpStream) {
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    let requests = async { _ = tokio::io::copy(&mut from_client, &mut to_server).await };
    let answers = async {
        let mut buffer = vec![0; 64 * 1024];
        while let Ok(read @ 1..) = from_server.read(&mut buffer).await {
            if to_client.write_all(&buffer[..read]).await.is_err() {
                return;
            }
            // An event is written at once, so the text is never torn in two.
            if buffer[..read].windows(CUT_HERE.len()).any(|part| part == CUT_HERE.as_bytes()) {
                return;
            }
        }
    };
    tokio::select! {
        () = requests => {}
        () = answers => {}
    }
}
