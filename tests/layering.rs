//! The house keeps its order: which room may import which, and what is spelled in one place only.
//!
//! Reads the sources as tokens, without comments, attributes and tests, and the table of rooms where people read it: in ARCHITECTURE.md.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// Crates that only some places may use.
const CRATES: &[(&str, &[&str])] = &[
    // `module` for `Router`, in what an application merges.
    ("chacha20poly1305", &["seal.rs"]),
    ("getrandom", &["random.rs", "seal.rs"]),
    ("axum", &["transport/", "module/server.rs", "module/serve.rs"]),
    ("hyper", &["transport/", "module/serve.rs"]),
    ("hyper_util", &["transport/", "module/serve.rs"]),
    ("inventory", &["registry/entry.rs", "module/assembly.rs", "private.rs"]),
    ("jsonschema", &["schema/"]),
    ("jsonwebtoken", &["auth/jwk.rs"]),
    ("reqwest", &["auth/fetch.rs"]),
    ("safe_arch", &["protocol/envelope/scan/"]),
];

/// Names of headers, as HTTP has them. In texts for humans they may be mentioned.
const HEADERS: &[&str] =
    &["mcp-session-id", "mcp-protocol-version", "mcp-method", "mcp-name", "mcp-param-", "last-event-id"];

const LONGEST_FILE: usize = 450;

