use std::fmt;

use mcp_server::ClientFacing;

#[derive(Debug, ClientFacing)]
enum NotesError {
    #[client(notfound)]
    Missing,
    #[client(not_fund, "there is no note")]
    Lost,
    #[client(internal)]
    Broken,
    #[client = "the title is taken"]
    Taken,
    #[client(code = "x")]
    Code,
    #[client(insufficient_scope)]
    Scope,
}

impl fmt::Display for NotesError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("no")
    }
}

impl std::error::Error for NotesError {}

fn main() {}
