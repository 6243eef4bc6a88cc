//! Imports between the parts of a room, compared with the table in ARCHITECTURE.md.
//!
//! A part is a folder or a file directly in the folder of the room; `mod` is its `mod.rs`. Imports
//! are those between files, as described in [`circles`](crate::circles).

use std::collections::{BTreeMap, BTreeSet};

use crate::{architecture, circles, imports::Imports, report};

const SOURCES: &str = "mcp-server/src/";

/// Rows of the table: folder, part, and the parts of the folder that it may import.
type Rows = Vec<(String, String, BTreeSet<String>)>;

/// Importing and imported part, with the importing files.
type Used<'a> = BTreeMap<(&'a str, &'a str), Vec<String>>;

#[test]
fn parts_import_only_parts_above() {
    let imports = circles::crates().remove("mcp-server/src/lib.rs").unwrap();
    report(breaks(&architecture::parts(), &imports));
}

fn breaks(rows: &Rows, imports: &Imports) -> BTreeSet<String> {
    let mut breaks = BTreeSet::new();
    let folders: BTreeSet<&String> = rows.iter().map(|(folder, ..)| folder).collect();
    for folder in folders {
        let mut allowed: BTreeMap<&str, &BTreeSet<String>> = BTreeMap::new();
        for (_, part, imports) in rows.iter().filter(|(of, ..)| of == folder) {
            for import in imports.iter().filter(|import| !allowed.contains_key(&***import)) {
                breaks.insert(format!(
                    "the table: `{folder}/{part}` may not import `{import}`, which is not above it in `{folder}`"
                ));
            }
            allowed.insert(part, imports);
        }
        let (parts, used) = used(folder, imports);
        for ((part, import), files) in &used {
            if !allowed.get(part).is_some_and(|allowed| allowed.contains(*import)) {
                let files = files.join(", ");
                breaks.insert(format!("{files}: `{folder}/{part}` may not import `{folder}/{import}`"));
            }
        }
        // A `mod.rs` without imports needs no row.
        let is_involved = |name: &str| name != "mod" || used.keys().any(|(from, to)| [*from, *to].contains(&name));
        for part in parts.iter().filter(|part| is_involved(part) && !allowed.contains_key(*part)) {
            breaks.insert(format!("the table: `{folder}/{part}` is not in it, and other parts of `{folder}` are"));
        }
        for (part, imports) in allowed {
            if !parts.contains(part) {
                breaks.insert(format!("the table: there is no part `{folder}/{part}`"));
            }
            for import in imports.iter().filter(|import| !used.contains_key(&(part, &**import))) {
                breaks.insert(format!("the table: nothing in `{folder}/{part}` imports `{import}` any more"));
            }
        }
    }
    breaks
}

/// Parts of a folder, and the imports between them.
fn used<'a>(folder: &str, imports: &'a Imports) -> (BTreeSet<&'a str>, Used<'a>) {
    let mut parts = BTreeSet::new();
    let mut used = Used::new();
    for (file, imported) in imports {
        let Some(part) = part_of(file, folder) else { continue };
        parts.insert(part);
        for (import, path) in imported {
            if let Some(import) = part_of(import, folder).filter(|import| *import != part) {
                used.entry((part, import)).or_default().push(format!("{file} ({path})"));
            }
        }
    }
    (parts, used)
}

fn part_of<'a>(file: &'a str, folder: &str) -> Option<&'a str> {
    let below = file.strip_prefix(SOURCES)?.strip_prefix(folder)?.strip_prefix('/')?;
    below.split('/').next().map(|name| name.trim_end_matches(".rs"))
}

#[cfg(test)]
mod tests_of_parts {
    use super::*;

    #[test]
    fn imports_beside_the_table_are_found() {
        let rows = rows(&[("call", &["stream"]), ("stream", &["budget"]), ("gone", &[])]);
        let found = Vec::from_iter(breaks(&rows, &imports()));
        assert_eq!(
            found,
            [
                "mcp-server/src/engine/stream/mod.rs (super::call): `engine/stream` may not import `engine/call`",
                "the table: `engine/budget` is not in it, and other parts of `engine` are",
                "the table: `engine/call` may not import `stream`, which is not above it in `engine`",
                "the table: `engine/stream` may not import `budget`, which is not above it in `engine`",
                "the table: nothing in `engine/call` imports `stream` any more",
                "the table: there is no part `engine/gone`",
            ]
        );
    }

    #[test]
    fn imports_of_the_table_pass() {
        let rows = rows(&[("budget", &[]), ("call", &[]), ("stream", &["budget", "call"])]);
        assert_eq!(breaks(&rows, &imports()), BTreeSet::new());
    }

    fn rows(rows: &[(&str, &[&str])]) -> Rows {
        let row = |(part, imports): &(&str, &[&str])| {
            let imports = imports.iter().map(|import| (*import).to_owned()).collect();
            ("engine".to_owned(), (*part).to_owned(), imports)
        };
        rows.iter().map(row).collect()
    }

    fn imports() -> Imports {
        let imports: [(&str, &[(&str, &str)]); 4] = [
            ("engine/mod.rs", &[]),
            ("engine/call.rs", &[("error.rs", "crate::error")]),
            ("engine/stream/mod.rs", &[("engine/call.rs", "super::call"), ("engine/budget.rs", "super::budget")]),
            ("engine/budget.rs", &[]),
        ];
        let file = |file: &str| format!("{SOURCES}{file}");
        let edges = |edges: &[(&str, &str)]| edges.iter().map(|(to, path)| (file(to), (*path).to_owned())).collect();
        imports.iter().map(|(from, to)| (file(from), edges(to))).collect()
    }
}
