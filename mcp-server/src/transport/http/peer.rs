//! `Peer`: the other end of the connection of a request.

use std::net::IpAddr;

use super::connection::ConnectionState;

/// The other end of the connection of a request.
#[derive(Clone, Copy, Debug)]
pub(super) enum Peer<'a> {
    /// The client of a connection of this server.
    Own(&'a ConnectionState),
    /// The client of a connection of another server, whose address that server may tell.
    Foreign(Option<IpAddr>),
}
