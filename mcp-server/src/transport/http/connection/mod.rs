//! Connections of [`McpServer::serve`](crate::McpServer::serve): their number, their timeouts and
//! their end.
//!
//! A connection *waits* while it has no complete request: it has just been opened, it is idle, or
//! the head of its next request is incomplete. A connection that does not wait is *busy*. Once the
//! maximum number of connections is open, a further one takes the place of the connection that has
//! waited longest. Busy connections stay open.

mod accept;
mod driver;
mod idle;
mod state;
mod table;
mod timed;
mod tracked_body;
mod waiting;

pub(crate) use accept::accept;
pub(super) use state::ConnectionState;
pub(crate) use table::ConnectionTable;
