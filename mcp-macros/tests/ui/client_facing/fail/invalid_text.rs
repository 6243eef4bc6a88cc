use std::fmt;

use mcp_server::ClientFacing;

#[derive(Debug, ClientFacing)]
enum NotesError {
    #[client("note {1}")]
    Missing(u32),
    #[client("note {titel}")]
    Taken { title: String, author: String },
    #[client("note {}")]
    Empty(u32),
    #[client("note {0")]
    Open(u32),
    #[client("note {id}")]
    NoFields,
    #[client("")]
    Blank,
}

impl fmt::Display for NotesError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("no")
    }
}

impl std::error::Error for NotesError {}

fn main() {}
