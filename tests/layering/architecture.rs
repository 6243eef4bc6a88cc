//! Tables of ARCHITECTURE.md.

use std::{collections::BTreeSet, fs};

use tests::workspace;

/// Rooms of `mcp-server/src`, and the rooms that each may import.
pub(crate) fn rooms() -> Vec<(String, BTreeSet<String>)> {
    let mut rooms = Vec::new();
    for (some, imports) in table("Who may import whom") {
        let imports: BTreeSet<String> = names(&imports).collect();
        rooms.extend(names(&some).map(|room| (room, imports.clone())));
    }
    rooms
}

/// Rows of the table of parts: folder, part, and the parts of the folder that it may import.
pub(crate) fn parts() -> Vec<(String, String, BTreeSet<String>)> {
    let mut parts = Vec::new();
    for (some, imports) in table("Inside the rooms") {
        let imports: BTreeSet<String> = names(&imports).collect();
        for part in names(&some) {
            let (folder, part) = part.rsplit_once('/').unwrap_or_else(|| panic!("`{part}` is a room, not a part"));
            parts.push((folder.to_owned(), part.to_owned(), imports.clone()));
        }
    }
    parts
}

/// Rows of the table below a heading, without the head of the table.
pub(crate) fn table(heading: &str) -> Vec<(String, String)> {
    let text = fs::read_to_string(workspace::root().join("ARCHITECTURE.md")).unwrap();
    let heading = format!("## {heading}");
    let rows = text.lines().skip_while(|line| *line != heading).skip_while(|line| !line.starts_with('|'));
    let rows = rows.take_while(|line| line.starts_with('|')).skip(2);
    let cells = |row: &str| {
        let (first, rest) = row.trim_matches('|').split_once('|').unwrap_or_else(|| panic!("no second cell: {row}"));
        (first.to_owned(), rest.to_owned())
    };
    let rows: Vec<_> = rows.map(cells).collect();
    assert!(!rows.is_empty(), "ARCHITECTURE.md has no table below `{heading}`");
    rows
}

/// Code spans of a text.
pub(crate) fn names(text: &str) -> impl Iterator<Item = String> {
    text.split('`').skip(1).step_by(2).map(str::to_owned)
}

/// Room of a path: the folder or file at the top of the sources.
pub(crate) fn room_of(path: &str) -> &str {
    path.split('/').next().unwrap_or_default().trim_end_matches(".rs")
}