#[test]
fn rooms_import_only_what_is_above_them() {
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
fn every_room_is_introduced() {
    let introduced: BTreeSet<String> = table("The rooms of `mcp-server/src`")
        .iter()
        .flat_map(|(room, _)| names(room))
        .map(|path| room_of(&path).to_owned())
        .collect();
    let rooms: BTreeSet<String> = rooms().into_iter().map(|(room, _)| room).collect();
    assert_eq!(introduced, rooms, "both tables of ARCHITECTURE.md name all rooms");
}

#[test]
fn some_crates_belong_to_some_rooms() {
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
fn versions_are_known_to_the_protocol_and_the_engines_only() {
    let mut breaks = BTreeSet::new();
    for source in sources("mcp-server/src") {
        if source.path.starts_with("protocol/") || source.path.starts_with("engine/") {
            continue;
        }
        for text in source.texts().filter(|text| has_date(text)) {
            breaks.insert(format!("{}: the revision in {text}", source.path));
        }
        // Tables made once per version name the type, and never one of its values.
        if source.idents().any(|(_, ident)| is_version(ident)) {
            breaks.insert(format!("{}: a value of `ProtocolVersion`", source.path));
        }
    }
    report(breaks);
}

#[test]
fn what_travels_is_spelled_once() {
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
fn every_file_says_what_it_is_for_and_is_short_enough() {
    let mut breaks = BTreeSet::new();
    for folder in ["mcp-server", "mcp-macros/src", "playground", "tests"] {
        for file in files(&workspace().join(folder)) {
            let name = file.strip_prefix(workspace()).unwrap_or(&file).display().to_string();
            let text = fs::read_to_string(&file).unwrap();
            // What is left empty on purpose has nothing to say.
            if !text.is_empty() && !text.starts_with("//! ") {
                breaks.insert(format!("{name}: begin with a line `//! …` that says what the file is for"));
            }
            let lines = text.lines().count();
            if lines > LONGEST_FILE && !is_test(&file) {
                breaks.insert(format!("{name}: {lines} lines; {LONGEST_FILE} is the most"));
            }
        }
    }
    report(breaks);
}

#[test]
fn a_break_would_be_seen() {
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

/// A file of a crate, without comments, attributes and tests.
struct Source {
    /// Below the folder of the sources.
    path: String,
    tokens: Vec<Token>,
}

/// A token, with groups laid flat.
#[derive(PartialEq)]
enum Token {
    Ident(String),
    Punct(char),
    /// A literal, as it is written.
    Literal(String),
    Open(Delimiter),
    Close(Delimiter),
}

const COLON: Token = Token::Punct(':');

impl Source {
    fn read(folder: &Path, file: &Path) -> Self {
        let path = file.strip_prefix(folder).unwrap().to_str().unwrap().to_owned();
        Self::parse(path, &fs::read_to_string(file).unwrap())
    }

    fn parse(path: String, text: &str) -> Self {
        let tokens: TokenStream = text.parse().unwrap_or_else(|error| panic!("{path}: {error}"));
        let mut source = Self { path, tokens: Vec::new() };
        flatten(tokens, &mut source.tokens);
        source
    }

    /// The folder or file at the top that it belongs to; `None` for the root of the crate, which may see everything.
    fn room(&self) -> Option<&str> {
        Some(room_of(&self.path)).filter(|room| *room != "lib")
    }

    /// The rooms it names, by `crate::…` or by a `super::…` that reaches the root.
    fn imports(&self) -> BTreeSet<String> {
        let depth = self.path.trim_end_matches(".rs").trim_end_matches("/mod").split('/').count();
        let mut imports = BTreeSet::new();
        let mut rest = &self.tokens[..];
        while let Some(token) = rest.first() {
            let up = |path: &&[Token]| path.starts_with(&[ident("super"), COLON, COLON]);
            let ups = rest.chunks(3).take_while(up).count();
            if *token == ident("crate") && rest[1..].starts_with(&[COLON, COLON]) {
                imports.extend(heads(&rest[3..]));
            } else if ups > 0 && ups == depth {
                imports.extend(heads(&rest[3 * ups..]));
            }
            rest = &rest[(3 * ups).max(1)..];
        }
        imports
    }

    /// Identifiers that a path begins with.
    fn first_segments(&self) -> BTreeSet<&str> {
        let begins = |index: usize| {
            let before = &self.tokens[..index];
            // `::axum::…` begins with it too, `other::axum::…` does not.
            let goes_on =
                before.ends_with(&[COLON, COLON]) && matches!(before.iter().nth_back(2), Some(Token::Ident(_)));
            self.tokens[index + 1..].starts_with(&[COLON, COLON]) && !goes_on
        };
        self.idents().filter(|(index, _)| begins(*index)).map(|(_, ident)| ident).collect()
    }

    fn idents(&self) -> impl Iterator<Item = (usize, &str)> {
        self.tokens.iter().enumerate().filter_map(|(index, token)| match token {
            Token::Ident(ident) => Some((index, &**ident)),
            _ => None,
        })
    }

    /// Its literals that are texts, as they are written.
    fn texts(&self) -> impl Iterator<Item = &str> {
        self.tokens.iter().filter_map(|token| match token {
            Token::Literal(literal) if literal.contains('"') => Some(&**literal),
            _ => None,
        })
    }
}

/// Every room of `mcp-server/src`, and the rooms it may import, as ARCHITECTURE.md has them.
fn rooms() -> Vec<(String, BTreeSet<String>)> {
    let mut rooms = Vec::new();
    for (some, imports) in table("Who may import whom") {
        let imports: BTreeSet<String> = names(&imports).collect();
        rooms.extend(names(&some).map(|room| (room, imports.clone())));
    }
    rooms
}

/// The rows of the table below a heading of ARCHITECTURE.md, without its head.
fn table(heading: &str) -> Vec<(String, String)> {
    let text = fs::read_to_string(workspace().join("ARCHITECTURE.md")).unwrap();
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

/// What stands between backticks.
fn names(text: &str) -> impl Iterator<Item = String> {
    text.split('`').skip(1).step_by(2).map(str::to_owned)
}

/// The folder or file at the top of the sources to which a path belongs.
fn room_of(path: &str) -> &str {
    path.split('/').next().unwrap_or_default().trim_end_matches(".rs")
}

/// The first words of what follows `::`: of a path, or of each path in braces.
fn heads(tokens: &[Token]) -> Vec<String> {
    let (mut heads, mut depth, mut begins) = (Vec::new(), 0_usize, true);
    for token in tokens {
        match token {
            Token::Open(_) => depth += 1,
            Token::Close(_) => depth -= 1,
            Token::Punct(',') if depth == 1 => begins = true,
            Token::Ident(ident) if depth <= 1 && begins => {
                heads.push(ident.clone());
                begins = false;
            }
            _ => {}
        }
        if depth == 0 {
            break;
        }
    }
    heads
}

/// All tokens in a row, without attributes and what `#[cfg(test)]` is put on.
fn flatten(tokens: TokenStream, flat: &mut Vec<Token>) {
    let mut tokens = tokens.into_iter().peekable();
    let mut skips_item = false;
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Punct(punct) if punct.as_char() == '#' => {
                if matches!(tokens.peek(), Some(TokenTree::Punct(bang)) if bang.as_char() == '!') {
                    tokens.next();
                }
                if let Some(TokenTree::Group(attribute)) = tokens.next() {
                    skips_item |= attribute.stream().to_string().replace(' ', "").contains("cfg(test)");
                }
            }
            // An item ends with its braces or with a semicolon.
            TokenTree::Group(group) if skips_item => skips_item = group.delimiter() != Delimiter::Brace,
            TokenTree::Punct(punct) if skips_item => skips_item = punct.as_char() != ';',
            _ if skips_item => {}
            TokenTree::Group(group) => {
                flat.push(Token::Open(group.delimiter()));
                flatten(group.stream(), flat);
                flat.push(Token::Close(group.delimiter()));
            }
            TokenTree::Ident(ident) => flat.push(Token::Ident(ident.to_string())),
            TokenTree::Punct(punct) => flat.push(Token::Punct(punct.as_char())),
            TokenTree::Literal(literal) => flat.push(Token::Literal(literal.to_string())),
        }
    }
}

fn ident(text: &str) -> Token {
    Token::Ident(text.to_owned())
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
    let folder = workspace().join(folder);
    files(&folder).iter().filter(|file| !is_test(file)).map(|file| Source::read(&folder, file)).collect()
}

fn is_test(file: &Path) -> bool {
    file.strip_prefix(workspace()).unwrap_or(file).components().any(|part| {
        let name = part.as_os_str();
        name == "tests" || name == "tests.rs" || name == "benches"
    })
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_dir() && !["target", "node_modules"].contains(&name.as_str()) && !name.starts_with('.') {
            found.extend(files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn workspace() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

fn report(breaks: BTreeSet<String>) {
    assert!(breaks.is_empty(), "\n{}\n", breaks.into_iter().collect::<Vec<_>>().join("\n"));
}
