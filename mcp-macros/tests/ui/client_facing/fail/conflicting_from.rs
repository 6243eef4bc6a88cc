use std::fmt;

use mcp_server::CallError;

#[derive(Debug)]
struct NotesError;

impl fmt::Display for NotesError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("no")
    }
}

impl std::error::Error for NotesError {}

impl From<NotesError> for CallError {
    fn from(error: NotesError) -> Self {
        CallError::client(error.to_string())
    }
}

fn main() {}
