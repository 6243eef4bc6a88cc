use mcp_server::ClientFacing;

#[derive(Debug, ClientFacing)]
enum NotesError<T> {
    #[client]
    Missing(T),
}

#[derive(Debug, ClientFacing)]
struct Borrowed<'a>(&'a str);

#[derive(Debug, ClientFacing)]
struct Sized<const SIZE: usize>;

fn main() {}
