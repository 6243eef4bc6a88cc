//! What every server of the playground takes from its command line.

use std::{io::IsTerminal as _, net::SocketAddr};

use clap::Args;
use tracing_subscriber::EnvFilter;

/// Where to listen.
#[derive(Args, Clone, Copy, Debug)]
pub struct Listen {
    /// Address to listen on; port 0 picks a free one and logs it
    #[arg(long, default_value = "127.0.0.1:3030", value_name = "ADDR")]
    pub listen: SocketAddr,
}

/// Logs to stderr what `RUST_LOG` asks for, `info` if it asks for nothing.
pub fn log_to_stderr() {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let colours = std::io::stderr().is_terminal();
    tracing_subscriber::fmt().with_env_filter(filter).with_ansi(colours).with_writer(std::io::stderr).init();
}
