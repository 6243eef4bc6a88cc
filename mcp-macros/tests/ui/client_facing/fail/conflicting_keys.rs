use std::fmt;

use mcp_server::ClientFacing;

#[derive(Debug, ClientFacing)]
enum NotesError {
    #[client]
    #[client(not_found)]
    Twice,
    #[client(not_found, not_found)]
    SameKey,
    #[client(not_found, hidden)]
    TwoKinds,
    #[client("first", text = "second")]
    TwoTexts,
    #[client(hidden, "a text")]
    HiddenText,
}

impl fmt::Display for NotesError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("no")
    }
}

impl std::error::Error for NotesError {}

fn main() {}
