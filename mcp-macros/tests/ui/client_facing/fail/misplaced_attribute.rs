use std::fmt;

use mcp_server::ClientFacing;

#[derive(Debug, ClientFacing)]
#[client]
enum NotesError {
    Missing(#[client] u32),
}

impl fmt::Display for NotesError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("no")
    }
}

impl std::error::Error for NotesError {}

fn main() {}
