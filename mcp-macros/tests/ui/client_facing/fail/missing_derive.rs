#[derive(Debug)]
enum NotesError {
    #[client]
    Taken,
}

fn main() {}
