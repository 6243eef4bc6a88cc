//! Renders the matrix of `docs::protocol` from the tables of revisions, and compares it with the
//! page.
//!
//! `UPDATE_DOCS=1 cargo test -p mcp-server --lib matrix` rewrites the page.

use std::{
    collections::BTreeSet,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

use super::{
    method::Method,
    since::Feature,
    version::{Era, ProtocolVersion, ProtocolVersion as V},
};

/// One line of the matrix: a name, and the revisions that have it, in the order of [`V::ALL`].
struct Row {
    name: String,
    has: [bool; 5],
}

/// A table between two markers of the page.
struct Block {
    name: &'static str,
    rows: Vec<Row>,
}

/// Pairs every variant of an enum with a value. A variant without a pair does not compile.
macro_rules! for_every {
    ($enum:ident { $($variant:ident => $value:expr,)* }) => {{
        let _exhaustive = |value: $enum| match value { $($enum::$variant => ()),* };
        [$(($enum::$variant, $value)),*]
    }};
}

fn row(name: impl Into<String>, has: impl Fn(ProtocolVersion) -> bool) -> Row {
    Row { name: name.into(), has: V::ALL.map(has) }
}

fn in_all(name: &str) -> Row {
    row(name, |_| true)
}

fn in_sessions(name: &str) -> Row {
    row(name, |version| version.era() == Era::Session)
}

fn in_stateless(name: &str) -> Row {
    row(name, |version| version.era() == Era::Stateless)
}

fn since(first: ProtocolVersion, name: &str) -> Row {
    row(name, |version| version >= first)
}

fn only(revision: ProtocolVersion, name: &str) -> Row {
    row(name, |version| version == revision)
}

fn blocks() -> [Block; 6] {
    [
        Block { name: "methods", rows: methods() },
        Block { name: "server messages", rows: server_messages() },
        Block { name: "features", rows: features() },
        Block { name: "transport", rows: transport() },
        Block { name: "extensions", rows: extensions() },
        Block { name: "behaviour", rows: behaviour() },
    ]
}

fn methods() -> Vec<Row> {
    let methods = for_every!(Method {
        Initialize => (),
        Initialized => (),
        Ping => (),
        Discover => (),
        ToolsList => (),
        ToolsCall => (),
        ResourcesList => (),
        ResourceTemplatesList => (),
        ResourcesRead => (),
        ResourcesSubscribe => (),
        ResourcesUnsubscribe => (),
        SubscriptionsListen => (),
        PromptsList => (),
        PromptsGet => (),
        CompletionComplete => (),
        LoggingSetLevel => (),
        Cancelled => (),
        TasksGet => (),
        TasksUpdate => (),
        TasksCancel => (),
    });
    methods
        .into_iter()
        .map(|(method, ())| {
            row(format!("`{}`", method.as_str()), |version| Method::parse(method.as_str(), version) == Some(method))
        })
        .collect()
}

/// Requests and notifications that the server sends.
fn server_messages() -> Vec<Row> {
    vec![
        row("`elicitation/create`", |version| version.knows(Feature::Elicitation)),
        in_all("`sampling/createMessage`"),
        in_all("`roots/list`"),
        in_all("`notifications/progress`"),
        in_all("`notifications/message`"),
        in_all("`notifications/tools/list_changed`"),
        in_all("`notifications/prompts/list_changed`"),
        in_all("`notifications/resources/list_changed`"),
        in_all("`notifications/resources/updated`"),
        in_stateless("`notifications/subscriptions/acknowledged`"),
        in_stateless("`notifications/tasks`"),
        row("`notifications/elicitation/complete`", |version| {
            version.knows(Feature::UrlElicitation) && !version.knows(Feature::ElicitationWithoutId)
        }),
        in_sessions("`notifications/cancelled` of a question"),
        in_stateless("`notifications/cancelled` of a subscription, on stdio"),
    ]
}

/// Features by the revision that introduced them.
fn features() -> Vec<Row> {
    let features = for_every!(Feature {
        ToolAnnotations => "Tool annotations, such as `readOnlyHint`",
        Audio => "Audio content",
        CompletionsCapability => "Capability `completions`",
        ProgressMessages => "Progress with a message",
        Titles => "Titles of items (`title`)",
        StructuredOutput => "Structured output (`outputSchema`, `structuredContent`)",
        ResourceLinks => "Resource links as content",
        ItemMeta => "`_meta` of items",
        Elicitation => "Elicitation with a form",
        Icons => "Icons",
        ImplementationDetails => "Description and website of the server",
        PrimingEvent => "First event of a stream to resume from",
        ErrorWithoutId => "Errors without an id",
        UrlElicitation => "Elicitation with a URL",
        ElicitationChoices => "Forms with titled and multiple choices",
        SamplingTools => "Sampling with tools",
        ElicitationWithoutId => "Elicitation with a URL and without an id",
        OutputOfAnyType => "Structured output of any type",
        MirroredArguments => "Headers that repeat arguments (`x-mcp-header`)",
        ResourceNotFoundIsInvalidParams => "−32602 for a missing resource, −32002 before",
    });
    let features = features.into_iter().map(|(feature, name)| match feature {
        // Stateless streams cannot be resumed.
        Feature::PrimingEvent => row(name, |version| version.knows(feature) && version.era() == Era::Session),
        feature => row(name, |version| version.knows(feature)),
    });
    let others = [
        row("Batches of messages", ProtocolVersion::has_batches),
        since(V::V2025_06_18, "Chosen arguments in completion"),
        since(V::V2025_06_18, "Header `MCP-Protocol-Version`"),
        only(V::V2025_11_25, "−32042, a URL elicitation is required"),
        in_stateless("Headers `Mcp-Method` and `Mcp-Name`"),
        in_stateless("Version and capabilities in each request, `resultType` in each result"),
        in_stateless("Questions as results (`inputRequests`, `requestState`)"),
        in_stateless("Cache hints (`ttlMs`, `cacheScope`)"),
        in_stateless("−32021, a client capability is missing"),
        in_stateless("−32022, the version is not supported"),
    ];
    let mut rows: Vec<Row> = features.chain(others).collect();
    rows.sort_by_key(|row| row.has.iter().position(|has| *has));
    rows
}

fn transport() -> Vec<Row> {
    vec![
        in_all("Streamable HTTP, with a JSON body or a stream"),
        in_all("Stdio"),
        in_sessions("Sessions"),
        in_sessions("Streams that resume (`Last-Event-ID`)"),
        in_all("Pages of lists (`nextCursor`)"),
        in_all("OAuth 2.1 protected resource"),
        in_all("Challenges that name all required scopes"),
        in_all("Check of `Host` and `Origin`"),
        in_all("Exactly one host per request"),
    ]
}

fn extensions() -> Vec<Row> {
    vec![in_all("MCP Apps (`io.modelcontextprotocol/ui`)"), in_stateless("Tasks (`io.modelcontextprotocol/tasks`)")]
}

/// Choices of this crate where servers differ.
fn behaviour() -> Vec<Row> {
    vec![
        only(V::V2025_11_25, "A handler can release its connection, and the client returns for the response"),
        in_sessions("A call in flight keeps its session alive"),
        in_all("Invalid JSON is 400 with −32700, an invalid message 400 with −32600"),
        in_all("Missing or invalid parameters are −32602"),
        in_all("Unknown parameters are ignored"),
        in_all("The id `null` is −32600"),
        in_all("Notifications and responses have no response, even if they are invalid"),
        in_sessions("A cancelled request is not answered with 202"),
        in_sessions("A request without its session id is 400"),
        in_sessions("`DELETE` of a session is 204"),
        in_sessions("An unknown version in `initialize` is answered with 2025-11-25"),
        in_all("`Accept: */*` is accepted"),
        in_all("A client that accepts only streams receives every result as a stream"),
        in_all("Members of a later revision are never sent to an older client"),
        since(V::V2025_03_26, "`completions` is declared only if an argument can be completed"),
        in_all("Required arguments of prompts are enforced"),
        in_all("Forged cursors are rejected"),
        in_all("HTTP errors have a JSON-RPC error as their body"),
    ]
}

/// The rows as a Markdown table.
fn table(rows: &[Row]) -> String {
    let mut table = String::from("| |");
    for version in V::ALL {
        _ = write!(table, " {version} |");
    }
    table.push_str("\n|---|---|---|---|---|---|\n");
    for Row { name, has } in rows {
        let cells = has.map(|has| if has { " ● |" } else { " – |" }).concat();
        _ = writeln!(table, "| {name} |{cells}");
    }
    table
}

/// The page with the tables between its markers.
fn rendered(page: &str) -> String {
    const END: &str = "<!-- end -->";
    let blocks = blocks();
    assert_eq!(page.matches(END).count(), blocks.len(), "a pair of markers for every table");
    blocks.iter().fold(page.to_owned(), |page, block| {
        let begin = format!("<!-- matrix: {} -->\n\n", block.name);
        let (before, rest) =
            page.split_once(&begin).unwrap_or_else(|| panic!("the marker `{}` is missing", begin.trim()));
        let (_, after) = rest.split_once(END).unwrap();
        format!("{before}{begin}{}\n{END}{after}", table(&block.rows))
    })
}

#[test]
fn page_matches_the_tables() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/docs/protocol.md");
    let page = fs::read_to_string(&path).unwrap();
    let rendered = rendered(&page);
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(&path, rendered).unwrap();
    } else {
        assert!(
            page == rendered,
            "docs/protocol.md is out of date: `UPDATE_DOCS=1 cargo test -p mcp-server --lib matrix`"
        );
    }
}

#[test]
fn every_message_of_the_server_has_a_row() {
    let rows: BTreeSet<String> = methods().into_iter().chain(server_messages()).map(|row| row.name).collect();
    let names = spelled_messages(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/protocol"));
    assert!(names.contains("notifications/progress") && names.contains("roots/list"), "{names:?}");
    for name in names {
        assert!(rows.contains(&format!("`{name}`")), "no row for `{name}`");
    }
}

/// Names of notifications and of requests to the client that the sources spell.
fn spelled_messages(folder: &Path) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for path in sources(folder) {
        let text = fs::read_to_string(path).unwrap();
        for family in ["notifications/", "elicitation/", "sampling/", "roots/"] {
            names.extend(text.match_indices(&format!("\"{family}")).map(|(place, _)| {
                let name = text[place + 1..].chars();
                name.take_while(|char| char.is_ascii_alphabetic() || "_/".contains(*char)).collect::<String>()
            }));
        }
    }
    names
}

/// The files of a folder and its subfolders, except this one.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let others = entries.filter(|path| !path.ends_with("tests/matrix.rs"));
    others.flat_map(|path| if path.is_dir() { sources(&path) } else { vec![path] }).collect()
}
