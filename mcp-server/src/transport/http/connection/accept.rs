//! Accepts connections, and serves their requests.

use std::{convert::Infallible, sync::Arc, time::Duration};

use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use tokio::{
    net::{TcpListener, TcpStream},
    task::JoinSet,
};

use super::{
    super::service::Service, driver::Driver, table::ConnectionTable, timed::TimedConnection, tracked_body::TrackedBody,
};
use crate::limits::Limits;

/// Maximum size of the head of a request, and of the data that waits for a client that does not
/// read, in bytes. Bodies and streams have limits of their own.
const MAX_HEAD: usize = 64 * 1024;

/// Accepts connections forever, and serves each in a task.
pub(crate) async fn accept(
    listener: &TcpListener,
    service: &Arc<Service>,
    limits: &Limits,
    table: &Arc<ConnectionTable>,
    tasks: &mut JoinSet<()>,
) {
    let mut protocol = http1::Builder::new();
    // Without a timer: `Driver` has one, which costs a request less.
    // The size of the buffer alone bounds a head only roughly: it may grow by one more read.
    protocol.max_buf_size(MAX_HEAD).max_header_size(MAX_HEAD);
    loop {
        let (stream, peer) = match listener.accept().await {
            Ok(accepted) => accepted,
            Err(error) => {
                recover(&error, table).await;
                continue;
            }
        };
        table.make_room().await;
        no_delay(&stream);
        let membership = table.add(peer.ip());
        let state = membership.state().clone();
        let stream = TimedConnection::new(stream, limits.send_timeout, limits.header_timeout, state.clone());
        let service = service.clone();
        let service = service_fn(move |request: hyper::Request<Incoming>| {
            let (service, (response_part, body_part)) = (service.clone(), state.begin());
            let request = request.map(|body| TrackedBody::new(body, body_part));
            async move {
                let response = service.respond(request, response_part.connection()).await?;
                Ok::<_, Infallible>(response.map(|body| TrackedBody::new(body, response_part)))
            }
        });
        let connection = protocol.serve_connection(TokioIo::new(stream), service);
        while tasks.try_join_next().is_some() {}
        tasks.spawn(Driver::new(connection, membership, limits.idle_timeout));
    }
}

/// Time after which accepting is tried again.
const RETRY: Duration = Duration::from_millis(100);

/// Codes of the error that too many files are open: `ENFILE`, `EMFILE` and `WSAEMFILE`.
const TOO_MANY_FILES: [i32; 3] = [23, 24, 10_024];

/// Recovers from an error of `accept`. If too many files are open, a connection makes room. In
/// other cases an immediate retry would spin.
async fn recover(error: &std::io::Error, table: &ConnectionTable) {
    tracing::warn!(%error, "accepting a connection failed");
    let needs_room = error.raw_os_error().is_some_and(|code| TOO_MANY_FILES.contains(&code));
    if !(needs_room && table.evict_one().await) {
        tokio::time::sleep(RETRY).await;
    }
}

/// Sets `TCP_NODELAY`. Without it, small responses may wait 40 ms for an acknowledgement.
fn no_delay(stream: &TcpStream) {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "setting TCP_NODELAY failed");
    }
}
