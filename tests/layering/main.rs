//! Architecture of the workspace: rooms, import circles, and names that are spelled once.
//!
//! Reads the sources as tokens, without comments, attributes and tests, and the tables of
//! ARCHITECTURE.md.

#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

mod architecture;
mod circles;
mod imports;
mod modules;
mod parts;
mod source;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use tests::workspace;

use crate::{
    architecture::{names, room_of, rooms, table},
    source::Source,
};

/// Crates with the files that may use them.
const CRATES: &[(&str, &[&str])] = &[
    // `module` for `Router`, in what an application merges.
    ("chacha20poly1305", &["seal.rs"]),
    ("getrandom", &["random.rs", "seal.rs"]),
    ("axum", &["transport/", "module/server.rs"]),
    ("hyper", &["transport/"]),
    ("hyper_util", &["transport/"]),
    ("inventory", &["registry/entry.rs", "module/assembly.rs", "error/client_facing.rs", "private.rs"]),
    ("jsonschema", &["schema/"]),
    ("jsonwebtoken", &["auth/jwk.rs"]),
    ("reqwest", &["auth/fetch.rs"]),
    ("safe_arch", &["protocol/envelope/scan/"]),
];

/// Names of headers in lower case. Texts for humans may mention them.
const HEADERS: &[&str] =
    &["mcp-session-id", "mcp-protocol-version", "mcp-method", "mcp-name", "mcp-param-", "last-event-id"];

const LONGEST_FILE: usize = 450;

#[test]
fn rooms_import_only_rooms_above() {
    let rooms = rooms();
    let mut breaks = BTreeSet::new();
    let mut above = BTreeSet::new();
    for (room, imports) in &rooms {
        for import in imports.difference(&above) {
            breaks.insert(format!("the table: `{room}` may not import `{import}`, which is not above it"));
        }
        above.insert(room.clone());
    }
    let allowed: BTreeMap<String, BTreeSet<String>> = rooms.into_iter().collect();
    let mut used: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    let sources = sources("mcp-server/src");
    for source in &sources {
        let Some(room) = source.room() else { continue };
        let Some(allowed) = allowed.get(room) else {
            breaks.insert(format!("{}: the room `{room}` is not in the table", source.path));
            continue;
        };
        let imports = source.imports();
        for import in imports.iter().filter(|import| *import != room && !allowed.contains(*import)) {
            breaks.insert(format!("{}: `{room}` may not import `{import}`", source.path));
        }
        used.entry(room).or_default().extend(imports);
    }
    for (room, imports) in &allowed {
        match used.get(&**room) {
            None => _ = breaks.insert(format!("the table: there is no room `{room}`")),
            Some(used) => breaks.extend(
                imports
                    .difference(used)
                    .map(|import| format!("the table: nothing in `{room}` imports `{import}` any more")),
            ),
        }
    }
    report(breaks);
}

#[test]
fn every_room_is_described() {
    let described: BTreeSet<String> = table("The rooms of `mcp-server/src`")
        .iter()
        .flat_map(|(room, _)| names(room))
        .map(|path| room_of(&path).to_owned())
        .collect();
    let rooms: BTreeSet<String> = rooms().into_iter().map(|(room, _)| room).collect();
    assert_eq!(described, rooms, "both tables of ARCHITECTURE.md name all rooms");
}

#[test]
fn crates_are_used_in_their_files_only() {
    let mut breaks = BTreeSet::new();
    for source in sources("mcp-server/src") {
        let paths = source.first_segments();
        for (name, places) in CRATES {
            if paths.contains(*name) && !places.iter().any(|place| source.path.starts_with(place)) {
                breaks.insert(format!("{}: `{name}` is for {}", source.path, places.join(", ")));
            }
        }
    }
    report(breaks);
}

#[test]
fn versions_are_known_to_protocol_and_engine_only() {
    let mut breaks = BTreeSet::new();
    for source in sources("mcp-server/src") {
        if source.path.starts_with("protocol/") || source.path.starts_with("engine/") {
            continue;
        }
        for text in source.texts().filter(|text| has_date(text)) {
            breaks.insert(format!("{}: the revision in {text}", source.path));
        }
        // Tables per version may use the type, but none of its values.
        if source.idents().any(|(_, ident)| is_version(ident)) {
            breaks.insert(format!("{}: a value of `ProtocolVersion`", source.path));
        }
    }
    report(breaks);
}

