//! Shared parts of the playground's servers: their items, the option `--listen`, and logging.

use std::{io, io::IsTerminal as _, net::SocketAddr};

use clap::Args;
use tracing_subscriber::EnvFilter;

pub mod greeting;

/// Address of `authorization-server`.
pub const AUTHORIZATION_SERVER: &str = "127.0.0.1:9080";

/// URL of the endpoint of `server-oauth`, by which clients reach it.
pub const RESOURCE: &str = "http://localhost:3030/mcp";

/// Address option of the servers.
#[derive(Args, Clone, Copy, Debug)]
pub struct Listen {
    /// Address to listen on; port 0 picks a free port and logs it
    #[arg(long, default_value = "127.0.0.1:3030", value_name = "ADDR")]
    pub listen: SocketAddr,
}

/// Logs to standard error at the levels that `RUST_LOG` sets, or else at `info`.
pub fn log_to_stderr() {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let color = io::stderr().is_terminal();
    tracing_subscriber::fmt().with_env_filter(filter).with_ansi(color).with_writer(io::stderr).init();
}
