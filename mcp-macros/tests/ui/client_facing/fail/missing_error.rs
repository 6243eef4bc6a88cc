use std::{fmt, rc::Rc};

use mcp_server::ClientFacing;

#[derive(Debug, ClientFacing)]
enum NotesError {
    #[client]
    Taken,
}

#[derive(Debug, ClientFacing)]
struct OneThread(Rc<str>);

impl fmt::Display for OneThread {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("no")
    }
}

impl std::error::Error for OneThread {}

fn main() {}