#[test]
fn wire_names_are_spelled_once() {
    let mut breaks = BTreeSet::new();
    for source in sources("mcp-server/src") {
        for text in source.texts() {
            let is_header = HEADERS.iter().any(|header| text.contains(header));
            if is_header && source.path != "transport/http/headers.rs" {
                breaks.insert(format!(
                    "{}: headers are spelled in transport/http/headers.rs, not in {text}",
                    source.path
                ));
            }
            let is_home = source.path == "protocol/types/reserved.rs";
            if text.contains("io.modelcontextprotocol/") && !is_home {
                breaks.insert(format!(
                    "{}: keys of `_meta` and extensions are spelled in protocol/types/reserved.rs, not in {text}",
                    source.path
                ));
            }
            if is_method(text) && !source.path.starts_with("protocol/") {
                breaks.insert(format!("{}: methods are spelled in protocol/, not in {text}", source.path));
            }
        }
    }
    report(breaks);
}

#[test]
fn files_have_header_and_bounded_length() {
    let mut breaks = BTreeSet::new();
    for folder in ["mcp-server", "mcp-macros/src", "playground", "tests"] {
        for file in workspace::files(&workspace::root().join(folder), "rs") {
            let name = file.strip_prefix(workspace::root()).unwrap_or(&file).display().to_string();
            let text = fs::read_to_string(&file).unwrap();
            // An empty file needs no header.
            if !text.is_empty() && !text.starts_with("//! ") {
                breaks.insert(format!("{name}: expected a first line `//! …` that describes the file"));
            }
            let lines = text.lines().count();
            if lines > LONGEST_FILE && !is_test(&file) {
                breaks.insert(format!("{name}: {lines} lines: expected at most {LONGEST_FILE}"));
            }
        }
    }
    report(breaks);
}

#[test]
fn violations_are_found() {
    let text = r#"
        //! See [`crate::docs`].
        use crate::{auth::{Principal, challenge::Refusal}, transport::http};
        pub(crate) fn f() -> crate::module::McpServer { super::super::super::error::chain(super::super::inner()) }
        fn g() { axum::serve(); other::hyper::f(); let _ = ("2025-11-25", "tools/call", V2025_11_25); }
        #[cfg(test)]
        mod tests { use crate::testing; }
        use super::protocol;
    "#;
    let source = Source::parse("engine/legacy/session.rs".to_owned(), text);
    assert_eq!(source.room(), Some("engine"));
    assert_eq!(Vec::from_iter(source.imports()), ["auth", "error", "module", "transport"]);
    assert!(source.first_segments().contains("axum") && !source.first_segments().contains("hyper"));
    assert!(source.texts().any(has_date) && source.texts().any(is_method));
    assert!(source.idents().any(|(_, ident)| is_version(ident)));
    let room = Source::parse("engine/mod.rs".to_owned(), "use super::{protocol, super_fluous};");
    assert_eq!(Vec::from_iter(room.imports()), ["protocol", "super_fluous"]);
}

/// `2025-11-25`
fn has_date(text: &str) -> bool {
    let bytes: Vec<u8> = text.bytes().map(|byte| if byte.is_ascii_digit() { b'0' } else { byte }).collect();
    bytes.windows(10).any(|window| window == b"0000-00-00")
}

/// `V2025_11_25`
fn is_version(ident: &str) -> bool {
    ident.starts_with("V2") && ident.len() == 11 && ident.contains('_')
}

/// `"tools/call"`, alone: mentioned in a sentence, it is no second spelling.
fn is_method(text: &str) -> bool {
    let families =
        ["tools", "resources", "prompts", "notifications", "logging", "server", "completion", "tasks", "subscriptions"];
    let text = text.trim_matches('"');
    text.split_once('/').is_some_and(|(family, name)| {
        families.contains(&family)
            && !name.is_empty()
            && name.chars().all(|char| char.is_ascii_alphabetic() || char == '/')
    })
}

fn sources(folder: &str) -> Vec<Source> {
    let folder = workspace::root().join(folder);
    let files = workspace::files(&folder, "rs");
    files.iter().filter(|file| !is_test(file)).map(|file| Source::read(&folder, file)).collect()
}

fn is_test(file: &Path) -> bool {
    file.strip_prefix(workspace::root()).unwrap_or(file).components().any(|part| {
        let name = part.as_os_str();
        name == "tests" || name == "tests.rs" || name == "benches"
    })
}

fn report(breaks: BTreeSet<String>) {
    assert!(breaks.is_empty(), "\n{}\n", breaks.into_iter().collect::<Vec<_>>().join("\n"));
}
